"""Folds of cross-validation: units dealt at random, in numbers that differ by one at most."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talentmatch.errors import ProblemError

__all__ = ["check_whole", "fold_of_each"]

Ints = NDArray[np.intp]


def fold_of_each(n: int, folds: int, seed: int) -> Ints:
    """Which fold each of n units is in.

    Parameters
    ----------
    n : int
        Units, in an order that does not depend on that of the caller's rows.
    folds : int
        At most so many folds; never more than units.
    seed : int
        The same numbers give the same folds.

    Returns
    -------
    int array (n,)
        From 0 to min(folds, n) - 1.

    Examples
    --------
    >>> sorted(fold_of_each(5, 2, seed=0).tolist())
    [0, 0, 0, 1, 1]
    """
    fold = np.empty(n, dtype=np.intp)
    fold[np.random.default_rng(seed).permutation(n)] = np.arange(n) % max(1, min(folds, n))
    return fold


def check_whole(**least: tuple[object, int]) -> None:
    """Raise `ProblemError` unless each value is a whole number from its least one."""
    for name, (value, lowest) in least.items():
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not whole or value < lowest:  # type: ignore[operator]  # it is a number here
            raise ProblemError(f"{name} must be a whole number from {lowest}, not {value!r}")
