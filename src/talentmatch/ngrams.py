"""Counts of n-grams: of words in texts, and of characters in words, built with arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy import sparse

from talentmatch.parallel import in_threads
from talentmatch.text import Corpus
from talentmatch.windows import LIMIT, Found, IntArray, characters, scan, take_apart, terms

if TYPE_CHECKING:
    Csr: TypeAlias = sparse.csr_array[Any, tuple[int, int]]

__all__ = ["Vocabulary", "by_text", "in_texts", "learn"]

_BLOCK = 250_000  # words per block of texts: worth a thread, small beside the result
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The n-grams that are features, and the column of each.

    Parameters
    ----------
    symbols : list of str
        Single characters or whole terms, sorted by code point.
    joint : str
        What stands between the symbols in a feature's name: ``" "`` for terms, ``""`` for
        characters.
    ngram_range : (int, int)
        Least and greatest number of symbols.
    keys : dict of int to ndarray of int64
        By length, the sorted n-grams (see `talentmatch.windows`).
    prefixes : dict of int to ndarray of int64
        By length, the prefixes that longer n-grams replace by a rank.
    """

    symbols: list[str]
    joint: str
    ngram_range: tuple[int, int]
    keys: dict[int, IntArray]
    prefixes: dict[int, IntArray]

    @property
    def size(self) -> int:
        """Number of features."""
        return sum(map(len, self.keys.values()))

    @cached_property
    def columns(self) -> dict[int, NDArray[np.int32]]:
        """By length, the column of each n-gram; columns are sorted by the features' names."""
        if not self.keys:
            return {}
        base, width = len(self.symbols) + 1, max(self.keys)
        if base**width <= LIMIT:
            aligned = [keys * base ** (width - n) for n, keys in self.keys.items()]
            order = np.argsort(np.concatenate(aligned))
        else:
            ranks = [np.pad(self._ranks(n), ((0, width - n), (0, 0))) for n in self.keys]
            order = np.lexsort(np.concatenate(ranks, axis=1)[::-1])
        column = np.empty(self.size, np.int32)
        column[order] = np.arange(self.size, dtype=np.int32)
        ends = np.cumsum([len(keys) for keys in self.keys.values()])[:-1]
        return dict(zip(self.keys, np.split(column, ends), strict=True))

    @cached_property
    def index(self) -> dict[str, int]:
        """Column of each feature, by name."""
        return {name: column for column, name in enumerate(self.names().tolist())}

    def names(self, columns: NDArray[Any] | None = None) -> NDArray[np.object_]:
        """Spell the features' names, of all columns or of those given.

        Parameters
        ----------
        columns : ndarray of int, optional
            Which columns, in which order.

        Returns
        -------
        ndarray of str objects, shape (n_columns,)
            Names.
        """
        wanted = np.arange(self.size) if columns is None else np.asarray(columns)
        asked = np.zeros(self.size, bool)
        asked[wanted] = True
        names = np.empty(self.size, object)
        symbols = np.array(self.symbols, object)
        for n, column in self.columns.items():
            mine = asked[column]
            spelled = symbols[self._ranks(n, mine) - 1].tolist()
            names[column[mine]] = list(map(self.joint.join, zip(*spelled, strict=True)))
        return names[wanted]

    def prune(self, keep: NDArray[np.bool_]) -> Vocabulary:
        """Return the vocabulary of the columns where ``keep`` is true, numbered anew."""
        kept = {n: keys[keep[self.columns[n]]] for n, keys in self.keys.items()}
        kept = {n: keys for n, keys in kept.items() if len(keys)}
        return Vocabulary(self.symbols, self.joint, self.ngram_range, kept, self.prefixes)

    def count(self, source: Corpus) -> Csr:
        """Count the known n-grams of new texts.

        Parameters
        ----------
        source : Corpus
            Texts as terms; for characters, texts as words (counted is in the distinct words).

        Returns
        -------
        csr_array of int32, shape (n_features, n_texts or n_words)
            Counts by feature, indices sorted.
        """
        found, n_rows = self._find(source, learning=False)
        places: dict[int, IntArray] = {}
        for n, windows in found.items():
            known = self.keys.get(n, _NONE)
            at = np.searchsorted(known, windows.keys)
            inside = np.flatnonzero(at < len(known))
            hit = inside[known[at[inside]] == windows.keys[inside]]
            places[n] = np.full(len(windows.keys), -1)
            if hit.size:
                places[n][hit] = self.columns[n][at[hit]]
        return _matrix(found, places, (self.size, n_rows))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the vocabulary as plain arrays, none of them of objects."""
        spelled = "".join(self.symbols).encode("utf-8", "surrogatepass")
        return {
            "kind": np.array([bool(self.joint), *self.ngram_range], np.int64),
            "symbols": np.frombuffer(spelled, np.uint8),
            "symbol_lengths": np.array([len(symbol) for symbol in self.symbols], np.int64),
            **_flatten("keys", self.keys),
            **_flatten("prefixes", self.prefixes),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Vocabulary:
        """Rebuild a vocabulary from what `to_arrays` gave."""
        spelled = arrays["symbols"].tobytes().decode("utf-8", "surrogatepass")
        ends = np.cumsum(arrays["symbol_lengths"]).tolist()
        symbols = [spelled[a:b] for a, b in zip([0, *ends], ends, strict=False)]
        words, low, high = arrays["kind"].tolist()
        return cls(
            symbols,
            " " if words else "",
            (low, high),
            _unflatten("keys", arrays),
            _unflatten("prefixes", arrays),
        )

    def _ranks(self, n: int, which: NDArray[np.bool_] | None = None) -> NDArray[np.int32]:
        keys = self.keys[n] if which is None else self.keys[n][which]
        return take_apart(keys, n, len(self.symbols) + 1, self.prefixes)

    def _find(self, source: Corpus, *, learning: bool) -> tuple[dict[int, Found], int]:
        sequences = (terms if self.joint else characters)(source, self.symbols)
        found = scan(
            sequences,
            len(self.symbols) + 1,
            self.ngram_range,
            whole=not self.joint,
            prefixes=self.prefixes,
            learning=learning,
        )
        return dict(found), len(sequences.indptr) - 1

    def __getstate__(self) -> dict[str, Any]:
        return {name: vars(self)[name] for name in self.__dataclass_fields__}  # caches stay behind


def learn(source: Corpus, *, joint: str, ngram_range: tuple[int, int]) -> tuple[Vocabulary, Csr]:
    """Find all n-grams and count them.

    Parameters
    ----------
    source : Corpus
        Texts as terms, their characters all above the space (or `ngram_range` is (1, 1));
        for characters, texts as words, every one of which occurs.
    joint : str
        ``" "`` for terms, ``""`` for characters.
    ngram_range : (int, int)
        Least and greatest number of symbols.

    Returns
    -------
    vocabulary : Vocabulary
        Every n-gram found.
    counts : csr_array of int32, shape (n_features, n_texts or n_words)
        Counts by feature, indices sorted.

    Examples
    --------
    >>> from talentmatch.text import tokenize
    >>> vocabulary, counts = learn(tokenize(["b a b a"]), joint=" ", ngram_range=(1, 2))
    >>> dict(zip(vocabulary.names(), counts.toarray()[:, 0].tolist()))
    {'a': 2, 'a b': 1, 'b': 2, 'b a': 2}
    """
    symbols = sorted(source.words if joint else {" "}.union(*source.words))
    prefixes: dict[int, IntArray] = {}
    found, n_rows = Vocabulary(symbols, joint, ngram_range, {}, prefixes)._find(
        source, learning=True
    )
    keys = {n: windows.keys for n, windows in found.items()}
    vocabulary = Vocabulary(symbols, joint, ngram_range, keys, prefixes)
    return vocabulary, _matrix(found, vocabulary.columns, (vocabulary.size, n_rows))


def in_texts(words: Corpus) -> Csr:
    """Count the distinct words of every text.

    Parameters
    ----------
    words : Corpus
        Texts as words.

    Returns
    -------
    csr_array of int32, shape (n_texts, n_words)
        Counts by text, indices sorted.
    """
    ones = np.ones(len(words.ids), np.int32)
    shape = (len(words), len(words.words))
    by_word = sparse.csr_array((ones, words.ids, _narrow(words.indptr)), shape).tocsc()
    by_word.sum_duplicates()
    counts: Csr = by_word.tocsr()
    return counts


def by_text(counts: Csr, in_text: Csr, dtype: DTypeLike) -> Csr:
    """Sum what is counted in distinct words over texts, in blocks of texts, on all cores.

    Parameters
    ----------
    counts : csr_array of shape (n_features, n_words)
        By feature, what each distinct word holds of it.
    in_text : csr_array of shape (n_texts, n_words)
        How often each text holds each word (see `in_texts`). Sums run in the order of its columns.
    dtype : {"float64", "float32"}
        Type of the result.

    Returns
    -------
    csr_array of shape (n_texts, n_features)
        Sums by text, indices sorted.
    """
    n_texts = in_text.shape[0]
    pieces = max(1, round(in_text.nnz / _BLOCK))
    inner = np.searchsorted(in_text.indptr, np.linspace(0, in_text.nnz, pieces + 1)[1:-1])
    cuts = [0, *np.unique(inner[inner < n_texts]).tolist(), n_texts]

    def block(place: int) -> Csr:
        part = in_text[cuts[place] : cuts[place + 1]]
        # Feature-major, the product's accumulator is a few texts wide and stays in the cache;
        # turning it over then sorts the columns in linear time.
        return (counts @ part.tocsc().T).T.tocsr()

    in_word = np.bincount(counts.indices, minlength=counts.shape[1])
    most = int(in_word[in_text.indices].sum())  # untouched, what is too much takes no memory
    indices, data = np.empty(most, np.int32), np.empty(most, dtype)
    indptr, stop = [np.zeros(1, np.int64)], 0
    for rows in in_threads(block, range(len(cuts) - 1)):
        start, stop = stop, stop + rows.nnz
        indices[start:stop], data[start:stop] = rows.indices, rows.data
        indptr.append(rows.indptr[1:].astype(np.int64) + start)
        del rows
    indices.resize(stop, refcheck=False)
    data.resize(stop, refcheck=False)
    full = _narrow(np.concatenate(indptr))
    return sparse.csr_array((data, indices, full), shape=(n_texts, counts.shape[0]))


def _narrow(indptr: IntArray) -> NDArray[Any]:
    """Return 32-bit offsets where they fit: scipy would widen the indices to match wide ones."""
    fits = indptr[-1] <= np.iinfo(np.int32).max
    return indptr.astype(np.int32) if fits else indptr


def _matrix(found: dict[int, Found], places: Mapping[int, NDArray[Any]], shape: Any) -> Csr:
    """Count windows by feature; windows whose place is negative are dropped."""
    feature = np.concatenate(
        [np.zeros(0, np.int32), *(places[n][windows.inverse] for n, windows in found.items())],
        dtype=np.int32,
    )
    row = np.concatenate([np.zeros(0, np.int32), *(windows.rows for windows in found.values())])
    if feature.min(initial=0) < 0:
        known = feature >= 0
        feature, row = feature[known], row[known]
    # A feature's windows all have one length and arrive by ascending row: nothing is to be sorted.
    ones = np.ones(len(row), np.int32)
    return sparse.csr_array(sparse.coo_array((ones, (feature, row)), shape=shape))


def _flatten(name: str, by_length: dict[int, IntArray]) -> dict[str, NDArray[Any]]:
    sizes = [[n, len(keys)] for n, keys in by_length.items()]
    return {
        name: np.concatenate([_NONE, *by_length.values()]),
        f"{name}_sizes": np.array(sizes, np.int64).reshape(-1, 2),
    }


def _unflatten(name: str, arrays: Mapping[str, NDArray[Any]]) -> dict[int, IntArray]:
    lengths, sizes = arrays[f"{name}_sizes"].T
    parts = np.split(arrays[name], np.cumsum(sizes)[:-1])
    return dict(zip(lengths.tolist(), parts, strict=False))
