"""Constraints bound to a problem's rows: what solvers and `check` read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Apart", "Crossing", "Everything", "OfSide", "Ones", "Rows"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Rows:
    """A limit on groups of pairs: ``least[g] <= usage of g <= most[g]`` for every group g.

    Parameters
    ----------
    name : str
        The constraint and what it goes by, such as ``"GroupLimit enterprise_id"``.
    labels : pandas.Index
        One label per group.
    least, most : float64 arrays (groups,)
        Limits in solver units; infinite where there is none.
    unit : {"pairs", "load", "candidates", "demands", "score", "cost"}
        What is counted.
    scale : int
        Solver units in one of the user's: 100 for cents, 1 for counts.
    exact : bool
        Whether every use and every limit is a whole number of solver units.
    penalty : float or None
        What the total loses per unit of the user's above or below; None for a hard limit.
    group : callable
        ``(rows, cols)`` by position -> group, -1 for none; shaped as the two broadcast.
    use : callable or None
        ``(rows, cols)`` by position -> solver units; None for scores, which the caller has.
    """

    name: str
    labels: pd.Index
    least: Floats
    most: Floats
    unit: str
    scale: int
    exact: bool
    penalty: float | None
    group: Callable[[Ints, Ints], Ints]
    use: Callable[[Ints, Ints], Floats] | None


@dataclass(frozen=True, eq=False)
class Apart:
    """Pairs of candidates that are never both in the same group of demands.

    Parameters
    ----------
    name : str
        The constraint and what it goes by.
    first, second : int arrays
        Candidates by position, one entry per pair.
    labels : pandas.Index
        The groups of demands.
    of_demand : int array (demands,)
        The group of each demand, -1 for none.
    """

    name: str
    first: Ints
    second: Ints
    labels: pd.Index
    of_demand: Ints


def _shape(rows: Ints, cols: Ints) -> tuple[int, ...]:
    return np.broadcast_shapes(np.shape(rows), np.shape(cols))


@dataclass(frozen=True, eq=False)
class Ones:
    """Every pair uses one."""

    def __call__(self, rows: Ints, cols: Ints) -> Floats:
        """Units that pairs use."""
        return np.ones(_shape(rows, cols))


@dataclass(frozen=True, eq=False)
class Everything:
    """All pairs are one group."""

    def __call__(self, rows: Ints, cols: Ints) -> Ints:
        """Groups of pairs by position."""
        return np.zeros(_shape(rows, cols), dtype=np.intp)


@dataclass(frozen=True, eq=False)
class OfSide:
    """A pair belongs to the group of its candidate, or of its demand.

    Parameters
    ----------
    codes : int array
        Group of each row of the side, -1 for none.
    on_rows : bool
        Whether the side is that of the candidates.
    """

    codes: Ints
    on_rows: bool

    def __call__(self, rows: Ints, cols: Ints) -> Ints:
        """Groups of pairs by position."""
        found = self.codes[rows if self.on_rows else cols]
        return np.broadcast_to(found, _shape(rows, cols))


@dataclass(frozen=True, eq=False)
class Crossing:
    """A pair belongs to the group of its candidate's value together with its demand's.

    Parameters
    ----------
    first, second : int arrays
        Value of each candidate and of each demand, -1 for none.
    width : int
        Number of values of demands.
    keys : int64 array or None
        The crossings ``first * width + second`` that are groups, ascending; None for all of them.
    """

    first: Ints
    second: Ints
    width: int
    keys: NDArray[np.int64] | None = None

    def __call__(self, rows: Ints, cols: Ints) -> Ints:
        """Groups of pairs by position."""
        a, b = self.first[rows], self.second[cols]
        crossed = np.where((a < 0) | (b < 0), -1, a * self.width + b)
        if self.keys is None:
            return crossed
        if not len(self.keys):
            return np.full(crossed.shape, -1, dtype=np.intp)
        place = np.minimum(np.searchsorted(self.keys, crossed), len(self.keys) - 1)
        found: Ints = np.where(self.keys[place] == crossed, place, -1)
        return found
