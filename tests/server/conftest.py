"""What all tests have in common: the reaper of their daemons, their MPMs, and no silent skip."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os

import pytest

pytest.register_assert_rewrite("cases", "database_test", "forker", "php_server", "user_jails", "worker")

import processes

processes.become_reaper()


@pytest.fixture
def cleanups():
    """What is done at the end of a test, the last first."""
    with contextlib.ExitStack() as stack:
        yield stack


def pytest_generate_tests(metafunc):
    """The tests of a server run once under each of the MPMs that their class names."""
    if "mpm" in metafunc.fixturenames:
        metafunc.parametrize("mpm", metafunc.cls.mpms, scope="class")


def pytest_sessionfinish(session):
    """In continuous integration a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_make_parametrize_id(val):
    """Part of a text is enough of a name; the whole would be in the environment, too."""
    return ascii(val[:40])[1:-1] if isinstance(val, str) else None
