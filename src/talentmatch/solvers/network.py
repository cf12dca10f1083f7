"""Solve, price, repeat: the exact optimum over all pairs from a flow on few of them.

Start from the best pairs of every row and column; solve the flow; recover dual prices; price every
pair that was never formed; add what could improve the plan; and so on until nothing could. Then
the plan is optimal over all pairs, and the prices prove it. Floors are met first, the same way.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from talentmatch.errors import SolverError
from talentmatch.problem import Problem
from talentmatch.result import Outcome, Progress, Status, Stopped, is_closed, relative_gap
from talentmatch.solvers import pricing
from talentmatch.solvers.duals import prices
from talentmatch.solvers.flow import Listing, fewest_unmet, integer_scale, most_total
from talentmatch.solvers.levelling import drop_needless, level
from talentmatch.solvers.model import Model

__all__ = ["NetworkFlow"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]

_FIRST = 20  # pairs per row and column to start with
_MORE = 16  # pairs per row and column added in a round
_ALL = 2**16  # below so many cells every eligible pair is listed at once
_NAMED = 5  # ids named in a sentence


@dataclass(frozen=True)
class NetworkFlow:
    """The engine for capacities, headcounts, floors, locks and forbids: min-cost flow, exact.

    Parameters
    ----------
    time_limit : float or None
        Seconds; looked at between rounds, as OR-Tools' flow cannot be interrupted.
    gap : float
        Relative gap that is good enough.
    progress : callable or None
        Called with a `Progress` in every round.
    start : tuple of int arrays, optional
        Row and column positions of pairs to form at once, as of an earlier plan.
    """

    time_limit: float | None = None
    gap: float = 0.0
    progress: Callable[[Progress], None] | None = None
    start: tuple[Ints, Ints] | None = None

    def solve(self, problem: Problem) -> Outcome:
        """Solve the problem to a proof, or as far as the limits allow."""
        run = _Run(self, Model.of(problem))
        reason = run.lock_clash()
        if reason:
            return run.no_plan(reason)
        try:
            run.first_pairs()
            if run.model.has_floors:
                reason = run.meet_floors()
                if reason:
                    return run.no_plan(reason)
                if run.late():
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
    keys: Ints = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    scores: Floats = field(default_factory=lambda: np.empty(0))
    complete: bool = False  # every pair that can be chosen is listed
    largest: float = 0.0

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

    def first_pairs(self) -> None:
        """List the pairs to start from."""
        model = self.model
        stored = model.stored()
        if stored is not None:
            self.complete = True
            rows, cols, _ = stored
        else:
            self.complete = model.shape[0] * model.shape[1] <= _ALL
            rows, cols = pricing.strongest_pairs(model, _FIRST, everything=self.complete)
            if self.engine.start is not None and not self.complete:
                at_row = np.argsort(model.row_order)[self.engine.start[0]]
                at_col = np.argsort(model.col_order)[self.engine.start[1]]
                rows, cols = np.append(rows, at_row), np.append(cols, at_col)
        self.add(rows, cols)

    def add(self, rows: Ints, cols: Ints) -> None:
        """List further pairs; what is not eligible or locked is passed over."""
        model = self.model
        width = model.shape[1]
        locked = model.locked[0] * width + model.locked[1]
        new = np.setdiff1d(rows * width + cols, np.append(self.keys, locked))
        r, c = np.divmod(new, width) if width else (new, new)
        values = model.problem.at(model.row_order[r], model.col_order[c])
        sound = ~np.isnan(values)
        if not model.has_floors:
            sound &= values > 0  # nothing needs the others
        keys = np.append(self.keys, new[sound])
        order = np.argsort(keys, kind="stable")
        self.keys = keys[order]
        self.scores = np.append(self.scores, values[sound])[order]
        self.largest = float(np.abs(self.scores).max(initial=0.0))

    def listing(self, scale: float) -> Listing:
        model = self.model
        width = max(model.shape[1], 1)
        rows, cols = np.divmod(self.keys, width)
        gains = np.round(self.scores * scale).astype(np.int64)
        return Listing(
            rows, cols, gains, model.capacity, model.min_load, model.headcount, model.min_headcount
        )

    def meet_floors(self) -> str:
        """List pairs until the floors can be met; the reason where no pairs can meet them."""
        while not self.late():
            self.rounds += 1
            listing = self.listing(0.0)
            chosen, short_rows, short_cols = fewest_unmet(listing)
            self.report("meeting the floors", np.nan, np.inf)
            if not short_rows.any() and not short_cols.any():
                return ""
            before = len(self.keys)
            u, v, _ = prices(listing, chosen, penalty=1)  # proves that no fewer can stay unmet
            if not self.complete:
                priced = pricing.price_out(
                    self.model, u.astype(float), v.astype(float), self.keys,
                    few=_MORE, tolerance=0.5, scores_count=False,
                )  # fmt: skip
                self.add(priced.rows, priced.cols)
            if len(self.keys) == before:
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
        stopped, best = Stopped.TIME, None
        try:
            while True:
                best, done = self.one_round(best)
                self.report("solving and pricing", best.objective, best.bound)
                if done is not None:
                    stopped = done
                    break
        except KeyboardInterrupt:
            if best is None:
                return self.no_plan("interrupted before a plan was found", Stopped.INTERRUPT)
            stopped = Stopped.INTERRUPT
        return self.finish(best, stopped)

    def one_round(self, best: _Plan | None) -> tuple[_Plan, Stopped | None]:
        """Flow, prices, pricing; and why to stop, if so."""
        self.rounds += 1
        scale = integer_scale(self.largest, sum(self.model.shape))
        listing = self.listing(scale)
        chosen = self.best_of(listing)
        u, v, loose = prices(listing, chosen)
        priced = self.priced(listing, u, v, scale)
        objective = self.total(chosen)
        keys = self.keys[chosen]
        plan = _Plan(listing, chosen, u, v, loose, scale, objective, priced, keys)
        if best is not None and best.bound < plan.bound:
            plan.priced = best.priced
        gap = relative_gap(plan.bound, objective, self.largest)
        before = len(self.keys)
        self.add(priced.rows, priced.cols)
        if len(self.keys) == before:
            plan.priced = priced
            if not self.complete:
                plan.priced = self.least(plan)
            return plan, Stopped.PROVED
        if gap <= self.engine.gap and self.engine.gap > 0:
            return plan, Stopped.GAP
        return plan, Stopped.TIME if self.late() else None

    def priced(
        self, listing: Listing, u: Ints | Floats, v: Ints | Floats, scale: float
    ) -> pricing.Priced:
        """Price all pairs; where all are listed, these are all."""
        few = _MORE if not self.complete else 1
        if self.model.problem.scores.stored is None:
            return pricing.price_out(
                self.model, u / scale, v / scale, self.keys,
                few=few, tolerance=self.tolerance(scale),
            )  # fmt: skip
        return pricing.price_listed(
            self.model, u / scale, v / scale, listing.rows, listing.cols, self.scores
        )

    def tolerance(self, scale: float) -> float:
        """How far a pair that cannot improve the plan may stand above its prices by rounding."""
        return 2.0 / scale + 1e-15 * self.largest

    def total(self, chosen: Mask) -> float:
        """The plan's total from the unrounded scores."""
        return math.fsum((*self.scores[chosen], *self.model.locked_scores()))

    def finish(self, plan: _Plan, stopped: Stopped) -> Outcome:
        """Tidy the plan among its equals, and hand it over in the problem's own positions."""
        chosen, dropped = plan.chosen, True
        while dropped:  # levelling may free a pair that a floor needed
            chosen = drop_needless(plan.listing, chosen)
            levelled = level(plan.listing, chosen, plan.u, plan.v, self.locked_load())
            chosen = drop_needless(plan.listing, levelled)
            dropped = bool((chosen != levelled).any())
        model = self.model
        rows = np.append(plan.listing.rows[chosen], model.locked[0])
        cols = np.append(plan.listing.cols[chosen], model.locked[1])
        closed = is_closed(plan.bound, plan.objective, self.largest)
        exact = stopped is Stopped.PROVED and closed
        return Outcome(
            Status.OPTIMAL if exact or plan.bound == plan.objective else Status.FEASIBLE,
            stopped,
            model.row_order[rows],
            model.col_order[cols],
            _placed(plan.priced.candidate_prices, model.row_order),
            _placed(plan.priced.demand_prices, model.col_order),
            max(plan.bound, plan.objective),
            rounds=self.rounds,
            pairs=len(self.keys),
            price_range=partial(self.both_ends, plan) if stopped is Stopped.PROVED else None,
        )

    def locked_load(self) -> Ints:
        return np.bincount(self.model.locked[0], minlength=self.model.shape[0])

    def both_ends(self, plan: _Plan) -> tuple[Floats, Floats, Floats, Floats]:
        """Least and greatest prices over all pairs, infinite where nothing bounds them."""
        n = self.model.shape[0]
        ends = []
        for greatest in (False, True):
            u, v, loose = self.one_end(plan, greatest=greatest)
            sign = 1 if greatest else -1
            ends.append((
                np.where(loose[:n], -sign * np.inf, u / plan.scale),
                np.where(loose[n:], sign * np.inf, v / plan.scale),
            ))  # fmt: skip
        (high_u, low_v), (low_u, high_v) = ends
        rows, cols = self.model.row_order, self.model.col_order
        return (
            _placed(low_u, rows), _placed(high_u, rows), _placed(low_v, cols), _placed(high_v, cols)
        )  # fmt: skip

    def one_end(self, plan: _Plan, *, greatest: bool) -> tuple[Ints, Ints, Mask]:
        """One end of the prices; form pairs until none stands above it."""
        n = self.model.shape[0]
        while True:
            listing = self.listing(plan.scale)
            try:
                u, v, loose = prices(listing, np.isin(self.keys, plan.keys), greatest=greatest)
            except SolverError:  # a new pair is better by less than the tolerance: a plan as good
                u, v, loose = prices(listing, self.best_of(listing), greatest=greatest)
            before = len(self.keys)
            if not self.complete:
                # Only pairs that were never formed may bound a loose price: try it far out.
                far = 4.0 * max(np.abs(part).max(initial=1) for part in (u, v, listing.gains))
                for reach in (0.0, -far if greatest else far)[: 1 + bool(loose.any())]:
                    outer = u + reach * loose[:n], v - reach * loose[n:]
                    found = self.priced(listing, *outer, plan.scale)
                    self.add(found.rows, found.cols)
            if len(self.keys) == before:
                return u, v, loose

    def least(self, plan: _Plan) -> pricing.Priced:
        """The least demand prices over all pairs, where floors leave them loose on those listed."""
        if not plan.loose[self.model.shape[0] :].any():
            return plan.priced
        u, v, _ = self.one_end(plan, greatest=False)
        return self.priced(self.listing(plan.scale), u, v, plan.scale)

    @staticmethod
    def best_of(listing: Listing) -> Mask:
        """The best plan on listed pairs among which one is known."""
        chosen = most_total(listing)
        if chosen is None:
            raise SolverError("the floors were met before and cannot be met now")
        return chosen

    def no_plan(self, reason: str, stopped: Stopped = Stopped.PROVED) -> Outcome:
        empty = np.empty(0, dtype=np.intp)
        proved = stopped is Stopped.PROVED
        return Outcome(
            Status.INFEASIBLE if proved else Status.NO_SOLUTION, stopped, empty, empty, None, None,
            -np.inf if proved else np.inf, reason, self.rounds, len(self.keys),
        )  # fmt: skip

    def report(self, stage: str, objective: float, bound: float) -> None:
        if self.engine.progress is not None:
            gap = relative_gap(bound, objective, self.largest) if np.isfinite(bound) else np.inf
            seconds = time.perf_counter() - self.began
            self.engine.progress(
                Progress(stage, self.rounds, len(self.keys), objective, bound, gap, seconds)
            )


@dataclass(eq=False)
class _Plan:
    """A plan on the pairs listed so far, and the best prices known."""

    listing: Listing
    chosen: Mask
    u: Ints
    v: Ints
    loose: Mask
    scale: float
    objective: float
    priced: pricing.Priced
    keys: Ints

    @property
    def bound(self) -> float:
        return self.priced.bound


def _placed(values: Floats, order: Ints) -> Floats:
    out = np.empty_like(values)
    out[order] = values
    return out
