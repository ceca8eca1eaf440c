"""
What servers of applications have besides: more and fewer workers, an upgrade and the way back.

Their signals are nginx's: USR1 reopens logs, USR2 starts the next version beside this one, WINCH ends
the workers of a master that stays, HUP brings them back, QUIT ends it. TTIN and TTOU are their own.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import signal

import processes
from processes import wait_until
from row_life import Clients, Life

USER = "www-data"


class AppServer(Life):
    """A server whose masters may be two; a class of tests takes the steps below that it knows."""

    # The masters besides self.pid.
    others = ()
    reopen_signal = signal.SIGUSR1

    def masters(self):
        return [self.pid, *self.others]

    def workers(self):
        return [pid for master in self.masters() for pid in self.workers_of(master)]

    def workers_of(self, master):
        return [pid for pid in processes.children(master) if pid not in self.masters()]

    @property
    def worker_user(self):
        """Who the workers are."""
        return "nobody" if self.mode == "rootless" else USER

    def ask(self):
        """The answer, without the place of this life's tree."""
        status, text = self.get("/")
        return status, text.replace(self.tree.path, "")

    def write_log(self, name="access.log"):
        """An empty log in the jail, which the workers' user may write to."""
        path = self.write(f"jail/log/{name}", "")
        shutil.chown(path, self.worker_user)
        return path

    def reopen(self):
        """As logrotate does with `create`: the new log is the workers' from the beginning."""
        self.write_log()
        super().reopen()


class Resizes:
    """TTIN and TTOU: a worker more, in the jail, and one less."""

    def test_more_and_fewer_workers(self, mode):
        server = self.begin(mode)
        for number, change in ((3, signal.SIGTTIN), (4, signal.SIGTTIN), (3, signal.SIGTTOU)):
            os.kill(server.pid, change)
            wait_until(lambda: len(server.workers()) == number, f"{number} workers")
            self.assert_serves(server)
        assert len(server.workers()) == 3


class Upgrades:
    """USR2 as the manuals tell: the next version beside this one, the way back, and the way on."""

    # What the next version's pidfile has after its name while the old one lives.
    next_suffix = ""
    # What ends a master with its workers, when they have answered.
    end_signal = signal.SIGQUIT
    lossless_upgrade = True

    def prepare_upgrade(self, server):
        """What the server needs for it that its row does not have."""

    def start_next(self, server):
        """USR2: return the pid of the next version's master, whose workers are in the jail."""
        old = server.pid
        os.kill(old, signal.SIGUSR2)
        new = server.another_master(old, server.pidfile + self.next_suffix)
        server.pid, server.others = old, (new,)
        wait_until(lambda: len(server.workers_of(new)) >= server.least_workers,
                   f"workers of the next version: {server.told()}")
        self.assert_serves(server)
        return new

    def end_workers(self, server, master):
        """WINCH: the other master serves alone."""
        os.kill(master, signal.SIGWINCH)
        wait_until(lambda: not server.workers_of(master), "the end of the old workers")

    def end(self, server, master, left):
        """One of the two ends, and its pidfile's name is free for the one that is left."""
        os.kill(master, self.end_signal)
        wait_until(lambda: processes.collect() or not processes.alive(master),
                   f"the end of a master: {server.told()}")
        server.pid, server.others = left, ()
        wait_until(lambda: int(processes.read(server.pidfile) or 0) == left,
                   f"the pidfile: {server.told()}")
        self.assert_serves(server)

    def test_upgrade_back_and_on(self, mode):
        server = self.life(mode)
        self.prepare_upgrade(server)
        server.start()
        self.assert_jailed(server)
        first = server.pid
        with Clients(server) as clients:
            new = self.start_next(server)
            self.end_workers(server, first)
            clients.wait()
            # Back: the old version's workers come again, and the new one ends.
            os.kill(first, signal.SIGHUP)
            wait_until(lambda: len(server.workers_of(first)) >= server.least_workers,
                       f"workers of the old version: {server.told()}")
            self.end(server, new, first)
            clients.wait()
            # On.
            new = self.start_next(server)
            self.end_workers(server, first)
            clients.wait()
            self.end(server, first, new)
            clients.wait()
        if self.lossless_upgrade:
            assert not clients.bad, (clients.bad[:3], server.told())
