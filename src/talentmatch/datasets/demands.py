"""The 1,160 demands that the visits brought home, and the truth about them."""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Iterator, Mapping
from itertools import accumulate
from typing import Any

import numpy as np
import pandas as pd

from talentmatch.datasets.dice import Dice
from talentmatch.datasets.enterprises import WEIGHTS
from talentmatch.datasets.industries import LAYOUT, Industry, specialities
from talentmatch.datasets.posts import Post, write_post
from talentmatch.datasets.terms import Speciality

__all__ = ["make_demands"]

_COUNTS = {"expert": 960, "technical": 200}
_FUNCTIONS = {
    "expert": ("technology",) * 14 + ("management",) * 3 + ("marketing",) * 3,
    "technical": ("technology",) * 19 + ("management",),
}
_DEGREES = ("bachelor",) * 44 + ("master",) * 32 + ("doctor",) * 13 + (None,) * 11
_EARLIEST = datetime.date(2021, 3, 1)


def make_demands(
    rng: np.random.Generator, enterprises: pd.DataFrame, visits: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw demands and let the enterprises write.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the chance comes from.
    enterprises, visits : pandas.DataFrame
        Of `talentmatch.datasets.enterprises`.

    Returns
    -------
    demands, truth : pandas.DataFrame
        1,160 rows each, in the same order: experts, then technical help, each by date of visit.
    """
    dice = Dice(rng)
    firms = {firm["enterprise_id"]: firm for firm in enterprises.to_dict("records")}
    trips = visits.to_dict("records")
    rows, truth = [], []
    for key, kind, place in _occasions([firms[t["enterprise_id"]]["tier"] for t in trips], dice):
        trip = trips[place]
        post = _post(kind, firms[trip["enterprise_id"]], dice)
        title, text, skills = write_post(post, dice)
        row = {"demand_id": key, "kind": kind, "enterprise_id": trip["enterprise_id"]}
        row |= {"visit_id": trip["visit_id"], "title": title, "text": text, "skills": skills}
        rows.append(row | _facts(post, trip["date"], dice))
        field = post.field
        truth.append((key, field.industry, field.name, field.function))
    columns = ["demand_id", "industry", "speciality", "function"]
    return pd.DataFrame(rows), pd.DataFrame(truth, columns=columns)


def _post(kind: str, firm: Mapping[Hashable, Any], dice: Dice) -> Post:
    home = next(industry for industry in LAYOUT if industry.name == firm["industry"])
    return Post(
        kind=kind,
        field=_field(kind, home, dice),
        products=home.products,
        language=_language(firm["tier"], dice),
        min_degree=dice.pick(_DEGREES),
        vague=dice.chance(0.06 if kind == "expert" else 0.0),
    )


def _occasions(tiers: list[str], dice: Dice) -> Iterator[tuple[str, str, int]]:
    """Spread the demands over the visits: id, kind, position of the visit."""
    weights = [WEIGHTS[tier] for tier in tiers]
    for kind, count in _COUNTS.items():
        # Some visits bring home much, some nothing.
        sums = list(accumulate(w * dice.uniform(0, 1) ** 2 for w in weights))
        marks = [dice.uniform(0, sums[-1]) for _ in range(count)]
        places = np.sort(np.searchsorted(sums, marks, side="right")).tolist()
        letter = "X" if kind == "expert" else "T"
        for number, place in enumerate(places, 1):
            yield f"{letter}{number:04d}", kind, min(place, len(sums) - 1)


def _field(kind: str, home: Industry, dice: Dice) -> Speciality:
    # A mould shop now and then needs a chemist: one demand in twenty is outside the firm's trade.
    industry = home.name if dice.chance(0.95) else dice.pick(LAYOUT).name
    function = dice.pick(_FUNCTIONS[kind])
    every = specialities()
    return dice.pick([s for s in every if s.industry == industry and s.function == function])


def _language(tier: str, dice: Dice) -> str:
    if dice.chance(0.40 if tier == "listed" else 0.06):
        return dice.pick(("en", "both"))
    return "zh"


def _facts(post: Post, visited: str, dice: Dice) -> dict[str, object]:
    start = datetime.date.fromisoformat(visited) + datetime.timedelta(dice.between(30, 240))
    start = max(start, _EARLIEST + datetime.timedelta(dice.between(0, 240)))
    base = {"doctor": 650_000, "master": 500_000}.get(post.min_degree or "", 420_000)
    salary = 10_000 * round(base * dice.uniform(0.6, 1.9) / 10_000)
    silent = post.kind == "technical" or dice.chance(0.25)
    head = dice.pick((1,) * 17 + (2, 2, 3)) if post.kind == "expert" else 1
    return {
        "headcount": head,
        "min_degree": post.min_degree,
        "function": post.field.function,
        "start_date": start.isoformat(),
        "salary_max": np.nan if silent else float(salary),
        "priority": dice.pick((1, 2, 2, 2, 3, 3)),
    }
