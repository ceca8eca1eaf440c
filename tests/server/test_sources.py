"""What is exposed lies where another pool's worker can write: its links are not followed."""
# SPDX-License-Identifier: Apache-2.0
import ctypes
import os
import re
import threading
import time

import pytest

import machine
import processes
from forker import ForkerTest
from tree import NOBODY, compile_program

RENAME_EXCHANGE = 2
# The copy that was there before, no file, or a mount point on which nothing is mounted.
NOT_STOLEN = ("the pool's own\n", None, "")
PLANTED = "is a symbolic link that another user than root could have made"


def setup_module():
    machine.own_mounts()


class SourceTest(ForkerTest):
    """The exposed directory lies in another pool's jail, whose workers own what is above it."""

    @pytest.fixture(autouse=True)
    def make_pool(self, write_file):
        self.source = f"{self.tree.path}/pool/htdocs/shared"
        self.secret = self.tree.write("outside/secret", "not for workers\n")
        self.outside = os.path.dirname(self.secret)
        # One place in the jail of what a worker must not read, and one of what it may.
        self.stolen = f"{self.source}/secret"
        self.own = self.tree.write("pool/htdocs/shared/own", "the pool's own\n")
        self.give_away()

    def give_away(self):
        for path in (self.source, os.path.dirname(self.source)):
            os.chown(path, NOBODY, NOBODY)

    def plant(self, text):
        """As a worker of the other pool does."""
        os.rename(self.source, f"{self.source}.away")
        os.symlink(text, self.source)
        os.lchown(self.source, NOBODY, NOBODY)

    def put_back(self):
        os.unlink(self.source)
        os.rename(f"{self.source}.away", self.source)

    def assert_not_stolen(self, server, path=None):
        assert server.fork(path or self.stolen) is None
        assert not os.path.exists(self.tree.jail + (path or self.stolen))

    def texts(self):
        return [self.outside, os.path.relpath(self.outside, os.path.dirname(self.source))]


class Sources:
    """In either isolation."""

    def test_a_link_that_comes_later(self):
        server = self.server(expose=self.source)
        for number, text in enumerate(self.texts(), 1):
            assert server.fork(self.own) == "the pool's own\n"
            self.plant(text)
            for _ in range(2):
                self.assert_not_stolen(server)
            # It is told once, not at every fork.
            assert len(server.lines(f"error: left out: .*{self.source} {PLANTED}")) == number
            self.put_back()
        assert server.fork(self.own) == "the pool's own\n"

    def test_a_link_before_the_start(self):
        """It does not keep the server from its start, either."""
        for number, text in enumerate(self.texts(), 1):
            self.plant(text)
            with self.server(expose=f"{self.source}:{self.file}") as server:
                self.assert_not_stolen(server)
                assert server.fork(self.file) == "the first\n"
                told = server.lines("error|warning")
                assert len(told) == number
                assert re.match(f"error: left out: .*{self.source} {PLANTED}", told[-1])
                self.put_back()
                assert server.fork(self.own) == "the pool's own\n"

    def test_a_link_on_the_way(self):
        above = os.path.dirname(self.source)
        way = f"{above}/way"
        self.tree.write("pool/htdocs/way/secret", "the pool's own\n")
        os.chown(way, NOBODY, NOBODY)
        source = f"{way}/secret"
        server = self.server(expose=source)
        assert server.fork(source) == "the pool's own\n"
        os.rename(way, f"{way}.away")
        os.symlink(self.outside, way)
        assert server.fork(source) in NOT_STOLEN
        assert len(server.lines(f"error: left out: .*{way} {PLANTED}")) == 1

    def test_a_file_that_becomes_a_link(self):
        path = f"{os.path.dirname(self.source)}/file"
        self.tree.write("pool/htdocs/file", "the pool's own\n")
        server = self.server(expose=path)
        assert server.fork(path) == "the pool's own\n"
        os.unlink(path)
        os.symlink(self.secret, path)
        assert server.fork(path) in NOT_STOLEN
        assert len(server.lines(f"error: left out: .*{path} {PLANTED}")) == 1

    def test_what_is_gone_at_the_start(self):
        """Whoever can take it away must not keep the server from its start by that."""
        os.rename(self.source, f"{self.source}.away")
        server = self.server(expose=self.source)
        assert len(server.lines(f"warning: expose waits for {self.source}:")) == 1
        os.rename(f"{self.source}.away", self.source)
        assert server.fork(self.own) == "the pool's own\n"

    def test_links_that_root_made_are_followed(self):
        """At the end as well as on the way: /etc/localtime, and /var/run, which leads to /run."""
        os.symlink("shared", f"{self.tree.path}/way")
        os.symlink("../way/file", f"{self.shared}/end")
        source = f"{self.tree.path}/way/end"
        server = self.server(expose=f"{source}:/etc/localtime")
        assert server.fork(source) == "the first\n"
        machine.write(self.file, "the second\n")
        assert server.fork(source) == "the second\n"
        with open("/etc/localtime", "rb") as file:
            assert bytes(server.fork("/etc/localtime"), "latin1")[:4] == file.read(4)
        assert server.lines("error|warning") == []

    def test_what_is_mounted_when_somebody_looks(self):
        """It may be the source itself, or a directory on the way."""
        sources = [f"{self.tree.path}/media/file", f"{self.tree.path}/other"]
        for point, name in ((os.path.dirname(sources[0]), "file"), (sources[1], "deep/file")):
            os.mkdir(point)

            def fill(path, name=name):
                os.makedirs(os.path.dirname(f"{path}/{name}"), exist_ok=True)
                machine.write(f"{path}/{name}", "mounted\n")

            machine.mount_when_asked(point, fill)
            # What was mounted, and what has asked for it.
            for _ in range(2):
                self.cleanups.callback(machine.run, "umount", "--lazy", point)
        server = self.server(expose=":".join(sources))
        assert server.fork(sources[0]) == "mounted\n"
        assert server.fork(f"{sources[1]}/deep/file") == "mounted\n"
        assert server.lines("again|error|warning") == []

    def test_a_race(self):
        """The directory and the link change places, again and again, while workers start."""
        os.symlink(self.outside, f"{self.source}.link")
        self.tree.write("pool/htdocs/shared/secret", "the pool's own\n")
        server = self.server(expose=self.source)
        rename = ctypes.CDLL(None, use_errno=True).renameat2
        names = [path.encode() for path in (self.source, f"{self.source}.link")]
        done, swaps, seen = threading.Event(), [], set()

        def swap():
            while not done.is_set():
                swaps.append(rename(-1, names[0], -1, names[1], RENAME_EXCHANGE))

        swapper = threading.Thread(target=swap)
        swapper.start()
        begin = time.monotonic()
        try:
            # It has been a race: both ways, and many times.
            while time.monotonic() < begin + 2 or len(
                    server.lines(f"left out: .*{PLANTED}")) < 10 or len(swaps) <= 1000 or (
                        "the pool's own\n" not in seen):
                assert time.monotonic() < begin + 120, server.lines()[-5:]
                seen.add(server.ask(self.stolen))
                assert seen <= set(NOT_STOLEN)
        finally:
            done.set()
            swapper.join()
        assert set(swaps) == {0}

    def test_a_program(self):
        """Its file names what root would bring, so nobody else may write to it; none of it is run."""
        above = os.path.dirname(self.source)
        mark = f"{self.tree.path}/run/mark"
        loader = self.tree.write("pool/htdocs/loader", f"#!/bin/sh\n: >{mark}\n", 0o755)
        program = compile_program("own_loader.c", f"{above}/program",
                                  f"-Wl,--dynamic-linker={loader}")
        settings = {"expose": f"{program},program:{self.file}", "isolation": self.isolation}
        self.tree.run(self.tree.put_server(), "listen", **settings)
        assert not os.path.exists(mark)
        server = self.server(**settings)
        assert server.fork(self.file) == "the first\n"
        assert server.fork(program) is None
        assert len(server.lines(f"error: left out: .*{program} can be changed by another user "
                                "than root, and names files that root would bring")) == 1


class TestChroot(Sources, SourceTest):
    """isolation = "chroot": what was copied before stays."""


class TestNamespace(Sources, SourceTest):
    """isolation = "namespace"."""

    isolation = "namespace"

    def test_the_host_itself(self):
        """As it was found: the link leads to "/", of which a worker then reads every file."""
        server = self.server(expose=self.source)
        self.plant("/")
        self.assert_not_stolen(server, f"{self.source}{self.secret}")
        self.assert_not_stolen(server, f"{self.source}/etc/passwd")
