"""`solve`: choose the engine, run it, look at its answer a second time, hand over the result."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import cache, partial
from importlib.metadata import version
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.checking import bound_from_prices, check
from talentmatch.errors import ProblemError, SolverError, TalentMatchError
from talentmatch.problem import Problem
from talentmatch.reasons import reasons_of
from talentmatch.result import Outcome, Progress, Result, Status, is_closed, relative_gap
from talentmatch.solvers.network import NetworkFlow

__all__ = ["AIMS", "Engine", "solve"]

Ints = NDArray[np.intp]

AIMS = ("total",)


class Engine(Protocol):
    """What solves a problem: one method."""

    def solve(self, problem: Problem) -> Outcome:
        """Return a plan with prices, or why there is none."""


def solve(
    problem: Problem,
    aim: str = "total",
    *,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    previous: Result | None = None,
) -> Result:
    """Find the best plan of a problem, and prove it.

    The answer does not depend on the order of rows; equal plans load people evenly.

    Parameters
    ----------
    problem : Problem
        Scores, limits and constraints.
    aim : {"total"}
        Maximise the sum of the chosen scores.
    time_limit : float, optional
        Seconds. When they are up the best plan so far is returned with its true bound. It is
        looked at between rounds, so a single long flow may overrun it.
    gap : float
        Stop when the relative gap is at most this.
    seed : int
        Recorded in the result. The flow makes no random choices.
    progress : callable, optional
        Called with a `Progress` in every round.
    previous : Result, optional
        A start: its pairs are formed at once. It never changes the optimum.

    Returns
    -------
    Result
        The plan, verified by `check`, with a bound recomputed from its prices.

    Raises
    ------
    ProblemError
        An argument is out of range.
    SolverError
        The engine failed, or its answer did not stand the second look.

    Examples
    --------
    >>> import talentmatch as tm
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]], capacity=1))
    >>> result.status.value, result.objective, result.bound
    ('optimal', 1.6, 1.6)
    """
    if not isinstance(problem, Problem):
        raise ProblemError(f"solve takes a Problem, not {type(problem).__name__}")
    if aim not in AIMS:
        raise ProblemError(f"aim must be one of {AIMS}, not {aim!r}")
    if not (isinstance(gap, int | float | np.number) and gap >= 0):
        raise ProblemError(f"gap must be a number >= 0, not {gap!r}")
    if previous is not None and not isinstance(previous, Result):
        raise ProblemError(f"previous must be a Result, not {type(previous).__name__}")
    if time_limit is not None and not time_limit > 0:
        raise ProblemError(f"time_limit must be above 0 seconds, not {time_limit!r}")
    began = time.perf_counter()
    engine: Engine = NetworkFlow(time_limit, gap, progress, _start(problem, previous))
    try:
        outcome = engine.solve(problem)
    except (TalentMatchError, MemoryError):
        raise
    except Exception as error:  # whatever a solver throws, the caller sees one kind of error
        raise SolverError(f"the engine failed: {error!r}") from error
    return _verified(problem, outcome, aim=aim, seed=seed, began=began)


def _start(problem: Problem, previous: Result | None) -> tuple[np.ndarray, np.ndarray] | None:
    """The earlier plan's pairs that this problem knows, by position."""
    if previous is None or previous.status in (Status.INFEASIBLE, Status.NO_SOLUTION):
        return None
    pairs = previous.pairs
    rows = problem.candidate_ids.get_indexer(pd.Index(pairs["candidate_id"]))
    cols = problem.demand_ids.get_indexer(pd.Index(pairs["demand_id"]))
    known = (rows >= 0) & (cols >= 0)
    return rows[known], cols[known]


def _verified(problem: Problem, outcome: Outcome, *, aim: str, seed: int, began: float) -> Result:
    """Look at the engine's answer a second time, by `check` and by the prices alone."""
    objective, gap, bound, status = math.nan, math.inf, outcome.bound, outcome.status
    pairs, prices, reasons, proof = None, None, None, ""
    if outcome.candidate_prices is not None and outcome.demand_prices is not None:
        pairs = _frame(problem, outcome)
        violations = check(problem, pairs)
        if violations:
            shown = "; ".join(str(violation) for violation in violations[:3])
            raise SolverError(f"the solver's plan breaks {len(violations)} rules: {shown}")
        u = pd.Series(outcome.candidate_prices, index=problem.candidate_ids, name="price")
        v = pd.Series(outcome.demand_prices, index=problem.demand_ids, name="price")
        prices = u, v
        objective = math.fsum(pairs["score"])
        sizes = np.concatenate((pairs["score"], u, v))
        largest = float(np.abs(sizes).max(initial=0.0))
        bound, proof = bound_from_prices(problem, u, v), "dual certificate"
        gap = relative_gap(bound, objective, largest)
        closed = is_closed(bound, objective, largest)
        if gap < 0 and not closed:
            raise SolverError(f"the plan's total {objective!r} exceeds its bound {bound!r}")
        if status is Status.OPTIMAL and not closed:
            raise SolverError(f"claimed optimal, but the prices leave a gap of {gap:.3g}")
        bound, gap = max(bound, objective), max(gap, 0.0)

        reasons = partial(
            _reasons, problem, outcome.rows, outcome.cols, u, v, status is Status.OPTIMAL
        )

    return Result(
        problem=problem,
        status=status,
        stopped=outcome.stopped,
        bound=bound,
        aim=aim,
        solver=_solver(),
        seconds=time.perf_counter() - began,
        proof=proof,
        reason=outcome.reason,
        seed=seed,
        rounds=outcome.rounds,
        pairs_formed=outcome.pairs,
        stages=pd.DataFrame({"aim": [aim], "value": [objective], "bound": [bound]}),
        _objective=objective,
        _gap=gap,
        _pairs=pairs,
        _prices=prices,
        _range=outcome.price_range,
        _reasons=reasons,
    )


def _reasons(
    problem: Problem, rows: Ints, cols: Ints, u: pd.Series, v: pd.Series, proved: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    both = reasons_of(problem, rows, cols, u, v, proved=proved)
    return both.unfilled, both.unassigned


def _frame(problem: Problem, outcome: Outcome) -> pd.DataFrame:
    """The plan as a table, demands in their order, best score first within each."""
    scores = problem.at(outcome.rows, outcome.cols)
    order = np.lexsort((outcome.rows, -scores, outcome.cols))
    rows, cols = outcome.rows[order], outcome.cols[order]
    return pd.DataFrame(
        {
            "candidate_id": problem.candidate_ids.take(rows),
            "demand_id": problem.demand_ids.take(cols),
            "score": scores[order],
            "load": np.ones(len(rows), dtype=np.int64),
        }
    )


@cache
def _solver() -> str:
    return f"OR-Tools {version('ortools')} min-cost flow, priced over all pairs"
