"""`match`: the whole main job, from two tables to a proved plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from talentmatch.aims import Aim
from talentmatch.constraints import Constraint
from talentmatch.errors import ProblemError
from talentmatch.outcomes import Progress
from talentmatch.problem import Problem
from talentmatch.reading import read_candidates, read_demands
from talentmatch.result import Result
from talentmatch.rules import AcceptsKind, AtLeast, AvailableBy, Rule, Within
from talentmatch.scoring import FitScorer
from talentmatch.solving import solve

__all__ = ["match", "usual_rules"]

# Columns of the vocabulary that say "must" when both tables have them.
_USUAL: tuple[tuple[str, str, Rule], ...] = (
    ("degree", "min_degree", AtLeast("degree")),
    ("available_from", "start_date", AvailableBy()),
    ("salary_expected", "salary_max", Within("salary_expected", demand="salary_max")),
    ("accepts", "kind", AcceptsKind()),
)


def usual_rules(candidates: pd.DataFrame, demands: pd.DataFrame) -> list[Rule]:
    """The must-haves that two tables state by their columns.

    ``degree`` and ``min_degree``, ``available_from`` and ``start_date``, ``salary_expected`` and
    ``salary_max``, ``accepts`` and ``kind``: a rule for each pair that is there.

    Examples
    --------
    >>> import pandas as pd
    >>> from talentmatch.matching import usual_rules
    >>> usual_rules(pd.DataFrame({"degree": []}), pd.DataFrame({"min_degree": []}))
    [AtLeast(column='degree', demand=None, order=None, missing='pass')]
    """
    return [
        rule
        for ours, theirs, rule in _USUAL
        if ours in candidates.columns and theirs in demands.columns
    ]


def match(
    candidates: Any,
    demands: Any,
    *,
    scorer: FitScorer | None = None,
    aim: str | Aim | Sequence[str | Aim] = "total",
    constraints: Sequence[Constraint] = (),
    capacity: Any = None,
    headcount: Any = None,
    min_load: Any = None,
    min_headcount: Any = None,
    load: Any = None,
    eligible: Any = None,
    min_score: float | None = None,
    candidate_columns: Mapping[str, str] | None = None,
    demand_columns: Mapping[str, str] | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    previous: Result | None = None,
    allow_unmet: bool = False,
    n_jobs: int | None = None,
) -> Result:
    """Read two tables, score every pair, and solve for the best plan.

    Parameters
    ----------
    candidates, demands : path, frame or records
        As `read_candidates` and `read_demands` take.
    scorer : FitScorer, optional
        Fitted on the two tables unless it is fitted already; by default one that keeps the
        must-haves both tables state by their columns (see `usual_rules`).
    aim, time_limit, gap, seed, progress, previous, allow_unmet, n_jobs
        As for `solve`.
    constraints, capacity, headcount, min_load, min_headcount, load, eligible, min_score
        As for `Problem`; the tables' columns of these names are used by default.
    candidate_columns, demand_columns : mapping, optional
        Their headings -> ours.

    Returns
    -------
    Result
        The plan, with ``result.problem`` and ``result.scores``.

    Raises
    ------
    InputError, ProblemError
        A table has flaws; limits or constraints do not fit the tables.

    Examples
    --------
    >>> import talentmatch as tm
    >>> people = [{"candidate_id": "R1", "text": "cables"}, {"candidate_id": "R2", "text": "bread"}]
    >>> posts = [{"demand_id": "X1", "text": "bread"}, {"demand_id": "X2", "text": "cables"}]
    >>> tm.match(people, posts).pairs["candidate_id"].tolist()
    ['R2', 'R1']
    """
    people = read_candidates(candidates, columns=candidate_columns)
    needs = read_demands(demands, columns=demand_columns)
    problem = Problem(
        _fitted(scorer, people, needs).score(people, needs), people, needs, capacity=capacity,
        headcount=headcount, min_load=min_load, min_headcount=min_headcount, load=load,
        eligible=eligible,
        min_score=min_score, constraints=constraints,
    )  # fmt: skip
    return solve(
        problem, aim, time_limit=time_limit, gap=gap, seed=seed, progress=progress,
        previous=previous, allow_unmet=allow_unmet, n_jobs=n_jobs,
    )  # fmt: skip


def _fitted(scorer: FitScorer | None, people: pd.DataFrame, needs: pd.DataFrame) -> FitScorer:
    """The scorer given, or the usual one; fitted on the tables unless it is fitted already."""
    if scorer is None:
        scorer = FitScorer(rules=usual_rules(people, needs))
    elif not isinstance(scorer, FitScorer):
        raise ProblemError(f"scorer must be a FitScorer, not {type(scorer).__name__}")
    return scorer if scorer.is_fitted else scorer.fit(people, needs)
