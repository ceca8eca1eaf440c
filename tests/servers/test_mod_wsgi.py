"""mod_wsgi's daemons, which httpd's master forks, and forks again where they end."""
# SPDX-License-Identifier: Apache-2.0
import os
import signal

import processes
from httpd import Httpd
from languages import InLanguage
from processes import wait_until
from row import NOT_FOR

EXTRA = """\
WSGISocketPrefix {jail}/run/wsgi
WSGIDaemonProcess site user=games group=games processes=2 threads=2 home={jail}/app
WSGIScriptAlias /app {jail}/app/app.py process-group=site application-group=%{{GLOBAL}}
<Directory {jail}/app>
Require all granted
</Directory>
"""

# What it imports late, and the lock, which needs /dev/shm, are looked for in the jail.
APP = """\
import os
def application(environment, start):
    import decimal, json, multiprocessing
    with multiprocessing.Lock():
        text = json.dumps([str(decimal.Decimal(1) / 8), os.path.basename(__file__), os.getuid(),
                           open("part").read()])
    start("200 OK", [("Content-Type", "application/json")])
    return [text.encode()]
"""


class TestWsgi(InLanguage, Httpd):
    name = "httpd, mod_wsgi's daemons"
    language = "python"
    settings = {"services": "python:tmp"}
    # Nobody but root may bring Python into the jail.
    rootless = NOT_FOR
    modules = ("wsgi",)
    extra = EXTRA
    # Two workers and two daemons.
    least_workers = 4
    # The daemons end at once.
    lossless_reload = False

    def configure(self):
        os.mkdir(f"{self.jail}/run", 0o755)
        self.apache.write("jail/app/app.py", APP)
        self.apache.write("jail/app/part", "a part\n")

    def ask(self):
        return self.get("/app")

    def serves(self):
        """Its workers answer with an error until the daemons do."""
        answer = super().serves()
        return answer if answer and answer[0] == 200 else None

    def daemons(self):
        return [pid for pid in self.workers() if processes.status(pid, "Uid").split()[:1] == ["5"]]

    def test_the_application(self, mode):
        assert self.begin(mode).ask() == (200, '["0.125", "app.py", 5, "a part\\n"]')

    def test_a_daemon_that_is_asked_to_end(self, mode):
        """As wsgi's own documents tell to reload one application: others come, in the jail."""
        server = self.begin(mode)
        self.assert_jailed(server)
        # Who is in the jail may be about to give up root.
        old = wait_until(lambda: len(found := server.daemons()) == 2 and found, "two daemons")
        for pid in old:
            os.kill(pid, signal.SIGTERM)
        wait_until(lambda: len(server.daemons()) == 2 and not set(old) & set(server.daemons()),
                   f"other daemons: {server.told()}")
        self.assert_serves(server)
