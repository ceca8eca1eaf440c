"""The host's time zone in workers, and in the programs that they start."""
# SPDX-License-Identifier: Apache-2.0
import os

import machine
from cases import ServerTest

ZONE = "Asia/Kolkata"

EXTRA = """\
TypesConfig /dev/null
AddType text/html .shtml
AddOutputFilter INCLUDES .shtml
ScriptAlias /cgi/ {jail}/cgi/
<Directory {jail}/htdocs>
Options +Includes
</Directory>
<Directory {jail}/cgi>
Options +ExecCGI
</Directory>
"""

PAGE = '<!--#config timefmt="%z" --><!--#echo var="DATE_LOCAL" -->'
SCRIPT = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nexec /usr/bin/date +%z\n"
PROGRAMS = "/bin/sh,program:/usr/bin/date,program"


def setup_module():
    """A machine in India."""
    machine.own_mounts()
    machine.own_copy("/etc")
    os.unlink("/etc/localtime")
    os.symlink(f"/usr/share/zoneinfo/{ZONE}", "/etc/localtime")


class TimeTest(ServerTest):
    """A page that tells its server's zone, and a script that tells its own."""

    mpms = ("prefork",)
    modules = ("include", "mime", "alias", "cgi")
    extra = EXTRA

    @classmethod
    def prepare(cls):
        cls.apache.write("jail/htdocs/page.shtml", PAGE)
        cls.apache.write("jail/cgi/zone", SCRIPT, mode=0o755)

    def expect(self, page, script):
        for path, text in (("/page.shtml", page), ("/cgi/zone", f"{script}\n")):
            assert self.apache.get(path).text == text, self.apache.error_log()


class TestHostsZone(TimeTest):
    settings = {"services": "time", "expose": PROGRAMS}

    def test_page_and_script(self):
        self.expect("+0530", "+0530")


class TestHostsZoneInANamespace(TestHostsZone):
    settings = {"services": "time", "expose": PROGRAMS, "isolation": "namespace"}


class TestNoZone(TimeTest):
    """The worker itself has read the zone before it was jailed, programs cannot."""

    settings = {"expose": PROGRAMS}

    def test_the_script_falls_to_utc(self):
        self.expect("+0530", "+0000")


class TestNoZoneInANamespace(TestNoZone):
    settings = {"expose": PROGRAMS, "isolation": "namespace"}


class TestChrootDir(TimeTest):
    """httpd's own chroot, without the shim: the page falls to UTC."""

    shim = False
    extra = EXTRA + "ChrootDir {jail}\n<Directory />\nOptions +FollowSymLinks\n</Directory>\n"

    @classmethod
    def prepare(cls):
        """Nobody translates paths: a link leads from the outside view back."""
        super().prepare()
        apache = cls.apache
        os.makedirs(f"{apache.jail}{apache.tree}")
        os.symlink("/", f"{apache.jail}{apache.jail}")

    def test_the_page_falls_to_utc(self):
        assert self.apache.get("/page.shtml").text == "+0000", self.apache.error_log()
