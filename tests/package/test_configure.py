"""What configure refuses, each in one line, and where it puts what is configured."""
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import re
import subprocess
import sysconfig

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]

# What the dynamic linker makes of $LIB.
LIB = f"lib/{sysconfig.get_config_var('MULTIARCH')}"

# Says of the C library that it is older than it is; all else is as it is.
OLDER = """\
#include_next <features.h>
#undef __GLIBC_MINOR__
#define __GLIBC_MINOR__ {minor}
"""


@pytest.fixture(name="configure")
def configured(tmp_path):
    """Runs meson setup: its result, with the build directory."""
    def run(*options, **variables):
        done = subprocess.run(
            ["meson", "setup", "-Dtests=false", *options, tmp_path / "build", SOURCE],
            env={**os.environ, **variables}, capture_output=True, text=True, check=False)
        done.build = tmp_path / "build"
        return done

    return run


def refusal(done):
    """The one line that says why configure ends."""
    assert done.returncode != 0, done.stdout
    lines = re.findall(r"ERROR: Problem encountered: (.*)", done.stdout)
    assert len(lines) == 1, done.stdout
    return lines[0]


def without(directory, program):
    """A search path on which all is found but this program."""
    directory.mkdir()
    for folder in os.environ["PATH"].split(":"):
        for found in os.scandir(folder) if os.path.isdir(folder) else ():
            if found.name != program and not os.path.lexists(directory / found.name):
                os.symlink(found.path, directory / found.name)
    return str(directory)


def test_musl(configure):
    done = configure(CC="musl-gcc")
    assert refusal(done) == "chrootshim needs glibc: the C library of musl-gcc is another one"


@pytest.mark.parametrize("minor, is_refused", ((30, True), (31, False)))
def test_an_older_glibc(configure, tmp_path, minor, is_refused):
    (tmp_path / "features.h").write_text(OLDER.format(minor=minor))
    done = configure(CFLAGS=f"-isystem {tmp_path}")
    if is_refused:
        assert refusal(done) == "chrootshim needs glibc 2.31 or newer: cc has 2.30"
    else:
        assert done.returncode == 0, done.stdout


class TestMultiarch:
    """Where Debian's loader looks for libraries."""

    def test_it_is_missing(self, configure, tmp_path):
        """What meson takes where dpkg-dev is not installed."""
        path = without(tmp_path / "bin", "dpkg-architecture")
        line = refusal(configure("--prefix=/usr", PATH=path))
        assert re.fullmatch(f"the loader looks for libraries in /usr/{LIB}, and not in "
                            f"/usr/lib(64)?: install dpkg-dev, or give -Dlibdir={LIB}", line)

    def test_it_is_given(self, configure, tmp_path):
        path = without(tmp_path / "bin", "dpkg-architecture")
        done = configure("--prefix=/usr", f"-Dlibdir={LIB}", PATH=path)
        assert done.returncode == 0, done.stdout

    @pytest.mark.parametrize("libdir", ("lib64", "lib/chrootshim"))
    def test_another_one_is_given(self, configure, libdir):
        done = configure("--prefix=/usr", f"-Dlibdir={libdir}")
        assert done.returncode == 0, done.stdout

    def test_another_prefix(self, configure, tmp_path):
        """/usr/local/lib is one of those where Debian's loader looks."""
        path = without(tmp_path / "bin", "dpkg-architecture")
        done = configure("--prefix=/usr/local", PATH=path)
        assert done.returncode == 0, done.stdout


class TestSettingsFile:
    def name(self, done):
        assert done.returncode == 0, done.stdout
        text = (done.build / "shim/build.h").read_text()
        return re.search(r'DEFAULT_SETTINGS_FILE "(.*)"', text).group(1)

    @pytest.mark.parametrize("prefix, path", (("/usr", "/etc/chrootshim.conf"),
                                              ("/usr/local", "/usr/local/etc/chrootshim.conf")))
    def test_it_is_in_sysconfdir(self, configure, prefix, path):
        assert self.name(configure(f"--prefix={prefix}")) == path

    def test_it_is_given(self, configure):
        done = configure("-Dsettings_file=/srv/etc/jails.conf")
        assert self.name(done) == "/srv/etc/jails.conf"

    def test_it_must_be_absolute(self, configure):
        line = refusal(configure("-Dsettings_file=jails.conf"))
        assert line == "settings_file must be a path from the root, and is jails.conf"
