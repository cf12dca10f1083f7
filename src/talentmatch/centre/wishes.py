"""The wish list: whom to recruit next year, for which skill, and what it would be worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.centre.counted import Counted
from talentmatch.errors import ProblemError
from talentmatch.result import Result

__all__ = ["wish_list", "wishes_of"]

WISHES = ["industry", "skill", "people", "enterprises", "supply", "worth", "demand_ids", "sentence"]


def wish_list(
    result: Result,
    *,
    top: int = 20,
    enterprises: Any = None,
    by: str = "industry",
    usual: float | None = None,
) -> pd.DataFrame:
    """Write next year's recruiting: how many people, of which industry and skill, worth how much.

    The skill of an industry comes first of which the worth of the empty openings, times their share
    of all openings that name it, is largest; those openings are counted once and set aside, and so
    on. So people and worth of the rows add up.

    Parameters
    ----------
    result, enterprises, by, usual
        As `coverage` takes.
    top : int
        Most rows. Openings that no row covers are summed up in a last one, of skill "others".

    Returns
    -------
    DataFrame
        industry, skill ("any" where the demands name none), people (openings to fill), enterprises
        (how many wait for them), supply (candidates who name the skill; nan where not known),
        worth (at most, in the aim's unit), demand_ids (a list), sentence.

    Raises
    ------
    ProblemError, InputError, NoPlanError
        As `coverage`.

    Examples
    --------
    >>> import pandas as pd, talentmatch as tm
    >>> needs = pd.DataFrame({"demand_id": ["X1", "X2", "X3"], "industry": "moulds",
    ...                       "skills": [["CAD"], ["CAD", "CAM"], ["SAP"]]})
    >>> result = tm.solve(tm.Problem([[0.8, 0.1, 0.9]], demands=needs))
    >>> wish_list(result)[["skill", "people", "worth"]].values.tolist()
    [['CAD', 2, 1.8]]
    """
    return wishes_of(Counted.of(result, enterprises, by, usual), top)


def wishes_of(plan: Counted, top: int) -> pd.DataFrame:
    """Cover the empty openings greedily, the skill of an industry that lacks most first."""
    if top < 1:
        raise ProblemError(f"top must be at least 1, not {top!r}")
    short = plan.short
    groups, rows, cols = _by_skill(plan)
    covers = sp.csr_array((np.ones(len(rows)), (cols, rows)), shape=(len(groups), len(short.worth)))
    lack = (covers @ short.missing) / np.maximum(covers @ short.openings, 1)
    left = np.where(short.missing > 0, short.missing * short.worth, 0.0)
    found: list[tuple[object, ...]] = []
    while len(found) < top and len(groups):
        gains = np.round(lack * (covers @ left), 9)
        best = int(gains.argmax())
        if gains[best] <= 0:
            break
        at = np.sort(covers.indices[covers.indptr[best] : covers.indptr[best + 1]])
        at = at[left[at] > 0]
        found.append(_wish(plan, *groups[best], at))
        left[at] = 0.0
    rest = np.flatnonzero(left > 0)
    if len(rest):
        found.append(_wish(plan, "all", "others", rest))
    return pd.DataFrame(found, columns=WISHES)


def _by_skill(plan: Counted) -> tuple[list[tuple[str, str]], NDArray[np.intp], NDArray[np.intp]]:
    """Every (industry, skill) sorted, and which demands are in which."""
    wanted = plan.named.wanted.tocoo()
    none = np.flatnonzero(np.asarray(plan.named.wanted.sum(axis=1)).ravel() == 0)
    skills = np.array([*plan.named.skills, "any"], dtype=object)
    rows = np.concatenate([wanted.row, none])
    which = np.concatenate([wanted.col, np.full(len(none), len(skills) - 1)])
    keys = list(zip(plan.sector[rows].tolist(), skills[which].tolist(), strict=True))
    groups = sorted(set(keys))
    place = {key: at for at, key in enumerate(groups)}
    return groups, rows, np.array([place[key] for key in keys], dtype=np.intp)


def _wish(plan: Counted, industry: str, skill: str, at: NDArray[np.intp]) -> tuple[object, ...]:
    """One row of the wish list."""
    short = plan.short
    people, firms = int(short.missing[at].sum()), len(set(plan.firm[at].tolist()))
    worth = float((short.missing[at] * short.worth[at]).sum())
    supply = np.nan
    if plan.named.offered is not None and skill in plan.named.skills:
        supply = float(plan.named.offered[:, [plan.named.skills.index(skill)]].sum())
    who = "1 person" if people == 1 else f"{people:,} people"
    what = {"any": " for demands that name no skill", "others": " of all other skills"}.get(skill)
    what = what or f" who {'knows' if people == 1 else 'know'} {skill}"
    firm = "1 enterprise" if firms == 1 else f"{firms:,} enterprises"
    said = f"{industry}: {who}{what}, for {firm}, worth at most {worth:.3g} of {short.unit}"
    said += "." if np.isnan(supply) else f"; {int(supply):,} of the pool name it."
    return industry, skill, people, firms, supply, worth, sorted(short.demand_ids[at]), said
