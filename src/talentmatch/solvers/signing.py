"""Expected contracts as a stage: a concave bound in linear form, and cuts that tighten it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.aims import ExpectedContracts
from talentmatch.amounts import Amounts, written
from talentmatch.contracts import concave_bound, expected_signatures
from talentmatch.errors import ProblemError
from talentmatch.limits import limits_of
from talentmatch.problem import Problem
from talentmatch.sides import Sides, few
from talentmatch.solvers.families import ByColumn, Extra, Grouped, OfDemand, Product, Scaled, Unit
from talentmatch.solvers.master import Master

__all__ = ["OWN", "Cut", "Cuts", "Signing"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

OWN = ("chances", "worths", "cuts")  # names of the families whose further columns count contracts


@dataclass(eq=False)
class Signing:
    r"""The expected number of contracts, :math:`\sum_j E[\min(o_j, X_j)]`.

    In the master the worth of demand j is a column :math:`t_j \le F_j(\sum_i p_{ij} x_{ij})`, with
    the concave :math:`F_j` of `talentmatch.contracts.concave_bound`. No plan is worth more.

    Attributes
    ----------
    chance : use
        (rows, cols, scores) -> probability of a signature.
    openings : int array (demands,)
        Most contracts of each demand.
    largest : float array (demands,)
        Largest probability of an eligible pair.
    most : int array (demands,)
        Most introductions: the headcount, or the eligible candidates where they are fewer.
    columns : int array (demands,)
        Further column of each demand's worth, -1 where it is always 0; known once `put`.

    Raises
    ------
    ProblemError
        A probability is not from 0 to 1; openings are not whole or below 0; shapes or ids do not
        fit.
    """

    problem: Problem
    aim: ExpectedContracts
    is_whole: bool = False
    name: str = "expected contracts"
    columns: Ints = field(init=False)

    def __post_init__(self) -> None:
        problem = self.problem
        self.tolerance = self.aim.tolerance
        given = _chances(problem, self.aim.p)
        self.chance = Scaled(given)
        openings, _ = limits_of(
            problem.demand_ids, problem.demands, ("openings", self.aim.openings),
            ("fewest openings", 0),
        )  # fmt: skip
        self.openings = openings.astype(np.intp)
        self.largest, eligible = np.zeros(problem.shape[1]), np.zeros(problem.shape[1], np.intp)
        cols = np.arange(problem.shape[1])
        for rows, block in problem.blocks():
            p = np.broadcast_to(self.chance(rows[:, None], cols[None, :], block), block.shape)
            free = ~np.isnan(block)
            if (free & ~((p >= 0) & (p <= 1))).any():
                raise ProblemError(self._no_chances())
            eligible += free.sum(axis=0)
            self.largest = np.maximum(self.largest, np.where(free, p, 0.0).max(axis=0, initial=0.0))
        self.most = np.minimum(problem.headcount, eligible).astype(np.intp)

    def put(self, master: Master) -> None:
        """Make this the master's objective: a column of worth per demand, under its F."""
        widths, slopes = self.segments()
        j, s = np.nonzero(slopes)
        width, slope = widths[j, s], slopes[j, s]
        used, row = np.unique(j, return_inverse=True)
        z = master.further.add(len(j), 0.0, 0.0)
        t = master.further.add(len(used), 0.0, 0.0)
        top = np.bincount(row, width * slope, len(used)) if len(j) else np.empty(0)
        master.further.upper[len(master.further.upper) - len(z) - len(t) :] = [*width, *top]
        self.columns = np.full(self.problem.shape[1], -1, dtype=np.intp)
        self.columns[used] = t
        of_demand = np.full(self.problem.shape[1], -1, dtype=np.intp)
        of_demand[used] = np.arange(len(used))
        ids, none = self.problem.demand_ids[used], np.full(self.problem.shape[1], -1)
        no_floor, zero = np.full(len(used), -np.inf), np.zeros(len(used))
        at = np.concatenate((np.arange(len(used)), row)).astype(np.intp)
        value = np.concatenate((np.ones(len(used)), -slope))
        master.families += [
            Grouped("chances", ids, no_floor, zero, ByColumn(of_demand),
                    Product(self.chance, -1.0), 1.0, (row.astype(np.intp), z, np.ones(len(j)))),
            Grouped("worths", ids, no_floor, zero, ByColumn(none), Unit(), 1.0,
                    (at, np.concatenate((t, z)), value)),
        ]  # fmt: skip
        master.gain = OfDemand(np.zeros(self.problem.shape[1]), False)
        master.further_gains = np.zeros(len(master.further.lower))
        master.further_gains[t] = 1.0
        master.is_whole, master.evaluate = False, self.value

    def segments(self) -> tuple[Floats, Floats]:
        """Widths and falling slopes of the concave functions (demands, segments)."""
        # Openings for all: the worth is the sum of the probabilities, in one segment.
        roomy = self.openings >= self.most
        widths, slopes = concave_bound(self.largest, self.openings, np.where(roomy, 0, self.most))
        sure = np.where(roomy, self.largest * self.most, 0.0)
        return np.column_stack((sure, widths)), np.column_stack((sure > 0, slopes))

    def value(self, rows: Ints, cols: Ints) -> float:
        """The expected number of contracts of a plan, exact to rounding."""
        return math.fsum(expected_signatures(cols, self.of_pairs(rows, cols), self.openings))

    def of_pairs(self, rows: Ints, cols: Ints) -> Floats:
        """Probabilities of single pairs by position."""
        p = self.chance(rows, cols, self.problem.at(rows, cols))
        return np.array(np.broadcast_to(p, rows.shape), dtype=np.float64)

    def _no_chances(self) -> str:
        """What is wrong with the probabilities, naming the first."""
        said, count, cols = [], 0, np.arange(self.problem.shape[1])
        sides = Sides(self.problem.candidate_ids, self.problem.demand_ids)
        for rows, block in self.problem.blocks():
            p = np.broadcast_to(self.chance(rows[:, None], cols[None, :], block), block.shape)
            r, c = np.nonzero(~np.isnan(block) & ~((p >= 0) & (p <= 1)))
            said += [
                f"({sides.id('candidate', int(rows[i]))!r}, {sides.id('demand', j)!r}): {p[i, j]!s}"
                for i, j in zip(r[:5].tolist(), c[:5].tolist(), strict=True)
            ]
            count += len(r)
        where = "the scores" if self.aim.p is None else "p"
        hint = "; talentmatch.learning.calibrate makes them" if self.aim.p is None else ""
        rule = f"ExpectedContracts: {where} must be probabilities from 0 to 1"
        return f"{rule}: {few(said, count)}{hint}"


def _chances(problem: Problem, p: Any) -> Amounts | None:
    """The probabilities as they are looked up; None where they are the scores."""
    if p is None:
        return None
    is_number = isinstance(p, int | float | np.number) and not isinstance(p, bool)
    if not is_number and not isinstance(p, pd.DataFrame):
        is_table = not isinstance(p, str | pd.Series) and not sp.issparse(p)
        if not is_table or np.ndim(p) != 2:
            raise ProblemError(
                "ExpectedContracts: p is a number, a (candidates, demands) array, a DataFrame by "
                f"ids, or None for the scores, not {type(p).__name__}"
            )
    sides = Sides(problem.candidate_ids, problem.demand_ids)
    raw = written(p, sides, None, "ExpectedContracts: p").raw
    try:
        values = np.array(raw, dtype=np.float64)
    except (TypeError, ValueError):
        raise ProblemError("ExpectedContracts: p holds something that is no number") from None
    values.flags.writeable = False
    return Amounts(values)


@dataclass(frozen=True, eq=False)
class Cut:
    """One demand's worth <= constant + sum over its pairs of c(p), for every plan.

    Attributes
    ----------
    demand : int
        By position.
    constant : float
        What stands without any pair.
    knots, heights : float arrays
        c goes straight from one to the next, and starts at (0, 0).
    members : int array
        Candidates whose pairs count nothing: those of the plan the cut was made at.
    """

    demand: int
    constant: float
    knots: Floats
    heights: Floats
    members: Ints

    def counts(self, rows: Ints, p: Floats) -> Floats:
        """Coefficients of pairs of candidates, broadcasting."""
        inside = np.interp(p, self.knots, self.heights)
        return np.where(np.isin(rows, self.members), 0.0, inside) if len(self.members) else inside

    def at(self, rows: Ints, p: Floats, x: Floats) -> float:
        """The right side at a point."""
        return self.constant + float(self.counts(rows, p) @ x)


@dataclass(eq=False)
class Cuts:
    """Rows ``t_j - sum c(p) x <= constant`` for pairs listed or never formed.

    Attributes
    ----------
    cuts : list of Cut
        One per row.
    signing : Signing
        Knows the probabilities and the columns t.
    """

    cuts: list[Cut]
    signing: Signing
    name: str = "cuts"
    labels: pd.Index = field(init=False)
    scale: float = 1.0
    origin: int | None = None

    def __post_init__(self) -> None:
        self.labels = pd.RangeIndex(len(self.cuts))
        self.least = np.full(len(self.cuts), -np.inf)
        self.most = np.array([cut.constant for cut in self.cuts])
        columns = self.signing.columns[[cut.demand for cut in self.cuts]]
        at = np.arange(len(self.cuts))
        self.extra: Extra = (at, columns.astype(np.intp), np.ones(len(at)))

    def entries(self, rows: Ints, cols: Ints, scores: Floats) -> tuple[Ints, Ints, Floats]:
        """One entry per cut and listed pair of its demand."""
        p = np.broadcast_to(self.signing.chance(rows, cols, scores), rows.shape)
        of_demand = _places(cols)
        pairs = [of_demand(cut.demand) for cut in self.cuts]
        sizes = [len(part) for part in pairs]
        values = [-cut.counts(rows[k], p[k]) for cut, k in zip(self.cuts, pairs, strict=True)]
        at = np.repeat(np.arange(len(sizes)), sizes)
        return at, np.concatenate(pairs).astype(np.intp), np.concatenate(values)

    def charge(self, prices: Floats, rows: Ints, cols: Ints, scores: Floats) -> Floats:
        """The coefficients of all cuts of the pair's demand times their prices."""
        charged = np.zeros(np.broadcast_shapes(rows.shape, cols.shape))
        of_demand, is_block = _places(cols.ravel()), cols.ndim == 2
        for k in np.flatnonzero(prices).tolist():
            cut = self.cuts[k]
            at = of_demand(cut.demand)
            part = (slice(None), at) if is_block else at
            r = rows if is_block else rows[at]
            p = self.signing.chance(r, cols[part], scores[part])
            charged[part] -= prices[k] * cut.counts(r, np.asarray(p))
        return charged


def _places(cols: Ints) -> Any:
    """Where each demand's pairs stand among the listed."""
    order = np.argsort(cols, kind="stable")
    ranked = cols[order]

    def of_demand(j: int) -> Ints:
        low, high = np.searchsorted(ranked, (j, j + 1))
        return order[low:high]

    return of_demand
