"""Sets of up to three columns that enter a plan or leave it, and which of them fit together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Side", "Sizes", "all_fit", "best_fit"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]
Sizes = tuple[int, int, int]  # columns that may move alone, in twos, in threes

_MOST = 1_000_000  # moves of a group that are looked at where they fill several rows


def _sets(worth: Floats, single: Ints, sizes: Sizes) -> Ints:
    """Nothing, ones, twos and threes of the worthiest; no two of the same single row.

    Places (sets, 3), filled up with ``len(worth)``.
    """
    n = len(worth)
    order = np.argsort(-worth, kind="stable")
    one = order[: sizes[0]]
    full = np.full(len(one), n)
    found = [np.full((1, 3), n), np.column_stack((one, full, full))]
    i, j = np.triu_indices(min(n, sizes[1]), 1)
    i, j = order[i], order[j]
    apart = single[i] != single[j]
    found.append(np.column_stack((i[apart], j[apart], np.full(int(apart.sum()), n))))
    top = min(n, sizes[2])
    if top > 2:
        i, j = np.triu_indices(top, 1)
        count = top - 1 - j
        k = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        i, j = np.repeat(i, count), np.repeat(j, count)
        i, j, k = order[i], order[j], order[j + 1 + k]
        apart = (single[i] != single[j]) & (single[j] != single[k]) & (single[i] != single[k])
        found.append(np.column_stack((i[apart], j[apart], k[apart])))
    return np.concatenate(found)


class Side:
    """Columns that may enter (with those they push out), or leave, and their sets.

    Attributes
    ----------
    columns : int array (columns,)
        Who moves.
    pushed : int array (columns, width)
        Whom each pushes out; a number past the last column of the program for nobody.
    gain : float64 array (columns,)
        What the move gains.
    use : float64 array (rows, columns)
        What it uses of the rows in question; negative where it frees.
    """

    def __init__(self, columns: Ints, pushed: Ints, gain: Floats, use: Floats) -> None:
        self.columns, self.pushed, self.gain, self.use = columns, pushed, gain, use

    def kept(self, mask: Mask) -> Side:
        """The columns of a mask only."""
        return Side(self.columns[mask], self.pushed[mask], self.gain[mask], self.use[:, mask])

    def form(self, prices: Floats, single: Ints, sizes: Sizes) -> None:
        """Sets with their gains, uses (rows, sets) and worths: gain less the price of the use."""
        self.sets = _sets(self.gain - prices @ self.use, single[self.columns], sizes)
        self.gains = np.append(self.gain, 0.0)[self.sets].sum(axis=1)
        padded = np.column_stack((self.use, np.zeros(len(self.use))))
        self.uses = padded[:, self.sets].sum(axis=2)
        self.worths = self.gains - prices @ self.uses

    def members(self, at: int) -> tuple[Ints, Ints]:
        """Columns of a set, and those pushed out by them."""
        places = self.sets[at]
        places = places[places < len(self.columns)]
        return self.columns[places], self.pushed[places].ravel()


def best_fit(enter: Side, leave: Side, slack: float) -> tuple[Ints, Ints]:
    """For each entering set the best leaving one that makes room for it in a single row."""
    use = leave.uses[0]
    order = np.lexsort((-leave.gains, use))
    best = np.maximum.accumulate(leave.gains[order])
    is_best = np.concatenate(([True], best[1:] > best[:-1]))
    place = np.maximum.accumulate(np.where(is_best, np.arange(len(order)), 0))
    at = np.searchsorted(use[order], slack - enter.uses[0], side="right") - 1
    fitting = np.flatnonzero(at >= 0)
    return fitting, order[place[at[fitting]]]


def all_fit(enter: Side, leave: Side, slack: Floats, reach: float) -> tuple[Ints, Ints]:
    """Entering and leaving sets that fit together in several rows, the worthiest ones."""
    order = np.argsort(-leave.worths, kind="stable")
    count = np.searchsorted(-leave.worths[order], enter.worths + reach, side="left")
    first = np.argsort(-enter.worths, kind="stable")
    first = first[np.cumsum(count[first]) <= max(_MOST, count[first[0]])]
    count = count[first]
    a = np.repeat(first, count)
    b = order[np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)]
    for line in range(len(slack)):
        fit = enter.uses[line, a] + leave.uses[line, b] <= slack[line]
        a, b = a[fit], b[fit]
    return a, b
