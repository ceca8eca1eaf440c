"""What the administrator has mounted in the jail: the host's own files stay as they are."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import stat

import pytest

import machine
import processes
from apache import Apache
from forker import ForkerTest
from tree import NOBODY


def setup_module():
    machine.own_mounts()


def everything(directory):
    """What could change of each thing below a directory, times of access left out."""
    found = {}
    for top, directories, files in os.walk(directory):
        for path in (f"{top}/{name}" for name in [".", *directories, *files]):
            facts = os.lstat(path)
            text = (os.readlink(path) if stat.S_ISLNK(facts.st_mode) else
                    processes.read(path) if stat.S_ISREG(facts.st_mode) else None)
            found[path] = (facts.st_ino, facts.st_mode, facts.st_uid, facts.st_gid, facts.st_rdev,
                           facts.st_nlink, facts.st_mtime_ns, facts.st_ctime_ns, text)
    return found


class MountedTest(ForkerTest):
    """A directory of the host that is mounted in the jail at its own place, and exposed besides."""

    @pytest.fixture(autouse=True)
    def fill(self, write_file):
        self.host = f"{self.tree.path}/host"
        self.tool = self.tree.write("host/tool", "a tool\n")
        os.chown(self.tool, NOBODY, 33)
        os.chmod(self.tool, 0o6755)
        self.tree.write("host/deep/er/file", "deep\n", 0o664)
        os.chown(f"{self.host}/deep/er", NOBODY, NOBODY)
        os.symlink("tool", f"{self.host}/link")
        os.symlink("deep/er", f"{self.host}/way")
        os.symlink("/nowhere", f"{self.host}/dangling")
        os.mknod(f"{self.host}/device", 0o640 | stat.S_IFCHR, os.makedev(1, 3))
        os.chown(f"{self.host}/device", NOBODY, 33)

    def mount(self, path, read_only=False):
        target = self.tree.jail + path
        os.makedirs(target, exist_ok=True)
        machine.run("mount", "--bind", path, target)
        self.cleanups.callback(machine.run, "umount", "--lazy", target)
        if read_only:
            machine.run("mount", "-o", "remount,bind,ro", target)

    def exposed(self):
        """The directory whole, and what is in it one by one, through links as well."""
        single = ["tool", "link", "deep/er/file", "way/file", "device"]
        yield self.host
        yield ":".join(f"{self.host}/{name}" for name in single)
        yield f"{self.host}/tool,names"

    def assert_untouched(self):
        before = everything(self.host)
        for expose in self.exposed():
            with self.server(expose=expose) as server:
                assert server.fork(self.tool) == "a tool\n"
                # At a refresh, too.
                os.utime(self.tool)
                os.utime(f"{self.host}/deep/er/file")
                before = everything(self.host)
                assert server.fork(self.tool) == "a tool\n"
                assert server.lines("error") == []
            assert everything(self.host) == before, expose


class TestCopies(MountedTest):
    """isolation = "chroot": source and target are one file."""

    def test_nothing_is_written_to_the_host(self):
        self.mount(self.host)
        before = everything(self.host)
        self.server(expose=f"{self.host}:{self.host}/tool").fork()
        assert everything(self.host) == before
        self.assert_untouched()

    def test_a_directory_below_the_exposed_one(self):
        self.mount(f"{self.host}/deep")
        before = everything(f"{self.host}/deep")
        server = self.server(expose=self.host)
        assert everything(f"{self.host}/deep") == before
        assert server.fork(self.tool) == "a tool\n"
        assert os.lstat(self.tree.jail + self.tool).st_ino != os.lstat(self.tool).st_ino

    def test_a_single_file(self):
        target = self.tree.write(f"jail{self.tool}", "")
        machine.run("mount", "--bind", self.tool, target)
        self.cleanups.callback(machine.run, "umount", "--lazy", target)
        before = everything(self.host)
        server = self.server(expose=f"{self.tool}:{self.host}/link")
        assert everything(self.host) == before
        assert server.fork(f"{self.host}/link") == "a tool\n"

    def test_read_only_mounts(self):
        """services = "time" brings what is there already."""
        self.mount(self.host, read_only=True)
        self.mount("/usr", read_only=True)
        self.mount("/etc", read_only=True)
        server = self.server(expose=self.host, services="time:tls:dns:locale:accounts")
        assert server.fork(self.tool) == "a tool\n"
        assert server.fork("/etc/localtime") is not None
        assert server.lines("error|warning") == []

    def test_another_file_on_a_read_only_mount(self):
        """It cannot be copied, and must not be removed."""
        target = f"{self.tree.jail}{self.host}"
        other = os.path.dirname(self.tree.write("other/tool", "another\n"))
        os.makedirs(target)
        machine.run("mount", "--bind", other, target)
        self.cleanups.callback(machine.run, "umount", "--lazy", target)
        machine.run("mount", "-o", "remount,bind,ro", target)
        self.refused(f"{self.tool} cannot be copied into the jail: .*: Read-only file system: make "
                     r"its file system writable \(ReadWritePaths=", expose=self.tool)


class TestNamespace(MountedTest):
    """isolation = "namespace": a link is no mount point, but it is there already."""

    isolation = "namespace"

    def exposed(self):
        yield self.host
        yield ":".join(f"{self.host}/{name}" for name in ("tool", "link", "way/file", "device"))

    def test_nothing_is_written_to_the_host(self):
        self.mount(self.host)
        self.assert_untouched()

    def test_read_only_mounts(self):
        self.mount("/usr", read_only=True)
        self.mount("/etc", read_only=True)
        self.mount("/dev")
        server = self.server(services="time:tls:dns")
        assert server.fork("/etc/localtime") is not None
        assert server.lines("error|warning") == []


class TestReadOnly:
    """read_only: also what is mounted in the jail, and not what is exposed writable."""

    @pytest.fixture(scope="class", autouse=True)
    def serve(self, request):
        with Apache(settings={"isolation": "namespace", "read_only": "true"}) as apache, \
                contextlib.ExitStack() as cleanups:
            request.cls.apache = apache
            self.mount(cleanups, f"{apache.jail}/inner", "mode=777,noexec")
            # The mount points are to be made on that one.
            os.mkdir(f"{apache.jail}/inner/deep")
            os.symlink("inner/deep", f"{apache.jail}/srv")
            for name in ("data", "shared"):
                os.mkdir(f"{apache.tree}/{name}")
                kept = f"{apache.tree}/{name}/kept"
                self.mount(cleanups, kept, "noexec")
                machine.run("mount", "-o", "remount,bind,ro,noexec", kept)
            apache.settings["expose"] = apache.format("{tree}/data,writable:{tree}/shared")
            apache.start()
            yield

    @staticmethod
    def mount(cleanups, path, options):
        os.mkdir(path)
        machine.run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path)
        cleanups.callback(machine.run, "umount", "--lazy", path)

    def inside(self, path):
        return f"/proc/{self.apache.workers()[0]}/root{path}"

    def test_what_is_mounted_in_the_jail(self):
        for path in ("/inner/new", "/inner/deep/new", "/htdocs/new", "/new"):
            with pytest.raises(OSError, match="Read-only file system"):
                open(self.inside(path), "w")
        # Outside it is as it was.
        machine.write(f"{self.apache.jail}/inner/by-root", "")

    def test_what_is_exposed(self):
        tree = self.apache.tree
        with open(self.inside(f"{tree}/data/new"), "w") as file:
            file.write("by a worker")
        assert processes.read(f"{tree}/data/new") == "by a worker"
        for path in ("shared/new", "shared/kept/new", "data/kept/new"):
            with pytest.raises(OSError, match="Read-only file system"):
                open(self.inside(f"{tree}/{path}"), "w")

    def test_flags(self):
        apache = self.apache
        found = machine.all_mounts(apache.workers()[0])
        assert {"ro", "noexec", "nodev", "nosuid"} <= found[f"{apache.jail}/inner"][1]
        place = f"{apache.jail}/inner/deep{apache.tree.removeprefix('/srv')}"
        assert "rw" in found[f"{place}/data"][1]
        assert "ro" in found[f"{place}/shared"][1]
        for name in ("data", "shared"):
            assert {"ro", "noexec"} <= found[f"{place}/{name}/kept"][1]
            assert os.lstat(f"{place}/{name}").st_mode == stat.S_IFDIR | 0o755
