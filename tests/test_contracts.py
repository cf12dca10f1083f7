"""Expected signatures: against enumeration, and every bound and cut against brute force."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from talentmatch import contracts
from talentmatch.contracts import (
    chances_of_room,
    concave_bound,
    expected_signatures,
    gains_of_adding,
    greedy_introductions,
    improve,
    level_cut,
    losses_of_removing,
    submodular_cut,
    tangents_of_none,
    weights_of_none,
)
from talentmatch.errors import ProblemError, SolverError


def _enumerated(p: Any, opening: int) -> float:
    """E[min(o, X)] over all 2^n outcomes."""
    p = np.asarray(p, dtype=float)
    signed = np.array(list(product((0, 1), repeat=len(p)))).reshape(2 ** len(p), len(p))
    chance = np.prod(np.where(signed == 1, p, 1 - p), axis=1)
    return float(chance @ np.minimum(signed.sum(axis=1), opening))


def _plan(seed: int) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 5, rng.integers(0, 25))
    p = rng.random(len(groups))
    p[rng.random(len(p)) < 0.2] = rng.choice([0.0, 1.0])
    return groups, p, rng.integers(0, 5, 6)


@pytest.mark.parametrize("seed", range(40))
def test_values_gains_losses_and_room_agree_with_enumeration(seed: int) -> None:
    """Worth, chance of room, gains and losses, sure and hopeless pairs included."""
    groups, p, openings = _plan(seed)
    worth = expected_signatures(groups, p, openings)
    oracle = [_enumerated(p[groups == d], o) for d, o in enumerate(openings)]
    np.testing.assert_allclose(worth, oracle, rtol=1e-12, atol=1e-14)
    more = [_enumerated([*p[groups == d], 1.0], o) for d, o in enumerate(openings)]
    room = chances_of_room(groups, p, openings)
    np.testing.assert_allclose(room, np.subtract(more, oracle), atol=1e-12)
    new = np.arange(6)
    gains = gains_of_adding(groups, p, openings, new, np.full(6, 0.3))
    more = [_enumerated([*p[groups == d], 0.3], o) for d, o in enumerate(openings)]
    np.testing.assert_allclose(gains, np.subtract(more, oracle), atol=1e-12)
    losses = losses_of_removing(groups, p, openings)
    for k, loss in enumerate(losses):
        rest = np.arange(len(p)) != k
        left = _enumerated(p[rest & (groups == groups[k])], openings[groups[k]])
        assert loss == pytest.approx(oracle[groups[k]] - left, abs=1e-12)


def test_small_and_sure_probabilities_keep_their_digits() -> None:
    """No cancellation: chances of 1e-14 and of 1 - 1e-16 are exact to rounding."""
    two, one = np.array([0, 0]), np.array([1])
    assert expected_signatures(two, np.full(2, 1e-14), one)[0] == pytest.approx(2e-14, rel=1e-12)
    losses = losses_of_removing(np.zeros(3, int), np.array([1 - 1e-16, 0.5, 1e-9]), one)
    assert losses[0] == pytest.approx(0.5, rel=1e-8)
    assert losses[2] == pytest.approx(1e-9 * 0.5 * (1 - (1 - 1e-16)), rel=1e-12, abs=0)


def test_many_openings_cost_no_memory_and_change_nothing() -> None:
    """With more openings than introductions the worth is the sum of the probabilities."""
    groups, p = np.array([0, 0, 1]), np.array([0.2, 0.3, 0.4])
    for openings in (np.array([2, 1]), np.array([10**12, 10**12])):
        assert expected_signatures(groups, p, openings) == pytest.approx([0.5, 0.4])
        assert losses_of_removing(groups, p, openings) == pytest.approx(p)
        assert chances_of_room(groups, p, openings)[0] in (1.0, pytest.approx(0.94))


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.nan])
def test_a_number_that_is_no_probability_is_named_a_problem(wrong: float) -> None:
    """Scores are not chances."""
    with pytest.raises(ProblemError, match=r"lies in \[0, 1\]"):
        expected_signatures(np.array([0]), np.array([wrong]), np.array([1]))


def test_the_concave_bound_is_never_below_the_worth() -> None:
    """Thousands of random sets: never violated, equal where all p are P but one."""
    rng = np.random.default_rng(3)
    number = 4000
    size, opening = rng.integers(1, 9, number), rng.integers(0, 5, number)
    largest = rng.random(number)
    each = np.repeat(np.arange(number), size)
    share = rng.beta(*rng.choice([0.3, 1, 3], 2), len(each))
    first = np.r_[True, each[1:] != each[:-1]]
    share[first] = rng.random(number)
    tight = rng.random(number) < 0.3
    share[~first & tight[each]] = 1.0
    p = share * largest[each]
    worth = expected_signatures(each, p, opening)
    widths, slopes = concave_bound(largest, opening, size)
    assert (np.diff(slopes, axis=1) <= 1e-15).all()
    mu = np.bincount(each, p, number)
    before = np.cumsum(widths, axis=1) - widths
    bound = (slopes * np.clip(mu[:, None] - before, 0, widths)).sum(axis=1)
    assert (worth <= bound + 1e-12).all()
    np.testing.assert_allclose(worth[tight], bound[tight], atol=1e-12)
    assert (bound - worth > 1e-3).any()


def test_the_concave_bound_has_no_needless_segments() -> None:
    """Segments end at the headcount, or where a sure signature fills the openings."""
    widths, slopes = concave_bound(np.array([1.0, 0.5, 0.0, 0.5]), np.full(4, 2), np.full(4, 9))
    assert (slopes[0] > 0).sum() == 2
    assert slopes.shape == (4, 9)
    assert not slopes[2].any()
    assert (widths[slopes == 0] == 0).all()
    assert concave_bound(np.ones(2), np.zeros(2, int), np.ones(2, int))[0].shape == (2, 0)


def test_the_bound_of_none_is_exact_and_its_tangents_lie_above() -> None:
    """For one opening the worth is 1 - exp(-W), sure signatures included."""
    rng = np.random.default_rng(4)
    p = np.append(rng.random(5), 1.0)
    points = np.append(rng.exponential(1.0, 50), 0.0)
    slopes, intercepts = tangents_of_none(points)
    for size in range(7):
        for pick in combinations(range(6), size):
            worth, w = _enumerated(p[list(pick)], 1), weights_of_none(p[list(pick)]).sum()
            assert -np.expm1(-w) == pytest.approx(worth, abs=1e-12)
            assert (worth <= intercepts + slopes * w + 1e-12).all()
    np.testing.assert_allclose(intercepts + slopes * points, -np.expm1(-points), atol=1e-14)


@pytest.mark.parametrize("seed", range(20))
def test_submodular_cuts_hold_for_every_set(seed: int) -> None:
    """Over all subsets of nine pairs of two demands; tight at the plan and one pair further."""
    rng = np.random.default_rng(seed)
    groups, p, openings = rng.integers(0, 2, 9), rng.random(9), rng.integers(0, 4, 2)
    chosen = rng.random(9) < 0.4
    constant, coefficient = submodular_cut(groups, p, openings, chosen)
    for bits in product((False, True), repeat=9):
        x = np.array(bits)
        worth = expected_signatures(groups[x], p[x], openings)
        cut = constant + np.bincount(groups, coefficient * x, 2)
        assert (worth <= cut + 1e-12).all()
        if (chosen <= x).all() and (x & ~chosen).sum() <= 1:
            assert worth == pytest.approx(cut)


@pytest.mark.parametrize("seed", range(40))
def test_level_cuts_hold_for_every_set_and_beat_the_concave_bound(seed: int) -> None:
    """Over all sets within the headcount, p between the levels included."""
    rng = np.random.default_rng(100 + seed)
    size, most, opening = 8, int(rng.integers(1, 5)), int(rng.integers(1, 4))
    p = rng.random(size) * rng.choice([1.0, 0.4])
    x = rng.random(size) * (rng.random(size) < 0.5)
    x *= min(1.0, most / max(x.sum(), 1e-9))
    levels = int(rng.integers(1, 6))
    constant, coefficient = level_cut(p, x, opening, most, levels)
    for count in range(most + 1):
        for pick in map(list, combinations(range(size), count)):
            assert _enumerated(p[pick], opening) <= constant + coefficient[pick].sum() + 1e-12
    widths, slopes = concave_bound(np.array([p.max()]), np.array([opening]), np.array([most]))
    before = np.cumsum(widths, axis=1) - widths
    bound = (slopes * np.clip(p @ x - before, 0, widths)).sum()
    assert constant + coefficient @ x <= bound + 1e-9


def test_one_level_is_the_concave_bound() -> None:
    """With the one level P the tightest cut is the segment of F_P at the point."""
    p, x = np.array([0.6, 0.3]), np.array([1.0, 0.9])
    constant, coefficient = level_cut(p, x, 1, 3, levels=1)
    assert constant + coefficient @ x == pytest.approx(0.6 + 0.4 * 0.27)


def test_levels_at_the_probabilities_of_a_plan_make_its_cut_tight() -> None:
    """For one opening the cut touches the worth at a plan of mixed probabilities."""
    p, x = np.array([0.7, 0.4, 0.2, 0.9]), np.array([1.0, 1.0, 1.0, 0.0])
    constant, coefficient = level_cut(p, x, 1, 3)
    assert constant + coefficient @ x == pytest.approx(1 - 0.3 * 0.6 * 0.8)


def test_cuts_at_the_edges() -> None:
    """No pairs, hopeless pairs, no introductions, and a headcount too large for many levels."""
    no = np.array([])
    assert level_cut(no, no, 1, 2)[0] == 0
    assert level_cut(np.zeros(2), np.ones(2), 1, 2)[1].tolist() == [0, 0]
    assert level_cut(np.array([0.5]), np.zeros(1), 1, 0)[0] == pytest.approx(0)
    p = np.random.default_rng(0).random(60)
    constant, coefficient = level_cut(p, p, 3, 60, 4)
    top = np.sort(p)[-4:]
    assert _enumerated(top, 3) <= constant + np.sort(coefficient)[-4:].sum() + 1e-12


def test_a_failing_program_is_a_solver_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It never becomes a cut."""

    class Failed:
        status, message = 4, "numerical trouble"

    monkeypatch.setattr(contracts, "linprog", lambda *_, **__: Failed)
    with pytest.raises(SolverError, match="numerical trouble"):
        level_cut(np.array([0.5]), np.array([1.0]), 1, 1)


def _case(seed: int, candidates: int = 4, demands: int = 3, pairs: int = 9) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    at = rng.choice(candidates * demands, pairs, replace=False)
    rows, cols = np.divmod(at, demands)
    capacity, headcount = rng.integers(0, 3, candidates), rng.integers(0, 4, demands)
    return rows, cols, rng.random(pairs), capacity, headcount, rng.integers(0, 3, demands)


def _fits(case: tuple[Any, ...], x: Any, at_most: int) -> bool:
    rows, cols, _, capacity, headcount, _ = case
    return bool(
        x.sum() <= at_most
        and (np.bincount(rows[x], minlength=len(capacity)) <= capacity).all()
        and (np.bincount(cols[x], minlength=len(headcount)) <= headcount).all()
    )


def _worth(case: tuple[Any, ...], x: Any) -> float:
    return float(expected_signatures(case[1][x], case[2][x], case[5]).sum())


@pytest.mark.parametrize("seed", range(30))
def test_greedy_and_improvement_against_all_plans(seed: int) -> None:
    """Within every limit; a third of the optimum is proved, and improving never hurts.

    Greedy's guarantee under two matroids is 1/3 (Fisher, Nemhauser and Wolsey 1978); that these
    thirty cases also reach 1 - 1/e is what is seen, not what is proved.
    """
    case, at_most = _case(seed), 4
    greedy = greedy_introductions(*case, at_most)
    better = improve(*case, greedy, at_most)
    plans = (np.array(bits) for bits in product((False, True), repeat=9))
    best = max(_worth(case, x) for x in plans if _fits(case, x, at_most))
    assert _fits(case, greedy, at_most)
    assert _fits(case, better, at_most)
    assert best + 1e-12 >= _worth(case, better) >= _worth(case, greedy) - 1e-12
    assert _worth(case, greedy) >= best / 3 - 1e-12
    assert _worth(case, better) >= (1 - np.exp(-1)) * best - 1e-12


@pytest.mark.parametrize("seed", range(10))
def test_greedy_under_one_limit_reaches_its_guarantee(seed: int) -> None:
    """Under the total alone, at least 1 - 1/e of the optimum (Nemhauser, Wolsey, Fisher 1978)."""
    rows, cols, p, capacity, headcount, openings = _case(seed)
    case = rows, cols, p, capacity + 9, headcount + 9, openings
    plans = (np.array(bits) for bits in product((False, True), repeat=9))
    best = max(_worth(case, x) for x in plans if x.sum() <= 4)
    assert _worth(case, greedy_introductions(*case, 4)) >= (1 - np.exp(-1)) * best - 1e-12


@pytest.mark.parametrize("seed", range(15))
def test_greedy_is_the_plain_greedy(seed: int) -> None:
    """The heap picks what a search through all gains at every step picks, from any start."""
    case, at_most = _case(seed, 8, 5, 30), 9
    _, cols, p, *_, openings = case
    start = np.zeros(30, dtype=bool)
    for k in np.random.default_rng(seed).permutation(30)[:6]:
        start[k] = True
        start[k] = _fits(case, start, at_most)
    x = start.copy()
    while True:
        gains = gains_of_adding(cols[x], p[x], openings, cols, p)
        gains[x] = 0
        for k in range(30):
            if not x[k]:
                gains[k] *= _fits(case, x | (np.arange(30) == k), at_most)
        if gains.max() <= 0:
            break
        x[int(gains.argmax())] = True
    assert (greedy_introductions(*case, at_most, start) == x).all()


def _neighbours(case: tuple[Any, ...], x: Any) -> Any:
    """Every plan one addition, one replacement or one exchange of two candidates away."""
    rows, cols = case[0], case[1]
    pair = {key: k for k, key in enumerate(zip(rows.tolist(), cols.tolist(), strict=True))}
    held = np.flatnonzero(x).tolist()
    moves = [([], [new]) for new in np.flatnonzero(~x)]
    moves += [([old], [new]) for old in held for new in np.flatnonzero(~x)]
    for a, b in combinations(held, 2):
        swapped = [pair.get((rows[b], cols[a])), pair.get((rows[a], cols[b]))]
        if None not in swapped and not x[swapped].any():
            moves.append(([a, b], swapped))
    for drop, add in moves:
        y = x.copy()
        y[drop], y[add] = False, True
        yield y


@pytest.mark.parametrize("seed", range(12))
def test_improvement_ends_where_no_move_gains(seed: int) -> None:
    """From random plans: within the limits, never worse, start unedited, no better neighbour."""
    case, at_most = _case(seed, 20, 8, 80), 14
    start = np.zeros(80, dtype=bool)
    for k in np.random.default_rng(seed).permutation(80):
        start[k] = True
        start[k] = _fits(case, start, at_most)
    kept = start.copy()
    better = improve(*case, start, at_most)
    assert (start == kept).all()
    assert _fits(case, better, at_most)
    worth = _worth(case, better)
    assert worth >= _worth(case, start)  # a random start may be such an end already
    near = (y for y in _neighbours(case, better) if _fits(case, y, at_most))
    assert max(_worth(case, y) for y in near) <= worth + 1e-9


def test_two_candidates_are_exchanged_where_no_single_move_helps() -> None:
    """Both demands and both candidates are full: only the exchange gains."""
    rows, cols = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    p, ones = np.array([0.9, 0.8, 0.8, 0.1]), np.array([1, 1])
    greedy = greedy_introductions(rows, cols, p, ones, ones, ones)
    assert greedy.tolist() == [True, False, False, True]
    better = improve(rows, cols, p, ones, ones, ones, greedy)
    assert better.tolist() == [False, True, True, False]


def test_nothing_to_introduce_is_an_empty_plan() -> None:
    """No pairs, no capacity, or a total of zero."""
    no, one = np.array([], dtype=np.intp), np.array([1])
    limits = one, one, one
    assert greedy_introductions(no, no, np.array([]), *limits).tolist() == []
    pair = np.array([0]), np.array([0]), np.array([0.5])
    assert greedy_introductions(*pair, *limits, 0).tolist() == [False]
    assert improve(*pair, one * 0, one, one, np.array([False])).tolist() == [False]


def test_fifty_thousand_pairs_are_quick() -> None:
    """The size of a real round: exact greedy and improvement within limits."""
    rng = np.random.default_rng(0)
    at = rng.choice(1000 * 1160, 50_000, replace=False)
    case = *np.divmod(at, 1160), rng.random(50_000), np.full(1000, 2), np.full(1160, 4)
    case = *case, rng.integers(1, 3, 1160)
    greedy = greedy_introductions(*case, 340)
    better = improve(*case, greedy, 340)
    assert _fits(case, better, 340)
    assert better.sum() == 340
    assert _worth(case, better) >= _worth(case, greedy)
