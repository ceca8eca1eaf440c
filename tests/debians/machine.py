"""Runs commands in the tree of another Debian: namespaces, /dev and programs of another processor."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import emulator

# By Debian's names: how the kernel calls the machine.
ARCHITECTURES = {"amd64": "x86_64", "i386": "i686", "arm64": "aarch64", "armhf": "armv7l"}

# Whose programs a processor runs by itself, if it says that it is the other one.
ALSO_RUN = {"amd64": ("i386",), "arm64": ("armhf",)}
PRETENDS = ("setarch", "linux32", "--")

ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
               "HOME": "/root", "LC_ALL": "C.UTF-8", "TERM": "dumb", "CI": "true",
               "DEBIAN_FRONTEND": "noninteractive"}

ENTER = str(pathlib.Path(__file__).with_name("enter"))

# For tests/run: emulation is slow, and cannot do all; README.md has the reason for each name.
EMULATED = {"TIMEOUT_MULTIPLIER": "20", "LEAVE_OUT": "refresher descriptors inherited probe"}

# A process that ends takes along what it has started: the first of them is killed, and with it all.
TIED = ("setpriv", "--pdeathsig", "KILL")
NAMESPACES = ("unshare", "--mount", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc")
WAIT = 'read -r _ && exec "$@" </dev/null'

# Each number of a user stands for itself.
ALL_IDS = "0 0 4294967295"


class Impossible(Exception):
    """Programs of that architecture cannot be run here."""


def native():
    """Debian's name of this machine."""
    machine = platform.machine()
    return next((name for name, kernel in ARCHITECTURES.items() if kernel == machine), machine)


class Machine:
    """
    What runs an architecture's programs; use as a context manager. Another processor's are emulated:
    the emulator is registered with the kernel (binfmt_misc) in a user namespace of its own, so that
    the host knows nothing of it. There root is root, but for what only the host's may do: see README.md.
    """

    def __init__(self, architecture):
        self.architecture = architecture
        also_run = architecture in ALSO_RUN.get(native(), ())
        self.pretends = PRETENDS if also_run else ()
        self.is_emulated = architecture != native() and not also_run
        self.directory = None
        self.register = ""

    def __enter__(self):
        if self.is_emulated:
            self.directory = tempfile.mkdtemp(prefix="chrootshim-emulator-")
            try:
                self.register = emulator.registration(ARCHITECTURES[self.architecture], self.directory)
                if not self.register:
                    raise Impossible(f"{self.architecture} cannot run here: there is no emulator for it")
            except BaseException:
                self.__exit__()
                raise
        return self

    def __exit__(self, *_):
        if self.directory:
            shutil.rmtree(self.directory)

    def run(self, tree, command, say=True):
        """
        Run a command, or a shell's line, with the tree as its root, or on the host's (None). Returns
        its exit status and what it printed, which goes to standard error, too.
        """
        if isinstance(command, str):
            command = ["sh", "-c", command]
        words = [*self.pretends, *NAMESPACES, ENTER, tree or "", self.register, *command]
        return follow(self._start(words), say)

    def _start(self, words):
        """Start it, after a word on its standard input: its user namespace has been given all users."""
        user = ("unshare", "--user") if self.is_emulated else ()
        process = subprocess.Popen(
            [*TIED, *user, "sh", "-c", WAIT, "sh", *TIED, *words],  # who gets rights is tied no more
            env={**ENVIRONMENT, **(EMULATED if self.is_emulated else {})},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True)
        if self.is_emulated:
            give_all_ids(process)
        process.stdin.write(b"go\n")
        process.stdin.close()
        return process


def give_all_ids(process):
    """Wait for the user namespace of a process, and give it each number of a user and a group."""
    proc = f"/proc/{process.pid}"
    while os.readlink(f"{proc}/ns/user") == os.readlink("/proc/self/ns/user"):
        if process.poll() is not None:
            raise Impossible("the kernel makes no user namespace")
        time.sleep(0.01)
    for name in "gid_map", "uid_map":
        pathlib.Path(f"{proc}/{name}").write_text(ALL_IDS)


def follow(process, say):
    """Read what a process prints until it ends; whatever happens, it has ended afterwards, with all in it."""
    printed = []
    try:
        for line in process.stdout:
            text = line.decode(errors="replace")
            printed.append(text)
            if say:
                sys.stderr.write(text)
                sys.stderr.flush()
        return process.wait(), "".join(printed)
    finally:
        if process.poll() is None:
            end(process)
        process.stdout.close()


def end(process):
    """Kill the first process in there: who waits for it sees it end when all others have."""
    first = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(first[0]) if first else process.pid, signal.SIGKILL)
    process.wait()
