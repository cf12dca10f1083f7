"""The 3,000 people who sent a resume, and the truth about them."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

from talentmatch.datasets.dice import Dice
from talentmatch.datasets.industries import LAYOUT, faraway, nearby, specialities
from talentmatch.datasets.names import CULTURES
from talentmatch.datasets.resumes import Person, write_resume
from talentmatch.datasets.terms import Speciality

__all__ = ["OUTSIDE", "make_candidates"]

OUTSIDE = "outside the layout"

_NEAR, _FAR = 700, 1300  # resumes that only resemble the layout, and those far from it
_FUNCTIONS = ("technology",) * 38 + ("management",) * 7 + ("marketing",) * 5
_DEGREES = ("doctor",) * 68 + ("master",) * 23 + ("bachelor",) * 9
_TRADE_DEGREES = ("doctor",) * 10 + ("master",) * 40 + ("bachelor",) * 50
_LEVELS = ("junior", "experienced", "senior", "lead", "chief")
_LONG_AGO = datetime.date(2021, 1, 1)


def make_candidates(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw people and let them write.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the chance comes from.

    Returns
    -------
    candidates, truth : pandas.DataFrame
        3,000 rows each, in the same order.
    """
    dice = Dice(rng)
    cultures = _cultures()
    rows, truth = [], []
    for number, (field, fit) in enumerate(_fields(dice), 1):
        person, facts = _person(field, cultures, dice)
        text, skills = write_resume(person, dice)
        key = {"candidate_id": f"R{number:04d}"}
        rows.append({**key, "name": person.name, "text": text, "skills": skills, **facts})
        industry = field.industry if fit == "fit" else OUTSIDE
        truth.append(
            {
                **key,
                "fits_layout": fit == "fit",
                "closeness": fit,
                "industry": industry,
                "speciality": field.name,
                "function": field.function,
                "seniority": _LEVELS[person.seniority],
            }
        )
    return pd.DataFrame(rows), pd.DataFrame(truth)


def _fields(dice: Dice) -> list[tuple[Speciality, str]]:
    drawn: list[tuple[Speciality, str]] = []
    for industry in LAYOUT:
        mine = [s for s in specialities() if s.industry == industry.name]
        by_function = {f: [s for s in mine if s.function == f] for f in set(_FUNCTIONS)}
        for _ in range(industry.experts):
            drawn.append((dice.pick(by_function[dice.pick(_FUNCTIONS)]), "fit"))
    drawn += [(dice.pick(nearby()), "near") for _ in range(_NEAR)]
    drawn += [(dice.pick(faraway()), "far") for _ in range(_FAR)]
    return dice.take(drawn, len(drawn))


Culture = tuple[str, list[str], list[str], str]


def _cultures() -> list[Culture]:
    def split(names: str) -> list[str]:
        return names.split("|") if "|" in names else names.split()

    return [
        (country, split(given), split(family), code)
        for country, share, given, family, code in CULTURES
        for _ in range(share // 5)
    ]


def _person(
    field: Speciality, cultures: list[Culture], dice: Dice
) -> tuple[Person, dict[str, object]]:
    home, given, family, code = dice.pick(cultures)
    chinese = dice.chance(0.85 if code == "zh" else 0.18)
    tongues = ["en"]
    if code and (code == "zh" or dice.chance(0.8)):
        tongues.append(code)
    if chinese and code != "zh":
        tongues.append("zh")
    degree = dice.pick(_TRADE_DEGREES if field.function == "practice" else _DEGREES)
    years = dice.between(1, 12) + dice.between(0, 18) * dice.between(0, 1)
    seniority = min(4, years // 6 + dice.between(0, 1))
    person = Person(
        name=f"{dice.pick(given)} {dice.pick(family)}",
        country=home if dice.chance(0.7) else dice.pick(cultures)[0],
        field=field,
        degree=degree,
        years=years,
        seniority=seniority,
        chinese=chinese,
        languages=";".join(tongues),
    )
    return person, _facts(person, dice)


def _facts(person: Person, dice: Dice) -> dict[str, object]:
    accepts = dice.pick(("expert",) * 62 + ("expert;technical",) * 28 + ("technical",) * 10)
    several = "technical" in accepts and dice.chance(0.3)
    base = {"bachelor": 200_000, "master": 270_000, "doctor": 360_000}[person.degree]
    wish = base * (1 + 0.035 * person.years) * dice.uniform(0.75, 1.4)
    return {
        "degree": person.degree,
        "languages": person.languages,
        "location": person.country,
        "available_from": (_LONG_AGO + datetime.timedelta(dice.between(0, 364))).isoformat(),
        "salary_expected": 10_000 * round(wish / 10_000),
        "capacity": dice.between(2, 3) if several else 1,
        "accepts": accepts,
    }
