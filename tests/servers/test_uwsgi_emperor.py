"""uWSGI's emperor, with two vassals in one jail, each of which is executed and has its own master."""
# SPDX-License-Identifier: Apache-2.0
import signal

import processes
from apache import free_port
from processes import wait_until
from row import NOT_FOR
from uwsgi_row import DROPS, Uwsgi

EMPEROR = """\
[uwsgi]
emperor = {run}/vassals
"""

VASSAL = """\
[uwsgi]
plugin = python3
master = true
master-as-root = true
workers = 2
{drops}
http-socket = 127.0.0.1:{port}
chdir = {jail}/srv
wsgi-file = {jail}/srv/application.py
"""


class TestEmperor(Uwsgi):
    name = "uWSGI's emperor, master-as-root"
    variant = True
    rootless = NOT_FOR
    daemon = has_pidfile = False
    # Two of each vassal; it has all vassals reload.
    least_workers = 4

    def configure(self):
        super().configure()
        self.ports = []
        self.file = self.write("emperor.ini", EMPEROR)
        for name in ("one", "two"):
            self.add_vassal(name)

    def add_vassal(self, name):
        self.ports.append(free_port())
        self.write(f"run/vassals/{name}.ini", VASSAL, port=self.ports[-1], drops=DROPS)

    def command(self):
        return ["uwsgi", "--ini", self.file]

    def ask(self):
        """Every vassal's answer."""
        answers = [self.get("/", port) for port in self.ports]
        return [(status, text.replace(self.tree.path, "")) for status, text in answers]

    def masters(self):
        return [self.pid, *processes.children(self.pid)]

    def workers(self):
        return [pid for vassal in processes.children(self.pid) for pid in processes.children(vassal)]

    def hears(self):
        workers = self.workers()
        return len(workers) >= self.least_workers and all(
            self.catches(pid, signal.SIGUSR2) for pid in workers)

    def test_a_further_vassal(self, mode):
        """It is found by its file, and serves in the jail."""
        server = self.begin(mode)
        self.assert_jailed(server)
        server.add_vassal("three")
        wait_until(lambda: len(server.workers()) == 6 and server.serves(),
                   f"a third vassal: {server.told()}")
        self.assert_serves(server)
