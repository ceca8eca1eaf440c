"""Debian's own configuration, unchanged, with /var/www as the jail: all that it serves is served."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import re

import pytest

import machine
import processes
from apache import Apache
from cases import JailedTest

CONFIGURATION = "/etc/apache2"
WWW = "/var/www"
PIDFILE = "/run/apache2/apache2.pid"
LOG = "/var/log/apache2/error.log"

# As apache2's postinst enables them on a fresh system.
MODULES = ("access_compat", "alias", "auth_basic", "authn_core", "authn_file", "authz_core",
           "authz_host", "authz_user", "autoindex", "deflate", "dir", "env", "filter", "mime",
           "mpm_event", "negotiation", "reqtimeout", "setenvif", "status")
CONFS = ("charset", "localized-error-pages", "other-vhosts-access-log", "security",
         "serve-cgi-bin", "javascript-common")

ISOLATIONS = ("chroot", "namespace")


def enable(kind, *names):
    """As a2enmod, a2enconf and a2ensite do."""
    for name in names:
        for path in glob.glob(f"{CONFIGURATION}/{kind}-available/{name}.*"):
            os.symlink(f"../{kind}-available/{os.path.basename(path)}",
                       f"{CONFIGURATION}/{kind}-enabled/{os.path.basename(path)}")


def install():
    """The directories of a machine on which apache2 has just been installed."""
    machine.own_mounts()
    machine.own_copy(CONFIGURATION)
    for directory in ("/run", WWW, "/var/log/apache2", "/usr/lib/cgi-bin"):
        machine.own_empty(directory)
    os.mkdir("/run/lock", 0o1777)
    for path in glob.glob(f"{CONFIGURATION}/*-enabled/*"):
        os.unlink(path)
    enable("mods", *MODULES)
    enable("conf", *CONFS)
    enable("sites", "000-default")


setup_module = install


class Stock(Apache):
    """`apachectl -k start`, and nothing changed but the port, for others may have 80."""

    def __init__(self, settings):
        super().__init__(settings={"jail": WWW, "pidfile": PIDFILE, **settings})
        self.jail = WWW
        self.pidfile = PIDFILE
        machine.write(f"{CONFIGURATION}/ports.conf", f"Listen 127.0.0.1:{self.port}\n")

    def command(self, *arguments, **options):
        environment = self.environment()
        del environment["APACHE_ENVVARS"]
        return self.popen(["apachectl", *arguments], environment, **options)

    def owns(self, pid):
        """This /run is the test's own."""
        return True

    def error_log(self):
        return processes.read(LOG)


class StockTest(JailedTest):
    """Each test has a server, which is not started, and an empty /var/www."""

    services = "apache"

    @pytest.fixture(autouse=True)
    def own_server(self, cleanups, mpm):
        self.cleanups = cleanups
        os.mkdir(f"{WWW}/html", 0o755)
        machine.write(f"{WWW}/html/index.html", "the page of /var/www/html\n")
        cleanups.callback(self.empty)

    @staticmethod
    def empty():
        """What a test has left in the directories of install()."""
        for path in glob.glob(f"{WWW}/*"):
            machine.run("rm", "-rf", path)
        for path in glob.glob("/usr/lib/cgi-bin/*") + glob.glob("/var/log/apache2/*"):
            os.unlink(path)

    def start(self, isolation, **settings):
        """Its log must have nothing to say."""
        self.apache = self.cleanups.enter_context(
            Stock({"isolation": isolation, "services": self.services, **settings}))
        result = self.apache.start()
        assert "chrootshim[" not in result.stderr + self.apache.error_log()

    def get(self, path, status=200, **options):
        reply = self.apache.get(path, **options)
        assert reply.status == status, (path, self.apache.error_log())
        return reply


@pytest.mark.parametrize("isolation", ISOLATIONS)
class TestStock(StockTest):

    def test_the_page(self, isolation):
        """Even with no service at all."""
        self.start(isolation, services=None)
        assert self.get("/").text == "the page of /var/www/html\n"
        self.assert_jailed()
        self.get("/icons/blank.gif", 403)

    def test_a_listing_and_its_icons(self, isolation):
        os.mkdir(f"{WWW}/html/list")
        for name in ("a.txt", "b.tar.gz", "c.png", "d"):
            machine.write(f"{WWW}/html/list/{name}", "")
        self.start(isolation)
        text = self.get("/list/").text
        icons = set(re.findall(r'<img src="(/icons/[^"]*)"', text))
        assert len(icons) >= 5
        for icon in icons:
            with open(f"/usr/share/apache2{icon}", "rb") as file:
                assert self.get(icon).body == file.read()

    def test_scripts_for_browsers(self, isolation):
        """Those that are links to other packages' directories, too."""
        self.start(isolation)
        paths = glob.glob("/usr/share/javascript/*/*.js") + glob.glob(
            "/usr/share/javascript/bootstrap4/*/*.css")
        assert any(os.path.islink(path) and "nodejs" in os.readlink(path) for path in paths)
        for path in filter(os.path.exists, paths):
            with open(path, "rb") as file:
                assert self.get(path.removeprefix("/usr/share")).body == file.read(), path

    def test_texts_of_errors(self, isolation):
        """The block in localized-error-pages.conf, once an administrator takes the # away."""
        with open(f"{CONFIGURATION}/conf-available/localized-error-pages.conf") as file:
            block = re.sub("^#", "", file.read().split("37 lines.\n")[1], flags=re.M)
        path = f"{CONFIGURATION}/conf-enabled/zz-errors.conf"
        machine.write(path, block)
        enable("mods", "include")
        self.cleanups.callback(os.unlink, path)
        self.cleanups.callback(os.unlink, f"{CONFIGURATION}/mods-enabled/include.load")
        self.start(isolation)
        text = self.get("/missing", 404, headers={"Accept-Language": "de"}).text
        assert "Objekt nicht gefunden!" in text

    def test_after_restarts(self, isolation):
        self.start(isolation)
        for action in "graceful", "restart":
            self.apache.renew(action)
            self.assert_jailed()
            self.get("/")
            self.get("/icons/blank.gif")


@pytest.mark.parametrize("isolation", ISOLATIONS)
class TestCgi(StockTest):
    """a2enmod cgid; in a namespace with the socket outside, where Debian has it."""

    services = "apache:shell"

    def test_a_script(self, isolation):
        enable("mods", "cgid")
        self.cleanups.callback(os.unlink, f"{CONFIGURATION}/mods-enabled/cgid.load")
        self.cleanups.callback(os.unlink, f"{CONFIGURATION}/mods-enabled/cgid.conf")
        if isolation == "chroot":
            path = machine.write(f"{CONFIGURATION}/conf-enabled/zz-cgid.conf",
                                 f"ScriptSock {WWW}/cgid.sock\n")
            self.cleanups.callback(os.unlink, path)
        machine.write("/usr/lib/cgi-bin/say", "#!/bin/sh\necho 'Content-Type: text/plain'; echo\n"
                      "pwd; ls /html /var/www\n", 0o755)
        self.start(isolation, self_link="true")
        for _ in range(2):
            directory, *names = self.get("/cgi-bin/say").text.splitlines()
            assert directory == "/usr/lib/cgi-bin"
            assert names[:2] == ["/html:", "index.html"]
            assert "html" in names[names.index("/var/www:"):]
            self.apache.graceful()
