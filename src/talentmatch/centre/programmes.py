"""Who may apply for which talent programme: rules with reasons, and the documents still missing."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from typing import Any

import pandas as pd

from talentmatch.centre.conditions import facts_needed, judge
from talentmatch.centre.facts import day, read_facts, read_ids, table
from talentmatch.centre.policy import Policy
from talentmatch.centre.schemes import Programme

__all__ = ["eligible_programmes"]

_COLUMNS = ["candidate_id", "programme", "state", "reasons", "missing", "documents_missing"]


def eligible_programmes(
    people: object, policy: Policy | Sequence[Programme], *, on: object
) -> pd.DataFrame:
    """Tell who may apply for which programme on a day, why, and what is still to be handed in.

    Parameters
    ----------
    people : table
        candidate_id, the facts that the programmes' rules ask for, and ``documents``: what was
        handed in, a list or ``;`` between. No documents stated is none handed in. Documents decide
        nothing about the state: they can be handed in later.
    policy : Policy or sequence of Programme
        Where the programmes are from.
    on : date or text
        The day of the application: ages are taken on it, and programmes must be open.

    Returns
    -------
    pandas.DataFrame
        One row for each person and programme: candidate_id, programme, state ("eligible", "not
        eligible", "undetermined"), reasons (a list: every rule with its fact), missing (a list of
        facts that decide), documents_missing (a list, in the programme's order).

    Raises
    ------
    InputError
        The table is broken; all rows at once.
    ProblemError
        `on` is no day.

    Examples
    --------
    >>> people = [{"candidate_id": "R1", "degree": "博士", "full_time": "yes",
    ...            "date_of_birth": "1960-03-01", "documents": "passport; Contract"}]
    >>> found = eligible_programmes(people, Policy.load("beilun-2021"), on="2021-11-30")
    >>> row = found.iloc[1]
    >>> row["programme"], row["state"], row["reasons"][2]
    ('talent_programme', 'not eligible', 'date_of_birth age at most 55: it is 1960-03-01')
    >>> row["documents_missing"]
    ['degree certificate', 'curriculum vitae', 'research plan']
    >>> found.iloc[0][["state", "missing"]].tolist()
    ['undetermined', ['worked_abroad']]
    """
    programmes = policy.programmes if isinstance(policy, Policy) else tuple(policy)
    today = day(on, "on")
    frame = table(people, "candidates")
    ids = read_ids(frame, "candidates")
    kinds = {"documents": "list"}
    for programme in programmes:
        kinds |= facts_needed(programme.needs)
    facts = read_facts(frame, kinds, "candidates", ids)
    rows = []
    for row, id in enumerate(ids):
        own = {name: values[row] for name, values in facts.items()}
        handed = {_key(document) for document in own["documents"] or ()}
        for programme in programmes:
            lacking = [name for name in programme.documents if _key(name) not in handed]
            rows.append((id, programme.name, *_state(programme, own, today), lacking))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _state(
    programme: Programme, facts: dict[str, Any], on: dt.date
) -> tuple[str, list[str], list[str]]:
    reasons = [need.judge(facts, on).said for need in programme.needs]
    if not programme.start <= on <= (programme.end or dt.date.max):
        closes = programme.end or "open"
        said = f"the programme is open from {programme.start} to {closes}: the day is {on}"
        return "not eligible", [said, *reasons], []
    verdict = judge(programme.needs, facts, on=on)
    state = {True: "eligible", False: "not eligible", None: "undetermined"}[verdict.holds]
    return state, reasons, list(verdict.missing)


def _key(document: str) -> str:
    return unicodedata.normalize("NFKC", document).strip().casefold()
