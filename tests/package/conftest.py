"""What all tests of packages have in common: where the machines are, and the packages, built once."""
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import signal
import subprocess
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parent.parent
PACKAGES = TESTS.parent / "examples/packages"

sys.path[:0] = [str(TESTS / "boot"), str(TESTS / "server")]
pytest.register_assert_rewrite("installed", "service")

import processes

# Who runs out of time takes what has been started along.
signal.signal(signal.SIGTERM, signal.default_int_handler)

LONG = bool(os.environ.get("LONG_TESTS"))

processes.become_reaper()


def build(script, directory, *options):
    """Run one of the scripts that build packages; return what it has put into the directory."""
    done = subprocess.run([PACKAGES / script, directory, *options], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
    return sorted(pathlib.Path(directory).iterdir())


@pytest.fixture(name="debs", scope="session")
def built_debs(tmp_path_factory):
    """What build-deb makes, and nothing of it has been installed."""
    return build("build-deb", tmp_path_factory.mktemp("debs"))


def pytest_collection_modifyitems(items, config):
    """What takes long is left out, unless it is asked for; then the rest is."""
    chosen = [item for item in items if bool(item.get_closest_marker("long")) == LONG]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen
