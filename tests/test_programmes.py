"""Talent programmes and permits: who may apply, what is still missing, which starts are barred."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import talentmatch as tm
from talentmatch.centre.conditions import AnyOf, Condition, judge
from talentmatch.centre.permits import PermitLeadTimes, barred_by_permits, compare_permits
from talentmatch.centre.policy import Policy
from talentmatch.centre.programmes import eligible_programmes
from talentmatch.centre.schemes import Programme

BEILUN = Policy.load("beilun-2021")
TIMES = PermitLeadTimes(together=10, separate=(10, 15))
TODAY = dt.date(2021, 11, 30)

# A person whom both of Beilun's programmes take, with nothing missing.
SOUND: dict[str, Any] = {
    "candidate_id": "R1",
    "degree": "doctor",
    "full_time": "yes",
    "worked_abroad": "yes",
    "years_of_experience": 12,
    "date_of_birth": "1980-01-01",
    "documents": ["passport", "degree certificate", "proof of work abroad", "contract",
                  "curriculum vitae", "research plan"],
}  # fmt: skip


def found(programme: str, on: object = TODAY, **facts: object) -> Any:
    """The row of one programme for `SOUND` with some facts changed."""
    rows = eligible_programmes([SOUND | facts], BEILUN, on=on).set_index("programme")
    return rows.loc[programme]


# --- programmes ----------------------------------------------------------------------------------


def test_who_meets_every_rule_is_eligible_with_every_reason() -> None:
    """One row for each person and programme; a reason for each rule, with the fact."""
    rows = eligible_programmes([SOUND, SOUND | {"candidate_id": "R2"}], BEILUN, on=TODAY)
    assert rows[["candidate_id", "programme"]].to_numpy().tolist() == [
        [who, programme.name] for who in ("R1", "R2") for programme in BEILUN.programmes
    ]
    assert rows["state"].eq("eligible").all()
    assert rows["missing"].map(len).eq(0).all()
    assert rows["documents_missing"].map(len).eq(0).all()
    assert rows["reasons"][1] == [
        "degree at least doctor: it is doctor",
        "full_time is yes: it is yes",
        "date_of_birth age at most 55: it is 1980-01-01",
    ]


@pytest.mark.parametrize(
    ("programme", "facts", "state", "missing"),
    [
        ("overseas_engineer", {"degree": "bachelor"}, "eligible", []),  # ten years are enough
        ("overseas_engineer", {"degree": "学士", "years_of_experience": 9}, "not eligible", []),
        ("overseas_engineer", {"degree": "硕士", "years_of_experience": None}, "eligible", []),
        ("overseas_engineer", {"degree": None, "years_of_experience": None}, "undetermined",
         ["degree", "years_of_experience"]),
        ("overseas_engineer", {"degree": "bachelor", "years_of_experience": None}, "undetermined",
         ["years_of_experience"]),
        ("overseas_engineer", {"worked_abroad": None, "full_time": "no"}, "not eligible", []),
        ("overseas_engineer", {"worked_abroad": ""}, "undetermined", ["worked_abroad"]),
        ("talent_programme", {"degree": "master"}, "not eligible", []),
        ("talent_programme", {"date_of_birth": None}, "undetermined", ["date_of_birth"]),
        # 56 years old on the very birthday, not on the day before.
        ("talent_programme", {"date_of_birth": "1965-11-30"}, "not eligible", []),
        ("talent_programme", {"date_of_birth": "1965-12-01"}, "eligible", []),
    ],
)  # fmt: skip
def test_rules_decide_or_name_what_is_missing(
    programme: str, facts: dict[str, object], state: str, missing: list[str]
) -> None:
    """A rule that fails decides whatever is missing; otherwise the deciding facts are named."""
    row = found(programme, **facts)
    assert (row["state"], row["missing"]) == (state, missing)


def test_a_person_born_on_29_february_is_a_year_older_on_1_march() -> None:
    """Ages are full years, in leap years and others."""
    asked = Condition("date_of_birth", "age_at_least", Decimal(21))
    born = {"date_of_birth": dt.date(2000, 2, 29)}
    assert asked.judge(born, on=dt.date(2021, 2, 28)).holds is False
    assert asked.judge(born, on=dt.date(2021, 3, 1)).holds is True


def test_documents_still_missing_are_listed_and_decide_nothing() -> None:
    """In the programme's order; spelled with other capitals or in wide letters all the same."""
    row = found("talent_programme", documents="Contract; ＰＡＳＳＰＯＲＴ ; diploma")
    assert row["state"] == "eligible"
    assert row["documents_missing"] == ["degree certificate", "curriculum vitae", "research plan"]
    every = list(BEILUN.programmes[1].documents)
    assert found("talent_programme", documents=None)["documents_missing"] == every


def test_a_programme_that_is_not_open_takes_nobody() -> None:
    """The reason gives the dates."""
    row = found("talent_programme", on="2020-12-31")
    assert row["state"] == "not eligible"
    assert row["reasons"][0] == (
        "the programme is open from 2021-01-01 to open: the day is 2020-12-31"
    )
    closed = Programme("old", "Old", dt.date(2019, 1, 1), dt.date(2020, 12, 31))
    for on, state in ((dt.date(2020, 12, 31), "eligible"), (TODAY, "not eligible")):
        assert eligible_programmes([SOUND], [closed], on=on)["state"].tolist() == [state]


def test_programmes_of_ones_own_are_values() -> None:
    """A list of programmes serves in a policy's place."""
    mine = Programme(
        "mine",
        "Mine",
        dt.date(2021, 1, 1),
        None,
        (Condition("location", "one_of", ("Spain", "Portugal")),),
        ("passport",),
    )
    rows = eligible_programmes(
        [{"candidate_id": "R1", "location": "spain"}, {"candidate_id": "R2", "location": "Peru"},
         {"candidate_id": "R3"}], [mine], on=TODAY,
    )  # fmt: skip
    assert rows["state"].tolist() == ["eligible", "not eligible", "undetermined"]
    assert rows["reasons"][1] == ["location is one of Spain, Portugal: it is Peru"]
    assert rows["documents_missing"].tolist() == [["passport"]] * 3


def test_broken_people_are_refused_all_at_once() -> None:
    """Cells that are no such fact, by row and id."""
    with pytest.raises(tm.InputError) as refused:
        eligible_programmes(
            [SOUND | {"degree": "wizard"}, SOUND | {"candidate_id": "R2", "full_time": "maybe",
                                                    "date_of_birth": "soon"}],
            BEILUN, on=TODAY,
        )  # fmt: skip
    assert {(flaw.row, flaw.id, flaw.column) for flaw in refused.value.flaws} == {
        (1, "R1", "degree"), (2, "R2", "full_time"), (2, "R2", "date_of_birth"),
    }  # fmt: skip
    with pytest.raises(tm.InputError, match="repeated id 'R1'"):
        eligible_programmes([SOUND, SOUND], BEILUN, on=TODAY)
    with pytest.raises(tm.ProblemError, match="on is missing"):
        eligible_programmes([SOUND], BEILUN, on=None)


flags = st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in "abcd"})


@settings(max_examples=200, deadline=None)
@given(facts=flags, ways=st.lists(st.lists(st.sampled_from("abcd"), min_size=1), min_size=1),
       plain=st.lists(st.sampled_from("abcd")))  # fmt: skip
def test_a_verdict_is_open_only_where_the_missing_facts_decide(
    facts: dict[str, bool | None], ways: list[list[str]], plain: list[str]
) -> None:
    """Decided means: the same for every way of filling in; what is named is really missing."""
    needs = [Condition(name, "is", True) for name in plain]
    either = AnyOf(tuple(tuple(Condition(name, "is", True) for name in way) for way in ways))
    verdict = judge([*needs, either], facts, on=TODAY)
    unknown = [name for name, value in facts.items() if value is None]
    answers = set()
    for bits in range(2 ** len(unknown)):
        full = facts | {name: bool(bits >> k & 1) for k, name in enumerate(unknown)}
        answers.add(all(full[n] for n in plain) and any(all(full[n] for n in w) for w in ways))
    # Conditions are all of one direction here, so that Kleene's logic is exact.
    assert verdict.holds is (answers.pop() if len(answers) == 1 else None)
    assert set(verdict.missing) <= set(unknown)
    assert bool(verdict.missing) is (verdict.holds is None)


# --- permits -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("applied", "together", "first"),
    [
        ("2021-09-01", True, "2021-09-15"),  # a Wednesday, and the Wednesday two weeks later
        ("2021-09-01", False, "2021-10-06"),  # 25 working days: five weeks
        ("2021-09-03", True, "2021-09-17"),
        ("2021-09-04", True, "2021-09-17"),  # Saturday and Sunday count as the Friday before
        ("2021-09-05", True, "2021-09-17"),
        ("2021-09-06", True, "2021-09-20"),
        ("2020-02-20", True, "2020-03-05"),  # across 29 February
    ],
)
def test_permits_take_working_days(applied: str, together: bool, first: str) -> None:
    """Worked out on a calendar."""
    assert TIMES.earliest_start(applied, together=together) == dt.date.fromisoformat(first)


def test_calendar_days_and_holidays_count_as_stated() -> None:
    """Calendar days are simply added; a holiday is no working day."""
    plain = PermitLeadTimes(10, (10, 15), days="calendar")
    assert plain.earliest_start("2021-09-01") == dt.date(2021, 9, 11)
    assert plain.earliest_start("2021-09-01", together=False) == dt.date(2021, 9, 26)
    # The first week of October is free: the 25th working day is five days later.
    golden = tuple(dt.date(2021, 10, day) for day in range(1, 8))
    free = PermitLeadTimes(10, (10, 15), holidays=golden)
    assert free.earliest_start("2021-09-01", together=False) == dt.date(2021, 10, 13)
    assert PermitLeadTimes(0, (0, 0)).earliest_start("2021-09-04") == dt.date(2021, 9, 4)


@settings(max_examples=200, deadline=None)
@given(
    first=st.dates(dt.date(2020, 1, 1), dt.date(2024, 12, 31)),
    needed=st.integers(1, 40),
    holidays=st.sets(st.dates(dt.date(2020, 1, 1), dt.date(2025, 6, 1)), max_size=30),
)
def test_working_days_are_those_one_counts_on_a_calendar(
    first: dt.date, needed: int, holidays: set[dt.date]
) -> None:
    """Walk from day to day and count the working ones."""
    times = PermitLeadTimes(needed, (needed, 1), holidays=tuple(holidays))
    day, left = first, needed
    while left:
        day += dt.timedelta(days=1)
        left -= day.weekday() < 5 and day not in holidays
    assert times.earliest_start(first) == day
    assert times.earliest_start(first, together=False) > day


@pytest.mark.parametrize(
    "wrong",
    [{"together": -1}, {"together": 1.5}, {"separate": (10, True)}, {"days": "week"}],
)
def test_lead_times_that_are_none_are_refused(wrong: dict[str, Any]) -> None:
    """Checked when they are made."""
    with pytest.raises(tm.ProblemError, match="PermitLeadTimes"):
        PermitLeadTimes(**{"together": 10, "separate": (10, 15), **wrong})


PEOPLE = pd.DataFrame(
    {
        "candidate_id": ["R1", "R2", "R3", "R4", "R5"],
        "location": ["Spain", "China", None, "中国", "China"],
        "needs_permit": [None, None, None, None, "yes"],
    }
)
POSTS = pd.DataFrame(
    {
        "demand_id": ["X1", "X2", "X3", "X4"],
        "start_date": ["2021-09-14", "2021-09-15", "2021-10-06", None],
    }
)


def test_starts_before_the_permits_are_barred() -> None:
    """Those abroad, those of whom nothing is stated, and those who say so; the very day is fine."""
    bars = barred_by_permits(PEOPLE, POSTS, "2021-09-01", lead_times=TIMES)
    assert bars.people["needs_permit"].tolist() == [True, False, True, False, True]
    assert bars.people["why"].tolist() == [
        "lives in Spain", "lives in China", "no location is stated", "lives in 中国",
        "needs_permit is yes",
    ]  # fmt: skip
    barred = ~bars.eligible
    assert barred.loc[["R1", "R3", "R5"], "X1"].all()
    assert barred.sum(axis=None) == 3
    apart = barred_by_permits(PEOPLE, POSTS, "2021-09-01", lead_times=TIMES, together=False)
    assert (~apart.eligible).sum().tolist() == [3, 3, 0, 0]
    stated = PEOPLE.assign(needs_permit=["no", "no", "no", "no", "no"])
    assert barred_by_permits(stated, POSTS, "2021-09-01", lead_times=TIMES).eligible.all(axis=None)
    spain = barred_by_permits(PEOPLE, POSTS, "2021-09-01", lead_times=TIMES, home=["spain"])
    assert spain.people["needs_permit"].tolist() == [False, True, True, True, True]


def test_every_barred_pair_has_its_reason() -> None:
    """The days that are lacking, in a sentence; one row for each barred pair."""
    bars = barred_by_permits(PEOPLE, POSTS, "2021-09-01", lead_times=TIMES, together=False)
    reasons = bars.reasons
    pairs = set(zip(reasons["candidate_id"], reasons["demand_id"], strict=True))
    assert pairs == {(a, b) for a in bars.eligible.index for b in bars.eligible.columns
                     if not bars.eligible.loc[a, b]}  # fmt: skip
    assert reasons["days"].tolist() == [22, 21] * 3
    assert reasons["reason"][0] == (
        "lives in Spain: permits on 2021-10-06, 22 days after the start on 2021-09-14"
    )
    late = barred_by_permits(PEOPLE, POSTS, "2021-09-01", lead_times=TIMES).reasons
    assert late["reason"][0].endswith("2021-09-15, 1 day after the start on 2021-09-14")
    none = barred_by_permits(PEOPLE, POSTS, "2021-01-04", lead_times=TIMES).reasons
    assert len(none) == 0
    assert none.columns.tolist() == reasons.columns.tolist()


def test_days_of_application_may_differ() -> None:
    """A Series by candidate, in any order; one who is missing from it is named."""
    days = pd.Series({"R5": "2021-08-01", "R1": "2021-09-01", "R2": "2021-09-01",
                      "R3": "2021-09-01", "R4": "2021-09-01"})  # fmt: skip
    bars = barred_by_permits(PEOPLE, POSTS, days, lead_times=TIMES)
    assert (~bars.eligible)["X1"].tolist() == [True, False, True, False, False]
    with pytest.raises(tm.ProblemError, match="applied_on has nothing for candidate_id R3"):
        barred_by_permits(PEOPLE, POSTS, days.drop("R3"), lead_times=TIMES)
    with pytest.raises(tm.ProblemError, match="applied_on is missing"):
        barred_by_permits(PEOPLE, POSTS, None, lead_times=TIMES)
    with pytest.raises(tm.InputError, match="no column start_date"):
        barred_by_permits(PEOPLE, POSTS[["demand_id"]], "2021-09-01", lead_times=TIMES)


def test_the_mask_bars_pairs_of_a_problem() -> None:
    """A solve with the mask keeps to it, and loses what the permits cost."""
    scores = np.array([[0.9, 0.1, 0.1, 0.1]] + [[0.2, 0.1, 0.1, 0.1]] * 4)
    bars = barred_by_permits(PEOPLE, POSTS, "2021-09-01", lead_times=TIMES)
    free = tm.solve(tm.Problem(scores, candidates=PEOPLE, demands=POSTS))
    kept = tm.solve(tm.Problem(scores, candidates=PEOPLE, demands=POSTS,
                               eligible=bars.eligible.to_numpy()))  # fmt: skip
    assert free.objective == pytest.approx(1.2)
    assert kept.objective == pytest.approx(0.5)  # X1 goes to R2 or R4
    pairs = kept.pairs[["candidate_id", "demand_id"]].to_numpy().tolist()
    assert all(bars.eligible.loc[a, b] for a, b in pairs)


def test_the_two_ways_are_compared_by_the_starts_they_bar() -> None:
    """Counts of pairs, of demands out of reach and of people without any."""
    early = POSTS.iloc[:2]
    ways = compare_permits(PEOPLE, early, "2021-09-01", lead_times=TIMES).set_index("way")
    assert ways["people"].tolist() == [3, 3]
    assert ways["barred_pairs"].tolist() == [3, 6]
    assert ways["demands_lost"].tolist() == [1, 2]
    assert ways["people_lost"].tolist() == [0, 3]
    assert ways["earliest_start"].astype(str).tolist() == ["2021-09-15", "2021-10-06"]
    # R1 applies in time for X2 only with permits together, R5 always, R3 never.
    days = pd.Series({"R1": "2021-09-01", "R2": None, "R3": "2021-12-01", "R4": None,
                      "R5": "2021-08-01"}).fillna("2021-01-04")  # fmt: skip
    ways = compare_permits(PEOPLE, early, days, lead_times=TIMES)
    assert ways["barred_pairs"].tolist() == [3, 4]
    assert ways["demands_lost"].tolist() == [0, 0]
    assert ways["people_lost"].tolist() == [1, 2]
    nobody = compare_permits(PEOPLE.iloc[[1]], early, "2021-09-01", lead_times=TIMES)
    assert nobody[["people", "barred_pairs", "demands_lost", "people_lost"]].eq(0).all(axis=None)
    assert nobody["earliest_start"].isna().all()


def test_the_built_in_case_loses_fewer_starts_when_permits_come_together() -> None:
    """On all candidates and demands, against a count pair by pair of a sample."""
    case = tm.datasets.make_beilun(seed=0)
    times = BEILUN.permits
    ways = compare_permits(case.candidates, case.demands, "2021-04-01", lead_times=times)
    together, apart = ways["barred_pairs"]
    assert 0 < together < apart
    bars = barred_by_permits(case.candidates, case.demands, "2021-04-01", lead_times=times)
    ready = times.earliest_start("2021-04-01")
    for i in range(0, 3000, 97):
        for j in range(0, 1160, 53):
            place, start = case.candidates["location"].iloc[i], case.demands["start_date"].iloc[j]
            known = isinstance(start, str)
            early = known and dt.date.fromisoformat(start) < ready and place != "China"
            assert bars.eligible.iat[i, j] == (not early)
