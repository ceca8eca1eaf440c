"""Gets from Debian what a suite needs: packages, and the source of one."""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys
import tempfile


INSTALL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "install-packages")


def install(packages):
    """Install those that are missing."""
    subprocess.run([INSTALL, *packages], check=True)


def _output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _private_options(state):
    """
    The options of an apt that knows the sources of what the machine gets from Debian: its own list of
    what it gets is not changed.
    """
    lines = _output("apt-get", "indextargets", "--format", "deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)",
                    "Identifier: Packages", "Origin: Debian")
    for directory in "lists/partial", "cache/archives/partial":
        os.makedirs(f"{state}/{directory}")
    with open(f"{state}/sources.list", "w") as file:
        file.write(lines)
    return ["-qq", "-o", f"Dir::Etc::SourceList={state}/sources.list", "-o", "Dir::Etc::SourceParts=/dev/null",
            "-o", f"Dir::State::Lists={state}/lists", "-o", f"Dir::Cache={state}/cache",
            "-o", "APT::Sandbox::User=root"]


def _versions(package, options):
    """The versions that are offered, the newest first."""
    records = _output("apt-cache", *options, "showsrc", package)
    found = [line.split()[1] for line in records.splitlines() if line.startswith("Version: ")]
    return found[::-1]


def source(package, directory):
    """Download it into the directory; its tree is DIRECTORY/PACKAGE-VERSION. Return that path."""
    os.makedirs(directory, exist_ok=True)
    with tempfile.TemporaryDirectory() as state:
        options = _private_options(state)
        subprocess.run(["apt-get", *options, "update"], check=True)
        for version in _versions(package, options):
            # A mirror may have the package of the newest one, and not its source.
            done = subprocess.run(["apt-get", *options, "source", f"{package}={version}"], cwd=directory)
            if done.returncode == 0:
                return f"{directory}/{package}-{version.split(':')[-1].rsplit('-', 1)[0]}"
    sys.exit(f"{package}: apt-get source gives no version of it")
