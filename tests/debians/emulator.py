"""Finds the emulator of another processor, and what the kernel must be told of it."""
# SPDX-License-Identifier: Apache-2.0
import glob
import shutil
import subprocess

# Debian's package, where the emulator of qemu-user is not linked statically.
PACKAGE = "qemu-user-static"

# Of each machine, by the kernel's name: qemu's name, the class and the machine in its ELF files.
KINDS = {"x86_64": ("x86_64", 2, 62), "i686": ("i386", 1, 3), "aarch64": ("aarch64", 2, 183),
         "armv7l": ("arm", 1, 40)}


def is_static(path):
    """A tree has neither the loader nor the libraries of the host."""
    headers = subprocess.run(["readelf", "-lW", path], capture_output=True, text=True, check=False)
    return headers.returncode == 0 and "INTERP" not in headers.stdout


def find(machine, directory):
    """The path of an emulator that needs no libraries: the host's, or Debian's, unpacked; or None."""
    name = f"qemu-{KINDS[machine][0]}"
    for path in filter(None, (shutil.which(name), shutil.which(f"{name}-static"))):
        if is_static(path):
            return path
    # Nothing is installed: a package that was would tell the host's kernel of all emulators.
    subprocess.run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", PACKAGE],
                   cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    for deb in glob.glob(f"{directory}/*.deb"):
        subprocess.run(["dpkg-deb", "-x", deb, f"{directory}/files"], check=True)
    path = shutil.which(f"{name}-static", path=f"{directory}/files/usr/bin")
    return path if path and is_static(path) else None


def registration(machine, directory):
    """
    The line for the kernel (binfmt_misc): programs of this machine run by its emulator, which stays
    open (F), gets the name that it is called by (P), and rights by the program's file (C). None: no
    emulator.
    """
    path = find(machine, directory)
    if path is None:
        return None
    _, width, number = KINDS[machine]
    # The header of an ELF file: programs, and shared objects that are programs.
    magic = b"\x7fELF" + bytes([width, 1, 1]) + bytes(9) + bytes([2, 0, number, 0])
    mask = b"\xff" * 7 + b"\0" + b"\xff" * 8 + b"\xfe\xff\xff\xff"
    return f":matrix-{machine}:M::{escaped(magic)}:{escaped(mask)}:{path}:FPC"


def escaped(text):
    return "".join(f"\\x{byte:02x}" for byte in text)
