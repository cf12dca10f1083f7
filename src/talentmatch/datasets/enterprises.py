"""The 120 enterprises on the centre's service list, and the 220 visits paid to them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from talentmatch.datasets.dice import Dice
from talentmatch.datasets.industries import LAYOUT, Industry
from talentmatch.datasets.names import BRAND, OFFICERS, PLACES

__all__ = ["WEIGHTS", "make_enterprises", "make_visits"]

_TIERS = ("champion",) * 18 + ("listed",) * 26 + ("sme",) * 76
_LIMITS = {"champion": (8, 15), "listed": (6, 12), "sme": (2, 6)}
WEIGHTS = {"champion": 3.0, "listed": 2.5, "sme": 1.0}

_VISITS = 220
_FIRST, _LAST = "2020-04-13", "2021-11-30"  # the centre was founded in April 2020


def make_enterprises(rng: np.random.Generator) -> pd.DataFrame:
    """Draw the service list.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the chance comes from.

    Returns
    -------
    pandas.DataFrame
        120 rows: enterprise_id, name, tier, industry, introduction_limit.
    """
    dice = Dice(rng)
    industries = [i for i in LAYOUT for _ in range(i.enterprises)]
    tiers = dice.take(_TIERS, len(_TIERS))
    rows: list[dict[str, object]] = []
    brands: set[str] = set()
    for number, industry in enumerate(dice.take(industries, len(industries)), 1):
        tier = tiers[number - 1]
        rows.append(
            {
                "enterprise_id": f"E{number:03d}",
                "name": _name(industry, tier, brands, dice),
                "tier": tier,
                "industry": industry.name,
                "introduction_limit": dice.between(*_LIMITS[tier]),
            }
        )
    return pd.DataFrame(rows)


def _name(industry: Industry, tier: str, brands: set[str], dice: Dice) -> str:
    # Three rare characters: nobody registers such a name, so no real firm is hit by accident.
    brand = "".join(dice.pick(part) for part in BRAND)
    while brand in brands:
        brand = "".join(dice.pick(part) for part in BRAND)
    brands.add(brand)
    form = "股份有限公司" if tier == "listed" or dice.chance(0.15) else "有限公司"
    return dice.pick(PLACES) + brand + dice.pick(industry.firm) + form


def make_visits(rng: np.random.Generator, enterprises: pd.DataFrame) -> pd.DataFrame:
    """Visit every enterprise once, and the larger ones more often.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the chance comes from.
    enterprises : pandas.DataFrame
        Of `make_enterprises`.

    Returns
    -------
    pandas.DataFrame
        220 rows by date: visit_id, enterprise_id, date (working days), visitor.
    """
    dice = Dice(rng)
    ids = enterprises["enterprise_id"].tolist()
    often = [int(2 * WEIGHTS[tier]) for tier in enterprises["tier"]]
    pool = [key for key, times in zip(ids, often, strict=True) for _ in range(times)]
    visited = ids + [dice.pick(pool) for _ in range(_VISITS - len(ids))]
    days = int(np.busday_count(_FIRST, _LAST)) + 1
    when = sorted(dice.between(0, days - 1) for _ in visited)
    dates = np.busday_offset(_FIRST, when, roll="forward").astype(str)
    return pd.DataFrame(
        {
            "visit_id": [f"V{number:03d}" for number in range(1, _VISITS + 1)],
            "enterprise_id": dice.take(visited, _VISITS),
            "date": dates.tolist(),
            "visitor": [dice.pick(OFFICERS) for _ in visited],
        }
    )
