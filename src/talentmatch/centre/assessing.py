"""What contracts are paid in one calendar year: exact amounts, states, traces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pandas as pd

from talentmatch.centre.claims import Claim, Part, claim, settle
from talentmatch.centre.conditions import Facts
from talentmatch.centre.contract_table import read_contracts
from talentmatch.centre.schemes import Overlap, Scheme, money, rounded, share
from talentmatch.errors import ProblemError

__all__ = ["COLUMNS", "assess", "totals"]

COLUMNS = [
    "contract_id", "candidate_id", "enterprise_id", "scheme", "payer", "amount", "state", "rule",
    "missing", "trace",
]  # fmt: skip
_STATES = ("due", "undetermined", "not eligible")


def assess(
    contracts: object, schemes: Sequence[Scheme], overlap: Overlap, *, on: dt.date
) -> pd.DataFrame:
    """Assess contracts for the calendar year of a day; see `Policy.assess`.

    Examples
    --------
    >>> from talentmatch.centre.policy import Policy
    >>> policy = Policy.load("beilun-2021")
    >>> rows = [{"candidate_id": "R1", "enterprise_id": "E1", "annual_salary": 480000,
    ...          "start_date": "2021-09-01"}]
    >>> items = assess(rows, policy.schemes[:1], policy.overlap, on=dt.date(2021, 12, 1))
    >>> items[["payer", "amount"]].to_dict("records")  # doctest: +NORMALIZE_WHITESPACE
    [{'payer': 'district', 'amount': Decimal('32087.67')},
     {'payer': 'city', 'amount': Decimal('32087.67')}]
    """
    wanted = {fact: kind for scheme in schemes for fact, kind in scheme.facts.items()}
    rows = read_contracts(contracts, wanted | {"annual_salary": "money"})
    claims: dict[int, list[Claim]] = {}
    taken: dict[tuple[str, str], list[tuple[range, str, tuple[str, ...]]]] = {}
    # The days of a person count for the contract that starts first, whatever the order of rows.
    for k in sorted(range(len(rows)), key=lambda k: (rows[k]["start_date"] or dt.date.max,
                                                     rows[k]["contract_id"])):  # fmt: skip
        facts, found = rows[k], []
        for scheme in schemes:
            mine = taken.setdefault((facts["candidate_id"], scheme.name), [])
            found.append(_of_year(scheme, facts, on, mine))
        claims[k] = settle(found, overlap, facts, _whole(facts, on))
    table = [row for k, facts in enumerate(rows) for row in _items(claims[k], facts)]
    return pd.DataFrame(table, columns=COLUMNS).astype({"amount": object})


def totals(items: pd.DataFrame, by: str | Sequence[str] = ("scheme", "payer")) -> pd.DataFrame:
    """Sum items exactly; see `Policy.totals`.

    Examples
    --------
    >>> from decimal import Decimal
    >>> items = pd.DataFrame({"payer": ["city", "city"], "state": ["due", "undetermined"],
    ...                       "amount": [Decimal("0.10"), None]})
    >>> totals(items, "payer").to_dict("records")
    [{'payer': 'city', 'amount': Decimal('0.10'), 'due': 1, 'undetermined': 1, 'not_eligible': 0}]
    """
    names = [by] if isinstance(by, str) else list(by)
    absent = [name for name in (*names, "amount", "state") if name not in items.columns]
    if absent:
        raise ProblemError(f"totals: the items have no column {', '.join(map(repr, absent))}")
    groups: dict[tuple[Any, ...], list[Any]] = {}
    keys: Iterable[tuple[Any, ...]] = (
        zip(*(items[name].tolist() for name in names), strict=True) if names else [()] * len(items)
    )
    for key, amount, state in zip(
        keys, items["amount"].tolist(), items["state"].tolist(), strict=True
    ):
        held = groups.setdefault(key, [Fraction(0), 0, 0, 0])
        if state not in _STATES:
            raise ProblemError(f"totals: {state!r} is no state; these are {', '.join(_STATES)}")
        held[1 + _STATES.index(state)] += 1
        if state != "undetermined":
            held[0] += Fraction(amount)
    rows = [
        # What nobody can determine yet is not known to be zero.
        (*key, None if held[2] and not held[1] else rounded(held[0] * 100), *held[1:])
        for key, held in sorted(groups.items(), key=lambda group: tuple(map(str, group[0])))
    ]
    return pd.DataFrame(rows, columns=[*names, "amount", "due", "undetermined", "not_eligible"])


def _of_year(
    scheme: Scheme, facts: Facts, on: dt.date, taken: list[tuple[range, str, tuple[str, ...]]]
) -> Claim:
    """One scheme for one contract in the year, days of the person's earlier contracts left out."""
    part, worked = _part(facts, on, scheme.start, scheme.end)
    if not scheme.per_person or scheme.counted == "once":
        return claim(scheme, facts, part, on=on)
    mine = set(worked)
    for days, contract, missing in taken:
        if mine.isdisjoint(days):
            continue
        mine -= set(days)
        left = len(mine)
        said = f"{part.said}, {left} of them left by contract {contract!r}, which starts first"
        away = tuple(f"{fact} of contract {contract}" for fact in missing)
        part = replace(part, days=left, said=said, missing=(*part.missing, *away))
        if away:  # how many days are left is not known
            part = replace(part, days=None)
    found = claim(scheme, facts, part, on=on)
    if found.state != "not eligible" and worked:
        taken.append((worked, facts["contract_id"], found.missing))
    return found


def _whole(facts: Facts, on: dt.date) -> Part:
    return _part(facts, on, dt.date.min, None)[0]


def _part(facts: Facts, on: dt.date, start: dt.date, end: dt.date | None) -> tuple[Part, range]:
    """Days of a contract in the year of a day, within a scheme's own dates."""
    first, last = dt.date(on.year, 1, 1), dt.date(on.year, 12, 31)
    year = (last - first).days + 1
    since, until = facts.get("start_date"), facts.get("end_date") or dt.date.max
    low = max(first, start, since or dt.date.min)
    high = min(last, end or dt.date.max, until)
    if low > high:
        return Part(
            0, year, False, f"no day of {on.year} counts: {_why(facts, start, end)}"
        ), range(0)
    if since is None:
        return Part(None, year, None, "the days are not known", ("start_date",)), range(0)
    starts = first <= since <= last and start <= since <= (end or dt.date.max)
    worked = range(low.toordinal(), high.toordinal() + 1)
    said = f"{len(worked)} of {year} days of {on.year} ({low} to {high})"
    return Part(len(worked), year, starts, said), worked


def _why(facts: Facts, start: dt.date, end: dt.date | None) -> str:
    since, until = facts.get("start_date"), facts.get("end_date")
    runs = f"the contract runs from {since or 'a day not stated'} to {until or 'no stated day'}"
    if start == dt.date.min:
        return runs
    return f"{runs}, the scheme from {start} to {end or 'no stated day'}"


def _items(claims: Sequence[Claim], facts: Facts) -> list[tuple[Any, ...]]:
    """One row for each scheme and payer of a contract."""
    keys = (facts["contract_id"], facts["candidate_id"], facts["enterprise_id"])
    rows = []
    for c in claims:
        payers = c.scheme.payers
        parts = share(c.amount, payers) if c.amount is not None else dict.fromkeys(dict(payers))
        for k, (payer, part) in enumerate(payers):
            paid = parts[payer]
            trace = f"{c.scheme.name}: {c.trace}"
            if c.state == "due":
                rest = len(payers) > 1 and k == len(payers) - 1
                how = "the rest" if rest else f"{(part * 100).normalize():f} %"
                trace += f"; {payer} pays {how} = {money(paid)} RMB"
            missing = ", ".join(c.missing)
            rows.append((*keys, c.scheme.name, payer, paid, c.state, c.rule, missing, trace))
    return rows
