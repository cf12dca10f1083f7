"""Two monotone fits of outcomes to scores: isotonic steps and Platt's line of log odds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression, minimize
from scipy.special import expit

__all__ = ["line", "steps"]

Floats = NDArray[np.float64]


def steps(scores: Floats, outcomes: Floats) -> tuple[tuple[float, float], ...]:
    """Both ends of each level of the isotonic fit; equal scores are one point, their mean."""
    x, which, count = np.unique(scores, return_inverse=True, return_counts=True)
    found: Any = isotonic_regression(np.bincount(which, outcomes) / count, weights=count)
    ends = np.unique(np.append(found.blocks[:-1], found.blocks[1:] - 1))
    y = np.clip(found.x[ends], 0.0, 1.0)
    return tuple(zip(x[ends].tolist(), y.tolist(), strict=True))


def line(scores: Floats, outcomes: Floats) -> tuple[float, float, float]:
    """Slope, centre and intercept of Platt's maximum likelihood, with his smoothed targets.

    He takes (N+ + 1) / (N+ + 2) for the N+ good outcomes and 1 / (N- + 2) for the others.
    """
    good = outcomes.sum()
    target = np.where(outcomes > 0, (good + 1) / (good + 2), 1 / (len(outcomes) - good + 2))
    centre = float(scores.mean())
    spread = float(scores.std()) or 1.0
    z = (scores - centre) / spread

    def loss(line: Floats) -> tuple[float, Floats]:
        margins = line[0] * z + line[1]
        away = expit(margins) - target
        value = np.mean(np.logaddexp(0.0, margins) - target * margins)
        return float(value), np.array([np.mean(away * z), np.mean(away)])

    found: Any = minimize(
        loss,
        np.zeros(2),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None), (None, None)],
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 1000},
    )
    return float(found.x[0]) / spread, centre, float(found.x[1])
