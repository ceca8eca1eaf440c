"""Names how a measure grows along an axis: not at all, linearly with so much a step, or otherwise."""
# SPDX-License-Identifier: Apache-2.0

import math
import statistics


# Where so large a part of a measure is noise, growth must be plain to be told from it.
NOISY = 0.5


def exponent(points):
    """Of what is added to the first point, and its standard error: the slope in double logarithms."""
    (first_x, first_y), *others = points
    logs = [(math.log(x - first_x), math.log(y - first_y)) for x, y in others if y > first_y]
    if len(logs) < 2:
        return 1.0, math.inf
    xs, ys = zip(*logs)
    middle_x, middle_y = statistics.mean(xs), statistics.mean(ys)
    spread = sum((x - middle_x) ** 2 for x in xs)
    # The line of least squares: statistics.linear_regression() is new in Python 3.10.
    slope = sum((x - middle_x) * (y - middle_y) for x, y in logs) / spread
    if len(logs) == 2:
        return slope, math.inf
    rest = sum((y - middle_y - slope * (x - middle_x)) ** 2 for x, y in logs)
    return slope, math.sqrt(rest / (len(logs) - 2) / spread)


def name_growth(points, tolerance, step):
    """
    In words.

    tolerance: what the last point may be above the first, or below, as a part of it, where the
    measure is still called constant; so much is noise.
    """
    # Of none at all, other things are left out as well.
    points = points[1:] if points[0][0] == 0 and len(points) > 3 else points
    first, last = points[0][1], points[-1][1]
    if last - first <= tolerance * first:
        most = max(y for _, y in points)
        return "constant" if most <= (1 + 2 * tolerance) * first else "constant, with noise"
    power, error = exponent(points)
    plain = last > 3 * first if error == math.inf else power - 2 * error > 0.25
    if tolerance >= NOISY and not plain:
        return "constant, with noise"
    margin = "?" if error == math.inf else f"{error:.2f}"
    fitted = f"x^{power:.2f}±{margin}"
    slope = (last - first) / (points[-1][0] - points[0][0])
    if power > 1 + max(0.15, 2 * (0 if error == math.inf else error)):
        return f"above linear, {fitted}"
    if power < 0.85:
        return f"below linear, {fitted}; {slope:+.3g} for each {step}"
    return f"linear, {slope:+.3g} for each {step} ({fitted})"
