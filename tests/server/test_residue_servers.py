"""Whose residue it is: of a server that runs, one of the same name, one that was killed and forgotten."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import re
import shutil

import pytest

import machine
import processes
from forker import Forker
from processes import wait_until
from residue import ISOLATIONS, ResidueTest


def setup_module():
    machine.own_mounts()


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
