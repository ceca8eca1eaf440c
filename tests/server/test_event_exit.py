"""Threads of the event MPM end well in an empty jail: libgcc_s is loaded before it is entered."""
import sys
import unittest

import processes
from apache import Apache
from cases import ServerTest, load_tests_of
from processes import wait_until

MISSING = "libgcc_s.so.1 must be installed for pthread_exit to work"


class Exits(unittest.TestCase):
    """Each way for a worker of the event MPM to end its threads."""

    def setUp(self):
        processes.become_reaper()
        self.apache = Apache("event")
        self.addCleanup(self.apache.close)

    assert_jailed = ServerTest.assert_jailed

    def assert_no_abort(self):
        log = self.apache.error_log()
        self.assertNotIn(MISSING, log)
        self.assertNotIn("exit signal", log)
        # The log is the right one, and it has seen the start.
        self.assertIn("resuming normal operations", log)

    def test_start(self):
        self.apache.start()
        for pid in self.apache.workers():
            self.assertIn("libgcc_s.so.1", processes.read(f"/proc/{pid}/maps"))
        self.assert_jailed()
        self.assert_no_abort()

    def test_graceful(self):
        self.apache.start()
        for _ in range(3):
            self.apache.graceful()
            self.assertEqual(self.apache.get("/").status, 200)
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
            self.assertEqual(self.apache.get("/").status, 200)
            return self.apache.workers() and not first & set(self.apache.workers())

        wait_until(recycled, "new workers")
        wait_until(lambda: len(self.apache.workers()) >= 2, "as many workers as before")
        self.assert_jailed()
        self.assert_no_abort()


class ChrootDir(unittest.TestCase):
    """The control: httpd's own chroot, where the library is not in reach."""

    def test_workers_abort(self):
        processes.become_reaper()
        with Apache("event", "ChrootDir {jail}\n", shim=False) as apache:
            apache.control("-k", "start")
            wait_until(lambda: MISSING in apache.error_log(), "the complaint")
            wait_until(lambda: "exit signal Abort" in apache.error_log(), "the abort")


load_tests = load_tests_of(sys.modules[__name__])

if __name__ == "__main__":
    unittest.main()
