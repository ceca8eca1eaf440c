"""Looks at real processes through /proc, and ends what a test has started."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import ctypes
import os
import signal
import time

PR_SET_CHILD_SUBREAPER = 36

# In seconds: far more than a slow and busy machine needs for one step.
PATIENCE = 60


def wait_until(condition, what, seconds=PATIENCE):
    """Poll until condition() is true, and return its value; fail with `what` otherwise."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def become_reaper():
    """Have daemons that lose their parent become our children, so that none gets away."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def read(path):
    """The text of a file in /proc; empty if the process is gone."""
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def status(pid, field):
    """A field of /proc/PID/status, as text."""
    for line in read(f"/proc/{pid}/status").splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return value.strip()
    return ""


def uid(pid):
    """The effective uid; 0, which no worker has, if the process is gone."""
    fields = status(pid, "Uid").split()
    return int(fields[1]) if fields else 0


def open_links(pid):
    """{number: what it leads to} of what a process has open; what it closes meanwhile is not open."""
    found = {}
    with contextlib.suppress(OSError):
        for number in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found[number] = os.readlink(f"/proc/{pid}/fd/{number}")
    return found


def root(pid):
    """What / is for this process."""
    try:
        return os.readlink(f"/proc/{pid}/root")
    except OSError:
        return None


def program(pid):
    """The file name of the program that runs."""
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return None


def alive(pid):
    """Does the process run? A zombie does not."""
    return status(pid, "State")[:1] not in ("", "Z", "X")


def all_children(pid):
    """The pids of the running children, of all threads, the refresher among them."""
    found = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            found += map(int, read(f"/proc/{pid}/task/{task}/children").split())
    return [child for child in found if alive(child)]


def children(pid):
    """The pids of the running children, of all threads, but for the shim's own refresher."""
    return [child for child in all_children(pid) if not is_refresher(child)]


def is_refresher(pid):
    """Is it the process of the shim's own that brings changes to running workers?"""
    return read(f"/proc/{pid}/comm") == "shim-refresher\n"


def refreshers(pid):
    """The pids of the refreshers that this process has started: one, or none."""
    return [child for child in all_children(pid) if is_refresher(child)]


def is_idle(pid):
    """Does the refresher wait for events alone, without a timeout, since nothing is left to do?"""
    # One that is woken, but has not run yet, is still shown in its call: its state tells.
    if not status(pid, "State").startswith("S"):
        return False
    # ppoll() of four descriptors, and no time.
    return read(f"/proc/{pid}/syscall").split()[2:4] == ["0x4", "0x0"]


def descendants(pid):
    """The pids of the running children and of theirs."""
    found = []
    for child in all_children(pid):
        found += [child] + descendants(child)
    return found


def collect():
    """Take leave of the zombies."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def end_all():
    """End every process that descends from this one; by pid, for others run the same programs."""
    def gone():
        for pid in descendants(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        collect()
        return not descendants(os.getpid())

    wait_until(gone, "the end of all processes of this test")
