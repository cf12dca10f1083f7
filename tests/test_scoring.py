"""`FitScorer` against its formulas put together naively; order, saving, balance."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

import talentmatch as tm
from talentmatch.balancing import LengthBalance
from talentmatch.text import RUNS, SCRIPT_AWARE, normalise

WORDS = [
    "cable",
    "design",
    "submarine",
    "XLPE",
    "insulation",
    "CNC",
    "milling",
    "mould",
    "CAD",
    "drawings",
    "supply",
    "chain",
    "planning",
    "电缆",
    "绝缘",
    "模具",
    "设计",
    "工程师",
    "C++",
    "R&amp;D",
    "Ｃ＋＋",
    "quality",
    "ISO9001",
    "steel",
    "injection",
    "of",
    "and",
    "the",
    "for",
    "with",
]


def texts(seed: int, count: int, longest: int = 40) -> list[str]:
    """Random texts of known words, of very different lengths."""
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, rng.integers(2, longest))) for _ in range(count)]


def tables(seed: int = 0, n: int = 30, m: int = 20) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables: texts, a title here and there, skills, and some with several documents."""
    rng = np.random.default_rng(seed)
    people = pd.DataFrame({"candidate_id": [f"R{k}" for k in range(n)], "text": texts(seed + 1, n)})
    people["text"] = people["text"].astype(object)
    for k in range(0, n, 5):
        people.at[k, "text"] = texts(seed + 100 + k, 3)
    people["skills"] = [rng.choice(WORDS, 3).tolist() if k % 3 else "" for k in range(n)]
    needs = pd.DataFrame({"demand_id": [f"X{k}" for k in range(m)], "text": texts(seed + 2, m, 80)})
    needs["title"] = ["designer" if k % 2 else "" for k in range(m)]
    return people, needs


PEOPLE, NEEDS = tables()


@pytest.fixture(scope="module")
def fitted() -> tm.FitScorer:
    """The usual scorer on the two tables."""
    return tm.FitScorer().fit(PEOPLE, NEEDS)


# ---------------------------------------------------------------- the naive way


def documents_of(frame: pd.DataFrame) -> list[list[str]]:
    """Each row's documents: title, text and skills a line each, normalised."""
    out = []
    for row in frame.to_dict("records"):
        listed = row["text"] if isinstance(row["text"], list) else [row["text"]]
        skills = "; ".join(row["skills"]) if row.get("skills") else ""
        whole = ["\n".join(p for p in (row.get("title", ""), t, skills) if p) for t in listed]
        out.append([normalise(text) for text in whole])
    return out


def idf(found_in: Any, n: int) -> Any:
    """The inverse document frequency of what so many of n texts hold."""
    return np.log((1 + n) / (1 + np.asarray(found_in))) + 1


def naive_words(flat: list[str], longest: int = 2, rarity: float = 1.5) -> np.ndarray:
    """Rows of words and runs of them: scikit-learn's counts, damped, times a power of idf."""
    model = CountVectorizer(ngram_range=(1, longest), token_pattern=SCRIPT_AWARE)
    counts = model.fit_transform(flat).toarray().astype(float)
    damped = np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0)
    return normalize(damped * idf((counts > 0).sum(axis=0), len(flat)) ** rarity)


def grams_of(word: str) -> Counter[str]:
    """Three to five characters of a word between spaces; one or two of a Chinese one."""
    low, high = (1, 2) if "\u4e00" <= word[0] <= "\u9fff" else (3, 5)
    padded = f" {word} "
    runs = (padded[k : k + n] for n in range(low, high + 1) for k in range(len(padded) - n + 1))
    return Counter(run for run in runs if run != " ")


def naive_grams(flat: list[str], balance: float = 0.75, rarity: float = 1.5) -> np.ndarray:
    """Rows of n-grams by the formula of `WordGrams`, one word of one text after another."""
    texts = [Counter(re.findall(RUNS, text.lower())) for text in flat]
    word_df = Counter(word for text in texts for word in text)
    gram_df = Counter(gram for text in texts for gram in set().union(*map(grams_of, text)))
    reach: Counter[str] = Counter()  # the texts of all words that hold the n-gram
    for word, texts_with in word_df.items():
        for gram in grams_of(word):
            reach[gram] += texts_with
    place = {gram: k for k, gram in enumerate(gram_df)}
    rows = np.zeros((len(flat), len(place)))
    for row, text in zip(rows, texts, strict=True):
        for word, times in text.items():
            bag = {g: c * idf(gram_df[g], len(flat)) ** rarity for g, c in grams_of(word).items()}
            rough = {
                g: c * idf(min(reach[g], len(flat)), len(flat)) ** rarity
                for g, c in grams_of(word).items()
            }
            size = math.sqrt(sum(value**2 for value in rough.values()))
            share = (1 + math.log(times)) * (idf(word_df[word], len(flat)) / size) ** balance
            for gram, value in bag.items():
                row[place[gram]] += share * value
    return normalize(rows)


def naive_scores(
    people: pd.DataFrame, needs: pd.DataFrame, weights: tuple[float, float] = (0.5, 0.5)
) -> np.ndarray:
    """Rows of both blocks, means of documents, weights, and the law of length."""
    sides = documents_of(people), documents_of(needs)
    flat = [text for side in sides for row in side for text in row]
    owner = [k for k, row in enumerate(sides[0] + sides[1]) for _ in row]
    raw, lengths = np.zeros((len(people), len(needs))), np.zeros(len(needs))
    blocks = naive_words(flat), naive_grams(flat)
    # a candidate's document with less than 1/8 of the median one's features is thin
    held = sum((rows > 0).sum(axis=1) for rows in blocks)[np.less(owner, len(people))]
    thin = np.ones(len(flat))
    thin[: len(held)] = np.sqrt(np.minimum(held / (np.median(held[held > 0]) / 8), 1))
    words = np.array([len(normalise(text).split()) for text in flat[: len(held)]])
    usual = min(np.median((held / np.maximum(words, 1))[held > 0]), 6.0)
    thin[: len(held)] *= np.minimum(held / np.maximum(words, 1) / (usual / 2), 1)
    for rows, weight in zip(blocks, weights, strict=True):
        lengths += (rows[np.greater_equal(owner, len(people))] > 0).sum(axis=1)
        rows = rows * thin[:, None]
        means = [rows[np.equal(owner, k)].mean(axis=0) for k in range(len(people) + len(needs))]
        left, right = np.array(means[: len(people)]), np.array(means[len(people) :])
        raw += weight * left @ right.T
    # best ~ length ** slope between the 5th and 95th percentile, shrunk towards no effect
    best = raw.max(axis=0)
    low, high = np.percentile(lengths, [5, 95])
    x, y = np.log(np.clip(lengths, low, high)), np.log(best)
    (slope, _), (rest,), *_ = np.polyfit(x, y, 1, full=True)
    error = rest / (len(x) - 2) / ((x - x.mean()) ** 2).sum()
    slope *= 0.25**2 / (0.25**2 + error)
    reference = low if slope >= 0 else high
    return raw * (np.clip(lengths, low, high) / reference) ** -slope


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("weights", [(0.5, 0.5), (1.0, 3.0)])
def test_scores_equal_the_formulas_put_together(seed: int, weights: tuple[float, float]) -> None:
    """Word and character blocks, several documents, weights and balance: the same to 1e-6."""
    people, needs = tables(seed)
    blocks = [tm.Words(weight=weights[0]), tm.CharGrams(weight=weights[1])]
    scores = tm.FitScorer(blocks=blocks).fit(people, needs).score(people, needs).toarray()
    total = sum(weights)
    want = naive_scores(people, needs, (weights[0] / total, weights[1] / total))
    np.testing.assert_allclose(scores, want, atol=1e-6)


def test_other_texts_are_scored_by_what_was_fitted(fitted: tm.FitScorer) -> None:
    """New tables are weighed with the terms of the fit: a known text scores the same."""
    fresh = pd.DataFrame({"candidate_id": ["new", "R1"], "text": ["zebra", PEOPLE["text"][1]]})
    fresh["skills"] = ["", PEOPLE["skills"][1]]
    scores = fitted.score(fresh, NEEDS).toarray()
    assert (scores[0] == 0).all()
    np.testing.assert_array_equal(scores[1], fitted.score(PEOPLE, NEEDS).toarray()[1])


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    data=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), min_size=2, max_size=6)
)
def test_scores_lie_between_zero_and_one(data: list[list[str]]) -> None:
    """No score leaves [0, 1], not by rounding either, even of a text with itself."""
    lines = [" ".join(words) for words in data]
    people = [{"candidate_id": str(k), "text": text} for k, text in enumerate(lines)]
    needs = [{"demand_id": str(k), "text": text} for k, text in enumerate(lines)]
    try:
        scores = tm.FitScorer().fit(people, needs).score(people, needs).toarray()
    except tm.InputError:  # nothing but single letters
        return
    assert scores.min() >= 0.0
    assert scores.max() <= 1.0


def test_a_text_fits_itself_best() -> None:
    """Without an effect of length, a text scores one with itself, to the grid."""
    people = [
        {"candidate_id": "a", "text": "submarine cable"},
        {"candidate_id": "b", "text": "bread"},
    ]
    needs = [{"demand_id": "x", "text": "submarine cable"}]
    scores = tm.FitScorer().fit(people, needs).score(people, needs).toarray()
    assert scores[0, 0] == pytest.approx(1.0, abs=1e-6)
    assert scores[1, 0] == 0.0


def test_several_documents_score_by_their_mean() -> None:
    """A candidate of two documents scores the mean of two candidates of one each."""
    one, two = "submarine cable design", "pastry and bread"
    needs = [{"demand_id": "x", "text": "cable designer"}, {"demand_id": "y", "text": "bread"}]
    split = [{"candidate_id": "a", "text": one}, {"candidate_id": "b", "text": two}]
    both = [{"candidate_id": "c", "text": [one, two]}]
    scorer = tm.FitScorer().fit(split, needs)
    apart, mean = scorer.score(split, needs).toarray(), scorer.score(both, needs).toarray()
    np.testing.assert_allclose(mean[0], apart.mean(axis=0), atol=1e-7)


def test_skills_count_as_text() -> None:
    """Somebody with a skill list alone is matched on it."""
    people = [
        {"candidate_id": "a", "skills": ["CNC", "welding"]},
        {"candidate_id": "b", "text": "bread"},
    ]
    needs = [{"demand_id": "x", "skills": "welding; milling"}]
    scores = tm.FitScorer().fit(people, needs).score(people, needs).toarray()
    assert scores[0, 0] > 0
    assert scores[1, 0] == 0


# ---------------------------------------------------------------- order, forms, state


def by_id(scores: tm.Scores) -> pd.DataFrame:
    """Scores as a frame, rows and columns sorted by id."""
    frame = pd.DataFrame(scores.toarray(), index=scores.candidate_ids, columns=scores.demand_ids)
    return frame.sort_index().sort_index(axis=1)


@pytest.mark.parametrize(
    "form", ["shuffled", "filtered", "indexed", "polars", "arrow", "records", "headings"]
)
def test_the_form_of_the_tables_does_not_matter(fitted: tm.FitScorer, form: str) -> None:
    """Shuffled rows, a filtered frame, the id as index, polars, arrow: the same bits by id."""
    people, needs = PEOPLE.drop(columns="skills"), NEEDS
    people = people[[isinstance(text, str) for text in people["text"]]].reset_index(drop=True)
    want = by_id(tm.FitScorer().fit(people, needs).score(people, needs))
    given: Any = people, needs
    if form == "shuffled":
        given = people.sample(frac=1, random_state=1), needs.sample(frac=1, random_state=2)
    elif form == "filtered":
        more = pd.concat([people.assign(candidate_id=[f"Q{k}" for k in people.index]), people])
        given = more[more["candidate_id"].str.startswith("R")], needs
    elif form == "indexed":
        given = people.set_index("candidate_id"), needs.set_index("demand_id")
    elif form == "polars":
        given = pl.from_pandas(people.astype(str)), pl.from_pandas(needs.astype(str)).lazy()
    elif form == "arrow":
        given = pl.from_pandas(people.astype(str)).to_arrow(), pl.from_pandas(needs).to_arrow()
    elif form == "records":
        given = people.to_dict("records"), needs.to_dict("records")
    elif form == "headings":
        given = people.rename(columns={"candidate_id": "编号", "text": "简历"}), needs
    got = by_id(tm.FitScorer().fit(*given).score(*given))
    pd.testing.assert_frame_equal(got, want, check_exact=True, check_names=False)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_fitting_in_any_order_gives_the_same_bits(seed: int) -> None:
    """A scorer fitted on shuffled tables scores every pair with the same bits."""
    rng = np.random.default_rng(seed)
    people, needs = PEOPLE.iloc[rng.permutation(30)], NEEDS.iloc[rng.permutation(20)]
    want = by_id(tm.FitScorer().fit(PEOPLE, NEEDS).score(PEOPLE, NEEDS))
    got = by_id(tm.FitScorer().fit(people, needs).score(people, needs))
    pd.testing.assert_frame_equal(got, want, check_exact=True)


def test_the_callers_frames_are_untouched() -> None:
    """Fitting and scoring change neither the frames nor the lists in their cells."""
    people, needs = tables(5)
    before = people.copy(deep=True), needs.copy(deep=True)
    tm.FitScorer().fit(people, needs).score(people, needs).toarray()
    pd.testing.assert_frame_equal(people, before[0])
    pd.testing.assert_frame_equal(needs, before[1])


def test_refitting_replaces_everything() -> None:
    """After a second fit nothing of the first is left, and scores taken before still stand."""
    others = tables(7)
    scorer = tm.FitScorer().fit(PEOPLE, NEEDS)
    earlier = scorer.score(PEOPLE, NEEDS)
    scorer.fit(*others)
    fresh = tm.FitScorer().fit(*others)
    for frames in (others, (PEOPLE, NEEDS)):
        np.testing.assert_array_equal(
            scorer.score(*frames).toarray(), fresh.score(*frames).toarray()
        )
    np.testing.assert_array_equal(
        earlier.toarray(), tm.FitScorer().fit(PEOPLE, NEEDS).score(PEOPLE, NEEDS).toarray()
    )


def test_fit_returns_itself_and_says_so() -> None:
    """`fit` returns the scorer; `repr` tells blocks, rules and whether it is fitted."""
    scorer = tm.FitScorer(rules=[tm.Among("languages")])
    assert repr(scorer) == (
        "<FitScorer of words 35 %, characters 52 %, concepts 13 %, 1 rules, not fitted>"
    )
    assert not scorer.is_fitted
    people, needs = ({**row, "languages": "en"} for row in (
        {"candidate_id": "a", "text": "bread"}, {"demand_id": "x", "text": "bread"},
    ))  # fmt: skip
    assert scorer.fit([people], [needs]) is scorer
    assert scorer.is_fitted
    assert repr(scorer).endswith("1 rules, fitted>")


# ---------------------------------------------------------------- save and load


def test_saved_and_loaded_it_scores_bit_for_bit(tmp_path: Path, fitted: tm.FitScorer) -> None:
    """A scorer comes back from JSON and npz, without pickle, and scores the same bits."""
    rules = [
        tm.AtLeast("level", "asked", order=["low", ("mid", "中"), "high"], missing="bar"),
        tm.Within("wage", demand="most"), tm.AvailableBy(), tm.AcceptsKind(), tm.Among("towns"),
    ]  # fmt: skip
    blocks = [
        tm.CharGrams(weight=0.3, ngram_range=(2, 4)),
        tm.Words(weight=0.2, ngram_range=(1, 3)),
    ]
    people = PEOPLE.assign(
        level="mid", wage=5, available_from="2026-01-01", accepts="expert", towns="N;B"
    )
    needs = NEEDS.assign(asked="low", most=6, start_date="2026-02-01", kind="expert", towns="B")
    scorer = tm.FitScorer(blocks=blocks, rules=rules).fit(people, needs)
    scorer.save(tmp_path / "fit.json")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["fit.json", "fit.npz"]
    with np.load(tmp_path / "fit.npz", allow_pickle=False) as stored:
        assert all(stored[name].dtype != object for name in stored)
    loaded = tm.FitScorer.load(tmp_path / "fit.json")
    assert loaded.is_fitted
    assert loaded.blocks == tuple(blocks)
    assert [type(rule) for rule in loaded.rules] == [type(rule) for rule in rules]
    others = tables(3)[0].assign(
        **dict.fromkeys(["level", "wage", "available_from"]), accepts="", towns=""
    )
    for frame in (people, others):
        np.testing.assert_array_equal(
            loaded.score(frame, needs).toarray(), scorer.score(frame, needs).toarray()
        )
    loaded.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "fit.json").read_bytes()


@pytest.mark.parametrize("content", ["hello", "[]", "{}", '{"format": "talentmatch FitScorer 0"}'])
def test_a_file_that_is_no_scorer_is_refused(tmp_path: Path, content: str) -> None:
    """Anything but a saved scorer of this version raises a ProblemError."""
    (tmp_path / "fit.json").write_text(content)
    with pytest.raises(tm.ProblemError, match="is not a FitScorer"):
        tm.FitScorer.load(tmp_path / "fit.json")


def test_what_cannot_be_saved_is_refused(tmp_path: Path, fitted: tm.FitScorer) -> None:
    """A scorer not fitted, a foreign rule and another ending are refused; nothing is written."""

    @dataclasses.dataclass(frozen=True)
    class Mine:
        def bind(self, candidates: pd.DataFrame, demands: pd.DataFrame) -> Any:
            return tm.AtLeast("a", "a").bind(candidates.assign(a=1), demands.assign(a=1))

    foreign = tm.FitScorer(rules=[Mine()]).fit(PEOPLE, NEEDS)
    assert not np.isnan(foreign.score(PEOPLE, NEEDS).toarray()).any()
    with pytest.raises(tm.ProblemError, match="not talentmatch's own"):
        foreign.save(tmp_path / "fit.json")
    with pytest.raises(tm.ProblemError, match=r"saved as name\.json, not 'fit\.pkl'"):
        fitted.save(tmp_path / "fit.pkl")
    with pytest.raises(tm.NotFittedError):
        tm.FitScorer().save(tmp_path / "fit.json")
    assert not list(tmp_path.iterdir())


# ---------------------------------------------------------------- refused


def test_scoring_before_fitting_is_refused() -> None:
    """The message says what to call."""
    with pytest.raises(tm.NotFittedError, match="call fit"):
        tm.FitScorer().score(PEOPLE, NEEDS)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"blocks": []}, "needs at least one block"),
        ({"blocks": ["words"]}, "not a block: 'words'"),
        ({"rules": ["degree"]}, "not a rule: 'degree'"),
    ],
)
def test_parts_of_a_scorer_are_checked(given: dict[str, Any], words: str) -> None:
    """No block, a block that is none, a rule that is none."""
    with pytest.raises(tm.ProblemError, match=words):
        tm.FitScorer(**given)


@pytest.mark.parametrize("block", [tm.Words, tm.CharGrams])
def test_blocks_check_their_numbers(block: Any) -> None:
    """Weights are above zero, ranges from least to greatest."""
    for weight in (0, -1, math.nan):
        with pytest.raises(tm.ProblemError, match="weight must be above 0"):
            block(weight=weight)
    for span in ((0, 1), (3, 2)):
        with pytest.raises(tm.ProblemError, match="least, greatest"):
            block(ngram_range=span)


def test_texts_without_a_term_are_refused() -> None:
    """Where no text holds a term the error names the texts, not the inside."""
    people, needs = [{"candidate_id": "a", "text": "!"}], [{"demand_id": "x", "text": "?"}]
    scorer = tm.FitScorer(blocks=[tm.Words()])
    with pytest.raises(tm.InputError, match="no text holds a term"):
        scorer.fit(people, needs)
    assert not scorer.is_fitted


def test_a_failed_refit_keeps_the_scorer_whole() -> None:
    """After a fit that raised, the scorer scores as before."""
    scorer = tm.FitScorer(blocks=[tm.Words()]).fit(PEOPLE, NEEDS)
    want = scorer.score(PEOPLE, NEEDS).toarray()
    with pytest.raises(tm.InputError):
        scorer.fit([{"candidate_id": "a", "text": "!"}], [{"demand_id": "x", "text": "?"}])
    np.testing.assert_array_equal(scorer.score(PEOPLE, NEEDS).toarray(), want)


def test_flaws_of_both_kinds_are_errors_of_input() -> None:
    """A table with flaws and a rule without its column fail before anything is scored."""
    with pytest.raises(tm.InputError, match="missing id"):
        tm.FitScorer().fit([{"candidate_id": "", "text": "a"}], [{"demand_id": "x", "text": "b"}])
    scorer = tm.FitScorer(rules=[tm.AtLeast("degree")]).fit(PEOPLE, NEEDS)
    with pytest.raises(tm.ProblemError, match="needs the column 'degree' of candidates"):
        scorer.score(PEOPLE, NEEDS)


# ---------------------------------------------------------------- balance


def test_balance_finds_a_known_law() -> None:
    """Best scores that follow a power of the length are brought to one level."""
    lengths = np.linspace(20, 400, 100)
    best = 0.1 * np.clip(lengths, *np.percentile(lengths, [5, 95])) ** 0.3
    law = LengthBalance.learn(lengths, best)
    assert law.slope == pytest.approx(0.3)
    np.testing.assert_allclose(best * law.factors(lengths), best.min())
    assert law.factors(lengths).max() == 1.0
    assert LengthBalance(**json.loads(json.dumps(law.as_dict()))) == law


@pytest.mark.parametrize(
    ("lengths", "best"),
    [([3.0, 9.0], [0.1, 0.2]), ([5.0] * 9, list(np.linspace(0.1, 0.9, 9))), ([0.0] * 5, [0.0] * 5)],
)
def test_too_little_to_learn_from_is_no_law(lengths: list[float], best: list[float]) -> None:
    """Few demands, demands of one length, or demands without a term leave scores as they are."""
    law = LengthBalance.learn(np.array(lengths), np.array(best))
    assert law.factors(np.array([1.0, 50.0])).tolist() == [1.0, 1.0]


def test_balance_of_a_falling_law_stays_within_one() -> None:
    """Where short demands score higher, the factor is one for the longest and less for others."""
    lengths = np.linspace(20, 400, 100)
    law = LengthBalance.learn(lengths, lengths**-0.2)
    assert law.slope < 0
    assert law.factors(lengths).max() <= 1.0
    assert law.factors(np.array([1e6])) == 1.0


def test_a_damaged_file_is_one_clear_error(tmp_path: Path) -> None:
    """A scorer's JSON without its parts is named, with what is missing."""
    path = tmp_path / "scorer.json"
    path.write_text('{"format": "talentmatch FitScorer 2"}', encoding="utf-8")
    with pytest.raises(tm.ProblemError, match="is damaged: KeyError\\('blocks'\\)"):
        tm.FitScorer.load(path)
