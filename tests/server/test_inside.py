"""Programs that a worker starts inside its jail, with the library there and without."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess
import sysconfig

import pytest

import machine
from cases import TreeTest
from tree import NOBODY

NONE, JAILED = "none", "3"

PERL = "/usr/bin/perl"
BUSYBOX = "/bin/busybox"
MULTIARCH = sysconfig.get_config_var("MULTIARCH")
PERL_MODULES = f"/usr/lib/{MULTIARCH}/perl-base"

# Ways of programs/server.c to start a shell with a command; the last two never reach a hook.
BY_HOOKS = ("exec", "spawn")
WAYS = (*BY_HOOKS, "system", "popen")

READ = f"{PERL} -e 'open(F, \"<\", $ARGV[0]) or die \"$!\\n\"; print <F>'"
DIRECTORY = f"{PERL} -MCwd -e 'print Cwd::getcwd()'"


def needed_files(program):
    """The libraries that a program or a library needs, the loader among them."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True)
    return re.findall(r"(/\S+) \(0x", listed.stdout)


class InsideTest(TreeTest):
    """A worker of programs/server.c in a jail with perl, the server itself and a static shell."""

    @pytest.fixture(autouse=True)
    def furnish(self, own_tree):
        self.jail = self.tree.jail
        self.server = self.tree.put_server()
        self.worker = ["listen", "pair", "pidfile", self.tree.pidfile, "fork", "epoll_wait"]
        self.supply(self.server, "/bin/server")
        self.supply(PERL, PERL)
        shutil.copytree(PERL_MODULES, self.jail + PERL_MODULES,
                        ignore=shutil.ignore_patterns("unicore"))
        for name in "sh", "env":
            shutil.copy(BUSYBOX, f"{self.jail}/bin/{name}")
        self.tree.write("jail/htdocs/page", "a page")
        self.tree.write("jail/dev/null", "", mode=0o666)  # perl opens it for its scripts of -e
        self.page = f"{self.jail}/htdocs/page"

    def supply(self, source, target):
        """Copy a program or library into the jail, and whatever it needs."""
        for path, inside in ((source, target), *((file, file) for file in needed_files(source))):
            os.makedirs(os.path.dirname(self.jail + inside), exist_ok=True)
            shutil.copy(path, self.jail + inside)

    def start(self, way, command, **options):
        return self.tree.run(self.server, *self.worker, way, command, **options)

    def output(self, way, command, **options):
        """What the command prints, provided that nothing complains."""
        result = self.start(way, command, **options)
        assert (result.returncode, result.stderr) == (0, ""), (way, command)
        return result.stdout

    def assert_role(self, text, who, role):
        assert text == f"{who} {role} {os.stat(self.jail).st_ino}\n"


class TestWithTheLibrary(InsideTest):
    """The library is in the jail under its own path: programs there begin as jailed."""

    @pytest.fixture(autouse=True)
    def put_library(self, furnish):
        self.supply(self.tree.library, self.tree.library)

    @pytest.mark.parametrize("way", WAYS)
    def test_it_starts_as_jailed(self, way):
        self.assert_role(self.output(way, "/bin/server say child"), "child", JAILED)

    def test_it_starts_as_jailed_without_root(self):
        self.worker[-1:] = ["setuid", str(NOBODY)]
        for way in WAYS:
            self.assert_role(self.output(way, "/bin/server say child"), "child", JAILED)
            assert self.output(way, f"{READ} {self.page}") == "a page"

    def test_it_starts_by_its_outside_path_with_an_environment_made_anew(self):
        self.assert_role(self.output("exec-anew", f"{self.jail}/bin/server"), "again", JAILED)

    @pytest.mark.parametrize("way", WAYS)
    def test_it_opens_outside_paths(self, way):
        assert self.output(way, f"{READ} {self.page}") == "a page"
        assert self.output(way, f"{READ} /htdocs/page") == "a page"

    def test_it_does_not_see_what_is_outside(self):
        secret = self.tree.write("secret", "outside")
        result = self.start("exec", f"{READ} {secret}")
        assert (result.stdout, result.stderr) == ("", "No such file or directory\n")

    def test_its_directory_has_the_view(self):
        for view, directory in (("outside", f"{self.jail}/htdocs"), ("inside", "/htdocs")):
            for way in WAYS:
                command = f"cd /htdocs && {DIRECTORY}"
                assert self.output(way, command, view=view) == directory

    def test_a_list_of_paths_that_is_none(self):
        """Which the worker has not written."""
        result = self.start("exec", "CHROOTSHIM_SHARED=none /bin/server say child")
        assert (result.returncode, result.stdout) == (78, "")
        assert result.stderr.endswith("CHROOTSHIM_SHARED is no list of paths: unset it\n")

    def test_it_translates_nothing_where_the_server_does_not(self):
        result = self.start("exec", f"{READ} {self.page}", fixroot="false")
        assert result.stderr == "No such file or directory\n"

    @pytest.mark.parametrize("way", WAYS)
    def test_it_knows_the_aliases(self, way):
        command = f"{READ} /old/www/htdocs/page && {READ} /other/htdocs/page"
        assert self.output(way, command, aliases="/old/www:/other") == "a pagea page"

    def test_its_own_children_are_jailed_too(self):
        for script in ('exec "/bin/server", "say", "child"', 'system "/bin/server say child"',
                       '%ENV = (); exec "/bin/server", "say", "child"',
                       f'exec "{self.jail}/bin/server", "say", "child"',
                       'print `/bin/server say child`'):
            self.assert_role(self.output("exec", f"{PERL} -e '{script}'"), "child", JAILED)

    def test_other_preloaded_libraries_stay(self):
        others = {"LD_PRELOAD": f"{self.tree.library}:libm.so.6"}
        self.supply(f"/lib/{MULTIARCH}/libm.so.6", f"/lib/{MULTIARCH}/libm.so.6")
        for way in WAYS:
            text = self.output(way, "env", extra=others)
            assert f"LD_PRELOAD={self.tree.library}:libm.so.6\n" in text

    def test_a_library_below_the_jail(self):
        self.tree.library = f"{self.jail}{self.tree.library}"
        for way in WAYS:
            self.assert_role(self.output(way, "/bin/server say child"), "child", JAILED)


class TestAnotherRoot(InsideTest):
    """CHROOTSHIM_INSIDE must tell the root directory that the program has."""

    def assert_refused(self, result):
        assert (result.returncode, result.stdout) == (78, "")
        assert re.search(r"\Achrootshim\[\d+\]: error: CHROOTSHIM_INSIDE .*\n\Z", result.stderr)

    def test_outside_the_jail(self):
        jail = os.stat(self.jail)
        for value in (f"{jail.st_dev}:{jail.st_ino}", "0:0", "nonsense", ""):
            self.assert_refused(self.tree.run(
                self.server, "say", "self", pidfile=None, extra={"CHROOTSHIM_INSIDE": value}))

    def test_the_machines_own_root(self):
        """Also where there is no such jail, and for who is not root."""
        root = os.stat("/")
        inside = {"CHROOTSHIM_INSIDE": f"{root.st_dev}:{root.st_ino}"}
        for jail in (self.jail, "/nowhere"):
            for user in (None, NOBODY):
                self.assert_refused(self.tree.run(
                    self.server, "say", "self", jail=jail, pidfile=None, user=user, extra=inside))

    def test_without_user_namespaces(self):
        """Then the jail's path tells."""
        root = os.stat("/")
        wrapper = self.tree.compile("answer_calls")
        self.assert_refused(self.tree.run(
            wrapper, "clone", "1", self.server, "say", "self", pidfile=None,
            extra={"CHROOTSHIM_INSIDE": f"{root.st_dev}:{root.st_ino}"}))

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_a_jail_that_is_a_file_system(self, isolation):
        """Its root is that of a mount, and it may have its own path in it."""
        machine.own_mounts()
        machine.run("mount", "--bind", self.jail, self.jail)
        self.cleanups.callback(machine.run, "umount", self.jail)
        os.makedirs(self.jail + os.path.dirname(self.jail), exist_ok=True)
        os.symlink("/", self.jail + self.jail)
        self.supply(self.tree.library, self.tree.library)
        for way in WAYS:
            self.assert_role(
                self.output(way, "/bin/server say child", isolation=isolation), "child", JAILED)

    def test_inside_the_jail(self):
        self.supply(self.tree.library, self.tree.library)
        root = os.stat("/")
        for value in (f"{root.st_dev}:{root.st_ino}", "0:0", ""):
            self.assert_refused(self.start(
                "exec", f"CHROOTSHIM_INSIDE={value} /bin/server say child"))

    def test_the_right_one_with_more_behind_it(self):
        root = os.stat("/")
        self.assert_refused(self.tree.run(
            self.server, "say", "self", pidfile=None,
            extra={"CHROOTSHIM_INSIDE": f"{root.st_dev}:{root.st_ino}0x"}))


class TestWithoutTheLibrary(InsideTest):
    """Programs in a jail without the library run without it, and nothing complains."""

    @pytest.mark.parametrize("way", WAYS)
    def test_no_complaint_and_no_shim(self, way):
        self.assert_role(self.output(way, "/bin/server say child"), "child", NONE)

    @pytest.mark.parametrize("way", WAYS)
    def test_no_trace_in_the_environment(self, way):
        text = self.output(way, "env")
        assert "PATH=" in text
        assert not re.search("LD_PRELOAD|CHROOTSHIM_", text)

    def test_other_preloaded_libraries_stay(self):
        others = {"LD_PRELOAD": f"{self.tree.library}:libm.so.6"}
        for way in WAYS:
            assert "LD_PRELOAD=libm.so.6\n" in self.output(way, "env", extra=others)


class TestPathVariables(InsideTest):
    """The usual names of CGI with a path below the jail: in the view in which the program works."""

    def assert_variables(self, inside, **options):
        given = {"DOCUMENT_ROOT": f"{self.jail}/htdocs", "CONTEXT_DOCUMENT_ROOT": f"{self.jail}/",
                 "SCRIPT_FILENAME": f"{self.jail}/htdocs/../htdocs/page",
                 "PATH_TRANSLATED": f"{self.jail}0/page", "OTHER": f"{self.jail}/htdocs"}
        expected = given if not inside else {
            **given, "DOCUMENT_ROOT": "/htdocs", "CONTEXT_DOCUMENT_ROOT": "/",
            "SCRIPT_FILENAME": "/htdocs/../htdocs/page"}
        for way in BY_HOOKS:
            lines = self.output(way, "env", extra=given, **options).splitlines()
            found = dict(line.split("=", 1) for line in lines)
            assert {name: found.get(name) for name in expected} == expected

    def test_without_the_library_they_get_the_inside_view(self):
        for view in "outside", "inside":
            self.assert_variables(inside=True, view=view)

    def test_with_the_library_they_have_the_view_of_the_answers(self):
        self.supply(self.tree.library, self.tree.library)
        self.assert_variables(inside=False)
        self.assert_variables(inside=True, view="inside")
