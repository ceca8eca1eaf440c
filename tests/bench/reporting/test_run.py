"""A short run of the report: each way serves, is measured, and its figures are written."""
# SPDX-License-Identifier: Apache-2.0
import glob
import json
import os
import subprocess
import xml.etree.ElementTree

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
REPORT = f"{HERE}/../report"
SECONDS = 600


def report(directory, *arguments):
    """Its standard output; its group, in which all was that it started, must be gone."""
    with subprocess.Popen([REPORT, "--output", directory, *arguments], stdout=subprocess.PIPE, text=True) as run:
        said = run.communicate(timeout=SECONDS)[0]
    assert run.returncode == 0
    assert not glob.glob(f"/sys/fs/cgroup/**/chrootshim-bench-{run.pid}", recursive=True)
    return said


class TestRun:
    def test_one_round_of_the_static_file(self, tmp_path):
        said = report(tmp_path, "--library", os.environ["SHIM_LIBRARY"], "--quick", "--rounds", "1",
                      "--only", "static", "--way", "shim, chroot", "--way", "fakechroot")
        self.assert_values(tmp_path)
        self.assert_files(tmp_path, said)

    def assert_values(self, directory):
        """Each way has a value of each measure, with nothing failed; callgrind may not know all calls."""
        with open(directory / "results.json", encoding="utf-8") as file:
            saved = json.load(file)
        found = {(measure, workload, way) for measure, (workload, _), way, _, _ in saved["values"]}
        for way in "bare", "bare, again", "shim, chroot", "shim, chroot, Landlock", "fakechroot":
            for measure in "rate", "p50", "p99", "p999", "calls", "pss", "dirty", "whole", "start", "failed":
                assert (measure, "static file", way) in found, saved["reasons"]
            assert ("serving", None, way) in found, saved["reasons"]
            assert ("instructions", "static file", way) in found or "Landlock" in way, saved["reasons"]
        assert not [value for measure, *_, value in saved["values"] if measure == "failed" and value]
        calls = {way: value for measure, _, way, _, value in saved["values"] if measure == "calls"}
        assert calls["shim, chroot"] == pytest.approx(calls["bare"], abs=0.1)

    def assert_files(self, directory, said):
        names = set(os.listdir(directory))
        assert {"report.md", "report.txt", "summary.md", "cost.svg", "rate-static.svg"} <= names
        assert said.strip() == (directory / "report.txt").read_text().strip()
        for name in names:
            if name.endswith(".svg"):
                assert xml.etree.ElementTree.parse(directory / name)

    def test_what_was_measured_can_be_written_again(self, tmp_path):
        (tmp_path / "results.json").write_text(json.dumps({
            "about": ["a machine"], "reasons": [],
            "values": [["calls", ["PHP", None], way, 0, 100] for way in ("bare", "bare, again")]}))
        report(tmp_path / "again", "--again", str(tmp_path / "results.json"))
        assert "| bare | 100.0 | noise: ±0.10 % |" in (tmp_path / "again/report.md").read_text()
