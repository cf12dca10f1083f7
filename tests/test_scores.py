"""`Scores`: factored, blocked, ranked and explained, always with the same bits."""

from __future__ import annotations

import re
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import talentmatch as tm
from talentmatch import best_pairs
from talentmatch import scores as room
from talentmatch.products import DenseMatrix, Factors, Side, StoredPairs, snap
from talentmatch.rules import Gate

quick = settings(max_examples=80, deadline=None, derandomize=True)
rng = np.random.default_rng(0)
A, B = rng.random((9, 4)), rng.random((7, 4))
PEOPLE = [
    {"candidate_id": f"R{k}", "text": text, "degree": degree}
    for k, (text, degree) in enumerate(
        [
            ("submarine cable design and XLPE insulation", "master"),
            ("CNC milling, mould design, CAD drawings", "bachelor"),
            ("电缆绝缘材料与工艺 cable materials", "博士"),
            ("pastry chef, bread and cakes", "none"),
            ("mould maker; injection mould steel", ""),
            ("supply chain planning for cable plants", "bachelor"),
        ]
    )
]
NEEDS = [
    {"demand_id": f"X{k}", "text": text, "min_degree": degree}
    for k, (text, degree) in enumerate(
        [
            ("design of submarine cables", "bachelor"),
            ("mould design with CAD and CNC machines for injection moulds", ""),
            ("电缆工艺", "硕士"),
            ("planning of the supply chain", "bachelor"),
        ]
    )
]


@pytest.fixture(scope="module")
def fitted() -> tm.FitScorer:
    """A scorer with a rule, fitted on a few texts."""
    return tm.FitScorer(rules=[tm.AtLeast("degree")]).fit(PEOPLE, NEEDS)


def in_blocks(patch: pytest.MonkeyPatch, cells: int = 5) -> None:
    """Form a few cells at a time and keep none, as where the matrix is large."""
    patch.setattr(room, "_CACHED", 0)
    patch.setattr(room, "_BLOCK", cells)


def gated(values: np.ndarray) -> tm.Scores:
    """Dense scores with a rule that bars every third pair."""
    gate = Gate("thirds", lambda r, c: (r + c) % 3 != 0)
    return tm.Scores(DenseMatrix(values), gates=[gate])


# ---------------------------------------------------------------- from_factors


@pytest.mark.parametrize("left", [np.asarray, sp.csr_array, sp.coo_matrix, np.ndarray.tolist])
@pytest.mark.parametrize("right", [np.asarray, sp.csc_array])
def test_from_factors_is_the_matrix_product(left: Any, right: Any) -> None:
    """Dense, sparse or mixed factors score as their product, by id."""
    scores = tm.Scores.from_factors(left(A), right(B), list("abcdefghi"), range(7))
    np.testing.assert_allclose(scores.toarray(), A @ B.T, rtol=1e-14)
    assert scores.shape == (9, 7)
    assert scores.candidate_ids.tolist() == list("abcdefghi")
    assert scores.demand_ids.name == "demand_id"
    assert scores.has_terms
    assert scores.stored is None


def test_from_factors_copies() -> None:
    """Factors changed afterwards do not change the scores."""
    mine, other = A.copy(), sp.csr_array(A)
    dense, sparse = (tm.Scores.from_factors(f, B) for f in (mine, other))
    mine[:], other.data[:] = 0.0, 0.0
    for scores in (dense, sparse):
        np.testing.assert_allclose(scores.toarray(), A @ B.T)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (([1.0, 2.0], [[1.0]]), "A must have two dimensions, not 1"),
        (([[1.0]], [[[1.0]]]), "B must have two dimensions, not 3"),
        (([[1.0, 2.0]], [[1.0]]), "A has 2 columns and B has 1"),
        (([[np.nan]], [[1.0]]), "A holds values that are not finite"),
        (([[1.0]], sp.csr_array([[np.inf]])), "B holds values that are not finite"),
        (([[1.0]], [[1.0]], ["a", "b"]), "2 candidate ids for 1 candidates"),
        (([[1.0], [2.0]], [[1.0]], ["a", "a"]), "candidate ids repeat: ['a']"),
        (([[1.0]], [[1.0]], None, [None]), "a demand id is missing at position 0"),
    ],
)
def test_from_factors_refuses_what_does_not_fit(args: Any, words: str) -> None:
    """Widths, dimensions, values and ids are checked."""
    with pytest.raises(tm.ProblemError, match=re.escape(words)):
        tm.Scores.from_factors(*args)


@pytest.mark.parametrize("wrap", [np.asarray, sp.csr_array])
@pytest.mark.parametrize("shape", [(0, 3, 2), (3, 0, 2), (2, 3, 0), (0, 0, 0)])
def test_factors_may_be_empty(wrap: Any, shape: tuple[int, int, int]) -> None:
    """No candidates, no demands or no features: scores of that shape, all zero."""
    n, m, k = shape
    scores = tm.Scores.from_factors(wrap(np.ones((n, k))), wrap(np.ones((m, k))))
    np.testing.assert_array_equal(scores.toarray(), np.zeros((n, m)))
    assert scores.top_k(2).nnz == scores.top_k(2, by="demand").nnz == 0
    assert len(scores.shortlist(1)) == 0


# ---------------------------------------------------------------- blocks


@pytest.mark.parametrize("cells", [1, 5, 14, 1000])
def test_blocks_give_every_row_once(monkeypatch: pytest.MonkeyPatch, cells: int) -> None:
    """Whatever the size of a block, the whole is there, in order, and nothing is kept."""
    want = gated(A @ B.T).toarray()
    in_blocks(monkeypatch, cells)
    scores = gated(A @ B.T)
    rows, blocks = zip(*scores.blocks(), strict=True)
    np.testing.assert_array_equal(np.concatenate(rows), np.arange(9))
    np.testing.assert_array_equal(np.vstack(blocks), want)
    assert scores._cache is None
    np.testing.assert_array_equal(scores.block([3, 1]), want[[3, 1]])
    np.testing.assert_array_equal(scores.block(slice(2, 4)), want[2:4])


def test_the_callers_matrix_is_not_barred_by_rules() -> None:
    """Rules write nan into blocks, never into the matrix they were formed from."""
    values = A @ B.T
    gated(values).toarray()
    assert not np.isnan(values).any()


@pytest.mark.parametrize("large", [False, True])
def test_block_at_and_any_order_agree_bitwise(
    monkeypatch: pytest.MonkeyPatch, fitted: tm.FitScorer, large: bool
) -> None:
    """A fit score has the same bits in a block, alone, in another order, and among fewer rows."""
    want = fitted.score(PEOPLE, NEEDS).toarray()
    if large:
        in_blocks(monkeypatch)
    rows, cols = np.indices(want.shape).reshape(2, -1)
    np.testing.assert_array_equal(fitted.score(PEOPLE, NEEDS).at(rows, cols), want.ravel())
    order, posts = [4, 0, 5, 2, 1, 3], [2, 0, 3, 1]
    turned = fitted.score([PEOPLE[k] for k in order], [NEEDS[k] for k in posts])
    np.testing.assert_array_equal(turned.toarray(), want[np.ix_(order, posts)])
    few = fitted.score(PEOPLE[2:4], NEEDS[1:2]).toarray()
    np.testing.assert_array_equal(few, want[2:4, 1:2])


def test_rules_bar_with_nan_and_ungated_sees_through(fitted: tm.FitScorer) -> None:
    """Whoever lacks the degree is nan; `ungated` still tells the score."""
    scores = fitted.score(PEOPLE, NEEDS)
    free = tm.FitScorer().fit(PEOPLE, NEEDS).score(PEOPLE, NEEDS).toarray()
    barred = np.zeros((6, 4), dtype=bool)
    barred[[3, 3], [0, 3]] = True  # no degree where a bachelor's is asked
    barred[[1, 3, 5], 2] = True  # less than a master's
    np.testing.assert_array_equal(np.isnan(scores.toarray()), barred)
    rows, cols = np.indices((6, 4)).reshape(2, -1)
    np.testing.assert_array_equal(scores.ungated(rows, cols), free.ravel())
    assert repr(scores) == ("<Scores: 6 candidates x 4 demands, rules: degree at least min_degree>")


def test_sparse_scores_know_their_matrix() -> None:
    """A sparse matrix stays at hand, blocks show nan where nothing is stored."""
    matrix = sp.csr_array(([0.0, 2.0], ([0, 1], [1, 0])), shape=(2, 2))
    scores = tm.Scores(StoredPairs(matrix))
    assert scores.stored is matrix
    np.testing.assert_array_equal(scores.toarray(), [[np.nan, 0.0], [2.0, np.nan]])
    np.testing.assert_array_equal(scores.at(np.array([0, 0]), np.array([0, 1])), [np.nan, 0.0])
    with pytest.raises(tm.ProblemError, match="not a plain matrix"):
        scores.contributions(0, 0)


# ---------------------------------------------------------------- best pairs


def naive_best(values: np.ndarray, k: int) -> set[tuple[int, int]]:
    """Each row's k largest positive values, earlier first among equals."""
    return {
        (i, j)
        for i, row in enumerate(values)
        for _, j in sorted((-x, j) for j, x in enumerate(row) if x > 0)[:k]
    }


@pytest.mark.parametrize("large", [False, True])
@quick
@given(seed=st.integers(0, 10**6), k=st.integers(1, 9))
def test_top_k_equals_a_sort(large: bool, seed: int, k: int) -> None:
    """Both sides, ties to the earlier position, k beyond the width, scores of zero left out."""
    draw = np.random.default_rng(seed)
    values = draw.integers(-1, 4, draw.integers(1, 8, 2)) / 2.0
    values[draw.random(values.shape) < 0.2] = np.nan
    with pytest.MonkeyPatch.context() as patch:
        if large:
            in_blocks(patch)
        mine = tm.Scores(DenseMatrix(values)).top_k(k)
        theirs = tm.Scores(DenseMatrix(values)).top_k(k, by="demand")
    assert set(zip(*mine.nonzero(), strict=True)) == naive_best(values, k)
    assert {(j, i) for i, j in zip(*theirs.nonzero(), strict=True)} == naive_best(values.T, k)
    for best in (mine, theirs):
        assert best.shape == values.shape
        assert best.has_sorted_indices
        pairs = best.tocoo()
        np.testing.assert_array_equal(pairs.data, values[pairs.coords])


def test_top_k_refuses_nonsense() -> None:
    """A side that is none and a k below one are refused."""
    scores = tm.Scores.from_factors(A, B)
    with pytest.raises(tm.ProblemError, match="by must be 'candidate' or 'demand', not 'row'"):
        scores.top_k(1, by="row")  # type: ignore[arg-type]  # on purpose
    with pytest.raises(tm.ProblemError, match="k must be at least 1, not 0"):
        scores.top_k(0)


@pytest.mark.parametrize("by", ["candidate", "demand"])
def test_shortlist_ranks_the_best(by: Any) -> None:
    """Best first within each, ranks from one, ids and scores true."""
    scores = tm.Scores.from_factors(A, B, [f"R{k}" for k in range(9)], [f"X{k}" for k in range(7)])
    values = scores.toarray()
    listed = scores.shortlist(3, by=by)
    assert listed.columns.tolist() == ["candidate_id", "demand_id", "rank", "score"]
    for id, part in listed.groupby(f"{by}_id"):
        side = values[int(id[1:])] if by == "candidate" else values[:, int(id[1:])]
        assert part["rank"].tolist() == [1, 2, 3]
        assert part["score"].tolist() == sorted(side, reverse=True)[:3]
    for _, row in listed.iterrows():
        assert row["score"] == values[int(row["candidate_id"][1:]), int(row["demand_id"][1:])]


# ---------------------------------------------------------------- why


def test_contributions_sum_to_the_score_exactly(fitted: tm.FitScorer) -> None:
    """The terms of every pair add up to its score, bit for bit, in any order of addition."""
    scores = fitted.score(PEOPLE, NEEDS)
    for i, person in enumerate(PEOPLE):
        for j, need in enumerate(NEEDS):
            terms = scores.contributions(person["candidate_id"], need["demand_id"])
            value = scores.ungated(np.array([i]), np.array([j]))[0]
            assert terms["contribution"].sum() == value
            assert terms["contribution"][::-1].cumsum().iloc[-1:].sum() == value
            assert (terms["contribution"].diff().dropna() <= 0).all()


def test_contributions_name_blocks_and_terms(fitted: tm.FitScorer) -> None:
    """Words, runs of words and characters that both texts hold are named, and no others."""
    terms = fitted.score(PEOPLE, NEEDS).contributions("R5", "X3")
    words = terms[terms["block"] == "words"]["term"].tolist()
    assert set(words) == {"planning", "supply", "chain", "supply chain"}
    grams = set(terms[terms["block"] == "characters"]["term"])
    assert {" sup", "chain", "plann"} <= grams
    assert all(g in " planning  supply  chain " for g in grams)


def test_contributions_of_plain_factors_are_numbered() -> None:
    """Embeddings have no words: their features are numbered, zeros left out."""
    scores = tm.Scores.from_factors([[1.0, 0.0, 2.0]], [[3.0, 5.0, 0.5]], ["R"], ["X"])
    assert scores.contributions("R", "X").to_dict("records") == [
        {"block": "factor", "term": "0", "contribution": 3.0},
        {"block": "factor", "term": "2", "contribution": 1.0},
    ]
    several = scores.contributions_at(np.array([0, 0]), np.array([0, 0]))
    assert several.groupby("pair")["contribution"].sum().tolist() == [4.0, 4.0]


def test_unknown_ids_are_refused(fitted: tm.FitScorer) -> None:
    """An id that is not there is named, with what ids look like."""
    scores = fitted.score(PEOPLE, NEEDS)
    with pytest.raises(tm.ProblemError, match="no candidate has the id 'R9'; ids look like"):
        scores.contributions("R9", "X0")
    with pytest.raises(tm.ProblemError, match="no demand has the id 'X9'"):
        scores.contributions("R0", "X9")


# ---------------------------------------------------------------- products


def test_snap_keeps_to_the_grid_and_never_lifts() -> None:
    """Weights become multiples of 2**-26, at most that much smaller."""
    weights = rng.random(1000)
    cut = snap(weights.copy())
    assert (cut * 2**26 == np.round(cut * 2**26)).all()
    assert (cut <= weights).all()
    assert (weights - cut < 2**-26).all()


@quick
@given(data=st.data())
def test_any_pairs_in_any_order_are_looked_up_right(data: st.DataObject) -> None:
    """Rows repeated, backwards, or with a span as long as their number: the block's values."""
    left = sp.csr_array(snap(0.2 * rng.random((6, 9)) * (rng.random((6, 9)) < 0.6)))
    right = sp.csr_array(snap(0.2 * rng.random((5, 9)) * (rng.random((5, 9)) < 0.6)))
    source = Factors([(Side(left, np.linspace(0.5, 1, 6)), Side(right, np.linspace(1, 0.5, 5)))])
    whole = source.block(np.arange(6))
    pairs = data.draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), max_size=12))
    rows, cols = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    np.testing.assert_array_equal(source.at(rows, cols), whole[rows, cols])
    np.testing.assert_array_equal(source.block(rows), whole[rows])


def test_common_and_rare_features_give_one_product() -> None:
    """A matrix whose common features go dense and rare ones sparse multiplies as one."""
    shares = np.concatenate((np.full(5, 0.9), np.full(40, 0.02)))
    left, right = (
        sp.csr_array(snap(0.1 * rng.random((n, 45)) * (rng.random((n, 45)) < shares)))
        for n in (60, 50)
    )
    scale = snap(rng.random(50))
    source = Factors([(Side(left), Side(right, scale)), (Side(left), Side(right))])
    snapped = right.copy()
    snapped.data = snap(snapped.data * np.repeat(scale, np.diff(snapped.indptr)))
    want = (left @ snapped.T + left @ right.T).toarray()
    np.testing.assert_array_equal(source.block(np.arange(60)), want)
    rows, cols = np.indices((60, 50)).reshape(2, -1)
    np.testing.assert_array_equal(source.at(rows, cols), want.ravel())


def test_ids_are_single_values_of_any_type() -> None:
    """Numbers and texts are ids; a tuple is refused, for it would be an index of two levels."""
    scores = tm.Scores.from_factors([[1.0], [2.0]], [[1.0]], pd.Index([10, 20], name="n"), ["a"])
    assert scores.position(20, "candidate") == 1
    assert scores.candidate_ids.name == "candidate_id"
    with pytest.raises(tm.ProblemError, match="a demand id must be one value, not"):
        tm.Scores.from_factors([[1.0]], [[1.0]], None, [("a", 1)])


@pytest.mark.parametrize("by", ["candidate", "demand"])
@pytest.mark.parametrize("seed", range(6))
def test_top_k_is_the_same_by_the_join(
    by: Literal["candidate", "demand"], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The compiled join keeps the same pairs as the blocks do, ties and rules included."""
    pytest.importorskip("numba", reason="the join is compiled by numba")
    rng = np.random.default_rng(seed)
    factors = [rng.integers(0, 3, (count, 6)) / 4 * (rng.random((count, 6)) < 0.5)
               for count in (40, 55)]  # fmt: skip
    allowed = rng.random((40, 55)) < 0.7
    plain = tm.Scores.from_factors(*(sp.csr_array(one) for one in factors))
    gates = (Gate("allowed", lambda rows, cols: allowed[rows, cols]),) if seed % 2 else ()
    scores = tm.Scores(plain._source, gates=gates)
    in_blocks = scores.top_k(4, by=by)
    monkeypatch.setattr(best_pairs, "_JOINED", 0)
    joined = scores.top_k(4, by=by)
    for one, other in ((joined.indptr, in_blocks.indptr), (joined.indices, in_blocks.indices),
                       (joined.data, in_blocks.data)):  # fmt: skip
        np.testing.assert_array_equal(one, other)
