"""A jail whose top is served publishes what is exposed: told at the start, once, where it looks so."""
# SPDX-License-Identifier: Apache-2.0
import os

import pytest

from cases import OneServerTest
from forker import ForkerTest

MARKS = ("index.html", "index.php", ".htaccess", "wp-config.php", "favicon.ico", "robots.txt",
         "index.htm", "index.xhtml")


class Publication(ForkerTest):

    def warnings(self, **settings):
        with self.server(**settings) as server:
            server.fork()
            lines = server.lines("warning|error")
        os.unlink(server.log)
        return lines

    @pytest.mark.parametrize("mark", MARKS)
    def test_a_site_in_the_jails_top(self, mark):
        self.tree.write(f"jail/{mark}", "")
        assert self.warnings(expose=self.file) == [
            f"warning: CHROOTSHIM_JAIL: {self.tree.jail} has {mark}, as the top directory of a site: "
            "if it is served, clients can ask for what is exposed in it, such as "
            f"{self.file}: make the directory above it the jail"]

    def test_where_the_setting_stands(self):
        self.tree.write("jail/index.html", "")
        conf = self.tree.write("shim.conf", f'\njail = "{self.tree.jail}";\n')
        line, = self.warnings(jail=None, config=conf, expose=self.file)
        assert line.startswith(f"warning: {conf}:2: jail: {self.tree.jail} has index.html")

    def test_a_link_in_the_jails_top(self):
        os.symlink("htdocs/index.php", f"{self.tree.jail}/index.php")
        assert len(self.warnings(services="accounts")) == 1

    def test_a_site_below_the_top(self):
        self.tree.write("jail/htdocs/index.html", "")
        os.mkdir(f"{self.tree.jail}/index.php")
        assert self.warnings(expose=self.file) == []

    def test_nothing_is_exposed(self):
        """What is absent, devices and private directories are nothing that clients can read."""
        self.tree.write("jail/index.html", "")
        assert self.warnings() == []
        assert self.warnings(services="files:tmp", expose=f"{self.tree.path}/none,optional") == []


class TestUnderChroot(Publication):
    pass


class TestInANamespace(Publication):
    isolation = "namespace"


class TestApache(OneServerTest):
    """The reason: with DocumentRoot at the jail's top, a client gets the accounts."""

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_it_gives_away_what_is_exposed(self, isolation):
        apache = self.apache
        apache.write("jail/index.html", "the top\n")
        apache.configure("DocumentRoot {jail}\n")
        apache.settings |= {"services": "accounts", "isolation": isolation}
        told = apache.start().stderr + apache.error_log()
        assert apache.get("/etc/passwd").text.startswith("root:x:0:0:")
        said, = (line for line in told.splitlines() if "top directory of a site" in line)
        assert said.endswith(", such as /etc/group: make the directory above it the jail")
