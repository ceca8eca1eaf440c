"""Compares the table of hooks with what the library exports and needs."""
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess
import sys

library, table, harmless = sys.argv[1:4]


def nm(*arguments):
    """The symbols that nm prints, with their versions."""
    lines = subprocess.run(["nm", *arguments], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1] for line in lines.splitlines() if len(line.split()) > 1}


def names(*arguments):
    """The same without versions, and without what libc keeps to itself."""
    return {name.split("@")[0] for name in nm(*arguments) if "GLIBC_PRIVATE" not in name}


source = open(table).read()
with open(library, "rb") as elf:
    is_narrow = elf.read(5)[4] == 1  # ELFCLASS32
time64 = set(re.findall(r"^HOOK_TIME64\(\w+, (\w+)\)$", source, re.M))
hooked = set(re.findall(r"^HOOK(?:_NEWER)?\(\w+, (\w+)\)$", source, re.M))
hooked |= time64 if is_narrow else set()
newer = set(re.findall(r"^HOOK_NEWER\(\w+, (\w+)\)$", source, re.M)) | time64
excepted = set(re.findall(r'^NOT_HOOKED\((\w+), ".+"\)$', source, re.M))
exported = names("-D", "--defined-only", library)
libc = subprocess.run(["ldd", library], check=True, capture_output=True, text=True).stdout
libc = re.search(r"libc\.so\.6 => (\S+)", libc).group(1)
provided = names("-D", "--defined-only", libc)
needed = subprocess.run(["readelf", "-d", library], check=True, capture_output=True, text=True)
needed = set(re.findall(r"NEEDED.*\[(.*)\]", needed.stdout))

with open(harmless, encoding="ascii") as lines:
    reviewed = {line.strip() for line in lines if not line.startswith("#")}
# The versions themselves are symbols, too.
named = {name for name in provided if not name.startswith("GLIBC_")}

# Other names of the same function: for large files, for FORTIFY, for old programs, for libraries,
# and for times of 64 bits where long has 32.
FORMS = ("{}64", "__{}", "__{}64", "__{}_chk", "__{}_2", "__{}64_2", "__x{}", "__x{}64",
         "__{}_time64", "__{}64_time64", "__isoc23_{}")
siblings = {form.format(name) for name in hooked for form in FORMS}

checks = {
    "hooked, but not exported": hooked - exported,
    "public, but not exported": {"chrootshim_active", "chrootshim_role"} - exported,
    "exported, but neither hooked nor chrootshim_*":
        {name for name in exported - hooked if not name.startswith("chrootshim_")},
    "hooked, but not in libc": hooked - provided - newer,
    "an exception, but hooked or not in libc": excepted & hooked | excepted - provided,
    "libc has it, and nobody has looked at it (libc-names)":
        named - hooked - excepted - reviewed,
    "in libc-names, and in the table as well": reviewed & (hooked | excepted | time64),
    "libc has it, and it is another form of a hooked function":
        siblings & provided - hooked - excepted,
    "libraries needed besides libc": needed - {"libc.so.6"},
}

failed = {what: found for what, found in checks.items() if found}
for what, found in failed.items():
    print(f"{what}: {' '.join(sorted(found))}")
print(f"{len(checks) - len(failed)} passed, {len(failed)} failed")
sys.exit(1 if failed or len(hooked) < 100 or len(time64) < 20 else 0)
