"""Checks the pages of the manual: both tools for manuals find nothing wrong, and nothing is missing.

Usage: manual.py ACCEPTS COMMAND PAGE...   (the programs accepts.c, chrootshim; the pages, built)
"""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import subprocess
import sys
import tempfile

accepts, command, *pages = sys.argv[1:]

SECTIONS = ["NAME", "DESCRIPTION", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO"]

# What mandoc has against the marks that newer versions of scdoc make.
SCDOC = re.compile(r"skipping paragraph macro|cannot parse date")

failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


def run(*words, text=None):
    result = subprocess.run(words, input=text, capture_output=True, encoding="utf-8",
                            env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80"})
    return result.stdout, result.stderr + (f"status {result.returncode}" if result.returncode else "")


def page_named(end):
    """The source of a page, with what is typed as it is typed."""
    path = next(page for page in pages if page.endswith(end))
    return open(path, encoding="utf-8").read().replace("\\&", "").replace("\\-", "-")


def settings_in(source):
    """The examples that are a whole file of settings."""
    blocks = re.findall(r"^\.nf\n\.RS 4\n(.*?)^\.fi$", source, re.M | re.S)
    return [block for block in blocks if block.startswith("jail = ")]


def parts_of(source):
    """Its sections and subsections, by their heads."""
    heads = re.split(r"^\.S[HS] (.*)\n", source, flags=re.M)
    return {head.strip('"'): body for head, body in zip(heads[1::2], heads[2::2])}


def options_named(part):
    """The options whose text begins there."""
    return sorted(re.findall(r"(?:\A|^\.(?:PP?|RE)\n)\\fB(--[a-z][\w-]*)", part, re.M))


def listed(*words):
    """The words that the command lists."""
    return [line.split("\t")[0] for line in run(command, "--list", *words)[0].splitlines()]


for page in pages:
    name = os.path.basename(page)
    _, complaints = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page)
    check(not complaints, f"{name}: man: {complaints}")
    found = [line for line in run("mandoc", "-Tlint", "-Wwarning", page)[0].splitlines()
             if not SCDOC.search(line)]
    check(not found, f"{name}: mandoc: {found}")
    source = open(page, encoding="utf-8").read()
    heads = [head.strip('"') for head in re.findall(r"^\.SH (.*)$", source, re.M)]
    for section in SECTIONS:
        check(section in heads, f"{name} has no section {section}")
    check(not re.search(r"@\w+@", source), f"{name} has a place that nothing was put into")

# chrootshim(1) has each subcommand and each option of it, and none that is not there.
source = page_named("chrootshim.1")
parts = parts_of(source)
subcommands = listed("subcommands")
check(len(subcommands) > 0, "the command lists no subcommands")
described = re.findall(r"^\.SS (.*)$", source[source.index(".SH SUBCOMMANDS"):], re.M)
check(described == subcommands, f"chrootshim(1) describes {described}, and there are {subcommands}")
for name in subcommands:
    check(f"\\fBchrootshim {name}\\fR" in parts["SYNOPSIS"], f"chrootshim(1) has no synopsis of {name}")
    options = listed("options", name)
    own, common = options[:options.index("--config")], options[options.index("--config"):][:4]
    named = options_named(parts.get(name, ""))
    check(named == sorted(own), f"chrootshim(1), {name}: {sorted(set(named) ^ set(own)) or named}")
    named = options_named(parts["OPTIONS OF ALL SUBCOMMANDS"])
    check(named == sorted(common), f"chrootshim(1), options of all: {named}")

examples = settings_in(page_named(".conf.5"))
check(len(examples) >= 3, "chrootshim.conf(5) has no examples of whole files")
for example in examples:
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(example)
        file.flush()
        answer, complaints = run(accepts, file.name)
        check(not complaints, f"an example of chrootshim.conf(5) is refused: {answer}")

print(*failures, sep="\n")
print(f"{0 if failures else 1} passed, {len(failures)} failed")
sys.exit(1 if failures or len(pages) < 3 else 0)
