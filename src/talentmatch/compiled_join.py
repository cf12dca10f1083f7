"""The inner loops of the join, compiled by numba: scores of one row at a time, the best kept.

Loops over single numbers are what compiled code is for; everything else stands in `joining`. The
functions release the GIL, so that threads run them side by side.
"""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["best_of_rows", "keep_best"]

_BLOCK = 64  # columns compared at once
_NONE = -1e300  # below every score


@njit(cache=True, nogil=True, inline="always")
def _sinks(score, rank, other, other_rank):  # type: ignore[no-untyped-def]  # numba infers types
    """Whether a pair is worse than another: lower, or as high and later."""
    return score < other or (score == other and rank > other_rank)


@njit(cache=True, nogil=True)
def _put(scores, ranks, base, room, held, score, rank):  # type: ignore[no-untyped-def]
    """Put a pair into a heap that keeps the best `room`, its worst on top; how many it holds."""
    at = held
    if held < room:
        while at > 0:
            above = (at - 1) >> 1
            if not _sinks(score, rank, scores[base + above], ranks[base + above]):
                break
            scores[base + at], ranks[base + at] = scores[base + above], ranks[base + above]
            at = above
        held += 1
    else:
        if not _sinks(scores[base], ranks[base], score, rank):
            return held
        at = 0
        while True:
            below = 2 * at + 1
            if below >= room:
                break
            if below + 1 < room and _sinks(
                scores[base + below + 1], ranks[base + below + 1],
                scores[base + below], ranks[base + below],
            ):  # fmt: skip
                below += 1
            if not _sinks(scores[base + below], ranks[base + below], score, rank):
                break
            scores[base + at], ranks[base + at] = scores[base + below], ranks[base + below]
            at = below
    scores[base + at], ranks[base + at] = score, rank
    return held


@njit(cache=True, nogil=True)
def keep_best(scores, ranks, held, room, columns, new_scores, new_ranks):  # type: ignore[no-untyped-def]
    """Put pairs into their columns' heaps."""
    for k in range(len(columns)):
        c = columns[k]
        held[c] = _put(scores, ranks, c * room, room, held[c], new_scores[k], new_ranks[k])


@njit(cache=True, nogil=True, inline="always")
def _sum(price, excess):  # type: ignore[no-untyped-def]
    """A little less than price + excess, so that rounding hides no pair; the heap looks closer."""
    if np.isinf(excess):
        return excess
    return price + excess - 1e-15 * (abs(price) + abs(excess))


@njit(cache=True, nogil=True, inline="always")
def _gate(price, counts, above, per_row, held, scores, base):  # type: ignore[no-untyped-def]
    """Score, less the column's price, from which on a row's pair matters."""
    least = above
    if per_row and held == per_row:
        least = max(above, scores[base])
    if not per_row:
        least = np.inf
    if counts:
        least = min(least, 0.0)
    return _sum(price, least)


@njit(cache=True, nogil=True)
def _spread(cells, first, at, values, weight):  # type: ignore[no-untyped-def]
    """Add one feature's share to the scores of a row."""
    for q in range(len(at)):
        cells[at[q] - first] += weight * values[q]


@njit(cache=True, nogil=True)
def _flag(cells, prices, gates, look, price, blocks):  # type: ignore[no-untyped-def]
    """Blocks of columns in which a score is high enough for the row or its column; how many."""
    flagged = 0
    for low in range(0, len(cells), _BLOCK):
        some = 0
        high = min(low + _BLOCK, len(cells))
        part, base, bars = cells[low:high], prices[low:high], gates[low:high]
        for j in range(len(part)):  # without a way out, so that several are compared at once
            if (part[j] - base[j] >= look) | (part[j] - bars[j] > price):
                some += 1
        if some:
            blocks[flagged] = low // _BLOCK
            flagged += 1
    return flagged


@njit(cache=True, nogil=True)
def _keep(  # type: ignore[no-untyped-def]
    part, base, bars, x, r, c, start, m, price, gate, above, lowest, counts, per_row, row_scores,
    row_ranks, row_held, per_column, column_scores, column_ranks, column_held, rest, highest, total,
):  # fmt: skip
    """Look at a row's scores of some columns, from column c on, one by one."""
    for j in range(len(part)):
        score = part[j]
        excess = score - price - base[j]
        matters = score - bars[j] > price
        if score < lowest:
            continue
        if not (matters or score - base[j] >= gate):
            rest[x] = max(rest[x], excess)
            continue
        if counts and excess > 0.0:
            highest[x] = max(highest[x], excess)
            total[x] += excess
        if excess <= above or not per_row:
            rest[x] = max(rest[x], excess)
        if excess <= above:
            continue
        column = c + j
        if per_row:
            at = x * per_row
            if row_held[x] == per_row:
                rest[x] = max(rest[x], min(excess, row_scores[at]))
            rank = column - start if column >= start else column - start + m
            row_held[x] = _put(row_scores, row_ranks, at, per_row, row_held[x], excess, rank)
        if matters:
            at = column * per_column
            column_held[column] = _put(
                column_scores, column_ranks, at, per_column, column_held[column], excess, r
            )
            if column_held[column] == per_column:
                bars[j] = max(bars[j], _sum(base[j], column_scores[at]))


@njit(cache=True, nogil=True)
def _bar(cells, first, row, out_ptr, out, at, barred):  # type: ignore[no-untyped-def]
    """Mark the pairs that do not count; where the row's list of them goes on."""
    while at < out_ptr[row + 1] and out[at] < first + len(cells):
        cells[out[at] - first] = _NONE
        at += 1
    for j in range(len(barred)):
        if barred[j]:
            cells[j] = _NONE
    return at


@njit(cache=True, nogil=True)
def best_of_rows(  # type: ignore[no-untyped-def]
    rows, left_ptr, left_at, left, tile_ptr, right_at, right, width, u, v, above, margin, lowest,
    counts, out_ptr, out, barred, per_row, rotate, row_scores, row_ranks, row_held, per_column,
    column_scores, column_ranks, column_held, column_gate, rest, highest, total,
):  # fmt: skip
    """Price some rows against all columns; see `Join.best` for what goes in and comes out.

    Columns are taken `width` at a time, so that what a row of them needs stays in fast memory.
    """
    m = len(v)
    space, blocks = np.zeros(width), np.empty(width // _BLOCK + 1, np.int64)
    at_out = out_ptr[rows]
    for tile in range(tile_ptr.shape[0] - 1):
        first = tile * width
        last = min(first + width, m)
        cells, prices, gates = space[: last - first], v[first:last], column_gate[first:last]
        for x in range(len(rows)):
            r = rows[x]
            for p in range(left_ptr[r], left_ptr[r + 1]):
                feature = left_at[p]
                low, high = tile_ptr[tile, feature], tile_ptr[tile + 1, feature]
                _spread(cells, first, right_at[low:high], right[low:high], left[p])
            of_row = barred[x, first:last] if barred.shape[0] else barred[:, 0]
            at_out[x] = _bar(cells, first, r, out_ptr, out, at_out[x], of_row)
            start = r * per_row % m if rotate else 0
            gate = _gate(u[r], counts, above, per_row, row_held[x], row_scores, x * per_row)
            look = gate - margin
            rest[x] = max(rest[x], look - u[r])
            for k in range(_flag(cells, prices, gates, look, u[r], blocks)):
                low = blocks[k] * _BLOCK
                high = min(low + _BLOCK, len(cells))
                _keep(
                    cells[low:high], prices[low:high], gates[low:high], x, r, first + low, start,
                    m, u[r], gate, above, lowest, counts, per_row, row_scores, row_ranks, row_held,
                    per_column, column_scores, column_ranks, column_held, rest, highest, total,
                )  # fmt: skip
                gate = _gate(u[r], counts, above, per_row, row_held[x], row_scores, x * per_row)
            cells[:] = 0.0
