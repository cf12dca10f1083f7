"""Tables in: files and frames of several libraries, checked and clean."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import pandas as pd

from talentmatch.errors import InputError
from talentmatch.tables.cleaning import Examined, checked, examine
from talentmatch.tables.columns import columns_of
from talentmatch.tables.files import read_file
from talentmatch.tables.frames import foreign_frame, inferred, records_frame

__all__ = ["quarantine", "read_candidates", "read_demands", "read_table"]


def read_candidates(source: object, *, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Read the candidates, and report everything that is wrong with the table at once.

    Parameters
    ----------
    source : str, os.PathLike, frame, or list of mappings
        A .csv, .tsv or .jsonl file (also with .gz), an .xlsx workbook (its first sheet) or a
        .parquet file; a pandas, polars (eager or lazy) or pyarrow frame; or one mapping for each
        row. The source is not changed.
    columns : mapping of str to str, optional
        Their heading -> ours, for headings that ``talentmatch.vocabulary("candidates")`` does not
        list. A heading mapped to itself is left alone.

    Returns
    -------
    pandas.DataFrame
        Known columns under our names first, then the unknown ones. ``candidate_id`` is text
        (``"007"`` stays ``"007"``), ``skills`` are lists of texts, ``capacity`` an integer. Without
        an id column the names serve as ids, where they are all there and no two are the same.

    Raises
    ------
    InputError
        With every flaw of the table: row, id, column, rule, hint.
    MissingExtraError
        When an optional package is needed to read the file.
    TypeError
        When the source is none of these.

    Examples
    --------
    >>> import talentmatch as tm
    >>> rows = [{"编号": "007", "简历": "Ten years of welding", "技能": "焊接、CNC"}]
    >>> tm.read_candidates(rows).to_dict("records")
    [{'candidate_id': '007', 'text': 'Ten years of welding', 'skills': ['焊接', 'CNC']}]
    """
    return read_table(source, "candidates", columns=columns)


def read_demands(source: object, *, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Read the demands, and report everything that is wrong with the table at once.

    Parameters
    ----------
    source : str, os.PathLike, frame, or list of mappings
        As for `read_candidates`.
    columns : mapping of str to str, optional
        Their heading -> ours, for headings that ``talentmatch.vocabulary("demands")`` does not
        list. A heading mapped to itself is left alone.

    Returns
    -------
    pandas.DataFrame
        Known columns under our names first, then the unknown ones. Without an id column the titles
        serve as ids, where they are all there and no two are the same; without ``enterprise_id``
        the enterprise's name does.

    Raises
    ------
    InputError
        With every flaw of the table: row, id, column, rule, hint.
    MissingExtraError
        When an optional package is needed to read the file.
    TypeError
        When the source is none of these.

    Examples
    --------
    >>> import talentmatch as tm
    >>> rows = [{"demand_id": "X1", "requirements": "CNC; welding", "openings": 2}]
    >>> tm.read_demands(rows, columns={"requirements": "skills"}).to_dict("records")
    [{'demand_id': 'X1', 'skills': ['CNC', 'welding'], 'headcount': 2}]
    """
    return read_table(source, "demands", columns=columns)


def read_table(
    source: object, table: str, *, columns: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Read any table that ``talentmatch.vocabulary()`` knows, with all its flaws at once.

    Parameters
    ----------
    source : str, os.PathLike, frame, or list of mappings
        As for `read_candidates`.
    table : {"candidates", "demands", "enterprises", "visits", "layout", "contracts"}
        Which table it is.
    columns : mapping of str to str, optional
        Their heading -> ours.

    Returns
    -------
    pandas.DataFrame
        Known columns under our names first, then the unknown ones.

    Raises
    ------
    InputError
        With every flaw of the table: row, id, column, rule, hint.
    MissingExtraError
        When an optional package is needed to read the file.
    TypeError
        When the source is none of these.
    ValueError
        When there is no such table.

    Examples
    --------
    >>> rows = [{"visit_id": "V1", "enterprise_id": "E1", "走访日期": "2021年3月2日"}]
    >>> read_table(rows, "visits")["date"].astype(str).tolist()
    ['2021-03-02']
    """
    columns_of(table)
    raw = _raw(source, table)
    clean = checked(raw, table, columns=columns)
    return clean if raw is source else _typed(clean, table)


def quarantine(
    source: object, table: str, *, columns: Mapping[str, str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the sound rows of a table, and set the others aside with their reasons.

    Parameters
    ----------
    source : str, os.PathLike, frame, or list of mappings
        As for `read_candidates`.
    table : {"candidates", "demands", "enterprises", "visits", "layout", "contracts"}
        Which table it is.
    columns : mapping of str to str, optional
        Their heading -> ours.

    Returns
    -------
    rows : pandas.DataFrame
        The clean sound rows; of rows with the same id the first.
    rejected : pandas.DataFrame
        One row for each flaw: row (from 1), id, column, rule, hint, then the original cells under
        their own headings (``"id (original)"`` where a heading is one of these five).

    Raises
    ------
    InputError
        When the table as a whole is unusable: unreadable, empty, without ids or texts.
    MissingExtraError
        When an optional package is needed to read the file.
    TypeError
        When the source is none of these.
    ValueError
        When there is no such table.

    Examples
    --------
    >>> import talentmatch as tm
    >>> people = [{"id": "R1", "text": "CNC"}, {"id": "R2", "text": ""}]
    >>> rows, rejected = tm.quarantine(people, "candidates")
    >>> rows["candidate_id"].tolist(), rejected[["row", "rule"]].values.tolist()
    (['R1'], [[2, 'nothing to match on: text is empty']])
    """
    columns_of(table)
    raw = _raw(source, table)
    examined = examine(raw, table, columns)
    whole = [flaw for flaw in examined.flaws if flaw.row is None]
    if whole:
        raise InputError(table, whole)
    bad = {flaw.row - 1 for flaw in examined.flaws if flaw.row is not None}
    sound = [position not in bad for position in range(len(examined.rows))]
    rows = examined.rows.loc[sound].reset_index(drop=True)
    return rows if raw is source else _typed(rows, table), _rejected(examined)


def _raw(source: object, table: str) -> pd.DataFrame:
    """Return any source as a pandas frame, cells as they came."""
    if isinstance(source, pd.DataFrame):
        return source
    if isinstance(source, str | os.PathLike):
        return read_file(source)
    if isinstance(source, Sequence) and not isinstance(source, bytes | bytearray):
        return records_frame(source, table)
    return foreign_frame(source, table)


def _typed(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return the frame with its unknown columns in pandas' own types."""
    known = columns_of(table)
    parts = [
        frame.iloc[:, position] if heading in known else inferred(frame.iloc[:, position])
        for position, heading in enumerate(frame.columns)
    ]
    typed = pd.DataFrame(dict(enumerate(parts)), index=frame.index)
    typed.columns = frame.columns
    typed.attrs = frame.attrs
    return typed


def _rejected(examined: Examined) -> pd.DataFrame:
    """Return one row for each flaw of a row: the flaw, then the original cells."""
    flaws = [flaw for flaw in examined.flaws if flaw.row is not None]
    fields = ("row", "id", "column", "rule", "hint")
    parts = [pd.Series([getattr(f, name) for f in flaws], dtype=object) for name in fields]
    parts[0] = parts[0].astype("int64")
    positions = [flaw.row - 1 for flaw in flaws if flaw.row is not None]
    names: list[object] = list(fields)
    for position, heading in enumerate(examined.source.columns):
        names.append(f"{heading} (original)" if heading in fields else heading)
        parts.append(examined.source.iloc[positions, position].reset_index(drop=True))
    frame = pd.DataFrame(dict(enumerate(parts)), index=pd.RangeIndex(len(flaws)))
    frame.columns = pd.Index(names, tupleize_cols=False)
    return frame
