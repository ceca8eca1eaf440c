"""What the tests of databases share: a page that writes and reads a row, by PHP's PDO."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import re
import shutil
import signal
import tempfile

import pytest

import machine
from php_server import PhpTest

PAGE = """\
<?php
try {
    $database = new PDO('%s', '%s', '%s', [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
    $database->exec('CREATE TABLE IF NOT EXISTS visits (pid INT, note VARCHAR(40))');
    $insert = $database->prepare('INSERT INTO visits VALUES (?, ?)');
    $insert->execute([getmypid(), $_GET['note']]);
    $select = $database->prepare('SELECT note FROM visits WHERE note = ?');
    $select->execute([$_GET['note']]);
    $found = $select->fetchColumn();
} catch (PDOException $error) {
    $found = $error->getMessage();
}
echo json_encode(['pid' => getmypid(), 'found' => $found]);
"""


class DatabaseTest(PhpTest):
    """One worker, so that the same one is asked again."""

    source, user, password = "", "", ""

    @classmethod
    def prepare(cls):
        cls.apache.write("jail/htdocs/row.php", PAGE % (cls.source, cls.user, cls.password))
        super().prepare()

    def visit(self, note):
        found = self.ask(f"/row.php?note={note}")
        return found["pid"], found["found"]

    def visit_by(self, pid, note):
        """Ask until this worker has answered."""
        for _ in range(50):
            answered, found = self.visit(note)
            if answered == pid:
                return found
        pytest.fail(f"worker {pid} does not answer any more")

    def survives_a_restart(self, database):
        """The database is started anew, Apache is not: the same worker reads and writes again."""
        pid, found = self.visit("before")
        assert found == "before"
        database.stop(signal.SIGTERM)
        assert self.visit_by(pid, "down") != "down"
        database.start()
        assert self.visit_by(pid, "after") == "after"

    def refused_under_chroot(self, directory):
        """A socket cannot be copied: the start ends, and says what to set."""
        self.apache.stop()
        before = self.apache.settings["isolation"]
        self.apache.settings["isolation"] = "chroot"
        result = self.apache.control("-k", "start")
        self.apache.settings["isolation"] = before
        self.apache.start()
        assert result.returncode == 78, result.stderr
        assert re.search(rf"\Achrootshim\[\d+\]: error: .*{directory}.*"
                         r'isolation = "namespace"\n\Z', result.stderr)


@contextlib.contextmanager
def own_directory(name, user):
    """An empty /run/NAME of the test's own, and a directory for its data, which is given."""
    machine.own_mounts()
    machine.own_run(name, user)
    with tempfile.TemporaryDirectory(prefix=f"chrootshim-{name}-", dir="/srv") as directory:
        shutil.chown(directory, user, user)
        yield directory
