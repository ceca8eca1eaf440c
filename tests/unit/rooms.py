"""Checks that the rooms of shim/ use those below them only, and that no hook is called from inside.

Usage: rooms.py SOURCE TABLE LIBRARY...   (the libraries of the rooms, from the ground up)
"""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import re
import subprocess
import sys

import libc

source, table, *libraries = sys.argv[1:]

rooms = [os.path.basename(library)[len("lib"):-len(".a")] for library in libraries]
floor = {room: number for number, room in enumerate(rooms)}
TOP = len(rooms)  # init.c
# The command stands beside the library, on the same rooms.
COMMAND = "command"
COMMAND_USES = {"system", "settings", "view", "jail", "supply", COMMAND}
# Built for the machine that builds, of a few files.
MANUAL = "man"
# What old headers lack: taken in by the compiler, and included by no room.
COMPAT = "compat"


def nm(*arguments):
    """The symbols that nm prints, without their versions."""
    lines = subprocess.run(["nm", *arguments], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1].split("@")[0] for line in lines.splitlines() if len(line.split()) > 1}


def includes():
    """Of each file: the rooms' headers that it includes, as (file, its floor, header)."""
    for path in glob.glob(f"{source}/**/*.[ch]", recursive=True):
        name = os.path.relpath(path, source)
        if name.startswith((f"{COMMAND}/", f"{MANUAL}/", f"{COMPAT}/")):
            continue
        here = floor[name.split("/")[0]] if "/" in name else TOP
        for header in re.findall(r'^#include "(\w+/[\w.]+)"', open(path).read(), re.M):
            yield name, here, header


def command_includes():
    """Of each file of the command: the rooms' headers that it includes, as (file, room)."""
    for path in glob.glob(f"{source}/{COMMAND}/**/*.[ch]", recursive=True):
        for room in re.findall(r'^#include "(\w+)/[\w./]+"', open(path).read(), re.M):
            yield os.path.basename(path), room


hooked = set(re.findall(r"^HOOK(?:_NEWER|_TIME64)?\(\w+, (\w+)\)$", open(table).read(), re.M))
provided = set(libc.releases(*libc.parts()))
defined = {room: nm("--defined-only", "--extern-only", library)
           for room, library in zip(rooms, libraries)}
undefined = {room: nm("--undefined-only", library) for room, library in zip(rooms, libraries)}
above = {room: set().union(*(defined[other] for other in rooms[floor[room] + 1:]))
         for room in rooms}
all_includes = list(includes())

# Where long has 32 bits, these have ids of 16 bits, or sizes and times of 32: there is a later form.
NARROW = re.compile(r"\bSYS_(?:chown|fchown|lchown|[gs]etgroups|set(?:fs|re|res)?[ug]id|get(?:res)?[ug]id|"
                    r"f?statfs|f?truncate|_?llseek|lseek|mmap|pread64|pwrite64|getrlimit|setrlimit|"
                    r"clock_(?:gettime|settime|nanosleep)|ppoll|pselect6|select|nanosleep|utimensat|"
                    r"futex|recvmmsg|rt_sigtimedwait|semtimedop|timerfd_settime)\b")
# The one place that knows both forms.
KNOWS_NARROW = "system/call_numbers.h", "system/kernel.c"


def narrow_calls():
    for path in glob.glob(f"{source}/**/*.[ch]", recursive=True):
        name = os.path.relpath(path, source)
        if name not in KNOWS_NARROW:
            for call in NARROW.findall(open(path).read()):
                yield f"{name}: {call}"


checks = {
    "includes a room above its own":
        {f"{name} <- {header}" for name, here, header in all_includes
         if floor.get(header.split("/")[0], TOP) > here},
    "a room that the command must not use":
        {f"{name} <- {room}" for name, room in command_includes() if room not in COMMAND_USES},
    "uses what a room above defines":
        {f"{room}: {name}" for room in rooms for name in undefined[room] & above[room]},
    # What the library defines under a public name, the whole server would call.
    "a public name of libc, defined outside hooks/":
        {f"{room}: {name}" for room in rooms if room != "hooks"
         for name in defined[room] & provided},
    # Inside, the kernel is asked: a hook must never call a hook by accident.
    "a hooked name, called outside hooks/":
        {f"{room}: {name}" for room in rooms if room != "hooks"
         for name in hooked & undefined[room]},
    "a system call that is too narrow on machines of 32 bits (system/call_numbers.h)":
        set(narrow_calls()),
    # Hooks look at the state by this_process(), which cannot be written to.
    "the state of the process, reached for outside process/":
        {name for name, here, _ in all_includes if here != floor["process"]
         and re.search(r"\bprocess_state\b|process/self\.h", open(f"{source}/{name}").read())},
}

failed = {what: found for what, found in checks.items() if found}
for what, found in failed.items():
    print(f"{what}: {', '.join(sorted(found))}")
print(f"{len(checks) - len(failed)} passed, {len(failed)} failed")
sys.exit(1 if failed or len(hooked) < 100 or len(all_includes) < 50 or len(rooms) < 5
         or len(set(command_includes())) < 5 else 0)
