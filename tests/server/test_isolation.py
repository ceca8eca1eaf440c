"""What the shim brings into a process: its own names and nothing else, libconfig least of all."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess

import pytest

import processes
from apache import LIBRARY
from cases import TreeTest
from worker import WorkerTest

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../shim/libc/symbols.h")
ELFCLASS32 = 1


class TestIsolation(TreeTest):

    @pytest.fixture(autouse=True)
    def write_file(self, own_tree):
        self.file = self.tree.write("chrootshim.conf",
                                    f'jail = "{self.tree.jail}"; pidfile = "/nowhere";\n')

    def both(self, *command):
        """Results without the shim, and with it and a configuration file."""
        return (self.tree.run(*command, shim=False),
                self.tree.run(*command, jail=None, pidfile=None, config=self.file))

    def assert_same(self, *command):
        bare, shimmed = self.both(*command)
        assert shimmed.returncode == 0, shimmed.stderr
        assert vars(shimmed) == vars(bare)

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
        with open(self.tree.library, "rb") as file:
            kinds = "_NEWER|_TIME64" if file.read(5)[4] == ELFCLASS32 else "_NEWER"
        with open(TABLE) as file:
            hooked = set(re.findall(rf"^HOOK(?:{kinds})?\(\w+, (\w+)\)$", file.read(), re.M))
        own = {name for name in exported if name.startswith("chrootshim_")}
        assert "execve" in exported
        assert own == {"chrootshim_active", "chrootshim_front", "chrootshim_role"}
        assert exported - own == hooked

    def opened(self, libraries="", **settings):
        """The files that `true` opens under the shim."""
        trace = f"{self.tree.path}/trace"
        preload = ["-E", f"LD_PRELOAD={self.tree.library}", "-E", f"LD_LIBRARY_PATH={libraries}"]
        subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=open,openat", *preload, "true"],
                       env={**self.tree.environment(**settings), "LD_PRELOAD": ""}, check=True)
        return re.findall(r'open(?:at)?\(.*"(.*?)"', processes.read(trace))

    def test_libconfig_is_opened_for_a_file_only(self):
        by_file = self.opened(jail=None, pidfile=None, config=self.file)
        assert "libconfig.so" in "\n".join(by_file)
        by_environment = self.opened()
        assert self.tree.library in by_environment
        assert "libconfig" not in "\n".join(by_environment)

    def test_libconfig_beside_libc_is_found_without_a_search(self):
        by_file = self.opened(jail=None, pidfile=None, config=self.file)
        libc, = (path for path in by_file if "/libc.so" in path)
        libconfig, = (path for path in by_file if "/libconfig.so" in path)
        assert os.path.dirname(libconfig) == os.path.dirname(libc)
        assert by_file.count("/etc/ld.so.cache") == 1

    def test_libconfig_elsewhere_than_libc_is_searched_for(self):
        libc, = (path for path in self.opened() if "/libc.so" in path)
        libraries = f"{self.tree.path}/libraries"
        os.mkdir(libraries, 0o755)
        shutil.copy(libc, libraries)
        by_file = self.opened(libraries, jail=None, pidfile=None, config=self.file)
        assert f"{libraries}/libc.so.6" in by_file
        *_, found = (path for path in by_file if "/libconfig.so" in path)
        assert os.path.dirname(found) == os.path.dirname(libc)

    def test_no_libconfig_stays_mapped(self):
        for settings in ({}, {"jail": None, "pidfile": None, "config": self.file}):
            maps = self.tree.run("cat", "/proc/self/maps", **settings).stdout
            assert self.tree.library in maps
            assert "libconfig" not in maps

    def test_loaded_in_another_way_it_is_inert_without_a_jail(self):
        text = f"import ctypes; print(ctypes.CDLL('{self.tree.library}').chrootshim_role())"
        result = self.tree.run("/usr/bin/python3", "-c", text, shim=False)
        assert (result.returncode, result.stdout, result.stderr) == (0, "0\n", "")


class TestNumbers(WorkerTest):
    """A server that closes what it did not open, and uses the numbers itself."""

    TAKE = """\
os.closerange(3, 3000)
ready, tell = os.pipe()
wait, end = os.pipe()
while os.dup(0) < 400:
    pass
"""
    LOOK = """\
say("numbers", {os.fstat(fd).st_ino for fd in range(200, 400)} == {os.fstat(0).st_ino})
"""

    @pytest.mark.parametrize("replaced", (False, True))
    def test_they_stay_its_own(self, replaced):
        self.tree.write("source/file", "")
        source = f"{self.tree.path}/source"
        master = self.TAKE
        if replaced:
            master += f"os.rename('{source}', '{source}.away')\nos.mkdir('{source}')\n"
        found = self.facts("pass", self.LOOK, master, isolation="namespace", expose=source)
        assert found["numbers"] == "True"

    OWN = """\
jail = os.stat("{jail}")
for name in os.listdir("/proc/self/fd"):
    if os.path.exists(f"/proc/self/fd/{name}") and os.path.samestat(os.stat(int(name)), jail):
        os.dup2(os.open("{jail}", os.O_RDONLY), int(name))
        say("taken", name)
out = os.open("/", os.O_RDONLY)
"""

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_what_it_opened_itself_is_no_workers(self, isolation):
        """By the jail's own number: a worker would share its place, and read what it may not."""
        found = self.facts('attempt("read", os.read, out, 1)',
                           master=self.OWN.replace("{jail}", self.tree.jail), isolation=isolation)
        assert found["taken"]
        assert found["read"] == "EBADF"
