"""Slow and obvious ways to the same answers, apart from the library: the oracles of the tests."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.optimize as so
import scipy.sparse as sp
from hypothesis import strategies as st


@dataclass
class Case:
    """An allocation as plain arrays: scores with nan for pairs that are barred, and limits."""

    scores: np.ndarray
    capacity: np.ndarray
    headcount: np.ndarray
    min_load: np.ndarray
    min_headcount: np.ndarray
    locked: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        scores: Any,
        capacity: Any = 1,
        headcount: Any = 1,
        min_load: Any = 0,
        min_headcount: Any = 0,
        locked: Any = (),
    ) -> Case:
        """Spread single numbers over the rows and columns."""
        scores = np.array(scores, dtype=float)
        n, m = scores.shape
        sides = [
            np.broadcast_to(np.asarray(value), size).astype(int)
            for value, size in ((capacity, n), (headcount, m), (min_load, n), (min_headcount, m))
        ]
        return cls(scores, *sides, locked=list(locked))

    def is_sound(self, plan: Any) -> bool:
        """Whether a set of (row, column) pairs keeps every limit, by counting."""
        plan = list(plan)
        n, m = self.scores.shape
        load, fill = [0] * n, [0] * m
        for i, j in plan:
            if np.isnan(self.scores[i, j]):
                return False
            load[i] += 1
            fill[j] += 1
        return (
            len(set(plan)) == len(plan)
            and set(self.locked) <= set(plan)
            and all(
                low <= k <= high
                for low, k, high in zip(self.min_load, load, self.capacity, strict=False)
            )
            and all(
                low <= k <= high
                for low, k, high in zip(self.min_headcount, fill, self.headcount, strict=False)
            )
        )

    def total(self, plan: Any) -> float:
        """The sum of the scores of a set of pairs."""
        return float(sum(self.scores[i, j] for i, j in plan))


def all_plans(case: Case) -> list[frozenset[tuple[int, int]]]:
    """Every sound plan, by trying all subsets of the eligible pairs; for very few pairs."""
    pairs = [tuple(pair) for pair in np.argwhere(~np.isnan(case.scores)).tolist()]
    subsets = itertools.chain.from_iterable(
        itertools.combinations(pairs, k) for k in range(len(pairs) + 1)
    )
    return [frozenset(plan) for plan in subsets if case.is_sound(plan)]


def by_trying_all(case: Case) -> float | None:
    """The best total over all subsets of rows' choices; None where no plan is sound.

    Row by row every subset of the eligible columns is tried against every way in which the rows
    before can have filled the columns: brute force that remembers only how full the columns are.
    """
    n, m = case.scores.shape
    best = np.full(tuple(int(h) + 1 for h in case.headcount), -np.inf)
    best[(0,) * m] = 0.0
    for i in range(n):
        after = np.full_like(best, -np.inf)
        free = [j for j in range(m) if not np.isnan(case.scores[i, j])]
        must = {j for k, j in case.locked if k == i}
        for size in range(int(case.min_load[i]), min(int(case.capacity[i]), len(free)) + 1):
            for subset in itertools.combinations(free, size):
                if not must <= set(subset):
                    continue
                value = sum(case.scores[i, j] for j in subset)
                before = tuple(slice(0, -1) if j in subset else slice(None) for j in range(m))
                behind = tuple(slice(1, None) if j in subset else slice(None) for j in range(m))
                after[behind] = np.maximum(after[behind], best[before] + value)
        best = after
    enough = best[tuple(slice(int(g), None) for g in case.min_headcount)]
    top = enough.max(initial=-np.inf)
    return None if np.isneginf(top) else float(top)


def by_highs(case: Case) -> float | None:
    """The best total by HiGHS's integer programming; None where no plan is sound.

    Scores are divided by the largest, for HiGHS's tolerances are absolute.
    """
    n, m = case.scores.shape
    rows, cols = (axis.astype(np.int32) for axis in np.nonzero(~np.isnan(case.scores)))
    if not len(rows):
        return None if case.min_load.any() or case.min_headcount.any() else 0.0
    values = case.scores[rows, cols]
    largest = np.abs(values).max() or 1.0
    at = np.arange(len(rows), dtype=np.int32)  # older HiGHS bindings take no others
    ones = np.ones(len(rows))
    sums = sp.vstack(
        [
            sp.csr_array((ones, (rows, at)), shape=(n, len(rows))),
            sp.csr_array((ones, (cols, at)), shape=(m, len(rows))),
        ]
    )
    limits = so.LinearConstraint(
        sums,
        np.concatenate((case.min_load, case.min_headcount)),
        np.concatenate((case.capacity, case.headcount)),
    )
    held = np.array([(i, j) in set(case.locked) for i, j in zip(rows, cols, strict=True)])
    barred = any(np.isnan(case.scores[i, j]) for i, j in case.locked)
    answer = so.milp(
        -values / largest,
        constraints=limits,
        integrality=ones,
        bounds=so.Bounds(held.astype(float), ones),
        options={"mip_rel_gap": 0.0},
    )
    if answer.x is None or barred:
        assert barred or answer.status == 2, answer.message
        return None
    return float(values @ np.round(answer.x))


def dual_ranges(case: Case) -> tuple[np.ndarray, ...]:
    """Least and greatest optimal dual of every row and column, by one linear program each.

    Prices u, v are free in sign; a positive one is paid per unit of the ceiling, a negative one per
    unit of the floor; a pair above its prices costs the excess, but only where its row takes two or
    more (elsewhere the row's own price covers it).
    """
    n, m = case.scores.shape
    rows, cols = np.nonzero(~np.isnan(case.scores))
    values = case.scores[rows, cols]
    k = len(rows)
    # u = a - b, v = c - d, w per pair
    costs = np.concatenate(
        (case.capacity, -case.min_load, case.headcount, -case.min_headcount, np.ones(k))
    ).astype(float)
    at = np.arange(k)
    ones = np.ones(k)
    left = sp.csr_array((ones, (at, rows)), shape=(k, n))
    right = sp.csr_array((ones, (at, cols)), shape=(k, m))
    cover = sp.hstack([left, -left, right, -right, sp.eye_array(k)]).tocsr()
    wide = case.capacity[rows] > 1
    upper = [
        *np.full(n, np.inf),
        *np.where(case.min_load > 0, np.inf, 0.0),
        *np.full(m, np.inf),
        *np.where(case.min_headcount > 0, np.inf, 0.0),
        *np.where(wide, np.inf, 0.0),
    ]
    bounds = [(0.0, None if np.isinf(high) else high) for high in upper]
    best = so.linprog(costs, A_ub=-cover, b_ub=-values, bounds=bounds, method="highs")
    assert best.status == 0, best.message
    face = so.linprog  # the same program again, its value held, another aim
    held = sp.vstack([-cover, sp.csr_array(costs[None, :])]).tocsr()
    limit = np.append(-values, best.fun + 1e-9 * max(1.0, abs(best.fun)))
    ends = []
    for first, count in ((0, n), (2 * n, m)):
        for sign in (1.0, -1.0):
            side = np.empty(count)
            for p in range(count):
                aim = np.zeros(len(costs))
                aim[first + p], aim[first + count + p] = sign, -sign
                answer = face(aim, A_ub=held, b_ub=limit, bounds=bounds, method="highs")
                side[p] = sign * answer.fun if answer.status == 0 else -sign * np.inf
            ends.append(side)
    return tuple(ends)


@st.composite
def cases(draw: st.DrawFn, most: int = 5, *, floors: bool = True, locks: bool = True) -> Case:
    """Small allocations of every kind: ties, negatives, barred pairs, limits from 0 to 3."""
    n, m = draw(st.integers(1, most)), draw(st.integers(1, most))
    score = draw(
        st.sampled_from(
            [
                st.sampled_from([0.0, 1.0]),
                st.integers(-3, 9).map(float),
                st.floats(0.0, 1.0).map(lambda x: round(x, 6)),
                st.floats(-1.0, 1.0).map(lambda x: round(x, 6)),
            ]
        )
    )
    cell = st.one_of(score, score, score, st.just(np.nan))
    scale = draw(st.sampled_from([1.0, 1.0, 1e-12, 1e12]))
    scores = np.array(draw(st.lists(cell, min_size=n * m, max_size=n * m))).reshape(n, m) * scale
    sides = []
    for size in (n, m):
        high = draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
        low = [draw(st.integers(0, k)) if floors and draw(st.booleans()) else 0 for k in high]
        sides.append((np.array(high), np.array(low)))
    (capacity, min_load), (headcount, min_headcount) = sides
    held: list[tuple[int, int]] = []
    if locks and draw(st.integers(0, 4)) == 0:
        held.append((draw(st.integers(0, n - 1)), draw(st.integers(0, m - 1))))
    return Case(scores, capacity, headcount, min_load, min_headcount, held)


def assert_total(got: float, want: float, case: Case) -> None:
    """Whole numbers exactly, others to 1e-9 of the total or, near zero, of a thousandth score."""
    known = np.append(case.scores[~np.isnan(case.scores)], 0.0)
    if (known == np.round(known)).all():
        assert got == want
    else:
        assert abs(got - want) <= 1e-9 * max(abs(want), 1e-3 * np.abs(known).max())
