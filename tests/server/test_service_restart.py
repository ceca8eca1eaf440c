"""MariaDB and redis are started anew under load, each in a directory made anew: no page fails."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import signal
import tempfile
import threading

import pytest

import machine
import processes
from daemons import Daemon, listens
from php_server import PhpTest
from processes import wait_until
from mariadb import SOCKET, MariaDb

REDIS = "/run/redis/redis-server.sock"
CLIENTS = 2
RESTARTS = 3
PAGES = 20

# As clients of services do, it tries again for a while; a service that stays out of reach fails.
PAGE = """\
<?php
function ask_mysql() {
    $database = new PDO('mysql:unix_socket=%s;dbname=shop', 'worker', 'secret',
                        [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
    return $database->query('SELECT 6 * 7')->fetchColumn() == 42;
}
function ask_redis() {
    $redis = @stream_socket_client('unix://%s', $code, $reason, 1);
    return $redis && fwrite($redis, "PING\\r\\n") && fgets($redis) === "+PONG\\r\\n";
}
function ask($function) {
    for ($end = microtime(true) + 50; microtime(true) < $end; usleep(5000)) {
        try {
            if ($function()) return true;
        } catch (PDOException $error) {
        }
    }
    return false;
}
if (!ask('ask_mysql') || !ask('ask_redis')) http_response_code(500);
echo getmypid();
""" % (SOCKET, REDIS)


@pytest.fixture(scope="module", autouse=True)
def data():
    """A /run of the test's own, and the data of both."""
    machine.own_mounts()
    machine.own_copy("/run")
    with tempfile.TemporaryDirectory(prefix="chrootshim-services-", dir="/srv") as directory:
        shutil.chown(directory, "mysql", "mysql")
        make_directory(SOCKET, "mysql")
        PhpServers.database = MariaDb(directory)
        PhpServers.database.run("CREATE DATABASE shop;"
                                "CREATE USER worker@localhost IDENTIFIED BY 'secret';"
                                "GRANT ALL ON shop.* TO worker@localhost")
        PhpServers.database.stop()
        make_directory(REDIS, "redis")
        PhpServers.redis = Daemon(
            ["redis-server", "--port", "0", "--unixsocket", REDIS,
             "--unixsocketperm", "777", "--save", "", "--dir", directory], lambda: listens(REDIS))
        PhpServers.redis.stop()
        yield


def make_directory(socket, user):
    path = os.path.dirname(socket)
    shutil.rmtree(path, ignore_errors=True)
    os.mkdir(path, 0o755)
    shutil.chown(path, user, user)


class Load:
    """Clients of a server, each with one page after the other."""

    def __init__(self, apache):
        self.apache = apache
        self.done = threading.Event()
        self.statuses = []
        self.threads = [threading.Thread(target=self.ask) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def ask(self):
        while not self.done.is_set():
            self.statuses.append(self.apache.get("/services.php").status)

    def finish(self):
        """How many pages there were, and how many failed."""
        self.done.set()
        for thread in self.threads:
            thread.join()
        return len(self.statuses), len([status for status in self.statuses if status != 200])


class PhpServers(PhpTest):
    """One server, whose workers stay the same."""

    @classmethod
    def prepare(cls):
        cls.apache.write("jail/htdocs/services.php", PAGE)
        cls.extra = ""
        cls.daemons = []
        for daemon, path, user in ((cls.database, SOCKET, "mysql"), (cls.redis, REDIS, "redis")):
            make_directory(path, user)
            daemon.start()
            cls.cleanups.callback(daemon.stop)
            cls.daemons.append((daemon, path, user))
        super().prepare()

    def restart_all(self, load):
        for daemon, path, user in self.daemons:
            daemon.stop(signal.SIGTERM)
            make_directory(path, user)
            daemon.start()
            so_far = len(load.statuses)
            wait_until(lambda: len(load.statuses) > so_far + PAGES, "pages")

    def test_under_load(self):
        before = self.apache.workers()
        load = Load(self.apache)
        try:
            for _ in range(RESTARTS):
                self.restart_all(load)
        finally:
            pages, failed = load.finish()
        print(f"{type(self).__name__}: {pages} pages, {failed} failed")
        assert failed == 0
        assert pages > 2 * RESTARTS * PAGES
        assert set(before) & set(self.apache.workers())
        self.quiet_so_far()

    def quiet_so_far(self):
        assert "left out" not in processes.read(f"{self.apache.tree}/log/shim.log")


class TestBare(PhpServers):
    shim = False


class TestJailed(PhpServers):
    settings = {"isolation": "namespace", "services": "mysql:redis", "log_level": "info"}

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.apache.settings["log"] = f"{cls.apache.tree}/log/shim.log"


class TestJailedByTheStrictest(TestJailed):
    """With a read-only jail, and the second wall required."""

    settings = {**TestJailed.settings, "read_only": "true", "landlock": "require"}
