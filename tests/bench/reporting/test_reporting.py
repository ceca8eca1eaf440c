"""The arithmetic of the report: spreads, verdicts, tables, and plots that are well-formed."""
# SPDX-License-Identifier: Apache-2.0
import os
import sys
import xml.etree.ElementTree

import pytest

# The ways are read, and no server is started.
os.environ.setdefault("SHIM_LIBRARY", "/nonexistent")
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE), f"{HERE}/../../server"]

import noise
import plot
import render
import summary
import tables
import ways
from results import MEASURES, Results

CASE = ("static file", 16)
ALONE = ("static file", None)


class TestNumbers:
    def test_a_spread_is_of_the_rounds_that_there_were(self):
        assert noise.spread([3, None, 1, 2]) == noise.Spread(2, 1, 3, 3)
        assert noise.spread([None]) is None

    @pytest.mark.parametrize("fraction, text", [
        (0.00123, "0.12 %"), (0.034, "3.4 %"), (0.56, "56 %")])
    def test_per_cent(self, fraction, text):
        assert noise.per_cent(fraction) == text

    @pytest.mark.parametrize("value, text", [
        (0, "0"), (0.1234, "0.123"), (12.34, "12.3"), (1234.5, "1,234"), (9.999, "10.0")])
    def test_numbers_have_the_digits_that_say_something(self, value, text):
        assert tables.number(value) == text


class TestVerdict:
    first = [100, 102, 98]
    second = [103, 100, 99]

    def judge(self, *values, **options):
        return noise.verdict(values, self.first, self.second, **options)

    def test_the_floor_is_the_worst_round_of_the_two_bare_servers(self):
        assert noise.noise_floor(self.first, self.second) == pytest.approx(0.03)
        assert noise.noise_floor(self.second, self.first) == pytest.approx(0.03)
        assert noise.noise_floor([], []) is None

    def test_what_is_counted_alike_has_a_floor_as_well(self):
        assert noise.noise_floor([5, 5], [5, 5]) == noise.LEAST_NOISE
        assert not noise.verdict([5.004], [5], [5]).told
        assert noise.verdict([5.01], [5], [5]).told

    def test_less_than_the_floor_is_not_told(self):
        for values in (self.first, self.second, [103, 103, 101], [99, 99, 97]):
            assert str(self.judge(*values)) == "not told from noise (±3.0 %)"

    def test_more_than_the_floor_is(self):
        assert str(self.judge(110, 111, 108)) == "9.6 % dearer"
        assert str(self.judge(91, 90.9, 88.65)) == "10.0 % cheaper"
        assert str(self.judge(500, 505, 490)) == "5.0 times dearer"
        assert str(self.judge(5000, 5050, 4900)) == "50 times dearer"

    def test_of_a_rate_more_is_cheaper(self):
        assert str(self.judge(50.75, 50.5, 49.25, more_is_better=True)) == "2.0 times dearer"
        assert str(self.judge(120, 121, 118, more_is_better=True)).endswith("cheaper")

    def test_drift_that_hits_all_alike_is_no_difference(self):
        drift = [100, 150, 200]
        assert not noise.verdict(drift, drift, drift).told

    def test_rounds_that_disagree_tell_nothing(self):
        quiet = [100, 100, 100, 100]
        assert not noise.verdict([110, 110, 90, 90.5], quiet, quiet).told
        assert noise.verdict([110, 110, 110, 90], quiet, quiet).told

    def test_a_time_that_was_taken_once_tells_nothing(self):
        assert str(noise.verdict([200], [100], [100], least_rounds=3)) == "too few rounds to tell"
        assert not noise.verdict([200], [100], [100], least_rounds=3).told
        assert noise.verdict([200], [100], [100]).told
        once = Results()
        for key in "calls", "start":
            for way, value in ("bare", 100), ("bare, again", 100), ("proot", 200):
                once.add(0, key, ALONE, way, value)
        assert once.verdict(MEASURES["calls"], ALONE, "proot").told
        assert not once.verdict(MEASURES["start"], ALONE, "proot").told

    def test_a_round_without_a_value_does_not_count(self):
        assert self.judge(None, 111, None).cost.rounds == 1
        assert self.judge(None, None, None) is None
        assert noise.verdict([1], [], []) is None


class TestTables:
    header, rows = ["", "a"], [["long name", "1"], ["b", "22"]]

    def test_text(self):
        assert tables.text(self.header, self.rows) == (
            "              a\n  ---------  --\n  long name   1\n  b          22\n")

    def test_markdown(self):
        assert tables.markdown(self.header, self.rows) == (
            "|  | a |\n| --- | ---: |\n| long name | 1 |\n| b | 22 |\n")


@pytest.fixture
def results():
    """Three rounds: one way twice as dear, one that cannot be measured."""
    made = Results()
    for number in range(3):
        for way, cost in ("bare", 1), ("bare, again", 1.01), ("shim, chroot", 2), ("proot", None):
            for key in ("rate", "p99"):
                for case in ((CASE[0], 1), CASE):
                    if cost is None:
                        made.refuse(key, case, way, "it does <not> answer & says \"nothing\"")
                    else:
                        made.add(number, key, case, way, 1000 / cost if key == "rate" else 0.5 * cost)
            if cost:
                made.add(number, "pss", ALONE, way, 2000 * cost)
                made.add(number, "failed", ALONE, way, int(cost) - 1)
    return made


class TestReport:
    def test_a_row_has_the_value_its_spread_and_a_verdict(self, results):
        text = render.report(results, tables.markdown, "## ")
        assert "| bare | 1,000 (1,000–1,000) | noise: ±1.0 % |" in text
        assert "| bare, again | 990 (990–990) | not told from noise (±1.0 %) |" in text
        assert "| shim, chroot | 500 (500–500) | 99 % dearer |" in text

    def test_what_is_missing_has_its_reason(self, results):
        text = render.report(results, tables.text, "")
        assert '- proot: it does <not> answer & says "nothing"\n' in text
        assert "- proot: not measured\n" in text

    def test_failures_are_added_up(self, results):
        measure = MEASURES["failed"]
        assert render.value_text(results, measure, ALONE, "shim, chroot") == "3"
        assert render.verdict_text(results, measure, ALONE, "shim, chroot") == ""

    def test_each_plot_is_well_formed(self, results):
        found = render.plots(results)
        assert set(found) == {"cost.svg", "pss.svg", "rate-static.svg", "p99-static.svg"}
        for drawing in found.values():
            assert xml.etree.ElementTree.fromstring(drawing).tag == "{http://www.w3.org/2000/svg}svg"
            assert "NaN" not in drawing and len(drawing) < 20000
        assert found == render.plots(results)
        assert "it does &lt;not&gt; answer" in found["cost.svg"]

    def test_results_come_back_from_their_file(self, results, tmp_path):
        results.about = ["a machine"]
        results.save(tmp_path / "results.json")
        again = Results.load(tmp_path / "results.json")
        assert render.report(again, tables.text, "") == render.report(results, tables.text, "")
        assert render.plots(again) == render.plots(results)

    def test_the_summary_is_short(self, results):
        text = summary.text(results, ["cost.svg"])
        assert "| shim, chroot | +99 % | +99 % |" in text
        assert "| proot | - | - |" in text
        assert "| noise | ±1.0 % | ±1.0 % |" in text
        assert len(text.splitlines()) < 30

    def test_the_summary_says_what_is_not_known(self, results):
        results.add(0, "start", ALONE, "bare", 10)
        results.add(0, "start", ALONE, "bare, again", 10)
        results.add(0, "start", ALONE, "shim, chroot", 30)
        assert "| shim, chroot | +99 % | +99 % | ? |" in summary.text(results, [])

    def test_the_machine_is_described_and_not_named(self):
        assert os.uname().nodename not in summary.machine()
        assert f"Linux {os.uname().release}" in summary.machine()


class TestPlot:
    def test_a_bar_is_as_long_as_its_value(self):
        group = [plot.Bar("a", 1, 1, 1, "", "#000"), plot.Bar("b", 2, 2, 2, "", "#111")]
        drawing = plot.bars("t", [("p", group, None)])
        widths = [float(each.get("width")) for each in xml.etree.ElementTree.fromstring(drawing)
                  if each.get("fill") in ("#000", "#111")]
        assert widths[1] == pytest.approx(2 * widths[0])

    def test_an_axis_is_logarithmic(self):
        axis = plot.Axis([1, 100], 0, 200)
        assert [axis.place(value) for value in (1, 10, 100)] == pytest.approx([0, 100, 200])
        assert plot.Axis([5], 0, 10).place(5) == 5

    def test_ticks_lie_within(self):
        assert plot.ticks(3, 60) == [5, 10, 20, 50]

    def test_nothing_measured_is_said(self):
        assert "nothing was measured" in plot.lines("t", "x", "y", [("a", "#000", {})])


def test_each_way_has_a_name_of_its_own():
    names = [way.name for way in ways.WAYS]
    assert len(set(names)) == len(names)
    assert names[:2] == [ways.BARE, ways.AGAIN]
