"""The k best pairs of every candidate or of every demand, without a matrix of all scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.joining import Join, is_compiled
from talentmatch.rules import Gate
from talentmatch.selecting import ColumnBest, best_of_rows

__all__ = ["best_pairs"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_JOINED = 2**25  # pairs from which on the compiled join is worth its start


class Pairs(Protocol):
    """What is asked of the scores."""

    gates: tuple[Gate, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Candidates, demands."""

    @property
    def factors(self) -> tuple[sp.csr_array, sp.csr_array] | None:
        """Two sparse matrices whose product the scores are, or None."""

    def blocks(self) -> Iterator[tuple[Ints, Floats]]:
        """All scores, a block of rows at a time."""


def best_pairs(scores: Pairs, k: int, by: Literal["candidate", "demand"]) -> sp.csr_array:
    """Each candidate's (or demand's) k best eligible pairs with a positive score.

    Sparse factors are joined row by row where there are many pairs and numba is at hand; other
    scores pass by in blocks. Of equal scores the earlier positions are kept either way.

    Parameters
    ----------
    scores : Scores
        Rows candidates, columns demands.
    k : int
        Pairs kept per candidate or demand.
    by : {"candidate", "demand"}
        Whose best.
    """
    shape = scores.shape
    factors = None
    if shape[0] * shape[1] >= _JOINED and is_compiled():
        factors = scores.factors
    if factors is not None:
        rows, cols, data = _by_join(scores, factors, k, by)
    elif by == "candidate":
        rows, cols, data = _of_candidates(scores, k)
    else:
        rows, cols, data = _of_demands(scores, k)
    best = sp.csr_array((data, (rows, cols)), shape=shape)
    best.sort_indices()
    return best


def _by_join(
    scores: Pairs, factors: tuple[sp.csr_array, sp.csr_array], k: int, by: str
) -> tuple[Ints, Ints, Floats]:
    """Rows are those whose best are wanted, which is quicker than columns."""
    left, right = factors if by == "candidate" else factors[::-1]
    every = np.arange(right.shape[0])[None, :]

    def passes(rows: Ints) -> NDArray[np.bool_]:
        sound = np.ones((len(rows), right.shape[0]), dtype=np.bool_)
        for gate in scores.gates:
            at = (rows[:, None], every) if by == "candidate" else (every, rows[:, None])
            sound &= gate.passes(*at)
        return sound

    found = Join(left, right).best(
        np.arange(left.shape[0]), np.zeros(left.shape[0]), np.zeros(right.shape[0]), per_row=k,
        per_column=0, counts=False, passes=passes if scores.gates else None,
    )  # fmt: skip
    at = (found.rows, found.columns) if by == "candidate" else (found.columns, found.rows)
    return *at, found.excess


def _of_candidates(scores: Pairs, k: int) -> tuple[Ints, Ints, Floats]:
    found = [(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))]
    for rows, block in scores.blocks():
        r, c = np.nonzero(best_of_rows(block, k))
        found.append((rows[r], c, block[r, c]))
    rows, cols, data = (np.concatenate(part) for part in zip(*found, strict=True))
    return rows, cols, data


def _of_demands(scores: Pairs, k: int) -> tuple[Ints, Ints, Floats]:
    best = ColumnBest(k)
    for rows, block in scores.blocks():
        best.add(rows, block)
    return best.pairs()
