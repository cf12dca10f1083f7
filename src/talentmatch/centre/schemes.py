"""What a policy is made of: schemes that pay, talent programmes, the rule where schemes overlap."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from talentmatch.centre.conditions import Facts, Need, facts_needed
from talentmatch.centre.facts import cents_of
from talentmatch.displaying import Shown
from talentmatch.tables.columns import columns_of

__all__ = ["FACTS", "OVERLAP_RULES", "Overlap", "Programme", "Scheme", "money", "rounded", "share"]

OVERLAP_RULES = {
    "highest": "only the higher of them is paid",
    "both": "each is paid in full",
    "both_up_to_salary": "both are paid, together no more than the salary of the days worked",
}
"""What may happen where schemes overlap, in words."""

_COUNTS = {"children_at_international_school": "count"}
FACTS = {
    column.name: _COUNTS.get(column.name, "degree" if column.name == "degree" else column.type)
    for column in columns_of("contracts").values()
    if column.type not in ("id", "label")
}
"""The facts of a contract and their kinds (see `facts.KINDS`)."""

Counted = Literal["by days", "once"]


@dataclass(frozen=True, repr=False)
class Scheme(Shown):
    r"""One subsidy: for whom, how much a year, who pays.

    .. math::
        \text{amount of a year} = \min(\text{rate} \cdot \text{of}, \text{at most})

    Parameters
    ----------
    name, title : str
        Short name and words.
    start : date
        First day it is in force.
    end : date or None
        Last day; None is open.
    rate : Decimal
        RMB for each unit of `of`: 0.40 of a salary, 50000 for a child; the whole sum where `of`
        is None.
    of : str or None
        The fact that is multiplied, a count or an amount of money.
    at_most : Decimal or None
        Ceiling in RMB; None is none.
    counted : {"by days", "once"}
        A year's sum shared by the days worked, or a sum paid once, for the year of the start.
    per_person : bool
        Whether a day counts once for a person who has several contracts.
    payers : tuple of (str, Decimal)
        Who pays which share; the shares sum to 1.
    needs : tuple of Condition or AnyOf
        What must hold.

    Examples
    --------
    >>> half = Decimal("0.5")
    >>> funding = Scheme("salary_funding", "Salary funding", dt.date(2021, 1, 1), None,
    ...                  Decimal("0.40"), "annual_salary", payers=(("district", half),
    ...                                                            ("city", half)))
    >>> float(funding.year_cents({"annual_salary": Decimal(480000)}))
    19200000.0
    """

    name: str
    title: str
    start: dt.date
    end: dt.date | None
    rate: Decimal
    of: str | None
    at_most: Decimal | None = None
    counted: Counted = "by days"
    per_person: bool = False
    payers: tuple[tuple[str, Decimal], ...] = ()
    needs: tuple[Need, ...] = ()

    _shown = ("rate", "of", "at_most", "counted", "per_person", "payers", "needs")

    def _line(self) -> str:
        until = f"to {self.end}" if self.end else "on"
        return f"<Scheme {self.name!r}: {self.title}, from {self.start} {until}>"

    @property
    def facts(self) -> dict[str, str]:
        """Facts of the contract, its dates apart, that the scheme looks at, and their kinds."""
        kinds = facts_needed(self.needs)
        if self.of is not None:
            kinds[self.of] = FACTS[self.of]
        return {fact: FACTS.get(fact, kind) for fact, kind in kinds.items()}

    @property
    def said(self) -> str:
        """How much, in words."""
        words = f"{money(self.rate)} RMB"
        if self.of is not None and FACTS[self.of] == "money":
            words = f"{(self.rate * 100).normalize():f} % of {self.of}"
        elif self.of is not None:
            words = f"{words} for each of {self.of}"
        return words + (f", at most {money(self.at_most)} RMB" if self.at_most is not None else "")

    def year_cents(self, facts: Facts) -> Fraction | None:
        """Cents of a whole year, exact and not rounded; None where the fact is missing."""
        full = Fraction(self.rate) * 100
        if self.of is not None:
            if facts.get(self.of) is None:
                return None
            full *= Fraction(facts[self.of])
        return full if self.at_most is None else min(full, Fraction(self.at_most) * 100)

    def arithmetic(self, facts: Facts) -> str:
        """How a year's sum comes about, in figures."""
        cents = self.year_cents(facts)
        if cents is None:
            return self.said
        result = money(rounded(cents))
        if self.of is None:
            return f"{result} RMB"
        if FACTS[self.of] == "money":
            words = f"{(self.rate * 100).normalize():f} % of {money(facts[self.of])} RMB"
        else:
            words = f"{facts[self.of].normalize():f} x {money(self.rate)} RMB"
        if self.at_most is not None and cents == cents_of(self.at_most):
            words += ", at most"
        return f"{words} = {result} RMB" if not words.endswith("most") else f"{words} {result} RMB"


@dataclass(frozen=True)
class Overlap(Shown):
    """What happens where several schemes fall on the same contract and year.

    Parameters
    ----------
    schemes : tuple of str
        The schemes; of equal sums the first goes first.
    rule : str
        A key of `OVERLAP_RULES`.
    origin : {"stated", "assumed", "chosen"}
        Whether the source says so, the file assumes it, or the user chose it.

    Examples
    --------
    >>> print(Overlap(("funding", "grant"), "highest", "chosen").said)
    overlap rule 'highest' (chosen): of funding and grant only the higher of them is paid
    """

    schemes: tuple[str, ...]
    rule: str
    origin: str

    @property
    def said(self) -> str:
        """The rule in words, with its origin."""
        names = " and ".join(self.schemes)
        return f"overlap rule {self.rule!r} ({self.origin}): of {names} {OVERLAP_RULES[self.rule]}"


@dataclass(frozen=True, repr=False)
class Programme(Shown):
    """A talent programme: who may apply, and with which documents.

    Parameters
    ----------
    name, title : str
        Short name and words.
    start : date
        First day on which one may apply.
    end : date or None
        Last day; None is open.
    needs : tuple of Condition or AnyOf
        What must hold.
    documents : tuple of str
        What has to be handed in.

    Examples
    --------
    >>> from talentmatch.centre.conditions import Condition
    >>> young = Programme("young", "Young researchers", dt.date(2021, 1, 1), None,
    ...                   needs=(Condition("degree", "at_least", "doctor"),),
    ...                   documents=("passport",))
    >>> [need.asked for need in young.needs]
    ['degree at least doctor']
    """

    name: str
    title: str
    start: dt.date
    end: dt.date | None
    needs: tuple[Need, ...] = ()
    documents: tuple[str, ...] = ()

    _shown = ("needs", "documents")

    def _line(self) -> str:
        until = f"to {self.end}" if self.end else "on"
        return f"<Programme {self.name!r}: {self.title}, from {self.start} {until}>"


def rounded(cents: Fraction) -> Decimal:
    """RMB of a number of cents, half a cent up.

    Examples
    --------
    >>> rounded(Fraction(5, 2)), rounded(Fraction(0))
    (Decimal('0.03'), Decimal('0.00'))
    """
    return Decimal((cents + Fraction(1, 2)).__floor__()).scaleb(-2)


def share(amount: Decimal, payers: tuple[tuple[str, Decimal], ...]) -> dict[str, Decimal]:
    """Divide an amount among payers to the cent; the last takes the rest.

    Examples
    --------
    >>> half = Decimal("0.5")
    >>> share(Decimal("0.03"), (("district", half), ("city", half)))
    {'district': Decimal('0.02'), 'city': Decimal('0.01')}
    """
    parts: dict[str, Decimal] = {}
    rest = amount
    for payer, part in payers[:-1]:
        parts[payer] = min(rest, rounded(Fraction(amount) * Fraction(part) * 100))
        rest -= parts[payer]
    return parts | {payers[-1][0]: rest}


def money(amount: Any) -> str:
    """An amount as people write it.

    Examples
    --------
    >>> money(Decimal("1200.5"))
    '1,200.50'
    """
    return f"{amount:,.2f}"
