"""Limits that clash, and repairs, in the user's own names and numbers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.checking import bars
from talentmatch.decimals import spoken
from talentmatch.problem import Problem
from talentmatch.solvers.master import Listed
from talentmatch.solvers.movable import Limits

__all__ = ["CORE", "REPAIR", "core_frame", "core_sentences", "listed", "repair_frame",
           "repair_sentence"]  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]

CORE = ["constraint", "group", "limit", "words"]
REPAIR = ["constraint", "group", "from", "to", "change"]
_SHOWN = 3  # ids shown of a long list
_SHORT = 5  # lists up to so long are shown whole
_LINES = 12  # sentences on single limits
_BLOCK = 2**21  # pairs asked of a rule at once
_NOUNS = {
    "load": ("demand", "demands"), "people": ("person", "people"), "pairs": ("pair", "pairs"),
    "candidates": ("candidate", "candidates"), "demands": ("demand", "demands"),
}  # fmt: skip


def listed(names: Iterable[Any]) -> str:
    """Names in words, long lists shortened.

    Examples
    --------
    >>> listed(["X4", "X9", "X12"])
    'X4, X9 and X12'
    >>> listed(range(9))
    '0, 1, 2 and 6 more'
    """
    words = [str(name) for name in names]
    if len(words) > _SHORT:
        return f"{', '.join(words[:_SHOWN])} and {len(words) - _SHOWN:,} more"
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def number(units: float, scale: float) -> str:
    """A number of units as people write it, thousands apart.

    Examples
    --------
    >>> number(10000050.0, 100.0)
    '100,000.5'
    """
    if float(scale).is_integer():
        return f"{Decimal(spoken(units, int(scale))):,f}"
    return f"{units / scale:,.12g}"


def value(units: float, scale: float) -> Any:
    """The same as a number: a whole one where it is."""
    plain = units / scale
    return int(plain) if float(plain).is_integer() else float(plain)


def _amount(problem: Problem, limits: Limits, k: int) -> str:
    """A limit with its noun."""
    said = number(limits.limit[k], limits.scale[k])
    unit = limits.unit[k]
    if unit == "cost":
        return said
    if unit == "score" or (unit == "load" and (limits.source[k] >= 2 or problem.loads is not None)):
        return f"{unit} {said}"
    return f"{said} {_NOUNS[unit][said != '1']}"


def group(problem: Problem, limits: Limits, k: int) -> Any:
    """Whose limit it is: an id, a group's label, or two ids."""
    place, role, source = int(limits.place[k]), limits.role[k], int(limits.source[k])
    people, needs = problem.candidate_ids, problem.demand_ids
    if role == "lock":
        i, j = (int(side[place]) for side in problem.locked)
        return people[i], needs[j]
    if role == "conflict":
        apart = problem.apart[source]
        return people[int(apart.first[place])], people[int(apart.second[place])]
    if source < 2:
        return (people, needs)[source][place]
    return problem.rows[source - 2].labels[[place]].tolist()[0]


def _title(label: Any) -> str:
    return " - ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def words(problem: Problem, limits: Limits, k: int) -> str:
    """One limit in words."""
    label, name, role = group(problem, limits, k), limits.name[k], limits.role[k]
    if role == "lock":
        return f"Lock {_title(label)}"
    if role == "conflict":
        return f"{name}: {label[0]} and {label[1]} never both in one group"
    edge = f"at {'most' if role == 'ceiling' else 'least'} {_amount(problem, limits, k)}"
    if name in ("capacity", "min_load", "headcount", "min_headcount"):
        return f"{name} of {label}: {edge}"
    if label == "all pairs":
        return f"{name}: {edge} for all pairs" if limits.unit[k] == "cost" else f"{name}: {edge}"
    return f"{name} {_title(label)}: {edge}"


def core_frame(problem: Problem, limits: Limits, core: Mask) -> pd.DataFrame:
    """The limits of a clash: constraint, group, limit, words."""
    found = [
        (limits.name[k], group(problem, limits, k), value(limits.limit[k], limits.scale[k]),
         words(problem, limits, k))
        for k in np.flatnonzero(core).tolist()
    ]  # fmt: skip
    return pd.DataFrame(found, columns=CORE)


def repair_frame(problem: Problem, limits: Limits, change: Floats) -> pd.DataFrame:
    """Every change of a repair: constraint, group, from, to, change."""
    rows = []
    for k in np.flatnonzero(change > 0).tolist():
        limit, scale = limits.limit[k], limits.scale[k]
        sign = 1.0 if limits.role[k] == "ceiling" else -1.0
        ends = (limit, limit + sign * change[k], change[k])
        rows.append((limits.name[k], group(problem, limits, k), *(value(e, scale) for e in ends)))
    return pd.DataFrame(rows, columns=REPAIR)


def repair_sentence(problem: Problem, limits: Limits, change: Floats, cost: float) -> str:
    """The repair in words."""
    said: dict[str, list[str]] = {}
    for k in np.flatnonzero(change > 0).tolist():
        label, name, role = _title(group(problem, limits, k)), limits.name[k], limits.role[k]
        if role in ("lock", "conflict"):
            what = "release the lock of" if role == "lock" else f"drop {name} of"
            said.setdefault(what, []).append(label)
            continue
        sign = 1.0 if role == "ceiling" else -1.0
        ends = (limits.limit[k], limits.limit[k] + sign * change[k])
        old, new = (number(end, limits.scale[k]) for end in ends)
        verb = "raise" if role == "ceiling" else "lower"
        whose = "" if label == "all pairs" else f"{label} "
        said.setdefault(f"{verb} {name}", []).append(f"{whose}from {old} to {new}")
    parts = [
        f"{what} {'of ' if what.split()[-1] in _SIDED else ''}{listed(each)}"
        for what, each in said.items()
    ]
    return f"The cheapest repair, at a cost of {cost:.6g}: {'; '.join(parts)}."


_SIDED = ("capacity", "min_load", "headcount", "min_headcount")


def core_sentences(problem: Problem, limits: Limits, core: Mask, pairs: Listed) -> tuple[str, ...]:
    """Why the limits of a core cannot all be met."""
    members = np.flatnonzero(core)
    barred = [
        k for k in members.tolist()
        if limits.role[k] == "lock" and _bars_of_lock(problem, int(limits.place[k]))
    ]  # fmt: skip
    if len(members) == 1 and barred:
        why = "; ".join(_bars_of_lock(problem, int(limits.place[barred[0]])))
        label = _title(group(problem, limits, barred[0]))
        return (f"Lock {label}: the pair is not eligible: {why}.",)
    told = _too_few(problem, limits, members, pairs, 1)
    if told is None:
        told = _too_few(problem, limits, members, pairs, 0)
    if told is None:
        told = ["These limits cannot all be met:", *_lines(problem, limits, members)]
    asked = limits.place[members[limits.name[members] == "min_headcount"]]
    return (*told, *_rules(problem, pairs, asked, 1))


def _bars_of_lock(problem: Problem, place: int) -> list[str]:
    return bars(problem, int(problem.locked[0][place]), int(problem.locked[1][place]))


def _too_few(
    problem: Problem, limits: Limits, members: Ints, pairs: Listed, side: int
) -> list[str] | None:
    """Demands that need more people than pass and have room (1); likewise candidates (0)."""
    floor, ceiling = (("min_load", "headcount"), ("min_headcount", "capacity"))[side]
    if (
        problem.loads is not None
        or not np.isin(limits.name[members].astype(str), (floor, ceiling)).all()
    ):
        return None
    asking = members[limits.name[members] == floor]
    wanted = limits.place[asking]
    mine, others = (pairs.rows, pairs.cols)[side], (pairs.cols, pairs.rows)[side]
    inside = np.isin(mine, wanted)
    who, times = np.unique(others[inside], return_counts=True)
    shape = problem.shape[1 - side]
    room = np.full(shape, np.inf)
    caps = members[limits.name[members] == ceiling]
    room[limits.place[caps]] = limits.limit[caps]
    total = int(np.minimum(room[who], times).sum())
    needed = int(limits.limit[asking].sum())
    if total >= needed:
        return None
    ids = (problem.candidate_ids, problem.demand_ids)
    noun = (("Candidate", "demand", "demands"), ("Demand", "person", "people"))[side]
    needs = "must have" if side == 0 else "needs" if len(wanted) == 1 else "need"
    head = f"{noun[0]}{'s' * (len(wanted) != 1)} {listed(ids[side][wanted])} {needs} "
    head += f"{needed:,} {noun[1 + (needed != 1)]}"
    if not len(who):
        return [f"{head}; {'nobody passes' if side else 'none is open to them'}."]
    verb = ("is open to them", "are open to them") if side == 0 else ("passes", "pass")
    passing = f"{listed(ids[1 - side][who])} {verb[len(who) != 1]}"
    told = [f"{head}; only {passing}, with room for {total:,}."]
    floors = (problem.min_load_units, problem.min_headcount)[side]
    further = np.setdiff1d(np.flatnonzero(floors > 0), wanted)
    elsewhere = np.unique(mine[~np.isin(others, who)])
    further = further[np.isin(further, mine) & ~np.isin(further, elsewhere)]
    if len(further):
        most = needed + int(floors[further].sum())
        told.append(
            f"{len(further):,} more {noun[0].lower()}{'s' * (len(further) != 1)} with floors "
            f"({listed(ids[side][further])}) can be served by nobody else either: "
            f"{most:,} {noun[2]} in all."
            if side
            else f"{len(further):,} more candidates with floors ({listed(ids[side][further])}) "
            f"have nowhere else to go either: {most:,} {noun[2]} in all."
        )
    return told


def _lines(problem: Problem, limits: Limits, members: Ints) -> list[str]:
    """The limits one by one; those of many rows that are alike together."""
    alike: dict[tuple[str, float], list[int]] = {}
    for k in members.tolist():
        key = (str(limits.name[k]), float(limits.limit[k]))
        alike.setdefault(key if key[0] in _SIDED else (key[0], float(k)), []).append(k)
    told = []
    for (name, _), group_of in alike.items():
        if len(group_of) == 1:
            told.append(f"{words(problem, limits, group_of[0])}.")
            continue
        names = listed(group(problem, limits, k) for k in group_of)
        edge = "at most" if limits.role[group_of[0]] == "ceiling" else "at least"
        amount = _amount(problem, limits, group_of[0])
        told.append(f"{name} of {names}: {edge} {amount} each.")
    if len(told) > _LINES:
        told = [*told[:_LINES], f"And {len(told) - _LINES:,} more limits; see `core`."]
    return told


def _rules(problem: Problem, pairs: Listed, wanted: Ints, side: int) -> list[str]:
    """Which rules bar the other candidates of some demands, with counts."""
    n = problem.shape[0]
    if not len(wanted) or not n:
        return []
    gates = (*problem.scores.gates, *problem.gates)
    counts = dict.fromkeys((gate.name for gate in gates), 0)
    low = missing = 0
    step = max(1, _BLOCK // n)
    rows = np.arange(n)[:, None]
    for start in range(0, len(wanted), step):
        cols = wanted[start : start + step][None, :]
        open_pairs = np.ones((n, cols.shape[1]), dtype=bool)
        for gate in gates:
            passes = np.broadcast_to(gate.passes(rows, cols), open_pairs.shape)
            counts[gate.name] += int((~passes).sum())
            open_pairs &= passes
        r, c = np.nonzero(open_pairs)
        raw = problem.scores.ungated(r, cols[0, c])
        missing += int(np.isnan(raw).sum())
        if problem.min_score is not None:
            low += int((raw < problem.min_score).sum())
    if low:
        counts[f"a score below min_score {problem.min_score:g}"] = low
    if missing:
        counts[problem.scores.missing_reason] = missing
    passing = int(np.isin(pairs.cols, wanted).sum())
    total = n * len(wanted)
    said = [f"{name} ({count:,})" for name, count in counts.items() if count]
    if not said:
        return []
    what = f"{total:,} pairs of {'this demand' if len(wanted) == 1 else 'these demands'}"
    return [f"Of the {what}, {passing:,} pass; barred by: {'; '.join(said)}."]
