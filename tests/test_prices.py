"""Dual prices: feasible, complementary, least, and worth one slot more or one person less."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import talentmatch as tm
from oracles import Case, by_trying_all, cases, dual_ranges
from talentmatch.bounding import bound_from_prices
from test_solving import EFFORTS, make_hard, plan_of, problem_of

quick = settings(max_examples=80, deadline=None, derandomize=True)


def size_of(case: Case) -> float:
    """The largest score, the unit in which prices are compared."""
    return float(np.nanmax(np.abs(case.scores), initial=0.0)) or 1.0


def ends_of(result: tm.Result) -> tuple[np.ndarray, ...]:
    """Least and greatest prices of candidates, then of demands."""
    sides = [result.price_range[result.price_range["side"] == s] for s in ("candidate", "demand")]
    return tuple(s[end].to_numpy() for s in sides for end in ("least", "greatest"))


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("seed", range(8))
def test_unit_prices_prove_the_plan(
    monkeypatch: pytest.MonkeyPatch, effort: str, seed: int
) -> None:
    """Unit capacities: u, v >= 0, u + v covers every eligible score, and they sum to the bound."""
    make_hard(monkeypatch, effort)
    rng = np.random.default_rng(seed)
    scores = rng.random((12, 9)) if seed % 2 else rng.integers(-2, 4, (12, 9)) * 1.0
    scores[rng.random((12, 9)) < 0.3] = np.nan
    result = tm.solve(tm.Problem(scores))
    u, v = result.candidate_prices.to_numpy(), result.demand_prices.to_numpy()
    assert (u >= 0).all()
    assert (v >= 0).all()
    cover = u[:, None] + v[None, :]
    assert (cover >= scores - 1e-12)[~np.isnan(scores)].all()
    assert u.sum() + v.sum() == pytest.approx(result.bound, rel=1e-12)
    assert result.bound == pytest.approx(result.objective, rel=1e-12)


@pytest.mark.parametrize("effort", EFFORTS)
@quick
@given(case=cases())
def test_complementary_slackness_and_the_identity(effort: str, case: Case) -> None:
    """The general identity holds term by term, naively added up, and no chosen pair is overpaid."""
    with pytest.MonkeyPatch.context() as patch:
        make_hard(patch, effort)
        result = tm.solve(problem_of(case))
    if result.status == "infeasible":
        return
    u, v = result.candidate_prices.to_numpy(), result.demand_prices.to_numpy()
    plan, dust = plan_of(result), 1e-9 * size_of(case)
    n, m = case.scores.shape
    held = set(case.locked)
    bound = sum((case.capacity[i] if u[i] > 0 else case.min_load[i]) * u[i] for i in range(n))
    bound += sum(
        (case.headcount[j] if v[j] > 0 else case.min_headcount[j]) * v[j] for j in range(m)
    )
    for i in range(n):
        for j in range(m):
            spare = case.scores[i, j] - u[i] - v[j]
            if (i, j) in held:
                bound += spare
            elif not np.isnan(spare):
                bound += max(0.0, spare)
                assert spare >= -dust if (i, j) in plan else spare <= dust
    assert bound == pytest.approx(result.bound, rel=1e-9, abs=dust)
    load = np.bincount([i for i, _ in plan], minlength=n)
    fill = np.bincount([j for _, j in plan], minlength=m)
    assert (u[load < case.capacity] <= dust).all()
    assert (v[fill < case.headcount] <= dust).all()
    assert (u[load > case.min_load] >= -dust).all()
    assert (v[fill > case.min_headcount] >= -dust).all()


@pytest.mark.parametrize("effort", EFFORTS)
@quick
@given(case=cases(most=4))
def test_prices_are_worth_a_slot_and_a_person(effort: str, case: Case) -> None:
    """A demand's price is what one more slot gains, a candidate's what one unit less costs."""
    with pytest.MonkeyPatch.context() as patch:
        make_hard(patch, effort)
        result = tm.solve(problem_of(case))
        if result.status == "infeasible":
            return
        _, u_most, v_least, _ = ends_of(result)
    total, dust = by_trying_all(case), 1e-9 * size_of(case)
    for j, price in enumerate(result.demand_prices):
        one_more = case.headcount + (np.arange(len(case.headcount)) == j)
        gained = by_trying_all(dataclasses.replace(case, headcount=one_more)) - total
        if np.isfinite(v_least[j]):  # elsewhere there is no least price
            assert max(price, 0.0) == pytest.approx(gained, abs=dust, rel=1e-9)
    for i, price in enumerate(result.candidate_prices):
        held = sum(row == i for row, _ in case.locked)
        if case.capacity[i] > max(case.min_load[i], held):
            one_less = case.capacity - (np.arange(len(case.capacity)) == i)
            rest = by_trying_all(dataclasses.replace(case, capacity=one_less))
            if rest is None:  # a floor cannot do without the unit: its loss has no price
                assert u_most[i] == np.inf
            else:
                assert max(price, 0.0) == pytest.approx(total - rest, abs=dust, rel=1e-9)


@pytest.mark.parametrize("effort", EFFORTS)
@quick
@given(case=cases())
def test_both_ends_of_the_range_bound_the_same(effort: str, case: Case) -> None:
    """Prices lie in their range, and each end, where finite, proves the same bound."""
    with pytest.MonkeyPatch.context() as patch:
        make_hard(patch, effort)
        result = tm.solve(problem_of(case))
        if result.status == "infeasible":
            return
        u_least, u_most, v_least, v_most = ends_of(result)
    dust = 1e-9 * size_of(case)
    u, v = result.candidate_prices.to_numpy(), result.demand_prices.to_numpy()
    for least, price, most in ((u_least, u, u_most), (v_least, v, v_most)):
        assert (least <= price + dust).all()
        assert (price <= most + dust).all()
    for a, b in ((u_most, v_least), (u_least, v_most)):
        if np.isfinite(a).all() and np.isfinite(b).all():
            ends = (
                pd.Series(side, index=ids)
                for side, ids in ((a, result.problem.candidate_ids), (b, result.problem.demand_ids))
            )
            bound = bound_from_prices(result.problem, *ends)
            assert bound == pytest.approx(result.bound, rel=1e-9, abs=dust)


@pytest.mark.parametrize("effort", EFFORTS[:2])
@settings(max_examples=25, deadline=None, derandomize=True)
@given(case=cases(most=4, locks=False))
def test_the_range_is_that_of_linear_programming(effort: str, case: Case) -> None:
    """Least and greatest of every dual equal those of one linear program each."""
    case = dataclasses.replace(case, scores=case.scores / size_of(case))
    with pytest.MonkeyPatch.context() as patch:
        make_hard(patch, effort)
        result = tm.solve(problem_of(case))
        if result.status == "infeasible":
            return
        ours = ends_of(result)
    for mine, theirs in zip(ours, dual_ranges(case), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)


def test_prices_of_a_plain_case() -> None:
    """Two want the same post: its price is the runner-up's score, the better one earns the rest."""
    scores = pd.DataFrame([[0.9], [0.6]], index=["R1", "R2"], columns=["X1"])
    result = tm.solve(tm.Problem(scores))
    assert result.demand_prices.to_dict() == {"X1": 0.6}
    assert result.candidate_prices.to_dict() == pytest.approx({"R1": 0.3, "R2": 0.0})
    assert result.price_range.to_dict("records") == [
        {"side": "candidate", "id": "R1", "least": 0.0, "greatest": pytest.approx(0.3)},
        {"side": "candidate", "id": "R2", "least": 0.0, "greatest": 0.0},
        {"side": "demand", "id": "X1", "least": 0.6, "greatest": 0.9},
    ]
    assert result.candidate_prices.name == result.demand_prices.name == "price"


def test_prices_come_in_the_order_of_the_problem() -> None:
    """Ids that do not sort as they stand keep their own prices."""
    scores = pd.DataFrame([[0.1, 0.9], [0.8, 0.2]], index=["b", "a"], columns=["y", "x"])
    prices = tm.solve(tm.Problem(scores)).candidate_prices
    assert prices.index.tolist() == ["b", "a"]
    assert prices.to_dict() == {"b": 0.9, "a": 0.8}


def test_a_range_is_found_where_rounding_hides_a_better_pair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ties that are none in the flow's whole numbers do not break the search for the ends."""
    make_hard(monkeypatch, "priced")
    nan = np.nan
    scores = 1e-6 * np.array(
        [[-3, 0, 0, 3, 6], [nan, -3, 6, 3, nan], [-3, -2, 4, nan, 1], [4, -3, 4, -2, 7],
         [2, 3, nan, nan, -3], [3, nan, 2, 3, 4]]
    )  # fmt: skip
    frame = pd.DataFrame(
        scores,
        index=["C2", "C5", "C1", "C0", "C3", "C4"],
        columns=["D0", "D1", "D4", "D2", "D3"],
    )
    problem = tm.Problem(frame, capacity=[2, 2, 3, 2, 2, 1], headcount=[1, 0, 1, 3, 3])
    result = tm.solve(problem)
    u_least, u_most, v_least, v_most = ends_of(result)
    assert (u_least <= u_most).all()
    assert (v_least <= v_most).all()
