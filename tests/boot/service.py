"""Debian's apache2.service in a booted machine, with the shim as README and the examples have it."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import re

from debian import SOURCE
from processes import wait_until

EXAMPLE = SOURCE / "examples/systemd/apache2.service.d/chrootshim.conf"
DROP_IN = "/etc/systemd/system/apache2.service.d/chrootshim.conf"
MORE = "/etc/systemd/system/apache2.service.d/more.conf"
CONFIG = "/etc/chrootshim.conf"
ERROR_LOG = "/var/log/apache2/error.log"

# Debian's DocumentRoot is below it: Apache's configuration stays as the packages have it.
JAIL = "/var/www"

# What the shim makes in the jail: mount points and copies.
BROUGHT = ("bin", "dev", "etc", "lib", "lib64", "run", "usr", "var")

# Asks for a page, one request after the other, until the file is gone.
ASK = """\
touch /root/asking
while [ -e /root/asking ]; do
        curl -s -o /dev/null -w '%{http_code}\\n' --max-time 60 "http://localhost$1"
done >/root/answers
"""

# The master and its children: pid, root and effective uid of each.
ASK_PROCESSES = """\
master=$(cat /run/apache2/apache2.pid) || exit 0
for pid in $master $(pgrep -P $master -x apache2); do
        echo $pid $(readlink /proc/$pid/root) $(awk '$1 == "Uid:" { print $3 }' /proc/$pid/status)
done 2>/dev/null
"""

# All processes of the unit.
ASK_GROUP = "cat /sys/fs/cgroup$(systemctl show -P ControlGroup apache2)/cgroup.procs"

# Where the journal ends now.
ASK_CURSOR = "journalctl --sync; journalctl -n 0 --show-cursor | sed -n 's/^-- cursor: //p'"


class Service:
    """The unit, its processes, and what it answers."""

    def __init__(self, machine, isolation):
        self.machine = machine
        self.isolation = isolation
        self.cursor = None
        self.is_as_shipped = False

    # Files

    def install(self, settings="", more="", hardened=True, jail=JAIL):
        """
        The drop-in that is shipped, settings, and what a further drop-in says of the service. What
        is not hardened has of the first what the shim needs, and no more.
        """
        self.is_as_shipped = not settings and not more and hardened and jail == JAIL
        text = EXAMPLE.read_text()
        if not hardened:
            text = re.search(r".*^ExecStartPost=[^\n]*\n", text, re.M | re.S).group()
        self.machine.write(DROP_IN, text)
        self.machine.write(CONFIG, f'jail = "{jail}";\npidfile = "/run/apache2/apache2.pid";\n'
                                   f'isolation = "{self.isolation}";\n{settings}')
        self.machine.remove(MORE)
        if more:
            self.machine.write(MORE, f"[Service]\n{more}\n")
        self.machine.run("systemctl", "daemon-reload")
        self.machine.write(ERROR_LOG, "")
        self.cursor = self.machine.shell(ASK_CURSOR).strip()

    def uninstall(self):
        self.control("stop", check=False)
        for path in (DROP_IN, MORE, CONFIG, *(f"{JAIL}/{name}" for name in BROUGHT)):
            self.machine.remove(path)
        self.forget()
        self.machine.run("systemctl", "daemon-reload")

    # Its life

    def control(self, verb, check=True):
        return self.machine.run("systemctl", verb, "apache2", check=check)

    def forget(self):
        """systemd counts starts, and tests start it more often than an administrator."""
        self.control("reset-failed", check=False)

    def restart(self):
        self.forget()
        done = self.control("restart", check=False)
        assert done.returncode == 0, self.said()
        self.wait_jailed()

    def state(self):
        """What systemd takes it for."""
        return self.control("is-active", check=False).stdout.strip()

    def said(self):
        """What the unit has said since it was installed: in the journal, and in Apache's own log."""
        self.machine.run("journalctl", "--sync")
        journal = self.machine.run("journalctl", "-o", "cat", "-u", "apache2",
                                   f"--after-cursor={self.cursor}").stdout
        return journal + self.machine.read(ERROR_LOG)

    def lines(self, kind):
        """The lines of the shim among that; in a log, a worker may have begun the line."""
        return re.findall(rf"chrootshim\[\d+\]: {kind}: .*$", self.said(), re.M)

    # Its processes

    def processes(self):
        """The master and the workers, each as (pid, root, uid); None and none if there are none."""
        lines = [line.split() for line in self.machine.shell(ASK_PROCESSES).splitlines()]
        found = [(int(line[0]), line[1], int(line[2])) for line in lines if len(line) == 3]
        return (found[0], found[1:]) if found else (None, [])

    def group(self):
        """The pids of all processes of the unit."""
        return {int(pid) for pid in self.machine.shell(ASK_GROUP, check=False).split()}

    def master(self):
        master, _ = self.processes()
        return master and master[0]

    def is_jailed(self, but=frozenset()):
        """Is the master outside, and each worker in the jail, and none of them one of those?"""
        master, workers = self.processes()
        return (master and master[1] == "/" and workers and
                all(worker[1] == JAIL and worker[2] != 0 for worker in workers) and
                not but & {worker[0] for worker in workers})

    def wait_jailed(self, but=frozenset()):
        wait_until(lambda: self.is_jailed(but), "a master outside, and workers that are all jailed")
        assert "Apache2 Debian Default Page" in self.get("/")

    def workers(self):
        return {worker[0] for worker in self.processes()[1]}

    def get(self, path, *options):
        """The body of the answer to a request, which must succeed."""
        return self.machine.run("curl", "-sS", "--fail", "--max-time", "60", *options,
                                f"http://localhost{path}").stdout

    @contextlib.contextmanager
    def asking(self, path="/"):
        """Ask meanwhile, again and again: a list, which has the statuses of the answers at the end."""
        answers = []
        self.machine.write("/root/ask", ASK)
        self.machine.run("systemd-run", "-q", "--unit=asking", "sh", "/root/ask", path)
        wait_until(lambda: self.machine.read("/root/answers").count("\n") > 3, "the first answers")
        yield answers
        self.machine.remove("/root/asking")
        wait_until(lambda: self.machine.run("systemctl", "is-active", "asking", check=False)
                   .stdout.strip() != "active", "the last answer")
        answers += self.machine.read("/root/answers").split()
        self.machine.remove("/root/answers")
