"""Files that the master made outside: a worker gets those that its own user could have opened."""
# SPDX-License-Identifier: Apache-2.0
import os

import pytest

import processes
from cases import OneServerTest
from processes import wait_until
from tree import NOBODY
from worker import WorkerTest

GROUP = 4242

# How the master makes a file: its mode, and that of its directory, both root's; who may open it.
MASTER = """\
files = {}
def make(name, mode, directory=0o755, group=0):
    os.makedirs(f"{tree}/{name}.d", exist_ok=True)
    os.chmod(f"{tree}/{name}.d", directory)
    path = f"{tree}/{name}.d/file"
    fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    os.fchmod(fd, mode)
    os.fchown(fd, 0, group)
    os.close(fd)
    files[name] = path, os.stat(path)

make("private", 0o600)
make("readable", 0o644)
make("hidden", 0o666, directory=0o700)
make("grouped", 0o620, group=GROUP)
make("shared", 0o666)
"""
# By their numbers, whatever the worker's own open() says.
LOOK = """\
def number_of(facts):
    for fd in range(3, 1024):
        try:
            if os.path.samestat(os.fstat(fd), facts):
                return fd
        except OSError:
            pass

for name, (path, facts) in files.items():
    fd = number_of(facts)
    attempt(name, os.ftruncate, -1 if fd is None else fd, 0)
    attempt(f"opened-{name}", os.open, path, os.O_WRONLY)
"""
DROP = f"os.setgroups([{GROUP}])\nos.setgid({NOBODY})\nos.setuid({NOBODY})\n"
OPEN, CLOSED = ("done", "done"), ("EBADF", "ENOENT")


def same_file(path, facts):
    try:
        return os.path.samestat(os.stat(path), facts)
    except OSError:
        return False


class TestFiles(WorkerTest):

    def look(self, *texts, **options):
        master = f"tree, GROUP = {self.tree.path!r}, {GROUP}\n{MASTER}"
        found = self.facts(*texts, master=master, **options)
        return {name: (found[name], found[f"opened-{name}"])
                for name in ("private", "readable", "hidden", "grouped", "shared")}

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_a_worker_that_drops(self, isolation):
        """It is known who it will be."""
        found = self.look(LOOK, DROP, isolation=isolation)
        assert found == {"private": CLOSED, "readable": CLOSED, "hidden": CLOSED,
                         "grouped": OPEN, "shared": OPEN}

    def test_a_worker_that_drops_later(self):
        """What root had is taken away again when it is root no more."""
        found = self.look(DROP + LOOK)
        assert found == {"private": CLOSED, "readable": CLOSED, "hidden": CLOSED,
                         "grouped": OPEN, "shared": OPEN}

    def test_a_worker_that_stays_root(self):
        assert set(self.look(LOOK).values()) == {OPEN}

    @pytest.mark.parametrize("second, answer", ((1, CLOSED), (NOBODY, OPEN)))
    def test_who_becomes_one_user_and_another(self, second, answer):
        """What the first could open is not the second one's."""
        found = self.look(f"os.seteuid(0)\nos.setuid({second})\n{LOOK}", f"os.seteuid({NOBODY})")
        assert found["shared"] == answer

    def test_as_an_ordinary_user(self):
        master = MASTER.replace("os.fchown", "0 and os.fchown")
        os.mkdir(f"{self.tree.path}/own")
        os.chown(f"{self.tree.path}/own", NOBODY, NOBODY)
        found = self.facts(LOOK, "pass", f"tree, GROUP = '{self.tree.path}/own', 0\n{master}",
                           user=NOBODY)
        assert (found["private"], found["opened-private"]) == OPEN


class TestStoreOfKeys(OneServerTest):
    """mod_md keeps the secret of its store in a file of root's, which it makes like a lock file."""

    mpms = ("prefork", "event")

    def test_it_is_not_carried(self):
        self.apache.make_certificate()
        self.apache.configure("MDStoreDir {tree}/md\nMDomain example.org\n"
                              "MDCertificateAuthority http://127.0.0.1:{port}/none\n"
                              "MDCertificateAgreement accepted\nMDRenewMode manual\n",
                              ("ssl", "md"))
        for _ in range(2):
            self.apache.start()
            store = os.stat(f"{self.apache.tree}/md/md_store.json")
            assert store.st_mode & 0o777 == 0o600
            for pid in self.apache.workers():
                assert not [name for name in os.listdir(f"/proc/{pid}/fd")
                            if same_file(f"/proc/{pid}/fd/{name}", store)]
            self.assert_jailed()
            self.apache.stop()
            wait_until(lambda: not processes.descendants(os.getpid()), "the end of all")
