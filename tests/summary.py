"""Adds up what meson noted of each test; a skipped test is a failure in continuous integration."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import sys

counts = {"passed": 0, "failed": 0, "skipped": 0}
for path in sys.argv[1:]:
    for line in open(path):
        result = json.loads(line)["result"]
        kind = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}.get(result, "failed")
        counts[kind] += 1
print(", ".join(f"{count} {kind}" for kind, count in counts.items()))
skips_count = bool(os.environ.get("CI"))
sys.exit(1 if counts["failed"] or (skips_count and counts["skipped"]) or not counts["passed"] else 0)
