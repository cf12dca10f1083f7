"""Check a raw pandas table against the vocabulary of columns, and return it clean.

All flaws are found in one pass and reported together; the caller's frame is never edited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from talentmatch.errors import Flaw, InputError
from talentmatch.tables.columns import KEYS, columns_of
from talentmatch.tables.examining import Examination
from talentmatch.tables.headings import lay_out, meaning_of

__all__ = ["Examined", "checked", "examine"]

_KEPT = "talentmatch_kept"  # in `attrs`: headings left alone, for a second check to do the same


@dataclass(frozen=True, slots=True)
class Examined:
    """A table after the check, sound or not.

    Parameters
    ----------
    rows : pandas.DataFrame
        The clean table, one row for each row of the source; broken cells hold their default.
    source : pandas.DataFrame
        The table as it came (a column for an id that stood in the index).
    flaws : tuple of Flaw
        Every broken rule: those of the whole table first, then by row.
    """

    rows: pd.DataFrame
    source: pd.DataFrame
    flaws: tuple[Flaw, ...]


def checked(
    frame: pd.DataFrame, table: str, *, columns: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return a clean copy of a table, or report everything that is wrong with it at once.

    Parameters
    ----------
    frame : pandas.DataFrame
        The raw table; it is not changed.
    table : {"candidates", "demands"}
        Which table it is.
    columns : mapping of str to str, optional
        The caller's heading -> ours; a heading mapped to itself is left alone.

    Returns
    -------
    pandas.DataFrame
        Known columns under our names first, in the order of the vocabulary, then the unknown ones
        untouched, in theirs. Ids are text, ``skills`` are lists of texts, counts are integers with
        their default where missing, dates ``datetime64[s]``, numbers floats. Rows keep their order
        and are numbered from 0. A clean table comes back equal.

    Raises
    ------
    InputError
        With every flaw of the table.

    Examples
    --------
    >>> raw = pd.DataFrame({"编号": [7.0], "技能": ["焊接；CNC"], "max_load": ["２"]})
    >>> checked(raw, "candidates").to_dict("records")
    [{'candidate_id': '7', 'skills': ['焊接', 'CNC'], 'capacity': 2}]
    """
    examined = examine(frame, table, columns)
    if examined.flaws:
        raise InputError(table, examined.flaws)
    return examined.rows


def examine(frame: pd.DataFrame, table: str, columns: Mapping[str, str] | None = None) -> Examined:
    """Check a table and return the clean rows together with the flaws, without raising.

    Parameters
    ----------
    frame, table, columns
        As for `checked`.

    Returns
    -------
    Examined
        Clean rows, the source, and the flaws.

    Examples
    --------
    >>> raw = pd.DataFrame({"id": ["R1"], "text": ["CNC"], "capacity": ["three"]})
    >>> [flaw.rule for flaw in examine(raw, "candidates").flaws]
    ["not a number: 'three'"]
    """
    source = _with_index_id(frame, table, columns or {})
    layout = lay_out(list(source.columns), table, columns, frame.attrs.get(_KEPT, ()))
    check = Examination(source, table, layout)
    check.read_keys()
    for name in layout.known:
        if name != KEYS[table]:
            check.read_column(columns_of(table)[name])
    check.fill_ranges()
    check.copy_enterprise()
    check.compare_floors()
    check.find_matchless()
    flaws = (*layout.flaws, *check.table_flaws(), *check.row_flaws())
    rows = check.clean_frame()
    if layout.kept:
        rows.attrs[_KEPT] = list(layout.kept)
    return Examined(rows, source, flaws)


def _with_index_id(frame: pd.DataFrame, table: str, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return the frame with an id that stands in its index as the first column."""
    key = KEYS[table]
    if any(meaning_of(heading, table, columns) == key for heading in frame.columns):
        return frame
    for level, name in enumerate(frame.index.names):
        if name is not None and meaning_of(name, table, columns) == key:
            ids = pd.Series(frame.index.get_level_values(level), dtype=object)
            rest = frame.set_axis(pd.RangeIndex(len(frame)))
            joined = pd.concat([ids, rest], axis=1)
            joined.columns = pd.Index([name, *frame.columns], tupleize_cols=False)
            return joined
    return frame
