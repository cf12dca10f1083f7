"""What pairs would cost in subsidies in a first full year, before anything is signed.

Schemes that overlap form one group, every other scheme a group of its own. Each group looks at a
few facts of either side, so that it is assessed once for every distinct combination of them, by
the same code that assesses contracts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.centre.claims import Claim, Part, claim, settle
from talentmatch.centre.facts import KINDS, cents_of, column_of, read_facts, read_ids, table
from talentmatch.centre.schemes import Overlap, Scheme, share
from talentmatch.errors import Flaw, InputError, ProblemError
from talentmatch.tables.cells import CellError

__all__ = ["pair_costs"]

Ints = NDArray[np.int64]

_YEAR = Part(1, 1, True, "a first full year")
# A candidate's table says the salary under a name of its own.
_OURS = {"annual_salary": "salary_expected"}


@dataclass(frozen=True)
class _Side:
    """One table: its ids, and the facts that it tells of, one list of values each."""

    name: str
    ids: list[str]
    headings: dict[str, str]
    facts: dict[str, list[Any]]

    def distinct(self, facts: Iterable[str]) -> tuple[list[dict[str, Any]], NDArray[np.intp]]:
        """The distinct combinations of some facts, and which of them each row has."""
        names = [fact for fact in facts if fact in self.facts]
        rows = list(zip(*(self.facts[name] for name in names), strict=True)) or [()] * len(self.ids)
        place = {values: k for k, values in enumerate(dict.fromkeys(rows))}
        codes = np.fromiter((place[values] for values in rows), dtype=np.intp, count=len(rows))
        return [dict(zip(names, values, strict=True)) for values in place], codes


def pair_costs(
    candidates: object,
    demands: object,
    schemes: Sequence[Scheme],
    overlap: Overlap,
    *,
    on: dt.date,
    undetermined: Literal["raise"] | Decimal = "raise",
    payer: str | None = None,
    assuming: Mapping[str, object] | None = None,
) -> pd.DataFrame:
    """Cost of every pair; see `Policy.costs`.

    Examples
    --------
    >>> from talentmatch.centre.policy import Policy
    >>> policy = Policy.load("beilun-2021")
    >>> people = [{"candidate_id": "R1", "salary_expected": 480000}]
    >>> pair_costs(people, [{"demand_id": "X1"}], policy.schemes[:1], policy.overlap,
    ...            on=dt.date(2021, 9, 1)).to_dict()
    {'X1': {'R1': 192000.0}}
    """
    instead = _instead(undetermined)
    known = list(dict.fromkeys(name for scheme in schemes for name, _ in scheme.payers))
    if payer is not None and payer not in known:
        raise ProblemError(f"payer {payer!r} pays nothing here; payers are {', '.join(known)}")
    wanted = {fact: kind for scheme in schemes for fact, kind in scheme.facts.items()}
    wanted["annual_salary"] = "money"
    sides = _sides(candidates, demands, wanted, _assumed(assuming or {}, wanted))
    cents = np.zeros((len(sides[0].ids), len(sides[1].ids)), dtype=np.int64)
    flaws: list[Flaw] = []
    for group in _groups([s for s in schemes if _in_force(s, on)], overlap):
        facts = dict.fromkeys(fact for scheme in group for fact in scheme.facts)
        if len(group) > 1:
            facts["annual_salary"] = None
        mine, rows = sides[0].distinct(facts)
        theirs, cols = sides[1].distinct(facts)
        small = np.zeros((len(mine), len(theirs)), dtype=np.int64)
        lacking: list[dict[str, None]] = [{} for _ in mine]
        behind: list[dict[str, None]] = [{} for _ in theirs]
        for i, person in enumerate(mine):
            for j, post in enumerate(theirs):
                found = [claim(scheme, person | post, _YEAR, on=on) for scheme in group]
                settled = settle(found, overlap, person | post, _YEAR)
                small[i, j] = _cents(settled, payer, instead)
                missing = dict.fromkeys(fact for c in settled for fact in c.missing)
                lacking[i] |= missing
                behind[j] |= missing
        if instead is None:
            flaws += _flaws(sides, (rows, cols), (lacking, behind))
        cents += small[np.ix_(rows, cols)]
    if flaws:
        raise InputError("candidates and demands", _ordered(flaws))
    return pd.DataFrame(
        cents / 100,
        index=pd.Index(sides[0].ids, name="candidate_id"),
        columns=pd.Index(sides[1].ids, name="demand_id"),
    )


def _instead(undetermined: object) -> int | None:
    """Cents that stand for what is undetermined; None to raise."""
    if undetermined == "raise":
        return None
    sound = isinstance(undetermined, Decimal) and undetermined.is_finite() and undetermined >= 0
    if not sound or not isinstance(undetermined, Decimal) or (undetermined * 100) % 1:
        raise ProblemError(
            f"undetermined is 'raise' or a Decimal of RMB in whole cents, not {undetermined!r}"
        )
    return cents_of(undetermined)


def _assumed(assuming: Mapping[str, object], wanted: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for fact, value in assuming.items():
        if fact not in wanted:
            known = ", ".join(sorted(wanted))
            raise ProblemError(f"assuming: no scheme asks for {fact!r}; facts are {known}")
        try:
            found[fact] = KINDS[wanted[fact]](value)
        except CellError as error:
            raise ProblemError(f"assuming: {fact}: {error.rule}. {error.hint}") from None
    return found


def _sides(
    candidates: object, demands: object, wanted: Mapping[str, str], assumed: Mapping[str, Any]
) -> tuple[_Side, _Side]:
    """Both tables with their facts; what neither tells is assumed of the candidates."""
    people, posts = table(candidates, "candidates"), table(demands, "demands")
    ours = _side(people, "candidates", wanted, _OURS)
    theirs = _side(posts, "demands", {f: k for f, k in wanted.items() if f not in _OURS}, {})
    twice = sorted(set(ours.headings) & set(theirs.headings))
    if twice:
        raise ProblemError(
            f"both the candidates and the demands tell {', '.join(twice)}; leave one column out"
        )
    for fact in wanted:
        if fact not in theirs.facts:
            ours.facts.setdefault(fact, [None] * len(ours.ids))
    for side in (ours, theirs):
        for fact, values in side.facts.items():
            side.facts[fact] = [assumed.get(fact) if v is None else v for v in values]
    return ours, theirs


def _side(
    frame: pd.DataFrame, name: str, wanted: Mapping[str, str], ours: Mapping[str, str]
) -> _Side:
    ids = read_ids(frame, name)
    headings = {}
    for fact in wanted:
        heading = column_of(frame, ours.get(fact, fact), name)
        if heading is not None:
            headings[fact] = str(heading)
    cells = read_facts(frame, {ours.get(f, f): wanted[f] for f in headings}, name, ids)
    return _Side(name, ids, headings, {fact: cells[ours.get(fact, fact)] for fact in headings})


def _groups(schemes: Sequence[Scheme], overlap: Overlap) -> list[list[Scheme]]:
    together = [scheme for scheme in schemes if scheme.name in overlap.schemes]
    alone = [[scheme] for scheme in schemes if scheme.name not in overlap.schemes]
    return [together, *alone] if together else alone


def _in_force(scheme: Scheme, on: dt.date) -> bool:
    return scheme.start <= on <= (scheme.end or dt.date.max)


def _cents(claims: Sequence[Claim], payer: str | None, instead: int | None) -> int:
    """Cents of one group, those that stand for what is undetermined once."""
    total = 0
    for c in claims:
        if c.amount is not None:
            parts = share(c.amount, c.scheme.payers)
            paid = c.amount if payer is None else parts.get(payer, Decimal(0))
            total += cents_of(paid)
    return total + (instead or 0) * any(c.amount is None for c in claims)


def _flaws(
    sides: tuple[_Side, _Side],
    codes: tuple[NDArray[np.intp], NDArray[np.intp]],
    lacking: tuple[list[dict[str, None]], list[dict[str, None]]],
) -> list[Flaw]:
    """What is missing and decides, by row; a column that nobody has is said once."""
    flaws = []
    hint = "{1}, or say what holds where nothing is stated: assuming={{{0!r}: ...}}"
    for side, code, facts in zip(sides, codes, lacking, strict=True):
        for row, k in enumerate(code.tolist()):
            for fact in facts[k]:
                heading = side.headings.get(fact)
                if heading is not None:
                    rule = f"{fact} is not stated, and the cost depends on it"
                    said = hint.format(fact, "Fill it in")
                    flaws.append(Flaw(row + 1, side.ids[row], heading, rule, said))
    told = {fact for side in sides for fact in side.headings}
    for fact in dict.fromkeys(fact for facts in lacking[0] for fact in facts):
        if fact not in told:
            rule = f"neither table has a column {fact}, and the cost depends on it"
            flaws.append(Flaw(None, "", fact, rule, hint.format(fact, "Add the column")))
    return flaws


def _ordered(flaws: Sequence[Flaw]) -> list[Flaw]:
    """Those of the whole table first, then by row; none twice."""
    return sorted(dict.fromkeys(flaws), key=lambda flaw: (flaw.row or 0, flaw.column))
