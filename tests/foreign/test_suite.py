"""What a foreign suite's files print is read as prove reads it, and each lasting difference is told."""
# SPDX-License-Identifier: Apache-2.0
import types

import explained
import suite
import tap

BARE = suite.Mode("bare", "root")
MODE = suite.Mode("chroot", "root", {})


class TestOutcome:
    def test_all_is_well(self):
        assert tap.outcome("1..2\nok 1 - a\nok 2 - b\n", 0) == {}

    def test_a_failure_is_known_by_its_number(self):
        assert tap.outcome("1..2\nok 1 - a\nnot ok 2 - b\n# said\n", 1) == {2: "b"}

    def test_numbers_may_be_left_out(self):
        assert tap.outcome("ok\nnot ok\nok\n1..3\n", 1) == {2: ""}

    def test_what_is_still_to_do_is_no_failure(self):
        assert tap.outcome("1..2\nnot ok 1 - a # TODO later\nok 2 # skip no\n", 0) == {}

    def test_an_early_end_is_one(self):
        assert tap.outcome("1..3\nok 1\n", 255) == {tap.ENDED: "ended with status 255 after 1 of 3 tests"}
        assert tap.outcome("", 2) == {tap.ENDED: "ended with status 2 after 0 of None tests"}

    def test_a_bad_status_is_one(self):
        assert tap.outcome("1..1\nok 1\n", 3) == {tap.ENDED: "ended with status 3"}

    def test_a_file_that_is_skipped_says_why(self):
        assert tap.outcome("1..0 # SKIP no http_v3\n", 0) == {tap.SKIPPED: "skipped: no http_v3"}


class TestMissing:
    """A test that is not there fails on both sides, which would be no difference."""

    @staticmethod
    def missing(tmp_path, tests, library="library"):
        (tmp_path / "library").touch()
        (tmp_path / "a.t").touch()
        options = types.SimpleNamespace(tests=tests, library=str(tmp_path / library))
        return suite.missing(options, str(tmp_path)), str(tmp_path)

    def test_all_is_there(self, tmp_path):
        assert self.missing(tmp_path, [])[0] is None
        assert self.missing(tmp_path, ["a.t"])[0] is None

    def test_a_test_is_not_there(self, tmp_path):
        found, directory = self.missing(tmp_path, ["a.t", "b.t"])
        assert found == f"{directory}/b.t"

    def test_the_library_is_not_there(self, tmp_path):
        found, directory = self.missing(tmp_path, [], "none")
        assert found == f"{directory}/none"

    def test_the_suite_is_not_there(self, tmp_path):
        options = types.SimpleNamespace(tests=[], library=__file__)
        assert suite.missing(options, f"{tmp_path}/none") == f"{tmp_path}/none"


class Runs:
    """Gives the prepared outcomes of one file, run by run."""

    def __init__(self, bare, shim):
        self.left = {BARE.name: list(bare), MODE.name: list(shim)}

    def __call__(self, mode, files):
        return {file: self.left[mode.name].pop(0) for file in files}

    def compare(self):
        outcomes = {mode.name: self(mode, ["a.t"]) for mode in (BARE, MODE)}
        return suite.compare(self, BARE, MODE, outcomes)


class TestCompare:
    def test_the_same_failure_on_both_sides_is_no_difference(self):
        assert Runs([{1: "a"}], [{1: "a"}]).compare() == ([], [])

    def test_a_failure_that_stays_is_one(self):
        found, settled = Runs([{}] * 3, [{1: "a", 2: "b"}] * 3).compare()
        assert [(one.file, one.tests()) for one in found] == [("a.t", {1: "a", 2: "b"})]
        assert settled == []

    def test_so_is_what_fails_in_the_bare_run_alone(self):
        found, _ = Runs([{1: "a"}] * 3, [{}] * 3).compare()
        assert [one.tests() for one in found] == [{1: "bare alone: a"}]

    def test_a_file_that_is_skipped_is_not_one_that_dies(self):
        bare, shim = {tap.SKIPPED: "skipped: no lua"}, {tap.ENDED: "ended with status 2"}
        found, _ = Runs([bare] * 3, [shim] * 3).compare()
        assert found[0].tests() == {tap.ENDED: "ended with status 2",
                                    tap.SKIPPED: "bare alone: skipped: no lua"}

    def test_one_that_does_not_come_again_is_not(self):
        assert Runs([{}, {}], [{1: "a"}, {}]).compare() == ([], ["a.t"])

    def test_nor_one_that_the_bare_run_has_too_at_times(self):
        assert Runs([{}, {1: "a"}], [{1: "a"}] * 2).compare() == ([], ["a.t"])

    def test_nor_is_there_one_that_moves(self):
        assert Runs([{}] * 2, [{1: "a"}, {2: "b"}]).compare() == ([], ["a.t"])


class TestReason:
    def test_a_difference_without_a_reason_counts(self, capsys, monkeypatch):
        monkeypatch.setattr(explained, "REASONS", [("nginx", "chroot", "a.t", {1}, "known")])
        difference = suite.Difference("a.t")
        difference.add({}, {1: "a", 2: "b"})
        assert suite.tell_differences("nginx", MODE, [difference], []) == 1
        printed = capsys.readouterr().out
        assert "explained: known:\n    a.t 1 a" in printed
        assert "UNEXPLAINED:\n    a.t 2 b" in printed

    def test_a_reason_holds_for_its_suite_mode_and_tests(self, monkeypatch):
        monkeypatch.setattr(explained, "REASONS", [("nginx", "event-*", "a.t", set(), "known")])
        assert explained.reason("nginx", "event-chroot", "a.t", 7) == "known"
        assert explained.reason("nginx", "chroot", "a.t", 7) is None
        assert explained.reason("apache", "event-chroot", "a.t", 7) is None


class TestJailed:
    def test_a_run_in_which_no_worker_was_jailed_is_no_success(self, capsys, tmp_path):
        (tmp_path / "logs").mkdir()
        runs = Runs([{}], [{}])
        assert suite.judge("nginx", runs, [(BARE, MODE)], ["a.t"], tmp_path) == 1
        assert "no worker entered the jail" in capsys.readouterr().out
        (tmp_path / "logs/chroot").write_text("chrootshim[1]: entered the jail /srv/a\n")
        runs = Runs([{}], [{}])
        assert suite.judge("nginx", runs, [(BARE, MODE)], ["a.t"], tmp_path) == 0
