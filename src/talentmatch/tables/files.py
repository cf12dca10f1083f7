"""Tables out of files: every way in which a file can be broken is one clear `InputError`."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import warnings
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from talentmatch.errors import Flaw, InputError, MissingExtraError
from talentmatch.tables.decoding import broken, decoded
from talentmatch.tables.frames import foreign_frame, object_frame, records_frame

__all__ = ["read_file"]


def read_file(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table from a file, by the suffix of its name; no cell is checked yet.

    Parameters
    ----------
    path : str or os.PathLike
        A .csv, .tsv or .jsonl file (also with .gz), an .xlsx workbook (its first sheet), or a
        .parquet file.

    Returns
    -------
    pandas.DataFrame
        The cells as they stand: text for .csv and .tsv, where only an empty cell is missing.

    Raises
    ------
    InputError
        When the file is absent, of an unknown kind, empty or broken.
    MissingExtraError
        When the package that reads this kind of file is not installed.
    """
    name = os.fspath(path)
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
    return read(content, name)


def _reader(name: str) -> tuple[str, Callable[[bytes, str], pd.DataFrame]]:
    for suffix, read in _READERS.items():
        if name.lower().endswith(suffix):
            return suffix, read
    hint = f"Known are {', '.join(_READERS)}"
    if name.lower().endswith(".xls"):
        hint = "Save it as .xlsx"
    raise broken(name, f"unknown kind of file: {Path(name).suffix!r}", hint)


def _read_csv(content: bytes, name: str) -> pd.DataFrame:
    text = decoded(content, name)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    separator = "," if "," in first else max(",;\t", key=first.count)
    return _separated(text, separator, name)


def _read_tsv(content: bytes, name: str) -> pd.DataFrame:
    return _separated(decoded(content, name), "\t", name)


def _separated(text: str, separator: str, name: str) -> pd.DataFrame:
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
    return _headed(cells)


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


def _headed(cells: pd.DataFrame) -> pd.DataFrame:
    """Return a frame under its first filled row, without the empty rows and columns at its end."""
    filled = np.asarray(cells.notna(), dtype=bool)
    rows, columns = np.flatnonzero(filled.any(axis=1)), np.flatnonzero(filled.any(axis=0))
    if len(rows) == 0:
        return object_frame([], [])
    cells = cells.iloc[rows[0] : rows[-1] + 1, : columns[-1] + 1]
    top = zip(cells.iloc[0].tolist(), filled[rows[0]].tolist(), strict=False)
    headings = [str(cell) if there else f"(column {n})" for n, (cell, there) in enumerate(top, 1)]
    body = cells.iloc[1:].reset_index(drop=True)
    body.columns = pd.Index(headings)
    return body


def _read_jsonl(content: bytes, name: str) -> pd.DataFrame:
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


def _read_xlsx(content: bytes, name: str) -> pd.DataFrame:
    try:
        import openpyxl
    except ImportError as error:
        raise MissingExtraError("reading .xlsx files", "openpyxl", "excel") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations, which no cell needs
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            rows = list(_sheet_rows(book.worksheets[0]))
            book.close()
    except Exception as error:  # openpyxl lets through whatever its zip and XML parsers raise
        raise broken(
            name, f"not a sound .xlsx workbook: {error}", "Save it again as .xlsx"
        ) from error
    width = max(map(len, rows), default=0)
    columns = [[row[n] if n < len(row) else None for row in rows] for n in range(width)]
    return _headed(object_frame(list(range(width)), columns))


def _sheet_rows(sheet: object) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a sheet; blank texts count as empty cells."""
    sheet.reset_dimensions()  # type: ignore[attr-defined]  # some programs write them wrongly
    for row in sheet.iter_rows(values_only=True):  # type: ignore[attr-defined]  # openpyxl is untyped
        yield tuple(None if isinstance(c, str) and not c.strip() else c for c in row)


def _read_parquet(content: bytes, name: str) -> pd.DataFrame:
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


_READERS: dict[str, Callable[[bytes, str], pd.DataFrame]] = {
    ".csv": _read_csv,
    ".csv.gz": _read_csv,
    ".tsv": _read_tsv,
    ".tsv.gz": _read_tsv,
    ".xlsx": _read_xlsx,
    ".parquet": _read_parquet,
    ".jsonl": _read_jsonl,
    ".jsonl.gz": _read_jsonl,
}
