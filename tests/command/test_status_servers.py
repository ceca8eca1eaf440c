"""chrootshim status and servers other than httpd, each as its administrator starts it."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import signal

import pytest

import processes
from chrootshim import answer
from processes import wait_until
from test_other_servers import WSGI, OtherServerTest

NGINX = """\
daemon off; master_process off; pid {run}/nginx.pid; error_log {tree}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {run}/a; proxy_temp_path {run}/b; fastcgi_temp_path {run}/c;
  uwsgi_temp_path {run}/d; scgi_temp_path {run}/e;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "served"; }} }}
}}
"""

FPM = """\
[global]
pid = {pidfile}
error_log = {tree}/error.log
daemonize = yes
[www]
user = nobody
group = nogroup
listen = 127.0.0.1:{port}
pm = static
pm.max_children = 2
"""

NGINX_WITH_MASTER = NGINX.replace("master_process off; pid {run}/nginx.pid;",
                                  "user nobody nogroup; worker_processes 2; pid {pidfile};")
ISOLATIONS = ("chroot", "namespace")


class StatusTest(OtherServerTest):
    def ask(self, **settings):
        """The roles of the server's processes, each with whether it is jailed; the exit status."""
        seen, status = answer("status", settings={"jail": self.tree.jail, **settings})
        self.seen = seen
        if len(seen["servers"]) != 1:
            # It may listen before it writes its pidfile.
            return [], status
        return [(process["role"], process["jailed"]) for process in seen["servers"][0]["processes"]
                if process["role"] != "refresher"], status

    def wait_for(self, roles, **settings):
        """Until it has these, as it may still start some."""
        wait_until(lambda: self.ask(pidfile=self.tree.pidfile, **settings) == (roles, 0),
                   f"{roles}: {processes.read(self.log)}")


MASTER_AND_TWO = [("master", False), ("worker", True), ("worker", True)]


class TestServers(StatusTest):
    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_nginx(self, isolation):
        self.start("nginx", "-c", self.write("nginx.conf", NGINX_WITH_MASTER), isolation=isolation)
        self.wait_for(MASTER_AND_TWO)
        assert {process["isolation"] for process in self.seen["servers"][0]["processes"]
                if process["role"] == "worker"} == {isolation}

    def test_nginx_without_a_master(self):
        """It is found by its jail."""
        self.start("nginx", "-c", self.write("nginx.conf", NGINX), pidfile=None)
        assert self.get() == "served"
        wait_until(lambda: self.ask() == ([("worker", True)], 0), "a lone worker that is jailed")

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_php_fpm(self, isolation):
        program = max(glob.glob("/usr/sbin/php-fpm*"))
        result = self.tree.run(program, "--fpm-config", self.write("fpm.conf", FPM),
                               isolation=isolation)
        self.cleanups.callback(processes.end_all)
        assert result.returncode == 0, result.stderr
        self.wait_for(MASTER_AND_TWO)

    def test_gunicorn_and_its_next_version(self):
        self.tree.write("app.py", WSGI)
        self.start("gunicorn", "-u", "nobody", "-g", "nogroup", "-w", "2", "--preload",
                   "-p", self.tree.pidfile, "-b", f"127.0.0.1:{self.port}", "app:application")
        self.wait_for(MASTER_AND_TWO)
        os.kill(self.pid, signal.SIGUSR2)
        self.another_master(self.pid, f"{self.tree.pidfile}.2")

        def both():
            roles, status = self.ask(pidfile=f"{self.tree.pidfile}")
            return sorted(roles) == sorted(2 * MASTER_AND_TWO) and status == 0

        wait_until(both, f"two masters: {processes.read(self.log)}")

    def test_gunicorn_without_the_shim(self):
        self.tree.write("app.py", WSGI)
        self.start("gunicorn", "-u", "nobody", "-g", "nogroup", "-w", "2", "--preload",
                   "-p", self.tree.pidfile, "-b", f"127.0.0.1:{self.port}", "app:application",
                   shim=False)
        wait_until(lambda: self.ask(pidfile=self.tree.pidfile) == (
            [("master", False), ("worker", False), ("worker", False)], 1), "unjailed workers")

    def test_uwsgi_gives_up_root_in_its_master(self):
        self.start("uwsgi", "--plugin", "python3", "--master", "--uid", "nobody",
                   "--gid", "nogroup", "--http-socket", f"127.0.0.1:{self.port}", "--wsgi-file",
                   self.tree.write("app.py", WSGI), "-p", "2", "--pidfile", self.tree.pidfile)
        self.assert_workers(self.pid, 2)
        self.wait_for(MASTER_AND_TWO)

    def test_workers_that_have_outlived_their_master(self):
        """They are found by the jail."""
        self.start("nginx", "-c", self.write("nginx.conf", NGINX_WITH_MASTER))
        self.wait_for(MASTER_AND_TWO)
        workers = set(processes.children(self.pid))
        os.kill(self.pid, signal.SIGKILL)

        def only_workers():
            processes.collect()
            seen, status = answer("status", settings={"jail": self.tree.jail,
                                                      "pidfile": self.tree.pidfile})
            return status == 0 and {server["pid"] for server in seen["servers"]} == workers

        wait_until(only_workers, "workers without a master")
