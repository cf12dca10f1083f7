"""The best partial plan: floors and locks give way where they cannot all be met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.checking import used
from talentmatch.clashes import group, value
from talentmatch.errors import SolverError
from talentmatch.problem import Problem
from talentmatch.rebuilding import moved
from talentmatch.solvers.clock import Clock
from talentmatch.solvers.relaxing import Late, Relaxation
from talentmatch.solvers.unmet import best_of_least_unmet

__all__ = ["SHORTFALL", "Eased"]

Floats = NDArray[np.float64]

SHORTFALL = ["constraint", "group", "wanted", "got", "missing"]


@dataclass(frozen=True, eq=False)
class Eased:
    """A problem whose floors and locks were lowered as little as a plan needs.

    Attributes
    ----------
    problem : Problem
        The lowered problem, which has a plan.
    relaxation : Relaxation
        The problem as it was, and its limits.
    change : float array
        By how much each limit gave way.
    """

    problem: Problem
    relaxation: Relaxation
    change: Floats

    @classmethod
    def of(cls, problem: Problem, time_limit: float | None) -> Eased:
        """Lower floors, of rows and of groups, and release locks at the least cost.

        All ceilings and conflicts hold. Of all ways with the least shortfall the one with the best
        total is taken.

        Raises
        ------
        SolverError
            The time was up, or no plan keeps the ceilings and conflicts.
        """
        relaxation = Relaxation(problem, {}, Clock(time_limit))
        limits = relaxation.limits
        gives = (limits.role == "floor") | (limits.role == "lock")
        try:
            found = relaxation.cheapest(gives)
        except Late:
            raise SolverError("the time was up before a partial plan was found") from None
        if found is None:
            raise SolverError("no plan keeps the ceilings and the conflicts")
        start = relaxation.chosen(found.values)
        change = best_of_least_unmet(relaxation, gives, found.change, start)
        return cls(moved(problem, limits, change), relaxation, change)

    def shortfall(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """What a plan misses of every floor and lock that gave way."""
        relaxation, change = self.relaxation, self.change
        problem, limits = relaxation.problem, relaxation.limits
        rows = problem.candidate_ids.get_indexer(pd.Index(pairs["candidate_id"]))
        cols = problem.demand_ids.get_indexer(pd.Index(pairs["demand_id"]))
        load = np.ones(len(rows)) if problem.loads is None else problem.loads.at(rows, cols)
        sums = (
            np.bincount(rows, load, problem.shape[0]),
            np.bincount(cols, minlength=problem.shape[1]),
        )
        told = []
        for k in np.flatnonzero(change > 0).tolist():
            source, place = int(limits.source[k]), int(limits.place[k])
            scale, limit = limits.scale[k], limits.limit[k]
            if limits.role[k] == "lock":
                got = 0.0
            elif source < 2:
                got = float(sums[source][place])
            else:
                bound = problem.rows[source - 2]
                got = float(used(bound, problem, rows, cols)[place]) / bound.scale * scale
            wanted, missing = limit, max(limit - got, 0.0)
            told.append((limits.name[k], group(problem, limits, k),
                         *(value(part, scale) for part in (wanted, got, missing))))  # fmt: skip
        return pd.DataFrame(told, columns=SHORTFALL)
