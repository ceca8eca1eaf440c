"""A site in a tree of its own, and an Apache that serves it in one of the ways."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import http.client
import os
import pwd
import re
import shutil
import signal
import subprocess
import time

import apache
import measure
import processes
import workloads
from group import Group

PATIENCE = 60
# Under callgrind the program is valgrind's.
PROGRAMS = ("apache2", "valgrind.bin")
DIRECTORIES = ("run", "log", "lock")


class Failed(Exception):
    """A way cannot serve this, and why."""


# What measuring a server may end with.
FAILURES = (Failed, AssertionError, OSError, http.client.HTTPException, subprocess.SubprocessError)


class Site(apache.Apache):
    """The files for all ways, one after the other: the same paths, the same inodes, the same port."""

    patience = PATIENCE

    def __init__(self, server_cpu):
        super().__init__()
        self.server_cpu = server_cpu
        self.root, self.empty = f"{self.tree}/root", f"{self.tree}/empty"
        self.group = Group(f"chrootshim-bench-{os.getpid()}")
        self.way = None
        self.put_files()

    def put_files(self):
        """The pages; and the jail once more at its own path below `root`, where others look for it."""
        self.write("canary", "outside\n")
        self.write("jail/htdocs/page.html", workloads.PAGE)
        self.write("jail/htdocs/page.php", workloads.PHP)
        self.write("jail/htdocs/part.php", workloads.PART)
        self.write("jail/htdocs/cgi/script", workloads.SCRIPT, mode=0o755)
        for number in range(workloads.ENTRIES):
            self.write(f"jail/htdocs/list/entry-{number:04}", "")
        os.mkdir(f"{self.jail}/bin", 0o755)
        shutil.copy(workloads.BUSYBOX, f"{self.jail}/bin/busybox")
        os.symlink(f"{self.tree}/canary", f"{self.jail}/htdocs/outside")
        # Where a worker under callgrind leaves what it must write, in both views.
        for directory in (f"{self.jail}/profiles", f"{self.jail}{self.jail}/profiles"):
            os.makedirs(directory)
            os.chmod(directory, 0o1777)
        os.makedirs(f"{self.empty}/tmp")
        os.chmod(f"{self.empty}/tmp", 0o1777)
        shutil.copytree(self.jail, f"{self.root}{self.jail}", symlinks=True, copy_function=os.link)
        os.chmod(f"{self.root}{self.jail}/profiles", 0o1777)
        self.write(f"root{self.jail}/htdocs/marker", "")
        os.mkdir(f"{self.root}/bin")
        os.link(f"{self.jail}/bin/busybox", f"{self.root}/bin/busybox")

    def shown(self):
        """What a server must see of the tree, for those who start with an empty view: not the canary."""
        return [self.jail, self.conf, f"{self.tree}/envvars", *(f"{self.tree}/{name}" for name in DIRECTORIES)]

    def fakechroot_environment(self):
        return measure.fakechroot_environment(self.root)

    def close(self):
        self.group.remove()
        super().close()

    def time_forks(self, way, program):
        """Microseconds, as that program prints them first, in this way of starting it."""
        self.prepare(way, workloads.WORKLOADS[0], single=True)
        copy = shutil.copy(program, f"{self.tree}/run/forks")
        mode = "worker" if self.shim else "chroot" if way.directives(self) else "bare"
        # Without a pidfile: it serves by its socket.
        environment = {name: value for name, value in self.environment().items() if name != "CHROOTSHIM_PIDFILE"}
        said = subprocess.run([*way.prefix(self), copy, mode, self.jail, "stay"], env=environment, cwd="/", text=True,
                              capture_output=True, timeout=self.patience, check=False)
        if said.returncode != 0:
            raise Failed(f"{said.stdout}{said.stderr}".strip())
        # Nanoseconds: the least of all its forks.
        return float(said.stdout.split()[0]) / 1000

    # The server

    @contextlib.contextmanager
    def running(self, way, workload, single=False, valgrind=()):
        """
        A server of that way for a workload, with a single worker or as many as usual, seen to be
        confined; .start_seconds and .start_cpu are of its start.
        """
        self.prepare(way, workload, single)
        begin, used = time.perf_counter(), self.group.cpu_seconds()
        command = self.command("-DFOREGROUND")
        if valgrind:
            command[command.index("apachectl"):] = [*valgrind, "/usr/sbin/apache2", "-f", self.conf, "-DFOREGROUND"]
        with open(f"{self.tree}/log/output", "w", encoding="utf-8") as output:
            process = subprocess.Popen(
                command, env=self.environment(), stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, cwd="/", start_new_session=True, preexec_fn=self.enter)
        try:
            self.await_answer(process, 1 if single else workloads.WORKERS[self.mpm])
            self.start_seconds = time.perf_counter() - begin
            self.start_cpu = self.group.cpu_seconds() - used
            self.assert_confined()
            yield self
        finally:
            self.end(process)

    def prepare(self, way, workload, single):
        self.way, self.mpm = way, workloads.COUNTED_MPM if single else workload.mpm
        self.shim, self.library = way.settings is not None, apache.LIBRARY
        self.starter = {}
        for name in DIRECTORIES:
            shutil.rmtree(f"{self.tree}/{name}")
            os.mkdir(f"{self.tree}/{name}", 0o755)
        os.mkdir(f"{self.tree}/run/socks")
        if self.shim:
            self.settings = {"jail": self.jail, "pidfile": self.pidfile, **way.settings}
        if way.user:
            self.belong_to(way.user)
            shutil.chown(f"{self.tree}/run/socks", way.user, way.user)
        directives, modules = workloads.configuration(workload, single)
        self.configure(directives + way.directives(self), modules)

    def command(self, *arguments):
        return [*self.way.prefix(self), "apachectl", "-f", self.conf, *arguments]

    def environment(self):
        return super().environment() | self.way.environment(self)

    def enter(self):
        """In the child: the group, the CPU, and the user, in the order that needs root."""
        self.group.enter()
        os.sched_setaffinity(0, {self.server_cpu})
        if self.starter:
            account = pwd.getpwnam(self.way.user)
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)

    def await_answer(self, process, workers):
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get("/page.html").status == 200 and len(self.workers()) >= workers:
                    return
            time.sleep(0.002)
        raise Failed(self.last_words())

    def last_words(self):
        said = processes.read(f"{self.tree}/log/output") + self.error_log()
        line = (said.strip().splitlines() or ["it does not answer, and says nothing"])[-1]
        # Without the time and the process, which httpd's log begins with.
        return re.sub(r"^(\[[^]]*\] )+", "", line)

    def assert_confined(self):
        """A link to a file outside leads there or not, and `root` is where the pages are or not."""
        for path, expected in ("/outside", self.way.leads_out), ("/marker", self.way.in_root):
            status = self.get(path).status
            if (status == 200) != expected:
                raise Failed(f"{path} was answered with {status}")

    def end(self, process):
        master = self.master()
        if master:
            os.kill(master, signal.SIGTERM)
        with contextlib.suppress(AssertionError):
            processes.wait_until(lambda: process.poll() is not None and self.group.is_empty(), "the end")
        self.group.kill()
        process.wait()

    # Its processes

    def is_server(self, pid):
        # By its command line: under proot and callgrind another program's file is executed.
        first, *others = processes.read(f"/proc/{pid}/cmdline").split("\0")
        return os.path.basename(first) in PROGRAMS and self.conf in others and \
            not processes.read(f"/proc/{pid}/comm").startswith("shim-")

    def servers(self):
        """{pid: parent} of those that run the server's code, without the shim's own helpers."""
        return {pid: int(processes.status(pid, "PPid") or 0) for pid in self.group.pids() if self.is_server(pid)}

    def master(self):
        found = self.servers()
        return next((pid for pid, parent in found.items() if parent not in found), None)

    def workers(self):
        """The master's children; a script's process is a worker's child until it executes."""
        found, master = self.servers(), self.master()
        return sorted(pid for pid, parent in found.items() if parent == master)

    def ask_to_renew(self):
        os.kill(self.master(), signal.SIGUSR1)

    # Its requests

    def check(self, workload):
        reply = self.get(workload.path)
        if reply.status != 200 or workload.answer not in reply.text:
            raise Failed(f"{reply.status}: {self.last_words()}")

    def answered(self):
        """How many requests it has logged."""
        with open(f"{self.tree}/log/access.log", encoding="ascii") as log:
            line = len(log.readline())
            return log.seek(0, os.SEEK_END) // line if line else 0
