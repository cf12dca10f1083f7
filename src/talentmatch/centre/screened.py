"""What a screening came to, as tables: the lines, the reasons, those nearest to a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.result import Result

__all__ = ["Fits", "Lines", "frames_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

_ROUNDING = 1e-9  # of a price
POOL = ["candidate_id", "industry", "score", "own_fit", "alike_fit", "margin"]
REJECTED = [
    "candidate_id", "code", "reason", "industry", "score", "line", "short_by", "same_as",
]  # fmt: skip
NEAREST = ["candidate_id", "side", "industry", "score", "line", "margin"]


@dataclass(frozen=True, eq=False)
class Fits:
    """Everybody's fit to every industry, and what bars whom.

    Parameters
    ----------
    people, needs : DataFrame
        Candidates and the layout, sorted by id; places are those of `needs`.
    own, alike, score : float arrays (people, needs)
        The scorer's, that of those alike, and the blend that counts.
    passes : mapping of str to bool array
        By rule, who passes it.
    min_score : float, optional
        The least score.
    may : bool array
        Who may get a place where (made here).
    """

    people: pd.DataFrame
    needs: pd.DataFrame
    own: Floats
    alike: Floats
    score: Floats
    passes: Mapping[str, Bools]
    min_score: float | None
    may: Bools = field(init=False)

    def __post_init__(self) -> None:
        may = (self.score > 0) & (self.needs["places"].to_numpy() > 0)
        for passed in self.passes.values():
            may &= passed
        if self.min_score is not None:
            may &= self.score >= self.min_score
        object.__setattr__(self, "may", may)

    def bar(self, row: int) -> tuple[str, str, int]:
        """Why somebody may not get any place: code, sentence, industry (-1 for none)."""
        names, score = self.needs["industry"].tolist(), self.score[row]
        if score.max(initial=0.0) <= 0:
            return "nothing_in_common", "Shares no term with any industry of the layout.", -1
        with_places = np.where(self.needs["places"].to_numpy() > 0, score, -np.inf)
        if with_places.max() <= 0:
            at = int(score.argmax())
            said = f"Fits {names[at]} ({score[at]:.3f}), which has no places."
            return "no_places", said, at
        at = int(with_places.argmax())
        fits = f"Fits {names[at]} best ({score[at]:.3f})"
        for rule, passed in self.passes.items():
            if not passed[row, at]:
                return f"rule:{rule}", f"{fits}, but does not meet the rule: {rule}.", at
        said = f"{fits}, below the least score {self.min_score or 0:.3f}."
        return "below_min_score", said, at


@dataclass(frozen=True, eq=False)
class Lines:
    """Who is in, and the least score that got a place in each industry.

    Parameters
    ----------
    at : int array (people,)
        The industry of everybody in the pool, -1 of the others.
    line, holder : arrays (needs,)
        The least score by which a newcomer would have to be outdone, and whose it is; nan and -1
        where nobody had to be turned away.
    """

    at: Ints
    line: Floats
    holder: Ints

    @classmethod
    def of(cls, fits: Fits, result: Result, places: int | None) -> Lines:
        """Read them off a plan.

        In an industry whose places are all taken a newcomer takes the place of its last. Where
        places are left, but the pool is full, of the last of any industry above its floor.
        """
        n, m = fits.score.shape
        at = np.full(n, -1, dtype=np.intp)
        pairs = result.pairs
        rows = result.problem.candidate_ids.get_indexer(pd.Index(pairs["candidate_id"]))
        at[rows] = result.problem.demand_ids.get_indexer(pd.Index(pairs["demand_id"]))
        filled = np.bincount(at[at >= 0], minlength=m)
        spare = filled > result.problem.min_headcount
        is_full = filled >= fits.needs["places"].to_numpy()
        full_pool = places is not None and len(rows) >= places
        line, holder = np.full(m, np.nan), np.full(m, -1, dtype=np.intp)
        mine = np.where(at >= 0, fits.score[np.arange(n), at], np.inf)
        for k in range(m):
            rivals = at == k
            if not is_full[k]:
                rivals = (at >= 0) & (rivals | spare[at]) if full_pool else np.zeros(n, bool)
            if rivals.any():
                holder[k] = int(np.where(rivals, mine, np.inf).argmin())
                line[k] = mine[holder[k]]
        return cls(at, line, holder)


def frames_of(
    fits: Fits, lines: Lines, dropped: Mapping[str, tuple[str, str]], result: Result, nearest: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Make the four tables of a `Screening`: pool, rejected, nearest, industries."""
    pool = _pool(fits, lines)
    out = np.flatnonzero(lines.at < 0)
    rejected = [_turned_away(fits, lines, row) for row in out.tolist()]
    rejected += [
        (one, "duplicate_of", f"The same as {kept}, who is kept: {why}.", None, *[np.nan] * 3, kept)
        for one, (kept, why) in dropped.items()
    ]
    away = pd.DataFrame(rejected, columns=REJECTED)
    for name in ("score", "line", "short_by"):
        away[name] = away[name].astype("float64")
    away = away.sort_values("candidate_id", ignore_index=True)
    industries = _industries(fits, lines, result)
    last = np.where(lines.holder >= 0, lines.line, np.nan)
    pool["margin"] = pool["score"] - last[fits.needs["industry"].searchsorted(pool["industry"])]
    return pool[POOL], away, _nearest(pool, away, nearest), industries


def _pool(fits: Fits, lines: Lines) -> pd.DataFrame:
    rows = np.flatnonzero(lines.at >= 0)
    cols = lines.at[rows]
    frame = pd.DataFrame(
        {
            "candidate_id": fits.people["candidate_id"].to_numpy()[rows],
            "industry": fits.needs["industry"].to_numpy()[cols],
            "score": fits.score[rows, cols],
            "own_fit": fits.own[rows, cols],
            "alike_fit": fits.alike[rows, cols],
        }
    )
    order = ["industry", "score", "candidate_id"]
    return frame.sort_values(order, ascending=[True, False, True], ignore_index=True)


def _turned_away(fits: Fits, lines: Lines, row: int) -> tuple[object, ...]:
    """One row of the rejected."""
    key, names = fits.people["candidate_id"].iloc[row], fits.needs["industry"]
    may = fits.may[row]
    if not may.any():
        code, said, k = fits.bar(row)
        industry = None if k < 0 else names.iloc[k]
        return key, code, said, industry, *([fits.score[row, k]] if k >= 0 else [np.nan]), \
            np.nan, np.nan, None  # fmt: skip
    score = fits.score[row]
    short = np.where(may & ~np.isnan(lines.line), lines.line - score, np.inf)
    k, best = int(short.argmin()), int(np.where(may, score, -np.inf).argmax())
    by = max(float(short[k]), 0.0)
    holder = fits.people["candidate_id"].iloc[lines.holder[k]]
    said = f"Fit {score[k]:.3f} for {names.iloc[k]}, {by:.3f} below the last in ({holder})"
    if best != k:
        said += f"; the best fit is {names.iloc[best]} ({score[best]:.3f})"
        said += f", {short[best]:.3f} below" if np.isfinite(short[best]) else ""
    return key, "below_the_line", f"{said}.", names.iloc[k], score[k], lines.line[k], by, None


def _nearest(pool: pd.DataFrame, away: pd.DataFrame, most: int) -> pd.DataFrame:
    """Those nearest to the line, the same number on either side."""
    inside = pool.assign(side="in", line=pool["score"] - pool["margin"])
    below = away[away["code"] == "below_the_line"]
    outside = below.assign(side="out", margin=-below["short_by"])
    parts = [
        part.assign(far=part["margin"].abs())
        .dropna(subset=["margin"])
        .sort_values(["far", "candidate_id"])
        .head(most)
        for part in (inside, outside)
    ]
    parts = [part for part in parts if len(part)] or parts[:1]
    both = pd.concat([part[[*NEAREST, "far"]] for part in parts])
    order = ["far", "side", "candidate_id"]
    return both.sort_values(order, ignore_index=True)[NEAREST]


def _industries(fits: Fits, lines: Lines, result: Result) -> pd.DataFrame:
    price = result.demand_prices.to_numpy()
    out = np.where((lines.at < 0)[:, None] & fits.may, fits.score, -np.inf)
    rows = []
    for k, need in enumerate(fits.needs.to_dict("records")):
        mine = np.flatnonzero(lines.at == k)
        last = float(fits.score[mine, k].min()) if len(mine) else np.nan
        following = int(out[:, k].argmax()) if len(out) and np.isfinite(out[:, k].max()) else -1
        rows.append(
            {
                "industry": need["industry"],
                "places": int(need["places"]),
                "min_places": int(need["min_places"]),
                "eligible": int(fits.may[:, k].sum()),
                "filled": len(mine),
                "line": last,
                "first_out": None if following < 0 else fits.people["candidate_id"][following],
                "first_out_score": np.nan if following < 0 else float(out[following, k]),
                "price": float(price[k]),
            }
        )
    frame = pd.DataFrame(rows)
    return frame.assign(sentence=[_sentence(row) for row in rows])


def _sentence(row: Mapping[str, object]) -> str:
    """One industry in words."""
    head = f"{row['industry']}: {row['filled']} of {row['places']} places filled"
    if row["filled"]:
        head += f", the last with {row['line']:.3f}"
    if row["first_out"] is not None:
        head += f"; next comes {row['first_out']} with {row['first_out_score']:.3f}"
    price = float(str(row["price"]))
    if price < -_ROUNDING:
        return (
            f"{head}; its floor of {row['min_places']} costs {-price:.3f} of total score a place."
        )
    if row["first_out"] is None:
        return f"{head}; nobody who fits was turned away."
    return f"{head}; one more place gains {max(price, 0.0):.3f} of total score."
