"""Servers that are unlike httpd: of one process, of datagrams, scripts, with a root of their own."""
# SPDX-License-Identifier: Apache-2.0
import errno
import fcntl
import os
import re
import shutil
import socket
import subprocess

import pytest

from test_children import (JAILED, NONE, PENDING, SERVING, TOUCHING, UNPRIVILEGED, WATCHING,
                           RoleTest)
from tree import NOBODY, compile_program

DROP = ["setuid", str(NOBODY)]
SAY = ["say", "self"]
FATAL = 15

# It executes itself in a forked child, as unicorn does at SIGUSR2; its socket is closed by that.
SCRIPT = """\
#!/usr/bin/python3
import ctypes, os, socket, sys
role = ctypes.CDLL(None)
if len(sys.argv) > 2:
    print("again", role.chrootshim_role() if hasattr(role, "chrootshim_role") else "none", flush=True)
    sys.exit(0)
listener = socket.create_server(("127.0.0.1", 0))
with open(sys.argv[1], "w") as file:
    print(os.getpid(), file=file)
child = os.fork()
if child == 0:
    os.execve(sys.argv[0], [sys.argv[0], sys.argv[1], "again"], {"PATH": "/bin"})
os.waitpid(child, 0)
"""


class TestOneProcess(RoleTest):
    """It has no workers: it is the worker."""

    def test_it_accepts(self):
        for actions in (["listen"], self.armed, ["listen", "child"]):
            assert self.roles(self.act(*actions, "accept", *SAY)) == [("self", JAILED, True)]

    def test_it_is_asked_by_datagrams(self):
        for read in ("recv", "read", "stream"):
            result = self.act("datagrams", read, *SAY)
            assert self.roles(result) == [("self", JAILED, True)]

    @pytest.mark.parametrize("wait", ("epoll", "poll", "ppoll", "select", "pselect"))
    def test_it_is_asked_past_libc(self, wait):
        """libuv waits by libc and receives by syscall(2), as named does."""
        for serve in (["datagrams"], ["datagrams", "raise"]):
            result = self.act(*serve, "raw-receive", wait, *SAY,
                              wrapper=["prlimit", "--nofile=4096:4096"])
            assert self.roles(result) == [("self", JAILED, True)]
        self.assert_ends(self.act(*DROP, "start-thread", "datagrams", "raw-receive", wait, *SAY),
                         FATAL, "more than one thread")
        assert self.roles(self.act("ask", "raw-receive", wait, *SAY)) == [("self", WATCHING, False)]

    def test_what_is_no_socket_asks_nothing(self):
        """A free slot of poll(), -1, and a number that is closed: it is still a master."""
        result = self.act("datagrams", "wait-elsewhere", *SAY)
        assert self.roles(result) == [("self", WATCHING, False)]

    def test_waits_that_the_kernel_refuses(self):
        """They fail as they do without the shim, and sets are looked at as far as the kernel does."""
        result = self.act("datagrams", "wait-wrongly", *SAY)
        errors, said = result.stdout.split("self")
        assert (result.returncode, errors) == (0, "poll EFAULT\npoll EINVAL\nselect EFAULT\n")
        assert said.split()[0] == WATCHING

    def test_a_vfork_child_that_looks_for_datagrams(self):
        result = self.act("datagrams", "vfork-poll", *SAY)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.startswith(f"vfork 1\nself {WATCHING} ")

    def test_it_asks_by_datagrams(self):
        result = self.act("ask", "recv", *SAY)
        assert self.roles(result) == [("self", WATCHING, False)]

    def test_the_number_of_its_socket_does_not_matter(self):
        limited = ["prlimit", "--nofile=4096:4096"]
        result = self.act("datagrams", "raise", "recv", *SAY, wrapper=limited)
        assert self.roles(result) == [("self", JAILED, True)]
        # Another limit than a power of two, and a socket near it.
        with socket.create_server(("127.0.0.1", 0)) as listener:
            high = fcntl.fcntl(listener.fileno(), fcntl.F_DUPFD, 600)
            result = self.act("take", str(high), *DROP, *SAY, pass_fds=[high],
                              wrapper=["prlimit", "--nofile=700:700"])
            assert self.roles(result) == [("self", JAILED, True)]
            os.close(high)

    def test_it_drops(self):
        for serve in ("listen", "datagrams"):
            assert self.roles(self.act(serve, *DROP, *SAY)) == [("self", JAILED, True)]

    def test_its_threads(self):
        result = self.act("listen", "start-thread", "accept", *SAY, pidfile=None, log_level="error")
        assert self.roles(result) == [("self", JAILED, True)]
        assert "set `pidfile`" in self.act("listen", "start-thread", pidfile=None).stderr
        # With a pidfile it may be a master; as it serves after all, it has more than one thread.
        self.assert_ends(self.act("listen", "start-thread", "accept", *SAY), FATAL,
                         "more than one thread")

    def test_a_child_by_clone(self):
        for clone in ("clone", "clone-by-kernel"):
            result = self.act(clone, "datagrams", *DROP, "read", *SAY)
            assert self.roles(result) == [("self", JAILED, True)]

    def test_a_connection_that_it_is_sent(self):
        result = self.act("passed", str(NOBODY), *SAY)
        assert self.roles(result) == [("self", JAILED, True)]

    def test_a_socket_that_was_handed_over(self):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as listener:
                listener.bind(("127.0.0.1", 0))
                if kind == socket.SOCK_STREAM:
                    listener.listen()
                result = self.act("take", str(listener.fileno()), *DROP, *SAY,
                                  pass_fds=[listener.fileno()])
                assert self.roles(result) == [("self", JAILED, True)]


    def test_a_filter_that_hides_what_is_open(self):
        """poll() is refused: each descriptor is looked at, and what waits for a child gives up."""
        wrapper = [self.tree.compile("answer_calls"), "ppoll", str(errno.ENOSYS)]
        with socket.create_server(("127.0.0.1", 0)) as listener:
            number = listener.fileno()
            result = self.act("take", str(number), *DROP, *SAY, pass_fds=[number], wrapper=wrapper)
        self.assert_ends(result, FATAL, "tries the entry")


class TestDropBeforeServing(RoleTest):
    """What gave up root before it serves has no right to chroot() left."""

    def test_it_enters_by_a_user_namespace(self):
        result = self.act(*DROP, *self.armed, "fork", "stat", "/", *SAY)
        assert self.roles(result) == [("self", JAILED, True)]
        result = self.act(*DROP, "listen", "accept", *SAY)
        assert self.roles(result) == [("self", JAILED, True)]

    def test_a_drop_for_a_moment_is_none(self):
        result = self.act("seteuid", str(NOBODY), "listen", "pidfile", self.tree.pidfile,
                          "seteuid", "0", "fork", *DROP, *SAY)
        assert self.roles(result) == [("self", JAILED, True)]

    def test_it_cannot_enter_a_mount_namespace(self):
        self.assert_ends(self.act(*DROP, "listen", *SAY, isolation="namespace"), FATAL,
                         "gave up root before it listens.*chroot")

    def test_a_child_that_was_forked_before(self):
        result = self.act("fork", *DROP, "listen", "accept", *SAY)
        assert self.roles(result) == [("self", JAILED, True)]


class TestEarlyChild(RoleTest):
    """A child that is forked before its parent's pid is in the pidfile, and is not root any more."""

    # The effective and the permitted set; and sys_chroot, sys_admin, sys_ptrace and dac_read_search.
    SETS = re.compile(r"^capabilities (\w+) (\w+)$", re.MULTILINE)
    BREAKING = 1 << 18 | 1 << 21 | 1 << 19 | 1 << 2

    @pytest.fixture(autouse=True)
    def forks(self, build):
        self.forked = ["listen", "pair", "fork-early", self.tree.pidfile]
        self.early = [*self.forked, "seteuid", str(NOBODY)]

    @pytest.mark.parametrize("event", (*SERVING, *TOUCHING, ["fork", "stat", "/etc"]))
    def test_it_is_jailed_once_its_parent_is_armed(self, event):
        result = self.act(*self.early, "stat", "/etc", "poll", "say", "before", "arm", *event, *SAY)
        assert self.roles(result) == [("before", WATCHING, False), ("self", JAILED, True)]

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_its_capabilities_are_as_they_were_but_for_those_that_break_a_jail(self, isolation):
        result = self.act(*self.early, "capabilities", "arm", "poll", "capabilities",
                          "seteuid", "0", "capabilities", *SAY, isolation=isolation)
        before, jailed, root = ([int(mask, 16) for mask in masks]
                                for masks in self.SETS.findall(result.stdout))
        assert (before[0], jailed[0]) == (0, 0)
        assert before[1] & self.BREAKING == self.BREAKING
        assert root[0] == root[1] == jailed[1] and jailed[1] and not jailed[1] & self.BREAKING
        assert f"self {JAILED} {os.stat(self.tree.jail).st_ino}\n" in result.stdout

    @pytest.mark.parametrize("timeout", ("-1", "15000"))
    def test_it_does_not_sleep_through_it(self, timeout):
        """poll() goes on afterwards, and answers as ever."""
        result = self.act(*self.early, "arm-asleep", timeout, *SAY)
        assert self.roles(self.without(result, "asleep 1\n")) == [("self", JAILED, True)]

    def test_a_sleep_takes_its_time(self):
        result = self.act(*self.early, "doze", "330", *SAY)
        assert self.roles(self.without(result, "dozed 0 1\n")) == [("self", WATCHING, False)]

    def without(self, result, start):
        assert result.stdout.startswith(start), result
        result.stdout = result.stdout[len(start):]
        return result

    def test_a_pidfile_that_is_for_root_only(self):
        directory = f"{self.tree.path}/private"
        os.mkdir(directory, 0o700)
        result = self.act("listen", "fork-early", f"{directory}/pid", "seteuid", str(NOBODY), "arm",
                          "poll", *SAY, pidfile=f"{directory}/pid")
        assert self.roles(result) == [("self", JAILED, True)]

    @pytest.mark.parametrize("who", ({"wrapper": UNPRIVILEGED}, {"user": NOBODY}))
    def test_it_never_was_root(self, who):
        result = self.act(*self.forked, "stat", "/etc", "say", "before", "arm", "stat", "/etc", *SAY,
                          **who)
        assert self.roles(result) == [("before", WATCHING, False), ("self", JAILED, True)]

    def test_root_is_let_alone(self):
        for drop in ([], ["seteuid", str(NOBODY), "seteuid", "0"]):
            result = self.act(*self.forked, *drop, "arm", "stat", "/etc", "poll", *SAY)
            assert self.roles(result) == [("self", WATCHING, False)]

    def test_a_master_that_became_a_daemon(self):
        """For a moment it is not root, before and while its own pid is in the pidfile."""
        moment = ["seteuid", str(NOBODY), "stat", "/etc", "poll", *SAY]
        for fork in ("fork", "daemon"):
            result = self.act("listen", fork, *moment, "pidfile", self.tree.pidfile, "poll", *SAY,
                              "seteuid", "0", *moment, "seteuid", "0", "fork", "epoll_wait",
                              "say", "worker")
            assert self.roles(result) == [("self", WATCHING, False)] * 3 + [("worker", JAILED, True)]

    def test_who_does_not_serve_has_no_workers(self):
        result = self.act("fork-early", self.tree.pidfile, "seteuid", str(NOBODY), "arm", "stat",
                          "/etc", *SAY)
        assert self.roles(result) == [("self", WATCHING, False)]

    def test_a_program_that_it_becomes(self):
        """It runs outside, as any helper."""
        assert self.roles(self.act(*self.early, "arm", "exec", self.child)) == [("child", NONE, False)]

    def test_a_child_by_vfork(self):
        """It changes nothing in the memory of its parent."""
        result = self.act(*self.early, "arm", "vfork-touch", "say", "before", "poll", *SAY)
        assert self.roles(result) == [("before", WATCHING, False), ("self", JAILED, True)]

    def test_it_has_threads(self):
        result = self.act(*self.early, "start-thread", "arm", "stat", "/etc", *SAY)
        self.assert_ends(result, FATAL, "more than one thread")


class TestTimesOf64Bits(RoleTest):
    """A program that is built for them calls other names, where long has 32: __recvmsg64()."""

    @pytest.fixture(autouse=True)
    def build_for_them(self, build):
        self.server = self.tree.put_server("-time64")

    @pytest.mark.parametrize("read", ("recv", "recvmsg", "recvmmsg"))
    def test_a_pending_child_is_jailed_before_it_receives(self, read):
        result = self.act(*self.pending, read, *SAY)
        assert self.roles(result) == [("self", JAILED, True)]

    @pytest.mark.parametrize("event", (["stat", "/etc"], ["poll"], ["select"], ["sigwait"]),
                             ids=" ".join)
    def test_a_child_that_was_forked_early(self, event):
        result = self.act("listen", "pair", "fork-early", self.tree.pidfile, "seteuid", str(NOBODY),
                          *event, "say", "before", "arm", *event, *SAY)
        assert self.roles(result) == [("before", WATCHING, False), ("self", JAILED, True)]

    @pytest.mark.parametrize("wait", ("epoll", "poll", "ppoll", "select", "pselect"))
    def test_it_is_asked_past_libc(self, wait):
        result = self.act("datagrams", "raw-receive", wait, *SAY)
        assert self.roles(result) == [("self", JAILED, True)]

    @pytest.mark.parametrize("read", ("recvmsg", "recvmmsg", "greet", "lowest"))
    def test_children_that_have_a_connection(self, read):
        result = self.act("listen", "visit", "accept", "fork", read, *SAY, master_accepts="true")
        assert self.roles(result) == [("self", JAILED, True)]


class TestConnections(RoleTest):
    """A master that accepts, and forks for each connection."""

    @pytest.mark.parametrize("read", ("recv", "read", "stream", "splice", "greet", "standard", "aio",
                                      "listio", "lowest", "above", "print", "place"))
    def test_its_children_are_jailed_before_they_read(self, read):
        for pidfile in ([], ["pidfile", self.tree.pidfile]):
            result = self.act("listen", *pidfile, "visit", "accept", "fork", read, *SAY,
                              master_accepts="true")
            assert self.roles(result) == [("self", JAILED, True)]

    def test_a_program_that_gets_the_connection(self):
        listing = "/bin/ls -id /"
        result = self.act("listen", "visit", "accept", "fork", "keep-client", "exec", listing,
                          master_accepts="true", pidfile=None)
        # The jail has no shell.
        assert (result.stdout, result.stderr) == ("", "")
        result = self.act("listen", "visit", "accept", "fork", "exec", listing,
                          master_accepts="true", pidfile=None)
        assert result.stdout == f"{os.stat('/').st_ino} /\n" or result.stdout == ""

    @pytest.mark.parametrize("way", ("spawn", "vfork"))
    def test_a_program_that_is_started_without_a_fork(self, way):
        """In the child nothing can be jailed: the server's memory is its own."""
        result = self.act("listen", "visit", "accept", f"{way}-for-client", *SAY,
                          master_accepts="true", pidfile=None)
        status = errno.EPERM if way == "spawn" else FATAL
        assert result.stdout == f"{way} {status}\nself {WATCHING} {os.stat('/').st_ino}\n"
        assert re.search("would get the server's client.*fork", result.stderr)
        # Without a client it is a helper, as ever.
        result = self.act("listen", f"{way}-for-client", *SAY, master_accepts="true", pidfile=None)
        assert f"{os.stat('/').st_ino} /\n" in result.stdout

    def test_only_who_listens_or_is_in_the_pidfile_may(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            take = ["take", str(listener.fileno())]
            options = {"pass_fds": [listener.fileno()], "master_accepts": "true"}
            result = self.act(*take, "accept", *SAY, **options)
            assert self.roles(result) == [("self", JAILED, True)]
            result = self.act(*take, "pidfile", self.tree.pidfile, "accept", *SAY, **options)
            assert self.roles(result) == [("self", WATCHING, False)]

    def test_a_number_that_was_once_its_own(self):
        for actions, role in ((["pair", "fork", "reuse"], JAILED), (["fork", "pair"], PENDING)):
            result = self.act("listen", "pidfile", self.tree.pidfile, *actions, "recv", *SAY)
            assert self.roles(result) == [("self", role, role == JAILED)]


class TestNewMaster(RoleTest):
    """A server that executes itself, and becomes a daemon again."""

    def test_the_pidfile_of_before_does_not_count(self):
        # The same pid, for sh executes the server: as its next version, and as its starter.
        for mark, role in (("export CHROOTSHIM_NEXT=1;", WATCHING), ("", JAILED)):
            result = self.tree.run("sh", "-c", f'echo $$ >"$0"; {mark} exec "$@"',
                                   self.tree.pidfile, self.server, "fork", "epoll_wait", *SAY)
            assert self.roles(result) == [("self", role, role == JAILED)]

    def test_a_next_version_that_has_children(self):
        result = self.tree.run("sh", "-c", 'sleep 1 & export CHROOTSHIM_NEXT=1; exec "$@"', "sh",
                               self.server, "listen", "accept", *SAY)
        self.assert_ends(result, FATAL, "has workers.*set master_accepts = true")

    def test_a_starter_that_writes_the_pidfile(self):
        result = self.tree.run("start-stop-daemon", "--start", "--make-pidfile", "--pidfile",
                               self.tree.pidfile, "--startas", self.server, "--", "listen", "fork",
                               "epoll_wait", *SAY)
        assert self.roles(result) == [("self", JAILED, True)]

    def test_the_child_in_the_pidfile_is_the_master(self):
        result = self.act(*self.pending, "pidfile", self.tree.pidfile, "epoll_wait", *SAY,
                          "fork", "epoll_wait", "say", "worker")
        assert self.roles(result) == [("self", WATCHING, False), ("worker", JAILED, True)]

    def test_without_a_pidfile_who_forks_is_the_master(self):
        result = self.act("listen", "fork", "child", "epoll_wait", *SAY, "accept", "say", "served",
                          pidfile=None)
        assert self.roles(result) == [("self", PENDING, False), ("served", JAILED, True)]


class TestNextVersion(RoleTest):
    """What the server starts in its own place keeps the shim."""

    def test_a_script(self):
        script = self.tree.write("script", SCRIPT, 0o755)
        result = self.tree.run(script, self.tree.pidfile)
        assert (result.stderr, result.stdout) == ("", f"again {WATCHING}\n")

    def test_whoever_is_handed_a_listening_socket(self):
        other = self.tree.put_server() + "-copy"
        os.rename(self.server, other)
        self.tree.put_server()
        result = self.act(*self.pending, "exec-anew", other)
        assert self.roles(result) == [("again", NONE, False)]
        result = self.act(*self.pending, "keep-open", "exec-anew", other)
        assert self.roles(result) == [("again", WATCHING, False)]

    def test_it_is_armed_before_its_pidfile(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            result = self.act("take", str(listener.fileno()), "fork", "epoll_wait", *SAY,
                              pass_fds=[listener.fileno()], extra={"CHROOTSHIM_NEXT": "1"})
            assert self.roles(result) == [("self", JAILED, True)]

    def test_the_loader_would_leave_the_shim_out(self):
        self.assert_ends(self.act(*self.armed, "real-uid", str(NOBODY), "exec-anew", self.server),
                         FATAL, "leaves chrootshim out")
        other = shutil.copy(self.server, f"{self.tree.path}/other")
        os.chown(other, NOBODY, 0)
        os.chmod(other, 0o4755)
        self.assert_ends(self.act(*self.pending, "keep-open", "exec-anew", other), FATAL,
                         "leaves chrootshim out")
        # Who leaves listening to what it starts is in no pidfile: squid's master.
        self.assert_ends(self.act("real-uid", str(NOBODY), "exec-anew", self.server, pidfile=None),
                         FATAL, "leaves chrootshim out")
        # What does not change the user is not privileged.
        os.chown(self.server, 0, 0)
        os.chmod(self.server, 0o4755)
        result = self.act(*self.pending, "exec-anew", self.server)
        assert self.roles(result) == [("again", WATCHING, False)]


class TestItsOwnRoot(RoleTest):
    """A server that calls chroot() by itself."""

    def test_below_the_jail(self):
        below = f"{self.tree.jail}/below"
        os.mkdir(below)
        result = self.act(*self.pending, "chroot", below, "initgroups", "nobody", *DROP, *SAY)
        assert (result.returncode, result.stderr) == (0, "")
        groups, line = result.stdout.splitlines()
        assert groups.startswith("initgroups 0")
        assert line == f"self {JAILED} {os.stat(below).st_ino}"

    def test_the_jail_itself(self):
        result = self.act(*self.pending, "chroot", self.tree.jail, *DROP, *SAY)
        assert self.roles(result) == [("self", JAILED, True)]

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_its_working_directory(self, isolation):
        """What it changes to after its chroot() is in there, and is named as it is named there."""
        below = f"{self.tree.jail}/below"
        os.makedirs(f"{below}/pages")
        result = self.act(*self.pending, "chroot", below, "chdir", "/pages", *DROP, "getcwd", *SAY,
                          isolation=isolation)
        assert result.stdout == f"getcwd /pages\nself {JAILED} {os.stat(below).st_ino}\n", result
        result = self.act(*self.pending, "chroot", self.tree.jail, "chdir", "/below", *DROP, "getcwd",
                          isolation=isolation)
        assert result.stdout == f"getcwd {below}\n", result
        self.assert_ends(self.act(*self.pending, "chroot", below, "chdir", "/none", *DROP, *SAY,
                                  isolation=isolation), FATAL,
                         "/none: .*after its own chroot.., the server wants that directory")

    @pytest.mark.parametrize("actions", (["listen"], ["listen", "fork"]))
    def test_elsewhere(self, actions):
        self.assert_ends(self.act(*actions, "chroot", self.tree.path, *DROP, *SAY, pidfile=None),
                         FATAL, rf"chroot\({self.tree.path}\) leads out of the jail: remove")

    def test_too_late(self):
        """A child of a master that accepts is jailed before it reads, and then may not."""
        result = self.act("listen", "visit", "accept", "fork", "recv", "chroot", self.tree.jail, *SAY,
                          master_accepts="true", pidfile=None)
        assert "chroot(" in result.stderr and "the worker was jailed before" in result.stderr

    def test_no_program_runs_outside_afterwards(self):
        for actions in (["listen", "fork"], ["listen"]):
            result = self.act(*actions, "chroot", self.tree.jail, "exec", "ls -id /", pidfile=None)
            assert result.stdout == ""

    def test_who_is_no_server_may(self):
        result = self.act("chroot", self.tree.path, *SAY)
        assert result.stdout == f"self {WATCHING} {os.stat(self.tree.path).st_ino}\n"


class TestLookUps(RoleTest):
    """The mark of a look-up ends when it is left by a jump, and in a child."""

    @pytest.mark.parametrize("way", ("jump-out-of-look-up", "fork-in-look-up"))
    def test_it_does_not_survive(self, way):
        compile_program("nss_touching.c", f"{self.tree.path}/libnss_touching.so.2", "-shared",
                        "-fPIC", "-Wno-unused-result")
        conf = self.tree.write("nsswitch.conf", "passwd: touching\n")
        mounted = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                   'mount --bind "$0" /etc/nsswitch.conf && exec "$@"', conf]
        result = self.act(*self.pending, way, "nobody", "epoll_wait", *SAY, wrapper=mounted,
                          extra={"LD_LIBRARY_PATH": self.tree.path})
        assert result.stdout.splitlines()[-1].startswith(f"self {JAILED} "), result


# A program that was handed a listening socket, and wants a root of its own outside the jail.
HANDED_OVER = "import os; os.chroot('/usr')"

# One that gives up root for a while, as postfix's local does.
FOR_A_WHILE = """\
import os, socket, sys
os.seteuid(65534)
listener = socket.socket(fileno=int(sys.argv[1]))
listener.setblocking(False)
try:
    listener.accept()
except BlockingIOError:
    print(os.stat("/").st_ino, *os.getresuid())
"""


class TestHandedOver(RoleTest):
    def start(self, program, log, **settings):
        """The program, with a socket that listens; return what it was, and its log."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            number = listener.fileno()
            result = subprocess.run(
                ["/usr/bin/python3", "-B", "-c", program, str(number)], pass_fds=[number],
                env=self.tree.environment(log=log, **settings), stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True)
        with open(log) as file:
            return result, file.read()

    def test_who_ends_before_it_is_ready_says_why_in_the_log(self):
        """postfix's master starts such programs, and their stderr is nobody's."""
        result, said = self.start(HANDED_OVER, f"{self.tree.path}/refused.log")
        assert result.returncode == FATAL, result.stderr
        assert "(/usr) leads out of the jail" in said

    def test_who_is_root_by_its_real_id_alone_opens_the_log(self):
        result, said = self.start(FOR_A_WHILE, self.tree.write("root.log", "", mode=0o600),
                                  log_level="info")
        assert result.stdout == f"{os.stat(self.tree.jail).st_ino} 0 65534 0\n", result.stderr
        assert "entered the jail" in said
