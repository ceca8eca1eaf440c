"""chrootshim status and real Apaches: with the shim and without it, in each isolation, rootless."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib
import re
import shutil
import subprocess

import jsonschema
import pytest

import processes
from apache import WORKER_USER, Apache
from chrootshim import COMMAND, answer, chrootshim, environment
from processes import wait_until

SCHEMA = json.loads((pathlib.Path(__file__).resolve().parents[2]
                     / "shim/command/status/status.schema.json").read_text())
LOGGER = 'CustomLog "|/usr/bin/rotatelogs {tree}/log/access 3600" "%h"\n'
CGID = "ScriptSock {jail}/cgid.sock\n"

NOBODY = 65534

# Two workers, neither more nor fewer, however busy they are.
TWO = "MaxRequestWorkers {count}\n"
COUNTS = {"prefork": 2, "event": 16}


def two(mpm):
    return TWO.format(count=COUNTS[mpm])


def start(cleanups, mpm="event", extra=LOGGER, modules=(), **options):
    apache = cleanups.enter_context(Apache(mpm, extra=two(mpm) + extra, modules=modules, **options))
    apache.start()
    return apache


def settings_of(apache):
    return {key: apache.settings[key] for key in ("jail", "pidfile")}


def ask(apache, *words, **options):
    """The answer, by the schema; its one server; the exit status."""
    seen, status = answer("status", *words, settings=settings_of(apache), **options)
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.validate(seen, SCHEMA)
    assert seen["status"] == status
    server, = seen["servers"]
    return server, status


def by_role(server):
    roles = {}
    for process in server["processes"]:
        roles.setdefault(process["role"], []).append(process)
    return roles


@pytest.mark.parametrize("mpm, isolation", (("event", "chroot"), ("prefork", "namespace")))
def test_jailed(cleanups, mpm, isolation):
    """Master and logger are outside, workers and the daemon of mod_cgid inside."""
    apache = start(cleanups, mpm, LOGGER + (CGID if mpm == "event" else ""),
                   ("cgid",) if mpm == "event" else (), settings={"isolation": isolation})
    server, status = ask(apache, "--isolation", isolation)
    roles = by_role(server)
    assert (status, server["verdict"]) == (0, "jailed")
    master, = roles["master"]
    assert master["pid"] == apache.master() and not master["jailed"]
    assert master["root"]["path"] == "/"
    helper, = roles["helper"]
    assert helper["program"].endswith("/rotatelogs") and not helper["must_be_jailed"]
    assert {worker["pid"] for worker in roles["worker"]} == set(apache.workers())
    assert server["workers"] == server["workers_jailed"] == len(apache.workers())
    for worker in roles["worker"]:
        assert worker["root"]["inode"] == os.stat(apache.jail).st_ino
        assert worker["isolation"] == isolation
        assert worker["landlock"] == "expected"
        assert worker["user"]["name"] == worker["real_user"]["name"] == WORKER_USER
        assert worker["capabilities"]["permitted"] == []
        assert "sys_admin" not in worker["capabilities"]["bounding"]
        assert worker["no_new_privs"] and worker["shim"] and worker["leads_out"] == []
        assert worker["shim_path"] == os.path.realpath(apache.library)


def test_the_refresher(cleanups):
    """The shim's own process is outside, and is no worker."""
    exposed = "/srv/chrootshim-status-exposed"
    pathlib.Path(exposed).write_text("1\n")
    cleanups.callback(os.unlink, exposed)
    apache = start(cleanups, settings={"isolation": "namespace", "expose": exposed})
    server, status = ask(apache)
    refresher, = by_role(server)["refresher"]
    assert status == 0 and refresher["name"] == "shim-refresher" and not refresher["jailed"]


def test_landlock_off(cleanups):
    """What the settings say is what is told: the kernel has no record of it."""
    apache = start(cleanups, settings={"landlock": "off"})
    server, status = ask(apache, "--landlock", "off")
    assert status == 0
    assert {worker["landlock"] for worker in by_role(server)["worker"]} == {"off"}


def test_without_the_shim(cleanups):
    apache = start(cleanups, "prefork", shim=False)
    server, status = ask(apache)
    assert (status, server["verdict"], server["workers_jailed"]) == (1, "unjailed", 0)
    workers = by_role(server)["worker"]
    assert {worker["pid"] for worker in workers} >= set(apache.workers())
    for worker in workers:
        assert (worker["jailed"], worker["shim"], worker["problem"]) == (False, False, "unjailed")
    shown = chrootshim("status", settings=settings_of(apache))
    assert shown.returncode == 1
    assert f"{len(workers)} of {len(workers)} workers are not jailed" in shown.stdout
    assert "and libchrootshim is not loaded in it" in shown.stdout
    assert "\x1b" not in shown.stdout


class TestOne:
    """Several ways to ask about one server."""

    @pytest.fixture(scope="class", autouse=True)
    def server(self, request):
        with Apache("prefork", extra=two("prefork") + LOGGER) as request.cls.apache:
            self.apache.start()
            yield

    def test_the_table(self):
        """A row for each process, in the order of the heads."""
        shown = chrootshim("status", settings=settings_of(self.apache))
        summary, heads, *rows = shown.stdout.splitlines()
        assert summary.endswith(f"workers, all jailed in {self.apache.jail}")
        assert heads.split() == ["PID", "ROLE", "PROGRAM", "USER", "GROUPS", "ROOT", "DEV:INODE",
                                 "ISOLATION", "LANDLOCK", "CAPABILITIES", "NNP", "SECCOMP", "OUT",
                                 "SHIM"]
        found = {int(row.split()[0]): row.split()[1:] for row in rows}
        facts = os.stat(self.apache.jail)
        identity = f"{os.major(facts.st_dev)},{os.minor(facts.st_dev)}:{facts.st_ino}"
        for pid in self.apache.workers():
            assert found[pid] == ["worker", "apache2", WORKER_USER, WORKER_USER, self.apache.jail,
                                  identity, "chroot", "expected", "none", "yes", "none", "0", "yes"]
        assert found[self.apache.master()][:5] == ["master", "apache2", "root", "root", "/"]

    def test_by_its_jail(self):
        seen, status = answer("status", settings={"jail": self.apache.jail})
        assert [server["pid"] for server in seen["servers"]] == [self.apache.master()]
        assert status == 0

    def test_by_its_pid(self):
        seen, status = answer("status", "--pid", str(self.apache.master()))
        assert (status, seen["servers"][0]["workers"]) == (0, len(self.apache.workers()))

    def test_all(self):
        """Others may run on the machine."""
        seen, _ = answer("status", "--all")
        jsonschema.validate(seen, SCHEMA)
        server, = [one for one in seen["servers"] if one["pid"] == self.apache.master()]
        assert server["verdict"] == "jailed"

    def test_by_another_jail(self):
        other = settings_of(self.apache) | {"jail": f"{self.apache.tree}/log"}
        assert chrootshim("status", settings=other).returncode == 1

    def test_with_the_shim_in_itself(self):
        """As the last command of a unit is started."""
        shown = chrootshim("status", "--quiet", "--wait", settings=settings_of(self.apache),
                           env=environment(LD_PRELOAD=self.apache.library,
                                           CHROOTSHIM_JAIL=self.apache.jail))
        assert (shown.returncode, shown.stdout, shown.stderr) == (0, "", "")

    def test_nagios(self):
        shown = chrootshim("status", "--nagios", settings=settings_of(self.apache))
        workers = len(self.apache.workers())
        assert shown.returncode == 0
        assert re.fullmatch(
            rf"CHROOTSHIM OK: apache2 \d+: {workers} workers, all jailed in \S+ \| servers=1;;;0 "
            rf"workers={workers};;;0 jailed={workers};;;0 unjailed=0;;0;0\n", shown.stdout)

    def test_a_user_who_may_not_look(self):
        """Nothing can be said, and that is no success."""
        command = shutil.copy(COMMAND, f"{self.apache.tree}/chrootshim")
        os.chmod(command, 0o755)
        shown = subprocess.run(
            [command, "status", "--json", "--jail", self.apache.jail, "--pidfile",
             self.apache.pidfile], env=environment(), user=NOBODY, group=NOBODY, extra_groups=[],
            capture_output=True, text=True, timeout=60)
        seen = json.loads(shown.stdout)
        jsonschema.validate(seen, SCHEMA)
        assert (shown.returncode, seen["verdict"]) == (4, "unknown")
        worker, = [one for one in seen["servers"][0]["processes"]
                   if one["pid"] == self.apache.workers()[0]]
        for name in ("jailed", "root", "leads_out", "shim"):
            assert worker[name] is None
        assert (worker["role"], worker["problem"]) == ("worker", "unseen")
        assert "ask as root" in worker["why"]


def test_nagios_of_what_is_wrong(cleanups):
    apache = start(cleanups, "prefork", shim=False)
    shown = chrootshim("status", "--nagios", settings=settings_of(apache))
    assert shown.returncode == 2
    assert shown.stdout.startswith("CHROOTSHIM CRITICAL: apache2") and shown.stdout.count("\n") == 1
    apache.stop()
    shown = chrootshim("status", "--nagios", settings=settings_of(apache))
    assert shown.returncode == 2
    assert shown.stdout.startswith(f"CHROOTSHIM CRITICAL: {apache.pidfile}: no server")
    shown = chrootshim("status", "--nagios", "--view", "nonsense")
    assert (shown.returncode, shown.stdout.count("\n"), shown.stderr) == (3, 1, "")
    assert shown.stdout.startswith("CHROOTSHIM UNKNOWN: ")


def test_wrong_settings():
    shown = chrootshim("status", "--view", "nonsense")
    assert (shown.returncode, shown.stdout) == (78, "") and "nonsense" in shown.stderr


@pytest.mark.parametrize("words", (("--all", "--pid", "1"), ("--json", "--nagios"), ("--pid", "0"),
                                   ("--watch", "--wait"), ("--watch=0",), ("--wait=a",), ("more",)))
def test_misuse(words):
    assert chrootshim("status", *words).returncode == 64


class TestWithoutRoot:
    """A server of an ordinary user, each of whose workers has a user namespace."""

    @pytest.fixture(scope="class", autouse=True)
    def server(self, request):
        Apache.user = WORKER_USER
        try:
            with Apache("prefork", extra=two("prefork")) as request.cls.apache:
                self.apache.start()
                # They give up what they had in their user namespaces after they have gone in.
                wait_until(lambda: {(processes.root(pid), processes.status(pid, "CapPrm"))
                                    for pid in self.apache.workers()} == {
                                        (self.apache.jail, "0" * 16)}, "workers that are inside")
                yield
        finally:
            Apache.user = None

    def test_seen_by_root(self):
        self.look()

    def test_seen_by_its_user(self):
        command = shutil.copy(COMMAND, f"{self.apache.tree}/chrootshim")
        os.chmod(command, 0o755)
        shown = subprocess.run(
            [command, "status", "--jail", self.apache.jail, "--pidfile", self.apache.pidfile],
            env=environment(), **self.apache.starter, capture_output=True, text=True, timeout=60)
        assert shown.returncode == 0, shown.stdout + shown.stderr
        assert f"all jailed in {self.apache.jail}" in shown.stdout

    def look(self):
        server, status = ask(self.apache)
        roles = by_role(server)
        assert (status, len(roles["master"])) == (0, 1)
        assert {worker["pid"] for worker in roles["worker"]} == set(self.apache.workers())
        assert all(worker["capabilities"]["permitted"] == [] for worker in roles["worker"])
