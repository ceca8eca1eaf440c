"""A `chrootshim trace` that a test starts, and what it says at its end."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import signal
import subprocess

from chrootshim import COMMAND, environment, key_options


class Tracer:
    """One trace, to be ended with end() or close(); without a command, the test starts the server."""

    def __init__(self, *command, settings, options=(), json=True, user=None,
                 program=COMMAND, **popen):
        change = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        words = [program, "trace", *key_options(settings), *options]
        if json:
            words.append("--json")
        if command:
            words += ["--", *command]
        self.json = json
        popen = {"env": environment(), "stdout": subprocess.PIPE, **popen}
        self.process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd="/", **change,
                                        **popen)
        # Where workers call, as the variable that the server needs.
        self.variables = {}
        if not command:
            line = self.process.stderr.readline()
            assert "CHROOTSHIM_TRACE=" in line, line
            name, _, self.socket = line.split()[4].partition("=")
            self.variables[name] = self.socket

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.process.stderr.close()

    def keeper(self):
        """The pid of the process that answers the workers."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
            for pid in map(int, file.read().split()):
                with open(f"/proc/{pid}/cmdline") as command:
                    if command.read().split("\0")[1:2] == ["trace"]:
                        return pid
        return None

    def end(self, with_signal=signal.SIGINT, timeout=60):
        """End it, and return what it says: an object, or a text."""
        if with_signal:
            os.kill(self.process.pid, with_signal)
        out, self.complaints = self.process.communicate(timeout=timeout)
        self.status = self.process.returncode
        return json.loads(out) if self.json else out
