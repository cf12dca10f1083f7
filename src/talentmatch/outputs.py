"""`write_plan`: a result as files that people open: tables, a record of how, and a report.

The tables are UTF-8 with a byte order mark, so that Excel shows Chinese. A text cell, ids included,
that a spreadsheet would run as a formula (it starts with ``=``, ``+``, ``-``, ``@``) gets a leading
apostrophe; control characters are removed. Numbers are left alone. The workbook keeps the
apostrophe, and stores every text as a text besides.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from talentmatch.reporting.escaping import json_ready, plain_text, sheet_text
from talentmatch.reporting.limits import limits_of
from talentmatch.reporting.others import others_of
from talentmatch.reporting.phrasing import Phrase, in_words, reasons_for
from talentmatch.reporting.provenance import Provenance, trace
from talentmatch.reporting.report import render_report
from talentmatch.reporting.summary import Summary
from talentmatch.reporting.wording import Language, Wording
from talentmatch.reporting.workbook import plan_book
from talentmatch.result import Result
from talentmatch.writing import write_together

__all__ = ["PLAN_BOOK", "PLAN_FILES", "write_plan", "write_tables"]

PLAN_FILES = ("pairs.csv", "unfilled.csv", "unassigned.csv")
"""Files that only a result with a plan has."""

PLAN_BOOK = "plan.xlsx"
"""All of them in one workbook, where it is asked for."""

_SHORT = (
    "title", "kind", "enterprise_id", "enterprise", "priority", "name", "degree", "sector",
    "industry", "location",
)  # fmt: skip
"""Known columns that fit into a cell of pairs.csv, in the order they are written."""


def write_plan(
    result: Result,
    folder: str | os.PathLike[str],
    *,
    inputs: Mapping[str, object] | None = None,
    options: Mapping[str, object] | None = None,
    workbook: bool = False,
    lang: Language = "en",
) -> list[Path]:
    """Write a result as files; all of them appear complete, or none does.

    - ``pairs.csv``: ids, score, load, the short columns of both tables that hold anything, and
      why: the strongest shared words with their part of the score.
    - ``unfilled.csv``, ``unassigned.csv``: what is left over, with reason and sentence.
    - ``result.json``: what was proved and how it was made; ``null`` where a number is not finite.
    - ``report.html``: all of it for people, in one page that loads nothing.
    - ``plan.xlsx``, with ``workbook=True``: the tables and how they were made, ready to filter.

    A result without a plan writes ``result.json`` and ``report.html`` only, which say why. Tables
    and workbook of an earlier plan are removed where no new ones are written: they would belie it.

    Parameters
    ----------
    result : Result
        From `solve` or `match`.
    folder : path
        Made where it does not exist; files of these names are replaced.
    inputs : mapping of str to path or frame, optional
        What ``"candidates"`` and ``"demands"`` were read from, to be recorded with their hashes;
        by default the problem's tables.
    options : mapping, optional
        What was asked for, to be recorded.
    workbook : bool
        Write ``plan.xlsx`` too.
    lang : {"en", "zh"}
        Language of report and workbook; tables and record keep their names.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OSError
        The folder cannot be written, or an input cannot be read; nothing is left behind.
    ProblemError
        Another language.
    MissingExtraError
        A workbook is asked for and openpyxl is not installed.

    Examples
    --------
    >>> import tempfile, talentmatch as tm
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print([path.name for path in tm.write_plan(result, folder)])
    ['pairs.csv', 'unfilled.csv', 'unassigned.csv', 'result.json', 'report.html']
    """
    summary, told = Summary(result), Summary(result, Wording(lang).lang)
    provenance = trace(result, inputs, options)
    reasons = list(reasons_for(result.scores, summary.rows, summary.cols))
    files: dict[str, bytes] = {}
    if summary.has_plan:
        tables = _tables(summary, reasons)
        files = {name: _sheet(table) for name, table in tables.items()}
        if workbook:
            files[PLAN_BOOK] = plan_book(told, provenance, tables)
    files["result.json"] = _json(summary, provenance)
    files["report.html"] = _page(told, reasons, provenance)
    return _written(folder, files)


def write_tables(tables: Mapping[str, pd.DataFrame], folder: str | os.PathLike[str]) -> list[Path]:
    r"""Write tables as CSV that a spreadsheet shows and never runs; all of them, or none.

    Parameters
    ----------
    tables : mapping of file names to frames
        The tables.
    folder : path
        Made where it does not exist; files of these names are replaced.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OSError
        The folder cannot be written; nothing is left behind.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_tables({"a.csv": pd.DataFrame({"x": ["=1+1"]})}, folder)[0]
    ...     path.read_text("utf-8-sig")
    "x\n'=1+1\n"
    """
    return write_together(folder, {name: _sheet(table) for name, table in tables.items()})


def _written(folder: str | os.PathLike[str], files: Mapping[str, bytes]) -> list[Path]:
    """Write the files, and remove what an earlier plan left."""
    written = write_together(folder, files)
    for name in (*PLAN_FILES, PLAN_BOOK):
        if name not in files:
            Path(folder, name).unlink(missing_ok=True)
    return written


def _page(told: Summary, reasons: Sequence[list[Phrase]], provenance: Provenance) -> bytes:
    others = None
    if told.has_plan and told.standing is not None:  # what is too large to rank is so for this too
        others = others_of(told.result, told.rows, told.cols, seconds=0)
    return render_report(told, reasons, provenance, others=others).encode("utf-8")


def _tables(summary: Summary, reasons: Sequence[list[Phrase]]) -> dict[str, pd.DataFrame]:
    result = summary.result
    tables = (_pairs(summary, reasons), result.unfilled, result.unassigned)
    return dict(zip(PLAN_FILES, tables, strict=True))


def _pairs(summary: Summary, reasons: Sequence[list[Phrase]]) -> pd.DataFrame:
    problem = summary.result.problem
    tables = [table for table in (problem.candidates, problem.demands) if table is not None]
    known = [
        name
        for name in _SHORT
        if any(name in table.columns and _says(table[name]) for table in tables)
    ]
    frame = summary.result.to_frame(known)
    frame["why"] = [in_words(phrases) for phrases in reasons]
    return frame


def _says(column: pd.Series) -> bool:
    return any(map(plain_text, column.tolist()))


def _sheet(frame: pd.DataFrame) -> bytes:
    """Return a table as CSV: texts harmless, numbers as they are."""
    columns = [_column(frame.iloc[:, k]) for k in range(frame.shape[1])]
    clean = pd.concat(columns, axis=1)
    clean.columns = pd.Index([sheet_text(name) for name in frame.columns])
    return clean.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def _column(cells: pd.Series) -> pd.Series:
    if not pd.api.types.is_numeric_dtype(cells):
        return pd.Series([sheet_text(cell) for cell in cells.tolist()], dtype=object)
    known = cells.dropna()
    # A gap in a column of whole numbers has made floats of them: 2.0 was 2.
    if cells.dtype.kind == "f" and cells.name != "score" and (known == known.round()).all():
        cells = cells.astype("Int64")
    return cells.reset_index(drop=True)


def _json(summary: Summary, provenance: Provenance) -> bytes:
    """The record; its keys are always all there."""
    result = summary.result
    stages = result.stages.to_dict("records")
    limits = [
        {"constraint": limit.name, "is_floor": limit.is_floor} | line
        for limit in (limits_of(summary) if summary.has_plan else ())
        for line in limit.groups.drop(columns="constraint").to_dict("records")
    ]
    record = {
        "status": result.status.value,
        "stopped": result.stopped.value,
        "reason": result.reason,
        "objective": result.objective if summary.has_plan else None,
        "bound": result.bound,
        "gap": result.gap if summary.has_plan else None,
        "aim": result.aim,
        "stages": stages,
        "limits": limits,
        "shortfall": result.shortfall.to_dict("records"),
        "solver": result.solver,
        "proof": result.proof,
        "seconds": result.seconds,
        "rounds": result.rounds,
        "pairs_formed": result.pairs_formed,
        "seed": result.seed,
        "counts": summary.counts,
        "rules": [
            {"rule": rule.name, "pairs_barred": rule.barred, "facts_missing": rule.missing}
            for rule in summary.rules
        ],
        "options": provenance.options,
        "inputs": {
            role: {name: getattr(given, name) for name in ("name", "sha256", "rows", "columns")}
            for role, given in provenance.inputs.items()
        },
        "versions": provenance.versions,
    }
    text = json.dumps(json_ready(record), ensure_ascii=False, indent=2, allow_nan=False)
    return f"{text}\n".encode()
