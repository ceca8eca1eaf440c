"""A worker that crashes: its signal handler reaches CoreDumpDirectory, and the core lands there."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import resource
import shutil
import signal
import subprocess
import sys

import pytest

import processes
from apache import MPMS, WORKER_USER
from cases import OneServerTest
from processes import wait_until

# ELF's e_type, in the byte order of the machine, of a core file.
ET_CORE = 4


class TestCoreDump(OneServerTest):
    mpms = MPMS

    @pytest.fixture(autouse=True)
    def start(self, own_server):
        limits = resource.getrlimit(resource.RLIMIT_CORE)
        self.cleanups.callback(resource.setrlimit, resource.RLIMIT_CORE, limits)
        resource.setrlimit(resource.RLIMIT_CORE, (limits[1], limits[1]))
        self.apache.configure("CoreDumpDirectory {jail}/cores\n")
        self.cores = f"{self.apache.jail}/cores"
        os.mkdir(self.cores, 0o755)
        shutil.chown(self.cores, WORKER_USER)
        self.apache.start()
        self.worker = self.apache.workers()[0]

    def crash(self):
        os.kill(self.worker, signal.SIGSEGV)
        wait_until(lambda: f"child pid {self.worker} exit signal" in self.apache.error_log(),
                   f"the report of the crash: {self.apache.error_log()}")

    def test_the_core_lands_in_the_jail(self):
        self.crash()
        assert f"possible coredump in {self.cores}" in self.apache.error_log()
        with open("/proc/sys/kernel/core_pattern") as file:
            relative = file.read()[0] not in "/|"
        found = os.listdir(self.cores)
        # Any other pattern names a place or a program of the host.
        assert len(found) == (1 if relative else 0), found
        for name in found:
            with open(f"{self.cores}/{name}", "rb") as file:
                header = file.read(18)
            assert header[:4] == b"\x7fELF"
            assert int.from_bytes(header[16:18], sys.byteorder) == ET_CORE

    def test_the_handler_changes_the_directory(self):
        trace = f"{self.apache.tree}/trace"
        tracer = subprocess.Popen(
            ["strace", "-f", "-o", trace, "-e", "trace=chdir", "-p", str(self.worker)],
            stderr=subprocess.DEVNULL)
        # Any thread may get the signal, and they are traced one after the other.
        tasks = f"/proc/{self.worker}/task"
        wait_until(lambda: all(processes.status(f"{self.worker}/task/{task}", "TracerPid")
                               == str(tracer.pid) for task in os.listdir(tasks)), "the tracer")
        self.crash()
        tracer.wait(processes.PATIENCE)
        assert re.findall(r"chdir\((.*)\) += (-?\d+)", processes.read(trace)) == [('"/cores"', "0")]

    def test_the_server_goes_on(self):
        self.crash()
        wait_until(lambda: len(self.apache.workers()) >= 2, "another worker")
        assert self.worker not in self.apache.workers()
        assert self.apache.get("/").status == 200
