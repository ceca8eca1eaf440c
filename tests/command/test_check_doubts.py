"""chrootshim check reads what workers can write: no wish of theirs becomes a setting, no name a command."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess

import pytest

from chrootshim import COMMAND, chrootshim, environment
from doctor import Patient
from httpd_patient import HttpdPatient

WORKER = 33


@pytest.fixture
def patient():
    with Patient() as patient:
        os.mkdir(f"{patient.jail}/htdocs/upload")
        os.chown(f"{patient.jail}/htdocs/upload", WORKER, WORKER)
        yield patient


def upload(patient, name, text="#!/bin/sh\n", mode=0o755, owner=WORKER):
    path = os.fsencode(f"{patient.jail}/htdocs/upload/") + os.fsencode(name)
    with open(path, "w") as file:
        file.write(text)
    os.chown(path, owner, owner)
    os.chmod(path, mode)
    return path


def link(patient, name, target, owner):
    path = patient.symlink(target, f"htdocs/upload/{name}")
    os.lchown(path, owner, owner)
    return path


def only(findings, code):
    finding, = [finding for finding in findings if finding["code"] == code]
    return finding


class TestLinks:

    @pytest.fixture
    def file(self, patient):
        patient.write("private/key", "a secret\n")
        return patient.write("chrootshim.conf",
                             f'jail = "{patient.jail}";\nisolation = "namespace";\n')

    def fix(self, patient, file):
        chrootshim("check", "--config", file, "--fix", "--yes", "--", *patient.server)
        with open(file) as settings:
            return settings.read()

    def test_of_a_worker(self, patient, file):
        """It is told, and doubted; --fix brings nothing in for it."""
        link(patient, "x", "{tree}/private", WORKER)
        finding = only(patient.look(), "absent")
        assert (finding["path"], finding["doubted"]) == (f"{patient.path}/private", True)
        assert "private" not in self.fix(patient, file)
        shown = chrootshim("check", "--config", file, "--", *patient.server).stdout
        assert "others than root can change what asks for it" in shown

    def test_of_root(self, patient, file):
        link(patient, "x", "{tree}/private", 0)
        assert not only(patient.look(), "absent")["doubted"]
        assert f'"{patient.path}/private"' in self.fix(patient, file)

    def test_of_both(self, patient, file):
        """Root asks for it as well, and stands there as who does."""
        link(patient, "a", "{tree}/private", WORKER)
        path = link(patient, "b", "{tree}/private", 0)
        finding = only(patient.look(), "absent")
        assert (finding["doubted"], finding["where"]) == (False, f"{path}: a symbolic link")

    @pytest.mark.parametrize("owner", [0, WORKER])
    def test_on_the_way_of_a_directive(self, patient, owner):
        """nginx is to serve a directory of the jail, which the worker has made a link."""
        patient.write("private/key", "a secret\n")
        path = link(patient, "x", "{tree}/private", owner)
        conf = patient.write("served.conf", open(patient.server[2]).read().replace(
            f"{patient.jail}/htdocs", path))
        patient.server = ("nginx", "-c", conf)
        assert only(patient.look(), "dangling-link")["doubted"] == (owner != 0)


class TestFiles:
    """What httpd's directives lead to."""

    @pytest.mark.parametrize("owner,mode,doubted", [
        (0, 0o644, False), (0, 0o666, True), (WORKER, 0o644, True)])
    def test_htaccess(self, owner, mode, doubted):
        with HttpdPatient("<Directory {jail}/htdocs>\nAllowOverride All\n</Directory>",
                          ["authn_core", "authn_file", "auth_basic"]) as patient:
            patient.configure(patient.fill(patient.extra), patient.modules)
            patient.make({"passwords": "a:b\n", "jail/htdocs/.htaccess":
                          ("AuthUserFile {tree}/passwords\n", mode, "root")})
            os.chown(f"{patient.jail}/htdocs/.htaccess", owner, 0)
            finding = only(patient.look(), "absent")
        assert (finding["path"], finding["doubted"]) == (f"{patient.tree}/passwords", doubted)

    @pytest.mark.parametrize("owner", [0, WORKER])
    def test_a_script(self, owner):
        """Its interpreter."""
        with HttpdPatient("ScriptAlias /cgi/ {jail}/cgi/", ["alias", "cgi"]) as patient:
            patient.configure(patient.fill(patient.extra), patient.modules)
            patient.make({"jail/cgi/a": ("#!/usr/bin/perl\n", 0o755)})
            os.chown(f"{patient.jail}/cgi/a", owner, 0)
            finding = next(finding for finding in patient.look()
                           if finding["path"] == "/usr/bin/perl")
        assert finding["doubted"] == (owner != 0)


@pytest.mark.parametrize("name", ["a;touch oops", "$(touch oops)", "it's", "~", "a b"])
def test_a_name_is_one_word_of_the_command(patient, name, tmp_path):
    """And the command does what it says."""
    path = upload(patient, name, mode=0o4755)
    line = only(patient.look(), "set-id")["cure"]["line"]
    subprocess.run(line, shell=True, check=True, cwd=tmp_path)
    assert os.stat(path).st_mode & 0o7777 == 0o755
    assert os.listdir(tmp_path) == []


def test_a_name_is_one_text_of_the_settings(patient):
    """With what ends such a text in it."""
    name = 'x" ]; jail = "\\'
    patient.write(f"{name}/page", "a page\n")
    patient.symlink(f"{patient.path}/{name}".replace("{", "{{"), "htdocs/link")
    line = only(patient.look(), "absent")["cure"]["line"]
    assert line == 'expose = [ "%s/x\\" ]; jail = \\"\\\\" ];' % patient.path


def test_a_name_that_is_no_text(patient):
    """JSON is UTF-8, whatever names are."""
    upload(patient, b"\xff\xfe", mode=0o4755)
    result = subprocess.run(
        [COMMAND, "check", "--jail", patient.jail, "--isolation", "namespace", "--json", "--",
         *patient.server], env=environment(), capture_output=True, timeout=60)
    finding = only(json.loads(result.stdout.decode())["findings"], "set-id")
    assert finding["path"] == f"{patient.jail}/htdocs/upload/??"


class TestHtaccess:
    """Who may write such a file keeps nobody busy by it."""

    @pytest.fixture
    def site(self):
        with HttpdPatient("<Directory {jail}/htdocs>\nAllowOverride All\n</Directory>",
                          ["authn_core", "authn_file", "auth_basic"]) as site:
            site.configure(site.fill(site.extra), site.modules)
            site.make({"passwords": "a:b\n"})
            yield site

    def write(self, site, name, text):
        site.make({f"jail/htdocs/{name}": text})

    @pytest.mark.parametrize("text", [
        "X " + 125000 * "a ", 50000 * "X a\\\n", 5000 * "<Files a>\nAuthUserFile /nowhere\n</Files>\n"],
        ids=["words", "lines", "sections"])
    def test_of_many_words_or_sections(self, site, text):
        self.write(site, ".htaccess", text + "\nAuthUserFile {tree}/passwords\n")
        begin = os.times().children_user
        assert [finding["path"] for finding in site.look()] == [f"{site.tree}/passwords"]
        assert os.times().children_user - begin < 3

    def test_that_is_too_large(self, site):
        self.write(site, ".htaccess", 20000 * "<Files a>\nAuthUserFile /nowhere\n</Files>\n")
        assert only(site.look(), "large-htaccess")["path"] == f"{site.jail}/htdocs/.htaccess"

    def test_of_which_there_are_too_many(self, site):
        for i in range(12):
            self.write(site, f"{i}/.htaccess", 200000 * "#")
        assert site.jail in only(site.look(), "more-htaccess")["why"]
        assert site.status == 0

    def test_that_is_no_file(self, site):
        os.mkfifo(f"{site.jail}/htdocs/.htaccess")
        assert site.look() == []
