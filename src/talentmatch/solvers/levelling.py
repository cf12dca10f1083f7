"""Among plans of equal total: no needless pairs, and people loaded evenly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from talentmatch.errors import SolverError
from talentmatch.solvers.flow import Listing, arcs

__all__ = ["drop_needless", "level"]

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


def drop_needless(listing: Listing, chosen: Mask) -> Mask:
    """Leave out chosen pairs that add nothing and that no floor needs."""
    chosen = chosen.copy()
    n, m = listing.shape
    load = np.bincount(listing.rows[chosen], minlength=n)
    filled = np.bincount(listing.cols[chosen], minlength=m)
    for pair in np.flatnonzero(chosen & (listing.gains == 0)):
        row, col = listing.rows[pair], listing.cols[pair]
        if load[row] > listing.min_load[row] and filled[col] > listing.min_headcount[col]:
            chosen[pair] = False
            load[row] -= 1
            filled[col] -= 1
    return chosen


def level(listing: Listing, chosen: Mask, u: Counts, v: Counts, locked: Counts) -> Mask:
    """Of all plans with the same total and the same fill, one with the least sum of squared loads.

    By complementary slackness these plans use pairs without reduced cost only, and candidates
    with a price keep their load; so this is one more flow, with rising costs per unit of load.

    Parameters
    ----------
    listing : Listing
        Pairs and limits.
    chosen : bool array (pairs,)
        An optimal plan.
    u, v : int64 arrays
        Prices that prove it.
    locked : int64 array (candidates,)
        Load by locked pairs, which are not listed.
    """
    n, m = listing.shape
    slack = listing.gains - u[listing.rows] - v[listing.cols]
    filled = np.bincount(listing.cols[chosen], minlength=m)
    needed = (filled <= listing.min_headcount)[listing.cols]  # by a floor, whoever meets it
    tight = np.flatnonzero((slack == 0) & (chosen | needed | (listing.gains > 0)))
    if (listing.capacity + locked <= 1).all() or chosen[tight].all():
        return chosen
    rows, cols, taken = listing.rows[tight], listing.cols[tight], chosen[tight]
    load = np.bincount(rows[taken], minlength=n)
    fixed = np.bincount(listing.rows[chosen], minlength=n) - load
    must = np.where(u != 0, load, np.maximum(listing.min_load - fixed, 0))
    most = np.where(
        u != 0, load, np.minimum(listing.capacity - fixed, np.bincount(rows, minlength=n))
    )
    free = np.maximum(most - must, 0)
    flow = min_cost_flow.SimpleMinCostFlow()
    sink = n + m
    pairs = arcs(flow, n + cols, rows, 1, 0)
    units = np.repeat(np.arange(n), free)
    step = np.arange(len(units)) - np.repeat(np.cumsum(free) - free, free)
    arcs(flow, units, sink, 1, 2 * ((locked + fixed + must)[units] + step) + 1)
    fill = np.bincount(cols[taken], minlength=m)
    flow.set_nodes_supplies(
        np.arange(sink + 1), np.concatenate((-must, fill, [int(must.sum() - fill.sum())]))
    )
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise SolverError(f"OR-Tools min-cost flow answered {status} while levelling")
    out = chosen.copy()
    out[tight] = np.asarray(flow.flows(pairs), dtype=bool)
    return out
