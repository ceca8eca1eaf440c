"""What came out of README's commands in another Debian: a row of a table."""
# SPDX-License-Identifier: Apache-2.0
import re

HEAD = """\
| suite | machine | glibc | gcc | clang | meson | example | tests | minutes |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |"""

# What a shell there is asked, and says in words that versions() reads; absent programs say nothing.
VERSIONS = """\
exec 2>/dev/null
echo "glibc $(getconf GNU_LIBC_VERSION)"
echo "gcc $(gcc -dumpfullversion)"
echo "clang $(clang --version | head -n 1)"
echo "meson $(meson --version)"
"""

REFUSAL = re.compile(r"meson\.build:\d+:\d+: ERROR: (?:Problem encountered: )?(.*)")
LEFT_OUT = re.compile(r"^left out: (.*)$", re.M)
COUNTS = re.compile(r"^\d+ passed, \d+ failed, \d+ skipped$", re.M)


def versions(said):
    """The version of each program, of what VERSIONS prints: the first number in its line, or -."""
    found = {}
    for line in said.splitlines():
        name, _, words = line.partition(" ")
        number = re.search(r"\d+(\.\d+)+", words)
        found[name] = number.group() if number else "-"
    return found


class Row:
    """Each command is added with its exit status and what it printed: the example, then the tests."""

    def __init__(self, suite, architecture):
        self.suite = suite
        self.architecture = architecture
        self.example = self.tests = "-"
        self.is_green = True
        self.refusal = None
        self.versions = ""
        self.seconds = 0

    def add(self, command, status, printed):
        self.is_green = self.is_green and status == 0
        if status != 0:
            refusal = REFUSAL.search(printed)
            self.refusal = refusal and refusal.group(1).strip()
        if "tests/run" in command:
            counts = COUNTS.findall(printed)
            remarks = ["quick"] if command.endswith("--quick") else []
            left_out = LEFT_OUT.search(printed)
            if left_out:
                remarks.append(f"without {left_out.group(1)}")
            remark = f" ({', '.join(remarks)})" if remarks else ""
            self.tests = (counts[-1] if counts else "failed before the tests") + remark
        else:
            self.example = "passed" if status == 0 else "failed"

    def is_refused_as(self, documentation):
        """Does the documentation tell of what configure refuses: what chrootshim needs?"""
        need = re.search(r"needs ([^:]*)", self.refusal or "")
        return bool(need) and need.group() in " ".join(documentation.split())

    def __str__(self):
        found = versions(self.versions)
        tests = [self.example, self.tests]
        if self.refusal:
            tests = ["-", f"refused: {self.refusal}"]
        programs = [found.get(name, "-") for name in ("glibc", "gcc", "clang", "meson")]
        cells = [self.suite, self.architecture, *programs, *tests, f"{self.seconds / 60:.0f}"]
        return f"| {' | '.join(cells)} |"
