"""Runs single programs under the shim, in a temporary tree with an empty jail."""
# SPDX-License-Identifier: Apache-2.0
import atexit
import functools
import os
import shutil
import subprocess
import tempfile

from apache import LIBRARY, TREES, trace
from processes import PATIENCE

# The server in miniature of programs/server*.c.
SERVER = os.environ["SHIM_SERVER"]
SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")
NOBODY = 65534


@functools.cache
def compiled(directory, *arguments):
    """What the compiler makes of its arguments in a directory, once for all tests: a path."""
    made = tempfile.TemporaryDirectory(prefix="chrootshim-compiled-")
    atexit.register(made.cleanup)
    subprocess.run(["cc", "-Wall", "-Werror", "-o", f"{made.name}/result", *arguments], check=True,
                   cwd=directory)
    return f"{made.name}/result"


def compile_program(source, target, *options):
    """Compile programs/SOURCE, and return the path of the program or library."""
    return shutil.copy(compiled(SOURCES, source, "-I../../../shim", *options), target)


class Tree:
    """A tree of its own; use as a context manager or call close()."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="chrootshim-server-", dir=TREES)
        os.chmod(self.path, 0o755)
        self.jail = f"{self.path}/jail"
        self.pidfile = f"{self.path}/run/server.pid"
        os.mkdir(self.jail, 0o755)
        os.mkdir(f"{self.path}/run")
        os.chmod(f"{self.path}/run", 0o1777)
        # Any user can read this copy, wherever the library was built.
        self.library = shutil.copy(LIBRARY, self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        shutil.rmtree(self.path)

    def write(self, name, text, mode=0o644):
        """Write a file below the tree, and return its path."""
        path = f"{self.path}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def put_server(self, build=""):
        """A copy of the server in miniature, which may run already: its path."""
        path = f"{self.path}/server{build}"
        return path if os.path.exists(path) else shutil.copy(f"{SERVER}{build}", path)

    def compile(self, name, *options):
        return compile_program(f"{name}.c", f"{self.path}/{name}", *options)

    def environment(self, shim=True, extra=None, **settings):
        """The environment of a program: jail and pidfile are set unless settings say None."""
        environment = {"PATH": os.environ["PATH"], "LANG": "C"}
        if shim:
            environment.update(trace(), LD_PRELOAD=self.library)
            for key, value in {"jail": self.jail, "pidfile": self.pidfile, **settings}.items():
                if value is not None:
                    environment[f"CHROOTSHIM_{key.upper()}"] = value
        environment.update(extra or {})
        return environment

    def run(self, *command, user=None, shim=True, extra=None, pass_fds=(),
            timeout=PATIENCE, **settings):
        """Run a program to its end, as root or as another user with no groups."""
        change = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        return subprocess.run(
            command, env=self.environment(shim, extra, **settings), cwd=self.path, timeout=timeout,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            pass_fds=pass_fds, **change)
