"""Groups, sizes and times that do not fit into the 16 or 32 bits that older system calls have."""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess

import machine
import processes
from forker import ForkerTest
from tree import NOBODY
from worker import WorkerTest

GROUP = 33
LATE = 2**33  # after the year 2038


def setup_module():
    machine.own_mounts()


class TestCopies(ForkerTest):
    """What a copy has of its source."""

    def test_a_group(self):
        """Cut to 16 bits it would be that of www-data, who may read the copy then."""
        os.chown(self.file, NOBODY, GROUP + 2**16)
        os.chmod(self.file, 0o640)
        self.server(expose=self.file)
        assert os.lstat(self.copy).st_gid == GROUP + 2**16

    def test_a_time(self):
        """Python of a machine of 32 bits may not know such times."""
        machine.run("touch", "-d", f"@{LATE}", self.file)
        self.server(expose=self.file)
        assert subprocess.check_output(["stat", "-c", "%Y", self.copy], text=True) == f"{LATE}\n"

    def test_the_log(self):
        """It can be opened where it has more than 2 GiB."""
        path = self.tree.write("long.log", "")
        os.truncate(path, 3 * 2**30)
        self.server(expose=self.file, log=path)
        assert os.path.getsize(path) > 3 * 2**30


class TestLargeFileSystem(WorkerTest):
    """One of more than 2^32 blocks."""

    def test_a_file_there_is_kept(self):
        path = f"{self.tree.path}/large"
        os.mkdir(path)
        machine.run("mount", "-t", "tmpfs", "-o", "size=20t,mode=755", "tmpfs", path)
        self.cleanups.callback(machine.run, "umount", "--lazy", path)
        assert os.statvfs(path).f_blocks > 2**32
        facts = self.facts('attempt("write", os.write, log, b"said")', "pass",
                           f'log = os.open("{path}/log", os.O_WRONLY | os.O_CREAT)')
        assert facts["write"] == "done"
        assert processes.read(f"{path}/log") == "said"
