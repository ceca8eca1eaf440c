"""What is run, how often, and in which order: the ways alternate, so that drift hits all alike."""
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import math
import os
import sys
import time

import counts
from clients import Clients
from site_server import FAILURES, Failed, Site
from ways import AGAIN, BARE, WAYS
from workloads import WORKLOADS

STATIC, LISTING, PHP, CGI = WORKLOADS
LOADS = ("rate", "p50", "p99", "p999")
# Of the static file and of PHP; a listing leaves a worker with what the longest one took.
MEMORY_OF = (STATIC, PHP)
MEMORY = ("pss", "dirty", "whole")
RESTART = ("failed", "slowest")
# A count is taken once; of the bare servers more often, to see by how much it may differ.
BARE_COUNTS = 3


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much of it."""

    rounds: int
    seconds: int
    # {workload: numbers of connections}
    connections: dict
    traced: tuple
    simulated: tuple
    restart_seconds: int


ALL = (1, 16, 64, 256)
# Of a listing's clients, 64 wait for the server most of the time: more of them would only wait longer.
FULL = Plan(5, 2, {STATIC: ALL, LISTING: ALL[:3], PHP: ALL, CGI: ALL}, WORKLOADS, WORKLOADS, 3)
QUICK = Plan(3, 1, {STATIC: (1, 16, 256), LISTING: (1,), PHP: (16,), CGI: (16,)}, (STATIC, PHP, CGI),
             (STATIC,), 1)


class Run:
    """One run of a plan."""

    def __init__(self, plan, results, workloads, ways, forks):
        self.plan, self.results, self.forks = plan, results, forks
        self.workloads, self.ways = workloads, ways
        self.begin = time.monotonic()

    def say(self, what):
        print(f"{time.monotonic() - self.begin:6.0f} s  {what}", file=sys.stderr, flush=True)

    def run(self):
        cpus = os.sched_getaffinity(0)
        with Site(max(cpus)) as self.site, Clients(min(cpus)) as self.clients:
            for number in range(self.plan.rounds):
                for way in self.in_turn(number):
                    self.say(f"round {number + 1} of {self.plan.rounds}: {way.name}")
                    self.one_round(number, way)
            for workload in self.workloads:
                for way in self.ways:
                    self.say(f"counts, {workload.name}: {way.name}")
                    for number in range(BARE_COUNTS if way.name in (BARE, AGAIN) else 1):
                        self.count(number, workload, way)

    def in_turn(self, number):
        """Each round begins elsewhere: none is always the first after another one."""
        start = number * len(self.ways) // self.plan.rounds
        return self.ways[start:] + self.ways[:start]

    def attempt(self, way, measures, case, take, number=0):
        """Note {measure: value} of take(), or why there is none."""
        for key in measures:
            if key in way.cannot:
                self.results.refuse(key, case, way.name, way.cannot[key])
                return
        try:
            found = take()
        except FAILURES as failure:
            found = None
            for key in measures:
                self.results.refuse(key, case, way.name, str(failure))
        for key, value in (found or {}).items():
            self.results.add(number, key, case, way.name, value)

    def one_round(self, number, way):
        self.attempt(way, ("serving",), (None, None), lambda: {"serving": self.serving(way)}, number)
        for workload in self.workloads:
            try:
                with self.site.running(way, workload) as server:
                    self.use(number, way, workload, server)
            except FAILURES as failure:
                for key, case in self.expected(workload):
                    self.results.refuse(key, case, way.name, str(failure))

    def expected(self, workload):
        """What a server that serves this is asked for."""
        cases = [(workload.name, number) for number in self.plan.connections[workload]]
        alone = ("start", "start_cpu", *(MEMORY if workload in MEMORY_OF else ()),
                 *(RESTART if workload is STATIC else ()))
        return [(key, case) for case in cases for key in LOADS] + [(key, (workload.name, None)) for key in alone]

    def use(self, number, way, workload, server):
        self.attempt(way, ("start", "start_cpu"), (workload.name, None), lambda: {
            "start": 1000 * server.start_seconds, "start_cpu": 1000 * server.start_cpu}, number)
        server.check(workload)
        for connections in self.plan.connections[workload]:
            self.attempt(way, LOADS, (workload.name, connections), lambda: self.clients.load(
                server, workload, connections, self.seconds(workload, connections)), number)
        if workload in MEMORY_OF:
            self.attempt(way, MEMORY, (workload.name, None), lambda: counts.memory(server), number)
        if workload is STATIC:
            self.attempt(way, RESTART, (workload.name, None), lambda: self.clients.restart(
                server, workload, self.plan.restart_seconds), number)

    def seconds(self, workload, connections):
        """Long enough for each client to be answered in its turn, and for some dozens of answers."""
        return max(self.plan.seconds, math.ceil(max(1.3 * connections, 40) * workload.seconds))

    def serving(self, way):
        """Microseconds from fork() until a child serves, by the program of the benchmark `fork`."""
        if not os.path.exists(self.forks):
            raise Failed(f"{self.forks} is not built")
        if way.user:
            raise Failed("without root a pidfile is required, and this program writes none")
        return self.site.time_forks(way, self.forks)

    def count(self, number, workload, way):
        case = (workload.name, None)
        if workload in self.plan.traced:
            self.attempt(way, ("calls",), case, lambda: {
                "calls": self.system_calls(workload, way)}, number)
        if workload in self.plan.simulated:
            self.attempt(way, ("instructions",), case, lambda: {
                "instructions": counts.instructions(self.site, way, workload)}, number)

    def system_calls(self, workload, way):
        with counts.counted(self.site, way, workload) as server:
            return counts.system_calls(server, workload)


def chosen(plan, only, ways):
    """The workloads and ways that were asked for by a part of their names; bare servers always."""
    workloads = [each for each in plan.connections if not only or any(word in each.name for word in only)]
    found = [way for way in WAYS if way.name.startswith("bare") or not ways
             or any(word in way.name for word in ways)]
    return workloads, found
