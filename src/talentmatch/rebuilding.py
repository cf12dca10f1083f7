"""A problem again with some of its limits moved, or with some of them only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.constraints import Budget, Conflict, Constraint, GroupLimit, Lock, TotalLimit
from talentmatch.constraints.bound import Rows
from talentmatch.problem import Problem
from talentmatch.products import StoredPairs
from talentmatch.scores import Scores
from talentmatch.solvers.master import Listed
from talentmatch.solvers.movable import Limits

__all__ = ["moved", "only"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def moved(problem: Problem, limits: Limits, change: Floats) -> Problem:
    """The problem with its limits moved: floors lower, ceilings higher, locks released.

    Parameters
    ----------
    problem : Problem
        The problem.
    limits : Limits
        Its limits.
    change : float array
        By how much each gives way, in the units of `limits`; 0 leaves it as it is.
    """
    changes = _sides(problem, limits, change, np.zeros(len(limits), dtype=bool))
    rules = list(_constraints(problem, limits, change, np.ones(len(limits), dtype=bool)))
    if rules != list(problem.constraints):
        changes["constraints"] = rules
    return problem.replace(**changes)


def only(
    problem: Problem, limits: Limits, pairs: Listed, kept: Mask, change: Floats | None = None
) -> Problem:
    """The problem with some of its limits only, on some pairs only; soft limits left out.

    Parameters
    ----------
    problem : Problem
        The problem.
    limits : Limits
        Its limits.
    pairs : Listed
        The pairs that count as eligible.
    kept : bool array
        Which limits hold; of the others floors are zero and ceilings out of reach.
    change : float array, optional
        By how much those that hold give way, as for `moved`.
    """
    still = np.zeros(len(limits)) if change is None else change
    changes = _sides(problem, limits, still, ~kept)
    changes["constraints"] = [
        rule
        for rule in _constraints(problem, limits, still, kept)
        if getattr(rule, "penalty", None) is None and type(rule).__name__ != "Forbid"
    ]
    scores = sp.csr_array((pairs.scores, (pairs.rows, pairs.cols)), shape=problem.shape)
    known = Scores(StoredPairs(scores), problem.candidate_ids, problem.demand_ids)
    return problem.replace(scores=known, eligible=None, min_score=None, **changes)


def _sides(problem: Problem, limits: Limits, change: Floats, gone: Mask) -> dict[str, Any]:
    """The limits of candidates and demands that differ."""
    n, m = problem.shape
    heaviest, scale = 1, 1
    if problem.loads is not None:
        scale = problem.loads.scale
        heaviest = int(problem.loads.at(np.arange(n)[:, None], np.arange(m)).max(initial=scale))
    found = {}
    for name, units, parts, reach in (
        ("min_load", problem.min_load_units, scale, 0),
        ("capacity", problem.capacity_units, scale, max(m, 1) * heaviest),
        ("min_headcount", problem.min_headcount, 1, 0),
        ("headcount", problem.headcount, 1, max(n, 1)),
    ):
        mine = np.flatnonzero(limits.name == name)
        own = np.array(units, dtype=np.int64)
        place, sign = limits.place[mine], 1 if reach else -1
        own[place] += sign * np.rint(change[mine]).astype(np.int64)
        out = place[gone[mine]]
        own[out] = np.maximum(own[out], reach) if reach else 0
        if (own != units).any():
            found[name] = own if parts == 1 else _decimals(own, parts)
    return found


def _decimals(units: NDArray[np.int64], scale: int) -> NDArray[np.object_]:
    out = np.empty(len(units), dtype=object)
    out[:] = [Decimal(number) / scale for number in units.tolist()]
    return out


def _constraints(
    problem: Problem, limits: Limits, change: Floats, kept: Mask
) -> Iterator[Constraint]:
    """Every constraint with its limits as they are now; without those that limit nothing."""
    k = clash = 0
    loose = ~kept | (change > 0)
    released = limits.place[(limits.role == "lock") & loose]
    freed = {(int(problem.locked[0][at]), int(problem.locked[1][at])) for at in released.tolist()}
    for rule in problem.constraints:
        if isinstance(rule, Lock):
            yield from _locks(problem, rule, freed)
        elif isinstance(rule, Conflict):
            mine = (limits.role == "conflict") & (limits.source == clash)
            clash += 1
            out = set(limits.place[mine & loose].tolist())
            pairs = [pair for at, pair in enumerate(rule.pairs) if at not in out]
            if pairs:
                yield rule if not out else Conflict(pairs, by=rule.by)
        elif isinstance(rule, GroupLimit | TotalLimit | Budget):
            mine = limits.source == 2 + k
            mine &= (limits.role == "floor") | (limits.role == "ceiling")
            if rule.penalty is not None or not (mine & loose).any():
                yield rule
            else:
                yield from _limited(rule, problem.rows[k], limits, change, mine & kept)
            k += 1
        else:
            yield rule


def _locks(problem: Problem, rule: Lock, freed: set[tuple[int, int]]) -> Iterator[Lock]:
    rows = problem.candidate_ids.get_indexer(pd.Index([a for a, _ in rule.pairs]))
    cols = problem.demand_ids.get_indexer(pd.Index([b for _, b in rule.pairs]))
    at = zip(rows.tolist(), cols.tolist(), strict=True)
    pairs = [pair for pair, place in zip(rule.pairs, at, strict=True) if place not in freed]
    if pairs:
        yield rule if len(pairs) == len(rule.pairs) else Lock(pairs)


def _limited(
    rule: GroupLimit | TotalLimit | Budget, bound: Rows, limits: Limits, change: Floats, kept: Mask
) -> Iterator[Constraint]:
    """One constraint with the limits that are kept, moved."""
    ends: dict[str, dict[Any, Any]] = {}
    labels = bound.labels
    for word, role, sign in (("at_most", "ceiling", 1.0), ("at_least", "floor", -1.0)):
        ends[word] = {}
        for k in np.flatnonzero(kept & (limits.role == role)).tolist():
            label = labels[[limits.place[k]]].tolist()[0]
            value = limits.limit[k] + sign * change[k]
            ends[word][label] = _number(value, limits.scale[k], exact=bound.exact)
    ends["at_least"] = {label: value for label, value in ends["at_least"].items() if value != 0}
    if not ends["at_most"] and not ends["at_least"]:
        return
    by = getattr(rule, "by", None)
    most: Any = ends["at_most"] or None
    least: Any = ends["at_least"] or 0
    if by is None:
        most, least = (_one(value) for value in (most, least))
    if isinstance(rule, Budget):
        yield replace(rule, at_most=most)
    else:
        yield replace(rule, at_most=most, at_least=least)


def _one(value: Any) -> Any:
    return next(iter(value.values())) if isinstance(value, Mapping) else value


def _number(units: float, scale: float, *, exact: bool) -> Any:
    """A limit as the user writes it."""
    if not exact:
        return float(units / scale)
    whole, parts = round(units), round(scale)
    if whole % parts == 0:
        return whole // parts
    number = Decimal(whole) / parts
    return number if math.isfinite(number) else float(number)
