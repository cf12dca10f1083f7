"""Openings that a plan leaves empty, what each is worth, and their sums by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.aims import ExpectedContracts
from talentmatch.contracts import chances_of_room
from talentmatch.errors import ProblemError
from talentmatch.result import Result
from talentmatch.solvers.signing import Signing

__all__ = ["Shortages"]

Floats = NDArray[np.float64]
Ints = NDArray[Any]

SUMS = ["demands", "openings", "filled", "missing", "share", "worth", "sentence"]


@dataclass(frozen=True, eq=False)
class Shortages:
    """The demands of a plan, by position.

    Parameters
    ----------
    demand_ids : object array (demands,)
    openings, missing : int arrays (demands,)
        Headcount, or for `ExpectedContracts` the openings; and what of them is left empty.
    worth : float array (demands,)
        What filling one of the missing gains at most, in `unit`; see `coverage` for the formula.
    pairs : int array (demands,)
        Pairs of the plan.
    score : float array (demands,)
        Sum of the scores of a demand's pairs.
    usual : float
        What the middle pair of the plan brings.
    unit : str
        What `worth` counts.
    limited : str
        A sentence where a total limit is used up, else empty.
    """

    demand_ids: NDArray[Any]
    openings: Ints
    missing: Ints
    worth: Floats
    pairs: Ints
    score: Floats
    usual: float
    unit: str
    limited: str

    @classmethod
    def of(cls, result: Result, usual: float | None) -> Shortages:
        """Read them off a plan.

        Raises
        ------
        ProblemError
            `usual` is no number above 0.
        """
        if usual is not None and not (np.isfinite(usual) and usual > 0):
            raise ProblemError(f"usual must be above 0, not {usual!r}")
        problem, pairs = result.problem, result.pairs
        rows = problem.candidate_ids.get_indexer(pd.Index(pairs["candidate_id"]))
        cols = problem.demand_ids.get_indexer(pd.Index(pairs["demand_id"]))
        m = problem.shape[1]
        chosen, openings = np.bincount(cols, minlength=m), problem.headcount
        score = pairs["score"].to_numpy()
        price, limited = _total_limit(result)
        aim = result.aims[-1]
        if isinstance(aim, ExpectedContracts):
            signing = Signing(problem, aim)
            chance, openings = signing.of_pairs(rows, cols), signing.openings
            middle = _middle(chance) if usual is None else usual
            worth = middle * chances_of_room(cols, chance, openings) - price
        else:
            middle = _middle(score) if usual is None else usual
            worth = middle - np.maximum(result.demand_prices.to_numpy(), 0.0) - price
        return cls(
            np.asarray(problem.demand_ids, dtype=object),
            np.asarray(openings),
            np.maximum(openings - chosen, 0),
            np.maximum(worth, 0.0),
            chosen,
            np.bincount(cols, score, m).astype(np.float64),
            middle,
            "expected contracts" if isinstance(aim, ExpectedContracts) else "total score",
            limited,
        )

    def by(self, group: pd.Series, *, name: str, every: Sequence[Any] = ()) -> pd.DataFrame:
        """Sum up by a label of each demand; labels of `every` are listed without demands too."""
        labels = sorted({*group.tolist(), *every}, key=str)
        place = {label: at for at, label in enumerate(labels)}
        cols = np.array([place[label] for label in group], dtype=np.intp)
        ones = np.ones(len(cols), dtype=bool)
        member = sp.csr_array((ones, (np.arange(len(cols)), cols)), shape=(len(cols), len(labels)))
        return self.summed(member, name, labels)

    def summed(self, member: sp.csr_array, name: str, labels: Sequence[Any]) -> pd.DataFrame:
        """Sum up over groups, (demands, groups); a demand may be in several."""
        count = member.astype(np.float64)
        demands, openings, missing, worth = (
            np.asarray(values @ count).ravel()
            for values in (np.ones(len(self.worth)), self.openings, self.missing,
                           self.missing * self.worth)
        )  # fmt: skip
        frame = pd.DataFrame(
            {
                name: labels,
                "demands": demands.astype(np.int64),
                "openings": openings.astype(np.int64),
                "filled": (openings - missing).astype(np.int64),
                "missing": missing.astype(np.int64),
                "share": np.where(openings > 0, 1 - missing / np.maximum(openings, 1), np.nan),
                "worth": np.round(worth, 9),
            }
        )
        frame["sentence"] = [self._said(row, name) for row in frame.to_dict("records")]
        order = ["worth", "missing", name]
        return frame.sort_values(
            order, ascending=[False, False, True], ignore_index=True, key=_comparable
        )

    def mean_scores(self, group: NDArray[Any]) -> pd.Series:
        """Mean score of the pairs of each group; nan where there are none."""
        frame = pd.DataFrame({"group": group, "n": self.pairs, "s": self.score})
        sums = frame.groupby("group")[["n", "s"]].sum()
        return sums["s"] / sums["n"].where(sums["n"] > 0)

    def _said(self, row: dict[Any, Any], name: str) -> str:
        label, openings, missing = row[name], row["openings"], row["missing"]
        if not row["demands"]:
            return f"{label}: no demand."
        number = "1 demand" if row["demands"] == 1 else f"{row['demands']:,} demands"
        if not missing:
            return f"{label}: all {openings:,} openings are filled ({number})."
        gain = f"worth at most {row['worth']:.3g} of {self.unit}"
        gain = gain if row["worth"] > 0 else "worth nothing within the limits"
        return f"{label}: {missing:,} of {openings:,} openings stay empty ({number}), {gain}."


def _total_limit(result: Result) -> tuple[float, str]:
    """The price of the total limit, and a sentence where it is used up."""
    frame = result.constraints
    frame = frame[(frame["constraint"] == "TotalLimit") & (frame["slack"] <= 0)]
    frame = frame[frame["price"].fillna(0) >= 0]
    if not len(frame):
        return 0.0, ""
    price, limit = float(frame["price"].fillna(0).sum()), frame["limit"].min()
    said = f"The total limit of {limit:,g} is used up, so not the pool alone leaves openings empty"
    return price, f"{said}; one more is worth {price:.3g}."


def _middle(values: Floats) -> float:
    return float(np.median(values)) if len(values) else 0.0


def _comparable(column: pd.Series) -> pd.Series:
    """Labels by their letters, numbers as they are."""
    return column if pd.api.types.is_numeric_dtype(column) else column.astype(str)
