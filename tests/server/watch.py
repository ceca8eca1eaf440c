"""Tells which files have been opened since they are watched, by whomever it was (inotify)."""
# SPDX-License-Identifier: Apache-2.0
import ctypes
import os
import struct

IN_OPEN = 0x20
EVENT = struct.Struct("iIII")


class Watch:
    """Watches files; use as a context manager."""

    def __init__(self, *paths):
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1")
        self.paths = {}
        for path in paths:
            number = libc.inotify_add_watch(self.fd, os.fsencode(path), IN_OPEN)
            if number < 0:
                raise OSError(ctypes.get_errno(), path)
            self.paths[number] = path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.fd)

    def opened(self):
        """The paths of the files that were opened since the last call."""
        found = set()
        while True:
            try:
                events = os.read(self.fd, 4096)
            except BlockingIOError:
                return found
            while events:
                number, _, _, length = EVENT.unpack_from(events)
                found.add(self.paths[number])
                events = events[EVENT.size + length:]
