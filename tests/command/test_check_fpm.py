"""chrootshim check for php-fpm: what its pools, and PHP's own settings, will need in the jail."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import shutil

import pytest

from doctor import Patient

PROGRAM = max(glob.glob("/usr/sbin/php-fpm*"))

BASE = """\
[global]
pid = {tree}/run/fpm.pid
error_log = {tree}/fpm.log
[www]
user = www-data
group = www-data
listen = {tree}/run/fpm.sock
pm = static
pm.max_children = 1
php_value[session.save_path] = {jail}/sessions
php_value[upload_tmp_dir] = {jail}/sessions
php_value[date.timezone] = UTC
"""


class Fpm(Patient):
    """One pool, whose settings name directories of the jail; PHP itself has no more."""

    def __init__(self):
        super().__init__()
        self.settings |= {"pidfile": f"{self.path}/run/fpm.pid"}
        for name in ("sessions", "pool"):
            os.mkdir(f"{self.jail}/{name}", 0o755)
            shutil.chown(f"{self.jail}/{name}", "www-data", "www-data")
        os.makedirs(f"{self.jail}/usr/share/zoneinfo")
        shutil.copy("/usr/share/zoneinfo/UTC", f"{self.jail}/usr/share/zoneinfo")
        for name in ("data", "log", "work"):
            os.mkdir(f"{self.path}/{name}", 0o755)
            shutil.chown(f"{self.path}/{name}", "www-data", "www-data")
        self.write("prepend.php", "<?php\n")

    def serve(self, text="", base=BASE):
        configuration = self.write("fpm.conf", self.format(base + text))
        # Its php.ini says nothing: no extension is loaded, either.
        ini = self.write("php.ini", "")
        self.server = (PROGRAM, "-n", "-y", configuration, "-c", ini)


@pytest.fixture
def fpm():
    with Fpm() as fpm:
        yield fpm


# Lines of the pool: (line, code and path, the begin of the cure).
CASES = {
    "a working directory": (
        "chdir = {tree}/work", "absent", "{tree}/work", 'expose = [ "{tree}/work" ];'),
    "a root elsewhere": (
        "chroot = {tree}/work", "other-chroot", "{tree}/work", "chroot = {jail}"),
    "an error log": (
        "php_admin_value[error_log] = {tree}/log/php.log",
        "absent", "{tree}/log", 'expose = [ "{tree}/log,writable" ];'),
    "sessions": (
        "php_admin_value[session.save_path] = '1;0600;{tree}/data'",
        "absent", "{tree}/data", 'expose = [ "{tree}/data,writable" ];'),
    "uploads": (
        "php_admin_value[upload_tmp_dir] = {tree}/data",
        "absent", "{tree}/data", 'expose = [ "{tree}/data,writable" ];'),
    "a file in front": (
        "php_admin_value[auto_prepend_file] = {tree}/prepend.php",
        "absent", "{tree}/prepend.php", 'expose = [ "{tree}/prepend.php" ];'),
    "an opcode cache": (
        "php_admin_value[opcache.file_cache] = {tree}/data",
        "absent", "{tree}/data", 'expose = [ "{tree}/data,writable" ];'),
    "a mailer": (
        "php_admin_value[sendmail_path] = /usr/bin/env cat",
        "absent", "/usr/bin/env", "services = "),
    "a time zone": (
        "php_admin_value[date.timezone] = Europe/Berlin",
        "absent", "/usr/share/zoneinfo/Europe/Berlin", 'services = [ "time" ];'),
}


def warnings(fpm):
    """Notes are of what scripts may want, wherever php.ini comes from."""
    return [finding for finding in fpm.look() if finding["severity"] != "note"]


@pytest.mark.parametrize("name", CASES)
def test_found_and_cured(fpm, name):
    line, code, path, cure = CASES[name]
    fpm.serve()
    assert not warnings(fpm)
    fpm.serve(line + "\n")
    found, = warnings(fpm)
    assert (found["code"], found["path"]) == (code, fpm.format(path))
    assert "pool [www]: " + line.partition(" ")[0] == found["where"].removeprefix("php-fpm's ")
    assert found["cure"]["line"].startswith(fpm.format(cure))
    if "setting" in found["cure"]:
        fpm.cure(found)
        if name == "a mailer":
            fpm.cure_all("absent")
        assert not warnings(fpm)


def test_a_root_below_the_jail(fpm):
    """It is entered behind the jail; what it needs is another question."""
    fpm.serve("chroot = {jail}/pool\n")
    finding, = fpm.look()
    assert (finding["code"], finding["severity"]) == ("own-chroot", "note")


def test_nothing_is_set(fpm):
    """Debian's PHP keeps sessions in /var/lib, uploads in /tmp, and has no time zones of its own."""
    fpm.settings["jail"] = fpm.path + "/empty"
    os.mkdir(fpm.settings["jail"], 0o755)
    fpm.serve(base="".join(line for line in BASE.splitlines(True) if "php_value" not in line))
    assert {finding["path"] for finding in warnings(fpm)} == {
        "/var/lib/php/sessions", "/tmp", "/usr/share/zoneinfo/UTC"}
    fpm.settings["services"] = "php:tmp"
    assert not warnings(fpm)


def test_several_pools(fpm):
    """Each with its own user, whose rights count."""
    text = BASE.partition("[www]\n")[2].replace("fpm.sock", "other.sock").replace("www-data", "games")
    fpm.serve("[other]\n" + text)
    found = warnings(fpm)
    assert {(finding["code"], finding["path"]) for finding in found} == {
        ("unwritable", f"{fpm.jail}/sessions")}
    assert "games" in found[0]["why"] and "pool [other]" in found[0]["where"]


def test_another_pidfile(fpm):
    fpm.settings["pidfile"] = f"{fpm.path}/run/other.pid"
    fpm.serve()
    finding, = warnings(fpm)
    assert (finding["code"], finding["severity"]) == ("other-pidfile", "error")
    fpm.cure(finding)
    assert not warnings(fpm)


def test_what_php_fpm_refuses(fpm):
    fpm.serve("nonsense = 1\n")
    finding, = warnings(fpm)
    assert (finding["code"], finding["severity"]) == ("refused", "error")
    assert "nonsense" in finding["why"]


def test_stock(fpm):
    """Debian's php-fpm, with what the service `php` brings, and a place for uploads."""
    fpm.settings |= {"services": "php:tmp",
                     "pidfile": f"/run/php/php{PROGRAM.partition('php-fpm')[2]}-fpm.pid"}
    fpm.server = (PROGRAM,)
    assert not warnings(fpm)


def test_found_by_its_pidfile(fpm):
    """Without a command line, the pidfile of Debian's php-fpm tells which server it is."""
    fpm.settings |= {"services": "php:tmp",
                     "pidfile": f"/run/php/php{PROGRAM.partition('php-fpm')[2]}-fpm.pid"}
    fpm.server = ()
    assert not warnings(fpm)
    fpm.settings["services"] = "tmp"
    assert ("absent", "/var/lib/php/sessions") in fpm.names("warning")
