"""`diagnose`: which limits clash, proved to be the least clash, and the cheapest way out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.clashes import (
    CORE,
    REPAIR,
    core_frame,
    core_sentences,
    repair_frame,
    repair_sentence,
)
from talentmatch.displaying import Shown
from talentmatch.problem import Problem
from talentmatch.rebuilding import moved
from talentmatch.repairing import Work
from talentmatch.solvers.movable import total_cost
from talentmatch.solvers.relaxing import Late

__all__ = ["Diagnosis", "diagnose"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Diagnosis(Shown):
    """Why a problem has no plan, and the least that must give way.

    Attributes
    ----------
    feasible : bool or None
        Whether there is a plan; None where the time was up before that was known.
    core : DataFrame
        The clash: constraint, group, limit, words. Together these limits cannot be met; without
        any one of them they can. Rules on pairs (eligibility, forbids, min_score) hold throughout.
    sentences : tuple of str
        The clash, the rules behind it, the repair and its proof in words.
    repair : DataFrame
        The cheapest repair: constraint, group, from, to, change, in the user's units; a lock that
        is released goes from 1 to 0.
    cost : float
        What the repair costs; nan where there is none.
    repaired : Problem or None
        The problem with the repair applied.
    proof : str
        What was verified, in words.
    is_minimal : bool
        Whether the core is proved irreducible, and the repair proved cheapest.
    is_verified : bool
        Whether core and repair stood the second look, by solving real problems again.

    Examples
    --------
    >>> import talentmatch as tm
    >>> from talentmatch.diagnosing import diagnose
    >>> problem = tm.Problem([[0.9, 0.8], [float("nan"), float("nan")]], min_headcount=1)
    >>> found = diagnose(problem)
    >>> found.core["words"].tolist()
    ['capacity of 0: at most 1 demand', 'min_headcount of 0: at least 1 person', \
'min_headcount of 1: at least 1 person']
    >>> print(found.sentences[0])
    Demands 0 and 1 need 2 people; only 0 passes, with room for 1.
    """

    feasible: bool | None
    core: pd.DataFrame
    sentences: tuple[str, ...]
    repair: pd.DataFrame
    cost: float
    repaired: Problem | None = field(repr=False)
    proof: str
    is_minimal: bool
    is_verified: bool

    _shown = ("feasible", "core", "repair", "cost", "repaired", "proof")

    def __str__(self) -> str:
        parts = [" ".join(self.sentences)]
        for title, frame in (("Core", self.core), ("Repair", self.repair)):
            if len(frame):
                parts.append(f"{title}:\n{frame.to_string(index=False, max_rows=30)}")
        return "\n\n".join(parts)

    def _line(self) -> str:
        return f"<Diagnosis: {' '.join(self.sentences)}>"


def diagnose(
    problem: Problem,
    *,
    time_limit: float | None = None,
    costs: Mapping[str, float] | None = None,
) -> Diagnosis:
    """Find the limits that clash, and the cheapest repair.

    Floors may be lowered, ceilings raised, locks released and conflicts dropped. Each unit of a
    limit (a person, a pair, a unit of load), each lock and each conflict costs 1; of money and of
    sums of scores the change is counted relative to the limit (to 1 where the limit is 0). Where
    numbers are no whole units, "one unit less" is a thousandth less.

    Parameters
    ----------
    problem : Problem
        The problem.
    time_limit : float, optional
        Seconds; then it says what is not minimal or not verified. In any case a clash is made
        smaller for a minute, and a repair tried with less at a hundred places, at most.
    costs : dict of str to float, optional
        What the usual cost is multiplied by, > 0, by the constraint's name as in ``core``, such
        as ``{"capacity": 2.0, "Budget subsidy": math.inf}``; inf must not be changed.

    Returns
    -------
    Diagnosis

    Raises
    ------
    ProblemError, SolverError
        An argument is malformed; an answer did not stand the second look.

    Examples
    --------
    >>> import talentmatch as tm
    >>> from talentmatch.diagnosing import diagnose
    >>> problem = tm.Problem([[0.9, 0.8]], constraints=[tm.Lock([(0, 0), (0, 1)])])
    >>> found = diagnose(problem)
    >>> found.repair.to_dict("records")
    [{'constraint': 'capacity', 'group': 0, 'from': 1, 'to': 2, 'change': 1}]
    >>> found.proof
    'Verified: the repaired problem has a plan; with one unit less at any place it has none.'
    """
    work = Work.on(problem, time_limit, costs)
    held = work.relaxation.can_bind
    try:
        values = work.relaxation.plan(held)
    except Late:
        return _nothing(None, "The time was up before it was known whether there is a plan.")
    if values is not None:
        work.look_at(problem, values)
        return _nothing(True, "The problem has a plan: no limit stands in the way.")
    core, minimal, core_verified = work.core(held)
    limits = work.relaxation.limits
    told = [*core_sentences(problem, limits, core, work.relaxation.pairs)]
    if not minimal:
        told.append("The time was up: a smaller clash may be hidden among these limits.")
    found = work.repair(np.isfinite(limits.cost))
    proof, repaired, cost = found.words, None, math.nan
    change = np.zeros(len(limits)) if found.change is None else found.change
    if found.change is not None:
        cost = total_cost(limits, change)
        repaired = moved(problem, limits, change)
        told.append(repair_sentence(problem, limits, change, cost))
    return Diagnosis(
        False, core_frame(problem, limits, core), (*told, proof),
        repair_frame(problem, limits, change), cost, repaired, proof,
        minimal and found.proved, core_verified and found.verified,
    )  # fmt: skip


def _nothing(feasible: bool | None, sentence: str) -> Diagnosis:
    known = feasible is not None
    core, repair = pd.DataFrame(columns=CORE), pd.DataFrame(columns=REPAIR)
    return Diagnosis(feasible, core, (sentence,), repair, math.nan, None, "", known, known)
