"""The host's time zone in workers, and in the programs that they start."""
import os
import unittest

import machine
import processes
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


def setUpModule():
    """A machine in India."""
    processes.become_reaper()
    machine.own_mounts()
    machine.own_copy("/etc")
    os.unlink("/etc/localtime")
    os.symlink(f"/usr/share/zoneinfo/{ZONE}", "/etc/localtime")


class TimeTest(ServerTest):
    """A page that tells its server's zone, and a script that tells its own."""

    mpm = "prefork"
    modules = ("include", "mime", "alias", "cgi")
    extra = EXTRA

    @classmethod
    def prepare(cls):
        cls.apache.write("jail/htdocs/page.shtml", PAGE)
        cls.apache.write("jail/cgi/zone", SCRIPT, mode=0o755)

    def expect(self, page, script):
        self.assertEqual((self.apache.get("/page.shtml").text, self.apache.get("/cgi/zone").text),
                         (page, f"{script}\n"), self.apache.error_log())


class HostsZone(TimeTest):
    settings = {"services": "time", "expose": PROGRAMS}

    def test_page_and_script(self):
        self.expect("+0530", "+0530")


class HostsZoneInANamespace(HostsZone):
    settings = {"services": "time", "expose": PROGRAMS, "isolation": "namespace"}


class NoZone(TimeTest):
    """The worker itself has read the zone before it was jailed, programs cannot."""

    settings = {"expose": PROGRAMS}

    def test_the_script_falls_to_utc(self):
        self.expect("+0530", "+0000")


class NoZoneInANamespace(NoZone):
    settings = {"expose": PROGRAMS, "isolation": "namespace"}


class ChrootDir(TimeTest):
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
        self.assertEqual(self.apache.get("/page.shtml").text, "+0000", self.apache.error_log())


def load_tests(loader, _standard, _pattern):
    """Not the form."""
    return unittest.TestSuite(map(loader.loadTestsFromTestCase, (
        HostsZone, HostsZoneInANamespace, NoZone, NoZoneInANamespace, ChrootDir)))
