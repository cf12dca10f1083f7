"""`explain`: why a pair was chosen, why another was not, and what it would cost to have it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from talentmatch.checking import bars
from talentmatch.constraints import Forbid, Lock
from talentmatch.errors import ProblemError
from talentmatch.result import Result, Status
from talentmatch.solving import solve

__all__ = ["Explanation", "explain"]

_TERMS = 8  # terms shown of a pair


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a demand, a candidate or a pair stands as it does in a plan.

    Attributes
    ----------
    demand, candidate : id or None
        What was asked about.
    sentences : tuple of str
        The answer in words.
    price : float or None
        Of a demand: what one more slot gains the plan. Of a candidate: what the loss of the
        person costs it. None for a pair.
    chosen : DataFrame
        The pairs of the plan concerned: candidate_id, demand_id, score.
    runners_up : DataFrame
        The best eligible pairs that were not chosen: candidate_id, demand_id, score, placed_on
        (where that candidate is) or held_by (who has that demand), and costs_at_least: what the
        whole plan loses at least when the pair is forced.
    terms : DataFrame
        candidate_id, demand_id, block, term, contribution: the largest terms of the chosen pairs
        (of the pair asked about), where the scores are made of terms.
    barred_by : tuple of str
        Of a pair: everything that makes it not eligible.
    regret : float or None
        Of a pair that was not chosen: what the whole plan loses when it is forced; of a chosen
        pair, when it is forbidden. Found by solving again; None where no plan has it.
    changes : DataFrame or None
        Of a pair: the pairs that come and go when it is forced or forbidden: change ("in" or
        "out"), candidate_id, demand_id, score.

    Examples
    --------
    >>> import talentmatch as tm
    >>> print(tm.explain(tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]])), demand=0))
    Demand 0 has 0 (0.900) for 1 opening. One more slot would gain the plan 0.100.
    <BLANKLINE>
    Runners-up:
     candidate_id  demand_id  score placed_on  costs_at_least
                1          0    0.8         1             0.0
    """

    demand: Any
    candidate: Any
    sentences: tuple[str, ...]
    price: float | None
    chosen: pd.DataFrame
    runners_up: pd.DataFrame
    terms: pd.DataFrame
    barred_by: tuple[str, ...] = ()
    regret: float | None = None
    changes: pd.DataFrame | None = field(default=None, repr=False)

    def __str__(self) -> str:
        parts = [" ".join(self.sentences)]
        for title, frame in (
            ("Terms", self.terms), ("Runners-up", self.runners_up), ("Changes", self.changes)
        ):  # fmt: skip
            if frame is not None and len(frame):
                parts.append(f"{title}:\n{frame.to_string(index=False)}")
        return "\n\n".join(parts)

    def __repr__(self) -> str:
        what = [f"{k} {v!r}" for k, v in vars(self).items() if k in _IDS and v is not None]
        return f"<Explanation of {', '.join(what)}: {' '.join(self.sentences)}>"


_IDS = ("candidate", "demand")


def explain(
    result: Result, *, demand: Any = None, candidate: Any = None, alternatives: int = 5
) -> Explanation:
    """Explain a demand, a candidate, or a pair (both given) of a plan.

    Parameters
    ----------
    result : Result
        A solved problem.
    demand, candidate : id
        At least one. With both, a pair that was not chosen is forced into the plan, and a chosen
        one forbidden, by solving again: the regret is exact.
    alternatives : int
        Most runners-up shown.

    Returns
    -------
    Explanation
        Sentences and frames.

    Raises
    ------
    ProblemError
        Neither id is given, or one is unknown.
    NoPlanError
        The result holds no plan.

    Examples
    --------
    >>> import talentmatch as tm
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]))
    >>> why_not = tm.explain(result, candidate=1, demand=0)
    >>> round(why_not.regret, 9)
    0.6
    >>> print(why_not.sentences[-1])
    Forcing it takes 1 other pair in and 2 out, and costs the plan 0.600.
    """
    if demand is None and candidate is None:
        raise ProblemError("explain needs demand=, candidate= or both")
    look = _Look(result, alternatives)
    if demand is not None and candidate is not None:
        return look.pair(candidate, demand)
    return look.demand(demand) if candidate is None else look.candidate(candidate)


class _Look:
    """One plan, looked at from a demand, a candidate or a pair."""

    def __init__(self, result: Result, alternatives: int) -> None:
        self.result, self.alternatives = result, alternatives
        self.problem = result.problem
        self.plan = result.pairs[["candidate_id", "demand_id", "score"]]
        self.u, self.v = result.candidate_prices, result.demand_prices

    def demand(self, demand: Any) -> Explanation:
        """Its candidates, their terms, the runners-up, its price."""
        col = self.problem.scores.position(demand, "demand")
        chosen = self.plan[self.plan["demand_id"] == demand].reset_index(drop=True)
        rows = np.arange(self.problem.shape[0])
        values = self.problem.at(rows, np.full(len(rows), col))
        others = self._runners_up(values, self.problem.candidate_ids, chosen["candidate_id"])
        frame = pd.DataFrame({"candidate_id": others.index, "demand_id": demand, "score": others})
        frame["placed_on"] = [self._partners("candidate_id", id) for id in frame["candidate_id"]]
        frame = self._with_cost(frame)
        headcount = int(self.problem.headcount[col])
        price = float(self.v.iloc[col])
        return Explanation(
            demand,
            None,
            (
                f"Demand {demand} has {_listed(chosen, 'candidate_id')} "
                f"for {headcount} {'opening' if headcount == 1 else 'openings'}.",
                *self._open("unfilled", "demand_id", demand),
                f"One more slot would gain the plan {max(price, 0.0):.3f}.",
                *([f"Its floor costs the plan {-price:.3f} a head."] if price < 0 else []),
            ),
            price,
            chosen,
            frame,
            self._terms(chosen),
        )

    def candidate(self, candidate: Any) -> Explanation:
        """Its demands, their terms, what else it would fit, its price."""
        row = self.problem.scores.position(candidate, "candidate")
        chosen = self.plan[self.plan["candidate_id"] == candidate].reset_index(drop=True)
        values = self.problem.block(np.array([row]))[0]
        others = self._runners_up(values, self.problem.demand_ids, chosen["demand_id"])
        frame = pd.DataFrame({"candidate_id": candidate, "demand_id": others.index})
        frame["score"] = others.to_numpy()
        frame["held_by"] = [self._partners("demand_id", id) for id in frame["demand_id"]]
        frame = self._with_cost(frame)
        price = float(self.u.iloc[row])
        return Explanation(
            None,
            candidate,
            (
                f"Candidate {candidate} is on {_listed(chosen, 'demand_id')}.",
                *self._open("unassigned", "candidate_id", candidate),
                *self._worth(candidate, row, price),
            ),
            price,
            chosen,
            frame,
            self._terms(chosen),
        )

    def pair(self, candidate: Any, demand: Any) -> Explanation:
        """Why this pair is, or is not, in the plan; and what the opposite would cost."""
        row = self.problem.scores.position(candidate, "candidate")
        col = self.problem.scores.position(demand, "demand")
        is_in = (self.plan["candidate_id"] == candidate) & (self.plan["demand_id"] == demand)
        score = float(self.problem.scores.ungated(np.array([row]), np.array([col]))[0])
        asked = pd.DataFrame({"candidate_id": [candidate], "demand_id": [demand], "score": [score]})
        barred = () if is_in.any() else tuple(bars(self.problem, row, col))
        head = f"{candidate} on {demand} (score {score:.3f}) is "
        regret, changes = None, None
        sentences: tuple[str, ...]
        if barred:
            sentences = (f"{head}not eligible: {'; '.join(barred)}.",)
        else:
            rule = Forbid if is_in.any() else Lock
            other = self._again(rule([(candidate, demand)]))
            verb = "Forbidding" if is_in.any() else "Forcing"
            state = f"{head}{'in' if is_in.any() else 'eligible, but not in'} the plan."
            if other.status in (Status.INFEASIBLE, Status.NO_SOLUTION):
                sentences = (state, f"{verb} it leaves no plan: {other.reason}.")
            else:
                regret = self.result.objective - other.objective
                changes = self._changes(other, (candidate, demand))
                sentences = (
                    state,
                    f"{verb} it {_moves(changes)}, and costs the plan {regret:.3f}.",
                )
        return Explanation(
            demand, candidate, sentences, None, self.plan[is_in].reset_index(drop=True),
            self.plan.iloc[:0], self._terms(asked), barred, regret, changes,
        )  # fmt: skip

    def _worth(self, candidate: Any, row: int, price: float) -> tuple[str, ...]:
        """What a candidate's price says, which is the loss of the person in the plain case only."""
        capacity = int(self.problem.capacity[row])
        if not capacity:
            return ()
        if self.problem.has_floors_or_locks:
            return (f"The dual price is {price:.3f} per unit of capacity, floors and locks held.",)
        if capacity == 1:
            return (f"Without {candidate} the plan would lose {price:.3f}.",)
        return (f"One demand less for {candidate} would cost the plan {price:.3f}.",)

    def _again(self, rule: Lock | Forbid) -> Result:
        changed = self.problem.replace(constraints=[*self.problem.constraints, rule])
        return solve(changed, self.result.aim, previous=self.result)

    def _changes(self, other: Result, asked: tuple[Any, Any]) -> pd.DataFrame:
        """Which other pairs come and go."""
        both = self.plan.merge(
            other.pairs.drop(columns="load"), how="outer", indicator="change",
            on=["candidate_id", "demand_id", "score"],
        )  # fmt: skip
        words = both["change"].astype(str).map({"left_only": "out", "right_only": "in"})
        both["change"] = words
        mine = (both["candidate_id"] == asked[0]) & (both["demand_id"] == asked[1])
        moved = both[words.notna() & ~mine]
        columns = ["change", "candidate_id", "demand_id", "score"]
        ordered: pd.DataFrame = moved[columns].sort_values(columns[:3], ignore_index=True)
        return ordered

    def _runners_up(self, values: Any, ids: pd.Index, chosen: pd.Series) -> pd.Series:
        """The best eligible scores of those not chosen, best first."""
        scores = pd.Series(values, index=ids).drop(chosen).dropna()
        return scores.sort_values(ascending=False, kind="stable").head(self.alternatives)

    def _with_cost(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Reduced costs: by weak duality, forcing a pair costs at least ``u + v - score``."""
        prices = (
            self.u.reindex(frame["candidate_id"]).to_numpy()
            + self.v.reindex(frame["demand_id"]).to_numpy()
        )
        costs = prices - frame["score"].to_numpy()
        frame["costs_at_least"] = np.where(costs > 1e-12 * np.abs(prices), costs, 0.0)
        return frame.reset_index(drop=True)

    def _partners(self, column: str, id: Any) -> str:
        other = "demand_id" if column == "candidate_id" else "candidate_id"
        return ", ".join(map(str, self.plan.loc[self.plan[column] == id, other]))

    def _open(self, frame: str, column: str, id: Any) -> tuple[str, ...]:
        table: pd.DataFrame = getattr(self.result, frame)
        return tuple(table.loc[table[column] == id, "sentence"])

    def _terms(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """The largest terms of some pairs."""
        scores = self.problem.scores
        parts = [pd.DataFrame(columns=["candidate_id", "demand_id", *_COLUMNS])]
        if scores.has_terms:
            for candidate, demand in zip(pairs["candidate_id"], pairs["demand_id"], strict=True):
                top = scores.contributions(candidate, demand).head(_TERMS)
                top.insert(0, "candidate_id", candidate)
                top.insert(1, "demand_id", demand)
                parts.append(top)
        return parts[0] if len(parts) == 1 else pd.concat(parts[1:], ignore_index=True)


_COLUMNS = ("block", "term", "contribution")


def _listed(pairs: pd.DataFrame, column: str) -> str:
    named = [f"{id} ({score:.3f})" for id, score in zip(pairs[column], pairs["score"], strict=True)]
    return (
        ", ".join(named) or "nobody" if column == "candidate_id" else ", ".join(named) or "nothing"
    )


def _moves(changes: pd.DataFrame) -> str:
    """`takes 1 other pair in and 2 out`."""
    count = changes["change"].value_counts()
    came, went = int(count.get("in", 0)), int(count.get("out", 0))
    if not came and not went:
        return "moves no other pair"
    return f"takes {came} other {'pair' if came == 1 else 'pairs'} in and {went} out"
