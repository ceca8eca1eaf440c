"""What a worker puts at a mount point, or at a copy's place: the server starts without."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import ctypes
import os
import shutil

import pytest

import machine
import processes
from apache import WORKER_USER, Apache
from forker import ForkerTest
from processes import wait_until
from tree import NOBODY


NAME_MAX, PATH_MAX = 255, 4096
RENAME_EXCHANGE = 2

# As in shim/supply/namespace_change.c.
LOST_LIMIT = 16


def setup_module():
    machine.own_mounts()


def plant_link(path, _):
    os.symlink("/", path)


def plant_dangling_link(path, _):
    os.symlink("nowhere", path)


def plant_fifo(path, _):
    os.mkfifo(path)


def plant_other_kind(path, is_directory):
    """A file where a directory must be, a directory that is not empty where a file must be."""
    if is_directory:
        os.close(os.open(path, os.O_CREAT, 0o400))
    else:
        os.makedirs(f"{path}/below/it", mode=0o111)


def plant_mess(path, is_directory):
    """The same, with nothing that its owner might do either."""
    plant_other_kind(path, is_directory)
    for top, _, _ in os.walk(path, topdown=False):
        os.chmod(top, 0)
    os.chmod(path, 0)
    beside = f"{os.path.dirname(path)}/.{os.path.basename(path)}.chrootshim"
    os.makedirs(f"{beside}/below", exist_ok=True)


PLANTS = (plant_link, plant_dangling_link, plant_fifo, plant_other_kind, plant_mess)


def remove(path):
    for name in (path, f"{os.path.dirname(path)}/.{os.path.basename(path)}.chrootshim"):
        if os.path.isdir(name) and not os.path.islink(name):
            shutil.rmtree(name)
        else:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)


class InTheWayTest(ForkerTest):
    """An exposed file and an exposed directory, whose place a worker owns; and one beside."""

    @pytest.fixture(autouse=True)
    def make_place(self, write_file):
        self.spared = self.tree.write("beside/file", "beside it\n")
        self.tree.write("shared/deep/file", "deep\n")
        # What is exposed: the path, whether it is a directory, and what is read of it.
        self.sources = ((self.file, False, self.file),
                        (f"{self.shared}/deep", True, f"{self.shared}/deep/file"))
        self.expose = f"{self.file}:{self.shared}/deep:{self.spared}"
        os.makedirs(self.place)
        os.chown(self.place, NOBODY, NOBODY)

    def cases(self):
        for source, is_directory, path in self.sources:
            for plant in PLANTS:
                yield plant, self.tree.jail + source, is_directory, path
                remove(self.tree.jail + source)

    def assert_host_untouched(self):
        assert processes.read(self.file) == "the first\n"
        assert processes.read(f"{self.shared}/deep/file") == "deep\n"

    def is_replaced(self, plant, is_directory):
        """A copy of a file takes the place of what is no directory."""
        return False


class InTheWay:
    """In either isolation."""

    def test_at_the_start(self):
        for plant, place, is_directory, path in self.cases():
            remove(place)
            plant(place, is_directory)
            with self.server(expose=self.expose) as server:
                told = 0 if self.is_replaced(plant, is_directory) else 1
                assert len(server.lines("error: left out: ")) == told, plant
                assert len(server.lines("error|warning")) == told
                assert server.fork(self.spared) == "beside it\n"
            os.unlink(server.log)
            self.assert_host_untouched()

    def test_at_a_refresh(self):
        for plant, place, is_directory, path in self.cases():
            remove(place)
            with self.server(expose=self.expose) as server:
                before = server.fork(path)
                assert before
                remove(place)
                plant(place, is_directory)
                # All is brought anew, in a mount namespace as well.
                for source in (self.file, f"{self.shared}/deep", self.spared):
                    self.replace(source)
                assert server.fork(self.spared) == "beside it\n"
                told = 0 if self.is_replaced(plant, is_directory) else 1
                assert len(server.lines("error: ")) == told, plant
                # It is tried again, and comes back by itself.
                if told:
                    remove(place)
                assert server.fork(path) == before
                assert len(server.lines("error: ")) == told
            os.unlink(server.log)
            self.assert_host_untouched()

    def test_what_root_put_wrong_stays_an_error(self):
        os.chown(self.place, 0, 0)
        for plant, place, is_directory, _ in self.cases():
            if not self.is_replaced(plant, is_directory) and plant is not plant_fifo:
                remove(place)
                plant(place, is_directory)
                self.refused("", expose=self.expose)

    @staticmethod
    def replace(source):
        """Another inode, with the same content."""
        os.rename(source, f"{source}.old")
        (shutil.copytree if os.path.isdir(f"{source}.old") else shutil.copy2)(
            f"{source}.old", source)
        (shutil.rmtree if os.path.isdir(source) else os.unlink)(f"{source}.old")


class TestCopies(InTheWay, InTheWayTest):
    """isolation = "chroot"."""

    def is_replaced(self, plant, is_directory):
        return not is_directory and plant in (plant_link, plant_dangling_link, plant_fifo)


class TestRootless(InTheWayTest):
    """A server that an ordinary user has started: its workers are the same user."""

    def test_at_the_start(self):
        place = self.tree.jail + self.tree.path
        for path in (place, f"{place}/shared"):
            os.chown(path, NOBODY, NOBODY)
        for source, is_directory, _ in self.sources:
            remove(self.tree.jail + source)
            plant_other_kind(self.tree.jail + source, is_directory)
            result = self.tree.run(self.tree.put_server(), "listen", user=NOBODY, expose=source)
            assert result.returncode == 0, result.stderr
            assert result.stderr.count("error: left out: ") == 1
            remove(self.tree.jail + source)


class TestMountPoints(InTheWay, InTheWayTest):
    """isolation = "namespace"."""

    isolation = "namespace"

    def is_replaced(self, plant, is_directory):
        """A file can be mounted on whatever is no directory."""
        return not is_directory and plant is plant_fifo


class TestExchanged(ForkerTest):
    """What a worker renames in the jail takes the mounts in it along."""

    isolation = "namespace"

    def test_no_other_mount_is_touched(self):
        sources = [self.tree.write(f"{name}/file", f"{name}\n") for name in ("one", "two")]
        server = self.server(expose=":".join(sources))
        assert [server.fork(path) for path in sources] == ["one\n", "two\n"]
        places = [os.path.dirname(self.tree.jail + path) for path in sources]
        for place in places:
            os.chown(place, NOBODY, NOBODY)
        self.exchange(places)
        machine.write(sources[0], "another\n")
        # The new one is not mounted on that of the other, nor in its place; and the old one is gone.
        assert [server.fork(path) for path in sources] == ["two\n", ""]
        assert server.lines("error") == server.lines(
            f"left out: .*{sources[0]}: another exposed path is mounted in its place")
        assert len(server.lines("error")) == 1
        self.exchange(places)
        assert [server.fork(path) for path in sources] == ["another\n", "two\n"]

    @staticmethod
    def exchange(places):
        names = [place.encode() for place in places]
        assert ctypes.CDLL(None).renameat2(-1, names[0], -1, names[1], RENAME_EXCHANGE) == 0

    def test_mounts_do_not_pile_up(self):
        """A worker takes its mount away, again and again."""
        server = self.server(expose=self.file)
        server.fork()
        before = self.mounts(server)
        for number in range(20):
            os.rename(self.place, f"{self.place}.{number}")
            machine.write(self.file, f"{number}\n")
            assert server.fork(self.file) == f"{number}\n"
        assert self.mounts(server) == before
        assert server.lines("warning|error") == []

    def move_out_of_reach(self):
        """To where the path of the mount point is longer than any that can be opened."""
        deep = os.open(self.tree.jail, os.O_PATH)
        for _ in range(PATH_MAX // NAME_MAX + 1):
            with contextlib.suppress(FileExistsError):
                os.mkdir("d" * NAME_MAX, dir_fd=deep)
            above, deep = deep, os.open("d" * NAME_MAX, os.O_PATH, dir_fd=deep)
            os.close(above)
        os.rename(self.place, str(len(os.listdir(f"/proc/self/fd/{deep}"))), dst_dir_fd=deep)
        os.close(deep)

    def test_what_cannot_be_taken_away_does_not_pile_up(self):
        """It is told once, and what it is about is brought a few times more, not for ever."""
        server = self.server(expose=self.file)
        server.fork()
        for number in range(20):
            self.move_out_of_reach()
            machine.write(self.file, f"{number}\n")
            if server.fork(self.file) != f"{number}\n":
                break
        assert number == LOST_LIMIT
        kept, refused = server.lines("warning|error")
        assert kept.startswith("error: workers keep what they have: ")
        assert f"{self.file}: its mount in the jail cannot be reached any more" in kept
        assert f"{self.file}: its mount point was moved away again and again" in refused

    def test_what_is_gone_and_cannot_be_taken_away_is_told(self):
        """Or who has taken a secret away believes that no worker reads it."""
        server = self.server(expose=self.file)
        server.fork()
        self.move_out_of_reach()
        os.unlink(self.file)
        server.fork()
        assert len(server.lines("error: workers keep what they have: ")) == 1

    @staticmethod
    def mounts(server):
        """Of the workers' namespace, which the refresher holds."""
        refresher, = processes.refreshers(server.pid)
        link, = [f"fd/{fd}" for fd, link in processes.open_links(refresher).items()
                 if link.startswith("mnt:")]
        return machine.all_mounts(refresher, link)


# Runs in the jail as a worker does. What is mounted cannot be renamed, but what is above it can.
PLANTER = """\
#!/bin/busybox sh
echo Content-Type: text/plain
echo
cd {place} && /bin/busybox mv way way.away && case $QUERY_STRING in
link) /bin/busybox ln -s / way;;
fifo) /bin/busybox mkfifo way;;
file) /bin/busybox touch way;;
esac && echo planted
"""


class TestRealWorkers:
    """Apache's workers plant by themselves, in a CGI program: the next ones serve."""

    @pytest.fixture(params=("chroot", "namespace"), autouse=True)
    def serve(self, request):
        with Apache("prefork", settings={"isolation": request.param}) as self.apache:
            apache = self.apache
            self.file = apache.write("exposed/way/file", "what is exposed\n")
            self.place = f"{apache.jail}{apache.tree}/exposed"
            for path in (self.place, f"{apache.jail}/bin"):
                os.makedirs(path)
            shutil.chown(self.place, WORKER_USER, WORKER_USER)
            shutil.copy("/bin/busybox", f"{apache.jail}/bin/busybox")
            apache.write("jail/plant", PLANTER.format(place=f"{apache.tree}/exposed"), 0o755)
            apache.settings["expose"] = self.file
            apache.configure("ScriptAlias /plant {jail}/plant\n", ("cgi", "alias"))
            apache.start()
            yield

    def read_by_a_worker(self):
        """What a worker has at the path of what is exposed."""
        return processes.read(f"/proc/{self.apache.workers()[0]}/root{self.file}")

    def assert_serves(self):
        assert self.apache.get("/").text == "the index page\n"
        wait_until(lambda: "/exposed/way is " in self.apache.error_log(), "a line")

    @pytest.mark.parametrize("what", ("link", "fifo", "file"))
    def test_the_next_generation_and_the_next_start(self, what):
        apache = self.apache
        assert self.read_by_a_worker() == "what is exposed\n"
        assert apache.get(f"/plant?{what}").text == "planted\n"
        machine.write(self.file, "what is new\n")
        apache.graceful()
        self.assert_serves()
        assert self.read_by_a_worker() != "what is new\n"
        apache.stop()
        apache.start()
        self.assert_serves()
        os.unlink(f"{self.place}/way")
        apache.graceful()
        wait_until(lambda: self.read_by_a_worker() == "what is new\n", "the new")
