"""A guest book in Flask by mod_wsgi: within httpd's workers, and in daemons of its own."""
# SPDX-License-Identifier: Apache-2.0
import os
import signal

import processes
from guestbook_test import GuestbookTest
from processes import wait_until

DAEMONS = """\
WSGISocketPrefix {jail}/run/wsgi
WSGIDaemonProcess guests processes=2 threads=4
WSGIScriptAlias / {jail}/app/guestbook.py process-group=guests application-group=%{{GLOBAL}}
"""


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
