"""chrootshim check --fix: it shows what the settings would become, asks, and writes them."""
# SPDX-License-Identifier: Apache-2.0
import os
import pty
import re
import select

import pytest

from chrootshim import COMMAND, chrootshim, environment
from doctor import Patient

SETTINGS = """\
# The jail of the pages.
jail = "{jail}";
isolation = "namespace";  // with sockets
services = [
    "time"  # for the log
];
pidfile = "{tree}/run/other.pid";
"""

CONFIGURATION = """\
user www-data;
pid {tree}/run/server.pid;
error_log stderr;
events {{}}
http {{
access_log {tree}/log/access.log;
server {{
listen 127.0.0.1:1;
root {jail}/htdocs;
location /a/ {{ alias {tree}/pages/; }}
location /b/ {{ auth_basic x; auth_basic_user_file /etc/passwd; }}
}}
}}
"""

class Fixed(Patient):
    """A server that lacks several things, and a file of settings with comments."""

    def __init__(self):
        super().__init__()
        for name in ("pages", "log"):
            os.mkdir(f"{self.path}/{name}", 0o755)
        self.symlink("{jail}/htdocs", "current")
        self.server = ("nginx", "-c", self.write("nginx.conf", self.format(CONFIGURATION)))
        self.file = self.write("chrootshim.conf", self.format(SETTINGS))
        self.words = ("check", "--config", self.file)

    def fix(self, *options, **keywords):
        return chrootshim(*self.words, "--fix", *options, "--", *self.server, **keywords)

    def read(self):
        with open(self.file) as file:
            return file.read()


@pytest.fixture
def patient():
    with Fixed() as patient:
        yield patient


def test_written_with_yes(patient):
    """Everything that lines of settings can cure is cured at once, and comments stay."""
    result = patient.fix("--yes")
    assert not result.stderr
    assert f"Written to {patient.file}" in result.stdout
    text = patient.read()
    for comment in ("# The jail of the pages.", "// with sockets", "# for the log"):
        assert comment in text
    assert f'pidfile = "{patient.path}/run/server.pid";' in text
    assert "self_link = true;" in text
    for element in ("accounts", "time", f"{patient.path}/log,writable", f"{patient.path}/pages"):
        assert f'"{element}' in text, text
    result = chrootshim(*patient.words, "--", *patient.server)
    assert (result.returncode, "write:" in result.stdout) == (0, False), result.stdout


def test_once_is_enough(patient):
    patient.fix("--yes")
    before = patient.read()
    inode = os.stat(patient.file).st_ino
    result = patient.fix("--yes")
    assert "There is no setting to change." in result.stdout
    assert (patient.read(), os.stat(patient.file).st_ino) == (before, inode)


def test_shown(patient):
    """As diff(1) shows it; without a terminal to ask at, nothing is written."""
    before = patient.read()
    result = patient.fix()
    assert patient.read() == before
    assert "Nothing is written" in result.stdout and result.returncode == 2
    lines = result.stdout.splitlines()
    assert f"--- {patient.file}" in lines
    assert f'-pidfile = "{patient.path}/run/other.pid";' in lines
    assert f'+pidfile = "{patient.path}/run/server.pid";' in lines
    assert "+self_link = true;" in lines


def at_a_terminal(patient, reply):
    """What is said there, when the question gets this answer."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(COMMAND, [COMMAND, *patient.words, "--fix", "--", *patient.server],
                   environment(TERM="dumb"))
    said = b""
    while True:
        assert select.select([terminal], [], [], 60)[0], said
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        said += part
        if b"[y/N] " in said and reply:
            os.write(terminal, reply)
            reply = b""
    os.close(terminal)
    os.waitpid(child, 0)
    return said.decode()


@pytest.mark.parametrize("reply", [b"y\n", b"n\n", b"\n"])
def test_asked(patient, reply):
    before = patient.read()
    said = at_a_terminal(patient, reply)
    assert re.search(r"Write this to \S+/chrootshim\.conf\? \[y/N\]", said)
    assert (patient.read() != before) == (reply == b"y\n")


def test_what_a_variable_overrides(patient):
    """There the file does not help: it stays, and the line to add to is told."""
    keywords = {"env": environment(CHROOTSHIM_SERVICES="time")}
    result = patient.fix("--yes", **keywords)
    assert "CHROOTSHIM_SERVICES is set outside the file" in result.stdout
    assert '"accounts"' not in patient.read()


def test_a_file_that_is_a_link(patient):
    """It is not followed."""
    os.rename(patient.file, f"{patient.path}/real.conf")
    os.symlink("real.conf", patient.file)
    result = patient.fix("--yes")
    assert result.returncode != 0 and os.path.islink(patient.file)


def test_not_as_json(patient):
    result = patient.fix("--json")
    assert result.returncode == 64 and "--json" in result.stderr


def test_what_is_read_and_written(patient):
    """One line is enough for both, of the two that are told."""
    cache = f"{patient.path}/cache"
    os.mkdir(cache)
    os.chown(cache, 33, 33)
    patient.write("nginx.conf", patient.format(CONFIGURATION.replace(
        "server {{", "proxy_cache_path {tree}/cache keys_zone=a:1m;\nserver {{\n"
        "location /c/ {{ alias {tree}/cache; }}")))
    lines = {finding["cure"]["value"] for finding in patient.look() if finding["path"] == cache}
    assert lines == {cache, f"{cache},writable"}
    patient.fix("--yes")
    assert patient.read().count(cache) == 1 and f'"{cache},writable"' in patient.read()


def test_an_example_is_not_written(patient):
    """Which directory is to be the jail, the administrator says himself."""
    file = patient.write("empty.conf", "")
    result = chrootshim("check", "--config", file, "--fix", "--yes", "--", *patient.server)
    assert 'write: jail = "/srv/www1";' in result.stdout and result.returncode == 2
    with open(file) as text:
        assert text.read() == ""
