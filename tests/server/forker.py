"""A server in miniature that forks when a test says so; its workers tell what they see in the jail."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import subprocess

import pytest

import processes
from cases import TreeTest

EXIT_CONFIG = 78


def command(tree, wrapper, first=()):
    """A server whose input is the paths that workers read; what is first, it does before."""
    return [*wrapper, tree.put_server(), *first, "listen", "pidfile", tree.pidfile, "work"]


def zombies(pid):
    """The children that a process has not yet taken leave of."""
    known = processes.read(f"/proc/{pid}/task/{pid}/children").split()
    return [child for child in known if not processes.alive(child)]


class Forker:
    """One such server; use as a context manager. Its log is a file."""

    def __init__(self, tree, wrapper=(), first=(), **settings):
        self.log = f"{tree.path}/shim.log"
        settings = {"log": self.log, "log_level": "info", **settings}
        self.forks = self.told = 0
        self.process = subprocess.Popen(
            command(tree, wrapper, first), env=tree.environment(**settings), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if self.process.stdout.readline() != "ready\n":
            raise AssertionError(self.process.communicate()[1])
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate()

    def fork(self, path="/nothing"):
        """
        What a new worker reads at the path; None if it cannot, or if there was no worker. What has
        changed outside is brought before, by the refresher or the fork before.
        """
        self.ask()
        self.settle()
        content = self.ask(path)
        self.settle()
        return content

    def settle(self):
        """Wait until the refresher, which is the only child between forks, has nothing to do."""
        processes.wait_until(lambda: all(map(processes.is_idle, processes.all_children(self.pid))),
                             "a refresher with nothing to do")

    def ask(self, path="/nothing"):
        """The same, at once."""
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        self.forks += 1
        content = None
        while (words := self.process.stdout.readline().split())[0] != "end":
            if words[0] == "content":
                content = bytes.fromhex("".join(words[1:])).decode()
        self.told = int(words[1])
        assert words[2] == "alone"
        return content

    def lines(self, pattern=""):
        """The lines of the log that match, without their time and pid."""
        with open(self.log) as file:
            lines = [line.split(": ", 1)[1].rstrip("\n") for line in file]
        return [line for line in lines if re.search(pattern, line)]

    def descriptors(self):
        """How many the server has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))


class ForkerTest(TreeTest):
    """A test case with a tree, and in it a file and its directory to be exposed, and their place."""

    isolation = "chroot"

    @pytest.fixture(autouse=True)
    def write_file(self, own_tree):
        self.file = self.tree.write("shared/file", "the first\n")
        self.shared = os.path.dirname(self.file)
        self.copy = self.tree.jail + self.file
        self.place = os.path.dirname(self.copy)

    def server(self, **settings):
        """A server that lasts as long as the test."""
        return self.cleanups.enter_context(
            Forker(self.tree, **{"isolation": self.isolation, **settings}))

    def refused(self, pattern, wrapper=(), **settings):
        """It does not start, and says why in one line: that is returned."""
        result = self.tree.run(*command(self.tree, wrapper), isolation=self.isolation, **settings)
        assert (result.returncode, result.stdout) == (EXIT_CONFIG, ""), result.stderr
        assert re.search(rf"\Achrootshim\[\d+\]: error: .*{pattern}.*\n\Z", result.stderr)
        return result.stderr

    def left_out(self, pattern, **settings):
        """It starts and serves, and says in one line what it has to do without."""
        with self.server(**settings) as server:
            assert server.lines("warning|error") == server.lines(f"^error: left out: .*{pattern}")
            assert len(server.lines("error")) == 1
            assert server.fork("/nothing") is None
            assert server.told == server.forks
        os.unlink(server.log)

    def assert_tidy(self):
        """No temporary file is left."""
        for _, _, files in os.walk(self.tree.jail):
            assert [name for name in files if name.endswith(".chrootshim")] == []
