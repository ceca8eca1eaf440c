"""What README.md tells to run, read from it."""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
SECTION = "See it, test it"


def text():
    return README.read_text()


def commands(quick=False):
    """The two commands, each on an indented line of its own: the example, and all tests."""
    section = re.search(rf"^## {SECTION}\n(.*?)^## ", text(), re.M | re.S).group(1)
    found = re.findall(r"^    (\S.*)$", section, re.M)
    assert len(found) == 2, f"README's two commands are {found}"
    example, tests = found
    return [example, f"{tests} --quick" if quick else tests]
