"""What the page says, in the reader's language: phrases, numbers with their nouns, dates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.errors import ProblemError
from talentmatch.reporting.phrases_zh import NOUNS, PHRASES
from talentmatch.reporting.sentences_zh import translated

__all__ = ["Language", "Wording", "counted", "decimals", "percent", "shown"]

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Wording:
    """A language to write in. The English phrase is the key of the table of phrases.

    Parameters
    ----------
    lang : {"en", "zh"}
        English or (simplified) Chinese.

    Raises
    ------
    ProblemError
        Another language.

    Examples
    --------
    >>> say = Wording("zh")
    >>> say("of {openings}, in {demands}", openings="9", demands=say.counted(4, "demand"))
    '共 9 个，分布于 4 项需求'
    """

    lang: Language = "en"

    def __post_init__(self) -> None:
        if self.lang not in get_args(Language):
            raise ProblemError(f"lang must be 'en' or 'zh', not {self.lang!r}")

    def __call__(self, phrase: str, /, **values: object) -> str:
        """Return a phrase with its values in place; as HTML, where phrase and values are HTML."""
        return (phrase if self.lang == "en" else PHRASES[phrase]).format(**values)

    def counted(self, number: int, one: str, many: str | None = None) -> str:
        """Return a number with its noun."""
        if self.lang == "en":
            return counted(number, one, many)
        return f"{number:,} {NOUNS[one]}"

    def noun(self, one: str, number: float = 2) -> str:
        """Return a noun without its number."""
        return (one if number == 1 else f"{one}s") if self.lang == "en" else NOUNS[one]

    def shown(self, value: float) -> str:
        """Return a total as people read it."""
        return shown(value) if math.isfinite(value) else self("unknown")

    def percent(self, share: float) -> str:
        """Return a share in per cent, never rounded down to nothing."""
        if 0 < share < 1e-5:
            return self("less than 0.001 %")
        return percent(share) if self.lang == "en" else percent(share).replace(" %", "%")

    def whole_percent(self, share: float) -> str:
        """Return a share in whole per cent."""
        return f"{100 * share:.0f}{' ' if self.lang == 'en' else ''}%"

    def ordinal(self, number: int) -> str:
        """Return a rank as one says it.

        Examples
        --------
        >>> Wording("en").ordinal(2), Wording("zh").ordinal(2)
        ('2nd', '第 2')
        """
        if self.lang == "zh":
            return f"第 {number:,}"
        last = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number:,}{'th' if number % 100 in (11, 12, 13) else last}"

    def date(self, value: object) -> str:
        """Return a day as people write it; what is no ISO date is returned as it is.

        Examples
        --------
        >>> Wording("en").date("2021-04-30"), Wording("zh").date("2021-04-30")
        ('30 April 2021', '2021年4月30日')
        """
        text = str(value)[:10]
        day = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
        if pd.isna(day):
            return str(value)
        if self.lang == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def sentence(self, text: str) -> tuple[str, bool]:
        """Return a sentence of the library in this language, and whether it could be said in it."""
        if self.lang == "en":
            return text, True
        other = translated(text)
        return (text, False) if other is None else (other, True)


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def shown(value: float) -> str:
    """A total as people read it.

    Examples
    --------
    >>> shown(80.746458), shown(1234567.8), shown(float("inf"))
    ('80.7465', '1,234,568', 'unknown')
    """
    if not math.isfinite(value):
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.6g}"


def percent(share: float) -> str:
    """A share in per cent, never rounded down to nothing.

    Examples
    --------
    >>> percent(0.1234), percent(2e-7)
    ('12.3 %', 'less than 0.001 %')
    """
    if 0 < share < 1e-5:
        return "less than 0.001 %"
    return f"{100 * share:.3g} %"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    Examples
    --------
    >>> counted(1, "pair"), counted(1160, "pair")
    ('1 pair', '1,160 pairs')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def decimals(scores: NDArray[np.float64]) -> int:
    """Decimals that show four digits of the largest score.

    Examples
    --------
    >>> decimals(np.array([0.07, 0.31])), decimals(np.array([512.0]))
    (4, 1)
    """
    largest = float(np.max(np.abs(scores), initial=0.0))
    if not 0 < largest < math.inf:
        return 4
    return min(max(3 - math.floor(math.log10(largest)), 0), 6)
