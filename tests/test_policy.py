"""Money: a policy's file, what contracts are paid in a year, what pairs cost before they sign."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import talentmatch as tm
from talentmatch.centre.policy import Policy
from talentmatch.centre.schemes import share

BEILUN = Policy.load("beilun-2021")
TEXT = (files("talentmatch.centre") / "policies" / "beilun-2021.toml").read_text(encoding="utf-8")
RULES = ("highest", "both", "both_up_to_salary")
D = Decimal

# A contract of the whole of 2021 of whom every fact is known and no scheme pays but the salary's.
PLAIN: dict[str, Any] = {
    "contract_id": "C1",
    "candidate_id": "R1",
    "enterprise_id": "E1",
    "annual_salary": 480000,
    "start_date": "2021-01-01",
    "end_date": "2021-12-31",
    "full_time": "yes",
    "top_expert": "no",
    "overseas_engineer": "no",
    "degree": "master",
    "programme_cost": 0,
    "children_at_international_school": 0,
}


def assess(*contracts: dict[str, Any], on: str = "2021-06-30", overlap: str | None = None) -> Any:
    """Items of contracts, each a change of `PLAIN`."""
    return BEILUN.assess([PLAIN | contract for contract in contracts], on=on, overlap=overlap)


def paid(items: pd.DataFrame, scheme: str, payer: str | None = None) -> Decimal | None:
    """What a scheme pays in all, or one payer of it; None where any of it is undetermined."""
    mine = items[items["scheme"] == scheme]
    if payer is not None:
        mine = mine[mine["payer"] == payer]
    amounts = mine["amount"].tolist()
    assert amounts, "no such item"
    return None if None in amounts else sum(amounts, D(0))


def policy_file(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """A copy of the shipped file with some texts replaced, each of which it must hold."""
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


# --- what a contract is paid ---------------------------------------------------------------------

# Worked out by hand: days / days of the year x 40 % of the salary, each half up to the cent.
SALARIES = [
    # salary, first day, last day, year, district, city
    ("480000", "2021-01-01", None, 2021, "96000.00", "96000.00"),
    ("480000", "2019-05-01", None, 2021, "96000.00", "96000.00"),
    # September to December: 30 + 31 + 30 + 31 = 122 days; 192000 x 122 / 365 = 64175.342...
    ("480000", "2021-09-01", None, 2021, "32087.67", "32087.67"),
    # One day: 192000 / 365 = 526.027...
    ("480000", "2021-12-31", None, 2021, "263.02", "263.01"),
    # The leap year has 366 days, and 29 February is one of them: 192000 / 366 = 524.590...
    ("480000", "2024-02-29", "2024-02-29", 2024, "262.30", "262.29"),
    # February of 2024 and of 2023: 192000 x 29 / 366 = 15213.114..., x 28 / 365 = 14728.767...
    ("480000", "2024-02-01", "2024-02-29", 2024, "7606.56", "7606.55"),
    ("480000", "2023-02-01", "2023-02-28", 2023, "7364.39", "7364.38"),
    ("480000", "2024-01-01", "2024-12-31", 2024, "96000.00", "96000.00"),
    # 40 % of 0.0625 is 0.025: half a cent goes up; of 3 cents the city takes the rest.
    ("1000.01", "2021-01-01", None, 2021, "200.00", "200.00"),
    ("1000.03", "2021-01-01", None, 2021, "200.01", "200.00"),
]


@pytest.mark.parametrize(("salary", "first", "last", "year", "district", "city"), SALARIES)
def test_salary_funding_follows_a_table_worked_out_by_hand(
    salary: str, first: str, last: str | None, year: int, district: str, city: str
) -> None:
    """Whole years, part-years, leap years and odd cents come out as on paper."""
    row = {"annual_salary": D(salary), "start_date": first, "end_date": last}
    items = assess(row, on=f"{year}-07-01")
    assert paid(items, "salary_funding", "district") == D(district)
    assert paid(items, "salary_funding", "city") == D(city)


def test_half_a_cent_goes_up(tmp_path: Path) -> None:
    """What is exactly half a cent is rounded up, not to the even cent."""
    rate = (
        'rate = { value = 0.40, origin = "assumed"',
        'rate = { value = 0.25, origin = "assumed"',
    )
    policy = Policy.load(policy_file(tmp_path, rate))
    # A quarter of 0.02, 0.10 and 0.18 is 0.005, 0.025 and 0.045.
    for salary, whole in (("0.02", "0.01"), ("0.10", "0.03"), ("0.18", "0.05")):
        items = policy.assess([PLAIN | {"annual_salary": D(salary)}], on="2021-01-01")
        assert paid(items, "salary_funding") == D(whole)


@pytest.mark.parametrize(
    ("facts", "year", "amount"),
    [
        ({"top_expert": "yes"}, 2021, "1000000.00"),
        ({"overseas_engineer": "yes", "degree": "doctor"}, 2021, "1000000.00"),
        ({"overseas_engineer": "是", "degree": "博士"}, 2021, "1000000.00"),
        ({"overseas_engineer": "yes", "degree": "master"}, 2021, "0.00"),
        ({"degree": "doctor"}, 2021, "0.00"),
        ({"top_expert": "yes", "full_time": "no"}, 2021, "0.00"),
        # 184 days from 1 July: 1000000 x 184 / 365 = 504109.589..., in 2024 x 184 / 366.
        ({"top_expert": "yes", "start_date": "2021-07-01"}, 2021, "504109.59"),
        ({"top_expert": "yes", "start_date": "2024-07-01", "end_date": None}, 2024, "502732.24"),
    ],
)
def test_the_grant_of_top_experts_asks_for_its_conditions(
    facts: dict[str, Any], year: int, amount: str
) -> None:
    """Full time, and either a top expert or an overseas engineer with a doctorate; by days."""
    items = assess(facts, on=f"{year}-03-01")
    assert paid(items, "top_expert") == D(amount)
    assert items.set_index("scheme").loc["top_expert", "state"] == (
        "due" if D(amount) else "not eligible"
    )


@pytest.mark.parametrize(
    ("cost", "first", "amount"),
    [
        ("400000", "2021-12-31", "400000.00"),
        ("1000000", "2021-01-01", "1000000.00"),
        ("1000000.01", "2021-01-01", "1000000.00"),
        ("7500000", "2021-09-01", "1000000.00"),
        ("400000", "2020-12-31", "0.00"),
        ("0", "2021-01-01", "0.00"),
    ],
)
def test_a_programme_is_supported_once_up_to_its_ceiling(
    cost: str, first: str, amount: str
) -> None:
    """The cost up to 1,000,000 RMB, in full in the year of the start and never again."""
    items = assess({"programme_cost": D(cost), "start_date": first})
    assert paid(items, "programme_support") == D(amount)
    assert paid(assess({"programme_cost": D(cost)}, on="2022-05-01"), "programme_support") == 0


def test_tuition_counts_children_by_days() -> None:
    """50,000 RMB for each child and year, a part of the year by its days."""
    assert paid(assess({"children_at_international_school": 2}), "tuition") == D("100000.00")
    # 73 days are a fifth of the year.
    fifth = {"children_at_international_school": 3, "end_date": "2021-03-14"}
    assert paid(assess(fifth), "tuition") == D("30000.00")


def test_a_cap_of_the_year_is_shared_by_days(tmp_path: Path) -> None:
    """A ceiling holds before the days are counted: half a year gets half of it at most."""
    cap = ('of = { value = "annual_salary"', 'at_most = { value = 100000, origin = "assumed", '
           'note = "a test" }\nof = { value = "annual_salary"')  # fmt: skip
    policy = Policy.load(policy_file(tmp_path, cap))
    fifth = PLAIN | {"end_date": "2021-03-14"}
    for salary, whole, part in (
        (200000, "80000.00", "16000.00"),
        (480000, "100000.00", "20000.00"),
    ):
        items = policy.assess([PLAIN | {"annual_salary": salary}], on="2021-01-01")
        assert paid(items, "salary_funding") == D(whole)
        items = policy.assess([fifth | {"annual_salary": salary}], on="2021-01-01")
        assert paid(items, "salary_funding") == D(part)
    assert "at most 100,000.00 RMB" in items["trace"][0]


def test_a_scheme_pays_only_for_the_days_it_is_in_force(tmp_path: Path) -> None:
    """A scheme that ends on 14 March pays a fifth of its last year and nothing of the next."""
    ends = ('until = { value = "open"', "until = { value = 2021-03-14")
    policy = Policy.load(policy_file(tmp_path, ends))
    assert paid(policy.assess([PLAIN], on="2021-12-31"), "salary_funding") == D("38400.00")
    late = policy.assess([PLAIN | {"end_date": None}], on="2022-12-31")
    assert paid(late, "salary_funding") == 0
    assert "the scheme from 2021-01-01 to 2021-03-14" in late["rule"][0]
    # It begins in 2021: a contract of 2020 is paid nothing for 2020.
    assert paid(assess({"start_date": "2020-01-01"}, on="2020-06-01"), "salary_funding") == 0


@pytest.mark.parametrize(
    ("rule", "salary", "funding", "grant"),
    [
        ("highest", 480000, "0.00", "1000000.00"),
        ("highest", 2500000, "1000000.00", "0.00"),  # equal: the first named goes first
        ("highest", 3000000, "1200000.00", "0.00"),
        ("both", 480000, "192000.00", "1000000.00"),
        ("both", 3000000, "1200000.00", "1000000.00"),
        ("both_up_to_salary", 480000, "192000.00", "288000.00"),
        ("both_up_to_salary", 3000000, "1200000.00", "1000000.00"),
    ],
)
def test_the_overlap_rule_is_the_users(rule: str, salary: int, funding: str, grant: str) -> None:
    """Each rule pays what it says, in `assess` as in `load`, and every trace names it."""
    contract = {"top_expert": "yes", "annual_salary": salary}
    items = assess(contract, overlap=rule)
    assert paid(items, "salary_funding") == D(funding)
    assert paid(items, "top_expert") == D(grant)
    loaded = Policy.load("beilun-2021", overlap=rule).assess([PLAIN | contract], on="2021-06-30")
    pd.testing.assert_frame_equal(loaded, items)
    named = items["scheme"].isin(["salary_funding", "top_expert"])
    assert (
        items["trace"].str.contains(f"overlap rule '{rule}' (chosen)", regex=False).eq(named).all()
    )
    assert set(items["state"][items["amount"] == 0]) == {"not eligible"}


def test_both_up_to_salary_counts_the_salary_of_the_days_worked() -> None:
    """A fifth of the year has a fifth of the salary to share."""
    fifth = {"top_expert": "yes", "end_date": "2021-03-14", "annual_salary": 100000}
    items = assess(fifth, overlap="both_up_to_salary")
    assert paid(items, "salary_funding") == D("8000.00")
    assert paid(items, "top_expert") == D("12000.00")


def test_the_order_of_overlapping_schemes_is_the_files(tmp_path: Path) -> None:
    """The first named takes of the salary first; what it may take is not known to the second."""
    order = '["salary_funding", "top_expert"]', '["top_expert", "salary_funding"]'
    policy = Policy.load(policy_file(tmp_path, order), overlap="both_up_to_salary")
    items = policy.assess([PLAIN | {"top_expert": "yes"}], on="2021-06-30")
    assert paid(items, "top_expert") == D("480000.00")
    funding = items[items["scheme"] == "salary_funding"]
    assert funding["state"].eq("not eligible").all()
    assert funding["rule"].eq("nothing is left of the salary of the days worked").all()
    items = policy.assess([PLAIN | {"top_expert": None}], on="2021-06-30")
    assert items[items["scheme"] == "salary_funding"]["missing"].eq("top_expert").all()


@given(cents=st.integers(0, 10**9), cuts=st.lists(st.integers(0, 100), max_size=4))
def test_parts_sum_to_the_whole_for_any_payers(cents: int, cuts: list[int]) -> None:
    """No part is negative, each is within a cent of its share but the last, none is lost."""
    edges = [0, *sorted(cuts), 100]
    payers = tuple((f"payer {k}", D(high - low) / 100)
                   for k, (low, high) in enumerate(itertools.pairwise(edges)))  # fmt: skip
    amount = D(cents) / 100
    parts = share(amount, payers)
    assert list(parts) == [name for name, _ in payers]
    assert sum(parts.values()) == amount
    assert all(part >= 0 for part in parts.values())
    for name, part in payers:
        assert abs(parts[name] - amount * part) <= D("0.005") * len(payers)


def test_an_unknown_overlap_rule_is_refused() -> None:
    """The rules there are, are named with what they do."""
    for call in (
        lambda: Policy.load("beilun-2021", overlap="sum"),
        lambda: assess({}, overlap="sum"),
        lambda: BEILUN.costs([], [], on="2021-01-01", overlap="sum"),
    ):
        with pytest.raises(tm.TalentMatchError, match=r"'sum'.*'highest': only the higher"):
            call()


# --- what is not known ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "scheme", "missing"),
    [
        ({"annual_salary": None}, "salary_funding", "annual_salary"),
        ({"start_date": None}, "salary_funding", "start_date"),
        (
            {"annual_salary": None, "start_date": None},
            "salary_funding",
            "annual_salary, start_date",
        ),
        ({"full_time": None, "top_expert": "yes"}, "top_expert", "full_time"),
        ({"degree": None, "overseas_engineer": "yes"}, "top_expert", "degree"),
        ({"top_expert": None}, "top_expert", "top_expert"),
        ({"programme_cost": None}, "programme_support", "programme_cost"),
        ({"programme_cost": 5, "start_date": None}, "programme_support", "start_date"),
        ({"children_at_international_school": None}, "tuition", "children_at_international_school"),
    ],
)
def test_a_missing_fact_is_named_and_never_zero(
    facts: dict[str, Any], scheme: str, missing: str
) -> None:
    """Every payer's part of the item is undetermined, without an amount."""
    items = assess(facts)
    mine = items[items["scheme"] == scheme]
    assert mine["state"].eq("undetermined").all()
    assert all(amount is None for amount in mine["amount"])
    assert mine["missing"].eq(missing).all()
    assert mine["trace"].str.contains(f"for want of {missing}").all()


@pytest.mark.parametrize(
    ("facts", "scheme", "state"),
    [
        ({"full_time": "no", "top_expert": None, "degree": None}, "top_expert", "not eligible"),
        ({"top_expert": "yes", "overseas_engineer": None, "degree": None}, "top_expert", "due"),
        ({"overseas_engineer": None}, "top_expert", "not eligible"),  # a master either way
        ({"programme_cost": 0, "start_date": None}, "programme_support", "not eligible"),
        ({"annual_salary": None, "start_date": "2022-01-01", "end_date": None}, "salary_funding",
         "not eligible"),
        ({"start_date": None, "end_date": "2020-12-31"}, "salary_funding", "not eligible"),
        ({"end_date": None}, "salary_funding", "due"),
    ],
)  # fmt: skip
def test_a_fact_that_cannot_change_the_answer_is_not_asked_for(
    facts: dict[str, Any], scheme: str, state: str
) -> None:
    """What is decided without it is decided."""
    items = assess(facts)
    assert items["state"][items["scheme"] == scheme].eq(state).all()
    assert items["missing"][items["scheme"] == scheme].eq("").all()


def test_what_cannot_be_compared_is_undetermined() -> None:
    """Under "highest" a known claim waits for an unknown one; under "both" it does not."""
    unknown = {"top_expert": None}
    items = assess(unknown, overlap="highest")
    assert paid(items, "salary_funding") is None
    assert items["missing"][0] == "top_expert"
    assert paid(assess(unknown, overlap="both"), "salary_funding") == D("192000.00")
    partly = assess(unknown, overlap="both_up_to_salary")
    assert paid(partly, "salary_funding") == D("192000.00")  # it goes first
    assert paid(partly, "top_expert") is None


def test_absent_columns_are_missing_facts() -> None:
    """Ids alone make every item undetermined, each with its facts."""
    items = BEILUN.assess([{"candidate_id": "R1", "enterprise_id": "E1"}], on="2021-06-30")
    assert items["state"].eq("undetermined").all()
    assert items["missing"].ne("").all()
    assert items["contract_id"].eq("R1-E1").all()


def test_no_contracts_are_paid_nothing() -> None:
    """A year in which nobody has signed yet has no items and no totals."""
    items = BEILUN.assess([], on="2021-06-30")
    assert items.columns.tolist() == assess({}).columns.tolist()
    assert len(items) == len(BEILUN.totals(items)) == 0


# --- several contracts ---------------------------------------------------------------------------


def test_a_persons_day_counts_once() -> None:
    """Two contracts at once: a child's day and a top expert's go to the one that starts first."""
    first = {"contract_id": "B", "top_expert": "yes", "children_at_international_school": 1}
    second = first | {"contract_id": "A", "enterprise_id": "E2", "start_date": "2021-07-01"}
    items = assess(second, first, overlap="both")
    ours, theirs = (items[items["contract_id"] == name] for name in "BA")
    assert paid(ours, "tuition") == D("50000.00")
    assert paid(theirs, "tuition") == paid(theirs, "top_expert") == 0
    assert paid(theirs, "salary_funding") == D("96789.04")  # 192000 x 184 / 365
    # The first ends on 14 March, the second runs through it from 1 January: 292 days are left.
    short = first | {"contract_id": "1", "end_date": "2021-03-14"}
    long = second | {"contract_id": "2", "start_date": "2021-01-01"}
    items = assess(long, short, overlap="both")
    assert paid(items[items["contract_id"] == "1"], "tuition") == D("10000.00")
    assert paid(items[items["contract_id"] == "2"], "tuition") == D("40000.00")


def test_a_contract_that_is_paid_nothing_takes_no_days() -> None:
    """Part time first, full time later: the later days are those of the later contract."""
    first = {"contract_id": "A", "top_expert": "yes", "full_time": "no"}
    second = {"contract_id": "B", "top_expert": "yes", "start_date": "2021-07-01"}
    assert paid(assess(first, second, overlap="both"), "top_expert") == D("504109.59")


def test_days_that_another_contract_may_take_are_undetermined() -> None:
    """What the first contract gets is not known, so what it leaves is not known either."""
    first = {"children_at_international_school": None}
    second = {"contract_id": "C2", "enterprise_id": "E2", "start_date": "2021-07-01",
              "children_at_international_school": 1}  # fmt: skip
    items = assess(first, second).set_index(["contract_id", "scheme"])
    missing = items.loc[("C2", "tuition"), "missing"]
    assert missing == "children_at_international_school of contract C1"


salaries = st.none() | st.decimals(0, 4_000_000, places=2, allow_nan=False)
dates = st.dates(dt.date(2020, 6, 1), dt.date(2025, 3, 1))
flags = st.sampled_from(["yes", "no"])


@st.composite
def contracts(draw: st.DrawFn, most: int = 4) -> list[dict[str, Any]]:
    """Contracts of few people, some facts missing."""
    rows = []
    for k in range(draw(st.integers(1, most))):
        ends = sorted([draw(dates), draw(dates)])
        rows.append({
            "contract_id": f"C{k}", "candidate_id": draw(st.sampled_from(["R1", "R2"])),
            "enterprise_id": f"E{k}", "annual_salary": draw(salaries),
            "start_date": draw(st.sampled_from([ends[0], ends[0], None])),
            "end_date": draw(st.sampled_from([ends[1], None])),
            "full_time": draw(flags), "top_expert": draw(flags | st.none()),
            "overseas_engineer": draw(flags), "degree": draw(st.sampled_from(["master", "doctor"])),
            "programme_cost": draw(salaries),
            "children_at_international_school": draw(st.sampled_from([0, 1, 2, None])),
        })  # fmt: skip
    return rows


@settings(max_examples=60, deadline=None)
@given(rows=contracts(), rule=st.sampled_from(RULES), year=st.integers(2021, 2024), data=st.data())
def test_items_sum_and_do_not_depend_on_the_order_of_rows(
    rows: list[dict[str, Any]], rule: str, year: int, data: st.DataObject
) -> None:
    """Cents, parts that sum to the whole, no negative amount, the same items in any order."""
    items = BEILUN.assess(rows, on=dt.date(year, 7, 1), overlap=rule)
    assert len(items) == len(rows) * 5  # the salary's two payers and three schemes of one
    for (_, scheme), group in items.groupby(["contract_id", "scheme"]):
        assert group["state"].nunique() == 1
        amounts = group["amount"].tolist()
        if group["state"].iloc[0] == "undetermined":
            assert amounts == [None] * len(group)
            assert group["missing"].ne("").all()
            continue
        assert all(amount == amount.quantize(D("0.01")) >= 0 for amount in amounts)
        assert group["missing"].eq("").all()
        if scheme == "salary_funding":
            assert 0 <= amounts[0] - amounts[1] <= D("0.01")
    totals = BEILUN.totals(items, by=[])
    known = [amount for amount in items["amount"] if amount is not None]
    is_open = totals["undetermined"][0] and not totals["due"][0]
    assert totals["amount"].tolist() == [None if is_open else sum(known, D(0))]
    assert totals[["due", "undetermined", "not_eligible"]].to_numpy().sum() == len(items)
    assert sum(BEILUN.totals(items)["amount"].dropna()) == sum(known, D(0))
    shuffled = data.draw(st.permutations(rows))
    again = BEILUN.assess(shuffled, on=f"{year}-12-31", overlap=rule)
    key = ["contract_id", "scheme", "payer"]
    pd.testing.assert_frame_equal(
        again.sort_values(key, ignore_index=True), items.sort_values(key, ignore_index=True)
    )


def by_hand(row: dict[str, Any], rule: str, year: int) -> tuple[Decimal, Decimal, Decimal]:
    """The obvious slow way: walk through the days of a year, then divide."""
    exact = Context(prec=60)
    of = [dt.date(year, 1, 1) + dt.timedelta(days=k) for k in range(366)]
    of = [day for day in of if day.year == year]
    days = sum(row["start_date"] <= day <= (row["end_date"] or day) for day in of)

    def part(full: Decimal) -> Decimal:
        shared = exact.divide(exact.multiply(full, D(days)), D(len(of)))
        return shared.quantize(D("0.01"), ROUND_HALF_UP)

    funding = part(row["annual_salary"] * D("0.4"))
    doctor = row["overseas_engineer"] == "yes" and row["degree"] == "doctor"
    grant = D(0)
    if row["full_time"] == "yes" and (row["top_expert"] == "yes" or doctor):
        grant = part(D(1_000_000))
    if rule == "highest":
        funding, grant = (funding, D(0)) if funding >= grant else (D(0), grant)
    elif rule == "both_up_to_salary":
        grant = min(grant, part(row["annual_salary"]) - funding)
    return funding, grant, part(50_000 * D(row["children_at_international_school"]))


@settings(max_examples=100, deadline=None)
@given(rows=contracts(most=1), rule=st.sampled_from(RULES), year=st.integers(2021, 2024))
def test_a_contract_is_paid_what_counting_the_days_gives(
    rows: list[dict[str, Any]], rule: str, year: int
) -> None:
    """Agreement with the obvious slow way where all is known."""
    row = rows[0]
    row |= {key: 0 for key in ("children_at_international_school",) if row[key] is None}
    row["start_date"] = row["start_date"] or dt.date(2021, 2, 28)
    row["annual_salary"] = row["annual_salary"] or D("0.01")
    row["top_expert"] = row["top_expert"] or "no"
    if row["end_date"] is not None:
        row["end_date"] = max(row["end_date"], row["start_date"])
    items = BEILUN.assess(rows, on=dt.date(year, 1, 1), overlap=rule)
    found = tuple(paid(items, name) for name in ("salary_funding", "top_expert", "tuition"))
    assert found == by_hand(row, rule, year)


@settings(max_examples=60, deadline=None)
@given(rows=contracts(), year=st.integers(2021, 2024))
def test_a_childs_days_are_those_of_any_contract(rows: list[dict[str, Any]], year: int) -> None:
    """One person's tuition is that of the days on which any contract runs, each counted once."""
    days = set()
    for row in rows:
        row |= {"candidate_id": "R1", "children_at_international_school": 1}
        row["start_date"] = row["start_date"] or dt.date(2021, 6, 1)
        last = min(max(row["end_date"] or dt.date.max, row["start_date"]), dt.date(year, 12, 31))
        row["end_date"] = row["end_date"] and max(row["end_date"], row["start_date"])
        first = max(row["start_date"], dt.date(year, 1, 1))
        days |= set(range(first.toordinal(), last.toordinal() + 1))
    items = BEILUN.assess(rows, on=dt.date(year, 7, 1))
    whole = D(50_000) * len(days) / (366 if year == 2024 else 365)
    total = paid(items, "tuition")
    assert total is not None
    assert abs(total - whole) <= D("0.005") * len(rows)


def test_totals_are_exact_and_count_what_is_open() -> None:
    """A thousand cents that floats do not sum to, and undetermined items apart."""
    rows = [{"contract_id": f"C{k}", "candidate_id": f"R{k}", "annual_salary": D("0.25")}
            for k in range(999)]  # fmt: skip
    items = assess(*rows, {"contract_id": "X", "candidate_id": "X", "annual_salary": None})
    totals = BEILUN.totals(items, by="payer").set_index("payer")
    assert totals.loc["city"].tolist() == [D("49.95"), 999, 1, 0]
    assert BEILUN.totals(items).set_index(["scheme", "payer"]).loc[
        ("salary_funding", "district"), "amount"
    ] == D("49.95")
    open_ones = BEILUN.totals(items[items["state"] == "undetermined"])
    assert open_ones["amount"].isna().all(), "what nobody can determine is not zero"
    with pytest.raises(tm.ProblemError, match="no column 'county'"):
        BEILUN.totals(items, by="county")


def test_the_callers_table_is_left_alone() -> None:
    """A frame with Chinese headings is read and not edited."""
    frame = pd.DataFrame({"人才编号": ["R1"], "企业编号": ["E1"], "年薪": ["480000"],
                          "入职日期": ["2021年9月1日"], "是否全职": ["否"]})  # fmt: skip
    before = frame.copy(deep=True)
    items = BEILUN.assess(frame, on="2021-12-31")
    pd.testing.assert_frame_equal(frame, before)
    assert paid(items, "salary_funding") == D("64175.34")


def test_broken_contracts_are_refused_all_at_once() -> None:
    """Cents that are none, unknown degrees, ends before starts and repeated pairs, by row."""
    row = {"candidate_id": "R1", "enterprise_id": "E1"}
    with pytest.raises(tm.InputError) as refused:
        BEILUN.assess(
            [
                row | {"annual_salary": "100.005", "start_date": "2021-05-01"},
                row | {"degree": "wizard", "start_date": "2021-05-01", "end_date": "2021-04-01"},
                row | {"enterprise_id": "E2", "children_at_international_school": 1.5},
            ],
            on="2021-12-31",
        )
    places = sorted((flaw.row, flaw.column) for flaw in refused.value.flaws)
    assert places == [
        (1, "annual_salary"), (1, "contract_id"), (2, "contract_id"), (2, "degree"),
        (2, "end_date"), (3, "children_at_international_school"),
    ]  # fmt: skip


# --- the policy's file ---------------------------------------------------------------------------


def test_the_shipped_policy_says_what_is_stated_and_what_is_assumed() -> None:
    """The article's figures are stated; every assumption says why."""
    fields = BEILUN.fields
    assert set(fields["origin"]) == {"stated", "assumed"}
    assert fields.loc[fields["origin"] == "assumed", "note"].str.len().gt(0).all()
    origin = fields.set_index(["scheme", "field"])["origin"]
    for stated in (
        ("salary_funding", "rate_at_most"), ("salary_funding", "payers"), ("top_expert", "at_most"),
        ("programme_support", "at_most"), ("tuition", "each"),
    ):  # fmt: skip
        assert origin[stated] == "stated"
    for assumed in (("salary_funding", "rate"), ("overlap", "rule"), ("permits", "together")):
        assert origin[assumed] == "assumed"


def test_a_chosen_overlap_rule_is_no_longer_an_assumption() -> None:
    """The fields name the user as the origin."""
    fields = Policy.load("beilun-2021", overlap="both").fields.set_index(["scheme", "field"])
    assert fields.loc[("overlap", "rule"), ["value", "origin"]].tolist() == ["both", "chosen"]


def test_a_copy_of_the_file_is_the_same_policy(tmp_path: Path) -> None:
    """A path loads as the name does."""
    copy = Policy.load(policy_file(tmp_path))
    assert copy.schemes == BEILUN.schemes
    assert copy.programmes == BEILUN.programmes
    assert copy.permits == BEILUN.permits
    assert copy.name == "mine"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """A policy saved in another encoding says so."""
    path = tmp_path / "old.toml"
    path.write_bytes("title = '政策'".encode("gbk"))
    with pytest.raises(tm.InputError, match=r"old\.toml.*\n.*not UTF-8"):
        Policy.load(path)


def test_contracts_come_from_a_file_too(tmp_path: Path) -> None:
    """A path is read as any table is."""
    path = tmp_path / "contracts.csv"
    pd.DataFrame([PLAIN]).to_csv(path, index=False)
    pd.testing.assert_frame_equal(BEILUN.assess(path, on="2021-06-30"), assess({}))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The shipped ones are named."""
    with pytest.raises(tm.ProblemError, match=r"no policy 'ningbo'.*beilun-2021"):
        Policy.load("ningbo")
    with pytest.raises(tm.ProblemError, match="no policy"):
        Policy.load(tmp_path)


BREAKS = {
    "schemes.salary_funding.rates": ("\nrate = {", "\nrates = {"),
    "schemes.salary_funding.rate_at_most": ("value = 0.40", 'value = "40 %"'),
    "schemes.salary_funding.payers": ("city = 0.5", "city = 0.4"),
    "schemes.salary_funding.from": ("from = { value = 2021-01-01", 'from = { value = "2021-01-01"'),
    "schemes.top_expert.sum": ("sum = { value = 1000000", "sum = { value = 1000000.005"),
    "schemes.top_expert.needs": ('"top_expert", is = true', '"top_expret", is = true'),
    "schemes.programme_support.counted": ('value = "once"', 'value = "yearly"'),
    "schemes.tuition.of.origin": ('school", origin = "stated" }', 'school", origin = "heard" }'),
    "schemes.tuition.per_person.note": (
        ', note = "a child\'s day counts once where the parent has several contracts"', ""),
    "overlap.schemes": ('"salary_funding", "top_expert"', '"salary_funding", "top_experts"'),
    "programmes.overseas_engineer.documents": ('["passport", "degree certificate", "pro', '[7, "'),
    "permits.together": ("value = 10,", "value = -10,"),
    "permits.separate": ("[10, 15]", "[10]"),
    "titel": ('title = "Talent policy', 'titel = "Talent policy'),
}  # fmt: skip


@pytest.mark.parametrize("place", BREAKS)
def test_each_broken_field_is_named_with_its_place(tmp_path: Path, place: str) -> None:
    """A key, a type or a value that is wrong is found where it stands."""
    with pytest.raises(tm.InputError) as refused:
        Policy.load(policy_file(tmp_path, BREAKS[place]))
    assert place in {flaw.column for flaw in refused.value.flaws}
    assert all(flaw.hint for flaw in refused.value.flaws)
    assert refused.value.table == "mine.toml"


def test_all_flaws_of_a_file_come_at_once(tmp_path: Path) -> None:
    """Every one of the breaks above, in one file, in one error."""
    with pytest.raises(tm.InputError) as refused:
        Policy.load(policy_file(tmp_path, *BREAKS.values()))
    assert set(BREAKS) <= {flaw.column for flaw in refused.value.flaws}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\nsum = {", "\nrate = { value = 0.5, origin = 'stated' }\nsum = {",
         "2 of sum, rate, each"),
        ("\nsum = {", '\nof = { value = "programme_cost", origin = "stated" }\nsum = {',
         "a sum is of nothing"),
        ("\nsum = { value = 1000000", "\nsum = { value = 1000001", "1000001 is above at_most"),
        ("\nrate = { value = 0.40", "\nrate = { value = 0.41", "0.41 is above rate_at_most 0.40"),
        ('of = { value = "annual_salary"', 'of = { value = "children_at_international_school"',
         "does not go with"),
        ('until = { value = "open"', "until = { value = 2020-12-31", "is before from 2021-01-01"),
        ('year in which the contract starts" }\nper_person = { value = false',
         'year in which the contract starts" }\nper_person = { value = true',
         "does not go with counted once"),
        ('of = { value = "programme_cost"', '# of = { value = "programme_cost"', "missing"),
        ("[permits]\n", "[permits]\ntogether = 7\n", "not TOML"),
        ("days = { value", "days = 7\nday = { value", "no field with a value and its origin"),
        ('source = "The', 'source = 7 # "The', "no text: 7"),
        ("value = 0.40, origin", "value = inf, origin", "no number: Decimal('Infinity')"),
        ("value = 0.40, origin", "value = 1.40, origin", "no share: 1.40"),
        ('until = { value = "open"', 'until = { value = "never"', "neither a day nor open"),
        ("per_person = { value = false", "per_person = { value = 0", "neither true nor false: 0"),
        ('of = { value = "annual_salary"', 'of = { value = "full_time"', "is no amount or number"),
        ("{ district = 0.5, city = 0.5 }", '"district"', "no payers: 'district'"),
        ("{ district = 0.5, city = 0.5 }", "{}", "no payers: {}"),
        ("value = { district = 1 }", "value = { district = -1, city = 2 }", "no share: -1"),
        ("value = 10,", "value = 10.5,", "no whole number of days"),
        ("value = [10, 15]", "value = 25", "no list: 25"),
        ("value = []", 'value = ["2021-10-01"]', "no day: '2021-10-01'"),
        ('"full_time", is = true', '"full_time", is = "yes"', "full_time is a flag"),
        ('"full_time", is = true', '"full_time", above = "yes"', "above does not compare with"),
        ('"full_time", is = true', '"full_time", one_of = [1]', "one_of does not compare with"),
        ('"full_time", is = true', '"full_time", not = true', "unknown comparison 'not'"),
        ('"full_time", is = true', '"full_time", is = true, or = 1', "no condition"),
        ('at_least = "doctor"', 'at_least = "wizard"', "at_least does not compare with 'wizard'"),
        ("age_at_most = 55", 'age_at_most = "55"', "age_at_most does not compare with '55'"),
        ('["salary_funding", "top_expert"]', '["top_expert"]', "no overlap: top_expert"),
        ("[permits]\n", "[permits]\n[schemes.x]\n", "missing"),
        ("title = ", "title == ", "not TOML"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Fields that are sound by themselves and do not go together."""
    with pytest.raises(tm.InputError) as refused:
        Policy.load(policy_file(tmp_path, (old, new)))
    assert any(said in flaw.rule for flaw in refused.value.flaws), str(refused.value)


def test_a_scheme_that_is_no_section_is_named_in_full(tmp_path: Path) -> None:
    """The place is the whole path of the key."""
    path = tmp_path / "short.toml"
    path.write_text('title = "t"\nsource = "s"\n[schemes]\ntuition = 3\n', encoding="utf-8")
    with pytest.raises(tm.InputError, match=r"'schemes\.tuition': no section"):
        Policy.load(path)


# --- what pairs cost before they sign ------------------------------------------------------------

GRID = list(
    itertools.product(
        (0, D("123456.78"), 480000, 3000000), ("doctor", "master"), ("yes", "no"), ("yes", "no"),
        (0, 2),
    )
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("payer", [None, "district", "city"])
def test_costs_agree_with_contracts_of_a_full_year(rule: str, payer: str | None) -> None:
    """A pair's cost is what `assess` pays for the whole year, once it is signed."""
    people = pd.DataFrame(
        GRID,
        columns=[
            "salary_expected",
            "degree",
            "top_expert",
            "overseas_engineer",
            "children_at_international_school",
        ],
    )
    people.insert(0, "candidate_id", [f"R{k}" for k in range(len(people))])
    posts = pd.DataFrame({"demand_id": ["X1", "X2", "X3"], "full_time": ["yes", "no", "yes"],
                          "programme_cost": [0, D("70000.07"), 2000000]})  # fmt: skip
    before = people.copy(deep=True), posts.copy(deep=True)
    costs = BEILUN.costs(people, posts, on="2023-05-01", payer=payer, overlap=rule)
    pd.testing.assert_frame_equal(people, before[0])
    pd.testing.assert_frame_equal(posts, before[1])
    pairs = people.merge(posts, how="cross").rename(columns={"salary_expected": "annual_salary"})
    pairs["enterprise_id"] = pairs["demand_id"]
    pairs["candidate_id"] += "-" + pairs["demand_id"]  # each pair by itself
    items = BEILUN.assess(pairs.assign(start_date="2023-01-01"), on="2023-05-01", overlap=rule)
    mine = items if payer is None else items[items["payer"] == payer]
    sums = mine.groupby("candidate_id")["amount"].sum().loc[pairs["candidate_id"]]
    expected = np.array([float(amount) for amount in sums]).reshape(costs.shape)
    assert (costs.to_numpy() == expected).all()
    assert costs.index.tolist() == people["candidate_id"].tolist()
    assert costs.columns.tolist() == ["X1", "X2", "X3"]


NOBODY = {"full_time": True, "top_expert": False, "overseas_engineer": False, "programme_cost": 0,
          "children_at_international_school": 0}  # fmt: skip


def test_costs_name_every_missing_fact() -> None:
    """Rows whose cells are empty, and columns that nobody has, in one error."""
    people = [{"candidate_id": "R1", "salary_expected": 480000, "degree": "doctor"},
              {"candidate_id": "R2", "salary_expected": None, "degree": "doctor"}]  # fmt: skip
    with pytest.raises(tm.InputError) as refused:
        BEILUN.costs(people, [{"demand_id": "X1", "full_time": None}], on="2021-09-01")
    found = {(flaw.row, flaw.id, flaw.column) for flaw in refused.value.flaws}
    assert found == {
        (None, "", "top_expert"), (None, "", "overseas_engineer"), (None, "", "programme_cost"),
        (None, "", "children_at_international_school"), (1, "X1", "full_time"),
        (2, "R2", "salary_expected"),
    }  # fmt: skip
    assert "assuming={'full_time': ...}" in str(refused.value)


def test_costs_may_stand_in_an_amount_for_what_is_undetermined() -> None:
    """It stands once for the overlapping schemes and once for each other; zero only if asked."""
    people = [{"candidate_id": "R1", "salary_expected": None},
              {"candidate_id": "R2", "salary_expected": 480000}]  # fmt: skip
    posts = [{"demand_id": "X1"}]
    assuming = {k: v for k, v in NOBODY.items() if k != "programme_cost"}
    costs = BEILUN.costs(people, posts, on="2021-09-01", undetermined=D("50000.50"),
                         assuming=assuming | {"degree": "doctor"})  # fmt: skip
    assert costs["X1"].tolist() == [100001.0, 192000 + 50000.5]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ({"undetermined": 0.5}, "'raise' or a Decimal"),
        ({"undetermined": D("0.005")}, "whole cents"),
        ({"undetermined": D("-1")}, "'raise' or a Decimal"),
        ({"payer": "county"}, "payers are district, city"),
        ({"assuming": {"height": 3}}, "no scheme asks for 'height'"),
        ({"assuming": {"degree": "wizard"}}, "not a degree"),
        ({"on": "soon"}, "on: "),
        ({"on": None}, "on is missing"),
    ],
)
def test_costs_refuse_what_they_cannot_use(call: dict[str, Any], said: str) -> None:
    """Arguments that mean nothing are refused with what would."""
    people, posts = [{"candidate_id": "R1", "salary_expected": 1}], [{"demand_id": "X1"}]
    with pytest.raises(tm.ProblemError, match=said):
        BEILUN.costs(people, posts, **({"on": "2021-09-01", "assuming": NOBODY} | call))


def test_several_unknown_claims_that_overlap_are_one() -> None:
    """Salary and grant both unknown: the amount stands for the two of them."""
    people = [{"candidate_id": "R1", "salary_expected": None, "top_expert": None}]
    assuming = {k: v for k, v in NOBODY.items() if k != "top_expert"}
    for rule in RULES:
        costs = BEILUN.costs(people, [{"demand_id": "X1"}], on="2021-09-01", overlap=rule,
                             undetermined=D(7), assuming=assuming)  # fmt: skip
        assert costs.to_numpy().tolist() == [[7.0]]


def test_schemes_that_are_not_in_force_cost_nothing_and_ask_for_nothing(tmp_path: Path) -> None:
    """The day before the first, and after the last."""
    ends = ('until = { value = "open"', "until = { value = 2021-12-31")
    policy = Policy.load(policy_file(tmp_path, ends))
    people, posts = [{"candidate_id": "R1", "salary_expected": None}], [{"demand_id": "X1"}]
    assert policy.costs(people, posts, on="2020-12-31").to_numpy().tolist() == [[0.0]]
    assert policy.costs(people, posts, on="2022-01-01", assuming=NOBODY).to_numpy().sum() == 0
    with pytest.raises(tm.InputError, match="annual_salary is not stated"):
        policy.costs(people, posts, on="2021-12-31", assuming=NOBODY)


def test_costs_know_the_salary_where_only_the_overlap_asks_for_it(tmp_path: Path) -> None:
    """Two schemes that do not look at the salary, together no more than it."""
    order = '["salary_funding", "top_expert"]', '["tuition", "top_expert"]'
    policy = Policy.load(policy_file(tmp_path, order), overlap="both_up_to_salary")
    people = [{"candidate_id": f"R{k}", "salary_expected": 70000 * k, "top_expert": "yes",
               "overseas_engineer": "no", "degree": "master"} for k in (1, 2)]  # fmt: skip
    costs = policy.costs(people, [{"demand_id": "X1"}], on="2021-09-01",
                         assuming={"full_time": True, "programme_cost": 0,
                                   "children_at_international_school": 1})  # fmt: skip
    assert costs["X1"].tolist() == [28000 + 70000.0, 56000 + 140000.0]


def test_a_fact_told_by_both_tables_is_refused() -> None:
    """Two columns that say the same thing might say two things."""
    people = [{"candidate_id": "R1", "salary_expected": 1, "full_time": "yes"}]
    with pytest.raises(tm.ProblemError, match="tell full_time"):
        BEILUN.costs(people, [{"demand_id": "X1", "full_time": "no"}], on="2021-09-01")


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ([{"salary_expected": 1}], "no column candidate_id"),
        ([{"candidate_id": "R1"}, {"candidate_id": "R1"}], "repeated id 'R1', first in row 1"),
        ([{"candidate_id": "R1"}, {"candidate_id": None}], "row 2"),
        ([{"candidate_id": "R1", "salary_expected": "0.005"}], "no whole number of cents"),
        (pd.DataFrame({"candidate_id": ["R1"], "学历": ["博士"], "学位": ["硕士"]}),
         "headings mean degree"),
    ],
)  # fmt: skip
def test_broken_people_have_no_costs(people: object, said: str) -> None:
    """Ids and cells are checked, by row."""
    with pytest.raises(tm.InputError, match=said):
        BEILUN.costs(people, [{"demand_id": "X1"}], on="2021-09-01", assuming=NOBODY)


@pytest.fixture(scope="module")
def costed() -> Callable[[float], tuple[pd.DataFrame, tm.Result]]:
    """Solve four people and four posts under a budget of the district."""
    people = pd.DataFrame({"candidate_id": ["R1", "R2", "R3", "R4"],
                           "salary_expected": [900000, 600000, 450000, 300000]})  # fmt: skip
    posts = pd.DataFrame(
        {"demand_id": ["X1", "X2", "X3", "X4"], "programme_cost": [0, 0, 0, 50000]}
    )
    assuming = {k: v for k, v in NOBODY.items() if k != "programme_cost"}
    costs = BEILUN.costs(people, posts, on="2021-09-01", payer="district", assuming=assuming)
    scores = np.array([[9, 8, 3, 4], [7, 7, 5, 2], [4, 6, 6, 3], [2, 3, 4, 4]]) / 10

    def solve(most: float) -> tuple[pd.DataFrame, tm.Result]:
        return costs, tm.solve(tm.Problem(scores, constraints=[tm.Budget(costs.to_numpy(), most)]))

    return solve


def test_costs_feed_a_budget_and_its_price_comes_back(
    costed: Callable[[float], tuple[pd.DataFrame, tm.Result]],
) -> None:
    """The plan is the best within the budget, and a price says what more money is worth."""
    scores = np.array([[9, 8, 3, 4], [7, 7, 5, 2], [4, 6, 6, 3], [2, 3, 4, 4]]) / 10
    found = {}
    for most in (0, 200_000, 350_000, 1_000_000):
        costs, result = costed(most)
        row = result.constraints.iloc[-1]
        best = 0.0
        table = costs.to_numpy()
        for posts in itertools.product([None, 0, 1, 2, 3], repeat=4):
            pairs = [(i, j) for i, j in enumerate(posts) if j is not None]
            once = len({j for _, j in pairs}) == len(pairs)
            if once and sum(table[pair] for pair in pairs) <= most:
                best = max(best, sum(scores[pair] for pair in pairs))
        assert result.objective == pytest.approx(best)
        assert row["used"] <= most
        found[most] = row["price"]
    assert found[200_000] > 0
    assert found[1_000_000] == 0


def test_costs_of_the_built_in_case_are_accepted_by_id() -> None:
    """A frame of costs goes into a Budget of a problem with tables, to the cent."""
    case = tm.datasets.make_beilun(seed=0)
    people, posts = case.candidates.iloc[:60], case.demands.iloc[:40]
    costs = BEILUN.costs(people, posts, on="2021-09-01", assuming=NOBODY)
    assert costs.shape == (60, 40)
    expected = people["salary_expected"].to_numpy() * 0.4
    assert np.allclose(costs.to_numpy(), expected[:, None], rtol=0, atol=0.005)
    scores = np.random.default_rng(0).random((60, 40))
    problem = tm.Problem(scores, candidates=people, demands=posts,
                         constraints=[tm.Budget(costs, at_most=2_000_000)])  # fmt: skip
    result = tm.solve(problem)
    row = result.constraints.iloc[-1]
    spent = sum(costs.loc[a, b] for a, b in result.pairs[["candidate_id", "demand_id"]].to_numpy())
    assert spent == pytest.approx(row["used"])
    assert row["used"] <= 2_000_000
    assert row["price"] > 0
