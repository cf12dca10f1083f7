"""What a plan comes to, in numbers and in words: for the report, the files and the command."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.result import Result, Status, Stopped
from talentmatch.rules import Passes

__all__ = ["RuleCount", "Standing", "Summary", "counted", "decimals", "percent", "shown"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_CELLS = 2**27  # largest table of scores that is read through once more, for ranks and rules
_ROWS = 512  # candidates whose rules are asked at a time

_STOPS = {
    Stopped.GAP: "the search stopped at the gap that was asked for",
    Stopped.TIME: "the time limit was reached",
    Stopped.INTERRUPT: "the search was interrupted",
}


@dataclass(frozen=True, slots=True)
class RuleCount:
    """What one rule did to a plan.

    Parameters
    ----------
    name : str
        The rule in words.
    barred : int or None
        Pairs that it bars; None where there are too many pairs to count again.
    missing : int
        Candidates whose fact is missing.
    """

    name: str
    barred: int | None
    missing: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a pair stands among the candidates that its demand could have.

    Parameters
    ----------
    best : float
        Score of the demand's best eligible candidate.
    rank : int
        1 where no eligible candidate scores higher.
    of : int
        Eligible candidates.
    """

    best: float
    rank: int
    of: int


@dataclass(frozen=True)
class Summary:
    """A result's numbers for people, each computed once and only when asked for.

    Parameters
    ----------
    result : Result
        Any result, also one without a plan.

    Examples
    --------
    >>> import talentmatch as tm
    >>> summary = Summary(tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]])))
    >>> summary.headline
    'Proved best: no plan has a higher total'
    >>> summary.counts["filled"], summary.first_choices
    (2, 2)
    """

    result: Result

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan to show."""
        return self.result.status in (Status.OPTIMAL, Status.FEASIBLE)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """The plan; empty where there is none."""
        if self.has_plan:
            return self.result.pairs
        return pd.DataFrame(columns=["candidate_id", "demand_id", "score", "load"])

    @cached_property
    def rows(self) -> Ints:
        """Row positions of the pairs."""
        return self.result.problem.candidate_ids.get_indexer(pd.Index(self.pairs["candidate_id"]))

    @cached_property
    def cols(self) -> Ints:
        """Column positions of the pairs."""
        return self.result.problem.demand_ids.get_indexer(pd.Index(self.pairs["demand_id"]))

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many: candidates, demands, openings, filled, missing, full, placed, unassigned."""
        problem = self.result.problem
        n, m = problem.shape
        openings, filled = int(problem.headcount.sum()), len(self.pairs)
        took = np.bincount(self.cols, minlength=m)
        placed = len(np.unique(self.rows))
        return {
            "candidates": n,
            "demands": m,
            "openings": openings,
            "filled": filled,
            "missing": openings - filled,
            "demands_full": int((took >= problem.headcount).sum()),
            "demands_short": int((took < problem.headcount).sum()),
            "placed": placed,
            "unassigned": n - placed,
        }

    @property
    def headline(self) -> str:
        """What is proved, in a few words."""
        return {
            Status.OPTIMAL: self._best,
            Status.FEASIBLE: "A plan, not proved best",
            Status.INFEASIBLE: "Proved: no plan keeps every limit",
            Status.NO_SOLUTION: "No plan was found",
        }[self.result.status]

    @property
    def aim(self) -> str:
        """What the last stage maximised: ``"total"`` in most plans."""
        return "total" if not len(self.result.stages) else str(self.result.stages["aim"].iloc[-1])

    @property
    def is_staged(self) -> bool:
        """Whether several aims were pursued, one after another."""
        return len(self.result.stages) > 1

    @property
    def is_plain(self) -> bool:
        """Whether capacities, headcounts and rules on pairs are all that stood in the way."""
        problem = self.result.problem
        limits = problem.rows or problem.apart or len(problem.locked[0])
        return not limits and not self.is_staged and not len(self.result.shortfall)

    @property
    def _best(self) -> str:
        """What an optimal plan is best at."""
        short = len(self.result.shortfall)
        head = (
            "Not every floor can be met; with the lowered ones, proved best"
            if short
            else "Proved best"
        )
        if self.is_staged:
            return f"{head}: no plan does better on the aims in their order"
        more = "a higher total" if self.aim == "total" else f"more {self.aim}"
        return f"{head}: no plan has {more}"

    @property
    def sentence(self) -> str:
        """What is proved, and how one knows."""
        result = self.result
        if result.status is Status.OPTIMAL:
            return self._proof()
        if result.status is Status.FEASIBLE:
            why = _STOPS.get(result.stopped, "the search stopped")
            return (
                f"This plan keeps every rule and reaches {self._value()}. {self._ceiling()} "
                f"It is not proved best because {why}."
            )
        if result.status is Status.INFEASIBLE:
            return f"{_ended(result.reason)} This was proved over all pairs."
        return f"{_ended(result.reason)} Whether a plan exists is not known."

    def _value(self) -> str:
        return f"a {self.aim} of {shown(self.result.objective)}"

    def _proof(self) -> str:
        """How one knows that the plan is best: by prices alone, or by the solver's word."""
        bound, limits = shown(self.result.bound), bool(self.result.problem.rows)
        held = " that keeps the earlier aims" if self.is_staged else ""
        earlier = (
            " The bounds of the earlier aims are as the solver reported them; only this last one "
            "was computed again from the prices."
            if self.is_staged
            else ""
        )
        if self.result.proof == "dual certificate":
            who = (
                "candidate, every opening and every limit"
                if limits
                else "candidate and every opening"
            )
            return (
                f"Every {who} has a price. Together the prices set a ceiling of {bound} that no "
                f"plan within the rules{held} can pass, and this plan reaches it with "
                f"{self._value()}.{earlier}"
            )
        return (
            f"The solver searched all plans that prices could not rule out and found that none "
            f"within the rules{held} passes {bound}; this plan reaches it with {self._value()}. "
            f"That the search missed none is the solver's claim; the plan itself was checked "
            f"against every limit."
        )

    def _ceiling(self) -> str:
        if not math.isfinite(self.result.gap):
            return "How much better a plan could be is not known."
        held = " while the earlier aims are held" if self.is_staged else ""
        return (
            f"No plan can reach more than {shown(self.result.bound)}{held}: at most "
            f"{percent(self.result.gap)} of this one's {self.aim} is left to gain."
        )

    @property
    def gap_words(self) -> str:
        """How much a better plan could gain."""
        if not self.has_plan:
            return "there is no plan"
        gap = self.result.gap
        if self.result.status is Status.OPTIMAL:
            return "nothing left to gain" + (", earlier aims held" if self.is_staged else "")
        return f"at most {percent(gap)} left to gain" if math.isfinite(gap) else "gap not known"

    @property
    def is_counted(self) -> bool:
        """Whether there are few enough pairs to read all scores once more."""
        n, m = self.result.problem.shape
        return n * m <= _CELLS

    @cached_property
    def standing(self) -> list[Standing] | None:
        """Where each pair stands in its demand; None where there are too many pairs to count."""
        if not self.is_counted:
            return None
        problem, cols = self.result.problem, self.cols
        chosen = self.pairs["score"].to_numpy(dtype=np.float64)
        best = np.full(problem.shape[1], -np.inf)
        eligible = np.zeros(problem.shape[1], dtype=np.int64)
        ahead = np.zeros(len(cols), dtype=np.int64)
        for _, block in problem.blocks():
            best = np.fmax(best, np.fmax.reduce(block, axis=0, initial=-np.inf))
            eligible += (~np.isnan(block)).sum(axis=0)
            ahead += (block[:, cols] > chosen).sum(axis=0)
        places = zip(best[cols], ahead + 1, eligible[cols], strict=True)
        return [Standing(float(top), int(rank), int(of)) for top, rank, of in places]

    @property
    def first_choices(self) -> int | None:
        """Pairs in which the demand has the best candidate it could have at all."""
        return None if self.standing is None else sum(place.rank == 1 for place in self.standing)

    @cached_property
    def rules(self) -> list[RuleCount]:
        """Every rule that was applied, and how many pairs it bars (some are barred by several)."""
        problem = self.result.problem
        found = [
            RuleCount(gate.name, self._barred(gate.passes), gate.missing)
            for gate in (*problem.scores.gates, *problem.gates)
        ]
        if problem.min_score is not None:
            below = self._below(problem.min_score)
            found.append(RuleCount(f"score at least {problem.min_score:g}", below, 0))
        return found

    def _barred(self, passes: Passes) -> int | None:
        if not self.is_counted:
            return None
        n, m = self.result.problem.shape
        cols = np.arange(m)[None, :]
        blocks = (np.arange(at, min(at + _ROWS, n))[:, None] for at in range(0, n, _ROWS))
        return sum(int((~passes(rows, cols)).sum()) for rows in blocks)

    def _below(self, least: float) -> int | None:
        if not self.is_counted:
            return None
        return sum(int(np.sum(block < least)) for _, block in self.result.scores.blocks())


def shown(value: float) -> str:
    """A total as people read it.

    Examples
    --------
    >>> shown(80.746458), shown(1234567.8), shown(float("inf"))
    ('80.7465', '1,234,568', 'unknown')
    """
    if not math.isfinite(value):
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.6g}"


def percent(share: float) -> str:
    """A share in per cent, never rounded down to nothing.

    Examples
    --------
    >>> percent(0.1234), percent(2e-7)
    ('12.3 %', 'less than 0.001 %')
    """
    if 0 < share < 1e-5:
        return "less than 0.001 %"
    return f"{100 * share:.3g} %"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    Examples
    --------
    >>> counted(1, "pair"), counted(1160, "pair")
    ('1 pair', '1,160 pairs')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def decimals(scores: Floats) -> int:
    """Decimals that show four digits of the largest score.

    Examples
    --------
    >>> decimals(np.array([0.07, 0.31])), decimals(np.array([512.0]))
    (4, 1)
    """
    largest = float(np.max(np.abs(scores), initial=0.0))
    if not 0 < largest < math.inf:
        return 4
    return min(max(3 - math.floor(math.log10(largest)), 0), 6)


def _ended(reason: str) -> str:
    text = reason.strip() or "The reason is not known"
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
