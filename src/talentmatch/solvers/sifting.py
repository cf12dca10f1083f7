r"""Price: the linear relaxation over all pairs, most of which are never formed.

Solve it on few pairs, price every pair that was never formed, add what could improve it, and so
on. The prices then bound every plan, formed or not:
:math:`z \le L = \sum_k (b_k \pi_k^+ - a_k \pi_k^-) + \sum_{ij} \max(0, r_{ij}) + ...` with the
reduced gains r.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.errors import SolverError
from talentmatch.outcomes import Status, Stopped, is_closed, relative_gap
from talentmatch.solvers.clock import Clock
from talentmatch.solvers.cutting import cliques_broken
from talentmatch.solvers.linear import relaxed
from talentmatch.solvers.master import Listed, Master
from talentmatch.solvers.pricing import strongest_pairs
from talentmatch.solvers.programs import Program
from talentmatch.solvers.repricing import Repricing

__all__ = ["Found", "Sifting", "relaxation"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_FIRST = 20  # pairs per row and column to start with
_MORE = 16  # pairs per row and column added in a round
_ALL = 2**16  # below so many cells every eligible pair is listed at once
_WHOLE = 1e-6  # how far from a whole number a solver's answer may be
_NEARLY = 64.0  # share of the gap by which a pair may miss the prices and still be listed
_CUTS = 30  # rounds of cuts at most
_SLOW = 1e-6  # share of the bound that a round of cuts must gain at least


@dataclass(eq=False)
class Found:
    """What the engine found for one stage.

    Attributes
    ----------
    status, stopped : Status, Stopped
        See there.
    keys : int array
        Chosen pairs, ``row * n_demands + column`` in the model's order, locked ones included.
    value, bound : float
        Of the objective.
    prices : float array or None
        Of all rows, families in order.
    dual_bound : float
        What the prices alone prove.
    listed : int array
        Pairs ever formed.
    reason : str
        Why there is no plan.
    rounds : int
        Rounds of pricing.
    by_threshold : bool
        Whether the value is a score that no chosen pair falls below.
    scale : float
        The largest absolute gain.
    """

    status: Status
    stopped: Stopped
    keys: Ints
    value: float
    bound: float
    prices: Floats | None
    dual_bound: float
    listed: Ints
    reason: str = ""
    rounds: int = 0
    by_threshold: bool = False
    scale: float = 0.0


def relaxation(
    master: Master, clock: Clock, *, start: Ints | None = None, only: bool = False
) -> tuple[Found, Floats | None, Listed]:
    """Solve the linear relaxation over all pairs, and no integer program.

    With `only` the pairs of the start are listed at first, and no others.

    Returns
    -------
    (Found, float array or None, Listed)
        Infeasible, or the bound with its prices, and a plan where the relaxation is whole; its
        point, the further columns last, None where the time was up before; the pairs of the point.
    """
    run = Sifting(master, clock, 0.0, math.inf)
    if only and start is not None:
        run.pairs = master.listed(start)
    else:
        run.list_first(start)
    if not run.relax():
        return run.none("no plan meets all limits"), None, run.pairs
    value, keys = run.best or (math.nan, np.empty(0, dtype=np.intp))
    status = Status.NO_SOLUTION if run.best is None else Status.FEASIBLE
    stopped = Stopped.GAP if run.point is not None else Stopped.TIME
    found = Found(
        status, stopped, keys, value, run.bound, run.prices, run.dual_bound, run.pairs.keys,
        rounds=run.rounds,
    )  # fmt: skip
    return found, run.point, run.pairs


@dataclass(eq=False)
class Sifting:
    """The state of one relaxation: pairs listed, prices, bound, and a plan where it is whole."""

    master: Master
    clock: Clock
    gap: float
    enough: float
    rounds: int = 0
    complete: bool = False
    pairs: Listed = field(init=False)
    bound: float = math.inf
    dual_bound: float = math.inf
    prices: Floats | None = None
    point: Floats | None = None
    best: tuple[float, Ints] | None = None
    largest: float = 0.0
    cuts: int = 0
    height: float = math.inf  # the relaxation's value before the last cuts

    def none(self, reason: str, stopped: Stopped = Stopped.PROVED) -> Found:
        """What to return without a plan."""
        proved = stopped is Stopped.PROVED
        return Found(
            Status.INFEASIBLE if proved else Status.NO_SOLUTION, stopped,
            np.empty(0, dtype=np.intp), math.nan, -math.inf if proved else self.bound, None,
            -math.inf if proved else self.dual_bound, self.pairs.keys if self.rounds else
            np.empty(0, dtype=np.intp), reason, self.rounds,
        )  # fmt: skip

    # ------------------------------------------------------------------ price

    def list_first(self, start: Ints | None) -> None:
        """The best pairs of every row and column, or all where they are few."""
        model = self.master.model
        self.complete = (
            model.problem.scores.stored is not None or model.shape[0] * model.shape[1] <= _ALL
        )
        if self.complete:
            keys = self.master.everything()
        else:
            if model.joined is not None:
                rows, cols, _ = Repricing(model, model.joined, lambda rows: False).first(_FIRST)
            else:
                rows, cols = strongest_pairs(model, _FIRST, everything=False)
            keys = rows * model.shape[1] + cols
            if start is not None:
                keys = np.append(keys, start)
        self.pairs = self.master.listed(keys)

    def relax(self) -> bool:
        """Solve the linear relaxation over all pairs; False where it has no solution."""
        met, near = False, 0.0
        while True:
            self.rounds += 1
            if self.rounds > 1 and self.clock.late():
                return True
            program = self.master.program(self.pairs)
            most = float(np.abs(program.gains).max(initial=self.master.scale))
            self.largest = max(self.largest, most)
            answer = relaxed(program, time_limit=self.clock.left())
            if answer.status == "infeasible" and not met:
                if not self.reach():
                    return False
                met = True
                continue
            if answer.status == "stopped":
                return True
            if answer.status != "optimal" or answer.prices is None or answer.values is None:
                raise SolverError(f"the linear relaxation is {answer.status}")
            if self.point is not None and self.cut(answer.values, answer.objective):
                continue  # cut as long as it helps before every pair is priced again
            prices = self.master.sound(answer.prices)
            tolerance = 1e-11 * max(self.largest, 1e-300)
            found = self.master.price(
                prices, self.pairs, complete=self.complete, few=_MORE, near=near
            )
            # Pairs that nearly break the prices come along: else the last rounds add few each.
            near = max(found.bound - answer.objective, 0.0) / _NEARLY
            self.note(found.bound, prices)
            priced_out = found.worst <= tolerance
            if priced_out:
                self.take(program, answer.values)
            self.clock.report("pricing", self.rounds, len(self.pairs), self.value, self.bound)
            if priced_out:
                self.point = answer.values
                if self.cut(answer.values, answer.objective):
                    continue
                return True
            if self.clock.late():
                return True
            self.pairs = self.master.listed(np.union1d(self.pairs.keys, found.keys))

    def reach(self) -> bool:
        """List pairs until every floor can be met by fractions; False where none do."""
        while True:
            self.rounds += 1
            program = self.master.program(self.pairs, gains=False)
            answer = relaxed(_elastic(program), time_limit=self.clock.left())
            if answer.status == "stopped":
                return True
            if answer.prices is None or answer.values is None:
                raise SolverError(f"the relaxation of the limits is {answer.status}")
            rows = len(program.least)
            short = -answer.objective
            size = max(1.0, float(np.abs(program.least[np.isfinite(program.least)]).max(initial=0)))
            if short <= 1e-9 * size:
                return True
            prices = answer.prices[:rows]
            found = self.master.price(
                prices, self.pairs, complete=self.complete, few=_MORE, gains=False
            )
            if found.worst <= 1e-9:
                return False
            self.pairs = self.master.listed(np.union1d(self.pairs.keys, found.keys))

    def cut(self, point: Floats, height: float) -> bool:
        """Add the cuts that a point breaks, while cuts still lower the bound; whether any."""
        if self.is_closed() or self.clock.late():
            return False
        least = max(self.gap / 10, _SLOW) * abs(height)
        if self.cuts >= _CUTS or (self.cuts > 1 and self.height - height < least):
            return False
        family = cliques_broken(self.master, self.pairs, point[: len(self.pairs)])
        if family is None:
            return False
        self.master.families.append(family)
        if self.prices is not None:
            self.prices = np.append(self.prices, np.zeros(len(family.least)))
        self.cuts, self.height = self.cuts + 1, height
        return True

    @property
    def value(self) -> float:
        """The best plan's objective; nan without one."""
        return math.nan if self.best is None else self.best[0]

    def note(self, bound: float, prices: Floats) -> None:
        """Keep the best bound and its prices."""
        if bound < self.dual_bound:
            self.dual_bound, self.prices = bound, prices
        self.lower_bound(bound)

    def lower_bound(self, bound: float) -> None:
        """Take a bound that is proved."""
        if self.master.is_whole and math.isfinite(bound):
            bound = math.floor(bound + 1e-6 + 1e-9 * abs(bound))
        self.bound = min(self.bound, bound)

    def is_closed(self) -> bool:
        """Whether the best plan is good enough."""
        if self.best is None:
            return False
        value = self.best[0]
        if value >= self.enough or is_closed(self.bound, value, self.largest):
            return True
        return self.gap > 0 and relative_gap(self.bound, value, self.largest) <= self.gap

    def take(self, program: Program, values: Floats, pairs: Listed | None = None) -> bool:
        """Keep a solver's answer where it is whole, sound and better."""
        pairs = self.pairs if pairs is None else pairs
        k = len(pairs)
        whole = np.round(values[program.whole])
        if np.abs(values[program.whole] - whole).max(initial=0.0) > _WHOLE:
            return False
        values = values.copy()
        values[program.whole] = whole
        broken = np.abs(self.master.broken(program, values))
        if (broken > 1e-6).any():
            return False
        chosen = values[:k] > 0.5
        value = math.fsum(program.gains * values)
        if self.master.evaluate is not None:
            value = self.master.evaluate(pairs.rows[chosen], pairs.cols[chosen])
        if self.best is None or value > self.best[0]:
            self.best = value, pairs.keys[chosen]
        return True


def _elastic(program: Program) -> Program:
    """The same rows, each limit with a column for what breaks it; least breach wanted."""
    floors = np.flatnonzero(np.isfinite(program.least))
    ceilings = np.flatnonzero(np.isfinite(program.most))
    rows = np.concatenate((floors, ceilings))
    k = len(rows)
    signs = np.concatenate((np.ones(len(floors)), -np.ones(len(ceilings))))
    slack = sp.csr_array((signs, (rows, np.arange(k))), shape=(len(program.least), k))
    return Program(
        np.concatenate((np.zeros(len(program.gains)), -np.ones(k))),
        np.concatenate((program.lower, np.zeros(k))),
        np.concatenate((program.upper, np.full(k, np.inf))),
        sp.hstack([program.matrix, slack], format="csr"),
        program.least,
        program.most,
        np.concatenate((program.whole, np.zeros(k, dtype=bool))),
    )
