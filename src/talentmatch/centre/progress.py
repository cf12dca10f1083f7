"""Who went on from one stage to another, when, and who still may."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from talentmatch.centre.events import iso_day, read_ids
from talentmatch.centre.funnel import STAGES, outcomes_of, staged
from talentmatch.centre.record import Record
from talentmatch.learning.reliability import wilson
from talentmatch.tables.cells import plain

__all__ = ["STEPS", "Progress", "conversion", "grouped", "progress"]

STEPS = (
    ("received", "pool"),
    ("introduced", "interviewed"),
    ("introduced", "offered"),
    ("introduced", "contracted"),
    ("offered", "contracted"),
)
_C, _D, _E = "candidate_id", "demand_id", "enterprise_id"
_KEYS = (
    dict.fromkeys(STAGES, (_C, _D, _E))
    | dict.fromkeys(("received", "pool", "rejected"), (_C,))
    | {"visited": (_E,), "demand_recorded": (_D, _E), "decided": (_C, _D, _E)}
    | dict.fromkeys(("programme_applied", "permits_applied", "permits_issued"), (_C, _E))
    | dict.fromkeys(("subsidy_applied", "subsidy_paid"), (_C, _E))
)
_TABLES = {"candidates": _C, "demands": _D, "enterprises": _E}


@dataclass(frozen=True, eq=False)
class Progress:
    """The cases that came to one stage, and what became of each on the way to another.

    Parameters
    ----------
    cases : pandas.DataFrame
        One row per case: its ids (`keys`), entered, went_on, ended (days; NaT where it has not).
        A case that went on has no end of its own. What both stages name is a case: a pair from
        "introduced" on, a candidate from "received" to anything, a candidate and an enterprise
        where permits, programmes and subsidies take part.
    keys : tuple of str
        The id columns.
    until : pandas.Timestamp
        The day up to which is known what happened; NaT where nothing is recorded.
    """

    cases: pd.DataFrame
    keys: tuple[str, ...]
    until: pd.Timestamp


def progress(
    record: Record,
    start: str,
    end: str,
    *,
    as_of: object = None,
    cohort: Sequence[object] | None = None,
) -> Progress:
    """Follow every case from one stage to another.

    Parameters
    ----------
    record : Record
        The record.
    start, end : str
        Stages as in `stage_counts`; the end may also be "decided": contracted, declined or
        withdrawn, whichever it was.
    as_of : date or text, optional
        Only what had happened by the end of this day.
    cohort : (first day, last day), optional
        Only cases that came to `start` between these days, both included; either may be None.

    Returns
    -------
    Progress
        A case went on where its first event of `end` is not before its first of `start`. It ended
        otherwise where its pair was decided or, for a candidate, on rejection or withdrawal.

    Raises
    ------
    ValueError
        A stage is unknown, the two have nothing in common, or a day is no day.

    Examples
    --------
    >>> from talentmatch.centre.record import Record
    >>> record = Record(":memory:")
    >>> added = record.add([
    ...     {"kind": "received", "date": "2021-03-01", "candidate_id": "R1"},
    ...     {"kind": "screened", "date": "2021-03-09", "candidate_id": "R1", "outcome": "pool"},
    ... ])
    >>> progress(record, "received", "pool").cases["went_on"].astype(str).tolist()
    ['2021-03-09']
    """
    return _followed(staged(record, as_of=as_of), start, end, as_of, cohort)


def conversion(
    record: Record,
    *,
    by: str | None = None,
    as_of: object = None,
    cohort: Sequence[object] | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
    steps: Sequence[tuple[str, str]] = STEPS,
) -> pd.DataFrame:
    """Which share went on from one stage to another, with what is not known of it.

    Cases still open count as not gone on in `share`, which therefore grows as they are decided;
    `share_decided` leaves them out, which is too high where failures are recorded late and too low
    where contracts take longest. The two ends belong together. Intervals are Wilson's, of 95 %,
    as if cases were independent; small groups keep their wide ones.

    Parameters
    ----------
    record : Record
        The record.
    by : str, optional
        Tell groups apart by an id ("enterprise_id") or by a column of one of `tables`. Steps whose
        cases have no such id are left out ("received" to "pool" has no enterprise).
    as_of : date or text, optional
        Only what had happened by the end of this day.
    cohort : (first day, last day), optional
        Only cases that came to the first stage between these days, both included.
    tables : dict of frames, optional
        "candidates", "demands", "enterprises": tables with the ids in which `by` is looked up.
    steps : sequence of (from, to), optional
        Stages as in `progress`.

    Returns
    -------
    pandas.DataFrame
        By group and step: [group,] from_stage, to_stage, entered, went_on, share, low, high,
        still_open, share_decided, low_decided, high_decided. Shares of nothing are nan. The group
        is missing (last) for ids that the table lacks or says nothing about.

    Raises
    ------
    ValueError
        A stage or column is unknown, in several tables, or fits none of the steps; ids repeat.

    Examples
    --------
    >>> from talentmatch.centre.record import Record
    >>> record = Record(":memory:")
    >>> rows = [{"kind": "received", "date": "2021-03-01", "candidate_id": f"R{k}"}
    ...         for k in range(4)]
    >>> rows += [{"kind": "screened", "date": "2021-03-09", "candidate_id": f"R{k}",
    ...           "outcome": "pool" if k else "rejected"} for k in range(2)]
    >>> added = record.add(rows)
    >>> found = conversion(record, steps=[("received", "pool")])
    >>> found[["entered", "went_on", "still_open", "share", "share_decided"]].values.tolist()
    [[4.0, 1.0, 2.0, 0.25, 0.5]]
    """
    rows: list[dict[str, object]] = []
    fitting = 0
    events = staged(record, as_of=as_of)
    for start, end in steps:
        found = _followed(events, start, end, as_of, cohort)
        groups = grouped(found, by=by, tables=tables)
        fitting += groups is not None
        for group, cases in groups or ():
            rows.append({"group": group, "from_stage": start, "to_stage": end, **_shares(cases)})
    if not fitting and steps:
        raise ValueError(f"by={by!r} fits none of the steps: their cases have no such id")
    rows.sort(key=lambda row: _place(row["group"]))  # within a group the steps keep their order
    frame = pd.DataFrame(rows, columns=["group", "from_stage", "to_stage", *_SHARES])
    return frame if by is not None else frame.drop(columns="group")


def grouped(
    found: Progress, *, by: str | None, tables: Mapping[str, pd.DataFrame] | None
) -> list[tuple[object, pd.DataFrame]] | None:
    """Split cases by an id or by what a table says of an id.

    Parameters
    ----------
    found : Progress
        The cases.
    by, tables
        As for `conversion`.

    Returns
    -------
    list of (group, cases), or None
        Sorted; one group None of all cases where `by` is None. None where the cases have no id by
        which it could be looked up.

    Raises
    ------
    ValueError
        A table or column is unknown, the column is in several tables, ids repeat.

    Examples
    --------
    >>> cases = pd.DataFrame({"candidate_id": ["R1", "R2"]})
    >>> people = pd.DataFrame({"candidate_id": ["R1"], "sector": ["moulds"]})
    >>> found = Progress(cases, ("candidate_id",), pd.NaT)
    >>> groups = grouped(found, by="sector", tables={"candidates": people})
    >>> [(group, len(cases)) for group, cases in groups]
    [('moulds', 1), (None, 1)]
    """
    if by is None:
        return [(None, found.cases)]
    labels: Iterable[object] | None
    if by in (_C, _D, _E):
        labels = found.cases[by] if by in found.keys else None
    else:
        labels = _looked_up(found, by, tables or {})
    if labels is None:
        return None
    places: dict[object, list[int]] = {}
    for place, label in enumerate(labels):
        places.setdefault(plain(label), []).append(place)
    return [(label, found.cases.iloc[places[label]]) for label in sorted(places, key=_place)]


def _followed(
    events: pd.DataFrame, start: str, end: str, as_of: object, cohort: Sequence[object] | None
) -> Progress:
    keys = _keys(start, end)
    pairs = outcomes_of(events)
    entered = _first(events, pairs, start, keys).rename("entered")
    cases = entered.to_frame()
    cases["went_on"] = _first(events, pairs, end, keys).reindex(entered.index)
    cases["ended"] = _ended(events, pairs, keys).reindex(entered.index)
    cases["went_on"] = cases["went_on"].where(cases["went_on"] >= cases["entered"])
    cases["ended"] = cases["ended"].where(cases["went_on"].isna())
    cases = cases.astype("datetime64[s]").reset_index()
    day = iso_day(as_of, name="as_of")
    until = pd.Timestamp(day) if day else events["date"].max()
    return Progress(_within(cases, cohort), keys, until)


_SHARES = (
    "entered", "went_on", "share", "low", "high",
    "still_open", "share_decided", "low_decided", "high_decided",
)  # fmt: skip


def _shares(cases: pd.DataFrame) -> dict[str, float]:
    n, good = len(cases), int(cases["went_on"].notna().sum())
    still = int((cases["went_on"].isna() & cases["ended"].isna()).sum())
    numbers = (n, good, *_share(good, n), still, *_share(good, n - still))
    return dict(zip(_SHARES, numbers, strict=True))


def _share(good: int, n: int) -> tuple[float, float, float]:
    if not n:
        return math.nan, math.nan, math.nan
    low, high = wilson(good, n)
    # the ends are exact where all or none went on; the formula misses them by a rounding
    return good / n, low if good else 0.0, high if good < n else 1.0


def _keys(start: str, end: str) -> tuple[str, ...]:
    if start not in STAGES:
        raise ValueError(f"unknown stage {start!r}; stages are {', '.join(STAGES)}")
    if end not in _KEYS:
        raise ValueError(f"unknown stage {end!r}; stages are {', '.join(_KEYS)}")
    if start == end:
        raise ValueError(f"start and end are both {start!r}")
    keys = tuple(key for key in _KEYS[start] if key in _KEYS[end])
    if not keys:
        raise ValueError(f"{start!r} and {end!r} have nothing in common to follow")
    return keys


def _first(
    events: pd.DataFrame, pairs: pd.DataFrame, stage: str, keys: tuple[str, ...]
) -> pd.Series:
    """The first day of a stage, by case."""
    if stage == "decided":
        rows = pairs[pairs["outcome"] != "open"].rename(columns={"decided": "date"})
    elif stage == "withdrawn":  # whoever left altogether withdrew from each open pair
        rows = pairs[pairs["outcome"] == "withdrawn"].rename(columns={"decided": "date"})
    else:
        rows = events[events["stage"] == stage]
    return rows.groupby(list(keys))["date"].min()


def _ended(events: pd.DataFrame, pairs: pd.DataFrame, keys: tuple[str, ...]) -> pd.Series:
    """The day on which a case ended otherwise; demands and enterprises never do."""
    if keys == (_C, _D, _E):
        return pairs.set_index(list(keys))["decided"]
    if keys != (_C,):
        return events.iloc[:0].groupby(list(keys))["date"].min()
    left = (events["kind"] == "withdrawn") & events[_D].isna()
    return events[left | (events["stage"] == "rejected")].groupby(list(keys))["date"].min()


def _within(cases: pd.DataFrame, cohort: Sequence[object] | None) -> pd.DataFrame:
    if cohort is None:
        return cases
    if isinstance(cohort, str) or len(cohort) != 2:
        raise ValueError(f"cohort must be (first day, last day), not {cohort!r}")
    first, last = (iso_day(day, name="cohort") for day in cohort)
    entered = cases["entered"]
    inside = pd.Series(True, index=cases.index)
    if first is not None:
        inside &= entered >= pd.Timestamp(first)
    if last is not None:
        inside &= entered <= pd.Timestamp(last)
    return cases[inside].reset_index(drop=True)


def _looked_up(
    found: Progress, by: str, tables: Mapping[str, pd.DataFrame]
) -> Sequence[object] | None:
    """What the one table that has the column says of each case; None where it has no such id."""
    unknown = [name for name in tables if name not in _TABLES]
    if unknown:
        raise ValueError(f"tables holds {unknown[0]!r}; it takes {', '.join(_TABLES)}")
    holding = [name for name, table in tables.items() if by in table.columns]
    if len(holding) != 1:
        where = f"it is in {' and in '.join(holding)}" if holding else "no table has it"
        raise ValueError(f"by={by!r} must be a column of one of tables; {where}")
    table, key = tables[holding[0]], _TABLES[holding[0]]
    ids = read_ids(table[key].tolist(), name=key) if key in table.columns else []
    if key not in table.columns or len(set(ids)) < len(ids):
        raise ValueError(f"tables[{holding[0]!r}] needs a column {key} without repeated ids")
    if key not in found.keys:
        return None
    said = dict(zip(ids, table[by].tolist(), strict=True))
    if any(isinstance(value, list | dict | set) for value in said.values()):
        raise ValueError(f"by={by!r}: a case has several values there; groups need one")
    return [said.get(id) for id in found.cases[key].tolist()]


def _place(group: object) -> tuple[bool, bool, float, str]:
    """Where a group stands among others: numbers, then texts, then those without one."""
    number = float(group) if isinstance(group, int | float) else math.inf
    return group is None, number == math.inf, number, str(group)
