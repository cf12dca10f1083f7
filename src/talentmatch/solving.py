"""`solve`: choose the engine, run it, look at its answer a second time, hand over the result."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.aims import Aim, Total, in_order
from talentmatch.easing import Eased
from talentmatch.errors import ProblemError, SolverError, TalentMatchError
from talentmatch.outcomes import Outcome, Progress, Status
from talentmatch.parallel import using
from talentmatch.problem import Problem
from talentmatch.result import Result
from talentmatch.solvers.network import NetworkFlow
from talentmatch.solvers.stagewise import StagedProgram
from talentmatch.verifying import verified

__all__ = ["Engine", "engine_for", "solve"]

Ints = NDArray[np.intp]
Shortfall = Callable[[pd.DataFrame], pd.DataFrame]


class Engine(Protocol):
    """What solves a problem: one method. Its plan is checked like those of the own engines."""

    def solve(self, problem: Problem) -> Outcome:
        """Return a plan, with prices where there are any, or why there is none."""


def solve(
    problem: Problem,
    aim: str | Aim | Sequence[str | Aim] = "total",
    *,
    time_limit: float | None = None,
    gap: float = 0.0,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    previous: Result | None = None,
    allow_unmet: bool = False,
    engine: Engine | None = None,
    n_jobs: int | None = None,
    memory_limit: float | None = None,
) -> Result:
    """Find the best plan of a problem, and prove it, whatever the order of rows.

    Where limits and floors are all there is, equal plans load people evenly.

    Parameters
    ----------
    problem : Problem
        Scores, limits and constraints.
    aim : str, value of talentmatch.aims, or a list of these
        ``"total"``, ``"filled"``, ``"bottleneck"``, ``"max_min"``, ``"coverage"``,
        ``"expected_contracts"``; a value with parameters; or several in order, each held within
        its tolerance while the next is pursued. See `talentmatch.aims` for the formulas.
    time_limit : float, optional
        Seconds. When they are up the best plan so far is returned with its true bound.
    gap : float
        Stop when the relative gap is at most this.
    seed : int
        Recorded; the engines make no random choices.
    progress : callable, optional
        Called with a `Progress` now and then.
    memory_limit : float, optional
        Bytes for listed pairs; once full, likewise. Constraints beyond plain limits do not keep it.
    previous : Result, optional
        A start: its pairs are formed at once; never changes the optimum.
    allow_unmet : bool
        Where no plan meets every floor and lock, return the best of those that miss as little of
        them as possible; ``result.shortfall`` says what. Ceilings and conflicts hold.
    engine : Engine, optional
        Anything with ``solve(problem) -> Outcome``. By default a flow where capacities, headcounts,
        floors, locks and forbids are all there is; linear pricing and integer programs elsewhere.
    n_jobs : int, optional
        Threads; all cores by default. ``joblib.parallel_config(backend="dask")`` moves the work to
        a cluster. The answer is the same bit for bit.

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
    _sensible(problem, time_limit, gap, previous, n_jobs, memory_limit)
    run = _Solve(in_order(aim), gap, seed, progress, previous, engine, memory_limit)
    with using(n_jobs):
        return run.go(problem, time_limit, allow_unmet)


@dataclass(frozen=True, eq=False)
class _Solve:
    """What one call of `solve` asks for."""

    aims: tuple[Aim, ...]
    gap: float
    seed: int
    progress: Callable[[Progress], None] | None
    previous: Result | None
    engine: Engine | None
    memory_limit: float | None = None
    began: float = field(default_factory=time.perf_counter)

    def left(self, limit: float | None) -> float | None:
        """Seconds left of a limit."""
        return None if limit is None else max(limit - (time.perf_counter() - self.began), 0.1)

    def go(self, problem: Problem, limit: float | None, allow_unmet: bool) -> Result:
        """Solve a problem, and if need be the one that misses as little as possible."""
        result = self.pursue(problem, limit)
        if not allow_unmet or result.status is not Status.INFEASIBLE:
            return result
        eased = Eased.of(problem, self.left(limit))
        return self.pursue(eased.problem, self.left(limit), eased.shortfall)

    def pursue(
        self, problem: Problem, limit: float | None, shortfall: Shortfall | None = None
    ) -> Result:
        """Solve a problem and look at the answer a second time."""
        start = _start(problem, self.previous)
        engine = self.engine or engine_for(
            problem, self.aims, limit, self.gap, self.progress, start, self.memory_limit
        )
        try:
            outcome = engine.solve(problem)
        except (TalentMatchError, MemoryError):
            raise
        except Exception as error:  # whatever a solver throws, the caller sees one kind of error
            raise SolverError(f"the engine failed: {error!r}") from error
        name = getattr(outcome, "solver", "") or _solver(engine)
        return verified(
            problem, outcome, self.aims, solver=name, seed=self.seed, began=self.began,
            shortfall=shortfall,
        )  # fmt: skip


def _sensible(
    problem: Problem,
    time_limit: float | None,
    gap: float,
    previous: Result | None,
    n_jobs: int | None,
    memory_limit: float | None,
) -> None:
    if not isinstance(problem, Problem):
        raise ProblemError(f"solve takes a Problem, not {type(problem).__name__}")
    if not (isinstance(gap, int | float | np.number) and gap >= 0):
        raise ProblemError(f"gap must be a number >= 0, not {gap!r}")
    if previous is not None and not isinstance(previous, Result):
        raise ProblemError(f"previous must be a Result, not {type(previous).__name__}")
    if memory_limit is not None and not memory_limit > 0:
        raise ProblemError(f"memory_limit must be above 0 bytes, not {memory_limit!r}")
    if n_jobs == 0:
        raise ProblemError("n_jobs must be a number of threads or -1 for all cores, not 0")
    if time_limit is not None and not time_limit > 0:
        raise ProblemError(f"time_limit must be above 0 seconds, not {time_limit!r}")


def engine_for(
    problem: Problem,
    aims: tuple[Aim, ...],
    time_limit: float | None = None,
    gap: float = 0.0,
    progress: Callable[[Progress], None] | None = None,
    start: tuple[Ints, Ints] | None = None,
    memory_limit: float | None = None,
) -> Engine:
    """The engine for what a problem contains: a flow where it is a network, else programs."""
    is_plain = not problem.rows and not problem.apart and problem.loads is None
    if is_plain and all(isinstance(aim, Total) and aim.tiers is None for aim in aims):
        return NetworkFlow(time_limit, gap, progress, start, memory_limit)
    return StagedProgram(aims, time_limit, gap, progress, start)


def _start(problem: Problem, previous: Result | None) -> tuple[np.ndarray, np.ndarray] | None:
    """The earlier plan's pairs that this problem knows, by position."""
    if previous is None or previous.status in (Status.INFEASIBLE, Status.NO_SOLUTION):
        return None
    pairs = previous.pairs
    rows = problem.candidate_ids.get_indexer(pd.Index(pairs["candidate_id"]))
    cols = problem.demand_ids.get_indexer(pd.Index(pairs["demand_id"]))
    known = (rows >= 0) & (cols >= 0)
    return rows[known], cols[known]


def _solver(engine: Engine) -> str:
    """The engine in words, with its version."""
    if isinstance(engine, StagedProgram):
        return (
            f"OR-Tools {version('ortools')} GLOP, priced over all pairs; "
            f"SciPy {version('scipy')} HiGHS on what is left"
        )
    return type(engine).__name__
