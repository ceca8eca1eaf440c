"""Groups of workers: all of them, looked up outside; what is planted in the jail is left alone."""
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import subprocess

import pytest

import processes
from apache import MPMS
from cases import OneServerTest, ServerTest
from processes import wait_until
from tree import compile_program
from watch import Watch

USER = "chrootshim-test"
GROUPS = [64301, 64302, 64303, 64307]

# Accounts of a mount namespace's own: nothing of them is left, however the test ends.
ACCOUNTS = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
            'mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/group" /etc/group && '
            'exec "$@"']

CGID = """\
<IfModule cgid_module>
ScriptSock {jail}/cgid.sock
</IfModule>
"""


def kill_workers(apache):
    """Have the master fork others, and wait for them."""
    old = set(apache.workers())
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len(set(apache.workers()) - old) >= 2 and not old & set(apache.workers()),
               "other workers")


def socket_inodes(pid):
    """The inode numbers of the sockets that a process has open."""
    return [link[len("socket:["):-1] for link in processes.open_links(pid).values()
            if link.startswith("socket:[")]


class TestSupplementaryGroups(ServerTest):
    """A worker, and the daemon of mod_cgid, have all groups of their user."""

    mpms = MPMS
    extra = f"User {USER}\nGroup #{GROUPS[0]}\n" + CGID

    @classmethod
    def prepare(cls):
        cls.modules = () if cls.mpm == "prefork" else ("cgid",)
        tree = cls.apache.tree
        entries = "".join(f"group{gid}:x:{gid}:{USER}\n" for gid in GROUPS[1:])
        cls.apache.write("passwd", processes.read("/etc/passwd")
                         + f"{USER}:x:{GROUPS[0]}:{GROUPS[0]}::/:/bin/false\n")
        cls.apache.write("group", processes.read("/etc/group")
                         + f"{USER}:x:{GROUPS[0]}:\n" + entries)
        cls.apache.prefix = [*ACCOUNTS, tree]

    def assert_groups(self):
        workers = wait_until(lambda: len(found := self.apache.workers()) >= 2 and found, "two workers")
        for pid in workers:
            assert processes.uid(pid) == GROUPS[0]
            assert sorted(map(int, processes.status(pid, "Groups").split())) == GROUPS

    def test_at_start(self):
        self.assert_jailed()
        self.assert_groups()

    def test_after_graceful(self):
        self.apache.graceful()
        self.assert_jailed()
        self.assert_groups()

    def test_after_a_crash(self):
        kill_workers(self.apache)
        self.assert_groups()


class TestPlanted(OneServerTest):
    """A nsswitch.conf and its library in the jail. Only root can read them: who opens them is root.
    """

    mpms = MPMS

    @pytest.fixture(autouse=True)
    def plant(self, own_server):
        self.apache.configure(CGID, () if self.mpm == "prefork" else ("cgid",))
        jail = self.apache.jail
        self.conf = self.apache.write("jail/etc/nsswitch.conf",
                                      "passwd: planted\ngroup: planted\ninitgroups: planted\n",
                                      mode=0o600)
        os.mkdir(f"{jail}/lib")
        self.code = compile_program("planted.c", f"{jail}/lib/libnss_planted.so.2",
                                    "-shared", "-fPIC")
        os.chmod(self.code, 0o600)
        self.mark = f"{jail}/planted-code-ran"
        self.watch = self.cleanups.enter_context(Watch(self.conf, self.code))

    def test_the_trap_works(self):
        program = compile_program("look_up_groups.c", f"{self.apache.tree}/look_up_groups")
        subprocess.run([program, self.apache.jail], check=True)
        assert self.watch.opened() == {self.conf, self.code}
        assert os.path.exists(self.mark)

    def assert_untouched(self):
        assert self.watch.opened() == set()
        assert not os.path.exists(self.mark)

    def test_at_start_and_after_crashes(self):
        self.apache.start()
        self.assert_untouched()
        kill_workers(self.apache)
        self.assert_untouched()

    def test_after_restarts(self):
        self.apache.start()
        for _ in range(2):
            self.apache.graceful()
            self.assert_untouched()
        self.apache.renew("restart")
        self.assert_untouched()

    def daemons(self):
        """Who has dropped root and listens for the scripts' workers."""
        listening = {line.split()[6] for line in processes.read("/proc/net/unix").splitlines()
                     if "/cgid.sock." in line}
        return [pid for pid in self.apache.workers() if listening & set(socket_inodes(pid))]

    def test_the_cgid_daemon_is_one_of_them(self):
        self.apache.start()
        self.apache.graceful()
        if self.mpm != "prefork":
            processes.wait_until(self.daemons, "the daemon of this generation")
        daemons = self.daemons()
        assert len(daemons) == (0 if self.mpm == "prefork" else 1)
        for pid in daemons:
            assert processes.root(pid) == self.apache.jail
