"""Docking: whom to introduce where, when introductions are scarce, for most signed contracts.

With a record the openings that are filled and the candidates who have signed leave. Pairs that are
open are locked, and those that have ended are never introduced again. Every introduction of the
record counts against the limits on all of them and on an enterprise's, ended ones too. What is open
stays: where it is more than a limit has room for, the limit is raised to it, and nothing is added
there. An open pair to which no opening or no capacity is left has no chance any more, and leaves
the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.aims import ExpectedContracts
from talentmatch.centre.events import iso_day
from talentmatch.centre.funnel import locks_and_forbids, outcomes
from talentmatch.centre.introductions import Chances, chances_of
from talentmatch.centre.record import Record
from talentmatch.constraints import Constraint, Forbid, GroupLimit, Lock, TotalLimit
from talentmatch.errors import ProblemError
from talentmatch.learning.splitting import check_whole
from talentmatch.limits import limits_of
from talentmatch.problem import Problem
from talentmatch.result import Result
from talentmatch.scores import Scores
from talentmatch.solving import solve

__all__ = ["dock", "docking_problem"]

Ints = NDArray[np.int64]

_PAIR = ["candidate_id", "demand_id"]
_LIMIT = "introduction_limit"


def dock(
    scores: Scores,
    candidates: pd.DataFrame,
    demands: pd.DataFrame,
    *,
    enterprises: pd.DataFrame | None = None,
    introductions: int = 340,
    p: Chances = None,
    openings: Any = "headcount",
    per_opening: int = 3,
    eligible: Any = None,
    constraints: Sequence[Constraint] = (),
    record: Record | None = None,
    on: object = None,
    since: object = None,
    time_limit: float | None = None,
    gap: float = 0.001,
    seed: int = 0,
) -> Result:
    """Plan the introductions that bring most expected contracts.

    Both kinds of demand draw on one pool. What the plan must keep is told in `docking_problem`;
    of two introductions to one opening the second counts only as far as the first may fail.

    Parameters
    ----------
    scores, candidates, demands, enterprises, introductions, openings, per_opening, eligible,
    constraints, record, on, since
        As for `docking_problem`.
    p : SigningChances, Calibration, float, array or frame (candidates, demands), or None
        Chance that an introduced pair signs. None takes the scores for it, which is rarely true:
        learn them from the record by `talentmatch.centre.chances.signing_chances`.
    time_limit : float, optional
        Seconds.
    gap : float
        The plan may be as far below the best one as this, relatively. Proved, not hoped.
    seed : int
        As for `talentmatch.solve`.

    Returns
    -------
    Result
        The plan of all open and new introductions; ``result.objective`` is the number of contracts
        expected of it. `talentmatch.centre.introductions` lists it, and writes the record's
        events. It is infeasible where an open introduction breaks a rule; `diagnose` names it.

    Raises
    ------
    ProblemError
        Tables, limits or chances do not fit.

    Examples
    --------
    >>> import talentmatch as tm
    >>> people = pd.DataFrame({"candidate_id": ["R1", "R2", "R3"]})
    >>> posts = pd.DataFrame({"demand_id": ["X1", "X2"], "headcount": 1})
    >>> scores = tm.Scores.from_factors([[0.5], [0.4], [0.2]], [[1.0], [0.5]], people.candidate_id,
    ...                                 posts.demand_id)
    >>> result = dock(scores, people, posts, introductions=2)
    >>> result.pairs[["candidate_id", "demand_id"]].values.tolist(), round(result.objective, 3)
    ([['R1', 'X1'], ['R2', 'X2']], 0.7)
    """
    problem, left = docking_problem(
        scores, candidates, demands, enterprises=enterprises, introductions=introductions,
        openings=openings, per_opening=per_opening, eligible=eligible, constraints=constraints,
        record=record, on=on, since=since,
    )  # fmt: skip
    aim = ExpectedContracts(chances_of(problem, p), left)
    return solve(problem, aim, time_limit=time_limit, gap=gap, seed=seed)


def docking_problem(
    scores: Scores,
    candidates: pd.DataFrame,
    demands: pd.DataFrame,
    *,
    enterprises: pd.DataFrame | None = None,
    introductions: int = 340,
    openings: Any = "headcount",
    per_opening: int = 3,
    eligible: Any = None,
    constraints: Sequence[Constraint] = (),
    record: Record | None = None,
    on: object = None,
    since: object = None,
) -> tuple[Problem, Ints]:
    """The limits of a plan of introductions, and the openings that are left.

    At most `introductions` in all, the introduction_limit of every enterprise, `per_opening` for
    each opening of a demand, and for each candidate their capacity (the column; 1 without it).
    What a record changes is told at the top of this module.

    Parameters
    ----------
    scores, candidates, demands : Scores, DataFrame, DataFrame
        Fit with its rules; candidate_id, optionally capacity; demand_id, headcount, and
        enterprise_id with `enterprises`.
    enterprises : pandas.DataFrame, optional
        enterprise_id and introduction_limit (empty: none). No such limits without the table.
    introductions, per_opening : int
        Most introductions in all, and for each opening.
    openings : str, int, array or Series by demand id
        Most contracts of each demand.
    eligible, constraints
        More who may not meet, as ``barred_by_permits(...).eligible``; other limits, as a `Budget`.
    record, on, since : Record, date or text, optional
        What has happened, until the day of the plan; and the first day of the season: what was
        introduced before it, and is not open, counts no more.

    Returns
    -------
    (Problem, int64 array (demands,))
        The problem, and how many openings each demand has left.

    Raises
    ------
    ProblemError, ValueError
        Tables or limits do not fit; `on` or `since` is no day.

    Examples
    --------
    >>> import talentmatch as tm
    >>> people = pd.DataFrame({"candidate_id": ["R1", "R2"]})
    >>> posts = pd.DataFrame({"demand_id": ["X1"], "enterprise_id": ["E1"], "headcount": [2]})
    >>> scores = tm.Scores.from_factors([[0.5], [0.4]], [[1.0]], ["R1", "R2"], ["X1"])
    >>> firms = pd.DataFrame({"enterprise_id": ["E1"], "introduction_limit": [1]})
    >>> problem, left = docking_problem(scores, people, posts, enterprises=firms, per_opening=2)
    >>> problem.headcount.tolist(), left.tolist(), len(tm.solve(problem).pairs)
    ([4], [2], 1)
    """
    check_whole(introductions=(introductions, 0), per_opening=(per_opening, 1))
    plain = Problem(scores, candidates, demands, eligible=eligible)
    wanted, _ = limits_of(
        plain.demand_ids, plain.demands, ("openings", openings), ("fewest openings", 0)
    )
    state = _State.of(plain, wanted, record, on, since)
    own: list[Constraint] = [TotalLimit(at_most=state.room(introductions))]
    if enterprises is not None and (limits := _limits(enterprises, plain.demands, state)):
        own.append(GroupLimit("enterprise_id", limits, side="demand"))
    return state.limiting(plain, per_opening, [*own, *state.rules, *constraints]), state.left


class _State:
    """What the record leaves of a problem's openings and capacities, and which pairs are fixed."""

    def __init__(self, problem: Problem, openings: Ints) -> None:
        self.left: Ints = np.array(openings)
        self.capacity: Ints = np.array(problem.capacity)
        self.rules: list[Constraint] = []
        self.held = pd.DataFrame(columns=[*_PAIR, "enterprise_id"])  # locked pairs
        self.spent = self.held  # what counts against limits beside them

    @classmethod
    def of(
        cls, problem: Problem, openings: Ints, record: Record | None, on: object, since: object
    ) -> _State:
        """Read the record as of a day."""
        state, first = cls(problem, openings), iso_day(since, name="since")
        if record is None:
            return state
        past = outcomes(record, as_of=on)
        signed = past[past["outcome"] == "contracted"]
        for side, left in (("candidate", state.capacity), ("demand", state.left)):
            ids = problem.candidate_ids if side == "candidate" else problem.demand_ids
            left -= np.minimum(left, _counts(signed[f"{side}_id"], ids))
        closed = {
            *problem.candidate_ids[state.capacity == 0], *problem.demand_ids[state.left == 0],
        }  # fmt: skip
        lock, forbid = locks_and_forbids(
            record, as_of=on, candidates=problem.candidate_ids, demands=problem.demand_ids,
            contracted="leave_out",
        )  # fmt: skip
        still = [pair for pair in (lock.pairs if lock else ()) if closed.isdisjoint(pair)]
        known = past["candidate_id"].isin(problem.candidate_ids)
        known &= past["demand_id"].isin(problem.demand_ids)
        is_held = pd.MultiIndex.from_frame(past[_PAIR]).isin(still)
        over = past.loc[known & ~is_held, _PAIR].itertuples(index=False, name=None)
        barred = dict.fromkeys((*(forbid.pairs if forbid else ()), *over))
        state.rules += [Lock(still)] if still else []
        state.rules += [Forbid(barred)] if barred else []
        state.held = past[is_held]
        counts = (past["outcome"] == "open") | (past["introduced"] >= (first or "1000-01-01"))
        state.spent = past[counts & ~is_held]
        state.capacity = np.maximum(
            state.capacity, state.held_by("candidate_id", problem.candidate_ids)
        )
        return state

    def limiting(
        self, plain: Problem, per_opening: int, constraints: Sequence[Constraint]
    ) -> Problem:
        """The problem with what is left of places and capacities."""
        places = np.minimum(per_opening * self.left, np.iinfo(np.int32).max)
        headcount = np.maximum(places, self.held_by("demand_id", plain.demand_ids))
        return plain.replace(headcount=headcount, capacity=self.capacity, constraints=constraints)

    def held_by(self, column: str, ids: pd.Index) -> Ints:
        """Locked pairs of each id."""
        return _counts(self.held[column], ids)

    def room(self, most: int) -> int:
        """What a limit on all introductions leaves to the plan."""
        return max(most - len(self.spent), len(self.held))


def _counts(values: pd.Series, ids: pd.Index) -> Ints:
    found = values.value_counts().reindex(ids, fill_value=0)
    return np.asarray(found.to_numpy(dtype=np.int64))


def _limits(
    enterprises: pd.DataFrame, demands: pd.DataFrame | None, state: _State
) -> dict[Any, int]:
    """What the limit of every enterprise with demands leaves to the plan."""
    lacking = {"enterprise_id", _LIMIT} - set(enterprises.columns)
    if lacking:
        raise ProblemError(f"the table of enterprises has no column {', '.join(sorted(lacking))}")
    if demands is None or "enterprise_id" not in demands.columns:
        raise ProblemError("enterprises= needs a column enterprise_id in the demands")
    ids = pd.Index(enterprises["enterprise_id"], name="enterprise_id")
    if not ids.is_unique:
        raise ProblemError(f"the table of enterprises repeats {ids[ids.duplicated()][:5].tolist()}")
    asking = pd.Index(demands["enterprise_id"].dropna().unique())
    strangers = asking[~asking.isin(ids)]
    if len(strangers):
        raise ProblemError(f"demands name enterprises not in their table: {strangers[:5].tolist()}")
    column = enterprises[_LIMIT]
    most, _ = limits_of(ids, None, (_LIMIT, column.fillna(0).to_numpy()), ("least", 0))
    spent, held = (_counts(pairs["enterprise_id"], ids) for pairs in (state.spent, state.held))
    left = np.maximum(most - spent, held)
    limited = ids.isin(asking) & column.notna().to_numpy()
    return dict(zip(ids[limited], left[limited].tolist(), strict=True))
