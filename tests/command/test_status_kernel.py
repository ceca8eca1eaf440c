"""What status makes of what the kernel has on record, where no shim has seen to it."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import subprocess

import pytest

import system_calls
from cases import LONG, TreeTest
from chrootshim import COMMAND, answer, chrootshim
from miniature import DROP, ENTER, Miniature
from processes import program, wait_until

JAILED = f"{ENTER}; {DROP}"

# Looks at what changes all the time.
LOOKS = 300 if LONG else 20

# It is in its pidfile, and that is all.
IDLE = ("/usr/bin/python3", "-c", "import os, sys, time\n"
        "with open(sys.argv[1], 'w') as file:\n    file.write(str(os.getpid()))\n"
        "print('ready', flush=True); time.sleep(1000)")


# It ends one thread.
EXIT = system_calls.number("exit")


class KernelTest(TreeTest):
    def ask(self, *words, **settings):
        """The answer about the server of the tree, and the exit status."""
        return answer("status", *words, settings={"jail": self.tree.jail,
                                                  "pidfile": self.tree.pidfile, **settings})

    def start(self, *children, **options):
        self.server = self.cleanups.enter_context(Miniature(self.tree, *children, **options))
        return self.server

    def workers(self, *children, **settings):
        """A server with these children: the exit status, and what is said of each of them."""
        self.start(*children)
        seen, status = self.ask(**settings)
        server, = seen["servers"]
        assert server["processes"][0]["pid"] == self.server.pid
        found = {process["pid"]: process for process in server["processes"]}
        return status, [found[pid] for pid in self.server.children()]


class TestRoot(KernelTest):
    def test_in_the_jail(self):
        status, (one, other) = self.workers(JAILED, JAILED)
        assert status == 0
        for worker in (one, other):
            assert (worker["role"], worker["jailed"]) == ("worker", True)
            assert worker["isolation"] == "chroot"
            assert worker["root"]["inode"] == os.stat(self.tree.jail).st_ino
            assert worker["user"] == {"id": 65534, "name": "nobody"}
            assert worker["problem"] is None

    def test_one_of_two_is_outside(self):
        status, (one, other) = self.workers(JAILED, DROP)
        assert (status, one["jailed"], other["jailed"]) == (1, True, False)
        assert (one["problem"], other["problem"]) == (None, "unjailed")
        assert f"its root is /, and not {self.tree.jail}" in other["why"]

    def test_a_root_that_is_another_directory(self):
        os.mkdir(f"{self.tree.path}/other")
        status, (worker,) = self.workers(f"os.chroot('{{tree}}/other'); {DROP}")
        assert (status, worker["problem"]) == (1, "unjailed")

    def test_a_directory_of_the_same_name(self):
        """It is the directory that counts: the jail was moved away, and another one made."""
        self.start(JAILED)
        os.rename(self.tree.jail, f"{self.tree.path}/moved")
        os.mkdir(self.tree.jail)
        assert self.ask()[1] == 1
        os.rmdir(self.tree.jail)
        assert self.ask()[1] == 1

    def test_below_the_jail(self):
        """The server's own chroot, in the jail."""
        os.mkdir(f"{self.tree.jail}/deeper")
        status, (worker,) = self.workers(f"{ENTER}; os.chroot('/deeper'); os.chdir('/'); {DROP}")
        assert (status, worker["jailed"]) == (0, True)

    def test_a_thread_with_another_root(self):
        """The process's own root, which /proc tells, is that of its first thread alone."""
        status, (worker,) = self.workers(
            "import threading, time\n"
            "threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()\n"
            f"assert ctypes.CDLL(None).unshare(0x200) == 0\n{JAILED}")
        assert (status, worker["jailed"], worker["problem"]) == (1, False, "unjailed")
        assert "thread" in worker["why"] and worker["why"].endswith("is /")
        assert worker["root"]["path"] == self.tree.jail

    def test_threads_with_one_root(self):
        status, (worker,) = self.workers(
            "import threading, time\n"
            "threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()\n"
            f"{JAILED}")
        assert (status, worker["threads"]) == (0, 2)

    @pytest.mark.parametrize("enter, expected", ((ENTER, 0), ("pass", 1)))
    def test_a_first_thread_that_has_ended(self, enter, expected):
        """The others go on; /proc shows the process as one that has ended."""
        self.start(JAILED, (
            f"import threading\nstatus = open('/proc/self/status')\n{enter}; {DROP}\n"
            "def rest():\n"
            "    while status.seek(0) or 'State:\\tZ' not in status.read():\n"
            "        pass\n"
            "    os.write(tell, b'x')\n    signal.pause()\n"
            "threading.Thread(target=rest, daemon=True).start()\n"
            "ctypes.CDLL(None).syscall({exit}, 0)").replace("{exit}", str(EXIT)))
        seen, status = self.ask()
        worker = seen["servers"][0]["processes"][-1]
        assert (status, worker["role"], worker["threads"]) == (expected, "worker", 2)

    def test_in_a_mount_namespace(self):
        unshare = "assert ctypes.CDLL(None).unshare(0x20000) == 0"
        status, (worker,) = self.workers(f"{unshare}; {JAILED}")
        assert (status, worker["isolation"]) == (0, "namespace")

    def test_a_worker_that_stays_root(self):
        status, (worker,) = self.workers("pass")
        assert (status, worker["role"], worker["problem"]) == (1, "worker", "unjailed")

    def test_a_worker_that_stays_root_with_the_shim(self):
        """It may be on its way to the jail for some seconds; then it is a worker."""
        self.start("pass", env=self.tree.environment(programs="nobody"))
        shown = chrootshim("status", "--wait=1", settings={
            "jail": self.tree.jail, "pidfile": self.tree.pidfile})
        assert shown.returncode == 4 and " starting " in shown.stdout
        seen, status = self.ask()
        assert (status, seen["servers"][0]["processes"][1]["role"]) == (1, "worker")

    def test_without_settings_the_machines_root_is_what_counts(self):
        self.start(JAILED)
        assert answer("status", "--pid", str(self.server.pid))[1] == 0
        self.start(DROP)
        assert answer("status", "--pid", str(self.server.pid))[1] == 1


class TestChange(KernelTest):
    def test_who_goes_is_no_secret(self):
        """Workers come and go: one that ends while it is looked at has no root any more."""
        come_and_go = (f"{JAILED}; os.write(tell, b'x')\n"
                       "while True:\n"
                       "    if os.fork() == 0:\n        os._exit(0)\n"
                       "    os.wait()")
        self.start(*[come_and_go] * 3)
        for _ in range(LOOKS):
            seen, status = self.ask()
            assert status == 0, seen


class TestDescriptors(KernelTest):
    @pytest.mark.parametrize("hold, target", (
        ("os.open('/etc', os.O_RDONLY)", "/etc"),
        ("os.open('/etc', os.O_PATH)", "/etc"),
        ("os.open('/etc/passwd', os.O_PATH)", "/etc/passwd"),
        ("os.open('/proc/self', os.O_RDONLY)", "/proc"),
        ("os.open('/proc/self/ns/mnt', os.O_RDONLY)", "mnt:["),
        ("os.open({jail!r} + '/..', os.O_RDONLY)", "/srv/"),
    ))
    def test_leads_out(self, hold, target):
        status, (worker,) = self.workers(f"held = {hold}; {JAILED}")
        assert (status, worker["problem"]) == (1, "leads-out")
        descriptor, = worker["leads_out"]
        assert descriptor["target"].startswith(target)
        assert target in worker["why"]

    @pytest.mark.parametrize("hold", (
        "os.open({jail!r}, os.O_RDONLY)", "os.open({jail!r} + '/below', os.O_PATH)",
        "os.open({jail!r} + '/file', os.O_PATH)", "os.open('/etc/passwd', os.O_RDONLY)",
        "os.open('/dev/null', os.O_RDWR)", "os.pipe()", "socket.socketpair()",
        "os.memfd_create('a')"))
    def test_harmless(self, hold):
        os.mkdir(f"{self.tree.jail}/below")
        self.tree.write("jail/file", "")
        status, (worker,) = self.workers(f"held = {hold}; {JAILED}")
        assert (status, worker["leads_out"]) == (0, [])


    def test_a_working_directory(self):
        """chroot(2) alone leaves it outside, where ".." leads to all there is."""
        status, (worker,) = self.workers(f"os.chdir('/etc'); os.chroot({{jail!r}}); {DROP}")
        assert (status, worker["problem"]) == (1, "leads-out")
        assert worker["leads_out"] == [{"descriptor": None, "target": "/etc"}]
        assert worker["why"].startswith("the working directory of worker ")


class TestRoles(KernelTest):
    def test_a_logger_is_a_helper(self):
        """It may be outside, and another user's."""
        logger = ("os.set_inheritable(tell, True); os.execv('/bin/sh', ['sh', '-c', "
                  "f'echo x >&{{tell}}; exec sleep 1000'])")
        self.start(JAILED, f"{DROP}; listener.close(); {logger}")
        # It tells while it is still a shell.
        wait_until(lambda: program(self.server.children()[1]) == "sleep", "the logger")
        seen, status = self.ask()
        worker, helper = seen["servers"][0]["processes"][1:]
        assert (status, worker["role"], helper["role"]) == (0, "worker", "helper")
        assert helper["program"].endswith("sleep") and not helper["must_be_jailed"]

    def test_another_program_that_serves(self):
        """What has the server's socket is no helper."""
        server = ("listener.set_inheritable(True); os.set_inheritable(tell, True); "
                  "os.execv('/bin/sh', ['sh', '-c', f'echo x >&{{tell}}; exec sleep 1000'])")
        status, (_, other) = self.workers(JAILED, f"{DROP}; {server}")
        assert (status, other["role"], other["problem"]) == (1, "worker", "unjailed")

    def test_programs_of_workers(self):
        """They must be jailed as well, whatever they are."""
        shutil.copy("/bin/busybox", f"{self.tree.jail}/busybox")
        # It has been executed when that returns.
        start = "os.posix_spawn('/busybox', ['sleep', '1000'], os.environ)"
        self.start(f"{JAILED}; {start}")
        seen, status = self.ask()
        started = seen["servers"][0]["processes"][-1]
        assert (status, started["role"], started["jailed"]) == (0, "program", True)
        assert started["program"].endswith("busybox")

    def test_a_program_that_is_not_jailed(self):
        start = "pid = os.posix_spawn('/bin/sleep', ['sleep', '1000'], os.environ)"
        status, (worker,) = self.workers(f"{start}; {JAILED}")
        assert (status, worker["jailed"]) == (1, True)

    def test_alone(self):
        """A server without children serves by itself."""
        self.start()
        seen, status = self.ask()
        process, = seen["servers"][0]["processes"]
        assert (status, process["role"], process["serves"]) == (1, "worker", True)

    def test_alone_with_the_shim(self):
        """The shim jails it, or ends it, before it accepts: nothing can be said yet."""
        self.start(env=self.tree.environment())
        assert self.ask()[1] == 4
        assert self.ask("--allow-idle")[1] == 0
        assert chrootshim("status", "--allow-idle", "--nagios", settings={
            "jail": self.tree.jail, "pidfile": self.tree.pidfile}).returncode == 0

    def test_alone_with_a_shim_that_does_nothing(self):
        self.start(env=self.tree.environment(programs="nobody"))
        assert self.ask(programs="nobody")[1] == 1
        assert self.ask("--allow-idle", programs="nobody")[1] == 1

    def test_nobody_serves_and_no_shim(self):
        """Idleness is allowed to who has the shim."""
        self.start(command=IDLE)
        assert (self.ask()[1], self.ask("--allow-idle")[1]) == (4, 4)

    def test_alone_and_accepting_by_consent(self):
        self.start()
        seen, status = self.ask(master_accepts="true")
        assert (status, seen["verdict"]) == (4, "idle")
        assert seen["servers"][0]["processes"][0]["role"] == "master"

    def test_who_serves_nobody(self):
        self.start(command=IDLE)
        assert self.ask()[0]["verdict"] == "idle"


class TestWall(KernelTest):
    def test_nothing_is_expected_of_who_has_no_shim(self):
        """Settings tell of a second wall only where the shim keeps to them."""
        _, (worker,) = self.workers(JAILED)
        assert (worker["shim"], worker["landlock"]) == (False, "unknown")


class TestRights(KernelTest):
    def test_capabilities(self):
        keep = "libc = ctypes.CDLL(None); libc.prctl(8, 1, 0, 0, 0)"
        raise_it = ("header = (ctypes.c_uint * 2)(0x20080522, 0)\n"
                    "data = (ctypes.c_uint * 6)(1 << 10, 1 << 10, 0, 0, 0, 0)\n"
                    "assert libc.capset(header, data) == 0")
        status, (worker,) = self.workers(f"{keep}; {JAILED}\n{raise_it}")
        assert status == 0
        assert worker["capabilities"]["effective"] == ["net_bind_service"]
        assert worker["capabilities"]["permitted"] == ["net_bind_service"]
        assert "sys_admin" in worker["capabilities"]["bounding"]

    def test_groups(self):
        groups = "os.setgroups([33, 65000]); os.setgid(NOBODY); os.setuid(NOBODY)"
        _, (worker,) = self.workers(f"{ENTER}; {groups}")
        assert [group["id"] for group in worker["groups"]] == [33, 65000]
        assert worker["groups"][0]["name"] == "www-data"
        assert worker["groups"][1]["name"] == "65000"

    def test_no_new_privs_and_a_filter(self):
        nnp = "libc = ctypes.CDLL(None); assert libc.prctl(38, 1, 0, 0, 0) == 0"
        _, (worker,) = self.workers(f"{nnp}; {JAILED}")
        assert (worker["no_new_privs"], worker["seccomp"]) == (True, 0)


class TestWhoIsMeant(KernelTest):
    def test_a_pidfile_that_is_older_than_the_process(self):
        """The number was given to another process."""
        self.start(JAILED)
        os.utime(self.tree.pidfile, (1, 1))
        seen, status = self.ask()
        assert (status, seen["verdict"], seen["servers"]) == (3, "none", [])
        assert "gone" in seen["missing"]

    @pytest.mark.parametrize("text, word", (("", "no pid"), ("none\n", "no pid"), ("0\n", "no pid"),
                                            ("4194999\n", "gone"), ("12x\n", "no pid")))
    def test_a_pidfile_that_names_nobody(self, text, word):
        self.tree.write("run/server.pid", text)
        seen, status = self.ask()
        assert status == 3 and word in seen["missing"]

    def test_no_pidfile(self):
        seen, status = self.ask()
        assert status == 3 and "there is no such file" in seen["missing"]

    def test_by_the_jail_in_its_environment(self):
        """Without a pidfile, and before any client, nothing else tells whose server it is."""
        self.start(env=self.tree.environment(pidfile=None))
        seen, status = answer("status", settings={"jail": self.tree.jail})
        assert [server["pid"] for server in seen["servers"]] == [self.server.pid]
        assert (status, seen["verdict"]) == (4, "idle")
        assert answer("status", settings={"jail": self.tree.path})[1] == 3

    def test_by_the_file_in_its_environment(self):
        paths = [self.tree.write(f"{name}.conf", f'jail = "{self.tree.jail}";\n')
                 for name in ("one", "other")]
        self.start(env=self.tree.environment(pidfile=None, jail=None, config=paths[0]))
        seen, _ = answer("status", "--config", paths[0])
        assert [server["pid"] for server in seen["servers"]] == [self.server.pid]
        assert answer("status", "--config", paths[1])[1] == 3

    def test_a_pid_that_is_gone(self):
        seen, status = answer("status", "--pid", "4194999")
        assert status == 3 and seen["missing"] == "no such process"

    def test_a_name_that_a_terminal_would_obey(self):
        """A worker chooses its name, and a path."""
        name = "b'a\\x1b[2J\\xff\\xc2\\x9b'"
        self.start(f"{JAILED}; ctypes.CDLL(None).prctl(15, {name}, 0, 0, 0)")
        seen, status = self.ask()
        assert (status, seen["servers"][0]["processes"][1]["name"]) == (0, "a?[2J???")
        os.rename(self.tree.jail, f"{self.tree.path}/a\x1b[2J")
        shown = chrootshim("status", settings={
            "jail": f"{self.tree.path}/a\x1b[2J", "pidfile": self.tree.pidfile}).stdout
        assert "\x1b" not in shown and "a?[2J" in shown

    def test_a_process_that_is_hidden(self):
        """/proc may hide what is another user's: there is a server, and nothing can be said."""
        self.start(JAILED)
        command = shutil.copy(COMMAND, f"{self.tree.path}/chrootshim")
        shown = subprocess.run(
            ["unshare", "--mount", "sh", "-c", 'mount -t proc -o hidepid=2 proc /proc && '
             'exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"', "sh", command, "status",
             "--jail", self.tree.jail, "--pidfile", self.tree.pidfile],
            capture_output=True, text=True, timeout=60)
        assert shown.returncode == 4 and "ask as root" in shown.stdout, shown.stderr
