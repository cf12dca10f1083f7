"""The plan as one workbook: pairs with reasons, what is left over, and how it was made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from talentmatch.reporting.escaping import plain_text, sheet_text
from talentmatch.reporting.provenance import Provenance
from talentmatch.reporting.summary import Summary
from talentmatch.tables.workbooks import Page, write_book

__all__ = ["MADE", "plan_book"]

MADE = "how it was made"
"""Name of the last sheet."""

_SCORE, _COUNT, _MONEY = "0.0000", "#,##0", "#,##0.00"
_CUT = "… {left:,} more characters are in result.json"
_LONGEST = 4_000  # characters of an option; a sheet is read by people


def plan_book(
    summary: Summary, provenance: Provenance, tables: Mapping[str, pd.DataFrame]
) -> bytes:
    """Return the workbook of a plan.

    Parameters
    ----------
    summary : Summary
        The result in words.
    provenance : Provenance
        How it was made.
    tables : mapping of str to frame
        One sheet for each, in this order, by its file's name; their texts may be hostile.

    Returns
    -------
    bytes
        Of an .xlsx file; the same plan gives the same bytes. Headings are frozen and filtered,
        texts are stored as texts.

    Raises
    ------
    MissingExtraError
        Without openpyxl.

    Examples
    --------
    >>> import talentmatch as tm
    >>> from talentmatch.reporting.provenance import trace
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]))
    >>> book = plan_book(Summary(result), trace(result), {"pairs.csv": result.pairs})
    >>> book[:2]
    b'PK'
    """
    pages = [_page(Path(name).stem, frame) for name, frame in tables.items()]
    facts = [tuple(map(_cell, fact)) for fact in _facts(summary, provenance)]
    return write_book([*pages, Page(MADE, ("part", "what", "value"), facts)])


def _page(name: str, frame: pd.DataFrame) -> Page:
    headings = [str(sheet_text(heading)) for heading in frame.columns]
    columns = [[_cell(cell) for cell in frame.iloc[:, k].tolist()] for k in range(len(headings))]
    formats = {}
    for k, cells in enumerate(columns):
        numbers = [cell for cell in cells if isinstance(cell, int | float)]
        if headings[k] == "score":
            formats[k] = _SCORE
        elif numbers:
            whole = all(float(number).is_integer() for number in numbers)
            formats[k] = _COUNT if whole else _MONEY
    return Page(name, headings, list(zip(*columns, strict=True)), formats)


def _cell(cell: object) -> object:
    """Return a number as it is, None where there is nothing, anything else as harmless text."""
    held = sheet_text(cell)
    if isinstance(held, str):
        return held or None
    return None if pd.isna(held) else held  # type: ignore[call-overload]  # a number by now


def _facts(summary: Summary, provenance: Provenance) -> Iterator[tuple[str, str, object]]:
    """Yield what the report's head and foot say: part, what, value."""
    result = summary.result
    yield "result", "headline", summary.headline
    yield "result", "what is proved", summary.sentence
    yield "result", "status", result.status.value
    yield "result", "stopped", result.stopped.value
    yield "result", "proof", result.proof or "none"
    yield "result", "aim", result.aim
    yield "result", summary.aim, float(result.objective)
    yield "result", "ceiling", float(result.bound)
    yield "result", "left to gain", summary.gap_words
    for name, count in summary.counts.items():
        yield "counts", name, count
    for rule in summary.rules:
        barred = "not counted" if rule.barred is None else rule.barred
        yield "rules: pairs barred", rule.name, barred
    for role, record in provenance.inputs.items():
        rows = "not known" if record.rows is None else record.rows
        yield "inputs", role, record.name
        yield "inputs", f"{role}: rows", rows
        yield "inputs", f"{role}: columns", ", ".join(record.columns)
        yield "inputs", f"{role}: SHA-256", record.sha256
    for name, value in provenance.options.items():
        yield "options", name, _short(json.dumps(value, ensure_ascii=False))
    yield "solve", "solver", result.solver
    yield "solve", "seconds", round(float(result.seconds), 3)
    yield "solve", "rounds", result.rounds
    yield "solve", "seed", result.seed
    for name, number in provenance.versions.items():
        yield "versions", name, number


def _short(text: str) -> str:
    text = plain_text(text)
    if len(text) <= _LONGEST:
        return text
    return text[:_LONGEST] + _CUT.format(left=len(text) - _LONGEST)
