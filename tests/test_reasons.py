"""Why a slot stays open and a person without work: true reasons, with true numbers."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import talentmatch as tm
from oracles import Case, cases
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
