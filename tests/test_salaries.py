"""Salaries as people write them become RMB a year, and nothing is guessed about their period."""

import gzip
import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import talentmatch as tm
from talentmatch.tables.cells import CellError
from talentmatch.tables.salaries import ENDS, read_pay, salary_reader, split_period, stated_by

POSTS = Path(__file__).parents[2] / "shared" / "data" / "chinese" / "posts_51job.csv.gz"
NAN = math.nan


def ends(cell: str, **given: object) -> tuple[float | None, float | None] | None:
    """Return the two ends of a salary as floats."""
    pay = read_pay(cell, **given)  # type: ignore[arg-type]  # period= and unit= as they come
    if pay is None:
        return None
    least, most = pay.least, pay.most
    return None if least is None else float(least), None if most is None else float(most)


# 21.75 paid days a month and 8 hours a day: 261 days and 2,088 hours a year.
WRITTEN = [
    ("1-1.5万/月", 120_000, 180_000),
    ("25k-40k/月", 300_000, 480_000),
    ("25-40K·16薪", 400_000, 640_000),
    ("15-20万/年", 150_000, 200_000),
    ("6千-1.2万·13薪", 78_000, 156_000),
    ("6千-1.2万/月·13薪", 78_000, 156_000),
    ("９千－１.２万／月", 108_000, 144_000),
    ("8,000-12,000元/月", 96_000, 144_000),
    ("¥8000~12000/月", 96_000, 144_000),
    ("8000至12000元/月", 96_000, 144_000),
    ("1.5万-2万元/月", 180_000, 240_000),
    ("20-30W/年", 200_000, 300_000),
    ("年薪20万", 200_000, 200_000),
    ("年薪：20-30万", 200_000, 300_000),
    ("月薪8000元", 96_000, 96_000),
    ("约20万/年左右", 200_000, 200_000),
    ("税前 20万/年", 200_000, 200_000),
    ("200元/天", 52_200, 52_200),
    ("1.5千/天", 391_500, 391_500),
    ("50元/小时", 104_400, 104_400),
    ("25k RMB per month", 300_000, 300_000),
    ("300000 RMB a year", 300_000, 300_000),
    ("3万及以下/年", None, 30_000),
    ("30万以上/年", 300_000, None),
    ("1万起/月", 120_000, None),
    ("面议", None, None),
    ("薪资面议", None, None),
    ("Negotiable", None, None),
]


@pytest.mark.parametrize(("cell", "least", "most"), WRITTEN, ids=[row[0] for row in WRITTEN])
def test_what_people_write_is_read(cell: str, least: float | None, most: float | None) -> None:
    """Units, ranges, months and open ends, in any width and case."""
    assert ends(cell) == (least, most)


@pytest.mark.parametrize(
    "cell",
    [
        "税后20万/年", "$120k/year", "二十万", "see the contract", "-5万/月", "1-2-3万/月",
        "9\N{REPLACEMENT CHARACTER}-1.5万·13薪", "24,00/月", "万/月", "/月", "",
    ],
)  # fmt: skip
def test_what_is_no_salary_in_rmb_before_tax_is_not_read(cell: str) -> None:
    """Other currencies, pay after tax and broken texts are left to be named as flaws."""
    assert ends(cell) is None
    if cell:
        with pytest.raises(CellError, match="not a number"):
            salary_reader("salary_max", "salary_max")(cell)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("1-1.5万", "neither a month's nor a year's"),
        ("25-40k", "neither a month's nor a year's"),
        ("3千及以下", "neither a month's nor a year's"),
        ("9-1.5万·13薪", "upside down"),
        ("20万/年·13薪", "two periods"),
        ("年薪20万/月", "two periods"),
    ],
)
def test_what_can_be_read_in_two_ways_is_not_read(cell: str, rule: str) -> None:
    """A period is never guessed, and a contradiction is named."""
    with pytest.raises(CellError, match=rule):
        read_pay(cell)


@pytest.mark.parametrize(
    ("heading", "period", "unit"),
    [
        ("年薪（万元）", "year", 10_000),
        ("期望薪资(k/月)", "month", 1_000),
        ("薪资（元／月）", "month", 1),
        ("薪酬（万/年）", "year", 10_000),
        ("monthly salary", "month", 1),
        ("annual pay", "year", 1),
        ("日薪(元)", "day", 1),
        ("salary_max", "", 1),
        ("薪资待遇", "", 1),
    ],
)
def test_a_heading_states_period_and_unit(heading: str, period: str, unit: int) -> None:
    """What stands over a column holds for its cells."""
    assert stated_by(heading) == (period, unit)


@pytest.mark.parametrize(
    ("name", "heading", "period", "cell", "expected"),
    [
        ("salary_max", "年薪（万元）", "", 25, (250_000, 250_000)),
        ("salary_max", "年薪（万元）", "", "25", (250_000, 250_000)),
        ("salary_max", "年薪（万元）", "", "25-30", (250_000, 300_000)),
        ("salary_max", "年薪（万元）", "", "2万/月", (240_000, 240_000)),
        ("salary_max", "月薪", "", 20_000, (240_000, 240_000)),
        ("salary_max", "月薪", "", "20,000元", (240_000, 240_000)),
        ("salary_max", "salary", "month", "1-1.5万", (120_000, 180_000)),
        ("salary_max", "月薪", "year", "20万", (200_000, 200_000)),
        ("salary_max", "salary_max", "", 240_000, (240_000, 240_000)),
        ("salary_max", "salary_max", "", "240,000", (240_000, 240_000)),
        ("salary_max", "salary_max", "", "2.4e5", (240_000, 240_000)),
        ("salary_max", "salary_max", "", None, (NAN, NAN)),
        ("salary_max", "salary_max", "", "面议", (NAN, NAN)),
        ("annual_salary", "年薪", "", "48万", (480_000, 480_000)),
    ],
)
def test_cell_heading_and_mapping_say_it_in_this_order(
    name: str, heading: str, period: str, cell: object, expected: tuple[float, float]
) -> None:
    """The cell outranks the mapping, the mapping the heading; a plain number is in the unit."""
    assert salary_reader(name, heading, period)(cell) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("name", "heading", "cell", "rule"),
    [
        ("salary_max", "年薪（万元）", 300_000, "more than 100,000,000 RMB a year"),
        ("annual_salary", "年薪", "20-30万", "a range, not one amount"),
        ("annual_salary", "年薪", "30万以上", "a range, not one amount"),
        ("salary_max", "月薪", -1, "negative"),
        ("salary_max", "月薪", math.inf, "not finite"),
        ("salary_max", "月薪", [1], "not a number"),
    ],
)
def test_what_cannot_be_meant_is_a_flaw(name: str, heading: str, cell: object, rule: str) -> None:
    """A unit said twice, a contract with a range, a number that is none."""
    with pytest.raises(CellError, match=rule):
        salary_reader(name, heading)(cell)


@given(
    low=st.integers(1, 999),
    more=st.integers(0, 999),
    unit=st.sampled_from([("千", 1_000), ("k", 1_000), ("万", 10_000), ("W", 10_000)]),
    months=st.integers(12, 18),
)
def test_a_range_written_out_comes_back(
    low: int, more: int, unit: tuple[str, int], months: int
) -> None:
    """Tenths of a unit, times the months paid, exactly."""
    word, size = unit
    cell = f"{low / 10}-{(low + more) / 10}{word}·{months}薪"
    assert ends(cell) == (low * size * months / 10, (low + more) * size * months / 10)


def test_each_column_takes_its_end_and_keeps_the_other() -> None:
    """A person's least and an enterprise's most decide; the other end stands beside it."""
    people = tm.read_candidates(
        [
            {"id": "R1", "text": "CNC", "期望年薪": "20-30万"},
            {"id": "R2", "text": "CNC", "期望年薪": 5},
        ]
    )
    assert people["salary_expected"].tolist() == [200_000, 5]
    assert people["salary_expected_max"].tolist() == [300_000, 5]
    posts = tm.read_demands([{"id": "X1", "text": "CNC", "月薪": "1-1.5万·14薪"}])
    assert posts[["salary_min", "salary_max"]].values.tolist() == [[140_000, 210_000]]
    pd.testing.assert_frame_equal(tm.read_demands(posts), posts)


def test_a_column_without_ranges_grows_no_second_one() -> None:
    """Plain numbers stay one column, and a lower end of the caller's own is kept."""
    plain = tm.read_demands([{"id": "X1", "text": "CNC", "salary_max": 300_000}])
    assert "salary_min" not in plain
    rows = [{"id": "X1", "text": "CNC", "年薪": "20-30万", "最低年薪": "18万"}]
    own = tm.read_demands(rows)
    assert own[["salary_min", "salary_max"]].values.tolist() == [[180_000, 300_000]]


def test_an_empty_cell_beside_a_range_is_filled() -> None:
    """Where the sheet has both columns, the range fills what is empty and nothing else."""
    rows = [
        {"id": "X1", "text": "CNC", "salary_min": None, "salary_max": "20-30万/年"},
        {"id": "X2", "text": "CNC", "salary_min": 180_000, "salary_max": "20-30万/年"},
        {"id": "X3", "text": "CNC", "salary_min": None, "salary_max": 300_000},
        {"id": "X4", "text": "CNC", "salary_min": None, "salary_max": "30万以上/年"},
    ]
    posts = tm.read_demands(rows)
    assert posts["salary_min"].fillna(-1).tolist() == [200_000, 180_000, -1, 300_000]
    assert posts["salary_max"].fillna(-1).tolist() == [300_000, 300_000, 300_000, -1]
    pd.testing.assert_frame_equal(tm.read_demands(posts), posts)
    people = [{"id": "R1", "text": "CNC", "期望月薪": "1-2万", "salary_expected_max": ""}]
    assert tm.read_candidates(people)["salary_expected_max"].tolist() == [240_000]


def test_the_period_can_be_said_once_with_the_mapping() -> None:
    """``salary_max/month`` settles a column whose cells leave it open; without it each is named."""
    rows = [
        {"id": "X1", "text": "CNC", "薪资": "1-1.5万"},
        {"id": "X2", "text": "CNC", "薪资": "18万/年"},
    ]
    posts = tm.read_demands(rows, columns={"薪资": "salary_max/month"})
    assert posts["salary_max"].tolist() == [180_000, 180_000]
    with pytest.raises(tm.InputError) as caught:
        tm.read_demands(rows, columns={"薪资": "salary_max"})
    (flaw,) = caught.value.flaws
    assert (flaw.row, flaw.id, flaw.column) == (1, "X1", "薪资")
    assert "columns={'薪资': 'salary_max/month'}" in flaw.hint
    with pytest.raises(tm.InputError, match="not a column of demands"):
        tm.read_demands(rows, columns={"薪资": "title/month"})


def test_a_note_in_brackets_does_not_hide_a_heading() -> None:
    """人数（必填） is 人数; beside the plain heading, or a rival, it is left alone."""
    rows = [{"编号": "X1", "需求（必填）": "CNC", "人数(人)": 2, "年薪（万元）": "20-30"}]
    posts = tm.read_demands(rows)
    assert posts[["headcount", "salary_max"]].values.tolist() == [[2, 300_000]]
    both = tm.read_demands([{"编号": "X1", "需求": "CNC", "需求（备注）": "urgent"}])
    assert both["需求（备注）"].tolist() == ["urgent"]
    two = tm.read_demands([{"编号": "X1", "需求": "CNC", "人数(男)": 1, "人数(女)": 2}])
    assert "headcount" not in two


def test_a_period_belongs_to_a_salary_column_only() -> None:
    """Elsewhere a slash is part of the name."""
    assert split_period("salary_max/month") == ("salary_max", "month")
    assert split_period("salary_max/decade") == ("salary_max/decade", "")
    assert split_period("text/month") == ("text/month", "")
    known = {*tm.vocabulary()["column"]}
    assert set(ENDS) | {beside for _, beside in ENDS.values() if beside} <= known


def by_hand(cell: str) -> tuple[float, float]:
    """Read one of 51job's own forms by its parts; the oracle."""
    months = 12.0
    if "薪" in cell:
        cell, tail = cell.split("·")
        months = float(tail.removesuffix("薪"))
    for sign, factor in (("/年", 1.0), ("元/天", 261.0), ("/天", 261.0)):
        if cell.endswith(sign):
            cell, months = cell.removesuffix(sign), factor
    sizes = {"万": 1e4, "千": 1e3}
    if cell.endswith("及以下"):
        cell = cell.removesuffix("及以下")
        return NAN, float(cell[:-1]) * sizes[cell[-1]] * months
    low, _, high = cell.partition("-")
    last = sizes.get(cell[-1], 1.0)
    first = sizes.get(low[-1], last)
    amounts = [float(part.rstrip("万千")) for part in (low, high or low)]
    return amounts[0] * first * months, amounts[1] * last * months


@pytest.mark.skipif(not POSTS.exists(), reason="the real posts lie beside the repository only")
def test_every_sound_salary_of_the_real_posts_is_read() -> None:
    """Of 4,423 real salaries one is not read: it has lost a character."""
    with gzip.open(POSTS, "rt", encoding="utf-8") as file:
        cells = pd.read_csv(file)["salary"].dropna()
    reader = salary_reader("salary_max", "salary", "month")
    unread = []
    for cell in cells:
        try:
            found = reader(cell)
        except CellError:
            unread.append(cell)
        else:
            assert found == pytest.approx(by_hand(cell), nan_ok=True), cell
    assert (len(cells), unread) == (4_423, ["9\N{REPLACEMENT CHARACTER}-1.5万·13薪"])
