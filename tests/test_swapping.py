"""The local search on plans: never worse, always sound, and near the bound where it matters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from talentmatch.solvers.linear import relaxed
from talentmatch.solvers.programs import Program
from talentmatch.solvers.swapping import improved


def budgeted(seed: int, sources: int, dests: int, *, each: int = 3, shared: int = 0) -> Program:
    """A matching with a real-valued budget per dest, and some over all pairs."""
    rng = np.random.default_rng(seed)
    row = np.repeat(np.arange(sources), each)
    col = np.concatenate([rng.choice(dests, each, replace=False) for _ in range(sources)])
    use, count = rng.random(len(row)) + 0.2, len(row)
    line = np.arange(count)
    parts = [
        sp.csr_array((np.ones(count), (row, line)), shape=(sources, count)),
        sp.csr_array((use, (col, line)), shape=(dests, count)),
        sp.csr_array(rng.random((shared, count)) + 0.5),
    ]
    most = np.concatenate(
        (np.ones(sources), np.full(dests, 0.4 * sources / dests), np.full(shared, 0.5 * sources))
    )
    ones = np.ones(count)
    return Program(
        use * (0.8 + 0.4 * rng.random(count)), 0 * ones, ones, sp.csr_array(sp.vstack(parts)),
        np.full(len(most), -np.inf), most, ones > 0,
    )  # fmt: skip


def is_sound(program: Program, chosen: np.ndarray) -> bool:
    """Whether the exact sum of every row, rounded once, is within its limits."""
    dense = program.matrix.toarray()
    used = [math.fsum(line[chosen].tolist()) for line in dense]
    inside = bool((used >= program.least).all() and (used <= program.most).all())
    return inside and bool((chosen | (program.lower < 0.5)).all())


def steps(count: int) -> Any:
    """Go on so many times: the same on every machine."""
    left = iter(range(count))
    return lambda: next(left, None) is not None


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    shared=st.integers(0, 2),
    priced=st.booleans(),
    floors=st.booleans(),
)
def test_never_worse_and_always_sound(seed: int, shared: int, priced: bool, floors: bool) -> None:
    """Floors that the plan keeps and locked columns stay kept; the total never falls."""
    rng = np.random.default_rng(seed)
    program = budgeted(seed, 12, 4, shared=shared)
    chosen = np.zeros(program.shape[1], dtype=bool)
    for column in rng.permutation(len(chosen))[: rng.integers(0, 30)].tolist():
        chosen[column] = True
        chosen[column] = is_sound(program, chosen)
    lower = (chosen & (rng.random(len(chosen)) < 0.3)).astype(float)
    least = program.least.copy()
    if floors:
        used = np.array([math.fsum(line[chosen].tolist()) for line in program.matrix.toarray()])
        least = np.where(rng.random(len(used)) < 0.4, used, -np.inf)
    program = Program(
        program.gains, lower, program.upper, program.matrix, least, program.most, program.whole
    )
    prices = relaxed(program).prices if priced else None
    found = improved(program, chosen, prices, steps(60))
    assert is_sound(program, found)
    assert math.fsum(program.gains[found]) >= math.fsum(program.gains[chosen])


@pytest.mark.parametrize("shared", [0, 3])
def test_rounded_relaxation_comes_near_its_bound(shared: int) -> None:
    """Less than a hundredth is lost, where dropping the fractions loses several."""
    program = budgeted(7, 300, 8, shared=shared)
    answer = relaxed(program)
    assert answer.values is not None
    found = improved(program, answer.values > 1 - 1e-9, answer.prices, steps(300))
    assert is_sound(program, found)
    assert float(program.gains[found].sum()) > 0.99 * answer.objective


def test_the_same_steps_give_the_same_plan() -> None:
    """No chance is left to the clock."""
    program = budgeted(3, 60, 5)
    nothing = np.zeros(program.shape[1], dtype=bool)
    prices = relaxed(program).prices
    plans = [improved(program, nothing, prices, steps(80)) for _ in range(2)]
    assert plans[0].tolist() == plans[1].tolist()
    assert plans[0].any()


def test_no_time_returns_the_plan() -> None:
    """The plan given comes back where the time is up, as an array of its own."""
    program = budgeted(3, 20, 3)
    nothing = np.zeros(program.shape[1], dtype=bool)
    found = improved(program, nothing, None, lambda: False)
    assert found is not nothing
    assert not found.any()


def test_ceiling_broken_by_rounding_is_mended() -> None:
    """Ten tenths and a little more do not fit in one: the least column goes."""
    matrix = sp.csr_array(np.array([[0.5, 0.5, 1e-12]]))
    ones = np.ones(3)
    program = Program(
        np.array([2.0, 2.0, 1.0]), 0 * ones, ones, matrix, np.array([-np.inf]), np.ones(1), ones > 0
    )
    assert improved(program, ones > 0, None, steps(9)).tolist() == [True, True, False]


def test_locked_columns_that_break_a_row_are_given_back() -> None:
    """Nothing can be dropped, so the plan comes back as it is."""
    ones = np.ones(2)
    matrix = sp.csr_array(np.array([[0.6, 0.6]]))
    program = Program(ones, ones, ones, matrix, np.array([-np.inf]), ones[:1], ones > 0)
    assert improved(program, ones > 0, None, steps(9)).tolist() == [True, True]


def test_pairs_without_unequal_uses_are_added_and_replaced() -> None:
    """A plain matching has no budget row; better pairs take the places all the same."""
    matrix = sp.csr_array(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    ones = np.ones(3)
    program = Program(
        np.array([1.0, 2.0, 1.0]), 0 * ones, ones, matrix, np.full(2, -np.inf), np.ones(2), ones > 0
    )
    plan = np.array([True, False, False])
    assert improved(program, plan, None, steps(50)).tolist() == [False, True, True]
