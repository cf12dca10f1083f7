"""The best total of the plans that leave as little unmet as possible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.aims import Total
from talentmatch.constraints import Lock
from talentmatch.outcomes import Status, Stopped
from talentmatch.problem import Problem
from talentmatch.solvers.compiling import master_of
from talentmatch.solvers.families import Extra, Grouped, OfDemand, Unit
from talentmatch.solvers.master import Master
from talentmatch.solvers.movable import Limits, total_cost
from talentmatch.solvers.priced import maximise
from talentmatch.solvers.relaxing import Relaxation
from talentmatch.solvers.stages import stages_of

__all__ = ["best_of_least_unmet"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]

_NEAR = 1e-7  # how far above the least cost a plan may lie, relative to it, by rounding
_WIDE = 2.0**20  # most that small costs are multiplied by for a solver to see them


@dataclass(frozen=True, eq=False)
class _Place:
    """The place of single pairs in a sorted list of keys; -1 for all others."""

    keys: Ints
    place: Ints
    width: int

    def __call__(self, rows: Ints, cols: Ints) -> Ints:
        keys = rows * self.width + cols
        near = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[near] == keys, self.place[near], -1)


def best_of_least_unmet(
    relaxation: Relaxation, gives: Mask, change: Floats, start: tuple[Ints, Ints]
) -> Floats:
    """How floors and locks give way in the plan of the best total, at the least cost.

    Parameters
    ----------
    relaxation : Relaxation
        The problem and its limits.
    gives : bool array
        The limits that may give way: floors and locks.
    change : float array
        One way to give way at the least cost.
    start : tuple of int arrays
        A plan for it.

    Returns
    -------
    float array
        The changes; those given where the time was up.
    """
    problem, limits, clock = relaxation.problem, relaxation.limits, relaxation.clock
    cost = total_cost(limits, change)
    if not cost or clock.late():
        return change
    free = problem.replace(
        constraints=[rule for rule in problem.constraints if not isinstance(rule, Lock)]
    )
    master = master_of(free)
    slacks = _give_way(master, problem, limits, np.flatnonzero(gives))
    least = float(limits.cost[gives].min())
    master.gain = OfDemand(np.zeros(problem.shape[1]), False)
    master.further_gains = np.zeros(len(master.further.lower))
    master.further_gains[slacks] = -limits.cost[gives]
    master.hold("unmet", -cost * (1 + _NEAR), factor=min(max(1.0, 1.0 / least), _WIDE))
    stages_of(free, (Total(),))[0].put(master)
    found = maximise(master, clock, start=master.keys_of(start))
    if found.stopped is Stopped.INTERRUPT:
        raise KeyboardInterrupt  # no plan is known yet, and nothing may run on
    if found.status not in (Status.OPTIMAL, Status.FEASIBLE):
        return change
    rows, cols = master.places(found.keys)
    better = _missed(relaxation, gives, rows, cols)
    return better if total_cost(limits, better) <= cost * (1 + 1e-6) + 1e-9 else change


def _missed(relaxation: Relaxation, gives: Mask, rows: Ints, cols: Ints) -> Floats:
    """What a plan misses of the limits that may give way."""
    values = np.zeros(relaxation.matrix.shape[1])
    pairs = relaxation.pairs
    inside = np.isin(pairs.keys, rows * max(relaxation.problem.shape[1], 1) + cols)
    values[: len(pairs)] = inside
    return np.where(gives, relaxation.needed(relaxation.completed(values)), 0.0)


def _give_way(master: Master, problem: Problem, limits: Limits, who: Ints) -> Ints:
    """Add a column for what every one of some floors and locks misses."""
    columns = np.empty(len(who), dtype=np.intp)
    for place, k in enumerate(who.tolist()):
        top = np.inf if limits.unit[k] == "score" else float(limits.limit[k])
        columns[place] = master.further.add(1, 0.0, top)[0]
    families = {0: master.families[0], 1: master.families[1]}
    families |= {2 + f.origin: f for f in master.families[2:] if f.origin is not None}
    is_floor = limits.role[who] == "floor"
    for source, family in families.items():
        mine = np.flatnonzero(is_floor & (limits.source[who] == source))
        family.extra = _joined(family.extra, limits.place[who[mine]], columns[mine])
    locks = np.flatnonzero(limits.role[who] == "lock")
    if len(locks):
        width = max(problem.shape[1], 1)
        at = limits.place[who[locks]]
        keys = problem.locked[0][at] * width + problem.locked[1][at]
        order = np.argsort(keys)
        family = Grouped(
            "Lock", pd.RangeIndex(len(locks)), np.ones(len(locks)), np.full(len(locks), np.inf),
            _Place(keys[order], order, width), Unit(),
        )  # fmt: skip
        family.extra = _joined(family.extra, np.arange(len(locks)), columns[locks])
        master.families.append(family)
    return columns


def _joined(extra: Extra, rows: Ints, columns: Ints) -> Extra:
    """Further columns of a family with some more, each standing for one unit of its row."""
    return (
        np.concatenate((extra[0], rows)),
        np.concatenate((extra[1], columns)),
        np.concatenate((extra[2], np.ones(len(rows)))),
    )
