"""Facts about people, contracts and demands: cells read once, every broken one named at once.

A fact that is not stated stays None: the rooms of money and permits never guess.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from talentmatch.decimals import in_units
from talentmatch.errors import Flaw, InputError, ProblemError
from talentmatch.rules import DEGREES
from talentmatch.tables.cells import READERS, CellError, plain, read_key
from talentmatch.tables.columns import KEYS
from talentmatch.tables.files import read_file
from talentmatch.tables.frames import foreign_frame, records_frame
from talentmatch.tables.headings import meaning_of

__all__ = [
    "DEGREE_RANKS",
    "KINDS",
    "cents_of",
    "column_of",
    "day",
    "read_facts",
    "read_ids",
    "table",
]

_CENTS = 2  # decimal places of money

DEGREE_RANKS = {word.casefold(): level for level, words in enumerate(DEGREES) for word in words}
"""Level of every spelling of a degree that is understood, 0 the lowest."""


def table(source: object, name: str) -> pd.DataFrame:
    """Return any source of a table as a pandas frame, cells as they came.

    Parameters
    ----------
    source : str, os.PathLike, frame, or list of mappings
        As for `talentmatch.read_candidates`.
    name : str
        What to call it in an error.

    Raises
    ------
    InputError
        The file or the records cannot be read.
    TypeError
        The source is none of these.

    Examples
    --------
    >>> table([{"candidate_id": "R1", "degree": "doctor"}], "people").shape
    (1, 2)
    """
    if isinstance(source, pd.DataFrame):
        return source
    if isinstance(source, str | os.PathLike):
        return read_file(source)
    if isinstance(source, Sequence) and not isinstance(source, bytes | bytearray):
        return records_frame(source, name)
    return foreign_frame(source, name)


def day(given: object, what: str) -> dt.date:
    """Read one day, as `date`, `datetime`, Timestamp or text.

    Raises
    ------
    ProblemError
        It is missing or no day.

    Examples
    --------
    >>> day("2021年9月1日", "on").isoformat()
    '2021-09-01'
    """
    try:
        found = READERS["date"](given)
    except CellError as error:
        raise ProblemError(f"{what}: {error.rule}; give a day such as 2021-09-01") from None
    if not isinstance(found, dt.date):
        raise ProblemError(f"{what} is missing; give a day such as 2021-09-01")
    return found


def read_ids(frame: pd.DataFrame, name: str) -> list[str]:
    """Read the ids of a table's rows: text, none missing, none repeated.

    Parameters
    ----------
    frame : DataFrame
        The table; its id column under any heading that the vocabulary knows.
    name : {"candidates", "demands"}
        Which table it is.

    Raises
    ------
    InputError
        There is no id column, or ids are missing or repeated; all rows at once.

    Examples
    --------
    >>> read_ids(pd.DataFrame({"编号": [7, 8]}), "candidates")
    ['7', '8']
    """
    key = KEYS[name]
    heading = column_of(frame, key, name)
    if heading is None:
        known = ", ".join(map(repr, list(frame.columns)[:8]))
        rule = f"no column {key}; its headings are {known}"
        raise InputError(name, [Flaw(None, "", "", rule, f"Name the id column {key}")])
    ids, flaws = [], []
    first: dict[str, int] = {}
    for row, cell in enumerate(frame[heading].tolist(), 1):
        try:
            id = read_key(cell)
        except CellError as error:
            flaws.append(Flaw(row, "", str(heading), error.rule, error.hint))
            continue
        if first.setdefault(id, row) != row:
            rule = f"repeated id {id!r}, first in row {first[id]}"
            flaws.append(Flaw(row, id, str(heading), rule, "Give every row an id of its own"))
        ids.append(id)
    if flaws:
        raise InputError(name, flaws)
    return ids


def column_of(frame: pd.DataFrame, fact: str, name: str) -> Any:
    """Heading of the column that holds a fact, or None.

    Headings mean what the table's own vocabulary says; those it does not know are tried as columns
    of a contract.

    Raises
    ------
    InputError
        Several headings mean the fact.

    Examples
    --------
    >>> frame = pd.DataFrame({"学历": ["博士"], "全职": ["是"]})
    >>> column_of(frame, "full_time", "candidates"), column_of(frame, "end_date", "candidates")
    ('全职', None)
    """
    if list(frame.columns).count(fact) == 1:
        return fact
    found = [
        heading
        for heading in frame.columns
        if (meaning_of(heading, name, {}) or meaning_of(heading, "contracts", {})) == fact
    ]
    if len(found) > 1:
        both = ", ".join(map(repr, found))
        rule = f"{len(found)} headings mean {fact}: {both}"
        raise InputError(
            name, [Flaw(None, "", str(found[1]), rule, "Leave one of them out or rename it")]
        )
    return found[0] if found else None


def read_facts(
    frame: pd.DataFrame, wanted: Mapping[str, str], name: str, ids: Sequence[str]
) -> dict[str, list[Any]]:
    """Read the cells of several facts; None where a cell is empty or the column absent.

    Parameters
    ----------
    frame : DataFrame
        The table.
    wanted : mapping of str to str
        Fact -> its kind, one of `KINDS`.
    name : {"candidates", "demands", "contracts"}
        Which table it is.
    ids : sequence of str
        Ids of the rows, for errors.

    Returns
    -------
    dict of str to list
        One value per row: bool for a flag, Decimal for money and numbers, `datetime.date`, str for
        degrees and categories, list of str.

    Raises
    ------
    InputError
        Cells that are no such thing; all of them at once.

    Examples
    --------
    >>> frame = pd.DataFrame({"candidate_id": ["R1", "R2"], "full_time": ["yes", None]})
    >>> read_facts(frame, {"full_time": "flag", "degree": "degree"}, "candidates", ["R1", "R2"])
    {'full_time': [True, None], 'degree': [None, None]}
    """
    found: dict[str, list[Any]] = {}
    flaws: list[Flaw] = []
    for fact, kind in wanted.items():
        heading = column_of(frame, fact, name)
        found[fact] = [None] * len(frame)
        if heading is None:
            continue
        for row, cell in enumerate(frame[heading].tolist()):
            try:
                found[fact][row] = KINDS[kind](plain(cell))
            except CellError as error:
                flaws.append(Flaw(row + 1, ids[row], str(heading), error.rule, error.hint))
    if flaws:
        raise InputError(name, sorted(flaws, key=lambda flaw: flaw.row or 0))
    return found


def cents_of(money: Decimal) -> int:
    """Whole cents of an amount that is a whole number of them.

    Examples
    --------
    >>> cents_of(Decimal("1200.50"))
    120050
    """
    return int(money.scaleb(_CENTS))


def _money(cell: object) -> Decimal | None:
    """An amount in RMB, exactly as written."""
    number = READERS["money"](cell)
    if number != number:
        return None
    cents, whole = in_units(np.array([cell], dtype=object), _CENTS)
    if not whole[0]:
        hint = "Round it to the cent; amounts above 90,000,000,000,000 RMB are not held exactly"
        raise CellError(f"no whole number of cents: {cell!r}", hint)
    return Decimal(int(cents[0])).scaleb(-_CENTS)


def _number(cell: object) -> Decimal | None:
    number = READERS["number"](cell)
    return None if number != number else Decimal(str(number))


def _count(cell: object) -> Decimal | None:
    number = _number(cell)
    if number is not None and (number < 0 or number % 1):
        raise CellError(f"no whole number of 0 or more: {cell!r}", "Write 0, 1, 2, ...")
    return number


def _degree(cell: object) -> str | None:
    word = str(READERS["label"](cell))
    if word and word.casefold() not in DEGREE_RANKS:
        names = ", ".join(words[0] for words in DEGREES)
        raise CellError(f"{cell!r} is not a degree that is known", f"Use one of: {names}")
    return word or None


def _category(cell: object) -> str | None:
    return str(READERS["label"](cell)) or None


KINDS: dict[str, Callable[[object], Any]] = {
    "money": _money,
    "number": _number,
    "count": _count,
    "degree": _degree,
    "category": _category,
    "date": READERS["date"],
    "flag": READERS["flag"],
    "list": READERS["list"],
}
"""How a cell of each kind is read; None is a cell that says nothing."""
