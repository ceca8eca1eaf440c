"""What went wrong in a test file, by the lines that it printed (the Test Anything Protocol)."""
# SPDX-License-Identifier: Apache-2.0
import re

PLAN = re.compile(r"1\.\.(\d+)(?:\s*#\s*skip\S*\s*(.*))?", re.I)
RESULT = re.compile(r"(not )?ok\b\s*(\d+)?(?:\s*-?\s*(.*))?")
EXCUSE = re.compile(r"#\s*(TODO|SKIP)\b", re.I)

# What is told of a whole file has one of these instead of a test's number.
ENDED = 0
SKIPPED = -1


def _plan(lines):
    for line in lines:
        found = PLAN.match(line)
        if found:
            return int(found[1]), found[2]
    return None, None


def _failures(lines, failed):
    """Note what is not ok; return how many results there were."""
    number = 0
    for line in lines:
        found = RESULT.match(line)
        if not found:
            continue
        number = int(found[2] or number + 1)
        if found[1] and not EXCUSE.search(found[3] or ""):
            failed[number] = (found[3] or "").strip()
    return number


def outcome(text, status):
    """
    Of the printed text and the exit status: each failure's name by its number, or by what became of
    the file as a whole. Nothing if all is well; a file that was skipped is not.
    """
    lines = text.splitlines()
    failed = {}
    planned, skipped = _plan(lines)
    count = _failures(lines, failed)
    if planned == 0:
        return {SKIPPED: f"skipped: {skipped}"}
    if planned is None or count != planned:
        return {**failed, ENDED: f"ended with status {status} after {count} of {planned} tests"}
    if status and not failed:
        return {ENDED: f"ended with status {status}"}
    return failed
