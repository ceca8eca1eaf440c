"""What chrootshim trace reports, and what not; what it writes into the settings."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib
import re
import shutil
import signal
import sysconfig

import jsonschema
import pytest

from renamer import renamed
from traced_worker import TracedWorker, paths, compile_static
from tracer import Tracer
from tree import NOBODY

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "shim/command/trace/trace.schema.json"
LIBRARIES = f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}"

# Asks for a file that the jail lacks, and for one of its name below no directory at all.
NOWHERE = """\
#include <fcntl.h>
#include <unistd.h>
int main(void)
{
        openat(AT_FDCWD, "/etc/hostname", O_RDONLY);
        return openat(-1, "hostname", O_RDONLY) != -1;
}
"""


class TestReport:

    def test_the_schema(self, worker):
        report = worker.trace("system", "/bin/busybox cat /etc/hostname /etc/nothing /proc/stat",
                              options=["--all"])
        schema = json.loads(SCHEMA.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(report, schema)
        by_path = {item["path"]: item for item in report["missing"]}
        assert by_path["/etc/hostname"]["outside"] and by_path["/etc/hostname"]["count"] == 1
        assert by_path["/etc/hostname"]["programs"] == ["busybox"]
        assert not by_path["/etc/nothing"]["outside"]
        assert by_path["/etc/nothing"]["severity"] == "note"
        assert by_path["/proc/stat"]["severity"] == "note"

    def test_what_is_missing_outside_as_well_is_not_told(self, worker):
        report = worker.trace("system", "/bin/busybox cat /etc/nothing nothing /nothing")
        assert paths(report) == [] and report["workers"] >= 1
        assert all(item["outside"] for item in report["missing"])

    def test_once_with_its_count(self, worker):
        report = worker.trace("system", "for i in 1 2 3; do /bin/busybox cat //etc/./hostname; done; "
                                        "cd /bin; /bin/busybox cat ../etc/hostname")
        item, = [item for item in report["missing"] if item["severity"] == "warning"]
        assert (item["path"], item["count"]) == ("/etc/hostname", 4)

    def test_of_several_places_only_where_none_has_it(self, worker):
        """A search path: what is found in a later directory was not missing in the first."""
        first = worker.write("first/name", "")
        worker.write("jail/second/name", "")
        search = f"for at in {first} /second/name /etc/hostname; do test -e $at; done"
        report = worker.trace("system", search)
        assert paths(report) == ["/etc/hostname"], (report, worker.output, worker.complaints)
        assert paths(worker.trace("system", search.replace("second", "third"))) == [
            first, "/etc/hostname"]

    def test_what_the_jail_had_while_the_worker_was_there(self, worker):
        """Its mounts go with it, before a busy trace comes to what it has asked for."""
        page = worker.write("site/page", "text")
        exposed = f'expose = [ "{worker.path}/site" ];\n'
        worker.write("chrootshim.conf", worker.settings_text() + exposed)
        with Tracer(settings={"config": worker.conf}) as tracer:
            os.kill(tracer.process.pid, signal.SIGSTOP)
            cat = f"/bin/busybox cat {page} /etc/hostname"
            assert worker.work("system", cat, tracer=tracer) == "text"
            os.kill(tracer.process.pid, signal.SIGCONT)
            assert paths(tracer.end()) == ["/etc/hostname"]

    def test_what_begins_nowhere_is_not_found(self, worker):
        """A call that fails anyway says nothing of what the jail has."""
        compile_static(worker, NOWHERE)
        assert paths(worker.trace("system", "/static")) == ["/etc/hostname"]

    def test_no_more_paths_than_somebody_reads(self, worker):
        """A worker may ask for any number, and must not keep the report busy for ever."""
        ask = "i=0; while test $i -lt 2500; do test -e /nothing/$i; i=$((i + 1)); done"
        report = worker.trace("system", ask, options=["--all"], lost=True)
        assert len(report["missing"]) == 2000 and report["lost"] >= 500

    def test_what_is_renamed_elsewhere_hides_nothing(self, worker):
        """The kernel gives up a way through ".." then (EAGAIN of openat2(2))."""
        os.mkdir(f"{worker.jail}/links")
        os.symlink("../etc", f"{worker.jail}/links/etc")
        ask = "i=0; while test $i -lt 3000; do test -e /links/etc/nothing; i=$((i + 1)); done"
        with renamed(worker.write("renamed", "")):
            report = worker.trace("system", ask, options=["--all"])
        counts = [item["count"] for item in report["missing"] if item["path"] == "/links/etc/nothing"]
        assert counts == [3000]

    def test_what_came_too_fast_is_counted(self, worker):
        """Also where nothing more is told after it."""
        ask = f"p=/{'n/' * 2000}n; i=0; while test $i -lt 8000; do test -e $p; i=$((i + 1)); done"
        with Tracer(settings={"config": worker.conf}) as tracer:
            os.kill(tracer.process.pid, signal.SIGSTOP)
            worker.work("system", ask, tracer=tracer)
            os.kill(tracer.process.pid, signal.SIGCONT)
            assert tracer.end()["lost"] > 0

    def test_a_program_that_may_not_be_looked_at_is_counted(self):
        """Who may run a file, and not read it, may not read the memory of what runs it either."""
        with TracedWorker("chroot") as worker:
            worker.put_command()
            os.chmod(f"{worker.jail}/bin/busybox", 0o711)
            report = worker.trace("system", "/bin/busybox cat /etc/hostname", user=NOBODY, lost=True)
            assert paths(report) == [] and report["lost"] > 0

    def test_no_directory_that_all_share(self, worker):
        """Programs look at these on their way, and nobody wants the whole of them in a jail."""
        looks = "for at in /usr /usr/share /usr/lib/*-linux-gnu /var/lib; do test -e $at; done"
        report = worker.trace("system", looks.replace("/usr/lib/*-linux-gnu", LIBRARIES))
        assert paths(report) == []
        assert {"/usr/share", "/var/lib", LIBRARIES} <= set(paths(report, "note"))
        assert {item["cure"] for item in report["missing"]} == {None}

    def test_a_file_that_is_to_be_made(self, worker):
        """It is missing if its directory is."""
        os.mkdir(f"{worker.jail}/tmp")
        os.chmod(f"{worker.jail}/tmp", 0o1777)
        os.makedirs(f"{worker.jail}/etc", exist_ok=True)
        report = worker.trace("system", "echo > /tmp/new; echo > /var/new 2> /tmp/error")
        assert paths(report) == []
        # Its directory is there, and the worker may not write to it.
        report = worker.trace("system", "echo > /etc/hostname")
        assert paths(report) == []
        outside = worker.write("log/access.log", "")
        report = worker.trace("system", f"echo > {outside} 2> /tmp/error")
        item, = [item for item in report["missing"] if item["severity"] == "warning"]
        assert (item["path"], item["use"]) == (outside, "make")

    def test_a_file_that_nobody_has_made_yet(self, worker):
        """A session, an upload: what is missing is its directory, if workers could write there outside."""
        for name, mode, owner in (("sessions", 0o1733, 0), ("own", 0o755, NOBODY), ("root", 0o755, 0)):
            os.mkdir(f"{worker.path}/{name}")
            os.chmod(f"{worker.path}/{name}", mode)
            os.chown(f"{worker.path}/{name}", owner, 0)
        report = worker.trace("system", "".join(f"echo > {worker.path}/{name}/new; "
                                                for name in ("sessions", "own", "root", "nowhere")))
        missing = {item["path"]: item["use"] for item in report["missing"] if item["severity"] == "warning"}
        assert missing == {f"{worker.path}/sessions": "make", f"{worker.path}/own": "make"}
        lines = {item["cure"]["line"] for item in report["missing"] if item["path"] in missing}
        assert lines == {'isolation = "namespace";'} or lines == {
            f'expose = [ "{path},writable" ];' for path in missing}

    def test_the_table(self, worker):
        with Tracer(settings={"config": worker.conf}, json=False) as tracer:
            worker.work("system", "/bin/busybox cat /etc/hostname", tracer=tracer)
            text = tracer.end()
        assert re.search(r"^ +1  open     busybox +/etc/hostname$", text, re.M)
        assert re.search(r'^Write into \S+/chrootshim.conf, and [^\n]*:\n  expose = \[ "/etc/hostname" \];$',
                         text, re.M)

    def test_nothing(self, worker):
        with Tracer(settings={"config": worker.conf}, json=False) as tracer:
            worker.work("say", "done", tracer=tracer)
            assert tracer.end() == "Nothing was missing.\n"

    def test_live_on_a_terminal(self, worker):
        main, side = os.openpty()
        with Tracer(settings={"config": worker.conf}, json=False, stdout=side) as tracer:
            os.close(side)
            worker.work("system", "/bin/busybox cat /etc/hostname", tracer=tracer)
            text = ""
            while "\n" not in text:
                text += os.read(main, 4096).decode()
            assert "missing: " in text and "/etc/hostname" in text and "write: " in text
            assert tracer.process.poll() is None
            tracer.process.send_signal(signal.SIGINT)
            tracer.process.wait(60)
        os.close(main)

    def test_what_a_worker_names_does_not_reach_the_terminal(self, worker):
        outside = f"{worker.path}/\033[2J"
        with open(outside, "w"):
            pass
        with Tracer(settings={"config": worker.conf}, json=False) as tracer:
            worker.work("system", f"/bin/busybox cat '{outside}'", tracer=tracer)
            text = tracer.end()
        assert "\033" not in text and f"{worker.path}/?[2J" in text

    def test_json_is_utf_8_whatever_a_worker_names(self, worker):
        program = b"/bin/name\xfe"
        shutil.copy("/bin/busybox", os.fsencode(worker.jail) + program)
        os.symlink(program, os.fsencode(f"{worker.jail}/bin/cat"))
        report = worker.trace("system", b"/bin/cat /nothing/\xff\x9b", options=["--all"])
        item, = [item for item in report["missing"] if item["path"].startswith("/nothing")]
        assert item["path"] == "/nothing/??" and item["programs"] == ["name?"]


class TestWrite:

    def test_what_is_secret_is_not_written(self, worker):
        """Who has broken into a worker may ask for it, and must not get it by that."""
        secret = worker.write("secret", "secret\n", 0o640)
        before = worker.settings_text()
        report = worker.trace("system", f"/bin/busybox cat {secret}", options=["--write", worker.conf])
        assert paths(report) == [secret]
        assert worker.settings_text() == before

    @pytest.mark.parametrize("by_link", (False, True))
    def test_what_lies_in_a_private_directory_is_secret(self, worker, by_link):
        """Outside, the worker's user could not even reach it."""
        secret = worker.write("private/within/secret", "secret\n")
        os.chmod(f"{worker.path}/private", 0o700)
        if by_link:
            os.symlink(secret, f"{worker.path}/link")
            secret = f"{worker.path}/link"
        before = worker.settings_text()
        report = worker.trace("system", f"/bin/busybox cat {secret}", options=["--write", worker.conf])
        assert paths(report) == [secret]
        assert worker.settings_text() == before

    def test_what_not_everybody_may_write_is_not_given(self, worker):
        """Also where it is the worker's own user's, who may be that of other sites."""
        own, free = worker.write("log/own", ""), worker.write("log/free", "", 0o666)
        os.chown(own, NOBODY, NOBODY)
        worker.write("chrootshim.conf", worker.settings_text().replace('"chroot"', '"namespace"'))
        report = worker.trace("system", f"echo > {own}; echo > {free}", options=["--write", worker.conf])
        assert paths(report) == [own, free]
        assert f'"{free},writable"' in worker.settings_text() and own not in worker.settings_text()

    def test_each_line_once(self, worker):
        worker.trace("system", "/bin/busybox cat /etc/hostname /etc/passwd /etc/group",
                     options=["--write", worker.conf])
        text = worker.settings_text()
        assert text.count("accounts") == 1 and text.count("/etc/hostname") == 1
