"""The table is found in the sheets that centres really have: titles, merged cells, many sheets."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import talentmatch as tm
from talentmatch.reading import read_table
from talentmatch.tables.files import read_file
from talentmatch.tables.sheets import Wanted, heading_row

Rows = list[list[object]]
POSTS: Rows = [
    ["编号", "岗位名称", "需求描述", "企业名称", "招聘人数", "到岗日期"],
    ["X1", "数控工程师", "会五轴编程", "甲公司", "２", "2026年5月1日"],
    ["X2", "质检员", "懂三坐标", "乙公司", 1, dt.datetime(2026, 6, 1)],
]
PEOPLE: Rows = [
    ["编号", "姓名", "简历", "技能"],
    ["R1", "张伟", "五轴编程十年", "CNC；焊接"],
    ["R2", "李娜", "三坐标测量", "质检"],
]


def book(path: Path, merged: tuple[str, ...] = (), **sheets: Rows) -> Path:
    """Write a workbook of these sheets, with cells merged on the first of them."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for cells in merged:
        made.worksheets[0].merge_cells(cells)
    made.save(path)
    return path


def flaws_of(path: Path, **given_: str) -> tuple[str, list[str], list[str]]:
    """Return the table named, the rules and the hints of the error of reading demands."""
    with pytest.raises(tm.InputError) as caught:
        tm.read_demands(path, **given_)  # type: ignore[arg-type]  # sheet= as it comes
    flaws = caught.value.flaws
    return caught.value.table, [f.rule for f in flaws], [f.hint for f in flaws]


def test_a_merged_title_above_the_headings_is_no_heading(tmp_path: Path) -> None:
    """Title, unit and date above the headings, full-width digits and two kinds of days are read."""
    top: Rows = [
        ["2026年北仑区企业人才需求汇总表"],
        ["填报单位：人才中心", None, None, "2026-03-01"],
        [],
    ]
    path = book(tmp_path / "a.xlsx", ("A1:F1",), Sheet1=[*top, *POSTS])
    clean = tm.read_demands(path)
    assert clean["demand_id"].tolist() == ["X1", "X2"]
    assert clean["headcount"].tolist() == [2, 1]
    assert clean["start_date"].astype(str).tolist() == ["2026-05-01", "2026-06-01"]
    assert clean.attrs["talentmatch_read"] == {"sheet": "Sheet1", "sheets": 1, "heading_row": 4}


def test_a_title_above_the_headings_of_a_csv(tmp_path: Path) -> None:
    """A sheet with a title that was saved as CSV is read the same."""
    lines = ["需求汇总,,,,,", ",,,,,", *(",".join(map(str, row)) for row in POSTS[:2])]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    clean = tm.read_demands(tmp_path / "a.csv")
    assert clean[["demand_id", "headcount"]].to_numpy().tolist() == [["X1", 2]]
    assert clean.attrs["talentmatch_read"]["heading_row"] == 3


def test_unknown_headings_below_a_title_are_still_the_headings(tmp_path: Path) -> None:
    """Where no heading is known, the error names those of the full row, not the title."""
    rows: Rows = [["Bedarf 2026"], ["Kürzel", "Aufgabe"], ["X1", "Fräsen"], ["X2", "Löten"]]
    table, rules, _ = flaws_of(book(tmp_path / "a.xlsx", ("A1:B1",), Blatt=rows))
    assert table == "demands"
    assert any("'Kürzel', 'Aufgabe'" in rule for rule in rules)
    clean = tm.read_demands(tmp_path / "a.xlsx", columns={"Kürzel": "demand_id", "Aufgabe": "text"})
    assert clean["text"].tolist() == ["Fräsen", "Löten"]


def test_each_table_is_taken_from_the_sheet_that_fits(tmp_path: Path) -> None:
    """One workbook holds both tables and a cover; the fitting sheet is read, and said."""
    cover: Rows = [["说明"], ["请填写第二、三页"]]
    path = book(tmp_path / "a.xlsx", 封面=cover, Sheet2=PEOPLE, Sheet3=POSTS)
    people, posts = tm.read_candidates(path), tm.read_demands(path)
    assert people["candidate_id"].tolist() == ["R1", "R2"]
    assert posts["demand_id"].tolist() == ["X1", "X2"]
    assert people.attrs["talentmatch_read"]["sheet"] == "Sheet2"
    assert posts.attrs["talentmatch_read"] == {"sheet": "Sheet3", "sheets": 3, "heading_row": 1}


@pytest.mark.parametrize("order", [("候选人", "岗位"), ("岗位", "候选人")])
def test_a_poor_sheet_of_its_own_beats_a_rich_one_of_another_table(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    """Headings that belong to another table speak against a sheet."""
    poor: Rows = [["编号", "简历"], ["R1", "焊工"]]
    rich: Rows = [
        ["编号", "岗位", "需求", "技能", "学历", "地点", "行业"],
        ["X1", "焊工", "焊接", "焊接", "本科", "宁波", "机械"],
    ]
    sheets = {"候选人": poor, "岗位": rich}
    path = book(tmp_path / "a.xlsx", **{name: sheets[name] for name in order})
    assert tm.read_candidates(path)["candidate_id"].tolist() == ["R1"]
    assert tm.read_demands(path)["demand_id"].tolist() == ["X1"]


def test_two_sheets_that_fit_equally_are_a_question(tmp_path: Path) -> None:
    """January is not read in silence where February is as good; sheet= settles it."""
    path = book(tmp_path / "a.xlsx", 一月=POSTS, 二月=[POSTS[0], ["X9", *POSTS[1][1:]]])
    _, rules, hints = flaws_of(path)
    assert rules == ["2 sheets fit equally well: '一月', '二月'"]
    assert "sheet='一月'" in hints[0]
    assert tm.read_demands(path, sheet="二月")["demand_id"].tolist() == ["X9"]


def test_a_sheet_that_is_hidden_or_empty_yields_to_one_that_is_not(tmp_path: Path) -> None:
    """Last year's hidden sheet and an unfilled copy raise no question."""
    path = book(tmp_path / "a.xlsx", 去年=POSTS, 空表=[POSTS[0]], 今年=[POSTS[0], POSTS[2]])
    made = openpyxl.load_workbook(path)
    made["去年"].sheet_state = "hidden"
    made.save(path)
    clean = tm.read_demands(path)
    assert clean["demand_id"].tolist() == ["X2"]


def test_the_name_of_a_sheet_speaks_where_no_heading_is_known(tmp_path: Path) -> None:
    """Foreign headings on a sheet called posts are taken before a cover that says nothing."""
    cover: Rows = [["Hinweise", "Stand"], ["Bitte lesen", "Mai"]]
    path = book(
        tmp_path / "a.xlsx", Deckblatt=cover, Posts=[["Kürzel", "Aufgabe"], ["X1", "Fräsen"]]
    )
    clean = tm.read_demands(path, columns={"Kürzel": "demand_id", "Aufgabe": "text"})
    assert clean["demand_id"].tolist() == ["X1"]
    with pytest.raises(tm.InputError) as caught:
        tm.read_demands(path)
    assert caught.value.table == "demands (sheet 'Posts')"


def test_a_sheet_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The error lists the sheets there are, and says what has none."""
    path = book(tmp_path / "a.xlsx", 需求表=POSTS, notes=[["x"]])
    _, rules, hints = flaws_of(path, sheet="需求表1")
    assert rules == ["no sheet '需求表1'"]
    assert hints == ["Did you mean '需求表'? Its sheets are '需求表', 'notes'"]
    (tmp_path / "a.csv").write_text("id,text\n1,a\n")
    assert flaws_of(tmp_path / "a.csv", sheet="x")[2] == ["Only .xlsx files have sheets"]


def test_errors_name_the_sheet_and_the_row_below_its_headings(tmp_path: Path) -> None:
    """Empty rows count, so that the number is the one that people find."""
    rows = [POSTS[0], POSTS[1], [], ["X2", "质检员", "懂三坐标", "乙公司", "若干", None]]
    path = book(tmp_path / "a.xlsx", 需求=rows, notes=[["x"]])
    with pytest.raises(tm.InputError) as caught:
        tm.read_demands(path)
    (flaw,) = caught.value.flaws
    assert "需求" in caught.value.table
    assert (flaw.row, flaw.id, flaw.column) == (3, "X2", "招聘人数")


def test_a_text_merged_over_rows_stands_in_each(tmp_path: Path) -> None:
    """One enterprise's merged name and day serve all its posts, and nobody else's."""
    rows: Rows = [
        ["编号", "岗位名称", "需求描述", "企业名称", "到岗日期"],
        ["X1", "焊工", "焊接", "甲公司", dt.datetime(2026, 5, 1)],
        ["X2", "铣工", "铣削", None, None],
        ["X3", "质检", "测量", None, None],
        ["X4", "钳工", "装配", None, None],
    ]
    path = book(tmp_path / "a.xlsx", ("D2:D4", "E2:E3"), 需求=rows)
    clean = tm.read_demands(path)
    assert clean["enterprise_id"].fillna("-").tolist() == ["甲公司", "甲公司", "甲公司", "-"]
    assert clean["start_date"].notna().tolist() == [True, True, False, False]


def test_a_number_merged_over_rows_is_asked_about(tmp_path: Path) -> None:
    """Five people wanted over two posts are neither five each nor five for the first."""
    rows: Rows = [
        ["编号", "需求", "人数", "序号"],
        ["X1", "焊接", 5, 1],
        ["X2", "铣削", None, None],
    ]
    path = book(tmp_path / "a.xlsx", ("C2:C3", "D2:D3"), 需求=rows)
    _, rules, hints = flaws_of(path)
    assert rules == ["5 in one cell merged over rows 2 to 3 of the sheet"]
    assert hints == ["Unmerge it and write each row's own number"]
    rows[1][2] = None
    path = book(tmp_path / "b.xlsx", ("D2:D3",), 需求=rows)
    serial = tm.read_demands(path)["序号"]
    assert serial.iloc[0] == 1
    assert serial.isna().tolist() == [False, True]


def test_headings_in_two_rows_are_joined(tmp_path: Path) -> None:
    """A merged group heading goes with the names below it, unless these are known by themselves."""
    rows: Rows = [
        ["需求表"],
        ["编号", "岗位信息", None, "年薪", None],
        [None, "岗位名称", "需求描述", "下限", "最高年薪"],
        ["X1", "焊工", "焊接", 100_000, 150_000],
    ]
    path = book(tmp_path / "a.xlsx", ("A1:E1", "A2:A3", "B2:C2", "D2:E2"), 需求=rows)
    clean = tm.read_demands(path, columns={"年薪 下限": "年薪 下限"})
    assert clean.iloc[0].to_dict() == {
        "demand_id": "X1", "title": "焊工", "text": "焊接", "salary_max": 150_000.0,
        "年薪 下限": 100_000,
    }  # fmt: skip
    assert clean.attrs["talentmatch_read"]["heading_row"] == 3


def test_a_full_row_above_the_headings_is_no_heading(tmp_path: Path) -> None:
    """Who filled the sheet in, when and how to call them may be as many cells as the headings."""
    about: list[object] = ["填报单位", "人才中心", "填报人", "王某", "电话", "0574"]
    path = book(tmp_path / "a.xlsx", 需求=[about, *POSTS])
    assert tm.read_demands(path)["demand_id"].tolist() == ["X1", "X2"]


def test_banners_between_the_rows_are_no_rows(tmp_path: Path) -> None:
    """Section titles and footnotes merged across the table are left out; a lone id is not."""
    rows: Rows = [
        POSTS[0], ["一、机械类"], POSTS[1], ["二、电子类"], POSTS[2], ["注：以上人数可调整"], [],
    ]  # fmt: skip
    path = book(tmp_path / "a.xlsx", ("A2:F2", "A4:F4", "A6:F7"), 需求=rows)
    assert tm.read_demands(path)["demand_id"].tolist() == ["X1", "X2"]
    rows[1] = ["X7"]
    path = book(tmp_path / "b.xlsx", ("A4:F4", "A6:F7"), 需求=rows)
    assert flaws_of(path)[1] == ["nothing to match on: 需求描述 is empty"]
    path = book(tmp_path / "c.xlsx", ("A2:B2", "A4:F4", "A6:F7"), 需求=rows)
    assert flaws_of(path)[1] == ["nothing to match on: 需求描述 is empty"]


def test_a_cell_that_looks_like_markup_is_no_merged_range(tmp_path: Path) -> None:
    """Merged ranges are read from the file's structure, not from what people wrote."""
    rows: Rows = [["id", "text"], ["X1", '<mergeCell ref="A2:A3"/>'], [None, "b"]]
    path = book(tmp_path / "a.xlsx", 需求=rows)
    assert flaws_of(path)[1] == ["missing id"]


def test_files_of_no_known_table_are_read_as_before(tmp_path: Path) -> None:
    """Without a table the headings are in the first filled row of the first sheet."""
    path = book(tmp_path / "a.xlsx", first=[["title"], ["id", "text"]], 需求=POSTS)
    assert read_file(path).columns.tolist() == ["title", "(column 2)"]


def test_other_tables_are_found_too(tmp_path: Path) -> None:
    """The same holds for a talent centre's other tables."""
    visits: Rows = [
        ["走访记录"],
        ["走访编号", "企业编号", "走访日期"],
        ["V1", "E1", "２０２１/３/２"],
    ]
    path = book(tmp_path / "a.xlsx", ("A1:C1",), 需求=POSTS, 走访=visits)
    assert read_table(path, "visits")["date"].astype(str).tolist() == ["2021-03-02"]


CELL = st.one_of(st.none(), st.integers(0, 9), st.text("ab 编号需求", max_size=3))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=6))
def test_the_row_of_headings_is_never_behind_a_better_one(rows: Rows) -> None:
    """No earlier row knows as many headings, and no later one more, where two are known."""
    wanted = Wanted("demands")
    at = heading_row(rows, wanted)
    known = [len({wanted.column(cell) for cell in row} - {None}) for row in rows]
    if max(known, default=0) >= 2:
        assert known[at] == max(known)
        if at != next((k for k, row in enumerate(rows) if any(row)), 0):
            assert max(known[:at], default=0) <= known[at]
