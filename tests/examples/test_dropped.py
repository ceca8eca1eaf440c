"""What drops the environment on the way to a server, as README tells, and the cures."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import subprocess

import pytest

from apache import LIBRARY
from conftest import EXAMPLES

README = (EXAMPLES.parent / "README.md").read_text()

# Tells whether the library is mapped.
ASK = "grep -c libchrootshim.so /proc/self/maps >/dev/null && echo jailed || echo unjailed"

VARIABLES = f"LD_PRELOAD={LIBRARY} CHROOTSHIM_JAIL={{jail}}"

# The way, a program that it needs, and the cure.
WAYS = {
    "env -i": (["env", "-i", "PATH=/usr/bin:/bin", "sh", "-c", ASK],
               ["env", "-i", "PATH=/usr/bin:/bin", *VARIABLES.split(), "sh", "-c", ASK]),
    "su -": (["su", "-", "-c", ASK], ["su", "-", "-c", f"export {VARIABLES}; {ASK}"]),
    "runuser -l": (["runuser", "-l", "root", "-c", ASK],
                   ["runuser", "-l", "root", "-c", f"export {VARIABLES}; {ASK}"]),
    "sudo": (["sudo", "-E", "sh", "-c", ASK], ["sudo", "env", *VARIABLES.split(), "sh", "-c", ASK]),
}


@pytest.fixture(name="jail")
def own_jail():
    path = "/srv/chrootshim-dropped"
    os.mkdir(path, 0o755)
    yield path
    os.rmdir(path)


def run(jail, command):
    return subprocess.run(
        [word.replace("{jail}", jail) for word in command], text=True, check=True,
        env={"PATH": os.environ["PATH"], "LD_PRELOAD": LIBRARY, "CHROOTSHIM_JAIL": jail},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout


def test_it_is_seen(jail):
    assert run(jail, ["sh", "-c", ASK]) == "jailed\n"
    assert run(jail, ["su", "-c", ASK]) == "jailed\n"


@pytest.mark.parametrize("way", WAYS)
def test_what_is_dropped_and_the_cure(jail, way):
    assert f"`{way}`" in README
    dropped, cured = WAYS[way]
    assert shutil.which(dropped[0])
    assert run(jail, dropped) == "unjailed\n"
    assert run(jail, cured) == "jailed\n"


def test_service_runs_scripts_by_env_i():
    with open(shutil.which("service"), encoding="utf-8") as script:
        assert "exec env -i " in script.read()
