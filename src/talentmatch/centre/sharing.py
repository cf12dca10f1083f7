"""One expert shared by several enterprises, where both sides allow it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from talentmatch.reading import read_candidates, read_demands
from talentmatch.result import Result

__all__ = ["shared_experts", "sharing_loads"]


def sharing_loads(candidates: Any, demands: Any) -> pd.DataFrame:
    r"""Say what each pair takes of a candidate, so that only shareable demands share somebody.

    .. math:: a_{ij} = 1 \text{ where demand j is shareable, else } c_i

    with c the candidate's capacity: a demand that does not share its expert takes all of them, and
    a candidate of capacity 1 is never shared. So an expert serves several demands only where the
    candidate has room for them and every one of the demands allows it.

    Parameters
    ----------
    candidates : frame, path or records
        With capacity; 1 where it is not stated.
    demands : frame, path or records
        With shareable (yes or no); what is not stated is no.

    Returns
    -------
    DataFrame of int64
        Candidates x demands by id, for ``Problem(..., load=...)``.

    Raises
    ------
    InputError
        A table has flaws.

    Examples
    --------
    >>> import talentmatch as tm
    >>> people = [{"id": "R1", "text": "CNC", "capacity": 2}]
    >>> needs = [{"id": "X1", "text": "CNC", "shareable": "yes"}, {"id": "X2", "text": "CNC"}]
    >>> sharing_loads(people, needs).loc["R1"].tolist()
    [1, 2]
    """
    people, needs = read_candidates(candidates), read_demands(demands)
    ones = pd.Series(1, people.index)
    capacity = np.maximum(people.get("capacity", ones).to_numpy(dtype=np.int64), 1)
    said = needs.get("shareable", pd.Series(False, needs.index))
    shareable = np.array([flag is not pd.NA and bool(flag) and flag == flag for flag in said])
    loads = np.where(shareable[None, :], 1, capacity[:, None])
    return pd.DataFrame(loads, people["candidate_id"].array, needs["demand_id"].array)


def shared_experts(result: Result, *, by: str = "enterprise_id") -> pd.DataFrame:
    """List the candidates of a plan who serve more than one enterprise.

    Parameters
    ----------
    result : Result
        Of a problem whose demands' table names their enterprises.
    by : str
        The column of the demands that does.

    Returns
    -------
    DataFrame
        candidate_id, enterprises (how many), demands, load, capacity, enterprise_ids and
        demand_ids (lists); most enterprises first.

    Raises
    ------
    ProblemError
        There is no such column.
    NoPlanError
        The result holds no plan.

    Examples
    --------
    >>> import pandas as pd, talentmatch as tm
    >>> needs = pd.DataFrame({"demand_id": ["X1", "X2"], "enterprise_id": ["E1", "E2"]})
    >>> people = pd.DataFrame({"candidate_id": ["R1"], "capacity": [2]})
    >>> result = tm.solve(tm.Problem([[0.9, 0.8]], people, needs))
    >>> shared_experts(result)[["candidate_id", "enterprises", "load"]].values.tolist()
    [['R1', 2, 2]]
    """
    pairs = result.to_frame([by])
    pairs = pairs.rename(columns={f"{by}_demand": by}).sort_values(["candidate_id", "demand_id"])
    capacity = pd.Series(result.problem.capacity, result.problem.candidate_ids)
    rows = [
        {
            "candidate_id": key,
            "enterprises": part[by].nunique(),
            "demands": len(part),
            "load": part["load"].sum(),
            "capacity": capacity[key],
            "enterprise_ids": sorted(part[by].dropna().unique()),
            "demand_ids": part["demand_id"].tolist(),
        }
        for key, part in pairs.groupby("candidate_id", sort=True)
        if part[by].nunique() > 1
    ]
    columns = [
        "candidate_id", "enterprises", "demands", "load", "capacity", "enterprise_ids",
        "demand_ids",
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    order = ["enterprises", "demands", "candidate_id"]
    return frame.sort_values(order, ascending=[False, False, True], ignore_index=True)
