"""A worker relies on what its master has seen of the jail, and sees whatever has changed since."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess
import time

import pytest

from forker import ForkerTest
from tree import NOBODY

# By then no change is so young that its time says nothing, and the master looks again.
A_WHILE = 0.5
LIBRARIES = "usr/lib"


def make(path, mode):
    os.makedirs(path)
    os.chmod(path, mode)


def swap(path, other):
    os.rename(path, f"{path}.old")
    os.rename(other, path)


def relink(path, target):
    os.unlink(path)
    os.symlink(target, path)


# What somebody does between two forks, and what the next worker says of it.
CHANGES = {
    "the jail is writable": (lambda jail: os.chmod(jail, 0o777), "jail is writable by"),
    "its directory is": (lambda jail: os.chmod(os.path.dirname(jail), 0o775), "is writable by"),
    "the jail is another's": (lambda jail: os.chown(jail, NOBODY, 0), f"belongs to uid {NOBODY}"),
    "its directory is another's": (
        lambda jail: os.chown(os.path.dirname(jail), NOBODY, 0), f"belongs to uid {NOBODY}"),
    "another jail": (lambda jail: swap(jail, f"{jail}.new"), "is not the directory any more"),
    "no jail": (lambda jail: os.rename(jail, f"{jail}.gone"), "cannot be looked at|not the directory"),
    "a directory comes": (lambda jail: make(f"{jail}/lib64", 0o777), "lib64 is writable by"),
    "a file comes": (lambda jail: os.mknod(f"{jail}/etc/ld.so.preload", 0o100666) or
                     os.chmod(f"{jail}/etc/ld.so.preload", 0o666), "ld.so.preload is writable by"),
    "one deep in it comes": (
        lambda jail: make(f"{jail}/{LIBRARIES}32", 0o777), f"{LIBRARIES}32 is writable by"),
    "one becomes writable": (lambda jail: os.chmod(f"{jail}/etc", 0o777), "etc is writable by"),
    "one deep in it becomes so": (
        lambda jail: os.chmod(f"{jail}/{LIBRARIES}", 0o777), "lib is writable by"),
    "one becomes another's": (lambda jail: os.chown(f"{jail}/etc", NOBODY, 0), "etc belongs to uid"),
    "what a link leads to": (lambda jail: os.chmod(f"{jail}/programs", 0o777), "bin is writable by"),
    "what a link leads through": (
        lambda jail: os.chmod(f"{jail}/deep", 0o777), "deep is writable by"),
    "where a link leads": (lambda jail: relink(f"{jail}/bin", "htdocs"), "bin belongs to uid"),
    "what a dangling link leads to": (
        lambda jail: make(f"{jail}/absent", 0o777), "lib32 is writable by"),
}


def build(jail):
    """A jail with links of each kind."""
    for directory in ("etc", LIBRARIES, "programs", "deep/sbin", "htdocs"):
        os.makedirs(f"{jail}/{directory}")
    os.chown(f"{jail}/htdocs", NOBODY, 0)
    for name, target in {"bin": "programs", "sbin": "deep/sbin", "lib": LIBRARIES,
                         "lib32": "absent"}.items():
        os.symlink(target, f"{jail}/{name}")


class TestChanges(ForkerTest):
    """Each is noticed by the next worker, whose master has found the jail safe a moment ago."""

    @pytest.fixture(autouse=True)
    def build(self, write_file):
        build(self.tree.jail)
        self.tree.write("jail/file", "served\n")

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    @pytest.mark.parametrize("name", CHANGES)
    def test_change(self, name, isolation):
        change, pattern = CHANGES[name]
        os.makedirs(f"{self.tree.jail}.new")
        server = self.server(isolation=isolation, exit_storm="off")
        time.sleep(A_WHILE)
        assert [server.ask("/file") for _ in range(3)] == ["served\n"] * 3
        change(self.tree.jail)
        assert server.ask("/file") is None
        line, = server.lines("^error: ")
        assert re.search(pattern, line)

    def test_what_is_mended(self):
        server = self.server(exit_storm="off")
        for _ in range(2):
            time.sleep(A_WHILE)
            assert server.ask("/file") == "served\n"
            os.chmod(f"{self.tree.jail}/etc", 0o777)
            assert server.ask("/file") is None
            os.chmod(f"{self.tree.jail}/etc", 0o755)
            assert server.ask("/file") == "served\n"


class TestWhoLooks(ForkerTest):
    """Which process opens the names in the jail, one by one."""

    def looks(self, server, pause=A_WHILE):
        """Does the next worker?"""
        time.sleep(pause)
        with open(self.trace) as file:
            begin = len(file.read())
        server.ask()
        with open(self.trace) as file:
            lines = file.read()[begin:].splitlines()
        workers = {line.split()[0] for line in lines if "chroot(" in line}
        assert len(workers) == 1
        return any(line.split()[0] in workers and '"etc", O_RDONLY|O_NOFOLLOW|O_CLOEXEC|O_PATH' in line
                   for line in lines)

    def traced(self, **settings):
        self.trace = f"{self.tree.path}/trace"
        server = self.server(exit_storm="off", wrapper=[
            "strace", "-f", "-o", self.trace, "-e", "trace=openat,chroot",
            "-E", f"LD_PRELOAD={self.tree.library}"], extra={"LD_PRELOAD": ""}, **settings)
        server.ask()
        return server

    def test_the_master_once(self):
        build(self.tree.jail)
        server = self.traced()
        assert not self.looks(server)
        assert not self.looks(server, 0)

    def test_each_worker_if_the_jail_has_just_changed(self):
        """A second change in the same tick of the clock would have the same time."""
        server = self.traced()

        def looks_at(name):
            time.sleep(A_WHILE)
            os.mkdir(f"{self.tree.jail}/{name}")
            return self.looks(server, 0)

        # On a busy machine the worker may come too late for that.
        assert any(looks_at(f"made{number}") for number in range(20))
        assert not self.looks(server)

    def test_each_worker_if_times_are_of_another_clock(self):
        """A file system in user space, or of the network, may give any."""
        os.mkdir(f"{self.tree.jail}/etc")
        subprocess.run(["mount", "-t", "ramfs", "none", f"{self.tree.jail}/etc"], check=True)
        self.cleanups.callback(subprocess.run, ["umount", "--lazy", f"{self.tree.jail}/etc"], check=True)
        server = self.traced()
        assert self.looks(server)

    def test_nobody_if_nothing_is_asked_of_the_jail(self):
        """Without the check there is nothing to rely on, nor anything to look at."""
        os.chmod(self.tree.jail, 0o777)
        server = self.traced(ownership="warn")
        assert not self.looks(server)

    def test_beside_the_way_nothing_counts(self):
        server = self.traced()
        time.sleep(A_WHILE)
        shutil.copy(self.tree.library, f"{self.tree.path}/beside")
        assert not self.looks(server, 0)
