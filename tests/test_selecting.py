"""The best of rows and columns against a naive sort."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from talentmatch.selecting import ColumnBest, best_of_rows

quick = settings(max_examples=150, deadline=None, derandomize=True)
value = st.one_of(st.sampled_from([0.0, 0.5, 1.0, -1.0, np.nan]), st.floats(-2, 2))
blocks = st.tuples(st.integers(0, 7), st.integers(0, 7)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=value)
)


def naive(block: np.ndarray, k: int, above: float) -> np.ndarray:
    """Sort each row's values above the line, larger first, earlier first; keep k."""
    picked = np.zeros(block.shape, dtype=bool)
    for i, row in enumerate(block):
        good = sorted((-x, j) for j, x in enumerate(row) if x > above)
        for _, j in good[:k]:
            picked[i, j] = True
    return picked


@quick
@given(block=blocks, k=st.integers(1, 9), above=st.sampled_from([0.0, -np.inf, 0.5]))
def test_best_of_rows_equals_a_sort(block: np.ndarray, k: int, above: float) -> None:
    """The k largest values above the line, the earlier of equal ones, never nan."""
    np.testing.assert_array_equal(best_of_rows(block, k, above), naive(block, k, above))


@quick
@given(block=blocks, k=st.integers(1, 4), first=st.integers(0, 50))
def test_turning_round_equal_values_keeps_the_best(block: np.ndarray, k: int, first: int) -> None:
    """Wherever the count begins, as many are picked, and of the same values."""
    turned = best_of_rows(block, k, 0.0, np.full(len(block), first))
    for row, mine, plain in zip(block, turned, naive(block, k, 0.0), strict=True):
        assert sorted(row[mine]) == sorted(row[plain])


def test_turning_round_shares_out_equal_columns() -> None:
    """Rows of equal values that begin at different places pick different columns."""
    picked = best_of_rows(np.ones((6, 6)), 2, 0.0, 2 * np.arange(6))
    assert picked.sum(axis=0).tolist() == [2] * 6


@pytest.mark.parametrize("step", [1, 2, 3, 7])
@quick
@given(block=blocks, k=st.integers(1, 9), above=st.sampled_from([0.0, -np.inf]))
def test_column_best_equals_a_sort_over_any_blocks(
    step: int, block: np.ndarray, k: int, above: float
) -> None:
    """Columns fed block by block keep what a sort of the whole column keeps."""
    best = ColumnBest(k, above)
    for start in range(0, len(block), step):
        rows = np.arange(start, min(start + step, len(block)))
        best.add(rows, block[rows])
    rows, cols, values = best.pairs()
    picked = np.zeros(block.shape, dtype=bool)
    picked[rows, cols] = True
    np.testing.assert_array_equal(picked, naive(block.T, k, above).T)
    np.testing.assert_array_equal(values, block[rows, cols])
    assert len(rows) == picked.sum()


def test_nothing_added_is_nothing_picked() -> None:
    """A column that was never fed has no best."""
    assert [len(part) for part in ColumnBest(3).pairs()] == [0, 0, 0]
