"""chrootshim trace names what a worker lacks, with the line that brings it; with that line it works."""
# SPDX-License-Identifier: Apache-2.0
import errno
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sysconfig
import tempfile
import threading

import jsonschema
import pytest

import processes
import slow_tracer
from chrootshim import COMMAND, chrootshim, environment
from processes import wait_until
from renamer import renamed
from traced_worker import TracedWorker
from tracer import Tracer
from tree import NOBODY

ISOLATIONS = ("chroot", "namespace")
SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "shim/command/trace/trace.schema.json"
ZONE = "Asia/Kolkata"
PT_DYNAMIC = 2
LIBRARIES = f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}"

SCRIPT = """\
#!/usr/bin/perl
use POSIX;
print floor(41.9), "\\n";
"""

# As a static Go program asks: by the number of the call, of no libc.
STATIC = """\
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void)
{
        char text[64];
        long fd = syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY);
        long length = fd < 0 ? 0 : syscall(SYS_read, fd, text, sizeof(text));
        syscall(SYS_write, 1, text, length);
        return 0;
}
"""

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


def hostname():
    with open("/etc/hostname") as file:
        return file.read()


def paths(report, severity="warning"):
    return [item["path"] for item in report["missing"] if item["severity"] == severity]


@pytest.fixture(params=ISOLATIONS)
def worker(request):
    with TracedWorker(request.param) as worker:
        yield worker


def compile_static(worker, text=STATIC):
    source = worker.write("static.c", text)
    subprocess.run(["cc", "-static", "-o", f"{worker.jail}/static", source], check=True)


def damage_dynamic_section(path):
    """It has more entries than anybody reads."""
    with open(path, "r+b") as file:
        data = bytearray(file.read())
        order, wide = "<>"[data[5] - 1], data[4] == 2
        start, = struct.unpack_from(order + ("Q" if wide else "I"), data, 32 if wide else 28)
        size, count = struct.unpack_from(order + "2H", data, 54 if wide else 42)
        for header in range(start, start + size * count, size):
            if struct.unpack_from(order + "I", data, header)[0] == PT_DYNAMIC:
                struct.pack_into(order + ("Q" if wide else "I"), data, header + (32 if wide else 16), 1 << 30)
        file.seek(0)
        file.write(data)


class TestCures:
    """Each: it fails; the trace names the path and the line; with the line it works, and no more is missing."""

    def test_iconv(self, worker):
        charset = ("iconv", "ISO-8859-15")
        assert worker.work(*charset) == "no charset\n"
        lines = worker.cure(*charset)
        assert any("/gconv" in path for path in lines), lines
        assert worker.output == "a4\n"

    def test_a_locale(self, worker):
        locale = ("locale", "C.UTF-8")
        assert worker.work(*locale) == "no locale\n"
        lines = worker.cure(*locale)
        assert 'services = [ "locale" ];' in lines.values()
        assert worker.output == ". UTF-8\n"

    def test_a_library_that_is_loaded_late(self, worker):
        load = ("system", "/usr/bin/python3 -c 'import ctypes; "
                          "print(bool(ctypes.CDLL(\"libcmocka.so.0\")))' 2>&1")
        worker.write("chrootshim.conf", worker.settings_text() + 'services = [ "python" ];\n')
        assert "cannot open shared object file" in worker.work(*load)
        lines = worker.cure(*load)
        assert [line for path, line in lines.items() if path.endswith("/libcmocka.so.0")]
        assert worker.output == "True\n"

    def test_name_services(self, worker):
        lookup = ("getpwnam", "www-data")
        assert worker.work(*lookup) == "getpwnam not found\n"
        lines = worker.cure(*lookup)
        assert lines["/etc/passwd"] == 'services = [ "accounts" ];'
        assert worker.output == "getpwnam found\n"

    def test_a_time_zone(self, worker):
        date = ("system", f"TZ={ZONE} date +%z")
        assert worker.work(*date) == "+0000\n"
        assert worker.cure(*date) == {f"/usr/share/zoneinfo/{ZONE}": 'services = [ "time" ];'}
        assert worker.output == "+0530\n"

    def test_a_static_program(self, worker):
        cat = ("system", "/bin/busybox cat /etc/hostname")
        assert worker.work(*cat) == ""
        assert worker.cure(*cat) == {"/etc/hostname": 'expose = [ "/etc/hostname" ];'}
        assert worker.output == hostname()

    def test_a_program_without_libc(self, worker):
        compile_static(worker)
        assert worker.work("system", "/static") == ""
        assert worker.cure("system", "/static") == {"/etc/hostname": 'expose = [ "/etc/hostname" ];'}
        assert worker.output == hostname()

    def test_the_interpreter_of_a_script(self, worker):
        worker.write("jail/script", SCRIPT, 0o755)
        assert worker.work("system", "/script") == ""
        lines = worker.cure("system", "/script")
        assert lines["/usr/bin/perl"] == 'services = [ "perl" ];'
        assert worker.output == "41\n"

    def test_the_loader_of_a_program_that_is_damaged(self, worker):
        """The kernel looks for it all the same, and no worker keeps the trace busy with the rest of a file."""
        shutil.copy("/usr/bin/yes", f"{worker.jail}/yes")
        damage_dynamic_section(f"{worker.jail}/yes")
        report = worker.trace("system", "/yes")
        assert [item for item in report["missing"] if "/ld" in item["path"]], report

    def test_a_program_with_its_libraries(self, worker):
        command = ("system", "/usr/bin/yes | /bin/busybox head -n 1")
        assert worker.work(*command) == ""
        assert worker.cure(*command)["/usr/bin/yes"] == 'expose = [ "/usr/bin/yes,program" ];'
        assert worker.output == "y\n"

    def test_a_font(self, worker):
        list_fonts = ("system", "/usr/bin/fc-list")
        worker.write("chrootshim.conf",
                     worker.settings_text() + 'expose = [ "/usr/bin/fc-list,program" ];\n')
        assert worker.work(*list_fonts) == ""
        lines = worker.cure(*list_fonts)
        assert 'services = [ "fonts" ];' in lines.values()
        assert "DejaVu" in worker.output

    def test_the_coders_of_imagemagick(self, worker):
        """What `convert` loads when it sees which form the picture has."""
        convert = ("system", "/usr/bin/convert rose: png:- | /bin/busybox head -c 4")
        worker.write("chrootshim.conf",
                     worker.settings_text() + 'expose = [ "/usr/bin/convert,program" ];\n')
        assert worker.work(*convert) == ""
        lines = worker.cure(*convert)
        assert any("/coders" in path and line == 'services = [ "imagemagick" ];'
                   for path, line in lines.items()), lines
        assert "PNG" in worker.output

    def test_a_socket(self, worker):
        directory = tempfile.mkdtemp(prefix="socket-", dir=worker.path)
        os.chmod(directory, 0o755)
        path = f"{directory}/s"
        with socket.create_server(path, family=socket.AF_UNIX):
            os.chmod(path, 0o666)
            look = ("connect", path)
            report = worker.trace(*look, "say", "done")
            item, = [item for item in report["missing"] if item["path"] == path]
        assert item["use"] == "connect"
        expected = {"chroot": 'isolation = "namespace";',
                    "namespace": f'expose = [ "{directory}" ];'}
        assert item["cure"]["line"] in expected.values()
        assert item["cure"]["line"] == expected["namespace" if "namespace" in
                                                worker.settings_text() else "chroot"]


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


class TestOptions:

    def test_no_jail(self, tmp_path):
        result = chrootshim("trace", "--for", "1")
        assert result.returncode == 78 and "--jail" in result.stderr

    def test_a_wrong_time(self, worker):
        result = chrootshim("trace", "--for", "0", settings={"jail": worker.jail})
        assert result.returncode == 64

    def test_for_some_time(self, worker):
        result = chrootshim("trace", "--for", "1", settings={"jail": worker.jail})
        assert result.returncode == 0 and "No worker was traced." in result.stdout

    def test_no_socket_is_left_where_nothing_can_be_traced(self, worker):
        path = f"{worker.path}/trace"
        refuse = [worker.compile("answer_calls"), "seccomp", str(errno.ENOSYS)]
        result = subprocess.run([*refuse, COMMAND, "trace", "--for", "1", "--socket", path, "--jail", worker.jail],
                                env=environment(), capture_output=True, text=True)
        assert result.returncode == 70 and "cannot be traced" in result.stderr
        assert not os.path.exists(path)

    def test_a_socket_of_ones_own(self, worker):
        path = f"{worker.path}/trace"
        with Tracer(settings={"config": worker.conf}, options=["--socket", path]) as tracer:
            assert tracer.socket == path and os.stat(path).st_mode & 0o777 == 0o600
            worker.work("say", "done", tracer=tracer)
            again = chrootshim("trace", "--socket", path, settings={"jail": worker.jail})
            assert again.returncode == 70 and path in again.stderr
            assert tracer.end()["workers"] >= 1
        assert not os.path.exists(path) and os.path.isdir(worker.path)


class TestAnswerers:
    """They run before all others: what is wrong must not keep them busy."""

    def test_what_is_no_listener_is_not_answered(self, worker):
        reader, writer = os.pipe()
        os.write(writer, b"x")
        with (Tracer(settings={"config": worker.conf}) as tracer,
              socket.socket(socket.AF_UNIX) as connection):
            connection.settimeout(60)
            connection.connect(tracer.socket)
            assert connection.recv(1) == b"r"
            socket.send_fds(connection, [b"l"], [reader])
            assert connection.recv(1) == b"t"
            assert connection.recv(1) == b""
            wait_until(lambda: not processes.children(tracer.keeper()), "the end of who answers")
        os.close(reader)
        os.close(writer)


class TestWorker:
    """What a worker is that is traced."""

    def test_untraced_where_nobody_listens(self, worker):
        result = worker.work("say", "done", extra={"CHROOTSHIM_TRACE": f"{worker.path}/nobody"})
        assert result.startswith("done 3 ")
        assert worker.complaints == ""

    def test_untraced_where_a_stranger_listens(self, worker):
        """He could answer its calls as he likes."""
        os.mkdir(f"{worker.path}/common", 0o1777)
        os.chmod(f"{worker.path}/common", 0o1777)
        path = f"{worker.path}/common/stranger"
        program = ("import socket, sys; s = socket.create_server(sys.argv[1], family=socket.AF_UNIX); "
                   "print(flush=True); s.accept()[0].recv(1)")
        stranger = subprocess.Popen(["/usr/bin/python3", "-c", program, path], user=NOBODY,
                                    group=NOBODY, stdout=subprocess.PIPE)
        try:
            stranger.stdout.readline()
            # Whose file it is says little.
            os.chown(path, 0, 0)
            result = worker.work("say", "done", extra={"CHROOTSHIM_TRACE": path})
        finally:
            stranger.kill()
            stranger.wait()
            stranger.stdout.close()
        assert "neither root nor the server's user" in worker.complaints

    def test_a_stranger_is_not_even_called(self, worker):
        """He could let each worker wait for as long as it has patience."""
        path = f"{worker.path}/stranger"
        with socket.create_server(path, family=socket.AF_UNIX) as listening:
            os.chown(path, NOBODY, NOBODY)
            worker.work("say", "done", extra={"CHROOTSHIM_TRACE": path})
            listening.setblocking(False)
            with pytest.raises(BlockingIOError):
                listening.accept()
        assert "neither root nor the server's user" in worker.complaints

    def test_untraced_where_nobody_answers(self):
        with TracedWorker("chroot") as worker:
            path = f"{worker.path}/silent"
            with socket.create_server(path, family=socket.AF_UNIX):
                result = worker.work("say", "done", extra={"CHROOTSHIM_TRACE": path})
        assert result.startswith("done 3 ")
        assert "does not answer" in worker.complaints

    def test_the_word_that_it_is_answered_does_not_kill_it(self):
        """It can be read before the kernel comes to the signal for it, which others are woken before."""
        with TracedWorker("chroot") as worker:
            path = f"{worker.path}/slow"
            with socket.create_server(path, family=socket.AF_UNIX) as listening:
                tracer = threading.Thread(target=slow_tracer.serve, args=(listening, 2), daemon=True)
                tracer.start()
                result = worker.work("say", "done", extra={"CHROOTSHIM_TRACE": path})
                tracer.join(60)
        assert result.startswith("done 3 ") and worker.complaints == "", worker.complaints

    def test_a_filter_that_refuses_it(self, worker):
        """As of systemd: the worker serves untraced; or the start ends, and says which call it is."""
        program = worker.compile("answer_calls")
        with Tracer(settings={"config": worker.conf}) as tracer:
            result = worker.work("say", "done", tracer=tracer,
                                 wrapper=[program, "seccomp", str(errno.EPERM)])
            assert result.startswith("done 3 ")
            assert "not traced: the filter of system calls is refused" in worker.complaints
            assert worker.work("say", "done", tracer=tracer,
                               wrapper=[program, "seccomp", "kill"]) == ""
            assert "SystemCallFilter=seccomp" in worker.complaints
            assert tracer.end()["workers"] == 0

    def test_programs_do_not_learn_of_it(self, worker):
        with Tracer(settings={"config": worker.conf}) as tracer:
            text = worker.work("system", "/bin/busybox env", tracer=tracer)
        assert "CHROOTSHIM_TRACE" not in text
