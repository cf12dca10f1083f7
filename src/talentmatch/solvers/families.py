"""Families of linear rows over pairs: what each row uses of a pair, and what its price charges.

A family answers for listed pairs (as entries of a sparse matrix) and for whole blocks of pairs
that were never formed (as the charge of its prices), so that every constraint can be priced out.
Positions are the problem's own; index arrays broadcast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = [
    "Apartness",
    "ByColumn",
    "ByRow",
    "Cliques",
    "Everything",
    "Extra",
    "Family",
    "Grouped",
    "OfDemand",
    "Presence",
    "Product",
    "Scaled",
    "ScaledByGroup",
    "SinglesOnly",
    "Unit",
    "Use",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Extra = tuple[Ints, Ints, Floats]  # family row, further column, coefficient
Group = Callable[[Ints, Ints], Ints]
Use = Callable[[Ints, Ints, Floats], Floats]


def _nothing() -> Extra:
    none = np.empty(0, dtype=np.intp)
    return none, none, np.empty(0)


class Family(Protocol):
    """Rows ``least <= sum use x pairs + extra x further columns <= most``."""

    name: str
    labels: pd.Index
    least: Floats
    most: Floats
    extra: Extra
    origin: int | None  # which of the problem's constraints it stands for

    @property
    def scale(self) -> float | Floats:
        """Solver units in one of the user's, for all rows or per row."""

    def entries(self, rows: Ints, cols: Ints, scores: Floats) -> tuple[Ints, Ints, Floats]:
        """Family row, pair and coefficient of everything that listed pairs use."""

    def charge(self, prices: Floats, rows: Ints, cols: Ints, scores: Floats) -> Floats:
        """What prices of the rows charge pairs, broadcasting."""


@dataclass(eq=False)
class Grouped:
    """Every pair belongs to one row of the family at most.

    Attributes
    ----------
    group : callable
        (rows, cols) -> row of the family, -1 for none.
    use : callable
        (rows, cols, scores) -> coefficient.
    """

    name: str
    labels: pd.Index
    least: Floats
    most: Floats
    group: Group
    use: Use
    scale: float | Floats = 1.0
    extra: Extra = field(default_factory=_nothing)
    origin: int | None = None

    def entries(self, rows: Ints, cols: Ints, scores: Floats) -> tuple[Ints, Ints, Floats]:
        """One entry per pair inside a group."""
        group = np.broadcast_to(self.group(rows, cols), rows.shape)
        inside = np.flatnonzero(group >= 0)
        use = np.broadcast_to(self.use(rows, cols, scores), rows.shape)
        return group[inside].astype(np.intp), inside, np.asarray(use[inside], dtype=np.float64)

    def charge(self, prices: Floats, rows: Ints, cols: Ints, scores: Floats) -> Floats:
        """Price of the pair's group times its use."""
        at = np.append(prices, 0.0)[self.group(rows, cols)]  # -1 finds the zero at the end
        charged: Floats = at if isinstance(self.use, Unit) else at * self.use(rows, cols, scores)
        return charged


@dataclass(eq=False)
class Apartness:
    """Conflicts: of two candidates only one may stand in a group of demands.

    Row ``k x groups + g`` belongs to conflict k and group g. Candidates that take one demand at
    most count by their pairs; the others by further columns, in `extra`.

    Attributes
    ----------
    members : int array (entries, 2)
        Conflict and candidate, for the candidates that count by pairs.
    of_demand : int array (demands,)
        Group of each demand, -1 for none.
    """

    name: str
    labels: pd.Index
    least: Floats
    most: Floats
    members: Ints
    of_demand: Ints
    groups: int
    extra: Extra
    scale: float | Floats = 1.0
    origin: int | None = None

    def entries(self, rows: Ints, cols: Ints, scores: Floats) -> tuple[Ints, Ints, Floats]:
        """An entry per pair and conflict of its candidate."""
        at, where = [], []
        by_candidate = np.argsort(self.members[:, 1], kind="stable")
        listed = self.members[by_candidate]
        first = np.searchsorted(listed[:, 1], rows, side="left")
        last = np.searchsorted(listed[:, 1], rows, side="right")
        for pair in np.flatnonzero((last > first) & (self.of_demand[cols] >= 0)).tolist():
            for k in listed[first[pair] : last[pair], 0].tolist():
                at.append(k * self.groups + int(self.of_demand[cols[pair]]))
                where.append(pair)
        return np.array(at, dtype=np.intp), np.array(where, dtype=np.intp), np.ones(len(at))

    def charge(self, prices: Floats, rows: Ints, cols: Ints, scores: Floats) -> Floats:
        """Sum of the prices of all conflicts of the candidate in the demand's group."""
        slots, place = np.unique(self.members[:, 1], return_inverse=True)
        if not len(slots):
            return np.zeros(np.broadcast_shapes(np.shape(rows), np.shape(cols)))
        table = np.zeros((len(slots) + 1, self.groups + 1))
        np.add.at(table[:-1, :-1], place, prices.reshape(-1, self.groups)[self.members[:, 0]])
        slot = np.searchsorted(slots, rows)
        known = (slot < len(slots)) & (slots[np.minimum(slot, len(slots) - 1)] == rows)
        charged: Floats = table[np.where(known, slot, len(slots)), self.of_demand[cols]]
        return charged


@dataclass(eq=False)
class Cliques:
    r"""Cuts for unequal loads: who takes a heavy demand has no room for a given light one.

    .. math:: x_{ij} + \sum_{k \in heavy(i)} x_{ik} \le 1

    for a listed light pair (i, j), where heavy pairs use more than half of the capacity and any
    of them leaves too little for j. Valid for every plan, and tighter than the capacity alone.

    Attributes
    ----------
    keys : int array
        Sorted ``row * n_demands + column`` of the light pairs with a cut.
    is_heavy : callable
        (rows, cols) -> bool.
    """

    name: str
    labels: pd.Index
    least: Floats
    most: Floats
    keys: Ints
    width: int
    is_heavy: Callable[[Ints, Ints], NDArray[np.bool_]]
    scale: float | Floats = 1.0
    extra: Extra = field(default_factory=_nothing)
    origin: int | None = None

    def entries(self, rows: Ints, cols: Ints, scores: Floats) -> tuple[Ints, Ints, Floats]:
        """One entry per light pair with a cut, and one per heavy pair and cut of its candidate."""
        own = self._own(rows, cols)
        light = np.flatnonzero(own >= 0)
        heavy = np.flatnonzero(self.is_heavy(rows, cols))
        of_row = self.keys // self.width
        first = np.searchsorted(of_row, rows[heavy], side="left")
        count = np.searchsorted(of_row, rows[heavy], side="right") - first
        pairs = np.repeat(heavy, count)
        cuts = np.arange(count.sum()) + np.repeat(first - (np.cumsum(count) - count), count)
        at = np.concatenate((own[light], cuts)).astype(np.intp)
        return at, np.concatenate((light, pairs)), np.ones(len(at))

    def charge(self, prices: Floats, rows: Ints, cols: Ints, scores: Floats) -> Floats:
        """A light pair its own cut's price, a heavy one the prices of all its candidate's cuts."""
        candidates, place = np.unique(self.keys // self.width, return_inverse=True)
        if not len(candidates):
            return np.zeros(np.broadcast_shapes(np.shape(rows), np.shape(cols)))
        total = np.zeros(len(candidates) + 1)
        np.add.at(total, place, prices)
        slot = np.searchsorted(candidates, rows)
        known = (slot < len(candidates)) & (
            candidates[np.minimum(slot, len(candidates) - 1)] == rows
        )
        whole = total[np.where(known, slot, len(candidates))]
        charged: Floats = np.where(
            self.is_heavy(rows, cols), whole, np.append(prices, 0.0)[self._own(rows, cols)]
        )
        return charged

    def _own(self, rows: Ints, cols: Ints) -> Ints:
        keys = rows * self.width + cols
        at = np.searchsorted(self.keys, keys)
        found = (at < len(self.keys)) & (self.keys[np.minimum(at, len(self.keys) - 1)] == keys)
        return np.where(found, at, -1)


@dataclass(frozen=True)
class ByRow:
    """Each candidate is a group of its own."""

    def __call__(self, rows: Ints, cols: Ints) -> Ints:
        """Group of each pair."""
        return rows


@dataclass(frozen=True)
class ByColumn:
    """Each demand is a group, or belongs to one."""

    of_demand: Ints | None = None

    def __call__(self, rows: Ints, cols: Ints) -> Ints:
        """Group of each pair."""
        return cols if self.of_demand is None else self.of_demand[cols]


@dataclass(frozen=True)
class Everything:
    """One group for all pairs."""

    def __call__(self, rows: Ints, cols: Ints) -> Ints:
        """Group of each pair."""
        return np.zeros((1,) * np.ndim(rows), dtype=np.intp)


@dataclass(frozen=True, eq=False)
class SinglesOnly:
    """The groups of the rows (or columns) that count by their pairs; -1 for the others."""

    group: Group
    is_single: NDArray[np.bool_]
    by_row: bool

    def __call__(self, rows: Ints, cols: Ints) -> Ints:
        """Group of each pair."""
        single = self.is_single[rows if self.by_row else cols]
        return np.where(single, self.group(rows, cols), -1)


@dataclass(frozen=True, eq=False)
class Presence:
    """Group ``slot x groups + g``: one candidate (or demand) within one group."""

    group: Group
    slot: Ints
    groups: int
    by_row: bool

    def __call__(self, rows: Ints, cols: Ints) -> Ints:
        """Group of each pair."""
        slot, group = self.slot[rows if self.by_row else cols], self.group(rows, cols)
        return np.where((slot >= 0) & (group >= 0), slot * self.groups + group, -1)


@dataclass(frozen=True)
class Unit:
    """Every pair counts one."""

    def __call__(self, rows: Ints, cols: Ints, scores: Floats) -> Floats:
        """Coefficient of each pair."""
        return np.ones((1,) * np.ndim(rows))


@dataclass(frozen=True, eq=False)
class Scaled:
    """A use of its own, of (rows, cols), or the scores themselves where it is None."""

    of_pair: Callable[[Ints, Ints], Any] | None = None
    factor: float = 1.0

    def __call__(self, rows: Ints, cols: Ints, scores: Floats) -> Floats:
        """Coefficient of each pair."""
        use = scores if self.of_pair is None else self.of_pair(rows, cols)
        scaled: Floats = np.asarray(use, dtype=np.float64)
        return scaled if self.factor == 1.0 else scaled * self.factor


@dataclass(frozen=True, eq=False)
class Product:
    """Another use times a number."""

    of: Use
    factor: float

    def __call__(self, rows: Ints, cols: Ints, scores: Floats) -> Floats:
        """Coefficient of each pair."""
        product: Floats = np.asarray(self.of(rows, cols, scores)) * self.factor
        return product


@dataclass(frozen=True, eq=False)
class OfDemand:
    """A use that a number per demand multiplies: of the scores, or of the pairs themselves."""

    weight: Floats
    of_scores: bool

    def __call__(self, rows: Ints, cols: Ints, scores: Floats) -> Floats:
        """Coefficient of each pair."""
        weight: Floats = self.weight[cols]
        return weight * scores if self.of_scores else weight


@dataclass(frozen=True, eq=False)
class ScaledByGroup:
    """Another use, times a number per group."""

    of: Use
    group: Group
    factor: Floats

    def __call__(self, rows: Ints, cols: Ints, scores: Floats) -> Floats:
        """Coefficient of each pair."""
        use: Floats = np.asarray(self.of(rows, cols, scores))
        scaled: Floats = use * np.append(self.factor, 1.0)[self.group(rows, cols)]
        return scaled
