"""
The life of a server: what each row is put through, bare and in each mode, with the same outcome.

What a server has besides (a roll-back, its cache, its own chroot) is tried in its own file.
"""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import http.client
import os
import stat
import threading

import pytest

import processes
from chrootshim import chrootshim
from processes import wait_until
from row import BARE, Row, RowTest

# What a jail is left by, as no worker may hold it (capabilities(7)).
CAP_SYS_CHROOT, CAP_SYS_ADMIN, CAP_SYS_PTRACE = 1 << 18, 1 << 21, 1 << 19
WAY_OUT = CAP_SYS_CHROOT | CAP_SYS_ADMIN | CAP_SYS_PTRACE


class Clients:
    """Clients that ask again and again until the block ends, and count the answers that differ."""

    def __init__(self, server, number=4):
        self.server, self.expected = server, server.ask()
        self.good, self.bad, self.ended = 0, [], False
        self.threads = [threading.Thread(target=self.work) for _ in range(number)]

    def work(self):
        while not self.ended:
            try:
                answer = self.server.ask()
            except (OSError, http.client.HTTPException) as error:
                answer = error
            if answer == self.expected:
                self.good += 1
            else:
                self.bad.append(answer)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.wait()
        return self

    def __exit__(self, *_):
        self.ended = True
        for thread in self.threads:
            thread.join(60)

    def wait(self, number=50):
        """Until so many more have had their answer."""
        before = self.good
        wait_until(lambda: self.good >= before + number,
                   f"{number} answers: {self.bad[-3:]}: {self.server.told()}")


def identity(path):
    """Device and inode, by which two names are the same directory."""
    found = os.stat(path)
    return found.st_dev, found.st_ino


def open_files(pid):
    """What a process holds open: a number and what stat() says of it."""
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            yield number, os.stat(f"/proc/{pid}/fd/{number}")
        except OSError:
            # It has been closed, or leads to no file.
            continue


def directories(pid):
    """The directories that a process holds open: number by identity."""
    return {number: (found.st_dev, found.st_ino) for number, found in open_files(pid)
            if stat.S_ISDIR(found.st_mode)}


def holds(pid, file):
    """Does a process have this file open, which is an identity?"""
    try:
        return any((found.st_dev, found.st_ino) == file for _, found in open_files(pid))
    except OSError:
        # The process has ended.
        return False


# Of linux/tcp_states.h, as /proc/net/tcp shows them: the server has not closed its end.
ESTABLISHED, CLOSE_WAIT = "01", "08"


def has_clients(port):
    """Does a server have a connection to this port which it has not closed yet?"""
    connections = [line.split() for line in processes.read("/proc/net/tcp").splitlines()[1:]]
    return any(local.endswith(f":{port:04X}") and state in (ESTABLISHED, CLOSE_WAIT)
               for _, local, _, state, *_ in connections)


def below(jail):
    """The identities of a jail and of all directories in it."""
    return {identity(folder) for folder, _, _ in os.walk(jail)}


def ids(pid):
    """The user, group and supplementary groups of a process."""
    return processes.status(pid, "Uid"), processes.status(pid, "Gid"), processes.status(pid, "Groups")


class Refusal(RowTest, Row):
    """The test of a row that works in no mode; those that work in some have it, too."""

    def test_refused(self):
        """Where the table says so, it does not serve but ends, and the line says why."""
        for mode in self.modes(refused=True):
            server = self.life(mode)
            cell = getattr(server, mode)
            server.launch()
            wait_until(lambda: cell in server.told(), f"{cell}: {server.told()}")
            if server.refused_status is None:
                with pytest.raises((OSError, http.client.HTTPException)):
                    server.ask()
            else:
                assert server.process.wait(60) == server.refused_status, server.told()
                wait_until(lambda: processes.collect() or not processes.descendants(os.getpid()),
                           f"the end of all its processes: {server.told()}")
            processes.end_all()


class Life(Refusal):
    """The tests of every row. A class of a row is a Life with a name that pytest takes: TestNginx."""

    # Is a reload, or an upgrade, without any request that fails, by the server's own manual?
    lossless_reload = lossless_upgrade = False
    # Has it given up CAP_SETPCAP before it is jailed? Then no_new_privs alone holds it.
    keeps_bounding_set = False
    # Does the bare server go on when a worker is killed?
    outlives_kill = True

    def begin(self, mode):
        server = self.life(mode)
        server.start()
        return server

    def assert_jailed(self, server):
        """Each worker, and none of the masters, has the jail as its root."""
        jail = identity(server.jail)

        def settled():
            workers = server.workers()
            return len(workers) >= server.least_workers and all(
                self.is_in(pid, jail) for pid in workers)

        wait_until(settled, f"workers in the jail: {server.told()}")
        for pid in set(server.masters()) - set(server.workers()):
            assert processes.root(pid) == "/", f"master {pid}"

    @staticmethod
    def is_in(pid, jail):
        try:
            return identity(f"/proc/{pid}/root/.") == jail
        except OSError:
            return False

    def assert_serves(self, server):
        """It does, with its workers in the jail."""
        wait_until(server.serves, f"an answer: {server.told()}")
        if server.mode != BARE:
            self.assert_jailed(server)

    def test_it_answers_as_it_does_bare(self, mode):
        bare = self.begin(BARE)
        expected = bare.ask()
        processes.end_all()
        server = self.begin(mode)
        assert server.ask() == expected, server.told()
        with Clients(server) as clients:
            clients.wait(200)
        assert not clients.bad, (clients.bad[:3], server.told())
        self.assert_jailed(server)

    def test_each_process(self, mode):
        """Ids as bare, no capability to leave, no directory that leads out, no new privileges."""
        server = self.begin(mode)
        self.assert_jailed(server)
        bare = None if mode == "rootless" else self.begin(BARE)
        found = {}

        def confined():
            """Of one moment: who is in the jail may be about to give up root, and the rest."""
            found.clear()
            with contextlib.suppress(OSError):
                found.update({pid: (ids(pid), self.ways_out(server, pid)) for pid in server.workers()})
            expected = {ids(pid) for pid in (bare.workers() if bare else [server.pid])}
            return {each for each, _ in found.values()} == expected and not any(
                ways for _, ways in found.values())

        wait_until(confined, "workers that are confined")

    def ways_out(self, server, pid):
        """What a worker has that it must not have."""
        found = []
        for field in ("CapPrm", "CapEff", "CapInh", "CapBnd", "CapAmb"):
            if field != "CapBnd" or not (self.keeps_bounding_set or server.mode == "rootless"):
                held = processes.status(pid, field)
                found += [f"{field} {held}"] if not held or int(held, 16) & WAY_OUT else []
        if server.settings.get("no_new_privs") != "false" and processes.status(pid, "NoNewPrivs") != "1":
            found.append("new privileges")
        inside = below(server.jail)
        return found + [f"descriptor {number}" for number, directory in directories(pid).items()
                        if directory not in inside]

    def test_the_command_says_so(self, mode):
        """`chrootshim status` finds the same workers, all jailed, and with the second wall."""
        server = self.begin(mode)
        settings = {"jail": server.jail, **{key: value for key, value in
                    server.shim_settings().items() if value is not None}}

        result = None

        def workers():
            """All, if it finds them good, and none came or went meanwhile; one may be on its way."""
            nonlocal result
            self.assert_jailed(server)
            found, result = server.workers(), chrootshim("status", settings=settings)
            return found if result.returncode == 0 and server.workers() == found else None

        found = wait_until(workers, "workers that are good")
        told = {int(words[0]): words for words in map(str.split, result.stdout.splitlines())
                if words[:1] and words[0].isdigit()}
        for pid in found:
            assert "expected" in told[pid], result.stdout

    def test_workers_that_are_killed(self, mode):
        """kill -9 of each worker under load: others come, in the jail, or it ends as it does bare."""
        if not self.outlives_kill:
            return
        server = self.begin(mode)
        self.assert_jailed(server)
        with Clients(server) as clients:
            # A master that is itself in the jail is not what is tried here.
            for pid in set(server.workers()) - {server.pid}:
                # Some end all others with it.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, 9)
                clients.wait()
        self.assert_serves(server)

    def test_reload(self, mode):
        if self.reload_signal is None:
            return
        server = self.begin(mode)
        self.assert_jailed(server)
        with Clients(server) as clients:
            for _ in range(3):
                server.reload()
                clients.wait()
        self.assert_serves(server)
        if self.lossless_reload:
            assert not clients.bad, (clients.bad[:3], server.told())

    def test_log_reopening(self, mode):
        """As logrotate does it: the log is moved away under load, and nobody writes to it any more."""
        if self.reopen_signal is None:
            return
        self.assert_reopens(self.begin(mode))

    def assert_reopens(self, server):
        self.assert_jailed(server)
        log, old = server.access_log, f"{server.access_log}.1"
        moved = identity(log)
        with Clients(server) as clients:
            os.rename(log, old)
            server.reopen()
            wait_until(lambda: not any(holds(pid, moved) for pid in
                                       server.masters() + server.workers()),
                       f"a log that nobody holds: {server.told()}")
            # A request that was on its way may have written its line before that.
            size = os.path.getsize(old)
            clients.wait(100)
        assert os.path.getsize(old) == size
        # The line of a request may be written after its answer.
        wait_until(lambda: len(processes.read(log).splitlines()) >= 100, f"lines: {server.told()}")
        assert not clients.bad, (clients.bad[:3], server.told())
        self.assert_serves(server)

    def test_upgrade(self, mode):
        """Its next version takes its place under load, twice; its workers are in the jail."""
        if self.upgrade is None:
            return
        server = self.begin(mode)
        self.assert_jailed(server)
        with Clients(server) as clients:
            for _ in range(2):
                old = server.pid
                server.upgrade()
                wait_until(lambda: processes.collect() or not server.alive(old),
                           f"the end of the old master: {server.told()}")
                self.assert_jailed(server)
                clients.wait()
        self.assert_serves(server)
        if self.lossless_upgrade:
            assert not clients.bad, (clients.bad[:3], server.told())

    def test_stop(self, mode):
        """It ends as it does bare, and nothing of it, or of the shim's, is left."""
        outcomes = {}
        for each in (BARE, mode):
            server = self.begin(each)
            if each != BARE:
                self.assert_jailed(server)
            wait_until(lambda: len(server.workers()) >= server.least_workers, "its workers")
            # Some end with another status while they have a client: lighttpd.
            server.leave()
            wait_until(lambda: not has_clients(server.port), "the end of its clients")
            server.stop()
            ended = None if server.daemon else server.process.wait(60)
            wait_until(lambda: processes.collect() or not processes.descendants(os.getpid()),
                       f"the end of all its processes: {server.told()}")
            # Who started the bare server is root, and may do more to its pidfile.
            outcomes[each] = ended, mode != "rootless" and os.path.exists(server.pidfile)
        assert outcomes[mode] == outcomes[BARE]
