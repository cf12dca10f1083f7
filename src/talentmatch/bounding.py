"""The naive bound check: what published prices alone prove of every plan, in float64."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.constraints.bound import Rows
from talentmatch.joined import JoinedPairs
from talentmatch.problem import Problem

__all__ = ["bound_from_prices"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def bound_from_prices(
    problem: Problem,
    candidate_prices: pd.Series,
    demand_prices: pd.Series,
    constraints: pd.DataFrame | None = None,
) -> float:
    r"""Upper bound on every plan's total, from any prices, in float64 (weak duality).

    .. math::
        \sum_i (c_i u_i^+ - l_i u_i^-) + \sum_j (h_j v_j^+ - g_j v_j^-)
        + \sum_k (b_k \pi_k^+ - a_k \pi_k^-) + \sum_{free} \max(0, r_{ij}) + \sum_{locked} r_{ij},
        \quad r_{ij} = s_{ij} - load_{ij} u_i - v_j - \sum_k use_{ijk} \pi_k

    Limits on distinct candidates or demands and conflicts are left out, which keeps the bound
    valid; the prices of soft limits are taken up to their penalty.

    Parameters
    ----------
    problem : Problem
        The problem.
    candidate_prices, demand_prices : Series by id
        u and v; any numbers give a valid bound.
    constraints : DataFrame, optional
        ``result.constraints``: the prices of the other limits; without it they are zero.

    Examples
    --------
    >>> import talentmatch as tm
    >>> from talentmatch.bounding import bound_from_prices
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
    priced = [] if constraints is None else list(_priced(problem, constraints))
    for limit, price in priced:
        for ends, side in ((limit.most, price > 0), (limit.least, price < 0)):
            terms.append(math.fsum(ends[side] / limit.scale * price[side]))
    stored = problem.scores.stored
    if stored is not None:
        pairs = stored.tocoo()
        at = tuple(np.asarray(axis, dtype=np.intp) for axis in pairs.coords)
        above = _reduced(problem, at[0], at[1], problem.at(*at), u, v, priced)
        terms.append(math.fsum(above[above > 0]))
    else:
        terms += _sums_above(problem, u, v, priced)
    i, j = problem.locked
    forced = _reduced(problem, i, j, problem.at(i, j), u, v, priced)
    terms += [*forced, *(-np.maximum(forced, 0.0))]
    return math.fsum(terms)


def _sums_above(
    problem: Problem, u: Floats, v: Floats, priced: list[tuple[Rows, Floats]]
) -> Iterator[float]:
    """What all pairs above their prices come to, in any parts."""
    everyone, every = (np.arange(count) for count in problem.shape)
    joined = None
    if problem.loads is None and not priced:
        joined = JoinedPairs.of(problem, everyone, every)
    if joined is not None:
        yield math.fsum(joined.best(everyone, u, v, per_row=0, per_column=0).total)
        return
    for rows, block in problem.blocks():
        above = _reduced(problem, rows[:, None], every[None, :], block, u, v, priced)
        yield math.fsum(above[above > 0])


def _reduced(
    problem: Problem, rows: Ints, cols: Ints, scores: Floats, u: Floats, v: Floats,
    priced: list[tuple[Rows, Floats]],
) -> Floats:  # fmt: skip
    """Scores less what the prices charge."""
    load: float | Floats = 1.0
    if problem.loads is not None:
        load = np.asarray(problem.loads.at(rows, cols)) / problem.loads.scale
    left: Floats = scores - load * u[rows] - v[cols]
    for limit, price in priced:
        use = scores if limit.use is None else np.asarray(limit.use(rows, cols)) / limit.scale
        left = left - np.append(price, 0.0)[limit.group(rows, cols)] * use
    return left


def _priced(problem: Problem, constraints: pd.DataFrame) -> Iterator[tuple[Rows, Floats]]:
    """Each limit on sums with its groups' prices, read off the frame in its order."""
    by_name = {name: list(part["price"]) for name, part in constraints.groupby("constraint")}
    for limit in problem.rows:
        price = np.zeros(len(limit.labels))
        for ends in (limit.most, limit.least):
            known = np.flatnonzero(np.isfinite(ends))
            waiting = by_name.get(limit.name, [])
            price[known] += np.nan_to_num(np.array(waiting[: len(known)], dtype=np.float64))
            del waiting[: len(known)]
        if limit.unit in ("candidates", "demands"):
            continue
        if limit.penalty is not None:
            price = np.clip(price, -limit.penalty, limit.penalty)
        yield limit, price
