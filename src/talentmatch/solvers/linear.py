"""The linear relaxation with its prices, by GLOP: a simplex, so the optimum is a vertex."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from ortools.linear_solver.python import model_builder_helper as glop

from talentmatch.errors import SolverError
from talentmatch.solvers.programs import LinearAnswer, Program, linear_by_hand
from talentmatch.solvers.waiting import waited_for

__all__ = ["relaxed"]


def relaxed(program: Program, *, time_limit: float | None = None) -> LinearAnswer:
    """Maximise a program with its columns free to take fractions.

    Ctrl-C arrives at once, as KeyboardInterrupt.

    Parameters
    ----------
    program : Program
        What to maximise; `whole` is not looked at.
    time_limit : float, optional
        Seconds.

    Returns
    -------
    LinearAnswer
        The vertex and its prices; strong duality holds:
        ``gains @ values == sum(max(prices, 0) * most + min(prices, 0) * least)
        + sum(max(d, 0) * upper + min(d, 0) * lower)`` with ``d = gains - prices @ matrix``.

    Raises
    ------
    SolverError
        Neither GLOP nor, after it, HiGHS could answer.

    Examples
    --------
    >>> import numpy as np, scipy.sparse as sp
    >>> from talentmatch.solvers.linear import relaxed
    >>> from talentmatch.solvers.programs import Program
    >>> two, one, matrix = np.ones(2), np.ones(1), sp.csr_array([[1.0, 1.0]])
    >>> gains = np.array([2.0, 3.0])
    >>> program = Program(gains, 0 * two, two, matrix, -np.inf * one, one, two > 0)
    >>> answer = relaxed(program)
    >>> float(answer.objective), answer.prices.tolist()
    (3.0, [3.0])
    """
    answer = linear_by_hand(program, whole=False)
    if answer is not None:
        return answer
    began = time.perf_counter()
    answer = _by_glop(program, program.gains, time_limit)
    if answer is not None and answer.status == "infeasible" and _has_open_columns(program):
        answer = _infeasible_or_unbounded(program, _left(time_limit, began))
    if answer is not None:
        return answer
    left = _left(time_limit, began)
    if left is not None and left <= 0:
        return LinearAnswer("stopped", None, None, math.nan)
    return _by_highs(program, left)


def _left(time_limit: float | None, began: float) -> float | None:
    """Seconds left of a limit."""
    return None if time_limit is None else time_limit - (time.perf_counter() - began)


def _has_open_columns(program: Program) -> bool:
    return not (np.isfinite(program.lower).all() and np.isfinite(program.upper).all())


def _infeasible_or_unbounded(program: Program, left: float | None) -> LinearAnswer | None:
    """Tell the two apart: GLOP calls both infeasible where presolve did not look further."""
    again = _by_glop(program, np.zeros_like(program.gains), left)
    if again is None or again.status != "optimal":
        return again
    return LinearAnswer("unbounded", None, None, math.inf)


def _by_glop(
    program: Program, gains: NDArray[np.float64], time_limit: float | None
) -> LinearAnswer | None:
    """GLOP's answer; None where it has none."""
    matrix = sp.csr_matrix(program.matrix, dtype=np.float64, copy=True)
    matrix.sum_duplicates()  # OR-Tools refuses a column named twice in a row
    numbers = (program.lower, program.upper, gains, program.least, program.most)
    model = glop.ModelBuilderHelper()
    fill: Any = model.fill_model_from_sparse_data  # its stub says ndarray[float64, ...]
    fill(*(np.ascontiguousarray(v, dtype=np.float64) for v in numbers), matrix)
    model.set_maximize(True)
    solver = glop.ModelSolverHelper("glop")
    if time_limit is not None:
        solver.set_time_limit_in_seconds(max(time_limit, 0.001))
    began = time.perf_counter()
    waited_for(lambda: solver.solve(model), stop=solver.interrupt_solve)
    status = solver.status()
    if status == glop.SolveStatus.OPTIMAL:
        values = np.array(solver.variable_values(), dtype=np.float64)
        prices = np.array(solver.dual_values(), dtype=np.float64)
        return LinearAnswer("optimal", values, prices, float(gains @ values))
    if status == glop.SolveStatus.INFEASIBLE:
        return LinearAnswer("infeasible", None, None, -math.inf)
    if status == glop.SolveStatus.UNBOUNDED:
        return LinearAnswer("unbounded", None, None, math.inf)
    if time_limit is not None and time.perf_counter() - began >= 0.9 * time_limit:
        return LinearAnswer("stopped", None, None, math.nan)
    return None


def _by_highs(program: Program, time_limit: float | None) -> LinearAnswer:
    """The dual simplex of HiGHS, where GLOP gave up."""
    from scipy.optimize import linprog  # slow to import, seldom needed

    over, under = np.isfinite(program.most), np.isfinite(program.least)
    options = {} if time_limit is None else {"time_limit": time_limit}
    found = waited_for(
        lambda: linprog(
            -program.gains,
            A_ub=sp.vstack((program.matrix[over], -program.matrix[under]), format="csr"),
            b_ub=np.concatenate((program.most[over], -program.least[under])),
            bounds=np.column_stack((program.lower, program.upper)),
            method="highs-ds",
            options=options,
        ),
        stop=lambda: None,
    )
    if found.status == 0:
        prices = np.zeros(len(program.most))
        prices[over] -= found.ineqlin.marginals[: over.sum()]
        prices[under] += found.ineqlin.marginals[over.sum() :]
        return LinearAnswer("optimal", found.x, prices, float(program.gains @ found.x))
    if found.status == 1:
        return LinearAnswer("stopped", None, None, math.nan)
    if found.status == 2 and "nfeasible" in found.message:  # 2 is a rejected model, too
        return LinearAnswer("infeasible", None, None, -math.inf)
    if found.status == 3:
        return LinearAnswer("unbounded", None, None, math.inf)
    raise SolverError(f"GLOP gave no answer, and HiGHS after it: {found.message}")
