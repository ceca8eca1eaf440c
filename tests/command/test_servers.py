"""One file of settings with a section for each server: each subcommand knows which one it is about."""
# SPDX-License-Identifier: Apache-2.0
import json
import re

import pytest

import processes
from shared_file import CONFIG, NGINX_SITE, SITE, shared_sandbox  # noqa: F401 (a fixture)

# It serves a directory that is not in the jail.
PHOTOS = SITE.replace("location / {", "location /photos/ { alias /srv/photos/; }\n    location / {")


class TestCommand:

    FILE = """\
isolation = "chroot"; services = [ "files" ];
servers = (
    // The first.
    { programs = [ "nginx" ]; jail = "/srv/static"; pidfile = "/run/nginx.pid"; },
    {
        programs = [ "php-fpm8.2" ]; jail = "/srv/php"; pidfile = "/run/php/php8.2-fpm.pid";
    }
);
"""

    @pytest.fixture(autouse=True)
    def configure(self, sandbox):
        sandbox.write(CONFIG, self.FILE)
        sandbox.path("/srv/php").mkdir()
        self.sandbox = sandbox

    def run(self, *words):
        subcommand, *rest = words
        return self.sandbox.chrootshim(subcommand, "--config", CONFIG, *rest)

    def test_check_does_each_and_ends_with_the_worst(self):
        self.sandbox.path("/srv/php").rmdir()
        result = self.run("check")
        assert result.returncode == 2
        heads = [line for line in result.stdout.splitlines() if line.startswith("== ")]
        assert heads == ["== nginx", "== php-fpm8.2"]
        assert "/srv/php" not in result.stdout.split("== php-fpm8.2")[0]
        found = json.loads(self.run("check", "--json").stdout)
        assert [each["server"] for each in found] == ["nginx", "php-fpm8.2"]
        assert "error" not in {one["severity"] for one in found[0]["result"]["findings"]}
        assert "error" in {one["severity"] for one in found[1]["result"]["findings"]}

    def test_check_of_one(self):
        self.sandbox.path("/srv/php").rmdir()
        for words in ("--server", "nginx"), ("--", "nginx"), ("--", "/usr/sbin/nginx"):
            result = self.run("check", *words)
            assert "/srv/php" not in result.stdout and result.returncode < 2, result
        for words in ("--server", "php-fpm8.2"), ("--", "php-fpm8.2"):
            result = self.run("check", *words)
            assert "/srv/php" in result.stdout and result.returncode == 2, result

    def test_a_name_is_not_taken_for_the_path_of_another_program(self):
        self.sandbox.write(CONFIG, self.FILE.replace(
            "    // The first.\n", '    { programs = [ "/opt/nginx" ]; jail = "/srv/none"; },\n'))
        for words in ("--server", "nginx"), ("--", "nginx"), ("--", "/usr/sbin/nginx"):
            result = self.run("check", *words)
            assert "/srv/none" not in result.stdout and result.returncode < 2, result
        for words in ("--server", "/opt/nginx"), ("--", "/opt/nginx"):
            result = self.run("check", *words)
            assert "/srv/none" in result.stdout and result.returncode == 2, result

    def test_fix_writes_into_the_section(self):
        self.sandbox.write("/srv/photos/a", "")
        self.sandbox.write(NGINX_SITE, PHOTOS)
        result = self.run("check", "--fix", "--yes", "--", "nginx")
        assert "Written to" in result.stdout, result
        text = self.sandbox.read(CONFIG)
        first = text.splitlines()[3]
        assert 'expose = [ "/srv/photos"' in first and first.endswith("},")
        assert text.replace(first, self.FILE.splitlines()[3]) == self.FILE

    def test_fix_leaves_an_included_file(self):
        lines = self.FILE.splitlines(keepends=True)
        self.sandbox.write("/etc/nginx-shim.conf", lines[3].rstrip(",\n"))
        self.sandbox.write(CONFIG, "".join([*lines[:3], '@include "nginx-shim.conf"\n', *lines[4:]]))
        before = self.sandbox.read("/etc/nginx-shim.conf")
        self.sandbox.write("/srv/photos/a", "")
        self.sandbox.write(NGINX_SITE, PHOTOS)
        result = self.run("check", "--fix", "--yes", "--", "nginx")
        assert '/etc/nginx-shim.conf has it, and is not changed: write there expose = [ "/srv/photos" ];' \
            in result.stdout
        assert self.sandbox.read("/etc/nginx-shim.conf") == before

    def test_who_takes_one_asks_for_it(self):
        for words in ("populate", "--program", "/bin/true"), ("trace", "--for", "1"):
            result = self.run(*words)
            assert result.returncode == 78
            assert f"{CONFIG}: servers has several sections: name one by CHROOTSHIM_SERVER (--server): " \
                "nginx or php-fpm8.2" in result.stderr
        assert self.run("status", "--nagios").returncode == 64
        result = self.run("status", "--server", "none")
        assert result.returncode == 78 and "servers: no section lists none: name one by" in result.stderr

    def test_populate_one(self):
        assert self.run("populate", "--server", "nginx", "--program", "/bin/true").returncode == 0
        assert self.sandbox.exists("/srv/static/bin/true") or self.sandbox.exists("/srv/static/usr/bin/true")
        assert not self.sandbox.exists("/srv/php/usr")

    def test_run_takes_that_of_its_command(self):
        result = self.run("run", "--wait", "--", "nginx")
        assert result.returncode == 0, result
        master = self.sandbox.master("/run/nginx.pid")
        processes.wait_until(lambda: {processes.root(pid) for pid in processes.children(master)} == {
            "/srv/static"}, "workers that are all inside")
        result = self.run("status")
        assert result.returncode == 3
        heads = re.findall(r"^== (.*)$", result.stdout, re.M)
        assert heads == ["nginx", "php-fpm8.2"] and "no server" in result.stdout.split("== php-fpm8.2")[1]
        assert self.run("status", "--pid", str(master), "--json").returncode == 0
        assert self.run("status", "--server", "nginx").returncode == 0

    def test_run_refuses_what_no_section_lists(self):
        result = self.run("run", "--", "apachectl", "-k", "start")
        assert result.returncode == 78 and "no section lists" in result.stderr, result
