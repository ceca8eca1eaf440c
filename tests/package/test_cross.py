"""Built for another machine: the library and the command, with what is noted of libconfig there."""
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import re
import subprocess
import tempfile

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]

# Debian's name of each machine: its libraries' directory, what meson and qemu call it, what readelf
# does, and what its compiler asks for by itself: that of Debian 13's armhf asks for 64 bits.
MACHINES = {
    "arm64": ("aarch64-linux-gnu", "aarch64", "AArch64", ""),
    "armhf": ("arm-linux-gnueabihf", "arm", "ARM", "-D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64"),
}

# Debian's packages for that machine; nothing is installed, they are unpacked in a directory.
PACKAGES = ("libconfig-dev", "libconfig9", "libjson-c-dev", "libjson-c5")

APT = """\
Dir::State "{place}";
Dir::State::status "{place}/status";
Dir::Cache "{place}";
APT::Architecture "{machine}";
APT::Architectures {{ "{machine}"; }};
APT::Sandbox::User "root";
"""

CROSS = """\
[binaries]
c = '{multiarch}-gcc'
ar = '{multiarch}-ar'
strip = '{multiarch}-strip'
pkgconfig = 'pkgconf'

[properties]
sys_root = '{root}'
pkg_config_libdir = '{root}/usr/lib/{multiarch}/pkgconfig'

[host_machine]
system = 'linux'
cpu_family = '{family}'
cpu = '{family}'
endian = 'little'
"""


def run(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **options)
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


class Cross:
    """Another machine, of which meson is told; its libraries lie in a directory."""

    def __init__(self, machine, place):
        self.multiarch, self.family, self.readelf, self.defaults = MACHINES[machine]
        self.place = place
        self.file = place / "cross"
        self.file.write_text(CROSS.format(root=place / "root", multiarch=self.multiarch,
                                          family=self.family))


@pytest.fixture(name="cross", scope="module", params=MACHINES)
def cross_file(request, tmp_path_factory):
    place = tmp_path_factory.mktemp("cross")
    (place / "status").touch()
    (place / "apt.conf").write_text(APT.format(place=place, machine=request.param))
    apt = {"env": {**os.environ, "APT_CONFIG": str(place / "apt.conf")}, "cwd": place}
    # An archive may be out of step for a while; whether the packages are there, is told below.
    subprocess.run(["apt-get", "-q", "update"], stdout=subprocess.DEVNULL, check=False, **apt)
    run("apt-get", "-q", "download", *PACKAGES, **apt)
    for deb in place.glob("*.deb"):
        run("dpkg-deb", "-x", deb, place / "root")
    return Cross(request.param, place)


def configure(cross, build, *options):
    return subprocess.run(["meson", "setup", f"--cross-file={cross.file}", "--prefix=/usr",
                           "-Dtests=false", f"-Dc_args={cross.defaults}", *options, build,
                           SOURCE],
                          capture_output=True, text=True, check=False)


def test_the_library_directory_must_be_told(cross, tmp_path):
    """For another machine, meson knows none of Debian's."""
    done = configure(cross, tmp_path / "build")
    assert f"give -Dlibdir=lib/{cross.multiarch}" in done.stdout and done.returncode != 0


@pytest.fixture(name="build", scope="module")
def built(cross):
    build = cross.place / "build"
    done = configure(cross, build, f"-Dlibdir=lib/{cross.multiarch}")
    assert done.returncode == 0, done.stdout
    run("ninja", "-C", build)
    return build


def test_it_is_built(cross, build, tmp_path):
    run("meson", "install", "-C", build, "--destdir", tmp_path)
    library = f"lib/{cross.multiarch}/libchrootshim.so"
    for path in library, "bin/chrootshim":
        header = run("readelf", "-h", tmp_path / "usr" / path)
        assert re.search(rf"Machine: +{cross.readelf}\n", header)
    # What programs call there that are built for times of 64 bits.
    exported = run("nm", "-D", "--defined-only", tmp_path / "usr" / library)
    assert ("__recvmsg64" in exported) == (cross.family == "arm")


def test_the_command_runs_there(cross, build, tmp_path):
    """It finds the libconfig of that machine by the name that was noted: it reads a file."""
    (tmp_path / "settings").write_text("jail = 5;\n")
    done = subprocess.run(
        [f"qemu-{cross.family}", "-L", f"/usr/{cross.multiarch}",
         "-E", f"LD_LIBRARY_PATH={build.parent}/root/usr/lib/{cross.multiarch}",
         build / "shim/command/chrootshim", "check", "--config", tmp_path / "settings"],
        capture_output=True, text=True, check=False)
    assert "settings:1: jail has a value of the wrong type" in done.stdout


LISTS = """\
execl inherited 1 2 3 4 5 6 7 8 9
execlp inherited 1 2 3 4 5 6 7 8 9
execle given 1 2 3 4 5 6 7 8 9
dprintf 1 2 3.0 4 5 6 7 8 9
vdprintf 1 2 3.0 4 5 6 7 8 9
open 641
openat 612
fcntl 77 0
"""


def test_lists_of_arguments(cross, build, tmp_path):
    """There, a function that was given a va_list has not moved its caller's on, as on x86-64."""
    run(f"{cross.multiarch}-gcc", "-o", tmp_path / "lists", SOURCE / "tests/package/lists.c")
    with tempfile.TemporaryDirectory(prefix="chrootshim-", dir="/srv") as jail:
        os.chmod(jail, 0o755)
        done = subprocess.run(
            [f"qemu-{cross.family}", "-L", f"/usr/{cross.multiarch}",
             "-E", f"LD_PRELOAD={build}/shim/libchrootshim.so", "-E", f"CHROOTSHIM_JAIL={jail}",
             tmp_path / "lists", tmp_path], capture_output=True, text=True, check=False)
    assert done.stdout == LISTS, done.stderr
