"""Where scores come from: factors, a dense matrix or stored pairs, read block by block.

Every source answers two questions, a block of rows and single pairs, with ``nan`` for a pair that
is not eligible. Factors are never multiplied out as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

__all__ = ["DenseMatrix", "Factors", "ScoreSource", "StoredPairs", "pick_columns", "snap"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_GRID = 2.0**26
_HEAVY = 1 / 48  # share of filled cells from which a dense product beats a sparse one, measured
_HEAVY_BYTES = 2**28  # most memory for the dense share of the demands' factors


def snap(matrix: sp.csr_array) -> sp.csr_array:
    """Round factor weights to multiples of 2**-26, so that their products add up exactly.

    A product of two such weights is a multiple of 2**-52, and a sum of them that stays within 1
    is exact in float64, whatever the order of addition. A score then has the same bits however
    rows are ordered, blocked or spread over threads, and is exactly the sum of its terms.
    """
    rounded = sp.csr_array(matrix, copy=True)
    rounded.data = np.round(rounded.data * _GRID) / _GRID
    rounded.eliminate_zeros()
    return rounded


class ScoreSource(Protocol):
    """What `Scores` asks of its source."""

    @property
    def shape(self) -> tuple[int, int]:
        """Candidates, demands."""

    def block(self, rows: Ints) -> Floats:
        """Scores of some rows against all columns; nan where a pair is not eligible."""

    def at(self, rows: Ints, cols: Ints) -> Floats:
        """Scores of single pairs, elementwise; nan where a pair is not eligible."""


@dataclass(frozen=True, eq=False)
class Factors:
    """Scores as inner products: ``score(i, j) = candidates[i] . demands[j]``.

    Parameters
    ----------
    candidates, demands : csr_array or ndarray of float64
        (n_candidates, n_features) and (n_demands, n_features).
    """

    candidates: sp.csr_array | Floats
    demands: sp.csr_array | Floats

    @property
    def shape(self) -> tuple[int, int]:
        """Candidates, demands."""
        return self.candidates.shape[0], self.demands.shape[0]

    @cached_property
    def _halves(self) -> tuple[sp.csr_array, Floats, sp.csr_array, sp.csr_array]:
        """Split the features: common ones go through a dense product, the rest stay sparse.

        The work of a sparse product is the sum over features of the products of the two column
        counts; a few thousand common features hold most of it, and there a dense product is
        some twenty times faster per multiplication.
        """
        a, b = self.candidates, self.demands
        counts = [np.bincount(m.indices, minlength=m.shape[1]).astype(float) for m in (a, b)]
        work = counts[0] * counts[1]
        heavy = np.flatnonzero(work > _HEAVY * a.shape[0] * b.shape[0])
        most = _HEAVY_BYTES // (8 * max(b.shape[0], 1))
        heavy = np.sort(heavy[np.argsort(-work[heavy], kind="stable")[:most]])
        is_light = work > 0
        is_light[heavy] = False
        light = np.flatnonzero(is_light)
        return (
            pick_columns(a, heavy),
            np.ascontiguousarray(pick_columns(b, heavy).toarray().T),
            pick_columns(a, light),
            sp.csr_array(pick_columns(b, light).T),
        )

    def block(self, rows: Ints) -> Floats:
        """Scores of some rows against all columns."""
        if isinstance(self.candidates, np.ndarray):
            dense: Floats = self.candidates[rows] @ np.asarray(self.demands).T
            return dense
        heavy, heavy_demands, light, light_demands = self._halves
        block: Floats = heavy[rows].toarray() @ heavy_demands
        block += (light[rows] @ light_demands).toarray()
        return block

    def at(self, rows: Ints, cols: Ints) -> Floats:
        """Scores of single pairs, elementwise."""
        left, right = self.candidates[rows], self.demands[cols]
        if isinstance(left, np.ndarray):
            return np.asarray(np.einsum("ij,ij->i", left, right), dtype=np.float64)
        return np.asarray(left.multiply(right).sum(axis=1), dtype=np.float64).ravel()


@dataclass(frozen=True, eq=False)
class DenseMatrix:
    """Scores given as a matrix; nan = not eligible."""

    values: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """Candidates, demands."""
        return self.values.shape[0], self.values.shape[1]

    def block(self, rows: Ints) -> Floats:
        """Scores of some rows against all columns."""
        return np.asarray(self.values[rows], dtype=np.float64)

    def at(self, rows: Ints, cols: Ints) -> Floats:
        """Scores of single pairs, elementwise."""
        return np.asarray(self.values[rows, cols], dtype=np.float64)


@dataclass(frozen=True, eq=False)
class StoredPairs:
    """Scores given as a sparse matrix; stored = eligible, stored zeros too."""

    values: sp.csr_array

    @property
    def shape(self) -> tuple[int, int]:
        """Candidates, demands."""
        return self.values.shape[0], self.values.shape[1]

    def block(self, rows: Ints) -> Floats:
        """Scores of some rows against all columns; nan where nothing is stored."""
        part = self.values[rows]
        block = np.full(part.shape, np.nan)
        block[np.repeat(np.arange(part.shape[0]), np.diff(part.indptr)), part.indices] = part.data
        return block

    def at(self, rows: Ints, cols: Ints) -> Floats:
        """Scores of single pairs, elementwise; nan where nothing is stored."""
        out = np.full(len(rows), np.nan)
        if not self.values.nnz:
            return out
        keys = self._keys
        wanted = np.asarray(rows, np.int64) * self.values.shape[1] + cols
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        hit = keys[place] == wanted
        out[hit] = self.values.data[place[hit]]
        return out

    @cached_property
    def _keys(self) -> NDArray[np.int64]:
        m = self.values
        rows = np.repeat(np.arange(m.shape[0], dtype=np.int64), np.diff(m.indptr))
        return rows * m.shape[1] + m.indices


def pick_columns(matrix: sp.csr_array, columns: Ints) -> sp.csr_array:
    """Pick sorted columns of a CSR matrix: a gather, far quicker than fancy indexing."""
    new = np.full(matrix.shape[1], -1, dtype=np.int64)
    new[columns] = np.arange(len(columns))
    place = new[matrix.indices]
    kept = place >= 0
    ends = np.concatenate(([0], np.cumsum(kept)))[matrix.indptr]
    return sp.csr_array(
        (matrix.data[kept], place[kept], ends), shape=(matrix.shape[0], len(columns))
    )
