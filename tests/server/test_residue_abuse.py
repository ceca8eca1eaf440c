"""A jail in which somebody has put links and manifests of his own: nothing else is removed for that."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess

import pytest

import machine
import processes
from residue import ISOLATIONS, MANIFEST, ResidueTest
from tree import NOBODY


def setup_module():
    machine.own_mounts()


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
