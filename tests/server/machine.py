"""Mount namespaces: one of the test's own, in which it may change /etc, /run and /dev, and others'."""
# SPDX-License-Identifier: Apache-2.0
import atexit
import ctypes
import fcntl
import os
import shutil
import subprocess
import sys
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


def _at_end(directory, path):
    """Unmount what is mounted at a directory, and remove what it was made of."""
    owner = os.getpid()

    def remove():
        if owner == os.getpid():
            run("umount", "--lazy", directory)
            shutil.rmtree(path)

    atexit.register(remove)


def _bind_own(directory):
    """An empty directory that lasts as long as this process; it is to be bound to another one."""
    path = tempfile.mkdtemp(prefix="chrootshim-machine-", dir="/srv")
    os.chmod(path, 0o755)
    _at_end(directory, path)
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


def own_layer(directory):
    """What is made or changed in a directory of the machine is the test's own; nothing is copied."""
    layer = tempfile.mkdtemp(prefix="chrootshim-machine-", dir="/srv")
    for name in "upper", "work":
        os.mkdir(f"{layer}/{name}", 0o755)
    run("mount", "-t", "overlay", "overlay", "-o",
        f"lowerdir={directory},upperdir={layer}/upper,workdir={layer}/work", directory)
    _at_end(directory, layer)


def own_run(name, user):
    """An empty /run/NAME of the user's, also where the machine has none."""
    if not os.path.isdir(f"/run/{name}"):
        own_copy("/run")
        os.mkdir(f"/run/{name}", 0o755)
    own_empty(f"/run/{name}", user)


AUTOFS_IOC_READY = 0x9360
AUTOFS_V5_PACKET_SIZE = 304


def mount_when_asked(path, fill):
    """Mount a tmpfs at a path as soon as somebody looks (autofs); fill(path) fills it."""
    read, write_end = os.pipe()
    ready, tell = os.pipe()
    if os.fork() == 0:
        # Those of its own process group, it does not see.
        os.setpgid(0, 0)
        options = f"fd={write_end},pgrp={os.getpgrp()},minproto=5,maxproto=5,direct"
        ctypes.CDLL(None).mount(b"auto", path.encode(), b"autofs", 0, options.encode())
        trigger = os.open(path, os.O_RDONLY)
        os.write(tell, b"x")
        packet = os.read(read, AUTOFS_V5_PACKET_SIZE)
        run("mount", "-t", "tmpfs", "tmpfs", path)
        fill(path)
        fcntl.ioctl(trigger, AUTOFS_IOC_READY, int.from_bytes(packet[8:12], sys.byteorder))
        os._exit(0)
    os.read(ready, 1)
    for fd in (read, write_end, ready, tell):
        os.close(fd)


def write(path, text, mode=0o644):
    """Replace a file, as administrators' programs do: the new one is another inode."""
    new = f"{path}.new"
    with open(new, "w") as file:
        file.write(text)
    os.chmod(new, mode)
    os.rename(new, path)
    return path


def trust(certificate):
    """Take an authority into the machine's bundle, as update-ca-certificates does."""
    name = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", certificate], check=True,
                          capture_output=True, text=True).stdout.strip()
    place = f"/etc/ssl/certs/{name}.0"
    if os.path.lexists(place):
        os.remove(place)
    shutil.copy(certificate, place)
    with open("/etc/ssl/certs/ca-certificates.crt", "a") as bundle, open(certificate) as added:
        bundle.write(added.read())


def all_mounts(pid, link="ns/mnt"):
    """
    Each mount of a process's namespace, or of one that it holds: its type and options by its place.
    /proc/PID/mountinfo would show what lies below the process's root alone.
    """
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    other = os.open(f"{pid}/{link}", os.O_RDONLY, dir_fd=proc)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        if ctypes.CDLL(None).setns(other, CLONE_NEWNS) == 0:
            with open(os.open("self/mountinfo", os.O_RDONLY, dir_fd=proc), "rb") as file:
                os.write(write, file.read())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    with open(read) as file:
        lines = [line.split() for line in file]
    os.close(proc)
    os.close(other)
    return {line[4]: (line[line.index("-") + 1], set(line[5].split(","))) for line in lines}
