"""Apache's requests per CPU second and system calls per request: bare, ChrootDir, the shim's ways."""
# SPDX-License-Identifier: Apache-2.0

import contextlib
import functools
import http.client
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import sysconfig
import time

from measure import alternate, print_table, stay_on_one_cpu

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "server"))
import apache  # noqa: E402 (the server tests' Apache)
import processes  # noqa: E402

ROUNDS = 7
LOAD_SECONDS = 1
SLICE_SECONDS = 0.1
SLICE_REQUESTS = 100
COUNTED_REQUESTS = 100
PAUSE_SECONDS = 0.002  # until the server has nothing left to do: makes the count repeatable
TIMEOUT_SECONDS = 10
LIBGCC = f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}/libgcc_s.so.1"
PATH = "/page.html"
PAGE = "<!doctype html><title>benchmark</title>\n" + "<p>A paragraph of text.\n" * 40
REQUEST = f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode("ascii")

# One worker process, always the same: one that comes or goes, or that is woken for another's
# request, would blur what is measured. The log's lines all have the same length.
DIRECTIVES = """\
LogLevel warn
CustomLog {tree}/log/access.log "%h %t %>s"
MaxKeepAliveRequests 0
KeepAliveTimeout 60
<Directory />
Options FollowSymLinks
</Directory>
StartServers 1
"""
POOLS = {
    "prefork": "MinSpareServers 1\nMaxRequestWorkers 1\n",
    "event": "ThreadsPerChild 4\nMaxRequestWorkers 4\nMinSpareThreads 1\nMaxSpareThreads 4\n",
}
# The last three are the shim's: without the second wall, and in either isolation as it is by default.
WAYS = ("bare", "ChrootDir", "no landlock", "chroot", "namespace")
SETTINGS = {"no landlock": {"landlock": "off"}, "chroot": {}, "namespace": {"isolation": "namespace"}}


def chroot_prepare(server):
    """Put the page where httpd's own ChrootDir finds it, and return the directives.

    ChrootDir translates nothing: its users put the files at one path in both views.
    The event MPM needs libgcc_s at a thread's end; in the empty jail it would not find it.
    """
    root = f"{server.tree}/chroot"
    shutil.copytree(f"{server.jail}/htdocs", f"{root}{server.jail}/htdocs")
    return f"ChrootDir {root}\nLoadFile {LIBGCC}\n"


@contextlib.contextmanager
def running(way, mpm, keep_alive):
    """A server of that way, its worker's root directory checked."""
    with apache.Apache(mpm, shim=way in SETTINGS, settings=SETTINGS.get(way)) as server:
        server.write("jail/htdocs" + PATH, PAGE)
        extra = chroot_prepare(server) if way == "ChrootDir" else ""
        server.configure(f"{DIRECTIVES}{POOLS[mpm]}KeepAlive {keep_alive}\n{extra}")
        server.start(workers=1)
        root = {"bare": "/", "ChrootDir": f"{server.tree}/chroot"}.get(way, server.jail)
        if [processes.root(pid) for pid in server.workers()] != [root]:
            raise SystemExit(f"{way}, {mpm}: there is not one worker whose root is {root}")
        yield server


def cpu_seconds(server):
    """User and system time of master and worker; /proc/PID/stat counts in 10 ms ticks only."""
    # The number of a process's CPU clock, as clock_getcpuclockid(3) makes it.
    return sum(time.clock_gettime(~pid << 3 | 2) for pid in (server.master(), *server.workers()))


def requests_answered(server):
    """How many requests the server has logged; each line comes after its response."""
    with open(f"{server.tree}/log/access.log", encoding="ascii") as log:
        line = len(log.readline())
        return log.seek(0, os.SEEK_END) / line if line else 0


def requests_per_cpu_second(way, mpm, keep_alive):
    """The best slice of a run of wrk, which always has one request under way.

    One, and all on one CPU: how busy a server is decides how often it is woken for nothing.
    """
    rates = []
    with running(way, mpm, keep_alive) as server, subprocess.Popen(
        ["wrk", "-t1", "-c1", f"-d{LOAD_SECONDS}s", f"http://127.0.0.1:{server.port}{PATH}"],
        stdout=subprocess.PIPE, text=True,
    ) as wrk:
        worker = server.workers()
        requests, used = requests_answered(server), cpu_seconds(server)
        while wrk.poll() is None:
            time.sleep(SLICE_SECONDS)
            before, requests = requests, requests_answered(server)
            start, used = used, cpu_seconds(server)
            if requests - before > SLICE_REQUESTS:  # else wrk's end, or no CPU for the server
                rates.append((requests - before) / (used - start))
        report = wrk.stdout.read()
        if wrk.returncode != 0 or "Non-2xx" in report or server.workers() != worker:
            raise SystemExit(f"a request failed, or the worker ended:\n{report}")
    return max(rates)


def fetch(port, count, keep_alive):
    """Get the page so often, one after the other, with a pause before each step."""
    connection = None
    for _ in range(count):
        connection = connection or socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
        time.sleep(PAUSE_SECONDS)
        connection.sendall(REQUEST)
        response = http.client.HTTPResponse(connection)
        response.begin()
        if response.status != 200 or response.read() != PAGE.encode("ascii"):
            raise SystemExit(f"GET {PATH}: {response.status} {response.reason}")
        time.sleep(PAUSE_SECONDS)
        if keep_alive == "Off":
            connection.close()
            connection = None
    if connection:
        connection.close()


def system_calls(way, mpm, keep_alive, requests):
    """What strace counts in a worker during so many requests, and until its end.

    Without futex: how often two threads of httpd meet differs from run to run, shim or no shim.
    """
    with running(way, mpm, keep_alive) as server:
        report = f"{server.tree}/strace"
        (worker,) = server.workers()
        with subprocess.Popen(
            ["strace", "-f", "-c", "-e", "trace=!futex", "-o", report, "-p", str(worker)],
            stderr=subprocess.PIPE, text=True,
        ) as tracer:
            if "attached" not in (answer := tracer.stderr.readline()):
                raise SystemExit(answer)
            fetch(server.port, requests, keep_alive)
            server.stop()
            tracer.communicate()
        total = re.search(r"^100\.00\s+\S+\s+\S+\s+(\d+)", processes.read(report), re.MULTILINE)
        return int(total.group(1))


def system_calls_per_request(*server):
    """The cost of *more* requests, so that connecting and ending count for nothing."""
    few, many = (system_calls(*server, times * COUNTED_REQUESTS) for times in (1, 2))
    return (many - few) / COUNTED_REQUESTS


def landlock_cost(loads):
    """What the wall takes of the rate, in per cent: the median of the rounds, and their spread."""
    lost = sorted(100 * (1 - behind / before)
                  for behind, before in zip(loads["chroot"], loads["no landlock"]))
    return [f"{statistics.median(lost):+.1f} %", f"{lost[0]:+.1f} %", f"{lost[-1]:+.1f} %"]


def measure(mpm, keep_alive):
    """The three tables' rows for this kind of server."""
    label = f"{mpm}, keep-alive {keep_alive.lower()}"
    calls = {way: system_calls_per_request(way, mpm, keep_alive) for way in WAYS}
    loads = alternate(ROUNDS, {
        way: functools.partial(requests_per_cpu_second, way, mpm, keep_alive) for way in WAYS})
    rate = {way: max(rates) for way, rates in loads.items()}
    return (
        [label, *(f"{rate[way]:.0f}" for way in WAYS),
         *(f"{rate[way] / rate['bare']:.3f}" for way in WAYS[1:])],
        [label, *(f"{calls[way]:.1f}" for way in WAYS),
         *(f"{calls[way] - calls['bare']:+.1f}" for way in WAYS[2:])],
        [label, *landlock_cost(loads)],
    )


def main():
    stay_on_one_cpu()
    processes.become_reaper()
    load_rows, call_rows, cost_rows = zip(*(
        measure(mpm, keep_alive) for mpm in POOLS for keep_alive in ("On", "Off")))
    print_table(
        f"httpd: requests per CPU second (user and system) of the server, best of {ROUNDS} rounds",
        ["", *WAYS, *(f"{way}/bare" for way in WAYS[1:])],
        load_rows,
        "goal: without landlock, within 1 % of bare and of ChrootDir; namespace within 1 % of chroot",
    )
    print_table(
        f"httpd: what landlock takes of that, {ROUNDS} rounds",
        ["", "median", "least", "most"],
        cost_rows,
        "a request for a small file: more of it is looked up in directories than elsewhere",
    )
    print_table(
        "httpd: system calls per request, futex aside",
        ["", *WAYS, *(f"{way} - bare" for way in WAYS[2:])],
        call_rows,
        "goal: not one more than bare",
    )


main()
