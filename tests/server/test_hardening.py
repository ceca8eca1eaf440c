"""What a worker loses when it enters: inherited ways out, capabilities, and the right to new ones."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import errno
import os
import re

import pytest

import processes
import system_calls
from apache import LIBRARY, MPMS
from cases import ServerTest, TreeTest
from processes import wait_until
from tree import NOBODY, compile_program
from worker import WorkerTest

ISOLATIONS = ("chroot", "namespace")
JAILED = "3"
O_CLOEXEC = 0o2000000

# Numbers from linux/capability.h.
CAPABILITIES = {name: number for number, name in enumerate(
    "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable "
    "net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio "
    "sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time "
    "sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog "
    "wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore".split())}
BREAKING = frozenset(
    "sys_chroot sys_admin sys_ptrace mknod dac_read_search sys_module sys_rawio sys_boot sys_time "
    "sys_pacct sys_tty_config net_admin syslog mac_admin mac_override audit_control audit_read "
    "linux_immutable setfcap perfmon bpf checkpoint_restore".split())


def capabilities(text):
    """The names in a set, as /proc/PID/status has it."""
    mask = int(text, 16)
    return {name for name, number in CAPABILITIES.items() if mask & 1 << number}


# What this machine has to give, and what of it is left to a worker.
GIVEN = capabilities(processes.status("self", "CapBnd"))
HARMLESS = GIVEN - BREAKING

# Descriptors that leak into a worker, most of them above the limit of open files or not inherited
# by programs; those that lead out of the jail, and those that do not.
WAYS_OUT = {
    700: "directory:/", 701: "directory:/etc", 702: "directory+cloexec:/srv",
    703: "handle:/", 704: "handle+cloexec:/etc", 705: "handle:/etc/passwd",
    706: "file:/proc/self/ns/mnt", 707: "file+cloexec:/proc/self/ns/user",
    708: "file:/proc/self/status", 709: "directory:/proc", 710: "handle:/bin",
    711: "fanotify", 712: "ring", 713: "pidfd", 714: "perf", 715: "bpf+cloexec", 716: "userfaultfd",
    717: "listener", 718: "inotify", 719: "file:/dev/loop0", 730: "file:/dev/kmsg",
    731: "file:/sys/kernel/uevent_seqnum", 5003: "pidfd+cloexec",
    5000: "directory:/", 5001: "handle+cloexec:/etc", 5002: "file:/proc/self/mem",
}
HARMLESS_FILES = {720: "file:/etc/passwd", 721: "socket", 722: "pipe", 723: "epoll",
                  724: "file+cloexec:/etc/passwd", 725: "file:/dev/null",
                  726: "eventfd", 727: "timerfd", 728: "signalfd", 729: "memfd",
                  732: "file:/dev/urandom", 733: "file:/dev/full", 734: "file:/dev/ptmx", 5010: "pipe+cloexec"}


def close_on_exec(pid, fd):
    line, = [line for line in processes.read(f"/proc/{pid}/fdinfo/{fd}").splitlines()
             if line.startswith("flags:")]
    return bool(int(line.split()[1], 8) & O_CLOEXEC)


class Inherited:
    """A server that has leaked descriptors of every kind."""

    ways_out, harmless = WAYS_OUT, HARMLESS_FILES

    @classmethod
    def prepare(cls):
        library = compile_program("inherited.c", f"{cls.apache.tree}/inherited.so", "-shared",
                                  "-fPIC")
        words = " ".join(f"{number}:{kind}"
                         for number, kind in {**cls.ways_out, **cls.harmless}.items())
        cls.apache.prefix = ["env", f"LD_PRELOAD={LIBRARY}:{library}", f"INHERITED={words}",
                             "INHERITED_BY=apache2"]

    def jail_of(self, pid, fd):
        """Is this descriptor of a process the jail?"""
        return os.path.samestat(os.stat(f"/proc/{pid}/fd/{fd}"), os.stat(self.apache.jail))

    def test_what_leads_out_is_replaced_by_the_jail(self):
        master = self.apache.master()
        for pid in self.apache.workers():
            for fd, kind in self.ways_out.items():
                assert not self.jail_of(master, fd)
                assert self.jail_of(pid, fd), os.readlink(f"/proc/{pid}/fd/{fd}")
                assert close_on_exec(pid, fd) == ("+cloexec" in kind)

    def test_what_does_not_stays(self):
        master = self.apache.master()
        for pid in self.apache.workers():
            for fd, kind in self.harmless.items():
                assert os.readlink(f"/proc/{pid}/fd/{fd}") == os.readlink(f"/proc/{master}/fd/{fd}")
                assert close_on_exec(pid, fd) == ("+cloexec" in kind)

    def test_the_shim_keeps_none_of_its_own(self):
        for pid in self.apache.workers():
            # What a worker itself opens, such as a directory, it closes soon.
            wait_until(lambda: not self.others_that_lead_out(pid), "no other descriptor")

    def others_that_lead_out(self, pid):
        found = []
        for name in os.listdir(f"/proc/{pid}/fd"):
            path = f"/proc/{pid}/fd/{name}"
            with contextlib.suppress(FileNotFoundError):
                if int(name) not in self.ways_out | self.harmless and (
                        os.path.isdir(path) or re.match("mnt:|user:|/proc", os.readlink(path))):
                    found.append(name)
        return found

    def test_the_next_generation(self):
        self.apache.graceful()
        self.assert_jailed()
        self.test_what_leads_out_is_replaced_by_the_jail()
        self.test_what_does_not_stays()

    def test_the_server_serves(self):
        assert self.apache.get("/").text == "the index page\n"


class TestInheritedInAChroot(Inherited, ServerTest):
    """isolation = "chroot"."""

    mpms = MPMS


class TestInheritedInANamespace(Inherited, ServerTest):
    """isolation = "namespace"."""

    settings = {"isolation": "namespace"}


class TestInheritedWithoutAList(Inherited, ServerTest):
    """Where none is high, or of O_PATH, /proc lists none: they are found by number."""

    ways_out, harmless = ({fd: kind for fd, kind in kinds.items() if fd < 1024 and "handle" not in kind}
                          for kinds in (WAYS_OUT, HARMLESS_FILES))
    mpms = MPMS


class TestManyDescriptors(WorkerTest):
    """The cost depends on how many are open, and all are found."""

    OPEN = """\
import resource
_, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
root = os.open("/", os.O_RDONLY)
many = [os.dup(root) for _ in range(min(limit - 300, 20000))]
"""
    LOOK = """\
jail = os.stat("/")
say("descriptors", len(many))
say("jails", sum(os.path.samestat(jail, os.fstat(fd)) for fd in many))
"""
    LIMIT = """\
import resource
os.dup2(os.open("/", os.O_RDONLY), 900)
resource.setrlimit(resource.RLIMIT_NOFILE, (500, 500))
"""

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_twenty_thousand_directories(self, isolation):
        found = self.facts(self.LOOK, master=self.OPEN,
                           isolation=isolation)
        assert int(found["descriptors"]) > 10000
        assert found["jails"] == found["descriptors"]

    def test_above_the_hard_limit(self):
        """Where no number can be taken, a way out is closed."""
        found = self.facts('attempt("fstat", os.fstat, 900)', self.LIMIT)
        assert found["fstat"] == "EBADF"


WITHOUT_PROC = ["unshare", "--mount", "sh", "-c", 'umount -l /proc && exec "$0" "$@"']


class TestWhatTheMasterWaitsFor(WorkerTest):
    """The kernel tells of a change once to all who share a descriptor: workers do not ask."""

    WAIT = """\
import atexit
table = open("/proc/self/mountinfo")
watch = select.epoll()
watch.register(table, select.EPOLLPRI)
libc.mount(b"none", b"/mnt", b"tmpfs", 0, None)
atexit.register(lambda: say("events", len(watch.poll(0))))
"""

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    @pytest.mark.parametrize("pending", ("pass", "os.spawnv(os.P_WAIT, '/bin/true', ['true'])"))
    def test_the_entry_of_a_worker_takes_nothing_away(self, isolation, pending):
        found = self.facts("pass", pending, self.WAIT, isolation=isolation,
                           wrapper=("unshare", "--mount", "--propagation", "private"))
        assert found["events"] == "1"


class TestWithoutProc(WorkerTest):
    """No list of descriptors, and no names of their kinds."""

    OPEN = """\
epoll = select.epoll()
kept = [epoll.fileno(), os.pipe()[0], socket.socket().detach()]
replaced = [os.open("/", os.O_RDONLY), libc.inotify_init1(0), os.pidfd_open(os.getpid())]
"""
    LOOK = """\
jail = os.stat("/")
say("kept", [os.path.samestat(os.fstat(fd), jail) for fd in kept])
say("replaced", [os.path.samestat(os.fstat(fd), jail) for fd in replaced])
"""

    def test_what_cannot_be_told_is_replaced(self):
        result = self.run_worker(self.LOOK, master=self.OPEN, wrapper=WITHOUT_PROC)
        assert result.stdout == f"kept {[False] * 3}\nreplaced {[True] * 3}\n", result.stderr

    def test_nor_is_the_jail_asked(self):
        """Whoever may write there would have what leads out look harmless."""
        names = f"{self.tree.jail}/proc/self/fd"
        os.makedirs(names)
        for fd in range(3, 100):
            os.symlink("anon_inode:[eventfd]", f"{names}/{fd}")
        self.test_what_cannot_be_told_is_replaced()

    def test_above_a_lowered_limit(self):
        """No number there is tried, so all are closed."""
        lower = TestManyDescriptors.LIMIT.replace("900", "3000").replace("500", "1500")
        result = self.run_worker('attempt("fstat", os.fstat, 3000)', master=lower,
                                 wrapper=["prlimit", "--nofile=4096:4096", *WITHOUT_PROC])
        assert result.stdout == "fstat EBADF\n", result.stderr


class TestKeyring(WorkerTest):
    """The session keyring of who started the server."""

    KEYS = """\
SESSION, GET_ID, JOIN = -3, 0, 1
def session():
    return libc.syscall(libc_keyctl, GET_ID, SESSION, 0)
libc.syscall(libc_keyctl, JOIN, None)
secret = libc.syscall(libc_add_key, b"user", b"secret", b"text", 4, SESSION)
mine = session()
"""
    LOOK = """\
buffer = ctypes.create_string_buffer(16)
say("same", session() == mine)
say("secret", libc.syscall(libc_keyctl, 11, secret, buffer, 16))
"""

    def look(self, **options):
        numbers = [system_calls.number(name) for name in ("keyctl", "add_key")]
        master = f"libc_keyctl, libc_add_key = {numbers}\n{self.KEYS}"
        return self.facts(self.LOOK, f"os.setuid({NOBODY})" if not options.get("user") else "pass",
                          master, **options)

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_it_is_another_one(self, isolation):
        found = self.look(isolation=isolation)
        assert (found["same"], found["secret"]) == ("False", "-1")

    def test_as_an_ordinary_user(self):
        assert self.look(user=NOBODY)["same"] == "False"

    @pytest.mark.parametrize("error", (errno.ENOSYS, errno.EPERM, errno.EDQUOT))
    def test_without_keys(self, error):
        """A filter that refuses them refuses the worker as well."""
        wrapper = [self.tree.compile("answer_calls"), "keyctl", str(error)]
        assert self.facts('say("served")', wrapper=wrapper)["served"] == ""


class TestWorkersOfHttpd(ServerTest):
    """The capabilities of a worker that gives up root."""

    settings = {}

    def sets(self):
        for pid in self.apache.workers():
            assert processes.status(pid, "NoNewPrivs") == "1"
            yield {name: capabilities(processes.status(pid, name))
                   for name in ("CapBnd", "CapPrm", "CapEff", "CapInh", "CapAmb")}

    def test_capabilities(self):
        self.assert_jailed()
        for found in self.sets():
            assert found.pop("CapBnd") == HARMLESS
            for name, some in found.items():
                assert some == set(), name


class TestWorkersOfHttpdInANamespace(TestWorkersOfHttpd):
    settings = {"isolation": "namespace"}


class TestCapabilities(WorkerTest):
    """Capabilities, and the right to gain them, of a worker that stays root."""

    SETS = ("CapBnd", "CapPrm", "CapEff", "CapInh", "CapAmb")
    # All capabilities inheritable and ambient, as some service managers leave them.
    ALL = ",".join(f"+{name}" for name in sorted(GIVEN))
    AMBIENT = ["setpriv", f"--inh-caps={ALL}", f"--ambient-caps={ALL}"]

    def sets(self, found):
        return {name: capabilities(found[name]) for name in self.SETS}

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_root_loses_what_breaks_a_jail(self, isolation):
        found = self.facts(wrapper=self.AMBIENT, isolation=isolation)
        assert self.sets(found) == dict.fromkeys(self.SETS, HARMLESS)

    def test_those_that_are_kept(self):
        found = self.facts(wrapper=self.AMBIENT, keep_capabilities="dac_read_search:CAP_MKNOD")
        kept = HARMLESS | {"dac_read_search", "mknod"}
        assert self.sets(found) == dict.fromkeys(self.SETS, kept)

    @pytest.mark.parametrize("value, found", ((None, "1"), ("true", "1"), ("false", "0")))
    def test_no_new_privs(self, value, found):
        assert self.facts(no_new_privs=value)["NoNewPrivs"] == found

    def test_without_the_right_to_take_them_away(self):
        """The bounding set keeps all that it had, which no_new_privs makes harmless."""
        lost = ["setpriv", "--bounding-set=-setpcap", "--inh-caps=-all"]
        found = self.sets(self.facts(wrapper=lost))
        without = HARMLESS - {"setpcap"}
        assert (found["CapEff"], found["CapPrm"]) == (without, without)
        assert found["CapBnd"] == GIVEN - {"setpcap"}
        self.assert_stopped(self.run_worker(wrapper=lost, no_new_privs="false"),
                            "its capabilities could not be taken away: Operation not permitted: "
                          ".*CAP_SETPCAP, or set no_new_privs = true")

    def test_kept_capabilities_do_not_survive_the_drop(self):
        """PR_SET_KEEPCAPS, with which CAP_SYS_CHROOT would stay when root is given up."""
        pending = f"libc.prctl(PR_SET_KEEPCAPS, 1)\nos.setuid({NOBODY})"
        for kept, left in ((None, HARMLESS), ("mknod", HARMLESS | {"mknod"}), ("sys_chroot", set())):
            found = self.facts(pending=pending, keep_capabilities=kept)
            assert found["Uid"].split() == [str(NOBODY)] * 4
            assert capabilities(found["CapPrm"]) == left
            assert capabilities(found["CapEff"]) == set()


class TestEntry(WorkerTest):
    """What ends a worker at its entry, with a line."""

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_more_than_one_thread(self, isolation):
        """A server that starts a thread first, and then gives up root."""
        drop = ("threading.Thread(target=time.sleep, args=(20,), daemon=True).start()\n"
                f"os.setuid({NOBODY})\nsay('served')")
        self.assert_ended(self.run_worker(master=drop, isolation=isolation),
                          "the process has more than one thread: let the server")

    @pytest.mark.parametrize("filters", ((), ("unshare",), ("unshare", "close_range")))
    @pytest.mark.parametrize("opener", ("thread", "process"))
    def test_what_another_opens_meanwhile(self, opener, filters):
        """A thread that ends before it is asked for; a process that shares descriptors and directories."""
        library = compile_program("late_opener.c", f"{self.tree.path}/late.so", "-shared", "-fPIC",
                                  "-pthread")
        liar = self.tree.compile("answer_calls")
        found = self.facts("""\
try:
    say("late", os.path.samestat(os.stat(50), os.stat("/")))
except OSError as error:
    say("late", errno.errorcode[error.errno])
say("moved", not os.path.samestat(os.stat("."), os.stat("/")))
""", extra={"LD_PRELOAD": f"{self.tree.library}:{library}", "LATE": opener, "LATE_NUMBER": "50"},
                           wrapper=[word for call in filters
                                    for word in (liar, call, str(errno.EPERM))])
        # Where both calls are refused, nobody tells of such a process.
        unknown = "False" if len(filters) == 2 else "EBADF"
        assert found["late"] == {"thread": "True", "process": unknown}[opener]
        # Nor of one that shares the directories.
        assert found["moved"] == str(opener == "process" and len(filters) > 0)

    def test_a_user_id_that_does_not_change(self):
        """A library, or a filter of system calls, that says "done" and has done nothing."""
        library = compile_program("fake_setuid.c", f"{self.tree.path}/fake_setuid.so", "-shared",
                                  "-fPIC")
        liar = self.tree.compile("answer_calls")
        preloaded = {"LD_PRELOAD": f"{self.tree.library}:{library}"}
        for call in (f"os.setuid({NOBODY})", f"os.setresuid({NOBODY}, {NOBODY}, {NOBODY})"):
            self.assert_ended(self.run_worker(pending=call, extra=preloaded),
                              "the user id is not the one that the server asked for: look for")
        self.assert_ended(self.run_worker(pending=f"os.setuid({NOBODY})",
                                          wrapper=[liar, "setuid", "0"]),
                          "the user id is not the one that the server asked for: look for")

    def test_a_root_that_does_not_change(self):
        liar = self.tree.compile("answer_calls")
        for isolation in ISOLATIONS:
            result = self.run_worker(wrapper=[liar, "chroot", "0"], isolation=isolation)
            self.assert_stopped(result, "after chroot.. the process is not inside: stop")
        result = self.run_worker(wrapper=[liar, "chroot", str(errno.EPERM)])
        self.assert_stopped(result, "chroot.. was refused: Operation not permitted")

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    @pytest.mark.parametrize("event", (("setuid", str(NOBODY)), ("epoll_wait",)))
    def test_no_memory_is_allocated(self, event, isolation):
        program = compile_program("count_malloc.c", f"{self.tree.path}/server", "server.c",
                                  "server_calls.c", "-D_GNU_SOURCE", "-fno-builtin", "-pthread")
        result = self.tree.run(program, "listen", "pidfile", self.tree.pidfile, "fork", "count",
                               *event, "counted", "say", "worker", isolation=isolation)
        assert result.stderr == ""
        assert result.stdout == f"0 1\nworker {JAILED} {os.stat(self.tree.jail).st_ino}\n"


class TestMasterAccepts(TreeTest):
    """A server that accepts in its master and forks for each connection."""

    def serve(self, *before, **settings):
        return self.tree.run(self.tree.put_server(), "listen", "pidfile", self.tree.pidfile,
                             *before, "visit", "accept", "fork", "recv", "say", "served",
                             **settings)

    def test_it_may(self):
        result = self.serve(master_accepts="true")
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout == f"served {JAILED} {os.stat(self.tree.jail).st_ino}\n"

    def test_it_may_not(self):
        for value in (None, "false"):
            # It has had a worker, so it is none itself.
            result = self.serve("child", master_accepts=value)
            assert (result.returncode, result.stdout) == (15, "")
            assert re.search(r"\Achrootshim\[\d+\]: error: .*would serve unjailed: "
                             r".*set master_accepts = true\n\Z", result.stderr)
