"""The service list: which enterprises are visited, and what demands the visits bring home."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from talentmatch.centre.duplicates import find_duplicates
from talentmatch.displaying import Shown
from talentmatch.errors import Flaw, InputError
from talentmatch.reading import read_table

__all__ = ["ServiceList"]

_ABOUT = ("enterprise_id", "name", "tier", "industry")


class ServiceList(Shown):
    """Enterprises, the visits paid to them and the demands these brought, checked against another.

    Parameters
    ----------
    enterprises, visits, demands : frame, path or records
        As ``talentmatch.vocabulary`` describes these tables. A demand may name its visit
        (visit_id) or not; it must name its enterprise.

    Attributes
    ----------
    enterprises, visits, demands : DataFrame
        As read, sorted by id.

    Raises
    ------
    InputError
        With every flaw of the three tables at once: those of reading, and a visit or demand of an
        unknown enterprise, a demand of an unknown visit or of another enterprise's visit, a demand
        without an enterprise, one that was to start before the visit that found it.

    Examples
    --------
    >>> firms = [{"enterprise_id": "E1", "tier": "sme"}, {"enterprise_id": "E2", "tier": "sme"}]
    >>> visits = [{"visit_id": "V1", "enterprise_id": "E1", "date": "2021-03-02"}]
    >>> needs = [{"demand_id": "X1", "enterprise_id": "E1", "visit_id": "V1", "text": "welding"}]
    >>> service = ServiceList(firms, visits, needs)
    >>> service.never_visited["enterprise_id"].tolist()
    ['E2']
    >>> service.by_tier[["tier", "enterprises", "visited", "demands"]].values.tolist()
    [['sme', 2, 1, 1], ['all', 2, 1, 1]]
    """

    def __init__(self, enterprises: Any, visits: Any, demands: Any) -> None:
        sources = {"enterprises": enterprises, "visits": visits, "demands": demands}
        tables, flaws = {}, []
        for name, source in sources.items():
            try:
                tables[name] = read_table(source, name)
            except InputError as error:
                flaws += [
                    replace(flaw, column=f"{name}: {flaw.column}".strip(": "))
                    for flaw in error.flaws
                ]
        if not flaws:
            flaws = _flaws(**tables)
        if flaws:
            raise InputError("service list", flaws)
        keys = {"enterprises": "enterprise_id", "visits": "visit_id", "demands": "demand_id"}
        for name, key in keys.items():
            tables[name] = tables[name].sort_values(key, ignore_index=True)
        if "visit_id" not in tables["demands"].columns:
            tables["demands"] = tables["demands"].assign(visit_id=None)
        if "headcount" not in tables["demands"].columns:
            tables["demands"] = tables["demands"].assign(headcount=1)
        self.enterprises, self.visits, self.demands = (tables[name] for name in keys)

    @property
    def visits_by_enterprise(self) -> pd.DataFrame:
        """What is known of each enterprise.

        Returns
        -------
        DataFrame
            enterprise_id, name, tier, industry (those of the columns that there are), visits,
            first_visit, last_visit (NaT for none), demands, openings; fewest visits and most
            openings first: the next to call on.
        """
        frame = self.enterprises[[c for c in _ABOUT if c in self.enterprises.columns]]
        key = frame["enterprise_id"]
        trips = self.visits.groupby("enterprise_id")["date"].agg(["size", "min", "max"])
        needs = self.demands.groupby("enterprise_id")["headcount"].agg(["size", "sum"])
        frame = frame.assign(
            visits=key.map(trips["size"]).fillna(0).astype("int64"),
            first_visit=key.map(trips["min"]),
            last_visit=key.map(trips["max"]),
            demands=key.map(needs["size"]).fillna(0).astype("int64"),
            openings=key.map(needs["sum"]).fillna(0).astype("int64"),
        )
        order = ["visits", "openings", "enterprise_id"]
        return frame.sort_values(order, ascending=[True, False, True], ignore_index=True)

    @property
    def never_visited(self) -> pd.DataFrame:
        """The rows of `visits_by_enterprise` without a visit; they may have sent demands in."""
        frame = self.visits_by_enterprise
        frame = frame[frame["visits"] == 0].reset_index(drop=True)
        return frame.drop(columns=["visits", "first_visit", "last_visit"])

    def not_visited_since(self, date: str) -> pd.DataFrame:
        """The rows of `visits_by_enterprise` last visited before a day, or never.

        Parameters
        ----------
        date : str
            As "2021-06-01".
        """
        frame = self.visits_by_enterprise
        last = frame["last_visit"]
        return frame[last.isna() | (last < pd.Timestamp(date))].reset_index(drop=True)

    @property
    def demands_by_visit(self) -> pd.DataFrame:
        """What each visit brought home.

        Returns
        -------
        DataFrame
            visit_id, enterprise_id, date, visitor (where there is the column), demands, openings,
            demand_ids (a list); by date. A visit that brought nothing has 0.
        """
        columns = ("visit_id", "enterprise_id", "date", "visitor")
        frame = self.visits[[c for c in columns if c in self.visits.columns]]
        groups = self.demands.groupby("visit_id")
        ids = groups["demand_id"].agg(list).to_dict()
        openings = groups["headcount"].sum()
        found = [ids.get(visit, []) for visit in frame["visit_id"]]
        frame = frame.assign(
            demands=[len(those) for those in found],
            openings=frame["visit_id"].map(openings).fillna(0).astype("int64"),
            demand_ids=pd.Series(found, dtype=object),
        )
        return frame.sort_values(["date", "visit_id"], ignore_index=True)

    @property
    def without_visit(self) -> pd.DataFrame:
        """Demands that name no visit: demand_id, enterprise_id, headcount."""
        frame = self.demands[self.demands["visit_id"].isna()]
        return frame[["demand_id", "enterprise_id", "headcount"]].reset_index(drop=True)

    @property
    def repeated_demands(self) -> pd.DataFrame:
        """Demands that say the same thing twice (`find_duplicates`).

        Returns
        -------
        DataFrame
            first_id, second_id, similarity, first_enterprise, second_enterprise, same_enterprise,
            sentence; those of one enterprise first, then the most alike.
        """
        frame = find_duplicates(self.demands, of="demands")
        firm = self.demands.set_index("demand_id")["enterprise_id"]
        frame = frame[["first_id", "second_id", "similarity"]].assign(
            first_enterprise=frame["first_id"].map(firm),
            second_enterprise=frame["second_id"].map(firm),
        )
        same = frame["first_enterprise"] == frame["second_enterprise"]
        frame = frame.assign(same_enterprise=same)
        frame["sentence"] = [_twice(row) for row in frame.to_dict("records")]
        order = ["same_enterprise", "similarity", "first_id", "second_id"]
        return frame.sort_values(order, ascending=[False, False, True, True], ignore_index=True)

    @property
    def by_tier(self) -> pd.DataFrame:
        """How the tiers of the list are served.

        Returns
        -------
        DataFrame
            tier, enterprises, visited, visits, visits_each (mean over all of the tier),
            with_demands (enterprises), demands, openings; a last row "all". An enterprise without
            a tier counts under "not stated".
        """
        frame = self.visits_by_enterprise
        tier = frame["tier"] if "tier" in frame.columns else pd.Series(index=frame.index)
        frame = frame.assign(tier=tier.astype(object).where(tier.notna(), "not stated"))
        parts = [*frame.groupby("tier", sort=True), ("all", frame)]
        rows = [
            {
                "tier": name,
                "enterprises": len(part),
                "visited": int((part["visits"] > 0).sum()),
                "visits": int(part["visits"].sum()),
                "visits_each": part["visits"].mean(),
                "with_demands": int((part["demands"] > 0).sum()),
                "demands": int(part["demands"].sum()),
                "openings": int(part["openings"].sum()),
            }
            for name, part in parts
        ]
        return pd.DataFrame(rows)

    _shown = ("by_tier", "visits_by_enterprise", "without_visit", "never_visited")

    def _line(self) -> str:
        counts = (len(self.enterprises), len(self.visits), len(self.demands))
        return "<ServiceList: {:,} enterprises, {:,} visits, {:,} demands>".format(*counts)


def _twice(row: dict[Any, Any]) -> str:
    first, second, alike = row["first_id"], row["second_id"], row["similarity"]
    pair = f"{first} and {second} are alike to {alike:.2f}"
    if row["same_enterprise"]:
        return f"{pair}, both of {row['first_enterprise']}: one may be a repetition."
    firms = f"{row['first_enterprise']} and {row['second_enterprise']}"
    return f"{pair}, of {firms}: one expert might do for both, or both say too little."


def _flaws(enterprises: pd.DataFrame, visits: pd.DataFrame, demands: pd.DataFrame) -> list[Flaw]:
    """Everything that contradicts another table."""
    firms = set(enterprises["enterprise_id"])
    trips = visits.set_index("visit_id")[["enterprise_id", "date"]].to_dict("index")
    add_firm = "Add the enterprise to the list, or correct the id"
    flaws = [
        Flaw(row, visit, "visits: enterprise_id", f"unknown enterprise {firm!r}", add_firm)
        for row, (visit, firm) in enumerate(
            zip(visits["visit_id"], visits["enterprise_id"], strict=True), 1
        )
        if firm not in firms
    ]
    for row, need in enumerate(demands.to_dict("records"), 1):
        key, firm, visit = need["demand_id"], need.get("enterprise_id"), need.get("visit_id")
        if pd.isna(firm):
            hint = "Say whose demand it is"
            flaws.append(Flaw(row, key, "demands: enterprise_id", "no enterprise", hint))
        elif firm not in firms:
            rule = f"unknown enterprise {firm!r}"
            flaws.append(Flaw(row, key, "demands: enterprise_id", rule, add_firm))
        if pd.isna(visit):
            continue
        if visit not in trips:
            hint = "Add the visit, or leave the cell empty"
            flaws.append(Flaw(row, key, "demands: visit_id", f"unknown visit {visit!r}", hint))
            continue
        flaws += _against_visit(row, need, trips[visit])
    return flaws


def _against_visit(row: int, need: dict[Any, Any], trip: dict[Any, Any]) -> list[Flaw]:
    key, firm, visit, start = (
        need.get(name) for name in ("demand_id", "enterprise_id", "visit_id", "start_date")
    )
    flaws = []
    if not pd.isna(firm) and trip["enterprise_id"] != firm:
        rule = f"visit {visit!r} was paid to {trip['enterprise_id']!r}, not to {firm!r}"
        flaws.append(Flaw(row, str(key), "demands: visit_id", rule, "Correct one of the two"))
    if start is not None and not pd.isna(start) and pd.Timestamp(start) < trip["date"]:
        days = f"{pd.Timestamp(start):%Y-%m-%d}, before its visit on {trip['date']:%Y-%m-%d}"
        hint = "Correct one of the two days, or leave visit_id empty"
        flaws.append(Flaw(row, str(key), "demands: start_date", f"to start on {days}", hint))
    return flaws
