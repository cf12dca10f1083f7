"""Conditions on facts that may be missing: yes, no, or not known, with the facts that are missing.

The logic is Kleene's: a condition that fails decides whatever else is missing, and one way that
holds is enough; only what can still change the answer is named as missing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from talentmatch.centre.facts import DEGREE_RANKS

__all__ = ["OPERATORS", "AnyOf", "Condition", "Need", "Verdict", "facts_needed", "judge"]

Facts = Mapping[str, Any]

OPERATORS = {
    "is": "is",
    "one_of": "is one of",
    "above": "above",
    "at_least": "at least",
    "at_most": "at most",
    "age_at_least": "age at least",
    "age_at_most": "age at most",
}
"""What a condition may ask, and how it is said."""


@dataclass(frozen=True)
class Verdict:
    """What a condition says of one person or contract.

    Parameters
    ----------
    holds : bool or None
        None where a missing fact decides.
    missing : tuple of str
        The facts that decide and are missing; empty unless `holds` is None.
    said : str
        In words.
    """

    holds: bool | None
    missing: tuple[str, ...]
    said: str


@dataclass(frozen=True)
class Condition:
    """One fact compared with one value.

    Parameters
    ----------
    fact : str
        The fact's column.
    operator : str
        A key of `OPERATORS`.
    value : bool, str, tuple of str, Decimal or date
        What it is compared with; a text after ``at_least`` is a degree. Ages are full years.

    Examples
    --------
    >>> doctor = Condition("degree", "at_least", "doctor")
    >>> doctor.judge({"degree": "博士"}, on=dt.date(2021, 9, 1)).holds
    True
    >>> doctor.judge({}, on=dt.date(2021, 9, 1)).missing
    ('degree',)
    """

    fact: str
    operator: str
    value: Any

    @property
    def kind(self) -> str:
        """Kind of the fact, a key of `facts.KINDS`."""
        if self.operator.startswith("age") or isinstance(self.value, dt.date):
            return "date"
        if isinstance(self.value, bool):
            return "flag"
        if isinstance(self.value, Decimal):
            return "number"
        return "degree" if self.operator in ("at_least", "at_most") else "category"

    @property
    def asked(self) -> str:
        """The condition in words."""
        value = self.value
        shown = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        if isinstance(value, Decimal):
            shown = f"{value:,f}"
        if isinstance(value, tuple):
            shown = ", ".join(value)
        return f"{self.fact} {OPERATORS[self.operator]} {shown}"

    def judge(self, facts: Facts, on: dt.date) -> Verdict:
        """Compare; ages are those on the day."""
        fact = facts.get(self.fact)
        if fact is None:
            return Verdict(None, (self.fact,), f"{self.asked}: not stated")
        shown = {True: "yes", False: "no"}[fact] if isinstance(fact, bool) else str(fact)
        return Verdict(self._holds(fact, on), (), f"{self.asked}: it is {shown}")

    def _holds(self, fact: Any, on: dt.date) -> bool:
        asked = self.value
        if self.operator.startswith("age"):
            fact = Decimal(on.year - fact.year - ((on.month, on.day) < (fact.month, fact.day)))
        elif self.kind == "degree":
            fact, asked = DEGREE_RANKS[fact.casefold()], DEGREE_RANKS[asked.casefold()]
        elif self.kind == "category":
            words = (asked,) if isinstance(asked, str) else asked
            return str(fact).casefold() in {word.casefold() for word in words}
        if self.operator == "is":
            return bool(fact == asked)
        if self.operator == "above":
            return bool(fact > asked)
        return bool(fact >= asked if self.operator.endswith("at_least") else fact <= asked)


@dataclass(frozen=True)
class AnyOf:
    """Several ways, each a list of conditions that all hold; one way is enough.

    Parameters
    ----------
    ways : tuple of tuples of Condition
        The ways.

    Examples
    --------
    >>> either = AnyOf(((Condition("top_expert", "is", True),),
    ...                 (Condition("degree", "at_least", "doctor"),)))
    >>> either.judge({"top_expert": False}, on=dt.date(2021, 9, 1)).missing
    ('degree',)
    """

    ways: tuple[tuple[Condition, ...], ...]

    @property
    def asked(self) -> str:
        """The condition in words."""
        return ", or ".join(" and ".join(c.asked for c in way) for way in self.ways)

    def judge(self, facts: Facts, on: dt.date) -> Verdict:
        """Try every way."""
        found = [judge(way, facts, on=on) for way in self.ways]
        holding = [verdict for verdict in found if verdict.holds]
        if holding:
            return holding[0]
        open_ones = [verdict for verdict in found if verdict.holds is None]
        missing = _once(fact for verdict in open_ones for fact in verdict.missing)
        said = "; ".join(verdict.said for verdict in open_ones or found)
        return Verdict(None if open_ones else False, missing, said)


Need = Condition | AnyOf


def judge(needs: Iterable[Need], facts: Facts, *, on: dt.date) -> Verdict:
    """Judge conditions that must all hold.

    Parameters
    ----------
    needs : iterable of Condition or AnyOf
        The conditions.
    facts : mapping of str to value
        What is known, of the kinds that `facts.read_facts` gives; None or absent is not known.
    on : date
        The day on which ages are taken.

    Returns
    -------
    Verdict
        False as soon as one fails; the words are those of the conditions that decide.

    Examples
    --------
    >>> needs = [Condition("full_time", "is", True), Condition("salary", "above", Decimal(0))]
    >>> judge(needs, {"full_time": False}, on=dt.date(2021, 9, 1))
    Verdict(holds=False, missing=(), said='full_time is yes: it is no')
    """
    found = [need.judge(facts, on) for need in needs]
    for holds in (False, None, True):
        deciding = [verdict for verdict in found if verdict.holds is holds]
        if deciding and holds is not True:
            missing = _once(fact for verdict in deciding for fact in verdict.missing)
            return Verdict(holds, missing, "; ".join(verdict.said for verdict in deciding))
    return Verdict(True, (), "; ".join(verdict.said for verdict in found))


def facts_needed(needs: Iterable[Need]) -> dict[str, str]:
    """Every fact that conditions look at, with its kind.

    Examples
    --------
    >>> facts_needed([Condition("full_time", "is", True)])
    {'full_time': 'flag'}
    """
    return {condition.fact: condition.kind for condition in _conditions(needs)}


def _conditions(needs: Iterable[Need]) -> Iterator[Condition]:
    for need in needs:
        if isinstance(need, Condition):
            yield need
        else:
            yield from (condition for way in need.ways for condition in way)


def _once(facts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(facts))
