"""The manifest of what was made in the jail: who may have it, what it holds, and when there is none."""
# SPDX-License-Identifier: Apache-2.0
import fcntl
import os
import re
import stat
import threading
import time

import machine
import processes
from processes import wait_until
from residue import MANIFEST, ResidueTest
from tree import NOBODY


def setup_module():
    machine.own_mounts()


class TestManifest(ResidueTest):
    """The file itself."""

    def test_workers_cannot_read_it(self):
        with self.server(expose=self.file) as server:
            facts = os.lstat(self.manifest)
            assert (facts.st_mode, facts.st_uid) == (stat.S_IFREG | 0o600, 0)
            assert server.fork(self.file) == "the first\n"
            result = self.tree.run("cat", self.manifest, user=NOBODY, shim=False)
            assert result.returncode != 0

    def test_there_is_none_where_nothing_is_brought(self):
        self.once()
        assert os.listdir(self.tree.jail) == []

    def test_a_start_without_a_change_notes_its_process_alone(self):
        self.once(expose=self.shared, services="time")
        self.once(expose=self.shared, services="time")
        before = processes.read(self.manifest).splitlines()
        with self.server(expose=self.shared, services="time") as server:
            after = processes.read(self.manifest).splitlines()
            changed = [line for line in after if line not in before]
            assert len(after) == len(before) and len(changed) == 1
            assert re.match(rf"server {server.pid} \d+\.\d+ {self.tree.pidfile}$", changed[0])

    def test_names_with_newlines(self):
        name = "a\nfile 1 1.000000000 /b\\012"
        self.tree.write(f"shared/{name}/file", "text\n")
        self.once(expose=self.shared)
        self.once()
        assert self.found() == set()

    def test_links_on_the_way_in_the_jail(self):
        """What is wanted by a path with a link in it is wanted."""
        os.makedirs(f"{self.tree.jail}{self.tree.path}")
        os.mkdir(f"{self.tree.jail}/elsewhere")
        os.symlink("/elsewhere", self.place)
        for _ in range(3):
            self.once(expose=self.file)
            inode = os.lstat(f"{self.tree.jail}/elsewhere/file").st_ino
            assert self.found() >= {"/elsewhere/file"}
        self.once(expose=self.file)
        assert os.lstat(f"{self.tree.jail}/elsewhere/file").st_ino == inode
        self.once()
        assert "/elsewhere/file" not in self.found() and "/elsewhere" in self.found()

    def test_a_jail_that_is_read_only(self):
        """What can be neither made nor noted is no reason to complain, if all is there."""
        jail = self.tree.jail
        self.once(expose=self.file)
        os.unlink(self.manifest)
        machine.run("mount", "--bind", jail, jail)
        self.cleanups.callback(machine.run, "umount", "--lazy", jail)
        machine.run("mount", "-o", "remount,bind,ro", jail)
        lines = self.once(expose=self.file)
        assert not [line for line in lines if re.search("warning|error", line)]
        self.told(lines, "info: what is brought into the jail will stay in it: .*Read-only")

    def test_somebody_else_has_it(self):
        """A server waits for it, but not for ever: what it could not note would be removed."""
        other = self.tree.write("other/file", "another\n")
        self.once(expose=self.file)
        with open(self.manifest) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.refused(f"/{MANIFEST}: somebody else has it locked: .*: try again, or end who "
                         "holds it", expose=f"{self.file}:{other}")
            assert other not in self.found()
            threading.Timer(2, file.close).start()
            with self.server(expose=f"{self.file}:{other}") as server:
                assert server.lines("warning|error") == []
        self.once()
        assert self.found() == set()

    def work_slowly(self, file):
        """As who copies a large tree: it notes something now and then, for 12 seconds."""
        for _ in range(4):
            time.sleep(3)
            file.write("\n")
            file.flush()
        file.close()

    def test_somebody_else_works(self):
        """It is waited for as long as it notes what it makes."""
        self.once(expose=self.file)
        file = open(self.manifest, "a")
        fcntl.flock(file, fcntl.LOCK_EX)
        worker = threading.Thread(target=self.work_slowly, args=(file,))
        worker.start()
        begin = time.monotonic()
        assert not [line for line in self.once(expose=self.file) if "error" in line]
        assert time.monotonic() > begin + 11
        worker.join()

    def test_somebody_else_has_it_later(self):
        """The refresher brings nothing that it cannot note, and brings it when it can."""
        server = self.server(expose=self.shared)
        server.fork()
        with open(self.manifest) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.tree.write("shared/new", "new\n")
            wait_until(lambda: server.lines("error: .*somebody else has it locked"), "the line")
            assert f"{self.shared}/new" not in self.found()
        wait_until(lambda: server.fork(f"{self.shared}/new") == "new\n", "the copy")
        assert len(server.lines("error")) == 1
        server.__exit__()
        self.once()
        assert self.found() == set()

    def test_a_file_system_without_times_of_birth(self):
        """A number that is used again is another's file: it stays, and is named."""
        image = f"{self.tree.path}/image"
        with open(image, "w") as file:
            file.truncate(8 << 20)
        machine.run("mkfs.ext4", "-q", "-I", "128", image)
        machine.run("mount", "-o", "loop", image, self.tree.jail)
        self.cleanups.callback(machine.run, "umount", "--lazy", self.tree.jail)
        os.rmdir(f"{self.tree.jail}/lost+found")
        self.once(expose=self.file)
        inode = os.lstat(self.copy).st_ino
        os.unlink(self.copy)
        self.write_in_jail(self.file)
        assert os.lstat(self.copy).st_ino == inode
        self.told(self.once(), f"warning: left in the jail, .* {self.file}: its file system keeps "
                               "no time of birth, so it may be another one: remove it by hand")
        assert processes.read(self.copy) == "the administrator's\n"
        # What is empty goes all the same.
        os.unlink(self.copy)
        self.once()
        assert self.found() == set()

    def test_without_root(self):
        """The jail is the user's, and so is the manifest."""
        for path in (self.tree.jail, self.shared, self.file):
            os.chown(path, NOBODY, NOBODY)
        os.chown(f"{self.tree.path}", NOBODY, NOBODY)
        program = self.tree.put_server()
        for expose in (self.shared, None):
            result = self.tree.run(program, "listen", user=NOBODY, expose=expose, log_level="info")
            assert result.returncode == 0, result.stderr
            assert "warning" not in result.stderr and "error" not in result.stderr
            assert (self.file in self.found()) == bool(expose)
        assert self.found() == set()
