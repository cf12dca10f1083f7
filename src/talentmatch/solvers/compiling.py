"""From a problem to its master program: every limit and constraint as a family of rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.constraints.bound import Apart, Rows
from talentmatch.problem import Problem
from talentmatch.solvers.families import (
    Apartness,
    ByColumn,
    ByRow,
    Extra,
    Family,
    Group,
    Grouped,
    Presence,
    Scaled,
    ScaledByGroup,
    SinglesOnly,
    Unit,
    Use,
)
from talentmatch.solvers.master import Further, Master
from talentmatch.solvers.model import Model

__all__ = ["master_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]


def master_of(problem: Problem) -> Master:
    """The master program of a problem, without an objective yet."""
    further = Further()
    families: list[Family] = []
    load: Use = Unit() if problem.loads is None else Scaled(problem.loads.at)
    for name, ids, least, most, group, use in (
        ("capacity", problem.candidate_ids, problem.min_load_units, problem.capacity_units,
         ByRow(), load),
        ("headcount", problem.demand_ids, problem.min_headcount, problem.headcount,
         ByColumn(), Unit()),
    ):  # fmt: skip
        scale = problem.loads.scale if name == "capacity" and problem.loads is not None else 1
        low = np.where(least > 0, least.astype(np.float64), -np.inf)
        families.append(Grouped(name, ids, low, most.astype(np.float64), group, use, float(scale)))
    for k, rows in enumerate(problem.rows):
        if rows.unit in ("candidates", "demands"):
            families += _distinct(problem, rows, k, further)
        else:
            families.append(_summed(rows, k, further))
    for apart in problem.apart:
        families += _apart(problem, apart, further)
    master = Master(Model.of(problem), families, further)
    master.further_gains = np.zeros(len(further.lower))
    return master


def _summed(rows: Rows, origin: int, further: Further) -> Family:
    """A sum over the pairs of each group: pairs, load, cost or score."""
    use: Use = Unit() if rows.unit == "pairs" else Scaled(rows.use)
    at, column, value = _excess(rows, further)
    if rows.exact:
        return Grouped(
            rows.name, rows.labels, rows.least, rows.most, rows.group, use, float(rows.scale),
            (at, column, value), origin,
        )  # fmt: skip
    # Solvers keep rows to 1e-6; real-valued ones are scaled so that this is little of their limit.
    size = np.maximum(
        *(np.where(np.isfinite(end), np.abs(end), 0.0) for end in (rows.least, rows.most))
    )
    exponent = np.clip(14 - np.frexp(np.where(size > 0, size, 1.0))[1], 0, 30)
    factor = np.ldexp(1.0, exponent)
    return Grouped(
        rows.name, rows.labels, rows.least * factor, rows.most * factor, rows.group,
        ScaledByGroup(use, rows.group, factor), rows.scale * factor,
        (at, column, value * factor[at]), origin,
    )  # fmt: skip


def _excess(rows: Rows, further: Further) -> Extra:
    """Columns for what a soft limit is exceeded or missed by; none for a hard one."""
    if rows.penalty is None:
        none = np.empty(0, dtype=np.intp)
        return none, none, np.empty(0)
    over, under = np.flatnonzero(np.isfinite(rows.most)), np.flatnonzero(np.isfinite(rows.least))
    each = rows.penalty / rows.scale
    columns = further.add(len(over) + len(under), 0.0, np.inf, penalty=each)
    signs = np.concatenate((-np.ones(len(over)), np.ones(len(under))))
    return np.concatenate((over, under)), columns, signs


def _distinct(problem: Problem, rows: Rows, origin: int, further: Further) -> list[Family]:
    """Distinct candidates (or demands) per group: who may take several counts by a presence."""
    by_row = rows.unit == "candidates"
    singles = _singles(problem, by_row=by_row)
    total = Grouped(
        rows.name, rows.labels, rows.least, rows.most,
        SinglesOnly(rows.group, singles, by_row), Unit(), 1.0, _excess(rows, further),
        origin,
    )  # fmt: skip
    families: list[Family] = [total]
    presence, links = _presence(
        problem, rows.group, len(rows.labels), ~singles, further, by_row=by_row
    )
    if len(presence):
        groups = np.tile(np.arange(len(rows.labels)), len(presence) // len(rows.labels))
        at, column, value = total.extra
        total.extra = (
            np.concatenate((at, groups)),
            np.concatenate((column, presence)),
            np.concatenate((value, np.ones(len(presence)))),
        )
    return families + links


def _singles(problem: Problem, *, by_row: bool) -> Mask:
    """Which candidates take one demand at most (or demands one person)."""
    if not by_row:
        return np.asarray(problem.headcount <= 1)
    most = problem.capacity_units
    if problem.loads is None:
        return np.asarray(most <= 1)
    return np.zeros(len(most), dtype=bool)


def _presence(
    problem: Problem, group: Group, groups: int, several: Mask, further: Further, *, by_row: bool
) -> tuple[Ints, list[Family]]:
    """A 0/1 column per member that may stand several times in a group, and its links to pairs.

    The column is one exactly where a pair of that member in that group is chosen.
    """
    who = np.flatnonzero(several)
    if not len(who) or not groups:
        return np.empty(0, dtype=np.intp), []
    slot = np.full(len(several), -1, dtype=np.intp)
    slot[who] = np.arange(len(who))
    columns = further.add(len(who) * groups, 0.0, 1.0, whole=True)
    of_pair = Presence(group, slot, groups, by_row)
    partners = problem.shape[1 if by_row else 0]
    limit = problem.capacity_units if by_row else problem.headcount
    most = np.minimum(limit[who], partners) if problem.loads is None or not by_row else None
    size = np.repeat(np.full(len(who), partners) if most is None else most, groups)
    labels = pd.RangeIndex(len(columns))
    at = np.arange(len(columns))
    zeros, open_end = np.zeros(len(columns)), np.full(len(columns), np.inf)
    return columns, [
        Grouped("presence", labels, -open_end, zeros, of_pair, Unit(), 1.0,
                (at, columns, -np.maximum(size, 1).astype(np.float64))),
        Grouped("presence", labels, zeros, open_end, of_pair, Unit(), 1.0,
                (at, columns, -np.ones(len(columns)))),
    ]  # fmt: skip


def _apart(problem: Problem, apart: Apart, further: Further) -> list[Family]:
    """Conflicts of two candidates within the groups of the demands."""
    groups, count = len(apart.labels), len(apart.first)
    if not groups or not count:
        return []
    singles = _singles(problem, by_row=True)
    sides = np.column_stack((np.tile(np.arange(count), 2), np.append(apart.first, apart.second)))
    involved = np.zeros(len(singles), dtype=bool)
    involved[sides[:, 1]] = True
    several = involved & ~singles
    columns, links = _presence(
        problem, ByColumn(apart.of_demand), groups, several, further, by_row=True
    )
    place = np.cumsum(several) - 1
    many = sides[several[sides[:, 1]]]
    g = np.arange(groups)
    at = (many[:, :1] * groups + g).ravel()
    which = (place[many[:, 1]][:, None] * groups + g).ravel()
    people = problem.candidate_ids
    labels = pd.Index(
        [
            f"{people[a]} - {people[b]}: {label}"
            for a, b in zip(apart.first, apart.second, strict=True)
            for label in apart.labels
        ]
    )
    rows = count * groups
    family = Apartness(
        apart.name, labels, np.full(rows, -np.inf), np.ones(rows),
        sides[singles[sides[:, 1]]], apart.of_demand, groups,
        (at, columns[which] if len(columns) else at[:0], np.ones(len(at))),
    )  # fmt: skip
    return [*links, family]
