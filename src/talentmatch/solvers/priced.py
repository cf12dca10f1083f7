r"""The engine for everything that is no plain network: price, fix, and finish exactly.

1. *Price.* Solve the linear relaxation on few pairs, price every pair that was never formed, add
   what could improve it, and so on. The prices then bound every plan, formed or not:
   :math:`z \le L = \sum_k (b_k \pi_k^+ - a_k \pi_k^-) + \sum_{ij} \max(0, r_{ij}) + ...` with the
   reduced gains r.
2. *Fix.* A plan that uses a pair of reduced gain r < 0 is worth at most L + r. So once a plan of
   value z is known, pairs with r < z - L cannot be in a better one.
3. *Finish.* An integer program on the pairs that are left (HiGHS, in a process of its own) gives
   the best plan; it is the best of all when no pair left out could do better.

Where the linear relaxation is whole already the prices alone prove the plan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from talentmatch.errors import SolverError
from talentmatch.outcomes import Status, Stopped, is_closed
from talentmatch.solvers.clock import Clock
from talentmatch.solvers.master import Listed, Master
from talentmatch.solvers.mixed import warm_up, whole_plan
from talentmatch.solvers.neighbourhoods import around_point, neighbourhoods
from talentmatch.solvers.programs import MixedAnswer, Program
from talentmatch.solvers.sifting import Found, Sifting
from talentmatch.solvers.swapping import improved

__all__ = ["maximise"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_TRIES = 4  # times an integer program is asked for a plan that stays sound when rounded
_GOOD, _QUICK = 1e-5, 2.0  # gap and seconds of an integer program that only looks for a plan
_POOR = 1e-4  # a first plan farther from the bound than this is followed by rounding
_FEW, _MANY = 1500, 15_000  # pairs that one integer program settles soon, and hardly ever
_NEAR = 2500  # pairs opened in a neighbourhood
_SOME = 400  # least pairs in the first integer program
_BROKEN = "HiGHS's plans break the rows they were given"
# HiGHS is asked for so much of the gap. On three budgets nine tenths of 1e-4 took a fifth of the
# time that half of it took; of 1e-5 half took 30 s, and nine tenths were not reached in 60.
_WIDE, _NARROW, _CLOSE = 0.9, 0.5, 3e-5
_FAR = 1e3  # a reach of so many of the largest gain is followed by all pairs


def maximise(
    master: Master, clock: Clock, *, gap: float = 0.0, start: Ints | None = None,
    enough: float = math.inf,
) -> Found:  # fmt: skip
    """Find the best plan of a master program.

    Parameters
    ----------
    master : Master
        Rows, objective.
    clock : Clock
        Time limit and progress.
    gap : float
        Relative gap that is good enough.
    start : int array, optional
        Keys of pairs to list at once.
    enough : float
        A plan of this value need not be improved.
    """
    return _Run(master, clock, gap, enough).solve(start)


@dataclass(eq=False)
class _Run(Sifting):
    """A relaxation that is finished to a whole plan."""

    def solve(self, start: Ints | None) -> Found:
        stopped = Stopped.PROVED
        try:
            self.list_first(start)
            if not self.relax():
                return self.none("no plan meets all limits")
            if not self.is_closed() and not self.clock.late():
                self.finish()
            if not self.is_closed() and self.bound > -math.inf:
                late = self.best is None or self.clock.late()
                stopped = Stopped.TIME if late else Stopped.GAP
        except KeyboardInterrupt:
            stopped = Stopped.INTERRUPT
        except MemoryError:
            if self.best is None:
                raise
            stopped = Stopped.MEMORY
        if self.best is None:
            if stopped is Stopped.PROVED:
                return self.none("no plan of whole pairs meets all limits")
            words = "interrupted" if stopped is Stopped.INTERRUPT else "the time was up"
            return self.none(f"{words} before a plan was found", stopped)
        value, keys = self.best
        proved = is_closed(self.bound, value, self.largest)
        if stopped is Stopped.GAP and proved:
            stopped = Stopped.PROVED
        return Found(
            Status.OPTIMAL if proved else Status.FEASIBLE, stopped, keys, value,
            max(self.bound, value), self.prices, self.dual_bound, self.pairs.keys,
            rounds=self.rounds, scale=self.largest,
        )  # fmt: skip

    # ------------------------------------------------------------------ fix and finish

    def finish(self) -> None:
        """Integer programs on the pairs that can matter, until the best plan is proved."""
        warm_up()
        reach = self.first_plan()
        if self.best is not None and not self.is_closed():
            reach = self.search(reach)
        count, answer = -1, MixedAnswer("stopped", None, math.inf)
        while not (self.is_closed() or self.clock.late()):
            pairs = self.within(reach)
            if len(pairs) > count:  # over the same pairs the same program says the same
                count, answer = len(pairs), self.whole(self.master.program(pairs), pairs)
            if self.last_word(answer, reach, count):
                return
            needed, is_far = self.needed(), reach > _FAR * max(self.largest, 1e-300)
            if self.best is None:
                reach = math.inf if is_far or count >= _MANY else reach * 4.0
            elif needed > reach:
                reach = needed
            elif is_far:
                return  # no pair left out can better the plan, and HiGHS proves no more
            else:
                reach *= 4.0

    def within(self, reach: float) -> Listed:
        """The pairs that can be in a plan worth no less than the dual bound less the reach.

        With prices, an infinite reach takes every eligible pair, listed before or not.
        """
        if self.prices is None:
            return self.pairs
        keys = self.master.within(self.prices, self.pairs, reach, complete=self.complete)
        return self.master.listed(keys)

    def needed(self) -> float:
        """The reach beyond which no pair can better the plan."""
        gap = self.dual_bound - self.value
        return gap * (1 + 1e-9) + 1e-12 * self.largest

    def last_word(self, answer: MixedAnswer, reach: float, count: int) -> bool:
        """Lower the bound by what an integer program proves; whether nothing is left to prove."""
        has_all = reach == math.inf and self.prices is not None
        whole_listed = has_all or count >= self.count_all()
        # A plan with a pair left out is worth at most the dual bound less what that pair costs.
        rest = -math.inf if whole_listed else self.dual_bound - reach
        inside = -math.inf if answer.status == "infeasible" else answer.bound
        self.lower_bound(max(inside, rest, -math.inf if self.best is None else self.value))
        self.clock.report("finishing", self.rounds, count, self.value, self.bound)
        return whole_listed or self.prices is None

    def first_plan(self) -> float:
        """Some plan: from the pairs nearest to the relaxation, or by rounding it."""
        reach = self.first_reach()
        pairs = self.within(reach)
        if len(pairs) <= _MANY or self.point is None:
            answer = self.whole(self.master.program(pairs), pairs, quick=True)
            self.last_word(answer, reach, len(pairs))
        if self.point is None or self.is_closed() or self.clock.late():
            return reach
        if self.best is None or self.dual_bound - self.value > _POOR * abs(self.dual_bound):
            reduced = np.zeros(len(self.pairs))
            if self.prices is not None:
                reduced = self.master.reduced(self.pairs, self.prices)
            program, part = around_point(self.master, self.pairs, self.point, reduced, 4 * _NEAR)
            self.whole(program, part, quick=True)
            self.clock.report("rounding", self.rounds, len(part), self.value, self.bound)
        return reach

    def search(self, reach: float) -> float:
        """Better plans by neighbourhoods, where too many pairs can matter for one program."""
        needed = self.needed()
        pairs = self.within(needed)
        needed_count = len(pairs)
        if needed_count <= _FEW:
            return needed
        nearest = max(3 * len(self.plan_keys()), _FEW)
        if len(pairs) > nearest and self.prices is not None:
            reduced = np.sort(self.master.reduced(pairs, self.prices))
            near = self.within(max(-float(reduced[-nearest]), 0.0))
            pairs = self.master.listed(np.union1d(near.keys, self.plan_keys()))
        limit = self.clock.limit
        share = _QUICK * 5 if limit is None else limit * 0.96 - self.clock.seconds()
        if needed_count <= _MANY:
            share = min(share, _QUICK)
        until = self.clock.seconds() + share
        if not self.master.further.lower:
            self.swap(pairs, until if needed_count > _MANY else until - share / 2)

        def attempt(program: Program, part: Listed) -> bool:
            before = self.value
            self.whole(program, part, quick=True)
            self.clock.report("searching", self.rounds, len(part), self.value, self.bound)
            return self.value > before

        def go_on() -> bool:
            return not (self.is_closed() or self.clock.late() or self.clock.seconds() > until)

        neighbourhoods(self.master, pairs, lambda: self.plan_keys(), attempt, go_on, size=_NEAR)
        return self.needed()

    def swap(self, pairs: Listed, until: float) -> None:
        """Better the best plan by swaps among some pairs."""
        program = self.master.program(pairs)
        chosen = np.isin(pairs.keys, self.plan_keys())
        better = improved(
            program, chosen, self.prices,
            lambda: not self.clock.late() and self.clock.seconds() < until,
        )  # fmt: skip
        self.take(program, better.astype(np.float64), pairs)
        self.clock.report("swapping", self.rounds, len(pairs), self.value, self.bound)

    def plan_keys(self) -> Ints:
        """Keys of the best plan."""
        return np.empty(0, dtype=np.intp) if self.best is None else self.best[1]

    def whole(self, program: Program, pairs: Listed, *, quick: bool = False) -> MixedAnswer:
        """The best whole plan on some pairs; its bound is that of the rows as they are."""
        tight, first = program, None
        gap, limit = self.gap * (_WIDE if self.gap > _CLOSE else _NARROW), self.clock.left()
        if quick and not self.count_all() <= len(pairs):
            # A first plan only tells which pairs can matter: good is good enough.
            gap, limit = max(gap, _GOOD), min(_QUICK, math.inf if limit is None else limit)
        for _ in range(_TRIES):
            answer = whole_plan(tight, time_limit=limit, gap=gap, progress=self.told)
            first = first or answer
            if answer.values is None or self.take(program, answer.values, pairs):
                break
            # HiGHS keeps rows to 1e-6 before its answer is rounded; ask for so much more.
            over = self.master.broken(
                program, np.where(program.whole, np.round(answer.values), answer.values)
            )
            tight = replace(
                tight, most=tight.most - np.maximum(over, 0.0) * 1.001,
                least=tight.least - np.minimum(over, 0.0) * 1.001,
            )  # fmt: skip
        else:
            raise SolverError(_BROKEN)
        if answer.status == "infeasible" and tight is not program:
            # That narrower rows leave no plan proves nothing of the rows as they are.
            if self.best is None and not quick:
                raise SolverError(_BROKEN)
            answer = replace(answer, status="stopped")
        return replace(answer, bound=first.bound)

    def told(self, seconds: float) -> None:
        self.clock.report("finishing", self.rounds, len(self.pairs), self.value, self.bound)

    def first_reach(self) -> float:
        """A reach that keeps some hundred pairs beside those of the relaxation."""
        if self.prices is None:
            return math.inf
        own = np.sort(-self.master.reduced(self.pairs, self.prices))
        used = int((own <= 0).sum())
        at = min(len(own) - 1, max(_SOME, used + used // 4))
        floor = 1e-6 * max(self.largest, 1e-300)
        return max(float(own[at]), floor) if len(own) else floor

    def count_all(self) -> float:
        """How many eligible pairs there are, where that is known."""
        return len(self.pairs) if self.complete else math.inf
