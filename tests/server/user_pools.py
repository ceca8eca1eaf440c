"""php-fpm with a pool for each of some users, whose pages lie in jails of their own: bare and jailed."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import shutil
import urllib.parse

import fastcgi
import machine
import processes
from daemons import Daemon, listens
from tree import Tree

PROGRAM = max(glob.glob("/usr/sbin/php-fpm*"))

GLOBAL = """\
[global]
pid = {tree}/run/server.pid
error_log = {tree}/fpm.log
"""
POOL = """\
[{name}]
user = {name}
group = {name}
listen = {tree}/run/{name}.sock
pm = static
pm.max_children = 1
"""


def own_users(**users):
    """Users by their names and numbers, in this test's own copy of /etc."""
    machine.own_mounts()
    machine.own_copy("/etc")
    for name, uid in users.items():
        with open("/etc/passwd", "a") as file:
            file.write(f"{name}:x:{uid}:{uid}::/nonexistent:/usr/sbin/nologin\n")
        with open("/etc/group", "a") as file:
            file.write(f"{name}:x:{uid}:\n")


class Pools(Tree):
    """Use as a context manager. @users: names and numbers; @settings: of the shim, None: bare."""

    def __init__(self, users, settings=None, pool=POOL, options=()):
        super().__init__()
        os.rmdir(self.jail)
        os.chmod(f"{self.path}/run", 0o755)
        self.jails, self.users, self.settings = f"{self.path}/jails", users, settings
        self.jail = f"{self.jails}/%u"
        os.mkdir(self.jails, 0o755)
        for name, uid in users.items():
            os.makedirs(f"{self.jails}/{name}/htdocs", 0o755)
            shutil.chown(f"{self.jails}/{name}/htdocs", uid, uid)
        text = GLOBAL + "".join(pool.replace("{name}", name) for name in users)
        configuration = self.write("fpm.conf", text.replace("{tree}", self.path))
        self.command = [PROGRAM, "--nodaemonize", "--fpm-config", configuration, *options]

    def __enter__(self):
        self.daemon = Daemon(self.command, self.serves, f"{self.path}/out", env=self.environment())
        return self

    def __exit__(self, *_):
        self.daemon.stop()
        self.close()

    def serves(self):
        return all(listens(self.socket(name)) for name in self.users)

    def environment(self):
        clean = {name: value for name, value in os.environ.items()
                 if not name.startswith("CHROOTSHIM_") and name != "LD_PRELOAD"}
        if self.settings is None:
            return clean
        settings = {"jail": self.jail, "pidfile": self.pidfile, "log": f"{self.path}/shim.log",
                    **self.settings}
        return clean | {"LD_PRELOAD": self.library} | {
            f"CHROOTSHIM_{name.upper()}": str(value) for name, value in settings.items()}

    def socket(self, name):
        return f"{self.path}/run/{name}.sock"

    def page(self, name, path, text):
        """A user's file, which belongs to him: its path."""
        path = self.write(f"jails/{name}/htdocs/{path}", text)
        shutil.chown(path, self.users[name], self.users[name])
        return path

    def ask(self, name, page, **query):
        """The text that a user's page answers."""
        answer = fastcgi.request(self.socket(name), f"{self.jails}/{name}/htdocs/{page}", f"/{page}",
                                 timeout=60, QUERY_STRING=urllib.parse.urlencode(query))
        return answer.partition("\r\n\r\n")[2]

    def worker(self, name):
        """The pid of a user's worker."""
        def found():
            return [pid for pid in processes.children(self.daemon.process.pid)
                    if processes.uid(pid) == self.users[name]]
        return processes.wait_until(found, f"a worker of {name}")[0]

    def log(self):
        return processes.read(f"{self.path}/shim.log")
