"""Microseconds from fork() until a child serves, jailed or not, and ends."""

import sys

from measure import alternate, bare_environment, print_table, run, shim_environment, workbench

ROUNDS = 7


def main(program):
    with workbench() as tree:
        jail = f"{tree}/jail"

        def timer(way, environment):
            return lambda: float(run([program, way, jail], environment)) / 1000

        results = alternate(ROUNDS, {
            "bare fork": timer("bare", bare_environment()),
            "fork and chroot(2)": timer("chroot", bare_environment()),
            "fork until jailed by the shim": timer("worker", shim_environment(jail=jail)),
        })
    best = {way: min(times) for way, times in results.items()}
    bare, chroot = best["bare fork"], best["fork and chroot(2)"]
    print_table(
        f"fork: a child from fork() to exit, µs, best of {ROUNDS} rounds",
        ["", "µs", "to bare fork", "to fork and chroot"],
        [[way, f"{us:.1f}", f"{us / bare:.2f}", f"{us / chroot:.2f}"] for way, us in best.items()],
    )


main(*sys.argv[1:])
