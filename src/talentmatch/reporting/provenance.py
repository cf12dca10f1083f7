"""How a plan was made: inputs with their hashes, options, versions."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from talentmatch.reporting.escaping import json_ready
from talentmatch.result import Result
from talentmatch.tables.frames import foreign_frame, records_frame
from talentmatch.versions import versions

__all__ = ["InputRecord", "Provenance", "trace"]


@dataclass(frozen=True, slots=True)
class InputRecord:
    """One input table.

    Parameters
    ----------
    name : str
        The file's name, without its folder; or what the table is.
    sha256 : str
        Of the file's bytes; of a frame, of its cells as UTF-8 CSV.
    rows : int or None
        Rows read; None where they are not known.
    columns : tuple of str
        Headings, as talentmatch calls them.
    """

    name: str
    sha256: str
    rows: int | None
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a plan was made.

    Parameters
    ----------
    inputs : mapping of str to InputRecord
        By role: ``"candidates"``, ``"demands"``.
    options : mapping of str to JSON values
        What was asked for.
    versions : mapping of str to str
        As `talentmatch.versions.versions`.
    """

    inputs: Mapping[str, InputRecord]
    options: Mapping[str, Any]
    versions: Mapping[str, str]


def trace(
    result: Result,
    inputs: Mapping[str, object] | None = None,
    options: Mapping[str, object] | None = None,
) -> Provenance:
    """Record how a result was made.

    Parameters
    ----------
    result : Result
        Its problem's tables tell rows and columns, and serve as inputs where none are given.
    inputs : mapping of str to path, frame or list of mappings, optional
        What the tables were read from, by role.
    options : mapping, optional
        What was asked for; by default what the problem tells.

    Examples
    --------
    >>> import talentmatch as tm
    >>> result = tm.solve(tm.Problem([[0.9]], min_score=0.1))
    >>> dict(trace(result).options)
    {'aim': 'total', 'min_score': 0.1, 'constraints': []}
    """
    problem = result.problem
    tables = {"candidates": problem.candidates, "demands": problem.demands}
    if inputs is None:
        inputs = {role: table for role, table in tables.items() if table is not None}
    if options is None:
        options = {
            "aim": result.aim,
            "min_score": problem.min_score,
            "constraints": [repr(constraint) for constraint in problem.constraints],
        }
    records = {role: _record(role, given, tables.get(role)) for role, given in inputs.items()}
    return Provenance(records, json_ready(options), versions())


def _record(role: str, given: object, table: pd.DataFrame | None) -> InputRecord:
    if isinstance(given, str | os.PathLike):
        name, digest = Path(given).name, _file_hash(Path(given))
    else:
        frame = _frame(given, role)
        name, digest = f"{role} (a table in memory)", _frame_hash(frame)
        table = frame if table is None else table
    rows = None if table is None else len(table)
    columns = () if table is None else tuple(str(column) for column in table.columns)
    return InputRecord(json_ready(name), digest, rows, columns)


def _frame(given: object, role: str) -> pd.DataFrame:
    if isinstance(given, pd.DataFrame):
        return given
    return records_frame(given, role) if isinstance(given, list) else foreign_frame(given, role)


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _frame_hash(frame: pd.DataFrame) -> str:
    text = frame.to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
