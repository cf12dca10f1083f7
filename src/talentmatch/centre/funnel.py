"""How far every pair in the record has come, and what that means for the next plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import numpy as np
import pandas as pd

from talentmatch.centre.events import iso_day, read_ids
from talentmatch.centre.kinds import KINDS
from talentmatch.centre.record import Record
from talentmatch.constraints import Forbid, Lock
from talentmatch.tables.frames import foreign_frame

__all__ = [
    "STAGES",
    "locks_and_forbids",
    "outcomes",
    "outcomes_of",
    "stage_counts",
    "staged",
    "waiting",
]

STAGES = ("received", "pool", "rejected", *list(KINDS)[2:-1])
_PAIR = ["candidate_id", "demand_id"]


def staged(record: Record, *, as_of: object = None) -> pd.DataFrame:
    """The valid events with their stage: as the kind, but screened is "pool" or "rejected".

    Parameters
    ----------
    record : Record
        The record.
    as_of : date or text, optional
        Only what had happened by the end of this day.

    Examples
    --------
    >>> from talentmatch.centre.record import Record
    >>> staged(Record(":memory:"))["stage"].tolist()
    []
    """
    events = record.events(as_of)
    events["stage"] = events["kind"].mask(events["kind"] == "screened", events["outcome"])
    return events


def stage_counts(record: Record, *, as_of: object = None) -> pd.DataFrame:
    """How many have come to each stage.

    Parameters
    ----------
    record : Record
        The record.
    as_of : date or text, optional
        Only what had happened by the end of this day.

    Returns
    -------
    pandas.DataFrame
        One row per stage, in their order, those nobody has come to included: stage, events, and
        the different candidates, demands and enterprises among them.

    Raises
    ------
    ValueError
        `as_of` is no day.

    Examples
    --------
    >>> from talentmatch.centre.record import Record
    >>> record = Record(":memory:")
    >>> added = record.add([
    ...     {"kind": "received", "date": "2021-03-01", "candidate_id": "R1"},
    ...     {"kind": "received", "date": "2021-03-02", "candidate_id": "R2"},
    ...     {"kind": "screened", "date": "2021-03-09", "candidate_id": "R2", "outcome": "pool"},
    ... ])
    >>> stage_counts(record).head(3)[["stage", "events", "candidates"]].values.tolist()
    [['received', 2, 2], ['pool', 1, 1], ['rejected', 0, 0]]
    """
    groups = staged(record, as_of=as_of).groupby("stage")
    ids = ["candidate_id", "demand_id", "enterprise_id"]
    found = groups[ids].nunique().set_axis(["candidates", "demands", "enterprises"], axis=1)
    found.insert(0, "events", groups.size())
    counts = found.reindex(list(STAGES), fill_value=0).astype("int64")
    return counts.rename_axis("stage").reset_index()


def outcomes(record: Record, *, as_of: object = None) -> pd.DataFrame:
    """What became of every pair that was introduced: what probabilities are learnt from.

    A pair that was open when its candidate withdrew has the outcome "withdrawn" of that day.

    Parameters
    ----------
    record : Record
        The record.
    as_of : date or text, optional
        Only what had happened by the end of this day.

    Returns
    -------
    pandas.DataFrame
        One row per pair, by ids: candidate_id, demand_id, enterprise_id, introduced (day), outcome
        ("contracted", "declined", "withdrawn" or "open"), decided (day; NaT where open), contracted
        (1.0, 0.0, nan where open).

    Raises
    ------
    ValueError
        `as_of` is no day.

    Examples
    --------
    >>> from talentmatch.centre.record import Record
    >>> record = Record(":memory:")
    >>> added = record.add([
    ...     {"kind": "received", "date": "2021-03-01", "candidate_id": "R1"},
    ...     {"kind": "screened", "date": "2021-03-09", "candidate_id": "R1", "outcome": "pool"},
    ...     {"kind": "demand_recorded", "date": "2021-03-05", "demand_id": "X1",
    ...      "enterprise_id": "E1"},
    ...     {"kind": "introduced", "date": "2021-04-01", "candidate_id": "R1", "demand_id": "X1"},
    ...     {"kind": "contracted", "date": "2021-09-01", "candidate_id": "R1", "demand_id": "X1"},
    ... ])
    >>> outcomes(record)[["candidate_id", "enterprise_id", "outcome", "contracted"]].values.tolist()
    [['R1', 'E1', 'contracted', 1.0]]
    """
    return outcomes_of(record.events(as_of))


def outcomes_of(events: pd.DataFrame) -> pd.DataFrame:
    """The same as `outcomes`, of valid events that have been read already.

    Examples
    --------
    >>> from talentmatch.centre.record import Record
    >>> outcomes_of(Record(":memory:").events()).empty
    True
    """
    held = events.loc[events["kind"] == "introduced", [*_PAIR, "enterprise_id", "date"]]
    ended = events["kind"].isin(["contracted", "declined", "withdrawn"])
    ends = events.loc[ended & events["demand_id"].notna(), [*_PAIR, "kind", "date"]]
    pairs = held.rename(columns={"date": "introduced"}).merge(
        ends.rename(columns={"kind": "outcome", "date": "decided"}), on=_PAIR, how="left"
    )
    days = _left(events).set_index("candidate_id")["date"]
    gone = pd.Series(days.reindex(pairs["candidate_id"]).to_numpy(), index=pairs.index)
    left = pairs["outcome"].isna() & gone.notna()
    pairs["decided"] = pairs["decided"].astype("datetime64[s]").mask(left, gone)
    pairs["outcome"] = pairs["outcome"].mask(left, "withdrawn").fillna("open")
    pairs["contracted"] = (pairs["outcome"] == "contracted").astype("float64")
    pairs.loc[pairs["outcome"] == "open", "contracted"] = np.nan
    return pairs.sort_values(_PAIR, ignore_index=True)


def locks_and_forbids(
    record: Record,
    *,
    as_of: object = None,
    candidates: object = None,
    demands: object = None,
    contracted: Literal["lock", "leave_out"] = "lock",
) -> tuple[Lock | None, Forbid | None]:
    """What has been started and what has failed, as constraints on the next plan.

    Introduced pairs that are open are locked; declined and withdrawn pairs are forbidden, and with
    a candidate who has withdrawn altogether every pair not contracted.

    Parameters
    ----------
    record : Record
        The record.
    as_of : date or text, optional
        Only what had happened by the end of this day.
    candidates, demands : frame with candidate_id or demand_id, or ids, optional
        Those of the next problem: pairs of others are left out, for a constraint may name only ids
        of the problem. All of the record by default.
    contracted : {"lock", "leave_out"}, default "lock"
        Contracted pairs are locked as well; or neither locked nor forbidden, for plans in which the
        people hired and the openings filled no longer take part.

    Returns
    -------
    (Lock or None, Forbid or None)
        None where there are no such pairs.

    Raises
    ------
    ValueError
        `as_of` is no day, or an option is unknown.

    Examples
    --------
    >>> from talentmatch.centre.record import Record
    >>> record = Record(":memory:")
    >>> pair = {"candidate_id": "R1", "demand_id": "X1"}
    >>> added = record.add([
    ...     {"kind": "received", "date": "2021-03-01", "candidate_id": "R1"},
    ...     {"kind": "screened", "date": "2021-03-09", "candidate_id": "R1", "outcome": "pool"},
    ...     {"kind": "demand_recorded", "date": "2021-03-05", "demand_id": "X1",
    ...      "enterprise_id": "E1"},
    ...     {"kind": "introduced", "date": "2021-04-01", **pair},
    ... ])
    >>> locks_and_forbids(record)
    (Lock((('R1', 'X1'),)), None)
    """
    if contracted not in ("lock", "leave_out"):
        raise ValueError(f"contracted must be 'lock' or 'leave_out', not {contracted!r}")
    events = record.events(as_of)
    pairs = outcomes_of(events)
    people = _ids(candidates, "candidate_id", events["candidate_id"])
    places = _ids(demands, "demand_id", events["demand_id"])
    pairs = pairs[pairs["candidate_id"].isin(people) & pairs["demand_id"].isin(places)]
    hired = pairs["outcome"] == "contracted"
    locked = (pairs["outcome"] == "open") | (hired & (contracted == "lock"))
    failed = pairs["outcome"].isin(["declined", "withdrawn"])
    gone = set(_left(events)["candidate_id"]).intersection(people)
    signed = set(_tuples(pairs[hired]))
    barred = set(_tuples(pairs[failed]))
    barred |= {(one, place) for one in gone for place in places} - signed
    held = _tuples(pairs[locked])
    return Lock(held) if held else None, Forbid(sorted(barred)) if barred else None


def waiting(record: Record, on: object, *, longest: int | Mapping[str, int] = 90) -> pd.DataFrame:
    """Introduced pairs that are open, and of which nothing has been heard for too long.

    Parameters
    ----------
    record : Record
        The record.
    on : date or text
        The day on which it is asked; later events are not looked at.
    longest : int or dict of stage to int, default 90
        The most days without an event; by the pair's latest stage where it is a dict ("introduced",
        "expert_visited", "interviewed", "offered"), in which stages left out may wait for ever.

    Returns
    -------
    pandas.DataFrame
        The longest wait first: candidate_id, demand_id, enterprise_id, stage (of the latest
        event; of one day's the furthest), since (its day), days.

    Raises
    ------
    ValueError
        `on` is no day, a stage is unknown, or a number of days is negative.

    Examples
    --------
    >>> from talentmatch.centre.record import Record
    >>> waiting(Record(":memory:"), "2021-11-30", longest={"offered": 30}).empty
    True
    """
    open_stages = ("introduced", "expert_visited", "interviewed", "offered")
    limits = longest if isinstance(longest, Mapping) else dict.fromkeys(open_stages, longest)
    wrong = [stage for stage in limits if stage not in open_stages]
    if wrong:
        raise ValueError(f"longest names {wrong[0]!r}; pairs wait in {', '.join(open_stages)}")
    if any(
        isinstance(d, bool) or not isinstance(d, int | np.integer) or d < 0 for d in limits.values()
    ):
        raise ValueError(f"longest must be whole days >= 0, not {longest!r}")
    day = iso_day(on, name="on")
    if day is None:
        raise ValueError("on is missing. Write the day as 2021-11-30")
    events = record.events(day)
    pairs = outcomes_of(events)
    still = pairs.loc[pairs["outcome"] == "open", [*_PAIR, "enterprise_id"]]
    steps = events[events["kind"].isin(open_stages)]  # by day, then by stage
    latest = steps.groupby(_PAIR, as_index=False)[["kind", "date"]].last()
    found = still.merge(latest, on=_PAIR).rename(columns={"kind": "stage", "date": "since"})
    found["days"] = (pd.Timestamp(day) - found["since"]).dt.days.astype("int64")
    late = found["days"] > found["stage"].map(limits).astype("float64")
    return found[late].sort_values(
        ["days", *_PAIR], ascending=[False, True, True], ignore_index=True
    )


def _left(events: pd.DataFrame) -> pd.DataFrame:
    """Candidates who withdrew altogether, with the day."""
    whole = (events["kind"] == "withdrawn") & events["demand_id"].isna()
    return events.loc[whole, ["candidate_id", "date"]]


def _ids(given: object, column: str, recorded: pd.Series) -> list[str]:
    """The ids of the next problem, each once; those of the record where none are given."""
    if given is None:
        return sorted(set(recorded.dropna()))
    if hasattr(given, "columns") or hasattr(given, "column_names"):
        given = given if isinstance(given, pd.DataFrame) else foreign_frame(given, column)
        if column not in given.columns:
            raise ValueError(f"the table has no column {column}")
        given = given[column]
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ValueError(f"give a table with {column}, or a list of ids, not {given!r}")
    return list(dict.fromkeys(read_ids(given, name=column)))


def _tuples(pairs: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(pairs["candidate_id"], pairs["demand_id"], strict=True))
