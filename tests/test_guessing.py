"""What unknown headings mean is guessed with a reason, shown, saved, and never used when unsure."""

import json
from pathlib import Path

import pandas as pd
import pytest

import talentmatch as tm
from talentmatch.guessing import ColumnGuess, guess_columns
from talentmatch.tables.columns import TABLES, columns_of

POSTS = Path(__file__).parents[2] / "shared" / "data" / "chinese" / "posts_51job.csv.gz"

PEOPLE = pd.DataFrame(
    {
        "序号": [1, 2],
        "人才代码": ["P-01", "P-02"],
        "应聘者姓名": ["张三", "李四"],
        "个人工作经历": ["十年数控机床维修与编程经验，熟悉发那科系统", "注塑模具设计，五年"],
        "期望薪资(万元/年)": ["20-25", 30],
        "到岗时间": ["2026年3月1日", "２０２６-０４-０１"],
        "现居住城市": ["宁波", "杭州"],
        "毕业院校": ["浙大", "宁大"],
    }
)


def rows_of(guess: ColumnGuess) -> dict[str, tuple[str, str]]:
    """Return column and confidence by heading."""
    frame = guess.frame
    pairs = zip(frame["column"], frame["confidence"], strict=True)
    return dict(zip(frame["heading"], pairs, strict=True))


def test_headings_are_guessed_and_the_guess_reads_the_table() -> None:
    """What is likely is used as columns=, what is unsure only when it is said."""
    guess = guess_columns(PEOPLE, "candidates")
    assert rows_of(guess) == {
        "序号": ("", ""),
        "人才代码": ("candidate_id", "unsure"),
        "应聘者姓名": ("name", "likely"),
        "个人工作经历": ("text", "likely"),
        "期望薪资(万元/年)": ("salary_expected/year", "likely"),
        "到岗时间": ("available_from", "likely"),
        "现居住城市": ("location", "unsure"),
        "毕业院校": ("", ""),
    }
    people = tm.read_candidates(PEOPLE, columns=guess)
    assert people["candidate_id"].tolist() == ["张三", "李四"]
    assert "location" not in people
    said = guess.with_columns({"人才代码": "candidate_id", "现居住城市": "location"})
    people = tm.read_candidates(PEOPLE, columns=said)
    assert people["candidate_id"].tolist() == ["P-01", "P-02"]
    assert people["salary_expected"].tolist() == [200_000, 300_000]
    assert people["salary_expected_max"].tolist() == [250_000, 300_000]
    assert people["available_from"].astype(str).tolist() == ["2026-03-01", "2026-04-01"]
    assert people["location"].tolist() == ["宁波", "杭州"]


def test_the_frame_shows_reasons_and_cells() -> None:
    """An analyst sees why, and three cells to judge by."""
    frame = guess_columns(PEOPLE, "candidates").frame.set_index("heading")
    assert list(frame.columns) == ["column", "confidence", "why", "examples"]
    assert frame.loc["应聘者姓名", "why"] == "ends in '姓名'; its cells read as label"
    assert frame.loc["期望薪资(万元/年)", "why"] == "ends in '薪资'; the heading says the period"
    assert frame.loc["现居住城市", "examples"] == ["宁波", "杭州"]
    assert frame["why"].str.len().gt(0).all()


def test_cells_that_contradict_a_heading_make_it_unsure() -> None:
    """A heading alone is not enough where the cells say something else."""
    posts = pd.DataFrame({"编号": ["X1", "X2"], "需求": ["CNC", "CAD"], "拟招人数": ["若干", "2"]})
    assert rows_of(guess_columns(posts, "demands"))["拟招人数"] == ("headcount", "unsure")
    empty = posts.assign(拟招人数=None)
    assert rows_of(guess_columns(empty, "demands"))["拟招人数"] == ("headcount", "unsure")


def test_a_salary_whose_period_nobody_states_is_unsure() -> None:
    """The cells beside may tell it; the size of the numbers does not."""
    posts = pd.DataFrame({"编号": ["X1", "X2"], "需求": ["CNC", "CAD"], "薪资": ["3-5万", "2-4万"]})
    guess = guess_columns(posts, "demands")
    assert rows_of(guess)["薪资"] == ("salary_max", "unsure")
    assert "a month's or a year's" in str(guess.frame.set_index("heading").loc["薪资", "why"])
    told = posts.assign(薪资=["3-5万", "20万/年"])
    assert rows_of(guess_columns(told, "demands"))["薪资"] == ("salary_max/month", "likely")
    each = posts.assign(薪资=["1-1.5万·13薪", "面议"])
    assert rows_of(guess_columns(each, "demands"))["薪资"] == ("salary_max", "likely")
    numbers = posts.assign(薪资=[20_000, "20万/年"])
    assert rows_of(guess_columns(numbers, "demands"))["薪资"] == ("salary_max", "unsure")


def test_two_headings_for_one_column_are_both_unsure() -> None:
    """No column is taken twice, and none that is known is taken away."""
    people = pd.DataFrame(
        {"id": ["R1"], "工作经历": ["ten years of CNC"], "自我评价": ["careful and quick"]}
    )
    guess = guess_columns(people, "candidates")
    assert rows_of(guess)["工作经历"] == rows_of(guess)["自我评价"] == ("text", "unsure")
    assert "so may be '自我评价'" in str(guess.frame.set_index("heading").loc["工作经历", "why"])
    known = guess_columns(people.assign(简历="CNC"), "candidates")
    assert rows_of(known)["工作经历"] == ("", "")


def test_what_is_said_outranks_what_was_likely() -> None:
    """Saying another heading for a column sets the likely one aside."""
    posts = pd.DataFrame({"编号": ["X1"], "岗位职责及要求": ["CNC"], "备注": ["CAD and CAE"]})
    guess = guess_columns(posts, "demands")
    assert dict(guess) == {"岗位职责及要求": "text"}
    said = guess.with_columns({"备注": "text"})
    assert dict(said) == {"备注": "text"}
    assert said.unsure == {"岗位职责及要求": "text"}
    assert dict(guess) == {"岗位职责及要求": "text"}
    with pytest.raises(tm.InputError, match="not a column of demands"):
        guess.with_columns({"备注": "remarks"})
    with pytest.raises(tm.InputError, match="does not have"):
        guess.with_columns({"nothing": "text"})


def test_a_guess_is_saved_and_used_again(tmp_path: Path) -> None:
    """The file holds what is used and, aside, what is unsure; people can move it by hand."""
    guess = guess_columns(PEOPLE, "candidates")
    path = guess.save(tmp_path / "columns.json")
    held = json.loads(path.read_text(encoding="utf-8"))
    assert held["columns"] == dict(guess)
    assert held["unsure"] == {"人才代码": "candidate_id", "现居住城市": "location"}
    by_file = tm.read_candidates(PEOPLE, columns=path)
    pd.testing.assert_frame_equal(by_file, tm.read_candidates(PEOPLE, columns=guess))
    held["columns"] |= {"现居住城市": held["unsure"].pop("现居住城市")}
    path.write_text(json.dumps(held), encoding="utf-8")
    assert tm.read_candidates(PEOPLE, columns=str(path))["location"].tolist() == ["宁波", "杭州"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (None, "no mapping of columns can be read"),
        ("{", "no mapping of columns can be read"),
        ("[]", "it is no saved mapping"),
        ('{"text": "内容"}', "it is no saved mapping"),
        (
            '{"kind": "talentmatch columns", "table": "demands", "columns": {}}',
            "not of 'candidates'",
        ),
        ('{"kind": "talentmatch columns", "table": "candidates"}', "must map headings"),
        ('{"kind": "talentmatch columns", "table": "candidates", "columns": {"a": 1}}', "must map"),
    ],
)
def test_a_file_that_is_no_mapping_is_named(tmp_path: Path, content: str | None, rule: str) -> None:
    """Absent, broken, foreign or of another table: one clear error."""
    path = tmp_path / "columns.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(tm.InputError, match=rule):
        tm.read_candidates(PEOPLE, columns=path)


@pytest.mark.parametrize("table", TABLES)
def test_our_own_headings_need_no_guess(table: str) -> None:
    """A table under our names is known throughout."""
    rows = [{name: column.example for name, column in columns_of(table).items()}]
    guess = guess_columns(rows, table)
    assert set(guess.frame["confidence"]) == {"known"}
    assert len(guess) == 0


@pytest.mark.parametrize(
    "heading", ["公司规模", "公司类型", "岗位类别", "工作年限", "update", "性别", "备注"]
)
def test_other_headings_are_left_alone(heading: str) -> None:
    """A word in front does not make a heading: what stands at its end does."""
    rows = [{"编号": "X1", "需求": "CNC", heading: "a"}]
    assert rows_of(guess_columns(rows, "demands"))[heading] == ("", "")


def test_the_line_and_the_card_say_the_same_and_are_harmless() -> None:
    """One quiet line; hostile headings are escaped."""
    rows = [{"编号": "X1", "需求": "CNC", "<script>x</script>": "<b>"}]
    guess = guess_columns(rows, "demands")
    assert repr(guess) == "<ColumnGuess for demands: 2 known, 1 left alone>"
    card = guess._repr_html_()
    assert "2 known, 1 left alone" in card
    assert "<script" not in card


def test_the_caller_s_frame_and_bad_sources() -> None:
    """Nothing is edited; what is no table is said so."""
    before = PEOPLE.copy(deep=True)
    guess_columns(PEOPLE, "candidates")
    pd.testing.assert_frame_equal(PEOPLE, before)
    with pytest.raises(ValueError, match="must be one of"):
        guess_columns(PEOPLE, "people")
    with pytest.raises(TypeError, match="cannot read a table"):
        guess_columns(3, "candidates")


@pytest.mark.skipif(not POSTS.exists(), reason="the real posts lie beside the repository only")
def test_a_real_job_board_s_table_is_understood() -> None:
    """51job's headings: four of them guessed rightly, its sizes and types left alone."""
    guess = guess_columns(POSTS, "demands")
    assert dict(guess) == {"jobName": "title", "area": "location", "salary": "salary_max/month"}
    assert guess.unsure == {"tags": "text"}
    found = rows_of(guess)
    assert found["degree"] == ("min_degree", "known")
    assert found["companySize"] == found["companyType"] == found["issueDate"] == ("", "")
