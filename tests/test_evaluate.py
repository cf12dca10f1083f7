"""`evaluate`: expectations over ties against all permutations, other libraries and plain loops."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau
from sklearn.metrics import (
    average_precision_score,
    label_ranking_average_precision_score,
    ndcg_score,
)

import talentmatch as tm
from talentmatch import evaluate
from talentmatch import scores as room
from talentmatch.evaluate.rankings import _first_hit
from talentmatch.evaluate.resampling import mean_interval, sign_flip_p

quick = settings(max_examples=80, deadline=None, derandomize=True)
RANKED = (
    "map",
    "mrr",
    "ndcg@2",
    "ndcg@4",
    "recall@2",
    "precision@3",
    "precision@9",
    "rp@1",
    "rp@3",
)
ALL = (*RANKED, "tau", "pairs")


def judged(pairs: Any, grades: Any = None) -> pd.DataFrame:
    """A table of judgements from (row, column) pairs."""
    rows, cols = np.array(pairs).reshape(-1, 2).T
    table = pd.DataFrame({"candidate_id": rows, "demand_id": cols})
    return table if grades is None else table.assign(grade=np.asarray(grades, dtype=float))


def drawn(seed: int, *, most: int = 6, nan: float = 0.15) -> tuple[np.ndarray, pd.DataFrame]:
    """A small case with many equal scores, some not eligible pairs, and some judgements."""
    draw = np.random.default_rng(seed)
    n, m = draw.integers(1, most), draw.integers(1, 5)
    values = draw.integers(0, 4, (n, m)) / 4.0
    values[draw.random((n, m)) < nan] = np.nan
    pairs = np.argwhere(draw.random((n, m)) < 0.7)
    pairs = pairs if len(pairs) else np.array([[0, 0]])
    grades = draw.choice([0.0, 1.0, 1.0, 2.0, 3.5], len(pairs))
    return values, judged(pairs, grades)


def orders(scores: np.ndarray) -> Iterator[tuple[int, ...]]:
    """Every order of positions in which no lower score stands before a higher one."""
    levels = [np.flatnonzero(scores == value) for value in np.unique(scores)[::-1]]
    for parts in itertools.product(*(itertools.permutations(level) for level in levels)):
        yield tuple(itertools.chain.from_iterable(parts))


def worth(name: str, grades: list[float], exponential: bool = True) -> float:
    """One metric of one list of grades, best place first, straight from its definition."""
    kind, _, cut = name.partition("@")
    k = int(cut or len(grades))
    hits = [grade > 0 for grade in grades]
    relevant = sum(hits)
    if kind == "map":
        return sum(sum(hits[: p + 1]) / (p + 1) for p, hit in enumerate(hits) if hit) / relevant
    if kind == "mrr":
        return 1 / (hits.index(True) + 1)
    if kind == "ndcg":

        def total(row: list[float]) -> float:
            gains = [2**grade - 1 if exponential else grade for grade in row]
            return sum(gain / math.log2(p + 2) for p, gain in enumerate(gains[:k]))

        return total(grades) / total(sorted(grades, reverse=True))
    whole = {"recall": relevant, "precision": k, "rp": min(k, relevant)}[kind]
    return sum(hits[:k]) / whole


def naive(
    values: np.ndarray, table: pd.DataFrame, name: str, judged_only: bool, exponential: bool = True
) -> dict[int, float]:
    """A metric of every judged column: the mean over all orders of equal scores, or a loop."""
    found = {}
    for col, part in table.groupby("demand_id"):
        grades = np.zeros(len(values))
        grades[part["candidate_id"]] = part["grade"]
        scores = np.where(np.isnan(values[:, col]), -np.inf, values[:, col])
        known = part["candidate_id"].to_numpy()
        if judged_only or name in ("tau", "pairs"):
            grades, scores = grades[known], scores[known]
        found[int(col)] = math.nan
        if name == "pairs" and len(set(grades)) > 1:
            right = [
                float(scores[i] > scores[j]) + 0.5 * float(scores[i] == scores[j])
                for i in range(len(grades))
                for j in range(len(grades))
                if grades[i] > grades[j]
            ]
            found[int(col)] = sum(right) / len(right)
        elif name == "tau" and len(set(grades)) > 1:
            ranks = np.unique(scores, return_inverse=True)[1]
            found[int(col)] = kendalltau(ranks, grades).statistic if ranks.any() else 0.0
        elif name not in ("tau", "pairs") and (grades > 0).any():
            lists = [worth(name, list(grades[list(o)]), exponential) for o in orders(scores)]
            found[int(col)] = math.fsum(lists) / len(lists)
    return found


# ---------------------------------------------------------------- values


@pytest.mark.parametrize("judged_only", [False, True])
@quick
@given(seed=st.integers(0, 10**6))
def test_every_metric_is_the_mean_over_all_orders_of_equal_scores(
    judged_only: bool, seed: int
) -> None:
    """All permutations within ties, averaged, give what the closed forms give."""
    values, table = drawn(seed)
    got = evaluate.by_query(values, table, metrics=ALL, judged_only=judged_only)
    for name in ALL:
        want = naive(values, table, name, judged_only)
        assert got.index.tolist() == sorted(want)
        np.testing.assert_allclose(got[name], list(want.values()), rtol=1e-12, atol=1e-15)


@quick
@given(seed=st.integers(0, 10**6))
def test_linear_gains_too(seed: int) -> None:
    """With gain="linear" a grade is worth itself."""
    values, table = drawn(seed)
    got = evaluate.by_query(values, table, metrics=["ndcg@3"], gain="linear")["ndcg@3"]
    want = naive(values, table, "ndcg@3", False, exponential=False)
    np.testing.assert_allclose(got, list(want.values()), rtol=1e-12)


@pytest.mark.parametrize("levels", [4, 10**9])
@pytest.mark.parametrize("k", [1, 10, 60])
def test_ndcg_equals_scikit_learn_with_and_without_ties(levels: int, k: int) -> None:
    """scikit-learn averages over ties as well; its gains are linear."""
    draw = np.random.default_rng(levels + k)
    values = draw.integers(0, levels, (50, 20)) / levels
    grades = draw.integers(0, 4, values.shape)
    table = judged(list(np.ndindex(values.shape)), grades.ravel())
    for gain, gains in (("linear", grades), ("exponential", 2.0**grades - 1)):
        got = evaluate.by_query(values, table, metrics=[f"ndcg@{k}"], gain=gain)  # type: ignore[arg-type]  # both are
        want = [ndcg_score([gains[:, j]], [values[:, j]], k=k) for j in range(20)]
        np.testing.assert_allclose(got[f"ndcg@{k}"], want, rtol=1e-12)


def test_map_equals_scikit_learn_where_no_scores_tie() -> None:
    """Both of its functions for average precision agree, query by query and in the mean."""
    draw = np.random.default_rng(5)
    values = draw.permutation(30 * 12).reshape(30, 12) / 400
    is_relevant = draw.random(values.shape) < 0.2
    is_relevant[0] = True
    table = judged(np.argwhere(is_relevant))
    got = evaluate.by_query(values, table, metrics="map")["map"]  # type: ignore[arg-type]  # one name will do
    want = [average_precision_score(is_relevant[:, j], values[:, j]) for j in range(12)]
    np.testing.assert_allclose(got, want, rtol=1e-12)
    mean = evaluate.measure(values, table, metrics=["map"])["value"].iloc[0]
    assert mean == pytest.approx(label_ranking_average_precision_score(is_relevant.T, values.T))


@pytest.mark.parametrize("levels", [3, 7, 10**9])
def test_tau_and_pairs_hold_with_many_grades(levels: int) -> None:
    """Grades of any number of levels: tau-b as in scipy, pairs as counted in a loop."""
    draw = np.random.default_rng(levels)
    values = draw.integers(0, 9, (40, 6)) / 9.0
    table = judged(list(np.ndindex(values.shape)), draw.integers(0, levels, values.size))
    table = table.sample(150, random_state=1)
    got = evaluate.by_query(values, table, metrics=["tau", "pairs"])
    for name in ("tau", "pairs"):
        want = naive(values, table, name, True)
        np.testing.assert_allclose(got[name], list(want.values()), rtol=1e-12)


def test_a_scorer_that_ties_everything_gets_chance() -> None:
    """Nothing is ordered: half of the pairs, no correlation, precision the share of relevant."""
    table = judged([(k, 0) for k in range(10)], [2, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    got = evaluate.by_query(np.full((10, 1), 0.3), table, metrics=["pairs", "tau", "precision@4"])
    assert got.iloc[0].tolist() == [0.5, 0.0, pytest.approx(0.2)]


def test_known_values() -> None:
    """A case small enough to do by hand: one of two equal documents is relevant."""
    values = np.array([[0.9], [0.5], [0.5], [np.nan]])
    got = evaluate.by_query(values, judged([(1, 0), (3, 0)]), metrics=RANKED).iloc[0]
    assert got["mrr"] == pytest.approx((1 / 2 + 1 / 3) / 2)
    assert got["map"] == pytest.approx(((1 / 2 + 1 / 3) / 2 + 2 / 4) / 2)
    assert got["recall@2"] == pytest.approx(0.25)
    assert got["precision@9"] == pytest.approx(2 / 9)
    assert got["rp@1"] == 0.0


@pytest.mark.parametrize(("above", "size", "hits"), [(0, 5000, 1), (7, 5000, 60), (3, 100_000, 9)])
def test_large_groups_of_equal_scores_are_exact(above: int, size: int, hits: int) -> None:
    """Where binomial coefficients overflow, logarithms of them and explicit sums still agree."""
    i = np.arange(1, size - hits + 2)
    ways = np.array([math.lgamma(size - x + 1) - math.lgamma(size - x - hits + 2) for x in i])
    total = math.lgamma(size + 1) - math.lgamma(size - hits + 1)
    chance = np.exp(ways - total + math.log(hits))
    assert chance.sum() == pytest.approx(1, rel=1e-6)
    assert _first_hit(above, size, hits) == pytest.approx((chance / (above + i)).sum(), rel=1e-6)
    values = np.r_[np.ones(above), np.full(size, 0.5)].reshape(-1, 1)
    table = judged([(above + k, 0) for k in range(hits)])
    i = np.arange(1, size + 1)
    expected = hits / size * ((1 + (i - 1) * (hits - 1) / (size - 1)) / (above + i)).sum() / hits
    got = evaluate.by_query(values, table, metrics=["map", "mrr"]).iloc[0]
    assert got["map"] == pytest.approx(expected, rel=1e-10)
    assert got["mrr"] == _first_hit(above, size, hits)


def test_the_best_ranking_is_worth_one_and_no_more() -> None:
    """Neither rounding nor ties among the relevant lift a metric above its end."""
    draw = np.random.default_rng(0)
    grades = draw.integers(0, 4, (60, 40))
    table = judged(list(np.ndindex(grades.shape)), grades.ravel())
    kinds = ("map", "mrr", "ndcg@7", "ndcg@60", "precision@1", "recall@60", "rp@9", "tau", "pairs")
    best = evaluate.by_query(grades, table, metrics=kinds)
    np.testing.assert_allclose(best, 1, rtol=1e-12)
    assert (best <= 1).all(axis=None)
    worst = evaluate.by_query(-grades, table, metrics=["tau", "pairs"])
    np.testing.assert_allclose(worst["tau"], -1, rtol=1e-12)
    assert (worst["tau"] >= -1).all()
    assert (worst["pairs"] == 0).all()


def test_grades_of_any_size_keep_ndcg_defined() -> None:
    """Tiny grades have tiny gains, not none."""
    table = judged([(0, 0), (1, 0)], [1e-17, 0])
    assert evaluate.by_query([[0.1], [0.2]], table, metrics=["ndcg@5"]).iloc[0, 0] == (
        pytest.approx(1 / math.log2(3))
    )


# ---------------------------------------------------------------- what must not matter


@quick
@given(seed=st.integers(0, 10**6))
def test_by_candidate_is_by_demand_of_the_transpose(seed: int) -> None:
    """The two sides are alike."""
    values, table = drawn(seed)
    turned = table.rename(columns={"candidate_id": "demand_id", "demand_id": "candidate_id"})
    mine = evaluate.by_query(values, table, metrics=ALL, by="candidate")
    theirs = evaluate.by_query(values.T, turned, metrics=ALL, by="demand")
    assert mine.index.name == "candidate_id"
    pd.testing.assert_frame_equal(mine.rename_axis("demand_id"), theirs, check_exact=True)


@pytest.mark.parametrize("by", ["demand", "candidate"])
def test_the_order_of_rows_does_not_matter(by: Any) -> None:
    """Judgements and scores shuffled give the same bits, intervals and p-values included."""
    draw = np.random.default_rng(3)
    values, other = draw.integers(0, 9, (2, 30, 25)) / 9.0
    rows, cols = [f"R{k}" for k in range(30)], [f"X{k}" for k in range(25)]
    frames = [pd.DataFrame(v, rows, cols) for v in (values, other)]
    table = judged(np.argwhere(draw.random((30, 25)) < 0.4))
    table["relevance"] = draw.random(len(table)).round(2)
    table = table.assign(
        candidate_id=[rows[k] for k in table["candidate_id"]],
        demand_id=[cols[k] for k in table["demand_id"]],
    )
    want = evaluate.measure(frames[0], table, metrics=ALL, by=by)
    compared = evaluate.compare(*frames, table, metrics=ALL, by=by)
    mixed = [f.iloc[draw.permutation(30), draw.permutation(25)] for f in frames]
    shuffled = table.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        evaluate.measure(mixed[0], shuffled, metrics=ALL, by=by), want, check_exact=True
    )
    pd.testing.assert_frame_equal(
        evaluate.compare(*mixed, shuffled, metrics=ALL, by=by), compared, check_exact=True
    )


@pytest.mark.parametrize("by", ["demand", "candidate"])
@pytest.mark.parametrize("cells", [1, 7, 40])
def test_blocks_of_any_size_count_alike(
    monkeypatch: pytest.MonkeyPatch, by: Any, cells: int
) -> None:
    """Where the scores are too large to keep, every block adds its share."""
    values, table = drawn(11, most=9)
    want = evaluate.by_query(values, table, metrics=ALL, by=by)
    monkeypatch.setattr(room, "_CACHED", 0)
    monkeypatch.setattr(room, "_BLOCK", cells)
    got = evaluate.by_query(values, table, metrics=ALL, by=by)
    pd.testing.assert_frame_equal(got, want, check_exact=True)


def test_all_kinds_of_scores_are_read_alike() -> None:
    """Scores, factors, an array, a sparse matrix and a frame with ids."""
    values = np.array([[0.5, 0.0], [0.25, 0.75], [0.5, 0.0]])
    table = judged([(0, 0), (1, 1), (2, 1)])
    want = evaluate.by_query(values, table, metrics=ALL)
    for kind in (
        tm.Scores.from_factors(values, np.eye(2)),
        pd.DataFrame(values),
        sp.csr_array(np.where(values == 0, 1e-9, values)),
    ):
        pd.testing.assert_frame_equal(evaluate.by_query(kind, table, metrics=ALL), want)


def test_a_metric_does_not_depend_on_those_beside_it() -> None:
    """Each has its own draws: the same interval alone and among others."""
    values, table = drawn(8)
    alone = evaluate.measure(values, table, metrics=["mrr"])
    among = evaluate.measure(values, table, metrics=["map", "mrr"])
    pd.testing.assert_frame_equal(alone, among.iloc[[1]].reset_index(drop=True), check_exact=True)


def test_the_callers_tables_are_not_changed() -> None:
    """Judgements and scores stay as they were."""
    values, table = drawn(4)
    before, scores = table.copy(deep=True), values.copy()
    evaluate.measure(values, table)
    evaluate.compare(values, values, table)
    pd.testing.assert_frame_equal(table, before)
    np.testing.assert_array_equal(values, scores)


# ---------------------------------------------------------------- means, intervals, comparisons


def test_measure_is_the_mean_over_queries_that_count() -> None:
    """Columns, order and counts: a query without a relevant document is left out."""
    values = np.array([[0.9, 0.1, 0.5], [0.2, 0.8, 0.5]])
    table = judged([(0, 0), (0, 1), (1, 2), (0, 2)], [1, 1, 0, 0])
    got = evaluate.measure(values, table, metrics=["recall@1", "mrr"], resamples=200)
    assert got.columns.tolist() == ["metric", "value", "low", "high", "queries"]
    assert got["metric"].tolist() == ["recall@1", "mrr"]
    assert got["value"].tolist() == [0.5, 0.75]
    assert got["queries"].tolist() == [2, 2]
    assert (got["low"] <= got["value"]).all()
    assert (got["value"] <= got["high"]).all()
    table.loc[4] = [1, 0, 0.0]
    among = evaluate.by_query(values, table, metrics=["mrr", "pairs"])
    assert among["mrr"].isna().tolist() == [False, False, True]
    assert among["pairs"].isna().tolist() == [False, True, True]


def test_the_interval_covers_as_often_as_it_says() -> None:
    """Over many samples of a skewed distribution the true mean is inside about 95 times in 100."""
    draw = np.random.default_rng(0)
    inside = 0
    for trial in range(400):
        low, high = mean_interval(draw.beta(0.5, 1.5, 60), resamples=300, seed=trial)
        inside += low <= 0.25 <= high
    assert 0.91 <= inside / 400 <= 0.98


def test_the_interval_is_that_of_the_resampled_means() -> None:
    """The plain way, one sample after another, has the same quantiles within its own noise."""
    values = np.random.default_rng(1).random(50)
    draw = np.random.default_rng(2)
    means = [draw.choice(values, 50).mean() for _ in range(20_000)]
    got = mean_interval(values, resamples=20_000, level=0.9)
    np.testing.assert_allclose(got, np.quantile(means, [0.05, 0.95]), atol=0.003)
    assert mean_interval(values) == mean_interval(values)
    assert mean_interval(values) != mean_interval(values, seed=1)
    wide, narrow = mean_interval(values, level=0.99), mean_interval(values, level=0.5)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_the_p_value_is_that_of_all_sign_patterns() -> None:
    """With nine differences all 512 patterns can be listed."""
    gaps = np.array([0.3, 0.1, -0.2, 0.4, 0.25, 0.0, 0.15, -0.05, 0.2])
    sums = [abs(np.dot(signs, gaps)) for signs in itertools.product((-1, 1), repeat=9)]
    exact = np.mean(np.array(sums) >= abs(gaps.sum()) - 1e-9)
    assert sign_flip_p(gaps, resamples=40_000) == pytest.approx(exact, abs=0.006)
    assert sign_flip_p(-gaps, resamples=100) == sign_flip_p(gaps, resamples=100)


def test_chance_alone_gives_small_p_values_rarely() -> None:
    """Where both sides are alike, five in a hundred p-values are 0.05 or less."""
    draw = np.random.default_rng(4)
    found = [sign_flip_p(draw.normal(size=25), resamples=199, seed=k) for k in range(400)]
    assert 0.02 <= np.mean(np.array(found) <= 0.05) <= 0.08


def test_a_scorer_compared_with_itself_is_no_different() -> None:
    """No difference anywhere, and a p-value of one."""
    values, table = drawn(2)
    got = evaluate.compare(values, values.copy(), table, resamples=50)
    assert (got[["difference", "low", "high", "wins", "losses"]] == 0).all(axis=None)
    assert got["p_value"].tolist() == [1.0] * 4
    assert got["ties"].tolist() == got["queries"].tolist()
    assert got["first"].tolist() == got["second"].tolist()


def test_rounding_is_no_difference() -> None:
    """Two ways to the same expectation may differ in the last bit, and are a tie."""
    one, other = [0.5, 0.0, 0.5, 0.5, 0.0, 0.5], [0.5, 0.5, 0.25, 0.0, 0.5, 0.5]
    table = judged([(k, 0) for k in range(6)], [0, 1, 1, 1, 1, 0])
    scores = [np.reshape(values, (6, 1)) for values in (one, other)]
    a, b = (evaluate.by_query(s, table, metrics=["map"]).iloc[0, 0] for s in scores)
    assert a == pytest.approx(b, abs=1e-15)
    got = evaluate.compare(*scores, table, metrics=["map"]).iloc[0]
    assert (got["wins"], got["ties"], got["losses"], got["p_value"]) == (0, 1, 0, 1.0)


def test_a_better_scorer_is_found_better() -> None:
    """Means, wins and losses are those of the two tables of queries; the order of ids is free."""
    draw = np.random.default_rng(7)
    truth = draw.random((40, 60))
    table = judged(np.argwhere(truth > 0.9))
    poor, good = (truth + noise * draw.normal(size=truth.shape) for noise in (1.0, 0.2))
    turned = pd.DataFrame(good).iloc[::-1, ::-1]
    got = evaluate.compare(poor, turned, table, metrics=ALL[:3])
    assert got.columns.tolist() == [
        "metric", "first", "second", "difference", "low", "high", "p_value",
        "wins", "ties", "losses", "queries",
    ]  # fmt: skip
    old, new = (evaluate.by_query(s, table, metrics=ALL[:3]) for s in (poor, good))
    np.testing.assert_allclose(got["first"], old.mean())
    np.testing.assert_allclose(got["second"], new.mean())
    np.testing.assert_allclose(got["difference"], (new - old).mean())
    assert got["wins"].tolist() == (new > old + 1e-12).sum().tolist()
    assert got["losses"].tolist() == (new < old - 1e-12).sum().tolist()
    assert (got["wins"] + got["ties"] + got["losses"] == got["queries"]).all()
    assert (got["low"] > 0).all()
    assert (got["p_value"] == 1 / 1001).all()
    back = evaluate.compare(good, poor, table, metrics=ALL[:3])
    assert back["difference"].tolist() == (-got["difference"]).tolist()
    assert back["p_value"].tolist() == got["p_value"].tolist()


# ---------------------------------------------------------------- judgements as people have them

NAMED = pd.DataFrame([[0.9, 0.1], [0.3, 0.8]], ["007", "8"], ["X1", "X2"])
ROWS = [
    {"candidate_id": "007", "demand_id": "X2", "grade": 2},
    {"candidate_id": "8", "demand_id": "X2", "grade": 1},
]


@pytest.mark.parametrize(
    "form",
    [
        list,
        tuple,
        pd.DataFrame,
        pl.DataFrame,
        lambda rows: pl.DataFrame(rows).lazy(),
        pa.Table.from_pylist,
        lambda rows: pd.DataFrame(rows).astype({"candidate_id": "category"}),
        lambda rows: pd.DataFrame(rows, dtype=object),
        lambda rows: pd.DataFrame(rows).convert_dtypes(),
        lambda rows: pd.DataFrame(rows).set_axis(
            ["Candidate ID", "demand-id", "Relevance"], axis=1
        ),
        lambda rows: pd.DataFrame([*rows, rows[0]]),
    ],
)
def test_judgements_come_in_many_forms(form: Any) -> None:
    """Frames of other libraries, lists, other types and headings; repeated rows count once."""
    got = evaluate.by_query(NAMED, form(ROWS), metrics=["ndcg@2", "pairs"])
    want = evaluate.by_query(NAMED.to_numpy(), judged([(0, 1), (1, 1)], [2, 1]), metrics=["ndcg@2"])
    assert got.index.tolist() == ["X2"]
    assert got["ndcg@2"].tolist() == want["ndcg@2"].tolist()
    assert got["pairs"].tolist() == [0.0]


def test_judgements_are_read_from_files(tmp_path: Path) -> None:
    """A path does as well, and 007 stays 007."""
    path = tmp_path / "judgements.csv"
    path.write_text("candidate_id,demand_id,grade\n007,X1,1.5\n 8 ,X1,0\n", encoding="utf-8")
    assert evaluate.by_query(NAMED, path, metrics=["mrr"])["mrr"].to_dict() == {"X1": 1.0}


@pytest.mark.parametrize("ids", [[1, 2], [1.0, 2.0], ["1", "2"], [" 1", "2 "]])
@pytest.mark.parametrize("known", [[1, 2], ["1", "2"]])
def test_ids_match_as_they_are_or_as_text(ids: Any, known: Any) -> None:
    """Numbers in one table and texts in the other are the same ids."""
    scores = pd.DataFrame([[0.9, 0.1], [0.3, 0.8]], known, ["X1", "X2"])
    table = pd.DataFrame({"candidate_id": ids, "demand_id": ["X1", "X2"], "grade": [True, False]})
    assert evaluate.by_query(scores, table, metrics=["mrr"])["mrr"].tolist()[:1] == [1.0]


def test_ids_match_as_they_are_before_they_match_as_text() -> None:
    """Where 1 and "1" are two candidates, each keeps its own judgement, and neither is guessed."""
    scores = pd.DataFrame([[0.9], [0.1]], pd.Index([1, "1"], dtype=object), ["X"])
    rows = [{"candidate_id": "1", "demand_id": "X"}]
    assert evaluate.by_query(scores, rows, metrics=["mrr"]).iloc[0, 0] == 0.5
    with pytest.raises(tm.InputError, match="no such candidate_id"):
        evaluate.by_query(scores, [{"candidate_id": " 1", "demand_id": "X"}])
    turned = evaluate.by_query(scores, [{"candidate_id": k, "demand_id": "X"} for k in (1, "1")],
                               by="candidate", metrics=["mrr"])  # fmt: skip
    assert turned.index.tolist() == ["1", 1]


def test_all_flaws_are_told_at_once_by_row() -> None:
    """Unknown and missing ids, grades that are none, and pairs with two grades."""
    rows = [
        ("007", "X1", 1),
        ("R9", "X1", 1),
        ("007", "X9", -1),
        (None, "X1", 1),
        ("8", "X2", math.inf),
        ("8", "X1", "much"),
        ("8", "X1", None),
        ("007", "X1", 2.0),
        (["8"], "X1", 1),
        ("007", "X1", 1.0),
        (True, "X1", 1),
    ]
    table = pd.DataFrame(rows, columns=["Candidate ID", "demand_id", "relevance"], dtype=object)
    with pytest.raises(tm.InputError) as caught:
        evaluate.measure(NAMED, table)
    assert caught.value.table == "judgements"
    found = [(flaw.row, flaw.id, flaw.column, flaw.rule) for flaw in caught.value.flaws]
    lost = "no such candidate_id in the scores"
    assert found == [
        (2, "R9 / X1", "Candidate ID", lost),
        (3, "007 / X9", "demand_id", "no such demand_id in the scores"),
        (3, "007 / X9", "relevance", "negative: -1"),
        (4, " / X1", "Candidate ID", lost),
        (5, "8 / X2", "relevance", "not finite: inf"),
        (6, "8 / X1", "relevance", "not a number: 'much'"),
        (7, "8 / X1", "relevance", "missing grade"),
        (8, "007 / X1", "relevance", "grade 2, but row 1 gives this pair 1"),
        (9, "['8'] / X1", "Candidate ID", lost),
        (11, "True / X1", "Candidate ID", lost),
    ]
    assert caught.value.flaws[0].hint == "The scores have ids such as ['007', '8']"


@pytest.mark.parametrize("dtype", ["float64", "Float64"])
def test_columns_of_numbers_are_checked_too(dtype: str) -> None:
    """The short way for columns of numbers names the same flaws."""
    table = pd.DataFrame({"candidate_id": ["8"] * 3, "demand_id": ["X1"] * 3})
    table["grade"] = pd.Series([None, -2.0, np.inf], dtype=dtype)
    with pytest.raises(tm.InputError) as caught:
        evaluate.by_query(NAMED, table)
    rules = [flaw.rule for flaw in caught.value.flaws]
    assert rules == ["missing grade", "negative: -2", "not finite: inf"]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (["person", "demand_id"], "no column candidate_id; the headings are 'person', 'demand_id'"),
        (["candidate_id", "need"], "no column demand_id"),
        (["candidate_id", "demand_id", "grades"], "unknown heading that looks like 'grade'"),
        (["candidate_id", "demand_id", "grade", "relevance"], "2 headings mean grade"),
    ],
)
def test_unclear_headings_are_refused(columns: list[str], words: str) -> None:
    """A missing, doubled or misspelt heading is named."""
    with pytest.raises(tm.InputError, match=re.escape(words)):
        evaluate.by_query(
            NAMED, pd.DataFrame([["007", "X1", 1, 1][: len(columns)]], columns=columns)
        )


def test_an_empty_table_of_judgements_is_refused() -> None:
    """There is nothing to measure."""
    with pytest.raises(tm.InputError, match="the table is empty"):
        evaluate.measure(NAMED, pd.DataFrame(columns=["candidate_id", "demand_id"]))
    with pytest.raises(TypeError, match="cannot read a table from int"):
        evaluate.measure(NAMED, 7)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"metrics": ["map", "auc", "ndcg", "recall@0", 7, ["map"]]},
         "unknown metrics ['auc', 'ndcg', 'recall@0', 7, ['map']]; there are map, mrr, tau, pairs, "
         "ndcg@k, recall@k, precision@k, rp@k"),
        ({"metrics": []}, "no metric is named"),
        ({"by": "row"}, "by must be 'candidate' or 'demand', not 'row'"),
        ({"gain": "cubic"}, "gain must be 'exponential' or 'linear', not 'cubic'"),
        ({"resamples": 0}, "resamples must be a whole number from 1, not 0"),
        ({"resamples": True}, "resamples must be a whole number from 1, not True"),
        ({"seed": None}, "seed must be a whole number from 0, not None"),
        ({"level": 1.0}, "level must lie between 0 and 1, not 1.0"),
        ({"metrics": ["tau"]}, "no demand has judged pairs of two different grades"),
    ],
)  # fmt: skip
def test_options_that_mean_nothing_are_refused(options: Any, words: str) -> None:
    """Names, sides and numbers are checked, and all unknown metrics named at once."""
    for call in (evaluate.measure, lambda *a, **o: evaluate.compare(a[0], *a, **o)):
        with pytest.raises(tm.ProblemError, match=re.escape(words)):
            call(NAMED, [{"candidate_id": "8", "demand_id": "X1"}], **options)


def test_without_a_relevant_judgement_there_is_nothing_to_measure() -> None:
    """Zeros alone say nothing of a ranking; query by query they are nan."""
    table = judged([(0, 0), (1, 1)], [0, 0])
    with pytest.raises(tm.ProblemError, match="no candidate has a relevant judgement"):
        evaluate.measure(np.eye(2), table, by="candidate")
    assert evaluate.by_query(np.eye(2), table, metrics=ALL).isna().all(axis=None)


def test_grades_too_large_for_their_gain_are_refused() -> None:
    """2 to the grade must stay a number; linear gains go further."""
    table = judged([(0, 0), (1, 0)], [2000, 1])
    with pytest.raises(tm.ProblemError, match="grades up to 2000 are too large for gain='expo"):
        evaluate.by_query(np.eye(2), table, metrics=["ndcg@1"])
    assert evaluate.by_query(np.eye(2), table, metrics=["ndcg@1"], gain="linear").iloc[0, 0] == 1
    assert evaluate.by_query(np.eye(2), table, metrics=["map"]).iloc[0, 0] == 1


@pytest.mark.parametrize("turn", [False, True])
def test_scorers_of_different_ids_are_not_compared(turn: bool) -> None:
    """Rankings of different documents are no comparison."""
    other = NAMED.rename(index={"8": "9"}) if not turn else NAMED[["X1"]]
    name = "demand_ids" if turn else "candidate_ids"
    with pytest.raises(tm.ProblemError, match=f"first and second must score the same {name}: 2, "):
        evaluate.compare(NAMED, other, ROWS)
