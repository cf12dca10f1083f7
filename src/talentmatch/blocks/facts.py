"""Blocks of values in common: sectors, places, languages, and the skills that would be nice.

A score is the share of what the demand states that the candidate has. Nothing is learnt but how the
features are spelled: a value that `fit` did not see counts like any other, and is shown as new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.blocks.material import Material
from talentmatch.blocks.missing import check_settings, of_documents, with_missing
from talentmatch.displaying import Shown
from talentmatch.skill_phrases import skill_holders, skills_listed
from talentmatch.stating import folded, stated
from talentmatch.tables.cells import READERS
from talentmatch.tables.columns import columns_of
from talentmatch.text import normalise

__all__ = ["FittedFacts", "Same", "Wanted"]

Ints = NDArray[np.intp]
Spelled = dict[str, str]  # a value as it is compared -> as it is shown
Held = tuple[sp.csr_array, NDArray[np.bool_]]
Asked = list[dict[str, float]]  # of every demand: a value -> its share


@dataclass(frozen=True)
class Same(Shown):
    """Share of the demand's values that the candidate holds too: sectors, places, languages.

    A cell holds one value, or several in a list or between ``;``. A value with ``/`` is a path from
    broad to narrow, and counts for the share of its levels that agree from the left::

        score(i, j) = mean over values v of demand j of
                      sum over prefixes p of v of [candidate i has p] / (number of levels of v)

    so ``CN/Zhejiang/Hangzhou`` scores 2/3 for a demand in ``CN/Zhejiang/Ningbo``. Width, case and
    white space do not count. As an inner product: a feature for every prefix, 1 for a candidate
    that has it, the rest of the formula for a demand.

    Parameters
    ----------
    column : str
        The candidates' column.
    demand : str, optional
        The demands' column; the same name by default.
    weight : float
        Share of the score; the weights of all blocks are scaled to sum to one.
    missing : float
        The block's score, from 0 to 1, where a side states nothing.

    Raises
    ------
    ProblemError
        A setting is out of its range.

    Examples
    --------
    >>> people = pd.DataFrame({"location": ["CN/Zhejiang/Hangzhou", "cn/zhejiang/ningbo", None]})
    >>> needs = pd.DataFrame({"location": ["CN/Zhejiang/Ningbo"]})
    >>> material = Material(people, needs, [""] * 4, np.arange(4))
    >>> left, right = Same("location").fit(material).rows(material)
    >>> (left @ right.T).toarray().round(2).tolist()
    [[0.67], [1.0], [0.5]]
    """

    weight: float = field(default=0.1, kw_only=True)
    column: str
    demand: str | None = field(default=None, kw_only=True)
    missing: float = field(default=0.5, kw_only=True)

    def __post_init__(self) -> None:
        check_settings(self)

    @property
    def name(self) -> str:
        """The column, in words."""
        return self.column.replace("_", " ")

    def fit(self, material: Material) -> FittedFacts:
        """Learn how the values are spelled.

        Raises
        ------
        ProblemError
            A table lacks its column.
        InputError
            A cell holds neither texts nor numbers.
        """
        ours = self._paths(material.people)[1]
        return FittedFacts.of(self, ours | self.asked(material.needs)[1])

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> FittedFacts:
        """Rebuild what `fit` returned from its arrays."""
        return FittedFacts.restored(self, arrays)

    def asked(self, needs: pd.DataFrame) -> tuple[Asked, Spelled]:
        """What each demand asks for, and how it is spelled."""
        cells, spelled = _paths(needs, self.demand or _counterpart(self.column, needs), "demands")
        shares: Asked = []
        for paths in cells:
            mine: dict[str, float] = {}
            for path in paths:
                for prefix in path:
                    mine[prefix] = mine.get(prefix, 0.0) + 1 / (len(paths) * len(path))
            shares.append(mine)
        return shares, spelled

    def held(self, people: pd.DataFrame, wanted: Spelled) -> Held:
        """Which candidates have which values, and which state any."""
        cells, _ = self._paths(people)
        place = {key: k for k, key in enumerate(wanted)}
        has = [{place[p] for path in paths for p in path if p in place} for paths in cells]
        rows = np.repeat(np.arange(len(has)), [len(mine) for mine in has])
        cols = np.array([k for mine in has for k in sorted(mine)], dtype=np.int64)
        matrix = sp.csr_array((np.ones(len(cols)), (rows, cols)), shape=(len(has), len(place)))
        return matrix, np.array([bool(paths) for paths in cells], dtype=bool)

    def _paths(self, people: pd.DataFrame) -> tuple[list[list[tuple[str, ...]]], Spelled]:
        return _paths(people, self.column, "candidates")


@dataclass(frozen=True)
class Wanted(Shown):
    """Share of the skills a demand would like to see that the candidate has.

    In a formula::

        score(i, j) = mean over skills s that demand j lists of [candidate i has s]

    A candidate has a skill that its list of skills names, or that stands as a phrase in one of its
    skills or texts (see `talentmatch.skill_phrases`). As an inner product: a feature for every
    skill, 1 for a candidate who has it, 1 / (number listed) for a demand that lists it.

    Parameters
    ----------
    demand : str
        The demands' column of skills: a list, or ``;`` between.
    weight : float
        Share of the score; the weights of all blocks are scaled to sum to one.
    candidate : str
        The candidates' column of skills, beside ``text``.
    missing : float
        The block's score, from 0 to 1, for a demand that lists none, and for a candidate with
        neither skills nor a text.

    Raises
    ------
    ProblemError
        A setting is out of its range.

    Examples
    --------
    >>> people = pd.DataFrame({"skills": [["PLC"], ["PLC"]], "text": ["", "drawn in AutoCAD"]})
    >>> needs = pd.DataFrame({"nice_to_have": ["plc; autocad", ""]})
    >>> material = Material(people, needs, [""] * 4, np.arange(4))
    >>> left, right = Wanted().fit(material).rows(material)
    >>> (left @ right.T).toarray().tolist()
    [[0.5, 0.5], [1.0, 0.5]]
    """

    weight: float = field(default=0.1, kw_only=True)
    demand: str = "nice_to_have"
    candidate: str = field(default="skills", kw_only=True)
    missing: float = field(default=0.5, kw_only=True)

    def __post_init__(self) -> None:
        check_settings(self)

    @property
    def name(self) -> str:
        """The demands' column, in words."""
        return self.demand.replace("_", " ")

    def fit(self, material: Material) -> FittedFacts:
        """Learn how the skills are spelled.

        Raises
        ------
        ProblemError
            A table lacks its column.
        InputError
            A cell is no list.
        """
        skill_holders(material.people[:0], [], skills=self.candidate, by="a block")
        return FittedFacts.of(self, self.asked(material.needs)[1])

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> FittedFacts:
        """Rebuild what `fit` returned from its arrays."""
        return FittedFacts.restored(self, arrays)

    def asked(self, needs: pd.DataFrame) -> tuple[Asked, Spelled]:
        """What each demand asks for, and how it is spelled."""
        lists = skills_listed(needs, self.demand, "demands", "a block")
        spelled = _first({pair for mine in lists for pair in mine.items()})
        return [dict.fromkeys(mine, 1 / max(len(mine), 1)) for mine in lists], spelled

    def held(self, people: pd.DataFrame, wanted: Spelled) -> Held:
        """Which candidates have which skills, and which have any or a text."""
        skills = list(wanted.values())
        return skill_holders(people, skills, skills=self.candidate, by="a block")


@dataclass(frozen=True, eq=False)
class FittedFacts:
    """A block of facts and the values it was fitted on, sorted.

    Parameters
    ----------
    block : Same or Wanted
        The settings.
    spelled : dict of str to str
        The values as they are compared, sorted, and as they are shown.
    """

    block: Same | Wanted
    spelled: Spelled

    @classmethod
    def of(cls, block: Same | Wanted, spelled: Spelled) -> FittedFacts:
        """Sort the values, so that the order of rows does not count."""
        return cls(block, dict(sorted(spelled.items())))

    @classmethod
    def restored(cls, block: Same | Wanted, arrays: Mapping[str, NDArray[Any]]) -> FittedFacts:
        """Rebuild it from its arrays."""
        keys, values = arrays["keys"].tolist(), arrays["values"].tolist()
        return cls(block, dict(zip(keys, values, strict=True)))

    def rows(self, material: Material) -> tuple[sp.csr_array, sp.csr_array]:
        """Features of the candidates' documents and of the demands.

        Values that `fit` did not see have columns behind those it saw.

        Returns
        -------
        left : csr_array (n_left, n_features)
            Of length ``sqrt(1 + values)`` at most.
        right : csr_array (n_demands, n_features)
            Of length ``sqrt(1 + missing ** 2)`` at most. Products are in [0, 1].

        Raises
        ------
        ProblemError
            A table lacks its column.
        InputError
            A cell is not understood.
        """
        asked, spelled = self.block.asked(material.needs)
        wanted = {key: spelled[key] for key in sorted({key for mine in asked for key in mine})}
        new = [key for key in wanted if key not in self.spelled]
        place = {key: k for k, key in enumerate([*self.spelled, *new])}
        held, known = self.block.held(material.people, wanted)
        to = np.array([place[key] for key in wanted], dtype=np.int64)
        at = held.tocoo().coords
        left = sp.csr_array(
            (np.ones(held.nnz), (at[0], to[at[1]])), shape=(held.shape[0], len(place))
        )
        flat = [
            (j, place[key], share) for j, mine in enumerate(asked) for key, share in mine.items()
        ]
        rows, cols, shares = np.array(flat, dtype=np.float64).reshape(-1, 3).T
        right = sp.csr_array(
            (shares, (rows.astype(np.int64), cols.astype(np.int64))),
            shape=(len(asked), len(place)),
        )
        states = known, np.array([bool(mine) for mine in asked], dtype=bool)
        left, right = with_missing(left, right, states, self.block.missing)
        return of_documents(left, material), right

    def names(self, columns: Ints) -> list[str]:
        """Spell the features of some columns, for people."""
        name = self.block.name
        spelled = [f"{name} not stated", f"{name} not asked"]
        spelled += [f"{name} {value}" for value in self.spelled.values()]
        new = f"{name} (new since the fit)"
        return [spelled[k] if k < len(spelled) else new for k in np.asarray(columns).tolist()]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the values as arrays of text."""
        return {
            "keys": np.array(list(self.spelled), dtype=np.str_),
            "values": np.array(list(self.spelled.values()), dtype=np.str_),
        }


def _paths(
    frame: pd.DataFrame, name: str, table: str
) -> tuple[list[list[tuple[str, ...]]], Spelled]:
    """The distinct values of every row, each as its prefixes; and how prefixes are spelled."""
    cells: list[list[tuple[str, ...]]] = []
    spellings: set[tuple[str, str]] = set()
    known: dict[str, tuple[str, ...]] = {}
    for cell in stated(frame, name, table, READERS["list"], "a block"):
        values = cast(list[str], cell)
        for value in values:
            if value not in known:
                pairs = _prefixes(value)
                spellings.update(pairs)
                known[value] = tuple(key for key, _ in pairs)
        paths = dict.fromkeys(known[value] for value in values)
        cells.append([path for path in paths if path])
    return cells, _first(spellings)


def _prefixes(value: str) -> list[tuple[str, str]]:
    """``"A/b"`` -> ``[("a", "A"), ("a/b", "A/b")]``."""
    levels = [" ".join(level.split()) for level in normalise(value).split("/")]
    levels = [level for level in levels if folded(level)]
    shown = ["/".join(levels[: k + 1]) for k in range(len(levels))]
    keys = list(map(folded, levels))
    return [("/".join(keys[: k + 1]), text) for k, text in enumerate(shown)]


def _first(spellings: set[tuple[str, str]]) -> Spelled:
    """Of several spellings of a value the first one, for any order of rows."""
    return dict(sorted(spellings, reverse=True))


def _counterpart(column: str, needs: pd.DataFrame) -> str:
    """The demands' column of the same meaning: reading may have given it our own heading."""
    if column in needs.columns:
        return column
    known = [known.name for known in columns_of("demands").values() if column in known.aliases]
    return next((name for name in known if name in needs.columns), column)
