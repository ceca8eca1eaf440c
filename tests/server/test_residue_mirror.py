"""What is gone, or has changed, in a source is so in the copy; what cannot be copied leaves nothing."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import re
import shutil
import stat
import subprocess
import time

import machine
import processes
from forker import command
from residue import ResidueTest
from tree import NOBODY

BIG = (64 << 20) + 1


def setup_module():
    machine.own_mounts()


class TestMirror(ResidueTest):
    """A copied directory loses what its source has lost."""

    def touch(self):
        """Let a fork look at the directory: it looks at its top alone."""
        path = f"{self.shared}/touched"
        if os.path.exists(path):
            os.unlink(path)
        else:
            self.tree.write("shared/touched", "")

    def make(self, path):
        shutil.rmtree(path, ignore_errors=True) if os.path.isdir(path) and not os.path.islink(
            path) else os.path.lexists(path) and os.unlink(path)

    def same(self):
        """Has the copy what its source has, and nothing else?"""
        result = subprocess.run(["diff", "-r", "--no-dereference", self.shared, self.place],
                                capture_output=True, text=True)
        return result.stdout

    def test_what_is_gone_at_any_depth(self):
        for name in ("a", "deep/b", "deep/er/c", "deep/er/still/d", "whole/tree/of/e"):
            self.tree.write(f"shared/{name}", f"{name}\n")
        os.symlink("a", f"{self.shared}/deep/link")
        server = self.server(expose=self.shared)
        for victim in ("deep/link", "deep/er/c", "whole", "deep/er/still/d", "a", "deep"):
            self.make(f"{self.shared}/{victim}")
            self.touch()
            server.fork()
            assert self.same() == ""
        assert server.lines("warning|error") == []
        removed = server.lines("removed from the jail")
        assert removed and all("it is gone outside" in line for line in removed)
        # And at a start.
        self.tree.write("shared/again/file", "text\n")
        self.once(expose=self.shared)
        self.make(f"{self.shared}/again")
        self.once(expose=self.shared)
        assert self.same() == ""

    def test_what_is_another_kind_of_thing(self):
        """Each kind becomes each other one."""
        path = f"{self.shared}/thing"
        kinds = {"file": lambda: machine.write(path, "a file\n"),
                 "directory": lambda: self.tree.write("shared/thing/below/file", "below\n"),
                 "link": lambda: os.symlink("file", path),
                 "device": lambda: os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3))}
        server = self.server(expose=self.shared)
        for first in kinds:
            for second in kinds:
                for kind in (first, second):
                    self.make(path)
                    kinds[kind]()
                    self.touch()
                    server.fork()
                    assert self.same() == "" or kind == "device", (first, second)
                    there = os.lstat(f"{self.place}/thing")
                    assert stat.S_IFMT(there.st_mode) == stat.S_IFMT(os.lstat(path).st_mode)
        assert server.lines("warning|error") == []

    def test_the_source_itself_is_another_kind_of_thing(self):
        server = self.server(expose=self.shared)
        shutil.rmtree(self.shared)
        machine.write(self.shared, "a file\n")
        assert server.fork(self.shared) == "a file\n"
        os.unlink(self.shared)
        self.tree.write("shared/file", "in a directory\n")
        assert server.fork(self.file) == "in a directory\n"

    def test_what_is_not_ours_stays(self):
        """In a directory that is copied, and in one that was there before."""
        self.tree.write("shared/lost", "lost\n")
        self.tree.write("shared/deep/lost", "lost\n")
        old = self.write_in_jail(f"{self.shared}/old")
        server = self.server(expose=self.shared)
        new = self.write_in_jail(f"{self.shared}/deep/new")
        shutil.rmtree(f"{self.shared}/deep")
        os.unlink(f"{self.shared}/lost")
        server.fork()
        assert [processes.read(path) for path in (old, new)] == ["the administrator's\n"] * 2
        assert sorted(os.listdir(self.place)) == ["deep", "file", "old"]
        assert os.listdir(f"{self.place}/deep") == ["new"]
        assert server.lines("warning|error") == []
        assert len(server.lines("info: left in the jail, .*deep: it is not empty")) == 1

    def test_what_is_exposed_by_itself_stays(self):
        """A source that is gone keeps its copy, also in the copy of its directory."""
        server = self.server(expose=f"{self.shared}:{self.file}")
        self.tree.write("shared/lost", "lost\n")
        server.fork()
        os.unlink(self.file)
        os.unlink(f"{self.shared}/lost")
        assert server.fork(self.file) == "the first\n"
        assert os.listdir(self.place) == ["file"]

    def test_the_manifest_does_not_grow_without_end(self):
        server = self.server(expose=self.file)
        old = f"file 12345678 1700000000.123456789 {self.file}\n"
        with open(self.manifest, "a") as file:
            file.write(old * ((1 << 20) // len(old) - 20))
        machine.write(self.file, "the second\n")
        server.fork()
        assert os.path.getsize(self.manifest) > 1000000
        with open(self.manifest, "a") as file:
            file.write(old * 50)
        machine.write(self.file, "the third\n")
        server.fork()
        assert os.path.getsize(self.manifest) < 2000
        server.__exit__()
        self.once()
        assert self.found() == set()


class TestRefused(ResidueTest):
    """What is too large, or too much."""

    def test_nothing_of_it_is_left(self):
        for number in range(50):
            self.tree.write(f"shared/{number}/file", "text\n")
        self.truncate()
        self.refused("big: it has more than 64 MiB", expose=self.shared)
        os.chown(self.shared, NOBODY, NOBODY)
        self.left_out("big: it has more than 64 MiB", expose=self.shared)
        self.once()
        assert self.found() == set()

    def truncate(self, size=BIG):
        with open(f"{self.shared}/big", "w") as file:
            file.truncate(size)

    def test_too_many(self):
        for path in (self.shared, self.tree.jail):
            machine.run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", path)
            self.cleanups.callback(machine.run, "umount", "--lazy", path)
        for number in range(20001):
            os.symlink("file", f"{self.shared}/{number}")
        self.refused("it has more than 20000 entries", expose=self.shared)
        self.once()
        assert self.found() == set()

    def test_the_copy_before_stays_as_it_was(self):
        for number in range(50):
            self.tree.write(f"shared/{number}/file", "text\n")
        server = self.server(expose=self.shared)
        before = self.found()
        machine.write(self.file, "the second\n")
        self.tree.write("shared/new", "new\n")
        shutil.rmtree(f"{self.shared}/7")
        self.truncate()
        assert server.fork(self.file) == "the first\n"
        assert len(server.lines("error: .*big: it has more than 64 MiB")) == 1
        assert self.found() == before
        os.unlink(f"{self.shared}/big")
        assert server.fork(self.file) == "the second\n"
        assert not {path for path in self.found() if "/7" in path}

    def copied(self):
        """How much of the large file a copy under way has, for which it was small enough."""
        with contextlib.suppress(FileNotFoundError):
            return os.stat(f"{self.place}/.big.chrootshim").st_size
        return 0

    def grows_in_time(self):
        """Start a server, and have the file grow while it is copied: was it still under way then?"""
        self.truncate(60 << 20)
        server = subprocess.Popen(
            command(self.tree, ()), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, env=self.tree.environment(expose=self.shared))
        while server.poll() is None and not self.copied() and not os.path.exists(f"{self.place}/big"):
            pass
        os.truncate(f"{self.shared}/big", 512 << 20)
        in_time = 0 < self.copied() < 60 << 20
        _, self.errors = server.communicate()
        assert server.returncode == 0, self.errors
        return in_time

    def test_what_grows_while_it_is_copied(self):
        for number in range(50):
            self.tree.write(f"shared/{number}/file", "text\n")
        os.chown(self.shared, NOBODY, NOBODY)
        deadline = time.monotonic() + 120
        while not self.grows_in_time():
            assert time.monotonic() < deadline
            self.once()
            assert self.found() == set()
        assert re.search(r"\A[^\n]*error: left out: [^\n]*big: it has more than 64 MiB[^\n]*\n\Z",
                         self.errors), self.errors
        assert self.shared not in self.found()
