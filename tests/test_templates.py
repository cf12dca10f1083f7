"""An empty sheet to fill explains itself, checks what is typed, and is read back as it is."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

import talentmatch as tm
from talentmatch.reading import read_table
from talentmatch.tables.columns import KEYS, TABLES, columns_of
from talentmatch.tables.headings import lay_out
from talentmatch.template_words import CHINESE, UNITS
from talentmatch.templates import template

LANGUAGES = ("en", "zh", "both")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("table", TABLES)
def test_the_headings_of_a_template_mean_its_columns(table: str, lang: str, tmp_path: Path) -> None:
    """All columns of the vocabulary are there, in its order, in words that are read back."""
    path = template(tmp_path / "t.xlsx", table=table, lang=lang)  # type: ignore[arg-type]  # each
    sheet = openpyxl.load_workbook(path).worksheets[0]
    layout = lay_out([cell.value for cell in sheet[1]], table)
    assert layout.known == {name: k for k, name in enumerate(columns_of(table))}
    assert not layout.flaws
    assert not layout.unknown
    assert sheet.freeze_panes == "A2"
    assert sheet.max_row == 1


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("table", TABLES)
def test_a_filled_template_is_read_back(table: str, lang: str, tmp_path: Path) -> None:
    """The examples of the vocabulary, with empty rows between, give the same table as without."""
    path = template(tmp_path / "t.xlsx", table=table, lang=lang)  # type: ignore[arg-type]  # each
    book = openpyxl.load_workbook(path)
    examples = [column.example for column in columns_of(table).values()]
    for k, example in enumerate(examples, start=1):
        book.worksheets[0].cell(4, k).value = example
        book.worksheets[0].cell(5, k).value = " "
    book.save(path)
    clean = read_table(path, table)
    names = list(columns_of(table))
    expected = read_table([dict(zip(names, examples, strict=True))], table)
    assert clean.to_dict("records") == expected.to_dict("records")


def test_an_unfilled_template_says_that_it_is_empty(tmp_path: Path) -> None:
    """Reading it back before anything is typed is one clear error, and never its explanations."""
    path = template(tmp_path / "demands.xlsx")
    with pytest.raises(tm.InputError, match="the table is empty"):
        tm.read_demands(path)


@pytest.mark.parametrize(
    ("name", "table"),
    [("demands", "demands"), ("Candidates_2026", "candidates"), ("企业需求", "demands"),
     ("企业", "enterprises"), ("走访记录", "visits"), ("人才合同", None), ("table", None)],
)  # fmt: skip
def test_the_table_follows_from_the_name_of_the_file(
    name: str, table: str | None, tmp_path: Path
) -> None:
    """The name says which table; one that says none or two is an error that names table=."""
    if table is None:
        with pytest.raises(ValueError, match="pass table="):
            template(tmp_path / f"{name}.xlsx")
        return
    path = template(tmp_path / f"{name}.xlsx")
    assert openpyxl.load_workbook(path).worksheets[0]["A1"].value == KEYS[table]


def test_what_is_typed_is_checked(tmp_path: Path) -> None:
    """Counts refuse, days and words of a list warn, salaries are free; ids stay texts."""
    path = template(tmp_path / "demands.xlsx", lang="both")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    names = list(columns_of("demands"))
    found = {names[min(rule.sqref.ranges, key=str).min_col - 1]: rule for rule in
             sheet.data_validations.dataValidation}  # fmt: skip
    assert set(found) == set(names)
    assert (found["headcount"].type, found["headcount"].formula1) == ("whole", "0")
    assert found["headcount"].errorStyle in (None, "stop")
    assert found["start_date"].type == "date"
    assert "博士" in found["min_degree"].formula1
    assert "doctor" in found["min_degree"].formula1
    assert found["min_degree"].errorStyle == "warning"
    assert not found["salary_max"].showErrorMessage
    for rule in found.values():
        assert len(rule.prompt) <= 255, "Excel calls a longer prompt a damaged file"
        assert len(rule.formula1 or "") <= 255
        assert {cells.min_row for cells in rule.sqref.ranges} == {2}
    assert sheet.column_dimensions["A"].number_format == "@"
    dark = sheet["A1"].fill.fgColor.rgb
    marked = {name for name, cell in zip(names, sheet[1], strict=True)
              if cell.fill.fgColor.rgb == dark}  # fmt: skip
    assert marked == {"demand_id", "text", "skills"}


def test_the_second_sheet_explains_every_column(tmp_path: Path) -> None:
    """Name, meaning in both languages, unit, example and other headings of each column."""
    path = template(tmp_path / "candidates.xlsx", lang="both")
    rows = list(openpyxl.load_workbook(path).worksheets[1].iter_rows(values_only=True))
    for (heading, meaning, *_, example, _must, also), column in zip(
        rows[1:], columns_of("candidates").values(), strict=True
    ):
        assert str(heading).startswith(column.name)
        assert column.meaning in str(meaning)
        assert CHINESE["candidates"][column.name] in str(meaning)
        assert example == column.example
        assert also == ", ".join(column.aliases)


def test_every_column_has_its_meaning_in_chinese() -> None:
    """No column is without one, and none is explained that is not there."""
    assert {t: set(CHINESE[t]) for t in CHINESE} == {t: set(columns_of(t)) for t in TABLES}
    assert set(UNITS) == {column.unit for t in TABLES for column in columns_of(t).values()}


def test_a_filled_sheet_is_never_overwritten(tmp_path: Path) -> None:
    """An existing file, another kind of file, and unknown words are errors before anything is."""
    path = template(tmp_path / "demands.xlsx")
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        template(path)
    assert path.read_bytes() == before
    with pytest.raises(ValueError, match=r"an \.xlsx file"):
        template(tmp_path / "demands.csv")
    with pytest.raises(ValueError, match="lang is 'de'"):
        template(tmp_path / "posts.xlsx", lang="de")  # type: ignore[arg-type]  # on purpose
    with pytest.raises(ValueError, match="table is 'posts'"):
        template(tmp_path / "posts.xlsx", table="posts")
    assert [file.name for file in tmp_path.iterdir()] == ["demands.xlsx"]


def test_the_same_template_has_the_same_bytes(tmp_path: Path) -> None:
    """Nothing in it tells when it was made."""
    first, second = (template(tmp_path / f"demands{k}.xlsx").read_bytes() for k in "12")
    assert first == second


def test_days_typed_into_a_template_come_back(tmp_path: Path) -> None:
    """A real day, and an id with leading noughts, survive the way through the sheet."""
    path = template(tmp_path / "demands.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    place = {name: k for k, name in enumerate(columns_of("demands"), start=1)}
    cells = {"demand_id": "007", "text": "CNC", "start_date": dt.datetime(2026, 5, 1),
             "salary_max": "20-30万/年"}  # fmt: skip
    for name, value in cells.items():
        sheet.cell(2, place[name]).value = value
    book.save(path)
    row = tm.read_demands(path).iloc[0]
    assert (row["demand_id"], row["start_date"].date()) == ("007", dt.date(2026, 5, 1))
    assert (row["salary_min"], row["salary_max"]) == (200_000, 300_000)
