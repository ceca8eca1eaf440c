"""isolation = "chroot": what is exposed is copied into the jail, and the copies are kept fresh."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import re
import shutil
import socket
import stat
import threading

import machine
import processes
from cases import ServerTest
from forker import ForkerTest
from processes import wait_until
from tree import NOBODY

DEVICES = [f"/dev/{name}" for name in ("full", "null", "random", "urandom", "zero")]
MINUTES = 60 * 10**9


def setup_module():
    machine.own_mounts()


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


def set_time(path, nanoseconds):
    os.utime(path, ns=(nanoseconds, nanoseconds))


class TestServed(ServerTest):
    """The worker of a real server reads the copy."""

    modules = ("alias",)
    extra = """\
Alias /shared {tree}/shared
<Directory {tree}/shared>
Require all granted
</Directory>
"""

    @classmethod
    def prepare(cls):
        cls.file = cls.apache.write("shared/file", "the first\n")
        cls.apache.settings["expose"] = cls.file

    def test_fresh_after_a_graceful_restart(self):
        assert self.apache.get("/shared/file").text == "the first\n"
        machine.write(self.file, "the second\n")
        self.apache.graceful()
        # It is brought by a process of its own.
        wait_until(lambda: self.apache.get("/shared/file").text == "the second\n", "the new file")
        self.assert_jailed()


class TestCopies(ForkerTest):
    """What a copy has of its source."""

    def test_a_file(self):
        os.chown(self.file, NOBODY, 33)
        for wanted, given in ((0o640, 0o640), (0o777, 0o755), (0o6755, 0o755), (0o4711, 0o711)):
            os.chmod(self.file, wanted)
            set_time(self.file, 12345 * MINUTES + wanted)
            self.server(expose=self.file)
            facts = os.lstat(self.copy)
            assert facts.st_mode == stat.S_IFREG | given
            assert (facts.st_uid, facts.st_gid) == (0, 33)
            assert facts.st_mtime_ns == os.stat(self.file).st_mtime_ns
            assert processes.read(self.copy) == "the first\n"
        self.assert_tidy()

    def test_a_directory(self):
        top = f"{self.shared}/top"
        for name, text in (("file", "one\n"), ("deep/er/file", "two\n"), ("closed/file", "3\n")):
            self.tree.write(f"shared/top/{name}", text)
        os.chmod(f"{top}/closed", 0o700)
        os.symlink("deep/er/file", f"{top}/link")
        os.symlink("/nowhere/at/all", f"{top}/dangling")
        # What is made has neither from the server's umask nor from its parent what is not meant.
        os.chmod(self.tree.jail, 0o2755)
        server = self.server(expose=top, wrapper=["sh", "-c", 'umask 077 && exec "$0" "$@"'])
        copy = self.tree.jail + top
        for name in ("link", "dangling"):
            assert os.readlink(f"{copy}/{name}") == os.readlink(f"{top}/{name}")
        for name in ("", "deep", "deep/er", "closed"):
            assert mode(f"{copy}/{name}") == mode(f"{top}/{name}"), name
            assert os.lstat(f"{copy}/{name}").st_uid == 0
        assert server.fork(f"{top}/link") == "two\n"
        assert server.fork(f"{top}/closed/file") is None
        self.tree.write("shared/top/later", "later\n")
        os.unlink(f"{top}/link")
        os.symlink("later", f"{top}/link")
        assert server.fork(f"{top}/link") == "later\n"

    def test_devices(self):
        directory = f"{self.tree.jail}/dev"
        os.mkdir(directory)
        os.mknod(f"{directory}/null", stat.S_IFCHR, os.makedev(1, 7))
        os.chmod(f"{directory}/null", 0o666)
        os.symlink(self.file, f"{directory}/zero")
        before = os.lstat(self.file)
        server = self.server(services="files")
        for path in DEVICES:
            made, own = os.lstat(self.tree.jail + path), os.lstat(path)
            assert (made.st_mode, made.st_rdev) == (own.st_mode, own.st_rdev), path
            assert stat.S_ISCHR(made.st_mode)
            assert (made.st_uid, made.st_gid) == (0, 0)
        assert server.fork("/dev/null") == ""
        assert os.lstat(self.file) == before
        self.assert_tidy()

    def test_a_long_name(self):
        """No room is left in it for the name of a temporary file."""
        name = "n" * 250
        self.tree.write(f"shared/{name}", "text\n")
        self.refused(f"{name}: it cannot be made: File name too long: remove", expose=self.shared)


class TestRefresh(ForkerTest):
    """Another copy is made at a fork when the source has changed."""

    def test_what_counts_as_a_change(self):
        server = self.server(expose=self.file)

        def write(text, moment):
            with open(self.file, "w") as file:
                file.write(text)
            set_time(self.file, moment)

        def replace(text, moment):
            new = self.tree.write("shared/new", text)
            set_time(new, moment)
            os.rename(new, self.file)

        then = os.stat(self.file).st_mtime_ns
        changes = {"size": (write, "longer than before\n", then),
                   "time": (write, "as long as before.\n", then + 1),
                   "inode": (replace, "also just as long.\n", then + 1)}
        for name, (change, text, moment) in changes.items():
            change(text, moment)
            assert server.fork(self.file) == text
            assert os.lstat(self.copy).st_mtime_ns == moment
        # One that takes long in the middle of a change brings both halves.
        assert len(server.lines(f"{self.file} again: it has changed")) >= len(changes)

    def test_without_a_change_nothing_is_written(self):
        server = self.server(expose=self.file, services="files")
        paths = [self.copy, *(self.tree.jail + path for path in DEVICES)]
        before = [os.lstat(path).st_ino for path in paths]
        server.fork()
        self.server(expose=self.file, services="files").fork()
        assert [os.lstat(path).st_ino for path in paths] == before

    def test_a_reader_sees_the_old_or_the_new_file(self):
        texts = [letter * 300000 for letter in "ab"]
        machine.write(self.file, texts[0])
        server = self.server(expose=self.file)
        done, wrong, reads = threading.Event(), [], []

        def read():
            while not done.is_set():
                text = processes.read(self.copy)
                reads.append(1)
                if text not in texts:
                    wrong.append(f"{len(text)} bytes of {set(text)}")

        reader = threading.Thread(target=read)
        reader.start()
        number = 0
        while number < 12 or len(reads) <= 20:
            machine.write(self.file, texts[number % 2])
            server.fork()
            number += 1
        done.set()
        reader.join()
        assert wrong == []
        self.assert_tidy()

    def test_a_source_that_is_gone_and_comes_back(self):
        server = self.server(expose=self.file)
        os.rename(self.file, f"{self.file}.away")
        for _ in range(3):
            assert server.fork(self.file) == "the first\n"
        gone = f"warning: expose: {self.file} is gone: the jail keeps its copy"
        assert len(server.lines(gone)) == 1
        machine.write(self.file, "the second\n")
        assert server.fork(self.file) == "the second\n"
        assert len(server.lines("warning|error")) == 1

    def test_a_failure_is_tried_again_at_the_next_fork(self):
        server = self.server(expose=self.file)
        os.unlink(self.copy)
        os.mkdir(self.copy)
        machine.write(self.file, "the second\n")
        for _ in range(2):
            server.fork()
            failed = server.lines("error")
            assert len(failed) == 1, failed
            assert "remove what is in its place" in failed[-1]
        os.rmdir(self.copy)
        assert server.fork(self.file) == "the second\n"
        assert len(server.lines("error")) == 1
        self.assert_tidy()


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)


def make_big(path):
    with open(path, "w") as file:
        file.truncate((64 << 20) + 1)


def make_deep(path):
    os.makedirs(path + "/x" * 33)


UNFIT = {"fifo": (os.mkfifo, "fifo: it is a socket, a FIFO or a block device"),
         "socket": (make_socket, "socket: it is a socket, a FIFO or a block device"),
         "big": (make_big, "big: it has more than 64 MiB"),
         "n" * 250: (lambda path: machine.write(path, "text"),
                     "it cannot be made: File name too long"),
         "deep": (make_deep, "x: it is too deep")}


class TestLinks(ForkerTest):
    """A link in an exposed directory takes its place at once, as files do."""

    def watch(self, done, seen):
        while not done.is_set():
            try:
                seen.add(os.readlink(f"{self.place}/link"))
            except FileNotFoundError:
                seen.add(None)

    def test_none_is_missed_meanwhile(self):
        os.symlink("0", f"{self.shared}/link")
        server = self.server(expose=self.shared)
        done, seen = threading.Event(), set()
        watcher = threading.Thread(target=self.watch, args=(done, seen))
        watcher.start()
        for number in range(1, 12):
            os.symlink(str(number), f"{self.shared}/new")
            os.rename(f"{self.shared}/new", f"{self.shared}/link")
            server.fork()
            assert os.readlink(f"{self.place}/link") == str(number)
        done.set()
        watcher.join()
        assert None not in seen
        assert sorted(os.listdir(self.place)) == ["file", "link"]

    def test_what_is_in_the_way_is_replaced(self):
        os.symlink("there", f"{self.shared}/link")
        for plant in (os.mkfifo, make_big, lambda path: os.symlink("/etc", path)):
            for name in ("link", ".link.chrootshim"):
                os.makedirs(self.place, exist_ok=True)
                plant(f"{self.place}/{name}")
                self.server(expose=self.shared)
                assert os.readlink(f"{self.place}/link") == "there"
                assert sorted(os.listdir(self.place)) == ["file", "link"]
                machine.run("rm", "-r", self.place)


class TestRefused(ForkerTest):
    """What cannot be copied stops the start."""

    def test_what_needs_a_namespace(self):
        listener = socket.socket(socket.AF_UNIX)
        self.cleanups.callback(listener.close)
        listener.bind(f"{self.tree.path}/socket")
        os.mkfifo(f"{self.tree.path}/fifo")
        os.mknod(f"{self.tree.path}/block", 0o600 | stat.S_IFBLK, os.makedev(7, 0))
        wrong = {f"{self.tree.path}/socket": "is a socket",
                 f"{self.tree.path}/fifo": "is a FIFO",
                 f"{self.tree.path}/block": "is a block device",
                 f"{self.file},writable": "can be writable or slave in a mount namespace only",
                 f"{self.shared},slave": "can be writable or slave in a mount namespace only"}
        for text, pattern in wrong.items():
            self.refused(f'{text.split(",")[0]} {pattern}.*: set isolation = "namespace"',
                         expose=text)
            assert os.listdir(self.tree.jail) == []

    def test_a_fifo_in_a_directory(self):
        os.mkfifo(f"{self.shared}/fifo")
        self.refused('fifo: it is a socket, a FIFO or a block device: .*"namespace"',
                     expose=self.shared)

    def test_too_many_bytes(self):
        with open(f"{self.shared}/big", "w") as file:
            file.truncate((64 << 20) + 1)
        self.refused(f"{self.shared} cannot be copied into the jail: big: it has more than 64 MiB",
                     expose=self.shared)

    def test_a_service_may_have_more(self):
        with open(f"{self.shared}/big", "w") as file:
            file.truncate((64 << 20) + 1)
        conf = self.tree.write("shim.conf", 'services = ( { name = "own"; '
                               f'expose = [ "{self.shared}" ]; }} );\n')
        with self.server(config=conf) as server:
            assert server.lines("^(warning|error)") == []
        assert os.path.getsize(f"{self.place}/big") == (64 << 20) + 1

    def test_too_many_entries(self):
        for path in (self.shared, self.tree.jail):
            machine.run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", path)
            self.cleanups.callback(machine.run, "umount", path)
        for number in range(20001):
            os.symlink("file", f"{self.shared}/{number}")
        self.refused(f"{self.shared} cannot be copied into the jail: it has more than 20000 "
                     'entries: .*set isolation = "namespace"', expose=self.shared)

    def test_what_others_have_put_there_is_left_out(self):
        """Root's directory has one of a worker's user in it, or is that user's."""
        theirs = f"{self.shared}/theirs"
        os.mkdir(theirs)
        for owned in (theirs, self.shared):
            os.chown(owned, NOBODY, NOBODY)
            for name, (plant, pattern) in UNFIT.items():
                plant(f"{theirs}/{name}")
                self.left_out(pattern, expose=self.shared)
                machine.run("rm", "-r", f"{theirs}/{name}")
            os.chown(owned, 0, 0)

    def test_what_others_have_replaced_is_left_out(self):
        os.unlink(self.file)
        os.chown(self.shared, NOBODY, NOBODY)
        for plant, pattern in ((os.mkfifo, "is a FIFO, which cannot be copied"),
                               (make_big, "it has more than 64 MiB")):
            plant(self.file)
            self.left_out(pattern, expose=self.file)
            os.unlink(self.file)
        os.mkfifo(self.file)
        for option in ("names", "program"):
            self.left_out("is not a regular file", expose=f"{self.file},{option}")

    def test_names_of_no_end(self):
        """In a namespace, too: what is made there is in memory."""
        self.isolation = "namespace"
        make_big(self.file)
        self.refused(f"{self.file} is too large", expose=f"{self.file},names")
        os.chown(self.file, NOBODY, NOBODY)
        self.left_out(f"{self.file} is too large", expose=f"{self.file},names:/etc/passwd,names")

    def grow(self, in_time, done):
        """Once the copy has begun, for which it was small enough; in time, if it goes on after that."""
        copy = f"{self.place}/.file.chrootshim"
        while not done.is_set():
            with contextlib.suppress(FileNotFoundError):
                if os.stat(copy).st_size:
                    os.truncate(self.file, 512 << 20)
                    if os.stat(copy).st_size < 60 << 20:
                        in_time.set()
                    return

    def grown_in_time(self):
        """Tell whether it was; then it is left out."""
        os.truncate(self.file, 60 << 20)
        in_time, done = threading.Event(), threading.Event()
        grower = threading.Thread(target=self.grow, args=(in_time, done))
        grower.start()
        with self.server(expose=self.file) as server:
            said = server.lines("warning|error")
        done.set()
        grower.join()
        os.unlink(server.log)
        if in_time.is_set():
            line, = said
            assert re.match("error: left out: .*file: it has more than 64 MiB", line)
            assert os.listdir(self.place) == []
        else:
            shutil.rmtree(self.place)
        return in_time.is_set()

    def test_a_file_that_grows_while_it_is_copied(self):
        os.chown(self.file, NOBODY, NOBODY)
        wait_until(self.grown_in_time, "a file that grows in the middle of its copy")

    def test_no_room(self):
        machine.run("mount", "-t", "tmpfs", "-o", "size=256k,mode=755", "tmpfs", self.tree.jail)
        self.cleanups.callback(machine.run, "umount", self.tree.jail)
        big = self.tree.write("big", "x" * 1000000)
        self.refused(f"{big} cannot be copied into the jail: big: it cannot be written: No space "
                     "left on device: make room", expose=big)
        self.assert_tidy()
