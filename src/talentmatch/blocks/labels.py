"""Labels: short texts described by their similarity to every term of a taxonomy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.blocks.material import Material
from talentmatch.products import Factors, Side
from talentmatch.taxonomies.taxonomy import Taxonomy
from talentmatch.text import SCRIPT_AWARE, Corpus, normalise, tokenize
from talentmatch.vectorizing import SkillVectorizer
from talentmatch.word_grams import WordGrams

__all__ = ["Labels"]

Floats = NDArray[np.float64]

_WORDS = 0.2  # share of whole words in the similarity of two short texts, the rest is n-grams
_MOST = 100  # concepts kept of a text


class Labels:
    """The terms of a taxonomy as rows of words and n-grams."""

    def __init__(self, taxonomy: Taxonomy, short: int, sharpness: float) -> None:
        self.taxonomy, self.short, self.sharpness = taxonomy, short, sharpness
        self.words = SkillVectorizer(token_pattern=SCRIPT_AWARE, sublinear_tf=True, idf_power=1.5)
        self.grams = WordGrams()

    @classmethod
    def fit(cls, taxonomy: Taxonomy, material: Material, short: int, sharpness: float) -> Labels:
        """Learn how rare words are among the terms and the short texts together."""
        labels = cls(taxonomy, short, sharpness)
        few = material.corpus.take(np.flatnonzero(labels.applies(material))).compact()
        both = _joined(tokenize(map(normalise, taxonomy.terms)), few)
        rows = labels.words._fit_corpus(both), labels.grams.fit(both)
        labels._keep([part[: len(taxonomy.terms)] for part in rows])
        return labels

    @classmethod
    def restore(
        cls, taxonomy: Taxonomy, short: int, sharpness: float, arrays: Mapping[str, NDArray[Any]]
    ) -> Labels:
        """Rebuild from the arrays of `to_arrays`."""
        labels = cls(taxonomy, short, sharpness)
        of_words, of_grams = (
            {name.removeprefix(start): arrays[name] for name in arrays if name.startswith(start)}
            for start in ("words:", "grams:")
        )
        labels.words = SkillVectorizer.from_arrays(labels.words.get_params(), of_words)
        labels.grams.restore(of_grams)
        corpus = tokenize(map(normalise, taxonomy.terms))
        labels._keep([labels.words._transform_corpus(corpus), labels.grams.transform(corpus)])
        return labels

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the fitted state as plain arrays."""
        return {
            **{f"words:{name}": array for name, array in self.words.to_arrays().items()},
            **{f"grams:{name}": array for name, array in self.grams.to_arrays().items()},
        }

    def _keep(self, rows: list[sp.csr_array]) -> None:
        order = np.argsort(self.taxonomy.concept_of, kind="stable")
        self._rows = [sp.csr_array(part[order]) for part in rows]
        self._concepts, self._starts = np.unique(self.taxonomy.concept_of[order], return_index=True)

    def applies(self, material: Material) -> NDArray[np.bool_]:
        """Which documents are short, and not empty."""
        is_short: NDArray[np.bool_] = (material.sizes > 0) & (material.sizes <= self.short)
        return is_short

    def alike(self, material: Material) -> tuple[sp.csr_array, NDArray[np.bool_]]:
        """Similarity of short texts to concepts, that of the closest term, sharpened.

        Returns
        -------
        csr_array (n_texts, n_concepts)
            Empty rows for the texts that are not short.
        ndarray of bool (n_texts,)
            Which texts are short.
        """
        corpus, short = material.corpus, self.applies(material)
        at = np.flatnonzero(short)
        shape = (len(corpus), len(self.taxonomy))
        if not len(at):
            return sp.csr_array(shape), short
        some = corpus.take(at).compact()
        rows = self.words._transform_corpus(some), self.grams.transform(some)
        shares = np.sqrt([_WORDS, 1 - _WORDS])
        factors = Factors(
            [
                (Side(a, np.full(a.shape[0], s)), Side(b, np.full(b.shape[0], s)))
                for s, a, b in zip(shares, rows, self._rows, strict=True)
            ]
        )
        found = factors.kept(self._closest)
        wide = sp.csr_array(
            (found.data, self._concepts[found.indices], found.indptr), shape=(len(at), shape[1])
        )
        spread = sp.csr_array((np.ones(len(at)), (at, np.arange(len(at)))), (shape[0], len(at)))
        return sp.csr_array(spread @ wide), short

    def _closest(self, block: Floats) -> sp.csr_array:
        best = np.maximum.reduceat(block, self._starts, axis=1)
        if best.shape[1] > _MOST:
            best[best < np.partition(best, -_MOST, axis=1)[:, [-_MOST]]] = 0.0
        rows = sp.csr_array(best)
        rows.data **= self.sharpness
        return rows


def _joined(first: Corpus, second: Corpus) -> Corpus:
    """Two corpora as one, its words counted once."""
    known = {word: k for k, word in enumerate(first.words)}
    place = np.fromiter(
        (known.setdefault(word, len(known)) for word in second.words), np.int32, len(second.words)
    )
    ids = np.concatenate([first.ids, place[second.ids]]).astype(np.int32)
    indptr = np.concatenate([first.indptr, first.indptr[-1] + second.indptr[1:]])
    return Corpus(list(known), ids, indptr)
