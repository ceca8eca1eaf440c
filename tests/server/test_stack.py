"""A server whose threads have small stacks: what a hook does fits, or has a stack of its own."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil

import pytest

from forker import ForkerTest
from tree import NOBODY

SIZES = (65536, 32768)
ISOLATIONS = ("chroot", "namespace")
PROGRAM = "/usr/bin/openssl"


class TestSmallestStack(ForkerTest):

    def test_the_log_is_rotated(self):
        log = f"{self.tree.path}/rotated"
        server = self.server(first=("thread", "16384"), log=log)
        server.fork("/none")
        os.rename(log, f"{log}.1")
        server.fork("/none")
        assert os.path.exists(log)


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("size", SIZES)
class TestSmallStacks(ForkerTest):

    def settings(self, isolation):
        """What brings files, libraries and a program along."""
        return {"isolation": isolation, "services": "dns:tls:time:accounts", "charsets": "KOI8-R",
                "expose": f"{PROGRAM},program:{self.shared}"}

    def test_listen_and_a_worker(self, size, isolation):
        result = self.tree.run(
            self.tree.put_server(), "thread", str(size), "listen", "pidfile", self.tree.pidfile,
            "fork", "setuid", str(NOBODY), "say", "worker", **self.settings(isolation))
        inode = os.stat(self.tree.jail).st_ino
        assert (result.returncode, result.stdout) == (0, f"worker 3 {inode}\n"), result.stderr
        assert result.stderr == ""
        assert os.path.exists(self.tree.jail + PROGRAM)

    def test_what_changes_later(self, size, isolation):
        """A deep tree comes, and a file is replaced: the next fork brings them."""
        server = self.server(first=("thread", str(size)), **self.settings(isolation))
        deep = "/".join(f"level{number}" for number in range(20))
        assert server.fork(self.file) == "the first\n"
        path = self.tree.write(f"new/{deep}/file", "deep\n")
        shutil.rmtree(self.shared)
        os.rename(f"{self.tree.path}/new", self.shared)
        assert server.fork(path.replace("/new/", "/shared/")) == "deep\n"
        # The refresher may have found the moment in which there was none.
        assert [line for line in server.lines("warning|error") if "is gone: " not in line] == []

    def test_a_failure_is_told(self, size, isolation):
        result = self.tree.run(
            self.tree.put_server(), "thread", str(size), "listen", isolation=isolation,
            expose="/etc/passwd,program:/etc,names")
        assert result.returncode == 78
        assert "/etc is not a regular file" in result.stderr
