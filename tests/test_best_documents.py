"""The mean of a pair's best documents, against a loop over pairs."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from talentmatch import best_documents
from talentmatch.best_documents import BestDocuments
from talentmatch.errors import ProblemError
from talentmatch.products import Factors, Side, snap

quick = settings(max_examples=60, deadline=None, derandomize=True)


def made(counts: list[int], m: int, k: int, seed: int, *, dense: bool = False) -> BestDocuments:
    """Random documents on the exact grid, some of them equal, in two parts."""
    rng = np.random.default_rng(seed)
    owners = np.repeat(np.arange(len(counts)), counts)
    parts = []
    for width in (3, 5):
        sides = []
        for n in (len(owners), m):
            rows = rng.integers(0, 3, (n, width)) * rng.random((1, width))
            rows = snap(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1) * 0.7)
            sides.append(Side(rows if dense else sp.csr_array(rows)))
        parts.append((sides[0], sides[1]))
    return BestDocuments(Factors(parts), owners, len(counts), k)


def naive(best: BestDocuments) -> np.ndarray:
    """One pair at a time, by sorting."""
    scores = best.factors.block(np.arange(best.factors.shape[0]))
    out = np.empty(best.shape)
    for i in range(best.shape[0]):
        for j in range(best.shape[1]):
            mine = sorted(scores[best.owners == i, j].tolist(), reverse=True)[: best.k]
            out[i, j] = sum(mine) / len(mine)
    return out


cases = st.tuples(
    st.lists(st.integers(1, 6), min_size=1, max_size=8),
    st.integers(1, 6),
    st.integers(1, 7),
    st.integers(0, 10_000),
)


@quick
@given(case=cases, dense=st.booleans())
def test_a_score_is_the_mean_of_the_best_documents(case: Any, dense: bool) -> None:
    """Blocks and single pairs are what a loop over pairs gives, and both have the same bits."""
    best = made(*case, dense=dense)
    block = best.block(np.arange(best.shape[0]))
    np.testing.assert_allclose(block, naive(best), rtol=1e-15, atol=0)
    rows, cols = (part.ravel() for part in np.indices(best.shape))
    np.testing.assert_array_equal(best.at(rows, cols), block.ravel())


@quick
@given(case=cases, seed=st.integers(0, 100))
def test_bits_hold_for_any_order_and_choice_of_rows(case: Any, seed: int) -> None:
    """Rows in another order, some of them twice, have the bits they had."""
    best = made(*case)
    whole = best.block(np.arange(best.shape[0]))
    rows = np.random.default_rng(seed).integers(0, best.shape[0], 9)
    np.testing.assert_array_equal(best.block(rows), whole[rows])


@quick
@given(case=cases, seed=st.integers(0, 100))
def test_bits_hold_for_any_order_of_candidates(case: Any, seed: int) -> None:
    """A table of candidates in another order gives the same scores in that order."""
    best = made(*case)
    order = np.random.default_rng(seed).permutation(best.shape[0])
    documents = np.concatenate([np.flatnonzero(best.owners == i) for i in order])
    owners = np.repeat(np.arange(len(order)), np.bincount(best.owners)[order])
    parts = [(Side(a.matrix[documents]), b) for a, b in best.factors.parts]
    other = BestDocuments(Factors(parts), owners, len(order), best.k)
    everybody = np.arange(len(order))
    np.testing.assert_array_equal(other.block(everybody), best.block(order))


@quick
@given(case=cases)
def test_the_documents_that_count_make_the_score(case: Any) -> None:
    """The shares of a pair sum to one, and with the documents' scores to the pair's score."""
    best = made(*case)
    rows, cols = (part.ravel() for part in np.indices(best.shape))
    pair, document, share = best.documents_of(rows, cols)
    assert (np.diff(pair) >= 0).all()
    np.testing.assert_array_equal(best.owners[document], rows[pair])
    scores = best.factors.at(document, cols[pair])
    np.testing.assert_allclose(np.bincount(pair, share), 1)
    total = np.bincount(pair, share * scores)
    np.testing.assert_allclose(total, best.at(rows, cols), rtol=1e-14, atol=1e-16)
    for k in range(len(rows)):
        own = np.flatnonzero(best.owners == rows[k])
        mine = best.factors.at(own, np.full(len(own), cols[k]))
        first = np.argsort(-mine, kind="stable")[: best.k]
        assert document[pair == k].tolist() == sorted(own[first].tolist())


def test_scores_above_two_in_sum_have_the_same_bits_too() -> None:
    """Sums that float64 has to round are rounded the same way everywhere."""
    rng = np.random.default_rng(4)
    left = snap(0.9 + 0.1 * rng.random((60, 1)))
    right = snap(0.9 + 0.1 * rng.random((4, 1)))
    for k in (3, 5, 9):
        best = BestDocuments(
            Factors([(Side(left), Side(right))]), np.repeat(np.arange(10), 6), 10, k
        )
        rows, cols = (part.ravel() for part in np.indices(best.shape))
        np.testing.assert_array_equal(best.at(rows, cols), best.block(np.arange(10)).ravel())


@pytest.mark.parametrize("k", [1, 2, 50])
def test_small_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch, k: int) -> None:
    """Where the work is cut does not show, nor does a candidate that is larger than a cut."""
    best = made([1, 9, 2, 1, 1, 4], 7, k, 3)
    rows, cols = (part.ravel() for part in np.indices(best.shape))
    everybody = np.arange(6)
    want = best.block(everybody), best.at(rows, cols), best.documents_of(rows, cols)
    monkeypatch.setattr(best_documents, "_CELLS", 14)
    monkeypatch.setattr(best_documents, "_SINGLE", 3)
    np.testing.assert_array_equal(best.block(everybody), want[0])
    np.testing.assert_array_equal(best.at(rows, cols), want[1])
    for part, other in zip(best.documents_of(rows, cols), want[2], strict=True):
        np.testing.assert_array_equal(part, other)


def test_memory_is_bounded() -> None:
    """Scores of documents are never held all at once, neither in a block nor for single pairs."""
    rng = np.random.default_rng(0)
    documents, m = 20_000, 500
    left, right = (sp.csr_array(rng.random((n, 2))) for n in (documents, m))
    factors = Factors([(Side(left), Side(right))])
    best = BestDocuments(factors, np.repeat(np.arange(1000), 20), 1000, 2)
    rows, cols = np.repeat(np.arange(1000), 100), np.tile(np.arange(100), 1000)
    best.block(np.arange(1))
    tracemalloc.start()
    block = best.block(np.arange(1000))
    _, in_block = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    single = best.at(rows, cols)
    _, in_pairs = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_allclose(single, block[rows, cols])
    assert in_block < documents * m * 8 * 0.8
    assert in_pairs - block.nbytes < 2_000_000 * 8


def test_single_documents_cost_nothing_extra() -> None:
    """Candidates with one document each have the factors' own scores."""
    best = made([1, 1, 1], 4, 3, 8)
    rows, cols = np.array([2, 0]), np.array([1, 3])
    np.testing.assert_array_equal(best.block(rows), best.factors.block(rows))
    np.testing.assert_array_equal(best.at(rows, cols), best.factors.at(rows, cols))
    assert best.shape == (3, 4)


def test_nothing_asked_is_nothing() -> None:
    """Empty choices have empty answers."""
    best = made([2, 1], 3, 1, 0)
    none = np.zeros(0, dtype=np.intp)
    assert best.block(none).shape == (0, 3)
    assert best.at(none, none).shape == (0,)
    assert [len(part) for part in best.documents_of(none, none)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("owners", "n", "k", "says"),
    [
        ([0, 1, 0], 2, 1, "ascending"),
        ([0, 1], 2, 1, "3 documents"),
        ([0, 0, 2], 3, 1, "position 1 has no document"),
        ([0, 1, 2], 2, 1, "outside"),
        ([0, 0, 1], 2, 0, "k must be"),
        ([0, 0, 1], 2, 1.5, "k must be"),
    ],
)
def test_what_makes_no_sense_is_refused(owners: list[int], n: int, k: Any, says: str) -> None:
    """Owners and k are checked at construction."""
    factors = Factors([(Side(np.ones((3, 1))), Side(np.ones((2, 1))))])
    with pytest.raises(ProblemError, match=says):
        BestDocuments(factors, np.array(owners), n, k)
