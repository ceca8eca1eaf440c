"""A server under full load and graceful restarts, with what is counted of it."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import signal
import subprocess

import processes
from apache import Apache
from processes import wait_until

RESUMED = "resuming normal operations"
FINISH_SECONDS = 60


def mount_namespaces(pids):
    """The mount namespaces of these processes. A number is given again when its namespace is gone."""
    found = set()
    for pid in pids:
        try:
            found.add(os.readlink(f"/proc/{pid}/ns/mnt"))
        except OSError:
            pass
    return found


def own_mount_namespaces():
    """Of this process and of all that it has started, and what they hold open."""
    pids = [os.getpid(), *processes.descendants(os.getpid())]
    found = mount_namespaces(pids)
    for pid in pids:
        found.update(link for link in descriptors(pid) if link.startswith("mnt:"))
    return found


def descriptors(pid):
    """What a process has open."""
    return list(processes.open_links(pid).values())


class Load:
    """Clients that ask for the page as fast as they can, until finish() or the time is over."""

    def __init__(self, port, clients, seconds):
        # Without keep-alive: at a graceful restart httpd closes idle connections, jailed or not.
        self.wrk = subprocess.Popen(
            ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "60s", "-H",
             "Connection: close", f"http://127.0.0.1:{port}/"], stdout=subprocess.PIPE, text=True)

    def finish(self):
        """Note what wrk got, and what it did not get."""
        for _ in range(FINISH_SECONDS):
            # Asked as it goes to sleep, it sleeps on: so it is asked again.
            self.wrk.send_signal(signal.SIGINT)
            try:
                self.text = self.wrk.communicate(timeout=1)[0]
                break
            except subprocess.TimeoutExpired:
                pass
        else:
            raise AssertionError("wrk does not end")
        errors = re.search(r"Socket errors: (.*)", self.text)
        status = re.search(r"Non-2xx or 3xx responses: (\d+)", self.text)
        self.requests = int(re.search(r"(\d+) requests in", self.text).group(1))
        self.failures = (sum(map(int, re.findall(r"\d+", errors.group(1)))) if errors else 0) + \
            (int(status.group(1)) if status else 0)

    def close(self):
        self.wrk.kill()
        self.wrk.wait()
        self.wrk.stdout.close()


class Loaded:
    """A server of the event MPM."""

    def __init__(self, extra="", modules=(), **options):
        self.apache = Apache("event", extra, modules, **options)
        self.restarts = 0

    def start(self):
        self.apache.start()
        self.master = self.apache.master()
        self.log = open(f"{self.apache.tree}/log/error.log")
        self.log.read()

    def close(self):
        if hasattr(self, "log"):
            self.log.close()
        self.apache.close()

    def load(self, clients, seconds):
        return Load(self.apache.port, clients, seconds)

    def ask_to_renew(self):
        os.kill(self.master, signal.SIGUSR1)

    def wait_renewed(self):
        """The next generation has begun; workers of those before may still be at their last page."""
        said = []

        def resumed():
            """Its line may be read in two pieces."""
            said.append(self.log.read())
            return RESUMED in "".join(said)

        wait_until(resumed, "a graceful restart")
        self.restarts += 1

    def memory(self):
        """Of the master, in KiB, without what it shares with files."""
        return int(processes.status(self.master, "RssAnon").split()[0])
