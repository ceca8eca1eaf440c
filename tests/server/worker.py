"""A server in miniature, in Python, whose worker does in the jail what a test says."""
# SPDX-License-Identifier: Apache-2.0

import re
from cases import TreeTest

# The parent tells what the kernel knows of the worker, once that is done.
PROGRAM = """\
import ctypes, errno, os, select, signal, socket, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
PR_GET_KEEPCAPS, PR_SET_KEEPCAPS = 7, 8

def say(*words):
    print(*words, flush=True)

def attempt(name, function, *arguments, **options):
    try:
        function(*arguments, **options)
        say(name, "done")
    except OSError as error:
        say(name, errno.errorcode[error.errno])

listener = socket.create_server(("127.0.0.1", 0))
with open(sys.argv[1], "w") as file:
    file.write(str(os.getpid()))
ready, tell = os.pipe()
wait, end = os.pipe()
outside, inside = socket.socketpair()
{master}
child = os.fork()
if child == 0:
    os.close(end)
    {pending}
    select.epoll().poll(0)
    {jailed}
    os.write(tell, b"x")
    os.read(wait, 1)
    os._exit(0)
os.close(tell)
if os.read(ready, 1):
    with open(f"/proc/{child}/status") as file:
        print(file.read())
os.close(end)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


class WorkerTest(TreeTest):
    """Runs a worker; each line that it, or the kernel about it, says is a name and a value."""

    def run_worker(self, jailed="pass", pending="pass", master="pass", wrapper=(), **options):
        """The result; each text is Python, of as many lines as need be."""
        text = PROGRAM.replace("{master}", master)
        for name, code in (("{pending}", pending), ("{jailed}", jailed)):
            text = text.replace(name, code.replace("\n", "\n    "))
        return self.tree.run(*wrapper, "/usr/bin/python3", "-B", "-c", text, self.tree.pidfile,
                             **options)

    def facts(self, *texts, **options):
        """What was said, of a worker that came to its end in the jail."""
        result = self.run_worker(*texts, **options)
        assert (result.returncode, result.stderr) == (0, "")
        return {name.rstrip(":"): value.strip() for name, _, value in
                (line.partition("\t" if ":\t" in line else " ")
                 for line in result.stdout.splitlines())}

    def assert_ended(self, result, pattern):
        """It ended before it did anything, with one line."""
        assert (result.returncode, result.stdout) == (15, ""), result.stderr
        assert re.search(rf"\Achrootshim\[\d+\]: error: cannot enter the jail "
                         rf"{self.tree.jail}: [^\n]*{pattern}[^\n]*\n\Z", result.stderr)

    def assert_stopped(self, result, pattern):
        """The server ended at its start, when the entry was tried, with one line."""
        assert (result.returncode, result.stdout) == (78, ""), result.stderr
        assert re.search(rf"\Achrootshim\[\d+\]: error: jail "
                         rf"{self.tree.jail}: [^\n]*{pattern}[^\n]*\n\Z", result.stderr)
