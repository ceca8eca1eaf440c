"""What the rows of httpd have in common: it is started and reloaded by apachectl, in a tree of its own."""
# SPDX-License-Identifier: Apache-2.0
import processes
from apache import Apache
from processes import wait_until
from row import BARE, MODES
from row_life import Life


class ByUser(Apache):
    """Without root. mod_fcgid refuses to start for www-data, who may run suexec."""

    user = "nobody"


class Httpd(Life):
    """A Life whose tree is that of class Apache; `modules` and `extra` make it what it is."""

    mpm = "event"
    modules = ()
    extra = ""
    daemon = True
    lossless_reload = True

    def open(self, mode, cleanups):
        self.mode = mode
        self.cleanups = cleanups
        settings = {**self.settings, "isolation": mode} if mode in MODES[:2] else self.settings
        kind = ByUser if mode == "rootless" else Apache
        self.apache = cleanups.enter_context(
            kind(self.mpm, self.extra, self.modules, shim=mode != BARE, settings=settings))
        self.jail, self.pidfile = self.apache.jail, self.apache.pidfile
        self.port = self.apache.port
        self.log = f"{self.apache.tree}/log/error.log"
        # How it ends is what test_stop tries; others need not wait for its daemons, which take seconds.
        cleanups.callback(processes.end_all)
        return self

    def start(self):
        self.configure()
        result = self.apache.control("-k", "start")
        assert result.returncode == 0, result.stdout + result.stderr + self.told()
        self.pid = wait_until(self.apache.master, f"its pidfile: {self.told()}")
        wait_until(self.serves, f"httpd to serve: {self.told()}")

    def reload(self):
        """Until a new generation serves: for a signal that comes earlier, it has no ear."""
        old = set(self.workers())
        assert self.apache.control("-k", "graceful").returncode == 0, self.told()
        wait_until(lambda: set(self.workers()) - old, f"new workers: {self.told()}")

    def command(self):
        return ["apachectl", "-k", "start"]
