"""Why a slot stays open and a person without work: true reasons, with true numbers."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import allocations as oracle
import talentmatch as tm
from allocations import AIMS, Allocation, allocations, goals
from oracles import Case, cases
from talentmatch.aims import in_order
from talentmatch.checking import penalties
from talentmatch.headroom import Headroom, breaks
from talentmatch.reasons import reasons_of
from talentmatch.solvers import network
from test_solving import make_hard, plan_of, problem_of


def frame(values: list[list[float]]) -> pd.DataFrame:
    """Scores by id: R1, R2 ... for X1, X2 ..."""
    table = pd.DataFrame(values)
    table.index = pd.Index([f"R{k + 1}" for k in range(len(table))])
    table.columns = pd.Index([f"X{k + 1}" for k in range(table.shape[1])])
    return table


def reasons(values: list[list[float]], **given: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Reason and sentence by id, of open demands and of idle candidates."""
    result = tm.solve(tm.Problem(frame(values), **given))
    return tuple(
        {row[0]: tuple(row[-2:]) for row in part.itertuples(index=False, name=None)}
        for part in (result.unfilled, result.unassigned)
    )  # type: ignore[return-value]  # two of them


def test_nobody_eligible_names_what_bars_how_many() -> None:
    """Each rule with the number it bars; a pair barred twice counts for both."""
    nan = np.nan
    needs, people = reasons(
        [[nan, 0.5], [0.4, 0.5], [0.3, 0.5]],
        eligible=[[True, True], [False, True], [False, True]],
        constraints=[tm.Forbid([("R3", "X1")])],
    )
    assert needs == {
        "X1": (
            "no_eligible_candidate",
            "None of 3 candidates is eligible: 2 by the eligible mask, 1 by Forbid, "
            "1 by not eligible in the scores given.",
        )
    }
    assert set(people) == {"R2", "R3"}
    needs, people = reasons([[nan, nan], [0.5, 0.4]])
    assert people["R1"] == (
        "no_eligible_demand",
        "None of 2 demands is eligible: 2 by not eligible in the scores given.",
    )


def test_below_min_score_counts_those_whom_only_the_line_bars() -> None:
    """Who passes every rule and scores below the line is counted apart."""
    needs, people = reasons(
        [[0.2, 0.9], [0.1, 0.8], [0.05, 0.7]], min_score=0.3,
        eligible=[[True, True], [True, True], [False, True]],
    )  # fmt: skip
    assert needs["X1"] == (
        "below_min_score",
        "None of 3 candidates is eligible: 1 by the eligible mask, 2 below min_score 0.3.",
    )
    assert people["R2"][0] == "demands_taken"
    _, people = reasons([[0.2, 0.9]], min_score=1)
    assert people["R1"] == (
        "below_min_score", "None of 2 demands is eligible: 2 below min_score 1.",
    )  # fmt: skip


def test_nothing_in_common_is_said_of_both_sides() -> None:
    """Eligible partners without a positive score are counted."""
    needs, people = reasons([[0.0, -1.0]])
    assert needs["X1"] == (
        "no_positive_score",
        "1 candidate is eligible, but none has a score above 0.",
    )
    assert people["R1"] == (
        "no_positive_score",
        "2 demands are eligible, but none has a score above 0.",
    )


def test_worth_more_elsewhere_names_the_best_and_where() -> None:
    """The best candidate not on the demand, where that one works, and the price of taking away."""
    needs, people = reasons([[0.9, 0.8], [0.2, 0.7]], capacity=1, headcount=[1, 2])
    assert people == {}
    assert needs == {
        "X2": (
            "worth_more_elsewhere",
            "1 more candidate fits and is worth more elsewhere; the best, R1 (score 0.800), "
            "is on X1, where the loss would cost the plan 0.900.",
        )
    }
    needs, _ = reasons([[0.9, 0.8, 0.1]])
    assert needs["X2"][1].startswith("1 candidate fits and is worth more elsewhere; the best, R1 ")
    assert needs["X3"][0] == "worth_more_elsewhere"


def test_no_more_candidates_counts_those_who_are_on_it() -> None:
    """A demand with more slots than people who fit says so."""
    needs, _ = reasons([[0.9], [0.8], [0.0]], headcount=5)
    assert needs["X1"] == (
        "no_more_candidates",
        "Only 2 candidates fit, already on it; nobody else does.",
    )
    needs, _ = reasons([[0.9], [0.8], [0.0]], headcount=5, capacity=[1, 0, 1])
    assert needs["X1"][1] == (
        "Only 2 candidates fit, already on it or of capacity 0; nobody else does."
    )


def test_no_capacity_is_said_first() -> None:
    """A candidate of capacity 0 is idle for that reason alone."""
    _, people = reasons([[0.9], [0.8]], capacity=[0, 1])
    assert people == {"R1": ("no_capacity", "The capacity is 0.")}


def test_demands_taken_names_the_best_and_who_has_it() -> None:
    """An idle candidate's best demand, who is on it and with which score."""
    _, people = reasons([[0.9, 0.6], [0.5, 0.1], [0.3, 0.8]])
    assert people == {
        "R2": (
            "demands_taken",
            "2 demands fit and are all filled to the plan's greater gain; the best, "
            "X1 (score 0.500), has R1 (0.900).",
        )
    }
    _, people = reasons([[0.5]], headcount=0)
    assert people["R1"] == ("demands_closed", "Only 1 demand fits, of headcount 0.")
    _, people = reasons([[0.1, 0.9], [0.2, 0.3]], headcount=[1, 0])
    assert people["R1"] == (
        "demands_taken",
        "1 demand fits and is filled to the plan's greater gain; the best, "
        "X1 (score 0.100), has R2 (0.200).",
    )


def test_floors_and_locks_claim_no_gain() -> None:
    """Where something must be in the plan, being placed elsewhere is not being worth more there."""
    needs, _ = reasons([[0.1, 0.9]], constraints=[tm.Lock([("R1", "X1")])])
    assert needs["X2"] == (
        "placed_elsewhere",
        "1 candidate fits and is placed elsewhere; the best, R1 (score 0.900), is on X1.",
    )


def test_stopped_early_is_said_where_the_solve_was_not_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An open slot beside a free candidate who fits is the solve's fault, and it says so."""
    make_hard(monkeypatch, "priced")
    scores = np.array([[0.9, 0.3], [0.6, 0.7], [0.1, 0.2]])

    def stop(_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(
        network.pricing, "strongest_pairs", lambda *_, **__: (np.array([0]), np.array([0]))
    )
    result = tm.solve(tm.Problem(frame(scores.tolist())), progress=stop)
    assert result.status == "feasible"
    assert result.unfilled.to_dict("records") == [
        {"demand_id": "X2", "headcount": 1, "filled": 0, "missing": 1, "reason": "stopped_early",
         "sentence": "R2 (score 0.700) is free: the solve stopped too early."}
    ]  # fmt: skip
    assert result.unassigned.set_index("candidate_id").loc["R2"].tolist() == [
        1, "stopped_early", "X2 (score 0.700) is open: the solve stopped too early."
    ]  # fmt: skip


CODES = {
    "no_eligible_candidate", "no_eligible_demand", "below_min_score", "no_positive_score",
    "worth_more_elsewhere", "no_more_candidates", "no_capacity", "demands_taken",
    "placed_elsewhere", "demands_closed",
}  # fmt: skip


@pytest.mark.parametrize("effort", ["all at once", "priced in blocks"])
@settings(max_examples=120, deadline=None, derandomize=True)
@given(case=cases(locks=False))
def test_reasons_are_true_of_any_plan(effort: str, case: Case) -> None:
    """Every open slot and idle person is listed once, with numbers that plain counting confirms."""
    with pytest.MonkeyPatch.context() as patch:
        make_hard(patch, effort)
        result = tm.solve(problem_of(case))
        if result.status == "infeasible":
            return
        needs, people = result.unfilled, result.unassigned
    plan, n = plan_of(result), len(case.scores)
    fill = {j: sum(col == j for _, col in plan) for j in range(case.scores.shape[1])}
    busy = {i for i, _ in plan}
    assert needs["demand_id"].tolist() == [j for j, k in fill.items() if k < case.headcount[j]]
    assert people["candidate_id"].tolist() == [i for i in range(n) if i not in busy]
    assert set(needs["reason"]) | set(people["reason"]) <= CODES
    for row in needs.itertuples():
        j, scores = row.demand_id, case.scores[:, row.demand_id]
        assert (row.headcount, row.filled, row.missing) == (
            case.headcount[j], fill[j], case.headcount[j] - fill[j],
        )  # fmt: skip
        numbers = [int(k) for k in re.findall(r"^\D*?(\d+)", row.sentence)]
        able = scores * np.where(case.capacity > 0, 1.0, np.nan)
        free = [i for i in range(n) if able[i] > 0 and (i, j) not in plan]
        if row.reason == "no_eligible_candidate":
            assert np.isnan(scores).all()
            assert numbers == [n]
        elif row.reason == "no_positive_score":
            assert not (scores > 0).any()
            assert numbers == [(~np.isnan(scores)).sum()]
        elif row.reason == "no_more_candidates":
            assert not free
            assert numbers == [(scores > 0).sum()]
        else:
            bound = case.min_load.any() or case.min_headcount.any()
            assert row.reason == ("placed_elsewhere" if bound else "worth_more_elsewhere")
            assert numbers == [len(free)]
            best = max(free, key=lambda i: scores[i])
            named = int(re.search(r"best, (\d+) \(score", row.sentence)[1])  # type: ignore[index]  # it is there
            assert scores[named] == scores[best]
            assert named in busy
            where = re.search(r"is on ([^w]*?)(, where the loss.*)?\.$", row.sentence)[1]  # type: ignore[index]  # it is there
            posts = [str(col) for row_, col in plan if row_ == named]
            assert sorted(where.split(", ")) == sorted(posts)
    for row in people.itertuples():
        i, scores = row.candidate_id, case.scores[row.candidate_id]
        assert row.capacity == case.capacity[i]
        if row.reason == "no_capacity":
            assert case.capacity[i] == 0
        elif row.reason == "no_eligible_demand":
            assert np.isnan(scores).all()
        elif row.reason == "no_positive_score":
            assert not (scores > 0).any()
        elif row.reason == "demands_closed":
            assert not ((scores > 0) & (case.headcount > 0)).any()
        else:
            is_open = np.where(case.headcount > 0, scores, np.nan)
            best = int(re.search(r"best, (\d+) \(score", row.sentence)[1])  # type: ignore[index]  # it is there
            assert scores[best] == np.nanmax(is_open)
            assert fill[best] == case.headcount[best]
            assert int(row.sentence.split()[0]) == (is_open > 0).sum()


def firms(**more: Any) -> dict[str, Any]:
    """A table of demands X1, X2 ... of the enterprises E1 and E2 in turn."""
    posts = {"demand_id": ["X1", "X2", "X3"], "enterprise_id": ["E1", "E1", "E2"]}
    return {"demands": pd.DataFrame(posts)} | more


def test_a_limit_that_is_reached_is_named_with_its_numbers() -> None:
    """Groups that are full, money that is left, loads that do not fit, and conflicts."""
    values = [[0.9, 0.8, 0.7], [0.6, 0.5, 0.4]]
    group = tm.GroupLimit("enterprise_id", at_most={"E1": 1})
    needs, people = reasons(values, **firms(constraints=[group], headcount=[1, 1, 0]))
    said = "cannot {}: GroupLimit enterprise_id E1 is full: 1 of 1."
    assert needs["X2"] == (
        "limit_reached", f"The best that is free, R2 (score 0.500), {said.format('join')}"
    )  # fmt: skip
    assert people["R2"] == (
        "limit_reached", f"The best that is open, X2 (score 0.500), {said.format('take R2')}"
    )  # fmt: skip
    wages = pd.Series([30_000, 30_000], index=["R1", "R2"], name="wage")
    rules: list[Any] = [tm.Budget(wages, 31_200)]
    needs, _ = reasons(values, constraints=rules)
    assert needs["X2"][1].endswith("Budget wage has 1,200 of 31,200 left, R2 would cost 30,000.")
    needs, _ = reasons([[0.9, 0.3]], load=[5, 1.5], capacity=6)
    assert needs["X2"] == (
        "limit_reached",
        "The best that fits, R1 (score 0.300), cannot join: "
        "R1 has 1 of 6 capacity left, X2 takes 1.5.",
    )
    rules = [tm.Conflict([("R1", "R2")])]
    needs, people = reasons(values, **firms(constraints=rules, headcount=[1, 1, 0]))
    assert people["R2"][1] == (
        "The best that is open, X2 (score 0.500), cannot take R2: "
        "a conflict with R1, who is on X1 of E1."
    )


def test_a_penalty_that_decides_is_named() -> None:
    """Nothing is broken, but the total would not rise."""
    rule = tm.TotalLimit(1, penalty=0.75)
    needs, people = reasons([[0.9, 0.2], [0.8, 0.7]], constraints=[rule])
    assert needs["X2"] == (
        "not_worth_it",
        "R2 (score 0.700) is free, but would not raise the total: "
        "the penalty of TotalLimit would grow by 0.750.",
    )
    assert people["R2"][1].startswith("X2 (score 0.700) is open, but would not raise the total: ")


def test_what_the_aim_does_not_count_is_named() -> None:
    """Who would sign for certain not adds no contracts, whatever the score."""
    problem = tm.Problem(frame([[0.9, 0.8]]), capacity=2)
    empty = pd.Series(0.0, index=problem.candidate_ids)
    aims = in_order(tm.aims.ExpectedContracts(np.array([[0.5, 0.0]])))
    for proved, reason in ((True, "not_worth_it"), (False, "stopped_early")):
        both = reasons_of(
            problem, np.array([0]), np.array([0]), empty, empty, proved=proved, aims=aims
        )
        assert both.unfilled["reason"].tolist() == [reason]
    assert "Not settled; R1 (score 0.800) is free." in both.unfilled["sentence"].tolist()


def test_floors_of_scores_and_crossings_are_worded() -> None:
    """A negative score may break a floor; a group of two values is named by both."""
    rules = [
        tm.TotalLimit(at_least=0.8, unit="score"),
        tm.GroupLimit(("candidate_id", "enterprise_id"), at_most=1),
    ]
    problem = tm.Problem(frame([[0.9, 0.8, -0.2]]), **firms(capacity=3, constraints=rules))
    plan = np.array([0]), np.array([0])
    assert breaks(problem, *plan, 0, 1) == ["GroupLimit candidate_id x enterprise_id R1 x E1 "
                                            "is full: 1 of 1"]  # fmt: skip
    assert breaks(problem, *plan, 0, 2) == [
        "TotalLimit has score 0.9, at least 0.8 required, R1 would add -0.2"
    ]
    assert breaks(problem, np.array([], int), np.array([], int), 0, 0) == []


light = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@light
@given(data=st.data())
def test_what_would_be_broken_is_what_counting_says(data: st.DataObject) -> None:
    """Any plan and any further pair: broken limits, their number, and the change of penalties."""
    allocation = data.draw(allocations())
    pairs = list(zip(*(axis.tolist() for axis in allocation.pairs), strict=True))
    plan = [pair for pair in pairs if data.draw(st.booleans())]
    if not oracle.is_sound(allocation, set(plan)):
        result = tm.solve(allocation.problem())
        if result.status != "optimal":
            return
        plan = positions(result, allocation)
    problem = allocation.problem()
    rows, cols = np.array(plan, dtype=int).reshape(-1, 2).T
    room = Headroom(problem, rows, cols)
    for i, j in set(pairs) - set(plan):
        words = room.words(i, j)
        assert (not words) == oracle.is_sound(allocation, {*plan, (i, j)})
        at, score = (np.array([i]), np.array([j])), allocation.scores[[i], [j]]
        is_open = room.in_capacity(*at) & (room.filled[j] < problem.headcount[j])
        assert (is_open & room.within_limits(*at, score)).tolist() == [not words]
        before = penalties(problem, rows, cols)
        after = penalties(problem, np.append(rows, i), np.append(cols, j))
        assert room.penalty(*at, score)[0] == pytest.approx(after - before, abs=1e-9)


def positions(result: tm.Result, allocation: Allocation) -> list[tuple[int, int]]:
    """The plan by the allocation's positions."""
    people, needs = allocation.ids("candidate"), allocation.ids("demand")
    return [
        (people.index(a), needs.index(b))
        for a, b in zip(result.pairs["candidate_id"], result.pairs["demand_id"], strict=True)
    ]


@pytest.mark.parametrize("name", AIMS)
@light
@given(data=st.data())
def test_reasons_are_true_under_every_limit_and_aim(name: str, data: st.DataObject) -> None:
    """Every reason of a proved plan, recounted: what is broken, who is free, what is gained."""
    allocation = data.draw(allocations())
    goal = data.draw(goals(allocation, name))
    result = tm.solve(allocation.problem(), oracle.given(goal))
    if result.status != "optimal":
        return
    plan = set(positions(result, allocation))
    people, needs = allocation.ids("candidate"), allocation.ids("demand")
    both = [(row, None) for row in result.unfilled.itertuples()]
    both += [(row, "candidate") for row in result.unassigned.itertuples()]
    value = oracle.values_of(allocation, plan, goal)
    for row, side in both:
        assert row.reason != "stopped_early"
        mine = people.index(row.candidate_id) if side else needs.index(row.demand_id)
        if row.reason in ("limit_reached", "not_worth_it"):
            word = re.search(r"(?:, |^)([CD]\d+) \(score", row.sentence)[1]  # type: ignore[index]  # it is there
            pair = (mine, needs.index(word)) if side else (people.index(word), mine)
            assert pair not in plan
            more = {*plan, pair}
            assert oracle.is_sound(allocation, more) == (row.reason == "not_worth_it")
            if row.reason == "not_worth_it":
                after = oracle.values_of(allocation, more, goal)
                assert after[-1] <= value[-1] + 2e-9 * max(abs(value[-1]), allocation.size)
            else:
                broken = tm.check(result.problem, with_pair(result, people, needs, pair))
                for violation in broken:
                    rule = re.search(r"\(((?:Gr|To|Bu|Co)[^()]*)\)$", violation.detail)
                    if rule and rule[1].startswith("Conflict"):
                        assert "a conflict with" in row.sentence
                    elif rule:
                        assert rule[1] in row.sentence
        elif row.reason in ("placed_elsewhere", "worth_more_elsewhere"):
            for i in range(len(people)):
                good = allocation.scores[i, mine] > 0 and (i, mine) not in plan
                if good and (i, mine) not in allocation.forbids:
                    assert not oracle.is_sound(allocation, {*plan, (i, mine)})
        elif row.reason == "demands_taken":
            for j in np.flatnonzero(allocation.scores[mine] > 0).tolist():
                if (mine, j) not in allocation.forbids:
                    assert sum(col == j for _, col in plan) == allocation.headcount[j]


def with_pair(
    result: tm.Result, people: list[Any], needs: list[Any], pair: tuple[int, int]
) -> pd.DataFrame:
    """The plan with one more pair."""
    ids = ["candidate_id", "demand_id"]
    more = pd.DataFrame([[people[pair[0]], needs[pair[1]]]], columns=ids)
    return pd.concat([result.pairs[ids], more], ignore_index=True)
