"""The engine for constraints and aims: one stage after the other, each proved, then held."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from talentmatch.outcomes import BROKEN_OFF, Status, Stopped
from talentmatch.problem import Problem
from talentmatch.solvers.clock import Clock
from talentmatch.solvers.compiling import master_of
from talentmatch.solvers.families import OfDemand
from talentmatch.solvers.introducing import signed
from talentmatch.solvers.master import Master
from talentmatch.solvers.priced import maximise
from talentmatch.solvers.sifting import Found
from talentmatch.solvers.signing import Signing
from talentmatch.solvers.stages import LowestScore, LowestTotal, Stage

__all__ = ["Held", "Pursuit"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_SURE = (Status.OPTIMAL, Status.FEASIBLE)


@dataclass(frozen=True, eq=False)
class Held:
    """A stage that is done: its best value, its bound, and what later stages keep of it."""

    stage: Stage
    value: float
    bound: float
    proved: bool
    kept: float
    by_threshold: bool = False


@dataclass(eq=False)
class Pursuit:
    """Where a solve of several stages stands.

    Attributes
    ----------
    problem : Problem
        What is solved.
    clock : Clock
        Time limit and progress.
    gap : float
        Relative gap that is good enough, in every stage.
    start : int array or None
        Keys of pairs to list at once.
    done : list of Held
        Stages so far.
    """

    problem: Problem
    clock: Clock
    gap: float = 0.0
    start: Ints | None = None
    done: list[Held] = field(default_factory=list)
    rounds: int = 0
    most: float | None = None

    def master(self) -> Master:
        """The program with everything that is held."""
        master = master_of(self.problem)
        for held in self.done:
            if held.by_threshold:
                master.lowest = max(master.lowest, held.kept)
                if isinstance(held.stage, LowestTotal):
                    _serve(master, held.stage)
                continue
            held.stage.put(master)
            size = max(abs(held.kept), self.largest()) or 1.0
            factor = 1.0 if held.stage.is_whole else 2.0 ** (20 - math.frexp(size)[1])
            master.hold(held.stage.name, held.kept, factor=factor)
        return master

    def largest(self) -> float:
        """The largest absolute score."""
        if self.most is None:
            sizes = (np.abs(block).max(initial=0.0, where=~np.isnan(block))
                     for _, block in self.problem.blocks())  # fmt: skip
            self.most = float(max(sizes, default=0.0))
        return self.most

    def lock_clash(self) -> str:
        """Why the locked pairs cannot all stand, where a rule bars one of them; or nothing."""
        problem = self.problem
        barred = np.flatnonzero(np.isnan(problem.at(*problem.locked)))
        if not len(barred):
            return ""
        i, j = (side[barred[0]] for side in problem.locked)
        pair = problem.candidate_ids[i], problem.demand_ids[j]
        return f"the locked pair {pair[0]!r} - {pair[1]!r} is not eligible"

    def best(self, stage: Stage) -> tuple[Found, Master]:
        """The best of one stage, everything before it held."""
        self.clock.stage = stage.name
        if isinstance(stage, LowestScore):
            return self.threshold(stage)
        if isinstance(stage, LowestTotal) and stage.is_by_score:
            found, master = self.threshold(stage)
            if found.value > 0:
                return found, master
            if found.stopped in BROKEN_OFF:  # to leave out a demand may be worth more
                return self.broken_off(stage, found, master), master
        if isinstance(stage, LowestTotal) and stage.counted.any():
            found, master = self.possible(stage, -math.inf)
            if found.stopped in BROKEN_OFF:
                return self.broken_off(stage, found, master), master
            if found.status is Status.INFEASIBLE:  # some demand has nobody: no more than 0
                stage.high = min(stage.high, 0.0)
        master = self.master()
        stage.put(master)
        if isinstance(stage, Signing):
            found = signed(
                stage, master, self.clock, gap=self.gap, start=self.start, alone=not self.done
            )
        else:
            found = maximise(master, self.clock, gap=self.gap, start=self.start)
        self.seen(found)
        return found, master

    def hold(self, stage: Stage, found: Found) -> None:
        """Keep a stage's value while the next is pursued."""
        value = found.value
        kept = value - stage.tolerance * abs(value)
        by_threshold = isinstance(stage, LowestScore) or (
            isinstance(stage, LowestTotal) and found.by_threshold
        )
        if stage.is_whole:
            kept = math.ceil(kept - 1e-9)
        elif not by_threshold:
            kept -= 1e-12 * abs(kept)
        proved = found.status is Status.OPTIMAL
        self.done.append(Held(stage, value, found.bound, proved, kept, by_threshold))

    def seen(self, found: Found) -> None:
        """Later stages start from the pairs of the earlier ones."""
        self.rounds += found.rounds
        keep = found.listed
        self.start = keep if self.start is None else np.union1d(self.start, keep)

    # ------------------------------------------------------------------ thresholds

    def threshold(self, stage: LowestScore | LowestTotal) -> tuple[Found, Master]:
        """The highest score that no chosen pair need fall below, by bisection over the scores."""
        found, master = self.possible(stage, -math.inf)
        if found.stopped in BROKEN_OFF:
            return self.broken_off(stage, found, master), master
        if found.status not in _SURE:
            if isinstance(stage, LowestTotal) and found.status is Status.INFEASIBLE:
                found = replace(found, value=-math.inf, bound=-math.inf)
            return found, master
        best = self.worth(stage, found, master)
        if not math.isfinite(best):
            return replace(found, value=best, bound=best, status=Status.OPTIMAL), master
        levels = self.levels(master, best)
        low, high = 0, len(levels)  # levels[low - 1] is possible, levels[high] is not
        stopped = Stopped.PROVED
        while low < high:
            if self.clock.late():
                stopped = Stopped.TIME
                break
            middle = (low + high) // 2
            tried, tried_master = self.possible(stage, float(levels[middle]))
            if tried.status in _SURE:
                found, master = tried, tried_master
                best = self.worth(stage, found, master)
                low = int(np.searchsorted(levels, best, side="right"))
            elif tried.status is Status.INFEASIBLE:
                high = middle
            if tried.stopped in BROKEN_OFF:
                stopped = tried.stopped
                break
        bound = best if low >= high else float(levels[high - 1])
        status = Status.OPTIMAL if low >= high else Status.FEASIBLE
        return replace(
            found, value=best, bound=bound, status=status, stopped=stopped, by_threshold=True
        ), master  # fmt: skip

    def broken_off(self, stage: LowestScore | LowestTotal, found: Found, master: Master) -> Found:
        """What a look for any plan came to when it had to stop; its prices are of another aim."""
        high = max(stage.high, 0.0) if isinstance(stage, LowestTotal) else math.inf
        value = self.worth(stage, found, master) if found.status in _SURE else math.nan
        status = Status.FEASIBLE if found.status in _SURE else Status.NO_SOLUTION
        return replace(found, value=value, bound=high, status=status, prices=None)

    def possible(self, stage: LowestScore | LowestTotal, level: float) -> tuple[Found, Master]:
        """A plan that keeps what is held and has no pair below a level."""
        master = self.master()
        master.lowest = max(master.lowest, level)
        if isinstance(stage, LowestTotal):
            _serve(master, stage)
        master.gain = OfDemand(np.zeros(self.problem.shape[1]), False)
        master.further_gains = np.zeros(len(master.further.lower))
        master.evaluate, master.is_whole = None, True
        found = maximise(master, self.clock, start=self.start, enough=0.0)
        if len(found.listed):
            self.seen(found)
        return found, master

    def worth(self, stage: LowestScore | LowestTotal, found: Found, master: Master) -> float:
        """The stage's value of a plan that was found."""
        rows, cols = master.places(found.keys)
        return stage.value(rows, cols)

    def levels(self, master: Master, above: float) -> Floats:
        """Distinct scores above a level that no locked pair rules out."""
        locked = master.model.locked_scores()
        most = locked.min() if len(locked) else math.inf
        stored = master.model.stored()
        found = [np.empty(0)]
        if stored is not None:
            found.append(stored[2])
        else:
            found += [block.ravel() for _, block in master.model.blocks()]
        parts = [np.unique(part[(part > above) & (part <= most)]) for part in found]
        return np.unique(np.concatenate((*parts, locked[(locked > above) & (locked <= most)])))


def _serve(master: Master, stage: LowestTotal) -> None:
    """Ask every demand that counts for a person."""
    for family in master.families:
        if family.name == "headcount":
            floor = np.where(stage.counted, 1.0, -np.inf)
            family.least = np.maximum(family.least, floor)
