"""Every rule of a table is named by row, id, column, rule and hint, all of them at once."""

import datetime as dt
import math
from decimal import Decimal
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

from talentmatch.errors import Flaw, InputError
from talentmatch.tables.cleaning import checked, examine

COUNT = "Write a whole number of 0 or more, or leave the cell empty"
MONEY = "Write one plain number in RMB a year such as 240000, or leave the cell empty"
PERIOD = (
    "Write 1-1.5万/月 or 18万/年 in the cell, or say it once: "
    "columns={'salary_expected': 'salary_expected/month'} or '/year'"
)
NUMBER = "Write one plain number such as 2.5, or leave the cell empty"
DAY = "Write the day as 2026-03-01, or leave the cell empty"
ENCODING = "Export the table again as UTF-8"
OWN_ID = "Give every row an id of its own"


def frame(**columns: list[object]) -> pd.DataFrame:
    """Return a frame whose cells stay the objects they are."""
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})


def flaws_of(raw: pd.DataFrame, table: str = "candidates", **given: object) -> list[Flaw]:
    """Return the flaws that `checked` raises for a table."""
    with pytest.raises(InputError) as caught:
        checked(raw, table, **given)  # type: ignore[arg-type]  # columns= as it comes
    assert caught.value.table == table
    return list(caught.value.flaws)


# column, broken cell, rule, hint: each stands in row 2 of a table that is sound elsewhere
BROKEN_CELLS = [
    ("capacity", -1, "negative: -1", COUNT),
    ("capacity", "-2", "negative: '-2'", COUNT),
    ("capacity", 1.5, "not a whole number: 1.5", COUNT),
    ("capacity", "0.5", "not a whole number: '0.5'", COUNT),
    ("capacity", "three", "not a number: 'three'", COUNT),
    ("capacity", "3人", "not a number: '3人'", COUNT),
    ("capacity", "1,000", "not a number: '1,000'", COUNT),
    ("capacity", "1_000", "not a number: '1_000'", COUNT),
    ("capacity", "N/A", "not a number: 'N/A'", COUNT),
    ("capacity", True, "not a number: True", COUNT),
    ("capacity", np.True_, "not a number: True", COUNT),
    ("capacity", [3], "not a number: [3]", COUNT),
    ("capacity", math.inf, "not finite: inf", COUNT),
    ("capacity", "-Infinity", "not finite: '-Infinity'", COUNT),
    ("capacity", "1e999", "not finite: '1e999'", COUNT),
    ("capacity", 2**31, "too large: 2147483648", COUNT),
    ("capacity", 10**400, "too large: " + "1" + "0" * 36 + "...", COUNT),
    ("capacity", 10**5000, "too large: int", COUNT),
    ("capacity", "1e-99999999999999999999", "not a number: '1e-99999999999999999999'", COUNT),
    ("min_load", Decimal("-1"), "negative: Decimal('-1')", COUNT),
    ("salary_expected", "税后20万/年", "not a number: '税后20万/年'", MONEY),
    ("salary_expected", "1-1.5万", "neither a month's nor a year's: '1-1.5万'", PERIOD),
    ("salary_expected", -0.5, "negative: -0.5", MONEY),
    ("salary_expected", -math.inf, "not finite: -inf", MONEY),
    ("available_from", "soon", "not a date: 'soon'", DAY),
    ("available_from", "2024-02-30", "not a date: '2024-02-30'", DAY),
    ("available_from", "01/03/2024", "not a date: '01/03/2024'", DAY),
    ("available_from", "2024年3月", "not a date: '2024年3月'", DAY),
    ("available_from", "2024-03-01 25:00", "not a date: '2024-03-01 25:00'", DAY),
    ("available_from", 45352, "not a date: 45352", DAY),
    ("available_from", True, "not a date: True", DAY),
    ("available_from", ["2024-03-01"], "not a date: ['2024-03-01']", DAY),
    (
        "text",
        "\ufffd\ufffd\ufffd\ufffd机",
        "wrong encoding, 4 of 5 characters are lost: '����机'",
        ENCODING,
    ),
    ("text", "half \ud83d", "wrong encoding, half a character is lost: 'half \\ud83d'", ENCODING),
    ("text", b"\xd5\xc5", r"bytes, not text: b'\xd5\xc5'", "Decode it first, usually as UTF-8"),
    ("text", {"a": 1}, "not a text: {'a': 1}", "Write one text in the cell"),
    ("text", 2**2000, "not a text: " + str(2**2000)[:37] + "...", "Store long numbers as text"),
    ("skills", ["CNC", ["a", "b"]], "not a text: ['a', 'b']", "Write one text in the cell"),
    ("degree", ["master"], "not a text: ['master']", "Write one text in the cell"),
    ("candidate_id", None, "missing id", OWN_ID),
    ("candidate_id", " \u3000", "missing id", OWN_ID),
    ("candidate_id", math.nan, "missing id", OWN_ID),
    (
        "candidate_id",
        True,
        "not an id, or one that has lost its last digits: True",
        "Store ids as text",
    ),
    (
        "candidate_id",
        1e17,
        "not an id, or one that has lost its last digits: 1e+17",
        "Store ids as text",
    ),
    (
        "candidate_id",
        "R\x002",
        "control or lost characters in an id: 'R\\x002'",
        "Write the id in letters, digits and signs; export as UTF-8",
    ),
    (
        "candidate_id",
        "张\ufffd三",
        "control or lost characters in an id: '张\ufffd三'",
        "Write the id in letters, digits and signs; export as UTF-8",
    ),
    (
        "candidate_id",
        "R1",
        "repeated id 'R1', first in row 1",
        "Give every row an id of its own, or leave the repeated row out",
    ),
    (
        "candidate_id",
        " R1\n",
        "repeated id 'R1', first in row 1",
        "Give every row an id of its own, or leave the repeated row out",
    ),
]


@pytest.mark.parametrize(
    ("column", "cell", "rule", "hint"),
    BROKEN_CELLS,
    ids=[f"{column}-{number}" for number, (column, *_) in enumerate(BROKEN_CELLS)],
)
def test_a_broken_cell_is_named(column: str, cell: object, rule: str, hint: str) -> None:
    """One broken cell gives exactly one flaw, with its row, id, column, rule and hint."""
    columns: dict[str, list[object]] = {
        "candidate_id": ["R1", "R2", "R3"],
        "text": ["CNC", "welding", "design"],
        column: ["R1", cell, "R3"] if column == "candidate_id" else ["", cell, ""],
    }
    if column in ("text", "skills"):
        columns[column] = ["CNC", cell, "design"]
    identity = "R2"
    if column == "candidate_id":
        identity = "R1" if "repeated" in rule else ""
    assert flaws_of(frame(**columns)) == [Flaw(2, identity, column, rule, hint)]


@pytest.mark.parametrize("cell", ["high", "１－２", True, "nan"])
def test_a_priority_is_a_number(cell: object) -> None:
    """A priority may be any finite number, and nothing else."""
    raw = frame(demand_id=["X1"], text=["CNC"], priority=[cell])
    assert flaws_of(raw, "demands") == [
        Flaw(1, "X1", "priority", f"not a number: {cell!r}", NUMBER)
    ]
    raw = frame(demand_id=["X1"], text=["CNC"], priority=["-2.5e0"])
    assert checked(raw, "demands")["priority"].tolist() == [-2.5]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("3", 3),
        ("3.0", 3),
        (" 3. ", 3),
        (3.0, 3),
        (np.int8(3), 3),
        (np.float32(3), 3),
        ("３", 3),
        (Decimal("3.00"), 3),
        ("+3", 3),
        (0, 0),
        (-0.0, 0),
        (2**31 - 1, 2**31 - 1),
        (None, 1),
        ("", 1),
        ("  ", 1),
        (math.nan, 1),
        (pd.NA, 1),
        (Decimal("NaN"), 1),
        (Decimal("sNaN"), 1),
    ],
)
def test_counts_that_are_sound(cell: object, value: int) -> None:
    """A whole number is read however it is written, and a missing one is the default."""
    clean = checked(frame(candidate_id=["R1"], text=["CNC"], capacity=[cell]), "candidates")
    assert_series_equal(clean["capacity"], pd.Series([value], dtype="int64", name="capacity"))


@pytest.mark.parametrize(
    "cell",
    [
        "2024-03-01",
        "2024-3-1",
        "2024/3/1",
        "2024.03.01",
        "2024年3月1日",
        "２０２４年３月１日",
        "20240301",
        20240301,
        20240301.0,
        "2024-03-01 09:30",
        "2024-03-01T09:30:00.5Z",
        "2024-03-01T09:30:00+08:00",
        dt.date(2024, 3, 1),
        dt.datetime(2024, 3, 1, 9, 30),
        pd.Timestamp("2024-03-01", tz="Asia/Shanghai"),
        np.datetime64("2024-03-01"),
        np.datetime64("2024-03-01T09:30", "ns"),
    ],
)
def test_dates_that_are_sound(cell: object) -> None:
    """A day is read however it is written; the time of day is left away."""
    clean = checked(frame(candidate_id=["R1"], text=["CNC"], available_from=[cell]), "candidates")
    assert clean["available_from"].dtype == "datetime64[s]"
    assert clean["available_from"].tolist() == [pd.Timestamp(2024, 3, 1)]


@pytest.mark.parametrize("cell", [None, "", math.nan, pd.NaT, np.datetime64("NaT", "s")])
def test_a_missing_date_stays_missing(cell: object) -> None:
    """No date is invented, and one far beyond nanoseconds is kept."""
    raw = frame(candidate_id=["R1", "R2"], text=["a", "b"], available_from=[cell, "9999-12-31"])
    days = checked(raw, "candidates")["available_from"]
    assert days.isna().tolist() == [True, False]
    assert days[1].year == 9999


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("007", "007"),
        (7, "7"),
        (7.0, "7"),
        (np.float64(7), "7"),
        (" R1 ", "R1"),
        ("NA", "NA"),
        ("null", "null"),
        ("7.0", "7.0"),
        ("\u3000张 三\u3000", "张 三"),
        (Decimal("70"), "70"),
        (2**60, str(2**60)),
        (UUID(int=5), str(UUID(int=5))),
        (dt.datetime(2024, 3, 1), "2024-03-01"),
    ],
)
def test_ids_that_are_sound(cell: object, value: str) -> None:
    """Ids become text: leading zeros stay, and a spreadsheet's 7.0 is 7."""
    ids = checked(frame(candidate_id=[cell], text=["CNC"]), "candidates")["candidate_id"]
    assert ids.tolist() == [value]
    assert ids.dtype == pd.Series(["x"]).dtype


@pytest.mark.parametrize(
    ("cell", "skills"),
    [
        ("焊接；CNC、PLC", ["焊接", "CNC", "PLC"]),
        ("a; b, c|d，e\nf｜g", list("abcdefg")),
        ("tools (Figma, Miro); AWS", ["tools (Figma, Miro)", "AWS"]),
        ("a）b（, c", ["a）b（", "c"]),
        ("open ( a, b", ["open ( a", "b"]),
        (";;, ", []),
        (None, []),
        (math.nan, []),
        (5.0, ["5"]),
        (["C++, C#", " b ", None, ""], ["C++, C#", "b"]),
        (("x", 2), ["x", "2"]),
        ({"b", "a"}, ["a", "b"]),
        (np.array(["a", "b"]), ["a", "b"]),
    ],
)
def test_skills_become_lists(cell: object, skills: list[str]) -> None:
    """A text is divided at its separators, outside brackets; a list is taken as it is."""
    raw = frame(candidate_id=["R1"], text=["CNC"], skills=[cell])
    assert checked(raw, "candidates")["skills"].tolist() == [skills]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  as it is \n", "  as it is \n"),
        (2024, "2024"),
        (7.0, "7"),
        (2.5, "2.5"),
        (True, "True"),
        (["one", None, " ", "two"], ["one", "two"]),
        (np.str_("x"), "x"),
        ("caf\ufffd", "caf\ufffd"),
        (dt.datetime(2024, 3, 1, 9), "2024-03-01 09:00:00"),
    ],
)
def test_texts_are_kept(cell: object, text: object) -> None:
    """A text stays untouched, a list is several documents, a stray lost character is forgiven."""
    clean = checked(frame(candidate_id=["R1"], text=[cell]), "candidates")
    assert clean["text"].tolist() == [text]
    assert type(clean["text"].tolist()[0]) is type(text)


def test_short_texts_and_missing_facts() -> None:
    """A missing name is an empty text; a missing category is missing, not an empty group."""
    raw = frame(
        candidate_id=["R1", "R2"],
        name=[" 张伟 ", None],
        text=["a", "b"],
        degree=[" 硕士", " "],
        languages=["English、中文", None],
        accepts=["expert", ""],
        salary_expected=["2.4e5", None],
    )
    clean = checked(raw, "candidates")
    assert clean["name"].tolist() == ["张伟", ""]
    assert clean["degree"].isna().tolist() == [False, True]
    assert clean["degree"][0] == "硕士"
    assert clean["languages"].tolist() == [["English", "中文"], []]
    assert clean["accepts"].tolist() == [["expert"], []]
    assert clean["salary_expected"].fillna(-1).tolist() == [240_000, -1]


def test_all_flaws_come_at_once() -> None:
    """Flaws of the table and of many rows are reported together, in the order of the rows."""
    raw = frame(
        编号=["1", None, "1", "4"],
        简历=["CNC", "", "x", "y"],
        max_load=["1", "-1", "0", "two"],
        min_load=[0, 0, 1, 0],
        capcity=[1, 1, 1, 1],
    )
    found = [(flaw.row, flaw.id, flaw.column) for flaw in flaws_of(raw)]
    assert found == [
        (2, "", "编号"),
        (2, "", "max_load"),
        (2, "", "简历"),
        (3, "1", "编号"),
        (3, "1", "min_load"),
        (4, "4", "max_load"),
    ]
    raw = raw.rename(columns={"max_load": "notes"})
    assert (flaws_of(raw)[0].row, flaws_of(raw)[0].column) == (None, "capcity")


def test_nothing_to_match_on() -> None:
    """A row with neither text nor skills is refused, a row with one of them is not."""
    raw = frame(
        id=["R1", "R2", "R3", "R4"], cv=["CNC", " ", None, []], skills=["", "welding", "; ,", []]
    )
    hint = "Fill it in, or leave the row out"
    rule = "nothing to match on: cv and skills are empty"
    assert flaws_of(raw) == [Flaw(3, "R3", "", rule, hint), Flaw(4, "R4", "", rule, hint)]
    raw = frame(demand_id=["X1"], 需求=[" \n"], title=["engineer"])
    rule = "nothing to match on: 需求 is empty"
    assert flaws_of(raw, "demands") == [Flaw(1, "X1", "需求", rule, hint)]


def test_floors_above_ceilings() -> None:
    """A floor above its ceiling is refused; a missing ceiling is its default."""
    raw = frame(candidate_id=["R1", "R2"], text=["a", "b"], capacity=["2", None], min_load=[2, 2])
    rule, hint = "min_load 2 is above capacity 1", "Lower min_load or raise capacity"
    assert flaws_of(raw) == [Flaw(2, "R2", "min_load", rule, hint)]
    assert [flaw.column for flaw in flaws_of(raw.assign(capacity=[5, "x"]))] == ["capacity"]
    raw = frame(demand_id=["X1"], text=["a"], 人数=["1"], 最少人数=["3"])
    rule, hint = "min_headcount 3 is above headcount 1", "Lower 最少人数 or raise 人数"
    assert flaws_of(raw, "demands") == [Flaw(1, "X1", "最少人数", rule, hint)]


def test_a_broken_optional_column_can_be_left_alone() -> None:
    """A heading taken for a typed column says how to leave it alone, and that works."""
    raw = frame(id=["R1"], text=["CNC"], 年薪=["see the contract"])
    (flaw,) = flaws_of(raw)
    assert flaw.column == "年薪"
    assert flaw.hint == f"{MONEY}; to leave the column alone pass columns={{'年薪': '年薪'}}"
    clean = checked(raw, "candidates", columns={"年薪": "年薪"})
    assert clean["年薪"].tolist() == ["see the contract"]


@pytest.mark.parametrize(
    ("raw", "table", "flaws"),
    [
        (
            frame(candidate_id=[], text=[]),
            "candidates",
            [("", "the table is empty", "It needs a heading and at least one row")],
        ),
        (
            pd.DataFrame(),
            "demands",
            [("", "the table is empty", "It needs a heading and at least one row")],
        ),
        (
            frame(notes=["x"], text=["CNC"]),
            "candidates",
            [
                (
                    "",
                    "no column candidate_id; its headings are 'notes', 'text'",
                    "Add one, or say which it is: columns={'notes': 'candidate_id'}",
                )
            ],
        ),
        (
            frame(demand_id=["X1"], requirements=["CNC"]),
            "demands",
            [
                (
                    "",
                    "neither text nor skills to match on; "
                    "its headings are 'demand_id', 'requirements'",
                    "Add one, or say which it is: columns={'requirements': 'text'}",
                )
            ],
        ),
        (
            frame(candidate_id=["R1"], text=["a"], 简历=["b"]),
            "candidates",
            [
                (
                    "简历",
                    "2 headings mean text: 'text', '简历'",
                    "Say which with columns={'text': 'text'}; the other is then left alone",
                )
            ],
        ),
        (
            frame(candidate_id=["R1"], 简历=["a"], text=["b"]),
            "candidates",
            [
                (
                    "text",
                    "2 headings mean text: '简历', 'text'",
                    "Say which with columns={'text': 'text'}; the other is then left alone",
                )
            ],
        ),
        (
            frame(candidate_id=["R1"], Text=["a"], text=["b"]),
            "candidates",
            [
                (
                    "text",
                    "2 headings mean text: 'Text', 'text'",
                    "Leave one of them out or rename it",
                )
            ],
        ),
        (
            pd.DataFrame([["X1", "CNC", 1, 2]], columns=["id", "text", "note", "note"]),
            "demands",
            [("note", "2 columns have the heading 'note'", "Leave one of them out or rename it")],
        ),
    ],
)
def test_flaws_of_the_whole_table(
    raw: pd.DataFrame, table: str, flaws: list[tuple[str, str, str]]
) -> None:
    """What is wrong with the table as a whole is named once, with what to do."""
    assert flaws_of(raw, table) == [Flaw(None, "", *flaw) for flaw in flaws]


@pytest.mark.parametrize(
    ("table", "heading", "known"),
    [
        ("demands", "headcont", "headcount"),
        ("candidates", "capcity", "capacity"),
        ("candidates", "Degre", "degree"),
        ("demands", "titel", "title"),
        ("candidates", "skils", "skills"),
        ("candidates", "langauges", "languages"),
        ("demands", "start_data", "start_date"),
    ],
)
def test_a_misspelt_heading_is_noticed(table: str, heading: str, known: str) -> None:
    """An unknown heading that looks like a known one is refused until it is mapped."""
    raw = pd.DataFrame({"id": ["A1"], "text": ["CNC"], heading: [None]})
    (flaw,) = flaws_of(raw, table)
    assert flaw == Flaw(
        None,
        "",
        heading,
        f"unknown heading that looks like {known!r}",
        f"Did you mean {known}? Rename it or pass columns={{{heading!r}: {known!r}}}; "
        f"to keep it as it is pass columns={{{heading!r}: {heading!r}}}",
    )
    assert known in checked(raw, table, columns={heading: known}).columns
    kept = checked(raw, table, columns={heading: heading})
    assert heading in kept.columns
    assert_frame_equal(checked(kept, table), kept)


def test_a_misspelt_id_is_noticed() -> None:
    """A misspelt id heading is named, and so is the id that is missing because of it."""
    found = flaws_of(frame(candidat_id=["R1"], text=["CNC"]))
    assert [flaw.column for flaw in found] == ["candidat_id", ""]
    assert "Did you mean candidate_id?" in found[0].hint


def test_other_headings_are_left_alone() -> None:
    """Headings that merely share a word with a known one are kept as they are."""
    others = [
        "max_headcount",
        "min_score",
        "location_2",
        "title_en",
        "salary",
        "enterprise_type",
        "test",
    ]
    raw = frame(demand_id=["X1"], text=["CNC"], headcount=[1], **{name: [1] for name in others})
    assert list(checked(raw, "demands").columns) == ["demand_id", "text", "headcount", *others]


@pytest.mark.parametrize(
    ("columns", "flaw"),
    [
        (
            {"requirement": "skills"},
            Flaw(
                None,
                "",
                "requirement",
                "columns= names a heading that the table does not have: 'requirement'",
                "Its headings are 'requirements'",
            ),
        ),
        (
            {"requirements": "skils"},
            Flaw(
                None,
                "",
                "requirements",
                "columns= maps it to 'skils', which is not a column of demands",
                "Did you mean 'skills'? "
                "talentmatch.vocabulary('demands') lists the columns there are",
            ),
        ),
        (
            {"requirements": "技能"},
            Flaw(
                None,
                "",
                "requirements",
                "columns= maps it to '技能', which is not a column of demands",
                "Did you mean 'skills'? "
                "talentmatch.vocabulary('demands') lists the columns there are",
            ),
        ),
        (
            {"requirements": "wishes"},
            Flaw(
                None,
                "",
                "requirements",
                "columns= maps it to 'wishes', which is not a column of demands",
                "talentmatch.vocabulary('demands') lists the columns there are",
            ),
        ),
    ],
)
def test_a_wrong_mapping_is_named(columns: dict[str, str], flaw: Flaw) -> None:
    """A mapping from or to a heading that does not exist is refused, with the likely one."""
    raw = frame(demand_id=["X1"], text=["CNC"], requirements=["a"])
    assert flaws_of(raw, "demands", columns=columns) == [flaw]


def test_a_mapping_outranks_an_alias() -> None:
    """What the caller says is a column is that column; a known alias is then only kept."""
    raw = frame(编号=[1], no=["P7"], 简历=["old"], letter=["new"], 姓名=["张伟"])
    clean = checked(raw, "candidates", columns={"no": "candidate_id", "letter": "text"})
    assert clean.to_dict("records") == [
        {"candidate_id": "P7", "name": "张伟", "text": "new", "编号": 1, "简历": "old"}
    ]
    assert_frame_equal(
        checked(clean[["candidate_id", "text"]], "candidates"), clean[["candidate_id", "text"]]
    )


def test_two_mapped_headings_may_change_places() -> None:
    """A heading with a known name may be mapped to another known column."""
    raw = frame(id=["R1"], text=["a;b"], skills=["prose"])
    clean = checked(raw, "candidates", columns={"text": "skills", "skills": "text"})
    assert clean.to_dict("records") == [
        {"candidate_id": "R1", "text": "prose", "skills": ["a", "b"]}
    ]


def test_names_serve_as_ids() -> None:
    """Without an id column unique names, or titles, are the ids, and stay names."""
    clean = checked(frame(姓名=[" 张伟", "李娜"], 简历=["a", "b"]), "candidates")
    assert clean["candidate_id"].tolist() == clean["name"].tolist() == ["张伟", "李娜"]
    clean = checked(frame(岗位=["焊工"], 需求=["会焊接"], 企业=["甲公司"], 人数=["２"]), "demands")
    assert clean.to_dict("records") == [
        {
            "demand_id": "焊工",
            "title": "焊工",
            "text": "会焊接",
            "enterprise_id": "甲公司",
            "enterprise": "甲公司",
            "headcount": 2,
        }
    ]
    assert_frame_equal(checked(clean, "demands"), clean)


def test_names_that_cannot_serve_as_ids() -> None:
    """Repeated or missing names are refused as ids, with the way out."""
    raw = frame(姓名=["张伟", "李娜", "张伟", None], 简历=["a", "b", "c", "d"])
    hint = (
        "There is no id column, so 姓名 serves as the id: add a column candidate_id, "
        "or say which one it is with columns={'your heading': 'candidate_id'}"
    )
    assert flaws_of(raw) == [
        Flaw(3, "张伟", "姓名", "repeated id '张伟', first in row 1", hint),
        Flaw(4, "", "姓名", "missing id", hint),
    ]


@pytest.mark.parametrize("level", ["candidate_id", "ID", "编号"])
def test_the_id_may_be_the_index(level: str) -> None:
    """An index whose name means the id gives the ids; any other index is dropped."""
    raw = pd.DataFrame({"text": ["a", "b"], "n": [1, 2]}, index=pd.Index([7.0, 9.0], name=level))
    assert checked(raw, "candidates").to_dict("list") == {
        "candidate_id": ["7", "9"],
        "text": ["a", "b"],
        "n": [1, 2],
    }
    deep = raw.set_index(pd.Index(["x", "y"], name="group"), append=True)
    assert checked(deep, "candidates")["candidate_id"].tolist() == ["7", "9"]
    with pytest.raises(InputError, match="no column candidate_id"):
        checked(raw.rename_axis("number"), "candidates")
    mapped = checked(raw.rename_axis("number"), "candidates", columns={"number": "candidate_id"})
    assert mapped["candidate_id"].tolist() == ["7", "9"]


def test_an_id_column_outranks_the_index() -> None:
    """Where a column is the id, an index of the same name is only an index."""
    raw = pd.DataFrame({"id": ["R9", "R7"], "text": ["a", "b"]}, index=pd.Index([1, 2], name="id"))
    assert checked(raw, "candidates")["candidate_id"].tolist() == ["R9", "R7"]


def test_rows_are_counted_in_a_filtered_frame() -> None:
    """A filtered frame is read by its order: row 1 is its first row, whatever its index."""
    raw = frame(candidate_id=["R1", "R2", "R3"], text=["", "b", ""]).iloc[[2, 1]]
    (flaw,) = flaws_of(raw)
    assert (flaw.row, flaw.id) == (1, "R3")
    clean = checked(raw.iloc[1:], "candidates")
    assert clean.index.tolist() == [0]
    assert clean["candidate_id"].tolist() == ["R2"]


def test_known_columns_come_first_and_unknown_ones_untouched() -> None:
    """Known columns stand in the vocabulary's order, then the others with cells and types kept."""
    raw = pd.DataFrame(
        {
            "grade": pd.Categorical(["a", "b"]),
            "text": ["x", "y"],
            ("two", "levels"): [1.5, None],
            "id": [2, 1],
            5: [None, None],
        },
    )
    clean = checked(raw, "candidates")
    assert list(clean.columns) == ["candidate_id", "text", "grade", ("two", "levels"), 5]
    assert_series_equal(clean["grade"], raw["grade"])
    assert clean["candidate_id"].tolist() == ["2", "1"]


def test_many_rows_are_examined_quickly_and_all_reported() -> None:
    """The message stays short where 3,000 rows are broken, the list of flaws is whole."""
    raw = pd.DataFrame({"id": range(3000), "text": ["x"] * 3000, "capacity": [-1] * 3000})
    with pytest.raises(InputError) as caught:
        checked(raw, "candidates")
    assert len(caught.value.flaws) == 3000
    assert "... and 2980 more" in str(caught.value)


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals().filter(lambda number: not number.is_snan()),  # pandas 2 cannot show one
    st.text(st.characters(), max_size=8),
    st.binary(max_size=4),
    st.dates(),
    st.datetimes(),
    st.lists(st.text(max_size=4), max_size=3),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=1),
    st.sampled_from(
        ["3", "２", "inf", "2024年1月2日", "a、b", pd.NaT, pd.NA, np.int64(4), np.float32(2)]
    ),
)
NAMED = [
    "id",
    "name",
    "text",
    "skills",
    "capacity",
    "min_load",
    "degree",
    "languages",
    "其他",
    "available_from",
    "salary_expected",
    "enterprise",
    "headcount",
    "priority",
    "headcont",
]


@st.composite
def tables(draw: st.DrawFn, cells: st.SearchStrategy[object] = CELLS) -> pd.DataFrame:
    """Return a table of any cells under headings that are mostly known."""
    names = draw(st.lists(st.sampled_from(NAMED), unique=True, min_size=1))
    rows = draw(st.integers(0, 4))
    columns = {n: draw(st.lists(cells, min_size=rows, max_size=rows)) for n in names}
    return frame(**columns)


@settings(deadline=None)
@given(tables(), st.sampled_from(["candidates", "demands"]))
def test_any_cells_are_read_or_refused(raw: pd.DataFrame, table: str) -> None:
    """Whatever stands in the cells, the only error is ours, and the caller's frame is unchanged."""
    before = raw.map(repr)
    examined = examine(raw, table)
    assert all(flaw.rule and flaw.hint and str(flaw) for flaw in examined.flaws)
    assert all(flaw.row is None or 1 <= flaw.row <= len(raw) for flaw in examined.flaws)
    assert len(examined.rows) == len(raw)
    if examined.flaws:
        assert flaws_of(raw, table) == list(examined.flaws)
    else:
        assert_frame_equal(checked(examined.rows, table), examined.rows)
    assert_frame_equal(raw.map(repr), before)


SOUND = {
    "candidate_id": st.text("R0129张 ", min_size=1).filter(str.strip),
    "text": st.one_of(
        st.text("ab 机\ufffd ", min_size=1).map("CNC {} and more".format),
        st.lists(st.sampled_from(["CNC", "焊接", ""]), min_size=1).map(lambda texts: ["x", *texts]),
    ),
    "skills": st.one_of(st.none(), st.text("ab;、(), "), st.lists(st.text("ab,; "))),
    "capacity": st.sampled_from([None, 1, 2.0, "3", "４", ""]),
    "degree": st.one_of(st.none(), st.text(" 硕士a1")),
    "salary_expected": st.one_of(st.none(), st.floats(0, 1e9), st.integers(0, 10**9).map(str)),
    "available_from": st.one_of(st.none(), st.dates(), st.dates().map(str), st.datetimes()),
}


@settings(deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(SOUND),
        min_size=1,
        max_size=5,
        unique_by=lambda r: r["candidate_id"].strip(),
    )
)
def test_sound_tables_are_read_and_stay_clean(rows: list[dict[str, object]]) -> None:
    """A sound table is never refused, a clean one comes back equal, no row depends on another."""
    raw = frame(**{name: [row[name] for row in rows] for name in SOUND})
    clean = checked(raw, "candidates")
    assert clean["candidate_id"].tolist() == [str(row["candidate_id"]).strip() for row in rows]
    assert_frame_equal(checked(clean, "candidates"), clean)
    back = checked(raw.iloc[::-1], "candidates").iloc[::-1].reset_index(drop=True)
    if back["text"].dtype == clean["text"].dtype:
        assert_frame_equal(back, clean)
    assert examine(raw, "candidates").flaws == ()


def test_lists_are_not_shared_with_the_caller() -> None:
    """Changing the clean table never reaches into the caller's own lists."""
    skills, documents = ["CNC"], ["one", "two"]
    raw = frame(id=["R1"], skills=[skills], text=[documents])
    clean = checked(raw, "candidates")
    clean["skills"][0].append("x")
    clean["text"][0].append("x")
    assert (skills, documents) == (["CNC"], ["one", "two"])
