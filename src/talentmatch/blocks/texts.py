"""Blocks of what the texts say, word by word and by parts of words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talentmatch.blocks.material import Material
from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError
from talentmatch.text import SCRIPT_AWARE, Corpus
from talentmatch.vectorizing import SkillVectorizer
from talentmatch.word_grams import WordGrams

__all__ = ["CharGrams", "Words"]


@dataclass(frozen=True)
class Words(Shown):
    """Words and runs of words, TF-IDF with damped counts; each Chinese character is a word.

    Parameters
    ----------
    weight : float
        Share of the score; the weights of all blocks are scaled to sum to one.
    ngram_range : (int, int)
        Least and greatest number of words in a run.
    rarity : float
        Power of the inverse document frequency; above 1, rare words count more.
    candidate, demand : tuple of str
        The columns read on either side; title, text and skills by default. What a person wants of
        a post is ``Words(candidate=("wishes",), demand=("offer",))`` beside the usual block: the
        score is the weighted sum of both directions.

    Examples
    --------
    >>> import talentmatch as tm
    >>> tm.FitScorer(blocks=[tm.Words(weight=1.0, ngram_range=(1, 1))])
    <FitScorer of words 100 %, not fitted>
    """

    weight: float = 0.4
    ngram_range: tuple[int, int] = (1, 2)
    rarity: float = 1.5
    candidate: tuple[str, ...] = ()
    demand: tuple[str, ...] = ()

    name = "words"

    def __post_init__(self) -> None:
        _check(self, "ngram_range")

    def fit(self, material: Material) -> _FittedWords:
        """Learn words and their weights."""
        fitted = _FittedWords(self, self._vectorizer())
        fitted.learn(material)
        return fitted

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> _FittedWords:
        """Rebuild what `fit` returned from its arrays."""
        params = self._vectorizer().get_params()
        return _FittedWords(self, SkillVectorizer.from_arrays(params, arrays))

    def _vectorizer(self) -> SkillVectorizer:
        return SkillVectorizer(
            analyzer="word",
            ngram_range=self.ngram_range,
            token_pattern=SCRIPT_AWARE,
            sublinear_tf=True,
            idf_power=self.rarity,
        )


@dataclass(frozen=True)
class CharGrams(Shown):
    """Runs of characters inside words, each word with its own say: kin words share some.

    The formula is at `talentmatch.word_grams.WordGrams`.

    Parameters
    ----------
    weight : float
        Share of the score; the weights of all blocks are scaled to sum to one.
    ngram_range, han_range : (int, int)
        Least and greatest number of characters in a run; among Chinese characters.
    balance : float
        0 = long words count by their length, 1 = all words alike.
    rarity : float
        Power of the inverse document frequency.
    candidate, demand : tuple of str
        The columns read on either side, as for `Words`.

    Examples
    --------
    >>> import talentmatch as tm
    >>> tm.FitScorer(blocks=[tm.Words(weight=1), tm.CharGrams(weight=3)])
    <FitScorer of words 25 %, characters 75 %, not fitted>
    """

    weight: float = 0.6
    ngram_range: tuple[int, int] = (3, 5)
    han_range: tuple[int, int] = (1, 2)
    balance: float = 0.75
    rarity: float = 1.5
    candidate: tuple[str, ...] = ()
    demand: tuple[str, ...] = ()

    name = "characters"

    def __post_init__(self) -> None:
        _check(self, "ngram_range")
        _check(self, "han_range")

    def fit(self, material: Material) -> _FittedGrams:
        """Learn n-grams and their weights."""
        fitted = _FittedGrams(self, self._vectorizer())
        fitted.learn(material)
        return fitted

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> _FittedGrams:
        """Rebuild what `fit` returned from its arrays."""
        return _FittedGrams(self, self._vectorizer().restore(arrays))

    def _vectorizer(self) -> WordGrams:
        return WordGrams(self.ngram_range, self.han_range, balance=self.balance, rarity=self.rarity)


class _FittedTexts:
    """Rows of documents, those that `fit` made handed over instead of made twice."""

    def __init__(self, block: Words | CharGrams, vectorizer: Any) -> None:
        self.block, self.vectorizer = block, vectorizer
        self._made: tuple[Material, Any] | None = None

    def learn(self, material: Material) -> None:
        self._made = material, self._fit(self.read(material).corpus)

    def read(self, material: Material) -> Material:
        return material.reading(self.block.candidate, self.block.demand)

    def rows(self, material: Material) -> tuple[Any, Any]:
        """Rows of the candidates' documents and of the demands."""
        made, self._made = self._made, None
        if made is not None and made[0] is material:
            return self.read(material).split(made[1])
        read = self.read(material)
        return read.split(self._transform(read.corpus))

    def _fit(self, corpus: Corpus) -> Any:
        raise NotImplementedError

    def _transform(self, corpus: Corpus) -> Any:
        raise NotImplementedError


class _FittedWords(_FittedTexts):
    def _fit(self, corpus: Corpus) -> Any:
        return self.vectorizer._fit_corpus(corpus)

    def _transform(self, corpus: Corpus) -> Any:
        return self.vectorizer._transform_corpus(corpus)

    def names(self, columns: NDArray[np.intp]) -> list[str]:
        """Spell the words of some columns."""
        names: list[str] = self.vectorizer._grams.names(columns).tolist()
        return names

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the fitted state as plain arrays."""
        arrays: dict[str, NDArray[Any]] = self.vectorizer.to_arrays()
        return arrays


class _FittedGrams(_FittedTexts):
    def _fit(self, corpus: Corpus) -> Any:
        return self.vectorizer.fit(corpus)

    def _transform(self, corpus: Corpus) -> Any:
        return self.vectorizer.transform(corpus)

    def names(self, columns: NDArray[np.intp]) -> list[str]:
        """Spell the n-grams of some columns."""
        names: list[str] = self.vectorizer.names(columns).tolist()
        return names

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the fitted state as plain arrays."""
        arrays: dict[str, NDArray[Any]] = self.vectorizer.to_arrays()
        return arrays


def _check(block: Any, range_name: str) -> None:
    if not block.weight > 0:
        raise ProblemError(f"{block.name}: weight must be above 0, not {block.weight!r}")
    low, high = getattr(block, range_name)
    if not 1 <= low <= high:
        raise ProblemError(
            f"{block.name}: {range_name} must be (least, greatest), not {(low, high)}"
        )
