"""`solve` against brute force and HiGHS, its laws, its honesty, and its stops."""

from __future__ import annotations

import dataclasses
import itertools
import math
import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ortools.graph.python import min_cost_flow

import talentmatch as tm
from oracles import Case, all_plans, assert_total, by_highs, by_trying_all, cases
from talentmatch import scores as scores_room
from talentmatch import solving, verifying
from talentmatch.bounding import bound_from_prices
from talentmatch.outcomes import Outcome, Progress, Status
from talentmatch.solvers import listed, network

FORMS = ("dense", "sparse", "frame", "factors")
EFFORTS = ("all at once", "priced", "priced in blocks")
slow_ok = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def make_hard(patch: pytest.MonkeyPatch, effort: str) -> None:
    """Start from one pair per row and column and add one at a time, so that pricing must work."""
    if effort != "all at once":
        for name, value in (("_FIRST", 1), ("_MORE", 1), ("_ALL", -1)):
            patch.setattr(network if name == "_FIRST" else listed, name, value)
    if effort == "priced in blocks":
        patch.setattr(scores_room, "_CACHED", 0)
        patch.setattr(scores_room, "_BLOCK", 5)


@pytest.fixture
def hard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small problems take many rounds."""
    make_hard(monkeypatch, "priced")


def problem_of(case: Case, form: str = "dense", **more: Any) -> tm.Problem:
    """Build the library's problem from plain arrays in one of the forms that scores come in."""
    n, m = case.scores.shape
    locked: list[tuple[Any, Any]] = list(case.locked)
    scores: Any = case.scores
    if form == "sparse":
        rows, cols = np.nonzero(~np.isnan(case.scores))
        scores = sp.csr_array((case.scores[rows, cols], (rows, cols)), shape=(n, m))
    elif form == "frame":
        people, needs = [f"C{k}" for k in range(n)], [f"D{k}" for k in range(m)]
        scores = pd.DataFrame(case.scores, index=people, columns=needs)
        locked = [(people[i], needs[j]) for i, j in locked]
    elif form == "factors":
        scores = tm.Scores.from_factors(np.nan_to_num(case.scores), np.eye(m))
        more.setdefault("eligible", ~np.isnan(case.scores))
    if locked:
        more["constraints"] = [*more.get("constraints", ()), tm.Lock(locked)]
    return tm.Problem(
        scores,
        capacity=case.capacity,
        headcount=case.headcount,
        min_load=case.min_load,
        min_headcount=case.min_headcount,
        **more,
    )


def plan_of(result: tm.Result) -> frozenset[tuple[int, int]]:
    """The chosen pairs by position."""
    rows = result.problem.candidate_ids.get_indexer(pd.Index(result.pairs["candidate_id"]))
    cols = result.problem.demand_ids.get_indexer(pd.Index(result.pairs["demand_id"]))
    return frozenset(zip(rows.tolist(), cols.tolist(), strict=True))


def assert_solved(case: Case, result: tm.Result, want: float | None) -> None:
    """The result says what the oracle says, and its plan and bound are sound."""
    if want is None:
        assert result.status == "infeasible"
        assert result.reason
        assert result.bound == -math.inf
        return
    assert result.status == "optimal"
    assert result.stopped == "proved"
    assert result.proof == "dual certificate"
    assert_total(result.objective, want, case)
    assert_total(result.bound, want, case)
    assert result.bound >= result.objective
    plan = plan_of(result)
    assert len(plan) == len(result.pairs)
    assert case.is_sound(plan)
    assert_total(math.fsum(result.pairs["score"]), result.objective, case)


# ---------------------------------------------------------------- against the oracles


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("effort", EFFORTS)
@slow_ok
@given(case=cases())
def test_solve_equals_brute_force(effort: str, form: str, case: Case) -> None:
    """Value, status, bound and plan agree with trying everything, whatever the form of scores."""
    with pytest.MonkeyPatch.context() as patch:
        make_hard(patch, effort)
        assert_solved(case, tm.solve(problem_of(case, form)), by_trying_all(case))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("effort", EFFORTS)
def test_solve_equals_brute_force_at_six_by_six(
    monkeypatch: pytest.MonkeyPatch, effort: str, seed: int
) -> None:
    """At 6 x 6 with limits up to 3, the value is that of trying every row's every subset."""
    make_hard(monkeypatch, effort)
    rng = np.random.default_rng(seed)
    scores = np.where(rng.random((6, 6)) < 0.2, np.nan, rng.normal(size=(6, 6)))
    capacity, headcount = rng.integers(0, 4, 6), rng.integers(0, 4, 6)
    case = Case.of(scores, capacity, headcount, 0, np.minimum(headcount, seed % 2))
    assert_solved(case, tm.solve(problem_of(case)), by_trying_all(case))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("effort", EFFORTS[:2])
def test_solve_equals_highs(monkeypatch: pytest.MonkeyPatch, effort: str, seed: int) -> None:
    """At 20 x 30 the value and the status are those of HiGHS's integer program."""
    make_hard(monkeypatch, effort)
    rng = np.random.default_rng(seed)
    n, m = rng.integers(10, 30, 2)
    kinds = (rng.random((n, m)), rng.integers(0, 2, (n, m)) * 1.0, rng.normal(size=(n, m)))
    scores = np.where(rng.random((n, m)) < 0.5, np.nan, kinds[seed % 3])
    capacity, headcount = rng.integers(1, 4, n), rng.integers(1, 4, m)
    low = rng.integers(0, 2, m) if seed % 4 else rng.integers(0, 4, m)
    case = Case.of(scores, capacity, headcount, rng.integers(0, 2, n), np.minimum(headcount, low))
    want = by_highs(case)
    assert_solved(case, tm.solve(problem_of(case, FORMS[seed % 4])), want)


@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1.0, 1e6, 1e12])
def test_every_scale_of_scores_is_solved(hard: None, scale: float) -> None:
    """Scores of any size give the optimum to 1e-9, though the flow counts in whole numbers."""
    rng = np.random.default_rng(5)
    scores = rng.random((25, 20))
    want = by_highs(Case.of(scores, 2))
    result = tm.solve(tm.Problem(scores * scale, capacity=2))
    assert result.status == "optimal"
    assert result.objective == pytest.approx(want * scale, rel=1e-9)


def test_whole_numbers_are_exact(hard: None) -> None:
    """Integer scores up to 2**40 give exactly the integer optimum and bound."""
    rng = np.random.default_rng(6)
    scores = rng.integers(0, 2**40, (6, 6)).astype(float)
    case = Case.of(scores)
    result = tm.solve(tm.Problem(scores))
    assert result.objective == result.bound == by_trying_all(case)
    assert result.gap == 0.0


@slow_ok
@given(case=cases(most=4, locks=False), data=st.data())
def test_masks_forbids_and_min_score_bar_pairs(case: Case, data: st.DataObject) -> None:
    """A barred pair is barred whichever way it is said, and all ways together."""
    n, m = case.scores.shape
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=n * m, max_size=n * m)))
    mask = mask.reshape(n, m)
    pair = (data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, m - 1)))
    least = data.draw(st.sampled_from([None, 0.0, 0.5]))
    form = data.draw(st.sampled_from(["array", "sparse", "frame"]))
    eligible: Any = {"array": mask, "sparse": sp.csr_array(mask), "frame": pd.DataFrame(mask)}[form]
    barred = np.where(mask, case.scores, np.nan)
    barred[pair] = np.nan
    if least is not None:
        barred[barred < least] = np.nan
    truth = dataclasses.replace(case, scores=barred)
    problem = problem_of(case, eligible=eligible, min_score=least, constraints=[tm.Forbid([pair])])
    assert_solved(truth, tm.solve(problem), by_trying_all(truth))


def test_stored_zeros_are_eligible_and_others_are_not() -> None:
    """In a sparse matrix a stored zero can serve a floor; a pair that is not stored cannot."""
    scores = sp.csr_array((np.array([0.0]), (np.array([0]), np.array([0]))), shape=(1, 2))
    served = tm.solve(tm.Problem(scores, min_headcount=[1, 0]))
    assert plan_of(served) == {(0, 0)}
    assert tm.solve(tm.Problem(scores, min_headcount=[0, 1])).status == "infeasible"


def test_floors_reach_pairs_that_were_never_formed(hard: None) -> None:
    """A floor that only pairs of negative scores can meet is met, at the least loss."""
    rng = np.random.default_rng(3)
    scores = -rng.random((7, 7))
    result = tm.solve(tm.Problem(scores, min_headcount=1))
    case = Case.of(scores, 1, 1, 0, 1)
    assert_solved(case, result, by_highs(case))
    assert len(result.pairs) == 7


def test_floors_are_met_in_few_rounds() -> None:
    """Where all want the same demands, pairs that are all alike to a floor are spread out."""
    rng = np.random.default_rng(0)
    scores = tm.Scores.from_factors(rng.random((600, 20)), rng.random((400, 20)))
    result = tm.solve(tm.Problem(scores, min_headcount=1))
    assert len(result.pairs) == 400
    assert result.rounds <= 8


def test_totals_near_zero_are_proved() -> None:
    """Scores of both signs that cancel are optimal, though no relative gap can be measured."""
    scores = np.array([[0.3, np.nan], [np.nan, -0.1], [np.nan, -0.2]])
    result = tm.solve(tm.Problem(scores, headcount=2, min_headcount=[1, 2]))
    assert result.status == "optimal"
    assert result.objective == pytest.approx(0.0, abs=1e-16)


def test_scores_that_cancel_pass_the_second_look() -> None:
    """A dot product that rounds differently one by one and by the block is no contradiction."""
    scores = tm.Scores.from_factors([[0.1, 0.2, -0.3]], [[1.0, 1.0, 1.0]])
    assert tm.solve(tm.Problem(scores)).status == "optimal"


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1)])
@pytest.mark.parametrize("form", ["dense", "sparse"])
def test_empty_sides_are_no_special_case(shape: tuple[int, int], form: str) -> None:
    """Nobody, nothing, or one of each: solved, with reasons and price ranges."""
    scores: Any = np.zeros(shape) if form == "dense" else sp.csr_array(shape)
    result = tm.solve(tm.Problem(scores))
    assert result.status == "optimal"
    assert result.objective == result.bound == 0.0
    assert len(result.pairs) == 0
    assert len(result.unfilled) == shape[1]
    assert len(result.unassigned) == shape[0]
    assert len(result.price_range) == sum(shape)


def test_a_floor_of_nobody_is_infeasible() -> None:
    """A demand that must be filled where there is no candidate is infeasible, and named."""
    result = tm.solve(tm.Problem(pd.DataFrame(index=[], columns=["X"]), min_headcount=1))
    assert result.status == "infeasible"
    assert "'X' (short by 1)" in result.reason


def test_infeasible_floors_are_named_with_what_is_missing() -> None:
    """The reason names demands and candidates and how many units stay unmet."""
    scores = pd.DataFrame([[1.0, np.nan], [np.nan, np.nan]], index=["R1", "R2"], columns=["X", "Y"])
    result = tm.solve(tm.Problem(scores, min_load=[0, 1], min_headcount=[1, 1]))
    assert "at least 2 units stay unmet" in result.reason
    assert "demands 'Y' (short by 1)" in result.reason
    assert "candidates 'R2' (short by 1)" in result.reason
    one = tm.solve(tm.Problem(scores, min_headcount=[0, 1]))
    assert "at least 1 unit stays unmet" in one.reason


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"capacity": 1, "locks": [(0, 0), (0, 1)]}, "locks exceed the capacity of 0 by 1"),
        ({"capacity": 2, "locks": [(0, 0), (1, 0)]}, "locks exceed the headcount of 0 by 1"),
        ({"min_score": 0.5, "locks": [(1, 0)]}, "the locked pair 1 - 0 is not eligible"),
    ],
)
def test_locks_that_cannot_stand_are_infeasible(more: dict[str, Any], words: str) -> None:
    """A lock never overrides a limit or a rule; the clash is named."""
    locks = more.pop("locks")
    result = tm.solve(tm.Problem([[0.9, 0.8], [0.2, 0.7]], constraints=[tm.Lock(locks)], **more))
    assert result.status == "infeasible"
    assert result.reason == words


def test_a_result_without_a_plan_has_no_plan_to_give() -> None:
    """Every accessor of the plan raises, and says why there is none."""
    result = tm.solve(tm.Problem([[np.nan]], min_headcount=1))
    for name in ("objective", "gap", "pairs", "candidate_prices", "demand_prices",
                 "price_range", "unfilled", "unassigned"):  # fmt: skip
        with pytest.raises(tm.NoPlanError, match="infeasible: the floors cannot all be met"):
            getattr(result, name)
    with pytest.raises(tm.NoPlanError):
        result.to_frame()
    assert "infeasible" in repr(result)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"aim": "most"}, "aim must be one of"),
        ({"gap": -0.1}, "gap must be a number >= 0"),
        ({"gap": math.nan}, "gap must be a number >= 0"),
        ({"gap": "1"}, "gap must be a number >= 0"),
        ({"time_limit": 0}, "time_limit must be above 0"),
        ({"time_limit": math.nan}, "time_limit must be above 0"),
    ],
)
def test_arguments_out_of_range_are_refused(given: dict[str, Any], words: str) -> None:
    """A wrong aim, gap or time limit fails at the call."""
    with pytest.raises(tm.ProblemError, match=words):
        tm.solve(tm.Problem([[1.0]]), **given)


def test_only_a_problem_can_be_solved() -> None:
    """A bare matrix is refused by name of its type."""
    with pytest.raises(tm.ProblemError, match="takes a Problem, not list"):
        tm.solve([[1.0]])  # type: ignore[arg-type]  # on purpose


# ---------------------------------------------------------------- laws


@slow_ok
@given(case=cases(), data=st.data())
def test_order_of_rows_and_columns_does_not_matter(case: Case, data: st.DataObject) -> None:
    """Rows and columns shuffled give the same pairs by id, ties included."""
    n, m = case.scores.shape
    rows, cols = data.draw(st.permutations(range(n))), data.draw(st.permutations(range(m)))
    people, needs = [f"C{k}" for k in range(n)], [f"D{k}" for k in range(m)]
    shuffled = Case(
        case.scores[np.ix_(rows, cols)], case.capacity[rows], case.headcount[cols],
        case.min_load[rows], case.min_headcount[cols],
    )  # fmt: skip
    answers = []
    for one, ids, posts in (
        (dataclasses.replace(case, locked=[]), people, needs),
        (shuffled, [people[k] for k in rows], [needs[k] for k in cols]),
    ):
        frame = pd.DataFrame(one.scores, index=ids, columns=posts)
        result = tm.solve(problem_of(dataclasses.replace(one, scores=frame)))
        answers.append(
            result.status == "infeasible"
            or set(zip(result.pairs["candidate_id"], result.pairs["demand_id"], strict=True))
        )
    assert answers[0] == answers[1]


@pytest.mark.parametrize("step", [-1, 7])
def test_order_does_not_matter_for_whole_number_ids(step: int) -> None:
    """A frame with its default index, reversed or shuffled, gives the same pairs by id."""
    frame = pd.DataFrame(np.ones((12, 12)))
    order = frame.index[::-1] if step < 0 else pd.Index([(k * step) % 12 for k in range(12)])
    plans = [
        set(tm.solve(tm.Problem(f)).pairs[["candidate_id", "demand_id"]].itertuples(index=False))
        for f in (frame, frame.loc[order, order])
    ]
    assert plans[0] == plans[1]


@slow_ok
@given(case=cases(locks=False), power=st.integers(-40, 40))
def test_scaling_by_a_power_of_two_scales_the_total(case: Case, power: int) -> None:
    """The same plan, its total and prices times the power."""
    one = tm.solve(problem_of(case))
    other = tm.solve(problem_of(dataclasses.replace(case, scores=case.scores * 2.0**power)))
    assert one.status == other.status
    if one.status == "optimal":
        assert plan_of(one) == plan_of(other)
        assert other.objective == one.objective * 2.0**power


@slow_ok
@given(case=cases(locks=False), data=st.data())
def test_more_capacity_never_lowers_the_total(case: Case, data: st.DataObject) -> None:
    """One more unit of a capacity or headcount keeps a plan sound and cannot cost anything."""
    before = tm.solve(problem_of(case))
    side = data.draw(st.sampled_from(["capacity", "headcount"]))
    limits = getattr(case, side).copy()
    limits[data.draw(st.integers(0, len(limits) - 1))] += 1
    after = tm.solve(problem_of(dataclasses.replace(case, **{side: limits})))
    if before.status == "optimal":
        assert after.status == "optimal"
        slack = 1e-9 * max(abs(before.objective), np.nanmax(np.abs(case.scores), initial=0.0))
        assert after.objective >= before.objective - slack


@slow_ok
@given(case=cases(locks=False))
def test_forbidding_a_chosen_pair_never_raises_the_total(case: Case) -> None:
    """Without a chosen pair the plan is at most as good; `replace` changes nothing else."""
    before = tm.solve(problem_of(case))
    if before.status != "optimal" or not len(before.pairs):
        return
    pair = tuple(before.pairs.loc[0, ["candidate_id", "demand_id"]])
    after = tm.solve(before.problem.replace(constraints=[tm.Forbid([pair])]), previous=before)
    if after.status == "optimal":
        slack = 1e-9 * max(abs(before.objective), np.nanmax(np.abs(case.scores), initial=0.0))
        assert after.objective <= before.objective + slack
        assert pair not in plan_of(after)


def test_an_ineligible_row_changes_nothing(hard: None) -> None:
    """A candidate and a demand that nobody can be paired with leave the plan as it is."""
    rng = np.random.default_rng(8)
    scores = rng.random((8, 8))
    wider = np.full((9, 9), np.nan)
    wider[:8, :8] = scores
    small, large = (tm.solve(tm.Problem(s, capacity=2, headcount=2)) for s in (scores, wider))
    assert plan_of(small) == plan_of(large)


@pytest.mark.parametrize("seed", range(5))
def test_previous_never_changes_the_optimum(hard: None, seed: int) -> None:
    """A start from another plan, of other ids in part, gives the same total and bound."""
    rng = np.random.default_rng(seed)
    scores = pd.DataFrame(rng.random((12, 10)), index=[f"C{k}" for k in range(12)])
    poor = tm.solve(tm.Problem(1 - scores.iloc[2:], capacity=2))
    cold = tm.solve(tm.Problem(scores.iloc[:10], capacity=2))
    warm = tm.solve(tm.Problem(scores.iloc[:10], capacity=2), previous=poor)
    assert warm.status == "optimal"
    assert warm.objective == pytest.approx(cold.objective, rel=1e-12)
    assert set(plan_of(warm)) == set(plan_of(cold))
    nothing = tm.solve(tm.Problem([[np.nan]], min_headcount=1))
    assert tm.solve(cold.problem, previous=nothing).objective == cold.objective


def test_previous_is_formed_at_once(hard: None) -> None:
    """Started from its own answer, a solve holds the best plan after the first round."""
    scores = np.random.default_rng(1).random((40, 40))
    cold, warm = [], []
    result = tm.solve(tm.Problem(scores, capacity=2), progress=cold.append)
    tm.solve(result.problem, previous=result, progress=warm.append)
    assert cold[0].objective < result.objective * (1 - 1e-9)
    assert warm[0].objective == pytest.approx(result.objective, rel=1e-12)


@pytest.mark.parametrize("effort", EFFORTS)
@slow_ok
@given(case=cases())
def test_no_needless_pairs(effort: str, case: Case) -> None:
    """A pair that scores zero or less is chosen only where a floor or a lock needs it."""
    with pytest.MonkeyPatch.context() as patch:
        make_hard(patch, effort)
        result = tm.solve(problem_of(case))
    if result.status == "infeasible":
        return
    plan = plan_of(result)
    for pair in plan:
        if case.scores[pair] <= 0 and pair not in case.locked:
            assert not case.is_sound(plan - {pair})


# ---------------------------------------------------------------- evenness


def squares(plan: frozenset[tuple[int, int]], n: int) -> int:
    """The sum of squared loads."""
    return int((np.bincount([i for i, _ in plan], minlength=n) ** 2).sum())


@settings(max_examples=120, deadline=None, derandomize=True)
@given(data=st.data())
def test_equal_plans_load_people_evenly(data: st.DataObject) -> None:
    """No plan of the same total and fill, without needless pairs, has smaller squared loads."""
    n, m = data.draw(st.sampled_from([(2, 4), (3, 3), (4, 2), (3, 2), (2, 3)]))
    value = data.draw(st.sampled_from([(0, 1), (1, 1), (0, 0), (-1, 1), (1, 2)]))
    cells = st.integers(*value).map(float)
    scores = np.array(data.draw(st.lists(cells, min_size=n * m, max_size=n * m))).reshape(n, m)
    high = np.array(data.draw(st.lists(st.integers(1, 2), min_size=m, max_size=m)))
    low = np.minimum(high, data.draw(st.integers(0, 2)))
    capacity = data.draw(st.lists(st.integers(1, 4), min_size=n, max_size=n))
    case = Case.of(scores, capacity, high, 0, low)
    result = tm.solve(problem_of(case))
    if result.status == "infeasible":
        return
    plan = plan_of(result)

    def fill(pairs: frozenset[tuple[int, int]]) -> list[int]:
        return np.bincount([j for _, j in pairs], minlength=m).tolist()

    def has_needless(pairs: frozenset[tuple[int, int]]) -> bool:
        return any(case.scores[p] <= 0 and case.is_sound(pairs - {p}) for p in pairs)

    rivals = [
        p
        for p in all_plans(case)
        if case.total(p) == result.objective and fill(p) == fill(plan) and not has_needless(p)
    ]
    assert squares(plan, n) == min(squares(p, n) for p in rivals)


@pytest.mark.parametrize(
    ("score", "floor", "n", "m", "loads"),
    [
        (1.0, 0, 2, 4, {2}), (0.0, 1, 2, 4, {2}), (-1.0, 1, 3, 6, {2}),
        (1.0, 0, 300, 300, {1}), (1.0, 0, 300, 1200, {4}),
    ],
)  # fmt: skip
def test_equal_scores_are_shared_out(
    score: float, floor: int, n: int, m: int, loads: set[int]
) -> None:
    """Where all scores are equal everybody gets as much, also when few pairs are formed."""
    problem = tm.Problem(np.full((n, m), score), capacity=5, min_headcount=floor)
    pairs = tm.solve(problem).pairs
    assert len(pairs) == m
    assert set(pairs["candidate_id"].value_counts()) == loads


# ---------------------------------------------------------------- honesty


@pytest.mark.parametrize("where", ["most_total", "level", "drop_needless"])
@settings(max_examples=150, deadline=None, derandomize=True)
@given(case=cases(most=4), data=st.data())
def test_a_lying_solver_never_passes(where: str, case: Case, data: st.DataObject) -> None:
    """Pairs flipped at random inside the engine raise, unless the plan is as good as any."""
    room = listed if where == "most_total" else network
    true = getattr(room, where)

    def lie(listing: Any, *rest: Any) -> Any:
        answer = true(listing, *rest)
        if answer is None or not len(answer):
            return answer
        flips = st.lists(st.integers(0, len(answer) - 1), min_size=1, max_size=3, unique=True)
        answer = answer.copy()
        answer[data.draw(flips)] ^= True
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, where, lie)
        if where == "drop_needless":
            patch.setattr(network, "drop_needless", _once(lie, true))
        try:
            result = tm.solve(problem_of(case))
        except tm.SolverError:
            return
    assert_solved(case, result, by_trying_all(case))


def _once(first: Any, then: Any) -> Any:
    """Lie once, so that a loop which waits for rest comes to its end."""
    calls = iter([first])
    return lambda *given: next(calls, then)(*given)


@pytest.mark.parametrize("fault", ["drop", "exceed", "worse"])
def test_a_faulty_flow_is_caught(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    """A dropped pair, a capacity exceeded and a worse plan each raise a SolverError."""
    scores = np.array([[0.9, 0.8], [0.7, 0.1]])  # best: (0, 1) and (1, 0)
    plans = {"drop": [0, 1, 0, 0], "exceed": [1, 1, 1, 1], "worse": [1, 0, 0, 1]}
    wrong = np.array(plans[fault], dtype=bool)
    monkeypatch.setattr(listed, "most_total", lambda listing: wrong)
    with pytest.raises(tm.SolverError):
        tm.solve(tm.Problem(scores))


def faked(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Let the engine's outcome come with some fields replaced."""
    true = network.NetworkFlow.solve

    def fake(self: network.NetworkFlow, problem: tm.Problem) -> Outcome:
        return dataclasses.replace(true(self, problem), **changes)

    monkeypatch.setattr(solving.NetworkFlow, "solve", fake)


def test_an_ineligible_pair_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that hands over a barred pair raises, and the pair is named."""
    faked(monkeypatch, rows=np.array([0, 1]), cols=np.array([0, 1]))
    with pytest.raises(tm.SolverError, match="not eligible: 1 - 1"):
        tm.solve(tm.Problem([[0.9, 0.8], [0.7, np.nan]]))


@pytest.mark.parametrize("plan", [([0, 0], [0, 1]), ([0, 1], [0, 0]), ([0, 0], [0, 0]), ([], [])])
def test_an_unsound_or_poor_outcome_is_caught(
    monkeypatch: pytest.MonkeyPatch, plan: tuple[list[int], list[int]]
) -> None:
    """Capacity, headcount, a pair twice, and an empty plan called optimal each raise."""
    rows, cols = (np.array(side, dtype=np.intp) for side in plan)
    faked(monkeypatch, rows=rows, cols=cols)
    with pytest.raises(tm.SolverError):
        tm.solve(tm.Problem([[0.9, 0.8], [0.7, 0.1]]))


@pytest.mark.parametrize("price", [0.0, 0.3, 5.0])
def test_wrong_prices_are_caught(monkeypatch: pytest.MonkeyPatch, price: float) -> None:
    """Prices that leave a gap cannot carry the claim of an optimum."""
    faked(monkeypatch, candidate_prices=np.full(2, price), demand_prices=np.full(2, price))
    with pytest.raises(tm.SolverError, match="claimed optimal, but the prices leave a gap"):
        tm.solve(tm.Problem([[0.9, 0.8], [0.7, 0.1]]))


def test_wrong_prices_of_a_feasible_plan_still_give_a_valid_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bound is recomputed from the prices: any prices bound, the engine's word does not."""
    faked(
        monkeypatch, status=Status.FEASIBLE, bound=-7.0, demand_prices=np.zeros(2),
        candidate_prices=np.zeros(2),
    )  # fmt: skip
    result = tm.solve(tm.Problem([[0.9, 0.8], [0.7, 0.1]]))
    assert result.status == "feasible"
    assert result.bound == pytest.approx(2.5)
    assert result.gap == pytest.approx((2.5 - 1.5) / 1.5)


def test_a_bound_below_the_total_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound that the plan exceeds is a contradiction, whatever the status."""
    monkeypatch.setattr(verifying, "bound_from_prices", lambda *_: 1.4)
    with pytest.raises(tm.SolverError, match="exceeds its bound"):
        tm.solve(tm.Problem([[0.9, 0.8], [0.7, 0.1]]))


def test_a_flow_that_fails_is_an_error_not_a_status(monkeypatch: pytest.MonkeyPatch) -> None:
    """No plan where a plan was known before raises."""
    monkeypatch.setattr(listed, "most_total", lambda listing: None)
    with pytest.raises(tm.SolverError, match="met before"):
        tm.solve(tm.Problem([[1.0]], min_headcount=1))


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_a_flow_that_answers_nonsense_is_an_error(
    monkeypatch: pytest.MonkeyPatch, stage: int
) -> None:
    """OR-Tools without an optimum, in the floors, the plan or the levelling, raises."""
    calls = itertools.count(1)

    class Failing(min_cost_flow.SimpleMinCostFlow):
        def solve(self) -> Any:
            status = super().solve()
            return self.UNBALANCED if next(calls) == stage else status

    monkeypatch.setattr(min_cost_flow, "SimpleMinCostFlow", Failing)
    with pytest.raises(tm.SolverError, match="OR-Tools min-cost flow answered"):
        tm.solve(tm.Problem(np.ones((2, 3)), capacity=3, min_headcount=1))


# ---------------------------------------------------------------- stops


def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock in the engine that moves one second every time it is read."""
    began, reads = time.perf_counter(), itertools.count(1)
    monkeypatch.setattr(network, "time", SimpleNamespace(perf_counter=lambda: began + next(reads)))


@pytest.fixture
def long_case() -> Case:
    """A case that takes many rounds where few pairs are formed at a time."""
    return Case.of(np.random.default_rng(11).random((30, 30)), 2, 2)


@pytest.mark.parametrize("limit", [0.5, 1.5, 2.5])
def test_time_up_gives_a_plan_and_a_valid_bound(
    monkeypatch: pytest.MonkeyPatch, hard: None, long_case: Case, limit: float
) -> None:
    """When the time is up the plan is sound and the bound holds, and no optimum is claimed."""
    ticking(monkeypatch)
    result = tm.solve(problem_of(long_case), time_limit=limit)
    best = by_highs(long_case)
    assert result.status == "feasible"
    assert result.stopped == "time"
    assert result.objective <= best + 1e-9
    assert result.bound >= best - 1e-9
    assert result.gap == pytest.approx((result.bound - result.objective) / result.objective)
    assert long_case.is_sound(plan_of(result))
    assert not tm.check(result.problem, result.pairs)
    with pytest.raises(tm.NoPlanError, match="proved results only"):
        _ = result.price_range
    assert len(result.unfilled) == int((result.pairs.groupby("demand_id").size() < 2).sum()) + (
        30 - result.pairs["demand_id"].nunique()
    )


def test_more_time_never_worsens_plan_or_bound(
    monkeypatch: pytest.MonkeyPatch, hard: None, long_case: Case
) -> None:
    """Plan and bound close in on the optimum from both sides as rounds go by."""
    seen = []
    for limit in range(1, 12):
        ticking(monkeypatch)
        result = tm.solve(problem_of(long_case), time_limit=limit)
        seen.append((result.objective, -result.bound))
    for before, after in itertools.pairwise(seen):
        assert after[0] >= before[0] - 1e-12
        assert after[1] >= before[1] - 1e-12


def test_time_up_before_the_floors_are_met_is_no_solution(
    monkeypatch: pytest.MonkeyPatch, hard: None
) -> None:
    """Without a plan the status says so, and the bound is still valid: nothing is known."""
    ticking(monkeypatch)
    result = tm.solve(tm.Problem(np.ones((4, 4)), min_headcount=1), time_limit=0.5)
    assert result.status == "no_solution"
    assert result.stopped == "time"
    assert result.bound == math.inf
    with pytest.raises(tm.NoPlanError, match="before the floors were met"):
        _ = result.pairs


def test_a_gap_that_is_good_enough_stops(hard: None, long_case: Case) -> None:
    """With a gap allowed the solve stops early, within it, and says why."""
    exact = tm.solve(problem_of(long_case))
    rough = tm.solve(problem_of(long_case), gap=0.2)
    assert rough.stopped == "gap"
    assert rough.status == "feasible"
    assert 0 < rough.gap <= 0.2
    assert rough.rounds < exact.rounds
    assert rough.objective <= exact.objective <= rough.bound


def interrupt_in(stage: str, at: int = 1) -> Any:
    """A progress callback that breaks off at the nth report of a stage."""
    count = 0

    def progress(seen: Progress) -> None:
        nonlocal count
        count += seen.stage == stage
        if count == at and seen.stage == stage:
            raise KeyboardInterrupt

    return progress


@pytest.mark.parametrize("at", [1, 2, 3])
def test_an_interrupt_gives_the_plan_so_far(hard: None, long_case: Case, at: int) -> None:
    """Ctrl-C after any round returns that round's plan with a valid bound."""
    result = tm.solve(problem_of(long_case), progress=interrupt_in("solving and pricing", at))
    best = by_highs(long_case)
    assert result.stopped == "interrupt"
    assert result.status == "feasible"
    assert result.rounds == at
    assert long_case.is_sound(plan_of(result))
    assert result.objective <= best + 1e-9 <= result.bound + 2e-9


def test_an_interrupt_before_any_plan_is_no_solution() -> None:
    """Ctrl-C while floors are met gives a result without a plan, not a traceback."""
    result = tm.solve(
        tm.Problem(np.ones((3, 3)), min_headcount=1), progress=interrupt_in("meeting the floors")
    )
    assert result.status == "no_solution"
    assert result.stopped == "interrupt"
    assert result.bound == math.inf


def test_an_interrupt_inside_the_first_flow_is_no_solution(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl-C before the first plan is there gives a result without a plan."""

    def stop(listing: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(listed, "most_total", stop)
    assert tm.solve(tm.Problem([[1.0]])).status == "no_solution"


def test_progress_tells_where_the_solve_stands(hard: None, long_case: Case) -> None:
    """Rounds, pairs and totals only grow, the last report is the result."""
    seen: list[Progress] = []
    case = dataclasses.replace(long_case, min_headcount=np.full(30, 1))
    result = tm.solve(problem_of(case), progress=seen.append)
    assert [p.round for p in seen] == list(range(1, result.rounds + 1))
    assert [p.pairs for p in seen] == sorted(p.pairs for p in seen)
    assert [p.seconds for p in seen] == sorted(p.seconds for p in seen)
    solving_now = [p for p in seen if p.stage == "solving and pricing"]
    assert {p.stage for p in seen} == {"meeting the floors", "solving and pricing"}
    assert all(p.objective <= p.bound + 1e-9 for p in solving_now)
    assert solving_now[-1].objective == pytest.approx(result.objective, rel=1e-12)
    assert solving_now[-1].gap <= 1e-9


def test_the_result_tells_what_was_asked() -> None:
    """Aim, seed, solver, time and stages are recorded, and `repr` is one line."""
    result = tm.solve(tm.Problem([[0.5, 0.25]]), seed=7)
    assert (result.aim, result.seed) == ("total", 7)
    assert result.solver.startswith("OR-Tools 9.")
    assert result.seconds > 0
    assert result.stages.to_dict("list") == {
        "aim": ["total"],
        "value": [0.5],
        "bound": [0.5],
        "in_plan": [0.5],
    }
    assert "1 pairs for 2 openings, total 0.5" in repr(result)
    assert result.scores is result.problem.scores


def test_the_callers_copy_of_the_plan_is_his_own() -> None:
    """Editing what the result hands out changes nothing inside it."""
    result = tm.solve(tm.Problem([[0.5]]))
    for frame in (result.pairs, result.candidate_prices, result.demand_prices):
        frame.iloc[:] = frame.iloc[:] * 0
    assert result.pairs["score"].tolist() == [0.5]
    assert result.candidate_prices.sum() + result.demand_prices.sum() == 0.5


def test_to_frame_joins_columns_of_both_tables() -> None:
    """Columns come by id; one that both tables have comes twice, one that none has is refused."""
    people = pd.DataFrame({"candidate_id": ["R2", "R1"], "name": ["Bo", "An"], "town": ["N", "B"]})
    needs = pd.DataFrame({"demand_id": ["X1"], "title": ["cook"], "town": ["C"]})
    scores = pd.DataFrame([[0.2], [0.9]], index=["R2", "R1"], columns=["X1"])
    result = tm.solve(tm.Problem(scores, people, needs))
    frame = result.to_frame(["name", "title", "town"])
    assert frame.drop(columns=["score", "load"]).to_dict("records") == [
        {"candidate_id": "R1", "demand_id": "X1", "name": "An", "title": "cook",
         "town_candidate": "B", "town_demand": "C"}
    ]  # fmt: skip
    with pytest.raises(tm.ProblemError, match="'salary'"):
        result.to_frame(["salary"])


def test_the_bound_of_any_prices_is_valid() -> None:
    """Weak duality: random prices of any sign never bound below the optimum."""
    rng = np.random.default_rng(2)
    for _ in range(200):
        scores = np.where(rng.random((4, 4)) < 0.2, np.nan, rng.normal(size=(4, 4)))
        high = rng.integers(0, 3, 4)
        case = Case.of(scores, rng.integers(1, 4, 4), high, rng.integers(0, 2, 4), high // 2)
        want = by_trying_all(case)
        if want is not None:
            problem = problem_of(case)
            u, v = (pd.Series(rng.normal(size=4)) for _ in range(2))
            assert bound_from_prices(problem, u, v) >= want - 1e-12


def test_every_limit_tells_its_use_and_its_price() -> None:
    """Limits, use, slack and prices of a small plan, each price by solving again."""
    scores = [[0.9, 0.2], [0.8, 0.7], [0.1, 0.3]]
    problem = tm.Problem(
        scores, headcount=[1, 2], min_headcount=[0, 2], constraints=[tm.Forbid([(2, 0)])]
    )
    result = tm.solve(problem)
    table = result.constraints.set_index(["constraint", "group"])
    assert table.loc[("headcount", 0), ["limit", "used", "slack"]].tolist() == [1, 1, 0]
    assert table.loc[("min_headcount", 1), ["limit", "used", "slack"]].tolist() == [2, 2, 0]
    assert table.loc[("capacity", 2), ["limit", "used", "slack"]].tolist() == [1, 1, 0]
    assert table.loc[("Forbid", "1 pairs"), ["limit", "used"]].tolist() == [0, 0]
    assert ("min_load", 0) not in table.index
    wider = tm.solve(problem.replace(headcount=[2, 2], min_headcount=[0, 1]))
    looser = tm.solve(problem.replace(min_headcount=[0, 1]))
    assert looser.objective >= result.objective
    assert wider.objective >= looser.objective
    more = tm.solve(problem.replace(headcount=[2, 2]))
    gain = more.objective - result.objective
    assert table.loc[("headcount", 0), "price"] == pytest.approx(gain)


def test_limits_of_locks_are_listed() -> None:
    """A lock is met, and has no dual price."""
    result = tm.solve(tm.Problem([[0.9, 0.2]], constraints=[tm.Lock([(0, 1)])]))
    row = result.constraints.set_index("constraint").loc["Lock"]
    assert (row["limit"], row["used"], row["slack"]) == (1, 1, 0)
    assert np.isnan(row["price"])


def test_a_solver_that_lies_about_floors_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Infeasible is a proof too: flows that contradict the limits raise, they become no status."""
    from ortools.graph.python import min_cost_flow

    real = min_cost_flow.SimpleMinCostFlow.flows
    monkeypatch.setattr(
        min_cost_flow.SimpleMinCostFlow, "flows", lambda self, arcs: real(self, arcs) + 1
    )
    with pytest.raises(tm.SolverError, match="contradicts itself"):
        tm.solve(tm.Problem([[0.5, 0.2], [0.1, 0.7]], min_headcount=1))


def test_a_crash_of_the_engine_is_one_kind_of_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a solver throws, the caller sees a SolverError that names it."""

    def crash(_: Any) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(listed, "most_total", crash)
    with pytest.raises(tm.SolverError, match="the engine failed: RuntimeError\\('boom'\\)"):
        tm.solve(tm.Problem([[0.5]]))
    with pytest.raises(tm.ProblemError, match="previous must be a Result, not int"):
        tm.solve(tm.Problem([[0.5]]), previous=3)  # type: ignore[arg-type]  # on purpose
