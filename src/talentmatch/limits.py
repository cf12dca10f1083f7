"""Limits per row: a number, an array, a Series by id or a table's column, as whole units."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.decimals import in_units, spoken
from talentmatch.errors import InputError, ProblemError
from talentmatch.tables.cells import CellError, plain, read_key
from talentmatch.tables.cleaning import checked
from talentmatch.tables.frames import foreign_frame
from talentmatch.tables.headings import meaning_of

__all__ = ["limits_of", "table_by_id"]

_MOST = 2**31 - 1  # keeps sums of limits far inside int64
_SHOWN = 5
_READ = "talentmatch: read"  # among the attributes of a frame


def table_by_id(
    table: pd.DataFrame | None, ids: pd.Index, side: Literal["candidate", "demand"]
) -> tuple[pd.Index, pd.DataFrame | None]:
    """Bring a table into the order of the scores' ids.

    Returns
    -------
    (pandas.Index, DataFrame or None)
        The ids, which are the table's own where the scores came as a plain array of the same
        length, and a copy of the table with one row per id in that order.
    """
    if table is None:
        return ids, None
    table = _understood(table, ids, side)
    heading = f"{side}_id"
    if heading in table.columns:
        own = pd.Index(table[heading], name=heading)
    elif table.index.name == heading:
        own = table.index
    elif isinstance(ids, pd.RangeIndex) and len(table) == len(ids):
        return ids, _ours(table)
    elif not isinstance(table.index, pd.RangeIndex) and ids.isin(table.index).all():
        own = table.index.rename(heading)
    else:
        raise ProblemError(f"the table of {side}s has no column {heading!r} to join by")
    if not own.is_unique:
        twice = own[own.duplicated()].unique()[:_SHOWN].tolist()
        raise ProblemError(f"the table of {side}s repeats {heading} {twice}")
    if isinstance(ids, pd.RangeIndex) and len(own) == len(ids) and not ids.isin(own).all():
        return own, _ours(table)
    place = own.get_indexer(ids)
    if (place < 0).any():
        absent = ids[place < 0][:_SHOWN].tolist()
        raise ProblemError(f"the table of {side}s has no row for {heading} {absent}")
    return ids, _ours(table.iloc[place])


def _ours(table: pd.DataFrame) -> pd.DataFrame:
    """A copy of our own, marked: it is as its problem has it, and not to be read a second time."""
    copied = table.reset_index(drop=True)
    copied.attrs = {**table.attrs, _READ: True}
    return copied


def _understood(table: object, ids: pd.Index, side: str) -> pd.DataFrame:
    """Read a raw table the way the scorer read it, where that is where the ids come from."""
    name, heading = f"{side}s", f"{side}_id"
    if not isinstance(table, pd.DataFrame):
        try:
            table = foreign_frame(table, f"the table of {name}")
        except TypeError as error:
            raise ProblemError(str(error)) from None
    if isinstance(ids, pd.RangeIndex) or table.attrs.get(_READ):
        return table
    try:
        clean = checked(table, name)
        if ids.isin(clean[heading]).all():
            return clean
    except InputError:
        pass  # a table without texts cannot be scored, and need not be
    if table.index.name is not None and meaning_of(table.index.name, name, {}) == heading:
        table = table.reset_index()
    known = {h: meaning_of(h, name, {}) for h in table.columns if meaning_of(h, name, {})}
    if len(set(known.values())) == len(known):
        table = table.rename(columns=known)
    if heading in table.columns and not ids.isin(table[heading]).all():
        try:
            keys = [read_key(plain(cell)) for cell in table[heading]]
        except CellError:
            return table
        if ids.isin(keys).all():
            table = table.assign(**{heading: keys})
    return table


def limits_of(
    ids: pd.Index,
    table: pd.DataFrame | None,
    ceiling: tuple[str, Any],
    floor: tuple[str, Any],
    *,
    places: int = 0,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ceilings and floors of one side, >= 0; raises where a floor is higher.

    Returns
    -------
    (int64 array, int64 array)
        In units of ``10**-places``: whole numbers, or decimals of so many places.
    """
    most = _numbers(ids, table, *ceiling, default=1, places=places)
    least = _numbers(ids, table, *floor, default=0, places=places)
    wrong = np.flatnonzero(least > most)
    if len(wrong):
        scale = 10**places
        shown = "; ".join(
            f"{ids.name} {ids[k]!r}: {floor[0]} {spoken(least[k], scale)} "
            f"> {ceiling[0]} {spoken(most[k], scale)}"
            for k in wrong[:_SHOWN]
        )
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise ProblemError(f"a floor stands above its ceiling: {shown}{more}")
    return most, least


def _numbers(
    ids: pd.Index, table: pd.DataFrame | None, name: str, value: Any, *, default: int, places: int
) -> NDArray[np.int64]:
    if value is None:
        if table is None or name not in table.columns:
            usual = np.full(len(ids), default * 10**places, dtype=np.int64)
            usual.flags.writeable = False
            return usual
        value = name
    if isinstance(value, str):
        if table is None or value not in table.columns:
            raise ProblemError(f"{name}={value!r}: the table has no such column")
        raw: Any = table[value].to_numpy()
        blank = np.asarray(table[value].isna() | (table[value].astype(str).str.strip() == ""))
    elif isinstance(value, pd.Series):
        place = value.index.get_indexer(ids) if value.index.is_unique else None
        if place is None:
            raise ProblemError(f"{name}: the Series repeats ids")
        if (place < 0).any():
            absent = ids[place < 0][:_SHOWN].tolist()
            raise ProblemError(f"{name}: the Series has nothing for {ids.name} {absent}")
        raw = value.to_numpy()[place]
        blank = np.zeros(len(ids), dtype=bool)
    else:
        raw = np.asarray(value)
        raw = np.full(len(ids), raw) if raw.ndim == 0 else raw
        blank = np.zeros(len(raw), dtype=bool)
    if raw.shape != (len(ids),):
        raise ProblemError(f"{name} has the shape {raw.shape}; there are {len(ids)} {ids.name}s")
    return _whole(ids, name, raw, blank, default, places)


def _whole(
    ids: pd.Index, name: str, raw: NDArray[Any], blank: NDArray[np.bool_], default: int, places: int
) -> NDArray[np.int64]:
    """Whole numbers of units, exactly; every value that is none is named with its id."""
    real = raw.real if np.iscomplexobj(raw) else raw
    if places:
        numbers, sound = in_units(real, places)
    else:
        numbers = np.array(pd.to_numeric(pd.Series(real), errors="coerce"), dtype=np.float64)
        sound = np.isfinite(numbers) & (numbers == np.floor(numbers))
    numbers[blank] = default * 10**places
    sound |= blank
    sound &= (numbers >= 0) & (numbers <= _MOST * 10**places)
    strange = (bool, np.bool_, complex, np.complexfloating)
    sound &= np.array([not isinstance(v, strange) for v in raw], dtype=bool)
    wrong = np.flatnonzero(~sound)
    if len(wrong):
        said = raw.tolist()
        shown = "; ".join(f"{ids.name} {ids[k]!r}: {said[k]!r}" for k in wrong[:_SHOWN])
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        kind = f"number of at most {places} decimal places" if places else "whole number"
        raise ProblemError(f"{name} must be a {kind} from 0 to {_MOST}: {shown}{more}")
    out: NDArray[np.int64] = numbers.astype(np.int64)
    out.flags.writeable = False
    return out
