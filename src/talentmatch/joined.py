"""A problem's pairs by the join: its factors multiplied row by row, its rules asked on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talentmatch.joining import Found, Join, Listed, is_compiled
from talentmatch.problem import Problem
from talentmatch.rules import Gate

__all__ = ["JoinedPairs"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_FEWEST = 2**25  # pairs from which on the compiled join is worth its start


@dataclass(frozen=True, eq=False)
class JoinedPairs:
    """All pairs of a problem whose scores are sparse factors, in an order of its own.

    Attributes
    ----------
    problem : Problem
        Where they come from.
    rows, cols : int arrays
        The problem's positions in the order used here.
    join : Join
        The factors in that order.
    barred : Listed
        Pairs that are barred one by one.
    gates : tuple of Gate
        What bars pairs by rule.
    """

    problem: Problem
    rows: Ints
    cols: Ints
    join: Join
    barred: Listed
    gates: tuple[Gate, ...]

    @classmethod
    def of(
        cls, problem: Problem, rows: Ints, cols: Ints, locked: tuple[Ints, Ints] | None = None
    ) -> JoinedPairs | None:
        """None where the scores are no sparse factors, or few, or numba is not there.

        Parameters
        ----------
        problem : Problem
            The problem.
        rows, cols : int arrays
            Its positions in the order wanted.
        locked : tuple of int arrays, optional
            Pairs, in that order, that are barred as well.
        """
        if problem.shape[0] * problem.shape[1] < _FEWEST or not is_compiled():
            return None
        factors = problem.scores.factors
        if factors is None:
            return None
        n, m = problem.shape
        place, to = np.empty(n, np.intp), np.empty(m, np.intp)
        place[rows], to[cols] = np.arange(n), np.arange(m)
        at, to = place[problem.forbidden[0]], to[problem.forbidden[1]]
        if locked is not None:
            at, to = np.append(at, locked[0]), np.append(to, locked[1])
        order = np.lexsort((to, at))
        others = [gate for gate in problem.gates if gate.name != "Forbid"]
        gates = (*problem.scores.gates, *others)
        return cls(
            problem, rows, cols, Join(factors[0][rows], factors[1][cols]),
            Listed.of(at[order], to[order], n), gates,
        )  # fmt: skip

    def best(
        self, some: Ints, u: Floats, v: Floats, *, lowest: float = -np.inf, **asked: Any
    ) -> Found:
        """Look at all pairs of some rows that are not barred: see `Join.best` for the rest."""
        least = self.problem.min_score
        return self.join.best(
            some, u, v, lowest=lowest if least is None else max(lowest, float(least)),
            out=self.barred, passes=self.passes if self.gates else None, **asked,
        )  # fmt: skip

    def without(self, rows: Ints, cols: Ints) -> JoinedPairs:
        """The same, with further pairs barred, which come by row, then column, ascending."""
        known = np.repeat(np.arange(len(self.rows)), np.diff(self.barred.ends))
        at, to = np.append(known, rows), np.append(self.barred.columns.astype(np.intp), cols)
        if len(known):
            order = np.lexsort((to, at))
            at, to = at[order], to[order]
        return replace(self, barred=Listed.of(at, to, len(self.rows)))

    def within(self, cols: Ints) -> JoinedPairs:
        """Some columns only, ascending, which are then numbered from 0."""
        place = np.full(len(self.cols), -1)
        place[cols] = np.arange(len(cols))
        rows = np.repeat(np.arange(len(self.rows)), np.diff(self.barred.ends))
        to = place[self.barred.columns]
        inside = np.flatnonzero(to >= 0)
        left = Listed.of(rows[inside], to[inside], len(self.rows))
        join = Join(self.join.left, self.join.right[cols])
        return replace(self, cols=self.cols[cols], join=join, barred=left)

    def passes(self, rows: Ints) -> NDArray[np.bool_]:
        """Which pairs of some rows pass the rules."""
        at, cols = self.rows[rows][:, None], self.cols[None, :]
        sound = np.ones((len(rows), len(self.cols)), dtype=np.bool_)
        for gate in self.gates:
            sound &= gate.passes(at, cols)
        return sound
