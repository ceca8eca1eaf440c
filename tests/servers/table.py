"""
Makes README's table of servers of the rows in this folder, or compares the two.

Usage: table.py --check | --write
"""
# SPDX-License-Identifier: Apache-2.0
import glob
import importlib
import json
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
README = HERE.parent.parent / "README.md"
HEAD = "| server | chroot | namespace | rootless | settings that it needs |\n| --- | --- | --- | --- | --- |\n"

# Keys that take a list.
LISTS = ("services", "expose", "libraries", "keep_capabilities")

# The rows are read, and no server is started.
for name in "SHIM_SERVER", "SHIM_LIBRARY", "SHIM_COMMAND":
    os.environ.setdefault(name, "/nonexistent")
sys.path[:0] = [str(HERE), str(HERE.parent / "server"), str(HERE.parent / "command")]

from row import MODES, Refused, Row


def rows():
    """All classes of all files that name a server."""
    for path in sorted(glob.glob(f"{HERE}/test_*.py")):
        module = importlib.import_module(pathlib.Path(path).stem)
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, Row) and each.__module__ == module.__name__ \
                    and each.__name__.startswith("Test") and each.name:
                yield each


def cell(row, mode):
    value = getattr(row, mode)
    return f"refused: {value}" if isinstance(value, Refused) else value


def written(key, value):
    """A setting as a file of settings has it; the rows have it as a variable has it."""
    if key in LISTS:
        value = f"[ {', '.join(json.dumps(each) for each in value.split(':'))} ]"
    elif value not in ("true", "false"):
        value = json.dumps(value)
    return f"`{key} = {value}`"


def settings(row):
    return ", ".join(written(key, value) for key, value in row.settings.items())


def table():
    lines = {f"| {row.name} | {' | '.join(cell(row, mode) for mode in MODES)} | {settings(row)} |\n"
             for row in rows()}
    return HEAD + "".join(sorted(lines, key=str.lower))


text = README.read_text()
made = table()
begin = text.find(HEAD)
end = begin
while begin >= 0 and text.startswith("|", end):
    end = text.index("\n", end) + 1
if begin < 0:
    sys.exit(f"README.md has no table that begins with:\n{HEAD}")
if sys.argv[1:] == ["--write"]:
    README.write_text(text[:begin] + made + text[end:])
elif text[begin:end] != made:
    sys.exit("README's table of servers is not what the rows say: python3 -B tests/servers/table.py --write")
