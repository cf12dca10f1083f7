"""`learning` and `plots`: weights and probabilities against scikit-learn, scipy and simulations."""

from __future__ import annotations

import builtins
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

import talentmatch as tm
from talentmatch import evaluate
from talentmatch.learning import weighting
from talentmatch.learning.calibration import Calibration, calibrate
from talentmatch.learning.judging import block_scores, learn
from talentmatch.learning.preferences import Preferences, preferences
from talentmatch.learning.reliability import bins_of, brier, calibration_error, log_loss, wilson
from talentmatch.learning.splitting import fold_of_each
from talentmatch.learning.weighting import learn_weights
from talentmatch.learning.weights import LearnedWeights
from talentmatch.plots import reliability_plot
from talentmatch.products import Factors, Side
from talentmatch.scores import Scores

quick = settings(max_examples=60, deadline=None, derandomize=True)
NAMES = ("words", "characters", "skills")
TRUE = np.array([0.2, 0.5, 0.3])
BEFORE = np.array([0.5, 0.4, 0.1])

Judgements = tuple[np.ndarray, np.ndarray, np.ndarray]


def judged_by(
    weights: np.ndarray, *, seed: int = 0, queries: int = 60, size: int = 15
) -> Judgements:
    """Simulate block scores, grades 0 to 2 by their noisy weighted sum, and queries."""
    rng = np.random.default_rng(seed)
    parts = rng.random((queries * size, len(weights)))
    worth = parts @ weights + 0.05 * rng.standard_normal(len(parts))
    grades = np.digitize(worth, np.quantile(worth, [0.6, 0.9])).astype(float)
    return parts, grades, np.arange(len(parts)) // size


def outcomes_of(n: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Simulate scores, outcomes that are good with probability score squared, and queries."""
    rng = np.random.default_rng(seed)
    scores = np.round(rng.random(n), 2)
    return scores, (rng.random(n) < scores**2).astype(float), rng.integers(0, 40, n)


@pytest.fixture(scope="module")
def simulated() -> Judgements:
    """Judgements that the weights TRUE explain but for noise."""
    return judged_by(TRUE)


@pytest.fixture(scope="module")
def learned(simulated: Judgements) -> LearnedWeights:
    """What is learned from them, starting far from TRUE."""
    return learn_weights(*simulated, names=NAMES, prior=BEFORE)


# Preferences


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=30),
)
@quick
def test_preferences_are_those_of_a_plain_double_loop(rows: list[tuple[int, int]]) -> None:
    """Every two documents of a query with different grades appear once, better minus worse."""
    queries, grades = np.array(rows).T
    parts = np.arange(len(rows), dtype=float)[:, None] ** 2
    expected: list[list[float]] = []
    for query in np.unique(queries).tolist():
        at = np.flatnonzero(queries == query)
        gaps = [parts[i, 0] - parts[j, 0] for i in at for j in at if grades[i] > grades[j]]
        expected += [sorted(gaps)] * bool(gaps)
    if not expected:
        with pytest.raises(tm.ProblemError, match="judge unsuitable pairs too"):
            preferences(parts, grades.astype(float), queries, most=1000, seed=0)
        return
    found = preferences(parts, grades.astype(float), queries, most=1000, seed=0)
    assert found.queries == len(expected)
    assert [
        sorted(found.differences[found.query == k, 0]) for k in range(len(expected))
    ] == expected
    assert np.bincount(found.query, found.shares) == pytest.approx(1 / len(expected))


def test_sampled_preferences_are_distinct_and_at_most_as_many_as_asked() -> None:
    """A query with many pairs gives a sample without repetition, the same for the same seed."""
    parts = np.random.default_rng(0).random((100, 1))
    grades, queries = np.arange(100.0), np.zeros(100, dtype=int)
    found = [preferences(parts, grades, queries, most=50, seed=s).differences for s in (0, 0, 1)]
    assert found[0].shape == (50, 1)
    assert len(np.unique(found[0])) == 50
    assert (found[0] == found[1]).all()
    assert (found[0] != found[2]).any()


def test_accuracy_is_the_metric_pairs_of_evaluate() -> None:
    """What cross-validation maximises is what `evaluate.measure` calls pairs."""
    parts, grades, queries = judged_by(TRUE, queries=4, size=6)
    parts = np.asarray(np.round(parts, 1), dtype=np.float64)  # some scores tie
    weights = np.array([0.5, 0.25, 0.25])
    found = preferences(parts, grades, queries, most=1000, seed=0).accuracy(weights[None])[0]
    scores = (parts @ weights).reshape(4, 6).T
    judged = pd.DataFrame(
        {"candidate_id": np.tile(np.arange(6), 4), "demand_id": queries, "grade": grades}
    )
    table = evaluate.by_query(scores, judged, metrics=["pairs"])
    assert found == pytest.approx(table["pairs"].dropna().to_numpy(), abs=1e-12)


# Weights


def test_a_generating_weight_vector_is_recovered(learned: LearnedWeights) -> None:
    """From 60 queries the weights behind the grades come back, and the gain is beyond doubt."""
    assert np.abs(np.array(learned.weights) - TRUE).max() < 0.06
    assert not learned.is_prior
    assert 0 < learned.low < learned.gain < learned.high
    assert sum(learned.weights) == pytest.approx(1, abs=1e-12)
    assert learned.prior == tuple(BEFORE)
    assert learned.queries == 60
    assert repr(learned).startswith(
        "<LearnedWeights: words 0.24, characters 0.49, skills 0.27; pair"
    )
    assert learned.penalty in [point.penalty for point in learned.curve[1:]]


def test_scikit_learn_finds_the_same_weights_where_no_bound_binds(simulated: Judgements) -> None:
    """With next to no penalty it is a logistic regression without intercept on differences."""
    found = preferences(*simulated, most=10_000, seed=0)
    ours = weighting._path(found, BEFORE, np.array([np.inf, 1e-9]))[1]
    both = np.vstack([found.differences, -found.differences])
    sides = np.repeat([1, 0], len(found.query))
    oracle = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10, max_iter=10_000)
    oracle.fit(both, sides, sample_weight=np.tile(found.shares, 2) / 2)
    assert (oracle.coef_ > 0).all()
    assert ours == pytest.approx(oracle.coef_[0] / oracle.coef_.sum(), abs=1e-4)


def test_no_other_weights_have_a_lower_penalised_loss(simulated: Judgements) -> None:
    """The objective is convex, so no step in any direction, short or long, may improve on it."""
    found = preferences(*simulated, most=10_000, seed=0)
    centre, penalty = np.array([2.0, 1.0, 0.5]), 0.3
    v = weighting._fitted(found.differences, found.shares, centre, penalty, (0.0, None))

    def objective(at: np.ndarray) -> float:
        loss = found.shares @ np.log1p(np.exp(-found.differences @ at))
        return float(loss + penalty / 2 * ((at - centre) ** 2).sum())

    best = objective(v)
    rng = np.random.default_rng(0)
    steps = 10.0 ** rng.uniform(-3, 0, (300, 1)) * rng.standard_normal((300, 3))
    assert all(objective(np.maximum(v + step, 0)) >= best - 1e-12 for step in steps)


def test_a_block_that_misleads_gets_no_weight() -> None:
    """Weights are never negative: what speaks against suitability is left out."""
    parts, grades, queries = judged_by(np.array([0.7, -0.6, 0.3]))
    found = learn_weights(parts, grades, queries, names=NAMES)
    assert found.weights[1] == 0
    assert min(found.weights) >= 0


def test_the_prior_is_kept_on_pure_noise() -> None:
    """Grades that have nothing to do with the blocks change nothing, and the value says so."""
    kept = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        parts, grades = rng.random((300, 3)), rng.integers(0, 3, 300)
        found = learn_weights(
            parts, grades, np.arange(300) // 10, names=NAMES, prior=BEFORE, folds=3
        )
        kept += found.is_prior
        if found.is_prior:
            assert found.weights == found.prior == tuple(BEFORE)
            assert (found.gain, found.low, found.high) == (0, 0, 0)
            assert "prior kept" in repr(found)
    assert kept >= 9  # one standard error is not beyond chance: about one in ten is let through


def test_the_prior_is_kept_where_it_is_already_right(simulated: Judgements) -> None:
    """Starting from the weights behind the grades there is little to gain."""
    assert learn_weights(*simulated, names=NAMES, prior=TRUE).is_prior


def test_weights_do_not_depend_on_the_order_of_rows(
    simulated: Judgements, learned: LearnedWeights
) -> None:
    """The same judgements in another order give the same value, bit for bit."""
    order = np.random.default_rng(5).permutation(len(simulated[0]))
    again = learn_weights(*(array[order] for array in simulated), names=NAMES, prior=BEFORE)
    assert again == learned


def test_queries_count_the_same_whatever_their_number_of_pairs() -> None:
    """One large query of contrary taste does not outvote many small ones."""
    parts, grades, queries = judged_by(np.array([0.9, 0.1]), queries=30, size=8)
    odd, liked, _ = judged_by(np.array([0.1, 0.9]), seed=1, queries=1, size=300)
    found = learn_weights(
        np.vstack([parts, odd]),
        np.append(grades, liked),
        np.append(queries, np.full(300, 99)),
        names=["a", "b"],
        pairs_per_query=5000,
    )
    assert found.weights[0] > 0.6  # pair by pair it would be below 0.3


def test_no_query_is_measured_with_weights_it_helped_to_fit(
    simulated: Judgements, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every fit of cross-validation leaves out the whole of the queries then asked."""
    fitted: list[tuple[np.ndarray, set[int]]] = []
    asked: list[set[int]] = []
    path, accuracy = weighting._path, Preferences.accuracy

    def seen_path(found: Preferences, *rest: Any) -> np.ndarray:
        weights = path(found, *rest)
        fitted.append((weights, set(found.query.tolist())))
        return weights

    def seen_accuracy(found: Preferences, weights: np.ndarray) -> np.ndarray:
        (on,) = [queries for made, queries in fitted if made is weights]
        asked.append(set(found.query.tolist()))
        assert not asked[-1] & on
        return accuracy(found, weights)

    monkeypatch.setattr(weighting, "_path", seen_path)
    monkeypatch.setattr(Preferences, "accuracy", seen_accuracy)
    learn_weights(*simulated, names=NAMES, prior=BEFORE, folds=4, penalties=[0.1, 1])
    assert len(fitted) == 1 + 4 + 4 * 3 / 2  # no fold left out, one, and two
    assert len(asked) == 4 * 3 + 4
    assert set().union(*asked[-4:]) == set(range(60))
    assert sum(map(len, asked[-4:])) == 60


def test_the_held_out_gain_is_that_of_a_plain_nested_cross_validation(
    simulated: Judgements, learned: LearnedWeights
) -> None:
    """Folds inside folds, written out: choose on the inner ones, measure on the outer one."""
    found = preferences(*simulated, most=500, seed=0)
    fold = fold_of_each(60, 5, 0)
    tried = np.array([point.penalty for point in learned.curve])
    gains = np.zeros(60)
    for outer in range(5):
        inner = np.zeros((len(tried), 60))
        for other in set(range(5)) - {outer}:
            weights = weighting._path(found.of((fold != outer) & (fold != other)), BEFORE, tried)
            inner += found.accuracy(weights) * (fold == other)
        inner = inner[:, fold != outer]
        best = inner.mean(axis=1).argmax()
        error = (inner[best] - inner[0]).std(ddof=1) / np.sqrt(inner.shape[1])
        chosen = np.flatnonzero(inner.mean(axis=1) >= inner[best].mean() - error)[0]
        weights = weighting._path(found.of(fold != outer), BEFORE, tried)[[0, chosen]]
        old, new = found.accuracy(weights)
        gains += (new - old) * (fold == outer)
    assert learned.gain == pytest.approx(gains.mean(), abs=1e-12)


def test_the_curve_rises_from_the_prior_and_is_a_table(learned: LearnedWeights) -> None:
    """The chosen penalty is the strongest within one standard error of the best."""
    table = learned.curve_frame()
    assert list(table) == ["penalty", "mean", "standard_error"]
    assert table["penalty"].is_monotonic_decreasing
    assert np.isinf(table["penalty"][0])
    assert table["standard_error"][0] == 0
    best = table.iloc[int(table["mean"].argmax())]
    near = table[table["mean"] >= best["mean"] - best["standard_error"]]
    assert near["penalty"].iloc[0] == learned.penalty
    assert learned.to_frame().to_numpy().tolist() == [
        list(row) for row in zip(NAMES, learned.weights, learned.prior, strict=True)
    ]


def test_a_strong_penalty_keeps_weights_near_the_prior(simulated: Judgements) -> None:
    """The path leads from the prior to the data."""
    found = preferences(*simulated, most=500, seed=0)
    path = weighting._path(found, BEFORE, np.array([np.inf, 1e4, 1.0, 1e-2, 1e-4]))
    away = np.abs(path - BEFORE).sum(axis=1)
    assert away[0] == 0
    assert away[1] < 1e-3
    assert (np.diff(away) > 0).all()


def test_equal_block_scores_keep_the_prior() -> None:
    """Where all pairs look alike nothing is learned, and nothing fails."""
    grades = np.tile([0.0, 1.0], 10)
    found = learn_weights(np.ones((20, 2)), grades, np.arange(20) // 4, names=["a", "b"])
    assert found.is_prior
    assert found.curve[0].mean == 0.5


@pytest.mark.parametrize("value", ["learned", "kept"])
def test_learned_weights_survive_json_bit_for_bit(learned: LearnedWeights, value: str) -> None:
    """Text and back is the same value, and the text is strict JSON with one field a line."""
    given = learned if value == "learned" else replace(learned, penalty=float("inf"))
    text = given.to_json()
    assert LearnedWeights.from_json(text) == given
    plain = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert plain["format"] == "talentmatch LearnedWeights 1"
    assert plain["curve"][0]["penalty"] is None


def test_a_damaged_text_of_weights_is_refused(learned: LearnedWeights) -> None:
    """What `to_json` did not write is a ProblemError, never a wrong value."""
    document = json.loads(learned.to_json())
    for broken in (
        "",
        "[]",
        "{}",
        json.dumps({**document, "format": "talentmatch Calibration 1"}),
        json.dumps({**document, "weights": [0.5, 0.6, 0.7]}),
        json.dumps({**document, "weights": [0.5, 0.5]}),
        json.dumps({**document, "weights": ["a", "b", "c"]}),
        json.dumps({**document, "more": 1}),
        json.dumps({name: document[name] for name in document if name != "curve"}),
    ):
        with pytest.raises(tm.ProblemError, match="LearnedWeights"):
            LearnedWeights.from_json(broken)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parts": np.ones((4, 2))}, r"parts must be \(judged, blocks\)"),
        ({"parts": np.ones(90)}, r"parts must be \(judged, blocks\)"),
        (
            {"parts": np.full((90, 2), np.nan)},
            "parts are not finite in row 0; leave",
        ),
        ({"grades": np.full(90, np.inf)}, "grades are not finite in row 0"),
        ({"queries": np.full(90, 0.5)}, "queries must be whole numbers"),
        ({"queries": np.zeros(90, dtype=int)}, "only 1 queries have judged pairs"),
        ({"grades": np.ones(90)}, "no query has judged pairs of two different grades"),
        ({"names": ["a"]}, "2 blocks need as many names"),
        ({"prior": [1.0, -0.1]}, "prior weights must be 0 or more"),
        ({"prior": [0.0, 0.0]}, "prior weights must be 0 or more"),
        ({"prior": [1.0]}, "2 blocks need as many names and prior weights"),
        ({"folds": 2}, "folds must be a whole number from 3"),
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"penalties": [0.0]}, "penalties must be finite and above 0"),
        ({"penalties": []}, "penalties must be finite and above 0"),
        ({"pairs_per_query": 0}, "pairs_per_query must be a whole number from 1"),
    ],
)
def test_wrong_judgements_are_refused(change: dict[str, Any], message: str) -> None:
    """Each broken rule is named."""
    rng = np.random.default_rng(0)
    given: dict[str, Any] = {
        "parts": rng.random((90, 2)),
        "grades": rng.integers(0, 2, 90),
        "queries": np.arange(90) // 10,
        "names": ["a", "b"],
        **change,
    }
    with pytest.raises(tm.ProblemError, match=message):
        learn_weights(**given)


# From scores and a table of judgements


def factored(seed: int = 0) -> tuple[Scores, np.ndarray, list[tuple[str, float]]]:
    """Scores of 40 candidates for 25 demands from two blocks, and the blocks' own scores."""
    rng = np.random.default_rng(seed)
    sides = [(rng.random((40, 3)), rng.random((25, 3)) / 3) for _ in range(2)]
    blocks = [("words", 0.75), ("skills", 0.25)]
    source = Factors(
        [(Side(a), Side(weight * b)) for (a, b), (_, weight) in zip(sides, blocks, strict=True)]
    )
    people, needs = [f"R{k:02}" for k in range(40)], [f"X{k:02}" for k in range(25)]
    return Scores(source, people, needs), np.stack([a @ b.T for a, b in sides], axis=-1), blocks


def table_of(scores: Scores, grades: np.ndarray) -> pd.DataFrame:
    """List all grades (candidates, demands) that are not nan."""
    rows, cols = np.nonzero(~np.isnan(grades))
    return pd.DataFrame(
        {
            "candidate_id": scores.candidate_ids[rows],
            "demand_id": scores.demand_ids[cols],
            "grade": grades[rows, cols],
        }
    )


def test_block_scores_are_those_of_each_block_without_its_weight() -> None:
    """Each column is the block's own inner product; with the weights they add up to the score."""
    scores, own, blocks = factored()
    rows, cols = np.array([0, 39, 7, 7]), np.array([3, 0, 24, 1])
    values, names = block_scores(scores, rows, cols, blocks=blocks)
    assert names == ("words", "skills")
    assert values == pytest.approx(own[rows, cols], rel=1e-12)
    assert values @ [0.75, 0.25] == pytest.approx(scores.at(rows, cols), rel=1e-12)


@pytest.mark.parametrize(
    ("scores", "blocks", "message"),
    [
        (factored()[0], [("words", 1.0)], "1 blocks are named, but the scores have 2"),
        (factored()[0], [("words", 1.0), ("skills", -1.0)], r"the weights of blocks \['skills'\]"),
        (Scores.from_factors([[1.0]], [[1.0]]), [("a", np.nan)], r"blocks \['a'\] are not finite"),
        (tm.Problem([[1.0]]).scores, [("a", 1.0)], "need scores made of factors"),
    ],
)
def test_block_scores_need_scores_made_of_these_blocks(
    scores: Scores, blocks: list[tuple[str, float]], message: str
) -> None:
    """A matrix, other blocks, or a block that was multiplied by zero are refused."""
    with pytest.raises(tm.ProblemError, match=message):
        block_scores(scores, np.array([0]), np.array([0]), blocks=blocks)


def test_a_block_of_weight_zero_keeps_it() -> None:
    """What was multiplied by zero cannot be had back; the other blocks are learned all the same."""
    scores, own, blocks = factored()
    part = scores._source.parts[0]  # type: ignore[attr-defined]  # made of factors above
    idle = (part[0], Side(0 * part[1].matrix))
    wider = Scores(
        Factors([*scores._source.parts, idle]),  # type: ignore[attr-defined]  # as above
        scores.candidate_ids,
        scores.demand_ids,
    )
    table = table_of(scores, np.digitize(own @ [0.1, 0.9], [0.25, 0.3]).astype(float))
    found = learn(wider, table, blocks=[*blocks, ("facts", 0.0)])
    assert found.weights[2] == 0
    assert found.weights[:2] == pytest.approx(learn(scores, table, blocks=blocks).weights, abs=1e-6)


@pytest.mark.parametrize("by", ["demand", "candidate"])
def test_learning_from_a_table_is_learning_from_its_arrays(by: Any) -> None:
    """`learn` looks up ids and blocks, and weighs them as `learn_weights` does."""
    scores, own, blocks = factored()
    grades = np.digitize(own @ [0.1, 0.9], [0.25, 0.3]).astype(float)
    found = learn(scores, table_of(scores, grades), blocks=blocks, by=by)
    queries = np.broadcast_to(np.arange(25) if by == "demand" else np.arange(40)[:, None], (40, 25))
    expected = learn_weights(
        own.reshape(-1, 2), grades.ravel(), queries.ravel(), names=["words", "skills"], prior=[3, 1]
    )
    assert found.weights == pytest.approx(expected.weights, abs=1e-6)
    assert found.names == ("words", "skills")
    assert found.weights[1] > 0.75


def test_learning_does_not_depend_on_the_order_of_the_tables() -> None:
    """Candidates, demands and judgements may be shuffled, also where documents are drawn."""
    scores, own, blocks = factored()
    grades = np.where(own @ [0.1, 0.9] > 0.3, 1.0, np.nan)
    table = table_of(scores, grades)
    rng = np.random.default_rng(1)
    p, d = rng.permutation(40), rng.permutation(25)
    parts = [(Side(a.matrix[p]), Side(b.matrix[d])) for a, b in scores._source.parts]  # type: ignore[attr-defined]  # made of factors above
    other = Scores(Factors(parts), scores.candidate_ids[p], scores.demand_ids[d])
    for unjudged in (10, 1000):
        found = learn(scores, table, blocks=blocks, unjudged=unjudged)
        again = learn(other, table.sample(frac=1, random_state=0), blocks=blocks, unjudged=unjudged)
        assert again == found
        assert found.weights[1] > 0.5


def test_unjudged_documents_stand_in_where_only_suitable_pairs_are_listed() -> None:
    """Without them there is nothing to learn from; with all of them it is grade 0 for the rest."""
    scores, own, blocks = factored()
    suitable = own @ [0.1, 0.9] > 0.3
    listed = table_of(scores, np.where(suitable, 1.0, np.nan))
    with pytest.raises(tm.ProblemError, match="judge unsuitable pairs too"):
        learn(scores, listed, blocks=blocks)
    all_of_them = learn(scores, table_of(scores, suitable.astype(float)), blocks=blocks)
    assert learn(scores, listed, blocks=blocks, unjudged=40) == all_of_them
    some = learn(scores, listed, blocks=blocks, unjudged=3)
    assert some.pairs < all_of_them.pairs


class Closed:
    """A gate that shuts out the candidates from a position."""

    name = "closed"

    def __init__(self, first: int) -> None:
        self.first = first

    def passes(self, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
        """Whether the pairs pass."""
        return np.broadcast_to(rows < self.first, np.broadcast(rows, cols).shape)


def test_pairs_that_a_rule_forbids_teach_nothing() -> None:
    """Judgements of pairs that are not eligible are as good as not there."""
    scores, own, blocks = factored()
    grades = np.digitize(own @ [0.1, 0.9], [0.25, 0.3]).astype(float)
    grades[30:] = 2 - grades[30:]
    gated = Scores(
        scores._source,
        scores.candidate_ids,
        scores.demand_ids,
        gates=[Closed(30)],  # type: ignore[list-item]  # has what a gate is asked for
    )
    found = learn(gated, table_of(scores, grades), blocks=blocks)
    grades[30:] = np.nan
    assert found == learn(scores, table_of(scores, grades), blocks=blocks)


def test_learn_refuses_wrong_options_and_judgements() -> None:
    """Options are checked here, judgements as `evaluate` does."""
    scores, _, blocks = factored()
    with pytest.raises(tm.ProblemError, match="by must be"):
        learn(scores, [], blocks=blocks, by="queries")  # type: ignore[arg-type]  # the point of it
    with pytest.raises(tm.ProblemError, match="unjudged must be a whole number from 0"):
        learn(scores, [], blocks=blocks, unjudged=-1)
    with pytest.raises(tm.InputError, match="no such candidate_id"):
        learn(scores, [{"candidate_id": "R99", "demand_id": "X00"}], blocks=blocks)


def test_ids_of_two_kinds_have_an_order_of_their_own() -> None:
    """Numbers beside texts cannot be sorted as they are."""
    scores, own, blocks = factored()
    mixed = Scores(scores._source, scores.candidate_ids, [*range(12), *"abcdefghijklm"])
    grades = np.digitize(own @ [0.1, 0.9], [0.25, 0.3]).astype(float)
    assert learn(mixed, table_of(mixed, grades), blocks=blocks).weights[1] > 0.75


# Folds


@given(st.integers(1, 60), st.integers(2, 9), st.integers(0, 3))
@quick
def test_folds_are_even_and_repeat(n: int, folds: int, seed: int) -> None:
    """Folds differ by one unit at most, none is empty, and the seed decides."""
    fold = fold_of_each(n, folds, seed)
    sizes = np.bincount(fold)
    assert len(sizes) == min(n, folds)
    assert sizes.max() - sizes.min() <= 1
    assert (fold == fold_of_each(n, folds, seed)).all()


# Calibration


@pytest.mark.parametrize("seed", range(5))
def test_isotonic_calibration_is_that_of_scikit_learn(seed: int) -> None:
    """The same steps, the same lines between, clipped outside; equal scores included."""
    scores, outcomes, _ = outcomes_of(300, seed=seed)
    found = calibrate(scores, outcomes)
    oracle = IsotonicRegression(out_of_bounds="clip").fit(scores, outcomes)
    asked = np.linspace(-0.5, 1.5, 997)
    assert found.probabilities(asked) == pytest.approx(oracle.predict(asked), abs=1e-12)


def test_logistic_calibration_is_a_logistic_regression_on_smoothed_targets() -> None:
    """Platt's targets are weights of both outcomes, which scikit-learn can be given."""
    scores, outcomes, _ = outcomes_of(400)
    good, n = outcomes.sum(), len(outcomes)
    target = np.where(outcomes > 0, (good + 1) / (good + 2), 1 / (n - good + 2))
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(
        np.tile(scores, 2)[:, None], np.repeat([1, 0], n), sample_weight=np.r_[target, 1 - target]
    )
    asked = np.linspace(-1, 2, 50)
    found = calibrate(scores, outcomes, method="logistic")
    expected = oracle.predict_proba(asked[:, None])[:, 1]
    assert found.probabilities(asked) == pytest.approx(expected, abs=1e-5)


def test_a_score_that_points_the_wrong_way_gives_the_base_rate() -> None:
    """The slope is never negative, so order is never turned round."""
    scores, outcomes, _ = outcomes_of(400)
    found = calibrate(-scores, outcomes, method="logistic")
    assert found.line is not None
    assert found.line[0] == 0
    assert np.ptp(found.probabilities(scores)) == 0
    assert found.probabilities(0.0) == pytest.approx(outcomes.mean(), abs=0.01)


@pytest.mark.parametrize("method", ["isotonic", "logistic"])
@given(
    data=st.lists(
        st.tuples(st.floats(-1e6, 1e6) | st.sampled_from([0.1, 0.2, 5e-324]), st.booleans()),
        min_size=10,
        max_size=40,
    ),
    asked=st.lists(st.floats(allow_nan=False), min_size=2, max_size=40),
)
@quick
def test_the_order_of_scores_is_kept(
    method: Any, data: list[tuple[float, bool]], asked: list[float]
) -> None:
    """A higher score never has a lower probability, and all lie in [0, 1]."""
    scores, outcomes = np.array(data).T
    outcomes[:10] = np.tile([0, 1], 5)
    found = calibrate(scores, outcomes, method=method)
    near = [np.nextafter(scores, np.inf), np.nextafter(scores, -np.inf)]
    values = found.probabilities(np.sort(np.concatenate([scores, asked, *near])))
    assert ((values >= 0) & (values <= 1)).all()
    # The exponential function is exact to a rounding only.
    assert (np.diff(values) >= (0 if method == "isotonic" else -1e-15)).all()


@pytest.mark.parametrize("method", ["isotonic", "logistic"])
def test_probabilities_keep_shape_and_nan(method: Any) -> None:
    """Any shape goes in and comes out; a pair without a score has no probability."""
    scores, outcomes, _ = outcomes_of(200)
    found = calibrate(scores, outcomes, method=method)
    asked = np.array([[[0.1, np.nan, np.inf], [-np.inf, 0.5, 2.0]]])
    values = found.probabilities(asked)
    assert values.shape == asked.shape
    assert (np.isnan(values) == np.isnan(asked)).all()
    assert found.probabilities(0.3).shape == ()
    assert found.probabilities([]).shape == (0,)


def test_one_single_score_has_one_probability() -> None:
    """A mapping of one knot is level."""
    found = calibrate(np.ones(20), np.tile([0, 1], 10))
    assert found.knots == ((1.0, 0.5),)
    assert found.probabilities([0, 1, 2]).tolist() == [0.5, 0.5, 0.5]


@pytest.mark.parametrize("method", ["isotonic", "logistic"])
def test_measures_are_those_of_a_plain_cross_fit(method: Any) -> None:
    """Out-of-fold Brier score, log loss and calibration error, written out."""
    scores, outcomes, queries = outcomes_of(500)
    found = calibrate(scores, outcomes, method=method, queries=queries, folds=4, seed=3)
    names, query = np.unique(queries, return_inverse=True)
    fold = fold_of_each(len(names), 4, 3)[query]
    before, after = np.empty(500), np.empty(500)
    for k in range(4):
        train, test = fold != k, fold == k
        before[test] = outcomes[train].mean()
        after[test] = calibrate(scores[train], outcomes[train], method=method).probabilities(
            scores[test]
        )
    assert found.brier_before == pytest.approx(((before - outcomes) ** 2).mean())
    assert found.brier == pytest.approx(((after - outcomes) ** 2).mean())
    assert found.log_loss == pytest.approx(log_loss(after, outcomes))
    assert found.log_loss_before == pytest.approx(log_loss(before, outcomes))
    assert found.calibration_error == pytest.approx(
        calibration_error(bins_of(after, outcomes, 10)), abs=1e-9
    )
    assert found.brier < found.brier_before
    assert found.log_loss < found.log_loss_before
    assert repr(found).startswith(f"<Calibration: {method}, 500 pairs")
    assert (found.count, found.positives, found.queries) == (500, int(outcomes.sum()), len(names))


@pytest.mark.parametrize("grouped", [True, False])
@pytest.mark.parametrize("method", ["isotonic", "logistic"])
def test_calibration_does_not_depend_on_the_order_of_rows(method: Any, grouped: bool) -> None:
    """The same pairs in another order give the same value, bit for bit."""
    scores, outcomes, queries = outcomes_of(300)
    order = np.random.default_rng(1).permutation(300)
    found, again = (
        calibrate(scores[at], outcomes[at], method=method, queries=queries[at] if grouped else None)
        for at in (np.arange(300), order)
    )
    assert found == again


def test_pairs_of_a_query_are_never_on_both_sides() -> None:
    """Outcomes that hang on the query alone teach nothing; row by row they would seem to."""
    rng = np.random.default_rng(0)
    queries = np.repeat(np.arange(60), 10)
    scores = queries / 60  # a score that only tells the query
    outcomes = (rng.random(60) < 0.5)[queries]
    grouped = calibrate(scores, outcomes, queries=[f"X{k}" for k in queries])
    loose = calibrate(scores, outcomes)
    assert grouped.brier > grouped.brier_before - 0.01
    assert loose.brier < grouped.brier - 0.005


def test_queries_may_be_of_any_kind() -> None:
    """Texts, numbers and both together name queries."""
    scores, outcomes, queries = outcomes_of(200)
    mixed = np.array([str(k) if k % 2 else int(k) for k in queries], dtype=object)
    assert calibrate(scores, outcomes, queries=mixed).queries == len(np.unique(queries))


@pytest.mark.parametrize("method", ["isotonic", "logistic"])
def test_calibrations_survive_json_and_files_bit_for_bit(method: Any, tmp_path: Path) -> None:
    """Text, file and back are the same value with the same probabilities."""
    scores, outcomes, queries = outcomes_of(300)
    found = calibrate(scores, outcomes, method=method, queries=queries)
    text = found.to_json()
    assert Calibration.from_json(text) == found
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    found.save(tmp_path / "new" / "fit.json")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["fit.json"]
    loaded = Calibration.load(tmp_path / "new" / "fit.json")
    assert loaded == found
    asked = np.linspace(-1, 2, 101)
    assert (loaded.probabilities(asked) == found.probabilities(asked)).all()


def test_a_damaged_calibration_is_refused(tmp_path: Path) -> None:
    """What `to_json` did not write is a ProblemError, never a wrong probability."""
    scores, outcomes, _ = outcomes_of(300)
    steps = json.loads(calibrate(scores, outcomes).to_json())
    line = json.loads(calibrate(scores, outcomes, method="logistic").to_json())
    for broken in (
        "no JSON",
        json.dumps({**steps, "format": "another"}),
        json.dumps({**steps, "knots": []}),
        json.dumps({**steps, "knots": [[0, 0.5], [1, 0.2]]}),
        json.dumps({**steps, "knots": [[0, 0.5], [0, 0.7]]}),
        json.dumps({**steps, "knots": [[0, 0.5], [1, 1.5]]}),
        json.dumps({**steps, "knots": [[0, 0.5, 1]]}),
        json.dumps({**steps, "method": "logistic"}),
        json.dumps({**line, "line": [-1.0, 0.0, 0.0]}),
        json.dumps({**line, "line": [1.0, 0.0]}),
        json.dumps({**line, "method": "isotonic"}),
        json.dumps({**line, "bins": [{"low": 0}]}),
    ):
        with pytest.raises(tm.ProblemError, match="talentmatch Calibration 1"):
            Calibration.from_json(broken)
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(tm.ProblemError, match="not a talentmatch Calibration 1"):
        Calibration.load(tmp_path / "bytes.json")
    with pytest.raises(tm.ProblemError, match=r"saved as name\.json"):
        Calibration.from_json(json.dumps(line)).save(tmp_path / "fit.pkl")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"outcomes": np.r_[np.ones(4), np.zeros(36)]}, "4 outcomes are 1; calibrating needs 5"),
        ({"outcomes": np.ones(40)}, "0 outcomes are 0; .* Collect more"),
        ({"outcomes": np.full(40, 2)}, "the outcome in row 0 is 2, but must be 0 or 1"),
        ({"outcomes": np.full(40, np.nan)}, "the outcome in row 0 is nan"),
        ({"outcomes": np.ones(39)}, r"must be \(n,\)"),
        ({"scores": np.r_[np.ones(39), np.nan]}, "the score in row 39 is nan"),
        ({"scores": np.full(40, np.inf)}, "the score in row 0 is inf"),
        ({"scores": np.ones((40, 1))}, r"must be \(n,\)"),
        ({"method": "beta"}, "method must be 'isotonic' or 'logistic'"),
        ({"queries": np.zeros(40)}, "all outcomes belong to one query"),
        ({"queries": np.zeros(3)}, r"queries must be \(40,\)"),
        ({"queries": [None, *range(39)]}, "without missing ones"),
        ({"folds": 1}, "folds must be a whole number from 2"),
        ({"seed": 0.5}, "seed must be a whole number from 0"),
    ],
)
def test_outcomes_that_cannot_be_calibrated_are_refused(
    change: dict[str, Any], message: str
) -> None:
    """Each broken rule is named, with what to do about it."""
    given: dict[str, Any] = {
        "scores": np.arange(40) / 40,
        "outcomes": np.tile([0, 1], 20),
        **change,
    }
    with pytest.raises(tm.ProblemError, match=message):
        calibrate(**given)


# Reliability


@given(st.integers(0, 200), st.integers(1, 200))
@quick
def test_wilson_intervals_are_those_of_scipy(good: int, n: int) -> None:
    """The closed form against `binomtest`."""
    good = min(good, n)
    interval = binomtest(good, n).proportion_ci(method="wilson")
    assert wilson(good, n) == pytest.approx((interval.low, interval.high), abs=1e-12)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
@quick
def test_bins_hold_every_pair_once_and_their_own_means(pairs: list[tuple[float, bool]]) -> None:
    """Counts add up, means lie in their ranges, and the error is the plain weighted sum."""
    predicted, outcomes = np.array(pairs, dtype=float).T
    bins = bins_of(predicted, outcomes, 7)
    assert sum(one.count for one in bins) == len(pairs)
    assert sum(one.count * one.observed for one in bins) == pytest.approx(outcomes.sum())
    for one in bins:
        assert one.low - 1e-12 <= one.predicted <= one.high + 1e-12
        assert one.observed_low - 1e-12 <= one.observed <= one.observed_high + 1e-12
    gaps = [one.count * abs(one.observed - one.predicted) for one in bins]
    assert calibration_error(bins) == pytest.approx(sum(gaps) / len(pairs))


@pytest.mark.parametrize(
    ("highest", "top"),
    [(0.0, 1.0), (0.003, 0.005), (0.1, 0.1), (0.11, 0.2), (0.4, 0.5), (0.51, 1.0), (1.0, 1.0)],
)
def test_ranges_reach_to_a_round_number(highest: float, top: float) -> None:
    """Rare outcomes are told apart as finely as common ones."""
    found = bins_of(np.array([0.0, highest]), np.array([0.0, 1.0]), 4)
    assert found[0].high == pytest.approx(top / 4)


def test_reliability_is_a_table_by_ranges() -> None:
    """The columns, the number of ranges and the sums are as said."""
    scores, outcomes, _ = outcomes_of(400)
    found = calibrate(scores, outcomes, method="logistic")
    table = found.reliability(*outcomes_of(300, seed=9)[:2], bins=5)
    assert list(table) == [
        "low", "high", "predicted", "observed", "count", "observed_low", "observed_high",
    ]  # fmt: skip
    assert len(table) == 5
    assert table["count"].sum() == 300
    assert list(found.reliability_frame()) == list(table)
    assert found.reliability_frame()["count"].sum() == 400
    with pytest.raises(tm.ProblemError, match="bins must be a whole number"):
        found.reliability(scores, outcomes, bins=0)


def test_proper_scores_have_their_plain_values() -> None:
    """Brier score and log loss of a certain mistake, which stays finite."""
    assert brier(np.array([1.0, 0.0]), np.array([0.0, 0.0])) == 0.5
    assert log_loss(np.array([1.0, 0.0]), np.array([0.0, 0.0])) == pytest.approx(
        -(np.log(0.25) + np.log(0.75)) / 2
    )


# The picture


def test_the_reliability_plot_shows_points_intervals_counts_and_scores() -> None:
    """A figure of its own: the diagonal, a point for each range, a bar for each count."""
    pytest.importorskip("matplotlib")
    scores, outcomes, _ = outcomes_of(600)
    found = calibrate(scores, outcomes)
    ax = reliability_plot(found)
    assert ax.lines[0].get_linestyle() == "--"
    drawn = sum(len(group.lines[0].get_xdata()) for group in ax.containers)  # type: ignore[attr-defined, misc]  # error bars
    assert drawn == len(found.bins)
    (strip,) = ax.child_axes
    heights = [bar.get_window_extent().height for bar in strip.patches]
    counts = np.array([one.count for one in found.bins])
    assert np.array(heights) / heights[0] == pytest.approx(counts / counts[0])
    title = ax.get_title(loc="left")
    assert f"{found.brier_before:.4f}" in title
    assert f"{found.brier:.4f}" in title
    assert "n = 600" in title
    ax.figure.canvas.draw()


def test_the_reliability_plot_draws_into_given_axes_and_marks_what_is_off(tmp_path: Path) -> None:
    """Ranges whose interval misses the diagonal are points of another colour, and of the legend."""
    figure = pytest.importorskip("matplotlib.figure").Figure()
    ax = figure.add_subplot()
    scores, outcomes, _ = outcomes_of(600)
    found = calibrate(scores, outcomes)
    off = replace(
        found, bins=(replace(found.bins[0], predicted=0.9, count=40_000), *found.bins[1:])
    )
    assert reliability_plot(off, ax) is ax
    legend = ax.get_legend()
    assert legend is not None
    assert "off by more than chance" in [text.get_text() for text in legend.get_texts()]
    assert "40k" in [text.get_text() for text in ax.child_axes[0].texts]
    figure.savefig(tmp_path / "reliability.png")
    assert (tmp_path / "reliability.png").stat().st_size > 10_000


def test_a_plot_without_matplotlib_or_table_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named; a mapping that nothing was measured of cannot be drawn."""
    pytest.importorskip("matplotlib")
    with pytest.raises(tm.ProblemError, match="no reliability table"):
        reliability_plot(Calibration("isotonic", ((0.0, 0.5),), None))
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    scores, outcomes, _ = outcomes_of(100)
    with pytest.raises(tm.MissingExtraError, match=r"talentmatch\[plot\]"):
        reliability_plot(calibrate(scores, outcomes))
