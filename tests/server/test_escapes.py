"""Ways out of a jail, each tried by a worker, in httpd's own ChrootDir and under the shim."""
# SPDX-License-Identifier: Apache-2.0
import os
import pwd
import socket
import subprocess
import sysconfig

import pytest

from apache import WORKER_USER, Apache
from cases import TreeTest
from escape_cases import (SOURCES, AttackedApache, AttackedTree, Bystander, Giver, Mover, disk,
                          memory, put_key)
from escape_table import CHROOT_DIR, LANDLOCK, ROOT, ROOTLESS, SHIM, WORKER, outcome
from processes import wait_until
from tree import NOBODY, compile_program

MULTIARCH = sysconfig.get_config_var("MULTIARCH")


class Bystanders:
    """Processes outside that attackers may want, beside the server's own."""

    @pytest.fixture(scope="class", autouse=True)
    def stand_by(self, request):
        known = request.cls.known = {"disk": disk(), "uid": pwd.getpwnam(WORKER_USER).pw_uid}
        with Bystander(WORKER_USER) as same, Bystander("nobody") as other:
            known.update(same=memory(same.process.pid), other=memory(other.process.pid))
            yield

    def assert_outcome(self, attack, name, argument, expected):
        argument = argument.format(**self.known)
        assert attack(name, argument) == expected.format(**self.known)


class WorkerTest(Bystanders):
    """The attackers in the workers of a real httpd."""

    column = SHIM
    rootless = False
    settings = {"landlock": "off"}
    # What comes of ".." in a directory that was moved out of the jail.
    moved = "ok CANARY"

    @pytest.fixture(scope="class", autouse=True)
    def attacked(self, request, stand_by):
        cls = request.cls
        with Apache("prefork", shim=False) as neighbour, \
                AttackedApache(cls.rootless, cls.column == CHROOT_DIR, cls.settings) as cls.apache, \
                socket.socket(socket.AF_UNIX) as listener:
            apache = cls.apache
            apache.furnish()
            listener.bind(f"\0{apache.tree}")
            listener.listen()
            with Giver(apache.jail), Mover(apache.jail):
                neighbour.start()
                put_key("chrootshim-test")
                apache.start()
                # Both come some time after the server answers.
                logger = wait_until(apache.helpers, "a logger")[0]
                worker = wait_until(neighbour.workers, "the neighbour's worker")[0]
                cls.known.update(
                    handle=apache.secret.handle(), abstract=apache.tree, moved=cls.moved,
                    master=memory(apache.master()), logger=memory(logger), neighbour=memory(worker))
                yield


class ByWorker:
    """As the ordinary user that it is."""

    def test_by_a_worker(self):
        for name, argument, *outcomes in WORKER:
            self.assert_outcome(self.apache.attack, name, argument,
                                outcome(outcomes, self.column))


class ByRoot:
    """The same by root, which the set-id program becomes."""

    def attack_as_root(self, name, argument):
        return self.apache.attack("set_id", f"{name}:{argument}")

    def test_by_root(self):
        for name, argument, *outcomes in ROOT:
            self.assert_outcome(self.attack_as_root, name, argument,
                                f"uid=0 {outcomes[self.column]}")


class TestChrootDir(ByWorker, ByRoot, WorkerTest):
    """httpd's own: here it shows what the attackers are able to do."""

    column = CHROOT_DIR


class TestChroot(ByWorker, WorkerTest):
    """isolation = "chroot"."""


class TestNamespace(ByWorker, WorkerTest):
    """isolation = "namespace"."""

    settings = {"landlock": "off", "isolation": "namespace"}
    moved = "ENOENT"


class TestChrootWithSetId(ByRoot, WorkerTest):
    """Set-id programs give root, but no capability that breaks the jail: the first wall holds."""

    settings = {"no_new_privs": "false", "landlock": "off"}


class TestNamespaceWithSetId(TestChrootWithSetId):
    """The same in a namespace."""

    settings = {"no_new_privs": "false", "landlock": "off", "isolation": "namespace"}


class TestRootless(ByWorker, WorkerTest):
    """A server that an ordinary user has started."""

    column = ROOTLESS
    rootless = True


class TestLandlock(ByWorker, WorkerTest):
    """The second wall, which stands by default: what the first does not keep from."""

    column = LANDLOCK
    settings = {}
    moved = "EACCES"


class TestNamespaceLandlock(TestLandlock):
    """The same in a namespace."""

    settings = {"isolation": "namespace"}
    moved = "ENOENT"


class TestRootlessLandlock(TestLandlock):
    """The same without root."""

    rootless = True


class TestRoot(Bystanders):
    """A worker that is still root, in the server in miniature."""

    @pytest.fixture(scope="class", autouse=True)
    def attacked(self, request, stand_by):
        with AttackedTree() as tree:
            request.cls.tree = tree
            tree.furnish()
            # This process is root's, and outside.
            self.known.update(handle=tree.secret.handle(), master=memory(os.getpid()))
            yield

    def test_by_root(self):
        for isolation in ("chroot", "namespace"):
            def attack(name, argument, isolation=isolation):
                return self.tree.attack(name, argument, isolation=isolation, landlock="off")
            for name, argument, *outcomes in ROOT:
                self.assert_outcome(attack, name, argument, f"uid=0 {outcomes[SHIM]}")
            self.assert_outcome(attack, "proc_root", "1", "uid=0 open=EACCES")

    def test_landlock_holds_when_the_chroot_is_taken_away(self):
        for isolation, landlock, canary in (
                ("chroot", "off", "open=ok CANARY"), ("chroot", "require", "open=EACCES"),
                # Above the jail there is an empty root, and no more.
                ("namespace", "off", "open=ENOENT"), ("namespace", "require", "open=ENOENT")):
            report = self.tree.attack("second_chroot", isolation=isolation, landlock=landlock,
                                      keep_capabilities="sys_chroot")
            assert report == f"uid=0 chroot=ok {canary}"


class TestPlantedLibraries:
    """Code in the jail that libc would load into a worker that is still root."""

    libraries = f"lib/{MULTIARCH}"
    charsets = f"usr/lib/{MULTIARCH}/gconv"

    @pytest.fixture(autouse=True)
    def plant(self, cleanups):
        self.tree = cleanups.enter_context(AttackedTree())
        self.tree.furnish()
        self.mark = f"{self.tree.jail}/planted-code-ran"
        self.tree.write("jail/etc/nsswitch.conf",
                        "passwd: planted\ngroup: planted\ninitgroups: planted\n")
        self.tree.write(f"jail/{self.charsets}/gconv-modules",
                        "module INTERNAL PLANTED// PLANTED 1\n")
        os.makedirs(f"{self.tree.jail}/{self.libraries}")
        for path in (f"{self.libraries}/libnss_planted.so.2", f"{self.charsets}/PLANTED.so"):
            compile_program("planted.c", f"{self.tree.jail}/{path}", "-shared", "-fPIC")

    def runs_planted(self, name, **settings):
        """Does this look-up run what was planted? A gconv module of this kind ends the program."""
        self.result = self.tree.run_attack(name, **settings)
        ran = os.path.exists(self.mark)
        if ran:
            os.unlink(self.mark)
        return ran

    def test_groups_are_not_looked_up(self):
        assert not self.runs_planted("planted_groups")
        assert self.result.stdout == "uid=0 initgroups=EPERM "

    def test_a_locale_is_no_code(self):
        assert not self.runs_planted("planted_locale")
        assert self.result.stdout == "uid=0 setlocale=no "

    def test_only_root_can_plant(self):
        places = {"planted_accounts": ("etc", "etc/nsswitch.conf", "lib", self.libraries),
                  "planted_charset": ("usr", "usr/lib", os.path.dirname(self.charsets),
                                      self.charsets, f"{self.charsets}/gconv-modules")}
        for name, paths in places.items():
            for path in paths:
                os.chown(f"{self.tree.jail}/{path}", NOBODY, NOBODY)
                # That it would be run shows that the place counts.
                assert self.runs_planted(name, ownership="warn")
                assert not self.runs_planted(name)
                assert self.result.returncode == 78
                assert f"/{path} belongs to uid {NOBODY}" in self.result.stderr
                os.chown(f"{self.tree.jail}/{path}", 0, 0)


class TestSetId(TreeTest):
    """A set-id program that loads the shim does not obey the environment of who starts it."""

    @pytest.fixture(autouse=True)
    def build(self, own_tree):
        self.program = f"{self.tree.path}/secure"
        # A program that is linked with it looks for the soname.
        os.symlink(self.tree.library, f"{self.tree.path}/libchrootshim.so.1")
        subprocess.run(["cc", "-Wall", "-Werror", "-I", f"{SOURCES}/../../../include", "-o",
                        self.program, f"{SOURCES}/secure.c", self.tree.library,
                        f"-Wl,-rpath,{self.tree.path}"], check=True)

    def report(self, mode, **settings):
        os.chmod(self.program, mode)
        result = self.tree.run(self.program, user=NOBODY, **settings)
        assert (result.returncode, result.stderr) == (0, "")
        return result.stdout

    def test_variables(self):
        assert self.report(0o755) == f"uid={NOBODY} active=1\n"
        assert self.report(0o4755) == "uid=0 active=0\n"

    def test_a_configuration_file(self):
        file = self.tree.write("chrootshim.conf",
                               f'jail = "{self.tree.jail}"; pidfile = "/nowhere";\n')
        settings = {"jail": None, "pidfile": None, "config": file}
        assert self.report(0o755, **settings) == f"uid={NOBODY} active=1\n"
        assert self.report(0o4755, **settings) == "uid=0 active=0\n"


class TestPaths:
    """What a client of httpd can ask for."""

    REQUESTS = ("/../../canary", "/..//..//canary", "//../..//canary", "/./.././../canary",
                "/%2e%2e/%2e%2e/canary", "/.%2e/%2e./canary", "/..%2f..%2fcanary",
                "/%2e%2e%2f%2e%2e%2fcanary", "/%252e%252e/%252e%252e/canary",
                "/..\\..\\canary", "/..%5c..%5ccanary", "/index.html/../../../canary")
    LINKS = {"absolute": "{tree}/canary", "relative": "../../canary", "above": "../..",
             "root": "/", "slashes": "//..//{tree}//./jail/../canary"}
    THROUGH_LINKS = ("/absolute", "/relative", "/above/canary", "/root{tree}/canary", "/slashes")
    CANARY = "canary: this file lies outside the jail\n"

    def serve(self, cleanups, **options):
        apache = cleanups.enter_context(Apache(
            "prefork", "<Directory {jail}>\nOptions FollowSymLinks\n</Directory>\n", **options))
        apache.write("canary", self.CANARY)
        for name, target in self.LINKS.items():
            os.symlink(target.format(tree=apache.tree), f"{apache.jail}/htdocs/{name}")
        apache.start()
        return apache

    def test_links_lead_out_of_a_bare_httpd(self, cleanups):
        apache = self.serve(cleanups, shim=False)
        for path in self.THROUGH_LINKS:
            assert apache.get(path.format(tree=apache.tree)).text == self.CANARY

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_nothing_leads_out_of_a_jail(self, cleanups, isolation):
        apache = self.serve(cleanups, settings={"isolation": isolation})
        assert apache.get("/").text == "the index page\n"
        for path in self.REQUESTS + self.THROUGH_LINKS:
            reply = apache.get(path.format(tree=apache.tree))
            assert reply.status in (400, 403, 404)
            assert self.CANARY not in reply.text
