"""Texts as integer ids."""

import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentmatch.text import (
    LATIN,
    SCRIPT_AWARE,
    Corpus,
    find_phrases,
    never_spans_space,
    normalise,
    split_words,
    tokenize,
)

SPACES = " \t\n\x0b\x0c\r\x1c\x1f\x85\xa0\u2028\u3000"
LETTERS = "abcXYZ019_-+#&.,'’éßİσΣςñ熟悉绝缘々かハ한글😀\u0301\u200b\x00"
TEXTS = st.lists(st.text(LETTERS + SPACES, max_size=30), max_size=6)


def spelled(corpus: Corpus) -> list[list[str]]:
    """The texts of a corpus as lists of words."""
    bounds = zip(corpus.indptr[:-1], corpus.indptr[1:], strict=True)
    return [[corpus.words[i] for i in corpus.ids[a:b]] for a, b in bounds]


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.booleans())
def test_tokenize_is_lower_and_split(texts: list[str], lowercase: bool) -> None:
    """Every text becomes its white-space words, lowered as a whole, each distinct word once."""
    corpus = tokenize(texts, lowercase=lowercase)
    assert spelled(corpus) == [(text.lower() if lowercase else text).split() for text in texts]
    assert len(set(corpus.words)) == len(corpus.words)
    assert len(corpus) == len(texts)
    assert (corpus.ids.dtype, corpus.indptr.dtype) == (np.int32, np.int64)


@settings(deadline=None, max_examples=100)
@given(TEXTS, st.sampled_from([LATIN, SCRIPT_AWARE, r"\w+", r"(?u)\b\w+\b"]))
def test_split_words_equals_the_pattern_over_whole_texts(texts: list[str], pattern: str) -> None:
    """A safe pattern run once per distinct word finds what it finds in the whole texts."""
    corpus = split_words(tokenize(texts), pattern)
    assert spelled(corpus) == [re.findall(pattern, text.lower()) for text in texts]


def test_split_words_refuses_patterns_that_may_span_space() -> None:
    """A pattern not known to be safe is refused, not run wrongly."""
    assert not never_spans_space(r"machine learning|\w+")
    with pytest.raises(ValueError, match="may span white space"):
        split_words(tokenize(["machine learning"]), r"machine learning|\w+")


def test_find_phrases_joins_terms_within_a_text() -> None:
    """The general way runs over whole texts and joins terms, never across texts."""
    corpus = find_phrases(
        ["Deep learning, fast", "x"],
        r"deep learning|[a-z]+",
        lowercase=True,
        ngram_range=(1, 2),
    )
    assert spelled(corpus) == [["deep learning", "fast", "deep learning fast"], ["x"]]


def test_find_phrases_refuses_several_groups() -> None:
    """Two groups would make tuples of the terms."""
    with pytest.raises(ValueError, match="2 groups"):
        find_phrases(["a"], "(a)(b)", lowercase=True, ngram_range=(1, 1))


@settings(deadline=None, max_examples=50)
@given(TEXTS, st.data())
def test_take_and_compact_keep_the_texts(texts: list[str], data: st.DataObject) -> None:
    """Taken texts read as the originals do, with and without the unused words."""
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=5)) if texts else []
    taken = tokenize(texts).take(rows)
    assert spelled(taken) == [texts[row].lower().split() for row in rows]
    compact = taken.compact()
    assert spelled(compact) == spelled(taken)
    assert set(compact.words) == {word for words in spelled(taken) for word in words}
    assert compact.compact() is compact


def test_take_understands_masks_and_slices_of_positions() -> None:
    """A mask and the positions it marks take the same texts."""
    corpus = tokenize(["a b", "", "c"])
    assert spelled(corpus.take(np.array([True, False, True]))) == [["a", "b"], ["c"]]
    assert spelled(corpus.take(np.array([2, 0]))) == [["c"], ["a", "b"]]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("熟悉XLPE绝缘", ["熟", "悉", "xlpe", "绝", "缘"]),
        ("C++/C#开发", ["c++", "c#", "开", "发"]),
        ("精通C语言和R", ["精", "通", "c", "语", "言", "和", "r"]),
        ("C++11, ASP.NET; .NET Core", ["c++", "asp.net", ".net", "core"]),
        ("R&D at AT&T (Node.js)", ["r&d", "at", "at&t", "node.js"]),
        ("end.Net worth; don't; vitamin-C", ["end.net", "worth", "don", "vitamin"]),
        ("a b 5 x1 12 123 2024", ["x1", "123", "2024"]),
        ("10kV电缆、3年经验", ["10kv", "电", "缆", "年", "经", "验"]),
        ("カタカナ 한국어 café", ["カタカナ", "한국어", "café"]),
        ("gcc 𠀀x", ["gcc", "𠀀"]),
    ],
)
def test_script_aware_terms(text: str, terms: list[str]) -> None:
    """Terms come out as people write them, in each script."""
    assert re.findall(SCRIPT_AWARE, text.lower()) == terms


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("plain text\nwith lines\t", "plain text\nwith lines\t"),
        ("Ｃ＋＋　工程师（高级）", "C++ 工程师(高级)"),
        ("soft\xadware\u200b eng\ufeffineer", "software engineer"),
        ("Company ï¼\u200b City", "Company   City"),
        ("R&amp;D &lt;b&gt; &#39;x&#39; AT&T sales&notebook", "R&D <b> 'x' AT&T sales&notebook"),
        ("bell\x07 nul\x00", "bell nul"),
        ("ﬁbre ① ㎏", "fibre 1 kg"),
        ("e\u0301", "é"),
    ],
)
def test_normalise(text: str, clean: str) -> None:
    """One spelling per character; nothing invisible is left; white space and case stay."""
    assert normalise(text) == clean


@settings(deadline=None, max_examples=100)
@given(st.text(LETTERS + SPACES + "ï¼Ｃ＋&;amp", max_size=40))
def test_normalise_settles(text: str) -> None:
    """What comes back is in normal form, free of control characters, and splits as words do."""
    clean = normalise(text)
    visible = re.sub(r"\s", "", clean)
    assert not any(unicodedata.category(character) == "Cc" for character in visible)
    assert normalise(" ".join(clean.split())).split() == normalise(clean).split()
