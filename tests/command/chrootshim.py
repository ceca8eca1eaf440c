"""Runs the program chrootshim, with no settings but those that a test gives."""
# SPDX-License-Identifier: Apache-2.0
import atexit
import functools
import json
import os
import shutil
import subprocess
import tempfile

COMMAND = os.environ["SHIM_COMMAND"]
LIBRARY = os.environ["SHIM_LIBRARY"]



def environment(**more):
    """The environment, without what chrootshim reads in it."""
    clean = {name: value for name, value in os.environ.items()
             if not name.startswith("CHROOTSHIM_") and name != "LD_PRELOAD"}
    return {**clean, **more}


def key_options(settings):
    """The settings, by their keys, as options."""
    return [word for key, value in settings.items()
            for word in (f"--{key.replace('_', '-')}", str(value))]


@functools.cache
def reachable_command():
    """The program where an ordinary user finds it: a directory that is built in may be root's alone."""
    directory = tempfile.mkdtemp(prefix="chrootshim-command-", dir="/srv")
    atexit.register(shutil.rmtree, directory)
    os.chmod(directory, 0o755)
    return shutil.copy(COMMAND, directory)


def chrootshim(*words, settings=None, timeout=60, **popen):
    """Run it: `chrootshim("check", "--json", settings={"jail": jail})`."""
    subcommand, *rest = words
    popen.setdefault("env", environment())
    command = reachable_command() if "user" in popen else COMMAND
    return subprocess.run([command, subcommand, *key_options(settings or {}), *rest],
                          capture_output=True, text=True, timeout=timeout, **popen)


def answer(*words, **keywords):
    """What it prints as JSON, with its exit status."""
    result = chrootshim(*words, "--json", **keywords)
    return json.loads(result.stdout), result.returncode
