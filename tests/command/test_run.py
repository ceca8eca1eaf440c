"""`chrootshim run`: what the command gets that it starts, and real servers by the ways that lead to them."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil

import pytest

import processes
from apache import Apache, free_port
from chrootshim import COMMAND, LIBRARY, chrootshim, environment
from daemons import Daemon
from processes import wait_until
from tree import Tree

JEMALLOC = "libjemalloc.so.2"
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


@pytest.fixture(name="tree")
def own_tree():
    with Tree() as tree:
        yield tree


def run(tree, *command, options=(), **keywords):
    """`chrootshim run --jail JAIL OPTIONS -- COMMAND`"""
    return chrootshim("run", *options, "--", *command, settings={"jail": tree.jail}, **keywords)


def preloaded(result):
    assert result.returncode == 0, result.stderr
    return result.stdout.rstrip("\n").split(":")


def show(name):
    return "sh", "-c", f"echo ${name}; true"


class TestEnvironment:
    def test_the_library_beside_the_command(self, tree):
        assert preloaded(run(tree, *show("LD_PRELOAD"))) == [LIBRARY]

    def test_others_stay_behind_it(self, tree):
        result = run(tree, *show("LD_PRELOAD"), env=environment(LD_PRELOAD=JEMALLOC))
        assert preloaded(result) == [LIBRARY, JEMALLOC]

    def test_it_is_named_once(self, tree):
        value = f"{JEMALLOC}:{LIBRARY}"
        result = run(tree, *show("LD_PRELOAD"),
                     env=environment(LD_PRELOAD=value, CHROOTSHIM_JAIL=tree.jail))
        assert preloaded(result) == [JEMALLOC, LIBRARY]

    def test_another_library(self, tree):
        result = run(tree, *show("LD_PRELOAD"), options=("--library", tree.library))
        assert preloaded(result) == [tree.library]

    def test_a_relative_path_becomes_absolute(self, tree):
        result = run(tree, *show("LD_PRELOAD"), cwd=tree.path,
                     options=("--library", "./libchrootshim.so"))
        assert preloaded(result) == [f"{tree.path}/./libchrootshim.so"]

    def test_the_settings(self, tree):
        assert preloaded(run(tree, *show("CHROOTSHIM_JAIL"))) == [tree.jail]
        assert preloaded(run(tree, *show("CHROOTSHIM_SERVICES"),
                             options=("--services", "dns:time"))) == ["dns", "time"]

    def test_a_servers_mark_of_a_helper_is_taken_out(self, tree):
        result = run(tree, *show("CHROOTSHIM_HELPER"), env=environment(CHROOTSHIM_HELPER="1"))
        assert preloaded(result) == [""]

    def test_the_shim_is_in_the_program(self, tree):
        result = run(tree, "grep", "-c", "libchrootshim.so", "/proc/self/maps")
        assert result.returncode == 0 and int(result.stdout) > 0


class TestStatus:
    @pytest.mark.parametrize("status", (0, 1, 7))
    def test_that_of_the_command(self, tree, status):
        assert run(tree, "sh", "-c", f"exit {status}").returncode == status

    def test_without_a_command(self, tree):
        result = run(tree)
        assert result.returncode == 64 and "a command to start is missing" in result.stderr


@pytest.fixture(name="apache", params=("prefork", "event"))
def own_apache(request):
    with Apache(request.param, shim=False) as apache:
        yield apache


def prefix(apache, *options):
    return [COMMAND, "run", "--jail", apache.jail, "--pidfile", apache.pidfile, *options, "--"]


def assert_jailed(apache):
    assert processes.root(apache.master()) == "/"
    wait_until(lambda: {processes.root(pid) for pid in apache.workers()} == {apache.jail},
               "workers that are all inside")
    assert apache.get("/").text == "the index page\n"


class TestApache:
    def test_apachectl(self, apache):
        apache.prefix = prefix(apache)
        apache.start()
        assert_jailed(apache)

    def test_behind_wrappers(self, apache):
        apache.prefix = [*prefix(apache), "env", "A=1", "nice", "-n", "1", "setsid", "-w",
                         "timeout", "-k", "9", "60", "stdbuf", "-oL", "setpriv", "--bounding-set",
                         "-sys_module", "--"]
        apache.start()
        assert_jailed(apache)

    def test_a_file_of_settings(self, apache):
        path = apache.write("settings", f'jail = "{apache.jail}"; pidfile = "{apache.pidfile}";\n'
                            'programs = [ "apache2" ];\n')
        apache.prefix = [COMMAND, "run", "--config", path, "--"]
        apache.start()
        assert_jailed(apache)

    def test_an_ordinary_user(self):
        class Rootless(Apache):
            user = "www-data"

        with Rootless("event", shim=False) as apache:
            os.chmod(apache.tree, 0o755)
            command = shutil.copy(COMMAND, apache.tree)
            apache.prefix = [command, "run", "--library", apache.library,
                             *prefix(apache)[2:]]
            apache.start()
            assert_jailed(apache)


class TestOthers:
    def test_nginx(self, tree):
        port = free_port()
        configuration = tree.write("nginx.conf", NGINX.format(
            daemon="on", tree=tree.path, jail=tree.jail, port=port))
        result = run(tree, "nginx", "-c", configuration,
                     options=("--pidfile", tree.pidfile, "--programs", "nginx"))
        assert result.returncode == 0, result.stderr
        master = wait_until(lambda: int(processes.read(tree.pidfile) or 0), "nginx")
        try:
            wait_until(lambda: [processes.root(pid) for pid in processes.children(master)]
                       == [tree.jail] * 2, "two workers inside")
            assert processes.root(master) == "/"
        finally:
            processes.end_all()

    def test_gunicorn_which_is_a_script(self, tree):
        tree.write("application.py", APPLICATION)
        port = free_port()

        log = f"{tree.path}/log"

        def ready():
            return "Booting worker" in processes.read(log)

        with Daemon([COMMAND, "run", "--jail", tree.jail, "--programs", "python3", "--", "gunicorn",
                     "--preload", "--chdir", tree.path, "-u", "nobody", "-b", f"127.0.0.1:{port}",
                     "application"], ready, log, env=environment()) as gunicorn:
            pid = gunicorn.process.pid
            wait_until(lambda: [processes.root(worker) for worker in processes.children(pid)]
                       == [tree.jail], "a worker inside")
            assert processes.root(pid) == "/"


class TestSettings:
    """What is wrong with them is told, and nothing is started."""

    def refused(self, tree, *options, **keywords):
        started = f"{tree.path}/started"
        result = chrootshim("run", *options, "--", "touch", started, **keywords)
        assert result.returncode == 78 and not os.path.exists(started)
        assert result.stderr.startswith("chrootshim run: ") and result.stderr.count("\n") == 1
        return result.stderr

    def test_no_jail(self, tree):
        text = self.refused(tree, "--config", tree.write("settings", ""))
        assert "no jail is configured" in text and "--jail DIR" in text

    def test_an_unsafe_jail(self, tree):
        os.chmod(tree.jail, 0o777)
        assert tree.jail in self.refused(tree, "--jail", tree.jail)

    def test_a_jail_that_is_not_there(self, tree):
        assert f"{tree.path}/absent" in self.refused(tree, "--jail", f"{tree.path}/absent")

    def test_a_bad_value(self, tree):
        text = self.refused(tree, "--jail", tree.jail, "--isolation", "none")
        assert "it must be chroot or namespace" in text

    def test_an_unknown_service(self, tree):
        assert "nonsense" in self.refused(tree, "--jail", tree.jail, "--services", "nonsense")
