"""Displays: one quiet line, and a card in a notebook that says the same and harms nobody."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest

import talentmatch as tm
from talentmatch.centre.schemes import Scheme
from talentmatch.comparing import Difference
from talentmatch.displaying import Markup, Shown, bar, card, clipped, few_rows, said
from talentmatch.learning.weights import CurvePoint
from talentmatch.outcomes import Progress, Stopped

EVIL = "<script>alert(1)</script><img src=x onerror=a()>\"'&\n\u202egnp"
SPELT = "<b>bold</b>"  # as hostile as an id of the centre may be
VOID = {"br", "img", "hr", "input", "meta", "link"}
PEOPLE = pd.DataFrame(
    {
        "candidate_id": ["R1", EVIL, "R3"],
        "name": ["Ann", EVIL, "Cai"],
        "text": ["welding of ships", f"port cranes {EVIL}", "cable design"],
    }
)
POSTS = pd.DataFrame(
    {
        "demand_id": ["X1", EVIL],
        "title": ["Welder", EVIL],
        "text": ["welding", "cranes in a port"],
        "enterprise_id": ["E1", EVIL],
    }
)
SCORES = np.array([[0.9, 0.2], [0.3, 0.8], [0.1, 0.4]])


class _Page(HTMLParser):
    """Reads a fragment: its tags, attributes and text; fails where tags do not balance."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


class _Even:
    """A truth by which every pair signs at even odds."""

    def chances(self, pairs: pd.DataFrame) -> Any:
        return np.full(len(pairs), 0.5)

    def signs(self, pairs: pd.DataFrame, *, seed: int = 0) -> Any:
        return np.ones(len(pairs), dtype=bool)


def _solved() -> tm.Result:
    limit = tm.GroupLimit("enterprise_id", at_most=3)
    return tm.solve(tm.Problem(SCORES, PEOPLE, POSTS, headcount=[2, 3], constraints=[limit]))


def _no_plan() -> tm.Problem:
    return tm.Problem([[0.9, 0.8], [np.nan, np.nan]], min_headcount=1)


def _bad_tables() -> tm.InputError:
    with pytest.raises(tm.InputError) as caught:
        tm.read_candidates([{"candidate_id": EVIL, "text": ""}, {"candidate_id": "R", "text": ""}])
    return caught.value


def _calibration() -> tm.learning.Calibration:
    scores = np.linspace(0, 1, 200)
    return tm.learning.calibrate(scores, np.random.default_rng(0).random(200) < scores**2)


def _centre() -> Iterator[object]:
    day = {"kind": "received", "date": "2021-03-01", "candidate_id": "R1"}
    record = tm.centre.Record(":memory:")
    record.add([day, day | {"candidate_id": "R2"}])
    yield record
    yield tm.centre.Policy.load("beilun-2021")
    yield tm.centre.Policy.load("beilun-2021").schemes[0]
    times = tm.centre.PermitLeadTimes(10, (10, 15))
    yield times
    yield tm.centre.barred_by_permits(
        [{"candidate_id": SPELT, "needs_permit": "yes"}],
        [{"demand_id": "X1", "start_date": "2021-09-14"}],
        date(2021, 9, 1),
        lead_times=times,
    )
    result = _solved()
    yield tm.centre.coverage(result, by="enterprise_id")
    yield tm.centre.forecast(result.pairs, POSTS.assign(headcount=1), p=[0.5] * len(result.pairs))
    visit = {"visit_id": "V1", "enterprise_id": "E1", "date": "2021-03-01"}
    tables = ([{"enterprise_id": "E1"}], [visit])
    needs = [{"demand_id": "X1", "enterprise_id": "E1", "text": SPELT}]
    yield tm.centre.ServiceList(*tables, needs)
    season = tm.centre.Season(result.problem, np.array([1, 1]))
    yield season
    policies = {EVIL: lambda known: tm.centre.pick_by_score(known.problem)}
    yield tm.centre.replay([(season, _Even())], policies=policies, reference=EVIL)
    people = [{"id": "R1", "text": "mould design"}, {"id": SPELT, "text": f"mould {EVIL}"}]
    layout = [{"industry": SPELT, "text": "design of moulds; mould steel", "places": 1}]
    yield tm.centre.screen(people, layout)
    grid = tm.Problem(np.linspace(0.1, 0.9, 30).reshape(6, 5)).scores
    ids = {"candidate_id": np.repeat(range(6), 5), "demand_id": [*range(5)] * 6}
    yield tm.centre.signing_chances(
        pd.DataFrame(ids | {"contracted": [0.0] * 13 + [1, 0] * 6 + [1] * 5}), grid
    )


def _shown() -> Iterator[object]:
    """One of every public class, hostile texts in most of them."""
    result = _solved()
    scorer = tm.FitScorer(rules=[tm.AtLeast("degree")], blocks=[tm.Words(), tm.CharGrams()])
    yield from (result, tm.solve(_no_plan()), result.problem, scorer)
    yield from (tm.Scores.from_factors([[1.0]], [[0.5]], [EVIL], ["X1"]), result.problem.scores)
    yield from (tm.explain(result, demand=EVIL), tm.explain(result, candidate=EVIL))
    yield tm.explain(result, candidate="R1", demand=EVIL)
    yield from (tm.diagnose(_no_plan()), tm.marginal_value(result, demand=EVIL))
    yield from (tm.Violation(EVIL, (EVIL, "X1"), EVIL), *tm.check(result.problem, result.pairs[:0]))
    yield from tuple(type(result.status))
    yield from tuple(Stopped)
    yield Progress(EVIL, 1, 2, float("nan"), float("inf"), float("inf"), 0.5)
    yield Difference((("pairs", 5.0, 4.0),), "total", 0.5, proved=True)
    yield from (tm.Lock([(EVIL, "X1")]), tm.Forbid([(k, k) for k in range(40)]))
    yield from (tm.Conflict([("R1", EVIL)]), tm.GroupLimit(EVIL, at_most={EVIL: 1}))
    yield from (tm.Budget(np.ones((3, 2)), 3), tm.TotalLimit(at_most=4, penalty=0.5))
    yield from (tm.aims.Total(tiers=EVIL), tm.aims.ExpectedContracts(SCORES))
    yield from (getattr(tm.aims, name)() for name in ("Filled", "Bottleneck", "MaxMin", "Coverage"))
    yield from (tm.AtLeast(EVIL), tm.Among(EVIL), tm.Within("a", demand=EVIL))
    yield from (tm.AvailableBy(), tm.AcceptsKind(), tm.MustHave(EVIL), tm.Documents(best=2))
    yield from (tm.Words(), tm.CharGrams(), tm.blocks.Same(EVIL), tm.blocks.Level("degree"))
    yield from (tm.blocks.Wanted(), tm.blocks.Neighbours(), tm.blocks.Concepts())
    yield tm.blocks.Encoded(len)
    yield tm.Taxonomy.from_table([{"term": EVIL, "concept": EVIL}])
    yield from (_calibration(), _bad_tables())
    points = (CurvePoint(float("inf"), 0.75, 0.0), CurvePoint(0.1, 0.875, 0.01))
    yield tm.learning.LearnedWeights(
        (EVIL, "b"), (0.25, 0.75), (0.5, 0.5), 0.1, points, 40, 900, 0.125, 0.1, 0.15
    )
    yield from (
        error(EVIL)
        for error in (tm.TalentMatchError, tm.ProblemError, tm.SolverError, tm.NoPlanError)
    )
    yield from (tm.NotFittedError(EVIL), tm.MissingExtraError(EVIL, EVIL, "plot"))
    yield from _centre()


EXAMPLES = list(_shown())
NAMES = [f"{type(one).__name__}-{k}" for k, one in enumerate(EXAMPLES)]


def _facts(line: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", line))


@pytest.mark.parametrize("one", EXAMPLES, ids=NAMES)
def test_a_line_is_one_line_and_short(one: Any) -> None:
    """No object prints its data."""
    line = repr(one)
    assert "\n" not in line
    assert line.isprintable()
    assert len(line) <= 250


@pytest.mark.parametrize("one", EXAMPLES, ids=NAMES)
def test_a_card_says_what_the_line_says(one: Any) -> None:
    """Every word and number of the line stands in the card, up to where the line is cut."""
    line = repr(one).split("…")[0]
    words = line.rsplit(" ", 1)[0] if "…" in repr(one) else line
    assert _facts(words) <= _facts(_Page(one._repr_html_()).text)


@pytest.mark.parametrize("one", EXAMPLES, ids=NAMES)
def test_a_card_is_harmless_html(one: Any) -> None:
    """Tags balance; nothing runs or loads; nothing from the data became a tag."""
    found = _Page(one._repr_html_())
    assert found.tags <= {"div", "span", "table", "thead", "tbody", "tr", "th", "td"}
    assert {name for name, _ in found.attributes} <= {"style", "scope", "aria-hidden"}
    assert not any("url(" in (value or "") for _, value in found.attributes)
    assert "\u202e" not in found.text


@pytest.mark.parametrize("one", EXAMPLES, ids=NAMES)
def test_a_card_takes_the_colours_of_its_page(one: Any) -> None:
    """No colour of its own but a grey halfway: it reads well on white and on black."""
    styles = [value or "" for name, value in _Page(one._repr_html_()).attributes if name == "style"]
    colours = re.findall(r"(?:color|background|border[^:;]*):([^;]+)", ";".join(styles))
    allowed = re.compile(
        r"inherit|transparent|currentColor|collapse|0|\dpx|1px solid rgba\(128,128,128,\.4\)"
    )
    assert colours
    assert all(allowed.fullmatch(colour) for colour in colours), set(colours)


def test_every_public_class_is_shown_both_ways() -> None:
    """Every class of the package and of its rooms has a line and a card, and is tried here."""
    rooms = (tm, tm.aims, tm.blocks, tm.learning, tm.centre)
    classes = {
        value
        for room in rooms
        for name in room.__all__
        if inspect.isclass(value := getattr(room, name))
    }
    tried = {type(one) for one in EXAMPLES}
    assert len(classes) > 40
    for kind in classes - {tm.SkillVectorizer}:  # scikit-learn shows its estimators itself
        assert issubclass(kind, Shown), kind
    assert {kind.__name__ for kind in classes - tried} == {"RecordError", "SkillVectorizer"}
    assert tm.SkillVectorizer()._repr_html_()


def test_a_result_shows_what_an_analyst_asks_first() -> None:
    """Status, proof, fill, the best and the lowest pair, and what is short: as the frames say."""
    result = _solved()
    text = _Page(result._repr_html_()).text
    counts, pairs = result.counts, result.pairs
    filled = f"{counts['filled']} of {counts['openings']} openings"
    assert "optimal" in text
    assert "dual certificate" in text or "solver's claim" in text
    assert f"{filled} ({100 * counts['filled'] / counts['openings']:.3g} %)" in text
    best = text.split("best pairs", 1)[1]
    assert all(f"{score:.4g}" in best for score in pairs["score"].nlargest(3))
    short = text.split("missing", 1)[1]
    assert str(int(result.unfilled["missing"].max())) in short.split("why short")[0]
    assert counts["missing"] == result.unfilled["missing"].sum()
    assert counts["unassigned"] == len(result.unassigned)


def test_the_lowest_pairs_are_shown_where_there_are_more_than_the_best() -> None:
    """The three best and the three lowest of seven, each in its own table and order."""
    result = tm.solve(tm.Problem(np.diag(np.arange(1, 8) / 8)))
    best, lowest = _Page(result._repr_html_()).text.split("best pairs")[1].split("lowest pairs")
    assert re.findall(r"0\.\d+", best) == ["0.875", "0.75", "0.625"]
    assert re.findall(r"0\.\d+", lowest.split("short")[0]) == ["0.125", "0.25", "0.375"]


def test_a_card_of_a_result_computes_no_reasons() -> None:
    """A display must not look at all scores again."""
    result = _solved()
    result._repr_html_()
    assert "_both_reasons" not in vars(result)
    assert "constraints" not in vars(result)


def test_without_a_plan_a_result_says_what_to_do_next() -> None:
    """There are no counts to boast of, but there is a next step."""
    result = tm.solve(_no_plan())
    text = _Page(result._repr_html_()).text
    assert "tm.diagnose(problem)" in text
    assert result.counts["filled"] == 0
    assert result.counts["missing"] == result.counts["openings"] == 2


def test_errors_in_a_table_are_listed_row_by_row() -> None:
    """The line counts the flaws, the card names them."""
    error = _bad_tables()
    assert repr(error) == f"<InputError: candidates: {len(error.flaws)} problems found>"
    text = _Page(error._repr_html_()).text
    assert all(clipped(flaw.hint, 240) in text for flaw in error.flaws)


def test_a_closed_record_is_still_shown() -> None:
    """A notebook that is run again must not fail on a display."""
    record = tm.centre.Record(":memory:")
    record.close()
    assert "closed" in _Page(record._repr_html_()).text


def test_rows_and_columns_that_are_left_out_are_counted() -> None:
    """A card never passes a part off as the whole."""
    frame = pd.DataFrame(np.arange(90).reshape(9, 10), columns=[f"c{k}" for k in range(10)])
    text = _Page(few_rows(frame, rows=2)).text
    assert text.endswith("and 7 more rows of 9 and 3 more columns")
    assert "10" in text
    assert "20" not in text
    assert _Page(few_rows(frame[:0])).text == "none"


def test_markup_alone_is_not_escaped() -> None:
    """Whatever else is given is text."""
    assert "<i>a</i>" in card("x", {"a": Markup("<i>a</i>")})
    assert "<i>" not in card("x", {"<i>": "<i>a</i>", "b": ["<i>"], "c": ("<i>",), "d": EVIL})


def test_a_bar_stays_within_its_rail() -> None:
    """Shares beyond the ends are cut."""
    widths = [re.findall(r"width:([\d.]+)%", bar(share))[0] for share in (-1.0, 0.0, 0.5, 7.0)]
    assert widths == ["0", "0", "50", "100"]


def test_long_values_are_named_by_their_size() -> None:
    """Arrays by shape, long lists and mappings by length, short ones in full."""
    assert said(np.ones((2, 3))) == "<ndarray 2 x 3>"
    assert said((1,)) == "(1,)"
    assert said(tuple(range(9))) == "<9 items>"
    assert said(dict.fromkeys(range(9))) == "<9 groups>"
    assert said({"a": 1}) == "{'a': 1}"


def test_a_scheme_of_a_policy_shows_its_name() -> None:
    """Parts of a policy are values of their own."""
    scheme = tm.centre.Policy.load("beilun-2021").schemes[0]
    assert isinstance(scheme, Scheme)
    assert scheme.name in _Page(scheme._repr_html_()).text
