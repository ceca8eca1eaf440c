"""Checks that no list of arguments is read on after a function has had it.

A va_list that was passed by value is indeterminate afterwards: on x86-64 and i386 it is where it was
or has moved on, as the function happens to be compiled; on AArch64 it never moves. What shall be read
on is passed by its address.

Usage: lists.py SOURCE
"""
# SPDX-License-Identifier: Apache-2.0
import glob
import re
import sys

# From the line of a function's name, or what follows it, to the brace that closes the function.
FUNCTION = re.compile(r"^(?:\w[^;{}]*\n)+?\{\n.*?^\}", re.M | re.S)


def faults(function):
    """The lists of a function that are passed by value, and used besides."""
    for name in set(re.findall(r"\bva_list (\w+)", function)):
        for body in re.split(rf"\bva_end\({name}\)", function):
            body = re.sub(rf"\bva_(?:list |start\(|copy\(){name}\b", "", body)
            read = re.findall(rf"\bva_arg\({name}\b", body)
            passed = re.findall(rf"[(,]\s*{name}\b", body)
            if len(passed) > len(read) and len(passed) > 1:
                yield name


found = total = 0
for path in sorted(glob.glob(f"{sys.argv[1]}/**/*.c", recursive=True)):
    with open(path, encoding="utf-8") as file:
        source = file.read()
    for function in FUNCTION.findall(source):
        if "va_list" not in function:
            continue
        total += 1
        for name in faults(function):
            print(f"{path}: {name} is used after a function has had it: pass its address\n{function}")
            found += 1
print(f"{total - found} passed, {found} failed")
sys.exit(1 if found or total == 0 else 0)
