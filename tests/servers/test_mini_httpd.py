"""mini_httpd, as Debian starts it: it gives up root after it listens, and forks for each connection."""
# SPDX-License-Identifier: Apache-2.0
import os
import signal

import processes
from processes import wait_until
from row import NOT_FOR
from row_life import Life, holds, identity


class MiniHttpd(Life):
    daemon = True
    reload_signal = None
    reopen_signal = signal.SIGHUP
    least_workers = 1
    # It is the one that accepts.
    outlives_kill = False
    root = "nochroot"
    pages = "html"

    def configure(self):
        self.tree.write(f"jail/{self.pages}/index.html", "served\n")
        self.access_log = f"{self.jail}/log/access.log"
        self.tree.write("jail/log/access.log", "")
        user = () if self.mode == "rootless" else ("user=www-data",)
        lines = ["host=127.0.0.1", f"port={self.port}", f"dir={self.jail}/{self.pages}", self.root, *user,
                 f"logfile={self.access_log}", f"pidfile={self.pidfile}", "charset=iso-8859-1"]
        for path in self.access_log, os.path.dirname(self.access_log):
            os.chmod(path, 0o777)
        self.configuration = self.tree.write("mini-httpd.conf", "".join(f"{line}\n" for line in lines))

    def command(self):
        return ["mini_httpd", "-C", self.configuration]

    def ask(self):
        return self.get("/"), self.get("/absent")[0]

    def reopen(self):
        """Children that it had forked before may write to the old log until they end."""
        super().reopen()
        moved = identity(f"{self.access_log}.1")
        wait_until(lambda: not any(holds(pid, moved) for pid in
                                   [self.pid, *processes.children(self.pid)]),
                   f"a log that nobody holds: {self.told()}")

    def masters(self):
        return []

    def workers(self):
        """The one that accepts; its children end with their connections."""
        return [self.pid]


class TestMiniHttpd(MiniHttpd):
    name = "mini_httpd"


class TestOwnChroot(MiniHttpd):
    """Its directory of pages, which is its own root, is the jail."""

    name = "mini_httpd `-r`, its directory is the jail, or below it"
    variant = True
    rootless = NOT_FOR
    root = "chroot"
    pages = "."
    # It opens the log by what its path is below the root, and says so where that fails.
    reopen_signal = None

    def test_below_the_jail(self, mode):
        server = self.life(mode)
        server.pages = "html"
        server.start()
        assert server.ask() == ((200, "served\n"), 404)
        assert self.is_in(server.pid, identity(f"{server.jail}/html"))
