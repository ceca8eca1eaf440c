"""What examples/comparison.md says of other jails, tried with each that Debian packages."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import shutil
import signal
import subprocess

import pytest

import processes
from apache import Apache, free_port
from daemons import Daemon
from fastcgi import request
from processes import wait_until
from tree import Tree

# Loaded by hand, as ChrootDir's event MPM needs it: test_event_exit.py has what happens without.
LIBGCC = f"LoadFile {glob.glob('/usr/lib/*-linux-gnu/libgcc_s.so.1')[0]}\n"

# The number of a descriptor that nothing else has.
INHERITED = 100
CAP_SYS_CHROOT = 18


@pytest.fixture
def directory():
    """A directory outside, whose descriptor is handed to what is started."""
    with Tree() as tree:
        fd = os.open(tree.path, os.O_RDONLY | os.O_DIRECTORY)
        os.dup2(fd, INHERITED, inheritable=True)
        os.close(fd)
        yield tree.path
        os.close(INHERITED)


def assert_nothing_else_confines(worker):
    """It has called chroot(2), and that is all: a set-id program of the jail would leave it."""
    assert processes.status(worker, "NoNewPrivs") == "0"
    assert int(processes.status(worker, "CapBnd"), 16) >> CAP_SYS_CHROOT & 1


class TestChrootDir:
    """httpd's own. Ways out of it: test_escapes.py."""

    extra = LIBGCC + "ChrootDir {jail}\nProxyPass /by-name/ http://localhost:{port}/\n"

    def test_only_workers_are_inside_and_a_reload_works(self):
        with Apache("event", self.extra, ("proxy", "proxy_http"), shim=False) as apache:
            apache.start()
            for _ in range(2):
                assert processes.root(apache.master()) == "/"
                assert {processes.root(pid) for pid in apache.workers()} == {apache.jail}
                apache.graceful()
            assert apache.error_log().count("resuming normal operations") >= 3

    def test_a_configured_path_means_another_one_in_workers(self):
        with Apache("event", self.extra, ("proxy", "proxy_http"), shim=False) as apache:
            apache.start()
            assert apache.get("/").status in (403, 404)
            # What it takes: the jail's path once more, inside.
            shutil.copytree(f"{apache.jail}/htdocs", f"{apache.jail}{apache.jail}/htdocs")
            assert apache.get("/").status == 200

    def test_workers_know_no_name(self):
        for extra, status in ((self.extra, 500), (self.extra.replace("ChrootDir {jail}\n", ""), 200)):
            with Apache("event", extra, ("proxy", "proxy_http"), shim=False) as apache:
                apache.start()
                assert apache.get("/by-name/").status == status, apache.error_log()

    def test_a_jail_that_is_not_there_ends_the_start(self):
        with Apache("event", LIBGCC + "ChrootDir {tree}/none\n", shim=False) as apache:
            assert apache.control("-k", "start").returncode != 0


class TestSecChrootDir:
    """mod_security's."""

    @staticmethod
    def server():
        apache = Apache("prefork", "SecChrootDir {jail}\n", ("unique_id", "security2"), shim=False)
        apache.pidfile = apache.jail + apache.pidfile
        return apache

    def test_the_pidfile_is_inside(self):
        with self.server() as apache:
            apache.control("-k", "start")
            wait_until(lambda: "No such file or directory" in apache.error_log(), apache.error_log())
            assert not apache.master()

    def test_the_master_is_inside_and_a_reload_ends_it(self, directory):
        with self.server() as apache:
            os.makedirs(os.path.dirname(apache.pidfile))
            apache.command("-k", "start", pass_fds=(INHERITED,)).communicate()
            wait_until(apache.workers, "workers")
            master, worker = apache.master(), apache.workers()[0]
            assert processes.root(master) == processes.root(worker) == apache.jail
            assert_nothing_else_confines(worker)
            assert os.readlink(f"/proc/{worker}/fd/{INHERITED}") == directory
            # A path of outside is none in workers.
            assert apache.get("/").status in (403, 404)
            # As `apachectl graceful` does.
            os.kill(master, signal.SIGUSR1)
            apache.wait_gone(master)

    def test_a_jail_that_is_not_there_ends_the_start(self):
        with Apache("prefork", "SecChrootDir {tree}/none\n", ("unique_id", "security2"),
                    shim=False) as apache:
            assert apache.control("-k", "start").returncode != 0


class TestFpmChroot:
    """php-fpm's, for each pool."""

    POOL = """\
[global]
error_log = {tree}/fpm.log
daemonize = no
[www]
user = www-data
group = www-data
listen = 127.0.0.1:{port}
pm = static
pm.max_children = 1
chroot = {tree}/jail
catch_workers_output = yes
"""
    PAGE = """<?php
echo __FILE__, "\\n", gethostbyname('localhost'), "\\n", var_export(@mail('a@localhost', 's', 'b'), true);
"""

    @pytest.fixture
    def start(self, directory):
        """Gives a function that starts it, and one that asks it for a script."""
        port = free_port()
        os.makedirs(f"{directory}/jail/htdocs")
        with open(f"{directory}/jail/htdocs/page.php", "w") as file:
            file.write(self.PAGE)
        with open(f"{directory}/fpm.conf", "w") as file:
            file.write(self.POOL.format(tree=directory, port=port))
        for name in ("out", "fpm.log"):
            with open(f"{directory}/{name}", "w"):
                os.chmod(f"{directory}/{name}", 0o666)
        program = max(glob.glob("/usr/sbin/php-fpm*"))

        def answer(script):
            return request(("127.0.0.1", port), script).split("\r\n\r\n", 1)[1]

        def start(**options):
            return Daemon([program, "--nodaemonize", "--fpm-config", f"{directory}/fpm.conf"],
                          lambda: answer("/htdocs/page.php"), f"{directory}/out",
                          pass_fds=(INHERITED,), **options)
        return start, answer

    def test_what_a_pool_has(self, directory, start):
        start, answer = start
        with start() as fpm:
            worker, = processes.children(fpm.process.pid)
            assert processes.root(fpm.process.pid) == "/"
            assert processes.root(worker) == f"{directory}/jail"
            # The path of outside is unknown; no name is found; there is no mail.
            assert answer(f"{directory}/jail/htdocs/page.php") == "File not found.\n"
            assert answer("/htdocs/page.php") == "/htdocs/page.php\nlocalhost\nfalse"
            # What was open as it was started is open in the worker.
            assert os.readlink(f"/proc/{worker}/fd/{INHERITED}") == directory
            assert_nothing_else_confines(worker)

    def test_without_root_there_is_no_jail(self, directory, start):
        start, answer = start
        with start(user="www-data", group="www-data", extra_groups=[]) as fpm:
            worker, = processes.children(fpm.process.pid)
            assert processes.root(worker) == "/"
            assert answer(f"{directory}/jail/htdocs/page.php").startswith(f"{directory}/jail/htdocs/page.php")


@pytest.fixture
def busybox(directory):
    """In the tree: a jail with one static program, and a file outside of it."""
    os.makedirs(f"{directory}/jail/bin")
    os.makedirs(f"{directory}/jail/proc")
    shutil.copy("/bin/busybox", f"{directory}/jail/bin/busybox")
    with open(f"{directory}/secret", "w") as file:
        file.write("outside\n")
    return directory


def run(*words):
    result = subprocess.run(words, capture_output=True, text=True, pass_fds=(INHERITED,), timeout=60)
    return result.stdout, result.stderr


class TestBubblewrap:
    """bwrap, run by root."""

    def inside(self, tree, *words):
        return run("bwrap", "--bind", f"{tree}/jail", "/", "--proc", "/proc", *words)

    def test_the_server_must_be_inside(self, busybox):
        _, complaint = self.inside(busybox, "/usr/sbin/apache2", "-v")
        assert "No such file or directory" in complaint

    def test_an_inherited_directory_leads_out(self, busybox):
        said, _ = self.inside(busybox, "/bin/busybox", "cat", f"/proc/self/fd/{INHERITED}/secret")
        assert said == "outside\n"

    def test_set_id_programs_gain_nothing(self, busybox):
        said, _ = self.inside(busybox, "/bin/busybox", "grep", "NoNewPrivs", "/proc/self/status")
        assert said == "NoNewPrivs:\t1\n"

    def test_root_keeps_all_capabilities(self, busybox):
        said, _ = self.inside(busybox, "/bin/busybox", "grep", "^CapEff", "/proc/self/status")
        with open("/proc/self/status") as file:
            assert said in file.read()


class TestFakechroot:
    def test_the_server_must_be_inside(self, busybox):
        _, complaint = run("fakechroot", "chroot", f"{busybox}/jail", "/usr/sbin/apache2", "-v")
        assert "No such file or directory" in complaint

    def test_a_static_program_is_outside(self, busybox):
        said, _ = run("fakechroot", "chroot", f"{busybox}/jail", "/bin/busybox", "cat",
                      f"{busybox}/secret")
        assert said == "outside\n"
