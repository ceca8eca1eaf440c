"""What was measured: each value by measure, case, way and round; and why some are missing."""
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import json

import noise
import ways


@dataclasses.dataclass(frozen=True)
class Measure:
    """What is measured, in which unit, and what more of it means."""

    key: str
    title: str
    unit: str
    more_is_better: bool = False
    # A number of failures is told as it is.
    judged: bool = True
    # What is counted comes out the same each time, and so once is enough; times drift.
    counted: bool = False

    @property
    def heading(self):
        return f"{self.title}, {self.unit}" if self.unit else self.title


# Of a time, before anything is said of it.
LEAST_ROUNDS = 3

MEASURES = {measure.key: measure for measure in (
    Measure("rate", "Requests per CPU second of the server", "1/s", more_is_better=True),
    Measure("p50", "Latency, median", "ms"),
    Measure("p99", "Latency, 99th percentile", "ms"),
    Measure("p999", "Latency, 99.9th percentile", "ms"),
    Measure("calls", "System calls per request", "", counted=True),
    Measure("instructions", "User-space instructions of the worker per request", "", counted=True),
    Measure("pss", "Memory of a worker after the load, PSS", "KiB"),
    Measure("dirty", "Memory of a worker after the load, private and dirty", "KiB"),
    Measure("whole", "Memory of all that was started, PSS", "KiB"),
    Measure("serving", "A child from fork() until it serves", "µs"),
    Measure("start", "From apachectl to the first answer, with all workers", "ms"),
    Measure("start_cpu", "CPU time of that start", "ms"),
    Measure("failed", "Requests that failed at a graceful restart under load", "of all rounds", judged=False),
    Measure("slowest", "Slowest request at a graceful restart under load", "ms"),
)}


class Results:
    """A case is (workload, connections); either may be None."""

    def __init__(self):
        self.cells = {}
        self.reasons = {}
        self.rounds = 0
        self.about = []

    def add(self, number, measure, case, way, value):
        self.cells.setdefault((measure, case), {}).setdefault(way, {})[number] = value
        self.rounds = max(self.rounds, number + 1)

    def refuse(self, measure, case, way, reason):
        self.cells.setdefault((measure, case), {})
        self.reasons[measure, case, way] = reason

    def measured(self):
        """The measures that there are values of, in their order."""
        return [measure for measure in MEASURES.values() if self.cases(measure)]

    def cases(self, measure):
        return [case for key, case in self.cells if key == measure.key]

    def ways(self, known=ways.WAYS):
        """The names of those that were tried at all, in their order."""
        tried = {way for cell in self.cells.values() for way in cell} | {way for *_, way in self.reasons}
        return [way.name for way in known if way.name in tried]

    def values(self, measure, case, way):
        """One for each round, None where there is none."""
        found = self.cells.get((measure.key, case), {}).get(way, {})
        return [found.get(number) for number in range(self.rounds)]

    def spread(self, measure, case, way):
        return noise.spread(self.values(measure, case, way))

    def reason(self, measure, case, way):
        """Why there is no value, if somebody has said so."""
        return self.reasons.get((measure.key, case, way), "not measured")

    def verdict(self, measure, case, way):
        """None for what is not judged, and where there is nothing to compare."""
        if not measure.judged:
            return None
        return noise.verdict(*(self.values(measure, case, each) for each in (way, ways.BARE, ways.AGAIN)),
                             more_is_better=measure.more_is_better,
                             least_rounds=1 if measure.counted else LEAST_ROUNDS)

    def noise(self, measure, case):
        return noise.noise_floor(*(self.values(measure, case, way) for way in (ways.BARE, ways.AGAIN)))

    # As a file

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump({
                "about": self.about,
                "values": [[*key, way, number, value] for key, cell in self.cells.items()
                           for way, rounds in cell.items() for number, value in rounds.items()],
                "reasons": [[*key, reason] for key, reason in self.reasons.items()],
            }, file, indent=0)

    @classmethod
    def load(cls, path):
        results = cls()
        with open(path, encoding="utf-8") as file:
            saved = json.load(file)
        results.about = saved["about"]
        for measure, case, way, number, value in saved["values"]:
            results.add(number, measure, tuple(case), way, value)
        for measure, case, way, reason in saved["reasons"]:
            results.refuse(measure, tuple(case), way, reason)
        return results
