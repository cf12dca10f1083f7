"""The report: one page, every pair in it, nothing loaded, nothing from data that runs."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import talentmatch as tm
from talentmatch.reporting.leftover import REASONS
from talentmatch.reporting.page import bar
from talentmatch.reporting.phrasing import reasons_for
from talentmatch.reporting.provenance import trace
from talentmatch.reporting.report import render_report
from talentmatch.reporting.summary import Summary
from talentmatch.reporting.wording import Wording

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style></script><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "\u202egnp.exe\u2066",
    "&lt;b&gt; &amp; &#60;script&#62;",
    "<!-- --><![CDATA[x]]>",
    "https://example.org/track.png",
]
VOID = {"meta", "br", "input", "rect"}
KNOWN = {
    "html", "head", "meta", "title", "style", "script", "body", "header", "main", "nav", "section",
    "h1", "h2", "h3", "p", "strong", "em", "b", "small", "span", "bdi", "a", "ul", "li", "dl", "dt",
    "dd", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "button", "label", "input",
    "output", "details", "summary", "code", "svg", "rect", "br", "mark",
}  # fmt: skip


class Page(HTMLParser):
    """A parsed page: elements, attributes and text; it fails on anything left open."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.stack, self.elements, self.words = [], [], []
        self.feed(html)
        self.close()
        assert not self.stack

    def handle_starttag(self, tag, attrs):
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Note an element that is closed at once."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        """Close the innermost element, which must be this one."""
        assert self.stack.pop() == tag

    def handle_data(self, data):
        """Note text outside style and script."""
        if not {"style", "script"} & set(self.stack):
            self.words.append(data)

    @property
    def text(self):
        """All text that is shown."""
        return " ".join(self.words)

    def all(self, tag):
        """Attributes of every element of a kind."""
        return [attrs for name, attrs in self.elements if name == tag]


def report_of(result, **options):
    """Return the report of a result as HTML."""
    summary = Summary(result)
    reasons = list(reasons_for(result.scores, summary.rows, summary.cols))
    return render_report(summary, reasons, trace(result, **options))


@pytest.fixture(scope="module")
def demo():
    """Return a plan of moderate size, with rules, names, titles and leftovers."""
    case = tm.datasets.make_beilun(0)
    return tm.match(case.candidates.head(150), case.demands.head(160), min_score=0.01)


@pytest.fixture(scope="module")
def hostile():
    """Return a plan whose every id, name, title and column is hostile."""
    people = pd.DataFrame({"candidate_id": HOSTILE, "name": HOSTILE[::-1], "text": HOSTILE})
    demands = pd.DataFrame(
        {"demand_id": HOSTILE, "title": HOSTILE[::-1], "enterprise": HOSTILE, HOSTILE[0]: HOSTILE}
    )
    scores = np.eye(len(HOSTILE)) * 0.5
    scores[0, 0] = 0.0
    return tm.solve(tm.Problem(scores, people, demands))


def test_the_page_is_well_formed(demo):
    """Every element is closed in order, and none is of an unknown kind."""
    page = Page(report_of(demo))
    assert {tag for tag, _ in page.elements} <= KNOWN


def test_every_pair_is_in_the_report(demo):
    """Each pair has its row, with demand, candidate and unrounded score."""
    html = report_of(demo)
    rows = re.findall(r'<tr(?: data-weak="")?><th scope="row" class="d">.*?</tr>', html, re.S)
    assert len(rows) == len(demo.pairs) > 80
    for row, pair in zip(rows, demo.pairs.itertuples(), strict=True):
        assert f"<bdi>{pair.demand_id}</bdi>" in row
        assert f"<bdi>{pair.candidate_id}</bdi>" in row
        assert f'data-v="{pair.score:.9g}"' in row


def test_every_leftover_is_in_the_report(demo):
    """Each unfilled demand and unassigned candidate is there with its sentence."""
    text = Page(report_of(demo)).text
    for frame in (demo.unfilled, demo.unassigned):
        assert len(frame)
        for sentence in frame["sentence"]:
            assert sentence in text


def test_nothing_is_loaded_from_elsewhere(demo, hostile):
    """No element names a place outside the page, and the style imports nothing."""
    for result in (demo, hostile):
        html = report_of(result)
        page = Page(html)
        for _, attrs in page.elements:
            assert not attrs.keys() & {"src", "srcset", "action", "data", "poster", "background"}
            assert attrs.get("href", "#").startswith("#")
        style = re.search(r"<style>(.*?)</style>", html, re.S)[1]
        assert "url(" not in style
        assert "@import" not in style


def test_links_lead_to_places_that_exist(demo):
    """Every link of the page has its target, and no id is used twice."""
    page = Page(report_of(demo))
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for attrs in page.all("a"):
        assert attrs["href"][1:] in ids
    for _, attrs in page.elements:
        assert attrs.get("aria-labelledby", ids[0]) in ids


def test_only_the_two_own_blocks_may_run(demo):
    """The policy forbids everything but the page's style and script, named by their hashes."""
    html = report_of(demo)
    policy = next(
        attrs["content"] for attrs in Page(html).all("meta")
        if attrs.get("http-equiv") == "Content-Security-Policy"
    )  # fmt: skip
    assert policy.startswith("default-src 'none';")
    for tag in ("style", "script"):
        blocks = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.S)
        assert len(blocks) == 1
        digest = base64.b64encode(hashlib.sha256(blocks[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def test_hostile_data_stays_text(hostile):
    """Names of markup, handlers and links are shown as they are and make no element."""
    page = Page(report_of(hostile))
    assert {tag for tag, _ in page.elements} <= KNOWN
    assert len(page.all("script")) == len(page.all("style")) == len(page.all("title")) == 1
    for _, attrs in page.elements:
        assert not any(name.startswith("on") or name == "style" for name in attrs)
    for text in HOSTILE[1:5]:
        assert text in page.text
    assert not set(page.text) & set("\u202e\u2066")


def test_data_cannot_turn_the_direction_of_the_page(hostile):
    """Every id and label stands in an element of its own direction."""
    html = report_of(hostile)
    assert html.count("<bdi>gnp.exe</bdi>") >= 2


def test_reading_aids_are_there(demo):
    """Language, title, labels, captions, scopes and a live count serve screen readers."""
    page = Page(report_of(demo))
    assert page.all("html")[0]["lang"] == "en"
    assert all(attrs.get("scope") in ("col", "row") for attrs in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    assert len(page.all("label")) == len(page.all("input"))
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert all(attrs.get("aria-hidden") == "true" for attrs in page.all("svg"))
    assert sum("data-do" not in attrs for attrs in page.all("button")) == 5


def test_the_page_tells_rules_and_missing_facts(demo):
    """Each rule is listed with the pairs that it bars."""
    text = Page(report_of(demo)).text
    for gate in demo.scores.gates:
        assert gate.name in text
    assert "score at least 0.01" in text


def test_the_page_tells_how_it_was_made(demo):
    """Options, versions and the hashes of the inputs are on the page."""
    text = Page(report_of(demo, options={"min_score": 0.01, "note": "<b>"})).text
    assert "min_score" in text
    assert '"<b>"' in text
    assert "ortools" in text
    for record in trace(demo).inputs.values():
        assert record.sha256 in text


def test_a_score_is_explained(demo):
    """The reader is told to compare within a demand, and that a score is not a percentage."""
    text = " ".join(Page(report_of(demo)).text.split())
    assert "0.13 is not 13 %" in text


def test_earlier_aims_are_said_to_be_no_more_than_known():
    """Prices prove the last aim's bound; of the earlier ones no proof is recorded, nor denied."""
    result = tm.solve(tm.Problem([[0.75, 0.0], [0.5, -0.25]]), "filled")
    assert len(result.stages) == 2
    assert result.proof == "dual certificate"
    text = " ".join(Page(report_of(result)).text.split())
    assert "solver's claim" not in text
    assert "The bounds of the earlier aims are as the solver reported them; only this last" in text
    plain = " ".join(Page(report_of(tm.solve(tm.Problem([[0.75]])))).text.split())
    assert "earlier aims" not in plain


def test_long_plans_are_cut_and_say_so(demo, monkeypatch):
    """Beyond a number of rows the page says how many there are, and where."""
    monkeypatch.setattr("talentmatch.reporting.pairs._MOST", 7)
    monkeypatch.setattr("talentmatch.reporting.leftover._MOST", 3)
    html = report_of(demo)
    text = Page(html).text
    assert html.count('<th scope="row" class="d">') == 7
    assert f"The first 7 of {len(demo.pairs):,} pairs; all of them are in pairs.csv" in text
    assert f"The first 3 of {len(demo.unfilled):,} demands; all of them are in unfilled.csv" in text


def test_without_a_plan_the_page_says_why():
    """An infeasible result has no pairs, but the reason, the rules and how it was made."""
    result = tm.solve(tm.Problem([[0.5], [0.4]], headcount=3, min_headcount=3))
    page = Page(report_of(result))
    assert "no plan keeps every limit" in page.text
    assert "How it was made" in page.text
    assert not any(attrs.get("id") == "pairs" for attrs in page.all("table"))


def test_a_full_plan_has_nothing_left_over():
    """When everyone is placed and every opening filled the page says so."""
    text = Page(report_of(tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]])))).text
    assert "every demand has all the people" in text
    assert "everyone has a demand" in text


def test_a_plan_of_nobody_is_shown():
    """A plan without pairs is a page too."""
    text = Page(report_of(tm.solve(tm.Problem([[0.0]])))).text
    assert "No pair was worth choosing" in text


def test_texts_stand_in_for_missing_titles():
    """Without a title the beginning of the text, or of the skills, tells what a demand is."""
    people = [{"candidate_id": "R1", "text": "cable " * 60}]
    posts = [{"demand_id": "X1", "skills": ["cable design", "xlpe"]}]
    text = Page(report_of(tm.match(people, posts))).text
    assert "cable design; xlpe" in text
    assert "cable …" in text
    assert "cable " * 30 not in text


def test_every_reason_code_has_words(demo):
    """No bare code is shown for a reason that the library gives."""
    codes = set(demo.unfilled["reason"]) | set(demo.unassigned["reason"])
    assert codes
    assert codes <= REASONS.keys()


def test_the_same_result_gives_the_same_page(demo):
    """Two renderings of one result are the same."""
    assert report_of(demo) == report_of(demo)


@pytest.mark.parametrize(("share", "width"), [(-1, "0%"), (0.5, "50%"), (1.0, "100%"), (7, "100%")])
def test_bars_stay_in_their_rail(share, width):
    """A bar is at least empty and at most full."""
    assert f'class="fill" width="{width}"' in bar(share)


def test_ordinals_are_english():
    """First, second, third, eleventh: ranks are written as one says them."""
    said = [Wording("en").ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 112, 1003)]
    assert " ".join(said) == "1st 2nd 3rd 4th 11th 12th 13th 21st 112th 1,003rd"
