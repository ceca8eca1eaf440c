"""Three users of the machine, each with a jail below one directory, and the pools of php-fpm for them."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import glob
import json
import os
import signal
import threading

import fastcgi
import machine
import processes
from daemons import Daemon, listens
from processes import wait_until
from tree import Tree

USERS = {"alice": 5001, "bob": 5002, "carol": 5003}

POOL = """\
[{name}]
user = {name}
group = {name}
listen = {tree}/run/{name}.sock
pm = {pm}
pm.max_children = 2
pm.process_idle_timeout = 1s
{extra}
"""

GLOBAL = """\
[global]
error_log = {tree}/fpm.log
pid = {tree}/run/server.pid
daemonize = no
log_limit = 8192
"""

# What a page sees, and what becomes of each path that it is asked for.
PAGE = """\
<?php
$paths = [];
foreach (array_filter(explode(':', $_GET['paths'] ?? '')) as $path)
    $paths[$path] = @file_get_contents($path);
echo json_encode(['file' => __FILE__, 'cwd' => getcwd(), 'root' => $_SERVER['DOCUMENT_ROOT'],
    'real' => realpath('.'), 'name' => posix_getpwuid(posix_geteuid())['name'] ?? null,
    'paths' => $paths, 'error' => error_get_last()['message'] ?? null]);
"""


# It answers as soon as the file is there.
BUSY = """\
<?php
while (!file_exists(__DIR__ . '/done')) { usleep(20000); clearstatcache(); }
echo '[]';
"""


def own_users(users=None):
    """A copy of /etc of the test's own, with these users in it."""
    machine.own_copy("/etc")
    for name, uid in (users or USERS).items():
        add_user(name, uid)


def add_user(name, uid, group=True):
    with open("/etc/passwd", "a") as passwd:
        passwd.write(f"{name}:x:{uid}:{uid}::/nonexistent:/usr/sbin/nologin\n")
    if group:
        with open("/etc/group", "a") as file:
            file.write(f"{name}:x:{uid}:\n")


def remove_user(name):
    for path in "/etc/passwd", "/etc/group":
        with open(path) as file:
            lines = [line for line in file if not line.startswith(f"{name}:")]
        machine.write(path, "".join(lines))


class Jails(Tree):
    """A tree in which each user has a jail with a page."""

    def __init__(self, users=None):
        super().__init__()
        self.users = dict(users or USERS)
        self.jails = f"{self.path}/jails"
        self.template = f"{self.jails}/%u"
        for name in self.users:
            self.make_jail(name)

    def make_jail(self, name):
        os.makedirs(f"{self.jails}/{name}", 0o755)
        self.write(f"jails/{name}/htdocs/page.php", PAGE)
        self.write(f"jails/{name}/htdocs/own.txt", f"of {name}")

    def jail_of(self, name):
        return f"{self.jails}/{name}"

    def logs(self):
        """All that was told: the master's log, and those of the users."""
        text = ""
        for path in [f"{self.path}/out", f"{self.path}/fpm.log", *glob.glob(f"{self.path}/log/*")]:
            if os.path.exists(path):
                with open(path, errors="replace") as file:
                    text += file.read()
        return text


class Pools:
    """php-fpm with a pool for each user, in a tree of jails; `extra` is what a pool has besides."""

    def __init__(self, tree, pm="static", extra=None, pools=None, **settings):
        self.tree = tree
        text = GLOBAL.format(tree=tree.path)
        for name in pools or tree.users:
            text += POOL.format(name=name, tree=tree.path, jails=tree.jails, pm=pm,
                                extra=extra.get(name, "") if extra is not None else
                                f"chdir = {tree.jail_of(name)}/htdocs")
        self.configuration = tree.write("fpm.conf", text)
        os.makedirs(f"{tree.path}/log", exist_ok=True)
        self.settings = {"jail": tree.template, "log": f"{tree.path}/log/%u.log",
                         "log_level": "info", **settings}
        self.program = max(glob.glob("/usr/sbin/php-fpm*"))
        self.daemon = Daemon(
            [self.program, "--nodaemonize", "--fpm-config", self.configuration],
            lambda: all(listens(self.socket(name)) for name in pools or tree.users),
            f"{tree.path}/out", env=tree.environment(**self.settings))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.daemon.stop(signal.SIGQUIT)

    def socket(self, name):
        return f"{self.tree.path}/run/{name}.sock"

    def master(self):
        with open(self.tree.pidfile) as file:
            return int(file.read())

    def ask(self, name, *paths, script="page.php", timeout=30):
        """What the user's page sees."""
        jail = self.tree.jail_of(name)
        reply = fastcgi.request(self.socket(name), f"{jail}/htdocs/{script}", f"/{script}",
                                timeout=timeout, DOCUMENT_ROOT=f"{jail}/htdocs",
                                QUERY_STRING="paths=" + ":".join(paths))
        try:
            return json.loads(reply.split("\r\n\r\n", 1)[1])
        except ValueError:
            raise AssertionError(f"{reply}\n{self.tree.logs()}") from None

    @contextlib.contextmanager
    def busy(self, name):
        """For the block, a worker of the user's is at work, and so is not ended for being idle."""
        page = f"jails/{name}/htdocs"
        self.tree.write(f"{page}/busy.php", BUSY)
        client = threading.Thread(target=self.ask, args=(name,),
                                  kwargs={"script": "busy.php", "timeout": 120})
        client.start()
        try:
            wait_until(lambda: self.workers(name), f"a worker of {name}")
            yield
        finally:
            done = self.tree.write(f"{page}/done", "")
            client.join()
            os.unlink(done)

    def workers(self, name=None):
        """The pids of the workers, of one user's pool or all."""
        uids = [self.tree.users[name]] if name else list(self.tree.users.values())
        return [pid for pid in processes.all_children(self.master()) if processes.uid(pid) in uids]

    def keeper(self):
        """The pid of the process that keeps the users' jails, once there is one."""
        def find():
            return [pid for pid in processes.all_children(self.master())
                    if processes.read(f"/proc/{pid}/comm").strip() == "shim-keeper"]
        return wait_until(find, "a keeper")[0]

    def told(self, text, seconds=30):
        """Wait until a line with this text was told somewhere."""
        wait_until(lambda: text in self.tree.logs(), f"a line with {text!r}", seconds=seconds)
