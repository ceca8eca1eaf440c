"""The C library of this machine: its names, and the release that each of them came with."""
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess
import sys

# Of what it consists before glibc 2.34; since then, of the first alone.
PARTS = r"lib(?:c|pthread|dl|rt|util)\.so\.\d"
MERGED = (2, 34)

# The oldest that is supported: `meson.build` refuses another.
MINIMUM = (2, 31)


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def parts(program=sys.executable):
    """The files of the C library of a program that is linked with it, or of a library."""
    return re.findall(rf"\b{PARTS} => (\S+)", output("ldd", program))


def release(version):
    """Of "GLIBC_2.36": (2, 36)."""
    return tuple(int(number) for number in version.removeprefix("GLIBC_").split("."))


def releases(*files):
    """Of each public name: the first release of glibc, on this machine, that had it."""
    found = {}
    for line in "".join(output("objdump", "-T", file) for file in files).splitlines():
        match = re.search(r" \(?(GLIBC_[\d.]+)\)? +(\w+)$", line)
        if match and "*UND*" not in line and match[2] != match[1]:
            version = release(match[1])
            found[match[2]] = min(found.get(match[2], version), version)
    return found
