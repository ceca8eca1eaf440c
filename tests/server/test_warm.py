"""An otherwise empty jail: what libc loads late was loaded before, in the master where that can be."""
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import socket
import subprocess

import pytest

import machine
import processes
from apache import Apache
from cases import TreeTest
from php_server import PhpTest
from tree import NOBODY

ISOLATIONS = ("chroot", "namespace")
CHARSET = "ISO-8859-15"
EURO = "a4"
ZONE, OFFSET = "Asia/Kolkata", "+0530"
MISSING = "libgcc_s.so.1 must be installed for pthread_cancel to work"

# A locale in the archive of all, and one in a directory of its own: glibc unloads the latter.
LOCALES = {"de_DE@archived": (), "fr_FR@apart": ("--no-archive",)}
GERMAN_OR_FRENCH = f", {CHARSET}"

# A module that nothing but the warm-up loads: no server asks it for its own user.
NSS_MODULE = "libnss_hesiod.so.2"

# How a worker comes about, and whether its master warms up for it.
FROM_MASTER = ("listen", "fork", "setuid", str(NOBODY))
BY_ITSELF = ("clone-by-kernel", "setuid", str(NOBODY))

PAGE = """\
<?php
echo json_encode([
    'iconv' => bin2hex((string)@iconv('UTF-8', '%s', '\u20ac')),
    'locale' => setlocale(LC_ALL, ''),
    'number' => sprintf('%%.1f', 1.5),
]);
"""


def setup_module():
    """A machine in India that has a German and a French locale, and one more NSS module."""
    machine.own_mounts()
    machine.own_copy("/etc")
    os.unlink("/etc/localtime")
    os.symlink(f"/usr/share/zoneinfo/{ZONE}", "/etc/localtime")
    machine.write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files hesiod\n")
    machine.own_copy("/usr/lib/locale")
    for name, options in LOCALES.items():
        subprocess.run(["localedef", *options, "-i", name.partition("@")[0], "-f", CHARSET, name],
                       check=True)


class Late(TreeTest):
    """Runs programs/server_late.c; the jail is empty at the start of each run."""

    @pytest.fixture(autouse=True)
    def build(self, own_tree):
        self.server = self.tree.put_server()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.cleanups.callback(self.listener.close)

    def run_late(self, *actions, **options):
        result = self.tree.run(self.server, *actions, **{"pidfile": None, **options})
        assert (result.returncode, result.stderr) == (0, ""), result.stdout
        return result.stdout.splitlines()

    def in_workers(self, *actions, **options):
        """What the actions print in each kind of worker, under each isolation; all must agree."""
        answers = []
        for isolation in ISOLATIONS:
            for way, passed in ((FROM_MASTER, ()), (BY_ITSELF, (self.listener.fileno(),))):
                answers.append(self.run_late(*way, *actions, isolation=isolation, pass_fds=passed,
                                             **options))
        assert answers == [answers[0]] * len(answers)
        return answers[0]


class TestCharsets(Late):

    def test_a_charset_that_is_named(self):
        assert self.in_workers("iconv", CHARSET, charsets=CHARSET) == [EURO]

    def test_by_another_of_its_names(self):
        assert self.in_workers("iconv", "LATIN-9", charsets=CHARSET) == [EURO]

    def test_a_charset_that_is_not_named(self):
        assert self.in_workers("iconv", CHARSET) == ["no charset"]
        assert self.in_workers("iconv", CHARSET, charsets="KOI8-R") == ["no charset"]


class TestLocales(Late):

    @pytest.mark.parametrize("name", LOCALES)
    def test_that_of_the_environment(self, name):
        assert self.in_workers("locale", "", extra={"LC_ALL": name}) == [GERMAN_OR_FRENCH]

    @pytest.mark.parametrize("name", LOCALES)
    def test_another_one_is_not_found(self, name):
        assert self.in_workers("locale", name) == ["no locale"]

    @pytest.mark.parametrize("name", LOCALES)
    def test_another_one_is_found_with_the_service(self, name):
        assert self.in_workers("locale", name, services="locale") == [GERMAN_OR_FRENCH]


class TestThreads(Late):

    def test_a_thread_is_cancelled(self):
        assert self.in_workers("cancel") == ["cancelled"]

    def test_the_process_aborts_without_the_library(self):
        result = self.tree.run(self.server, "fork", "chroot", self.tree.jail, "cancel", shim=False)
        assert (result.returncode, result.stdout) == (128 + signal.SIGABRT, "")
        assert MISSING in result.stderr


class TestTimeZone(Late):

    def test_that_of_the_host(self):
        assert self.in_workers("zone") == [OFFSET]

    def test_that_of_the_environment(self):
        assert self.in_workers("zone", extra={"TZ": "Europe/Moscow"}) == ["+0300"]

    def test_utc_without_the_shim(self):
        assert self.run_late("fork", "chroot", self.tree.jail, "zone", shim=False) == ["+0000"]


class TestInTheMaster(Late):
    """A library that the master has not mapped, each worker would have to load for itself."""

    @pytest.mark.parametrize("library", (NSS_MODULE, "libgcc_s.so.1"))
    def test_libraries_are_mapped_before_the_first_fork(self, library):
        find = ("library", library)
        assert self.run_late(*find, "listen", *find, services="dns") == [
            "not mapped", "mapped"]

    @pytest.mark.parametrize("library", ("libnss_files.so.2", "libnss_dns.so.2"))
    def test_what_glibc_has_built_in_is_not(self, library):
        """Since 2.34; before, these are modules like the others."""
        version = tuple(map(int, os.confstr("CS_GNU_LIBC_VERSION").split()[1].split(".")))
        find = ("library", library)
        assert self.run_late("listen", *find, services="dns") == [
            "not mapped" if version >= (2, 34) else "mapped"]

    def test_the_servers_environment_stays(self):
        assert self.run_late("variable", "TZ", "listen", "variable", "TZ") == ["unset", "unset"]

    def test_also_when_the_server_has_inherited_its_socket(self):
        """It never listens, so that its first fork is the last moment: see what the child has."""
        assert self.run_late("fork", "library", NSS_MODULE,
                             pass_fds=(self.listener.fileno(),)) == ["mapped"]

    def test_not_in_a_process_that_serves_nobody(self):
        assert self.run_late("fork", "library", NSS_MODULE) == ["not mapped"]

    def test_in_httpd(self):
        with Apache("event") as apache:
            apache.start()
            for pid in (apache.master(), *apache.workers()):
                maps = processes.read(f"/proc/{pid}/maps")
                assert NSS_MODULE in maps
                assert "libgcc_s.so.1" in maps


class Php(PhpTest):
    """PHP in httpd, whose environment has the French locale."""

    @classmethod
    def prepare(cls):
        cls.apache.write("jail/htdocs/page.php", PAGE % CHARSET)
        cls.apache.write("envvars", processes.read(f"{cls.apache.tree}/envvars")
                         + "export LC_ALL=fr_FR@apart\n")
        super().prepare()


class TestPhpWarm(Php):
    settings = {"charsets": CHARSET}

    def test_iconv_and_locale(self):
        assert self.ask("/page.php") == {"iconv": EURO, "locale": "fr_FR@apart", "number": "1,5"}


class TestPhpWarmInANamespace(TestPhpWarm):
    settings = {"charsets": CHARSET, "isolation": "namespace"}


class TestPhpCold(Php):

    def test_iconv_knows_no_other_charset(self):
        assert self.ask("/page.php")["iconv"] == ""
