"""Workbooks in and out; the only room that knows openpyxl."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from talentmatch.errors import MissingExtraError
from talentmatch.tables.decoding import broken
from talentmatch.tables.sheets import Sheet, merged_ranges

__all__ = ["Check", "Page", "can_write", "read_sheets", "write_book"]

_LONGEST = 32_767  # characters that a cell of a workbook holds
_EPOCH = dt.datetime(2000, 1, 1)
_ZIPPED = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_FILL, _INK = "FF1F3A5F", "FFFFFFFF"
_MOST_WIDE = 60
_READY = 1_000  # rows of a sheet to be filled that are checked as they are typed


@dataclass(frozen=True, slots=True)
class Check:
    """What a spreadsheet lets people type into a column.

    Parameters
    ----------
    kind : {"list", "whole", "decimal", "date", "length"}
        A list warns only, for other words are understood too; the rest refuses.
    words : tuple of str
        What a list offers.
    least : int
        Least number or, for ``"length"``, characters.
    hint : str
        Shown beside the cell.
    """

    kind: str
    words: tuple[str, ...] = ()
    least: int = 0
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    r"""One sheet of a workbook to be written; its texts stay texts, whatever they look like.

    Parameters
    ----------
    name : str
        At most 31 characters, none of ``[]:*?/\``.
    headings : sequence of str
        The first row; frozen, with filters.
    rows : sequence of sequences
        Texts, numbers, dates or None.
    formats : mapping of int to str
        Number formats by column, from 0.
    checks : mapping of int to Check
        What may be typed, by column.
    needed : collection of int
        Columns that must be filled, marked by a darker heading.
    widths : mapping of int to float
        Characters that a column is wide at least; by default its longest line.
    """

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[object]] = ()
    formats: Mapping[int, str] = field(default_factory=dict)
    checks: Mapping[int, Check] = field(default_factory=dict)
    needed: frozenset[int] = frozenset()
    widths: Mapping[int, float] = field(default_factory=dict)


def can_write() -> bool:
    """Return whether openpyxl is installed."""
    try:
        import openpyxl  # noqa: F401  # only whether it is there
    except ImportError:
        return False
    return True


def read_sheets(content: bytes, name: str) -> list[Sheet]:
    """Return every sheet of a workbook; blank texts count as empty cells.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        What to call it in an error.

    Returns
    -------
    list of Sheet
        In the order of their tabs; merged texts stand in every row they are merged over.

    Raises
    ------
    InputError
        The workbook is broken, or holds charts only.
    MissingExtraError
        Without openpyxl.
    """
    openpyxl = _openpyxl("reading .xlsx files")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations, which no cell needs
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheets = [_sheet(sheet, content) for sheet in book.worksheets]
            book.close()
    except Exception as error:  # openpyxl lets through whatever its zip and XML parsers raise
        rule = f"not a sound .xlsx workbook: {error}"
        raise broken(name, rule, "Save it again as .xlsx") from error
    if not sheets:
        raise broken(name, "it has no sheet of cells", "Copy the table to a sheet of its own")
    return sheets


def _sheet(page: Any, content: bytes) -> Sheet:
    from openpyxl.utils.cell import range_boundaries

    page.reset_dimensions()  # some programs write them wrongly
    rows = [
        [None if isinstance(cell, str) and not cell.strip() else cell for cell in row]
        for row in page.iter_rows(values_only=True)
    ]
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    width = max(map(len, rows), default=0)
    for row in rows:
        row.extend([None] * (width - len(row)))
    merged = merged_ranges(io.BytesIO(content), page._worksheet_path)
    ranges = [range_boundaries(name) for name in merged]
    sheet = Sheet(page.title, rows, ranges, page.sheet_state != "visible")
    sheet.fill_down()
    return sheet


def write_book(sheets: Iterable[Page]) -> bytes:
    """Return a workbook; the same sheets give the same bytes.

    Texts are stored as texts: nothing in the data becomes a formula or a link. A text above 32,767
    characters is cut, with ``…`` at its end.

    Raises
    ------
    MissingExtraError
        Without openpyxl.

    Examples
    --------
    >>> book = write_book([Page("pairs", ["who"], [["=1+1"]])])
    >>> [(sheet.name, sheet.rows) for sheet in read_sheets(book, "plan.xlsx")]
    [('pairs', [['who'], ['=1+1']])]
    """
    openpyxl = _openpyxl("writing .xlsx files")
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.created, book.properties.creator = _EPOCH, "talentmatch"
    for sheet in sheets:
        _fill(book.create_sheet(sheet.name), sheet)
    held = io.BytesIO()
    book.save(held)
    return _timeless(held.getvalue())


def _fill(page: Any, sheet: Page) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    top, across = Alignment(vertical="top", wrap_text=True), Alignment(vertical="top")
    wide = [max(_width(sheet, k), sheet.widths.get(k, 0)) for k in range(len(sheet.headings))]
    for k, heading in enumerate(sheet.headings):
        cell = _put(page.cell(1, k + 1), heading)
        fill = _FILL if not sheet.needed or k in sheet.needed else "FF5B7083"
        cell.font, cell.fill = Font(bold=True, color=_INK), PatternFill("solid", fgColor=fill)
        cell.alignment = top
        page.column_dimensions[get_column_letter(k + 1)].width = wide[k]
        if k in sheet.formats:  # for what people will type below
            page.column_dimensions[get_column_letter(k + 1)].number_format = sheet.formats[k]
    for row, cells in enumerate(sheet.rows, start=2):
        for k, value in enumerate(cells):
            if value is None:
                continue
            cell = _put(page.cell(row, k + 1), value)
            cell.alignment = top if isinstance(value, str) else across
            if k in sheet.formats and not isinstance(value, str):
                cell.number_format = sheet.formats[k]
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.headings))}{len(sheet.rows) + 1}"
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = "1:1"
    for k, check in sheet.checks.items():
        _check(page, get_column_letter(k + 1), check)


def _put(cell: Any, value: object) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        cut = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
        cell.value = cut
        cell.data_type = "s"  # openpyxl takes a text that starts with = for a formula
        cell.number_format = "@"  # and so does a spreadsheet, once the cell is edited
    else:
        cell.value = value
    return cell


def _width(sheet: Page, column: int) -> float:
    """As wide as its longest line; the heading leaves room for the button of the filter."""
    cells = [row[column] for row in sheet.rows[:_READY] if row[column] is not None]
    texts = [f"{cell:.4f}" if isinstance(cell, float) else str(cell) for cell in cells]
    longest = max((_spread(line) + 2 for text in texts for line in text.split("\n")), default=0)
    return float(min(max(longest, 1.2 * _spread(sheet.headings[column]) + 4, 9), _MOST_WIDE))


def _spread(line: str) -> int:
    """How many Latin characters a line is as wide as; a Chinese one counts for two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in line)


def _check(page: Any, letter: str, check: Check) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(allow_blank=True, showErrorMessage=True, showInputMessage=True)
    rule.prompt, rule.error = check.hint or None, check.hint or None
    if check.kind == "list":
        rule.type, rule.formula1 = "list", f'"{",".join(check.words)}"'
        rule.errorStyle = "warning"
    elif check.kind == "length":
        rule.type, rule.operator, rule.formula1 = "textLength", "greaterThanOrEqual", "0"
        rule.showErrorMessage = False
    elif check.kind == "date":
        rule.type, rule.operator, rule.formula1 = "date", "greaterThanOrEqual", "DATE(1950,1,1)"
        rule.errorStyle = "warning"
    else:
        rule.type, rule.operator = check.kind, "greaterThanOrEqual"
        rule.formula1 = str(check.least)
    page.add_data_validation(rule)
    rule.add(f"{letter}2:{letter}{_READY + 1}")


def _timeless(content: bytes) -> bytes:
    """Return the same workbook without the time at which it was saved."""
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _MODIFIED.sub(rb"\g<1>" + _EPOCH.isoformat().encode() + b"Z", part)
            new.writestr(zipfile.ZipInfo(name, _ZIPPED), part, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def _openpyxl(need: str) -> Any:
    try:
        import openpyxl
    except ImportError as error:
        raise MissingExtraError(need, "openpyxl", "excel") from error
    return openpyxl
