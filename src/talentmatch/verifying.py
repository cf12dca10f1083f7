"""The second look at every answer: limits counted, the bound from the prices, stages kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.aims import Aim
from talentmatch.bounding import bound_from_prices
from talentmatch.checking import check, plan_frame
from talentmatch.errors import SolverError
from talentmatch.problem import Problem
from talentmatch.reasons import reasons_of
from talentmatch.result import (
    OPTIMAL_GAP,
    Outcome,
    Result,
    StageOutcome,
    Status,
    is_closed,
    relative_gap,
)
from talentmatch.solvers.stages import Stage, stages_of

__all__ = ["verified"]

Ints = NDArray[np.intp]

_STAGES = ["aim", "value", "bound", "in_plan"]


def verified(
    problem: Problem,
    outcome: Outcome,
    aims: tuple[Aim, ...],
    *,
    solver: str,
    seed: int,
    began: float,
    shortfall: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> Result:
    """Look at an engine's answer a second time, by `check` and by the prices alone.

    Raises
    ------
    SolverError
        The plan breaks a limit, gives up an earlier stage, or a claim is not so.
    """
    stages = stages_of(problem, aims)
    sure = outcome.status in (Status.OPTIMAL, Status.FEASIBLE)
    look = _looked_at(problem, outcome, stages) if sure else _Look(outcome.bound)
    missing = pd.DataFrame(columns=["constraint", "group", "wanted", "got", "missing"])
    reasons = None
    if look.pairs is not None and look.prices is not None:
        missing = missing if shortfall is None else shortfall(look.pairs)
        reasons = partial(
            _reasons, problem, outcome.rows, outcome.cols, *look.prices,
            outcome.status is Status.OPTIMAL, aims,
        )  # fmt: skip
    return Result(
        problem=problem,
        status=outcome.status,
        stopped=outcome.stopped,
        bound=look.bound,
        aim=", then ".join(stage.name for stage in stages),
        aims=aims,
        solver=solver,
        seconds=time.perf_counter() - began,
        proof=look.proof,
        reason=outcome.reason,
        seed=seed,
        rounds=outcome.rounds,
        pairs_formed=outcome.pairs,
        stages=look.stages,
        shortfall=missing,
        _objective=look.objective,
        _gap=look.gap,
        _pairs=look.pairs,
        _prices=look.prices,
        _row_prices=outcome.row_prices,
        _range=outcome.price_range,
        _reasons=reasons,
    )


@dataclass(eq=False)
class _Look:
    """What the second look found."""

    bound: float
    objective: float = math.nan
    gap: float = math.inf
    proof: str = ""
    pairs: pd.DataFrame | None = None
    prices: tuple[pd.Series, pd.Series] | None = None
    stages: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_STAGES))


def _looked_at(problem: Problem, outcome: Outcome, stages: list[Stage]) -> _Look:
    """Count every limit, recompute every value and the bound; raise where a claim is not so."""
    pairs = plan_frame(problem, outcome.rows, outcome.cols)
    violations = check(problem, pairs)
    if violations:
        shown = "; ".join(str(violation) for violation in violations[:3])
        raise SolverError(f"the solver's plan breaks {len(violations)} rules: {shown}")
    told, bound, proof = outcome.stages, outcome.bound, "solver's claim"
    values = [stage.value(outcome.rows, outcome.cols) for stage in stages]
    objective = values[-1]
    prices, largest = _prices(problem, outcome, pairs)
    if outcome.certify is not None or not told:
        certified = _certified(problem, outcome, prices)
        if is_closed(certified, objective, largest) or not told:
            bound, proof = certified, "dual certificate"
    gap = relative_gap(bound, objective, largest)
    closed = is_closed(bound, objective, largest)
    if gap < 0 and not closed:
        raise SolverError(f"the plan's total {objective!r} exceeds its bound {bound!r}")
    if outcome.status is Status.OPTIMAL and not closed:
        raise SolverError(f"claimed optimal, but the prices leave a gap of {gap:.3g}")
    bound = max(bound, objective)
    told = told or (StageOutcome(stages[-1].name, objective, bound),)
    _keep_promises(stages, told, values, outcome.status)
    told = (*told[:-1], StageOutcome(told[-1].aim, told[-1].value, bound))
    lines = [(*vars(one).values(), value) for one, value in zip(told, values, strict=True)]
    return _Look(
        bound, objective, max(gap, 0.0), proof, pairs, prices, pd.DataFrame(lines, columns=_STAGES)
    )


def _prices(
    problem: Problem, outcome: Outcome, pairs: pd.DataFrame
) -> tuple[tuple[pd.Series, pd.Series], float]:
    """Both sides' prices by id, and the largest number that a total is made of."""
    n, m = problem.shape
    u = np.zeros(n) if outcome.candidate_prices is None else outcome.candidate_prices
    v = np.zeros(m) if outcome.demand_prices is None else outcome.demand_prices
    largest = float(np.abs(np.concatenate((pairs["score"], u, v))).max(initial=outcome.scale))
    by_id = (
        pd.Series(u, index=problem.candidate_ids, name="price"),
        pd.Series(v, index=problem.demand_ids, name="price"),
    )
    return by_id, largest


def _certified(problem: Problem, outcome: Outcome, prices: tuple[pd.Series, pd.Series]) -> float:
    """The bound that prices alone prove; +inf where the engine has none to show."""
    if outcome.certify is not None:
        return outcome.certify()
    if outcome.candidate_prices is None or outcome.demand_prices is None:
        return math.inf
    return bound_from_prices(problem, *prices)


def _keep_promises(
    stages: list[Stage], told: tuple[StageOutcome, ...], values: list[float], status: Status
) -> None:
    """What earlier stages came to must still be there in the plan, within its tolerance."""
    for stage, one, value in zip(stages, told, values, strict=True):
        kept = one.value - stage.tolerance * abs(one.value)
        if status is Status.OPTIMAL and value < kept - OPTIMAL_GAP * max(abs(kept), 1e-6):
            raise SolverError(f"the plan gives up {stage.name}: {value!r} where {kept!r} is held")


def _reasons(
    problem: Problem,
    rows: Ints,
    cols: Ints,
    u: pd.Series,
    v: pd.Series,
    proved: bool,
    aims: tuple[Aim, ...],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    both = reasons_of(problem, rows, cols, u, v, proved=proved, aims=aims)
    return both.unfilled, both.unassigned
