"""A MariaDB with new data that listens on the Unix socket that Debian gives it, and there alone."""
# SPDX-License-Identifier: Apache-2.0
import subprocess

from daemons import Daemon, listens

SOCKET = "/run/mysqld/mysqld.sock"


class MariaDb(Daemon):
    """Its data are in a directory of the user mysql; see own_directory() in database_test.py."""

    def __init__(self, directory, *options):
        # In /tmp, another one that starts would remove its temporary tables.
        data = ["--no-defaults", f"--datadir={directory}/data", f"--tmpdir={directory}",
                "--user=mysql"]
        made = subprocess.run(["mariadb-install-db", *data, "--skip-test-db",
                               "--auth-root-authentication-method=normal"],
                              capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stdout + made.stderr
        super().__init__(["mariadbd", *data, f"--socket={SOCKET}", f"--pid-file={directory}/pid",
                          "--innodb-buffer-pool-size=8M", *(options or ["--skip-networking"])],
                         lambda: listens(SOCKET), f"{directory}/log")

    def run(self, statements):
        """Run SQL as the database's root, and return what the client prints."""
        return subprocess.run(["mariadb", "--no-defaults", "-u", "root", f"--socket={SOCKET}",
                               "--batch", "--skip-column-names", "-e", statements],
                              check=True, capture_output=True, text=True).stdout
