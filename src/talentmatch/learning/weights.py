"""Learned block weights: the value, what chose it, and its JSON text."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError
from talentmatch.learning.jsontext import parsed, written

__all__ = ["CurvePoint", "LearnedWeights"]

_FORMAT = "talentmatch LearnedWeights 1"


class CurvePoint(NamedTuple):
    """How well one penalty did on queries held out.

    Parameters
    ----------
    penalty : float
        inf is the prior itself.
    mean : float
        Mean over queries of the share of their pairs that are in the right order.
    standard_error : float
        Of what it gained over the prior, the mean over queries of paired differences.
    """

    penalty: float
    mean: float
    standard_error: float


@dataclass(frozen=True, repr=False)
class LearnedWeights(Shown):
    """Block weights learned from judgements, and how surely they beat those before.

    Parameters
    ----------
    names : tuple of str
        The blocks.
    weights, prior : tuple of float
        Learned, and before; each 0 or more, together 1.
    penalty : float
        The one chosen; inf where the prior was kept.
    curve : tuple of CurvePoint
        All penalties tried, the strongest first: the first is the prior.
    queries, pairs : int
        Queries that express a preference, and preferences used.
    gain, low, high : float
        Gain in mean pair accuracy over the prior, on queries that neither the weights nor the
        penalty were chosen on, and its 95 % bootstrap interval; 0 where the prior was kept.

    Examples
    --------
    >>> found = LearnedWeights(("words", "skills"), (0.25, 0.75), (0.5, 0.5), 0.1,
    ...                        (CurvePoint(float("inf"), 0.75, 0.0), CurvePoint(0.1, 0.875, 0.01)),
    ...                        queries=40, pairs=900, gain=0.125, low=0.1, high=0.15)
    >>> found
    <LearnedWeights: words 0.25, skills 0.75; pair accuracy +0.125 (0.100 to 0.150), 40 queries>
    >>> LearnedWeights.from_json(found.to_json()) == found
    True
    """

    names: tuple[str, ...]
    weights: tuple[float, ...]
    prior: tuple[float, ...]
    penalty: float
    curve: tuple[CurvePoint, ...]
    queries: int
    pairs: int
    gain: float
    low: float
    high: float

    @property
    def is_prior(self) -> bool:
        """Whether the prior was kept: nothing beat it by more than its standard error."""
        return bool(np.isinf(self.penalty))

    def to_frame(self) -> pd.DataFrame:
        """Return the weights as a table: block, weight, prior."""
        return pd.DataFrame({"block": self.names, "weight": self.weights, "prior": self.prior})

    def curve_frame(self) -> pd.DataFrame:
        """Return the penalties tried as a table: penalty, mean, standard_error."""
        return pd.DataFrame(self.curve, columns=list(CurvePoint._fields))

    def to_json(self) -> str:
        """Return readable JSON text; `from_json` gives an equal value, bit for bit.

        The penalty of the prior itself is written as null, for JSON has no infinity.
        """
        fields = asdict(self)
        fields["penalty"] = _finite(self.penalty)
        fields["curve"] = [
            {**point._asdict(), "penalty": _finite(point.penalty)} for point in self.curve
        ]
        return written(_FORMAT, fields)

    @classmethod
    def from_json(cls, text: str) -> LearnedWeights:
        """Read what `to_json` wrote.

        Raises
        ------
        ProblemError
            The text is something else, or damaged.
        """
        fields = parsed(text, _FORMAT)
        try:
            for name in ("names", "weights", "prior"):
                fields[name] = tuple(fields[name])
            fields["penalty"] = _number(fields["penalty"])
            fields["curve"] = tuple(
                CurvePoint(**{**point, "penalty": _number(point["penalty"])})
                for point in fields["curve"]
            )
            found = cls(**fields)
            is_sound = len(found.names) == len(found.weights) == len(found.prior) and all(
                abs(sum(shares) - 1) < 1e-9 and min(shares) >= 0
                for shares in (found.weights, found.prior)
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ProblemError(f"damaged {_FORMAT}: {error!r}") from None
        if not is_sound:
            raise ProblemError(f"damaged {_FORMAT}: the weights are no shares of one")
        return found

    _shown = ("names", "weights", "prior", "penalty", "pairs", "curve")

    def _line(self) -> str:
        shares = ", ".join(
            f"{name} {weight:.2f}" for name, weight in zip(self.names, self.weights, strict=True)
        )
        if self.is_prior:
            found = "prior kept, nothing beat it clearly"
        else:
            found = f"pair accuracy {self.gain:+.3f} ({self.low:.3f} to {self.high:.3f})"
        return f"<LearnedWeights: {shares}; {found}, {self.queries:,} queries>"


def _finite(penalty: float) -> float | None:
    return None if np.isinf(penalty) else penalty


def _number(penalty: float | None) -> float:
    return float("inf") if penalty is None else penalty
