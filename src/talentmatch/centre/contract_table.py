"""The table of contracts: its facts, read once and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from talentmatch.centre.facts import read_facts, table
from talentmatch.errors import Flaw, InputError
from talentmatch.reading import read_table
from talentmatch.tables.headings import meaning_of

__all__ = ["read_contracts"]

_DATES = {"start_date": "date", "end_date": "date"}


def read_contracts(source: object, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    """Read contracts as one dict of facts each.

    Parameters
    ----------
    source : table
        As for `talentmatch.read_candidates`, with the columns of
        ``talentmatch.vocabulary("contracts")``. Where there is no contract_id, it is made of the
        ids of the candidate and the enterprise.
    wanted : mapping of str to str
        Facts to read, beside the dates, and their kinds.

    Returns
    -------
    list of dict
        contract_id, candidate_id, enterprise_id, start_date, end_date and the facts; None where
        nothing is stated. A table without rows holds no contracts.

    Raises
    ------
    InputError
        The table is broken: a cell, an id that is missing or repeated, an end before its start;
        all rows at once.

    Examples
    --------
    >>> rows = [{"candidate_id": "R1", "enterprise_id": "E1", "full_time": "yes"}]
    >>> read_contracts(rows, {"full_time": "flag"})[0]["full_time"]
    True
    """
    raw = table(source, "contracts")
    if not len(raw):  # nobody has signed yet: no flaw of the table
        return []
    names = [*raw.columns, *[name for name in raw.index.names if name is not None]]
    has_ids = any(meaning_of(name, "contracts", {}) == "contract_id" for name in names)
    if not has_ids and len(raw.columns):
        raw = raw.assign(contract_id=[f"row {k + 1}" for k in range(len(raw))])
    try:
        frame = read_table(raw, "contracts")
    except InputError as error:
        shown = error.flaws if has_ids else [replace(flaw, id="") for flaw in error.flaws]
        raise InputError("contracts", shown) from None
    people, firms = frame["candidate_id"].tolist(), frame["enterprise_id"].tolist()
    ids = frame["contract_id"].tolist()
    flaws: list[Flaw] = []
    if not has_ids:
        ids = [f"{person}-{firm}" for person, firm in zip(people, firms, strict=True)]
        times = Counter(ids)
        hint = "Add a column contract_id with an id for each contract"
        flaws = [
            Flaw(row, id, "contract_id", "several contracts of the same two", hint)
            for row, id in enumerate(ids, 1)
            if times[id] > 1
        ]
    facts = read_facts(frame, _DATES, "contracts", ids)
    try:
        facts |= read_facts(frame, wanted, "contracts", ids)
    except InputError as error:
        flaws += error.flaws
    for row, (id, first, last) in enumerate(
        zip(ids, facts["start_date"], facts["end_date"], strict=True), 1
    ):
        if first is not None and last is not None and last < first:
            rule = f"end_date {last} is before start_date {first}"
            flaws.append(Flaw(row, id, "end_date", rule, "Mend one of the two days"))
    if flaws:
        raise InputError("contracts", sorted(flaws, key=lambda flaw: flaw.row or 0))
    columns = {"contract_id": ids, "candidate_id": people, "enterprise_id": firms} | facts
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
