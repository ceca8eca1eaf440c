"""Compares what README.md and the examples say of settings and services with the code's tables.

Usage: documents.py TABLES ACCEPTS SOURCE   (the programs tables.c, accepts.c; the source's root)
"""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import subprocess
import sys
import tempfile

tables, accepts, source = sys.argv[1:]

rows = [line.split("\t") for line in subprocess.run(
    [tables], check=True, capture_output=True, encoding="utf-8").stdout.splitlines()]
# Of each: variable, default, meaning.
keys = {row[1]: (row[2], row[4], row[5]) for row in rows if row[0] == "key"}
# Of each: name, what it brings, what becomes of it under chroot.
services = [row[1:] for row in rows if row[0] == "service"]
readme = open(f"{source}/README.md").read()
example = open(f"{source}/examples/httpd/chrootshim.conf").read()

failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


def table(head):
    """The rows of the table in the README whose head begins so; each row a list of its cells."""
    text = readme[readme.index(f"\n| {head}"):]
    lines = re.match(r"\n((?:\|.*\n)+)", text).group(1).splitlines()[2:]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


def plain(cell):
    return cell.strip(' `"')


def unmarked(cell):
    return cell.replace("`", "")


def tells(cell, meaning):
    """A cell may go on behind what the code's table says."""
    return re.match(re.escape(meaning) + r"(?:[,;:]? |$)", unmarked(cell))


documented = {plain(row[0]): row for row in table("key |")}
check(list(documented) and set(documented) == set(keys),
      f"README's table of keys: {sorted(set(documented) ^ set(keys))}")
for name, row in documented.items():
    variable, default, meaning = keys.get(name, ("", "", ""))
    check(plain(row[1]) == variable, f"README: the variable of {name}: {row[1]}")
    check(plain(row[2]) == default or (not default and row[2] in ("none", "any", "required", "installed")),
          f"README: the default of {name}: {row[2]}, and not {default}")
    check(tells(row[3], meaning), f"README: the meaning of {name}: {row[3]}, and not {meaning}")
told = [[unmarked(cell) for cell in row] for row in table("`services` | brings")]
check([row[0] for row in told] == [row[0] for row in services],
      f"README's table of services has not the same names, in the same order: {[row[0] for row in told]}")
for row in told:
    check(row in services, f"README's table of services: {row} is not what service_texts.h has")

# The example with all that is commented out: valid, complete, and true where it tells a default.
active = re.sub(r"^// (\w+ = .*;)$", r"\1", example, flags=re.M)
check(set(re.findall(r"^(\w+) = ", active, re.M)) == set(keys), "the example has not every key")
for name, (_, default, _) in keys.items():
    told = re.search(rf"^// {name} = (.*);$", example, re.M)
    if default:
        check(told and plain(told.group(1)) == default, f"the example: the default of {name}")
for text in (example, active):
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(text)
        file.flush()
        result = subprocess.run([accepts, file.name], capture_output=True, text=True)
        check(result.returncode == 0, f"the example is refused: {result.stdout}")

# The one with sections is good, and knows the programs of the drop-ins.
result = subprocess.run([accepts, f"{source}/examples/servers/chrootshim.conf"], capture_output=True, text=True)
check(result.returncode == 0, f"the example with sections is refused: {result.stdout}")
sections = open(f"{source}/examples/servers/chrootshim.conf").read()
for name in ("apache2", "nginx", "php-fpm"):
    drop_in = open(f"{source}/examples/systemd/{name}.service.d/chrootshim.conf").read()
    server = re.search(r"status --server (\S+)", drop_in).group(1)
    check(f'programs = [ "{server}" ];' in sections, f"the example with sections has none for {server}")

# Each variable is the key's name in capitals: nobody has to look one up.
for name, (variable, *_) in keys.items():
    check(variable == f"CHROOTSHIM_{name.upper()}", f"{name} has the variable {variable}")
for path in ("README.md", "tests/README.md", "shim/README.md", "examples/comparison.md"):
    for link in re.findall(r"`((?:shim|tests|examples|include)/[a-z][\w./-]*)`", open(f"{source}/{path}").read()):
        check(os.path.exists(f"{source}/{link}"), f"{path} names {link}, which is not there")

# A file says its duty first, then its licence.
for room in ("include", "shim", "tests", "examples"):
    for folder, _, names in os.walk(f"{source}/{room}"):
        for path in (f"{folder}/{name}" for name in names if name.endswith((".c", ".h", ".py"))):
            check("SPDX-License-Identifier: Apache-2.0" in open(path).read(1000),
                  f"{os.path.relpath(path, source)} has no SPDX line")

print(*failures, sep="\n")
print(f"{0 if failures else 1} passed, {len(failures)} failed")
sys.exit(1 if failures or len(keys) < 20 or len(services) < 10 else 0)
