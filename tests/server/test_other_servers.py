"""Servers other than httpd, each as its administrator starts it: what serves is in the jail."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import http.client
import os
import signal
import socket

import pytest

import machine
import processes
from apache import free_port
from cases import TreeTest
from daemons import Daemon
from processes import wait_until

FATAL = 15

LIGHTTPD = """\
server.port = {port}
server.bind = "127.0.0.1"
server.document-root = "{jail}"
server.errorlog = "{tree}/error.log"
"""

WSGI = """\
def application(environment, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"served"]
"""


class OtherServerTest(TreeTest):
    """One server on a port of its own; its pidfile is {pidfile}, where it has one."""

    @pytest.fixture(autouse=True)
    def own_port(self, own_tree):
        self.port = free_port()
        self.log = f"{self.tree.path}/server.log"

    def write(self, name, text, **words):
        """A configuration file with this server's words filled in."""
        words = {"tree": self.tree.path, "jail": self.tree.jail, "run": f"{self.tree.path}/run",
                 "port": self.port, "pidfile": self.tree.pidfile, **words}
        return self.tree.write(name, text.format(**words))

    def answers(self):
        """It serves: whatever it says at a connection."""
        with socket.create_connection(("127.0.0.1", self.port), processes.PATIENCE):
            return True

    def get(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=processes.PATIENCE)
        try:
            connection.request("GET", "/")
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def start(self, *command, extra=None, **settings):
        """Start it in the foreground, until it listens."""
        daemon = Daemon(command, self.answers, self.log, cwd=self.tree.path,
                        env=self.tree.environment(extra=extra, **settings))
        self.cleanups.callback(processes.end_all)
        self.pid = daemon.process.pid
        return daemon

    def ends(self, *command, **settings):
        """It does not serve: return its exit status and what it said."""
        result = self.tree.run(*command, **settings)
        return result.returncode, result.stdout + result.stderr

    def assert_workers(self, pid, least=1):
        """All children of the master are jailed, and there are some; the master is not."""
        assert processes.root(pid) == "/"
        wait_until(lambda: len(processes.children(pid)) >= least and {
            processes.root(child) for child in processes.children(pid)} == {self.tree.jail},
            f"workers in the jail: {processes.read(self.log)}")

    def another_master(self, old, pidfile):
        """Wait for the pid of the master after this one; its pidfile may be another."""
        def found():
            pid = int(processes.read(pidfile) or 0)
            return pid if pid not in (0, old) and processes.alive(pid) else 0
        return wait_until(found, f"another master: {processes.read(self.log)}")


class TestOneProcess(OtherServerTest):
    """A server of one process is jailed whole, at its first client at the latest."""

    def assert_whole(self):
        wait_until(lambda: processes.root(self.pid) == self.tree.jail,
                   f"the jail: {processes.read(self.log)}")

    def test_lighttpd_without_a_user(self):
        self.tree.write("jail/index.html", "served")
        conf = self.write("lighttpd.conf", LIGHTTPD + 'index-file.names = ("index.html")\n')
        self.start("lighttpd", "-D", "-f", conf, pidfile=None)
        assert self.get() == "served"
        self.assert_whole()

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_redis(self, isolation):
        self.start("redis-server", "--port", str(self.port), "--save", "", pidfile=None,
                   isolation=isolation)
        with socket.create_connection(("127.0.0.1", self.port), processes.PATIENCE) as client:
            client.sendall(b"PING\r\n")
            assert client.recv(16) == b"+PONG\r\n"
        self.assert_whole()

    def test_memcached_drops_and_starts_threads_before_it_listens(self):
        command = ["memcached", "-u", "nobody", "-l", "127.0.0.1", "-p", str(self.port), "-U", "0"]
        daemon = Daemon(command, lambda: True, self.log,
                        env=self.tree.environment(pidfile=None))
        self.cleanups.callback(processes.end_all)

        def ended():
            with contextlib.suppress(OSError), \
                    socket.create_connection(("127.0.0.1", self.port), processes.PATIENCE) as client:
                client.sendall(b"version\r\n")
                assert client.recv(16) == b""
            return daemon.process.poll() is not None

        wait_until(ended, "the end of a server that cannot be jailed")
        assert daemon.process.returncode == FATAL
        assert "more than one thread" in processes.read(self.log)


class TestRefreshers(OtherServerTest):
    """Each master has the process that brings changes to its workers, and no other one is left."""

    def start_with_exposed(self, *command, **settings):
        self.exposed = self.tree.write("exposed", "1\n")
        self.start(*command, expose=self.exposed, isolation="namespace", **settings)

    def one(self, master):
        refresher, = wait_until(lambda: processes.refreshers(master), "a refresher")
        return refresher

    def reaches_workers(self, master, text):
        machine.write(self.exposed, text)
        for worker in processes.children(master):
            wait_until(lambda: processes.read(f"/proc/{worker}/root{self.exposed}") == text, text)

    def test_of_both_versions_of_gunicorn(self):
        self.tree.write("app.py", WSGI)
        self.start_with_exposed(
            "gunicorn", "-u", "nobody", "-g", "nogroup", "-w", "2", "--preload",
            "-p", self.tree.pidfile, "-b", f"127.0.0.1:{self.port}", "app:application")
        self.assert_workers(self.pid, 2)
        old = self.one(self.pid)
        os.kill(self.pid, signal.SIGUSR2)
        new = self.another_master(self.pid, f"{self.tree.pidfile}.2")
        self.assert_workers(new, 2)
        assert self.one(self.pid) == old != self.one(new)
        self.reaches_workers(self.pid, "2\n")
        self.reaches_workers(new, "3\n")
        os.kill(self.pid, signal.SIGTERM)
        wait_until(lambda: processes.collect() or not processes.alive(old), "the end of the old one")
        self.reaches_workers(new, "4\n")


class TestDropInTheMaster(OtherServerTest):
    """uWSGI gives up root before it forks, and before it listens."""

    @pytest.mark.parametrize("pidfile", (True, False))
    def test_uwsgi(self, pidfile):
        app = self.tree.write("app.py", WSGI)
        command = ["uwsgi", "--plugin", "python3", "--master", "--uid", "nobody",
                   "--gid", "nogroup", "--http-socket", f"127.0.0.1:{self.port}",
                   "--wsgi-file", app, "-p", "2"]
        if pidfile:
            self.start(*command, "--pidfile", self.tree.pidfile)
        else:
            self.start(*command, pidfile=None)
        self.assert_workers(self.pid, 2)

    def test_uwsgi_cannot_enter_a_mount_namespace(self):
        app = self.tree.write("app.py", WSGI)
        status, said = self.ends("uwsgi", "--plugin", "python3", "--master", "--uid", "nobody",
                                 "--gid", "nogroup", "--http-socket", f"127.0.0.1:{self.port}",
                                 "--wsgi-file", app, pidfile=None, isolation="namespace")
        assert status == FATAL
        assert "gave up root before it listens" in said
