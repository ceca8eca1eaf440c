"""Checks on i386 that a hook with an optional argument never writes where the caller's may be missing.

Usage: frames.py LIBRARY

Arguments lie in the frame of the caller there, and a function may write to those that it is declared
with. Where an optional one was not given, its place is a variable of the caller's.
"""
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess
import sys

# How many arguments the caller always gives.
HOOKS = {"open": 2, "open64": 2, "__open": 2, "__open64": 2, "openat": 3, "openat64": 3,
         "fcntl": 2, "fcntl64": 2, "__fcntl": 2, "__fcntl_time64": 2}

INSTRUCTION = re.compile(r" +([0-9a-f]+):\t(?:rep |notrack |bnd )?(\S+) *([^<#]*)")
READS_ONLY = re.compile(r"cmp|test|lea|push|call|j|bt$|nop|f?comi|ucomi")
OF_STACK = re.compile(r"(-?)(?:0x([0-9a-f]+))?\(%esp\)$")


def read(path):
    """{address: (instruction, operands, address of the next)}, and {name: address} of functions."""
    said = subprocess.run(["objdump", "-d", "--no-show-raw-insn", path], check=True,
                          capture_output=True, text=True).stdout
    names = {name: int(address, 16)
             for address, name in re.findall(r"^([0-9a-f]+) <(\w+)(?:@@\S+)?>:$", said, re.M)}
    lines = [(int(match[1], 16), match[2], match[3].strip())
             for match in map(INSTRUCTION.match, said.splitlines()) if match]
    code = {address: (word, operands, following[0])
            for (address, word, operands), following in zip(lines, [*lines[1:], (None,)])}
    return code, names


def moved(word, operands):
    """By how much an instruction makes the stack longer."""
    if word.startswith("push"):
        return 4
    if word.startswith("pop"):
        return -4
    if match := re.match(r"\$(-?)0x([0-9a-f]+),%esp$", operands):
        size = int(match[2], 16) * (-1 if match[1] else 1)
        return {"sub": size, "add": -size}[word.rstrip("l")]
    if word == "lea" and operands.endswith(",%esp"):
        sign, size = OF_STACK.match(operands.removesuffix(",%esp")).groups()
        return int(size or "0", 16) * (1 if sign else -1)
    if operands.endswith(",%esp"):
        raise SystemExit(f"not understood: {word} {operands}")
    return 0


def writes(code, start, arguments):
    """The instructions that write above so many arguments, wherever the function goes."""
    left, seen, found = [(start, 0)], set(), []
    while left:
        address, depth = left.pop()
        if address in seen or address not in code:
            continue
        seen.add(address)
        word, operands, following = code[address]
        place = OF_STACK.search(operands.rpartition(",")[2] if operands.count("(") < 2 else operands)
        if place and not READS_ONLY.match(word):
            offset = int(place[2] or "0", 16) * (-1 if place[1] else 1) - depth
            if offset >= 4 + 4 * arguments:
                found.append(f"{address:x}: {word} {operands}")
        depth += moved(word, operands)
        target = int(operands, 16) if re.fullmatch("[0-9a-f]+", operands) else None
        if word == "call" and target == following:
            depth += 4
        elif word.startswith("j") and target is not None:
            left.append((target, depth))
        if not word.startswith(("ret", "jmp", "hlt", "ud2")):
            left.append((following, depth))
    return found


code, names = read(sys.argv[1])
failed = 0
for name in HOOKS.keys() & names.keys():
    for line in writes(code, names[name], HOOKS[name]):
        print(f"{name}() writes to what may be its caller's: {line}")
        failed += 1
print(f"{len(HOOKS.keys() & names.keys())} hooks, {failed} writes")
sys.exit(1 if failed or "open" not in names else 0)
