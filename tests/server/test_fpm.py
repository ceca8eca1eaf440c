"""php-fpm outside the jail, asked by jailed workers over its Unix socket, with unchanged directives."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os

import machine
from cases import ServerTest
from daemons import Daemon, listens

SOCKET = "/run/php/php-fpm.sock"

FPM = """\
[global]
error_log = {tree}/log/fpm.log
daemonize = no
[www]
user = {user}
group = {user}
listen = %s
listen.owner = {user}
pm = static
pm.max_children = 1
""" % SOCKET

EXTRA = """\
<FilesMatch \\.php$>
SetHandler "proxy:unix:%s|fcgi://localhost"
</FilesMatch>
""" % SOCKET


def setup_module():
    machine.own_mounts()
    machine.own_copy("/run")
    os.makedirs("/run/php", exist_ok=True)
    machine.own_empty("/run/php")


class FpmTest(ServerTest):
    """Apache in a jail with one page; php-fpm reads the page by its outside path."""

    modules = ("proxy", "proxy_fcgi")
    extra = EXTRA

    @classmethod
    def prepare(cls):
        apache = cls.apache
        apache.write("jail/htdocs/page.php", "<?php echo __FILE__, ' ', readlink('/proc/self/root');\n")
        configuration = apache.write("fpm.conf", apache.format(FPM))
        program = max(glob.glob("/usr/sbin/php-fpm*"))
        cls.fpm = Daemon([program, "--nodaemonize", "--fpm-config", configuration],
                         lambda: listens(SOCKET), f"{apache.tree}/log/fpm.out")
        cls.cleanups.callback(cls.fpm.stop)


class TestReached(FpmTest):
    settings = {"isolation": "namespace", "expose": "/run/php"}

    def expect_page(self):
        reply = self.apache.get("/page.php")
        assert (reply.status, reply.text) == (200, f"{self.apache.jail}/htdocs/page.php /"), \
            self.apache.error_log()

    def test_before_and_after_a_restart_of_php(self):
        self.assert_jailed()
        workers = self.apache.workers()
        self.expect_page()
        self.fpm.stop()
        self.fpm.start()
        for _ in range(20):
            self.expect_page()
        assert self.apache.workers() == workers


class TestNotReached(FpmTest):
    settings = {"isolation": "namespace"}

    def test_without_its_directory(self):
        assert self.apache.get("/page.php").status == 503
        assert "No such file or directory" in self.apache.error_log()
