"""Jails that have a language: root has brought it, once for all lives of all servers of a test."""
# SPDX-License-Identifier: Apache-2.0
import atexit
import functools
import os
import shutil
import subprocess
import tempfile

from apache import TREES
from chrootshim import chrootshim

MANIFEST = ".chrootshim-manifest"


@functools.cache
def _populated(service):
    made = tempfile.TemporaryDirectory(prefix="chrootshim-populated-", dir=TREES)
    atexit.register(made.cleanup)
    os.chmod(made.name, 0o755)
    result = chrootshim("populate", "--service", service, settings={"jail": made.name}, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    return made.name


def bring(service, jail):
    """Have a jail that `chrootshim populate` has filled, which takes no time but at the first call."""
    source = _populated(service)
    subprocess.run(["cp", "-al", f"{source}/.", jail], check=True)
    # What the shim has noted must be one file alone.
    shutil.copy(f"{source}/{MANIFEST}", f"{jail}/{MANIFEST}.new")
    shutil.move(f"{jail}/{MANIFEST}.new", f"{jail}/{MANIFEST}")


class InLanguage:
    """A row whose workers load parts of their language after they are jailed."""

    # The service that brings it.
    language = None

    def open(self, mode, cleanups):
        super().open(mode, cleanups)
        if mode == "rootless":
            # Nobody but root can bring it.
            self.settings = {}
        if mode in ("chroot", "rootless"):
            bring(self.language, self.jail)
        return self
