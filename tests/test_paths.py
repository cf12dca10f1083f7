"""Plans repaired path by path: the best on every list, proved by their prices; and both ends."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pytest

import talentmatch as tm
from oracles import Case, by_trying_all
from talentmatch.solvers import duals, paths
from talentmatch.solvers.duals import prices
from talentmatch.solvers.flow import Listing, most_total
from talentmatch.solvers.paths import Paths

pytest.importorskip("numba", reason="the paths are compiled by numba")

from talentmatch.solvers import compiled_paths  # cannot be imported without numba
from test_joining import run_as_plain_python  # skips without numba as well


@dataclass
class Growing:
    """Gains of all pairs, limits, and lists of pairs, each with those before it."""

    gains: np.ndarray
    capacity: np.ndarray
    headcount: np.ndarray
    masks: list[np.ndarray]

    @classmethod
    def drawn(cls, seed: int, most: int = 11, lists: int = 5) -> Growing:
        """Ties or none, limits that bind or not, lists that grow by a little or by a lot."""
        rng = np.random.default_rng(seed)
        n, m = rng.integers(1, most + 1, 2)
        gains = rng.integers(int(rng.choice([1, 1, -3])), int(rng.choice([2, 5, 1000])), (n, m))
        share = rng.choice([0.05, 0.3])
        new = rng.random((lists, n, m)) < share
        limits = [np.minimum(rng.integers(0, 5, k), rng.choice([1, 4])) for k in (n, m)]
        for limit in limits:
            limit[rng.random(len(limit)) < 0.15] = 10**6
        return cls(gains.astype(np.int64), *limits, list(np.logical_or.accumulate(new)))

    def listing(self, mask: np.ndarray) -> Listing:
        """The pairs of one list."""
        rows, cols = np.nonzero(mask)
        floors = (np.zeros(k, dtype=np.int64) for k in mask.shape)
        return Listing(
            rows, cols, self.gains[mask], self.capacity, next(floors), self.headcount, next(floors)
        )


def never() -> bool:
    """Time is never up."""
    return False


def keys_of(mask: np.ndarray) -> np.ndarray:
    """The number of each pair of a list."""
    return np.flatnonzero(mask)


def assert_sound(listing: Listing, chosen: np.ndarray) -> None:
    """The plan keeps the limits as they are, however far above the number of pairs."""
    n, m = listing.shape
    assert (np.bincount(listing.rows[chosen], minlength=n) <= listing.capacity).all()
    assert (np.bincount(listing.cols[chosen], minlength=m) <= listing.headcount).all()


def bound_of(listing: Listing, u: np.ndarray, v: np.ndarray) -> int:
    """What the prices alone prove of every plan; they must not be negative."""
    assert (u >= 0).all()
    assert (v >= 0).all()
    above = listing.gains - u[listing.rows] - v[listing.cols]
    most = listing.capacity @ u + listing.headcount @ v + np.maximum(above, 0).sum()
    return int(most)


def assert_proved(listing: Listing, chosen: np.ndarray, u: np.ndarray, v: np.ndarray) -> None:
    """Complementary slackness with the true limits, so that bound and total are one number."""
    n, m = listing.shape
    above = listing.gains - u[listing.rows] - v[listing.cols]
    assert (above[chosen] >= 0).all()
    assert (above[~chosen] <= 0).all()
    assert (u[np.bincount(listing.rows[chosen], minlength=n) < listing.capacity] == 0).all()
    assert (v[np.bincount(listing.cols[chosen], minlength=m) < listing.headcount] == 0).all()
    assert bound_of(listing, u, v) == listing.gains[chosen].sum()


def assert_best_on_every_list(growing: Growing) -> None:
    """Repaired on one list after another, the plan is as good as OR-Tools' and proved."""
    n, m = growing.gains.shape
    network = Paths(n, m)
    for mask in growing.masks:
        listing = growing.listing(mask)
        chosen, done = network.solve(listing, keys_of(mask), never)
        assert done
        assert_sound(listing, chosen)
        best = most_total(listing)
        assert best is not None
        assert listing.gains[chosen].sum() == listing.gains[best].sum()
        assert_proved(listing, chosen, network.u, network.v)


# ---------------------------------------------------------------- plans


@pytest.mark.parametrize("anew", [0, 4, 10**9])
@pytest.mark.parametrize("seed", range(120))
def test_a_repaired_plan_is_the_best_on_every_list(
    monkeypatch: pytest.MonkeyPatch, seed: int, anew: int
) -> None:
    """Mended always, now and then, or begun anew every time: the total is OR-Tools', and proved."""
    monkeypatch.setattr(paths, "_ANEW", anew)
    monkeypatch.setattr(paths, "_AT_ONCE", 1 + seed % 3)
    assert_best_on_every_list(Growing.drawn(seed))


@pytest.mark.parametrize(("steps", "bids"), [(1, 100), (100, 100), (100, 1)])
@pytest.mark.parametrize("seed", range(60))
def test_a_plan_that_began_with_bids_is_the_best(
    monkeypatch: pytest.MonkeyPatch, seed: int, steps: int, bids: int
) -> None:
    """Coarse bids and fine ones, many and hardly any: the searches mend what they leave."""
    monkeypatch.setattr(paths, "_BIDDERS", 1)
    monkeypatch.setattr(paths, "_STEPS", steps)
    monkeypatch.setattr(paths, "_BIDS", bids)
    growing = Growing.drawn(400 + seed)
    if seed % 2:  # places of one alone, which is where bids lift prices
        growing.capacity, growing.headcount = (
            np.minimum(limit, 1) for limit in (growing.capacity, growing.headcount)
        )
    assert_best_on_every_list(growing)


@pytest.mark.parametrize("most", [1, 3])
def test_bids_are_made_where_many_want_the_same(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Bidding takes place from the number of bidders on, and half of it leaves a proof to find."""
    made: list[int] = []
    bid = paths._State.bid

    def counted(state: paths._State, queue: np.ndarray, *rest: object) -> bool:
        made.append(len(queue))
        return bid(state, queue, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(paths._State, "bid", counted)
    monkeypatch.setattr(paths, "_BIDDERS", 40)
    rng = np.random.default_rng(most)
    gains = rng.integers(1, 50, 80)[:, None] * rng.integers(1, 50, 60)
    mask = rng.random((80, 60)) < 0.3
    limits = rng.integers(1, 3, 80), rng.integers(1, most + 1, 60)
    assert_best_on_every_list(Growing(gains.astype(np.int64), *limits, [mask]))
    assert made
    assert made[0] >= 40


@pytest.mark.parametrize("seed", range(30))
def test_a_repaired_plan_equals_brute_force(seed: int) -> None:
    """On small lists the total is that of trying everything."""
    growing = Growing.drawn(200 + seed, most=4)
    growing.capacity, growing.headcount = (
        np.minimum(limit, 4) for limit in (growing.capacity, growing.headcount)
    )
    network = Paths(*growing.gains.shape)
    for mask in growing.masks:
        listing = growing.listing(mask)
        chosen, _ = network.solve(listing, keys_of(mask), never)
        case = Case.of(np.where(mask, growing.gains, np.nan), growing.capacity, growing.headcount)
        assert listing.gains[chosen].sum() == by_trying_all(case)


@pytest.mark.parametrize("seed", range(12))
def test_larger_lists_are_solved_too(seed: int) -> None:
    """At 80 x 60 with ties, chains of exchanges are long, and the plan is OR-Tools'."""
    rng = np.random.default_rng(seed)
    new = rng.random((4, 80, 60)) < 0.04
    gains = rng.integers(1, (4, 10**6)[seed % 2], (80, 60)).astype(np.int64)
    limits = rng.integers(0, 4, 80), rng.integers(0, 6, 60)
    assert_best_on_every_list(Growing(gains, *limits, list(np.logical_or.accumulate(new))))


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (2, 2)])
def test_no_pairs_are_no_plan(shape: tuple[int, int]) -> None:
    """Empty sides and empty lists give an empty plan and prices of zero."""
    mask = np.zeros(shape, dtype=bool)
    ones = (np.ones(k, dtype=np.int64) for k in shape)
    growing = Growing(mask.astype(np.int64), next(ones), next(ones), [mask])
    network = Paths(*shape)
    chosen, done = network.solve(growing.listing(mask), keys_of(mask), never)
    assert done
    assert len(chosen) == 0
    assert not network.u.any()
    assert not network.v.any()


@pytest.mark.parametrize("looks", [0, 1, 3, 8])
@pytest.mark.parametrize("seed", range(25))
def test_broken_off_the_plan_is_sound_and_the_prices_bound(
    monkeypatch: pytest.MonkeyPatch, seed: int, looks: int
) -> None:
    """When time is up on the way the limits hold, the prices bound, and the rest can be made up."""
    monkeypatch.setattr(paths, "_AT_ONCE", 1)
    growing = Growing.drawn(300 + seed)
    network = Paths(*growing.gains.shape)
    for mask in growing.masks:
        listing = growing.listing(mask)
        best = most_total(listing)
        assert best is not None
        count = itertools.count(1)
        chosen, done = network.solve(listing, keys_of(mask), lambda c=count: next(c) > looks)
        assert done is (next(count) <= looks + 1)
        assert_sound(listing, chosen)
        assert listing.gains[chosen].sum() <= listing.gains[best].sum()
        assert bound_of(listing, network.u, network.v) >= listing.gains[best].sum()
        if done:
            assert_proved(listing, chosen, network.u, network.v)
    last = growing.masks[-1]
    chosen, done = network.solve(growing.listing(last), keys_of(last), never)
    assert done
    assert_proved(growing.listing(last), chosen, network.u, network.v)


@pytest.mark.parametrize("seed", range(30))
def test_the_loops_of_the_paths_stay_within_their_arrays(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Run as plain Python, where an index out of range is an error, they say the same."""
    run_as_plain_python(monkeypatch, compiled_paths)
    growing = Growing.drawn(400 + seed, most=7)
    assert_best_on_every_list(growing)
    assert_ends_are_those_from_nothing(growing)


# ---------------------------------------------------------------- both ends of the prices


def proves(listing: Listing, chosen: np.ndarray, u: np.ndarray, v: np.ndarray) -> bool:
    """Whether prices keep the rules that the head of `duals` lists, floors included."""
    n, m = listing.shape
    above = listing.gains - u[listing.rows] - v[listing.cols]
    alone = listing.capacity[listing.rows] <= 1
    rules = [above[~chosen] <= 0, above[chosen] >= 0, above[alone & chosen] <= 0]
    for price, used, least, most in (
        (u, np.bincount(listing.rows[chosen], minlength=n), listing.min_load, listing.capacity),
        (v, np.bincount(listing.cols[chosen], minlength=m), listing.min_headcount,
         listing.headcount),
    ):  # fmt: skip
        rules += [price[used < most] <= 0, price[(used > least) | (least == 0)] >= 0]
    return all(bool(rule.all()) for rule in rules)


def held_to_prices(
    listing: Listing, chosen: np.ndarray, u: np.ndarray, v: np.ndarray
) -> np.ndarray:
    """Leave to each row of capacity one what its pair has above its prices."""
    alone = chosen & (listing.capacity[listing.rows] <= 1)
    held = u.copy()
    held[listing.rows[alone]] = listing.gains[alone] - v[listing.cols[alone]]
    return held


def assert_same_ends(
    listing: Listing, chosen: np.ndarray, near: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, ...]:
    """From prices that prove the plan each end is the one found from nothing."""
    n = listing.shape[0]
    ends: tuple[np.ndarray, ...] = ()
    for greatest in (False, True):
        u, v, loose = prices(listing, chosen, greatest=greatest)
        near_u, near_v, near_loose = prices(listing, chosen, greatest=greatest, near=near)
        np.testing.assert_array_equal(near_loose, loose)
        np.testing.assert_array_equal(near_u[~loose[:n]], u[~loose[:n]])
        np.testing.assert_array_equal(near_v[~loose[n:]], v[~loose[n:]])
        assert proves(listing, chosen, near_u, near_v)
        ends += near_u, near_v
    return ends


def assert_ends_are_those_from_nothing(growing: Growing) -> None:
    """Both ends from the prices of the paths, and each end again from the other."""
    network = Paths(*growing.gains.shape)
    for mask in growing.masks:
        listing = growing.listing(mask)
        chosen, _ = network.solve(listing, keys_of(mask), never)
        near = held_to_prices(listing, chosen, network.u, network.v), network.v
        assert proves(listing, chosen, *near)
        least_u, least_v, most_u, most_v = assert_same_ends(listing, chosen, near)
        assert_same_ends(listing, chosen, (least_u, least_v))
        assert_same_ends(listing, chosen, (most_u, most_v))


@pytest.mark.parametrize("seed", range(120))
def test_ends_from_prices_at_hand_are_those_from_nothing(seed: int) -> None:
    """Least and greatest prices do not depend on where the search for them begins."""
    assert_ends_are_those_from_nothing(Growing.drawn(600 + seed))


@pytest.mark.parametrize("seed", range(60))
def test_ends_with_floors_are_those_from_nothing(seed: int) -> None:
    """The same where floors are met and prices may be negative, or bounded by nothing."""
    growing = Growing.drawn(800 + seed, lists=1)
    rng = np.random.default_rng(seed)
    listing = growing.listing(growing.masks[0])
    n, m = listing.shape
    rough = most_total(listing)
    assert rough is not None
    # Floors below what some plan uses can be met.
    fill = np.bincount(listing.cols[rough], minlength=m)
    load = np.bincount(listing.rows[rough], minlength=n)
    floored = replace(
        listing, gains=listing.gains - int(rng.integers(0, 4)),
        min_load=np.minimum(load, rng.integers(0, 3, n)),
        min_headcount=np.minimum(fill, rng.integers(0, 3, m)),
    )  # fmt: skip
    chosen = most_total(floored)
    assert chosen is not None
    for greatest in (False, True):
        u, v, _ = prices(floored, chosen, greatest=greatest)
        assert proves(floored, chosen, u, v)
        assert_same_ends(floored, chosen, (u, v))


def test_prices_that_prove_nothing_are_refused() -> None:
    """A start below the scores of pairs left out, or a plan that is not the best, is an error."""
    mask = np.ones((2, 2), dtype=bool)
    growing = Growing(np.array([[9, 2], [8, 7]]), np.ones(2, int), np.ones(2, int), [mask])
    listing = growing.listing(mask)
    best, poor = (np.array(plan, dtype=bool) for plan in ([1, 0, 0, 1], [0, 1, 1, 0]))
    nothing = np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    for chosen, near in ((best, nothing), (poor, prices(listing, best)[:2])):
        with pytest.raises(tm.SolverError, match="do not prove the plan"):
            prices(listing, chosen, near=near)


def test_without_a_compiler_prices_at_hand_are_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The ends are found from nothing then."""
    monkeypatch.setattr(duals, "is_compiled", lambda: False)
    growing = Growing.drawn(5)
    listing = growing.listing(growing.masks[-1])
    chosen = most_total(listing)
    assert chosen is not None
    zeros = tuple(np.zeros(k, dtype=np.int64) for k in listing.shape)
    for greatest in (False, True):
        plain = prices(listing, chosen, greatest=greatest)
        for one, other in zip(
            plain, prices(listing, chosen, greatest=greatest, near=zeros), strict=True
        ):
            np.testing.assert_array_equal(one, other)
