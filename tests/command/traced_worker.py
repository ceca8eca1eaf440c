"""A worker of the server in miniature that does one thing in its jail, traced and cured until it works."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import subprocess

from chrootshim import COMMAND
from tracer import Tracer
from tree import NOBODY, Tree

# More rounds than any cure takes: what one brings may look for something else.
ROUNDS = 8

# As a static Go program asks: by the number of the call, of no libc.
STATIC = """\
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void)
{
        char text[64];
        long fd = syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY);
        long length = fd < 0 ? 0 : syscall(SYS_read, fd, text, sizeof(text));
        syscall(SYS_write, 1, text, length);
        return 0;
}
"""


def hostname():
    """What a worker prints of a file that each machine has."""
    with open("/etc/hostname") as file:
        return file.read()


def paths(report, severity="warning"):
    """What is missing, in the order in which it was asked for."""
    return [item["path"] for item in report["missing"] if item["severity"] == severity]


def compile_static(worker, text=STATIC):
    """A program "/static" in the jail that needs nothing else there."""
    source = worker.write("static.c", text)
    subprocess.run(["cc", "-static", "-o", f"{worker.jail}/static", source], check=True)


class TracedWorker(Tree):
    """A tree with a settings file, which `chrootshim trace --write` changes."""

    def __init__(self, isolation, programs=True, **settings):
        super().__init__()
        self.server = self.put_server()
        self.command = COMMAND
        self.conf = f"{self.path}/chrootshim.conf"
        settings = {"jail": self.jail, "isolation": isolation, **settings}
        self.write("chrootshim.conf", "".join(f'{key} = "{value}";\n'
                                              for key, value in settings.items()))
        # A shell that needs nothing, for what a worker starts.
        if programs:
            os.mkdir(f"{self.jail}/bin")
            shutil.copy("/bin/busybox", f"{self.jail}/bin/busybox")
            shutil.copy("/bin/busybox", f"{self.jail}/bin/sh")

    def put_command(self):
        """A copy of the program that any user can run."""
        self.command = shutil.copy(COMMAND, self.path)

    def settings_text(self):
        with open(self.conf) as file:
            return file.read()

    def work(self, *actions, tracer=None, user=None, extra=None, wrapper=()):
        """What the worker prints."""
        if user:
            variables = {"CHROOTSHIM_PIDFILE": self.pidfile}
            entry = ("listen", "pidfile", self.pidfile, "fork", "epoll_wait")
        else:
            variables = {}
            entry = ("listen", "fork", "setuid", str(NOBODY))
        variables |= {"CHROOTSHIM_CONFIG": self.conf, **(tracer.variables if tracer else {}),
                      **(extra or {})}
        result = self.run(*wrapper, self.server, *entry, *actions, jail=None, pidfile=None, extra=variables,
                          user=user, timeout=60)
        self.complaints = result.stderr
        self.status = result.returncode
        return result.stdout

    def trace(self, *actions, options=(), lost=False, **keywords):
        """What one trace says of it; self.output is what the worker has printed meanwhile, self.socket
        where it called. A worker that was not traced, or not wholly unless `lost`, says nothing by what
        is not reported."""
        user = keywords.get("user")
        settings = {"config": self.conf, **({"pidfile": self.pidfile} if user else {})}
        with Tracer(settings=settings, options=options, user=user,
                    program=self.command) as tracer:
            self.output = self.work(*actions, tracer=tracer, **keywords)
            report = tracer.end()
            self.socket = tracer.socket
            assert tracer.status == 0, tracer.complaints
        told = f"{report}\n{tracer.complaints}\n{self.output}\n{self.complaints}"
        # The one that tries the entry at the start counts as well.
        assert report["workers"] >= 1 and "is not traced" not in self.complaints, told
        assert self.status == 0, told
        assert lost or report["lost"] == 0, told
        return report

    def cure(self, *actions, options=(), **keywords):
        """Trace and write until nothing is missing: all that was, as {path: line}."""
        lines = {}
        for _ in range(ROUNDS):
            report = self.trace(*actions, options=("--write", self.conf, *options), **keywords)
            missing = {item["path"]: item["cure"]["line"] for item in report["missing"]
                       if item["severity"] == "warning"}
            if not missing:
                return lines
            lines.update(missing)
        raise AssertionError(f"still missing: {missing}\n{self.settings_text()}")
