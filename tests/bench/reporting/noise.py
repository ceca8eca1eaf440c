"""What can be told from the noise: medians, spreads, and how far two bare servers were apart."""
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import math
import statistics

# What is counted comes out the same each time, but for the call during which the tracer came: less
# than this is no difference to speak of.
LEAST_NOISE = 0.001


@dataclasses.dataclass(frozen=True)
class Spread:
    """The rounds of one way: the middle one, and the two outermost."""

    median: float
    least: float
    most: float
    rounds: int


def spread(values):
    """Of the rounds that there were; None if there was none."""
    found = [value for value in values if value is not None]
    return Spread(statistics.median(found), min(found), max(found), len(found)) if found else None


def noise_floor(first, second):
    """How far the two bare servers were apart in their worst round, as a fraction; None without rounds."""
    apart = [max(one, other) / min(one, other) - 1
             for one, other in zip(first, second) if one and other]
    return max(LEAST_NOISE, *apart) if apart else None


def costs(values, first, second, more_is_better):
    """In each round: what a way costs, 1 being the mean of the two bare servers of that round."""
    found = []
    for value, one, other in zip(values, first, second):
        if value and one and other:
            bare = (one + other) / 2
            found.append(bare / value if more_is_better else value / bare)
    return found


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What a way costs beside bare, and whether that is more than noise."""

    # Beside 1 for bare; the least and the most of the rounds.
    cost: Spread
    # As a fraction.
    noise: float
    told: bool
    enough: bool = True

    def __str__(self):
        if not self.enough:
            return "too few rounds to tell"
        if not self.told:
            return f"not told from noise (±{per_cent(self.noise)})"
        if self.cost.median >= 2:
            return f"{self.cost.median:.1f} times dearer" if self.cost.median < 10 \
                else f"{self.cost.median:.0f} times dearer"
        return f"{per_cent(abs(self.cost.median - 1))} {'dearer' if self.cost.median > 1 else 'cheaper'}"


def per_cent(fraction):
    """With as many digits as can be read: 0.12 %, 3.4 %, 56 %."""
    number = 100 * fraction
    digits = 2 if number < 1 else 1 if number < 10 else 0
    return f"{number:.{digits}f} %"


def verdict(values, first, second, more_is_better=False, least_rounds=1):
    """
    A difference is told if the median is further from bare than two bare servers ever were from each
    other, and if the rounds agree on its direction: all of three or four, four of five. None where a
    side has no rounds. A time that was taken less than least_rounds times tells nothing.
    """
    found = costs(values, first, second, more_is_better)
    noise = noise_floor(first, second)
    if not found or noise is None:
        return None
    cost = spread(found)
    agree = sum((each > 1) == (cost.median > 1) for each in found)
    told = abs(math.log(cost.median)) > math.log1p(noise) and agree * 4 >= len(found) * 3
    enough = len(found) >= least_rounds
    return Verdict(cost, noise, told and enough, enough)
