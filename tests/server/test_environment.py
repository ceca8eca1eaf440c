"""The server's environment is the server's: the shim changes it in a worker's own copy alone."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import urllib.request

import pytest

import fastcgi
import machine
import processes
from apache import WORKER_USER, free_port
from cases import TreeTest
from daemons import Daemon, listens
from php_server import BUSYBOX

ZONE, OFFSET = "Asia/Kolkata", "+0530"
ISOLATIONS = ("chroot", "namespace")

# What is freed has other bytes from then on.
FREED_IS_SEEN = {"MALLOC_PERTURB_": "165"}

PUT_BACK = ("put-back-environ", "variable", "MARK")
HANDLED = ("keep-environ", "replace-environ", "set-many", *PUT_BACK)

NGINX = """\
worker_processes 1;
pid {tree}/run/nginx.pid;
error_log {tree}/error.log;
user {user};
events {{}}
http {{
    log_format zone '$time_local';
    access_log {jail}/access.log zone;
    client_body_temp_path {tree}/run/a; proxy_temp_path {tree}/run/b; fastcgi_temp_path {tree}/run/c;
    uwsgi_temp_path {tree}/run/d; scgi_temp_path {tree}/run/e;
    server {{ listen 127.0.0.1:{port}; root {jail}; add_header Zone $time_iso8601; }}
}}
"""


def setup_module():
    """A machine in India."""
    machine.own_mounts()
    machine.own_copy("/etc")
    os.unlink("/etc/localtime")
    os.symlink(f"/usr/share/zoneinfo/{ZONE}", "/etc/localtime")


class TestAServerThatKeepsIt(TreeTest):
    """It keeps the array, uses another one for a while, and puts the first one back."""

    def handle(self, *actions):
        result = self.tree.run(self.tree.put_server(), "listen", "pidfile", self.tree.pidfile,
                               *actions, extra={"MARK": "kept", **FREED_IS_SEEN})
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout == "kept\n"

    def test_in_the_master(self):
        self.handle(*HANDLED)

    def test_in_a_worker(self):
        self.handle("fork", "setuid", "65534", *HANDLED)

    def test_over_the_entry(self):
        self.handle("keep-environ", "set-many", "fork", "replace-environ", "setuid", "65534",
                    "set-many", *PUT_BACK)

    @pytest.mark.parametrize("count", (0, 300))
    def test_of_any_size(self, count):
        """A worker has all of it, be it small or large, and its time zone besides."""
        names = [f"VARIABLE_{number}" for number in range(count)] + ["MARK"]
        asked = [word for name in (*names, "TZ") for word in ("variable", name)]
        result = self.tree.run(self.tree.put_server(), "listen", "pidfile", self.tree.pidfile,
                               "fork", "setuid", "65534", *asked, extra=dict.fromkeys(names, "set"))
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout == "set\n" * len(names) + ":/etc/localtime\n"

    def test_it_does_not_change(self):
        result = self.tree.run(self.tree.put_server(), "variable", "TZ", "listen", "pidfile",
                               self.tree.pidfile, "variable", "TZ")
        assert result.stdout == "unset\nunset\n"


class TestFcgiwrap(TreeTest):
    """libfcgi exchanges the array for each request, and fcgiwrap sets variables in its child."""

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_scripts_run(self, isolation):
        tree = self.tree
        address = f"{tree.path}/run/fcgiwrap.sock"
        for name in "busybox", "sh", "date":
            os.makedirs(f"{tree.jail}/bin", exist_ok=True)
            shutil.copy(BUSYBOX, f"{tree.jail}/bin/{name}")
        script = tree.write("jail/cgi/id", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\n"
                            "echo $MARK; ls /; exec date +%z\n", mode=0o755)
        with Daemon(["fcgiwrap", "-c", "2", "-f", "-s", f"unix:{address}"],
                    lambda: listens(address), f"{tree.path}/log",
                    env=tree.environment(pidfile=None, isolation=isolation, services="time",
                                         extra=FREED_IS_SEEN)):
            for _ in range(5):
                answer = fastcgi.request(address, script, MARK="given")
                header, _, lines = answer.partition("\r\n\r\n")
                mark, *names, zone = lines.split()
                assert (header, mark, zone) == ("Content-Type: text/plain", "given", OFFSET)
                assert set(names) == {name for name in os.listdir(tree.jail) if name[0] != "."}
        assert "chrootshim[" not in processes.read(f"{tree.path}/log")


class TestNginx(TreeTest):
    """It makes the array anew in its workers."""

    def test_the_time_zone_holds(self):
        tree, port = self.tree, free_port()
        tree.write("jail/page", "a page")
        shutil.chown(tree.jail, "root")
        tree.write("jail/access.log", "")
        shutil.chown(f"{tree.jail}/access.log", WORKER_USER)
        tree.pidfile = f"{tree.path}/run/nginx.pid"
        configuration = tree.write("nginx.conf", NGINX.format(
            tree=tree.path, jail=tree.jail, port=port, user=WORKER_USER))

        def get():
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/page",
                                        timeout=processes.PATIENCE) as reply:
                return reply.headers["Zone"]

        with Daemon(["nginx", "-g", "daemon off;", "-c", configuration], get, f"{tree.path}/log",
                    env=tree.environment()) as nginx:
            assert get().endswith("+05:30")
            worker, = processes.children(nginx.process.pid)
            assert processes.root(worker) == tree.jail
        assert OFFSET in processes.read(f"{tree.jail}/access.log")
