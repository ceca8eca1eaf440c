"""fcgiwrap: as Debian's unit starts it, with workers of its own, and by spawn-fcgi."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil

import fastcgi
from row import CONFIG, NOT_FOR, WORKS, Refused
from row_life import Life

BUSYBOX = "/bin/busybox"

SCRIPT = """\
#!/bin/sh
printf 'Content-Type: text/plain\\n\\n'
echo "$REQUEST_METHOD $MARK"
cat part
"""


class Fcgiwrap(Life):
    """It serves CGI scripts, here by busybox, which is the shell of the jail."""

    name = "fcgiwrap"
    has_pidfile = False
    reload_signal = None
    least_workers = 1
    outlives_kill = False

    def configure(self):
        for name in "sh", "cat":
            os.makedirs(f"{self.jail}/bin", exist_ok=True)
            shutil.copy(BUSYBOX, f"{self.jail}/bin/{name}")
        self.tree.write("jail/cgi/script", SCRIPT, mode=0o755)
        self.tree.write("jail/cgi/part", "a part\n")

    def command(self):
        return ["fcgiwrap", "-f", *self.options, "-s", f"tcp:127.0.0.1:{self.port}"]

    options = ()

    def ask(self):
        return fastcgi.request(("127.0.0.1", self.port), f"{self.jail}/cgi/script", MARK="given")

    def test_the_script(self, mode):
        server = self.begin(mode)
        header, _, body = server.ask().partition("\r\n\r\n")
        assert (header, body) == ("Content-Type: text/plain", "GET given\na part\n")

    def test_no_script_outside(self, mode):
        """Not by its own path, nor by a link that leads there."""
        server = self.begin(mode)
        outside = server.tree.write("outside/script", SCRIPT, mode=0o755)
        server.tree.write("outside/part", "outside\n")
        os.symlink(outside, f"{server.jail}/cgi/link")
        for script in outside, f"{server.jail}/cgi/link":
            assert "Status: 40" in fastcgi.request(("127.0.0.1", server.port), script)


class TestFcgiwrap(Fcgiwrap):
    """One process, as the unit's user, or as root."""

    settings = {"one_process": "true"}

    def masters(self):
        return []

    def workers(self):
        return [self.pid]


class TestPreforked(Fcgiwrap):
    """A master and workers; without root it needs a pidfile, and has none."""

    name = "fcgiwrap -c"
    variant = True
    rootless = Refused("CHROOTSHIM_PIDFILE: a server that is not started as root needs it")
    refused_status = CONFIG
    options = ("-c", "3")
    least_workers = 3
    outlives_kill = True

    def stop(self):
        """Its workers stay when it ends, and its unit ends them."""
        workers = self.workers()
        super().stop()
        for pid in workers:
            os.kill(pid, self.stop_signal)


class TestSpawned(Fcgiwrap):
    """
    spawn-fcgi gives up root with its socket open, so what it starts is in the jail already.

    Debian's script starts it with an empty environment: the library's variables go into ENV_VARS.
    """

    name = "spawn-fcgi, fcgiwrap"
    variant = True
    settings = {"services": "shim", "expose": "/usr/sbin/fcgiwrap,program"}
    rootless = NOT_FOR
    daemon = True
    options = ("-u", "www-data", "-g", "www-data")

    def command(self):
        return ["spawn-fcgi", "-P", self.pidfile, "-F", "1", "-a", "127.0.0.1", "-p", str(self.port),
                *self.options, "--", "/usr/sbin/fcgiwrap", "-f"]

    def masters(self):
        return []

    def workers(self):
        return [self.pid]


class TestSpawnedByAUser(TestSpawned):
    """What an ordinary user's spawn-fcgi starts finds all that it needs outside, until it accepts."""

    name = "spawn-fcgi by a user, fcgiwrap"
    settings = {"one_process": "true"}
    chroot = namespace = NOT_FOR
    rootless = WORKS
    options = ()
