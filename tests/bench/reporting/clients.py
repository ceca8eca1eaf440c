"""wrk as the clients of a server, and what it saw: requests, latencies, failures."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import tempfile
import time

from site_server import Failed

# What wrk itself prints has no 99.9th percentile. Milliseconds, from its microseconds.
SCRIPT = """\
done = function(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        'JSON{"requests":%d,"closed":%d,"failed":%d,"p50":%.3f,"p99":%.3f,"p999":%.3f,"slowest":%.3f}\\n',
        summary.requests, errors.read + errors.write, errors.connect + errors.status + errors.timeout,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency:percentile(99.9) / 1000,
        latency.max / 1000))
end
"""
STILL_SECONDS = 0.05
# Those that wrk no longer waits for, of a long listing.
PATIENCE = 120


class Clients:
    """Use as a context manager; the script of wrk is a file of its own."""

    def __init__(self, cpu):
        self.cpu = cpu

    def __enter__(self):
        self.script = tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="ascii")
        self.script.write(SCRIPT)
        self.script.flush()
        return self

    def __exit__(self, *_):
        self.script.close()

    def start(self, server, workload, connections, seconds, headers=()):
        given = [word for header in headers for word in ("-H", header)]
        return subprocess.Popen(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", self.script.name,
             *given, f"http://127.0.0.1:{server.port}{workload.path}"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {self.cpu}))

    @staticmethod
    def finish(wrk):
        said = wrk.communicate()[0]
        for line in said.splitlines():
            if line.startswith("JSON"):
                return json.loads(line[len("JSON"):])
        raise Failed(f"wrk: {said.strip() or wrk.returncode}")

    def load(self, server, workload, connections, seconds):
        """
        One load, {measure: value}. Of the requests, the server's log tells the number: those that wrk
        no longer waited for were work as well.
        """
        still(server)
        workers, answered, used = server.workers(), server.answered(), server.group.cpu_seconds()
        seen = self.finish(self.start(server, workload, connections, seconds))
        still(server)
        answered, used = server.answered() - answered, server.group.cpu_seconds() - used
        # A server whose threads are all busy closes connections that it kept, bare or not: no failure.
        if seen["failed"] or server.workers() != workers:
            raise Failed(f"{seen['failed']} of {seen['requests']} requests failed, or a worker ended")
        if not seen["requests"]:
            raise Failed(f"not answered within {seconds} s")
        return {"rate": answered / used, "p50": seen["p50"], "p99": seen["p99"], "p999": seen["p999"]}

    def restart(self, server, workload, seconds):
        """A graceful restart in the middle of a load, {measure: value}."""
        # At a graceful restart httpd closes idle connections, jailed or not.
        wrk = self.start(server, workload, 16, seconds, headers=("Connection: close",))
        time.sleep(seconds / 2)
        server.ask_to_renew()
        seen = self.finish(wrk)
        return {"failed": seen["failed"] + seen["closed"], "slowest": seen["slowest"]}


def still(server):
    """Wait until the server has no work left."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        before = server.group.cpu_seconds()
        time.sleep(STILL_SECONDS)
        if server.group.cpu_seconds() - before < STILL_SECONDS / 50:
            return
    raise Failed("the server does not come to rest")
