"""A server under valgrind makes no error with the shim that it does not make without it."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import re
import signal
import xml.etree.ElementTree as ElementTree

import processes
from apache import Apache
from processes import wait_until

PATIENCE = 120

# The shim's own mark in a stack; and what it keeps to the end, so that glibc unloads no charset.
SHIM = "libchrootshim"
KEPT = "iconv_open"
VALGRIND = """\
#!/bin/sh
exec valgrind --quiet --trace-children=yes --error-limit=no --num-callers=40 \\
        --xml=yes --xml-file={tree}/valgrind/%p --log-file={tree}/valgrind.log /usr/sbin/apache2 "$@"
"""
# Requests with their status; the last one is answered by a server that is not jailed.
PATHS = {"/": 200, "/none": 404, "/listed/": 200, "/listed/a": 200, "/linked/a": 200,
         "/alias/a": 200, "/outside/passwd": 403}
SETTINGS = """\
jail = "{jail}"; pidfile = "{tree}/run/httpd.pid"; scoreboard = "{tree}/run/scoreboard";
aliases = [ "/var/alias" ]; programs = [ "apache2" ]; libraries = ( "libm.so.6" );
charsets = [ "ISO-8859-1" ]; ownership = "strict"; landlock = "auto";
keep_capabilities = [ "chown" ]; log = "{tree}/log/shim.log"; log_level = "debug";
"""
EXTRA = """\
ScoreBoardFile {tree}/run/scoreboard
Alias /alias {jail}/htdocs/listed
Alias /outside /etc
<Directory /etc>
Require all granted
</Directory>
<Directory {jail}/htdocs>
Options Indexes FollowSymLinks
AllowOverride All
</Directory>
"""


def errors(text):
    """The errors in a report, which has no end if its process was killed: kind and stack of each."""
    found = []
    for match in re.finditer("<error>.*?</error>", text, re.S):
        error = ElementTree.fromstring(match[0])
        stack = [(frame.findtext("fn") or "?", frame.findtext("obj") or "?")
                 for frame in error.iter("frame")]
        found.append((error.findtext("kind"), *stack))
    return found


class Watched(Apache):
    """A server whose master and workers valgrind runs; their program is valgrind's."""

    def __init__(self, **options):
        super().__init__("event", EXTRA, ("alias", "autoindex"), **options)
        self.settings = {"config": self.write("shim.conf", self.format(SETTINGS))}
        os.mkdir(f"{self.tree}/valgrind")
        wrapper = self.write("valgrind.sh", self.format(VALGRIND).replace("{tree}", self.tree), 0o755)
        with open(f"{self.tree}/envvars", "a") as file:
            file.write(f"export APACHE_HTTPD={wrapper}\n")
        self.write("jail/htdocs/listed/a", "a\n")
        self.write("jail/htdocs/.htaccess", "DirectoryIndex index.html\n")
        os.symlink("listed", f"{self.jail}/htdocs/linked")

    def workers(self):
        master = self.master()
        return [pid for pid in processes.children(master) if processes.uid(pid) != 0] if master else []

    def wait_renewed(self, old):
        """Wait until two workers run that were not there before, and it serves."""
        def ready():
            try:
                return len(set(self.workers()) - old) >= 2 and self.get("/").status
            except OSError:
                return False
        wait_until(ready, f"new workers: {self.error_log()}", PATIENCE)

    def reports(self):
        """What valgrind has reported, by pid."""
        return {int(os.path.basename(path)): processes.read(path)
                for path in glob.glob(f"{self.tree}/valgrind/*")}


class TestValgrind:

    def serve(self, shim):
        """A start, requests, a graceful restart, requests, and a stop. Return: the errors."""
        with Watched(shim=shim) as apache:
            result = apache.control("-k", "start")
            assert result.returncode == 0, result.stderr
            apache.wait_renewed(set())
            first, master = set(apache.workers()), apache.master()
            self.request(apache)
            os.kill(master, signal.SIGUSR1)
            apache.wait_renewed(first)
            self.request(apache)
            watched = {master} | first | set(apache.workers())
            for pid in apache.workers():
                assert processes.root(pid) == (apache.jail if shim else "/")
                assert (SHIM in processes.read(f"/proc/{pid}/maps")) == shim
            os.kill(master, signal.SIGTERM)
            wait_until(lambda: processes.collect() or not processes.alive(master), "the end", PATIENCE)
            reports = apache.reports()
            assert watched <= set(reports)
            for pid in watched:
                assert "<tool>memcheck</tool>" in reports[pid]
            return [error for text in reports.values() for error in errors(text)
                    if not (error[0].startswith("Leak_") and KEPT in str(error))]

    def request(self, apache):
        statuses = PATHS if apache.shim else PATHS | {"/outside/passwd": 200}
        assert {path: apache.get(path).status for path in PATHS} == statuses

    def test_no_error_is_ours(self):
        found = self.serve(True)
        assert [error for error in found if SHIM in str(error)] == []
        if found:
            assert set(found) - set(self.serve(False)) == set()
