"""Gives the test process a mount namespace of its own, in which it may change /etc, /run and /dev."""
import atexit
import ctypes
import os
import shutil
import subprocess
import tempfile

CLONE_NEWNS = 0x20000


def own_mounts():
    """Leave the machine's mount namespace; what is mounted from now on ends with this process."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWNS)")
    run("mount", "--make-rprivate", "/")


def run(*command):
    subprocess.run(command, check=True)


def _bind_own(directory):
    """An empty directory that lasts as long as this process; it is to be bound to another one."""
    path = tempfile.mkdtemp(prefix="chrootshim-machine-", dir="/srv")
    os.chmod(path, 0o755)
    owner = os.getpid()

    def remove():
        if owner == os.getpid():
            run("umount", "--lazy", directory)
            shutil.rmtree(path)

    atexit.register(remove)
    return path


def own_copy(directory):
    """A copy of a directory of the machine in its place: files can be replaced by rename."""
    copy = _bind_own(directory)
    run("cp", "-a", "--one-file-system", f"{directory}/.", copy)
    run("mount", "--bind", copy, directory)


def own_empty(directory, user=None):
    """An empty directory in the place of one of the machine."""
    empty = _bind_own(directory)
    run("mount", "--bind", empty, directory)
    if user:
        shutil.chown(directory, user, user)


def write(path, text, mode=0o644):
    """Replace a file, as administrators' programs do: the new one is another inode."""
    new = f"{path}.new"
    with open(new, "w") as file:
        file.write(text)
    os.chmod(new, mode)
    os.rename(new, path)
    return path
