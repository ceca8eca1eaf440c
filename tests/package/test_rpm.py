"""The RPM packages: built from the spec, as far as a Debian can tell."""
# SPDX-License-Identifier: Apache-2.0
import subprocess

import pytest

from conftest import build


@pytest.fixture(name="rpms", scope="module")
def built_rpms(tmp_path_factory):
    """By their names; --nodeps, as what the build needs has been installed by another manager."""
    paths = build("build-rpm", tmp_path_factory.mktemp("rpms"), "--nodeps")
    return {ask(path, "--queryformat", "%{NAME}").strip(): path for path in paths}


def ask(path, *options):
    return subprocess.run(["rpm", "--query", "--package", *options, path], check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def test_what_lies_in_them(rpms):
    assert set(rpms) == {"chrootshim", "chrootshim-devel"}
    files = set(ask(rpms["chrootshim"], "--list").split())
    assert {"/usr/bin/chrootshim", "/usr/share/chrootshim/services.conf"} <= files
    libraries = {path.rpartition("/")[2] for path in files if path.startswith("/usr/lib64/")}
    assert libraries == {"libchrootshim.so", "libchrootshim.so.1"}
    files = set(ask(rpms["chrootshim-devel"], "--list").split())
    assert files == {"/usr/include/chrootshim.h", "/usr/lib64/pkgconfig/chrootshim.pc"}


@pytest.mark.parametrize("name", ("chrootshim", "chrootshim-devel"))
def test_they_run_no_script(rpms, name):
    """So nothing of them can touch a server that runs."""
    assert ask(rpms[name], "--scripts", "--triggers", "--filetriggers") == ""
