"""What all rows of uWSGI have in common: Debian's configuration, with an application below the jail."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import signal

import processes
from app_server import AppServer, USER
from languages import InLanguage
from processes import wait_until

APPLICATION = """\
import fractions
import os


def application(environment, start):
    with open(os.environ["PAGE"]) as page:
        text = page.read() + " " + os.getcwd() + " " + __file__
    start("200 OK", [("Content-Type", "text/plain")])
    return [text.encode()]
"""

# What Debian's default.ini has, and below it what the file of an application has.
CONFIGURATION = """\
[uwsgi]
master = true
workers = 2
no-orphans = true
pidfile = {pidfile}
socket = {jail}/run/socket
chmod-socket = 660
log-date = true

plugin = python3
http-socket = 127.0.0.1:{port}
chdir = {jail}/srv
wsgi-file = {jail}/srv/application.py
touch-reload = {run}/reload
{options}
"""

DROPS = f"uid = {USER}\ngid = {USER}\nchown-socket = {USER}"


class Uwsgi(InLanguage, AppServer):
    """What Debian's init script starts: a daemon that is told its file."""

    daemon = True
    stop_signal = signal.SIGINT
    # A worker that has accepted, but not begun with the request, exits at once: the client is reset.
    lossless_reload = False
    # Debian's logrotate copies the log, and truncates it.
    reopen_signal = None
    options = ""
    # What Python itself imports at the first request.
    language = "python"
    settings = {"services": "python"}

    def configure(self):
        self.extra = {"PAGE": self.tree.write("jail/srv/page.txt", "served")}
        self.write("jail/srv/application.py", APPLICATION)
        self.write("run/reload", "")
        # Where the socket is made.
        os.mkdir(f"{self.jail}/run")
        shutil.chown(f"{self.jail}/run", self.worker_user)
        options = "" if self.mode == "rootless" else self.options
        self.file = self.write("application.ini", CONFIGURATION, options=options)

    def command(self):
        return ["uwsgi", "--ini", self.file, "--daemonize", self.log]

    def serves(self):
        """It answers, and its processes hear signals: what comes before that is lost, also bare."""
        return self.hears() and super().serves()

    def hears(self):
        workers = self.workers()
        return len(workers) >= self.least_workers and self.catches(self.pid, signal.SIGUSR1) and all(
            self.catches(pid, signal.SIGUSR2) for pid in workers)

    @staticmethod
    def catches(pid, number):
        """Has it a handler of this signal, which is the last that it sets?"""
        return int(processes.status(pid, "SigCgt") or "0", 16) & 1 << (number - 1)

    def reload(self):
        wait_until(self.hears, "processes that hear")
        super().reload()
