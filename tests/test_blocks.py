"""Blocks of a score against their formulas done naively, one at a time and side by side."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.optimize as so
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.decomposition import TruncatedSVD
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import normalize

import talentmatch as tm
from talentmatch.blocks import Concepts, Encoded, Level, Neighbours, Same, Wanted
from talentmatch.blocks.labels import _WORDS  # a tuned number, not a part of the formula
from talentmatch.blocks.material import Material
from talentmatch.blocks.neighbours import FittedNeighbours
from talentmatch.reading import read_candidates, read_demands
from talentmatch.text import SCRIPT_AWARE, normalise, tokenize
from test_scoring import naive_grams, naive_words

VOCABULARY = re.findall(
    r"\w+",
    "cable submarine design welding robot milling mould steel pump valve motor drive plc software "
    "quality audit planning supply laser optics 电缆 模具 焊接 设计",
)
SINGLE = tm.Words(weight=1, ngram_range=(1, 1))


def lines(seed: int, count: int, least: int = 4, most: int = 9) -> list[str]:
    """Random short texts of known words."""
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(VOCABULARY, rng.integers(least, most))) for _ in range(count)]


def people_of(texts: list[Any], **columns: list[Any]) -> pd.DataFrame:
    """A table of candidates."""
    frame = pd.DataFrame({"candidate_id": [f"R{k}" for k in range(len(texts))]})
    frame["text"] = pd.Series(texts, dtype=object)
    for name, cells in columns.items():
        frame[name] = pd.Series(cells, dtype=object)
    return frame


def needs_of(texts: list[Any], **columns: list[Any]) -> pd.DataFrame:
    """A table of demands."""
    frame = people_of(texts, **columns)
    return frame.assign(candidate_id=[f"X{k}" for k in range(len(texts))]).rename(
        columns={"candidate_id": "demand_id"}
    )


def material(people: pd.DataFrame, needs: pd.DataFrame) -> Material:
    """The documents of two tables, as `fit` reads them."""
    return Material.of(read_candidates(people), read_demands(needs))


def scored(scorer: tm.FitScorer, people: pd.DataFrame, needs: pd.DataFrame) -> np.ndarray:
    """All scores after a fit on the same tables, each checked to be the sum of its terms."""
    scores = scorer.fit(people, needs).score(people, needs)
    check_sums(scores)
    return scores.toarray()


def check_sums(scores: tm.Scores) -> None:
    """Contributions of every pair sum to its score, exactly and in any order."""
    values = scores.toarray()
    for i, candidate in enumerate(scores.candidate_ids):
        for j, demand in enumerate(scores.demand_ids):
            terms = scores.contributions(candidate, demand)["contribution"]
            assert terms.sum() == values[i, j]
            assert terms[::-1].sum() == values[i, j]


def by_id(scores: tm.Scores) -> pd.DataFrame:
    """Scores as a frame, rows and columns sorted by id."""
    frame = pd.DataFrame(scores.toarray(), index=scores.candidate_ids, columns=scores.demand_ids)
    return frame.sort_index().sort_index(axis=1)


# ---------------------------------------------------------------- texts and facts


@pytest.mark.parametrize("balance", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("rarity", [0.0, 1.0, 2.0])
def test_powers_of_texts_are_those_given(balance: float, rarity: float) -> None:
    """Words and n-grams follow their formulas with any powers."""
    people, needs = people_of(lines(1, 9)), needs_of(lines(2, 4))
    flat = [*people["text"], *needs["text"]]
    pairs = (
        (tm.Words(rarity=rarity), naive_words(flat, rarity=rarity)),
        (tm.CharGrams(balance=balance, rarity=rarity), naive_grams(flat, balance, rarity)),
    )
    for block, rows in pairs:
        left, right = block.fit(material(people, needs)).rows(material(people, needs))
        np.testing.assert_allclose((left @ right.T).toarray(), rows[:9] @ rows[9:].T, atol=1e-9)


def test_facts_count_alike_for_demands_of_all_lengths() -> None:
    """The law of length touches texts only: an agreeing fact adds its whole share."""
    people = people_of(lines(1, 30, 20, 60), sector=list("abc") * 10)
    needs = needs_of([line for k in range(2, 40, 4) for line in lines(k, 2, k, k + 1)],
                     trade=list("ab") * 10)  # fmt: skip
    blocks = [tm.Words(weight=3), Same("sector", demand="trade", weight=1)]
    scores = tm.FitScorer(blocks=blocks).fit(people, needs).score(people, needs)
    words = tm.FitScorer(blocks=[tm.Words()]).fit(people, needs).score(people, needs).toarray()
    naive = naive_words([*people["text"], *needs["text"]])
    assert not np.allclose(words, naive[:30] @ naive[30:].T, atol=0.01)  # there is such a law
    for i in range(30):
        for j in range(20):
            terms = scores.contributions(f"R{i}", f"X{j}")
            fact = terms.loc[terms["block"] == "sector", "contribution"].sum()
            agrees = people["sector"][i] == needs["trade"][j]
            assert fact == pytest.approx(0.25 * agrees, abs=1e-7)


# ---------------------------------------------------------------- neighbours


@pytest.mark.parametrize("most", [1, 3, 7, 50])
@pytest.mark.parametrize("sharpness", [1.0, 2.0, 3.5])
def test_neighbours_keep_the_largest_and_their_ties(most: int, sharpness: float) -> None:
    """A row holds its `most` largest similarities and their equals, to the power, of length 1."""
    rng = np.random.default_rng(most)
    anchors = [rng.integers(-1, 3, (20, 4)) / 8, sp.csr_array(rng.integers(0, 3, (20, 5)) / 8)]
    given = [rng.integers(-1, 3, (30, 4)) / 8, sp.csr_array(rng.integers(0, 3, (30, 5)) / 8)]
    given[0][3], given[1] = 0, sp.csr_array(given[1].toarray() * (np.arange(30) != 3)[:, None])
    fitted = FittedNeighbours(Neighbours(most=most, sharpness=sharpness), anchors, ["?"] * 20)
    want = np.zeros((30, 20))
    tied = 0
    for k in range(30):
        alike = given[0][k] @ anchors[0].T + given[1].toarray()[k] @ anchors[1].toarray().T
        least = sorted(alike)[-min(most, 20)]
        for a in range(20):
            if alike[a] >= least and alike[a] > 0:
                want[k, a] = alike[a] ** sharpness
        tied += (alike >= least).sum() > most
    assert tied or most == 50
    got = fitted.beside(given)
    np.testing.assert_allclose(got.toarray(), normalize(want), atol=1e-12)
    assert not got.toarray()[3].any()


def test_neighbours_add_a_cosine_of_similarities() -> None:
    """A score is the weighted sum of the words' cosine and that of similarities to all texts."""
    people, needs = people_of(lines(1, 25)), needs_of(lines(2, 2))
    blocks = [SINGLE, Neighbours(weight=3, most=5)]
    scores = scored(tm.FitScorer(blocks=blocks), people, needs)
    rows = naive_words([*people["text"], *needs["text"]], 1)
    alike = rows @ rows.T
    kept = [np.where(row >= np.sort(row)[-5] - 1e-7, row, 0) ** 2 for row in alike]
    near = normalize(np.array(kept))
    want = (alike + 3 * near @ near.T) / 4
    np.testing.assert_allclose(scores, want[:25, 25:], atol=1e-6)


def test_too_many_texts_have_no_neighbours() -> None:
    """Above the limit the block is left out: the others' weights sum to one, scores are theirs."""
    people, needs = people_of(lines(1, 25)), needs_of(lines(2, 5))
    blocks = [tm.Words(weight=1), tm.CharGrams(weight=3)]
    with_it = tm.FitScorer(blocks=[*blocks, Neighbours(texts=29)]).fit(people, needs)
    assert with_it.weights == (0.25, 0.75, 0.0)
    without = tm.FitScorer(blocks=blocks).fit(people, needs).score(people, needs)
    np.testing.assert_array_equal(with_it.score(people, needs).toarray(), without.toarray())
    at_limit = tm.FitScorer(blocks=[*blocks, Neighbours(texts=30)]).fit(people, needs)
    assert at_limit.weights == pytest.approx((0.1, 0.3, 0.6))


@pytest.mark.parametrize("name", ["weight", "most", "sharpness", "texts"])
def test_neighbours_check_their_numbers(name: str) -> None:
    """Every number is above zero."""
    with pytest.raises(tm.ProblemError, match=f"{name} must be above 0"):
        Neighbours(**{name: 0})


def test_neighbours_need_another_block() -> None:
    """Alone, or twice, they are refused."""
    with pytest.raises(tm.ProblemError, match="give one of those"):
        tm.FitScorer(blocks=[Neighbours()])
    with pytest.raises(tm.ProblemError, match="one block of Neighbours"):
        tm.FitScorer(blocks=[tm.Words(), Neighbours(), Neighbours()])


# ---------------------------------------------------------------- concepts

TREE = tm.Taxonomy.from_table(
    [
        {"term": "laser welding", "concept": "laser", "broader": "welding"},
        {"term": "激光焊接", "concept": "laser", "broader": "welding"},
        {"term": "arc welding", "concept": "arc", "broader": "welding"},
        {"term": "welding", "concept": "welding", "broader": "joining"},
        {"term": "焊接", "concept": "welding", "broader": "joining"},
        {"term": "riveting", "concept": "riveting", "broader": "joining"},
        {"term": "joining metal", "concept": "joining", "broader": "production"},
        {"term": "production", "concept": "production", "broader": "industry"},
        {"term": "industry", "concept": "industry"},
        {"term": "cooking", "concept": "cooking"},
    ]
)
TRADES = (
    ["laser welding, laser welding, riveting", "arc welder", "cooking", "production planning", "!"],
    ["welding in production", "激光焊接 industry"],
)


def naive_concepts(block: Concepts, flat: list[str]) -> np.ndarray:
    """Rows of concepts by the class's formula, from what `Taxonomy.find` counts."""
    taxonomy = block.taxonomy
    assert taxonomy is not None
    counts = taxonomy.find(tokenize(map(normalise, flat))).toarray()
    raw = np.array([[1 + np.log(c) if c else 0.0 for c in row] for row in counts])
    sizes = [len(re.findall(SCRIPT_AWARE, text.lower())) for text in flat]
    few = [k for k, size in enumerate(sizes) if 0 < size <= block.short]
    if few:
        texts = [*taxonomy.terms, *(flat[k] for k in few)]
        n = len(taxonomy.terms)
        words, grams = naive_words(texts), naive_grams(texts)
        alike = _WORDS * words[n:] @ words[:n].T + (1 - _WORDS) * grams[n:] @ grams[:n].T
        for k, row in zip(few, alike, strict=True):
            for c in range(len(taxonomy)):
                closest = max(row[t] for t in range(n) if taxonomy.concept_of[t] == c)
                raw[k, c] = max(block.named * raw[k, c], closest**block.sharpness)
    df = (raw > 0).sum(axis=0)
    own = normalize(raw * (np.log((1 + len(flat)) / (1 + df)) + 1) ** block.rarity)
    links = taxonomy.broader.toarray().astype(float)
    rows = own.copy()
    for level in (1, 2, 3):
        rows += block.broader**level * own @ np.linalg.matrix_power(links, level)
    return normalize(rows)


@pytest.mark.parametrize("broader", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("rarity", [0.0, 1.0])
@pytest.mark.parametrize(
    ("short", "named", "sharpness"), [(0, 0.05, 3), (3, 0.05, 3), (16, 0.0, 5), (16, 1.0, 1)]
)
def test_concepts_are_named_weighed_and_part_of_broader_ones(
    broader: float, rarity: float, short: int, named: float, sharpness: float
) -> None:
    """Rows equal the naive ones: counts, rarity, three levels up, closest terms of short texts."""
    block = Concepts(
        TREE, broader=broader, rarity=rarity, short=short, named=named, sharpness=sharpness
    )
    given = material(people_of(TRADES[0]), needs_of(TRADES[1]))
    fitted = block.fit(given)
    want = naive_concepts(block, [*TRADES[0], *TRADES[1]])
    for _ in range(2):  # the rows of the fit, then the same made anew
        left, right = fitted.rows(given)
        np.testing.assert_allclose(
            sp.vstack([left, right]).toarray(), want, atol=1e-6 if short else 1e-9
        )


def test_a_closest_term_needs_a_concept_with_terms() -> None:
    """A concept without terms of its own is found through narrower ones only."""
    tree = tm.Taxonomy.from_table([{"term": "arc welding", "concept": "arc", "broader": "trades"}])
    given = material(people_of(["arc welding"]), needs_of(["bread"]))
    left, right = Concepts(tree, short=9, broader=0.5, rarity=0).fit(given).rows(given)
    np.testing.assert_allclose(left.toarray(), normalize([[1, 0.5]]))
    assert right.nnz == 0


def test_languages_meet_in_a_concept() -> None:
    """A Chinese post and an English resume share no word, and score by a named concept."""
    people = people_of(["Five years of CNC machining of moulds", "Pastry chef in a hotel"])
    needs = needs_of(["数控加工", "面包"])
    scores = tm.FitScorer().fit(people, needs).score(people, needs)
    check_sums(scores)
    assert scores.toarray()[0, 0] > 0
    assert scores.toarray()[1, 0] == 0
    terms = scores.contributions("R0", "X0")
    assert set(terms["block"]) == {"concepts"}
    glossary = tm.Taxonomy.glossary()
    found = glossary.find(tokenize(["cnc machining"])).nonzero()[1]
    assert set(terms["term"]) & {glossary.labels[k] for k in found}


def test_concepts_check_their_settings() -> None:
    """A taxonomy, a weight above zero, shares in [0, 1]."""
    for wrong, words in (
        ({"taxonomy": "esco"}, "not a Taxonomy"),
        ({"weight": 0}, "weight must be above 0"),
        ({"broader": 2}, "broader must be in"),
        ({"named": -1}, "named must be in"),
    ):
        with pytest.raises(tm.ProblemError, match=words):
            Concepts(**wrong)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(tm.ProblemError, match=r"give the taxonomy to Concepts"):
        tm.FitScorer(blocks=[tm.Words()], taxonomy=TREE)


# ---------------------------------------------------------------- encoders


def dense_vectors(texts: list[str]) -> list[list[float]]:
    """Vectors with signs, from letters."""
    return [[text.count(c) - 2.5 for c in "aeilnrst"] for text in texts]


def sparse_vectors(texts: list[str]) -> sp.csr_array:
    """Three features a text, from its length."""
    rows = np.zeros((len(texts), 12))
    for row, text in zip(rows, texts, strict=True):
        row[[len(text) % 10, len(text) % 10 + 1, 11]] = [1, 2, 1 + text.count("e")]
    return sp.csr_array(rows)


def best_total(scores: np.ndarray) -> float:
    """The largest sum of one-to-one pairs, none of them below zero."""
    gains = np.maximum(scores, 0)
    return float(gains[so.linear_sum_assignment(gains, maximize=True)].sum())


@pytest.mark.parametrize("kind", ["pipeline", "dense", "sparse", "both"])
def test_encoders_score_by_weighted_cosines(kind: str) -> None:
    """A transformer or callables, alone or together: weighted cosines, and plans proved optimal."""
    people, needs = people_of(lines(3, 12)), needs_of(lines(4, 8))
    svd = make_pipeline(tm.SkillVectorizer(), TruncatedSVD(4, random_state=0))
    blocks = {
        "pipeline": [Encoded(svd, weight=2)],
        "dense": [Encoded(dense_vectors, weight=2)],
        "sparse": [Encoded(sparse_vectors, weight=2)],
        "both": [Encoded(dense_vectors, weight=3, label="a"), Encoded(svd, weight=1, label="b")],
    }[kind]
    scorer = tm.FitScorer(blocks=blocks)
    scores = scored(scorer, people, needs)
    flat = [*people["text"], *needs["text"]]
    want = np.zeros((12, 8))
    for block, share in zip(blocks, scorer.weights, strict=True):
        encode = clone(svd).fit_transform if block.encoder is svd else block.encoder
        raw = encode(flat)
        rows = normalize(raw.toarray() if sp.issparse(raw) else np.array(raw))
        want += share * rows[:12] @ rows[12:].T
    np.testing.assert_allclose(scores, want, atol=1e-6)
    assert not hasattr(svd[-1], "components_")  # a clone was fitted
    assert (scores < 0).any() == (kind != "sparse")
    result = tm.solve(tm.Problem(scorer.score(people, needs), capacity=1))
    assert result.status == "optimal"
    assert result.objective == pytest.approx(best_total(scores), abs=1e-12)


def test_an_encoder_beside_words_reads_its_own_columns() -> None:
    """Words of the texts and vectors of other columns, several documents a candidate: their sum."""
    people = people_of(
        [[*lines(5, 2)], lines(6, 1)[0], *lines(7, 3)], hobby=["aa", "tree", "sail", "rest", "lane"]
    )
    needs = needs_of(lines(8, 2), club=["trail", "ass"])
    blocks = [
        SINGLE,
        Encoded(dense_vectors, weight=1, candidate=("hobby",), demand=("club",), label="fun"),
    ]
    scorer = tm.FitScorer(blocks=blocks)
    scores = scored(scorer, people, needs)
    flat = [*people["text"][0], *people["text"][1:], *needs["text"]]
    words = naive_words(flat, 1)
    left = np.vstack([words[:2].mean(axis=0), words[2:6]])
    fun = normalize(dense_vectors([*people["hobby"], *needs["club"]]))
    np.testing.assert_allclose(scores, (left @ words[6:].T + fun[:5] @ fun[5:].T) / 2, atol=1e-6)
    named = scorer.score(people, needs).contributions("R1", "X0")
    assert set(named.loc[named["block"] == "fun", "term"]) <= {f"dimension {k}" for k in range(8)}


@pytest.mark.parametrize(
    ("encoder", "words"),
    [
        (lambda texts: [1.0] * len(texts), "not one row each"),
        (lambda texts: [[1.0]], "not one row each"),
        (lambda texts: np.ones((len(texts), 2, 2)), "not one row each"),
        (lambda texts: [[np.nan, 1.0]] * len(texts), "not finite"),
        (lambda texts: sp.csr_array(np.full((len(texts), 2), np.inf)), "not finite"),
        (lambda texts: [["a"]] * len(texts), "gave no numbers"),
        (lambda texts: [[1.0, 2.0]] * (len(texts) - 1) + [[1.0]], "gave no numbers"),
    ],
)
def test_wrong_vectors_are_refused(encoder: Any, words: str) -> None:
    """Not one vector a text, not finite, no numbers: one clear error that names the block."""
    scorer = tm.FitScorer(blocks=[Encoded(encoder, label="mine")])
    with pytest.raises(tm.ProblemError, match=f"mine: the encoder gave.*{words}|mine: .*{words}"):
        scorer.fit(people_of(lines(1, 4)), needs_of(lines(2, 3)))
    assert not scorer.is_fitted


def test_encoders_are_checked_and_not_kept(tmp_path: Path) -> None:
    """Something that encodes nothing is refused, and so is saving code of yours."""
    with pytest.raises(tm.ProblemError, match="an encoder is a transformer or a callable"):
        Encoded("bert")
    with pytest.raises(tm.ProblemError, match="weight must be above 0"):
        Encoded(dense_vectors, weight=0)
    scorer = tm.FitScorer(blocks=[tm.Words(), Encoded(dense_vectors)])
    scorer.fit(people_of(lines(1, 4)), needs_of(lines(2, 3)))
    with pytest.raises(tm.ProblemError, match="cannot save a block that holds code of yours"):
        scorer.save(tmp_path / "fit.json")
    assert not list(tmp_path.iterdir())


# ---------------------------------------------------------------- material


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        (["cable design"] * 150, ["weld"] * 50, "titles"),
        (["cable design"] * 150, ["weld"] * 49, "sentences"),
        (["one two three four"] * 100, ["one two"] * 100, "titles"),
        (["one two three four"] * 100, ["one two three"] * 100, "sentences"),
        (["电缆设计工程"] * 100, ["电缆设计工程"] * 100, "titles"),
        (["电缆设计工程师"] * 100, ["电缆设计工程"] * 100, "sentences"),
        (["word " * 32] * 3, ["word"] * 3, "sentences"),
        (["word " * 33] * 3, ["word"] * 3, "texts"),
        (["word"] * 3, ["word " * 33] * 3, "texts"),
        (["word", "word", "word " * 99], ["word"], "sentences"),
    ],
)
def test_kinds_of_texts_go_by_their_length(left: list[str], right: list[str], kind: str) -> None:
    """Titles: three words on average and 200 of them; sentences: a median of 32 words."""
    assert material(people_of(left), needs_of(right)).kind == kind


def test_the_usual_blocks_follow_the_kind_at_every_fit() -> None:
    """Short titles bring neighbours, a later fit on texts takes them away again."""
    scorer = tm.FitScorer()
    scorer.fit(people_of(lines(1, 130, 1, 3)), needs_of(lines(2, 120, 1, 3)))
    assert [block.name for block in scorer.blocks][-1] == "neighbours"
    scorer.fit(people_of(lines(1, 4, 40, 60)), needs_of(lines(2, 3, 40, 60)))
    assert scorer.blocks == tm.FitScorer().blocks
    mine = tm.FitScorer(taxonomy=TREE).fit(people_of(TRADES[0]), needs_of(TRADES[1]))
    assert mine.blocks[-1].short > 0


def test_both_directions_make_one_score() -> None:
    """What posts ask and what people wish, each in its own words: the weighted sum of both."""
    people = people_of(lines(1, 6), wishes=lines(11, 6), goals=[["a b"], ["steel pump"], *[""] * 4])
    needs = needs_of(lines(2, 2), offer=lines(12, 2))
    wish = tm.Words(weight=3, ngram_range=(1, 1), candidate=("wishes", "goals"), demand=("offer",))
    scores = scored(tm.FitScorer(blocks=[SINGLE, wish]), people, needs)
    usual = naive_words([*people["text"], *needs["text"]], 1)
    wishes = ["\n".join([wish, "; ".join(goal)]) for wish, goal in
              zip(people["wishes"], people["goals"], strict=True)]  # fmt: skip
    other = naive_words([*wishes, *needs["offer"]], 1)
    want = (usual[:6] @ usual[6:].T + 3 * other[:6] @ other[6:].T) / 4
    np.testing.assert_allclose(scores, want, atol=1e-6)


def test_columns_that_are_missing_are_named() -> None:
    """A block that reads a column no table has says so, and which columns there are."""
    people, needs = people_of(lines(1, 3)), needs_of(lines(2, 3))
    for block in (
        tm.Words(candidate=("wishes",)),
        Encoded(dense_vectors, demand=("wishes",)),
        Same("wishes"),
    ):
        with pytest.raises(tm.ProblemError, match="'wishes'"):
            tm.FitScorer(blocks=[block]).fit(people, needs)


# ---------------------------------------------------------------- several documents

SEVERAL = people_of(
    [lines(21, 3), lines(22, 1)[0], lines(23, 2), lines(24, 1)[0], lines(25, 3)],
    text_dates=[
        ["2026-01-01", "2020-06-01", None],
        "2024-01-01",
        ["2025-01-01", "2023-01-01"],
        None,
        [],
    ],
)
ASKED = needs_of(lines(26, 2))


def by_document() -> list[np.ndarray]:
    """Cosines with the demands, of every candidate's documents."""
    listed = [cell if isinstance(cell, list) else [cell] for cell in SEVERAL["text"]]
    rows = naive_words([*(text for cell in listed for text in cell), *ASKED["text"]], 1)
    cosines = rows[:-2] @ rows[-2:].T
    return np.split(cosines, np.cumsum([len(cell) for cell in listed])[:-1])


@pytest.mark.parametrize("best", [1, 2, 9])
def test_the_best_documents_count(best: int) -> None:
    """A candidate scores the mean of the best documents, of all where there are fewer."""
    scorer = tm.FitScorer(blocks=[SINGLE], documents=tm.Documents(best=best))
    scores = scorer.fit(SEVERAL, ASKED).score(SEVERAL, ASKED)
    want = [np.sort(part, axis=0)[::-1][:best].mean(axis=0) for part in by_document()]
    np.testing.assert_allclose(scores.toarray(), want, atol=1e-6)
    if best < 3:
        check_sums(scores)


@pytest.mark.parametrize("half_life", [0.5, 3.0])
def test_old_documents_count_less(half_life: float, tmp_path: Path) -> None:
    """Documents weigh a half for every half-life of age; without a date as the oldest one."""
    scorer = tm.FitScorer(blocks=[SINGLE], documents=tm.Documents(half_life=half_life))
    scores = scored(scorer, SEVERAL, ASKED)
    newest, oldest = pd.Timestamp("2026-01-01"), pd.Timestamp("2020-06-01")
    for k, part in enumerate(by_document()):
        dates = SEVERAL["text_dates"][k]
        dates = dates if dates and isinstance(dates, list) else [dates or None] * len(part)
        ages = [(newest - pd.Timestamp(d or oldest)).days / 365.25 for d in dates]
        weights = [0.5 ** (age / half_life) for age in ages]
        np.testing.assert_allclose(scores[k], np.average(part, axis=0, weights=weights), atol=1e-6)
    scorer.save(tmp_path / "fit.json")
    loaded = tm.FitScorer.load(tmp_path / "fit.json")
    np.testing.assert_array_equal(loaded.score(SEVERAL, ASKED).toarray(), scores)


def test_what_documents_say_is_checked() -> None:
    """Numbers out of range, dates that do not fit, a missing column."""
    for wrong in ({"best": 0}, {"half_life": 0.0}, {"best": 1, "half_life": 1.0}):
        with pytest.raises(tm.ProblemError, match="documents: "):
            tm.Documents(**wrong)  # type: ignore[arg-type]  # wrong on purpose
    scorer = tm.FitScorer(blocks=[SINGLE], documents=tm.Documents(half_life=1))
    with pytest.raises(tm.ProblemError, match="no column 'text_dates'"):
        scorer.fit(SEVERAL.drop(columns="text_dates"), ASKED)
    for dates, words in ((["2026-01-01"] * 2, "2 dates for 1 documents"), ("soon", "not a list")):
        wrong_dates = SEVERAL.copy()
        wrong_dates.at[1, "text_dates"] = dates
        with pytest.raises(tm.InputError, match=words):
            scorer.fit(wrong_dates, ASKED)
    assert not scorer.is_fitted
    want = scorer.fit(SEVERAL, ASKED).score(SEVERAL, ASKED).toarray()
    with pytest.raises(tm.InputError):
        scorer.fit(wrong_dates, needs_of(lines(27, 2)))
    np.testing.assert_array_equal(scorer.score(SEVERAL, ASKED).toarray(), want)


# ---------------------------------------------------------------- kept, in any order

TITLES = people_of(lines(31, 130, 1, 4)), needs_of(lines(32, 120, 1, 4))
FACTS = (
    people_of(
        lines(41, 12),
        sector=["machinery", "IT", "IT; machinery", "", "food", "food"] * 2,
        degree=["bachelor", "master", None, "doctor", "associate", "硕士"] * 2,
        years=[1, 5, 9, None, 3, 2] * 2,
        skills=[["PLC"], ["AutoCAD", "PLC"], "", ["welding"], ["robot"], ""] * 2,
    ),
    needs_of(
        lines(42, 3),
        trade=["IT", "machinery", ""],
        min_degree=["bachelor", "", "master"],
        years=[4, 2, None],
        nice_to_have=["plc; autocad", "robot", ""],
        must_have=["", "plc", "laser"],
    ),
)
SCORERS = {
    "texts": lambda: tm.FitScorer(),
    "titles": lambda: tm.FitScorer(),
    "taxonomy": lambda: tm.FitScorer(taxonomy=TREE),
    "facts": lambda: tm.FitScorer(
        blocks=[
            tm.Words(), Same("sector", demand="trade"), Level("degree"),
            Level("years", kind="near"), Wanted(),
        ],
        rules=[tm.MustHave()],
    ),
}  # fmt: skip
TABLES = {
    "texts": (people_of([*lines(51, 5, 40, 60), lines(53, 2)]), needs_of(lines(52, 4, 30, 50))),
    "titles": TITLES,
    "taxonomy": (people_of(TRADES[0]), needs_of(TRADES[1])),
    "facts": FACTS,
}


@pytest.mark.parametrize("case", SCORERS)
def test_loaded_scorers_score_bit_for_bit(tmp_path: Path, case: str) -> None:
    """Saved and loaded, on the fitted tables and on others, with blocks, rules and names."""
    people, needs = TABLES[case]
    scorer = SCORERS[case]().fit(people, needs)
    scorer.save(tmp_path / "fit.json")
    loaded = tm.FitScorer.load(tmp_path / "fit.json")
    assert loaded.weights == scorer.weights
    assert repr(loaded) == repr(scorer)
    other = people.iloc[:5].assign(text=pd.Series(lines(61, 5), dtype=object))
    for table in (people, other):
        one, two = (s.score(table, needs) for s in (scorer, loaded))
        np.testing.assert_array_equal(one.toarray(), two.toarray())
        first, last = one.candidate_ids[0], needs["demand_id"].iloc[-1]
        pd.testing.assert_frame_equal(
            one.contributions(first, last), two.contributions(first, last), check_exact=True
        )
    loaded.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "fit.json").read_bytes()
    again = loaded.fit(people, needs).score(people, needs)
    np.testing.assert_array_equal(again.toarray(), scorer.score(people, needs).toarray())


def test_the_cases_are_what_they_are_meant_to_be() -> None:
    """Titles have neighbours, the taxonomy compares short texts, a must bars somebody."""
    fitted = {case: SCORERS[case]().fit(*TABLES[case]) for case in SCORERS}
    assert isinstance(fitted["titles"].blocks[-1], Neighbours)
    assert fitted["titles"].weights[-1] > 0
    assert fitted["taxonomy"].blocks[-1].short > 0
    assert min(fitted["facts"].weights) > 0
    barred = np.isnan(fitted["facts"].score(*FACTS).toarray())
    assert barred.any()
    assert not barred.all()


@pytest.mark.parametrize("case", SCORERS)
@pytest.mark.parametrize("seed", [0, 1])
def test_any_order_of_rows_gives_the_same_bits(case: str, seed: int) -> None:
    """Fitted and scored on shuffled tables, every pair has the same bits."""
    people, needs = TABLES[case]
    want = by_id(SCORERS[case]().fit(people, needs).score(people, needs))
    one, two = (frame.sample(frac=1, random_state=seed) for frame in (people, needs))
    got = by_id(SCORERS[case]().fit(one, two).score(one, two))
    pd.testing.assert_frame_equal(got, want, check_exact=True)


@pytest.mark.parametrize("case", SCORERS)
def test_a_pair_scores_the_same_in_a_part_of_the_tables(case: str) -> None:
    """Some rows of the tables alone score with the bits they have among all."""
    people, needs = TABLES[case]
    scorer = SCORERS[case]().fit(people, needs)
    whole = scorer.score(people, needs).toarray()
    for rows in ([0, 2], [1], [4, 3, 0]):
        part = scorer.score(people.iloc[rows], needs.iloc[[1]]).toarray()
        np.testing.assert_array_equal(part, whole[rows][:, [1]])


@pytest.mark.parametrize("case", SCORERS)
def test_terms_sum_to_the_score(case: str) -> None:
    """Contributions sum to the score exactly, whatever the blocks."""
    people, needs = (frame.iloc[:12] for frame in TABLES[case])
    scorer = SCORERS[case]().fit(*TABLES[case])
    scorer.rules = ()
    check_sums(scorer.score(people, needs))


# ---------------------------------------------------------------- learning, stuffing


def test_learned_shares_make_a_new_scorer() -> None:
    """Where judges go by the sector, its share grows in a new scorer; the old one stays."""
    rng = np.random.default_rng(0)
    people = people_of(lines(71, 24), sector=rng.choice(["a", "b", "c"], 24).tolist())
    needs = needs_of(lines(72, 16), trade=rng.choice(["a", "b", "c"], 16).tolist())
    judged = [
        {"candidate_id": p.candidate_id, "demand_id": n.demand_id, "grade": p.sector == n.trade}
        for p in people.itertuples()
        for n in needs.itertuples()
    ]
    judged = pd.DataFrame(judged).astype({"grade": int})
    blocks = [tm.Words(weight=0.9), Same("sector", demand="trade", weight=0.1)]
    old = tm.FitScorer(blocks=blocks).fit(people, needs)
    before, shown = old.score(people, needs).toarray(), repr(old)
    new = old.learned(people, needs, judged)
    assert new is not old
    assert new.is_fitted
    assert new.learning is not None
    assert new.learning.names == ("words", "sector")
    assert dict(zip(new.learning.names, new.learning.weights, strict=True))["sector"] > 0.1
    shares = [weight for weight in new.learning.weights if weight > 0]
    assert new.weights == pytest.approx(shares)
    assert old.learning is None
    assert old.blocks == tuple(blocks)
    assert repr(old) == shown
    np.testing.assert_array_equal(old.score(people, needs).toarray(), before)
    fresh = tm.FitScorer(blocks=blocks)
    again = fresh.learned(people, needs, judged.sample(frac=1, random_state=1))
    assert not fresh.is_fitted
    np.testing.assert_array_equal(
        again.score(people, needs).toarray(), new.score(people, needs).toarray()
    )


def test_a_repeated_word_does_not_win() -> None:
    """Fifty times one word of the post is worth less than a resume that means it."""
    genuine = (
        "Welding engineer with eight years in automotive plants: laser welding, programming of "
        "robot cells, quality audits, training of welders and fixtures for car bodies."
    )
    others = [
        "Accountant in a trading company: monthly closing, tax returns, audits of suppliers.",
        "Designer of submarine cables, insulation tests, drawings in CAD, work with the yard.",
        "Supply chain planner, purchasing of steel and castings, negotiations, import by sea.",
    ]
    people = people_of(["welding " * 50, genuine, *others])
    post = "Welding engineer for robot cells, laser welding"
    needs = needs_of([post, "Accountant for monthly closing", "Planner of supply chains"])
    scores = tm.FitScorer().fit(people, needs).score(people, needs).toarray()
    assert scores[1, 0] > scores[0, 0] > 0
