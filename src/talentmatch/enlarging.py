"""A problem with more in it: copies of a candidate, one more slot, a higher limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.aims import Aim, ExpectedContracts
from talentmatch.amounts import Amounts
from talentmatch.constraints import Budget, Conflict, Constraint, Forbid, GroupLimit, TotalLimit
from talentmatch.constraints.bound import OfSide
from talentmatch.errors import ProblemError
from talentmatch.problem import Problem
from talentmatch.products import StoredPairs
from talentmatch.rules import Gate
from talentmatch.scores import Scores
from talentmatch.sides import Sides

__all__ = ["raised", "with_copies", "with_copies_in_aims", "with_room"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_CELLS = 2**25  # most costs that are spread out to pairs


@dataclass(frozen=True, eq=False)
class _Repeated:
    """Scores whose rows are rows of others, some of them several times."""

    scores: Scores
    origin: Ints

    @property
    def shape(self) -> tuple[int, int]:
        """Candidates, demands."""
        return len(self.origin), self.scores.shape[1]

    def block(self, rows: Ints) -> Floats:
        """Scores of some rows against all columns."""
        return np.array(self.scores.block(self.origin[rows]))

    def at(self, rows: Ints, cols: Ints) -> Floats:
        """Scores of single pairs, elementwise."""
        return np.array(self.scores.at(self.origin[rows], cols))


def with_copies(problem: Problem, candidate: Any, copies: int) -> tuple[Problem, Ints]:
    """The problem with copies of one candidate at the end, who need not be placed.

    A copy has the scores, eligibility, capacity, columns, groups, costs, forbids and conflicts of
    the candidate, but no floor and no lock. Where limits go by candidate_id a copy has a group of
    its own with the same ceiling.

    Parameters
    ----------
    problem : Problem
        The problem.
    candidate : id
        Who is copied.
    copies : int
        How often, at least once.

    Returns
    -------
    (Problem, int array)
        The larger problem, and of every row of it the row it comes from.

    Raises
    ------
    ProblemError
        The id is unknown, or a constraint cannot be extended to the copies.
    """
    n = problem.shape[0]
    row = problem.scores.position(candidate, "candidate")
    origin = np.append(np.arange(n), np.full(copies, row))
    ids = _longer(problem.candidate_ids, candidate, copies)
    table = problem.candidates
    if table is not None:
        table = table.iloc[origin].reset_index(drop=True)
        if "candidate_id" in table.columns:
            table["candidate_id"] = np.asarray(ids)
        else:
            table.insert(0, "candidate_id", np.asarray(ids))
    least: NDArray[Any] = np.array(problem.min_load)[origin]
    least[n:] = 0
    changes: dict[str, Any] = {
        "scores": _scores(problem.scores, origin, ids), "candidates": table,
        "capacity": np.asarray(problem.capacity)[origin], "min_load": least,
        "constraints": _extended(problem, candidate, origin, ids),
    }  # fmt: skip
    if problem._mask is not None:
        changes["eligible"] = problem._mask[origin]
    loads = problem.loads
    if loads is not None and loads.values.ndim == 2:
        changes["load"] = replace(loads, values=loads.values[origin])
    return problem.replace(**changes), origin


def with_copies_in_aims(aims: Sequence[Aim], origin: Ints, shape: tuple[int, int]) -> list[Aim]:
    """Extend what aims hold of every candidate."""
    found: list[Aim] = []
    for aim in aims:
        p = aim.p if isinstance(aim, ExpectedContracts) else None
        if isinstance(p, pd.DataFrame) or (p is not None and np.ndim(p) == 1):
            raise ProblemError("expected_contracts: give p as an array (candidates, demands)")
        if p is not None and sp.issparse(p):
            p = sp.csr_array(p)
        is_wide = getattr(p, "shape", ()) == shape
        found.append(replace(aim, p=p[origin]) if is_wide and p is not None else aim)
    return found


def with_room(problem: Problem, side: str, id: Any, amount: Any) -> Problem:
    """The problem with more capacity of a candidate, or more slots of a demand.

    Raises
    ------
    ProblemError
        The id is unknown, or the amount is none that a capacity or headcount can have.
    """
    if side == "demand":
        col = problem.scores.position(id, "demand")
        return problem.replace(headcount=_more(problem.headcount, 1, col, amount))
    row = problem.scores.position(id, "candidate")
    scale = 1 if problem.loads is None else problem.loads.scale
    return problem.replace(capacity=_more(problem.capacity_units, scale, row, amount))


def raised(problem: Problem, place: int, group: Any, amount: Any) -> Problem:
    """The problem with the ceiling of one group of one limit raised.

    Parameters
    ----------
    problem : Problem
        The problem.
    place : int
        Which of ``problem.rows``.
    group : label
        The group; None where there is one only.
    amount : number
        By how much, in the user's unit.

    Raises
    ------
    ProblemError
        There is no such group, it has no ceiling, or the amount does not fit its unit.
    """
    rules = list(problem.constraints)
    limits = [k for k, c in enumerate(rules) if isinstance(c, GroupLimit | TotalLimit | Budget)]
    rule = rules[limits[place]]
    assert isinstance(rule, GroupLimit | TotalLimit | Budget)
    rows = problem.rows[place]
    if group is None and len(rows.labels) > 1:
        raise ProblemError(f"{rows.name} has {len(rows.labels):,} groups; give group=")
    at = 0 if group is None else _place(rows.labels, group)
    if at < 0 or not len(rows.labels):
        known = ", ".join(map(repr, rows.labels[:5].tolist()))
        raise ProblemError(f"{rows.name} has no group {group!r}; groups look like {known}")
    if not np.isfinite(rows.most[at]):
        raise ProblemError(f"{rows.name} has no ceiling for {rows.labels[[at]].tolist()[0]!r}")
    ceiling = _sum(float(rows.most[at]), rows.scale, amount)
    label = rows.labels[[at]].tolist()[0]
    most: Any = ceiling
    if isinstance(rule.at_most, Mapping):
        most = {**rule.at_most, label: ceiling}
    elif isinstance(getattr(rule, "by", None), tuple):
        most = {(None, None): rule.at_most, label: ceiling}
    elif getattr(rule, "by", None) is not None:
        most = dict.fromkeys(rows.labels.tolist(), rule.at_most) | {label: ceiling}
    rules[limits[place]] = replace(rule, at_most=most)
    return problem.replace(constraints=rules)


def _place(labels: pd.Index, group: Any) -> int:
    """Where a group is; -1 where there is none."""
    try:
        at = labels.get_loc(group)
    except (KeyError, TypeError, ValueError):
        return -1
    return at if isinstance(at, int) else -1


def _sum(units: float, scale: int, amount: Any) -> Any:
    """A limit in solver units, and an amount in the user's, as an exact number of the user's."""
    total = Decimal(repr(units)) / scale + Decimal(str(amount))
    return int(total) if total == int(total) else total


def _more(units: NDArray[Any], scale: int, place: int, amount: Any) -> NDArray[np.object_]:
    found = np.empty(len(units), dtype=object)
    found[:] = [_sum(float(number), scale, 0) for number in units.tolist()]
    found[place] = _sum(float(units[place]), scale, amount)
    return found


def _longer(ids: pd.Index, candidate: Any, copies: int) -> pd.Index:
    """The ids with new ones at the end that are not there yet."""
    if pd.api.types.is_integer_dtype(ids.dtype):
        first = int(ids.max()) + 1
        if isinstance(ids, pd.RangeIndex) and ids.equals(pd.RangeIndex(len(ids))):
            return pd.RangeIndex(len(ids) + copies, name=ids.name)
        further: pd.Index = pd.Index([*ids.tolist(), *range(first, first + copies)], name=ids.name)
        return further
    known, new = set(ids.tolist()), list[str]()
    number = 2
    while len(new) < copies:
        name = f"{candidate} ({number})"
        number += 1
        if name not in known:
            new.append(name)
    longer: pd.Index = pd.Index([*ids.tolist(), *new], name=ids.name, dtype=object)
    return longer


def _scores(scores: Scores, origin: Ints, ids: pd.Index) -> Scores:
    stored = scores.stored
    if stored is None:
        return Scores(_Repeated(scores, origin), ids, scores.demand_ids)
    gates = [
        Gate(gate.name, lambda r, c, passes=gate.passes: passes(origin[r], c))  # type: ignore[misc]  # bound at once
        for gate in scores.gates
    ]
    return Scores(StoredPairs(stored[origin]), ids, scores.demand_ids, gates=gates)


def _extended(problem: Problem, candidate: Any, origin: Ints, ids: pd.Index) -> list[Constraint]:
    """Every constraint with the copies in it."""
    n = problem.shape[0]
    new = ids[n:].tolist()
    found: list[Constraint] = []
    rows = iter(problem.rows)
    for rule in problem.constraints:
        if isinstance(rule, Forbid):
            more = [(id, need) for who, need in rule.pairs if who == candidate for id in new]
            found.append(Forbid([*rule.pairs, *more]))
        elif isinstance(rule, Conflict):
            others = [b if a == candidate else a for a, b in rule.pairs if candidate in (a, b)]
            found.append(
                Conflict([*rule.pairs, *((id, b) for b in others for id in new)], by=rule.by)
            )
        elif isinstance(rule, GroupLimit | TotalLimit | Budget):
            bound = next(rows)
            if isinstance(rule, TotalLimit):
                found.append(rule)
                continue
            side = _side_of(bound.group)
            changes = _grouped(rule, problem, candidate, origin, ids, side)
            if isinstance(rule, Budget):
                changes |= _costed(rule, bound.use, problem, origin, ids, side)
            found.append(replace(rule, **changes))
        else:
            found.append(rule)
    return found


def _side_of(group: Any) -> str | None:
    """Whose values tell the group; None for both, or for one group of all."""
    return ("candidate" if group.on_rows else "demand") if isinstance(group, OfSide) else None


def _values(given: Any, problem: Problem, origin: Ints, ids: pd.Index) -> Any:
    """One value per candidate, with those of the copies; a column's come with the table."""
    if isinstance(given, str):
        return given
    if isinstance(given, pd.Series):
        place = given.index.get_indexer(problem.candidate_ids)
        taken = given.array.take(place[origin])
        return pd.Series(taken, index=pd.Index(np.asarray(ids)), name=given.name)
    return given[origin]


def _grouped(
    rule: GroupLimit | Budget, problem: Problem, candidate: Any, origin: Ints, ids: pd.Index,
    side: str | None,
) -> dict[str, Any]:  # fmt: skip
    """What groups the pairs, and the limits of groups that only copies are in."""
    by = rule.by
    changes: dict[str, Any] = {}
    if isinstance(by, tuple):
        changes["by"] = (_values(by[0], problem, origin, ids), by[1])
    elif side == "candidate":
        changes["by"] = _values(by, problem, origin, ids)
    if side is not None and isinstance(rule, GroupLimit):
        changes["side"] = side
    first = by[0] if isinstance(by, tuple) else by if side == "candidate" else None
    if not (isinstance(first, str) and first == "candidate_id"):
        return changes
    old, new = problem.candidate_ids.tolist(), ids[len(problem.candidate_ids) :].tolist()

    def copied(limits: Mapping[Any, Any]) -> dict[Any, Any]:
        out = dict(limits)
        for key, number in limits.items():
            if isinstance(by, tuple) and key[0] == candidate:
                out |= {(id, key[1]): number for id in new}
            elif not isinstance(by, tuple) and key == candidate:
                out |= dict.fromkeys(new, number)
        return out

    if isinstance(rule.at_most, Mapping):
        changes["at_most"] = copied(rule.at_most)
    floors = getattr(rule, "at_least", 0)  # a copy has none
    if not isinstance(floors, Mapping) and floors != 0:
        keys = [(id, None) for id in old] if isinstance(by, tuple) else old
        changes["at_least"] = dict.fromkeys(keys, floors)
    elif (
        isinstance(floors, Mapping) and isinstance(by, tuple) and any(k[0] is None for k in floors)
    ):
        raise ProblemError(f"{rule.name}: floors by any candidate_id cannot be extended to a copy")
    return changes


def _costed(
    rule: Budget, use: Any, problem: Problem, origin: Ints, ids: pd.Index, side: str | None
) -> dict[str, Any]:
    """What pairs cost, with the copies; spread out to pairs where a side could not be told."""
    cost: Any = rule.cost
    assert isinstance(use, Amounts)
    if isinstance(cost, pd.DataFrame):
        place = cost.index.get_indexer(problem.candidate_ids)[origin]
        return {"cost": cost.iloc[place].set_axis(pd.Index(np.asarray(ids)), axis=0), "side": side}
    if sp.issparse(cost) or getattr(cost, "ndim", 1) == 2:
        return {"cost": cost[origin], "side": side}
    if use.side is None:
        return {"side": side}
    if side in (None, use.side):
        if use.side == "candidate":
            cost = _values(cost, problem, origin, ids)
        return {"cost": cost, "side": use.side}
    n, m = len(origin), problem.shape[1]
    if isinstance(cost, str) and isinstance(rule.by, str):
        return {}  # columns are where they were
    if n * m > _CELLS:
        raise ProblemError(f"{rule.name}: its costs cannot be extended; give them as a matrix")
    sides = Sides(problem.candidate_ids, problem.demand_ids, problem.candidates, problem.demands)
    values = sides.values(cost, use.side, rule.name)[1]
    wide = values[origin][:, None] if use.side == "candidate" else values[None, :]
    return {"cost": np.broadcast_to(wide, (n, m)), "side": side}
