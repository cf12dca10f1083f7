"""Stages: the objectives an aim is pursued by, one after the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.aims import Aim, Bottleneck, Coverage, ExpectedContracts, Filled, MaxMin, Total
from talentmatch.checking import penalties
from talentmatch.errors import ProblemError
from talentmatch.problem import Problem
from talentmatch.solvers.families import ByColumn, Grouped, OfDemand, Scaled, Unit
from talentmatch.solvers.master import Master
from talentmatch.solvers.signing import Signing

__all__ = ["Fill", "LowestScore", "LowestTotal", "Reach", "Stage", "Sum", "stages_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class Stage(Protocol):
    """One objective."""

    tolerance: float

    @property
    def name(self) -> str:
        """What is pursued, in words."""

    @property
    def is_whole(self) -> bool:
        """Whether every plan's value is a whole number."""

    def put(self, master: Master) -> None:
        """Make this the master's objective, with the rows and columns it needs."""

    def value(self, rows: Ints, cols: Ints) -> float:
        """The objective of a plan, recomputed from the scores."""


@dataclass(eq=False)
class Sum:
    """The total, of all pairs or of one tier's, with or without the penalties."""

    problem: Problem
    tolerance: float = 0.0
    tier: Any = None
    of_demand: NDArray[np.bool_] | None = None
    penalised: bool = True

    @property
    def name(self) -> str:
        """What is pursued, in words."""
        return "total" if self.of_demand is None else f"total of tier {self.tier}"

    @property
    def is_whole(self) -> bool:
        """Whether every plan's value is a whole number."""
        return whole_scores(self.problem) and not any(
            rows.penalty is not None for rows in self.problem.rows
        )

    def put(self, master: Master) -> None:
        """Make this the objective."""
        every = self.of_demand is None
        master.gain = Scaled() if every else OfDemand(self.of_demand.astype(float), True)  # type: ignore[union-attr]  # not None here
        costs = np.array(master.further.penalty)
        master.further_gains = -costs if self.penalised else np.zeros(len(costs))
        _finish(master, self)

    def value(self, rows: Ints, cols: Ints) -> float:
        """The objective of a plan."""
        scores = self.problem.at(rows, cols)
        if self.of_demand is not None:
            scores = scores[self.of_demand[cols]]
        lost = penalties(self.problem, rows, cols) if self.penalised else 0.0
        return math.fsum(scores) - lost


@dataclass(eq=False)
class Fill:
    """How many openings are filled, of all demands or of one tier's."""

    problem: Problem
    tolerance: float = 0.0
    tier: Any = None
    of_demand: NDArray[np.bool_] | None = None
    is_whole: bool = True

    @property
    def name(self) -> str:
        """What is pursued, in words."""
        return "pairs" if self.of_demand is None else f"filled of tier {self.tier}"

    def put(self, master: Master) -> None:
        """Make this the objective."""
        every = self.of_demand is None
        master.gain = Unit() if every else OfDemand(self.of_demand.astype(float), False)  # type: ignore[union-attr]  # not None here
        master.further_gains = np.zeros(len(master.further.lower))
        _finish(master, self)

    def value(self, rows: Ints, cols: Ints) -> float:
        """The objective of a plan."""
        return float(len(cols) if self.of_demand is None else self.of_demand[cols].sum())


@dataclass(eq=False)
class Reach:
    """How many groups of demands have somebody."""

    problem: Problem
    by: str
    tolerance: float = 0.0
    is_whole: bool = True

    @property
    def name(self) -> str:
        """What is pursued, in words."""
        return f"coverage of {self.by}"

    def put(self, master: Master) -> None:
        """Make this the objective."""
        of_demand, labels = self.groups()
        columns = master.further.add(len(labels), 0.0, 1.0)
        at = np.arange(len(labels))
        master.families.append(
            Grouped(
                self.name,
                labels,
                np.zeros(len(labels)),
                np.full(len(labels), np.inf),
                ByColumn(of_demand),
                Unit(),
                1.0,
                (at, columns, -np.ones(len(labels))),
            )
        )
        master.gain = OfDemand(np.zeros(self.problem.shape[1]), False)
        master.further_gains = np.zeros(len(master.further.lower))
        master.further_gains[columns] = 1.0
        _finish(master, self)

    def value(self, rows: Ints, cols: Ints) -> float:
        """The objective of a plan."""
        of_demand = self.groups()[0][cols]
        return float(len(set(of_demand[of_demand >= 0].tolist())))

    def groups(self) -> tuple[Ints, pd.Index]:
        """The group of each demand, -1 for none, and the groups' names."""
        values = _column(self.problem, self.by, "Coverage")
        of_demand, labels = pd.factorize(values, sort=False)
        return np.asarray(of_demand, dtype=np.intp), pd.Index(labels)


@dataclass(eq=False)
class LowestScore:
    """The lowest chosen score; found by a search over thresholds, not by a linear objective."""

    problem: Problem
    tolerance: float = 0.0
    is_whole: bool = False
    name: str = "lowest score"

    def put(self, master: Master) -> None:
        """Make this the objective."""
        raise NotImplementedError("thresholds are searched")  # pragma: no cover  # never called

    def value(self, rows: Ints, cols: Ints) -> float:
        """The objective of a plan."""
        return float(self.problem.at(rows, cols).min(initial=math.inf))


@dataclass(eq=False)
class LowestTotal:
    """The lowest total of a demand, among those with a headcount and an eligible candidate."""

    problem: Problem
    tolerance: float = 0.0
    is_whole: bool = False
    name: str = "lowest demand total"

    def __post_init__(self) -> None:
        problem = self.problem
        eligible = np.zeros(problem.shape[1], dtype=bool)
        high = np.zeros(problem.shape[1])
        low = np.zeros(problem.shape[1])
        most = min(int(problem.headcount.max(initial=0)), problem.shape[0])
        best = np.full((0, problem.shape[1]), -np.inf)
        for _, block in problem.blocks():
            eligible |= (~np.isnan(block)).any(axis=0)
            filled = np.nan_to_num(block, nan=-np.inf)
            best = np.vstack((best, filled))
            if len(best) > most > 0:
                best = np.partition(best, len(best) - most, axis=0)[len(best) - most :]
            low = np.minimum(low, np.where(np.isnan(block), 0.0, block).min(axis=0, initial=0.0))
        best = -np.sort(-np.maximum(best, 0.0), axis=0)
        for j in range(problem.shape[1]):
            high[j] = best[: problem.headcount[j], j].sum()
        self.counted = np.asarray(eligible & (problem.headcount > 0))
        self.high = float(high[self.counted].min()) if self.counted.any() else 0.0
        self.low = float((low * problem.headcount).min(initial=0.0))

    @property
    def is_by_score(self) -> bool:
        """Whether every total is a single score, so that thresholds can be searched."""
        return bool(self.counted.any() and (self.problem.headcount[self.counted] == 1).all())

    def put(self, master: Master) -> None:
        """Make this the objective."""
        at = np.flatnonzero(self.counted)
        of_demand = np.full(self.problem.shape[1], -1, dtype=np.intp)
        of_demand[at] = np.arange(len(at))
        # Scaled so that the solvers' absolute tolerances stay far below a score's last digits.
        size = max(abs(self.high), abs(self.low)) or 1.0
        factor = 2.0 ** (16 - math.frexp(size)[1])
        column = master.further.add(1, self.low * factor, max(self.high, self.low) * factor)
        if len(at):
            master.families.append(
                Grouped(
                    self.name,
                    self.problem.demand_ids[at],
                    np.zeros(len(at)),
                    np.full(len(at), np.inf),
                    ByColumn(of_demand),
                    Scaled(None, factor),
                    factor,
                    (np.arange(len(at)), np.repeat(column, len(at)), np.full(len(at), -1.0)),
                )
            )
        master.gain = OfDemand(np.zeros(self.problem.shape[1]), False)
        master.further_gains = np.zeros(len(master.further.lower))
        master.further_gains[column] = 1.0 / factor
        master.scale = size
        _finish(master, self)

    def value(self, rows: Ints, cols: Ints) -> float:
        """The objective of a plan."""
        if not self.counted.any():
            return 0.0
        totals: dict[int, list[float]] = {j: [] for j in np.flatnonzero(self.counted).tolist()}
        for col, score in zip(cols.tolist(), self.problem.at(rows, cols).tolist(), strict=True):
            totals[col].append(score)
        return min(math.fsum(part) for part in totals.values())


def stages_of(problem: Problem, aims: tuple[Aim, ...]) -> list[Stage]:
    """The stages of aims in order, and the total at the end unless it is one of them."""
    found: list[Stage] = []
    for aim in aims:
        keep = aim.tolerance
        if isinstance(aim, Total):
            if aim.tiers is None:
                found.append(Sum(problem, keep))
                continue
            tiers = _tiers(problem, aim.tiers, needed=True)
            found += [
                Sum(problem, keep, name, mask, penalised=k == len(tiers) - 1)
                for k, (name, mask) in enumerate(tiers)
            ]
        elif isinstance(aim, Filled):
            tiers = _tiers(problem, aim.tiers, needed=False)
            if len(tiers) <= 1:
                found.append(Fill(problem, keep))
            else:
                found += [Fill(problem, keep, name, mask) for name, mask in tiers]
        elif isinstance(aim, Bottleneck):
            found += [Fill(problem), LowestScore(problem, keep)]
        elif isinstance(aim, MaxMin):
            found.append(LowestTotal(problem, keep))
        elif isinstance(aim, Coverage):
            found.append(Reach(problem, aim.by, keep))
        elif isinstance(aim, ExpectedContracts):
            found.append(Signing(problem, aim))
    if not isinstance(aims[-1], ExpectedContracts) and not any(
        isinstance(aim, Total) for aim in aims
    ):
        found.append(Sum(problem))
    return found


def _tiers(problem: Problem, column: str, *, needed: bool) -> list[tuple[Any, NDArray[np.bool_]]]:
    """The demands of each tier, the first tier first; a missing tier is the last."""
    table = problem.demands
    if table is None or column not in table.columns:
        if needed:
            _column(problem, column, "Total(tiers=)")
        return []
    values = pd.to_numeric(table[column], errors="coerce")
    blank = table[column].isna() | (table[column].astype(str).str.strip() == "")
    strange = np.flatnonzero(np.asarray(values.isna() & ~blank))
    if len(strange):
        named = ", ".join(
            f"{problem.demand_ids[k]!r}: {table[column].iloc[k]!r}" for k in strange[:5].tolist()
        )
        raise ProblemError(
            f"the tiers in {column!r} must be numbers, the first served first; {named}"
        )
    known = sorted(values.dropna().unique().tolist())
    tiers: list[tuple[Any, NDArray[np.bool_]]] = [
        (f"{tier:g}", np.asarray(values == tier)) for tier in known
    ]
    if values.isna().any():
        tiers.append(("missing", np.asarray(values.isna())))
    return tiers


def _column(problem: Problem, name: str, who: str) -> pd.Series:
    table = problem.demands
    if table is None or name not in table.columns:
        known = "there is no table" if table is None else f"there are: {list(table.columns)}"
        raise ProblemError(f"{who} needs the column {name!r} of the demands; {known}")
    values = table[name]
    blank = values.isna() | (values.astype(str).str.strip() == "")
    return values.where(~blank)


def _finish(master: Master, stage: Stage) -> None:
    master.is_whole, master.evaluate = stage.is_whole, stage.value
    short = len(master.further.lower) - len(master.further_gains)
    if short:
        master.further_gains = np.append(master.further_gains, np.zeros(short))


def whole_scores(problem: Problem) -> bool:
    """Whether every eligible score is a whole number; not looked at beyond some millions."""
    if problem.scores.stored is not None:
        data = problem.scores.stored.data
        return bool((data == np.round(data)).all())
    if problem.shape[0] * problem.shape[1] > 2**22:
        return False
    return all(
        bool((np.isnan(block) | (block == np.round(block))).all()) for _, block in problem.blocks()
    )
