"""A jail to be populated, in a tree of its own, and what is in it."""
# SPDX-License-Identifier: Apache-2.0
import hashlib
import json
import os
import stat
import subprocess

from chrootshim import chrootshim
from tree import Tree

MANIFEST = ".chrootshim-manifest"

LIBRARY = 'const char *version(void) {{ return "version {}"; }}\n'
PROGRAM = """
#include <stdio.h>
const char *version(void);
int main(void) { return puts(version()) < 0; }
"""


def snapshot(jail):
    """All that is in a jail: of each path what it is, whose, its mode and its content."""
    found = {}
    for top, directories, files in os.walk(jail):
        for name in directories + files:
            path = os.path.join(top, name)
            facts = os.lstat(path)
            content = None
            if stat.S_ISREG(facts.st_mode):
                with open(path, "rb") as file:
                    content = hashlib.sha256(file.read()).hexdigest()
            elif stat.S_ISLNK(facts.st_mode):
                content = os.readlink(path)
            found[path.removeprefix(jail)] = (
                facts.st_mode, facts.st_uid, facts.st_gid, facts.st_rdev, content)
    return found


def kept(found):
    """The same without the manifest, which may say the same in other words."""
    return {path: facts for path, facts in found.items() if path != f"/{MANIFEST}"}


class Populated:
    """Use as a context manager."""

    def __init__(self):
        self.tree = Tree()
        self.path = self.tree.jail

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tree.close()

    def populate(self, *words, **keywords):
        """Run chrootshim populate for this jail."""
        return chrootshim("populate", *words, settings={"jail": self.path}, **keywords)

    def answer(self, *words):
        """What it says as JSON."""
        return json.loads(self.populate(*words, "--json").stdout)

    def write(self, path, text, mode=0o644):
        """Write a file in the jail: its outside path."""
        return self.tree.write(f"jail{path}", text, mode)

    def outside(self, name, text, mode=0o644):
        """Write a file outside the jail: its path."""
        return self.tree.write(f"out/{name}", text, mode)

    def compile(self, name, text, *options):
        """Compile a program outside the jail: its path."""
        source = self.tree.write(f"{name}.c", text)
        path = f"{self.tree.path}/{name}"
        subprocess.run(["cc", source, "-o", path, *options], check=True)
        return path

    def program_with_library(self, version, path=None):
        """A program that needs libown.so.VERSION, which lies beside it; the old one is gone then.
        @path: the list of directories in which it looks for it; that one."""
        directory = f"{self.tree.path}/own"
        os.makedirs(directory, exist_ok=True)
        for name in os.listdir(directory):
            os.unlink(f"{directory}/{name}")
        library = f"{directory}/libown.so.{version}"
        self.compile(f"own/libown.so.{version}", LIBRARY.format(version), "-shared", "-fPIC",
                     f"-Wl,-soname,libown.so.{version}")
        program = self.compile("own/program", PROGRAM, library, f"-Wl,-rpath,{path or directory}")
        return program

    def run(self, *command, **variables):
        """Run a command in the jail: what it prints."""
        result = subprocess.run(["/usr/sbin/chroot", self.path, *command], capture_output=True, text=True,
                                env={"PATH": "/usr/bin:/bin", "HOME": "/", **variables})
        assert result.returncode == 0, result.stderr
        return result.stdout

    def files(self):
        """All in the jail that is no directory, but for the manifest."""
        return {os.path.join(top, name).removeprefix(self.path)
                for top, _, files in os.walk(self.path) for name in files if name != MANIFEST}
