"""Entry-exit and work permits: issued together or one after the other, and what starts they bar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.centre.facts import column_of, day, read_facts, read_ids, table
from talentmatch.displaying import Shown
from talentmatch.errors import Flaw, InputError, ProblemError

__all__ = ["HOME", "PermitBars", "PermitLeadTimes", "barred_by_permits", "compare_permits"]

HOME = ("China", "中国")
"""Places whose people need no permits."""

_DAYS = ("working", "calendar")


@dataclass(frozen=True)
class PermitLeadTimes(Shown):
    """How long the permits take, together and one after the other.

    Parameters
    ----------
    together : int
        Days until both are issued, applied for at once.
    separate : tuple of int
        Days of each, where the next is applied for when the one before is issued.
    days : {"working", "calendar"}
        Working days are Monday to Friday without `holidays`.
    holidays : tuple of date
        Days that are no working days.

    Raises
    ------
    ProblemError
        A number of days is negative or no whole number, or `days` is neither word.

    Examples
    --------
    >>> times = PermitLeadTimes(together=10, separate=(10, 15))
    >>> times.earliest_start("2021-09-01").isoformat()
    '2021-09-15'
    >>> times.earliest_start("2021-09-01", together=False).isoformat()
    '2021-10-06'
    """

    together: int
    separate: tuple[int, ...]
    days: Literal["working", "calendar"] = "working"
    holidays: tuple[dt.date, ...] = ()

    def __post_init__(self) -> None:
        for number in (self.together, *self.separate):
            if type(number) is not int or number < 0:
                raise ProblemError(f"PermitLeadTimes: {number!r} is no whole number of days >= 0")
        if self.days not in _DAYS:
            raise ProblemError(
                f"PermitLeadTimes: days is 'working' or 'calendar', not {self.days!r}"
            )

    def earliest_start(self, applied_on: object, *, together: bool = True) -> dt.date:
        """First day of work: the day on which the last permit is issued.

        The day of the application does not count; of working days the first after it is day 1.

        Parameters
        ----------
        applied_on : date or text
            The day of the application.
        together : bool
            Whether both permits are issued together.

        Raises
        ------
        ProblemError
            `applied_on` is no day.
        """
        first = day(applied_on, "applied_on")
        needed = self.together if together else sum(self.separate)
        if self.days == "calendar":
            return first + dt.timedelta(days=needed)
        if not needed:
            return first
        off = np.array(self.holidays, dtype="datetime64[D]")
        last = np.busday_offset(np.datetime64(first, "D"), needed, roll="backward", holidays=off)
        return dt.date.fromisoformat(str(last))


@dataclass(frozen=True, eq=False, repr=False)
class PermitBars(Shown):
    """Which pairs start too early for the permits.

    Parameters
    ----------
    eligible : DataFrame of bool
        Candidate ids x demand ids: False where the start date comes before the permits. For
        ``Problem(eligible=...)``.
    people : DataFrame
        candidate_id, needs_permit, why, earliest_start (datetime64[s], NaT where none is needed).
    starts : Series
        Start dates by demand id, NaT where none is stated: these bar nobody.

    Examples
    --------
    >>> bars = barred_by_permits([{"candidate_id": "R1", "needs_permit": "yes"}],
    ...                          [{"demand_id": "X1", "start_date": "2021-09-14"}],
    ...                          "2021-09-01", lead_times=PermitLeadTimes(10, (10, 15)))
    >>> bars.reasons[["start_date", "earliest_start", "days"]].astype(str).iloc[0].tolist()
    ['2021-09-14', '2021-09-15', '1']
    """

    eligible: pd.DataFrame
    people: pd.DataFrame
    starts: pd.Series

    _shown = ("people", "starts", "reasons")

    def _line(self) -> str:
        barred = int(self.eligible.size - self.eligible.to_numpy().sum())
        needing = int(self.people["needs_permit"].sum())
        return (
            f"<PermitBars: {barred:,} of {self.eligible.size:,} pairs barred; "
            f"{needing:,} of {len(self.people):,} candidates need a permit>"
        )

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """Every barred pair: candidate_id, demand_id, start_date, earliest_start, days, reason."""
        rows, cols = np.nonzero(~self.eligible.to_numpy())
        earliest = self.people["earliest_start"].to_numpy()[rows]
        start = self.starts.to_numpy()[cols]
        why = self.people["why"].to_numpy(dtype=object)[rows]
        late = (earliest - start).astype("timedelta64[D]").astype(np.int64)
        said = [
            f"{w}: permits on {e}, {n} day{'s' * (n != 1)} after the start on {s}"
            for w, e, n, s in zip(
                why,
                np.datetime_as_string(earliest.astype("datetime64[D]")),
                late.tolist(),
                np.datetime_as_string(start.astype("datetime64[D]")),
                strict=True,
            )
        ]
        return pd.DataFrame(
            {
                "candidate_id": self.eligible.index.take(rows),
                "demand_id": self.eligible.columns.take(cols),
                "start_date": start,
                "earliest_start": earliest,
                "days": late,
                "reason": pd.Series(said, dtype=object),
            }
        )


def barred_by_permits(
    candidates: object,
    demands: object,
    applied_on: object,
    *,
    lead_times: PermitLeadTimes,
    together: bool = True,
    home: Sequence[str] = HOME,
) -> PermitBars:
    """Find the pairs whose start date comes before the candidate's permits.

    Who needs permits is said by the column ``needs_permit``; where that is empty or absent, those
    do whose ``location`` is not at home. Where the location is missing too, the candidate counts
    as in need: a start that is too early is found out too late otherwise.

    Parameters
    ----------
    candidates : table
        candidate_id, and needs_permit or location.
    demands : table
        demand_id, start_date.
    applied_on : date, text, or Series by candidate_id
        When the permits are applied for.
    lead_times : PermitLeadTimes
        For example ``Policy.load("beilun-2021").permits``.
    together : bool
        Whether both permits are issued together.
    home : sequence of str
        Locations whose people need none.

    Returns
    -------
    PermitBars

    Raises
    ------
    InputError
        A cell is broken, or the demands have no column of start dates.
    ProblemError
        `applied_on` is no day, or misses a candidate.

    Examples
    --------
    >>> import talentmatch as tm
    >>> people = [{"candidate_id": "R1", "location": "Spain"},
    ...           {"candidate_id": "R2", "location": "China"}]
    >>> posts = [{"demand_id": "X1", "start_date": "2021-09-10"},
    ...          {"demand_id": "X2", "start_date": "2021-10-01"}]
    >>> bars = barred_by_permits(people, posts, "2021-09-01",
    ...                          lead_times=PermitLeadTimes(10, (10, 15)))
    >>> bars.reasons["reason"].tolist()
    ['lives in Spain: permits on 2021-09-15, 5 days after the start on 2021-09-10']
    >>> tm.Problem([[0.9, 0.5], [0.4, 0.3]], eligible=bars.eligible.to_numpy()).shape
    (2, 2)
    """
    posts = table(demands, "demands")
    if column_of(posts, "start_date", "demands") is None:
        rule, hint = "no column start_date", "Permits bar start dates: name the column start_date"
        raise InputError("demands", [Flaw(None, "", "start_date", rule, hint)])
    demand_ids = read_ids(posts, "demands")
    starts = read_facts(posts, {"start_date": "date"}, "demands", demand_ids)["start_date"]
    start = np.array(starts, dtype="datetime64[s]")
    people = _people(table(candidates, "candidates"), applied_on, lead_times, together, home)
    with np.errstate(invalid="ignore"):
        barred: NDArray[np.bool_] = people["earliest_start"].to_numpy()[:, None] > start[None, :]
    ids = pd.Index(people["candidate_id"], name="candidate_id")
    columns = pd.Index(demand_ids, name="demand_id")
    eligible = pd.DataFrame(~barred, index=ids, columns=columns)
    return PermitBars(eligible, people, pd.Series(start, index=columns, name="start_date"))


def compare_permits(
    candidates: object,
    demands: object,
    applied_on: object,
    *,
    lead_times: PermitLeadTimes,
    home: Sequence[str] = HOME,
) -> pd.DataFrame:
    """Compare the permits issued together with one after the other, by the starts that each bars.

    Parameters
    ----------
    candidates, demands, applied_on, lead_times, home
        As for `barred_by_permits`.

    Returns
    -------
    pandas.DataFrame
        Two rows: way ("together", "one after the other"), people (who need permits),
        earliest_start (of the first of them), barred_pairs, demands_lost (out of reach of all who
        need permits), people_lost (who can reach no demand).

    Examples
    --------
    >>> people = [{"candidate_id": "R1", "location": "Spain"}]
    >>> posts = [{"demand_id": "X1", "start_date": "2021-09-20"}]
    >>> ways = compare_permits(people, posts, "2021-09-01",
    ...                        lead_times=PermitLeadTimes(10, (10, 15)))
    >>> ways.set_index("way")["barred_pairs"].to_dict()
    {'together': 0, 'one after the other': 1}
    """
    rows = []
    for way, at_once in (("together", True), ("one after the other", False)):
        bars = barred_by_permits(
            candidates, demands, applied_on, lead_times=lead_times, together=at_once, home=home
        )
        needing = bars.people["needs_permit"].to_numpy()
        barred = ~bars.eligible.to_numpy()[needing]
        rows.append(
            {
                "way": way,
                "people": int(needing.sum()),
                "earliest_start": bars.people["earliest_start"].min(),
                "barred_pairs": int(barred.sum()),
                "demands_lost": int(barred.all(axis=0).sum()) if len(barred) else 0,
                "people_lost": int(barred.all(axis=1).sum()) if barred.shape[1] else 0,
            }
        )
    return pd.DataFrame(rows)


def _people(
    frame: pd.DataFrame,
    applied_on: Any,
    lead_times: PermitLeadTimes,
    together: bool,
    home: Sequence[str],
) -> pd.DataFrame:
    ids = read_ids(frame, "candidates")
    kinds = {"needs_permit": "flag", "location": "category"}
    facts = read_facts(frame, kinds, "candidates", ids)
    here = {place.strip().casefold() for place in home}
    needs, why = [], []
    for stated, place in zip(facts["needs_permit"], facts["location"], strict=True):
        at_home = place is not None and place.casefold() in here
        needs.append(not at_home if stated is None else stated)
        said = "no location is stated" if place is None else f"lives in {place}"
        why.append(said if stated is None else f"needs_permit is {'yes' if stated else 'no'}")
    days = _days_of(applied_on, ids)
    found = {first: lead_times.earliest_start(first, together=together) for first in set(days)}
    earliest = [found[first] if need else None for first, need in zip(days, needs, strict=True)]
    return pd.DataFrame(
        {
            "candidate_id": ids,
            "needs_permit": np.array(needs, dtype=bool),
            "why": why,
            "earliest_start": np.array(earliest, dtype="datetime64[s]"),
        }
    )


def _days_of(applied_on: Any, ids: Sequence[str]) -> list[dt.date]:
    if not isinstance(applied_on, pd.Series):
        return [day(applied_on, "applied_on")] * len(ids)
    given = dict(zip(map(str, applied_on.index), applied_on.tolist(), strict=True))
    absent = [id for id in ids if id not in given]
    if absent:
        raise ProblemError(f"applied_on has nothing for candidate_id {', '.join(absent[:5])}")
    return [day(given[id], f"applied_on of {id!r}") for id in ids]
