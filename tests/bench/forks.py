"""Microseconds from fork() until a child serves, jailed or not, and until it has ended."""
# SPDX-License-Identifier: Apache-2.0

import sys

from measure import alternate, bare_environment, print_table, run, shim_environment, workbench

ROUNDS = 30


def main(program):
    with workbench() as tree:
        jail = f"{tree}/jail"

        def timer(way, environment):
            return lambda: [float(ns) / 1000 for ns in
                            run([program, way, jail], environment).split()]

        results = alternate(ROUNDS, {
            "bare": timer("bare", bare_environment()),
            "chroot(2)": timer("chroot", bare_environment()),
            "the shim, isolation chroot": timer(
                "worker", shim_environment(jail=jail, landlock="off")),
            "the shim, isolation namespace": timer(
                "worker", shim_environment(jail=jail, isolation="namespace", landlock="off")),
            "the shim, namespace and landlock": timer(
                "worker", shim_environment(jail=jail, isolation="namespace", landlock="auto")),
        })
    for index, what in enumerate(("until it serves", "until it has ended")):
        best = {way: min(times[index] for times in rounds) for way, rounds in results.items()}
        against = [best[way] for way in ("bare", "chroot(2)", "the shim, isolation chroot")]
        print_table(
            f"fork: a child from fork() {what}, µs, best of {ROUNDS} rounds",
            ["", "µs", "to bare", "to chroot(2)", "to isolation chroot"],
            [[way, f"{us:.1f}", *(f"{us / other:.3f}" for other in against)]
             for way, us in best.items()],
            "goal: isolation namespace no more than 1.050 of isolation chroot",
        )


main(*sys.argv[1:])
