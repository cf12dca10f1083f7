"""Pricing: which pairs that were never formed could still improve the plan, and the bound."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talentmatch.selecting import ColumnBest, best_of_rows
from talentmatch.solvers.model import Model

__all__ = ["Priced", "dual_bound", "price_listed", "price_out", "strongest_pairs"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Priced:
    """What pricing found.

    Attributes
    ----------
    rows, cols : int arrays
        The pairs that break the prices most, a few of every row and column; empty = proved.
    candidate_prices, demand_prices : float arrays
        The prices; the candidates' lifted where that gives a lower bound than pairs above them.
    bound : float
        Upper bound over all pairs, locked ones included.
    """

    rows: Ints
    cols: Ints
    candidate_prices: Floats
    demand_prices: Floats
    bound: float


def strongest_pairs(model: Model, k: int, *, everything: bool) -> tuple[Ints, Ints]:
    """Return the k best pairs of every row and column, or all eligible pairs."""
    above = -np.inf if model.has_floors else 0.0
    columns, found = ColumnBest(k, above), []
    for rows, block in model.blocks():
        picked = ~np.isnan(block) if everything else best_of_rows(block, k, above, rows * k)
        if not everything:
            columns.add(rows, block)
        r, c = np.nonzero(picked)
        found.append((rows[r], c))
    if not everything:
        found.append(columns.pairs()[:2])
    return _together(found)


def price_out(
    model: Model,
    u: Floats,
    v: Floats,
    listed: Ints,
    *,
    few: int,
    tolerance: float,
    scores_count: bool = True,
) -> Priced:
    """Price every pair, formed or not, against the prices u and v.

    A pair can improve the plan only if ``score > u + v``. The bound adds up what every limit and
    every pair above its prices may still bring (see `dual_bound`).

    Parameters
    ----------
    model : Model
        The problem.
    u, v : float arrays
        Prices of candidates and demands.
    listed : int array
        Sorted keys ``row * n_demands + column`` of the pairs formed already.
    few : int
        Pairs returned per row and per column at most.
    tolerance : float
        How far above its prices a pair may stand by rounding alone.
    scores_count : bool
        False to take every eligible pair's score as zero, as while floors are met.
    """
    width = model.shape[1]
    lift, excess, found = np.zeros(len(u)), np.zeros(len(u)), []
    columns = ColumnBest(few, tolerance)
    for rows, block in model.blocks():
        above = (block if scores_count else block * 0.0) - u[rows, None]
        above -= v
        np.nan_to_num(above, copy=False, nan=-np.inf)
        positive = np.maximum(above, 0.0)
        highest, total = positive.max(axis=1, initial=0.0), positive.sum(axis=1)
        # Lifting u by the highest excess costs it once per unit of capacity; or count them all.
        lift[rows] = np.where(model.capacity[rows] * highest < total, highest, 0.0)
        excess[rows] = np.where(lift[rows] > 0, 0.0, total)
        low, high = np.searchsorted(listed, (rows[0] * width, (rows[-1] + 1) * width))
        positive[np.divmod(listed[low:high] - rows[0] * width, max(width, 1))] = 0.0
        some = np.flatnonzero(positive.max(axis=1, initial=0.0) > tolerance)
        if len(some):
            worst = positive[some]
            r, c = np.nonzero(best_of_rows(worst, few, tolerance, rows[some] * few))
            found.append((rows[some[r]], c))
            columns.add(rows[some], worst)
    found.append(columns.pairs()[:2])
    lifted = u + lift
    bound = dual_bound(model, lifted, v, excess)
    return Priced(*_together(found), lifted, v, bound)


def price_listed(
    model: Model, u: Floats, v: Floats, rows: Ints, cols: Ints, scores: Floats
) -> Priced:
    """Price the listed pairs alone, where no others can be chosen."""
    above = np.maximum(scores - u[rows] - v[cols], 0.0)
    highest = np.zeros(len(u))
    np.maximum.at(highest, rows, above)
    total = np.bincount(rows, weights=above, minlength=len(u))
    lift = np.where(model.capacity * highest < total, highest, 0.0)
    excess = np.where(lift > 0, 0.0, total)
    nothing = np.empty(0, dtype=np.intp)
    return Priced(nothing, nothing, u + lift, v, dual_bound(model, u + lift, v, excess))


def dual_bound(model: Model, u: Floats, v: Floats, excess: Floats) -> float:
    r"""Upper bound on every plan's total, by weak duality.

    .. math::
        \sum_i (c_i u_i^+ - l_i u_i^-) + \sum_j (h_j v_j^+ - g_j v_j^-)
        + \sum_{ij} \max(0, s_{ij} - u_i - v_j) + \sum_{(i, j) \in locked} s_{ij}

    Parameters
    ----------
    model : Model
        The problem.
    u, v : float arrays
        Any prices.
    excess : float array
        The third sum, in any parts.
    """
    sides = (
        np.where(u > 0, model.capacity, model.min_load) * u,
        np.where(v > 0, model.headcount, model.min_headcount) * v,
        excess,
        model.locked_scores(),
    )
    return math.fsum(math.fsum(side) for side in sides)


def _together(found: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    if not found:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    rows, cols = (np.concatenate(part) for part in zip(*found, strict=True))
    return rows.astype(np.intp), cols.astype(np.intp)
