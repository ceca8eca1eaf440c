"""Checks the pages of the manual: both tools for manuals find nothing wrong, and nothing is missing.

Usage: manual.py ACCEPTS PAGE...   (the program accepts.c; the pages, built)
"""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import subprocess
import sys
import tempfile

accepts, *pages = sys.argv[1:]

SECTIONS = ["NAME", "DESCRIPTION", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO"]

failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


def run(*words, text=None):
    result = subprocess.run(words, input=text, capture_output=True, encoding="utf-8",
                            env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80"})
    return result.stdout, result.stderr + (f"status {result.returncode}" if result.returncode else "")


def settings_in(source):
    """The examples that are a whole file of settings."""
    blocks = re.findall(r"^\.nf\n(?:\.RS 4\n)?(.*?)^\.fi$", source, re.M | re.S)
    plain = [re.sub(r"\\[&%]|\\f[BIR]", "", block).replace("\\-", "-") for block in blocks]
    return [block for block in plain if block.lstrip().startswith("jail = ")]


for page in pages:
    name = os.path.basename(page)
    _, complaints = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page)
    check(not complaints, f"{name}: man: {complaints}")
    found, _ = run("mandoc", "-Tlint", "-Wwarning", page)
    check(not found, f"{name}: mandoc: {found}")
    source = open(page, encoding="utf-8").read()
    heads = [head.strip('"') for head in re.findall(r"^\.SH (.*)$", source, re.M)]
    for section in SECTIONS:
        check(section in heads, f"{name} has no section {section}")
    check(not re.search(r"@\w+@", source), f"{name} has a place that nothing was put into")

examples = settings_in(open(next(page for page in pages if page.endswith(".conf.5"))).read())
check(len(examples) >= 3, "chrootshim.conf(5) has no examples of whole files")
for example in examples:
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(example)
        file.flush()
        answer, complaints = run(accepts, file.name)
        check(not complaints, f"an example of chrootshim.conf(5) is refused: {answer}")

print(*failures, sep="\n")
print(f"{0 if failures else 1} passed, {len(failures)} failed")
sys.exit(1 if failures or len(pages) < 2 else 0)
