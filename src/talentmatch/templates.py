"""Empty sheets to fill: every column known, explained, and checked as it is typed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from talentmatch.rules import DEGREES
from talentmatch.tables.columns import KEYS, NEEDED, TABLES, Column, columns_of
from talentmatch.tables.salaries import ENDS
from talentmatch.tables.sheets import CALLED
from talentmatch.tables.workbooks import Check, Page, write_book
from talentmatch.template_words import CHINESE, UNITS

__all__ = ["template"]

Language = Literal["en", "zh", "both"]

_SHEETS = {
    "candidates": "人才", "demands": "需求", "enterprises": "企业", "visits": "走访",
    "layout": "产业布局", "contracts": "合同",
}  # fmt: skip
_HEADS = {
    "en": ("Column", "What it means", "Unit", "What to write", "An empty cell means", "Example",
           "Must be filled", "Headings understood too"),
    "zh": ("列", "含义", "单位", "怎么填", "不填表示", "示例", "必填", "也认得的列名"),
}  # fmt: skip
_WRITE = {
    "id": ("A short text; 007 stays 007", "短文本；007 仍是 007"),
    "label": ("One line of text", "一行文字"),
    "category": ("A short text", "短文本"),
    "text": ("A text of any length", "文字，长短不限"),
    "skills": ("Several, with ; between: welding; CNC", "可多个，用；隔开：焊接；CNC"),
    "list": ("Several, with ; between", "可多个，用；隔开"),
    "count": ("A whole number of 0 or more", "0 或正整数"),
    "number": ("A number", "数字"),
    "money": ("A number of 0 or more", "0 或正数"),
    "date": ("A day such as 2026-05-01", "日期，如 2026-05-01"),
    "flag": ("yes or no", "是 或 否"),
}
_PAY = (
    "RMB a year: 240000, or 24万/年, 1.5-2万/月, 200元/天, 面议",
    "元/年：240000，或 24万/年、1.5-2万/月、200元/天、面议",
)
_EMPTY = {"required": "必填", "empty": "空", "missing": "未说明"}
_MATCHED_ON = {"text", "skills"}
_WIDTHS = {"text": 60, "skills": 32, "list": 20, "label": 24, "category": 16, "id": 14, "date": 14}
_BELOW = -1_000_000_000  # a number may be negative


def template(
    path: str | os.PathLike[str], *, table: str | None = None, lang: Language = "en"
) -> Path:
    """Write an empty workbook to fill: one sheet for the table, one that explains its columns.

    Headings are frozen and filtered; those that must be filled (of text and skills at least one)
    are darker. Numbers, days, degrees and yes or no are checked as they are typed.
    `read_candidates`, `read_demands` and `read_table` read the filled sheet as it is; empty rows
    do not matter.

    Parameters
    ----------
    path : path
        The .xlsx file to write; there must be none.
    table : {"candidates", "demands", "enterprises", "visits", "layout", "contracts"}, optional
        Which table; by default what the file's name says, as ``demands.xlsx`` or ``企业需求.xlsx``.
    lang : {"en", "zh", "both"}
        Language of headings and explanations.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    FileExistsError
        There is such a file: a filled sheet is never overwritten.
    MissingExtraError
        Without openpyxl.
    ValueError
        No .xlsx file, no such table or language, or the file's name does not say which table.

    Examples
    --------
    >>> import pathlib, tempfile, talentmatch as tm
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = tm.template(pathlib.Path(folder, "demands.xlsx"), lang="zh")
    ...     path.name, path.exists()
    ('demands.xlsx', True)
    """
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise ValueError(f"path is {os.fspath(path)!r}; a template is an .xlsx file")
    if lang not in ("en", "zh", "both"):
        raise ValueError(f"lang is {lang!r}; it must be 'en', 'zh' or 'both'")
    table = _table_of(target.stem) if table is None else table
    columns = list(columns_of(table).values())
    content = write_book([_to_fill(table, columns, lang), _explained(table, columns, lang)])
    with target.open("xb") as file:
        file.write(content)
    return target


def _table_of(stem: str) -> str:
    """Return the one table that a file's name speaks of."""
    found = [name for name in TABLES if any(word in stem.casefold() for word in CALLED[name])]
    if len(found) > 1:  # 企业需求: the demands of enterprises
        found = [name for name in found if name != "enterprises"]
    if len(found) != 1:
        which = ", ".join(map(repr, TABLES))
        raise ValueError(
            f"{stem!r} does not say which table it is for; pass table=, one of {which}"
        )
    return found[0]


def _to_fill(table: str, columns: list[Column], lang: Language) -> Page:
    checks = {k: _check(column, lang) for k, column in enumerate(columns)}
    shapes = {
        k: "yyyy-mm-dd" if column.type == "date" else "@"
        for k, column in enumerate(columns)
        if column.type not in ("count", "number", "money")
    }
    needed = frozenset(k for k, c in enumerate(columns) if _is_needed(c) or c.name in _MATCHED_ON)
    return Page(
        _SHEETS[table] if lang == "zh" else table,
        [_heading(column, lang) for column in columns],
        formats=shapes,
        checks=checks,
        needed=needed,
        widths={k: _WIDTHS.get(column.type, 12) for k, column in enumerate(columns)},
    )


def _is_needed(column: Column) -> bool:
    return column.name == KEYS[column.table] or column.name in NEEDED.get(column.table, ())


def _heading(column: Column, lang: Language) -> str:
    """Return the heading in one language or both; each is read back as this column."""
    chinese = [alias for alias in column.aliases if "\u4e00" <= alias[0] <= "\u9fff"]
    full = next((alias for alias in chinese if len(alias) >= 4), chinese[0])
    return {"en": column.name, "zh": full, "both": f"{column.name}\n（{full}）"}[lang]


def _spoken(english: str, chinese: str, lang: Language) -> str:
    return {"en": english, "zh": chinese, "both": f"{english}\n{chinese}"}[lang]


def _how(column: Column, lang: Language) -> str:
    return _spoken(*(_PAY if column.name in ENDS else _WRITE[column.type]), lang)


def _check(column: Column, lang: Language) -> Check:
    hint = f"{_spoken(column.meaning, CHINESE[column.table][column.name], lang)}\n"
    hint += _how(column, lang)
    if column.type == "flag":
        flags = {"en": ("yes", "no"), "zh": ("是", "否")}.get(lang, ("yes", "no", "是", "否"))
        return Check("list", flags, hint=hint)
    if column.name in ("degree", "min_degree"):
        english = tuple(words[0] for words in DEGREES[1:])
        chinese = tuple(next(w for w in words if not w.isascii()) for words in DEGREES)
        words = {"en": english, "zh": chinese}.get(lang, english + chinese)
        return Check("list", words, hint=hint)
    if column.name in ENDS:
        return Check("length", hint=hint)
    kinds = {"count": "whole", "money": "decimal", "number": "decimal", "date": "date"}
    kind = kinds.get(column.type, "length")
    return Check(kind, least=_BELOW if column.type == "number" else 0, hint=hint)


def _explained(table: str, columns: list[Column], lang: Language) -> Page:
    heads = [_spoken(*pair, lang) for pair in zip(_HEADS["en"], _HEADS["zh"], strict=True)]
    rows = []
    for column in columns:
        empty = column.default_shown
        must = _spoken("yes", "是", lang) if _is_needed(column) else ""
        if column.name in _MATCHED_ON and set(columns_of(table)) >= _MATCHED_ON:
            must = _spoken("text or skills", "简历/需求内容与技能至少填一项", lang)
        rows.append([
            _heading(column, lang),
            _spoken(column.meaning, CHINESE[table][column.name], lang),
            _spoken(column.unit, UNITS[column.unit], lang).strip(), _how(column, lang),
            _spoken(empty, _EMPTY.get(empty, empty), lang) if empty in _EMPTY else empty,
            column.example, must, ", ".join(column.aliases),
        ])  # fmt: skip
    return Page({"en": "Columns", "zh": "填写说明", "both": "Columns 填写说明"}[lang], heads, rows)
