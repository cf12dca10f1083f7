"""The report's sections on what is left over: unfilled demands, unassigned candidates."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from talentmatch.reporting.escaping import page_text
from talentmatch.reporting.labels import Labels
from talentmatch.reporting.page import table
from talentmatch.reporting.summary import Summary, counted

__all__ = ["REASONS", "unassigned_section", "unfilled_section"]

_MOST = 2_000  # rows on the page

REASONS = {
    "below_min_score": "No score reaches the least score asked for",
    "demands_closed": "Fits only demands that take nobody",
    "demands_taken": "Fits demands, but each is filled",
    "limit_reached": "A limit, budget or conflict stands against it",
    "no_capacity": "Takes no demand (capacity 0)",
    "no_eligible_candidate": "No candidate meets the rules",
    "no_eligible_demand": "Meets the rules of no demand",
    "no_more_candidates": "Everyone who fits is on it already",
    "no_positive_score": "Nothing in common",
    "not_worth_it": "It would cost the aim more than it brings",
    "placed_elsewhere": "Its candidates are placed elsewhere",
    "stopped_early": "The search stopped before this was settled",
    "worth_more_elsewhere": "Its candidates are worth more elsewhere",
}
"""What the reason codes of `Result.unfilled` and `Result.unassigned` mean, in plain words."""


def unfilled_section(summary: Summary, labels: Labels) -> str:
    """List the demands with open slots, each with its reason."""
    frame = summary.result.unfilled
    head = '<section aria-labelledby="unfilled">\n<h2 id="unfilled">Unfilled demands</h2>\n'
    if not len(frame):
        return f"{head}<p>None: every demand has all the people it asked for.</p>\n</section>\n"
    places = labels.demand_ids.get_indexer(pd.Index(frame["demand_id"]))
    rows = [
        f'<tr><th scope="row" class="full">{labels.demand(col)}</th>'
        f'<td class="num" data-k="Wanted">{wanted:,}</td><td class="num" data-k="Filled">{filled:,}'
        f'</td><td class="full">{page_text(sentence)}</td></tr>\n'
        for col, wanted, filled, sentence in zip(
            places.tolist(), frame["headcount"], frame["filled"], frame["sentence"], strict=True
        )
    ]
    heads = [("Demand", ""), ("Wanted", "num"), ("Filled", "num"), ("Why", "")]
    whole = _list(heads, rows, "demand", "unfilled.csv")
    return f"{head}{_by_reason(frame, 'Demands')}{whole}</section>\n"


def unassigned_section(summary: Summary, labels: Labels) -> str:
    """Sum up the candidates left over by reason; the list opens on demand."""
    frame = summary.result.unassigned
    head = (
        '<section aria-labelledby="unassigned">\n<h2 id="unassigned">Unassigned candidates</h2>\n'
    )
    if not len(frame):
        return f"{head}<p>None: everyone has a demand.</p>\n</section>\n"
    places = labels.candidate_ids.get_indexer(pd.Index(frame["candidate_id"]))
    rows = [
        f'<tr><th scope="row" class="full">{labels.candidate(row)}</th>'
        f'<td class="full">{page_text(sentence)}</td></tr>\n'
        for row, sentence in zip(places.tolist(), frame["sentence"], strict=True)
    ]
    whole = _list([("Candidate", ""), ("Why", "")], rows, "candidate", "unassigned.csv")
    return (
        f"{head}{_by_reason(frame, 'Candidates')}<details><summary>Show the "
        f"{counted(len(frame), 'candidate')}</summary>\n{whole}</details>\n</section>\n"
    )


def _by_reason(frame: pd.DataFrame, noun: str) -> str:
    rows = [
        f'<tr><th scope="row">{page_text(REASONS.get(code, code.replace("_", " ")))}</th>'
        f'<td class="num" data-k="{noun}">{number:,}</td></tr>\n'
        for code, number in frame["reason"].value_counts().items()
        if isinstance(code, str)
    ]
    return table([("Reason", ""), (noun, "num")], rows, f"{noun} by reason")


def _list(heads: Sequence[tuple[str, str]], rows: list[str], noun: str, file: str) -> str:
    caption = f"Each {noun} with its reason"
    if len(rows) > _MOST:
        caption = f"The first {_MOST:,} of {len(rows):,} {noun}s; all of them are in {file}"
    return table(heads, rows[:_MOST], caption)
