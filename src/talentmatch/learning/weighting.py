r"""Block weights learned from graded judgements, never further from the prior than is warranted.

Of two documents of a query the one with the better grade should have the higher score. With d
the difference of their block scores, weights v are judged by the logistic loss of these pairs
(RankNet, Burges et al. 2005, for a linear score; a logistic regression on differences without
intercept), each query counting the same:

.. math:: \min_{v \ge 0} \; \frac{1}{|Q|} \sum_{q} \frac{1}{|P_q|} \sum_{d \in P_q}
          \log(1 + e^{-v \cdot d / s}) + \frac{\lambda}{2} \lVert v - a w_0 \rVert^2

s is the root mean square of the prior's differences, so that the penalty has no unit; a is the
temperature at which the prior :math:`w_0` fits best, at least 1. The problem is convex, and the
learned weights are v divided by its sum: for a large penalty the prior.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from talentmatch.errors import ProblemError, SolverError
from talentmatch.evaluate.resampling import mean_interval
from talentmatch.learning.preferences import Preferences, preferences
from talentmatch.learning.splitting import check_whole, fold_of_each
from talentmatch.learning.weights import CurvePoint, LearnedWeights
from talentmatch.parallel import in_threads

__all__ = ["learn_weights"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_PENALTIES = tuple(10.0 ** (k / 2) for k in range(2, -9, -1))
_TEMPERATURES = (1.0, 20.0)  # where the prior is fitted; a perfect one would have no end
_FEWEST = 3  # queries, and folds: penalties are chosen inside what one fold leaves over
_ROUNDING = 1e-12  # mean accuracies nearer than this are equal
_SLOPE = 1e-4  # the most that a projected gradient may be where the solver stopped


def learn_weights(
    parts: ArrayLike,
    grades: ArrayLike,
    queries: ArrayLike,
    *,
    names: Sequence[str],
    prior: ArrayLike | None = None,
    folds: int = 5,
    seed: int = 0,
    penalties: Sequence[float] | None = None,
    pairs_per_query: int = 500,
) -> LearnedWeights:
    """Learn block weights from judged pairs; the prior is kept unless something beats it.

    The penalty is chosen by cross-validation over whole queries, by mean pair accuracy: the
    strongest one, the prior itself included, whose mean lies within one standard error of the best
    (Breiman et al. 1984, section 3.4.3). The standard error is that of the gain over the prior,
    query by query. `gain` comes from a second round of folds inside the first, so no query has
    any part in the weights or the penalty that it is measured with (Stone 1974); the prior is kept
    as well where that gain is within its standard error, for the best of many is flattered. Of
    judgements that are pure noise about one set in ten still moves the weights.

    Parameters
    ----------
    parts : float array (judged, blocks)
        Unweighted block scores of the judged pairs, finite.
    grades : float array (judged,)
        Higher is better; only their order within a query matters.
    queries : int array (judged,)
        Which query each pair belongs to.
    names : sequence of str
        Of the blocks.
    prior : float array (blocks,), optional
        The weights before, 0 or more; they are divided by their sum. Equal ones by default.
    folds, seed : int
        Of the cross-validation, 3 folds or more. The order of rows does not matter.
    penalties : sequence of float, optional
        Tried beside the prior, above 0; 10, 3.2, 1 ... 0.0001 by default.
    pairs_per_query : int
        Preferences used per query; of more a random sample is taken. Time grows with all of them:
        250,000 take about 10 seconds.

    Returns
    -------
    LearnedWeights

    Raises
    ------
    ProblemError
        Shapes or values are wrong, or fewer than 3 queries have pairs of different grades.

    Examples
    --------
    >>> import numpy as np
    >>> parts = np.random.default_rng(0).random((400, 2))
    >>> found = learn_weights(parts, parts @ [0.2, 0.8] > 0.6, np.arange(400) // 10,
    ...                       names=["words", "skills"])
    >>> np.round(found.weights, 1).tolist(), found.is_prior
    ([0.2, 0.8], False)
    """
    check_whole(folds=(folds, _FEWEST), seed=(seed, 0), pairs_per_query=(pairs_per_query, 1))
    values, grade, query = _judged(parts, grades, queries)
    titles, before = _named(names, prior, values.shape[1])
    tried = _strongest_first(penalties)
    found = preferences(values, grade, query, most=pairs_per_query, seed=seed)
    if found.queries < _FEWEST:
        raise ProblemError(
            f"only {found.queries} queries have judged pairs of two different grades; learning "
            f"needs {_FEWEST}, and several dozen to learn much. Judge pairs of more queries"
        )
    return _learned(found, titles, before, tried, folds, seed)


def _learned(
    found: Preferences,
    names: tuple[str, ...],
    prior: Floats,
    penalties: Floats,
    folds: int,
    seed: int,
) -> LearnedWeights:
    """Choose the penalty, and the weights fitted to all preferences with it."""
    fold = fold_of_each(found.queries, folds, seed)
    path, accuracy, gains = _held_out(found, prior, penalties, fold)
    means, errors = accuracy.mean(axis=1), _errors(accuracy)
    chosen = _choice(accuracy)
    if not chosen or gains.mean() <= gains.std(ddof=1) / np.sqrt(found.queries) + _ROUNDING:
        chosen = 0
        gains = np.zeros(found.queries)
    low, high = mean_interval(gains, seed=seed)
    return LearnedWeights(
        names=names,
        weights=tuple(path[chosen].tolist()),
        prior=tuple(prior.tolist()),
        penalty=float(penalties[chosen]),
        curve=tuple(map(CurvePoint, penalties.tolist(), means.tolist(), errors.tolist())),
        queries=found.queries,
        pairs=len(found.query),
        gain=float(gains.mean()),
        low=low,
        high=high,
    )


def _held_out(
    found: Preferences, prior: Floats, penalties: Floats, fold: Ints
) -> tuple[Floats, Floats, Floats]:
    """Fit all queries, and measure each of them out of fold.

    A fit that leaves out two folds serves both: it is held out for the one while the penalty for
    the other is chosen.

    Returns
    -------
    path : float array (penalties, blocks)
        Weights fitted to all queries.
    accuracy : float array (penalties, queries)
        Held-out pair accuracy.
    gains : float array (queries,)
        Held-out gain over the prior when the penalty is chosen without the query.
    """
    numbers = range(int(fold.max()) + 1)
    pairs = list(combinations(numbers, 2))
    fits: list[tuple[int, ...]] = [(), *((one,) for one in numbers), *pairs]

    def fit(left_out: tuple[int, ...]) -> Floats:
        return _path(found.of(~np.isin(fold, left_out)), prior, penalties)

    paths = dict(zip(fits, in_threads(fit, fits), strict=True))
    accuracy = np.empty((len(penalties), found.queries))
    inner = np.empty((len(numbers), *accuracy.shape))
    for one, other in pairs:
        for left_out, asked in ((one, other), (other, one)):
            some = fold == asked
            inner[left_out][:, some] = found.of(some).accuracy(paths[one, other])[:, some]
    gains = np.empty(found.queries)
    for one in numbers:
        some = fold == one
        accuracy[:, some] = found.of(some).accuracy(paths[one,])[:, some]
        chosen = _choice(inner[one][:, ~some])
        gains[some] = accuracy[chosen, some] - accuracy[0, some]
    return paths[()], accuracy, gains


def _errors(accuracy: Floats) -> Floats:
    """Standard errors of the mean gains over the prior, which stands first."""
    n = accuracy.shape[1]
    errors: Floats = (accuracy - accuracy[0]).std(axis=1, ddof=1) / np.sqrt(n)
    return errors


def _choice(accuracy: Floats) -> int:
    """Which is the first, strongest penalty within one standard error of the best."""
    means = accuracy.mean(axis=1)
    best = int(means.argmax())
    return int(np.argmax(means >= means[best] - _errors(accuracy)[best] - _ROUNDING))


def _path(found: Preferences, prior: Floats, penalties: Floats) -> Floats:
    """Weights for each penalty, (penalties, blocks); the first is inf, which gives the prior."""
    shares = found.shares
    spread = float(np.sqrt(shares @ (found.differences @ prior) ** 2))
    differences = found.differences / (spread or 1.0)

    low, high = _TEMPERATURES
    alone = differences @ prior[:, None]
    centre = prior * _fitted(alone, shares, np.array([low]), 0.0, (low, high))[0]
    weights = [prior]
    at = centre
    for penalty in penalties[1:].tolist():
        at = _fitted(differences, shares, centre, penalty, (0.0, None), start=at)
        total = at.sum()
        weights.append(at / total if total > 0 else prior)
    return np.array(weights)


def _fitted(
    differences: Floats,
    shares: Floats,
    centre: Floats,
    penalty: float,
    bounds: tuple[float, float | None],
    start: Floats | None = None,
) -> Floats:
    """Minimise the penalised logistic loss of pairs within bounds, by L-BFGS-B."""

    def loss(v: Floats) -> tuple[float, Floats]:
        margins = differences @ v
        small = np.exp(-np.abs(margins))  # one exponential serves the loss and its slope
        logistic = np.log1p(small) - np.minimum(margins, 0.0)
        slope = shares * np.where(margins < 0, 1.0, small) / (1.0 + small)
        away = v - centre
        value = shares @ logistic + penalty / 2 * (away @ away)
        return float(value), penalty * away - slope @ differences

    found: Any = minimize(
        loss,
        centre if start is None else start,
        jac=True,
        method="L-BFGS-B",
        bounds=[bounds] * len(centre),
        options={"ftol": 1e-13, "gtol": 1e-6, "maxiter": 1000},
    )
    v = np.asarray(found.x, dtype=np.float64)
    low, high = bounds
    slope = v - np.clip(v - loss(v)[1], low, high)
    if not np.abs(slope).max() <= _SLOPE:
        raise SolverError(f"the weights did not converge: {found.message}")
    return v


def _judged(parts: ArrayLike, grades: ArrayLike, queries: ArrayLike) -> tuple[Floats, Floats, Ints]:
    """The judged pairs as arrays; raises where they do not fit together."""
    values, grade = np.asarray(parts, dtype=np.float64), np.asarray(grades, dtype=np.float64)
    query = np.asarray(queries)
    if values.ndim != 2 or not values.shape[1] or {grade.shape, query.shape} != {values.shape[:1]}:
        raise ProblemError(
            f"parts must be (judged, blocks), grades and queries (judged,), not {values.shape}, "
            f"{grade.shape} and {query.shape}"
        )
    if len(query) and query.dtype.kind not in "iu":
        raise ProblemError(f"queries must be whole numbers, not {query.dtype}")
    for name, array in (("parts", values), ("grades", grade)):
        if not np.isfinite(array).all():
            at = int(np.argwhere(~np.isfinite(array))[0][0])
            raise ProblemError(f"{name} are not finite in row {at}; leave such pairs out")
    return values, grade, query.astype(np.intp)


def _named(
    names: Sequence[str], prior: ArrayLike | None, width: int
) -> tuple[tuple[str, ...], Floats]:
    """The blocks' names and prior weights, which then sum to one."""
    titles = tuple(map(str, names))
    before = np.ones(width) if prior is None else np.asarray(prior, dtype=np.float64)
    if len(titles) != width or before.shape != (width,):
        raise ProblemError(
            f"{width} blocks need as many names and prior weights, not {len(titles)} and "
            f"{before.size}"
        )
    if not np.isfinite(before).all() or before.min() < 0 or not 0 < before.sum() < np.inf:
        raise ProblemError(f"prior weights must be 0 or more, not all 0: {before.tolist()}")
    return titles, before / before.sum()


def _strongest_first(penalties: Sequence[float] | None) -> Floats:
    """The penalties, falling, each once, after inf for the prior."""
    tried = np.unique(np.asarray(_PENALTIES if penalties is None else penalties, dtype=np.float64))
    if not tried.size or not np.isfinite(tried).all() or tried[0] <= 0:
        raise ProblemError(f"penalties must be finite and above 0, not {tried.tolist()}")
    return np.append(np.inf, tried[::-1])
