"""Which heading of a caller's table means which column of ours."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from talentmatch.errors import Flaw
from talentmatch.tables.columns import columns_of, heading_key, meanings
from talentmatch.tables.salaries import split_period

__all__ = ["Layout", "lay_out", "meaning_of"]

_NOTE = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]\s*[:：*＊]*\s*$")
_ALIKE = 0.85  # headcont and headcount are .94 alike, min_score and min_degree .74


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the known columns stand in a table.

    Parameters
    ----------
    known : dict of str to int
        Position of each known column that the table has, in the order of the vocabulary.
    unknown : tuple of int
        Positions of all other columns.
    kept : tuple of str
        Headings that the caller mapped to themselves, to be left alone.
    flaws : tuple of Flaw
        What is wrong with the headings.
    periods : dict of str to str
        What the caller said a salary column is paid for, as in ``"salary_max/month"``.
    """

    known: dict[str, int]
    unknown: tuple[int, ...]
    kept: tuple[str, ...]
    flaws: tuple[Flaw, ...]
    periods: dict[str, str] = field(default_factory=dict)


def meaning_of(heading: Hashable, table: str, columns: Mapping[str, str]) -> str | None:
    """Return our column that a heading means, None where it means none."""
    ours = columns.get(heading) if isinstance(heading, str) else None
    if ours is not None:
        return ours if ours in columns_of(table) else None
    return meanings(table).get(heading_key(heading))


def lay_out(
    headings: Sequence[Hashable],
    table: str,
    columns: Mapping[str, str] | None = None,
    kept: Iterable[str] = (),
) -> Layout:
    """Find the known columns among the headings of a table.

    Parameters
    ----------
    headings : sequence of hashable
        The caller's headings, in their order.
    table : {"candidates", "demands"}
        Which table it is.
    columns : mapping of str to str, optional
        The caller's heading -> ours. A heading mapped to itself is left alone. A salary column may
        say its period: ``"salary_max/month"``.
    kept : iterable of str, optional
        Headings that an earlier call left alone.

    Returns
    -------
    Layout
        Positions by known column, and every flaw of the headings.

    Examples
    --------
    >>> lay_out(["编号", "notes", "简历"], "candidates").known
    {'candidate_id': 0, 'text': 2}
    """
    columns, periods = _without_periods(columns or {}, table)
    names = columns_of(table)
    flaws = _mapping_flaws(headings, table, columns)
    itself = (h for h, ours in columns.items() if h == ours and h not in names)
    kept = tuple(dict.fromkeys((*kept, *itself)))
    found: dict[str, list[int]] = {}
    unknown = []
    chosen = {ours for heading, ours in columns.items() if heading in headings}
    for position, heading in enumerate(headings):
        ours = meaning_of(heading, table, columns)
        own_name = ours is not None and heading_key(heading) == heading_key(ours)
        if heading not in columns and (heading in kept or (ours in chosen and not own_name)):
            ours = None  # an explicit choice of another column outranks an alias
        if ours is None:
            unknown.append(position)
        else:
            found.setdefault(ours, []).append(position)
    for ours, position in _noted(headings, table, unknown, kept, found).items():
        found[ours] = [position]
        unknown.remove(position)
    flaws += [_clash(headings, ours, places) for ours, places in found.items() if len(places) > 1]
    flaws += _unknown_flaws([headings[p] for p in unknown], table, kept, found)
    known = {name: found[name][0] for name in names if name in found}
    return Layout(known, tuple(unknown), kept, tuple(flaws), periods)


def _without_periods(
    columns: Mapping[str, str], table: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the caller's mapping without the periods of salaries, and these by column."""
    plain, periods = {}, {}
    for heading, ours in columns.items():
        name, period = split_period(str(ours))
        if period and name in columns_of(table):
            ours, periods[name] = name, period
        plain[heading] = ours
    return plain, periods


def _noted(
    headings: Sequence[Hashable],
    table: str,
    unknown: Sequence[int],
    kept: Sequence[str],
    found: Mapping[str, object],
) -> dict[str, int]:
    """Return the columns that a heading means but for a note in brackets: 人数（必填）."""
    noted: dict[str, list[int]] = {}
    for position in unknown:
        heading = str(headings[position])
        ours = meanings(table).get(heading_key(_NOTE.sub("", heading)))
        if ours is not None and ours not in found and heading not in kept:
            noted.setdefault(ours, []).append(position)
    return {ours: places[0] for ours, places in noted.items() if len(places) == 1}


def _mapping_flaws(
    headings: Sequence[Hashable], table: str, columns: Mapping[str, str]
) -> list[Flaw]:
    """Return what is wrong with the caller's own mapping."""
    flaws = []
    texts = list(map(str, headings))
    for heading, ours in columns.items():
        if heading not in headings:
            near = get_close_matches(str(heading), texts, n=3, cutoff=0.6) or texts[:8]
            rule = f"columns= names a heading that the table does not have: {heading!r}"
            hint = f"Its headings are {', '.join(map(repr, near))}"
            flaws.append(Flaw(None, "", str(heading), rule, hint))
        if ours not in columns_of(table) and ours != heading:
            guess = _guess(ours, table) or meanings(table).get(heading_key(ours))
            hint = f"Did you mean {guess!r}? " if guess else ""
            hint += f"talentmatch.vocabulary({table!r}) lists the columns there are"
            rule = f"columns= maps it to {ours!r}, which is not a column of {table}"
            flaws.append(Flaw(None, "", str(heading), rule, hint))
    return flaws


def _clash(headings: Sequence[Hashable], ours: str, places: Sequence[int]) -> Flaw:
    """Return the flaw of several headings that mean one column."""
    first, second = (str(headings[p]) for p in places[:2])
    both = ", ".join(repr(str(headings[p])) for p in places)
    hint = "Leave one of them out or rename it"
    if first != second and heading_key(second) != heading_key(ours):
        hint = f"Say which with columns={{{first!r}: {ours!r}}}; the other is then left alone"
    elif first != second and heading_key(first) != heading_key(ours):
        hint = f"Say which with columns={{{second!r}: {ours!r}}}; the other is then left alone"
    return Flaw(None, "", second, f"{len(places)} headings mean {ours}: {both}", hint)


def _unknown_flaws(
    unknown: Sequence[Hashable], table: str, kept: Sequence[str], found: Iterable[str]
) -> list[Flaw]:
    """Return repeated unknown headings, and those that look like a known column not found."""
    flaws = []
    seen = set()
    for heading in unknown:
        if heading in seen:
            rule = f"2 columns have the heading {str(heading)!r}"
            flaws.append(Flaw(None, "", str(heading), rule, "Leave one of them out or rename it"))
        seen.add(heading)
        guess = None if heading in kept else _guess(heading, table)
        if guess is not None and guess not in found:
            rule = f"unknown heading that looks like {guess!r}"
            hint = (
                f"Did you mean {guess}? Rename it or pass columns={{{str(heading)!r}: {guess!r}}}; "
                f"to keep it as it is pass columns={{{str(heading)!r}: {str(heading)!r}}}"
            )
            flaws.append(Flaw(None, "", str(heading), rule, hint))
    return flaws


def _guess(heading: Hashable, table: str) -> str | None:
    """Return the known column that a heading is a misspelling of, if any."""
    key = heading_key(heading)
    known = meanings(table)
    if len(key) < 3 or key[-1].isdigit() or key in known:
        return None  # location_2 is no slip of the pen
    swapped = [k for k in known if len(k) > 3 and k[0] == key[0] and sorted(k) == sorted(key)]
    near = swapped or get_close_matches(key, known, n=1, cutoff=_ALIKE)
    return known[near[0]] if near else None
