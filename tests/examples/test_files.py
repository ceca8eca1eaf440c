"""Starts Apache by the files of examples/httpd and examples/systemd, and has each of them read."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess
import sysconfig

import pytest

import processes
from apache import LIBRARY, Apache
from conftest import EXAMPLES

CONFIGURATION = (EXAMPLES / "httpd/chrootshim.conf").read_text()
ENVVARS = (EXAMPLES / "httpd/debian-envvars").read_text()
COMMAND = os.environ["SHIM_COMMAND"]
DROP_INS = sorted((EXAMPLES / "systemd").glob("*.d/*.conf"))
assert DROP_INS

# Settings that are there as comments, to be made use of.
IN_COMMENTS = re.findall(r"^// (\w+ = .+?;)", CONFIGURATION, re.MULTILINE)

# What the dynamic linker makes of $LIB.
LIB = f"lib/{sysconfig.get_config_var('MULTIARCH')}"

# Stands in for a unit of a distribution that is not here.
UNIT = """\
[Unit]
Description=A server
[Service]
ExecStart=/bin/true
"""

# Stands in for systemctl: says how it was run.
SYSTEMCTL = """\
#!/bin/sh
echo "systemctl $@, preloaded: $LD_PRELOAD"
"""

# Sources envvars as apachectl does, on a machine where systemd seems to run; says what came of it.
SOURCE = """\
mkdir -p /run/systemd && mount -t tmpfs none /run/systemd && mkdir /run/systemd/system || exit 99
. "$1"
preloaded=$LD_PRELOAD
unset LD_PRELOAD
echo "apachectl goes on, preloaded: $preloaded"
"""


def replaced(text, *pairs):
    """The text with each first part, which must be there, replaced by the second."""
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture(name="apache")
def own_apache():
    """An Apache in a tree that has what the examples name: the library below $LIB, the settings."""
    processes.become_reaper()
    with Apache(shim=False) as apache:
        os.makedirs(f"{apache.tree}/{LIB}")
        shutil.copy(LIBRARY, f"{apache.tree}/{LIB}")
        apache.write("chrootshim.conf", settings_for(apache))
        yield apache


def settings_for(apache, text=CONFIGURATION):
    return replaced(text, ('"/srv/www1"', f'"{apache.jail}"'),
                    ('"/run/apache2/apache2.pid"', f'"{apache.pidfile}"'))


def in_tree(apache, text):
    """An example that names the library and the settings, with the tree's in their place."""
    return replaced(text, ("/usr/$LIB/", f"{apache.tree}/$LIB/"),
                    ("/etc/chrootshim.conf", f"{apache.tree}/chrootshim.conf"))


def run_with(apache, settings):
    """A program that is started with these settings, and says nothing of its own."""
    path = apache.write("chrootshim.conf", settings)
    return subprocess.run(["/bin/true"], env={"LD_PRELOAD": LIBRARY, "CHROOTSHIM_CONFIG": path},
                          capture_output=True, text=True, check=False)


def assert_jailed(apache):
    apache.wait_ready()
    processes.wait_until(lambda: {processes.root(pid) for pid in apache.workers()} == {apache.jail},
                         "workers that are all inside")
    assert processes.root(apache.master()) == "/"
    assert apache.get("/").text == "the index page\n"


def apachectl(apache, action, check=True, **variables):
    """As a unit starts it: "apachectl start", with nothing else on the command line."""
    streams = {} if check else {"capture_output": True, "text": True}
    return subprocess.run(
        ["apachectl", action], cwd="/", stdin=subprocess.DEVNULL, timeout=60, check=check, **streams,
        env={**apache.environment(), "APACHE_ARGUMENTS": f"-f {apache.conf}",
             "APACHE_STARTED_BY_SYSTEMD": "true", **variables})


def environment_of(text):
    """The variables of an EnvironmentFile, as systemd.exec(5) reads one; no line is left over."""
    lines = [line for line in text.splitlines() if line.strip() and line[0] not in "#;"]
    variables = [re.fullmatch(r"""(\w+)=([^\s"'\\]+)""", line) for line in lines]
    assert all(variables), lines
    return dict(variable.groups() for variable in variables)


def drop_in(name):
    """The sections of a drop-in, each with its keys and values."""
    sections = {}
    for line in (EXAMPLES / "systemd" / name / "chrootshim.conf").read_text().splitlines():
        if re.fullmatch(r"\[\w+\]", line):
            section = sections.setdefault(line[1:-1], [])
        elif line and not line.startswith("#"):
            key, equals, value = line.partition("=")
            assert equals, line
            section.append((key, value))
    return sections


def test_the_settings_as_they_stand(apache):
    done = run_with(apache, settings_for(apache))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("line", IN_COMMENTS)
def test_a_setting_in_a_comment(apache, line):
    key = line.split()[0]
    others = re.sub(rf"^{key} = .*\n", "", settings_for(apache), flags=re.MULTILINE)
    done = run_with(apache, f"{others}{line}\n")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_wrong_setting_would_be_noticed(apache):
    assert len(IN_COMMENTS) >= 7
    done = run_with(apache, replaced(settings_for(apache), ("pidfile =", "pidfiles =")))
    assert (done.returncode, "pidfiles" in done.stderr) == (78, True)


def test_envvars_of_debian(apache):
    apache.write("envvars", processes.read(f"{apache.tree}/envvars") + in_tree(apache, ENVVARS))
    apachectl(apache, "start")
    assert_jailed(apache)
    master = apache.master()
    apachectl(apache, "graceful")
    assert_jailed(apache)
    apachectl(apache, "stop")
    apache.wait_gone(master)


@pytest.mark.parametrize("action, by_systemd, answer", [
    ("start", "", "systemctl start apache2, preloaded: "),
    ("start", "true", "apachectl goes on, preloaded: {tree}/$LIB/libchrootshim.so"),
    ("graceful", "", "apachectl goes on, preloaded: {tree}/$LIB/libchrootshim.so"),
])
def test_envvars_leave_the_start_to_systemd(apache, action, by_systemd, answer):
    apache.write("bin/systemctl", SYSTEMCTL, 0o755)
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", SOURCE, "sh",
         apache.write("envvars", in_tree(apache, ENVVARS))],
        env={"PATH": f"{apache.tree}/bin:{os.environ['PATH']}", "ARGV": action,
             "APACHE_STARTED_BY_SYSTEMD": by_systemd, "APACHE_SYSTEMD_SERVICE": "apache2"},
        capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (answer.format(tree=apache.tree) + "\n", "")


def test_envvars_without_the_library_for_the_init_script(apache):
    """It reads the names in the file, and nothing else: the server can be stopped by them."""
    absent = in_tree(apache, ENVVARS).replace("$LIB", "absent")
    path = apache.write("envvars", "export APACHE_PID_FILE=/run/a.pid\n" + absent)
    done = subprocess.run(["sh", "-c", 'unset ARGV; (. "$0" && echo $APACHE_PID_FILE)', path],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "/run/a.pid\n")


@pytest.mark.parametrize("library", ("absent/libchrootshim.so", "broken/libchrootshim.so"))
def test_envvars_without_the_library(apache, library):
    """Nothing starts, and what runs is stopped."""
    apache.start()
    master = apache.master()
    apache.write("broken/libchrootshim.so", "no library")
    text = replaced(in_tree(apache, ENVVARS), ("$LIB/libchrootshim.so", library))
    apache.write("envvars", processes.read(f"{apache.tree}/envvars") + text)
    apachectl(apache, "stop")
    apache.wait_gone(master)
    for action in "start", "graceful":
        done = apachectl(apache, action, check=False)
        assert done.returncode == 78
        assert done.stderr.endswith("chrootshim is not loaded, see LD_PRELOAD in envvars\n")
    assert not os.path.exists(apache.pidfile)


def start_in_unit(service, variables):
    """Do as the unit does before its server: has that succeeded?"""
    commands = [value for key, value in service if key == "ExecStartPre"]
    assert commands
    return all(subprocess.run(command.split(), env=variables, stderr=subprocess.DEVNULL,
                              check=False).returncode == 0 for command in commands)


def is_good_in_unit(service, variables):
    """Do as the unit does once its server has started: has that succeeded?"""
    line, = (value for key, value in service if key == "ExecStartPost")
    command = replaced(line, ("+/usr/bin/chrootshim ", f"{COMMAND} ")).split()
    return subprocess.run(command, env=variables, stdout=subprocess.DEVNULL,
                          check=False).returncode == 0


def variables_of(apache, service):
    """What the drop-in has the server's environment be, in this tree."""
    return environment_of(
        in_tree(apache, "\n".join(value for key, value in service if key == "Environment")))


def test_drop_in_of_debian(apache):
    service = drop_in("apache2.service.d")["Service"]
    variables = variables_of(apache, service)
    assert start_in_unit(service, variables)
    apachectl(apache, "start", **variables)
    assert is_good_in_unit(service, variables)
    assert_jailed(apache)


@pytest.mark.parametrize("name", ("apache2.service.d", "httpd.service.d"))
def test_drop_ins_and_a_server_without_the_shim(apache, name):
    """It has started, and the unit's last command says that it must not go on."""
    config = {"CHROOTSHIM_CONFIG": f"{apache.tree}/chrootshim.conf"}
    apache.start()
    assert not is_good_in_unit(drop_in(name)["Service"], config)


def hardening(name):
    """What a drop-in says of its service besides how the shim comes to it."""
    return [(key, value.replace(name, "NAME")) for key, value in drop_in(f"{name}.service.d")["Service"]
            if key not in ("Environment", "ExecStartPre")]


def test_drop_ins_differ_in_nothing_else():
    assert hardening("apache2") == hardening("httpd")
    assert len(hardening("httpd")) > 20
    assert drop_in("apache2.service.d")["Unit"] == drop_in("httpd.service.d")["Unit"]


@pytest.mark.parametrize("name", ("apache2.service.d", "httpd.service.d"))
def test_drop_ins_without_the_library(apache, name):
    """The unit's server is not started."""
    sections = drop_in(name)
    assert ("AssertPathExists", "/etc/chrootshim.conf") in sections["Unit"]
    config = {"CHROOTSHIM_CONFIG": f"{apache.tree}/chrootshim.conf"}
    for library in "absent.so", apache.write("libchrootshim.so", "no library"):
        assert not start_in_unit(sections["Service"], {"LD_PRELOAD": library, **config})


def test_drop_in_of_rhel(apache):
    """Its unit starts the server itself, and reads no file of variables."""
    service = drop_in("httpd.service.d")["Service"]
    assert "EnvironmentFile" not in dict(service)
    variables = variables_of(apache, service)
    assert start_in_unit(service, variables)
    with subprocess.Popen(
            ["apache2", "-f", apache.conf, "-DFOREGROUND"], stdin=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], **variables}) as server:
        try:
            assert_jailed(apache)
        finally:
            server.terminate()


@pytest.mark.parametrize("path", DROP_INS, ids=lambda path: path.parent.name)
def test_systemd_takes_the_drop_in(tmp_path, path):
    """systemd-analyze says what is wrong; where there is none, the tests above have read it."""
    assert set(drop_in(path.parent.name)) == {"Unit", "Service"}
    if not shutil.which("systemd-analyze"):
        return
    unit = tmp_path / path.parent.name.removesuffix(".d")
    unit.write_text(UNIT)
    # It asks whether each program is there, and chrootshim need not be installed here.
    (tmp_path / path.parent.name).mkdir()
    (tmp_path / path.parent.name / path.name).write_text(
        replaced(path.read_text(), ("/usr/bin/chrootshim ", "/bin/true ")))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit],
                          env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
