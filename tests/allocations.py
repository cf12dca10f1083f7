"""Allocations under every kind of limit, as plain values, and slow ways to their optimum.

`allocations` and `random_allocation` make cases, `brute_force` tries all plans, `by_highs` writes
an integer program of its own. `Allocation.problem` and `given` put the same in the library's words.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
import pandas as pd
import scipy.optimize as so
import scipy.sparse as sp
from hypothesis import strategies as st

SIDES = ("candidate", "demand")
AIMS = ("total", "filled", "bottleneck", "max_min", "coverage", "expected_contracts")


def exact(value: Any) -> Fraction:
    """A number as it is written: 0.1 is a tenth."""
    return Fraction(str(value))


def _is_missing(value: Any) -> bool:
    return value is None or value != value or (isinstance(value, str) and not value.strip())


# ---------------------------------------------------------------- what a case consists of


@dataclass(frozen=True)
class Labels:
    """The group of every candidate or demand; missing (None, nan, blank) is in no group."""

    side: str
    values: tuple[Any, ...]
    form: str = "column"  # column, array or series: how the library gets it
    name: str = ""  # of the column
    says_side: bool = True

    def given(self, ids: Sequence[Any]) -> Any:
        """The library's `by`."""
        if self.form == "column":
            return self.name
        values = np.empty(len(self.values), dtype=object)
        values[:] = self.values
        # by id, so the order must not matter
        return values if self.form == "array" else pd.Series(values, index=list(ids))[::-1]


By = Labels | tuple[Labels, Labels] | None


@dataclass(frozen=True)
class Cost:
    """What a pair costs, by candidate, by demand or by pair."""

    side: str  # candidate, demand or pair
    values: Any  # tuple of numbers, or (n, m) object array
    form: str = "array"  # column, array or series; array, sparse or frame where by pair
    name: str = ""
    says_side: bool = True


@dataclass(frozen=True)
class Rule:
    """A GroupLimit, Budget or TotalLimit (`by` is None); limits as the user gives them."""

    kind: str
    by: By = None
    at_most: Any = None
    at_least: Any = 0
    unit: str = "pairs"  # pairs, load, candidates, demands, score or cost
    penalty: float | None = None
    cost: Cost | None = None


@dataclass(frozen=True)
class Clash:
    """A Conflict: pairs of candidate positions, and groups of demands."""

    pairs: tuple[tuple[int, int], ...]
    by: Labels
    as_frame: bool = False


@dataclass
class Allocation:
    """An allocation as plain values; positions where the library has ids."""

    scores: np.ndarray
    capacity: np.ndarray
    headcount: np.ndarray
    min_load: np.ndarray
    min_headcount: np.ndarray
    loads: np.ndarray | None = None  # (n, m) Fractions
    load_form: str = "matrix"  # or frame; where all of a column are alike, array or column
    groups: list[Rule] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    locks: list[tuple[int, int]] = field(default_factory=list)
    forbids: list[tuple[int, int]] = field(default_factory=list)
    candidates: dict[str, list[Any]] = field(default_factory=dict)  # columns, ids among them
    demands: dict[str, list[Any]] = field(default_factory=dict)
    as_frame: bool = True  # scores with ids; tables then come in another order
    guided: bool = False  # a plan was known when the limits were set

    @property
    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows and columns of the pairs that may be chosen."""
        free = ~np.isnan(self.scores)
        for pair in self.forbids:
            free[pair] = False
        return np.nonzero(free)

    @property
    def size(self) -> float:
        """The largest number that a total is made of."""
        penalties = [rule.penalty for rule in self.groups if rule.penalty]
        return float(np.nanmax(np.abs(self.scores), initial=max(penalties, default=0.0)))

    def ids(self, side: str) -> list[Any]:
        """The ids of one side, in order."""
        return (self.candidates if side == "candidate" else self.demands)[f"{side}_id"]

    def problem(self) -> Any:
        """The library's Problem."""
        import talentmatch as tm

        people, needs = self.ids("candidate"), self.ids("demand")
        step = -1 if self.as_frame else 1
        tables = [pd.DataFrame(table)[::step] for table in (self.candidates, self.demands)]
        scores: Any = self.scores
        if self.as_frame:
            scores = pd.DataFrame(self.scores, index=people, columns=needs)
        more = {} if self.loads is None else {"load": self._load()}
        return tm.Problem(
            scores,
            *tables,
            capacity=self.capacity,
            headcount=self.headcount,
            min_load=self.min_load,
            min_headcount=self.min_headcount,
            constraints=self._constraints(),
            **more,
        )

    def _load(self) -> Any:
        """The library's `load`."""
        if self.load_form == "column":
            return "days"
        values = self.loads.astype(float)
        if self.load_form == "array":
            return values[0]
        if self.load_form == "frame":
            people, needs = self.ids("candidate"), self.ids("demand")
            return pd.DataFrame(values, people, needs).iloc[::-1]
        return values

    def _constraints(self) -> list[Any]:
        from talentmatch.constraints import Conflict, Forbid, Lock

        people, needs = self.ids("candidate"), self.ids("demand")
        found: list[Any] = [
            kind([(people[i], needs[j]) for i, j in pairs])
            for kind, pairs in ((Lock, self.locks), (Forbid, self.forbids))
            if pairs
        ]
        found += [self._constraint(rule) for rule in self.groups]
        for clash in self.clashes:
            pairs: Any = [(people[a], people[b]) for a, b in clash.pairs]
            if clash.as_frame:
                pairs = pd.DataFrame(pairs, columns=["first", "second"])
            found.append(Conflict(pairs, by=clash.by.given(needs)))
        return found

    def _constraint(self, rule: Rule) -> Any:
        from talentmatch.constraints import Budget, GroupLimit, TotalLimit

        more: dict[str, Any] = {"at_most": rule.at_most, "penalty": rule.penalty}
        if isinstance(rule.by, tuple):
            more["by"] = tuple(part.given(self.ids(part.side)) for part in rule.by)
        elif rule.by is not None:
            more["by"] = rule.by.given(self.ids(rule.by.side))
            if rule.by.says_side:
                more["side"] = rule.by.side
        if rule.cost is None:
            more |= {"at_least": rule.at_least, "unit": rule.unit}
            return (TotalLimit if rule.by is None else GroupLimit)(**more)
        cost = rule.cost
        if cost.side != "pair" and cost.says_side:
            more["side"] = cost.side
        if cost.form == "column":
            return Budget(cost.name, **more)
        if cost.side != "pair":
            values = list(cost.values)
            if cost.form == "series":
                return Budget(pd.Series(values, index=self.ids(cost.side))[::-1], **more)
            return Budget(np.array(values, dtype=float), **more)
        matrix: Any = cost.values.astype(float)
        if cost.form == "sparse":
            matrix = sp.csr_array(matrix)
        elif cost.form == "frame":
            matrix = pd.DataFrame(matrix, self.ids("candidate"), self.ids("demand")).iloc[::-1]
        return Budget(matrix, **more)

    def permuted(self, rows: Sequence[int], cols: Sequence[int]) -> Allocation:
        """The same allocation, its candidates and demands in another order."""
        order = {"candidate": list(rows), "demand": list(cols)}
        place = {side: {old: k for k, old in enumerate(new)} for side, new in order.items()}

        def labels(by: Any) -> Any:
            if isinstance(by, Labels):
                values = tuple(by.values[k] for k in order[by.side])
                return dataclasses.replace(by, values=values)
            return by if by is None else tuple(labels(part) for part in by)

        def cost(one: Cost | None) -> Cost | None:
            if one is None:
                return None
            if one.side == "pair":
                return dataclasses.replace(one, values=one.values[np.ix_(rows, cols)])
            return dataclasses.replace(one, values=tuple(one.values[k] for k in order[one.side]))

        def moved(pairs: Iterable[tuple[int, int]], *sides: str) -> list[tuple[int, int]]:
            a, b = sides
            return [(place[a][i], place[b][j]) for i, j in pairs]

        return dataclasses.replace(
            self,
            scores=self.scores[np.ix_(rows, cols)],
            capacity=self.capacity[rows],
            min_load=self.min_load[rows],
            headcount=self.headcount[cols],
            min_headcount=self.min_headcount[cols],
            loads=None if self.loads is None else self.loads[np.ix_(rows, cols)],
            groups=[
                dataclasses.replace(rule, by=labels(rule.by), cost=cost(rule.cost))
                for rule in self.groups
            ],
            clashes=[
                dataclasses.replace(
                    one,
                    pairs=tuple(moved(one.pairs, "candidate", "candidate")),
                    by=labels(one.by),
                )
                for one in self.clashes
            ],
            locks=moved(self.locks, *SIDES),
            forbids=moved(self.forbids, *SIDES),
            candidates={h: [v[k] for k in rows] for h, v in self.candidates.items()},
            demands={h: [v[k] for k in cols] for h, v in self.demands.items()},
        )


@dataclass(frozen=True)
class Goal:
    """An aim: its name as the library's string, and its arguments."""

    name: str
    tiers: str | None = None  # of total
    by: str = "enterprise_id"  # of coverage
    p: Any = 0.5  # of expected_contracts: float, (n, m), or None for the scores
    openings: Any = None  # of expected_contracts: None (one each), int or (m,)
    tolerance: float = 0.0

    def permuted(self, rows: Sequence[int], cols: Sequence[int]) -> Goal:
        """The same aim where candidates and demands are in another order."""
        p = self.p[np.ix_(rows, cols)] if np.ndim(self.p) else self.p
        openings = self.openings[list(cols)] if np.ndim(self.openings) else self.openings
        return dataclasses.replace(self, p=p, openings=openings)


Aim = str | Goal | Sequence["str | Goal"]


def given(aim: Aim) -> Any:
    """The same aim in the library's words."""
    from talentmatch import aims

    if isinstance(aim, str):
        return aim
    if not isinstance(aim, Goal):
        return [given(one) for one in aim]
    t = {"tolerance": aim.tolerance} if aim.tolerance else {}
    if aim.name == "total":
        return aims.Total(tiers=aim.tiers, **t)
    if aim.name == "coverage":
        return aims.Coverage(by=aim.by, **t)
    if aim.name == "expected_contracts":
        more = {} if aim.openings is None else {"openings": aim.openings}
        return aims.ExpectedContracts(aim.p, **more, **t)
    return {"filled": aims.Filled, "bottleneck": aims.Bottleneck, "max_min": aims.MaxMin}[aim.name](
        **t
    )


def _goals(aim: Aim) -> tuple[list[Goal], bool]:
    """The aims in order, and whether the total is still to follow.

    Expected contracts come last of all, without a total behind them.
    """
    several = [aim] if isinstance(aim, str | Goal) else list(aim)
    goals = [Goal(one) if isinstance(one, str) else one for one in several]
    names = [goal.name for goal in goals]
    assert "expected_contracts" not in names[:-1]
    return goals, "total" not in names and "expected_contracts" not in names


# ---------------------------------------------------------------- what a rule counts


def labels_of(by: By, shape: tuple[int, int]) -> np.ndarray:
    """The group of every pair, (n, m); None where in no group."""
    found = np.full(shape, None, dtype=object)
    for i, j in np.ndindex(shape):
        if by is None:
            found[i, j] = "all"
            continue
        parts = by if isinstance(by, tuple) else (by,)
        values = [part.values[i if part.side == "candidate" else j] for part in parts]
        if not any(map(_is_missing, values)):
            found[i, j] = tuple(values) if isinstance(by, tuple) else values[0]
    return found


def groups_of(by: By, shape: tuple[int, int]) -> list[tuple[Any, np.ndarray]]:
    """Every group with the pairs it holds, (n, m) bool."""
    labels = labels_of(by, shape)
    names = dict.fromkeys(label for label in labels.flat if label is not None)
    groups = []
    for name in names:
        held = np.zeros(shape, dtype=bool)
        for pair in np.ndindex(shape):
            held[pair] = labels[pair] == name
        groups.append((name, held))
    return groups


def limit_of(value: Any, label: Any) -> Fraction | None:
    """The limit of one group from a number for all, a dict or a Series; None where there is none.

    In keys that are tuples None stands for any value; the key that leaves least open counts.
    """
    if value is None:
        return None
    if not isinstance(value, dict | pd.Series):
        return exact(value)
    fits: dict[int, Fraction] = {}  # by how many values are left open
    for key, number in value.items():
        parts = zip(key, label, strict=True) if isinstance(key, tuple) else [(key, label)]
        if all((a is None and isinstance(key, tuple)) or a == b for a, b in parts):
            width = sum(a is None for a in key) if isinstance(key, tuple) else 0
            assert width not in fits, "two keys of one width: which is meant depends on the end"
            fits[width] = exact(number)
    return fits[min(fits)] if fits else None


def uses_of(allocation: Allocation, rule: Rule) -> np.ndarray | None:
    """What every pair adds to a limit, (n, m) Fractions; None where people or demands count."""
    shape = allocation.scores.shape
    found = np.full(shape, Fraction(1), dtype=object)
    if rule.unit in ("candidates", "demands"):
        return None
    if rule.unit == "load" and allocation.loads is not None:
        return allocation.loads
    for i, j in np.ndindex(shape):
        if rule.unit == "score":
            known = not np.isnan(allocation.scores[i, j])
            found[i, j] = exact(allocation.scores[i, j]) if known else Fraction(0)
        elif rule.cost is not None:
            at = {"candidate": i, "demand": j, "pair": (i, j)}[rule.cost.side]
            found[i, j] = exact(rule.cost.values[at])
    return found


def _whole(values: Any) -> tuple[np.ndarray, int]:
    """Fractions as whole numbers of a common unit, and how many such units make one."""
    listed = list(np.ravel(values))
    scale = math.lcm(*(value.denominator for value in listed))
    whole = [int(value * scale) for value in listed]
    assert sum(map(abs, whole)) < 2**62
    return np.array(whole, dtype=np.int64).reshape(np.shape(values)), scale


# ---------------------------------------------------------------- trying everything


@dataclass
class _Plans:
    """Many plans of one allocation at once: `chosen` is (plans, pairs) bool."""

    allocation: Allocation
    chosen: np.ndarray

    def __post_init__(self) -> None:
        self.rows, self.cols = self.allocation.pairs

    def used(self, rule: Rule, held: np.ndarray) -> tuple[np.ndarray, int]:
        """How much every plan uses of one group's limit, in whole numbers, and their scale."""
        inside = held[self.rows, self.cols]
        uses = uses_of(self.allocation, rule)
        if uses is None:
            of = self.rows if rule.unit == "candidates" else self.cols
            count = np.zeros(len(self.chosen), dtype=np.int64)
            for k in np.unique(of):
                count += self.chosen[:, inside & (of == k)].any(axis=1)
            return count, 1
        whole, scale = _whole(uses[self.rows, self.cols])
        return self.chosen[:, inside] @ whole[inside], scale

    def excess(self, rule: Rule) -> Iterable[tuple[np.ndarray, int]]:
        """Per group and plan, the units above the ceiling and below the floor; 0 where kept."""
        for label, held in groups_of(rule.by, self.allocation.scores.shape):
            used, scale = self.used(rule, held)
            ends = (limit_of(rule.at_most, label), limit_of(rule.at_least, label))
            both, fine = _whole([end or Fraction(0) for end in ends])
            over = np.zeros(len(used), dtype=np.int64)
            if ends[0] is not None:
                over += np.maximum(0, used * fine - int(both[0]) * scale)
            if ends[1]:  # a floor of 0 is none, for scores too
                over += np.maximum(0, int(both[1]) * scale - used * fine)
            yield over, scale * fine

    def sound(self) -> np.ndarray:
        """Which plans keep every hard limit."""
        a, x = self.allocation, self.chosen
        ok = np.ones(len(x), dtype=bool)
        loads = np.full(a.scores.shape, Fraction(1)) if a.loads is None else a.loads
        whole, scale = _whole(loads)
        weights = whole[self.rows, self.cols]
        for i in range(len(a.capacity)):
            mine = self.rows == i
            load = x[:, mine] @ weights[mine]
            ok &= (a.min_load[i] * scale <= load) & (load <= a.capacity[i] * scale)
        for j in range(len(a.headcount)):
            fill = x[:, self.cols == j].sum(axis=1)
            ok &= (a.min_headcount[j] <= fill) & (fill <= a.headcount[j])
        for i, j in a.locks:
            ok &= x[:, (self.rows == i) & (self.cols == j)].any(axis=1)
        for rule in a.groups:
            if rule.penalty is None:
                for over, _ in self.excess(rule):
                    ok &= over == 0
        for clash in a.clashes:
            for _, held in groups_of(clash.by, a.scores.shape):
                inside = held[self.rows, self.cols]
                for one, other in clash.pairs:
                    ok &= ~(
                        x[:, inside & (self.rows == one)].any(axis=1)
                        & x[:, inside & (self.rows == other)].any(axis=1)
                    )
        return ok

    def penalties(self) -> np.ndarray:
        """What every plan loses by soft limits that it breaks."""
        lost = np.zeros(len(self.chosen))
        for rule in self.allocation.groups:
            if rule.penalty is not None:
                for over, scale in self.excess(rule):
                    lost += rule.penalty * (over / scale)
        return lost

    def score(self, inside: np.ndarray | None = None) -> np.ndarray:
        """The sum of the scores of every plan, of some pairs only if told so."""
        values = self.allocation.scores[self.rows, self.cols]
        return self.chosen @ (values if inside is None else np.where(inside, values, 0.0))

    def tiers(self, column: str | None) -> list[np.ndarray]:
        """The pairs of every tier of demands, missing tiers last."""
        values = self.allocation.demands.get(column or "")
        if values is None:
            return [np.ones(len(self.cols), dtype=bool)]
        known = sorted({v for v in values if not _is_missing(v)})
        rank = [len(known) if _is_missing(v) else known.index(v) for v in values]
        return [np.array(rank, dtype=int)[self.cols] == k for k in sorted(set(rank))]

    def stages(self, goal: Goal) -> list[np.ndarray]:
        """The values of every plan in the stages of one aim, without a total that may follow."""
        a, x = self.allocation, self.chosen
        if goal.name == "total":
            parts = [self.score(tier) for tier in self.tiers(goal.tiers)]
            return [*parts[:-1], parts[-1] - self.penalties()]
        if goal.name == "filled":
            return [x[:, tier].sum(axis=1) for tier in self.tiers("priority")]
        if goal.name == "bottleneck":
            values = a.scores[self.rows, self.cols]
            return [x.sum(axis=1), np.where(x, values, np.inf).min(axis=1, initial=np.inf)]
        if goal.name == "max_min":
            sums = [self.score(self.cols == j) for j in np.unique(self.cols) if a.headcount[j] > 0]
            return [np.min(sums, axis=0) if sums else np.zeros(len(x))]
        if goal.name == "coverage":
            count = np.zeros(len(x), dtype=int)
            for _, held in groups_of(Labels("demand", tuple(a.demands[goal.by])), a.scores.shape):
                count += x[:, held[self.rows, self.cols]].any(axis=1)
            return [count]
        assert goal.name == "expected_contracts"
        chances = a.scores if goal.p is None else goal.p
        p = np.broadcast_to(chances, a.scores.shape)[self.rows, self.cols]
        openings = np.broadcast_to(1 if goal.openings is None else goal.openings, a.headcount.shape)
        contracts = np.zeros(len(x))
        for j in range(len(a.headcount)):
            mine = self.cols == j
            contracts += expected_contracts(np.where(x[:, mine], p[mine], 0.0), int(openings[j]))
        return [contracts]


def expected_contracts(p: np.ndarray, openings: int) -> np.ndarray:
    """E[min(openings, signatures)] of independent signatures, (plans, people) -> (plans,)."""
    chance = np.zeros((len(p), p.shape[1] + 1))  # of every number of signatures
    chance[:, 0] = 1.0
    for k in range(p.shape[1]):
        q = p[:, k : k + 1]
        chance[:, 1:] = chance[:, 1:] * (1 - q) + chance[:, :-1] * q
        chance[:, :1] *= 1 - q
    return chance @ np.minimum(openings, np.arange(p.shape[1] + 1))


def _all_stages(plans: _Plans, aim: Aim) -> list[tuple[np.ndarray, float]]:
    goals, total_follows = _goals(aim)
    found = [
        (values, 0.0 if goal.name == "bottleneck" and place == 0 else goal.tolerance)
        for goal in goals  # a bottleneck's number of pairs is held exactly
        for place, values in enumerate(plans.stages(goal))
    ]
    if total_follows:
        found += [(values, 0.0) for values in plans.stages(Goal("total"))]
    return found


def brute_force(allocation: Allocation, aim: Aim = "total") -> tuple[float, ...] | None:
    """The best value of every stage by trying all subsets of the pairs; None where none is sound.

    Each stage keeps the plans within its tolerance of its best, for the next to choose among.
    """
    k = len(allocation.pairs[0])
    assert k <= 16, "too many pairs to try"
    chosen = (np.arange(2**k)[:, None] >> np.arange(k)) % 2 == 1
    plans = _Plans(allocation, chosen)
    plans = _Plans(allocation, chosen[plans.sound()])
    if not len(plans.chosen):
        return None
    left = np.ones(len(plans.chosen), dtype=bool)
    bests = []
    for values, tolerance in _all_stages(plans, aim):
        best = float(values[left].max())
        bests.append(best)
        if math.isinf(best):
            left &= values == best
        else:
            tiny = 1e-10 * max(abs(best), float(np.abs(values[np.isfinite(values)]).max()))
            left &= values >= best - tolerance * abs(best) - tiny
    return tuple(bests)


def _one_plan(allocation: Allocation, plan: Iterable[tuple[int, int]]) -> _Plans:
    rows, cols = allocation.pairs
    wanted = set(plan)
    known = list(zip(rows.tolist(), cols.tolist(), strict=True))
    assert wanted <= set(known), "a pair that is not eligible"
    return _Plans(allocation, np.array([[pair in wanted for pair in known]], dtype=bool))


def is_sound(allocation: Allocation, plan: Iterable[tuple[int, int]]) -> bool:
    """Whether a plan, as positions, keeps every hard limit."""
    return bool(_one_plan(allocation, plan).sound()[0])


def values_of(
    allocation: Allocation, plan: Iterable[tuple[int, int]], aim: Aim = "total"
) -> tuple[float, ...]:
    """What a plan, as positions, is worth in every stage of an aim."""
    stages = _all_stages(_one_plan(allocation, plan), aim)
    return tuple(float(values[0]) for values, _ in stages)


# ---------------------------------------------------------------- an integer program


class _Program:
    """An integer program that grows: columns with bounds, rows of {column: coefficient}."""

    def __init__(self) -> None:
        self.columns: list[tuple[float, float, int]] = []
        self.rows: list[tuple[dict[int, float], float, float]] = []

    def column(self, low: float = 0.0, high: float = 1.0, whole: int = 1) -> int:
        self.columns.append((low, high, whole))
        return len(self.columns) - 1

    def row(self, terms: dict[int, float], low: float = -np.inf, high: float = np.inf) -> None:
        if terms or low > 0 or high < 0:
            self.rows.append((terms, low, high))

    def any_of(self, inside: list[int]) -> int:
        """A column that is 1 exactly where one of these is."""
        found = self.column()
        for k in inside:
            self.row({found: 1.0, k: -1.0}, low=0.0)
        self.row({**dict.fromkeys(inside, 1.0), found: -1.0}, low=0.0)
        return found

    def most(self, aim: dict[int, float]) -> np.ndarray | None:
        """A solution with the greatest sum; None where there is none."""
        if not self.columns:
            return None if self.rows else np.zeros(0)
        low, high, whole = (np.array(side, dtype=float) for side in zip(*self.columns, strict=True))
        c = np.zeros(len(low))
        c[list(aim)] = list(aim.values())
        entries = [(r, k, v) for r, row in enumerate(self.rows) for k, v in row[0].items()]
        at = np.array([entry[:2] for entry in entries], dtype=np.int32).reshape(-1, 2)
        table = sp.csr_array(
            ([entry[2] for entry in entries], (at[:, 0], at[:, 1])),
            shape=(len(self.rows), len(low)),
        )
        ends = [np.array([row[k] for row in self.rows], dtype=float) for k in (1, 2)]
        answer = so.milp(
            -c / (np.abs(c).max() or 1.0),  # HiGHS's tolerances are absolute
            constraints=so.LinearConstraint(table, *ends) if self.rows else None,
            integrality=whole,
            bounds=so.Bounds(low, high),
            options={"mip_rel_gap": 0.0},
        )
        assert answer.status in (0, 2), answer.message
        if answer.x is None:
            return None
        return np.where(whole > 0, np.round(answer.x), answer.x)


class _Written:
    """An allocation as an integer program."""

    def __init__(self, allocation: Allocation) -> None:
        self.a = a = allocation
        self.at_rows, self.at_cols = a.pairs
        self.program = program = _Program()
        held = set(a.locks)
        self.x = {
            (i, j): program.column(low=float((i, j) in held))
            for i, j in zip(self.at_rows.tolist(), self.at_cols.tolist(), strict=True)
        }
        self.is_barred = not held <= set(self.x)
        self.losses: dict[int, float] = {}
        load = Rule("GroupLimit", unit="load")
        loads = uses_of(a, load)
        for i in range(len(a.capacity)):
            terms = {k: float(loads[p]) for p, k in self.x.items() if p[0] == i}
            program.row(terms, float(a.min_load[i]), float(a.capacity[i]))
        for j in range(len(a.headcount)):
            terms = {k: 1.0 for p, k in self.x.items() if p[1] == j}
            program.row(terms, float(a.min_headcount[j]), float(a.headcount[j]))
        for rule in a.groups:
            for label, inside in groups_of(rule.by, a.scores.shape):
                self.limit(rule, label, inside)
        for clash in a.clashes:
            for _, inside in groups_of(clash.by, a.scores.shape):
                for pair in clash.pairs:
                    self.part(pair, inside)

    def inside(self, held: np.ndarray) -> dict[tuple[int, int], int]:
        return {pair: k for pair, k in self.x.items() if held[pair]}

    def limit(self, rule: Rule, label: Any, held: np.ndarray) -> None:
        """One group's row; a soft one may be broken by columns that the total pays for."""
        pairs, uses = self.inside(held), uses_of(self.a, rule)
        if uses is None:
            side = 0 if rule.unit == "candidates" else 1
            who = {pair[side] for pair in pairs}
            terms = {
                self.program.any_of([k for p, k in pairs.items() if p[side] == one]): 1.0
                for one in who
            }
            scale = 1
        else:
            whole, scale = _whole([uses[pair] for pair in pairs])
            terms = dict(zip(pairs.values(), whole.astype(float).tolist(), strict=True))
        most, least = limit_of(rule.at_most, label), limit_of(rule.at_least, label)
        for end, sign in ((most, -1.0), (least or None, 1.0)):
            if end is None:
                continue
            row = dict(terms)
            if rule.penalty is not None:
                slack = self.program.column(high=np.inf, whole=0)
                row[slack] = sign
                self.losses[slack] = rule.penalty / scale
            edge = float(end * scale)
            self.program.row(row, *((-np.inf, edge) if sign < 0 else (edge, np.inf)))

    def part(self, pair: tuple[int, int], held: np.ndarray) -> None:
        """Of two candidates at most one in the group."""
        first, second = ([k for p, k in self.inside(held).items() if p[0] == i] for i in pair)
        for a in first:
            for b in second:
                self.program.row({a: 1.0, b: 1.0}, high=1.0)

    def tiers(self, column: str | None) -> list[set[int]]:
        """The demands of every tier, missing last."""
        values = self.a.demands.get(column or "")
        if values is None:
            return [set(range(len(self.a.headcount)))]
        keys = [(True, 0) if _is_missing(v) else (False, v) for v in values]
        return [{j for j, own in enumerate(keys) if own == key} for key in sorted(set(keys))]

    def stages(self, goal: Goal) -> list[dict[int, float]]:
        """The sums that the stages of one aim maximise."""
        if goal.name == "total":
            found = [
                {k: float(self.a.scores[p]) for p, k in self.x.items() if p[1] in tier}
                for tier in self.tiers(goal.tiers)
            ]
            found[-1] |= {k: -loss for k, loss in self.losses.items()}
            return found
        if goal.name == "filled":
            return [
                {k: 1.0 for p, k in self.x.items() if p[1] in tier}
                for tier in self.tiers("priority")
            ]
        if goal.name == "coverage":
            groups = groups_of(
                Labels("demand", tuple(self.a.demands[goal.by])), self.a.scores.shape
            )
            return [{self.program.any_of(list(self.inside(g).values())): 1.0 for _, g in groups}]
        assert goal.name == "max_min", goal.name
        wanted = {j for _, j in self.x if self.a.headcount[j] > 0}
        if not wanted:
            return [{}]
        lowest = self.program.column(low=-np.inf, high=np.inf, whole=0)
        for j in wanted:
            row = {k: float(self.a.scores[p]) for p, k in self.x.items() if p[1] == j}
            self.program.row(row | {lowest: -1.0}, low=0.0)
        return [{lowest: 1.0}]


def by_highs(allocation: Allocation, aim: Aim = "total") -> tuple[float, ...] | None:
    """The best value of every stage by HiGHS; None where no plan is sound.

    Only total, filled, coverage and max_min. HiGHS's tolerances are absolute, about 1e-6: the
    numbers of the case must be coarser.
    """
    goals, total_follows = _goals(aim)
    written = _Written(allocation)
    if written.is_barred:
        return None
    staged = [(sums, goal.tolerance) for goal in goals for sums in written.stages(goal)]
    if total_follows:
        staged += [(sums, 0.0) for sums in written.stages(Goal("total"))]
    values = []
    for sums, tolerance in staged:
        answer = written.program.most(sums)
        if answer is None:
            assert not values, "a stage took away the plan of the stage before"
            return None
        value = math.fsum(weight * answer[k] for k, weight in sums.items())
        values.append(value)
        near = 1e-6 * max(1.0, abs(value))
        written.program.row(sums, low=value - tolerance * abs(value) - near)
    return tuple(values)


# ---------------------------------------------------------------- making cases


class _Choice(Protocol):
    def integer(self, low: int, high: int) -> int: ...
    def pick(self, options: Sequence[Any]) -> Any: ...
    def flag(self, chance: float) -> bool: ...


class _Drawn:
    """Choices by hypothesis, which makes them small where a test fails."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def integer(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.draw(st.integers(0, len(options) - 1))]

    def flag(self, chance: float) -> bool:
        return self.draw(st.integers(0, 99)) >= 100 * (1 - chance)


class _Rolled:
    """Choices by a seeded generator."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def integer(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.integer(0, len(options) - 1)]

    def flag(self, chance: float) -> bool:
        return bool(self.rng.random() < chance)


def _user(value: Fraction, money: bool = False) -> Any:
    """A number as a user writes it."""
    if value.denominator == 1:
        return int(value)
    return Decimal(str(float(value))) if money else float(value)


class _Maker:
    """Makes one allocation from choices; limits mostly lie close to what some plan uses."""

    def __init__(self, choose: _Choice, n: int, m: int, most_pairs: int, *, coarse: bool) -> None:
        self.c, self.n, self.m, self.coarse = choose, n, m, coarse
        self.shape = (n, m)
        scores = self.scores(most_pairs)
        self.guided = choose.flag(0.75)
        chance = min(0.45, 2.0 / m)
        self.plan = np.array(
            [[not np.isnan(v) and choose.flag(chance) for v in row] for row in scores], dtype=bool
        )
        self.candidates, self.demands = self.tables()
        self.unit_size = exact(float(np.nanmax(np.abs(scores), initial=0.0)) or 1.0)
        loads, form = self.loads()
        self.a = Allocation(
            scores,
            *(np.zeros(size, dtype=int) for size in (n, m, n, m)),
            loads=loads,
            load_form=form,
            candidates=self.candidates,
            demands=self.demands,
            as_frame=choose.flag(0.6),
            guided=self.guided,
        )
        self.sides()
        self.pairs()
        for _ in range(choose.pick((1, 2, 0, 2, 3, 4))):
            kind = choose.pick(("GroupLimit", "GroupLimit", "GroupLimit", "Budget", "TotalLimit"))
            self.a.groups.append(self.rule(kind))
        if n > 1 and choose.flag(0.25):
            self.clash()

    def scores(self, most_pairs: int) -> np.ndarray:
        c = self.c
        low, high, unit = c.pick(
            ((0, 1, 1), (1, 9, 1), (-3, 9, 1), (0, 100, 100), (-100, 100, 100), (1, 2, 1))
            + (() if self.coarse else ((0, 10**6, 10**6), (-(10**6), 10**6, 10**6)))
        )
        size = 1.0 if self.coarse else c.pick((1.0, 1.0, 1.0, 1e3, 1e-3))
        found = np.full(self.shape, np.nan)
        for pair in np.ndindex(self.shape):
            if not c.flag(0.15):
                found[pair] = round(c.integer(low, high) / unit * size, 9)
        known = [tuple(pair) for pair in np.argwhere(~np.isnan(found)).tolist()]
        while len(known) > most_pairs:
            found[known.pop(c.integer(0, len(known) - 1))] = np.nan
        return found

    def tables(self) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
        """Columns of both tables; a region holds enterprises; both sides have a team."""
        c, n, m = self.c, self.n, self.m
        blank = c.pick((None, None, "", " "))
        firms = [f"E{k}" for k in range(max(2, m // 3))]
        of_firm = {firm: c.pick(("north", "south")) for firm in firms}
        firm = [c.pick((*firms, *firms, blank)) for _ in range(m)]
        candidates = {
            "candidate_id": [f"C{k}" for k in range(n)],
            "team": [c.pick(("IT", "law", "IT", "law", blank)) for _ in range(n)],
            "level": [c.pick((1, 2, 3, 1, 2, None)) for _ in range(n)],
        }
        demands = {
            "demand_id": [f"D{k}" for k in range(m)],
            "enterprise_id": firm,
            "region": [of_firm.get(one, blank) for one in firm],
            "team": [c.pick(("IT", "law", "art", blank)) for _ in range(m)],
        }
        if c.flag(0.7):
            demands["priority"] = [c.pick((1, 2, 2, 3, None)) for _ in range(m)]
        return candidates, demands

    def loads(self) -> tuple[np.ndarray | None, str]:
        """Loads by pair or by demand, and the form in which the library gets them."""
        c = self.c
        if c.flag(0.6):
            return None, ""
        values = c.pick((("1", "2"), ("1", "2", "3"), ("0.5", "1"), ("0.25", "0.5", "1.5", "0.1")))
        found = np.full(self.shape, Fraction(1), dtype=object)
        if c.flag(0.5):
            for pair in np.ndindex(self.shape):
                found[pair] = Fraction(c.pick(values))
            return found, c.pick(("matrix", "frame"))
        for j in range(self.m):
            found[:, j] = Fraction(c.pick(values))
        form = c.pick(("matrix", "frame", "array", "column"))
        if form == "column":
            self.demands["days"] = [_user(value) for value in found[0]]
        return found, form

    def sides(self) -> None:
        c, a = self.c, self.a
        loads = uses_of(a, Rule("GroupLimit", unit="load"))
        for k, used in enumerate((loads * self.plan).sum(axis=1)):
            low, high = math.floor(used), math.ceil(used)
            a.capacity[k] = max(high, c.pick((1, 2, 3, 3, 4))) if self.guided else c.integer(0, 3)
            if c.flag(0.15):
                a.min_load[k] = min(low, 2) if self.guided else c.integer(0, a.capacity[k])
        if a.loads is not None and c.flag(0.3):
            a.capacity = a.capacity + 0.5
        for k, used in enumerate(self.plan.sum(axis=0).tolist()):
            a.headcount[k] = max(used, c.pick((1, 2, 3, 3, 0))) if self.guided else c.integer(0, 3)
            if c.flag(0.2):
                a.min_headcount[k] = used if self.guided else c.integer(0, a.headcount[k])

    def pairs(self) -> None:
        """Locks and forbids; where a plan guides, it keeps them."""
        c, a = self.c, self.a
        for chance, into, is_in in ((0.2, a.locks, True), (0.2, a.forbids, False)):
            options = [tuple(p) for p in np.argwhere(self.plan == is_in).tolist()]
            if not self.guided:
                options = list(np.ndindex(self.shape))
            if options and c.flag(chance):
                into.append(c.pick(options))

    def axis(self, side: str, *, alone: bool) -> Labels:
        c = self.c
        table = self.candidates if side == "candidate" else self.demands
        names = [h for h in table if h not in ("priority", "days") and not h.startswith("cost")]
        name = c.pick((*names[1:], *names))
        form = "column" if name == f"{side}_id" else c.pick(("column", "column", "array", "series"))
        needs = (form == "column" and name == "team") or form == "array"
        return Labels(side, tuple(table[name]), form, name, alone and (needs or c.flag(0.3)))

    def by(self) -> Labels | tuple[Labels, Labels]:
        if self.c.flag(0.3):
            return self.axis("candidate", alone=False), self.axis("demand", alone=False)
        return self.axis(self.c.pick(SIDES), alone=True)

    def rule(self, kind: str) -> Rule:
        c = self.c
        penalty = c.pick((0.05, 0.5, 1, 2.5, 10.0)) if c.flag(0.3) else None
        if penalty is not None and not self.coarse:
            penalty = penalty * float(self.unit_size)
        if kind == "Budget":
            cost, step = self.cost()
            by = self.by() if c.flag(0.4) else None
            if isinstance(by, Labels) and cost.side != "pair":
                if cost.side == by.side:  # one `side` says both
                    says = by.says_side or cost.says_side
                elif cost.form == "array" or by.form == "array" or by.name == "team":
                    by, says = None, cost.says_side
                else:
                    says = False
                cost = dataclasses.replace(cost, says_side=says)
                by = by and dataclasses.replace(by, says_side=says)
            rule = Rule(kind, by, unit="cost", penalty=penalty, cost=cost)
            most, _ = self.bounds(rule, step, "most")
            return dataclasses.replace(rule, at_most=most)
        unit = c.pick(("pairs", "pairs", "load", "candidates", "demands", "score"))
        rule = Rule(kind, self.by() if kind == "GroupLimit" else None, unit=unit, penalty=penalty)
        step = {"load": Fraction(1, 2), "score": self.unit_size}.get(unit, Fraction(1))
        most, least = self.bounds(rule, step, c.pick(("most", "most", "least", "both")))
        return dataclasses.replace(rule, at_most=most, at_least=least)

    def cost(self) -> tuple[Cost, Fraction]:
        """Costs in whole numbers, cents or, in plain arrays only, finer; and a step of limits."""
        c = self.c
        side = c.pick((*SIDES, "pair"))
        forms = ("array", "sparse", "frame") if side == "pair" else ("column", "series", "array")
        form = c.pick(forms)
        units = ["1", "1", "1000", "0.10", "0.01"] + ["0.123"] * (form in ("array", "sparse"))
        unit = Decimal(c.pick(units))
        is_money = form in ("column", "series") and c.flag(0.5)

        def price() -> Any:
            value = unit * c.integer(0, 9)
            whole = value == int(value)
            return int(value) if whole and not is_money else value if is_money else float(value)

        name = ""
        if side == "pair":
            values: Any = np.empty(self.shape, dtype=object)
            for pair in np.ndindex(self.shape):
                values[pair] = price()
        else:
            values = tuple(price() for _ in range(self.n if side == "candidate" else self.m))
            if form == "column":
                table = self.candidates if side == "candidate" else self.demands
                name = f"cost{len(self.candidates) + len(self.demands)}"
                table[name] = list(values)
        says = (form == "array" and self.n == self.m) or c.flag(0.3)
        return Cost(side, values, form, name, says), exact(unit)

    def bounds(self, rule: Rule, step: Fraction, which: str) -> tuple[Any, Any]:
        """A ceiling and a floor: one number for all groups, or some groups' own."""
        c, money = self.c, rule.unit == "cost"
        used = self.used(rule)
        if not used:
            return _user(step, money), 0
        most: dict[Any, Fraction] = {}
        least: dict[Any, Fraction] = {}

        def ceiling(use: Fraction) -> Fraction:
            start = use if self.guided else c.integer(0, 2) * step
            return max(Fraction(0), start + c.pick((0, 0, 0, 1, 2)) * step)

        def floor(use: Fraction, top: Fraction | None) -> Fraction:
            start = use - c.pick((0, 0, 1)) * step if self.guided else c.integer(0, 1) * step
            return max(Fraction(0), start if top is None else min(start, top))

        if rule.by is None or c.flag(0.5):  # one number for all
            top = ceiling(max(used.values())) if which != "least" else None
            low = floor(min(used.values()), top) if which != "most" else Fraction(0)
            if top is None and not low:  # a rule must limit something
                top = ceiling(max(used.values()))
            return None if top is None else _user(top, money), _user(low)
        if isinstance(rule.by, tuple) and c.flag(0.4):  # for all groups of one value
            side = c.integer(0, 1)
            value = c.pick(list(used))[side]
            key = (value, None) if side == 0 else (None, value)
            top = ceiling(max(use for label, use in used.items() if label[side] == value))
            tops = {key: _user(top, money)}
            if c.flag(0.4):  # one of the groups has its own
                label = c.pick(list(used))
                tops[label] = _user(ceiling(used[label]), money)
            return tops, 0
        for label, use in used.items():
            if which != "least" and c.flag(0.7):
                most[label] = ceiling(use)
            if which != "most" and c.flag(0.7):
                least[label] = floor(use, most.get(label))
        if not most and not any(least.values()):  # a rule must limit something
            most[label] = ceiling(use)
        tops: Any = {label: _user(value, money) for label, value in most.items()} or None
        if tops and isinstance(rule.by, Labels) and c.flag(0.2):
            tops = pd.Series(list(tops.values()), index=list(tops), dtype=object if money else None)
        lows = {label: _user(value) for label, value in least.items()}
        return tops, lows or 0

    def used(self, rule: Rule) -> dict[Any, Fraction]:
        """What the guiding plan uses, by group."""
        uses, found = uses_of(self.a, rule), {}
        for label, held in groups_of(rule.by, self.shape):
            inside = held & self.plan
            if uses is None:
                axis = 1 if rule.unit == "candidates" else 0
                found[label] = Fraction(int(inside.any(axis=axis).sum()))
            else:
                found[label] = sum(uses[inside].tolist(), Fraction(0))
        return found

    def clash(self) -> None:
        c = self.c
        by = self.axis("demand", alone=False)
        options = [(i, k) for i in range(self.n) for k in range(self.n) if i != k]
        if self.guided:
            groups = [self.plan & held for _, held in groups_of(by, self.shape)]
            options = [
                (i, k) for i, k in options if not any(g[i].any() and g[k].any() for g in groups)
            ]
        if options:
            pairs = dict.fromkeys(c.pick(options) for _ in range(c.integer(1, 3)))
            self.a.clashes.append(Clash(tuple(pairs), by, c.flag(0.3)))


@st.composite
def allocations(draw: st.DrawFn, most: int = 4, most_pairs: int = 11) -> Allocation:
    """Small allocations with all kinds of limits mixed; about four of five have a sound plan."""
    n, m = (most - draw(st.integers(0, most - 1)) for _ in SIDES)
    return _Maker(_Drawn(draw), n, m, most_pairs, coarse=False).a


def random_allocation(
    rng: np.random.Generator, n: int, m: int, most_pairs: int | None = None
) -> Allocation:
    """A case of any size with numbers coarse enough for `by_highs`."""
    return _Maker(_Rolled(rng), n, m, n * m if most_pairs is None else most_pairs, coarse=True).a


@st.composite
def goals(draw: st.DrawFn, allocation: Allocation, name: str, *, tolerant: bool = False) -> Goal:
    """An aim of one name with arguments that suit the allocation."""
    c = _Drawn(draw)
    n, m = allocation.scores.shape
    more: dict[str, Any] = {}
    if tolerant:
        more["tolerance"] = c.pick((0.0, 0.05, 0.125, 0.25, 0.5))
    if name == "total" and "priority" in allocation.demands and c.flag(0.6):
        more["tiers"] = "priority"
    if name == "coverage":
        more["by"] = c.pick(("enterprise_id", "enterprise_id", "region", "demand_id"))
    if name == "expected_contracts":
        known = allocation.scores[allocation.pairs]
        are_chances = bool(((known >= 0) & (known <= 1)).all())
        more["p"] = c.pick((0.5, 0.3, 0.0, 1.0, None) if are_chances else (0.5, 0.3, 0.0, 1.0))
        if c.flag(0.6):
            cells = [c.integer(0, 20) / 20 for _ in range(n * m)]
            more["p"] = np.array(cells).reshape(n, m)
        more["openings"] = c.pick((None, 1, 2))
        if c.flag(0.4):
            more["openings"] = np.array([c.integer(1, 3) for _ in range(m)])
    return Goal(name, **more)
