"""A tracer whose words wake many besides the worker, so that the worker goes on while they are still sent."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import ctypes
import fcntl
import os
import resource
import select
import signal
import socket
import struct

from processes import wait_until

# Each takes part of a microsecond to wake.
WATCHERS = 10000

PIDFD_GETFD = 438
RECEIVE, SEND = 0xc0502100, 0xc0182101
CONTINUE = 1

libc = ctypes.CDLL(None, use_errno=True)


def state_of(pid):
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0]


def other_end(connection, pid):
    """A duplicate of the socket that the process has of it."""
    pidfd = os.pidfd_open(pid)
    try:
        for number in os.listdir(f"/proc/{pid}/fd"):
            if not os.readlink(f"/proc/{pid}/fd/{number}").startswith("socket:"):
                continue
            other = socket.socket(fileno=libc.syscall(PIDFD_GETFD, pidfd, int(number), 0))
            if other.family == socket.AF_UNIX and other.getpeername() == connection.getsockname():
                return other
            other.close()
    finally:
        os.close(pidfd)
    raise AssertionError("the worker has no connection")


def answer(listener):
    """Let its calls go on until nobody makes any."""
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while not poll.poll()[0][1] & select.POLLHUP:
        try:
            call = fcntl.ioctl(listener, RECEIVE, bytes(80))
            fcntl.ioctl(listener, SEND, struct.pack("QqiI", *struct.unpack_from("Q", call), 0, 0, CONTINUE))
        except FileNotFoundError:
            pass


def serve_one(connection):
    pid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
    connection.send(b"r")
    (listener,) = socket.recv_fds(connection, 1, 1)[1]
    watchers = [select.epoll() for _ in range(WATCHERS)]
    with other_end(connection, pid) as other:
        for watcher in watchers:
            watcher.register(other, select.EPOLLIN)
        # It runs as soon as it can read the word, on another processor where there is one.
        processors = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(pid, processors[-1:])
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(1))
        os.sched_setaffinity(0, processors[:1])
        os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: state_of(pid) == "T", "the stop of the worker")
        # It is to read while the others are woken, and not to be one of them.
        os.kill(pid, signal.SIGCONT)
        connection.send(b"t")
        os.sched_setaffinity(0, processors)
    for watcher in watchers:
        watcher.close()
    answer(listener)
    os.close(listener)


def serve(listening, count):
    """So many workers, one after the other."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (WATCHERS + 1000, max(WATCHERS + 1000, limits[1])))
    try:
        for _ in range(count):
            connection = listening.accept()[0]
            with connection:
                serve_one(connection)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
