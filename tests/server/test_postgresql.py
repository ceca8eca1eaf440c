"""PostgreSQL on a Unix socket outside: workers reach it by the service postgresql."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import subprocess

import pytest

from apache import WORKER_USER
from daemons import Daemon
from database_test import DatabaseTest, own_directory

RUN = "/run/postgresql"
PROGRAMS = max(glob.glob("/usr/lib/postgresql/*/bin"))
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]


def serves():
    """It accepts connections before it serves them."""
    return subprocess.run([f"{PROGRAMS}/pg_isready", "-q", "-h", RUN], check=False).returncode == 0


@pytest.fixture(scope="module", autouse=True)
def database():
    """The data of a PostgreSQL that lets in whom the kernel says it is (peer)."""
    with own_directory("postgresql", "postgres") as directory:
        make_database(directory)
        yield


def make_database(directory):
    subprocess.run([*AS_POSTGRES, f"{PROGRAMS}/initdb", "-D", f"{directory}/data", "-A", "peer",
                    "--no-sync", "--locale=C"], check=True, capture_output=True, cwd=directory)
    Postgresql.command = [*AS_POSTGRES, f"{PROGRAMS}/postgres", "-D", f"{directory}/data", "-h", "",
                          "-k", RUN, "-c", "fsync=off"]
    Postgresql.log = f"{directory}/log"
    with open(Postgresql.log, "w"), Daemon(Postgresql.command, serves,
                                           Postgresql.log, cwd=directory):
        for command in (f'CREATE ROLE "{WORKER_USER}" LOGIN', f'CREATE DATABASE shop OWNER "{WORKER_USER}"'):
            subprocess.run([*AS_POSTGRES, f"{PROGRAMS}/psql", "-q", "-h", RUN, "-c", command,
                            "postgres"], check=True, cwd=directory)


class Postgresql(DatabaseTest):
    """The worker's own uid is its password."""

    source, user, password = f"pgsql:host={RUN};dbname=shop", WORKER_USER, ""

    @classmethod
    def prepare(cls):
        cls.database = Daemon(cls.command, serves, cls.log,
                              cwd=os.path.dirname(cls.log))
        cls.cleanups.callback(cls.database.stop)
        super().prepare()


class TestReached(Postgresql):
    settings = {"isolation": "namespace", "services": "postgresql"}

    def test_rows_before_and_after_a_restart_of_the_database(self):
        self.survives_a_restart(self.database)

    def test_no_socket_is_copied(self):
        self.refused_under_chroot(RUN)


class TestNotReached(Postgresql):
    settings = {"isolation": "namespace"}

    def test_without_the_service(self):
        assert "No such file or directory" in self.visit("none")[1]
