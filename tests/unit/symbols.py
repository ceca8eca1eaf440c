"""Compares the table of hooks with what the library exports, and with what libc has.

Usage: symbols.py LIBRARY TABLE LIBC-NAMES [LIBC.SO...]   (another libc than that of the library)
"""
# SPDX-License-Identifier: Apache-2.0
import re
import sys

import libc

library, table, harmless, *others = sys.argv[1:]


def exports(file):
    """The names that a library has for others."""
    lines = libc.output("nm", "-D", "--defined-only", file).splitlines()
    return {line.split()[-1].split("@")[0] for line in lines}


with open(table, encoding="ascii") as file:
    source = file.read()
with open(library, "rb") as elf:
    is_narrow = elf.read(5)[4] == 1  # ELFCLASS32
time64 = set(re.findall(r"^HOOK_TIME64\(\w+, (\w+)\)$", source, re.M))
hooked = set(re.findall(r"^HOOK(?:_NEWER)?\(\w+, (\w+)\)$", source, re.M))
hooked |= time64 if is_narrow else set()
newer = set(re.findall(r"^HOOK_NEWER\(\w+, (\w+)\)$", source, re.M)) | time64
excepted = set(re.findall(r'^NOT_HOOKED\((\w+), ".+"\)$', source, re.M))
with open(harmless, encoding="ascii") as file:
    source = file.read()
harmless = set(re.findall(r"^\w+$", source, re.M))
reviewed = libc.release(re.search(r"^# Reviewed: glibc 2\.\d+ to (2\.\d+)", source, re.M)[1])

exported = exports(library)
needed = set(re.findall(r"NEEDED.*\[(.*)\]", libc.output("readelf", "-d", library)))
came = libc.releases(*(others or libc.parts(library)))
provided = set(came)
# A machine to which glibc came late has no older release than this.
first, last = min(came.values()), max(came.values())

# What a worker writes as it enters is to be copied for it by one page fault: system/written_at_entry.h.
PAGE = 4096
sections = libc.output("readelf", "-SW", library)
numbers = re.search(r"\bwritten_at_entry +PROGBITS +(.*)", sections).group(1).split()
begin, size = int(numbers[0], 16), int(numbers[2], 16)

# Other names of the same function: for large files, for FORTIFY, for old programs, for libraries,
# and for times of 64 bits where long has 32.
FORMS = ("{}64", "__{}", "__{}64", "__{}_chk", "__{}_2", "__{}64_2", "__x{}", "__x{}64",
         "__{}_time64", "__{}64_time64", "__isoc23_{}")
siblings = {form.format(name) for name in hooked for form in FORMS}


def told(names):
    """Names, each with the release that it came with."""
    return " ".join(f"{name} ({'.'.join(map(str, came[name]))})" if name in came else name
                    for name in sorted(names))


def is_newer(name):
    return came[name] > max(libc.MINIMUM, first)


unknown = provided - hooked - excepted - harmless
checks = {
    "hooked, but not exported": hooked - exported,
    "public, but not exported": {"chrootshim_active", "chrootshim_role"} - exported,
    "exported, but neither hooked nor chrootshim_*":
        {name for name in exported - hooked if not name.startswith("chrootshim_")},
    "hooked, but not in libc": hooked - provided - newer,
    "HOOK, but the oldest libc that is supported does not have it: HOOK_NEWER":
        {name for name in hooked & provided - newer if is_newer(name)},
    "HOOK_NEWER, but each libc that is supported has it: HOOK":
        {name for name in newer & provided if came[name] <= libc.MINIMUM},
    "an exception, but hooked": excepted & hooked,
    "an exception, but not in libc": excepted - provided if last >= libc.MERGED else set(),
    "libc has it, and nobody has looked at it: does it take or give a path, start a process or tell "
    "of its role? Hook it, or give a reason in symbols.h; if it does not, its line in libc-names; "
    "then write the release at the beginning of libc-names": unknown,
    "in libc-names, but newer than the release at its beginning":
        {name for name in provided & harmless if came[name] > reviewed},
    "in libc-names, and in the table as well": harmless & (hooked | excepted | time64),
    "libc has it, and it is another form of a hooked function":
        siblings & provided - hooked - excepted,
    "bytes written at the entry that lie beside their page": {
        f"{begin:x}+{size}"} if begin % PAGE or size > PAGE else set(),
    "libraries needed besides libc":
        {name for name in needed if not re.fullmatch(libc.PARTS if last < libc.MERGED
                                                     else r"libc\.so\.6", name)},
}

failed = {what: found for what, found in checks.items() if found}
for what, found in failed.items():
    print(f"{what}: {told(found)}")
print(f"{len(checks) - len(failed)} passed, {len(failed)} failed")
sys.exit(1 if failed or len(hooked) < 100 or len(time64) < 20 else 0)
