"""Replay: what several policies would have made of the same seasons, on equal terms."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from talentmatch.aims import ExpectedContracts
from talentmatch.centre.chances import SigningChances
from talentmatch.centre.introductions import chances_of
from talentmatch.centre.picking import pick_at_random, pick_by_score
from talentmatch.checking import check
from talentmatch.contracts import expected_signatures
from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError
from talentmatch.problem import Problem
from talentmatch.solving import solve

__all__ = [
    "POLICIES",
    "Policy",
    "Replay",
    "Season",
    "Truth",
    "replay",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Truth(Protocol):
    """What would become of any pair; policies are not shown it.

    `talentmatch.datasets.fates.Fates` is one.
    """

    def chances(self, pairs: pd.DataFrame) -> Floats:
        """Chance of each pair to sign (pairs,)."""
        ...

    def signs(self, pairs: pd.DataFrame, *, seed: int = 0) -> NDArray[np.bool_]:
        """Whether each pair signs (pairs,): by seed and ids alone, the same in every plan."""
        ...


@dataclass(frozen=True, eq=False, repr=False)
class Season(Shown):
    """One season to be planned: what a policy may know.

    Parameters
    ----------
    problem : Problem
        Scores, eligible pairs and limits, as `docking_problem` makes it.
    openings : int array (demands,)
        Most contracts of each demand.
    chances : SigningChances or None
        Learnt from the record of an earlier season; None where there was none.
    seed : int
        For policies that draw lots, and of the luck of the season.
    """

    problem: Problem
    openings: Ints
    chances: SigningChances | None = None
    seed: int = 0

    def _line(self) -> str:
        n, m = self.problem.shape
        known = "not learnt" if self.chances is None else "learnt"
        return (
            f"<Season: {n:,} candidates, {m:,} demands, {int(self.openings.sum()):,} openings, "
            f"chances {known}, seed {self.seed}>"
        )


Policy = Callable[[Season], pd.DataFrame]
"""A season to a plan: a frame with candidate_id and demand_id."""


def _ours(season: Season) -> pd.DataFrame:
    p = chances_of(season.problem, season.chances)
    return solve(season.problem, ExpectedContracts(p, season.openings), gap=0.001).pairs


def _best_total(season: Season) -> pd.DataFrame:
    return solve(season.problem, gap=0.001).pairs


def _at_random(season: Season) -> pd.DataFrame:
    return pick_at_random(season.problem, seed=season.seed)


POLICIES: dict[str, Policy] = {
    "ours": _ours,
    "best total": _best_total,
    "greedy": lambda season: pick_by_score(season.problem),
    "random": _at_random,
}
"""Most expected contracts by learnt chances; the best total of scores; the best score first, then
the next that has room; a random order."""


@dataclass(frozen=True, eq=False, repr=False)
class Replay(Shown):
    """Seasons replayed, made by `replay`.

    Parameters
    ----------
    seasons : pandas.DataFrame
        season (from 1), policy, introductions, enterprises (reached), expected (contracts, by the
        true chances), contracts (by the luck of the season).
    reference : str
        The policy that the others are compared with.
    level : float
        Of the intervals.
    """

    seasons: pd.DataFrame
    reference: str
    level: float

    @property
    def summary(self) -> pd.DataFrame:
        """One row per policy, means over the seasons.

        policy, seasons, introductions, enterprises, expected, contracts; gain, gain_low and
        gain_high: by how many expected contracts the reference is better, in the same season; and
        the same of contracts as won, won_low and won_high. Student's t intervals of paired
        differences; nan for a single season. Common random numbers make them narrow.
        """
        wide = self.seasons.pivot(index="season", columns="policy")
        rows = []
        for policy in self.seasons["policy"].unique():
            row: dict[str, Any] = {"policy": policy, "seasons": len(wide)}
            for column in ("introductions", "enterprises", "expected", "contracts"):
                row[column] = float(wide[column][policy].mean())
            for column, name in (("expected", "gain"), ("contracts", "won")):
                paired = (wide[column][self.reference] - wide[column][policy]).to_numpy()
                ends = (paired.mean(), *_interval(paired.astype(np.float64), self.level))
                row |= dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
            rows.append(row)
        return pd.DataFrame(rows)

    @property
    def sentences(self) -> list[str]:
        """The comparison in words, one sentence per policy."""
        found = []
        for row in self.summary.itertuples(index=False):
            said = (
                f"{row.policy}: {row.introductions:.0f} introductions to {row.enterprises:.0f} "
                f"enterprises bring {row.expected:.1f} contracts by the true chances"
            )
            if row.policy != self.reference:
                said += (
                    f"; {self.reference} brings {row.gain:+.1f} more ({row.gain_low:+.1f} to "
                    f"{row.gain_high:+.1f} at {self.level:.0%})"
                )
            found.append(f"{said}.")
        return found

    _shown = ("sentences", "summary", "seasons", "reference", "level")

    def _line(self) -> str:
        return f"<Replay: {self.seasons['season'].nunique()} seasons; {' '.join(self.sentences)}>"


def replay(
    seasons: Iterable[tuple[Season, Truth]],
    *,
    policies: Mapping[str, Policy] | None = None,
    reference: str = "ours",
    level: float = 0.95,
) -> Replay:
    """Let policies plan the same seasons, and count what the truth makes of their plans.

    Every plan is checked against the limits of its season. A pair has the same fate whoever
    introduces it, and a demand signs at most its openings.

    Parameters
    ----------
    seasons : iterable of (Season, Truth)
        What policies are shown, and what they are not; for example
        `talentmatch.centre.rehearsing.beilun_seasons`.
    policies : mapping of names to callables, optional
        A policy takes a `Season` and returns a frame with candidate_id and demand_id. `POLICIES` by
        default; add your own to them.
    reference : str
        Which one the others are compared with.
    level : float
        Of the intervals.

    Returns
    -------
    Replay

    Raises
    ------
    ProblemError
        A plan breaks a limit of its season; there is no season; the reference is not known.

    Examples
    --------
    >>> import talentmatch as tm
    >>> class Even:
    ...     def chances(self, pairs):
    ...         return np.full(len(pairs), 0.5)
    ...     def signs(self, pairs, *, seed=0):
    ...         return np.arange(len(pairs)) % 2 == 0
    >>> season = Season(tm.Problem([[0.9, 0.8], [0.8, 0.1]]), np.array([1, 1]))
    >>> found = replay([(season, Even())])
    >>> found.summary["expected"].tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    chosen = dict(POLICIES if policies is None else policies)
    if reference not in chosen:
        raise ProblemError(f"reference={reference!r} is none of the policies {list(chosen)}")
    if not (isinstance(level, int | float) and 0 < level < 1):
        raise ProblemError(f"level must be a number above 0 and below 1, not {level!r}")
    rows = [
        {"season": number, "policy": name, **_told(name, policy(season), season, truth)}
        for number, (season, truth) in enumerate(seasons, 1)
        for name, policy in chosen.items()
    ]
    if not rows:
        raise ProblemError("there is no season to replay")
    return Replay(pd.DataFrame(rows), reference, level)


def _told(name: str, plan: pd.DataFrame, season: Season, truth: Truth) -> dict[str, Any]:
    """What comes of one plan."""
    from_plan = plan[["candidate_id", "demand_id"]]
    broken = check(season.problem, from_plan)
    if broken:
        raise ProblemError(f"the plan of {name!r} breaks {len(broken)} limits, first: {broken[0]}")
    problem, n = season.problem, season.problem.shape[1]
    demands = problem.demand_ids.get_indexer(pd.Index(plan["demand_id"]))
    openings = np.asarray(season.openings, dtype=np.intp)
    expected = expected_signatures(demands, truth.chances(from_plan), openings)
    signed = np.bincount(demands, truth.signs(from_plan, seed=season.seed), n)
    table = problem.demands
    has = table is not None and "enterprise_id" in table.columns
    owners = table["enterprise_id"].to_numpy()[demands] if has and table is not None else demands
    return {
        "introductions": len(plan), "enterprises": len(pd.unique(owners)),
        "expected": math.fsum(expected), "contracts": int(np.minimum(signed, openings).sum()),
    }  # fmt: skip


def _interval(paired: Floats, level: float) -> tuple[float, float]:
    """Student's t interval of a mean; nan for a single value."""
    n, mean = len(paired), float(paired.mean())
    if n < 2:
        return math.nan, math.nan
    half = float(stdtrit(n - 1, (1 + level) / 2)) * float(paired.std(ddof=1)) / math.sqrt(n)
    return mean - half, mean + half
