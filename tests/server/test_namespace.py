"""isolation = "namespace": what is mounted for workers, what becomes of it, and what is refused."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import re
import shutil
import signal
import stat
import subprocess

import pytest

import machine
import processes
from apache import Apache
from cases import ServerTest
from forker import zombies
from processes import wait_until
from tree import compile_program

DEVICES = [f"/dev/{name}" for name in ("full", "null", "random", "urandom", "zero")]
SHARED, WRITABLE, FILE, SOCKET = "{tree}/shared", "{tree}/data", "{tree}/file", "{tree}/run/socket"


def setup_module():
    machine.own_mounts()


def namespace(pid):
    return os.readlink(f"/proc/{pid}/ns/mnt")


def replace_one_worker(apache, spared=None):
    """Kill one worker, and return its successor's pid."""
    before = apache.workers()
    os.kill(next(pid for pid in before if pid != spared), signal.SIGKILL)
    new, *_ = wait_until(lambda: [pid for pid in apache.workers() if pid not in before],
                         f"a successor: {apache.error_log()}")
    return new


class NamespaceTest(ServerTest):
    """A server that exposes a directory, a writable one, a file and a socket."""

    settings = {"isolation": "namespace", "log_level": "info"}

    @classmethod
    def prepare(cls):
        apache = cls.apache
        for name in ("shared", "data"):
            os.mkdir(f"{apache.tree}/{name}")
        apache.write("shared/name", "the first\n")
        apache.write("file", "the first\n")
        subprocess.run(["/usr/bin/python3", "-c", "import socket, sys\n"
                        "socket.socket(socket.AF_UNIX).bind(sys.argv[1])",
                        apache.format(SOCKET)], check=True)
        apache.settings["expose"] = apache.format(f"{SHARED}:{WRITABLE},writable:{FILE}:{SOCKET}")
        apache.settings["log"] = f"{apache.tree}/log/shim.log"
        cls.host = processes.read("/proc/self/mountinfo")

    def inside(self, pid, path):
        """A path as this worker sees it, for us."""
        return f"/proc/{pid}/root{self.apache.format(path)}"

    def log(self):
        return processes.read(self.apache.settings["log"])


class TestMounts(NamespaceTest):
    """What is mounted, and with which options."""

    # On this machine's file systems alone: what is exposed of /dev has their options, too.
    confined = {"nosuid", "nodev"}
    jail_access = "rw"

    def expected(self):
        """The options that matter, by the place in the namespace."""
        jail = self.apache.jail
        return {"/": {"ro", "nosuid", "nodev"},
                "/.chrootshim": {"rw", "nosuid", "nodev"},
                jail: {self.jail_access} | self.confined,
                jail + self.apache.format(SHARED): {"ro"} | self.confined,
                jail + self.apache.format(FILE): {"ro"} | self.confined,
                jail + self.apache.format(SOCKET): {"ro"} | self.confined,
                jail + self.apache.format(WRITABLE): {"rw"} | self.confined}

    def test_nothing_else_is_mounted(self):
        devices = {self.apache.jail + path for path in DEVICES}
        for pid in self.apache.workers():
            found = machine.all_mounts(pid)
            for place, options in self.expected().items():
                assert found[place][1] & {"ro", "rw", "nosuid", "nodev"} == options, place
            for place in devices:
                assert "ro" in found[place][1]
                assert "nodev" not in found[place][1]
            assert found["/"][0] == "tmpfs"
            assert set(found) == set(self.expected()) | devices

    def test_the_root_is_empty(self):
        pid = self.apache.workers()[0]
        found = subprocess.run(["nsenter", f"--mount=/proc/{pid}/ns/mnt", "--", "/bin/ls"],
                               capture_output=True, text=True)
        assert "/bin/ls" in found.stderr
        assert found.returncode != 0

    def test_the_host_has_the_same_mounts_as_before(self):
        self.apache.graceful()
        assert processes.read("/proc/self/mountinfo") == self.host
        assert namespace(self.apache.master()) == namespace("self")
        self.assert_jailed()

    def test_what_can_be_written_to(self):
        pid = self.apache.workers()[0]
        for path in (f"{SHARED}/new", FILE):
            with pytest.raises(OSError, match="Read-only file system"):
                open(self.inside(pid, path), "w")
        with open(self.inside(pid, f"{WRITABLE}/new"), "w") as file:
            file.write("by a worker")
        assert processes.read(self.apache.format(f"{WRITABLE}/new")) == "by a worker"
        for device in ("/dev/null", "/dev/full"):
            os.close(os.open(self.inside(pid, device), os.O_WRONLY))

    def test_what_is_made_in_the_jail(self):
        made = {SHARED: "directory", WRITABLE: "directory", FILE: "mount point",
                SOCKET: "mount point", "{tree}": "directory", "/dev/null": "mount point"}
        for path, kind in made.items():
            path = self.apache.format(path)
            facts = os.lstat(self.apache.jail + path)
            directory = kind == "directory"
            assert (facts.st_uid, facts.st_gid) == (0, 0)
            assert stat.S_IMODE(facts.st_mode) == (0o755 if directory else 0o444), path
            assert stat.S_ISDIR(facts.st_mode) == directory, path
            assert re.search(f"info: made the (directory|mount point) {path} in the jail\n",
                             self.log())
            if path != self.apache.tree:
                assert not (os.listdir(self.apache.jail + path) if directory else facts.st_size), path


class TestOtherMounts(TestMounts):
    """no_new_privs off, a read-only jail, and what would give another mode to what is made."""

    settings = {**NamespaceTest.settings, "no_new_privs": "false", "read_only": "true"}
    confined = {"nodev"}
    jail_access = "ro"

    @classmethod
    def prepare(cls):
        cls.apache.prefix = ["sh", "-c", 'umask 077 && exec "$0" "$@"']
        os.chmod(cls.apache.jail, 0o2755)
        super().prepare()

    def test_the_jail_cannot_be_written_to(self):
        with pytest.raises(OSError, match="Read-only file system"):
            open(self.inside(self.apache.workers()[0], "/htdocs/new"), "w")


class TestUserNamespaces(ServerTest):
    """They would give a worker's program all capabilities; a chroot below a root prevents it."""

    mpms = ("prefork",)
    modules = ("cgi", "alias")
    extra = "ScriptAlias /ask {jail}/ask\n"
    settings = {"isolation": "namespace"}

    @classmethod
    def prepare(cls):
        cls.program = compile_program("ask_user_namespace.c", f"{cls.apache.jail}/ask", "-static")

    def test_refused(self):
        assert self.apache.get("/ask").text == "EPERM\n"

    def test_after_a_bare_pivot_root_they_would_be_allowed(self):
        result = subprocess.run([self.program, self.apache.jail], capture_output=True, text=True)
        assert result.stdout.splitlines()[-1:] == ["allowed"], result.stderr


class TestLaterMounts(ServerTest):
    """What the host mounts below an exposed directory when the workers run already."""

    settings = {"isolation": "namespace"}

    @classmethod
    def prepare(cls):
        apache = cls.apache
        for name in ("private", "slave"):
            path = f"{apache.tree}/{name}"
            os.makedirs(f"{path}/below")
            os.makedirs(f"{path}/before")
            machine.run("mount", "--bind", path, path)
            cls.cleanups.callback(machine.run, "umount", "--recursive", path)
            machine.run("mount", "--make-shared", path)
            cls.mount(f"{path}/before")
        apache.settings["expose"] = apache.format("{tree}/private:{tree}/slave,slave")

    @staticmethod
    def mount(path):
        machine.run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path)
        with open(f"{path}/mounted", "w"):
            pass

    def test_they_appear_only_where_that_is_asked_for(self):
        seen = {}
        for name in ("private", "slave"):
            self.mount(f"{self.apache.tree}/{name}/below")
        for pid in self.apache.workers():
            for name in ("private", "slave"):
                for when in ("before", "below"):
                    path = f"/proc/{pid}/root{self.apache.tree}/{name}/{when}/mounted"
                    seen.setdefault((name, when), []).append(os.path.exists(path))
        assert {key: set(value) for key, value in seen.items()} == {
            ("private", "before"): {True}, ("private", "below"): {False},
            ("slave", "before"): {True}, ("slave", "below"): {True}}


class TestReplaced(NamespaceTest):
    """An exposed source becomes another inode."""

    def test_the_next_worker_and_an_old_one_see_the_new(self):
        tree = self.apache.tree
        old = self.apache.workers()[-1]
        files = len(os.listdir(f"/proc/{self.apache.master()}/fd"))
        for number in ("second", "third"):
            shutil.move(f"{tree}/shared", f"{tree}/old-{number}")
            self.apache.write("shared/name", f"the {number}\n")
            machine.write(f"{tree}/file", f"the {number}\n")
            new = replace_one_worker(self.apache, spared=old)
            for pid in (new, old):
                for path in (f"{SHARED}/name", FILE):
                    wait_until(lambda: processes.read(self.inside(pid, path)) == f"the {number}\n",
                               f"the {number} in worker {pid}: {self.log()}")
            assert namespace(new) == namespace(old)
            wait_until(lambda: f"info: expose brings {tree}/file again: it has been rep" in self.log(),
                       self.log())
        # It may be about to fork again.
        master = self.apache.master()
        wait_until(lambda: len(os.listdir(f"/proc/{master}/fd")) == files, "as many descriptors")
        wait_until(lambda: zombies(master) == [], "no zombies")
        assert "long lost child" not in self.apache.error_log()

    def test_without_a_change_generations_share_one(self):
        self.apache.graceful()
        before = set(map(namespace, self.apache.workers()))
        files = len(os.listdir(f"/proc/{self.apache.master()}/fd"))
        self.apache.graceful()
        assert set(map(namespace, self.apache.workers())) == before
        assert len(before) == 1
        master = self.apache.master()
        wait_until(lambda: len(os.listdir(f"/proc/{master}/fd")) == files, "as many descriptors")


class TestKilledAtOnce:
    """SIGKILL for the master and all workers: the namespaces go with them."""

    def holders(self, namespaces):
        """Who lives in one of these namespaces, or has it open?"""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            found += [f"/proc/{pid}/fd/{fd}" for fd, link in processes.open_links(pid).items()
                      if link in namespaces]
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/{pid}/ns/mnt") in namespaces:
                    found.append(f"/proc/{pid}/ns/mnt")
        return found

    def test_nothing_is_left(self):
        before = processes.read("/proc/self/mountinfo")
        with Apache(settings={"isolation": "namespace"}) as apache:
            apache.write("shared/name", "text\n")
            apache.settings["expose"] = f"{apache.tree}/shared"
            apache.start()
            namespaces = {namespace(pid) for pid in apache.workers()}
            shutil.move(f"{apache.tree}/shared", f"{apache.tree}/old")
            apache.write("shared/name", "another\n")
            namespaces.add(namespace(replace_one_worker(apache)))
            assert len(namespaces) == 1
            assert namespace("self") not in namespaces
            master = apache.master()
            everyone = [master, *processes.descendants(master)]
            assert len(self.holders(namespaces)) > len(everyone) - 1
            for pid in everyone:
                os.kill(pid, signal.SIGKILL)
            # The other threads of a process may outlive its first one, and it its namespaces.
            wait_until(lambda: not self.holders(namespaces), "the end of all namespaces")
            wait_until(lambda: not processes.descendants(os.getpid()), "the end of all processes")
            assert processes.read("/proc/self/mountinfo") == before
            # What a mount held would refuse this.
            shutil.rmtree(apache.jail)
            assert "long lost child" not in apache.error_log()
