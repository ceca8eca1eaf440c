"""The process that brings changes to running workers: its life, and what the server sees of it."""
# SPDX-License-Identifier: Apache-2.0
import errno
import os
import re
import shutil
import signal
import time

import pytest

import machine
import processes
from apache import Apache
from forker import ForkerTest
from load import descriptors
from processes import wait_until
from tree import NOBODY

ISOLATIONS = ("chroot", "namespace")


def setup_module():
    machine.own_mounts()
    # What others do in the directory of all trees would wake the refresher.
    machine.own_empty("/srv")


def switches(pid):
    return int(processes.status(pid, "voluntary_ctxt_switches"))


class RefresherTest(ForkerTest):

    isolation = "namespace"

    def started(self, **settings):
        """A server that has forked, and its refresher."""
        server = self.server(**{"expose": self.shared, **settings})
        assert server.fork(self.file) == "the first\n"
        refresher, = processes.refreshers(server.pid)
        return server, refresher

    def gone(self, pid):
        wait_until(lambda: processes.collect() or not os.path.exists(f"/proc/{pid}"),
                   f"the end of process {pid}")


@pytest.mark.parametrize("isolation", ISOLATIONS)
class TestLife(RefresherTest):

    def test_the_server_does_not_see_it(self, isolation):
        """No SIGCHLD, no child that wait() finds, no group, no session, none of its descriptors."""
        server, refresher = self.started(isolation=isolation)
        server.fork()
        assert server.told == server.forks
        assert os.getsid(refresher) == os.getpgid(refresher) == refresher
        assert os.getsid(server.pid) != refresher
        held = descriptors(refresher)
        assert not [link for link in held if link.startswith(("socket:", "pipe:"))], held
        assert len(held) < 14, held
        assert os.readlink(f"/proc/{refresher}/cwd") == "/"

    def test_it_ends_with_its_master(self, isolation):
        for number in (signal.SIGKILL, signal.SIGTERM):
            server, refresher = self.started(isolation=isolation)
            os.kill(server.pid, number)
            self.gone(refresher)
            os.unlink(server.log)

    def test_another_one_is_started_where_it_was_killed(self, isolation):
        server, refresher = self.started(isolation=isolation)
        os.kill(refresher, signal.SIGKILL)
        wait_until(lambda: not processes.alive(refresher), "its end")
        machine.write(self.file, "the second\n")
        # This fork brings it by itself.
        assert server.ask(self.file) == "the second\n"
        assert server.lines("warning|error") == [
            "warning: the process that brings changes to running workers has ended, by signal 9: "
            "another one is started"]
        server.settle()
        other, = processes.refreshers(server.pid)
        assert other != refresher
        machine.write(self.file, "the third\n")
        server.settle()
        assert server.ask(self.file) == "the third\n"
        assert server.told == server.forks

    def test_it_hangs(self, isolation):
        """Told once each time: nothing that changes reaches any worker meanwhile."""
        server, refresher = self.started(isolation=isolation)
        for number in range(1, 3):
            os.kill(refresher, signal.SIGSTOP)
            machine.write(self.file, f"{number}\n")
            wait_until(lambda: server.ask() or len(server.lines("hangs: .* file systems")) == number,
                       "a line")
            server.ask()
            os.kill(refresher, signal.SIGCONT)
            assert server.fork(self.file) == f"{number}\n"
        assert len(server.lines("warning|error")) == 2

    def test_no_worker_can_write_to_what_it_shares_with_its_master(self, isolation):
        """A child of the master is not given it (MADV_DONTFORK)."""
        server, _ = self.started(isolation=isolation)
        shared = processes.read(f"/proc/{server.pid}/smaps").split("/dev/zero (deleted)")[1:]
        kept = [part for part in shared if " dc " in re.search("VmFlags:.*", part)[0]]
        assert len(kept) == 1

    def test_the_next_program_of_the_same_process_does_without(self, isolation):
        """php-fpm executes itself; what is left would know the workers of the program before."""
        program = (
            "import os, socket, sys\n"
            "listener = socket.create_server(('127.0.0.1', 0))\n"
            "with open(sys.argv[1], 'w') as file: file.write(str(os.getpid()))\n"
            "if os.fork() == 0: os._exit(0)\n"
            "os.wait()\n"
            "path = f'/proc/self/task/{os.getpid()}/children'\n"
            "print(open(path).read(), flush=True)\n"
            "os.execv('/bin/sh', ['sh', '-c', 'read children <$0; echo $children', path])\n")
        result = self.tree.run("/usr/bin/python3", "-B", "-c", program, self.tree.pidfile,
                               expose=self.shared, isolation=isolation)
        refresher, after = result.stdout.splitlines()
        assert refresher.strip().isdigit(), result.stderr
        assert after == ""

    def test_none_where_nothing_can_change(self, isolation):
        server = self.server(isolation=isolation, services="files:tmp")
        server.fork()
        assert processes.all_children(server.pid) == []

    def test_a_signal_to_the_group_does_not_reach_it(self, isolation):
        server, refresher = self.started(isolation=isolation)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            os.kill(refresher, number)
        server.fork()
        assert processes.refreshers(server.pid) == [refresher]


@pytest.mark.parametrize("isolation", ISOLATIONS)
class TestIdle(ForkerTest):
    """Nobody wakes up while nothing happens."""

    exposed = 20

    def test_no_wake_ups(self, isolation):
        paths = [self.tree.write(f"many/{number}/file", "text\n") for number in range(self.exposed)]
        server = self.server(expose=":".join(paths), isolation=isolation)
        server.fork()
        refresher, = processes.refreshers(server.pid)

        def at_rest():
            """How often both have gone to sleep, once neither is on its way there any more."""
            before = switches(refresher), switches(server.pid)
            time.sleep(0.3)
            return before if before == (switches(refresher), switches(server.pid)) else None

        before = wait_until(at_rest, "a server and a refresher at rest")
        time.sleep(3)
        assert (switches(refresher), switches(server.pid)) == before

    def test_events_without_end_do_not_keep_it_busy(self, isolation):
        """Whoever can write to the directory of a source makes a few rounds a second, no more."""
        server = self.server(expose=self.file, isolation=isolation)
        server.fork()
        begin, number = time.monotonic(), 0

        def rounds():
            return len(server.lines(f"{self.file} again"))

        # The pause follows from what a round costs, so the first one may be late.
        while (passed := time.monotonic() - begin) < 2 or (not rounds() and passed < 30):
            machine.write(self.file, f"{number}\n")
            number += 1
        assert 1 <= rounds() < 15 * passed
        assert number > 3 * rounds()
        assert server.fork(self.file) == f"{number - 1}\n"


class TestBusy(ForkerTest):
    """Whoever makes events cannot keep a processor busy: a pause is eight times as long as a round."""

    def share(self, refresher, step, seconds=4):
        """What the refresher and its children use of a processor while a step is made often."""
        def used():
            words = processes.read(f"/proc/{refresher}/stat").rsplit(")", 1)[1].split()
            return sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")

        step()
        before, begin = used(), time.monotonic()
        while time.monotonic() < begin + seconds:
            step()
            time.sleep(0.05)
        return (used() - before) / (time.monotonic() - begin)

    def share_of_mounts(self, expose):
        """The same, while something is mounted that has nothing to do with what is exposed."""
        server = self.server(expose=expose)
        server.fork()
        refresher, = processes.refreshers(server.pid)
        os.mkdir(f"{self.tree.path}/other")

        def step():
            machine.run("mount", "-t", "tmpfs", "none", f"{self.tree.path}/other")
            machine.run("umount", f"{self.tree.path}/other")

        return self.share(refresher, step)

    def test_a_big_tree(self):
        """It is not walked for each mount."""
        for number in range(9000):
            os.makedirs(f"{self.shared}/{number % 90}/{number}")
        assert self.share_of_mounts(self.shared) < 0.05

    def test_many_ways(self):
        """To look for changes is work as well, also where there are none."""
        paths = [self.tree.write(f"{number}/f", "text\n") for number in range(2500)]
        assert self.share_of_mounts(":".join(paths)) < 0.16


class TestWatches(ForkerTest):
    """The kernel has so many for each user: root's other programs need some as well."""

    def watched(self, pid):
        """How many directories and files the process watches."""
        fds = [fd for fd, link in processes.open_links(pid).items() if link == "anon_inode:inotify"]
        return sum(processes.read(f"/proc/{pid}/fdinfo/{fd}").count("inotify wd:") for fd in fds)

    def refresher(self, **settings):
        server = self.server(expose=self.shared, **settings)
        server.fork()
        pid, = processes.refreshers(server.pid)
        return server, pid

    def make(self, count, name="inner"):
        for number in range(count):
            os.makedirs(f"{self.shared}/{name}/{number % 150}/{number}")

    def test_no_more_than_may_be_copied(self, cleanups):
        """An error line says that there is more; the copy stays as it was."""
        memory = f"{self.tree.path}/memory"
        self.shared, many = f"{memory}/shared", f"{memory}/many"
        os.mkdir(memory)
        machine.run("mount", "-t", "tmpfs", "none", memory)
        cleanups.callback(machine.run, "umount", "--lazy", memory)
        os.mkdir(self.shared)
        for number in range(21000):
            os.makedirs(f"{many}/{number % 150}/{number}")
        server, refresher = self.refresher()
        os.rename(many, f"{self.shared}/many")
        server.fork()
        assert 19000 < self.watched(refresher) < 20100

    @pytest.fixture
    def few(self, cleanups):
        """The machine has few for each user, as far as one can read."""
        path = "/proc/sys/fs/inotify/max_user_watches"
        machine.run("mount", "--bind", self.tree.write("few", "400\n"), path)
        cleanups.callback(machine.run, "umount", path)

    def test_half_of_them(self, few):
        self.make(300)
        server, refresher = self.refresher()
        assert 190 < self.watched(refresher) <= 210
        for number in range(3):
            self.make(1, f"{number}")
            server.fork()
        assert self.watched(refresher) <= 210
        assert len(server.lines("cannot be watched: raise fs.inotify")) == 1

    def test_what_is_moved_away_takes_none(self, few):
        """More directories come and go than half of all, and what comes last is watched."""
        server, refresher = self.refresher()
        for number in range(10):
            self.make(20)
            server.fork()
            os.rename(f"{self.shared}/inner", f"{self.tree.path}/gone{number}")
            server.fork()
        last = self.tree.write("shared/inner/7/last", "text\n")
        server.fork()
        machine.write(last, "other text\n")
        wait_until(lambda: processes.read(self.tree.jail + last) == "other text\n", "a copy")
        assert self.watched(refresher) <= 210
        assert server.lines("warning|error") == []


class TestKernel(ForkerTest):
    """Where the kernel cannot do all of it."""

    isolation = "namespace"

    def served(self, *wrapper, **settings):
        program = self.tree.compile("answer_calls")
        server = self.server(wrapper=[program, *map(str, wrapper)], **{"expose": self.shared, **settings})
        assert server.fork(self.file) == "the first\n"
        return server

    def replace(self, server, text, waits=True):
        shutil.rmtree(self.shared)
        self.tree.write("shared/file", text)
        assert server.fork(self.file) == text

    def test_no_mount_beneath(self):
        """Before Linux 6.5."""
        os.mkdir(f"{self.shared}/inner")
        server = self.served("move_mount", errno.EINVAL,
                             expose=f"{self.shared}:{self.tree.path}/other")
        for number in range(3):
            self.replace(server, f"{number}\n")
        assert server.lines("warning|error") == [
            f"warning: expose waits for {self.tree.path}/other: it comes when it is there"]

    def test_no_watch_left(self):
        """fs.inotify.max_user_watches: it is told once, and the fork looks."""
        server = self.served("inotify_add_watch", errno.ENOSPC)
        for number in range(3):
            self.replace(server, f"{number}\n")
        assert len(server.lines("warning: .* cannot be watched: raise fs.inotify")) == 1

    def test_no_inotify(self):
        """It ends each time: at last none is started any more. The forks go on as before."""
        server = self.served("inotify_init1", errno.EMFILE)
        for number in range(12):
            self.replace(server, f"{number}\n")
        assert len(server.lines("again and again")) == 1
        assert processes.refreshers(server.pid) == []


    @pytest.mark.parametrize("call", ("pidfd_open", "signalfd4"))
    def test_a_call_is_refused(self, call):
        """The line names it."""
        server = self.served(call, errno.EPERM)
        self.replace(server, "other\n")
        assert server.lines(rf"warning: {call}\(\) fails: .*SystemCallFilter=")

    @pytest.mark.parametrize("call", ("inotify_init1", "pidfd_open"))
    def test_a_filter_kills_it(self, call):
        server = self.served(call, "kill")
        self.replace(server, "other\n")
        assert server.lines(r"warning: .* has ended, by signal 31 \(.*SystemCallFilter=.*\): another")


class TestRootless(ForkerTest):
    """A server that an ordinary user has started has one as well."""

    def test_a_copy_follows(self):
        for path in (self.tree.jail, f"{self.tree.path}/run"):
            os.chmod(path, 0o755)
            os.chown(path, NOBODY, NOBODY)
        self.tree.write("later", "")
        os.chown(f"{self.tree.path}/later", NOBODY, NOBODY)
        wrapper = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        server = self.server(wrapper=wrapper, expose=self.file, ownership="warn",
                             log=f"{self.tree.path}/later")
        server.ask()
        server.settle()
        refresher, = processes.refreshers(server.pid)
        machine.write(self.file, "the second\n")
        wait_until(lambda: processes.read(self.copy) == "the second\n", "a copy")
        os.kill(server.pid, signal.SIGKILL)
        wait_until(lambda: processes.collect() or not os.path.exists(f"/proc/{refresher}"),
                   "its end")


class TestPipe(ForkerTest):
    """Who reads the log from a pipe finds its end when the server lets go of it."""

    def test_one_that_cannot_be_opened_anew(self):
        """Root's, while the server is another user: its lines are lost."""
        for path in (self.tree.jail, f"{self.tree.path}/run"):
            os.chmod(path, 0o755)
            os.chown(path, NOBODY, NOBODY)
        wrapper = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        server = self.server(wrapper=wrapper, expose=self.file, ownership="warn", log="stderr")
        server.ask()
        server.settle()
        refresher, = processes.refreshers(server.pid)
        assert [link for link in descriptors(server.pid) if link.startswith("pipe:")]
        assert not [link for link in descriptors(refresher) if link.startswith("pipe:")]
        machine.write(self.file, "the second\n")
        wait_until(lambda: processes.read(self.copy) == "the second\n", "a copy")


class TestLog(RefresherTest):
    """Lines of the refresher are where the server's are."""

    @pytest.fixture(autouse=True)
    def own_apache(self, cleanups):
        self.apache = cleanups.enter_context(Apache("event", settings={
            "isolation": "namespace", "log_level": "info"}))
        self.exposed = self.apache.write("exposed", "1\n")
        self.apache.settings["expose"] = self.exposed
        self.apache.start()
        wait_until(lambda: processes.refreshers(self.apache.master()), "a refresher")

    def told(self, name):
        return processes.read(f"{self.apache.tree}/log/{name}").count(
            f"{self.exposed} again: it has been replaced")

    def test_a_rotated_error_log(self):
        machine.write(self.exposed, "2\n")
        wait_until(lambda: self.told("error.log") == 1, "a line")
        os.rename(f"{self.apache.tree}/log/error.log", f"{self.apache.tree}/log/old.log")
        self.apache.graceful()
        machine.write(self.exposed, "3\n")
        wait_until(lambda: self.told("error.log") == 1, "a line")
        assert self.told("old.log") == 1

    def test_reload_and_stop(self):
        """The same one goes on; at the end nobody is left."""
        master = self.apache.master()
        before = processes.refreshers(master)
        self.apache.graceful()
        self.apache.renew("restart")
        assert processes.refreshers(master) == before
        self.apache.stop()
        wait_until(lambda: processes.collect() or not processes.descendants(os.getpid()),
                   "the end of all processes")
