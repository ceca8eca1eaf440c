"""What a jail for each user costs: php-fpm's pools of N users, bare and in jails of their own."""
# SPDX-License-Identifier: Apache-2.0

import contextlib
import glob
import os
import shutil
import statistics
import sys
import tempfile
import time

from measure import print_table

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(TESTS, "server"))
import fastcgi  # noqa: E402 (the server tests' client)
import machine  # noqa: E402
import processes  # noqa: E402
from daemons import Daemon  # noqa: E402

NUMBERS = (1, 10, 100, 250, 500)
FIRST_UID = 60000
SECONDS = 120

POOL = """\
[u{number}]
user = u{number}
group = u{number}
listen = {tree}/run/u{number}.sock
pm = ondemand
pm.max_children = 1
pm.process_idle_timeout = 1000s
"""

# How it is started; the last ones are the shim's.
WAYS = {
    "bare": None,
    "chroot": {"isolation": "chroot"},
    "namespace": {"isolation": "namespace", "services": "dns:tmp"},
}


def make_users(count):
    """Users of this benchmark's own, in its own copy of /etc."""
    machine.own_mounts()
    machine.own_copy("/etc")
    numbers = range(1, count + 1)
    with open("/etc/passwd", "a", encoding="ascii") as file:
        file.writelines(f"u{number}:x:{FIRST_UID + number}:{FIRST_UID + number}::/:/bin/false\n"
                        for number in numbers)
    with open("/etc/group", "a", encoding="ascii") as file:
        file.writelines(f"u{number}:x:{FIRST_UID + number}:\n" for number in numbers)


@contextlib.contextmanager
def workbench(count):
    """A tree with a jail and a page for each user; gone at the end."""
    tree = tempfile.mkdtemp(prefix="chrootshim-bench-", dir="/srv")
    try:
        os.chmod(tree, 0o755)
        os.mkdir(f"{tree}/run")
        for number in range(1, count + 1):
            os.makedirs(f"{tree}/jails/u{number}/htdocs")
            with open(f"{tree}/jails/u{number}/htdocs/page.php", "w", encoding="ascii") as page:
                page.write("<?php echo getmyuid(), __FILE__;\n")
        yield tree
    finally:
        shutil.rmtree(tree)


def environment(tree, settings):
    clean = {name: value for name, value in os.environ.items()
             if not name.startswith(("LD_", "CHROOTSHIM_"))}
    if settings is None:
        return clean
    given = {"jail": f"{tree}/jails/%u", "pidfile": f"{tree}/run/fpm.pid", "log": f"{tree}/run/shim.log",
             **settings}
    return clean | {"LD_PRELOAD": os.environ["SHIM_LIBRARY"]} | {
        f"CHROOTSHIM_{name.upper()}": value for name, value in given.items()}


def memory(pid):
    """Its proportional set size, in KiB, without files: other servers may have the same ones."""
    return sum(int(line.split()[1])
               for line in processes.read(f"/proc/{pid}/smaps_rollup").splitlines()
               if line.startswith(("Pss_Anon:", "Pss_Shmem:")))


def namespace(pid):
    try:
        return os.readlink(f"/proc/{pid}/ns/mnt")
    except OSError:
        return None


class Seen:
    """What the kernel knows of a server and all that descends from it."""

    def __init__(self, master):
        everyone = [master, *processes.descendants(master)]
        own = [pid for pid in everyone if processes.read(f"/proc/{pid}/comm").startswith("shim-")]
        workers = [pid for pid in everyone if pid != master and pid not in own]
        self.workers = len(workers)
        self.roots = {processes.root(pid) for pid in workers}
        self.memory = sum(map(memory, everyone)) / 1024
        self.own_memory = sum(map(memory, own)) / 1024
        spaces = {namespace(pid): pid for pid in workers}
        spaces.pop(namespace(os.getpid()), None)
        self.namespaces = len(spaces)
        self.mounts = sum(len(machine.all_mounts(pid)) for pid in spaces.values())


def ask(tree, number):
    """Milliseconds until the user's page has come."""
    begin = time.perf_counter()
    page = f"{tree}/jails/u{number}/htdocs/page.php"
    answer = fastcgi.request(f"{tree}/run/u{number}.sock", page, timeout=SECONDS)
    if not answer.endswith(page):
        raise SystemExit(f"u{number}: {answer}\n{processes.read(f'{tree}/run/shim.log')}")
    return (time.perf_counter() - begin) * 1000


def measure(tree, way, configured, asked):
    """One server with so many pools, of which so many are asked for their page once."""
    configuration = f"{tree}/fpm.conf"
    with open(configuration, "w", encoding="ascii") as file:
        file.write(f"[global]\npid = {tree}/run/fpm.pid\nerror_log = {tree}/run/fpm.log\n")
        file.writelines(POOL.format(tree=tree, number=number) for number in range(1, configured + 1))
    program = max(glob.glob("/usr/sbin/php-fpm*"))
    begin = time.perf_counter()
    with Daemon([program, "--nodaemonize", "--fpm-config", configuration],
                lambda: processes.read(f"{tree}/run/fpm.pid"), f"{tree}/run/fpm.out",
                env=environment(tree, WAYS[way])) as server:
        start = (time.perf_counter() - begin) * 1000
        first = [ask(tree, number) for number in range(1, asked + 1)]
        again = [ask(tree, number) for number in range(1, asked + 1)]
        seen = Seen(server.process.pid)
    if WAYS[way] is not None and not all(root and root.startswith(f"{tree}/jails/u")
                                         for root in seen.roots):
        raise SystemExit(f"{way}: a worker is not in its jail: {seen.roots}")
    return {"start": start, "first": statistics.median(first), "again": statistics.median(again),
            "most": max(first), "seen": seen}


def row(name, way, result, bare):
    seen = result["seen"]
    return [name, way, f"{result['start']:.0f}", f"{result['first']:.1f}", f"{result['most']:.1f}",
            f"{result['again']:.2f}", str(seen.workers), f"{seen.memory:.1f}",
            f"{(seen.memory - bare['seen'].memory) / seen.workers * 1024:+.0f}" if way != "bare" else "",
            f"{seen.own_memory:.1f}", str(seen.namespaces), str(seen.mounts)]


HEAD = ["users", "way", "start ms", "first ms", "most ms", "again ms", "workers", "PSS MiB", "more KiB/user",
        "ours MiB", "namespaces", "mounts"]


def rows(tree, name, configured, asked):
    results = {way: measure(tree, way, configured, asked) for way in WAYS}
    return [row(name, way, result, results["bare"]) for way, result in results.items()]


def main():
    numbers = [int(word) for word in os.environ.get("USERS", "").split()] or NUMBERS
    most = max(numbers)
    processes.become_reaper()
    make_users(most)
    with workbench(most) as tree:
        table = [line for number in numbers
                 for line in rows(tree, str(number), number, number)]
        idle = rows(tree, f"{most}, one asked", most, 1)
    print_table("a jail for each user: php-fpm, ondemand, a worker for each", HEAD, table,
                "start: until it listens; first: a user's first answer (median, and most), with its worker "
                "and jail made; again: the second",
                "PSS: of all processes, without files; ours: of the keeper among them; more: than bare, for "
                "each worker")
    print_table("users that never run", HEAD, idle)


main()
