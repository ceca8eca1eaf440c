"""The options that every subcommand has: one for each key, --config, --help, --version."""
# SPDX-License-Identifier: Apache-2.0
import re

import pytest

from chrootshim import chrootshim

SUBCOMMANDS = re.findall(r"^  (\w+) ", chrootshim("--help").stdout, re.M)


def test_help_lists_the_subcommands():
    assert "check" in SUBCOMMANDS


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
class TestEach:
    def test_help(self, subcommand):
        result = chrootshim(subcommand, "--help")
        assert result.returncode == 0 and not result.stderr
        assert f"Usage: chrootshim {subcommand}" in result.stdout
        assert "--no-new-privs true|false" in result.stdout

    def test_version(self, subcommand):
        result = chrootshim(subcommand, "--version")
        assert result.returncode == 0
        assert result.stdout == chrootshim("--version").stdout

    def test_an_unknown_option(self, subcommand):
        result = chrootshim(subcommand, "--nonsense")
        assert result.returncode == 64
        assert "--nonsense" in result.stderr and "--help" in result.stderr


def test_an_unknown_subcommand():
    result = chrootshim("nonsense")
    assert result.returncode == 64 and "nonsense is no subcommand" in result.stderr


def test_a_key_is_read_in_either_spelling(tmp_path):
    for option in ("--no-new-privs", "--no_new_privs"):
        result = chrootshim("check", option, "maybe")
        assert "it must be true or false" in result.stdout


def test_config_names_the_file():
    result = chrootshim("check", "--config", "/nonexistent/chrootshim.conf")
    assert "/nonexistent/chrootshim.conf" in result.stdout and result.returncode == 2


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
def test_the_list_for_completion_is_that_of_the_help(subcommand):
    listed = [line.split("\t")[0] for line in chrootshim("--list", "options", subcommand).stdout.splitlines()]
    assert listed == re.findall(r"^  (--[\w-]+)", chrootshim(subcommand, "--help").stdout, re.M)
    assert "--no-new-privs" in listed


def test_a_list_that_is_not_there():
    assert chrootshim("--list", "nonsense").returncode == 64
    assert chrootshim("--list", "options", "nonsense").returncode == 64
