"""
A server's row in README's table: what it is, how it is started and asked, and in which modes it works.

A file test_NAME.py holds a class for each row, which is a Life; that is a Row with the tests that every
row runs, in row_life.py. table.py makes README's table of the classes.
"""
# SPDX-License-Identifier: Apache-2.0
import http.client
import os
import signal
import socket
import subprocess

import pytest

import processes
from apache import free_port
from cases import LONG
from processes import wait_until
from tree import NOBODY, Tree

BARE = "bare"
MODES = ("chroot", "namespace", "rootless")
# What ends with a line of the shim ends with it: fatal_status, and what stops a start.
FATAL, CONFIG = 15, 78
# Of one question, in seconds: who waits for an answer has patience for another one.
TIMEOUT = processes.PATIENCE / 2
# A cell of the table: it works; or it makes no sense there, and nothing is tried.
WORKS = "yes"
NOT_FOR = "–"


class Refused(str):
    """A cell: the server does not serve there; the text is a part of the line that says why."""


class Row:
    """
    What a row must say of its server, and what the tests of row_life.py ask it to do.

    A method that starts with `configure` or `command` is told by self.mode how it runs, and finds its
    tree, jail, pidfile, port and words for formats in self.
    """

    # As README's table names it.
    name = None
    # Of each mode: WORKS, NOT_FOR, or Refused("part of the line").
    chroot = namespace = rootless = WORKS
    # Does it vary another row? Then the suite long alone tries it in all its modes, others in the first.
    variant = False
    # What it needs, besides jail and pidfile, in every mode: told in the table.
    settings = {}
    # Does it write a pidfile, which the settings name?
    has_pidfile = True
    # Is command() over when it serves, since its master has become a daemon?
    daemon = False
    # The status with which it ends where it is refused: the shim's own, or what it makes of a worker
    # that ends with that. None if it does not end by itself.
    refused_status = FATAL
    # The signals of its own manual, sent to self.pid; None for a server that cannot reload.
    reload_signal = signal.SIGHUP
    stop_signal = signal.SIGTERM
    # By which it opens its logs anew; None for a server that is not asked to by a signal.
    reopen_signal = None
    # How many workers there are at least.
    least_workers = 2
    # Environment of the start, besides the shim's.
    extra = {}

    @classmethod
    def modes(cls, refused=False):
        """The modes in which it works, or in which it is refused."""
        cells = {mode: getattr(cls, mode) for mode in MODES}
        return [mode for mode, cell in cells.items()
                if (isinstance(cell, Refused) if refused else cell == WORKS)]

    @classmethod
    def tried(cls):
        """The modes in which its tests run."""
        return cls.modes()[:1] if cls.variant and not LONG else cls.modes()

    # What a row says of its server.

    def configure(self):
        """Write what the server reads: its configuration, its pages in the jail."""

    def command(self):
        """The words that start it, as its administrator does."""
        raise NotImplementedError

    def ask(self):
        """Ask for something, and return the answer, which is the same bare and jailed."""
        return self.get("/")

    def leave(self):
        """Close the connections that workers() or ask() have left open."""

    def masters(self):
        """
        The pids that stay outside: by default what was started, or what the pidfile names.

        A server of one process has none: [], and workers() is [self.pid].
        """
        return [self.pid]

    def workers(self):
        """The pids that serve, and must be in the jail."""
        return [pid for master in self.masters() for pid in processes.children(master)]

    def reload(self):
        os.kill(self.pid, self.reload_signal)

    def stop(self):
        os.kill(self.pid, self.stop_signal)

    # The path of the log to which it writes a line for each request; None if it has none.
    access_log = None

    def reopen(self):
        """Have it open its logs anew: the old one has been moved away."""
        os.kill(self.pid, self.reopen_signal)

    # A method that has its next version take its place; self.pid is the new master's then. None for a
    # server that is upgraded by a stop and a start.
    upgrade = None

    # What it is done with.

    def open(self, mode, cleanups):
        """A tree of its own for one life of the server, in this mode."""
        self.mode = mode
        self.cleanups = cleanups
        self.tree = cleanups.enter_context(Tree())
        self.jail = self.tree.jail
        self.pidfile = self.tree.pidfile
        self.port = free_port()
        self.log = self.tree.write("server.log", "")
        # Whoever starts it may write to its log.
        os.chmod(self.log, 0o666)
        cleanups.callback(processes.end_all)
        return self

    @property
    def rootless_user(self):
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if self.mode == "rootless" else {}

    def write(self, name, text, mode=0o644, **words):
        """A file below the tree, with this life's words filled in; return its path."""
        words = {"tree": self.tree.path, "jail": self.jail, "run": f"{self.tree.path}/run",
                 "port": self.port, "pidfile": self.pidfile, "log": self.log, **words}
        return self.tree.write(name, text.format(**words), mode)

    def shim_settings(self):
        """The settings of this mode."""
        isolation = self.mode if self.mode in ("chroot", "namespace") else "chroot"
        pidfile = self.pidfile if self.has_pidfile else None
        return {"isolation": isolation, "pidfile": pidfile, **self.settings}

    def environment(self):
        return self.tree.environment(shim=self.mode != BARE, extra=self.extra, **self.shim_settings())

    def launch(self):
        """Start it, and look no further."""
        self.configure()
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.tree.path,
                start_new_session=True, env=self.environment(), **self.rootless_user)
        self.pid = self.process.pid

    def start(self):
        """Start it, until it answers; or say what it said."""
        self.launch()
        if self.daemon:
            assert self.process.wait(processes.PATIENCE) == 0, self.told()
            self.pid = wait_until(lambda: int(processes.read(self.pidfile) or 0), "its pidfile")
        wait_until(self.serves, f"{self.command()[0]} to serve")

    def serves(self):
        """Does it answer? It is an error if it has ended."""
        processes.collect()
        assert self.alive(self.pid), f"it has ended: {self.told()}"
        try:
            return self.ask()
        except (OSError, http.client.HTTPException):
            return None

    def alive(self, pid):
        if not self.daemon and pid == self.process.pid:
            return self.process.poll() is None
        return processes.alive(pid)

    def told(self):
        """What it, and the shim, have said."""
        return processes.read(self.log)[-4000:]

    def get(self, path, port=None, method="GET", body=None, headers=None):
        """A GET, or another request, over HTTP: status and text."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=TIMEOUT)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace")
        finally:
            connection.close()

    def talk(self, words, port=None, length=4096):
        """Say something over TCP, and return the first answer."""
        with socket.create_connection(("127.0.0.1", port or self.port), TIMEOUT) as client:
            client.sendall(words)
            return client.recv(length)

    def another_master(self, old, pidfile=None):
        """Wait for a master after this one, by its pidfile."""
        def found():
            pid = int(processes.read(pidfile or self.pidfile).strip() or 0)
            return pid if pid not in (0, old) and processes.alive(pid) else 0
        self.pid = wait_until(found, f"another master: {self.told()}")
        return self.pid


class RowTest:
    """Gives each test of a row a server of its own, which is not started."""

    @pytest.fixture(autouse=True)
    def own_cleanups(self, cleanups):
        self.cleanups = cleanups

    def life(self, mode):
        """Another server like this one, in a tree of its own."""
        return type(self)().open(mode, self.cleanups)
