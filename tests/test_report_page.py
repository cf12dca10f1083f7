"""What the report's page holds beside the plan: sheets to hand over, texts, the next best."""

import ast
import re
from pathlib import Path
from string import Formatter

import numpy as np
import pandas as pd
import pytest

import talentmatch as tm
from talentmatch import reporting
from talentmatch.errors import ProblemError
from talentmatch.reporting.excerpts import Span, excerpt, spans_of
from talentmatch.reporting.leftover import REASONS
from talentmatch.reporting.others import others_of
from talentmatch.reporting.phrases_zh import PHRASES
from talentmatch.reporting.phrasing import KIN, OTHER, TOPIC, reasons_for
from talentmatch.reporting.provenance import trace
from talentmatch.reporting.report import render_report
from talentmatch.reporting.sentences_zh import translated
from talentmatch.reporting.summary import Summary
from talentmatch.reporting.wording import Wording
from test_report import HOSTILE, KNOWN, Page


def report_of(result, *, lang="en", others=None):
    """Return the report of a result as HTML."""
    summary = Summary(result, lang)
    reasons = list(reasons_for(result.scores, summary.rows, summary.cols))
    return render_report(summary, reasons, trace(result), others)


def places_of(result):
    """Return the positions of the pairs: rows, columns."""
    summary = Summary(result)
    return summary.rows, summary.cols


@pytest.fixture(scope="module")
def demo():
    """Return a plan of moderate size, with enterprises, texts in two languages and leftovers."""
    case = tm.datasets.make_beilun(0)
    return tm.match(case.candidates.head(150), case.demands.head(160), min_score=0.01)


@pytest.fixture(scope="module")
def small():
    """Return a plan over random scores in which candidates and demands take several."""
    rng = np.random.default_rng(3)
    scores = rng.random((9, 6)).round(3)
    scores[rng.random(scores.shape) < 0.2] = np.nan
    capacity = [1, 2, 0, 1, 1, 1, 1, 1, 1]
    return tm.solve(tm.Problem(scores, capacity=capacity, headcount=[1, 2, 1, 1, 0, 1]))


def sheets_in(html):
    """Return the sheets of a page by enterprise, as HTML."""
    found = re.findall(r'<details class="sheet" id="[^"]*">.*?</details>\n', html, re.S)
    return {re.search(r"<h3><bdi>(.*?)</bdi></h3>", sheet)[1]: sheet for sheet in found}


def test_every_pair_is_on_the_sheet_of_its_enterprise(demo):
    """Each enterprise's sheet names its demands and those who come, and nobody else."""
    sheets = sheets_in(report_of(demo))
    firm_of = demo.problem.demands.set_index("demand_id")["enterprise_id"]
    assert set(sheets) == set(firm_of)
    for name, sheet in sheets.items():
        people = set(re.findall(r"<li><bdi>(.*?)</bdi>", sheet))
        pairs = demo.pairs[demo.pairs["demand_id"].map(firm_of) == name]
        assert people == set(pairs["candidate_id"])
        wanted = set(firm_of[firm_of == name].index)
        assert set(re.findall(r'<th scope="row" class="full"><bdi>(.*?)</bdi>', sheet)) == wanted


def test_a_sheet_says_what_is_open_and_why(demo):
    """Each demand that is short says on its sheet how many are missing, with the reason."""
    sheets = sheets_in(report_of(demo))
    firm_of = demo.problem.demands.set_index("demand_id")["enterprise_id"]
    assert len(demo.unfilled)
    for line in demo.unfilled.itertuples():
        sheet = sheets[firm_of[line.demand_id]]
        row = re.search(rf"<tr><th[^>]*><bdi>{line.demand_id}</bdi>.*?</tr>", sheet, re.S)[0]
        assert f"<b>{line.missing}</b>" in row
        assert line.sentence in Page(row).text


def test_without_enterprises_there_are_no_sheets():
    """A plan whose demands name no enterprise has neither sheets nor a link to them."""
    html = report_of(tm.solve(tm.Problem([[0.9]])))
    assert 'id="sheets"' not in html
    assert "#sheets" not in html


def test_many_enterprises_are_cut_and_it_is_said(demo, monkeypatch):
    """Beyond a number of sheets the page says how many enterprises there are."""
    monkeypatch.setattr("talentmatch.reporting.sheets._MOST", 2)
    html = report_of(demo)
    firms = demo.problem.demands["enterprise_id"].nunique()
    assert len(sheets_in(html)) == 2
    assert f"The first 2 of {firms} enterprises" in html


@pytest.mark.parametrize(
    ("text", "phrase", "found"),
    [
        ("cables and a cable", "cable", ["cables", "cable"]),
        ("cabling", "cable", []),
        ("熟悉xlpe绝缘", "xlpe", ["xlpe"]),
        ("电力电缆设计", "电缆", ["电缆"]),
        ("design of the cable", "cable design", ["cable", "design"]),
        ("cable design, cable", "cable design", ["cable design"]),
        ("传感和感器", "传感器", ["传感", "感器"]),
        ("the best of the", "the of", []),
        ("", "cable", []),
    ],
)
def test_phrases_are_found_as_words(text, phrase, found):
    """Whole words and their plurals are found, Chinese anywhere, parts where no whole is."""
    assert [text[s.start : s.end] for s in spans_of(text, phrase)] == found


def test_an_excerpt_holds_what_weighs_most():
    """Of marks far apart the two windows that weigh most are shown, in the order of the text."""
    text = f"alpha {'x ' * 300}beta {'y ' * 300}gamma {'z ' * 300}delta"
    spans = [
        Span(text.index(word), text.index(word) + len(word), k)
        for k, word in enumerate(["alpha", "beta", "gamma", "delta"])
    ]
    shown = excerpt(text, spans, [0.1, 0.5, 0.2, 0.4])
    assert re.findall("<mark>(.*?)</mark>", shown) == ["beta", "delta"]
    assert len(shown) < 350
    assert shown.startswith("… ")


def test_an_excerpt_is_made_of_the_text():
    """Without its marks an excerpt is parts of the text, for random texts and spans."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        words = rng.choice(["ab", "电缆", "<i>", "c&d", "cable"], rng.integers(1, 60))
        text = " ".join(words)
        spans = [s for k, w in enumerate(["cable", "电缆"]) for s in spans_of(text, w, k)]
        shown = Page(excerpt(text, spans, [0.7, 0.3])).words
        for part in "".join(shown).strip("… ").split(" … "):
            assert part in text
        expected = {w for w in ("cable", "电缆") if w in text}
        marked = set(re.findall("<mark>(.*?)</mark>", excerpt(text, spans, [0.7, 0.3])))
        assert marked == expected


def test_shared_words_are_marked_in_both_texts(demo):
    """Nearly every word reason of a pair is marked somewhere in both of its texts."""
    html = report_of(demo)
    summary = Summary(demo)
    reasons = reasons_for(demo.scores, summary.rows, summary.cols)
    texts = re.findall(r'<dl class="texts">(.*?)</dl>', html, re.S)
    assert len(texts) == len(summary.pairs)
    both = total = 0
    for shown, phrases in zip(texts, reasons, strict=True):
        words = [p for p in phrases if p.text not in (KIN, OTHER) and not p.text.startswith(TOPIC)]
        sides = re.findall(r"<dd[^>]*>(.*?)</dd>", shown, re.S)
        total += bool(words)
        both += bool(words) and all("<mark>" in side for side in sides)
    assert both >= 0.97 * total > 50


def test_topics_are_marked_in_either_language():
    """A topic that the texts name in two languages is marked in both."""
    people = [{"candidate_id": "R1", "text": "Installed submarine cables offshore"}]
    posts = [{"demand_id": "X1", "text": "海底电缆敷设工程师"}]
    scorer = tm.FitScorer(blocks=[tm.blocks.Concepts()])
    html = report_of(tm.match(people, posts, scorer=scorer))
    assert "<mark>submarine cables</mark>" in html
    assert "<mark>海底电缆</mark>" in html


def test_scores_without_texts_have_no_excerpts(small):
    """Where scores were given there are no texts to show."""
    assert 'class="texts"' not in report_of(small)


def test_the_next_best_are_the_best_that_are_not_on_the_demand(small):
    """Others are those of the highest scores, eligible, not on the demand, of capacity above 0."""
    rows, cols = places_of(small)
    found = others_of(small, rows, cols, seconds=0)
    values = small.scores.toarray()
    for pair, col in enumerate(cols.tolist()):
        on_it = set(rows[cols == col].tolist())
        left = [
            row for row in np.argsort(-values[:, col], kind="stable").tolist()
            if not np.isnan(values[row, col]) and row not in on_it and row != 2
        ]  # fmt: skip
        assert [other.row for other in found[pair]] == left[:3]
        assert all(other.regret is None for other in found[pair])


def test_the_regret_is_that_of_solving_again(small):
    """Each regret is the loss of the plan with the pair forced in, and above its lower bound."""
    rows, cols = places_of(small)
    found = others_of(small, rows, cols, seconds=60)
    problem = small.problem
    for pair, others in found.items():
        mine = (problem.candidate_ids[rows[pair]], problem.demand_ids[cols[pair]])
        for other in others:
            there = (problem.candidate_ids[other.row], mine[1])
            rules = [tm.Lock([there]), tm.Forbid([mine])]
            again = tm.solve(problem.replace(constraints=rules))
            if again.status is tm.Status.INFEASIBLE:
                assert np.isnan(other.regret)
            else:
                assert other.regret == pytest.approx(small.objective - again.objective)
                assert other.regret >= other.at_least - 1e-9


def test_the_page_says_where_regrets_are_exact(small):
    """Exact losses, lower bounds and their absence are told apart."""
    rows, cols = places_of(small)
    exact = others_of(small, rows, cols, seconds=60)
    quick = others_of(small, rows, cols, seconds=0)
    mixed = {**quick, 0: exact[0]}
    assert "was not looked for" in report_of(small)
    assert "Every such loss is exact" in report_of(small, others=exact)
    assert "was not solved again" in report_of(small, others=quick)
    assert f"For the 1 of {len(rows)} pairs" in report_of(small, others=mixed)
    listed = report_of(small, others=exact).count("<li><bdi>")
    assert listed == sum(map(len, exact.values()))


def test_nobody_else_is_no_list():
    """A demand that only its own candidate fits has no next best."""
    result = tm.solve(tm.Problem([[0.5]]))
    rows, cols = places_of(result)
    assert others_of(result, rows, cols) == {0: []}
    assert 'class="next"' not in report_of(result, others={0: []})


def test_hostile_texts_stay_texts_everywhere():
    """Texts of markup in sheets, excerpts and lists of others make no element."""
    people = pd.DataFrame({"candidate_id": HOSTILE, "name": HOSTILE, "text": HOSTILE})
    posts = pd.DataFrame(
        {"demand_id": HOSTILE, "title": HOSTILE, "enterprise_id": HOSTILE, "text": HOSTILE}
    )
    result = tm.match(people, posts)
    rows, cols = places_of(result)
    for lang in ("en", "zh"):
        html = report_of(result, lang=lang, others=others_of(result, rows, cols, seconds=0))
        page = Page(html)
        assert {tag for tag, _ in page.elements} <= KNOWN
        assert len(sheets_in(html)) > 5
        assert "<mark>" in html
        for _, attrs in page.elements:
            assert not any(name.startswith("on") or name == "style" for name in attrs)


def phrases_in_the_code():
    """Return every phrase that the reporting modules say, read from their source."""
    found = set()
    for path in sorted(Path(reporting.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = getattr(node.func, "id", "")
            if name == "say" or (name == "self" and path.name == "wording.py"):
                ends = [node.args[0]]
                if isinstance(node.args[0], ast.IfExp):
                    ends = [node.args[0].body, node.args[0].orelse]
                found |= {end.value for end in ends if isinstance(end, ast.Constant)}
            elif getattr(node.func, "attr", "") == "say":
                first = node.args[0]
                ends = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                found |= {end.value for end in ends if isinstance(end, ast.Constant)}
    return found


def test_every_phrase_is_in_the_table_of_phrases():
    """Every phrase that the page can say is there in Chinese, and no other is."""
    said = phrases_in_the_code() | set(REASONS.values()) | {"Candidates", "Demands"}
    assert len(said) > 150
    assert said == set(PHRASES)


def test_translated_phrases_take_the_same_values():
    """A phrase and its translation have the same names in braces and the same elements."""
    for english, chinese in PHRASES.items():
        names = [
            sorted((field, spec) for _, field, spec, _ in Formatter().parse(text) if field)
            for text in (english, chinese)
        ]
        assert names[0] == names[1], english
        assert re.findall("<[^>]+>", english) == re.findall("<[^>]+>", chinese)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_is_well_formed_in_either_language(demo, lang):
    """Every element is closed, and the page names its language."""
    page = Page(report_of(demo, lang=lang))
    assert {tag for tag, _ in page.elements} <= KNOWN
    assert page.all("html")[0]["lang"] == {"en": "en", "zh": "zh-Hans"}[lang]
    assert "{" not in page.text.replace("{shown}", "").replace("{all}", "")


def test_the_chinese_page_has_no_english_of_ours(demo):
    """Nothing that the page says of itself, reasons included, stays English in Chinese."""
    html = report_of(demo, lang="zh")
    assert "已证明最优" in html
    assert '<span lang="en">' not in html
    ours = {p for p in PHRASES if len(p) > 3 and re.search("[a-z]{3}", p) and "{" not in p}
    text = Page(re.sub('<dl class="texts">.*?</dl>', "", html, flags=re.DOTALL)).text
    for phrase in ours - {"none", "dual", "free", "kept", "total"}:
        assert f" {phrase} " not in text, phrase


def test_every_sentence_of_the_library_is_said_in_chinese():
    """Reasons of plans of many kinds have their Chinese sentence, with the same numbers."""
    rng = np.random.default_rng(5)
    seen = set()
    for k in range(60):
        n, m = rng.integers(1, 7, 2)
        scores = rng.random((n, m)).round(2) - 0.1
        scores[rng.random((n, m)) < rng.choice([0.1, 0.6])] = np.nan
        scores[rng.random((n, m)) < 0.2] = 0.0
        limits = [tm.TotalLimit(at_most=1)] if k % 5 == 0 else []
        problem = tm.Problem(
            scores, capacity=rng.integers(0, 3, n), headcount=rng.integers(0, 3, m),
            min_score=rng.choice([None, 0.3]), constraints=limits,
        )  # fmt: skip
        result = tm.solve(problem)
        for frame in (result.unfilled, result.unassigned):
            for code, sentence in zip(frame["reason"], frame["sentence"], strict=True):
                seen.add(code)
                said = translated(sentence)
                assert said is not None, sentence
                assert re.findall(r"\d\.\d+", said) == re.findall(r"\d\.\d+", sentence)
    assert len(seen) >= 8


def test_an_unknown_language_is_refused():
    """Only the two languages are spoken."""
    with pytest.raises(ProblemError, match="lang must be 'en' or 'zh', not 'fr'"):
        Wording("fr")


def test_dates_are_written_as_people_do():
    """Days are spelled in each language; what is no date stays as it is."""
    assert Wording("en").date("2026-02-01") == "1 February 2026"
    assert Wording("zh").date("2026-02-01") == "2026年2月1日"
    assert Wording("en").date("soon") == "soon"
