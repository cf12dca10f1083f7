"""Plans and prices repaired path by path, instead of another flow from nothing.

A plan with prices that prove it on the pairs listed so far stays nearly right when further pairs
are listed. Only rows with a pair above its prices, and columns that lose a pair on the way, must
be served again, each by shortest augmenting paths from the prices at hand (the Hungarian method
with Dijkstra's algorithm, Tomizawa 1971 and Edmonds and Karp 1972; capacities above one as in
Ahuja, Magnanti and Orlin, Network Flows, 1993, section 12.4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.solvers.flow import Listing

__all__ = ["Paths"]

Counts = NDArray[np.int64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]

_AT_ONCE = 4096  # nodes served between two looks at the clock
_BIDDERS = 1000  # so many nodes to serve bid first
_STEPS = 100  # a bid lifts a price by at least the mean best gain over this
_BIDS = 100  # bids that each node may make on average
_ANEW = 4  # start anew where more than one candidate in so many must be served again


class Paths:
    """A plan without floors on a growing list of pairs, with prices that prove it.

    Parameters
    ----------
    candidates, demands : int
        How many there are.

    Attributes
    ----------
    u, v : int64 arrays
        Prices of candidates and demands, in the unit of the gains.
    """

    def __init__(self, candidates: int, demands: int) -> None:
        self.u, self.v = np.zeros(candidates, np.int64), np.zeros(demands, np.int64)
        self._keys: Ints = np.empty(0, dtype=np.intp)

    def solve(self, listing: Listing, keys: Ints, late: Callable[[], bool]) -> tuple[Mask, bool]:
        """Make the plan the best on the pairs listed now.

        Parameters
        ----------
        listing : Listing
            Pairs by row and column, without floors; all that were there before are.
        keys : int array
            Ascending numbers of the pairs, the same for a pair in every call.
        late : callable
            Whether to break off.

        Returns
        -------
        chosen : bool array (pairs,)
            The plan.
        done : bool
            False where it was broken off; the plan is sound then, but not proved.
        """
        chosen = np.zeros(len(keys), dtype=np.bool_)
        chosen[np.searchsorted(keys, self._keys)] = True
        self._repair_prices(listing, chosen)
        state = _State.of(listing, chosen)
        done = True
        for is_row in (True, False):
            side = state.rows if is_row else state.cols
            price = self.u if is_row else self.v
            queue = np.flatnonzero((side.used < side.most) & (price > 0))
            if is_row and len(queue) >= _BIDDERS and state.bid(queue, self.u, self.v, late):
                queue = np.flatnonzero((side.used < side.most) & (price > 0))
            for start in range(0, len(queue), _AT_ONCE):
                if late():
                    done = False
                    break
                state.augment(queue[start : start + _AT_ONCE], self.u, self.v, is_row)
        # The price of one place at most takes up what its pair is worth beyond both prices.
        single = np.flatnonzero(chosen & (listing.capacity[listing.rows] <= 1))
        self.u[listing.rows[single]] = listing.gains[single] - self.v[listing.cols[single]]
        self._keys = keys[chosen]
        return chosen, done

    def _repair_prices(self, listing: Listing, chosen: Mask) -> None:
        """Lift the candidates over their pairs left out; give up pairs that this makes too dear."""
        above = listing.gains - self.u[listing.rows] - self.v[listing.cols]
        broken = np.flatnonzero((above > 0) & ~chosen)
        if len(np.unique(listing.rows[broken])) * _ANEW > len(self.u):
            self.u[:], self.v[:], chosen[:] = 0, 0, False  # quicker than to mend so much
            above = listing.gains
            broken = np.flatnonzero(above > 0)
        lift = np.zeros_like(self.u)
        np.maximum.at(lift, listing.rows[broken], above[broken])
        self.u += lift
        chosen[chosen & (above < lift[listing.rows])] = False


@dataclass(frozen=True, eq=False)
class _Half:
    """One side of the network: its limits, what is used, its pairs, and which are chosen."""

    node: Counts  # of each pair
    most: Counts
    used: Counts
    ends: Counts  # where each node's pairs end in `arcs`
    arcs: Counts  # in order of gain, the highest first, once a node is looked at
    heads: NDArray[np.int32]  # the other node of each of `arcs`; below zero before that
    lengths: Counts  # and its gain, side by side because they are read together
    first: Counts  # each node's first slot
    slots: Counts  # chosen pairs

    @classmethod
    def of(cls, node: Ints, limit: Counts, chosen: Mask) -> _Half:
        count = len(limit)
        degree = np.bincount(node, minlength=count)
        # One more than it has pairs: a node whose limit does not bind must end with room.
        most = np.minimum(np.maximum(limit, 0), degree + 1).astype(np.int64)
        first = np.cumsum(most) - most
        slots = np.empty(int(most.sum()), dtype=np.int64)
        taken = np.flatnonzero(chosen)
        taken = taken[np.argsort(node[taken], kind="stable")]
        used = np.bincount(node[taken], minlength=count)
        rank = np.arange(len(taken)) - (np.cumsum(used) - used)[node[taken]]
        slots[first[node[taken]] + rank] = taken
        ends = np.append(0, np.cumsum(degree)).astype(np.int64)
        # One row of a sparse matrix turned on its side: a counting sort, and stable.
        line = sp.csr_array((np.arange(len(node)), node, [0, len(node)]), shape=(1, count))
        arcs = line.tocsc().data.astype(np.int64)
        return cls(
            node.astype(np.int64), most, used.astype(np.int64), ends, arcs,
            np.full(len(arcs), -1, np.int32), np.empty_like(arcs), first.astype(np.int64), slots,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _State:
    """The network in the arrays that the compiled loops take."""

    gains: Counts
    chosen: Mask
    rows: _Half
    cols: _Half

    @classmethod
    def of(cls, listing: Listing, chosen: Mask) -> _State:
        return cls(
            listing.gains,
            chosen,
            _Half.of(listing.rows, listing.capacity, chosen),
            _Half.of(listing.cols, listing.headcount, chosen),
        )

    def bid(self, queue: Ints, u: Counts, v: Counts, late: Callable[[], bool]) -> bool:
        """Let candidates that take one pair bid for the demands' prices; whether any did.

        Most searches on a fresh list only find out what a place costs where many want it. Bidding
        finds that out roughly and at once (the auction of Bertsekas 1979, stopped at one coarse
        step); the searches then start near the end. They stay exact: pairs that are not a
        candidate's best at the prices found are given up, and prices of places left free are taken
        down when the demands are served.
        """
        from talentmatch.solvers.compiled_paths import bid, keep_best

        one, other = self.rows, self.cols
        queue = queue[one.most[queue] == 1]
        if len(queue) < _BIDDERS:
            return False
        bids = np.zeros(len(u), np.int64)
        step = max(1, int(u[queue].mean()) // _STEPS)
        left = _BIDS * len(queue)
        for start in range(0, len(queue), _AT_ONCE):
            if late():
                break
            left = bid(
                queue[start : start + _AT_ONCE].astype(np.int64), step, bids, left, one.ends,
                one.arcs, one.heads, one.lengths, one.node, other.node, self.gains, self.chosen, v,
                one.most, one.used, one.first, one.slots, other.most, other.used, other.first,
                other.slots,
            )  # fmt: skip
        keep_best(
            bids, one.ends, one.arcs, one.heads, one.lengths, other.node, self.gains, self.chosen,
            u, v, one.used, one.first, one.slots, other.used, other.first, other.slots,
        )  # fmt: skip
        return True

    def augment(self, queue: Ints, u: Counts, v: Counts, is_row: bool) -> None:
        """Serve nodes of one side."""
        from talentmatch.solvers.compiled_paths import augment

        one, other = (self.rows, self.cols) if is_row else (self.cols, self.rows)
        price, other_price = (u, v) if is_row else (v, u)
        augment(
            queue.astype(np.int64), one.ends, one.arcs, one.heads, one.lengths, one.node,
            other.node, self.gains, self.chosen, price, other_price, one.most, one.used, one.first,
            one.slots, other.most, other.used, other.first, other.slots,
        )  # fmt: skip
