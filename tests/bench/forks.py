"""A child from fork() until it serves: its time against fork and chroot(2), and what it does."""
# SPDX-License-Identifier: Apache-2.0

import os
import statistics
import sys

from measure import alternate, bare_environment, print_table, run, shim_environment, workbench

ROUNDS, ROUNDS_DROPPING = 15, 8
GOALS = {"chroot": 1.5, "chroot, landlock": 1.7}


def ways(tree):
    """{name: (how the program forks, where, its environment)}"""
    def worker(isolation, landlock):
        # One of its own: what one isolation makes in a jail, the other takes away again.
        jail = f"{tree}/{isolation}"
        os.makedirs(f"{jail}/htdocs", exist_ok=True)
        # The logs of a shell say nothing, and its locale maps a dozen files more into each child.
        return "worker", jail, shim_environment(
            jail=jail, isolation=isolation, landlock=landlock) | {"LC_ALL": "C"}

    bare = bare_environment() | {"LC_ALL": "C"}
    return {
        "bare": ("bare", f"{tree}/jail", bare),
        "chroot(2)": ("chroot", f"{tree}/jail", bare),
        "chroot": worker("chroot", "off"),
        "chroot, landlock": worker("chroot", "auto"),
        "namespace": worker("namespace", "off"),
        "namespace, landlock": worker("namespace", "auto"),
    }


def print_times(title, results, column):
    """The least time of all rounds, and what the rounds say of it against fork and chroot(2)."""
    best = {way: min(row[column] for row in rounds) for way, rounds in results.items()}
    rows = []
    for way, rounds in results.items():
        ratios = [mine[column] / other[column]
                  for mine, other in zip(rounds, results["chroot(2)"])]
        rows.append([way, f"{best[way] / 1000:.1f}", f"{best[way] / best['bare']:.2f}",
                     f"{best[way] / best['chroot(2)']:.2f}", f"{statistics.median(ratios):.2f}",
                     f"{GOALS[way]:.1f}" if way in GOALS else ""])
    print_table(title, ["", "µs, best", "to bare", "to chroot(2)", "median of rounds", "goal"], rows)


def measure(tree, program, steps, user, rounds, title):
    def timer(way, jail, environment):
        return lambda: [float(word) for word in
                        run([program, way, jail, user], environment).split()]

    results = alternate(rounds, {name: timer(*how) for name, how in ways(tree).items()})
    counts = {name: run([steps, program, way, jail, user, "4"], environment).split()[-2:]
              for name, (way, jail, environment) in ways(tree).items()}
    print_times(f"{title}, until it serves, {rounds} rounds", results, 0)
    print_times(f"{title}, until it has ended", results, 2)
    print_table(
        f"{title}: what it does until it serves",
        ["", "system calls", "instructions", "page faults"],
        [[name, calls, instructions, f"{results[name][-1][3]:.0f}"]
         for name, (instructions, calls) in counts.items()],
        "instructions: of the child itself, in user space, one by one (ptrace)",
    )


def main(program, steps):
    with workbench() as tree:
        measure(tree, program, steps, "stay", ROUNDS, "a child that serves as it is")
        measure(tree, program, steps, "drop", ROUNDS_DROPPING,
                "a child that gives up root: initgroups(), setuid()")


main(*sys.argv[1:])
