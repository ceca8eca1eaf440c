"""The second wall: Landlock confines a worker to its jail where the chroot alone does not."""
import errno
import os
import re
import sys
import unittest

import processes
import test_cgi
import test_mutex
import test_php
from cases import load_tests_of
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

    def setUp(self):
        super().setUp()
        self.tree.write("jail/page", "a page\n")
        os.mkdir(f"{self.tree.jail}/dir")
        for path in (self.tree.jail, f"{self.tree.jail}/dir"):
            os.chmod(path, 0o755)


class Wall(LandlockTest):
    """What a worker can do behind it, and without it."""

    def attempts(self, **settings):
        return self.facts(ATTEMPTS, master=MASTER, **settings)

    def test_it_holds(self):
        for isolation in ISOLATIONS:
            for value in ("require", "auto"):
                with self.subTest(value, isolation=isolation):
                    found = self.attempts(landlock=value, isolation=isolation)
                    self.assertEqual({name: found[name] for name in WORKS},
                                     dict.fromkeys(WORKS, "done"))
                    self.assertEqual({name: found[name] for name in WAYS_OUT}, WAYS_OUT)

    def test_without_it_the_chroot_does_not(self):
        """The control. What lies outside is found by a descriptor from outside."""
        for value in ("off", None):
            with self.subTest(value):
                found = self.attempts(landlock=value)
                self.assertEqual({name: found[name] for name in (*WORKS, *WAYS_OUT)},
                                 dict.fromkeys((*WORKS, *WAYS_OUT), "done"))
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
        for value, answer in (("require", "EACCES"), ("off", "done")):
            with self.subTest(value):
                found = self.facts(leave, master='host = os.stat("/")', landlock=value,
                                   keep_capabilities="sys_chroot")
                self.assertEqual((found["left"], found["password"]), ("True", answer))
                os.rmdir(f"{self.tree.jail}/below")

    def test_as_an_ordinary_user(self):
        """Started without root; the master has the same uid, so that it could be killed."""
        for value, answer in (("require", "EPERM"), ("off", "done")):
            with self.subTest(value):
                found = self.facts('attempt("signal", os.kill, server, 0)', master=MASTER,
                                   user=NOBODY, landlock=value)
                self.assertEqual(found["signal"], answer)


class Exposed(LandlockTest):
    """Exposed paths are in the jail, and so behind the wall."""

    def test_exposed_paths(self):
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
        for value in ("require", "off"):
            with self.subTest(value):
                found = self.facts(attempts, isolation="namespace", expose=expose, landlock=value,
                                   services="files")
                self.assertEqual([found[name] for name in (
                    "read", "change", "write", "make", "null", "hidden")],
                    ["done", "EROFS", "done", "done", "done", "ENOENT"])
                os.rmdir(f"{os.path.dirname(shared)}/made")
                self.assertEqual(processes.read(shared), "written")


class Kernel(LandlockTest):
    """A kernel that has it, has it not, or is not to be asked."""

    def calls(self, value):
        """The system calls of Landlock that a server and its worker make."""
        trace = f"{self.tree.path}/trace"
        strace = ["strace", "-f", "-o", trace, "-e", "trace=/landlock", "-E",
                  f"LD_PRELOAD={self.tree.library}"]
        self.facts(wrapper=strace, landlock=value, extra={"LD_PRELOAD": ""})
        return re.findall(r"\b(landlock\w+)\(", processes.read(trace))

    def test_off_asks_nothing(self):
        self.assertEqual(self.calls("off"), [])
        self.assertEqual(self.calls(None), [])
        self.assertIn("landlock_restrict_self", self.calls("auto"))

    def test_a_kernel_without_it(self):
        program = compile_program("answer_calls.c", f"{self.tree.path}/answer_calls")
        for number in (errno.ENOSYS, errno.EOPNOTSUPP):
            wrapper = [program, "landlock_create_ruleset", str(number)]
            with self.subTest(number):
                result = self.run_worker('say("served")', wrapper=wrapper, **REQUIRED)
                self.assertEqual((result.returncode, result.stdout), (78, ""))
                self.assertRegex(result.stderr, r"\Achrootshim\[\d+\]: error: CHROOTSHIM_LANDLOCK is "
                                 rf'"require": {os.strerror(number)}: use a kernel that has it .*'
                                 'or set landlock = "off"\n\\Z')
                found = self.facts(ATTEMPTS, master=MASTER, wrapper=wrapper, landlock="auto")
                self.assertEqual(found["outside-read"], "done")
                os.unlink(f"/tmp/chrootshim-{found['PPid']}")

    def test_a_worker_that_is_refused(self):
        """The kernel has it when the server starts, and refuses it to a worker."""
        program = compile_program("answer_calls.c", f"{self.tree.path}/answer_calls")
        for value in ("auto", "require"):
            with self.subTest(value):
                result = self.run_worker('say("served")', landlock=value, wrapper=[
                    program, "landlock_restrict_self", str(errno.EPERM)])
                self.assert_ended(result, "Landlock was refused: Operation not permitted: ")


class Scripts(test_cgi.CgiOfPrefork):
    """Scripts run behind it."""

    settings = REQUIRED


class ScriptsOfTheDaemon(test_cgi.CgidOfEvent):
    """And those of mod_cgid's daemon."""

    settings = REQUIRED


class LockFiles(test_mutex.Default):
    """Lock files and logs lie outside; they were opened before."""

    settings = REQUIRED


class Php(test_php.Jailed):
    """PHP, its extensions and its files."""

    settings = {**test_php.Jailed.settings, **REQUIRED}


load_tests = load_tests_of(sys.modules[__name__])

if __name__ == "__main__":
    unittest.main()
