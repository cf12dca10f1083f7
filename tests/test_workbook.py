"""The plan as a workbook: the tables of the CSVs, texts as texts, the same bytes each time."""

import csv
import io
import sys
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import talentmatch as tm
from talentmatch.tables.workbooks import Page, can_write, write_book

HOSTILE = [
    "=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "＝1+1", "\t=1+1", "http://evil.example/",
    "<script>alert(1)</script>", "\u202egnp.exe", "a\x00b\x1b[31mc", "_x003D_1+1",
    "two\nlines", "TRUE", "1e5", "007", "2026-01-01", "#REF!",
]  # fmt: skip


@pytest.fixture(scope="module")
def result():
    """Return a plan with hostile names, gaps among numbers, and openings nobody fits."""
    ids = [f"{text}{k}" if text.isprintable() else f"R{k}" for k, text in enumerate(HOSTILE)]
    people = [
        {"candidate_id": who, "name": text, "text": f"cable {text} design {k}"}
        for k, (who, text) in enumerate(zip(ids, HOSTILE, strict=True))
    ]
    posts = [
        {"demand_id": who, "title": text, "text": f"design {k} of {text} cable",
         "enterprise": text, "priority": None if k % 2 else k}
        for k, (who, text) in enumerate(zip(ids[:9], HOSTILE, strict=False))
    ]  # fmt: skip
    posts.append({"demand_id": "X99", "title": "Welder", "text": "焊接", "enterprise": "Arc"})
    return tm.match(people, posts)


def sheets_of(path):
    """Return the cells of a workbook by sheet, and see that none of them is a formula."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n"), (sheet.title, cell.coordinate)
                assert cell.hyperlink is None
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def csv_of(path):
    """Return the rows of a CSV."""
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def same(cell, text):
    """Tell whether a cell of the workbook says what the CSV says."""
    if cell is None or text == "":
        return cell is None and text == ""
    return cell == text if isinstance(cell, str) else float(cell) == float(text)


def test_its_sheets_hold_the_tables_of_the_csvs(result, tmp_path):
    """One line for each pair, the same cells in both, numbers as numbers."""
    written = tm.write_plan(result, tmp_path, workbook=True)
    assert "plan.xlsx" in [path.name for path in written]
    sheets = sheets_of(tmp_path / "plan.xlsx")
    assert list(sheets) == ["pairs", "unfilled", "unassigned", "how it was made"]
    for name in ("pairs", "unfilled", "unassigned"):
        rows = csv_of(tmp_path / f"{name}.csv")
        assert len(rows) == len(sheets[name]) > 1
        for ours, theirs in zip(sheets[name], rows, strict=True):
            assert all(map(same, ours, theirs)), (ours, theirs)
    heading, first = sheets["pairs"][:2]
    assert heading[-1] == "why"
    assert isinstance(first[heading.index("score")], float)
    assert isinstance(first[heading.index("load")], int)
    assert len(sheets["pairs"]) == len(result.pairs) + 1


def test_how_it_was_made_says_what_the_record_says(result, tmp_path):
    """Proof, counts, inputs with hashes, options and versions stand in it."""
    tm.write_plan(result, tmp_path, workbook=True, options={"seed": 7, "huge": "x" * 50_000})
    made = sheets_of(tmp_path / "plan.xlsx")["how it was made"]
    assert made[0] == ("part", "what", "value")
    held = {(part, what): value for part, what, value in made[1:]}
    assert held["result", "status"] == "optimal"
    assert held["result", "total"] == pytest.approx(result.objective)
    assert held["result", "ceiling"] == pytest.approx(result.bound)
    assert held["counts", "openings"] == 10
    assert held["options", "seed"] == "7"
    assert len(held["options", "huge"]) < 4_100
    assert len(held["inputs", "demands: SHA-256"]) == 64
    assert held["versions", "numpy"] == np.__version__


def test_headings_are_frozen_and_filtered(result, tmp_path):
    """Each sheet opens ready to be sorted, filtered and printed."""
    tm.write_plan(result, tmp_path, workbook=True)
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.print_title_rows == "$1:$1"
        assert all(9 <= column.width <= 60 for column in sheet.column_dimensions.values())
        assert all(cell.font.bold for cell in sheet[1])


def test_the_same_result_gives_the_same_bytes(result, tmp_path):
    """No clock and no order of a set gets into it."""
    for name in ("one", "two"):
        tm.write_plan(result, tmp_path / name, workbook=True)
    one, two = ((tmp_path / name / "plan.xlsx").read_bytes() for name in ("one", "two"))
    assert one == two
    with zipfile.ZipFile(io.BytesIO(one)) as book:
        assert {part.date_time for part in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = book.read("docProps/core.xml").decode()
    assert core.count("2000-01-01T00:00:00Z") == 2


def test_a_workbook_of_an_earlier_plan_does_not_stay(result, tmp_path):
    """Where none is asked for, or there is no plan, the old one is gone."""
    tm.write_plan(result, tmp_path, workbook=True)
    tm.write_plan(result, tmp_path)
    assert not (tmp_path / "plan.xlsx").exists()
    tm.write_plan(result, tmp_path, workbook=True)
    none = tm.solve(tm.Problem([[0.9]], min_headcount=[1], eligible=[[False]]))
    assert none.status is tm.Status.INFEASIBLE
    written = tm.write_plan(none, tmp_path, workbook=True)
    assert [path.name for path in written] == ["result.json", "report.html"]
    assert not (tmp_path / "plan.xlsx").exists()


def test_empty_tables_and_no_aim(tmp_path):
    """A plan without pairs, and one without anybody left over, are sound workbooks too."""
    tm.write_plan(tm.solve(tm.Problem([[0.0]])), tmp_path, workbook=True)
    assert len(sheets_of(tmp_path / "plan.xlsx")["pairs"]) == 1
    tm.write_plan(tm.solve(tm.Problem([[0.5]])), tmp_path, workbook=True)
    sheets = sheets_of(tmp_path / "plan.xlsx")
    assert (len(sheets["pairs"]), len(sheets["unfilled"])) == (2, 1)


def test_without_openpyxl_the_error_says_what_to_install(result, tmp_path, monkeypatch):
    """The CSVs need nothing; the workbook names its extra, and nothing is left behind."""
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert not can_write()
    with pytest.raises(tm.MissingExtraError, match=r'pip install "talentmatch\[excel\]"'):
        tm.write_plan(result, tmp_path / "plan", workbook=True)
    assert not (tmp_path / "plan").exists()
    tm.write_plan(result, tmp_path / "plan")


def test_a_very_long_text_is_cut_not_lost(tmp_path):
    """A cell holds 32,767 characters; what is longer ends in a mark."""
    (tmp_path / "a.xlsx").write_bytes(write_book([Page("a", ["x"], [["y" * 40_000]])]))
    (cell,) = sheets_of(tmp_path / "a.xlsx")["a"][1]
    assert len(cell) == 32_767
    assert cell.endswith("y…")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20)))
def test_any_text_comes_back_as_text(texts):
    """Whatever is written into a cell is read again, and never a formula."""
    content = write_book([Page("a", ["x"], [[text] for text in texts])])
    page = openpyxl.load_workbook(io.BytesIO(content))["a"]
    cells = [cell for row in page.iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} <= {"s"}
    back = [cell.value for cell in cells]
    assert pd.Series(back, dtype=object).equals(pd.Series(texts, dtype=object))
