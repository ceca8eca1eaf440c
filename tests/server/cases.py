"""The forms of a test case: a tree, a server not yet started, and one server for all methods."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os

import pytest

import processes
from apache import Apache
from processes import wait_until
from tree import Tree


# The suite "long" asks for the long form of what is tried many times.
LONG = bool(os.environ.get("LONG_TESTS"))


class TreeTest:
    """Each of its methods has a tree of its own."""

    @pytest.fixture(autouse=True)
    def own_tree(self, cleanups):
        self.cleanups = cleanups
        self.tree = cleanups.enter_context(Tree())


class JailedTest:
    """A test case with self.apache, which runs under each of the MPMs."""

    mpms = ("event",)

    def assert_jailed(self):
        """The master is outside, every worker inside, with the worker's uid."""
        apache = self.apache

        def roots():
            """Of one look; a process that ends meanwhile has none."""
            return list(filter(None, map(processes.root, apache.workers())))

        assert processes.root(apache.master()) == "/"
        # One of them may just have an end. Nothing tells that a worker of its master's user is on
        # its way, so it gets the time.
        seen = wait_until(
            lambda: len(found := roots()) >= 2 and (not apache.user or set(found) == {apache.jail})
            and found, "workers that are inside")
        assert set(seen) == {apache.jail}


class OneServerTest(JailedTest):
    """Each of its methods has a server of its own, not started."""

    @pytest.fixture(autouse=True)
    def own_server(self, mpm, cleanups):
        self.mpm = mpm
        self.cleanups = cleanups
        self.apache = cleanups.enter_context(Apache(mpm))


class ServerTest(JailedTest):
    """All of its methods have one server, described by class attributes."""

    extra = ""
    modules = ()
    settings = {}
    shim = True

    @classmethod
    def prepare(cls):
        """Put into the tree what the server needs at its start."""

    @classmethod
    def before_start(cls):
        """Look at what is configured, before the server has made anything."""

    @classmethod
    @contextlib.contextmanager
    def serving(cls, mpm):
        """The server, prepared and started; it ends with the block."""
        with contextlib.ExitStack() as cls.cleanups:
            cls.mpm = mpm
            cls.apache = cls.cleanups.enter_context(
                Apache(mpm, shim=cls.shim, settings=cls.settings))
            cls.prepare()
            cls.apache.configure(cls.extra, cls.modules)
            cls.before_start()
            cls.apache.start()
            yield

    @pytest.fixture(scope="class", autouse=True)
    def server(self, request, mpm):
        with request.cls.serving(mpm):
            yield
