"""Rows of blocks that stand side by side: scaled, and their columns named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.products import snap

__all__ = ["Terms", "damped", "has_any", "times"]

Floats = NDArray[np.float64]


class Terms:
    """Names of factor columns, spelled only when asked for."""

    def __init__(
        self,
        blocks: Sequence[Any],
        fitted: Sequence[Any],
        widths: list[int],
    ) -> None:
        self._blocks, self._fitted = blocks, fitted
        self._starts = np.cumsum([0, *widths])

    def __call__(self, columns: NDArray[np.intp]) -> list[tuple[str, str]]:
        """(block, term) of each column."""
        out: list[tuple[str, str]] = [("", "")] * len(columns)
        home = np.searchsorted(self._starts, columns, side="right") - 1
        for k, (block, fitted) in enumerate(zip(self._blocks, self._fitted, strict=True)):
            at = np.flatnonzero(home == k)
            names = fitted.names(columns[at] - self._starts[k])
            for place, name in zip(at.tolist(), names, strict=True):
                out[place] = (block.name, name)
        return out


def has_any(rows: Any) -> bool:
    """Whether any row holds anything."""
    return bool(rows.size if isinstance(rows, np.ndarray) else rows.nnz)


def times(rows: Any, factor: float) -> Any:
    """Rows times a factor, on the grid of exact sums."""
    if isinstance(rows, np.ndarray):
        return snap(rows * factor)
    return sp.csr_array((snap(rows.data * factor), rows.indices, rows.indptr), shape=rows.shape)


def damped(rows: Any, share: Floats) -> Any:
    """Rows, each times its own share; one times 1 keeps its bits, whatever the others are."""
    if isinstance(rows, np.ndarray):
        return rows * share[:, None]
    data = rows.data * np.repeat(share, np.diff(rows.indptr))
    return sp.csr_array((data, rows.indices, rows.indptr), shape=rows.shape)
