"""Each rule against a naive definition, one pair at a time."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import talentmatch as tm
from talentmatch.rules import DEGREES, Gate

quick = settings(max_examples=80, deadline=None, derandomize=True)
missing = st.sampled_from(["pass", "bar"])
number = st.one_of(st.none(), st.integers(0, 5), st.just("3"), st.just(2.5))
day = st.one_of(st.none(), st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 9)))
words = st.lists(st.sampled_from(["en", "zh", "de", "EN", "fr"]), max_size=3)


def column(name: str, cells: list[Any]) -> pd.DataFrame:
    """A table of one column whose cells stay the objects they are."""
    return pd.DataFrame({name: pd.Series(cells, dtype=object)})


def block(gate: Gate, n: int, m: int) -> np.ndarray:
    """What a gate says of all pairs, as a block, checked against one by one."""
    rows, cols = np.arange(n), np.arange(m)
    whole = gate.passes(rows[:, None], cols[None, :])
    singles = gate.passes(*np.indices((n, m)).reshape(2, -1))
    np.testing.assert_array_equal(whole.ravel(), singles)
    return whole


def compare(gate: Gate, have: list[Any], ask: list[Any], says: Any, kept: str) -> None:
    """Every pair: nothing asked passes, nothing known as `kept` says, else as `says` says."""
    whole = block(gate, len(have), len(ask))
    for i, mine in enumerate(have):
        for j, theirs in enumerate(ask):
            if theirs in (None, []):
                want = True
            elif mine in (None, []):
                want = kept == "pass"
            else:
                want = says(mine, theirs)
            assert whole[i, j] == want, (mine, theirs, kept)
    assert gate.missing == sum(mine in (None, []) for mine in have)


@quick
@given(have=st.lists(number, min_size=1), ask=st.lists(number, min_size=1), kept=missing)
def test_at_least_compares_numbers(have: list[Any], ask: list[Any], kept: Any) -> None:
    """A candidate's number is at least the demand's, texts of numbers too."""
    gate = tm.AtLeast("years", missing=kept).bind(column("years", have), column("min_years", ask))
    compare(gate, have, ask, lambda a, b: float(a) >= float(b), kept)
    assert gate.name == "years at least min_years"


@quick
@given(have=st.lists(number, min_size=1), ask=st.lists(number, min_size=1), kept=missing)
def test_within_compares_numbers(have: list[Any], ask: list[Any], kept: Any) -> None:
    """A candidate's number is at most the demand's ceiling."""
    rule = tm.Within("wage", demand="most", missing=kept)
    gate = rule.bind(column("wage", have), column("most", ask))
    compare(gate, have, ask, lambda a, b: float(a) <= float(b), kept)


@quick
@given(have=st.lists(day, min_size=1), ask=st.lists(day, min_size=1), kept=missing)
def test_available_by_compares_days(have: list[Any], ask: list[Any], kept: Any) -> None:
    """A candidate can start on the demand's day or before."""
    rule = tm.AvailableBy(missing=kept)
    gate = rule.bind(column("available_from", have), column("start_date", ask))
    compare(gate, have, ask, lambda a, b: a <= b, kept)


@quick
@given(
    have=st.lists(words, min_size=1), ask=st.lists(words, min_size=1), kept=missing,
    need=st.sampled_from(["any", "all"]),
)  # fmt: skip
def test_among_compares_sets(have: list[Any], ask: list[Any], kept: Any, need: Any) -> None:
    """A candidate holds one, or all, of the words asked, whatever their case."""
    rule = tm.Among("languages", need=need, missing=kept)
    gate = rule.bind(column("languages", have), column("languages", ask))

    def says(mine: list[str], theirs: list[str]) -> bool:
        a, b = ({word.casefold() for word in side} for side in (mine, theirs))
        return bool(a & b) if need == "any" else b <= a

    compare(gate, have, ask, says, kept)


def test_among_tells_hundreds_of_words_apart() -> None:
    """More than 64 different words are still told apart, one from another."""
    names = [f"w{k}" for k in range(150)]
    gate = tm.Among("a", "b").bind(column("a", names), column("b", names))
    np.testing.assert_array_equal(block(gate, 150, 150), np.eye(150, dtype=bool))
    every = tm.Among("a", "b", need="all").bind(
        column("a", [names, names[:149]]), column("b", [names])
    )
    assert block(every, 2, 1).ravel().tolist() == [True, False]


@quick
@given(have=st.lists(words, min_size=1), kind=st.lists(words.map(lambda w: w[:1]), min_size=1))
def test_accepts_kind_holds_the_kind(have: list[Any], kind: list[Any]) -> None:
    """The demand's kind is among those the candidate accepts."""
    rule = tm.AcceptsKind()
    gate = rule.bind(column("accepts", have), column("kind", kind))
    compare(
        gate, have, kind,
        lambda a, b: b[0].casefold() in {word.casefold() for word in a}, "pass",
    )  # fmt: skip
    assert gate.name == "accepts covers kind"


def test_lists_may_be_written_in_a_cell() -> None:
    """Several values stand in a list or between separators, Chinese ones too."""
    gate = tm.Among("a", "b", need="all").bind(
        column("a", ["en; zh", ["zh", "en"], "en、zh", "en"]), column("b", ["ZH;EN"])
    )
    assert block(gate, 4, 1).ravel().tolist() == [True, True, True, False]


@pytest.mark.parametrize("low", range(5))
@pytest.mark.parametrize("high", range(5))
def test_degrees_in_chinese_and_english(low: int, high: int) -> None:
    """Every spelling of a degree stands at its level, in either language and any case."""
    people, needs = list(DEGREES[low]), [word.upper() for word in DEGREES[high]]
    gate = tm.AtLeast("degree").bind(column("degree", people), column("min_degree", needs))
    assert (block(gate, len(people), len(needs)) == (low >= high)).all()


def test_an_order_of_your_own() -> None:
    """Words from low to high, a tuple for spellings of one level."""
    rule = tm.AtLeast("level", "asked", order=["junior", ("senior", "高级"), "chief"])
    gate = rule.bind(column("level", ["junior", "高级", "Chief ", ""]), column("asked", ["senior"]))
    assert block(gate, 4, 1).ravel().tolist() == [False, True, True, True]


def test_dates_compare_as_dates() -> None:
    """A datetime column and texts of dates say the same; later is more for AtLeast."""
    stamps = pd.DataFrame({"d": pd.to_datetime(["2026-01-02", None, "2026-01-04"])})
    asked = pd.DataFrame({"e": pd.to_datetime(["2026-01-03"])})
    assert block(tm.AtLeast("d", "e").bind(stamps, asked), 3, 1).ravel().tolist() == [
        False, True, True,
    ]  # fmt: skip
    texts = column("e", ["2026年1月3日"])
    assert block(tm.AvailableBy("d", "e").bind(stamps, texts), 3, 1).ravel().tolist() == [
        True, True, False,
    ]  # fmt: skip


def test_bad_cells_are_named_all_at_once() -> None:
    """Every cell that is not understood is reported with its row, id, column and a hint."""
    people = pd.DataFrame(
        {"candidate_id": ["R1", "R2", "R3"], "degree": ["master", "wizard", "sorcerer"]}
    )
    with pytest.raises(tm.InputError) as caught:
        tm.AtLeast("degree").bind(people, column("min_degree", [None]))
    assert [(f.row, f.id, f.column, f.rule) for f in caught.value.flaws] == [
        (2, "R2", "degree", "'wizard' is not in the order"),
        (3, "R3", "degree", "'sorcerer' is not in the order"),
    ]
    assert caught.value.flaws[0].hint == "Use one of: none, associate, bachelor, master, doctor"
    with pytest.raises(tm.InputError, match="not a number: 'lots'"):
        tm.Within("wage", demand="most").bind(column("wage", ["lots"]), column("most", [1]))
    with pytest.raises(tm.InputError, match="not a date: 'soon'"):
        tm.AvailableBy().bind(column("available_from", ["soon"]), column("start_date", [None]))


@pytest.mark.parametrize("side", ["candidates", "demands"])
def test_a_missing_column_is_named(side: str) -> None:
    """A rule that finds no column names it, the table, and what is there."""
    there, other = column("a", [1]), column("b", [1])
    tables = (other, other) if side == "candidates" else (there, there)
    rule = tm.Within("a", demand="b")
    name = "a" if side == "candidates" else "b"
    with pytest.raises(tm.ProblemError, match=f"needs the column '{name}' of {side}; there are: "):
        rule.bind(*tables)


def test_a_word_that_is_no_choice_is_refused() -> None:
    """`missing` and `need` take two words each."""
    with pytest.raises(tm.ProblemError, match="need must be 'any' or 'all', not 'some'"):
        tm.Among("a", need="some")  # type: ignore[arg-type]  # on purpose
    for make in (
        lambda **more: tm.AtLeast("a", "b", **more),
        lambda **more: tm.Among("a", "b", **more),
        lambda **more: tm.Within("a", demand="b", **more),
        tm.AvailableBy,
        tm.AcceptsKind,
    ):
        with pytest.raises(tm.ProblemError, match="missing must be 'pass' or 'bar', not 'maybe'"):
            make(missing="maybe")


def test_missing_is_every_kind_of_nothing() -> None:
    """None, nan, NA, NaT and blank texts are all missing, and counted."""
    cells = [None, math.nan, pd.NA, pd.NaT, "", "  "]
    for rule in (tm.AtLeast("a", "b", missing="bar"), tm.Within("a", demand="b", missing="bar")):
        gate = rule.bind(column("a", cells), column("b", [1]))
        assert not block(gate, 6, 1).any()
        assert gate.missing == 6
    assert block(tm.AtLeast("a", "b").bind(column("a", [0]), column("b", cells)), 1, 6).all()


def test_rules_are_values() -> None:
    """Equal rules are equal, and cannot be changed."""
    assert tm.AtLeast("degree") == tm.AtLeast("degree", missing="pass")
    assert tm.AtLeast("degree") != tm.AtLeast("degree", missing="bar")
    with pytest.raises(AttributeError):
        tm.AtLeast("degree").missing = "bar"  # type: ignore[misc]  # on purpose


def test_the_callers_tables_are_untouched() -> None:
    """Binding reads the columns and changes nothing."""
    people, needs = column("a", ["EN", None]), column("b", ["en"])
    before = people.copy(deep=True), needs.copy(deep=True)
    tm.Among("a", "b").bind(people, needs)
    pd.testing.assert_frame_equal(people, before[0])
    pd.testing.assert_frame_equal(needs, before[1])
