"""A process that renames a file without a pause, as on a machine that is busy with files."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import subprocess

PROGRAM = """\
import os, sys
parent, path = int(sys.argv[1]), sys.argv[2]
print(flush=True)
while os.getppid() == parent:
    for _ in range(1000):
        os.rename(path, path + "-")
        os.rename(path + "-", path)
"""


@contextlib.contextmanager
def renamed(path):
    """The file is renamed while this lasts."""
    renamer = subprocess.Popen(["/usr/bin/python3", "-c", PROGRAM, str(os.getpid()), path],
                               stdout=subprocess.PIPE)
    try:
        renamer.stdout.readline()
        yield
    finally:
        renamer.kill()
        renamer.wait()
        renamer.stdout.close()
