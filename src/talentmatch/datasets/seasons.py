"""A season of the built-in case as events: who came, who was introduced, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.datasets.beilun import Beilun
from talentmatch.datasets.fates import Fates, keyed_uniforms
from talentmatch.errors import Flaw, InputError, ProblemError

__all__ = ["COLUMNS", "make_season"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Days = NDArray[np.int64]  # days since 1970

COLUMNS = ("kind", "date", "candidate_id", "demand_id", "enterprise_id", "visit_id", "outcome",
           "reason")  # fmt: skip
"""Columns of the frame of events."""

# Within a day events stand in this order.
_KINDS = ("received", "screened", "visited", "demand_recorded", "introduced", "expert_visited",
          "interviewed", "offered", "contracted", "declined", "withdrawn")  # fmt: skip
_FIRST = int(np.datetime64("2020-04-13", "D").astype(np.int64))  # the centre was founded
_RECEIVING = 230  # days in which resumes come in
_NEVER = 2**40
# Days from one step to the next, least and most: the expert's own visit to the decision takes
# six months in the middle, as in the case.
_TAKES = {"screened": (5, 20), "introduced": (10, 70), "visit": (7, 35), "interview": (7, 35),
          "offer": (30, 80), "signature": (55, 150), "refused": (10, 60), "unsuited": (7, 40),
          "unseen": (14, 90)}  # fmt: skip
_VISITS = 0.6  # share of the interviewed who come and see for themselves first
_REFUSALS = ("the salary", "the family stays where it is", "another offer", "the terms of the work")
_DOUBTS = ("skills do not suffice", "experience in another field", "too junior", "language")
_FILLED, _ELSEWHERE = "the post is filled", "signed elsewhere"


def make_season(
    case: Beilun,
    pairs: pd.DataFrame,
    *,
    seed: int = 0,
    pool: Iterable[object] | None = None,
    arrivals: bool = True,
) -> pd.DataFrame:
    """Simulate what becomes of introduced pairs, as events of a centre's record.

    The fates are those of `talentmatch.datasets.fates`: a pair's steps and their dates depend on
    the seed and the pair, not on the rest of the plan. A demand signs at most its headcount, a
    candidate at most their capacity, the earliest dates first; who comes later is declined, with
    the post filled or the candidate signed elsewhere as the reason. The season is told to its
    end: ``record.events(as_of=...)`` looks at it from an earlier day.

    Parameters
    ----------
    case : Beilun
        The built-in case.
    pairs : pandas.DataFrame
        candidate_id and demand_id of the introductions, each pair once; optionally `introduced`,
        the dates, all of them. Without it a pair is introduced 10 to 70 days after the candidate
        has been screened and the demand recorded.
    seed : int
        The same seed gives the same events.
    pool : iterable of candidate ids, optional
        Who passed the screening; those who fit the layout in truth by default.
    arrivals : bool
        Whether the resumes received and screened, the visits and the demands recorded come too.
        They are the same whatever the pairs.

    Returns
    -------
    pandas.DataFrame
        kind, date (ISO, working days), candidate_id, demand_id, enterprise_id, visit_id, outcome,
        reason; None where there is none. By date, then in the order in which things happen.

    Raises
    ------
    InputError
        Pairs are repeated, candidates not in the pool, dates before the screening or the demand.
    ProblemError
        An id is not of this case; the seed is no whole number from 0.

    Examples
    --------
    >>> from talentmatch.datasets import make_beilun
    >>> case = make_beilun(seed=0)
    >>> someone = case.truth.loc[case.truth["fits_layout"], "candidate_id"].iloc[0]
    >>> pairs = pd.DataFrame({"candidate_id": [someone], "demand_id": ["X0001"]})
    >>> events = make_season(case, pairs)
    >>> events["kind"].value_counts()[["received", "visited", "introduced"]].tolist()
    [3000, 220, 1]
    """
    arrived = _arrivals(case, seed, None if pool is None else set(pool))
    when = pd.to_datetime(arrived["date"]).to_numpy().astype("datetime64[D]").astype(np.int64)
    course = _Course.of(case, pairs, seed, arrived, when)
    events = pd.concat([arrived, course.events()] if arrivals else [course.events()])
    rank = events["kind"].map({kind: k for k, kind in enumerate(_KINDS)})
    keys = events[["candidate_id", "demand_id", "visit_id"]].fillna("")
    ordered = events.assign(rank=rank, **{f"key {c}": keys[c] for c in keys}).sort_values(
        ["date", "rank", *(f"key {c}" for c in keys)], kind="stable"
    )
    return ordered[list(COLUMNS)].reset_index(drop=True)


@dataclass(eq=False)
class _Course:
    """The course of every pair: days of its steps, and how it ends.

    `days` is (pairs, 5): introduced, own visit, interviewed, offered, the end; _NEVER where a
    step is not reached.
    """

    pairs: pd.DataFrame
    days: Days
    signs: Bools
    ends: NDArray[np.object_]
    by: NDArray[np.object_]
    reasons: NDArray[np.object_]

    @classmethod
    def of(
        cls, case: Beilun, pairs: pd.DataFrame, seed: int, arrived: pd.DataFrame, when: Days
    ) -> _Course:
        # sorted, so that no row has a say by its place
        order = pairs.sort_values(["candidate_id", "demand_id"], kind="stable")
        demands = case.demands.set_index("demand_id")
        passed = Fates(case).passed(order, seed=seed)
        u = keyed_uniforms(seed, order["candidate_id"], order["demand_id"], 12)[:, 3:]
        days = np.full((len(order), 5), _NEVER, dtype=np.int64)
        days[:, 0] = _introduced(order, pairs, arrived, when, u[:, 0])
        seen, offered, signs = passed.T
        comes = seen & (u[:, 1] < _VISITS)
        days[comes, 1] = (days[:, 0] + _spell("visit", u[:, 2]))[comes]
        since = np.where(comes, days[:, 1], days[:, 0] + _spell("visit", u[:, 2]))
        days[seen, 2] = (since + _spell("interview", u[:, 3]))[seen]
        days[offered, 3] = (days[:, 2] + _spell("offer", u[:, 4]))[offered]
        last = np.where(offered, days[:, 3], np.where(seen, days[:, 2], days[:, 0]))
        state = seen.astype(int) + offered + signs
        spells = [_spell(s, u[:, 5]) for s in ("unseen", "unsuited", "refused", "signature")]
        days[:, 4] = last + np.choose(state, spells)
        days = _working(days)
        refused = (state == 2) | ((state == 0) & (u[:, 6] < 0.4))
        doubt = np.array(_DOUBTS, dtype=object)[(u[:, 7] * len(_DOUBTS)).astype(int)]
        refusal = np.array(_REFUSALS, dtype=object)[(u[:, 7] * len(_REFUSALS)).astype(int)]
        found = cls(
            order[["candidate_id", "demand_id"]].assign(
                enterprise_id=demands.loc[order["demand_id"], "enterprise_id"].to_numpy()
            ),
            days, signs.copy(),
            np.where((state == 0) & (u[:, 6] < 0.1), "withdrawn", "declined").astype(object),
            np.where(refused, "candidate", "enterprise").astype(object),
            np.where(refused, refusal, doubt),
        )  # fmt: skip
        found._settle(demands["headcount"], case.candidates.set_index("candidate_id")["capacity"])
        return found

    def _settle(self, openings: pd.Series, capacity: pd.Series) -> None:
        """Let the earliest sign while there is room, and end what has no room any more."""
        people, posts = (self.pairs[f"{s}_id"].tolist() for s in ("candidate", "demand"))
        room = {("d", d): int(openings[d]) for d in set(posts)}
        room |= {("c", c): int(capacity[c]) for c in set(people)}
        closed = {key: _NEVER if left > 0 else 0 for key, left in room.items()}
        wishes = np.flatnonzero(self.signs)
        for k in wishes[np.argsort(self.days[wishes, 4], kind="stable")].tolist():
            keys = (("d", posts[k]), ("c", people[k]))
            self.signs[k] = all(room[key] > 0 for key in keys)
            for key in keys if self.signs[k] else ():
                room[key] -= 1
                if not room[key]:
                    closed[key] = int(self.days[k, 4])
        filled = np.array([closed["d", d] for d in posts], dtype=np.int64)
        taken = np.array([closed["c", c] for c in people], dtype=np.int64)
        first = np.minimum(filled, taken)
        wished = np.zeros(len(self.signs), dtype=bool)
        wished[wishes] = True
        cut = ~self.signs & ((first < self.days[:, 4]) | wished)
        self.days[cut, 4] = np.maximum(first, self.days[:, 0])[cut]
        self.ends[cut] = "declined"
        self.by[cut] = np.where(filled <= taken, "enterprise", "candidate")[cut]
        self.reasons[cut] = np.where(filled <= taken, _FILLED, _ELSEWHERE)[cut]
        after = self.days[:, 1:4] > self.days[:, 4:]
        self.days[:, 1:4][after] = _NEVER

    def events(self) -> pd.DataFrame:
        """One row per step that was reached."""
        names = ("introduced", "expert_visited", "interviewed", "offered")
        parts = [
            _rows(self.pairs[reached], kind=name, day=self.days[reached, k])
            for k, name in enumerate(names)
            if (reached := self.days[:, k] < _NEVER).any()
        ]
        ends = _either(self.signs, "contracted", self.ends)
        declined = ends == "declined"
        parts.append(
            _rows(
                self.pairs, kind=ends, day=self.days[:, 4],
                outcome=_either(declined, self.by, None),
                reason=_either(self.signs, None, self.reasons),
            )
        )  # fmt: skip
        return pd.concat(parts)


def _either(condition: Bools, yes: object, no: object) -> NDArray[np.object_]:
    """`numpy.where` for texts and None."""
    return np.where(condition, np.asarray(yes, dtype=object), np.asarray(no, dtype=object))


def _spell(step: str, u: Floats) -> Days:
    low, high = _TAKES[step]
    return np.asarray(low + (u * (high - low + 1)).astype(np.int64))


def _working(days: Days) -> Days:
    """The same days, or the Monday after; _NEVER stays."""
    known = days < _NEVER
    dates = np.where(known, days, 0).astype("datetime64[D]")
    return np.where(known, np.busday_offset(dates, 0, roll="forward").astype(np.int64), _NEVER)


def _rows(
    table: pd.DataFrame, *, kind: object, day: object, outcome: object = None, reason: object = None
) -> pd.DataFrame:
    """Events with all columns."""
    dates = np.asarray(day, dtype=np.int64).astype("datetime64[D]").astype(str)
    ids = {c: table[c].to_numpy() if c in table else None for c in COLUMNS[2:6]}
    found = {"kind": kind, "date": dates, **ids, "outcome": outcome, "reason": reason}
    return pd.DataFrame(found, index=pd.RangeIndex(len(table)), dtype=object)


def _arrivals(case: Beilun, seed: int, pool: set[object] | None) -> pd.DataFrame:
    """Resumes received and screened, visits paid, demands recorded."""
    people = case.candidates[["candidate_id"]]
    fits = case.truth["fits_layout"] if pool is None else people["candidate_id"].isin(pool)
    strangers = sorted(map(str, (pool or set()) - set(people["candidate_id"])))
    if strangers:
        raise ProblemError(f"the pool names candidates not of this case: {strangers[:5]}")
    u = keyed_uniforms(seed, people["candidate_id"], pd.Series(["arrival"] * len(people)), 2)
    received = _working(_FIRST + (u[:, 0] * _RECEIVING).astype(np.int64))
    screened = _working(received + _spell("screened", u[:, 1]))
    passes = fits.to_numpy(dtype=bool)
    demands = case.demands[["demand_id", "enterprise_id", "visit_id"]]
    trips = case.visits["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    recorded = pd.Series(trips, index=case.visits["visit_id"]).loc[demands["visit_id"]].to_numpy()
    verdict = _either(passes, "pool", "rejected")
    reason = _either(passes, None, "does not fit the layout")
    return pd.concat(
        [
            _rows(people, kind="received", day=received),
            _rows(people, kind="screened", day=screened, outcome=verdict, reason=reason),
            _rows(case.visits, kind="visited", day=trips),
            _rows(demands, kind="demand_recorded", day=recorded),
        ],
        ignore_index=True,
    )


def _introduced(
    order: pd.DataFrame, pairs: pd.DataFrame, arrived: pd.DataFrame, when: Days, u: Floats
) -> Days:
    """Days of the introductions, in the order sorted by ids; raises where they cannot be."""
    days = pd.Series(when)
    pool = arrived["kind"].eq("screened") & arrived["outcome"].eq("pool")
    screened = pd.Series(days[pool].to_numpy(), index=arrived.loc[pool, "candidate_id"])
    of_demand = arrived["kind"].eq("demand_recorded")
    recorded = pd.Series(days[of_demand].to_numpy(), index=arrived.loc[of_demand, "demand_id"])
    ready = order["candidate_id"].map(screened).to_numpy(dtype=np.float64)
    known = order["demand_id"].map(recorded).to_numpy(dtype=np.float64)
    earliest = np.fmax(ready, known)
    if "introduced" in order.columns:
        dates = pd.to_datetime(order["introduced"]).to_numpy().astype("datetime64[D]")
        no_day = np.isnat(dates)
        chosen = np.where(no_day, np.nan_to_num(earliest), dates.astype(np.int64)).astype(np.int64)
    else:
        no_day = np.zeros(len(order), dtype=bool)
        chosen = np.nan_to_num(earliest).astype(np.int64) + _spell("introduced", u)
    rules = (
        (no_day, "introduced on no day", "fill it in, or leave the dates out"),
        (order.duplicated(["candidate_id", "demand_id"]).to_numpy(),
         "the pair is introduced twice", "keep one of the rows"),
        (np.isnan(ready), "the candidate did not pass the screening", "name the pool by pool="),
        (_working(chosen) < earliest, "introduced before the screening or before the demand",
         "choose a later date, or leave the dates out"),
    )  # fmt: skip
    places = pd.Series(np.arange(1, len(pairs) + 1)).iloc[_places(pairs, order)].to_numpy()
    flaws = [
        Flaw(int(places[k]), str(order["candidate_id"].iloc[k]), "", rule, hint)
        for broken, rule, hint in rules
        for k in np.flatnonzero(broken)
    ]
    if flaws:
        raise InputError("pairs", sorted(flaws, key=lambda flaw: flaw.row or 0))
    return np.asarray(chosen)


def _places(pairs: pd.DataFrame, order: pd.DataFrame) -> NDArray[np.intp]:
    """Where each row of the sorted frame stands in the caller's."""
    numbered = pairs.reset_index(drop=True)
    numbered = numbered.sort_values(["candidate_id", "demand_id"], kind="stable")
    return np.asarray(numbered.index[: len(order)], dtype=np.intp)
