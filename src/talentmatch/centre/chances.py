"""Signing chances learnt from a record: what a score has meant, by kind, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from talentmatch.centre.lessons import Lessons, lessons_of, shift_to
from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError
from talentmatch.learning.calibration import Calibration, Method, calibrate
from talentmatch.learning.monotone import line, steps
from talentmatch.learning.reliability import wilson
from talentmatch.learning.splitting import check_whole
from talentmatch.scores import Scores

__all__ = ["SigningChances", "signing_chances"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_FEWEST = 5  # outcomes of each kind, as `calibrate` asks


@dataclass(frozen=True, eq=False, repr=False)
class SigningChances(Shown):
    r"""Chances that an introduced pair signs, made by `signing_chances`.

    A pair of score s in group g signs with chance :math:`\min(1, c(s)\, f_g)`. The curve c is
    the calibration of the record's decided introductions. Below the lowest score that was ever
    introduced nothing has been observed: there it falls in a straight line to 0 at score 0.
    Refusals come sooner than contracts, so where some introductions are open and there are dates
    the curve is raised or lowered (its log odds, by one number) to the share of
    `talentmatch.centre.lessons.settled_share`.

    The factor of a group shrinks towards 1, as :math:`f_g = (y_g + k) / (E_g + k)` with y
    contracts, E expected by the curve and k the strength (the mean of a gamma posterior: Clayton
    and Kaldor 1987, "Empirical Bayes estimates of age-standardized relative risks").

    Parameters
    ----------
    calibration : Calibration
        Score to chance. Level at the overall share where there were too few outcomes.
    lowest : float
        Lowest score among the outcomes.
    by : str or None
        Column of the demands that names the group.
    groups : pandas.DataFrame
        group, introductions, contracts, expected (by the curve), factor, low, high (Wilson's
        95 % interval of the group's own share).
    count, contracts, left_out, still_open : int
        Outcomes learnt from, contracts among them, outcomes that teach nothing (see
        `signing_chances`), and introductions not decided.
    share : float
        Share that signs, open introductions taken into account.
    beyond : float
        Share of the introductions that take longer than the record reaches: of these nothing is
        known, and the others stand for them.
    low, high : float
        Wilson's 95 % interval of the share, of so many outcomes.
    is_flat : bool
        Whether there were too few outcomes to tell scores apart.
    """

    calibration: Calibration
    lowest: float
    by: str | None
    groups: pd.DataFrame
    count: int
    contracts: int
    left_out: int
    still_open: int
    share: float
    beyond: float
    low: float
    high: float
    is_flat: bool
    _drawn: tuple[tuple[Calibration, dict[Any, float]], ...]

    @property
    def sentence(self) -> str:
        """What was learnt, in words."""
        said = f"{self.contracts} of {self.count} decided introductions ended in a contract"
        if self.still_open:
            said += f", {self.still_open} are not decided"
        said += f": share {self.share:.1%}, 95 % interval {self.low:.1%} to {self.high:.1%}"
        if self.beyond > 0:
            said += f"; {self.beyond:.0%} take longer than the record reaches"
        if self.is_flat:
            return f"{said}. Too few of a kind to tell scores apart: one share stands for all."
        return f"{said}. The chances rise with the score by a {self.calibration.method} fit."

    def probabilities(self, scores: ArrayLike, groups: Sequence[Any] | None = None) -> Floats:
        """Chance of each pair.

        Parameters
        ----------
        scores : float array of any shape
            nan stays nan.
        groups : sequence, optional
            Group of each entry of the last axis. Unknown ones are taken for average.

        Returns
        -------
        float array of the same shape
        """
        known = dict(zip(self.groups["group"], self.groups["factor"], strict=True))
        return _chances(self.calibration, self.lowest, scores, _factors(known, groups))

    def drawn(self, scores: ArrayLike, groups: Sequence[Any] | None = None) -> Floats:
        """Chances under each bootstrap draw of the record: (draws, pairs)."""
        return np.array(
            [
                _chances(curve, self.lowest, scores, _factors(known, groups))
                for curve, known in self._drawn
            ]
        )

    def table(self, scores: Scores, demands: pd.DataFrame | None = None) -> Floats:
        """Chances of all pairs (candidates, demands), dense; nan where a pair is not eligible.

        Parameters
        ----------
        scores : Scores
            Of the pool.
        demands : pandas.DataFrame, optional
            With demand_id and the column `by`; needed where there are groups.
        """
        return self.probabilities(scores.toarray(), self.groups_of(scores.demand_ids, demands))

    def groups_of(self, demand_ids: pd.Index, demands: pd.DataFrame | None) -> list[Any] | None:
        """Group of each demand, None where there are no groups."""
        if self.by is None:
            return None
        return _groups(self.by, demands, demand_ids)

    _shown = ("calibration", "by", "groups", "left_out", "still_open")

    def _line(self) -> str:
        return f"<SigningChances: {self.sentence}>"


def signing_chances(
    outcomes: pd.DataFrame,
    scores: Scores,
    *,
    by: str | None = None,
    demands: pd.DataFrame | None = None,
    method: Method = "logistic",
    strength: float = 5.0,
    on: object = None,
    draws: int = 200,
    seed: int = 0,
) -> SigningChances:
    """Learn from a record's outcomes with what chance a pair of a score signs.

    The method is that of `SigningChances`. With fewer than 5 contracts, or fewer than 5 others,
    one share stands for every score.

    Parameters
    ----------
    outcomes : pandas.DataFrame
        As `talentmatch.centre.funnel.outcomes` returns.
    scores : Scores
        Outcomes of pairs that they do not know are left out.
    by : str, optional
        Column of `demands` that names a group, as ``"kind"``.
    demands : pandas.DataFrame, optional
        demand_id and `by`. With a column headcount, pairs that ended unsigned on the day when the
        demand's last opening was filled or later are left out: there was no room for them.
    method : {"logistic", "isotonic"}
        As for `talentmatch.learning.calibrate`.
    strength : float
        Contracts that a group must add to weigh as much as all others; 0 or more.
    on : date or text, optional
        The day of the record, up to which open introductions have lasted; the latest day among the
        outcomes by default.
    draws : int
        Bootstrap samples of the introductions (Efron 1979), for what is not known of the chances.
    seed : int
        Of the samples. The order of rows does not matter.

    Returns
    -------
    SigningChances

    Raises
    ------
    ProblemError
        Columns are missing, no outcome is left, a value is out of range, or a pair stands twice.

    Examples
    --------
    >>> import talentmatch as tm
    >>> import numpy as np
    >>> grid = tm.Problem(np.linspace(0.1, 0.9, 30).reshape(6, 5)).scores
    >>> past = pd.DataFrame({"candidate_id": np.repeat(range(6), 5), "demand_id": [*range(5)] * 6,
    ...                      "contracted": [0.0] * 13 + [1, 0] * 6 + [1] * 5})
    >>> found = signing_chances(past, grid)
    >>> found.probabilities([0.05, 0.1, 0.5, 0.9]).round(2).tolist()
    [0.01, 0.03, 0.3, 0.87]
    """
    check_whole(draws=(draws, 1), seed=(seed, 0))
    if method not in ("isotonic", "logistic"):
        raise ProblemError(f"method must be 'isotonic' or 'logistic', not {method!r}")
    if not (isinstance(strength, int | float) and 0 <= strength < np.inf):
        raise ProblemError(f"strength must be a number from 0, not {strength!r}")
    lessons = lessons_of(outcomes, scores, demands, on)
    group = [] if by is None else _groups(by, demands, lessons.demand_ids)
    return _learnt(lessons, by, group, method, strength, draws, seed)


def _learnt(
    lessons: Lessons, by: str | None, group: list[Any], method: Method, strength: float,
    draws: int, seed: int,
) -> SigningChances:  # fmt: skip
    codes, names = pd.factorize(pd.Series(group, dtype=object), sort=False)
    value, good = _decided(lessons)
    count, contracts, (share, beyond) = len(good), int(good.sum()), lessons.share
    is_flat = min(contracts, count - contracts) < _FEWEST
    raw = _level(share) if is_flat else calibrate(value, good, method=method)
    some = codes[lessons.decided] if by else codes
    table = _shares(raw, value, good, some, names, strength)
    rng, drawn = np.random.default_rng(seed), []
    for _ in range(draws):
        rows = rng.integers(0, len(lessons.value), len(lessons.value))
        chance = float(rng.beta(share * count + 0.5, (1 - share) * count + 0.5))
        part = lessons.part(rows)
        value, good = _decided(part)
        if is_flat or not 0 < good.sum() < len(good):
            curve, one = _level(chance), raw
        else:
            one = _fitted(method, value, good)
            curve = _moved(one, part)
        some = codes[rows][part.decided] if by else codes
        factor = _factor(one, value, good, some, len(names), strength)[2]
        drawn.append((curve, dict(zip(names.tolist(), factor.tolist(), strict=True))))
    low, high = wilson(share * count, count)
    return SigningChances(
        raw if is_flat else _moved(raw, lessons), float(lessons.value.min()), by, table, count,
        contracts, lessons.left_out, len(lessons.value) - count, share, beyond, low, high, is_flat,
        tuple(drawn),
    )  # fmt: skip


def _decided(lessons: Lessons) -> tuple[Floats, Floats]:
    """Scores and outcomes of the decided introductions."""
    return lessons.value[lessons.decided], lessons.state[lessons.decided]


def _moved(curve: Calibration, lessons: Lessons) -> Calibration:
    """The curve at the share that open introductions let expect."""
    if lessons.days is None or lessons.decided.all():
        return curve
    shift = shift_to(curve.probabilities(lessons.value), lessons.share[0])
    if curve.line is not None:
        slope, centre, intercept = curve.line
        return replace(curve, line=(slope, centre, intercept + shift))
    x, y = np.array(curve.knots).T
    moved = expit(logit(y) + shift)  # 0 and 1 stay
    return replace(curve, knots=tuple(zip(x.tolist(), moved.tolist(), strict=True)))


def _groups(by: str, demands: pd.DataFrame | None, ids: pd.Index) -> list[Any]:
    """Values of a column of the demands, by id; None where a cell is empty."""
    if demands is None or not {"demand_id", by} <= set(demands.columns):
        raise ProblemError(f"by={by!r} needs demands= with the columns demand_id and {by!r}")
    column = demands.drop_duplicates("demand_id").set_index("demand_id")[by].reindex(ids)
    return [None if empty else v for v, empty in zip(column, column.isna(), strict=True)]


def _shares(
    curve: Calibration, value: Floats, good: Floats, codes: NDArray[Any], names: Any, k: float
) -> pd.DataFrame:
    """Introductions, contracts, expectation and factor of each group."""
    number = np.bincount(codes[codes >= 0], minlength=len(names))
    signed, expected, factor = _factor(curve, value, good, codes, len(names), k)
    ends = [wilson(s, m) if m else (0.0, 1.0) for s, m in zip(signed, number, strict=True)]
    return pd.DataFrame(
        {
            "group": list(names), "introductions": number, "contracts": signed.astype(int),
            "expected": expected, "factor": factor,
            "low": [end[0] for end in ends], "high": [end[1] for end in ends],
        }
    )  # fmt: skip


def _factor(
    curve: Calibration, value: Floats, good: Floats, codes: NDArray[Any], n: int, k: float
) -> tuple[Floats, Floats, Floats]:
    """Contracts, expectation and factor of each group (groups,)."""
    if not n:
        return np.empty(0), np.empty(0), np.empty(0)
    inside = codes >= 0
    signed = np.bincount(codes[inside], good[inside], n).astype(np.float64)
    expected = np.bincount(codes[inside], curve.probabilities(value[inside]), n).astype(np.float64)
    known = expected + k > 0
    return signed, expected, np.where(known, (signed + k) / np.where(known, expected + k, 1.0), 1.0)


def _chances(curve: Calibration, lowest: float, scores: ArrayLike, factors: Floats) -> Floats:
    value = np.asarray(scores, dtype=np.float64)
    found = curve.probabilities(np.where(value < lowest, lowest, value))
    if lowest > 0:  # below what was ever introduced, in a straight line to none at score 0
        found = found * np.clip(value / lowest, 0.0, 1.0)
    return np.asarray(np.minimum(found * factors, 1.0))


def _factors(known: dict[Any, float], groups: Sequence[Any] | None) -> Floats:
    if groups is None:
        return np.ones(1)
    return np.array([known.get(group, 1.0) for group in groups])


def _level(share: float) -> Calibration:
    """The same chance for every score."""
    return Calibration("isotonic", ((0.0, share),), None)


def _fitted(method: Method, value: Floats, good: Floats) -> Calibration:
    if method == "isotonic":
        return Calibration(method, steps(value, good), None)
    return Calibration(method, (), line(value, good))
