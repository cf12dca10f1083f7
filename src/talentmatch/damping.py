"""Weigh documents that say little, or the same again and again, by what they say.

A cosine looks at proportions only: two words that the demand holds too, repeated fifty times, would
be a perfect text. What is far from the collection's usual amount and variety of words weighs less.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Damping"]

Floats = NDArray[np.float64]

_LITTLE = 1 / 8  # of the median amount, below which a document weighs less
_SAME = 1 / 2  # of the median variety
_VARIED = 6.0  # features a word that nobody need exceed; words of Chinese texts are sentences


@dataclass(frozen=True)
class Damping:
    """``factor = sqrt(min(1, held / (amount / 8))) * min(1, (held / words) / (variety / 2))``.

    Parameters
    ----------
    amount : float
        Distinct features of the candidates' median document; 0 = nothing is damped.
    variety : float
        Distinct features per word of the candidates' median document, at most 6.
    """

    amount: float = 0.0
    variety: float = 0.0

    @classmethod
    def learn(cls, held: Floats, words: Floats) -> Damping:
        """Take the medians of the documents that hold anything.

        Parameters
        ----------
        held : float array (n_documents,)
            Distinct features of each document.
        words : float array (n_documents,)
            Words of each, repetitions counted.
        """
        some = (held > 0) & (words > 0)
        if not some.any():
            return cls()
        variety = min(float(np.median(held[some] / words[some])), _VARIED)
        return cls(float(np.median(held[some])), variety)

    def factors(self, held: Floats, words: Floats) -> Floats:
        """One factor in [0, 1] per document.

        Examples
        --------
        >>> Damping(amount=80, variety=4).factors(np.array([80.0, 2.5]), np.array([20.0, 50.0]))
        array([1.    , 0.0125])
        """
        if not self.amount:
            return np.ones(len(held))
        amount = np.sqrt(np.minimum(held / (self.amount * _LITTLE), 1.0))
        variety = np.minimum(held / np.maximum(words, 1.0) / (self.variety * _SAME), 1.0)
        factors: Floats = amount * variety
        return factors

    def as_dict(self) -> dict[str, float]:
        """The parameters, for JSON."""
        return asdict(self)
