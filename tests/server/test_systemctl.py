"""A start handed over to systemd would run unjailed: it is refused, and nothing else is."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shlex
import subprocess

import pytest

import processes
from cases import OneServerTest, TreeTest
from processes import wait_until

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


class TestDirect(TreeTest):
    """systemctl started by other programs under the shim."""

    @pytest.fixture(autouse=True)
    def put(self, own_tree):
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
        assert result.returncode == status, result.stderr
        assert re.search(ONE_LINE, result.stderr)
        assert self.ran() == []

    @pytest.mark.parametrize("verb", REFUSED)
    def test_starts_are_refused(self, verb):
        for command in (f"systemctl {verb} apache2", f"exec systemctl {verb} apache2; true",
                        f"{self.tree.path}/bin/systemctl -q --no-block {verb} a b"):
            self.assert_refused(self.shell(command))

    def test_the_caller_goes_on(self):
        result = self.shell("systemctl start apache2; echo $?")
        assert result.stdout == "78\n"
        self.assert_refused(result, status=0)

    @pytest.mark.parametrize("verb", PASSED)
    def test_the_rest_passes(self, verb):
        result = self.shell(f"systemctl {verb} apache2")
        assert (result.returncode, result.stderr) == (0, "")
        assert self.ran() == [f"{verb} apache2"]

    def test_a_unit_may_be_named_like_a_verb(self):
        assert self.shell("systemctl status start").returncode == 0
        assert self.ran() == ["status start"]

    def test_without_the_shim_nothing_is_refused(self):
        self.tree.run("systemctl", "start", "apache2", shim=False, extra=self.path)
        assert self.ran() == ["start apache2"]

    @pytest.mark.parametrize("function", ("posix_spawn", "posix_spawnp"))
    def test_by_posix_spawn(self, function):
        program = "systemctl" if function[-1] == "p" else f"{self.tree.path}/bin/systemctl"
        start = f"os.{function}({program!r}, ['systemctl', '%s', 'x'], os.environ)"
        self.assert_refused(self.python(
            "import os\n"
            f"try: os.waitpid({start % 'start'}, 0)\n"
            "except PermissionError: os._exit(5)"), status=5)
        self.python(f"import os; os.waitpid({start % 'status'}, 0)")
        assert self.ran() == ["status x"]

    def test_by_vfork(self):
        self.assert_refused(self.python(
            "import subprocess, sys; sys.exit(subprocess.call(['systemctl', 'restart', 'x']))"))

    def test_by_system(self):
        self.assert_refused(self.python(
            "import os; os._exit(os.waitstatus_to_exitcode(os.system('systemctl restart x')))"))


class TestServer(OneServerTest):
    """apachectl, as it is on a host with systemd, and the helpers of a server."""

    @pytest.fixture(autouse=True)
    def put(self, own_server):
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
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def test_apachectl_start_is_refused(self):
        result = self.apachectl_start()
        assert result.returncode != 0
        assert re.search(ONE_LINE, result.stderr)
        assert "Invoking 'systemctl start apache2'" in result.stdout
        assert self.ran() == []
        assert self.apache.master() is None

    def test_apachectl_start_without_the_shim(self):
        self.apache.shim = False
        assert self.apachectl_start().returncode == 0
        assert self.ran() == ["start apache2"]

    def start_with_logger(self, directive):
        logger = self.apache.write("logger", self.apache.format(
            "#!/bin/sh\nsystemctl restart logger\nexec cat >>{tree}/log/piped\n"), 0o755)
        self.apache.configure(directive % shlex.quote(logger))
        assert "chrootshim[" not in self.apache.start().stderr

    def assert_helpers_may(self, directive):
        """Every logger that was started has restarted its unit."""
        self.start_with_logger(directive)
        for _ in range(2):
            self.apache.graceful()
        wait_until(lambda: len(self.ran()) >= 3, f"three restarts: {self.apache.error_log()}")
        assert set(self.ran()) == {"restart logger"}
        for log in ("log/error.log", "log/piped"):
            assert "chrootshim[" not in processes.read(f"{self.apache.tree}/{log}")

    def test_the_logger_of_accesses(self):
        self.assert_helpers_may('CustomLog "|%s" "%%r"\n')

    def test_the_logger_of_errors(self):
        self.assert_helpers_may('ErrorLog "|%s"\n')
