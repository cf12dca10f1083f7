"""The kinds of value in a policy's file: each reader returns the clean value or says the rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from talentmatch.centre.conditions import OPERATORS, AnyOf, Condition, Need
from talentmatch.centre.facts import DEGREE_RANKS
from talentmatch.centre.schemes import FACTS
from talentmatch.tables.cells import CellError

__all__ = [
    "amount",
    "dates",
    "days",
    "first_day",
    "is_money",
    "last_day",
    "measure",
    "needs",
    "needs_of_contracts",
    "one_of",
    "part",
    "payers",
    "several_days",
    "texts",
    "yes_or_no",
]

_MEASURED = {"money", "number", "count"}


def amount(value: object) -> Decimal:
    """RMB of 0 or more, in whole cents."""
    number = _decimal(value)
    if number < 0 or number.as_tuple().exponent < -2:  # type: ignore[operator]  # it is finite
        raise CellError(f"no amount in RMB: {value}", "Write 0 or more, in whole cents")
    return number


def part(value: object) -> Decimal:
    """A share between 0 and 1."""
    number = _decimal(value)
    if not 0 <= number <= 1:
        raise CellError(f"no share: {value}", "Write a number from 0 to 1, such as 0.40")
    return number


def days(value: object) -> int:
    """A whole number of days."""
    if type(value) is not int or value < 0:
        raise CellError(f"no whole number of days: {value!r}", "Write 0, 1, 2, ...")
    return value


def several_days(value: object) -> tuple[int, ...]:
    """Two or more numbers of days."""
    items = _list(value)
    if len(items) < 2:
        raise CellError(f"{len(items)} numbers of days", "Write one for each permit: [10, 15]")
    return tuple(days(item) for item in items)


def first_day(value: object) -> dt.date:
    """A day, written as TOML writes days."""
    if type(value) is not dt.date:
        raise CellError(f"no day: {value!r}", "Write it without quotes, as 2021-01-01")
    return value


def last_day(value: object) -> dt.date | None:
    """A day, or the word open."""
    if value == "open":
        return None
    if type(value) is not dt.date:
        raise CellError(f"neither a day nor open: {value!r}", 'Write 2023-12-31 or "open"')
    return value


def dates(value: object) -> tuple[dt.date, ...]:
    """A list of days."""
    return tuple(first_day(item) for item in _list(value))


def texts(value: object) -> tuple[str, ...]:
    """A list of texts."""
    items = _list(value)
    for item in items:
        if not isinstance(item, str) or not item.strip():
            raise CellError(f"no text: {item!r}", 'Write ["...", "..."]')
    return tuple(items)


def yes_or_no(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise CellError(f"neither true nor false: {value!r}", "Write true or false")
    return value


def one_of(*words: str) -> Callable[[object], str]:
    """Return the reader of one of several words."""

    def read(value: object) -> str:
        if value not in words:
            shown = ", ".join(map(repr, words))
            raise CellError(f"{value!r} is none of {shown}", "Write one of them")
        return str(value)

    return read


def is_money(fact: str) -> bool:
    """Whether a contract's fact is an amount of money."""
    return FACTS[fact] == "money"


def measure(value: object) -> str:
    """A fact of a contract that can be multiplied."""
    known = [fact for fact, kind in FACTS.items() if kind in _MEASURED]
    if value not in known:
        raise CellError(f"{value!r} is no amount or number of a contract", _known(value, known))
    return str(value)


def payers(value: object) -> tuple[tuple[str, Decimal], ...]:
    """Who pays which share; the shares sum to 1."""
    if not isinstance(value, dict) or not value:
        raise CellError(f"no payers: {value!r}", "Write { district = 0.5, city = 0.5 }")
    shares = tuple((str(name), part(share)) for name, share in value.items())
    total = sum((share for _, share in shares), Decimal(0))
    if total != 1:
        raise CellError(f"the shares sum to {total}, not 1", "Mend the shares")
    return shares


def needs(value: object) -> tuple[Need, ...]:
    """A list of conditions that all hold; ``{any = [[...], [...]]}`` holds ways."""
    return tuple(_need(item) for item in _list(value))


def needs_of_contracts(value: object) -> tuple[Need, ...]:
    """Conditions on facts of a contract, of the kinds these have."""
    found = needs(value)
    for need in found:
        ways = ((need,),) if isinstance(need, Condition) else need.ways
        for condition in (condition for way in ways for condition in way):
            kind = FACTS.get(condition.fact)
            if kind is None:
                rule = f"{condition.fact!r} is no fact of a contract"
                raise CellError(rule, _known(condition.fact, list(FACTS)))
            if condition.kind != ("number" if kind in _MEASURED else kind):
                rule = f"{condition.fact} is a {kind}; asked is {condition.asked!r}"
                raise CellError(rule, "Compare it with a value of its kind")
    return found


def _need(item: object) -> Need:
    if isinstance(item, dict) and set(item) == {"any"}:
        ways = _list(item["any"])
        return AnyOf(tuple(tuple(_condition(one) for one in _list(way)) for way in ways))
    return _condition(item)


def _condition(item: object) -> Condition:
    hint = 'Write { fact = "degree", at_least = "doctor" }, with one of ' + ", ".join(OPERATORS)
    if not isinstance(item, Mapping) or len(item) != 2 or not isinstance(item.get("fact"), str):
        raise CellError(f"no condition: {item!r}", hint)
    operator = next(key for key in item if key != "fact")
    if operator not in OPERATORS:
        raise CellError(f"unknown comparison {operator!r}", hint)
    value = item[operator]
    if type(value) is int or isinstance(value, Decimal):
        value = _decimal(value)
    value = tuple(value) if isinstance(value, list) else value
    if not _goes(operator, value):
        raise CellError(f"{operator} does not compare with {item[operator]!r}", hint)
    return Condition(item["fact"], operator, value)


def _goes(operator: str, value: object) -> bool:
    """Whether a comparison takes such a value."""
    if operator == "one_of":
        return isinstance(value, tuple) and all(isinstance(word, str) for word in value)
    if operator.startswith("age") or operator == "above":
        return isinstance(value, Decimal)
    if operator == "is":
        return isinstance(value, bool | str | Decimal)
    if isinstance(value, str):
        return value.casefold() in DEGREE_RANKS
    return isinstance(value, Decimal) or type(value) is dt.date


def _decimal(value: object) -> Decimal:
    number = Decimal(value) if type(value) is int else value
    if not isinstance(number, Decimal) or not number.is_finite():
        raise CellError(f"no number: {value!r}", "Write a number without quotes")
    return number


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise CellError(f"no list: {value!r}", "Write it in brackets: [...]")
    return value


def _known(value: object, known: list[str]) -> str:
    near = get_close_matches(str(value), known, n=1)
    return (f"Did you mean {near[0]!r}? " if near else "") + f"Known are {', '.join(known)}"
