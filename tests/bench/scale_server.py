"""Measures one server of scale.c: its start, its forks, a refresh, its memory, and a trace of them."""
# SPDX-License-Identifier: Apache-2.0

import dataclasses
import os
import statistics
import subprocess
import time

import processes
from measure import bare_environment

FORKS, REFRESHES = 30, 3

# More workers are not traced: a trace slows each of them down.
TRACED = 100


@dataclasses.dataclass
class Point:
    """How many there are of each."""
    workers: int
    exposures: int
    files: int
    descriptors: int


def write_sources(tree, count):
    """The files to be exposed; each is as it was."""
    os.makedirs(f"{tree}/out", exist_ok=True)
    paths = [f"{tree}/out/{number}" for number in range(count)]
    for path in paths:
        if not os.path.exists(path):
            replace(path, "first")
    return paths


def replace(path, text):
    new = f"{os.path.dirname(os.path.dirname(path))}/new"
    with open(new, "w", encoding="ascii") as file:
        file.write(text)
    os.rename(new, path)


def environment(build, tree, way, sources):
    if way == "bare":
        return {}
    settings = {"jail": f"{tree}/jail", "isolation": way, "log": f"{tree}/log", "expose": ":".join(sources)}
    return {"LD_PRELOAD": f"{build}/shim/libchrootshim.so"} | {
        f"CHROOTSHIM_{name.upper()}": value for name, value in settings.items() if value}


def dirty(pid, *names):
    """The sum of these lines of its smaps_rollup, in kB."""
    return sum(int(line.split()[1]) for line in processes.read(f"/proc/{pid}/smaps_rollup").splitlines()
               if line.startswith(names))


class Server:
    """One of scale.c; use as a context manager."""

    def __init__(self, build, point, variables, trace=None):
        words = [f"{build}/tests/bench/bench-scale", str(point.workers), str(point.descriptors)]
        if trace:
            # The tracer itself is not to have the library.
            words = ["strace", "-D", "-f", "-qq", "-o", trace,
                     *(word for name in variables for word in ("-E", f"{name}={variables[name]}")), *words]
            variables = {}
        began = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=bare_environment() | variables)
        self.pid = self.process.pid
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{words}: it has not started: see its messages")
        self.start = (float(line) - began) / 1e6

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate()
        processes.collect()

    def ask(self, word):
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return [float(number) for number in self.process.stdout.readline().split()]

    def settle(self):
        processes.wait_until(lambda: all(map(processes.is_idle, processes.refreshers(self.pid))),
                             "a refresher with nothing to do", 120)

    def refresh(self, path, text):
        """Milliseconds until the first worker sees the new text."""
        worker = int(processes.read(f"/proc/{self.pid}/task/{self.pid}/children").split()[-1])
        began = time.monotonic()
        replace(path, text)
        while processes.read(f"/proc/{worker}/root{path}") != text:
            if time.monotonic() > began + 120:
                raise SystemExit(f"{path}: a worker does not see what has replaced it")
            time.sleep(0.0005)
        return (time.monotonic() - began) * 1000


def timed(server, way, sources):
    server.settle()
    forks = [server.ask("fork") for _ in range(FORKS)]
    workers = processes.all_children(server.pid)
    refreshers = processes.refreshers(server.pid)
    result = {
        "start, ms": server.start,
        "fork to serving, µs": min(time for time, _ in forks) / 1000,
        "fork to serving, page faults": statistics.median(faults for _, faults in forks),
        "memory of the master, kB": dirty(server.pid, "Pss_Anon:"),
        "memory of a worker, kB": dirty(next(pid for pid in workers if pid not in refreshers),
                                        "Private_Dirty:"),
    }
    if refreshers:
        result["memory of the refresher, kB"] = dirty(refreshers[0], "Pss_Anon:")
    if way != "bare" and sources:
        times = []
        for number in range(REFRESHES):
            server.settle()
            times.append(server.refresh(sources[0], f"text {number} {time.monotonic_ns()}"))
        result["refresh, ms until it is seen"] = statistics.median(times)
    return result


def trace(server, way, sources):
    """A start, a fork and a refresh, with a mark between them."""
    processes.wait_until(lambda: way == "bare" or not sources or processes.refreshers(server.pid),
                         "a refresher")
    server.settle()
    server.ask("mark")
    server.ask("fork")
    server.settle()
    server.ask("mark")
    if way != "bare" and sources:
        server.refresh(sources[0], f"traced {time.monotonic_ns()}")
        server.settle()
    server.ask("mark")


def count(lines):
    """System calls in the trace: of the start, of the forked worker until it serves, of the refresh."""
    lines = [line.split(None, 1) for line in lines if "resumed>" not in line]
    # How often somebody asks while he waits is a matter of chance.
    lines = [(pid, call) for pid, call in lines
             if call[0].isalpha() and not call.startswith(("clock_nanosleep(", "wait4(", "ppoll("))]
    master = lines[0][0]
    workers = {pid for pid, call in lines if call.startswith("lseek(-1, 2,")}
    served, phase, counts = set(), 0, [0, 0, 0, 0]
    for pid, call in lines:
        if call.startswith("lseek(-1, 3,"):
            phase += 1
        elif call.startswith("lseek(-1, 2,"):
            served.add(pid)
        elif pid not in served and (pid in workers, pid == master) == {
                0: (False, pid == master), 1: (True, False), 2: (False, False)}.get(phase):
            counts[phase] += 1
    names = ("start, system calls", "fork to serving, system calls", "refresh, system calls")
    return dict(zip(names, counts))


def measure(build, tree, point, way, traced):
    """What one server of this kind takes: {measure: number}."""
    sources = write_sources(tree, point.exposures)
    variables = environment(build, tree, way, sources)
    # The first start brings what the next ones find.
    with Server(build, Point(1, point.exposures, point.files, 0), variables):
        pass
    with Server(build, point, variables) as server:
        result = timed(server, way, sources)
    if traced and point.workers <= TRACED:
        with Server(build, point, variables, f"{tree}/trace") as server:
            trace(server, way, sources)
        with open(f"{tree}/trace", encoding="utf-8", errors="replace") as file:
            result |= count(file)
        if way == "bare" or not sources:
            del result["refresh, system calls"]
    return result
