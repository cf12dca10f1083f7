"""`match`: two tables in, a proved plan out, the same whatever form the tables have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import talentmatch as tm
from talentmatch.matching import usual_rules
from test_solving import EFFORTS, make_hard

PEOPLE = pd.DataFrame(
    {
        "candidate_id": ["R1", "R2", "R3", "R4", "R5", "R6"],
        "text": [
            "submarine cable design, XLPE insulation and testing",
            "CNC milling and mould design with CAD",
            "pastry chef: bread, cakes and catering",
            "supply chain planning for cable plants",
            "电缆 绝缘 材料 cable insulation materials",
            "injection mould maker, steel and CNC",
        ],
        "degree": ["master", "bachelor", "none", "", "博士", "associate"],
        "salary_expected": [300_000, 200_000, 90_000, 250_000, 500_000, None],
        "accepts": ["expert", "expert;technical", "technical", "", "expert", "technical"],
        "available_from": [
            "2026-01-01",
            "2026-03-01",
            "",
            "2026-01-15",
            "2026-02-01",
            "2026-01-01",
        ],
        "capacity": [2, 1, 1, 1, 1, 1],
    }
)
NEEDS = pd.DataFrame(
    {
        "demand_id": ["X1", "X2", "X3", "X4"],
        "text": [
            "designer of submarine cables",
            "mould design with CAD and CNC",
            "supply chain planner",
            "cable insulation tests",
        ],
        "min_degree": ["master", "", "bachelor", "bachelor"],
        "salary_max": [400_000, 250_000, None, 400_000],
        "kind": ["expert", "technical", "expert", "expert"],
        "start_date": ["2026-02-01", "2026-02-01", "2026-02-01", ""],
        "headcount": [1, 2, 1, 1],
    }
)


def pairs_of(result: tm.Result) -> set[tuple[str, str]]:
    """The chosen pairs by id."""
    return set(zip(result.pairs["candidate_id"], result.pairs["demand_id"], strict=True))


def test_usual_rules_follow_the_columns() -> None:
    """A rule for each pair of columns that both tables have, none for half a pair."""
    assert [type(rule) for rule in usual_rules(PEOPLE, NEEDS)] == [
        tm.AtLeast, tm.AvailableBy, tm.Within, tm.AcceptsKind,
    ]  # fmt: skip
    for ours, theirs in (
        ("degree", "min_degree"), ("available_from", "start_date"),
        ("salary_expected", "salary_max"), ("accepts", "kind"),
    ):  # fmt: skip
        assert len(usual_rules(PEOPLE.drop(columns=ours), NEEDS)) == 3
        assert len(usual_rules(PEOPLE, NEEDS.drop(columns=theirs))) == 3
    assert usual_rules(PEOPLE[["candidate_id"]], NEEDS) == []


def test_match_keeps_every_must_have() -> None:
    """Degree, date, salary, kind, capacity and headcount hold in the plan, pair by pair."""
    result = tm.match(PEOPLE, NEEDS)
    people, needs = PEOPLE.set_index("candidate_id"), NEEDS.set_index("demand_id")
    barred = {
        # degree: asked master, bachelor
        ("R2", "X1"), ("R3", "X1"), ("R6", "X1"), ("R3", "X3"), ("R6", "X3"), ("R3", "X4"),
        ("R6", "X4"),
        # salary above the ceiling
        ("R5", "X1"), ("R1", "X2"), ("R5", "X2"), ("R5", "X4"),
        # kind not accepted
        ("R3", "X1"), ("R3", "X3"), ("R3", "X4"), ("R6", "X1"), ("R6", "X3"), ("R6", "X4"),
        ("R1", "X2"), ("R5", "X2"),
        # not there on the day
        ("R2", "X1"), ("R2", "X2"), ("R2", "X3"),
    }  # fmt: skip
    scores = pd.DataFrame(result.scores.toarray(), index=people.index, columns=needs.index)
    seen = {(i, j) for i in people.index for j in needs.index if np.isnan(scores.loc[i, j])}
    assert seen == barred
    assert result.status == "optimal"
    assert result.problem.capacity.tolist() == PEOPLE["capacity"].tolist()
    assert result.problem.headcount.tolist() == NEEDS["headcount"].tolist()
    assert ("R1", "X1") in pairs_of(result)
    assert ("R6", "X2") in pairs_of(result)
    assert not pairs_of(result) & barred


def test_match_is_read_score_solve() -> None:
    """The one call gives what the three calls give, and keeps problem and scores."""
    scorer = tm.FitScorer().fit(PEOPLE, NEEDS)
    scores = scorer.score(PEOPLE, NEEDS)
    problem = tm.Problem(scores, tm.read_candidates(PEOPLE), tm.read_demands(NEEDS), capacity=3)
    apart = tm.solve(problem)
    whole = tm.match(PEOPLE, NEEDS, scorer=tm.FitScorer(), capacity=3)
    pd.testing.assert_frame_equal(whole.pairs, apart.pairs)
    assert whole.objective == apart.objective
    np.testing.assert_array_equal(whole.scores.toarray(), scores.toarray())
    frame = whole.to_frame(["degree", "min_degree"])
    assert frame.loc[frame["candidate_id"] == "R5", "degree"].eq("博士").all()


def test_a_fitted_scorer_is_used_as_it_is() -> None:
    """`match` never refits: scores on a few rows are those of the whole fit."""
    scorer = tm.FitScorer().fit(PEOPLE, NEEDS)
    few = tm.match(PEOPLE.iloc[:2], NEEDS.iloc[:2], scorer=scorer)
    want = scorer.score(PEOPLE, NEEDS).toarray()[:2, :2]
    np.testing.assert_array_equal(few.scores.toarray(), want)
    with pytest.raises(tm.ProblemError, match="scorer must be a FitScorer, not str"):
        tm.match(PEOPLE, NEEDS, scorer="tfidf")  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("form", ["shuffled", "filtered", "indexed", "polars", "records", "csv"])
def test_the_form_of_the_tables_does_not_matter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, effort: str, form: str
) -> None:
    """Shuffled rows, a filtered frame, the id as index, polars, records, files: the same pairs."""
    make_hard(monkeypatch, effort)
    given: tuple[Any, Any] = PEOPLE, NEEDS
    if form == "shuffled":
        given = PEOPLE.sample(frac=1, random_state=1), NEEDS.sample(frac=1, random_state=1)
    elif form == "filtered":
        more = pd.concat([PEOPLE.assign(candidate_id=[f"Q{k}" for k in range(6)]), PEOPLE])
        given = more[more["candidate_id"].str.startswith("R")], NEEDS
    elif form == "indexed":
        given = PEOPLE.set_index("candidate_id"), NEEDS.set_index("demand_id")
    elif form == "polars":
        given = pl.from_pandas(PEOPLE), pl.from_pandas(NEEDS).lazy()
    elif form == "records":
        given = PEOPLE.to_dict("records"), NEEDS.to_dict("records")
    elif form == "csv":
        given = tmp_path / "people.csv", str(tmp_path / "needs.csv.gz")
        PEOPLE.to_csv(given[0], index=False)
        NEEDS.to_csv(given[1], index=False)
    result, want = tm.match(*given), tm.match(PEOPLE, NEEDS)
    assert pairs_of(result) == pairs_of(want)
    assert result.objective == want.objective


def test_their_headings_are_mapped() -> None:
    """Headings of theirs are named for ours, on either side; Chinese ones are known."""
    people = PEOPLE.rename(columns={"text": "about"})
    needs = NEEDS.rename(columns={"demand_id": "编号", "text": "wanted", "headcount": "人数"})
    result = tm.match(
        people, needs, candidate_columns={"about": "text"}, demand_columns={"wanted": "text"}
    )
    assert pairs_of(result) == pairs_of(tm.match(PEOPLE, NEEDS))


def test_limits_and_constraints_are_handed_on() -> None:
    """Every argument of Problem and solve arrives."""
    first = tm.match(PEOPLE, NEEDS)
    pair = next(iter(pairs_of(first)))
    seen: list[Any] = []
    result = tm.match(
        PEOPLE, NEEDS, constraints=[tm.Forbid([pair])], capacity=2, headcount=1, min_load=0,
        min_headcount=pd.Series([1, 0, 0, 0], index=NEEDS["demand_id"]), min_score=0.01,
        eligible=np.ones((6, 4), dtype=bool), seed=3, gap=0.0, time_limit=60.0,
        progress=seen.append, previous=first,
    )  # fmt: skip
    assert pair not in pairs_of(result)
    assert result.problem.capacity.tolist() == [2] * 6
    assert result.problem.headcount.tolist() == [1] * 4
    assert result.problem.min_headcount.tolist() == [1, 0, 0, 0]
    assert result.problem.min_score == 0.01
    assert result.seed == 3
    assert seen
    assert (result.pairs["score"] >= 0.01).all()
    with pytest.raises(tm.ProblemError, match="aim must be one of"):
        tm.match(PEOPLE, NEEDS, aim="most")


def test_flaws_of_a_table_are_named() -> None:
    """Bad rows raise before anything is scored, all of them at once."""
    bad = PEOPLE.assign(capacity=[-1, 1, 1.5, 1, 1, 1])
    with pytest.raises(tm.InputError) as caught:
        tm.match(bad, NEEDS)
    assert [(flaw.row, flaw.id) for flaw in caught.value.flaws] == [(1, "R1"), (3, "R3")]


def test_the_callers_tables_are_untouched() -> None:
    """The whole job changes neither table."""
    people, needs = PEOPLE.copy(deep=True), NEEDS.copy(deep=True)
    tm.match(people, needs).to_frame(["degree"])
    pd.testing.assert_frame_equal(people, PEOPLE)
    pd.testing.assert_frame_equal(needs, NEEDS)
