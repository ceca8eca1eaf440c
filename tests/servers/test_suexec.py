"""suexec, by mod_cgi and mod_cgid: a set-id program of httpd's own, which runs scripts as other users."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil

import machine
from httpd import Httpd
from row import NOT_FOR

BUSYBOX = "/bin/busybox"
PAGES = "/var/www"

# The directory of the scripts is compiled into suexec; it is the same inside and outside.
EXTRA = """\
LoadModule alias_module {modules}/mod_alias.so
LoadModule suexec_module {modules}/mod_suexec.so
SuexecUserGroup nobody nogroup
ScriptAlias /cgi/ /var/www/cgi/
<Directory /var/www/cgi>
Require all granted
</Directory>
"""

SCRIPT = """\
#!/bin/sh
printf 'Content-Type: text/plain\\n\\n'
id -u
cat part
"""


def setup_module():
    machine.own_mounts()
    machine.own_empty(PAGES)


class Suexec(Httpd):
    settings = {"no_new_privs": "false", "services": "accounts",
                "expose": "/usr/lib/apache2/suexec,program"}
    # A copy has no set-id bit; a mount has.
    chroot = rootless = NOT_FOR
    extra = EXTRA

    def configure(self):
        for name in "sh", "cat", "id":
            os.makedirs(f"{self.jail}/bin", exist_ok=True)
            shutil.copy(BUSYBOX, f"{self.jail}/bin/{name}")
        for folder in PAGES, f"{self.jail}{PAGES}":
            shutil.rmtree(f"{folder}/cgi", ignore_errors=True)
            os.makedirs(f"{folder}/cgi")
            for name, text in ("script", SCRIPT), ("part", "a part\n"):
                with open(f"{folder}/cgi/{name}", "w") as file:
                    file.write(text)
                os.chmod(f"{folder}/cgi/{name}", 0o755)
            for name in "", "script", "part":
                shutil.chown(f"{folder}/cgi/{name}", "nobody", "nogroup")
        self.apache.write("jail/var/log/apache2/suexec.log", "")

    def ask(self):
        return self.get("/cgi/script")

    def test_the_script(self, mode):
        server = self.begin(mode)
        assert server.ask() == (200, "65534\na part\n"), server.told()


class TestByCgi(Suexec):
    name = "httpd, suexec"
    mpm = "prefork"
    modules = ("cgi",)


class TestByCgid(Suexec):
    name = "httpd, suexec by mod_cgid"
    modules = ("cgid",)
    # Bare, too, a client of the daemon that ends has a 503: "failed reading PID from cgi daemon".
    lossless_reload = False
    extra = "ScriptSock {jail}/run/cgid\n" + EXTRA

    def configure(self):
        os.mkdir(f"{self.jail}/run", 0o755)
        super().configure()
