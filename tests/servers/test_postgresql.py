"""PostgreSQL, which does not run as root: a postmaster that forks a backend for each connection."""
# SPDX-License-Identifier: Apache-2.0
import atexit
import contextlib
import functools
import glob
import os
import pwd
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile

import processes
from processes import wait_until
from row import NOT_FOR
from row_life import Life

PROGRAMS = max(glob.glob("/usr/lib/postgresql/*/bin"), default="/usr/lib/postgresql")
USER = "postgres"

# Shared memory in files of its own, and no zone of time: neither /dev/shm nor /usr is in the jail.
POSTGRESQL = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{jail}/run'
dynamic_shared_memory_type = mmap
timezone = 'GMT'
log_timezone = 'GMT'
fsync = off
autovacuum_naptime = 1h
logging_collector = on
log_directory = '{jail}/log'
log_filename = 'postgresql.log'
"""

# A worker for parallel queries is forked by the postmaster, when a backend has asked it by a signal.
PARALLEL = """\
SET force_parallel_mode = on;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT count(*) FROM numbers;
"""


@functools.cache
def cluster():
    """What initdb makes: once for all tests, since it takes long."""
    folder = tempfile.mkdtemp(prefix="chrootshim-postgresql-")
    atexit.register(shutil.rmtree, folder)
    shutil.chown(folder, USER, USER)
    subprocess.run(["setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups",
                    f"{PROGRAMS}/initdb", "-D", f"{folder}/data", "-A", "trust", "--no-sync",
                    "--locale=C"], check=True, capture_output=True, cwd=folder)
    return f"{folder}/data"


class Session:
    """A client, by messages made by hand (PostgreSQL's manual, "Frontend/Backend Protocol")."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
        self.stream = self.socket.makefile("rb")
        words = b"\0\3\0\0user\0" + USER.encode() + b"\0database\0postgres\0\0"
        self.socket.sendall(struct.pack("!I", 4 + len(words)) + words)
        self.answers()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Wait for the end of its backend, too: it closes the connection then."""
        with self.socket, self.stream, contextlib.suppress(OSError):
            self.send(b"X")
            self.stream.read()

    def send(self, kind, words=b""):
        self.socket.sendall(kind + struct.pack("!I", 4 + len(words)) + words)

    def answers(self):
        """All messages until it is ready for more: kind and content."""
        found = []
        while not found or found[-1][0] != b"Z":
            head = self.stream.read(5)
            if len(head) < 5:
                raise ConnectionError("the server has closed the connection")
            content = self.stream.read(struct.unpack("!I", head[1:])[0] - 4)
            if head[:1] == b"E":
                raise ConnectionError(content.replace(b"\0", b" ").decode())
            found.append((head[:1], content))
        return found

    def query(self, command):
        self.send(b"Q", command.encode() + b"\0")
        # A row: the number of its columns; of each, its length and its text.
        return [content[6:6 + struct.unpack("!i", content[2:6])[0]].decode()
                for kind, content in self.answers() if kind == b"D"]


class TestPostgresql(Life):
    name = "PostgreSQL"
    chroot = namespace = NOT_FOR
    settings = {"landlock": "files", "master_accepts": "true"}
    # Without waiting for clients: "fast", by its manual.
    stop_signal = signal.SIGINT

    @property
    def rootless_user(self):
        """It does not run as root, and so its bare run, too, is the user's."""
        account = pwd.getpwnam(USER)
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def configure(self):
        self.data = f"{self.jail}/data"
        self.pidfile = f"{self.data}/postmaster.pid"
        if os.path.exists(self.data):
            return
        subprocess.run(["cp", "-a", cluster(), self.data], check=True)
        # The names of zones of time, which each backend reads.
        zones = f"{max(glob.glob('/usr/share/postgresql/*'))}/timezonesets"
        shutil.copytree(zones, self.jail + zones)
        for folder in "run", "log":
            os.mkdir(f"{self.jail}/{folder}", 0o755)
            shutil.chown(f"{self.jail}/{folder}", USER, USER)
        with open(f"{self.data}/postgresql.conf", "a") as file:
            file.write(POSTGRESQL.format(port=self.port, jail=self.jail))

    def command(self):
        return [f"{PROGRAMS}/postgres", "-D", self.data]

    def ask(self):
        return self.sql("SELECT count(*) FROM pg_class")

    def sql(self, command):
        """The first column of the last rows, over a connection that ends then."""
        with Session(self.port) as session:
            return session.query(command)

    def told(self):
        return super().told() + processes.read(f"{self.jail}/log/postgresql.log")[-4000:]

    def test_a_backend_has_signals_for_others(self, mode):
        server = self.begin(mode)
        with Session(server.port) as session:
            busy, = session.query("SELECT pg_backend_pid()")
            assert processes.root(int(busy)) == server.jail
            assert server.sql(f"SELECT pg_terminate_backend({busy})") == ["t"]
            wait_until(lambda: not processes.alive(int(busy)), "the end of the backend")

    def test_parallel_workers(self, mode):
        """The postmaster forks them, jailed, when a backend asks for them."""
        server = self.begin(mode)
        server.sql("CREATE TABLE numbers AS SELECT generate_series(1, 100000) AS number")
        told = "\n".join(server.sql(PARALLEL))
        assert re.search("Workers Launched: [12]", told), told + server.told()

    def test_a_new_log(self, mode):
        """The collector is in the jail, as all that the postmaster forks, and so is its log."""
        server = self.begin(mode)
        log = f"{server.jail}/log/postgresql.log"
        os.rename(log, f"{log}.1")
        server.sql("SELECT pg_rotate_logfile()")
        wait_until(lambda: os.path.exists(log), "a new log")
