"""Must-have rules: values that say which pairs are eligible, answered for blocks of pairs.

A rule compares a column of the candidates with a column of the demands. A demand that asks for
nothing bars nobody; a candidate whose fact is missing passes or is barred, as `missing` says, and
is counted either way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.displaying import Shown
from talentmatch.errors import Flaw, InputError, ProblemError
from talentmatch.tables.cells import READERS, CellError, plain
from talentmatch.tables.columns import KEYS

__all__ = [
    "DEGREES",
    "RULES",
    "AcceptsKind",
    "Among",
    "AtLeast",
    "AvailableBy",
    "Gate",
    "Rule",
    "Within",
]

Missing = Literal["pass", "bar"]
Passes = Callable[[NDArray[np.intp], NDArray[np.intp]], NDArray[np.bool_]]

DEGREES: tuple[tuple[str, ...], ...] = (
    ("none", "secondary", "high school", "高中", "中专"),
    ("associate", "college", "大专", "专科"),
    ("bachelor", "bachelors", "bsc", "ba", "beng", "本科", "学士"),
    ("master", "masters", "msc", "ma", "meng", "mba", "硕士", "研究生"),
    ("doctor", "doctorate", "phd", "ph.d.", "dr", "博士"),
)
"""Degrees from low to high, each with the spellings that are understood."""


@dataclass(frozen=True, eq=False)
class Gate:
    """A rule bound to two tables: answers for pairs of row positions, with broadcasting.

    Parameters
    ----------
    name : str
        The rule in words.
    passes : callable
        ``passes(rows, cols)`` -> bool array; index arrays broadcast, so ``rows[:, None]`` and
        ``cols[None, :]`` give a block.
    missing : int
        Candidates whose fact is missing.
    """

    name: str
    passes: Passes
    missing: int = 0


class Rule(Protocol):
    """What `FitScorer(rules=...)` asks of a rule: one method."""

    def bind(self, candidates: pd.DataFrame, demands: pd.DataFrame) -> Gate:
        """Read the columns once and answer for blocks of pairs."""


@dataclass(frozen=True)
class AtLeast(Shown):
    """The candidate's value is at least what the demand asks: ``candidate >= demand``.

    Parameters
    ----------
    column : str
        The candidates' column: numbers, dates, or words in an order.
    demand : str, optional
        The demands' column; ``"min_" + column`` by default.
    order : sequence of str or of tuples of str, optional
        Words from low to high; a tuple holds spellings of the same level. ``DEGREES`` for a
        column named ``degree``.
    missing : {"pass", "bar"}
        What becomes of a candidate without the fact.

    Examples
    --------
    >>> import pandas as pd, numpy as np, talentmatch as tm
    >>> gate = tm.AtLeast("degree").bind(
    ...     pd.DataFrame({"candidate_id": ["R1", "R2"], "degree": ["master", "博士"]}),
    ...     pd.DataFrame({"demand_id": ["X1"], "min_degree": ["doctor"]}))
    >>> gate.passes(np.array([0, 1]), np.array([0, 0])).tolist()
    [False, True]
    """

    column: str
    demand: str | None = None
    order: Sequence[str | tuple[str, ...]] | None = None
    missing: Missing = "pass"

    def __post_init__(self) -> None:
        _check_missing(self)

    def bind(self, candidates: pd.DataFrame, demands: pd.DataFrame) -> Gate:
        """Read both columns as levels; raises `InputError` on a word outside the order."""
        wanted = self.demand or f"min_{self.column}"
        order = self.order or (DEGREES if self.column == "degree" else None)
        have = _levels(_column(candidates, self.column, "candidates"), candidates, order)
        ask = _levels(_column(demands, wanted, "demands"), demands, order)
        return _compared(f"{self.column} at least {wanted}", have, ask, self.missing)


@dataclass(frozen=True)
class Within(Shown):
    """The candidate's number stays within the demand's ceiling: ``candidate <= demand``.

    Parameters
    ----------
    column : str
        The candidates' column of numbers, as ``salary_expected``.
    demand : str
        The demands' column with the ceiling, as ``salary_max``.
    missing : {"pass", "bar"}
        What becomes of a candidate without the fact.

    Examples
    --------
    >>> import pandas as pd, numpy as np, talentmatch as tm
    >>> gate = tm.Within("salary_expected", demand="salary_max").bind(
    ...     pd.DataFrame({"salary_expected": [500_000, 900_000]}),
    ...     pd.DataFrame({"salary_max": [600_000]}))
    >>> gate.passes(np.array([0, 1]), np.array([0, 0])).tolist()
    [True, False]
    """

    column: str
    demand: str
    missing: Missing = "pass"

    def __post_init__(self) -> None:
        _check_missing(self)

    def bind(self, candidates: pd.DataFrame, demands: pd.DataFrame) -> Gate:
        """Read both columns as numbers; raises `InputError` where they are not."""
        have = _levels(_column(candidates, self.column, "candidates"), candidates, None)
        ask = _levels(_column(demands, self.demand, "demands"), demands, None)
        return _compared(f"{self.column} within {self.demand}", -have, -ask, self.missing)


@dataclass(frozen=True)
class AvailableBy(Shown):
    """The candidate can start when the demand starts: ``available_from <= start_date``.

    Parameters
    ----------
    column, demand : str
        The two columns of dates.
    missing : {"pass", "bar"}
        What becomes of a candidate without a date.

    Examples
    --------
    >>> import pandas as pd, numpy as np, talentmatch as tm
    >>> gate = tm.AvailableBy().bind(pd.DataFrame({"available_from": ["2021-03-01", None]}),
    ...                              pd.DataFrame({"start_date": ["2021-02-01"]}))
    >>> gate.passes(np.array([0, 1]), np.array([0, 0])).tolist()
    [False, True]
    """

    column: str = "available_from"
    demand: str = "start_date"
    missing: Missing = "pass"

    def __post_init__(self) -> None:
        _check_missing(self)

    def bind(self, candidates: pd.DataFrame, demands: pd.DataFrame) -> Gate:
        """Read both columns as dates; raises `InputError` where they are not."""
        have = _days(_column(candidates, self.column, "candidates"), candidates)
        ask = _days(_column(demands, self.demand, "demands"), demands)
        return _compared(f"{self.column} no later than {self.demand}", -have, -ask, self.missing)


@dataclass(frozen=True)
class Among(Shown):
    """The candidate holds one, or every one, of the values that the demand names.

    Parameters
    ----------
    column : str
        The candidates' column; a cell holds one value, or several in a list or between ``;``.
    demand : str, optional
        The demands' column, likewise; the same name by default.
    need : {"any", "all"}
        Whether one value in common is enough.
    missing : {"pass", "bar"}
        What becomes of a candidate without the fact.

    Examples
    --------
    >>> import pandas as pd, numpy as np, talentmatch as tm
    >>> gate = tm.Among("languages", need="all").bind(
    ...     pd.DataFrame({"languages": ["en", "en; zh"]}), pd.DataFrame({"languages": ["zh;en"]}))
    >>> gate.passes(np.array([0, 1]), np.array([0, 0])).tolist()
    [False, True]
    """

    column: str
    demand: str | None = None
    need: Literal["any", "all"] = "any"
    missing: Missing = "pass"

    def __post_init__(self) -> None:
        _check_missing(self)
        if self.need not in ("any", "all"):
            raise ProblemError(f"Among: need must be 'any' or 'all', not {self.need!r}")

    def bind(self, candidates: pd.DataFrame, demands: pd.DataFrame) -> Gate:
        """Read both columns as sets of words."""
        wanted = self.demand or self.column
        have = _sets(_column(candidates, self.column, "candidates"), candidates)
        ask = _sets(_column(demands, wanted, "demands"), demands)
        words = "one" if self.need == "any" else "all"
        return _overlap(f"{self.column} holds {words} of {wanted}", have, ask, self)


@dataclass(frozen=True)
class AcceptsKind(Shown):
    """The candidate accepts the demand's kind, as ``expert`` or ``technical``.

    Parameters
    ----------
    column : str
        The candidates' column of accepted kinds, one or several.
    demand : str
        The demands' column that holds the kind.
    missing : {"pass", "bar"}
        What becomes of a candidate who names no kind.

    Examples
    --------
    >>> import pandas as pd, numpy as np, talentmatch as tm
    >>> gate = tm.AcceptsKind().bind(pd.DataFrame({"accepts": ["expert", "expert;technical"]}),
    ...                              pd.DataFrame({"kind": ["technical"]}))
    >>> gate.passes(np.array([0, 1]), np.array([0, 0])).tolist()
    [False, True]
    """

    column: str = "accepts"
    demand: str = "kind"
    missing: Missing = "pass"

    def __post_init__(self) -> None:
        _check_missing(self)

    def bind(self, candidates: pd.DataFrame, demands: pd.DataFrame) -> Gate:
        """Read both columns as sets of words."""
        gate = Among(self.column, self.demand, missing=self.missing).bind(candidates, demands)
        return Gate(f"{self.column} covers {self.demand}", gate.passes, gate.missing)


RULES: dict[str, type[Rule]] = {
    rule.__name__: rule for rule in (AtLeast, Within, AvailableBy, Among, AcceptsKind)
}
"""talentmatch's own rules by name."""


def _check_missing(rule: AtLeast | Within | AvailableBy | Among | AcceptsKind) -> None:
    if rule.missing not in ("pass", "bar"):
        name = type(rule).__name__
        raise ProblemError(f"{name}: missing must be 'pass' or 'bar', not {rule.missing!r}")


def _compared(
    name: str, have: NDArray[np.float64], ask: NDArray[np.float64], missing: Missing
) -> Gate:
    unknown = np.isnan(have)
    level = np.where(unknown, np.inf if missing == "pass" else -np.inf, have)
    floor = np.where(np.isnan(ask), -np.inf, ask)
    return Gate(name, lambda rows, cols: level[rows] >= floor[cols], int(unknown.sum()))


def _overlap(name: str, have: list[frozenset[str]], ask: list[frozenset[str]], rule: Among) -> Gate:
    place = {word: k for k, word in enumerate(sorted(set().union(*ask)))}
    held, wanted = _bits(have, place), _bits(ask, place)
    unknown = np.array([not words for words in have])
    nothing = np.array([not words for words in ask])
    excused = unknown if rule.missing == "pass" else np.zeros_like(unknown)

    def passes(rows: NDArray[np.intp], cols: NDArray[np.intp]) -> NDArray[np.bool_]:
        ok = nothing[cols] | excused[rows]
        found = np.zeros_like(ok) if rule.need == "any" else np.ones_like(ok)
        for mine, theirs in zip(held, wanted, strict=True):
            if rule.need == "any":
                found |= (mine[rows] & theirs[cols]) != 0
            else:
                found &= (mine[rows] & theirs[cols]) == theirs[cols]
        result: NDArray[np.bool_] = ok | found
        return result

    return Gate(name, passes, int(unknown.sum()))


def _bits(sets: list[frozenset[str]], place: dict[str, int]) -> list[NDArray[np.uint64]]:
    """Sets as bit masks, 64 words to an array."""
    out = [np.zeros(len(sets), dtype=np.uint64) for _ in range(-(-len(place) // 64))]
    for row, words in enumerate(sets):
        for word in words:
            if word in place:
                out[place[word] // 64][row] |= np.uint64(1 << (place[word] % 64))
    return out


def _column(frame: pd.DataFrame, name: str, table: str) -> pd.Series:
    if name not in frame.columns:
        known = ", ".join(map(str, frame.columns))
        raise ProblemError(f"a rule needs the column {name!r} of {table}; there are: {known}")
    return frame[name]


def _levels(
    values: pd.Series, frame: pd.DataFrame, order: Sequence[str | tuple[str, ...]] | None
) -> NDArray[np.float64]:
    """Numbers, dates as days, or ranks in an order; nan where missing."""
    if order is None:
        if pd.api.types.is_datetime64_any_dtype(values):
            return _days(values, frame)
        return np.array(_read(values, frame, READERS["number"]), dtype=np.float64)
    rank = {
        spelling.casefold(): float(level)
        for level, words in enumerate(order)
        for spelling in ((words,) if isinstance(words, str) else words)
    }
    names = ", ".join(w if isinstance(w, str) else w[0] for w in order)

    def level(cell: object) -> float:
        word = str(READERS["text"](cell)).strip().casefold()
        if word not in rank and word:
            raise CellError(f"{cell!r} is not in the order", f"Use one of: {names}")
        return rank.get(word, np.nan)

    return np.array(_read(values, frame, level), dtype=np.float64)


def _days(values: pd.Series, frame: pd.DataFrame) -> NDArray[np.float64]:
    dates = np.array(_read(values, frame, READERS["date"]), dtype="datetime64[D]")
    days: NDArray[np.float64] = dates.astype(np.float64)
    days[np.isnat(dates)] = np.nan
    return days


def _sets(values: pd.Series, frame: pd.DataFrame) -> list[frozenset[str]]:
    cells = _read(values, frame, READERS["list"])
    return [frozenset(str(word).casefold() for word in words) for words in cells]


def _read(values: pd.Series, frame: pd.DataFrame, reader: Callable[[object], Any]) -> list[Any]:
    """Read every cell; whatever is not understood is reported, all rows at once."""
    out, flaws = [], []
    key = next((frame[name] for name in KEYS.values() if name in frame.columns), None)
    for row, cell in enumerate(values.tolist()):
        try:
            out.append(reader(plain(cell)))
        except CellError as error:
            id = "" if key is None else str(key.iloc[row])
            flaws.append(Flaw(row + 1, id, str(values.name), error.rule, error.hint))
    if flaws:
        raise InputError("a rule's column", flaws)
    return out
