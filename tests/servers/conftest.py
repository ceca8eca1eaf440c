"""What all rows have in common: where the helpers of servers are, and the modes that a row names."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import pathlib
import sys

import pytest

for folder in ("server", "command"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / folder))
pytest.register_assert_rewrite("cases", "row", "row_life")

import processes

processes.become_reaper()


@pytest.fixture
def cleanups():
    """What is done at the end of a test, the last first."""
    with contextlib.ExitStack() as stack:
        yield stack


def pytest_generate_tests(metafunc):
    """Each test of a row that asks for a mode runs in every mode in which its server is tried."""
    if "mode" in metafunc.fixturenames:
        metafunc.parametrize("mode", metafunc.cls.tried())


def pytest_collection_modifyitems(items):
    """A row that is refused in every mode is put through nothing else."""
    items[:] = [item for item in items if "mode" not in item.fixturenames or item.cls.modes()]
