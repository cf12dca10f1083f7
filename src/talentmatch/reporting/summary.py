"""What a plan comes to, in numbers and in words: for the report, the files and the command."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.outcomes import Status, Stopped
from talentmatch.reporting.wording import Language, Wording, counted, decimals, percent, shown
from talentmatch.result import Result
from talentmatch.rules import Passes

__all__ = ["RuleCount", "Standing", "Summary", "counted", "decimals", "percent", "shown"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_CELLS = 2**27  # largest table of scores that is read through once more, for ranks and rules
_ROWS = 512  # candidates whose rules are asked at a time


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
    lang : {"en", "zh"}
        Language of headline, sentences and all that is made of them.

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
    lang: Language = "en"

    @cached_property
    def say(self) -> Wording:
        """The words to write in."""
        return Wording(self.lang)

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
        return self.result.counts

    @property
    def headline(self) -> str:
        """What is proved, in a few words."""
        say = self.say
        return {
            Status.OPTIMAL: self._best,
            Status.FEASIBLE: say("A plan, not proved best"),
            Status.INFEASIBLE: say("Proved: no plan keeps every limit"),
            Status.NO_SOLUTION: say("No plan was found"),
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
    def aim_name(self) -> str:
        """The last stage's aim in words."""
        return self.say("total") if self.aim == "total" else self.aim

    @property
    def _best(self) -> str:
        """What an optimal plan is best at."""
        say = self.say
        head = say(
            "Not every floor can be met; with the lowered ones, proved best"
            if len(self.result.shortfall)
            else "Proved best"
        )
        if self.is_staged:
            return say("{head}: no plan does better on the aims in their order", head=head)
        if self.aim == "total":
            return say("{head}: no plan has a higher total", head=head)
        return say("{head}: no plan has more {aim}", head=head, aim=self.aim)

    @property
    def sentence(self) -> str:
        """What is proved, and how one knows."""
        result, say = self.result, self.say
        if result.status is Status.OPTIMAL:
            return self._proof()
        if result.status is Status.FEASIBLE:
            return say(
                "This plan keeps every rule and reaches {value}. {ceiling} It is not proved best "
                "because {why}.",
                value=self._value(), ceiling=self._ceiling(), why=self._why_stopped(),
            )  # fmt: skip
        reason = _ended(say.sentence(result.reason.strip())[0] or say("The reason is not known"))
        if result.status is Status.INFEASIBLE:
            return say("{reason} This was proved over all pairs.", reason=reason)
        return say("{reason} Whether a plan exists is not known.", reason=reason)

    def _why_stopped(self) -> str:
        stopped, say = self.result.stopped, self.say
        if stopped is Stopped.GAP:
            return say("the search stopped at the gap that was asked for")
        if stopped is Stopped.TIME:
            return say("the time limit was reached")
        if stopped is Stopped.INTERRUPT:
            return say("the search was interrupted")
        return say("the search stopped")

    def _value(self) -> str:
        value = self.say.shown(self.result.objective)
        return self.say("a {aim} of {value}", aim=self.aim_name, value=value)

    def _proof(self) -> str:
        """How one knows that the plan is best: by prices alone, or by the solver's word."""
        say, staged = self.say, self.is_staged
        held = say(" that keeps the earlier aims") if staged else ""
        told = {"bound": say.shown(self.result.bound), "held": held, "value": self._value()}
        if self.result.proof == "dual certificate":
            who = say(
                "candidate, every opening and every limit"
                if self.result.problem.rows
                else "candidate and every opening"
            )
            earlier = say(
                " The bounds of the earlier aims are as the solver reported them; only this last "
                "one was computed again from the prices."
            )
            proof = say(
                "Every {who} has a price. Together the prices set a ceiling of {bound} that no "
                "plan within the rules{held} can pass, and this plan reaches it with {value}.",
                who=who,
                **told,
            )
            return proof + (earlier if staged else "")
        return say(
            "The solver searched all plans that prices could not rule out and found that none "
            "within the rules{held} passes {bound}; this plan reaches it with {value}. That the "
            "search missed none is the solver's claim; the plan itself was checked against every "
            "limit.",
            **told,
        )

    def _ceiling(self) -> str:
        say = self.say
        if not math.isfinite(self.result.gap):
            return say("How much better a plan could be is not known.")
        return say(
            "No plan can reach more than {bound}{held}: at most {gap} of this one's {aim} is left "
            "to gain.",
            bound=say.shown(self.result.bound),
            held=say(" while the earlier aims are held") if self.is_staged else "",
            gap=say.percent(self.result.gap),
            aim=self.aim_name,
        )

    @property
    def gap_words(self) -> str:
        """How much a better plan could gain."""
        say = self.say
        if not self.has_plan:
            return say("there is no plan")
        gap = self.result.gap
        if self.result.status is Status.OPTIMAL:
            if self.is_staged:
                return say("nothing left to gain, earlier aims held")
            return say("nothing left to gain")
        if not math.isfinite(gap):
            return say("gap not known")
        return say("at most {gap} left to gain", gap=say.percent(gap))

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


def _ended(reason: str) -> str:
    return f"{reason[0].upper()}{reason[1:]}{'' if reason.endswith(('.', '。')) else '.'}"
