"""A start handed over to systemd would run unjailed: it is refused, and nothing else is."""
import os
import shlex
import subprocess
import sys
import unittest

import processes
from apache import Apache
from cases import load_tests_of
from processes import wait_until
from tree import Tree

REFUSED = ("start", "restart", "try-restart", "reload-or-restart", "try-reload-or-restart")
PASSED = ("reload", "status", "stop", "is-active", "show", "daemon-reload")

# Stands in for systemctl: adds its arguments to a file.
SYSTEMCTL = """\
#!/bin/sh
echo "$@" >>{tree}/systemctl.log
"""

# Stands in for readlink: says that process 1 is systemd.
READLINK = """\
#!/bin/sh
[ "$*" = "-f /proc/1/exe" ] && echo /usr/lib/systemd/systemd && exit
exec /bin/readlink "$@"
"""

ONE_LINE = (r"\Achrootshim\[\d+\]: error: .*"
            r"examples/systemd/apache2\.service\.d/chrootshim\.conf.*\n\Z")


class Direct(unittest.TestCase):
    """systemctl started by other programs under the shim."""

    def setUp(self):
        self.tree = Tree()
        self.addCleanup(self.tree.close)
        self.tree.write("bin/systemctl", SYSTEMCTL.format(tree=self.tree.path), 0o755)
        self.path = {"PATH": f"{self.tree.path}/bin:{os.environ['PATH']}"}

    def ran(self):
        """The arguments with which systemctl was really run."""
        lines = processes.read(f"{self.tree.path}/systemctl.log").splitlines()
        self.tree.write("systemctl.log", "")
        return lines

    def shell(self, command):
        return self.tree.run("/bin/sh", "-c", command, extra=self.path)

    def python(self, text):
        return self.tree.run("/usr/bin/python3", "-c", text, extra=self.path)

    def assert_refused(self, result, status=78):
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertRegex(result.stderr, ONE_LINE)
        self.assertEqual(self.ran(), [])

    def test_starts_are_refused(self):
        for verb in REFUSED:
            for command in (f"systemctl {verb} apache2", f"exec systemctl {verb} apache2; true",
                            f"{self.tree.path}/bin/systemctl -q --no-block {verb} a b"):
                with self.subTest(command):
                    self.assert_refused(self.shell(command))

    def test_the_caller_goes_on(self):
        result = self.shell("systemctl start apache2; echo $?")
        self.assertEqual(result.stdout, "78\n")
        self.assert_refused(result, status=0)

    def test_the_rest_passes(self):
        for verb in PASSED:
            with self.subTest(verb):
                result = self.shell(f"systemctl {verb} apache2")
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                self.assertEqual(self.ran(), [f"{verb} apache2"])

    def test_a_unit_may_be_named_like_a_verb(self):
        self.assertEqual(self.shell("systemctl status start").returncode, 0)
        self.assertEqual(self.ran(), ["status start"])

    def test_without_the_shim_nothing_is_refused(self):
        self.tree.run("systemctl", "start", "apache2", shim=False, extra=self.path)
        self.assertEqual(self.ran(), ["start apache2"])

    def test_by_posix_spawn(self):
        for function in ("posix_spawn", "posix_spawnp"):
            program = "systemctl" if function[-1] == "p" else f"{self.tree.path}/bin/systemctl"
            start = f"os.{function}({program!r}, ['systemctl', '%s', 'x'], os.environ)"
            with self.subTest(function):
                self.assert_refused(self.python(
                    "import os\n"
                    f"try: os.waitpid({start % 'start'}, 0)\n"
                    "except PermissionError: os._exit(5)"), status=5)
                self.python(f"import os; os.waitpid({start % 'status'}, 0)")
                self.assertEqual(self.ran(), ["status x"])

    def test_by_vfork(self):
        self.assert_refused(self.python(
            "import subprocess, sys; sys.exit(subprocess.call(['systemctl', 'restart', 'x']))"))

    def test_by_system(self):
        self.assert_refused(self.python(
            "import os; os._exit(os.waitstatus_to_exitcode(os.system('systemctl restart x')))"))


class Server(unittest.TestCase):
    """apachectl, as it is on a host with systemd, and the helpers of a server."""

    def setUp(self):
        processes.become_reaper()
        self.apache = Apache("event")
        self.addCleanup(self.apache.close)
        for name, text in (("systemctl", SYSTEMCTL), ("readlink", READLINK)):
            self.apache.write(f"bin/{name}", self.apache.format(text), 0o755)
        self.apache.path = f"{self.apache.tree}/bin:{self.apache.path}"

    def ran(self):
        return processes.read(f"{self.apache.tree}/systemctl.log").splitlines()

    def apachectl_start(self):
        """`apachectl start`, with nothing else on the command line."""
        with open(f"{self.apache.tree}/envvars", "a") as file:
            file.write(f"export APACHE_ARGUMENTS='-f {self.apache.conf}'\n")
        return subprocess.run(["apachectl", "start"], env=self.apache.environment(), cwd="/",
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)

    def test_apachectl_start_is_refused(self):
        result = self.apachectl_start()
        self.assertNotEqual(result.returncode, 0)
        self.assertRegex(result.stderr, ONE_LINE)
        self.assertIn("Invoking 'systemctl start apache2'", result.stdout)
        self.assertEqual(self.ran(), [])
        self.assertIsNone(self.apache.master())

    def test_apachectl_start_without_the_shim(self):
        self.apache.shim = False
        self.assertEqual(self.apachectl_start().returncode, 0)
        self.assertEqual(self.ran(), ["start apache2"])

    def start_with_logger(self, directive):
        logger = self.apache.write("logger", self.apache.format(
            "#!/bin/sh\nsystemctl restart logger\nexec cat >>{tree}/log/piped\n"), 0o755)
        self.apache.configure(directive % shlex.quote(logger))
        self.assertNotIn("chrootshim[", self.apache.start().stderr)

    def assert_helpers_may(self, directive):
        """Every logger that was started has restarted its unit."""
        self.start_with_logger(directive)
        for _ in range(2):
            self.apache.graceful()
        wait_until(lambda: len(self.ran()) >= 3, f"three restarts: {self.apache.error_log()}")
        self.assertEqual(set(self.ran()), {"restart logger"})
        for log in ("log/error.log", "log/piped"):
            self.assertNotIn("chrootshim[", processes.read(f"{self.apache.tree}/{log}"))

    def test_the_logger_of_accesses(self):
        self.assert_helpers_may('CustomLog "|%s" "%%r"\n')

    def test_the_logger_of_errors(self):
        self.assert_helpers_may('ErrorLog "|%s"\n')


load_tests = load_tests_of(sys.modules[__name__])

if __name__ == "__main__":
    unittest.main()
