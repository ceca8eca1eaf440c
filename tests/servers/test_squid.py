"""squid as a reverse proxy, as Debian's unit starts it: a master that executes its kid, or one process."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import glob
import os
import socketserver
import threading

import machine
from apache import free_port
from application import application
from row import CONFIG, Refused
from row_life import Life

SQUID = """\
http_port 127.0.0.1:{port} accel defaultsite=localhost
cache_peer 127.0.0.1 parent {behind} 0 no-query originserver
pid_filename {pidfile}
access_log stdio:{jail}/log/access.log
cache_log {jail}/log/cache.log
coredump_dir {jail}/log
netdb_filename none
pinger_enable off
cache deny all
visible_hostname localhost
shutdown_lifetime 1 seconds
http_access allow all
"""


def setup_module():
    machine.own_mounts()
    machine.own_copy("/dev")


@contextlib.contextmanager
def syslog_into(path):
    """A syslog daemon, for the block, which appends what it hears to a file."""
    class Line(socketserver.BaseRequestHandler):
        def handle(self):
            with open(path, "ab") as log:
                log.write(self.request[0] + b"\n")

    if os.path.lexists("/dev/log"):
        os.unlink("/dev/log")
    with socketserver.UnixDatagramServer("/dev/log", Line) as daemon:
        os.chmod("/dev/log", 0o666)
        threading.Thread(target=daemon.serve_forever, args=(0.1,)).start()
        try:
            yield
        finally:
            daemon.shutdown()


class Squid(Life):
    least_workers = 1
    mode_words = ()

    def configure(self):
        self.behind = free_port()
        self.cleanups.enter_context(application(self.behind))
        os.mkdir(f"{self.jail}/log")
        os.chmod(f"{self.jail}/log", 0o777)
        self.access_log = f"{self.jail}/log/access.log"
        # Of which its segments in /dev/shm have their name: what is killed leaves them.
        self.cleanups.callback(self.remove_segments)
        self.configuration = self.write("squid.conf", SQUID, behind=self.behind)
        self.cleanups.enter_context(syslog_into(self.log))

    @property
    def service(self):
        return f"squid{self.port}"

    def remove_segments(self):
        for segment in glob.glob(f"/dev/shm/{self.service}-*"):
            os.unlink(segment)

    def ask(self):
        return self.get("/application"), self.get("/")[0]

    def command(self):
        return ["squid", *self.mode_words, "-sYC", "-n", self.service, "-f", self.configuration]


class TestSquid(Squid):
    name = "squid"
    mode_words = ("--foreground",)
    # A kid is executed with root as its real user id and squid's as the effective one.
    chroot = namespace = Refused("with a real user id that is not the effective one")
    # The master gives up after some of them.
    refused_status = 1


class TestOneProcess(Squid):
    """It gives up root by its effective user id alone, before it listens."""

    name = "squid `-N`, its pidfile in the jail"
    mode_words = ("-N",)
    # Who is not root, but may be again, cannot prepare the mounts.
    namespace = Refused("fsmount() is refused: Operation not permitted")
    refused_status = CONFIG
    # It would read its configuration anew in the jail, and as root.
    reload_signal = None
    outlives_kill = False

    def open(self, mode, cleanups):
        super().open(mode, cleanups)
        os.mkdir(f"{self.jail}/run")
        os.chmod(f"{self.jail}/run", 0o777)
        self.pidfile = f"{self.jail}/run/squid.pid"
        return self

    def masters(self):
        return []

    def workers(self):
        return [self.pid]
