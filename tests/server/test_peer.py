"""A stderr that is no log: a network client's connection, which gets no line of ours, or nothing."""
# SPDX-License-Identifier: Apache-2.0
import os
import socket
import subprocess

import pytest

import machine
from cases import TreeTest
from test_syslog import Listener

FATAL, CONFIG = 15, 78

# What is to be said: a start that is refused, and a worker that cannot be jailed.
SETTINGS = {"jail": "/nowhere"}
GONE = ("listen", "pair", "pidfile", "{pidfile}", "fork", "remove", "{jail}", "setuid", "65534")


def setup_module():
    machine.own_mounts()
    machine.own_copy("/dev")


def pair(family):
    """Both ends of a connection."""
    if family == socket.AF_UNIX:
        return socket.socketpair()
    address = "127.0.0.1" if family == socket.AF_INET else "::1"
    with socket.create_server((address, 0), family=family) as listener:
        client = socket.create_connection(listener.getsockname()[:2])
        return listener.accept()[0], client


class TestPeer(TreeTest):

    def run(self, family, *actions, **settings):
        """Run the server in miniature with a connection at fd 2: its status, and what came out."""
        connection, client = pair(family)
        with connection, client:
            status = subprocess.run(
                [self.tree.put_server(), *actions], env=self.tree.environment(**settings),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=connection,
                timeout=60, check=False).returncode
            connection.shutdown(socket.SHUT_WR)
            client.settimeout(60)
            with client.makefile() as stream:
                return status, stream.read()

    def without_syslog(self):
        if os.path.lexists("/dev/log"):
            os.unlink("/dev/log")

    @pytest.mark.parametrize("family", (socket.AF_INET, socket.AF_INET6))
    def test_nothing_is_said(self, family):
        self.without_syslog()
        assert self.run(family, "say", "self", **SETTINGS) == (CONFIG, "")
        actions = [word.format(pidfile=self.tree.pidfile, jail=self.tree.jail) for word in GONE]
        assert self.run(family, *actions) == (FATAL, "")

    def test_syslog_hears_it(self):
        listener = Listener()
        self.cleanups.callback(listener.close)
        self.cleanups.callback(self.without_syslog)
        assert self.run(socket.AF_INET, "say", "self", **SETTINGS) == (CONFIG, "")
        assert listener.hears("/nowhere")

    @pytest.mark.parametrize("redirection", ("2>/dev/null", "2>&-"))
    def test_syslog_hears_what_would_be_lost(self, redirection):
        """Daemons close stderr, or make it /dev/null, before their first worker."""
        listener = Listener()
        self.cleanups.callback(listener.close)
        self.cleanups.callback(self.without_syslog)
        actions = [word.format(pidfile=self.tree.pidfile, jail=self.tree.jail) for word in GONE]
        result = self.tree.run("sh", "-c", f'exec "$@" {redirection}', "sh", self.tree.put_server(),
                               *actions)
        assert result.returncode == FATAL
        assert listener.hears("cannot enter the jail")

    def test_a_local_reader_is_told(self):
        """The journal of systemd is a Unix socket."""
        status, text = self.run(socket.AF_UNIX, "say", "self", **SETTINGS)
        assert status == CONFIG
        assert text.startswith("chrootshim[")
