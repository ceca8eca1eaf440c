"""What all tests of sites have in common: where the server's helpers are, and the three ways to run."""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import sys

import pytest

for folder in ("server", "command"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / folder))
pytest.register_assert_rewrite("cases", "guestbook_test", "site_test")

import processes

processes.become_reaper()


def pytest_generate_tests(metafunc):
    """All steps of a site run bare first, and then in each isolation that its class names."""
    if "way" in metafunc.fixturenames:
        metafunc.parametrize("mpm", metafunc.cls.mpms, scope="class")
        metafunc.parametrize("way", metafunc.cls.ways, scope="class")
