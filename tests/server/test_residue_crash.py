"""A server that ends in the middle, or whose manifest is lost: what it has made is known, or stays."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import re
import signal
import stat
import subprocess
import time

import machine
import processes
from forker import command
from residue import ResidueTest
from tree import NOBODY


def setup_module():
    machine.own_mounts()


class TestCrash(ResidueTest):
    """The server ends in the middle: what it has made is known."""

    def kill_before_it_is_noted(self, path):
        """It stands beside its place, and the kernel is asked what it is, to note that."""
        place, name = os.path.split(self.tree.jail + path)
        made = f"{place}/.{name}.chrootshim"
        tracer = ["strace", "-qq", "-o", "/dev/null", "-P", made, "-e", "inject=statx:signal=KILL",
                  "-E", f"LD_PRELOAD={self.tree.library}"]
        result = self.tree.run(*command(self.tree, tracer), extra={"LD_PRELOAD": ""},
                               expose=f"{self.shared}:/dev/null")
        assert result.returncode == -signal.SIGKILL, result.stderr
        assert os.path.lexists(made)

    def test_killed_while_it_copies(self):
        """
        Each kind of thing, between its making and its note; then a file and a directory, in a tree,
        at any moment. What is not wanted later is gone.
        """
        self.tree.write("shared/deep/other", "another\n")
        os.symlink("file", f"{self.shared}/link")
        for path in (self.file, f"{self.shared}/deep", f"{self.shared}/link", "/dev/null"):
            self.kill_before_it_is_noted(path)
            self.once()
            assert self.found() == set()
        for number in range(300):
            self.tree.write(f"shared/{number % 30}/{number}", "text\n")
        with open(f"{self.shared}/big", "w") as file:
            file.truncate(60 << 20)
        deadline, interrupted = time.monotonic() + 120, 0
        while interrupted < 10:
            assert time.monotonic() < deadline
            server = subprocess.Popen(command(self.tree, ()), env=self.tree.environment(
                expose=self.shared), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
            # On a busy machine the copy may be whole before anybody has looked.
            while not (begun := os.path.exists(f"{self.place}/.big.chrootshim")) and not os.path.exists(
                    f"{self.place}/big"):
                assert server.poll() is None
            interrupted += begun
            server.kill()
            server.communicate()
            assert os.path.exists(self.manifest)
            self.once()
            assert self.found() == set()

    def test_killed_before_it_was_noted(self):
        """Only what was about to be made is known; what is at its place is another's."""
        def fill(name):
            path = f"{self.tree.jail}/.{name}.chrootshim"
            {"file": lambda: machine.write(path, "half"), "point": lambda: machine.write(path, ""),
             "directory": lambda: os.mkdir(path), "link": lambda: os.symlink("there", path),
             "device": lambda: os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 3))}[name]()

        kinds = ("file", "point", "directory", "link", "device")
        with open(self.manifest, "w") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write("chrootshim manifest 1 00000000000000000001\n")
            for name in kinds:
                fill(name)
                self.write_in_jail(f"/{name}")
                file.write(f"{name} 0 0.000000000 /{name}\n")
        lines = self.once()
        assert self.found() == {f"/{name}" for name in kinds}
        assert not [line for line in lines if re.search("warning|error", line)]

    def test_all_is_announced(self):
        """Before it is made, which is before it is noted."""
        self.tree.write("shared/deep/other", "another\n")
        os.symlink("file", f"{self.shared}/link")
        self.once(expose=self.shared, services="files")
        lines = [line.split(" ", 3) for line in processes.read(self.manifest).splitlines()]
        noted = {line[3]: number for number, line in enumerate(lines)
                 if line[0] in ("file", "directory", "link", "device") and line[1] != "0"}
        announced = {line[3]: number for number, line in enumerate(lines) if line[1:2] == ["0"]}
        assert set(noted) == set(announced) == self.found()
        assert all(announced[path] < noted[path] for path in noted)

    def test_a_line_that_was_cut_off(self):
        with self.server(expose=self.file) as server:
            with open(self.manifest, "a") as file:
                file.write("\nfile 12 13.4")
            machine.write(self.file, "the second\n")
            server.fork()
        os.unlink(server.log)
        self.once()
        assert self.found() == set()


class TestWithoutManifest(ResidueTest):
    """In a jail that others than root can change: two servers do not wait for one another."""

    def halfway(self):
        """The temporary file of a copy that has begun, or None."""
        with contextlib.suppress(FileNotFoundError):
            for name in os.listdir(self.place):
                if name.endswith(".chrootshim") and os.stat(f"{self.place}/{name}").st_size:
                    return name
        return None

    def test_at_the_same_time(self):
        """One that is stopped while it copies, and another one that copies the same meanwhile."""
        os.chown(self.tree.jail, NOBODY, NOBODY)
        os.truncate(self.file, 60 << 20)
        settings = {"ownership": "warn", "expose": self.file}
        deadline = time.monotonic() + 120
        stopped = False
        while not stopped:
            assert time.monotonic() < deadline
            server = subprocess.Popen(
                command(self.tree, ()), env=self.tree.environment(**settings), text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while server.poll() is None and not self.halfway() and not os.path.exists(self.copy):
                pass
            os.kill(server.pid, signal.SIGSTOP)
            stopped = self.halfway()
            if stopped:
                lines = self.once(**settings)
                assert not [line for line in lines if "error" in line]
                assert os.stat(self.copy).st_size == 60 << 20
                assert self.halfway() == stopped
            os.kill(server.pid, signal.SIGCONT)
            _, errors = server.communicate()
            assert "error" not in errors
            assert os.stat(self.copy).st_size == 60 << 20
            self.assert_tidy()
            os.unlink(self.copy)
