"""MariaDB on a Unix socket outside: workers reach it by the service mysql."""
import shutil
import subprocess
import tempfile
import unittest

from daemons import Daemon, listens
from database_test import DatabaseTest, own_machine, own_run_directory

SOCKET = "/run/mysqld/mysqld.sock"


def setUpModule():
    """The data of a MariaDB, and the directory of the socket that Debian gives it."""
    own_machine()
    own_run_directory("mysqld", "mysql")
    directory = tempfile.mkdtemp(prefix="chrootshim-mysql-", dir="/srv")
    unittest.addModuleCleanup(shutil.rmtree, directory)
    shutil.chown(directory, "mysql", "mysql")
    options = ["--no-defaults", f"--datadir={directory}/data", "--user=mysql"]
    subprocess.run(["mariadb-install-db", *options, "--skip-test-db",
                    "--auth-root-authentication-method=normal"],
                   check=True, capture_output=True)
    Mysql.command = ["mariadbd", *options, "--skip-networking", f"--socket={SOCKET}",
                     f"--pid-file={directory}/pid", "--innodb-buffer-pool-size=8M"]
    Mysql.log = f"{directory}/log"
    with Daemon(Mysql.command, lambda: listens(SOCKET), Mysql.log):
        subprocess.run(["mariadb", "--no-defaults", "-u", "root", f"--socket={SOCKET}", "-e",
                        "CREATE DATABASE shop; CREATE USER worker@localhost IDENTIFIED BY 'secret';"
                        "GRANT ALL ON shop.* TO worker@localhost"], check=True)


class Mysql(DatabaseTest):
    """PHP finds the socket where it is outside, by its own default too."""

    source = f"mysql:unix_socket={SOCKET};dbname=shop"
    user, password = "worker", "secret"

    @classmethod
    def prepare(cls):
        cls.database = Daemon(cls.command, lambda: listens(SOCKET), cls.log)
        cls.addClassCleanup(cls.database.stop)
        super().prepare()


class Reached(Mysql):
    settings = {"isolation": "namespace", "services": "mysql"}

    def test_rows_before_and_after_a_restart_of_the_database(self):
        self.survives_a_restart(self.database)

    def test_no_socket_is_copied(self):
        self.refused_under_chroot("/run/mysqld")


class ReachedByDefault(Mysql):
    """localhost means the socket that PHP was built with."""

    source = "mysql:host=localhost;dbname=shop"
    settings = {"isolation": "namespace", "services": "mysql"}

    def test_a_row(self):
        self.assertEqual(self.visit("default")[1], "default")


class NotReached(Mysql):
    settings = {"isolation": "namespace"}

    def test_without_the_service(self):
        self.assertIn("No such file or directory", self.visit("none")[1])


def load_tests(loader, _standard, _pattern):
    """Not the forms."""
    return unittest.TestSuite(map(loader.loadTestsFromTestCase,
                                  (Reached, ReachedByDefault, NotReached)))
