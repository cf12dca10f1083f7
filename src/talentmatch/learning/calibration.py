"""Scores to probabilities: what a score has meant so far, in the centre's own outcomes."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError
from talentmatch.learning.jsontext import json_path, parsed, written
from talentmatch.learning.monotone import line, steps
from talentmatch.learning.reliability import Bin, bins_of, brier, calibration_error, log_loss
from talentmatch.learning.splitting import check_whole, fold_of_each
from talentmatch.parallel import in_threads
from talentmatch.writing import write_together

__all__ = ["Calibration", "calibrate"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Method = Literal["isotonic", "logistic"]

_FORMAT = "talentmatch Calibration 1"
_FEWEST = 5  # outcomes of each kind
_LARGEST = 1e100  # squares of scores must stay finite
_BINS = 10


@dataclass(frozen=True, repr=False)
class Calibration(Shown):
    """What probability a score stands for; a higher score never has a lower one.

    Made by `calibrate`. All measures are out of fold: no query (without queries, no pair) is
    measured with a mapping that it helped to fit.

    Parameters
    ----------
    method : {"isotonic", "logistic"}
    knots : tuple of (float, float)
        Isotonic: scores and their probabilities, rising, straight lines between, level outside.
    line : tuple of three floats or None
        Logistic: slope (0 or more), centre and intercept of
        ``1 / (1 + exp(-intercept - slope * (score - centre)))``.
    count, positives, queries : int
        Pairs, those with the outcome 1, and queries (each pair is its own where none were given).
    brier_before, brier, log_loss_before, log_loss : float
        Of the base rate alone, and of the calibrated scores; lower is better.
    calibration_error : float
        Mean distance of prediction and outcome over `bins` (expected calibration error).
    bins : tuple of Bin
        The reliability table.

    Examples
    --------
    >>> import numpy as np
    >>> scores = np.linspace(0, 1, 200)
    >>> outcomes = np.random.default_rng(0).random(200) < scores**2
    >>> found = calibrate(scores, outcomes, method="logistic")
    >>> found.probabilities([0.2, np.nan, 0.9]).round(1).tolist()
    [0.1, nan, 0.7]
    >>> Calibration.from_json(found.to_json()) == found
    True
    """

    method: Method
    knots: tuple[tuple[float, float], ...]
    line: tuple[float, float, float] | None
    count: int = 0
    positives: int = 0
    queries: int = 0
    brier_before: float = 0.0
    brier: float = 0.0
    log_loss_before: float = 0.0
    log_loss: float = 0.0
    calibration_error: float = 0.0
    bins: tuple[Bin, ...] = ()

    def probabilities(self, scores: ArrayLike) -> Floats:
        """Return the probability of each score.

        Parameters
        ----------
        scores : float array of any shape
            nan stays nan.

        Returns
        -------
        float array of the same shape
        """
        values = np.clip(np.asarray(scores, dtype=np.float64), -_LARGEST, _LARGEST)
        if self.line is not None:
            slope, centre, intercept = self.line
            return np.asarray(expit(intercept + slope * (values - centre)), dtype=np.float64)
        x, y = np.array(self.knots).T
        at = np.clip(values, x[0], x[-1])
        left = np.clip(np.searchsorted(x, at, side="right") - 1, 0, max(len(x) - 2, 0))
        right = np.minimum(left + 1, len(x) - 1)
        width = np.where(right > left, x[right] - x[left], 1.0)
        # Rounding may lift a point above the next knot, and order would be lost.
        found = np.minimum(y[left] + (at - x[left]) / width * (y[right] - y[left]), y[right])
        return np.asarray(np.where(at == x[right], y[right], found), dtype=np.float64)

    def reliability(
        self, scores: ArrayLike, outcomes: ArrayLike, *, bins: int = _BINS
    ) -> pd.DataFrame:
        """Compare predictions with the outcomes of other pairs, by ranges of the prediction.

        Parameters
        ----------
        scores, outcomes : arrays (n,)
            Finite scores, and 0 or 1.
        bins : int
            Equally wide ranges from 0 to the highest prediction, rounded up.

        Returns
        -------
        pandas.DataFrame
            low, high, predicted (mean), observed (share), count, and observed_low, observed_high:
            Wilson's 95 % interval. Ranges without a pair are left out.

        Raises
        ------
        ProblemError
            Shapes or values are wrong.
        """
        check_whole(bins=(bins, 1))
        values, good = _pairs(scores, outcomes)
        return pd.DataFrame(bins_of(self.probabilities(values), good, bins))

    def reliability_frame(self) -> pd.DataFrame:
        """Return the out-of-fold reliability of the fit, with the columns of `reliability`."""
        return pd.DataFrame(self.bins)

    def to_json(self) -> str:
        """Return readable JSON text; `from_json` gives an equal value, bit for bit."""
        return written(_FORMAT, asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """Read what `to_json` wrote.

        Raises
        ------
        ProblemError
            The text is something else, or damaged.
        """
        fields = parsed(text, _FORMAT)
        try:
            fields["knots"] = tuple((x, y) for x, y in fields["knots"])
            fields["line"] = None if fields["line"] is None else tuple(fields["line"])
            fields["bins"] = tuple(Bin(**one) for one in fields["bins"])
            found = cls(**fields)
            numbers = np.array(found.line or found.knots, dtype=np.float64)
            is_sound = np.isfinite(numbers).all() and (
                (found.method, numbers.shape) == ("logistic", (3,)) and numbers[0] >= 0
                if found.line
                else found.method == "isotonic" and _rises(numbers)
            )
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise ProblemError(f"damaged {_FORMAT}: {error!r}") from None
        if not is_sound:
            raise ProblemError(f"damaged {_FORMAT}: the mapping does not rise")
        return found

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the JSON text to a file, whole or not at all.

        Parameters
        ----------
        path : path
            ``name.json``.

        Raises
        ------
        ProblemError
            The path does not end in ``.json``.
        OSError
            It cannot be written.
        """
        target = json_path(path)
        write_together(target.parent, {target.name: self.to_json().encode()})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Calibration:
        """Read a file that `save` wrote; raises `ProblemError` where it is something else."""
        try:
            text = json_path(path).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise ProblemError(f"not a {_FORMAT}: {error}") from None
        return cls.from_json(text)

    _shown = ("method", "queries", "log_loss_before", "log_loss", "bins")

    def _line(self) -> str:
        return (
            f"<Calibration: {self.method}, {self.count:,} pairs, {self.positives:,} positive; "
            f"Brier {self.brier_before:.4f} -> {self.brier:.4f}, "
            f"calibration error {self.calibration_error:.3f}>"
        )


def calibrate(
    scores: ArrayLike,
    outcomes: ArrayLike,
    *,
    method: Method = "isotonic",
    queries: ArrayLike | None = None,
    folds: int = 5,
    seed: int = 0,
) -> Calibration:
    """Learn what probability of a good outcome a score stands for.

    ``isotonic`` is the monotone least-squares fit (Zadrozny & Elkan 2002), for several hundred
    outcomes and more; ``logistic`` is Platt scaling with his smoothed targets (Platt 1999), for
    fewer, its slope 0 or more.

    Parameters
    ----------
    scores : float array (n,)
        Finite.
    outcomes : array (n,)
        0 or 1.
    method : {"isotonic", "logistic"}
        The mapping.
    queries : array (n,), optional
        Which query each pair belongs to; pairs of a query stay in one fold.
    folds, seed : int
        Of the cross-fitting behind the measures. The order of rows does not matter.

    Returns
    -------
    Calibration

    Raises
    ------
    ProblemError
        Shapes or values are wrong, fewer than 5 outcomes are 0 or 1, or all belong to one query.

    Examples
    --------
    >>> found = calibrate([0.1, 0.2, 0.3, 0.4, 0.5] * 2 + [0.6, 0.7], [0, 0, 0, 1, 1] * 2 + [0, 1])
    >>> found.probabilities([[0.0, 0.35], [0.4, 0.9]]).round(2).tolist()
    [[0.0, 0.4], [0.8, 1.0]]
    """
    if method not in ("isotonic", "logistic"):
        raise ProblemError(f"method must be 'isotonic' or 'logistic', not {method!r}")
    check_whole(folds=(folds, 2), seed=(seed, 0))
    values, good = _pairs(scores, outcomes)
    positives = int(good.sum())
    for kind, n in ((1, positives), (0, len(good) - positives)):
        if n < _FEWEST:
            raise ProblemError(
                f"{n} outcomes are {kind}; calibrating needs {_FEWEST} of each. Collect more, or "
                "read the scores as an order only"
            )
    query = None if queries is None else _query_of(queries, len(good))
    order = np.lexsort((good, values, np.zeros(len(good)) if query is None else query))
    values, good = values[order], good[order]
    if query is None:
        fold = np.empty(len(good), dtype=np.intp)
        for kind in (0, 1):  # each kind in every fold
            fold[good == kind] = fold_of_each(int((good == kind).sum()), folds, seed + kind)
    else:
        fold = fold_of_each(int(query.max()) + 1, folds, seed)[query[order]]
    found, measures = _measured(method, values, good, fold)
    return replace(
        found,
        count=len(good),
        positives=positives,
        queries=len(good) if query is None else int(query.max()) + 1,
        **measures,
    )


def _measured(
    method: Method, scores: Floats, outcomes: Floats, fold: Ints
) -> tuple[Calibration, dict[str, Any]]:
    """Fit all pairs, and measure cross-fits beside the base rate of the other folds."""
    folds = [fold == k for k in range(int(fold.max()) + 1)]

    def fit(left_out: NDArray[np.bool_]) -> Calibration:
        return _fitted(method, scores[~left_out], outcomes[~left_out])

    found, *others = in_threads(fit, [np.zeros(len(fold), dtype=bool), *folds])
    before, after = np.empty_like(scores), np.empty_like(scores)
    for some, other in zip(folds, others, strict=True):
        before[some] = outcomes[~some].mean()
        after[some] = other.probabilities(scores[some])
    bins = bins_of(after, outcomes, _BINS)
    return found, {
        "brier_before": brier(before, outcomes),
        "brier": brier(after, outcomes),
        "log_loss_before": log_loss(before, outcomes),
        "log_loss": log_loss(after, outcomes),
        "calibration_error": calibration_error(bins),
        "bins": bins,
    }


def _fitted(method: Method, scores: Floats, outcomes: Floats) -> Calibration:
    if method == "isotonic":
        return Calibration(method, steps(scores, outcomes), None)
    return Calibration(method, (), line(scores, outcomes))


def _rises(knots: Floats) -> bool:
    """Whether (score, probability) knots rise, and stay within [0, 1]."""
    x, y = knots.T
    return bool((np.diff(x) > 0).all() and (np.diff(y) >= 0).all() and y[0] >= 0 and y[-1] <= 1)


def _pairs(scores: ArrayLike, outcomes: ArrayLike) -> tuple[Floats, Floats]:
    """Scores and outcomes as arrays; raises where they are none or do not fit together."""
    values, good = np.asarray(scores, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    if values.ndim != 1 or values.shape != good.shape:
        raise ProblemError(f"scores and outcomes must be (n,), not {values.shape}, {good.shape}")
    for name, is_sound, rule in (
        ("score", np.abs(values) <= _LARGEST, "a finite number; leave pairs without one out"),
        ("outcome", (good == 0) | (good == 1), "0 or 1; compare grades with a limit first"),
    ):
        if not is_sound.all():
            at = int(np.argmin(is_sound))
            value = (values if name == "score" else good)[at]
            raise ProblemError(f"the {name} in row {at} is {value:g}, but must be {rule}")
    return values, good


def _query_of(queries: ArrayLike, n: int) -> Ints:
    """Each pair's query, numbered from 0 in the order of the queries' own names."""
    given = np.asarray(queries)
    if given.shape != (n,) or pd.isna(given).any():
        raise ProblemError(f"queries must be ({n},) without missing ones, not {given.shape}")
    try:
        _, query = np.unique(given, return_inverse=True)
    except TypeError:  # numbers beside texts
        _, query = np.unique(list(map(repr, given.tolist())), return_inverse=True)
    if not query.max():
        raise ProblemError("all outcomes belong to one query, so no fold is left to fit on")
    return np.asarray(query, dtype=np.intp)
