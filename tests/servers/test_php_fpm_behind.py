"""php-fpm behind nginx and behind httpd: all workers are in one jail, each server with its own settings."""
# SPDX-License-Identifier: Apache-2.0
import os

import pytest

import processes
from httpd import Httpd
from php_fpm import Fpm
from processes import wait_until
from row import BARE
from row_life import Clients, Life

# /etc/nginx/fastcgi.conf is Debian's: SCRIPT_FILENAME is below the root, as it is outside.
NGINX = """\
worker_processes 2; user www-data;
pid {pidfile}; error_log stderr crit;
events {{ }}
http {{
  access_log off;
  server {{
    listen 127.0.0.1:{port};
    root {php.jail}/html;
    location ~ \\.php$ {{
      try_files $uri =404;
      include /etc/nginx/fastcgi.conf;
      fastcgi_pass 127.0.0.1:{php.port};
    }}
  }}
}}
"""

HTTPD = """\
DocumentRoot {php.jail}/html
<Directory {php.jail}/html>
Options FollowSymLinks
Require all granted
</Directory>
<FilesMatch "\\.php$">
SetHandler "proxy:fcgi://127.0.0.1:{php.port}"
</FilesMatch>
"""

# What is asked for besides the page: a file outside, by a link in the jail.
LINK = "/link.php"


class Web:
    """A web server whose jail is that of php-fpm; its configuration, log and pidfile are its own."""

    def beside(self, php):
        self.php = php
        self.settings = {"jail": php.jail}
        self.prepare()
        self.open(php.mode, php.cleanups)
        self.jail = php.jail
        return self

    def prepare(self):
        """What it needs before it has a tree."""

    def ask(self):
        """The page, without the name of the tree, which each life has its own of."""
        status, text = self.get("/page.php")
        return status, text.replace(self.php.tree.path, "TREE")


class Nginx(Web, Life):

    def command(self):
        configuration = self.write("nginx.conf", NGINX, php=self.php)
        return ["/usr/sbin/nginx", "-c", configuration, "-g", "daemon off;"]


class Apache(Web, Httpd):

    modules = ("proxy", "proxy_fcgi")

    def prepare(self):
        self.extra = HTTPD.format(php=self.php)


class Behind:
    """The tests of each web server, in each kind of jail."""

    @pytest.fixture(autouse=True)
    def own_cleanups(self, cleanups):
        self.cleanups = cleanups

    def begin(self, mode):
        php = Fpm().open(mode, self.cleanups)
        php.start()
        outside = php.tree.write("outside/page.php", "<?php echo 'outside';\n")
        os.symlink(outside, f"{php.jail}/html{LINK}")
        web = self.server().beside(php)
        web.start()
        return web

    def assert_jailed(self, web):
        for server in web, web.php:
            server.assert_jailed(server)

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_the_page(self, isolation):
        """All its paths are as bare; php-fpm's workers are killed under load, and others come."""
        bare = self.begin(BARE)
        expected = (200, "TREE/jail/html/part.php TREE/jail/html/page.php TREE/jail/html "
                         "TREE/jail/html/page.php written")
        assert bare.ask() == expected, bare.told() + bare.php.told()
        assert bare.get(LINK) == (200, "outside")
        processes.end_all()
        web = self.begin(isolation)
        assert web.ask() == expected, web.told() + web.php.told()
        assert web.get(LINK)[0] in (403, 404), web.told() + web.php.told()
        self.assert_jailed(web)
        with Clients(web) as clients:
            for pid in web.php.workers():
                os.kill(pid, 9)
                clients.wait()
        wait_until(lambda: web.serves() == expected, web.told() + web.php.told())
        self.assert_jailed(web)


class TestNginx(Behind):
    server = Nginx


class TestHttpd(Behind):
    server = Apache
