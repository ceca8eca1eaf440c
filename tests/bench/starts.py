"""The start of a program in each way, and what of its cost does not drift: counted, not timed."""
# SPDX-License-Identifier: Apache-2.0

import contextlib
import glob
import os
import re
import shutil
import subprocess
import tempfile

from measure import bare_environment, fakechroot_environment, shim_environment

EMPTY = "int chrootshim_bench_is_empty;\n"


def empty_library(tree):
    """A library with nothing in it: what preloading costs whoever does it."""
    library = f"{tree}/empty.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", library],
                   input=EMPTY, text=True, check=True)
    return library


def write_settings(tree, name, *lines):
    with open(f"{tree}/{name}", "w", encoding="ascii") as file:
        file.write(f'jail = "{tree}/jail";\npidfile = "{tree}/server.pid";\n' + "\n".join(lines))
    return f"{tree}/{name}"


def ways(tree):
    """The environment of each, by its name; without what this process has in its own."""
    own = bare_environment()
    settings = {"jail": f"{tree}/jail", "pidfile": f"{tree}/server.pid"}
    # Without a base, programs are found; at the start, it makes no difference.
    fakechroot = fakechroot_environment(tree)
    del fakechroot["FAKECHROOT_BASE"]
    found = {
        "bare": own,
        "an empty library": own | {"LD_PRELOAD": empty_library(tree)},
        "shim, variables only": shim_environment(**settings),
        "shim, a file": shim_environment(config=write_settings(tree, "chrootshim.conf")),
        "shim, a file of another program": shim_environment(
            config=write_settings(tree, "other.conf", 'programs = [ "nginx" ];\n')),
        "fakechroot": fakechroot,
    }
    return {name: {variable: value for variable, value in environment.items()
                   if variable == "PATH" or own.get(variable) != value}
            for name, environment in found.items()}


@contextlib.contextmanager
def scratch():
    directory = tempfile.mkdtemp(prefix="chrootshim-starts-", dir="/tmp")
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


def count_instructions(command, environment):
    """In user space, of all its processes, from the loader on. env(1) is not counted."""
    variables = [f"{name}={value}" for name, value in environment.items()]
    with scratch() as directory:
        subprocess.run(
            # valgrind's own descriptors are below the limit, and no program has them otherwise.
            ["prlimit", "--nofile=256:256", "valgrind", "-q", "--tool=callgrind", "--trace-children=yes",
             f"--callgrind-out-file={directory}/%p", "/usr/bin/env", "-i", *variables, *command],
            env={"PATH": environment["PATH"]}, check=True, stdout=subprocess.DEVNULL)
        total = 0
        for path in glob.glob(f"{directory}/*"):
            with open(path, encoding="ascii", errors="replace") as file:
                total += int(re.search(r"^(?:totals|summary): (\d+)$", file.read(), re.M).group(1))
        return total


def count_calls(command, environment):
    """System calls of all its processes."""
    variables = [word for item in environment.items() for word in ("-E", "=".join(item))]
    with scratch() as directory:
        subprocess.run(["strace", "-f", "-qq", "-o", f"{directory}/calls", *variables, *command],
                       env={"PATH": environment["PATH"]}, check=True, stdout=subprocess.DEVNULL)
        with open(f"{directory}/calls", encoding="utf-8", errors="replace") as file:
            return len(re.findall(r"^\d+ +(?!<\.\.\.)\w+\(", file.read(), re.M))


def spawn(command, environment, quiet):
    """Its process, at its end: what wait4() tells of what it used."""
    pid = os.posix_spawnp(command[0], command, environment, file_actions=[
        (os.POSIX_SPAWN_DUP2, quiet, 1)])
    _, status, used = os.wait4(pid, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(command)} failed with {environment}")
    return used


def count_faults(command, environment):
    """Pages that it touched first, the fewest of some starts."""
    with open("/dev/null", "wb") as quiet:
        return min(spawn(command, environment, quiet.fileno()).ru_minflt for _ in range(10))


def count_relocations(environment):
    """Of what is preloaded: (relative ones, symbols that are looked up)."""
    library = environment["LD_PRELOAD"].split(":")[0]
    if "/" not in library:
        library = glob.glob(f"/usr/lib/*/*/{library}")[0]
    listing = subprocess.run(["readelf", "-rW", library], check=True, stdout=subprocess.PIPE,
                             text=True).stdout
    kinds = re.findall(r"^[0-9a-f]+ +[0-9a-f]+ (R_\w+)", listing, re.M)
    return (sum("RELATIVE" in kind for kind in kinds),
            sum("RELATIVE" not in kind for kind in kinds))
