"""Workers that die at once, again and again: the server is ended with one line, others are not."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import os
import re
import signal

import pytest

import processes
from apache import MPMS
from cases import OneServerTest
from processes import wait_until
from test_children import RoleTest
from test_other_servers import OtherServerTest
from tree import compile_program

WAYS = ("wait", "__wait", "waitpid", "__waitpid", "wait3", "wait4", "waitid")
LINE = (r"error: (\d+) workers in a row died at once, the last one {how}: {what}: look at the lines "
        r"above for what they miss in the jail {jail}, and name it in `services` or `expose`")
ENDED = "the server is ended"
REFUSED = "for ten seconds no worker is forked"

NGINX = """\
daemon off; pid {pidfile}; error_log {tree}/error.log; user nobody nogroup; worker_processes 2;
events {{}}
http {{
  access_log off;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "served"; }} }}
}}
"""

# So that ten have died soon: httpd forks few in place of many.
MANY = """\
StartServers 9
<IfModule !mpm_prefork_module>
MaxSpareThreads 128
MaxRequestWorkers 128
</IfModule>
"""

GUNICORN_BROKEN = "raise RuntimeError\n"


def told(text, jail, how, what=ENDED):
    """How many died, by the one line of the log that says so."""
    lines = [line for line in text.splitlines() if "workers in a row" in line]
    assert len(lines) == 1, text
    found = re.search(LINE.format(how=how, what=what, jail=re.escape(jail)), lines[0])
    assert found, lines[0]
    return int(found[1])


def answer(apache):
    """The status of an answer, or what came instead."""
    try:
        return apache.get("/").status
    except (ConnectionError, http.client.HTTPException) as error:
        return error


class TestCounting(RoleTest):
    """A master in miniature, whose workers give up root and end."""

    def storm(self, *rest, first=(), settings=None, **options):
        return self.act(*self.armed, *first, "storm", *rest, **(settings or {}), **options)

    def assert_ended(self, result, how):
        assert result.returncode == -signal.SIGTERM, result.stderr
        assert told(result.stderr, self.tree.jail, how) == 10
        assert result.stderr.count("\n") == 1

    def assert_not_ended(self, result, count):
        assert (result.returncode, result.stderr, result.stdout) == (0, "", f"{count} workers\n")

    @pytest.mark.parametrize("wait", WAYS)
    def test_in_whatever_way_it_waits(self, wait):
        self.assert_ended(self.storm(wait, "7", "50"), "with status 7")
        self.assert_ended(self.storm(wait, f"SIG{signal.SIGSEGV}", "50"), "by SIGSEGV")
        self.assert_not_ended(self.storm(wait, "7", "9"), 9)
        self.assert_not_ended(self.storm(wait, "0", "50"), 50)
        self.assert_not_ended(self.storm(wait, f"SIG{signal.SIGTERM}", "50"), 50)

    def test_in_a_namespace(self):
        result = self.storm("waitpid", "7", "50", settings={"isolation": "namespace"})
        self.assert_ended(result, "with status 7")

    def test_off(self):
        self.assert_not_ended(self.storm("waitpid", "7", "50", settings={"exit_storm": "off"}), 50)

    def test_beside_one_that_has_served(self):
        """As in a server with several pools, one of which is broken."""
        result = self.storm("waitpid", "7", "50", first=["visit", "serving-child"])
        self.assert_not_ended(result, 50)

    def test_who_has_served_cannot_write_that_nobody_has(self):
        """A worker that a client breaks into shares no memory with its master."""
        result = self.storm("waitpid", "7", "50", first=["visit", "broken-child"])
        self.assert_not_ended(result, 50)

    @pytest.mark.parametrize("serve", (
        *(["raw-receive", wait] for wait in ("epoll", "poll", "ppoll", "select", "pselect")),
        ["recv"], ["read"], ["stream"], ["datagrams", "recv"], ["be-sent"]), ids=" ".join)
    def test_clients_cannot_end_it(self, serve):
        """A worker dies of a datagram, or of a connection that it was handed."""
        self.assert_not_ended(self.act(*self.armed, "datagrams", "storm-of", "50", *serve), 50)

    def test_workers_that_do_not_get_as_far_as_datagrams(self):
        self.assert_ended(self.act(*self.armed, "datagrams", "storm-of", "50", "poll"), "by SIGABRT")

    def test_children_of_a_master_that_accepts(self):
        """Such a one may end with status 1 because a client gave a wrong password."""
        result = self.storm("waitpid", "1", "50", settings={"master_accepts": "true"})
        self.assert_not_ended(result, 50)

    def test_no_worker_is_forked_for_a_time(self):
        result = self.storm("waitpid", "7", "50", settings={"exit_storm": "refuse"})
        assert (result.returncode, result.stdout) == (0, "10 workers, EAGAIN\n")
        assert told(result.stderr, self.tree.jail, "with status 7", REFUSED) == 10

    def test_a_server_that_does_not_end(self):
        """No worker is forked any more, but not at once: httpd would sleep before it ends."""
        result = self.storm("waitpid", "7", "1000000", first=["ignore-term"])
        count = re.fullmatch(r"(\d+) workers, EAGAIN\n", result.stdout)
        assert count and int(count[1]) > 10
        assert told(result.stderr, self.tree.jail, "with status 7") == 10


class StormTest(OneServerTest):
    """Apache with programs/storm.c in front of the shim."""

    @pytest.fixture(autouse=True)
    def preload(self, own_server):
        apache = self.apache
        storm = compile_program("storm.c", f"{apache.tree}/storm.so", "-shared", "-fPIC")
        apache.library = f"{storm}:{apache.library}"
        apache.configure(MANY)

    def break_workers(self, way):
        self.apache.write("jail/storm", way)

    def assert_ended(self, master, how):
        """In its own way: its pidfile is gone, and so is what it had started."""
        apache = self.apache
        wait_until(lambda: processes.collect() or not processes.alive(master),
                   f"the end of the server: {apache.error_log()[-2000:]}", seconds=120)
        assert told(apache.error_log(), apache.jail, how) >= 10
        assert not os.path.exists(apache.pidfile)
        assert "caught SIGTERM, shutting down" in apache.error_log()
        # It would sleep for ten seconds then.
        assert "Unable to fork" not in apache.error_log()
        wait_until(lambda: not processes.descendants(os.getpid()), "the end of all its processes")

    def assert_not_ended(self):
        assert "workers in a row" not in self.apache.error_log()
        assert "caught SIGTERM" not in self.apache.error_log()
        # A worker that httpd has no more use for may take a connection with it.
        wait_until(lambda: answer(self.apache) == 200, "an answer")


class TestApache(StormTest):

    mpms = MPMS

    def test_from_its_start(self):
        self.break_workers("signal")
        assert self.apache.control("-k", "start").returncode == 0
        master = wait_until(self.apache.master, "its pidfile")
        self.assert_ended(master, "by SIGABRT")

    def test_after_a_graceful_restart(self):
        """The loggers and workers that it had before do not keep it alive."""
        apache = self.apache
        apache.configure(MANY + 'CustomLog "|/usr/bin/rotatelogs {tree}/log/access 86400" "%r"\n')
        apache.start()
        assert apache.get("/").status == 200
        self.break_workers("signal")
        master = apache.master()
        os.kill(master, signal.SIGUSR1)
        self.assert_ended(master, "by SIGABRT")

    def test_clients_cannot_end_it(self):
        """A worker that dies of what a client sends has served, however young it is."""
        apache = self.apache
        apache.start()
        self.break_workers("accepted")
        wait_until(lambda: answer(apache) and apache.error_log().count("exit signal Abort") > 12,
                   "the end of many workers", seconds=120)
        os.unlink(f"{apache.jail}/storm")
        wait_until(lambda: answer(apache) == 200, "a server that serves")
        self.assert_not_ended()


class TestLivesByDesign(StormTest):
    """What is short, and not a storm."""

    mpms = ("prefork", "event")

    def test_workers_for_one_connection_each(self):
        apache = self.apache
        apache.configure(MANY + "MaxConnectionsPerChild 1\n")
        apache.start()
        for _ in range(30):
            wait_until(lambda: answer(apache) == 200, "an answer")
        self.assert_not_ended()

    def test_restarts_one_after_the_other(self):
        self.apache.start()
        for _ in range(12):
            self.apache.renew("restart")
        self.assert_not_ended()


class TestRefusal(StormTest):

    mpms = ("prefork",)

    def test_a_server_that_waits_recovers(self):
        """The worker and event MPMs, and nginx, fork none any more once a fork has failed."""
        apache = self.apache
        apache.settings["exit_storm"] = "refuse"
        self.break_workers("signal")
        assert apache.control("-k", "start").returncode == 0
        master = wait_until(apache.master, "its pidfile")
        wait_until(lambda: "workers in a row" in apache.error_log(), "a storm", seconds=120)
        assert told(apache.error_log(), apache.jail, "by SIGABRT", REFUSED) >= 10
        os.unlink(f"{apache.jail}/storm")
        wait_until(lambda: len(apache.workers()) >= 2, "workers")
        assert apache.master() == master and apache.get("/").status == 200


class TestModWsgi(OneServerTest):
    """mod_wsgi in a jail without Python's files: each worker ends as it starts the interpreter."""

    mpms = ("prefork", "event")

    def test_it_is_ended_with_one_line(self):
        apache = self.apache
        apache.configure(MANY, ["wsgi"])
        assert apache.control("-k", "start").returncode == 0
        master = wait_until(apache.master, "its pidfile")
        StormTest.assert_ended(self, master, "with status 1")
        assert "No module named 'encodings'" in apache.error_log()

    def test_it_is_installed_while_the_server_runs(self):
        apache = self.apache
        apache.start()
        assert apache.get("/").status == 200
        apache.configure(MANY, ["wsgi"])
        master = apache.master()
        os.kill(master, signal.SIGUSR1)
        StormTest.assert_ended(self, master, "with status 1")

    def test_the_remedy_helps(self):
        apache = self.apache
        apache.settings.update(isolation="namespace", services="python")
        apache.configure("WSGIScriptAlias /app {jail}/app.wsgi\n", ["wsgi"])
        apache.write("jail/app.wsgi", "def application(environment, start):\n"
                     "    start('200 OK', [])\n    return [b'python']\n")
        apache.start()
        assert apache.get("/app").text == "python"
        StormTest.assert_not_ended(self)


class TestOtherServers(OtherServerTest):

    def nginx_ends(self, spoil, how):
        """It serves, then its workers are spoilt, and it is told to start others."""
        storm = compile_program("storm.c", f"{self.tree.path}/storm.so", "-shared", "-fPIC")
        daemon = self.start("nginx", "-c", self.write("nginx.conf", NGINX),
                            extra={"LD_PRELOAD": f"{storm}:{self.tree.library}"})
        assert self.get() == "served"
        self.assert_workers(self.pid, 2)
        spoil()
        os.kill(self.pid, signal.SIGHUP)
        assert daemon.process.wait(processes.PATIENCE) == 0
        # Its stderr is its log.
        log = processes.read(f"{self.tree.path}/error.log")
        assert told(log, self.tree.jail, how) >= 10
        assert not os.path.exists(self.tree.pidfile)
        wait_until(lambda: not processes.descendants(os.getpid()), "the end of all its processes")
        return log

    @pytest.mark.parametrize("way, how", (("signal", "by SIGABRT"), ("status", "with status 4")))
    def test_nginx(self, way, how):
        """It waits for its workers in a signal handler."""
        self.nginx_ends(lambda: self.tree.write("jail/storm", way), how)

    def test_a_worker_that_cannot_be_jailed(self):
        """It ends with `fatal_status`, of which nginx knows nothing."""
        def replace_jail():
            os.rename(self.tree.jail, f"{self.tree.jail}.away")
            os.mkdir(self.tree.jail, 0o755)

        log = self.nginx_ends(replace_jail, "with status 15")
        assert log.count("error: cannot enter the jail") >= 10

    def test_gunicorn_ends_by_itself(self):
        """With a status of its own, at the first worker that does not start."""
        self.tree.write("app.py", GUNICORN_BROKEN)
        # A second worker that dies while it ends because of the first gives it status 1, bare as well.
        status, said = self.ends("gunicorn", "-u", "nobody", "-g", "nogroup", "-w", "1",
                                 "-p", self.tree.pidfile, "-b", f"127.0.0.1:{self.port}", "app:application",
                                 isolation="namespace", services="python", timeout=120)
        assert status == 3, said
        assert "Worker failed to boot" in said and "workers in a row" not in said
