"""One scheme's claim on one contract, and what becomes of claims that overlap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from talentmatch.centre.conditions import Facts, judge
from talentmatch.centre.schemes import Overlap, Scheme, money, rounded

__all__ = ["Claim", "Part", "claim", "settle"]


@dataclass(frozen=True)
class Part:
    """The part of a year that counts for a scheme.

    Parameters
    ----------
    days : int or None
        Days that count; None where a missing fact decides.
    of : int
        Days of the year.
    starts : bool or None
        Whether the contract starts in the year, while the scheme is in force.
    said : str
        The days in words.
    missing : tuple of str
        Facts that decide and are missing.
    """

    days: int | None
    of: int
    starts: bool | None
    said: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """What one scheme pays for one contract.

    Parameters
    ----------
    scheme : Scheme
        The scheme.
    state : {"due", "not eligible", "undetermined"}
        Whether it pays.
    amount : Decimal or None
        RMB to the cent; None where undetermined.
    rule, trace : str
        The rule that decides; the arithmetic.
    missing : tuple of str
        Facts that decide and are missing.
    """

    scheme: Scheme
    state: str
    amount: Decimal | None
    rule: str
    trace: str
    missing: tuple[str, ...] = ()


def claim(scheme: Scheme, facts: Facts, part: Part, *, on: dt.date) -> Claim:
    """What a scheme pays by itself, before overlaps are settled.

    Parameters
    ----------
    scheme : Scheme
        The scheme.
    facts : mapping
        The contract's facts.
    part : Part
        The days that count.
    on : date
        The day on which ages are taken.

    Examples
    --------
    >>> from talentmatch.centre.policy import Policy
    >>> tuition = Policy.load("beilun-2021").schemes[3]
    >>> half = Part(73, 365, True, "73 of 365 days")
    >>> found = claim(tuition, {"children_at_international_school": Decimal(2)}, half,
    ...               on=dt.date(2021, 9, 1))
    >>> found.state, found.amount
    ('due', Decimal('20000.00'))
    """
    verdict = judge(scheme.needs, facts, on=on)
    if verdict.holds is False:
        return _nothing(scheme, verdict.said)
    once = scheme.counted == "once"
    if part.days == 0 or (once and part.starts is False):
        return _nothing(scheme, f"paid once, in the year of the start: {part.said}" if once and
                        part.days != 0 else part.said)  # fmt: skip
    year = scheme.year_cents(facts)
    unknown = (*verdict.missing, *part.missing, *[scheme.of] * (year is None))
    if unknown or year is None:
        missing = tuple(dict.fromkeys(str(fact) for fact in unknown))
        return Claim(scheme, "undetermined", None, scheme.said, _lacking(missing), missing)
    if once:
        said = f"{scheme.arithmetic(facts)}, once"
        return Claim(scheme, "due", rounded(year), scheme.said, said)
    amount = rounded(year * Fraction(part.days or 0, part.of))
    said = f"{scheme.arithmetic(facts)} a year; {part.said}: {money(amount)} RMB"
    return Claim(scheme, "due", amount, scheme.said, said)


def settle(claims: Sequence[Claim], overlap: Overlap, facts: Facts, whole: Part) -> list[Claim]:
    """Apply the rule of overlapping schemes to the claims of one contract.

    Parameters
    ----------
    claims : sequence of Claim
        One for each scheme.
    overlap : Overlap
        The rule.
    facts : mapping
        The contract's facts, for its salary.
    whole : Part
        The days worked in the year.

    Examples
    --------
    >>> from talentmatch.centre.policy import Policy
    >>> policy = Policy.load("beilun-2021")
    >>> year = Part(365, 365, True, "the whole year")
    >>> facts = {"annual_salary": Decimal(480000), "full_time": True, "top_expert": True}
    >>> claims = [claim(s, facts, year, on=dt.date(2021, 9, 1)) for s in policy.schemes[:2]]
    >>> [c.state for c in settle(claims, policy.overlap, facts, year)]
    ['not eligible', 'due']
    """
    named = {name: k for k, name in enumerate(overlap.schemes)}
    group = sorted(
        (c for c in claims if c.scheme.name in named), key=lambda c: named[c.scheme.name]
    )
    rivals = [c for c in group if c.state != "not eligible"]
    settled: Mapping[str, Claim] = {}
    if len(rivals) > 1 and overlap.rule == "highest":
        settled = _highest(rivals)
    elif len(rivals) > 1 and overlap.rule == "both_up_to_salary":
        settled = _up_to_salary(rivals, facts, whole)
    result = [settled.get(c.scheme.name, c) for c in claims]
    return [
        replace(c, trace=f"{c.trace}; {overlap.said}") if c.scheme.name in named else c
        for c in result
    ]


def _highest(rivals: Sequence[Claim]) -> dict[str, Claim]:
    """Only the highest is paid; what cannot be compared is undetermined."""
    missing = tuple(dict.fromkeys(fact for c in rivals for fact in c.missing))
    names = " and ".join(c.scheme.name for c in rivals)
    if missing:
        said = f"{_lacking(missing)}, so that {names} cannot be compared"
        return {
            c.scheme.name: replace(c, state="undetermined", amount=None, missing=missing,
                                   trace=said if c.missing else f"{c.trace}; but {said}")
            for c in rivals
        }  # fmt: skip
    best = max(rivals, key=lambda c: c.amount or 0)
    paid = f"{best.scheme.name} pays {money(best.amount)} RMB"
    return {
        c.scheme.name: _nothing(c.scheme, f"{paid}, no less than this one", before=c.trace)
        for c in rivals
        if c is not best
    }


def _up_to_salary(rivals: Sequence[Claim], facts: Facts, whole: Part) -> dict[str, Claim]:
    """The later ones get what the salary of the days worked leaves."""
    salary = facts.get("annual_salary")
    unknown = (*["annual_salary"] * (salary is None), *whole.missing)
    left = None
    if not unknown and salary is not None:
        left = rounded(Fraction(salary) * 100 * Fraction(whole.days or 0, whole.of))
    settled = {}
    for k, c in enumerate(rivals):
        earlier = [fact for other in rivals[:k] for fact in other.missing]
        missing = tuple(dict.fromkeys((*c.missing, *earlier, *unknown)))
        if missing:
            settled[c.scheme.name] = replace(
                c, state="undetermined", amount=None, missing=missing, trace=_lacking(missing)
            )
        elif left is not None and c.amount is not None:
            paid = min(left, c.amount)
            left -= paid
            if not paid:
                rule = "nothing is left of the salary of the days worked"
                settled[c.scheme.name] = _nothing(c.scheme, rule, before=c.trace)
                continue
            said = f"{c.trace}; of it {money(paid)} RMB within the salary of the days worked"
            settled[c.scheme.name] = replace(c, amount=paid, trace=said)
    return settled


def _nothing(scheme: Scheme, rule: str, before: str = "") -> Claim:
    said = f"{before}; {rule}: nothing is paid" if before else f"{rule}: nothing is paid"
    return Claim(scheme, "not eligible", Decimal("0.00"), rule, said)


def _lacking(missing: Sequence[str]) -> str:
    return f"undetermined, for want of {', '.join(missing)}"
