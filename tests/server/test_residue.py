"""What the shim has made in the jail goes when nothing wants it any more; what is not its own stays."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import fcntl
import os
import re
import shutil
import signal
import stat
import subprocess
import threading
import time

import pytest

import machine
import processes
from forker import Forker, ForkerTest, command
from processes import wait_until
from tree import NOBODY

MANIFEST = ".chrootshim-manifest"
ISOLATIONS = ("chroot", "namespace")
BIG = (64 << 20) + 1


def setup_module():
    machine.own_mounts()


class ResidueTest(ForkerTest):

    @pytest.fixture(autouse=True)
    def name_manifest(self, write_file):
        self.manifest = f"{self.tree.jail}/{MANIFEST}"

    def once(self, **settings):
        """A server from start to end: what it logged."""
        with self.server(**settings) as server:
            lines = server.lines()
        os.unlink(server.log)
        return lines

    def found(self):
        """All that is in the jail, but for the manifest: outside paths."""
        return {os.path.join(top, name).removeprefix(self.tree.jail)
                for top, directories, files in os.walk(self.tree.jail)
                for name in directories + files if name != MANIFEST}

    def write_in_jail(self, path, text="the administrator's\n"):
        """What the administrator has put there. Return: its path."""
        path = self.tree.jail + path
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        return path

    def told(self, lines, pattern):
        assert [line for line in lines if re.search(pattern, line)], "\n".join(lines)


@pytest.mark.parametrize("isolation", ISOLATIONS)
class TestUnwanted(ResidueTest):
    """At the start, in both isolations."""

    @pytest.fixture(autouse=True)
    def choose(self, isolation, name_manifest):
        self.isolation = isolation

    def without(self, **settings):
        """A start without what the test has exposed; a namespace always has devices."""
        return self.once(**settings)

    def left(self):
        return {path for path in self.found() if path.split("/")[1] != "dev"}

    def test_a_path_that_is_not_exposed_any_more(self):
        self.tree.write("shared/deep/er/file", "deep\n")
        os.symlink("file", f"{self.shared}/link")
        for path in (self.file, self.shared):
            self.once(expose=path)
            assert path in self.left()
            lines = self.without()
            assert self.left() == set()
            self.told(lines, "info: removed from the jail: /srv.*: nothing wants it any more")

    def test_what_is_still_exposed_stays(self):
        other = self.tree.write("other/file", "another\n")
        self.once(expose=f"{self.file}:{other}")
        before = os.lstat(self.copy).st_ino
        assert not [line for line in self.without(expose=self.file) if "warning" in line]
        assert self.left() >= {self.file} and other not in self.left()
        assert os.lstat(self.copy).st_ino == before
        assert os.path.dirname(other) not in self.left()

    def test_an_absent_source_is_wanted_all_the_same(self):
        self.once(expose=self.file)
        os.unlink(self.file)
        self.once(expose=self.file)
        assert self.file in self.left()

    def test_a_service_that_is_not_wanted_any_more(self):
        self.once(services="time:tls")
        assert "/etc/ssl/certs" in self.left()
        self.without(services="time")
        assert "/etc/ssl" not in self.left() and "/etc/localtime" in self.left()
        self.without()
        assert self.left() == set()

    def test_what_was_there_before_stays(self):
        own = self.write_in_jail(f"{self.shared}.d/own")
        os.makedirs(self.place)
        self.once(expose=self.file)
        self.without()
        assert self.left() == {*self.ways(self.shared), f"{self.shared}.d",
                               own.removeprefix(self.tree.jail)}

    def ways(self, path):
        """A path, and the directories on the way to it."""
        while path != "/":
            yield path
            path = os.path.dirname(path)

    def test_a_directory_with_something_else_in_it_stays(self):
        self.once(expose=self.shared)
        own = self.write_in_jail(f"{self.shared}/own")
        lines = self.without()
        assert self.left() == set(self.ways(f"{self.shared}/own"))
        self.told(lines, "info: left in the jail, .*: it is not empty")
        # It goes as soon as it can.
        os.unlink(own)
        self.without()
        assert self.left() == set()

    def test_what_somebody_has_written_into_stays(self):
        self.once(expose=self.file)
        with open(self.copy, "a") as file:
            file.write("the administrator's\n")
        lines = self.without()
        self.told(lines, f"warning: left in the jail, .* {self.file}: somebody has changed it")
        assert self.left() == set(self.ways(self.file))

    def test_what_somebody_has_replaced_stays(self):
        self.once(expose=self.file)
        os.unlink(self.copy)
        self.write_in_jail(self.file)
        lines = self.without()
        self.told(lines, f"warning: left in the jail, .* {self.file}: somebody has changed it")
        assert processes.read(self.copy) == "the administrator's\n"
        assert not [line for line in self.without() if "warning" in line]

    def test_what_somebody_has_taken_over_stays(self):
        self.once(expose=self.file)
        os.chown(self.copy, NOBODY, NOBODY)
        self.told(self.without(), f"warning: left in the jail, .* {self.file}: somebody has changed")
        assert os.path.exists(self.copy)

    def test_where_something_is_mounted(self):
        """What is mounted there is not touched, nor what it hides."""
        other = f"{self.tree.path}/other"
        shutil.copytree(self.shared, other)
        for over, source in ((self.copy, f"{other}/file"), (self.place, other)):
            self.once(expose=self.file)
            machine.run("mount", "--bind", source, over)
            try:
                lines = self.without()
                assert os.path.exists(f"{other}/file")
                self.told(lines, "warning: left in the jail, .*: something is mounted there")
            finally:
                machine.run("umount", over)
            assert os.path.exists(self.copy)
            self.without()
            assert self.left() == set()

    def test_two_servers_of_one_jail(self):
        """Each removes what it wanted itself, and nobody else wants."""
        other = self.tree.write("other/file", "another\n")
        both = self.tree.write("both/file", "for both\n")
        first = {"expose": f"{self.file}:{both}"}
        second = {"expose": f"{other}:{both}", "pidfile": f"{self.tree.path}/run/second.pid"}
        with self.server(**first), Forker(
                self.tree, isolation=self.isolation, first=("pidfile", second["pidfile"]), **second):
            assert self.left() >= {self.file, other, both}
        self.once(**{**second, "expose": other})
        assert self.left() >= {self.file, other, both}
        self.once()
        assert other in self.left() and both not in self.left() and self.file not in self.left()

    def test_two_sections_of_one_file(self):
        """They are told apart by their sections, where they have no pidfile."""
        other = self.tree.write("other/file", "another\n")

        def start(name, **exposed):
            sections = ", ".join(
                f'{{ programs = [ "{each}" ]; expose = [ {path} ]; }}' for each, path in exposed.items())
            config = self.tree.write("shim.conf", f'jail = "{self.tree.jail}"; isolation = '
                                                  f'"{self.isolation}"; servers = ( {sections} );')
            result = self.tree.run(shutil.copy(self.tree.put_server(), f"{self.tree.path}/{name}"),
                                   "listen", config=config, jail=None, pidfile=None)
            assert (result.returncode, result.stderr) == (0, "")
        start("one", one=f'"{self.file}"', two=f'"{other}"')
        start("two", one=f'"{self.file}"', two=f'"{other}"')
        assert self.left() >= {self.file, other}
        start("one", one="", two=f'"{other}"')
        assert other in self.left() and self.file not in self.left()

    def test_at_the_same_time(self):
        """Many servers start in one jail: none fails, and each has what it wants."""
        files = [self.tree.write(f"many/{number}/file", f"{number}\n") for number in range(8)]
        processes = [subprocess.Popen(
            [self.tree.put_server(), "listen"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, env=self.tree.environment(
                isolation=self.isolation, expose=path, pidfile=f"{path}.pid", services="time"))
            for path in files]
        for process in processes:
            assert process.communicate(timeout=200)[1] == ""
            assert process.returncode == 0
        assert self.left() >= set(files)
        for path in files:
            self.once(pidfile=f"{path}.pid", first=("pidfile", f"{path}.pid"))
        assert self.left() == set()


class TestSameName(ResidueTest):
    """Servers that cannot be told apart by their names."""

    def twin(self, **settings):
        """It has the first one's pidfile in its settings, and writes another one."""
        return self.once(first=("pidfile", self.tree.pidfile), **settings)

    def assert_serves_on(self, server, pid):
        lines = self.twin(expose=self.other)
        self.told(lines, f"warning: another server of the same name .*, process {pid}, has the same "
                         "jail: what it brought stays: set a pidfile for each")
        assert server.ask(self.file) == "the first\n"
        assert self.other in self.found()

    @pytest.fixture(autouse=True)
    def write_other(self, name_manifest):
        self.other = self.tree.write("other/file", "another\n")

    def test_one_that_runs_keeps_what_it_brought(self):
        with self.server(expose=self.file) as server:
            self.assert_serves_on(server, server.pid)
        # At the next start it is gone.
        self.once()
        assert self.found() == set()

    def test_a_daemon(self):
        """It is known by the process that it has become, as soon as that has forked a worker."""
        with self.server(expose=self.file, first=("listen", "daemon")) as server:
            server.ask()
            daemon = processes.read(self.tree.pidfile).strip()
            assert daemon != str(server.pid)
            self.assert_serves_on(server, daemon)

    def test_the_program_that_a_server_starts_in_its_place(self):
        """Its next version is no other server."""
        with self.server(expose=self.file) as server:
            text = processes.read(self.manifest)
            parent = re.sub(rf"server {server.pid} \S+", f"server {os.getpid()} {self.birth()}", text)
        os.unlink(server.log)
        assert parent != text
        machine.write(self.manifest, parent, 0o600)
        assert not [line for line in self.once() if "warning" in line]
        assert self.found() == set()

    def birth(self):
        """Of this process, as the manifest has it."""
        ticks = int(processes.read("/proc/self/stat").rsplit(") ", 1)[1].split()[19])
        return f"{ticks // 100}.{ticks % 100:02}0000000"


class TestGone(ResidueTest):
    """A server whose name never comes back."""

    def forget(self, process):
        """After its start, the name of the server is another one."""
        text = processes.read(self.manifest)
        text, count = re.subn(rf"server \d+ \S+ {self.tree.pidfile}", f"server {process} /run/old.pid", text)
        assert count == 1
        machine.write(self.manifest, text, 0o600)

    def end(self, process):
        self.once(expose=self.file)
        self.forget(process)
        self.once()
        stays = self.file in self.found()
        if stays:
            os.unlink(self.manifest)
            shutil.rmtree(f"{self.tree.jail}/srv")
        return not stays

    def test_what_it_wanted_goes(self):
        gone = f"{processes.read('/proc/sys/kernel/pid_max').strip()} 1.000000000"
        assert self.end(gone)
        # Nobody knows who that was; it has just been started; it runs.
        assert not self.end("0 0.000000000")
        seconds = int(float(processes.read("/proc/uptime").split()[0]))
        assert not self.end(f"4194304 {seconds}.000000000")
        ticks = int(processes.read("/proc/1/stat").rsplit(") ", 1)[1].split()[19])
        assert not self.end(f"1 {ticks // 100}.{ticks % 100:02}0000000")
        # One of an earlier boot.
        assert self.end(f"1 {seconds + 1000}.000000000")

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_it_stays_while_somebody_lives_in_the_jail(self, isolation):
        """A worker that reads from a FIFO."""
        self.isolation = isolation
        os.mkfifo(f"{self.tree.jail}/fifo", 0o644)
        self.once(expose=self.file)
        second = f"{self.tree.path}/run/second.pid"
        with Forker(self.tree, isolation=isolation, pidfile=second,
                    first=("pidfile", second)) as server:
            self.forget("4194304 1.000000000")
            server.process.stdin.write("/fifo\n")
            server.process.stdin.flush()
            writer = wait_until(self.open_fifo, "a worker in the jail")
            self.once()
            assert self.file in self.found()
            os.close(writer)
        self.once()
        assert self.file not in self.found()

    def open_fifo(self):
        with contextlib.suppress(OSError):
            return os.open(f"{self.tree.jail}/fifo", os.O_WRONLY | os.O_NONBLOCK)
        return None


class TestChange(ResidueTest):
    """From one isolation to the other."""

    def test_copies_become_mount_points(self):
        self.tree.write("shared/deep/file", "deep\n")
        alone = self.tree.write("alone/file", "alone\n")
        expose = f"{alone}:{self.shared}"
        for _ in range(2):
            self.once(expose=expose)
            assert processes.read(self.tree.jail + alone) == "alone\n"
            assert processes.read(self.copy) == "the first\n"
            lines = self.once(expose=expose, isolation="namespace")
            assert not [line for line in lines if re.search("warning|error", line)]
            assert processes.read(self.tree.jail + alone) == ""
            assert os.listdir(self.place) == []
        self.once()
        assert self.found() == set()
        assert not os.path.exists(self.manifest)

    def test_where_workers_cannot_write(self):
        """Mount points are made, and noted, by another way."""
        settings = {"isolation": "namespace", "read_only": "true"}
        self.once(expose=self.shared, **settings)
        assert self.shared in self.found()
        self.once(**settings)
        assert self.shared not in self.found() and "/dev/null" in self.found()


class TestPrivate(ResidueTest):
    """Directories that workers write to, under isolation = "chroot"."""

    def test_they_stay_while_they_are_wanted_or_not_empty(self):
        for _ in range(2):
            self.once(services="tmp")
            assert self.found() >= {"/tmp", "/var/tmp", "/dev/shm"}
        theirs = self.write_in_jail("/tmp/theirs")
        lines = self.once()
        assert self.found() == {"/tmp", "/tmp/theirs"}
        self.told(lines, "info: left in the jail, .* /tmp: it is not empty")
        os.unlink(theirs)
        self.once()
        assert self.found() == set()


class TestMirror(ResidueTest):
    """A copied directory loses what its source has lost."""

    def touch(self):
        """Let a fork look at the directory: it looks at its top alone."""
        path = f"{self.shared}/touched"
        if os.path.exists(path):
            os.unlink(path)
        else:
            self.tree.write("shared/touched", "")

    def make(self, path):
        shutil.rmtree(path, ignore_errors=True) if os.path.isdir(path) and not os.path.islink(
            path) else os.path.lexists(path) and os.unlink(path)

    def same(self):
        """Has the copy what its source has, and nothing else?"""
        result = subprocess.run(["diff", "-r", "--no-dereference", self.shared, self.place],
                                capture_output=True, text=True)
        return result.stdout

    def test_what_is_gone_at_any_depth(self):
        for name in ("a", "deep/b", "deep/er/c", "deep/er/still/d", "whole/tree/of/e"):
            self.tree.write(f"shared/{name}", f"{name}\n")
        os.symlink("a", f"{self.shared}/deep/link")
        server = self.server(expose=self.shared)
        for victim in ("deep/link", "deep/er/c", "whole", "deep/er/still/d", "a", "deep"):
            self.make(f"{self.shared}/{victim}")
            self.touch()
            server.fork()
            assert self.same() == ""
        assert server.lines("warning|error") == []
        removed = server.lines("removed from the jail")
        assert removed and all("it is gone outside" in line for line in removed)
        # And at a start.
        self.tree.write("shared/again/file", "text\n")
        self.once(expose=self.shared)
        self.make(f"{self.shared}/again")
        self.once(expose=self.shared)
        assert self.same() == ""

    def test_what_is_another_kind_of_thing(self):
        """Each kind becomes each other one."""
        path = f"{self.shared}/thing"
        kinds = {"file": lambda: machine.write(path, "a file\n"),
                 "directory": lambda: self.tree.write("shared/thing/below/file", "below\n"),
                 "link": lambda: os.symlink("file", path),
                 "device": lambda: os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3))}
        server = self.server(expose=self.shared)
        for first in kinds:
            for second in kinds:
                for kind in (first, second):
                    self.make(path)
                    kinds[kind]()
                    self.touch()
                    server.fork()
                    assert self.same() == "" or kind == "device", (first, second)
                    there = os.lstat(f"{self.place}/thing")
                    assert stat.S_IFMT(there.st_mode) == stat.S_IFMT(os.lstat(path).st_mode)
        assert server.lines("warning|error") == []

    def test_the_source_itself_is_another_kind_of_thing(self):
        server = self.server(expose=self.shared)
        shutil.rmtree(self.shared)
        machine.write(self.shared, "a file\n")
        assert server.fork(self.shared) == "a file\n"
        os.unlink(self.shared)
        self.tree.write("shared/file", "in a directory\n")
        assert server.fork(self.file) == "in a directory\n"

    def test_what_is_not_ours_stays(self):
        """In a directory that is copied, and in one that was there before."""
        self.tree.write("shared/lost", "lost\n")
        self.tree.write("shared/deep/lost", "lost\n")
        old = self.write_in_jail(f"{self.shared}/old")
        server = self.server(expose=self.shared)
        new = self.write_in_jail(f"{self.shared}/deep/new")
        shutil.rmtree(f"{self.shared}/deep")
        os.unlink(f"{self.shared}/lost")
        server.fork()
        assert [processes.read(path) for path in (old, new)] == ["the administrator's\n"] * 2
        assert sorted(os.listdir(self.place)) == ["deep", "file", "old"]
        assert os.listdir(f"{self.place}/deep") == ["new"]
        assert server.lines("warning|error") == []
        assert len(server.lines("info: left in the jail, .*deep: it is not empty")) == 1

    def test_what_is_exposed_by_itself_stays(self):
        """A source that is gone keeps its copy, also in the copy of its directory."""
        server = self.server(expose=f"{self.shared}:{self.file}")
        self.tree.write("shared/lost", "lost\n")
        server.fork()
        os.unlink(self.file)
        os.unlink(f"{self.shared}/lost")
        assert server.fork(self.file) == "the first\n"
        assert os.listdir(self.place) == ["file"]

    def test_the_manifest_does_not_grow_without_end(self):
        server = self.server(expose=self.file)
        old = f"file 12345678 1700000000.123456789 {self.file}\n"
        with open(self.manifest, "a") as file:
            file.write(old * ((1 << 20) // len(old) - 20))
        machine.write(self.file, "the second\n")
        server.fork()
        assert os.path.getsize(self.manifest) > 1000000
        with open(self.manifest, "a") as file:
            file.write(old * 50)
        machine.write(self.file, "the third\n")
        server.fork()
        assert os.path.getsize(self.manifest) < 2000
        server.__exit__()
        self.once()
        assert self.found() == set()


class TestRefused(ResidueTest):
    """What is too large, or too much."""

    def test_nothing_of_it_is_left(self):
        for number in range(50):
            self.tree.write(f"shared/{number}/file", "text\n")
        self.truncate()
        self.refused("big: it has more than 64 MiB", expose=self.shared)
        os.chown(self.shared, NOBODY, NOBODY)
        self.left_out("big: it has more than 64 MiB", expose=self.shared)
        self.once()
        assert self.found() == set()

    def truncate(self, size=BIG):
        with open(f"{self.shared}/big", "w") as file:
            file.truncate(size)

    def test_too_many(self):
        for path in (self.shared, self.tree.jail):
            machine.run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", path)
            self.cleanups.callback(machine.run, "umount", "--lazy", path)
        for number in range(20001):
            os.symlink("file", f"{self.shared}/{number}")
        self.refused("it has more than 20000 entries", expose=self.shared)
        self.once()
        assert self.found() == set()

    def test_the_copy_before_stays_as_it_was(self):
        for number in range(50):
            self.tree.write(f"shared/{number}/file", "text\n")
        server = self.server(expose=self.shared)
        before = self.found()
        machine.write(self.file, "the second\n")
        self.tree.write("shared/new", "new\n")
        shutil.rmtree(f"{self.shared}/7")
        self.truncate()
        assert server.fork(self.file) == "the first\n"
        assert len(server.lines("error: .*big: it has more than 64 MiB")) == 1
        assert self.found() == before
        os.unlink(f"{self.shared}/big")
        assert server.fork(self.file) == "the second\n"
        assert not {path for path in self.found() if "/7" in path}

    def copied(self):
        """How much of the large file a copy under way has, for which it was small enough."""
        with contextlib.suppress(FileNotFoundError):
            return os.stat(f"{self.place}/.big.chrootshim").st_size
        return 0

    def grows_in_time(self):
        """Start a server, and have the file grow while it is copied: was it still under way then?"""
        self.truncate(60 << 20)
        server = subprocess.Popen(
            command(self.tree, ()), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, env=self.tree.environment(expose=self.shared))
        while server.poll() is None and not self.copied() and not os.path.exists(f"{self.place}/big"):
            pass
        os.truncate(f"{self.shared}/big", 512 << 20)
        in_time = 0 < self.copied() < 60 << 20
        _, self.errors = server.communicate()
        assert server.returncode == 0, self.errors
        return in_time

    def test_what_grows_while_it_is_copied(self):
        for number in range(50):
            self.tree.write(f"shared/{number}/file", "text\n")
        os.chown(self.shared, NOBODY, NOBODY)
        deadline = time.monotonic() + 120
        while not self.grows_in_time():
            assert time.monotonic() < deadline
            self.once()
            assert self.found() == set()
        assert re.search(r"\A[^\n]*error: left out: [^\n]*big: it has more than 64 MiB[^\n]*\n\Z",
                         self.errors), self.errors
        assert self.shared not in self.found()


class TestCrash(ResidueTest):
    """The server ends in the middle: what it has made is known."""

    def kill_before_it_is_noted(self, path):
        """It stands beside its place, and the kernel is asked what it is, to note that."""
        place, name = os.path.split(self.tree.jail + path)
        made = f"{place}/.{name}.chrootshim"
        tracer = ["strace", "-qq", "-o", "/dev/null", "-P", made, "-e", "inject=statx:signal=KILL",
                  "-E", f"LD_PRELOAD={self.tree.library}"]
        result = self.tree.run(*command(self.tree, tracer), extra={"LD_PRELOAD": ""},
                               expose=f"{self.shared}:/dev/null")
        assert result.returncode == -signal.SIGKILL, result.stderr
        assert os.path.lexists(made)

    def test_killed_while_it_copies(self):
        """
        Each kind of thing, between its making and its note; then a file and a directory, in a tree,
        at any moment. What is not wanted later is gone.
        """
        self.tree.write("shared/deep/other", "another\n")
        os.symlink("file", f"{self.shared}/link")
        for path in (self.file, f"{self.shared}/deep", f"{self.shared}/link", "/dev/null"):
            self.kill_before_it_is_noted(path)
            self.once()
            assert self.found() == set()
        for number in range(300):
            self.tree.write(f"shared/{number % 30}/{number}", "text\n")
        with open(f"{self.shared}/big", "w") as file:
            file.truncate(60 << 20)
        deadline, interrupted = time.monotonic() + 120, 0
        while interrupted < 10:
            assert time.monotonic() < deadline
            server = subprocess.Popen(command(self.tree, ()), env=self.tree.environment(
                expose=self.shared), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
            # On a busy machine the copy may be whole before anybody has looked.
            while not (begun := os.path.exists(f"{self.place}/.big.chrootshim")) and not os.path.exists(
                    f"{self.place}/big"):
                assert server.poll() is None
            interrupted += begun
            server.kill()
            server.communicate()
            assert os.path.exists(self.manifest)
            self.once()
            assert self.found() == set()

    def test_killed_before_it_was_noted(self):
        """Only what was about to be made is known; what is at its place is another's."""
        def fill(name):
            path = f"{self.tree.jail}/.{name}.chrootshim"
            {"file": lambda: machine.write(path, "half"), "point": lambda: machine.write(path, ""),
             "directory": lambda: os.mkdir(path), "link": lambda: os.symlink("there", path),
             "device": lambda: os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 3))}[name]()

        kinds = ("file", "point", "directory", "link", "device")
        with open(self.manifest, "w") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write("chrootshim manifest 1 00000000000000000001\n")
            for name in kinds:
                fill(name)
                self.write_in_jail(f"/{name}")
                file.write(f"{name} 0 0.000000000 /{name}\n")
        lines = self.once()
        assert self.found() == {f"/{name}" for name in kinds}
        assert not [line for line in lines if re.search("warning|error", line)]

    def test_all_is_announced(self):
        """Before it is made, which is before it is noted."""
        self.tree.write("shared/deep/other", "another\n")
        os.symlink("file", f"{self.shared}/link")
        self.once(expose=self.shared, services="files")
        lines = [line.split(" ", 3) for line in processes.read(self.manifest).splitlines()]
        noted = {line[3]: number for number, line in enumerate(lines)
                 if line[0] in ("file", "directory", "link", "device") and line[1] != "0"}
        announced = {line[3]: number for number, line in enumerate(lines) if line[1:2] == ["0"]}
        assert set(noted) == set(announced) == self.found()
        assert all(announced[path] < noted[path] for path in noted)

    def test_a_line_that_was_cut_off(self):
        with self.server(expose=self.file) as server:
            with open(self.manifest, "a") as file:
                file.write("\nfile 12 13.4")
            machine.write(self.file, "the second\n")
            server.fork()
        os.unlink(server.log)
        self.once()
        assert self.found() == set()


class TestAbuse(ResidueTest):
    """A worker has a directory in the jail, or the jail."""

    @pytest.fixture(autouse=True)
    def put_canary(self, name_manifest):
        self.canary = self.tree.write("outside/file", "untouched\n")
        self.root_only = self.write_in_jail("/root-only/file", "untouched\n")

    def assert_untouched(self):
        assert processes.read(self.canary) == processes.read(self.root_only) == "untouched\n"

    def own_place(self):
        """Make the way to the exposed directory, and give it to the worker."""
        parent = os.path.dirname(self.place)
        os.makedirs(parent)
        os.chown(parent, NOBODY, NOBODY)

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_a_link_in_place_of_a_copied_directory(self, isolation):
        self.own_place()
        # It leads to something of that name; outside, and in the jail.
        for text in (os.path.dirname(self.canary), "/root-only", "../../root-only"):
            self.once(expose=self.file, isolation=isolation)
            os.rename(self.place, f"{self.place}.away")
            os.symlink(text, self.place)
            lines = self.once(isolation=isolation)
            self.told(lines, f"warning: left in the jail, .* {self.shared}: somebody has changed it")
            self.assert_untouched()
            assert os.readlink(self.place) == text
            os.unlink(self.place)
            shutil.rmtree(f"{self.place}.away")

    def test_a_link_in_the_copy(self):
        """At a refresh, and the directory in the source is gone."""
        self.own_place()
        self.tree.write("shared/deep/file", "deep\n")
        server = self.server(expose=self.shared)
        os.chown(self.place, NOBODY, NOBODY)
        for text in (os.path.dirname(self.canary), "/root-only", "../../../root-only"):
            self.tree.write("shared/deep/file", "deep\n")
            server.fork()
            shutil.rmtree(f"{self.place}/away", ignore_errors=True)
            os.rename(f"{self.place}/deep", f"{self.place}/away")
            os.symlink(text, f"{self.place}/deep")
            shutil.rmtree(f"{self.shared}/deep")
            server.fork()
            self.assert_untouched()
            assert os.path.exists(f"{self.place}/away/file")
            os.unlink(f"{self.place}/deep")

    def test_a_hard_link_in_place_of_a_copy(self):
        self.own_place()
        self.once(expose=self.file)
        os.chown(self.place, NOBODY, NOBODY)
        os.unlink(self.copy)
        os.link(self.root_only, self.copy)
        self.told(self.once(), f"warning: left in the jail, .* {self.shared} and 1 more: ")
        self.assert_untouched()
        assert os.stat(self.root_only).st_nlink == 2

    def forge(self, path, root, name=None):
        """A manifest that says of a file that the shim has made it: who made it knows how. A copy
        is younger than its content."""
        os.utime(root, (1, 1))
        facts = re.search(r"(\S+)\n(\S+) (\S+)", subprocess.run(
            ["stat", "-c", "%i\n%W %.9W", root], capture_output=True, text=True, check=True).stdout)
        line = f"file {facts[1]} {facts[3]} {path}\n"
        text = "chrootshim manifest 1 00000000000000000001\n" + line
        with open(name or self.manifest, "w") as file:
            file.write(text)
        os.chmod(name or self.manifest, 0o600)

    def test_a_manifest_of_a_worker(self):
        """In a jail that it owns, under ownership = "warn"."""
        os.chown(self.tree.jail, NOBODY, NOBODY)
        self.forge("/root-only/file", self.root_only)
        for owner in (NOBODY, 0):
            os.chown(self.manifest, owner, owner)
            before = processes.read(self.manifest)
            lines = self.once(ownership="warn", expose=self.file)
            self.told(lines, f"warning: what is brought into the jail will stay in it: jail "
                             f"{self.tree.jail}: /{MANIFEST}: others than root can change the jail")
            self.assert_untouched()
            assert processes.read(self.manifest) == before
            assert processes.read(self.copy) == "the first\n"

    def test_a_manifest_that_is_not_roots_alone(self):
        aside = f"{self.tree.jail}/aside"

        def link():
            os.rename(self.manifest, aside)
            os.symlink("aside", self.manifest)

        damages = {"owner": lambda: os.chown(self.manifest, NOBODY, NOBODY),
                   "mode": lambda: os.chmod(self.manifest, 0o620),
                   "other mode": lambda: os.chmod(self.manifest, 0o602),
                   "hard link": lambda: os.link(self.manifest, aside),
                   "link": link,
                   "FIFO": lambda: (os.unlink(self.manifest), os.mkfifo(self.manifest, 0o600)),
                   "directory": lambda: (os.unlink(self.manifest), os.mkdir(self.manifest))}
        for name, damage in damages.items():
            self.forge("/root-only/file", self.root_only)
            damage()
            lines = self.once(expose=self.file)
            self.told(lines, f"warning: what is brought into the jail will stay in it: .*{MANIFEST}")
            self.assert_untouched()
            assert processes.read(self.copy) == "the first\n"
            for path in (self.manifest, aside):
                if os.path.lexists(path):
                    os.rmdir(path) if os.path.isdir(path) else os.unlink(path)

    def test_paths_that_lead_elsewhere(self):
        """Even in root's own manifest."""
        up = f"/../{os.path.basename(self.tree.path)}/outside/file"
        for path, victim in ((up, self.canary), (f"/root-only/..{up}", self.canary),
                             ("/root-only/./file", self.root_only),
                             ("//root-only/file", self.root_only),
                             ("root-only/file", self.root_only)):
            self.forge(path, victim)
            self.once()
            self.assert_untouched()
        # A tidy one does it: the forgery is a good one.
        self.forge("/root-only/file", self.root_only)
        self.once()
        assert not os.path.exists(self.root_only)
        self.write_in_jail("/root-only/file", "untouched\n")

    def test_a_manifest_of_another_version(self):
        self.forge("/root-only/file", self.root_only)
        text = processes.read(self.manifest).replace("manifest 1", "manifest 2")
        machine.write(self.manifest, text, 0o600)
        self.told(self.once(), f"warning: .*{MANIFEST} is of another version: remove it")
        assert processes.read(self.manifest) == text
        self.assert_untouched()


class TestWithoutManifest(ResidueTest):
    """In a jail that others than root can change: two servers do not wait for one another."""

    def halfway(self):
        """The temporary file of a copy that has begun, or None."""
        with contextlib.suppress(FileNotFoundError):
            for name in os.listdir(self.place):
                if name.endswith(".chrootshim") and os.stat(f"{self.place}/{name}").st_size:
                    return name
        return None

    def test_at_the_same_time(self):
        """One that is stopped while it copies, and another one that copies the same meanwhile."""
        os.chown(self.tree.jail, NOBODY, NOBODY)
        os.truncate(self.file, 60 << 20)
        settings = {"ownership": "warn", "expose": self.file}
        deadline = time.monotonic() + 120
        stopped = False
        while not stopped:
            assert time.monotonic() < deadline
            server = subprocess.Popen(
                command(self.tree, ()), env=self.tree.environment(**settings), text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while server.poll() is None and not self.halfway() and not os.path.exists(self.copy):
                pass
            os.kill(server.pid, signal.SIGSTOP)
            stopped = self.halfway()
            if stopped:
                lines = self.once(**settings)
                assert not [line for line in lines if "error" in line]
                assert os.stat(self.copy).st_size == 60 << 20
                assert self.halfway() == stopped
            os.kill(server.pid, signal.SIGCONT)
            _, errors = server.communicate()
            assert "error" not in errors
            assert os.stat(self.copy).st_size == 60 << 20
            self.assert_tidy()
            os.unlink(self.copy)


class TestManifest(ResidueTest):
    """The file itself."""

    def test_workers_cannot_read_it(self):
        with self.server(expose=self.file) as server:
            facts = os.lstat(self.manifest)
            assert (facts.st_mode, facts.st_uid) == (stat.S_IFREG | 0o600, 0)
            assert server.fork(self.file) == "the first\n"
            result = self.tree.run("cat", self.manifest, user=NOBODY, shim=False)
            assert result.returncode != 0

    def test_there_is_none_where_nothing_is_brought(self):
        self.once()
        assert os.listdir(self.tree.jail) == []

    def test_a_start_without_a_change_notes_its_process_alone(self):
        self.once(expose=self.shared, services="time")
        self.once(expose=self.shared, services="time")
        before = processes.read(self.manifest).splitlines()
        with self.server(expose=self.shared, services="time") as server:
            after = processes.read(self.manifest).splitlines()
            changed = [line for line in after if line not in before]
            assert len(after) == len(before) and len(changed) == 1
            assert re.match(rf"server {server.pid} \d+\.\d+ {self.tree.pidfile}$", changed[0])

    def test_names_with_newlines(self):
        name = "a\nfile 1 1.000000000 /b\\012"
        self.tree.write(f"shared/{name}/file", "text\n")
        self.once(expose=self.shared)
        self.once()
        assert self.found() == set()

    def test_links_on_the_way_in_the_jail(self):
        """What is wanted by a path with a link in it is wanted."""
        os.makedirs(f"{self.tree.jail}{self.tree.path}")
        os.mkdir(f"{self.tree.jail}/elsewhere")
        os.symlink("/elsewhere", self.place)
        for _ in range(3):
            self.once(expose=self.file)
            inode = os.lstat(f"{self.tree.jail}/elsewhere/file").st_ino
            assert self.found() >= {"/elsewhere/file"}
        self.once(expose=self.file)
        assert os.lstat(f"{self.tree.jail}/elsewhere/file").st_ino == inode
        self.once()
        assert "/elsewhere/file" not in self.found() and "/elsewhere" in self.found()

    def test_a_jail_that_is_read_only(self):
        """What can be neither made nor noted is no reason to complain, if all is there."""
        jail = self.tree.jail
        self.once(expose=self.file)
        os.unlink(self.manifest)
        machine.run("mount", "--bind", jail, jail)
        self.cleanups.callback(machine.run, "umount", "--lazy", jail)
        machine.run("mount", "-o", "remount,bind,ro", jail)
        lines = self.once(expose=self.file)
        assert not [line for line in lines if re.search("warning|error", line)]
        self.told(lines, "info: what is brought into the jail will stay in it: .*Read-only")

    def test_somebody_else_has_it(self):
        """A server waits for it, but not for ever: what it could not note would be removed."""
        other = self.tree.write("other/file", "another\n")
        self.once(expose=self.file)
        with open(self.manifest) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.refused(f"/{MANIFEST}: somebody else has it locked: .*: try again, or end who "
                         "holds it", expose=f"{self.file}:{other}")
            assert other not in self.found()
            threading.Timer(2, file.close).start()
            with self.server(expose=f"{self.file}:{other}") as server:
                assert server.lines("warning|error") == []
        self.once()
        assert self.found() == set()

    def work_slowly(self, file):
        """As who copies a large tree: it notes something now and then, for 12 seconds."""
        for _ in range(4):
            time.sleep(3)
            file.write("\n")
            file.flush()
        file.close()

    def test_somebody_else_works(self):
        """It is waited for as long as it notes what it makes."""
        self.once(expose=self.file)
        file = open(self.manifest, "a")
        fcntl.flock(file, fcntl.LOCK_EX)
        worker = threading.Thread(target=self.work_slowly, args=(file,))
        worker.start()
        begin = time.monotonic()
        assert not [line for line in self.once(expose=self.file) if "error" in line]
        assert time.monotonic() > begin + 11
        worker.join()

    def test_somebody_else_has_it_later(self):
        """The refresher brings nothing that it cannot note, and brings it when it can."""
        server = self.server(expose=self.shared)
        server.fork()
        with open(self.manifest) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.tree.write("shared/new", "new\n")
            wait_until(lambda: server.lines("error: .*somebody else has it locked"), "the line")
            assert f"{self.shared}/new" not in self.found()
        wait_until(lambda: server.fork(f"{self.shared}/new") == "new\n", "the copy")
        assert len(server.lines("error")) == 1
        server.__exit__()
        self.once()
        assert self.found() == set()

    def test_a_file_system_without_times_of_birth(self):
        """A number that is used again is another's file: it stays, and is named."""
        image = f"{self.tree.path}/image"
        with open(image, "w") as file:
            file.truncate(8 << 20)
        machine.run("mkfs.ext4", "-q", "-I", "128", image)
        machine.run("mount", "-o", "loop", image, self.tree.jail)
        self.cleanups.callback(machine.run, "umount", "--lazy", self.tree.jail)
        os.rmdir(f"{self.tree.jail}/lost+found")
        self.once(expose=self.file)
        inode = os.lstat(self.copy).st_ino
        os.unlink(self.copy)
        self.write_in_jail(self.file)
        assert os.lstat(self.copy).st_ino == inode
        self.told(self.once(), f"warning: left in the jail, .* {self.file}: its file system keeps "
                               "no time of birth, so it may be another one: remove it by hand")
        assert processes.read(self.copy) == "the administrator's\n"
        # What is empty goes all the same.
        os.unlink(self.copy)
        self.once()
        assert self.found() == set()

    def test_without_root(self):
        """The jail is the user's, and so is the manifest."""
        for path in (self.tree.jail, self.shared, self.file):
            os.chown(path, NOBODY, NOBODY)
        os.chown(f"{self.tree.path}", NOBODY, NOBODY)
        program = self.tree.put_server()
        for expose in (self.shared, None):
            result = self.tree.run(program, "listen", user=NOBODY, expose=expose, log_level="info")
            assert result.returncode == 0, result.stderr
            assert "warning" not in result.stderr and "error" not in result.stderr
            assert (self.file in self.found()) == bool(expose)
        assert self.found() == set()
