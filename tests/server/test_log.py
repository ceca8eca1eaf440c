"""The log file: root opens it, so nobody else may choose what it is, and no worker holds it."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import pwd
import re
import signal

import pytest

import processes
from apache import WORKER_USER
from cases import OneServerTest
from processes import wait_until
from tree import NOBODY
from worker import WorkerTest

EXIT_CONFIG = 78
OWNER = pwd.getpwnam(WORKER_USER).pw_uid


def make_fifo(directory):
    os.mkfifo(f"{directory}/log/file")


def read_fifo(directory):
    """Somebody reads, so that it can be opened for writing."""
    make_fifo(directory)
    os.open(f"{directory}/log/file", os.O_RDONLY | os.O_NONBLOCK)


def make_device(directory):
    os.symlink("/dev/zero", f"{directory}/log/file")


def make_link(directory):
    os.symlink("elsewhere", f"{directory}/log/file")


def give_file(directory):
    open(f"{directory}/log/file", "w").close()
    os.chown(f"{directory}/log/file", OWNER, 0)


def give_directory(directory):
    os.chown(f"{directory}/log", OWNER, 0)


def give_parent(directory):
    os.chown(directory, OWNER, 0)


def open_directory(directory):
    os.chmod(f"{directory}/log", 0o1777)


def link_directory(directory):
    """Its own directory is safe, and it is reached through one of the worker's."""
    os.mkdir(f"{directory}/theirs")
    os.symlink("../log", f"{directory}/theirs/log")
    os.chown(f"{directory}/theirs", OWNER, 0)
    os.rename(f"{directory}/log", f"{directory}/real")
    os.rename(f"{directory}/real", f"{directory}/log2")
    os.symlink("theirs/../log2", f"{directory}/log")


UNSAFE = {make_fifo: "log/file is no regular file: name a file",
          read_fifo: "log/file is no regular file: name a file",
          make_device: "log/file is no regular file: name a file",
          make_link: "log/file is no regular file: name a file",
          give_file: f"log/file belongs to uid {OWNER}.*: chown root",
          give_directory: f"log belongs to uid {OWNER}.*: chown root",
          give_parent: f"x belongs to uid {OWNER}.*: chown root",
          open_directory: r"log is writable by .* \(mode 1777\): chmod go-w",
          link_directory: f"theirs belongs to uid {OWNER}.*: chown root"}


class TestStart(OneServerTest):
    """The server does not start, and does not hang."""

    @pytest.mark.parametrize("spoil", UNSAFE, ids=lambda spoil: spoil.__name__)
    def test_unsafe(self, spoil):
        directory = f"{self.apache.tree}/x"
        os.makedirs(f"{directory}/log")
        spoil(directory)
        self.apache.settings["log"] = f"{directory}/log/file"
        result = self.apache.control("-k", "start")
        assert result.returncode == EXIT_CONFIG, result.stderr
        assert re.search(rf"\Achrootshim\[\d+\]: error: CHROOTSHIM_LOG: {self.apache.tree}/[^\n]*"
                         rf"{UNSAFE[spoil]}[^\n]*\n\Z", result.stderr)
        assert not os.path.exists(f"{directory}/log/elsewhere")

    def test_no_log_at_all(self):
        self.apache.settings["log"] = "/dev/null"
        self.apache.start()
        self.assert_jailed()


class TestRunning(OneServerTest):

    @pytest.fixture(autouse=True)
    def start(self, own_server):
        self.directory = f"{self.apache.tree}/log"
        self.log = f"{self.directory}/shim"
        self.apache.settings.update(log=self.log, log_level="info")
        self.apache.start()

    def holders(self):
        facts = os.stat(self.log)

        def holds(pid):
            for name in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(FileNotFoundError):
                    if os.path.samestat(os.stat(f"/proc/{pid}/fd/{name}"), facts):
                        return True
            return False

        return {pid for pid in (self.apache.master(), *self.apache.workers()) if holds(pid)}

    def test_only_the_master_holds_it(self):
        assert processes.read(self.log).count("entered the jail") >= 2
        assert self.holders() == {self.apache.master()}

    def renew(self):
        """apachectl runs under the shim as well, and would complain itself."""
        old = set(self.apache.forked())
        os.kill(self.apache.master(), signal.SIGUSR1)
        wait_until(lambda: len(set(self.apache.workers()) - old) >= 2
                   and not old & set(self.apache.forked()), "a new generation")

    def test_it_is_rotated(self):
        os.rename(self.log, f"{self.log}.1")
        self.renew()
        assert "entered the jail" in processes.read(self.log)
        assert self.holders() == {self.apache.master()}

    @pytest.mark.parametrize("spoil, what", ((give_directory, "belongs to uid"),
                                             (open_directory, "is writable by"),
                                             (make_fifo, "is no regular file")))
    def test_it_is_not_opened_anew_where_that_is_unsafe(self, spoil, what):
        os.mkdir(f"{self.apache.tree}/old")
        os.rename(self.log, f"{self.apache.tree}/old/shim")
        spoil(self.apache.tree)
        if os.path.exists(f"{self.directory}/file"):
            os.rename(f"{self.directory}/file", self.log)
        self.renew()
        text = processes.read(f"{self.apache.tree}/old/shim")
        lines = [line for line in text.splitlines() if "cannot be opened anew" in line]
        assert len(lines) == 1, text
        assert what in lines[0]
        assert text.count("entered the jail") >= 4
        assert not os.path.isfile(self.log)


class TestWorker(WorkerTest):
    """What a worker has to say later."""

    def test_its_later_lines_are_on_stderr(self):
        jailed = f"attempt('groups', os.initgroups, 'nobody', {NOBODY})"
        log = f"{self.tree.path}/log"
        result = self.run_worker(jailed, log=log, log_level="info")
        assert "groups EPERM" in result.stdout
        assert re.fullmatch(r"chrootshim\[\d+\]: error: initgroups\(\) in the jail .*\n", result.stderr)
        assert "entered the jail" in processes.read(log)
        assert "initgroups" not in processes.read(log)
