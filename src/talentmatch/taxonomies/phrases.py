"""Find many phrases in many texts at once: the longest at each place, from left to right.

The phrases form a trie, one sorted array of (state, token) keys per level. All places in all texts
where a phrase may start are walked down together, and few of them live to see the next level.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from talentmatch.taxonomies.inflection import base_form
from talentmatch.text import SCRIPT_AWARE, Corpus, normalise, tokenize

__all__ = ["PhraseFinder", "Spans"]

Ints = NDArray[np.int64]

_WEAK = "~"  # marks what `SCRIPT_AWARE` leaves out: it counts inside a phrase, never as one
_PIECES = re.compile(
    rf"({SCRIPT_AWARE})"
    r"|(?<!['’])(\d\d|[^\W_])(?!['’])"  # SAP R/3, A/B tests, industry 4.0
    r"|([;|、。!?•]|[,:](?!\d)|(?<!\d),|(?<=[^\W\d_]{5})\.(?!\w))"  # a phrase does not span these
)


class Spans(NamedTuple):
    """Where phrases were found, text by text and from left to right; each (n_found,).

    Parameters
    ----------
    text : int array
        Which text.
    first, last : int array
        The first and last white-space word of it that the phrase touches, as positions in the
        corpus's `ids`.
    term : int array
        Which term; the first one where several are spelled alike.
    """

    text: Ints
    first: Ints
    last: Ints
    term: Ints


@dataclass(frozen=True, eq=False, slots=True)
class PhraseFinder:
    """Terms, ready to be found.

    Parameters
    ----------
    codes : dict of str to int
        Number, from 1, of each token that occurs in a term.
    levels : list of (int array (n_states,), int array (n_states,))
        By depth, the sorted keys ``state above * (len(codes) + 1) + code``, and for each the phrase
        that ends there, -1 for none.
    phrase_of : int array (n_terms,)
        The phrase of each term, -1 where it has no token to be found by; terms that are spelled
        alike share one.
    """

    codes: dict[str, int]
    levels: list[tuple[Ints, Ints]]
    phrase_of: Ints

    @classmethod
    def of(cls, terms: Sequence[str]) -> PhraseFinder:
        """Lay out terms for search.

        Examples
        --------
        >>> finder = PhraseFinder.of(["Cable", "cables", "cable design", "?"])
        >>> finder.phrase_of.tolist()
        [0, 0, 1, -1]
        """
        tokens = _tokens_of(tokenize(map(normalise, terms)))
        codes: dict[str, int] = {}
        of_token = [codes.setdefault(_key(token), len(codes) + 1) for token in tokens.words]
        row = np.array(of_token, dtype=np.int64)[tokens.ids]
        first, lengths = _extents(tokens)
        state = np.zeros(len(terms), np.int64)
        phrase_of = np.full(len(terms), -1, np.int64)
        levels: list[tuple[Ints, Ints]] = []
        count = 0
        for depth in range(int(lengths.max(initial=0))):
            longer = np.flatnonzero(lengths > depth)
            key = state[longer] * (len(codes) + 1) + row[first[longer] + depth]
            keys, state[longer] = np.unique(key, return_inverse=True)
            ending = np.flatnonzero(lengths == depth + 1)
            ended, phrase = np.unique(state[ending], return_inverse=True)
            phrase_of[ending] = count + phrase
            phrases = np.full(len(keys), -1, np.int64)
            phrases[ended] = count + np.arange(len(ended))
            count += len(ended)
            levels.append((keys, phrases))
        return cls(codes, levels, phrase_of)

    def find(self, corpus: Corpus) -> tuple[Ints, Ints]:
        """Return text and phrase of everything found, text by text and from left to right."""
        tokens, _ = self._encode(corpus)
        start, _, phrase = self._search(tokens)
        return np.searchsorted(tokens.indptr, start, side="right") - 1, phrase

    def spans(self, corpus: Corpus) -> Spans:
        """Return everything found, with its place and the first of its terms."""
        tokens, words = self._encode(corpus)
        start, length, phrase = self._search(tokens)
        phrases, first_term = np.unique(self.phrase_of, return_index=True)
        return Spans(
            np.searchsorted(tokens.indptr, start, side="right") - 1,
            np.searchsorted(words, start, side="right") - 1,
            np.searchsorted(words, start + length - 1, side="right") - 1,
            first_term[np.searchsorted(phrases, phrase)],
        )

    def _encode(self, corpus: Corpus) -> tuple[Corpus, Ints]:
        """Return texts as codes of tokens (0 unknown, negative weak), and where words begin."""
        pieces = _pieces_of(corpus)
        code = np.fromiter(
            (
                -self.codes.get(_key(token), 0)
                if token.startswith(_WEAK)
                else self.codes.get(_key(token), 0)
                for token in pieces.words
            ),
            np.int32,
            len(pieces.words),
        )
        coded = Corpus([], code[pieces.ids], pieces.indptr).take(corpus.ids)
        return Corpus([], coded.ids, coded.indptr[corpus.indptr]), coded.indptr

    def _search(self, tokens: Corpus) -> tuple[Ints, Ints, Ints]:
        """Return first token, number of tokens and phrase of the longest matches, left to right."""
        if not self.levels:
            return (np.zeros(0, np.int64),) * 3
        keys, phrases = self.levels[0]
        codes = np.abs(tokens.ids)
        root = np.full(len(self.codes) + 1, -1, np.int64)
        root[keys] = np.arange(len(keys))
        start = np.flatnonzero(root[codes] >= 0)
        state = root[codes[start]]
        phrase = np.where(tokens.ids[start] > 0, phrases[state], -1)
        length = np.ones(len(start), np.int64)
        stops = np.repeat(tokens.indptr[1:], np.diff(tokens.indptr))[start]
        alive = np.arange(len(start))
        for depth, (keys, phrases) in enumerate(self.levels[1:], start=1):
            at = start[alive] + depth
            inside = at < stops[alive]
            alive, at, state = alive[inside], at[inside], state[inside]
            key = state * (len(self.codes) + 1) + codes[at]
            state = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
            known = keys[state] == key
            alive, state = alive[known], state[known]
            ends = phrases[state] >= 0
            phrase[alive[ends]] = phrases[state[ends]]
            length[alive[ends]] = depth + 1
        found = np.flatnonzero(phrase >= 0)
        found = found[_leftmost(start[found], length[found])]
        return start[found], length[found], phrase[found]


def _leftmost(start: Ints, length: Ints) -> Ints:
    """Of spans in the order of their starts, those met when each begins after the one before."""
    following = np.searchsorted(start, start + length).tolist()
    chosen = []
    at = 0
    while at < len(following):
        chosen.append(at)
        at = following[at]
    return np.array(chosen, dtype=np.int64)


def _pieces_of(corpus: Corpus) -> Corpus:
    """Return the distinct words of a corpus as texts of tokens."""
    return tokenize(map(_pieces, corpus.words), lowercase=False)


def _tokens_of(corpus: Corpus) -> Corpus:
    """Return the texts as tokens."""
    pieces = _pieces_of(corpus)
    taken = pieces.take(corpus.ids)
    return Corpus(pieces.words, taken.ids, taken.indptr[corpus.indptr])


def _pieces(word: str) -> str:
    """Return the tokens of a word, spaces between them."""
    if word.isalpha() and word.isascii() and len(word) > 1:
        return word
    return " ".join(
        strong or (weak and _WEAK + weak) or "," for strong, weak, _ in _PIECES.findall(word)
    )


def _key(token: str) -> str:
    return base_form(token.removeprefix(_WEAK))


def _extents(tokens: Corpus) -> tuple[Ints, Ints]:
    """Return where each term begins and how many tokens it has, without breaks at its ends.

    A term of a single weak token gets none: it would be found wherever a list is lettered.
    """
    is_break = np.array([token == "," for token in tokens.words], dtype=bool)[tokens.ids]
    is_weak = np.array([token.startswith(_WEAK) for token in tokens.words], dtype=bool)[tokens.ids]
    owner = np.repeat(np.arange(len(tokens)), np.diff(tokens.indptr))
    inner = np.flatnonzero(~is_break)
    first = np.full(len(tokens), len(tokens.ids), np.int64)
    last = np.full(len(tokens), -1, np.int64)
    np.minimum.at(first, owner[inner], inner)
    np.maximum.at(last, owner[inner], inner)
    lengths = np.maximum(last - first + 1, 0)
    single = np.flatnonzero(lengths == 1)
    lengths[single[is_weak[first[single]]]] = 0
    return first, lengths
