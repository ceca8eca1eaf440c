"""What the benchmark drivers share: the jail, the environments, alternation, and the table."""
# SPDX-License-Identifier: Apache-2.0

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile

PAGE = "htdocs/index.html"


def stay_on_one_cpu():
    """This process and what it starts: migrations cost more than what is measured."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    # A benchmark that takes too long is ended by TERM: it cleans up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


@contextlib.contextmanager
def workbench():
    """A temporary tree with jail/htdocs/index.html in it; gone at the end, also when killed."""
    stay_on_one_cpu()
    # Not below /tmp: the shim refuses a jail that others could replace.
    tree = tempfile.mkdtemp(prefix="chrootshim-bench-", dir="/srv")
    try:
        os.chmod(tree, 0o755)
        page = os.path.join(tree, "jail", PAGE)
        os.makedirs(os.path.dirname(page))
        with open(page, "w", encoding="ascii") as file:
            file.write("<!doctype html><title>benchmark</title>" + "<p>A paragraph of text.\n" * 40)
        yield tree
    finally:
        shutil.rmtree(tree)


def bare_environment():
    """This process's environment without preloaded libraries, or directories to look for some."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LD_", "CHROOTSHIM_"))
    }


def shim_environment(**settings):
    """The shim preloaded, its settings given as variables: jail=… becomes CHROOTSHIM_JAIL=…"""
    variables = {f"CHROOTSHIM_{name.upper()}": value for name, value in settings.items()}
    return bare_environment() | {"LD_PRELOAD": os.environ["SHIM_LIBRARY"]} | variables


def fakechroot_environment(jail):
    """What `fakechroot chroot JAIL` gives to a program."""
    variables = subprocess.run(
        ["fakechroot", "env", "-0"],
        env=bare_environment(), check=True, stdout=subprocess.PIPE, text=True,
    ).stdout.split("\0")
    return dict(line.split("=", 1) for line in variables if line) | {"FAKECHROOT_BASE": jail}


def run(arguments, environment, **options):
    """The program's standard output; its failure ends the benchmark."""
    return subprocess.run(
        arguments, env=environment, check=True, stdout=subprocess.PIPE, text=True, **options
    ).stdout


def alternate(rounds, measurements):
    """Take each named measurement once per round, in turn: {name: [result of each round]}.

    Alternated, because what else the machine does drifts over seconds and must hit all alike.
    """
    results = {name: [] for name in measurements}
    for _ in range(rounds):
        for name, measure in measurements.items():
            results[name].append(measure())
    return results


def print_table(title, header, rows, *remarks):
    """Columns as wide as their widest cell, the first flush left; then the remarks."""
    widths = [max(map(len, column)) for column in zip(header, *rows)]
    print(f"\n{title}\n")
    for row in (header, ["-" * width for width in widths], *rows):
        cells = [row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]
        print("  " + "  ".join(cells))
    print()
    for remark in remarks:
        print(f"  {remark}")
    sys.stdout.flush()
