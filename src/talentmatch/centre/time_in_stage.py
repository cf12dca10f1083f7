"""How long it takes from one stage to another, open cases included."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.centre.progress import grouped, progress
from talentmatch.centre.record import Record

__all__ = ["durations", "kaplan_meier", "quantile"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_NEAR = 1e-9  # a product of fractions may miss a half by so much


def durations(
    record: Record,
    *,
    start: str = "introduced",
    end: str = "contracted",
    as_of: object = None,
    by: str | None = None,
    cohort: Sequence[object] | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Days from one stage to another: median and quartiles by Kaplan and Meier's estimate.

    The median of finished cases alone is too short while slow ones are open. Here an open case
    counts as longer than it has lasted so far, and so does one that ended otherwise, as of its end:
    read the quartiles as those of cases that nothing else ends. With ``end="decided"`` every ending
    counts. A quartile that was not reached is nan.

    Parameters
    ----------
    record : Record
        The record.
    start, end : str
        Stages as in `stage_counts`; the end may also be "decided". The first event of each counts:
        ``start="expert_visited", end="decided"`` is from the first visit to the decision.
    as_of : date or text, optional
        Only what had happened by the end of this day, up to which open cases last; by default the
        last day in the record.
    by, cohort, tables
        As for `conversion`.

    Returns
    -------
    pandas.DataFrame
        One row, or one per group: [group,] from_stage, to_stage, cases, ended (of them, at `end`),
        quartile_1, median, quartile_3 (days).

    Raises
    ------
    ValueError
        As for `conversion`.

    Examples
    --------
    >>> from talentmatch.centre.record import Record
    >>> record = Record(":memory:")
    >>> rows = [{"kind": "received", "date": "2021-03-01", "candidate_id": f"R{k}"}
    ...         for k in range(3)]
    >>> rows += [{"kind": "screened", "date": f"2021-03-{9 + k:02}", "candidate_id": f"R{k}",
    ...           "outcome": "pool"} for k in range(2)]
    >>> added = record.add(rows)
    >>> found = durations(record, start="received", end="pool")
    >>> found[["cases", "ended", "median"]].values.tolist()
    [[3.0, 2.0, 9.0]]
    """
    found = progress(record, start, end, as_of=as_of, cohort=cohort)
    groups = grouped(found, by=by, tables=tables)
    if groups is None:
        raise ValueError(f"by={by!r}: cases from {start!r} to {end!r} have no such id")
    rows = []
    for group, cases in groups:
        last = cases["went_on"].fillna(cases["ended"]).fillna(found.until)
        days = (last - cases["entered"]).dt.days.to_numpy().astype(np.float64)
        there = cases["went_on"].notna().to_numpy()
        times, open_share = kaplan_meier(days, there)
        quarters = (quantile(times, open_share, p) for p in (0.25, 0.5, 0.75))
        rows.append((group, start, end, len(cases), int(there.sum()), *quarters))
    names = ["group", "from_stage", "to_stage", "cases", "ended"]
    frame = pd.DataFrame(rows, columns=[*names, "quartile_1", "median", "quartile_3"])
    return frame if by is not None else frame.drop(columns="group")


def kaplan_meier(days: Floats, ended: Bools) -> tuple[Floats, Floats]:
    r"""Share of cases not ended after so many days (Kaplan and Meier 1958, product limit).

    .. math:: \hat S(t) = \prod_{t_i \le t} \left(1 - \frac{d_i}{n_i}\right)

    where :math:`d_i` cases end after :math:`t_i` days and :math:`n_i` are known to last so long: a
    case censored on that day still counts among them.

    Parameters
    ----------
    days : float array (n,)
        How long each case has lasted.
    ended : bool array (n,)
        Whether it ended then, or is only known to last so long.

    Returns
    -------
    (float array, float array)
        The different numbers of days after which cases ended, rising, and the share after each.

    Examples
    --------
    >>> times, share = kaplan_meier(np.array([10.0, 20.0, 20.0, 30.0]),
    ...                             np.array([True, False, True, False]))
    >>> times.tolist(), share.round(4).tolist()
    ([10.0, 20.0], [0.75, 0.5])
    """
    times, ends = np.unique(days[ended], return_counts=True)
    at_risk = len(days) - np.searchsorted(np.sort(days), times, side="left")
    left: Floats = np.cumprod(1 - ends / at_risk, dtype=np.float64)
    return times, left


def quantile(times: Floats, open_share: Floats, p: float) -> float:
    """The least number of days after which at least a share `p` has ended; nan where it never has.

    Examples
    --------
    >>> quantile(np.array([10.0, 20.0]), np.array([0.75, 0.5]), 0.5)
    20.0
    """
    reached = np.flatnonzero(open_share <= 1 - p + _NEAR)
    return float(times[reached[0]]) if len(reached) else math.nan
