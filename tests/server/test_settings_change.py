"""The settings file is changed while the server runs: a reload does not read it, and says so, once."""
# SPDX-License-Identifier: Apache-2.0
import os
import signal

import pytest

import processes
from apache import MPMS
from cases import OneServerTest
from processes import wait_until

CHANGED = "has changed since the server started"
GONE = "is gone since the server started"
# What httpd says at the end of a reload.
RESUMED = "resuming normal operations"


class TestReload(OneServerTest):

    mpms = MPMS

    @pytest.fixture(autouse=True)
    def describe(self, own_server):
        """All that the server is to do stands in the file."""
        apache = self.apache
        self.text = f'jail = "{apache.jail}";\npidfile = "{apache.pidfile}";\nlog_level = "info";\n'
        self.file = apache.write("shim.conf", self.text)
        apache.settings = {"config": self.file}
        self.log = f"{apache.tree}/log/error.log"

    def reload(self):
        """By a signal: apachectl would read the file itself, and complain."""
        old, before = set(self.apache.workers()), self.apache.error_log().count(RESUMED)
        os.kill(self.apache.master(), signal.SIGUSR1)
        wait_until(lambda: self.apache.error_log().count(RESUMED) > before, "the reload")
        wait_until(lambda: len(set(self.apache.workers()) - old) >= 2, "a new generation")

    def replace(self, text):
        """As an editor does: another file takes its place."""
        os.rename(self.apache.write("shim.conf.new", text), self.file)

    def lines(self):
        """The warnings about the file."""
        return [line for line in processes.read(self.log).splitlines() if "since the server" in line]

    def assert_told(self, what):
        """By the last line, which comes now."""
        wait_until(lambda: len(self.lines()) > self.told, f"that {self.file} {what}")
        assert len(self.lines()) == self.told + 1, self.lines()
        self.told += 1
        assert f"warning: {self.file} {what}" in self.lines()[-1]
        assert "stop the server and start it again" in self.lines()[-1]

    def test_each_change_is_told_once(self):
        self.told = 0
        self.apache.start()
        self.reload()
        assert self.lines() == []
        for change in (lambda: self.apache.write("shim.conf", self.text + "# more\n"),
                       lambda: self.replace(self.text + "# other\n")):
            change()
            self.reload()
            self.assert_told(CHANGED)
            self.reload()
        os.unlink(self.file)
        self.reload()
        self.assert_told(GONE)
        self.reload()
        assert len(self.lines()) == self.told
        self.assert_jailed()

    def test_what_changes_nothing_is_not_told(self):
        self.apache.start()
        for change in (lambda: os.utime(self.file), lambda: self.replace(self.text),
                       lambda: os.rename(self.file, f"{self.file}.away")):
            change()
            if not os.path.exists(self.file):
                self.replace(self.text)
            self.reload()
        assert self.lines() == []
        assert self.apache.get("/").status == 200

    def test_what_is_no_file_any_more(self):
        self.told = 0
        self.apache.start()
        os.unlink(self.file)
        os.mkfifo(self.file)
        for _ in range(2):
            self.reload()
        self.assert_told(CHANGED)

    def test_definitions(self):
        """Only where a service of theirs was asked for, they count."""
        self.told = 0
        conf = self.file
        definitions = self.apache.write("services.conf", 'services = ( { name = "shop"; } );\n')
        self.apache.write("shim.conf",
                          self.text + f'definitions = "{definitions}";\nservices = [ "shop" ];\n')
        self.apache.start()
        self.reload()
        assert self.lines() == []
        self.apache.write("services.conf", 'services = ( { name = "shop"; }, { name = "more"; } );\n')
        self.reload()
        self.file = definitions
        self.assert_told(CHANGED)
        os.unlink(definitions)
        self.reload()
        self.assert_told(GONE)
        self.file = conf
        self.apache.write("shim.conf", self.text)
        self.reload()
        self.assert_told(CHANGED)

    def test_definitions_that_were_not_read(self):
        definitions = self.apache.write("services.conf", 'services = ( { name = "shop"; } );\n')
        self.apache.write("shim.conf", self.text + f'definitions = "{definitions}";\n')
        self.apache.start()
        self.apache.write("services.conf", 'services = ( { name = "more"; } );\n')
        self.reload()
        assert self.lines() == []

    def test_the_log_is_rotated_in_between(self):
        self.told = 0
        self.log = f"{self.apache.tree}/log/shim"
        self.text += f'log = "{self.log}";\n'
        self.apache.write("shim.conf", self.text)
        self.apache.start()
        os.rename(self.log, f"{self.log}.1")
        self.apache.write("shim.conf", self.text + "# more\n")
        self.reload()
        self.assert_told(CHANGED)
        assert "since the server" not in processes.read(f"{self.log}.1")

    @pytest.mark.parametrize("asked, told", (("shop", 1), ("files", 0)))
    def test_a_file_of_definitions(self, asked, told):
        """Only one that was read: then it is as if its lines stood in the settings."""
        text = 'services = ( { name = "shop"; } );\n'
        self.told = 0
        definitions = self.apache.write("services.conf", text)
        self.apache.write("shim.conf", f'{self.text}definitions = "{definitions}";\n'
                          f'services = [ "{asked}" ];\n')
        self.apache.start()
        self.reload()
        assert self.lines() == []
        self.apache.write("services.conf", text + "# more\n")
        for _ in range(2):
            self.reload()
        if told:
            self.file = definitions
            self.assert_told(CHANGED)
        assert len(self.lines()) == told

    def test_without_a_file(self):
        self.apache.settings = {"jail": self.apache.jail, "pidfile": self.apache.pidfile}
        self.apache.start()
        self.apache.write("shim.conf", self.text + "# more\n")
        self.reload()
        assert self.lines() == []
