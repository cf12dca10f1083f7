"""Whom of the service list a plan does not reach, and why."""

from __future__ import annotations

from typing import Any

import pandas as pd

from talentmatch.centre.counted import ABOUT, needs_of
from talentmatch.errors import ProblemError
from talentmatch.reading import read_table
from talentmatch.result import Result

__all__ = ["never_reached"]

REACHED = ["enterprise_id", "demands", "openings", "reason", "sentence"]


def never_reached(result: Result, enterprises: Any) -> pd.DataFrame:
    """List the enterprises to which the plan sends nobody, and why.

    Parameters
    ----------
    result : Result
        A plan whose demands' table has enterprise_id.
    enterprises : frame, path or records
        The service list.

    Returns
    -------
    DataFrame
        enterprise_id, name, tier, industry (those of the columns that there are), demands,
        openings, reason ("no_demand", "no_openings", or the commonest of ``result.unfilled``),
        sentence (for that of its demands for which it is said); most openings first.

    Raises
    ------
    ProblemError, InputError, NoPlanError
        As `coverage`.

    Examples
    --------
    >>> import pandas as pd, talentmatch as tm
    >>> needs = pd.DataFrame({"demand_id": ["X1"], "enterprise_id": ["E1"]})
    >>> result = tm.solve(tm.Problem([[0.8]], demands=needs))
    >>> never_reached(result, [{"enterprise_id": "E1"}, {"enterprise_id": "E2"}]).values.tolist()
    [['E2', 0, 0, 'no_demand', 'E2 has no demand in the plan.']]
    """
    firms = read_table(enterprises, "enterprises").sort_values("enterprise_id", ignore_index=True)
    needs = needs_of(result)
    if "enterprise_id" not in needs.columns:
        raise ProblemError("the demands have no column 'enterprise_id'")
    firm = needs["enterprise_id"].set_axis(needs["demand_id"])
    reached = set(result.pairs["demand_id"].map(firm))
    wanted = needs.assign(openings=result.problem.headcount).groupby("enterprise_id")["openings"]
    demands, openings = wanted.size(), wanted.sum()
    unfilled = result.unfilled.assign(firm=lambda t: t["demand_id"].map(firm))
    groups = dict(list(unfilled.groupby("firm")))
    rows = []
    for key in firms["enterprise_id"]:
        if key not in reached:
            many = int(demands.get(key, 0)), int(openings.get(key, 0))
            rows.append((key, *many, *_why_not(key, many, groups.get(key))))
    frame = pd.DataFrame(rows, columns=REACHED)
    about = [name for name in ABOUT if name in firms.columns]
    frame = frame.merge(firms[["enterprise_id", *about]], on="enterprise_id", how="left")
    frame = frame[["enterprise_id", *about, *REACHED[1:]]]
    order = ["openings", "enterprise_id"]
    return frame.sort_values(order, ascending=[False, True], ignore_index=True)


def _why_not(firm: str, many: tuple[int, int], unfilled: pd.DataFrame | None) -> tuple[str, str]:
    """Reason and sentence of one enterprise that got nobody."""
    if not many[0]:
        return "no_demand", f"{firm} has no demand in the plan."
    if unfilled is None or not many[1]:
        return "no_openings", f"The demands of {firm} want nobody."
    counts = unfilled["reason"].value_counts()
    reason = min(counts.index[counts == counts.max()])
    those = unfilled[unfilled["reason"] == reason].sort_values("demand_id")
    first = those.iloc[0]
    head = f"{len(those)} of {many[0]} demands" if many[0] > 1 else "Its demand"
    return str(reason), f"{head}: {first['demand_id']}: {first['sentence']}"
