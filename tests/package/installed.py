"""A Debian in a directory, as a machine that packages are installed in, and what lies in it."""
# SPDX-License-Identifier: Apache-2.0
import hashlib
import os
import pathlib
import shutil
import stat
import subprocess

import debian
import processes

# What Debian's Apache with jailed workers needs, and a booted machine.
PACKAGES = ("systemd", "systemd-sysv", "dbus", "procps", "curl", "apache2")

# What apt and dpkg remember, and what a running machine has.
VOLATILE = ("dev", "proc", "root", "run", "sys", "tmp", "var/cache", "var/lib/apt",
            "var/lib/dpkg/lock", "var/lib/dpkg/lock-frontend", "var/lib/dpkg/triggers/Lock",
            "var/log")

APT = ["apt-get", "-q", "-y", "-o", "Dpkg::Options::=--force-unsafe-io", "--no-install-recommends"]

# A container that boots nothing: no service manager is there, and no network.
CONTAINER = """\
mount -t tmpfs tmpfs /run && exec systemd-nspawn --quiet --register=no --keep-unit \
        --private-network --link-journal=no --resolv-conf=off --timezone=off --pipe \
        --tmpfs=/run/lock --capability=all --system-call-filter=@known \
        --directory="$0" "$@"
"""


class Machine(debian.Machine):
    """A Debian without chrootshim, of the host's version or a named one."""

    def make(self, suite=None, more=()):
        super().make((*PACKAGES, *more), library=False, suite=suite,
                     options=["--skip=cleanup/apt"])  # apt knows its packages

    def put(self, paths, directory="/root"):
        """Copy files into it; return their paths there."""
        for path in paths:
            shutil.copy(path, f"{self.tree}{directory}")
        return [f"{directory}/{os.path.basename(path)}" for path in paths]

    def debs(self):
        """What has been built in it, for people to install."""
        return [f"/root/debs/{path.name}" for path in pathlib.Path(f"{self.tree}/root/debs").iterdir()
                if path.suffix == ".deb" and "dbgsym" not in path.name]

    def chroot(self, *command):
        """Run a command in the tree, with the host's network; return what it prints."""
        done = subprocess.run(["unshare", "--mount", "chroot", self.tree, *command],
                              env=debian.ENVIRONMENT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=600, check=False)
        assert done.returncode == 0, done.stdout[-6000:]
        return done.stdout

    def apt(self, *words):
        return self.chroot(*APT, *words)

    def contain(self, *command):
        """Run a command as in a container: what it prints."""
        done = subprocess.run(["unshare", "--mount", "sh", "-c", CONTAINER, self.tree, *command],
                              env=debian.ENVIRONMENT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=300, check=False)
        processes.collect()
        assert done.returncode == 0, done.stdout
        return done.stdout

    def files(self):
        """All that lies in it: by path, what it is; of files in /etc, also what they hold."""
        found = {}
        for folder, directories, names in os.walk(self.tree):
            inside = os.path.relpath(folder, self.tree)
            directories[:] = [name for name in directories
                              if os.path.normpath(f"{inside}/{name}") not in VOLATILE]
            for name in directories + names:
                path = os.path.normpath(f"{inside}/{name}")
                if path not in VOLATILE and not path.endswith("-old"):
                    found[path] = describe(f"{folder}/{name}", path.startswith("etc/"))
        return found


def describe(path, with_contents):
    about = os.lstat(path)
    words = [stat.filemode(about.st_mode), about.st_uid, about.st_gid]
    if stat.S_ISLNK(about.st_mode):
        words.append(os.readlink(path))
    elif with_contents and stat.S_ISREG(about.st_mode):
        words.append(hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest())
    return words


def newer(deb, directory):
    """The same package again, with a higher version."""
    tree = f"{directory}/newer"
    subprocess.run(["dpkg-deb", "--raw-extract", deb, tree], check=True)
    control = pathlib.Path(f"{tree}/DEBIAN/control")
    control.write_text(control.read_text().replace("\nVersion: ", "\nVersion: 9:"))
    made = f"{directory}/newer_{os.path.basename(deb)}"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", tree, made], check=True,
                   stdout=subprocess.DEVNULL)
    return made
