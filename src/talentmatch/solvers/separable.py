"""Linear programs priced by the join, where what their rows charge is a sum of two sides.

Capacities, headcounts, totals, limits on groups of one side and budgets of one side charge a pair
what its row says plus what its column says. Then the reduced gain is a score less two prices, as
in a flow, and the join finds the pairs that matter without forming the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from talentmatch.joined import JoinedPairs
from talentmatch.solvers.families import (
    Family,
    Grouped,
    Product,
    Scaled,
    ScaledByGroup,
    Unit,
    Use,
)

__all__ = ["broken_pairs", "pairs_within", "sides_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_REACH = 256  # pairs of a row that may be within reach


def sides_of(
    joined: JoinedPairs | None, charges: Sequence[tuple[Family, Floats]], gain: Use | None
) -> tuple[Floats, Floats] | None:
    """What rows and columns are charged; None where a pair has a gain or charge of its own.

    Parameters
    ----------
    joined : JoinedPairs or None
        All pairs; None answers None.
    charges : sequence of (Family, prices)
        The rows of the program.
    gain : callable or None
        What a pair adds to the objective; None for nothing.
    """
    plain = gain is None or isinstance(gain, Unit)
    plain |= isinstance(gain, Scaled) and gain.of_pair is None and gain.factor == 1.0
    if joined is None or not plain or min(joined.problem.shape) < 2:
        return None
    u, v = np.zeros(len(joined.rows)), np.zeros(len(joined.cols))
    if isinstance(gain, Unit):
        u -= 1.0
    no_score = np.zeros((1, 1))
    for family, prices in charges:
        if not prices.any():
            continue
        by_row, by_col = _varies(family, joined.rows[:2, None], joined.cols[None, :2])
        if by_row and by_col:
            return None
        if by_col:
            v += family.charge(prices, joined.rows[:1, None], joined.cols[None, :], no_score)[0]
        else:
            u += family.charge(prices, joined.rows[:, None], joined.cols[None, :1], no_score)[:, 0]
    return u, v


def _varies(family: Family, rows: Ints, cols: Ints) -> tuple[bool, bool]:
    """Whether what a family charges may depend on the row, and on the column."""
    if not isinstance(family, Grouped):
        return True, True
    answers, use = [family.group(rows, cols)], family.use
    while isinstance(use, ScaledByGroup | Product):
        answers += [use.group(rows, cols)] if isinstance(use, ScaledByGroup) else []
        use = use.of
    if isinstance(use, Scaled) and use.of_pair is not None:
        answers.append(np.asarray(use.of_pair(rows, cols)))
    elif not isinstance(use, Unit):
        return True, True
    # An axis along which an array only repeats itself has one place, or none to step to.
    steps = [
        [size > 1 and step != 0 for size, step in zip(one.shape, one.strides, strict=True)]
        for one in answers
    ]
    return any(by_row for by_row, _ in steps), any(by_col for _, by_col in steps)


def broken_pairs(
    joined: JoinedPairs,
    sides: tuple[Floats, Floats],
    listed: tuple[Ints, Ints],
    *,
    few: int,
    near: float,
    lowest: float,
    scores_count: bool,
) -> tuple[float, tuple[Ints, Ints], float]:
    """Look at all pairs that are not listed: sum above the prices, the worst few, the worst."""
    everyone = np.arange(len(joined.rows))
    found = joined.without(*listed).best(
        everyone, *sides, per_row=few, per_column=few, above=-near, rotate=True, lowest=lowest,
        scores_count=scores_count,
    )  # fmt: skip
    worst = float(np.append(found.excess, found.rest).max(initial=-math.inf))
    return math.fsum(found.total), (found.rows, found.columns), worst


def pairs_within(
    joined: JoinedPairs, sides: tuple[Floats, Floats], reach: float, lowest: float
) -> tuple[Ints, Ints] | None:
    """All pairs at most `reach` below their prices; None where a row has too many."""
    everyone = np.arange(len(joined.rows))
    found = joined.best(
        everyone, *sides, per_row=_REACH, per_column=0, above=np.nextafter(-reach, -np.inf),
        counts=False, lowest=lowest,
    )  # fmt: skip
    return None if (found.rest >= -reach).any() else (found.rows, found.columns)
