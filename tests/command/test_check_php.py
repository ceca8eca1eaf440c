"""chrootshim check for PHP in httpd's workers: its php.ini, and what httpd's directives override."""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import shutil
import socket

import pytest

from apache import MODULES, WORKER_USER
from httpd_patient import HttpdPatient

EXTRA = f"""\
LoadModule php_module {max(glob.glob(f"{MODULES}/libphp*.so"))}
PHPIniDir {{tree}}/php
"""

# All that PHP writes or reads lies in the jail.
INI = """\
session.save_path = "{jail}/own"
sys_temp_dir = {jail}/own  ; and uploads
sendmail_path = "{jail}/bin/mailer -t"
"""


class PhpPatient(HttpdPatient):
    """A server with mod_php, whose php.ini needs nothing of outside."""

    def __init__(self):
        super().__init__(EXTRA, settings={"isolation": "namespace"})
        os.mkdir(f"{self.jail}/own")
        shutil.chown(f"{self.jail}/own", WORKER_USER, WORKER_USER)
        for path in ("/usr/share/zoneinfo/UTC", "/bin/busybox"):
            os.makedirs(os.path.dirname(self.jail + path), exist_ok=True)
            shutil.copy(path, self.jail + path)
        shutil.copy("/bin/busybox", f"{self.jail}/bin/sh")
        shutil.copy("/bin/busybox", f"{self.jail}/bin/mailer")
        for name in ("outside", "php-log"):
            os.mkdir(f"{self.tree}/{name}")
            shutil.chown(f"{self.tree}/{name}", WORKER_USER, WORKER_USER)
        self.write("prepend.php", "<?php\n")
        self.ini(INI)

    def ini(self, text):
        self.write("php/php.ini", self.format(text))

    def warnings(self):
        """Without the notes, which are of what scripts may want."""
        return [finding for finding in self.look() if finding["severity"] != "note"]

    def notes(self):
        return {finding["path"]: finding["cure"]["line"] for finding in self.look()
                if finding["severity"] == "note"}


@pytest.fixture
def patient():
    with PhpPatient() as patient:
        yield patient


# Lines of php.ini: (line, path, the begin of the cure).
CASES = {
    "sessions": ("session.save_path = {tree}/outside", "{tree}/outside",
                 'expose = [ "{tree}/outside,writable" ];'),
    "sessions in levels": ('session.save_path = "2;0600;{tree}/outside"', "{tree}/outside",
                           'expose = [ "{tree}/outside,writable" ];'),
    "uploads": ("upload_tmp_dir = {tree}/outside", "{tree}/outside",
                'expose = [ "{tree}/outside,writable" ];'),
    "temporary files": ("sys_temp_dir = {tree}/outside", "{tree}/outside",
                        'expose = [ "{tree}/outside,writable" ];'),
    "an error log": ("error_log = {tree}/php-log/php.log", "{tree}/php-log",
                     'expose = [ "{tree}/php-log,writable" ];'),
    "a log of mails": ("mail.log = {tree}/php-log/mail.log", "{tree}/php-log",
                       'expose = [ "{tree}/php-log,writable" ];'),
    "an opcode cache": ("opcache.file_cache = {tree}/outside", "{tree}/outside",
                        'expose = [ "{tree}/outside,writable" ];'),
    "a file in front": ("auto_prepend_file = {tree}/prepend.php", "{tree}/prepend.php",
                        'expose = [ "{tree}/prepend.php" ];'),
    "a file behind": ("auto_append_file = {tree}/prepend.php", "{tree}/prepend.php",
                      'expose = [ "{tree}/prepend.php" ];'),
    "certificates": ("openssl.cafile = {tree}/prepend.php", "{tree}/prepend.php",
                     'expose = [ "{tree}/prepend.php" ];'),
    "a directory of certificates": ("openssl.capath = {tree}/outside", "{tree}/outside",
                                    'expose = [ "{tree}/outside" ];'),
    "certificates of curl": ("curl.cainfo = {tree}/prepend.php", "{tree}/prepend.php",
                             'expose = [ "{tree}/prepend.php" ];'),
    "a mailer": ("sendmail_path = /usr/bin/env x", "/usr/bin/env", "services = "),
    "a time zone": ("date.timezone = Europe/Berlin", "/usr/share/zoneinfo/Europe/Berlin",
                    'services = [ "time" ];'),
}


@pytest.mark.parametrize("name", CASES)
def test_found_and_cured(patient, name):
    line, path, cure = CASES[name]
    assert not patient.warnings()
    patient.ini(INI + line + "\n")
    found, = patient.warnings()
    assert (found["code"], found["path"]) == ("absent", patient.format(path))
    assert found["where"] == f"{patient.tree}/php/php.ini:4: {line.split()[0]}"
    assert found["cure"]["line"].startswith(patient.format(cure))
    patient.cure(found)
    assert not patient.warnings()


# What is not on a path, or of no worker's.
@pytest.mark.parametrize("line", [
    "session.save_handler = redis\nsession.save_path = tcp://127.0.0.1:6379",
    "error_log = syslog", "upload_tmp_dir =", "; upload_tmp_dir = {tree}/outside",
    "[HOST=other.test]\nupload_tmp_dir = {tree}/outside", "include_path = .:{tree}/outside",
    "extension_dir = {tree}/outside", "opcache.preload = {tree}/outside",
])
def test_no_finding(patient, line):
    patient.ini(INI + line + "\n")
    assert not patient.warnings()


@pytest.mark.parametrize("directive", ["php_value", "php_admin_value"])
def test_what_httpd_overrides(patient, directive):
    """At its top it takes the place of what php.ini says; in a section it comes besides."""
    patient.ini("upload_tmp_dir = {tree}/outside\n" + INI)
    patient.configure(EXTRA + f"{directive} upload_tmp_dir {{jail}}/own\n")
    assert not patient.warnings()
    patient.configure(EXTRA + f"{directive} upload_tmp_dir {{jail}}/own\n"
                      f"<Directory {{jail}}/htdocs>\n{directive} error_log {{tree}}/php-log/php\n"
                      "</Directory>\n")
    found, = patient.warnings()
    assert found["path"] == f"{patient.tree}/php-log"
    assert "httpd.conf:" in found["where"] and directive in found["where"]


def test_what_a_file_of_overrides_sets(patient):
    """As the site's owner may, where AllowOverride lets him."""
    patient.write("jail/htdocs/.htaccess",
                  patient.format("php_value auto_prepend_file {tree}/prepend.php\n"
                                 "php_value upload_tmp_dir {jail}/own\n"))
    assert not patient.warnings()
    patient.configure(EXTRA + "<Directory {jail}/htdocs/>\nAllowOverride Options\n</Directory>\n")
    found, = patient.warnings()
    assert found["path"] == f"{patient.tree}/prepend.php"
    assert found["where"] == f"{patient.jail}/htdocs/.htaccess:1: php_value"


def test_nothing_is_set(patient):
    """Debian's defaults: sessions in /var/lib/php, uploads in /tmp, and the host's time zones."""
    patient.ini("")
    shutil.rmtree(f"{patient.jail}/usr")
    found = patient.warnings()
    assert {finding["path"] for finding in found} == {
        "/var/lib/php/sessions", "/tmp", "/usr/share/zoneinfo/UTC"}
    # What one of them brings for the others need not be asked for twice.
    assert {finding["cure"]["line"] for finding in found} == {
        'services = [ "php" ];', 'services = [ "tmp" ];'}
    for finding in found:
        if finding["cure"]["value"] not in (patient.settings.get("services") or ""):
            patient.cure(finding)
    assert not patient.warnings()


def test_no_sessions_in_files(patient):
    """Where code keeps them itself, nobody needs the directory."""
    patient.ini("session.save_handler = user\nsys_temp_dir = {jail}/own\n")
    assert not patient.warnings()


def test_sessions_behind_a_socket(patient):
    path = f"{patient.tree}/sock/redis"
    patient.make({"sock/redis": socket.socket})
    patient.ini(INI + f'session.save_handler = redis\nsession.save_path = "unix://{path}?weight=1"\n')
    found, = patient.warnings()
    assert (found["code"], found["path"]) == ("absent", path)
    assert found["cure"]["line"] == f'expose = [ "{patient.tree}/sock" ];'


def test_no_uploads(patient):
    patient.ini("file_uploads = Off\nsession.save_path = {jail}/own\n")
    assert not patient.warnings()


def test_what_scripts_may_want(patient):
    """A note each, where the machine has it, and nothing once it is there."""
    notes = patient.notes()
    assert notes["/etc/resolv.conf"] == 'services = [ "dns" ];'
    patient.settings["services"] = "dns:tls:mail"
    assert "/etc/resolv.conf" not in patient.notes()


def test_without_php(patient):
    patient.configure()
    patient.ini("upload_tmp_dir = {tree}/outside\n")
    assert not patient.look()
