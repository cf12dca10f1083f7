"""What the cells of a column state, for the rules and blocks that compare two columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pandas as pd

from talentmatch.errors import Flaw, InputError, ProblemError
from talentmatch.tables.cells import CellError, plain
from talentmatch.tables.columns import KEYS
from talentmatch.text import normalise

__all__ = ["folded", "stated"]

Read = TypeVar("Read")


def folded(text: str) -> str:
    """Return what words are compared by: one spelling per character, no case, single spaces.

    Examples
    --------
    >>> folded(" Ｍachinery\u200b  Parts ")
    'machinery parts'
    """
    return " ".join(normalise(text).casefold().split())


def stated(
    frame: pd.DataFrame, name: str, table: str, reader: Callable[[object], Read], by: str
) -> list[Read]:
    """Read every cell of a column; whatever is not understood is reported, all rows at once.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table.
    name : str
        The column.
    table : {"candidates", "demands"}
        Which table it is.
    reader : callable
        Takes one plain cell and raises `CellError` where it is not understood.
    by : str
        What needs the column, as ``"a block"``.

    Raises
    ------
    ProblemError
        There is no such column.
    InputError
        Cells are not understood.

    Examples
    --------
    >>> stated(pd.DataFrame({"sector": ["food"]}), "sector", "candidates", str.upper, "a block")
    ['FOOD']
    """
    if name not in frame.columns:
        known = ", ".join(map(str, frame.columns))
        raise ProblemError(f"{by} needs the column {name!r} of {table}; there are: {known}")
    ids = frame[KEYS[table]].tolist() if KEYS[table] in frame.columns else None
    out, flaws = [], []
    for row, cell in enumerate(frame[name].tolist()):
        try:
            out.append(reader(plain(cell)))
        except CellError as error:
            id = "" if ids is None else str(ids[row])
            flaws.append(Flaw(row + 1, id, name, error.rule, error.hint))
    if flaws:
        raise InputError(table, flaws)
    return out
