"""gunicorn: workers that load the application in the jail, or were forked with it."""
# SPDX-License-Identifier: Apache-2.0
import signal

from app_server import Resizes, Upgrades
from gunicorn_row import Gunicorn, InPython
from processes import wait_until


class TestGunicorn(InPython, Resizes, Gunicorn):
    name = "gunicorn"

    def test_reload_loads_the_application_anew(self, mode):
        server = self.begin(mode)
        status, old = server.ask()
        server.tree.write("jail/srv/application.py", "def application(environment, start):\n"
                          "    start('200 OK', [])\n    return [b'another one']\n")
        server.reload()
        wait_until(lambda: server.serves() == (200, "another one"), "the new application")
        self.assert_serves(server)
        assert status == 200 and "served" in old


class TestPreloaded(Upgrades, Gunicorn):
    name = "gunicorn --preload"
    variant = True
    options = ("--preload",)
    next_suffix = ".2"
    end_signal = signal.SIGTERM

    def prepare_upgrade(self, server):
        # It hears WINCH as a daemon only.
        server.daemon = True
