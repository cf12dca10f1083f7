"""Clashes and repairs, found by programs and looked at again through real problems."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from talentmatch.checking import check, plan_frame
from talentmatch.errors import ProblemError, SolverError
from talentmatch.outcomes import Status
from talentmatch.problem import Problem
from talentmatch.rebuilding import moved, only
from talentmatch.solvers.clock import Clock
from talentmatch.solvers.master import Listed
from talentmatch.solvers.relaxing import Late, Relaxation
from talentmatch.solving import solve

__all__ = ["Found", "Work"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_CORE = 60.0  # most seconds for making a clash smaller
_TRIED = 100  # changes of a repair that are each tried with one unit less
_ROUNDS = 50  # times a repair is made smaller
_MONEY = ("cost", "score")


@dataclass(frozen=True, eq=False)
class Found:
    """A repair, and what is known of it."""

    change: Floats | None
    words: str
    proved: bool
    verified: bool


@dataclass(frozen=True, eq=False)
class Work:
    """One diagnosis at work: finds by programs, and looks again by real problems."""

    relaxation: Relaxation
    plain: Listed

    @classmethod
    def on(
        cls, problem: Problem, time_limit: float | None, costs: Mapping[str, float] | None
    ) -> Work:
        """Check the arguments and write the program."""
        if not isinstance(problem, Problem):
            raise ProblemError(f"diagnose takes a Problem, not {type(problem).__name__}")
        if time_limit is not None and not time_limit > 0:
            raise ProblemError(f"time_limit must be above 0 seconds, not {time_limit!r}")
        clock = Clock(time_limit)
        relaxation = Relaxation(problem, checked_costs(problem, costs), clock)
        pairs = relaxation.pairs
        if not any(rows.unit == "score" for rows in problem.rows):
            pairs = replace(pairs, scores=np.zeros(len(pairs)))  # any plan is the best one
        return cls(relaxation, pairs)

    @property
    def problem(self) -> Problem:
        """What is diagnosed."""
        return self.relaxation.problem

    def look_at(self, problem: Problem, values: Floats) -> None:
        """Raise unless a plan keeps all rules of a problem, by counting."""
        broken = check(problem, plan_frame(problem, *self.relaxation.chosen(values)))
        if broken:
            raise SolverError(f"a plan breaks what it should keep: {broken[0]}")

    def is_possible(self, kept: Mask, change: Floats | None = None) -> bool | None:
        """Whether a real problem of these limits has a plan, by `solve`; None for no time."""
        clock = self.relaxation.clock
        if clock.late():
            return None
        small = only(self.problem, self.relaxation.limits, self.plain, kept, change)
        result = solve(small, time_limit=clock.left())
        if result.status in (Status.OPTIMAL, Status.FEASIBLE):
            return True
        return False if result.bound == -math.inf else None

    def core(self, held: Mask) -> tuple[Mask, bool, bool]:
        """The clash; whether it is irreducible; whether that was verified."""
        relaxation = self.relaxation
        whole = relaxation.clock
        left = whole.left()
        relaxation.clock = Clock(_CORE if left is None else left / 2)  # the repair needs time too
        try:
            suspects = relaxation.suspects()
            if (suspects != held).any() and relaxation.plan(suspects) is not None:
                suspects = held
        except Late:
            suspects = held
        core, plans, minimal = relaxation.irreducible(suspects)
        relaxation.clock = whole
        possible = self.is_possible(core)
        if possible:
            raise SolverError("the limits said to clash have a plan")
        if not minimal or possible is None:
            return core, minimal, False
        for k, values in plans.items():
            if whole.late():
                return core, minimal, False
            rest = core.copy()
            rest[k] = False
            self.look_at(only(self.problem, relaxation.limits, self.plain, rest), values)
        return core, True, True

    def repair(self, free: Mask) -> Found:
        """The cheapest repair, tried with one unit less everywhere."""
        relaxation, late = self.relaxation, "The time was up before a repair was found."
        try:
            found = relaxation.cheapest(free & relaxation.can_bind)
        except Late:
            return Found(None, late, False, False)
        if found is None:
            return Found(None, "No repair: what may be changed does not suffice.", True, True)
        change, tried = self.polished(free, found.change, found.values)
        places = int((change > 0).sum())
        if tried == places and found.proved:
            words = (
                "Verified: the repaired problem has a plan; with one unit less at any place it "
                "has none."
            )
            return Found(change, words, True, True)
        words = "Verified: the repaired problem has a plan."
        if tried < places:
            words += f" With one unit less it was tried at {tried:,} of {places:,} places: none."
        if not found.proved:
            words += " The time was up: a cheaper repair may exist."
        return Found(change, words, found.proved, False)

    def polished(self, free: Mask, change: Floats, values: Floats) -> tuple[Floats, int]:
        """A repair made smaller until one unit less at any place leaves no plan.

        Returns
        -------
        (float array, int)
            The repair, and at how many places one unit less was tried.
        """
        relaxation = self.relaxation
        limits, every = relaxation.limits, np.ones(len(relaxation.limits), dtype=bool)
        tried: set[int] = set()
        try:
            for k in np.flatnonzero((change > 0) & np.isin(limits.unit.astype(str), _MONEY)):
                alone = np.zeros(len(limits), dtype=bool)
                alone[k] = True
                finer = relaxation.cheapest(alone, change)
                if finer is not None and finer.change[k] < change[k]:
                    change, values = np.where(alone, finer.change, change), finer.values
            for _ in range(_ROUNDS):
                smaller = self._smaller(change, tried, every)
                if smaller is None:
                    break
                tried.clear()
                needed = relaxation.needed(smaller)
                change, values = np.minimum(change, needed), smaller
        except Late:
            pass
        self.look_at(moved(self.problem, limits, change), values)
        return change, len(tried)

    def _smaller(self, change: Floats, tried: set[int], every: Mask) -> Floats | None:
        """A plan with one unit less somewhere, or none; notes where it was tried."""
        limits = self.relaxation.limits
        for k in np.flatnonzero(change > 0)[:_TRIED].tolist():
            if k in tried:
                continue
            less = change.copy()
            less[k] = max(0.0, less[k] - limits.step(k, float(less[k])))
            possible = self.is_possible(every, less)
            if possible is None:
                raise Late
            if possible:
                values = self.relaxation.plan(every, less)
                if values is None:
                    raise SolverError("two engines differ on whether a repair can be smaller")
                return values
            tried.add(k)
        return None


def checked_costs(problem: Problem, given: Mapping[str, float] | None) -> dict[str, float]:
    """Costs by name, checked."""
    costs = dict(given or {})
    known = ["capacity", "min_load", "headcount", "min_headcount", "Lock"]
    known += [limit.name for limit in problem.rows] + [clash.name for clash in problem.apart]
    for name, cost in costs.items():
        if name not in known:
            raise ProblemError(f"costs names {name!r}; the limits are {', '.join(known)}")
        if isinstance(cost, bool) or not isinstance(cost, int | float | np.number) or not cost > 0:
            raise ProblemError(f"costs: {name!r} must cost a number > 0, not {cost!r}")
    return {name: float(cost) for name, cost in costs.items()}
