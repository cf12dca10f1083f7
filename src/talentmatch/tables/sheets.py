"""Where the table stands in a file: which sheet, which row of headings, what merged cells mean.

A centre's sheet has a merged title on top, headings in two rows, one enterprise's name merged over
several posts, and notes between. What is found here is only where cells stand; none is read.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice

from talentmatch.errors import Flaw, InputError
from talentmatch.tables.columns import TABLES, columns_of
from talentmatch.tables.decoding import broken
from talentmatch.tables.headings import meaning_of

__all__ = [
    "CALLED",
    "SEARCHED",
    "Sheet",
    "Wanted",
    "best_sheet",
    "heading_row",
    "joined_headings",
    "merged_ranges",
]

SEARCHED = 30
"""Rows in which headings are looked for."""
_LONGEST = 60  # characters of a heading
_DEEPEST = 3  # rows of headings
_TYPED = ("count", "number", "money")
_BRACKET = re.compile(r"[(（\[【].*", re.DOTALL)
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?\bref=[\"']([A-Z]+\d+:[A-Z]+\d+)[\"']")
_CHUNK, _OVERLAP = 1 << 20, 256
CALLED = {
    "candidates": ("candidate", "people", "expert", "人才", "候选", "专家", "简历"),
    "demands": ("demand", "post", "job", "需求", "岗位", "职位"),
    "enterprises": ("enterprise", "compan", "企业", "单位"),
    "visits": ("visit", "走访", "拜访"),
    "layout": ("layout", "产业", "布局"),
    "contracts": ("contract", "合同"),
}
"""What the name of a file or a sheet of each table holds."""

Row = list[object]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in a file.

    Parameters
    ----------
    table : str, optional
        One of `TABLES`; without it headings are in the first filled row of the first sheet.
    columns : mapping of str to str
        The caller's heading -> ours.
    sheet : str, optional
        The sheet's name.
    """

    table: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None

    def column(self, heading: object) -> str | None:
        """Return our column that a cell would mean as a heading, a note in brackets aside."""
        if self.table is None or not isinstance(heading, str) or len(heading) > _LONGEST:
            return None
        if heading in self.columns:
            return self.columns[heading].partition("/")[0]
        plain = _BRACKET.sub("", heading)
        return meaning_of(heading, self.table, {}) or meaning_of(plain, self.table, {})

    def is_foreign(self, heading: object) -> bool:
        """Tell whether a heading says something in another table only."""
        if not isinstance(heading, str) or len(heading) > _LONGEST or self.column(heading):
            return False
        return any(meaning_of(heading, other, {}) for other in TABLES if other != self.table)


@dataclass(slots=True)
class Sheet:
    """One sheet of a workbook: its rows, all of one width, and its merged ranges.

    Parameters
    ----------
    name : str
        As it stands on the tab.
    rows : list of list
        Every cell from the first row on; None where it is empty.
    merged : list of tuple of int
        (first column, first row, last column, last row) of each merged range, from 1.
    is_hidden : bool
        Not shown to whoever opens the workbook.
    """

    name: str
    rows: list[Row]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    is_hidden: bool = False

    def fill_down(self) -> None:
        """Let a text or day merged over several rows stand in each; numbers are not multiplied."""
        for left, top, _, bottom in self.merged:
            if bottom == top or top > len(self.rows) or left > len(self.rows[0]):
                continue
            cell = self.rows[top - 1][left - 1]
            if cell is not None and not isinstance(cell, int | float):
                for row in self.rows[top : min(bottom, len(self.rows))]:
                    row[left - 1] = cell

    def banners(self, below: int) -> set[int]:
        """Return the rows below one that hold nothing but a text merged across most columns."""
        found = set()
        for left, top, right, _ in self.merged:
            wide = 2 * (right - left + 1) > _width(self.rows)
            for at in range(top - 1, len(self.rows)) if wide and top - 1 > below else ():
                if at >= top and self.rows[at][left - 1] != self.rows[top - 1][left - 1]:
                    break
                if sum(cell is not None for cell in self.rows[at]) == 1:
                    found.add(at)
        return found

    def number_flaws(self, below: int, headings: Sequence[str], wanted: Wanted) -> list[Flaw]:
        """Return a flaw for each number merged over several rows: nobody knows whose it is."""
        flaws: list[Flaw] = []
        table = wanted.table
        for left, top, _, bottom in () if table is None else self.merged:
            if bottom == top or top - 1 <= below or left > len(headings) or top > len(self.rows):
                continue
            ours = wanted.column(headings[left - 1])
            known = columns_of(str(table)).get(ours or "")
            cell = self.rows[top - 1][left - 1]
            if known and known.type in _TYPED and isinstance(cell, int | float):
                rule = f"{cell!r} in one cell merged over rows {top} to {bottom} of the sheet"
                hint = "Unmerge it and write each row's own number"
                flaws.append(Flaw(None, "", headings[left - 1], rule, hint))
        return flaws


def _width(rows: Iterable[Sequence[object]]) -> int:
    """Return how many cells the fullest of the first rows has."""
    return max((sum(c is not None for c in row) for row in islice(rows, SEARCHED)), default=0)


def heading_row(rows: Sequence[Sequence[object]], wanted: Wanted) -> int:
    """Return the position of the row of headings, 0 where all rows are empty.

    It is the first of the top rows with the most headings that the vocabulary knows, if it knows
    two; otherwise the first row that is more than half as full as the fullest, for a title stands
    alone in its row.

    Examples
    --------
    >>> rows = [["2026 demands", None], [None, None], ["编号", "需求"], ["X1", "CNC"]]
    >>> heading_row(rows, Wanted("demands")), heading_row(rows, Wanted())
    (2, 0)
    """
    top = [list(row) for row in rows[:SEARCHED]]
    filled = [sum(cell is not None for cell in row) for row in top]
    first = next((at for at, count in enumerate(filled) if count), 0)
    if wanted.table is None:
        return first
    half = max(filled, default=0) / 2
    known = [len({wanted.column(cell) for cell in row} - {None}) for row in top]
    full = (at for at, count in enumerate(filled) if count > half or (known[at] and count == half))
    start = next(full, first)
    best = max(known, default=0)
    return known.index(best) if best > 1 and best > known[start] else start


def joined_headings(sheet: Sheet, start: int, wanted: Wanted) -> tuple[list[str], int]:
    """Return the headings, out of several rows where merged cells say so, and their last row.

    Examples
    --------
    >>> rows = [["编号", "年薪", None], ["编号", "下限", "上限"]]
    >>> joined_headings(Sheet("a", rows, [(1, 1, 1, 2), (2, 1, 3, 1)]), 0, Wanted("demands"))
    (['编号', '年薪 下限', '年薪 上限'], 1)
    """
    tall = [
        (top - 1, bottom - 1)
        for left, top, right, bottom in sheet.merged
        if left == right and top - 1 <= start < bottom <= len(sheet.rows)
        if bottom - top < _DEEPEST
    ]
    first = min((top for top, _ in tall), default=start)
    last = max((bottom for _, bottom in tall), default=start)
    block = [list(row) for row in sheet.rows[first : last + 1]]
    for left, top, right, _ in sheet.merged:
        if first <= top - 1 < last:
            for at in range(left, min(right, len(block[0]))):
                block[top - 1 - first][at] = block[top - 1 - first][left - 1]
    headings = []
    for cells in zip(*block, strict=True):
        parts = list(dict.fromkeys(str(cell).strip() for cell in cells if cell is not None))
        alone = len(parts) > 1 and wanted.column(parts[-1]) is not None
        headings.append(parts[-1] if alone else " ".join(parts))
    return headings, last


def best_sheet(sheets: Sequence[Sheet], wanted: Wanted, file: str) -> Sheet:
    """Return the sheet asked for, or the one whose headings fit the table best.

    Raises
    ------
    InputError
        There is no such sheet, or several fit equally well.

    Examples
    --------
    >>> notes, posts = Sheet("notes", [["read me"]]), Sheet("posts", [["编号", "需求"], [1, "CNC"]])
    >>> best_sheet([notes, posts], Wanted("demands"), "a.xlsx").name
    'posts'
    """
    names = [sheet.name for sheet in sheets]
    if wanted.sheet is not None:
        if wanted.sheet not in names:
            near = get_close_matches(wanted.sheet, names, n=1, cutoff=0.6)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            hint += f"Its sheets are {', '.join(map(repr, names))}"
            raise broken(file, f"no sheet {wanted.sheet!r}", hint)
        return sheets[names.index(wanted.sheet)]
    if wanted.table is None:
        return sheets[0]
    fits = [_fit(sheet, wanted) for sheet in sheets]
    best = max(fits)
    alike = [sheet for sheet, fit in zip(sheets, fits, strict=True) if fit == best]
    if len(alike) > 1 and best[0] and best[1] > 0:
        shown = ", ".join(repr(sheet.name) for sheet in alike)
        rule = f"{len(alike)} sheets fit equally well: {shown}"
        hint = f"Say which with sheet={alike[0].name!r}, or put their rows on one sheet"
        raise InputError(file, [Flaw(None, "", "", rule, hint)])
    return alike[0]


def _fit(sheet: Sheet, wanted: Wanted) -> tuple[bool, int, bool]:
    """How well a sheet fits a table: rows at all, headings that speak for it, seen."""
    if not sheet.rows:
        return False, 0, not sheet.is_hidden
    start = heading_row(sheet.rows, wanted)
    cells: list[Hashable] = [cell for cell in sheet.rows[start] if isinstance(cell, str)]
    known = len({wanted.column(cell) for cell in cells} - {None})
    foreign = sum(wanted.is_foreign(cell) for cell in cells)
    called = any(word in sheet.name.casefold() for word in CALLED[str(wanted.table)])
    has_rows = any(cell is not None for row in sheet.rows[start + 1 :] for cell in row)
    fit = max(0, known - 2 * foreign + called)
    return has_rows and fit > 0, fit, not sheet.is_hidden


def merged_ranges(content: object, part: str) -> list[str]:
    """Return the merged ranges of one sheet, such as ``"A1:F1"``, in their order.

    The reader that spares memory does not tell them, so they are taken out of the file's own text.

    Parameters
    ----------
    content : file
        The workbook, open for reading bytes.
    part : str
        The sheet's part in it, such as ``"xl/worksheets/sheet1.xml"``.
    """
    found: dict[bytes, None] = {}
    with zipfile.ZipFile(content) as book, book.open(part.lstrip("/")) as text:  # type: ignore[call-overload]  # any file of bytes
        tail = b""
        while chunk := text.read(_CHUNK):
            window = tail + chunk
            found.update(dict.fromkeys(_MERGE.findall(window)))
            tail = window[-_OVERLAP:]
    return [name.decode("ascii") for name in found]
