"""The master program: families of rows, listed pairs and further columns; and its pricing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.selecting import ColumnBest, best_of_rows
from talentmatch.solvers.families import Everything, Family, Grouped, Product, Scaled, Unit, Use
from talentmatch.solvers.model import Model
from talentmatch.solvers.programs import Program
from talentmatch.solvers.separable import broken_pairs, pairs_within, sides_of

__all__ = ["Further", "Listed", "Master", "Priced"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(eq=False)
class Further:
    """Columns beside the pairs: excesses, presences, totals.

    Attributes
    ----------
    lower, upper, penalty : lists of float
        Range, and what a unit costs the total.
    whole : list of bool
        Which must be whole numbers.
    """

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    penalty: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)

    def add(
        self, count: int, lower: float, upper: float, *, whole: bool = False, penalty: float = 0.0
    ) -> Ints:
        """Add equal columns and return their numbers."""
        first = len(self.lower)
        self.lower += [lower] * count
        self.upper += [upper] * count
        self.penalty += [penalty] * count
        self.whole += [whole] * count
        return np.arange(first, first + count)

    def copy(self) -> Further:
        """An independent copy, for a stage to add to."""
        return Further(self.lower[:], self.upper[:], self.penalty[:], self.whole[:])


@dataclass(frozen=True, eq=False)
class Listed:
    """Pairs in the model's order, sorted by key, with their scores.

    Attributes
    ----------
    keys : int array
        ``row * n_demands + column``.
    rows, cols : int arrays
        The problem's own positions.
    scores : float array
        Their scores.
    locked : bool array
        Which must be chosen.
    """

    keys: Ints
    rows: Ints
    cols: Ints
    scores: Floats
    locked: Mask

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, eq=False)
class Priced:
    """What pricing found: the bound, keys of pairs worth listing, and their best reduced gain."""

    bound: float
    keys: Ints
    worst: float = -math.inf


@dataclass(eq=False)
class Master:
    """A linear program over all eligible pairs, most of which are never formed.

    Attributes
    ----------
    model : Model
        The problem in canonical order.
    families : list of Family
        The rows.
    further : Further
        Columns beside the pairs.
    gain : callable
        (rows, cols, scores) -> what a pair adds to the objective; broadcasting.
    further_gains : float array
        The same for further columns.
    lowest : float
        Pairs below it are barred.
    is_whole : bool
        Whether the objective of every plan is a whole number.
    scale : float
        What rounding is measured by, where it is more than the largest gain.
    evaluate : callable, optional
        (rows, cols) of a plan -> its objective, recomputed apart from every solver.
    """

    model: Model
    families: list[Family]
    further: Further
    gain: Use = field(default_factory=Unit)
    further_gains: Floats = field(default_factory=lambda: np.empty(0))
    lowest: float = -math.inf
    is_whole: bool = False
    scale: float = 0.0
    evaluate: Callable[[Ints, Ints], float] | None = None

    def hold(self, name: str, least: float, *, factor: float = 1.0) -> None:
        """Turn the objective into a floor, as one more row; what comes next is another objective.

        Parameters
        ----------
        name : str
            What is held.
        least : float
            The floor.
        factor : float
            Both sides are multiplied by it, for solvers' tolerances are absolute.
        """
        used = np.flatnonzero(self.further_gains)
        extra = (np.zeros(len(used), dtype=np.intp), used, self.further_gains[used] * factor)
        use = Product(self.gain, factor)
        self.families.append(
            Grouped(
                f"held: {name}",
                pd.Index([name]),
                np.array([least * factor]),
                np.array([np.inf]),
                Everything(),
                use,
                factor,
                extra,
            )
        )
        self.further_gains = np.zeros(len(self.further.lower))
        self.gain, self.evaluate, self.is_whole, self.scale = Unit(), None, False, 0.0

    # ------------------------------------------------------------------ listing

    def listed(self, keys: Ints) -> Listed:
        """Eligible pairs of sorted keys, the locked ones included."""
        model = self.model
        width = max(model.shape[1], 1)
        locked = model.locked[0] * width + model.locked[1]
        keys = np.union1d(keys, locked).astype(np.intp)
        r, c = np.divmod(keys, width)
        rows, cols = model.row_order[r], model.col_order[c]
        scores = model.problem.at(rows, cols)
        sound = ~np.isnan(scores) & (scores >= self.lowest)
        is_locked = np.isin(keys, locked)
        return Listed(keys[sound], rows[sound], cols[sound], scores[sound], is_locked[sound])

    def keys_of(self, pairs: tuple[Ints, Ints] | None) -> Ints | None:
        """Keys of pairs given by the problem's positions."""
        if pairs is None:
            return None
        rows = np.argsort(self.model.row_order)[pairs[0]]
        cols = np.argsort(self.model.col_order)[pairs[1]]
        return np.unique(rows * self.model.shape[1] + cols)

    def places(self, keys: Ints) -> tuple[Ints, Ints]:
        """The problem's positions of keys."""
        rows, cols = np.divmod(keys, max(self.model.shape[1], 1))
        return self.model.row_order[rows], self.model.col_order[cols]

    def program(self, pairs: Listed, *, gains: bool = True) -> Program:
        """The linear (or, with its whole columns, integer) program on listed pairs."""
        k, extra = len(pairs), len(self.further.lower)
        least, most, parts, start = [], [], [], 0
        for family in self.families:
            row, pair, value = family.entries(pairs.rows, pairs.cols, pairs.scores)
            at, column, further = family.extra
            parts.append((start + row, pair, value))
            parts.append((start + at, k + column, further))
            least.append(family.least)
            most.append(family.most)
            start += len(family.least)
        rows, cols, values = (np.concatenate(part) for part in zip(*parts, strict=True))
        matrix = sp.csr_array((values, (rows, cols)), shape=(start, k + extra))
        worth = self.worth(pairs) if gains else np.zeros(k)
        return Program(
            np.concatenate((worth, self.further_gains if gains else np.zeros(extra))),
            np.concatenate((pairs.locked.astype(float), self.further.lower)),
            np.concatenate((np.ones(k), self.further.upper)),
            matrix,
            np.concatenate(least),
            np.concatenate(most),
            np.concatenate((np.ones(k, dtype=bool), np.array(self.further.whole, dtype=bool))),
        )

    def worth(self, pairs: Listed) -> Floats:
        """What each listed pair adds to the objective."""
        gains = self.gain(pairs.rows, pairs.cols, pairs.scores)
        return np.array(np.broadcast_to(gains, len(pairs)), dtype=np.float64)

    def split(self, prices: Floats) -> list[Floats]:
        """One price array per family."""
        ends = np.cumsum([len(family.least) for family in self.families])
        return np.split(prices, ends[:-1])

    def joined(self, parts: list[Floats]) -> Floats:
        """The inverse of `split`."""
        return np.concatenate(parts) if parts else np.empty(0)

    def sound(self, prices: Floats) -> Floats:
        """Prices with the signs that a bound needs, and at most the penalties of soft limits."""
        least = np.concatenate([family.least for family in self.families])
        most = np.concatenate([family.most for family in self.families])
        clean = np.where(np.isinf(most), np.minimum(prices, 0.0), prices)
        clean = np.where(np.isinf(least), np.maximum(clean, 0.0), clean)
        upper = np.array(self.further.upper)
        gains, start = self.further_gains, 0
        for family in self.families:
            at, column, value = family.extra
            free = np.isinf(upper[column]) if len(column) else np.empty(0, dtype=bool)
            # A column without an upper end bounds the price of the one row it stands in.
            limit = gains[column[free]] / value[free]
            row = start + at[free]
            ceiling = value[free] < 0
            np.minimum.at(clean, row[ceiling], limit[ceiling])
            np.maximum.at(clean, row[~ceiling], limit[~ceiling])
            start += len(family.least)
        return clean

    # ------------------------------------------------------------------ pricing

    def further_reduced(self, prices: Floats) -> Floats:
        """Reduced gains of the further columns."""
        reduced, start = np.array(self.further_gains, dtype=np.float64), 0
        for family in self.families:
            at, column, value = family.extra
            np.subtract.at(reduced, column, prices[start + at] * value)
            start += len(family.least)
        return reduced

    def fixed_bound(self, prices: Floats) -> float:
        """The part of the bound that rows and further columns make."""
        least = np.concatenate([family.least for family in self.families])
        most = np.concatenate([family.most for family in self.families])
        above, below = prices > 0, prices < 0
        terms = [most[above] * prices[above], least[below] * prices[below]]
        reduced = self.further_reduced(prices)
        for sign, ends in ((1.0, self.further.upper), (-1.0, self.further.lower)):
            side = reduced * sign > 0
            limit = np.array(ends)[side]
            finite = np.isfinite(limit)
            terms.append(reduced[side][finite] * limit[finite])  # the rest was clipped to zero
        return math.fsum(math.fsum(part) for part in terms)

    def reduced(self, pairs: Listed, prices: Floats, *, gains: bool = True) -> Floats:
        """Reduced gains of listed pairs."""
        left = self.worth(pairs) if gains else np.zeros(len(pairs))
        for family, part in zip(self.families, self.split(prices), strict=True):
            if part.any():
                left = left - family.charge(part, pairs.rows, pairs.cols, pairs.scores)
        return np.array(left, dtype=np.float64)

    def reduced_blocks(
        self, prices: Floats, *, gains: bool = True
    ) -> Iterator[tuple[Ints, Floats, Floats]]:
        """Canonical rows, scores and reduced gains, block by block; nan for barred or locked."""
        model, parts = self.model, self.split(prices)
        for rows, block in model.blocks():
            at, cols = model.row_order[rows][:, None], model.col_order[None, :]
            if gains:
                left = np.array(np.broadcast_to(self.gain(at, cols, block), block.shape))
                left[np.isnan(block)] = np.nan
            else:
                left = block * 0.0
            for family, part in zip(self.families, parts, strict=True):
                if part.any():
                    left -= family.charge(part, at, cols, block)
            if self.lowest > -math.inf:
                left[~(block >= self.lowest)] = np.nan
            yield rows, block, left

    def sides(self, prices: Floats, *, gains: bool = True) -> tuple[Floats, Floats] | None:
        """What rows and columns are charged, where no pair is charged for itself."""
        charges = list(zip(self.families, self.split(prices), strict=True))
        is_zero = np.isfinite(self.lowest) or self.model.problem.min_score is not None
        if is_zero and not (gains and isinstance(self.gain, Scaled)):
            return None  # who may be chosen depends on scores that do not count
        return sides_of(self.model.joined, charges, self.gain if gains else None)

    def price(
        self,
        prices: Floats,
        pairs: Listed,
        *,
        complete: bool,
        few: int,
        near: float = 0.0,
        gains: bool = True,
    ) -> Priced:
        """Bound over all pairs, and pairs not listed that break the prices most, or nearly do."""
        own = self.reduced(pairs, prices, gains=gains)
        terms = [self.fixed_bound(prices) if gains else self._elastic_bound(prices)]
        terms.append(math.fsum(np.where(pairs.locked, own, 0.0)))
        nothing = np.empty(0, dtype=np.intp)
        if complete:
            free = own[~pairs.locked]
            return Priced(math.fsum((*terms, math.fsum(free[free > 0]))), nothing)
        width, found = max(self.model.shape[1], 1), []
        sides = self.sides(prices, gains=gains)
        if sides is not None and self.model.joined is not None:
            terms.append(math.fsum(own[(own > 0) & ~pairs.locked]))
            known, count = pairs.keys[~pairs.locked], gains and not isinstance(self.gain, Unit)
            total, (r, c), worst = broken_pairs(
                self.model.joined, sides, np.divmod(known, width), few=few, near=near,
                lowest=self.lowest, scores_count=count,
            )  # fmt: skip
            return Priced(math.fsum((*terms, total)), np.unique(r * width + c), worst)
        worst, columns = -math.inf, ColumnBest(few, -near)
        for rows, _, left in self.reduced_blocks(prices, gains=gains):
            np.nan_to_num(left, copy=False, nan=-np.inf)
            terms.append(math.fsum(left[left > 0]))
            low, high = np.searchsorted(pairs.keys, (rows[0] * width, (rows[-1] + 1) * width))
            left[np.divmod(pairs.keys[low:high] - rows[0] * width, width)] = -np.inf
            highest = left.max(axis=1, initial=-np.inf)
            worst = max(worst, float(highest.max(initial=-np.inf)))
            some = np.flatnonzero(highest > -near)
            if len(some):
                picked = best_of_rows(left[some], few, -near, rows[some] * few)
                r, c = np.nonzero(picked)
                found.append(rows[some[r]] * width + c)
                columns.add(rows[some], left[some])
        r, c, _ = columns.pairs()
        found.append(r * width + c)
        return Priced(math.fsum(terms), np.unique(np.concatenate(found)).astype(np.intp), worst)

    def _elastic_bound(self, prices: Floats) -> float:
        """The same without gains: how far the floors are from being met, as a bound."""
        kept, self.further_gains = self.further_gains, np.zeros(len(self.further.lower))
        try:
            return self.fixed_bound(prices)
        finally:
            self.further_gains = kept

    def within(self, prices: Floats, pairs: Listed, reach: float, *, complete: bool) -> Ints:
        """Keys of all pairs whose reduced gain is at least ``-reach``, and of the locked ones."""
        own = self.reduced(pairs, prices)
        kept = [pairs.keys[(own >= -reach) | pairs.locked]]
        width, sides = max(self.model.shape[1], 1), self.sides(prices)
        near = None
        if sides is not None and self.model.joined is not None and isinstance(self.gain, Scaled):
            near = pairs_within(self.model.joined, sides, reach, self.lowest)
        if near is not None:
            kept.append(near[0] * width + near[1])
        elif not complete:
            for rows, _, left in self.reduced_blocks(prices):
                r, c = np.nonzero(left >= -reach)
                kept.append(rows[r] * width + c)
        return np.unique(np.concatenate(kept)).astype(np.intp)

    def everything(self) -> Ints:
        """Keys of all eligible pairs."""
        stored = self.model.stored()
        width = max(self.model.shape[1], 1)
        if stored is not None:
            return np.unique(stored[0] * width + stored[1]).astype(np.intp)
        found = [np.empty(0, dtype=np.intp)]
        for rows, block in self.model.blocks():
            r, c = (
                np.nonzero(block >= self.lowest)
                if np.isfinite(self.lowest)
                else np.nonzero(~np.isnan(block))
            )
            found.append(rows[r] * width + c)
        return np.concatenate(found).astype(np.intp)

    def broken(self, program: Program, values: Floats) -> Floats:
        """By how much each row is broken by a plan: negative below its floor, positive above."""
        used = program.matrix @ values
        over, under = np.maximum(used - program.most, 0.0), np.minimum(used - program.least, 0.0)
        broken: Floats = over + under
        return broken
