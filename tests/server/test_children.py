"""Roles in programs other than httpd: who becomes a worker, who stays outside, and who must end."""
# SPDX-License-Identifier: Apache-2.0
import os
import re

import pytest

from cases import TreeTest
from tree import NOBODY, compile_program

NONE, INERT, WATCHING, PENDING, JAILED = "none", "0", "1", "2", "3"

# What jails a pending child, whoever it is, and what does so only if it is not root.
SERVING = (["accept"], ["recv"], ["epoll_wait"], ["pthread_create"])
TOUCHING = (["stat", "/etc"], ["bind"], ["connect", "/nowhere"], ["poll"], ["select"], ["sigwait"])

# Not root, but allowed to change the root directory.
UNPRIVILEGED = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                "--inh-caps=+sys_chroot", "--ambient-caps=+sys_chroot"]


class RoleTest(TreeTest):
    """Runs programs/server.c; `who role root` is a line of its output."""

    @pytest.fixture(autouse=True)
    def build(self, own_tree):
        self.server = self.tree.put_server()
        self.armed = ["listen", "pair", "pidfile", self.tree.pidfile]
        self.pending = [*self.armed, "fork"]
        self.child = f"{self.server} say child"

    def act(self, *actions, wrapper=(), **options):
        return self.tree.run(*wrapper, self.server, *actions, **options)

    def roles(self, result):
        """(who, role, is its root the jail?) of each line."""
        assert (result.returncode, result.stderr) == (0, "")
        jail = str(os.stat(self.tree.jail).st_ino)
        return [(who, role, inode == jail)
                for who, role, inode in map(str.split, result.stdout.splitlines())]

    def assert_ends(self, result, status, pattern):
        """Ended with this status after one line."""
        assert result.returncode == status, result.stderr
        assert re.search(rf"\Achrootshim\[\d+\]: error: .*{pattern}.*\n\Z", result.stderr)
        assert result.stdout == ""


class TestPrograms(RoleTest):
    """Programs that a server starts run outside and change nothing."""

    @pytest.mark.parametrize("way", ("vfork", "spawn", "system", "popen"))
    def test_from_the_master(self, way):
        result = self.act(*self.armed, way, self.child, "say", "self")
        assert self.roles(result) == [("child", WATCHING, False), ("self", WATCHING, False)]

    @pytest.mark.parametrize("way", ("vfork", "spawn", "system", "popen"))
    def test_from_a_pending_child(self, way):
        result = self.act(*self.pending, way, self.child, "say", "self",
                          "setuid", str(NOBODY), "say", "worker")
        child, *rest = self.roles(result)
        assert child[1] in (NONE, WATCHING)
        assert (child[0], child[2]) == ("child", False)
        assert rest == [("self", PENDING, False), ("worker", JAILED, True)]

    def test_a_helper_runs_without_the_shim(self):
        result = self.act(*self.pending, "exec", f"{self.child}; env")
        assert result.stdout.startswith(f"child {NONE} "), result.stdout
        assert "\nPATH=" in result.stdout
        assert not re.search("LD_PRELOAD|CHROOTSHIM_", result.stdout)

    def test_a_helper_keeps_other_preloaded_libraries(self):
        others = {"LD_PRELOAD": f"libm.so.6:{self.tree.library}"}
        result = self.act(*self.pending, "exec", "env", extra=others)
        assert "LD_PRELOAD=libm.so.6\n" in result.stdout

    def test_the_next_version_of_the_server_keeps_the_shim(self):
        result = self.act(*self.pending, "exec-anew", self.server)
        assert self.roles(result) == [("again", WATCHING, False)]

    def test_a_copy_by_another_name_is_a_helper(self):
        other = self.tree.put_server() + "-copy"
        os.rename(self.server, other)
        self.tree.put_server()
        result = self.act(*self.pending, "exec-anew", other)
        assert self.roles(result) == [("again", NONE, False)]


class TestWrappers(RoleTest):
    """What drops its privileges in front of something else is no server."""

    def test_they_stay_outside(self):
        drop = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        command = f"{self.server} say inner"
        wrapped = (["runuser", "-u", "nobody", "--", *command.split()],
                   ["su", "-s", "/bin/sh", "-c", command, "nobody"],
                   ["setpriv", *drop, *command.split()],
                   ["start-stop-daemon", "--start", "--chuid", "nobody", "--exec", self.server,
                    "--", "say", "inner"])
        for line in wrapped:
            for pidfile in (self.tree.pidfile, None):
                result = self.tree.run(*line, pidfile=pidfile)
                assert self.roles(result) == [("inner", WATCHING, False)]


class TestWorkers(RoleTest):
    """What jails a process, and what does not."""

    def test_the_drop(self):
        for actions, role in (
                (self.pending, JAILED), (["listen"], JAILED), (self.armed, JAILED),
                (["listen", "fork"], JAILED), (["pidfile", self.tree.pidfile], WATCHING)):
            result = self.act(*actions, "setuid", str(NOBODY), "say", "self")
            assert self.roles(result) == [("self", role, role == JAILED)]

    @pytest.mark.parametrize("event", SERVING)
    def test_serving(self, event):
        result = self.act(*self.pending, *event, "say", "self")
        assert self.roles(result) == [("self", JAILED, True)]

    def test_a_child_that_libc_did_not_make(self):
        result = self.act(*self.armed, "clone-by-kernel", "pthread_create", "say", "self")
        assert self.roles(result) == [("self", JAILED, True)]

    def test_a_socket_of_its_own_is_no_reason(self):
        result = self.act(*self.pending, "pair", "recv", "say", "self")
        assert self.roles(result) == [("self", PENDING, False)]

    @pytest.mark.parametrize("event", TOUCHING)
    def test_touching_as_root_is_no_reason(self, event):
        result = self.act(*self.pending, *event, "say", "self")
        assert self.roles(result) == [("self", PENDING, False)]

    @pytest.mark.parametrize("event", (*SERVING, *TOUCHING))
    def test_touching_without_root(self, event):
        result = self.act(*self.pending, *event, "say", "self", wrapper=UNPRIVILEGED)
        assert self.roles(result) == [("self", JAILED, True)]

    def test_what_does_not_count_without_root(self):
        result = self.act(*self.pending, "stat", "/proc/self/stat", "stat", "/dev/null",
                          "say", "self", wrapper=UNPRIVILEGED)
        assert self.roles(result) == [("self", PENDING, False)]

    def test_a_look_up_is_no_reason(self):
        # For root nothing of that kind counts; for another user it does, outside a look-up.
        compile_program("nss_touching.c", f"{self.tree.path}/libnss_touching.so.2", "-shared",
                        "-fPIC", "-Wno-unused-result")
        conf = self.tree.write("nsswitch.conf", "passwd: touching\n")
        mounted = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                   'mount --bind "$0" /etc/nsswitch.conf && exec "$@"', conf, *UNPRIVILEGED]
        result = self.act(*self.pending, "getpwnam", "nobody", "say", "self", wrapper=mounted,
                          extra={"LD_LIBRARY_PATH": self.tree.path})
        assert re.search(rf"\A(touching\n)+getpwnam not found\nself {PENDING} \d+\n\Z",
                         result.stdout)

    def test_without_a_pidfile_listening_makes_workers(self):
        result = self.act("listen", "fork", "pthread_create", "say", "self", pidfile=None)
        assert self.roles(result) == [("self", JAILED, True)]
        result = self.act("fork", "pthread_create", "say", "self", pidfile=None)
        assert self.roles(result) == [("self", WATCHING, False)]

    def test_another_pid_in_the_pidfile(self):
        self.tree.write("run/server.pid", "1\n")
        result = self.act("listen", "fork", "pthread_create", "say", "self")
        assert self.roles(result) == [("self", WATCHING, False)]

    def test_a_scoreboard_that_is_not_there_yet(self):
        scoreboard = f"{self.tree.path}/run/scoreboard"
        for made, role in ((False, WATCHING), (True, JAILED)):
            if made:
                self.tree.write("run/scoreboard", "")
            result = self.act(*self.pending, "pthread_create", "say", "self", scoreboard=scoreboard)
            assert self.roles(result) == [("self", role, made)]


class TestRefusals(RoleTest):
    """What must not go on."""

    def test_accepting_in_a_master_with_workers(self):
        serve = [*self.armed, "child", "accept", "say", "self"]
        self.assert_ends(self.act(*serve), 15, "master_accepts")
        self.assert_ends(self.act(*serve, fatal_status="3"), 3, "master_accepts")

    def test_accepting_in_a_master_that_may(self):
        for actions in (["listen"], [*self.armed, "child"]):
            result = self.act(*actions, "accept", "say", "self", master_accepts="true")
            assert self.roles(result) == [("self", WATCHING, False)]

    def test_groups_in_the_jail_as_root(self):
        result = self.act(*self.pending, "epoll_wait", "initgroups", "nobody", "say", "self")
        assert result.returncode == 0
        assert re.search(rf"\Ainitgroups -1 EPERM\nself {JAILED} \d+\n\Z", result.stdout)
        assert re.search(r"\Achrootshim\[\d+\]: error: initgroups\(\) .*\n\Z", result.stderr)


class TestSettings(RoleTest):
    """Settings that say for whom and where to."""

    def test_programs(self):
        drop = ["listen", "setuid", str(NOBODY), "say", "self"]
        for programs, role in (("other", INERT), ("other:server", JAILED), (self.server, JAILED),
                               ("/bin/server", INERT)):
            result = self.act(*drop, programs=programs)
            assert self.roles(result) == [("self", role, role == JAILED)]

    def test_log_to_a_file(self):
        log = f"{self.tree.path}/shim.log"
        result = self.act(*self.pending, "epoll_wait", "say", "self", log=log, log_level="info")
        assert self.roles(result) == [("self", JAILED, True)]
        with open(log) as file:
            text = file.read()
        head = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ chrootshim\[\d+\]: info: "
        assert re.fullmatch(rf"{head}\S+ will jail its workers in {self.tree.jail}: .*\n"
                            rf"{head}entered the jail {self.tree.jail}\n", text), text

    def test_log_level(self):
        for level, lines in (("warning", 0), ("info", 2)):
            result = self.act(*self.pending, "epoll_wait", log_level=level)
            assert len(result.stderr.splitlines()) == lines, result.stderr

    def test_the_log_tells_the_story_at_level_debug(self):
        said = self.act(*self.pending, "epoll_wait", log_level="debug").stderr
        for line in ("forks: the child is pending", "pending, root.*: it is jailed first",
                     "entered the jail"):
            assert re.search(rf"chrootshim\[\d+\]: (debug|info): {line}", said), said
