"""The report: one page that tells a plan to people who do not program."""

from __future__ import annotations

from collections.abc import Sequence

from talentmatch.reporting.escaping import page_text
from talentmatch.reporting.facts import made_section, reading_section, rules_section
from talentmatch.reporting.labels import Labels
from talentmatch.reporting.leftover import unassigned_section, unfilled_section
from talentmatch.reporting.limits import aims_section, has_limits, limits_section
from talentmatch.reporting.page import page
from talentmatch.reporting.pairs import pairs_section
from talentmatch.reporting.phrasing import Phrase
from talentmatch.reporting.provenance import Provenance
from talentmatch.reporting.summary import Summary, counted, shown

__all__ = ["render_report"]


def render_report(
    summary: Summary, reasons: Sequence[Sequence[Phrase]], provenance: Provenance
) -> str:
    """Return the report as one HTML page that loads nothing.

    Parameters
    ----------
    summary : Summary
        Of the result.
    reasons : sequence of phrases
        For each pair of ``summary.pairs``, as `reasons_for` gives them.
    provenance : Provenance
        How the plan was made.

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
    body = [_opening(summary, title), "<main>\n", _glance(summary)]
    if summary.has_plan:
        body += [
            aims_section(summary),
            limits_section(summary),
            pairs_section(summary, reasons, labels),
            unfilled_section(summary, labels),
            unassigned_section(summary, labels),
            reading_section(),
        ]
    body += [rules_section(summary), made_section(summary, provenance), "</main>\n"]
    return page(title, body)


def _title(summary: Summary) -> str:
    if not summary.has_plan:
        return summary.headline
    count = summary.counts
    return f"{count['filled']:,} of {counted(count['openings'], 'opening')} filled"


def _opening(summary: Summary, title: str) -> str:
    proved = "" if summary.result.status.value == "optimal" else " open"
    mark = {"optimal": "✓ ", "feasible": "! "}.get(summary.result.status.value, "✕ ")
    links = [("rules", "Rules"), ("made", "How it was made")]
    if summary.has_plan:
        count = summary.counts
        aims = [("aims", "Aims")] if summary.is_staged else []
        limits = [("limits", "Limits")] if has_limits(summary) else []
        links = [
            *aims,
            *limits,
            ("pairs-list", f"Pairs ({count['filled']:,})"),
            ("unfilled", f"Unfilled demands ({count['demands_short']:,})"),
            ("unassigned", f"Unassigned candidates ({count['unassigned']:,})"),
            ("reading", "How to read a score"),
            *links,
        ]
    items = "".join(f'<li><a href="#{place}">{page_text(text)}</a></li>' for place, text in links)
    return (
        '<header>\n<p class="eyebrow">Matching plan · talentmatch</p>\n'
        f"<h1>{page_text(title)}</h1>\n"
        f'<p class="proof{proved}"><strong><span aria-hidden="true">{mark}</span>'
        f"{page_text(summary.headline)}</strong> {page_text(summary.sentence)}</p>\n"
        f'<nav aria-label="Sections"><ul>{items}</ul></nav>\n</header>\n'
    )


def _glance(summary: Summary) -> str:
    count = summary.counts
    if not summary.has_plan:
        cards = [
            (
                "Demands",
                f"{count['demands']:,}",
                f"with {counted(count['openings'], 'opening')}",
                "",
            ),
            ("Candidates", f"{count['candidates']:,}", "", ""),
        ]
    else:
        cards = _plan_cards(summary)
    inner = "".join(
        f'<div class="{kind}"><dt>{page_text(name)}</dt><dd><span class="n">{page_text(number)}'
        f"</span><br><small>{page_text(words)}</small></dd></div>\n"
        for name, number, words, kind in cards
    )
    return f'<section aria-label="At a glance">\n<dl class="cards">\n{inner}</dl>\n</section>\n'


def _plan_cards(summary: Summary) -> list[tuple[str, str, str, str]]:
    count, result = summary.counts, summary.result
    short = (
        f"in {counted(count['demands_short'], 'demand')}: see below why"
        if count["missing"]
        else "every demand has all the people it asked for"
    )
    cards = [
        ("Openings filled", f"{count['filled']:,}",
         f"of {count['openings']:,}, in {counted(count['demands'], 'demand')}", ""),
        ("Still open", f"{count['missing']:,}", short, "short" if count["missing"] else ""),
        ("Candidates placed", f"{count['placed']:,}", f"of {count['candidates']:,}", ""),
        (_measure(summary), shown(result.objective), summary.gap_words, ""),
    ]  # fmt: skip
    if summary.first_choices is not None and count["filled"]:
        others = "that one adds more elsewhere"
        if not summary.is_plain:
            others += ", or a limit or an aim stands against it"
        words = f"pairs give the demand its best candidate; in the others {others}"
        cards.append(("First choices", f"{summary.first_choices:,}", words, "lone"))
    return cards


def _measure(summary: Summary) -> str:
    """What to call the objective."""
    if summary.aim != "total":
        return summary.aim.capitalize()
    soft = any(rows.penalty is not None for rows in summary.result.problem.rows)
    return "Total of all scores, less penalties" if soft else "Total of all scores"
