"""The district's industrial layout as a table: what each industry does, and the places it gets."""

from __future__ import annotations

import pandas as pd

from talentmatch.datasets.industries import LAYOUT, Industry, specialities
from talentmatch.datasets.terms import Speciality, Term

__all__ = ["make_layout"]

_NAMED = 4  # subjects that the plan names of each speciality; their resumes know twice as many
_LEAST = 0.6  # share of its places that an industry gets at least


def make_layout() -> pd.DataFrame:
    """Write the built-in case's layout as a district publishes it, in English and Chinese.

    For each industry: its products, its lines of work with the jobs they offer, four subjects of
    each line under one name each, and the standards and materials in use. Resumes of the case use
    more subjects and other names for them; nothing here is taken from a resume.

    Returns
    -------
    pandas.DataFrame
        One row per industry: industry, text, skills (``"; "`` between), places (people wanted in
        the pool, 1,000 in all), min_places (people it gets at least).

    Examples
    --------
    >>> layout = make_layout()
    >>> layout[["industry", "places", "min_places"]].values.tolist()[0]
    ['submarine and power cables', 110, 65]
    >>> int(layout["places"].sum())
    1000
    """
    return pd.DataFrame([_row(industry) for industry in LAYOUT])


def _row(industry: Industry) -> dict[str, object]:
    lines = [s for s in specialities() if s.industry == industry.name]
    standards = dict.fromkeys(word for line in lines for word in line.latin)
    return {
        "industry": industry.name,
        "text": "\n".join([_english(industry, lines), _chinese(industry, lines)]),
        "skills": "; ".join(standards),
        "places": industry.experts,
        "min_places": 5 * int(_LEAST * industry.experts / 5),
    }


def _english(industry: Industry, lines: list[Speciality]) -> str:
    head = f"Industry: {industry.name}. Products: {', '.join(industry.products.english)}."
    return "\n".join([head, *(f"{_line(line, 0, ', ')}." for line in lines)])


def _chinese(industry: Industry, lines: list[Speciality]) -> str:
    head = f"重点产品：{'、'.join(industry.products.chinese)}。"
    return "\n".join([head, *(f"{_line(line, 1, '、')}。" for line in lines)])


def _line(line: Speciality, language: int, comma: str) -> str:
    def said(term: Term) -> tuple[str, ...]:
        return (term.english, term.chinese)[language]

    subjects = comma.join(said(term)[0] for term in line.terms[:_NAMED])
    jobs = comma.join(said(line.roles))
    if language:
        return f"{subjects}；急需{jobs}"
    return f"{line.name.capitalize()}: {subjects}; posts: {jobs}"
