"""A naive second look at every result: each limit by counting, the bound from the prices alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from talentmatch.errors import ProblemError
from talentmatch.problem import Problem

__all__ = ["Violation", "bars", "bound_from_prices", "check"]

_CLOSE = 1e-9  # a stated score may differ so much, relative to its size, from the recomputed one


@dataclass(frozen=True)
class Violation:
    """One broken rule of a plan.

    Parameters
    ----------
    rule : str
        ``"unknown id"``, ``"repeated pair"``, ``"not eligible"``, ``"score"``, ``"capacity"``,
        ``"min_load"``, ``"headcount"``, ``"min_headcount"`` or ``"lock"``.
    ids : tuple
        The candidate, the demand, or both.
    detail : str
        What is wrong, with numbers.

    Examples
    --------
    >>> import talentmatch as tm
    >>> str(tm.Violation("capacity", ("R1",), "has 2 demands, at most 1 allowed"))
    'capacity: R1: has 2 demands, at most 1 allowed'
    """

    rule: str
    ids: tuple[Any, ...]
    detail: str

    def __str__(self) -> str:
        return f"{self.rule}: {' - '.join(map(str, self.ids))}: {self.detail}"


def check(problem: Problem, pairs: pd.DataFrame) -> list[Violation]:
    """Verify a plan against its problem by plain counting, apart from every solver.

    Parameters
    ----------
    problem : Problem
        The limits.
    pairs : DataFrame
        candidate_id and demand_id, and optionally the score that is claimed.

    Returns
    -------
    list of Violation
        Empty when the plan is sound.

    Raises
    ------
    ProblemError
        The frame lacks one of the two id columns.

    Examples
    --------
    >>> import pandas as pd, talentmatch as tm
    >>> problem = tm.Problem([[0.9, 0.2], [0.8, 0.7]])
    >>> plan = pd.DataFrame({"candidate_id": [0, 0], "demand_id": [0, 1]})
    >>> [str(violation) for violation in tm.check(problem, plan)]
    ['capacity: 0: has 2 demands, at most 1 allowed']
    """
    for name in ("candidate_id", "demand_id"):
        if name not in pairs.columns:
            raise ProblemError(f"the plan has no column {name!r}")
    listed = list(zip(pairs["candidate_id"].tolist(), pairs["demand_id"].tolist(), strict=True))
    rows = {id: k for k, id in enumerate(problem.candidate_ids.tolist())}
    cols = {id: k for k, id in enumerate(problem.demand_ids.tolist())}
    known = [pair for pair in listed if pair[0] in rows and pair[1] in cols]
    found = [
        Violation("unknown id", pair, "not in the problem")
        for pair in listed
        if pair[0] not in rows or pair[1] not in cols
    ]
    found += [
        Violation("repeated pair", pair, f"chosen {times} times")
        for pair, times in Counter(listed).items()
        if times > 1
    ]
    found += _eligibility(problem, known, rows, cols)
    if "score" in pairs.columns:
        claimed = pd.to_numeric(pairs["score"], errors="coerce").tolist()
        found += _scores(problem, listed, claimed, rows, cols)
    found += _limits(Counter(a for a, _ in known), problem.candidate_ids, problem.capacity,
                     problem.min_load, ("capacity", "min_load", "demands"))  # fmt: skip
    found += _limits(Counter(b for _, b in known), problem.demand_ids, problem.headcount,
                     problem.min_headcount, ("headcount", "min_headcount", "people"))  # fmt: skip
    locked = zip(*(side.tolist() for side in problem.locked), strict=True)
    inside = {(rows[a], cols[b]) for a, b in known}
    found += [
        Violation("lock", (problem.candidate_ids[i], problem.demand_ids[j]), "locked, not chosen")
        for i, j in locked
        if (i, j) not in inside
    ]
    return found


def _eligibility(
    problem: Problem, pairs: list[tuple[Any, Any]], rows: dict[Any, int], cols: dict[Any, int]
) -> list[Violation]:
    if not pairs:
        return []
    at = np.array([rows[a] for a, _ in pairs]), np.array([cols[b] for _, b in pairs])
    barred = np.flatnonzero(np.isnan(problem.at(*at)))
    return [
        Violation("not eligible", pairs[k], "; ".join(bars(problem, at[0][k], at[1][k])))
        for k in barred.tolist()
    ]


def bars(problem: Problem, row: int, col: int) -> list[str]:
    """Name everything that bars one pair, by position; empty where it is eligible."""
    r, c = np.array([row]), np.array([col])
    gates = (*problem.scores.gates, *problem.gates)
    named = [gate.name for gate in gates if not gate.passes(r, c)[0]]
    raw = float(problem.scores.ungated(r, c)[0])
    if np.isnan(raw):
        named.append(problem.scores.missing_reason)
    elif problem.min_score is not None and raw < problem.min_score:
        named.append(f"score {raw:.3g} is below min_score {problem.min_score:g}")
    return named


def _scores(
    problem: Problem,
    listed: list[tuple[Any, Any]],
    claimed: list[float],
    rows: dict[Any, int],
    cols: dict[Any, int],
) -> list[Violation]:
    found = []
    kept = [
        (pair, score)
        for pair, score in zip(listed, claimed, strict=True)
        if pair[0] in rows and pair[1] in cols
    ]
    if not kept:
        return []
    at = (np.array([rows[a] for (a, _), _ in kept]), np.array([cols[b] for (_, b), _ in kept]))
    true = problem.scores.at(*at)
    for (pair, score), value in zip(kept, true.tolist(), strict=True):
        if not math.isnan(value) and not abs(score - value) <= _CLOSE * max(abs(value), 1e-300):
            found.append(Violation("score", pair, f"claimed {score!r}, is {value!r}"))
    return found


def _limits(
    used: Counter[Any],
    ids: pd.Index,
    most: Iterable[int],
    least: Iterable[int],
    words: tuple[str, str, str],
) -> list[Violation]:
    found = []
    for id, high, low in zip(ids.tolist(), most, least, strict=True):
        count = used.get(id, 0)
        if count > high:
            detail = f"has {count} {words[2]}, at most {high} allowed"
            found.append(Violation(words[0], (id,), detail))
        if count < low:
            detail = f"has {count} {words[2]}, at least {low} required"
            found.append(Violation(words[1], (id,), detail))
    return found


def bound_from_prices(
    problem: Problem, candidate_prices: pd.Series, demand_prices: pd.Series
) -> float:
    r"""Upper bound on every plan's total, from any prices, in float64 (weak duality).

    .. math::
        \sum_i (c_i u_i^+ - l_i u_i^-) + \sum_j (h_j v_j^+ - g_j v_j^-)
        + \sum_{free} \max(0, s_{ij} - u_i - v_j) + \sum_{locked} (s_{ij} - u_i - v_j)

    Parameters
    ----------
    problem : Problem
        The problem.
    candidate_prices, demand_prices : Series by id
        u and v; any numbers give a valid bound.

    Examples
    --------
    >>> import talentmatch as tm
    >>> from talentmatch.checking import bound_from_prices
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]))
    >>> bound_from_prices(result.problem, result.candidate_prices, result.demand_prices)
    1.6
    """
    u = candidate_prices.reindex(problem.candidate_ids).to_numpy(dtype=np.float64)
    v = demand_prices.reindex(problem.demand_ids).to_numpy(dtype=np.float64)
    terms = [
        math.fsum(np.where(u > 0, problem.capacity, problem.min_load) * u),
        math.fsum(np.where(v > 0, problem.headcount, problem.min_headcount) * v),
    ]
    stored = problem.scores.stored
    if stored is not None:
        pairs = stored.tocoo()
        above = problem.at(*pairs.coords) - u[pairs.coords[0]] - v[pairs.coords[1]]
        terms.append(math.fsum(above[above > 0]))
    else:
        for rows, block in problem.blocks():
            above = block - u[rows, None] - v
            terms.append(math.fsum(above[above > 0]))
    i, j = problem.locked
    forced = problem.at(i, j) - u[i] - v[j]
    terms += [*forced, *(-np.maximum(forced, 0.0))]
    return math.fsum(terms)
