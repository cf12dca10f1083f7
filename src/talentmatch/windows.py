"""Windows over sequences of symbols: words of texts, or characters of words, as integers.

A window of ``n`` symbols is one integer whose digits are the symbols' ranks, so that windows of one
length sort as their strings would. Where the digits outgrow 63 bits, the prefix so far is replaced
by its rank among the prefixes seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talentmatch.text import Corpus

__all__ = ["LIMIT", "Found", "IntArray", "Sequences", "characters", "scan", "take_apart", "terms"]

LIMIT = 2**63 - 1
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Sequences:
    """Sequences of symbols, one after another.

    Parameters
    ----------
    codes : ndarray of int32, shape (n_symbols,)
        Rank of each symbol counted from 1; 0 where the vocabulary does not know it.
    indptr : ndarray of int64, shape (n_sequences + 1,)
        Sequence ``i`` is ``codes[indptr[i]:indptr[i + 1]]``.
    """

    codes: NDArray[np.int32]
    indptr: IntArray

    def reach(self) -> IntArray:
        """Return how many known symbols follow from each position to its sequence's end."""
        at = np.arange(len(self.codes))
        stops = np.repeat(self.indptr[1:], np.diff(self.indptr))
        unknown = np.flatnonzero(self.codes == 0)
        if unknown.size:
            following = np.append(unknown, len(at))[np.searchsorted(unknown, at)]
            stops = np.minimum(stops, following)
        return stops - at


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """The n-grams of one length found in sequences.

    Parameters
    ----------
    keys : ndarray of int64
        The distinct n-grams, sorted.
    inverse : ndarray of int32
        For every window the position of its n-gram in `keys`.
    rows : ndarray of int32
        For every window its sequence, ascending.
    """

    keys: IntArray
    inverse: NDArray[np.int32]
    rows: NDArray[np.int32]


def terms(source: Corpus, symbols: Sequence[str]) -> Sequences:
    """Return the texts of a corpus as ranks of their terms among ``symbols``."""
    rank = dict(zip(symbols, range(1, len(symbols) + 1), strict=True))
    ranks = np.fromiter((rank.get(word, 0) for word in source.words), np.int32, len(source.words))
    return Sequences(ranks[source.ids], source.indptr)


def characters(source: Corpus, symbols: Sequence[str]) -> Sequences:
    """Return the words of a corpus, a space on either side, as ranks of their characters."""
    points = _code_points(" " + "  ".join(source.words) + " ") if source.words else _code_points("")
    known = _code_points("".join(symbols))
    rank = np.zeros(max(points.max(initial=0), known.max(initial=0)) + 1, np.int32)
    rank[known] = np.arange(1, len(known) + 1, dtype=np.int32)
    lengths = np.fromiter(map(len, source.words), np.int64, len(source.words)) + 2
    return Sequences(rank[points], np.concatenate([[0], np.cumsum(lengths)]))


def _code_points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def scan(
    sequences: Sequences,
    base: int,
    ngram_range: tuple[int, int],
    *,
    whole: bool,
    prefixes: dict[int, IntArray],
    learning: bool,
) -> Iterator[tuple[int, Found]]:
    """Yield the windows of known symbols, length by length.

    Parameters
    ----------
    sequences : Sequences
        Where to look.
    base : int
        One more than the number of symbols.
    ngram_range : (int, int)
        Least and greatest length.
    whole : bool
        Whether a sequence shorter than the least length counts once, as a whole.
    prefixes : dict of int to ndarray of int64
        By length, the prefixes that longer windows replace by a rank.
    learning : bool
        Whether to fill `prefixes` (or else to leave out windows with others).

    Yields
    ------
    n : int
        Length.
    found : Found
        The windows of that length; at least one.
    """
    codes, lengths = sequences.codes, np.diff(sequences.indptr)
    low, high = ngram_range
    bound = base
    reach = sequences.reach()
    row_of = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    key = codes.astype(np.int64)
    for n in range(1, min(high, int(reach.max(initial=0))) + 1):
        if n > 1:
            if bound * base > LIMIT:
                if learning:
                    prefixes[n - 1] = np.unique(key[reach >= n - 1])
                seen = prefixes.get(n - 1, np.zeros(0, np.int64))
                reach = _rank_prefixes(key, reach, n - 1, seen)
                bound = len(seen)
            key *= base
            key[: 1 - n] += codes[n - 1 :]
            bound *= base
        if n >= low:
            at = np.flatnonzero(reach >= n)
        elif whole:
            at = sequences.indptr[:-1][lengths == n]
            at = at[reach[at] >= n]
        else:
            continue
        if at.size:
            yield n, Found(*_distinct(key[at], bound), row_of[at])


def take_apart(
    keys: IntArray, n: int, base: int, prefixes: dict[int, IntArray]
) -> NDArray[np.int32]:
    """Return the symbols' ranks in windows of length ``n``, shape (n, n_keys)."""
    digits = np.empty((n, len(keys)), np.int32)
    for place in range(n - 1, -1, -1):
        keys, digits[place] = np.divmod(keys, base)
        if place in prefixes:
            keys = prefixes[place][keys]
    return digits


def _rank_prefixes(key: IntArray, reach: IntArray, n: int, prefixes: IntArray) -> IntArray:
    """Replace keys of ``n`` symbols by their ranks, in place; where unknown, shorten the reach."""
    at = np.flatnonzero(reach >= n)
    rank = np.searchsorted(prefixes, key[at])
    unknown = np.ones(len(at), bool)
    inside = rank < len(prefixes)
    unknown[inside] = prefixes[rank[inside]] != key[at[inside]]
    key[at] = rank
    reach = reach.copy()
    reach[at[unknown]] = n
    return reach


def _distinct(key: IntArray, bound: int) -> tuple[IntArray, NDArray[np.int32]]:
    """Return the sorted distinct keys and each key's position among them.

    Sorting keys with their positions in the low bits takes a fifth of np.unique's time.
    """
    if bound <= 4 * len(key):
        present = np.bincount(key, minlength=bound) > 0
        return np.flatnonzero(present), (np.cumsum(present, dtype=np.int32) - 1)[key]
    bits = len(key).bit_length()
    if bound <= LIMIT >> bits:
        ordered = key << bits
        ordered |= np.arange(len(key))
        ordered.sort()
        order = ordered & ((1 << bits) - 1)
        ordered >>= bits
    else:
        order = np.argsort(key)
        ordered = key[order]
    first = np.ones(len(key), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    inverse = np.empty(len(key), np.int32)
    inverse[order] = np.cumsum(first, dtype=np.int32) - 1
    return ordered[first], inverse
