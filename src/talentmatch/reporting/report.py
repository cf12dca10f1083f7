"""The report: one page that tells a plan to people who do not program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from talentmatch.reporting.escaping import page_text
from talentmatch.reporting.facts import made_section, reading_section, rules_section
from talentmatch.reporting.labels import Labels
from talentmatch.reporting.leftover import unassigned_section, unfilled_section
from talentmatch.reporting.limits import aims_section, has_limits, limits_section
from talentmatch.reporting.others import Other
from talentmatch.reporting.page import page
from talentmatch.reporting.pairs import pairs_section
from talentmatch.reporting.phrasing import Phrase
from talentmatch.reporting.provenance import Provenance
from talentmatch.reporting.sheets import has_sheets, sheets_section
from talentmatch.reporting.summary import Summary

__all__ = ["render_report"]


def render_report(
    summary: Summary,
    reasons: Sequence[Sequence[Phrase]],
    provenance: Provenance,
    others: Mapping[int, Sequence[Other]] | None = None,
) -> str:
    """Return the report as one HTML page that loads nothing.

    Parameters
    ----------
    summary : Summary
        Of the result; its `lang` is the language of the page.
    reasons : sequence of phrases
        For each pair of ``summary.pairs``, as `reasons_for` gives them.
    provenance : Provenance
        How the plan was made.
    others : mapping of int to others, optional
        By the place of a pair in ``summary.pairs``: who else could take the place, as `others_of`
        gives them. Without them the page says that they were not looked for.

    Returns
    -------
    str
        Everything from data is escaped. At most 5,000 pairs are listed, and it says so.

    Examples
    --------
    >>> import talentmatch as tm
    >>> from talentmatch.reporting.provenance import trace
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]))
    >>> html = render_report(Summary(result), [[], []], trace(result))
    >>> "Proved best: no plan has a higher total" in html
    True
    """
    labels = Labels(summary)
    title = _title(summary)
    body = [_opening(summary, title, labels), '<main id="main">\n', _glance(summary)]
    if summary.has_plan:
        body += [
            aims_section(summary),
            limits_section(summary),
            pairs_section(summary, reasons, labels, others),
            sheets_section(summary, reasons, labels),
            unfilled_section(summary, labels),
            unassigned_section(summary, labels),
            reading_section(summary),
        ]
    body += [rules_section(summary), made_section(summary, provenance), "</main>\n"]
    return page(title, body, summary.lang)


def _title(summary: Summary) -> str:
    if not summary.has_plan:
        return summary.headline
    say, count = summary.say, summary.counts
    openings = say.counted(count["openings"], "opening")
    return say("{filled:,} of {openings} filled", filled=count["filled"], openings=openings)


def _opening(summary: Summary, title: str, labels: Labels) -> str:
    say, status = summary.say, summary.result.status.value
    proved = "" if status == "optimal" else " open"
    mark = {"optimal": "✓ ", "feasible": "! "}.get(status, "✕ ")
    items = "".join(
        f'<li><a href="#{place}">{page_text(text)}</a></li>'
        for place, text in _places(summary, labels)
    )
    return (
        f'<a class="skip" href="#main">{page_text(say("To the plan"))}</a>\n'
        f'<header>\n<p class="eyebrow">{page_text(say("Matching plan"))} · talentmatch</p>\n'
        f"<h1>{page_text(title)}</h1>\n"
        f'<p class="proof{proved}"><strong><span aria-hidden="true">{mark}</span>'
        f"{page_text(summary.headline)}</strong> {page_text(summary.sentence)}</p>\n"
        f'<nav aria-label="{page_text(say("Sections"))}"><ul>{items}</ul></nav>\n</header>\n'
    )


def _places(summary: Summary, labels: Labels) -> list[tuple[str, str]]:
    """The sections: where they are and what they are called."""
    say, count = summary.say, summary.counts
    links = [("rules", say("Rules")), ("made", say("How it was made"))]
    if not summary.has_plan:
        return links
    return [
        *([("aims", say("Aims"))] if summary.is_staged else []),
        *([("limits", say("Limits"))] if has_limits(summary) else []),
        ("pairs-list", say("Pairs ({count:,})", count=count["filled"])),
        *([("sheets", say("By enterprise"))] if has_sheets(labels) else []),
        ("unfilled", say("Unfilled demands ({count:,})", count=count["demands_short"])),
        ("unassigned", say("Unassigned candidates ({count:,})", count=count["unassigned"])),
        ("reading", say("How to read a score")),
        *links,
    ]


def _glance(summary: Summary) -> str:
    say, count = summary.say, summary.counts
    if not summary.has_plan:
        openings = say.counted(count["openings"], "opening")
        cards = [
            (say("Demands"), f"{count['demands']:,}",
             say("with {openings}", openings=openings), ""),
            (say("Candidates"), f"{count['candidates']:,}", "", ""),
        ]  # fmt: skip
    else:
        cards = _plan_cards(summary)
    inner = "".join(
        f'<div class="{kind}"><dt>{page_text(name)}</dt><dd><span class="n">{page_text(number)}'
        f"</span><br><small>{page_text(words)}</small></dd></div>\n"
        for name, number, words, kind in cards
    )
    name = page_text(say("At a glance"))
    return f'<section aria-label="{name}">\n<dl class="cards">\n{inner}</dl>\n</section>\n'


def _plan_cards(summary: Summary) -> list[tuple[str, str, str, str]]:
    say, count, result = summary.say, summary.counts, summary.result
    short = (
        say("in {demands}: see below why", demands=say.counted(count["demands_short"], "demand"))
        if count["missing"]
        else say("every demand has all the people it asked for")
    )
    demands = say.counted(count["demands"], "demand")
    cards = [
        (say("Openings filled"), f"{count['filled']:,}",
         say("of {openings}, in {demands}", openings=f"{count['openings']:,}", demands=demands),
         ""),
        (say("Still open"), f"{count['missing']:,}", short, "short" if count["missing"] else ""),
        (say("Candidates placed"), f"{count['placed']:,}",
         say("of {count:,}", count=count["candidates"]), ""),
        (_measure(summary), say.shown(result.objective), summary.gap_words, ""),
    ]  # fmt: skip
    if summary.first_choices is not None and count["filled"]:
        words = say(
            "pairs give the demand its best candidate; in the others that one adds more elsewhere"
            if summary.is_plain
            else "pairs give the demand its best candidate; in the others that one adds more "
            "elsewhere, or a limit or an aim stands against it"
        )
        cards.append((say("First choices"), f"{summary.first_choices:,}", words, "lone"))
    return cards


def _measure(summary: Summary) -> str:
    """What to call the objective."""
    if summary.aim != "total":
        return summary.aim.capitalize()
    soft = any(rows.penalty is not None for rows in summary.result.problem.rows)
    return summary.say("Total of all scores, less penalties" if soft else "Total of all scores")
