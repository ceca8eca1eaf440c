"""The Debian packages: built, looked at, installed beside Apache, upgraded and removed while it runs."""
# SPDX-License-Identifier: Apache-2.0
import re
import shutil
import subprocess

import pytest

import installed
from conftest import PACKAGES, TESTS, build
from processes import wait_until
from service import Service

# Starts Apache by the user's own line, or by the drop-in where systemd runs: Debian's own test.
JAILED_APACHE = PACKAGES / "debian/tests/jailed-apache"


@pytest.fixture(name="machine", scope="module")
def bare_machine():
    with installed.Machine() as machine:
        machine.make()
        yield machine


def wanted(debs):
    """Of what is built, the packages that people install."""
    return [path for path in debs if path.suffix == ".deb" and "dbgsym" not in path.name]


def test_lintian_finds_nothing(debs):
    """An override has its reason beside it."""
    changes, = (path for path in debs if path.suffix == ".changes")
    done = subprocess.run(["lintian", "--allow-root", "--pedantic", "--display-info", "--fail-on",
                           "error,warning,info,pedantic", changes],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_they_run_no_script_of_their_own(debs):
    """So nothing of them can touch a server: dpkg runs ldconfig, and that is all."""
    for deb in wanted(debs):
        control = subprocess.run(["dpkg-deb", "--ctrl-tarfile", deb], check=True, stdout=subprocess.PIPE)
        names = subprocess.run(["tar", "-t"], input=control.stdout, check=True,
                               stdout=subprocess.PIPE).stdout.decode().split()
        assert set(names) <= {"./", "./control", "./md5sums", "./shlibs", "./symbols", "./triggers"}


def install_serve_purge(machine, debs):
    """Nothing is left of them, nor of what came with them, after Apache has served with them."""
    before = machine.files()
    machine.apt("install", *debs)
    added = set(machine.files()) - set(before)
    assert {"usr/bin/chrootshim", "usr/include/chrootshim.h"} <= added
    assert machine.chroot("chrootshim", "--version").startswith("chrootshim ")
    machine.put([JAILED_APACHE])
    assert "worker" in machine.contain("/root/jailed-apache")
    machine.apt("purge", "--autoremove", "chrootshim", "libchrootshim-dev")
    assert machine.files() == before


class TestInstalled:
    """Each test goes on where the one before ended."""

    def test_purge_leaves_nothing(self, machine, debs):
        install_serve_purge(machine, machine.put(wanted(debs)))

    def test_the_drop_in_jails_apache(self, machine, debs):
        machine.apt("install", *machine.put(wanted(debs)))
        machine.boot()
        service = Service(machine, "namespace")
        service.install()
        service.restart()

    def test_an_upgrade_leaves_the_server_alone(self, machine, debs, tmp_path):
        """No process of it ends, each request is answered; a restart gets the newer library."""
        service = Service(machine, "namespace")
        deb, = (path for path in wanted(debs) if path.name.startswith("chrootshim_"))
        newer, = machine.put([installed.newer(deb, tmp_path)])
        before = service.processes()
        with service.asking() as answers:
            machine.run(*installed.APT, "remove", "libchrootshim-dev")
            machine.run(*installed.APT, "install", newer)
            wait_until(lambda: "200" in service.get("/", "-w", "%{http_code}"), "an answer after it")
        assert set(answers) == {"200"}
        assert service.processes() == before
        assert self.library(service) == {"libchrootshim.so.1 (deleted)"}
        workers = service.workers()
        service.control("reload")
        wait_until(lambda: service.is_jailed(but=workers), "new workers, all jailed")
        service.restart()
        assert self.library(service) == {"libchrootshim.so.1"}

    def test_removal_leaves_the_server_alone(self, machine):
        """Its next start is refused, so that it never runs unjailed by mistake."""
        service = Service(machine, "namespace")
        before = service.processes()
        with service.asking() as answers:
            machine.run(*installed.APT, "purge", "chrootshim")
        assert set(answers) == {"200"}
        assert service.processes() == before
        workers = service.workers()
        service.control("reload")
        wait_until(lambda: service.is_jailed(but=workers), "new workers, all jailed")
        service.forget()
        assert service.control("restart", check=False).returncode != 0
        assert service.state() in ("failed", "activating")
        assert service.group() == set()
        service.uninstall()
        service.control("start")
        assert "Apache2 Debian Default Page" in service.get("/")

    @staticmethod
    def library(service):
        """The files of the shim that the master has loaded."""
        maps = service.machine.shell(f"cat /proc/{service.master()}/maps")
        return set(re.findall(r"/(libchrootshim\S*(?: \(deleted\))?)$", maps, re.M))


@pytest.mark.long
def test_a_build_can_be_repeated(debs, tmp_path):
    """In another directory, at another time: the same bytes."""
    again = {path.name: path.read_bytes() for path in build("build-deb", tmp_path)}
    for path in debs:
        if path.suffix == ".deb":
            assert path.read_bytes() == again[path.name], path.name


@pytest.mark.long
class TestNewerDebian:
    """Built in Debian 13, and installed there."""

    @pytest.fixture(name="trixie", scope="class")
    def debian_13(self):
        control = (PACKAGES / "debian/control").read_text()
        needed = re.search(r"^Build-Depends:\n((?: .*\n)+)", control, re.M).group(1)
        needed = re.findall(r"^ ([a-z0-9-]+)", needed.replace("-compat", ""), re.M)
        with installed.Machine() as machine:
            machine.make("trixie", ["build-essential", *needed])
            shutil.copytree(TESTS.parent, f"{machine.tree}/root/source",
                            ignore=shutil.ignore_patterns(".git"))
            yield machine

    def test_purge_leaves_nothing(self, trixie):
        trixie.chroot("/root/source/examples/packages/build-deb", "/root/debs")
        install_serve_purge(trixie, trixie.debs())

    def test_the_drop_in_jails_apache(self, trixie):
        """As Debian's own test of the package does it, and then as it is shipped."""
        trixie.apt("install", *trixie.debs())
        trixie.boot()
        assert "worker" in trixie.run("/root/jailed-apache").stdout
        service = Service(trixie, "namespace")
        service.install()
        service.restart()
