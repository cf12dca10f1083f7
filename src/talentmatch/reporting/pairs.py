"""The report's table of pairs: searchable, sortable, each with its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from talentmatch.reporting.escaping import page_text
from talentmatch.reporting.excerpts import Excerpts
from talentmatch.reporting.labels import Labels
from talentmatch.reporting.others import Other, others_list, others_note
from talentmatch.reporting.page import bar
from talentmatch.reporting.phrasing import KIN, OTHER, SHOWN, Phrase, phrase_words
from talentmatch.reporting.summary import Standing, Summary
from talentmatch.reporting.wording import Wording, decimals

__all__ = ["pairs_section"]

_MOST = 5_000  # rows on the page; a browser grows slow beyond
_TOLD = 1_500  # rows with both texts and the next best, which make most of the file
_PLAIN = ' class="plain"'
_WEAK = 0.6  # share of the demand's best score below which a pair wants a second look


def pairs_section(
    summary: Summary,
    reasons: Sequence[Sequence[Phrase]],
    labels: Labels,
    others: Mapping[int, Sequence[Other]] | None = None,
) -> str:
    """List the pairs: demand, enterprise, candidate, score, choice, reasons, texts, next best.

    Parameters
    ----------
    summary : Summary
        Of the result.
    reasons : sequence of phrases
        Of each pair.
    labels : Labels
        Names beside ids.
    others : mapping of int to others, optional
        By the pair's position: who else could take the place, as `others_of` gives them.
    """
    say = summary.say
    head = (
        '<section aria-labelledby="pairs-list">\n'
        f'<h2 id="pairs-list">{page_text(say("The pairs"))}</h2>\n'
    )
    if not len(summary.pairs):
        return f"{head}<p>{page_text(say('No pair was worth choosing.'))}</p>\n</section>\n"
    ranked, total = summary.standing is not None, len(summary.pairs)
    more = say("The first {most:,} of {total:,} pairs; all of them are in pairs.csv.",
               most=_MOST, total=total)  # fmt: skip
    some = f"<p>{page_text(more)}</p>\n" if total > _MOST else ""
    caption = say(
        "Pairs of the plan: who goes to which demand, with score and reasons. Headings are "
        "buttons that sort."
    )
    rows = "".join(_pair_rows(summary, reasons, labels, others or {}))
    return (
        f"{head}{some}{_ends(summary)}{_about_texts(say, total)}"
        f"{others_note(say, others, min(total, _TOLD))}"
        f"{_tools(say, ranked, min(total, _MOST))}"
        f'<table id="pairs" class="stack"><caption class="hush">{page_text(caption)}</caption>\n'
        f"<thead><tr>{_heads(say, labels.enterprises is not None, ranked)}</tr></thead>\n"
        f'<tbody>\n{rows}</tbody></table>\n<p id="none" hidden>'
        f"{page_text(say('No pair holds all of these words.'))}</p>\n</section>\n"
    )


def _heads(say: Wording, firms: bool, ranked: bool) -> str:
    """Headings that are buttons; each knows in which order its column is sorted first."""
    heads = [(say("Demand"), "d", "ascending"), (say("Enterprise"), "e", "ascending"),
             (say("Candidate"), "c", "ascending"), (say("Score"), "s", "descending"),
             (say("Choice"), "r", "ascending")]  # fmt: skip
    kept = [h for h in heads if (firms or h[1] != "e") and (ranked or h[1] != "r")]
    cells = "".join(
        f'<th scope="col" class="{kind}" data-k="{name}" data-first="{first}">'
        f'<button type="button">{name}</button></th>'
        for name, kind, first in kept
    )
    why = page_text(say("Why: shared words, with their part of the score"))
    return f'{cells}<th scope="col" class="w">{why}</th>'


def _ends(summary: Summary) -> str:
    """Say which pairs score highest and lowest."""
    say, scores = summary.say, summary.pairs["score"].to_numpy(dtype="float64")
    places = decimals(scores)
    told = []
    for at in (int(scores.argmax()), int(scores.argmin())):
        demand, candidate = (
            f"<bdi>{page_text(summary.pairs[name].iat[at])}</bdi>"
            for name in ("demand_id", "candidate_id")
        )
        told.append(
            say("{demand} with {candidate}, {score}",
                demand=demand, candidate=candidate, score=f"{scores[at]:.{places}f}")
        )  # fmt: skip
    both = say("Highest score: {most}; lowest score: {least}.", most=told[0], least=told[1])
    return f"<p>{both}</p>\n"


def _about_texts(say: Wording, total: int) -> str:
    if total <= _TOLD:
        return ""
    told = say("Both texts are shown of the first {told:,} pairs.", told=_TOLD)
    return f"<p>{page_text(told)}</p>\n"


def _tools(say: Wording, ranked: bool, count: int) -> str:
    """Search field, filter, live count; hidden where no script runs."""
    share = say.whole_percent(_WEAK)
    twice = say("Only pairs to look at twice (score under {share} of the demand's best)",
                share=share)  # fmt: skip
    weak = f'<label><input type="checkbox" id="weak"> {page_text(twice)}</label>' if ranked else ""
    hint = say("id, name, enterprise, word")
    count_said = say("Showing {shown} of {all}", shown="{shown}", all="{all}")
    now = say("Showing {shown} of {all}", shown=f"{count:,}", all=f"{count:,}")
    up, down = (
        say("Sorted by {column}, ascending", column="{column}"),
        say("Sorted by {column}, descending", column="{column}"),
    )
    return (
        f'<div class="tools" role="search"><label>{page_text(say("Search"))} '
        '<input type="search" id="find" autocomplete="off" aria-controls="pairs" '
        f'placeholder="{page_text(hint)}"></label>{weak}'
        f'<output id="count" for="find" data-said="{page_text(count_said)}">{page_text(now)}'
        f'</output><span id="said" class="hush" role="status" data-ascending="{page_text(up)}" '
        f'data-descending="{page_text(down)}"></span></div>\n'
    )


def _pair_rows(
    summary: Summary,
    reasons: Sequence[Sequence[Phrase]],
    labels: Labels,
    others: Mapping[int, Sequence[Other]],
) -> Iterator[str]:
    say, scores = summary.say, summary.pairs["score"].to_numpy(dtype="float64")
    places, standing = decimals(scores), summary.standing
    told = slice(0, min(_MOST, _TOLD))
    texts = Excerpts(summary.result.problem, reasons[told], summary.rows[told], summary.cols[told])
    pairs = zip(summary.rows.tolist(), summary.cols.tolist(), scores.tolist(), strict=True)
    for k, ((row, col, score), why) in enumerate(zip(pairs, reasons, strict=True)):
        if k == _MOST:
            return
        number = f'data-v="{score:.9g}"><b>{score:.{places}f}</b>'
        cells = [f'<th scope="row" class="d">{labels.demand(col)}</th>']
        if labels.enterprises is not None:
            firm = page_text(labels.enterprises[col])
            cells.append(f'<td class="e" data-k="{say("Enterprise")}"><bdi>{firm}</bdi></td>')
        cells.append(f'<td class="c" data-k="{say("Candidate")}">{labels.candidate(row)}</td>')
        weak, score_cell = "", f'<td class="s" data-k="{say("Score")}" {number}'
        if standing is None:
            cells.append(f"{score_cell}</td>")
        else:
            place = standing[k]
            share = score / place.best if place.best > 0 else 0.0
            weak = ' data-weak=""' if share < _WEAK else ""
            cells += [f"{score_cell}{bar(share)}</td>", _choice(say, place)]
        more = texts.of(k, say) if k < _TOLD else ""
        more += others_list(say, others.get(k, ()), labels, places) if k < _TOLD else ""
        if more:
            name = f"{summary.pairs['demand_id'].iat[k]}, {summary.pairs['candidate_id'].iat[k]}"
            more = (
                f'<details class="more"><summary>{say("Texts and next best")}<span class="hush">: '
                f"{page_text(name)}</span></summary>{more}</details>"
            )
        yield f'<tr{weak}>{"".join(cells)}<td class="w">{_why(say, why)}{more}</td></tr>\n'


def _choice(say: Wording, place: Standing) -> str:
    of = say("of {count:,}", count=place.of)
    return (
        f'<td class="r" data-k="{say("Choice")}" data-v="{place.rank}">'
        f"{say.ordinal(place.rank)} <small>{of}</small></td>"
    )


def _why(say: Wording, phrases: Sequence[Phrase]) -> str:
    if not phrases:
        return f"<small>{page_text(say('the scores given have no terms'))}</small>"
    items = "".join(
        f"<li{_PLAIN if phrase.text in (KIN, OTHER) else ''}>"
        f"{page_text(phrase_words(say, phrase.text))} <b>{say.whole_percent(phrase.share)}</b></li>"
        for phrase in phrases
        if phrase.share >= SHOWN
    )
    return f'<ul class="why">{items}</ul>'
