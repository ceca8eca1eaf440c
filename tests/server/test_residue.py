"""What the shim has made in the jail goes when nothing wants it any more; what is not its own stays."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess

import pytest

import machine
import processes
from forker import Forker
from residue import ISOLATIONS, ResidueTest
from tree import NOBODY


def setup_module():
    machine.own_mounts()


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
