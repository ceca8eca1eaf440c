"""chrootshim populate where each user has a jail: that of one user, or all that are there."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib

import jsonschema
import pytest

import user_jails
from chrootshim import chrootshim

SCHEMA = json.loads((pathlib.Path(__file__).resolve().parents[2] /
                     "shim/command/populate/populate.schema.json").read_text())
PROGRAM = "/bin/true"


def setup_module():
    user_jails.own_users()


class Jails(user_jails.UserJails):

    def populate(self, *words):
        return chrootshim("populate", *words, settings={"jail": self.template})

    def answer(self, *words):
        answer = json.loads(self.populate(*words, "--json").stdout)
        jsonschema.validate(answer, SCHEMA)
        return {jail["user"]: jail for jail in answer["jails"]}

    def has(self, name):
        return os.path.exists(f"{self.jails}/{name}{PROGRAM}")


@pytest.fixture
def jails():
    with Jails() as jails:
        yield jails


def test_all_that_are_there(jails):
    """What is nobody's jail is let alone."""
    os.mkdir(f"{jails.jails}/stranger", 0o755)
    result = jails.populate("--program", PROGRAM)
    assert result.returncode == 0, result.stderr
    assert jails.has("alice") and jails.has("bob")
    assert not jails.has("stranger") and not os.path.exists(f"{jails.jails}/carol")


def test_one(jails):
    answer = jails.answer("--program", PROGRAM, "--user", "bob")
    assert set(answer) == {"bob"} and PROGRAM in answer["bob"]["made"]
    assert answer["bob"]["jail"] == f"{jails.jails}/bob"
    assert jails.has("bob") and not jails.has("alice")


def test_refresh_and_remove(jails):
    jails.populate("--program", PROGRAM, "--user", "bob")
    os.remove(f"{jails.jails}/bob{PROGRAM}")
    assert {name: jail["updated"] or jail["made"] for name, jail in jails.answer("--refresh").items()} == {
        "alice": [], "bob": [PROGRAM]}
    jails.populate("--program", PROGRAM, "--user", "alice")
    assert jails.answer("--remove", "--user", "bob")["bob"]["removed"]
    assert jails.has("alice") and not jails.has("bob")
    jails.populate("--remove")
    assert not jails.has("alice")


def test_what_is_wrong_with_one_keeps_none_of_the_others(jails):
    os.chmod(f"{jails.jails}/alice", 0o777)
    result = jails.populate("--program", PROGRAM)
    assert result.returncode == 78 and f"{jails.jails}/alice" in result.stderr
    assert jails.has("bob") and not jails.has("alice")


@pytest.mark.parametrize("name, why", [("nobody-here", "no such user"), ("carol", "No such file")])
def test_who_has_no_jail(jails, name, why):
    result = jails.populate("--program", PROGRAM, "--user", name)
    assert result.returncode == 78 and why in result.stderr
    assert not jails.has("alice")


def test_a_second_name_of_a_uid(jails):
    """The jail is that of the name which the uid has."""
    user_jails.add_user("alias", user_jails.USERS["alice"])
    result = jails.populate("--program", PROGRAM, "--user", "alias")
    assert result.returncode == 78 and "has the name alice" in result.stderr


def test_a_user_where_there_is_one_jail(jails):
    result = chrootshim("populate", "--refresh", "--user", "alice",
                        settings={"jail": f"{jails.jails}/alice"})
    assert result.returncode == 64 and "one jail for all users" in result.stderr
