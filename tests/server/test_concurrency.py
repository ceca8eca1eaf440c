"""Hooks called at odd times: by 64 threads at once, in signal handlers, at load, unload and exit."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os

import pytest

from cases import LONG, TreeTest

# Libraries that people preload beside us, from Debian's packages; libeatmydata is none of them, for
# its own open() now and then fails in a signal handler, without the shim too.
BESIDE = ("libjemalloc.so.2", "libfakeroot/libfakeroot-sysv.so")


class TestCrowd(TreeTest):
    """Runs programs/crowd.c; it prints the number of calls with a wrong result."""

    @pytest.fixture(autouse=True)
    def furnish(self, own_tree):
        self.tree.write("jail/file", "text\n")
        os.symlink("file", f"{self.tree.jail}/link")
        os.mkdir(f"{self.tree.jail}/tmp")
        self.program = self.tree.compile("crowd", "-pthread", f"-DROUNDS={300 if LONG else 60}")

    def assert_no_failure(self, preload):
        result = self.tree.run(self.program, self.tree.jail, pidfile=None, timeout=200,
                               extra={"LD_PRELOAD": preload})
        assert (result.returncode, result.stdout, result.stderr) == (0, "0 failures\n", "")

    def test_alone(self):
        self.assert_no_failure(self.tree.library)

    @pytest.mark.parametrize("name", BESIDE)
    def test_beside_other_preloaded_libraries(self, name):
        found = glob.glob(f"/usr/lib/*/{name}")
        assert found, name
        for preload in (f"{self.tree.library}:{found[0]}", f"{found[0]}:{self.tree.library}"):
            self.assert_no_failure(preload)


class TestOtherLibraries(TreeTest):
    """Constructors that run before the shim's own, and destructors of modules."""

    EXPECTED = "loaded: 0 -1 1 1\nunloaded: 0 -1 1 1\n"

    @pytest.fixture(autouse=True)
    def furnish(self, own_tree):
        self.early = self.tree.compile("early", "-shared", "-fPIC")

    def test_preloaded_beside(self):
        for order in ((self.tree.library, self.early), (self.early, self.tree.library)):
            result = self.tree.run("/bin/true", extra={"LD_PRELOAD": ":".join(order)})
            assert (result.returncode, result.stdout, result.stderr) == (0, self.EXPECTED, "")

    def test_loaded_and_unloaded(self):
        script = ("import _ctypes, sys; "
                  "_ctypes.dlclose(_ctypes.dlopen(sys.argv[1], 1)); print('on')")
        result = self.tree.run("/usr/bin/python3", "-c", script, self.early)
        assert (result.returncode, result.stdout, result.stderr) == (0, self.EXPECTED + "on\n", "")
