"""Starts and children that could be taken for something harmless: a worker must still be jailed."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import socket
import subprocess

import pytest

from cases import OneServerTest, TreeTest
from tree import NOBODY, Tree


class TestUnseenChildren(TreeTest):
    """A child made by clone() or a raw system call has a copy of its parent's memory."""

    @pytest.mark.parametrize("way", ("clone", "clone-by-kernel"))
    @pytest.mark.parametrize("event", (("setuid", str(NOBODY)), ("epoll_wait",)))
    def test_they_are_jailed(self, way, event):
        result = self.tree.run(self.tree.put_server(), "listen", way, *event, "say", "child",
                               pidfile=None)
        assert (result.returncode, result.stderr) == (0, "")
        assert int(result.stdout.split()[-1]) == os.stat(self.tree.jail).st_ino


class TestUnusualShells(OneServerTest):
    """The shell that starts the server is no server, whatever it looks like."""

    def start_through_bash(self, **options):
        command = f"apachectl -f {self.apache.conf} -k start"
        subprocess.run(["bash", "-c", f"{command}; true"], env=self.apache.environment(),
                       stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True,
                       start_new_session=True, **options)
        self.apache.wait_ready()
        self.assert_jailed()

    def test_it_has_inherited_a_listening_socket(self):
        self.apache.settings["pidfile"] = None
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.start_through_bash(pass_fds=(listener.fileno(),))

    def test_an_empty_pidfile_is_left_over(self):
        with Tree() as tree:
            tree.write("run/server.pid", "")
            result = tree.run("bash", "-c", "env; true")
            assert "LD_PRELOAD=" in result.stdout
            assert "CHROOTSHIM_JAIL=" in result.stdout


class TestUnusualSettings:
    """What the settings must not allow."""

    def test_accepting_with_a_problem_ends(self):
        with Tree() as tree, socket.create_server(("127.0.0.1", 0)) as listener:
            canary = tree.write("canary", "canary")
            client = socket.create_connection(listener.getsockname())
            result = tree.run(tree.put_server(), "take", str(listener.fileno()), "accept", "send",
                              canary, user=NOBODY, pass_fds=(listener.fileno(),), master_accepts="true",
                              isolation="namespace")
            listener.close()
            assert result.returncode == 78, result.stderr
            assert re.search(r"\Achrootshim\[\d+\]: error: .*CAP_SYS_ADMIN.*\n\Z", result.stderr)
            with client, pytest.raises(ConnectionResetError):
                client.recv(100)

    def test_a_second_name_of_the_root_directory_is_no_jail(self):
        with Tree() as tree:
            result = subprocess.run(
                ["unshare", "--mount", "sh", "-c",
                 f"mount --bind / {tree.jail} && LD_PRELOAD={tree.library} "
                 f"CHROOTSHIM_JAIL={tree.jail} exec true"],
                capture_output=True, text=True, timeout=60, check=False)
            assert result.returncode == 78
            assert "is the root directory" in result.stderr
