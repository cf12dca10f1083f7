"""Frames of other libraries and records of plain Python, as pandas frames of plain objects.

Cells stay as they came: no type is inferred here, so that no id loses a digit on the way.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import pandas as pd

from talentmatch.errors import Flaw, InputError

__all__ = ["foreign_frame", "inferred", "object_frame", "records_frame"]


def object_frame(headings: Sequence[Hashable], columns: Sequence[Sequence[object]]) -> pd.DataFrame:
    """Return a frame of plain objects, one sequence of cells for each heading.

    Examples
    --------
    >>> object_frame(["id", "skills"], [["R1"], [["CNC", "welding"]]]).to_dict("records")
    [{'id': 'R1', 'skills': ['CNC', 'welding']}]
    """
    length = len(columns[0]) if columns else 0
    parts = {}
    for position, cells in enumerate(columns):
        held = np.empty(length, dtype=object)
        held[:] = list(cells)
        parts[position] = pd.Series(held, dtype=object)
    frame = pd.DataFrame(parts, index=pd.RangeIndex(length))
    frame.columns = pd.Index(list(headings), tupleize_cols=False)
    return frame


def records_frame(records: Sequence[object], name: str) -> pd.DataFrame:
    """Return a list of mappings as a frame; a key that a record lacks is a missing cell.

    Parameters
    ----------
    records : sequence of mappings
        One mapping of heading to cell for each row.
    name : str
        What to call the source in an error.

    Returns
    -------
    pandas.DataFrame
        One column for each heading, in the order in which they first occur.

    Raises
    ------
    InputError
        When a record is not a mapping or a heading is not sound text.
    """
    headings: dict[str, None] = {}
    flaws = []
    rows = []
    for row, record in enumerate(records, start=1):
        if not isinstance(record, Mapping):
            rule = f"{type(record).__name__}, not a mapping of headings to cells"
            flaws.append(Flaw(row, "", "", rule, "Write every row as {heading: cell}"))
            continue
        rows.append({str(heading): cell for heading, cell in record.items()})
        headings.update(dict.fromkeys(rows[-1]))
    for heading in headings:
        if heading != heading.encode(errors="ignore").decode():
            rule = f"wrong encoding, half a character is lost in a heading: {heading!r}"
            flaws.append(Flaw(None, "", "", rule, "Export the table again as UTF-8"))
    if flaws:
        raise InputError(name, flaws)
    return object_frame(list(headings), [[row.get(h) for row in rows] for h in headings])


def foreign_frame(source: object, name: str) -> pd.DataFrame:
    """Return a polars, pyarrow or other frame that narwhals knows; lazy ones are collected.

    Parameters
    ----------
    source : object
        The frame.
    name : str
        What to call the source in an error.

    Returns
    -------
    pandas.DataFrame
        The same cells as plain objects.

    Raises
    ------
    InputError
        When a lazy frame cannot be collected.
    TypeError
        When the source is no such frame.
    """
    import narwhals as nw

    try:
        frame = nw.from_native(source)  # type: ignore[call-overload]  # any object is tried
    except TypeError:
        raise TypeError(
            f"cannot read a table from {type(source).__name__}: give a path, a pandas, polars or "
            "pyarrow frame, or a list of mappings"
        ) from None
    if isinstance(frame, nw.LazyFrame):
        try:
            frame = frame.collect()
        except Exception as error:  # each engine has exceptions of its own
            rule = f"the lazy frame cannot be collected: {str(error).strip()}"
            hint = "Collect it yourself to see where it fails"
            raise InputError(name, [Flaw(None, "", "", rule, hint)]) from error
    columns = [series.to_list() for series in frame.iter_columns()]
    return object_frame(frame.columns, columns)


def inferred(column: pd.Series) -> pd.Series:
    """Return a column of plain objects in the type that pandas has for it, where that is safe.

    Examples
    --------
    >>> inferred(pd.Series([2**60, None], dtype=object)).tolist()
    [1152921504606846976, None]
    """
    cells = column.tolist()
    kinds = {type(cell) for cell in cells if cell is not None}
    if len(kinds) != 1 or kinds.isdisjoint((str, int, float, bool)):
        return column
    if None in cells and kinds.isdisjoint((str, float)):
        return column  # whole numbers with a gap would become floats
    try:
        return pd.Series([np.nan if cell is None else cell for cell in cells])
    except UnicodeError:  # half a character, in a column that is not ours to refuse
        return column
