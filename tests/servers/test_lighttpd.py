"""lighttpd, as Debian configures and starts it: one process, or a master with `server.max-worker`."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import signal

import processes
from chrootshim import chrootshim
from row_life import Life
from tree import NOBODY

LIGHTTPD = """\
server.modules = ("mod_indexfile", "mod_access", "mod_alias", "mod_redirect", "mod_accesslog",
                  "mod_dirlisting", "mod_staticfile")
server.document-root = "{jail}/html"
server.upload-dirs = ("{jail}/uploads")
server.pid-file = "{pidfile}"
server.bind = "127.0.0.1"
server.port = {port}
server.feature-flags += ("server.h2proto" => "enable", "server.graceful-shutdown-timeout" => 5)
accesslog.filename = "{jail}/log/access.log"
index-file.names = ("index.php", "index.html")
mimetype.assign = (".html" => "text/html")
url.access-deny = ("~", ".inc")
{more}
"""


class Lighttpd(Life):

    # It reads its configuration, and loads its modules, anew in the jail.
    settings = {"services": "files", "expose": "/etc/lighttpd:/usr/lib/lighttpd"}
    reload_signal = signal.SIGUSR1
    reopen_signal = signal.SIGHUP
    more = ""

    def configure(self):
        self.tree.write("jail/html/index.html", "served")
        self.tree.write("jail/html/hidden.inc", "not served")
        for folder in "log", "uploads":
            os.mkdir(f"{self.jail}/{folder}")
            os.chown(f"{self.jail}/{folder}", self.user, self.user)
        self.access_log = f"{self.jail}/log/access.log"
        more = self.more
        if self.mode != "rootless":
            more += 'server.username = "www-data"\nserver.groupname = "www-data"\n'
        folder = "lighttpd"
        if self.mode == "rootless":
            # What an ordinary user cannot have brought into the jail, root has put there.
            chrootshim("populate", "--service", "files", settings={"jail": self.jail})
            shutil.copytree("/usr/lib/lighttpd", f"{self.jail}/usr/lib/lighttpd")
            folder = "jail/lighttpd"
        self.configuration = self.write(f"{folder}/lighttpd.conf", LIGHTTPD, more=more)

    @property
    def user(self):
        return NOBODY if self.mode == "rootless" else 33

    def shim_settings(self):
        """Its configuration is below the tree, and not in /etc."""
        expose = self.settings["expose"].replace("/etc/", f"{self.tree.path}/")
        brought = {"expose": None, "services": None} if self.mode == "rootless" else {"expose": expose}
        return {**super().shim_settings(), **brought}

    def command(self):
        return ["lighttpd", "-D", "-f", self.configuration]

    def ask(self):
        """A page, what it keeps to itself, and what it has not."""
        return self.get("/"), self.get("/hidden.inc")[0], self.get("/absent")[0]


class TestLighttpd(Lighttpd):
    name = "lighttpd"
    least_workers = 1
    outlives_kill = False

    def masters(self):
        return []

    def workers(self):
        return [self.pid]


class TestMaxWorker(Lighttpd):
    """Its master gives up root before it forks, and is in the jail then; without root it is outside."""

    name = "lighttpd, `server.max-worker`"
    variant = True
    more = "server.max-worker = 2\n"

    @property
    def least_workers(self):
        return 2 + (self.mode != "rootless")

    def masters(self):
        return [self.pid] if self.mode == "rootless" else []

    def workers(self):
        return processes.children(self.pid) + [self.pid] * (not self.masters())
