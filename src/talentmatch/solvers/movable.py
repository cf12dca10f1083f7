"""The limits of a problem that can give way, and the pairs that help to keep them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talentmatch.constraints import Lock
from talentmatch.problem import Problem
from talentmatch.solvers.families import Family
from talentmatch.solvers.master import Listed

__all__ = ["Limits", "helpful_pairs", "limits_of_program", "structure", "total_cost"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Limits:
    """All limits that can give way, one entry each.

    Attributes
    ----------
    name : object array
        ``"capacity"``, ``"min_load"``, ``"headcount"``, ``"min_headcount"``, ``"Lock"`` or the
        constraint's own name.
    role : object array
        ``"floor"``, ``"ceiling"``, ``"lock"`` or ``"conflict"``.
    source : int array
        0 for candidates, 1 for demands, 2 + k for ``problem.rows[k]``; k for ``problem.apart[k]``.
    place : int array
        The group; the lock; the pair of candidates.
    row : int array
        Row of the program; of a conflict the first one.
    limit : float array
        In the program's units.
    scale : float array
        Program's units in one of the user's.
    cost : float array
        Of one unit of the program's; inf where the limit must not be changed.
    exact : bool array
        Whether it is counted in whole units.
    unit : object array
        What is counted: as in `Rows`; ``"people"`` for headcounts, ``"pair"`` for locks and
        conflicts.
    """

    name: NDArray[np.object_]
    role: NDArray[np.object_]
    source: Ints
    place: Ints
    row: Ints
    limit: Floats
    scale: Floats
    cost: Floats
    exact: Mask
    unit: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.name)

    def step(self, k: int, change: float) -> float:
        """The least part of a change that counts, in the program's units.

        A unit; of real numbers a thousandth of limit or change, for solvers miss them by less.
        """
        return 1.0 if self.exact[k] else max(abs(float(self.limit[k])), change) / 1000


def structure(problem: Problem) -> Problem:
    """The same without locks and soft limits; nobody counts as one who takes one pair at most.

    Constraints on distinct candidates would be written more simply for those with capacity one,
    and would then be wrong where the capacity gives way.
    """
    kept = [
        rule
        for rule in problem.constraints
        if not isinstance(rule, Lock) and getattr(rule, "penalty", None) is None
    ]
    n, m = problem.shape
    changes = {"constraints": kept, "headcount": np.maximum(problem.headcount, n)}
    if problem.loads is None:
        changes["capacity"] = np.maximum(problem.capacity, m)
    return problem.replace(**changes)


def helpful_pairs(problem: Problem) -> Listed:
    """Eligible pairs that help to keep a limit: the locked ones, and those that count for a floor.

    Returns
    -------
    Listed
        By the problem's own positions, sorted.
    """
    width = max(problem.shape[1], 1)
    locked = problem.locked[0] * width + problem.locked[1]
    needs_row, needs_col = problem.min_load_units > 0, problem.min_headcount > 0
    hard = [rows for rows in problem.rows if rows.penalty is None]

    def helps(rows: Ints, cols: Ints, scores: Floats) -> Mask:
        found = np.asarray(needs_row[rows] | needs_col[cols])
        for limit in hard:
            floor, ceiling = np.isfinite(limit.least), np.isfinite(limit.most)
            if floor.any():
                found = found | np.append(floor, False)[limit.group(rows, cols)]
            if limit.unit == "score" and ceiling.any():
                found = found | (np.append(ceiling, False)[limit.group(rows, cols)] & (scores < 0))
        return found

    keys, values = [locked], [problem.at(*problem.locked)]
    stored = problem.scores.stored
    if stored is not None:
        r, c = (np.asarray(axis, dtype=np.intp) for axis in stored.tocoo().coords)
        values.append(problem.at(r, c))
        keys.append(r * width + c)
        keep = helps(r, c, values[-1])
        keys[-1], values[-1] = keys[-1][keep], values[-1][keep]
    else:
        for rows, block in problem.blocks():
            wanted = helps(rows[:, None], np.arange(problem.shape[1])[None, :], block)
            r, c = np.nonzero(wanted & ~np.isnan(block))
            keys.append(rows[r] * width + c)
            values.append(block[r, c])
    every, scores = np.concatenate(keys), np.concatenate(values)
    every, scores = every[~np.isnan(scores)], scores[~np.isnan(scores)]
    every, first = np.unique(every, return_index=True)
    r, c = np.divmod(every, width)
    return Listed(every, r, c, scores[first], np.zeros(len(every), dtype=bool))


def limits_of_program(
    problem: Problem, families: Sequence[Family], rows: int, costs: dict[str, float]
) -> Limits:
    """All hard limits of a problem, with their rows in the program."""
    parts: list[tuple[Any, ...]] = []

    def add(name: str, role: str, source: int, place: Ints, row: Ints, limit: Floats,
            scale: Floats | float, cost: Floats | float, exact: bool,
            unit: str) -> None:  # fmt: skip
        n = len(place)
        parts.append((
            np.full(n, name, dtype=object), np.full(n, role, dtype=object), np.full(n, source),
            place, row, limit, np.broadcast_to(np.asarray(scale, dtype=np.float64), n),
            np.broadcast_to(cost * costs.get(name, 1.0), n), np.full(n, exact),
            np.full(n, unit, dtype=object),
        ))  # fmt: skip

    starts = np.cumsum([0] + [len(family.least) for family in families])
    hard = [k for k, rule in enumerate(problem.rows) if rule.penalty is None]
    scale = 1.0 if problem.loads is None else float(problem.loads.scale)
    sides = (
        (("min_load", problem.min_load_units), ("capacity", problem.capacity_units), scale),
        (("min_headcount", problem.min_headcount), ("headcount", problem.headcount), 1.0),
    )
    for k, (floor, ceiling, units) in enumerate(sides):
        for (name, ends), role in ((floor, "floor"), (ceiling, "ceiling")):
            at = np.arange(len(ends)) if role == "ceiling" else np.flatnonzero(ends > 0)
            add(name, role, k, at, starts[k] + at, ends[at].astype(float), units, 1 / units, True,
                "people" if k else "load")  # fmt: skip
    for family, start in zip(families[2:], starts[2:-1], strict=True):
        if family.origin is None:
            continue
        k = hard[family.origin]
        bound = problem.rows[k]
        for limit, role in ((family.least, "floor"), (family.most, "ceiling")):
            at = np.flatnonzero(np.isfinite(limit)).astype(np.intp)
            scales = np.broadcast_to(np.asarray(family.scale, dtype=np.float64), limit.shape)[at]
            size = scales
            if bound.unit in ("cost", "score"):
                size = np.where(limit[at] != 0, np.abs(limit[at]), size)
            add(family.name, role, 2 + k, at, start + at, limit[at], scales, 1 / size,
                bound.exact, bound.unit)  # fmt: skip
    apart = [place for place, family in enumerate(families) if family.name.startswith("Conflict ")]
    listed = [k for k, clash in enumerate(problem.apart) if len(clash.labels) and len(clash.first)]
    for k, place in zip(listed, apart, strict=True):
        clash = problem.apart[k]
        at = np.arange(len(clash.first))
        row = starts[place] + at * len(clash.labels)
        add(clash.name, "conflict", k, at, row, np.ones(len(at)), 1.0, 1.0, True, "pair")
    at = np.arange(len(problem.locked[0]))
    add("Lock", "lock", 0, at, rows + at, np.ones(len(at)), 1.0, 1.0, True, "pair")
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Limits(*columns)


def total_cost(limits: Limits, change: Floats) -> float:
    """What a repair costs."""
    moved = change > 0
    return math.fsum(limits.cost[moved] * change[moved])
