"""What a program's start costs: bare, with the shim in each way, and with fakechroot.

The counts don't drift. Of the times, which do, each round starts each way in turn: the median of the
rounds' ratios to a bare start is told, with what lies in the middle half of them.
"""
# SPDX-License-Identifier: Apache-2.0

import statistics
import time

from measure import alternate, print_table, workbench
from starts import (
    count_calls, count_faults, count_instructions, count_relocations, spawn, ways,
)

ROUNDS = 20
SPAWNS_PER_ROUND = 5
COMMANDS = (["true"], ["sh", "-c", ":"], ["/usr/sbin/apache2", "-v"], ["apachectl", "-v"])


def timer(command, environment, quiet):
    """The quickest of some starts in microseconds, from spawn to exit."""
    def measure():
        times = []
        for _ in range(SPAWNS_PER_ROUND):
            start = time.perf_counter_ns()
            spawn(command, environment, quiet)
            times.append((time.perf_counter_ns() - start) / 1000)
        return min(times)
    return measure


def time_row(us, bare, fakechroot):
    to_bare = [mine / other for mine, other in zip(us, bare)]
    low, middle, high = statistics.quantiles(to_bare, n=4)
    to_fakechroot = statistics.median(mine / other for mine, other in zip(us, fakechroot))
    return [f"{statistics.median(us):.0f}",
            f"{statistics.median(m - o for m, o in zip(us, bare)):+.0f}",
            f"{middle:.2f}", f"{low:.2f}-{high:.2f}", f"{to_fakechroot:.2f}"]


def print_starts(command, environments, quiet):
    times = alternate(ROUNDS, {way: timer(command, environment, quiet)
                               for way, environment in environments.items()})
    rows = []
    for way, environment in environments.items():
        rows.append([
            way,
            f"{count_instructions(command, environment):,}",
            str(count_calls(command, environment)),
            str(count_faults(command, environment)),
            *time_row(times[way], times["bare"], times["fakechroot"]),
        ])
    print_table(
        f"startup: `{' '.join(command)}`",
        ["", "instructions", "system calls", "page faults", "µs", "more", "to bare", "half of them",
         "to fakechroot"],
        rows)


def main():
    with workbench() as tree, open("/dev/null", "wb") as quiet:
        environments = ways(tree)
        for command in COMMANDS:
            print_starts(command, environments, quiet.fileno())
    for way in ("shim, variables only", "fakechroot"):
        relative, symbols = count_relocations(environments[way])
        print(f"  {way}: {relative} relative relocations, {symbols} symbols looked up")


main()
