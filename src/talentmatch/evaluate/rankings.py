"""Where judged documents stand in the ranking of their query, and what that ranking is worth.

A ranking is kept as its groups of equal scores that hold a relevant document: how many documents
stand above the group, how many in it, and how many of these are relevant. Expectations over all
orders within the groups need no more than that, and the counts add up over blocks of scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma

from talentmatch.errors import ProblemError
from talentmatch.evaluate.judgements import Judged
from talentmatch.scores import Scores

__all__ = ["Rankings"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class _Groups:
    """Groups of equal scores that hold a relevant document, by query and by falling score."""

    query: Ints  # which query, from 0
    above: Ints  # documents with a higher score
    size: Ints  # documents with this score
    hits: Ints  # relevant ones among these
    hits_above: Ints  # relevant ones above
    number: Ints  # the group's number among all groups of judged documents


class Rankings:
    """The rankings of all queries that have a judged document; every measure is (queries,).

    Parameters
    ----------
    scores : Scores
        Candidates x demands; a pair that is not eligible ranks below all that are.
    judged : Judged
        At least one pair.
    by : {"demand", "candidate"}
        Which side the queries are; the documents are the other one.
    judged_only : bool
        Leave out a query's documents that are not judged.
    gain : {"exponential", "linear"}
        What a grade is worth to `ndcg`.

    Attributes
    ----------
    at : int array (queries,)
        Positions of the queries in the scores, rising.
    """

    def __init__(
        self,
        scores: Scores,
        judged: Judged,
        *,
        by: Literal["candidate", "demand"],
        judged_only: bool,
        gain: Literal["exponential", "linear"],
    ) -> None:
        self._scores, self._judged, self._by = scores, judged, by
        self._judged_only, self._gain = judged_only, gain
        side = judged.cols if by == "demand" else judged.rows
        self.at, query = np.unique(side, return_inverse=True)
        score = _scores_of(scores, judged)
        # In an order of their own, so that sums have the same bits however the tables are ordered.
        order = np.lexsort((judged.grades, -score, query))
        self._query, self._score, self._grade = query[order], score[order], judged.grades[order]
        self._relevant = self._sum(self._query, self._grade > 0)

    def precision(self, k: int) -> Floats:
        """Relevant documents among the first k, by k."""
        return _ratio(self._hits(k), np.where(self._relevant > 0, float(k), 0.0))

    def recall(self, k: int) -> Floats:
        """Relevant documents among the first k, by all relevant ones."""
        return _ratio(self._hits(k), self._relevant)

    def r_precision(self, k: int) -> Floats:
        """Relevant documents among the first k, by as many as there could be."""
        return _ratio(self._hits(k), np.minimum(self._relevant, k))

    def average_precision(self) -> Floats:
        r"""Mean precision at the ranks of the relevant documents.

        With a documents and h relevant ones above a group of n with r relevant, rank a + i holds
        a relevant one with probability r / n, and then (i - 1)(r - 1) / (n - 1) more are expected
        before it inside the group (McSherry & Najork 2008). The group then adds, by the number
        of all relevant documents,

        .. math:: \frac{r}{n} \sum_{i=1}^{n} \frac{h + 1 + (i - 1)(r - 1) / (n - 1)}{a + i}
        """
        groups = self._groups
        a, n, r = groups.above, groups.size, groups.hits
        # Both sums over i have closed forms in the harmonic one, the sum of 1 / (a + i).
        harmonic = np.where(n == 1, 1 / (a + 1), digamma(a + n + 1.0) - digamma(a + 1.0))
        inside = (r - 1) / np.maximum(n - 1, 1) * (n - (a + 1) * harmonic)
        worth = r / n * ((groups.hits_above + 1) * harmonic + inside)
        return _ratio(self._sum(groups.query, worth), self._relevant)

    def reciprocal_rank(self) -> Floats:
        """1 / rank of the first relevant document."""
        groups = self._groups
        start, _ = _runs(groups.query)
        first = np.flatnonzero(start == np.arange(len(start)))
        a, n, r = groups.above[first], groups.size[first], groups.hits[first]
        worth = 1 / (a + 1)
        for k in np.flatnonzero(r < n).tolist():
            worth[k] = _first_hit(int(a[k]), int(n[k]), int(r[k]))
        found = np.full(len(self.at), np.nan)
        found[groups.query[first]] = worth
        return found

    def ndcg(self, k: int) -> Floats:
        """Discounted gain of the first k documents, by that of the best order."""
        groups, gains = self._groups, self._gains
        places = int((groups.above + groups.size).max(initial=0))
        discounts = np.r_[0.0, np.cumsum(1 / np.log2(np.arange(2, min(k, places) + 2)))]
        last = len(discounts) - 1
        end, start = (
            discounts[np.minimum(rank, last)] for rank in (groups.above + groups.size, groups.above)
        )
        total = np.bincount(self._number, weights=gains)[groups.number]
        found = self._sum(groups.query, total * ((end - start) / groups.size))
        best = gains[np.lexsort((-gains, self._query))]
        rank = np.arange(len(best)) - _runs(self._query)[0]
        ideal = self._sum(self._query, np.where(rank < k, best / np.log2(rank + 2), 0.0))
        return _ratio(found, ideal)

    def pair_accuracy(self) -> Floats:
        """Pairs of judged documents of different grades in the right order, equal scores half."""
        right, level, different = self._ordered_pairs
        return _ratio(right + level / 2, different)

    def tau(self) -> Floats:
        """Kendall's tau-b of score and grade over judged documents; 0 where all scores tie."""
        right, level, different = self._ordered_pairs
        counts = self._sum(self._query, np.ones(len(self._query)))
        unequal = counts * (counts - 1) / 2 - self._equal_pairs(self._score)
        found = _ratio(2 * right + level - different, np.sqrt(unequal * different))
        return np.where((unequal == 0) & (different > 0), 0.0, found)

    def _sum(self, query: Ints, values: NDArray[np.generic]) -> Floats:
        """Each query's sum of the values."""
        return np.asarray(np.bincount(query, values, len(self.at)), dtype=np.float64)

    def _hits(self, k: int) -> Floats:
        groups = self._groups
        share = np.clip(k - groups.above, 0, groups.size) / groups.size
        return self._sum(groups.query, groups.hits * share)

    @cached_property
    def _number(self) -> Ints:
        """Which group of equal scores a judged document is in."""
        start, _ = _runs(self._query, self._score)
        number: Ints = np.cumsum(start == np.arange(len(start))) - 1
        return number

    @cached_property
    def _groups(self) -> _Groups:
        start, end = _runs(self._query, self._score)
        query_start, _ = _runs(self._query)
        relevant = np.r_[0, np.cumsum(self._grade > 0)]
        hits = relevant[end] - relevant[start]
        head = np.flatnonzero((start == np.arange(len(start))) & (hits > 0))
        above, size = (start - query_start)[head], (end - start)[head]
        if not self._judged_only:
            others = self._unjudged(self._query[head], self._score[head])
            above, size = above + others[0], size + others[1]
        hits_above = relevant[start] - relevant[query_start]
        return _Groups(
            self._query[head], above, size, hits[head], hits_above[head], self._number[head]
        )

    def _unjudged(self, query: Ints, score: Floats) -> tuple[Ints, Ints]:
        """How many unjudged documents of a query stand above a score, and how many level with it.

        The queries rise. Judged documents are left out, for their scores are compared as they were
        read once: a dense product formed twice may differ in its last bit.
        """
        above, level = np.zeros((2, len(query)), dtype=np.intp)
        judged = self._judged
        for rows, block in self._scores.blocks():
            values = np.where(np.isnan(block), -np.inf, block)
            known = slice(*np.searchsorted(judged.rows, (rows[0], rows[-1] + 1)))
            values[judged.rows[known] - rows[0], judged.cols[known]] = np.inf
            asked, first = slice(None), 0
            if self._by == "demand":
                lines = np.ascontiguousarray(values.T[self.at])
            else:
                first, last = np.searchsorted(self.at, (rows[0], rows[-1] + 1)).tolist()
                asked = slice(*np.searchsorted(query, (first, last)))
                lines = values[self.at[first:last] - rows[0]]
            lines.sort(axis=1)
            line, limit = query[asked] - first, score[asked]
            below, up_to = (
                _count(lines, line, limit, np.less),
                _count(lines, line, limit, np.less_equal),
            )
            above[asked] += (lines < np.inf).sum(axis=1)[line] - up_to
            level[asked] += up_to - below
        return above, level

    @cached_property
    def _gains(self) -> Floats:
        grade = self._grade
        if self._gain == "linear":
            gains = grade
        else:
            with np.errstate(over="ignore"):  # found out below
                gains = np.where(grade < 1, np.expm1(grade * np.log(2)), np.exp2(grade) - 1)
        with np.errstate(over="ignore"):
            if not np.isfinite(gains.sum()):
                raise ProblemError(
                    f"grades up to {grade.max():g} are too large for gain={self._gain!r}"
                )
        return gains

    def _equal_pairs(self, values: Floats) -> Floats:
        """Each query's pairs of judged documents with the same value."""
        order = np.lexsort((values, self._query))
        start, end = _runs(self._query, values[order])
        return self._sum(self._query, (end - start - 1) / 2)

    @cached_property
    def _ordered_pairs(self) -> tuple[Floats, Floats, Floats]:
        """Each query's pairs of different grades: in the right order, level, and all of them.

        Grades are numbered. Two of them differ first in one of the bits of their numbers, so each
        bit, among documents that agree in all higher ones, counts pairs that no other bit does.
        """
        query, score = self._query, self._score
        _, number = np.unique(self._grade, return_inverse=True)
        right, level = np.zeros((2, len(self.at)))
        for bit in range(int(number.max()).bit_length()):
            order = np.lexsort((score, number >> (bit + 1), query))
            node = query[order], number[order] >> (bit + 1)
            is_worse = (number[order] >> bit) & 1 == 0
            worse = np.r_[0, np.cumsum(is_worse)]
            start, end = _runs(*node, score[order])
            below = worse[start] - worse[_runs(*node)[0]]
            right += self._sum(node[0], np.where(is_worse, 0, below))
            level += self._sum(node[0], np.where(is_worse, 0, worse[end] - worse[start]))
        counts = self._sum(query, np.ones(len(query)))
        return right, level, counts * (counts - 1) / 2 - self._equal_pairs(self._grade)


def _scores_of(scores: Scores, judged: Judged) -> Floats:
    """Scores of the judged pairs, out of the blocks; -inf where not eligible."""
    found = np.empty(len(judged.rows))
    for rows, block in scores.blocks():
        some = slice(*np.searchsorted(judged.rows, (rows[0], rows[-1] + 1)))
        found[some] = block[judged.rows[some] - rows[0], judged.cols[some]]
    return np.where(np.isnan(found), -np.inf, found)


def _runs(*keys: NDArray[np.generic]) -> tuple[Ints, Ints]:
    """Where the run of equal keys begins, and where it ends, that each element is in."""
    new = np.ones(len(keys[0]), dtype=bool)
    new[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    starts = np.flatnonzero(new)
    which = np.cumsum(new) - 1
    return starts[which], np.append(starts[1:], len(new))[which]


def _count(lines: Floats, line: Ints, limits: Floats, compare: np.ufunc) -> Ints:
    """How many values of a sorted line are below (or up to) a limit; all searched at once."""
    width = lines.shape[1]
    found = np.zeros(len(line), dtype=np.intp)
    for bit in reversed(range(width.bit_length())):
        tried = found + (1 << bit)
        value = lines[line, np.minimum(tried, width) - 1]
        found = np.where((tried <= width) & compare(value, limits), tried, found)
    return found


def _first_hit(above: int, size: int, hits: int) -> float:
    """Expected 1 / rank of the first of `hits` relevant documents in a shuffled group.

    The probability that it is the i-th of the group falls with i by a factor known in closed
    form, so nothing is ever divided by a binomial coefficient that overflows.
    """
    later = np.arange(size - hits)
    falls = np.cumprod(np.append(1.0, (size - hits - later) / (size - 1 - later)))
    ranks = above + 1 + np.arange(size - hits + 1)
    return float(hits / size * (falls / ranks).sum())


def _ratio(part: Floats, whole: Floats | Ints) -> Floats:
    """The quotient, nan where the whole is 0; rounding lifts none above 1."""
    ratio: Floats = np.full(len(part), np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return np.clip(ratio, -1.0, 1.0)
