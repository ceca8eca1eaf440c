"""What is exposed and is not there yet: checked by who serves, told, and brought once it is there."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import socket

import pytest

from cases import OneServerTest
from forker import ForkerTest
from tree import NOBODY

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
            f"warning: expose waits for {path}: it comes when it is there{more}"]

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

    @pytest.mark.parametrize("other", (":{}", ""))
    def test_an_optional_one_is_not_told(self, other):
        server = self.server(expose=f"{self.tree.path}/none,optional" + other.format(self.shared))
        assert server.lines("warning|error") == []

    def test_one_of_either(self):
        first, second, none = (f"{self.tree.path}/{name}" for name in ("first", "second", "none"))
        expose = f"{first},either:{second},either:{none},optional:{self.shared}"
        with self.server(expose=expose) as server:
            assert server.lines("warning|error") == [
                f"warning: expose waits for {first} or {second}: it comes when it is there"]
        os.unlink(server.log)
        self.tree.write("second", "it is there\n")
        with self.server(expose=expose) as server:
            assert server.fork(second) == "it is there\n"
            assert server.lines("warning|error") == []

    def test_alternatives_that_come_later_and_those_that_do_not(self):
        """What a pattern matches is looked for at the start alone."""
        path = self.tree.path
        server = self.server(expose=f"{path}/a,either:{path}/b*/x,either:{path}/c,program,either:"
                             f"{path}/d,either")
        assert server.lines("warning|error") == [
            f"warning: expose waits for {path}/a or {path}/d: it comes when it is there",
            f"warning: expose finds no {path}/b*/x or {path}/c: install it, and start the server again"]

    def test_a_service_without_what_it_is_for(self):
        """Some of its files are there."""
        conf = self.tree.write("shim.conf", 'services = ( { name = "own"; expose = [ '
                               f'"{self.shared},optional", "{self.tree.path}/none,either" ]; }} );\n')
        server = self.server(config=conf)
        assert server.lines("warning|error") == [
            f"warning: own waits for {self.tree.path}/none: it comes when it is there"]

    def test_what_is_required_ends_the_start(self):
        """With everything else that is absent, and by a service of the file."""
        none = f"{self.tree.path}/none"
        reason = (f"{none} is required, and is not there: start or install what makes it before the "
                  "server, or take the word required away")
        self.refused(f"CHROOTSHIM_EXPOSE: {reason}", expose=f"{self.tree.path}/more:{none},required")
        self.refused("CHROOTSHIM_EXPOSE: .*/v\\* is required, and is not there",
                     expose=f"{self.tree.path}/v*,required")
        conf = self.tree.write("shim.conf", 'services = ( { name = "own"; '
                               f'expose = [ "{none},required" ]; }} );\n')
        self.refused(f"shim.conf:1: services: own: {reason}", config=conf)
        self.tree.write("none", "it is there\n")
        server = self.server(expose=f"{none},required", config=conf)
        assert server.fork(none) == "it is there\n"
        assert server.lines("warning|error") == []

    def test_what_is_required_and_cannot_be_brought_ends_the_start(self):
        """Also where another user has put it wrong."""
        os.chown(self.shared, 65534, 65534)
        os.symlink("file", f"{self.shared}/link")
        self.left_out("/link .*another user", expose=f"{self.shared}/link")
        self.refused("CHROOTSHIM_EXPOSE: .*/link .*another user", expose=f"{self.shared}/link,required")

    def test_what_is_required_and_meets_a_link_in_the_jail_ends_the_start(self):
        """A worker has made it, on the way to its place."""
        os.makedirs(os.path.dirname(self.place), exist_ok=True)
        os.symlink("/", self.place)
        os.lchown(self.place, NOBODY, NOBODY)
        os.chown(os.path.dirname(self.place), NOBODY, NOBODY)
        self.left_out("symbolic link that another user", expose=self.file)
        self.refused("CHROOTSHIM_EXPOSE: .*symbolic link that another user",
                     expose=f"{self.file},required")

    def test_a_required_program_of_another_user_ends_the_start(self):
        program = shutil.copy("/bin/true", self.shared)
        os.chown(program, NOBODY, NOBODY)
        self.left_out("can be changed by another user", expose=f"{program},program")
        self.refused("CHROOTSHIM_EXPOSE: .*can be changed by another user",
                     expose=f"{program},program,required")

    def test_what_is_required_may_go(self):
        server = self.server(expose=f"{self.shared},required")
        shutil.rmtree(self.shared)
        server.fork(self.file)
        assert len(server.lines("warning: expose: .* is gone")) == 1
        assert server.lines("error") == []
        assert server.fork("/nothing") is None
        assert server.told == server.forks

    @pytest.mark.parametrize("words", ("required,optional", "optional,required", "either,required"))
    def test_required_and_optional_is_an_error(self, words):
        self.refused(f"CHROOTSHIM_EXPOSE: {self.file} is required, and optional or one of either: "
                     "take one of the words away", expose=f"{self.file},{words}")

    def test_required_and_private_is_an_error(self):
        self.refused(f"CHROOTSHIM_EXPOSE: {self.file} is required, and private, which is made and not "
                     "looked for: take one of the words away", expose=f"{self.file},private,required")

    def test_a_way_through_a_file(self):
        server = self.server(expose=f"{self.file}/below")
        self.expect_told(server, f"{self.file}/below")

    def test_a_program(self):
        path = f"{self.tree.path}/none"
        server = self.server(expose=f"{path},program")
        assert server.lines("warning|error") == [
            f"warning: expose finds no {path}: install it, and start the server again"]

    def test_what_cannot_be_told_ends_the_start(self):
        os.symlink("loop", f"{self.tree.path}/loop")
        self.refused("CHROOTSHIM_EXPOSE: .*/loop: Too many levels of symbolic links: correct the path",
                     expose=f"{self.tree.path}/loop")


class TestAbsentUnderChroot(Absent):

    def test_what_only_a_namespace_has_cannot_be_required(self):
        self.refused(f"CHROOTSHIM_EXPOSE: {self.file} is required, and comes in a mount namespace only: "
                     "set isolation = \"namespace\", or take the word required away",
                     expose=f"{self.file},required,namespace")
        self.server(expose=f"{self.file},namespace")
        assert not os.path.exists(self.copy)

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
