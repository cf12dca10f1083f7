"""Counts of n-grams against the obvious loops."""

import pickle
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentmatch import ngrams, windows
from talentmatch.ngrams import Vocabulary, by_text, in_texts, learn
from talentmatch.text import Corpus, tokenize

RANGES = st.tuples(st.integers(1, 5), st.integers(0, 4)).map(lambda pair: (pair[0], sum(pair)))
WORDS = st.text("!ab熟é\ud800😀", min_size=1, max_size=7)  # all above the space, as terms are
TEXTS = st.lists(st.lists(WORDS, max_size=6).map(" ".join), min_size=1, max_size=5)


def by_word(word: str, low: int, high: int) -> Counter[str]:
    """The character n-grams of a word, a space on either side, by the definition."""
    padded = f" {word} "
    if len(padded) < low:
        return Counter([padded])
    return Counter(
        padded[i : i + n] for n in range(low, high + 1) for i in range(len(padded) - n + 1)
    )


def by_phrase(words: list[str], low: int, high: int) -> Counter[str]:
    """The word n-grams of a text by the definition."""
    return Counter(
        " ".join(words[i : i + n]) for n in range(low, high + 1) for i in range(len(words) - n + 1)
    )


def counted(vocabulary: Vocabulary, column: np.ndarray) -> dict[str, int]:
    """One sequence's counts by name."""
    return {vocabulary.names()[i]: column[i] for i in np.flatnonzero(column)}


@pytest.fixture(params=[2**63 - 1, 300, 40], ids=["63 bits", "300", "40"])
def limit(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How large a key may grow, so that small alphabets reach the ranking of prefixes."""
    monkeypatch.setattr(windows, "LIMIT", request.param)
    monkeypatch.setattr(ngrams, "LIMIT", request.param)
    return int(request.param)


def check(texts: list[str], more: list[str], joint: str, ngram_range: tuple[int, int]) -> None:
    """Compare both the learned counts and those of further texts with the loops."""
    corpus = tokenize(texts, lowercase=False)
    vocabulary, counts = learn(corpus, joint=joint, ngram_range=ngram_range)
    names = vocabulary.names().tolist()
    assert names == sorted(set(names))
    for source, got in ((corpus, counts), (tokenize(more), vocabulary.count(tokenize(more)))):
        assert got.shape[0] == vocabulary.size
        assert got.has_canonical_format
        for sequence, column in zip(sequences(source, joint), got.toarray().T, strict=True):
            loop = (by_phrase if joint else by_word)(sequence, *ngram_range)
            expected = {name: n for name, n in loop.items() if name in vocabulary.index}
            assert counted(vocabulary, column) == expected
            assert source is not corpus or expected == dict(loop)


def sequences(corpus: Corpus, joint: str) -> list:
    """What n-grams are counted in: lists of words, or words."""
    if not joint:
        return corpus.words
    ends = zip(corpus.indptr[:-1], corpus.indptr[1:], strict=True)
    return [[corpus.words[i] for i in corpus.ids[a:b]] for a, b in ends]


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize("joint", ["", " "])
def test_counts_equal_the_loops(joint: str) -> None:
    """Counts, names and their order are right at any length, ranked prefixes included."""

    @settings(deadline=None, max_examples=40)
    @given(TEXTS, TEXTS, RANGES)
    def compare(texts: list[str], more: list[str], ngram_range: tuple[int, int]) -> None:
        check(texts, more, joint, ngram_range)

    compare()


@pytest.mark.usefixtures("limit")
def test_prune_renumbers_the_columns() -> None:
    """The kept features keep their order and are counted alone."""
    corpus = tokenize(["abcab bca", "cab abc"])
    vocabulary, counts = learn(corpus, joint="", ngram_range=(2, 4))
    keep = np.arange(vocabulary.size) % 3 == 0
    pruned = vocabulary.prune(keep)
    assert pruned.names().tolist() == vocabulary.names()[keep].tolist()
    assert np.array_equal(pruned.count(corpus).toarray(), counts.toarray()[keep])


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize("joint", ["", " "])
def test_a_vocabulary_survives_arrays_and_pickle(joint: str) -> None:
    """Both ways of keeping a vocabulary give the same names and counts, without the caches."""
    corpus = tokenize(["ab 熟悉 b\x00 \ud800", "b ab 😀"])
    vocabulary, counts = learn(corpus, joint=joint, ngram_range=(1, 3))
    assert vocabulary.index
    arrays = vocabulary.to_arrays()
    assert all(array.dtype != object for array in arrays.values())
    for again in (Vocabulary.from_arrays(arrays), pickle.loads(pickle.dumps(vocabulary))):
        assert "index" not in vars(again)
        assert again.names().tolist() == vocabulary.names().tolist()
        assert np.array_equal(again.count(corpus).toarray(), counts.toarray())


def test_names_of_some_columns() -> None:
    """Names are spelled for the asked columns, in their order, repeats included."""
    vocabulary, _ = learn(tokenize(["b a b"]), joint=" ", ngram_range=(1, 2))
    assert vocabulary.names(np.array([3, 0, 3])).tolist() == ["b a", "a", "b a"]


@pytest.mark.parametrize("block", [1, 3, 1000])
def test_by_text_does_not_depend_on_blocks_or_change_the_corpus(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sums over words are the same in any number of blocks, empty texts and long ends included."""
    monkeypatch.setattr(ngrams, "_BLOCK", block)
    corpus = tokenize(["ab cd ab", "", "ef", "", "ab ef ef cd gh ij kl"])
    before = corpus.ids.copy(), corpus.indptr.copy()
    vocabulary, counts = learn(corpus, joint="", ngram_range=(2, 3))
    rows = by_text(counts, in_texts(corpus), "float64")
    words = np.zeros((len(corpus), len(corpus.words)))
    np.add.at(words, (np.repeat(np.arange(5), np.diff(corpus.indptr)), corpus.ids), 1)
    assert np.array_equal(rows.toarray(), words @ counts.toarray().T)
    assert rows.has_sorted_indices
    assert rows.indices.dtype == np.int32
    assert np.array_equal(before[0], corpus.ids)
    assert np.array_equal(before[1], corpus.indptr)
    assert vocabulary.size == rows.shape[1]
