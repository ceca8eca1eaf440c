"""Microseconds that `true` takes from spawn to exit: bare, with the shim, and with fakechroot."""
# SPDX-License-Identifier: Apache-2.0

import os
import time

from measure import (
    alternate, bare_environment, fakechroot_environment, print_table, shim_environment,
    workbench,
)

ROUNDS = 7
BATCHES = 20
SPAWNS_PER_BATCH = 10
PROGRAM = "/bin/true"


def spawn(environment):
    pid = os.posix_spawn(PROGRAM, [PROGRAM], environment)
    if os.waitpid(pid, 0)[1] != 0:
        raise SystemExit(f"{PROGRAM} failed with {environment}")


def batch_time(environment):
    start = time.perf_counter_ns()
    for _ in range(SPAWNS_PER_BATCH):
        spawn(environment)
    return (time.perf_counter_ns() - start) / SPAWNS_PER_BATCH / 1000


def timer(environment):
    return lambda: min(batch_time(environment) for _ in range(BATCHES))


def main():
    with workbench() as tree:
        jail = f"{tree}/jail"
        configuration = f"{tree}/chrootshim.conf"
        with open(configuration, "w", encoding="ascii") as file:
            file.write(f'jail = "{jail}";\npidfile = "{tree}/server.pid";\n')
        results = alternate(ROUNDS, {
            "bare": timer(bare_environment()),
            "shim, variables only": timer(
                shim_environment(jail=jail, pidfile=f"{tree}/server.pid")),
            "shim, configuration file": timer(shim_environment(config=configuration)),
            "fakechroot": timer(fakechroot_environment(jail)),
        })
    best = {way: min(times) for way, times in results.items()}
    print_table(
        f"startup: `true` from spawn to exit, µs, best of {ROUNDS} rounds",
        ["", "µs", "more than bare", "to bare", "to fakechroot"],
        [
            [way, f"{us:.0f}", f"{us - best['bare']:+.0f}", f"{us / best['bare']:.2f}",
             f"{us / best['fakechroot']:.2f}"]
            for way, us in best.items()
        ],
    )


main()
