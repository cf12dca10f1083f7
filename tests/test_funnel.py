"""What is read off the record: counts, conversion, time in stage, waiting, locks, outcomes."""

from __future__ import annotations

import math
import warnings
from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import talentmatch as tm
from talentmatch.centre.funnel import STAGES, locks_and_forbids, outcomes, stage_counts, waiting
from talentmatch.centre.progress import STEPS, conversion, progress
from talentmatch.centre.record import Record
from talentmatch.centre.time_in_stage import durations, kaplan_meier, quantile

Row = dict[str, object]


def day(k: int) -> str:
    """The k-th day of the tests' year."""
    return str(np.datetime64("2021-01-01") + k)


def entered(people: int, *, places: dict[str, str]) -> list[Row]:
    """People received on day 1, all but the last in the pool from day 5; demands on day 3."""
    rows: list[Row] = []
    for k in range(people):
        rows.append({"kind": "received", "date": day(1), "candidate_id": f"R{k}"})
        said = "pool" if k < people - 1 else "rejected"
        rows.append({"kind": "screened", "date": day(5), "candidate_id": f"R{k}", "outcome": said})
    for place, enterprise in places.items():
        rows.append(
            {
                "kind": "demand_recorded", "date": day(3), "demand_id": place,
                "enterprise_id": enterprise,
            }
        )  # fmt: skip
    return rows


def pair(person: str, place: str, **steps: int) -> list[Row]:
    """What happens to a pair, by kind and day."""
    rows: list[Row] = []
    for kind, when in steps.items():
        row: Row = {"kind": kind, "date": day(when), "candidate_id": person, "demand_id": place}
        if kind == "declined":
            row |= {"outcome": "enterprise", "reason": "no fit"}
        rows.append(row)
    return rows


# A season small enough to count by hand.
ROWS = [
    *entered(7, places={"X1": "E1", "X2": "E1", "X3": "E2"}),
    {"kind": "visited", "date": day(2), "enterprise_id": "E3", "visit_id": "V1"},
    *pair("R0", "X1", introduced=10, interviewed=20, offered=30, contracted=40),
    *pair("R1", "X1", introduced=10, interviewed=25, declined=35),
    *pair("R1", "X3", introduced=12, interviewed=40),
    *pair("R2", "X2", introduced=15, expert_visited=18, offered=50),
    *pair("R3", "X3", introduced=20, withdrawn=22),
    *pair("R4", "X3", introduced=30),
    *pair("R5", "X2", introduced=30),
    {"kind": "withdrawn", "date": day(60), "candidate_id": "R4"},
    {
        "kind": "subsidy_applied", "date": day(70), "candidate_id": "R0", "demand_id": "X1",
        "amount": "5",
    },
]  # fmt: skip
DEMANDS = pd.DataFrame(
    {"demand_id": ["X1", "X2", "X3"], "kind": ["expert", "technical", "expert"], "size": [2, 10, 2]}
)


@pytest.fixture(scope="module")
def record() -> Record:
    """The season counted by hand."""
    made = Record(":memory:")
    assert made.add(ROWS) == len(ROWS)
    return made


def random_season(seed: int, people: int = 60) -> Record:
    """Pairs with random fates, some of them still open."""
    chance = np.random.default_rng(seed)
    rows = entered(people + 1, places={f"X{k}": f"E{k % 7}" for k in range(20)})
    for k in range(people):
        for place in chance.choice(20, size=2, replace=False):
            start = int(chance.integers(6, 60))
            steps = {"introduced": start}
            if chance.random() < 0.7:
                steps["interviewed"] = start + int(chance.integers(0, 30))
            if chance.random() < 0.3:
                steps["offered"] = start + int(chance.integers(20, 60))
            fate = chance.random()
            if fate < 0.6:
                kind = "contracted" if fate < 0.3 else "declined"
                steps[kind] = max(steps.values()) + int(chance.integers(0, 90))
            rows += pair(f"R{k}", f"X{place}", **steps)
    made = Record(":memory:")
    made.add(rows)
    return made


def test_stages_are_counted_by_hand(record: Record) -> None:
    """Events, and the different candidates, demands and enterprises among them."""
    found = stage_counts(record).set_index("stage")
    assert tuple(found.index) == STAGES
    expected = {
        "received": (7, 7, 0, 0), "pool": (6, 6, 0, 0), "rejected": (1, 1, 0, 0),
        "visited": (1, 0, 0, 1), "demand_recorded": (3, 0, 3, 2), "introduced": (7, 6, 3, 2),
        "expert_visited": (1, 1, 1, 1), "interviewed": (3, 2, 2, 2), "offered": (2, 2, 2, 1),
        "contracted": (1, 1, 1, 1), "declined": (1, 1, 1, 1), "withdrawn": (2, 2, 1, 1),
        "subsidy_applied": (1, 1, 1, 1),
    }  # fmt: skip
    for stage in STAGES:
        assert tuple(found.loc[stage]) == expected.get(stage, (0, 0, 0, 0)), stage


def test_stages_as_of_a_day(record: Record) -> None:
    """Later events do not count, those of the day do."""
    found = stage_counts(record, as_of=day(20)).set_index("stage")["events"]
    assert found[found > 0].to_dict() == {
        "received": 7, "pool": 6, "rejected": 1, "visited": 1, "demand_recorded": 3,
        "introduced": 5, "expert_visited": 1, "interviewed": 1,
    }  # fmt: skip
    assert stage_counts(record, as_of=day(0))["events"].sum() == 0


def test_corrections_reach_every_figure() -> None:
    """A retracted contract is in no count, share or outcome."""
    made = Record(":memory:")
    rows = [*ROWS]
    contract = next(k for k, row in enumerate(rows) if row["kind"] == "contracted")
    rows[contract] = {**rows[contract], "event_id": "signed"}
    subsidy = {**rows[-1], "event_id": "paid"}
    made.add([*rows[:-1], subsidy])
    gone = [{"kind": "retracted", "date": day(80), "corrects": name} for name in ("paid", "signed")]
    assert made.add(gone) == 2
    assert stage_counts(made).set_index("stage").loc["contracted", "events"] == 0
    assert set(outcomes(made)["contracted"].dropna()) == {0.0}
    assert conversion(made).set_index("to_stage").loc["contracted", "went_on"].tolist() == [0, 0]


def test_conversion_is_counted_by_hand(record: Record) -> None:
    """Entered, went on, and still open, at every step."""
    found = conversion(record).set_index(["from_stage", "to_stage"])
    assert tuple(found.index) == STEPS
    counts = found[["entered", "went_on", "still_open"]].astype(int)
    assert {step: tuple(counts.loc[step]) for step in STEPS} == {
        ("received", "pool"): (7, 6, 0),
        ("introduced", "interviewed"): (7, 3, 2),  # R2 and R5; R3 and R4 have withdrawn
        ("introduced", "offered"): (7, 2, 2),
        ("introduced", "contracted"): (7, 1, 3),
        ("offered", "contracted"): (2, 1, 1),
    }


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_intervals_are_wilsons(of: tuple[int, int]) -> None:
    """Against SciPy, none and all included."""
    good, n = of
    rows = [{"kind": "received", "date": day(1), "candidate_id": f"R{k}"} for k in range(n)]
    rows += [
        {"kind": "screened", "date": day(2), "candidate_id": f"R{k}", "outcome": "pool"}
        for k in range(good)
    ]
    made = Record(":memory:")
    made.add(rows)
    row = conversion(made, steps=[("received", "pool")]).iloc[0]
    expected = stats.binomtest(good, n).proportion_ci(0.95, method="wilson")
    assert (row["low"], row["high"]) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert row["share"] == good / n
    assert row["still_open"] == n - good
    assert row["share_decided"] == 1.0 if good else math.isnan(row["share_decided"])


@pytest.mark.parametrize("seed", range(3))
def test_conversion_agrees_with_counting_pairs(seed: int) -> None:
    """The obvious slow way: a dict of each pair's kinds, by enterprise."""
    made = random_season(seed)
    as_of = day(75)
    seen: dict[tuple[str, str, str], set[str]] = {}
    events = made.events(as_of)
    for row in events[events["demand_id"].notna()].itertuples():
        if row.kind != "demand_recorded":
            key = (row.candidate_id, row.demand_id, row.enterprise_id)
            seen.setdefault(key, set()).add(row.kind)
    found = conversion(made, by="enterprise_id", as_of=as_of)
    for row in found.itertuples():
        cases = [s for key, s in seen.items() if key[2] == row.group and row.from_stage in s]
        good = [s for s in cases if row.to_stage in s]
        open_ = [s for s in cases if row.to_stage not in s and not s & {"contracted", "declined"}]
        assert (row.entered, row.went_on, row.still_open) == (len(cases), len(good), len(open_))
        decided = stats.binomtest(len(good), len(cases) - len(open_)) if good else None
        if decided is not None:
            limits = decided.proportion_ci(0.95, method="wilson")
            assert (row.low_decided, row.high_decided) == pytest.approx(tuple(limits))
    assert set(found["group"]) == {key[2] for key in seen}
    assert ("received", "pool") not in set(zip(found["from_stage"], found["to_stage"], strict=True))


def test_groups_come_from_the_tables(record: Record) -> None:
    """A column is looked up by id; what the table lacks is a group of its own, named last."""
    steps = [("introduced", "contracted")]
    found = conversion(record, by="kind", tables={"demands": DEMANDS}, steps=steps)
    assert found[["group", "entered", "went_on"]].values.tolist() == [
        ["expert", 5, 1], ["technical", 2, 0],
    ]  # fmt: skip
    part = conversion(record, by="kind", tables={"demands": DEMANDS.iloc[:1]}, steps=steps)
    assert part["entered"].tolist() == [2, 5]
    assert part["group"].isna().tolist() == [False, True]
    sizes = conversion(record, by="size", tables={"demands": DEMANDS}, steps=steps)
    assert sizes["group"].tolist() == [2, 10]


def test_missing_cells_of_any_kind_are_one_group(record: Record) -> None:
    """NA, NaN and None say nothing, each in its own way."""
    for nothing in (pd.NA, np.nan, None):
        table = DEMANDS.assign(kind=pd.Series(["expert", nothing, "expert"], dtype=object))
        found = conversion(record, by="kind", tables={"demands": table})
        assert found["group"].isna().sum() == found["group"].eq("expert").sum() == 4


def test_numbers_as_ids_are_the_same_ids() -> None:
    """A table that holds 7 where the record holds "7" still fits."""
    made = Record(":memory:")
    made.add([{"kind": "received", "date": day(1), "candidate_id": 7}])
    people = pd.DataFrame({"candidate_id": [7], "sector": ["moulds"]})
    found = conversion(made, by="sector", tables={"candidates": people})
    assert found["group"].tolist() == ["moulds"]


def test_a_cohort_is_those_who_came_between_two_days(record: Record) -> None:
    """By the day of the first stage, both days included, either of them open."""
    steps = [("introduced", "interviewed")]
    for cohort, n in (((day(12), day(20)), 3), ((None, day(10)), 2), ((day(30), None), 2)):
        assert conversion(record, cohort=cohort, steps=steps)["entered"].tolist() == [n]


def test_what_cannot_be_asked_of_conversion(record: Record) -> None:
    """Unknown stages, columns and tables, and ids that repeat, are named."""
    ask = {"by": "kind", "tables": {"demands": DEMANDS}}
    twice = pd.concat([DEMANDS, DEMANDS])
    wrong: list[tuple[dict[str, object], str]] = [
        ({"steps": [("introduced", "hired")]}, "unknown stage 'hired'"),
        ({"steps": [("decided", "pool")]}, "unknown stage 'decided'"),
        ({"by": "a", "tables": {"demands": DEMANDS.assign(a=[["x"]] * 3)}}, "several values"),
        ({"by": "kind", "tables": {"demands": DEMANDS.assign(demand_id=None)}}, "missing id"),
        ({"steps": [("pool", "visited")]}, "nothing in common"),
        ({"steps": [("pool", "pool")]}, "both 'pool'"),
        ({"by": "sector", "tables": {"demands": DEMANDS}}, "no table has it"),
        ({"by": "kind", "tables": {"demand": DEMANDS}}, "tables holds 'demand'"),
        ({"by": "kind", "tables": {"demands": twice}}, "without repeated ids"),
        ({**ask, "steps": [("received", "pool")]}, "fits none of the steps"),
        ({"by": "demand_id", "steps": [("received", "pool")]}, "fits none of the steps"),
        ({"cohort": "2021"}, "cohort must be"),
        ({"as_of": "soon"}, "as_of is"),
    ]
    for options, said in wrong:
        with pytest.raises(ValueError, match=said):
            conversion(record, **options)  # type: ignore[arg-type]  # wrong on purpose


def test_steps_beyond_pairs_are_followed_too(record: Record) -> None:
    """Withdrawals of a candidate count for each open pair; enterprises and hired people go on."""
    steps = [
        ("introduced", "withdrawn"), ("visited", "introduced"), ("contracted", "subsidy_applied"),
        ("demand_recorded", "introduced"), ("introduced", "decided"),
    ]  # fmt: skip
    found = conversion(record, steps=steps)
    assert found[["entered", "went_on", "still_open"]].values.tolist() == [
        [7, 2, 3], [1, 0, 1], [1, 1, 0], [3, 3, 0], [7, 4, 3],
    ]  # fmt: skip
    with pytest.raises(ValueError, match="have no such id"):
        durations(record, start="received", end="pool", by="enterprise_id")


def test_a_case_that_went_on_has_no_end_of_its_own(record: Record) -> None:
    """R0 and R1 were interviewed and then decided; only withdrawals ended before an interview."""
    cases = progress(record, "introduced", "interviewed").cases
    assert not (cases["went_on"].notna() & cases["ended"].notna()).any()
    assert cases.loc[cases["ended"].notna(), "candidate_id"].tolist() == ["R3", "R4"]


def test_an_empty_record_has_empty_shares() -> None:
    """Zero cases have no share; nothing is divided by zero."""
    found = conversion(Record(":memory:"))
    assert (found["entered"] == 0).all()
    assert found[["share", "low", "high", "share_decided"]].isna().all(axis=None)
    assert outcomes(Record(":memory:")).empty
    assert locks_and_forbids(Record(":memory:")) == (None, None)
    assert durations(Record(":memory:"))["median"].isna().all()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40))
def test_kaplan_meier_agrees_with_scipy(cases: list[tuple[int, bool]]) -> None:
    """Censored cases, ties and all; where nothing ended there is no step."""
    days = np.array([float(d) for d, _ in cases])
    ended = np.array([e for _, e in cases])
    times, share = kaplan_meier(days, ended)
    data = stats.CensoredData(uncensored=days[ended], right=days[~ended])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy divides by zero where nobody is at risk any more
        sf = stats.ecdf(data).sf
    assert sf.evaluate(times) == pytest.approx(share, abs=1e-12)
    assert times.tolist() == sorted(set(days[ended].tolist()))
    for p in (0.25, 0.5, 0.75):
        reached = [t for t in times if sf.evaluate([t])[0] <= 1 - p + 1e-9]
        expected = min(reached, default=math.nan)
        assert quantile(times, share, p) == pytest.approx(expected, nan_ok=True)


def test_durations_are_computed_by_hand() -> None:
    """Contracts after 10, 20 and 40 days; one declined after 15, one open for 30.

    The share still open is 4/5 after 10 days, then of 3 at risk 2/3 remain: 8/15 after 20; the case
    of 40 days is the last at risk: 0. So quartiles are 20, 40 and 40 days.
    """
    made = Record(":memory:")
    made.add(
        [
            *entered(6, places={"X1": "E1"}),
            *pair("R0", "X1", introduced=10, contracted=20),
            *pair("R1", "X1", introduced=10, contracted=30),
            *pair("R2", "X1", introduced=10, contracted=50),
            *pair("R3", "X1", introduced=10, declined=25),
            *pair("R4", "X1", introduced=20),
        ]
    )
    row = durations(made, as_of=day(50)).iloc[0]
    assert (row["cases"], row["ended"]) == (5, 3)
    assert row[["quartile_1", "median", "quartile_3"]].tolist() == [20.0, 40.0, 40.0]
    early = durations(made, as_of=day(30)).iloc[0]
    assert (early["cases"], early["ended"], early["median"]) == (5, 2, 20.0)  # 4/5, then 2/5
    assert math.isnan(early["quartile_3"])
    decided = durations(made, end="decided", as_of=day(50)).iloc[0]
    assert (decided["ended"], decided["median"]) == (4, 20.0)  # 10, 15, 20, 30+, 40


@pytest.mark.parametrize("seed", range(3))
def test_durations_agree_with_scipy(seed: int) -> None:
    """Of a random season, by enterprise, from dates put together here."""
    made = random_season(seed)
    last = pd.Timestamp(day(100))
    pairs = outcomes(made, as_of=last)
    found = durations(made, by="enterprise_id", as_of=last).set_index("group")
    for enterprise, cases in pairs.groupby("enterprise_id"):
        lasted = (cases["decided"].fillna(last) - cases["introduced"]).dt.days.to_numpy(float)
        signed = (cases["contracted"] == 1).to_numpy()
        data = stats.CensoredData(uncensored=lasted[signed], right=lasted[~signed])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sf = stats.ecdf(data).sf
        reached = sf.quantiles[sf.probabilities <= 0.5 + 1e-9]
        median = reached.min() if len(reached) and signed.any() else math.nan
        row = found.loc[enterprise]
        assert (row["cases"], row["ended"]) == (len(cases), signed.sum())
        assert row["median"] == pytest.approx(median, nan_ok=True)


def test_outcomes_of_every_introduced_pair(record: Record) -> None:
    """One row each: the ending and its day, or open."""
    found = outcomes(record)
    table = found.set_index(["candidate_id", "demand_id"])
    assert table["outcome"].to_dict() == {
        ("R0", "X1"): "contracted", ("R1", "X1"): "declined", ("R1", "X3"): "open",
        ("R2", "X2"): "open", ("R3", "X3"): "withdrawn", ("R4", "X3"): "withdrawn",
        ("R5", "X2"): "open",
    }  # fmt: skip
    assert table.loc[("R4", "X3"), "decided"] == pd.Timestamp(day(60))
    assert table.loc[("R3", "X3"), "decided"] == pd.Timestamp(day(22))
    assert table.loc[("R0", "X1"), "introduced"] == pd.Timestamp(day(10))
    assert table["decided"].isna().equals(table["outcome"] == "open")
    assert table["contracted"].isna().equals(table["outcome"] == "open")
    assert table["contracted"].sum() == 1
    assert table["enterprise_id"].tolist() == ["E1", "E1", "E2", "E1", "E2", "E2", "E1"]
    before = outcomes(record, as_of=day(34))
    assert Counter(before["outcome"]) == {"open": 6, "withdrawn": 1}


def test_who_waits_too_long(record: Record) -> None:
    """Open pairs by the days since their latest event, the longest wait first."""
    found = waiting(record, day(100), longest=49)
    assert found.values.tolist() == [
        ["R5", "X2", "E1", "introduced", pd.Timestamp(day(30)), 70],
        ["R1", "X3", "E2", "interviewed", pd.Timestamp(day(40)), 60],
        ["R2", "X2", "E1", "offered", pd.Timestamp(day(50)), 50],
    ]
    assert len(waiting(record, day(100), longest=50)) == 2
    by_stage = waiting(record, day(100), longest={"offered": 10, "interviewed": 60})
    assert by_stage["candidate_id"].tolist() == ["R2"]
    earlier = waiting(record, day(28), longest=7)  # what came later is not looked at
    assert earlier["stage"].tolist() == ["introduced", "expert_visited", "interviewed"]


def test_what_cannot_be_asked_of_waiting(record: Record) -> None:
    """No day, an unknown stage, or days below zero."""
    for on, longest, said in (
        (None, 90, "on is missing"),
        ("soon", 90, "on is not a date"),
        (day(9), -1, "whole days"),
        (day(9), {"pool": 3}, "names 'pool'"),
    ):
        with pytest.raises(ValueError, match=said):
            waiting(record, on, longest=longest)


def test_what_is_under_way_is_locked_and_what_failed_is_forbidden(record: Record) -> None:
    """Open and contracted pairs, declined and withdrawn ones, all of a candidate who left."""
    lock, forbid = locks_and_forbids(record)
    assert lock is not None
    assert forbid is not None
    under_way = {("R1", "X3"), ("R2", "X2"), ("R5", "X2")}
    assert set(lock.pairs) == under_way | {("R0", "X1")}
    left = {("R4", place) for place in ("X1", "X2", "X3")}
    assert set(forbid.pairs) == left | {("R1", "X1"), ("R3", "X3")}
    lock, forbid = locks_and_forbids(record, contracted="leave_out")
    assert lock is not None
    assert forbid is not None
    assert set(lock.pairs) == under_way
    assert ("R0", "X1") not in forbid.pairs
    lock, forbid = locks_and_forbids(record, as_of=day(10))
    assert lock is not None
    assert set(lock.pairs) == {("R0", "X1"), ("R1", "X1")}
    assert forbid is None
    with pytest.raises(ValueError, match="'lock' or 'leave_out'"):
        locks_and_forbids(record, contracted="drop")  # type: ignore[arg-type]  # wrong on purpose


def test_only_ids_of_the_next_problem_are_named(record: Record) -> None:
    """Pairs of others are left out; tables of any kind and lists name the ids."""
    people, places = ["R1", "R4", "new"], ["X3", "X9"]
    expected = locks_and_forbids(record, candidates=people, demands=places)
    lock, forbid = expected
    assert lock is not None
    assert forbid is not None
    assert lock.pairs == (("R1", "X3"),)
    assert set(forbid.pairs) == {("R4", "X3"), ("R4", "X9")}
    for kind in (pd.DataFrame, pl.DataFrame):
        table = kind({"candidate_id": people}), kind({"demand_id": places})
        assert locks_and_forbids(record, candidates=table[0], demands=table[1]) == expected
    with pytest.raises(ValueError, match="no column candidate_id"):
        locks_and_forbids(record, candidates=DEMANDS)
    with pytest.raises(ValueError, match="list of ids"):
        locks_and_forbids(record, candidates="R1")


def test_the_next_plan_keeps_to_the_record(record: Record) -> None:
    """Solved with the two constraints, what is under way stays and what failed does not return."""
    people = [f"R{k}" for k in range(7)]
    lock, forbid = locks_and_forbids(record, candidates=people, demands=DEMANDS)
    assert lock is not None
    assert forbid is not None
    values = np.random.default_rng(0).random((7, 3))
    scores = tm.Scores.from_factors(values, np.eye(3), people, ["X1", "X2", "X3"])
    problem = tm.Problem(scores, capacity=2, headcount=4, constraints=[lock, forbid])
    pairs = tm.solve(problem).pairs
    planned = set(zip(pairs["candidate_id"], pairs["demand_id"], strict=True))
    assert set(lock.pairs) <= planned
    assert not planned & set(forbid.pairs)
