"""Pairs of judged documents of one query of which the one has the better grade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talentmatch.errors import ProblemError

__all__ = ["Preferences", "preferences"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Preferences:
    """Preferences between documents, as differences of their block scores.

    Parameters
    ----------
    differences : float array (pairs, blocks)
        Block scores of the better document minus those of the worse one.
    query : int array (pairs,)
        Whose preference it is, from 0, rising.
    queries : int
        How many queries there are.
    """

    differences: Floats
    query: Ints
    queries: int

    def of(self, chosen: NDArray[np.bool_]) -> Preferences:
        """Return those of some queries only, given as a mask (queries,); numbers stay."""
        some = chosen[self.query]
        return Preferences(self.differences[some], self.query[some], self.queries)

    @property
    def shares(self) -> Floats:
        """What each pair counts, (pairs,): the same in all for each query, one over all."""
        counts = np.bincount(self.query, minlength=self.queries)
        shares: Floats = 1.0 / counts[self.query] / np.count_nonzero(counts)
        return shares

    def accuracy(self, weights: Floats) -> Floats:
        """Share of each query's pairs that are in the right order, equal scores counting half.

        Parameters
        ----------
        weights : float array (settings, blocks)

        Returns
        -------
        float array (settings, queries)
            0 where a query has no pair.
        """
        counts = np.maximum(np.bincount(self.query, minlength=self.queries), 1)
        found = np.empty((len(weights), self.queries))
        for row, one in zip(found, weights, strict=True):
            right = (1 + np.sign(self.differences @ one)) / 2
            row[:] = np.bincount(self.query, right, self.queries) / counts
        return found


def preferences(
    parts: Floats, grades: Floats, queries: Ints, *, most: int, seed: int
) -> Preferences:
    """List the preferences that grades express, or a random sample where a query has many.

    Parameters
    ----------
    parts : float array (judged, blocks)
    grades : float array (judged,)
    queries : int array (judged,)
        Queries whose documents all have one grade express nothing and are left out.
    most : int
        Pairs per query; more are sampled without replacement.
    seed : int
        Of the samples. The order of rows does not matter to them.

    Returns
    -------
    Preferences

    Examples
    --------
    >>> found = preferences(np.array([[0.2], [0.7], [0.1]]), np.array([0.0, 1.0, 0.0]),
    ...                     np.array([4, 4, 4]), most=10, seed=0)
    >>> found.differences.round(1).tolist()
    [[0.6], [0.5]]
    """
    order = np.lexsort((*parts.T, grades, queries))
    parts, grades = parts[order], grades[order]
    _, starts = np.unique(queries[order], return_index=True)
    better, worse, query, used = [], [], [], 0
    for number, (start, end) in enumerate(
        zip(starts.tolist(), [*starts[1:].tolist(), len(order)], strict=True)
    ):
        # Documents rise by grade, so those worse than one are a run from the first.
        below = np.searchsorted(grades[start:end], grades[start:end], side="left")
        ends = np.cumsum(below)
        total = int(ends[-1])
        if not total:
            continue
        if total > most:
            rng = np.random.default_rng((seed, number))
            pick = np.sort(rng.choice(total, most, replace=False, shuffle=False))
        else:
            pick = np.arange(total)
        one = np.searchsorted(ends, pick, side="right")
        better.append(start + one)
        worse.append(start + pick - (ends - below)[one])
        query.append(np.full(len(pick), used))
        used += 1
    if not used:
        raise ProblemError(
            "no query has judged pairs of two different grades, so there is nothing to learn "
            "from; judge unsuitable pairs too (grade 0)"
        )
    differences = parts[np.concatenate(better)] - parts[np.concatenate(worse)]
    return Preferences(differences, np.concatenate(query), used)
