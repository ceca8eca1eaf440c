"""What changes outside reaches the worker that runs, without a fork."""
# SPDX-License-Identifier: Apache-2.0
import base64
import os
import shutil
import subprocess

import pytest

import machine
import processes
from cases import ServerTest
from processes import wait_until

# One worker, which stays the same: the rest of the time nothing forks.
ONE_WORKER = """\
StartServers 1
MinSpareServers 1
MaxSpareServers 1
MaxRequestWorkers 1
"""

EXTRA = ONE_WORKER + """\
Alias /outside {tree}/outside
<Directory {tree}/outside>
Require all granted
</Directory>
<Location /closed>
AuthType Basic
AuthName closed
AuthBasicProvider file
AuthUserFile {tree}/htpasswd
Require valid-user
</Location>
"""


def setup_module():
    machine.own_mounts()
    machine.own_copy("/etc")


class RefreshTest(ServerTest):
    """An Apache with one worker; all of it is asked of that one."""

    mpms = ("prefork",)
    isolation = "namespace"
    modules = ("alias", "authn_core", "authn_file", "auth_basic", "authz_user")
    extra = EXTRA

    @classmethod
    def prepare(cls):
        apache = cls.apache
        cls.exposed = apache.write("outside/exposed/file", "the first\n")
        cls.deep = apache.write("outside/tree/one/two/three/file", "the first\n")
        cls.tree = f"{apache.tree}/outside/tree"
        cls.late = f"{apache.tree}/outside/made/later/file"
        cls.htpasswd = apache.write("htpasswd", "")
        apache.write("jail/htdocs/closed/index.html", "closed\n")
        subprocess.run(["htpasswd", "-bcm", cls.htpasswd, "alice", "secret"], check=True,
                       capture_output=True)
        apache.settings |= {
            "isolation": cls.isolation, "log_level": "info", "landlock": "require", "log": f"{apache.tree}/log/shim.log",
            "services": "dns", "expose": ":".join((cls.htpasswd, os.path.dirname(cls.exposed), cls.tree, cls.late))}
        apache.wait_ready = lambda workers: type(apache).wait_ready(apache, 1)

    @pytest.fixture(autouse=True)
    def the_same_worker(self, server):
        """No test may do with another one."""
        self.worker, = self.apache.workers()
        yield
        assert self.apache.workers() == [self.worker]

    def text(self, path):
        """What the worker serves of a path outside; None where it finds nothing."""
        reply = self.apache.get(path.removeprefix(self.apache.tree))
        return reply.text if reply.status == 200 else None

    def soon(self, condition, what):
        """Within a second, if nobody else wants the processor."""
        wait_until(condition, f"{what}: {processes.read(self.apache.settings['log'])}")

    def comes(self, path, text):
        self.soon(lambda: self.text(path) == text, f"{text!r} at {path}")

    def status(self, password):
        token = base64.b64encode(f"alice:{password}".encode()).decode()
        return self.apache.get("/closed/", {"Authorization": f"Basic {token}"}).status

    def test_a_user_is_locked_out(self):
        """sed -i makes another file."""
        assert self.status("secret") == 200
        subprocess.run(["sed", "-i", "s/^alice/nobody/", self.htpasswd], check=True)
        self.soon(lambda: self.status("secret") == 401, "401")
        subprocess.run(["sed", "-i", "s/^nobody/alice/", self.htpasswd], check=True)
        self.soon(lambda: self.status("secret") == 200, "200")

    def test_a_directory_is_made_anew(self):
        directory = os.path.dirname(self.exposed)
        for text in ("the second\n", "the third\n"):
            shutil.rmtree(directory)
            machine.write(os.path.join(self.make(directory), "file"), text)
            self.comes(self.exposed, text)

    @staticmethod
    def make(directory):
        os.makedirs(directory)
        return directory

    def test_what_was_absent_appears_and_goes_and_comes(self):
        """So do the directories on the way."""
        assert self.text(self.late) is None
        for text in ("at last\n", "again\n"):
            machine.write(os.path.join(self.make(os.path.dirname(self.late)), "file"), text)
            self.comes(self.late, text)
            shutil.rmtree(os.path.dirname(os.path.dirname(self.late)))
            self.goes(self.late)

    def goes(self, path):
        self.soon(lambda: not self.text(path), f"nothing at {path}")

    def test_three_levels_down(self):
        """A file is written to, replaced, and made in a new directory."""
        with open(self.deep, "w") as file:
            file.write("written\n")
        self.comes(self.deep, "written\n")
        machine.write(self.deep, "replaced\n")
        self.comes(self.deep, "replaced\n")
        new = f"{os.path.dirname(self.deep)}/new/er/file"
        machine.write(os.path.join(self.make(os.path.dirname(new)), "file"), "new\n")
        self.comes(new, "new\n")
        with open(new, "w") as file:
            file.write("written\n")
        self.comes(new, "written\n")

    def test_the_name_server_is_another(self):
        """As a DHCP client replaces it."""
        for number in (1, 2):
            text = f"nameserver 127.0.0.{number}\n"
            machine.write("/etc/resolv.conf", text)
            self.soon(lambda: processes.read(f"/proc/{self.worker}/root/etc/resolv.conf") == text, text)

    def test_it_is_told(self):
        machine.write(self.htpasswd, processes.read(self.htpasswd))
        self.soon(lambda: f"info: expose brings {self.htpasswd} again: it has "
                  in processes.read(self.apache.settings["log"]), "a line")


class TestNamespace(RefreshTest):
    """isolation = "namespace"; the second wall is on."""


class TestChroot(RefreshTest):
    """isolation = "chroot": what is gone stays as a copy."""

    isolation = "chroot"

    def goes(self, path):
        assert self.text(path) is not None
