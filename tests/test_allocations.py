"""Every aim under every kind of limit, against oracles that try all plans or ask HiGHS."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import allocations as oracle
import talentmatch as tm
from allocations import AIMS, Allocation, Goal, Labels, Rule, allocations, goals, random_allocation

light = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
LINEAR = ("total", "filled", "coverage", "max_min")  # what the oracle by HiGHS knows


def assert_near(got: float, want: float, allocation: Allocation) -> None:
    """Alike to 1e-9 of the value or, near zero, of a thousandth of the largest score."""
    if math.isinf(want):
        assert got == want
    else:
        assert abs(got - want) <= 1e-9 * max(abs(want), 1e-3 * allocation.size)


def plan_of(result: tm.Result, allocation: Allocation) -> set[tuple[int, int]]:
    """The chosen pairs by the allocation's positions."""
    sides = []
    for side in oracle.SIDES:
        place = {one: k for k, one in enumerate(allocation.ids(side))}
        sides.append([place[one] for one in result.pairs[f"{side}_id"]])
    plan = set(zip(*sides, strict=True))
    assert len(plan) == len(result.pairs)
    return plan


def assert_solved(
    allocation: Allocation, aim: oracle.Aim, result: tm.Result, want: tuple[float, ...] | None
) -> None:
    """Status, every stage's value, bound and plan are those of the oracle."""
    if want is None:
        assert result.status == "infeasible"
        return
    assert result.status == "optimal"
    values = result.stages["value"].tolist()
    assert len(values) == len(want)
    for got, best in zip(values, want, strict=True):
        assert_near(got, best, allocation)
    assert_near(result.objective, want[-1], allocation)
    assert result.bound >= result.objective
    assert tm.check(result.problem, result.pairs) == []
    plan = plan_of(result, allocation)
    assert oracle.is_sound(allocation, plan)
    assert_near(oracle.values_of(allocation, plan, aim)[-1], result.objective, allocation)


def solved(allocation: Allocation, aim: oracle.Aim) -> tm.Result:
    """The library's answer; a search that never ends fails as one that is not proved."""
    return tm.solve(allocation.problem(), aim=oracle.given(aim), time_limit=20)


# ---------------------------------------------------------------- the library


@pytest.mark.parametrize("name", AIMS)
@light
@given(data=st.data())
def test_every_aim_equals_brute_force(name: str, data: st.DataObject) -> None:
    """Status, stages, bound and plan agree with trying everything, under all limits mixed."""
    allocation = data.draw(allocations())
    aim: oracle.Aim = data.draw(goals(allocation, name))
    if name != "expected_contracts" and aim == Goal(name):
        aim = name
    assert_solved(allocation, aim, solved(allocation, aim), oracle.brute_force(allocation, aim))


@light
@given(data=st.data())
def test_aims_in_order_equal_brute_force(data: st.DataObject) -> None:
    """Two or three aims, each held within its tolerance while the next is pursued."""
    allocation = data.draw(allocations())
    names = data.draw(st.lists(st.sampled_from(AIMS), min_size=2, max_size=3, unique=True))
    names.sort(key="expected_contracts".__eq__)  # which is only ever the last
    aim = [data.draw(goals(allocation, name, tolerant=True)) for name in names]
    assert_solved(allocation, aim, solved(allocation, aim), oracle.brute_force(allocation, aim))


@light
@given(data=st.data())
def test_order_of_rows_does_not_matter(data: st.DataObject) -> None:
    """Candidates and demands shuffled, tables and constraints with them, give the same stages."""
    allocation = data.draw(allocations())
    goal = data.draw(goals(allocation, data.draw(st.sampled_from(AIMS))))
    orders = [data.draw(st.permutations(range(size))) for size in allocation.scores.shape]
    one = solved(allocation, goal)
    other = solved(allocation.permuted(*orders), goal.permuted(*orders))
    assert one.status == other.status
    if one.status == "optimal":
        assert_near(other.objective, one.objective, allocation)
        for a, b in zip(one.stages["value"], other.stages["value"], strict=True):
            assert_near(a, b, allocation)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", LINEAR)
def test_medium_cases_equal_highs(name: str, seed: int) -> None:
    """Up to 12 x 12 the stages and the status are those of another integer program."""
    rng = np.random.default_rng([seed, LINEAR.index(name)])
    allocation = random_allocation(rng, *rng.integers(5, 13, 2))
    result, want = solved(allocation, name), oracle.by_highs(allocation, name)
    assert (result.status == "infeasible") == (want is None)
    if want is not None:
        assert result.status == "optimal"
        for got, best in zip(result.stages["value"], want, strict=True):
            assert got == pytest.approx(best, rel=1e-6, abs=1e-6)
        assert oracle.is_sound(allocation, plan_of(result, allocation))


@light
@given(data=st.data())
def test_check_finds_exactly_the_plans_that_break_a_limit(data: st.DataObject) -> None:
    """Any set of eligible pairs, good or bad, is passed or faulted as counting says."""
    allocation = data.draw(allocations())
    problem = allocation.problem()
    people, needs = allocation.ids("candidate"), allocation.ids("demand")
    pairs = list(zip(*(axis.tolist() for axis in allocation.pairs), strict=True))
    for _ in range(3):
        plan = [pair for pair in pairs if data.draw(st.booleans())]
        frame = pd.DataFrame(
            {
                "candidate_id": [people[i] for i, _ in plan],
                "demand_id": [needs[j] for _, j in plan],
            }
        )
        assert (not tm.check(problem, frame)) == oracle.is_sound(allocation, plan)


# ---------------------------------------------------------------- the oracles themselves


@pytest.mark.parametrize("name", LINEAR)
def test_the_oracles_agree(name: str) -> None:
    """Trying everything and HiGHS give the same stages and find the same cases infeasible."""
    rng = np.random.default_rng(LINEAR.index(name))
    known = 0
    for k in range(50):
        allocation = random_allocation(rng, *rng.integers(1, 5, 2), most_pairs=11)
        goal = Goal(name)
        if name == "total" and k % 2 and "priority" in allocation.demands:
            goal = Goal(name, tiers="priority")
        aim: Any = goal if k % 5 else [dataclasses.replace(goal, tolerance=0.25), "filled"]
        tried, asked = oracle.brute_force(allocation, aim), oracle.by_highs(allocation, aim)
        assert (tried is None) == (asked is None)
        if tried is not None:
            known += 1
            assert asked == pytest.approx(tried, rel=1e-6, abs=1e-6)
    assert known > 30


def test_the_cases_are_of_every_kind() -> None:
    """Most have a plan, most are shaped by their limits, and every kind of limit is among them."""
    rng = np.random.default_rng(7)
    count: Counter[str] = Counter()
    for _ in range(600):
        allocation = random_allocation(rng, *rng.integers(1, 5, 2), most_pairs=9)
        best = oracle.brute_force(allocation)
        count["sound"] += best is not None
        assert best is not None or not allocation.guided
        if allocation.groups or allocation.clashes:
            free = oracle.brute_force(dataclasses.replace(allocation, groups=[], clashes=[]))
            count["limited"] += 1
            count["shaped"] += best != free
        count["conflict"] += bool(allocation.clashes)
        count["lock"] += bool(allocation.locks)
        count["forbid"] += bool(allocation.forbids)
        count[f"load as {allocation.load_form or 'none'}"] += 1
        for rule in allocation.groups:
            kind = f"{rule.kind} {rule.unit} {'hard' if rule.penalty is None else 'soft'}"
            crossing = isinstance(rule.by, tuple)
            count.update(
                {kind, "crossing" if crossing else "one side", type(rule.at_most).__name__}
            )
            for part in rule.by if crossing else (rule.by,):
                count[part.form if isinstance(part, Labels) else "none"] += 1
            if rule.cost is not None:
                count[f"cost of {rule.cost.side} as {rule.cost.form}"] += 1
    assert count["sound"] > 0.75 * 600
    assert count["shaped"] > 0.4 * count["limited"]
    units = ("pairs", "load", "candidates", "demands", "score")
    wanted = [
        *("conflict", "lock", "forbid", "crossing", "column", "array", "series", "dict"),
        *("Series", "Decimal", "float"),
        *(f"load as {form}" for form in ("matrix", "frame", "array", "column")),
        *(f"{k} {u} hard" for k in ("GroupLimit", "TotalLimit") for u in units),
        *(f"GroupLimit {u} soft" for u in units),
        *("Budget cost hard", "Budget cost soft"),
        *(f"cost of pair as {form}" for form in ("array", "sparse", "frame")),
        *(
            f"cost of {side} as {form}"
            for side in oracle.SIDES
            for form in ("column", "series", "array")
        ),
    ]
    assert [kind for kind in wanted if count[kind] < 3] == []


@light
@given(data=st.data())
def test_the_drawn_cases_mostly_have_a_plan(data: st.DataObject) -> None:
    """A case that was made around a plan has one, and a permuted case has the same optimum."""
    allocation = data.draw(allocations())
    goal = data.draw(goals(allocation, data.draw(st.sampled_from(AIMS))))
    best = oracle.brute_force(allocation, goal)
    assert best is not None or not allocation.guided
    orders = [data.draw(st.permutations(range(size))) for size in allocation.scores.shape]
    other = oracle.brute_force(allocation.permuted(*orders), goal.permuted(*orders))
    assert (best is None) == (other is None)
    if best is not None:
        for a, b in zip(best, other, strict=True):
            assert_near(b, a, allocation)


def test_expected_contracts_are_those_of_all_signatures() -> None:
    """The oracle's sum over counts equals the sum over every way in which people sign."""
    rng = np.random.default_rng(1)
    for size, openings in itertools.product(range(5), range(4)):
        p = rng.random(size)
        want = sum(
            min(openings, sum(signed))
            * math.prod(q if s else 1 - q for q, s in zip(p, signed, strict=True))
            for signed in itertools.product((0, 1), repeat=size)
        )
        got = oracle.expected_contracts(p[None, :], openings)
        assert got == pytest.approx([want], abs=1e-14)


def small(scores: Any, **more: Any) -> Allocation:
    """A case of ones, with an enterprise per demand."""
    scores = np.array(scores, dtype=float)
    n, m = scores.shape
    sides = {
        name: np.full(size, value)
        for name, size, value in (
            ("capacity", n, m), ("headcount", m, n), ("min_load", n, 0), ("min_headcount", m, 0)
        )
    }  # fmt: skip
    return Allocation(
        scores,
        **(sides | more),
        candidates={"candidate_id": [f"C{k}" for k in range(n)]},
        demands={
            "demand_id": [f"D{k}" for k in range(m)],
            "enterprise_id": [f"E{k}" for k in range(m)],
        },
    )


@pytest.mark.parametrize(
    ("rule", "best"),
    [
        (Rule("TotalLimit", at_most=2), 7.0),
        (Rule("TotalLimit", at_most=2, penalty=0.5), 9.0),
        (Rule("TotalLimit", at_most=1, unit="candidates"), 7.0),
        (Rule("TotalLimit", at_most=1, unit="demands"), 6.0),
        (Rule("TotalLimit", at_most=5.5, unit="score"), 5.0),
        (Rule("TotalLimit", at_least=5, penalty=2.0), 8.0),
        (Rule("GroupLimit", Labels("demand", ("a", None)), at_most=0), 4.0),
        (Rule("GroupLimit", Labels("demand", ("a", "b")), at_most={"b": 1}), 9.0),
    ],
)
def test_the_oracles_know_what_was_counted_by_hand(rule: Rule, best: float) -> None:
    """Totals of a case of two by two under one rule each, worked out on paper."""
    case = small([[4.0, 3.0], [2.0, 1.0]], groups=[rule])
    assert oracle.brute_force(case) == pytest.approx((best,))
    assert oracle.by_highs(case) == pytest.approx((best,))


def test_aims_that_were_counted_by_hand() -> None:
    """Stages of every aim on one small case, worked out on paper."""
    case = small([[4.0, 3.0], [2.0, np.nan]], capacity=np.ones(2, int), headcount=np.ones(2, int))
    assert oracle.brute_force(case) == (5.0,)
    assert oracle.brute_force(case, "filled") == (2.0, 5.0)
    assert oracle.brute_force(case, "bottleneck") == (2.0, 2.0, 5.0)
    assert oracle.brute_force(case, "max_min") == (2.0, 5.0)
    assert oracle.brute_force(case, "coverage") == (2.0, 5.0)
    assert oracle.brute_force(case, Goal("expected_contracts", p=0.5)) == (1.0,)
    case.demands["priority"] = [2, 1]
    assert oracle.brute_force(case, Goal("total", tiers="priority")) == (3.0, 2.0)
    assert oracle.brute_force(case, [Goal("bottleneck", tolerance=0.5), "max_min"])[0] == 2.0
    case.headcount[:] = 0
    assert oracle.brute_force(case, "bottleneck") == (0.0, math.inf, 0.0)
    assert oracle.brute_force(case, "max_min") == (0.0, 0.0)
