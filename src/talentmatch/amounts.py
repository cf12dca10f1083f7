"""A number for every pair, in whole units where it is exact: what a pair costs, or its load."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.decimals import in_units, reals
from talentmatch.errors import ProblemError
from talentmatch.sides import SideName, Sides, few

__all__ = ["Amounts", "Written", "written"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Amounts:
    """A number for every pair, kept as wide as its source is.

    Parameters
    ----------
    values : float64 array or csr_array
        In solver units: one number, one per row of `side`, or one per pair.
    side : {"candidate", "demand"} or None
        Whose rows the values are, where there is one per row.
    scale : int
        Solver units in one of the user's.
    exact : bool
        Whether every value is a whole number of solver units.
    absent : float
        What pairs count that a sparse matrix does not store, in solver units.
    """

    values: Floats | sp.csr_array
    side: SideName | None = None
    scale: int = 1
    exact: bool = True
    absent: float = 0.0

    def at(self, rows: Ints, cols: Ints) -> Floats:
        """Units of pairs by position, shaped as rows and columns broadcast."""
        rows, cols = np.asarray(rows), np.asarray(cols)
        shape = np.broadcast_shapes(rows.shape, cols.shape)
        if sp.issparse(self.values):
            return self._stored(rows, cols)
        if self.values.ndim == 2:
            found: Floats = self.values[rows, cols]
            return found
        if self.side is None:
            return np.broadcast_to(self.values, shape)
        return np.broadcast_to(self.values[rows if self.side == "candidate" else cols], shape)

    __call__ = at

    def rescaled(self, scale: int) -> Amounts:
        """The same numbers in finer units, a whole number of which make one of the old."""
        if scale == self.scale:
            return self
        values = self.values * float(scale // self.scale)
        return replace(self, values=values, scale=scale, absent=self.absent * scale / self.scale)

    def _stored(self, rows: Ints, cols: Ints) -> Floats:
        matrix: Any = self.values
        if rows.ndim == cols.ndim == 2 and rows.shape[1] == cols.shape[0] == 1:
            rows, cols = rows[:, 0], cols[0]
            if not self.absent:
                return np.asarray(matrix[rows].toarray()[:, cols], dtype=np.float64)
            rows, cols = rows[:, None], cols[None, :]
        rows, cols = np.broadcast_arrays(rows, cols)
        if not matrix.nnz:
            return np.full(rows.shape, self.absent)
        width = matrix.shape[1]
        keys = self._keys
        wanted = rows.astype(np.int64) * width + cols
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[place] == wanted, matrix.data[place], self.absent)

    @cached_property
    def _keys(self) -> NDArray[np.int64]:
        matrix: Any = self.values
        counts = np.diff(matrix.indptr)
        keys: NDArray[np.int64] = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), counts)
        keys *= matrix.shape[1]
        keys += matrix.indices
        return keys


@dataclass(frozen=True, eq=False)
class Written:
    """Numbers as they were written, before they are counted in units.

    Parameters
    ----------
    raw : array
        One value, one per row of `side`, one per pair, or those that a sparse matrix stores.
    side : {"candidate", "demand"} or None
        Whose rows they are.
    named : bool
        Whether they come from a column or a Series: from a person's table, where a number that is
        not a decimal is a slip.
    pattern : csr_array or None
        The sparse matrix, where it was one.
    """

    raw: NDArray[Any]
    side: SideName | None
    named: bool
    sides: Sides
    pattern: sp.csr_array | None = None

    def units(self, places: int) -> tuple[Floats, Bools]:
        """The numbers in units of ``10**-places``, and which are whole."""
        return in_units(self.raw, places)

    def reals(self) -> Floats:
        """The numbers as they are."""
        return reals(self.raw)

    def refuse(self, wrong: Bools, rule: str) -> None:
        """Raise where any value is wrong, naming ids and values."""
        places = np.argwhere(wrong)
        if not len(places):
            return
        said = (f"{self._where(k)}{self.raw[tuple(k)]!s}" for k in places)
        raise ProblemError(f"{rule}: {few(said, len(places))}")

    def amounts(self, units: Floats, *, scale: int, exact: bool, absent: float = 0.0) -> Amounts:
        """The numbers, counted in units, as they are looked up."""
        if self.pattern is None:
            return Amounts(units, self.side, scale, exact, absent)
        matrix = sp.csr_array(
            (units, self.pattern.indices, self.pattern.indptr), shape=self.pattern.shape
        )
        return Amounts(matrix, None, scale, exact, absent)

    def _where(self, place: NDArray[np.intp]) -> str:
        row, col = int(place[0]) if len(place) else 0, int(place[-1]) if len(place) else 0
        if self.pattern is not None:
            col = int(self.pattern.indices[row])
            row = int(np.searchsorted(self.pattern.indptr, place[0], side="right")) - 1
        elif self.side is not None:
            return f"{self.side}_id {self.sides.id(self.side, row)!r}: "
        elif not len(place):
            return ""
        return f"({self.sides.id('candidate', row)!r}, {self.sides.id('demand', col)!r}): "


def written(given: Any, sides: Sides, side: SideName | None, what: str) -> Written:
    """Read a number for all, one per row of a side, or one per pair.

    Parameters
    ----------
    given : number, column name, array, Series by id, sparse matrix or DataFrame by ids
        The numbers.
    sides : Sides
        Ids and tables.
    side : {"candidate", "demand"} or None
        The side meant, where there is one number per row.
    what : str
        What to call them in an error.

    Raises
    ------
    ProblemError
        Shapes or ids do not fit.
    """
    if isinstance(given, str | pd.Series):
        at, raw = sides.values(given, side, what)
        return Written(raw, at, True, sides)
    if isinstance(given, pd.DataFrame):
        return Written(_by_ids(given, sides, what), None, False, sides)
    if sp.issparse(given):
        _fits(given.shape, sides, what)
        matrix = sp.csr_array(given, copy=True)
        matrix.sum_duplicates()
        return Written(matrix.data, None, False, sides, matrix)
    raw = np.array(given)
    if raw.ndim == 1:
        at, raw = sides.values(raw, side, what)
        return Written(raw, at, False, sides)
    if raw.ndim:
        _fits(raw.shape, sides, what)
    return Written(raw, None, False, sides)


def _fits(shape: tuple[int, ...], sides: Sides, what: str) -> None:
    if shape != sides.shape:
        raise ProblemError(f"{what} has the shape {shape}, the scores {sides.shape}")


def _by_ids(frame: pd.DataFrame, sides: Sides, what: str) -> NDArray[Any]:
    if not (frame.index.is_unique and frame.columns.is_unique):
        raise ProblemError(f"{what} repeats ids")
    rows = frame.index.get_indexer(sides.candidate_ids)
    cols = frame.columns.get_indexer(sides.demand_ids)
    for name, ids, place in (
        ("candidate_id", sides.candidate_ids, rows),
        ("demand_id", sides.demand_ids, cols),
    ):
        absent = ids[place < 0]
        if len(absent):
            shown = few(map(repr, absent[:5].tolist()), len(absent), ", ")
            raise ProblemError(f"{what}: the table has nothing for {name} {shown}")
    return np.asarray(frame.to_numpy()[np.ix_(rows, cols)])
