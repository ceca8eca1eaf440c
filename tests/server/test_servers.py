"""One file of settings for Apache, php-fpm and nginx: each finds its own section, and its own jail."""
# SPDX-License-Identifier: Apache-2.0
import glob
import http.client
import os
import re
import signal
import socket

import pytest

import processes
from apache import LIBRARY, WORKER_USER, Apache, free_port, trace
from cases import TreeTest
from daemons import Daemon
from processes import wait_until

FPM_PROGRAM = max(glob.glob("/usr/sbin/php-fpm*"))

# What stands outside of the sections; each of them has a file of its own.
SETTINGS = """\
// All of this machine's servers.
isolation = "{isolation}"; unlisted = "{unlisted}"; log_level = "info";
services = [ "files" ];
servers = (
    @include "conf.d/*.conf"
);
"""

SECTIONS = {
    "10-apache": '{{ programs = [ "apache2" ]; jail = "{jail}"; pidfile = "{tree}/run/httpd.pid"; }}\n',
    "20-fpm": '{{ programs = [ "{fpm}" ];\n  jail = "{tree}/php"; pidfile = "{tree}/run/fpm.pid"; }}\n',
    "30-nginx": '{{ programs = [ "nginx" ]; jail = "{tree}/static"; pidfile = "{tree}/run/nginx.pid";\n'
                '  fatal_status = 2; }},\n'
                '{{ programs = [ "script.py" ]; jail = "{tree}/script"; }}\n',
}

FPM = """\
[global]
error_log = {tree}/log/fpm.log
pid = {tree}/run/fpm.pid
daemonize = no
[www]
user = {user}
group = {user}
listen = 127.0.0.1:{fpm_port}
pm = static
pm.max_children = 2
"""

NGINX = """\
daemon off; pid {tree}/run/nginx.pid; error_log {tree}/log/nginx.log; user {user};
worker_processes 2;
events {{}}
http {{
  access_log off; root {tree}/static;
  client_body_temp_path {tree}/run/a; proxy_temp_path {tree}/run/b; fastcgi_temp_path {tree}/run/c;
  uwsgi_temp_path {tree}/run/d; scgi_temp_path {tree}/run/e;
  server {{
    listen 127.0.0.1:{nginx_port};
    location ~ \\.php$ {{
      fastcgi_pass 127.0.0.1:{fpm_port};
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param SCRIPT_FILENAME {tree}/php$fastcgi_script_name;
    }}
  }}
}}
"""

# A server of one process, which is a script: its client has been accepted in the jail, or not.
SCRIPT = """\
#!/usr/bin/python3 -B
import os, socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    client = listener.accept()[0]
    client.sendall(" ".join(sorted(os.listdir("/"))).encode())
"""


class ServersTest(TreeTest):
    """A tree with the file, and a jail for each server."""

    @pytest.fixture(autouse=True)
    def all_servers(self, own_tree):
        self.apache = self.cleanups.enter_context(Apache())
        self.path = self.apache.tree
        self.words = {"tree": self.path, "jail": self.apache.jail, "user": WORKER_USER,
                      "fpm": os.path.basename(FPM_PROGRAM), "fpm_port": free_port(),
                      "nginx_port": free_port()}
        for name in ("php", "static", "script", "conf.d"):
            os.mkdir(f"{self.path}/{name}", 0o755)
        self.apache.write("static/index.html", "by nginx")
        self.apache.write("php/page.php", "<?php echo __FILE__, ' ', is_dir('/etc') ? 'out' : 'in';\n")
        self.cleanups.callback(processes.end_all)

    def configure(self, isolation="chroot", unlisted="refuse"):
        for name, text in SECTIONS.items():
            self.apache.write(f"conf.d/{name}.conf", text.format(**self.words))
        self.file = self.apache.write(
            "shim.conf", SETTINGS.format(isolation=isolation, unlisted=unlisted))
        self.apache.settings = {"config": self.file}

    def environment(self):
        return {"PATH": os.environ["PATH"], "LANG": "C", "LD_PRELOAD": LIBRARY,
                "CHROOTSHIM_CONFIG": self.file, **trace()}

    def get(self, port, path):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=processes.PATIENCE)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def daemon(self, name, text, program, *arguments, port):
        configuration = self.apache.write(f"{name}.conf", text.format(**self.words))

        def ready():
            with socket.create_connection(("127.0.0.1", self.words[port]), processes.PATIENCE):
                return True

        return Daemon([program, *arguments, configuration], ready, f"{self.path}/log/{name}.out",
                      env=self.environment())

    def start_fpm(self):
        return self.daemon("fpm", FPM, FPM_PROGRAM, "--nodaemonize", "--fpm-config", port="fpm_port")

    def start_nginx(self):
        return self.daemon("nginx", NGINX, "/usr/sbin/nginx", "-c", port="nginx_port")

    def assert_workers(self, master, jail):
        """All of them, as soon as there are some; the master is outside."""
        def roots():
            """Of those who run: one that has ended meanwhile has none."""
            found = [processes.root(pid) for pid in processes.children(master)
                     if processes.uid(pid) != 0]
            return [root for root in found if root]
        found = wait_until(lambda: len(found := roots()) >= 2 and found, "workers")
        assert set(found) == {jail}
        assert processes.root(master) == "/"


class TestThree(ServersTest):

    @pytest.mark.parametrize("isolation", ("chroot", "namespace"))
    def test_each_is_in_its_own_jail(self, isolation):
        """The shell that leads to Apache is in no section, and no program of its is refused."""
        self.configure(isolation)
        self.apache.start()
        fpm, nginx = self.start_fpm(), self.start_nginx()
        assert self.apache.get("/").text == "the index page\n"
        assert self.get(self.words["nginx_port"], "/") == "by nginx"
        assert self.get(self.words["nginx_port"], "/page.php") == f"{self.path}/php/page.php in"
        self.assert_workers(self.apache.master(), self.apache.jail)
        self.assert_workers(fpm.process.pid, f"{self.path}/php")
        self.assert_workers(nginx.process.pid, f"{self.path}/static")
        self.apache.graceful()
        os.kill(nginx.process.pid, signal.SIGHUP)
        wait_until(lambda: self.get(self.words["nginx_port"], "/") == "by nginx", "nginx")
        self.assert_workers(self.apache.master(), self.apache.jail)
        self.assert_workers(nginx.process.pid, f"{self.path}/static")

    def test_a_change_of_any_file_is_told_once(self):
        """By whom it does not concern, too: what a change means is known to who reads the file."""
        self.configure()
        self.apache.start()
        for change, told in (
                (lambda: self.apache.write("conf.d/20-fpm.conf", "// nothing\n"), "conf.d/20-fpm.conf"),
                (lambda: self.apache.write("conf.d/40-new.conf", "// new\n"), "conf.d")):
            before = self.apache.error_log().count("since the server started")
            change()
            os.kill(self.apache.master(), signal.SIGUSR1)
            line = f"{self.path}/{told} has changed since the server started"
            wait_until(lambda: line in self.apache.error_log(), "the warning")
            assert self.apache.error_log().count("since the server started") == before + 1

    def test_a_mistake_in_one_section_is_told_to_all(self):
        self.configure()
        file = self.apache.write("conf.d/30-nginx.conf", '\n{ programs = [ "nginx" ]; jail = 5; }\n')
        result = self.apache.control("-k", "start")
        assert result.returncode == 78
        assert f"error: {file}:2: jail has a value of the wrong type" in result.stdout + result.stderr
        assert self.apache.master() is None


class TestUnlisted(ServersTest):

    def script(self, name):
        """Run the script: what it sends to its client, its exit status, and what it says."""
        port = free_port()
        process = self.apache.popen([self.apache.write(name, SCRIPT, 0o755), str(port)],
                                    self.environment())
        sent = []

        def over():
            if process.poll() is not None:
                return True
            try:
                with socket.create_connection(("127.0.0.1", port), processes.PATIENCE) as client:
                    sent.append(client.recv(4096).decode())
                return True
            except ConnectionError:
                return False
        wait_until(over, "the script")
        return "".join(sent), process.wait(30), process.communicate()[1]

    def test_is_refused_as_it_begins_to_listen(self):
        self.configure()
        sent, status, said = self.script("other.py")
        assert (sent, status) == ("", 78)
        program = os.path.realpath("/usr/bin/python3")
        assert re.fullmatch(
            rf"chrootshim\[\d+\]: error: {self.file}:2: unlisted: {program} is listed nowhere, and would "
            'serve unjailed: add it to the programs of its section, or set unlisted = "inert"\n', said)

    def test_is_left_alone(self):
        self.configure(unlisted="inert")
        sent, status, said = self.script("other.py")
        assert "etc" in sent.split() and (status, said) == (0, "")

    def test_a_script_is_listed_by_its_own_name(self):
        self.configure()
        sent, status, _ = self.script("script.py")
        assert "etc" not in sent.split() and "dev" in sent.split() and status == 0

    def test_a_jail_of_its_own_is_for_whom_no_section_is(self):
        """The variable says that it is to be jailed, whatever the file lists."""
        self.configure(unlisted="inert")
        environment = self.environment()
        self.environment = lambda: {**environment, "CHROOTSHIM_JAIL": f"{self.path}/script"}
        sent, _, _ = self.script("other.py")
        assert "etc" not in sent.split() and "dev" in sent.split()

    def test_what_serves_nothing_runs_on(self):
        self.configure()
        process = self.apache.popen(["/bin/sh", "-c", "echo \"$(cat)\""], self.environment())
        assert process.communicate() == ("\n", "") and process.returncode == 0
