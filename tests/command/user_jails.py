"""Users of a test's own, and a tree with a jail for each of them."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil

import machine
from tree import Tree

# Two customers and one who has no jail.
USERS = {"alice": 60001, "bob": 60002, "carol": 60003}


def own_users(**more):
    """They are in this test's own copy of /etc."""
    machine.own_mounts()
    machine.own_copy("/etc")
    for name, uid in {**USERS, **more}.items():
        add_user(name, uid)


def add_user(name, uid):
    with open("/etc/passwd", "a") as file:
        file.write(f"{name}:x:{uid}:{uid}::/nonexistent:/usr/sbin/nologin\n")
    with open("/etc/group", "a") as file:
        file.write(f"{name}:x:{uid}:\n")


class UserJails(Tree):
    """A tree with the directory of the jails, and those of alice and bob in it."""

    def __init__(self, *names):
        super().__init__()
        os.rmdir(self.jail)
        self.jails = f"{self.path}/jails"
        self.template = f"{self.jails}/%u"
        os.chmod(f"{self.path}/run", 0o755)
        os.mkdir(self.jails, 0o755)
        for name in names or ("alice", "bob"):
            self.make_jail(name)

    def make_jail(self, name):
        """A jail with the user's own pages."""
        jail = f"{self.jails}/{name}"
        os.mkdir(jail, 0o755)
        os.mkdir(f"{jail}/htdocs", 0o755)
        if name in USERS:
            shutil.chown(f"{jail}/htdocs", USERS[name], USERS[name])
        return jail
