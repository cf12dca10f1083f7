"""The join of two sparse factor matrices: every pair looked at, only the best ones kept.

A pair's *excess* is its score less a price of its row and one of its column. One pass over all
pairs finds each row's and each column's pairs of the highest excess, and what all pairs above
their prices come to. With prices at zero that is the top-k join; with the prices of a plan it is
the pricing that proves it. Memory is one row of scores per thread and what is kept.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.parallel import in_parallel, share

__all__ = ["Found", "Join", "Listed", "is_compiled"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Masks = Callable[[Ints], NDArray[np.bool_]]

_ANY = -1e299  # below every score, above what marks a barred pair
_TASK = 2**28  # pairs looked at by one task
_MASKED = 2**24  # of these, where rules must be asked about each of them
_WIDTH = 2**14  # columns taken at a time, so that they stay in fast memory
_FEWEST = 2  # tasks, as long as there are so many rows


def is_compiled() -> bool:
    """Whether numba is there to compile the join."""
    return importlib.util.find_spec("numba") is not None


@dataclass(frozen=True, eq=False)
class Listed:
    """Pairs by row: those of row ``i`` are ``columns[ends[i]:ends[i + 1]]``, ascending."""

    ends: NDArray[np.int64]
    columns: NDArray[np.int32]

    @classmethod
    def of(cls, rows: Ints, columns: Ints, n: int) -> Listed:
        """Pairs by row, then column, ascending; n is the number of rows."""
        ends = np.searchsorted(rows, np.arange(n + 1))
        return cls(ends.astype(np.int64), columns.astype(np.int32))


@dataclass(frozen=True, eq=False)
class Found:
    """What one pass over some rows found.

    Attributes
    ----------
    rows, columns : int arrays (pairs,)
        The pairs kept: each row's best, then each column's best; some stand there twice.
    excess : float array (pairs,)
        Score less prices of each.
    by_row : int
        How many of them, from the first, are the rows' best.
    rest : float array (rows looked at,)
        Upper bound on the excess of the pairs that count but are not among the row's best; far
        below zero where there are none.
    highest, total : float arrays (rows looked at,)
        Highest excess, and the sum of all excesses above zero, over all the row's pairs.
    """

    rows: Ints
    columns: Ints
    excess: Floats
    by_row: int
    rest: Floats
    highest: Floats
    total: Floats


class Join:
    """Two sparse factor matrices, ready to be multiplied row by row.

    Parameters
    ----------
    left, right : csr_array of float64
        (n_rows, n_features) and (n_columns, n_features); never changed.
    """

    def __init__(self, left: sp.csr_array, right: sp.csr_array) -> None:
        self.left, self.right = left, right
        across = sp.csr_array(right.T)  # a feature's columns come out ascending
        self.shape = left.shape[0], right.shape[0]
        ends, at, data = _arrays(across)
        self._factors = _Factors(_arrays(left), (_tiles(ends, at, self.shape[1]), at, data))

    def best(
        self,
        rows: Ints,
        u: Floats,
        v: Floats,
        *,
        per_row: int,
        per_column: int,
        above: float = 0.0,
        margin: float = 0.0,
        lowest: float = -np.inf,
        out: Listed | None = None,
        passes: Masks | None = None,
        rotate: bool = False,
        scores_count: bool = True,
        counts: bool = True,
        watch: Callable[[int], bool] | None = None,
    ) -> Found:
        """Look at all pairs of some rows, and keep the best.

        Parameters
        ----------
        rows : int array
            Rows to look at, ascending.
        u, v : float arrays (n_rows,), (n_columns,)
            Prices.
        per_row, per_column : int
            Pairs kept of each row and of each column, of those with an excess above `above`. Of
            equal ones the earlier are kept.
        margin : float
            How far below what matters `rest` is still exact; further down it is only said to be
            there. The smaller the quicker.
        lowest : float
            Pairs that score less do not count.
        out : Listed, optional
            Pairs that do not count.
        passes : callable, optional
            Takes row positions; which pairs (rows, n_columns) count.
        rotate : bool
            Of a row's equal pairs, start at another place in every row, so that rows of many
            equal pairs do not all keep the same columns.
        scores_count : bool
            False to take every score as zero.
        counts : bool
            False to leave `highest` and `total` at zero, which is quicker.
        watch : callable, optional
            Called with the number of rows done, now and then; True breaks off. What was found so
            far comes back then, and `rest` ends with the rows that were looked at.
        """
        n, m = self.shape
        nothing = Listed(np.zeros(n + 1, np.int64), np.empty(0, np.int32))
        out = out or nothing
        asked = _Asked(
            float(above), float(margin), max(float(lowest), _ANY), per_row, per_column, rotate,
            counts, scores_count,
        )  # fmt: skip
        shared = (
            share(self._factors), asked, np.ascontiguousarray(u, np.float64),
            np.ascontiguousarray(v, np.float64), out.ends, out.columns, share(passes),
        )  # fmt: skip
        size = max((_TASK if passes is None else _MASKED) // max(m, 1), 1)
        tasks = max(1, min(_FEWEST, len(rows)), -(-len(rows) // size))
        return _gathered(np.array_split(rows, tasks), v, asked, shared, watch)


Arrays = tuple[NDArray[np.int64], NDArray[np.int32], Floats]
Pairs = tuple[Ints, Ints, Floats]


def _arrays(matrix: sp.csr_array) -> Arrays:
    """The three arrays of a matrix, in the types that the compiled loops take."""
    return (
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int32, copy=False),
        np.ascontiguousarray(matrix.data, dtype=np.float64),
    )


def _tiles(ends: NDArray[np.int64], columns: NDArray[np.int32], m: int) -> NDArray[np.int64]:
    """Where each feature's columns of each tile begin, (tiles + 1, features)."""
    feature = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
    counts = np.zeros((-(-m // _WIDTH) + 1, len(ends) - 1), dtype=np.int64)
    np.add.at(counts, (columns // _WIDTH + 1, feature), 1)
    return ends[:-1] + np.cumsum(counts, axis=0)


def _barely(price: Floats, excess: Floats | float) -> Floats:
    """A little less than price + excess, so that rounding hides no pair."""
    total = np.array(price + excess)
    known = np.isfinite(total)
    total[known] -= 1e-15 * (np.abs(price) + np.abs(excess))[known]
    return total


@dataclass(frozen=True, eq=False)
class _Part:
    """What one task found: its rows' best pairs, and its columns' best so far."""

    kept: Pairs
    columns: Pairs
    rest: Floats
    highest: Floats
    total: Floats


def _gathered(
    runs: list[Ints], v: Floats, asked: _Asked, shared: tuple[Any, ...],
    watch: Callable[[int], bool] | None,
) -> Found:  # fmt: skip
    """What all tasks find, or those done when it was broken off, in their order."""
    m = len(v)
    columns = _Columns(m, asked.per_column)
    gate = _barely(v, asked.above) if asked.per_column else np.full(m, np.inf)
    parts, done, count, goes_on = [], 0, sum(len(run) for run in runs), True

    def tasks() -> Iterator[tuple[Ints, Floats]]:
        for run in runs:
            if not goes_on:
                return  # what is under way is waited for: joblib has no quieter way to stop
            yield run, gate.copy()

    found = in_parallel(_look, tasks(), *shared)
    try:
        for part in found:
            columns.add(part)
            columns.lift(gate, v)
            parts.append(replace(part, columns=part.kept))  # the columns' best stand in `columns`
            done += len(part.rest)
            goes_on = goes_on and (watch is None or not watch(done) or done == count)
    except BaseException:
        goes_on = False
        for _ in found:
            pass
        raise
    by_row = [np.concatenate(one) for one in zip(*(part.kept for part in parts), strict=True)]
    rows, cols, excess = (
        np.concatenate(both) for both in zip(by_row, columns.pairs(), strict=True)
    )
    ends = ((part.rest, part.highest, part.total) for part in parts)
    rest, highest, total = (np.concatenate(one) for one in zip(*ends, strict=True))
    return Found(rows, cols, excess, len(by_row[0]), rest, highest, total)


@dataclass(frozen=True, eq=False)
class _Factors:
    """Rows of the left factor, and features of the right one by tiles."""

    left: Arrays
    across: Arrays


@dataclass(frozen=True, eq=False)
class _Asked:
    """What a pass asks of every task; see `Join.best`."""

    above: float
    margin: float
    lowest: float
    per_row: int
    per_column: int
    rotate: bool
    counts: bool
    scores_count: bool


def _look(
    task: tuple[Ints, Floats], factors: _Factors, asked: _Asked, u: Floats, v: Floats,
    out_ends: NDArray[np.int64], out: NDArray[np.int32], passes: Masks | None,
) -> _Part:  # fmt: skip
    """One task: some rows against all columns, given what a column's pair must score."""
    from talentmatch.compiled_join import best_of_rows

    rows, gate = task
    left, per_row, per_column = factors.left, asked.per_row, asked.per_column
    if not asked.scores_count:
        left = (np.zeros_like(left[0]), *left[1:])
    m, count = len(v), len(rows)
    barred = np.empty((0, m), dtype=np.bool_) if passes is None else ~passes(rows)
    scores, ranks = np.empty(count * per_row), np.empty(count * per_row, np.int32)
    held, highest, total = np.zeros(count, np.int64), np.zeros(count), np.zeros(count)
    rest = np.full(count, 10 * _ANY)
    columns = _Columns(m, per_column)
    best_of_rows(
        rows.astype(np.int64), *left, *factors.across, _WIDTH, u, v, asked.above, asked.margin,
        asked.lowest, asked.counts, out_ends, out, barred, per_row, asked.rotate, scores, ranks,
        held, per_column, columns.excess, columns.rows, columns.held,
        np.require(gate, requirements="W"), rest, highest, total,
    )  # fmt: skip
    filled = np.arange(per_row)[None, :] < held[:, None]
    start = rows * per_row % max(m, 1) if asked.rotate else np.zeros(count, np.intp)
    at = (ranks.reshape(count, per_row) + start[:, None]) % max(m, 1)
    best = scores.reshape(count, per_row)[filled]
    kept = (np.repeat(rows, held), at[filled].astype(np.intp), best)
    return _Part(kept, columns.pairs(), rest, highest, total)


class _Columns:
    """Each column's best pairs: a heap for each, its worst on top."""

    def __init__(self, columns: int, room: int) -> None:
        self.room = room
        self.excess = np.empty(columns * room)
        self.rows = np.empty(columns * room, np.int32)
        self.held = np.zeros(columns, np.int64)

    def add(self, part: _Part) -> None:
        """Take in what a task found."""
        if self.room:
            from talentmatch.compiled_join import keep_best

            rows, columns, excess = part.columns
            keep_best(self.excess, self.rows, self.held, self.room, columns, excess, rows)

    def lift(self, gate: Floats, v: Floats) -> None:
        """Raise what a pair must score, less its row's price, to be among a full column's best."""
        if self.room:
            full = self.held == self.room
            worst = self.excess[:: self.room][full]
            gate[full] = _barely(v[full], worst)

    def pairs(self) -> Pairs:
        """The pairs held: rows, columns, excess."""
        filled = np.arange(self.room)[None, :] < self.held[:, None]
        shape = len(self.held), self.room
        columns = np.repeat(np.arange(len(self.held)), self.held)
        return (
            self.rows.reshape(shape)[filled].astype(np.intp), columns,
            self.excess.reshape(shape)[filled],
        )  # fmt: skip
