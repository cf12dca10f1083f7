"""The pairs a flow may use so far, the best plan on them, and the prices that prove it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from talentmatch.errors import SolverError
from talentmatch.joining import is_compiled
from talentmatch.solvers import pricing
from talentmatch.solvers.duals import prices
from talentmatch.solvers.flow import Listing, integer_scale, most_total
from talentmatch.solvers.model import Model
from talentmatch.solvers.paths import Paths
from talentmatch.solvers.repricing import Repricing

__all__ = ["ListedPairs", "Solved"]

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]

_ALL = 2**16  # below so many cells every eligible pair is listed at once
_PATHS = 2**24  # cells from which on plans are repaired path by path, where there are no floors
_FLOW = f"OR-Tools {version('ortools')} min-cost flow, priced over all pairs"
_BY_PATHS = "shortest augmenting paths, priced over all pairs"
_MORE = 16  # pairs per row and column added in a round


@dataclass(frozen=True, eq=False)
class Solved:
    """A plan on the pairs listed when it was made, with its prices in whole numbers.

    Attributes
    ----------
    listing : Listing
        The pairs.
    chosen : bool array (pairs,)
        The plan.
    u, v : int64 arrays
        Prices of candidates and demands.
    loose : bool array (candidates + demands,)
        Prices that nothing bounds.
    scale : float
        Whole numbers per unit of score.
    keys : int array
        The chosen pairs.
    solver : str
        What made it.
    is_least : bool
        Whether the demands' prices are the least that prove the plan on its pairs.
    done : bool
        False where time ran out on the way; the prices then prove nothing about the plan.
    """

    listing: Listing
    chosen: Mask
    u: Counts
    v: Counts
    loose: Mask
    scale: float
    keys: Ints
    solver: str
    is_least: bool = True
    done: bool = True


@dataclass(eq=False)
class ListedPairs:
    """The pairs listed so far, in the model's order.

    Parameters
    ----------
    model : Model
        The problem.
    watch : callable
        Called with how many rows are done, now and then, while all pairs are looked at; True
        breaks off. With None done it only asks.
    """

    model: Model
    watch: Callable[[int | None], bool]
    keys: Ints = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    scores: Floats = field(default_factory=lambda: np.empty(0))
    complete: bool = False  # every pair that can be chosen is listed
    largest: float = 0.0
    _paths: tuple[float, Paths] | None = None

    def __post_init__(self) -> None:
        joined = self.model.joined
        self.repricing = None if joined is None else Repricing(self.model, joined, self._watched)

    def __len__(self) -> int:
        return len(self.keys)

    def _watched(self, rows: int) -> bool:
        return self.watch(rows)

    def list_first(self, few: int, start: tuple[Ints, Ints] | None) -> None:
        """List the pairs to start from: all stored ones, or the best few and those of a start."""
        model = self.model
        stored = model.stored()
        if stored is not None:
            self.complete = True
            rows, cols, _ = stored
        else:
            self.complete = model.shape[0] * model.shape[1] <= _ALL
            if self.repricing is not None:
                self.add(*self.repricing.first(few))
                rows = cols = np.empty(0, dtype=np.intp)
            else:
                rows, cols = pricing.strongest_pairs(model, few, everything=self.complete)
            if start is not None and not self.complete:
                rows = np.append(rows, np.argsort(model.row_order)[start[0]])
                cols = np.append(cols, np.argsort(model.col_order)[start[1]])
        self.add(rows, cols)

    def add(self, rows: Ints, cols: Ints, scores: Floats | None = None) -> bool:
        """List further pairs; what is not eligible or locked is passed over. Whether any is new.

        Scores are given for pairs that are known to be eligible.
        """
        model = self.model
        width = model.shape[1]
        locked = model.locked[0] * width + model.locked[1]
        keys = rows * width + cols
        new, first = _distinct(keys)
        fresh = ~_among(new, self.keys) & ~_among(new, np.sort(locked))
        new, first = new[fresh], first[fresh]
        if scores is None:
            r, c = np.divmod(new, width) if width else (new, new)
            values = model.problem.at(model.row_order[r], model.col_order[c])
        else:
            values = scores[first]
        sound = ~np.isnan(values)
        if not model.has_floors:
            sound &= values > 0  # nothing needs the others
        place = np.searchsorted(self.keys, new[sound])
        self.keys = np.insert(self.keys, place, new[sound])
        self.scores = np.insert(self.scores, place, values[sound])
        self.largest = float(np.abs(self.scores).max(initial=0.0))
        return bool(sound.any())

    def listing(self, scale: float) -> Listing:
        """The pairs and limits, scores in whole numbers."""
        model = self.model
        width = max(model.shape[1], 1)
        rows, cols = np.divmod(self.keys, width)
        gains = np.round(self.scores * scale).astype(np.int64)
        return Listing(
            rows, cols, gains, model.capacity, model.min_load, model.headcount, model.min_headcount
        )

    def solve(self) -> Solved:
        """The best plan on the listed pairs: one more flow, or the last plan repaired.

        Raises
        ------
        SolverError
            OR-Tools fails or contradicts itself.
        """
        model = self.model
        scale = integer_scale(self.largest, sum(model.shape))
        listing = self.listing(scale)
        size = model.shape[0] * model.shape[1]
        if model.has_floors or size < _PATHS or not is_compiled():
            chosen = most_total(listing)
            if chosen is None:
                raise SolverError("the floors were met before and cannot be met now")
            u, v, loose = prices(listing, chosen)
            return Solved(listing, chosen, u, v, loose, scale, self.keys[chosen], _FLOW)
        if self._paths is None or self._paths[0] != scale:
            self._paths = scale, Paths(*model.shape)
        paths = self._paths[1]
        chosen, done = paths.solve(listing, self.keys, lambda: self.watch(None))
        loose = np.zeros(sum(model.shape), dtype=np.bool_)
        u, v = paths.u.copy(), paths.v.copy()
        return Solved(
            listing, chosen, u, v, loose, scale, self.keys[chosen], _BY_PATHS, False, done
        )

    def priced(self, u: Floats, v: Floats) -> pricing.Priced:
        """Price all pairs; where all are listed, these are all.

        Raises
        ------
        TimeUp
            The watch broke it off.
        """
        if self.repricing is not None:
            return self.repricing.price(u, v, (*self._at(), self.scores), _MORE, self.tolerance())
        few = _MORE if not self.complete else 1
        if self.model.problem.scores.stored is None:
            tolerance = self.tolerance()
            return pricing.price_out(self.model, u, v, self.keys, few=few, tolerance=tolerance)
        return pricing.price_listed(self.model, u, v, *self._at(), self.scores)

    def price_floors(self, u: Counts, v: Counts) -> pricing.Priced:
        """Price all pairs that floors might use, whatever they score."""
        prices = u.astype(float), v.astype(float)
        if self.repricing is not None and self.model.problem.min_score is None:
            return self.repricing.price_floors(*prices, self._at(), _MORE)
        return pricing.price_out(
            self.model, *prices, self.keys, few=_MORE, tolerance=0.5, scores_count=False
        )

    def _at(self) -> tuple[Ints, Ints]:
        rows, cols = np.divmod(self.keys, max(self.model.shape[1], 1))
        return rows, cols

    def tolerance(self) -> float:
        """How far a pair that cannot improve the plan may stand above its prices by rounding."""
        scale = integer_scale(self.largest, sum(self.model.shape))
        return 2.0 / scale + 1e-15 * self.largest

    def total(self, chosen: Mask) -> float:
        """The plan's total from the unrounded scores."""
        return math.fsum((*self.scores[chosen], *self.model.locked_scores()))

    def at_end(self, solved: Solved, *, greatest: bool) -> tuple[Counts, Counts, Mask]:
        """One end of a proved plan's prices; pairs are listed until none stands above it."""
        n = self.model.shape[0]
        near: tuple[Counts, Counts] | None = (solved.u, solved.v)
        while True:
            listing = self.listing(solved.scale)
            try:
                chosen = np.isin(self.keys, solved.keys)
                u, v, loose = prices(listing, chosen, greatest=greatest, near=near)
            except SolverError:  # a new pair is better by less than the tolerance: a plan as good
                again = self.solve()
                near = (again.u, again.v)
                u, v, loose = prices(listing, again.chosen, greatest=greatest, near=near)
            new = False
            if not self.complete:
                # Only pairs that were never formed may bound a loose price: try it far out.
                far = 4.0 * max(np.abs(part).max(initial=1) for part in (u, v, listing.gains))
                for reach in (0.0, -far if greatest else far)[: 1 + bool(loose.any())]:
                    outer = (u + reach * loose[:n]) / solved.scale, v - reach * loose[n:]
                    found = self.priced(outer[0], outer[1] / solved.scale)
                    new |= self.add(found.rows, found.cols)
            if not new:
                return u, v, loose


def _distinct(keys: Ints) -> tuple[Ints, Ints]:
    """The distinct keys, ascending, and where each stands (np.unique is slower on long arrays)."""
    order = np.argsort(keys)
    keys = keys[order]
    first = np.ones(len(keys), dtype=np.bool_)
    first[1:] = keys[1:] != keys[:-1]
    return np.asarray(keys[first]), np.asarray(order[first])


def _among(keys: Ints, known: Ints) -> Mask:
    """Which keys are among ascending known ones."""
    if not len(known):
        return np.zeros(len(keys), dtype=np.bool_)
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    found: Mask = known[place] == keys
    return found
