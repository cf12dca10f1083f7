"""`Problem`: what it takes, what it refuses and how it says so, and that it stays as it is."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp

import talentmatch as tm

IDS = pd.DataFrame([[0.9, 0.2], [0.8, 0.7]], index=["R1", "R2"], columns=["X1", "X2"])
PEOPLE = pd.DataFrame({"candidate_id": ["R2", "R1"], "capacity": [3, 2], "slots": [5, 4]})
NEEDS = pd.DataFrame({"demand_id": ["X2", "X1", "X9"], "headcount": [2, 0, 7], "least": [1, 0, 1]})


# ---------------------------------------------------------------- refused

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"scores": [1.0, 2.0]}, "scores must have two dimensions, not 1"),
    ({"scores": [["a"]]}, "scores are not numbers"),
    ({"scores": pd.DataFrame([["a"]])}, "scores are not numbers"),
    ({"scores": [[1, 2], [3]]}, "scores are not numbers"),
    ({"scores": [[0.5, np.inf]]}, "the score of row 0, column 1 is infinite; nan = not eligible"),
    ({"scores": [[0.5], [-np.inf]]}, "the score of row 1, column 0 is infinite"),
    ({"scores": sp.csr_array([[np.nan]])}, "a stored score is not finite"),
    ({"scores": sp.coo_array(np.ones(2))}, "scores must have two dimensions, not 1"),
    ({"scores": pd.DataFrame([[1], [2]], index=["R", "R"])}, "candidate ids repeat: ['R']"),
    ({"scores": pd.DataFrame([[1, 2]], columns=["X", "X"])}, "demand ids repeat: ['X']"),
    (
        {"scores": pd.DataFrame([[1], [2]], index=["R", None])},
        "candidate id is missing at position 1",
    ),
    ({"capacity": [1, 2, 3]}, "capacity has the shape (3,); there are 2 candidate_ids"),
    ({"capacity": [[1, 2]]}, "capacity has the shape (1, 2)"),
    ({"capacity": [1, 1.5]}, "whole number from 0 to 2147483647: candidate_id 'R2': 1.5"),
    ({"capacity": [-1, -2]}, "candidate_id 'R1': -1; candidate_id 'R2': -2"),
    ({"capacity": [np.nan, 1]}, "candidate_id 'R1': nan"),
    ({"capacity": [None, 1]}, "candidate_id 'R1': None"),
    ({"capacity": [np.inf, 1]}, "candidate_id 'R1': inf"),
    ({"capacity": ["two", "1"]}, "candidate_id 'R1': 'two'"),
    ({"capacity": True}, "candidate_id 'R1': True; candidate_id 'R2': True"),
    ({"capacity": pd.Series([True, 2], index=["R1", "R2"])}, "candidate_id 'R1': True"),
    ({"capacity": 2**31}, "candidate_id 'R1': 2147483648"),
    (
        {"headcount": [1, 0.25]},
        "headcount must be a whole number from 0 to 2147483647: demand_id 'X2'",
    ),
    ({"min_load": -1}, "min_load must be a whole number"),
    ({"min_headcount": 0.5}, "min_headcount must be a whole number"),
    (
        {"min_load": [0, 2]},
        "a floor stands above its ceiling: candidate_id 'R2': min_load 2 > capacity 1",
    ),
    (
        {"min_headcount": 3, "headcount": 2},
        "demand_id 'X1': min_headcount 3 > headcount 2; demand_id 'X2': min_headcount 3 > ",
    ),
    ({"capacity": "slots"}, "capacity='slots': the table has no such column"),
    (
        {"capacity": "places", "candidates": PEOPLE},
        "capacity='places': the table has no such column",
    ),
    ({"capacity": pd.Series([1], index=["R1"])}, "the Series has nothing for candidate_id ['R2']"),
    ({"capacity": pd.Series([1, 2], index=["R1", "R1"])}, "capacity: the Series repeats ids"),
    ({"candidates": PEOPLE.iloc[:1]}, "the table of candidates has no row for candidate_id ['R1']"),
    ({"candidates": pd.concat([PEOPLE, PEOPLE])}, "repeats candidate_id ['R2', 'R1']"),
    (
        {"demands": pd.DataFrame({"headcount": [1]})},
        "the table of demands has no column 'demand_id'",
    ),
    (
        {"demands": pd.DataFrame({"headcount": [1, 1]})},
        "the table of demands has no column 'demand_id'",
    ),
    ({"candidates": {"candidate_id": ["R1"]}}, "cannot read a table from dict"),
    ({"candidates": pl.DataFrame({"candidate_id": ["R1"]})}, "no row for candidate_id ['R2']"),
    ({"eligible": [[True]]}, "eligible has the shape (1, 1), the scores (2, 2)"),
    ({"eligible": [[1, 0], [2, 1]]}, "eligible must hold True and False"),
    ({"eligible": [["a", "b"], ["c", "d"]]}, "eligible must hold True and False"),
    (
        {"eligible": pd.DataFrame(True, index=["R1"], columns=["X1", "X2"])},
        "every candidate and demand id",
    ),
    (
        {"eligible": pd.DataFrame(True, index=["R1", "R1"], columns=["X1", "X2"])},
        "eligible repeats ids",
    ),
    ({"min_score": np.nan}, "min_score must be a finite number, not nan"),
    ({"min_score": "0.3"}, "min_score must be a number, not '0.3'"),
    ({"min_score": True}, "min_score must be a number, not True"),
    ({"min_score": [0.1]}, "min_score must be a number"),
    ({"constraints": "x"}, "not a constraint: 'x'"),
    ({"constraints": [3]}, "not a constraint: 3"),
    (
        {"constraints": [tm.Lock([("R1", "X7")])]},
        "Lock: unknown demand_ids ['X7']; ids look like ['X1'",
    ),
    ({"constraints": [tm.Forbid([("R7", "X1")])]}, "Forbid: unknown candidate_ids ['R7']"),
]


@pytest.mark.parametrize(("given", "words"), WRONG)
def test_every_mistake_is_refused_in_words(given: dict[str, Any], words: str) -> None:
    """A malformed argument raises a ProblemError that says what is wrong and where."""
    with pytest.raises(tm.ProblemError, match=re.escape(words)):
        tm.Problem(**{"scores": IDS, **given})


def test_many_mistakes_are_counted() -> None:
    """Five are named, the others counted."""
    with pytest.raises(tm.ProblemError, match="candidate_id 4: -1; and 3 more"):
        tm.Problem(np.ones((8, 1)), capacity=-1)
    with pytest.raises(tm.ProblemError, match="min_load 2 > capacity 1; and 3 more"):
        tm.Problem(np.ones((8, 1)), min_load=2)


@pytest.mark.parametrize("kind", [tm.Lock, tm.Forbid])
@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (("R1", "X1"), "takes (candidate_id, demand_id) pairs, not 'R1'"),
        ([("R1",)], "takes (candidate_id, demand_id) pairs, not ('R1',)"),
        ([("R1", "X1", 3)], "pairs, not ('R1', 'X1', 3)"),
        ([1, 2], "pairs, not 1"),
        (pd.DataFrame({"candidate_id": ["R1"]}), "the table has no column demand_id"),
        (pd.DataFrame({"id": ["R1"]}), "no column candidate_id nor demand_id"),
    ],
)
def test_pairs_of_a_constraint_are_checked(kind: Any, pairs: Any, words: str) -> None:
    """What is not a list of pairs is refused where it is written."""
    with pytest.raises(tm.ProblemError, match=re.escape(words)):
        kind(pairs)


# ---------------------------------------------------------------- taken


def test_constraints_take_lists_and_tables() -> None:
    """Pairs come as lists or as a table, each counts once, and equal values are equal."""
    table = pd.DataFrame({"demand_id": ["X1", "X1"], "candidate_id": ["R1", "R1"]})
    assert tm.Lock(table) == tm.Lock([("R1", "X1")]) == tm.Lock([["R1", "X1"]])
    assert tm.Lock([]) == tm.Lock(()) != tm.Forbid([])
    with pytest.raises(AttributeError):
        tm.Lock([]).pairs = ()  # type: ignore[misc]  # on purpose


def test_one_constraint_needs_no_list() -> None:
    """A single constraint is taken as a list of one."""
    assert tm.Problem(IDS, constraints=tm.Forbid([("R1", "X1")])).constraints == (
        tm.Forbid([("R1", "X1")]),
    )


@pytest.mark.parametrize(
    "capacity",
    [
        [4, 5], (4.0, 5.0), np.array([4, 5], dtype=np.int8), np.array([4.0, 5.0]), ["4", "5"],
        pd.Series([5, 4], index=["R2", "R1"]), pd.Series([5.0, 4.0, 9.0], index=["R2", "R1", "R3"]),
        pd.Series(["5", "4"], index=["R2", "R1"]), "slots", pl.Series([4, 5]),
        pd.Series([5, 4], index=["R2", "R1"], dtype="Int64"),
    ],
)  # fmt: skip
def test_limits_come_in_many_forms(capacity: Any) -> None:
    """Arrays by position, a Series by id, a column by name: the same whole numbers."""
    problem = tm.Problem(IDS, PEOPLE, capacity=capacity)
    assert problem.capacity.tolist() == [4, 5]
    assert problem.capacity.dtype == np.int64


def test_a_number_stands_for_all_and_defaults_are_one_and_zero() -> None:
    """Without a word a candidate takes one demand, a demand one person, and nothing is a must."""
    problem = tm.Problem(IDS, headcount=3)
    assert problem.capacity.tolist() == [1, 1]
    assert problem.headcount.tolist() == [3, 3]
    assert problem.min_load.tolist() == problem.min_headcount.tolist() == [0, 0]


def test_columns_of_the_tables_are_used_by_name_and_joined_by_id() -> None:
    """`capacity` and `headcount` are found; others are named; rows nobody scored are left out."""
    problem = tm.Problem(IDS, PEOPLE, NEEDS, min_headcount="least", headcount=1)
    assert problem.capacity.tolist() == [2, 3]
    assert problem.headcount.tolist() == [1, 1]
    assert problem.min_headcount.tolist() == [0, 1]
    assert problem.demands is not None
    assert problem.demands["demand_id"].tolist() == ["X1", "X2"]
    assert tm.Problem(IDS, PEOPLE, NEEDS).headcount.tolist() == [0, 2]


@pytest.mark.parametrize("blank", [None, np.nan, pd.NA, "", " "])
def test_blank_cells_of_a_column_are_the_default(blank: Any) -> None:
    """An empty cell of a capacity or floor column means one, or zero."""
    table = pd.DataFrame(
        {"candidate_id": ["R1", "R2"], "capacity": pd.Series([blank, 3], dtype=object)}
    )
    assert tm.Problem(IDS, table).capacity.tolist() == [1, 3]
    table["low"] = pd.Series([2, blank], dtype=object)
    assert tm.Problem(IDS, table, capacity=9, min_load="low").min_load.tolist() == [2, 0]


@pytest.mark.parametrize("index", [None, "candidate_id", "unnamed"])
def test_the_id_may_stand_in_the_index(index: str | None) -> None:
    """A table whose id is its index, named or not, is joined by id like any other."""
    table = PEOPLE if index is None else PEOPLE.set_index("candidate_id")
    if index == "unnamed":
        table = table.rename_axis(None)
    assert tm.Problem(IDS, table).capacity.tolist() == [2, 3]


def test_plain_arrays_take_the_ids_of_a_table_in_order() -> None:
    """Scores without ids and a table of the same length: row k is the table's row k."""
    problem = tm.Problem(IDS.to_numpy(), PEOPLE)
    assert problem.candidate_ids.tolist() == ["R2", "R1"]
    assert problem.candidate_ids.name == "candidate_id"
    assert problem.capacity.tolist() == [3, 2]
    result = tm.solve(problem)
    assert result.candidate_prices.index.tolist() == ["R2", "R1"]
    plain = tm.Problem(IDS.to_numpy(), PEOPLE[["capacity"]])
    assert plain.candidate_ids.tolist() == [0, 1]
    assert plain.capacity.tolist() == [3, 2]


def test_new_ids_keep_what_the_scores_know() -> None:
    """Terms and the reason of missing pairs survive when a table's ids replace positions."""
    people = pd.DataFrame({"candidate_id": ["R1"]})
    result = tm.solve(tm.Problem(sp.csr_array((1, 1)), people))
    assert "1 by not stored in the sparse scores given" in result.unfilled["sentence"][0]


def test_scores_come_in_many_forms() -> None:
    """Lists, integers, booleans, float32, nullable and polars columns, duplicated entries."""
    for scores, want in (
        ([[1, None]], [[1.0, np.nan]]),
        (np.array([[1, 2]]), [[1.0, 2.0]]),
        (np.array([[True, False]]), [[1.0, 0.0]]),
        (np.array([[0.5]], dtype=np.float32), [[0.5]]),
        (pd.DataFrame({"X": pd.array([1, None], dtype="Int64")}), [[1.0], [np.nan]]),
        (pl.DataFrame({"a": [1.0, 2.0]}), [[1.0], [2.0]]),
        (sp.coo_array(([1.0, 2.0], ([0, 0], [0, 0])), shape=(1, 2)), [[3.0, np.nan]]),
        (sp.csc_matrix([[0.0, 4.0]]), [[np.nan, 4.0]]),
    ):
        np.testing.assert_array_equal(tm.Problem(scores).scores.toarray(), want)


def test_a_frame_brings_its_ids() -> None:
    """Rows and columns of a frame name candidates and demands."""
    problem = tm.Problem(IDS)
    assert problem.candidate_ids.tolist() == ["R1", "R2"]
    assert problem.demand_ids.tolist() == ["X1", "X2"]
    assert problem.shape == (2, 2)
    assert repr(problem) == ("<Problem: 2 candidates (capacity 2), 2 demands (headcount 2)>")
    assert "1 constraints" in repr(problem.replace(constraints=[tm.Lock([("R1", "X1")])]))


# ---------------------------------------------------------------- stays as it is


def test_a_problem_is_frozen() -> None:
    """Neither an attribute nor a number inside can be changed."""
    for problem in (tm.Problem(IDS), tm.Problem(IDS, capacity=[1, 1], headcount=[1, 1])):
        with pytest.raises(AttributeError, match=r"use problem\.replace\(capacity=\.\.\.\)"):
            problem.capacity = 3  # type: ignore[assignment]  # on purpose
        for name in ("capacity", "headcount", "min_load", "min_headcount"):
            with pytest.raises(ValueError, match="read-only"):
                getattr(problem, name)[0] = 3


def test_the_callers_arrays_are_copied() -> None:
    """What the caller changes afterwards does not reach the problem."""
    scores, capacity, mask = np.array([[0.5, 0.9]]), np.array([1]), np.array([[True, True]])
    table = pd.DataFrame({"candidate_id": ["R1"], "capacity": [1]})
    problem = tm.Problem(scores, table, headcount=capacity.repeat(2), eligible=mask)
    scores[:], mask[:] = 0.1, False
    table.loc[0, "capacity"] = 7
    assert tm.solve(problem).objective == 0.9
    assert problem.candidates is not None
    assert problem.candidates["capacity"].tolist() == [1]
    stored, allowed = sp.csr_array([[0.5, 0.9]]), sp.csr_array([[True, True]])
    problem = tm.Problem(stored, capacity=capacity, eligible=allowed)
    stored.data[:], allowed.data[:], capacity[:] = 0.1, False, 2
    assert tm.solve(problem).objective == 0.9


def test_the_callers_frames_are_untouched() -> None:
    """Building and solving leave scores and tables as they were."""
    before = [frame.copy(deep=True) for frame in (IDS, PEOPLE, NEEDS)]
    tm.solve(tm.Problem(IDS, PEOPLE, NEEDS, capacity="slots", eligible=IDS > 0)).to_frame(["slots"])
    for now, then in zip((IDS, PEOPLE, NEEDS), before, strict=True):
        pd.testing.assert_frame_equal(now, then)


def test_replace_changes_only_what_it_names() -> None:
    """A changed copy keeps the rest, the original keeps everything."""
    mask = np.array([[True, False], [True, True]])
    problem = tm.Problem(
        IDS, PEOPLE, capacity="slots", headcount=[2, 1], min_score=0.1, eligible=mask,
        constraints=[tm.Forbid([("R1", "X1")])],
    )  # fmt: skip
    free = problem.replace(constraints=[])
    assert problem.constraints == (tm.Forbid([("R1", "X1")]),)
    assert free.constraints == ()
    assert free.capacity.tolist() == [4, 5]
    assert free.headcount.tolist() == [2, 1]
    assert free.min_score == 0.1
    np.testing.assert_array_equal(np.isnan(free.block(np.arange(2))), ~mask)
    wider = problem.replace(candidates=PEOPLE.assign(slots=9), min_score=None)
    assert wider.capacity.tolist() == [9, 9]
    assert wider.min_score is None
    with pytest.raises(TypeError, match=r"replace\(\) got \['capcity'\]"):
        problem.replace(capcity=2)


def test_barred_pairs_are_nan_by_block_and_one_by_one() -> None:
    """`block`, `blocks` and `at` agree on every pair and every way to bar it."""
    rng = np.random.default_rng(4)
    scores = np.where(rng.random((6, 5)) < 0.2, np.nan, rng.random((6, 5)))
    mask = rng.random((6, 5)) < 0.8
    want = np.where(mask & (scores >= 0.2), scores, np.nan)
    want[2, 3] = np.nan
    rows, cols = np.indices((6, 5)).reshape(2, -1)
    stored = np.nonzero(~np.isnan(scores))
    sparse = sp.csr_array((scores[stored], stored), shape=scores.shape)
    for given in (scores, sparse):
        for eligible in (mask, sp.csr_array(mask), sp.coo_array(mask)):
            problem = tm.Problem(
                given, eligible=eligible, min_score=0.2, constraints=[tm.Forbid([(2, 3)])]
            )
            np.testing.assert_array_equal(problem.block(np.arange(6)), want)
            np.testing.assert_array_equal(np.vstack([b for _, b in problem.blocks()]), want)
            np.testing.assert_array_equal(problem.at(rows, cols), want.ravel())
            nobody = np.empty(0, dtype=np.intp)
            assert problem.at(nobody, nobody).shape == (0,)


def test_a_mask_by_id_is_matched_by_id() -> None:
    """An eligibility frame in another order bars the same pairs."""
    mask = pd.DataFrame([[True, True], [False, True]], index=["R2", "R1"], columns=["X2", "X1"])
    problem = tm.Problem(IDS, eligible=mask)
    np.testing.assert_array_equal(
        np.isnan(problem.block(np.arange(2))), [[False, True], [False, False]]
    )


def test_numbers_no_plan_can_add_up_are_refused() -> None:
    """A score near the end of the float range, and a capacity that is no real number."""
    with pytest.raises(tm.ProblemError, match="row 0, column 1 is beyond 1e\\+200"):
        tm.Problem([[1.0, 1.7e308]])
    with pytest.raises(tm.ProblemError, match="capacity must be a whole number"):
        tm.Problem([[1.0]], capacity=[1 + 0j])


def test_a_joined_column_never_hides_the_plans_own() -> None:
    """A table may have a column `score` too."""
    people = pd.DataFrame(
        {"candidate_id": ["R1"], "score": ["A+"], "level": pd.array([3], "Int64")}
    )
    frame = tm.solve(tm.Problem([[0.5]], people)).to_frame(columns=["score", "level"])
    assert frame[["score", "score_candidate", "level"]].values.tolist() == [[0.5, "A+", 3]]
    assert str(frame["level"].dtype) == "Int64"


@pytest.mark.parametrize("form", ["column", "index", "polars", "heading", "no texts"])
def test_raw_tables_join_the_ids_that_the_scorer_read(form: str) -> None:
    """Numbers as ids, in a column, the index, a polars frame or under a Chinese heading."""
    people = pd.DataFrame(
        {"candidate_id": [3, 1], "text": ["cable design", "bread"], "capacity": ["1", 2.0]}
    )
    needs = pd.DataFrame({"demand_id": [7, 8], "text": ["cable", "bread"], "人数": [2, 1]})
    scores = tm.FitScorer().fit(people, needs).score(people, needs)
    raw: Any = people
    if form == "index":
        raw = people.set_index("candidate_id")
    elif form == "polars":
        raw = pl.from_pandas(people.astype({"capacity": str}))
    elif form == "heading":
        raw = people.rename(columns={"candidate_id": "编号"})
    elif form == "no texts":
        raw = people[["candidate_id", "capacity"]].iloc[::-1]
    problem = tm.Problem(scores, raw, needs)
    assert problem.capacity.tolist() == [1, 2]
    assert problem.headcount.tolist() == [2, 1]
    assert people["candidate_id"].tolist() == [3, 1]


def test_a_changed_copy_keeps_the_headings_of_the_tables() -> None:
    """A heading that the vocabulary knows by another name is not renamed on the way."""
    posts = pd.DataFrame({"demand_id": ["X1", "X2"], "sector": ["a", "b"]})
    people = pd.DataFrame({"candidate_id": ["R1"], "sector": ["a"]})
    problem = tm.Problem([[0.5, 0.4]], people, posts)
    for changed in (
        problem.replace(min_score=0.1),
        problem.replace(capacity=2).replace(headcount=2),
    ):
        assert list(changed.demands.columns) == ["demand_id", "sector"]
        assert list(changed.candidates.columns) == ["candidate_id", "sector"]
        limit = tm.GroupLimit("sector", at_most={"a": 0}, side="demand")
        assert tm.solve(changed.replace(constraints=[limit])).pairs["demand_id"].tolist() == ["X2"]
    assert posts.attrs == {}
