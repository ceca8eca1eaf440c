"""A mount and network namespace in which the machine's own files can be changed, and nothing stays."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess

import processes
from chrootshim import COMMAND, environment
from processes import wait_until

# Whatever is written there goes to memory.
CHANGED = ("/etc", "/var", "/srv", "/usr/sbin")

SET_UP = """\
set -e
mount -t tmpfs -o mode=755 tmpfs /mnt
for path in $*; do
        at=/mnt/$(echo $path | tr / _)
        mkdir $at $at.work
        mount -t overlay -o lowerdir=$path,upperdir=$at,workdir=$at.work overlay $path
done
# A jail is known by its inode, which an overlay changes as it is written to.
cp -a /var/www /mnt/www
mount --bind /mnt/www /var/www
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/lock
ip link set lo up
echo ready
exec sleep infinity
"""


class Sandbox:
    """Use as a context manager."""

    def __enter__(self):
        self.keeper = subprocess.Popen(
            ["unshare", "--mount", "--net", "--propagation", "private", "sh", "-c", SET_UP, "sh",
             *CHANGED], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        assert self.keeper.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_):
        self.keeper.send_signal(signal.SIGKILL)
        self.keeper.wait()
        self.keeper.stdout.close()
        processes.end_all()

    def end_servers(self):
        """All that was started in it."""
        def ended():
            processes.collect()
            left = [pid for pid in processes.descendants(os.getpid()) if pid != self.keeper.pid]
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return not left
        wait_until(ended, "the end of the servers")

    def path(self, path):
        """Where a file of the sandbox is seen from outside."""
        return pathlib.Path(f"/proc/{self.keeper.pid}/root{path}")

    def read(self, path):
        return self.path(path).read_text()

    def write(self, path, text, mode=0o644):
        self.path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path(path).write_text(text)
        self.path(path).chmod(mode)

    def remove(self, path):
        self.path(path).unlink()

    def copy(self, source, path):
        shutil.copy(source, self.path(path))

    def exists(self, path):
        return os.path.lexists(self.path(path))

    def run(self, *words, check=False, **options):
        """A command of root's in it."""
        options.setdefault("env", {**environment(), "PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"})
        with open("/dev/null") as nothing:
            return subprocess.run(
                ["nsenter", "-t", str(self.keeper.pid), "-m", "-n", "--wd=/", *words], text=True,
                stdin=nothing, capture_output=True, timeout=120, check=check, **options)

    def chrootshim(self, *words, **options):
        return self.run(COMMAND, *words, **options)

    def changes(self):
        """The files that differ from the machine's, by their names and what is in them."""
        found = {}
        for path in CHANGED:
            upper = self.path("/mnt" + "/" + path.replace("/", "_"))
            for file in sorted(upper.rglob("*")):
                name = f"{path}/{file.relative_to(upper)}"
                found[name] = file.read_text() if file.is_file() else None
        return found

    def master(self, pidfile):
        """The pid of a server, once it is there."""
        def pid():
            text = processes.read(str(self.path(pidfile)))
            return int(text) if text.strip() else 0
        return wait_until(pid, pidfile)
