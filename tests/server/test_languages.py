"""Services for programs: what runs outside runs in a jail that holds nothing else."""
# SPDX-License-Identifier: Apache-2.0
import ctypes
import os
import subprocess

import pytest

import machine
from forker import ForkerTest

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS = 0x20000

IMAGEMAGICK = ("/usr/bin/convert", "/usr/bin/magick")

# What is run in the jail, with what it says there.
PROGRAMS = {
    "python": (["/usr/bin/python3", "-c",
                "import ssl, sqlite3, ctypes, bz2, lzma, uuid, decimal, json; print('well')"],
               "well\n"),
    "perl": (["/usr/bin/perl", "-e", "use POSIX; use Socket; use Encode; use DB_File; use IO::Socket; "
              'print "well\\n"'], "well\n"),
    "ruby": (["/usr/bin/ruby", "-e", "require 'openssl'; require 'json'; require 'date'; "
              "require 'sdbm'; puts 'well'"],
             "well\n"),
    "php": (["/usr/bin/php", "-d", "session.save_path=/var/lib/php/sessions", "-r",
             "$n = new NumberFormatter('de', NumberFormatter::DECIMAL); session_start();"
             "echo $n->format(1234.5), ' ', extension_loaded('curl') ? 'well' : '', ' ', "
             "(new DateTime('2020-07-01', new DateTimeZone('Europe/Berlin')))->format('T');"],
            "1.234,5 well CEST"),
    "git": (["/usr/bin/git", "-c", "init.defaultBranch=main", "init", "/repository"],
            "Initialized empty Git repository in /repository/.git/\n"),
    "shell": (["/bin/sh", "-c", "echo a b | awk '{print $2}' | sed s/b/well/; ls / | grep -c bin >/dev/null"],
              "well\n"),
}


def setup_module():
    """Daemons of other tests have their sockets in a /run that is not this one."""
    machine.own_mounts()
    machine.own_empty("/run")


class Programs(ForkerTest):

    def enter(self, server):
        """What a child does before it runs a program in the jail."""
        os.chroot(self.tree.jail)
        os.chdir("/")

    def run_in_jail(self, server, command):
        result = subprocess.run(command, preexec_fn=lambda: self.enter(server), env={"HOME": "/"},
                                capture_output=True, text=True, timeout=200)
        assert result.returncode == 0, result.stderr
        return result.stdout

    @pytest.mark.parametrize("name", PROGRAMS)
    def test_runs(self, name):
        command, expected = PROGRAMS[name]
        with self.server(services=f"{name}:files") as server:
            assert server.lines("^(warning|error)") == []
            assert self.run_in_jail(server, command) == expected

    @pytest.mark.parametrize("name, path", (
        ("ldap", "/etc/ldap/ldap.conf"), ("fonts", "/usr/share/fonts"), ("imagemagick", "/bin/sh")))
    def test_brings(self, name, path):
        lacks = name == "imagemagick" and not any(map(os.path.exists, IMAGEMAGICK))
        with self.server(services=name) as server:
            # Its shell alone is not what it is for.
            assert server.lines("^(warning|error)") == lacks * [
                f"warning: imagemagick finds no {' or '.join(IMAGEMAGICK)}: install it, and start "
                "the server again"]
            assert server.lines(f"brings {path}$") == [f"info: {name} brings {path}"]
        assert os.path.exists(self.tree.jail + path)
        # The secrets of a directory's server lie beside its client's settings.
        if name == "ldap":
            assert os.listdir(f"{self.tree.jail}/etc/ldap") == ["ldap.conf"]


class TestPrograms(Programs):

    def test_the_whole_system_cannot_be_copied(self):
        self.refused('CHROOTSHIM_SERVICES: "system" is too much to be copied into the jail: set '
                     'isolation = "namespace"', services="system")


class TestProgramsInANamespace(Programs):
    isolation = "namespace"

    def enter(self, server):
        directory = f"/proc/{server.pid}/fd"
        namespace, = (name for name in os.listdir(directory)
                      if os.readlink(f"{directory}/{name}").startswith("mnt:"))
        descriptor = os.open(f"{directory}/{namespace}", os.O_RDONLY)
        assert LIBC.setns(descriptor, CLONE_NEWNS) == 0
        os.close(descriptor)
        super().enter(server)

    @pytest.mark.parametrize("name", ("python", "perl", "shell", "git"))
    def test_the_whole_system(self, name):
        command, expected = PROGRAMS[name]
        with self.server(services="system") as server:
            assert server.lines("^(warning|error)") == []
            assert self.run_in_jail(server, command) == expected
            writing = ["/bin/sh", "-c", "( : >/usr/share/written ) 2>/dev/null || echo refused"]
            assert self.run_in_jail(server, writing) == "refused\n"


class TestSockets(ForkerTest):
    """Services that are the directory of a daemon's socket."""

    isolation = "namespace"

    @pytest.mark.parametrize("name, directory", (
        ("redis", "redis"), ("memcached", "memcached"), ("php-fpm", "php")))
    def test_directory(self, name, directory):
        path = f"/run/{directory}"
        os.mkdir(path)
        self.cleanups.callback(os.rmdir, path)
        with self.server(services=name) as server:
            assert server.lines("^(warning|error)") == []
            assert f"info: {name} brings {path}" in server.lines("brings")


class TestNothingThere(ForkerTest):

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_one_line_says_so(self, isolation):
        with self.server(services="redis", isolation=isolation) as server:
            assert server.lines("^(warning|error)") == [
                "warning: redis waits for /run/redis, /run/valkey or /var/run/redis: it comes when "
                "it is there"]
