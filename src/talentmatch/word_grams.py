"""WordGrams: texts as bundles of characters' n-grams, word by word, so that kin words meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.preprocessing import normalize

from talentmatch.ngrams import Vocabulary, by_text, in_texts, learn
from talentmatch.text import RUNS, Corpus, is_han, split_words

__all__ = ["WordGrams"]

Floats = NDArray[np.float64]


class WordGrams:
    r"""Rows of in-word character n-grams, in which every word of a text has its own say.

    With :math:`g_w` the counts of n-grams in word w (a space on either side), each times
    :math:`idf^{3/2}`, a text's row is the unit vector along

    .. math:: \sum_w (1 + \ln tf_w) \, (idf_w / |g_w|)^{3/4} \, g_w

    so that a long word counts little more than a short one and a rare word more than a common one:
    between one bag of n-grams per text (power 0) and one unit vector per word (power 1). idf is
    ``ln((1 + n_texts) / (1 + df)) + 1``; in :math:`|g_w|` the df of an n-gram is the sum of those
    of its words, at most n_texts, which is known before any text is looked into. Chinese
    characters that touch are one word.

    Parameters
    ----------
    ngram_range, han_range : (int, int)
        Least and greatest number of characters; of Chinese words.
    balance : float
        The power that is 3/4 above.
    rarity : float
        The power that is 3/2 above.
    """

    def __init__(
        self,
        ngram_range: tuple[int, int] = (3, 5),
        han_range: tuple[int, int] = (1, 2),
        *,
        balance: float = 0.75,
        rarity: float = 1.5,
    ) -> None:
        self.ngram_range, self.han_range = ngram_range, han_range
        self.balance, self.rarity = balance, rarity

    def fit(self, corpus: Corpus) -> sp.csr_array:
        """Learn n-grams and words; return the rows of the same texts.

        Parameters
        ----------
        corpus : Corpus
            Texts as words at white space, lowered (see `talentmatch.text.tokenize`).

        Returns
        -------
        csr_array of shape (n_texts, n_features)
            Unit rows; a text without words is an empty row.

        Raises
        ------
        ValueError
            No text holds a word.
        """
        words = _terms(corpus)
        if not words.words:
            raise ValueError("empty vocabulary: no text holds a term")
        low = min(self.ngram_range[0], self.han_range[0])
        high = max(self.ngram_range[1], self.han_range[1])
        grams, counts = learn(words, joint="", ngram_range=(low, high))
        grams, counts = self._of_script(grams, counts, words)
        in_text = in_texts(words)
        self.grams = grams
        self.n_texts = len(words)
        self.words = words.words
        self.word_df = np.bincount(in_text.indices, minlength=len(words.words))
        # The texts of a gram's words, those with several of them counted once for each: what the
        # grams of one word are weighed by, before it is known which texts hold which grams.
        each = np.repeat(np.arange(grams.size), np.diff(counts.indptr))
        reach = np.bincount(each, self.word_df[counts.indices], grams.size)
        self.reach = np.minimum(reach, self.n_texts).astype(np.int64)
        rows = self._sums(counts, in_text, self.word_df)
        self.gram_df = np.bincount(rows.indices, minlength=grams.size)
        return self._unit(rows)

    def transform(self, corpus: Corpus) -> sp.csr_array:
        """Return the rows of texts; n-grams that `fit` did not see are left out.

        Parameters
        ----------
        corpus : Corpus
            As `fit` takes.

        Returns
        -------
        csr_array of shape (n_texts, n_features)
            Unit rows.
        """
        words = _terms(corpus)
        known = dict(zip(self.words, self.word_df.tolist(), strict=True))
        df = np.fromiter((known.get(word, 0) for word in words.words), np.int64, len(words.words))
        return self._unit(self._sums(self.grams.count(words), in_texts(words), df))

    def _of_script(
        self, grams: Vocabulary, counts: sp.csr_array, words: Corpus
    ) -> tuple[Vocabulary, sp.csr_array]:
        """Drop the n-grams whose length is not meant for their script."""
        length = np.zeros(grams.size, np.int64)
        for n, columns in grams.columns.items():
            length[columns] = n
        length = np.repeat(length, np.diff(counts.indptr))
        han = is_han(words.words)[counts.indices]
        low, high = (
            np.where(han, self.han_range[0], self.ngram_range[0]),
            np.where(han, self.han_range[1], self.ngram_range[1]),
        )
        short = np.fromiter(map(len, words.words), np.int64, len(words.words))[counts.indices] + 2
        fits = (low <= length) & (length <= high) | ((short < low) & (length == short))
        single = grams.columns.get(1, np.zeros(0, np.int32))
        for edge in single[grams.names(single) == " "].tolist():  # it is in every word
            fits[counts.indptr[edge] : counts.indptr[edge + 1]] = False
        kept = sp.csr_array((counts.data * fits, counts.indices, counts.indptr), counts.shape)
        kept.eliminate_zeros()
        used = np.diff(kept.indptr) > 0
        return grams.prune(used), kept[used]

    def _sums(self, counts: sp.csr_array, in_text: sp.csr_array, df: NDArray[Any]) -> sp.csr_array:
        """Sums of n-grams over the words of texts, each word with its weight."""
        rough = np.repeat(self._idf(self.reach) ** self.rarity, np.diff(counts.indptr))
        sizes = np.sqrt(np.bincount(counts.indices, (counts.data * rough) ** 2, len(df)))
        share = np.divide(self._idf(df), sizes, out=np.zeros(len(df)), where=sizes > 0)
        share **= self.balance
        often = in_text.astype(np.float64)
        often.data = (1.0 + np.log(often.data)) * share[often.indices]
        return by_text(counts.astype(np.float64), often, np.float64)

    def _unit(self, rows: sp.csr_array) -> sp.csr_array:
        """Sums times the inverse document frequency, brought to length 1."""
        rows.data *= (self._idf(self.gram_df) ** self.rarity)[rows.indices]
        return sp.csr_array(normalize(rows, copy=False))

    def _idf(self, df: NDArray[Any]) -> Floats:
        idf: Floats = np.log((1 + self.n_texts) / (1.0 + df)) + 1.0
        return idf

    def names(self, columns: NDArray[Any] | None = None) -> NDArray[np.object_]:
        """Spell the n-grams of all columns or of those given."""
        return self.grams.names(columns)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the fitted state as plain arrays, none of them of objects."""
        return {
            **self.grams.to_arrays(),
            "words": np.frombuffer(
                "\n".join(self.words).encode("utf-8", "surrogatepass"), np.uint8
            ),
            "word_df": self.word_df,
            "gram_df": self.gram_df,
            "reach": self.reach,
            "n_texts": np.array(self.n_texts),
        }

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> WordGrams:
        """Take the state that `to_arrays` gave; returns itself."""
        self.grams = Vocabulary.from_arrays(arrays)
        self.words = arrays["words"].tobytes().decode("utf-8", "surrogatepass").split("\n")
        self.word_df, self.gram_df = arrays["word_df"], arrays["gram_df"]
        self.reach = arrays["reach"]
        self.n_texts = int(arrays["n_texts"])
        return self


def _terms(corpus: Corpus) -> Corpus:
    """Terms in sorted order, so that sums over them do not depend on the order of texts."""
    terms = split_words(corpus, RUNS).compact()
    order = sorted(range(len(terms.words)), key=terms.words.__getitem__)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return Corpus([terms.words[k] for k in order], rank[terms.ids], terms.indptr)
