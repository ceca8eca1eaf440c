"""A server whose shim was built with AddressSanitizer gives it no reason to complain."""
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import subprocess

import pytest

import processes
from apache import Apache
from processes import wait_until

# Built with gcc and -Db_sanitize=address; the sanitizer's library must be preloaded before it.
LIBRARY = os.environ["SHIM_LIBRARY_ASAN"]
REPORT = "AddressSanitizer"
PATIENCE = 60

# A symbolizer is a program, and the jail has none. A report goes to stderr, the server's error log:
# with a log_path the sanitizer calls our mkdir() before it has set itself up.
OPTIONS = "detect_leaks=0:symbolize=0:strict_string_checks=1:detect_stack_use_after_return=1"
SETTINGS = """\
jail = "{jail}"; pidfile = "{tree}/run/httpd.pid"; scoreboard = "{tree}/run/scoreboard";
aliases = [ "/var/alias" ]; programs = [ "apache2" ]; isolation = "%s";
expose = [ "/etc/hosts", "{tree}/none,optional" ]; libraries = ( "libm.so.6" );
services = ( "dns", "time", "accounts", {{ name = "own"; expose = [ "/etc/services,optional" ]; }} );
charsets = [ "ISO-8859-1" ]; keep_capabilities = [ "chown" ]; landlock = "auto"; log_level = "debug";
"""
EXTRA = """\
ScoreBoardFile {tree}/run/scoreboard
CustomLog "|/usr/bin/rotatelogs {tree}/log/access.log 86400" "%m %U"
<Directory {jail}/htdocs>
Options Indexes FollowSymLinks
AllowOverride All
</Directory>
"""


def runtime():
    """The sanitizer's library that belongs to the compiler."""
    found = subprocess.run(["gcc", "-print-file-name=libasan.so"], check=True, capture_output=True,
                           text=True).stdout.strip()
    return os.path.realpath(found)


class Sanitized(Apache):
    def __init__(self, mpm, isolation):
        super().__init__(mpm, EXTRA, ("autoindex",))
        self.library = f"{runtime()}:{LIBRARY}"
        self.settings = {"config": self.write("shim.conf", self.format(SETTINGS % isolation))}
        self.write("jail/htdocs/listed/a", "a\n")
        self.write("jail/htdocs/.htaccess", "DirectoryIndex index.html\n")
        os.symlink("listed", f"{self.jail}/htdocs/linked")

    def environment(self):
        return super().environment() | {"ASAN_OPTIONS": OPTIONS}


class TestAddressSanitizer:

    def check_workers(self, apache):
        for pid in apache.workers():
            assert processes.root(pid) != "/"
            maps = processes.read(f"/proc/{pid}/maps")
            assert "libasan" in maps
            assert LIBRARY in maps

    def request(self, apache):
        assert [apache.get(path).status for path
                in ("/", "/none", "/listed/", "/linked/a")] == [200, 404, 200, 200]

    @pytest.mark.parametrize("kind, isolation", (
        ("event", "chroot"), ("prefork", "chroot"), ("event", "namespace")))
    def test_no_error(self, kind, isolation):
        """A start, requests, a graceful restart, requests, and a stop."""
        with Sanitized(kind, isolation) as apache:
            result = apache.control("-k", "start")
            assert (result.returncode, result.stdout) == (0, ""), result.stderr
            wait_until(lambda: REPORT in apache.error_log() or len(apache.workers()) >= 2,
                       "workers or a report", PATIENCE)
            assert REPORT not in apache.error_log()
            apache.wait_ready()
            self.check_workers(apache)
            self.request(apache)
            apache.graceful()
            self.check_workers(apache)
            self.request(apache)
            master = apache.master()
            os.kill(master, signal.SIGTERM)
            wait_until(lambda: processes.collect() or not processes.alive(master), "the end", PATIENCE)
            for text in (result.stderr, apache.error_log()):
                assert REPORT not in text
                assert "exit signal" not in text
            assert "entered the jail" in apache.error_log()
