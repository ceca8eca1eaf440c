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
