"""Graceful restarts under load, restarts and stops: nothing is lost, each generation is jailed."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import os
import threading

import pytest

import processes
from apache import MPMS, free_port
from cases import LONG, OneServerTest, ServerTest
from processes import wait_until

CLIENTS = 4
GRACEFUL_RESTARTS = 20 if LONG else 5
BIG = b"0123456789abcdef" * 1024 * 512


class Load:
    """Clients that ask for pages, a connection each, and note everything that is not the page."""

    def __init__(self, apache):
        self.apache = apache
        self.failures = []
        self.served = 0
        self.end = threading.Event()
        self.threads = [threading.Thread(target=self.run) for _ in range(CLIENTS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        wait_until(lambda: self.served or self.failures, "the first page under load")
        return self

    def __exit__(self, *_):
        self.end.set()
        for thread in self.threads:
            thread.join()

    def run(self):
        while not self.end.wait(0.002):
            try:
                reply = self.apache.get("/")
                if (reply.status, reply.text) == (200, "the index page\n"):
                    self.served += 1
                else:
                    self.failures.append(f"{reply.status}: {reply.text}")
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))


class TestRestart(ServerTest):
    """Many restarts of one server."""

    mpms = MPMS

    extra = "ScoreBoardFile {tree}/run/scoreboard\n"

    def test_graceful_under_load(self):
        master = self.apache.master()
        with Load(self.apache) as load:
            for _ in range(GRACEFUL_RESTARTS):
                served = load.served
                self.apache.graceful()
                self.assert_jailed()
                wait_until(lambda: load.served > served + CLIENTS or load.failures,
                           "pages of the new generation")
        assert load.failures == []
        assert self.apache.master() == master

    def test_restart(self):
        master = self.apache.master()
        for _ in range(5):
            self.apache.renew("restart")
            self.assert_jailed()
            assert self.apache.get("/").text == "the index page\n"
        assert self.apache.master() == master

    def test_restart_under_load(self):
        """HUP breaks connections, so requests may fail; none may come from outside the jail."""
        with Load(self.apache) as load:
            for _ in range(5):
                self.apache.renew("restart")
                self.assert_jailed()
        assert [text for text in load.failures if text.startswith("200")] == []
        self.apache.wait_ready()

    def test_the_jail_gains_no_file(self):
        before = self.apache.jail_files()
        self.apache.graceful()
        self.apache.renew("restart")
        assert self.apache.jail_files() == before

    def test_worker_that_dies_is_replaced_by_a_jailed_one(self):
        victim = self.apache.workers()[0]
        os.kill(victim, 9)
        wait_until(lambda: victim not in self.apache.workers() and len(self.apache.workers()) >= 2,
                   "a successor")
        self.assert_jailed()


class TestChange(ServerTest):
    """What a restart is done for."""

    mpms = MPMS

    @pytest.fixture(autouse=True)
    def change_nothing(self):
        self.apache.configure()
        self.apache.graceful()

    def assert_change(self, action):
        self.apache.write("jail/elsewhere/page.txt", "from elsewhere\n")
        assert self.apache.get("/elsewhere/page.txt").status == 404
        self.apache.configure("Alias /elsewhere {jail}/elsewhere\nHeader set X-Changed yes\n",
                              ("alias", "headers"))
        self.apache.renew(action)
        self.assert_jailed()
        reply = self.apache.get("/elsewhere/page.txt")
        assert (reply.status, reply.text) == (200, "from elsewhere\n")
        assert reply.headers["X-Changed"] == "yes"

    def test_module_and_directives_by_graceful(self):
        self.assert_change("graceful")

    def test_module_and_directives_by_restart(self):
        self.assert_change("restart")

    def test_another_document_root_and_port(self):
        port = free_port()
        self.apache.write("jail/htdocs2/index.html", "the second root\n")
        self.apache.configure(f"DocumentRoot {{jail}}/htdocs2\nListen 127.0.0.1:{port}\n")
        self.apache.graceful()
        self.assert_jailed()
        for each in (self.apache.port, port):
            assert self.apache.get("/", port=each).text == "the second root\n"

    def test_a_broken_configuration_changes_nothing(self):
        workers = self.apache.workers()
        self.apache.configure("NoSuchDirective on\n")
        result = self.apache.control("-k", "graceful")
        assert result.returncode == 1
        assert "NoSuchDirective" in result.stderr
        assert self.apache.get("/").status == 200
        assert set(self.apache.workers()) == set(workers)


class TestRotation(ServerTest):
    """Logs are moved away, and a graceful restart opens new ones."""

    mpms = MPMS

    extra = 'CustomLog {tree}/log/access.log "%r"\n'

    def test_rotation(self):
        access = f"{self.apache.tree}/log/access.log"
        errors = f"{self.apache.tree}/log/error.log"
        for number in range(3):
            self.apache.get(f"/before-{number}")
            wait_until(lambda: f"/before-{number} " in processes.read(access), "the first line")
            os.rename(access, f"{access}.{number}")
            os.rename(errors, f"{errors}.{number}")
            self.apache.graceful()
            self.apache.get(f"/after-{number}")
            wait_until(lambda: f"/after-{number} " in processes.read(access), "the new access log")
            assert "/before" not in processes.read(access)
            assert f"/after-{number} " not in processes.read(f"{access}.{number}")
            assert "resuming normal operations" in processes.read(errors)
        self.assert_jailed()


class TestStop(OneServerTest):
    """The two ends of a server."""

    mpms = MPMS

    @pytest.fixture(autouse=True)
    def start(self, own_server):
        with open(self.apache.write("jail/htdocs/big", ""), "wb") as file:
            file.write(BIG)
        self.apache.start()
        self.pid = self.apache.master()

    def assert_gone(self):
        self.apache.wait_gone(self.pid)
        wait_until(lambda: processes.collect() or not processes.descendants(os.getpid()),
                   "the end of all workers")
        assert not os.path.exists(self.apache.pidfile)
        with pytest.raises(ConnectionRefusedError):
            self.apache.get("/")

    def test_stop(self):
        self.apache.graceful()
        assert self.apache.control("-k", "stop").returncode == 0
        self.assert_gone()

    def test_graceful_stop_completes_a_request(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.apache.port, timeout=10)
        self.cleanups.callback(connection.close)
        connection.request("GET", "/big")
        response = connection.getresponse()
        first = response.read(1000)
        assert self.apache.control("-k", "graceful-stop").returncode == 0
        wait_until(self.refuses, "no new connection")
        assert first + response.read() == BIG
        connection.close()
        self.assert_gone()

    def refuses(self):
        try:
            self.apache.get("/")
        except ConnectionError:
            return True
        return False

    def test_start_after_stop(self):
        for _ in range(2):
            self.apache.stop()
            self.apache.start()
            self.assert_jailed()
