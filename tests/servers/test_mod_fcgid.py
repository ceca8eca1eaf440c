"""mod_fcgid: its process manager is in the jail, and starts php-cgi there for the requests of all workers."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil

import processes
from httpd import Httpd
from processes import wait_until
from row import NOT_FOR

EXTRA = """\
FcgidIPCDir {jail}/run
FcgidProcessTableFile {tree}/run/fcgid
FcgidMaxProcesses 3
TypesConfig /etc/mime.types
<Directory {jail}/htdocs>
Options ExecCGI
AddHandler fcgid-script .php
FcgidWrapper /usr/bin/php-cgi .php
</Directory>
"""

PAGE = """\
<?php
header("Content-Type: text/plain");
echo PHP_SAPI, " ", file_get_contents("part");
"""


class TestFcgid(Httpd):
    name = "httpd, mod_fcgid with php-cgi"
    settings = {"services": "php", "self_link": "true", "expose": "/usr/bin/php-cgi,program"}
    # Nobody but root may bring php-cgi into the jail.
    rootless = NOT_FOR
    modules = ("fcgid", "mime")
    extra = EXTRA
    # It ends the programs at once.
    lossless_reload = False

    def configure(self):
        os.mkdir(f"{self.jail}/run", 0o755)
        shutil.chown(f"{self.jail}/run", "www-data")
        self.apache.write("jail/htdocs/page.php", PAGE)
        self.apache.write("jail/htdocs/part", "a part\n")

    def ask(self):
        return self.get("/page.php")

    def programs(self):
        return [pid for pid in processes.descendants(self.pid)
                if (processes.program(pid) or "").startswith("php-cgi")]

    def test_programs_are_in_the_jail(self, mode):
        """Also the next ones, where they are killed."""
        server = self.begin(mode)
        for _ in range(2):
            wait_until(lambda: server.serves() == (200, "cgi-fcgi a part\n"), server.told())
            programs = server.programs()
            assert programs
            assert {processes.root(pid) for pid in programs} == {server.jail}
            for pid in programs:
                os.kill(pid, 9)
            wait_until(lambda: not any(map(processes.alive, programs)), "their end")
