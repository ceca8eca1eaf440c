"""chrootshim trace where each user has a jail: whose jail lacks a path, and the line for it."""
# SPDX-License-Identifier: Apache-2.0
import json
import pathlib

import jsonschema
import pytest

import user_pools
from tracer import Tracer
from user_pools import Pools

USERS = {"alice": 60001, "bob": 60002}
SCHEMA = json.loads((pathlib.Path(__file__).resolve().parents[2] /
                     "shim/command/trace/trace.schema.json").read_text())
READ = "<?php foreach ($_GET['paths'] as $path) echo @file_get_contents($path) ? 'read ' : 'no ';\n"


def setup_module():
    user_pools.own_users(**USERS)


class Traced(Pools):
    """Pools whose workers are traced; what is missing is in the answer of end()."""

    def __init__(self, json=True, **settings):
        super().__init__(USERS, settings, options=("-d", "opcache.enable=0"))
        self.tracer = Tracer(settings={"jail": self.jail, "pidfile": self.pidfile, **settings}, json=json)
        self.settings["trace"] = self.tracer.socket
        for name in USERS:
            self.page(name, "read.php", READ)
            self.page(name, "own.txt", f"{name}'s")

    def read(self, name, *paths):
        return self.ask(name, "read.php", **{f"paths[{number}]": path
                                             for number, path in enumerate(paths)}).split()

    def end(self):
        answer = self.tracer.end()
        jsonschema.validate(answer, SCHEMA)
        return {(item["path"], item["user"]): item for item in answer["missing"]}

    def __exit__(self, *_):
        self.tracer.close()
        super().__exit__()


@pytest.mark.parametrize("isolation", ("chroot", "namespace"))
def test_whose_jail_lacks_it(isolation):
    with Traced(isolation=isolation) as traced:
        assert traced.read("alice", "/etc/hostname") == ["no"]
        assert traced.read("bob", "/etc/hostname", "/etc/debian_version") == ["no", "no"]
        missing = traced.end()
    assert missing["/etc/hostname", "alice"]["cure"]["line"] == 'expose = [ "/etc/hostname" ];'
    assert ("/etc/hostname", "bob") in missing and ("/etc/debian_version", "bob") in missing
    assert ("/etc/debian_version", "alice") not in missing


def test_what_is_another_users():
    """Nothing of it is ever proposed; one's own is not missing."""
    with Traced(isolation="chroot") as traced:
        own, other = (f"{traced.jails}/{name}/htdocs/own.txt" for name in USERS)
        assert traced.read("alice", own, other) == ["read", "no"]
        missing = traced.end()
    assert (own, "alice") not in missing
    assert missing[other, "alice"]["severity"] == "note" and missing[other, "alice"]["cure"] is None


def test_the_table():
    """As people read it, each line is proposed once."""
    with Traced(json=False, isolation="chroot") as traced:
        for name in USERS:
            traced.read(name, "/etc/hostname")
        shown = traced.tracer.end()
    assert "/etc/hostname in the jail of alice" in shown
    assert "/etc/hostname in the jail of bob" in shown
    assert shown.count('expose = [ "/etc/hostname" ];') == 1
