"""Tables in: files and frames of several libraries, checked and clean."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import pandas as pd

from talentmatch.errors import InputError
from talentmatch.tables.cleaning import Examined, checked, examine
from talentmatch.tables.columns import columns_of
from talentmatch.tables.examining import READ, row_numbers
from talentmatch.tables.files import read_file
from talentmatch.tables.frames import foreign_frame, inferred, records_frame
from talentmatch.tables.mapping import Columns, mapping_of
from talentmatch.tables.sheets import Wanted

__all__ = ["quarantine", "raw_table", "read_candidates", "read_demands", "read_table"]


def read_candidates(
    source: object, *, columns: Columns | None = None, sheet: str | None = None
) -> pd.DataFrame:
    """Read the candidates, and report everything that is wrong with the table at once.

    Parameters
    ----------
    source : str, os.PathLike, frame, or list of mappings
        A .csv, .tsv or .jsonl file (also with .gz), an .xlsx workbook or a .parquet file; a pandas,
        polars (eager or lazy) or pyarrow frame; or one mapping for each row. The source is not
        changed.
    columns : mapping of str to str, or path, optional
        Their heading -> ours, for headings that ``talentmatch.vocabulary("candidates")`` does not
        list. A heading mapped to itself is left alone. A salary column may say what it is paid for:
        ``{"薪资": "salary_expected/month"}``. Also what `guess_columns` found, or the path of the
        file it was saved to.
    sheet : str, optional
        The workbook's sheet by its name. By default the one whose headings fit best; two that fit
        equally well are an error that names them.

    Returns
    -------
    pandas.DataFrame
        Known columns under our names first, then the unknown ones. ``candidate_id`` is text
        (``"007"`` stays ``"007"``), ``skills`` are lists of texts, ``capacity`` an integer. Without
        an id column the names serve as ids, where they are all there and no two are the same.
        Of a file, ``attrs["talentmatch_read"]`` says which sheet was taken and in which of its rows
        the headings stand.

    Raises
    ------
    InputError
        With every flaw of the table: row, id, column, rule, hint.
    MissingExtraError
        When an optional package is needed to read the file.
    TypeError
        When the source is none of these.

    Notes
    -----
    Titles above the headings and empty rows are passed over. Salaries may be written as people do:
    ``1-1.5万/月``, ``25k-40k·14薪``, ``15-20万/年``, ``200元/天``, ``面议`` (missing). They become
    RMB a year: of a range ``salary_expected`` takes the lower end and ``salary_expected_max`` keeps
    the upper one; a demand's ``salary_max`` takes the upper end and ``salary_min`` keeps the lower.
    A salary with a unit or a range must say its period, in the cell or in the heading (年薪, 月薪).

    Examples
    --------
    >>> import talentmatch as tm
    >>> rows = [{"编号": "007", "简历": "Ten years of welding", "技能": "焊接、CNC"}]
    >>> tm.read_candidates(rows).to_dict("records")
    [{'candidate_id': '007', 'text': 'Ten years of welding', 'skills': ['焊接', 'CNC']}]
    """
    return read_table(source, "candidates", columns=columns, sheet=sheet)


def read_demands(
    source: object, *, columns: Columns | None = None, sheet: str | None = None
) -> pd.DataFrame:
    """Read the demands, and report everything that is wrong with the table at once.

    Parameters
    ----------
    source : str, os.PathLike, frame, or list of mappings
        As for `read_candidates`.
    columns, sheet : optional
        As for `read_candidates`.

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
    return read_table(source, "demands", columns=columns, sheet=sheet)


def read_table(
    source: object,
    table: str,
    *,
    columns: Columns | None = None,
    sheet: str | None = None,
) -> pd.DataFrame:
    """Read any table that ``talentmatch.vocabulary()`` knows, with all its flaws at once.

    Parameters
    ----------
    source : str, os.PathLike, frame, or list of mappings
        As for `read_candidates`.
    table : {"candidates", "demands", "enterprises", "visits", "layout", "contracts"}
        Which table it is.
    columns, sheet : optional
        As for `read_candidates`.

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
    raw, mapping, label = _taken(source, table, columns, sheet)
    try:
        clean = checked(raw, table, columns=mapping)
    except InputError as error:
        raise (InputError(label, error.flaws) if label != table else error) from None
    return clean if raw is source else _typed(clean, table, raw)


def quarantine(
    source: object,
    table: str,
    *,
    columns: Columns | None = None,
    sheet: str | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the sound rows of a table, and set the others aside with their reasons.

    Parameters
    ----------
    source : str, os.PathLike, frame, or list of mappings
        As for `read_candidates`.
    table : {"candidates", "demands", "enterprises", "visits", "layout", "contracts"}
        Which table it is.
    columns, sheet : optional
        As for `read_candidates`.

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
    raw, mapping, label = _taken(source, table, columns, sheet)
    examined = examine(raw, table, mapping)
    whole = [flaw for flaw in examined.flaws if flaw.row is None]
    if whole:
        raise InputError(label, whole)
    bad = {flaw.row for flaw in examined.flaws}
    sound = [number not in bad for number in row_numbers(examined.source)]
    rows = examined.rows.loc[sound].reset_index(drop=True)
    return rows if raw is source else _typed(rows, table, raw), _rejected(examined)


def _taken(
    source: object, table: str, columns: Columns | None, sheet: str | None
) -> tuple[pd.DataFrame, Mapping[str, str], str]:
    """Return the raw frame, the mapping, and what to call the table in an error."""
    columns_of(table)
    mapping, saved = mapping_of(columns, table)
    raw = raw_table(source, Wanted(table, mapping, saved if sheet is None else sheet))
    read = raw.attrs.get(READ, {}) if raw is not source else {}
    several = read.get("sheets", 1) > 1
    return raw, mapping, f"{table} (sheet {read['sheet']!r})" if several else table


def raw_table(source: object, wanted: Wanted) -> pd.DataFrame:
    """Return any source as a pandas frame, cells as they came.

    Examples
    --------
    >>> raw_table([{"id": "007"}], Wanted("candidates")).to_dict("records")
    [{'id': '007'}]
    """
    if isinstance(source, str | os.PathLike):
        return read_file(source, wanted)
    # A saved mapping names its sheet, and may be used for a frame too.
    if isinstance(source, pd.DataFrame):
        return source
    if isinstance(source, Sequence) and not isinstance(source, bytes | bytearray):
        return records_frame(source, str(wanted.table))
    return foreign_frame(source, str(wanted.table))


def _typed(frame: pd.DataFrame, table: str, raw: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its unknown columns in pandas' own types."""
    known = columns_of(table)
    parts = [
        frame.iloc[:, position] if heading in known else inferred(frame.iloc[:, position])
        for position, heading in enumerate(frame.columns)
    ]
    typed = pd.DataFrame(dict(enumerate(parts)), index=frame.index)
    typed.columns = frame.columns
    typed.attrs = frame.attrs | {name: raw.attrs[name] for name in (READ,) if name in raw.attrs}
    return typed


def _rejected(examined: Examined) -> pd.DataFrame:
    """Return one row for each flaw of a row: the flaw, then the original cells."""
    flaws = [flaw for flaw in examined.flaws if flaw.row is not None]
    fields = ("row", "id", "column", "rule", "hint")
    parts = [pd.Series([getattr(f, name) for f in flaws], dtype=object) for name in fields]
    parts[0] = parts[0].astype("int64")
    place = {number: position for position, number in enumerate(row_numbers(examined.source))}
    positions = [place[flaw.row] for flaw in flaws if flaw.row is not None]
    names: list[object] = list(fields)
    for position, heading in enumerate(examined.source.columns):
        names.append(f"{heading} (original)" if heading in fields else heading)
        parts.append(examined.source.iloc[positions, position].reset_index(drop=True))
    frame = pd.DataFrame(dict(enumerate(parts)), index=pd.RangeIndex(len(flaws)))
    frame.columns = pd.Index(names, tupleize_cols=False)
    return frame
