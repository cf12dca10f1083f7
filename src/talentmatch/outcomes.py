"""What an engine reports: how far it is, why it stopped, what is proved, and what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from talentmatch.displaying import Shown

__all__ = [
    "BROKEN_OFF",
    "OPTIMAL_GAP",
    "Outcome",
    "Progress",
    "StageOutcome",
    "Status",
    "Stopped",
    "is_closed",
    "relative_gap",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

OPTIMAL_GAP = 1e-9  # largest relative gap, left by rounding, that still counts as proved


class Status(Shown, StrEnum):
    """What is proved of a result."""

    OPTIMAL = "optimal"  #: a plan, and no plan is better: integers exactly, floats to 1e-9
    FEASIBLE = "feasible"  #: a plan, less proved
    INFEASIBLE = "infeasible"  #: proved over all pairs: no plan meets every limit
    NO_SOLUTION = "no_solution"  #: stopped before any plan was found

    def _line(self) -> str:
        return f"<Status.{self.name}: {self.value!r}>"

    def _details(self) -> Mapping[str, object]:
        return {"means": _MEANS[self.value]}


_MEANS = {
    "optimal": "a plan, and no plan is better",
    "feasible": "a plan; that it is the best is not proved",
    "infeasible": "proved: no plan meets every limit",
    "no_solution": "the search stopped before any plan was found",
}


class Stopped(Shown, StrEnum):
    """Why a solve stopped."""

    PROVED = "proved"
    GAP = "gap"
    TIME = "time"
    INTERRUPT = "interrupt"
    MEMORY = "memory"

    def _line(self) -> str:
        return f"<Stopped.{self.name}: {self.value!r}>"


BROKEN_OFF = (Stopped.TIME, Stopped.INTERRUPT, Stopped.MEMORY)  # no stage is begun after these


@dataclass(frozen=True)
class Progress(Shown):
    """Where a running solve stands; what `progress` is called with.

    Attributes
    ----------
    stage : str
        What is being done, in words.
    round : int
        Which solve-price-repeat round.
    pairs : int
        Pairs formed so far.
    objective, bound, gap : float
        Best plan, upper bound and relative gap so far; nan, inf and inf when not known.
    seconds : float
        Since the start.
    rows : int
        Rows done, where all pairs are being looked at.
    """

    stage: str
    round: int
    pairs: int
    objective: float
    bound: float
    gap: float
    seconds: float
    rows: int = 0


@dataclass(frozen=True)
class StageOutcome:
    """What one stage of the aims came to: its name, its best value, its upper bound."""

    aim: str
    value: float
    bound: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """What an engine returns, in the problem's own row and column positions.

    Attributes
    ----------
    status, stopped : Status, Stopped
        See there.
    rows, cols : int arrays
        The chosen pairs, locked ones included.
    candidate_prices, demand_prices : float arrays, or None without a plan
        Dual prices.
    bound : float
        Upper bound over all eligible pairs; +inf when nothing is known.
    reason : str
        Why there is no plan; empty where there is one.
    rounds, pairs : int
        Solve-price-repeat rounds, and pairs formed.
    price_range : callable
        Returns least and greatest prices: four arrays (candidates least, greatest; demands ...).
    stages : tuple of StageOutcome
        One per stage of the aims; empty where the total is the only one.
    row_prices : tuple of float arrays
        Prices of ``problem.rows``, per group and unit of the user's.
    certify : callable, optional
        Recomputes the bound of the last stage from the prices alone.
    scale : float
        The largest gain, by which rounding is measured where totals are near zero.
    solver : str
        What made the plan, in words; empty for the engine's own name.
    """

    status: Status
    stopped: Stopped
    rows: Ints
    cols: Ints
    candidate_prices: Floats | None
    demand_prices: Floats | None
    bound: float
    reason: str = ""
    rounds: int = 0
    pairs: int = 0
    price_range: Callable[[], tuple[Floats, Floats, Floats, Floats]] | None = None
    stages: tuple[StageOutcome, ...] = ()
    row_prices: tuple[Floats, ...] = ()
    certify: Callable[[], float] | None = None
    scale: float = 0.0
    solver: str = ""


def relative_gap(bound: float, objective: float, scale: float) -> float:
    """``(bound - objective) / max(|objective|, 1e-9 x scale)``; scale = largest absolute score."""
    if bound == objective:
        return 0.0
    size = max(abs(objective), 1e-9 * scale, np.finfo(float).tiny)
    return float(bound - objective) / float(size)


def is_closed(bound: float, objective: float, scale: float) -> bool:
    """Whether bound and objective differ by no more than rounding.

    Where scores of both signs cancel to a total near zero, rounding is measured by the scores.
    """
    return abs(bound - objective) <= OPTIMAL_GAP * max(abs(objective), 1e-3 * scale)
