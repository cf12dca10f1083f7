"""What forcing a pair into a plan costs at least, told by the prices alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talentmatch.outcomes import Status
from talentmatch.result import Result

__all__ = ["costs_at_least"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def costs_at_least(result: Result, rows: Ints, cols: Ints) -> Floats:
    r"""Reduced costs of pairs that are not in the plan, less what is not proved.

    By weak duality no plan with pair (i, j) is above

    .. math:: bound - (a_{ij} u_i + v_j + \sum_k \pi_{k g} c_{kij} - s_{ij})

    with the prices u, v and :math:`\pi` of capacity, headcount and the limits on groups. Terms
    that are not published, those of conflicts and of counted people or demands, only add to the
    cost where the limits are ceilings.

    Parameters
    ----------
    result : Result
        A plan with its prices.
    rows, cols : int arrays
        Pairs by position.

    Returns
    -------
    float64 array
        What the total loses at least when each pair is forced; 0 where a proved plan's prices do
        not tell more, nan where nothing is known: for several aims, or without a proof.

    Examples
    --------
    >>> import numpy as np, talentmatch as tm
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.1]]))
    >>> costs_at_least(result, np.array([0]), np.array([1])).round(9).tolist()
    [0.0]
    """
    problem, proved = result.problem, result.status is Status.OPTIMAL
    if len(result.stages) > 1 or result.stages["aim"].iloc[-1] != "total":
        return np.full(len(rows), np.nan)
    counted = [limit.unit in ("candidates", "demands") for limit in problem.rows]
    floors = any(
        count and np.isfinite(limit.least).any()
        for count, limit in zip(counted, problem.rows, strict=True)
    )
    if result.price_kind != "dual" or floors:
        return np.full(len(rows), 0.0 if proved else np.nan)
    scores = problem.at(rows, cols)
    load = 1.0 if problem.loads is None else problem.loads.at(rows, cols) / problem.loads.scale
    prices = result.candidate_prices.to_numpy()[rows] * load
    prices = prices + result.demand_prices.to_numpy()[cols]
    for limit, count, price in zip(problem.rows, counted, result._row_prices, strict=True):
        if not count:
            group = limit.group(rows, cols)
            use = scores if limit.use is None else limit.use(rows, cols) / limit.scale
            prices = prices + np.append(price, 0.0)[group] * use
    costs: Floats = prices - scores
    if not proved:
        return costs - (result.bound - result.objective)
    return np.where(costs > 1e-12 * np.abs(prices), costs, 0.0)
