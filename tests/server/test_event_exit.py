"""Threads of the event MPM end well in an empty jail: libgcc_s is loaded before it is entered."""
# SPDX-License-Identifier: Apache-2.0

import processes
from apache import Apache
from cases import OneServerTest
from processes import wait_until

MISSING = "libgcc_s.so.1 must be installed for pthread_exit to work"


class TestExits(OneServerTest):
    """Each way for a worker of the event MPM to end its threads."""

    def assert_no_abort(self):
        # The log is the right one, and it has seen the start: httpd says so once it has forked.
        wait_until(lambda: "resuming normal operations" in self.apache.error_log(), "the start")
        log = self.apache.error_log()
        assert MISSING not in log
        assert "exit signal" not in log

    def test_start(self):
        self.apache.start()
        for pid in self.apache.workers():
            assert "libgcc_s.so.1" in processes.read(f"/proc/{pid}/maps")
        self.assert_jailed()
        self.assert_no_abort()

    def test_graceful(self):
        self.apache.start()
        for _ in range(3):
            self.apache.graceful()
            assert self.apache.get("/").status == 200
        self.assert_jailed()
        self.assert_no_abort()

    def test_graceful_stop(self):
        self.apache.start()
        master = self.apache.master()
        self.apache.get("/")
        self.apache.control("-k", "graceful-stop")
        self.apache.wait_gone(master)
        self.assert_no_abort()

    def test_recycling(self):
        self.apache.configure("MaxConnectionsPerChild 3\nMinSpareThreads 16\n")
        self.apache.start()
        first = set(self.apache.workers())

        def recycled():
            assert self.apache.get("/").status == 200
            return self.apache.workers() and not first & set(self.apache.workers())

        wait_until(recycled, "new workers")
        self.assert_jailed()
        self.assert_no_abort()


class TestChrootDir:
    """The control: httpd's own chroot, where the library is not in reach."""

    def test_workers_abort(self):
        with Apache("event", "ChrootDir {jail}\n", shim=False) as apache:
            apache.control("-k", "start")
            wait_until(lambda: MISSING in apache.error_log(), "the complaint")
            wait_until(lambda: "exit signal Abort" in apache.error_log(), "the abort")
