"""The summary for README: one short table, the machine that it is of, and the plots."""
# SPDX-License-Identifier: Apache-2.0
import os
import platform
import re
import subprocess
import time

import processes
import render
import tables
import ways
from noise import per_cent
from results import MEASURES

# Columns: a measure, and a part of the workload's name; the heading of each.
COLUMNS = (
    ("rate", "static", "static file"),
    ("rate", "autoindex", "autoindex"),
    ("rate", "PHP", "PHP"),
    ("rate", "CGI", "CGI"),
    ("p99", "static", "p99"),
    ("calls", "static", "system calls"),
    ("instructions", "static", "instructions"),
    ("pss", "PHP", "PSS"),
    ("serving", "", "fork to serving"),
    ("start", "static", "start"),
)


def machine():
    """Lines that say on what all this was measured; nothing of them names the machine."""
    processor = re.search(r"model name\s*: (.*)", processes.read("/proc/cpuinfo"))
    system = re.search(r'PRETTY_NAME="(.*)"', processes.read("/etc/os-release"))
    memory = int(re.search(r"MemTotal:\s+(\d+)", processes.read("/proc/meminfo")).group(1)) / 2 ** 20
    virtual = ", virtual" if " hypervisor" in processes.read("/proc/cpuinfo") else ""
    return (f"{processor.group(1) if processor else platform.machine()}, {os.cpu_count()} CPUs{virtual}, "
            f"{memory:.0f} GiB, {system.group(1) if system else ''}, Linux {platform.release()}, "
            f"glibc {platform.libc_ver()[1]}, Apache {version('apache2')}, PHP {version('php')}")


def version(program):
    try:
        said = subprocess.run([program, "-v"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return "unknown"
    found = re.search(r"\d+\.\d+\.\d+", said)
    return found.group() if found else "unknown"


def about(plan, quick):
    load = os.getloadavg()[0]
    return [
        f"Measured on {time.strftime('%Y-%m-%d', time.gmtime())}: {machine()}; load before the run {load:.1f}.",
        f"{plan.rounds} round{'s' if plan.rounds > 1 else ''}, all ways in turn in each, the server on one CPU and its "
        "clients on another; "
        f"{'a quick run, ' if quick else ''}each load at least {plan.seconds} s. Values are medians of the "
        "rounds, with the least and the most. Noise is how far the two bare servers of one round were apart "
        "in the worst round: a difference that is smaller is none that can be told.",
    ]


def case_of(results, key, part):
    cases = [case for case in results.cases(MEASURES[key]) if part in (case[0] or "")]
    found = render.usual(cases)
    return found[0] if found else None


def cell(results, key, case, way):
    """What a way costs beside bare, in few characters."""
    measure = MEASURES[key]
    verdict = results.verdict(measure, case, way)
    if verdict is None:
        return "-"
    if not verdict.enough:
        return "?"
    if not verdict.told:
        return "≈"
    cost = verdict.cost.median
    return f"×{cost:.1f}" if cost >= 2 else f"{'+' if cost > 1 else '−'}{per_cent(abs(cost - 1))}"


def text(results, names):
    """The whole of it, in Markdown; names are those of the plots."""
    columns = [(key, case_of(results, key, part), heading) for key, part, heading in COLUMNS]
    columns = [column for column in columns if column[1]]
    header = ["", *(heading for *_, heading in columns)]
    rows = [[way, *(cell(results, key, case, way) for key, case, _ in columns)]
            for way in results.ways() if way not in (ways.BARE, ways.AGAIN)]
    bare = ["bare", *(absolute(results, key, case) for key, case, _ in columns)]
    noise = ["noise", *(f"±{per_cent(results.noise(MEASURES[key], case) or 0)}" for key, case, _ in columns)]
    plots = ", ".join(f"[{name.removesuffix('.svg')}](tests/bench/results/{name})" for name in names)
    return "\n".join([
        "What each way costs beside a bare Apache; ≈ is no difference that could be told from noise, ? has too "
        "few rounds, - could not be measured.", "", tables.markdown(header, [bare, noise, *rows]), *meaning(columns), "",
        *results.about, "", f"Plots: {plots}. All figures: [report.md](tests/bench/results/report.md).", ""])


def absolute(results, key, case):
    spread = results.spread(MEASURES[key], case, ways.BARE)
    return "-" if spread is None else f"{tables.number(spread.median)} {MEASURES[key].unit}".strip()


def meaning(columns):
    """One line that says what the columns are."""
    connections = {case[1] for key, case, _ in columns if key == "rate"}
    return ["The first columns are the server's CPU time for a request (bare: requests per CPU second), at "
            f"{' or '.join(map(str, sorted(connections)))} connections; PSS is of a worker with PHP; the counts "
            "and the start are of the static file."]
