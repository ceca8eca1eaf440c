"""Hooks called by 64 threads at once on small stacks, in signal handlers and at exit."""
import glob
import os
import sys
import unittest

from cases import load_tests_of
from tree import Tree

# Libraries that people preload beside us, from Debian's packages.
BESIDE = ("libjemalloc.so.2", "libeatmydata.so", "libfakeroot/libfakeroot-sysv.so")


class Crowd(unittest.TestCase):
    """Runs programs/crowd.c; it prints the number of calls with a wrong result."""

    def setUp(self):
        self.tree = Tree()
        self.addCleanup(self.tree.close)
        self.tree.write("jail/file", "text\n")
        os.symlink("file", f"{self.tree.jail}/link")
        os.mkdir(f"{self.tree.jail}/tmp")
        self.program = self.tree.compile("crowd", "-pthread")

    def assert_no_failure(self, preload):
        result = self.tree.run(self.program, self.tree.jail, pidfile=None,
                               extra={"LD_PRELOAD": preload})
        self.assertEqual((result.returncode, result.stdout, result.stderr),
                         (0, "0 failures\n", ""))

    def test_alone(self):
        self.assert_no_failure(self.tree.library)

    def test_beside_other_preloaded_libraries(self):
        for name in BESIDE:
            found = glob.glob(f"/usr/lib/*/{name}")
            self.assertTrue(found, name)
            for preload in (f"{self.tree.library}:{found[0]}", f"{found[0]}:{self.tree.library}"):
                with self.subTest(preload):
                    self.assert_no_failure(preload)


load_tests = load_tests_of(sys.modules[__name__])

if __name__ == "__main__":
    unittest.main()
