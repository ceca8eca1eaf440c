"""The start in each of its forms, and who is jailed afterwards."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import signal
import subprocess

import processes
from apache import MPMS, Apache
from cases import OneServerTest, ServerTest
from processes import wait_until


class TestStart(ServerTest):
    """By environment variables, as an administrator types it, in an otherwise empty jail."""

    mpms = MPMS

    extra = "ScoreBoardFile {tree}/run/scoreboard\n"

    def test_master_outside_workers_inside(self):
        self.assert_jailed()

    def test_a_page_is_served(self):
        assert self.apache.get("/").text == "the index page\n"

    def test_the_jail_gains_no_file(self):
        self.apache.graceful()
        self.apache.get("/")
        assert self.apache.jail_files() == {f"{self.apache.jail}/htdocs",
                                            f"{self.apache.jail}/htdocs/index.html"}

    def test_state_files_are_outside(self):
        for name in ("run/httpd.pid", "log/error.log"):
            assert os.path.exists(f"{self.apache.tree}/{name}"), name

    def test_apachectl_says_nothing(self):
        result = self.apache.control("-t")
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "Syntax OK\n")


class TestOtherStarts(OneServerTest):
    """A configuration file, no pidfile, the foreground."""

    mpms = MPMS

    def test_by_a_configuration_file(self):
        path = self.apache.write("chrootshim.conf", self.apache.format(
            'jail = "{jail}";\npidfile = "{tree}/run/httpd.pid";\n'
            'scoreboard = "{tree}/run/scoreboard";\n'))
        self.apache.settings = {"config": path}
        self.apache.configure("ScoreBoardFile {tree}/run/scoreboard\n")
        self.apache.start()
        self.assert_jailed()
        self.apache.graceful()
        self.assert_jailed()

    def test_without_a_pidfile(self):
        self.apache.settings["pidfile"] = None
        self.apache.start()
        self.assert_jailed()
        self.apache.graceful()
        self.assert_jailed()
        assert self.apache.get("/").status == 200

    def test_in_the_foreground(self):
        process = self.apache.command("-DFOREGROUND")
        self.apache.wait_ready()
        self.assert_jailed()
        os.kill(self.apache.master(), signal.SIGTERM)
        process.communicate(timeout=60)
        assert not os.path.exists(self.apache.pidfile)

    def test_through_a_symbolic_link(self):
        os.symlink(self.apache.jail, f"{self.apache.tree}/link")
        self.apache.settings["jail"] = f"{self.apache.tree}/link"
        self.apache.configure('Alias /link {tree}/link/htdocs\n'
                              '<Directory {tree}>\nOptions FollowSymLinks\n'
                              'Require all granted\n</Directory>\n',
                              ("alias",))
        self.apache.start()
        self.assert_jailed()
        assert self.apache.get("/").status == 200
        assert self.apache.get("/link/index.html").status == 200

    def test_stop_leaves_nothing(self):
        self.apache.start()
        self.apache.stop()
        assert not os.path.exists(self.apache.pidfile)
        wait_until(lambda: processes.collect() or not processes.descendants(os.getpid()),
                   "the end of all workers")


class TestOrder:
    """What a worker does between its fork and its first request."""

    mpms = MPMS

    def test_the_root_changes_before_the_uid(self, mpm):
        with Apache(mpm) as apache:
            trace = f"{apache.tree}/trace"
            command = ["strace", "-f", "-o", trace,
                       "-e", "trace=chroot,setuid,setgroups,accept4,clone",
                       "-E", f"LD_PRELOAD={apache.environment()['LD_PRELOAD']}"]
            environment = apache.environment()
            del environment["LD_PRELOAD"]
            tracer = subprocess.Popen(
                [*command, "apachectl", "-f", apache.conf, "-k", "start"], env=environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True)
            apache.wait_ready()
            workers = apache.workers()
            apache.stop()
            tracer.wait(timeout=60)
            calls = {}
            for line in processes.read(trace).splitlines():
                call = re.match(r"(\d+) +(\w+)\(", line)
                if call:
                    calls.setdefault(int(call.group(1)), []).append(call.group(2))
            for pid in workers:
                order = [call for call in calls[pid] if call in ("setgroups", "chroot", "setuid")]
                assert order == ["setgroups", "chroot", "setuid"], calls[pid]
