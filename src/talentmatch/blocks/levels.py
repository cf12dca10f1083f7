"""Blocks of facts with an order: degrees, seniority, years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.blocks.material import Material
from talentmatch.blocks.missing import check_settings, of_documents, with_missing
from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError
from talentmatch.rules import DEGREES
from talentmatch.stating import folded, stated
from talentmatch.tables.cells import READERS, CellError

__all__ = ["SENIORITY", "FittedLevel", "Level"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

SENIORITY: tuple[tuple[str, ...], ...] = (
    ("intern", "trainee", "apprentice", "internship", "实习", "实习生", "见习"),
    ("junior", "entry", "entry level", "entry-level", "graduate", "初级", "助理"),
    ("mid", "middle", "mid level", "mid-level", "intermediate", "中级"),
    ("senior", "高级", "资深"),
    ("lead", "team lead", "principal", "staff", "主管", "组长"),
    ("manager", "head", "经理", "部门经理"),
    ("director", "总监"),
    ("executive", "vice president", "vp", "chief", "c-level", "高管", "副总", "总经理"),
)
"""Seniority from low to high, each level with the spellings that are understood."""

_ORDERS = {"degree": DEGREES, "seniority": SENIORITY}
_MOST = 64  # levels of numbers


@dataclass(frozen=True)
class Level(Shown):
    """How far the candidate's level reaches the demand's: degrees, seniority, years.

    Levels count 0, 1 ... K - 1 from low to high. With c the candidate's and d the demand's::

        at_least:  score = min(c, d) / d, and 1 where d = 0
        near:      score = 1 - |c - d| / (K - 1), and 1 where K = 1

    As an inner product, with [x] = 1 where x is true: the sum over the levels t = 1 ... d of
    [c >= t] / d for `at_least`, where a demand at level 0 has a feature of its own that every known
    candidate has; and for `near` the sum over all t = 1 ... K - 1 of
    ([c >= t] [d >= t] + [c < t] [d < t]) / (K - 1).

    Parameters
    ----------
    column : str
        The candidates' column, of words in an order or of numbers.
    demand : str, optional
        The demands' column. By default ``"min_" + column`` for `at_least`, as in the rule
        `AtLeast`, and the same name for `near`.
    order : sequence of str or of tuples of str, optional
        Words from low to high; a tuple holds spellings of the same level. `DEGREES` for a column
        named ``degree``, `SENIORITY` for one named ``seniority``. Without an order, numbers: each
        of the values seen in `fit` is a level, or 64 of them, evenly by rank, where there are
        more. A number counts as the greatest of them that it reaches, and one below all of them as
        the lowest.
    weight : float
        Share of the score; the weights of all blocks are scaled to sum to one.
    missing : float
        The block's score, from 0 to 1, where a side states nothing.
    kind : {"at_least", "near"}
        Whether more than asked is as good as what is asked.

    Raises
    ------
    ProblemError
        A setting is out of its range, or a word stands on two levels.

    Examples
    --------
    >>> people = pd.DataFrame({"degree": ["associate", "硕士", "PhD", None]})
    >>> needs = pd.DataFrame({"min_degree": ["master"]})
    >>> material = Material(people, needs, [""] * 5, np.arange(5))
    >>> left, right = Level("degree").fit(material).rows(material)
    >>> (left @ right.T).toarray().round(2).tolist()
    [[0.33], [1.0], [1.0], [0.5]]
    """

    weight: float = field(default=0.1, kw_only=True)
    column: str
    demand: str | None = field(default=None, kw_only=True)
    order: Sequence[str | tuple[str, ...]] | None = field(default=None, kw_only=True)
    missing: float = field(default=0.5, kw_only=True)
    kind: Literal["at_least", "near"] = field(default="at_least", kw_only=True)

    def __post_init__(self) -> None:
        check_settings(self)
        if self.kind not in ("at_least", "near"):
            raise ProblemError(f"Level: kind must be 'at_least' or 'near', not {self.kind!r}")
        if self.order is None:
            return
        if isinstance(self.order, str) or not self.order:
            raise ProblemError(f"Level: order must be words from low to high, not {self.order!r}")
        levels = [(w,) if isinstance(w, str) else tuple(w) for w in self.order]
        object.__setattr__(self, "order", tuple(levels))  # the same value, however it was written
        words = [folded(word) for level in levels for word in level]
        twice = sorted({word for word in words if words.count(word) > 1})
        if twice or not all(levels) or not all(words):
            found = f"{twice[0]!r} stands there twice" if twice else "a level has no word"
            raise ProblemError(f"Level: order must name each level in words of its own: {found}")

    @property
    def name(self) -> str:
        """The column, in words."""
        return self.column.replace("_", " ")

    @property
    def ladder(self) -> Sequence[tuple[str, ...]] | None:
        """The order of words, each level with its spellings; None for numbers."""
        if self.order is None:
            return _ORDERS.get(self.column)
        return [(level,) if isinstance(level, str) else level for level in self.order]

    def fit(self, material: Material) -> FittedLevel:
        """Learn the levels of numbers; those of words are given.

        Raises
        ------
        ProblemError
            A table lacks its column.
        InputError
            A word is not in the order, or a cell is no number.
        """
        have, ask = self.read(material.people, material.needs)
        values = np.unique(np.concatenate([have, ask]))
        values = values[~np.isnan(values)]
        if self.ladder is not None:
            values = np.arange(len(self.ladder), dtype=np.float64)
        elif len(values) > _MOST:
            values = values[np.linspace(0, len(values) - 1, _MOST).round().astype(np.intp)]
        return FittedLevel(self, values)

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> FittedLevel:
        """Rebuild what `fit` returned from its arrays."""
        return FittedLevel(self, np.asarray(arrays["levels"], dtype=np.float64))

    def read(self, people: pd.DataFrame, needs: pd.DataFrame) -> tuple[Floats, Floats]:
        """Both columns as numbers, or as ranks in the order; nan where nothing is stated."""
        reader = _Rank(self.ladder) if self.ladder is not None else READERS["number"]
        wanted = self.demand or ("min_" if self.kind == "at_least" else "") + self.column
        have = stated(people, self.column, "candidates", reader, "a block")
        ask = stated(needs, wanted, "demands", reader, "a block")
        return np.array(have, dtype=np.float64), np.array(ask, dtype=np.float64)


class _Rank:
    """Words to ranks in an order; nan where there is none."""

    def __init__(self, ladder: Sequence[tuple[str, ...]]) -> None:
        self.rank = {folded(w): float(k) for k, level in enumerate(ladder) for w in level}
        self.names = ", ".join(level[0] for level in ladder)

    def __call__(self, cell: object) -> float:
        word = folded(str(READERS["text"](cell)))
        if word and word not in self.rank:
            raise CellError(f"{cell!r} is not in the order", f"Use one of: {self.names}")
        return self.rank.get(word, np.nan)


@dataclass(frozen=True, eq=False)
class FittedLevel:
    """A block of levels and the levels themselves.

    Parameters
    ----------
    block : Level
        The settings.
    levels : float array (n_levels,)
        The numbers at which the levels begin, ascending; ranks for words.
    """

    block: Level
    levels: Floats

    def rows(self, material: Material) -> tuple[sp.csr_array, sp.csr_array]:
        """Features of the candidates' documents and of the demands.

        Returns
        -------
        left : csr_array (n_left, n_features)
            Of length ``sqrt(1 + n_levels)`` at most.
        right : csr_array (n_demands, n_features)
            Of length ``sqrt(1 + missing ** 2)`` at most. Products are in [0, 1].

        Raises
        ------
        ProblemError
            A table lacks its column.
        InputError
            A word is not in the order, or a cell is no number.
        """
        left, right = self._tables()
        have, ask = self.block.read(material.people, material.needs)
        return of_documents(left[self._level(have)], material), right[self._level(ask)]

    def _level(self, values: Floats) -> Ints:
        """The level of each value; one beyond the last where it is unknown."""
        level = np.maximum(np.searchsorted(self.levels, values, side="right") - 1, 0)
        # Where `fit` saw no number at all there are no levels, and nothing is known.
        return np.where(np.isnan(values) | (len(self.levels) == 0), len(self.levels), level)

    def _tables(self) -> tuple[sp.csr_array, sp.csr_array]:
        """The rows of each level, and of an unknown one behind them."""
        n = len(self.levels)
        climbed = np.tri(n)  # level by step: 1 where the step is reached
        if self.block.kind == "near":
            above = climbed[:, 1:] if n > 1 else climbed
            left = np.hstack([above, 1 - above])
            right = left / max(n - 1, 1)
        else:
            left = climbed
            right = climbed.copy()
            right[1:, :1] = 0
            right /= np.maximum(np.arange(n), 1)[:, None]
        unknown = np.zeros((1, left.shape[1]))
        known = np.arange(n + 1) < n
        rows = [sp.csr_array(np.vstack([side, unknown])) for side in (left, right)]
        return with_missing(rows[0], rows[1], (known, known), self.block.missing)

    def names(self, columns: Ints) -> list[str]:
        """Spell the features of some columns, for people."""
        name, ladder = self.block.name, self.block.ladder
        if ladder is None:
            shown = [f"{level:g}" for level in self.levels.tolist()]
        else:
            shown = [level[0] for level in ladder]
        is_near = self.block.kind == "near"
        steps = shown[1:] if is_near and len(shown) > 1 else shown
        spelled = [f"{name} not stated", f"{name} not asked"]
        spelled += [f"{name} at least {level}" for level in steps]
        spelled += [f"{name} below {level}" for level in steps if is_near]
        return [spelled[k] for k in np.asarray(columns).tolist()]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the levels."""
        return {"levels": self.levels}
