"""What cannot be jailed does not serve: a wrong setting stops the start, a lost jail the server."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import errno
import http.client
import os
import re
import shutil
import signal
import socket

import pytest

import processes
from apache import LIBRARY, MPMS, Apache
from cases import OneServerTest, TreeTest
from processes import wait_until
from tree import NOBODY, compile_program

EXIT_CONFIG = 78

# A wrong start: settings (None: unset), and what the line must name. {tree} and {jail} are filled
# in; `file` is the text of a configuration file.
WRONG = {
    "missing": ({"jail": "{tree}/none"}, "{tree}/none: No such file.* make the directory"),
    "no directory": ({"jail": "{tree}/httpd.conf"}, "{tree}/httpd.conf is not a directory: name"),
    "below a file": ({"jail": "{tree}/httpd.conf/a"}, "{tree}/httpd.conf/a: Not a directory: make"),
    "relative": ({"jail": "srv/www1"}, 'CHROOTSHIM_JAIL is "srv/www1": .*absolute path'),
    "empty": ({"jail": ""}, 'CHROOTSHIM_JAIL is "": .*absolute path'),
    "root": ({"jail": "/"}, "/ is the root directory.*: name a directory"),
    "root by a link": ({"jail": "{tree}/root"}, "{tree}/root is the root directory.*: name a dir"),
    "loop of links": ({"jail": "{tree}/loop"}, "{tree}/loop: Too many levels.*: mend the symbolic"),
    "writable by others": ({"jail": "{tree}/others"}, r"{tree}/others is writable.*: chmod go-w"),
    "writable by its group": ({"jail": "{tree}/group"}, r"{tree}/group is writable.*: chmod go-w"),
    "below a writable one": ({"jail": "{tree}/others/below"}, "{tree}/others is writable.*: chmod"),
    "another's": ({"jail": "{tree}/another"}, "{tree}/another belongs to uid 65534.*: chown root"),
    "no jail": ({"jail": None, "pidfile": None}, "no jail.* set CHROOTSHIM_JAIL"),
    "unknown variable": ({"jial": "/srv"}, "CHROOTSHIM_JIAL.*correct its name or unset"),
    "bad boolean": ({"fixroot": "yes"}, 'CHROOTSHIM_FIXROOT is "yes": .*true or false'),
    "bad status": ({"fatal_status": "256"}, 'CHROOTSHIM_FATAL_STATUS is "256": .*1 to 255'),
    "bad level": ({"log_level": "loud"}, 'CHROOTSHIM_LOG_LEVEL is "loud": .*error, warning, info'),
    "file missing": ({"config": "{tree}/none.conf"}, "{tree}/none.conf: No such file.*: name"),
    "file a directory": ({"config": "{tree}/run"}, "{tree}/run is not a regular file.*: name"),
    "file relative": ({"config": "my.conf"}, 'CHROOTSHIM_CONFIG is "my.conf": .*absolute path'),
    "unknown key": ({"file": 'jail = "{jail}";\njial = "/srv";\n'}, "{file}:2: jial .*correct its"),
    "bad type": ({"file": "jail = 5;\n"}, "{file}:1: jail has a value of the wrong type: .*path"),
    "bad list": ({"file": '\n\nprograms = "a";\n'}, r"{file}:3: programs is no list: .*\[ \"a\""),
    "bad value": ({"file": 'view = "both";\n'}, '{file}:1: view is "both": .*outside or inside'),
    "syntax": ({"file": 'jail = "{jail}";\npidfile "x";\n'}, "{file}:2: syntax error: correct"),
    "file without a jail": ({"jail": None, "file": ""}, "no jail.* set CHROOTSHIM_JAIL.*{file}"),
}

WITHOUT_CAPABILITY = ["setpriv", "--bounding-set=-sys_chroot", "--inh-caps=-all"]


class TestStarts(OneServerTest):
    """apachectl with wrong settings: one line, status 78, and nothing else."""

    @pytest.fixture(autouse=True)
    def furnish(self, own_server):
        self.tree = self.apache.tree
        for name, mode in (("others", 0o757), ("group", 0o775), ("another", 0o755)):
            os.mkdir(f"{self.tree}/{name}")
            os.chmod(f"{self.tree}/{name}", mode)
        os.mkdir(f"{self.tree}/others/below")
        os.chown(f"{self.tree}/another", NOBODY, NOBODY)
        os.symlink("loop", f"{self.tree}/loop")
        os.symlink("/", f"{self.tree}/root")

    def fill(self, text):
        return text and self.apache.format(text.replace("{file}", "{tree}/shim.conf"))

    def refused(self, pattern):
        result = self.apache.control("-k", "start")
        assert result.returncode == EXIT_CONFIG, result.stderr
        assert result.stdout == ""
        assert re.search(rf"\Achrootshim\[\d+\]: error: [^\n]*{self.fill(pattern)}[^\n]*\n\Z",
                         result.stderr)
        wait_until(lambda: not processes.descendants(os.getpid()), "the end of all its processes")
        for name in ("run/httpd.pid", "log/error.log"):
            assert not os.path.exists(f"{self.tree}/{name}"), name

    @pytest.mark.parametrize("settings, pattern", WRONG.values(), ids=WRONG)
    def test_wrong_settings(self, settings, pattern):
        self.apache.settings.update({key: self.fill(value) for key, value in settings.items()})
        text = self.apache.settings.pop("file", None)
        if text is not None:
            self.apache.settings["config"] = self.apache.write("shim.conf", text)
        self.refused(pattern)

    def test_without_the_capability(self):
        self.apache.prefix = WITHOUT_CAPABILITY
        self.refused("CAP_SYS_CHROOT.*: start the server with that capability")

    def test_the_right_settings_start(self):
        self.apache.start()
        assert self.apache.get("/").status == 200


@pytest.mark.parametrize("key, value", (
    ("isolation", "namespace"), ("pidfile", None), ("config", "{tree}/root-only.conf"),
    ("jail", "{tree}/hidden/jail")),
    ids=("no capability to mount", "no pidfile", "no right to read", "no right to reach"))
class TestUnprivileged(TreeTest):
    """A process that may not look runs on, until it serves."""

    @pytest.fixture(autouse=True)
    def furnish(self, own_tree, key, value):
        self.tree.write("root-only.conf", f'jail = "{self.tree.jail}";\n', mode=0o600)
        os.makedirs(f"{self.tree.path}/hidden/jail")
        os.chmod(f"{self.tree.path}/hidden", 0o700)
        self.settings = {key: value and value.replace("{tree}", self.tree.path)}

    def test_what_does_not_serve_runs_on(self):
        result = self.tree.run("ls", self.tree.path, user=NOBODY, **self.settings)
        assert (result.returncode, result.stderr) == (0, "")
        assert "root-only.conf\n" in result.stdout

    def assert_ends(self, *actions, **options):
        result = self.tree.run(self.tree.put_server(), *actions, "say", "served", user=NOBODY,
                               **options, **self.settings)
        assert result.returncode == EXIT_CONFIG, result.stderr
        assert re.search(r"\Achrootshim\[\d+\]: error: [^\n]+\n\Z", result.stderr)
        assert result.stdout == ""

    def test_what_listens_ends(self):
        self.assert_ends("listen")

    def test_what_accepts_ends(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.assert_ends("take", str(listener.fileno()), "accept",
                             pass_fds=(listener.fileno(),))


def replace(apache):
    os.mkdir(apache.jail, 0o755)
    apache.write("jail/htdocs/index.html", "canary\n")


def remove(apache):
    shutil.rmtree(apache.jail)


def remove_and_replace(apache):
    remove(apache)
    replace(apache)


def move_and_replace(apache):
    os.rename(apache.jail, f"{apache.tree}/moved")
    replace(apache)


def replace_by_link(apache):
    os.rename(apache.jail, f"{apache.tree}/moved")
    os.symlink("moved", apache.jail)


def keep(_apache):
    pass


GONE = "No such file or directory"
REPLACED = "it is not the directory any more that was there at the start"
REFUSED = r"chroot\(\) was refused: Operation not permitted"

# What happens to a running server: to its jail, what its children lose, and what they say.
LOSSES = {
    "removed": (remove, None, GONE),
    "removed and replaced": (remove_and_replace, None, REPLACED),
    "moved and replaced": (move_and_replace, None, REPLACED),
    "replaced by a link": (replace_by_link, None, REPLACED),
    "capability lost": (keep, "capability", REFUSED),
    "descriptors closed, jail removed": (remove, "descriptors", GONE),
    "descriptors closed, jail replaced": (move_and_replace, "descriptors", REPLACED),
}


class TestLostJail:
    """No worker can be jailed any more: the server ends, and serves nothing."""

    mpms = MPMS

    @pytest.fixture(autouse=True)
    def furnish(self, mpm):
        self.mpm = mpm
        with contextlib.ExitStack() as self.cleanups:
            yield

    def server(self, sabotage=None):
        """A server, not started; its forked children lose something after sabotage_now()."""
        apache = Apache(self.mpm, "Alias /canary {tree}/canary\n<Directory {tree}/canary>\n"
                        "Require all granted\n</Directory>\n", ("alias",))
        self.cleanups.enter_context(apache)
        apache.write("canary/index.html", "canary\n")
        if sabotage:
            library = compile_program("sabotage.c", f"{apache.tree}/sabotage.so", "-shared",
                                      "-fPIC")
            apache.prefix = ["env", f"LD_PRELOAD={LIBRARY}:{library}", f"SABOTAGE={sabotage}",
                             f"SABOTAGE_WHEN={apache.tree}/now"]
        return apache

    def sabotage_now(self, apache):
        """Let the sabotage begin, and have the master fork other workers; it has no more of the old."""
        apache.write("now", "")
        old = apache.forked()
        for pid in old:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(processes.alive, old)), "the end of the old workers")

    def replies(self, apache):
        """What the server still answers: by the page in the jail, and by one outside."""
        found = []
        for path in ("/", "/canary/"):
            try:
                found.append(apache.get(path).text)
            except (OSError, http.client.HTTPException):
                pass
        return found

    def assert_fatal(self, apache, pattern):
        """Each worker has said one thing, and httpd has seen one of them exit with status 15."""
        log = apache.error_log()
        lines = dict(re.findall(r"^chrootshim\[(\d+)\]: error: (.*)$", log, re.M))
        assert lines, log
        assert len(lines) == log.count("chrootshim["), log
        for text in lines.values():
            assert re.search(rf"{apache.jail}: .*{pattern}: .+", text)
        # httpd says this for the status 15 only.
        fatal = re.search(r"Child (\d+) returned a Fatal error", log)
        assert fatal.group(1) in lines

    def test_losses(self):
        servers = {name: self.server(sabotage) for name, (_, sabotage, _) in LOSSES.items()}
        masters = []
        for apache in servers.values():
            apache.start()
            assert apache.get("/canary/").status in (403, 404)
            masters.append(apache.master())
        for name, apache in servers.items():
            LOSSES[name][0](apache)
            self.sabotage_now(apache)
        served = {name: [] for name in servers}

        def gone():
            for name, apache in servers.items():
                served[name] += self.replies(apache)
            processes.collect()
            return not any(map(processes.alive, masters))

        wait_until(gone, "the end of all servers", seconds=120)
        for name, apache in servers.items():
            assert served[name] == []
            self.assert_fatal(apache, LOSSES[name][2])

    def test_refused_by_the_kernel(self):
        """That is known before the first worker, and the server does not start."""
        apache = self.server()
        apache.prefix = [compile_program("answer_calls.c", f"{apache.tree}/answer_calls"),
                         "chroot", str(errno.EPERM)]
        result = apache.control("-k", "start")
        assert result.returncode == EXIT_CONFIG
        assert re.search(rf"\Achrootshim\[\d+\]: error: jail {apache.jail}: {REFUSED}[^\n]*\n\Z",
                         result.stderr)
        assert self.replies(apache) == []
        wait_until(lambda: not processes.descendants(os.getpid()), "the end of all its processes")

    def test_descriptors_closed_alone_do_no_harm(self):
        apache = self.server("descriptors")
        apache.start()
        self.sabotage_now(apache)
        apache.wait_ready(workers=1)
        for pid in apache.workers():
            assert processes.root(pid) == apache.jail

    def test_what_has_taken_the_number_of_the_jail_leads_nowhere_else(self):
        apache = self.server("handles")
        apache.start()
        root = os.stat("/")
        self.sabotage_now(apache)
        apache.wait_ready(workers=1)
        for pid in apache.workers():
            for fd in os.listdir(f"/proc/{pid}/fd"):
                # That of a connection may just be closed.
                with contextlib.suppress(FileNotFoundError):
                    assert not os.path.samestat(os.stat(f"/proc/{pid}/fd/{fd}"), root)

    def test_without_the_shim_the_canary_is_served(self):
        apache = self.server()
        apache.shim = False
        apache.start()
        assert apache.get("/canary/").text == "canary\n"
