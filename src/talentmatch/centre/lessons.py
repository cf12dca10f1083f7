"""What a record's outcomes teach about signing: scores, ends, and how long they took."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

from talentmatch.centre.events import iso_day
from talentmatch.errors import ProblemError
from talentmatch.scores import Scores

__all__ = ["Lessons", "lessons_of", "settled_share", "shift_to"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Lessons:
    """Introductions that the scores know, by ids.

    Parameters
    ----------
    value : float array (n,)
        Their scores.
    state : float array (n,)
        1 contracted, 0 ended otherwise, nan not decided: open, or ended for lack of room.
    days : float array (n,) or None
        From the introduction to the end, or as long as is known; None where dates are missing.
    demand_ids : pandas.Index (n,)
        Their demands.
    left_out : int
        Decided introductions that teach nothing: unknown to the scores, or without room.
    """

    value: Floats
    state: Floats
    days: Floats | None
    demand_ids: pd.Index
    left_out: int

    def part(self, rows: Ints) -> Lessons:
        """Some of the introductions, repeated ones too."""
        days = None if self.days is None else self.days[rows]
        ids = self.demand_ids[rows]
        return Lessons(self.value[rows], self.state[rows], days, ids, self.left_out)

    @property
    def decided(self) -> Bools:
        """Which ones are decided."""
        return ~np.isnan(self.state)

    @property
    def share(self) -> tuple[float, float]:
        """Share that signs, and share that takes longer than the record reaches."""
        if self.days is None or self.decided.all():
            return float(self.state[self.decided].mean()), 0.0
        return settled_share(self.days, self.state)


def settled_share(days: Floats, state: Floats) -> tuple[float, float]:
    r"""Share of introductions that end in a contract, those still open taken into account.

    Refusals come sooner than contracts, so the share among decided pairs alone is too low while a
    season runs. Aalen and Johansen's estimate (1978) of the share that has ended in k by the day t,

    .. math:: F_k(t) = \sum_{t_i \le t} S(t_i-)\, d_{ki} / n_i,

    takes from every day those who were still open then: n at risk, d ended in k, S the share open
    before. Where some take longer than the record reaches, the others stand for them:
    :math:`F_1 / (F_1 + F_0)`.

    Parameters
    ----------
    days : float array (n,)
        From the introduction to the end, or as long as is known.
    state : float array (n,)
        1 contracted, 0 ended otherwise, nan open.

    Returns
    -------
    (float, float)
        The share, and 1 - F_1 - F_0: how many take longer.

    Examples
    --------
    >>> settled_share(np.array([10.0, 20]), np.array([0.0, 1]))
    (0.5, 0.0)
    >>> settled_share(np.array([10.0, 20, 20, 30]), np.array([0.0, np.nan, np.nan, 1]))
    (0.75, 0.0)
    """
    times = np.unique(days[~np.isnan(state)])
    at_risk = len(days) - np.searchsorted(np.sort(days), times, side="left")
    ends = [
        np.bincount(np.searchsorted(times, days[state == k]), minlength=len(times)) for k in (0, 1)
    ]
    after = np.cumprod(1 - (ends[0] + ends[1]) / at_risk)
    before = np.concatenate(([1.0], after[:-1]))
    other, signed = (float((before * number / at_risk).sum()) for number in ends)
    beyond = float(after[-1]) if len(after) else 1.0
    return (signed / (signed + other) if signed + other else float("nan")), max(beyond, 0.0)


def shift_to(chances: Floats, share: float) -> float:
    """What to add to the log odds of chances so that their mean is a share.

    Examples
    --------
    >>> round(shift_to(np.array([0.2, 0.2]), 0.5), 4)
    1.3863
    """
    odds = logit(np.clip(chances, _TINY, 1 - _TINY))
    goal = min(max(share, _TINY), 1 - _TINY)
    return float(brentq(lambda shift: float(expit(odds + shift).mean()) - goal, -50.0, 50.0))


def lessons_of(
    outcomes: pd.DataFrame, scores: Scores, demands: pd.DataFrame | None, on: object
) -> Lessons:
    """Read a record's outcomes.

    Parameters
    ----------
    outcomes : pandas.DataFrame
        candidate_id, demand_id, contracted; optionally the dates introduced and decided.
    scores : Scores
        Of those pairs; others are left out.
    demands : pandas.DataFrame or None
        demand_id and headcount tell which pairs ended for lack of room.
    on : date, text or None
        The day of the record; the latest in it by default.

    Raises
    ------
    ProblemError
        Columns are missing, a value is out of range, a pair stands twice, or none is decided.

    Examples
    --------
    >>> import talentmatch as tm
    >>> past = pd.DataFrame({"candidate_id": [0, 1], "demand_id": [0, 0], "contracted": [1, None]})
    >>> lessons_of(past, tm.Problem([[0.5], [0.4]]).scores, None, None).state.tolist()
    [1.0, nan]
    """
    _sound(outcomes)
    ordered = outcomes.sort_values(["candidate_id", "demand_id"])
    rows = scores.candidate_ids.get_indexer(pd.Index(ordered["candidate_id"]))
    cols = scores.demand_ids.get_indexer(pd.Index(ordered["demand_id"]))
    is_in = (rows >= 0) & (cols >= 0)
    value = np.full(len(ordered), np.nan)
    value[is_in] = scores.ungated(rows[is_in], cols[is_in])
    known = np.isfinite(value)
    state = ordered["contracted"].to_numpy(dtype=np.float64, na_value=np.nan)
    decided, no_room = ~np.isnan(state), _without_room(ordered, demands)
    learnt = known & decided & ~no_room
    if not learnt.any():
        raise ProblemError(
            f"no outcome to learn from: of {len(ordered)} introductions {int(decided.sum())} are "
            f"decided, and {int((known & decided).sum())} of these are known to the scores"
        )
    days = _days(ordered, on)
    return Lessons(
        value[known], np.where(no_room, np.nan, state)[known],
        None if days is None else days[known], pd.Index(ordered["demand_id"])[known],
        int((decided & ~learnt).sum()),
    )  # fmt: skip


def _sound(outcomes: pd.DataFrame) -> None:
    lacking = {"candidate_id", "demand_id", "contracted"} - set(outcomes.columns)
    if lacking:
        raise ProblemError(f"the outcomes have no column {', '.join(sorted(lacking))}")
    strange = ~outcomes["contracted"].isin((0, 1)) & outcomes["contracted"].notna()
    twice = outcomes.duplicated(["candidate_id", "demand_id"])
    for wrong, rule in (
        (strange, "contracted must be 1, 0 or missing; it is not in rows {}"),
        (twice, "the outcomes name a pair twice: rows {}"),
    ):
        if wrong.any():
            rows = [k + 1 for k in np.flatnonzero(wrong)[:5].tolist()]
            raise ProblemError(rule.format(rows))


def _days(ordered: pd.DataFrame, on: object) -> Floats | None:
    """Days that every introduction took, or has taken up to the day of the record."""
    if not {"introduced", "decided"} <= set(ordered.columns):
        return None
    start, end = (pd.to_datetime(ordered[c]) for c in ("introduced", "decided"))
    if start.isna().any():
        return None
    day = iso_day(on, name="on")
    last = max(start.max(), end.max()) if end.notna().any() else start.max()
    until = end.fillna(last if day is None else pd.Timestamp(day))
    took = (until - start).dt.days.to_numpy(dtype=np.float64)
    if (took < 0).any():
        raise ProblemError(f"an outcome is decided before the introduction, or on={on!r} is")
    return np.asarray(took)


def _without_room(ordered: pd.DataFrame, demands: pd.DataFrame | None) -> Bools:
    """Pairs that ended unsigned once the demand's openings were all filled."""
    has_table = demands is not None and {"demand_id", "headcount"} <= set(demands.columns)
    if demands is None or not has_table or "decided" not in ordered.columns:
        return np.zeros(len(ordered), dtype=bool)
    by_demand = ordered[ordered["contracted"] == 1].groupby("demand_id")["decided"]
    openings = demands.drop_duplicates("demand_id").set_index("demand_id")["headcount"]
    number = by_demand.size()
    full = number.index[number >= openings.reindex(number.index).fillna(np.inf)]
    last = ordered["demand_id"].map(by_demand.max().reindex(full))
    late = last.notna() & (ordered["decided"] >= last)
    return np.asarray(late & (ordered["contracted"] == 0))
