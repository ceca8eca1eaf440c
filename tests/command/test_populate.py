"""chrootshim populate: what a program needs comes into the jail, and goes from it again."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import shutil
import stat
import struct
import subprocess

import jsonschema
import pytest

from chrootshim import COMMAND, chrootshim, environment
from populated import Populated, kept, snapshot
from tree import NOBODY

SCHEMA = json.load(open(os.path.join(os.path.dirname(__file__),
                                     "../../shim/command/populate/populate.schema.json")))


@pytest.fixture
def jail():
    with Populated() as populated:
        yield populated


SCRIPT = "#!/bin/bash\necho $((6 * 7))\n"


class TestPrograms:
    """Each works in a jail that was empty."""

    def test_a_script_outside(self, jail):
        path = jail.outside("script", SCRIPT, 0o755)
        assert jail.populate("--program", path).returncode == 0
        assert jail.run(path) == "42\n"

    def test_git_by_its_name(self, jail):
        result = jail.populate("--program", "git")
        assert result.returncode == 0 and "program /usr/bin/git" in result.stdout
        jail.run("/usr/bin/git", "init", "--quiet", "/repository")
        assert os.path.isdir(f"{jail.path}/repository/.git")

    def test_a_static_program_comes_alone(self, jail):
        program = jail.compile("static", "int main(void) { return 42; }", "-static")
        answer = jail.answer("--program", program)
        assert [finding["code"] for finding in answer["findings"]] == ["static"]
        assert jail.files() == {program}
        assert subprocess.run(["/usr/sbin/chroot", jail.path, program]).returncode == 42

    def test_a_program_of_another_machine_is_told(self, jail):
        program = jail.compile("other", "int main(void) { return 0; }", "-static")
        with open(program, "r+b") as file:
            file.seek(18)
            file.write(b"\x03\x00")
        answer = jail.answer("--program", program)
        assert [finding["code"] for finding in answer["findings"]] == ["other-machine"]
        assert "i386" in answer["findings"][0]["why"]
        assert jail.files() == {program}

    def test_set_id_bits_stay_outside(self, jail):
        program = jail.compile("setid", "int main(void) { return 0; }")
        os.chmod(program, 0o6755)
        # cap_net_raw+ep, as setcap(8) writes it.
        os.setxattr(program, "security.capability", struct.pack("<5I", 0x2000001, 1 << 13, 0, 0, 0))
        answer = jail.answer("--program", program)
        assert [finding["code"] for finding in answer["findings"]] == ["set-id", "capabilities"]
        assert "security.capability" not in os.listxattr(jail.path + program)
        assert stat.S_IMODE(os.stat(jail.path + program).st_mode) == 0o755

    def test_a_name_with_a_comma(self, jail):
        program = jail.compile("a,writable", "int main(void) { return 42; }")
        assert jail.populate("--program", program).returncode == 0
        assert subprocess.run(["/usr/sbin/chroot", jail.path, program]).returncode == 42

    def test_origin_needs_proc(self, jail):
        """The loader asks /proc where the program is, and a jail has none: the cure is told."""
        program = jail.program_with_library("1", "$ORIGIN")
        result = jail.populate("--program", program)
        cure = f"LD_ORIGIN_PATH={os.path.dirname(program)}"
        assert result.returncode == 1 and cure in result.stderr
        assert jail.run(program, LD_ORIGIN_PATH=os.path.dirname(program)) == "version 1\n"

    def test_names_are_looked_up(self, jail):
        result = jail.populate("--program", "getent", "--service", "dns", "--service", "accounts")
        assert result.returncode == 0, result.stderr
        assert jail.run("/usr/bin/getent", "passwd", "root").startswith("root:x:0:0:")
        assert "localhost" in jail.run("/usr/bin/getent", "hosts", "localhost")

    def test_the_shim(self, jail):
        jail.populate("--program", "bash", "--service", "shim")
        library = os.environ["SHIM_LIBRARY"]
        assert os.path.isfile(jail.path + library)
        result = subprocess.run(["/usr/sbin/chroot", jail.path, "/bin/bash", "-c", "cat </proc/self/maps"],
                                capture_output=True, text=True,
                                env={"LD_PRELOAD": library, "CHROOTSHIM_JAIL": "/"})
        assert "cannot be preloaded" not in result.stderr

    def test_the_self_link(self, jail):
        jail.populate("--program", "/bin/bash", "--self-link", "true")
        script = jail.write("/script", SCRIPT, 0o755)
        assert jail.run(script) == "42\n"
        jail.populate("--remove")
        os.unlink(script)
        assert not jail.files()

    def test_files_really_lie_in_the_jail_of_a_namespace(self, jail):
        assert jail.populate("--program", "bash", "--isolation", "namespace").returncode == 0
        assert os.path.isfile(f"{jail.path}/usr/bin/bash") or os.path.isfile(f"{jail.path}/bin/bash")


class TestAgain:
    """The second time."""

    def test_nothing_changes(self, jail):
        words = ("--program", "git", "--service", "accounts", "--service", "files")
        assert jail.populate(*words).returncode == 0
        before = snapshot(jail.path)
        for again in (words, ("--refresh",)):
            result = jail.populate(*again)
            assert result.returncode == 0 and "nothing has changed" in result.stdout
            assert kept(snapshot(jail.path)) == kept(before)

    def test_what_changed_outside_comes_again(self, jail):
        program = jail.outside("script", "#!/bin/bash\necho one\n", 0o755)
        jail.populate("--program", program)
        jail.outside("script", "#!/bin/bash\necho two or more\n", 0o755)
        answer = jail.answer("--refresh")
        assert answer["updated"] == [program] and not answer["made"] + answer["removed"]
        assert jail.run(program) == "two or more\n"

    def test_an_upgraded_library(self, jail):
        """Its new name comes in with the program, and the old one goes."""
        program = jail.program_with_library("1")
        jail.populate("--program", program, "--program", "/bin/true")
        assert jail.run(program) == "version 1\n"
        assert jail.program_with_library("2") == program
        answer = jail.answer("--refresh")
        directory = os.path.dirname(program)
        assert answer["made"] == [f"{directory}/libown.so.2"]
        assert answer["removed"] == [f"{directory}/libown.so.1"]
        assert program in answer["updated"]
        assert jail.run(program) == "version 2\n"

    def test_a_program_that_is_gone_stays_with_an_error(self, jail):
        program = jail.outside("script", SCRIPT, 0o755)
        jail.populate("--program", program)
        os.unlink(program)
        before = snapshot(jail.path)
        result = jail.populate("--refresh")
        assert result.returncode == 70 and program in result.stderr
        assert snapshot(jail.path) == before


class TestRemove:
    """What was made goes, and nothing else."""

    def test_the_jail_is_as_it_was(self, jail):
        jail.write("/usr/bin/own", "the administrator's\n", 0o700)
        jail.write("/etc/own", "the administrator's\n")
        before = snapshot(jail.path)
        jail.populate("--program", "git", "--service", "dns", "--service", "accounts",
                      "--service", "tmp")
        assert len(jail.files()) > 50
        result = jail.populate("--remove")
        assert result.returncode == 0 and "is not populated" in result.stdout
        assert snapshot(jail.path) == before

    def test_one_of_two(self, jail):
        """What the other needs as well stays."""
        jail.populate("--program", "/bin/true")
        one = snapshot(jail.path)
        jail.populate("--program", "bash")
        answer = jail.answer("--remove", "--program", "bash")
        assert any(path.endswith("/libtinfo.so.6") for path in answer["removed"])
        assert answer["populated"] == [{"program": "/bin/true"}]
        assert kept(snapshot(jail.path)) == kept(one)
        assert jail.run("/bin/true") == ""

    def test_what_somebody_has_changed_stays(self, jail):
        program = jail.outside("script", SCRIPT, 0o755)
        other = jail.outside("other", SCRIPT, 0o755)
        jail.populate("--program", program, "--program", other)
        with open(jail.path + program, "a") as file:
            file.write("# mine\n")
        os.unlink(jail.path + other)
        jail.write(other, "mine\n")
        answer = jail.answer("--remove")
        assert sorted(answer["left"]) == sorted([program, other])
        assert jail.files() == {program, other}

    def test_what_is_not_there_is_told(self, jail):
        result = jail.populate("--remove", "--service", "dns")
        assert result.returncode == 1 and "not populated with it" in result.stderr
        assert not jail.files()


class TestDryRun:
    """Nothing is done."""

    def test_bringing(self, jail):
        before = snapshot(jail.path)
        answer = jail.answer("--program", "bash", "--dry-run")
        assert answer["dry_run"] and any(path.endswith("/bash") for path in answer["updated"])
        assert snapshot(jail.path) == before

    def test_removing(self, jail):
        jail.populate("--program", "bash")
        before = snapshot(jail.path)
        told = jail.answer("--remove", "--dry-run")["removed"]
        assert snapshot(jail.path) == before
        assert jail.answer("--remove")["removed"] == told and len(told) > 5

    def test_refreshing(self, jail):
        program = jail.program_with_library("1")
        jail.populate("--program", program)
        jail.program_with_library("2")
        before = snapshot(jail.path)
        answer = jail.answer("--refresh", "--dry-run")
        directory = os.path.dirname(program)
        assert set(answer["updated"]) == {program, f"{directory}/libown.so.2"}
        assert answer["removed"] == [f"{directory}/libown.so.1"]
        assert snapshot(jail.path) == before


class TestRefused:
    """What cannot be brought, and why."""

    def test_no_jail(self):
        result = chrootshim("populate", "--program", "bash")
        assert result.returncode == 78 and "--jail" in result.stderr

    def test_nothing_is_named(self, jail):
        assert jail.populate().returncode == 64
        assert jail.populate("--refresh", "--remove").returncode == 64

    @pytest.mark.parametrize("words, reason", [
        (("--program", "/nonexistent/program"), "/nonexistent/program: No such file"),
        (("--program", "no-program-has-this-name"), "it is in no directory of PATH"),
        (("--program", "./relative"), "no absolute path"),
        (("--service", "nonsense"), "there are files"),
        (("--service", "system"), "too much to be copied"),
    ])
    def test_it(self, jail, words, reason):
        result = jail.populate(*words)
        assert result.returncode == 70 and reason in result.stderr
        assert not os.listdir(jail.path)

    def test_one_does_not_keep_another_out(self, jail):
        result = jail.populate("--program", "/nonexistent", "--program", "/bin/true")
        assert result.returncode == 70 and jail.run("/bin/true") == ""

    def test_a_jail_that_others_can_change(self, jail):
        """Nothing of it could be remembered, so nothing is brought."""
        os.chmod(jail.path, 0o777)
        result = jail.populate("--program", "/bin/true", "--ownership", "warn")
        assert result.returncode == 70 and "others than root can change the jail" in result.stderr
        assert not jail.files()

    def test_a_caller_who_may_not(self, jail):
        command = shutil.copy(COMMAND, jail.tree.path)
        result = subprocess.run([command, "populate", "--jail", jail.path, "--program", "/bin/true"],
                                user=NOBODY, group=NOBODY, extra_groups=[], env=environment(),
                                capture_output=True, text=True)
        assert result.returncode == 70 and "Permission denied" in result.stderr
        assert not jail.files()

    def test_a_program_that_others_can_change(self, jail):
        program = jail.outside("script", SCRIPT, 0o777)
        result = jail.populate("--program", program)
        assert result.returncode == 70 and "another user than root" in result.stderr

    def test_a_planted_link_is_not_followed(self, jail):
        """A worker owns a directory on the way, and its link leads out of the jail."""
        program = jail.outside("place/script", SCRIPT, 0o755)
        victim = jail.outside("victim/file", "the host's\n")
        way = jail.path + os.path.dirname(os.path.dirname(program))
        os.makedirs(way)
        os.symlink(os.path.dirname(victim), f"{way}/place")
        os.chown(way, NOBODY, NOBODY)
        os.chown(f"{way}/place", NOBODY, NOBODY, follow_symlinks=False)
        result = jail.populate("--program", program)
        assert result.returncode == 70 and "place" in result.stderr
        assert os.listdir(os.path.dirname(victim)) == ["file"]


def test_the_answers_are_as_the_schema_says(jail):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for words in (("--program", "bash", "--service", "dns"), ("--refresh", "--dry-run"),
                  ("--program", "/nonexistent"), ("--remove", "--service", "files"),
                  ("--remove",)):
        jsonschema.validate(jail.answer(*words), SCHEMA)
