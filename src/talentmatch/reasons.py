"""Why a demand has open slots, and why a candidate has no demand: true reasons, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.aims import Aim, Bottleneck, Coverage, ExpectedContracts, Filled, Total
from talentmatch.headroom import Headroom
from talentmatch.problem import Problem

__all__ = ["Reasons", "reasons_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

UNFILLED = ["demand_id", "headcount", "filled", "missing", "reason", "sentence"]
UNASSIGNED = ["candidate_id", "capacity", "reason", "sentence"]
_ANY_SCORE = Filled | Bottleneck | Coverage | ExpectedContracts  # a pair counts whatever its score
_UNSETTLED = " The solve stopped before this was settled."


@dataclass(frozen=True, eq=False)
class Reasons:
    """The two frames of `reasons_of`."""

    unfilled: pd.DataFrame
    unassigned: pd.DataFrame


@dataclass(eq=False)
class _Best:
    """The best partner of each row or column by position, -1 for none, and its worth."""

    at: Ints
    worth: Floats

    @classmethod
    def of(cls, n: int) -> _Best:
        return cls(np.full(n, -1, dtype=np.intp), np.full(n, -np.inf))

    def look(self, values: Floats, partners: Ints, where: Any) -> None:
        """Look through a block, own rows by partners; -inf for no partner."""
        if not values.size:
            return
        top = values.argmax(axis=1)
        worth = values[np.arange(len(values)), top]
        better = worth > self.worth[where]
        self.at[where] = np.where(better, partners[top], self.at[where])
        self.worth[where] = np.where(better, worth, self.worth[where])


@dataclass(eq=False)
class _Side:
    """What one pass over the scores tells of some rows or columns."""

    places: Ints
    eligible: Ints = field(init=False)
    useful: Ints = field(init=False)  # eligible ones whose score counts for the aim
    free: Ints = field(init=False)  # useful, not chosen already, and can be chosen at all
    best: _Best = field(init=False)  # of the free ones
    open: _Best = field(init=False)  # of those who are not full either
    fits: _Best = field(init=False)  # of those who could be added to the plan as it stands

    def __post_init__(self) -> None:
        n = len(self.places)
        self.eligible, self.useful, self.free = (np.zeros(n, dtype=np.intp) for _ in range(3))
        self.best, self.open, self.fits = (_Best.of(n) for _ in range(3))


def reasons_of(
    problem: Problem,
    rows: Ints,
    cols: Ints,
    candidate_prices: pd.Series,
    demand_prices: pd.Series,
    *,
    proved: bool = True,
    aims: Sequence[Aim] = (Total(),),
) -> Reasons:
    """Explain every open slot and every candidate left over.

    Parameters
    ----------
    problem : Problem
        What was solved.
    rows, cols : int arrays
        The plan, by position.
    candidate_prices, demand_prices : Series
        The prices of the plan; they are quoted where they prove it, for the total within plain
        limits.
    proved : bool
        False where the solve stopped early: then who is worth more elsewhere is not known yet.
    aims : sequence of Aim
        What was maximised, in order.

    Returns
    -------
    Reasons
        ``unfilled`` and ``unassigned``, each with a reason code and a sentence. ``limit_reached``
        names what adding the best partner that is free would break; ``stopped_early`` is said only
        of a plan that is not proved, where such a partner could be added as it is.
    """
    n = problem.shape[0]
    room = Headroom(problem, rows, cols)
    plan = _Plan(problem, room, tuple(aims), candidate_prices, proved)
    short = np.flatnonzero(room.filled < problem.headcount)
    idle = np.flatnonzero(np.bincount(rows, minlength=n) == 0)
    needs, people = _survey(plan, _Side(short), _Side(idle))
    return Reasons(
        pd.DataFrame([plan.of_demand(needs, k) for k in range(len(short))], columns=UNFILLED),
        pd.DataFrame([plan.of_candidate(people, k) for k in range(len(idle))], columns=UNASSIGNED),
    )


def _survey(plan: _Plan, needs: _Side, people: _Side) -> tuple[_Side, _Side]:
    """One pass over all scores: who could serve the short demands, whom the idle could serve."""
    problem, room, short, idle = plan.problem, plan.room, needs.places, people.places
    every = np.arange(problem.shape[1])
    is_open = room.filled < problem.headcount
    chosen: dict[int, list[int]] = {}
    for row, col in zip(room.rows.tolist(), room.cols.tolist(), strict=True):
        chosen.setdefault(row, []).append(col)
    for at, block in problem.blocks():
        if not len(at):
            continue
        part = block[:, short]
        needs.eligible += (~np.isnan(part)).sum(axis=0)
        needs.useful += plan.counts(part).sum(axis=0)
        for k, row in enumerate(at.tolist()):
            if row in chosen:
                part[k, np.isin(short, chosen[row])] = np.nan
        part[problem.capacity_units[at] == 0] = np.nan
        free = plan.counts(part)
        needs.free += free.sum(axis=0)
        able = free & room.in_capacity(at[:, None], short[None, :])
        fits, worth = plan.fitting(at, short, part, able)
        for best, who, value in (
            (needs.best, free, part), (needs.open, able, part), (needs.fits, fits, worth)
        ):  # fmt: skip
            best.look(np.where(who, value, -np.inf).T, at, slice(None))

        inside = np.flatnonzero((idle >= at[0]) & (idle <= at[-1]))
        mine = idle[inside]
        part = block[mine - at[0]]
        people.eligible[inside] = (~np.isnan(part)).sum(axis=1)
        people.useful[inside] = plan.counts(part).sum(axis=1)
        part = np.where(problem.headcount > 0, part, np.nan)
        free = plan.counts(part)
        people.free[inside] = free.sum(axis=1)
        able = free & is_open
        light = able & room.in_capacity(mine[:, None], every[None, :])
        fits, worth = plan.fitting(mine, every, part, light)
        for best, who, value in (
            (people.best, free, part), (people.open, able, part), (people.fits, fits, worth)
        ):  # fmt: skip
            best.look(np.where(who, value, -np.inf), every, inside)
    return needs, people


@dataclass(eq=False)
class _Plan:
    problem: Problem
    room: Headroom
    aims: tuple[Aim, ...]
    u: pd.Series
    proved: bool

    def __post_init__(self) -> None:
        problem = self.problem
        self.any_score = any(isinstance(aim, _ANY_SCORE) for aim in self.aims)
        self.contracts = any(isinstance(aim, ExpectedContracts) for aim in self.aims)
        self.only_total = all(isinstance(a, Total) and a.tiers is None for a in self.aims)
        is_plain = not (problem.rows or problem.apart or problem.loads is not None)
        free = not problem.has_floors_or_locks  # of what holds people where they are
        self.priced = is_plain and self.only_total and self.proved and free

    def counts(self, scores: Floats) -> Bools:
        """Which pairs could be worth choosing for their scores."""
        return ~np.isnan(scores) if self.any_score else np.asarray(scores > 0)

    def fitting(self, rows: Ints, cols: Ints, scores: Floats, able: Bools) -> tuple[Bools, Floats]:
        """Which pairs break no limit, and what each would add to the total."""
        if not self.problem.rows and not self.problem.apart:
            return able, scores
        at = rows[:, None], cols[None, :]
        fits = able & self.room.within_limits(*at, scores)
        return fits, scores - self.room.penalty(*at, scores)

    def of_demand(self, side: _Side, k: int) -> tuple[Any, ...]:
        col = int(side.places[k])
        problem = self.problem
        headcount, filled = int(problem.headcount[col]), int(self.room.filled[col])
        head = (problem.demand_ids[col], headcount, filled, headcount - filled)
        reason, sentence = self._general(side, k, "candidate", problem.shape[0])
        if reason:
            return *head, reason, sentence
        if side.fits.at[k] >= 0:
            row = int(side.fits.at[k])
            what = f"{self._scored('candidate', row, row, col)} is free"
            return *head, *self._left_out(row, col, what, float(side.fits.worth[k]))
        row = int(side.best.at[k])
        if row < 0:
            fits = _count(int(side.useful[k]), "candidate fits", "candidates fit")
            on_it = self.room.rows[self.room.cols == col]
            here = self.counts(problem.at(on_it, np.full(filled, col)))
            shut = " or of capacity 0" if side.useful[k] > here.sum() else ""
            sentence = f"Only {fits}, already on it{shut}; nobody else does."
            return *head, "no_more_candidates", sentence
        if side.open.at[k] >= 0:
            row = int(side.open.at[k])
            return *head, *self._kept_out("The best that is free", row, col, "candidate")
        if self.room.load[row] < problem.capacity_units[row]:  # a lighter load would still do
            return *head, *self._kept_out("The best that fits", row, col, "candidate")
        return *head, *self._elsewhere(side, k, row, col)

    def _elsewhere(self, side: _Side, k: int, row: int, col: int) -> tuple[str, str]:
        """Everybody who fits is full; the best of them, and where."""
        person = self._scored("candidate", row, row, col)
        where = ", ".join(map(str, self.problem.demand_ids[self.room.cols[self.room.rows == row]]))
        if self.problem.loads is not None:
            sentence = f"Nobody who fits has the capacity left; the best, {person}, is on {where}."
            return "placed_elsewhere", sentence + ("" if self.proved else _UNSETTLED)
        more = "more " if self.room.filled[col] else ""
        fits = _count(
            int(side.free[k]),
            f"{more}candidate fits and is",
            f"{more}candidates fit and are all",
        )
        if not self.priced:
            sentence = f"{fits} placed elsewhere; the best, {person}, is on {where}."
            return "placed_elsewhere", sentence + ("" if self.proved else _UNSETTLED)
        return "worth_more_elsewhere", (
            f"{fits} worth more elsewhere; the best, {person}, is on {where}, "
            f"where the loss would cost the plan {self.u.iloc[row]:.3f}."
        )

    def of_candidate(self, side: _Side, k: int) -> tuple[Any, ...]:
        row = int(side.places[k])
        problem = self.problem
        capacity = problem.capacity[row].item()
        head = (problem.candidate_ids[row], capacity)
        if capacity == 0:
            return *head, "no_capacity", "The capacity is 0."
        reason, sentence = self._general(side, k, "demand", problem.shape[1])
        if reason:
            return *head, reason, sentence
        if side.fits.at[k] >= 0:
            col = int(side.fits.at[k])
            what = f"{self._scored('demand', col, row, col)} is open"
            return *head, *self._left_out(row, col, what, float(side.fits.worth[k]))
        col = int(side.best.at[k])
        if col < 0:
            fits = _count(int(side.useful[k]), "demand fits", "demands fit")
            return *head, "demands_closed", f"Only {fits}, of headcount 0."
        if side.open.at[k] >= 0:
            col = int(side.open.at[k])
            return *head, *self._kept_out("The best that is open", row, col, "demand")
        holders = self.room.rows[self.room.cols == col]
        names = ", ".join(self._scored("candidate", i, i, col, "") for i in holders.tolist())
        fits = _count(int(side.free[k]), "demand fits and is", "demands fit and are all")
        gain = " to the plan's greater gain" if self.priced else ""
        need = self._scored("demand", col, row, col)
        sentence = f"{fits} filled{gain}; the best, {need}, has {names}."
        return *head, "demands_taken", sentence + ("" if self.proved else _UNSETTLED)

    def _scored(self, side: str, place: int, row: int, col: int, word: str = "score ") -> str:
        """`R7 (score 0.412)`."""
        ids = self.problem.candidate_ids if side == "candidate" else self.problem.demand_ids
        score = float(self.problem.at(np.array([row]), np.array([col]))[0])
        return f"{ids[place]} ({word}{score:.3f})"

    def _kept_out(self, head: str, row: int, col: int, partner: str) -> tuple[str, str]:
        """What the best partner would break."""
        place, verb = row, "join"
        if partner == "demand":
            place, verb = col, f"take {self.problem.candidate_ids[row]}"
        named = self._scored(partner, place, row, col)
        why = "; ".join(self.room.words(row, col))
        return "limit_reached", f"{head}, {named}, cannot {verb}: {why}."

    def _left_out(self, row: int, col: int, what: str, worth: float) -> tuple[str, str]:
        """Why a pair that breaks nothing is not in the plan."""
        if self.contracts:
            if not self.proved:
                return "stopped_early", f"Not settled; {what}."
            return "not_worth_it", f"{what}, but would add no expected contracts."
        if worth <= 0 and (self.proved or self.only_total):
            fines = "; ".join(self.room.fines(row, col))
            why = f": {fines}" if fines else ""
            return "not_worth_it", f"{what}, but would not raise the total{why}."
        if not self.proved:
            if worth <= 0:
                return "stopped_early", f"Not settled; {what}."
            return "stopped_early", f"{what}: the solve stopped too early."
        return "not_worth_it", f"{what}, but would gain no more than rounding."

    def _general(self, side: _Side, k: int, partner: str, n: int) -> tuple[str, str]:
        """The reasons that both sides share: nobody eligible, nothing in common."""
        if side.eligible[k] and side.useful[k]:
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
