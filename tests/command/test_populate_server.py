"""chrootshim populate beside servers of the same jail; ended at any moment; and at a terminal."""
# SPDX-License-Identifier: Apache-2.0
import os
import pty
import random
import re
import signal
import subprocess
import time

import pytest

from apache import Apache
from chrootshim import COMMAND, chrootshim, environment
from forker import Forker
from populated import MANIFEST, Populated, kept, snapshot

CGI = """#!/usr/bin/env perl
use strict;
use POSIX;
print "Content-Type: text/plain\\n\\n", POSIX::floor(42.9), "\\n";
"""


CGI_SETTINGS = "ScriptAlias /cgi/ {jail}/cgi/\nScriptSock {jail}/run/cgi.sock\n"


@pytest.fixture
def jail():
    with Populated() as populated:
        yield populated


def test_a_cgi_program_of_httpd():
    """In a jail that was empty; the server's end, and its next start, take nothing away."""
    with Apache(modules=("cgid", "alias"), extra=CGI_SETTINGS, settings={"self_link": "true"}) as apache:
        os.mkdir(f"{apache.jail}/run", 0o755)
        script = apache.write("jail/cgi/script", CGI, 0o755)
        result = chrootshim("populate", "--program", script, settings={"jail": apache.jail})
        assert result.returncode == 0, result.stderr
        before = kept(snapshot(apache.jail))
        for _ in range(2):
            apache.start()
            reply = apache.get("/cgi/script")
            assert reply.status == 200 and "42" in reply.text, apache.error_log()
            apache.stop()
            assert before.items() <= kept(snapshot(apache.jail)).items()


class TestServers:
    """Servers in miniature, which bring something themselves."""

    def once(self, jail, **settings):
        with Forker(jail.tree, **settings) as server:
            lines = server.lines()
        os.unlink(server.log)
        return lines

    def test_each_keeps_what_is_the_others(self, jail):
        shared = jail.outside("shared", "both want this\n")
        script = jail.outside("script", f"#!/bin/bash\nread line <{shared}; echo $line\n", 0o755)
        own = jail.outside("own", "the server's\n")
        jail.populate("--program", script, "--service", "accounts")
        jail.populate("--remove", "--service", "accounts")
        populated = kept(snapshot(jail.path))
        self.once(jail, expose=f"{shared}:{own}")
        assert os.path.isfile(jail.path + own) and jail.run(script) == "both want this\n"
        # While the server's wishes hold, populate takes out what is its own.
        answer = jail.answer("--refresh")
        assert not answer["made"] + answer["updated"] + answer["removed"]
        # A start that wants nothing removes what it had, and nothing of populate's.
        lines = self.once(jail)
        assert [line for line in lines if "removed from the jail" in line]
        assert kept(snapshot(jail.path)) == populated
        jail.populate("--remove")
        assert not jail.files()

    def test_what_a_server_wants_stays_after_remove(self, jail):
        program = jail.outside("script", "#!/bin/bash\n", 0o755)
        jail.populate("--program", program)
        with Forker(jail.tree, expose=program):
            jail.populate("--remove")
            assert jail.files() == {program}

    def test_a_running_server_sees_what_comes(self, jail):
        file = jail.outside("file", "#!/bin/bash\n", 0o755)
        with Forker(jail.tree) as server:
            assert server.fork(file) is None
            assert jail.populate("--program", file).returncode == 0
            assert server.fork(file) == "#!/bin/bash\n"


class TestKilled:
    """Whenever it is killed, the next time completes it."""

    WORDS = ("--program", "git", "--service", "accounts", "--service", "dns")

    def kill(self, jail, *words, after):
        process = subprocess.Popen([COMMAND, "populate", "--jail", jail.path, *words],
                                   env=environment(), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()

    def assert_whole(self, jail):
        """Nothing half-copied has a final name: each file is as the host's is."""
        for path in jail.files():
            name = os.path.basename(path)
            if name.endswith((".chrootshim", f"{MANIFEST}.new")) or \
                    path in ("/etc/passwd", "/etc/group"):
                continue
            facts = os.lstat(jail.path + path)
            if os.path.isfile(jail.path + path) and not os.path.islink(jail.path + path):
                assert facts.st_size == os.stat(path).st_size, path

    def test_it(self, jail):
        with Populated() as other:
            begun = time.monotonic()
            assert other.populate(*self.WORDS).returncode == 0
            whole = time.monotonic() - begun
            expected = kept(snapshot(other.path))
        dice = random.Random(1)
        for _ in range(12):
            self.kill(jail, *self.WORDS, after=dice.uniform(0, whole))
            self.assert_whole(jail)
            self.kill(jail, "--remove", after=dice.uniform(0, whole / 4))
            self.assert_whole(jail)
        result = jail.populate(*self.WORDS)
        assert result.returncode == 0, result.stderr
        assert kept(snapshot(jail.path)) == expected
        assert jail.populate("--remove").returncode == 0
        assert snapshot(jail.path) == {}


class TestTerminal:
    """A bar for what takes long, on a terminal only."""

    def at_terminal(self, *words):
        """What it prints on stderr, which is a terminal."""
        ours, its = pty.openpty()
        process = subprocess.Popen([COMMAND, "populate", *words], stdout=subprocess.DEVNULL,
                                   stderr=its, env=environment(TERM="xterm"))
        os.close(its)
        told = b""
        while True:
            try:
                told += os.read(ours, 65536)
            except OSError:  # its last descriptor is closed
                break
        os.close(ours)
        assert process.wait() == 0
        return told.decode()

    def test_the_bar(self, jail):
        told = self.at_terminal("--jail", jail.path, "--service", "perl")
        assert re.search(r"\r\[#*\.+\] \d+/\d+ /", told)
        # It is gone in the end.
        assert told.endswith("\r\x1b[K")

    def test_no_bar_elsewhere(self, jail):
        result = jail.populate("--service", "git")
        assert result.returncode == 0 and result.stderr == ""
        assert f"/{MANIFEST}" in snapshot(jail.path)
