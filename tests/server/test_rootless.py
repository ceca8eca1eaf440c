"""Servers that an ordinary user starts: their workers enter through user namespaces of their own."""
# SPDX-License-Identifier: Apache-2.0
import errno
import os
import pwd
import re
import shutil
import signal

import pytest

import processes
import test_cgi
import test_modules
import test_restart
import test_serving
import test_start
from apache import ENVIRONMENT, MPMS, WORKER_USER, Apache
from cases import OneServerTest, ServerTest
from processes import wait_until
from tree import NOBODY, compile_program

# What is the same for servers that root starts, and under which MPMs it is tried here.
SHARED = {
    test_start.TestStart: MPMS,
    test_serving.TestOptionsNone: ("event",),
    test_serving.TestOptionsFollowSymLinks: ("event",),
    test_restart.TestRestart: ("event",),
    test_restart.TestChange: ("prefork",),
    test_restart.TestRotation: ("event",),
    test_restart.TestStop: ("event",),
    test_modules.TestModules: ("prefork", "event"),
    test_modules.TestWebDav: ("event",),
    test_cgi.TestCgiOfPrefork: ("prefork",),
}

NO_CAPABILITY = "0" * 16


def setup_module():
    Apache.user = WORKER_USER


class TestConfined(ServerTest):
    """What a worker is, whose master has no right to confine anybody."""

    mpms = MPMS

    @pytest.fixture(autouse=True)
    def all_inside(self):
        self.assert_jailed()

    def test_a_worker_has_no_capability(self):
        for pid in self.apache.workers():
            for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
                # Who has just gone in is about to give up what it had in its user namespace.
                wait_until(lambda: processes.status(pid, name) == NO_CAPABILITY, f"none in {name}")
            assert processes.status(pid, "NoNewPrivs") == "1"

    def test_each_worker_has_a_user_namespace_of_its_own(self):
        pids = [self.apache.master(), *self.apache.workers()]
        assert len({os.readlink(f"/proc/{pid}/ns/user") for pid in pids}) == len(pids)

    def test_its_ids_are_its_own_and_no_others(self):
        ids = processes.status(self.apache.master(), "Uid")
        assert "0" not in ids.split()
        for pid in self.apache.workers():
            assert processes.status(pid, "Uid") == ids
            assert processes.read(f"/proc/{pid}/setgroups") == "deny\n"
            for name in ("uid_map", "gid_map"):
                number = processes.status(pid, name[:3].capitalize()).split()[0]
                assert processes.read(f"/proc/{pid}/{name}").split() == [number, number, "1"]

    def test_nothing_is_said(self):
        assert "chrootshim[" not in self.apache.error_log()


class TestCgidDaemon(test_cgi.Cgid, ServerTest):
    """mod_cgid's daemon, forked before the pidfile is written, has no privileges to drop."""

    # Bound in the jail, its socket has a shorter name than these look for.
    test_daemon_is_jailed = None
    test_daemon_is_jailed_after_restarts = None

    @classmethod
    def prepare(cls):
        super().prepare()
        shutil.chown(f"{cls.apache.jail}/run", WORKER_USER, WORKER_USER)

    def daemon(self):
        """The one child of one thread, which is no worker of this MPM."""
        def find():
            found = [pid for pid in processes.children(self.apache.master())
                     if processes.status(pid, "Threads") == "1"]
            return len(found) == 1 and processes.root(found[0]) == self.apache.jail and found[0]
        return wait_until(find, "one daemon, inside")

    def test_the_daemon_is_jailed(self):
        self.daemon()
        for action in ("graceful", "restart"):
            self.apache.renew(action)
            self.daemon()
            self.test_script_runs_inside()
            self.test_the_outside_cannot_be_reached()

    def test_successor_of_a_killed_daemon_is_jailed(self):
        before = self.daemon()
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: not processes.alive(before), "the end of the daemon")
        assert self.daemon() != before
        self.test_script_runs_inside()


class TestLoggers(ServerTest):
    """Piped loggers run outside, of the first generation and of later ones."""

    extra = 'CustomLog "|/usr/bin/rotatelogs {tree}/log/piped 86400" "%r"\n'

    def logged(self, marker):
        self.apache.get(marker)
        log = f"{self.apache.tree}/log"
        wait_until(lambda: any(marker in processes.read(f"{log}/{name}")
                               for name in os.listdir(log) if name.startswith("piped")), marker)

    def logger(self, other_than=None):
        """The pid of the logger, once it is the only one, and another one."""
        def find():
            found = self.apache.helpers()
            return len(found) == 1 and other_than not in found and found[0]
        return wait_until(find, "one logger")

    def test_a_logger_and_its_successors(self):
        self.logged("/first")
        before = self.logger()
        self.apache.graceful()
        victim = self.logger(other_than=before)
        self.logged("/second")
        os.kill(victim, signal.SIGKILL)
        # While it dies, it may take the next line out of the pipe, and with it.
        self.logger(other_than=victim)
        self.logged("/third")
        for pid in self.apache.helpers():
            assert processes.root(pid) == "/"
        self.assert_jailed()


class TestProcessManager(OneServerTest):
    """mod_fcgid's, forked before the pidfile is written, neither drops privileges nor accepts."""

    def test_it_is_jailed(self):
        def managers():
            return re.findall(r"Process manager (\d+) started", apache.error_log())

        # mod_fcgid refuses to start for who may run suexec and is not root.
        user = "daemon"
        apache = self.apache
        apache.belong_to(user)
        apache.write("envvars", ENVIRONMENT.format(tree=apache.tree, user=user))
        os.mkdir(f"{apache.jail}/run", 0o755)
        shutil.chown(f"{apache.jail}/run", user)
        apache.configure("FcgidIPCDir {jail}/run\nFcgidProcessTableFile {tree}/run/fcgid\n",
                         ("fcgid",))
        apache.start()
        for generation in range(1, 3):
            # It says itself that it is there, some time after the workers are.
            wait_until(lambda wanted=generation: len(managers()) >= wanted, "a process manager")
            manager = int(managers()[-1])
            # It gives up what it had in its user namespace after it has gone in.
            wait_until(lambda: processes.root(manager) == apache.jail and
                       processes.status(manager, "CapPrm") == NO_CAPABILITY, "its entry")
            self.assert_jailed()
            assert apache.get("/").text == "the index page\n"
            apache.graceful()


class TestStarts(OneServerTest):
    """Forms of the start."""

    def test_without_user_and_group(self):
        conf = processes.read(self.apache.conf)
        lines = [line for line in conf.splitlines(keepends=True)
                 if not line.startswith(("User ", "Group "))]
        assert len(lines) == len(conf.splitlines()) - 2
        self.apache.write("httpd.conf", "".join(lines))
        self.apache.start()
        self.assert_jailed()
        assert self.apache.get("/").text == "the index page\n"

    def test_the_jail_may_belong_to_the_user(self):
        shutil.chown(self.apache.jail, WORKER_USER, WORKER_USER)
        self.apache.start()
        self.assert_jailed()
        self.apache.graceful()
        self.assert_jailed()


class TestRefused(OneServerTest):
    """What ends the start, with the reason and the remedy."""

    def assert_refused(self, pattern):
        result = self.apache.control("-k", "start")
        assert result.returncode != 0
        assert re.search(rf"(?m)^chrootshim\[\d+\]: error: [^\n]*{pattern}", result.stderr)
        assert result.stderr.count("chrootshim[") == 1, result.stderr
        with pytest.raises(ConnectionRefusedError):
            self.apache.get("/")

    def test_user_namespaces_are_forbidden(self):
        program = compile_program("answer_calls.c", f"{self.apache.tree}/answer_calls")
        self.apache.prefix = [program, "unshare", str(errno.EPERM)]
        self.assert_refused("a user namespace was refused: Operation not permitted: allow them "
                            r"\(user.max_user_namespaces.* or start the server as root")

    def test_there_may_be_none(self):
        """As `sysctl user.max_user_namespaces=0` has it, in a user namespace for this test."""
        account = pwd.getpwnam(WORKER_USER)
        # Root of the machine has no name in there.
        self.apache.settings.update(ownership="warn", log_level="error")
        self.apache.prefix = [
            "unshare", "--user", f"--map-user={account.pw_uid}", f"--map-group={account.pw_gid}",
            "--keep-caps", "sh", "-c", "echo 0 > /proc/sys/user/max_user_namespaces && "
            'exec setpriv --inh-caps=-all --ambient-caps=-all "$@"', "sh"]
        self.assert_refused("a user namespace was refused: No space left on device: allow them "
                            r"\(user.max_user_namespaces")

    def test_there_is_no_pidfile(self):
        self.apache.settings["pidfile"] = None
        self.assert_refused("CHROOTSHIM_PIDFILE: a server that is not started as root needs it: set it")

    def test_another_users_jail(self):
        shutil.chown(self.apache.jail, NOBODY)
        self.assert_refused("belongs to uid 65534.*: chown root ")


for case, mpms in SHARED.items():
    globals()[case.__name__] = type(case.__name__, (case,), {"mpms": mpms})
