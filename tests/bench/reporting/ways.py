"""The ways in which a server is started: bare, the shim's, and what else confines a server."""
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import glob
import os

from apache import WORKER_USER

BARE, AGAIN = "bare", "bare, again"

# What a server reads of the machine, shown to it where the machine's own root is not.
MACHINE = ("/usr", "/etc")
LINKS = ("bin", "sbin", "lib", "lib64")


@dataclasses.dataclass(frozen=True)
class Way:
    """How a server is started, and what cannot be measured of it: {measure: reason}."""

    name: str
    colour: str
    # Variables of the shim, or None for a server without it.
    settings: dict = None
    user: str = None
    # Of a Site: what the server is started by, its environment, its directives.
    prefix: object = lambda site: []
    environment: object = lambda site: {}
    directives: object = lambda site: ""
    cannot: dict = dataclasses.field(default_factory=dict)

    # Does a link to a file outside lead there, and does it have `root` of the site as its root?
    leads_out: bool = False
    in_root: bool = False


def bubblewrap(site):
    """The machine's programs and settings, and the server's own tree, in namespaces of their own."""
    arguments = ["bwrap", "--cap-add", "ALL", "--unshare-pid", "--unshare-ipc", "--proc", "/proc",
                 "--dev", "/dev", "--tmpfs", "/tmp"]
    for path in MACHINE:
        arguments += ["--ro-bind", path, path]
    for name in LINKS:
        arguments += ["--symlink", f"usr/{name}", f"/{name}"]
    for path in (os.path.dirname(site.tree), site.tree):
        arguments += ["--perms", "0755", "--dir", path]
    for path in site.shown():
        arguments += ["--bind", path, path]
    return [*arguments, "--"]


def proot(site):
    """The same view, by ptrace."""
    arguments = ["proot", "-r", site.empty]
    for path in (*MACHINE, *(f"/{name}" for name in LINKS), "/dev", "/proc", *site.shown()):
        arguments += ["-b", path]
    return arguments


def fakechroot(site):
    """The jail's files by libc's functions; the programs and settings of the machine."""
    own = [path for path in site.shown() if path != site.jail]
    excluded = (*MACHINE, *(f"/{name}" for name in LINKS), "/dev", "/proc", *own)
    return site.fakechroot_environment() | {"FAKECHROOT_EXCLUDE_PATH": ":".join(excluded)}


def chroot_directory(site):
    """
    httpd's own. It translates no path, so the files are at one path in both views; and a thread's
    end needs libgcc_s, which the event MPM would not find in there.
    """
    libgcc = glob.glob("/usr/lib/*-linux-gnu*/libgcc_s.so.1")[0]
    return f"ChrootDir {site.root}\nLoadFile {libgcc}\n"


def shim(name, colour, user=None, **settings):
    return Way(f"shim, {name}", colour, settings=settings, user=user)


WAYS = (
    Way(BARE, "#444444", leads_out=True),
    Way(AGAIN, "#888888", leads_out=True),
    Way("ChrootDir", "#0b7285", directives=chroot_directory, in_root=True),
    shim("chroot", "#1864ab", landlock="off"),
    shim("chroot, Landlock", "#4dabf7", landlock="require"),
    shim("namespace", "#2b8a3e", isolation="namespace", landlock="off"),
    shim("namespace, Landlock", "#8ce99a", isolation="namespace", landlock="require"),
    shim("rootless", "#862e9c", user=WORKER_USER, landlock="off"),
    shim("rootless, Landlock", "#da77f2", user=WORKER_USER, landlock="require"),
    Way("bubblewrap", "#e67700", prefix=bubblewrap),
    Way("proot", "#c92a2a", prefix=proot, cannot={
        "calls": "a tracer of its own is attached already",
        "instructions": "its work is its tracer's, not the worker's",
    }),
    # No wall: it is libc's functions alone that see another root, and the kernel follows links.
    Way("fakechroot", "#f06595", environment=fakechroot, leads_out=True, in_root=True),
)
