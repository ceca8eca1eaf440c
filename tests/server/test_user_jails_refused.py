"""A jail for each user: who is refused, alone, before he is anybody; and settings that are wrong."""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import time

import pytest

import machine
import processes
import user_jails
from processes import wait_until
from user_jails import Jails, Pools

EXIT_CONFIG = 78


def setup_module():
    machine.own_mounts()
    user_jails.own_users(UIDS)


def missing(tree, name):
    os.rename(tree.jail_of(name), f"{tree.path}/away-{name}")


def writable(tree, name):
    os.chmod(tree.jail_of(name), 0o775)


def foreign(tree, name):
    os.chown(tree.jail_of(name), tree.users[name], tree.users[name])


def linked(tree, name):
    """A link is followed, as ever; what it leads over has to be safe."""
    os.mkdir(f"{tree.path}/home")
    os.chown(f"{tree.path}/home", tree.users[name], tree.users[name])
    os.rename(tree.jail_of(name), f"{tree.path}/home/jail")
    os.symlink(f"{tree.path}/home/jail", tree.jail_of(name))


def root(tree, name):
    missing(tree, name)
    os.symlink("/", tree.jail_of(name))


def bad_contents(tree, name):
    os.mkdir(f"{tree.jail_of(name)}/etc")
    os.chown(f"{tree.jail_of(name)}/etc", tree.users[name], tree.users[name])


def bad_log(tree, name):
    path = tree.write(f"log/{name}.log", "")
    os.chown(path, tree.users[name], tree.users[name])


# How the jail of each is spoilt, and what is said.
SPOILT = {
    "missing": (missing, "No such file or directory"),
    "writable": (writable, "is writable by its group or others"),
    "foreign": (foreign, "belongs to uid"),
    "linked": (linked, "belongs to uid"),
    "root-link": (root, "is the root directory, which confines nothing"),
    "contents": (bad_contents, "belongs to uid"),
    "bad-log": (bad_log, "belongs to uid"),
}
UIDS = {"alice": 5001, "bob": 5002, **{name: 5011 + i for i, name in enumerate(SPOILT)}}


class TestJails:
    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_those_pools_alone(self, isolation):
        """One server for all of them: each that is spoilt is refused, and the others serve."""
        with Jails(UIDS) as tree:
            for name, (spoil, _) in SPOILT.items():
                spoil(tree, name)
            with Pools(tree, extra={}, isolation=isolation) as pools:
                for name, (_, reason) in SPOILT.items():
                    def lines():
                        return [line for line in tree.logs().splitlines() if reason in line and
                                f"cannot enter the jail {tree.jail_of(name)}: " in line]
                    wait_until(lines, f"the line about {name}")
                # Nobody has become one of them outside; and nobody does in the next seconds.
                deadline = time.monotonic() + 2
                while time.monotonic() < deadline:
                    assert not [pid for name in SPOILT for pid in pools.workers(name)]
                    time.sleep(0.05)
                for name in "alice", "bob":
                    assert pools.ask(name)["file"] == f"{tree.jail_of(name)}/htdocs/page.php"
                assert processes.alive(pools.master())

    def test_it_does_not_burn_the_processor(self):
        """Its two workers are forked anew for ever: once a second each, and no storm is told."""
        with Jails({"alice": 5001, "bob": 5002}) as tree:
            missing(tree, "bob")
            with Pools(tree, extra={}) as pools:
                pools.told("cannot enter the jail")

                def count():
                    return tree.logs().count("cannot enter the jail")

                before, begun = count(), time.monotonic()
                time.sleep(8)
                seconds = time.monotonic() - begun
                assert 1 <= count() - before <= 2 * (seconds + 1)
                assert "workers in a row died" not in tree.logs()
                assert pools.ask("alice")

    def test_once_it_is_mended_the_pool_serves(self):
        with Jails({"alice": 5001, "bob": 5002}) as tree:
            missing(tree, "bob")
            with Pools(tree, extra={}) as pools:
                pools.told("cannot enter the jail")
                os.rename(f"{tree.path}/away-bob", tree.jail_of("bob"))
                assert pools.ask("bob")["file"] == f"{tree.jail_of('bob')}/htdocs/page.php"


SERVER = """\
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
with open(sys.argv[1], "w") as file:
    file.write(str(os.getpid()))
for uid in sys.argv[2:]:
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setuid(int(uid))
        print(os.getuid(), os.stat("/").st_ino, flush=True)
        os._exit(0)
    print("status", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def drop(tree, *uids, **settings):
    """A server in miniature whose workers become these users: what was said, and told."""
    result = tree.run("/usr/bin/python3", "-B", "-c", SERVER, tree.pidfile, *map(str, uids),
                      timeout=120, **{"jail": tree.template, **settings})
    return result


class TestNames:
    def test_uids_whose_name_is_no_directory(self):
        names = {"..": 5101, ".": 5102, "a/../b": 5103}
        for name, uid in names.items():
            user_jails.add_user(name, uid, group=False)
        with Jails({"alice": 5001}) as tree:
            os.makedirs(f"{tree.jails}/a/../b", exist_ok=True)
            result = drop(tree, *names.values(), 5105, 5001)
            inode = os.stat(tree.jail_of("alice")).st_ino
            assert result.stdout.splitlines() == ["status 1"] * 4 + [f"5001 {inode}", "status 0"], \
                result.stderr
            for name, uid in names.items():
                assert f'uid {uid} has the name "{name}", which no jail can have' in result.stderr
            assert "uid 5105 has no name" in result.stderr
            assert result.stderr.count("cannot enter the jail") == 4
        for name in names:
            user_jails.remove_user(name)

    def test_two_uids_of_one_name(self):
        """The jail is that of the uid that the name leads to; the other one's processes stay out of it."""
        user_jails.add_user("alice", 5104, group=False)
        with Jails({"alice": 5001}) as tree:
            result = drop(tree, 5104, 5001)
            inode = os.stat(tree.jail_of("alice")).st_ino
            assert result.stdout.splitlines() == ["status 1", f"5001 {inode}", "status 0"], result.stderr
            assert 'the name of uid 5104, "alice", is that of another uid' in result.stderr
        user_jails.remove_user("alice")
        user_jails.add_user("alice", 5001)

    def test_a_name_is_no_option_and_no_pattern(self):
        """In `expose` a comma begins a word, and a star stands for the directories of all."""
        names = {"bob,writable": 5105, "*": 5106}
        for name, uid in names.items():
            user_jails.add_user(name, uid, group=False)
        with Jails({"alice": 5001, **names}) as tree:
            os.makedirs(f"{tree.path}/homes/bob")
            result = drop(tree, *names.values(), expose=f"{tree.path}/homes/%u,optional",
                          isolation="namespace")
            assert result.stdout.splitlines() == ["status 1"] * 2, result.stderr
            assert result.stderr.count("which no jail can have") == 2
        for name in names:
            user_jails.remove_user(name)

    def test_a_user_who_is_made_anew(self):
        """The same name, another uid: the jail is by the name. The same uid, another name: too."""
        with Jails({"alice": 5001, "bob": 5002}) as tree:
            program = SERVER.replace("for uid in sys.argv[2:]:", "for uid in map(str.strip, sys.stdin):")
            with subprocess.Popen(["/usr/bin/python3", "-B", "-c", program, tree.pidfile],
                                  env=tree.environment(jail=tree.template), text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
                def become(uid):
                    server.stdin.write(f"{uid}\n")
                    server.stdin.flush()
                    line = server.stdout.readline().split()
                    if line[0] == "status":
                        return None
                    assert server.stdout.readline() == "status 0\n"
                    assert line[0] == str(uid)
                    return int(line[1])

                inodes = {name: os.stat(tree.jail_of(name)).st_ino for name in tree.users}
                assert become(5002) == inodes["bob"]
                user_jails.remove_user("bob")
                assert become(5002) is None
                user_jails.add_user("bob", 5202)
                assert become(5202) == inodes["bob"]
                user_jails.remove_user("alice")
                user_jails.add_user("alice", 5002)
                assert become(5002) == inodes["alice"]
                os.rename(tree.jail_of("alice"), f"{tree.path}/old")
                os.mkdir(tree.jail_of("alice"), 0o755)
                assert become(5002) == os.stat(tree.jail_of("alice")).st_ino
                server.stdin.close()
        for name, uid in {"alice": 5001, "bob": 5002}.items():
            user_jails.remove_user(name)
            user_jails.add_user(name, uid)

    def test_a_number_instead_of_a_name(self):
        with Jails({"alice": 5001}) as tree:
            os.mkdir(f"{tree.jails}/5002", 0o755)
            result = drop(tree, 5002, jail=f"{tree.jails}/%U")
            assert result.stdout.split()[:2] == ["5002", str(os.stat(f"{tree.jails}/5002").st_ino)], \
                result.stderr


class TestSettings:
    SETTINGS = {
        "token": ({"jail": "{jails}/%h"}, '"%h" stands for nothing'),
        "end": ({"jail": "{jails}/%"}, "ends in %"),
        "expose": ({"expose": "/srv/%n"}, '"%n" stands for nothing'),
        "alias": ({"aliases": "/home/%x"}, '"%x" stands for nothing'),
        "log": ({"log": "/var/log/%d.log"}, '"%d" stands for nothing'),
        "pidfile": ({"pidfile": "/run/%u.pid"}, "is the server's, and no user's"),
        "scoreboard": ({"scoreboard": "/run/%u"}, "is the server's, and no user's"),
        "root": ({"jail": "/%u"}, "is the root directory, which confines nothing"),
        "absent": ({"jail": "/absent/%u"}, "No such file or directory"),
        "service": ({"services": "nonsense"}, '"nonsense" is none'),
        "options": ({"expose": "/srv/%u,nonsense"}, "nonsense"),
        "writable": ({"expose": "/srv/%u,writable"}, "writable"),
    }

    @pytest.mark.parametrize("settings, text", SETTINGS.values(), ids=SETTINGS)
    def test_the_start_is_refused(self, settings, text):
        with Jails({"alice": 5001}) as tree:
            settings = {key: value.format(jails=tree.jails) for key, value in settings.items()}
            result = drop(tree, 5001, **settings)
            assert (result.returncode, result.stdout) == (EXIT_CONFIG, ""), result.stderr
            line, = result.stderr.splitlines()
            assert text in line

    def test_an_unsafe_directory_of_the_jails(self):
        with Jails({"alice": 5001}) as tree:
            os.chmod(tree.jails, 0o777)
            result = drop(tree, 5001)
            assert (result.returncode, result.stdout) == (EXIT_CONFIG, "")
            assert "is writable by its group or others" in result.stderr

    def test_without_a_token_a_percent_sign_is_one(self):
        with Jails({"alice": 5001}) as tree:
            os.mkdir(f"{tree.jails}/100%", 0o755)
            for jail, expose in (("100%%", "/srv/%n"), ("alice", "/srv/100%")):
                result = drop(tree, 5001, jail=f"{tree.jails}/{jail}", expose=expose)
                inode = os.stat(f"{tree.jails}/{jail.replace('%%', '%')}").st_ino
                assert result.stdout.split()[:2] == ["5001", str(inode)], result.stderr


class TestTooEarly:
    """Nobody serves before it is known for whom."""

    EVENTS = {
        "accepts": "listener.setblocking(False)\n        try: listener.accept()\n"
                   "        except BlockingIOError: pass",
        "waits": "import select; select.epoll().poll(0)",
        "starts a thread": "import threading; thread = threading.Thread(target=lambda: None); "
                           "thread.start(); thread.join()",
    }

    @pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
    @pytest.mark.parametrize("consent", ("false", "true"))
    def test_a_root_child_that_serves(self, event, consent):
        with Jails({"alice": 5001}) as tree:
            program = SERVER.replace("        os.setgroups([])", f"        {event}\n        os.setgroups([])")
            result = tree.run("/usr/bin/python3", "-B", "-c", program, tree.pidfile, "5001",
                              jail=tree.template, accepts_as_root=consent)
            inode = os.stat(tree.jail_of("alice")).st_ino
            if consent == "true":
                assert result.stdout.splitlines() == [f"5001 {inode}", "status 0"], result.stderr
            else:
                assert result.stdout.splitlines() == ["status 15"], result.stderr
                line, = result.stderr.splitlines()
                assert "set accepts_as_root = true" in line

    def test_a_root_server_without_children(self):
        """The consent is for children: who has none would serve outside for ever."""
        program = ("import socket\nlistener = socket.create_server(('127.0.0.1', 0))\n"
                   "listener.setblocking(False)\ntry: listener.accept()\n"
                   "except BlockingIOError: print('served')\n")
        with Jails({"alice": 5001}) as tree:
            result = tree.run("/usr/bin/python3", "-B", "-c", program, jail=tree.template,
                              accepts_as_root="true")
            assert (result.returncode, result.stdout) == (15, ""), result.stderr
            assert "accepts_as_root is for its children" in result.stderr

    def test_root_itself_has_none(self):
        """Its own chroot() wants a jail at the exec, before any drop."""
        with Jails({"alice": 5001}) as tree:
            program = SERVER.replace(
                "        os.setgroups([])",
                f"        os.chroot('{tree.jails}/alice'); os.execv('/bin/true', ['true'])")
            result = tree.run("/usr/bin/python3", "-B", "-c", program, tree.pidfile, "5001",
                              jail=tree.template)
            assert result.stdout.splitlines() == ["status 1"], result.stderr
            assert "root has none" in result.stderr
