"""After an installation and ldconfig, the user's own line works as it is written."""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sysconfig

import pytest

import machine
import processes
from apache import Apache
from conftest import TESTS
from processes import wait_until

LINE = "LD_PRELOAD=libchrootshim.so apachectl start"

MULTIARCH = sysconfig.get_config_var("MULTIARCH")


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


@pytest.fixture(name="own_directories", scope="module")
def directories_of_the_tests():
    """What is installed, and the loader's cache, is in this process's mounts alone."""
    machine.own_mounts()
    machine.own_layer("/usr")
    machine.own_layer("/etc")


@pytest.fixture(name="build", scope="module")
def build_of_both(tmp_path_factory):
    """What a prefix does not change is compiled once."""
    build = tmp_path_factory.mktemp("build")
    run("meson", "setup", "-Dtests=false", build, TESTS.parent)
    return build


@pytest.fixture(name="prefix", scope="module", params=("/usr", "/usr/local"))
def installed_prefix(request, own_directories, build):
    """It is installed there, and nowhere else; and removed at the end."""
    run("meson", "configure", f"--prefix={request.param}", build)
    run("meson", "install", "-C", build)
    run("ldconfig")
    yield request.param
    run("ninja", "-C", build, "uninstall")
    run("ldconfig")


def type_line(apache):
    """As a unit does it: so that apachectl starts Apache itself, on a machine of systemd too."""
    return subprocess.run(
        ["sh", "-c", LINE], cwd="/", stdin=subprocess.DEVNULL, timeout=60, check=True,
        env={**apache.environment(), "APACHE_ARGUMENTS": f"-f {apache.conf}",
             "APACHE_STARTED_BY_SYSTEMD": "true", "CHROOTSHIM_JAIL": apache.jail,
             "CHROOTSHIM_PIDFILE": apache.pidfile})


def libraries(pid):
    """The files of the shim that a process has loaded."""
    return {line.split()[-1] for line in processes.read(f"/proc/{pid}/maps").splitlines()
            if "libchrootshim" in line}


def test_the_line(prefix):
    with Apache(shim=False) as apache:
        type_line(apache)
        apache.wait_ready()
        wait_until(lambda: {processes.root(pid) for pid in apache.workers()} == {apache.jail},
                   "workers that are all inside")
        assert processes.root(apache.master()) == "/"
        assert apache.get("/").text == "the index page\n"
        assert libraries(apache.master()) == {f"{prefix}/lib/{MULTIARCH}/libchrootshim.so.1"}


def test_pkg_config_tells_what_to_preload(prefix):
    library = run("pkg-config", "--variable=library", "chrootshim").strip()
    assert library == f"{prefix}/lib/{MULTIARCH}/libchrootshim.so" and os.path.exists(library)
    assert run("pkg-config", "--libs", "chrootshim").strip() == ""


def test_the_examples_are_installed(prefix):
    """The drop-in is there as the source has it."""
    name = "systemd/apache2.service.d/chrootshim.conf"
    installed = processes.read(f"{prefix}/share/doc/chrootshim/examples/{name}")
    assert installed == (TESTS.parent / "examples" / name).read_text()
