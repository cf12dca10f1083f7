"""The best pairs of every row and every column, picked while blocks of scores pass by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["ColumnBest", "best_of_rows"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def best_of_rows(
    block: Floats, k: int, above: float = 0.0, first: Ints | None = None
) -> NDArray[np.bool_]:
    """Mask of each row's k best values; of equal ones the earlier are kept.

    Parameters
    ----------
    block : float array (rows, columns)
        Values; nan is never picked.
    k : int
        Most picks per row.
    above : float
        Only values above it are picked; -inf for all.
    first : int array (rows,), optional
        Which of a row's equal values comes first (counted round and round), so that rows of many
        equal values do not all pick the same columns.
    """
    picked: NDArray[np.bool_] = block > above
    if k >= block.shape[1]:
        return picked
    values = np.where(picked, block, -np.inf)
    least = np.partition(values, -k, axis=1)[:, [-k]]
    picked &= values >= least
    # Only where equal values straddle the line must some be left out.
    straddling = np.flatnonzero(picked.sum(axis=1) > k)
    if len(straddling):
        over = values[straddling] > least[straddling]
        level = values[straddling] == least[straddling]
        room = k - over.sum(axis=1, keepdims=True)
        rank = np.cumsum(level, axis=1) - level
        if first is not None:
            rank = (rank - first[straddling, None]) % level.sum(axis=1, keepdims=True)
        picked[straddling] = over | (level & (rank < room))
    return picked


class ColumnBest:
    """Each column's k best values over all blocks added, the earlier of equal ones.

    Parameters
    ----------
    k : int
        Most picks per column.
    above : float
        Only values above it are picked; -inf for all.
    """

    def __init__(self, k: int, above: float = 0.0) -> None:
        self.k, self.above = k, above
        self._rows: Ints | None = None
        self._values: Floats | None = None

    def add(self, rows: Ints, block: Floats) -> None:
        """Take in a block (rows, columns) whose rows stand at the positions `rows`."""
        places = np.broadcast_to(rows[:, None], block.shape)
        values = np.where(block > self.above, block, -np.inf)
        if self._rows is not None and self._values is not None:
            places = np.vstack((self._rows, places))
            values = np.vstack((self._values, values))
        if len(values) > self.k:
            picked = best_of_rows(np.ascontiguousarray(values.T), self.k, self.above)
            # Columns with fewer such values are filled up, so that the picks form an array.
            lacking = self.k - picked.sum(axis=1, keepdims=True)
            picked |= ~picked & (np.cumsum(~picked, axis=1) <= lacking)
            pick = np.nonzero(picked)[1].reshape(values.shape[1], self.k).T
            places = np.take_along_axis(places, pick, axis=0)
            values = np.take_along_axis(values, pick, axis=0)
        self._rows, self._values = places, values

    def pairs(self) -> tuple[Ints, Ints, Floats]:
        """The pairs picked: rows, columns, values."""
        if self._rows is None or self._values is None:
            empty = np.empty(0, dtype=np.intp)
            return empty, empty, np.empty(0)
        at, cols = np.nonzero(self._values > self.above)
        return self._rows[at, cols], cols, self._values[at, cols]
