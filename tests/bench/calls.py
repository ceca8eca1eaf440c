"""Nanoseconds per path call in a jailed process, beside the bare call, and beside fakechroot."""
# SPDX-License-Identifier: Apache-2.0

import os
import sys

from measure import (
    PAGE, alternate, bare_environment, fakechroot_environment, print_table, run,
    shim_environment, workbench,
)

ROUNDS = 7


def timer(program, environment, way, path, path_for_libc, directory="/"):
    """A measurement: {call: (ns as the program gets it, ns by libc's own function)}."""

    def measure():
        lines = run(
            [program, way, path, path_for_libc], environment, cwd=directory
        ).splitlines()
        return {name: (float(ours), float(libcs)) for name, ours, libcs in map(str.split, lines)}

    return measure


def best(rounds):
    """The round in which both sides of a call together were least disturbed, call by call."""
    return {call: min((one[call] for one in rounds), key=sum) for call in rounds[0]}


def main(program):
    program = os.path.abspath(program)  # one measurement starts it in another directory
    with workbench() as tree:
        jail = f"{tree}/jail"
        outside, inside = f"{jail}/{PAGE}", f"/{PAGE}"
        name, directory = "index.html", f"{jail}/htdocs"
        shim = shim_environment(jail=jail, landlock="off")
        results = alternate(ROUNDS, {
            "translated": timer(program, shim, "worker", outside, inside),
            "relative": timer(program, shim, "worker", name, name, directory),
            "inside": timer(program, shim, "worker", inside, inside),
            "landlock": timer(
                program, shim_environment(jail=jail, landlock="require"), "worker", inside, inside),
            "watching": timer(program, shim, "here", outside, outside),
            "bare": timer(program, bare_environment(), "here", outside, outside),
            "fakechroot": timer(program, fakechroot_environment(jail), "here", inside, outside),
        })
    results = {way: best(rounds) for way, rounds in results.items()}

    rows = []
    for call, (shim_ns, jail_ns) in results["translated"].items():
        outside_ns, fakechroot_ns = results["bare"][call][0], results["fakechroot"][call][0]
        rows.append([
            call, f"{shim_ns:.0f}", f"{jail_ns:.0f}", f"{shim_ns - jail_ns:+.1f}",
            f"{outside_ns:.0f}", f"{shim_ns / outside_ns:.2f}",
            f"{fakechroot_ns:.0f}", f"{shim_ns / fakechroot_ns:.2f}",
        ])
    print_table(
        f"calls: a translated path in a jailed process, ns per call, best of {ROUNDS} rounds",
        ["", "shim", "bare in jail", "difference", "bare outside", "ratio", "fakechroot", "ratio"],
        rows,
        "goals: difference at most +5 ns; ratio to bare outside below 1; to fakechroot below 0.5",
        "(shim and bare in jail: the same process, hook against libc's own function)",
    )
    print_table(
        f"calls: behind the second wall, ns per call, best of {ROUNDS} rounds",
        ["", 'landlock = "off"', '"require"', "difference"],
        [
            [call, f"{off:.0f}", f"{require:.0f}", f"{require - off:+.1f}"]
            for call, (off, _) in results["inside"].items()
            for require, _ in [results["landlock"][call]]
        ],
    )
    print_table(
        f"calls: a hook with nothing to do, ns per call, best of {ROUNDS} rounds",
        ["", "shim", "libc", "difference"],
        [
            [f"{call}, {label}", f"{ours:.0f}", f"{libcs:.0f}", f"{ours - libcs:+.1f}"]
            for way, label in (
                ("relative", "relative path, jailed"),
                ("inside", "inside view, jailed"),
                ("watching", "not jailed"),
            )
            for call, (ours, libcs) in results[way].items()
        ],
    )


main(*sys.argv[1:])
