"""Whether probabilities mean what they say: bins, intervals and proper scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

__all__ = ["Bin", "bins_of", "brier", "calibration_error", "log_loss", "wilson"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bin:
    """Pairs whose predicted probabilities lie in one range.

    Parameters
    ----------
    low, high : float
        The range; `high` belongs to the last bin only.
    predicted, observed : float
        Mean prediction, and share of good outcomes.
    count : int
        Pairs, at least 1.
    observed_low, observed_high : float
        Wilson's 95 % interval of the share, as if the pairs were independent.
    """

    low: float
    high: float
    predicted: float
    observed: float
    count: int
    observed_low: float
    observed_high: float


def bins_of(predicted: Floats, outcomes: Floats, bins: int) -> tuple[Bin, ...]:
    """Compare predictions with outcomes, by equally wide ranges of the prediction.

    The ranges reach from 0 to the highest prediction, rounded up to 1, 2 or 5 times a power of
    ten, so that rare outcomes are told apart as well. Ranges that hold no pair are left out.

    Parameters
    ----------
    predicted, outcomes : float arrays (n,)
        Probabilities; 0 or 1.
    bins : int
        Ranges.

    Examples
    --------
    >>> import numpy as np
    >>> found = bins_of(np.array([0.02, 0.04, 0.16]), np.array([0.0, 0.0, 1.0]), 2)
    >>> [(one.low, one.high, one.count) for one in found]
    [(0.0, 0.1, 2), (0.1, 0.2, 1)]
    """
    edges = _top(float(predicted.max(initial=0.0))) * np.arange(bins + 1) / bins
    which = np.clip(np.searchsorted(edges, predicted, side="right") - 1, 0, bins - 1)
    found = []
    for k in np.unique(which).tolist():
        some = which == k
        n, good = int(some.sum()), float(outcomes[some].sum())
        low, high = wilson(good, n)
        mean = float(predicted[some].mean())
        found.append(Bin(float(edges[k]), float(edges[k + 1]), mean, good / n, n, low, high))
    return tuple(found)


def wilson(good: float, n: int, level: float = 0.95) -> tuple[float, float]:
    r"""Wilson's score interval of a share (Wilson 1927).

    .. math:: \frac{\hat p + z^2/2n \pm z \sqrt{\hat p (1 - \hat p)/n + z^2/4n^2}}{1 + z^2/n}

    Examples
    --------
    >>> [round(end, 4) for end in wilson(5, 10)]
    [0.2366, 0.7634]
    """
    z, p = float(ndtri((1 + level) / 2)), good / n
    middle = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    whole = 1 + z * z / n
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


def brier(predicted: Floats, outcomes: Floats) -> float:
    """Mean squared error of probabilities (Brier 1950); 0 is perfect.

    Examples
    --------
    >>> import numpy as np
    >>> brier(np.array([0.5, 0.5]), np.array([0.0, 1.0]))
    0.25
    """
    return float(np.mean((predicted - outcomes) ** 2))


def log_loss(predicted: Floats, outcomes: Floats) -> float:
    """Mean negative log likelihood, in nats; predictions kept 1 / (n + 2) away from 0 and 1.

    No more can be said for sure after n outcomes (Laplace's rule of succession); without it one
    surprise on an isotonic step at 0 or 1 would make the loss infinite.

    Examples
    --------
    >>> import numpy as np
    >>> round(log_loss(np.array([0.5, 0.5]), np.array([0.0, 1.0])), 4)
    0.6931
    """
    edge = 1 / (len(predicted) + 2)
    p = np.clip(predicted, edge, 1 - edge)
    return float(-np.mean(np.where(outcomes > 0, np.log(p), np.log1p(-p))))


def calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance of prediction and outcome over bins, weighted by pairs (Naeini et al. 2015).

    Examples
    --------
    >>> calibration_error([Bin(0.0, 0.5, 0.25, 0.5, 4, 0.15, 0.85)])
    0.25
    """
    n = sum(one.count for one in bins)
    return sum(one.count * abs(one.observed - one.predicted) for one in bins) / n


def _top(highest: float) -> float:
    """The least of 1, 2 and 5 times a power of ten that is not below a probability."""
    if not 0 < highest <= 0.5:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(highest))
    return next(k * unit for k in (1, 2, 5, 10, 20) if highest <= k * unit)
