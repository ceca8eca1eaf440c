"""A control group of a server's own: who belongs to it, and the CPU time of all of them."""
# SPDX-License-Identifier: Apache-2.0
import os
import signal

import processes


def hierarchy():
    """Where the machine has the second version of control groups mounted."""
    for line in processes.read("/proc/self/mounts").splitlines():
        _, place, kind, *_ = line.split()
        if kind == "cgroup2":
            return place
    raise SystemExit("no cgroup2 is mounted: its CPU times are what this report rests on")


class Group:
    """
    Whatever a server starts is in it, and its time counts: scripts, loggers, the tracer of proot.
    The kernel counts it in microseconds, while /proc/PID/stat knows ticks of ten milliseconds.
    """

    def __init__(self, name):
        own = next(line[3:] for line in processes.read("/proc/self/cgroup").splitlines()
                   if line.startswith("0::"))
        self.path = f"{hierarchy()}{own.rstrip('/')}/{name}"
        os.mkdir(self.path)

    def remove(self):
        self.kill()

        def removed():
            # What has just ended may be in it for a moment more.
            try:
                os.rmdir(self.path)
            except OSError:
                return False
            return True

        processes.wait_until(removed, f"the end of {self.path}")

    def enter(self):
        """What a child does before it executes the server; what it starts follows."""
        with open(f"{self.path}/cgroup.procs", "w", encoding="ascii") as file:
            file.write("0")

    def pids(self):
        return [int(pid) for pid in processes.read(f"{self.path}/cgroup.procs").split()]

    def cpu_seconds(self):
        """User and system time of all that are or were in it."""
        fields = dict(line.split() for line in processes.read(f"{self.path}/cpu.stat").splitlines())
        return int(fields["usage_usec"]) / 1e6

    def is_empty(self):
        processes.collect()
        return not self.pids()

    def kill(self):
        def gone():
            for pid in self.pids():
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            return self.is_empty()

        processes.wait_until(gone, f"the end of all in {self.path}")
