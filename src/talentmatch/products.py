"""Where scores come from: factors, a dense matrix or stored pairs, read block by block.

Every source answers two questions, a block of rows and single pairs, with ``nan`` for a pair that
is not eligible. Factors are never multiplied out as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.errors import ProblemError
from talentmatch.parallel import in_threads, jobs

__all__ = [
    "DenseMatrix",
    "Factors",
    "ScoreSource",
    "Side",
    "StoredPairs",
    "checked_factor",
    "checked_matrix",
    "row_range",
    "snap",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_GRID = 2.0**26
_HEAVY = 1 / 48  # share of filled cells from which a dense product beats a sparse one, measured
_LARGEST = 1e200  # sums of scores must stay finite
_ENTRIES = 2**20  # entries of factors counted at a time
_ROWS = 256  # rows of factors spread out at a time
_CELLS = 2**21  # scores formed at a time
_PAIRS = 512  # single pairs scored at a time
_HEAVY_BYTES = 2**28  # most memory for the dense share of the demands' factors


def snap(weights: Floats) -> Floats:
    """Cut factor weights, in place, to multiples of 2**-26, so that products add up exactly.

    A product of two such weights is a multiple of 2**-52, and a sum of them that stays within 1
    is exact in float64, whatever the order of addition. A score then has the same bits however
    rows are ordered, blocked or spread over threads, and is exactly the sum of its terms.
    """
    weights *= _GRID
    np.trunc(weights, out=weights)  # rounding could lift a score above 1
    weights /= _GRID
    return weights


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
class Side:
    """One side of a product: a sparse matrix as it came, and what its rows are multiplied by.

    Parameters
    ----------
    matrix : csr_array of float64, or ndarray without a scale
        (rows, features); never copied as a whole.
    scale : float array (rows,), optional
        Factor of each row; scaled weights are rounded to the exact grid (see `snap`).
    """

    matrix: Any
    scale: Floats | None = None

    def rows(self, at: Ints) -> Any:
        """Some rows, scaled; of the matrix's own kind."""
        is_run = len(at) > 0 and bool((np.diff(at) == 1).all())
        if is_run and not isinstance(self.matrix, np.ndarray):
            part = row_range(self.matrix, int(at[0]), int(at[-1]) + 1)
        else:
            part = self.matrix[at]
        if self.scale is not None:
            data = snap(part.data * np.repeat(self.scale[at], np.diff(part.indptr)))
            part = sp.csr_array((data, part.indices, part.indptr), shape=part.shape)
        return part


def row_range(matrix: sp.csr_array, first: int, last: int) -> sp.csr_array:
    """A run of rows of a CSR matrix, sharing its arrays."""
    low, high = matrix.indptr[first], matrix.indptr[last]
    ends = matrix.indptr[first : last + 1] - low
    arrays = (matrix.data[low:high], matrix.indices[low:high], ends)
    return sp.csr_array(arrays, shape=(last - first, matrix.shape[1]))


@dataclass(frozen=True, eq=False)
class Factors:
    """Scores as inner products, block of features by block: ``sum of left[i] . right[j]``.

    Parameters
    ----------
    parts : sequence of (Side, Side)
        For each block of features the candidates' side (n_candidates, n_features) and the
        demands' (n_demands, n_features), both sparse or both dense.
    """

    parts: Sequence[tuple[Side, Side]]

    @property
    def shape(self) -> tuple[int, int]:
        """Candidates, demands."""
        left, right = self.parts[0]
        return left.matrix.shape[0], right.matrix.shape[0]

    def joined(self) -> tuple[sp.csr_array, sp.csr_array] | None:
        """All parts side by side as two sparse matrices; None where a part is dense."""
        if any(isinstance(side.matrix, np.ndarray) for part in self.parts for side in part):
            return None
        left, right = (
            sp.csr_array(sp.hstack([side.rows(np.arange(n)) for side in sides], "csr"))
            for sides, n in zip(zip(*self.parts, strict=True), self.shape, strict=True)
        )
        return left, right

    @cached_property
    def _products(self) -> list[Callable[[Ints], Floats]]:
        return [
            _dense_product(left.matrix, right.matrix)
            if isinstance(left.matrix, np.ndarray) and isinstance(right.matrix, np.ndarray)
            else _SplitProduct(left, right)
            for left, right in self.parts
        ]

    def block(self, rows: Ints) -> Floats:
        """Scores of some rows against all columns."""
        first, *others = self._products
        block = first(rows)
        for product in others:
            block += product(rows)
        return block

    def kept(self, keep: Callable[[Floats], sp.csr_array]) -> sp.csr_array:
        """What `keep` leaves of every block of rows, in threads, one below the other.

        Parameters
        ----------
        keep : callable
            Takes a block of scores, which it may change, and returns a sparse matrix.
        """
        n, m = self.shape
        self.block(np.arange(min(n, 1)))  # what is built once is built before the threads
        step = max(1, min(_CELLS // max(m, 1), -(-n // jobs())))
        runs = [np.arange(start, min(start + step, n)) for start in range(0, n, step)]
        return sp.vstack(list(in_threads(lambda rows: keep(self.block(rows)), runs)), "csr")

    def at(self, rows: Ints, cols: Ints) -> Floats:
        """Scores of single pairs, elementwise."""
        out = np.zeros(len(rows))
        for left, right in self.parts:
            # Only so many pairs at once that their rows take little memory.
            for start in range(0, len(rows), _PAIRS):
                some = slice(start, start + _PAIRS)
                a, b = left.rows(rows[some]), right.rows(cols[some])
                if isinstance(a, np.ndarray):
                    out[some] += np.einsum("ij,ij->i", a, b)
                else:
                    out[some] += np.asarray(a.multiply(b).sum(axis=1)).ravel()
        return out


def _dense_product(left: Floats, right: Floats) -> Callable[[Ints], Floats]:
    across = np.ascontiguousarray(right.T)
    return lambda rows: left[rows] @ across


def _rows_with(matrix: sp.csr_array) -> Floats:
    """How many rows hold each feature; in pieces, as bincount copies its input to 64 bits."""
    counts = np.zeros(matrix.shape[1])
    for start in range(0, matrix.nnz, _ENTRIES):
        counts += np.bincount(matrix.indices[start : start + _ENTRIES], minlength=len(counts))
    return counts


class _SplitProduct:
    """A sparse product whose common features go through a dense one.

    The work of a sparse product is the sum over features of the products of the two column
    counts. A few thousand common features hold most of it, and there a dense product is some
    forty times faster per multiplication.
    """

    def __init__(self, left: Side, right: Side) -> None:
        self.left = left
        n, m = left.matrix.shape[0], right.matrix.shape[0]
        width = left.matrix.shape[1]
        work = _rows_with(left.matrix) * _rows_with(right.matrix)
        common = np.flatnonzero(work > _HEAVY * n * m)
        most = _HEAVY_BYTES // (8 * max(m, 1))
        common = np.sort(common[np.argsort(-work[common], kind="stable")[:most]])
        # Where a feature went: 0, 1 ... are columns of the dense part, -2, -3 ... of the sparse
        # one, and -1 is a feature that only one side has.
        self.place = np.full(width, -1, dtype=np.int32)
        is_rare = work > 0
        is_rare[common] = False
        self.place[is_rare] = -2 - np.arange(is_rare.sum(), dtype=np.int32)
        self.place[common] = np.arange(len(common), dtype=np.int32)
        self.widths = len(common), int(is_rare.sum())
        dense, rare = self.split(right.rows(np.arange(m)))
        self.dense = np.ascontiguousarray(dense.T)
        self.rare = sp.csr_array(rare.T)

    def split(self, part: sp.csr_array) -> tuple[Floats, sp.csr_array]:
        """The common features of some rows as a dense array, the rare ones as a sparse one."""
        place = self.place[part.indices]
        row = np.repeat(np.arange(part.shape[0], dtype=np.int32), np.diff(part.indptr))
        dense = np.zeros((part.shape[0], self.widths[0]))
        common = np.flatnonzero(place >= 0)
        dense[row[common], place[common]] = part.data[common]
        kept = np.flatnonzero(place < -1)
        ends = np.searchsorted(kept, part.indptr).astype(np.int32)
        arrays = (part.data[kept], -2 - place[kept], ends)
        return dense, sp.csr_array(arrays, shape=(part.shape[0], self.widths[1]))

    def __call__(self, rows: Ints) -> Floats:
        """Scores of some rows; a few at a time, as fresh memory is what costs."""
        out = np.empty((len(rows), self.dense.shape[1]))
        for start in range(0, len(rows), _ROWS):
            dense, rare = self.split(self.left.rows(rows[start : start + _ROWS]))
            part = out[start : start + _ROWS]
            np.matmul(dense, self.dense, out=part)
            part += (rare @ self.rare).toarray()
        return out


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
        keys: NDArray[np.int64] = np.repeat(
            np.arange(m.shape[0], dtype=np.int64), np.diff(m.indptr)
        )
        keys = keys * m.shape[1] + m.indices
        return keys


def checked_factor(values: Any, name: str) -> sp.csr_array | Floats:
    """A copy of a factor matrix; raises `ProblemError` where it is none."""
    if sp.issparse(values):
        matrix = sp.csr_array(values, dtype=np.float64, copy=True)
        matrix.sum_duplicates()
        data = matrix.data
    else:
        matrix = np.array(values, dtype=np.float64)
        data = matrix
    if matrix.ndim != 2:
        raise ProblemError(f"{name} must have two dimensions, not {matrix.ndim}")
    if not np.isfinite(data).all():
        raise ProblemError(f"{name} holds values that are not finite")
    return matrix


def checked_matrix(values: Any) -> Floats:
    """A copy of a dense score matrix; raises `ProblemError` where it is none."""
    try:
        if isinstance(values, pd.DataFrame):
            values = values.to_numpy(dtype=np.float64, na_value=np.nan)
        dense = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ProblemError(f"scores are not numbers: {error}") from None
    if dense.ndim != 2:
        raise ProblemError(f"scores must have two dimensions, not {dense.ndim}")
    if (np.abs(dense) > _LARGEST).any():
        row, col = np.argwhere(np.abs(dense) > _LARGEST)[0]
        what = "infinite" if np.isinf(dense[row, col]) else f"beyond {_LARGEST:g}"
        raise ProblemError(f"the score of row {row}, column {col} is {what}; nan = not eligible")
    return dense
