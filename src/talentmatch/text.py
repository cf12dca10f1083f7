"""Texts as integer ids: clean them, split them at white space, find the terms in each word once."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "HAN",
    "LATIN",
    "RUNS",
    "SCRIPT_AWARE",
    "Corpus",
    "find_phrases",
    "is_han",
    "never_spans_space",
    "normalise",
    "split_words",
    "tokenize",
]

_HAN = r"\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

HAN = f"[{_HAN}]"
"""One Chinese character."""

LATIN = r"(?u)\b\w\w+\b"
"""scikit-learn's own token pattern: runs of two or more letters, digits and underscores."""

_END = rf"(?![^\W{_HAN}])"  # no letter follows, unless an ideograph
SCRIPT_AWARE = (
    rf"[{_HAN}]"  # alone, so that pairs of tokens are pairs of characters
    rf"|(?i:(?<![^\W{_HAN}])(?:"
    rf"[a-z]{{1,12}}(?:\+\+|\#)(?![^\W\d{_HAN}]|[+#])"  # C++, C++11, C#
    rf"|[a-z]{{1,2}}&[a-z]{{1,2}}{_END}"  # R&D, AT&T
    rf"|(?<!\.)\.net{_END}"
    rf"|[a-z]{{2,12}}\.(?:js|net){_END}"  # Node.js, ASP.NET
    rf"|(?<!['’.&-])[cr]{_END}(?!['’.&-])"  # the two languages of one letter
    rf"))|(?!\d\d{_END})[^\W{_HAN}]{{2,}}"  # a bare number of two digits says nothing
)
"""Terms as people write them: each Chinese character alone, ``C++``, ``.NET``, ``R&D`` whole."""

RUNS = SCRIPT_AWARE.replace(HAN, f"{HAN}+", 1)
"""The same terms, but Chinese characters that touch are one term."""

_SPACE_SAFE = frozenset(
    {LATIN, r"\b\w\w+\b", r"(?u)\b\w+\b", r"\b\w+\b", r"\w+", SCRIPT_AWARE, RUNS}
)

# White space (\t-\r, \x1c-\x1f, \x85) is kept: it separates words. The joiners \u200c and \u200d
# go too, so that a word is the same word with and without them.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]"
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MOJIBAKE = re.compile("ï¼[\u200b\x80-\xbf]?|â€[\u200b\x80-\xbf™œ¢“”]?")


@dataclass(frozen=True, eq=False, slots=True)
class Corpus:
    """Texts as one long row of word ids.

    Parameters
    ----------
    words : list of str
        The distinct words; a word's id is its position.
    ids : ndarray of int32, shape (n_words_in_all_texts,)
        The words of every text, one text after another.
    indptr : ndarray of int64, shape (n_texts + 1,)
        Text ``i`` is ``ids[indptr[i]:indptr[i + 1]]``.

    Examples
    --------
    >>> corpus = tokenize(["Cable design", "cable TESTS"])
    >>> corpus.words, corpus.ids.tolist(), corpus.indptr.tolist()
    (['cable', 'design', 'tests'], [0, 1, 0, 2], [0, 2, 4])
    """

    words: list[str]
    ids: NDArray[np.int32]
    indptr: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def take(self, rows: ArrayLike) -> Corpus:
        """Return the texts at ``rows`` (positions or a boolean mask), sharing the list of words.

        Parameters
        ----------
        rows : array-like of int or bool
            Which texts, in which order; a text may be taken several times.

        Returns
        -------
        Corpus
            Words that no taken text holds stay in the list; `compact` drops them.

        Examples
        --------
        >>> tokenize(["a b", "c"]).take([1, 1]).ids.tolist()
        [2, 2]
        """
        chosen = np.arange(len(self))[np.asarray(rows)] if np.size(rows) else np.zeros(0, np.int64)
        ids, indptr = _gather(self.ids, self.indptr, chosen)
        return Corpus(self.words, ids, indptr)

    def compact(self) -> Corpus:
        """Return the same texts with a list of only those words that occur.

        Returns
        -------
        Corpus
            Itself when every word occurs.

        Examples
        --------
        >>> tokenize(["a b", "c"]).take([1]).compact().words
        ['c']
        """
        used = np.bincount(self.ids, minlength=len(self.words)) > 0
        if used.all():
            return self
        new = (np.cumsum(used) - 1).astype(np.int32)
        words = [word for word, keep in zip(self.words, used.tolist(), strict=True) if keep]
        return Corpus(words, new[self.ids], self.indptr)


def normalise(text: str) -> str:
    """Return the text in one spelling per character, without what cannot be seen.

    Entities are resolved, control and zero-width characters and the remains of wrongly decoded
    punctuation are dropped, and the rest is brought to the normal form NFKC (full-width letters
    become plain ones). Case and white space stay.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text itself when there is nothing to change.

    Examples
    --------
    >>> normalise("Ｃ＋＋ and R&amp;D, Company ï¼\u200b City")
    'C++ and R&D, Company   City'
    """
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _MOJIBAKE.sub(" ", text))
    return text if text.isprintable() else _INVISIBLE.sub("", text)


def tokenize(texts: Iterable[str], *, lowercase: bool = True) -> Corpus:
    """Split texts at white space into ids of distinct words.

    Parameters
    ----------
    texts : iterable of str
        The texts; entries are taken as they come (see `normalise`).
    lowercase : bool, default True
        Lower each text as a whole, so that letters which depend on their neighbours come out right.

    Returns
    -------
    Corpus
        Words in the order of first appearance.

    Examples
    --------
    >>> len(tokenize(["XLPE cable", ""]))
    2
    """
    split: Callable[[str], list[str]] = _lower_split if lowercase else str.split
    return _intern(map(split, texts))


def split_words(corpus: Corpus, pattern: str) -> Corpus:
    r"""Find the pattern's terms in every distinct word once and put them in the words' places.

    Parameters
    ----------
    corpus : Corpus
        Texts as words.
    pattern : str
        Regular expression of a term; it has to satisfy `never_spans_space`.

    Returns
    -------
    Corpus
        Texts as terms: the same as running the pattern over every whole text.

    Raises
    ------
    ValueError
        When the pattern might match differently in a whole text.

    Examples
    --------
    >>> terms = split_words(tokenize(["熟悉XLPE绝缘, C++"]), SCRIPT_AWARE)
    >>> terms.words
    ['熟', '悉', 'xlpe', '绝', '缘', 'c++']
    """
    if not never_spans_space(pattern):
        raise ValueError(f"token_pattern {pattern!r} may span white space: give whole texts")
    terms = _intern(map(re.compile(pattern).findall, corpus.words))
    ids, ends = _gather(terms.ids, terms.indptr, corpus.ids)
    return Corpus(terms.words, ids, ends[corpus.indptr])


def find_phrases(
    texts: Sequence[str], pattern: str, *, lowercase: bool, ngram_range: tuple[int, int]
) -> Corpus:
    r"""Return the runs of terms, joined by spaces, of every text: the general, slow way.

    Parameters
    ----------
    texts : sequence of str
        Whole texts.
    pattern : str
        Any regular expression with at most one group.
    lowercase : bool
        Lower the texts first.
    ngram_range : (int, int)
        Least and greatest number of terms in a run.

    Returns
    -------
    Corpus
        Texts as runs of terms.

    Raises
    ------
    ValueError
        When the pattern has more than one group.

    Examples
    --------
    >>> find_phrases(["a, b"], r"\S+", lowercase=True, ngram_range=(1, 2)).words
    ['a,', 'b', 'a, b']
    """
    compiled = re.compile(pattern)
    if compiled.groups > 1:
        raise ValueError(f"token_pattern {pattern!r} has {compiled.groups} groups; use (?:...)")

    def phrases(text: str) -> list[str]:
        terms: list[str] = compiled.findall(text.lower() if lowercase else text)
        low, high = ngram_range
        sizes = range(low, min(high, len(terms)) + 1)
        return [" ".join(terms[i : i + n]) for n in sizes for i in range(len(terms) - n + 1)]

    return _intern(map(phrases, texts))


def is_han(words: Sequence[str]) -> NDArray[np.bool_]:
    """Tell of each word whether it begins with a Chinese character.

    Parameters
    ----------
    words : sequence of str
        Words that are not empty.

    Returns
    -------
    ndarray of bool, shape (n_words,)
        One answer per word.

    Examples
    --------
    >>> is_han(["电缆", "cable"]).tolist()
    [True, False]
    """
    begins = re.compile(HAN).match
    return np.fromiter((begins(word) is not None for word in words), bool, len(words))


def never_spans_space(pattern: str) -> bool:
    """Tell whether the pattern is known to find the same terms word by word as in whole texts.

    Parameters
    ----------
    pattern : str
        Regular expression of a term.

    Returns
    -------
    bool
        True for a few patterns of which it was proved; False means "not known".

    Examples
    --------
    >>> never_spans_space(LATIN), never_spans_space("machine learning")
    (True, False)
    """
    return pattern in _SPACE_SAFE


def _lower_split(text: str) -> list[str]:
    return text.lower().split()


def _intern(rows: Iterable[list[str]]) -> Corpus:
    """Give every distinct string an id, row by row, so that only the distinct ones stay alive."""
    known: defaultdict[str, int] = defaultdict()
    known.default_factory = known.__len__
    parts: list[NDArray[np.int32]] = []
    for strings in rows:
        parts.append(np.fromiter(map(known.__getitem__, strings), np.int32, len(strings)))
    ids = np.concatenate(parts) if parts else np.zeros(0, np.int32)
    return Corpus(list(known), ids, _indptr(map(len, parts), len(parts)))


def _indptr(lengths: Iterator[int], count: int) -> NDArray[np.int64]:
    indptr = np.zeros(count + 1, np.int64)
    np.cumsum(np.fromiter(lengths, np.int64, count), out=indptr[1:])
    return indptr


def _gather(
    values: NDArray[np.int32], indptr: NDArray[np.int64], rows: NDArray[Any]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Concatenate the ragged ``rows``: ``values[indptr[r]:indptr[r + 1]]`` for each."""
    lengths = np.diff(indptr)[rows]
    ends = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(lengths, out=ends[1:])
    at = np.arange(ends[-1])
    at += np.repeat(indptr[:-1][rows] - ends[:-1], lengths)
    return values[at], ends
