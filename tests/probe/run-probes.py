#!/usr/bin/python3
"""Runs the probes under the kernel's chroot and under the shim, and compares what they print.

usage: run-probes.py PROBE SAY MODULE SYMBOLS_H    (the shim's path is in SHIM_LIBRARY)

Each block of a probe's output is headed by "symbol [place]"; a block that differs is a failure.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../unit"))

import libc

# Hooks that no probe tries, by the file in shim/hooks or by the symbol, each for its reason.
NO_PATH = "it takes no path: there is nothing to translate"
FILES_WITHOUT_PROBE = dict.fromkeys(("accounts", "children", "life", "serving", "syslog", "transfer"), NO_PATH)
SYMBOLS_WITHOUT_PROBE = {
    **dict.fromkeys(("socket", "socketpair", "listen", "accept", "accept4", "recv", "__recv_chk",
                     "recvfrom", "__recvfrom_chk", "recvmsg", "recvmmsg", "__recvmsg64",
                     "__recvmmsg64"), NO_PATH),
    **dict.fromkeys(("pidfd_spawn", "pidfd_spawnp"),
                    "nothing links with it before glibc 2.39; it is posix_spawn's hook"),
    "posix_spawn_file_actions_addchdir":
        "nothing older than its glibc links with it; it does what that with _np does",
}

# Their results name files; these are what the configured view concerns.
SYMBOLS_WITH_VIEW = [
    "realpath", "__realpath_chk", "canonicalize_file_name",
    "readlink", "__readlink_chk", "readlinkat", "__readlinkat_chk",
    "getcwd", "__getcwd_chk", "get_current_dir_name", "getwd", "__getwd_chk",
    "mkstemp", "mkdtemp", "mktemp", "tempnam",
    "ftw", "ftw64", "nftw", "nftw64", "fts_open", "fts64_open", "glob", "glob64",
    "__ftw64_time64", "__nftw64_time64", "__fts64_open_time64", "__glob64_time64",
    "wordexp",
]

# In the inside view, glob() is given the pattern with its beginning translated, and nothing else;
# a caller's own functions then see a path that may be translated again.
PLACES_OF_THE_OUTSIDE_VIEW = (
    "[two outside paths]", "[an outside path and a relative one]", "[braces in the jail's name]",
    "glob [jail's path twice]",
)

# An ancestor of the jail is not in the jail, yet the shim answers for it: the only answers in
# which it differs from the kernel. All other functions must agree with the kernel here, too.
ANCESTOR_IS_SHOWN = {
    "stat", "stat64", "lstat", "lstat64", "fstatat", "fstatat64", "statx",
    "__xstat", "__xstat64", "__lxstat", "__lxstat64", "__fxstatat", "__fxstatat64",
    "__stat64_time64", "__lstat64_time64", "__fstatat64_time64",
}
ANCESTOR_IS_ACCESSIBLE = {"access", "eaccess", "euidaccess", "faccessat"}
ANCESTOR_IS_RESOLVED = {"realpath", "__realpath_chk", "canonicalize_file_name"}
ANCESTOR_IS_NO_LINK = {"readlink", "__readlink_chk", "readlinkat", "__readlinkat_chk"}
ANCESTOR_IS_REFUSED = {
    "link", "linkat", "rename", "renameat", "renameat2", "symlink", "symlinkat",
    "unlink", "unlinkat", "remove", "mkdir", "mkdirat", "rmdir", "mkfifo", "mkfifoat",
    "mknod", "mknodat", "__xmknod", "__xmknodat", "bind", "setmntent", "__setmntent",
    "posix_spawn_file_actions_addopen", "scandirat", "scandirat64",
    "open", "open64", "__open", "__open64", "__open_2", "__open64_2",
    "openat", "openat64", "openat2", "__openat_2", "__openat64_2", "creat", "creat64",
    "fopen", "fopen64", "_IO_fopen", "freopen", "freopen64", "opendir", "scandir", "scandir64", "chdir",
}

# The jail's configured name is a link outside, which functions see that do not follow it.
LINK_IS_SHOWN = {"lstat", "lstat64", "__lxstat", "__lxstat64", "__lstat64_time64"}
LINK_IS_SHOWN_BY_FLAG = {
    "fstatat", "fstatat64", "statx", "__fxstatat", "__fxstatat64", "__fstatat64_time64",
}
LINK = "jail"

# Further outside prefixes that mean the jail; there is nothing of these names outside.
ALIASES = ["/chrootshim-alias/www", os.fsdecode(b"/chrootshim-\xff\xc3")]

# The oracle's root has them; without, the shim would be asked other questions than the kernel.
CAPABILITIES_OF_THE_PROBES = "mknod:sys_chroot:sys_admin:sys_pacct:dac_read_search"

ELFCLASS32 = 1
PATH_MAX = 4096
FAULTS_SHOWN = 40


def read_blocks(text):
    blocks = {}
    for line in text.splitlines():
        if not line.startswith("  "):
            block = blocks.setdefault(line, [])
        else:
            block.append(line)
    return blocks


def run(probe, mode, user, tree, symbols=(), **variables):
    """One run of all probes; returns its blocks, what it said on stderr among them."""
    done = subprocess.run(
        [probe, mode, user, tree, *symbols], env={**os.environ, **variables},
        stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace",
        check=False)
    # The oracle tried a name of which nothing could be made; see places.c.
    alias_parent = os.path.dirname(ALIASES[0])
    blocks = read_blocks(done.stdout.replace(f"{alias_parent}/missing", alias_parent))
    blocks["end of the run"] = [f"  exit status {done.returncode}"]
    blocks["standard error"] = ["  " + line for line in done.stderr.splitlines()]
    return blocks


def ancestor(place, tree):
    """The path of a place whose label begins so."""
    if "of an alias" in place:
        return os.path.dirname(ALIASES[0])
    return os.path.dirname(tree) if "of an ancestor" in place else tree


def of_ancestor(symbol, line, path):
    """What the shim answers where the kernel says that an ancestor of the jail does not exist."""
    what = line.partition(":")[0]
    if symbol in ANCESTOR_IS_SHOWN:
        return f"{what}: 0, directory 0111 0:0 size 0, errno kept"
    if symbol in ANCESTOR_IS_ACCESSIBLE and what in ("  exists", "  execute"):
        return f"{what}: 0, errno kept"
    if symbol in ANCESTOR_IS_ACCESSIBLE | ANCESTOR_IS_REFUSED:
        return re.sub("errno ENOENT|: ENOENT", lambda match: match[0][:-6] + "EACCES", line)
    if symbol in ANCESTOR_IS_RESOLVED:
        for kernel, shim in (("NULL, errno ENOENT", f"path<{path}>, errno kept"),
                             ("is the buffer: 0", "is the buffer: 1")):
            line = line.replace(kernel, shim)
    return line


def of_link(symbol, line):
    """What the shim answers where the kernel sees the jail's root, and no link to it."""
    what = line.partition(":")[0]
    if symbol in LINK_IS_SHOWN or symbol in LINK_IS_SHOWN_BY_FLAG and what == "  no link":
        return [re.sub("directory .* size 0", f"link 0777 0:0 size {len(LINK)}", line)]
    if symbol in ANCESTOR_IS_NO_LINK and what == "  one byte short":
        return [f"{what}: 1, errno kept"]
    if symbol in ANCESTOR_IS_NO_LINK and what != "  no room":
        return [f"{what} ends there: 1, errno kept", f"{what}: {LINK}, errno kept"]
    return [line]


def told_of_links(symbol, place, block):
    """In both views, what is told of the ways to the jail."""
    if place == "[jail's configured name]":
        return [told for line in block for told in of_link(symbol, line)]
    if place.startswith("[ancestor") and symbol in ANCESTOR_IS_NO_LINK:
        return [line.replace("errno ENOENT", "errno EINVAL") for line in block]
    return block


def in_outside_view(line, jail):
    """A path that a call gave in the jail, as a server must see it, unless it is too long."""
    def outside(match):
        path = jail + (match[1] if match[1] != "/" else "")
        return f"path<{path}>" if len(path) < PATH_MAX else match[0]

    return re.sub("path<(/[^>]*)>", outside, line)


def expect(kernel, tree):
    """The blocks that the shim must print in the outside view, where the kernel prints these."""
    result = {}
    for header, block in kernel.items():
        symbol, _, place = header.partition(" ")
        block = told_of_links(symbol, place, block)
        block = [in_outside_view(line, f"{tree}/jail") for line in block]
        if place.startswith("[ancestor"):
            block = [of_ancestor(symbol, line, ancestor(place, tree)) for line in block]
        result[header] = block
    return result


def in_both_views(blocks):
    return {header: block for header, block in blocks.items()
            if not header.endswith(PLACES_OF_THE_OUTSIDE_VIEW)}


def expect_in_inside_view(kernel):
    result = {}
    for header, block in in_both_views(kernel).items():
        symbol, _, place = header.partition(" ")
        result[header] = told_of_links(symbol, place, block)
    return result


def compare(title, kernel, shim):
    """Prints the blocks that disagree; returns the numbers of those that agree and don't."""
    faults = [header for header in {**kernel, **shim} if kernel.get(header) != shim.get(header)]
    for header in faults[:FAULTS_SHOWN]:
        ours, theirs = shim.get(header, ["  (not run)"]), kernel.get(header, ["  (not run)"])
        print(f"{title}: {header}")
        for line in theirs:
            print(f"    {' ' if line in ours else 'kernel'}\t{line}")
        for line in ours:
            if line not in theirs:
                print(f"    shim\t{line}")
    if faults[FAULTS_SHOWN:]:
        print(f"{title}: and {len(faults) - FAULTS_SHOWN} more")
    return len({**kernel, **shim}) - len(faults), len(faults)


def forgotten(probe, table):
    """What is wrong with the probes, where a symbol must have one: no probe, or of another name."""
    with open(probe, "rb") as elf:
        kinds = "_NEWER|_TIME64" if elf.read(5)[4] == ELFCLASS32 else "_NEWER"
    with open(table, encoding="utf-8") as source:
        hooks = re.findall(rf"^HOOK(?:{kinds})?\((\w+), (\w+)\)", source.read(), re.MULTILINE)
    if not hooks:
        sys.exit(f"{table}: no HOOK(file, symbol) found")
    listed = subprocess.run([probe, "list"], capture_output=True, encoding="utf-8", check=True)
    listed = set(listed.stdout.split())
    imported = subprocess.run(["nm", "-D", "--undefined-only", probe], capture_output=True,
                              encoding="utf-8", check=True)
    imported = set(re.findall(r"(\w+)(?:@\S+)?$", imported.stdout, re.MULTILINE))
    provided = libc.releases(*libc.parts(probe))
    for name, symbol in hooks:
        if name in FILES_WITHOUT_PROBE or symbol in SYMBOLS_WITHOUT_PROBE:
            continue
        # What came with a newer libc, no program calls here.
        if symbol not in provided:
            continue
        if symbol not in listed:
            yield f"{symbol}: hooked, but no probe tries it"
        # A macro or the compiler made another name of it, or libc's headers did.
        if symbol not in imported:
            yield f"{symbol}: the program of the probes does not import it, and calls another name"


def compare_all(probe, tree):
    """Every user and view; yields the numbers of blocks that agree and don't."""
    # By a symbolic link, so that the jail has two names; what comes out has the real one.
    shim = {"LD_PRELOAD": os.environ["SHIM_LIBRARY"], "CHROOTSHIM_JAIL": f"{tree}/alias",
            "CHROOTSHIM_ALIASES": ":".join(ALIASES),
            "CHROOTSHIM_KEEP_CAPABILITIES": CAPABILITIES_OF_THE_PROBES,
            # It has other reasons than a chroot, and says so: EXDEV for a link to a directory.
            "CHROOTSHIM_LANDLOCK": "off",
            # Many a probe ends its process.
            "CHROOTSHIM_EXIT_STORM": "off"}
    for user in "root", "nobody":
        kernel = run(probe, "chroot", user, tree)
        yield compare(f"{user}, outside view", expect(kernel, tree),
                      run(probe, "shim", user, tree, **shim))
        kernel = run(probe, "chroot", user, tree, SYMBOLS_WITH_VIEW)
        yield compare(f"{user}, inside view", expect_in_inside_view(kernel),
                      in_both_views(run(probe, "shim", user, tree, SYMBOLS_WITH_VIEW,
                                        CHROOTSHIM_VIEW="inside", **shim)))


def main():
    probe, say, module, table = sys.argv[1:]
    failed = 0
    for fault in forgotten(probe, table):
        print(fault)
        failed += 1
    # Under /srv, for a jail whose path others may write is refused; two levels, so that the
    # tree's own directory is an ancestor that cannot come into being in the jail.
    top = tempfile.mkdtemp(prefix="chrootshim-probe-", dir="/srv")
    try:
        os.chmod(top, 0o755)
        tree = f"{top}/tree"
        for directory in tree, f"{tree}/jail", f"{tree}/jail0":
            os.mkdir(directory, 0o755)
        os.symlink(LINK, f"{tree}/alias")
        shutil.copyfile(say, f"{tree}/say")
        os.chmod(f"{tree}/say", 0o755)
        shutil.copyfile(module, f"{tree}/module.so")
        results = list(compare_all(probe, tree))
    finally:
        shutil.rmtree(top)
    failed += sum(result[1] for result in results)
    print(f"{sum(result[0] for result in results)} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
