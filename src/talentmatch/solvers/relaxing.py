r"""Programs whose limits give way: which of them clash, and by how little they must be moved.

With a slack per limit, floors may be missed and ceilings exceeded at a cost:

.. math::
    \min \sum_k w_k t_k, \quad
    l_k - t_k \le \sum_{ij} a_{kij} x_{ij}, \quad
    \sum_{ij} a_{kij} x_{ij} \le h_k + t_k, \quad t \ge 0, \quad x_{ij} \in \{0, 1\}

Only pairs that help to meet a floor, a lock or a ceiling (by a negative score) are formed: any
other can be left out of a plan without harm, so nothing is lost. Soft limits never stand in the
way and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.errors import SolverError
from talentmatch.problem import Problem
from talentmatch.solvers.clock import Clock
from talentmatch.solvers.compiling import master_of
from talentmatch.solvers.linear import relaxed
from talentmatch.solvers.master import Listed
from talentmatch.solvers.mixed import whole_plan
from talentmatch.solvers.movable import Limits, helpful_pairs, limits_of_program, structure
from talentmatch.solvers.programs import Program

__all__ = ["Late", "Relaxation", "Repair"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]

_WHOLE = 1e-6  # how far from a whole number a solver's answer may be
_FEW = 2**14  # pairs among which a plan is looked for first
_TRIES = 4  # times an integer program is asked for a plan that stays sound when rounded
_WIDE = 2.0**30  # largest ratio of two costs that a solver is asked to tell apart


class Late(Exception):
    """The time is up."""


@dataclass(frozen=True, eq=False)
class Repair:
    """By how much every limit gives way, in the program's units, and a plan that then stands."""

    change: Floats
    values: Floats
    proved: bool


@dataclass(eq=False)
class Relaxation:
    """The program of a problem, every limit of which can be left out or moved.

    Parameters
    ----------
    problem : Problem
        The problem.
    costs : dict
        Cost per unit by name of the limit, where it is not the usual one.
    clock : Clock
        Time limit.
    """

    problem: Problem
    costs: dict[str, float]
    clock: Clock = field(default_factory=Clock)
    limits: Limits = field(init=False)
    pairs: Listed = field(init=False)

    def __post_init__(self) -> None:
        problem = self.problem
        self.pairs = helpful_pairs(problem)
        master = master_of(structure(problem))
        program = master.program(self.pairs, gains=False)
        keys = np.arange(len(self.pairs))
        locked = problem.locked[0] * max(problem.shape[1], 1) + problem.locked[1]
        at = np.searchsorted(self.pairs.keys, locked)
        near = np.minimum(at, max(len(keys) - 1, 0))
        known = self.pairs.keys[near] == locked if len(keys) else np.zeros(len(at), dtype=bool)
        lock_rows = sp.csr_array(
            (np.ones(known.sum()), (np.flatnonzero(known), near[known])),
            shape=(len(locked), program.shape[1]),
        )
        self.matrix = sp.csr_array(sp.vstack([program.matrix, lock_rows], format="csr"))
        self.least = np.append(program.least, np.full(len(locked), -np.inf))
        self.most = np.append(program.most, np.full(len(locked), np.inf))
        self.upper, self.whole = program.upper, program.whole
        self.limits = limits_of_program(problem, master.families, program.shape[0], self.costs)
        limits = self.limits
        for role, ends, none in (("floor", self.least, -np.inf), ("ceiling", self.most, np.inf)):
            ends[limits.row[limits.role == role]] = none
        for k in np.flatnonzero(limits.role == "conflict"):
            self.most[self.conflict_rows(int(k))] = np.inf
        self.is_network = (
            not problem.apart
            and problem.loads is None
            and not any(rows.penalty is None for rows in problem.rows)
        )

    def conflict_rows(self, member: int) -> slice:
        """The rows of a conflict: one per group of demands."""
        first = int(self.limits.row[member])
        groups = len(self.problem.apart[int(self.limits.source[member])].labels)
        return slice(first, first + groups)

    @property
    def can_bind(self) -> Mask:
        """Limits that some choice of pairs breaks."""
        above = sp.csr_array(self.matrix.maximum(0.0) @ sp.diags_array(self.upper))
        most = np.asarray(above.sum(axis=1)).ravel()
        limits = self.limits
        idle = (limits.role == "ceiling") & (most[limits.row] <= limits.limit)
        return np.asarray(~idle)

    def ends(self, active: Mask, change: Floats | None = None) -> tuple[Floats, Floats]:
        """Least and most of every row, where some limits hold, moved by so much."""
        limits, least, most = self.limits, self.least.copy(), self.most.copy()
        moved = np.zeros(len(limits)) if change is None else change
        low = active & ((limits.role == "floor") | (limits.role == "lock"))
        least[limits.row[low]] = limits.limit[low] - moved[low]
        high = active & (limits.role == "ceiling")
        most[limits.row[high]] = limits.limit[high] + moved[high]
        for k in np.flatnonzero(active & (limits.role == "conflict") & (moved == 0)):
            most[self.conflict_rows(int(k))] = 1.0
        return least, most

    # ------------------------------------------------------------------ is there a plan

    def plan(self, active: Mask, change: Floats | None = None) -> Floats | None:
        """Values of a plan that keeps some limits; None where there is none.

        Raises
        ------
        Late
            The time was up before either was known.
        """
        least, most = self.ends(active, change)
        rows = np.flatnonzero(np.isfinite(least) | np.isfinite(most))
        some = self.matrix[rows]
        k = len(self.pairs)
        wanted = np.zeros(self.matrix.shape[1], dtype=bool)
        wanted[k:] = True
        floors, ceilings = np.isfinite(least[rows]), np.isfinite(most[rows])
        for part, sign in ((some[floors], 1.0), (some[ceilings], -1.0)):
            wanted[part.indices[sign * part.data > 0]] = True
        columns = np.flatnonzero(wanted)
        several = [columns]
        if len(columns) > 2 * _FEW:  # a plan on some of the pairs is a plan, and soon found
            mixed = (columns * 2654435761) % 2**32
            several.insert(0, columns[(mixed < 2**32 * _FEW / len(columns)) | (columns >= k)])
        for listed in several:
            program = Program(
                np.zeros(len(listed)),
                np.zeros(len(listed)),
                self.upper[listed],
                sp.csr_array(some[:, listed]),
                least[rows],
                most[rows],
                self.whole[listed],
            )
            found = self._solved(program)
            if found is not None:
                values = np.zeros(self.matrix.shape[1])
                values[listed] = found[0]
                return values
        return None

    def _solved(self, program: Program) -> tuple[Floats, bool] | None:
        """The best values, and whether they are proved best; None where there are none."""
        if self.clock.late():
            raise Late
        answer = relaxed(program, time_limit=self.clock.left())
        if answer.status == "infeasible":
            return None
        if answer.status == "stopped":
            raise Late
        if answer.values is None:
            raise SolverError(f"the relaxation of the limits is {answer.status}")
        rounded = _rounded(program, answer.values)
        if np.abs(rounded - answer.values).max(initial=0.0) <= _WHOLE and _stands(program, rounded):
            return rounded, True
        tight = program
        for _ in range(_TRIES):
            mixed = whole_plan(tight, time_limit=self.clock.left())
            if mixed.status == "infeasible":
                return None
            if mixed.values is None:
                raise Late
            rounded = _rounded(program, mixed.values)
            if _stands(program, rounded):
                return rounded, mixed.status == "optimal"
            used = program.matrix @ rounded
            tight = replace(
                tight, most=tight.most - 1.001 * np.maximum(used - program.most, 0.0),
                least=tight.least + 1.001 * np.maximum(program.least - used, 0.0),
            )  # fmt: skip
        raise SolverError("HiGHS's plans break the rows they were given")

    # ------------------------------------------------------------------ which limits clash

    def suspects(self) -> Mask:
        """Limits among which there is a clash: the support of a Farkas vector, or all.

        All limits give way by the same t; at the least t the prices that are not zero are a
        vertex of the polytope of proofs, so that few limits carry the proof.
        """
        limits, bound = self.limits, self.can_bind
        least, most = self.ends(bound)
        low, high = np.zeros(len(least)), np.zeros(len(least))
        for k in np.flatnonzero(bound & (limits.role == "conflict")):
            high[self.conflict_rows(int(k))] = 1.0
        rate = np.where(limits.unit == "cost", np.maximum(np.abs(limits.limit), 1.0), limits.scale)
        up = bound & (limits.role == "ceiling")
        down = bound & ((limits.role == "floor") | (limits.role == "lock"))
        high[limits.row[up]] = rate[up]
        low[limits.row[down]] = rate[down]
        # One row per end, for floor and ceiling of one row give way in opposite directions.
        floors, ceilings = np.flatnonzero(np.isfinite(least)), np.flatnonzero(np.isfinite(most))
        t = np.concatenate((low[floors], -high[ceilings]))
        matrix = sp.hstack(
            [sp.vstack([self.matrix[floors], self.matrix[ceilings]]), sp.csr_array(t[:, None])],
            format="csr",
        )
        none = np.full(len(t), np.inf)
        gains = np.zeros(matrix.shape[1])
        gains[-1] = -1.0
        program = Program(
            gains, np.zeros(len(gains)), np.append(self.upper, np.inf), sp.csr_array(matrix),
            np.concatenate((least[floors], -none[len(floors):])),
            np.concatenate((none[: len(floors)], most[ceilings])),
            np.append(self.whole, False),
        )  # fmt: skip
        answer = relaxed(program, time_limit=self.clock.left())
        if answer.prices is None or -answer.objective <= 1e-9:
            return bound
        proof = np.abs(answer.prices) > 1e-9
        in_floor, in_ceiling = np.zeros((2, len(least)), dtype=bool)
        in_floor[floors[proof[: len(floors)]]] = True
        in_ceiling[ceilings[proof[len(floors) :]]] = True
        found = (down & in_floor[limits.row]) | (up & in_ceiling[limits.row])
        for k in np.flatnonzero(bound & (limits.role == "conflict")):
            found[k] = in_ceiling[self.conflict_rows(int(k))].any()
        return np.asarray(found)

    def irreducible(self, active: Mask) -> tuple[Mask, dict[int, Floats], bool]:
        """A clash none of whose limits can be left out, found by leaving out chunks.

        Parameters
        ----------
        active : bool array
            Limits that clash.

        Returns
        -------
        (bool array, dict of int to float array, bool)
            The clash; per limit of it a plan that keeps all others; whether the time was enough.
        """
        pool, needed = np.flatnonzero(active), np.empty(0, dtype=np.intp)
        plans: dict[int, Floats] = {}
        size = max(1, len(pool) // 2)
        try:
            while len(pool):
                size = min(size, len(pool))
                rest = np.zeros(len(active), dtype=bool)
                rest[needed] = rest[pool[size:]] = True
                values = self.plan(rest)
                if values is None:
                    pool, size = pool[size:], size * 2
                elif size == 1:
                    plans[int(pool[0])] = values
                    needed, pool = np.append(needed, pool[0]), pool[1:]
                else:
                    size = max(1, size // 4)
        except Late:
            needed = np.append(needed, pool)
        found = np.zeros(len(active), dtype=bool)
        found[needed] = True
        return found, plans, len(plans) == len(needed)

    # ------------------------------------------------------------------ the cheapest repair

    def cheapest(self, free: Mask, change: Floats | None = None) -> Repair | None:
        """The least cost at which the free limits give way; the others are moved as told.

        Raises
        ------
        Late
            The time was up before a plan was found.
        """
        limits, k = self.limits, self.matrix.shape[1]
        held = np.ones(len(limits), dtype=bool)
        least, most = self.ends(held, np.where(free, 0.0, 0.0 if change is None else change))
        who = np.flatnonzero(free)
        rows, columns, signs = [], [], []
        for column, member in enumerate(who.tolist()):
            if limits.role[member] == "conflict":
                at = np.arange(*self.conflict_rows(member).indices(len(least)))
            else:
                at = limits.row[[member]]
            rows.append(at)
            columns.append(np.full(len(at), column))
            sign = 1.0 if limits.role[member] in ("floor", "lock") else -1.0
            signs.append(np.full(len(at), sign))
        nothing = [np.empty(0, dtype=np.intp)]
        slack = sp.csr_array(
            (np.concatenate([np.empty(0), *signs]),
             (np.concatenate(nothing + rows), np.concatenate(nothing + columns))),
            shape=(len(least), len(who)),
        )  # fmt: skip
        cost = limits.cost[who]
        least_cost, most_cost = cost.min(initial=np.inf), cost.max(initial=0.0)
        factor = min(1.0 / least_cost, _WIDE / most_cost) if len(who) else 1.0
        to_zero = (limits.role[who] == "floor") & (limits.unit[who] != "score")
        top = np.where(to_zero, limits.limit[who], np.inf)
        top[limits.unit[who] == "pair"] = 1.0
        program = Program(
            np.concatenate((np.zeros(k), -cost * factor)),
            np.zeros(k + len(who)),
            np.concatenate((self.upper, top)),
            sp.csr_array(sp.hstack([self.matrix, slack], format="csr")),
            least, most,
            np.concatenate((self.whole, limits.role[who] == "conflict")).astype(bool),
        )  # fmt: skip
        found = self._solved(program)
        if found is None:
            return None
        values = found[0][:k]
        needed = self.needed(values)
        moved = np.where(free, needed, 0.0 if change is None else change)
        return Repair(moved, values, found[1])

    def needed(self, values: Floats) -> Floats:
        """By how much every limit must give way for a plan, in the program's units."""
        limits = self.limits
        used = self.matrix @ values
        mine = used[limits.row] if len(limits) else np.empty(0)
        out = np.where(limits.role == "ceiling", mine - limits.limit, limits.limit - mine)
        for k in np.flatnonzero(limits.role == "conflict"):
            out[k] = float((used[self.conflict_rows(int(k))] > 1.5).any())
        out = np.maximum(out, 0.0)
        rounding = 1e-9 * np.maximum(np.abs(limits.limit), 1.0)
        out[out <= rounding] = 0.0
        return np.where(limits.exact, np.round(out), out)

    def completed(self, values: Floats) -> Floats:
        """Values of pairs with the further columns that follow from them: who stands where."""
        k = len(self.pairs)
        out = values.copy()
        links = np.flatnonzero(np.isinf(self.most) & (self.least == 0))
        some = self.matrix[links]
        stands = some[:, :k] @ values[:k] > 0.5
        rows, columns = some[:, k:].tocoo().coords
        out[k + columns] = stands[rows]
        return out

    def chosen(self, values: Floats) -> tuple[Ints, Ints]:
        """A plan's pairs by the problem's positions."""
        taken = values[: len(self.pairs)] > 0.5
        return self.pairs.rows[taken], self.pairs.cols[taken]


def _rounded(program: Program, values: Floats) -> Floats:
    return np.where(program.whole, np.round(values), values)


def _stands(program: Program, values: Floats) -> bool:
    used = program.matrix @ values
    return not ((used > program.most + 1e-6).any() or (used < program.least - 1e-6).any())
