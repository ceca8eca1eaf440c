"""chrootshim check: which server is looked at, how it is asked, and in which form it answers."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib
import re
import shlex
import subprocess

import jsonschema
import pytest

import machine
import processes
from apache import MODULES, MPMS
from chrootshim import chrootshim, environment
from httpd_patient import HttpdPatient
from tree import compiled

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "shim/command/check/check.schema.json"

# What all of these find.
ALIAS = "Alias /a {tree}/pages\n"

# A program that tells what it was started with, in place of httpd; something goes on behind it.
LIAR = """\
#!/bin/sh
env > {tree}/environment
echo "$@" >> {tree}/words
sleep 1000 &
echo $! > {tree}/left
echo "this is no good" >&2
exit 3
"""

# A module that has nothing but the name by which mpm-itk is known.
ITK = """\
#include <httpd.h>
#include <http_config.h>
AP_DECLARE_MODULE(mpm_itk) = {STANDARD20_MODULE_STUFF};
"""


@pytest.fixture
def patient():
    with HttpdPatient(ALIAS, ("alias",)) as patient:
        os.mkdir(f"{patient.tree}/pages")
        yield patient


def found(findings):
    return {(finding["code"], finding["path"]) for finding in findings}


@pytest.mark.parametrize("mpm", MPMS)
def test_nothing_to_find(mpm):
    with HttpdPatient(mpm=mpm) as patient:
        assert patient.look() == [] and patient.status == 0


@pytest.mark.parametrize("words", (
    "-f {conf}",
    "apachectl -f {conf}",
    "apachectl -k start -f {conf}",
    "/usr/sbin/apachectl -f{conf} -D SOMETHING graceful",
    "apache2 -f {conf} -DFOREGROUND",
    "/usr/sbin/apache2 -k start -f {conf}",
))
def test_the_command_line_names_the_configuration(patient, words):
    """As it would be started, or by httpd's options alone."""
    assert found(patient.look(*shlex.split(words.format(conf=patient.conf)))) == {
        ("absent", f"{patient.tree}/pages")}


def test_the_definition_of_the_command_line_counts(patient):
    patient.configure("<IfDefine SOMETHING>\n" + ALIAS + "</IfDefine>\n", ("alias",))
    assert patient.look() == []
    assert len(patient.look("apachectl", "-f", patient.conf, "-D", "SOMETHING")) == 1


def test_a_program_that_there_is_not(patient):
    findings = patient.look("no-such-server")
    assert found(findings) == {("no-server", "no-such-server")} and patient.status == 2


def test_a_program_that_is_not_known(patient):
    assert found(patient.look("/bin/true")) == {("unknown-server", "/bin/true")}
    assert patient.status == 0


def test_a_syntax_error_in_its_words(patient):
    patient.configure("Nonsense yes\n")
    finding, = patient.look()
    assert finding["code"] == "syntax" and finding["severity"] == "error" and patient.status == 2
    assert "Invalid command 'Nonsense'" in finding["why"]
    patient.configure("User root\nGroup root\n")
    finding, = patient.look()
    assert "run as\troot" in finding["why"] or "as root" in finding["why"].replace("\t", " ")


def test_a_server_that_does_not_answer(patient):
    """It is ended, and that is a finding."""
    patient.write("httpd", "#!/bin/sh\nsleep 1000\n", 0o755)
    finding, = patient.look(f"{patient.tree}/httpd")
    assert finding["code"] == "syntax" and "in 30 seconds" in finding["why"]
    processes.wait_until(lambda: processes.collect() or processes.descendants(os.getpid()) == [],
                         "the end of what it started")


@pytest.fixture
def liar(patient):
    patient.write("apachectl", LIAR.replace("{tree}", patient.tree), 0o755)
    return patient


def test_nothing_of_the_shim_reaches_it(liar):
    """Nothing of it is left either, nor is it started."""
    result = chrootshim("check", "--json", "--", f"{liar.tree}/apachectl", "-k", "start",
                        settings=liar.settings,
                        env=environment(CHROOTSHIM_LOG_LEVEL="debug", OTHER="kept"))
    finding, = json.loads(result.stdout)["findings"]
    assert (finding["code"], finding["path"]) == ("syntax", f"{liar.tree}/apachectl")
    assert finding["why"].endswith(": this is no good")
    told = processes.read(f"{liar.tree}/environment")
    assert "OTHER=kept" in told
    # Where envvars bring the shim all the same, this keeps it still.
    assert re.findall("CHROOTSHIM_.*", told) == ["CHROOTSHIM_HELPER=1"] and "LD_PRELOAD" not in told
    words = processes.read(f"{liar.tree}/words").splitlines()
    assert words == ["-t -DDUMP_RUN_CFG -DDUMP_MODULES"]
    left = int(processes.read(f"{liar.tree}/left"))
    processes.wait_until(lambda: processes.collect() or not processes.alive(left),
                         "the end of what it left behind")


def test_without_mod_info(patient):
    """Then the files are read that httpd names, with their conditions."""
    pid = os.fork()
    if pid == 0:
        try:
            machine.own_mounts()
            empty = patient.write("empty", "")
            machine.run("mount", "--bind", empty, f"{MODULES}/mod_info.so")
            patient.write("more.conf", "Define pages {tree}/pages\nAlias /b \\\n \"${pages}\"\n"
                          "<IfModule mod_ssl.c>\nAlias /c {tree}/log\n</IfModule>\n"
                          "<Macro more>\nAlias /d {tree}/log\n</Macro>\nUse more\n"
                          .replace("{tree}", patient.tree))
            patient.configure("Include {tree}/more.conf\n", ("alias", "macro"))
            note, finding = patient.look()
            assert (note["severity"], note["code"]) == ("note", "macros"), note
            assert finding["path"] == f"{patient.tree}/pages", finding
            assert finding["where"] == f"{patient.tree}/more.conf:2: Alias", finding
            os._exit(0)
        except BaseException as reason:
            print(reason)
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0


def test_mpm_itk_needs_a_capability(patient):
    source = patient.write("itk.c", ITK)
    flags = subprocess.run(["sh", "-c", "echo -I$(apxs -q INCLUDEDIR) $(apr-1-config --includes "
                            "--cppflags)"], check=True, capture_output=True, text=True).stdout
    module = compiled("/", source, "-shared", "-fPIC", *flags.split())
    patient.configure(f"LoadModule mpm_itk_module {module}\n")
    finding, = patient.look()
    assert finding["code"] == "capabilities"
    assert finding["cure"]["line"] == 'keep_capabilities = [ "dac_read_search" ];'
    patient.cure(finding)
    assert patient.look() == []


def test_the_answer_has_the_form_of_its_schema(patient):
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    patient.configure(ALIAS + "HostnameLookups on\nAlias /b {jail}/closed/x\n", ("alias",))
    patient.write("jail/closed/x", "")
    os.chmod(f"{patient.jail}/closed", 0o700)
    findings = patient.look()
    assert len(findings) == 3
    jsonschema.validate({"findings": findings}, schema)
    # It is no schema that takes anything.
    for broken in ({}, {"findings": [{}]}, {"findings": [{**findings[0], "severity": "bad"}]},
                   {"findings": [{**findings[0], "cure": {"setting": "expose"}}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, schema)


def test_for_people(patient):
    """Path, reason, who asks for it, and the line to write."""
    result = chrootshim("check", "--", "apachectl", "-f", patient.conf, settings=patient.settings,
                        env=environment(APACHE_ENVVARS=f"{patient.tree}/envvars"))
    line = next(number for number, text in enumerate(open(patient.conf), 1) if "Alias" in text)
    assert result.stdout == (
        f"warning {patient.tree}/pages: what the alias leads to is not in the jail\n"
        f"        asked for by {patient.conf}:{line}: Alias\n"
        f'        write: expose = [ "{patient.tree}/pages" ];\n')
    assert result.returncode == 1


class TestWhatIsToBeBrought:
    """The settings that name what is not there, or cannot be brought."""

    def test_a_source_that_is_absent(self, patient):
        patient.settings["expose"] = f"{patient.tree}/gone:{patient.tree}/maybe,optional:" \
                                     f"{patient.tree}/pages"
        assert found(patient.look()) == {("absent-outside", f"{patient.tree}/gone")}

    @pytest.mark.parametrize("asked, severity", (("shop", "note"), ("post", "warning")))
    def test_what_only_an_application_asks_for(self, patient, asked, severity):
        """A shop that could send mail does without; who names the post himself wants it there."""
        patient.settings["definitions"] = patient.write("definitions", f"""\
services = ( {{ name = "shop"; services = [ "post" ]; }},
             {{ name = "post"; expose = [ "{patient.tree}/gone", "{patient.tree}/pages" ]; }} );
""")
        patient.settings["services"] = asked
        finding, = patient.look()
        assert (finding["code"], finding["severity"]) == ("absent-outside", severity)

    def test_a_source_that_somebody_else_made(self, patient):
        os.chmod(patient.write("pages/socket-of", ""), 0o644)
        os.mkdir(f"{patient.tree}/theirs")
        os.mkfifo(f"{patient.tree}/theirs/fifo")
        subprocess.run(["chown", "-R", "www-data", f"{patient.tree}/theirs"], check=True)
        patient.settings["expose"] = f"{patient.tree}/theirs/fifo:{patient.tree}/pages"
        finding, = patient.look()
        assert finding["code"] == "left-out" and finding["severity"] == "warning"
        assert "FIFO" in finding["why"]

    def test_a_source_that_ends_the_start(self, patient):
        os.mkfifo(f"{patient.tree}/fifo")
        patient.settings["expose"] = f"{patient.tree}/fifo:{patient.tree}/pages"
        findings = patient.look()
        assert {finding["code"] for finding in findings} >= {"supply"} and patient.status == 2

    def test_the_jail_is_left_as_it_was(self, patient):
        before = patient.jail_files()
        patient.settings.update(services="dns:files:accounts:tmp", expose=f"{patient.tree}/pages")
        assert patient.look() == []
        assert patient.jail_files() == before
