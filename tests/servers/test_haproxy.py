"""haproxy, as Debian configures and starts it: a master that executes itself at each reload."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import signal
import socket
import subprocess

import processes
from apache import free_port
from application import application
from processes import wait_until
from row import NOT_FOR, Refused, Row
from row_life import Life, Refusal, identity

HAPROXY = """\
global
  log stderr local0 notice
  stats socket {run}/admin.sock mode 660 level admin expose-fd listeners
  stats timeout 30s
  {drop}
  {more}
defaults
  log global
  mode http
  option httplog
  option dontlognull
  timeout connect 5000
  timeout client 50000
  timeout server 50000
  errorfile 503 /etc/haproxy/errors/503.http
frontend all
  bind 127.0.0.1:{port}
  default_backend application
backend application
  server one 127.0.0.1:{behind}
"""


class Haproxy(Row):
    # Its master accepts at the socket of the master's command line.
    settings = {"master_accepts": "true"}
    reload_signal = signal.SIGUSR2
    least_workers = 1
    lossless_reload = True
    # The master ends with its worker: "exit-on-failure: killing every processes with SIGTERM".
    outlives_kill = False
    more = ""

    def configure(self):
        self.behind = free_port()
        self.cleanups.enter_context(application(self.behind))
        os.mkdir(f"{self.jail}/empty")
        drop = "" if self.mode == "rootless" else "user haproxy\n  group haproxy"
        self.configuration = self.write("haproxy.cfg", HAPROXY, drop=drop, behind=self.behind,
                                        more=self.more.format(jail=self.jail))

    def command(self):
        return ["haproxy", "-Ws", "-f", self.configuration, "-p", self.pidfile,
                "-S", f"{self.tree.path}/run/master.sock"]

    def ask(self):
        """What the application behind it says."""
        return self.get("/application")

    def start(self):
        super().start()
        self.wait_ready()

    def wait_ready(self):
        """Until the master answers: before that, it forgets a signal."""
        def answers():
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
                client.settimeout(10)
                client.connect(f"{self.tree.path}/run/master.sock")
                client.sendall(b"show proc\n")
                return client.recv(4096)
        wait_until(answers, f"a master that answers: {self.told()}")

    def reload(self):
        old = set(self.workers())
        super().reload()
        wait_until(lambda: set(self.workers()) - old, f"another worker: {self.told()}")
        self.wait_ready()


class TestHaproxy(Haproxy, Life):
    name = "haproxy, without `chroot`"


class TestOwnChroot(Haproxy, Life):
    """Debian's configuration as it is, and its directory /var/lib/haproxy is the jail."""

    name = "haproxy, its `chroot` is the jail"
    variant = True
    rootless = NOT_FOR
    more = "chroot {jail}"

    def test_below_the_jail(self, mode):
        server = self.life(mode)
        server.more = "chroot {jail}/empty"
        server.start()
        worker, = server.workers()
        assert self.is_in(worker, identity(f"{server.jail}/empty"))
        assert processes.root(server.pid) == "/"
        server.reload()
        wait_until(lambda: not processes.alive(worker), "the end of the old worker")
        worker, = server.workers()
        assert self.is_in(worker, identity(f"{server.jail}/empty"))


class TestChrootElsewhere(Haproxy, Refusal):
    name = "haproxy, its `chroot` is elsewhere"
    chroot = namespace = Refused("leads out of the jail: remove that setting of the server")
    rootless = NOT_FOR
    more = "chroot /var"


class TestDaemon(Haproxy, Life):
    """Each reload is another process, which asks the old one for its sockets."""

    name = "haproxy `-D`"
    variant = True
    settings = {}
    daemon = True

    @property
    def more(self):
        """Who never gives up root shows that it is the worker only as it accepts, with one thread."""
        return "nbthread 1" if self.mode == "rootless" else ""

    def command(self):
        return ["haproxy", "-D", "-f", self.configuration, "-p", self.pidfile]

    def masters(self):
        return []

    def workers(self):
        return [self.pid]

    def wait_ready(self):
        """Who started it has ended when it is."""

    def reload(self):
        old = self.pid
        command = [*self.command(), "-x", f"{self.tree.path}/run/admin.sock", "-sf", str(old)]
        with open(self.log, "a") as log:
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True,
                           env=self.environment(), cwd=self.tree.path, **self.rootless_user)
        self.another_master(old)
