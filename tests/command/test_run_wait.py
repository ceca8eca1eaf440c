"""`chrootshim run --wait` returns when workers serve in the jail, or leaves nothing of the server."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import pty
import signal
import subprocess
import time

import pytest

import processes
from apache import LIBRARY, Apache, free_port
from chrootshim import COMMAND, chrootshim, environment, reachable_command
from processes import wait_until
from tree import Tree

NGINX = """\
daemon {daemon}; pid {tree}/run/server.pid; error_log {tree}/error.log; user www-data;
worker_processes 2; events {{ worker_connections 16; }}
http {{ access_log off; server {{ listen 127.0.0.1:{port}; root {jail}; }} }}
"""
APPLICATION = """\
def application(environ, start_response):
    start_response("200 OK", [])
    return [b"an answer"]
"""

# A server in miniature: {before} and {after} its fork, {how} its worker gives up root.
SERVER = """\
import os, signal, socket, sys, time
listener = socket.create_server(("127.0.0.1", {port}))
{before}
if os.fork() == 0:
    {how}
    while True:
        listener.accept()
{after}
"""


@pytest.fixture(name="tree")
def own_tree():
    with Tree() as tree:
        yield tree
        processes.end_all()


@pytest.fixture(name="apache", params=("prefork", "event"))
def own_apache(request):
    with Apache(request.param, shim=False) as apache:
        yield apache


def waiting(jail, *options, seconds=60):
    return [COMMAND, "run", f"--wait={seconds}", "--jail", jail, *options, "--"]


def run(tree, *command, options=(), seconds=60):
    return chrootshim("run", f"--wait={seconds}", *options, "--", *command,
                      settings={"jail": tree.jail}, timeout=90)


def started():
    """All that was started and runs, but for the refresher."""
    processes.collect()
    return [pid for pid in processes.descendants(os.getpid()) if not processes.is_refresher(pid)]


def assert_jailed(master, jail):
    """As it is at once when the command returns: one that it has not seen yet may come after it."""
    assert jail in [processes.root(pid) for pid in processes.children(master)]
    wait_until(lambda: {processes.root(pid) for pid in processes.children(master)} == {jail},
               "workers that are all inside")
    assert processes.root(master) == "/"


def assert_stopped(result, *parts, status=70):
    assert result.returncode == status, result
    for part in parts:
        assert part in result.stderr
    assert started() == []


class TestServes:
    @pytest.mark.parametrize("options", ((), ("--isolation", "namespace")), ids=("chroot", "namespace"))
    def test_apachectl(self, apache, options):
        apache.prefix = waiting(apache.jail, "--pidfile", apache.pidfile, *options)
        result = apache.control("-k", "start")
        assert result.returncode == 0, result
        assert_jailed(apache.master(), apache.jail)
        assert apache.get("/").text == "the index page\n"

    def test_without_a_pidfile(self, apache):
        apache.prefix = waiting(apache.jail)
        assert apache.control("-k", "start").returncode == 0
        assert_jailed(apache.master(), apache.jail)

    def test_in_the_foreground(self, apache):
        """It goes on behind the command, which has returned."""
        apache.prefix = waiting(apache.jail, "--pidfile", apache.pidfile)
        process = apache.command("-DFOREGROUND")
        assert process.wait(90) == 0
        assert_jailed(apache.master(), apache.jail)
        assert apache.get("/").text == "the index page\n"

    def test_an_ordinary_user(self):
        class Rootless(Apache):
            user = "www-data"

        with Rootless("event", shim=False) as apache:
            apache.prefix = [reachable_command(), *waiting(
                apache.jail, "--pidfile", apache.pidfile)[1:-1], "--library", apache.library, "--"]
            result = apache.control("-k", "start")
            assert result.returncode == 0, result
            assert_jailed(apache.master(), apache.jail)

    @pytest.mark.parametrize("daemon", ("on", "off"))
    def test_nginx(self, tree, daemon):
        configuration = tree.write("nginx.conf", NGINX.format(
            daemon=daemon, tree=tree.path, jail=tree.jail, port=free_port()))
        result = quiet(tree, "nginx", "-c", configuration, options=("--pidfile", tree.pidfile))
        assert result.returncode == 0, result
        assert_jailed(int(processes.read(tree.pidfile)), tree.jail)

    def test_gunicorn(self, tree):
        tree.write("application.py", APPLICATION)
        result = quiet(tree, "gunicorn", "--preload", "--chdir", tree.path, "-u", "nobody",
                       "-b", f"127.0.0.1:{free_port()}", "application")
        assert result.returncode == 0, result
        master, = (pid for pid in started() if processes.status(pid, "PPid") == str(os.getpid()))
        assert_jailed(master, tree.jail)

    def test_workers_that_come_late(self, tree):
        result = serve(tree, before="time.sleep(3)")
        assert result.returncode == 0, result
        assert sorted(processes.root(pid) for pid in started()) == ["/", tree.jail]


def quiet(tree, *command, options=(), seconds=60):
    """With its output in a file: a server that goes on keeps it open."""
    with open(f"{tree.path}/output", "w") as output:
        result = subprocess.run([*waiting(tree.jail, *options, seconds=seconds), *command],
                                env=environment(), stdin=subprocess.DEVNULL, stdout=output,
                                stderr=output, timeout=90, check=False)
    result.stderr = processes.read(f"{tree.path}/output")
    return result


def serve(tree, before="pass", how="os.setuid(33)", after="signal.pause()", **keywords):
    script = tree.write("server.py", SERVER.format(
        port=free_port(), before=before, how=how, after=after))
    return quiet(tree, "python3", script, **keywords)


class TestStops:
    """What does not get jailed does not stay."""

    def test_the_library_is_lost_on_the_way(self, apache):
        script = apache.write("start", "#!/bin/sh\nunset LD_PRELOAD\napachectl \"$@\"\n", 0o755)
        result = subprocess.run(
            [*waiting(apache.jail, "--pidfile", apache.pidfile), script, "-f", apache.conf, "-k", "start"],
            env=environment(**apache.environment()), capture_output=True, text=True, timeout=90,
            check=False)
        assert_stopped(result, "is not in the jail: its / is /, and chrootshim is not loaded")
        assert not os.path.exists(apache.pidfile), "it was ended by force"

    def test_the_library_is_removed_in_between(self, apache):
        library = apache.write("libchrootshim.so", "")
        with open(LIBRARY, "rb") as source, open(library, "wb") as copy:
            copy.write(source.read())
        script = apache.write("start", f"#!/bin/sh\nrm {library}\napachectl \"$@\"\n", 0o755)
        result = subprocess.run(
            [*waiting(apache.jail, "--library", library), script, "-f", apache.conf, "-k", "start"],
            env=environment(**apache.environment()), capture_output=True, text=True, timeout=90,
            check=False)
        assert_stopped(result, "is not in the jail: its / is /")

    def test_httpd_in_the_foreground_ends_its_whole_group(self, tree):
        """It does, when it is asked to stop; this command is not in it."""
        with Apache("prefork", shim=False) as apache:
            script = apache.write(
                "start", "#!/bin/sh\nunset LD_PRELOAD\napachectl \"$@\" -DFOREGROUND\n", 0o755)
            result = subprocess.run(
                [*waiting(apache.jail), script, "-f", apache.conf],
                env=environment(**apache.environment()), capture_output=True, text=True, timeout=90,
                check=False)
            assert_stopped(result, "is not in the jail")

    def test_a_program_that_is_left_out(self, tree):
        """A shell's own text is not followed, so that it is known only afterwards."""
        script = tree.write("server.py", SERVER.format(
            port=free_port(), before="pass", how="os.setuid(33)", after="signal.pause()"))
        result = quiet(tree, "sh", "-c", f"python3 {script}; true", options=("--programs", "apache2"))
        assert_stopped(result, "is not in the jail")

    def test_one_that_does_not_end_by_itself(self, tree):
        script = tree.write("server.py", SERVER.format(
            port=free_port(), before="signal.signal(signal.SIGTERM, signal.SIG_IGN)",
            how="os.setuid(33)", after="signal.pause()"))
        result = quiet(tree, "sh", "-c", f"unset LD_PRELOAD; exec python3 {script}")
        assert_stopped(result, "is not in the jail")

    def test_one_that_forks_all_the_time(self, tree):
        """Each of its processes in a session of its own, and at once without a parent."""
        script = tree.write("server.py", SERVER.format(
            port=free_port(), before="signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
            how="os.setuid(33); os.setsid()", after="""
end = time.monotonic() + 120
for i in range(3):
    if os.fork() == 0:
        while time.monotonic() < end:
            if os.fork() > 0:
                os._exit(0)
            os.setsid()
signal.pause()
"""))
        result = quiet(tree, "sh", "-c", f"unset LD_PRELOAD; exec python3 {script}")
        assert_stopped(result, "is not in the jail")
        assert "COULD NOT" not in result.stderr

    def test_a_pidfile_of_somebody_else(self, tree):
        tree.write("run/server.pid", f"{os.getpid()}\n")
        result = serve(tree, options=("--pidfile", tree.pidfile), seconds=10)
        assert_stopped(result, f"{tree.pidfile} names no process that the command has started")

    def test_a_server_without_workers(self, tree):
        result = quiet(tree, "python3", "-c", "import signal; signal.pause()", seconds=2)
        assert_stopped(result, "nothing that the command has started serves")

    def test_a_master_that_ends(self, tree):
        result = quiet(tree, "python3", "-c", "import time; time.sleep(1)")
        assert_stopped(result, "no server was started: the command has returned, and nothing of it runs")


class TestStatus:
    def test_the_commands_own(self, tree):
        assert_stopped(run(tree, "sh", "-c", "exit 7"), status=7)

    def test_of_a_command_that_dies_of_a_signal(self, tree):
        assert_stopped(run(tree, "sh", "-c", "kill -9 $$"), status=137)

    def test_what_it_has_left_is_ended(self, tree):
        assert_stopped(quiet(tree, "sh", "-c", "sleep 1000 & exit 5"), status=5)

    def test_a_wrong_configuration(self, apache):
        apache.prefix = waiting(apache.jail, "--pidfile", apache.pidfile)
        apache.configure("Nonsense on\n")
        result = apache.control("-k", "start")
        assert result.returncode == 1 and "Nonsense" in result.stderr
        assert started() == []

    @pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGINT))
    def test_asked_to_end(self, tree, number):
        process = subprocess.Popen([*waiting(tree.jail), "sh", "-c", "sleep 1000; true"],
                                   env=environment())
        wait_until(lambda: len(started()) == 3, "the command to be started")
        process.send_signal(number)
        assert process.wait(30) == 128 + number
        assert started() == []

    def test_wrong_seconds(self, tree):
        for seconds in ("0", "x", "-1"):
            assert run(tree, "true", seconds=seconds).returncode == 64


class TestTerminal:
    def test_the_command_has_it(self, tree):
        """It may ask for a passphrase; afterwards it is the caller's again."""
        script = tree.write("ask", "#!/bin/sh\nread line </dev/tty\necho \"<$line>\"\nexit 9\n", 0o755)
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve("/bin/sh", ["sh", "-mc", f"{' '.join(waiting(tree.jail))} {script}; "
                                  "echo status $?; read line; echo \"($line)\""], environment())
        shown = b""
        deadline = time.monotonic() + 60
        os.write(terminal, b"one\n")
        with contextlib.suppress(OSError):
            while b"(two)" not in shown and time.monotonic() < deadline:
                shown += os.read(terminal, 1000)
                if b"status 9" in shown and b"two" not in shown:
                    os.write(terminal, b"two\n")
                    shown += b"two"
        os.close(terminal)
        os.waitpid(pid, 0)
        assert b"<one>" in shown and b"(two)" in shown, shown
