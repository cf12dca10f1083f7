"""Good plans soon: round the relaxation, then open one neighbourhood after the other.

A neighbourhood is a set of demands: what they hold may change, together with everybody who is
free; all other pairs of the plan stay. Each is a small integer program, so no step can make the
plan worse. Rounding is the same with everything open that the relaxation leaves undecided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.solvers.master import Listed, Master
from talentmatch.solvers.programs import Program

__all__ = ["around_point", "neighbourhoods"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]
Attempt = Callable[[Program, Listed], bool]

_SET = 1.0 - 1e-6  # a pair the relaxation takes wholly
_COMMON = 64  # pairs of a candidate, beyond which it links no demands
_STALE = 6  # neighbourhoods in a row without a gain, after which larger ones are opened


def around_point(
    master: Master, pairs: Listed, point: Floats, reduced: Floats, most: int
) -> tuple[Program, Listed]:
    """Fix what the relaxation takes wholly; open the likeliest pairs of everybody else."""
    k = len(pairs)
    fixed = point[:k] > _SET
    load = np.bincount(pairs.rows[fixed], minlength=master.model.shape[0])
    full = load >= master.model.problem.capacity_units
    free = np.flatnonzero(~full[pairs.rows])
    if len(free) > most:
        free = free[np.argsort(-reduced[free], kind="stable")[:most]]
    kept = fixed | pairs.locked | (point[:k] > 1e-9)
    kept[free] = True
    return _fixed(master, pairs, kept, fixed)


def neighbourhoods(
    master: Master,
    pairs: Listed,
    plan: Callable[[], Ints],
    attempt: Attempt,
    go_on: Callable[[], bool],
    *,
    size: int,
) -> None:
    """Open sets of demands around the best plan until nothing gains any more or time is up.

    Parameters
    ----------
    master : Master
        The program.
    pairs : Listed
        Pairs that may enter the plan.
    plan : callable
        Returns the keys of the best plan.
    attempt : callable
        Solves a program on pairs and keeps its plan where it is better; says whether it was.
    go_on : callable
        False when the time is up or the plan is good enough.
    size : int
        Pairs a neighbourhood may hold, roughly.
    """
    rng = np.random.default_rng(0)
    demands = np.unique(pairs.cols)
    links = _links(pairs, master.model.shape)
    per_demand = max(len(pairs) / max(len(demands), 1), 1.0)
    width = max(2.0, size / per_demand)
    stale = 0
    while go_on() and stale < 3 * _STALE:
        count = int(min(width, len(demands)))
        opened = np.zeros(master.model.shape[1], dtype=bool)
        opened[_together(links, int(rng.choice(demands)), count, rng)] = True
        chosen = np.isin(pairs.keys, plan())
        held = chosen & ~opened[pairs.cols]
        load = np.bincount(pairs.rows[held], minlength=master.model.shape[0])
        full = load >= master.model.problem.capacity_units
        kept = held | pairs.locked | chosen | (opened[pairs.cols] & ~full[pairs.rows])
        gained = attempt(*_fixed(master, pairs, kept, held))
        stale = 0 if gained else stale + 1
        if stale and stale % _STALE == 0:
            width *= 1.5
        if count == len(demands):
            return


def _links(pairs: Listed, shape: tuple[int, int]) -> sp.csr_array:
    """How many candidates two demands share."""
    ones = np.ones(len(pairs))
    shares = sp.csr_array((ones, (pairs.rows, pairs.cols)), shape=shape)
    # A candidate of very many pairs links everything with everything, which says nothing.
    count = np.diff(shares.indptr)
    shares = sp.diags_array(np.where(count <= _COMMON, 1.0, 0.0)) @ shares
    links: sp.csr_array = (shares.T @ shares).tocsr()
    return links


def _together(links: sp.csr_array, first: int, count: int, rng: np.random.Generator) -> Ints:
    """Demands that share candidates with each other, grown from the first by chance."""
    weight = np.zeros(links.shape[0])
    inside = np.zeros(links.shape[0], dtype=bool)
    latest = first
    for _ in range(count):
        inside[latest] = True
        start, end = links.indptr[latest], links.indptr[latest + 1]
        weight[links.indices[start:end]] += links.data[start:end]
        odds = np.where(inside, 0.0, weight)
        if not odds.any():
            break
        latest = int(rng.choice(len(odds), p=odds / odds.sum()))
    return np.flatnonzero(inside)


def _fixed(master: Master, pairs: Listed, kept: Mask, fixed: Mask) -> tuple[Program, Listed]:
    part = Listed(*(side[kept] for side in vars(pairs).values()))
    program = master.program(part)
    lower = program.lower.copy()
    lower[: len(part)] = np.maximum(lower[: len(part)], fixed[kept])
    return replace(program, lower=lower), part
