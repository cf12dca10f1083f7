"""Tables out of files: every way in which a file can be broken is one clear `InputError`."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import zlib
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from talentmatch.errors import Flaw, InputError, MissingExtraError
from talentmatch.tables.decoding import broken, decoded
from talentmatch.tables.examining import READ, ROWS
from talentmatch.tables.frames import foreign_frame, object_frame, records_frame
from talentmatch.tables.sheets import SEARCHED, Wanted, best_sheet, heading_row, joined_headings
from talentmatch.tables.workbooks import read_sheets

__all__ = ["read_file"]


Reader = Callable[[bytes, str, Wanted], pd.DataFrame]


def read_file(path: str | os.PathLike[str], wanted: Wanted | None = None) -> pd.DataFrame:
    """Read a table from a file, by the suffix of its name; no cell is checked yet.

    Parameters
    ----------
    path : str or os.PathLike
        A .csv, .tsv or .jsonl file (also with .gz), an .xlsx workbook, or a .parquet file.
    wanted : Wanted, optional
        What is looked for; by default headings stand in the first filled row of the first sheet.

    Returns
    -------
    pandas.DataFrame
        The cells as they stand: text for .csv and .tsv, where only an empty cell is missing. Empty
        rows are left out; ``attrs[ROWS]`` then holds the number of each row below the headings.
        ``attrs[READ]`` says where in a workbook the table was found, or below which title.

    Raises
    ------
    InputError
        When the file is absent, of an unknown kind, empty or broken.
    MissingExtraError
        When the package that reads this kind of file is not installed.
    """
    name, wanted = os.fspath(path), wanted or Wanted()
    if os.path.isdir(name):
        raise broken(name, "a folder, not a file", "Name one file in it")
    suffix, read = _reader(name)
    try:
        content = Path(name).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise broken(name, f"cannot be read: {reason}", "Check the path") from error
    if suffix.endswith(".gz"):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise broken(name, f"not a sound gzip file: {error}", "Copy it again") from error
    if not content.strip():
        raise broken(name, "the file is empty", "It needs a heading and at least one row")
    if wanted.sheet is not None and suffix != ".xlsx":
        raise broken(name, f"no sheet {wanted.sheet!r}", "Only .xlsx files have sheets")
    return read(content, name, wanted)


def _reader(name: str) -> tuple[str, Reader]:
    for suffix, read in _READERS.items():
        if name.lower().endswith(suffix):
            return suffix, read
    hint = f"Known are {', '.join(_READERS)}"
    if name.lower().endswith(".xls"):
        hint = "Save it as .xlsx"
    raise broken(name, f"unknown kind of file: {Path(name).suffix!r}", hint)


def _read_csv(content: bytes, name: str, wanted: Wanted) -> pd.DataFrame:
    text = decoded(content, name)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    separator = "," if "," in first else max(",;\t", key=first.count)
    return _separated(text, separator, name, wanted)


def _read_tsv(content: bytes, name: str, wanted: Wanted) -> pd.DataFrame:
    return _separated(decoded(content, name), "\t", name, wanted)


def _separated(text: str, separator: str, name: str, wanted: Wanted) -> pd.DataFrame:
    """Return separated text as a frame of texts; only an empty cell is missing."""
    try:
        cells = pd.read_csv(
            io.StringIO(text, newline=""),
            sep=separator,
            header=None,
            index_col=False,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
        )
    except pd.errors.EmptyDataError as error:
        raise broken(name, "the file is empty", "It needs a heading and a row") from error
    except pd.errors.ParserError as error:
        raise InputError(name, _ragged(text, separator) or [_unparsed(error)]) from error
    return _headed(cells, wanted)


def _unparsed(error: Exception) -> Flaw:
    rule = f"not a well-formed table: {str(error).strip()}"
    return Flaw(None, "", "", rule, "Look for a quotation mark that is not closed")


def _ragged(text: str, separator: str) -> list[Flaw]:
    """Return a flaw for every row with more cells than there are headings."""
    flaws: list[Flaw] = []
    try:
        rows = (r for r in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if r)
        width = len(next(rows))
        for number, row in enumerate(rows, start=1):
            if len(row) > width:
                rule = f"{len(row)} cells under {width} headings"
                hint = f"Put a cell that holds {separator!r} in quotation marks"
                flaws.append(Flaw(number, "", "", rule, hint))
    except csv.Error:
        return flaws  # what was found up to here; the parser's own message otherwise
    return flaws


def _headed(cells: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """Return the rows of separated text below their headings."""
    filled = np.asarray(cells.notna(), dtype=bool)
    if not filled.any():
        return object_frame([], [])
    top = cells.head(SEARCHED).astype(object)
    tops = top.where(top.notna(), None).to_numpy(dtype=object).tolist()
    start = heading_row(tops, wanted)
    body = _below(cells, ["" if cell is None else str(cell) for cell in tops[start]], start)
    if start > int(np.flatnonzero(filled.any(axis=1))[0]):
        body.attrs[READ] = {"heading_row": start + 1}
    return body


def _below(
    cells: pd.DataFrame, headings: Sequence[str], last: int, banners: Collection[int] = ()
) -> pd.DataFrame:
    """Return the filled rows below the headings; empty columns at the end are left out."""
    filled = np.asarray(cells.notna(), dtype=bool)[last + 1 :]
    kept = np.flatnonzero(filled.any(axis=1)) + 1  # numbers below the headings
    numbers = [number for number in kept.tolist() if number + last not in banners]
    used = filled.any(axis=0) | np.array([bool(heading) for heading in headings], dtype=bool)
    width = int(np.flatnonzero(used)[-1]) + 1 if used.any() else 0
    body = cells.iloc[[number + last for number in numbers], :width].reset_index(drop=True)
    names = [heading or f"(column {n})" for n, heading in enumerate(headings[:width], start=1)]
    body.columns = pd.Index(names)
    if numbers != list(range(1, len(body) + 1)):
        body.attrs[ROWS] = numbers
    return body


def _read_jsonl(content: bytes, name: str, _wanted: Wanted) -> pd.DataFrame:
    records: list[object] = []
    flaws: list[Flaw] = []
    for number, line in enumerate(decoded(content, name).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            rule = f"line {number} is not JSON: {error}"
            hint = "Write one {heading: cell} object to a line"
            flaws.append(Flaw(len(records) + len(flaws) + 1, "", "", rule, hint))
    if flaws:
        raise InputError(name, flaws)
    return records_frame(records, name)


def _read_xlsx(content: bytes, name: str, wanted: Wanted) -> pd.DataFrame:
    sheets = read_sheets(content, name)
    sheet = best_sheet(sheets, wanted, name)
    read = {"sheet": sheet.name, "sheets": len(sheets)}
    if sheet.rows:
        start = heading_row(sheet.rows, wanted)
        headings, last = joined_headings(sheet, start, wanted)
        if flaws := sheet.number_flaws(last, headings, wanted):
            raise InputError(name, flaws)
        columns = [[row[n] for row in sheet.rows] for n in range(len(headings))]
        cells = object_frame(list(range(len(headings))), columns)
        body = _below(cells, headings, last, sheet.banners(last))
        read["heading_row"] = last + 1
    else:
        body = object_frame([], [])
    body.attrs[READ] = read
    return body


def _read_parquet(content: bytes, name: str, _wanted: Wanted) -> pd.DataFrame:
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError("reading .parquet files", "pyarrow", "arrow") from error
    try:
        frame = foreign_frame(pyarrow.parquet.read_table(io.BytesIO(content)), name)
    except Exception as error:  # pyarrow has no single base for what broken files raise
        rule = f"not a sound .parquet file: {str(error).strip()}"
        raise broken(name, rule, "Write it again") from error
    pandas_index = [h for h in frame.columns if str(h).startswith("__index_level_")]
    return frame.drop(columns=pandas_index)


_READERS: dict[str, Reader] = {
    ".csv": _read_csv,
    ".csv.gz": _read_csv,
    ".tsv": _read_tsv,
    ".tsv.gz": _read_tsv,
    ".xlsx": _read_xlsx,
    ".parquet": _read_parquet,
    ".jsonl": _read_jsonl,
    ".jsonl.gz": _read_jsonl,
}
