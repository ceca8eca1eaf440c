"""chrootshim status where each user has a jail: whose worker is where, by a server in miniature."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib

import jsonschema
import pytest

import processes
import user_jails
from chrootshim import answer, chrootshim
from miniature import Miniature
from user_pools import Pools

SCHEMA = json.loads((pathlib.Path(__file__).resolve().parents[2]
                     / "shim/command/status/status.schema.json").read_text())

# A child of a user's, in this directory.
WORKER = "os.chroot({directory!r}); os.chdir('/'); os.setgroups([]); os.setgid({uid}); os.setuid({uid})"


def setup_module():
    user_jails.own_users()


@pytest.fixture
def jails():
    with user_jails.UserJails() as jails:
        jails.jail = jails.template
        yield jails


def worker(jails, user, place=None, uid=None):
    return WORKER.format(directory=f"{jails.jails}/{place or user}", uid=uid or user_jails.USERS[user])


def ask(jails, *words):
    seen, status = answer("status", *words, settings={"jail": jails.template, "pidfile": jails.pidfile})
    jsonschema.validate(seen, SCHEMA)
    assert seen["status"] == status and seen["jail"] == jails.template
    server, = seen["servers"]
    return server, status


def of_users(server):
    return {user["name"]: (user["workers"], user["workers_jailed"], os.path.basename(user["jail"]))
            for user in server["users"]}


def test_each_in_his_own(jails):
    with Miniature(jails, worker(jails, "bob"), worker(jails, "alice"), worker(jails, "bob")):
        server, status = ask(jails)
        assert (status, server["verdict"]) == (0, "jailed")
        assert of_users(server) == {"alice": (1, 1, "alice"), "bob": (2, 2, "bob")}
        assert f"3 workers of 2 users, each jailed in {jails.template}" in server["summary"]
        # The server, then user by user.
        assert [process["user"]["name"] for process in server["processes"]] == [
            "root", "alice", "bob", "bob"]


def test_one_in_the_jail_of_another(jails):
    with Miniature(jails, worker(jails, "alice"), worker(jails, "bob", place="alice")) as server:
        stray = server.children()[1]
        seen, status = ask(jails)
        assert (status, seen["verdict"]) == (1, "unjailed")
        assert of_users(seen) == {"alice": (1, 1, "alice"), "bob": (1, 0, "bob")}
        problem, = [process for process in seen["processes"] if process["problem"]]
        assert problem["pid"] == stray and problem["problem"] == "unjailed"
        assert f"its root is {jails.jails}/alice, and not {jails.jails}/bob" in problem["why"]
        shown = chrootshim("status", settings={"jail": jails.template, "pidfile": jails.pidfile})
        assert "1 of 2 workers is not jailed" in shown.stdout and shown.returncode == 1


@pytest.mark.parametrize("uid", (user_jails.USERS["carol"], 60098))
def test_a_user_without_a_jail_or_a_name(jails, uid):
    with Miniature(jails, worker(jails, "alice", uid=uid)):
        seen, status = ask(jails)
        assert (status, seen["workers_jailed"]) == (1, 0)


def test_the_directory_of_the_jails_is_nobodys_jail(jails):
    with Miniature(jails, worker(jails, "alice", place=".")):
        assert ask(jails)[1] == 1


def test_below_his_own(jails):
    """A server may have a root of its own in it, as a pool with chroot has."""
    with Miniature(jails, worker(jails, "alice", place="alice/htdocs")):
        assert ask(jails)[1] == 0


def test_one_user(jails):
    with Miniature(jails, worker(jails, "alice"), worker(jails, "bob", place="alice")):
        server, status = ask(jails, "--user", "alice")
        assert status == 0 and of_users(server) == {"alice": (1, 1, "alice")}
        server, status = ask(jails, "--user", "bob")
        assert status == 1 and of_users(server) == {"bob": (1, 0, "bob")}
        server, status = ask(jails, "--user", "carol")
        assert status == 4 and server["verdict"] == "idle"


def test_one_user_where_there_is_none(jails):
    for jail, name, why in ((jails.template, "nobody-here", "no such user"),
                            (f"{jails.jails}/alice", "alice", "a jail for each user")):
        result = chrootshim("status", "--user", name, settings={"jail": jail})
        assert result.returncode == 64 and why in result.stderr


def test_found_by_the_jails(jails):
    """No pidfile names it."""
    with Miniature(jails, worker(jails, "alice")):
        seen, status = answer("status", settings={"jail": jails.template})
        # The library is loaded in none of its processes.
        assert status == 3 and jails.template in seen["missing"]


def test_it_is_shown_by_users(jails):
    with Miniature(jails, worker(jails, "bob"), worker(jails, "alice"), worker(jails, "bob")):
        shown = chrootshim("status", settings={"jail": jails.template, "pidfile": jails.pidfile}).stdout
        rows = [line.split() for line in shown.splitlines()]
        assert [row[3] for row in rows if "worker" in row] == ["alice", "bob", "bob"]


class TestRealServer:
    """php-fpm, whose pools are those of alice and bob."""

    @pytest.fixture(scope="class", autouse=True)
    def server(self, request):
        users = {name: user_jails.USERS[name] for name in ("alice", "bob")}
        with Pools(users, {"isolation": "namespace"}) as request.cls.pools:
            for name in users:
                request.cls.pools.worker(name)
            yield

    def test_the_keeper(self):
        """The shim's own process is outside, and is no worker."""
        seen, status = answer("status", settings={"jail": self.pools.jail, "pidfile": self.pools.pidfile})
        server, = seen["servers"]
        roles = {process["role"]: process for process in server["processes"]}
        assert status == 0 and of_users(server) == {"alice": (1, 1, "alice"), "bob": (1, 1, "bob")}
        assert roles["keeper"]["name"] == "shim-keeper" and not roles["keeper"]["jailed"]
        assert not roles["keeper"]["must_be_jailed"]

    def test_found_by_the_jails_alone(self):
        """Without a pidfile, by the users' roots and the library."""
        seen, status = answer("status", settings={"jail": self.pools.jail})
        server, = seen["servers"]
        assert status == 0 and server["pid"] == self.pools.daemon.process.pid


def test_run_waits_for_each():
    """`run --wait` returns when each worker was seen in the jail of its own user."""
    users = {name: user_jails.USERS[name] for name in ("alice", "bob")}
    pools = Pools(users, {})
    try:
        settings = {"jail": pools.jail, "pidfile": pools.pidfile}
        command = [word for word in pools.command if word != "--nodaemonize"]
        result = chrootshim("run", "--wait=60", "--", *command, "--daemonize", settings=settings)
        assert result.returncode == 0, result.stderr
        assert chrootshim("status", settings=settings).returncode == 0
    finally:
        processes.end_all()
        pools.close()
