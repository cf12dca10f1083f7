"""Scores of candidates with several documents: the mean of each pair's best documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral

import numpy as np
from numpy.typing import NDArray

from talentmatch.errors import ProblemError
from talentmatch.products import Factors

__all__ = ["BestDocuments"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_CELLS = 2**21  # scores of documents formed at a time in a block: 16 MiB
_SINGLE = 2**16  # scores of documents formed at a time for single pairs


@dataclass(frozen=True, eq=False)
class BestDocuments:
    """Mean of the k documents of a candidate that suit a demand best; of all where it has fewer.

    With D(i) the documents of candidate i and s(d, j) the inner product of document d with
    demand j::

        score(i, j) = max over C in D(i), |C| = min(k, |D(i)|) of  sum over d in C of s(d, j) / |C|

    Scores are summed from the largest on, or in the order of the documents where all of them
    count, then divided once: a score has the same bits in a block, as a single pair, and for any
    order of candidates.

    Parameters
    ----------
    factors : Factors
        Documents (rows) by demands (columns).
    owners : int array (n_documents,)
        The candidate each document belongs to, ascending; every candidate has one at least.
    n_candidates : int
        Number of candidates.
    k : int
        How many documents count.

    Raises
    ------
    ProblemError
        The owners are not as above, or k is below 1.

    Examples
    --------
    >>> from talentmatch.products import Side
    >>> documents, demands = np.array([[0.5, 0.0], [0.0, 1.0], [0.25, 0.5]]), np.eye(2)
    >>> factors = Factors([(Side(documents), Side(demands))])
    >>> best = BestDocuments(factors, np.array([0, 0, 1]), n_candidates=2, k=1)
    >>> best.block(np.array([0, 1])).tolist()
    [[0.5, 1.0], [0.25, 0.5]]
    """

    factors: Factors
    owners: Ints
    n_candidates: int
    k: int

    def __post_init__(self) -> None:
        owners = np.asarray(self.owners, dtype=np.intp)
        object.__setattr__(self, "owners", owners)
        if not isinstance(self.k, Integral) or self.k < 1:
            raise ProblemError(f"k must be a whole number of 1 or more, not {self.k!r}")
        if owners.shape != (self.factors.shape[0],):
            raise ProblemError(
                f"owners of shape {owners.shape} for {self.factors.shape[0]} documents"
            )
        if (np.diff(owners) < 0).any():
            raise ProblemError("owners must be ascending")
        if len(owners) and not 0 <= owners[0] <= owners[-1] < self.n_candidates:
            raise ProblemError(f"an owner lies outside 0 ... {self.n_candidates - 1}")
        if not self._counts.all():
            without = int(np.argmin(self._counts))
            raise ProblemError(f"the candidate at position {without} has no document")

    @property
    def shape(self) -> tuple[int, int]:
        """Candidates, demands."""
        return self.n_candidates, self.factors.shape[1]

    @cached_property
    def _counts(self) -> Ints:
        return np.bincount(self.owners, minlength=self.n_candidates)

    @cached_property
    def _first(self) -> Ints:
        return np.cumsum(self._counts) - self._counts

    def block(self, rows: Ints) -> Floats:
        """Scores of some candidates against all demands.

        Parameters
        ----------
        rows : int array (n_rows,)
            Positions of the candidates, in any order.

        Returns
        -------
        ndarray (n_rows, n_demands)
            Formed from a few million scores of documents at a time, or one candidate's.
        """
        rows = np.asarray(rows, dtype=np.intp)
        if (self._counts[rows] == 1).all():
            return self.factors.block(self._first[rows])
        out = np.empty((len(rows), self.shape[1]))
        for some in self._chunks(rows, max(1, _CELLS // max(self.shape[1], 1))):
            scores = self.factors.block(self._documents(rows[some])[1])
            out[some] = _best_means(scores, self._counts[rows[some]], self.k)
        return out

    def at(self, rows: Ints, cols: Ints) -> Floats:
        """Scores of single pairs, elementwise.

        Parameters
        ----------
        rows, cols : int arrays (n_pairs,)
            Positions of the candidates and of the demands.

        Returns
        -------
        ndarray (n_pairs,)
            The same bits as in a block; formed a few thousand pairs at a time.
        """
        rows, cols = np.asarray(rows, dtype=np.intp), np.asarray(cols, dtype=np.intp)
        if (self._counts[rows] == 1).all():
            return self.factors.at(self._first[rows], cols)
        out = np.empty(len(rows))
        for some in self._chunks(rows, _SINGLE):
            pair, document = self._documents(rows[some])
            scores = self.factors.at(document, cols[some][pair])
            out[some] = _best_means(scores, self._counts[rows[some]], self.k)
        return out

    def documents_of(self, rows: Ints, cols: Ints) -> tuple[Ints, Ints, Floats]:
        """Tell which documents make the scores of single pairs, and with which shares.

        Parameters
        ----------
        rows, cols : int arrays (n_pairs,)
            Positions of the candidates and of the demands.

        Returns
        -------
        pair : int array (n_chosen,)
            Place in `rows`, ascending.
        document : int array (n_chosen,)
            Row of `factors`, ascending within a pair; of equal scores the earlier one is chosen.
        share : float array (n_chosen,)
            What a document's score is multiplied by: 1 / (number chosen for its pair).

        Examples
        --------
        >>> from talentmatch.products import Side
        >>> factors = Factors([(Side(np.array([[0.5], [0.75], [0.5]])), Side(np.ones((1, 1))))])
        >>> best = BestDocuments(factors, np.zeros(3, int), n_candidates=1, k=2)
        >>> [part.tolist() for part in best.documents_of(np.array([0]), np.array([0]))]
        [[0, 0], [0, 1], [0.5, 0.5]]
        """
        rows, cols = np.asarray(rows, dtype=np.intp), np.asarray(cols, dtype=np.intp)
        nothing = np.zeros(0, dtype=np.intp)
        pairs, documents = [nothing], [nothing]
        for some in self._chunks(rows, _SINGLE):
            pair, document = self._documents(rows[some])
            counts = self._counts[rows[some]]
            if (counts > self.k).any():
                scores = self.factors.at(document, cols[some][pair])
                order = np.lexsort((-scores, pair))  # stable: of equal scores the earlier
                rank = np.empty(len(pair), dtype=np.intp)
                rank[order] = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
                pair, document = pair[rank < self.k], document[rank < self.k]
            pairs.append(pair + some.start)
            documents.append(document)
        chosen = np.concatenate(pairs)
        share = 1.0 / np.minimum(self._counts[rows], self.k)
        return chosen, np.concatenate(documents), share[chosen]

    def _documents(self, rows: Ints) -> tuple[Ints, Ints]:
        """The documents of some candidates: (place in `rows`, document)."""
        counts = self._counts[rows]
        place = np.repeat(np.arange(len(rows)), counts)
        within = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
        return place, self._first[rows][place] + within

    def _chunks(self, rows: Ints, most: int) -> Iterator[slice]:
        """Runs of rows with about so many documents: a last candidate may go beyond."""
        before = np.cumsum(self._counts[rows]) - self._counts[rows]
        starts = np.flatnonzero(np.diff(before // most, prepend=-1))
        ends = np.append(starts, len(rows))[1:]
        for start, stop in zip(starts.tolist(), ends.tolist(), strict=True):
            yield slice(start, stop)


def _best_means(scores: Floats, counts: Ints, k: int) -> Floats:
    """Means of the k largest of each run of rows; candidates with as many documents at once.

    Parameters
    ----------
    scores : float array (n_documents, ...)
        Scores of documents, candidate after candidate.
    counts : int array (n_candidates,)
        Documents of each candidate.
    k : int
        How many count.
    """
    if (counts == 1).all():
        return scores
    first = np.cumsum(counts) - counts
    out = np.empty((len(counts), *scores.shape[1:]))
    for count in np.unique(counts).tolist():
        at = np.flatnonzero(counts == count)
        if count <= k:
            total = scores[first[at]]
            for step in range(1, count):
                total += scores[first[at] + step]
        else:
            total, *others = _largest(scores, first[at], count, k)
            for other in others:
                total += other
        total /= min(k, count)
        out[at] = total
    return out


def _largest(scores: Floats, first: Ints, count: int, k: int) -> list[Floats]:
    """The k largest of `count` rows from each of `first` on, largest first.

    Each row sinks through the ones kept so far. Against a sort of each column this takes a third
    of the time for a few documents, as every step is a minimum or maximum of whole rows.
    """
    kept = [scores[first]]
    for step in range(1, count):
        row = scores[first + step]
        for place, best in enumerate(kept):
            is_last = place == k - 1
            lower = None if is_last else np.minimum(best, row)
            np.maximum(best, row, out=best)
            if lower is not None:
                row = lower
        if len(kept) < k:
            kept.append(row)
    return kept
