"""The tree of another Debian: made, kept or removed, and the sources brought into it."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import fcntl
import os
import pathlib
import shutil
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Where the sources are in the tree: below it, only root can change anything.
SOURCE = "/usr/src/chrootshim"

# Below it, only root can change anything, too.
TREES = "/srv"

MIRROR = "http://deb.debian.org/debian"

# No service starts there (invoke-rc.d(8) asks); the lists of a mirror that is not looked after are old;
# translated manual pages only take time, as man-db reads each of them.
MAKE = ["mmdebstrap", "--quiet", "--variant=minbase", "--mode=root", "--skip=check/qemu,cleanup/apt",
        "--dpkgopt=force-unsafe-io", "--dpkgopt=path-exclude=/usr/share/man/??/*",
        "--dpkgopt=path-exclude=/usr/share/man/??_*/*", '--aptopt=Apt::Install-Recommends "false"',
        '--aptopt=Acquire::Check-Valid-Until "false"', '--aptopt=Acquire::Retries "3"']


class Failed(Exception):
    """The tree could not be made."""


@contextlib.contextmanager
def place(cache, name):
    """The path of the tree: in the cache, for this process alone; or of a tree that is removed."""
    if cache is None:
        with tempfile.TemporaryDirectory(prefix="chrootshim-matrix-", dir=TREES) as directory:
            os.chmod(directory, 0o755)
            yield f"{directory}/tree"
        return
    directory = os.path.realpath(cache)
    os.makedirs(directory, exist_ok=True)
    with open(f"{directory}/{name}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failed(f"{directory}/{name} is in use") from None
        yield f"{directory}/{name}"


def make(debian, suite, path):
    """A Debian with apt, unless it is there; what has only been begun is no tree."""
    if os.path.exists(path):
        return
    begun = f"{path}.new"
    shutil.rmtree(begun, ignore_errors=True)
    status, _ = debian.run(None, [*MAKE, f"--architectures={debian.architecture}", suite, begun,
                                  f"deb {MIRROR} {suite} main"])
    if status != 0:
        raise Failed(f"mmdebstrap makes no {suite} for {debian.architecture}")
    os.rename(begun, path)


def not_source(directory, names):
    """What is no part of the sources: see .gitignore."""
    builds = [name for name in names if name.startswith("build") and
              os.path.isdir(f"{directory}/{name}")] if os.path.samefile(directory, ROOT) else []
    return {".git", "__pycache__", *builds}


def bring_source(path):
    """A copy: nothing that runs there can write to the sources."""
    shutil.rmtree(f"{path}{SOURCE}", ignore_errors=True)
    shutil.copytree(ROOT, f"{path}{SOURCE}", symlinks=True, ignore=not_source)
    for name in "resolv.conf", "hosts":
        shutil.copy(f"/etc/{name}", f"{path}/etc/{name}")
