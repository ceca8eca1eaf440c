"""Hooks called at odd times: by 64 threads at once, in signal handlers, at load, unload and exit."""
import glob
import os
import sys
import unittest

from cases import load_tests_of
from tree import Tree

# Libraries that people preload beside us, from Debian's packages; libeatmydata is none of them, for
# its own open() now and then fails in a signal handler, without the shim too.
BESIDE = ("libjemalloc.so.2", "libfakeroot/libfakeroot-sysv.so")


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
        result = self.tree.run(self.program, self.tree.jail, pidfile=None, timeout=60,
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


class OtherLibraries(unittest.TestCase):
    """Constructors that run before the shim's own, and destructors of modules."""

    EXPECTED = "loaded: 0 -1 1 1\nunloaded: 0 -1 1 1\n"

    def setUp(self):
        self.tree = Tree()
        self.addCleanup(self.tree.close)
        self.early = self.tree.compile("early", "-shared", "-fPIC")

    def test_preloaded_beside(self):
        for order in ((self.tree.library, self.early), (self.early, self.tree.library)):
            with self.subTest(order):
                result = self.tree.run("/bin/true", extra={"LD_PRELOAD": ":".join(order)})
                self.assertEqual((result.returncode, result.stdout, result.stderr),
                                 (0, self.EXPECTED, ""))

    def test_loaded_and_unloaded(self):
        script = ("import _ctypes, sys; "
                  "_ctypes.dlclose(_ctypes.dlopen(sys.argv[1], 1)); print('on')")
        result = self.tree.run("/usr/bin/python3", "-c", script, self.early)
        self.assertEqual((result.returncode, result.stdout, result.stderr),
                         (0, self.EXPECTED + "on\n", ""))


load_tests = load_tests_of(sys.modules[__name__])

if __name__ == "__main__":
    unittest.main()
