"""SkillVectorizer against scikit-learn, and as a member of scikit-learn's family."""

import io
import itertools
import json
import pickle
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion
from sklearn.utils import get_tags

from talentmatch import SkillVectorizer, ngrams
from talentmatch.text import SCRIPT_AWARE, tokenize

CASE = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "case"
BOTH = [
    {"analyzer": "word", "ngram_range": (1, 2)},
    {"analyzer": "char_wb", "ngram_range": (3, 5)},
]
TEXTS = [
    "Cable design and cable tests, XLPE insulation",
    "熟悉XLPE电缆绝缘设计 cable",
    "",
    "Café owner; İstanbul, STRASSE Straße",
    "cable design a I x_1 2024",
]

_word = st.one_of(
    st.sampled_from(["cable", "Cable", "design", "a", "I", "x_1", "C++", "R&D", "2024", "ß", "İ"]),
    st.text("abcσΣİß熟悉绝缘é\u0301_0😀-.'\x00\x01", min_size=1, max_size=8),
)
_space = st.sampled_from([" ", "  ", "\n", "\t \r\n", "\u3000", "\x1c", ", "])
_text = st.lists(st.tuples(_word, _space), max_size=9).map(
    lambda pairs: "".join(itertools.chain.from_iterable(pairs))
)
_texts = st.lists(_text, min_size=1, max_size=7)
_params = st.fixed_dictionaries(
    {
        "analyzer": st.sampled_from(["word", "char_wb"]),
        "ngram_range": st.tuples(st.integers(1, 6), st.integers(0, 4)).map(
            lambda pair: (pair[0], sum(pair))
        ),
        "lowercase": st.booleans(),
        "min_df": st.sampled_from([1, 2, 0.0, 0.3]),
        "max_df": st.sampled_from([1.0, 0.7, 3]),
        "norm": st.sampled_from(["l2", "l1", None]),
        "use_idf": st.booleans(),
        "smooth_idf": st.booleans(),
        "sublinear_tf": st.booleans(),
    }
)


def assert_equal(ours: sparse.csr_array, theirs: sparse.csr_matrix) -> None:
    """The same entries in the same places, to 1e-12."""
    theirs.sort_indices()
    assert ours.shape == theirs.shape
    assert ours.has_sorted_indices
    assert np.array_equal(ours.indptr, theirs.indptr)
    assert np.array_equal(ours.indices, theirs.indices)
    np.testing.assert_allclose(ours.data, theirs.data, rtol=0, atol=1e-12)


def compare(texts: list[str], more: list[str], params: dict) -> None:
    """Fit both on texts, transform both, and compare all that can be seen."""
    peer = TfidfVectorizer(**params)
    mine = SkillVectorizer(**params)
    try:
        expected = peer.fit_transform(texts)
    except ValueError:
        with pytest.raises(ValueError, match=r"terms remain|empty vocabulary|fewer texts"):
            mine.fit(texts)
        return
    assert_equal(mine.fit_transform(texts), expected)
    assert mine.get_feature_names_out().tolist() == peer.get_feature_names_out().tolist()
    assert mine.vocabulary_ == peer.vocabulary_
    if params.get("use_idf", True):
        np.testing.assert_allclose(mine.idf_, peer.idf_, rtol=0, atol=1e-12)
    assert_equal(mine.transform(more), peer.transform(more))


@settings(deadline=None, max_examples=200)
@given(_texts, _texts, _params)
def test_equals_scikit_learn(texts: list[str], more: list[str], params: dict) -> None:
    """Values, columns, names and weights equal scikit-learn's, for seen and unseen texts."""
    compare(texts, more, params)


@settings(deadline=None, max_examples=60)
@given(
    _texts,
    _texts,
    st.sampled_from([r"\S+", r"cable design|\w+", r"\w*", r"(?:a|b) ?", r"[^ ]+", r"(\w)\w+"]),
    st.sampled_from([(1, 1), (1, 2), (2, 3)]),
)
def test_any_token_pattern_equals_scikit_learn(
    texts: list[str], more: list[str], pattern: str, ngram_range: tuple[int, int]
) -> None:
    """Patterns that span white space, match nothing, or meet in one name are right, too."""
    compare(texts, more, {"token_pattern": pattern, "ngram_range": ngram_range})


@settings(deadline=None, max_examples=60)
@given(_texts, _texts, st.booleans())
def test_script_aware_pattern_equals_scikit_learn(
    texts: list[str], more: list[str], lowercase: bool
) -> None:
    """Our own pattern gives what scikit-learn gives with it over whole texts."""
    params = {"token_pattern": SCRIPT_AWARE, "ngram_range": (1, 2), "lowercase": lowercase}
    compare(texts, more, params)


def test_long_ngrams_over_many_characters_equal_scikit_learn() -> None:
    """Keys beyond 63 bits (four thousand characters, n-grams of eight) are ranked by prefix."""
    rng = random.Random(0)
    han = [chr(0x4E00 + i) for i in range(4000)]
    texts = ["".join(rng.choices(han, k=40)) for _ in range(100)]
    texts += [text[5:30] for text in texts[:50]]
    params = {"analyzer": "char_wb", "ngram_range": (2, 8), "min_df": 2}
    compare(texts, [*texts[::7], "没见过的字 " + texts[3]], params)


@pytest.mark.parametrize("params", BOTH, ids=["word", "char_wb"])
def test_real_texts_equal_scikit_learn(params: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    """On real resumes and demands the numbers are scikit-learn's, in several blocks."""
    if not CASE.exists():
        pytest.skip(f"the real texts are not at {CASE}")
    monkeypatch.setattr(ngrams, "_BLOCK", 20_000)
    candidates = pd.read_csv(CASE / "candidates.csv.gz", keep_default_na=False)["text"]
    demands = pd.read_csv(CASE / "demands.csv.gz", keep_default_na=False)["text"]
    texts = candidates[::40].tolist() + demands[::40].tolist()
    compare(texts, demands[1::40].tolist(), params)


def test_float32_is_close_and_stays_float32() -> None:
    """Half the memory costs digits, no more."""
    exact = SkillVectorizer().fit_transform(TEXTS)
    short = SkillVectorizer(dtype="float32").fit_transform(TEXTS)
    assert short.dtype == np.float32
    np.testing.assert_allclose(short.toarray(), exact.toarray(), atol=1e-6)


@pytest.mark.parametrize(
    "container",
    [list, tuple, iter, np.array, pd.Series, lambda t: pd.Series(t, index=range(9, 4, -1)),
     lambda t: np.array(t, object), lambda t: pd.array(t, dtype="string")],
)  # fmt: skip
def test_takes_any_container_of_strings(container) -> None:
    """Lists, arrays, Series by position, and iterators give the same rows."""
    expected = SkillVectorizer().fit_transform(TEXTS)
    assert (SkillVectorizer().fit_transform(container(TEXTS)) != expected).nnz == 0


@pytest.mark.parametrize("bad", [float("nan"), None, 7, b"bytes", pd.NA])
def test_an_entry_that_is_no_text_is_named_by_its_row(bad: object) -> None:
    """The message tells the row and the value, in fit and in transform."""
    fitted = SkillVectorizer().fit(TEXTS)
    for call in (SkillVectorizer().fit, SkillVectorizer().fit_transform, fitted.transform):
        with pytest.raises(ValueError, match=r"row 1 .* is .*, not a string"):
            call(["fine", bad])


@pytest.mark.parametrize(
    "wrong", ["one string", b"bytes", np.array([["a"]]), pd.DataFrame({"t": ["a"]})]
)
def test_what_is_not_a_row_of_texts_is_refused(wrong: object) -> None:
    """A bare string or a whole table is a slip that would otherwise pass in silence."""
    with pytest.raises(ValueError, match="expected"):
        SkillVectorizer().fit(wrong)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"analyzer": "char"}, "analyzer must be .* got 'char'"),
        ({"ngram_range": (2, 1)}, "ngram_range must be"),
        ({"ngram_range": (0, 1)}, "ngram_range must be"),
        ({"ngram_range": (1.0, 2)}, "ngram_range must be"),
        ({"norm": "max"}, "norm must be"),
        ({"dtype": "int64"}, "dtype must be"),
        ({"min_df": -1}, "min_df must be"),
        ({"max_df": 1.5}, "max_df must be .* got 1.5"),
        ({"max_df": "all"}, "max_df must be"),
        ({"min_df": 4, "max_df": 1}, "fewer texts than min_df"),
        ({"min_df": 5}, "no terms remain"),
        ({"token_pattern": "(a)(b)"}, "2 groups"),
    ],
)
def test_wrong_parameters_are_told_at_fit(params: dict, message: str) -> None:
    """Each broken rule is one sentence with the value, and nothing is fitted."""
    vectorizer = SkillVectorizer(**params)
    with pytest.raises(ValueError, match=message):
        vectorizer.fit(TEXTS)
    with pytest.raises(NotFittedError):
        vectorizer.transform(TEXTS)


def test_a_misspelled_parameter_fails_at_the_call() -> None:
    """There is no catch-all for keyword arguments."""
    with pytest.raises(TypeError, match="ngram_rang"):
        SkillVectorizer(ngram_rang=(1, 1))


@pytest.mark.parametrize("params", BOTH, ids=["word", "char_wb"])
@pytest.mark.parametrize("texts", [[], [""], [" \n", "\u3000"]])
def test_texts_without_terms(params: dict, texts: list[str]) -> None:
    """Nothing to learn is an error; nothing to transform is empty rows."""
    with pytest.raises(ValueError, match="empty vocabulary"):
        SkillVectorizer(**params).fit(texts)
    fitted = SkillVectorizer(**params).fit(TEXTS)
    rows = fitted.transform(texts)
    assert rows.shape == (len(texts), len(fitted.vocabulary_))
    assert rows.nnz == 0


def test_before_fit_everything_raises_not_fitted() -> None:
    """Each accessor says so in scikit-learn's own exception."""
    vectorizer = SkillVectorizer()
    with pytest.raises(NotFittedError):
        vectorizer.transform(TEXTS)
    with pytest.raises(NotFittedError):
        vectorizer.get_feature_names_out()
    with pytest.raises(NotFittedError):
        vectorizer.to_arrays()
    with pytest.raises(NotFittedError):
        vectorizer._transform_corpus(tokenize(TEXTS))
    assert not hasattr(vectorizer, "vocabulary_")
    assert not hasattr(vectorizer, "idf_")


def test_clone_and_parameters() -> None:
    """A clone has the parameters and no state; set_params and get_params agree."""
    vectorizer = SkillVectorizer(min_df=2).fit(TEXTS)
    copy = clone(vectorizer)
    assert copy.get_params() == vectorizer.get_params()
    with pytest.raises(NotFittedError):
        copy.transform(TEXTS)
    assert copy.set_params(norm="l1").get_params()["norm"] == "l1"
    with pytest.raises(ValueError, match="Invalid parameter"):
        copy.set_params(stop_words="english")


@pytest.mark.parametrize("params", BOTH, ids=["word", "char_wb"])
def test_refit_replaces_all_state(params: dict) -> None:
    """A refitted vectorizer is one that was never fitted on anything else."""
    vectorizer = SkillVectorizer(**params).fit(["something else entirely", "熟悉"])
    assert vectorizer.vocabulary_
    vectorizer.fit(TEXTS)
    fresh = SkillVectorizer(**params).fit(TEXTS)
    assert vectorizer.vocabulary_ == fresh.vocabulary_
    assert np.array_equal(vectorizer.idf_, fresh.idf_)
    assert (vectorizer.fit(TEXTS).transform(TEXTS) != fresh.transform(TEXTS)).nnz == 0
    vectorizer.set_params(use_idf=False).fit(TEXTS)
    assert not hasattr(vectorizer, "idf_")


@pytest.mark.parametrize("params", BOTH, ids=["word", "char_wb"])
def test_fit_transform_is_fit_then_transform(params: dict) -> None:
    """Both ways give the same rows, bit by bit, and leave the input alone."""
    texts = list(TEXTS)
    once = SkillVectorizer(**params).fit_transform(texts)
    twice = SkillVectorizer(**params).fit(texts).transform(texts)
    assert np.array_equal(once.data, twice.data)
    assert np.array_equal(once.indices, twice.indices)
    assert texts == TEXTS


@pytest.mark.parametrize("params", BOTH, ids=["word", "char_wb"])
def test_pickle_gives_the_same_rows_and_is_compact(params: dict) -> None:
    """The spelled names stay behind."""
    vectorizer = SkillVectorizer(**params).fit(TEXTS)
    before = len(pickle.dumps(vectorizer))
    assert vectorizer.vocabulary_
    data = pickle.dumps(vectorizer)
    assert len(data) == before
    again = pickle.loads(data)
    assert (again.transform(TEXTS) != vectorizer.transform(TEXTS)).nnz == 0


@pytest.mark.parametrize(
    "params",
    [*BOTH, {"use_idf": False}, {"token_pattern": r"\S+"}, {"analyzer": "char_wb", "min_df": 2},
     {"dtype": "float32"}],
)  # fmt: skip
def test_json_and_npz_bring_the_fitted_state_back(params: dict) -> None:
    """Parameters through JSON and arrays through npz, without pickle, give the same bits."""
    vectorizer = SkillVectorizer(**params).fit(TEXTS)
    file = io.BytesIO()
    np.savez(file, **vectorizer.to_arrays())
    file.seek(0)
    known = json.loads(json.dumps(vectorizer.get_params()))
    with np.load(file, allow_pickle=False) as arrays:
        again = SkillVectorizer.from_arrays(known, arrays)
    assert again.get_params() == vectorizer.get_params()
    assert again.vocabulary_ == vectorizer.vocabulary_
    mine, theirs = again.transform(TEXTS), vectorizer.transform(TEXTS)
    assert np.array_equal(mine.data, theirs.data)
    assert np.array_equal(mine.indices, theirs.indices)


def test_feature_union() -> None:
    """Side by side in a FeatureUnion the columns keep their names."""
    union = FeatureUnion([("word", SkillVectorizer()), ("char", SkillVectorizer(**BOTH[1]))])
    rows = union.fit_transform(TEXTS)
    names = union.get_feature_names_out()
    assert rows.shape == (len(TEXTS), len(names))
    assert {"word__cable design", "char__able"} <= set(names)
    assert (union.transform(TEXTS) != rows).nnz == 0


def test_column_transformer() -> None:
    """A ColumnTransformer hands over one text column by its name."""
    frame = pd.DataFrame({"text": TEXTS, "years": range(len(TEXTS))})
    both = ColumnTransformer([("text", SkillVectorizer(), "text")], remainder="passthrough")
    rows = both.fit_transform(frame)
    assert rows.shape == (len(TEXTS), len(both.get_feature_names_out()))
    assert "text__cable design" in both.get_feature_names_out()
    wrong = ColumnTransformer([("text", SkillVectorizer(), ["text"])])
    with pytest.raises(ValueError, match="one column by its name"):
        wrong.fit(frame)


def test_tags_say_what_goes_in() -> None:
    """scikit-learn is told: strings, in one dimension, fit first."""
    tags = get_tags(SkillVectorizer())
    assert tags.input_tags.string
    assert not tags.input_tags.two_d_array
    assert tags.requires_fit


@pytest.mark.parametrize("params", BOTH, ids=["word", "char_wb"])
def test_one_corpus_serves_several_vectorizers(params: dict) -> None:
    """Tokenized once, also as a selection, a corpus gives what the texts give."""
    corpus = tokenize(TEXTS)
    vectorizer = SkillVectorizer(**params)
    rows = vectorizer._fit_corpus(corpus)
    assert (rows != SkillVectorizer(**params).fit_transform(TEXTS)).nnz == 0
    part = vectorizer._transform_corpus(corpus.take([4, 0]))
    assert (part != vectorizer.transform([TEXTS[4], TEXTS[0]])).nnz == 0
    fresh = SkillVectorizer(**params)._fit_corpus(corpus.take([1, 3]))
    assert (fresh != SkillVectorizer(**params).fit_transform([TEXTS[1], TEXTS[3]])).nnz == 0


def test_a_corpus_needs_a_pattern_that_stays_within_words() -> None:
    """A pattern that may span white space wants the texts themselves."""
    with pytest.raises(ValueError, match="may span white space"):
        SkillVectorizer(token_pattern=r"\S+")._fit_corpus(tokenize(TEXTS))
