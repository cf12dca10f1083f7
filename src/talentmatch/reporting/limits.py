"""The report's sections on aims and limits: stages, what is used up, what gave way."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from talentmatch.constraints.bound import Rows
from talentmatch.reporting.escaping import page_text
from talentmatch.reporting.page import table
from talentmatch.reporting.summary import Summary
from talentmatch.reporting.wording import Wording

__all__ = ["Limit", "aims_section", "has_limits", "limits_of", "limits_section"]

_MOST = 500  # groups on the page
_OF_SIDES = ("capacity", "min_load", "headcount", "min_headcount")
_NOUNS = {"pairs": "pair", "candidates": "candidate", "demands": "demand"}


@dataclass(frozen=True, eq=False)
class Limit:
    """One end of a named constraint: all its ceilings, or all its floors.

    Parameters
    ----------
    name : str
        As in ``result.constraints``.
    unit : str
        What is counted; ``""`` for a list of pairs.
    is_floor : bool
        Whether it says at least.
    penalty : float or None
        What the total loses per unit, where the limit is soft.
    groups : DataFrame
        Its lines of ``result.constraints``.
    """

    name: str
    unit: str
    is_floor: bool
    penalty: float | None
    groups: pd.DataFrame

    @property
    def full(self) -> pd.DataFrame:
        """The groups without slack, broken ones first, then by price."""
        frame = self.groups[self.groups["slack"] <= 0]
        size = frame["price"].abs()
        order = frame.assign(size=size).sort_values(["slack", "size"], ascending=[True, False])
        return order.drop(columns="size")

    @property
    def wanted(self) -> str:
        """The limit in words; where groups differ, both ends."""
        return self.wanted_in(Wording())

    def wanted_in(self, say: Wording) -> str:
        """The limit in words of a language."""
        low, high = self.groups["limit"].min(), self.groups["limit"].max()
        both = amount(high)
        if low != high:
            both = say("{low} to {high}", low=amount(low), high=both)
        if self.unit == "cost":
            what = both
        elif self.unit in _NOUNS:
            noun = say.noun(_NOUNS[self.unit], int(high != 1) + 1)
            what = say("{number} {noun}", number=both, noun=noun)
        else:
            what = say("{number} of {unit}", number=both, unit=self.unit)
        return say("at least {what}" if self.is_floor else "at most {what}", what=what)


def has_limits(summary: Summary) -> bool:
    """Whether there is anything to say about constraints."""
    problem, result = summary.result.problem, summary.result
    return bool(
        len(result.shortfall) or problem.rows or problem.apart or len(problem.locked[0])
    )  # fmt: skip


def limits_of(summary: Summary) -> list[Limit]:
    """The named constraints with what the plan uses of them.

    Examples
    --------
    >>> import talentmatch as tm
    >>> problem = tm.Problem([[0.9, 0.2], [0.8, 0.7]], constraints=[tm.TotalLimit(at_most=1)])
    >>> limit, = limits_of(Summary(tm.solve(problem)))
    >>> limit.name, limit.wanted, len(limit.full)
    ('TotalLimit', 'at most 1 pair', 1)
    """
    frame = summary.result.constraints
    frame = frame[~frame["constraint"].isin(_OF_SIDES)]
    found, at = [], 0
    for rows in summary.result.problem.rows:
        for is_floor, size in _ends(rows):
            groups = frame.iloc[at : at + size]
            found += [Limit(rows.name, rows.unit, is_floor, rows.penalty, groups)] if size else []
            at += size
    pairs = [frame.iloc[[k]] for k in range(at, len(frame))]
    named = [(str(line["constraint"].iat[0]), line) for line in pairs]
    # What is forbidden stands among the rules, as it bars pairs.
    found += [Limit(name, "", False, None, line) for name, line in named if name != "Forbid"]
    return found


def _ends(rows: Rows) -> list[tuple[bool, int]]:
    """Ceilings, then floors, in the order of `limits_used`."""
    return [
        (floor, sum(map(math.isfinite, ends.tolist())))
        for floor, ends in ((False, rows.most), (True, rows.least))
    ]


def amount(number: float) -> str:
    """A limit, a use or a slack as people write it.

    Examples
    --------
    >>> amount(150000.0), amount(99.5), amount(0.1 + 0.2)
    ('150,000', '99.5', '0.3')
    """
    nearest = round(float(number), 6) + 0.0
    return f"{nearest:,.0f}" if nearest.is_integer() else f"{nearest:,.6f}".rstrip("0")


def _state(say: Wording, limit: Limit) -> str:
    """How many groups have no room left."""
    broken = int((limit.groups["slack"] < 0).sum())
    full = len(limit.full) - broken
    told = say("{count:,} just met" if limit.is_floor else "{count:,} full", count=full)
    if not broken:
        return told
    off = say("{count:,} missed" if limit.is_floor else "{count:,} above it", count=broken)
    return f"{told}, {off}"


def aims_section(summary: Summary) -> str:
    """What was pursued, in order, and what each stage came to."""
    say, stages = summary.say, summary.result.stages
    if len(stages) < 2:
        return ""
    names = say("Best found"), say("Ceiling"), say("In this plan")
    rows = [
        f'<tr><th scope="row" class="full">{k}. {page_text(name)}</th>'
        + "".join(
            f'<td class="num" data-k="{what}">{say.shown(number)}</td>'
            for what, number in zip(names, (best, bound, value), strict=True)
        )
        + "</tr>\n"
        for k, (name, best, bound, value) in enumerate(stages.itertuples(index=False), 1)
    ]
    heads = [(say("Aim"), ""), *((name, "num") for name in names)]
    caption = say("In the order they were pursued; the ceiling is what no plan can pass")
    intro = say(
        "Each aim is brought to its best, then held while the next one is pursued: an earlier "
        "aim is not traded for a later one, beyond a tolerance that was asked for."
    )
    return (
        f'<section aria-labelledby="aims">\n<h2 id="aims">{page_text(say("Aims"))}</h2>\n'
        f"<p>{page_text(intro)}</p>\n{table(heads, rows, caption)}</section>\n"
    )


def limits_section(summary: Summary) -> str:
    """Every named constraint: what is asked, used, left, and what one unit more is worth."""
    if not has_limits(summary):
        return ""
    say, limits = summary.say, limits_of(summary)
    rows = [_line(say, limit) for limit in limits]
    heads = [(say("Limit"), ""), (say("Asked"), ""), *_number_heads(say)]
    caption = say("Limits beside the capacities and headcounts")
    whole = table(heads, rows, caption) if rows else ""
    return (
        f'<section aria-labelledby="limits">\n<h2 id="limits">{page_text(say("Limits"))}</h2>\n'
        f"{_gave_way(say, summary.result.shortfall)}{whole}{_prices(summary)}"
        f"{''.join(_groups(say, limits))}</section>\n"
    )


def _number_heads(say: Wording) -> list[tuple[str, str]]:
    return [(say("Used"), "num"), (say("Left"), "num"), (say("Price"), "num")]


def _line(say: Wording, limit: Limit) -> str:
    head = f'<tr><th scope="row" class="full"><bdi>{page_text(limit.name)}</bdi>'
    if not limit.unit:
        told = page_text(limit.groups["group"].iat[0])
        return (
            f'{head}</th><td data-k="{say("Asked")}">{told}</td>{_empty(say, say("kept"))}</tr>\n'
        )
    label = ""
    if limit.penalty is not None:
        soft = say("soft: {penalty:g} off the total per unit", penalty=limit.penalty)
        label = f'<span class="label">{page_text(soft)}</span>'
    wanted = limit.wanted_in(say)
    if len(limit.groups) > 1:
        groups = say.counted(len(limit.groups), "group")
        wanted = say("{wanted} in each of {groups}", wanted=wanted, groups=groups)
    first = f'{head}{label}</th><td data-k="{say("Asked")}">{page_text(wanted)}</td>'
    if len(limit.groups) > 1:
        return f"{first}{_empty(say, _state(say, limit))}</tr>\n"
    return f"{first}{_numbers(say, limit.groups.iloc[0])}</tr>\n"


def _empty(say: Wording, word: str) -> str:
    return _cells(say, page_text(word), "–", "–")


def _cells(say: Wording, *cells: str) -> str:
    return "".join(
        f'<td class="{kind}" data-k="{name}">{cell}</td>'
        for (name, kind), cell in zip(_number_heads(say), cells, strict=True)
    )


def _numbers(say: Wording, line: pd.Series) -> str:
    price = float(line["price"])
    said = "–" if math.isnan(price) else say.shown(round(price, 6) + 0.0)
    return _cells(say, amount(line["used"]), amount(line["slack"]), said)


def _groups(say: Wording, limits: list[Limit]) -> Iterator[str]:
    """The groups of each limit that are full; the list opens on demand."""
    for limit in limits:
        full = limit.full
        if len(limit.groups) < 2 or not len(full):
            continue
        rows = [
            f'<tr><th scope="row" class="full"><bdi>{page_text(_label(line["group"]))}</bdi></th>'
            f'<td class="num" data-k="{say("Limit")}">{amount(line["limit"])}</td>'
            f"{_numbers(say, line)}</tr>\n"
            for _, line in full.head(_MOST).iterrows()
        ]
        heads = [(say("Group"), ""), (say("Limit"), "num"), *_number_heads(say)]
        groups = say.counted(len(full), "group")
        if len(full) > _MOST:
            groups = say("the first {most:,} of {groups}", most=_MOST, groups=groups)
        floor, name = limit.is_floor, limit.name
        show = say(
            "{name}: show {groups} at the floor"
            if floor
            else "{name}: show {groups} at the ceiling",
            name=name,
            groups=groups,
        )
        caption = say(
            "Groups of {name} at the floor" if floor else "Groups of {name} at the ceiling",
            name=name,
        )
        yield (
            f"<details><summary>{page_text(show)}</summary>\n"
            f"{table(heads, rows, caption)}</details>\n"
        )


def _label(group: object) -> str:
    return " and ".join(map(str, group)) if isinstance(group, tuple) else str(group)


def _prices(summary: Summary) -> str:
    """What a price means here."""
    say = summary.say
    told = say(
        "Left is what is still free; below zero, what is missed. The price says that one unit more "
        "(a pair, a unit of money) adds at most so much to the {aim}; a negative price is what a "
        "floor costs per unit. They are exact (dual) prices."
        if summary.result.price_kind == "dual"
        else "Left is what is still free; below zero, what is missed. The price says that one unit "
        "more (a pair, a unit of money) adds about so much to the {aim}; a negative price is what "
        "a floor costs per unit. They are estimates (LP prices).",
        aim=summary.aim_name,
    )
    return f"<p>{page_text(told)}</p>\n"


def _gave_way(say: Wording, shortfall: pd.DataFrame) -> str:
    """What could not be met."""
    if not len(shortfall):
        return ""
    names = {"wanted": say("Wanted"), "got": say("Got"), "missing": say("Missing")}
    rows = [
        f'<tr><th scope="row" class="full"><bdi>{page_text(line["constraint"])}</bdi>'
        f'<span class="label"><bdi>{page_text(_label(line["group"]))}</bdi></span></th>'
        + "".join(
            f'<td class="num" data-k="{name}">{amount(line[key])}</td>'
            for key, name in names.items()
        )
        + "</tr>\n"
        for line in shortfall.head(_MOST).to_dict("records")
    ]
    heads = [(say("Floor or lock"), ""), *((name, "num") for name in names.values())]
    told = say(
        "<strong>No plan meets every floor and lock.</strong> These gave way, by as little as "
        "possible in all; every other limit holds."
    )
    return f"<p>{told}</p>\n{table(heads, rows, say('What gave way'))}"
