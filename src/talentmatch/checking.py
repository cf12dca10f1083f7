"""A naive second look at every result: each limit by counting, the bound from the prices alone."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.constraints.bound import Rows
from talentmatch.decimals import spoken
from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError
from talentmatch.problem import Problem

__all__ = ["Violation", "bars", "check", "penalties", "plan_frame", "used"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_CLOSE = 1e-9  # a stated score may differ so much, relative to its size, from the recomputed one
_WORDS = {
    "pairs": "has {} pairs", "load": "has load {}", "candidates": "has {} candidates",
    "demands": "has {} demands", "score": "has score {}", "cost": "costs {}",
}  # fmt: skip


@dataclass(frozen=True)
class Violation(Shown):
    """One broken rule of a plan.

    Parameters
    ----------
    rule : str
        ``"unknown id"``, ``"repeated pair"``, ``"not eligible"``, ``"score"``, ``"load"``,
        ``"capacity"``, ``"min_load"``, ``"headcount"``, ``"min_headcount"``, ``"lock"``,
        ``"group limit"``, ``"total limit"``, ``"budget"`` or ``"conflict"``.
    ids : tuple
        The candidate, the demand, or both; the group's label; or the two candidates in conflict.
    detail : str
        What is wrong, with numbers.

    Examples
    --------
    >>> import talentmatch as tm
    >>> str(tm.Violation("capacity", ("R1",), "has 2 demands, at most 1 allowed"))
    'capacity: R1: has 2 demands, at most 1 allowed'
    """

    rule: str
    ids: tuple[Any, ...]
    detail: str

    def __str__(self) -> str:
        return f"{self.rule}: {' - '.join(map(str, self.ids))}: {self.detail}"


def check(problem: Problem, pairs: pd.DataFrame) -> list[Violation]:
    """Verify a plan against its problem by plain counting, apart from every solver.

    Parameters
    ----------
    problem : Problem
        The limits. Soft ones, those with a penalty, are never violated.
    pairs : DataFrame
        candidate_id and demand_id, and optionally the score that is claimed, and the load where
        the problem has loads.

    Returns
    -------
    list of Violation
        Empty when the plan is sound.

    Raises
    ------
    ProblemError
        The frame lacks one of the two id columns.

    Examples
    --------
    >>> import pandas as pd, talentmatch as tm
    >>> problem = tm.Problem([[0.9, 0.2], [0.8, 0.7]])
    >>> plan = pd.DataFrame({"candidate_id": [0, 0], "demand_id": [0, 1]})
    >>> [str(violation) for violation in tm.check(problem, plan)]
    ['capacity: 0: has 2 demands, at most 1 allowed']
    """
    for name in ("candidate_id", "demand_id"):
        if name not in pairs.columns:
            raise ProblemError(f"the plan has no column {name!r}")
    listed = list(zip(pairs["candidate_id"].tolist(), pairs["demand_id"].tolist(), strict=True))
    rows = {id: k for k, id in enumerate(problem.candidate_ids.tolist())}
    cols = {id: k for k, id in enumerate(problem.demand_ids.tolist())}
    known = [pair for pair in listed if pair[0] in rows and pair[1] in cols]
    found = [
        Violation("unknown id", pair, "not in the problem")
        for pair in listed
        if pair[0] not in rows or pair[1] not in cols
    ]
    found += [
        Violation("repeated pair", pair, f"chosen {times} times")
        for pair, times in Counter(listed).items()
        if times > 1
    ]
    at = _positions(known, rows, cols)
    found += _eligibility(problem, known, at)
    for name in ("score", "load"):
        if name in pairs.columns:
            claimed = pd.to_numeric(pairs[name], errors="coerce").tolist()
            mine = [v for pair, v in zip(listed, claimed, strict=True) if _is_in(pair, rows, cols)]
            found += _claims(problem, name, known, at, mine)
    found += _capacity(problem, at)
    found += _limits(Counter(b for _, b in known), problem.demand_ids, problem.headcount,
                     problem.min_headcount, ("headcount", "min_headcount", "people"))  # fmt: skip
    inside = set(zip(at[0].tolist(), at[1].tolist(), strict=True))
    found += [
        Violation("lock", (problem.candidate_ids[i], problem.demand_ids[j]), "locked, not chosen")
        for i, j in zip(*(side.tolist() for side in problem.locked), strict=True)
        if (i, j) not in inside
    ]
    for limit in problem.rows:
        if limit.penalty is None:
            found += _groups(limit, used(limit, problem, *at))
    return [*found, *_conflicts(problem, *at)]


def plan_frame(problem: Problem, rows: Ints, cols: Ints) -> pd.DataFrame:
    """Return a plan by position as a table, demands in their order, best score first within each.

    Returns
    -------
    pandas.DataFrame
        candidate_id, demand_id, score, load.
    """
    scores = problem.at(rows, cols)
    order = np.lexsort((rows, -scores, cols))
    rows, cols = rows[order], cols[order]
    load: NDArray[np.int64] | Floats = np.ones(len(rows), dtype=np.int64)
    if problem.loads is not None:
        units, scale = np.asarray(problem.loads.at(rows, cols)), problem.loads.scale
        load = units.astype(np.int64) if scale == 1 else units / scale
    return pd.DataFrame(
        {
            "candidate_id": problem.candidate_ids.take(rows),
            "demand_id": problem.demand_ids.take(cols),
            "score": scores[order],
            "load": load,
        }
    )


def used(limit: Rows, problem: Problem, rows: Ints, cols: Ints) -> Floats:
    """What a plan uses of every group of a limit, pair by pair, in solver units.

    Parameters
    ----------
    limit : Rows
        The limit.
    problem : Problem
        Where its scores come from; a pair that is not eligible counts no score.
    rows, cols : int arrays
        The plan's pairs by position.

    Returns
    -------
    float64 array (groups,)
        Whole numbers where the limit is exact.

    Examples
    --------
    >>> import numpy as np, talentmatch as tm
    >>> from talentmatch.constraints import TotalLimit
    >>> problem = tm.Problem([[0.9, 0.2]], constraints=[TotalLimit(at_most=1)])
    >>> used(problem.rows[0], problem, np.array([0, 0]), np.array([0, 1])).tolist()
    [2.0]
    """
    groups = limit.group(rows, cols).tolist()
    totals: dict[int, float] = {}
    if limit.unit in ("candidates", "demands"):
        members = (rows if limit.unit == "candidates" else cols).tolist()
        totals.update(Counter(group for group, _ in set(zip(groups, members, strict=True))))
    else:
        use_of = limit.use or (lambda r, c: np.nan_to_num(problem.scores.at(r, c)))
        parts = defaultdict(list)
        for group, use in zip(groups, use_of(rows, cols).tolist(), strict=True):
            parts[group].append(int(use) if limit.exact else use)
        for group, numbers in parts.items():
            totals[group] = sum(numbers) if limit.exact else math.fsum(numbers)
    out = np.zeros(len(limit.labels))
    for group, total in totals.items():
        if group >= 0:
            out[group] = total
    return out


def penalties(problem: Problem, rows: Ints, cols: Ints) -> float:
    """What soft limits take from a plan's total, in units of the score.

    Parameters
    ----------
    problem : Problem
        The limits.
    rows, cols : int arrays
        The plan's pairs by position.

    Examples
    --------
    >>> import numpy as np, talentmatch as tm
    >>> from talentmatch.constraints import TotalLimit
    >>> soft = TotalLimit(at_most=1, penalty=0.5)
    >>> problem = tm.Problem([[0.9, 0.2]], constraints=[soft])
    >>> penalties(problem, np.array([0, 0]), np.array([0, 1]))
    0.5
    """
    lost = []
    for limit in problem.rows:
        if limit.penalty is not None:
            total = used(limit, problem, rows, cols)
            beyond = np.maximum(total - limit.most, 0.0) + np.maximum(limit.least - total, 0.0)
            lost.append(limit.penalty * (math.fsum(beyond) / limit.scale))
    return math.fsum(lost)


def _is_in(pair: tuple[Any, Any], rows: dict[Any, int], cols: dict[Any, int]) -> bool:
    return pair[0] in rows and pair[1] in cols


def _positions(
    pairs: list[tuple[Any, Any]], rows: dict[Any, int], cols: dict[Any, int]
) -> tuple[Ints, Ints]:
    return (
        np.array([rows[a] for a, _ in pairs], dtype=np.intp),
        np.array([cols[b] for _, b in pairs], dtype=np.intp),
    )


def _eligibility(
    problem: Problem, pairs: list[tuple[Any, Any]], at: tuple[Ints, Ints]
) -> list[Violation]:
    barred = np.flatnonzero(np.isnan(problem.at(*at))) if pairs else np.empty(0, dtype=np.intp)
    return [
        Violation("not eligible", pairs[k], "; ".join(bars(problem, at[0][k], at[1][k])))
        for k in barred.tolist()
    ]


def bars(problem: Problem, row: int, col: int) -> list[str]:
    """Name everything that bars one pair, by position; empty where it is eligible."""
    r, c = np.array([row]), np.array([col])
    gates = (*problem.scores.gates, *problem.gates)
    named = [gate.name for gate in gates if not gate.passes(r, c)[0]]
    raw = float(problem.scores.ungated(r, c)[0])
    if np.isnan(raw):
        named.append(problem.scores.missing_reason)
    elif problem.min_score is not None and raw < problem.min_score:
        named.append(f"score {raw:.3g} is below min_score {problem.min_score:g}")
    return named


def _claims(
    problem: Problem,
    name: str,
    pairs: list[tuple[Any, Any]],
    at: tuple[Ints, Ints],
    claimed: list[float],
) -> list[Violation]:
    if not pairs or (name == "load" and problem.loads is None):
        return []
    true = problem.scores.at(*at)
    if name == "load" and problem.loads is not None:
        true = problem.loads.at(*at) / problem.loads.scale
    return [
        Violation(name, pair, f"claimed {claim!r}, is {value!r}")
        for pair, claim, value in zip(pairs, claimed, true.tolist(), strict=True)
        if not math.isnan(value) and not abs(claim - value) <= _CLOSE * max(abs(value), 1e-300)
    ]


def _capacity(problem: Problem, at: tuple[Ints, Ints]) -> list[Violation]:
    """Demands of every candidate, or their load, against capacity and floor."""
    people, loads = problem.candidate_ids, problem.loads
    ids = people.tolist()
    if loads is None:
        counts = Counter(ids[i] for i in at[0].tolist())
        words = ("capacity", "min_load", "demands")
        return _limits(counts, people, problem.capacity, problem.min_load, words)
    total: Counter[int] = Counter()
    for i, units in zip(at[0].tolist(), loads.at(*at).tolist(), strict=True):
        total[i] += int(units)
    found = []
    most, least = problem.capacity_units.tolist(), problem.min_load_units.tolist()
    for i, (high, low) in enumerate(zip(most, least, strict=True)):
        has = f"has load {spoken(total[i], loads.scale)}"
        if total[i] > high:
            detail = f"{has}, at most {spoken(high, loads.scale)} allowed"
            found.append(Violation("capacity", (ids[i],), detail))
        if total[i] < low:
            detail = f"{has}, at least {spoken(low, loads.scale)} required"
            found.append(Violation("min_load", (ids[i],), detail))
    return found


def _groups(limit: Rows, total: Floats) -> Iterator[Violation]:
    """Groups that use more than their ceiling or less than their floor."""
    kind = limit.name.split()[0]
    rule = {"GroupLimit": "group limit", "TotalLimit": "total limit", "Budget": "budget"}[kind]
    for word, edge, sign in (("at most {} allowed", limit.most, 1.0),
                             ("at least {} required", limit.least, -1.0)):  # fmt: skip
        for k in np.flatnonzero(sign * total > sign * edge).tolist():
            beyond = abs(total[k] - edge[k])
            if not limit.exact and beyond <= _CLOSE * max(1.0, abs(edge[k])):
                continue
            label = limit.labels[[k]].tolist()[0]
            has = _WORDS[limit.unit].format(spoken(total[k], limit.scale))
            allowed = word.format(spoken(edge[k], limit.scale))
            ids = label if isinstance(label, tuple) else (label,)
            yield Violation(rule, ids, f"{has}, {allowed} ({limit.name})")


def _conflicts(problem: Problem, rows: Ints, cols: Ints) -> Iterator[Violation]:
    """Candidates in conflict who serve the same group of demands."""
    for apart in problem.apart:
        served = defaultdict(set)
        for i, j in zip(rows.tolist(), cols.tolist(), strict=True):
            if apart.of_demand[j] >= 0:
                served[i].add(int(apart.of_demand[j]))
        for a, b in zip(apart.first.tolist(), apart.second.tolist(), strict=True):
            for group in sorted(served[a] & served[b]):
                ids = tuple(problem.candidate_ids[[a, b]].tolist())
                label = apart.labels[[group]].tolist()[0]
                yield Violation("conflict", ids, f"both serve {label!r} ({apart.name})")


def _limits(
    used: Counter[Any],
    ids: pd.Index,
    most: Iterable[int],
    least: Iterable[int],
    words: tuple[str, str, str],
) -> list[Violation]:
    found = []
    for id, high, low in zip(ids.tolist(), most, least, strict=True):
        count = used.get(id, 0)
        if count > high:
            detail = f"has {count} {words[2]}, at most {high} allowed"
            found.append(Violation(words[0], (id,), detail))
        if count < low:
            detail = f"has {count} {words[2]}, at least {low} required"
            found.append(Violation(words[1], (id,), detail))
    return found
