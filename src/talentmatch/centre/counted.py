"""A plan with everything that is counted of it: openings, skills, enterprises, sectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.centre.naming import Named, skills_named
from talentmatch.centre.shortages import Shortages
from talentmatch.errors import ProblemError
from talentmatch.reading import read_table
from talentmatch.result import Result

__all__ = ["ABOUT", "Counted", "needs_of"]

ABOUT = ("name", "tier", "industry")
_NOT_SAID = "not stated"


@dataclass(frozen=True, eq=False)
class Counted:
    """A result with everything that is counted.

    Parameters
    ----------
    short : Shortages
        The empty openings of each demand.
    named : Named
        Who names which skill.
    firms : DataFrame or None
        The service list, sorted by id.
    firm, sector : object arrays (demands,)
        Labels of each demand; "not stated" where there is none.
    """

    short: Shortages
    named: Named
    firms: pd.DataFrame | None
    firm: NDArray[Any]
    sector: NDArray[Any]

    @classmethod
    def of(cls, result: Result, enterprises: Any, by: str, usual: float | None) -> Counted:
        """Count a plan; the arguments are those of `coverage`."""
        needs = needs_of(result)
        firms = None if enterprises is None else read_table(enterprises, "enterprises")
        firm = _column(needs, "enterprise_id")
        if by in needs.columns or firms is None or "industry" not in firms.columns:
            sector = _column(needs, by)
        else:
            known = firms.set_index("enterprise_id")["industry"]
            sector = _column(pd.DataFrame({by: pd.Series(firm).map(known)}), by)
        named = skills_named(result.problem.candidates, needs)
        if firms is not None:
            firms = firms.sort_values("enterprise_id", ignore_index=True)
        return cls(Shortages.of(result, usual), named, firms, firm, sector)

    def by_enterprise(self) -> pd.DataFrame:
        """The enterprises, those of the service list without a demand among them."""
        every: Sequence[Any] = () if self.firms is None else self.firms["enterprise_id"].tolist()
        frame = self.short.by(pd.Series(self.firm), name="enterprise_id", every=every)
        if self.firms is None:
            return frame
        about = [name for name in ABOUT if name in self.firms.columns]
        more = frame.merge(self.firms[["enterprise_id", *about]], on="enterprise_id", how="left")
        if "name" in about:
            known = more["name"].fillna("").astype(str)
            more["sentence"] = [
                f"{key} {name}{said[len(key) :]}" if name else said
                for key, name, said in zip(
                    more["enterprise_id"], known, more["sentence"], strict=True
                )
            ]
        rest = [name for name in frame.columns if name != "enterprise_id"]
        return more[["enterprise_id", *about, *rest]]


def needs_of(result: Result) -> pd.DataFrame:
    """The demands' table of a plan; raises where there is no plan, or no table."""
    result.pairs  # noqa: B018  # raises where there is no plan
    if result.problem.demands is None:
        raise ProblemError("the problem holds no table of demands: Problem(..., demands=...)")
    needs = result.problem.demands
    return needs.assign(demand_id=result.problem.demand_ids)


def _column(table: pd.DataFrame, name: str) -> NDArray[Any]:
    """A column of labels; where it or a cell is missing, "not stated"."""
    if name not in table.columns:
        return np.full(len(table), _NOT_SAID, dtype=object)
    cells = table[name].astype(object)
    return np.asarray(cells.where(cells.notna(), _NOT_SAID), dtype=object)
