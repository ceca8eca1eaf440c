"""What is exposed and is not there yet: checked by who serves, told, and brought once it is there."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import socket

import pytest

from cases import OneServerTest
from forker import ForkerTest

ISOLATIONS = ("chroot", "namespace")


class TestMadeByApachectl(OneServerTest):
    """After a boot the run directory is not there; apachectl's shell makes it, and then the server starts."""

    def run_directory(self):
        apache = self.apache
        directory = f"{apache.tree}/made"
        apache.write("envvars", f"export APACHE_RUN_DIR={directory} APACHE_LOCK_DIR={apache.tree}/lock\n"
                     f"export APACHE_LOG_DIR={apache.tree}/log\n")
        assert not os.path.exists(directory)
        return directory

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    def test_it_starts(self, isolation):
        directory = self.run_directory()
        self.apache.settings |= {"expose": directory, "isolation": isolation}
        result = self.apache.start()
        assert "chrootshim[" not in result.stderr + self.apache.error_log()
        self.assert_jailed()
        assert os.path.isdir(f"{self.apache.jail}{directory}")

    def test_a_command_of_it_looks_at_no_source(self):
        self.apache.settings |= {"expose": f"{self.run_directory()}:{self.apache.tree}/none"}
        result = self.apache.control("-t")
        assert (result.returncode, result.stderr) == (0, "Syntax OK\n")


class Absent(ForkerTest):

    def expect_told(self, server, path, more=""):
        assert server.lines("warning|error") == [
            f"warning: expose: {path} is absent: new workers have it once it is there{more}"]

    def test_a_file_that_comes_later(self):
        os.unlink(self.file)
        server = self.server(expose=self.file)
        self.expect_told(server, self.file)
        assert server.fork(self.file) is None
        self.tree.write("shared/file", "it is there\n")
        assert server.fork(self.file) == "it is there\n"
        assert server.lines("appeared") == [f"info: expose brings {self.file}: it has appeared"]
        self.expect_told(server, self.file)

    def test_a_directory_that_comes_and_goes_and_comes(self):
        shutil.rmtree(self.shared)
        server = self.server(expose=self.shared)
        self.expect_told(server, self.shared)
        self.tree.write("shared/file", "it is there\n")
        assert server.fork(self.file) == "it is there\n"
        shutil.rmtree(self.shared)
        server.fork(self.file)
        self.tree.write("shared/file", "again\n")
        assert server.fork(self.file) == "again\n"

    def test_an_optional_one_is_not_told(self):
        server = self.server(expose=f"{self.shared}:{self.tree.path}/none,optional")
        assert server.lines("warning|error") == []

    def test_a_way_through_a_file(self):
        server = self.server(expose=f"{self.file}/below")
        self.expect_told(server, f"{self.file}/below")

    def test_a_program(self):
        path = f"{self.tree.path}/none"
        server = self.server(expose=f"{path},program")
        assert server.lines("warning|error") == [
            f"warning: expose: {path} is absent: install it, and start the server again"]

    def test_what_cannot_be_told_ends_the_start(self):
        os.symlink("loop", f"{self.tree.path}/loop")
        self.refused("CHROOTSHIM_EXPOSE: .*/loop: Too many levels of symbolic links: correct the path",
                     expose=f"{self.tree.path}/loop")


class TestAbsentUnderChroot(Absent):

    def test_a_socket_that_comes_later_is_told_again(self):
        path = f"{self.tree.path}/shared/socket"
        server = self.server(expose=path)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            server.fork()
            server.fork()
        assert len(server.lines(f"error: left out: .*{path} is a socket, which cannot be copied")) == 1


class TestAbsentInANamespace(Absent):
    isolation = "namespace"

    def test_a_socket_that_comes_later(self):
        path = f"{self.tree.path}/shared/socket"
        server = self.server(expose=path)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            server.fork()
        assert server.lines("appeared") == [f"info: expose brings {path}: it has appeared"]
