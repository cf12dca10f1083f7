"""`explain`: why a pair was chosen, why another was not, and what it would cost to have it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from talentmatch.checking import bars
from talentmatch.comparing import again, difference, is_plain, last_aim
from talentmatch.constraints import Forbid, Lock
from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError
from talentmatch.outcomes import Status
from talentmatch.reduced_costs import costs_at_least
from talentmatch.result import Result

__all__ = ["Explanation", "alternatives", "explain"]

_TERMS = 8  # terms shown of a pair


@dataclass(frozen=True, eq=False, repr=False)
class Explanation(Shown):
    """Why a demand, a candidate or a pair stands as it does in a plan.

    Attributes
    ----------
    demand, candidate : id or None
        What was asked about.
    sentences : tuple of str
        The answer in words.
    price : float or None
        Of a demand: what one more slot gains the plan. Of a candidate: what the loss of the
        person costs it. Beyond plain limits and the total it is the dual or the LP price, and the
        sentence says which. None for a pair.
    chosen : DataFrame
        The pairs of the plan concerned: candidate_id, demand_id, score.
    runners_up : DataFrame
        The best eligible pairs that were not chosen: candidate_id, demand_id, score, placed_on
        (where that candidate is) or held_by (who has that demand), and costs_at_least: what the
        whole plan loses at least when the pair is forced, by the prices; nan where they do not
        tell. With ``exact=True`` also regret, what it loses exactly (nan where no plan has the
        pair), and gives_up: earlier aims that change, which makes the regret not comparable.
    terms : DataFrame
        candidate_id, demand_id, block, term, contribution: the largest terms of the chosen pairs
        (of the pair asked about), where the scores are made of terms.
    barred_by : tuple of str
        Of a pair: everything that makes it not eligible.
    regret : float or None
        Of a pair that was not chosen: what the whole plan loses when it is forced; of a chosen
        pair, when it is forbidden. Found by solving again for the same aims, and measured by the
        objective of the last one; None where no plan has it.
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

    _shown = ("price", "regret", "barred_by", "chosen", "runners_up", "terms", "changes")

    def __str__(self) -> str:
        parts = [" ".join(self.sentences)]
        for title, frame in (
            ("Terms", self.terms), ("Runners-up", self.runners_up), ("Changes", self.changes)
        ):  # fmt: skip
            if frame is not None and len(frame):
                parts.append(f"{title}:\n{frame.to_string(index=False)}")
        return "\n\n".join(parts)

    def _line(self) -> str:
        what = [f"{k} {v!r}" for k, v in vars(self).items() if k in _IDS and v is not None]
        return f"<Explanation of {', '.join(what)}: {' '.join(self.sentences)}>"


_IDS = ("candidate", "demand")


def explain(
    result: Result,
    *,
    demand: Any = None,
    candidate: Any = None,
    alternatives: int = 5,
    exact: bool = False,
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
    exact : bool
        Of a demand or a candidate: solve again for every runner-up, so that its regret is exact.

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
    look = _Look(result, alternatives, exact)
    if demand is not None and candidate is not None:
        return look.pair(candidate, demand)
    return look.demand(demand) if candidate is None else look.candidate(candidate)


def alternatives(result: Result, candidate: Any, demand: Any, k: int = 5) -> pd.DataFrame:
    """Who could take a chosen candidate's place on a demand, and what the whole plan would lose.

    Parameters
    ----------
    result : Result
        A solved problem.
    candidate, demand : id
        A pair of the plan.
    k : int
        Most others looked at: those of the highest scores that are eligible for the demand, not
        on it and of a capacity above 0. The problem is solved again for each.

    Returns
    -------
    pandas.DataFrame
        candidate_id, demand_id, score, placed_on, regret, gives_up; least regret first. The
        regret is what the last aim's objective loses when the pair is forced and the chosen one
        forbidden, nan where no plan has that; gives_up names earlier aims whose value changes.

    Raises
    ------
    ProblemError
        An id is unknown, the pair is not in the plan, or k is below 1.
    NoPlanError
        The result holds no plan.

    Examples
    --------
    >>> import talentmatch as tm
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7], [0.5, 0.1]]))
    >>> tm.alternatives(result, 0, 0)[["candidate_id", "regret"]].round(9).to_dict("list")
    {'candidate_id': [2, 1], 'regret': [0.4, 0.6]}
    """
    if k < 1:
        raise ProblemError(f"k must be at least 1, not {k!r}")
    look = _Look(result, k, True)
    col = look.problem.scores.position(demand, "demand")
    look.problem.scores.position(candidate, "candidate")
    on_it = look.plan.loc[look.plan["demand_id"] == demand, "candidate_id"]
    if not (on_it == candidate).any():
        raise ProblemError(f"{candidate!r} on {demand!r} is not in the plan; chosen: {[*on_it]}")
    rows = np.arange(look.problem.shape[0])
    values = look.problem.at(rows, np.full(len(rows), col))
    values[look.problem.capacity_units == 0] = np.nan
    others = look.runners_up(values, look.problem.candidate_ids, on_it)
    frame = pd.DataFrame({"candidate_id": others.index, "demand_id": demand, "score": others})
    frame["placed_on"] = [look.partners("candidate_id", id) for id in frame["candidate_id"]]
    frame = look.with_regret(frame, Forbid([(candidate, demand)]))
    return frame.sort_values("regret", kind="stable", ignore_index=True)


class _Look:
    """One plan, looked at from a demand, a candidate or a pair."""

    def __init__(self, result: Result, alternatives: int, exact: bool) -> None:
        self.result, self.alternatives, self.exact = result, alternatives, exact
        self.problem = result.problem
        self.plan = result.pairs[["candidate_id", "demand_id", "score"]]
        self.u, self.v = result.candidate_prices, result.demand_prices

    def demand(self, demand: Any) -> Explanation:
        """Its candidates, their terms, the runners-up, its price."""
        col = self.problem.scores.position(demand, "demand")
        chosen = self.plan[self.plan["demand_id"] == demand].reset_index(drop=True)
        rows = np.arange(self.problem.shape[0])
        values = self.problem.at(rows, np.full(len(rows), col))
        others = self.runners_up(values, self.problem.candidate_ids, chosen["candidate_id"])
        frame = pd.DataFrame({"candidate_id": others.index, "demand_id": demand, "score": others})
        frame["placed_on"] = [self.partners("candidate_id", id) for id in frame["candidate_id"]]
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
                self._slot(max(price, 0.0)),
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
        others = self.runners_up(values, self.problem.demand_ids, chosen["demand_id"])
        frame = pd.DataFrame({"candidate_id": candidate, "demand_id": others.index})
        frame["score"] = others.to_numpy()
        frame["held_by"] = [self.partners("demand_id", id) for id in frame["demand_id"]]
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
            other = again(self.result, rule([(candidate, demand)]))
            verb = "Forbidding" if is_in.any() else "Forcing"
            state = f"{head}{'in' if is_in.any() else 'eligible, but not in'} the plan."
            found = difference(self.result, other)
            if found is None:
                none = "leaves no plan" if other.status is Status.INFEASIBLE else "found no plan"
                sentences = (state, f"{verb} it {none}: {other.reason}.")
            else:
                regret = found.loss
                changes = self._changes(other, (candidate, demand))
                sentences = (state, *found.sentences(f"{verb} it {_moves(changes)}"))
        return Explanation(
            demand, candidate, sentences, None, self.plan[is_in].reset_index(drop=True),
            self.plan.iloc[:0], self._terms(asked), barred, regret, changes,
        )  # fmt: skip

    def _slot(self, price: float) -> str:
        """What a demand's price says: the gain of one more slot, or a limit of it."""
        kind, aim = self.result.price_kind, last_aim(self.result)
        proved = self.result.status is Status.OPTIMAL
        if proved and is_plain(self.result):
            return f"One more slot would gain the plan {price:.3f}."
        if proved and kind == "dual" and aim.startswith("total"):
            return f"One more slot would gain the {aim} at most {price:.3f} (dual price)."
        return f"One more slot is worth about {price:.3f} of the {aim} ({kind} price)."

    def _worth(self, candidate: Any, row: int, price: float) -> tuple[str, ...]:
        """What a candidate's price says, which is the loss of the person in the plain case only."""
        kind, aim = self.result.price_kind, last_aim(self.result)
        capacity = self.problem.capacity[row].item()
        if not capacity:
            return ()
        proved = self.result.status is Status.OPTIMAL
        if not (proved and is_plain(self.result)):
            unit = f"One more unit of capacity of {candidate}"
            if proved and kind == "dual" and aim.startswith("total"):
                return (f"{unit} would gain the {aim} at most {price:.3f} (dual price).",)
            return (f"{unit} is worth about {price:.3f} of the {aim} ({kind} price).",)
        if self.problem.has_floors_or_locks:
            return (f"The dual price is {price:.3f} per unit of capacity, floors and locks held.",)
        if capacity == 1:
            return (f"Without {candidate} the plan would lose {price:.3f}.",)
        return (f"One demand less for {candidate} would cost the plan {price:.3f}.",)

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

    def runners_up(self, values: Any, ids: pd.Index, chosen: pd.Series) -> pd.Series:
        """The best eligible scores of those not chosen, best first."""
        scores = pd.Series(values, index=ids).drop(chosen).dropna()
        return scores.sort_values(ascending=False, kind="stable").head(self.alternatives)

    def _with_cost(self, frame: pd.DataFrame) -> pd.DataFrame:
        """What forcing each pair costs at least, by the prices; or exactly, by solving again."""
        rows = self.problem.candidate_ids.get_indexer(pd.Index(frame["candidate_id"]))
        cols = self.problem.demand_ids.get_indexer(pd.Index(frame["demand_id"]))
        frame["costs_at_least"] = costs_at_least(self.result, rows, cols)
        return self.with_regret(frame) if self.exact else frame.reset_index(drop=True)

    def with_regret(self, frame: pd.DataFrame, *rules: Forbid) -> pd.DataFrame:
        """The pairs with what the plan loses when each is forced beside the rules."""
        losses, given_up = [], []
        for pair in zip(frame["candidate_id"], frame["demand_id"], strict=True):
            found = difference(self.result, again(self.result, Lock([pair]), *rules))
            losses.append(np.nan if found is None else found.loss)
            given_up.append("" if found is None else found.words)
        frame["regret"], frame["gives_up"] = np.array(losses, dtype=np.float64), given_up
        return frame.reset_index(drop=True)

    def partners(self, column: str, id: Any) -> str:
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
