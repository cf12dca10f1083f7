"""Forecast of contracts: exactly expected, and in an interval for chance and ignorance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from talentmatch.centre.chances import SigningChances
from talentmatch.contracts import expected_signatures
from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError
from talentmatch.learning.splitting import check_whole
from talentmatch.limits import limits_of

__all__ = ["Forecast", "forecast"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_PAIR = ["candidate_id", "demand_id"]
_BLOCK = 2**22  # draws looked at together


@dataclass(frozen=True, eq=False, repr=False)
class Forecast(Shown):
    """How many contracts introductions will bring, made by `forecast`.

    Parameters
    ----------
    introductions : int
        Pairs.
    expected : float
        Contracts expected by the chances as they stand, exactly.
    low, high : int
        Ends of the interval: in at most (1 - level) / 2 of the simulations fewer than `low`, in at
        most as many more than `high`.
    level : float
        Share of the simulations that the interval holds, at least.
    totals : int array (simulations,)
        Contracts of each simulation.
    enterprises : pandas.DataFrame
        By enterprise (by demand, where enterprises are not known): introductions, openings of the
        demands that have introductions, expected, low, high, any (chance of one contract or more).
    is_known : bool
        Whether the chances were taken as known, so that the interval covers luck only.
    """

    introductions: int
    expected: float
    low: int
    high: int
    level: float
    totals: Ints
    enterprises: pd.DataFrame
    is_known: bool

    @property
    def mean(self) -> float:
        """Mean of the simulations; it differs from `expected` as what is not known does."""
        return float(self.totals.mean())

    @property
    def distribution(self) -> pd.DataFrame:
        """Frame contracts, share (of the simulations), at_least (share with so many or more)."""
        number, times = np.unique(self.totals, return_counts=True)
        share = times / len(self.totals)
        return pd.DataFrame(
            {"contracts": number, "share": share, "at_least": share[::-1].cumsum()[::-1]}
        )

    def chance_of(self, contracts: int) -> float:
        """Share of the simulations with so many contracts or more."""
        return float((self.totals >= contracts).mean())

    @property
    def sentence(self) -> str:
        """The forecast in words."""
        covers = "luck only; the chances are taken as known" if self.is_known else (
            "luck, and what is not known of the chances"
        )  # fmt: skip
        return (
            f"{self.introductions} introductions: {self.expected:.1f} contracts expected, "
            f"{self.low} to {self.high} in {self.level:.0%} of the simulations ({covers})."
        )

    _shown = ("mean", "low", "high", "enterprises")

    def _line(self) -> str:
        return f"<Forecast: {self.sentence}>"


def forecast(
    pairs: pd.DataFrame,
    demands: pd.DataFrame,
    *,
    p: SigningChances | ArrayLike | str | None = None,
    p_draws: ArrayLike | None = None,
    openings: Any = "headcount",
    outcomes: pd.DataFrame | None = None,
    simulations: int = 2000,
    level: float = 0.9,
    seed: int = 0,
) -> Forecast:
    r"""Forecast the contracts of introduced pairs.

    .. math:: C = \sum_j \min\big(o_j, \textstyle\sum_i B_{ij}\big), \quad
        B_{ij} \sim Bernoulli(p_{ij}) \text{ independent}

    Its mean is exact (`talentmatch.contracts.expected_signatures`). For the interval every
    simulation draws the chances, then whether the pairs sign: luck and ignorance together.
    Candidates' capacities are not looked at; `dock` keeps to them.

    Parameters
    ----------
    pairs, demands : pandas.DataFrame
        candidate_id and demand_id, each pair once, such as ``result.pairs``, with score or `p`;
        demand_id, `openings`, optionally enterprise_id.
    p : SigningChances, array (pairs,), str or None
        Learnt ones, applied to the column score; one per row; or the name of a column, which by
        default is score.
    p_draws : array (draws, pairs), optional
        What the chances could be as well; by default the draws of `SigningChances`.
    openings : str, int, array or Series by demand id
        Most contracts of each demand.
    outcomes : pandas.DataFrame, optional
        As `talentmatch.centre.funnel.outcomes` returns: what is decided there is certain.
    simulations, level, seed : int, float, int
        How many; share of them that the interval holds, above 0 and below 1; the same seed gives
        the same forecast, whatever the order of rows.

    Returns
    -------
    Forecast

    Raises
    ------
    ProblemError
        Columns are missing, a pair stands twice, a demand is unknown, or a value is out of range.

    Examples
    --------
    >>> pairs = pd.DataFrame({"candidate_id": ["R1", "R2", "R3"], "demand_id": ["X1", "X1", "X2"]})
    >>> posts = pd.DataFrame({"demand_id": ["X1", "X2"], "headcount": [1, 1]})
    >>> found = forecast(pairs, posts, p=[0.5, 0.5, 0.2], seed=1)
    >>> found.expected, found.low, found.high
    (0.95, 0, 2)
    """
    _check(simulations, level, seed)
    places = _places(pairs, demands)
    order = pairs.reset_index(drop=True).sort_values(_PAIR).index.to_numpy()
    asked = _Asked.of(places[order], demands, openings)
    chances, draws = _chances(pairs, demands, p, p_draws)
    if outcomes is not None:
        _decide(pairs, outcomes, chances, draws)
    totals, groups = asked.simulated(chances[order], draws[:, order], simulations, seed)
    worth = expected_signatures(asked.groups, chances[order], asked.openings)
    low, high = _ends(totals, level)
    return Forecast(
        len(pairs), float(worth.sum()), int(low), int(high), level, totals,
        asked.frame(worth, groups, level), p_draws is None and not isinstance(p, SigningChances),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Asked:
    """The demands that pairs are introduced to: codes from 0, and what they belong to."""

    groups: Ints  # of each pair, the demand
    openings: Ints  # (demands,)
    owners: Ints  # (demands,), the enterprise
    names: pd.Index  # (enterprises,)

    @classmethod
    def of(cls, places: Ints, demands: pd.DataFrame, openings: Any) -> _Asked:
        ids = pd.Index(demands["demand_id"], name="demand_id")
        room, _ = limits_of(ids, demands, ("openings", openings), ("fewest openings", 0))
        by = "enterprise_id" if "enterprise_id" in demands.columns else "demand_id"
        used, groups = np.unique(places, return_inverse=True)
        owners, names = pd.factorize(demands[by].iloc[used], sort=True, use_na_sentinel=False)
        return cls(groups, np.asarray(room, np.intp)[used], owners, pd.Index(names, name=by))

    def simulated(self, p: Floats, draws: Floats, simulations: int, seed: int) -> tuple[Ints, Ints]:
        """Contracts of each simulation: (simulations,), and (simulations, enterprises)."""
        rng = np.random.default_rng(seed)
        pairs = np.argsort(self.groups, kind="stable")
        starts = np.searchsorted(self.groups[pairs], np.arange(len(self.openings)))
        owned = np.argsort(self.owners, kind="stable")
        first = np.searchsorted(self.owners[owned], np.arange(len(self.names)))
        which = rng.integers(0, len(draws), simulations)
        found = np.zeros((simulations, len(self.names)), dtype=np.intp)
        step = max(1, _BLOCK // max(1, len(p)))
        for a in range(0, simulations, step) if len(p) else ():
            chances = draws[which[a : a + step]]
            signs = (rng.random(chances.shape) < chances)[:, pairs]
            number = np.add.reduceat(signs, starts, axis=1, dtype=np.intp)
            contracts = np.minimum(number, self.openings)[:, owned]
            found[a : a + step] = np.add.reduceat(contracts, first, axis=1)
        return found.sum(axis=1), found

    def frame(self, worth: Floats, found: Ints, level: float) -> pd.DataFrame:
        """What comes of each enterprise."""
        n = len(self.names)
        low, high = _ends(found, level)
        return pd.DataFrame(
            {
                self.names.name: self.names,
                "introductions": np.bincount(self.owners[self.groups], minlength=n),
                "openings": np.bincount(self.owners, self.openings, n).astype(np.int64),
                "expected": np.bincount(self.owners, worth, n),
                "low": low, "high": high, "any": (found > 0).mean(axis=0),
            }
        )  # fmt: skip


def _check(simulations: int, level: float, seed: int) -> None:
    check_whole(simulations=(simulations, 1), seed=(seed, 0))
    if not (isinstance(level, int | float) and 0 < level < 1):
        raise ProblemError(f"level must be a number above 0 and below 1, not {level!r}")


def _ends(totals: Ints, level: float) -> tuple[Any, Any]:
    """Ends with at most (1 - level) / 2 of the simulations beyond each."""
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(totals, tails, axis=0, method="inverted_cdf")
    return low, high


def _places(pairs: pd.DataFrame, demands: pd.DataFrame) -> Ints:
    """Row of each pair's demand."""
    for name, table, needed in (("pairs", pairs, _PAIR), ("demands", demands, ["demand_id"])):
        lacking = set(needed) - set(table.columns)
        if lacking:
            raise ProblemError(f"the table of {name} has no column {', '.join(sorted(lacking))}")
    if demands["demand_id"].duplicated().any():
        raise ProblemError("the table of demands repeats a demand_id")
    twice = pairs.duplicated(_PAIR).to_numpy()
    if twice.any():
        raise ProblemError(f"a pair stands twice: rows {(np.flatnonzero(twice)[:5] + 1).tolist()}")
    places = pd.Index(demands["demand_id"]).get_indexer(pd.Index(pairs["demand_id"]))
    if (places < 0).any():
        strangers = pairs["demand_id"][places < 0].unique()[:5].tolist()
        raise ProblemError(f"pairs name demands not in their table: {strangers}")
    return np.asarray(places)


def _chances(
    pairs: pd.DataFrame, demands: pd.DataFrame, p: Any, p_draws: Any
) -> tuple[Floats, Floats]:
    """Chances (pairs,) and their draws (draws, pairs), both new arrays."""
    draws = None if p_draws is None else np.array(p_draws, dtype=np.float64)
    if p is None or isinstance(p, str | SigningChances):
        column = p if isinstance(p, str) else "score"
        if column not in pairs.columns:
            raise ProblemError(f"the pairs have no column {column!r} to take chances from")
        value = pairs[column].to_numpy(dtype=np.float64)
    else:
        value = np.array(p, dtype=np.float64)
    if isinstance(p, SigningChances):
        groups = p.groups_of(pd.Index(pairs["demand_id"]), demands)
        draws = p.drawn(value, groups) if draws is None else draws
        value = p.probabilities(value, groups)
    if draws is None:
        draws = np.atleast_2d(value)
    for name, array, shape in (("p", value, 1), ("p_draws", draws, 2)):
        if array.ndim != shape or array.shape[-1] != len(pairs) or (shape == 2 and not len(array)):
            raise ProblemError(f"{name} has the shape {array.shape}; there are {len(pairs)} pairs")
        if not ((array >= 0) & (array <= 1)).all():  # nan fails both
            raise ProblemError(f"{name} must lie from 0 to 1; calibrate the scores")
    return np.array(value), np.array(draws)


def _decide(pairs: pd.DataFrame, outcomes: pd.DataFrame, chances: Floats, draws: Floats) -> None:
    """Put certainty where a record knows the end; changes the arrays."""
    lacking = {*_PAIR, "contracted"} - set(outcomes.columns)
    if lacking:
        raise ProblemError(f"the outcomes have no column {', '.join(sorted(lacking))}")
    ends = outcomes.set_index(_PAIR)["contracted"]
    if not ends.index.is_unique:
        raise ProblemError("the outcomes name a pair twice")
    known = ends.reindex(pd.MultiIndex.from_frame(pairs[_PAIR])).to_numpy(dtype=np.float64)
    sure = ~np.isnan(known)
    chances[sure] = known[sure]
    draws[:, sure] = known[sure]
