"""Compares, for all programs of this machine, the libraries that are found in the headers of files
with those that the loader lists when it is asked (which the library never does).

Usage: closures.py CLOSURES   (the program closures.c)
"""
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import glob
import os
import re
import subprocess
import sys

CACHE = "/etc/ld.so.cache"
# What glibc calls the variants of a library for some processors: all are found, one is listed.
VARIANT = "/glibc-hwcaps/"

[closures] = sys.argv[1:]


def elf(path):
    """Is it an ELF file of this machine's kind?"""
    with open(path, "rb") as file, open("/proc/self/exe", "rb") as own:
        mine, its = own.read(20), file.read(20)
    return len(its) == 20 and its[:6] == mine[:6] and its[18:] == mine[18:]


def programs():
    """Programs, and the modules of servers and languages."""
    for pattern in ("/usr/bin/*", "/usr/sbin/*", "/usr/lib/apache2/modules/*.so",
                    "/usr/lib/php/20*/*.so", "/usr/lib/python3*/lib-dynload/*.so",
                    "/usr/lib/*-linux-gnu/*.so.*", "/usr/lib/*-linux-gnu/*/*.so"):
        for path in glob.glob(pattern):
            if os.path.isfile(path) and os.access(path, os.R_OK) and elf(path):
                yield path


def loader(path):
    """The loader that a program names; this machine's, if it names none."""
    headers = subprocess.run(["readelf", "-lW", path], capture_output=True, text=True).stdout
    named = re.search(r"program interpreter: (.*)\]", headers)
    return named.group(1) if named else None


def listed(path):
    """What the loader lists: nothing where a library is missing, or the program is a static one."""
    result = subprocess.run([LOADER, "--list", path], capture_output=True, text=True,
                            env={"LC_ALL": "C"})
    return path, {os.path.normpath(library) for library in
                  re.findall(r"(/\S.*) \(0x", result.stdout)}


LOADER = loader(sys.argv[1])
paths = sorted(programs())
found = {}
for line in subprocess.run([closures], input="\n".join(paths), check=True, capture_output=True,
                           text=True).stdout.splitlines():
    path, *files = line.split("\t")
    found[path] = files

failures = []
compared = 0
with concurrent.futures.ThreadPoolExecutor() as pool:
    for path, expected in pool.map(listed, paths):
        # It lists itself only where it is needed by name; a program needs it in any case.
        files = {file for file in found[path] if VARIANT not in file} - {CACHE, LOADER}
        expected = {file for file in expected if VARIANT not in file} - {LOADER}
        failed = any(file.startswith("!") for file in files)
        compared += 1
        if files != expected and not (failed and not expected):
            failures.append(f"{path}: {sorted(files ^ expected)}")

print(*failures, sep="\n")
print(f"{compared - len(failures)} passed, {len(failures)} failed")
sys.exit(1 if failures or compared < 300 else 0)
