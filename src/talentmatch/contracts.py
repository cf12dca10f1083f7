"""Expected signatures of a plan of introductions: values, gains, bounds, cuts and a good start.

A demand d with o openings is introduced to a set S of candidates; each signs on their own with
probability p_i. With X = sum of Bernoulli(p_i) its worth is f(S) = E[min(o, X)], which is
monotone and submodular: adding i gains p_i P(X < o), and P(X < o) falls as S grows.

Arguments that share a name share a meaning:

groups, cols : int array (pairs,), the demand of each pair; rows, its candidate.
p : float array (pairs,), probability of a signature; outside [0, 1] it is a `ProblemError`.
openings : int array (demands,), most signatures that count, o >= 0.
capacity, headcount : int array (candidates,), (demands,), most introductions of each.
at_most : int or None, most introductions of all.
chosen : bool array (pairs,), a plan; no pair stands twice among the pairs.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import combinations_with_replacement
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from talentmatch.errors import ProblemError, SolverError

__all__ = [
    "chances_of_room", "concave_bound", "expected_signatures", "gains_of_adding",
    "greedy_introductions", "improve", "level_cut", "losses_of_removing", "submodular_cut",
    "tangents_of_none", "weights_of_none",
]  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
Moves = tuple[Floats, Ints, Ints]  # gain; pairs dropped (moves, k); pairs added (moves, k)

_FLAT = 1e-15  # slopes up to it are taken for none
_SURE = 40.0  # 1 - exp(-40) is 1 in double precision
_GAIN = 1e-12  # a move must gain more, or rounding could go round in circles
_BLOCK = 1 << 20  # exchanges looked at together
_MULTISETS = 5000  # most rows of the program of one cut


def expected_signatures(groups: Ints, p: Floats, openings: Ints) -> Floats:
    """Exact worth E[min(o, X)] of each demand (demands,), X the number of its pairs that sign.

    The sum of the gains p_i P(X of the earlier pairs < o): terms of one sign, hence exact to
    rounding for small p also. O(pairs x openings).

    >>> expected_signatures(np.array([0, 0, 1]), np.array([0.5, 0.5, 0.2]), np.array([1, 2]))
    array([0.75, 0.2 ])
    """
    before, _ = _unfilled(groups, p, openings)
    return np.bincount(groups, p * before.sum(axis=1), len(openings)).astype(np.float64)


def chances_of_room(groups: Ints, p: Floats, openings: Ints) -> Floats:
    """Chance P(X < o) that an opening of each demand stays free (demands,).

    >>> chances_of_room(np.array([0, 0]), np.array([0.5, 0.5]), np.array([1, 2]))
    array([0.25, 1.  ])
    """
    return np.asarray(_unfilled(groups, p, openings)[1].sum(axis=1))


def gains_of_adding(
    groups: Ints, p: Floats, openings: Ints, new_groups: Ints, new_p: Floats
) -> Floats:
    """Gain of adding each new pair alone: E[min(o, X + B)] - E[min(o, X)] = new_p P(X < o).

    >>> plan = np.array([0]), np.array([0.5]), np.array([1, 1])
    >>> gains_of_adding(*plan, np.array([0, 1]), np.array([0.4, 0.3]))
    array([0.2, 0.3])
    """
    return np.asarray(new_p * chances_of_room(groups, p, openings)[new_groups])


def losses_of_removing(groups: Ints, p: Floats, openings: Ints) -> Floats:
    """Loss of taking each pair alone out of the plan (pairs,): p_i P(X without i < o).

    P(A + B < o) = sum_a P(A = a) P(B < o - a) with A the pairs before i and B those after: sums
    of positive terms. (Dividing i out of the distribution of X loses all digits near p = 1.)

    >>> losses_of_removing(np.array([0, 0]), np.array([0.5, 1.0]), np.array([1]))
    array([0. , 0.5])
    """
    return np.asarray(p * _room_without(groups, p, openings))


def _room_without(groups: Ints, p: Floats, openings: Ints) -> Floats:
    before, _ = _unfilled(groups, p, openings)
    below = np.cumsum(_unfilled(groups[::-1], p[::-1], openings)[0][::-1], axis=1)  # P(B <= b)
    size = before.shape[1]
    at = np.minimum(openings, size)[groups][:, None] - 1 - np.arange(size)
    share = np.take_along_axis(below, np.maximum(at, 0), axis=1)
    return np.asarray((before * np.where(at >= 0, share, 0.0)).sum(axis=1))


def _unfilled(groups: Ints, p: Floats, openings: Ints) -> tuple[Floats, Floats]:
    """P(X = c), c < o: before each pair (pairs, c) in the order given, and in the end."""
    if len(p) and not (np.min(p) >= 0 and np.max(p) <= 1):  # nan fails both
        raise ProblemError("a probability of a signature lies in [0, 1]; calibrate the scores")
    number = np.bincount(groups, minlength=len(openings))
    top = np.minimum(openings, number + 1)  # X <= n: beyond n + 1 openings nothing changes
    state, inside = _start(top)
    order = np.argsort(groups, kind="stable")
    rank = np.arange(len(groups)) - (np.cumsum(number) - number)[groups[order]]
    before = np.empty((len(groups), state.shape[1]))
    by_rank = order[np.argsort(rank, kind="stable")]
    for pairs in np.split(by_rank, np.cumsum(np.bincount(rank))):
        d = groups[pairs]
        before[pairs] = now = state[d]
        state[d] = _one_more(now, p[pairs]) * inside[d]
    return before, state


def _start(top: Ints) -> tuple[Floats, Bools]:
    """Distributions of no signature (demands, counts), and which counts stay below `top`."""
    inside = np.arange(int(top.max(initial=1)) or 1) < top[:, None]
    state = np.zeros(inside.shape)
    state[:, 0] = inside[:, 0]
    return state, inside


def _one_more(now: Floats, p: Floats) -> Floats:
    """The distribution (rows, counts) after one more Bernoulli(p) in each row."""
    then: Floats = now * (1 - p[:, None])
    then[:, 1:] += now[:, :-1] * p[:, None]
    return then


def concave_bound(p_max: Floats, openings: Ints, most: Ints) -> tuple[Floats, Floats]:
    """Segments of F_P(mu), the least concave bound of E[min(o, X)] by mu = sum p, all p <= P.

    F_P joins the points (m P, E[min(o, Bin(m, P))]), m = 0, 1, ..., by straight lines.

    Proof of E[min(o, X)] <= F_P(mu). With all probabilities but a and b fixed, the worth is
    A + (a + b) D + a b C, where C = E[g(R + 2) - 2 g(R + 1) + g(R)] <= 0, as g = min(o, .) is
    concave and R is the sum of the others. While a + b is held, moving a and b apart lowers a b,
    hence never lowers the worth. So the largest worth for a given mu has every p at 0 or P but
    one (Hoeffding 1956); in that one the worth is linear, from m pairs of P to m + 1: the line,
    with slope P(Bin(m, P) < o), falling with m. It is tight when all p are P but one. The number
    of pairs adds nothing here: zeros are allowed.

    Takes P (demands,) and `most` (demands,), the most introductions. Returns (widths, slopes),
    each (demands, segments): width P and falling slopes, zeros where a demand has fewer. In a
    linear program: 0 <= z <= widths, sum z <= sum p x, worth sum slopes z; an inequality, since
    segments of slope <= 1e-15 are left out.

    >>> widths, slopes = concave_bound(np.array([0.5]), np.array([1]), np.array([3]))
    >>> widths.tolist(), slopes.tolist()
    ([[0.5, 0.5, 0.5]], [[1.0, 0.5, 0.25]])
    """
    state, inside = _start(np.minimum(openings, most))
    slopes = []
    for m in range(int(most.max(initial=0))):
        slope = np.where((m < most) & (p_max > 0), state.sum(axis=1), 0.0)
        slope[slope <= _FLAT] = 0.0
        if not slope.any():
            break
        slopes.append(slope)
        state = _one_more(state, p_max) * inside
    table = np.stack(slopes, axis=1) if slopes else np.zeros((len(p_max), 0))
    return np.where(table > 0, p_max[:, None], 0.0), table


def weights_of_none(p: Floats) -> Floats:
    """Weights w = -log(1 - p), at most 40: the chance that none signs is exp(-sum w).

    >>> weights_of_none(np.array([0.0, 1.0])).tolist()
    [0.0, 40.0]
    """
    with np.errstate(divide="ignore"):
        return np.minimum(np.abs(np.log1p(-p)), _SURE)


def tangents_of_none(points: Floats) -> tuple[Floats, Floats]:
    """Tangents (slopes b, intercepts a) at W = `points`: with one opening, worth <= a + b sum w.

    With one opening the worth is 1 - exp(-W), W = sum of `weights_of_none`: exact and concave in
    W, so each tangent lies above it. For more openings, see `level_cut`.

    >>> tangents_of_none(np.array([0.0]))
    (array([1.]), array([0.]))
    """
    slopes = np.exp(-points)
    return slopes, -np.expm1(-points) - points * slopes


def submodular_cut(groups: Ints, p: Floats, openings: Ints, chosen: Bools) -> tuple[Floats, Floats]:
    """Cut tight at the plan T and at T plus one pair: worth <= constant + sum coefficient x.

    Proof. f is monotone and submodular, so for every S: f(S) <= f(S u T) <= f(T) + sum over i in
    S - T of f(T + i) - f(T) = p_i P(X_T < o) (Nemhauser, Wolsey and Fisher 1978). Returns the
    constants f(T) (demands,) and the coefficients (pairs,), zero for pairs of T.

    >>> groups, p = np.array([0, 0]), np.array([0.5, 0.4])
    >>> submodular_cut(groups, p, np.array([1]), np.array([True, False]))
    (array([0.5]), array([0. , 0.2]))
    """
    plan = groups[chosen], p[chosen], openings
    gains = gains_of_adding(*plan, groups, p)
    return expected_signatures(*plan), np.where(chosen, 0.0, gains)


def level_cut(
    p: Floats, x: Floats, opening: int, most: int, levels: int = 4
) -> tuple[float, Floats]:
    """Cut of one demand, worth <= a + sum c(p_i) x_i, c piecewise linear, tightest at the point x.

    The levels of c are 0, P = max p and up to `levels` - 1 of the p with x > 0. For every multiset
    of at most `most` levels a + sum c >= worth is asked; of such (a, c) the least at x solves a
    linear program: the concave envelope of the worth. With one level it is `concave_bound`.

    Proof for p between levels. Round each p_i at random to the level below or above it, keeping
    its mean. Worth is linear in each p_i, so E[worth of the rounded] = worth; c is linear between
    levels, so E[sum c of the rounded] = sum c(p_i). The cut holds for every rounding, hence for p.

    Takes p and x (pairs,) of one demand, sum x <= most. Returns a and c(p_i) (pairs,). Takes fewer
    levels where there would be over 5000 multisets. A failing program is a `SolverError`.

    >>> a, c = level_cut(np.array([0.5, 0.5, 0.3]), np.array([1, 0.8, 0]), 1, 3)
    >>> round(a, 9), c.round(9).tolist()
    (0.25, [0.25, 0.25, 0.15])
    """
    if not p.any():
        return 0.0, np.zeros(len(p))
    levels = max([1] + [n for n in range(1, levels + 1) if comb(most + n, n) <= _MULTISETS])
    spots = np.unique(np.append(p[(x > 1e-9) & (p > 0)], p.max()))
    few = np.linspace(0, len(spots) - 1, min(levels, len(spots))).round().astype(np.intp)
    few[-1] = len(spots) - 1  # P itself, also where there is one level
    grid = np.concatenate(([0.0], spots[few]))
    points = np.array([np.interp(p, grid, hat) @ x for hat in np.eye(len(grid))[1:]])
    # Rounding may leave the point a hair outside, where the program has no end.
    points *= min(1.0, most / max(points.sum(), _FLAT))
    picks = np.array(list(combinations_with_replacement(range(len(grid)), most)), np.intp)
    each = np.repeat(np.arange(len(picks)), most)
    worth = expected_signatures(each, grid[picks.ravel()], np.full(len(picks), opening))
    held = (picks[:, :, None] == np.arange(1, len(grid))).sum(axis=1).astype(np.float64)
    rows, right = np.vstack((np.ones(len(picks)), held.T)), np.concatenate(([1.0], points))
    answer = linprog(-worth, A_eq=rows, b_eq=right, bounds=(0, None), method="highs")
    if answer.status != 0:
        raise SolverError(f"the program of a cut failed: {answer.message}")
    at_levels = -np.asarray(answer.eqlin.marginals)[1:]
    # The constant anew, so that the cut holds to rounding whatever the solver's tolerance.
    constant = float(np.max(worth - held @ at_levels))
    return constant, np.interp(p, grid, np.concatenate(([0.0], at_levels)))


def greedy_introductions(
    rows: Ints, cols: Ints, p: Floats, capacity: Ints, headcount: Ints, openings: Ints,
    at_most: int | None = None, chosen: Bools | None = None,
) -> Bools:  # fmt: skip
    """Add the pair of the largest gain again and again (to `chosen`); returns the plan (pairs,).

    Within a demand the largest gain is the largest p, whatever has been chosen: so each demand
    has one sorted list, and a heap holds the head of each. Equal gains: the earlier pair. Pairs
    that gain nothing are left out.

    >>> one, two = np.array([1]), np.array([1, 1])
    >>> greedy_introductions(np.array([0, 1]), one * [0, 0], np.array([0.2, 0.6]), two, one, one)
    array([False,  True])
    """
    taken = np.zeros(len(p), dtype=np.bool_) if chosen is None else chosen.copy()
    held = _unfilled(cols[taken], p[taken], openings)[1]
    state, inside = _start(np.minimum(openings, headcount))
    state[:, : held.shape[1]] = held[:, : state.shape[1]]
    free = capacity - np.bincount(rows[taken], minlength=len(capacity))
    wanted = headcount - np.bincount(cols[taken], minlength=len(headcount))
    left = len(p) if at_most is None else at_most - int(taken.sum())
    order = np.lexsort((-p, cols))
    order = order[~taken[order]]
    ends = np.searchsorted(cols[order], np.arange(len(openings)), side="right").tolist()
    head, who = [0, *ends[:-1]], rows[order]
    heap: list[tuple[float, int, int]] = []

    def push(d: int) -> None:
        while head[d] < ends[d] and free[who[head[d]]] <= 0:
            head[d] += 1
        if head[d] < ends[d] and wanted[d] > 0:
            pair = int(order[head[d]])
            gain = float(p[pair] * state[d].sum())
            if gain > 0:
                heappush(heap, (-gain, pair, d))

    for d in range(len(openings)):
        push(d)
    while heap and left > 0:
        _, pair, d = heappop(heap)
        if free[rows[pair]] > 0:
            taken[pair] = True
            free[rows[pair]] -= 1
            wanted[d] -= 1
            left -= 1
            state[d] = _one_more(state[[d]], p[[pair]])[0] * inside[d]
            head[d] += 1
        push(d)
    return taken


def improve(
    rows: Ints, cols: Ints, p: Floats, capacity: Ints, headcount: Ints, openings: Ints,
    chosen: Bools, at_most: int | None = None, passes: int = 30,
) -> Bools:  # fmt: skip
    """Better a plan: replace a pair by another, exchange two candidates, add; never worse.

    Each pass applies, best first, moves that share no candidate and no demand: their gains add up.

    >>> one, two = np.array([1]), np.array([1, 1])
    >>> pairs = np.array([0, 1]), one * [0, 0], np.array([0.2, 0.6])
    >>> improve(*pairs, two, one, one, np.array([True, False]))
    array([False,  True])
    """
    plan = greedy_introductions(rows, cols, p, capacity, headcount, openings, at_most, chosen)
    for _ in range(passes if plan.any() else 0):
        before = plan.copy()
        _apply(rows, cols, plan, _replacements(rows, cols, p, capacity, headcount, openings, plan))
        _apply(rows, cols, plan, _exchanges(rows, cols, p, openings, plan))
        plan = greedy_introductions(rows, cols, p, capacity, headcount, openings, at_most, plan)
        if (plan == before).all():
            break
    return plan


def _replacements(
    rows: Ints, cols: Ints, p: Floats, capacity: Ints, headcount: Ints, openings: Ints, plan: Bools
) -> Moves:
    """One pair for another: of its demand, of its candidate, or any where both are free."""
    at, new = np.flatnonzero(plan), np.flatnonzero(~plan)
    without = _room_without(cols[at], p[at], openings)
    loss = p[at] * without
    gain = gains_of_adding(cols[at], p[at], openings, cols[new], p[new])
    row_free = (np.bincount(rows[at], minlength=len(capacity)) < capacity)[rows[new]]
    col_free = (np.bincount(cols[at], minlength=len(headcount)) < headcount)[cols[new]]
    found = []
    # In its own demand the least p goes (worth grows with every p); of a candidate, the least loss.
    for key, cost, sound in ((cols, p[at], row_free), (rows, loss, col_free)):
        worst = np.full(int(key.max()) + 1, -1, dtype=np.intp)
        falling = np.argsort(-cost, kind="stable")
        worst[key[at[falling]]] = falling
        out = worst[key[new]]
        sound = sound & (out >= 0)
        better = (p[new] - p[at][out]) * without[out] if key is cols else gain - loss[out]
        found.append((better[sound], at[out[sound]], new[sound]))
    both = np.flatnonzero(row_free & col_free)
    both = both[np.lexsort((-gain[both], cols[new[both]]))]
    both = both[np.unique(cols[new[both]], return_index=True)[1]]  # the best of each demand
    both, least = both[np.argsort(-gain[both], kind="stable")], np.argsort(loss, kind="stable")
    # The k-th gain for the k-th loss, so that one pass can move many; and for the least elsewhere.
    own, new_own = cols[at[least]], cols[new[both]]
    elsewhere = least[np.where(new_own == own[0], np.argmax(own != own[0]), 0)]
    for ins, outs in ((both[: len(at)], least[: len(both)]), (both, elsewhere)):
        apart = cols[new[ins]] != cols[at[outs]]
        found.append(((gain[ins] - loss[outs])[apart], at[outs[apart]], new[ins[apart]]))
    gains, drops, adds = (np.concatenate(part) for part in zip(*found, strict=True))
    return gains, drops[:, None], adds[:, None]


def _exchanges(rows: Ints, cols: Ints, p: Floats, openings: Ints, plan: Bools) -> Moves:
    """Two pairs (r, c), (s, d) of the plan for (s, c), (r, d)."""
    at = np.flatnonzero(plan)
    without = _room_without(cols[at], p[at], openings)
    keys = rows * len(openings) + cols
    order = np.argsort(keys)
    ranked = keys[order]

    def pair_of(row: Ints, col: Ints) -> tuple[Ints, Bools]:
        key = row * len(openings) + col
        pair = order[np.minimum(np.searchsorted(ranked, key), len(order) - 1)]
        return pair, (keys[pair] == key) & ~plan[pair]

    found = []
    step = max(1, _BLOCK // max(1, len(at)))
    for start in range(0, len(at), step):
        i, j = np.nonzero(np.arange(start, start + step)[:, None] < np.arange(len(at)))
        a, b = at[i + start], at[j]
        (c, has_c), (d, has_d) = pair_of(rows[b], cols[a]), pair_of(rows[a], cols[b])
        gain = (p[c] - p[a]) * without[i + start] + (p[d] - p[b]) * without[j]
        good = has_c & has_d & (gain > _GAIN)
        found.append((gain[good], np.column_stack((a, b))[good], np.column_stack((c, d))[good]))
    gains, drops, adds = (np.concatenate(part) for part in zip(*found, strict=True))
    return gains, drops, adds


def _apply(rows: Ints, cols: Ints, plan: Bools, moves: Moves) -> None:
    """Moves that gain, best first, each candidate and demand touched once."""
    gains, drops, adds = moves
    order = np.argsort(-gains, kind="stable")
    people, demands = set[int](), set[int]()
    for k in order[gains[order] > _GAIN].tolist():
        pairs = np.concatenate((drops[k], adds[k]))
        r, c = rows[pairs].tolist(), cols[pairs].tolist()
        if people.isdisjoint(r) and demands.isdisjoint(c):
            plan[drops[k]], plan[adds[k]] = False, True
            people.update(r)
            demands.update(c)
