"""CGI scripts run inside the jail, and so does the daemon that starts them."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import glob
import os
import re
import shutil
import subprocess

import pytest

import processes
from apache import LIBRARY
from cases import ServerTest
from processes import wait_until

CANARY = "canary: this file lies outside the jail"
BUSYBOX = "/bin/busybox"
COMPLAINT = "cannot be preloaded"

SCRIPTS = {
    "environment.cgi": "/bin/busybox env",
    "where.cgi": "/bin/busybox pwd; /bin/busybox ls -l $SCRIPT_FILENAME; /bin/busybox ls /",
    "outside.cgi": "/bin/busybox cat {tree}/canary /etc/passwd /proc/1/root{tree}/canary 2>&1",
    "climb.cgi": "cd ../../../../../../..; /bin/busybox cat .{tree}/canary 2>&1",
    "id.cgi": "/bin/busybox id -u; /bin/busybox id -g",
    "echo.cgi": "/bin/busybox cat",
    "complain.cgi": "echo to the error log >&2",
    # A program with a dynamic loader, which is what complains of LD_PRELOAD.
    "dynamic.cgi": "exec /bin/env",
    "dynamic-two.cgi": "exec /bin/env",
}

# httpd builds an environment that lacks LD_PRELOAD, unless it is told to hand it on.
EXTRA = f"""\
ScriptAlias /cgi/ {{jail}}/htdocs/cgi/
SetEnv FROM_SETENV value
PassEnv LD_PRELOAD
<Location /cgi/dynamic-two.cgi>
SetEnv LD_PRELOAD {LIBRARY}:/another.so
</Location>
"""


def put_program(apache, program):
    """Copy a program with its loader and libraries into the jail."""
    listing = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    for path in [program] + re.findall(r"(/\S+) \(0x", listing):
        os.makedirs(os.path.dirname(apache.jail + path), exist_ok=True)
        shutil.copy(path, apache.jail + path)


class Cgi:
    """What is the same for mod_cgi and mod_cgid."""

    @classmethod
    def prepare(cls):
        apache = cls.apache
        apache.write("canary", CANARY)
        for directory in ("bin", "run"):
            os.mkdir(f"{apache.jail}/{directory}", 0o755)
        shutil.copy(BUSYBOX, f"{apache.jail}/bin/busybox")
        os.symlink("busybox", f"{apache.jail}/bin/sh")
        put_program(apache, "/usr/bin/env")
        shutil.copy("/usr/bin/env", f"{apache.jail}/bin/env")
        for name, command in SCRIPTS.items():
            command = command.replace("{tree}", apache.tree)
            apache.write(f"jail/htdocs/cgi/{name}", f"#!/bin/sh\necho 'Content-Type: text/plain'\n"
                         f"echo\n{command}\n", mode=0o755)

    def run_script(self, name, **options):
        reply = self.apache.get(f"/cgi/{name}", **options)
        assert reply.status == 200, self.apache.error_log()
        return reply.text

    def variables(self, name="environment.cgi"):
        return dict(line.split("=", 1) for line in self.run_script(name).splitlines())

    def test_script_runs_inside(self):
        directory, script, *root = self.run_script("where.cgi").splitlines()
        assert directory == "/htdocs/cgi"
        assert script.endswith(" /htdocs/cgi/where.cgi"), script
        assert set(root) == set(os.listdir(self.apache.jail))

    def test_the_outside_cannot_be_reached(self):
        for name in ("outside.cgi", "climb.cgi"):
            text = self.run_script(name)
            assert "No such file or directory" in text
            assert CANARY not in text
            assert "root:x:0" not in text

    def test_script_has_the_uid_of_a_worker(self):
        status = processes.status(self.apache.workers()[0], "Uid").split()
        uid, gid = self.run_script("id.cgi").split()
        assert uid == status[1]
        assert gid != "0"

    def test_paths_in_the_environment_are_the_inside_view(self):
        variables = self.variables("environment.cgi/extra/info")
        for name, value in (("DOCUMENT_ROOT", "/htdocs"), ("PATH_TRANSLATED", "/htdocs/extra/info"),
                            ("SCRIPT_FILENAME", "/htdocs/cgi/environment.cgi"),
                            ("CONTEXT_DOCUMENT_ROOT", "/htdocs/cgi/"),
                            ("PATH_INFO", "/extra/info")):
            assert variables[name] == value, name
        assert self.apache.jail not in "".join(variables.values())

    def test_the_rest_of_the_environment(self):
        variables = self.variables("environment.cgi?a=1&b=/srv")
        for name, value in (("QUERY_STRING", "a=1&b=/srv"), ("REQUEST_METHOD", "GET"),
                            ("SCRIPT_NAME", "/cgi/environment.cgi"), ("FROM_SETENV", "value"),
                            ("REQUEST_URI", "/cgi/environment.cgi?a=1&b=/srv"),
                            ("GATEWAY_INTERFACE", "CGI/1.1"), ("REMOTE_ADDR", "127.0.0.1"),
                            ("SERVER_PORT", str(self.apache.port))):
            assert variables.get(name) == value, name

    def test_body_of_a_request(self):
        body = "x" * 100_000
        assert self.run_script("echo.cgi", method="POST", body=body) == body

    def test_stderr_goes_to_the_error_log(self):
        self.run_script("complain.cgi")
        wait_until(lambda: "to the error log" in self.apache.error_log(), "stderr")

    def test_a_missing_script(self):
        assert self.apache.get("/cgi/missing.cgi").status == 404

    def test_no_complaint_of_the_loader(self):
        assert "LD_PRELOAD" not in self.variables("dynamic.cgi")
        assert self.variables("dynamic-two.cgi")["LD_PRELOAD"] == "/another.so"
        wait_until(lambda: COMPLAINT in self.apache.error_log(),
                   "the loader's complaint of the other library")
        for line in self.apache.error_log().splitlines():
            if COMPLAINT in line:
                assert "/another.so" in line
                assert LIBRARY not in line

    def renew(self, action="graceful"):
        self.apache.renew(action)

    def test_after_graceful_restarts(self):
        for _ in range(2):
            self.renew()
            self.assert_jailed()
            self.test_script_runs_inside()
            self.test_the_outside_cannot_be_reached()


class TestCgiOfPrefork(Cgi, ServerTest):
    """mod_cgi: the worker forks and runs the script."""

    mpms = ("prefork",)
    modules = ("alias", "cgi", "env")
    extra = EXTRA


class Cgid(Cgi):
    """mod_cgid: a daemon, forked before the pidfile is written, runs the script."""

    modules = ("alias", "cgid", "env")
    extra = EXTRA + "ScriptSock {jail}/run/cgi.sock\n"

    @pytest.fixture(autouse=True)
    def wait_for_the_daemon(self):
        """It comes beside the workers; who asks for a script before that is refused."""
        self.assert_daemon_jailed()

    def renew(self, action="graceful"):
        before = self.daemon()
        super().renew(action)
        assert self.assert_daemon_jailed() != before

    def daemon(self):
        """The one child with the listening socket: ScriptSock's name and the master's pid."""
        name = f"{self.apache.jail}/run/cgi.sock.{self.apache.master()}"

        def find():
            sockets = [line.split() for line in processes.read("/proc/net/unix").splitlines()]
            inodes = {f"socket:[{fields[6]}]" for fields in sockets if fields[7:] == [name]}
            found = [pid for pid in processes.children(self.apache.master())
                     if inodes & open_files(pid)]
            return len(found) == 1 and found[0]
        return wait_until(find, "one daemon with the socket")

    def assert_daemon_jailed(self):
        """Like a worker it is let alone while it is root, and jailed once it is not."""
        daemon = self.daemon()
        wait_until(lambda: processes.uid(daemon) != 0, "the daemon's drop of privileges")
        assert processes.program(daemon) == "apache2"
        assert processes.root(daemon) == self.apache.jail
        return daemon

    def test_daemon_is_jailed(self):
        self.assert_daemon_jailed()

    def test_daemon_is_jailed_after_restarts(self):
        for action in ("graceful", "graceful", "restart"):
            self.renew(action)
            self.test_script_runs_inside()

    def test_successor_of_a_killed_daemon_is_jailed(self):
        before = self.daemon()
        os.kill(before, 9)
        wait_until(lambda: not processes.alive(before), "the end of the daemon")
        wait_until(lambda: self.apache.get("/cgi/id.cgi").status == 200, "a successor")
        assert self.assert_daemon_jailed() != before
        self.test_script_runs_inside()


def open_files(pid):
    """What the descriptors of a process refer to; one may be closed while this looks."""
    found = set()
    for path in glob.glob(f"/proc/{pid}/fd/*"):
        with contextlib.suppress(FileNotFoundError):
            found.add(os.readlink(path))
    return found


class TestCgidOfWorker(Cgid, ServerTest):
    """Under the worker MPM."""

    mpms = ("worker",)


class TestCgidOfEvent(Cgid, ServerTest):
    """Under the event MPM."""

    mpms = ("event",)
