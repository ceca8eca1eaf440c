"""Runs programs/fault_server.c with a fault in each of the shim's calls, and judges what came of it."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess

from tree import NOBODY, SOURCES, Tree, compile_program

# As in programs/fault.h.
SERVER, BUILDER, ALLOCATION = range(3)
HANG, KILL = 1000, 1001

FATAL_STATUS = 15
EXIT_CONFIG = 78
STATUS = {"listen": EXIT_CONFIG, "fork": EXIT_CONFIG, "enter": FATAL_STATUS, "seen": FATAL_STATUS}

LINE = re.compile(r"^chrootshim\[\d+\]: (?:error|warning): .+$", re.M)

# What a fault may leave as it is, or may change: by the call, and why. Every other one ends the
# process. As everywhere, a worker that goes on is as confined as one without any fault.
OF_THE_ENTRY = {
    r"close|fcntl 1030|mmap|mprotect|munmap|faccessat2 \S+\.so": ("", "it works as well without"),
    r"prctl 3": ("", "whether its files in /proc are its own is not asked, but made so"),
    r"openat \S+/server\.pid|read": ("", "a pidfile that cannot be read names no new master"),
    r"getsockopt": ("", "what cannot be looked at counts as what serves"),
    r"unshare 67072": ("", "then /proc counts the threads, and close_range() is asked"),
    r"(statx|openat) /proc/self/fd": ("", "then they are listed, or each number is tried"),
    r"openat \S+/lock": ("lock", "httpd opens its lock file by name then, and says that"),
    r"setfsuid": ("lock", "then no lock file is carried"),
    r"ioctl": ("", "an epoll descriptor is told in another way"),
    r"statx ?|fcntl [13]|fstatfs|readlinkat \d+": (
        "lock", "a descriptor of which nothing is known is replaced"),
    r"getcwd|chdir /htdocs": ("cwd", "the working directory is the jail then"),
    r"keyctl 1": ("", "EPERM: only a filter says so; keys are refused to the worker as well"),
    r"prctl 24": ("bounding", "without CAP_SETPCAP: no_new_privs is as good"),
}
TOLERATED = {
    "listen": {
        **OF_THE_ENTRY,
        r"allocation|close|fcntl 1030|rt_sigprocmask|clock_gettime|gettid|kill|wait4|prctl 1|exit_group|"
        r"mmap|mprotect|munmap": (
            "", "it works as well without, or the kernel has done it for all that"),
        r"openat /proc/\d+/stat": ("", "no other server is told which process this one is"),
        r"(openat|read)( /etc/nsswitch\.conf)?": ("", "name services are loaded when they are asked"),
        r"(statx|readlinkat) \w+|openat (/proc/self/fd/\d+|hostname)": (
            "", "what cannot be compared is copied anew"),
        r"unlinkat \S+\.chrootshim(/\d+)?": ("", "there was none"),
        r"(openat|statx|unlinkat|renameat2) \.chrootshim-manifest(\.new)?|flock|fchmod|preadv|write": (
            "", "what cannot be noted in the manifest is not, and stays in the jail"),
        r"openat (\.|dev|etc|srv)|statx \.\w+\.chrootshim|getdents64": (
            "", "what cannot be looked for, of what was made once, stays in the jail"),
        r"statx (index|favicon|robots|wp-config)?\.\w+": (
            "", "a jail that looks like a site is told of, and no more"),
        r"landlock_create_ruleset 1": ("", "the worker asks again"),
        r"prctl 23": ("", "what is not known to be gone from the bounding set is dropped"),
        r"setresuid": ("", "it is root already; if not, the entry that is tried next fails"),
        r"openat2 /\S*": ("", "it is for speed: then a source is walked step by step"),
        r"statx (/dev/\S+|/etc/hostname|\S+/(exposed|directory))": (
            "", "only for what is mounted when somebody looks"),
        r"(statx|readlinkat) (/proc/self/exe|\S+/fault_server)": ("", "only for a program that starts itself again"),
    },
    "fork": {
        r"(openat|read).*|statx .*|unlinkat \S+\.chrootshim": (
            "", "a pidfile that cannot be read is taken for the server's own; the rest is "
                "looked at again at the next fork"),
        r"flock|preadv|write": ("", "what cannot be noted in the manifest is not"),
        r"fstatfs": ("", "what the master has seen is not relied upon: a worker checks the jail by itself"),
        r"close|fcntl 1030|rt_sigprocmask|clock_gettime|gettid|kill|wait4|prctl 1|dup3|exit_group|"
        r"mmap|mprotect|munmap": (
            "", "it works as well without, or the kernel has done it for all that"),
    },
    "enter": OF_THE_ENTRY,
    "seen": {**OF_THE_ENTRY, r"statx /\S*": ("", "then a worker checks the jail by itself")},
}

# Calls that must be among those that end a process: else the way was not tried.
MUST_CLOSE = {
    ("enter", "chroot"): {"chroot .", "fchdir", "openat etc", "statx /", "dup3", "capset",
                          "keyctl 1", "prctl 38", "landlock_restrict_self", "getdents64"},
    ("enter", "namespace"): {"chroot .", "setns", "openat etc", "statx /", "dup3", "capset",
                             "keyctl 1", "prctl 38", "landlock_restrict_self", "getdents64"},
    ("enter", "rootless"): {"chroot .", "unshare 268435456", "openat /proc/self/uid_map", "write",
                            "fchdir", "statx /", "dup3", "capset", "prctl 38"},
    ("listen", "chroot"): {"openat log", "statx log", "sendfile", "renameat2 .exposed.chrootshim",
                           "getdents64", "mmap", "madvise", "pipe2", "clone", "ppoll", "chroot .",
                           "keyctl 1", "capset", "landlock_restrict_self"},
    ("listen", "namespace"): {"pipe2", "clone", "ppoll", "mount /", "open_tree ",
                              "mount_setattr", "pivot_root .", "umount2 .", "move_mount", "fsmount"},
    ("listen", "rootless"): {"clone", "unshare 268435456", "chroot .", "openat /proc/self/gid_map"},
}

# What is seen without a check, or without a list, needs neither.
MUST_CLOSE.update({("seen", isolation): calls - {"openat etc", "getdents64"}
                   for (phase, isolation), calls in tuple(MUST_CLOSE.items()) if phase == "enter"})

# Of these, those that do not where a filter refuses them (EPERM).
FILTERED = {"keyctl 1"}


class Run:
    """One run: the call that failed, what the processes said, and how the worker was confined."""

    def __init__(self, phase, text):
        self.phase = phase
        self.text = text
        self.lines = LINE.findall(text)
        self.call = self.field("fault")
        self.served = self.field("served")
        self.confinement = dict(word.split("=") for word in self.served.split())

    def field(self, name):
        found = re.search(rf"^{name} ?(.*)$", self.text, re.M)
        if not found:
            raise AssertionError(f"no {name}: {self.text}")
        return found.group(1)

    def is_closed(self):
        """It has ended with its line, and nothing was served."""
        return (int(self.field("status")) == STATUS[self.phase] and not self.served
                and len(self.lines) == 1)

    def is_as_good(self, bare):
        """The worker is as confined as one without a fault, but for what is tolerated."""
        tolerated = {word for pattern, (word, _) in TOLERATED[self.phase].items()
                     if re.fullmatch(pattern, self.call)}
        if not self.served or not (tolerated or not self.call):
            # A supply that fails at a fork is told, and workers get what there was before.
            return self.phase == "fork" and len(self.lines) == 1 and self.served == bare.served
        different = {word for word, value in self.confinement.items()
                     if value != bare.confinement[word]}
        return not different - tolerated and (not self.lines or self.phase == "fork")


class FaultTree(Tree):
    """A tree with the server in miniature, and what is exposed."""

    def __init__(self):
        super().__init__()
        os.mkdir(f"{self.jail}/htdocs")
        os.mkdir(f"{self.path}/directory")
        self.write("directory/a", "a")
        os.symlink("a", f"{self.path}/directory/b")
        self.server = compile_program("fault_server.c", f"{self.path}/fault_server",
                                      f"{SOURCES}/fault.c", "-rdynamic")

    def settings(self, isolation, phase):
        """The settings and the user of a server. What stops a start is always on stderr."""
        os.chown(self.jail, NOBODY if isolation == "rootless" else 0, 0)
        if isolation == "rootless":
            return {"user": NOBODY}
        self.write("exposed", "old")
        return {"isolation": isolation, "log": f"{self.path}/log" if phase == "listen" else "stderr",
                "expose": f"{self.path}/exposed:{self.path}/directory:/dev/null:/etc/hostname,names"}

    def clean(self):
        """Remove what an earlier server has left, which may have been another user's."""
        for name in os.listdir(f"{self.path}/run"):
            os.remove(f"{self.path}/run/{name}")
        for name in ("srv", "dev", "etc"):
            shutil.rmtree(f"{self.jail}/{name}", ignore_errors=True)

    def output(self, isolation, phase, kind, error, *n, files=2048, extra=None, prefix=()):
        """The exit status of the program, and what is said on both streams."""
        self.clean()
        # One worker after the other is meant to end.
        settings = {"exit_storm": "off", **self.settings(isolation, phase)}
        user = settings.pop("user", None)
        change = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        result = subprocess.run(
            [*prefix, "prlimit", f"--nofile={files}:{files}", self.server, self.path, phase, str(kind),
             str(error), *map(str, n)],
            env=self.environment(extra=extra, **settings), cwd=f"{self.jail}/htdocs", timeout=300,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", **change)
        return result.returncode, result.stdout

    def runs(self, isolation, phase, *arguments, **options):
        """The runs of a sweep; the first is without a fault."""
        _, output = self.output(isolation, phase, *arguments, **options)
        return [Run(phase, text) for text in re.split(r"^run \d+$", output, flags=re.M)[1:]]
