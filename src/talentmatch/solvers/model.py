"""What an engine sees of a problem: arrays in an order of their own, so row order cannot matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.joined import JoinedPairs
from talentmatch.problem import Problem

__all__ = ["Model"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Model:
    """A problem with candidates and demands in the order of their ids, locked pairs taken out.

    Attributes
    ----------
    problem : Problem
        Where it comes from.
    row_order, col_order : int arrays
        The problem's positions in the model's order.
    capacity, min_load, headcount, min_headcount : int64 arrays
        Limits left after the locked pairs; a ceiling is negative where locks exceed it.
    locked : tuple of int arrays
        Rows and columns of the locked pairs, in the model's order.
    """

    problem: Problem
    row_order: Ints
    col_order: Ints
    capacity: Counts
    min_load: Counts
    headcount: Counts
    min_headcount: Counts
    locked: tuple[Ints, Ints]

    @classmethod
    def of(cls, problem: Problem) -> Model:
        """Order by id and take the locked pairs out of the limits."""
        rows, cols = _order(problem.candidate_ids), _order(problem.demand_ids)
        locked = _inverse(rows)[problem.locked[0]], _inverse(cols)[problem.locked[1]]
        used = np.bincount(locked[0], minlength=len(rows))
        filled = np.bincount(locked[1], minlength=len(cols))
        return cls(
            problem,
            rows,
            cols,
            problem.capacity_units[rows] - used,
            np.maximum(problem.min_load_units[rows] - used, 0),
            problem.headcount[cols] - filled,
            np.maximum(problem.min_headcount[cols] - filled, 0),
            locked,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Candidates, demands."""
        return len(self.row_order), len(self.col_order)

    @property
    def has_floors(self) -> bool:
        """Whether any floor is left to be met."""
        return bool(self.min_load.any() or self.min_headcount.any())

    @cached_property
    def joined(self) -> JoinedPairs | None:
        """The pairs that can be chosen freely by the join, where scores are many and factors."""
        return JoinedPairs.of(self.problem, self.row_order, self.col_order, self.locked)

    def blocks(self) -> Iterator[tuple[Ints, Floats]]:
        """All scores, a block of rows at a time; nan for pairs that cannot be chosen freely."""
        n, m = self.shape
        step = max(1, 2**21 // max(m, 1))
        for start in range(0, n, step):
            rows = np.arange(start, min(start + step, n))
            block = self.problem.block(self.row_order[rows])[:, self.col_order]
            inside = (self.locked[0] >= start) & (self.locked[0] < start + step)
            block[self.locked[0][inside] - start, self.locked[1][inside]] = np.nan
            yield rows, block

    def stored(self) -> tuple[Ints, Ints, Floats] | None:
        """All pairs that can be chosen, where the scores are a sparse matrix; None elsewhere."""
        matrix = self.problem.scores.stored
        if matrix is None:
            return None
        pairs = matrix.tocoo()
        rows, cols = (np.asarray(axis, dtype=np.intp) for axis in pairs.coords)
        values = self.problem.at(rows, cols)
        rows, cols = _inverse(self.row_order)[rows], _inverse(self.col_order)[cols]
        width = self.shape[1]
        free = ~np.isnan(values)
        free &= ~np.isin(rows * width + cols, self.locked[0] * width + self.locked[1])
        return rows[free], cols[free], values[free]

    def locked_scores(self) -> Floats:
        """Scores of the locked pairs; nan where a lock meets a pair that is not eligible."""
        return self.problem.at(self.row_order[self.locked[0]], self.col_order[self.locked[1]])


def _order(ids: pd.Index) -> Ints:
    if pd.api.types.is_integer_dtype(ids.dtype):
        return np.argsort(ids.to_numpy(), kind="stable")
    return np.argsort(np.array([str(id) for id in ids], dtype=object), kind="stable")


def _inverse(order: Ints) -> Ints:
    out = np.empty_like(order)
    out[order] = np.arange(len(order))
    return out
