"""The service tmp: directories of the jail's own, for all its workers and for nobody else."""
# SPDX-License-Identifier: Apache-2.0
import os
import stat

import processes
from forker import ForkerTest
from php_server import PhpTest
from processes import wait_until

PAGE = """\
<?php
$found = [];
foreach (['/tmp', '/var/tmp', '/dev/shm'] as $directory) {
    $file = "$directory/chrootshim-private";
    $found[$directory] = [decoct(@fileperms($directory)), @fileowner($directory),
                          @file_get_contents($file), @file_put_contents($file, getmypid())];
}
echo json_encode(['found' => $found, 'exposed' => @file_get_contents('/opt/exposed')]);
"""

DIRECTORIES = ("/tmp", "/var/tmp", "/dev/shm")


class TestTmp(PhpTest):
    settings = {"services": "tmp"}

    @classmethod
    def prepare(cls):
        cls.apache.write("jail/htdocs/private.php", PAGE)
        super().prepare()
        os.rmdir(f"{cls.apache.jail}/tmp")

    def state(self):
        """Mode, owner and what an earlier request left in it, of each directory."""
        found = self.ask("/private.php")["found"]
        assert list(found) == list(DIRECTORIES)
        for mode, owner, _, written in found.values():
            assert (mode, owner) == ("41777", 0)
            assert written, found
        return [before for _, _, before, _ in found.values()]

    def test_private_and_kept(self):
        assert self.state() == [False, False, False]
        assert all(self.state())
        self.apache.graceful()
        assert all(self.state())
        for directory in DIRECTORIES:
            assert not os.path.exists(f"{directory}/chrootshim-private")


class TestTmpInANamespace(TestTmp):
    settings = {"services": "tmp", "isolation": "namespace"}

    def test_nothing_is_left_in_the_jail(self):
        self.state()
        for directory in DIRECTORIES:
            assert os.listdir(self.apache.jail + directory) == []


class TestTmpInAReadOnlyJail(TestTmpInANamespace):
    """The page's own directories are read-only; these are not."""

    settings = {"services": "tmp", "isolation": "namespace", "read_only": "true"}


class TestTmpIsKept(TestTmp):
    """When something that is exposed is replaced, the workers' namespace is changed."""

    settings = {"services": "tmp", "isolation": "namespace"}

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.apache.settings |= {"expose": cls.apache.write("outside/file", "the first")}

    def test_private_and_kept(self):
        self.state()
        os.rename(self.apache.write("outside/new", "the second"),
                  f"{self.apache.tree}/outside/file")
        self.apache.graceful()
        for pid in self.apache.workers():
            inside = f"/proc/{pid}/root{self.apache.tree}/outside/file"
            wait_until(lambda: processes.read(inside) == "the second", "the second file")
        assert all(self.state())


class TestPrivate(ForkerTest):
    """The option `private` of expose."""

    def mode(self):
        facts = os.stat(self.tree.jail + "/cache")
        return facts.st_uid, stat.S_IMODE(facts.st_mode)

    def test_made(self):
        with self.server(expose="/cache,private") as server:
            assert server.lines("brings /cache") == ["info: expose brings /cache"]
            assert server.lines("warning|error") == []
        assert self.mode() == (0, 0o1777)

    def test_what_workers_can_write_to_stays(self):
        os.mkdir(self.tree.jail + "/cache")
        os.chown(self.tree.jail + "/cache", 33, 33)
        os.chmod(self.tree.jail + "/cache", 0o750)
        with self.server(expose="/cache,private"):
            pass
        assert self.mode() == (33, 0o750)

    def test_a_mount_point_that_is_left_becomes_one(self):
        os.mkdir(self.tree.jail + "/cache", 0o755)
        with self.server(expose="/cache,private"):
            pass
        assert self.mode() == (0, 0o1777)

    def test_a_link_in_its_place(self):
        os.symlink("/etc", self.tree.jail + "/cache")
        with self.server(expose="/cache,private,optional") as server:
            assert server.lines("warning|error") == []
        self.refused("/cache (is|cannot be made)", expose="/cache,private")


class TestPrivateInANamespace(TestPrivate):
    isolation = "namespace"

    def test_made(self):
        with self.server(expose="/cache,private") as server:
            assert server.lines("warning|error") == []
        assert self.mode() == (0, 0o755)

    def test_a_mount_point_that_is_left_becomes_one(self):
        """It is mounted over."""

    def test_optional_leaves_what_the_jail_has(self):
        os.mkdir(self.tree.jail + "/cache")
        self.tree.write("jail/cache/mine", "of the jail")
        with self.server(expose="/cache,private") as server:
            assert server.fork("/cache/mine") is None
        os.chmod(self.tree.jail + "/cache", 0o1777)
        with self.server(expose="/cache,private,optional") as server:
            assert server.fork("/cache/mine") == "of the jail"
