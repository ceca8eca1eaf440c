"""Whatever fails on the way into the jail: a worker is confined as ever, or there is none."""
import concurrent.futures
import errno
import http.client
import os
import sys
import unittest

import processes
from apache import LIBRARY, Apache
from cases import load_tests_of
from faults import (ALLOCATION, BUILDER, EXIT_CONFIG, FATAL_STATUS, HANG, KILL, LINE, MUST_CLOSE,
                    SERVER, FaultTree, Run)
from processes import wait_until
from tree import compile_program

ISOLATIONS = ("chroot", "namespace", "rootless")

# CAP_SYS_CHROOT, CAP_SYS_PTRACE, CAP_SYS_ADMIN
BREAKING = 1 << 18 | 1 << 19 | 1 << 21

# In a real server: the call that is refused, by its number, and what is said.
REFUSED = {"x86_64": (("namespace", 308, "its mount namespace cannot be entered"),
                      ("chroot", 126, "its capabilities could not be taken away")),
           "aarch64": (("namespace", 268, "its mount namespace cannot be entered"),
                       ("chroot", 91, "its capabilities could not be taken away"))}

# A builder of namespaces that hangs takes half a minute, while the other tests run.
HANGING = concurrent.futures.ThreadPoolExecutor(1)


def hang():
    with FaultTree() as tree:
        return tree.runs("namespace", "listen", BUILDER, HANG, 40)


def setUpModule():
    global hanging
    processes.become_reaper()
    hanging = HANGING.submit(hang)


class FaultTest(unittest.TestCase):
    """A test case with one tree for all of its methods."""

    @classmethod
    def setUpClass(cls):
        cls.tree = FaultTree()
        cls.addClassCleanup(cls.tree.close)

    def assert_bare(self, run, isolation):
        """How a worker is confined when nothing fails."""
        found = run.confinement
        self.assertTrue(found, run.text)
        self.assertEqual(
            [found[word] for word in ("root", "top", "privileges", "out", "permitted", "lock")],
            [str(os.stat(self.tree.jail).st_ino), "1", "0", "0", "0", "1"], run.text)
        self.assertEqual((found["uid"], found["cwd"]), ("65534", "/htdocs"))
        if isolation != "rootless":
            self.assertEqual(int(found["bounding"], 16) & BREAKING, 0)

    def assert_confined(self, run, bare):
        if not run.is_closed() and not run.is_as_good(bare):
            self.fail(run.text)

    def sweep(self, isolation, phase, kind, error):
        """Let each call fail in turn; returns those that ended a process."""
        bare, *runs = self.tree.runs(isolation, phase, kind, error)
        self.assert_bare(bare, isolation)
        for run in runs:
            with self.subTest(isolation, phase=phase, error=error, call=run.call):
                self.assert_confined(run, bare)
        return {run.call for run in runs if run.is_closed()}


class Calls(FaultTest):
    """Each system call of the shim fails once."""

    def test_entry(self):
        for isolation in ISOLATIONS:
            for error in (errno.EIO, errno.EPERM, errno.EMFILE):
                closed = self.sweep(isolation, "enter", SERVER, error)
                self.assertLessEqual(MUST_CLOSE["enter", isolation], closed)

    def test_readiness(self):
        for isolation in ISOLATIONS:
            closed = self.sweep(isolation, "listen", SERVER, errno.EIO)
            if isolation != "chroot":
                closed |= self.sweep(isolation, "listen", BUILDER, errno.EIO)
            self.assertLessEqual(MUST_CLOSE["listen", isolation], closed)

    def test_supply_at_a_fork(self):
        """It fails, and is told; workers get what there was before."""
        for isolation in ("chroot", "namespace"):
            self.assertEqual(self.sweep(isolation, "fork", SERVER, errno.EIO), set())

    def test_a_killed_builder(self):
        """At the start that ends the server, later it does not."""
        for n in (1, 30, 90):
            run, = self.tree.runs("namespace", "listen", BUILDER, KILL, n)
            self.assertTrue(run.is_closed(), run.text)
            self.assertIn("was killed", run.lines[0])
        self.assertEqual(self.sweep("namespace", "fork", BUILDER, KILL), set())


class Resources(FaultTest):
    """Memory and descriptors run out."""

    def test_allocations(self):
        for isolation in ISOLATIONS[:2]:
            closed = self.sweep(isolation, "listen", ALLOCATION, errno.ENOMEM)
            self.assertEqual(closed, {"allocation"})

    def test_allocations_of_the_constructor(self):
        bare, = self.tree.runs("chroot", "enter", SERVER, 0, 0)
        refused = 0
        for n in range(1, 200):
            status, output = self.tree.output("chroot", "enter", SERVER, 0, 0,
                                              extra={"FAULT_ALLOCATION": str(n)})
            if status == EXIT_CONFIG:
                self.assertRegex(output, rf"\A{LINE.pattern}\n\Z")
                refused += 1
                continue
            self.assertEqual(status, 0, output)
            run = Run("enter", output)
            self.assertEqual(run.served, bare.served)
            if not run.call:
                break
        self.assertGreater(refused, 5)

    def test_descriptors(self):
        """From too few for the server itself to enough."""
        for isolation in ISOLATIONS:
            bare, = self.tree.runs(isolation, "listen", SERVER, 0, 0)
            found = set()
            for files in range(8, 28):
                run, = self.tree.runs(isolation, "listen", SERVER, 0, 0, files=files)
                status = int(run.field("status"))
                with self.subTest(isolation, files=files):
                    self.assertEqual(run.served, "" if status else bare.served, run.text)
                    # 99: the server itself had too few.
                    self.assertEqual(len(run.lines), status in (EXIT_CONFIG, FATAL_STATUS), run.text)
                found.add(status)
            self.assertLessEqual({0, EXIT_CONFIG}, found)


class Hanging(unittest.TestCase):

    def test_a_hanging_builder(self):
        run, = hanging.result()
        self.assertTrue(run.is_closed(), run.text)
        self.assertIn("the process that makes it hangs", run.lines[0])


class RealServer(unittest.TestCase):
    """Apache, of whose workers the kernel refuses something."""

    def serve(self, apache):
        try:
            return apache.get("/").status
        except (OSError, http.client.HTTPException):
            return None

    def test_refused(self):
        for isolation, number, reason in REFUSED[os.uname().machine]:
            with self.subTest(reason), Apache(settings={"isolation": isolation}) as apache:
                library = compile_program("fault.c", f"{apache.tree}/fault.so", "-shared", "-fPIC")
                apache.prefix = ["env", f"LD_PRELOAD={LIBRARY}:{library}", f"FAULT_CALL={number}",
                                 f"FAULT_ERROR={errno.EPERM}"]
                apache.control("-k", "start")
                served = set()

                def gone():
                    served.add(self.serve(apache))
                    processes.collect()
                    return not processes.descendants(os.getpid())

                wait_until(gone, "the end of the server", seconds=30)
                self.assertEqual(served, {None})
                self.assertRegex(apache.error_log(), rf"error: cannot enter the jail .*: {reason}: "
                                 "Operation not permitted: ")
                self.assertIn("returned a Fatal error", apache.error_log())


load_tests = load_tests_of(sys.modules[__name__])

if __name__ == "__main__":
    unittest.main()
