"""Events in: rows of any source, checked cell by cell, each with an id of its own."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import cast

import pandas as pd

from talentmatch.centre.kinds import COLUMNS, IDS, KINDS, Event
from talentmatch.errors import Flaw, InputError
from talentmatch.tables.cells import READERS, CellError, plain, read_key, shown
from talentmatch.tables.files import read_file
from talentmatch.tables.frames import foreign_frame, records_frame

__all__ = ["TABLE", "iso_day", "read_events", "read_ids", "shown_id"]

TABLE = "events"
_CENTS = re.compile(r"\d{1,15}(?:\.\d{1,2}0*)?")
_OWN = ("seq", "recorded_at")  # columns of the history that the record writes itself


def read_events(source: object) -> list[Event]:
    """Read events, and report every cell that is wrong at once.

    Parameters
    ----------
    source : str, os.PathLike, frame, or list of mappings
        A table file, a pandas, polars or pyarrow frame, or one mapping for each event. Columns as
        in `COLUMNS`; those that no event fills may be absent. The source is not changed.

    Returns
    -------
    list of Event
        In the order of the rows. An event without an id has one derived from its content: the same
        fact always has the same. Where the enterprise can be found by the demand, it is no part of
        that content, so that leaving it out changes nothing.

    Raises
    ------
    InputError
        With every flaw: row, id, column, rule, hint.
    TypeError
        When the source is no table.

    Examples
    --------
    >>> rows = [{"kind": "received", "date": "2021-03-01", "candidate_id": "R1"}]
    >>> event = read_events(rows)[0]
    >>> event.kind, event.date, event.event_id
    ('received', '2021-03-01', '2e8904c8ea56bfe8e175')
    """
    frame = _frame(source)
    flaws = _heading_flaws([str(heading) for heading in frame.columns])
    if flaws:
        raise InputError(TABLE, flaws)
    columns = {str(name): frame[name].tolist() for name in frame.columns}
    cells: dict[str, Sequence[str | None]] = {}
    spots: list[tuple[int, str, str, str]] = []
    for name in COLUMNS:
        cells[name] = _read_column(name, columns.get(name, [None] * len(frame)), spots)
    broken = {(row, column) for row, column, *_ in spots}
    rows = zip(*(cells[name] for name in COLUMNS), strict=True)
    events = []
    for row, values in enumerate(rows):
        event = Event(*cast("tuple[str, str, str]", values))
        spots += [(row, *spot) for spot in _row_spots(event) if (row, spot[0]) not in broken]
        events.append(event if event.event_id else event._replace(event_id=_derived(event)))
    given = [value is not None for value in cells["event_id"]]
    spots += _repeated(events, given, {row for row, *_ in spots})
    if spots:
        spots.sort(key=lambda spot: spot[0])
        raise InputError(
            TABLE, [Flaw(row + 1, shown_id(events[row]), *rest) for row, *rest in spots]
        )
    return events


def iso_day(day: object, *, name: str) -> str | None:
    """Return a day as ISO text, None as None.

    Parameters
    ----------
    day : date, datetime, Timestamp, text or None
        The day.
    name : str
        What to call it in an error.

    Raises
    ------
    ValueError
        When it is no day, or a missing one (NaT, an empty text).

    Examples
    --------
    >>> iso_day("2021/3/1", name="on")
    '2021-03-01'
    """
    if day is None:
        return None
    try:
        value = READERS["date"](day)
    except CellError as error:
        raise ValueError(f"{name} is {error.rule}. Write the day as 2021-03-01") from None
    if not isinstance(value, dt.date):
        raise ValueError(f"{name} is empty. Write the day as 2021-03-01")
    return value.isoformat()


def read_ids(cells: Iterable[object], *, name: str) -> list[str]:
    """Return ids as the record writes them: text, so that 7 and "7" are one id.

    Parameters
    ----------
    cells : iterable
        The ids.
    name : str
        What to call them in an error.

    Raises
    ------
    ValueError
        One of them is missing or no id.

    Examples
    --------
    >>> read_ids([7, " R1 "], name="candidate_id")
    ['7', 'R1']
    """
    try:
        return [read_key(cell) for cell in cells]
    except CellError as error:
        raise ValueError(f"{name}: {error.rule}. {error.hint}") from None


def _frame(source: object) -> pd.DataFrame:
    if isinstance(source, pd.DataFrame):
        return source
    if isinstance(source, str | os.PathLike):
        return read_file(source)
    if isinstance(source, Sequence) and not isinstance(source, bytes | bytearray):
        return records_frame(source, TABLE)
    return foreign_frame(source, TABLE)


def _heading_flaws(headings: list[str]) -> list[Flaw]:
    flaws = []
    for name in dict.fromkeys(headings):
        if headings.count(name) > 1:
            flaws.append(Flaw(None, "", name, "the heading is there twice", "Keep one of them"))
        if name in _OWN:
            hint = "The record writes it itself; leave the column out"
            flaws.append(Flaw(None, "", name, "not a column of events", hint))
        elif name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Columns are {', '.join(COLUMNS)}"
            flaws.append(Flaw(None, "", name, "not a column of events", hint))
    return flaws


def _read_column(
    name: str, cells: list[object], spots: list[tuple[int, str, str, str]]
) -> list[str | None]:
    """Read one column; every distinct plain cell is read once."""
    reader = _CELLS[name]
    seen: dict[tuple[type, object], str | None] = {}
    values: list[str | None] = []
    for row, cell in enumerate(cells):
        if cell is None:
            values.append(None)
            continue
        key = (type(cell), cell) if isinstance(cell, str | int | dt.date) else None
        if key in seen:
            values.append(seen[key])
            continue
        try:
            value = reader(cell)
        except CellError as error:
            spots.append((row, name, error.rule, error.hint))
            value = None
        else:
            if key is not None:
                seen[key] = value
        values.append(value)
    return values


def _read_id(cell: object) -> str | None:
    cell = plain(cell)
    return None if cell is None or (isinstance(cell, str) and not cell.strip()) else read_key(cell)


def _read_day(cell: object) -> str | None:
    value = READERS["date"](cell)
    return value.isoformat() if isinstance(value, dt.date) else None


def _read_words(cell: object) -> str | None:
    return str(READERS["label"](cell)) or None


def _read_amount(cell: object) -> str | None:
    """Return RMB exactly, with two decimals."""
    cell = plain(cell)
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    hint = "Write RMB as text, a Decimal or a whole number, to the cent at most, such as 120000.50"
    if isinstance(cell, bool) or not isinstance(cell, str | int | float | Decimal):
        raise CellError(f"not an amount: {shown(cell)}", hint)
    number = Decimal(str(cell)) if isinstance(cell, float) else cell
    text = number if isinstance(number, str) else format(Decimal(number), "f")
    written = unicodedata.normalize("NFKC", text).strip()
    if not _CENTS.fullmatch(written) or not Decimal(written):
        raise CellError(f"not an amount above 0 in whole cents: {shown(cell)}", hint)
    return str(Decimal(written).quantize(Decimal("0.01")))


_CELLS: dict[str, Callable[[object], str | None]] = {
    **dict.fromkeys(("event_id", "corrects", *IDS), _read_id),
    **dict.fromkeys(("kind", "outcome", "reason", "note"), _read_words),
    "date": _read_day,
    "amount": _read_amount,
}


def _row_spots(event: Event) -> list[tuple[str, str, str]]:
    """What is missing, too much or unknown in one row."""
    kind = KINDS.get(event.kind)
    if kind is None:
        near = get_close_matches(event.kind or "", KINDS, 1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Kinds are {', '.join(KINDS)}"
        rule = f"unknown kind {event.kind!r}" if event.kind else "kind is empty"
        return [("kind", rule, hint)]
    filled = {name for name, value in zip(COLUMNS, event, strict=True) if value is not None}
    spots = [
        (name, f"{event.kind} needs {name}", "Fill it in")
        for name in ("date", *kind.needs)
        if name not in filled
    ]
    spots += [
        (name, f"{event.kind} takes no {name}", "Leave the cell empty; use note for remarks")
        for name in COLUMNS
        if name in filled - kind.columns
    ]
    if event.outcome is not None and kind.outcomes and event.outcome not in kind.outcomes:
        words = " or ".join(map(repr, kind.outcomes))
        spots.append(("outcome", f"unknown outcome {event.outcome!r}", f"Write {words}"))
    if kind.level == "hired" and filled.isdisjoint(("demand_id", "enterprise_id")):
        rule = f"{event.kind} needs enterprise_id, or a demand_id by which it is known"
        spots.append(("enterprise_id", rule, "Fill it in"))
    if event.kind == "withdrawn" and event.enterprise_id and not event.demand_id:
        rule = "withdrawn takes an enterprise_id only together with a demand_id"
        spots.append(("demand_id", rule, "Name the demand, or leave both out for all of them"))
    return spots


def _derived(event: Event) -> str:
    """An id out of what the event says (SHA-256, first 80 bits)."""
    content = list(event[1:])
    if event.demand_id is not None and event.kind in KINDS and KINDS[event.kind].fills_enterprise:
        content[COLUMNS.index("enterprise_id") - 1] = None
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _repeated(
    events: list[Event], given: list[bool], broken: set[int]
) -> list[tuple[int, str, str, str]]:
    """Rows of one batch that share an id."""
    first: dict[str, int] = {}
    spots = []
    for row, event in enumerate(events):
        earlier = first.setdefault(event.event_id, row)
        if earlier == row or (row in broken and not given[row]):
            continue
        if given[row]:
            rule = f"repeated event_id {event.event_id!r}, first in row {earlier + 1}"
            hint = "Give every event an id of its own, or leave the repeated row out"
        else:
            rule = f"{event}: the same event as in row {earlier + 1}"
            hint = "Leave it out, or tell the two apart by an event_id each"
        spots.append((row, "event_id", rule, hint))
    return spots


def shown_id(event: Event) -> str:
    """The id by which a message names an event: its own where one was given, else of whom it tells.

    Examples
    --------
    >>> shown_id(Event("a1", "received", "2021-03-01", "R1"))
    'a1'
    """
    if event.event_id not in ("", _derived(event)):
        return event.event_id
    return next((id for id in (*event[3:7], event.corrects) if id is not None), "")
