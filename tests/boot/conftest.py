"""What all tests have in common: one machine, made and booted once, and its Apache with jailed workers."""
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "server"))
pytest.register_assert_rewrite("service")

import debian
from service import Service

# Who runs out of time takes the machine along.
signal.signal(signal.SIGTERM, signal.default_int_handler)

LONG = bool(os.environ.get("LONG_TESTS"))


@pytest.fixture(name="machine", scope="session")
def booted_machine():
    with debian.Machine() as machine:
        machine.make()
        machine.boot()
        yield machine


@pytest.fixture(name="installed", scope="module", params=("chroot", "namespace"))
def installed_service(machine, request):
    service = Service(machine, request.param)
    try:
        yield service
    finally:
        service.uninstall()


@pytest.fixture(name="service")
def jailed_service(installed):
    """Apache as README has it installed, in each isolation; it runs, and its workers are jailed."""
    if not installed.is_as_shipped or not installed.is_jailed():
        installed.install()
        installed.restart()
    installed.forget()
    return installed


def pytest_collection_modifyitems(items, config):
    """What takes long is left out, unless it is asked for; then the rest is."""
    chosen = [item for item in items if bool(item.get_closest_marker("long")) == LONG]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen
