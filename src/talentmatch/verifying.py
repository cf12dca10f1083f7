"""The second look at every answer: limits counted, the bound from the prices, stages kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.aims import Aim
from talentmatch.bounding import bound_from_prices
from talentmatch.checking import check, plan_frame
from talentmatch.errors import SolverError, TalentMatchError
from talentmatch.outcomes import (
    OPTIMAL_GAP,
    Outcome,
    StageOutcome,
    Status,
    Stopped,
    is_closed,
    relative_gap,
)
from talentmatch.problem import Problem
from talentmatch.reasons import reasons_of
from talentmatch.result import Result
from talentmatch.solvers.stages import Stage, stages_of

__all__ = ["verified"]

Ints = NDArray[np.intp]

_CLAIM = 1e-6  # relative; a claim of a stage's value that is off by more is no rounding
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
        What the engine answered is no `Outcome` of this problem, the plan breaks a limit, gives up
        an earlier stage, or a claim is not so.
    """
    stages = stages_of(problem, aims)
    outcome = _well_formed(problem, outcome, [stage.name for stage in stages])
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


def _well_formed(problem: Problem, answer: object, names: list[str]) -> Outcome:
    """An engine's answer, once its form can be that of an answer to this problem."""
    if not isinstance(answer, Outcome):
        raise SolverError(f"the engine answered {answer!r}, not an Outcome")
    for name, kind in (("status", Status), ("stopped", Stopped)):
        value = getattr(answer, name)
        _demand(isinstance(value, kind), f"{name} = {value!r}, which is no {kind.__name__}")
    for name in ("stages", "row_prices"):
        value = getattr(answer, name)
        _demand(isinstance(value, tuple), f"{name} = {value!r}, which is no tuple")
    sides = (("rows", "candidates"), ("cols", "demands"))
    for (name, side), size in zip(sides, problem.shape, strict=True):
        at = getattr(answer, name)
        whole = isinstance(at, np.ndarray) and at.ndim == 1 and at.dtype.kind in "iu"
        _demand(whole, f"{name} that are not a 1-D array of whole numbers: {_shown(at)}")
        outside = at[(at < 0) | (at >= size)]
        _demand(not len(outside), f"{name} with {outside[:1]}, of {size} {side} from 0")
    count = len(answer.rows)
    _demand(count == len(answer.cols), f"{count} rows and {len(answer.cols)} cols of chosen pairs")
    sure = answer.status in (Status.OPTIMAL, Status.FEASIBLE)
    _demand(sure or not count, f"status {answer.status.value!r} with {count} chosen pairs")
    prices: list[tuple[str, Any, int]] = []
    for name, size in zip(("candidate_prices", "demand_prices"), problem.shape, strict=True):
        if getattr(answer, name) is not None:
            prices.append((name, getattr(answer, name), size))
    limits = [len(limit.labels) for limit in problem.rows]
    fits = not len(answer.row_prices) or len(answer.row_prices) == len(limits)
    _demand(fits, f"{len(answer.row_prices)} row_prices for {len(limits)} constraints")
    prices += [("row_prices", *one) for one in zip(answer.row_prices, limits, strict=False)]
    for name, value, size in prices:
        numbers = isinstance(value, np.ndarray) and value.dtype.kind in "iuf"
        fits = numbers and value.shape == (size,)
        _demand(fits, f"{name} that are not {size} numbers: {_shown(value)}")
        _demand(bool(np.isfinite(value).all()), f"{name} with nan or inf: {_shown(value)}")
    told = answer.stages if sure else ()
    needed = len(told) == len(names) or (not told and len(names) <= 1) or not sure
    _demand(needed, f"{len(told)} stages where the aims have {len(names)}: {', '.join(names)}")
    claims = [("bound", answer.bound), ("scale", answer.scale)]
    for one in told:
        _demand(isinstance(one, StageOutcome), f"stages with {one!r}, not a StageOutcome")
        claims += [(f"the value of {one.aim}", one.value), (f"the bound of {one.aim}", one.bound)]
    for name, value in claims:
        fits = isinstance(value, Real) and not math.isnan(value)
        _demand(fits, f"{name} = {value!r}, which is no number")
    _demand(0 <= answer.scale < math.inf, f"scale = {answer.scale!r}, which is no size")
    rows, cols = answer.rows.astype(np.intp), answer.cols.astype(np.intp)
    return replace(answer, rows=rows, cols=cols)


def _demand(holds: bool, found: str) -> None:
    """Raise where an answer cannot be one."""
    if not holds:
        raise SolverError(f"the engine answered {found}")


def _shown(value: object) -> str:
    """An array or something else, in few words."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} of shape {value.shape}, {np.array2string(value, threshold=6)}"
    return repr(value)


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
        if told and objective - certified > _CLAIM * max(abs(objective), largest):
            raise SolverError(
                f"the plan's total {objective!r} exceeds its certificate {certified!r}"
            )
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
    _keep_promises(stages, told, values, outcome.status is Status.OPTIMAL, largest)
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
        try:
            bound = outcome.certify()
        except (TalentMatchError, MemoryError):
            raise
        except Exception as error:
            raise SolverError(f"the engine's certificate failed: {error!r}") from error
        fits = isinstance(bound, Real) and not math.isnan(bound)
        _demand(fits, f"a certificate of {bound!r}, which is no number")
        return bound
    if outcome.candidate_prices is None or outcome.demand_prices is None:
        return math.inf
    return bound_from_prices(problem, *prices)


def _keep_promises(
    stages: list[Stage], told: tuple[StageOutcome, ...], values: list[float], proved: bool,
    largest: float,
) -> None:  # fmt: skip
    """What every stage is said to have come to must be there in the plan, and be so.

    The plan may have less of an earlier stage by its tolerance, and more where it was not proved.
    """
    for stage, one, value in zip(stages, told, values, strict=True):
        is_last = stage is stages[-1]
        kept = one.value - (0.0 if is_last else stage.tolerance) * abs(one.value)
        if value < kept - OPTIMAL_GAP * max(abs(kept), 1e-6):
            raise SolverError(f"the plan gives up {stage.name}: {value!r} where {kept!r} is held")
        slack = _CLAIM * max(abs(value), 1e-3 * largest)
        if one.bound < max(value, one.value) - slack:
            raise SolverError(
                f"the engine claims that no plan has a {stage.name} above {one.bound!r}, "
                f"but it answered {one.value!r}, and its plan has {value!r}"
            )
        if (proved or is_last) and value > one.value + slack:
            raise SolverError(
                f"the engine claims a {stage.name} of {one.value!r}, but its plan has {value!r}"
            )
        if proved and one.bound > one.value + slack:
            raise SolverError(
                f"claimed optimal, but {stage.name} has {one.value!r} and a bound of {one.bound!r}"
            )


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
