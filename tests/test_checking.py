"""`check` finds each kind of broken rule, and nothing in a sound plan."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import talentmatch as tm
from oracles import Case, cases
from talentmatch.checking import bars
from test_solving import problem_of

SCORES = pd.DataFrame(
    [[0.9, 0.2, np.nan], [0.8, 0.7, 0.1]], index=["R1", "R2"], columns=["X1", "X2", "X3"]
)


def plan(*pairs: tuple[str, str], **columns: list[float]) -> pd.DataFrame:
    """A plan as a table."""
    return pd.DataFrame(pairs, columns=["candidate_id", "demand_id"]).assign(**columns)


def found(problem: tm.Problem, pairs: pd.DataFrame) -> list[str]:
    """The violations as texts."""
    return [str(violation) for violation in tm.check(problem, pairs)]


@pytest.mark.parametrize(
    ("pairs", "want"),
    [
        ([("R1", "X1"), ("R2", "X2")], []),
        ([("R9", "X1")], ["unknown id: R9 - X1: not in the problem"]),
        ([("R1", "X9")], ["unknown id: R1 - X9: not in the problem"]),
        ([("R1", "X1"), ("R1", "X2")], ["capacity: R1: has 2 demands, at most 1 allowed"]),
        ([("R1", "X1"), ("R2", "X1")], ["headcount: X1: has 2 people, at most 1 allowed"]),
        ([("R1", "X3")], ["not eligible: R1 - X3: not eligible in the scores given"]),
        ([("R1", "X1")] * 2, ["repeated pair: R1 - X1: chosen 2 times",
                              "capacity: R1: has 2 demands, at most 1 allowed",
                              "headcount: X1: has 2 people, at most 1 allowed"]),
    ],
)  # fmt: skip
def test_each_broken_rule_is_named(pairs: list[tuple[str, str]], want: list[str]) -> None:
    """Unknown ids, repeats, limits and barred pairs are named with ids and numbers."""
    assert found(tm.Problem(SCORES), plan(*pairs)) == want


def test_floors_and_locks_are_checked() -> None:
    """What a floor or a lock asks and the plan lacks is named."""
    problem = tm.Problem(
        SCORES, capacity=2, min_load=[1, 0], min_headcount=[0, 0, 1],
        constraints=[tm.Lock([("R2", "X2")])],
    )  # fmt: skip
    assert found(problem, plan()) == [
        "min_load: R1: has 0 demands, at least 1 required",
        "min_headcount: X3: has 0 people, at least 1 required",
        "lock: R2 - X2: locked, not chosen",
    ]
    assert found(problem, plan(("R1", "X1"), ("R2", "X2"), ("R2", "X3"))) == []


@pytest.mark.parametrize(
    ("claim", "said"), [(0.8, "0.8"), (0.90000001, "0.90000001"), (np.nan, "nan"), ("x", "nan")]
)
def test_a_wrong_score_is_named(claim: object, said: str) -> None:
    """A claimed score must be the true one, to 1e-9."""
    pairs = plan(("R1", "X1"), ("R9", "X1")).assign(score=pd.Series([claim, 5], dtype=object))
    violations = tm.check(tm.Problem(SCORES), pairs)
    assert [v.rule for v in violations] == ["unknown id", "score"]
    assert violations[1].detail == f"claimed {said}, is 0.9"
    assert violations[1].ids == ("R1", "X1")


def test_a_score_within_rounding_passes() -> None:
    """The last bits of a score may differ."""
    assert found(tm.Problem(SCORES), plan(("R1", "X1"), score=[0.9 * (1 + 1e-12)])) == []


def test_a_plan_without_id_columns_is_refused() -> None:
    """Both id columns are needed, and the missing one is named."""
    with pytest.raises(tm.ProblemError, match="no column 'demand_id'"):
        tm.check(tm.Problem(SCORES), pd.DataFrame({"candidate_id": ["R1"]}))


def test_everything_that_bars_a_pair_is_named() -> None:
    """Each rule, the mask, a forbid, `min_score`, and the scores themselves."""
    people = pd.DataFrame({"candidate_id": ["R1"], "text": ["welding"], "degree": ["bachelor"]})
    needs = pd.DataFrame({"demand_id": ["X1"], "text": ["welding"], "min_degree": ["doctor"]})
    scorer = tm.FitScorer(rules=[tm.AtLeast("degree")]).fit(people, needs)
    problem = tm.Problem(
        scorer.score(people, needs), eligible=[[False]], min_score=2,
        constraints=[tm.Forbid([("R1", "X1")])],
    )  # fmt: skip
    assert bars(problem, 0, 0) == [
        "degree at least min_degree", "the eligible mask", "Forbid", "score 1 is below min_score 2",
    ]  # fmt: skip
    assert bars(tm.Problem(SCORES), 0, 2) == ["not eligible in the scores given"]
    assert bars(tm.Problem(SCORES), 0, 0) == []


@settings(max_examples=150, deadline=None, derandomize=True)
@given(case=cases(most=4), data=st.data())
def test_check_agrees_with_counting(case: Case, data: st.DataObject) -> None:
    """Of any set of pairs, `check` finds fault exactly where plain counting does."""
    n, m = case.scores.shape
    pair = st.tuples(st.integers(0, n - 1), st.integers(0, m - 1))
    pairs = data.draw(st.lists(pair, max_size=6))
    frame = pd.DataFrame(pairs, columns=["candidate_id", "demand_id"])
    assert (tm.check(problem_of(case), frame) == []) == case.is_sound(pairs)
