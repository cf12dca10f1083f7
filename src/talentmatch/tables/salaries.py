"""Salaries as people write them, ``1-1.5万·13薪`` or ``200元/天``, in RMB a year.

A day's, a week's and an hour's pay are turned into a year's by the 21.75 paid days of a month and
the 8 hours of a day (notice 劳社部发〔2008〕3号: (365 - 104) / 12 days, 174 hours a month).
Nothing is assumed about a period that neither cell nor heading states: 3-5万 may be a month's pay
or a year's.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from talentmatch.tables.cells import READERS, CellError, plain, shown

__all__ = ["ENDS", "Pay", "read_pay", "salary_reader", "split_period", "stated_by"]

ENDS = {
    "salary_expected": ("least", "salary_expected_max"),
    "salary_expected_max": ("most", ""),
    "salary_min": ("least", ""),
    "salary_max": ("most", "salary_min"),
    "annual_salary": ("exact", ""),
}
"""Which end of a range a column takes, and the column that keeps the other end."""

_YEARS = {  # how many of them are paid in a year
    "year": Decimal(1),
    "month": Decimal(12),
    "week": Decimal("52.2"),
    "day": Decimal(261),
    "hour": Decimal(2088),
}
_WORDS = {
    "year": "年 year yr annum",
    "month": "月 month mo",
    "week": "周 week",
    "day": "天 日 day",
    "hour": "小时 时 hour h",
}
_PERIODS = {word: period for period, words in _WORDS.items() for word in words.split()}
_UNITS = {"": 1, "千": 1_000, "k": 1_000, "万": 10_000, "w": 10_000, "百万": 1_000_000}
_AGREED = "面议 面谈 电议 可议 待定 不限 保密 薪资面议 薪酬面议 工资面议 待遇面议 negotiable"
_UNSTATED = frozenset(_AGREED.split())
_MOST = 1e8  # RMB a year; above it a unit was counted twice

_EVERY = "|".join(sorted(_PERIODS, key=len, reverse=True))
_AMOUNT = r"(\d+(?:\.\d+)?|\.\d+)(百万|[千k万w])?元?"
_PHRASE = re.compile(
    rf"(?:([年月日时])薪[::]?)?{_AMOUNT}(?:(?:[-~—–〜至到]|to){_AMOUNT})?"
    rf"(及?以上|及?以下|起|\+)?(?:(?:/|每|per|a)({_EVERY}))?(?:/人)?"
    rf"(?:[·・.,*x×]?(\d\d(?:\.\d)?)薪)?(?:(?:/|每|per|a)({_EVERY}))?"
)
_NUMBER = re.compile(r"[+-]?[\d.]+(?:e[+-]?\d+)?", re.IGNORECASE)
_SINGLE = re.compile(r"[¥￥]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?元?")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_NOISE = re.compile(r"\s|¥|￥|人民币|rmb|cny|税前|大?约|左右")
_HEADED = re.compile(
    rf"([年月日时])薪|(?:/|每|per|\(a?)({_EVERY})(?![a-z])|(year|month)ly|(annual)"
)
_IN_UNIT = re.compile(r"(百万|[万千])元?(?:[/)\]】]|人民币|$)|[(/\[【](k|w)(?![a-z])|([万千])元")


@dataclass(frozen=True, slots=True)
class Pay:
    """A salary in RMB a year; None for an end that is not stated.

    Parameters
    ----------
    least, most : Decimal or None
        The two ends, equal where one amount is stated.
    """

    least: Decimal | None
    most: Decimal | None


def read_pay(cell: str, *, period: str = "", unit: int = 1) -> Pay | None:
    """Read a salary as it is written.

    Parameters
    ----------
    cell : str
        As ``1-1.5万``, ``6千-1.2万·13薪``, ``25k-40k/月``, ``15-20万/年``, ``3千及以下``, ``面议``.
    period : {"", "year", "month", "week", "day", "hour"}
        What holds where the cell does not say it.
    unit : int
        RMB in one, where the cell names no unit.

    Returns
    -------
    Pay or None
        None where the text is no salary. Both ends are None where it is left to be agreed.

    Raises
    ------
    CellError
        Neither the cell nor `period` says how long one works for it, or the range is upside down.

    Examples
    --------
    >>> read_pay("6千-1.2万·13薪")
    Pay(least=Decimal('78000'), most=Decimal('156000.0'))
    >>> read_pay("200元/天"), read_pay("面议")
    (Pay(least=Decimal('52200'), most=Decimal('52200')), Pay(least=None, most=None))
    >>> read_pay("1-1.5万", period="month")
    Pay(least=Decimal('120000'), most=Decimal('180000.0'))
    """
    text = _NOISE.sub("", unicodedata.normalize("NFKC", cell).casefold())
    if text.strip("()") in _UNSTATED:
        return Pay(None, None)
    match = _PHRASE.fullmatch(_THOUSANDS.sub("", text))
    if match is None:
        return None
    before, low, low_unit, high, high_unit, open_end, inside, months, behind = match.groups()
    stated = {_PERIODS[word] for word in (before, inside, behind, "月" * bool(months)) if word}
    if len(stated) > 1:  # 20万/年·13薪 counts the months twice
        raise CellError(f"two periods at once: {shown(cell)}", "Write one, such as 1-1.5万/月")
    period = stated.pop() if stated else period
    if not period:
        hint = "Write 1-1.5万/月 or 18万/年 in the cell"
        raise CellError(f"neither a month's nor a year's: {shown(cell)}", hint)
    times = Decimal(months) if months else _YEARS[period]
    last = _UNITS[high_unit or low_unit or ""] if high_unit or low_unit else unit
    first = _UNITS[low_unit] if low_unit else last
    least = Decimal(low) * first * times
    most = least if high is None else Decimal(high) * last * times
    if least > most:
        raise CellError(f"the range is upside down: {shown(cell)}", "Write the lower end first")
    if open_end:
        return Pay(None, most) if open_end.endswith("下") else Pay(least, None)
    return Pay(least, most)


def stated_by(heading: str) -> tuple[str, int]:
    """Return the period and the unit in RMB that a heading states: ``("", 1)`` if none.

    Examples
    --------
    >>> stated_by("年薪（万元）"), stated_by("期望薪资(k/月)"), stated_by("salary_max")
    (('year', 10000), ('month', 1000), ('', 1))
    """
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", heading).casefold())
    period = next(map(_period_of, _HEADED.finditer(text)), "")
    unit = _IN_UNIT.search(text)
    return period, 1 if unit is None else _UNITS[next(filter(None, unit.groups()))]


def _period_of(match: re.Match[str]) -> str:
    word = next(filter(None, match.groups()))
    return "year" if word == "annual" else _PERIODS[word]


def split_period(ours: str) -> tuple[str, str]:
    """Return a column and the period said with it.

    Examples
    --------
    >>> split_period("salary_max/month"), split_period("text")
    (('salary_max', 'month'), ('text', ''))
    """
    name, slash, period = ours.rpartition("/")
    return (name, period) if slash and name in ENDS and period in _YEARS else (ours, "")


def salary_reader(
    name: str, heading: str, period: str = ""
) -> Callable[[object], tuple[float, float]]:
    """Return what reads a cell of a salary column as (least, most) RMB a year, nan for neither.

    Parameters
    ----------
    name : str
        Our column; one of `ENDS`.
    heading : str
        The caller's; its period and unit hold where the cell states none.
    period : str
        Said with the column; outranks the heading.

    Examples
    --------
    >>> salary_reader("salary_max", "年薪(万元)")("15-20")
    (150000.0, 200000.0)
    >>> salary_reader("salary_max", "salary_max")(240000)
    (240000.0, 240000.0)
    """
    headed, unit = stated_by(heading)
    period = period or headed
    factor = unit * _YEARS[period or "year"]

    def read(cell: object) -> tuple[float, float]:
        held = plain(cell)
        pay = _phrase(held, heading, name, period, unit) if isinstance(held, str) else None
        if pay is None:
            amount = READERS["money"](cell)
            if not isinstance(amount, float) or math.isnan(amount) or factor == 1:
                return float(amount), float(amount)  # type: ignore[arg-type]  # READERS says object
            pay = Pay(*(Decimal(repr(amount)) * factor,) * 2)
        ends = [math.nan if end is None else float(end) for end in (pay.least, pay.most)]
        if any(end > _MOST for end in ends):
            rule = f"more than {_MOST:,.0f} RMB a year: {shown(cell)}"
            raise CellError(rule, f"Is the unit said twice, in the cell and in {heading!r}?")
        if ENDS[name][0] == "exact" and pay.least != pay.most:
            raise CellError(f"a range, not one amount: {shown(cell)}", "Write what is paid")
        return ends[0], ends[1]

    return read


def _phrase(text: str, heading: str, name: str, period: str, unit: int) -> Pay | None:
    """Read a text that is more than a number; None where it is a number or no salary."""
    written = unicodedata.normalize("NFKC", text).strip()
    if _NUMBER.fullmatch(written):
        return None
    if _SINGLE.fullmatch(written):  # in the unit of its column, as a plain number is
        period = period or "year"
    try:
        return read_pay(text, period=period, unit=unit)
    except CellError as error:
        if not error.rule.startswith("neither"):
            raise
        hint = f"{error.hint}, or say it once: columns={{{heading!r}: '{name}/month'}} or '/year'"
        raise CellError(error.rule, hint) from None
