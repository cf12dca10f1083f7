"""The engine for what is no plain network: aims stage by stage, constraints of every kind."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from talentmatch.aims import Aim
from talentmatch.checking import check, plan_frame
from talentmatch.errors import SolverError
from talentmatch.outcomes import BROKEN_OFF, Outcome, Progress, StageOutcome, Status, Stopped
from talentmatch.problem import Problem
from talentmatch.solvers.certifying import certified_bound
from talentmatch.solvers.clock import Clock
from talentmatch.solvers.master import Master
from talentmatch.solvers.sifting import Found
from talentmatch.solvers.staged import Pursuit
from talentmatch.solvers.stages import Stage, stages_of

__all__ = ["StagedProgram"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_NO_PLAN = "interrupted before a plan was found"
_TRIED = 200  # pairs of score zero that are tried for whether anything needs them


@dataclass(frozen=True)
class StagedProgram:
    """Aims in order, each proved and then held: linear pricing and integer programs (GLOP, HiGHS).

    Parameters
    ----------
    aims : tuple of Aim
        See `talentmatch.aims`.
    time_limit : float or None
        Seconds, for all stages together.
    gap : float
        Relative gap that is good enough, in every stage.
    progress : callable or None
        Called with a `Progress`.
    start : tuple of int arrays, optional
        Row and column positions of pairs to form at once, as of an earlier plan.
    """

    aims: tuple[Aim, ...]
    time_limit: float | None = None
    gap: float = 0.0
    progress: Callable[[Progress], None] | None = None
    start: tuple[Ints, Ints] | None = None

    def solve(self, problem: Problem) -> Outcome:
        """Pursue the stages one after the other."""
        clock = Clock(self.time_limit, self.progress)
        pursuit = Pursuit(problem, clock, self.gap)
        clash = pursuit.lock_clash()
        if clash:
            return _without(clash, Stopped.PROVED, -math.inf)
        pursuit.start = pursuit.master().keys_of(self.start)
        best: tuple[Found, Master] | None = None
        stages, stopped = stages_of(problem, self.aims), Stopped.PROVED
        for stage in stages:
            try:
                found, master = pursuit.best(stage)
            except KeyboardInterrupt:  # between two programs; within one the stage itself sees it
                stopped = Stopped.INTERRUPT
                if best is None:
                    return _without(_NO_PLAN, stopped, math.inf, pursuit)
                break
            stopped = found.stopped
            if found.status in (Status.INFEASIBLE, Status.NO_SOLUTION):
                if best is None:
                    return _without(found.reason, stopped, found.bound, pursuit)
                break  # what is held has a plan: only the time for this stage was missing
            best = found, master
            pursuit.hold(stage, found)
            if stopped in BROKEN_OFF:
                break
        if best is None:
            raise SolverError("no aim was pursued")
        return _outcome(problem, pursuit, stages, stopped, *best)


def _outcome(
    problem: Problem, pursuit: Pursuit, stages: list[Stage], stopped: Stopped, found: Found,
    master: Master,
) -> Outcome:  # fmt: skip
    """The last plan with the prices of its rows, and what every stage came to."""
    rows, cols = master.places(found.keys)
    rows, cols = _without_needless(problem, pursuit, rows, cols)
    told = [StageOutcome(held.stage.name, held.value, held.bound) for held in pursuit.done]
    # The plan is the last stage's own: without needless pairs it may have gained.
    told[-1] = replace(told[-1], value=pursuit.done[-1].stage.value(rows, cols))
    for missed in stages[len(told) :]:
        told.append(StageOutcome(missed.name, missed.value(rows, cols), math.inf))
    whole = len(pursuit.done) == len(stages)
    proved = whole and all(held.proved for held in pursuit.done)
    if stopped is Stopped.PROVED and not proved:
        stopped = Stopped.TIME if pursuit.clock.late() else Stopped.GAP
    u, v, others = _published(problem, master, found)
    return Outcome(
        Status.OPTIMAL if proved else Status.FEASIBLE,
        stopped, rows, cols, u, v, told[-1].bound,
        rounds=pursuit.rounds,
        pairs=0 if pursuit.start is None else len(pursuit.start),
        stages=tuple(told),
        row_prices=others,
        scale=found.scale,
        certify=None if found.prices is None or not whole or found.by_threshold else partial(
            certified_bound, master, found.prices),
    )  # fmt: skip


def _published(
    problem: Problem, master: Master, found: Found
) -> tuple[Floats, Floats, tuple[Floats, ...]]:
    """Prices per unit of the user's: of candidates, demands, and every constraint's groups."""
    n, m = problem.shape
    if found.prices is None:
        return np.zeros(n), np.zeros(m), ()
    parts = master.split(found.prices)
    named = list(zip(master.families, parts, strict=True))
    u, v = (part * family.scale for family, part in named[:2])
    summed = {
        family.origin: part * family.scale
        for family, part in named[2:]
        if family.origin is not None
    }
    return u, v, tuple(summed[k] for k in range(len(problem.rows)))


def _without(
    reason: str, stopped: Stopped, bound: float, pursuit: Pursuit | None = None
) -> Outcome:
    empty = np.empty(0, dtype=np.intp)
    proved = stopped is Stopped.PROVED
    return Outcome(
        Status.INFEASIBLE if proved else Status.NO_SOLUTION, stopped, empty, empty, None, None,
        -math.inf if proved else bound, reason,
        rounds=0 if pursuit is None else pursuit.rounds,
        pairs=0 if pursuit is None or pursuit.start is None else len(pursuit.start),
    )  # fmt: skip


def _without_needless(
    problem: Problem, pursuit: Pursuit, rows: Ints, cols: Ints
) -> tuple[Ints, Ints]:
    """Leave out chosen pairs of score zero that nothing needs."""
    zero = np.flatnonzero(problem.at(rows, cols) == 0)[:_TRIED]
    promised = [(done.stage, done.kept) for done in pursuit.done[:-1]]
    promised += [(done.stage, done.value) for done in pursuit.done[-1:]]
    keep = np.ones(len(rows), dtype=bool)
    for pair in zero.tolist():
        keep[pair] = False
        r, c = rows[keep], cols[keep]
        held = all(stage.value(r, c) >= least - 1e-12 for stage, least in promised)
        if not held or check(problem, plan_frame(problem, r, c)):
            keep[pair] = True
    return rows[keep], cols[keep]
