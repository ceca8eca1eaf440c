"""A filter of system calls that forbids what the entry needs: the start ends, or workers serve."""
# SPDX-License-Identifier: Apache-2.0
import errno
import os
import re

import pytest

from apache import Apache
from tree import NOBODY, compile_program
from worker import WorkerTest

EXIT_CONFIG = 78
REFUSED = (errno.EPERM, errno.ENOSYS)

# Calls of the entry; and what a worker serves without, if they are refused.
NEEDED = ("chroot", "fchdir", "capset", "landlock_restrict_self", "landlock_add_rule")
SPARED = ("unshare", "keyctl", "landlock_create_ruleset", "setfsuid")

# What clone(2) says, and what helps.
NO_CHILD = (
    (errno.EAGAIN, r"raise the server's limit of processes \(ulimit -u, TasksMax=\), or the kernel's"),
    (errno.EINVAL, "start the server without an emulator"),
    (errno.ENOMEM, "give the server more memory"),
    *((error, r"allow pipe2\(\) and clone\(\) in SystemCallFilter=") for error in REFUSED))


class TestEntry(WorkerTest):

    def serve(self, call, answer, before=(), **settings):
        wrapper = [*before, self.tree.compile("answer_calls"), call, str(answer)]
        return self.run_worker('say("served")', wrapper=wrapper, **settings)

    def assert_stopped(self, result, pattern):
        """The line names the filter."""
        super().assert_stopped(result, rf"{pattern}[^\n]*SystemCallFilter=")

    @pytest.mark.parametrize("call", (*NEEDED, *SPARED))
    def test_killed(self, call):
        """As systemd does, unless SystemCallErrorNumber= is set."""
        self.assert_stopped(self.serve(call, "kill"),
                            # Where long has 32 bits, setfsuid() is setfsuid32().
                            rf"a filter of system calls kills workers for the call {call}(32)?: add")

    def test_without_landlock_less_is_needed(self):
        result = self.serve("chroot", "kill", landlock="off")
        super().assert_stopped(result, "chroot: add to the unit: SystemCallFilter=chroot; or allow")
        result = self.serve("landlock_create_ruleset", "kill", landlock="off")
        assert (result.returncode, result.stderr) == (0, "")

    @pytest.mark.parametrize("call", ("setns", "chroot"))
    @pytest.mark.parametrize("answer", (*REFUSED, "kill"))
    def test_in_a_namespace(self, call, answer):
        self.assert_stopped(self.serve(call, answer, isolation="namespace"), "")

    @pytest.mark.parametrize("answer", (*REFUSED, "kill"))
    def test_no_namespace_can_be_made(self, answer):
        """The server itself would be killed, if nobody had asked before."""
        result = self.serve("open_tree", answer, isolation="namespace")
        if answer == "kill":
            self.assert_stopped(result, "a filter of system calls kills servers for the call "
                                        "open_tree: add to the unit")
        else:
            assert (result.returncode, result.stdout) == (EXIT_CONFIG, "")
            assert re.search(r"\A[^\n]*: open_tree\(\) is refused: [^\n]*SystemCallFilter= of the unit "
                             r"\(@mount\)[^\n]*\n\Z", result.stderr)

    @pytest.mark.parametrize("answer", (*REFUSED, "kill"))
    def test_without_root(self, answer):
        result = self.serve("chroot", answer, user=NOBODY)
        self.assert_stopped(result, "")

    @pytest.mark.parametrize("call", NEEDED)
    @pytest.mark.parametrize("answer", REFUSED)
    def test_refused(self, call, answer):
        self.assert_stopped(self.serve(call, answer), os.strerror(answer))

    @pytest.mark.parametrize("answer, remedy", NO_CHILD)
    def test_it_cannot_be_tried(self, answer, remedy):
        """What is advised fits the error, and is not always about a filter."""
        super().assert_stopped(self.serve("clone", answer),
                               f"the entry cannot be tried: {os.strerror(answer)}: {remedy}")

    @pytest.mark.parametrize("call", SPARED)
    @pytest.mark.parametrize("answer", REFUSED)
    def test_what_can_be_done_without(self, call, answer):
        result = self.serve(call, answer)
        assert (result.returncode, result.stderr) == (0, "")
        assert "served" in result.stdout

    @pytest.mark.parametrize("answer", (*REFUSED, "kill"))
    def test_the_other_way_to_stand_alone(self, answer):
        """By close_range(), where unshare() is refused."""
        program = self.tree.compile("answer_calls")
        result = self.serve("close_range", answer, before=[program, "unshare", str(errno.EPERM)])
        if answer == "kill":
            self.assert_stopped(result, "kills workers for the call close_range: add")
        else:
            assert (result.returncode, result.stderr) == (0, "")
            assert "served" in result.stdout

    def test_the_trial_leaves_nothing(self):
        """No child, no signal, no descriptor, and the master is what it was."""
        look = """\
count = len(os.listdir("/proc/self/fd"))
signals = []
signal.signal(signal.SIGCHLD, lambda *_: signals.append(1))
more = socket.create_server(("127.0.0.1", 0))
say("master", os.path.realpath("/proc/self/root"), os.getcwd() != "/", signals)
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    say("children", 0)
"""
        found = self.facts(master=look)
        assert (found["master"], found["children"]) == ("/ True []", "0")


class TestApache:
    """With the filter of a usual unit, which lets nobody change the root."""

    def test_it_does_not_start(self):
        with Apache() as apache:
            program = compile_program("answer_calls.c", f"{apache.tree}/answer_calls")
            apache.prefix = [program, "chroot", "kill"]
            result = apache.control("-k", "start")
            assert result.returncode == EXIT_CONFIG, result.stderr
            assert re.search(r"\Achrootshim\[\d+\]: error: jail \S+: a filter of system calls kills "
                             r"workers for the call chroot: add [^\n]*SystemCallFilter=chroot [^\n]*\n\Z",
                             result.stderr)
            assert "AH00163" not in apache.error_log()
            assert apache.master() is None
