"""What does not drift: a worker's system calls, instructions and memory."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import re
import signal
import subprocess
import time

import processes
from site_server import Failed

# Until the server has nothing left to do: makes the counts repeatable.
PAUSE_SECONDS = 0.003
REST_SECONDS = 0.1


def ask(server, workload, times):
    for _ in range(times):
        server.check(workload)
        time.sleep(PAUSE_SECONDS)


def traced(server, workload, times):
    """
    What strace counts in the worker, and in the scripts that it starts, during so many requests.
    """
    report = f"{server.tree}/log/strace"
    targets = [word for pid in server.workers() for word in ("-p", str(pid))]
    with subprocess.Popen(["strace", "-f", "-c", "-o", report, *targets],
                          stderr=subprocess.PIPE, text=True) as tracer:
        for _ in server.workers():
            if "attached" not in (answer := tracer.stderr.readline()):
                raise Failed(answer.strip())
        ask(server, workload, times)
        # The last one's end is counted, too.
        time.sleep(REST_SECONDS)
        tracer.send_signal(signal.SIGINT)
        tracer.communicate()
    total = re.search(r"^100\.00\s+\S+\s+\S+\s+(\d+)", processes.read(report), re.MULTILINE)
    if not total:
        raise Failed("strace has counted nothing")
    return int(total.group(1))


def system_calls(server, workload):
    """Per request: the cost of *more* requests, so that attaching counts for nothing."""
    ask(server, workload, 2)
    few, many = (traced(server, workload, times * workload.traced) for times in (1, 2))
    return (many - few) / workload.traced


def simulated(site, way, workload, times):
    """The instructions that callgrind counts in the one worker, from its start to its end."""
    log = f"{site.tree}/log/valgrind"
    valgrind = ("valgrind", "--tool=callgrind", "--vgdb=no", f"--log-file={log}",
                f"--callgrind-out-file={site.jail}/profiles/%p")
    try:
        with site.running(way, workload, single=True, valgrind=valgrind) as server:
            master = server.master()
            ask(server, workload, times)
    except Failed as failure:
        # It knows not each call of a newer kernel.
        raise Failed(f"under valgrind: {failure}") from failure
    found = {int(pid): int(count) for pid, count in
             re.findall(r"^==(\d+)== Collected : (\d+)", processes.read(log), re.MULTILINE)}
    # Scripts are children of the worker's, and execute: callgrind follows none of them.
    workers = [count for pid, count in found.items() if pid != master]
    if not workers:
        raise Failed(f"callgrind says nothing of the worker: {processes.read(log)[-200:]}")
    return max(workers)


def instructions(site, way, workload):
    """Per request, of the worker alone; the difference of two runs."""
    few, many = (simulated(site, way, workload, times * workload.simulated) for times in (1, 2))
    return (many - few) / workload.simulated


def memory(server):
    """{measure: KiB}: of a worker, the mean of all; and of all that was started."""
    def rollup(pid):
        fields = dict.fromkeys(("Pss", "Private_Dirty"), 0)
        for line in processes.read(f"/proc/{pid}/smaps_rollup").splitlines():
            name, _, value = line.partition(":")
            if name in fields:
                fields[name] = int(value.split()[0])
        return fields

    found = {pid: rollup(pid) for pid in server.group.pids()}
    workers = [found[pid] for pid in server.workers() if pid in found]
    if not workers:
        raise Failed("there is no worker")
    return {"pss": sum(each["Pss"] for each in workers) / len(workers),
            "dirty": sum(each["Private_Dirty"] for each in workers) / len(workers),
            "whole": sum(each["Pss"] for each in found.values())}


@contextlib.contextmanager
def counted(site, way, workload):
    """A server with the one worker whose system calls can be told from another's."""
    with site.running(way, workload, single=True) as server:
        server.check(workload)
        yield server
