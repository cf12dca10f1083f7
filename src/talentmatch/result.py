"""What a solve found: why it stopped, what is proved, and the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.accounting import limits_used, plan_counts
from talentmatch.aims import Aim
from talentmatch.displaying import Markup, Shown, bar, few_rows
from talentmatch.errors import NoPlanError, ProblemError
from talentmatch.outcomes import Status, Stopped
from talentmatch.problem import Problem
from talentmatch.scores import Scores

__all__ = ["Result"]

Floats = NDArray[np.float64]

_PLAN = ("candidate_id", "demand_id", "score", "load")
_FEW = 3  # best, lowest and short ones on a card
_PROOFS = {
    "dual certificate": "dual certificate: prices show that no plan passes this total",
    "solver's claim": "solver's claim: an integer program searched what prices leave open",
}


@dataclass(frozen=True, eq=False, repr=False)
class Result(Shown):
    """The answer of `solve`: a plan, what is proved of it, and its prices.

    Attributes
    ----------
    problem : Problem
        What was solved.
    status : Status
        ``"optimal"``, ``"feasible"``, ``"infeasible"`` or ``"no_solution"``.
    stopped : Stopped
        ``"proved"``, ``"gap"``, ``"time"``, ``"interrupt"`` or ``"memory"``.
    bound : float
        Upper bound on the total over all plans; -inf when infeasible, +inf when not known.
    aim : str
        What was maximised, stage by stage.
    stages : DataFrame
        aim, value (the best found when it was pursued), bound, in_plan (its value in this plan,
        lower only by the aim's tolerance).
    aims : tuple
        The aims as values, in order.
    shortfall : DataFrame
        constraint, group, wanted, got, missing: floors and locks that gave way, where
        ``solve(allow_unmet=True)`` had to lower them. `problem` is then the lowered one.
    solver : str
        The engine and its version.
    seconds : float
        Wall time of the solve.
    proof : str
        ``"dual certificate"``: the bound was recomputed in float64 from the prices, apart from
        the solver. ``"solver's claim"``: the prices leave a gap that an integer program closed,
        or did not. Empty without a plan.
    reason : str
        Why there is no plan; empty where there is one.
    seed : int
        As given.
    rounds, pairs_formed : int
        Solve-price-repeat rounds, and how many pairs were ever formed.

    Examples
    --------
    >>> import talentmatch as tm
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]))
    >>> result.pairs.to_dict("list")
    {'candidate_id': [0, 1], 'demand_id': [0, 1], 'score': [0.9, 0.7], 'load': [1, 1]}
    """

    problem: Problem
    status: Status
    stopped: Stopped
    bound: float
    aim: str
    aims: tuple[Aim, ...]
    solver: str
    seconds: float
    proof: str
    reason: str
    seed: int
    rounds: int
    pairs_formed: int
    stages: pd.DataFrame
    shortfall: pd.DataFrame
    _objective: float
    _gap: float
    _pairs: pd.DataFrame | None
    _prices: tuple[pd.Series, pd.Series] | None
    _row_prices: tuple[Floats, ...]
    _range: Callable[[], tuple[Floats, Floats, Floats, Floats]] | None
    _reasons: Callable[[], tuple[pd.DataFrame, pd.DataFrame]] | None

    @property
    def scores(self) -> Scores:
        """The scores that were allocated."""
        return self.problem.scores

    @property
    def objective(self) -> float:
        """The plan's total, recomputed from the unrounded scores."""
        self._plan()
        return self._objective

    @property
    def gap(self) -> float:
        """(bound - objective) / max(abs(objective), 1e-9 x the largest absolute score)."""
        self._plan()
        return self._gap

    @property
    def price_kind(self) -> str:
        """``"dual"``: exact prices of the plan; ``"LP"``: prices of the linear relaxation."""
        return "dual" if self.proof == "dual certificate" else "LP"

    @property
    def pairs(self) -> pd.DataFrame:
        """The plan: candidate_id, demand_id, score, load; best score first within a demand."""
        return self._plan().copy()

    @property
    def candidate_prices(self) -> pd.Series:
        """What the loss of one unit of each candidate's capacity costs the plan, by id (dual).

        With floors in force it is their price too, and negative where a floor costs.
        """
        return self._both_prices()[0].copy()

    @property
    def demand_prices(self) -> pd.Series:
        """What one more slot of each demand gains the plan, by id (least dual prices).

        Negative where a floor costs: there one more slot gains nothing.
        """
        return self._both_prices()[1].copy()

    @cached_property
    def price_range(self) -> pd.DataFrame:
        """Both ends of every dual price, for prices are not unique.

        Returns
        -------
        pandas.DataFrame
            side ("candidate" or "demand"), id, least, greatest. The least demand prices go with
            the greatest candidate prices.
        """
        self._plan()
        if self._range is None:
            raise NoPlanError("price ranges are known for proved results only")
        ends = self._range()
        sides = (("candidate", self.problem.candidate_ids), ("demand", self.problem.demand_ids))
        return pd.concat(
            [
                pd.DataFrame({"side": side, "id": ids, "least": low, "greatest": high})
                for (side, ids), low, high in zip(sides, ends[::2], ends[1::2], strict=True)
            ],
            ignore_index=True,
        )

    @cached_property
    def constraints(self) -> pd.DataFrame:
        """Every limit of the problem: how much of it is used, and what one more unit is worth.

        Returns
        -------
        pandas.DataFrame
            constraint ("capacity", "headcount", "min_load", "min_headcount", then the names of
            the constraints), group (the id, the group, or how many pairs), limit, used, slack,
            price. Limits and uses are in the user's own unit; slack is negative where a soft limit
            is broken. The price is dual, or of the linear relaxation (see `price_kind`): what the
            aim gains at most per unit the limit is raised (loses, where negative); nan where a
            constraint is a list of pairs.
        """
        plan = self._plan()
        return limits_used(self.problem, plan, *self._both_prices(), self._row_prices)

    @cached_property
    def unfilled(self) -> pd.DataFrame:
        """Demands with open slots: headcount, filled, missing, reason code, sentence."""
        return self._both_reasons[0]

    @cached_property
    def unassigned(self) -> pd.DataFrame:
        """Candidates without any demand: capacity, reason code, sentence."""
        return self._both_reasons[1]

    def to_frame(self, columns: Sequence[str] = ()) -> pd.DataFrame:
        """The plan with columns of the problem's tables joined.

        Parameters
        ----------
        columns : sequence of str
            Columns of the candidates' or the demands' table. A name that both have comes twice,
            with the suffixes ``_candidate`` and ``_demand``; so does one the plan itself has.

        Raises
        ------
        ProblemError
            Neither table has such a column.
        """
        frame = self.pairs
        tables = {"candidate": self.problem.candidates, "demand": self.problem.demands}
        for name in columns:
            homes = [s for s, t in tables.items() if t is not None and name in t.columns]
            if not homes:
                raise ProblemError(f"no table of this problem has a column {name!r}")
            for side in homes:
                table = tables[side]
                index = getattr(self.problem, f"{side}_ids")
                place = index.get_indexer(frame[f"{side}_id"])
                heading = f"{name}_{side}" if len(homes) > 1 or name in _PLAN else name
                if table is not None and heading not in frame.columns:
                    frame[heading] = table[name].array.take(place)
        return frame

    def _plan(self) -> pd.DataFrame:
        if self._pairs is None:
            raise NoPlanError(f"the result is {self.status}: {self.reason}")
        return self._pairs

    def _both_prices(self) -> tuple[pd.Series, pd.Series]:
        self._plan()
        if self._prices is None:
            raise NoPlanError("this result has no prices")
        return self._prices

    @cached_property
    def _both_reasons(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        self._plan()
        if self._reasons is None:
            raise NoPlanError("this result has no reasons")
        return self._reasons()

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many people, demands and openings there are, and how many the plan serves.

        Returns
        -------
        dict of str to int
            candidates, demands, openings, filled, missing, demands_full, demands_short, placed,
            unassigned. Without a plan nothing is filled.

        Examples
        --------
        >>> import talentmatch as tm
        >>> counts = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]], headcount=2)).counts
        >>> counts["filled"], counts["openings"], counts["demands_short"]
        (2, 4, 1)
        """
        return plan_counts(self.problem, self._pairs)

    def _line(self) -> str:
        if self._pairs is None:
            return f"<Result: {self.status}: {self.reason}>"
        return (
            f"<Result: {self.status}, {len(self._pairs):,} pairs for "
            f"{self.counts['openings']:,} openings, "
            f"total {self._objective:.6g}, gap {self._gap:.2g}, {self.seconds:.2f} s>"
        )

    def _details(self) -> Mapping[str, object]:
        how: dict[str, object] = {"aim": self.aim, "stopped": self.stopped.value}
        how["solver"] = self.solver
        if self._pairs is None:
            return how | {"next": "tm.diagnose(problem) names the limits that clash"}
        count = self.counts
        share = count["filled"] / count["openings"] if count["openings"] else 1.0
        lowest = self._named(self._pairs.nsmallest(_FEW, "score"))
        found = {
            "proof": _PROOFS.get(self.proof, self.proof),
            "at most": f"{self.bound:.6g} for any plan",
            "filled": Markup(
                f"{bar(share)} {count['filled']:,} of {count['openings']:,} openings "
                f"({100 * share:.3g} %); {count['demands_short']:,} of {count['demands']:,} "
                f"demands short"
            ),
            "placed": f"{count['placed']:,} of {count['candidates']:,} candidates",
            **({"stages": self.stages} if len(self.stages) > 1 else {}),
            **({"gave way": self.shortfall} if len(self.shortfall) else {}),
            "best pairs": self._named(self._pairs.nlargest(_FEW, "score")),
            **({"lowest pairs": lowest} if len(self._pairs) > _FEW else {}),
            "short": self._named(self._short()),
        }
        if count["missing"]:
            found["why short"] = "result.unfilled gives the reason for each"
        return found | how

    def _short(self) -> pd.DataFrame:
        """The demands with most open slots, without their reasons, which take a look at scores."""
        problem = self.problem
        took = self._plan()["demand_id"].value_counts().reindex(problem.demand_ids, fill_value=0)
        missing = problem.headcount - took.to_numpy()
        worst = np.argsort(-missing, kind="stable")[:_FEW]
        worst = worst[missing[worst] > 0]
        ids, open_slots = problem.demand_ids[worst], missing[worst]
        return pd.DataFrame({"demand_id": ids, "missing": open_slots})

    def _named(self, frame: pd.DataFrame) -> Markup:
        """A few rows, with the names and titles that the tables know."""
        frame = frame.drop(columns="load", errors="ignore").reset_index(drop=True)
        for side, name in (("candidate", "name"), ("demand", "title"), ("demand", "enterprise_id")):
            table = getattr(self.problem, f"{side}s")
            if table is not None and name in table.columns and f"{side}_id" in frame.columns:
                place = getattr(self.problem, f"{side}_ids").get_indexer(frame[f"{side}_id"])
                at = 1 + list(frame.columns).index(f"{side}_id")
                frame.insert(at, name, table[name].array.take(place))
        return few_rows(frame)
