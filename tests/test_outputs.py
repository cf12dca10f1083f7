"""The files of a plan: complete or not at all, harmless in a spreadsheet, sound JSON."""

import csv
import io
import json
import math
import re

import numpy as np
import pandas as pd
import pytest

import talentmatch as tm
from talentmatch.reporting.escaping import json_ready, page_text, plain_text, sheet_text
from talentmatch.reporting.gathering import gather
from talentmatch.reporting.phrasing import in_words, phrases_of, reasons_for
from talentmatch.reporting.provenance import trace
from talentmatch.reporting.summary import Summary, counted, decimals, percent, shown

ALL_FILES = ["pairs.csv", "unfilled.csv", "unassigned.csv", "result.json", "report.html"]
HOSTILE = [
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "＝1+1",
    "\t=1+1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202egnp.exe",
    "a\x00b\x1b[31mc",
    "lone \ud800 surrogate",
    'comma, "quote" and\nline',
]


@pytest.fixture
def result():
    """Return a small plan with names, titles and one opening nobody fits."""
    people = [
        {"candidate_id": "R1", "name": "Wang Wei", "text": "submarine cable design, xlpe"},
        {"candidate_id": "R2", "name": "Li Na", "text": "pastry and bread"},
        {"candidate_id": "R3", "name": "Ann", "text": "cable design"},
    ]
    posts = [
        {"demand_id": "X1", "title": "Cable designer", "text": "design of submarine cable",
         "enterprise": "Ningbo Cable"},
        {"demand_id": "X2", "title": "Baker", "text": "bread and pastry", "enterprise": "Oven"},
        {"demand_id": "X3", "title": "Welder", "text": "焊接", "enterprise": "Arc"},
    ]  # fmt: skip
    return tm.match(people, posts)


@pytest.fixture
def infeasible():
    """Return the result of a problem whose floor no plan meets."""
    return tm.solve(tm.Problem([[0.5], [0.4]], headcount=3, min_headcount=3))


def rows_of(path):
    """Read a CSV as a list of dicts, as a spreadsheet would."""
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_all_files_are_written_in_order(result, tmp_path):
    """A result with a plan gives five files."""
    assert [path.name for path in tm.write_plan(result, tmp_path / "new" / "plan")] == ALL_FILES


def test_the_language_is_that_of_the_page_alone(result, tmp_path):
    """In Chinese the page changes; the tables and the record stay as they are, byte for byte."""
    tm.write_plan(result, tmp_path / "en")
    tm.write_plan(result, tmp_path / "zh", lang="zh", workbook=True)
    for name in ALL_FILES[:-1]:
        assert (tmp_path / "zh" / name).read_bytes() == (tmp_path / "en" / name).read_bytes()
    assert '<html lang="zh-Hans"' in (tmp_path / "zh" / "report.html").read_text("utf-8")
    assert (tmp_path / "zh" / "plan.xlsx").exists()
    with pytest.raises(tm.ProblemError, match="lang must be"):
        tm.write_plan(result, tmp_path, lang="fr")


def test_the_page_tells_who_else_could_take_the_place(tmp_path):
    """The loss told is never above the true one, found by solving with the pair forced."""
    problem = tm.Problem([[0.9, 0.2], [0.8, 0.7], [0.5, 0.1]])
    whole = tm.solve(problem).objective
    forced = tm.solve(problem.replace(constraints=[tm.Lock([(1, 0)])])).objective
    tm.write_plan(tm.solve(problem), tmp_path)
    page = (tmp_path / "report.html").read_text("utf-8")
    text = re.sub("<[^>]+>", " ", page[page.index('class="next"') :])
    told = re.search(r"score 0\.8000, now on\s+1\s*: at least ([0-9.]+)", text)
    assert told, text[:300]
    assert 0 < float(told[1]) <= whole - forced + 1e-9


def test_pairs_tell_names_titles_and_reasons(result, tmp_path):
    """The pairs come with the short columns that hold anything, and with reasons in words."""
    tm.write_plan(result, tmp_path)
    first = rows_of(tmp_path / "pairs.csv")[0]
    assert list(first) == [
        "candidate_id", "demand_id", "score", "load", "title", "enterprise_id", "enterprise",
        "name", "why",
    ]  # fmt: skip
    assert first["name"] == "Wang Wei"
    assert first["title"] == "Cable designer"
    assert float(first["score"]) == result.pairs["score"][0]
    assert first["why"].startswith("submarine cable")
    assert "%" in first["why"]


def test_columns_that_say_nothing_are_left_out(tmp_path):
    """A title column without a title does not come into pairs.csv."""
    people = [{"candidate_id": "R1", "text": "cable"}]
    tm.write_plan(tm.match(people, [{"demand_id": "X1", "title": "", "text": "cable"}]), tmp_path)
    assert "title" not in rows_of(tmp_path / "pairs.csv")[0]


def test_a_gap_does_not_turn_whole_numbers_into_floats(tmp_path):
    """Priorities 2 and missing are written as 2 and nothing, not as 2.0."""
    scores = [[0.9, 0.1], [0.1, 0.9]]
    demands = pd.DataFrame({"demand_id": ["X1", "X2"], "priority": [2.0, np.nan]})
    tm.write_plan(tm.solve(tm.Problem(scores, demands=demands)), tmp_path)
    assert [row["priority"] for row in rows_of(tmp_path / "pairs.csv")] == ["2", ""]


def test_left_over_tables_hold_reason_and_sentence(result, tmp_path):
    """What is left over is told with its sentence."""
    tm.write_plan(result, tmp_path)
    unfilled = rows_of(tmp_path / "unfilled.csv")
    assert [row["demand_id"] for row in unfilled] == ["X3"]
    assert unfilled[0]["sentence"]
    assert [row["candidate_id"] for row in rows_of(tmp_path / "unassigned.csv")] == ["R3"]


def test_tables_begin_with_a_byte_order_mark(result, tmp_path):
    """Excel takes UTF-8 for what it is only when it is marked."""
    tm.write_plan(result, tmp_path)
    for name in ALL_FILES[:3]:
        assert (tmp_path / name).read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+86 138", "'+86 138"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\u22125", "'\u22125"),
        ("＝1+1", "'＝1+1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠x", "'＠x"),
        ("﹦1", "'﹦1"),
        ("  =1", "'  =1"),
        ('"=1', "'\"=1"),
        ("'=1", "''=1"),
        ("\u3000=1", "'\u3000=1"),
        ("\u200b=1", "'=1"),
        ("\x00=1", "'=1"),
        ("\ufeff=1", "'=1"),
        ("\tx", "' x"),
        ("\rx", "' x"),
        ("\nx", "' x"),
        ("C++", "C++"),
        ("a=b", "a=b"),
        ("", ""),
        ("   ", "   "),
        (None, ""),
        (math.nan, math.nan),
        (-1.5, -1.5),
        (np.int64(-3), np.int64(-3)),
        (True, "True"),
        (["=1", "b"], "'=1; b"),
        (pd.Timestamp("2026-03-01"), "2026-03-01"),
    ],
)
def test_formula_cells_are_neutralised(cell, written):
    """A text that a spreadsheet would run gets an apostrophe; numbers are left alone."""
    assert str(sheet_text(cell)) == str(written)


def test_hostile_cells_are_harmless_in_every_table(tmp_path):
    """No text cell of any table starts a formula, whichever column it came from."""
    ids = [text for text in HOSTILE if "\ud800" not in text]  # pandas' own texts cannot hold it
    people = pd.DataFrame({"candidate_id": ids, "name": ids, "sector": ids})
    demands = pd.DataFrame({"demand_id": ids, "title": ids, "enterprise": ids})
    scores = np.eye(len(ids)) * 0.5
    scores[0, 0] = scores[1, 1] = 0.0
    tm.write_plan(tm.solve(tm.Problem(scores, people, demands)), tmp_path)
    for name in ALL_FILES[:3]:
        rows = rows_of(tmp_path / name)
        assert rows
        for row in rows:
            for key in row.keys() - {"score", "load", "headcount", "filled", "missing", "capacity"}:
                cell = row[key]
                runs = cell.lstrip(" \"'").startswith(("=", "+", "-", "@", "＝"))
                assert not runs or cell.startswith("'")
                assert not set(cell) & set("\x00\x1b\u202e\t\n\r")


def test_record_is_strict_json_with_stable_keys(result, tmp_path):
    """result.json parses without NaN or Infinity, and always has the same keys."""
    tm.write_plan(result, tmp_path, options={"gap": math.inf, "seed": np.int64(0)})

    def refuse(constant):
        raise AssertionError(constant)

    record = json.loads((tmp_path / "result.json").read_text("utf-8"), parse_constant=refuse)
    assert list(record) == [
        "status", "stopped", "reason", "objective", "bound", "gap", "aim", "stages", "limits",
        "shortfall", "solver", "proof", "seconds", "rounds", "pairs_formed", "seed", "counts",
        "rules", "options", "inputs", "versions",
    ]  # fmt: skip
    assert record["status"] == "optimal"
    assert record["objective"] == result.objective
    assert record["options"] == {"gap": None, "seed": 0}
    assert record["counts"]["openings"] == 3
    assert record["counts"]["filled"] == 2
    assert record["counts"]["unassigned"] == 1
    assert record["inputs"]["candidates"]["rows"] == 3
    assert record["versions"]["talentmatch"] == tm.__version__


def test_inputs_are_hashed_by_their_bytes(result, tmp_path):
    """The recorded SHA-256 of a file is that of its bytes, and its folder is not told."""
    source = tmp_path / "secret folder" / "people.csv"
    source.parent.mkdir()
    source.write_bytes(b"abc")
    record = trace(result, {"candidates": source, "other": source}).inputs
    assert record["candidates"].name == "people.csv"
    assert record["candidates"].sha256.startswith("ba7816bf8f01cfea")
    assert record["candidates"].rows == 3
    assert record["other"].rows is None
    assert record["other"].columns == ()


def test_frames_of_any_kind_are_hashed_by_their_cells(result):
    """A pandas frame, a polars frame and records of the same cells have the same hash."""
    polars = pytest.importorskip("polars")
    records = [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]
    hashes = {
        trace(result, {"t": given}).inputs["t"].sha256
        for given in (records, pd.DataFrame(records), polars.DataFrame(records))
    }
    assert len(hashes) == 1
    changed = trace(result, {"t": pd.DataFrame([{"a": "1", "b": "x"}])}).inputs["t"].sha256
    assert changed not in hashes


def test_same_result_same_bytes(result, tmp_path):
    """Writing a result twice gives the same bytes; solving again changes the seconds only."""
    for name in ("one", "two"):
        tm.write_plan(result, tmp_path / name)
    for name in ALL_FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    tm.write_plan(tm.solve(result.problem), tmp_path / "again")
    for name in ALL_FILES[:3]:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_without_a_plan_the_why_is_still_written(infeasible, tmp_path):
    """An infeasible result writes the record and the report, with nulls for what is not known."""
    written = tm.write_plan(infeasible, tmp_path)
    assert [path.name for path in written] == ["result.json", "report.html"]
    record = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert record["status"] == "infeasible"
    assert record["objective"] is record["gap"] is record["bound"] is None
    assert record["reason"]
    assert "no plan keeps every limit" in (tmp_path / "report.html").read_text("utf-8")


def test_tables_of_an_earlier_plan_do_not_belie_a_failure(result, infeasible, tmp_path):
    """Where there is no plan, the tables of an earlier one are gone and other files stay."""
    tm.write_plan(result, tmp_path)
    (tmp_path / "mine.csv").write_text("mine")
    tm.write_plan(infeasible, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "mine.csv", "report.html", "result.json",
    ]  # fmt: skip


def test_a_failing_write_leaves_nothing(result, tmp_path, monkeypatch):
    """When the disk fails half way, no file of the plan is there, whole or in part."""
    real, calls = tm.write_plan.__globals__["write_together"].__globals__["os"].fsync, []

    def fail(handle):
        calls.append(handle)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        tm.write_plan(result, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_input_leaves_nothing(result, tmp_path):
    """An input that cannot be read is refused before anything is written."""
    with pytest.raises(FileNotFoundError):
        tm.write_plan(result, tmp_path / "plan", inputs={"candidates": tmp_path / "none.csv"})
    assert not (tmp_path / "plan").exists()


def test_plain_matrices_are_written_too(tmp_path):
    """Scores without tables or terms give pairs without reasons."""
    tm.write_plan(tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]])), tmp_path)
    rows = rows_of(tmp_path / "pairs.csv")
    assert [(row["candidate_id"], row["why"]) for row in rows] == [("0", ""), ("1", "")]


def test_an_empty_plan_is_written(tmp_path):
    """A plan that chooses nobody has headings and no rows."""
    tm.write_plan(tm.solve(tm.Problem([[0.0]])), tmp_path)
    assert rows_of(tmp_path / "pairs.csv") == []
    assert (tmp_path / "pairs.csv").read_bytes().startswith(b"\xef\xbb\xbfcandidate_id")


def test_own_factors_are_told_by_number():
    """Scores from the user's own embeddings name their factors."""
    scores = tm.Scores.from_factors([[0.5, 0.5]], [[1.0, 0.0]])
    (phrases,) = reasons_for(scores, np.array([0]), np.array([0]))
    assert in_words(phrases) == "factor 0 100 %"


def test_reasons_sum_to_the_whole_score(result):
    """The shares of a pair's phrases, kin and other words included, sum to one."""
    summary = Summary(result)
    for phrases in reasons_for(result.scores, summary.rows, summary.cols):
        assert sum(phrase.share for phrase in phrases) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("words", "pieces", "expected"),
    [
        ({"cable": 1.0, "design": 1.0, "cable design": 2.0}, {}, {"cable design": 4.0}),
        ({"with cable": 1.0, "with": 1.0, "cable": 1.0}, {},
         {"cable": 2.0, "other shared words": 1.0}),
        ({"cable": 1.0}, {"cabl": 0.5, "iari": 0.25}, {"cable": 1.5, "similar spellings": 0.25}),
        ({"test": 1.0, "tester": 1.0}, {"test": 1.0}, {"test": 1.5, "tester": 1.5}),
        ({"2024": 1.0}, {}, {"other shared words": 1.0}),
        ({"数 控": 1.0, "数": 1.0, "控": 1.0}, {}, {"数控": 3.0}),
        ({"精 度": 1.0, "度 传": 3.0, "传 感": 1.0, "感 器": 1.0},
         {"精度传": 1.0, "度传感": 1.0, "传感器": 1.0}, {"精度传感器": 9.0}),
        ({"工 作": 1.0, "作 熟": 2.0, "熟 悉": 1.5}, {}, {"工作": 3.0, "熟悉": 1.5}),
        ({"的": 1.0, "c": 1.0}, {}, {"other shared words": 1.0, "c": 1.0}),
        ({"epc 项": 1.0, "epc": 1.0, "项": 1.0}, {}, {"epc": 2.0, "other shared words": 1.0}),
        ({}, {"abc": 1.0}, {"similar spellings": 1.0}),
    ],
)  # fmt: skip
def test_terms_gather_into_words_people_read(words, pieces, expected):
    """Fragments, empty words and pairs that straddle two words are nowhere shown alone."""
    assert gather(words, pieces) == pytest.approx(expected)


def test_no_reason_without_a_positive_score():
    """A pair that scores zero or less has no reasons."""
    assert phrases_of({}) == []
    assert phrases_of({("factor", "0"): -1.0}) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_page_text_holds_no_markup(text):
    """Escaped text has no markup, control, surrogate or mark of direction."""
    shown_text = page_text(text)
    assert not set(shown_text) & set("<>\"'\x00\x1b\u202e\ud800\n")
    shown_text.encode("utf-8")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (pd.NA, ""), (pd.NaT, ""), (math.nan, ""), (2.0, "2"), (0.5, "0.5"), (7, "7"),
        (pd.Timestamp("2026-03-01 10:30"), "2026-03-01 10:30:00"),
        (np.datetime64("2026-03-01"), "2026-03-01"), (np.array(["a", "b"]), "a; b"),
        ("a\u200db", "a\u200db"),
    ],
)  # fmt: skip
def test_cells_read_as_people_write_them(value, text):
    """Missing cells are empty, whole floats are whole, dates are ISO dates."""
    assert plain_text(value) == text


def test_json_of_anything_is_plain():
    """Numbers of numpy, paths, arrays and lone surrogates all become JSON's own types."""
    given = {1: np.float64("nan"), "a": np.array([1, 2]), "b": (True, None), "c": "\ud800"}
    assert json_ready(given) == {"1": None, "a": [1, 2], "b": [True, None], "c": "?"}


def test_summary_counts_openings_not_pairs_of_zero():
    """Counts follow headcounts: openings, filled, missing, full and short demands."""
    result = tm.solve(tm.Problem([[0.9, 0.4], [0.8, 0.0]], capacity=[2, 1], headcount=[1, 2]))
    counts = Summary(result).counts
    assert counts["openings"] == 3
    assert counts["filled"] + counts["missing"] == 3
    assert counts["demands_full"] + counts["demands_short"] == 2


def test_standing_ranks_among_the_eligible():
    """A pair's rank counts only eligible candidates who score higher for its demand."""
    problem = tm.Problem([[0.9, 0.8], [0.5, 0.1], [np.nan, 0.05]])
    summary = Summary(tm.solve(problem))
    standing = dict(zip(summary.pairs["demand_id"], summary.standing, strict=True))
    assert (standing[0].rank, standing[0].of, standing[0].best) == (2, 2, 0.9)
    assert (standing[1].rank, standing[1].of, standing[1].best) == (1, 3, 0.8)
    assert summary.first_choices == 1


def test_rules_are_counted_once_each():
    """Barred pairs are counted by rule, mask and least score; facts missing by rule."""
    people = [{"candidate_id": "R1", "text": "cable", "degree": "bachelor"},
              {"candidate_id": "R2", "text": "cable", "degree": ""}]  # fmt: skip
    posts = [{"demand_id": "X1", "text": "cable", "min_degree": "doctor"}]
    summary = Summary(tm.match(people, posts, min_score=0.99, eligible=[[True], [True]]))
    found = {rule.name: (rule.barred, rule.missing) for rule in summary.rules}
    assert found["degree at least min_degree"] == (1, 1)
    assert found["the eligible mask"] == (0, 0)
    assert found["score at least 0.99"][0] in (0, 1)


def test_large_tables_are_not_counted_again(monkeypatch, tmp_path):
    """Beyond a size ranks and barred pairs are left out, and the plan is still written."""
    monkeypatch.setattr("talentmatch.reporting.summary._CELLS", 1)
    result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]], min_score=0.1))
    summary = Summary(result)
    assert summary.standing is None
    assert summary.first_choices is None
    assert summary.rules[0].barred is None
    tm.write_plan(result, tmp_path)
    report = (tmp_path / "report.html").read_text("utf-8")
    assert "not counted" in report
    assert 'id="weak"' not in report


def test_a_plan_short_of_proof_says_so():
    """A feasible result tells ceiling, what is left to gain, and why it stopped."""
    from dataclasses import replace

    from talentmatch.outcomes import Status, Stopped

    proved = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]))
    late = replace(proved, status=Status.FEASIBLE, stopped=Stopped.TIME, bound=1.7, _gap=0.0625)
    assert Summary(late).headline == "A plan, not proved best"
    assert "more than 1.7" in Summary(late).sentence
    assert "6.25 %" in Summary(late).sentence
    assert "time limit" in Summary(late).sentence
    unknown = Summary(replace(late, bound=math.inf, _gap=math.inf))
    assert "not known" in unknown.sentence
    assert unknown.gap_words == "gap not known"
    nothing = Summary(replace(proved, status=Status.NO_SOLUTION, reason="time is up"))
    assert nothing.sentence == "Time is up. Whether a plan exists is not known."
    assert nothing.gap_words == "there is no plan"


def test_numbers_read_well():
    """Totals, shares, counts and decimals suit their size."""
    assert shown(0.0) == "0"
    assert percent(0.0) == "0 %"
    assert counted(0, "pair") == "0 pairs"
    assert counted(2, "person", "people") == "2 people"
    assert decimals(np.array([])) == 4
    assert decimals(np.array([123456.0])) == 0
