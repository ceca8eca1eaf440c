"""Piped loggers run outside the jail and without the shim, whenever the master forks them."""
# SPDX-License-Identifier: Apache-2.0
import os
import pwd
import signal

import processes
from apache import LIBRARY, MPMS, WORKER_USER
from cases import ServerTest
from processes import wait_until

ROTATELOGS = "/usr/bin/rotatelogs"
ACCOUNT = pwd.getpwnam(WORKER_USER)
WRAPPER = f"/usr/bin/setpriv --reuid={ACCOUNT.pw_uid} --regid={ACCOUNT.pw_gid} --clear-groups"
SHELL_LOG = "shell/access"

# The log of each piped logger, and the uid that it runs with.
LOGS = {"piped/access": 0, "piped/error": 0, SHELL_LOG: 0, "wrapped/access": ACCOUNT.pw_uid}

LOGGERS = f"""\
LogFormat "%r" request
CustomLog "|{ROTATELOGS} {{tree}}/piped/access 86400" request
CustomLog "|$exec {ROTATELOGS} {{tree}}/{SHELL_LOG} 86400" request
CustomLog "|{WRAPPER} {ROTATELOGS} {{tree}}/wrapped/access 86400" request
ErrorLog "|{ROTATELOGS} {{tree}}/piped/error 86400"
LogLevel info
"""


class Loggers:
    """One server with each kind of piped logger."""

    extra = LOGGERS

    @classmethod
    def prepare(cls):
        for name in LOGS:
            os.makedirs(os.path.dirname(f"{cls.apache.tree}/{name}"), exist_ok=True)
        os.chown(f"{cls.apache.tree}/wrapped", ACCOUNT.pw_uid, ACCOUNT.pw_gid)
        cls.number = 0

    def log(self, name):
        """The text of a log; rotatelogs appends the time of its rotation to the name."""
        directory, start = os.path.split(f"{self.apache.tree}/{name}")
        return "".join(processes.read(f"{directory}/{file}")
                       for file in sorted(os.listdir(directory)) if file.startswith(start))

    def logger(self, name):
        """The one process that writes this log, or None."""
        path = f"{self.apache.tree}/{name}"
        found = [pid for pid in self.apache.helpers()
                 if path in processes.read(f"/proc/{pid}/cmdline").split("\0")]
        return found[0] if len(found) == 1 else None

    def loggers(self):
        """The process of each log, as soon as there is exactly one for each."""
        def find():
            found = {name: self.logger(name) for name in LOGS}
            return all(found.values()) and found
        return wait_until(find, "one logger for each log")

    def assert_logging(self):
        """A request appears in each access log, an error in the error log; nothing in the jail."""
        type(self).number += 1
        marker = f"/request-{self.number}"
        assert self.apache.get(marker).status == 404
        for name in LOGS:
            if name.endswith("access"):
                wait_until(lambda: f"GET {marker} " in self.log(name), f"{marker} in {name}")
        wait_until(lambda: f"htdocs{marker}" in self.log("piped/error"), "the error")
        assert os.listdir(self.apache.jail) == ["htdocs"]

    def assert_outside(self):
        def look():
            """The uid and the root of each; one that ends meanwhile has no root."""
            found = {name: (processes.uid(pid), processes.root(pid))
                     for name, pid in self.loggers().items()}
            return all(root for _, root in found.values()) and found

        assert wait_until(look, "all loggers") == {name: (uid, "/") for name, uid in LOGS.items()}
        self.assert_jailed()

    def renew(self, action="graceful"):
        """The loggers end a little later than the workers that write to them."""
        before = set(self.apache.helpers())
        self.apache.renew(action)
        wait_until(lambda: not before & set(self.apache.helpers()), "the end of old loggers")

    def test_loggers_run_outside_and_log(self):
        self.assert_outside()
        self.assert_logging()

    def test_a_killed_logger_has_a_successor_outside(self):
        self.assert_successors("piped/access", SHELL_LOG, "wrapped/access")

    def test_a_killed_error_logger_is_back_after_a_graceful_restart(self):
        """httpd watches over the loggers of CustomLog only; shim or not, ErrorLog's stays dead."""
        victim = self.loggers()["piped/error"]
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: not processes.alive(victim), "the end of the error logger")
        self.renew()
        assert self.loggers()["piped/error"] != victim
        self.assert_outside()
        self.assert_logging()

    def test_graceful_restarts(self):
        for _ in range(3):
            self.renew()
            self.assert_outside()
            self.assert_logging()
        self.assert_successors("piped/access", SHELL_LOG, "wrapped/access")

    def test_restart(self):
        self.renew("restart")
        self.assert_outside()
        self.assert_logging()

    def test_rotatelogs_of_a_successor_is_without_the_shim(self):
        """The master forks it among the workers; the shim leaves nothing of itself with it."""
        self.assert_successors("piped/access")
        pid = self.loggers()["piped/access"]
        assert LIBRARY not in processes.read(f"/proc/{pid}/maps")
        environment = processes.read(f"/proc/{pid}/environ").split("\0")
        assert [entry for entry in environment
                if entry.startswith(("LD_PRELOAD=", "CHROOTSHIM_"))] == []

    def assert_successors(self, *names):
        before = self.loggers()
        for name in names:
            os.kill(before[name], signal.SIGKILL)
        for name in names:
            wait_until(lambda: self.logger(name) not in (None, before[name]),
                       f"a successor for {name}")
        self.assert_outside()
        self.assert_logging()


class TestByEnvironment(Loggers, ServerTest):
    """The shim is configured by variables."""

    mpms = MPMS


class TestBySecretFile(Loggers, ServerTest):
    """The shim is configured by a file that a wrapped logger may not read."""

    mpms = MPMS

    @classmethod
    def prepare(cls):
        super().prepare()
        path = cls.apache.write("chrootshim.conf", cls.apache.format(
            'jail = "{jail}";\npidfile = "{tree}/run/httpd.pid";\n'), mode=0o600)
        cls.apache.settings = {"config": path}
