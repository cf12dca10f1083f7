"""The service list: every contradiction named at once, every count as counted by hand."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import talentmatch as tm
from talentmatch.centre.service_list import ServiceList

FIRMS = [
    {"enterprise_id": "E1", "name": "Alpha", "tier": "champion", "industry": "moulds"},
    {"enterprise_id": "E2", "name": "Beta", "tier": "sme", "industry": "port"},
    {"enterprise_id": "E3", "name": "Gamma", "tier": None, "industry": "port"},
]
VISITS = [
    {"visit_id": "V1", "enterprise_id": "E1", "date": "2021-03-02", "visitor": "Li"},
    {"visit_id": "V2", "enterprise_id": "E1", "date": "2021-09-02", "visitor": "Wu"},
    {"visit_id": "V3", "enterprise_id": "E2", "date": "2021-05-02", "visitor": "Li"},
]
NEEDS = [
    {"demand_id": "X1", "enterprise_id": "E1", "visit_id": "V1", "text": "die casting expert",
     "headcount": 2, "start_date": "2021-04-01"},
    {"demand_id": "X2", "enterprise_id": "E1", "visit_id": "V1", "text": "sales director",
     "headcount": 1, "start_date": None},
    {"demand_id": "X3", "enterprise_id": "E2", "visit_id": None, "text": "crane control",
     "headcount": 1, "start_date": None},
]  # fmt: skip


def test_counts_by_tier_and_by_enterprise() -> None:
    """A hand-made table; the sums are in the last row."""
    service = ServiceList(FIRMS, VISITS, NEEDS)
    assert repr(service) == "<ServiceList: 3 enterprises, 3 visits, 3 demands>"
    columns = ["tier", "enterprises", "visited", "visits", "with_demands", "demands", "openings"]
    assert service.by_tier[columns].values.tolist() == [
        ["champion", 1, 1, 2, 1, 2, 3],
        ["not stated", 1, 0, 0, 0, 0, 0],
        ["sme", 1, 1, 1, 1, 1, 1],
        ["all", 3, 2, 3, 2, 3, 4],
    ]
    assert service.by_tier["visits_each"].tolist() == [2.0, 0.0, 1.0, 1.0]
    rows = service.visits_by_enterprise
    assert rows["enterprise_id"].tolist() == ["E3", "E2", "E1"]
    assert rows["last_visit"].astype(str).tolist()[1:] == ["2021-05-02", "2021-09-02"]
    assert pd.isna(rows["first_visit"][0])
    never = service.never_visited.drop(columns="tier")
    assert never.values.tolist() == [["E3", "Gamma", "port", 0, 0]]


def test_what_a_visit_brought_and_who_waits_for_one() -> None:
    """A fruitless visit has 0 demands; who was last seen long ago is listed with who never was."""
    service = ServiceList(FIRMS, VISITS, NEEDS)
    trips = service.demands_by_visit
    assert trips["visit_id"].tolist() == ["V1", "V3", "V2"]
    assert trips["demands"].tolist() == [2, 0, 0]
    assert trips["openings"].tolist() == [3, 0, 0]
    assert trips["demand_ids"].tolist() == [["X1", "X2"], [], []]
    assert service.without_visit["demand_id"].tolist() == ["X3"]
    assert service.not_visited_since("2021-09-02")["enterprise_id"].tolist() == ["E3", "E2"]


def test_every_contradiction_is_named_at_once() -> None:
    """Row, id, table and column of each."""
    visits = [*VISITS, {"visit_id": "V4", "enterprise_id": "E9", "date": "2021-05-02"}]
    needs = [
        {"demand_id": "X1", "enterprise_id": "E1", "visit_id": "V3", "text": "a"},
        {"demand_id": "X2", "enterprise_id": "E8", "visit_id": None, "text": "b"},
        {"demand_id": "X3", "enterprise_id": "E1", "visit_id": "V9", "text": "c"},
        {"demand_id": "X4", "enterprise_id": None, "visit_id": None, "text": "d"},
        {"demand_id": "X5", "enterprise_id": "E2", "visit_id": "V3", "text": "e",
         "start_date": "2021-05-01"},
    ]  # fmt: skip
    with pytest.raises(tm.InputError) as error:
        ServiceList(FIRMS, visits, needs)
    assert [(flaw.row, flaw.id, flaw.column) for flaw in error.value.flaws] == [
        (4, "V4", "visits: enterprise_id"),
        (1, "X1", "demands: visit_id"),
        (2, "X2", "demands: enterprise_id"),
        (3, "X3", "demands: visit_id"),
        (4, "X4", "demands: enterprise_id"),
        (5, "X5", "demands: start_date"),
    ]
    assert "'V3' was paid to 'E2', not to 'E1'" in str(error.value)
    assert "before its visit on 2021-05-02" in str(error.value)


def test_flaws_of_reading_are_named_together_too() -> None:
    """A bad day in one table and a double id in another come in one error."""
    visits = [{"visit_id": "V1", "enterprise_id": "E1", "date": "soon"}]
    needs = [{"demand_id": "X1", "text": "a"}, {"demand_id": "X1", "text": "b"}]
    with pytest.raises(tm.InputError) as error:
        ServiceList(FIRMS, visits, needs)
    tables = {flaw.column.split(":")[0] for flaw in error.value.flaws}
    assert tables == {"visits", "demands"}


def test_repeated_demands_tell_whose_they_are() -> None:
    """Twice of one enterprise comes before twice across two."""
    text = "Die casting process expert for thin-walled aluminium housings"
    needs = [
        {"demand_id": "X1", "enterprise_id": "E1", "text": text},
        {"demand_id": "X2", "enterprise_id": "E2", "text": text},
        {"demand_id": "X3", "enterprise_id": "E1", "text": text + "!"},
        {"demand_id": "X4", "enterprise_id": "E2", "text": "Crane control"},
    ]
    got = ServiceList(FIRMS, VISITS, needs).repeated_demands
    pairs = list(zip(got["first_id"], got["second_id"], strict=True))
    assert pairs == [("X1", "X3"), ("X1", "X2"), ("X2", "X3")]
    assert got["same_enterprise"].tolist() == [True, False, False]
    assert "both of E1" in got["sentence"][0]


def test_tables_need_no_more_than_ids() -> None:
    """Without tiers, names, visitors, headcounts and visit ids every view still holds."""
    service = ServiceList(
        [{"enterprise_id": "E1"}],
        [{"visit_id": "V1", "enterprise_id": "E1", "date": "2021-05-02"}],
        [{"demand_id": "X1", "enterprise_id": "E1", "text": "a"}],
    )
    assert service.by_tier["tier"].tolist() == ["not stated", "all"]
    assert service.demands_by_visit["demands"].tolist() == [0]
    assert service.visits_by_enterprise["openings"].tolist() == [1]
    assert len(service.repeated_demands) == 0


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 3), max_size=8), st.lists(st.integers(-1, 7), max_size=8))
def test_counts_agree_with_plain_counting(trips: list[int], needs: list[int]) -> None:
    """Random visits and demands, counted by loops; the order of rows does not matter."""
    firms = [{"enterprise_id": f"E{k}", "tier": "ab"[k % 2]} for k in range(4)]
    visits = pd.DataFrame(
        {
            "visit_id": [f"V{k}" for k in range(len(trips) + 1)],
            "enterprise_id": [f"E{k}" for k in [*trips, 0]],
            "date": "2021-03-02",
        }
    )
    at = [k if k < len(visits) else -1 for k in [*needs, -1]]
    demands = pd.DataFrame(
        {
            "demand_id": [f"X{k}" for k in range(len(at))],
            "enterprise_id": ["E1" if k < 0 else visits["enterprise_id"][k] for k in at],
            "visit_id": [None if k < 0 else f"V{k}" for k in at],
            "text": [f"demand {k}" for k in range(len(at))],
        }
    )
    service = ServiceList(firms, visits, demands)
    seen, wanted = Counter(visits["enterprise_id"]), Counter(demands["enterprise_id"])
    for row in service.visits_by_enterprise.to_dict("records"):
        assert row["visits"] == seen[row["enterprise_id"]]
        assert row["demands"] == wanted[row["enterprise_id"]]
    brought = Counter(demands["visit_id"].dropna())
    assert service.demands_by_visit.set_index("visit_id")["demands"].to_dict() == {
        key: brought[key] for key in visits["visit_id"]
    }
    assert len(service.without_visit) == sum(k < 0 for k in at)
    back = ServiceList(firms[::-1], visits.iloc[::-1], demands.iloc[::-1])
    pd.testing.assert_frame_equal(service.by_tier, back.by_tier)
    pd.testing.assert_frame_equal(service.demands_by_visit, back.demands_by_visit)


@pytest.fixture(scope="module")
def case() -> Any:
    """The built-in case."""
    return tm.datasets.make_beilun(seed=0)


def test_the_case_is_sound(case: Any) -> None:
    """120 enterprises in three tiers, 220 visits, 1,160 demands, none without its visit."""
    service = ServiceList(case.enterprises, case.visits, case.demands)
    last = service.by_tier.iloc[-1]
    assert last[["enterprises", "visits", "demands"]].tolist() == [120, 220, 1160]
    assert service.by_tier["tier"].tolist() == ["champion", "listed", "sme", "all"]
    assert len(service.without_visit) == 0
    assert service.demands_by_visit["demands"].sum() == 1160
    assert service.demands_by_visit["date"].is_monotonic_increasing
