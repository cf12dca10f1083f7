"""One cell at a time: what each type of column accepts, and how a broken cell is named.

Every reader takes a cell as it came, returns the clean value, and raises `CellError` where the cell
breaks the type. Clean values are read as themselves. Nothing is repaired that changes the meaning.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import numpy as np
import pandas as pd

__all__ = ["READERS", "CellError", "plain", "read_count", "read_key"]

_MOST = 2**31 - 1  # more than this per row is a slip of the pen, and overflows the solvers
_EXACT = 2**53  # from here on a float has lost the last digits of an id
_LONGEST = 1024  # bits of a whole number that still fits a float
_SHOWN = 40

_LOST = "\N{REPLACEMENT CHARACTER}"
_SKILL = re.compile(r"(?:[(（][^()（）]*[)）]|[^;,、|；，｜\r\n])+")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)
_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})"
    r"|\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]|(\d{2})(\d{2}))"
    r"(?:[T\s]\s*(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)


class CellError(Exception):
    """A cell breaks the type of its column; carries the rule and a hint."""

    def __init__(self, rule: str, hint: str) -> None:
        super().__init__(rule)
        self.rule, self.hint = rule, hint


def shown(cell: object) -> str:
    """Return a cell as a message shows it: quoted, and cut where it is long."""
    try:
        text = repr(cell)
    except ValueError:  # Python refuses to write out integers of more than 4,300 digits
        text = type(cell).__name__
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def plain(cell: object) -> object:
    """Return a cell as a plain Python value; None for every kind of missing."""
    if type(cell) is str or cell is None:
        return cell
    if isinstance(cell, np.datetime64):
        cell = pd.Timestamp(cell)
    elif isinstance(cell, np.generic):
        cell = cell.item()
    elif isinstance(cell, np.ndarray | pd.Series):
        return cell.tolist()
    if cell is pd.NA or cell is pd.NaT:
        return None
    nan = cell.is_nan() if isinstance(cell, Decimal) else isinstance(cell, float) and cell != cell
    return None if nan else cell


def _sound(text: str) -> str:
    """Return a text that was decoded rightly, or raise."""
    if text.isascii():
        return text
    lost = text.count(_LOST)
    # A stray lost character is how real documents are; many of them are a wrong encoding.
    if lost > 1 and 3 * lost > len(text):
        raise CellError(
            f"wrong encoding, {lost} of {len(text)} characters are lost: {shown(text)}",
            "Export the table again as UTF-8",
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        rule = f"wrong encoding, half a character is lost: {shown(text)}"
        raise CellError(rule, "Export the table again as UTF-8") from None
    return text


def _text(cell: object) -> str:
    """Return a single value as text; whole floats, as spreadsheets store them, as whole numbers."""
    if isinstance(cell, str):
        return _sound(str(cell))
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return str(cell.date() if cell.time() == dt.time() else cell)
    if isinstance(cell, int) and cell.bit_length() > _LONGEST:
        raise CellError(f"not a text: {shown(cell)}", "Store long numbers as text")
    if isinstance(cell, int | float | Decimal | UUID | dt.date | dt.time):
        return str(cell)
    if isinstance(cell, bytes):
        raise CellError(f"bytes, not text: {shown(cell)}", "Decode it first, usually as UTF-8")
    raise CellError(f"not a text: {shown(cell)}", "Write one text in the cell")


def _items(cell: object) -> list[str] | None:
    """Return the non-blank texts of a list, or None where the cell is no list."""
    if isinstance(cell, set | frozenset):
        cell = sorted(cell, key=str)
    if not isinstance(cell, list | tuple):
        return None
    texts = [_text(item) for item in map(plain, cell) if item is not None]
    return [text for text in texts if text.strip()]


def _read_text(cell: object) -> str | list[str]:
    cell = plain(cell)
    if cell is None:
        return ""
    documents = _items(cell)
    return _text(cell) if documents is None else documents or ""


def _read_list(cell: object) -> list[str]:
    cell = plain(cell)
    if cell is None:
        return []
    items = _items(cell)
    parts = _SKILL.findall(_text(cell)) if items is None else items
    return [part for part in map(str.strip, parts) if part]


def _read_label(cell: object) -> str:
    cell = plain(cell)
    return "" if cell is None else _text(cell).strip()


def _read_category(cell: object) -> str | float:
    return _read_label(cell) or math.nan


def _read_id(cell: object) -> str | float:
    cell = plain(cell)
    if isinstance(cell, bool) or (isinstance(cell, float) and not abs(cell) < _EXACT):
        rule = f"not an id, or one that has lost its last digits: {shown(cell)}"
        raise CellError(rule, "Store ids as text")
    return _read_category(cell)


def _controlled(text: str) -> bool:
    return not text.isprintable() and any(unicodedata.category(c) == "Cc" for c in text)


def read_key(cell: object) -> str:
    """Return a row's own id: text without white space around it, without control characters."""
    value = _read_id(cell)
    if isinstance(value, float):
        raise CellError("missing id", "Give every row an id of its own")
    if _LOST in value or _controlled(value):
        rule = f"control or lost characters in an id: {shown(value)}"
        raise CellError(rule, "Write the id in letters, digits and signs; export as UTF-8")
    return value


def _decimal(cell: object, hint: str) -> Decimal | None:
    """Return a finite number exactly as written, None where the cell is missing or blank."""
    cell = plain(cell)
    if isinstance(cell, str):
        written = unicodedata.normalize("NFKC", cell).strip()
        if not written:
            return None
        if _INFINITE.fullmatch(written):
            raise CellError(f"not finite: {shown(cell)}", hint)
        if not _NUMBER.fullmatch(written):
            raise CellError(f"not a number: {shown(cell)}", hint)
    elif cell is None:
        return None
    elif isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        raise CellError(f"not a number: {shown(cell)}", hint)
    elif isinstance(cell, int) and cell.bit_length() > _LONGEST:
        raise CellError(f"too large: {shown(cell)}", hint)
    else:
        written = str(cell)
    if not math.isfinite(float(written)):
        raise CellError(f"not finite: {shown(cell)}", hint)
    try:
        return Decimal(written)
    except ArithmeticError:  # an exponent beyond all bounds, such as 1e-99999999999999999999
        raise CellError(f"not a number: {shown(cell)}", hint) from None


def read_count(cell: object, default: int | None) -> int | None:
    """Return a whole number from 0 to 2**31 - 1, the default where the cell is missing."""
    if type(cell) is int and 0 <= cell <= _MOST:
        return cell
    hint = "Write a whole number of 0 or more, or leave the cell empty"
    number = _decimal(cell, hint)
    if number is None:
        return default
    if number < 0:
        raise CellError(f"negative: {shown(cell)}", hint)
    if number > _MOST:
        raise CellError(f"too large: {shown(cell)}", hint)
    if number != int(number):
        raise CellError(f"not a whole number: {shown(cell)}", hint)
    return int(number)


def _read_number(cell: object) -> float:
    number = _decimal(cell, "Write one plain number such as 2.5, or leave the cell empty")
    return math.nan if number is None else float(number)


def _read_money(cell: object) -> float:
    hint = "Write one plain number in RMB a year such as 240000, or leave the cell empty"
    number = _decimal(cell, hint)
    if number is not None and number < 0:
        raise CellError(f"negative: {shown(cell)}", hint)
    return math.nan if number is None else float(number)


def _read_date(cell: object) -> dt.date | None:
    cell = plain(cell)
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    written = shown(cell) if type(cell) is int else cell if isinstance(cell, str) else ""
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", written).strip())
    try:
        if match is None:
            raise ValueError
        return dt.date(*(int(part) for part in match.groups() if part is not None))
    except ValueError:
        hint = "Write the day as 2026-03-01, or leave the cell empty"
        raise CellError(f"not a date: {shown(cell)}", hint) from None


_FLAGS = dict.fromkeys(("yes", "y", "true", "1", "是", "有", "√"), True) | dict.fromkeys(
    ("no", "n", "false", "0", "否", "无", "×"), False
)


def _read_flag(cell: object) -> bool | None:
    cell = plain(cell)
    if cell is None or isinstance(cell, bool):
        return cell
    word = unicodedata.normalize("NFKC", _text(cell)).strip().casefold()
    if word and word not in _FLAGS:
        hint = "Write yes or no (是 or 否), or leave the cell empty"
        raise CellError(f"neither yes nor no: {shown(cell)}", hint)
    return _FLAGS.get(word)


READERS: dict[str, Callable[[object], object]] = {
    "id": _read_id,
    "category": _read_category,
    "label": _read_label,
    "text": _read_text,
    "skills": _read_list,
    "list": _read_list,
    "number": _read_number,
    "money": _read_money,
    "date": _read_date,
    "flag": _read_flag,
}
