"""A site in PHP from a Debian package: Debian's PHP, a MariaDB, and mail by msmtp."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil

import machine
from apache import free_port
from mariadb import MariaDb
from site_test import SiteTest
from smtp_sink import Sink

HOST = "site.example.test"


def own_machine(*directories):
    """What a site's tests change of the machine is their own, and so are these directories."""
    machine.own_mounts()
    for directory in ("/etc", *directories):
        machine.own_copy(directory)
    with open("/etc/hosts", "a") as file:
        file.write(f"127.0.0.1 {HOST}\n")
    machine.own_run("mysqld", "mysql")
    machine.own_empty("/var/lib/php/sessions")
    os.chmod("/var/lib/php/sessions", 0o1733)


def copy(source, target):
    """Have the target hold what the source does, and no more."""
    os.makedirs(target, 0o755, exist_ok=True)
    machine.run("find", target, "-mindepth", "1", "-delete")
    machine.run("cp", "-a", f"{source}/.", target)


class PlainPhpSiteTest(SiteTest):
    """It has no database."""

    mpms = ("prefork",)
    modules = ("alias", "mime", "rewrite")
    host = HOST
    # What the site writes to: under chroot it is the jail's own.
    written = ()

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.sink = cls.cleanups.enter_context(Sink())
        machine.write("/etc/msmtprc", cls.sink.msmtprc())
        for path in cls.written:
            if cls.way == "chroot":
                copy(path, cls.apache.jail + path)
            else:
                copy(path, f"{cls.apache.tree}/before{path}")
                cls.cleanups.callback(copy, f"{cls.apache.tree}/before{path}", path)

    def complaints(self):
        """What PHP has said in the error log, each thing once."""
        found = re.findall(r"PHP .*", self.plain(self.apache.error_log()))
        return "\n".join(sorted(set(found)))


class PhpSiteTest(PlainPhpSiteTest):
    """The database listens on its Unix socket alone, but under chroot, where that is out of reach."""

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.start_database()

    @classmethod
    def start_database(cls):
        """A database `site` for site@localhost, whose password is `secret`."""
        options = ["--skip-networking"]
        cls.database_host = "localhost"
        if cls.way == "chroot":
            port = free_port()
            options = ["--bind-address=127.0.0.1", f"--port={port}", "--skip-name-resolve"]
            cls.database_host = f"127.0.0.1:{port}"
        directory = f"{cls.apache.tree}/database"
        os.mkdir(directory, 0o755)
        shutil.chown(directory, "mysql", "mysql")
        cls.database = cls.cleanups.enter_context(MariaDb(directory, *options))
        cls.database.run("CREATE DATABASE site CHARACTER SET utf8mb4;"
                         "CREATE USER site@localhost IDENTIFIED BY 'secret';"
                         "CREATE USER site@127.0.0.1 IDENTIFIED BY 'secret';"
                         "GRANT ALL ON site.* TO site@localhost; GRANT ALL ON site.* TO site@127.0.0.1")
