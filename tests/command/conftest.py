"""What all tests of the command have in common: where the servers' helpers are, and the program."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "server"))
pytest.register_assert_rewrite("chrootshim")

import processes
from traced_worker import TracedWorker

processes.become_reaper()


@pytest.fixture
def cleanups():
    """What is done at the end of a test, the last first."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture(params=("chroot", "namespace"))
def worker(request):
    with TracedWorker(request.param) as worker:
        yield worker
