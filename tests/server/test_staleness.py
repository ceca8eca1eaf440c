"""Many graceful restarts under load with everything exposed: nothing fails, leaks, or is stale."""
# SPDX-License-Identifier: Apache-2.0
import collections
import os
import socket

import pytest

import machine
import processes
from cases import LONG
from load import Loaded, descriptors, mount_namespaces, own_mount_namespaces
from processes import wait_until

RESTARTS, CHROOT_RESTARTS = (200, 25) if LONG else (20, 9)
RESTARTS_PER_REPLACEMENT = 8
CLIENTS = 4

# At rest: two workers, neither more nor fewer.
EXTRA = """\
MinSpareThreads 1
MaxSpareThreads 17
"""

EXPOSED = """\
Alias /exposed {tree}/exposed
<Directory {tree}>
Require all granted
</Directory>
"""

SERVICES = "files:dns:time:tls:syslog:mail:mysql:postgresql:accounts:locale"
WITHOUT_SOCKETS = "files:dns:time:tls:accounts:locale"


@pytest.fixture(scope="module", autouse=True)
def own_machine():
    """A machine with something of each service."""
    machine.own_mounts()
    for directory in ("/etc", "/run", "/dev"):
        machine.own_copy(directory)
    for name in ("mysqld", "postgresql"):
        os.makedirs(f"/run/{name}", exist_ok=True)
    if os.path.lexists("/dev/log"):
        os.unlink("/dev/log")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind("/dev/log")
        yield


def kind(link):
    """Of what a descriptor is open to, without its number: "socket", "mnt", or a path."""
    return link.partition(":[")[0]


class TestStaleness:
    """A jailed server; a bare one beside it has the same restarts and the same load."""

    def start(self, cleanups, **settings):
        self.cleanups = cleanups
        self.jailed = Loaded(EXTRA + EXPOSED, ("alias",), settings=settings)
        self.cleanups.callback(self.jailed.close)
        self.bare = Loaded(EXTRA, shim=False)
        self.cleanups.callback(self.bare.close)
        self.servers = (self.jailed, self.bare)
        self.jailed.apache.settings["expose"] = self.replace()
        for server in self.servers:
            server.start()
        for _ in range(3):
            self.renew()

    def replace(self):
        """Replace two of the exposed files, as administrators' programs do."""
        self.newest = f"as of restart {self.jailed.restarts}\n"
        machine.write("/etc/hosts", f"127.0.0.1 localhost\n# {self.newest}")
        return machine.write(f"{self.jailed.apache.tree}/exposed", self.newest)

    def renew(self):
        for server in self.servers:
            server.ask_to_renew()
        for server in self.servers:
            server.wait_renewed()

    def wait_fresh(self):
        """The workers of the generations before may still answer."""
        wait_until(lambda: self.jailed.apache.get("/exposed").text == self.newest,
                   f"'{self.newest}': {self.jailed.apache.error_log()[-2000:]}")

    def rests(self):
        """Neither has a worker too many, nor one of another generation: all have what is new."""
        self.workers, others = (processes.children(server.master) for server in self.servers)
        return len(self.workers) == len(others) == 2 and len(mount_namespaces(self.workers)) == 1

    def count(self):
        """What must not become more, while nothing changes."""
        def count_at_rest():
            counted = self.rests() and (self.workers, self.count_now())
            return counted and self.rests() and counted[0] == self.workers and counted[1]

        return wait_until(count_at_rest, "two workers of each server")

    def count_now(self):
        pids = processes.descendants(os.getpid())
        return {
            "mounts": set(processes.read("/proc/self/mountinfo").splitlines()),
            # Others mount as well, while this runs.
            "mounts of the machine": {line for line in processes.read("/proc/1/mountinfo").splitlines()
                                      if self.jailed.apache.tree in line},
            "namespaces": len(own_mount_namespaces()),
            "descriptors": collections.Counter(map(kind, descriptors(self.jailed.master))),
            "processes": collections.Counter(map(processes.program, pids)),
            "files": {os.path.join(directory, name)
                      for directory, names, files in os.walk(self.jailed.apache.tree)
                      for name in names + files},
        }

    def assert_same(self, before, after):
        for what, value in before.items():
            assert after[what] == value

    def renew_often(self, restarts):
        """Under load. Returns the load of each server."""
        loads = [server.load(CLIENTS, 600) for server in self.servers]
        for load in loads:
            self.cleanups.callback(load.close)
        for i in range(restarts):
            if i % RESTARTS_PER_REPLACEMENT == 0:
                self.replace()
            self.renew()
            if i % RESTARTS_PER_REPLACEMENT == 0:
                self.wait_fresh()
        for load in loads:
            load.finish()
        return loads

    def nothing_fails_or_leaks(self, restarts):
        before = self.count()
        loads = self.renew_often(restarts)
        failures = [load.failures for load in loads]
        assert failures[0] <= failures[1], [load.text for load in loads]
        assert loads[0].requests > restarts
        self.assert_same(before, self.count())
        for pid in self.workers:
            assert processes.root(pid) == self.jailed.apache.jail
        log = self.jailed.apache.error_log()
        for complaint in ("chrootshim[", "long lost child", "exit signal"):
            assert complaint not in log
        assert log.count("Doing graceful restart") == self.jailed.restarts

    def test_namespace(self, cleanups):
        self.start(cleanups, isolation="namespace", services=SERVICES)
        self.nothing_fails_or_leaks(RESTARTS)
        self.jailed.apache.stop()
        # That of this test, which the bare server shares. The refresher ends right after its master.
        wait_until(lambda: len(own_mount_namespaces()) == 1, "the end of the jail's namespace")

    def test_chroot(self, cleanups):
        """Copies are made under temporary names."""
        self.start(cleanups, isolation="chroot", services=WITHOUT_SOCKETS)
        self.nothing_fails_or_leaks(CHROOT_RESTARTS)
