"""The record: what it takes, what it refuses, and that nothing is lost or doubled."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentmatch.centre.kinds import COLUMNS, KINDS
from talentmatch.centre.ledger import RecordError
from talentmatch.centre.record import Record
from talentmatch.errors import InputError

Row = dict[str, object]
PAIR: Row = {"candidate_id": "R1", "demand_id": "X1"}
HIRED: Row = {"candidate_id": "R1", "enterprise_id": "E1"}


def day(k: int) -> str:
    """The k-th day of the tests' year."""
    return str(np.datetime64("2021-01-01") + k)


def event(kind: str, when: int, **cells: object) -> Row:
    """One row; the event's id is its kind unless another is given."""
    return {"event_id": kind, "kind": kind, "date": day(when), **cells}


SEASON = [
    event("received", 1, candidate_id="R1"),
    event("screened", 2, candidate_id="R1", outcome="pool"),
    event("visited", 2, enterprise_id="E1", visit_id="V1"),
    event("demand_recorded", 3, demand_id="X1", enterprise_id="E1", visit_id="V1"),
    event("introduced", 10, **PAIR),
    event("expert_visited", 20, **PAIR),
    event("interviewed", 30, **PAIR),
    event("offered", 40, **PAIR),
    event("permits_applied", 45, **HIRED),
    event("contracted", 50, **PAIR),
    event("permits_issued", 55, **HIRED),
    event("programme_applied", 60, **HIRED),
    event("subsidy_applied", 70, amount="100.10", **HIRED),
    event("subsidy_paid", 80, amount="60.05", **HIRED),
]


def upto(*kinds: str) -> list[Row]:
    """The season's first events, as far as the last of these kinds and without the others."""
    return [row for row in SEASON if row["kind"] in kinds]


INTRO = ["received", "screened", "demand_recorded", "introduced"]
HELD = upto(*INTRO)


def filled(rows: list[Row]) -> Record:
    """A record in memory that holds these rows."""
    record = Record(":memory:")
    assert record.add(rows) == len(rows)
    return record


def refused(record: Record, *rows: Row) -> list[str]:
    """The rules that a batch breaks; nothing of it may stay."""
    before = len(record)
    with pytest.raises(InputError) as caught:
        record.add(list(rows))
    assert len(record) == before
    return [flaw.rule for flaw in caught.value.flaws]


def test_a_whole_season_is_kept_as_it_was_given() -> None:
    """Every kind of event comes back, typed, with the enterprise filled in."""
    found = filled(SEASON).events()
    assert found["kind"].tolist() == [row["kind"] for row in SEASON]
    assert list(found.columns) == list(COLUMNS)
    assert found["date"].dtype == "datetime64[s]"
    assert found["date"].dt.strftime("%Y-%m-%d").tolist() == [row["date"] for row in SEASON]
    assert found.set_index("kind").loc["offered", "enterprise_id"] == "E1"
    paid = found.loc[found["kind"] == "subsidy_paid", "amount"].item()
    assert isinstance(paid, Decimal)
    assert paid == Decimal("60.05")


def test_history_has_every_row_in_the_order_of_arrival() -> None:
    """The raw rows keep their numbers, and the time at which they were written."""
    rows = SEASON[::-1]
    found = filled(rows).history()
    assert found["seq"].tolist() == list(range(1, len(rows) + 1))
    assert found["event_id"].tolist() == [row["event_id"] for row in rows]
    written = pd.to_datetime(found["recorded_at"], utc=True)
    assert (pd.Timestamp.now("UTC") - written).max() < pd.Timedelta(minutes=1)


def test_an_empty_record_has_the_same_columns() -> None:
    """Nothing recorded is a frame without rows, typed alike."""
    record = Record(":memory:")
    assert len(record) == 0
    assert list(record.events().columns) == list(COLUMNS)
    assert record.events()["date"].dtype == "datetime64[s]"
    assert list(record.history().columns) == ["seq", *COLUMNS, "recorded_at"]


@pytest.mark.parametrize("given_ids", [True, False])
def test_adding_a_batch_again_adds_nothing(given_ids: bool) -> None:
    """With ids of its own or without, and whether or not it brings something new along."""
    rows = SEASON if given_ids else [{**row, "event_id": None} for row in SEASON]
    record = filled(rows)
    assert record.add(rows) == 0
    assert record.add([*rows, event("received", 3, candidate_id="R2", event_id="new")]) == 1
    assert len(record) == len(rows) + 1


def test_one_fact_has_one_id_however_it_is_written() -> None:
    """Frames, dates and missing cells of any kind, and the enterprise left out, change nothing."""
    plain = [{name: row.get(name) for name in COLUMNS[1:]} for row in SEASON]
    record = filled(plain)
    frame = pd.DataFrame(plain)
    dated = frame.assign(date=pd.to_datetime(frame["date"]), amount=frame["amount"].astype(float))
    named = [{**row, "enterprise_id": "E1"} if row["demand_id"] else row for row in plain]
    slashed = [{**row, "date": str(row["date"]).replace("-", "/")} for row in plain]
    for source in (frame, dated, pl.DataFrame(plain), named, slashed):
        assert record.add(source) == 0


def test_events_are_read_from_a_file(tmp_path: Path) -> None:
    """A table as any spreadsheet program exports it."""
    pd.DataFrame(SEASON).to_csv(tmp_path / "year.csv", index=False)
    record = Record(":memory:")
    assert record.add(tmp_path / "year.csv") == len(SEASON)
    assert record.add(SEASON) == 0
    with pytest.raises(TypeError, match="cannot read a table"):
        record.add(7)


def test_a_heading_may_not_be_there_twice() -> None:
    """Nobody could tell which of the two holds."""
    frame = pd.DataFrame([["received", day(1), "R1", "R2"]])
    frame.columns = pd.Index(["kind", "date", "candidate_id", "candidate_id"])
    with pytest.raises(InputError, match="'candidate_id': the heading is there twice"):
        Record(":memory:").add(frame)


def test_the_callers_frame_is_not_edited() -> None:
    """Reading is all that is done with it."""
    frame = pd.DataFrame(SEASON)
    before = frame.copy(deep=True)
    filled([]).add(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_an_id_means_one_event() -> None:
    """The same id with other content is refused, and the differences are named."""
    other = event("offered", 41, event_id="introduced", **PAIR)
    (rule,) = refused(filled(HELD), other)
    assert "recorded with other content" in rule
    assert "'introduced' there, 'offered' here" in rule


def test_the_same_row_twice_in_one_batch_is_a_flaw() -> None:
    """It is a slip of the pen, or two events that need ids to be told apart."""
    row = {"kind": "received", "date": day(1), "candidate_id": "R1"}
    assert "same event as in row 1" in refused(Record(":memory:"), row, row)[0]
    twice = [event("received", 1, candidate_id=c, event_id="a") for c in ("R1", "R2")]
    assert "repeated event_id 'a'" in refused(Record(":memory:"), *twice)[0]


ORDERS = {
    "screened before received": ([], "screened", 2, {"candidate_id": "R1", "outcome": "pool"}),
    "introduced, not screened": (["received", "demand_recorded"], "introduced", 9, PAIR),
    "introduced, no demand": (["received", "screened"], "introduced", 9, PAIR),
    "introduced before screened": (
        ["received", "screened", "demand_recorded"], "introduced", 1, PAIR,
    ),
    "interviewed, not introduced": (["received", "screened"], "interviewed", 30, PAIR),
    "expert_visited before introduced": (INTRO, "expert_visited", 9, PAIR),
    "offered before introduced": (INTRO, "offered", 9, PAIR),
    "contracted, not introduced": (
        ["received", "screened", "demand_recorded"], "contracted", 50, PAIR,
    ),
    "contracted before introduced": (INTRO, "contracted", 9, PAIR),
    "declined, not introduced": (
        ["received", "screened", "demand_recorded"], "declined", 50,
        {**PAIR, "outcome": "candidate", "reason": "pay"},
    ),
    "withdrawn, not received": ([], "withdrawn", 50, {"candidate_id": "R1"}),
    "pair withdrawn, not introduced": (["received", "screened"], "withdrawn", 50, PAIR),
    "permits without an offer": (INTRO, "permits_applied", 50, HIRED),
    "permits issued, not applied for": ([*INTRO, "contracted"], "permits_issued", 60, HIRED),
    "permits issued before the contract": (
        [*INTRO, "offered", "permits_applied"], "permits_issued", 60, HIRED,
    ),
    "programme without a contract": ([*INTRO, "offered"], "programme_applied", 60, HIRED),
    "subsidy without a contract": (
        [*INTRO, "offered"], "subsidy_applied", 60, {**HIRED, "amount": 1},
    ),
    "subsidy paid, not applied for": (
        [*INTRO, "contracted"], "subsidy_paid", 60, {**HIRED, "amount": 1},
    ),
    "subsidy before the contract": (
        [*INTRO, "contracted"], "subsidy_applied", 49, {**HIRED, "amount": 1},
    ),
    "more paid than applied for": (
        [*INTRO, "contracted", "subsidy_applied", "subsidy_paid"], "subsidy_paid", 81,
        {**HIRED, "amount": "40.06", "event_id": "second"},
    ),
    "offered after the contract": ([*INTRO, "contracted"], "offered", 51, PAIR),
    "declined after the contract": (
        [*INTRO, "contracted"], "declined", 51, {**PAIR, "outcome": "candidate", "reason": "pay"},
    ),
    "contracted twice": (
        [*INTRO, "contracted"], "contracted", 51, {**PAIR, "event_id": "second"},
    ),
    "received twice": (["received"], "received", 2, {"candidate_id": "R1", "event_id": "second"}),
    "another enterprise than the demand's": (
        INTRO, "offered", 40, {**PAIR, "enterprise_id": "E2"},
    ),
    "a visit to another enterprise": (
        ["visited"], "demand_recorded", 3,
        {"demand_id": "X1", "enterprise_id": "E2", "visit_id": "V1"},
    ),
    "a demand before its visit": (
        ["visited"], "demand_recorded", 1,
        {"demand_id": "X1", "enterprise_id": "E1", "visit_id": "V1"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ORDERS)
def test_an_impossible_order_is_refused(name: str) -> None:
    """Whatever needs another event is refused without it, or when dated before it."""
    before, kind, when, cells = ORDERS[name]
    rules = refused(filled(upto(*before)), event(kind, when, **cells))
    assert any(rule.startswith(f"{kind} of ") for rule in rules)


@pytest.mark.parametrize("kind", ["interviewed", "expert_visited", "subsidy_applied"])
def test_some_things_happen_twice(kind: str) -> None:
    """Interviews, visits and subsidies may repeat; a second row needs another day or an id."""
    row = next(row for row in SEASON if row["kind"] == kind)
    record = filled(SEASON)
    earlier = day(49) if "demand_id" in row else day(71)
    assert record.add([{**row, "event_id": "again", "date": earlier}]) == 1


def test_permits_follow_a_contract_without_an_offer() -> None:
    """Either of the two is enough to apply for them."""
    record = filled([*HELD, event("contracted", 40, **PAIR)])
    assert record.add([event("permits_applied", 41, **HIRED)]) == 1


def test_the_earliest_day_counts_whenever_it_was_written_down() -> None:
    """Of what may repeat, and of several demands of one enterprise."""
    record = filled(SEASON)
    late = event("subsidy_applied", 60, amount=5, **HIRED)
    paid = event("subsidy_paid", 65, amount=5, **HIRED)
    assert record.add([{**late, "event_id": "late"}, {**paid, "event_id": "more"}]) == 2
    second: Row = {"candidate_id": "R1", "demand_id": "X2"}
    record = filled([*HELD, event("contracted", 50, **PAIR)])
    assert record.add(
        [
            event("demand_recorded", 3, demand_id="X2", enterprise_id="E1", event_id="d2"),
            event("introduced", 10, event_id="i2", **second),
            event("contracted", 30, event_id="c2", **second),
            event("programme_applied", 40, **HIRED),
        ]
    )


def test_a_chain_of_corrections_in_one_batch_may_come_in_any_order() -> None:
    """The enterprise filled in is that of the correction that holds."""
    demand = {"kind": "demand_recorded", "date": day(3), "demand_id": "X1"}
    chain: list[Row] = [
        {**demand, "event_id": "b", "enterprise_id": "E2", "corrects": "demand_recorded"},
        {**demand, "event_id": "c", "enterprise_id": "E3", "corrects": "b"},
    ]
    for rows in (chain, chain[::-1]):
        record = filled(upto(*INTRO[:3]))
        assert record.add([*rows, event("introduced", 10, **PAIR)]) == 3
        assert record.events()["enterprise_id"].dropna().unique().tolist() == ["E3"]


def test_whoever_left_is_not_introduced_any_more() -> None:
    """Withdrawn without a demand ends everything that is open."""
    record = filled([*HELD, event("withdrawn", 20, candidate_id="R1")])
    assert "comes after the end" in refused(record, event("offered", 21, **PAIR))[0]


def test_one_day_may_be_written_down_in_any_order() -> None:
    """Needs are judged by day: rows of one day need no order among themselves."""
    rows = [{**row, "date": day(5)} for row in SEASON]
    for seed in range(5):
        random.Random(seed).shuffle(rows)
        found = filled(rows).events()["kind"].tolist()
        assert found == [kind for kind in KINDS if kind in {row["kind"] for row in SEASON}]


def test_all_flaws_come_at_once_with_their_rows() -> None:
    """One error names every row, its id, the column, the rule and a hint."""
    rows: list[Row] = [
        {"kind": "interview", "date": day(1)},
        {"kind": "received", "date": "2021-13-01", "candidate_id": "R1"},
        {"kind": "declined", "date": day(1), "candidate_id": "R2", "demand_id": "X1", "amount": 5},
        {"kind": "visited", "date": day(1), "enterprise_id": "E1", "candidate_id": "R1"},
        {"kind": "subsidy_paid", "date": day(1), "candidate_id": "R1", "amount": "1.005"},
        {"kind": "screened", "date": day(1), "candidate_id": "R1", "outcome": "maybe"},
        {"kind": "withdrawn", "date": day(1), "candidate_id": "R1", "enterprise_id": "E1"},
    ]
    with pytest.raises(InputError) as caught:
        Record(":memory:").add(rows)
    found = [(flaw.row, flaw.column) for flaw in caught.value.flaws]
    assert found == [
        (1, "kind"), (2, "date"), (3, "outcome"), (3, "reason"), (3, "amount"), (4, "visit_id"),
        (4, "candidate_id"), (5, "amount"), (5, "enterprise_id"), (6, "outcome"), (7, "demand_id"),
    ]  # fmt: skip
    assert all(flaw.hint for flaw in caught.value.flaws)
    assert "Did you mean 'interviewed'?" in str(caught.value)
    assert {flaw.id for flaw in caught.value.flaws if flaw.row == 3} == {"R2"}


@pytest.mark.parametrize("amount", [0, -1, "1,000", "12.345", float("inf"), True, "1e3"])
def test_amounts_are_exact_or_refused(amount: object) -> None:
    """Nothing that is not RMB to the cent becomes an amount."""
    rules = refused(filled(SEASON[:-2]), event("subsidy_applied", 70, amount=amount, **HIRED))
    assert len(rules) == 1
    assert "amount" in rules[0]


@pytest.mark.parametrize("amount", [Decimal("0.10"), "0.1", 0.1, "０.１０", "0.100"])
def test_amounts_are_read_exactly(amount: object) -> None:
    """Ten cents are ten cents."""
    record = filled([*SEASON[:-2], event("subsidy_applied", 70, amount=amount, **HIRED)])
    assert record.events()["amount"].iloc[-1] == Decimal("0.10")
    assert record.history()["amount"].iloc[-1].as_tuple().exponent == -2


@pytest.mark.parametrize("column", ["person", "seq", "recorded_at"])
def test_an_unknown_column_is_refused(column: str) -> None:
    """A misspelt heading would otherwise lose its cells."""
    assert refused(Record(":memory:"), event("received", 1, candidate_id="R1", **{column: 1}))


@pytest.mark.parametrize("column", ["note", "candidate_id"])
def test_what_no_file_can_hold_is_refused(column: str) -> None:
    """Half of a surrogate pair is named like any other broken cell."""
    row = event("received", 1, **{"candidate_id": "R1", column: "a\ud800"})
    assert "half a character is lost" in refused(Record(":memory:"), row)[0]


def test_texts_come_back_as_they_were() -> None:
    """Chinese, quotes, line breaks and a NUL stay as they are."""
    note = "专家'\"; DROP TABLE events; --\n第二行\x00end"
    record = filled([event("received", 1, candidate_id="候选人 1", note=note)])
    found = record.events().iloc[0]
    assert (found["note"], found["candidate_id"]) == (note, "候选人 1")


def test_a_correction_replaces_and_its_retraction_gives_back() -> None:
    """Of a chain of corrections the last that was not retracted holds."""
    record = filled(HELD)
    introduced = {"kind": "introduced", **PAIR}
    record.add([{**introduced, "event_id": "b", "date": day(12), "corrects": "introduced"}])
    record.add([{**introduced, "event_id": "c", "date": day(14), "corrects": "b"}])
    assert record.events().set_index("kind").loc["introduced", "event_id"] == "c"
    record.add([{"kind": "retracted", "date": day(20), "corrects": "c"}])
    found = record.events().set_index("kind").loc["introduced"]
    assert (found["event_id"], found["date"]) == ("b", pd.Timestamp(day(12)))
    record.add([{"kind": "retracted", "date": day(20), "corrects": "b"}])
    record.add([{"kind": "retracted", "date": day(20), "corrects": "introduced"}])
    assert "introduced" not in record.events()["kind"].tolist()
    assert len(record) == len(HELD) + 5


def test_a_retraction_names_what_would_be_left_without_its_need() -> None:
    """The later event is in the message, and nothing changes."""
    record = filled(SEASON)
    rules = refused(record, {"kind": "retracted", "date": day(90), "corrects": "introduced"})
    assert {rule.split("'")[1] for rule in rules} == {
        "expert_visited", "interviewed", "offered", "contracted",
    }  # fmt: skip
    rejected = event("screened", 2, candidate_id="R1", outcome="rejected")
    (rule,) = refused(record, {**rejected, "event_id": "b", "corrects": "screened"})
    assert "recorded 'introduced' would be impossible" in rule
    (rule,) = refused(record, {"kind": "retracted", "date": day(90), "corrects": "subsidy_applied"})
    assert "recorded 'subsidy_paid' would be impossible" in rule


def test_what_a_retraction_gives_back_must_be_possible_as_well() -> None:
    """The event that comes back may be about somebody else, of whom more is known by now."""
    record = filled([event("received", 1, candidate_id="R1")])
    other = {**event("received", 1, candidate_id="R2"), "event_id": "b", "corrects": "received"}
    record.add([other])
    record.add([{**event("received", 2, candidate_id="R1"), "event_id": "c"}])
    gone: Row = {"event_id": "r", "kind": "retracted", "date": day(9), "corrects": "b"}
    with pytest.raises(InputError) as caught:
        record.add([gone])
    (flaw,) = caught.value.flaws
    assert (flaw.row, flaw.id) == (1, "r")
    assert "recorded 'c' would be impossible: received of 'R1'" in flaw.rule


def test_an_earlier_end_that_comes_back_is_blamed_on_the_retraction() -> None:
    """The row at fault is the new one, though both events that clash are recorded."""
    record = filled([*HELD, event("contracted", 20, **PAIR)])
    record.add([{**event("contracted", 50, **PAIR), "event_id": "b", "corrects": "contracted"}])
    record.add([event("interviewed", 30, **PAIR)])
    with pytest.raises(InputError, match=r"row 1, id 'r'.*'interviewed' would be impossible"):
        record.add([{"event_id": "r", "kind": "retracted", "date": day(9), "corrects": "b"}])


def test_a_demand_moves_to_another_enterprise_with_all_that_names_it() -> None:
    """One batch corrects the demand and its pairs; the demand alone cannot move."""
    record = filled(HELD)
    moved: Row = {
        "event_id": "b", "kind": "demand_recorded", "date": day(3), "demand_id": "X1",
        "enterprise_id": "E2", "corrects": "demand_recorded",
    }  # fmt: skip
    assert "recorded 'introduced' would be impossible" in refused(record, moved)[0]
    pair = {"event_id": "c", "kind": "introduced", "date": day(10), "corrects": "introduced"}
    assert record.add([{**pair, **PAIR}, moved]) == 2
    assert set(record.events()["enterprise_id"].dropna()) == {"E2"}


def test_what_cannot_be_corrected() -> None:
    """Nothing unknown, of another kind, corrected already, retracted, or in a circle."""
    record = filled(HELD)
    fact: Row = {"kind": "received", "date": day(0), "candidate_id": "R1"}
    gone: Row = {"kind": "retracted", "date": day(9)}
    assert "not recorded" in refused(record, {**fact, "corrects": "nobody"})[0]
    assert "of the kind screened" in refused(record, {**fact, "corrects": "screened"})[0]
    circle = [{**fact, "event_id": a, "corrects": b} for a, b in ("ab", "ba")]
    assert "circle: a, b, a" in refused(record, *circle)[0]
    assert record.add([{**fact, "event_id": "b", "corrects": "received"}]) == 1
    again = {**fact, "date": day(1), "note": "again", "corrects": "received"}
    assert "already corrected by 'b'" in refused(record, again)[0]
    assert "already corrected by 'b'" in refused(record, {**gone, "corrects": "received"})[0]
    assert record.add([{**gone, "event_id": "r", "corrects": "introduced"}]) == 1
    assert "which is final" in refused(record, {**gone, "corrects": "r"})[0]
    late = {**event("introduced", 11, **PAIR), "event_id": "late", "corrects": "introduced"}
    assert "already retracted by 'r'" in refused(record, late)[0]
    assert record.add([{**late, "corrects": None}]) == 1


def test_as_of_a_day_is_what_had_happened_by_its_end() -> None:
    """The day itself counts; a later correction counts as well."""
    record = filled(SEASON)
    assert len(record.events(day(10))) == 5
    assert len(record.events(as_of=pd.Timestamp(day(9)))) == 4
    earlier = {**event("received", 0, candidate_id="R1"), "event_id": "b", "corrects": "received"}
    record.add([earlier])
    assert record.events(day(0))["event_id"].tolist() == ["b"]
    for wrong in ("soon", "", pd.NaT):
        with pytest.raises(ValueError, match="as_of is"):
            record.events(wrong)


# ------------------------------------------------------------------ properties, by a slow oracle

PLACES = {"X": "E1", "Y": "E1", "Z": "E2"}
PAIRED = ("introduced", "expert_visited", "interviewed", "offered", "contracted", "declined")


def sound(events: Iterable[Row]) -> bool:
    """Whether valid events can all have happened: the rules read out one by one, every pair."""
    listed = [{**dict.fromkeys(COLUMNS), **row} for row in events]
    demands = [row for row in listed if row["kind"] == "demand_recorded"]
    at = {row["demand_id"]: row["enterprise_id"] for row in demands}

    def has(row: Row, kind: str, *same: str, **cells: object) -> bool:
        return any(
            one["kind"] == kind
            and str(one["date"]) <= str(row["date"])
            and all(one[name] == row[name] for name in same)
            and all(one[name] == value for name, value in cells.items())
            for one in listed
        )

    def named(row: Row) -> tuple[str, str]:
        return ("candidate_id", "demand_id" if row["demand_id"] else "enterprise_id")

    needs = {
        "screened": lambda row: has(row, "received", "candidate_id"),
        "introduced": lambda row: has(row, "screened", "candidate_id", outcome="pool")
        and has(row, "demand_recorded", "demand_id"),
        "withdrawn": lambda row: has(row, "introduced", "candidate_id", "demand_id")
        if row["demand_id"]
        else has(row, "received", "candidate_id"),
        "permits_applied": lambda row: has(row, "offered", *named(row))
        or has(row, "contracted", *named(row)),
        "permits_issued": lambda row: has(row, "permits_applied", "candidate_id", "enterprise_id")
        and has(row, "contracted", *named(row)),
        "programme_applied": lambda row: has(row, "contracted", *named(row)),
        "subsidy_applied": lambda row: has(row, "contracted", *named(row)),
        "subsidy_paid": lambda row: has(row, "contracted", *named(row)),
    } | {
        kind: lambda row: has(row, "introduced", "candidate_id", "demand_id")
        for kind in PAIRED[1:]
    }  # fmt: skip
    for row in listed:
        kind = str(row["kind"])
        if not needs.get(kind, lambda row: True)(row):
            return False
        if row["demand_id"] and row["enterprise_id"] != at.get(row["demand_id"]):
            return False
        over = [one for one in listed if one["kind"] == "withdrawn" and not one["demand_id"]]
        over += [
            one
            for one in listed
            if one["kind"] in ("contracted", "declined", "withdrawn") and one["demand_id"]
        ]
        if kind in (*PAIRED, "screened", "withdrawn") and any(
            end["candidate_id"] == row["candidate_id"]
            and end["demand_id"] in (None, row["demand_id"])
            and str(end["date"]) < str(row["date"])
            for end in over
        ):
            return False
        if kind == "subsidy_paid":
            balance = sum(
                (1 if one["kind"] == "subsidy_applied" else -1) * Decimal(str(one["amount"]))
                for one in listed
                if str(one["kind"]).startswith("subsidy_")
                and str(one["date"]) <= str(row["date"])
                and (one["candidate_id"], one["enterprise_id"])
                == (row["candidate_id"], row["enterprise_id"])
            )
            if balance < 0:
                return False
    return max(Counter(map(_slot, listed)).values(), default=1) == 1


def _slot(row: Row) -> tuple[object, ...]:
    """What there may be one of: an ending of a pair, a kind per pair, an event that may repeat."""
    kind, person, place = str(row["kind"]), row["candidate_id"], row["demand_id"]
    if kind in ("interviewed", "expert_visited") or kind.startswith("subsidy_"):
        return (row["event_id"],)
    if kind in ("contracted", "declined") or (kind == "withdrawn" and place):
        return "ended", person, place
    by_enterprise = kind.startswith(("permits", "programme"))
    return kind, person, row["enterprise_id"] if by_enterprise else place


@st.composite
def facts(draw: st.DrawFn, kind: str | None = None) -> Row:
    """A row that is well formed; whether it can be is another question."""
    kinds = [kind for kind in KINDS if kind not in ("visited", "retracted")]
    kind = kind or draw(st.sampled_from([*kinds, *PAIRED, *PAIRED]))
    person, place = draw(st.sampled_from("AB")), draw(st.sampled_from("XYZ"))
    row: Row = {"kind": kind, "date": day(draw(st.integers(1, 5)))}
    level = KINDS[kind].level
    if level == "candidate":
        row["candidate_id"] = person
        if kind == "withdrawn" and draw(st.booleans()):
            row["demand_id"] = place
    elif level == "demand":
        row |= {"demand_id": place, "enterprise_id": draw(st.sampled_from(["E1", "E1", "E2"]))}
    elif level == "hired" and draw(st.booleans()):
        row |= {"candidate_id": person, "enterprise_id": PLACES[place]}
    else:
        row |= {"candidate_id": person, "demand_id": place}
    if kind == "screened":
        row["outcome"] = draw(st.sampled_from(["pool", "pool", "rejected"]))
    if kind == "declined":
        row |= {"outcome": "candidate", "reason": "pay"}
    if kind.startswith("subsidy_"):
        row["amount"] = draw(st.sampled_from(["1.00", "2.00"]))
    return row


BEGUN: list[Row] = [
    *({"kind": "received", "date": day(1), "candidate_id": c} for c in "AB"),
    *({"kind": "screened", "date": day(2), "candidate_id": c, "outcome": "pool"} for c in "AB"),
    *(
        {"kind": "demand_recorded", "date": day(1), "demand_id": d, "enterprise_id": e}
        for d, e in PLACES.items()
    ),
    *({"kind": "introduced", "date": day(2), "candidate_id": c, "demand_id": "X"} for c in "AB"),
    {"kind": "contracted", "date": day(3), "candidate_id": "A", "demand_id": "X"},
    {"kind": "subsidy_applied", "date": day(4), "candidate_id": "A", "demand_id": "X", "amount": 2},
]  # fmt: skip
BEGUN = [
    {"event_id": f"b{k}", **row, "enterprise_id": PLACES.get(str(row.get("demand_id")))}
    for k, row in enumerate(BEGUN)
]


def placed(row: Row, alive: Iterable[Row]) -> Row:
    """The row with the enterprise of its demand, as far as that is known."""
    if row.get("enterprise_id") or not row.get("demand_id"):
        return row
    at = {
        one["demand_id"]: one["enterprise_id"] for one in alive if one["kind"] == "demand_recorded"
    }
    return {**row, "enterprise_id": at.get(row["demand_id"])}


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_a_batch_is_taken_exactly_if_everything_stays_possible(data: st.DataObject) -> None:
    """New facts, corrections and retractions one after another, against the rules read out."""
    record = filled(BEGUN)
    known = {str(row["event_id"]): row for row in BEGUN}
    alive = dict(known)
    for step in range(data.draw(st.integers(1, 12))):
        what = data.draw(st.sampled_from(["new", "correct", "retract"]))
        target = data.draw(st.sampled_from(sorted(known)))
        after = dict(alive)
        if what == "new":
            batch = data.draw(st.lists(facts(), min_size=1, max_size=3))
            batch = [{**row, "event_id": f"{step}.{k}"} for k, row in enumerate(batch)]
        elif what == "correct":
            fact = data.draw(facts(kind=str(known[target]["kind"])))
            batch = [{**fact, "event_id": f"{step}.0", "corrects": target}]
            after.pop(target, None)
        else:
            batch = [{"kind": "retracted", "date": day(9), "corrects": target}]
            batch[0]["event_id"] = f"{step}.0"
            after.pop(target, None)
            back = known[target].get("corrects")
            if back is not None:
                after[str(back)] = known[str(back)]
        if what != "retract":
            demands = [*alive.values(), *batch]
            batch = [placed(row, demands) for row in batch]
            after |= {str(row["event_id"]): row for row in batch}
        possible = (what == "new" or target in alive) and sound(after.values())
        bare = [
            {k: v for k, v in row.items() if k != "enterprise_id" or row["kind"] not in PAIRED}
            for row in batch
        ]
        if possible:
            assert record.add(bare) == len(batch)
            alive = after
            known |= {str(row["event_id"]): row for row in batch if row["kind"] != "retracted"}
        else:
            refused(record, *bare)
        assert set(record.events()["event_id"]) == set(alive)


@settings(max_examples=60, deadline=None)
@given(st.lists(facts(), max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[Row], chance: random.Random) -> None:
    """A batch is taken or refused in any order, and read back as the same frame."""
    named = [{**row, "event_id": f"n{k}"} for k, row in enumerate(rows)]
    batch = [*BEGUN, *named]
    whole = [placed(row, batch) for row in batch]
    chance.shuffle(batch)
    record = Record(":memory:")
    if not sound(whole):
        refused(record, *batch)
        return
    record.add(batch)
    other = Record(":memory:")
    for when in range(1, 6):  # and by days, as the year brings them
        other.add([row for row in batch if row["date"] == day(when)])
    pd.testing.assert_frame_equal(record.events(), other.events())
    assert len(record.events()) == len(whole)


# ------------------------------------------------------------------------------- files, processes


def test_the_file_lets_nobody_change_a_row(tmp_path: Path) -> None:
    """UPDATE, DELETE and REPLACE are refused to any program; reading is free to all."""
    path = tmp_path / "year.db"
    with Record(path) as record:
        record.add(SEASON)
        expected = record.events()["event_id"].tolist()
    link = sqlite3.connect(path)
    for statement in (
        "UPDATE events SET date = '2021-01-01'",
        "DELETE FROM events",
        "INSERT OR REPLACE INTO events SELECT * FROM events",
    ):
        with pytest.raises(sqlite3.IntegrityError, match=r"never|already"):
            link.execute(statement)
    read = link.execute("SELECT event_id FROM valid_events ORDER BY date").fetchall()
    link.close()
    assert sorted(row[0] for row in read) == sorted(expected)


def test_a_record_is_kept_between_sessions(tmp_path: Path) -> None:
    """What was added is there when the file is opened again, by text or path."""
    with Record(tmp_path / "year.db") as record:
        record.add(SEASON[:5])
    with Record(str(tmp_path / "year.db")) as record:
        assert record.add(SEASON) == len(SEASON) - 5
        assert len(record) == len(SEASON)


def _foreign(path: Path) -> None:
    link = sqlite3.connect(path)
    link.execute("CREATE TABLE events (a)")
    link.close()


def _newer(path: Path) -> None:
    Record(path).close()
    link = sqlite3.connect(path)
    link.execute("PRAGMA user_version = 99")
    link.close()


FILES = {
    "not a record": _foreign,
    "not a record of": lambda path: path.write_text("kind;date\n" * 500),
    r"newer talentmatch \(format 99": _newer,
    "cannot be opened": Path.mkdir,
}


@pytest.mark.parametrize("said", FILES)
def test_a_file_that_is_no_record_is_refused(said: str, tmp_path: Path) -> None:
    """Other databases, other files, newer formats and folders are named, and stay as they are."""
    path = tmp_path / "year.db"
    FILES[said](path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(RecordError, match=rf"year\.db: .*{said}"):
        Record(path)
    assert before is None or path.read_bytes() == before


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """No folder is made on the way."""
    with pytest.raises(RecordError, match="check the path"):
        Record(tmp_path / "nowhere" / "year.db")
    with pytest.raises(RecordError, match="check the path"):
        Record(tmp_path / "year.db", read_only=True)
    assert not list(tmp_path.iterdir())


def test_an_empty_file_becomes_a_record(tmp_path: Path) -> None:
    """As made by a program that hands out temporary files."""
    (tmp_path / "year.db").touch()
    with Record(tmp_path / "year.db") as record:
        assert record.add(SEASON) == len(SEASON)


def test_a_read_only_file_is_read(tmp_path: Path) -> None:
    """Everything can be read; adding says why it cannot be done."""
    path = tmp_path / "year.db"
    with Record(path) as record:
        record.add(SEASON)
    path.chmod(0o444)
    with Record(path, read_only=True) as record:
        assert len(record) == len(record.events()) == len(record.history()) == len(SEASON)
        with pytest.raises(RecordError, match="can only be read"):
            record.add([event("received", 1, candidate_id="R2", event_id="new")])


def test_a_closed_record_says_so() -> None:
    """Closing twice does nothing; reading after that is an error of ours."""
    with Record(":memory:") as record:
        pass
    record.close()
    with pytest.raises(RecordError, match="closed"):
        record.events()
    with pytest.raises(RecordError, match="closed"):
        record.add(SEASON)


def test_a_writer_waits_and_then_gives_up(tmp_path: Path) -> None:
    """While another holds the file it says so after the timeout; afterwards it goes on."""
    path = tmp_path / "year.db"
    with Record(path, timeout=0.05) as record:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordError, match="another process is writing"):
            record.add(SEASON)
        assert len(record) == 0
        other.execute("ROLLBACK")
        other.close()
        assert record.add(SEASON) == len(SEASON)


def test_a_write_that_was_cut_off_is_undone(tmp_path: Path) -> None:
    """The file and its journal as a power cut leaves them: half a batch in the file, none read."""
    path, copy = tmp_path / "year.db", tmp_path / "cut.db"
    with Record(path) as record:
        record.add(SEASON)
    link = sqlite3.connect(path, isolation_level=None)
    link.execute("PRAGMA cache_size = 1")  # so that changed pages go to the file before the end
    link.execute("BEGIN")
    for k in range(2000):
        link.execute(
            "INSERT INTO events (event_id, kind, date, candidate_id, recorded_at) "
            "VALUES (?, 'received', '2021-01-01', ?, '')",
            (f"x{k}", f"x{k}"),
        )
    shutil.copy(path, copy)
    shutil.copy(f"{path}-journal", f"{copy}-journal")
    link.execute("ROLLBACK")
    link.close()
    assert b"x1500" in copy.read_bytes()
    with pytest.raises(RecordError, match="cut off"):
        Record(copy, read_only=True)
    with Record(copy) as record:
        assert record.add(SEASON) == 0
        assert len(record) == len(SEASON)


WRITER = """
import sys
from talentmatch.centre.record import Record
path, name = sys.argv[1:]
with Record(path, timeout=60) as record:
    for k in range(40):
        record.add([{"kind": "received", "date": "2021-01-01", "candidate_id": f"{name}{k}.{j}"}
                    for j in range(20)])
        record.add([{"kind": "received", "date": "2021-01-01", "candidate_id": f"both{k}"}])
"""


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    """Each finds its own events there, those that both bring once, from an absent file on."""
    path = tmp_path / "year.db"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in ("a", "b")
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    with Record(path) as record:
        found = Counter(record.history()["candidate_id"])
    expected = {f"{name}{k}.{j}" for name in "ab" for k in range(40) for j in range(20)}
    assert found == Counter(expected | {f"both{k}" for k in range(40)})


# Loads once, then forks: twenty starts of the interpreter would take most of a minute. The writer
# is stopped at a random moment; where no batch is being written it goes on, else it is killed.
KILLED = """
import os, random, signal, sqlite3, sys, time
from talentmatch.centre.record import Record

path, chance = sys.argv[1], random.Random(int(sys.argv[2]))
batches = [
    [{"kind": "received", "date": "2021-01-01", "candidate_id": f"{b}.{j}"} for j in range(100)]
    + [{"kind": "screened", "date": "2021-01-02", "candidate_id": f"{b}.{j}", "outcome": "pool"}
       for j in range(100)]
    for b in range(2000)
]
Record(path).close()
told = 0
for kill in range(20):
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        with Record(path) as record:
            for batch in batches:
                if record.add(batch):
                    os.write(theirs, b".")
        os._exit(0)
    os.close(theirs)
    told += sum(len(os.read(ours, 1)) for _ in range(kill % 3))
    while True:
        time.sleep(chance.uniform(0, 0.01))
        os.kill(child, signal.SIGSTOP)
        assert os.WIFSTOPPED(os.waitpid(child, os.WUNTRACED)[1]), "the writer came to its end"
        if os.path.exists(path + "-journal"):  # it stands beside the file during a batch
            break
        os.kill(child, signal.SIGCONT)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(ours, "rb") as pipe:
        told += len(pipe.read())
    with Record(path) as record:
        kept = record.history()["candidate_id"].str.split(".").str[0].astype(int)
    sizes = kept.value_counts()
    assert (sizes == 200).all(), f"half a batch after kill {kill}"
    assert sorted(sizes.index) == list(range(len(sizes))), "a batch is missing"
    assert told <= len(sizes) <= told + kill + 1, "a batch that was confirmed is lost"
with Record(path) as record:
    added = [record.add(batch) for batch in batches[: len(sizes) + 3]]
    assert added == [0] * len(sizes) + [200] * 3, added
    rows = record.history()[["kind", "candidate_id"]]
    assert len(rows) == 200 * (len(sizes) + 3) and not rows.duplicated().any()
link = sqlite3.connect(path)
assert link.execute("PRAGMA integrity_check").fetchone() == ("ok",)
link.close()
print(len(sizes))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows cannot stop a process")
def test_twenty_kills_in_mid_batch_lose_and_double_nothing(tmp_path: Path) -> None:
    """After each kill -9 there are whole batches only, all that were confirmed among them."""
    command = [sys.executable, "-c", KILLED, str(tmp_path / "year.db"), "7"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 19
