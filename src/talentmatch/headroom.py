"""What a plan leaves room for: which limits one more pair would break, and by how much."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talentmatch.checking import used
from talentmatch.constraints.bound import Rows
from talentmatch.decimals import spoken
from talentmatch.problem import Problem

__all__ = ["Headroom", "breaks", "said"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

_COUNTS = ("candidates", "demands")


class Headroom:
    """A plan's room within every limit, asked for pairs by position with broadcasting.

    Parameters
    ----------
    problem : Problem
        The limits.
    rows, cols : int arrays
        The plan by position.

    Examples
    --------
    >>> import numpy as np, talentmatch as tm
    >>> problem = tm.Problem([[0.9, 0.2], [0.8, 0.7]], constraints=[tm.TotalLimit(1)])
    >>> room = Headroom(problem, np.array([0]), np.array([0]))
    >>> room.in_capacity(np.array([0, 1]), np.array([1, 1])).tolist()
    [False, True]
    >>> room.words(1, 1)
    ['TotalLimit is full: 1 of 1']
    """

    def __init__(self, problem: Problem, rows: Ints, cols: Ints) -> None:
        self.problem, self.rows, self.cols = problem, rows, cols
        n, m = problem.shape
        self.filled = np.bincount(cols, minlength=m)
        self.load = np.bincount(rows, weights=self._loads(rows, cols), minlength=n)
        self.used = [used(limit, problem, rows, cols) for limit in problem.rows]
        self._members = [self._keys(limit) for limit in problem.rows]
        self._clashing = [self._clashes(k) for k in range(len(problem.apart))]

    def in_capacity(self, rows: Ints, cols: Ints) -> Bools:
        """Whether the candidates have so much capacity left."""
        fits: Bools = self.load[rows] + self._loads(rows, cols) <= self.problem.capacity_units[rows]
        return fits

    def within_limits(self, rows: Ints, cols: Ints, scores: Floats) -> Bools:
        """Whether no hard limit on groups, budget or conflict would be broken.

        Parameters
        ----------
        rows, cols : int arrays
            Positions of pairs that are not in the plan.
        scores : float array
            Their scores, shaped as the two broadcast.
        """
        fits = np.ones(scores.shape, dtype=bool)
        for k, limit in enumerate(self.problem.rows):
            if limit.penalty is None:
                fits &= ~self._beyond(k, *self._added(k, rows, cols, scores))
        for apart, keys in zip(self.problem.apart, self._clashing, strict=True):
            group = apart.of_demand[cols]
            key = np.where(group >= 0, rows * max(len(apart.labels), 1) + group, -1)
            fits &= ~np.isin(key, keys)
        return fits

    def penalty(self, rows: Ints, cols: Ints, scores: Floats) -> Floats:
        """What single pairs would add to the penalties of the soft limits, in units of the score.

        Parameters
        ----------
        rows, cols : int arrays
            Positions of pairs that are not in the plan.
        scores : float array
            Their scores, shaped as the two broadcast.
        """
        lost = np.zeros(scores.shape)
        for k, limit in enumerate(self.problem.rows):
            if limit.penalty is not None:
                lost += self._fine(k, *self._added(k, rows, cols, scores))
        return lost

    def words(self, row: int, col: int) -> list[str]:
        """Every hard limit that one more pair would break, with its numbers.

        Parameters
        ----------
        row, col : int
            Position of a pair that is not in the plan.
        """
        problem = self.problem
        person, need = problem.candidate_ids[row], problem.demand_ids[col]
        r, c = np.array([row]), np.array([col])
        scores = np.nan_to_num(problem.scores.at(r, c))
        found = []
        if not self.in_capacity(r, c)[0]:
            found.append(self._capacity(row, col))
        if self.filled[col] >= problem.headcount[col]:
            found.append(f"{need} is full: {self.filled[col]:,} of {problem.headcount[col]:,}")
        for k, limit in enumerate(problem.rows):
            if limit.penalty is None:
                group, more = self._added(k, r, c, scores)
                if self._beyond(k, group, more)[0]:
                    found.append(self._limit(k, int(group[0]), float(more[0]), person))
        for apart in problem.apart:
            at = int(apart.of_demand[col])
            for one, other in zip(apart.first.tolist(), apart.second.tolist(), strict=True):
                if at >= 0 and row in (one, other):
                    found += self._conflict(other if row == one else one, apart, at)
        return found

    def fines(self, row: int, col: int) -> list[str]:
        """Every soft limit that would cost more with one more pair, and how much.

        Parameters
        ----------
        row, col : int
            Position of a pair that is not in the plan.
        """
        r, c = np.array([row]), np.array([col])
        scores = np.nan_to_num(self.problem.scores.at(r, c))
        found = []
        for k, limit in enumerate(self.problem.rows):
            group, more = self._added(k, r, c, scores)
            if limit.penalty is not None and (cost := float(self._fine(k, group, more)[0])) > 0:
                name = _named(limit, int(group[0]))
                found.append(f"the penalty of {name} would grow by {cost:.3f}")
        return found

    def _loads(self, rows: Ints, cols: Ints) -> Floats:
        if self.problem.loads is None:
            return np.ones(np.broadcast_shapes(np.shape(rows), np.shape(cols)))
        return self.problem.loads.at(rows, cols)

    def _keys(self, limit: Rows) -> Ints:
        """Who is in which group already, where people or demands are counted."""
        if limit.unit not in _COUNTS:
            return np.empty(0, dtype=np.intp)
        group = limit.group(self.rows, self.cols)
        keys = self._member(limit, group, self.rows, self.cols)
        return np.unique(keys[group >= 0])

    def _member(self, limit: Rows, group: Ints, rows: Ints, cols: Ints) -> Ints:
        n, m = self.problem.shape
        one, width = (rows, n) if limit.unit == "candidates" else (cols, m)
        return np.asarray(group * max(width, 1) + one)

    def _clashes(self, k: int) -> Ints:
        """Candidates with groups where somebody is whom they do not go with."""
        apart, width = self.problem.apart[k], max(len(self.problem.apart[k].labels), 1)
        served: dict[int, set[int]] = {}
        for row, group in zip(self.rows.tolist(), apart.of_demand[self.cols].tolist(), strict=True):
            if group >= 0:
                served.setdefault(row, set()).add(group)
        keys = {
            kept_out * width + group
            for a, b in zip(apart.first.tolist(), apart.second.tolist(), strict=True)
            for kept_out, other in ((a, b), (b, a))
            for group in served.get(other, ())
        }
        return np.array(sorted(keys), dtype=np.intp)

    def _added(self, k: int, rows: Ints, cols: Ints, scores: Floats) -> tuple[Ints, Floats]:
        """The group of each pair, and what it adds there in solver units."""
        limit = self.problem.rows[k]
        group = limit.group(rows, cols)
        if limit.unit == "score":
            return group, np.nan_to_num(scores)
        if limit.unit in _COUNTS:
            member = self._member(limit, group, rows, cols)
            return group, np.where(np.isin(member, self._members[k]), 0.0, 1.0)
        return group, limit.use(rows, cols) if limit.use else np.ones(np.shape(group))

    def _beyond(self, k: int, group: Ints, more: Floats) -> Bools:
        """Whether so much more is above the ceiling, or so much less below the floor."""
        limit = self.problem.rows[k]
        after = np.append(self.used[k], 0.0)[group] + more
        above = (more > 0) & (after > np.append(limit.most, np.inf)[group])
        below = (more < 0) & (after < np.append(limit.least, -np.inf)[group])
        return np.asarray(above | below)

    def _fine(self, k: int, group: Ints, more: Floats) -> Floats:
        limit = self.problem.rows[k]
        before = np.append(self.used[k], 0.0)[group]
        most, least = np.append(limit.most, np.inf)[group], np.append(limit.least, -np.inf)[group]

        def excess(total: Floats) -> Floats:
            return np.asarray(np.maximum(total - most, 0.0) + np.maximum(least - total, 0.0))

        change: Floats = (excess(before + more) - excess(before)) * (limit.penalty or 0.0)
        return change / limit.scale

    def _capacity(self, row: int, col: int) -> str:
        problem = self.problem
        person, loads = problem.candidate_ids[row], problem.loads
        most, taken = int(problem.capacity_units[row]), int(self.load[row])
        if loads is None:
            return f"{person} is full: {taken:,} of {most:,}"
        left, whole = said(most - taken, loads.scale), said(most, loads.scale)
        takes = said(float(self._loads(np.array([row]), np.array([col]))[0]), loads.scale)
        return (
            f"{person} has {left} of {whole} capacity left, {problem.demand_ids[col]} takes {takes}"
        )

    def _limit(self, k: int, group: int, more: float, person: Any) -> str:
        limit, total = self.problem.rows[k], float(self.used[k][group])
        name = _named(limit, group)
        if more < 0:
            has, least = said(total, limit.scale), said(float(limit.least[group]), limit.scale)
            return f"{name} has score {has}, at least {least} required, {person} would add {more:g}"
        most = float(limit.most[group])
        whole = said(most, limit.scale)
        if limit.exact and total >= most:
            return f"{name} is full: {said(total, limit.scale)} of {whole}"
        left, takes = said(most - total, limit.scale), said(more, limit.scale)
        verb = "cost" if limit.unit == "cost" else "take"
        return f"{name} has {left} of {whole} left, {person} would {verb} {takes}"

    def _conflict(self, other: int, apart: Any, group: int) -> list[str]:
        problem = self.problem
        mine = self.cols[(self.rows == other) & (apart.of_demand[self.cols] == group)]
        if not len(mine):
            return []
        label, need = apart.labels[[group]].tolist()[0], problem.demand_ids[mine[0]]
        where = str(need) if label == need else f"{need} of {label}"
        return [f"a conflict with {problem.candidate_ids[other]}, who is on {where}"]


def breaks(problem: Problem, rows: Ints, cols: Ints, row: int, col: int) -> list[str]:
    """Which hard limits one more pair would break, in words with numbers in the user's unit.

    Parameters
    ----------
    problem : Problem
        The limits. A limit with a penalty is soft and never broken.
    rows, cols : int arrays
        The plan by position.
    row, col : int
        Position of the pair; it is not in the plan.

    Returns
    -------
    list of str
        Capacity, headcount, group limits, budgets, total limits and conflicts; empty where the
        pair could be added as it is. Whether it is eligible is not looked at: see `bars`.

    Examples
    --------
    >>> import numpy as np, talentmatch as tm
    >>> budget = tm.Budget([30_000, 30_000], 31_200, side="candidate")
    >>> problem = tm.Problem([[0.9, 0.2], [0.8, 0.7]], constraints=[budget])
    >>> breaks(problem, np.array([0]), np.array([0]), 1, 1)
    ['Budget array has 1,200 of 31,200 left, 1 would cost 30,000']
    """
    return Headroom(problem, rows, cols).words(row, col)


def said(units: float, scale: int) -> str:
    """Return a number of units as people write it, thousands apart.

    Examples
    --------
    >>> said(3000050.0, 100), said(5, 1)
    ('30,000.5', '5')
    """
    text = spoken(units, scale)
    return text if "e" in text or "n" in text else format(Decimal(text), ",")


def _named(limit: Rows, group: int) -> str:
    """The limit with its group, which is not named where it holds every pair."""
    label = limit.labels[[group]].tolist()[0]
    if len(limit.labels) == 1 and label == "all pairs":
        return limit.name
    words = " x ".join(map(str, label)) if isinstance(label, tuple) else str(label)
    return f"{limit.name} {words}"
