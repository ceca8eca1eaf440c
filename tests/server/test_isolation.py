"""What the shim brings into a process: its own names and nothing else, libconfig least of all."""
import os
import re
import subprocess
import sys
import unittest

import processes
from apache import LIBRARY
from cases import load_tests_of
from tree import Tree

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../shim/libc/symbols.h")


class Isolation(unittest.TestCase):

    def setUp(self):
        self.tree = Tree()
        self.addCleanup(self.tree.close)
        self.file = self.tree.write("chrootshim.conf",
                                    f'jail = "{self.tree.jail}"; pidfile = "/nowhere";\n')

    def both(self, *command):
        """Results without the shim, and with it and a configuration file."""
        return (self.tree.run(*command, shim=False),
                self.tree.run(*command, jail=None, pidfile=None, config=self.file))

    def assert_same(self, *command):
        bare, shimmed = self.both(*command)
        self.assertEqual(shimmed.returncode, 0, shimmed.stderr)
        self.assertEqual((bare.returncode, bare.stdout, bare.stderr),
                         (shimmed.returncode, shimmed.stdout, shimmed.stderr))

    def test_lighttpd_which_has_a_config_init_too(self):
        self.assert_same("lighttpd", "-v")

    def test_lighttpd_reads_its_configuration(self):
        conf = self.tree.write("lighttpd.conf", 'server.document-root = "/srv"\n')
        self.assert_same("lighttpd", "-tt", "-f", conf)

    def test_nginx(self):
        self.assert_same("nginx", "-v")

    def test_exported_names(self):
        listing = subprocess.run(["nm", "-D", "--defined-only", LIBRARY], check=True,
                                 capture_output=True, text=True).stdout
        exported = {line.split()[-1].split("@")[0] for line in listing.splitlines()}
        with open(TABLE) as file:
            hooked = set(re.findall(r"^HOOK(?:_NEWER)?\(\w+, (\w+)\)$", file.read(), re.M))
        own = {name for name in exported if name.startswith("chrootshim_")}
        self.assertIn("execve", exported)
        self.assertEqual(own, {"chrootshim_active", "chrootshim_role"})
        self.assertEqual(exported - own, hooked)

    def opened(self, **settings):
        """The files that `true` opens under the shim."""
        trace = f"{self.tree.path}/trace"
        preload = ["-E", f"LD_PRELOAD={self.tree.library}"]
        subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=open,openat", *preload, "true"],
                       env={**self.tree.environment(**settings), "LD_PRELOAD": ""}, check=True)
        return re.findall(r'open(?:at)?\(.*"(.*?)"', processes.read(trace))

    def test_libconfig_is_opened_for_a_file_only(self):
        by_file = self.opened(jail=None, pidfile=None, config=self.file)
        self.assertIn("libconfig.so", "\n".join(by_file))
        by_environment = self.opened()
        self.assertIn(self.tree.library, by_environment)
        self.assertNotIn("libconfig", "\n".join(by_environment))

    def test_no_libconfig_stays_mapped(self):
        for settings in ({}, {"jail": None, "pidfile": None, "config": self.file}):
            with self.subTest(settings):
                maps = self.tree.run("cat", "/proc/self/maps", **settings).stdout
                self.assertIn(self.tree.library, maps)
                self.assertNotIn("libconfig", maps)

    def test_loaded_in_another_way_it_is_inert_without_a_jail(self):
        text = f"import ctypes; print(ctypes.CDLL('{self.tree.library}').chrootshim_role())"
        result = self.tree.run("/usr/bin/python3", "-c", text, shim=False)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "0\n", ""))


load_tests = load_tests_of(sys.modules[__name__])

if __name__ == "__main__":
    unittest.main()
