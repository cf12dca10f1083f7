"""Rows that say the same thing twice: one person under two ids, one demand recorded twice."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.centre.likeness import likeness_of
from talentmatch.errors import ProblemError
from talentmatch.reading import read_table
from talentmatch.scores import Scores
from talentmatch.tables.columns import KEYS

__all__ = ["find_duplicates", "left_out"]

Ints = NDArray[np.intp]

IDENTIFYING = {"candidates": ("name", "email", "phone"), "demands": ()}
COLUMNS = ["first_id", "second_id", "why", "agree", "similarity"]
_PLACES = 6  # of a similarity: the same on every machine, whatever the order of rows


def find_duplicates(
    table: Any,
    *,
    of: Literal["candidates", "demands"] = "candidates",
    by: Sequence[str] | None = None,
    near: float = 0.8,
    same: float = 0.6,
) -> pd.DataFrame:
    """Find rows of one table that are the same person, or the same demand, under two ids.

    A text here is a row's title, text and skills. Texts are compared by the cosine of their
    TF-IDF rows of words and pairs of words (of Chinese characters and pairs of them), counts
    damped by the logarithm: typing errors and a changed heading cost little, and what many rows
    share counts little. Every pair of rows is compared, in blocks.

    A pair is listed when

    - two of the columns `by` agree (``"same person"``), whatever the texts say: one of them may
      be in English and one in Chinese; or
    - one of them agrees and the texts are alike to at least `same` (``"same person"``); or
    - the texts are alike to at least `near` (``"near-equal texts"``).

    Two people of one name with different texts are two people.

    Parameters
    ----------
    table : frame, path or records
        Candidates or demands, as `read_candidates` and `read_demands` take.
    of : {"candidates", "demands"}
        Which of them.
    by : sequence of str, optional
        Columns that tell who somebody is; those of name, email and phone that the candidates have
        by default, none for demands. Cells are compared without case, blanks and punctuation, the
        words of a name in any order; an empty cell agrees with nothing.
    near, same : float
        The two levels above, from 0 (exclusive) to 1.

    Returns
    -------
    pandas.DataFrame
        first_id, second_id (the smaller id first), why, agree (the columns that agree, with
        ``"; "`` between), similarity (0 to 1); most alike first. Of a set of rows in which two
        columns agree, each is listed with the next by id only.

    Raises
    ------
    InputError
        The table has flaws.
    ProblemError
        A column of `by` is missing, or a level is out of range.

    Examples
    --------
    >>> people = [
    ...     {"id": "R1", "name": "Ana Gil", "text": "Submarine cable joints and their testing"},
    ...     {"id": "R2", "name": "GIL, Ana", "text": "Submarine cables: design of joints"},
    ...     {"id": "R3", "name": "Li Bo", "text": "Submarine cable joints and their testing."}]
    >>> find_duplicates(people)[["first_id", "second_id", "why"]].values.tolist()
    [['R1', 'R3', 'near-equal texts']]
    """
    if of not in IDENTIFYING:
        raise ProblemError(f"of must be 'candidates' or 'demands', not {of!r}")
    for name, level in (("near", near), ("same", same)):
        if not 0 < level <= 1:
            raise ProblemError(f"{name} must be above 0 and at most 1, not {level!r}")
    rows = read_table(table, of).sort_values(KEYS[of], ignore_index=True)
    columns = _identifying(rows, of, by)
    keys = np.array([_keys(rows[name]) for name in columns], dtype=np.intp)
    keys = keys.reshape(len(columns), len(rows)).T
    found = _compared(rows, keys, near, same)
    return _frame(rows[KEYS[of]], found, keys, columns, near)


def left_out(people: pd.DataFrame, twice: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Choose one of each set of duplicates, the one that says most.

    Everyone left out is paired with the one kept for them, not only with others left out.

    Parameters
    ----------
    people : DataFrame
        As `read_candidates` returns.
    twice : DataFrame
        first_id, second_id, and where there are agree and similarity.

    Returns
    -------
    dict
        Of everyone left out: who is kept, and why they are one.

    Raises
    ------
    ProblemError
        A pair names somebody who is not there.

    Examples
    --------
    >>> people = pd.DataFrame({"candidate_id": ["R1", "R2"], "text": ["CNC", "CNC, welding"]})
    >>> left_out(people, pd.DataFrame({"first_id": ["R1"], "second_id": ["R2"]}))
    {'R1': ('R2', 'as given')}
    """
    said = [
        sum(len(str(row.get(name, ""))) for name in ("text", "skills"))
        for row in people.to_dict("records")
    ]
    ids = people["candidate_id"].tolist()
    first_to_keep = sorted(range(len(ids)), key=lambda k: (-said[k], ids[k]))
    rank = {ids[k]: place for place, k in enumerate(first_to_keep)}
    links: dict[str, list[tuple[int, str, str]]] = {}
    for pair in twice.to_dict("records"):
        one, other = pair["first_id"], pair["second_id"]
        unknown = [key for key in (one, other) if key not in rank]
        if unknown:
            raise ProblemError(f"duplicates names candidates who are not there: {unknown}")
        why = _why(pair)
        links.setdefault(one, []).append((rank[other], other, why))
        links.setdefault(other, []).append((rank[one], one, why))
    dropped: dict[str, tuple[str, str]] = {}
    for k in first_to_keep:
        kept = [link for link in links.get(ids[k], []) if link[0] < rank[ids[k]]]
        kept = [link for link in kept if link[1] not in dropped]
        if kept:
            dropped[ids[k]] = min(kept)[1:]
    return dropped


def _why(pair: dict[Any, Any]) -> str:
    """What is said of a pair of duplicates; a list made by hand may say nothing."""
    agree, alike = pair.get("agree"), pair.get("similarity")
    parts = [f"the same {agree.replace('; ', ' and ')}"] if isinstance(agree, str) and agree else []
    if isinstance(alike, float) and not np.isnan(alike):
        parts.append(f"texts alike to {alike:.2f}")
    return ", ".join(parts) or "as given"


def _identifying(rows: pd.DataFrame, of: str, by: Sequence[str] | None) -> list[str]:
    if isinstance(by, str):
        raise ProblemError(f"by must be a list of columns, as [{by!r}]")
    if by is None:
        return [name for name in IDENTIFYING[of] if name in rows.columns]
    missing = [name for name in by if name not in rows.columns]
    if missing:
        there = ", ".join(map(str, rows.columns))
        raise ProblemError(f"the {of} have no column {missing}; there are: {there}")
    return list(dict.fromkeys(by))


def _keys(cells: pd.Series) -> Ints:
    """Numbers that are equal where cells say the same; -1 where a cell is empty."""
    folded = [_folded(cell) for cell in cells]
    codes, _ = pd.factorize(np.array([text or None for text in folded], dtype=object))
    return np.asarray(codes, dtype=np.intp)


def _folded(cell: object) -> str:
    """A cell without case, blanks and punctuation; the words of a name in one order."""
    if cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer():  # a telephone number beside empty cells
        cell = int(cell)
    text = unicodedata.normalize("NFKC", str(cell)).casefold()
    words = "".join(letter if letter.isalnum() else " " for letter in text).split()
    is_name = "@" not in text and not any(letter.isdigit() for letter in text)
    return "".join(sorted(words) if is_name else words)


def _compared(
    rows: pd.DataFrame, keys: NDArray[Any], near: float, same: float
) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """All pairs to list, first before second, with their similarity."""
    features = likeness_of(rows)
    firsts, seconds = [], []
    for first, block in Scores.from_factors(features, features).blocks():
        at, col = np.nonzero(np.round(block, _PLACES) >= min(near, same))
        row = first[at]
        wanted = col > row
        row, col, at = row[wanted], col[wanted], at[wanted]
        alike = np.round(block[at, col], _PLACES)
        agree = ((keys[row] == keys[col]) & (keys[row] >= 0)).any(axis=1)
        wanted = (alike >= near) | (agree & (alike >= same))
        firsts.append(row[wanted])
        seconds.append(col[wanted])
    twice = np.array(sorted(_agreeing_twice(keys)), dtype=np.intp).reshape(-1, 2)
    pairs = np.column_stack([np.concatenate(firsts), np.concatenate(seconds)])
    first, second = np.unique(np.vstack([pairs, twice]), axis=0).T
    alike = np.asarray(features[first].multiply(features[second]).sum(axis=1)).ravel()
    return first, second, np.minimum(np.round(alike, _PLACES), 1.0)


def _agreeing_twice(keys: NDArray[Any]) -> set[tuple[int, int]]:
    """Pairs of rows that follow each other among those in which two columns agree."""
    found: set[tuple[int, int]] = set()
    for one, other in combinations(range(keys.shape[1]), 2):
        groups: dict[tuple[int, int], list[int]] = {}
        for row in np.flatnonzero((keys[:, one] >= 0) & (keys[:, other] >= 0)).tolist():
            groups.setdefault((int(keys[row, one]), int(keys[row, other])), []).append(row)
        found |= {pair for rows in groups.values() for pair in pairwise(rows)}
    return found


def _frame(
    ids: pd.Series,
    found: tuple[Ints, Ints, NDArray[np.float64]],
    keys: NDArray[Any],
    columns: list[str],
    near: float,
) -> pd.DataFrame:
    first, second, alike = found
    agree = (keys[first] == keys[second]) & (keys[first] >= 0)
    said = ["; ".join(np.array(columns, dtype=object)[row]) for row in agree]
    frame = pd.DataFrame(
        {
            "first_id": ids.to_numpy()[first],
            "second_id": ids.to_numpy()[second],
            "why": np.where(agree.any(axis=1), "same person", "near-equal texts"),
            "agree": np.array(said, dtype=object),
            "similarity": alike,
        },
        columns=COLUMNS,
    )
    order = ["similarity", "first_id", "second_id"]
    return frame.sort_values(order, ascending=[False, True, True], ignore_index=True)
