"""Guess what the headings of somebody else's table mean, and show it before it is used."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from talentmatch.displaying import Shown, clipped
from talentmatch.errors import InputError
from talentmatch.reading import raw_table
from talentmatch.tables.columns import KEYS, MATCHED, NAMES, columns_of
from talentmatch.tables.examining import READ
from talentmatch.tables.headings import lay_out
from talentmatch.tables.likeness import LIKELY, UNSURE, Idea, by_cells, by_heading
from talentmatch.tables.mapping import save_mapping
from talentmatch.tables.salaries import split_period
from talentmatch.tables.sheets import Wanted

__all__ = ["ColumnGuess", "guess_columns"]

KNOWN, SAID = "known", "said"
_EXAMPLES, _WIDE, _SEEN = 3, 40, 500


@dataclass(frozen=True, eq=False, repr=False)
class ColumnGuess(Shown, Mapping[str, str]):
    """What the headings of a table probably mean; a mapping for ``columns=``.

    As a mapping it holds what is likely and what was said; what is unsure is shown and not used.

    Parameters
    ----------
    table : str
        Which table it is.
    sheet : str or None
        The sheet of a workbook that was looked at.
    frame : pandas.DataFrame
        One row for each heading: heading, column (ours, empty where it means none), confidence
        (``"known"`` to the vocabulary, ``"likely"``, ``"unsure"``, ``"said"``, or empty), why, and
        examples of its cells.
    """

    table: str
    sheet: str | None
    frame: pd.DataFrame

    _shown = ("frame",)

    def __getitem__(self, heading: str) -> str:
        return self._chosen(LIKELY, SAID)[heading]

    def __iter__(self) -> Iterator[str]:
        return iter(self._chosen(LIKELY, SAID))

    def __len__(self) -> int:
        return len(self._chosen(LIKELY, SAID))

    @property
    def unsure(self) -> dict[str, str]:
        """What is suggested but not used: their heading -> ours."""
        return self._chosen(UNSURE)

    def _chosen(self, *kinds: str) -> dict[str, str]:
        rows = self.frame[self.frame["confidence"].isin(kinds)]
        return dict(zip(rows["heading"], rows["column"], strict=True))

    def with_columns(self, columns: Mapping[str, str]) -> ColumnGuess:
        """Return the guess with what you say in place of what was guessed.

        Parameters
        ----------
        columns : mapping of str to str
            Their heading -> ours; ``{heading: heading}`` leaves a heading alone.

        Raises
        ------
        InputError
            There is no such heading, or no such column of ours.

        Examples
        --------
        >>> import talentmatch as tm
        >>> posts = [{"编号": "X1", "内容": "CNC", "薪资": "1-1.5万"}]
        >>> guess = tm.guess_columns(posts, "demands").with_columns({"薪资": "salary_max/month"})
        >>> tm.read_demands(posts, columns=guess)[["salary_min", "salary_max"]].values.tolist()
        [[120000.0, 180000.0]]
        """
        layout = lay_out(list(self.frame["heading"]), self.table, columns)
        bad = [flaw for flaw in layout.flaws if "columns=" in flaw.rule]
        if bad:
            raise InputError(self.table, bad)
        frame = self.frame.copy()
        for heading, ours in columns.items():
            told = frame["heading"] == heading
            frame.loc[told, ["column", "confidence", "why"]] = [ours, SAID, "you said so"]
            double = ~told & frame["confidence"].isin([LIKELY]) & (frame["column"] == ours)
            frame.loc[double, "confidence"] = UNSURE
        return ColumnGuess(self.table, self.sheet, frame)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the mapping as a JSON file that ``columns=path`` reads next time.

        What is unsure stands in it aside, unused: move it to ``"columns"`` where it is right.

        Raises
        ------
        OSError
            The file cannot be written.

        Examples
        --------
        >>> import tempfile, pathlib, talentmatch as tm
        >>> posts = [{"编号": "X1", "岗位职责及要求": "CNC"}]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = tm.guess_columns(posts, "demands").save(pathlib.Path(folder, "columns.json"))
        ...     tm.read_demands(posts, columns=path)["text"].tolist()
        ['CNC']
        """
        return save_mapping(path, self.table, sheet=self.sheet, columns=self, unsure=self.unsure)

    def _line(self) -> str:
        counts = self.frame["confidence"].value_counts()
        told = [
            f"{counts[kind]} {kind}" for kind in (KNOWN, SAID, LIKELY, UNSURE) if kind in counts
        ]
        left = f"{counts['']} left alone" if "" in counts else ""
        where = f", sheet {self.sheet!r}" if self.sheet else ""
        parts = ", ".join(filter(None, [*told, left])) or "no headings"
        return f"<ColumnGuess for {self.table}{where}: {parts}>"


def guess_columns(source: object, table: str, *, sheet: str | None = None) -> ColumnGuess:
    """Guess what the headings of a table mean, by their words, spelling and cells.

    Nothing is read or changed by it: look at the guess, correct it with ``with_columns``, give it
    as ``columns=``, and save it for the next table of this kind.

    Parameters
    ----------
    source : str, os.PathLike, frame, or list of mappings
        As for `read_candidates`.
    table : {"candidates", "demands", "enterprises", "visits", "layout", "contracts"}
        Which table it is.
    sheet : str, optional
        The workbook's sheet; by default the one whose headings fit best.

    Returns
    -------
    ColumnGuess
        A mapping of their headings to ours, with a frame that shows why.

    Raises
    ------
    InputError
        The file cannot be read.
    MissingExtraError
        When an optional package is needed to read the file.
    TypeError
        When the source is no table.
    ValueError
        When there is no such table.

    Examples
    --------
    >>> import talentmatch as tm
    >>> posts = [{"编号": "X1", "岗位职责及要求": "CNC", "拟招人数": 2, "公司规模": "50-150人"}]
    >>> guess = tm.guess_columns(posts, "demands")
    >>> guess
    <ColumnGuess for demands: 1 known, 2 likely, 1 left alone>
    >>> dict(guess)
    {'岗位职责及要求': 'text', '拟招人数': 'headcount'}
    """
    columns_of(table)
    raw = raw_table(source, Wanted(table, {}, sheet))
    headings = [str(heading) for heading in raw.columns]
    cells = {h: raw.iloc[:, k].tolist() for k, h in enumerate(headings)}
    layout = lay_out(headings, table)
    ideas: dict[str, Idea | None] = {}
    for position in layout.unknown:
        heading = headings[position]
        idea = by_heading(heading, cells[heading], table)
        taken = idea is not None and split_period(idea.column)[0] in layout.known
        ideas[heading] = None if taken else idea
    ideas = _needed(_settled(ideas), cells, table, set(layout.known))
    known = {headings[at]: ours for ours, at in layout.known.items()}
    rows = [_row(h, known.get(h), ideas.get(h), cells[h]) for h in dict.fromkeys(headings)]
    fields = ["heading", "column", "confidence", "why", "examples"]
    read: Any = raw.attrs.get(READ, {}) if raw is not source else {}
    return ColumnGuess(table, read.get("sheet"), pd.DataFrame(rows, columns=fields))


def _settled(ideas: Mapping[str, Idea | None]) -> dict[str, Idea | None]:
    """Let no column be taken twice: rivals are all unsure, unless one alone is likely."""
    rivals: dict[str, list[str]] = {}
    for heading, idea in ideas.items():
        if idea is not None:
            rivals.setdefault(split_period(idea.column)[0], []).append(heading)
    settled = dict(ideas)
    for headings in rivals.values():
        likely = [h for h in headings if _likely(ideas[h])]
        for heading in headings if len(likely) > 1 else ():
            idea, others = ideas[heading], [h for h in headings if h != heading]
            if idea is not None:
                also = f"{idea.why}; so may be {', '.join(map(repr, others))}"
                settled[heading] = Idea(idea.column, UNSURE, also)
    return settled


def _likely(idea: Idea | None) -> bool:
    return idea is not None and idea.confidence == LIKELY


def _needed(
    ideas: Mapping[str, Idea | None],
    cells: Mapping[str, list[object]],
    table: str,
    known: set[str],
) -> dict[str, Idea | None]:
    """Look among the cells for an id and a text where no heading tells them."""
    found = dict(ideas)
    there = known | {split_period(idea.column)[0] for idea in ideas.values() if idea is not None}
    free = {h: cells[h] for h, idea in ideas.items() if idea is None}
    key = KEYS[table]
    if not there & {key, NAMES.get(table, key)}:
        heading = by_cells(free, table, "id")
        if heading is not None:
            why = "there is no id, and its cells are short, hold digits and never repeat"
            found[heading] = Idea(key, UNSURE, why)
            free.pop(heading)
    if table in MATCHED and not there & {"text", "skills"}:
        heading = by_cells(free, table, "text")
        if heading is not None:
            found[heading] = Idea("text", UNSURE, "there is no text, and its cells are the longest")
    return found


def _row(heading: str, ours: str | None, idea: Idea | None, cells: list[object]) -> list[object]:
    filled = dict.fromkeys(
        str(c) for c in cells[:500] if c is not None and c == c and str(c).strip()
    )
    examples = [clipped(text, _WIDE) for text in list(filled)[:_EXAMPLES]]
    if ours is not None:
        return [heading, ours, KNOWN, "the vocabulary lists it", examples]
    if idea is None:
        return [heading, "", "", "it is like no column of ours", examples]
    return [heading, idea.column, idea.confidence, idea.why, examples]
