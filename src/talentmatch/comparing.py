"""A plan beside another of the same aims, solved again under one change: what is lost or gained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from talentmatch.aims import Aim, in_order
from talentmatch.constraints import Forbid, Lock
from talentmatch.displaying import Shown
from talentmatch.outcomes import Status
from talentmatch.problem import Problem
from talentmatch.result import Result
from talentmatch.solving import solve

__all__ = ["Difference", "again", "aims_of", "difference", "is_plain", "last_aim"]


@dataclass(frozen=True)
class Difference(Shown):
    """How far another result of the same aims lies from a result.

    Attributes
    ----------
    earlier : tuple of (str, float, float)
        Stages before the last whose best value changes: name, before, after.
    last : str
        The last stage's objective.
    loss : float
        Its value before less that after; not comparable where an earlier stage changes.
    proved : bool
        Whether both results are proved, so that the loss is exact.
    """

    earlier: tuple[tuple[str, float, float], ...]
    last: str
    loss: float
    proved: bool

    @property
    def words(self) -> str:
        """The earlier stages that change: ``"pairs 5 -> 4"``; empty where none does."""
        return "; ".join(
            f"{name} {_short(before)} -> {_short(after)}" for name, before, after in self.earlier
        )

    def sentences(self, done: str) -> tuple[str, ...]:
        """What the change costs, aim by aim; `done` is what was changed."""
        whole = "the plan" if self.last == "total" else f"the {self.last}"
        if self.earlier:
            stages = [
                f"It {'lowers' if new < old else 'raises'} {name} from {old:g} to {new:g}."
                for name, old, new in self.earlier
            ]
            way = "loses" if self.loss >= 0 else "gains"
            last = f"The {self.last} {way} {abs(self.loss):.3f}, which is not comparable."
            return (f"{done}.", *stages, last)
        if self.proved or self.loss >= 0:
            most = "" if self.proved else "at most "
            return (f"{done}, and costs {whole} {most}{round(self.loss, 3) + 0.0:.3f}.",)
        return (f"{done}, and gains {whole} {-self.loss:.3f}: the plan was not proved.",)


def aims_of(result: Result) -> tuple[Aim, ...]:
    """The aims that a result was solved for."""
    return in_order(getattr(result, "aims", None) or "total")


def last_aim(result: Result) -> str:
    """The name of the last stage's objective, whose unit gains and losses have."""
    return str(result.stages["aim"].iloc[-1])


def is_plain(result: Result) -> bool:
    """Whether limits of candidates and demands, locks and forbids are all there is."""
    problem = result.problem
    return (
        not problem.rows
        and not problem.apart
        and problem.loads is None
        and len(result.stages) == 1
        and last_aim(result) == "total"
    )


def again(
    result: Result,
    *rules: Lock | Forbid,
    problem: Problem | None = None,
    aims: Sequence[Aim] | None = None,
    time_limit: float | None = None,
) -> Result:
    """Solve with further locks or forbids, or another problem, for the same aims.

    Parameters
    ----------
    result : Result
        The plan to start from.
    *rules : Lock or Forbid
        What is added.
    problem : Problem, optional
        The problem; that of the result by default.
    aims : sequence of Aim, optional
        The aims; those of the result by default.
    time_limit : float, optional
        Seconds.
    """
    problem = result.problem if problem is None else problem
    if rules:
        problem = problem.replace(constraints=[*problem.constraints, *rules])
    wanted = list(aims_of(result) if aims is None else aims)
    return solve(problem, wanted, previous=result, time_limit=time_limit)


def difference(result: Result, other: Result) -> Difference | None:
    """What changes from a result to another; None where the other holds no plan."""
    if other.status in (Status.INFEASIBLE, Status.NO_SOLUTION):
        return None
    names = result.stages["aim"].tolist()
    before, after = result.stages["value"].tolist(), other.stages["value"].tolist()
    earlier = tuple(
        (name, old, new)
        for name, old, new in list(zip(names, before, after, strict=True))[:-1]
        if not math.isclose(old, new, rel_tol=1e-9)
    )
    proved = result.status is Status.OPTIMAL and other.status is Status.OPTIMAL
    return Difference(earlier, names[-1], result.objective - other.objective, proved)


def _short(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.3f}"
