"""Where scores come from: factors, a dense matrix or stored pairs, read block by block.

Every source answers two questions, a block of rows and single pairs, with ``nan`` for a pair that
is not eligible. Factors are never multiplied out as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

__all__ = ["DenseMatrix", "Factors", "ScoreSource", "Side", "StoredPairs", "snap"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_GRID = 2.0**26
_HEAVY = 1 / 192  # share of filled cells from which a dense product beats a sparse one, measured
_THREADS = 2  # numpy releases the GIL while it gathers
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
        part = self.matrix[at]
        if self.scale is not None:
            part.data = snap(part.data * np.repeat(self.scale[at], np.diff(part.indptr)))
        return part

    def columns(self, columns: Ints) -> sp.csr_array:
        """Some columns of a sparse side, sorted, scaled: a gather, quicker than fancy indexing."""
        m = self.matrix
        new = np.full(m.shape[1], -1, dtype=np.int32)
        new[columns] = np.arange(len(columns), dtype=np.int32)
        place = new[m.indices]
        kept = np.flatnonzero(place >= 0)
        ends = np.searchsorted(kept, m.indptr)
        data = m.data[kept]
        if self.scale is not None:
            snap(np.multiply(data, np.repeat(self.scale, np.diff(ends)), out=data))
        small = np.int32 if len(kept) < 2**31 else np.int64
        return sp.csr_array(
            (data, place[kept], ends.astype(small)), shape=(m.shape[0], len(columns))
        )


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

    @cached_property
    def _products(self) -> list[Callable[[Ints], Floats]]:
        return [
            _dense_product(left.matrix, right.matrix)
            if isinstance(left.matrix, np.ndarray) and isinstance(right.matrix, np.ndarray)
            else _split_product(left, right)
            for left, right in self.parts
        ]

    def block(self, rows: Ints) -> Floats:
        """Scores of some rows against all columns."""
        first, *others = self._products
        block = first(rows)
        for product in others:
            block += product(rows)
        return block

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


def _split_product(left: Side, right: Side) -> Callable[[Ints], Floats]:
    """Split the features: common ones go through a dense product, the rest stay sparse.

    The work of a sparse product is the sum over features of the products of the two column
    counts. A few thousand common features hold most of it, and there a dense product is some
    hundred times faster per multiplication.
    """
    n, m = left.matrix.shape[0], right.matrix.shape[0]
    counts = [np.bincount(s.matrix.indices, minlength=s.matrix.shape[1]) for s in (left, right)]
    work = counts[0] * counts[1].astype(np.float64)
    heavy = np.flatnonzero(work > _HEAVY * n * m)
    most = _HEAVY_BYTES // (8 * max(m, 1))
    heavy = np.sort(heavy[np.argsort(-work[heavy], kind="stable")[:most]])
    light = work > 0
    light[heavy] = False
    rare_columns = np.flatnonzero(light)
    with ThreadPoolExecutor(_THREADS) as pool:
        common, rare = pool.map(left.columns, (heavy, rare_columns))
    common_across = np.ascontiguousarray(right.columns(heavy).toarray().T)
    rare_across = sp.csr_array(right.columns(rare_columns).T)

    def product(rows: Ints) -> Floats:
        block: Floats = common[rows].toarray() @ common_across
        block += (rare[rows] @ rare_across).toarray()
        return block

    return product


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
