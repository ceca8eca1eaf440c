"""What changes outside reaches the worker that runs: what is peculiar to mounts."""
# SPDX-License-Identifier: Apache-2.0
import ctypes
import os
import shutil
import socket
import threading

import machine
import processes
from cases import ServerTest
from processes import wait_until
from test_refresh import ONE_WORKER

RENAME_EXCHANGE = 2


def setup_module():
    machine.own_mounts()


class TestMounted(ServerTest):
    """Sockets, what lies one in the other, names, what is read-only."""

    mpms = ("prefork",)
    settings = {"isolation": "namespace", "log_level": "info", "read_only": "true"}
    extra = ONE_WORKER

    @classmethod
    def prepare(cls):
        apache = cls.apache
        cls.outer, cls.inner = f"{apache.tree}/outer", f"{apache.tree}/outer/inner"
        cls.absent = f"{apache.tree}/absent"
        for path in (cls.inner, f"{cls.absent}/inner"):
            os.makedirs(path)
        apache.write("outer/file", "the first\n")
        apache.write("inner/file", "in it\n")
        cls.names = apache.write("passwd", "a:secret:1:1:::\n")
        cls.run = f"{apache.tree}/run/service"
        os.mkdir(cls.run)
        apache.settings |= {"log": f"{apache.tree}/log/shim.log", "expose": ":".join((
            cls.outer, f"{cls.inner},writable", f"{cls.names},names", cls.run,
            f"{cls.absent}/inner/none"))}
        apache.wait_ready = lambda workers: type(apache).wait_ready(apache, 1)

    @property
    def worker(self):
        worker, = self.apache.workers()
        return worker

    def inside(self, path):
        return f"/proc/{self.worker}/root{path}"

    def comes(self, path, text):
        wait_until(lambda: processes.read(self.inside(path)) == text,
                   f"{text!r} at {path}: {processes.read(self.apache.settings['log'])}")

    def mounts(self):
        return machine.all_mounts(self.worker)

    def mounts_are(self, expected):
        wait_until(lambda: self.mounts() == expected, f"{set(expected)}")

    def test_a_socket_directory_made_anew(self):
        """The worker's own user connects, in its jail."""
        for _ in range(3):
            shutil.rmtree(self.run)
            os.mkdir(self.run)
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(f"{self.run}/socket")
                os.chmod(f"{self.run}/socket", 0o777)
                listener.listen()
                wait_until(self.connects, "a connection")

    def test_something_is_mounted_over_a_source(self):
        """inotify does not tell of it."""
        other = f"{self.apache.tree}/mounted"
        os.mkdir(other)
        machine.write(f"{other}/socket", "of the mount\n")
        for number in range(2):
            machine.run("mount", "--bind", other, self.run)
            self.comes(f"{self.run}/socket", "of the mount\n")
            # The refresher may be looking at it.
            machine.run("umount", "--lazy", self.run)
            wait_until(lambda: processes.read(self.inside(f"{self.run}/socket")) == "",
                       "what was there before")

    def connects(self):
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(self.inside(f"{self.run}/socket"))
            except OSError:
                return False
        return True

    def test_what_lies_in_what_is_replaced_stays(self):
        before = self.mounts()
        for number in range(4):
            os.rename(self.outer, f"{self.outer}.{number}")
            os.makedirs(self.inner)
            machine.write(f"{self.outer}/file", f"{number}\n")
            machine.write(f"{self.inner}/file", f"inner {number}\n")
            self.comes(f"{self.outer}/file", f"{number}\n")
            self.comes(f"{self.inner}/file", f"inner {number}\n")
        self.mounts_are(before)
        # The mount point lies outside, and takes the mount along.
        os.rename(self.inner, f"{self.inner}.away")
        self.mounts_are({place: mount for place, mount in before.items()
                         if place != self.jail_place(self.inner)})
        os.mkdir(self.inner)
        self.mounts_are(before)

    def test_an_outer_one_that_goes_and_comes(self):
        before = self.mounts()
        for number in range(3):
            os.rename(self.outer, f"{self.outer}.away")
            wait_until(lambda: self.jail_place(self.outer) not in self.mounts(), "its end")
            os.rename(f"{self.outer}.away", self.outer)
            self.mounts_are(before)

    def jail_place(self, path):
        return self.apache.jail + path

    def test_at_no_moment_it_is_not_there(self):
        """Nor what lies in it; outside, two directories change places."""
        other = f"{self.apache.tree}/other"
        machine.write(f"{self.inner}/file", "text\n")
        machine.write(f"{self.outer}/file", "text\n")
        self.comes(f"{self.inner}/file", "text\n")
        shutil.copytree(self.outer, other)
        paths = [self.inside(f"{self.outer}/file"), self.inside(f"{self.inner}/file")]
        done, missed, reads = threading.Event(), [], []

        def read():
            while not done.is_set():
                found = [processes.read(path) for path in paths]
                reads.append(found)
                missed.extend(text for text in found if text != "text\n")
                # The outer one has all of it as well, but read-only.
                if os.statvfs(paths[1]).f_flag & os.ST_RDONLY:
                    missed.append("the mount within")

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        try:
            for _ in range(12):
                before = os.stat(self.inside(self.outer)).st_ino
                assert ctypes.CDLL(None).renameat2(-1, self.outer.encode(), -1, other.encode(),
                                                   RENAME_EXCHANGE) == 0
                wait_until(lambda: os.stat(self.inside(self.outer)).st_ino != before, "the other one")
            wait_until(lambda: len(reads) > 100, "many looks")
        finally:
            done.set()
            for reader in readers:
                reader.join()
        assert missed == []

    def test_names_are_made_again(self):
        for number in range(3):
            with open(self.names, "a") as file:
                file.write(f"b{number}:secret:2:2:::\n")
            self.comes(self.names, "a:x:1:1:::\n" + "".join(
                f"b{before}:x:2:2:::\n" for before in range(number + 1)))
        machine.write(self.names, "c:secret:3:3:::\n")
        self.comes(self.names, "c:x:3:3:::\n")

    def test_a_mount_point_is_made_in_a_read_only_jail(self):
        machine.write(f"{self.absent}/inner/none", "it is there\n")
        self.comes(f"{self.absent}/inner/none", "it is there\n")
        place = self.jail_place(f"{self.absent}/inner/none")
        assert "ro" in self.mounts()[place][1]
