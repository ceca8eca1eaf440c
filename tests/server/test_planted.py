"""What a worker puts in the way of what is copied or mounted: nothing outside its reach changes."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import ctypes
import fcntl
import os
import shutil
import signal
import stat
import threading
import time

import pytest

import machine
import processes
from forker import ForkerTest
from tree import NOBODY

RENAME_EXCHANGE = 2


class TestPlanted(ForkerTest):
    """A worker owns the directory of the copy, and puts something in its way."""

    @pytest.fixture(autouse=True)
    def put_canary(self, write_file):
        self.canary = self.tree.write("outside/canary", "untouched\n", 0o600)
        self.before = self.canary_facts()
        self.places = [self.copy, f"{self.place}/.file.chrootshim"]

    def canary_facts(self):
        """All of it that could change, but for the number of its links."""
        facts = os.lstat(self.canary)
        return (facts.st_ino, facts.st_mode, facts.st_uid, facts.st_gid, facts.st_mtime_ns,
                processes.read(self.canary), os.listdir(os.path.dirname(self.canary)))

    def plant_own_file(self, path):
        shutil.copy2(self.file, path)
        os.chown(path, NOBODY, os.stat(self.file).st_gid)

    def plants(self):
        """What can be there, and whether a file takes its place."""
        outside = os.path.dirname(self.canary)
        return {"link to a file": (lambda path: os.symlink(self.canary, path), True),
                "dangling link": (lambda path: os.symlink(f"{outside}/new", path), True),
                "link to a directory": (lambda path: os.symlink(outside, path), True),
                "hard link": (lambda path: os.link(self.canary, path), True),
                "FIFO": (os.mkfifo, True),
                "its own file": (self.plant_own_file, True),
                "directory": (lambda path: os.makedirs(f"{path}/below"), False)}

    def empty_place(self):
        shutil.rmtree(self.tree.jail + self.tree.path, ignore_errors=True)
        os.makedirs(self.place)
        os.chown(self.place, NOBODY, NOBODY)

    def assert_copied(self, text):
        facts = os.lstat(self.copy)
        assert stat.S_ISREG(facts.st_mode)
        assert (facts.st_uid, facts.st_nlink) == (0, 1)
        assert processes.read(self.copy) == text
        assert os.listdir(self.place) == ["file"]

    def test_before_the_start(self):
        for name, (plant, is_replaced) in self.plants().items():
            for path in self.places:
                self.empty_place()
                plant(path)
                if is_replaced:
                    self.server(expose=self.file)
                    self.assert_copied("the first\n")
                else:
                    self.left_out(f"{self.file} cannot be copied into the jail: .*: remove "
                                  "what is in its place", expose=self.file)
                assert self.canary_facts() == self.before

    def test_before_a_later_fork(self):
        server = self.server(expose=self.file)
        for name, (plant, is_replaced) in self.plants().items():
            for path in self.places:
                self.empty_place()
                plant(path)
                failures = len(server.lines("error: CHROOTSHIM_EXPOSE: "))
                machine.write(self.file, f"{name} {path}\n")
                server.fork()
                if is_replaced:
                    self.assert_copied(f"{name} {path}\n")
                assert len(server.lines("error: CHROOTSHIM_EXPOSE: ")) == failures + (not is_replaced)
                assert self.canary_facts() == self.before

    def test_a_link_on_the_way(self):
        parent = os.path.dirname(self.place)
        os.makedirs(parent)
        os.chown(parent, NOBODY, NOBODY)
        for text in (os.path.dirname(self.canary), "../../../outside", "/root-only"):
            os.makedirs(f"{self.tree.jail}/root-only", exist_ok=True)
            os.symlink(text, self.place)
            self.left_out("shared is a symbolic link that another user than root could "
                          "have made", expose=self.file)
            os.unlink(self.place)
            assert self.canary_facts() == self.before
            assert os.listdir(f"{self.tree.jail}/root-only") == []

    def test_a_link_in_the_place_of_a_directory(self):
        self.tree.write("shared/deep/file", "text\n")
        outside = os.path.dirname(self.canary)
        # Only root can have put something into the jail's own directory.
        for path, name, outcome in ((self.place, "shared", self.refused),
                                    (f"{self.place}/deep", "deep", self.left_out)):
            self.empty_place()
            if name == "shared":
                os.rmdir(path)
            os.symlink(outside, path)
            os.lchown(path, NOBODY, NOBODY)
            outcome(f"{self.shared} cannot be copied into the jail: {name}: the directory "
                    "cannot be made: .*: remove what is in its place", expose=self.shared)
            assert self.canary_facts() == self.before


class TestLease(ForkerTest):
    """A worker's user holds a lease of a file of his that is exposed: nobody waits for him."""

    option = ""

    def test_a_busy_file_is_left_out(self):
        os.chown(self.file, NOBODY, NOBODY)
        with self.lease():
            begin = time.monotonic()
            self.left_out(f"{self.file}.* is busy: .*: end the program that has a lease", expose=self.file + self.option)
            # So long the kernel waits before it takes the lease away.
            assert time.monotonic() < begin + int(processes.read("/proc/sys/fs/lease-break-time"))

    @contextlib.contextmanager
    def lease(self):
        signal.signal(signal.SIGIO, signal.SIG_IGN)
        file = os.open(self.file, os.O_RDWR)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        try:
            yield
        finally:
            os.close(file)


class TestLeaseInANamespace(TestLease):
    """There, only copies without passwords are opened."""

    isolation = "namespace"
    option = ",names"


class TestRace(ForkerTest):
    """A worker swaps the directory on the way with a link, again and again, while forks copy."""

    # Where the link leads to, seen from the jail as well as from outside.
    target = "outside"

    def swap(self, done, swaps):
        rename = ctypes.CDLL(None, use_errno=True).renameat2
        names = [path.encode() for path in (self.place, f"{self.place}.link")]
        while not done.is_set():
            swaps.append(rename(-1, names[0], -1, names[1], RENAME_EXCHANGE))

    def remove_copies(self):
        for path in (self.place, f"{self.place}.link"):
            if not os.path.islink(path):
                with contextlib.suppress(OSError):
                    os.unlink(f"{path}/file")

    def both_happened(self, server, swaps, deadline):
        """Has it been a race: both ways, and many times?"""
        if time.monotonic() > deadline:
            pytest.fail(f"no race: {server.lines()[-5:]}")
        return (len(swaps) > 1000 and len(server.lines(f"{self.file} again")) > 10
                and len(server.lines("error: .*symbolic link")) > 10)

    def test_nothing_outside_changes(self):
        target = f"{self.tree.path}/{self.target}"
        parent = os.path.dirname(self.place)
        server = self.server(expose=self.file)
        os.mkdir(target)
        os.symlink(os.path.relpath(target, parent), f"{self.place}.link")
        for path in (parent, self.place):
            os.chown(path, NOBODY, NOBODY)
        before = os.stat(target)
        done, swaps = threading.Event(), []
        swapper = threading.Thread(target=self.swap, args=(done, swaps))
        swapper.start()
        begin = time.monotonic()
        try:
            while time.monotonic() < begin + 2 or not self.both_happened(
                    server, swaps, begin + 120):
                self.remove_copies()
                machine.write(self.file, f"{time.monotonic_ns()}\n")
                server.ask()
        finally:
            done.set()
            swapper.join()
        assert os.listdir(target) == []
        assert os.stat(target).st_mtime_ns == before.st_mtime_ns
        assert set(swaps) == {0}


class TestRaceForTheName(ForkerTest):
    """A worker puts a link under the temporary name, again and again, while forks copy."""

    met = "error: .*: it cannot be made: File exists"

    def plant(self, done, canary):
        while not done.is_set():
            with contextlib.suppress(FileExistsError):
                os.symlink(canary, f"{self.place}/.file.chrootshim")

    def test_nothing_outside_changes(self):
        canary = self.tree.write("canary", "untouched\n")
        server = self.server(expose=self.file)
        os.chown(self.place, NOBODY, NOBODY)
        before = os.stat(canary)
        done = threading.Event()
        planter = threading.Thread(target=self.plant, args=(done, canary))
        planter.start()
        begin = time.monotonic()
        # On a busy machine nobody comes in between for a while.
        while time.monotonic() < begin + 2 or (
                not server.lines(self.met) and time.monotonic() < begin + 120):
            machine.write(self.file, f"{time.monotonic_ns()}\n")
            server.ask()
        done.set()
        planter.join()
        assert os.stat(canary) == before
        assert processes.read(canary) == "untouched\n"
        assert server.lines(self.met)


class TestRaceInANamespace(TestRace):
    """Mount points are made by the same steps; only the jail itself is in reach."""

    isolation = "namespace"
    target = "jail/root-only"
