"""A guest book in Flask by mod_wsgi: within httpd's workers, and in daemons of its own."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pwd
import re
import signal
import sys

import pytest

import machine
import processes
from apache import Apache
from guestbook_test import GuestbookTest
from processes import wait_until
from site_test import SiteTest

FACTS = """\
import grp, json, os, pwd, sys
import own

def application(environment, start):
    start("200 OK", [("Content-Type", "application/json")])
    facts = {"words": own.WORDS, "module": own.__file__, "prefix": sys.prefix, "path": sys.path,
             "directory": os.getcwd(), "home": os.environ["HOME"],
             "user": pwd.getpwuid(os.getuid()).pw_name,
             "groups": sorted(grp.getgrgid(group).gr_name for group in os.getgroups())}
    return [json.dumps(facts).encode()]
"""

DAEMONS = """\
WSGISocketPrefix {jail}/run/wsgi
WSGIDaemonProcess guests processes=2 threads=4
WSGIScriptAlias / {jail}/app/guestbook.py process-group=guests application-group=%{{GLOBAL}}
"""

# As Debian's mod_wsgi is set up, whatever the rest of the configuration says.
SOCKETS = "/var/run/apache2"
OUTSIDE = DAEMONS.partition("\n")[2]


@pytest.fixture(scope="module", autouse=True)
def own_machine():
    machine.own_mounts()
    machine.own_empty("/run/apache2")


class TestEmbedded(GuestbookTest):
    """mod_wsgi within httpd's workers."""

    modules = ("wsgi",)
    mpms = ("prefork",)
    extra = "WSGIScriptAlias / {jail}/app/guestbook.py\n"


class TestEmbeddedInThreads(TestEmbedded):
    """In the main interpreter: with others, a worker of threads hangs as it ends, bare as well."""

    mpms = ("event",)
    extra = TestEmbedded.extra + "WSGIApplicationGroup %{{GLOBAL}}\n"


class TestDaemons(GuestbookTest):
    """mod_wsgi's own processes, which the master forks, first before it has a pidfile."""

    modules = ("wsgi",)
    extra = DAEMONS

    def application(self):
        """The process that runs the application."""
        return int(self.browser.get("/pid").text)

    def test_a_new_application_is_loaded(self):
        """The daemons end as the script's time changes, and the master starts others."""
        old = set(self.apache.workers())
        pid = self.application()
        assert pid in old
        os.utime(f"{self.apache.jail}/app/guestbook.py", (0, 1_600_000_000))
        wait_until(lambda: self.application() not in old, "an application that is loaded anew")
        self.test_who_is_jailed()

    def test_a_killed_daemon_is_replaced(self):
        pid = self.application()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not processes.alive(pid), "the end of a daemon")
        assert self.browser.get("/").status == 200
        assert self.application() != pid
        self.test_who_is_jailed()


class TestSocketsOutside(GuestbookTest):
    """The sockets of the daemons are where Debian has them, beside the pidfile."""

    ways = ("bare", "namespace")
    modules = ("wsgi",)
    expose = SOCKETS
    extra = OUTSIDE


def test_sockets_outside_are_for_a_namespace():
    """Under chroot they would have to be copied."""
    with Apache(modules=("wsgi",), extra=OUTSIDE) as apache:
        apache.settings["expose"] = SOCKETS
        apache.control("-k", "start")
        pattern = (f"chrootshim.*error: CHROOTSHIM_EXPOSE: {SOCKETS} cannot be copied into the jail: "
                   'wsgi.*: it is a socket.*set isolation = "namespace"')
        wait_until(lambda: re.search(pattern, apache.error_log()), "the line that says so")


class TestVirtualEnvironment(SiteTest):
    """Daemons of another user, with supplementary groups, and with modules of their own."""

    modules = ("wsgi",)
    services = "python:accounts"
    extra = """\
WSGISocketPrefix {jail}/run/wsgi
WSGIDaemonProcess own user=games group=games supplementary-groups=audio,video umask=0027 \\
python-home={jail}/environment home={jail}/app
WSGIScriptAlias / {jail}/app/facts.py process-group=own application-group=%{{GLOBAL}}
"""

    @classmethod
    def prepare(cls):
        super().prepare()
        jail = cls.apache.jail
        os.makedirs(f"{jail}/environment/bin")
        os.symlink("/usr/bin/python3", f"{jail}/environment/bin/python3")
        os.mkdir(f"{jail}/run")
        version = "%d.%d" % sys.version_info[:2]
        cls.apache.write("jail/environment/pyvenv.cfg", "home = /usr/bin\n"
                         "include-system-site-packages = true\n")
        cls.apache.write(f"jail/environment/lib/python{version}/site-packages/own.py",
                         "WORDS = 'a module of the environment'\n")
        cls.apache.write("jail/app/facts.py", FACTS)

    def test_facts(self):
        page = self.browser.get("/")
        assert page.status == 200, self.apache.error_log()
        facts = json.loads(page.text)
        jail = self.apache.jail
        assert facts["words"] == "a module of the environment"
        assert facts["module"].startswith(f"{jail}/environment/lib/")
        assert facts["prefix"] == f"{jail}/environment"
        assert facts["directory"] == f"{jail}/app"
        assert facts["home"] == pwd.getpwnam("games").pw_dir
        assert facts["user"] == "games" and set(facts["groups"]) >= {"audio", "video"}
        self.same("facts", page.text)
