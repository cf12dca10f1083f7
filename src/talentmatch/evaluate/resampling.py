"""What chance may have done to a mean: a bootstrap interval and a paired randomisation test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from talentmatch.errors import ProblemError

__all__ = ["mean_interval", "sign_flip_p"]

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]

_DRAWN = 2**20  # numbers drawn at a time
_EQUAL = 1e-12  # sums that differ by less, as a share of their terms' sizes, are equal


def mean_interval(
    values: Floats, *, resamples: int = 1000, level: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap interval of a mean (Efron & Tibshirani 1993, chapter 13).

    Parameters
    ----------
    values : float array (n,)
        One value per unit of drawing, n at least 1; units are drawn with replacement.
    resamples : int
        Samples drawn, each of n units.
    level : float
        Share of the samples' means inside the interval, between 0 and 1.
    seed : int
        The same seed and values give the same interval.

    Returns
    -------
    low, high : float
        In the unit of the values.

    Raises
    ------
    ProblemError
        `resamples` or `seed` is not a whole number, or `level` not between 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> mean_interval(np.array([0.5, 0.5, 0.5]))
    (0.5, 0.5)
    """
    _check(resamples, seed)
    if not 0 < level < 1:
        raise ProblemError(f"level must lie between 0 and 1, not {level!r}")
    n = len(values)

    def means(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
        drawn: Floats = values[rng.integers(0, n, shape)].mean(axis=1)
        return drawn

    low, high = np.quantile(_drawn(means, n, resamples, seed), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def sign_flip_p(differences: Floats, *, resamples: int = 1000, seed: int = 0) -> float:
    """Two-sided p-value of a mean paired difference, by a randomisation test.

    Were the two sides alike, each difference could as well have the other sign (Fisher 1935;
    Smucker, Allan & Carterette 2007 for rankings). With b of B random sign patterns whose mean is
    at least as far from zero as the one found, p = (b + 1) / (B + 1), which is never zero
    (Phipson & Smyth 2010).

    Parameters
    ----------
    differences : float array (n,)
        One paired difference per unit.
    resamples : int
        Sign patterns drawn (B).
    seed : int
        The same seed and differences give the same p-value.

    Returns
    -------
    float
        Above 0, at most 1.

    Raises
    ------
    ProblemError
        `resamples` or `seed` is not a whole number.

    Examples
    --------
    >>> import numpy as np
    >>> sign_flip_p(np.zeros(5))
    1.0
    >>> round(sign_flip_p(np.ones(20)), 4)
    0.001
    """
    _check(resamples, seed)

    def sums(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
        signs = 2.0 * rng.integers(0, 2, shape, dtype=np.int8) - 1.0
        total: Floats = np.abs(signs @ differences)
        return total

    # The pattern found must count as reaching itself, in whatever order its sum was taken.
    reached = abs(differences.sum()) - _EQUAL * np.abs(differences).sum()
    beyond = int((_drawn(sums, len(differences), resamples, seed) >= reached).sum())
    return (beyond + 1) / (resamples + 1)


def _drawn(statistic: Draw, n: int, resamples: int, seed: int) -> Floats:
    """Return a statistic of `resamples` draws of n numbers, a bounded number of draws at a time."""
    rng = np.random.default_rng(seed)
    step = max(1, _DRAWN // n)
    return np.concatenate(
        [statistic(rng, (min(step, resamples - k), n)) for k in range(0, resamples, step)]
    )


def _check(resamples: int, seed: int) -> None:
    for name, value, least in (("resamples", resamples, 1), ("seed", seed, 0)):
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not whole or value < least:
            raise ProblemError(f"{name} must be a whole number from {least}, not {value!r}")
