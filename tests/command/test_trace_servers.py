"""chrootshim trace with real servers: it starts them, ends with them, and names what their workers lack."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import glob
import http.client
import os
import re
import time

import pytest

import fastcgi
import processes
from apache import Apache, free_port
from load import descriptors
from processes import wait_until
from traced_worker import TracedWorker
from tracer import Tracer
from tree import NOBODY

PATIENCE = 60
WANTED = "/etc/hostname"

NGINX = """\
daemon off; pid {run}/nginx.pid; error_log {tree}/error.log; user www-data; worker_processes 2;
events {{ worker_connections 16; }}
http {{ access_log off; server {{ listen 127.0.0.1:{port}; root /etc; }} }}
"""

FPM = """\
[global]
pid = {run}/fpm.pid
error_log = {tree}/error.log
daemonize = {daemonize}
[www]
user = nobody
group = nogroup
listen = 127.0.0.1:{port}
pm = static
pm.max_children = 2
"""

PAGE = f"<?php echo @file_get_contents('{WANTED}');\n"

WSGI = f"""\
import os
import re
def application(environment, start):
    start("200 OK", [("Content-Type", "text/plain")])
    try:
        return [open("{WANTED}", "rb").read()]
    except OSError:
        return [b""]
"""


def hostname():
    with open(WANTED) as file:
        return file.read()


@pytest.fixture
def cleanups():
    with contextlib.ExitStack() as stack:
        yield stack


def missing(report):
    return {item["path"]: item for item in report["missing"] if item["severity"] == "warning"}


class TestApache:
    """As its administrator starts it."""

    @pytest.fixture(autouse=True)
    def server(self, cleanups):
        self.apache = cleanups.enter_context(Apache("event"))
        self.apache.write("htdocs/a", "")
        self.cleanups = cleanups

    def trace(self, *arguments, options=()):
        apache = self.apache
        return self.cleanups.enter_context(Tracer(
            "apachectl", "-f", apache.conf, *arguments, settings=apache.settings, options=options,
            env={**apache.environment(), "LD_PRELOAD": ""}))

    def test_it_goes_on_when_the_trace_has_ended(self):
        tracer = self.trace("-k", "start")
        self.apache.wait_ready()
        workers = self.apache.workers()
        assert {processes.root(pid) for pid in workers} == {self.apache.jail}
        report = tracer.end()
        assert tracer.status == 0 and report["workers"] >= 2
        assert self.apache.get("/").status == 200
        assert set(workers) <= set(self.apache.workers())
        # What began with the trace is not traced any more once it is renewed.
        self.apache.graceful()
        assert self.apache.get("/").status == 200

    def test_a_cgi_script(self):
        """Its interpreter is missing, and nothing that only the shim has asked for."""
        self.apache.mpm = "prefork"
        self.apache.configure("ScriptAlias /cgi/ {jail}/htdocs/cgi/\n", ["cgi", "alias"])
        self.apache.write("jail/htdocs/cgi/script", "#!/usr/bin/perl\n", 0o755)
        tracer = self.trace("-k", "start")
        self.apache.wait_ready()
        assert self.apache.get("/cgi/script").status == 500
        assert list(missing(tracer.end())) == ["/usr/bin/perl"]

    def test_no_worker_has_a_listener(self):
        """Who has it could answer the calls of others as he likes."""
        self.trace("-k", "start")
        self.apache.wait_ready()
        for pid in self.apache.workers():
            held = descriptors(pid)
            assert held and not [name for name in held if "seccomp" in name]
            assert processes.status(pid, "Seccomp") == "2"

    def test_the_trace_ends_with_it(self):
        tracer = self.trace("-k", "start")
        self.apache.wait_ready()
        self.apache.stop()
        report = tracer.end(with_signal=None)
        assert tracer.status == 0 and report["workers"] >= 2

    def test_in_the_foreground_it_ends_with_the_trace(self):
        tracer = self.trace("-k", "start", "-DFOREGROUND")
        self.apache.wait_ready()
        master = self.apache.master()
        tracer.end()
        assert tracer.status == 0 and not processes.alive(master)

    def test_for_some_seconds(self):
        # On a busy machine its workers may begin after the first time is over.
        for seconds in (2, 20, 60):
            begun = time.monotonic()
            tracer = self.trace("-k", "start", options=["--for", str(seconds)])
            self.apache.wait_ready()
            workers = tracer.end(with_signal=None, timeout=120)["workers"]
            assert time.monotonic() - begun >= seconds
            assert self.apache.get("/").status == 200
            if workers >= 2:
                break
            self.apache.stop()
        assert workers >= 2

    def test_it_does_not_start(self):
        self.apache.write("httpd.conf", "Nonsense\n")
        tracer = self.trace("-k", "start")
        report = tracer.end(with_signal=None)
        assert tracer.status == 1 and "Configuration error" in tracer.complaints
        assert report["missing"] == []

    def test_what_run_refuses(self):
        with Tracer("/bin/busybox", "httpd", settings=self.apache.settings) as tracer:
            tracer.end(with_signal=None)
            assert tracer.status == 78 and "static" in tracer.complaints

    @pytest.mark.parametrize("mpm", ("prefork", "worker"))
    def test_other_mpms(self, mpm):
        self.apache.mpm = mpm
        self.apache.configure()
        tracer = self.trace("-k", "start")
        self.apache.wait_ready()
        assert tracer.end()["workers"] >= 2

    def test_nothing_is_left(self):
        """No process and no file."""
        tracer = self.trace("-k", "start")
        self.apache.wait_ready()
        keeper = tracer.keeper()
        answerers = processes.children(keeper)
        # Others may be traced at the same time: its own socket is in its environment.
        socket, = re.findall(r"CHROOTSHIM_TRACE=([^\0]+)",
                             processes.read(f"/proc/{self.apache.master()}/environ"))
        directory = os.path.dirname(socket)
        assert answerers and os.path.isdir(directory) and directory.startswith("/run/")
        self.apache.stop()
        tracer.end(with_signal=None)
        wait_until(lambda: processes.collect() or not any(map(processes.alive, [keeper, *answerers])),
                   "the end of all", seconds=PATIENCE)
        assert not os.path.exists(directory)


class ServerTest:
    """Servers of which each worker opens a file that the jail lacks, until the line is written."""

    @pytest.fixture(autouse=True, params=("chroot", "namespace"))
    def server(self, request, cleanups):
        self.worker = cleanups.enter_context(TracedWorker(request.param, programs=False,
                                                          pidfile=""))
        self.port = free_port()
        self.cleanups = cleanups
        text = self.worker.settings_text().replace('pidfile = "";\n', "")
        self.worker.write("chrootshim.conf", text + self.settings())

    def settings(self):
        return ""

    def write(self, name, text, **words):
        return self.worker.write(name, text.format(tree=self.worker.path, port=self.port,
                                                   run=f"{self.worker.path}/run", **words))

    def get(self, path="/"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def answers(self, function):
        def ready():
            try:
                return (function(),)
            except OSError:
                return None
        return wait_until(ready, "an answer", seconds=PATIENCE)[0]

    def trace(self, ask, *command, **popen):
        """What is answered, and what is missing; then its line is in the settings."""
        with Tracer(*command, settings={"config": self.worker.conf},
                    options=["--write", self.worker.conf], **popen) as tracer:
            answer = self.answers(ask)
            report = tracer.end()
            assert tracer.status == 0, tracer.complaints
        return answer, report

    def assert_cured(self, ask, *command, program, **popen):
        answer, report = self.trace(ask, *command, **popen)
        assert hostname() not in answer
        assert missing(report)[WANTED]["programs"] == [program]
        assert missing(report)[WANTED]["cure"]["line"] == f'expose = [ "{WANTED}" ];'
        answer, report = self.trace(ask, *command, **popen)
        assert hostname() in answer
        assert WANTED not in missing(report)


class TestNginx(ServerTest):

    def settings(self):
        return f'pidfile = "{self.worker.path}/run/nginx.pid";\n'

    def test_nginx(self):
        conf = self.write("nginx.conf", NGINX)
        self.assert_cured(lambda: self.get("/hostname"), "nginx", "-c", conf, program="nginx")


class TestFpm(ServerTest):

    def settings(self):
        return f'pidfile = "{self.worker.path}/run/fpm.pid";\n'

    def test_php_fpm(self):
        program = max(glob.glob("/usr/sbin/php-fpm*"))
        page = self.worker.write("jail/page.php", PAGE)
        conf = self.write("fpm.conf", FPM, daemonize="no")
        self.assert_cured(lambda: fastcgi.request(("127.0.0.1", self.port), page), program,
                          "--fpm-config", conf, program=os.path.basename(program))


class TestGunicorn(ServerTest):

    def settings(self):
        return f'pidfile = "{self.worker.path}/run/gunicorn.pid";\nservices = [ "python", "tmp" ];\n'

    def test_gunicorn(self):
        self.worker.write("app.py", WSGI)
        program = os.path.basename(os.path.realpath("/usr/bin/python3"))
        self.assert_cured(self.get, "gunicorn", "-u", "nobody", "-g", "nogroup", "-w", "2",
                          "--preload", "-p", f"{self.worker.path}/run/gunicorn.pid",
                          "--chdir", self.worker.path, "-b", f"127.0.0.1:{self.port}",
                          "app:application", program=program)


class TestRootless:
    """A server and its trace, both of an ordinary user."""

    def test_a_worker(self):
        with TracedWorker("chroot") as worker:
            worker.put_command()
            cat = ("system", f"/bin/busybox cat {WANTED}")
            report = worker.trace(*cat, user=NOBODY)
            assert report["workers"] >= 1
            assert missing(report)[WANTED]["cure"]["line"] == f'expose = [ "{WANTED}" ];'
            directory = os.path.dirname(worker.socket)
            assert "/chrootshim-trace-" in directory and not os.path.exists(directory)
