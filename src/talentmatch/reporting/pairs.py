"""The report's table of pairs: searchable, sortable, each with its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from talentmatch.reporting.escaping import page_text
from talentmatch.reporting.labels import Labels
from talentmatch.reporting.page import bar
from talentmatch.reporting.phrasing import KIN, OTHER, SHOWN, Phrase
from talentmatch.reporting.summary import Standing, Summary, decimals

__all__ = ["pairs_section"]

_MOST = 5_000  # rows on the page; a browser grows slow beyond
_PLAIN = ' class="plain"'
_WEAK = 0.6  # share of the demand's best score below which a pair wants a second look


def pairs_section(summary: Summary, reasons: Sequence[Sequence[Phrase]], labels: Labels) -> str:
    """List the pairs: demand, enterprise, candidate, score, choice, reasons."""
    head = '<section aria-labelledby="pairs-list">\n<h2 id="pairs-list">The pairs</h2>\n'
    if not len(summary.pairs):
        return f"{head}<p>No pair was worth choosing.</p>\n</section>\n"
    firms = labels.enterprises is not None
    ranked = summary.standing is not None
    heads = [("Demand", "d", "ascending"), ("Enterprise", "e", "ascending"),
             ("Candidate", "c", "ascending"), ("Score", "s", "descending"),
             ("Choice", "r", "ascending")]  # fmt: skip
    kept = [h for h in heads if (firms or h[1] != "e") and (ranked or h[1] != "r")]
    cells = "".join(
        f'<th scope="col" class="{kind}" data-k="{name}" data-first="{first}">'
        f'<button type="button">{name}</button></th>'
        for name, kind, first in kept
    )
    total = len(summary.pairs)
    some = (
        f"<p>The first {_MOST:,} of {total:,} pairs; all of them are in pairs.csv.</p>\n"
        if total > _MOST
        else ""
    )
    return (
        f"{head}{some}{_ends(summary)}{_tools(ranked, min(total, _MOST))}"
        '<table id="pairs" class="stack"><caption class="hush">Pairs of the plan: who goes to '
        "which demand, with score and reasons. Headings are buttons that sort.</caption>\n"
        f'<thead><tr>{cells}<th scope="col" class="w">Why: shared words, with their part of the '
        f"score</th></tr></thead>\n<tbody>\n{''.join(_pair_rows(summary, reasons, labels))}</tbody>"
        "</table>\n</section>\n"
    )


def _ends(summary: Summary) -> str:
    """Say which pairs score highest and lowest."""
    scores = summary.pairs["score"].to_numpy(dtype="float64")
    places = decimals(scores)
    told = []
    for word, at in (("Highest", int(scores.argmax())), ("lowest", int(scores.argmin()))):
        demand, candidate = (
            summary.pairs["demand_id"].iat[at],
            summary.pairs["candidate_id"].iat[at],
        )
        told.append(
            f"{word} score: <bdi>{page_text(demand)}</bdi> with <bdi>{page_text(candidate)}</bdi>, "
            f"{scores[at]:.{places}f}"
        )
    return f"<p>{'; '.join(told)}.</p>\n"


def _tools(ranked: bool, count: int) -> str:
    weak = (
        '<label><input type="checkbox" id="weak"> Only pairs to look at twice (score under '
        f"{_WEAK:.0%} of the demand's best)</label>".replace("%", " %")
        if ranked
        else ""
    )
    return (
        '<div class="tools"><label>Search <input type="search" id="find" autocomplete="off" '
        f'placeholder="id, name, enterprise, word"></label>{weak}'
        f'<output id="count" for="find">Showing {count:,} of {count:,}</output>'
        '<span id="said" class="hush" role="status"></span></div>\n'
    )


def _pair_rows(
    summary: Summary, reasons: Sequence[Sequence[Phrase]], labels: Labels
) -> Iterator[str]:
    scores = summary.pairs["score"].to_numpy(dtype="float64")
    places, standing = decimals(scores), summary.standing
    pairs = zip(summary.rows.tolist(), summary.cols.tolist(), scores.tolist(), strict=True)
    for k, ((row, col, score), why) in enumerate(zip(pairs, reasons, strict=True)):
        if k == _MOST:
            return
        number = f'data-v="{score:.9g}"><b>{score:.{places}f}</b>'
        cells = [f'<th scope="row" class="d">{labels.demand(col)}</th>']
        if labels.enterprises is not None:
            firm = page_text(labels.enterprises[col])
            cells.append(f'<td class="e" data-k="Enterprise"><bdi>{firm}</bdi></td>')
        cells.append(f'<td class="c" data-k="Candidate">{labels.candidate(row)}</td>')
        weak = ""
        if standing is None:
            cells.append(f'<td class="s" data-k="Score" {number}</td>')
        else:
            place = standing[k]
            share = score / place.best if place.best > 0 else 0.0
            weak = ' data-weak=""' if share < _WEAK else ""
            cells.append(f'<td class="s" data-k="Score" {number}{bar(share)}</td>')
            cells.append(_choice(place))
        yield f'<tr{weak}>{"".join(cells)}<td class="w">{_why(why)}</td></tr>\n'


def _choice(place: Standing) -> str:
    return (
        f'<td class="r" data-k="Choice" data-v="{place.rank}">{_ordinal(place.rank)} '
        f"<small>of {place.of:,}</small></td>"
    )


def _ordinal(number: int) -> str:
    last = (
        "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number:,}{last}"


def _why(phrases: Sequence[Phrase]) -> str:
    if not phrases:
        return "<small>the scores given have no terms</small>"
    items = "".join(
        f"<li{_PLAIN if phrase.text in (KIN, OTHER) else ''}>{page_text(phrase.text)} "
        f"<b>{100 * phrase.share:.0f} %</b></li>"
        for phrase in phrases
        if phrase.share >= SHOWN
    )
    return f'<ul class="why">{items}</ul>'
