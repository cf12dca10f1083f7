"""The report's sections on what is left over: unfilled demands, unassigned candidates."""

from __future__ import annotations

import pandas as pd

from talentmatch.reporting.escaping import page_text
from talentmatch.reporting.labels import Labels
from talentmatch.reporting.page import sentence_html, table
from talentmatch.reporting.summary import Summary
from talentmatch.reporting.wording import Wording

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
    say, frame = summary.say, summary.result.unfilled
    head = _head("unfilled", say("Unfilled demands"))
    if not len(frame):
        none = say("None: every demand has all the people it asked for.")
        return f"{head}<p>{page_text(none)}</p>\n</section>\n"
    places = labels.demand_ids.get_indexer(pd.Index(frame["demand_id"]))
    rows = [
        f'<tr><th scope="row" class="full">{labels.demand(col)}</th>'
        f'<td class="num" data-k="{say("Wanted")}">{wanted:,}</td>'
        f'<td class="num" data-k="{say("Filled")}">{filled:,}</td>'
        f'<td class="full">{sentence_html(say, sentence)}</td></tr>\n'
        for col, wanted, filled, sentence in zip(
            places.tolist(), frame["headcount"], frame["filled"], frame["sentence"], strict=True
        )
    ]
    heads = [(say("Demand"), ""), (say("Wanted"), "num"), (say("Filled"), "num"), (say("Why"), "")]
    caption = say("Each demand with its reason")
    if len(rows) > _MOST:
        caption = say(
            "The first {most:,} of {total:,} demands; all of them are in unfilled.csv",
            most=_MOST, total=len(rows),
        )  # fmt: skip
    whole = table(heads, rows[:_MOST], caption)
    return f"{head}{_by_reason(say, frame, 'Demands')}{whole}</section>\n"


def unassigned_section(summary: Summary, labels: Labels) -> str:
    """Sum up the candidates left over by reason; the list opens on demand."""
    say, frame = summary.say, summary.result.unassigned
    head = _head("unassigned", say("Unassigned candidates"))
    if not len(frame):
        none = say("None: everyone has a demand.")
        return f"{head}<p>{page_text(none)}</p>\n</section>\n"
    places = labels.candidate_ids.get_indexer(pd.Index(frame["candidate_id"]))
    rows = [
        f'<tr><th scope="row" class="full">{labels.candidate(row)}</th>'
        f'<td class="full">{sentence_html(say, sentence)}</td></tr>\n'
        for row, sentence in zip(places.tolist(), frame["sentence"], strict=True)
    ]
    caption = say("Each candidate with its reason")
    if len(rows) > _MOST:
        caption = say(
            "The first {most:,} of {total:,} candidates; all of them are in unassigned.csv",
            most=_MOST, total=len(rows),
        )  # fmt: skip
    whole = table([(say("Candidate"), ""), (say("Why"), "")], rows[:_MOST], caption)
    show = say("Show the {candidates}", candidates=say.counted(len(frame), "candidate"))
    return (
        f"{head}{_by_reason(say, frame, 'Candidates')}<details><summary>{page_text(show)}"
        f"</summary>\n{whole}</details>\n</section>\n"
    )


def _head(place: str, title: str) -> str:
    return f'<section aria-labelledby="{place}">\n<h2 id="{place}">{page_text(title)}</h2>\n'


def _by_reason(say: Wording, frame: pd.DataFrame, noun: str) -> str:
    rows = [
        f'<tr><th scope="row">{page_text(_reason(say, code))}</th>'
        f'<td class="num" data-k="{say(noun)}">{number:,}</td></tr>\n'
        for code, number in frame["reason"].value_counts().items()
        if isinstance(code, str)
    ]
    caption = say("{things} by reason", things=say(noun))
    return table([(say("Reason"), ""), (say(noun), "num")], rows, caption)


def _reason(say: Wording, code: str) -> str:
    return say(REASONS[code]) if code in REASONS else code.replace("_", " ")
