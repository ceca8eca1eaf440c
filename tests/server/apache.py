"""A real Apache for a test: a temporary tree, a configuration, apachectl, and requests."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import os
import shutil
import signal
import subprocess
import tempfile

import processes
from ports import free_port
from processes import wait_until

LIBRARY = os.environ["SHIM_LIBRARY"]
MODULES = "/usr/lib/apache2/modules"
MPMS = ("prefork", "worker", "event")
WORKER_USER = "www-data"

# Where jails may lie: every component belongs to root and nobody else writes to it.
TREES = "/srv"

CONFIGURATION = """\
ServerRoot {tree}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {tree}/run/httpd.pid
DefaultRuntimeDir {tree}/run
ErrorLog {tree}/log/error.log
LogLevel info
User {user}
Group {user}
LoadModule mpm_{mpm}_module {modules}/mod_mpm_{mpm}.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule dir_module {modules}/mod_dir.so
StartServers 2
<IfModule mpm_prefork_module>
MinSpareServers 2
MaxSpareServers 4
</IfModule>
<IfModule !mpm_prefork_module>
ThreadsPerChild 8
MinSpareThreads 8
MaxSpareThreads 32
MaxRequestWorkers 64
</IfModule>
GracefulShutdownTimeout 2
Timeout 10
DocumentRoot {jail}/htdocs
CoreDumpDirectory {jail}
<Directory />
Options None
AllowOverride None
Require all denied
</Directory>
<Directory {jail}>
Require all granted
</Directory>
"""

ENVIRONMENT = """\
export APACHE_RUN_DIR={tree}/run APACHE_LOCK_DIR={tree}/lock APACHE_LOG_DIR={tree}/log
export APACHE_RUN_USER={user} APACHE_RUN_GROUP={user}
"""


def trace():
    """The variable by which workers are traced, if the tests run under tests/command/under_trace.py."""
    return {name: value for name, value in os.environ.items() if name == "CHROOTSHIM_TRACE"}


class Reply:
    """What a server answered."""

    def __init__(self, response):
        self.status = response.status
        self.headers = dict(response.getheaders())
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode(errors="replace")


class Apache:
    """One server in a tree of its own; use as a context manager or call close()."""

    # Who starts it, if not root.
    user = None
    # In seconds: how long a start, or an answer, may take.
    patience = processes.PATIENCE

    def __init__(self, mpm="event", extra="", modules=(), shim=True, settings=None):
        self.tree = tempfile.mkdtemp(prefix="chrootshim-server-", dir=TREES)
        os.chmod(self.tree, 0o755)
        self.jail = f"{self.tree}/jail"
        for name in ("jail", "jail/htdocs", "run", "log", "lock"):
            os.mkdir(f"{self.tree}/{name}", 0o755)
        self.port = free_port()
        self.mpm = mpm
        self.pidfile = f"{self.tree}/run/httpd.pid"
        self.conf = f"{self.tree}/httpd.conf"
        self.shim = shim
        # Variables of the shim by the names of their keys.
        self.settings = {"jail": self.jail, "pidfile": self.pidfile}
        self.settings.update(settings or {})
        self.path = os.environ["PATH"]
        # What apachectl is started by: a wrapper and its arguments.
        self.prefix = []
        self.library = LIBRARY
        # By whom, as subprocess.Popen() takes it.
        self.starter = {}
        if self.user:
            self.belong_to(self.user)
        self.write("jail/htdocs/index.html", "the index page\n")
        self.write("envvars", ENVIRONMENT.format(tree=self.tree, user=WORKER_USER))
        self.configure(extra, modules)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # Files

    def write(self, name, text, mode=0o644):
        """Write a file below the tree, and return its path."""
        path = f"{self.tree}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def format(self, text):
        """Fill in {tree}, {jail}, {port}, {modules} and {mpm}."""
        return text.format(tree=self.tree, jail=self.jail, port=self.port, modules=MODULES,
                           mpm=self.mpm, user=WORKER_USER)

    def configure(self, extra="", modules=()):
        """Write httpd.conf: the base, LoadModule lines for these names, and extra directives."""
        loads = "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in modules)
        self.write("httpd.conf", self.format(CONFIGURATION) + loads + self.format(extra))

    def make_certificate(self):
        """A key that only the server's user may read, and its certificate for localhost, in {tree}/tls."""
        directory = f"{self.tree}/tls"
        os.mkdir(directory, 0o700)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-keyout", f"{directory}/key.pem",
                        "-out", f"{directory}/certificate.pem"], check=True, capture_output=True)
        if self.user:
            for path in (directory, f"{directory}/key.pem"):
                shutil.chown(path, self.user)

    def error_log(self):
        return processes.read(f"{self.tree}/log/error.log")

    def jail_files(self):
        """The paths of all that is in the jail."""
        found = set()
        for directory, names, files in os.walk(self.jail):
            found.update(os.path.join(directory, name) for name in names + files)
        return found

    def belong_to(self, user):
        """Have an ordinary user start the server, who owns what it writes, but not the jail."""
        self.starter = {"user": user, "group": user, "extra_groups": []}
        # Any user can read this copy, wherever the library was built.
        self.library = shutil.copy(LIBRARY, self.tree)
        for name in ("run", "log", "lock"):
            shutil.chown(f"{self.tree}/{name}", user, user)

    # Control

    def environment(self):
        """The environment of an administrator's shell, with the shim in it if it is used."""
        environment = {"PATH": self.path, "LANG": "C", "APACHE_ULIMIT_MAX_FILES": "true",
                       "APACHE_ENVVARS": f"{self.tree}/envvars"}
        if self.shim:
            environment.update(trace(), LD_PRELOAD=self.library)
            for key, value in self.settings.items():
                if value is not None:
                    environment[f"CHROOTSHIM_{key.upper()}"] = value
        return environment

    def command(self, *arguments, **options):
        """The command line of apachectl for this server."""
        return self.popen([*self.prefix, "apachectl", "-f", self.conf, *arguments],
                          self.environment(), **options)

    def popen(self, command, environment, **options):
        """A command of the administrator's."""
        return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                start_new_session=True, cwd="/", **self.starter, **options)

    def control(self, *arguments):
        """Run apachectl to its end. The server keeps stderr open until it is a daemon."""
        process = self.command(*arguments)
        out, err = process.communicate(timeout=self.patience)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def start(self, workers=2):
        """`apachectl -k start`; returns when the first workers serve."""
        result = self.control("-k", "start")
        if result.returncode != 0:
            raise AssertionError(f"apachectl: {result.stdout}{result.stderr}{self.error_log()}")
        self.wait_ready(workers)
        return result

    def wait_ready(self, workers=2):
        def ready():
            try:
                return len(self.workers()) >= workers and self.get("/").status
            except OSError:
                return False
        wait_until(ready, f"the start of the server: {self.error_log()}", seconds=self.patience)

    def stop(self):
        master = self.master()
        self.control("-k", "stop")
        self.wait_gone(master)

    def graceful(self):
        self.renew("graceful")

    def renew(self, action):
        """`apachectl -k graceful` or `restart`; returns when a new generation of workers runs."""
        # One that is only just forked is none of the new ones either.
        old = set(self.forked())
        result = self.control("-k", action)
        if result.returncode != 0:
            raise AssertionError(f"{action}: {result.stdout}{result.stderr}")
        wait_until(lambda: len(set(self.workers()) - old) >= 2 and not old & set(self.forked()),
                   f"a new generation: {self.error_log()}")

    def wait_gone(self, pid):
        wait_until(lambda: processes.collect() or not processes.alive(pid),
                   f"the end of process {pid}: {self.error_log()}")

    def close(self):
        """End the server, gently if it still listens to reason, and remove the tree."""
        master = self.master()
        if master and processes.program(master) == "apache2" and self.owns(master):
            os.kill(master, signal.SIGTERM)
            try:
                self.wait_gone(master)
            except AssertionError:
                pass
        processes.end_all()
        shutil.rmtree(self.tree)

    # Processes

    def master(self):
        """The master's pid, as its pidfile has it."""
        return int(processes.read(self.pidfile) or 0) or None

    def workers(self):
        """The pids of the master's children that run the server's code and have dropped root."""
        return [pid for pid in self.forked() if processes.uid(pid) != 0]

    def forked(self):
        """The pids of all its children that run the server's code."""
        master = self.master()
        return [pid for pid in processes.children(master)
                if processes.program(pid) == "apache2"] if master else []

    def helpers(self, name="rotatelogs"):
        """The pids of the server's descendants that run this program."""
        return [pid for pid in processes.descendants(self.master())
                if processes.program(pid) == name]

    def owns(self, pid):
        """Is it a process of this server? A pid in a file may have been given to another."""
        return self.conf in processes.read(f"/proc/{pid}/cmdline").split("\0")

    # Requests

    def get(self, path, headers=None, method="GET", body=None, port=None):
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port,
                                                timeout=self.patience)
        try:
            connection.request(method, path, body, headers or {})
            return Reply(connection.getresponse())
        finally:
            connection.close()
