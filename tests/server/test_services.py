"""services: what each brings, what a configuration file adds to them, and accounts without hashes."""
# SPDX-License-Identifier: Apache-2.0
import os

import pytest

import machine
import processes
from forker import ForkerTest
from php_server import PhpTest

HASH = "$6$salt$thehashofapassword"

PAGE = """\
<?php
echo json_encode([
    'user' => posix_getpwnam('hashed'),
    'group' => posix_getgrnam('hashed'),
    'passwd' => @file_get_contents('/etc/passwd'),
    'groups' => @file_get_contents('/etc/group'),
]);
"""

# The text of `services`, and what the complaint says of it; {place} is the file and the line.
WRONG = {
    "unknown": ('[ "dsn" ]', '{place}: "dsn" is none: there are files, dns, time, tls, .* and '
                'system, and what the configuration file defines'),
    "no list": ('"dns"', "{place} is no list: "),
    "no text": ("( 5 )", "{place} has a value of the wrong type: "),
    "no name": ('( { expose = [ "/srv" ]; } )', "{place}: a service has no name: write "),
    "name no text": ("( { name = 5; } )", "{place}: a service has no name: write "),
    "empty name": ('( { name = ""; } )', "{place}: a service has no name: write "),
    "unknown member": ('( { name = "own"; exposes = [ ]; } )',
                       "{place}: a service has no member exposes: it has name, services, expose, "
                       "libraries and charsets"),
    "member no list": ('( { name = "own"; expose = "/srv"; } )',
                       "{place}: expose is no list: it must be a list of texts"),
    "element no text": ('( { name = "own"; libraries = [ 5 ]; } )',
                        "{place}: libraries holds what is no text: put each element in double"),
    "no path": ('( { name = "own"; expose = [ "run" ]; } )',
                '{place}: own: "run" must be an absolute path'),
    "no kind": ('( { name = "own"; expose = [ "{tree}/shared,names" ]; } )',
                "{place}: own: {tree}/shared is not a regular file: correct the path"),
    "no such library": ('( { name = "own"; libraries = [ "libnone.so.0" ]; } )',
                        "{place}: own: libnone.so.0: .*: correct its name, or install it"),
    "no such charset": ('( { name = "own"; charsets = [ "NONE-1" ]; } )',
                        '{place}: own: iconv knows no "NONE-1": correct its name'),
}


def setup_module():
    machine.own_mounts()
    machine.own_copy("/etc")
    machine.write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n")
    with open("/etc/passwd", "a") as file:
        file.write(f"hashed:{HASH}:4711:4711:A user:/home/hashed:/bin/sh\n")
    with open("/etc/group", "a") as file:
        file.write(f"hashed:{HASH}:4711:www-data\n")


class AccountsTest(PhpTest):
    """What a page learns of accounts."""

    @classmethod
    def prepare(cls):
        cls.apache.write("jail/htdocs/accounts.php", PAGE)
        super().prepare()


class TestAccounts(AccountsTest):

    settings = {"services": "accounts"}

    def test_names_without_hashes(self):
        found = self.ask("/accounts.php")
        assert found["user"] == {"name": "hashed", "passwd": "x", "uid": 4711, "gid": 4711,
                                 "gecos": "A user", "dir": "/home/hashed", "shell": "/bin/sh"}
        assert found["group"] == {"name": "hashed", "passwd": "x", "gid": 4711,
                                  "members": ["www-data"]}
        for name, text in (("/etc/passwd", found["passwd"]), ("/etc/group", found["groups"])):
            expected = [line.split(":") for line in processes.read(name).splitlines()]
            assert HASH in [fields[1] for fields in expected]
            for fields in expected:
                fields[1] = "x"
            assert [line.split(":") for line in text.splitlines()] == expected


class TestAccountsInANamespace(TestAccounts):
    settings = {"services": "accounts", "isolation": "namespace"}


class TestNoAccounts(AccountsTest):
    """The service is not named."""

    def test_no_names(self):
        assert self.ask("/accounts.php") == dict.fromkeys(
            ("user", "group", "passwd", "groups"), False)


class TestNoAccountsInANamespace(TestNoAccounts):
    settings = {"isolation": "namespace"}


class TestServices(ForkerTest):
    """What they bring, by their names."""

    def test_what_each_brings_is_told(self):
        server = self.server(services="dns:time:accounts:files", expose=self.file)
        expected = {"dns": ["/etc/hosts", "/etc/nsswitch.conf"], "expose": [self.file],
                    "time": ["/etc/localtime", "/usr/share/zoneinfo"],
                    "accounts": ["/etc/group", "/etc/passwd"], "files": ["/dev/null", "/dev/zero"]}
        for name, paths in expected.items():
            for path in paths:
                assert server.lines(f"brings {path}$") == [f"info: {name} brings {path}"]
                assert os.path.exists(self.tree.jail + path), path
        assert server.lines("brings .*(syslog|mysql|ca-certificates)") == []

    def test_at_level_warning_nothing_is_told(self):
        server = self.server(services="dns:time", log_level="warning")
        server.fork()
        assert server.lines() == []

    def test_what_dns_is_for(self):
        """As after a boot, before the network is there; the other files tell nothing of that."""
        path = "/etc/resolv.conf"
        os.rename(path, f"{path}.away")
        self.cleanups.callback(os.rename, f"{path}.away", path)
        server = self.server(services="dns")
        assert server.lines("warning|error") == [
            f"warning: dns waits for {path}: it comes when it is there"]
        assert len(server.lines("dns brings /etc/hosts$")) == 1
        machine.write(path, "nameserver 127.0.0.1\n")
        assert server.fork(path) == "nameserver 127.0.0.1\n"

    def test_a_service_that_brings_nothing(self):
        conf = self.tree.write("shim.conf", 'services = ( { name = "own"; '
                               f'expose = [ "{self.tree.path}/none,optional" ]; }} );\n')
        server = self.server(config=conf)
        assert server.lines("warning|own") == [
            f"warning: own waits for {self.tree.path}/none: it comes when it is there"]

    def test_what_several_services_bring_counts_for_each(self):
        """One that has its path from another one as well does not wait for the rest."""
        there = self.tree.write("more/there", "")
        none = f"{self.tree.path}/none"
        conf = self.tree.write("shim.conf", f'''services = (
            {{ name = "first"; expose = [ "{there}" ]; }},
            {{ name = "second"; expose = [ "{there},optional", "{none}1,optional" ]; }},
            {{ name = "third"; expose = [ "{there},optional", "{none}2,either", "{none}3,either" ]; }},
            {{ name = "fourth"; expose = [ "{none}2,optional", "{there},either" ]; }} );''')
        server = self.server(config=conf)
        assert server.lines("warning|error") == [
            f"warning: third waits for {none}2 or {none}3: it comes when it is there"]

    def test_a_group_extends_a_service_or_defines_one(self):
        texts = {name: self.tree.write(f"more/{name}", f"for {name}\n")
                 for name in ("dns", "own")}
        conf = self.tree.write("shim.conf", f"""\
services = ( "time",
    {{ name = "dns"; expose = [ "{texts["dns"]}" ]; }},
    {{ name = "own"; expose = [ "{texts["own"]}" ]; libraries = [ "libbz2.so.1.0" ];
       charsets = [ "KOI8-R" ]; }} );
""")
        server = self.server(config=conf)
        for name, path in texts.items():
            assert server.fork(path) == f"for {name}\n"
            assert server.lines(f"brings {path}$") == [f"info: {name} brings {path}"]
        assert server.fork("/etc/hosts") == processes.read("/etc/hosts")
        assert len(server.lines("time brings /etc/localtime$")) == 1
        maps = processes.read(f"/proc/{server.pid}/maps")
        for library in ("libbz2.so.1.0", "KOI8-R.so"):
            assert library in maps
        with self.server() as bare:
            maps = processes.read(f"/proc/{bare.pid}/maps")
            for library in ("libbz2.so.1.0", "KOI8-R.so"):
                assert library not in maps

    @pytest.mark.parametrize("text, pattern", WRONG.values(), ids=WRONG)
    def test_wrong_services(self, text, pattern):
        text = text.replace("{tree}", self.tree.path)
        conf = self.tree.write("shim.conf", f"\n\nservices = {text};\n")
        pattern = pattern.replace("{tree}", self.tree.path)
        self.refused(pattern.replace("{place}", f"{conf}:3: services"), config=conf)
        assert os.listdir(self.tree.jail) == []

    def test_an_unknown_service_in_the_environment(self):
        self.refused('CHROOTSHIM_SERVICES: "dsn" is none: there are files, dns, .* and system',
                     services="dns:dsn")


class TestServicesInANamespace(TestServices):
    isolation = "namespace"
