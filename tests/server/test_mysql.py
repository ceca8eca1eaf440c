"""MariaDB on a Unix socket outside: workers reach it by the service mysql."""
# SPDX-License-Identifier: Apache-2.0
import pytest

from database_test import DatabaseTest, own_directory
from mariadb import MariaDb, SOCKET


@pytest.fixture(scope="module", autouse=True)
def database():
    """The data of a MariaDB, and the directory of the socket that Debian gives it."""
    with own_directory("mysqld", "mysql") as directory:
        Mysql.database = MariaDb(directory)
        Mysql.database.run("CREATE DATABASE shop;"
                           "CREATE USER worker@localhost IDENTIFIED BY 'secret';"
                           "GRANT ALL ON shop.* TO worker@localhost")
        Mysql.database.stop()
        yield


class Mysql(DatabaseTest):
    """PHP finds the socket where it is outside, by its own default too."""

    source = f"mysql:unix_socket={SOCKET};dbname=shop"
    user, password = "worker", "secret"

    @classmethod
    def prepare(cls):
        cls.database.start()
        cls.cleanups.callback(cls.database.stop)
        super().prepare()


class TestReached(Mysql):
    settings = {"isolation": "namespace", "services": "mysql"}

    def test_rows_before_and_after_a_restart_of_the_database(self):
        self.survives_a_restart(self.database)

    def test_no_socket_is_copied(self):
        self.refused_under_chroot("/run/mysqld")


class TestReachedByDefault(Mysql):
    """localhost means the socket that PHP was built with."""

    source = "mysql:host=localhost;dbname=shop"
    settings = {"isolation": "namespace", "services": "mysql"}

    def test_a_row(self):
        assert self.visit("default")[1] == "default"


class TestNotReached(Mysql):
    settings = {"isolation": "namespace"}

    def test_without_the_service(self):
        assert "No such file or directory" in self.visit("none")[1]
