"""Runs examples/quickstart, lamp and user-jails/run from start to end, and interrupts them."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import re
import selectors
import signal
import subprocess
import tempfile
import time

import pytest

import processes
from conftest import EXAMPLES

# They install, build and start servers: on a machine that is slow and busy, that takes its time.
SECONDS = 600

# Where each is interrupted: when its output has this text and, if one is named, a program runs.
INTERRUPTIONS = [
    ("quickstart", " worker    www-data", None),
    ("lamp", "== Starting a MariaDB", "mariadbd"),
    ("lamp", "visit ", None),
    ("user-jails/run", "== The same requests", "nginx"),
]

# How one ends then. The second is bash's fault (5.2.15): a trap that comes while it reads what a
# command substitution prints is a syntax error to it, and ends the script; all is cleaned up.
INTERRUPTED = [
    ("FAILED: it was interrupted", 130),
    ("FAILED: it ended before everything was shown", 2),
]


def left_over():
    """What an example must not leave, unless it was there before: directories, mounts, files."""
    with open("/proc/self/mountinfo") as mounts:
        points = [line.split()[4] for line in mounts]
    names = [name for example in ("quickstart", "lamp", "user-jails")
             for name in glob.glob(f"/srv/chrootshim-{example}.*")]
    files = filter(os.path.exists, ("/run/mysqld", "/usr/sbin/policy-rc.d"))
    return {
        "trees": set(names),
        "mounts": {at for at in points if re.search("chrootshim-(quickstart|lamp|user-jails)|mysqld", at)},
        "files": set(files),
    }


class Example:
    """An example that runs as a terminal's foreground job, with a process group of its own."""

    def __init__(self, name, *arguments):
        processes.become_reaper()
        self.before = left_over()
        self.output = ""
        self.process = subprocess.Popen(
            [EXAMPLES / name, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
            # Who was started in the background of a shell ignores it, and so would a script.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        os.set_blocking(self.process.stdout.fileno(), False)

    def read(self, until=None):
        """Collect the output to its end, or until it has this text."""
        deadline = time.monotonic() + SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while until is None or until not in self.output:
                assert selector.select(deadline - time.monotonic()), f"it hangs:\n{self.output}"
                more = self.process.stdout.read()
                if not more:
                    assert until is None, f"no {until!r} in:\n{self.output}"
                    return
                self.output += more.decode()

    def wait_for(self, program):
        """Until the example runs this program."""
        processes.wait_until(
            lambda: program in map(processes.program, processes.descendants(self.process.pid)),
            f"{program} of {self.process.args}", SECONDS)

    def interrupt(self):
        """As a terminal does: the signal goes to every process of the group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self):
        """Return the exit status, when nothing is left of the example."""
        self.read()
        status = self.process.wait(SECONDS)
        # All that it started would have become children of this process.
        processes.wait_until(lambda: not processes.descendants(os.getpid()),
                             f"the end of what {self.process.args} started")
        assert left_over() == self.before
        return status

    def verdict(self):
        """The last line, without the beginning that all have."""
        return self.output.rstrip().rpartition("\n== verdict: ")[2]


@pytest.fixture(name="example")
def started():
    """Starts an example; whatever becomes of the test, nothing runs on."""
    examples = []

    def start(*command):
        examples.append(Example(*command))
        return examples[-1]

    yield start
    for example in examples:
        example.process.terminate()
        example.process.stdout.close()
        example.process.wait(SECONDS)
    processes.end_all()


@pytest.fixture(name="build", scope="module")
def kept_build():
    """A directory that the examples build in one after another: the first does the work."""
    # Not in /tmp, over which user-jails mounts.
    with tempfile.TemporaryDirectory(prefix="chrootshim-build-", dir="/srv") as build:
        yield build


def assert_passes(run):
    status = run.end()
    assert run.verdict().startswith("PASSED: "), run.output
    assert status == 0


def test_the_command_of_the_readme(example):
    assert_passes(example("quickstart"))


@pytest.mark.parametrize("name", ["lamp", "user-jails/run"])
def test_it_passes_with_a_build_that_stays(example, name, build):
    assert_passes(example(name, build))
    assert os.path.exists(f"{build}/shim/libchrootshim.so")


def assert_cleans_up(run, place, program):
    run.read(until=place)
    if program:
        run.wait_for(program)
    run.interrupt()
    status = run.end()
    assert (run.verdict(), status) in INTERRUPTED, run.output


def test_an_interrupt_of_the_build_cleans_up(example):
    assert_cleans_up(example("quickstart"), "== Building the library", "ninja")


@pytest.mark.parametrize("name, place, program", INTERRUPTIONS)
def test_an_interrupt_cleans_up(example, name, place, program, build):
    assert_cleans_up(example(name, build), place, program)
