"""Linear programs with whole-number columns, and what their solvers answer: plain values.

The form is: maximise gains @ x, where least <= matrix @ x <= most and lower <= x <= upper.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.errors import SolverError

__all__ = ["LinearAnswer", "MixedAnswer", "Program", "keeps_rows", "linear_by_hand"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_SLACK = 1e-6  # of a row's limit, and at least of 1: the tolerance of the solvers themselves


@dataclass(frozen=True, eq=False)
class Program:
    """Maximise ``gains @ x`` where ``least <= matrix @ x <= most``, ``lower <= x <= upper``.

    Attributes
    ----------
    gains : float64 array (columns,)
        What a unit of each column adds to the total.
    lower, upper : float64 arrays (columns,)
        Limits of each column; infinite where there are none.
    matrix : scipy csr_array (rows, columns)
        What a unit of each column uses of each row.
    least, most : float64 arrays (rows,)
        Limits of each row; infinite where there are none.
    whole : bool array (columns,)
        Which columns take whole numbers only.

    Raises
    ------
    SolverError
        The shapes do not fit, or a number is nan.

    Examples
    --------
    >>> import numpy as np, scipy.sparse as sp
    >>> from talentmatch.solvers.programs import Program
    >>> two = np.ones(2)
    >>> matrix = sp.csr_array([[1.0, 1.0]])
    >>> limits = {"least": np.array([-np.inf]), "most": np.ones(1)}
    >>> Program(two, 0 * two, two, matrix, **limits, whole=two > 0).shape
    (1, 2)
    """

    gains: Floats
    lower: Floats
    upper: Floats
    matrix: sp.csr_array
    least: Floats
    most: Floats
    whole: Mask

    def __post_init__(self) -> None:
        rows, columns = self.matrix.shape
        for name in ("gains", "lower", "upper", "whole", "least", "most"):
            value = getattr(self, name)
            size = rows if name in ("least", "most") else columns
            if value.shape != (size,):
                raise SolverError(f"{name} has shape {value.shape} where ({size},) fits the matrix")
            if np.isnan(value).any():
                raise SolverError(f"{name} holds nan")
        if not (np.isfinite(self.gains).all() and np.isfinite(self.matrix.data).all()):
            raise SolverError("a gain or an entry of the matrix is not finite")

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        rows, columns = self.matrix.shape
        return int(rows), int(columns)


@dataclass
class LinearAnswer:
    """What became of a linear program, whole numbers not asked for.

    Attributes
    ----------
    status : {"optimal", "infeasible", "unbounded", "stopped"}
        ``"stopped"``: the time was up before the optimum.
    values : float64 array (columns,) or None
        The optimum, at a vertex; None without one.
    prices : float64 array (rows,) or None
        What the maximum gains per unit of a row's limit: >= 0 where `most` binds,
        <= 0 where `least` does, 0 where neither.
    objective : float
        ``gains @ values``; -inf infeasible, +inf unbounded, nan stopped.
    """

    status: Literal["optimal", "infeasible", "unbounded", "stopped"]
    values: Floats | None
    prices: Floats | None
    objective: float


@dataclass
class MixedAnswer:
    """What became of a program with whole-number columns.

    Attributes
    ----------
    status : {"optimal", "feasible", "infeasible", "stopped"}
        ``"feasible"``: the time was up with a plan; ``"stopped"``: without one.
    values : float64 array (columns,) or None
        The plan, exactly whole where asked.
    bound : float
        No plan's total exceeds it (within the solver's tolerance); +inf unknown, -inf infeasible.
    """

    status: Literal["optimal", "feasible", "infeasible", "stopped"]
    values: Floats | None
    bound: float


def keeps_rows(program: Program, values: Floats) -> bool:
    """Whether values keep every row's limits within 1e-6 of the limit, and at least of 1."""
    used = program.matrix @ values

    def slack(limit: Floats) -> Floats:
        return _SLACK * np.maximum(1.0, np.where(np.isfinite(limit), np.abs(limit), 1.0))

    under = used < program.least - slack(program.least)
    over = used > program.most + slack(program.most)
    return not (under.any() or over.any())


def linear_by_hand(program: Program, *, whole: bool) -> LinearAnswer | None:
    """Answer a program without columns or without rows; None where there are both.

    Parameters
    ----------
    program : Program
        Any program.
    whole : bool
        Whether the whole-number columns are held to whole numbers.
    """
    rows, columns = program.shape
    low, high = program.lower, program.upper
    if whole:
        low = np.where(program.whole, np.ceil(low), low)
        high = np.where(program.whole, np.floor(high), high)
    empty = low > high
    if empty.any() or (program.least > program.most).any():
        return LinearAnswer("infeasible", None, None, -math.inf)
    if rows and columns:
        return None
    if rows and not keeps_rows(program, np.zeros(columns)):
        return LinearAnswer("infeasible", None, None, -math.inf)
    idle = np.clip(0.0, low, high)
    values = np.where(program.gains > 0, high, np.where(program.gains < 0, low, idle))
    if not np.isfinite(values).all():
        return LinearAnswer("unbounded", None, None, math.inf)
    total = float(program.gains @ values)
    return LinearAnswer("optimal", values, np.zeros(rows), total)
