"""Cuts for unequal loads, where the linear relaxation lets people be in two places by halves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.amounts import Amounts
from talentmatch.solvers.families import Cliques
from talentmatch.solvers.master import Listed, Master

__all__ = ["Heavy", "cliques_broken"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_BROKEN = 1e-6  # a cut that is broken by less is not worth a row


@dataclass(frozen=True, eq=False)
class Heavy:
    """Pairs that use more than half of their candidate's capacity and leave no room for others.

    Attributes
    ----------
    loads : Amounts
        Load of every pair, in solver units.
    above : float array (candidates,)
        Half the capacity, or the capacity less the lightest load, whichever is more.
    """

    loads: Amounts
    above: Floats

    def __call__(self, rows: Ints, cols: Ints) -> NDArray[np.bool_]:
        """Whether each pair is heavy."""
        heavy: NDArray[np.bool_] = self.loads.at(rows, cols) > self.above[rows]
        return heavy


def cliques_broken(master: Master, pairs: Listed, point: Floats) -> Cliques | None:
    """The clique cuts that a point of the relaxation breaks; None where it breaks none.

    Parameters
    ----------
    master : Master
        The program.
    pairs : Listed
        Its pairs.
    point : float array (pairs,)
        Their values.
    """
    problem = master.model.problem
    if problem.loads is None:
        return None
    values = problem.loads.values
    known = np.asarray(values.data if sp.issparse(values) else values)
    lightest = float(known.min(initial=problem.loads.absent if sp.issparse(values) else np.inf))
    capacity = problem.capacity_units.astype(np.float64)
    is_heavy = Heavy(problem.loads, np.maximum(capacity / 2, capacity - lightest))
    heavy = is_heavy(pairs.rows, pairs.cols)
    taken = np.bincount(pairs.rows[heavy], weights=point[heavy], minlength=len(capacity))
    light = ~heavy & (point > _BROKEN) & (point + taken[pairs.rows] > 1 + _BROKEN)
    if not light.any():
        return None
    width = problem.shape[1]
    keys = np.sort(pairs.rows[light] * width + pairs.cols[light])
    return Cliques(
        "clique", pd.RangeIndex(len(keys)), np.full(len(keys), -np.inf), np.ones(len(keys)),
        keys, width, is_heavy,
    )  # fmt: skip
