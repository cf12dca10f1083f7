"""The report's sections on aims and limits: stages, what is used up, what gave way."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from talentmatch.constraints.bound import Rows
from talentmatch.reporting.escaping import page_text
from talentmatch.reporting.page import table
from talentmatch.reporting.summary import Summary, counted, shown

__all__ = ["Limit", "aims_section", "has_limits", "limits_of", "limits_section"]

_MOST = 500  # groups on the page
_OF_SIDES = ("capacity", "min_load", "headcount", "min_headcount")
_NOUNS = {
    "pairs": ("pair", "pairs"), "candidates": ("candidate", "candidates"),
    "demands": ("demand", "demands"),
}  # fmt: skip


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
        edge = "at least" if self.is_floor else "at most"
        low, high = self.groups["limit"].min(), self.groups["limit"].max()
        both = amount(high) if low == high else f"{amount(low)} to {amount(high)}"
        if self.unit == "cost":
            return f"{edge} {both}"
        noun = _NOUNS.get(self.unit, (f"of {self.unit}", f"of {self.unit}"))[int(high != 1)]
        return f"{edge} {both} {noun}"


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


def _state(limit: Limit) -> str:
    """How many groups have no room left."""
    broken = int((limit.groups["slack"] < 0).sum())
    word, off = ("just met", "missed") if limit.is_floor else ("full", "above it")
    told = f"{len(limit.full) - broken:,} {word}"
    return f"{told}, {broken:,} {off}" if broken else told


def aims_section(summary: Summary) -> str:
    """What was pursued, in order, and what each stage came to."""
    stages = summary.result.stages
    if len(stages) < 2:
        return ""
    rows = [
        f'<tr><th scope="row" class="full">{k}. {page_text(name)}</th>'
        f'<td class="num" data-k="Best found">{shown(best)}</td>'
        f'<td class="num" data-k="Ceiling">{shown(bound)}</td>'
        f'<td class="num" data-k="In this plan">{shown(value)}</td></tr>\n'
        for k, (name, best, bound, value) in enumerate(stages.itertuples(index=False), 1)
    ]
    heads = [("Aim", ""), ("Best found", "num"), ("Ceiling", "num"), ("In this plan", "num")]
    caption = "In the order they were pursued; the ceiling is what no plan can pass"
    return (
        '<section aria-labelledby="aims">\n<h2 id="aims">Aims</h2>\n'
        "<p>Each aim is brought to its best, then held while the next one is pursued: an earlier "
        "aim is not traded for a later one, beyond a tolerance that was asked for.</p>\n"
        f"{table(heads, rows, caption)}</section>\n"
    )


def limits_section(summary: Summary) -> str:
    """Every named constraint: what is asked, used, left, and what one unit more is worth."""
    if not has_limits(summary):
        return ""
    limits = limits_of(summary)
    rows = [_line(limit) for limit in limits]
    heads = [("Limit", ""), ("Asked", ""), ("Used", "num"), ("Left", "num"), ("Price", "num")]
    whole = table(heads, rows, "Limits beside the capacities and headcounts") if rows else ""
    return (
        '<section aria-labelledby="limits">\n<h2 id="limits">Limits</h2>\n'
        f"{_gave_way(summary.result.shortfall)}{whole}{_prices(summary)}"
        f"{''.join(_groups(limits))}</section>\n"
    )


def _line(limit: Limit) -> str:
    head = f'<tr><th scope="row" class="full"><bdi>{page_text(limit.name)}</bdi>'
    if not limit.unit:
        told = page_text(limit.groups["group"].iat[0])
        return f'{head}</th><td data-k="Asked">{told}</td>{_empty("kept")}</tr>\n'
    soft = "" if limit.penalty is None else f"soft: {limit.penalty:g} off the total per unit"
    label = f'<span class="label">{page_text(soft)}</span>' if soft else ""
    first = f'{head}{label}</th><td data-k="Asked">{page_text(limit.wanted)}'
    if len(limit.groups) > 1:
        each = f" in each of {counted(len(limit.groups), 'group')}"
        return f"{first}{each}</td>{_empty(_state(limit))}</tr>\n"
    line = limit.groups.iloc[0]
    return f"{first}</td>{_numbers(line)}</tr>\n"


def _empty(word: str) -> str:
    return (
        f'<td class="num" data-k="Used">{page_text(word)}</td>'
        '<td class="num" data-k="Left">–</td><td class="num" data-k="Price">–</td>'
    )


def _numbers(line: pd.Series) -> str:
    price = float(line["price"])
    said = "–" if math.isnan(price) else shown(round(price, 6) + 0.0)
    return (
        f'<td class="num" data-k="Used">{amount(line["used"])}</td>'
        f'<td class="num" data-k="Left">{amount(line["slack"])}</td>'
        f'<td class="num" data-k="Price">{said}</td>'
    )


def _groups(limits: list[Limit]) -> Iterator[str]:
    """The groups of each limit that are full; the list opens on demand."""
    for limit in limits:
        full = limit.full
        if len(limit.groups) < 2 or not len(full):
            continue
        rows = [
            f'<tr><th scope="row" class="full"><bdi>{page_text(_label(line["group"]))}</bdi></th>'
            f'<td class="num" data-k="Limit">{amount(line["limit"])}</td>{_numbers(line)}</tr>\n'
            for _, line in full.head(_MOST).iterrows()
        ]
        heads = [("Group", ""), ("Limit", "num"), ("Used", "num"), ("Left", "num"),
                 ("Price", "num")]  # fmt: skip
        some = f"the first {_MOST:,} of " if len(full) > _MOST else ""
        kind = "floor" if limit.is_floor else "ceiling"
        yield (
            f"<details><summary>{page_text(limit.name)}: show {some}"
            f"{counted(len(full), 'group')} at the {kind}</summary>\n"
            f"{table(heads, rows, f'Groups of {limit.name} at the {kind}')}</details>\n"
        )


def _label(group: object) -> str:
    return " and ".join(map(str, group)) if isinstance(group, tuple) else str(group)


def _prices(summary: Summary) -> str:
    """What a price means here."""
    result = summary.result
    aim = page_text(str(result.stages["aim"].iloc[-1]))
    most = "at most so much" if result.price_kind == "dual" else "about so much"
    kind = "exact (dual) prices" if result.price_kind == "dual" else "estimates (LP prices)"
    return (
        f"<p>Left is what is still free; below zero, what is missed. The price says that one "
        f"unit more (a pair, a unit of money) adds {most} to the {aim}; a negative price is what "
        f"a floor costs per unit. They are {kind}.</p>\n"
    )


def _gave_way(shortfall: pd.DataFrame) -> str:
    """What could not be met."""
    if not len(shortfall):
        return ""
    rows = [
        f'<tr><th scope="row" class="full"><bdi>{page_text(line["constraint"])}</bdi>'
        f'<span class="label"><bdi>{page_text(_label(line["group"]))}</bdi></span></th>'
        f'<td class="num" data-k="Wanted">{amount(line["wanted"])}</td>'
        f'<td class="num" data-k="Got">{amount(line["got"])}</td>'
        f'<td class="num" data-k="Missing">{amount(line["missing"])}</td></tr>\n'
        for line in shortfall.head(_MOST).to_dict("records")
    ]
    heads = [("Floor or lock", ""), ("Wanted", "num"), ("Got", "num"), ("Missing", "num")]
    return (
        "<p><strong>No plan meets every floor and lock.</strong> These gave way, by as little as "
        "possible in all; every other limit holds.</p>\n"
        f"{table(heads, rows, 'What gave way')}"
    )
