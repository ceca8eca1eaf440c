"""A start that goes unjailed fails, for whatever reason: the last command of the drop-in sees to it."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import glob
import os

import pytest

COMMAND = "/usr/bin/chrootshim"

# The first look at the library, which would end the start, is taken away.
NO_FIRST_LOOK = "ExecStartPre="


@contextlib.contextmanager
def without(machine, path):
    """The machine, as long as it has no such file."""
    file, = glob.glob(f"{machine.tree}{path}")
    os.rename(file, f"{file}.away")
    try:
        yield
    finally:
        os.rename(f"{file}.away", file)


@pytest.fixture(name="library")
def removed_library(machine):
    with without(machine, "/usr/lib/*/libchrootshim.so"):
        yield


def assert_fails(service):
    """The start fails, and nothing serves."""
    service.control("stop")
    service.forget()
    assert service.control("start", check=False).returncode != 0, service.said()
    assert service.state() == "failed"
    assert service.group() == set()
    asked = service.machine.run("curl", "-s", "http://localhost/", check=False)
    assert asked.returncode == 7, asked.stdout  # refused


def test_jailed(service):
    """It starts, and is reloaded, and nothing is said of it."""
    master, before = service.master(), service.workers()
    service.control("reload")
    service.wait_jailed(but=before)
    assert (service.master(), service.state()) == (master, "active")
    assert "jailed" not in service.said()


def test_without_the_library(service, library):
    assert_fails(service)


def test_without_the_library_and_the_first_look(service, library):
    """Apache runs unjailed, and is stopped: the reason is in the journal."""
    service.install(more=NO_FIRST_LOOK)
    assert_fails(service)
    assert "is not jailed: its root is /, and not /var/www, and libchrootshim is not loaded in it" \
        in service.said()


def test_programs_that_are_others(service):
    """The library is loaded, and does nothing."""
    service.install(settings='programs = [ "nginx" ];\n')
    assert_fails(service)
    assert "though libchrootshim is loaded in it" in service.said()


def test_without_the_command(machine, service):
    with without(machine, COMMAND):
        assert_fails(service)


def test_put_right_it_starts(service, machine):
    """What has failed needs no more than its cure."""
    with without(machine, "/usr/lib/*/libchrootshim.so"):
        assert_fails(service)
    service.restart()


class PhpFpm:
    """Debian's php-fpm, whose unit says by itself when it is ready, with what the shim needs in it."""

    def __init__(self, machine):
        self.machine = machine
        self.unit, = (os.path.basename(path).removesuffix(".service")
                      for path in glob.glob(f"{machine.tree}/lib/systemd/system/php*-fpm.service"))
        self.drop_in = f"/etc/systemd/system/{self.unit}.service.d/chrootshim.conf"
        self.pool = f"/etc/php/{self.unit[3:-4]}/fpm/pool.d/www.conf"
        self.usual = machine.read(self.pool)

    def install(self, manager):
        """Its children are started as the manager (dynamic, ondemand) says."""
        self.machine.write(self.drop_in, PHP_FPM)
        self.machine.write("/etc/chrootshim-php.conf",
                           f'jail = "/var/www";\npidfile = "/run/php/{self.unit}.pid";\n')
        self.machine.write(self.pool, self.usual.replace("pm = dynamic", f"pm = {manager}"))
        self.machine.run("systemctl", "daemon-reload")

    def uninstall(self):
        self.machine.remove(self.drop_in)
        self.machine.remove("/etc/chrootshim-php.conf")
        self.machine.write(self.pool, self.usual)
        self.machine.run("systemctl", "daemon-reload")
        self.control("restart")

    def control(self, verb):
        self.machine.run("systemctl", "reset-failed", self.unit, check=False)
        return self.machine.run("systemctl", verb, self.unit, check=False).returncode == 0

    def status(self, *words):
        return self.machine.run(COMMAND, "status", "--config", "/etc/chrootshim-php.conf", *words,
                                check=False).returncode


PHP_FPM = """\
[Service]
Environment=LD_PRELOAD=/usr/$LIB/libchrootshim.so
Environment=CHROOTSHIM_CONFIG=/etc/chrootshim-php.conf
ExecStartPost=+/usr/bin/chrootshim status --quiet --wait --allow-idle
"""


@pytest.fixture(name="fpm", scope="module")
def php_fpm(machine):
    fpm = PhpFpm(machine)
    try:
        yield fpm
    finally:
        fpm.uninstall()


def test_php_fpm(fpm):
    fpm.install("dynamic")
    assert fpm.control("restart")
    assert fpm.status() == 0


def test_php_fpm_on_demand(fpm):
    """It has no child before the first request."""
    fpm.install("ondemand")
    assert fpm.control("restart")
    assert (fpm.status(), fpm.status("--allow-idle")) == (4, 0)


@pytest.mark.parametrize("manager", ("dynamic", "ondemand"))
def test_php_fpm_without_the_library(fpm, machine, manager):
    fpm.install(manager)
    with without(machine, "/usr/lib/*/libchrootshim.so"):
        assert not fpm.control("restart")
    assert fpm.control("restart")
