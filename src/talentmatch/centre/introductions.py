"""A plan of introductions as a list to work from, and as events of the record."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.centre.chances import SigningChances
from talentmatch.centre.events import iso_day
from talentmatch.centre.funnel import outcomes
from talentmatch.centre.record import Record
from talentmatch.errors import ProblemError
from talentmatch.learning.calibration import Calibration
from talentmatch.problem import Problem
from talentmatch.result import Result

__all__ = ["Chances", "chances_of", "introduced_events", "introductions_of"]

Chances: TypeAlias = (
    SigningChances | Calibration | float | NDArray[np.float64] | pd.DataFrame | None
)
"""Whatever tells the chance that an introduced pair signs."""

_PAIR = ["candidate_id", "demand_id"]


def chances_of(problem: Problem, p: Chances) -> Any:
    """Chances of signing as `ExpectedContracts` takes them.

    Parameters
    ----------
    problem : Problem
        Whose pairs.
    p : SigningChances, Calibration, float, array or frame (candidates, demands), or None
        A frame is matched by ids. None stands for the scores.

    Returns
    -------
    None, float or array (candidates, demands)

    Examples
    --------
    >>> import talentmatch as tm
    >>> chances_of(tm.Problem([[0.5]]), 0.2)
    0.2
    """
    if isinstance(p, SigningChances):
        return p.table(problem.scores, problem.demands)
    if isinstance(p, Calibration):
        return p.probabilities(problem.scores.toarray())
    if isinstance(p, pd.DataFrame):
        return p.reindex(index=problem.candidate_ids, columns=problem.demand_ids).to_numpy()
    return p


def introductions_of(
    result: Result, *, p: Chances = None, record: Record | None = None, on: object = None
) -> pd.DataFrame:
    """List a plan: who meets whom, with what chance, and which introductions are new.

    Parameters
    ----------
    result : Result
        Of `dock`.
    p : SigningChances, Calibration, float, array (candidates, demands) or None
        The chances that the plan was made with.
    record : Record, optional
        What has been introduced already; without it all are new.
    on : date or text, optional
        The day of the plan: later events of the record are not looked at.

    Returns
    -------
    pandas.DataFrame
        By ids: candidate_id, demand_id, enterprise_id (where the demands have it), score, chance,
        is_new.

    Raises
    ------
    NoPlanError
        There is no plan.
    ValueError
        `on` is no day.

    Examples
    --------
    >>> import talentmatch as tm
    >>> problem = tm.Problem([[0.5, 0.4]])
    >>> introductions_of(tm.solve(problem), p=0.2).values.tolist()
    [[0, 0, 0.5, 0.2, True]]
    """
    problem, table = result.problem, result.pairs[[*_PAIR, "score"]].copy()
    rows = problem.candidate_ids.get_indexer(pd.Index(table["candidate_id"]))
    cols = problem.demand_ids.get_indexer(pd.Index(table["demand_id"]))
    if problem.demands is not None and "enterprise_id" in problem.demands.columns:
        table.insert(2, "enterprise_id", problem.demands["enterprise_id"].to_numpy()[cols])
    chances = chances_of(problem, p)
    if chances is None:
        table["chance"] = table["score"]
    else:
        table["chance"] = np.broadcast_to(chances, problem.shape)[rows, cols]
    table["is_new"] = True
    if record is not None:
        past = pd.MultiIndex.from_frame(outcomes(record, as_of=on)[_PAIR])
        table["is_new"] = ~pd.MultiIndex.from_frame(table[_PAIR]).isin(past)
    return table.sort_values(_PAIR, ignore_index=True)


def introduced_events(result: Result, *, on: object, record: Record | None = None) -> pd.DataFrame:
    """The new introductions of a plan as events, which `Record.add` takes.

    Parameters
    ----------
    result : Result
        Of `dock`.
    on : date or text
        The day on which they are introduced.
    record : Record, optional
        What has been introduced already by that day is left out.

    Returns
    -------
    pandas.DataFrame
        kind ("introduced"), date (ISO), candidate_id, demand_id.

    Raises
    ------
    NoPlanError
        There is no plan.
    ProblemError
        `on` is missing.
    ValueError
        `on` is no day.

    Examples
    --------
    >>> import talentmatch as tm
    >>> plan = tm.solve(tm.Problem([[0.5, 0.4]]))
    >>> introduced_events(plan, on="2021-03-01").values.tolist()
    [['introduced', '2021-03-01', 0, 0]]
    """
    day = iso_day(on, name="on")
    if day is None:
        raise ProblemError("on is missing: the day on which the pairs are introduced")
    found = introductions_of(result, record=record, on=on)
    table = found.loc[found["is_new"], _PAIR].reset_index(drop=True)
    table.insert(0, "kind", "introduced")
    table.insert(1, "date", day)
    return table
