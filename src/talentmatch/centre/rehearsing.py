"""Seasons of the built-in case to rehearse on, each with chances learnt from the one before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.centre.chances import SigningChances, signing_chances
from talentmatch.centre.docking import docking_problem
from talentmatch.centre.funnel import outcomes
from talentmatch.centre.picking import pick_by_score
from talentmatch.centre.record import Record
from talentmatch.centre.replaying import Policy, Season
from talentmatch.datasets import Beilun, make_beilun
from talentmatch.datasets.fates import Fates
from talentmatch.datasets.seasons import make_season
from talentmatch.learning.splitting import check_whole
from talentmatch.matching import usual_rules
from talentmatch.problem import Problem
from talentmatch.scoring import FitScorer

__all__ = ["Screened", "beilun_seasons"]

Ints = NDArray[np.int64]
Screened = Callable[[Beilun], Iterable[object]]
"""A case to the ids of the candidates in its pool."""


def beilun_seasons(
    seasons: int = 5,
    *,
    introductions: int = 340,
    per_opening: int = 3,
    by: str | None = "kind",
    pool: Screened | None = None,
    before: Policy | None = None,
    seed: int = 0,
) -> Iterator[tuple[Season, Fates]]:
    """Make seasons of the built-in case for `talentmatch.centre.replaying.replay`.

    Every season has people, enterprises and demands of its own. The chances that it knows are
    learnt from the record of the season before, with other people and other demands, which is told
    to its end; the truth is used for nothing but the fates of both.

    Parameters
    ----------
    seasons : int
        How many.
    introductions, per_opening : int
        As for `docking_problem`.
    by : str or None
        As for `signing_chances`.
    pool : callable, optional
        A case to the candidate ids that passed its screening. By default those who fit the layout
        in truth: as if the screening made no mistake.
    before : callable, optional
        The policy of the season that is learnt from; the best scores first by default.
    seed : int
        Of the first season; the others follow.

    Yields
    ------
    (Season, Fates)
        What policies may know, and the truth.

    Raises
    ------
    ProblemError
        A number is no whole number, or too small.

    Examples
    --------
    >>> season, fates = next(beilun_seasons(1))
    >>> season.problem.shape, season.chances.count > 300
    ((1000, 1160), True)
    """
    check_whole(seasons=(seasons, 1), seed=(seed, 0))
    known: SigningChances | None = None
    for number in range(seasons + 1):
        case = make_beilun(seed + number)
        problem, openings = _docked(case, pool, introductions, per_opening)
        season, fates = Season(problem, openings, known, seed + number), Fates(case)
        if number:
            yield season, fates
        plan = pick_by_score(problem) if before is None else before(season)
        known = _learnt(case, season, plan, by)


def _docked(
    case: Beilun, pool: Screened | None, introductions: int, per_opening: int
) -> tuple[Problem, Ints]:
    fits = case.truth["fits_layout"].to_numpy(dtype=bool)
    chosen = case.candidates["candidate_id"].isin(set(pool(case))) if pool is not None else fits
    people, demands = case.candidates[chosen], case.demands
    scorer = FitScorer(rules=usual_rules(people, demands)).fit(people, demands)
    return docking_problem(
        scorer.score(people, demands), people, demands, enterprises=case.enterprises,
        introductions=introductions, per_opening=per_opening,
    )  # fmt: skip


def _learnt(case: Beilun, season: Season, plan: pd.DataFrame, by: str | None) -> SigningChances:
    """Play a season to its end, and learn from its record."""
    problem = season.problem
    events = make_season(case, plan, seed=season.seed, pool=problem.candidate_ids)
    with Record(":memory:") as record:
        record.add(events)
        past = outcomes(record)
    return signing_chances(past, problem.scores, by=by, demands=case.demands, seed=season.seed)
