"""Min-cost flow on listed pairs, by OR-Tools: exact on whole numbers.

The network: every candidate supplies its capacity; arcs lead over the listed pairs to the demands,
from there to the sink up to the headcount, and from a candidate straight to the sink for what it
may leave unused. Floors are supplies that cannot take the way out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from talentmatch.errors import SolverError

__all__ = ["Listing", "arcs", "fewest_unmet", "integer_scale", "most_total"]

Counts = NDArray[np.int64]
Ints = NDArray[np.intp]

_RANGE = 2**60  # |cost| x nodes must stay in int64 in OR-Tools, and path sums in our own prices


@dataclass(frozen=True, eq=False)
class Listing:
    """The pairs a flow may use, and the limits around them.

    Attributes
    ----------
    rows, cols : int arrays (pairs,)
        The pairs.
    gains : int64 array (pairs,)
        Scores in whole numbers.
    capacity, min_load, headcount, min_headcount : int64 arrays
        Limits.
    """

    rows: Ints
    cols: Ints
    gains: Counts
    capacity: Counts
    min_load: Counts
    headcount: Counts
    min_headcount: Counts

    @property
    def shape(self) -> tuple[int, int]:
        """Candidates, demands."""
        return len(self.capacity), len(self.headcount)


def integer_scale(largest: float, nodes: int) -> float:
    """The largest power of two that takes scores into OR-Tools' range.

    Whole-number scores stay exact, and scores on a grid of powers of two nearly always.

    Parameters
    ----------
    largest : float
        Largest absolute score.
    nodes : int
        Nodes of the network.

    Raises
    ------
    SolverError
        The scores are so large that not even whole numbers fit.
    """
    if largest == 0:
        return 1.0
    room = np.log2(_RANGE) - np.log2(nodes + 2)
    exponent = int(np.floor(room - np.log2(largest)))
    return float(2.0 ** min(exponent, 1000))


def most_total(listing: Listing) -> NDArray[np.bool_] | None:
    """Choose listed pairs of the highest total gain within the limits.

    Returns
    -------
    bool array (pairs,) or None
        The chosen pairs; None where no choice of listed pairs meets the floors.

    Raises
    ------
    SolverError
        OR-Tools fails or contradicts itself.
    """
    n, m = listing.shape
    sink = n + m
    flow = min_cost_flow.SimpleMinCostFlow()
    pairs = arcs(flow, listing.rows, n + listing.cols, 1, -listing.gains)
    arcs(flow, np.arange(n), sink, listing.capacity - listing.min_load, 0)
    arcs(flow, n + np.arange(m), sink, listing.headcount - listing.min_headcount, 0)
    rest = int(listing.min_headcount.sum() - listing.capacity.sum())
    flow.set_nodes_supplies(
        np.arange(sink + 1), np.concatenate((listing.capacity, -listing.min_headcount, [rest]))
    )
    status = flow.solve()
    if status == flow.INFEASIBLE and (listing.min_load.any() or listing.min_headcount.any()):
        return None
    if status != flow.OPTIMAL:
        raise SolverError(f"OR-Tools min-cost flow answered {status} on {len(pairs):,} pairs")
    return np.asarray(flow.flows(pairs), dtype=bool)


def fewest_unmet(listing: Listing) -> tuple[NDArray[np.bool_], Counts, Counts]:
    """Choose listed pairs so that as few units of the floors as possible stay unmet.

    Returns
    -------
    chosen : bool array (pairs,)
        The pairs that serve the floors.
    short_rows, short_cols : int64 arrays
        Units by which each candidate's and each demand's floor is missed.

    Raises
    ------
    SolverError
        OR-Tools fails or contradicts itself.
    """
    n, m = listing.shape
    sink, spring = n + m, n + m + 1
    flow = min_cost_flow.SimpleMinCostFlow()
    pairs = arcs(flow, listing.rows, n + listing.cols, 1, 0)
    arcs(flow, np.arange(n), sink, listing.capacity - listing.min_load, 0)
    miss_rows = arcs(flow, np.arange(n), sink, listing.min_load, 1)
    arcs(flow, n + np.arange(m), sink, listing.headcount - listing.min_headcount, 0)
    miss_cols = arcs(flow, np.full(m, spring), n + np.arange(m), listing.min_headcount, 1)
    floors = int(listing.min_headcount.sum())
    arcs(flow, np.array([spring]), sink, floors, 0)
    supply = np.concatenate(
        (listing.capacity, -listing.min_headcount, [-int(listing.capacity.sum()), floors])
    )
    flow.set_nodes_supplies(np.arange(spring + 1), supply)
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise SolverError(f"OR-Tools min-cost flow answered {status} on the floors")
    chosen = np.asarray(flow.flows(pairs), dtype=bool)
    load = np.bincount(listing.rows[chosen], minlength=n)
    filled = np.bincount(listing.cols[chosen], minlength=m)
    short_rows = np.maximum(listing.min_load - load, 0)
    short_cols = np.maximum(listing.min_headcount - filled, 0)
    claimed = [int(np.sum(flow.flows(missed))) for missed in (miss_rows, miss_cols)]
    if (
        (load > listing.capacity).any()
        or (filled > listing.headcount).any()
        or claimed != [short_rows.sum(), short_cols.sum()]
    ):
        raise SolverError("OR-Tools min-cost flow contradicts itself on the floors")
    return chosen, short_rows, short_cols


def arcs(
    flow: min_cost_flow.SimpleMinCostFlow,
    tails: Ints,
    heads: Ints | int,
    capacity: Counts | int,
    cost: Counts | int,
) -> NDArray[np.int32]:
    """Add one arc per tail and return their numbers; single numbers stand for all."""
    columns = [
        np.broadcast_to(np.asarray(v, dtype=np.int64), tails.shape) for v in (capacity, cost)
    ]
    heads = np.broadcast_to(np.asarray(heads), tails.shape)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tails, heads, *columns)
    return np.asarray(arcs, dtype=np.int32)
