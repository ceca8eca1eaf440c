"""isolation = "namespace": mount points in the jail, what a later fork does, what is refused."""
# SPDX-License-Identifier: Apache-2.0
import errno
import os
import re
import shutil

import pytest

import machine
import processes
from forker import ForkerTest, zombies
from tree import NOBODY

WITHOUT_CAPABILITY = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-all"]


def setup_module():
    machine.own_mounts()


class NamespaceTest(ForkerTest):

    isolation = "namespace"


class TestRefresh(NamespaceTest):
    """What a fork does about a source that has changed."""

    def move(self, source, target):
        shutil.move(f"{self.tree.path}/{source}", f"{self.tree.path}/{target}")

    def test_a_source_that_is_gone_and_comes_back(self):
        server = self.server(expose=self.shared)
        assert server.fork(self.file) == "the first\n"
        self.move("shared", "away")
        for _ in range(3):
            assert server.fork(self.file) is None
        gone = f"warning: expose: {self.shared} is gone"
        assert len(server.lines(gone)) == 1, server.lines()
        self.move("away", "shared")
        for _ in range(3):
            assert server.fork(self.file) == "the first\n"
        assert len(server.lines(gone)) == 1
        assert len(server.lines(f"brings {self.shared}: it has appeared")) == 1
        assert server.lines("error") == []

    def test_a_failure_is_tried_again_at_the_next_fork(self):
        server = self.server(expose=self.file)
        assert server.fork(self.file) == "the first\n"
        self.move("shared/file", "away")
        os.mkdir(self.file)
        self.tree.write("shared/file/name", "in the directory\n")
        for _ in range(2):
            # The jail has a file where the directory is to be. It is told once, not at every fork.
            assert server.fork(self.file) == "the first\n"
            failed = server.lines("error")
            assert len(failed) == 1, failed
            assert re.search(f"workers keep what they have: .*CHROOTSHIM_EXPOSE: "
                             f"{self.file}: .* not of the same kind .*: remove it from the jail", failed[-1])
        os.unlink(self.tree.jail + self.file)
        assert server.fork(f"{self.file}/name") == "in the directory\n"
        assert len(server.lines("error")) == 1

    def test_the_server_notices_nothing(self):
        server = self.server(expose=self.shared)
        before = server.descriptors()
        for number in range(5):
            self.move("shared", f"old-{number}")
            self.tree.write("shared/file", f"{number}\n")
            assert server.fork(self.file) == f"{number}\n"
        assert len(server.lines(f"{self.shared} again")) == 5
        assert server.told == server.forks
        assert zombies(server.pid) == []
        assert server.descriptors() == before

    def test_names_are_made_again_when_they_are_written_to(self):
        passwd = self.tree.write("passwd", "a:secret:1:1:::\n")
        server = self.server(expose=f"{passwd},names")
        assert server.fork(passwd) == "a:x:1:1:::\n"
        with open(passwd, "a") as file:
            file.write("b:secret:2:2:::\n")
        assert server.fork(passwd) == "a:x:1:1:::\nb:x:2:2:::\n"


@pytest.mark.parametrize("isolation", ("chroot", "namespace"))
@pytest.mark.parametrize("mask", ("0177", "0777"))
class TestUmask(ForkerTest):

    def test_it_does_not_matter(self, mask, isolation):
        masked = ["sh", "-c", f'umask {mask}; exec "$0" "$@"']
        server = self.server(wrapper=masked, isolation=isolation, services="files", expose=self.file)
        assert server.fork(self.file) == "the first\n"
        assert server.lines("warning|error") == []
        for path in ("dev", os.path.dirname(self.file)):
            assert os.stat(f"{self.tree.jail}/{path}").st_mode & 0o777 == 0o755


class TestMountPoints(NamespaceTest):
    """They are made in the jail, where workers may own directories."""

    def make_way(self, name="way"):
        """An exposed file whose directory is to be a link in the jail. Return: both paths."""
        source = self.tree.write(f"{name}/below/file", "what is exposed\n")
        link = f"{self.tree.jail}{self.tree.path}/{name}"
        os.makedirs(os.path.dirname(link))
        return source, link

    def test_a_link_that_a_worker_may_have_planted_is_not_followed(self):
        """It leads to a directory that only root may write to, in the jail or outside."""
        source, link = self.make_way()
        parent = os.path.dirname(link)
        canaries = [f"{self.tree.path}/outside", f"{self.tree.jail}/root-only"]
        for path in canaries:
            os.mkdir(path)
        def by_mode():
            os.chmod(parent, 0o1777)
            os.lchown(link, NOBODY, NOBODY)

        # Where only root can write to its directory, root has put it there.
        planters = {"its directory": (lambda: os.chown(parent, NOBODY, NOBODY), self.left_out),
                    "its owner": (lambda: os.lchown(link, NOBODY, NOBODY), self.refused),
                    "its directory's mode": (by_mode, self.left_out)}
        texts = [canaries[0], "/root-only", os.path.relpath(canaries[1], parent)]
        for text in texts:
            for plant, outcome in planters.values():
                os.symlink(text, link)
                plant()
                outcome("/way is a symbolic link that another user than root could have made: "
                        ".*remove it from the jail", expose=source)
                os.unlink(link)
                os.chown(parent, 0, 0)
                os.chmod(parent, 0o755)
                assert [os.listdir(path) for path in canaries] == [[], []]

    def test_a_link_in_the_place_of_a_mount_point_is_refused(self):
        os.makedirs(os.path.dirname(self.tree.jail + self.file))
        canary = self.tree.write("jail/canary", "untouched")
        os.symlink("/canary", self.tree.jail + self.file)
        self.refused(f"{self.file} is a symbolic link in the jail", expose=self.file)
        assert processes.read(canary) == "untouched"

    def test_a_link_that_root_made_is_followed_inside_the_jail(self):
        outside = f"{self.tree.path}/elsewhere"
        for text in (outside, "elsewhere"):
            source, link = self.make_way(f"way-{len(text)}")
            os.symlink(text, link)
            with self.server(expose=source) as server:
                assert server.fork(source) == "what is exposed\n"
            assert os.path.isfile(f"{self.tree.jail}{outside}/below/file")
            assert not os.path.exists(outside)
            shutil.rmtree(self.tree.jail + self.tree.path)

    def test_a_read_only_jail_that_lacks_them(self):
        jail = self.tree.jail
        machine.run("mount", "--bind", jail, jail)
        self.cleanups.callback(machine.run, "umount", "--lazy", jail)

        def mount_again(how):
            machine.run("mount", "-o", f"remount,bind,{how}", jail)

        mount_again("ro")
        lone = self.tree.write("lone/file", "a lone file\n")
        settings = {"expose": f"{self.shared}:{lone}"}
        line = self.refused(f"jail {jail}: CHROOTSHIM_ISOLATION: the jail is read-only [^:]* and lacks "
                            "mount points: ", **settings)
        command = re.search(r"make it writable and run: (mkdir -p .* && touch .*)\n", line).group(1)
        for path in (self.shared, lone, "/dev/null"):
            assert f" {jail}{path}" in command
        # That of many devices is named once.
        assert command.split(" && ")[0].split().count(f"{jail}/dev") == 1
        mount_again("rw")
        assert os.listdir(jail) == []
        machine.run("sh", "-c", command)
        mount_again("ro")
        server = self.server(**settings)
        assert server.fork(self.file) == "the first\n"
        assert server.fork(lone) == "a lone file\n"


class TestRefusals(NamespaceTest):
    """Where the kernel or the administrator does not let us, nothing starts."""

    def test_without_the_capability(self):
        self.refused('ISOLATION: uid 0 has no CAP_SYS_ADMIN, which "namespace" needs: start the '
                     r'server with that capability \(User=, CapabilityBoundingSet= of a unit\), or set '
                     'isolation = "chroot"',
                     WITHOUT_CAPABILITY)

    def test_refused_by_the_kernel(self):
        program = self.tree.compile("answer_calls")
        self.refused(r"ISOLATION: open_tree\(\) is refused: Function not implemented: allow it in "
                     r"SystemCallFilter= of the unit \(@mount\), or in the container's profile; use "
                     'Linux 5.12 or newer; or set isolation = "chroot"', [program, "open_tree", str(errno.ENOSYS)])
