"""Why a demand has open slots, and why a candidate has no demand: true reasons, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.problem import Problem

__all__ = ["Reasons", "reasons_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

UNFILLED = ["demand_id", "headcount", "filled", "missing", "reason", "sentence"]
UNASSIGNED = ["candidate_id", "capacity", "reason", "sentence"]


@dataclass(frozen=True, eq=False)
class Reasons:
    """The two frames of `reasons_of`."""

    unfilled: pd.DataFrame
    unassigned: pd.DataFrame


@dataclass(eq=False)
class _Side:
    """What one pass over the scores tells of some rows or columns."""

    places: Ints
    eligible: Ints
    positive: Ints
    free: Ints  # positive ones that are not chosen already and can be chosen at all
    best: Ints  # position of the best partner that is not chosen already, -1 for none
    score: Floats

    @classmethod
    def empty(cls, places: Ints) -> _Side:
        n = len(places)
        zero = np.zeros(n, dtype=np.intp)
        return cls(places, zero, zero.copy(), zero.copy(), np.full(n, -1), np.zeros(n))


def reasons_of(
    problem: Problem,
    rows: Ints,
    cols: Ints,
    candidate_prices: pd.Series,
    demand_prices: pd.Series,
    *,
    proved: bool = True,
) -> Reasons:
    """Explain every open slot and every candidate left over.

    Parameters
    ----------
    problem : Problem
        What was solved.
    rows, cols : int arrays
        The plan, by position.
    candidate_prices, demand_prices : Series
        The prices that prove the plan.
    proved : bool
        False where the solve stopped early: then who is worth more elsewhere is not known yet.
    """
    n, m = problem.shape
    load, filled = np.bincount(rows, minlength=n), np.bincount(cols, minlength=m)
    short = np.flatnonzero(filled < problem.headcount)
    idle = np.flatnonzero(load == 0)
    needs, people = _survey(problem, rows, cols, short, idle)
    plan = _Plan(problem, rows, cols, load, filled, candidate_prices, demand_prices, proved)
    return Reasons(
        pd.DataFrame([plan.of_demand(needs, k) for k in range(len(short))], columns=UNFILLED),
        pd.DataFrame([plan.of_candidate(people, k) for k in range(len(idle))], columns=UNASSIGNED),
    )


def _survey(
    problem: Problem, rows: Ints, cols: Ints, short: Ints, idle: Ints
) -> tuple[_Side, _Side]:
    """One pass over all scores: who could serve the short demands, whom the idle could serve."""
    needs, people = _Side.empty(short), _Side.empty(idle)
    chosen: dict[int, list[int]] = {}
    for row, col in zip(rows.tolist(), cols.tolist(), strict=True):
        chosen.setdefault(row, []).append(col)
    for at, block in problem.blocks():
        if not len(at):
            continue
        part = block[:, short]
        needs.eligible += (~np.isnan(part)).sum(axis=0)
        needs.positive += (part > 0).sum(axis=0)
        for k, row in enumerate(at.tolist()):
            if row in chosen:
                part[k, np.isin(short, chosen[row])] = np.nan
        part[problem.capacity[at] == 0] = np.nan
        needs.free += (part > 0).sum(axis=0)
        _keep_best(needs, np.where(part > 0, part, 0.0).T, at, slice(None))
        inside = np.flatnonzero((idle >= at[0]) & (idle <= at[-1]))
        part = block[idle[inside] - at[0]]
        people.eligible[inside] = (~np.isnan(part)).sum(axis=1)
        people.positive[inside] = (part > 0).sum(axis=1)
        part = np.where(problem.headcount > 0, part, np.nan)
        people.free[inside] = (part > 0).sum(axis=1)
        _keep_best(people, np.where(part > 0, part, 0.0), np.arange(part.shape[1]), inside)
    return needs, people


def _keep_best(side: _Side, values: Floats, partners: Ints, where: Any) -> None:
    if not values.size:
        return
    top = values.argmax(axis=1)
    score = values[np.arange(len(values)), top]
    better = score > side.score[where]
    side.best[where] = np.where(better, partners[top], side.best[where])
    side.score[where] = np.where(better, score, side.score[where])


@dataclass(eq=False)
class _Plan:
    problem: Problem
    rows: Ints
    cols: Ints
    load: Ints
    filled: Ints
    u: pd.Series
    v: pd.Series
    proved: bool

    @property
    def is_bound(self) -> bool:
        """Whether floors or locks hold people where they are, so that gain is not the reason."""
        return self.problem.has_floors_or_locks

    def of_demand(self, side: _Side, k: int) -> tuple[Any, ...]:
        col = int(side.places[k])
        problem = self.problem
        headcount, filled = int(problem.headcount[col]), int(self.filled[col])
        head = (problem.demand_ids[col], headcount, filled, headcount - filled)
        reason, sentence = self._general(side, k, "candidate", problem.shape[0])
        if reason:
            return *head, reason, sentence
        row = int(side.best[k])
        if row < 0:
            fits = _count(int(side.positive[k]), "candidate fits", "candidates fit")
            fitting = problem.at(self.rows[self.cols == col], np.full(filled, col)) > 0
            shut = " or of capacity 0" if side.positive[k] > fitting.sum() else ""
            sentence = f"Only {fits}, already on it{shut}; nobody else does."
            return *head, "no_more_candidates", sentence
        person = f"{problem.candidate_ids[row]} (score {side.score[k]:.3f})"
        if self.load[row] < problem.capacity[row]:
            return *head, "stopped_early", f"{person} is free: the solve stopped too early."
        where = ", ".join(map(str, problem.demand_ids[self.cols[self.rows == row]])) or "nothing"
        if not self.proved:
            return *head, "stopped_early", f"Not settled; so far the best, {person}, is on {where}."
        more = "more " if filled else ""
        fits = _count(
            int(side.free[k]),
            f"{more}candidate fits and is",
            f"{more}candidates fit and are all",
        )
        if self.is_bound:
            sentence = f"{fits} placed elsewhere; the best, {person}, is on {where}."
            return *head, "placed_elsewhere", sentence
        sentence = (
            f"{fits} worth more elsewhere; the best, {person}, is on {where}, "
            f"where the loss would cost the plan {self.u.iloc[row]:.3f}."
        )
        return *head, "worth_more_elsewhere", sentence

    def of_candidate(self, side: _Side, k: int) -> tuple[Any, ...]:
        row = int(side.places[k])
        problem = self.problem
        capacity = int(problem.capacity[row])
        head = (problem.candidate_ids[row], capacity)
        if capacity == 0:
            return *head, "no_capacity", "The capacity is 0."
        reason, sentence = self._general(side, k, "demand", problem.shape[1])
        if reason:
            return *head, reason, sentence
        col = int(side.best[k])
        if col < 0:
            fits = _count(int(side.positive[k]), "demand fits", "demands fit")
            return *head, "demands_closed", f"Only {fits}, of headcount 0."
        need = f"{problem.demand_ids[col]} (score {side.score[k]:.3f})"
        if self.filled[col] < problem.headcount[col]:
            return *head, "stopped_early", f"{need} is open: the solve stopped too early."
        holders = self.rows[self.cols == col]
        scores = problem.at(holders, np.full(len(holders), col))
        names = ", ".join(
            f"{problem.candidate_ids[i]} ({s:.3f})" for i, s in zip(holders, scores, strict=True)
        )
        if not self.proved:
            sentence = f"Not settled; so far the best, {need}, has {names or 'no opening'}."
            return *head, "stopped_early", sentence
        fits = _count(int(side.free[k]), "demand fits and is", "demands fit and are all")
        gain = "" if self.is_bound else " to the plan's greater gain"
        sentence = f"{fits} filled{gain}; the best, {need}, has {names or 'no opening'}."
        return *head, "demands_taken", sentence

    def _general(self, side: _Side, k: int, partner: str, n: int) -> tuple[str, str]:
        """The reasons that both sides share: nobody eligible, nothing in common."""
        if side.eligible[k] and side.positive[k]:
            return "", ""
        if side.eligible[k]:
            number = _count(int(side.eligible[k]), f"{partner} is", f"{partner}s are")
            return "no_positive_score", f"{number} eligible, but none has a score above 0."
        place = int(side.places[k])
        below, barred = self._barred(place, partner)
        parts = [f"{count:,} by {name}" for name, count in barred if count]
        if below:
            limit = f"min_score {self.problem.min_score:g}"
            parts.append(f"{below:,} below {limit}")
        code = "below_min_score" if below else f"no_eligible_{partner}"
        why = ", ".join(parts) or "there are none"
        return code, f"None of {n:,} {partner}s is eligible: {why}."

    def _barred(self, place: int, partner: str) -> tuple[int, list[tuple[str, int]]]:
        """How many partners each rule bars, and how many only `min_score` bars."""
        problem = self.problem
        others = np.arange(problem.shape[0 if partner == "candidate" else 1])
        mine = np.full(len(others), place)
        rows, cols = (others, mine) if partner == "candidate" else (mine, others)
        counts, passed = [], np.ones(len(others), dtype=bool)
        for gate in (*problem.scores.gates, *problem.gates):
            ok = gate.passes(rows, cols)
            counts.append((gate.name, int((~ok).sum())))
            passed &= ok
        values = problem.scores.at(rows, cols)
        missing = passed & np.isnan(values)
        counts.append((problem.scores.missing_reason, int(missing.sum())))
        return int((passed & ~missing).sum()), counts


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
