"""The report's last sections: how to read a score, the rules, and how the plan was made."""

from __future__ import annotations

import json

from talentmatch.reporting.escaping import page_text
from talentmatch.reporting.page import facts, sentence_html, table
from talentmatch.reporting.provenance import InputRecord, Provenance
from talentmatch.reporting.summary import Summary
from talentmatch.reporting.wording import Wording

__all__ = ["made_section", "reading_section", "rules_section"]

_ROLES = {"candidates": "Candidates", "demands": "Demands"}


def reading_section(summary: Summary) -> str:
    """How to read a score, and the reasons beside it."""
    say = summary.say
    score = say(
        "A score says how well a candidate's text fits a demand's text: 0 is nothing in common, 1 "
        "the same words throughout. Two real texts share only part of their words, so good fits "
        "often score well below 0.5. <strong>Compare scores within one demand: 0.13 is not 13 %."
        "</strong> The bar shows the score beside the best that any eligible candidate reaches for "
        "the same demand, and “choice” where the candidate stands among them. A second or third "
        "choice is no mistake: the best candidate adds more to the whole plan in another place. "
        "The proof is about the scores alone; whether a pair makes sense is for you to judge."
    )
    words = say(
        "The reasons are the words that both texts hold, with their part of this pair's score. "
        "“Similar spellings” are parts of words that both texts hold, as in <em>design</em> and "
        "<em>designer</em>. “Other shared words” are all the words too weak to list. A topic is "
        "named in both texts, perhaps in other words or another language."
    )
    return (
        '<section aria-labelledby="reading">\n'
        f'<h2 id="reading">{page_text(say("How to read a score"))}</h2>\n'
        f"<p>{score}</p>\n<p>{words}</p>\n</section>\n"
    )


def rules_section(summary: Summary) -> str:
    """Which rules were applied, how many pairs each bars, whose facts are missing."""
    say = summary.say
    title = page_text(say("Rules that were applied"))
    head = f'<section aria-labelledby="rules">\n<h2 id="rules">{title}</h2>\n'
    if not summary.rules:
        none = say("None: every pair was allowed, as far as capacity, headcount and limits go.")
        return f"{head}<p>{page_text(none)}</p>\n</section>\n"
    n, m = summary.result.problem.shape
    barred, missing = say("Pairs barred"), say("Candidates without the fact")
    unknown = say("not counted")
    rows = [
        f'<tr><th scope="row" class="full"><bdi>{sentence_html(say, rule.name)}</bdi></th>'
        f'<td class="num" data-k="{barred}">'
        f"{unknown if rule.barred is None else format(rule.barred, ',')}</td>"
        f'<td class="num" data-k="{missing}">{rule.missing:,}</td></tr>\n'
        for rule in summary.rules
    ]
    heads = [(say("Rule"), ""), (barred, "num"), (missing, "num")]
    caption = say(
        "Of {pairs}. One pair may be barred by several rules.", pairs=say.counted(n * m, "pair")
    )
    note = say(
        "A rule says what becomes of a candidate whose fact is missing; most let it pass."
    )  # fmt: skip
    return f"{head}{table(heads, rows, caption)}<p>{page_text(note)}</p>\n</section>\n"


def made_section(summary: Summary, provenance: Provenance) -> str:
    """Inputs with their hashes, options, solver, versions."""
    say = summary.say
    inputs = [
        (say(_ROLES[role]) if role in _ROLES else role.capitalize(), _input(say, record))
        for role, record in provenance.inputs.items()
    ]
    options = [
        (name, f"<code>{page_text(json.dumps(value, ensure_ascii=False))}</code>")
        for name, value in provenance.options.items()
    ]
    versions = [(name, page_text(number)) for name, number in provenance.versions.items()]
    title = page_text(say("How it was made"))
    asked = facts(options) if options else f"<p>{page_text(say('All as they are by default.'))}</p>"
    return (
        f'<section aria-labelledby="made">\n<h2 id="made">{title}</h2>\n'
        f"<h3>{page_text(say('Inputs'))}</h3>\n"
        f"{facts(inputs) if inputs else '<p>' + page_text(say('Not recorded.')) + '</p>'}"
        f"<h3>{page_text(say('Solve'))}</h3>\n{facts(_solved(summary))}"
        f"<h3>{page_text(say('Options'))}</h3>\n{asked}"
        f"<details><summary>{page_text(say('Versions'))}</summary>\n{facts(versions)}</details>\n"
        "</section>\n"
    )


def _solved(summary: Summary) -> list[tuple[str, str]]:
    """What the solver was asked for and says."""
    say, result = summary.say, summary.result
    status = say("{status}, stopped: {why}", status=result.status.value, why=result.stopped.value)
    head = [(say("Aim"), page_text(result.aim)), (say("Status"), page_text(status))]
    if summary.has_plan:
        head += [
            (summary.aim_name.capitalize(), repr(float(result.objective))),
            (say("Ceiling"), repr(float(result.bound))),
        ]
    return [
        *head,
        (say("Proof"), page_text(result.proof or say("none"))),
        (say("Solver"), page_text(result.solver)),
        (say("Seconds to solve"), f"{result.seconds:.2f}"),
        (say("Rounds"), f"{result.rounds:,}"),
        (say("Seed"), page_text(str(result.seed))),
    ]


def _input(say: Wording, record: InputRecord) -> str:
    rows = "" if record.rows is None else f", {say.counted(record.rows, 'row')}"
    columns = say("columns: {columns}", columns=", ".join(record.columns) or say("not known"))
    return (
        f"<bdi>{page_text(record.name)}</bdi>{rows}<br><small><bdi>{page_text(columns)}</bdi>"
        f"</small><br><small>SHA-256 <code>{record.sha256}</code></small>"
    )
