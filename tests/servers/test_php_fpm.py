"""php-fpm, as Debian starts it: a daemon or not, with each kind of process manager."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import signal

import processes
from php_fpm import Fpm
from processes import wait_until


class TestStatic(Fpm):
    """A daemon, as Debian's script starts it."""

    daemon = True
    reopen_signal = signal.SIGUSR1
    # The master opens it before it forks, the pool's and what is slow in it.
    more = """\
access.log = {tree}/logs/access.log
slowlog = {tree}/logs/slow.log
request_slowlog_timeout = 1s
"""

    def open(self, mode, cleanups):
        super().open(mode, cleanups)
        self.logs = f"{self.tree.path}/logs"
        self.log = self.tree.write("logs/error.log", "", mode=0o666)
        self.access_log = f"{self.logs}/access.log"
        os.chmod(self.logs, 0o777)
        return self

    def configure(self):
        super().configure()
        self.tree.write("jail/html/slow.php",
                        "<?php function waits() { sleep(3); return 'slow'; }\necho waits();\n")

    def test_the_page(self, mode):
        self.assert_page(self.begin(mode))

    def test_what_is_slow_is_told(self, mode):
        """The master stops the worker, and reads where it is by ptrace()."""
        server = self.begin(mode)
        self.assert_jailed(server)

        def told():
            """On a busy machine the master may look when the page has been answered."""
            assert server.request(f"{server.jail}/html/slow.php").endswith("slow")
            return re.search(rf"waits\(\) {server.jail}/html/slow.php:2$",
                             processes.read(f"{server.logs}/slow.log"), re.M)

        wait_until(told, f"the slow page: {server.told()}")


class TestDynamic(Fpm):
    """In the foreground, as Debian's unit starts it."""

    pm = "dynamic"
    variant = True

    def test_a_graceful_end(self, mode):
        server = self.begin(mode)
        self.assert_jailed(server)
        os.kill(server.pid, signal.SIGQUIT)
        assert server.process.wait(60) == 0
        assert not os.path.exists(server.pidfile)


class TestOnDemand(Fpm):
    """Its workers are forked when somebody asks, and end when nobody does any more."""

    pm = "ondemand"
    variant = True
    least_workers = 1
    more = "pm.process_idle_timeout = 20s"

    def test_none_before_the_first_request(self, mode):
        server = self.life(mode)
        # Long enough for a look at them, also on a busy machine.
        server.more = "pm.process_idle_timeout = 5s"
        server.start()
        for _ in range(2):
            self.assert_jailed(server)
            # It does not see a client that comes before it has taken leave of the last worker.
            workers = server.workers()
            wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers),
                       "the end of idle workers")
            self.assert_page(server)
