"""Shortest augmenting paths on a list of pairs, compiled by numba: the inner loops of `paths`.

Nodes of the first side are numbered from 0, those of the second side after them. Everything is in
whole numbers, so that prices stay exact. The functions release the GIL.
"""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["augment", "bid", "keep_best", "settle"]


@njit(cache=True, nogil=True)
def _push(keys, nodes, place, size, node, key):  # type: ignore[no-untyped-def]  # numba infers types
    """Put a node into the heap, or lower its key; the heap's new size."""
    at = place[node]
    if at < 0:
        at = size
        size += 1
    elif keys[at] <= key:
        return size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at], nodes[at] = keys[above], nodes[above]
        place[nodes[at]] = at
        at = above
    keys[at], nodes[at], place[node] = key, node, at
    return size


@njit(cache=True, nogil=True)
def _pop(keys, nodes, place, size):  # type: ignore[no-untyped-def]
    """Take the first node off the heap and mark it as settled (-2); the heap's new size."""
    place[nodes[0]] = -2
    size -= 1
    if size:
        key, node, at = keys[size], nodes[size], 0
        while True:
            below = 2 * at + 1
            if below >= size:
                break
            if below + 1 < size and keys[below + 1] < keys[below]:
                below += 1
            if keys[below] >= key:
                break
            keys[at], nodes[at] = keys[below], nodes[below]
            place[nodes[at]] = at
            at = below
        keys[at], nodes[at], place[node] = key, node, at
    return size


@njit(cache=True, nogil=True)
def _swap_in(slots, first, count, new, old):  # type: ignore[no-untyped-def]
    """Let one chosen pair take another's slot at a node."""
    for k in range(first, first + count):
        if slots[k] == old:
            slots[k] = new
            return


@njit(cache=True, nogil=True)
def _pairs_of(node, ends, arcs, heads, lengths, other, gains):  # type: ignore[no-untyped-def]
    """Where a node's pairs begin and end; in order of gain from the first time it is asked on."""
    first, last = ends[node], ends[node + 1]
    if first < last and heads[first] < 0:
        own = arcs[first:last]
        own[:] = own[np.argsort(-gains[own], kind="mergesort")]
        for p in range(first, last):
            heads[p] = other[arcs[p]]
            lengths[p] = gains[arcs[p]]
    return first, last


@njit(cache=True, nogil=True)
def _dearest(  # type: ignore[no-untyped-def]
    source, ends, arcs, heads, lengths, other, gains, chosen, price
):  # fmt: skip
    """What a node's best pair left out is worth beyond the price of its other end."""
    best = np.int64(0)
    first, last = _pairs_of(source, ends, arcs, heads, lengths, other, gains)
    for p in range(first, last):
        if lengths[p] <= best:
            break  # the pairs that follow gain less, and no price is below zero
        if not chosen[arcs[p]]:
            best = max(best, lengths[p] - price[heads[p]])
    return best


@njit(cache=True, nogil=True)
def _search(  # type: ignore[no-untyped-def]
    source, reach, from_ends, from_arcs, heads, lengths, from_node, to_node, gains, chosen, u, v,
    most_to, used_to, slot_to, slots_to, keys, nodes, place, by, order, far,
):  # fmt: skip
    """Cheapest end of a chain of exchanges from a node: end, length, nodes settled, heap size."""
    n = len(u)
    settled, end = 0, source
    size = _push(keys, nodes, place, 0, source, np.int64(0))
    while size and keys[0] < reach:
        node, d = nodes[0], keys[0]
        size = _pop(keys, nodes, place, size)
        order[settled], far[settled] = node, d
        settled += 1
        if node < n:
            if d + u[node] < reach:
                reach, end = d + u[node], node
            base = d + u[node]
            first, last = _pairs_of(node, from_ends, from_arcs, heads, lengths, to_node, gains)
            for p in range(first, last):
                if base - lengths[p] >= reach:
                    break
                j = heads[p]
                next_d = base + v[j] - lengths[p]
                if next_d >= reach:
                    continue
                arc = from_arcs[p]
                if chosen[arc] or place[n + j] == -2:
                    continue
                if used_to[j] < most_to[j]:
                    reach, end, by[n + j] = next_d, n + j, arc
                elif place[n + j] < 0 or keys[place[n + j]] > next_d:
                    size = _push(keys, nodes, place, size, n + j, next_d)
                    by[n + j] = arc
        else:
            j = node - n
            for p in range(slot_to[j], slot_to[j] + used_to[j]):
                arc = slots_to[p]
                i = from_node[arc]
                if place[i] == -2:
                    continue
                next_d = d + gains[arc] - u[i] - v[j]
                if next_d < reach and (place[i] < 0 or keys[place[i]] > next_d):
                    size = _push(keys, nodes, place, size, i, next_d)
                    by[i] = arc
    return end, reach, settled, size


@njit(cache=True, nogil=True)
def _exchange(  # type: ignore[no-untyped-def]
    source, end, n, from_node, to_node, chosen, by, used_from, slot_from, slots_from, used_to,
    slot_to, slots_to,
):  # fmt: skip
    """Carry out a chain of exchanges, from its end back to the node it was found for."""
    old = -1
    if end < n:  # this node gives up a pair
        old = by[end]
        chosen[old] = False
        used_from[end] -= 1
        last = slot_from[end] + used_from[end]
        _swap_in(slots_from, slot_from[end], used_from[end], slots_from[last], old)
        end = n + to_node[old]
    while True:
        j = end - n
        new = by[end]
        i = from_node[new]
        chosen[new] = True
        if old >= 0:
            _swap_in(slots_to, slot_to[j], used_to[j], new, old)
        else:
            slots_to[slot_to[j] + used_to[j]] = new
            used_to[j] += 1
        if i == source:
            slots_from[slot_from[i] + used_from[i]] = new
            used_from[i] += 1
            return
        old = by[i]
        chosen[old] = False
        _swap_in(slots_from, slot_from[i], used_from[i], new, old)
        end = n + to_node[old]


@njit(cache=True, nogil=True)
def bid(  # type: ignore[no-untyped-def]
    queue, step, bids, left, from_ends, from_arcs, heads, lengths, from_node, to_node, gains,
    chosen, v, most_from, used_from, slot_from, slots_from, most_to, used_to, slot_to, slots_to,
):  # fmt: skip
    """Let queued nodes that take one pair bid for their best; how many of `left` bids are left.

    A bidder lifts the price of a full place by what its best is worth beyond its second best, and
    by `step`; whoever held the place bids in turn. `bids` counts them by node. Nodes without luck,
    and those at places of several, are left to `augment`.
    """
    for source in queue:
        i = source
        while left > 0:
            bids[i] += 1
            left -= 1
            best, second, at = np.int64(0), np.int64(0), -1
            first, last = _pairs_of(i, from_ends, from_arcs, heads, lengths, to_node, gains)
            for p in range(first, last):
                if lengths[p] <= second:
                    break
                worth = lengths[p] - v[heads[p]]
                if worth > best:
                    best, second, at = worth, best, p
                elif worth > second:
                    second = worth
            if at < 0:
                break
            arc, j = from_arcs[at], heads[at]
            taken = slot_to[j] + used_to[j]
            if used_to[j] < most_to[j]:
                used_to[j] += 1
                next_i = -1
            else:
                taken -= 1
                old = slots_to[taken]
                next_i = from_node[old]
                if most_to[j] != 1 or most_from[next_i] != 1:
                    break
                chosen[old] = False
                used_from[next_i] = 0
                v[j] += best - second + step
            slots_to[taken] = arc
            chosen[arc] = True
            slots_from[slot_from[i]] = arc
            used_from[i] = 1
            if next_i < 0:
                break
            i = next_i
    return left


@njit(cache=True, nogil=True)
def keep_best(  # type: ignore[no-untyped-def]
    bids, from_ends, from_arcs, heads, lengths, to_node, gains, chosen, u, v,
    used_from, slot_from, slots_from, used_to, slot_to, slots_to,
):  # fmt: skip
    """Price the nodes that bid, and take from them the pairs that are not their best."""
    for i in range(len(u)):
        if bids[i] == 0:
            continue
        best = np.int64(0)
        first, last = _pairs_of(i, from_ends, from_arcs, heads, lengths, to_node, gains)
        for p in range(first, last):
            if lengths[p] <= best:
                break
            best = max(best, lengths[p] - v[heads[p]])
        u[i] = best
        if used_from[i]:
            arc = slots_from[slot_from[i]]
            j = to_node[arc]
            if gains[arc] - v[j] < best:
                chosen[arc] = False
                used_from[i] = 0
                used_to[j] -= 1
                last = slot_to[j] + used_to[j]
                _swap_in(slots_to, slot_to[j], used_to[j], slots_to[last], arc)


@njit(cache=True, nogil=True)
def augment(  # type: ignore[no-untyped-def]
    queue, from_ends, from_arcs, heads, lengths, from_node, to_node, gains, chosen, u, v,
    most_from, used_from, slot_from, slots_from, most_to, used_to, slot_to, slots_to,
):  # fmt: skip
    """Serve each queued node of the first side by shortest augmenting paths.

    While a node has room and a pair that is worth more than the price of its other end, the
    cheapest chain of exchanges is found (Dijkstra on reduced costs) and carried out. It ends where
    there is room on the second side, or at a node of the first side that gives up a pair.
    Afterwards the prices u, v prove the plan on the pairs of all nodes served so far.
    """
    n, m = len(u), len(v)
    keys, nodes = np.empty(n + m, np.int64), np.empty(n + m, np.int64)
    place, by = np.full(n + m, -1, np.int64), np.full(n + m, -1, np.int64)
    order, far = np.empty(n + m, np.int64), np.empty(n + m, np.int64)
    for source in queue:
        while used_from[source] < most_from[source]:
            u[source] = _dearest(
                source, from_ends, from_arcs, heads, lengths, to_node, gains, chosen, v
            )
            if u[source] == 0:
                break
            end, reach, settled, size = _search(
                source, u[source], from_ends, from_arcs, heads, lengths, from_node, to_node, gains,
                chosen, u, v, most_to, used_to, slot_to, slots_to, keys, nodes, place, by, order,
                far,
            )  # fmt: skip
            for k in range(settled):
                node = order[k]
                if node < n:
                    u[node] -= reach - far[k]
                else:
                    v[node - n] += reach - far[k]
                place[node] = -1
            for k in range(size):
                place[nodes[k]] = -1
            if end == source:
                break
            _exchange(
                source, end, n, from_node, to_node, chosen, by, used_from, slot_from, slots_from,
                used_to, slot_to, slots_to,
            )  # fmt: skip


@njit(cache=True, nogil=True)
def settle(tails_ends, heads, weights, sink):  # type: ignore[no-untyped-def]
    """Distances from the sink over arcs of weights >= 0 (Dijkstra); -1 where no path leads."""
    count = len(tails_ends) - 1
    keys, nodes = np.empty(count, np.int64), np.empty(count, np.int64)
    place, far = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    size = _push(keys, nodes, place, 0, sink, np.int64(0))
    while size:
        node, d = nodes[0], keys[0]
        size = _pop(keys, nodes, place, size)
        far[node] = d
        for p in range(tails_ends[node], tails_ends[node + 1]):
            if place[heads[p]] != -2:
                size = _push(keys, nodes, place, size, heads[p], d + weights[p])
    return far
