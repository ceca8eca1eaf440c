"""Fifty users at once, each in his own jail: what the kernel has by default is enough for them."""
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import contextlib
import os

import pytest

import processes
import user_pools
from user_pools import POOL, Pools

MANY = {f"user{number}": 60100 + number for number in range(50)}
# It answers as soon as the file is there.
BUSY = "<?php while (!file_exists(__DIR__ . '/done')) { usleep(20000); clearstatcache(); }\n"
ONDEMAND = POOL.replace("static", "ondemand") + "pm.process_idle_timeout = {idle}s\n"


def setup_module():
    user_pools.own_users(**MANY)


class Many(Pools):
    """Pools whose workers come on demand, and go when they are idle for so many seconds."""

    def __init__(self, idle=600, **settings):
        super().__init__(MANY, settings, ONDEMAND.replace("{idle}", str(idle)))
        for name in MANY:
            self.page(name, "page.php", "<?php echo __FILE__;\n")
            self.page(name, "busy.php", BUSY)

    def serves(self):
        """Without asking a pool, which would start its worker."""
        return processes.read(self.pidfile)

    def roots(self):
        """Of each user who runs: the directories that are the roots of his workers."""
        found = {}
        for pid in processes.children(self.daemon.process.pid):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                root = os.stat(f"/proc/{pid}/root/.")
                found.setdefault(processes.uid(pid), set()).add((root.st_dev, root.st_ino))
        return {uid: roots for uid, roots in found.items() if uid in MANY.values()}

    def keeper(self):
        pid, = [pid for pid in processes.all_children(self.daemon.process.pid)
                if processes.read(f"/proc/{pid}/comm") == "shim-keeper\n"]
        return pid

    def held_by(self, names):
        """What the keeper has open while each of these users, and nobody else, has a worker at work."""
        with concurrent.futures.ThreadPoolExecutor(len(names)) as clients:
            answers = [clients.submit(self.ask, name, "busy.php") for name in names]
            try:
                processes.wait_until(lambda: set(self.roots()) == {MANY[name] for name in names},
                                     "a worker of each")
                return sum(self.held().values())
            finally:
                for name in names:
                    self.page(name, "done", "")
                concurrent.futures.wait(answers)
                for name in names:
                    os.unlink(f"{self.jails}/{name}/htdocs/done")

    def held(self):
        """What the keeper has open: how many of each kind."""
        directory, found = f"/proc/{self.keeper()}/fd", {}
        for number in os.listdir(directory):
            try:
                kind = os.readlink(f"{directory}/{number}").partition(":[")[0]
            except FileNotFoundError:
                continue
            found[kind] = found.get(kind, 0) + 1
        return found


@pytest.mark.parametrize("isolation", ("chroot", "namespace"))
def test_each_in_his_own(isolation):
    with Many(isolation=isolation, services="dns:tmp") as many:
        for name in MANY:
            assert many.ask(name, "page.php") == f"{many.jails}/{name}/htdocs/page.php", many.log()
        jails = {name: os.stat(f"{many.jails}/{name}") for name in MANY}
        assert many.roots() == {MANY[name]: {(jail.st_dev, jail.st_ino)}
                                for name, jail in jails.items()}
        assert "chrootshim[" not in many.log()
        # One for all users: the kernel gives 128 to each user, here root.
        assert many.held().get("anon_inode:inotify", 0) <= 2
        if isolation == "namespace":
            assert len({os.readlink(f"/proc/{many.worker(name)}/ns/mnt") for name in MANY}) == len(MANY)


def test_who_does_not_run_costs_nothing():
    """Before his first worker, and after his last one, nothing is held for a user."""
    with Many(idle=1, isolation="namespace", services="dns:tmp") as many:
        first, *rest = MANY
        one = many.held_by([first])
        assert many.held_by(rest[:20]) > one
        processes.wait_until(lambda: not many.roots(), "the end of all workers")
        processes.wait_until(lambda: sum(many.held().values()) <= one,
                             "the keeper to let all users go")
        assert many.ask(first, "page.php").endswith("page.php")
