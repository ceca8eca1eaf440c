"""kill -9 of any process at any moment: the server recovers or starts again, and nothing is left."""
# SPDX-License-Identifier: Apache-2.0
import fcntl
import http.client
import os
import random
import signal
import threading
import time

import pytest

import machine
import processes
from cases import LONG, OneServerTest
from processes import wait_until

WORKER_KILLS, MASTER_KILLS = (80, 20) if LONG else (24, 5)


def setup_module():
    """What others mount meanwhile is not seen; what a server mounts would be, as on most machines."""
    machine.own_mounts()
    machine.run("mount", "--make-rshared", "/")


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class TestKills(OneServerTest):

    @pytest.fixture(autouse=True)
    def watch_all(self, own_server):
        self.seed = random.randrange(1 << 32)
        self.random = random.Random(self.seed)
        self.mounts = processes.read("/proc/self/mountinfo")
        self.apache.configure("Mutex flock:{tree}/lock default\n")
        self.apache.settings.update(isolation="namespace",
                                    expose=self.apache.write("exposed", "1\n"))
        self.end = threading.Event()
        self.outside, self.sampled = set(), set()
        self.watcher = threading.Thread(target=self.watch)
        self.watcher.start()
        self.cleanups.callback(self.stop_watching)

    def watch(self):
        """No process that has dropped root runs the server's code outside, ever."""
        while not self.end.wait(0.01):
            for pid in processes.descendants(os.getpid()):
                ids = processes.status(pid, "Uid").split()
                root = processes.root(pid)
                if not ids or ids[1] == "0" or processes.program(pid) != "apache2":
                    continue
                self.sampled.add(pid)
                if root not in (self.apache.jail, None):
                    self.outside.add((pid, root))

    def stop_watching(self):
        self.end.set()
        self.watcher.join()

    def servers(self):
        return [pid for pid in processes.descendants(os.getpid())
                if processes.program(pid) == "apache2"]

    def request(self):
        try:
            return self.apache.get("/").status
        except (OSError, http.client.HTTPException):
            return None

    def assert_nothing_left(self):
        """Once all are killed."""
        def gone():
            for pid in processes.descendants(os.getpid()):
                kill(pid)
            processes.collect()
            return not processes.descendants(os.getpid())

        wait_until(gone, "the end of all")
        assert processes.read("/proc/self/mountinfo") == self.mounts
        for name in os.listdir(f"{self.apache.tree}/lock"):
            with open(f"{self.apache.tree}/lock/{name}") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def assert_works(self):
        # After three in a row httpd forks no other as long as one has threads to spare.
        self.apache.wait_ready(workers=1)
        wait_until(lambda: self.request() == 200, "an answer")
        for pid in self.apache.workers():
            assert processes.root(pid) in (self.apache.jail, None)

    def test_kills(self):
        self.apache.start()
        self.kill_workers()
        self.assert_works()
        self.assert_nothing_left()
        for _ in range(MASTER_KILLS):
            self.kill_during_start()
        self.apache.start()
        self.assert_works()
        self.stop_watching()
        assert self.outside == set()
        assert "long lost child" not in self.apache.error_log()
        self.assert_nothing_left()

    def kill_workers(self):
        """Under requests, and now and then during a graceful restart, until many have been seen."""
        master = self.apache.master()
        n = 0
        while n < WORKER_KILLS or len(self.sampled) <= WORKER_KILLS // 4:
            time.sleep(self.random.uniform(0, 0.04))
            if n % 16 == 0:
                os.kill(master, signal.SIGUSR1)
            if n % 4 == 0:
                self.request()
            children = processes.children(master)
            if children:
                kill(self.random.choice(children))
            n += 1
        assert processes.alive(master)

    def kill_during_start(self):
        """Any process of a server that starts, then all others in any order."""
        starting = self.apache.command("-k", "start")
        time.sleep(self.random.uniform(0, 0.4))
        servers = self.servers()
        if servers:
            kill(self.random.choice(servers))
        time.sleep(self.random.uniform(0, 0.02))
        self.request()
        self.assert_nothing_left()
        starting.communicate(timeout=processes.PATIENCE)
