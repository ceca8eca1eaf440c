"""What a program's start costs under the shim, counted by callgrind, and what fakechroot's does."""
# SPDX-License-Identifier: Apache-2.0

import os
import subprocess

import pytest

from measure import workbench
from starts import count_calls, count_instructions, ways

COMMAND = ["true"]
VARIABLES, FILE, OTHER = (
    "shim, variables only", "shim, a file", "shim, a file of another program")

# The most that is above a bare start; a little more than what was counted on Debian 12, amd64.
INSTRUCTIONS = {VARIABLES: 117_000, FILE: 202_000, OTHER: 196_000}
CALLS = {VARIABLES: 50, FILE: 72, OTHER: 44}


@pytest.fixture(scope="module")
def environments():
    with workbench() as tree:
        yield ways(tree)


@pytest.fixture(scope="module")
def instructions(environments):
    return {way: count_instructions(COMMAND, environment)
            for way, environment in environments.items()}


@pytest.fixture(scope="module")
def calls(environments):
    return {way: count_calls(COMMAND, environment) for way, environment in environments.items()}


def test_the_shim_is_active_in_each_way(environments):
    """It is no start that costs nothing because nothing is done: a wrong key ends it."""
    for way in (VARIABLES, FILE, OTHER):
        result = subprocess.run(COMMAND, env=environments[way] | {"CHROOTSHIM_NONE": "1"},
                                stderr=subprocess.PIPE, text=True, check=False)
        assert (result.returncode, "CHROOTSHIM_NONE" in result.stderr) == (78, True), way


@pytest.mark.parametrize("way", INSTRUCTIONS)
def test_instructions_above_a_bare_start(instructions, way):
    assert instructions[way] - instructions["bare"] <= INSTRUCTIONS[way]


def test_fewer_instructions_than_with_fakechroot(instructions):
    assert instructions[VARIABLES] < instructions["fakechroot"]


@pytest.mark.parametrize("way", CALLS)
def test_system_calls_above_a_bare_start(calls, way):
    assert calls[way] - calls["bare"] <= CALLS[way]


def test_a_start_looks_at_no_processes(environments):
    """/proc has to be made for each new process: that is dear, and nothing there is needed."""
    result = subprocess.run(
        ["strace", "-f", "-e", "trace=file", "-E", "LD_PRELOAD=" + os.environ["SHIM_LIBRARY"],
         "-E", "CHROOTSHIM_JAIL=" + environments[VARIABLES]["CHROOTSHIM_JAIL"], *COMMAND],
        env={"PATH": os.environ["PATH"]}, stderr=subprocess.PIPE, text=True, check=True)
    assert "libchrootshim" in result.stderr
    assert "/proc" not in result.stderr
