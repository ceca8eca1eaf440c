"""chrootshim check: programs that scripts and directives name, and databases, by what they say."""
# SPDX-License-Identifier: Apache-2.0
import os
import socket

import pytest

from httpd_patient import HttpdPatient

CGI = "ScriptAlias /cgi/ {jail}/cgi/\n"


@pytest.fixture
def patient():
    with HttpdPatient(settings={"isolation": "namespace", "services": "shell"}) as patient:
        yield patient


def look(patient, severity):
    """Paths of the findings that are as severe as that."""
    return {finding["path"]: finding for finding in patient.look()
            if finding["severity"] == severity}


class TestScripts:
    """A CGI script is read for the programs that it starts."""

    def serve(self, patient, text):
        patient.write("jail/cgi/script", text, mode=0o755)
        patient.configure(CGI, ("alias", "cgi"))

    def test_a_path(self, patient):
        self.serve(patient, "#!/bin/sh\n/usr/bin/openssl version\n")
        found = look(patient, "warning")["/usr/bin/openssl"]
        assert found["code"] == "absent" and found["where"].endswith("/cgi/script")
        patient.cure(found)
        assert not look(patient, "warning")

    def test_a_command(self, patient):
        """A guess is a note."""
        self.serve(patient, "#!/bin/sh\necho x | openssl md5\n")
        assert not look(patient, "warning")
        found = look(patient, "note")["/usr/bin/openssl"]
        patient.cure(found)
        assert not look(patient, "note")

    @pytest.mark.parametrize("text", [
        "#!/bin/sh\n# /usr/bin/openssl\ngrep x; cat\n", "#!/bin/sh\necho /usr/bin/none openssl\n",
        "#!/bin/sh\nopenssl=1 cat\n"])
    def test_what_names_none(self, patient, text):
        self.serve(patient, text)
        assert not patient.look()

    def test_another_language(self, patient):
        patient.settings["services"] = "perl"
        self.serve(patient, "#!/usr/bin/perl\nopen(M, '|-', '/usr/bin/openssl', 'md5');\n")
        assert set(look(patient, "warning")) == {"/usr/bin/openssl"}

    def test_by_mod_perl(self, patient):
        """It runs them itself, from the directory whose handler it is."""
        patient.settings["services"] = "perl"
        patient.write("jail/shop/order.pl", "#!/usr/bin/perl\nexec '/usr/bin/openssl';\n")
        patient.write("jail/other/order.pl", "#!/usr/bin/perl\nexec '/usr/bin/gpg';\n")
        patient.configure("LoadModule perl_module {modules}/mod_perl.so\n"
                          "Alias /shop {jail}/shop\n<Directory {jail}/shop>\n"
                          "SetHandler perl-script\nPerlResponseHandler ModPerl::Registry\n"
                          "</Directory>\n", ("alias",))
        assert set(look(patient, "warning")) == {"/usr/bin/openssl"}

    def test_what_is_brought_is_not_read(self, patient):
        """What packages bring is not the administrator's own."""
        path = patient.write("other/script", "#!/bin/sh\n/usr/bin/openssl version\n", mode=0o755)
        patient.settings["expose"] = os.path.dirname(path)
        patient.configure("ScriptAlias /cgi/ {tree}/other/\n", ("alias", "cgi"))
        assert not patient.look()


# Directives: (directives, modules, what is warned of, the begin of the cure).
CASES = {
    "a program that inspects": (
        'SecRule FILES_TMPNAMES "@inspectFile /usr/bin/openssl" "id:1,phase:2,deny"\n',
        ("unique_id", "security2"), "/usr/bin/openssl"),
    "a program that filters": (
        'ExtFilterDefine own mode=output cmd="/usr/bin/openssl md5"\n', ("ext_filter",),
        "/usr/bin/openssl"),
}


@pytest.mark.parametrize("name", CASES)
def test_directives(patient, name):
    text, modules, path = CASES[name]
    patient.configure(text, modules)
    found = look(patient, "warning")
    assert set(found) == {path}
    patient.cure(found[path])
    assert not look(patient, "warning")


class TestDatabases:
    """mod_dbd's drivers find a server on this machine by its socket."""

    def serve(self, patient, driver, parameters):
        patient.configure(f'DBDriver {driver}\nDBDParams "{parameters}"\n', ("dbd",))

    def test_a_socket(self, patient):
        patient.make({"run/mysql.sock": socket.socket})
        self.serve(patient, "mysql", "user=x sock={tree}/run/mysql.sock")
        found, = look(patient, "warning").values()
        assert found["cure"]["line"] == f'expose = [ "{patient.tree}/run" ];'
        patient.cure(found)
        assert not look(patient, "warning")

    def test_a_directory(self, patient):
        self.serve(patient, "mysql", "host={tree}/run dbname=x")
        found, = look(patient, "warning").values()
        assert found["path"] == f"{patient.tree}/run"

    @pytest.mark.parametrize("parameters", ["host=127.0.0.1 user=x", "host=db.example user=x"])
    def test_another_machine(self, patient, parameters):
        self.serve(patient, "mysql", parameters)
        assert not [path for path in look(patient, "warning") if "mysql" in path]


def test_hooks_of_subversion(patient):
    """They get the repository's outside path."""
    patient.write("jail/svn/project/hooks/post-commit", "#!/bin/sh\n", mode=0o755)
    extra = "<Location /svn>\nDAV svn\nSVNParentPath {jail}/svn\n</Location>\n"
    patient.configure(extra, ("dav", "dav_svn"))
    found, = patient.look()
    assert (found["code"], found["cure"]["line"]) == ("hook-paths", "self_link = true;")
    patient.cure(found)
    assert not patient.look()
    patient.settings |= {"self_link": "false", "services": "shell:shim"}
    assert not patient.look()


# Lines of an application: what they ask the machine for, and the service that has it.
PYTHON = {
    "import zoneinfo": ("/usr/share/zoneinfo", "time"),
    "import tempfile": ("/tmp", "tmp"),
    "file = flask.request.files['a']": ("/tmp", "tmp"),
    "name = pwd.getpwuid(1)": ("/etc/passwd", "accounts"),
    "name = grp.getgrgid(1)": ("/etc/group", "accounts"),
}


@pytest.mark.parametrize("place", ["app.py", "other.py"])
@pytest.mark.parametrize("line", PYTHON)
def test_what_python_code_asks_for(patient, line, place):
    """In the script, or in a module beside it."""
    path, service = PYTHON[line]
    patient.settings["services"] = "python"
    patient.write("jail/app/app.py", "import os\n")
    patient.configure("WSGIScriptAlias / {jail}/app/app.py\n", ("wsgi",))
    assert not patient.look()
    patient.write(f"jail/app/{place}", line + "\n")
    found, = patient.look()
    assert (found["code"], found["path"]) == ("absent", path)
    assert found["where"] == f"{patient.jail}/app/{place}"
    assert found["cure"]["line"] == f'services = [ "{service}" ];'
    patient.cure(found)
    assert not patient.look()
