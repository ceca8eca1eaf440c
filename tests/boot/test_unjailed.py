"""A start that goes unjailed fails, for whatever reason: the drop-in's last command sees to it."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import glob
import os

import pytest

from debian import SOURCE

PHP_FPM = SOURCE / "examples/systemd/php-fpm.service.d/chrootshim.conf"
PHP_CONFIG = "/etc/chrootshim-php.conf"
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
    """Debian's php-fpm, which says by itself when it is ready, with the drop-in that is shipped."""

    def __init__(self, machine):
        self.machine = machine
        self.unit, = (os.path.basename(path).removesuffix(".service")
                      for path in glob.glob(f"{machine.tree}/lib/systemd/system/php*-fpm.service"))
        self.drop_in = f"/etc/systemd/system/{self.unit}.service.d/chrootshim.conf"
        self.pool = f"/etc/php/{self.unit[3:-4]}/fpm/pool.d/www.conf"
        self.usual = machine.read(self.pool)

    def install(self, manager):
        """Its children are started as the manager (dynamic, ondemand) says."""
        text = PHP_FPM.read_text().replace("/etc/chrootshim.conf", PHP_CONFIG)
        self.machine.write(self.drop_in, text)
        self.machine.write(PHP_CONFIG,
                           f'jail = "/var/www";\npidfile = "/run/php/{self.unit}.pid";\n')
        self.machine.write(self.pool, self.usual.replace("pm = dynamic", f"pm = {manager}"))
        self.machine.run("systemctl", "daemon-reload")

    def uninstall(self):
        self.machine.remove(self.drop_in)
        self.machine.remove(PHP_CONFIG)
        self.machine.write(self.pool, self.usual)
        self.machine.run("systemctl", "daemon-reload")
        self.control("restart")

    def control(self, verb):
        self.machine.run("systemctl", "reset-failed", self.unit, check=False)
        return self.machine.run("systemctl", verb, self.unit, check=False).returncode == 0

    def status(self, *words):
        return self.machine.run(COMMAND, "status", "--config", PHP_CONFIG, *words,
                                check=False).returncode


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
