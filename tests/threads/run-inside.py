"""Runs a program as one that a worker has started: "/" is the jail, by a name that is not there.

The jail is all of the machine, in another place, for the sanitizer needs much of it.

usage: run-inside.py PROGRAM    (the shim's path is in SHIM_LIBRARY)
"""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import subprocess
import sys
import tempfile

JAIL = "/the-jail-by-its-outside-name"

# In a mount namespace of its own: $1 is the directory, and the rest is run there.
ENTER = 'mount --rbind / "$1" && exec chroot "$@"'


def main():
    tree = tempfile.mkdtemp(prefix="chrootshim-threads-", dir="/srv")
    try:
        os.mkdir(f"{tree}/tmp")
        os.symlink("file", f"{tree}/link")
        with open(f"{tree}/file", "w") as file:
            file.write("text\n")
        root = os.stat("/")
        variables = [f"LD_PRELOAD={os.environ['SHIM_LIBRARY']}", f"CHROOTSHIM_JAIL={JAIL}",
                     f"CHROOTSHIM_INSIDE={root.st_dev}:{root.st_ino}"]
        os.mkdir(f"{tree}/machine")
        result = subprocess.run(
            ["unshare", "--mount", "sh", "-c", ENTER, "sh", f"{tree}/machine", "env", "-i",
             *variables, os.path.abspath(sys.argv[1]), JAIL + tree, "inside"],
            timeout=120, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    finally:
        shutil.rmtree(tree)
    print(result.stdout + result.stderr, end="")
    return 0 if (result.returncode, result.stdout, result.stderr) == (0, "0 failures\n", "") else 1


if __name__ == "__main__":
    sys.exit(main())
