"""What a solve found: why it stopped, what is proved, and the plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.accounting import limits_used
from talentmatch.aims import Aim
from talentmatch.errors import NoPlanError, ProblemError
from talentmatch.problem import Problem
from talentmatch.scores import Scores

__all__ = [
    "BROKEN_OFF",
    "OPTIMAL_GAP",
    "Outcome",
    "Progress",
    "Result",
    "StageOutcome",
    "Status",
    "Stopped",
    "is_closed",
    "relative_gap",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_PLAN = ("candidate_id", "demand_id", "score", "load")
OPTIMAL_GAP = 1e-9  # largest relative gap, left by rounding, that still counts as proved


class Status(StrEnum):
    """What is proved of a result."""

    OPTIMAL = "optimal"  #: a plan, and no plan is better: integers exactly, floats to 1e-9
    FEASIBLE = "feasible"  #: a plan, less proved
    INFEASIBLE = "infeasible"  #: proved over all pairs: no plan meets every limit
    NO_SOLUTION = "no_solution"  #: stopped before any plan was found


class Stopped(StrEnum):
    """Why a solve stopped."""

    PROVED = "proved"
    GAP = "gap"
    TIME = "time"
    INTERRUPT = "interrupt"
    MEMORY = "memory"


BROKEN_OFF = (Stopped.TIME, Stopped.INTERRUPT, Stopped.MEMORY)  # no stage is begun after these


@dataclass(frozen=True)
class Progress:
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


@dataclass(frozen=True, eq=False)
class Result:
    """The answer of `solve`: a plan, what is proved of it, and its prices.

    Attributes
    ----------
    problem : Problem
        What was solved.
    status : Status
        ``"optimal"``, ``"feasible"``, ``"infeasible"`` or ``"no_solution"``.
    stopped : Stopped
        ``"proved"``, ``"gap"``, ``"time"``, ``"interrupt"`` or ``"memory"``.
    bound : float
        Upper bound on the total over all plans; -inf when infeasible, +inf when not known.
    aim : str
        What was maximised, stage by stage.
    stages : DataFrame
        aim, value (the best found when it was pursued), bound, in_plan (its value in this plan,
        lower only by the aim's tolerance).
    aims : tuple
        The aims as values, in order.
    shortfall : DataFrame
        constraint, group, wanted, got, missing: floors and locks that gave way, where
        ``solve(allow_unmet=True)`` had to lower them. `problem` is then the lowered one.
    solver : str
        The engine and its version.
    seconds : float
        Wall time of the solve.
    proof : str
        ``"dual certificate"``: the bound was recomputed in float64 from the prices, apart from
        the solver. ``"solver's claim"``: the prices leave a gap that an integer program closed,
        or did not. Empty without a plan.
    reason : str
        Why there is no plan; empty where there is one.
    seed : int
        As given.
    rounds, pairs_formed : int
        Solve-price-repeat rounds, and how many pairs were ever formed.

    Examples
    --------
    >>> import talentmatch as tm
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]))
    >>> result.pairs.to_dict("list")
    {'candidate_id': [0, 1], 'demand_id': [0, 1], 'score': [0.9, 0.7], 'load': [1, 1]}
    """

    problem: Problem
    status: Status
    stopped: Stopped
    bound: float
    aim: str
    aims: tuple[Aim, ...] = field(repr=False)
    solver: str
    seconds: float
    proof: str
    reason: str
    seed: int
    rounds: int
    pairs_formed: int
    stages: pd.DataFrame = field(repr=False)
    shortfall: pd.DataFrame = field(repr=False)
    _objective: float = field(repr=False)
    _gap: float = field(repr=False)
    _pairs: pd.DataFrame | None = field(repr=False)
    _prices: tuple[pd.Series, pd.Series] | None = field(repr=False)
    _row_prices: tuple[Floats, ...] = field(repr=False)
    _range: Callable[[], tuple[Floats, Floats, Floats, Floats]] | None = field(repr=False)
    _reasons: Callable[[], tuple[pd.DataFrame, pd.DataFrame]] | None = field(repr=False)

    @property
    def scores(self) -> Scores:
        """The scores that were allocated."""
        return self.problem.scores

    @property
    def objective(self) -> float:
        """The plan's total, recomputed from the unrounded scores."""
        self._plan()
        return self._objective

    @property
    def gap(self) -> float:
        """(bound - objective) / max(abs(objective), 1e-9 x the largest absolute score)."""
        self._plan()
        return self._gap

    @property
    def price_kind(self) -> str:
        """``"dual"``: exact prices of the plan; ``"LP"``: prices of the linear relaxation."""
        return "dual" if self.proof == "dual certificate" else "LP"

    @property
    def pairs(self) -> pd.DataFrame:
        """The plan: candidate_id, demand_id, score, load; best score first within a demand."""
        return self._plan().copy()

    @property
    def candidate_prices(self) -> pd.Series:
        """What the loss of one unit of each candidate's capacity costs the plan, by id (dual).

        With floors in force it is their price too, and negative where a floor costs.
        """
        return self._both_prices()[0].copy()

    @property
    def demand_prices(self) -> pd.Series:
        """What one more slot of each demand gains the plan, by id (least dual prices).

        Negative where a floor costs: there one more slot gains nothing.
        """
        return self._both_prices()[1].copy()

    @cached_property
    def price_range(self) -> pd.DataFrame:
        """Both ends of every dual price, for prices are not unique.

        Returns
        -------
        pandas.DataFrame
            side ("candidate" or "demand"), id, least, greatest. The least demand prices go with
            the greatest candidate prices.
        """
        self._plan()
        if self._range is None:
            raise NoPlanError("price ranges are known for proved results only")
        ends = self._range()
        sides = (("candidate", self.problem.candidate_ids), ("demand", self.problem.demand_ids))
        return pd.concat(
            [
                pd.DataFrame({"side": side, "id": ids, "least": low, "greatest": high})
                for (side, ids), low, high in zip(sides, ends[::2], ends[1::2], strict=True)
            ],
            ignore_index=True,
        )

    @cached_property
    def constraints(self) -> pd.DataFrame:
        """Every limit of the problem: how much of it is used, and what one more unit is worth.

        Returns
        -------
        pandas.DataFrame
            constraint ("capacity", "headcount", "min_load", "min_headcount", then the names of
            the constraints), group (the id, the group, or how many pairs), limit, used, slack,
            price. Limits and uses are in the user's own unit; slack is negative where a soft limit
            is broken. The price is dual, or of the linear relaxation (see `price_kind`): what the
            aim gains at most per unit the limit is raised (loses, where negative); nan where a
            constraint is a list of pairs.
        """
        plan = self._plan()
        return limits_used(self.problem, plan, *self._both_prices(), self._row_prices)

    @cached_property
    def unfilled(self) -> pd.DataFrame:
        """Demands with open slots: headcount, filled, missing, reason code, sentence."""
        return self._both_reasons[0]

    @cached_property
    def unassigned(self) -> pd.DataFrame:
        """Candidates without any demand: capacity, reason code, sentence."""
        return self._both_reasons[1]

    def to_frame(self, columns: Sequence[str] = ()) -> pd.DataFrame:
        """The plan with columns of the problem's tables joined.

        Parameters
        ----------
        columns : sequence of str
            Columns of the candidates' or the demands' table. A name that both have comes twice,
            with the suffixes ``_candidate`` and ``_demand``; so does one the plan itself has.

        Raises
        ------
        ProblemError
            Neither table has such a column.
        """
        frame = self.pairs
        tables = {"candidate": self.problem.candidates, "demand": self.problem.demands}
        for name in columns:
            homes = [s for s, t in tables.items() if t is not None and name in t.columns]
            if not homes:
                raise ProblemError(f"no table of this problem has a column {name!r}")
            for side in homes:
                table = tables[side]
                index = getattr(self.problem, f"{side}_ids")
                place = index.get_indexer(frame[f"{side}_id"])
                heading = f"{name}_{side}" if len(homes) > 1 or name in _PLAN else name
                if table is not None and heading not in frame.columns:
                    frame[heading] = table[name].array.take(place)
        return frame

    def _plan(self) -> pd.DataFrame:
        if self._pairs is None:
            raise NoPlanError(f"the result is {self.status}: {self.reason}")
        return self._pairs

    def _both_prices(self) -> tuple[pd.Series, pd.Series]:
        self._plan()
        if self._prices is None:
            raise NoPlanError("this result has no prices")
        return self._prices

    @cached_property
    def _both_reasons(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        self._plan()
        if self._reasons is None:
            raise NoPlanError("this result has no reasons")
        return self._reasons()

    def __repr__(self) -> str:
        if self._pairs is None:
            return f"<Result: {self.status}. {self.reason}>"
        slots = int(self.problem.headcount.sum())
        return (
            f"<Result: {self.status}, {len(self._pairs):,} pairs for {slots:,} openings, "
            f"total {self._objective:.6g}, gap {self._gap:.2g}, {self.seconds:.2f} s>"
        )
