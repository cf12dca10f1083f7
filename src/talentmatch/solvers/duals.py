r"""Dual prices of a flow, in whole numbers: OR-Tools gives none.

Prices u (candidates) and v (demands) prove a plan best on its pairs when

* s - u - v <= 0 for every pair left out, >= 0 for every pair taken (= 0 where the candidate takes
  one demand at most, so that the pair's own limit of one cannot bind, one more slot or not);
* u <= 0 where capacity is left; u >= 0 where more than the floor is used or there is no floor;
  the same for v with headcount.

With q = -v and the sink at zero these are difference constraints ``x[head] <= x[tail] + weight``,
whose solutions form a lattice: the greatest u go with the least v. The least v is what one more
slot gains; the greatest u what the loss of the person costs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from talentmatch.errors import SolverError
from talentmatch.joining import is_compiled
from talentmatch.solvers.flow import Listing

__all__ = ["prices"]

Counts = NDArray[np.int64]
Ints = NDArray[np.intp]

_FREE = 2**61  # stands for a price that nothing bounds; weights stay far below it


def prices(
    listing: Listing,
    chosen: NDArray[np.bool_],
    *,
    greatest: bool = False,
    penalty: int = 0,
    near: tuple[Counts, Counts] | None = None,
) -> tuple[Counts, Counts, NDArray[np.bool_]]:
    """Candidate and demand prices that prove a plan best on the listed pairs.

    Parameters
    ----------
    listing : Listing
        Pairs and limits.
    chosen : bool array (pairs,)
        The plan.
    greatest : bool
        The greatest demand prices (and least candidate prices) instead of the least.
    penalty : int
        What a unit of an unmet floor costs, where floors may be missed; 0 = they are met.
    near : tuple of int64 arrays, optional
        Candidate and demand prices that prove the plan already, which makes it quicker.

    Returns
    -------
    u, v : int64 arrays
        Prices in the unit of ``listing.gains``.
    loose : bool array (candidates + demands,)
        Prices that nothing bounds at the end asked for, as where floors meet ceilings all round;
        they hold a valid value.

    Raises
    ------
    SolverError
        No prices exist: the plan is not the best on the listed pairs.
    """
    n, m = listing.shape
    tails, heads, weights = _constraints(listing, chosen, penalty)
    if greatest:
        tails, heads = heads, tails
    if near is not None and is_compiled():
        return _from_near(tails, heads, weights, near, -1 if greatest else 1)
    system = _Differences(tails, heads, weights, n + m + 1)
    start = np.full(n + m + 1, _FREE, dtype=np.int64)
    start[-1] = 0
    x = system.settle(start)
    loose = x >= _FREE // 2
    if loose.any():
        spare = system.settle(np.zeros(n + m + 1, dtype=np.int64))
        spare -= spare[-1]
        x = np.where(loose, spare, x)
        x[loose] += system.most_broken(x)  # nothing bounds them from above, so lift them together
    if x[-1] != 0 or system.most_broken(x) > 0:
        raise SolverError("the plan is not the best on its own pairs: no prices prove it")
    if greatest:
        x = -x
    return x[:n], -x[n : n + m], loose[:-1]


def _from_near(
    tails: Ints, heads: Ints, weights: Counts, near: tuple[Counts, Counts], sign: int
) -> tuple[Counts, Counts, NDArray[np.bool_]]:
    """The greatest x from one that holds: with its slacks as lengths it is a shortest path."""
    from talentmatch.solvers.compiled_paths import settle

    n, m = len(near[0]), len(near[1])
    x = sign * np.concatenate((near[0], -near[1], [0])).astype(np.int64)
    slack = x[tails] + weights - x[heads]
    if slack.min(initial=0) < 0:
        raise SolverError("the prices at hand do not prove the plan")
    order = np.argsort(tails, kind="stable")
    ends = np.searchsorted(tails[order], np.arange(n + m + 2))
    far = settle(ends.astype(np.int64), heads[order].astype(np.int64), slack[order], n + m)
    loose = far < 0
    if loose.any():  # nothing bounds these from above: they keep their distance from the rest
        far[loose] = far.max(initial=0)
    x = sign * (x + far)
    return x[:n], -x[n : n + m], loose[:-1]


def _constraints(
    listing: Listing, chosen: NDArray[np.bool_], penalty: int
) -> tuple[Ints, Ints, Counts]:
    """Tails, heads and weights over the nodes: candidates (u), demands (q = -v), the sink (0)."""
    n, m = listing.shape
    rows, cols, gains = listing.rows, n + listing.cols, listing.gains
    load = np.bincount(listing.rows[chosen], minlength=n)
    filled = np.bincount(listing.cols[chosen], minlength=m)
    left = ~chosen | (listing.capacity[rows] <= 1)
    sets: list[tuple[Any, Any, Any]] = [
        (rows[left], cols[left], -gains[left]),  # q <= u - s where the pair is left out
        (cols[chosen], rows[chosen], gains[chosen]),  # u <= s + q where it is taken
    ]
    sink = np.array([n + m])
    for first, used, least, most, is_demand in (
        (0, load, listing.min_load, listing.capacity, False),
        (n, filled, listing.min_headcount, listing.headcount, True),
    ):
        short = used < least
        ends = (  # where the price is at most, and at least, so much
            (short, -penalty), (~short & (used < most), 0),
            ((used > least) | (least == 0), 0), ((used <= least) & (least > 0), -penalty),
        )  # fmt: skip
        for k, (where, level) in enumerate(ends):
            nodes = first + np.flatnonzero(where)
            if k == 3 and not penalty:
                continue  # a floor that must be met has a price without a lower end
            if (k < 2) != is_demand:
                sets.append((sink, nodes, level if not is_demand else -level))
            else:
                sets.append((nodes, sink, -level if not is_demand else level))
    wide = [np.broadcast_arrays(*parts) for parts in sets]
    tails, heads, weights = (np.concatenate(column) for column in zip(*wide, strict=True))
    return tails, heads, weights.astype(np.int64)


class _Differences:
    """Constraints ``x[head] <= x[tail] + weight``, relaxed by whole arrays (Bellman-Ford)."""

    def __init__(self, tails: Ints, heads: Ints, weights: Counts, nodes: int) -> None:
        by_head = np.argsort(heads, kind="stable")
        self.tails, self.weights = tails[by_head], weights[by_head]
        self.heads = heads[by_head]
        self.ends, self.starts = np.unique(self.heads, return_index=True)
        self.nodes = nodes

    def settle(self, x: Counts) -> Counts:
        """Greatest solution at or below x; raises `SolverError` where there is none."""
        x = x.copy()
        for _ in range(self.nodes + 1):
            least = np.minimum.reduceat(x[self.tails] + self.weights, self.starts)
            lower = least < x[self.ends]
            if not lower.any():
                return x
            x[self.ends[lower]] = least[lower]
        raise SolverError("the plan is not the best on its own pairs: its prices do not settle")

    def most_broken(self, x: Counts) -> int:
        """Largest amount by which a constraint is broken; 0 where all hold."""
        if not len(self.tails):
            return 0
        return max(0, int((x[self.heads] - x[self.tails] - self.weights).max()))
