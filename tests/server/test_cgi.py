"""CGI scripts run inside the jail, and so does the daemon that starts them."""
import contextlib
import glob
import os
import re
import shutil
import subprocess
import sys
import unittest

import processes
from apache import LIBRARY
from cases import ServerTest, for_each_mpm, load_tests_of

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
        self.assertEqual(reply.status, 200, self.apache.error_log())
        return reply.text

    def variables(self, name="environment.cgi"):
        return dict(line.split("=", 1) for line in self.run_script(name).splitlines())

    def test_script_runs_inside(self):
        directory, script, *root = self.run_script("where.cgi").splitlines()
        self.assertEqual(directory, "/htdocs/cgi")
        self.assertTrue(script.endswith(" /htdocs/cgi/where.cgi"), script)
        self.assertEqual(set(root), set(os.listdir(self.apache.jail)))

    def test_the_outside_cannot_be_reached(self):
        for name in ("outside.cgi", "climb.cgi"):
            text = self.run_script(name)
            self.assertIn("No such file or directory", text)
            self.assertNotIn(CANARY, text)
            self.assertNotIn("root:x:0", text)

    def test_script_has_the_uid_of_a_worker(self):
        status = processes.status(self.apache.workers()[0], "Uid").split()
        uid, gid = self.run_script("id.cgi").split()
        self.assertEqual(uid, status[1])
        self.assertNotEqual(gid, "0")

    def test_paths_in_the_environment_are_the_inside_view(self):
        variables = self.variables("environment.cgi/extra/info")
        self.assertEqual({name: variables[name] for name in (
            "DOCUMENT_ROOT", "SCRIPT_FILENAME", "PATH_TRANSLATED", "CONTEXT_DOCUMENT_ROOT")}, {
                "DOCUMENT_ROOT": "/htdocs", "SCRIPT_FILENAME": "/htdocs/cgi/environment.cgi",
                "PATH_TRANSLATED": "/htdocs/extra/info",
                "CONTEXT_DOCUMENT_ROOT": "/htdocs/cgi/"})
        self.assertEqual(variables["PATH_INFO"], "/extra/info")
        self.assertNotIn(self.apache.jail, "".join(variables.values()))

    def test_the_rest_of_the_environment(self):
        variables = self.variables("environment.cgi?a=1&b=/srv")
        for name, value in (("QUERY_STRING", "a=1&b=/srv"), ("REQUEST_METHOD", "GET"),
                            ("SCRIPT_NAME", "/cgi/environment.cgi"), ("FROM_SETENV", "value"),
                            ("REQUEST_URI", "/cgi/environment.cgi?a=1&b=/srv"),
                            ("GATEWAY_INTERFACE", "CGI/1.1"), ("REMOTE_ADDR", "127.0.0.1"),
                            ("SERVER_PORT", str(self.apache.port))):
            self.assertEqual(variables.get(name), value, name)

    def test_body_of_a_request(self):
        body = "x" * 100_000
        self.assertEqual(self.run_script("echo.cgi", method="POST", body=body), body)

    def test_stderr_goes_to_the_error_log(self):
        self.run_script("complain.cgi")
        processes.wait_until(lambda: "to the error log" in self.apache.error_log(), "stderr")

    def test_a_missing_script(self):
        self.assertEqual(self.apache.get("/cgi/missing.cgi").status, 404)

    def test_no_complaint_of_the_loader(self):
        self.assertNotIn("LD_PRELOAD", self.variables("dynamic.cgi"))
        self.assertEqual(self.variables("dynamic-two.cgi")["LD_PRELOAD"], "/another.so")
        processes.wait_until(lambda: COMPLAINT in self.apache.error_log(),
                             "the loader's complaint of the other library")
        for line in self.apache.error_log().splitlines():
            if COMPLAINT in line:
                self.assertIn("/another.so", line)
                self.assertNotIn(LIBRARY, line)

    def test_after_graceful_restarts(self):
        for _ in range(2):
            self.apache.graceful()
            self.assert_jailed()
            self.test_script_runs_inside()
            self.test_the_outside_cannot_be_reached()


class CgiOfPrefork(Cgi, ServerTest):
    """mod_cgi: the worker forks and runs the script."""

    mpm = "prefork"
    modules = ("alias", "cgi", "env")
    extra = EXTRA


class Cgid(Cgi):
    """mod_cgid: a daemon, forked before the pidfile is written, runs the script."""

    modules = ("alias", "cgid", "env")
    extra = EXTRA + "ScriptSock {jail}/run/cgi.sock\n"

    def daemon(self):
        """The one child with the listening socket: ScriptSock's name and the master's pid."""
        name = f"{self.apache.jail}/run/cgi.sock.{self.apache.master()}"

        def find():
            sockets = [line.split() for line in processes.read("/proc/net/unix").splitlines()]
            inodes = {f"socket:[{fields[6]}]" for fields in sockets if fields[7:] == [name]}
            found = [pid for pid in processes.children(self.apache.master())
                     if inodes & open_files(pid)]
            return len(found) == 1 and found[0]
        return processes.wait_until(find, "one daemon with the socket")

    def assert_daemon_jailed(self):
        """Like a worker it is let alone while it is root, and jailed once it is not."""
        daemon = self.daemon()
        processes.wait_until(lambda: processes.uid(daemon) != 0, "the daemon's drop of privileges")
        self.assertEqual(processes.program(daemon), "apache2")
        self.assertEqual(processes.root(daemon), self.apache.jail)
        return daemon

    def test_daemon_is_jailed(self):
        self.assert_daemon_jailed()

    def test_daemon_is_jailed_after_restarts(self):
        for action in ("graceful", "graceful", "restart"):
            before = self.daemon()
            self.apache.renew(action)
            self.assertNotEqual(self.assert_daemon_jailed(), before)
            self.test_script_runs_inside()

    def test_successor_of_a_killed_daemon_is_jailed(self):
        before = self.daemon()
        os.kill(before, 9)
        processes.wait_until(lambda: not processes.alive(before), "the end of the daemon")
        processes.wait_until(lambda: self.apache.get("/cgi/id.cgi").status == 200, "a successor")
        self.assertNotEqual(self.assert_daemon_jailed(), before)
        self.test_script_runs_inside()


def open_files(pid):
    """What the descriptors of a process refer to; one may be closed while this looks."""
    found = set()
    for path in glob.glob(f"/proc/{pid}/fd/*"):
        with contextlib.suppress(FileNotFoundError):
            found.add(os.readlink(path))
    return found


class CgidOfWorker(Cgid, ServerTest):
    """Under the worker MPM."""

    mpm = "worker"


class CgidOfEvent(Cgid, ServerTest):
    """Under the event MPM."""

    mpm = "event"


load_tests = load_tests_of(sys.modules[__name__])

if __name__ == "__main__":
    unittest.main()
