"""Counts instructions (callgrind): what is done for each exposure must not grow with their number."""
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess
import sys
import tempfile

FEW, MANY = 500, 2000

# Of four times as many, at most so many times the instructions: a search among n has log n steps.
LIMIT = 4 * 1.5


def instructions(program, what, count):
    """Of a whole run."""
    with tempfile.NamedTemporaryFile() as report:
        subprocess.run(["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={report.name}",
                        program, what, str(count)], check=True)
        return int(re.search(r"^totals: (\d+)$", report.read().decode(), re.M)[1])


def main(program):
    for what in ("wants", "watches"):
        start = instructions(program, what, 1)
        few, many = (instructions(program, what, count) - start for count in (FEW, MANY))
        print(f"{what}: {few / FEW:.0f} instructions for each of {FEW}, {many / MANY:.0f} of {MANY}")
        if many > LIMIT * few:
            raise SystemExit(f"{what}: {MANY} take {many / few:.1f} times as much as {FEW}")


main(sys.argv[1])
