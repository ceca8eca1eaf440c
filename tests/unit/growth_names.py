"""Checks by what names tests/bench/growth.py calls curves whose growth is known."""
# SPDX-License-Identifier: Apache-2.0
import math
import sys

sys.path.insert(0, sys.argv[1])
from growth import name_growth  # noqa: E402 (the benchmark's)

XS = (0, 10, 100, 1000, 10000)

CASES = (
    (lambda x: 50, "constant"),
    (lambda x: 50 + x % 3, "constant"),
    (lambda x: 100 - x / 1000, "constant"),
    (lambda x: 130 if x == 100 else 100, "constant, with noise"),
    (lambda x: 7 * x, "linear, +7 for each file (x^1.00±0.00)"),
    (lambda x: 50 + 3 * x, "linear, +3 for each file (x^1.00±0.00)"),
    # Nothing but the first point is otherwise.
    (lambda x: 50 + 3 * x if x else 5, "linear, +3 for each file (x^1.00±0.00)"),
    (lambda x: 50 + x * x / 10, "above linear, x^"),
    (lambda x: 50 + x * math.log(x + 1) ** 3, "above linear, x^"),
    (lambda x: 50 + math.sqrt(x), "below linear, x^"),
)


def main():
    for curve, wanted in CASES:
        found = name_growth([(x, curve(x)) for x in XS], 0.1, "file")
        assert found == wanted or (wanted.endswith("^") and found.startswith(wanted)), (found, wanted)
    noise = [(20, 4.4), (1000, 14.2), (10000, 33.4), (100000, 43.4), (1000000, 34.9)]
    assert name_growth(noise, 0.5, "file") == "constant, with noise"
    assert name_growth(noise, 0.1, "file").startswith("below linear, x^")
    # Of few points the fit has no error: a rise that is large is no noise.
    few = [(0, 490), (10, 580), (100, 720), (1000, 5063)]
    assert name_growth(few, 0.5, "file").startswith("above linear, x^")
    assert name_growth([*few[:3], (1000, 1200)], 0.5, "file") == "constant, with noise"
    assert name_growth([(20, 5.0), (100, 5.2)], 0.1, "file") == "constant"
    assert name_growth([(1, 10), (10, 100), (100, 1000)], 0.1, "file").startswith("linear, +10 for each")


main()
