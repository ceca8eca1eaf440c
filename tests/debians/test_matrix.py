"""What tests/matrix takes, what it refuses, the row that it makes, and a command in a tree of its own."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "server"))

import emulator
import machine
import outcome
import readme
import tree
from processes import wait_until

MATRIX = pathlib.Path(__file__).resolve().parents[1] / "matrix"
NOBODY = 65534

VERSIONS = """\
glibc glibc 2.41
gcc 14.2.0
clang Debian clang version 19.1.7 (3+b1)
meson\x20
"""

PASSED = """\
== Tests of the build gcc
== Result
104 passed, 0 failed, 0 skipped
"""

REFUSED = """\
== Building the library
../meson.build:1:2: ERROR: Problem encountered: chrootshim needs glibc 2.33 or newer: cc has 2.31
== verdict: FAILED: the build failed
"""


def matrix(*words, **options):
    return subprocess.run([MATRIX, *words], capture_output=True, text=True, check=False, timeout=60,
                          **options)


def open_to_all(directory):
    for path in (directory, *directory.parents[:3]):
        with contextlib.suppress(PermissionError):
            path.chmod(path.stat().st_mode | 0o055)


class TestArguments:
    @pytest.mark.parametrize("words", ((), ("potato",), ("sid", "vax"), ("--fast", "sid")))
    def test_what_it_does_not_know(self, words):
        done = matrix(*words)
        assert (done.returncode, done.stdout) == (2, "") and "usage: matrix" in done.stderr

    def test_without_root(self, tmp_path):
        place = shutil.copytree(MATRIX.parent, tmp_path / "tests",
                                ignore=lambda _, names: set(names) - {"matrix", "debians"} -
                                {name for name in names if name.endswith(".py")})
        open_to_all(tmp_path)
        done = subprocess.run([place / "matrix", "sid"], capture_output=True, text=True, check=False,
                              user=NOBODY, group=NOBODY)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("tests/matrix must be run as root")

    def test_a_tree_in_use(self, tmp_path):
        with tree.place(tmp_path, f"sid-{machine.native()}"):
            done = matrix("--cache", tmp_path, "sid")
        assert (done.returncode, done.stderr) == (1, f"tests/matrix: {tmp_path}/sid-{machine.native()} is in use\n")

    def test_a_processor_without_emulator(self, monkeypatch):
        monkeypatch.setattr(emulator, "find", lambda *_: None)
        other = {"amd64": "arm64"}.get(machine.native(), "amd64")
        with pytest.raises(machine.Impossible, match=f"^{other} cannot run here: there is no emulator"):
            with machine.Machine(other):
                pass


class TestRow:
    @pytest.fixture(name="row")
    def fresh_row(self):
        row = outcome.Row("trixie", "amd64")
        row.versions = VERSIONS
        row.seconds = 130
        return row

    def test_green(self, row):
        row.add("examples/quickstart", 0, "== verdict: PASSED\n")
        row.add("tests/run", 0, PASSED)
        assert row.is_green
        assert str(row) == ("| trixie | amd64 | 2.41 | 14.2.0 | 19.1.7 | - | passed | "
                            "104 passed, 0 failed, 0 skipped | 2 |")
        assert str(row).count("|") == outcome.HEAD.splitlines()[0].count("|")

    def test_what_is_left_out_is_told(self, row):
        row.add("tests/run --quick", 0, f"left out: refresher\n{PASSED}")
        assert "| 104 passed, 0 failed, 0 skipped (quick, without refresher) |" in str(row)

    def test_red(self, row):
        row.add("examples/quickstart", 0, "")
        row.add("tests/run --quick", 1, PASSED.replace(" 0 failed", " 3 failed"))
        assert not row.is_green and not row.is_refused_as(readme.text())
        assert "| passed | 104 passed, 3 failed, 0 skipped (quick) |" in str(row)

    def test_nothing_was_built(self, row):
        row.add("tests/run", 1, "the build gcc failed\n")
        assert "| - | failed before the tests |" in str(row) and not row.is_green

    def test_refused(self, row):
        row.add("examples/quickstart", 1, REFUSED)
        assert "| - | refused: chrootshim needs glibc 2.33 or newer: cc has 2.31 |" in str(row)
        assert not row.is_green

    def test_refused_by_meson_itself(self, row):
        row.add("examples/quickstart", 1,
                "../meson.build:3:0: ERROR: Meson version is 0.56.2 but project requires >= 0.62\n")
        assert "| - | refused: Meson version is 0.56.2 but project requires >= 0.62 |" in str(row)
        assert not row.is_refused_as(readme.text())

    def test_only_what_is_documented_may_be_refused(self, row):
        row.add("examples/quickstart", 1, REFUSED)
        assert row.is_refused_as("It\nneeds glibc 2.33\nor newer and Linux 5.8 or newer.")
        assert not row.is_refused_as("It needs glibc 2.31 or newer.")
        row.refusal = None
        assert not row.is_refused_as("It needs glibc 2.33 or newer.")

    def test_the_commands_are_readmes(self):
        root = MATRIX.parents[1]
        example, tests = readme.commands()
        assert os.access(root / example, os.X_OK) and os.access(root / tests, os.X_OK)
        assert readme.commands(quick=True) == [example, f"{tests} --quick"]


class Small:
    """A tree with one program, in which a command can be run."""

    def __init__(self, path):
        self.path = str(path)
        for name in "dev", "proc", "sys", "run", "bin", "etc", "tmp":
            (path / name).mkdir()
        shutil.copy("/bin/busybox", path / "bin/sh")
        for name in "ls", "umount", "sleep":
            (path / f"bin/{name}").symlink_to("sh")


@pytest.fixture(name="small")
def small_tree(tmp_path):
    (tmp_path / "tree").mkdir()
    return Small(tmp_path / "tree")


def mounts():
    return pathlib.Path("/proc/self/mountinfo").read_text()


class TestMachine:
    def test_a_command(self, small):
        before = mounts()
        with machine.Machine(machine.native()) as own:
            status, said = own.run(
                small.path, "ls /; set -- /proc/[0-9]*; echo $#; echo x >/dev/null; exit 3", say=False)
        assert status == 3 and said.split() == [*sorted(os.listdir(small.path)), "2"]
        assert mounts() == before and os.listdir(f"{small.path}/dev") == []

    def test_nothing_of_the_host_is_left_in_it(self, small):
        """Neither is the host's root below the tree's, where "/.." would lead to it, nor on top of it."""
        with machine.Machine(machine.native()) as own:
            status, said = own.run(
                small.path, "while read -r _ _ _ _ place _; do echo $place; done </proc/self/mountinfo; "
                            "cd /..; ls", say=False)
        places = [word for word in said.split() if word.startswith("/")]
        assert status == 0 and places.count("/") == 1
        assert {place.split("/")[1] for place in places} == {"", "dev", "proc", "run", "sys"}
        assert [word for word in said.split() if word not in places] == sorted(os.listdir(small.path))

    def test_it_ends_with_who_runs_it(self, small):
        """Killed, it leaves no process and no mount."""
        program = ("import machine, sys\n"
                   "with machine.Machine(machine.native()) as own:\n"
                   "    own.run(sys.argv[1], 'sleep 987654 & sleep 987654')\n")
        before = mounts()
        process = subprocess.Popen([sys.executable, "-B", "-c", program, small.path],
                                   cwd=MATRIX.parent / "debians", stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: len(sleepers()) == 2, "the command", 30)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        wait_until(lambda: not sleepers(), "the end of what it has started", 30)
        assert mounts() == before


def sleepers():
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if path.read_bytes() == b"sleep\x00987654\x00":
                found.append(path)
    return found


class TestTree:
    def test_the_sources_are_a_copy(self, tmp_path):
        (tmp_path / "etc").mkdir()
        tree.bring_source(str(tmp_path))
        copy = pathlib.Path(f"{tmp_path}{tree.SOURCE}")
        assert (copy / "README.md").read_text() == readme.text()
        assert os.access(copy / "examples/packages/build-deb", os.X_OK)
        assert not (copy / ".git").exists() and not list(copy.glob("build*"))
        assert not os.path.samefile(copy / "README.md", readme.README)

    def test_a_tree_is_removed_unless_it_is_kept(self, tmp_path):
        with tree.place(None, "sid-amd64") as path:
            os.mkdir(path)
        assert not os.path.exists(os.path.dirname(path))
        with tree.place(tmp_path, "sid-amd64") as path:
            os.mkdir(path)
        assert os.path.isdir(tmp_path / "sid-amd64")

    def test_only_begun(self, tmp_path, monkeypatch):
        """What mmdebstrap has left off is no tree."""
        class Broken:
            architecture = "amd64"

            def run(self, _, words):
                os.mkdir(words[-2])
                return 1, ""

        with pytest.raises(tree.Failed, match="^mmdebstrap makes no sid for amd64"):
            tree.make(Broken(), "sid", f"{tmp_path}/sid")
        assert not os.path.exists(f"{tmp_path}/sid")


class TestPackages:
    """tests/install-packages, where "there" is installed, and apt knows "newer" and "newest" alone."""

    PROGRAMS = {"dpkg-query": 'case $* in *" there") printf installed; esac',
                "apt-cache": 'case $* in *" newer" | *" newest") ;; *) exit 1; esac',
                "apt-get": 'case $* in install*) echo "$*"; exit 1; esac'}

    def install(self, directory, *names):
        for name, line in self.PROGRAMS.items():
            (directory / name).write_text(f"#!/bin/sh\n{line}\n")
            (directory / name).chmod(0o755)
        open_to_all(directory)
        script = (MATRIX.parent / "install-packages").read_text()
        return subprocess.run(["bash", "-s", "--", *names], input=script, capture_output=True, text=True,
                              check=False, env={"PATH": f"{directory}:/usr/bin:/bin"},
                              user=NOBODY, group=NOBODY)

    def test_what_has_another_name_is_there(self, tmp_path):
        done = self.install(tmp_path, "there", "newer|there")
        assert (done.returncode, done.stdout) == (0, "nothing is missing\n")

    def test_the_first_that_apt_knows(self, tmp_path):
        done = self.install(tmp_path, "older|newer|newest", "there", "newest|newer")
        assert done.stderr.split()[-2:] == ["newer", "newest"]

    def test_none_is_known(self, tmp_path):
        """Then apt says so."""
        assert self.install(tmp_path, "old|older").stderr.split()[-1] == "older"


def test_an_emulator_needs_nothing_of_the_host():
    assert not emulator.is_static(os.path.realpath("/proc/self/exe"))
    assert emulator.is_static("/bin/busybox")
