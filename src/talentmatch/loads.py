"""What a pair takes of its candidate's capacity: loads, capacities and floors in common units."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.amounts import Amounts, written
from talentmatch.decimals import PLACES, coarsest
from talentmatch.errors import ProblemError
from talentmatch.limits import limits_of
from talentmatch.sides import Sides

__all__ = ["capacities", "loads_of"]

Counts = NDArray[np.int64]
_MOST = 2**31 - 1  # as in limits


def loads_of(load: Any, sides: Sides) -> Amounts | None:
    """Read the load of every pair, as exact decimals > 0.

    Parameters
    ----------
    load : None, number, column name, array, Series by id, sparse matrix, DataFrame or Amounts
        One number for all, one per demand, or one per pair. A blank cell of a column, and a pair
        that a sparse matrix does not store, is 1.
    sides : Sides
        Ids and tables.

    Returns
    -------
    Amounts or None
        In the coarsest decimal units that hold every load; None where every load is 1.

    Raises
    ------
    ProblemError
        A load is no number > 0, or has more than six decimal places; shapes or ids do not fit.
    """
    if load is None:
        return None
    if isinstance(load, Amounts):
        shape = (len(sides.demand_ids),) if load.side else sides.shape
        if load.values.ndim and load.values.shape != shape:
            raise ProblemError(f"load has the shape {load.values.shape}, the scores {sides.shape}")
        return load
    given = written(load, sides, "demand", f"load={load!r}" if isinstance(load, str) else "load")
    units, sound = given.units(PLACES)
    one = 10.0**PLACES
    if isinstance(load, str):
        blank = np.array([pd.isna(v) or str(v).strip() == "" for v in given.raw], dtype=bool)
        units, sound = np.where(blank, one, units), sound | blank
    rule = f"load must be a number > 0, at most {_MOST}, of at most {PLACES} decimal places"
    given.refuse(~(sound & (units > 0) & (units <= _MOST * one)), rule)
    places = coarsest(PLACES, units)
    scale = 10**places
    step = 10.0 ** (PLACES - places)
    return given.amounts(units / step, scale=scale, exact=True, absent=float(scale))


def capacities(
    sides: Sides, loads: Amounts | None, capacity: Any, min_load: Any
) -> tuple[Amounts | None, Counts, Counts]:
    """Read capacities and floors, and bring them and the loads to one scale.

    Returns
    -------
    (Amounts or None, int64 array, int64 array)
        The loads, and capacity and floor of every candidate, in the same units.
    """
    places = 0 if loads is None else PLACES
    most, least = limits_of(
        sides.candidate_ids, sides.candidates, ("capacity", capacity), ("min_load", min_load),
        places=places,
    )  # fmt: skip
    if loads is None:
        return None, most, least
    needed = coarsest(PLACES, most.astype(np.float64), least.astype(np.float64))
    scale = max(loads.scale, 10**needed)
    step = 10**PLACES // scale
    most, least = most // step, least // step
    for units in (most, least):
        units.flags.writeable = False
    return loads.rescaled(scale), most, least
