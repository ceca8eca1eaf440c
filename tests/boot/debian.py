"""A Debian with systemd as its first process, in a directory: made, booted, asked, rebooted, halted."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import tempfile

import processes
from processes import wait_until

SOURCE = pathlib.Path(__file__).resolve().parents[2]

# Below it, only root can change anything: jails lie in the tree.
TREES = "/srv"

PACKAGES = ("systemd", "systemd-sysv", "dbus", "procps", "curl", "logrotate", "apache2",
            "libconfig9", "libjson-c5", "libapache2-mod-php", "php-fpm", "php-mysql", "php-redis",
            "redis-server", "mariadb-server")

MIRROR = "http://deb.debian.org/debian"

# For what is installed in the booted machine, which has no network.
ARCHIVES = ("apache2", "apache2-bin", "libapache2-mod-wsgi-py3")
ARCHIVE = "/root/archives"
DOWNLOAD = ('--customize-hook='
            f'mkdir -p "$1{ARCHIVE}/partial" && chroot "$1" apt-get -q -y install --download-only '
            f'--reinstall --no-install-recommends -o Dir::Cache::Archives={ARCHIVE} '
            + " ".join(ARCHIVES),)

# Each hierarchy of control groups, whichever of them the host has.
HIERARCHIES = ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd")

# What systemd-nspawn keeps in /run ends with its own mount namespace.
NSPAWN = """\
mount -t tmpfs tmpfs /run && exec systemd-nspawn --boot --quiet --register=no --keep-unit \
        --private-network --link-journal=no --resolv-conf=off --timezone=off --console=pipe \
        --capability=all --system-call-filter=@known --system-call-filter=@default \
        --directory="$0" --machine="$1"
"""

ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
               "HOME": "/root", "LC_ALL": "C.UTF-8", "TERM": "dumb",
               "DEBIAN_FRONTEND": "noninteractive"}

# The status of systemd-nspawn that says: the machine is to be booted again (systemd-nspawn(1)).
REBOOT = 133


def end(process):
    """End a process that leads a group of its own, with what is in the group."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def sources():
    """Where the host has its packages from: files of apt."""
    directory = pathlib.Path("/etc/apt/sources.list.d")
    found = [*directory.glob("*.sources"), *directory.glob("*.list"),
             pathlib.Path("/etc/apt/sources.list")]
    return [str(path) for path in found if path.exists()]


class Group:
    """The control group of a machine, in each hierarchy."""

    def __init__(self, name):
        self.paths = [f"{path}/{name}" for path in HIERARCHIES
                      if os.path.exists(f"{path}/cgroup.procs")]
        for path in self.paths:
            os.mkdir(path)

    def join(self):
        for path in self.paths:
            pathlib.Path(f"{path}/cgroup.procs").write_text(str(os.getpid()))

    def remove(self):
        def removed():
            for path in self.paths:
                for folder, _, _ in os.walk(path, topdown=False):
                    with contextlib.suppress(OSError):
                        os.rmdir(folder)
            return not any(map(os.path.exists, self.paths))

        wait_until(removed, "an empty control group")


class Machine:
    """One Debian of the host's version; use as a context manager. Nothing of it is left."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="chrootshim-boot-", dir=TREES)
        self.tree = f"{self.directory}/tree"
        self.console = f"{self.directory}/console"
        self.nspawn = self.group = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.end()
        shutil.rmtree(self.directory)

    # The tree

    def make(self, packages=PACKAGES, library=True, suite=None, options=DOWNLOAD):
        """
        Packages, as apt brings them: of the host's version, or of the one that is named. The
        library, as README installs it; options of mmdebstrap.
        """
        log = open(f"{self.directory}/packages", "w")
        places = [f"deb {MIRROR} {suite} main"] if suite else sources()
        suite = suite or platform.freedesktop_os_release()["VERSION_CODENAME"]
        bootstrap = subprocess.Popen(
            ["unshare", "--mount", "mmdebstrap", "--variant=minbase", "--mode=root",
             "--dpkgopt=force-unsafe-io", '--aptopt=Apt::Install-Recommends "false"',
             f"--include={','.join(packages)}", *options, suite, self.tree, *places],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        try:
            if library:
                self.build()
            assert bootstrap.wait(timeout=1500) == 0, processes.read(log.name)[-4000:]
        finally:
            end(bootstrap)
            log.close()
        if library:
            subprocess.run(["meson", "install", "-C", f"{self.directory}/build", "--quiet",
                            "--destdir", self.tree], check=True, stdout=subprocess.DEVNULL)

    def build(self):
        log = open(f"{self.directory}/build.log", "w")
        with log:
            done = subprocess.run(
                ["meson", "setup", "--prefix=/usr", "--sysconfdir=/etc", "-Dtests=false",
                 f"{self.directory}/build", SOURCE], stdout=log, stderr=log, check=False)
            if done.returncode == 0:
                done = subprocess.run(["ninja", "-C", f"{self.directory}/build"], stdout=log,
                                      stderr=log, check=False)
        assert done.returncode == 0, processes.read(log.name)[-4000:]

    def write(self, path, text, mode=0o644):
        """Write a file of the tree."""
        inside = pathlib.Path(f"{self.tree}{path}")
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.write_text(text)
        inside.chmod(mode)

    def read(self, path):
        return processes.read(f"{self.tree}{path}")

    def remove(self, path):
        """Remove a file or a directory of the tree, which may be absent."""
        shutil.rmtree(f"{self.tree}{path}", ignore_errors=True)
        pathlib.Path(f"{self.tree}{path}").unlink(missing_ok=True)

    # Its life

    def first(self):
        """The machine's process 1, by the host's number."""
        for pid in processes.descendants(self.nspawn.pid):
            if processes.status(pid, "NSpid").split()[-1:] == ["1"]:
                return pid
        return None

    def boot(self):
        """Boot it, and wait until all that is enabled has been started."""
        name = os.path.basename(self.directory).replace("_", "x")  # no machine may have a "_"
        self.group = Group(name)
        with open(self.console, "w") as console:
            self.nspawn = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "sh", "-c", NSPAWN,
                 self.tree, name],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                start_new_session=True, preexec_fn=self.group.join)
        wait_until(self.is_up, "the boot", 300)

    def is_up(self):
        assert self.nspawn.poll() is None, processes.read(self.console)
        if not self.first():
            return False
        state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        return state in ("running", "degraded")

    def leave(self, verb):
        """Power it off or reboot it; return the status of systemd-nspawn."""
        self.run("systemctl", verb, check=False)
        status = self.nspawn.wait(timeout=300)
        self.end()
        return status

    def halt(self):
        assert self.leave("poweroff") == 0, processes.read(self.console)

    def reboot(self):
        assert self.leave("reboot") == REBOOT, processes.read(self.console)
        self.boot()

    def end(self):
        """As if the power went."""
        if self.nspawn:
            for pid in processes.descendants(self.nspawn.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            end(self.nspawn)
        if self.group:
            self.group.remove()
        self.nspawn = self.group = None

    # What is done in it

    def run(self, *command, check=True, timeout=300, **options):
        """Run a command in the booted machine: its result, with both streams as text."""
        done = subprocess.run(
            ["nsenter", "--target", str(self.first()), "--mount", "--uts", "--ipc", "--net",
             "--pid", "--cgroup", "--root", "--wd", *command],
            env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=timeout, check=False, **options)
        assert not check or done.returncode == 0, (command, done.stdout, done.stderr)
        return done

    def shell(self, text, **options):
        """What a shell of the machine prints."""
        return self.run("sh", "-c", text, **options).stdout
