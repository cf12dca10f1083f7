"""Group limits, totals, budgets, conflicts and loads: what is taken, refused, bound and checked."""

from __future__ import annotations

import pickle
import re
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import talentmatch as tm
from talentmatch.checking import penalties, plan_frame, used
from talentmatch.constraints import Budget, Conflict, GroupLimit, TotalLimit

PEOPLE = pd.DataFrame(
    {
        "candidate_id": ["R1", "R2", "R3"],
        "region": ["north", "south", None],
        "team": [1, 1, 2],
        "fee": [100.10, 200, 0.2],
        "kind": ["a", " ", "b"],
    }
)
NEEDS = pd.DataFrame(
    {
        "demand_id": ["X1", "X2"],
        "enterprise_id": ["E1", "E2"],
        "region": ["north", "south"],
        "hours": [0.1, 0.25],
        "subsidy": [50000, 20000],
        "odd": [1 / 3, 1.0],
        "tags": [["a"], ["b"]],
    }
)
SCORES = pd.DataFrame(
    [[0.9, 0.8], [0.7, 0.6], [0.5, 0.4]], index=PEOPLE["candidate_id"], columns=NEEDS["demand_id"]
)
ROWS, COLS = (axis.ravel() for axis in np.indices((3, 2)))


def problem_of(*constraints: Any, **given: Any) -> tm.Problem:
    """The tables above with some constraints."""
    given = {"capacity": 2, "headcount": 3, **given}
    return tm.Problem(SCORES, PEOPLE, NEEDS, constraints=constraints, **given)


def groups_of(constraint: Any, **given: Any) -> dict[Any, list[tuple[str, str]]]:
    """The pairs of each group, by label, as a bound constraint sees them."""
    limit = problem_of(constraint, **given).rows[0]
    out = defaultdict(list)
    for i, j, g in zip(ROWS, COLS, limit.group(ROWS, COLS).tolist(), strict=True):
        out[None if g < 0 else limit.labels[g]].append((f"R{i + 1}", f"X{j + 1}"))
    return dict(out)


def said(problem: tm.Problem, *pairs: tuple[str, str]) -> list[str]:
    """The violations of a plan as texts."""
    frame = pd.DataFrame(pairs, columns=["candidate_id", "demand_id"])
    return [str(violation) for violation in tm.check(problem, frame)]


# ---------------------------------------------------------------- refused where it is written

Rule = Any
WRITTEN: list[tuple[Rule, str]] = [
    (lambda: GroupLimit("team"), "GroupLimit team limits nothing; give at_most= or at_least="),
    (lambda: GroupLimit("team", -1), "team: at_most must be a whole number >= 0, not -1"),
    (lambda: GroupLimit("team", 1.5), "team: at_most must be a whole number >= 0, not 1.5"),
    (lambda: GroupLimit("team", True), "at_most must be a whole number >= 0, not True"),
    (lambda: GroupLimit("team", "3"), "at_most must be a whole number >= 0, not '3'"),
    (lambda: GroupLimit("team", np.nan), "at_most must be a whole number >= 0, not nan"),
    (lambda: GroupLimit("team", float("inf")), "at_most must be a whole number >= 0, not inf"),
    (lambda: GroupLimit("team", 10**400), "at_most must be a whole number >= 0, not 1000"),
    (lambda: TotalLimit(Decimal("sNaN"), unit="score"), "must be a finite number, not Decimal('sN"),
    (lambda: TotalLimit(10**400, unit="score"), "at_most must be a finite number, not 1000"),
    (lambda: TotalLimit(1, penalty=10**400), "penalty must be a finite number > 0, not 1000"),
    (lambda: GroupLimit("team", [1, 2]), "at_most must be a whole number >= 0, not [1, 2]"),
    (lambda: GroupLimit("team", 3, 0.5), "at_least must be a whole number >= 0, not 0.5"),
    (
        lambda: GroupLimit("team", {g: -g for g in range(1, 9)}),
        "must be a whole number >= 0: 1: -1; 2: -2; 3: -3; 4: -4; 5: -5; and 3 more",
    ),
    (lambda: GroupLimit("team", {1: None, 2: "x"}), "at_most must be a whole number >= 0: 2: 'x'"),
    (lambda: GroupLimit("team", pd.Series([1, 2], index=["a", "a"])), "the Series repeats groups"),
    (lambda: GroupLimit("team", pd.Series([1, None])), "must be a whole number >= 0: 1: nan"),
    (lambda: GroupLimit("team", 1, unit="hours"), "unit must be one of 'pairs', 'load', 'candi"),
    (lambda: GroupLimit("team", 1, unit=["load"]), "not ['load']"),
    (
        lambda: GroupLimit("team", Decimal("0.0000001"), unit="load"),
        "at_most must be a number >= 0 of at most 6 decimal places, not Decimal('1E-7')",
    ),
    (lambda: GroupLimit("team", 1 / 3, unit="load"), "of at most 6 decimal places, not 0.333"),
    (lambda: GroupLimit("team", 1e300, unit="score"), "at_most must be a finite number, not 1e+30"),
    (
        lambda: GroupLimit("team", 1, side="left"),
        "side must be 'candidate' or 'demand', not 'left'",
    ),
    (lambda: GroupLimit("team", 1, side=np.zeros(2)), "side must be 'candidate' or 'demand', not"),
    (lambda: GroupLimit(3, 1), "by must be a column name, an array with one value per row"),
    (lambda: GroupLimit(np.ones((2, 2)), 1, side="demand"), "not <ndarray 2 x 2>"),
    (lambda: GroupLimit(["a", "b"], 1), "an array has no ids; say whose rows they are by side="),
    (lambda: GroupLimit(("a", "b", "c"), 1), "a tuple is (the candidate's, the demand's), not 3"),
    (lambda: GroupLimit(("a", ("b", "c")), 1), "by must be a column name, an array"),
    (lambda: GroupLimit(("a", "b"), 1, side="demand"), "a tuple by= stands for both sides; leave"),
    (lambda: GroupLimit("team", 1, penalty=0), "penalty must be a finite number > 0, not 0; None"),
    (lambda: GroupLimit("team", 1, penalty="1"), "penalty must be a finite number > 0, not '1'"),
    (lambda: GroupLimit("team", 1, penalty=np.inf), "penalty must be a finite number > 0, not inf"),
    (lambda: TotalLimit(), "TotalLimit limits nothing"),
    (lambda: TotalLimit({"a": 1}), "TotalLimit: at_most must be one number; GroupLimit has groups"),
    (lambda: TotalLimit(at_least=[1]), "TotalLimit: at_least must be one number"),
    (
        lambda: TotalLimit(2, 3),
        "TotalLimit: a floor stands above its ceiling: at_least 3 > at_most",
    ),
    (
        lambda: GroupLimit("team", 2, 3),
        "GroupLimit team: a floor stands above its ceiling: at_leas",
    ),
    (lambda: TotalLimit(2, unit="cost"), "TotalLimit: unit must be one of"),
    (lambda: Budget("fee"), "Budget fee limits nothing; give at_most="),
    (lambda: Budget("fee", -1), "Budget fee: at_most must be a number >= 0, not -1"),
    (lambda: Budget("fee", {"a": 1}), "Budget fee: at_most is given by group; say by="),
    (
        lambda: Budget("fee", {"a": -1}, by="team"),
        "Budget fee by team: at_most must be a number >=",
    ),
    (lambda: Budget("fee", 1, side="both"), "Budget fee: side must be"),
    (lambda: Budget("fee", 1, by=("a",)), "a tuple is (the candidate's, the demand's)"),
    (lambda: Budget("fee", 1, penalty=-1), "Budget fee: penalty must be"),
    (lambda: Conflict([("R1", "R1")]), "a candidate cannot be in conflict with itself: 'R1'"),
    (lambda: Conflict([("R1",)]), "Conflict takes (candidate_id, candidate_id) pairs, not ('R1',)"),
    (lambda: Conflict(pd.DataFrame({"first": ["R1"]})), "Conflict: the table has no column second"),
    (lambda: Conflict([("R1", "R2")], ("a", "b")), "by tells the group of a demand, so it is no"),
    (lambda: Conflict([("R1", "R2")], 3), "Conflict: by must be a column name"),
]


@pytest.mark.parametrize(("rule", "words"), WRITTEN)
def test_what_is_wrong_by_itself_is_refused_at_once(rule: Rule, words: str) -> None:
    """A malformed constraint raises where it is written, and says which value and what to do."""
    with pytest.raises(tm.ProblemError, match=re.escape(words)):
        rule()


# ---------------------------------------------------------------- refused by the tables

TABLES: list[tuple[Rule, str]] = [
    (
        GroupLimit("city", 1),
        "GroupLimit city: by='city': no table has such column; columns are can",
    ),
    (
        GroupLimit("enterprise_id", 1, side="candidate"),
        "by='enterprise_id': the table of candidates has no such column; columns are candidate_id,",
    ),
    (GroupLimit("region", 1), "by='region': both tables have this column; give side="),
    (GroupLimit("tags", 1), "by='tags': values must be single ones, not ['a']"),
    (GroupLimit([1, 2], 1, side="candidate"), "by: the array has 2 values; there are 3 candidates"),
    (
        GroupLimit(pd.Series([1, 2, 3], index=["R1", "R2", "R9"]), 1),
        "GroupLimit Series: by: the Series has nothing for candidate_id 'R3'",
    ),
    (
        GroupLimit(pd.Series([1, 2], index=["X1", "X9"]), 1, side="demand"),
        "the Series has nothing for demand_id 'X2'",
    ),
    (
        GroupLimit(pd.Series([1, 2], index=["X1", "X1"]), 1),
        "GroupLimit Series: by: the Series repeats ids",
    ),
    (GroupLimit("team", {3: 1, 2: 1}), "at_most names unknown groups: 3; the groups are 1, 2"),
    (GroupLimit("team", at_least={"1": 1}), "at_least names unknown groups: '1'; the groups are 1"),
    (
        GroupLimit(("team", "enterprise_id"), {(1, "E9"): 1, "E1": 2, (None, "E1"): 1}),
        "names unknown groups: (1, 'E9'), 'E1'; the groups are (1, 2) with ('E1', 'E2'), None for",
    ),
    (GroupLimit(("enterprise_id", "team"), 1), "the table of candidates has no such column"),
    (
        GroupLimit("team", {1: 2, 2: 1}, {1: 3, 2: 2}),
        "GroupLimit team: a floor stands above its ceiling: 1: at_least 3 > at_most 2; 2: at_least",
    ),
    (Budget("fees", 1), "Budget fees: cost: no table has such column"),
    (Budget("odd", 1), "Budget odd: cost must be whole cents: demand_id 'X1': 0.333"),
    (Budget("hours", 0.255), "Budget hours: at_most must be whole cents: 0.255"),
    (Budget("kind", 9), "cost must be a finite number >= 0: candidate_id 'R1': a; candidate_id"),
    (Budget([1, np.nan, -3], 9), "candidate_id 'R2': nan; candidate_id 'R3': -3"),
    (Budget([[1, 2], [3, 4], [5, -6]], 9), "a finite number >= 0: ('R3', 'X2'): -6"),
    (Budget(sp.csr_array([[0, 2], [3, 4], [5, -6]]), 9), "a finite number >= 0: ('R3', 'X2'): -6"),
    (Budget([[1, 2]], 9), "Budget matrix: cost has the shape (1, 2), the scores (3, 2)"),
    (Budget(sp.csr_array((2, 3)), 9), "cost has the shape (2, 3), the scores (3, 2)"),
    (Budget([1, 2, 3, 4], 9), "the array has 4 values; there are 3 candidates and 2 demands"),
    (Budget(SCORES.iloc[:1], 9), "cost: the table has nothing for candidate_id 'R2', 'R3'"),
    (Budget(SCORES[["X2"]], 9), "cost: the table has nothing for demand_id 'X1'"),
    (Budget(SCORES.iloc[[0, 0]], 9), "cost repeats ids"),
    (Budget("fee", {"E9": 1}, by="enterprise_id"), "at_most names unknown groups: 'E9'; the group"),
    (Conflict([("R1", "R9"), ("R8", "R2")]), "Conflict: unknown candidate_ids ['R9', 'R8']; ids"),
    (Conflict([("R1", "R2")], "team"), "by='team': the table of demands has no such column"),
    (Conflict([("R1", "R2")], [1, 2, 3]), "by: the array has 3 values; there are 2 demands"),
]


@pytest.mark.parametrize(("rule", "words"), TABLES)
def test_what_does_not_fit_the_tables_is_refused_by_the_problem(rule: Rule, words: str) -> None:
    """Unknown columns, groups and ids are named together with those that are known."""
    with pytest.raises(tm.ProblemError, match=re.escape(words)):
        problem_of(rule)


def test_a_column_without_a_table_names_the_remedy() -> None:
    """Without tables only the ids can be grouped by."""
    with pytest.raises(tm.ProblemError, match="no table has such column; give the table to Prob"):
        tm.Problem(SCORES, constraints=[GroupLimit("team", 1)])
    with pytest.raises(tm.ProblemError, match="there is no table of demands; give the table"):
        tm.Problem(SCORES, PEOPLE, constraints=[Conflict([("R1", "R2")])])
    for by in ("candidate_id", "demand_id"):
        limit = tm.Problem(SCORES, constraints=[GroupLimit(by, 1)]).rows[0]
        assert limit.labels.tolist() == (["R1", "R2", "R3"] if by[0] == "c" else ["X1", "X2"])


def test_a_column_that_stands_twice_is_refused() -> None:
    """Which of the two is meant cannot be known."""
    twice = pd.concat([PEOPLE, PEOPLE[["team"]]], axis=1)
    with pytest.raises(tm.ProblemError, match="by='team': the table of candidates has two columns"):
        tm.Problem(SCORES, twice, constraints=[GroupLimit("team", 1)])


def test_a_side_that_cannot_be_told_is_asked_for() -> None:
    """As many candidates as demands, or ids that both sides have."""
    square = np.ones((2, 2))
    with pytest.raises(tm.ProblemError, match="both sides have 2 rows; give side="):
        tm.Problem(square, constraints=[Budget([1, 2], 3)])
    with pytest.raises(tm.ProblemError, match="the Series has the ids of both sides; give side="):
        tm.Problem(square, constraints=[GroupLimit(pd.Series([1, 2]), 3)])
    costs = Budget([1, 2], 3, side="demand")
    limit = tm.Problem(square, constraints=[costs]).rows[0]
    assert limit.use is not None
    assert limit.use(np.array([0]), np.array([1])).tolist() == [2.0]


# ---------------------------------------------------------------- groups


@pytest.mark.parametrize(
    "by",
    [
        "team", [1, 1, 2], np.array([1, 1, 2]), pl.Series([1, 1, 2]),
        pd.Series([2, 1, 1, 7], index=["R3", "R2", "R1", "R7"]),
    ],
)  # fmt: skip
def test_groups_come_in_many_forms(by: Any) -> None:
    """A column, an array by position, a Series by id in another order: the same groups."""
    side = None if isinstance(by, str | pd.Series) else "candidate"
    first = [("R1", "X1"), ("R1", "X2"), ("R2", "X1"), ("R2", "X2")]
    want = {1: first, 2: [("R3", "X1"), ("R3", "X2")]}
    assert groups_of(GroupLimit(by, 1, side=side)) == want


def test_a_row_without_a_value_is_in_no_group() -> None:
    """None, nan and blanks, in a column, a list or a Series."""
    for by in (
        GroupLimit("region", 1, side="candidate"),
        GroupLimit(["north", "south", np.nan], 1, side="candidate"),
        GroupLimit(pd.Series(["south", "north"], index=["R2", "R1"]).reindex(SCORES.index), 1),
    ):
        assert groups_of(by)[None] == [("R3", "X1"), ("R3", "X2")]
    assert groups_of(GroupLimit("kind", 1))[None] == [("R2", "X1"), ("R2", "X2")]
    assert None not in groups_of(GroupLimit("region", 1, side="demand"))
    nobody = GroupLimit([None, None, None], 1, side="candidate")
    assert set(groups_of(nobody)) == {None}
    assert len(problem_of(nobody).rows[0].labels) == 0


def test_a_tuple_crosses_both_sides() -> None:
    """Every pair of values is a group, and a missing one on either side is none."""
    rule = GroupLimit(("region", "enterprise_id"), 1)
    found = groups_of(rule)
    assert found["north", "E1"] == [("R1", "X1")]
    assert found[None] == [("R3", "X1"), ("R3", "X2")]
    assert problem_of(rule).rows[0].labels.tolist() == [
        ("north", "E1"), ("north", "E2"), ("south", "E1"), ("south", "E2"),
    ]  # fmt: skip
    assert problem_of(rule).rows[0].name == "GroupLimit region x enterprise_id"
    by_id = GroupLimit(([5, 6, 6], pd.Series(["b", "a"], index=["X2", "X1"])), 1)
    assert groups_of(by_id)[6, "b"] == [("R2", "X2"), ("R3", "X2")]
    assert len(groups_of(GroupLimit(("candidate_id", "demand_id"), 1))) == 6


def test_none_in_a_key_stands_for_any_value() -> None:
    """The key with fewer None goes first, of two alike the tighter; others have no limit."""
    rule = GroupLimit(
        ("team", "enterprise_id"),
        {(None, "E1"): 3, (1, None): 2, (1, "E2"): 5, (2, "E1"): None},
        at_least={(None, None): 1},
    )
    limit = problem_of(rule).rows[0]
    most = dict(zip(limit.labels.tolist(), limit.most.tolist(), strict=True))
    assert most == {(1, "E1"): 2, (1, "E2"): 5, (2, "E1"): np.inf, (2, "E2"): np.inf}
    assert limit.least.tolist() == [1.0] * 4


def test_only_groups_that_a_dict_names_are_kept_of_a_crossing() -> None:
    """A dict over a large crossing costs what it names, and says the same."""
    rule = GroupLimit(("candidate_id", "demand_id"), {("R2", "X2"): 1, ("R1", None): 0})
    limit = problem_of(rule).rows[0]
    assert limit.labels.tolist() == [("R1", "X1"), ("R1", "X2"), ("R2", "X2")]
    assert limit.group(ROWS, COLS).tolist() == [0, 1, -1, 2, -1, -1]
    assert said(problem_of(rule), ("R1", "X1"), ("R2", "X2")) == [
        "group limit: R1 - X1: has 1 pairs, at most 0 allowed (GroupLimit candidate_id x demand_id)"
    ]
    empty = problem_of(GroupLimit(("candidate_id", "demand_id"), {})).rows[0]
    assert len(empty.labels) == 0
    assert empty.group(ROWS, COLS).tolist() == [-1] * 6


def test_a_crossing_beyond_memory_is_refused() -> None:
    """More groups than can be held are refused, with the way out."""
    big = tm.Problem(sp.csr_array((20000, 10000)))
    with pytest.raises(tm.ProblemError, match="200,000,000 groups are too many; give a dict"):
        big.replace(constraints=[GroupLimit(("candidate_id", "demand_id"), 1)])
    few = GroupLimit(("candidate_id", "demand_id"), {(None, 7): 1})
    assert len(big.replace(constraints=[few]).rows[0].labels) == 20000


def test_limits_by_group_leave_the_others_free() -> None:
    """A dict or a Series limits the groups that it names."""
    for at_most in ({2: 1}, pd.Series([1], index=[2])):
        limit = problem_of(GroupLimit("team", at_most, {1: 2})).rows[0]
        assert limit.most.tolist() == [np.inf, 1.0]
        assert limit.least.tolist() == [2.0, -np.inf]
    named = problem_of(GroupLimit("team", {1: None, 2: np.int64(3)})).rows[0]
    assert named.most.tolist() == [np.inf, 3.0]


def test_the_order_of_rows_does_not_number_the_groups() -> None:
    """Groups are numbered by their values, whatever their types."""
    mixed = problem_of(GroupLimit(["b", 3, "a"], 1, side="candidate")).rows[0]
    assert mixed.labels.tolist() == [3, "a", "b"]
    turned = tm.Problem(SCORES.iloc[::-1], PEOPLE, NEEDS, constraints=[GroupLimit("team", 1)])
    assert turned.rows[0].labels.tolist() == [1, 2]
    assert turned.rows[0].group(ROWS, COLS).tolist() == [1, 1, 0, 0, 0, 0]


# ---------------------------------------------------------------- bound numbers


def test_a_pair_and_a_block_of_pairs_are_asked_alike() -> None:
    """Groups and uses broadcast rows against columns."""
    rng = np.random.default_rng(3)
    stored = sp.random_array((3, 2), density=0.5, rng=rng)
    rules = [
        GroupLimit("team", 1), GroupLimit(("team", "enterprise_id"), 1), TotalLimit(1, unit="load"),
        GroupLimit(("team", "enterprise_id"), {(1, "E1"): 1}), Budget("fee", 1),
        Budget("subsidy", 1), Budget(stored, 1), Budget(SCORES, 1), TotalLimit(1),
    ]  # fmt: skip
    wide = np.arange(3)[:, None], np.arange(2)[None, :]
    for load in (
        None,
        2,
        "hours",
        [[1, 2], [3, 4], [5, 6]],
        sp.csr_array([[0, 3], [0, 0], [2, 0]]),
    ):
        for limit in problem_of(*rules, load=load).rows:
            assert limit.use is not None
            for ask in (limit.group, limit.use):
                block = np.asarray(ask(*wide))
                assert block.shape == (3, 2)
                np.testing.assert_array_equal(block.ravel(), ask(ROWS, COLS))


@pytest.mark.parametrize(
    ("cost", "at_most", "scale", "uses"),
    [
        ([1, 2, 3], 3, 1, [1, 2, 3]),
        ([1.0, 2.0, 3.0], 3, 1, [1, 2, 3]),
        ([1, 2, 3], 3.5, 100, [100, 200, 300]),
        ([0.1, 0.2, 0.3], Decimal("0.3"), 100, [10, 20, 30]),
        ([Decimal("0.1"), 0.1 + 0.2, "2.50"], 1, 100, [10, 30, 250]),
        ("fee", 300.3, 100, [10010, 20000, 20]),
        (pd.Series([3, 2, 1], index=["R3", "R2", "R1"]), 1, 1, [1, 2, 3]),
        (pd.Series([3, 2, 1], index=["R3", "R2", "R1"], dtype="Int64"), 1, 1, [1, 2, 3]),
        ([123456789.01, 1e9 + 0.07, 1e11], 1, 100, [12345678901, 100000000007, 10**13]),
    ],
)
def test_money_is_counted_in_cents(cost: Any, at_most: Any, scale: int, uses: list[int]) -> None:
    """Whole numbers stay whole, cents become whole numbers, in any form."""
    limit = problem_of(Budget(cost, at_most)).rows[0]
    assert (limit.scale, limit.exact) == (scale, True)
    assert limit.use is not None
    assert limit.use(np.arange(3), np.zeros(3, dtype=int)).tolist() == uses
    assert limit.most.tolist() == [float(round(Fraction(at_most) * scale))]
    assert limit.least.tolist() == [-np.inf]


@pytest.mark.parametrize("form", ["array", "list", "frame", "sparse"])
def test_costs_of_pairs_come_in_many_forms(form: str) -> None:
    """A matrix by position or by id; what a sparse one does not store costs nothing."""
    costs = np.array([[1.5, 0.0], [0.0, 2.25], [3.0, 0.0]])
    frame = pd.DataFrame(costs, index=SCORES.index, columns=SCORES.columns)
    given: Any = {
        "array": costs, "list": costs.tolist(), "frame": frame.iloc[::-1, ::-1],
        "sparse": sp.coo_matrix(costs),
    }[form]  # fmt: skip
    limit = problem_of(Budget(given, 3)).rows[0]
    assert limit.use is not None
    assert limit.use(ROWS, COLS).tolist() == (costs * 100).ravel().tolist()
    assert limit.name == "Budget matrix" if form != "frame" else limit.name.startswith("Budget")


def test_real_numbers_of_a_plain_array_are_compared_with_a_tolerance() -> None:
    """Costs that are no cents stay as they are."""
    problem = problem_of(Budget([1 / 3, 2 / 3, 0.0], 1))
    limit = problem.rows[0]
    assert (limit.scale, limit.exact, limit.most.tolist()) == (1, False, [1.0])
    assert limit.use is not None
    assert limit.use(np.array([0]), np.array([0])).tolist() == [1 / 3]
    assert said(problem, ("R1", "X1"), ("R2", "X1")) == []
    assert said(problem, ("R1", "X1"), ("R2", "X1"), ("R2", "X2")) == [
        "budget: all pairs: costs 1.66666666667, at most 1 allowed (Budget array)"
    ]
    assert not problem_of(Budget([1, 2, 3], 1.005)).rows[0].exact


def test_three_tenths_are_within_three_tenths() -> None:
    """0.1 + 0.1 + 0.1 <= 0.3, in money and in load."""
    plan = [("R1", "X1"), ("R2", "X1"), ("R3", "X1")]
    assert said(problem_of(Budget([0.1, 0.1], 0.3)), *plan) == []
    assert said(problem_of(TotalLimit(0.3, unit="load"), load=0.1), *plan) == []
    assert said(problem_of(Budget([0.1, 0.1], 0.29)), *plan) == [
        "budget: all pairs: costs 0.3, at most 0.29 allowed (Budget array)"
    ]
    thrice = tm.Problem(np.ones((1, 3)), load=0.1, capacity=0.3)
    frame = plan_frame(thrice, np.zeros(3, dtype=int), np.arange(3))
    assert tm.check(thrice, frame) == []
    found = tm.check(thrice.replace(capacity=0.29), frame)
    assert [str(v) for v in found] == ["capacity: 0: has load 0.3, at most 0.29 allowed"]


def test_zero_is_no_floor_and_scores_have_no_units() -> None:
    """A floor of zero binds nobody; scores are left to the caller."""
    limit = problem_of(GroupLimit("team", 1.5, -0.5, unit="score")).rows[0]
    assert (limit.use, limit.exact, limit.scale) == (None, False, 1)
    assert limit.least.tolist() == [-0.5, -0.5]
    assert problem_of(TotalLimit(1, 0)).rows[0].least.tolist() == [-np.inf]
    assert problem_of(TotalLimit(0)).rows[0].most.tolist() == [0.0]


# ---------------------------------------------------------------- loads


@pytest.mark.parametrize(
    ("load", "scale", "units"),
    [
        (2, 1, [2, 2, 2, 2, 2, 2]),
        (Decimal("0.5"), 10, [5] * 6),
        ("hours", 100, [10, 25] * 3),
        ([0.1, 0.25], 100, [10, 25] * 3),
        (pd.Series([0.25, 0.1], index=["X2", "X1"]), 100, [10, 25] * 3),
        ([[1, 2], [3, 4], [5, 6.5]], 10, [10, 20, 30, 40, 50, 65]),
        (pd.DataFrame([[2, 1]] * 3, SCORES.index, ["X2", "X1"]), 1, [1, 2] * 3),
        (sp.csr_array([[0.5, 0], [0, 3], [0, 0]]), 10, [5, 10, 10, 30, 10, 10]),
        (sp.csr_array((3, 2)), 1, [1] * 6),
    ],
)
def test_loads_come_in_many_forms(load: Any, scale: int, units: list[int]) -> None:
    """One number, one per demand, one per pair; in whole units of one scale, kept by `replace`."""
    for problem in (problem_of(load=load), problem_of(load=load).replace(min_score=0.1)):
        assert problem.loads is not None
        assert problem.loads.scale == scale
        assert problem.loads.at(ROWS, COLS).tolist() == units
        assert problem.capacity_units.tolist() == [2 * scale] * 3
        assert problem.min_load_units.tolist() == [0] * 3
        assert problem.capacity.tolist() == [2, 2, 2]
        assert problem.capacity.dtype == np.int64
    assert problem_of(load=load).replace(load=None).loads is None


@pytest.mark.parametrize(
    ("load", "words"),
    [
        (0, "load must be a number > 0, at most 2147483647, of at most 6 decimal places: 0"),
        (-1, "decimal places: -1"),
        ("odd", "demand_id 'X1': 0.333"),
        ([1, np.nan], "demand_id 'X2': nan"),
        ([1, 1e305], "demand_id 'X2': 1e+305"),
        ([1, 10**400], "demand_id 'X2': 1000"),
        ([Decimal("1e999"), 1], "demand_id 'X1': 1E+999"),
        (["1", "two"], "demand_id 'X2': two"),
        ([1, 1e10], "demand_id 'X2': 10000000000.0"),
        (True, "decimal places: True"),
        ([[1, 2], [3, 0], [5, 6]], "('R2', 'X2'): 0"),
        (sp.csr_array(np.array([[1.0, 0], [0, 0], [-2, 0]])), "('R3', 'X1'): -2.0"),
        ([1, 2, 3], "load: the array has 3 values; there are 2 demands"),
        (np.ones((2, 2)), "load has the shape (2, 2), the scores (3, 2)"),
        ("team", "load='team': the table of demands has no such column; columns are demand_id,"),
        (pd.Series([1], index=["X1"]), "load: the Series has nothing for demand_id 'X2'"),
        (SCORES.iloc[:2], "load: the table has nothing for candidate_id 'R3'"),
        (Decimal("1e-7"), "decimal places: 1E-7"),
    ],
)
def test_a_wrong_load_is_refused(load: Any, words: str) -> None:
    """Not positive, not a decimal, of a wrong shape: named with ids and values."""
    with pytest.raises(tm.ProblemError, match=re.escape(words)):
        problem_of(load=load)


def test_many_wrong_values_are_counted() -> None:
    """Five are named, the others counted."""
    with pytest.raises(tm.ProblemError, match="demand_id 4: -1; and 3 more"):
        tm.Problem(np.ones((1, 8)), load=np.full(8, -1))
    with pytest.raises(tm.ProblemError, match="candidate_id 4: -1; and 3 more"):
        tm.Problem(np.ones((8, 1)), constraints=[Budget(np.full(8, -1), 1)])
    rule = GroupLimit("demand_id", dict.fromkeys(range(8), 1), dict.fromkeys(range(8), 2))
    with pytest.raises(tm.ProblemError, match="4: at_least 2 > at_most 1; and 3 more"):
        tm.Problem(np.ones((1, 8)), constraints=[rule])


def test_capacities_are_decimals_where_loads_are_given() -> None:
    """They share the scale of the loads; without loads they stay whole numbers."""
    problem = problem_of(load="hours", capacity=[0.5, Decimal("1.125"), "2"], min_load=0.1)
    assert problem.loads is not None
    assert problem.loads.scale == 1000
    assert problem.loads.at(ROWS, COLS).tolist() == [100, 250] * 3
    assert problem.capacity_units.tolist() == [500, 1125, 2000]
    assert problem.min_load_units.tolist() == [100] * 3
    assert problem.capacity.tolist() == [0.5, 1.125, 2.0]
    again = problem.replace(headcount=1)
    assert again.capacity_units.tolist() == [500, 1125, 2000]
    assert repr(again).startswith("<Problem: 3 candidates (capacity 3.625)")
    for held in (problem.capacity, problem.min_load, problem.capacity_units):
        with pytest.raises(ValueError, match="read-only"):
            held[0] = 1
    with pytest.raises(tm.ProblemError, match="capacity must be a whole number from 0"):
        problem_of(capacity=0.5)
    with pytest.raises(tm.ProblemError, match="number of at most 6 decimal places from 0 to 2147"):
        problem_of(capacity=1 / 3, load=1)
    with pytest.raises(tm.ProblemError, match=r"'R1': min_load 0\.6 > capacity 0\.5"):
        problem_of(capacity=0.5, min_load=0.6, load=1)
    with pytest.raises(tm.ProblemError, match="headcount must be a whole number"):
        problem_of(headcount=0.5, load=1)


def test_loads_must_fit_new_scores() -> None:
    """Loads by position stay with scores of the same shape."""
    problem = problem_of(load=[1, 2])
    assert problem.replace(scores=SCORES * 2, candidates=None).loads is not None
    with pytest.raises(tm.ProblemError, match=r"load has the shape \(2,\), the scores \(3, 1\)"):
        problem.replace(scores=SCORES[["X1"]])


def test_a_blank_load_is_one_and_a_column_is_used_only_when_named() -> None:
    """A column `load` in a table means nothing until it is asked for."""
    needs = NEEDS.assign(load=[None, "2.5"])
    problem = tm.Problem(SCORES, PEOPLE, needs)
    assert problem.loads is None
    loads = problem.replace(load="load").loads
    assert loads is not None
    assert loads.at(np.zeros(2, dtype=int), np.arange(2)).tolist() == [10, 25]
    wider = problem.replace(load="load").replace(demands=NEEDS.assign(load=3)).loads
    assert wider is not None
    assert wider.at(np.array([0]), np.array([0])).tolist() == [3]


def test_a_limit_on_load_may_be_finer_than_the_loads() -> None:
    """The row then has a finer scale of its own, so that its limit stays exact."""
    limit = problem_of(TotalLimit(1.05, unit="load"), load=0.5).rows[0]
    assert (limit.scale, limit.most.tolist(), limit.exact) == (100, [105.0], True)
    assert limit.use is not None
    assert limit.use(ROWS, COLS).tolist() == [50.0] * 6
    assert problem_of(TotalLimit(1, unit="load"), load=0.5).rows[0].scale == 10
    plain = problem_of(TotalLimit(2.5, unit="load")).rows[0]
    assert (plain.scale, plain.most.tolist()) == (10, [25.0])
    assert plain.use is not None
    assert plain.use(ROWS, COLS).tolist() == [10.0] * 6


# ---------------------------------------------------------------- conflicts


def test_conflicts_name_candidates_and_groups_of_demands() -> None:
    """Pairs count once whatever their order; a table will do; a demand may be its own group."""
    table = pd.DataFrame({"first": ["R1", "R2"], "second": ["R2", "R1"]})
    assert Conflict(table) == Conflict([("R1", "R2"), ("R2", "R1")]) == Conflict([["R1", "R2"]])
    apart = problem_of(Conflict([("R3", "R1"), ("R1", "R2")])).apart[0]
    assert (apart.first.tolist(), apart.second.tolist()) == ([2, 0], [0, 1])
    assert (apart.labels.tolist(), apart.of_demand.tolist()) == (["E1", "E2"], [0, 1])
    for by in (["a", None], pd.Series([None, "a"], index=["X2", "X1"])):
        apart = problem_of(Conflict([("R1", "R2")], by)).apart[0]
        assert apart.of_demand.tolist() == [0, -1] or apart.labels.tolist() == ["a"]
    single = problem_of(Conflict([("R1", "R2")], "demand_id"))
    assert single.apart[0].labels.tolist() == ["X1", "X2"]
    assert problem_of(Conflict([])).apart[0].first.tolist() == []


# ---------------------------------------------------------------- values

VALUES = [
    lambda: GroupLimit("team", 1),
    lambda: GroupLimit(np.array([1, 1, 2]), {1: 2}, side="candidate", unit="load"),
    lambda: GroupLimit(("team", pd.Series([1, 2], index=["X1", "X2"])), {(None, 1): 1}, penalty=2),
    lambda: GroupLimit(["a", np.nan, "b"], 1, 1, side="candidate"),
    lambda: TotalLimit(5, 2, unit="score", penalty=0.5),
    lambda: Budget(np.array([0.1, 0.2, 0.3]), Decimal("0.3")),
    lambda: Budget(sp.csr_array([[1.0, 0], [0, 2], [0, 0]]), 3, by="team"),
    lambda: Budget(SCORES, pd.Series([1], index=["E1"]), by="enterprise_id"),
    lambda: Conflict([("R1", "R2")], np.array(["a", "b"])),
]


@pytest.mark.parametrize("make", VALUES)
def test_constraints_are_values(make: Any) -> None:
    """Equal where they say the same, hashable, frozen, short to print, and they can be pickled."""
    one, two = make(), make()
    assert one == two
    assert hash(one) == hash(two)
    assert one == pickle.loads(pickle.dumps(one))
    assert one != TotalLimit(99)
    assert one != "x"
    assert len(repr(one)) < 120
    assert "\n" not in repr(one)
    with pytest.raises(AttributeError):
        one.by = 3


def test_constraints_that_differ_are_not_equal() -> None:
    """Arrays, matrices, numbers and sides are compared."""
    array = np.array([1, 2, 3])
    matrix = sp.csr_array([[1.0, 0], [0, 2]])
    for one, two in (
        (Budget(array, 1), Budget(array + 1, 1)),
        (Budget(array, 1), Budget(array[:2], 1)),
        (Budget(array, 1), Budget("fee", 1)),
        (Budget(matrix, 1), Budget(matrix * 2, 1)),
        (Budget(pd.Series(array), 1), Budget(array, 1)),
        (GroupLimit("team", 1), GroupLimit("team", 2)),
        (GroupLimit("team", 1), GroupLimit("team", 1, penalty=1)),
        (GroupLimit("team", 1), GroupLimit(("team", "team"), 1)),
    ):
        assert one != two
    assert repr(GroupLimit("team", 1, penalty=2)) == "GroupLimit('team', at_most=1, penalty=2.0)"
    assert repr(Budget(array, 3)) == "Budget(<ndarray 3>, at_most=3)"


def test_the_callers_values_are_copied() -> None:
    """What the caller changes afterwards reaches neither a constraint nor a problem."""
    by, costs, limits = np.array([1, 1, 2]), np.array([1.0, 2.0, 3.0]), {1: 1}
    matrix, series = sp.csr_array([[1.0, 0], [0, 2], [0, 3]]), pd.Series([1, 2], index=["X1", "X2"])
    loads, frame = np.array([1.0, 2.0]), SCORES.copy()
    rules = (
        GroupLimit(by, limits, side="candidate"), Budget(costs, 9), Budget(matrix, 9),
        GroupLimit((by, series), {(1, 1): 1}), Budget(frame, 9), Conflict([("R1", "R2")], loads),
    )  # fmt: skip
    problem = problem_of(*rules, load=loads)
    before = [
        (r.group(ROWS, COLS).tolist(), None if r.use is None else r.use(ROWS, COLS).tolist())
        for r in problem_of(*rules, load=loads).rows
    ]
    by[:], costs[:], matrix.data[:], series[:], loads[:] = 7, 7, 7, 7, 7
    frame.loc[:, :] = 7.0
    limits[2] = 0
    for source in (problem, problem_of(*rules, load=[1.0, 2.0])):
        after = [
            (r.group(ROWS, COLS).tolist(), None if r.use is None else r.use(ROWS, COLS).tolist())
            for r in source.rows
        ]
        assert after == before
        assert source.rows[0].most.tolist() == [1.0, np.inf]
        assert source.apart[0].labels.tolist() == [1.0, 2.0]
    assert problem.loads is not None
    assert problem.loads.at(np.array([0]), np.array([1])).tolist() == [2]


def test_bound_constraints_can_be_pickled() -> None:
    """A problem's rows, conflicts and loads survive."""
    rules = [make() for make in VALUES]
    problem = problem_of(*rules, load=sp.csr_array([[0.5, 0], [0, 3], [0, 0]]))
    rows, apart, loads = pickle.loads(pickle.dumps((problem.rows, problem.apart, problem.loads)))
    assert [r.name for r in rows] == [r.name for r in problem.rows]
    for one, two in zip(rows, problem.rows, strict=True):
        np.testing.assert_array_equal(one.group(ROWS, COLS), two.group(ROWS, COLS))
        if two.use is not None:
            np.testing.assert_array_equal(one.use(ROWS, COLS), two.use(ROWS, COLS))
    assert apart[0].labels.equals(problem.apart[0].labels)
    np.testing.assert_array_equal(loads.at(ROWS, COLS), problem.loads.at(ROWS, COLS))
    assert len(pickle.loads(pickle.dumps(problem)).rows) == len(problem.rows)


# ---------------------------------------------------------------- checked


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (GroupLimit("team", 1), "group limit: 1: has 2 pairs, at most 1 allowed (GroupLimit team)"),
        (
            GroupLimit("team", at_least={2: 1}),
            "group limit: 2: has 0 pairs, at least 1 required (GroupLimit team)",
        ),
        (
            GroupLimit("enterprise_id", 1, unit="candidates"),
            "group limit: E1: has 2 candidates, at most 1 allowed (GroupLimit enterprise_id)",
        ),
        (
            GroupLimit("team", at_least={1: 2}, unit="demands"),
            "group limit: 1: has 1 demands, at least 2 required (GroupLimit team)",
        ),
        (TotalLimit(1.5, unit="score"), "total limit: all pairs: has score 1.6, at most 1.5 allo"),
        (
            TotalLimit(0.5, unit="load"),
            "total limit: all pairs: has load 2, at most 0.5 allowed (T",
        ),
        (Budget("fee", 300), "budget: all pairs: costs 300.1, at most 300 allowed (Budget fee)"),
        (
            Budget("fee", {1: 100}, by="team"),
            "budget: 1: costs 300.1, at most 100 allowed (Budget fee by team)",
        ),
        (Conflict([("R2", "R1")]), "conflict: R2 - R1: both serve 'E1' (Conflict enterprise_id)"),
    ],
)
def test_each_broken_limit_is_named(rule: Any, words: str) -> None:
    """The rule, the group, what is used and what is allowed."""
    found = said(problem_of(rule), ("R1", "X1"), ("R2", "X1"))
    assert len(found) == 1
    assert found[0].startswith(words)


def test_a_soft_limit_is_never_violated_but_priced() -> None:
    """It costs the penalty for each unit above or below, in the user's own units."""
    rules = [
        GroupLimit("team", 1, penalty=0.5), GroupLimit("team", at_least=3, penalty=0.25),
        Budget("fee", 300, penalty=2), TotalLimit(1, penalty=1, unit="demands"),
    ]  # fmt: skip
    problem = problem_of(*rules)
    assert said(problem, ("R1", "X1"), ("R2", "X1")) == []
    rows, cols = np.array([0, 1]), np.array([0, 0])
    assert penalties(problem, rows, cols) == pytest.approx(0.5 + 0.25 * 4 + 2 * 0.1)
    assert penalties(problem_of(), rows, cols) == 0.0
    none = np.empty(0, dtype=np.intp)
    assert penalties(problem, none, none) == 1.5


def test_loads_claimed_in_a_plan_are_checked() -> None:
    """The column `load` is compared where the problem has loads, and is foreign elsewhere."""
    frame = pd.DataFrame({"candidate_id": ["R1", "R9"], "demand_id": ["X1", "X1"], "load": [2, 3]})
    found = tm.check(problem_of(load="hours"), frame)
    assert [str(v) for v in found][1:] == ["load: R1 - X1: claimed 2, is 0.1"]
    assert [v.rule for v in tm.check(problem_of(), frame)] == ["unknown id"]
    assert tm.check(problem_of(load="hours"), frame.iloc[:1].assign(load="0.1")) == []


def test_floors_of_load_are_checked() -> None:
    """`min_load` counts load where there are loads."""
    problem = problem_of(load="hours", capacity=1, min_load=[0.2, 0, 0])
    assert said(problem, ("R1", "X1")) == ["min_load: R1: has load 0.1, at least 0.2 required"]
    assert said(problem, ("R1", "X2")) == []


def test_a_pair_that_is_not_eligible_has_no_score() -> None:
    """It is named as such and does not spoil the sum of scores."""
    problem = tm.Problem([[np.nan, 0.5]], capacity=2, constraints=[TotalLimit(0.4, unit="score")])
    found = tm.check(problem, plan_frame(problem, np.array([0, 0]), np.array([0, 1])))
    assert [v.rule for v in found] == ["not eligible", "total limit"]


# ---------------------------------------------------------------- against a recount

UNITS = ["pairs", "load", "candidates", "demands", "score"]
OF_PERSON: list[Any] = ["a", "b", None, "a"]
OF_NEED: list[Any] = ["p", "q", "p", None]
HOURS = ["0.5", "1.25", "2", "0.1"]
PRICES = ["10.05", "0.10", "7", "3.33"]


def _usage(unit: str, pairs: list[tuple[int, int]], scores: np.ndarray) -> Fraction:
    if unit == "pairs":
        return Fraction(len(pairs))
    if unit == "load":
        return sum((Fraction(HOURS[j]) for _, j in pairs), Fraction(0))
    if unit == "score":
        return sum((Fraction(float(scores[i, j])) for i, j in pairs), Fraction(0))
    return Fraction(len({pair[unit == "demands"] for pair in pairs}))


def _group(kind: str, i: int, j: int) -> Any:
    person, need = OF_PERSON[i], OF_NEED[j]
    if kind == "both":
        return None if person is None or need is None else (person, need)
    return person if kind == "person" else need


@settings(max_examples=200, deadline=None, derandomize=True)
@given(data=st.data())
def test_check_agrees_with_a_recount(data: st.DataObject) -> None:
    """Of any plan, exactly the groups whose own sum breaks a limit are named."""
    scores = np.arange(16).reshape(4, 4) / 16 - 0.25
    pair = st.tuples(st.integers(0, 3), st.integers(0, 3))
    pairs = data.draw(st.lists(pair, max_size=8, unique=True))
    kind = data.draw(st.sampled_from(["person", "need", "both"]))
    unit = data.draw(st.sampled_from(UNITS))
    least, extra = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 2))
    by = {"person": OF_PERSON, "need": OF_NEED, "both": (OF_PERSON, OF_NEED)}[kind]
    side: Any = {"person": "candidate", "need": "demand", "both": None}[kind]
    budget = data.draw(st.sampled_from(["0", "10.05", "10.15", "20.5"]))
    problem = tm.Problem(
        scores, capacity=9, headcount=4, load=[Decimal(h) for h in HOURS],
        constraints=[
            GroupLimit(by, least + extra, least, side=side, unit=unit),
            Budget(
                [Decimal(p) for p in PRICES], Decimal(budget), side="candidate",
                by=(OF_PERSON, OF_NEED),
            ),
            Conflict([(0, 3), (1, 2)], OF_NEED),
        ],
    )  # fmt: skip
    rows = np.array([i for i, _ in pairs], dtype=np.intp)
    cols = np.array([j for _, j in pairs], dtype=np.intp)
    want = set()
    members = defaultdict(list)
    for i, j in pairs:
        members[_group(kind, i, j)].append((i, j))
    every = {_group(kind, i, j) for i in range(4) for j in range(4)} - {None}
    if kind == "both":
        every = {(a, b) for a in "ab" for b in "pq"}
    for group in every:
        usage = _usage(unit, members[group], scores)
        if usage > least + extra or (least and usage < least):
            want.add(("group limit", group if kind == "both" else (group,)))
    spent = defaultdict(Fraction)
    for i, j in pairs:
        spent[_group("both", i, j)] += Fraction(PRICES[i])
    want |= {("budget", g) for g, sum_ in spent.items() if g and sum_ > Fraction(budget)}
    for a, b in ((0, 3), (1, 2)):
        met = {OF_NEED[j] for i, j in pairs if i == a} & {OF_NEED[j] for i, j in pairs if i == b}
        want |= {("conflict", (a, b))} if met - {None} else set()
    for i in range(4):
        if sum((Fraction(HOURS[j]) for k, j in pairs if k == i), Fraction(0)) > 9:
            want.add(("capacity", (i,)))
    found = tm.check(problem, plan_frame(problem, rows, cols))
    assert {(v.rule, v.ids) for v in found} == want
    limit = problem.rows[0]
    total = used(limit, problem, rows, cols)
    for label, units in zip(limit.labels.tolist(), total.tolist(), strict=True):
        assert units / limit.scale == pytest.approx(float(_usage(unit, members[label], scores)))
