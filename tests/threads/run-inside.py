"""Runs a program as one that a worker has started: "/" is the jail, by a name that is not there.

usage: run-inside.py PROGRAM    (the shim's path is in SHIM_LIBRARY)
"""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import subprocess
import sys
import tempfile

JAIL = "/the-jail-by-its-outside-name"


def main():
    tree = tempfile.mkdtemp(prefix="chrootshim-threads-", dir="/srv")
    try:
        os.mkdir(f"{tree}/tmp")
        os.symlink("file", f"{tree}/link")
        with open(f"{tree}/file", "w") as file:
            file.write("text\n")
        root = os.stat("/")
        environment = {"LD_PRELOAD": os.environ["SHIM_LIBRARY"], "CHROOTSHIM_JAIL": JAIL,
                       "CHROOTSHIM_INSIDE": f"{root.st_dev}:{root.st_ino}"}
        result = subprocess.run([sys.argv[1], JAIL + tree, "inside"], env=environment, timeout=120,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True)
    finally:
        shutil.rmtree(tree)
    print(result.stdout + result.stderr, end="")
    return 0 if (result.returncode, result.stdout, result.stderr) == (0, "0 failures\n", "") else 1


if __name__ == "__main__":
    sys.exit(main())
