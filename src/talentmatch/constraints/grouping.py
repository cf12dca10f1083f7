"""Groups of pairs and their limits: from column names, arrays and dicts to positions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.constraints.bound import Crossing, Everything, OfSide
from talentmatch.decimals import spoken
from talentmatch.errors import ProblemError
from talentmatch.sides import SideName, Sides, few
from talentmatch.tables.cells import plain

__all__ = ["Crossed", "Grouping", "OneSide", "Whole", "coded", "grouping", "ordered", "spread"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
_MOST = 2**27  # groups; their labels and limits alone would fill the memory


class Grouping:
    """Groups of pairs: how many, what they are called, and which of them a dict's key means."""

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def labels(self) -> pd.Index:
        """One label per group."""
        raise NotImplementedError

    @property
    def group(self) -> Callable[[Ints, Ints], Ints]:
        """What tells the group of a pair."""
        raise NotImplementedError

    @property
    def known(self) -> str:
        """A few of the groups there are, for an error."""
        return few(map(repr, self.labels[:5].tolist()), len(self), ", ") or "none"

    def find(self, key: Any) -> Ints | None:
        """Groups that a key means; None where there is no such group."""
        return None

    def narrowed(self, at_most: Any, at_least: Any = 0) -> Grouping:
        """The same without groups that no limit can concern, where there are many."""
        return self


class Whole(Grouping):
    """One group that holds every pair."""

    @property
    def labels(self) -> pd.Index:
        """Its one label."""
        return pd.Index(["all pairs"])

    @property
    def group(self) -> Everything:
        """What tells the group of a pair."""
        return Everything()


@dataclass(frozen=True, eq=False)
class OneSide(Grouping):
    """Groups by a value of the candidates, or of the demands."""

    side: SideName
    codes: Ints
    values: pd.Index

    @property
    def labels(self) -> pd.Index:
        """The values."""
        return self.values

    @property
    def group(self) -> OfSide:
        """What tells the group of a pair."""
        return OfSide(self.codes, self.side == "candidate")

    @cached_property
    def _places(self) -> dict[Any, int]:
        return {value: k for k, value in enumerate(self.values.tolist())}

    def find(self, key: Any) -> Ints | None:
        """Groups that a key means; None where there is no such group."""
        return np.array([self._places[key]]) if key in self._places else None


@dataclass(frozen=True, eq=False)
class Crossed(Grouping):
    """Groups by a value of the candidates together with one of the demands."""

    name: str
    first: OneSide
    second: OneSide
    keys: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.first) * len(self.second) if self.keys is None else len(self.keys)

    @property
    def labels(self) -> pd.MultiIndex:
        """Pairs of values."""
        keys = np.arange(len(self)) if self.keys is None else self.keys
        width = max(len(self.second), 1)
        return pd.MultiIndex(
            levels=[self.first.values, self.second.values],  # type: ignore[list-item]  # stubs
            codes=[keys // width, keys % width],  # type: ignore[list-item]  # arrays are taken
        )

    @property
    def group(self) -> Crossing:
        """What tells the group of a pair."""
        return Crossing(self.first.codes, self.second.codes, len(self.second), self.keys)

    @property
    def known(self) -> str:
        """A few of the groups there are, for an error."""
        return f"({self.first.known}) with ({self.second.known}), None for any"

    def find(self, key: Any) -> Ints | None:
        """Groups that a key means, None in it being any value; None where there is none."""
        flat = self._flat(key)
        if flat is None or self.keys is None:
            return flat
        return np.searchsorted(self.keys, flat)

    def _flat(self, key: Any) -> Ints | None:
        if not isinstance(key, tuple) or len(key) != 2:
            return None
        parts = [
            np.arange(len(side)) if value is None else side.find(value)
            for side, value in zip((self.first, self.second), key, strict=True)
        ]
        if parts[0] is None or parts[1] is None:
            return None
        return np.asarray(parts[0][:, None] * len(self.second) + parts[1]).ravel()

    def narrowed(self, at_most: Any, at_least: Any = 0) -> Grouping:
        """The same without groups that no dict names, where dicts are all that limits."""
        floors = isinstance(at_least, Mapping)
        if (at_most is None or isinstance(at_most, Mapping)) and (floors or at_least == 0):
            dicts = [value for value in (at_most, at_least) if isinstance(value, Mapping)]
            named = [self._flat(key) for value in dicts for key in value]
            found = [part for part in named if part is not None]
            keys = np.unique(np.concatenate(found)) if found else np.empty(0)
            return replace(self, keys=keys.astype(np.int64))
        if len(self) > _MOST:
            raise ProblemError(
                f"{self.name}: {len(self):,} groups are too many; give a dict of those to limit"
            )
        return self


def grouping(
    name: str, by: Any, sides: Sides, side: SideName | None, *, strict: bool = True
) -> Grouping:
    """Resolve `by`: a column, values of one side, or a tuple with values of each.

    Raises
    ------
    ProblemError
        There is no such column, both sides have it, or values do not fit the rows.
    """
    if by is None:
        return Whole()
    if isinstance(by, tuple):
        first = _one_side(name, by[0], sides, "candidate", True)
        return Crossed(name, first, _one_side(name, by[1], sides, "demand", True))
    return _one_side(name, by, sides, side, strict)


def _one_side(name: str, by: Any, sides: Sides, side: SideName | None, strict: bool) -> OneSide:
    what = f"{name}: by={by!r}" if isinstance(by, str) else f"{name}: by"
    at, values = sides.values(by, side, what, strict=strict)
    return OneSide(at, *coded(values, what))


def coded(values: NDArray[Any], what: str) -> tuple[Ints, pd.Index]:
    """Number the values in an order of their own, -1 where missing; with the values."""
    cells = (
        [plain(cell) for cell in values.tolist()]
        if values.dtype.kind in "OfmM"
        else (values.tolist())
    )
    cells = [None if isinstance(c, str) and not c.strip() else c for c in cells]
    try:
        distinct = list(dict.fromkeys(c for c in cells if c is not None))
    except TypeError:
        strange = next(
            (c for c in cells if isinstance(c, list | dict | set)), "values that cannot be compared"
        )
        raise ProblemError(f"{what}: values must be single ones, not {strange!r}") from None
    try:
        distinct.sort()
    except TypeError:  # of different types
        distinct.sort(key=str)
    place = {value: k for k, value in enumerate(distinct)}
    codes = np.array([-1 if c is None else place[c] for c in cells], dtype=np.intp)
    return codes, pd.Index(distinct, tupleize_cols=False)


def spread(
    name: str, word: str, value: Any, groups: Grouping, none: float, units: Callable[[Any], float]
) -> Floats:
    """One limit per group, in solver units; `none` where there is no limit.

    A key of a crossing goes before one with None in it; of two alike the tighter one counts.
    """
    if not isinstance(value, Mapping):
        return np.full(len(groups), none if value is None else units(value))
    out = np.full(len(groups), none)
    width = np.full(len(groups), 3)  # how many None the key has that a limit comes from
    tighter = np.minimum if none > 0 else np.maximum
    unknown = []
    for key, number in value.items():
        at = groups.find(key)
        if at is None:
            unknown.append(repr(key))
            continue
        limit = none if number is None else units(number)
        wild = sum(part is None for part in key) if isinstance(groups, Crossed) else 0
        alike = at[width[at] == wild]
        out[alike] = tighter(out[alike], limit)
        fresh = at[width[at] > wild]
        out[fresh], width[fresh] = limit, wild
    if unknown:
        raise ProblemError(
            f"{name}: {word} names unknown groups: {few(unknown, len(unknown), ', ')}; "
            f"the groups are {groups.known}"
        )
    return out


def ordered(name: str, groups: Grouping, least: Floats, most: Floats, scale: int) -> None:
    """Raise where a floor stands above its ceiling, naming the groups."""
    wrong = np.flatnonzero(least > most)
    if len(wrong):
        said = (
            f"{label!r}: at_least {spoken(low, scale)} > at_most {spoken(high, scale)}"
            for label, low, high in zip(
                groups.labels[wrong].tolist(), least[wrong], most[wrong], strict=True
            )
        )
        raise ProblemError(f"{name}: a floor stands above its ceiling: {few(said, len(wrong))}")
