"""The report's last sections: how to read a score, the rules, and how the plan was made."""

from __future__ import annotations

import json

from talentmatch.reporting.escaping import page_text
from talentmatch.reporting.page import facts, table
from talentmatch.reporting.provenance import InputRecord, Provenance
from talentmatch.reporting.summary import Summary, counted

__all__ = ["made_section", "reading_section", "rules_section"]


def reading_section() -> str:
    """How to read a score, and the reasons beside it."""
    return """<section aria-labelledby="reading">
<h2 id="reading">How to read a score</h2>
<p>A score says how well a candidate's text fits a demand's text: 0 is nothing in common, 1 the
same words throughout. Two real texts share only part of their words, so good fits often score
well below 0.5. <strong>Compare scores within one demand: 0.13 is not 13 %.</strong> The bar shows
the score beside the best that any eligible candidate reaches for the same demand, and
“choice” where the candidate stands among them. A second or third choice is no mistake: the best
candidate adds more to the whole plan in another place. The proof is about the scores alone;
whether a pair makes sense is for you to judge.</p>
<p>The reasons are the words that both texts hold, with their part of this pair's score. “Similar
spellings” are parts of words that both texts hold, as in <em>design</em> and <em>designer</em>.
“Other shared words” are all the words too weak to list.</p>
</section>
"""


def rules_section(summary: Summary) -> str:
    """Which rules were applied, how many pairs each bars, whose facts are missing."""
    head = '<section aria-labelledby="rules">\n<h2 id="rules">Rules that were applied</h2>\n'
    if not summary.rules:
        none = "<p>None: every pair was allowed, as far as capacity, headcount and limits go.</p>\n"
        return f"{head}{none}</section>\n"
    n, m = summary.result.problem.shape
    rows = [
        f'<tr><th scope="row" class="full"><bdi>{page_text(rule.name)}</bdi></th>'
        f'<td class="num" data-k="Pairs barred">'
        f"{'not counted' if rule.barred is None else format(rule.barred, ',')}</td>"
        f'<td class="num" data-k="Candidates without the fact">{rule.missing:,}</td></tr>\n'
        for rule in summary.rules
    ]
    heads = [("Rule", ""), ("Pairs barred", "num"), ("Candidates without the fact", "num")]
    caption = f"Of {counted(n * m, 'pair')}. One pair may be barred by several rules."
    note = (
        "<p>A rule says what becomes of a candidate whose fact is missing; most let it pass.</p>\n"
    )
    return f"{head}{table(heads, rows, caption)}{note}</section>\n"


def made_section(summary: Summary, provenance: Provenance) -> str:
    """Inputs with their hashes, options, solver, versions."""
    result = summary.result
    solved = [
        ("Aim", page_text(result.aim)),
        ("Status", page_text(f"{result.status.value}, stopped: {result.stopped.value}")),
        ("Proof", page_text(result.proof or "none")),
        ("Solver", page_text(result.solver)),
        ("Seconds to solve", f"{result.seconds:.2f}"),
        ("Rounds", f"{result.rounds:,}"),
        ("Seed", page_text(str(result.seed))),
    ]
    if summary.has_plan:
        solved[2:2] = [
            (summary.aim.capitalize(), repr(float(result.objective))),
            ("Ceiling", repr(float(result.bound))),
        ]
    inputs = [(role.capitalize(), _input(record)) for role, record in provenance.inputs.items()]
    options = [
        (name, f"<code>{page_text(json.dumps(value, ensure_ascii=False))}</code>")
        for name, value in provenance.options.items()
    ]
    versions = [(name, page_text(number)) for name, number in provenance.versions.items()]
    return (
        '<section aria-labelledby="made">\n<h2 id="made">How it was made</h2>\n'
        f"<h3>Inputs</h3>\n{facts(inputs) if inputs else '<p>Not recorded.</p>'}"
        f"<h3>Solve</h3>\n{facts(solved)}<h3>Options</h3>\n"
        f"{facts(options) if options else '<p>All as they are by default.</p>'}"
        f"<details><summary>Versions</summary>\n{facts(versions)}</details>\n</section>\n"
    )


def _input(record: InputRecord) -> str:
    rows = "" if record.rows is None else f", {counted(record.rows, 'row')}"
    return (
        f"<bdi>{page_text(record.name)}</bdi>{rows}<br><small>columns: "
        f"<bdi>{page_text(', '.join(record.columns) or 'not known')}</bdi></small><br>"
        f"<small>SHA-256 <code>{record.sha256}</code></small>"
    )
