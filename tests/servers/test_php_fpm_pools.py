"""php-fpm with pools of several users, and with pools that have a root of their own."""
# SPDX-License-Identifier: Apache-2.0
import os
import pwd
import re

import processes
from php_fpm import Fpm
from processes import wait_until
from row import NOT_FOR, Refused
from row_life import identity


class TestPools(Fpm):
    """A pool for each of three users."""

    name = "php-fpm, pools of several users"
    rootless = NOT_FOR
    users = ("www-data", "games", "daemon")
    least_workers = 6
    daemon = True

    def test_each_has_its_user(self, mode):
        server = self.begin(mode)
        self.assert_jailed(server)
        self.assert_page(server)
        expected = {pwd.getpwnam(user).pw_uid for user in self.users}
        # Who is in the jail may be about to give up root.
        wait_until(lambda: {processes.uid(pid) for pid in server.workers()} == expected,
                   f"workers of all users: {server.told()}")


class TestRoots(Fpm):
    """Each pool calls chroot() by itself, to a directory below the jail."""

    name = "php-fpm, pools with `chroot` below the jail"
    variant = True
    rootless = NOT_FOR
    users = ("www-data", "games")
    more = "chroot = {jail}/$pool\nchdir = /html"

    def configure(self):
        for user in self.users:
            self.put_pages(f"jail/{user}/html")
        super().configure()

    def ask(self):
        """By the path within, as whoever has such pools must write it bare, too."""
        return [self.request("/html/page.php", number) for number in range(len(self.ports))]

    def is_in(self, pid, jail):
        root = processes.root(pid)
        return root is not None and identity(os.path.dirname(root)) == jail

    def test_each_has_its_root(self, mode):
        server = self.begin(mode)
        self.assert_jailed(server)
        roots = {f"{server.jail}/{user}" for user in self.users}
        assert {processes.root(pid) for pid in server.workers()} == roots


class TestRootsElsewhere(Fpm):
    """A pool whose own root is not in the jail."""

    name = "php-fpm, pools with `chroot` elsewhere"
    chroot = namespace = Refused("leads out of the jail: remove that setting")
    # It is told to stop, and stops as it does always.
    refused_status = 0
    rootless = NOT_FOR
    # What its workers say is lost otherwise.
    more = "chroot = /var/lib\ncatch_workers_output = yes"

    def test_it_ends(self):
        """Else it would fork workers in vain for ever."""
        server = self.life("chroot")
        server.launch()
        server.process.wait(60)
        said = processes.read(server.log)
        assert re.search("workers in a row died at once, the last one with status 15", said), said
