"""The commands beside `match`: what they say to people and to programs, and how they refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import talentmatch as tm
from talentmatch.cli import main
from talentmatch.commands.arguments import known_id


@pytest.fixture
def tables(tmp_path: Path) -> list[str]:
    """Two small tables with headings of ours."""
    people, posts = tmp_path / "people.csv", tmp_path / "posts.csv"
    people.write_text(
        "candidate_id,text,hobby\nR1,submarine cable design,go\nR2,cable tests,chess\n"
        "R3,pastry and bread,\n", "utf-8",
    )  # fmt: skip
    posts.write_text("demand_id,text,headcount\nX1,cable design,1\nX2,bread,2\n", "utf-8")
    return [str(people), str(posts)]


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit status, standard output and standard error."""
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    return code, said.out, said.err


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any]]:
    """Exit status, and the one object that is printed with --json; nothing else is said."""
    code, out, err = run(capsys, *arguments, "--json")
    assert err == ""
    found = json.loads(out)
    assert found["command"] == arguments[0]
    return code, found


def test_check_says_what_it_understood(capsys, tables) -> None:
    """Rows and columns of either table, and those without a meaning."""
    code, out, _ = run(capsys, "check", *tables)
    assert code == 0
    assert "3 rows" in out
    assert "understood: demand_id, text, headcount" in out
    assert "without a meaning here: hobby" in out
    code, found = told(capsys, "check", *tables)
    assert (code, found["sound"]) == (0, True)
    assert found["tables"]["candidates"] == {
        "rows": 3, "understood": ["candidate_id", "text"], "kept": ["hobby"],
    }  # fmt: skip


def test_check_lists_the_flaws_of_both_tables_at_once(capsys, tables) -> None:
    """An empty text here and a headcount of 1.5 there, each with its row."""
    Path(tables[0]).write_text("candidate_id,text\nR1,\nR1,x\n", "utf-8")
    Path(tables[1]).write_text("demand_id,text,headcount\nX1,cable,1.5\n", "utf-8")
    code, out, _ = run(capsys, "check", *tables)
    assert code == 2
    assert "row 1, id 'R1'" in out
    assert "headcount" in out
    code, found = told(capsys, "check", *tables)
    assert (code, found["sound"]) == (2, False)
    assert {flaw["row"] for flaw in found["flaws"]["candidates"]} == {1, 2}
    assert found["flaws"]["demands"][0]["column"] == "headcount"


def test_check_reads_one_table_where_the_other_is_broken(capsys, tables) -> None:
    """The sound one is described beside the other's flaws."""
    Path(tables[1]).write_text("demand_id,text\nX1,\n", "utf-8")
    code, found = told(capsys, "check", *tables)
    assert code == 2
    assert found["tables"]["candidates"]["rows"] == 3
    assert "demands" not in found["tables"]


def test_check_holds_a_plan_against_the_limits(capsys, tables, tmp_path) -> None:
    """A written plan is sound; with one candidate in it twice it is not."""
    assert run(capsys, "match", *tables, "--out", tmp_path / "plan")[0] == 0
    pairs = tmp_path / "plan" / "pairs.csv"
    code, found = told(capsys, "check", *tables, "--pairs", pairs)
    assert (code, found["violations"]) == (0, [])
    plan = pd.read_csv(pairs)
    more = pd.DataFrame({"candidate_id": ["R1", "R1", "R9"], "demand_id": ["X1", "X2", "X1"]})
    bad = tmp_path / "bad.csv"
    pd.concat([plan, more]).to_csv(bad, index=False)
    code, found = told(capsys, "check", *tables, "--pairs", bad)
    assert code == 3
    assert {"unknown id", "repeated pair"} <= {broken["rule"] for broken in found["violations"]}
    code, out, _ = run(capsys, "check", *tables, "--pairs", bad)
    assert code == 3
    assert "R9" in out


def test_check_needs_the_ids_of_a_plan(capsys, tables, tmp_path) -> None:
    """A plan without demand_id is refused by its columns."""
    bad = tmp_path / "bad.csv"
    bad.write_text("candidate_id,post\nR1,X1\n", "utf-8")
    code, _, err = run(capsys, "check", *tables, "--pairs", bad)
    assert code == 2
    assert "demand_id" in err
    assert "post" in err


@pytest.mark.parametrize("exact", [[], ["--exact"]])
def test_explain_tells_what_explain_tells(capsys, tables, exact) -> None:
    """The sentences and runners-up are those of `tm.explain` on the same plan."""
    result = tm.match(*tables)
    for about in ({"demand": "X2"}, {"candidate": "R1"}, {"candidate": "R2", "demand": "X1"}):
        expected = tm.explain(result, exact=bool(exact), **about)
        arguments = [word for side, one in about.items() for word in (f"--{side}", one)]
        code, found = told(capsys, "explain", *tables, *arguments, *exact)
        assert code == 0
        assert found["sentences"] == list(expected.sentences)
        assert len(found["runners_up"]) == len(expected.runners_up)
        code, out, _ = run(capsys, "explain", *tables, *arguments, *exact)
        assert code == 0
        assert out.startswith(expected.sentences[0])


def test_explain_needs_to_know_whom(capsys, tables) -> None:
    """Nobody named, or somebody unknown: near ids are offered."""
    assert run(capsys, "explain", *tables)[0] == 2
    code, _, err = run(capsys, "explain", *tables, "--candidate", "R11")
    assert code == 2
    assert "no candidate is called 'R11'" in err
    assert "R1" in err
    code, found = told(capsys, "explain", *tables, "--demand", "Y")
    assert code == 2
    assert found["error"] == "ProblemError"


def test_numeric_ids_are_found_by_their_words() -> None:
    """What is typed is text; ids of an own matrix are numbers."""
    assert known_id("7", pd.RangeIndex(10), "demand") == 7
    with pytest.raises(tm.ProblemError, match="such as"):
        known_id("70", pd.RangeIndex(10), "demand")


def test_explain_without_a_plan_exits_with_3(capsys, tables) -> None:
    """Floors that nobody can meet leave nothing to explain."""
    Path(tables[1]).write_text("demand_id,text,headcount,min_headcount\nX1,bread,3,3\n", "utf-8")
    code, found = told(capsys, "explain", *tables, "--demand", "X1", "--min-score", "0.01")
    assert code == 3
    assert "no plan" in found["message"]


def test_diagnose_names_the_clash_and_the_repair(capsys, tables) -> None:
    """Two floors for one baker: the cheapest repair is one floor lower by one."""
    Path(tables[1]).write_text(
        "demand_id,text,min_headcount\nX1,bread,1\nX2,bread and pastry,1\n", "utf-8"
    )
    code, found = told(capsys, "diagnose", *tables, "--min-score", "0.01")
    assert code == 3
    assert found["feasible"] is False
    assert found["cost"] == 1
    assert found["is_verified"]
    code, out, _ = run(capsys, "diagnose", *tables, "--min-score", "0.01")
    assert code == 3
    assert "X1 and X2" in out


def test_diagnose_says_when_nothing_clashes(capsys, tables) -> None:
    """Exit status 0, and a sentence."""
    code, out, _ = run(capsys, "diagnose", *tables)
    assert (code, out.strip()) == (0, "The problem has a plan: no limit stands in the way.")


def test_screen_writes_who_is_in_and_who_is_not(capsys, tables, tmp_path) -> None:
    """Every candidate is in exactly one of the two tables, as `tm.centre.screen` says."""
    layout = tmp_path / "layout.csv"
    layout.write_text("industry,text,places\ncables,submarine cable,1\nfood,bread,1\n", "utf-8")
    out = tmp_path / "pool"
    code, found = told(capsys, "screen", tables[0], layout, "--places", 2, "--out", out)
    assert code == 0
    assert found["pool"] == 2
    pool, rejected = (pd.read_csv(out / f"{name}.csv") for name in ("pool", "rejected"))
    expected = tm.centre.screen(tables[0], str(layout), places=2)
    assert set(pool["candidate_id"]) == set(expected.pool["candidate_id"])
    assert set(pool["candidate_id"]) | set(rejected["candidate_id"]) == {"R1", "R2", "R3"}
    assert len(pool) + len(rejected) == 3
    code, said, _ = run(capsys, "screen", tables[0], layout, "--places", 2, "--out", out)
    assert code == 0
    assert "2 of 3 candidates" in said


def test_a_match_is_told_to_programs(capsys, tables, tmp_path) -> None:
    """One object with the proof's numbers and the files."""
    code, found = told(capsys, "match", *tables, "--out", tmp_path / "plan")
    assert code == 0
    expected = tm.match(*tables)
    assert found["status"] == "optimal"
    assert found["objective"] == pytest.approx(expected.objective)
    assert found["counts"]["filled"] == len(expected.pairs)
    assert all(Path(file).exists() for file in found["files"])


def test_flaws_are_told_to_programs(capsys, tables, tmp_path) -> None:
    """All of them, as records, and the exit status."""
    Path(tables[0]).write_text("candidate_id,text\nR1,\nR1,x\n", "utf-8")
    code, found = told(capsys, "match", *tables, "--out", tmp_path / "plan")
    assert code == found["exit"] == 2
    assert found["error"] == "InputError"
    assert [flaw["row"] for flaw in found["flaws"]] == [1, 2]
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize("command", ["match", "check", "explain", "diagnose", "screen"])
def test_help_teaches_by_example(capsys, command) -> None:
    """Every command shows itself in use."""
    assert main([command, "--help"]) == 0
    assert f"  talentmatch {command} " in capsys.readouterr().out
