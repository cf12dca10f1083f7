"""How full a plan is, how much of every limit it uses, and what one more unit is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.checking import used
from talentmatch.problem import Problem

__all__ = ["limits_used", "plan_counts"]

Floats = NDArray[np.float64]
COLUMNS = ["constraint", "group", "limit", "used", "slack", "price"]


def limits_used(
    problem: Problem,
    plan: pd.DataFrame,
    candidate_prices: pd.Series,
    demand_prices: pd.Series,
    row_prices: tuple[Floats, ...],
) -> pd.DataFrame:
    """Every limit of a problem with its use, slack and price.

    Parameters
    ----------
    problem : Problem
        The limits.
    plan : DataFrame
        candidate_id, demand_id, load.
    candidate_prices, demand_prices : Series by id
        Prices per unit of load and per head.
    row_prices : tuple of float arrays
        Prices of ``problem.rows``, per group and unit of the user's; empty for none known.

    Returns
    -------
    pandas.DataFrame
        constraint, group, limit, used, slack, price.
    """
    load = plan.groupby("candidate_id")["load"].sum()
    scale = 1 if problem.loads is None else problem.loads.scale
    count = plan["demand_id"].value_counts()
    parts = [
        *_both_ends(("capacity", "min_load"), problem.candidate_ids, problem.capacity,
                    problem.min_load, load, candidate_prices.to_numpy(), scale),
        *_both_ends(("headcount", "min_headcount"), problem.demand_ids, problem.headcount,
                    problem.min_headcount, count, demand_prices.to_numpy()),
    ]  # fmt: skip
    rows = problem.candidate_ids.get_indexer(pd.Index(plan["candidate_id"]))
    cols = problem.demand_ids.get_indexer(pd.Index(plan["demand_id"]))
    for k, limit in enumerate(problem.rows):
        prices = row_prices[k] if row_prices else np.full(len(limit.labels), np.nan)
        use = used(limit, problem, rows, cols) / limit.scale
        for ends, sign in ((limit.most, 1), (limit.least, -1)):
            known = np.isfinite(ends)
            table = pd.DataFrame({
                "constraint": limit.name, "group": limit.labels, "limit": ends / limit.scale,
                "used": use, "slack": sign * (ends / limit.scale - use) + 0.0,
                "price": sign * np.maximum(sign * prices, 0.0) + 0.0,
            })  # fmt: skip
            parts.append(table[known])
    for name, (held, _) in (("Lock", problem.locked), ("Forbid", problem.forbidden)):
        n = len(held) if name == "Lock" else 0
        if len(held):
            parts.append(
                pd.DataFrame([[name, f"{len(held)} pairs", n, n, 0, np.nan]], columns=COLUMNS)
            )
    for apart in problem.apart:
        n = len(apart.first)
        parts.append(pd.DataFrame([[apart.name, f"{n} pairs", n, n, 0, np.nan]], columns=COLUMNS))
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def plan_counts(problem: Problem, plan: pd.DataFrame | None) -> dict[str, int]:
    """How many people, demands and openings there are, and how many a plan serves.

    Parameters
    ----------
    problem : Problem
        The headcounts.
    plan : DataFrame or None
        candidate_id, demand_id; None for no plan.

    Returns
    -------
    dict of str to int
        candidates, demands, openings, filled, missing, demands_full, demands_short, placed,
        unassigned.
    """
    n, m = problem.shape
    openings, filled, placed = int(problem.headcount.sum()), 0, 0
    took = np.zeros(m, dtype=np.int64)
    if plan is not None:
        cols = problem.demand_ids.get_indexer(pd.Index(plan["demand_id"]))
        took = np.bincount(cols, minlength=m)
        filled, placed = len(plan), int(plan["candidate_id"].nunique())
    return {
        "candidates": n,
        "demands": m,
        "openings": openings,
        "filled": filled,
        "missing": openings - filled,
        "demands_full": int((took >= problem.headcount).sum()),
        "demands_short": int((took < problem.headcount).sum()),
        "placed": placed,
        "unassigned": n - placed,
    }


def _both_ends(
    names: tuple[str, str],
    ids: pd.Index,
    most: NDArray[np.int64] | Floats,
    least: NDArray[np.int64] | Floats,
    use: pd.Series,
    prices: Floats,
    scale: int = 1,
) -> list[pd.DataFrame]:
    """The table of a side's ceilings and that of its floors."""
    units = np.round(use.reindex(ids, fill_value=0).to_numpy() * scale)  # whole, so exact
    taken = units / scale
    parts = []
    for name, limit, sign, where in (
        (names[0], most, 1, np.ones(len(ids), dtype=bool)),
        (names[1], least, -1, np.asarray(least > np.zeros(len(ids)))),
    ):
        table = {"constraint": name, "group": ids, "limit": limit, "used": taken}
        table |= {"slack": sign * (np.round(np.asarray(limit) * scale) - units) / scale + 0.0}
        table |= {"price": sign * np.maximum(sign * prices, 0.0) + 0.0}
        parts.append(pd.DataFrame(table)[where])
    return parts
