"""Whatever fails on the way into the jail: a worker is confined as ever, or there is none."""
# SPDX-License-Identifier: Apache-2.0
import errno
import http.client
import os
import re

import pytest

import processes
import system_calls
from apache import LIBRARY, Apache
from cases import LONG
from faults import (ALLOCATION, BUILDER, EXIT_CONFIG, FATAL_STATUS, FILTERED, HANG, KILL, LINE,
                    MUST_CLOSE, SERVER, FaultTree, Run)
from processes import wait_until
from tree import compile_program

ISOLATIONS = ("chroot", "namespace", "rootless")

# CAP_SYS_CHROOT, CAP_SYS_PTRACE, CAP_SYS_ADMIN
BREAKING = 1 << 18 | 1 << 19 | 1 << 21

# In a real server: the call that is refused, and what is said.
REFUSED = (("namespace", "setns", "its mount namespace cannot be entered"),
           ("chroot", "capset", "its capabilities could not be taken away"))

# A builder of namespaces that hangs has half a minute, which may pass faster.
ERRORS, SPEED = ((errno.EIO, errno.EPERM, errno.EMFILE), 1) if LONG else ((errno.EIO,), 100)


class FaultTest:
    """All of its methods have one tree."""

    @pytest.fixture(scope="class", autouse=True)
    def own_tree(self, request):
        with FaultTree() as request.cls.tree:
            yield

    def assert_bare(self, run, isolation):
        """How a worker is confined when nothing fails."""
        found = run.confinement
        assert found, run.text
        assert found | {
            "root": str(os.stat(self.tree.jail).st_ino), "top": "1", "privileges": "0", "out": "0",
            "permitted": "0", "lock": "1", "uid": "65534", "cwd": "/htdocs"} == found, run.text
        if isolation != "rootless":
            assert int(found["bounding"], 16) & BREAKING == 0

    def assert_confined(self, run, bare):
        if not run.is_closed() and not run.is_as_good(bare):
            pytest.fail(run.text)

    def sweep(self, isolation, phase, kind, error):
        """Let each call fail in turn; returns those that ended a process."""
        bare, *runs = self.tree.runs(isolation, phase, kind, error)
        self.assert_bare(bare, isolation)
        for run in runs:
            self.assert_confined(run, bare)
        return {run.call for run in runs if run.is_closed()}


class TestCalls(FaultTest):
    """Each system call of the shim fails once."""

    def test_entry(self):
        for isolation in ISOLATIONS:
            for error in ERRORS:
                filtered = FILTERED if error == errno.EPERM else set()
                for phase in ("enter", "seen"):
                    closed = self.sweep(isolation, phase, SERVER, error)
                    assert MUST_CLOSE[phase, isolation] - filtered <= closed

    def test_readiness(self):
        for isolation in ISOLATIONS:
            closed = self.sweep(isolation, "listen", SERVER, errno.EIO)
            closed |= self.sweep(isolation, "listen", BUILDER, errno.EIO)
            assert MUST_CLOSE["listen", isolation] <= closed
            # To compare a copy with what it is of is one thing, to make it another.
            assert isolation != "chroot" or any(
                call.startswith("openat /proc/self/fd/") for call in closed)

    def test_supply_at_a_fork(self):
        """It fails, and is told; workers get what there was before."""
        for isolation in ("chroot", "namespace"):
            assert self.sweep(isolation, "fork", SERVER, errno.EIO) == set()

    def test_a_killed_builder(self):
        """At the start that ends the server, later it does not."""
        for n in (1, 30, 90):
            run, = self.tree.runs("namespace", "listen", BUILDER, KILL, n)
            assert run.is_closed(), run.text
            assert "was killed" in run.lines[0]
        assert self.sweep("namespace", "fork", BUILDER, KILL) == set()


class TestResources(FaultTest):
    """Memory and descriptors run out."""

    def test_allocations(self):
        for isolation in ISOLATIONS[:2]:
            closed = self.sweep(isolation, "listen", ALLOCATION, errno.ENOMEM)
            assert closed == {"allocation"}

    def test_allocations_of_the_constructor(self):
        bare, = self.tree.runs("chroot", "enter", SERVER, 0, 0)
        refused = 0
        for n in range(1, 200):
            status, output = self.tree.output("chroot", "enter", SERVER, 0, 0,
                                              extra={"FAULT_ALLOCATION": str(n)})
            if status == EXIT_CONFIG:
                assert re.search(rf"\A{LINE.pattern}\n\Z", output)
                refused += 1
                continue
            assert status == 0, output
            run = Run("enter", output)
            assert run.served == bare.served
            if not run.call:
                break
        assert refused > 5

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_descriptors(self, isolation):
        """From too few for the server itself to enough."""
        bare, = self.tree.runs(isolation, "listen", SERVER, 0, 0)
        found = set()
        for files in range(8, 32):
            run, = self.tree.runs(isolation, "listen", SERVER, 0, 0, files=files)
            status = int(run.field("status"))
            assert run.served == ("" if status else bare.served), run.text
            # 99: the server itself had too few.
            assert len(run.lines) == (status in (EXIT_CONFIG, FATAL_STATUS)), run.text
            found.add(status)
        assert {0, EXIT_CONFIG} <= found


class TestHanging(FaultTest):

    def test_a_hanging_builder(self):
        run, = self.tree.runs("namespace", "listen", BUILDER, HANG, 40,
                              extra={"FAULT_SPEED": str(SPEED)})
        assert run.is_closed(), run.text
        assert "the process that makes the mount namespace hangs" in run.lines[0]


class TestRealServer:
    """Apache, of whose workers the kernel refuses something."""

    def serve(self, apache):
        try:
            return apache.get("/").status
        except (OSError, http.client.HTTPException):
            return None

    @pytest.mark.parametrize("isolation, call, reason", REFUSED)
    def test_refused(self, isolation, call, reason):
        with Apache(settings={"isolation": isolation}) as apache:
            library = compile_program("fault.c", f"{apache.tree}/fault.so", "-shared", "-fPIC")
            apache.prefix = ["env", f"LD_PRELOAD={LIBRARY}:{library}",
                             f"FAULT_CALL={system_calls.number(call)}",
                             f"FAULT_ERROR={errno.EPERM}"]
            apache.control("-k", "start")
            served = set()

            def gone():
                served.add(self.serve(apache))
                processes.collect()
                return not processes.descendants(os.getpid())

            wait_until(gone, "the end of the server")
            assert served == {None}
            assert re.search(rf"error: cannot enter the jail .*: {reason}: "
                             "Operation not permitted: ", apache.error_log())
            assert "returned a Fatal error" in apache.error_log()
