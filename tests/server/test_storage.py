"""Storage that is full, slow or from another time: nobody serves outside, and the server recovers."""
# SPDX-License-Identifier: Apache-2.0
import ctypes
import os
import re
import time

import pytest

import machine
import processes
from cases import OneServerTest
from faults import EXIT_CONFIG, LINE, SERVER, FaultTree
from processes import wait_until

# Of the disk on which the jail lies, in bytes.
DISK = 1 << 16

FUTURE = 4102444800
PAST = -1000000000


def setup_module():
    machine.own_mounts()


class DeadFileSystem:
    """A FUSE file system that never answers, until it is given up."""

    def __init__(self, directory):
        self.fd = os.open("/dev/fuse", os.O_RDWR)
        options = f"fd={self.fd},rootmode=40000,user_id=0,group_id=0".encode()
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"dead", directory.encode(), b"fuse", 0, options) != 0:
            raise OSError(ctypes.get_errno(), "mount")
        self.directory = directory

    def wait_asked(self):
        """Until a process of the server waits for an answer; not all kernels show where it waits."""
        if not processes.read("/proc/self/stack"):
            time.sleep(5)
            return
        wait_until(lambda: any("fuse" in processes.read(f"/proc/{pid}/stack")
                               for pid in processes.descendants(os.getpid())), "nobody asks")

    def give_up(self):
        if self.fd >= 0:
            os.close(self.fd)
            machine.run("umount", "--lazy", self.directory)
        self.fd = -1


class StorageTest(OneServerTest):
    """A test case with a server, not started, and a file that it exposes."""

    isolation = "chroot"

    @pytest.fixture(autouse=True)
    def expose(self, own_server):
        self.apache.settings["isolation"] = self.isolation
        self.exposed = self.apache.write("storage/exposed", "first\n")
        self.apache.settings["expose"] = self.exposed
        self.copy = self.apache.jail + self.exposed

    def assert_serving(self):
        assert self.apache.get("/").text == "the index page\n"
        for pid in self.apache.workers():
            assert processes.root(pid) in (self.apache.jail, None)


class TestFullDisk(StorageTest):

    @pytest.fixture(autouse=True)
    def mount(self, expose):
        machine.run("mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "jail", self.apache.jail)
        self.cleanups.callback(machine.run, "umount", "--lazy", self.apache.jail)
        self.apache.write("jail/htdocs/index.html", "the index page\n")

    def test_at_the_start(self):
        machine.write(self.exposed, "x" * DISK)
        result = self.apache.control("-k", "start")
        assert result.returncode == EXIT_CONFIG
        assert re.search(rf"\A{LINE.pattern}\n\Z", result.stderr)
        assert re.search("No space left on device: make room", result.stderr)
        assert processes.descendants(os.getpid()) == []
        assert not os.path.exists(self.copy)

    def test_later(self):
        filler = self.apache.write("jail/filler", "x" * (DISK // 2))
        self.apache.start()
        machine.write(self.exposed, "y" * (DISK // 2))
        self.apache.graceful()
        wait_until(lambda: re.search("error: .*No space left on device: make room\n",
                                     self.apache.error_log()), "the line that tells of it")
        self.assert_serving()
        assert processes.read(self.copy) == "first\n"
        wait_until(lambda: os.listdir(os.path.dirname(self.copy)) == ["exposed"], "no temporary file")
        os.remove(filler)
        self.apache.graceful()
        self.assert_serving()
        wait_until(lambda: processes.read(self.copy) == processes.read(self.exposed), "the copy")


class TestTimes(StorageTest):
    """The clock has jumped, and files are from a time that is not now."""

    def assert_copied(self):
        self.assert_serving()
        wait_until(lambda: processes.read(self.copy) == processes.read(self.exposed), "the copy")
        assert os.stat(self.copy).st_mtime == os.stat(self.exposed).st_mtime

    def test_files_of_the_future_and_the_past(self):
        os.utime(self.exposed, (FUTURE, FUTURE))
        self.apache.start()
        self.assert_copied()
        # As long as it was, and the same inode.
        self.apache.write("storage/exposed", "other\n")
        os.utime(self.exposed, (PAST, PAST))
        self.apache.graceful()
        self.assert_copied()

    def test_another_clock(self):
        """What waits for a process with a deadline, waits by a clock that never goes back."""
        with FaultTree() as tree:
            bare, = tree.runs("namespace", "listen", SERVER, 0, 0)
            far, = tree.runs("namespace", "listen", SERVER, 0, 0,
                             prefix=["unshare", "--time", "--monotonic=4000000000"])
        assert bare.served == far.served
        assert far.served


class TestSlowStorage(StorageTest):
    """What is exposed lies on a file system that hangs."""

    isolation = "namespace"

    def hang(self):
        dead = DeadFileSystem(os.path.dirname(self.exposed))
        self.cleanups.callback(dead.give_up)
        return dead

    def test_at_the_start(self):
        dead = self.hang()
        starting = self.apache.command("-k", "start")
        dead.wait_asked()
        time.sleep(1)
        with pytest.raises(ConnectionRefusedError):
            self.apache.get("/")
        dead.give_up()
        _, err = starting.communicate(timeout=60)
        assert starting.returncode == EXIT_CONFIG, err
        assert re.search(rf"\A{LINE.pattern}\n\Z", err)

    def test_later(self):
        self.apache.start()
        dead = self.hang()
        killed = self.apache.workers()[0]
        os.kill(killed, 9)
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            self.assert_serving()
        dead.give_up()
        wait_until(lambda: len(set(self.apache.workers()) - {killed}) >= 2, "another worker")
        self.assert_serving()
