"""The join of factors against a dense product: what it keeps, what it proves, however it is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import talentmatch as tm
from talentmatch import joined, joining
from talentmatch.joined import JoinedPairs
from talentmatch.joining import Found, Join, Listed
from talentmatch.products import Factors, Side
from talentmatch.rules import Gate

pytest.importorskip("numba", reason="the join is compiled by numba")

FAR_BELOW = -1e299  # what stands for "no such pair"


@dataclass
class Case:
    """Two factors, prices, and what a pass over their pairs is asked."""

    left: np.ndarray
    right: np.ndarray
    u: np.ndarray
    v: np.ndarray
    rows: np.ndarray
    out: np.ndarray
    lets: np.ndarray | None
    per_row: int = 3
    per_column: int = 3
    above: float = 0.0
    margin: float = 0.0
    lowest: float = -np.inf
    rotate: bool = False
    scores_count: bool = True
    counts: bool = True

    def excess(self) -> np.ndarray:
        """Score less both prices of the rows looked at; -inf where a pair does not count."""
        scores = self.left @ self.right.T if self.scores_count else np.zeros(self.out.shape)
        sound = ~self.out & (scores >= self.lowest)
        if self.lets is not None:
            sound &= self.lets
        above = (scores - self.u[:, None]) - self.v
        return np.where(sound, above, -np.inf)[self.rows]

    def found(self) -> Found:
        """What the join says."""
        join = Join(sp.csr_array(self.left), sp.csr_array(self.right))
        lets = self.lets
        return join.best(
            self.rows, self.u, self.v, per_row=self.per_row, per_column=self.per_column,
            above=self.above, margin=self.margin, lowest=self.lowest, rotate=self.rotate,
            out=Listed.of(*np.nonzero(self.out), len(self.out)),
            passes=None if lets is None else lambda rows: lets[rows],
            scores_count=self.scores_count, counts=self.counts,
        )  # fmt: skip


def drawn(seed: int, *, exact: bool = True, most: int = 40) -> Case:
    """A random case; exact: sums of eighths, so that equal scores are equal to the last bit."""
    rng = np.random.default_rng(seed)
    n, m, width = rng.integers(1, most), rng.integers(1, 2 * most), rng.integers(1, 9)
    least = int(rng.choice([1, 1, -4]))

    def factor(count: int) -> np.ndarray:
        values = rng.integers(least, 8, (count, width)) / 8 if exact else rng.random((count, width))
        held = rng.random((count, width)) < rng.choice([0.2, 0.6])
        held[rng.random(count) < 0.1] = False  # rows of nothing
        held[:, rng.random(width) < 0.1] = False  # features of nobody
        return np.where(held, values, 0.0)

    def price(count: int) -> np.ndarray:
        return float(rng.integers(0, 2)) * rng.integers(0, 9, count) / 16

    return Case(
        factor(n), factor(m), price(n), price(m),
        rows=np.flatnonzero(rng.random(n) < rng.choice([0.4, 1.0])),
        out=rng.random((n, m)) < rng.choice([0.0, 0.3]),
        lets=rng.random((n, m)) < 0.7 if rng.random() < 0.4 else None,
        per_row=int(rng.integers(0, 7)), per_column=int(rng.integers(0, 7)),
        above=float(rng.choice([-np.inf, 0.0, 0.25])), margin=float(rng.choice([0.0, 0.125, 9.0])),
        lowest=float(rng.choice([-np.inf, 0.0, 0.25])), rotate=bool(rng.integers(0, 2)),
        scores_count=bool(rng.random() < 0.85), counts=bool(rng.integers(0, 2)),
    )  # fmt: skip


def best_pairs(case: Case) -> tuple[dict[Any, float], dict[Any, float]]:
    """Each row's and each column's best by sorting: (row, column) -> excess."""
    above, m = case.excess(), len(case.right)
    by_row, by_column = {}, {}
    for x, r in enumerate(case.rows.tolist()):
        start = r * case.per_row % m if case.rotate else 0
        order = sorted(range(m), key=lambda c, x=x, start=start: (-above[x, c], (c - start) % m))
        good = [c for c in order if above[x, c] > case.above]
        by_row.update({(r, c): above[x, c] for c in good[: case.per_row]})
    for c in range(m):
        order = sorted(range(len(case.rows)), key=lambda x, c=c: (-above[x, c], x))
        good = [x for x in order if above[x, c] > case.above]
        by_column.update({(case.rows[x], c): above[x, c] for x in good[: case.per_column]})
    return by_row, by_column


def pairs_of(found: Found) -> tuple[dict[Any, float], dict[Any, float]]:
    """The pairs that the join kept, likewise; each once."""
    pairs = list(zip(found.rows.tolist(), found.columns.tolist(), strict=True))
    values, k = found.excess.tolist(), found.by_row
    sides = (
        dict(zip(pairs[:k], values[:k], strict=True)),
        dict(zip(pairs[k:], values[k:], strict=True)),
    )
    assert [len(side) for side in sides] == [k, len(pairs) - k]
    return sides


def assert_rest(case: Case, found: Found) -> None:
    """`rest` bounds what is not among a row's best, and is exact as far as `margin` reaches."""
    above, kept = case.excess(), pairs_of(found)[0]
    for x, r in enumerate(case.rows.tolist()):
        others = [above[x, c] for c in range(len(case.right)) if (r, c) not in kept]
        want = max(others, default=-np.inf)
        mine = [value for (row, _), value in kept.items() if row == r]
        level = np.inf
        if case.per_row:
            level = max(case.above, min(mine)) if len(mine) == case.per_row else case.above
        if case.counts:
            level = min(level, 0.0)
        assert found.rest[x] >= want - 1e-12
        assert found.rest[x] <= max(want, level - case.margin, FAR_BELOW) + 1e-12


def assert_right(case: Case, found: Found) -> None:
    """Everything a pass tells is what the dense product says, to the last bit."""
    assert pairs_of(found) == best_pairs(case)
    above = np.maximum(case.excess(), 0.0)
    counts = 1.0 if case.counts else 0.0
    np.testing.assert_array_equal(found.highest, counts * above.max(axis=1, initial=0.0))
    np.testing.assert_array_equal(found.total, counts * above.sum(axis=1))
    assert_rest(case, found)


def cut(patch: pytest.MonkeyPatch, width: int, task: int) -> None:
    """So many columns at a time, so many pairs to a task."""
    patch.setattr(joining, "_WIDTH", width)
    patch.setattr(joining, "_TASK", task)
    patch.setattr(joining, "_MASKED", max(task // 2, 1))


def backwards(work: Callable[..., Any], parts: Iterable[Any], *shared: Any) -> Iterator[Any]:
    """Every task before any is taken in, the last one first: the results in order all the same."""
    yield from [work(part, *shared) for part in list(parts)[::-1]][::-1]


# ---------------------------------------------------------------- against the dense product


@pytest.mark.parametrize("seed", range(250))
def test_a_pass_equals_the_dense_product(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """The pairs kept, ties to the earlier, and what is told of all pairs, in tiles and tasks."""
    rng = np.random.default_rng(1000 + seed)
    cut(monkeypatch, int(rng.choice([1, 4, 70, 2**14])), int(rng.choice([1, 60, 2**20])))
    case = drawn(seed)
    assert_right(case, case.found())


@pytest.mark.parametrize("seed", range(60))
def test_any_scores_agree_to_rounding(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """With scores on no grid as many pairs of the same excess are kept of every line."""
    cut(monkeypatch, 16, 200)
    case = drawn(seed, exact=False)
    found = case.found()
    above = np.maximum(case.excess(), 0.0)
    if case.counts:
        np.testing.assert_allclose(found.highest, above.max(axis=1, initial=0.0), atol=1e-13)
        np.testing.assert_allclose(found.total, above.sum(axis=1), atol=1e-12)
    for line, (got, want) in enumerate(zip(pairs_of(found), best_pairs(case), strict=True)):
        for side in (got, want):
            assert all(np.isfinite(value) for value in side.values())
        lines = [
            sorted((pair[line], round(value, 9)) for pair, value in side.items())
            for side in (got, want)
        ]
        assert lines[0] == lines[1]


@pytest.mark.parametrize("seed", range(40))
def test_tiles_tasks_and_their_order_do_not_matter(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """The same pairs, excesses and sums bit for bit, however the pass is cut."""
    case = drawn(seed, exact=seed % 2 == 0)
    whole = case.found()
    for width, task in ((1, 1), (3, 40), (64, 7), (100, 2**20)):
        cut(monkeypatch, width, task)
        for runner in (joining.in_parallel, backwards):
            with monkeypatch.context() as patch:
                patch.setattr(joining, "in_parallel", runner)
                found = case.found()
            assert pairs_of(found) == pairs_of(whole)
            np.testing.assert_array_equal(found.highest, whole.highest)
            np.testing.assert_array_equal(found.total, whole.total)
            assert_rest(case, found)


@pytest.mark.parametrize("task", [1, 2**20])
def test_of_equal_pairs_the_earlier_are_kept(monkeypatch: pytest.MonkeyPatch, task: int) -> None:
    """Where all pairs are equal every row keeps the first columns, every column the first rows."""
    cut(monkeypatch, 5, task)
    case = drawn(0)
    case = replace(
        case, left=np.ones((9, 1)), right=np.ones((12, 1)), u=np.zeros(9), v=np.zeros(12),
        rows=np.arange(9), out=np.zeros((9, 12), dtype=bool), lets=None, per_row=2, per_column=3,
        above=0.0, lowest=-np.inf, rotate=False, scores_count=True,
    )  # fmt: skip
    by_row, by_column = pairs_of(case.found())
    assert set(by_row) == {(r, c) for r in range(9) for c in range(2)}
    assert set(by_column) == {(r, c) for r in range(3) for c in range(12)}
    turned = pairs_of(replace(case, rotate=True).found())[0]
    assert set(turned) == {(r, (2 * r + k) % 12) for r in range(9) for k in range(2)}


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 3), (3, 0), (1, 1)])
def test_empty_sides_have_no_pairs(n: int, m: int) -> None:
    """No rows, no columns, no rows asked for: nothing found, one answer for every row asked for."""
    join = Join(sp.csr_array((n, 2)), sp.csr_array((m, 2)))
    for rows in (np.arange(n), np.arange(0)):
        found = join.best(rows, np.zeros(n), np.zeros(m), per_row=2, per_column=2)
        assert len(found.rows) == len(found.columns) == len(found.excess) == found.by_row == 0
        for told in (found.rest, found.highest, found.total):
            assert len(told) == len(rows)
            assert (told <= 0).all()


def test_the_factors_are_left_as_they_are() -> None:
    """A pass changes neither factors nor prices."""
    case = drawn(3)
    before = [part.copy() for part in (case.left, case.right, case.u, case.v)]
    left, right = sp.csr_array(case.left), sp.csr_array(case.right)
    Join(left, right).best(np.arange(len(case.left)), case.u, case.v, per_row=2, per_column=2)
    for was, now in zip(before, (left.toarray(), right.toarray(), case.u, case.v), strict=True):
        np.testing.assert_array_equal(was, now)


# ---------------------------------------------------------------- the loops as plain Python


class Guarded(np.ndarray):
    """An array that takes no index below zero and no slice beyond its end, which hide mistakes."""

    def __getitem__(self, at: Any) -> Any:
        """Read, once every index is sound."""
        self._look_at(at)
        return super().__getitem__(at)

    def __setitem__(self, at: Any, value: Any) -> None:
        """Write, likewise."""
        self._look_at(at)
        super().__setitem__(at, value)

    def _look_at(self, at: Any) -> None:
        for index, size in zip(at if isinstance(at, tuple) else (at,), self.shape, strict=False):
            for k in (index.start, index.stop) if isinstance(index, slice) else (index,):
                if isinstance(k, int | np.integer) and not 0 <= k <= size:
                    raise IndexError(f"index {k} of {size}")


def run_as_plain_python(patch: pytest.MonkeyPatch, room: Any) -> None:
    """Replace a room's compiled functions by what they were compiled from, their arrays guarded."""
    names = [name for name, value in vars(room).items() if hasattr(value, "py_func")]
    assert names
    plain = {name: getattr(room, name).py_func for name in names}
    for name in names:
        patch.setattr(room, name, plain[name])
    for name in room.__all__:

        def guarded(*given: Any, loop: Any = plain[name]) -> Any:
            return loop(*(g.view(Guarded) if isinstance(g, np.ndarray) else g for g in given))

        patch.setattr(room, name, guarded)


@pytest.mark.parametrize("seed", range(40))
def test_the_loops_stay_within_their_arrays(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Run as plain Python, where an index out of range is an error, they say the same."""
    from talentmatch import compiled_join

    run_as_plain_python(monkeypatch, compiled_join)
    cut(monkeypatch, (1, 5, 80)[seed % 3], (30, 2**20)[seed % 2])
    case = drawn(5000 + seed, most=9)
    assert_right(case, case.found())


# ---------------------------------------------------------------- a problem's pairs


@pytest.fixture
def every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the join be used for small problems too."""
    monkeypatch.setattr(joined, "_FEWEST", 0)


@dataclass
class Barred:
    """A problem on factors whose pairs are barred in every way, and the same as a dense matrix."""

    problem: tm.Problem
    rows: np.ndarray
    cols: np.ndarray
    locked: tuple[np.ndarray, np.ndarray]
    dense: np.ndarray  # in the order of rows and cols; nan where a pair cannot be chosen

    @classmethod
    def drawn(cls, seed: int) -> Barred:
        """Rules of the scores, a mask, forbids, a lowest score and locks, each now and then."""
        rng = np.random.default_rng(seed)
        case = drawn(seed, most=15)
        n, m = case.out.shape
        rule = rng.random((n, m)) < 0.8
        gates = [Gate("a rule", lambda rows, cols: rule[rows, cols])] if seed % 2 else []
        sides = Side(sp.csr_array(case.left)), Side(sp.csr_array(case.right))
        scores = tm.Scores(Factors([sides]), gates=gates)
        mask: Any = rng.random((n, m)) < 0.8 if seed % 3 else None
        if mask is not None and seed % 4 == 0:
            mask = sp.csr_array(mask)
        pairs = [(i, j) for i, j in np.argwhere(rng.random((n, m)) < 0.1).tolist()]
        problem = tm.Problem(
            scores, eligible=mask, min_score=0.25 if seed % 5 == 0 else None,
            constraints=[tm.Forbid(pairs)] if seed % 7 else [],
        )  # fmt: skip
        rows, cols = rng.permutation(n), rng.permutation(m)
        locked = np.nonzero(rng.random((n, m)) < 0.05)
        dense = np.array(problem.block(np.arange(n)))[np.ix_(rows, cols)]
        dense[locked] = np.nan
        return cls(problem, rows, cols, locked, dense)

    def joined(self) -> JoinedPairs:
        """Its pairs by the join."""
        pairs = JoinedPairs.of(self.problem, self.rows, self.cols, self.locked)
        assert pairs is not None
        return pairs


def assert_all_found(pairs: JoinedPairs, dense: np.ndarray, rows: np.ndarray) -> None:
    """A pass that keeps everything finds each pair that is not nan, with its score, and no more."""
    n, m = dense.shape
    found = pairs.best(
        rows, np.zeros(n), np.zeros(m), per_row=m + 1, per_column=n + 1, above=-np.inf
    )
    at = [(r, c) for r, c in np.argwhere(~np.isnan(dense)).tolist() if r in set(rows.tolist())]
    want = {pair: dense[pair] for pair in at}
    assert pairs_of(found) == (want, want)


@pytest.mark.parametrize("seed", range(60))
def test_a_problems_pairs_are_those_it_allows(every_size: None, seed: int) -> None:
    """Rules, masks, forbids, lowest scores and locks bar what they bar in the dense matrix."""
    barred = Barred.drawn(seed)
    everyone = np.arange(len(barred.rows))
    assert_all_found(barred.joined(), barred.dense, everyone)
    assert_all_found(barred.joined(), barred.dense, everyone[seed % 3 :: 2])


@pytest.mark.parametrize("seed", range(60))
def test_further_pairs_may_be_barred_and_columns_left_out(every_size: None, seed: int) -> None:
    """`without` bars pairs beside those barred before; `within` numbers its columns from 0."""
    barred = Barred.drawn(seed)
    rng = np.random.default_rng(seed)
    pairs, dense = barred.joined(), barred.dense.copy()
    rows, cols = np.nonzero(rng.random(dense.shape) < 0.3)
    fewer = pairs.without(rows, cols)
    dense[rows, cols] = np.nan
    everyone = np.arange(len(dense))
    assert_all_found(fewer, dense, everyone)
    assert_all_found(pairs, barred.dense, everyone)  # which is left as it was
    some = np.flatnonzero(rng.random(dense.shape[1]) < 0.5)
    assert_all_found(fewer.within(some), dense[:, some], everyone)
    assert_all_found(pairs.within(some).without(*np.nonzero(np.isnan(dense[:, some]))),
                     dense[:, some], everyone)  # fmt: skip


def test_only_many_pairs_of_sparse_factors_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few pairs, dense factors, a plain matrix, or no compiler: no join."""
    one, many = sp.csr_array(np.eye(2)), np.arange(2)
    sparse = tm.Problem(tm.Scores.from_factors(one, one))
    assert JoinedPairs.of(sparse, many, many) is None
    monkeypatch.setattr(joined, "_FEWEST", 4)
    assert JoinedPairs.of(sparse, many, many) is not None
    dense = tm.Problem(tm.Scores.from_factors(one.toarray(), one.toarray()))
    assert JoinedPairs.of(dense, many, many) is None
    assert JoinedPairs.of(tm.Problem(one), many, many) is None
    assert JoinedPairs.of(tm.Problem(one.toarray()), many, many) is None
    monkeypatch.setattr(joined, "is_compiled", lambda: False)
    assert JoinedPairs.of(sparse, many, many) is None


def test_a_rule_of_any_name_bars(every_size: None) -> None:
    """A rule that is called like a constraint is a rule like any other."""
    one = sp.csr_array(np.ones((2, 1)))
    gate = Gate("Forbid", lambda rows, cols: rows != cols)
    problem = tm.Problem(tm.Scores(Factors([(Side(one), Side(one))]), gates=[gate]))
    pairs = JoinedPairs.of(problem, np.arange(2), np.arange(2))
    assert pairs is not None
    assert_all_found(pairs, np.array([[np.nan, 1.0], [1.0, np.nan]]), np.arange(2))
