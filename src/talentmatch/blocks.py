"""Blocks of features: each a value, each a share of the score."""

from __future__ import annotations

from dataclasses import dataclass

from talentmatch.errors import ProblemError
from talentmatch.text import SCRIPT_AWARE
from talentmatch.vectorizing import SkillVectorizer

__all__ = ["Block", "CharGrams", "Words"]


@dataclass(frozen=True)
class Words:
    """Words and runs of words, TF-IDF with damped counts; each Chinese character is a word.

    Parameters
    ----------
    weight : float
        Share of the score; the weights of all blocks are scaled to sum to one.
    ngram_range : (int, int)
        Least and greatest number of words in a run.

    Examples
    --------
    >>> import talentmatch as tm
    >>> tm.FitScorer(blocks=[tm.Words(weight=1.0, ngram_range=(1, 1))])
    <FitScorer of words 100 %, not fitted>
    """

    weight: float = 0.5
    ngram_range: tuple[int, int] = (1, 2)

    name = "words"

    def __post_init__(self) -> None:
        _check(self)

    def vectorizer(self) -> SkillVectorizer:
        """A fresh vectorizer for this block."""
        return SkillVectorizer(
            analyzer="word",
            ngram_range=self.ngram_range,
            token_pattern=SCRIPT_AWARE,
            sublinear_tf=True,
        )


@dataclass(frozen=True)
class CharGrams:
    """Runs of characters inside words, TF-IDF with damped counts: kin words share some.

    Parameters
    ----------
    weight : float
        Share of the score; the weights of all blocks are scaled to sum to one.
    ngram_range : (int, int)
        Least and greatest number of characters in a run.

    Examples
    --------
    >>> import talentmatch as tm
    >>> tm.FitScorer(blocks=[tm.Words(weight=1), tm.CharGrams(weight=3)])
    <FitScorer of words 25 %, characters 75 %, not fitted>
    """

    weight: float = 0.5
    ngram_range: tuple[int, int] = (3, 5)

    name = "characters"

    def __post_init__(self) -> None:
        _check(self)

    def vectorizer(self) -> SkillVectorizer:
        """A fresh vectorizer for this block."""
        return SkillVectorizer(analyzer="char_wb", ngram_range=self.ngram_range, sublinear_tf=True)


Block = Words | CharGrams


def _check(block: Block) -> None:
    if not block.weight > 0:
        raise ProblemError(f"{block.name}: weight must be above 0, not {block.weight!r}")
    low, high = block.ngram_range
    if not 1 <= low <= high:
        raise ProblemError(
            f"{block.name}: ngram_range must be (least, greatest), not {(low, high)}"
        )
