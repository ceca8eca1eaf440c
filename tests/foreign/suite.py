"""Runs a foreign test suite bare and under the shim, and tells where the two differ."""
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import dataclasses
import os

import explained
import tap

# A difference counts if it is there each time that both sides are tried.
TRIES = 3


@dataclasses.dataclass
class Mode:
    """A way of running the suite: by whom, with which settings of the shim; none is the bare run."""

    name: str
    user: str
    settings: dict = None

    def environment(self, tree):
        """The variables that bring the shim to a server; the log is where no test looks."""
        if self.settings is None:
            return {}
        return {"LD_PRELOAD": f"{tree}/libchrootshim.so", "CHROOTSHIM_LOG": self.log(tree),
                "CHROOTSHIM_LOG_LEVEL": "info", "CHROOTSHIM_LANDLOCK": "require",
                **{f"CHROOTSHIM_{key.upper()}": value for key, value in self.settings.items()}}

    def log(self, tree):
        return f"{tree}/logs/{self.name}"

    def entries(self, tree):
        """How many workers told that they entered the jail."""
        if not os.path.exists(self.log(tree)):
            return 0
        with open(self.log(tree), errors="replace") as file:
            return sum("entered the jail" in line for line in file)


def missing(options, suite=None):
    """The path that is not there of those that the command line names; None if all are."""
    tests = [os.path.join(suite, name) for name in options.tests] if suite else []
    files = [path for path in [options.library, *tests] if not os.path.isfile(path)]
    directories = [suite] if suite and not os.path.isdir(suite) else []
    return next(iter(directories + files), None)


class Difference:
    """What came out otherwise than in the bare run, in one test file."""

    def __init__(self, file):
        self.file = file
        self.bare = []
        self.shim = []

    def add(self, bare, shim):
        self.bare.append(bare)
        self.shim.append(shim)

    def tests(self):
        """The failures that one side alone has, and has each time: by their numbers, with their names."""
        return {**self._only(self.shim, self.bare, ""), **self._only(self.bare, self.shim, "bare alone: ")}

    @staticmethod
    def _only(these, others, mark):
        always = set.intersection(*map(set, these)) - set().union(*others)
        return {number: mark + these[-1][number] for number in sorted(always)}


def compare(run, base, mode, outcomes):
    """
    Compare the outcomes of a mode with those of its base, both by file. run(mode, files) gives what
    comes out another time. Returns the differences that stay, and the files in which none stayed.
    """
    open_ones = {}
    for file, bare in outcomes[base.name].items():
        difference = Difference(file)
        difference.add(bare, outcomes[mode.name][file])
        if difference.tests():
            open_ones[file] = difference
    settled = []
    for _ in range(TRIES - 1):
        if not open_ones:
            break
        again = {side.name: run(side, sorted(open_ones)) for side in (base, mode)}
        for file, difference in list(open_ones.items()):
            difference.add(again[base.name][file], again[mode.name][file])
            if not difference.tests():
                settled.append(file)
                del open_ones[file]
    return list(open_ones.values()), settled


def _failures(outcomes):
    """The files that fail, those that are skipped, and how many single failures there are."""
    skipped = [file for file, failed in outcomes.items() if tap.SKIPPED in failed]
    failing = [file for file, failed in outcomes.items() if failed and file not in skipped]
    return failing, skipped, sum(len(outcomes[file]) for file in failing)


def tell_outcome(mode, outcomes, tree):
    """A line on what came out in a mode."""
    failing, skipped, count = _failures(outcomes)
    inside = "" if mode.settings is None else f"; {mode.entries(tree)} workers entered the jail"
    print(f"{mode.name}: {len(outcomes)} files, {len(failing)} fail ({count} failures),"
          f" {len(skipped)} are skipped{inside}", flush=True)


def tell_differences(suite, mode, differences, settled):
    """The differences, with the reason of those that have one; returns how many have none."""
    reasons = {}
    for difference in sorted(differences, key=lambda difference: difference.file):
        for number, name in difference.tests().items():
            reason = explained.reason(suite, mode.name, difference.file, number)
            reasons.setdefault(reason, []).append(f"{difference.file} {number} {name}")
    unexplained = reasons.pop(None, [])
    for reason, tests in reasons.items():
        print(f"  explained: {reason}:", *tests, sep="\n    ")
    if unexplained:
        print("  UNEXPLAINED:", *unexplained, sep="\n    ")
    if settled:
        print(f"  not there each time: {' '.join(settled)}")
    print(f"{mode.name}: {len(unexplained)} unexplained differences to the bare run", flush=True)
    return len(unexplained)


def judge(suite, run, pairs, files, tree, at_once=1):
    """Run all: each mode with its base. Returns the exit status: 1 if a difference has no reason."""
    sides = {side.name: side for pair in pairs for side in pair}
    status = 0
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        outcomes = dict(zip(sides, pool.map(lambda side: run(side, files), sides.values())))
    for name, side in sides.items():
        tell_outcome(side, outcomes[name], tree)
    for base, mode in pairs:
        if tell_differences(suite, mode, *compare(run, base, mode, outcomes)):
            status = 1
        if not mode.entries(tree):
            print(f"{mode.name}: no worker entered the jail")
            status = 1
    return status
