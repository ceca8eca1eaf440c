"""chrootshim status --wait and --watch: how they end, and what they show on a terminal."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pty
import signal
import subprocess
import threading
import time

import pytest

from apache import Apache
from cases import TreeTest
from chrootshim import COMMAND, chrootshim, environment, key_options
from miniature import DROP, ENTER, Miniature
from processes import read, status, wait_until

JAILED = f"{ENTER}; {DROP}"


class WatchTest(TreeTest):
    def begin(self, *words, **popen):
        """Start it in the background, asking about the server of the tree."""
        popen.setdefault("env", environment())
        process = subprocess.Popen(
            [COMMAND, "status", *key_options(self.settings()), *words],
            stdin=subprocess.DEVNULL, **popen)
        self.cleanups.callback(process.wait)
        self.cleanups.callback(process.kill)
        return process

    def start(self, *children):
        return self.cleanups.enter_context(Miniature(self.tree, *children))

    def settings(self):
        return {"jail": self.tree.jail, "pidfile": self.tree.pidfile}


class TestWait(WatchTest):
    def test_until_they_serve(self):
        """It is there before the server."""
        waiting = self.begin("--wait=60", stdout=subprocess.PIPE, text=True)
        wait_until(lambda: status(waiting.pid, "State").startswith("S"), "it to wait")
        assert waiting.poll() is None
        self.start(JAILED)
        shown, _ = waiting.communicate(timeout=60)
        assert waiting.returncode == 0
        assert "1 worker, jailed" in shown

    def test_one_that_is_not_jailed_ends_it(self):
        """Time will not make it better."""
        self.start(JAILED, DROP)
        begun = time.monotonic()
        shown = chrootshim("status", "--wait=60", "--quiet", settings=self.settings())
        assert shown.returncode == 1 and "is not jailed" in shown.stdout
        assert time.monotonic() - begun < 30

    def test_one_that_is_about_to_enter(self):
        """As what httpd forks before its pidfile is written, and is not root for the moment."""
        # It is in doubt for a second, in which a child of a busy machine may get no turn.
        assert any(self.waits_for_one(f"{self.tree.path}/go{number}") for number in range(5))

    def waits_for_one(self, go):
        """Does it, for a child that was seen outside, and enters when this file is there?"""
        with Miniature(self.tree, "os.seteuid(NOBODY); os.write(tell, b'x')\n"
                       f"while not os.path.exists('{go}'): __import__('time').sleep(.02)\n"
                       f"os.seteuid(0); {JAILED}"):
            assert chrootshim("status", settings=self.settings()).returncode == 1
            waiting = self.begin("--wait=60", "--quiet", stdout=subprocess.PIPE, text=True)
            wait_until(lambda: status(waiting.pid, "State")[:1] in ("S", "Z"), "it to wait")
            with open(go, "w"):
                shown, _ = waiting.communicate(timeout=60)
        return (waiting.returncode, shown) == (0, "")

    def test_it_gives_up(self):
        begun = time.monotonic()
        shown = chrootshim("status", "--wait=1", settings=self.settings())
        assert shown.returncode == 3 and "no server" in shown.stdout
        assert time.monotonic() - begun >= 1

    def test_one_without_workers_may_still_start_some(self):
        self.start()
        begun = time.monotonic()
        assert chrootshim("status", "--wait=5", settings=self.settings()).returncode in (1, 4)
        assert time.monotonic() - begun >= 5

    def test_one_that_may_be_without_workers(self):
        """As php-fpm may, which starts them on demand."""
        self.cleanups.enter_context(Miniature(self.tree, env=self.tree.environment()))
        begun = time.monotonic()
        assert chrootshim("status", "--wait=60", "--allow-idle",
                          settings=self.settings()).returncode == 0
        assert time.monotonic() - begun < 30

    def test_a_real_start(self):
        apache = self.cleanups.enter_context(Apache("event"))
        control = threading.Thread(target=apache.start)
        control.start()
        shown = chrootshim("status", "--wait=60", "--quiet",
                           settings={"jail": apache.jail, "pidfile": apache.pidfile})
        control.join()
        assert (shown.returncode, shown.stdout) == (0, "")


@pytest.mark.parametrize("ending", (signal.SIGINT, signal.SIGTERM))
class TestWatch(WatchTest):
    def test_lines(self, ending):
        """Where there is no terminal: a line each time, with the time before it."""
        self.start(JAILED)
        log = f"{self.tree.path}/log"
        with open(log, "w") as out:
            watching = self.begin("--watch=1", stdout=out)
        wait_until(lambda: read(log).count("\n") >= 2, "two lines")
        watching.send_signal(ending)
        assert watching.wait(30) == 0
        for line in read(log).splitlines():
            stamp, _, text = line.partition(" ")
            assert time.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ")
            assert text.endswith(f"1 worker, jailed in {self.tree.jail}")

    def test_json_lines(self, ending):
        self.start(DROP)
        log = f"{self.tree.path}/log"
        with open(log, "w") as out:
            watching = self.begin("--watch=1", "--json", stdout=out)
        wait_until(lambda: read(log).count("\n") >= 2, "two lines")
        watching.send_signal(ending)
        assert watching.wait(30) == 1
        for line in read(log).splitlines():
            assert json.loads(line)["verdict"] == "unjailed"


class Screen:
    """A terminal, and what a program has written to it."""

    def __init__(self, test, *words, **variables):
        self.ours, theirs = pty.openpty()
        self.text = ""
        self.process = test.begin(*words, stdout=theirs, env=environment(**variables))
        os.close(theirs)
        threading.Thread(target=self.collect, daemon=True).start()

    def collect(self):
        while True:
            try:
                self.text += os.read(self.ours, 65536).decode()
            except OSError:
                os.close(self.ours)
                return


class TestTerminal(WatchTest):
    def test_watch_draws_anew(self):
        self.start(JAILED)
        screen = Screen(self, "--watch=1", TERM="xterm")
        wait_until(lambda: screen.text.count("\x1b[H\x1b[2J") >= 2, "two screens")
        screen.process.send_signal(signal.SIGINT)
        assert screen.process.wait(30) == 0
        assert "\x1b[32m" in screen.text

    def test_colours(self):
        """Green is what is jailed, red what is not."""
        self.start(JAILED, DROP)
        screen = Screen(self, TERM="xterm")
        assert screen.process.wait(30) == 1
        wait_until(lambda: f"\x1b[32m{self.tree.jail}\x1b[0m" in screen.text and
                   "\x1b[31m/\x1b[0m" in screen.text, screen.text)

    @pytest.mark.parametrize("variables", ({"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1"}))
    def test_no_colours(self, variables):
        self.start(JAILED)
        screen = Screen(self, **variables)
        assert screen.process.wait(30) == 0
        wait_until(lambda: "worker" in screen.text, "the table")
        assert "\x1b" not in screen.text
