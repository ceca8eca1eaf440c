"""The second wall: Landlock confines a worker to its jail where the chroot alone does not."""
# SPDX-License-Identifier: Apache-2.0
import errno
import os
import re
import shutil
import socket
import time

import pytest

import processes
import test_cgi
import test_mutex
import test_php
from apache import WORKER_USER, Apache
from processes import wait_until
from tree import NOBODY, compile_program
from worker import WorkerTest

ISOLATIONS = ("chroot", "namespace")
REQUIRED = {"landlock": "require"}

# An abstract socket, a directory of the outside, and a socket to hand it over by.
MASTER = """\
abstract = f"\\0chrootshim-test-{os.getpid()}"
service = socket.socket(socket.AF_UNIX)
service.bind(abstract)
service.listen(5)
socket.send_fds(outside, [b"x"], [os.open("/", os.O_RDONLY)])
server = os.getpid()
"""

# In the jail: what works there, and three ways out of a chroot.
ATTEMPTS = """\
_, (way_out,), _, _ = socket.recv_fds(inside, 1, 1)
attempt("write", os.write, os.open("/made", os.O_CREAT | os.O_WRONLY), b"text")
attempt("read", os.open, "/page", os.O_RDONLY)
attempt("list", os.listdir, "/")
attempt("rename", os.rename, "/made", "/dir/renamed")
attempt("remove", os.unlink, "/dir/renamed")
attempt("own-signal", os.kill, os.getpid(), 0)
attempt("outside-read", os.open, "etc/passwd", os.O_RDONLY, dir_fd=way_out)
attempt("outside-list", os.open, "etc", os.O_RDONLY | os.O_DIRECTORY, dir_fd=way_out)
attempt("outside-write", os.open, f"tmp/chrootshim-{server}", os.O_CREAT | os.O_WRONLY | os.O_EXCL,
        dir_fd=way_out)
attempt("outside-socket", socket.socket(socket.AF_UNIX).connect, abstract)
attempt("outside-signal", os.kill, server, 0)
"""
WORKS = ("write", "read", "list", "rename", "remove", "own-signal")
WAYS_OUT = {"outside-read": "EACCES", "outside-list": "EACCES", "outside-write": "EACCES",
            "outside-socket": "EPERM", "outside-signal": "EPERM"}


class LandlockTest(WorkerTest):

    @pytest.fixture(autouse=True)
    def put_page(self, own_tree):
        self.tree.write("jail/page", "a page\n")
        os.mkdir(f"{self.tree.jail}/dir")
        for path in (self.tree.jail, f"{self.tree.jail}/dir"):
            os.chmod(path, 0o755)


class TestWall(LandlockTest):
    """What a worker can do behind it, and without it."""

    def attempts(self, **settings):
        return self.facts(ATTEMPTS, master=MASTER, **settings)

    @pytest.mark.parametrize("isolation", ISOLATIONS)
    @pytest.mark.parametrize("value", ("require", "auto", None))
    def test_it_holds(self, isolation, value):
        found = self.attempts(landlock=value, isolation=isolation)
        assert {name: found[name] for name in WORKS} == dict.fromkeys(WORKS, "done")
        assert {name: found[name] for name in WAYS_OUT} == WAYS_OUT

    def test_without_it_the_chroot_does_not(self):
        """The control. What lies outside is found by a descriptor from outside."""
        found = self.attempts(landlock="off")
        assert {name: found[name] for name
                in (*WORKS, *WAYS_OUT)} == dict.fromkeys((*WORKS, *WAYS_OUT), "done")
        os.unlink(f"/tmp/chrootshim-{found['PPid']}")

    def test_it_holds_without_the_chroot(self):
        """Root that was left the capability leaves the chroot, and reads nothing there."""
        leave = """\
os.mkdir("/below")
os.chroot("/below")
for _ in range(20):
    os.chdir("..")
os.chroot(".")
say("left", os.path.samestat(os.stat("/"), host))
attempt("password", os.open, "/etc/passwd", os.O_RDONLY)
"""
        for value, answer in (("require", "EACCES"), ("files", "EACCES"), ("off", "done")):
            found = self.facts(leave, master='host = os.stat("/")', landlock=value,
                               keep_capabilities="sys_chroot")
            assert (found["left"], found["password"]) == ("True", answer)
            os.rmdir(f"{self.tree.jail}/below")

    @pytest.mark.parametrize("value, answer", (("require", "EPERM"), ("files", "done"), ("off", "done")))
    def test_as_an_ordinary_user(self, value, answer):
        """Started without root; the master has the same uid, so that it could be killed."""
        found = self.facts('attempt("signal", os.kill, server, 0)', master=MASTER,
                           user=NOBODY, landlock=value)
        assert found["signal"] == answer


class TestExposed(LandlockTest):
    """Exposed paths are in the jail, and so behind the wall."""

    @pytest.mark.parametrize("value", ("require", "off"))
    def test_exposed_paths(self, value):
        shown = self.tree.write("shown/file", "shown\n")
        shared = self.tree.write("shared/file", "shared\n")
        attempts = f"""\
attempt("read", os.open, "{shown}", os.O_RDONLY)
attempt("change", os.open, "{shown}", os.O_WRONLY)
attempt("write", os.write, os.open("{shared}", os.O_WRONLY), b"written")
attempt("make", os.mkdir, "{os.path.dirname(shared)}/made")
attempt("null", os.write, os.open("/dev/null", os.O_WRONLY), b"x")
attempt("hidden", os.open, "{self.tree.path}/run/server.pid", os.O_RDONLY)
"""
        expose = f"{os.path.dirname(shown)}:{os.path.dirname(shared)},writable"
        found = self.facts(attempts, isolation="namespace", expose=expose, landlock=value,
                           services="files")
        assert found | {"read": "done", "change": "EROFS", "write": "done", "make": "done",
                        "null": "done", "hidden": "ENOENT"} == found
        assert processes.read(shared) == "written"


class TestKernel(LandlockTest):
    """A kernel that has it, has it not, or is not to be asked."""

    def calls(self, value):
        """The system calls of Landlock that a server and its worker make."""
        trace = f"{self.tree.path}/trace"
        strace = ["strace", "-f", "-o", trace, "-e", "trace=/landlock", "-E",
                  f"LD_PRELOAD={self.tree.library}"]
        self.facts(wrapper=strace, landlock=value, extra={"LD_PRELOAD": ""})
        return re.findall(r"\b(landlock\w+)\(", processes.read(trace))

    def test_off_asks_nothing(self):
        assert self.calls("off") == []
        for value in (None, "files", "auto", "require"):
            assert "landlock_restrict_self" in self.calls(value)

    @pytest.mark.parametrize("number", (errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM))
    def test_a_kernel_without_it(self, number):
        """EPERM is the answer of an older container's profile."""
        wrapper = [self.tree.compile("answer_calls"), "landlock_create_ruleset", str(number)]
        result = self.run_worker('say("served")', wrapper=wrapper, **REQUIRED)
        assert (result.returncode, result.stdout) == (78, "")
        assert re.search(r"\Achrootshim\[\d+\]: error: CHROOTSHIM_LANDLOCK is "
                         rf'"require": {os.strerror(number)}: use a kernel that has it .*'
                         'or set landlock = "off"\n\\Z', result.stderr)
        found = self.facts(ATTEMPTS, master=MASTER, wrapper=wrapper, landlock="auto")
        assert found["outside-read"] == "done"
        os.unlink(f"/tmp/chrootshim-{found['PPid']}")

    @pytest.mark.parametrize("value", ("auto", None))
    def test_a_kernel_with_the_first_version(self, value):
        """It forbids to move a file to another directory, which works without it."""
        library = compile_program("old_landlock.c", f"{self.tree.path}/old_landlock.so", "-shared",
                                  "-fPIC")
        extra = {"LD_PRELOAD": f"{self.tree.library}:{library}"}
        found = self.facts(ATTEMPTS, master=MASTER, extra=extra, landlock=value)
        assert (found["rename"], found["outside-read"]) == ("done", "done")
        os.unlink(f"/tmp/chrootshim-{found['PPid']}")
        found = self.facts('attempt("move", os.rename, "/page", "/dir/page")', extra=extra, **REQUIRED)
        assert found["move"] == "EXDEV"

    @pytest.mark.parametrize("value", ("auto", None))
    def test_a_container_that_needs_set_id_programs(self, value):
        """Without no_new_privs the kernel asks for CAP_SYS_ADMIN."""
        options = {"wrapper": ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-all"],
                   "no_new_privs": "false"}
        result = self.run_worker('say("served")', **options, landlock=value)
        assert result.stdout.startswith("served")
        assert ("landlock auto: workers are without it: with no_new_privs = false the server needs "
                "CAP_SYS_ADMIN") in result.stderr
        result = self.run_worker('say("served")', **options, **REQUIRED)
        assert "Landlock was refused: Operation not permitted: set no_new_privs = true" in result.stderr
        assert result.stdout == ""

    @pytest.mark.parametrize("value", ("auto", "require"))
    def test_a_worker_that_is_refused(self, value):
        """The kernel says that it has it, and refuses it."""
        program = self.tree.compile("answer_calls")
        result = self.run_worker('say("served")', landlock=value, wrapper=[
            program, "landlock_restrict_self", str(errno.EPERM)])
        self.assert_stopped(result, "Landlock was refused: Operation not permitted: ")


class TestSlowScript:
    """A script of mod_cgid's daemon that outlives Timeout; the worker may not send it a signal."""

    EXTRA = "Timeout 2\nScriptSock {jail}/run/cgid\nScriptAlias /cgi/ {jail}/cgi/\n"
    SCRIPT = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nbegun\\n'\nexec /bin/sleep 60\n"

    def test_it_goes_on(self):
        """As README says under Limits."""
        for value, goes_on in (("off", False), (None, True)):
            with Apache(settings={"landlock": value}) as apache:
                apache.write("jail/cgi/slow", self.SCRIPT, 0o755)
                os.mkdir(f"{apache.jail}/bin")
                for name in ("sh", "sleep"):
                    shutil.copy("/bin/busybox", f"{apache.jail}/bin/{name}")
                os.mkdir(f"{apache.jail}/run")
                shutil.chown(f"{apache.jail}/run", WORKER_USER)
                apache.configure(self.EXTRA, ("cgid", "alias"))
                apache.start()
                with socket.create_connection(("127.0.0.1", apache.port)) as connection:
                    connection.sendall(b"GET /cgi/slow HTTP/1.0\r\n\r\n")
                    wait_until(lambda: apache.helpers("sleep"), "the script")
                    wait_until(lambda: "AH00574" in apache.error_log(), "the end of the time")
                if goes_on:
                    # httpd tries three times, within half a second.
                    time.sleep(1)
                    assert apache.helpers("sleep")
                else:
                    wait_until(lambda: not apache.helpers("sleep"), "the end of the script")


class TestScripts(test_cgi.TestCgiOfPrefork):
    """Scripts run behind it."""

    settings = REQUIRED


class TestScriptsOfTheDaemon(test_cgi.TestCgidOfEvent):
    """And those of mod_cgid's daemon."""

    settings = REQUIRED


class TestLockFiles(test_mutex.TestDefault):
    """Lock files and logs lie outside; they were opened before."""

    settings = REQUIRED


class TestPhp(test_php.TestJailed):
    """PHP, its extensions and its files."""

    settings = {**test_php.TestJailed.settings, **REQUIRED}
