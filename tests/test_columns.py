"""The vocabulary of columns is complete, unambiguous and readable."""

import subprocess
import sys

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import talentmatch as tm
from talentmatch.tables.cleaning import checked
from talentmatch.tables.columns import KEYS, NAMES, TABLES, columns_of, heading_key, meanings
from talentmatch.tables.headings import lay_out

TYPES = {
    "id",
    "label",
    "text",
    "skills",
    "list",
    "count",
    "number",
    "money",
    "date",
    "category",
    "flag",
}


@pytest.mark.parametrize("table", TABLES)
def test_no_heading_means_two_columns(table: str) -> None:
    """Every name and alias of a table is compared by a key that no other column of it has."""
    keys = [
        heading_key(heading)
        for column in columns_of(table).values()
        for heading in (column.name, *column.aliases)
    ]
    assert len(keys) == len(set(keys))
    assert len(meanings(table)) == len(keys)


@pytest.mark.parametrize("table", TABLES)
def test_every_column_says_what_it_is(table: str) -> None:
    """Each column has a meaning, a known type, an example, and counts have a default."""
    for column in columns_of(table).values():
        assert column.table == table
        assert column.meaning
        assert column.type in TYPES
        assert column.example
        assert (column.default is not None) == (column.type == "count")


@pytest.mark.parametrize("table", TABLES)
def test_the_examples_obey_the_rules(table: str) -> None:
    """A row made of the vocabulary's own examples is a sound row."""
    row = {column.name: [column.example] for column in columns_of(table).values()}
    assert list(checked(pd.DataFrame(row), table).columns) == list(row)


@pytest.mark.parametrize(
    ("table", "headings"),
    [
        (
            "candidates",
            {
                "编号": "candidate_id",
                "姓名": "name",
                "简历": "text",
                "技能": "skills",
                "学历": "degree",
                "到岗日期": "available_from",
                "ID": "candidate_id",
                "工号": "candidate_id",
                "候选人": "name",
                "年薪": "salary_expected",
            },
        ),
        (
            "demands",
            {
                "岗位": "title",
                "职位": "title",
                "需求": "text",
                "要求": "text",
                "企业": "enterprise",
                "公司": "enterprise",
                "人数": "headcount",
                "学历": "min_degree",
                "到岗日期": "start_date",
                "编号": "demand_id",
            },
        ),
    ],
)
def test_chinese_headings_are_known(table: str, headings: dict[str, str]) -> None:
    """The headings of a usual Chinese sheet mean our columns without being told."""
    assert {heading: meanings(table)[heading_key(heading)] for heading in headings} == headings


def test_requirements_needs_to_be_mapped() -> None:
    """A heading that may be a text or a list of skills is not guessed."""
    assert "requirements" not in meanings("demands")
    assert lay_out(["id", "requirements"], "demands", {"requirements": "skills"}).known == {
        "demand_id": 0,
        "skills": 1,
    }


@pytest.mark.parametrize(
    "heading",
    [
        "Candidate ID",
        " candidate-id ",
        "CANDIDATE_ID",
        "ｃａｎｄｉｄａｔｅ　ｉｄ",
        "*candidateId：",
    ],
)
def test_headings_are_compared_without_their_dress(heading: str) -> None:
    """Width, case, spaces, hyphens, underscores and marks of required cells do not count."""
    assert heading_key(heading) == heading_key("candidate_id")


@given(st.text())
def test_heading_key_is_settled_by_one_pass(heading: str) -> None:
    """Any heading has a key, and white space around it never changes the key."""
    assert heading_key(f"  {heading}\t") == heading_key(heading)


def test_vocabulary_is_a_frame_of_all_tables() -> None:
    """`vocabulary` has one row for each column of each table, and the eight promised facts."""
    frame = tm.vocabulary()
    facts = ["table", "column", "meaning", "unit", "type", "default", "example", "aliases"]
    assert list(frame.columns) == facts
    assert len(frame) == sum(len(columns_of(table)) for table in TABLES)
    assert not frame.duplicated(["table", "column"]).any()
    for table in TABLES:
        of_one = tm.vocabulary(table)
        assert set(of_one["table"]) == {table}
        shown = of_one.set_index("column")
        assert shown.loc[KEYS[table], "default"] == "required"
        assert table not in NAMES or shown.loc[NAMES[table], "type"] == "label"
    defaults = tm.vocabulary("candidates").set_index("column")["default"]
    assert defaults[["capacity", "min_load", "text", "degree"]].tolist() == [
        "1",
        "0",
        "empty",
        "missing",
    ]


def test_the_vocabulary_cannot_be_spoilt() -> None:
    """Changing the frame that `vocabulary` returned changes nothing for the next caller."""
    tm.vocabulary("demands").loc[0, "aliases"].append("oops")
    assert "oops" not in tm.vocabulary("demands").loc[0, "aliases"]


def test_an_unknown_table_is_named() -> None:
    """Asking for a table that does not exist says which ones do."""
    with pytest.raises(ValueError, match="'people'; it must be one of 'candidates', 'demands'"):
        tm.vocabulary("people")


def test_importing_the_vocabulary_loads_no_pandas() -> None:
    """The vocabulary is data: importing it costs no third-party package."""
    code = "import sys, talentmatch.tables.columns as _; "
    code += "print('pandas' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
