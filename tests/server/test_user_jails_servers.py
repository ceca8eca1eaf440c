"""A jail for each user, with other servers than php-fpm, and with none."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import os
import subprocess

import pytest

import machine
import processes
import user_jails
from apache import Apache, free_port
from daemons import Daemon
from processes import wait_until
from user_jails import USERS, Jails, Pools

BUSYBOX = "/bin/busybox"

HOST = """\
<VirtualHost *:{{port}}>
ServerName {name}.test
DocumentRoot {jail}/htdocs
AssignUserID {name} {name}
<Directory {jail}>
Require all granted
</Directory>
</VirtualHost>
"""

ITK = """\
LoadModule mpm_itk_module {modules}/mpm_itk.so
EnableCapabilities off
KeepAliveTimeout 60
LimitUIDRange 0 70000
LimitGIDRange 0 70000
"""

FASTCGI_HOST = """\
<VirtualHost *:{{port}}>
ServerName {name}.test
DocumentRoot {jail}/htdocs
<Directory {jail}>
Require all granted
</Directory>
<FilesMatch \\.php$>
SetHandler "proxy:unix:{tree}/run/{name}.sock|fcgi://localhost"
</FilesMatch>
</VirtualHost>
"""

# uWSGI imports threading in the first answer of each worker, where the jail has no Python's library.
WSGI = """\
import os, threading
def application(environ, start):
    start("200 OK", [])
    return [f"{os.getuid()} {os.stat('/').st_ino} {__file__}".encode()]
"""

VASSAL = """\
[uwsgi]
plugin = python3
master = true
processes = 2
http-socket = 127.0.0.1:{port}
wsgi-file = {jail}/app.py
{extra}
"""


def setup_module():
    machine.own_mounts()
    user_jails.own_users()


class TestItk:
    """mpm-itk accepts and reads as root: its children become the virtual host's user per connection."""

    def serve(self, cleanups, **settings):
        tree = cleanups.enter_context(Jails())
        apache = cleanups.enter_context(Apache("prefork", settings={"jail": tree.template, **settings}))
        hosts = "".join(HOST.format(name=name, jail=tree.jail_of(name)) for name in USERS)
        apache.configure(ITK + hosts)
        return tree, apache

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_with_consent(self, cleanups, isolation):
        tree, apache = self.serve(cleanups, accepts_as_root="true", isolation=isolation)
        for name in USERS:
            os.symlink("/proc/self/root", f"{tree.jail_of(name)}/htdocs/root")
        result = apache.control("-k", "start")
        assert result.returncode == 0, result.stderr

        def ask(name, path):
            try:
                return apache.get(path, headers={"Host": f"{name}.test"})
            except OSError:
                return None

        wait_until(lambda: ask("alice", "/own.txt"), "an answer")
        for name in USERS:
            reply = ask(name, "/own.txt")
            assert (reply.status, reply.text) == (200, f"of {name}"), apache.error_log()
        master = apache.master()
        assert all(processes.root(pid) == "/" for pid in [master, *processes.children(master)])

        # While a connection is open, its process is there to be looked at.
        for name, uid in USERS.items():
            connection = http.client.HTTPConnection("127.0.0.1", apache.port, timeout=60)
            connection.request("GET", "/own.txt", headers={"Host": f"{name}.test"})
            assert connection.getresponse().read().decode() == f"of {name}"
            users = [pid for pid in processes.descendants(master) if processes.uid(pid) == uid]
            assert users and {processes.root(pid) for pid in users} == {tree.jail_of(name)}
            connection.close()

    def test_without_consent(self, cleanups):
        _, apache = self.serve(cleanups)
        apache.control("-k", "start")
        wait_until(lambda: "set accepts_as_root = true" in apache.error_log(), "the refusal")
        wait_until(lambda: not processes.alive(apache.master()) if os.path.exists(apache.pidfile)
                   else True, "the end of httpd")


class TestHttpd:
    mpms = ("prefork", "event")

    def test_its_workers_are_one_user(self, cleanups, mpm):
        """Two customers' pages by php-fpm, behind an httpd whose workers have a jail as well."""
        tree = cleanups.enter_context(Jails({**USERS, "www-data": 33}))
        pools = cleanups.enter_context(Pools(tree, pools=USERS))
        apache = cleanups.enter_context(Apache(mpm, settings={
            "jail": tree.template, "isolation": "namespace",
            "expose": f"{tree.path}/run:" + ":".join(
                f"{tree.jail_of(name)}/htdocs" for name in USERS)}))
        apache.configure("".join(FASTCGI_HOST.format(name=name, jail=tree.jail_of(name), tree=tree.path)
                                 for name in USERS), ("proxy", "proxy_fcgi"))
        for name in USERS:
            os.chmod(pools.socket(name), 0o666)
        apache.control("-k", "start")
        wait_until(lambda: os.path.exists(apache.pidfile) and len(apache.workers()) >= 2, "workers")

        def page(name):
            try:
                return apache.get("/page.php", headers={"Host": f"{name}.test"})
            except OSError:
                return None

        wait_until(lambda: page("alice"), "an answer")
        for name in USERS:
            reply = page(name)
            assert reply.status == 200 and f"{name}\\/htdocs\\/page.php" in reply.text, \
                (reply.text, apache.error_log())
        assert {processes.root(pid) for pid in apache.workers()} == {tree.jail_of("www-data")}
        apache.stop()


class TestUwsgi:
    """An emperor, whose vassals are servers of their own: each gives up root before it listens."""

    def emperor(self, cleanups, users, extra, *options, **settings):
        tree = cleanups.enter_context(Jails(users))
        ports = {name: free_port() for name in users}
        os.makedirs(f"{tree.path}/vassals")
        for name, uid in users.items():
            tree.write(f"jails/{name}/app.py", WSGI)
            path = tree.write(f"vassals/{name}.ini", VASSAL.format(
                port=ports[name], jail=tree.jail_of(name), extra=extra.format(name=name, tree=tree.path)))
            os.chown(path, uid, uid)
        os.chmod(f"{tree.path}/run", 0o1777)
        log = f"{tree.path}/out"

        def ready():
            return all(self.ask(port) for port in ports.values())

        daemon = Daemon(["uwsgi", "--emperor", f"{tree.path}/vassals", *options], ready, log,
                        env=tree.environment(jail=tree.template, **settings))
        cleanups.callback(daemon.stop)
        return tree, ports, daemon

    @staticmethod
    def ask(port):
        result = subprocess.run(["curl", "-s", "-m", "60", f"http://127.0.0.1:{port}/"],
                                capture_output=True, text=True, check=False)
        return result.stdout

    def assert_jailed(self, tree, ports):
        for name, uid in tree.users.items():
            inode = os.stat(tree.jail_of(name)).st_ino
            assert self.ask(ports[name]) == f"{uid} {inode} {tree.jail_of(name)}/app.py", \
                processes.read(f"{tree.path}/out")

    def test_uid_of_the_vassal(self, cleanups):
        tree, ports, _ = self.emperor(cleanups, USERS, "uid = {name}\ngid = {name}", pidfile=None)
        self.assert_jailed(tree, ports)

    def test_a_tyrant(self, cleanups):
        """
        The emperor drops, and executes the vassal as its user. Without root a server needs its
        pidfile; all vassals have one environment, so there is one.
        """
        tree, ports, _ = self.emperor(cleanups, {"alice": 5001}, "safe-pidfile = {tree}/run/server.pid",
                                      "--emperor-tyrant")
        self.assert_jailed(tree, ports)


CRON = """\
import os, sys, time
with open(sys.argv[1], "w") as file:
    file.write(str(os.getpid()))
for uid in map(int, sys.argv[2:]):
    child = os.fork()
    if child == 0:
        if os.fork() == 0:
            os.setgroups([]); os.setgid(uid); os.setuid(uid)
            os.chdir("/")
            os.execv("/bin/sh", ["sh", "-c", "echo $(id -u) $(stat -c %i /) $(ls /)"])
        os.wait()
        os._exit(0)
    os.waitpid(child, 0)
"""


class TestCron:
    """No server at all: a child becomes a user, and a shell runs in his jail."""

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_commands_of_users(self, isolation):
        with Jails() as tree:
            for name in USERS:
                os.mkdir(f"{tree.jail_of(name)}/bin", 0o755)
                subprocess.run(["cp", BUSYBOX, f"{tree.jail_of(name)}/bin/sh"], check=True)
                for applet in "id", "stat", "ls":
                    os.symlink("sh", f"{tree.jail_of(name)}/bin/{applet}")
            # busybox asks /proc for its own name, to call itself by another.
            result = tree.run("/usr/bin/python3", "-B", "-c", CRON, tree.pidfile,
                              *map(str, USERS.values()), jail=tree.template, isolation=isolation)
            lines = [line.split() for line in result.stdout.splitlines()]
            assert [line[:2] for line in lines] == [
                [str(uid), str(os.stat(tree.jail_of(name)).st_ino)] for name, uid in USERS.items()], \
                result.stderr
            assert all("htdocs" in line and "vmlinuz" not in line for line in lines)
