"""The report's sheets: one per enterprise, to hand over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from talentmatch.reporting.escaping import page_text, plain_text
from talentmatch.reporting.labels import Labels
from talentmatch.reporting.page import sentence_html, table
from talentmatch.reporting.phrasing import KIN, OTHER, SHOWN, Phrase, phrase_words
from talentmatch.reporting.summary import Summary
from talentmatch.reporting.wording import Wording, decimals

__all__ = ["has_sheets", "sheets_section"]

_MOST = 500  # sheets on the page
_FEW = 3  # reasons of a pair


def has_sheets(labels: Labels) -> bool:
    """Whether the demands say which enterprise they are of."""
    return labels.enterprises is not None


def sheets_section(
    summary: Summary, reasons: Sequence[Sequence[Phrase]], labels: Labels
) -> str:  # fmt: skip
    """Return a sheet per enterprise: its demands, who comes and why, what is open.

    Parameters
    ----------
    summary : Summary
        Of a result with a plan.
    reasons : sequence of phrases
        Of each pair.
    labels : Labels
        Names beside ids.
    """
    if labels.enterprises is None:
        return ""
    say = summary.say
    firms = _firms(summary, labels)
    intro = say(
        "A sheet for each enterprise, to hand over: its demands, who comes, why, and what is "
        "still open. An open sheet is printed on pages of its own; a closed one is not printed."
    )
    buttons = "".join(
        f'<button type="button" data-do="{do}">{page_text(words)}</button>'
        for do, words in (("open", say("Open all sheets")), ("close", say("Close all sheets")))
    )
    more = say("The first {most:,} of {total:,} enterprises.", most=_MOST, total=len(firms))
    some = f"<p>{page_text(more)}</p>\n" if len(firms) > _MOST else ""
    sheets = "".join(_sheets(summary, reasons, labels, firms))
    return (
        f'<section aria-labelledby="sheets">\n<h2 id="sheets">{page_text(say("By enterprise"))}'
        f'</h2>\n<p>{page_text(intro)}</p>\n{some}<p class="tools">{buttons}</p>\n'
        f"{sheets}</section>\n"
    )


def _firms(summary: Summary, labels: Labels) -> list[tuple[str, list[int]]]:
    """Each enterprise's name and the positions of its demands, by name; the nameless last."""
    names = np.array(labels.enterprises, dtype=object)
    places: dict[str, list[int]] = {}
    for col, name in enumerate(names.tolist()):
        places.setdefault(name, []).append(col)
    return sorted(places.items(), key=lambda item: (item[0] == "", item[0]))


def _sheets(
    summary: Summary,
    reasons: Sequence[Sequence[Phrase]],
    labels: Labels,
    firms: Sequence[tuple[str, list[int]]],
) -> Iterator[str]:
    say, problem = summary.say, summary.result.problem
    pairs_of: dict[int, list[int]] = {}
    for pair, col in enumerate(summary.cols.tolist()):
        pairs_of.setdefault(col, []).append(pair)
    why_open = _open(summary.result.unfilled)
    scores = summary.pairs["score"].to_numpy(dtype="float64")
    places = decimals(scores)
    for k, (name, cols) in enumerate(firms[:_MOST], 1):
        rows, wanted, filled = [], 0, 0
        for col in cols:
            headcount, pairs = int(problem.headcount[col]), pairs_of.get(col, [])
            wanted, filled = wanted + headcount, filled + min(len(pairs), headcount)
            people = [
                _person(say, labels.candidate(int(summary.rows[pair])),
                        f"{scores[pair]:.{places}f}", reasons[pair])
                for pair in pairs
            ]  # fmt: skip
            rows.append(_demand(say, labels.demand(col), headcount, people,
                                why_open.get(labels.demand_ids[col], "")))  # fmt: skip
        yield _sheet(say, f"sheet-{k}", name or say("Without an enterprise"), rows, wanted, filled)


def _open(unfilled: pd.DataFrame) -> dict[object, str]:
    return dict(zip(unfilled["demand_id"], unfilled["sentence"], strict=True))


def _person(say: Wording, named: str, score: str, phrases: Sequence[Phrase]) -> str:
    words = [
        page_text(phrase_words(say, phrase.text))
        for phrase in phrases
        if phrase.share >= SHOWN and phrase.text not in (KIN, OTHER)
    ][:_FEW]
    why = f"<small>{', '.join(words)}</small>" if words else ""
    return f"<li>{named}<small>{page_text(say('Score'))} {score}</small> {why}</li>"


def _demand(say: Wording, named: str, headcount: int, people: Sequence[str], sentence: str) -> str:
    missing = headcount - len(people)
    comes = f"<ul>{''.join(people)}</ul>" if people else page_text(say("nobody yet"))
    why = ""
    if sentence:
        why = f"<br><small>{sentence_html(say, sentence)}</small>"
    still = f"<b>{missing:,}</b>{why}" if missing > 0 else "–"
    return (
        f'<tr><th scope="row" class="full">{named}</th>'
        f'<td class="num" data-k="{say("Wanted")}">{headcount:,}</td>'
        f'<td class="full" data-k="{say("Who comes, and why")}">{comes}</td>'
        f'<td class="full" data-k="{say("Still open")}">{still}</td></tr>\n'
    )


def _sheet(
    say: Wording, place: str, name: str, rows: Sequence[str], wanted: int, filled: int
) -> str:
    heads = [(say("Demand"), "d"), (say("Wanted"), "num"), (say("Who comes, and why"), ""),
             (say("Still open"), "")]  # fmt: skip
    shown = page_text(name)
    count = say("{filled:,} of {wanted:,} filled", filled=filled, wanted=wanted)
    whole = table(heads, rows, say("Demands of {name}", name=plain_text(name)))
    return (
        f'<details class="sheet" id="{place}"><summary><h3><bdi>{shown}</bdi></h3> '
        f"<small>{page_text(count)}</small></summary>\n"
        f'<p class="tools"><button type="button" data-do="print">'
        f'{page_text(say("Print this sheet"))}<span class="hush">: {shown}</span></button> '
        f'<a href="#{place}">{page_text(say("Link to this sheet"))}'
        f'<span class="hush">: {shown}</span></a></p>\n{whole}</details>\n'
    )
