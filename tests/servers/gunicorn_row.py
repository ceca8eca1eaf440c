"""What all rows of gunicorn have in common."""
# SPDX-License-Identifier: Apache-2.0
from app_server import AppServer, USER
from languages import InLanguage

# It imports what gunicorn itself has no need of.
APPLICATION = """\
import fractions
import os


def application(environment, start):
    with open(os.environ["PAGE"]) as page:
        text = page.read() + " " + os.getcwd() + " " + __file__
    start("200 OK", [("Content-Type", "text/plain")])
    return [text.encode()]
"""


class Gunicorn(AppServer):
    """Two workers that drop root, as its manual has it: an application below the jail."""

    options = ()
    lossless_reload = True

    def configure(self):
        self.extra = {"PAGE": self.tree.write("jail/srv/page.txt", "served")}
        self.write("jail/srv/application.py", APPLICATION)
        self.access_log = self.write_log()

    def command(self):
        user = [] if self.mode == "rootless" else ["--user", USER, "--group", USER]
        if self.daemon:
            user += ["--daemon", "--log-file", self.log]
        return ["gunicorn", *user, "--workers", "2", "--pid", self.pidfile,
                "--bind", f"127.0.0.1:{self.port}", "--chdir", f"{self.jail}/srv",
                "--access-logfile", self.access_log, "--graceful-timeout", "30",
                *self.options, "application"]


class InPython(InLanguage):
    """Its workers import what is not there yet when they are jailed."""

    language = "python"
    settings = {"services": "python"}
