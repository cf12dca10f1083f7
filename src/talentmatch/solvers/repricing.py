"""All pairs priced again and again by the join, looking only where prices fell.

A pass leaves for every row the highest excess (score less both prices) of its pairs that are not
listed. While the row's price and a column's fall by so much, their pair's excess rises by no more
than the sum. So the next pass looks at the rows where that sum could reach above zero, and, apart,
at the few columns whose prices fell most; the other pairs are proved by what is known of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talentmatch.joined import JoinedPairs
from talentmatch.joining import Found
from talentmatch.solvers.model import Model
from talentmatch.solvers.pricing import Priced, dual_bound

__all__ = ["Repricing", "TimeUp"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_CHEAPER = 0.6  # share of all pairs from which on looking at every one is as quick
_MARGIN = 0.02  # share of the largest score down to which a row's best pair is told exactly
_STEPS = 24  # splits of the columns that are tried


class TimeUp(Exception):
    """A pass was broken off: it proves nothing."""


class Repricing:
    """What is known of the pairs that are not listed, from one pass to the next.

    Parameters
    ----------
    model : Model
        The problem.
    pairs : JoinedPairs
        Its pairs that can be chosen freely.
    watch : callable
        Called with the number of rows done, now and then; True breaks off.
    """

    def __init__(self, model: Model, pairs: JoinedPairs, watch: Callable[[int], bool]) -> None:
        self.model, self.pairs, self.watch = model, pairs, watch
        n, m = model.shape
        self._u, self._v = np.zeros(n), np.zeros(m)
        self._rest = np.full(n, np.inf)  # most excess at these prices of a row's unlisted pairs
        self.looked = 0  # pairs looked at so far

    def first(self, k: int) -> tuple[Ints, Ints, Floats]:
        """The k best pairs of every row and column, and their scores; they count as listed now.

        Where time runs out on the way, the pairs found so far come back.
        """
        n, m = self.model.shape
        everyone = np.arange(n)
        above = -np.inf if self.model.has_floors else 0.0
        found = self.pairs.best(
            everyone, self._u, self._v, per_row=k, per_column=k, above=above, rotate=True,
            counts=False, watch=self.watch,
        )  # fmt: skip
        self._rest[: len(found.rest)] = found.rest
        self.looked += n * m
        return found.rows, found.columns, found.excess

    def price(
        self, u: Floats, v: Floats, listed: tuple[Ints, Ints, Floats], few: int, tolerance: float
    ) -> Priced:
        """Price every pair; see `pricing.price_out`, whose answer this is.

        Parameters
        ----------
        u, v : float arrays
            Prices of candidates and demands.
        listed : tuple of arrays
            Rows, columns and scores of the pairs listed, by row, then column.
        few : int
            Pairs returned per row and per column of each part at most; they count as listed from
            here on.
        tolerance : float
            How far above its prices a pair may stand by rounding alone.

        Raises
        ------
        TimeUp
            The watch broke it off; what was known before stands.
        """
        model, (n, m) = self.model, self.model.shape
        rows, cols, scores = listed
        pairs = self.pairs.without(rows, cols)
        asked: dict[str, Any] = {
            "per_row": few,
            "per_column": few,
            "above": tolerance,
            "rotate": True,
        }
        asked["margin"] = _MARGIN * float(np.abs(scores).max(initial=0.0))
        fall, reach, late = self._split(u, v, tolerance)
        known = self._rest + (self._u - u) + fall
        highest = np.maximum(known, 0.0)
        # However many pairs of a row that is not looked at stand above, it can take so many.
        total = highest * np.maximum(model.capacity, 1)
        found = self._best(pairs, reach, u, v, **asked)
        known[reach], highest[reach], total[reach] = found.rest, found.highest, found.total
        more = [(found.rows, found.columns)]
        if len(late):
            others = np.setdiff1d(np.arange(n), reach, assume_unique=True)
            found = self._best(pairs.within(late), others, u, v[late], **asked)
            more.append((found.rows, late[found.columns]))
            known[others] = np.maximum(known[others], found.rest)
            highest[others] = np.maximum(highest[others], found.highest)
            total[others] += found.total
        self._u, self._v, self._rest = u.copy(), v.copy(), known
        self.looked += len(reach) * m + (n - len(reach)) * len(late)
        above = np.maximum(scores - u[rows] - v[cols], 0.0)
        np.maximum.at(highest, rows, above)
        total += np.bincount(rows, weights=above, minlength=n)
        # Lifting u by the highest excess costs it once per unit of capacity; or count them all.
        lift = np.where(model.capacity * highest < total, highest, 0.0)
        excess = np.where(lift > 0, 0.0, total)
        bound = dual_bound(model, u + lift, v, excess)
        picked = [np.concatenate(one) for one in zip(*more, strict=True)]
        return Priced(picked[0], picked[1], u + lift, v, bound)

    def price_floors(self, u: Floats, v: Floats, listed: tuple[Ints, Ints], few: int) -> Priced:
        """Price every pair as if it scored nothing, as while floors are met; no bound comes out."""
        everyone = np.arange(self.model.shape[0])
        found = self._best(
            self.pairs.without(*listed), everyone, u, v, per_row=few, per_column=few, above=0.5,
            rotate=True, scores_count=False,
        )  # fmt: skip
        return Priced(found.rows, found.columns, u, v, np.inf)

    def _best(self, pairs: JoinedPairs, rows: Ints, u: Floats, v: Floats, **asked: Any) -> Found:
        """Look at all pairs of some rows, or raise."""
        found = pairs.best(rows, u, v, watch=self.watch, **asked)
        if len(found.rest) < len(rows):
            raise TimeUp
        return found

    def _split(self, u: Floats, v: Floats, tolerance: float) -> tuple[float, Ints, Ints]:
        """How far the other columns' prices fell, the rows to look at, the columns to look at."""
        n, m = self.model.shape
        fallen, risen = self._v - v, self._rest + (self._u - u)
        deepest = np.sort(fallen)[::-1]
        counts = np.unique(np.geomspace(1, m, _STEPS).astype(np.intp)) - 1
        best = (_CHEAPER, np.inf, np.arange(n), np.empty(0, dtype=np.intp))
        for count in counts:  # so many columns are looked at apart
            fall = float(deepest[count])
            reach = risen + fall > tolerance
            share = reach.mean() + (1 - reach.mean()) * count / m
            if share < best[0]:
                late = np.flatnonzero(fallen > fall)
                best = (share, fall, np.flatnonzero(reach), late)
        return best[1], best[2], best[3]
