"""puma's cluster, which has no user of its own: it is started as root, or as who it is to be."""
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import subprocess

import processes
from app_server import Resizes
from processes import wait_until
from rack import InRuby, RackServer
from row_life import Clients


class Puma(RackServer):
    """A cluster of two, and the files by which pumactl finds it."""

    # It hears HUP if it has a log.
    reload_signal = signal.SIGUSR1
    reopen_signal = signal.SIGHUP
    configuration = """\
directory "{jail}/srv"
workers 2
threads 1, 4
bind "tcp://127.0.0.1:{port}"
pidfile "{pidfile}"
state_path "{run}/puma.state"
stdout_redirect "{access_log}", "{access_log}", true
log_requests
{preload}
"""

    def command(self):
        return ["puma", "-C", self.file]

    def pumactl(self, word):
        """As the administrator does, without the shim."""
        result = subprocess.run(["pumactl", "-F", self.file, word], capture_output=True, text=True,
                                env={"PATH": os.environ["PATH"]}, timeout=60)
        assert result.returncode == 0, result.stdout + result.stderr

    def renew(self, server, word):
        """A restart by pumactl, under load: all workers are others then, and in the jail."""
        old = set(server.workers())
        with Clients(server) as clients:
            server.pumactl(word)
            wait_until(lambda: len(server.workers()) >= 2 and not old & set(server.workers()),
                       f"other workers: {server.told()}")
            clients.wait()
        self.assert_serves(server)


class TestPuma(InRuby, Resizes, Puma):
    name = "puma -w"

    def test_phased_restart(self, mode):
        server = self.begin(mode)
        self.renew(server, "phased-restart")

    def test_restart(self, mode):
        """It executes itself in its own place, with its sockets."""
        server = self.begin(mode)
        for _ in range(2):
            self.renew(server, "restart")

    def test_pumactl_stops_it(self, mode):
        server = self.begin(mode)
        server.pumactl("stop")
        assert server.process.wait(60) == -signal.SIGTERM
        wait_until(lambda: processes.collect() or not processes.descendants(os.getpid()),
                   "the end of its workers")
