"""chrootshim check, in the jail: what dangles there, what is unsafe, and what is out of date."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import subprocess
import time

import pytest

import machine
from doctor import Patient


@pytest.fixture
def patient():
    with Patient() as patient:
        yield patient


def write(patient, name, text="text\n", mode=0o644, owner=0):
    """A file in the jail; its directories are root's."""
    path = patient.write(f"jail/{name}", text, mode)
    os.chown(path, owner, 0)
    os.chmod(path, mode)
    return path


def node(patient, name, kind, numbers):
    path = f"{patient.jail}/{name}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    subprocess.run(["mknod", path, kind, *numbers.split()], check=True)
    return path


# What is made in the jail: (settings, what makes it, its code, its severity, the begin of the cure).
CASES = {
    "a link that leads outside": (
        {}, lambda patient: (patient.write("shared/page", "page\n"),
                             patient.symlink("{tree}/shared", "htdocs/shared"),
                             f"{patient.path}/shared")[2],
        "absent", "warning", "expose = "),
    "a link by the jail's outside path": (
        {}, lambda patient: (write(patient, "releases/1/index.html"),
                             patient.symlink("{jail}/releases/1", "htdocs/current"))[1],
        "absolute-link", "warning", "self_link = true;"),
    "a set-id program": (
        {}, lambda patient: write(patient, "opt/su", mode=0o4755), "set-id", "note", "chmod ug-s "),
    "a set-id program that helps": (
        {"no_new_privs": "false"}, lambda patient: write(patient, "opt/su", mode=0o4755),
        "set-id", "error", "chmod ug-s "),
    "a disk": (
        {"isolation": "chroot"}, lambda patient: node(patient, "dev/disk", "b", "7 250"),
        "device", "error", "rm "),
    "memory": (
        {"isolation": "chroot"}, lambda patient: node(patient, "dev/mem", "c", "1 1"),
        "device", "warning", "rm "),
    "a disk that a namespace closes": (
        {}, lambda patient: node(patient, "dev/disk", "b", "7 250"), "device", "note", "rm "),
    "a library that a worker can write": (
        {}, lambda patient: write(patient, "usr/lib/own/own.so", owner=33),
        "writable-system", "warning", "chown root "),
    "a file in /etc that all can write": (
        {}, lambda patient: write(patient, "etc/hosts.own", mode=0o666),
        "writable-system", "warning", "chmod go-w "),
    "a hook without its shell": (
        {}, lambda patient: (write(patient, "git/a.git/hooks/pre-receive", "#!/bin/sh\n", 0o755),
                             "/bin/sh")[1],
        "absent", "warning", "services = "),
}

# What is no finding.
HEALTHY = {
    "nothing": lambda patient: None,
    "a relative link": lambda patient: patient.symlink("../htdocs/page", "other/page"),
    "a link that holds inside": lambda patient: patient.symlink("/htdocs", "pages"),
    "a link to nowhere": lambda patient: patient.symlink("/nowhere/at/all", "htdocs/nowhere"),
    "a link into /proc": lambda patient: patient.symlink("/proc/self/mounts", "etc/mtab"),
    "a link to what is brought": lambda patient: patient.symlink("/dev/null", "htdocs/nothing"),
    "the usual devices": lambda patient: node(patient, "dev/null", "c", "1 3"),
    "a worker's own files": lambda patient: write(patient, "srv/data/file", owner=33, mode=0o666),
    "an application's settings": lambda patient: write(patient, "etc/wiki/local.php", owner=33),
    "a sample of a hook": lambda patient: write(
        patient, "git/a.git/hooks/pre-receive.sample", "#!/bin/sh\n", 0o755),
    "a set-group-id directory": lambda patient: (write(patient, "data/file"),
                                                 os.chmod(f"{patient.jail}/data", 0o2755)),
}


@pytest.mark.parametrize("name", CASES)
def test_found_and_cured(patient, name):
    settings, make, code, severity, cure = CASES[name]
    patient.settings.update(settings)
    assert not patient.look()
    path = make(patient)
    finding, = patient.look()
    assert (finding["code"], finding["severity"]) == (code, severity)
    assert finding["path"] == path
    assert finding["cure"]["line"].startswith(cure)
    assert patient.status == ("note", "warning", "error").index(severity)
    patient.cure(finding)
    assert not patient.look()
    assert patient.status == 0


@pytest.mark.parametrize("name", HEALTHY)
def test_no_finding(patient, name):
    HEALTHY[name](patient)
    assert not patient.look()


def test_a_copy_of_long_ago(patient):
    """A library that was copied in by hand, and replaced outside since then."""
    machine.own_mounts()
    machine.own_empty("/usr/local/lib")
    source = "/usr/local/lib/own.so"
    machine.write(source, "before\n")
    copy = write(patient, source[1:], "before\n")
    assert not patient.look()
    time.sleep(1.1)
    machine.write(source, "afterwards\n")
    finding, = patient.look()
    assert (finding["code"], finding["path"], finding["severity"]) == ("stale", copy, "note")
    # Another program in its place, by intention.
    write(patient, source[1:], "own\n")
    os.chmod(copy, 0o644)
    assert not patient.look()


def test_what_is_brought_is_not_walked(patient):
    """Copies are as their source is, whose links lead outside by right."""
    source = f"{patient.path}/source"
    os.mkdir(source)
    shutil.copytree(source, f"{patient.jail}{source}")
    os.symlink(f"{patient.path}/run", f"{patient.jail}{source}/link")
    assert patient.names() == {("absent", f"{patient.path}/run")}
    patient.settings["expose"] = source
    assert not patient.look()


def test_many_of_a_kind(patient):
    """Ten are named, the others are counted."""
    for number in range(15):
        write(patient, f"opt/program{number}", mode=0o4755)
    found = patient.look()
    assert [finding["code"] for finding in found].count("set-id") == 10
    more, = [finding for finding in found if finding["code"] == "more"]
    assert "5 more set-id programs" in more["why"]


def test_nothing_outside_is_walked(patient):
    """Neither through a link, nor into what is mounted."""
    write(patient, "opt/program", mode=0o4755)
    os.symlink("/usr/bin", f"{patient.jail}/usr-bin")
    os.mkdir(f"{patient.jail}/mounted")
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", f"{patient.jail}/mounted"], check=True)
    try:
        with open(f"{patient.jail}/mounted/program", "w"):
            os.chmod(f"{patient.jail}/mounted/program", 0o4755)
        assert patient.names() >= {("set-id", f"{patient.jail}/opt/program")}
        assert len([name for name in patient.names() if name[0] == "set-id"]) == 1
    finally:
        subprocess.run(["umount", f"{patient.jail}/mounted"], check=True)
