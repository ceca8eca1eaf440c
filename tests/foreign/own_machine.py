"""A machine of the suite's own: a network of loopback alone, processes, and a tree, which end with it."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import signal
import subprocess
import sys
import tempfile

# Where the tree is, in the process that has the machine; every user can read what lies above it.
TREE = "FOREIGN_TREE"
NAMESPACES = ("--net", "--mount", "--ipc", "--pid", "--fork", "--mount-proc", "--kill-child")
APART = 'ip link set lo up && mount --bind "$0" /tmp && exec "$@"'


def entered():
    """Is this process in the machine of its own?"""
    return TREE in os.environ


def enter():
    """Run this program again, in a machine of its own; return the path of an empty tree in there."""
    if entered():
        tree = os.environ[TREE]
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", tree], check=True)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return tree
    if os.geteuid() != 0:
        sys.exit("it must be run as root: servers are jailed, and the network is a separate one")
    tree = tempfile.mkdtemp(prefix="foreign-", dir="/srv")
    os.chmod(tree, 0o755)
    try:
        # -B: nothing is written beside the sources.
        command = ["unshare", *NAMESPACES, "nice", "-n", "10", sys.executable, "-B", *sys.argv]
        process = subprocess.Popen(command, env={**os.environ, TREE: tree})
        # It takes no notice of these; when it is killed, all that runs in there ends.
        for number in signal.SIGINT, signal.SIGTERM:
            signal.signal(number, lambda *_: process.kill())
        sys.exit(process.wait())
    finally:
        os.rmdir(tree)


def apart(temporary):
    """What a command begins with that is to have a network of its own, and that directory as its /tmp."""
    return ["unshare", "--net", "--mount", "sh", "-c", APART, temporary]


def only_ipv4_localhost(tree):
    """The name localhost means 127.0.0.1 alone, as Apache's framework takes for granted."""
    with open("/etc/hosts") as file:
        text = re.sub(r"^(::1\s.*?)\blocalhost\b", r"\1", file.read(), flags=re.M)
    with open(f"{tree}/hosts", "w") as file:
        file.write(text)
    subprocess.run(["mount", "--bind", f"{tree}/hosts", "/etc/hosts"], check=True)
