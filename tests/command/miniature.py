"""A server in miniature, in Python, whose children become what a test says; with no shim in it."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import subprocess

import processes

# A child does its part, tells that it has, and stays.
PROGRAM = """\
import ctypes, os, signal, socket, sys
NOBODY = 65534
signal.signal(signal.SIGTERM, signal.SIG_DFL)
listener = socket.create_server(("127.0.0.1", 0))
with open(sys.argv[1], "w") as file:
    file.write(str(os.getpid()))
def child(part):
    ready, tell = os.pipe()
    if os.fork() == 0:
        os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
        exec(part, {**globals(), "tell": tell})
        os.write(tell, b"x")
        signal.pause()
    os.close(tell)
    if not os.read(ready, 1):
        sys.exit("a child has ended")
for part in sys.argv[2:]:
    child(part)
print("ready", flush=True)
signal.pause()
"""

PYTHON = ("/usr/bin/python3", "-B", "-c", PROGRAM)

# Parts of children. What is a worker gives up root, as they do.
ENTER = "os.chroot({jail!r}); os.chdir('/')"
DROP = "os.setgroups([]); os.setgid(NOBODY); os.setuid(NOBODY)"


class Miniature:
    """One that runs in a tree; use as a context manager."""

    def __init__(self, tree, *children, command=PYTHON, env=None):
        self.tree = tree
        parts = [part.format(jail=tree.jail, tree=tree.path) for part in children]
        self.process = subprocess.Popen(
            [*command, tree.pidfile, *parts], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            text=True, env=env)
        assert self.process.stdout.readline() == "ready\n"
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdout.close()
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        processes.end_all()

    def children(self):
        """Their pids, in the order of the parts."""
        return sorted(processes.all_children(self.pid))
