"""kill -9 of whatever traces, at any moment: no request hangs, and the server serves on."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import random
import shutil
import signal
import threading
import time

import pytest

import processes
from apache import Apache
from processes import wait_until
from tracer import Tracer

# How long a request may take on a busy machine, in seconds: one that hangs takes for ever.
PATIENCE = 60
CLIENTS = 4
ROUNDS = 6


def kill(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Clients:
    """They ask for the page, one request after the other, until the end."""

    def __init__(self, apache):
        self.apache = apache
        self.served = 0
        self.failed, self.hung = [], []
        self.end = threading.Event()
        self.threads = [threading.Thread(target=self.run) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def run(self):
        while not self.end.is_set():
            try:
                reply = self.apache.get("/")
                if reply.status == 200:
                    self.served += 1
                else:
                    self.failed.append(reply.status)
            except TimeoutError:
                self.hung.append(True)
            except OSError as error:
                self.failed.append(repr(error))
                time.sleep(0.01)
            except Exception as error:
                self.failed.append(repr(error))

    def close(self):
        self.end.set()
        for thread in self.threads:
            thread.join()

    def wait_served(self):
        """Pages that were asked for after this moment."""
        served = self.served
        wait_until(lambda: self.served > served + 2 * CLIENTS, "pages", seconds=PATIENCE)


@pytest.fixture
def cleanups():
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.mark.parametrize("mpm, isolation", (("prefork", "chroot"), ("event", "namespace")))
class TestKills:

    @pytest.fixture(autouse=True)
    def server(self, mpm, isolation, cleanups, monkeypatch):
        self.apache = cleanups.enter_context(Apache(mpm, settings={"isolation": isolation}))
        self.tracer = cleanups.enter_context(Tracer(settings=self.apache.settings))
        # Where all are killed at once, nobody removes it.
        cleanups.callback(shutil.rmtree, os.path.dirname(self.tracer.socket), ignore_errors=True)
        self.keeper = self.tracer.keeper()
        monkeypatch.setenv(*self.tracer.variables.popitem())
        self.apache.start()
        self.clients = Clients(self.apache)
        cleanups.callback(self.clients.close)
        self.clients.wait_served()
        assert self.answerers()

    def answerers(self):
        """Of each traced worker one."""
        return processes.children(self.keeper)

    def assert_served(self):
        self.clients.wait_served()
        assert not self.clients.hung

    def test_the_report(self):
        """Its end is nothing to the workers."""
        workers, answerers = self.apache.workers(), set(self.answerers())
        kill([self.tracer.process.pid])
        wait_until(lambda: not processes.alive(self.keeper), "the keeper's end", seconds=PATIENCE)
        assert not os.path.exists(self.tracer.socket)
        assert not os.path.exists(os.path.dirname(self.tracer.socket))
        self.assert_served()
        assert self.clients.failed == []
        assert set(self.apache.workers()) >= set(workers) and all(map(processes.alive, answerers))
        # Its workers' end is theirs.
        self.apache.graceful()
        wait_until(lambda: not any(map(processes.alive, answerers)), "no more of them",
                   seconds=PATIENCE)
        self.assert_served()

    def test_who_gives_answerers(self):
        """Workers that begin later are not traced, which is told, and the others go on."""
        kill([self.keeper])
        self.assert_served()
        assert self.clients.failed == []
        self.apache.graceful()
        self.assert_served()
        assert self.tracer.end()["workers"] >= 2
        assert "those that begin now are not traced" in self.tracer.complaints
        assert not os.path.exists(os.path.dirname(self.tracer.socket))

    def test_who_answers(self):
        """His worker is killed, and the server starts another one."""
        for _ in range(ROUNDS):
            victim = random.choice(wait_until(self.answerers, "one that answers", seconds=PATIENCE))
            time.sleep(random.uniform(0, 0.2))
            kill([victim])
            self.assert_served()
        assert len(self.clients.failed) <= ROUNDS * 25
        self.assert_jailed()

    def test_all_at_once(self):
        """Nobody is left who could answer: no worker lives on, and new ones serve."""
        workers = self.apache.workers()
        kill([self.tracer.process.pid, self.keeper, *self.answerers()])
        wait_until(lambda: not set(workers) & set(self.apache.workers()), "the end of the workers",
                   seconds=PATIENCE)
        self.assert_served()
        self.assert_jailed()
        self.clients.failed.clear()
        self.assert_served()
        assert self.clients.failed == []

    def test_during_graceful_restarts(self):
        """At the moment when workers and tracer come to know each other."""
        for _ in range(ROUNDS):
            os.kill(self.apache.master(), signal.SIGUSR1)
            time.sleep(random.uniform(0, 0.05))
            answerers = self.answerers()
            kill(random.sample(answerers, min(2, len(answerers))))
            self.assert_served()
        kill([self.keeper])
        os.kill(self.apache.master(), signal.SIGUSR1)
        self.assert_served()
        self.assert_jailed()

    def assert_jailed(self):
        self.apache.wait_ready()
        assert {processes.root(pid) for pid in self.apache.workers()} <= {self.apache.jail, None}
        assert processes.alive(self.apache.master())
