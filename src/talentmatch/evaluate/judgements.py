"""Graded judgements of pairs: from a table by id to positions in the scores, checked."""

from __future__ import annotations

import os
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.errors import Flaw, InputError
from talentmatch.scores import Scores
from talentmatch.tables.cells import READERS, CellError, plain, read_key
from talentmatch.tables.columns import heading_key
from talentmatch.tables.files import read_file
from talentmatch.tables.frames import foreign_frame, records_frame

__all__ = ["Judged", "read_judgements"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_MEANINGS = {
    "candidateid": "candidate_id",
    "demandid": "demand_id",
    "grade": "grade",
    "relevance": "grade",
}
_ALIKE = 0.82  # grades and relevant look like ours, trade does not
_TABLE = "judgements"


@dataclass(frozen=True, eq=False)
class Judged:
    """Judged pairs by position, each once, in the order of rows and then columns.

    Parameters
    ----------
    rows, cols : int arrays (pairs,)
        Positions of the candidates and of the demands.
    grades : float array (pairs,)
        Finite, 0 or more; above 0 is relevant.
    """

    rows: Ints
    cols: Ints
    grades: Floats


def read_judgements(source: object, scores: Scores) -> Judged:
    """Read a table of judgements, and report everything that is wrong with it at once.

    Parameters
    ----------
    source : frame, path or list of mappings
        candidate_id, demand_id, and grade or relevance, 1 where there is no such column. Ids are
        looked up as they are, then as text. The source is not changed.
    scores : Scores
        Whose ids the judgements name.

    Returns
    -------
    Judged
        The pairs; what is said twice alike counts once.

    Raises
    ------
    InputError
        With every flaw: a column or an id is missing, an id is unknown, a grade is no number of 0
        or more, or one pair has two grades.
    TypeError
        When the source is no table.

    Examples
    --------
    >>> import talentmatch as tm
    >>> scores = tm.Scores.from_factors([[1.0], [2.0]], [[1.0]], ["007", "8"], ["X1"])
    >>> rows = [{"candidate_id": 8, "demand_id": "X1", "relevance": "2"}]
    >>> judged = read_judgements(rows, scores)
    >>> judged.rows.tolist(), judged.cols.tolist(), judged.grades.tolist()
    ([1], [0], [2.0])
    """
    frame = _frame(source)
    at = _columns(frame)
    spots: list[tuple[int, str, str, str]] = []
    sides = []
    for ids in (scores.candidate_ids, scores.demand_ids):
        name = str(ids.name)
        sides.append(_places(frame.iloc[:, at[name]], ids))
        hint = f"The scores have ids such as {ids[:3].tolist()}"
        lost = np.flatnonzero(sides[-1] < 0).tolist()
        spots += [(row, name, f"no such {name} in the scores", hint) for row in lost]
    grades = np.ones(len(frame))
    if "grade" in at:
        grades, broken = _grades(frame.iloc[:, at["grade"]])
        hint = "Write a number of 0 or more, or leave the row out"
        spots += [(row, "grade", rule, hint) for row, rule in broken.items()]
    sound = np.ones(len(frame), dtype=bool)
    sound[[row for row, *_ in spots]] = False
    kept = np.flatnonzero(sound)
    keys = (sides[0] * scores.shape[1] + sides[1])[kept]
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    first = kept[first]
    earlier = first[which]
    for k in np.flatnonzero(grades[kept] != grades[earlier]).tolist():
        row, other = int(kept[k]), int(earlier[k])
        rule = f"grade {grades[row]:g}, but row {other + 1} gives this pair {grades[other]:g}"
        spots.append((row, "grade", rule, "Leave one of the two rows out"))
    if spots:
        raise InputError(_TABLE, _flaws(frame, at, spots))
    return Judged(sides[0][first], sides[1][first], grades[first])


def _frame(source: object) -> pd.DataFrame:
    if isinstance(source, pd.DataFrame):
        return source
    if isinstance(source, str | os.PathLike):
        return read_file(source)
    if isinstance(source, Sequence):
        return records_frame(source, _TABLE)
    return foreign_frame(source, _TABLE)


def _columns(frame: pd.DataFrame) -> dict[str, int]:
    """Where our columns stand, by name; raises where that is not clear."""
    headings = list(map(str, frame.columns))
    at: dict[str, int] = {}
    flaws = []
    for position, heading in enumerate(headings):
        name = _MEANINGS.get(heading_key(heading))
        if name in at:
            rule = f"2 headings mean {name}: {headings[at[name]]!r}, {heading!r}"
            flaws.append(Flaw(None, "", heading, rule, "Leave one of them out or rename it"))
        elif name is not None:
            at[name] = position
    for name in ("candidate_id", "demand_id"):
        if name not in at:
            rule = f"no column {name}; the headings are {', '.join(map(repr, headings)) or 'none'}"
            flaws.append(Flaw(None, "", "", rule, "Add one"))
    if "grade" not in at:
        # A slip of the pen would turn every grade, zeros too, into 1.
        for heading in headings:
            if get_close_matches(heading_key(heading), ("grade", "relevance"), 1, _ALIKE):
                rule = "unknown heading that looks like 'grade'"
                flaws.append(Flaw(None, "", heading, rule, "Call it grade, or leave it out"))
    if not len(frame):
        flaws.append(Flaw(None, "", "", "the table is empty", "It needs at least one row"))
    if flaws:
        raise InputError(_TABLE, flaws)
    return at


def _places(cells: pd.Series, ids: pd.Index) -> Ints:
    """Position of each cell among the ids: as it is, else as text; -1 where there is none."""
    if cells.dtype == object:
        cells = cells.map(lambda cell: cell if isinstance(cell, Hashable) else repr(cell))
    codes, seen = pd.factorize(cells)
    place = ids.get_indexer(pd.Index(seen))
    lost = np.flatnonzero(place < 0)
    if len(lost):
        texts = ids.map(_text)
        if texts.is_unique:
            place[lost] = texts.get_indexer(pd.Index(seen)[lost].map(_text))
    found: Ints = np.append(place, -1)[codes]  # the code of a missing cell is -1
    return found


def _text(id: object) -> str:
    try:
        return read_key(plain(id))
    except CellError:
        return repr(id)


def _grades(cells: pd.Series) -> tuple[Floats, dict[int, str]]:
    """Grades as numbers, and by row what is wrong with those that are none."""
    broken: dict[int, str] = {}
    if pd.api.types.is_any_real_numeric_dtype(cells) or pd.api.types.is_bool_dtype(cells):
        grades = cells.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        numbers: list[object] = []
        for row, cell in enumerate(map(plain, cells)):
            try:
                numbers.append(cell if isinstance(cell, bool) else READERS["number"](cell))
            except CellError as error:
                numbers.append(np.nan)
                broken[row] = error.rule
        grades = pd.Series(numbers, dtype="float64").to_numpy()
    for row in np.flatnonzero(~(np.isfinite(grades) & (grades >= 0))).tolist():
        value = grades[row]
        rule = "negative" if value < 0 else "not finite"
        broken.setdefault(row, "missing grade" if np.isnan(value) else f"{rule}: {value:g}")
    return grades, broken


def _flaws(
    frame: pd.DataFrame, at: dict[str, int], spots: Sequence[tuple[int, str, str, str]]
) -> list[Flaw]:
    """The flaws of rows in the order of the rows, each with the ids of its pair."""
    flaws = []
    for row, name, rule, hint in sorted(spots, key=lambda spot: spot[0]):
        pair = (plain(frame.iat[row, at[key]]) for key in ("candidate_id", "demand_id"))
        id = " / ".join("" if cell is None else str(cell) for cell in pair)
        flaws.append(Flaw(row + 1, id, str(frame.columns[at[name]]), rule, hint))
    return flaws
