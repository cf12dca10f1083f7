"""Tables of terms: one row for each term of a concept, checked cell by cell."""

from __future__ import annotations

import os
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from talentmatch.errors import Flaw, InputError
from talentmatch.tables.cells import READERS, CellError, plain
from talentmatch.tables.columns import heading_key
from talentmatch.tables.decoding import broken, decoded
from talentmatch.tables.files import read_file
from talentmatch.tables.frames import foreign_frame, object_frame, records_frame
from talentmatch.taxonomies.drafts import Draft, cycle_flaws

__all__ = ["COLUMNS", "SEPARATOR", "files_of", "frame_of", "read_terms", "texts_of"]

COLUMNS = ("term", "concept", "label", "broader", "language")
SEPARATOR = re.compile(r"\s*[;|]\s*")  # between the broader concepts of one cell
_NEEDED = ("term", "concept")
_KINDS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".xlsx", ".parquet", ".jsonl", ".jsonl.gz")


def files_of(
    path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
) -> list[tuple[str, bool]]:
    """Return the files meant, each with whether it was named itself, not only its folder."""
    if not isinstance(path, str | os.PathLike):
        return [file for one in path for file in files_of(one)]
    if not os.path.isdir(path):
        return [(os.fspath(path), True)]
    inside = sorted(Path(path).iterdir())
    return [(str(file), False) for file in inside if file.name.lower().endswith(_KINDS)]


def frame_of(source: object, name: str) -> pd.DataFrame:
    """Return any table as a pandas frame, cells as they came.

    Raises
    ------
    InputError
        When a file cannot be read.
    TypeError
        When the source is no table.
    """
    if isinstance(source, pd.DataFrame):
        return source
    if isinstance(source, str | os.PathLike):
        file = os.fspath(source)
        return _tabbed(file) if file.lower().endswith(".txt") else read_file(file)
    if isinstance(source, Sequence) and not isinstance(source, bytes | bytearray):
        return records_frame(source, name)
    return foreign_frame(source, name)


def texts_of(frame: pd.DataFrame, heading: str, name: str) -> list[str]:
    """Return one column as texts without white space around them; empty where it is absent."""
    headings = list(frame.columns)
    if heading not in headings:
        return [""] * len(frame)
    texts, flaws = [], []
    for row, cell in enumerate(frame.iloc[:, headings.index(heading)].tolist(), start=1):
        try:
            texts.append(str(READERS["label"](cell)))
        except CellError as error:
            flaws.append(Flaw(row, "", heading, error.rule, error.hint))
    if flaws:
        raise InputError(name, flaws)
    return texts


def read_terms(source: object, columns: Mapping[str, str] | None = None) -> Draft:
    """Read a table of terms, and report everything that is wrong with it at once.

    Parameters
    ----------
    source, columns
        As for `Taxonomy.from_table`.

    Returns
    -------
    Draft
        Sound and without cycles.

    Raises
    ------
    InputError
        With every flaw.

    Examples
    --------
    >>> draft = read_terms([{"term": "CNC", "concept": "machining", "broader": "trade"}])
    >>> list(draft.concepts()), list(draft.links)
    (['machining', 'trade'], [('machining', 'trade')])
    """
    name = str(source) if isinstance(source, str | os.PathLike) else "taxonomy"
    frame = frame_of(source, name)
    places, flaws = _places(list(frame.columns), columns or {})
    if len(frame) == 0:
        hint = "It needs a heading and at least one row"
        flaws.append(Flaw(None, "", "", "the table is empty", hint))
    if flaws:
        raise InputError(name, flaws)
    draft = Draft()
    headings = {ours: str(frame.columns[at]) for ours, at in places.items()}
    cells = {ours: frame.iloc[:, at].tolist() for ours, at in places.items()}
    for row in range(len(frame)):
        one = {ours: column[row] for ours, column in cells.items()}
        flaws += _read_row(draft, row + 1, one, headings)
    flaws += cycle_flaws(list(draft.concepts()), draft.broader())
    if flaws:
        raise InputError(name, flaws)
    return draft


def _read_row(
    draft: Draft, row: int, cells: Mapping[str, object], headings: Mapping[str, str]
) -> Iterator[Flaw]:
    """Take a row into the draft, or yield what is wrong with it."""
    values: dict[str, str] = {}
    links: list[str] = []
    flaws = []
    for ours, cell in cells.items():
        try:
            if ours == "broader":
                links = _several(cell)
            elif ours == "concept":
                values[ours] = _concept(cell)
            else:
                values[ours] = str(READERS["label"](cell))
        except CellError as error:
            flaws.append(Flaw(row, "", headings[ours], error.rule, error.hint))
    concept = values.get("concept", "")
    if "term" in values and not values["term"] and not values.get("label"):
        hint = "Write the term, or leave the row out"
        flaws.append(Flaw(row, concept, headings["term"], "empty term", hint))
    if flaws:
        yield from flaws
        return
    draft.add(concept, values.get("label", ""), values["term"], values.get("language", "").lower())
    for above in links:
        draft.link(concept, above)


def _concept(cell: object) -> str:
    value = READERS["id"](cell)
    if not isinstance(value, str):
        raise CellError("empty concept", "Give every term the id of its concept")
    if SEPARATOR.search(value):
        hint = "These signs separate broader concepts; write the id with another one"
        raise CellError(f"an id with ; or | in it: {value!r}", hint)
    return value


def _several(cell: object) -> list[str]:
    """Return the concepts of a broader cell: a text of several, or a list."""
    cell = plain(cell)
    if isinstance(cell, list | tuple):
        return [_concept(item) for item in cell]
    value = READERS["id"](cell)
    return list(filter(None, SEPARATOR.split(value))) if isinstance(value, str) else []


def _places(
    headings: Sequence[Hashable], columns: Mapping[str, str]
) -> tuple[dict[str, int], list[Flaw]]:
    """Return where each of our columns stands, and what is wrong with the headings."""
    flaws = []
    for theirs, ours in columns.items():
        if theirs not in headings:
            rule = f"columns= names a heading that the table does not have: {theirs!r}"
            hint = f"Its headings are {', '.join(repr(str(h)) for h in headings[:8])}"
            flaws.append(Flaw(None, "", theirs, rule, hint))
        if ours not in COLUMNS:
            rule = f"columns= maps it to {ours!r}, which is not a column of a taxonomy"
            flaws.append(Flaw(None, "", theirs, rule, f"There are {', '.join(COLUMNS)}"))
    places: dict[str, int] = {}
    for at, heading in enumerate(headings):
        meant = columns.get(heading) if isinstance(heading, str) else None
        if meant is None and heading_key(heading) not in columns.values():
            meant = heading_key(heading)  # a column chosen by the caller outranks ours
        if meant not in COLUMNS:
            continue
        if meant in places:
            both = f"{str(headings[places[meant]])!r}, {str(heading)!r}"
            hint = "Leave one of them out or rename it"
            flaws.append(Flaw(None, "", str(heading), f"2 headings mean {meant}: {both}", hint))
        places.setdefault(meant, at)
    found = ", ".join(repr(str(heading)) for heading in headings[:8])
    for ours in _NEEDED:
        if ours not in places:
            elsewhere = f"its headings are {found}" if found else "it has no headings"
            hint = f"Add one, or say which it is: columns={{'your heading': {ours!r}}}"
            flaws.append(Flaw(None, "", "", f"no column {ours}; {elsewhere}", hint))
    return places, flaws


def _tabbed(name: str) -> pd.DataFrame:
    """Return a .txt table, cells separated by tabs and never quoted, as O*NET publishes them."""
    try:
        content = Path(name).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise broken(name, f"cannot be read: {reason}", "Check the path") from error
    lines = [line.split("\t") for line in decoded(content, name).splitlines() if line.strip()]
    if not lines:
        raise broken(name, "the file is empty", "It needs a heading and at least one row")
    width = len(lines[0])
    flaws = [
        Flaw(row, "", "", f"{len(cells)} cells under {width} headings", "Separate cells by one tab")
        for row, cells in enumerate(lines[1:], start=1)
        if len(cells) > width
    ]
    if flaws:
        raise InputError(name, flaws)
    padded = [cells + [""] * (width - len(cells)) for cells in lines[1:]]
    return object_frame(lines[0], list(zip(*padded, strict=True)) or [()] * width)
