"""Solving on factors by join, repricing and paths: the same answers as on the dense matrix."""

from __future__ import annotations

import gc
import itertools
import math
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.optimize as so
import scipy.sparse as sp

import allocations as oracle
import talentmatch as tm
from oracles import Case, by_highs
from talentmatch import joined, joining
from talentmatch.bounding import bound_from_prices
from talentmatch.products import Factors, Side
from talentmatch.rules import Gate
from talentmatch.solvers import listed, network, paths, repricing
from test_solving import plan_of

pytest.importorskip("numba", reason="join and paths are compiled by numba")


@dataclass
class Twin:
    """One problem twice, on sparse factors and as a dense matrix, and once more for the oracles."""

    wide: tm.Problem
    dense: tm.Problem
    case: Case

    @property
    def size(self) -> float:
        """The largest score."""
        return float(np.nanmax(np.abs(self.case.scores), initial=0.0)) or 1.0

    def shuffled(self, rng: np.random.Generator) -> tm.Problem:
        """The problem on factors with its rows and columns in another order."""
        rows, cols = (rng.permutation(count) for count in self.wide.shape)
        given, one = self.wide, self.wide.scores
        left, right = _factors_of(given)
        gates = tuple(_moved(gate, rows, cols) for gate in one.gates)
        scores = tm.Scores(
            Factors([(Side(left[rows]), Side(right[cols]))]),
            one.candidate_ids[rows], one.demand_ids[cols], gates=gates,
        )  # fmt: skip
        mask = given._mask
        return tm.Problem(
            scores, capacity=given.capacity[rows], headcount=given.headcount[cols],
            min_load=given.min_load[rows], min_headcount=given.min_headcount[cols],
            eligible=None if mask is None else mask[rows][:, cols],
            min_score=given.min_score, constraints=given.constraints,
        )  # fmt: skip


def _factors_of(problem: tm.Problem) -> tuple[sp.csr_array, sp.csr_array]:
    factors = problem.scores.factors
    assert factors is not None
    return factors


def _moved(gate: Gate, rows: np.ndarray, cols: np.ndarray) -> Gate:
    return Gate(gate.name, lambda r, c: gate.passes(rows[r], cols[c]))


def factor(
    rng: np.random.Generator, count: int, width: int, *, exact: bool, least: int
) -> np.ndarray:
    """Rows of a factor: some empty, some twice; exact: eighths, so that ties are ties."""
    values = rng.integers(least, 6, (count, width)) / 8.0
    if not exact:
        values = values * rng.random((count, width))
    values *= rng.random((count, width)) < rng.choice([0.3, 0.8])
    values[rng.random(count) < 0.1] = 0.0
    again = np.flatnonzero(rng.random(count) < 0.2)
    values[again] = values[rng.integers(0, count, len(again))]
    return values


def drawn(seed: int, *, floors: bool | None = None, most: int = 16) -> Twin:
    """A random problem: limits from 0, and floors, locks, forbids, masks and rules now and then."""
    rng = np.random.default_rng(seed)
    n, m = (int(k) for k in rng.integers(1, most + 1, 2))
    exact, width = bool(rng.random() < 0.6), int(rng.integers(1, 6))
    least = int(rng.choice([1, 1, 0, -4]))
    left, right = (factor(rng, k, width, exact=exact, least=least) for k in (n, m))
    left *= float(rng.choice([1.0, 1.0, 2.0**-30, 2.0**30]))
    people = [f"C{k}" for k in rng.permutation(n)]
    needs = [f"D{k}" for k in rng.permutation(m)]
    limits = [np.minimum(rng.integers(0, 5, k), int(rng.choice([1, 3]))) for k in (n, m)]
    limits = [np.where(rng.random(len(k)) < 0.1, 1000, k) for k in limits]
    lows = [np.zeros(k, dtype=int) for k in (n, m)]
    if floors or (floors is None and rng.random() < 0.4):
        some = float(rng.choice([0.1, 0.5]))
        lows = [np.minimum(k, (rng.random(len(k)) < some) * rng.integers(1, 3)) for k in limits]
    rule = rng.random((n, m)) < 0.8
    gates = [Gate("a rule", lambda r, c: rule[r, c])] if rng.random() < 0.25 else []
    mask = rng.random((n, m)) < 0.7 if rng.random() < 0.3 else None
    floor = None
    if rng.random() < 0.2:  # between two eighths of eighths, where no rounding reaches
        floor = (0.5 + float(rng.integers(-8, 16))) / 64 * float(np.abs(left).max(initial=0.0))
    scores = tm.Scores(
        Factors([(Side(sp.csr_array(left)), Side(sp.csr_array(right)))]), people, needs, gates=gates
    )
    values = (sp.csr_array(left) @ sp.csr_array(right).T).toarray()
    barred = np.zeros((n, m), dtype=bool) if mask is None else ~mask
    barred |= ~rule if gates else False
    barred |= values < floor if floor is not None else False
    forbids = np.argwhere(rng.random((n, m)) < 0.1).tolist() if rng.random() < 0.3 else []
    barred[tuple(np.array(forbids, dtype=int).reshape(-1, 2).T)] = True
    locks = _locks(rng, barred, limits) if rng.random() < 0.3 else []
    rules = [
        kind([(people[i], needs[j]) for i, j in pairs])
        for kind, pairs in ((tm.Forbid, forbids), (tm.Lock, locks))
        if pairs
    ]
    more: dict[str, Any] = {
        "capacity": limits[0], "headcount": limits[1], "min_load": lows[0],
        "min_headcount": lows[1], "constraints": rules,
    }  # fmt: skip
    plain = np.where(barred, np.nan, values)
    return Twin(
        tm.Problem(scores, eligible=mask, min_score=floor, **more),
        tm.Problem(pd.DataFrame(plain, index=people, columns=needs), **more),
        Case.of(plain, *limits, *lows, locked=[tuple(pair) for pair in locks]),
    )


def _locks(rng: np.random.Generator, barred: np.ndarray, limits: list[np.ndarray]) -> list[Any]:
    """One or two pairs, nearly always such as can be locked."""
    free = np.argwhere(~barred | (rng.random(barred.shape) < 0.02)).tolist()
    picked = [free[k] for k in rng.permutation(len(free))[: rng.integers(1, 3)]]
    sound = [(i, j) for i, j in picked if limits[0][i] > 0 and limits[1][j] > 0]
    return sound if rng.random() < 0.9 else [tuple(pair) for pair in picked]


def make_small(patch: pytest.MonkeyPatch, rng: np.random.Generator) -> None:
    """Let join, repricing and paths work on few pairs, and begin with too few to be right."""
    for room, name, value in (
        (joined, "_FEWEST", 0), (listed, "_PATHS", 0), (listed, "_ALL", 0),
        (network, "_FIRST", int(rng.integers(1, 3))), (listed, "_MORE", int(rng.integers(1, 3))),
        (repricing, "_MARGIN", float(rng.choice([0.0, 0.02, 1.0]))),
        (repricing, "_CHEAPER", float(rng.choice([0.0, 0.6, 1.01]))),
        (paths, "_AT_ONCE", int(rng.choice([1, 3, 4096]))),
        (paths, "_ANEW", int(rng.choice([0, 4, 10**9]))),
        (joining, "_WIDTH", int(rng.choice([1, 5, 2**14]))),
        (joining, "_TASK", int(rng.choice([1, 50, 2**20]))),
        (joining, "_MASKED", int(rng.choice([1, 50, 2**20]))),
    ):  # fmt: skip
        patch.setattr(room, name, value)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Make small problems work hard, in a way that a seed decides."""
    return lambda seed: make_small(monkeypatch, np.random.default_rng(seed))


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often the join and the paths were called."""
    calls = {"join": 0, "paths": 0, "priced": 0}
    for room, name, key in (
        (joining.Join, "best", "join"), (paths.Paths, "solve", "paths"),
        (repricing.Repricing, "price", "priced"),
    ):  # fmt: skip
        real = getattr(room, name)

        def counted(*given: Any, real: Any = real, key: str = key, **more: Any) -> Any:
            calls[key] += 1
            return real(*given, **more)

        monkeypatch.setattr(room, name, counted)
    return calls


def ends_of(result: tm.Result) -> np.ndarray:
    """Least and greatest prices of candidates and demands, (ids, 2), by side and id."""
    table = result.price_range.set_index(["side", "id"]).sort_index()
    return table[["least", "greatest"]].to_numpy(dtype=float)


def assert_same(twin: Twin, result: tm.Result, plain: tm.Result, ends: np.ndarray | None) -> None:
    """Status, total, bound, prices and plan stand up to the dense answer, HiGHS and `check`."""
    want, dust = by_highs(twin.case), 1e-9 * twin.size
    assert result.status == plain.status
    if want is None:
        assert result.status == "infeasible"
        assert result.reason.partition(";")[0] == plain.reason.partition(";")[0]
        return
    assert result.status == "optimal"
    assert result.stopped == "proved"
    assert result.objective == pytest.approx(plain.objective, rel=1e-9, abs=dust)
    assert result.objective == pytest.approx(want, rel=1e-9, abs=dust)
    assert result.bound >= result.objective
    assert not tm.check(twin.dense, result.pairs)
    assert twin.case.is_sound(plan_of(result))
    proved = bound_from_prices(twin.dense, result.candidate_prices, result.demand_prices)
    assert proved == pytest.approx(want, rel=1e-9, abs=dust)
    assert ends is not None
    np.testing.assert_allclose(ends, ends_of(plain), rtol=1e-9, atol=dust)
    people = result.price_range["side"].eq("candidate").to_numpy()
    _, u_most = result.price_range.loc[people, ["least", "greatest"]].to_numpy().T
    v_least, _ = result.price_range.loc[~people, ["least", "greatest"]].to_numpy().T
    for price, end in ((result.candidate_prices, u_most), (result.demand_prices, v_least)):
        known = np.isfinite(end)  # elsewhere there is no such end
        np.testing.assert_allclose(price.to_numpy()[known], end[known], rtol=1e-9, atol=dust)


# ---------------------------------------------------------------- against the dense answer


@pytest.mark.parametrize("seed", range(260))
def test_factors_give_the_dense_answer(used: dict[str, int], seed: int) -> None:
    """Status, total, proof, plan and price ranges, whatever the limits and the way of working."""
    twin = drawn(seed)
    plain = tm.solve(twin.dense)
    assert not used["join"]
    with pytest.MonkeyPatch.context() as patch:
        make_small(patch, np.random.default_rng(seed))
        result = tm.solve(twin.wide, n_jobs=1 + (seed % 5 == 0))
        ends = None if result.status == "infeasible" else ends_of(result)
    assert result.status == "infeasible" or used["join"]
    if not twin.case.min_load.any() and not twin.case.min_headcount.any() and ends is not None:
        assert used["paths"]
        assert used["priced"]
    assert_same(twin, result, plain, ends)


@pytest.mark.parametrize("seed", range(24))
def test_wider_problems_take_many_rounds(small: Any, used: dict[str, int], seed: int) -> None:
    """At up to 60 x 60 rounds follow each other, and columns are looked at apart."""
    twin = drawn(9000 + seed, most=60, floors=seed % 4 == 0)
    plain = tm.solve(twin.dense)
    small(seed)
    result = tm.solve(twin.wide, n_jobs=1 + seed % 2)
    ends = None if result.status == "infeasible" else ends_of(result)
    assert_same(twin, result, plain, ends)


@pytest.mark.parametrize("seed", range(16))
def test_unit_problems_equal_scipy(small: Any, used: dict[str, int], seed: int) -> None:
    """One to one the total is that of SciPy's assignment, over several rounds of pricing."""
    small(seed)
    rng = np.random.default_rng(seed)
    n, m = rng.integers(20, 60, 2)
    exact = seed % 2 == 0
    left, right = (sp.csr_array(factor(rng, k, 8, exact=exact, least=1)) for k in (n, m))
    values = (left @ right.T).toarray()
    result = tm.solve(tm.Problem(tm.Scores.from_factors(left, right)), n_jobs=1 + seed % 2)
    want = float(values[so.linear_sum_assignment(values, maximize=True)].sum())
    assert result.objective == pytest.approx(want, rel=1e-9)
    assert result.status == "optimal"
    u, v = result.candidate_prices.to_numpy(), result.demand_prices.to_numpy()
    assert (u[:, None] + v >= values - 1e-12).all()
    assert u.sum() + v.sum() == pytest.approx(want, rel=1e-9)
    assert used["priced"] > 1


@pytest.mark.parametrize("seed", range(50))
def test_order_of_rows_does_not_matter_on_factors(small: Any, seed: int) -> None:
    """Rows and columns shuffled give the same pairs by id, ties included, and the same prices."""
    small(seed)
    twin = drawn(2000 + seed)
    one = tm.solve(twin.wide, n_jobs=1)
    other = tm.solve(twin.shuffled(np.random.default_rng(seed)), n_jobs=1 + seed % 2)
    assert one.status == other.status
    if one.status == "infeasible":
        assert one.reason == other.reason
        return
    plans = [set(zip(r.pairs["candidate_id"], r.pairs["demand_id"], strict=True))
             for r in (one, other)]  # fmt: skip
    assert plans[0] == plans[1]
    for name in ("candidate_prices", "demand_prices"):
        pd.testing.assert_series_equal(getattr(one, name), getattr(other, name).reindex(
            getattr(one, name).index), rtol=1e-12, atol=1e-12 * twin.size)  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_a_previous_plan_changes_nothing(small: Any, seed: int) -> None:
    """Started from the plan of other limits, the total and the least prices are the same."""
    small(seed)
    twin = drawn(3000 + seed)
    plain = tm.solve(twin.dense)
    before = tm.solve(
        twin.wide.replace(capacity=2, min_load=0, min_headcount=0, constraints=[]), n_jobs=1
    )
    result = tm.solve(twin.wide, previous=before, n_jobs=1)
    assert_same(twin, result, plain, None if result.status == "infeasible" else ends_of(result))


@pytest.mark.parametrize("seed", range(30))
def test_a_gap_is_kept_on_factors(small: Any, seed: int) -> None:
    """Stopped at a gap, the total is within it, and the bound holds."""
    small(seed)
    twin = drawn(4000 + seed, floors=False, most=30)
    want = by_highs(twin.case)
    result = tm.solve(twin.wide, gap=0.15, n_jobs=1)
    if want is None:
        assert result.status == "infeasible"
        return
    dust = 1e-9 * twin.size
    assert result.bound >= want - dust
    assert want * 0.85 - dust <= result.objective <= want + dust
    assert result.stopped in ("gap", "proved")
    assert not tm.check(twin.dense, result.pairs)


# ---------------------------------------------------------------- other engines and no compiler


def on_factors(allocation: oracle.Allocation) -> tm.Problem:
    """An allocation's problem, its scores as a product of sparse factors."""
    problem = allocation.problem()
    held = ~np.isnan(allocation.scores)
    scores = tm.Scores.from_factors(
        sp.csr_array(np.where(held, allocation.scores, 0.0)),
        sp.eye_array(held.shape[1], format="csr"),
        problem.candidate_ids, problem.demand_ids,
    )  # fmt: skip
    return problem.replace(scores=scores, eligible=held)


@pytest.mark.parametrize("seed", range(40))
def test_limits_and_budgets_on_factors(small: Any, seed: int) -> None:
    """Group limits, budgets, loads and conflicts give what they give on the dense matrix."""
    rng = np.random.default_rng(seed)
    allocation = oracle.random_allocation(rng, *(int(k) for k in rng.integers(2, 8, 2)))
    plain = tm.solve(allocation.problem())
    want = oracle.by_highs(allocation)
    small(seed)
    result = tm.solve(on_factors(allocation))
    assert result.status == plain.status
    assert (want is None) is (result.status == "infeasible")
    if want is not None:
        dust = 1e-9 * allocation.size
        assert result.objective == pytest.approx(plain.objective, rel=1e-9, abs=dust)
        assert result.objective == pytest.approx(want[-1], rel=1e-6, abs=1e-5)
        assert result.bound >= result.objective
        assert not tm.check(allocation.problem(), result.pairs)


@pytest.mark.parametrize("seed", range(30))
def test_without_a_compiler_the_answers_are_the_same(
    monkeypatch: pytest.MonkeyPatch, small: Any, used: dict[str, int], seed: int
) -> None:
    """Where numba is not there no compiled loop is called, and nothing else changes."""
    small(seed)
    twin = drawn(5000 + seed)
    compiled = tm.solve(twin.wide, n_jobs=1)
    ends = None if compiled.status == "infeasible" else ends_of(compiled)
    calls = dict(used)
    asked = [room for name, room in sys.modules.items()
             if name.startswith("talentmatch.") and hasattr(room, "is_compiled")]  # fmt: skip
    assert len(asked) >= 4
    for room in asked:
        monkeypatch.setattr(room, "is_compiled", lambda: False)
    for name in ("talentmatch.compiled_join", "talentmatch.solvers.compiled_paths"):
        monkeypatch.setitem(sys.modules, name, None)
    plain = tm.solve(twin.wide, n_jobs=1)
    assert_same(twin, compiled, plain, ends)
    assert used == calls


# ---------------------------------------------------------------- broken off


def ticking(patch: pytest.MonkeyPatch) -> None:
    """A clock in the engine that moves one second every time it is read."""
    began, reads = time.perf_counter(), itertools.count(1)
    clock = SimpleNamespace(perf_counter=lambda: began + next(reads))
    patch.setattr(network, "time", clock)


@pytest.mark.parametrize("floors", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_broken_off_anywhere_the_plan_is_sound_and_the_bound_holds(
    small: Any, monkeypatch: pytest.MonkeyPatch, seed: int, floors: bool
) -> None:
    """Whenever the time is up, on the way along the paths too: a sound plan, a valid bound."""
    twin = drawn(6000 + seed, floors=floors, most=25)
    want = by_highs(twin.case)
    small(seed)
    monkeypatch.setattr(paths, "_AT_ONCE", 1)
    dust, statuses = 1e-9 * twin.size, set()
    for limit in (0.5, 1.5, 2.5, 4.5, 7.5, 12.5, 20.5, 40.5, 80.5, 1e6):
        ticking(monkeypatch)
        result = tm.solve(twin.wide, time_limit=limit, n_jobs=1 + (seed % 4 == 0))
        statuses.add(result.status.value)
        if want is None:
            assert result.status in ("infeasible", "no_solution")
            continue
        assert result.bound >= want - dust
        if result.status == "no_solution":
            assert result.bound == math.inf
            continue
        assert result.objective <= want + dust
        assert not tm.check(twin.dense, result.pairs)
        assert twin.case.is_sound(plan_of(result))
        proved = bound_from_prices(twin.dense, result.candidate_prices, result.demand_prices)
        assert proved >= want - dust
        if result.status == "optimal":
            assert result.objective == pytest.approx(want, rel=1e-9, abs=dust)
        else:
            assert result.stopped == "time"
    assert "optimal" in statuses or want is None


def test_a_real_clock_breaks_off_too(small: Any) -> None:
    """With next to no time at all the answer is a plan within its limits and a true bound."""
    small(0)
    twin = drawn(7, floors=False)
    result = tm.solve(twin.wide, time_limit=1e-9)
    assert result.stopped == "time"
    assert result.bound >= by_highs(twin.case) - 1e-9 * twin.size
    assert result.status == "no_solution" or not tm.check(twin.dense, result.pairs)


def test_breaking_off_is_silent(monkeypatch: pytest.MonkeyPatch, small: Any) -> None:
    """Work that is under way when the time is up ends without a warning to the caller."""
    small(0)
    monkeypatch.setattr(joining, "_TASK", 1)
    factors = sp.csr_array(np.random.default_rng(0).random((200, 5)))
    problem = tm.Problem(tm.Scores.from_factors(factors, factors))
    ticking(monkeypatch)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        result = tm.solve(problem, time_limit=3.5, n_jobs=2)
        gc.collect()
    assert result.stopped == "time"
    assert [str(one.message) for one in heard] == []


@pytest.mark.parametrize("seed", range(20))
def test_memory_for_few_pairs_gives_a_sound_plan_and_a_valid_bound(small: Any, seed: int) -> None:
    """Where pairs may take little memory it stops before they take more, and says so."""
    small(seed)
    twin = drawn(9000 + seed, floors=False, most=30)
    want = by_highs(twin.case)
    allowed = 2 * sum(twin.wide.shape)  # pairs
    result = tm.solve(twin.wide, memory_limit=200 * allowed)
    if want is None:
        assert result.status == "infeasible"
        return
    dust = 1e-9 * twin.size
    assert result.stopped in ("proved", "memory")
    assert result.pairs_formed <= allowed
    assert result.bound >= want - dust
    assert result.objective <= want + dust
    assert not tm.check(twin.dense, result.pairs)
    if result.stopped == "proved":
        assert result.objective >= want - dust


@pytest.mark.parametrize("wrong", [{"memory_limit": 0}, {"n_jobs": 0}])
def test_limits_of_the_machine_out_of_range(wrong: dict[str, Any]) -> None:
    """No memory and no thread at all are errors that say so."""
    with pytest.raises(tm.ProblemError, match=next(iter(wrong))):
        tm.solve(tm.Problem([[1.0]]), **wrong)
