"""Solve, price, repeat: the exact optimum over all pairs from a flow on few of them.

Start from the best pairs of every row and column; solve the flow; recover dual prices; price every
pair that was never formed; add what could improve the plan; and so on until nothing could. Then
the plan is optimal over all pairs, and the prices prove it. Floors are met first, the same way.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from talentmatch.outcomes import (
    Outcome,
    Progress,
    StageOutcome,
    Status,
    Stopped,
    is_closed,
    relative_gap,
)
from talentmatch.problem import Problem
from talentmatch.solvers import pricing
from talentmatch.solvers.duals import prices
from talentmatch.solvers.flow import fewest_unmet
from talentmatch.solvers.levelling import drop_needless, level
from talentmatch.solvers.listed import ListedPairs, Solved
from talentmatch.solvers.model import Model
from talentmatch.solvers.repricing import TimeUp

__all__ = ["NetworkFlow"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]

_FIRST = 20  # pairs per row and column to start with
_BYTES = 200  # per listed pair at the peak, measured on 6.5 million
_NAMED = 5  # ids named in a sentence


@dataclass(frozen=True)
class NetworkFlow:
    """The engine for capacities, headcounts, floors, locks and forbids: min-cost flow, exact.

    Parameters
    ----------
    time_limit : float or None
        Seconds. OR-Tools' flow cannot be interrupted, so that the clock is looked at between
        rounds; where numba is there and no floors are, plans are repaired path by path instead,
        and the clock is looked at on the way.
    gap : float
        Relative gap that is good enough.
    progress : callable or None
        Called with a `Progress` in every round.
    start : tuple of int arrays, optional
        Row and column positions of pairs to form at once, as of an earlier plan.
    memory_limit : float, optional
        Bytes that pairs may take while they are listed, sorted and chosen from.
    """

    time_limit: float | None = None
    gap: float = 0.0
    progress: Callable[[Progress], None] | None = None
    start: tuple[Ints, Ints] | None = None
    memory_limit: float | None = None

    def solve(self, problem: Problem) -> Outcome:
        """Solve the problem to a proof, or as far as the limits allow."""
        run = _Run(self, Model.of(problem))
        reason = run.lock_clash()
        if reason:
            return run.no_plan(reason)
        try:
            run.pairs.list_first(run.few(), self.start)
            if run.model.has_floors:
                reason = run.meet_floors()
                if reason:
                    return run.no_plan(reason)
                if run.late():
                    return run.no_plan("the time was up before the floors were met", Stopped.TIME)
        except TimeUp:
            return run.no_plan("the time was up before the floors were met", Stopped.TIME)
        except KeyboardInterrupt:
            return run.no_plan("interrupted before a plan was found", Stopped.INTERRUPT)
        return run.improve()


@dataclass(eq=False)
class _Run:
    """The state of one solve."""

    engine: NetworkFlow
    model: Model
    began: float = field(default_factory=time.perf_counter)
    rounds: int = 0

    def __post_init__(self) -> None:
        self.pairs = ListedPairs(self.model, self.watch)
        self.best: _Plan | None = None

    @property
    def room(self) -> float:
        """Pairs that may be listed."""
        limit = self.engine.memory_limit
        return np.inf if limit is None else limit / _BYTES

    def few(self) -> int:
        """Pairs per row and column to start with: half of the room at most is theirs."""
        return int(max(1, min(_FIRST, self.room // (2 * max(sum(self.model.shape), 1)))))

    def watch(self, rows: int | None) -> bool:
        """Tell how far a look at all pairs is; whether to break off."""
        if rows is not None:
            plan = self.best
            known = (np.nan, np.inf) if plan is None else (plan.objective, plan.bound)
            self.report("looking at pairs", *known, rows)
        return self.late()

    def late(self) -> bool:
        limit = self.engine.time_limit
        return limit is not None and time.perf_counter() - self.began > limit

    def lock_clash(self) -> str:
        """Why the locked pairs cannot all stand, or nothing."""
        model, problem = self.model, self.model.problem
        barred = np.flatnonzero(np.isnan(model.locked_scores()))
        people = problem.candidate_ids[model.row_order]
        needs = problem.demand_ids[model.col_order]
        if len(barred):
            k = barred[0]
            pair = people[model.locked[0][k]], needs[model.locked[1][k]]
            return f"the locked pair {pair[0]!r} - {pair[1]!r} is not eligible"
        for ids, left, what in (
            (people, model.capacity, "capacity"), (needs, model.headcount, "headcount")
        ):  # fmt: skip
            over = np.flatnonzero(left < 0)
            if len(over):
                return f"locks exceed the {what} of {ids[over[0]]!r} by {-left[over[0]]}"
        return ""

    def meet_floors(self) -> str:
        """List pairs until the floors can be met; the reason where no pairs can meet them."""
        pairs = self.pairs
        while not self.late():
            self.rounds += 1
            listing = pairs.listing(0.0)
            chosen, short_rows, short_cols = fewest_unmet(listing)
            self.report("meeting the floors", np.nan, np.inf)
            if not short_rows.any() and not short_cols.any():
                return ""
            u, v, _ = prices(listing, chosen, penalty=1)  # proves that no fewer can stay unmet
            if not pairs.complete:
                priced = pairs.price_floors(u, v)
                if pairs.add(priced.rows, priced.cols):
                    continue
            return self.shortage(short_rows, short_cols)
        return ""

    def shortage(self, short_rows: Ints, short_cols: Ints) -> str:
        """Name the floors that cannot be met together."""
        problem, parts = self.model.problem, []
        for short, index, order, what in (
            (short_cols, problem.demand_ids, self.model.col_order, "demands"),
            (short_rows, problem.candidate_ids, self.model.row_order, "candidates"),
        ):
            at = np.flatnonzero(short)
            if len(at):
                names = ", ".join(f"{index[order[k]]!r} (short by {short[k]})" for k in at[:_NAMED])
                parts.append(f"{what} {names}{' ...' if len(at) > _NAMED else ''}")
        missing = int(short_rows.sum() + short_cols.sum())
        return (
            f"the floors cannot all be met: whatever the plan, at least {missing} "
            f"{'unit stays' if missing == 1 else 'units stay'} unmet; "
            f"one plan with the fewest leaves {' and '.join(parts)}"
        )

    def improve(self) -> Outcome:
        """Solve, price, repeat, until proved or stopped."""
        stopped = None
        try:
            while stopped is None:
                stopped = self.one_round()
                if self.best is not None:
                    self.report("solving and pricing", self.best.objective, self.best.bound)
        except KeyboardInterrupt:
            stopped = Stopped.INTERRUPT
        if self.best is None:
            return self.no_plan("stopped before a plan was found", stopped)
        return self.finish(self.best, stopped)

    def one_round(self) -> Stopped | None:
        """Flow, prices, pricing; and why to stop, if so."""
        self.rounds += 1
        pairs, best = self.pairs, self.best
        solved = pairs.solve()
        objective = pairs.total(solved.chosen)
        try:
            if not solved.done:
                raise TimeUp
            priced = pairs.priced(solved.u / solved.scale, solved.v / solved.scale)
        except TimeUp:
            self.best = self.broken_off(solved, objective)
            return Stopped.TIME
        self.best = plan = _Plan(solved, objective, priced)
        if best is not None and best.bound < plan.bound:
            plan.priced = best.priced
        if len(priced.rows) and len(pairs) + len(priced.rows) > self.room:
            return Stopped.MEMORY
        if not pairs.add(priced.rows, priced.cols):
            plan.priced = priced
            if not pairs.complete:
                plan.priced = self.least(plan)
            return Stopped.PROVED
        if relative_gap(plan.bound, objective, pairs.largest) <= self.engine.gap > 0:
            return Stopped.GAP
        return Stopped.TIME if self.late() else None

    def broken_off(self, solved: Solved, objective: float) -> _Plan:
        """The better of the last plan and one that time left unpriced; the bound known so far."""
        best = self.best
        if best is None:
            u, v = (np.zeros(count) for count in self.model.shape)
            nothing = np.empty(0, dtype=np.intp)
            return _Plan(solved, objective, pricing.Priced(nothing, nothing, u, v, np.inf))
        if best.objective >= objective:
            return best
        return _Plan(solved, objective, best.priced)

    def finish(self, plan: _Plan, stopped: Stopped) -> Outcome:
        """Tidy the plan among its equals, and hand it over in the problem's own positions."""
        self.pairs.watch = _never  # prices asked for later take the time they take
        solved = plan.solved
        listing, chosen, dropped = solved.listing, solved.chosen, solved.done
        while dropped:  # levelling may free a pair that a floor needed
            chosen = drop_needless(listing, chosen)
            levelled = level(listing, chosen, solved.u, solved.v, self.locked_load())
            chosen = drop_needless(listing, levelled)
            dropped = bool((chosen != levelled).any())
        model = self.model
        rows = np.append(listing.rows[chosen], model.locked[0])
        cols = np.append(listing.cols[chosen], model.locked[1])
        closed = is_closed(plan.bound, plan.objective, self.pairs.largest)
        bound = max(plan.bound, plan.objective)
        objective = plan.objective
        exact = stopped is Stopped.PROVED and closed
        return Outcome(
            Status.OPTIMAL if exact or plan.bound == plan.objective else Status.FEASIBLE,
            stopped,
            model.row_order[rows],
            model.col_order[cols],
            _placed(plan.priced.candidate_prices, model.row_order),
            _placed(plan.priced.demand_prices, model.col_order),
            bound,
            rounds=self.rounds,
            pairs=len(self.pairs),
            solver=solved.solver,
            # Where time is up there is none to prove the bound a second time.
            stages=() if stopped is Stopped.PROVED else (StageOutcome("total", objective, bound),),
            price_range=partial(self.both_ends, solved) if stopped is Stopped.PROVED else None,
        )

    def locked_load(self) -> Ints:
        return np.bincount(self.model.locked[0], minlength=self.model.shape[0])

    def both_ends(self, solved: Solved) -> tuple[Floats, Floats, Floats, Floats]:
        """Least and greatest prices over all pairs, infinite where nothing bounds them."""
        n = self.model.shape[0]
        ends = []
        for greatest in (False, True):
            u, v, loose = self.pairs.at_end(solved, greatest=greatest)
            sign = 1 if greatest else -1
            ends.append((
                np.where(loose[:n], -sign * np.inf, u / solved.scale),
                np.where(loose[n:], sign * np.inf, v / solved.scale),
            ))  # fmt: skip
        (high_u, low_v), (low_u, high_v) = ends
        rows, cols = self.model.row_order, self.model.col_order
        return (
            _placed(low_u, rows), _placed(high_u, rows), _placed(low_v, cols), _placed(high_v, cols)
        )  # fmt: skip

    def least(self, plan: _Plan) -> pricing.Priced:
        """The least demand prices over all pairs, where those at hand may not be the least."""
        solved = plan.solved
        if solved.is_least and not solved.loose[self.model.shape[0] :].any():
            return plan.priced
        try:
            u, v, _ = self.pairs.at_end(solved, greatest=False)
            return self.pairs.priced(u / solved.scale, v / solved.scale)
        except TimeUp:  # those at hand prove the plan as well
            return plan.priced

    def no_plan(self, reason: str, stopped: Stopped = Stopped.PROVED) -> Outcome:
        empty = np.empty(0, dtype=np.intp)
        proved = stopped is Stopped.PROVED
        return Outcome(
            Status.INFEASIBLE if proved else Status.NO_SOLUTION, stopped, empty, empty, None, None,
            -np.inf if proved else np.inf, reason, self.rounds, len(self.pairs),
        )  # fmt: skip

    def report(self, stage: str, objective: float, bound: float, rows: int = 0) -> None:
        if self.engine.progress is not None:
            gap = (
                relative_gap(bound, objective, self.pairs.largest) if np.isfinite(bound) else np.inf
            )
            seconds = time.perf_counter() - self.began
            self.engine.progress(
                Progress(stage, self.rounds, len(self.pairs), objective, bound, gap, seconds, rows)
            )


@dataclass(eq=False)
class _Plan:
    """A plan on the pairs listed so far, and the best prices known."""

    solved: Solved
    objective: float
    priced: pricing.Priced

    @property
    def bound(self) -> float:
        return self.priced.bound


def _never(rows: int | None) -> bool:
    """No time is up, whatever is done."""
    return False


def _placed(values: Floats, order: Ints) -> Floats:
    out = np.empty_like(values)
    out[order] = values
    return out
