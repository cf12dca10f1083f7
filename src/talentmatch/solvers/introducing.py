"""The search for introductions that bring most contracts, with a bound over all plans.

1. *Bound.* The linear relaxation of `Signing` bounds every plan; it is priced over all pairs.
2. *Cut.* At its point, cuts that hold for every plan (`contracts.level_cut`) bring the bound down.
3. *Plan.* Within plain limits the point is rounded and bettered by exchanges; under any other
   limit an integer program finds the plan.
4. *Finish.* Pairs that no better plan can use are left out; integer programs on the others, with
   cuts at every plan they come up with (Nemhauser and Wolsey 1981), close the gap where they can.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.constraints.bound import Everything
from talentmatch.contracts import greedy_introductions, improve
from talentmatch.outcomes import BROKEN_OFF, Status, Stopped, is_closed, relative_gap
from talentmatch.selecting import ColumnBest
from talentmatch.solvers.clock import Clock
from talentmatch.solvers.master import Listed, Master
from talentmatch.solvers.mixed import whole_plan
from talentmatch.solvers.priced import maximise
from talentmatch.solvers.programs import Program
from talentmatch.solvers.separating import cuts_at, cuts_off
from talentmatch.solvers.sifting import Found, relaxation
from talentmatch.solvers.signing import OWN, Cut, Cuts, Signing

__all__ = ["signed"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_FIRST = 10  # likeliest pairs of every demand to start with
_ROUNDS = 12  # of cuts
_GAIN = 1e-6  # least relative gain of a round of cuts
_SHARE = 0.03  # the same of the gap left
_LEAST = 2000  # pairs that a round of cuts begins with at least
_WHOLE = 1e-6  # how far from a whole number a solver's answer may be
_ROUNDING = 1e-13  # contracts; what sums of chances may be off by
_FINE = 2.0**12  # units in a contract, in integer programs
_PLANS = 300  # most integer programs
_MANY = 20_000  # most pairs of an integer program
_SPARE = 15.0  # seconds for integer programs where no time limit is given


def signed(
    stage: Signing, master: Master, clock: Clock, *, gap: float = 0.0, start: Ints | None = None,
    alone: bool = True,
) -> Found:  # fmt: skip
    """Find a good plan of introductions and bound all plans.

    Without a time limit the integer programs at the end take some 15 seconds at most, so on large
    problems a gap may be left: the status is then "feasible", and it stopped at the gap.

    Parameters
    ----------
    stage : Signing
        The aim, already put into the master.
    master : Master
        Rows, objective; cuts are added to its families.
    clock : Clock
        Time limit and progress.
    gap : float
        Relative gap that is good enough.
    start : int array, optional
        Keys of pairs to list at once.
    alone : bool
        Whether no earlier aim is held.

    Returns
    -------
    Found
        Its prices are those of the master's families, the cuts among them.
    """
    return _Search(stage, master, clock, gap, _plain_limit(stage, alone)).solve(start)


def _plain_limit(stage: Signing, alone: bool) -> float:
    """Most introductions of all where capacities and headcounts are the only other limits.

    nan where there are locks, floors, loads, conflicts, held aims, or limits of any other kind.
    """
    problem, most = stage.problem, math.inf
    if not alone or problem.has_floors_or_locks or problem.apart or problem.loads is not None:
        return math.nan
    for rows in problem.rows:
        if rows.penalty is not None:
            continue  # what breaks a soft limit costs no contracts
        is_total = isinstance(rows.group, Everything) and rows.unit == "pairs"
        if not is_total or np.isfinite(rows.least).any():
            return math.nan
        most = min(most, float(rows.most.min(initial=math.inf)))
    return most


@dataclass(eq=False)
class _Search:
    stage: Signing
    master: Master
    clock: Clock
    gap: float
    at_most: float
    pairs: Listed = field(init=False)
    seen: Listed = field(init=False)
    cuts: list[Cut] = field(default_factory=list)
    best: tuple[float, Ints] | None = None
    bound: float = math.inf
    prices: Floats = field(default_factory=lambda: np.empty(0))
    dual_bound: float = math.inf
    rounds: int = 0
    stopped: Stopped = Stopped.GAP

    def solve(self, start: Ints | None) -> Found:
        self.pairs = self.seen = self.master.listed(np.empty(0, dtype=np.intp))
        try:
            missing = self.tighten(start)
            if missing is None and self.best is None:
                missing = self.first_plan()
            if missing is not None:
                return missing
            if self.stopped is Stopped.GAP:
                self.finish()
        except KeyboardInterrupt:
            self.stopped = Stopped.INTERRUPT
        stopped = self.stopped
        if self.best is None:
            return Found(
                Status.NO_SOLUTION, stopped, np.empty(0, dtype=np.intp), math.nan, self.bound,
                None, self.dual_bound, self.seen.keys, "interrupted before a plan was found",
                self.rounds,
            )  # fmt: skip
        value, keys = self.best
        if self.bound - value <= _ROUNDING:
            self.bound = value
        proved = is_closed(self.bound, value, 0.0)
        if proved and stopped not in BROKEN_OFF:
            stopped = Stopped.PROVED
        elif stopped is Stopped.GAP and self.clock.late():
            stopped = Stopped.TIME
        return Found(
            Status.OPTIMAL if proved else Status.FEASIBLE, stopped, keys, value,
            max(self.bound, value), self.padded(), self.dual_bound, self.seen.keys,
            rounds=self.rounds,
        )  # fmt: skip

    # ------------------------------------------------------------------ bound and cut

    def tighten(self, start: Ints | None) -> Found | None:
        """Relax, round, cut, again and again; what is found where there is no plan at all."""
        keys = self.likeliest()
        keys = keys if start is None else np.union1d(keys, start)
        for k in range(_ROUNDS + 1):
            before = self.dual_bound
            found, point, self.pairs = relaxation(self.master, self.clock, start=keys, only=k > 0)
            self.rounds += found.rounds
            self.seen = self.master.listed(np.union1d(self.seen.keys, self.pairs.keys))
            if found.status is Status.INFEASIBLE:
                return found
            if found.prices is not None:
                self.note(found.dual_bound, found.prices)
            elif not len(self.prices):
                self.without_prices()
            if len(found.keys):
                self.offer(found.keys)
            self.round_off(point)
            self.report("cutting")
            if point is None or self.is_closed() or self.clock.late():
                break
            if before - self.dual_bound < self.little():
                break
            keys = self.promising(found.prices)
            if not self.add(cuts_off(self.stage, self.cuts, self.pairs, point[: len(self.pairs)])):
                break
        return None

    def little(self) -> float:
        """A gain of the bound that is not worth another round."""
        left = 0.0 if self.best is None else self.dual_bound - self.value
        return max(_GAIN * abs(self.dual_bound), _SHARE * left)

    def promising(self, prices: Floats | None) -> Ints:
        """Keys of the pairs to begin the next round with: pricing brings the others back."""
        size = max(_LEAST, 4 * sum(self.stage.problem.shape))
        if prices is None or len(self.pairs) <= size:
            return self.pairs.keys
        best = np.argsort(-self.master.reduced(self.pairs, prices), kind="stable")[:size]
        return np.sort(self.pairs.keys[best])

    def likeliest(self) -> Ints:
        """Keys of the likeliest pairs of every demand: the scores may rank others first."""
        model, best = self.master.model, ColumnBest(_FIRST)
        for rows, block in model.blocks():
            at, cols = model.row_order[rows][:, None], model.col_order[None, :]
            p = np.broadcast_to(self.stage.chance(at, cols, block), block.shape)
            best.add(rows, np.where(np.isnan(block), np.nan, p))
        r, c, _ = best.pairs()
        return np.asarray(r * model.shape[1] + c, dtype=np.intp)

    def note(self, bound: float, prices: Floats) -> None:
        """Keep the prices that prove most."""
        if bound < self.dual_bound:
            self.dual_bound, self.prices = bound, prices
        self.bound = min(self.bound, bound)

    def without_prices(self) -> None:
        """What no prices at all prove: every demand takes its most."""
        prices = np.zeros(sum(len(family.least) for family in self.master.families))
        self.note(self.master.fixed_bound(prices), prices)

    def padded(self) -> Floats:
        """The prices, with zeros for cuts that came after them."""
        size = sum(len(family.least) for family in self.master.families)
        return np.append(self.prices, np.zeros(size - len(self.prices)))

    def add(self, cuts: list[Cut]) -> bool:
        """Cuts as one more family; False where there are none."""
        if cuts:
            self.cuts += cuts
            self.master.families.append(Cuts(cuts, self.stage))
        return bool(cuts)

    # ------------------------------------------------------------------ plans

    def offer(self, keys: Ints) -> None:
        """Keep a plan that is better."""
        value = self.stage.value(*self.master.places(keys))
        if self.best is None or value > self.best[0]:
            self.best = value, keys

    def round_off(self, point: Floats | None) -> None:
        """Within plain limits: what the point chooses for sure, filled up and bettered."""
        if math.isnan(self.at_most) or self.is_closed():
            return
        problem, pairs, stage = self.stage.problem, self.seen, self.stage
        p = stage.of_pairs(pairs.rows, pairs.cols)
        capacity, headcount = problem.capacity.astype(np.intp), problem.headcount.astype(np.intp)
        case = pairs.rows, pairs.cols, p, capacity, headcount, stage.openings
        most = int(self.at_most) if math.isfinite(self.at_most) else None
        if point is None or self.clock.late():
            plan = greedy_introductions(*case, at_most=most)
        else:
            sure = self.pairs.keys[point[: len(self.pairs)] > 1 - _WHOLE]
            plan = improve(*case, np.isin(pairs.keys, sure), at_most=most)
        self.offer(pairs.keys[plan])

    def first_plan(self) -> Found | None:
        """A plan under any limits by an integer program; what is found where there is none."""
        found = maximise(
            self.master, self.clock, gap=self.gap, start=self.pairs.keys, enough=-math.inf
        )
        self.rounds += found.rounds
        if found.status not in (Status.OPTIMAL, Status.FEASIBLE):
            return found
        self.pairs = self.master.listed(found.listed)
        self.seen = self.master.listed(np.union1d(self.seen.keys, found.listed))
        if found.prices is not None:
            self.note(found.dual_bound, found.prices)
        self.bound = min(self.bound, max(found.bound, found.value))
        self.offer(found.keys)
        if found.stopped in BROKEN_OFF:
            self.stopped = found.stopped
        return None

    # ------------------------------------------------------------------ finish

    def finish(self) -> None:
        """Integer programs on the pairs that can matter, with cuts at each of their plans."""
        spare = Clock(_SPARE if self.clock.limit is None else self.clock.left())
        for _ in range(_PLANS):
            if self.is_closed() or self.clock.late() or spare.late():
                return
            reach = (self.dual_bound - self.value) * (1 + 1e-9) + 1e-12
            keys = self.master.within(self.padded(), self.pairs, reach, complete=False)
            whole, before = len(keys) <= _MANY, self.value
            if not whole:  # a better plan, if there is one among the best pairs, but no bound
                keys = np.union1d(self.promising(self.padded()), self.best_keys())
            pairs = self.master.listed(keys)
            program = self.finer(pairs)
            answer = whole_plan(program, time_limit=spare.left(), gap=self.gap / 2)
            if whole and answer.status != "stopped":  # with a pair left out, worth less than ours
                self.bound = min(self.bound, max(answer.bound, self.value))
            self.report("finishing")
            if answer.values is None:
                return
            x = np.round(answer.values[: len(pairs)])
            values = np.append(x, answer.values[len(pairs) :])
            if (np.abs(self.master.broken(program, values)) <= _WHOLE).all():
                self.offer(pairs.keys[x > 0.5])
            self.bound = max(self.bound, self.value)
            if self.is_closed() or not (whole or self.value > before):
                return
            if not self.add(cuts_at(self.stage, self.cuts, pairs, x)):
                return

    def best_keys(self) -> Ints:
        """The pairs of the best plan."""
        return self.pairs.keys[:0] if self.best is None else self.best[1]

    def finer(self, pairs: Listed) -> Program:
        """The program with worths in small units: HiGHS keeps rows to 1e-7, whatever the unit."""
        program, k = self.master.program(pairs), len(pairs)
        at, columns, rows = 0, np.ones(len(program.gains)), np.ones(len(program.least))
        for family in self.master.families:
            if family.name in OWN:
                columns[k + family.extra[1]] = 1 / _FINE
                rows[at : at + len(family.least)] = _FINE
            at += len(family.least)
        matrix = sp.csr_array(sp.diags_array(rows) @ program.matrix @ sp.diags_array(columns))
        return replace(
            program, gains=program.gains * columns, lower=program.lower / columns,
            upper=program.upper / columns, matrix=matrix, least=program.least * rows,
            most=program.most * rows,
        )  # fmt: skip

    # ------------------------------------------------------------------ where it stands

    @property
    def value(self) -> float:
        return math.nan if self.best is None else self.best[0]

    def is_closed(self) -> bool:
        """Whether the best plan is good enough."""
        if self.best is None:
            return False
        if is_closed(self.bound, self.value, 0.0) or self.bound - self.value <= _ROUNDING:
            return True
        return self.gap > 0 and relative_gap(self.bound, self.value, 0.0) <= self.gap

    def report(self, what: str) -> None:
        self.clock.report(what, self.rounds, len(self.pairs), self.value, self.bound)
