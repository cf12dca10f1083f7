"""Random choices that are cheap one by one: uniform numbers drawn in blocks from numpy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

__all__ = ["Dice"]

T = TypeVar("T")

_BLOCK = 65_536  # one Generator call costs as much as 20 picks from a list


def _uniforms(rng: np.random.Generator) -> Iterator[float]:
    while True:
        yield from rng.random(_BLOCK).tolist()


class Dice:
    """A stream of choices.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the chance comes from; used up block by block.

    Examples
    --------
    >>> import numpy as np
    >>> dice = Dice(np.random.default_rng(0))
    >>> dice.pick("abc"), dice.take("abc", 2), dice.between(3, 5)
    ('b', ['a', 'b'], 3)
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._next = _uniforms(rng).__next__

    def chance(self, p: float) -> bool:
        """Say yes with probability `p`."""
        return self._next() < p

    def between(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + int(self._next() * (high - low + 1))

    def uniform(self, low: float, high: float) -> float:
        """Draw a number between `low` and `high`."""
        return low + self._next() * (high - low)

    def pick(self, items: Sequence[T]) -> T:
        """Draw one item."""
        return items[int(self._next() * len(items))]

    def take(self, items: Sequence[T], k: int) -> list[T]:
        """Draw `k` different places of `items` (all of them, shuffled, when there are fewer)."""
        pool = list(items)
        last = len(pool)
        for i in range(min(k, last)):
            j = i + int(self._next() * (last - i))
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:k]
