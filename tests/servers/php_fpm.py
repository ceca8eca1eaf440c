"""What the rows of php-fpm have in common: its configuration, its page, and a client."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import signal

import fastcgi
import processes
from apache import free_port
from processes import wait_until
from row import TIMEOUT
from row_life import Life

GLOBAL = """\
[global]
pid = {pidfile}
error_log = {log}
"""

POOL = """\
[{pool}]
{user}
listen = 127.0.0.1:{port}
pm = {pm}
pm.max_children = 4
pm.start_servers = 2
pm.min_spare_servers = 1
pm.max_spare_servers = 3
{more}
"""

# All that it says of paths is the same bare, where it is asked for by its outside path.
PAGE = """\
<?php
require __DIR__ . "/part.php";
file_put_contents(__DIR__ . "/data/" . getmypid(), "written");
echo part(), " ", __FILE__, " ", getcwd(), " ", $_SERVER["SCRIPT_FILENAME"], " ",
     file_get_contents(__DIR__ . "/data/" . getmypid());
"""
PART = "<?php function part() { return realpath(__FILE__); }\n"

PROGRAM = max(glob.glob("/usr/sbin/php-fpm*"), default="/usr/sbin/php-fpm")


class Fpm(Life):
    """What all of them have in common; a pool is configured for each of `users`."""

    name = "php-fpm"
    pm = "static"
    users = ("www-data",)
    more = ""
    reload_signal = signal.SIGUSR2

    def configure(self):
        self.put_pages("jail/html")
        text = GLOBAL
        for port, user in zip(self.ports, self.users):
            lines = "" if self.mode == "rootless" else f"user = {user}\ngroup = {user}"
            text += POOL.format(pool=user, user=lines, port=port, pm=self.pm, more=self.more)
        self.configuration = self.write("fpm.conf", text)

    def open(self, mode, cleanups):
        super().open(mode, cleanups)
        self.ports = [self.port, *(free_port() for _ in self.users[1:])]
        return self

    def put_pages(self, folder):
        self.tree.write(f"{folder}/page.php", PAGE)
        self.tree.write(f"{folder}/part.php", PART)
        os.mkdir(f"{self.tree.path}/{folder}/data")
        os.chmod(f"{self.tree.path}/{folder}/data", 0o777)

    def command(self):
        way = "--daemonize" if self.daemon else "--nodaemonize"
        return [PROGRAM, way, "--fpm-config", self.configuration]

    def request(self, script, number=0):
        """What a pool answers, without the name of the tree, which each life has its own of."""
        answer = fastcgi.request(("127.0.0.1", self.ports[number]), script, timeout=TIMEOUT)
        return answer.replace(self.tree.path, "TREE")

    def ask(self):
        return [self.request(f"{self.jail}/html/page.php", number)
                for number in range(len(self.ports))]

    def reload(self):
        """Until no worker of before is left: its next signal may come while it executes itself."""
        old = self.workers()
        super().reload()
        if self.daemon:
            self.another_master(self.pid)
        wait_until(lambda: self.workers() and not set(old) & set(self.workers()),
                   f"new workers: {self.told()}")

    def assert_page(self, server):
        """The page, with all its paths, and nothing else."""
        script = "TREE/jail/html/page.php"
        for answer in server.ask():
            header, _, body = answer.partition("\r\n\r\n")
            assert "Status" not in header, answer
            assert body == f"TREE/jail/html/part.php {script} TREE/jail/html {script} written", answer
