"""Put demands of all lengths on one scale, so that a plan's sum means something.

The cosine of a resume with a long demand is higher than with a short one, for no better fit: long
texts share more common words. The best score a demand finds follows a power of its length, so each
demand's scores are divided by that power, learnt from the texts at hand.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LengthBalance"]

Floats = NDArray[np.float64]

_PRIOR = 0.25  # standard deviation of slopes before looking; shrinks what few texts suggest
_TAILS = (5, 95)  # percentiles of length between which the law is learnt and applied


@dataclass(frozen=True)
class LengthBalance:
    """``factor(n) = (clip(n, shortest, longest) / shortest) ** -slope``, in (0, 1] for slope >= 0.

    Parameters
    ----------
    slope : float
        Power of the length that the best score follows.
    shortest, longest : float
        Lengths (distinct features) between which it applies.
    """

    slope: float = 0.0
    shortest: float = 1.0
    longest: float = 1.0

    @classmethod
    def learn(cls, lengths: Floats, best: Floats) -> LengthBalance:
        """Least squares of log best score on log length, shrunk towards no effect.

        Parameters
        ----------
        lengths : float array (n,)
            Distinct features of each demand.
        best : float array (n,)
            The best score each finds.
        """
        known = (lengths > 0) & (best > 0)
        if known.sum() < 3:
            return cls()
        shortest, longest = np.percentile(lengths[known], _TAILS)
        x = np.log(np.clip(lengths[known], shortest, longest))
        y = np.log(best[known])
        # fsum does not depend on the order of rows, so neither do the scores.
        n = len(x)
        mean_x, mean_y = math.fsum(x) / n, math.fsum(y) / n
        spread = math.fsum((x - mean_x) ** 2)
        if spread <= 1e-12 * n:
            return cls()
        slope = math.fsum((x - mean_x) * (y - mean_y)) / spread
        rest = math.fsum((y - mean_y - slope * (x - mean_x)) ** 2) / max(n - 2, 1)
        slope *= _PRIOR**2 / (_PRIOR**2 + rest / spread)
        return cls(slope, float(shortest), float(longest))

    def factors(self, lengths: Floats) -> Floats:
        """One factor per demand, the largest of all possible ones being 1."""
        clipped = np.clip(lengths, self.shortest, self.longest)
        reference = self.shortest if self.slope >= 0 else self.longest
        factors: Floats = (clipped / reference) ** -self.slope
        return factors

    def as_dict(self) -> dict[str, float]:
        """The parameters, for JSON."""
        return asdict(self)
