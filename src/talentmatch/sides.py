"""The two sides of a problem: ids and tables, and values for the rows of one side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.errors import ProblemError

__all__ = ["SideName", "Sides", "few"]

SideName = Literal["candidate", "demand"]
_BOTH: tuple[SideName, SideName] = ("candidate", "demand")
_SHOWN = 5


def few(shown: Iterable[str], total: int, joint: str = "; ") -> str:
    """Return the first five of a list in words, and how many more there are.

    Examples
    --------
    >>> few(map(str, range(7)), 7)
    '0; 1; 2; 3; 4; and 2 more'
    """
    parts = list(islice(shown, _SHOWN))
    if total > _SHOWN:
        parts.append(f"and {total - _SHOWN} more")
    return joint.join(parts)


@dataclass(frozen=True, eq=False)
class Sides:
    """Ids and tables of both sides, rows in the order of the scores.

    Parameters
    ----------
    candidate_ids, demand_ids : pandas.Index
        The ids.
    candidates, demands : DataFrame or None
        The tables, one row per id in that order.
    """

    candidate_ids: pd.Index
    demand_ids: pd.Index
    candidates: pd.DataFrame | None = None
    demands: pd.DataFrame | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Candidates, demands."""
        return len(self.candidate_ids), len(self.demand_ids)

    def ids(self, side: SideName) -> pd.Index:
        """Ids of one side."""
        return self.candidate_ids if side == "candidate" else self.demand_ids

    def id(self, side: SideName, place: int) -> Any:
        """One id as a plain value."""
        return self.ids(side)[[place]].tolist()[0]

    def places(self, ids: list[Any], side: SideName, what: str) -> NDArray[np.intp]:
        """Positions of ids; unknown ones are named."""
        index = self.ids(side)
        place = index.get_indexer(pd.Index(ids, dtype=index.dtype if not ids else None))
        unknown = [id for id, k in zip(ids, place, strict=True) if k < 0]
        if unknown:
            raise ProblemError(
                f"{what}: unknown {side}_ids {unknown[:_SHOWN]}; ids look like {index[:3].tolist()}"
            )
        return place

    def values(
        self, given: Any, side: SideName | None, what: str, *, strict: bool = True
    ) -> tuple[SideName, NDArray[Any]]:
        """One value for each row of one side, and which side it is.

        Parameters
        ----------
        given : column name, Series by id or array by position
            The values.
        side : {"candidate", "demand"} or None
            The side meant; None where the values tell.
        what : str
            What to call the values in an error.
        strict : bool, default True
            Whether nothing but `side` will do; otherwise it only decides between both.

        Raises
        ------
        ProblemError
            There is no such column, or both sides have it; ids are missing; the length is wrong.
        """
        if isinstance(given, str):
            return self._column(given, side, what, strict)
        if isinstance(given, pd.Series):
            return self._series(given, side, what, strict)
        array = np.asarray(given)
        if array.ndim != 1:
            raise ProblemError(f"{what}: an array with one value per row, not {array.ndim}-D")
        fits: list[SideName] = [s for s in _BOTH if len(self.ids(s)) == len(array)]
        at = self._one_of(fits, side, strict)
        if at is not None:
            return at, array
        if len(fits) == 2 and side is None:
            raise ProblemError(f"{what}: both sides have {len(array)} rows; give side=")
        n, m = self.shape
        said = f"{n} candidates and {m} demands"
        if side is not None and strict:
            said = f"{len(self.ids(side))} {side}s"
        raise ProblemError(f"{what}: the array has {len(array)} values; there are {said}")

    def _one_of(self, fits: list[SideName], side: SideName | None, strict: bool) -> SideName | None:
        if side is not None and (strict or len(fits) == 2):
            return side if side in fits else None
        return fits[0] if len(fits) == 1 else None

    def _column(
        self, name: str, side: SideName | None, what: str, strict: bool
    ) -> tuple[SideName, NDArray[Any]]:
        for own in _BOTH:
            if name == f"{own}_id" and (side in (None, own) or not strict):
                return own, self.ids(own).to_numpy()
        tables = {"candidate": self.candidates, "demand": self.demands}
        fits = [s for s in _BOTH if (table := tables[s]) is not None and name in table.columns]
        at = self._one_of(fits, side, strict)
        if at is not None:
            column = tables[at][name]  # type: ignore[index]  # it fits, so there is a table
            if column.ndim != 1:
                raise ProblemError(f"{what}: the table of {at}s has two columns of this name")
            return at, column.to_numpy()
        if len(fits) == 2 and side is None:
            raise ProblemError(f"{what}: both tables have this column; give side=")
        lacking = [s for s in _BOTH if side in (None, s) or not strict]
        known = [str(c) for s in lacking if tables[s] is not None for c in tables[s].columns]  # type: ignore[union-attr]  # not None
        hint = f"columns are {', '.join(known)}" if known else "give the table to Problem"
        where = "no table has such column"
        if len(lacking) == 1:
            owner = f"table of {lacking[0]}s"
            where = f"the {owner} has no such column" if known else f"there is no {owner}"
        raise ProblemError(f"{what}: {where}; {hint}")

    def _series(
        self, given: pd.Series, side: SideName | None, what: str, strict: bool
    ) -> tuple[SideName, NDArray[Any]]:
        if not given.index.is_unique:
            raise ProblemError(f"{what}: the Series repeats ids")
        place = {s: given.index.get_indexer(self.ids(s)) for s in _BOTH}
        fits: list[SideName] = [s for s in _BOTH if (place[s] >= 0).all()]
        at = self._one_of(fits, side, strict)
        if at is not None:
            return at, given.to_numpy()[place[at]]
        if len(fits) == 2:
            raise ProblemError(f"{what}: the Series has the ids of both sides; give side=")
        hits = {s: float(np.mean(place[s] >= 0)) for s in _BOTH}
        nearest: SideName = "demand" if hits["demand"] > hits["candidate"] else "candidate"
        nearest = side or nearest
        absent = self.ids(nearest)[place[nearest] < 0]
        shown = few(map(repr, absent[:_SHOWN].tolist()), len(absent), ", ")
        raise ProblemError(f"{what}: the Series has nothing for {nearest}_id {shown}")
