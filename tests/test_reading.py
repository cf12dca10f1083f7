"""Whatever a table comes in, it is the same table, and every broken file is one clear error."""

import datetime as dt
import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import talentmatch as tm
from talentmatch.errors import Flaw
from talentmatch.tables.columns import heading_key, meanings

DATA = Path(__file__).parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the real texts in ../shared/data are absent"
)

ROWS: list[dict[str, object]] = [
    {
        "candidate_id": "007",
        "text": 'Says "hi", then\nwelds',
        "skills": "CNC; 焊接",
        "capacity": "2",
        "degree": "硕士",
        "available_from": "2026-03-01",
        "trade": "A",
    },
    {
        "candidate_id": "NA",
        "text": None,
        "skills": "design",
        "capacity": None,
        "degree": None,
        "available_from": None,
        "trade": None,
    },
    {
        "candidate_id": "null",
        "text": "=1+1",
        "skills": None,
        "capacity": "0",
        "degree": "None",
        "available_from": "2026/4/2",
        "trade": "B",
    },
]
HEADINGS = list(ROWS[0])

Rows = list[dict[str, object]]
Writer = Callable[[Rows, Path], object]


def csv_text(rows: Rows, separator: str = ",") -> str:
    """Return rows as separated text, an empty cell where one is missing."""
    return pd.DataFrame(rows, dtype=object).to_csv(index=False, sep=separator)


def saved(content: bytes, path: Path) -> Path:
    """Write a file and return its path."""
    path.write_bytes(content)
    return path


def workbook(rows: Rows, path: Path) -> Path:
    """Write rows as an Excel workbook."""
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append([row[heading] for heading in rows[0]])
    for cells in book.active.iter_rows():
        for cell in cells:
            if cell.data_type == "f":
                cell.data_type = "s"  # text that looks like a formula
    book.save(path)
    return path


def json_lines(rows: Rows) -> bytes:
    """Return rows as one JSON object to a line."""
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def parquet(rows: Rows, path: Path) -> Path:
    """Write rows as a parquet file."""
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


WRITERS: dict[str, Writer] = {
    "csv": lambda rows, d: saved(csv_text(rows).encode(), d / "t.csv"),
    "csv with a mark": lambda rows, d: saved(csv_text(rows).encode("utf-8-sig"), d / "t.csv"),
    "csv of Chinese Excel": lambda rows, d: saved(csv_text(rows).encode("gb18030"), d / "t.CSV"),
    "csv with semicolons": lambda rows, d: saved(csv_text(rows, ";").encode(), d / "t.csv"),
    "csv with tabs, UTF-16": lambda rows, d: saved(
        csv_text(rows, "\t").encode("utf-16"), d / "t.csv"
    ),
    "csv.gz": lambda rows, d: saved(gzip.compress(csv_text(rows).encode()), d / "t.csv.gz"),
    "tsv": lambda rows, d: saved(csv_text(rows, "\t").encode(), d / "t.tsv"),
    "tsv.gz": lambda rows, d: saved(gzip.compress(csv_text(rows, "\t").encode()), d / "t.tsv.gz"),
    "xlsx": lambda rows, d: workbook(rows, d / "t.xlsx"),
    "parquet": lambda rows, d: parquet(rows, d / "t.parquet"),
    "jsonl": lambda rows, d: saved(json_lines(rows), d / "t.jsonl"),
    "jsonl.gz": lambda rows, d: saved(gzip.compress(json_lines(rows)), d / "t.jsonl.gz"),
    "path as text": lambda rows, d: str(saved(csv_text(rows).encode(), d / "t.csv")),
    "pandas": lambda rows, d: pd.DataFrame(rows),
    "pandas objects": lambda rows, d: pd.DataFrame(rows, dtype=object),
    "polars": lambda rows, d: pl.DataFrame(rows),
    "polars lazy": lambda rows, d: pl.LazyFrame(rows),
    "pyarrow": lambda rows, d: pa.Table.from_pylist(rows),
    "records": lambda rows, d: rows,
}


@pytest.mark.parametrize("kind", WRITERS)
def test_every_source_gives_the_same_table(kind: str, tmp_path: Path) -> None:
    """The same rows come back as the same frame out of every kind of file and frame."""
    clean = tm.read_candidates(WRITERS[kind](ROWS, tmp_path))
    assert list(clean.columns) == HEADINGS
    assert clean["candidate_id"].tolist() == ["007", "NA", "null"]
    assert clean["text"].tolist() == ['Says "hi", then\nwelds', "", "=1+1"]
    assert clean["skills"].tolist() == [["CNC", "焊接"], ["design"], []]
    assert clean["capacity"].tolist() == [2, 1, 0]
    assert clean["degree"].fillna("missing").tolist() == ["硕士", "missing", "None"]
    days = clean["available_from"]
    assert days.isna().tolist() == [False, True, False]
    assert days[2] == pd.Timestamp(2026, 4, 2)
    assert clean["trade"].fillna("missing").tolist() == ["A", "missing", "B"]
    assert_frame_equal(clean.drop(columns="trade"), tm.read_candidates(ROWS).drop(columns="trade"))


WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffd"), max_size=9
)


@pytest.mark.parametrize("kind", ["csv", "tsv.gz", "xlsx", "parquet", "jsonl", "polars", "pyarrow"])
@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=st.lists(WORDS, min_size=1, max_size=4), ids=st.permutations(range(4)))
def test_any_text_survives_every_file(
    kind: str, texts: list[str], ids: list[int], tmp_path: Path
) -> None:
    """Texts with any signs come back as they were written, whatever they are written to."""
    rows: Rows = [
        {"candidate_id": f"0{n}", "text": f"x{text}x", "skills": "a"}
        for n, text in zip(ids, texts, strict=False)
    ]
    clean = tm.read_candidates(WRITERS[kind](rows, tmp_path))
    assert clean["text"].tolist() == [row["text"] for row in rows]
    assert clean["candidate_id"].tolist() == [row["candidate_id"] for row in rows]


def test_native_types_are_read() -> None:
    """Numbers, days and lists of foreign frames are read as what they are."""
    data = {
        "candidate_id": [2**60, 7],
        "skills": [["CNC", "welding, MIG"], []],
        "text": ["a", "b"],
        "capacity": [2, None],
        "available_from": [dt.date(2026, 3, 1), None],
        "score": [1.5, None],
        "big": [2**60, None],
    }
    clean = tm.read_candidates(pl.DataFrame(data))
    assert clean["candidate_id"].tolist() == [str(2**60), "7"]
    assert clean["skills"].tolist() == [["CNC", "welding, MIG"], []]
    assert clean["capacity"].tolist() == [2, 1]
    assert clean["available_from"][0] == pd.Timestamp(2026, 3, 1)
    assert clean["score"].dtype == "float64"
    assert clean["big"].tolist() == [2**60, None]
    assert_frame_equal(tm.read_candidates(pa.table(data)), clean)
    assert_frame_equal(tm.read_candidates(pl.LazyFrame(data).filter(pl.lit(True))), clean)


def test_a_clean_frame_survives_parquet(tmp_path: Path) -> None:
    """A clean frame written by pandas, with its index too, is read back equal."""
    clean = tm.read_candidates(ROWS)
    clean.to_parquet(tmp_path / "t.parquet", index=True)
    assert_frame_equal(tm.read_candidates(tmp_path / "t.parquet"), clean)
    clean.iloc[[2, 0]].to_parquet(tmp_path / "u.parquet")
    assert list(tm.read_candidates(tmp_path / "u.parquet").columns) == HEADINGS
    clean.set_index("candidate_id").to_parquet(tmp_path / "v.parquet")
    assert_frame_equal(tm.read_candidates(tmp_path / "v.parquet"), clean)


def test_a_spreadsheet_of_a_centre(tmp_path: Path) -> None:
    """A workbook with Chinese headings, numbers as ids, days, and empty rows below is read."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        [],
        ["编号", "岗位", "需求", "企业", "人数", "到岗日期", None],
        [7.0, "焊工", "会焊接", "甲公司", 2, dt.datetime(2026, 5, 1)],
        [8, "质检", "懂质检", "乙公司", None, "2026年6月1日"],
        [None, " "],
        [None],
    ):
        sheet.append(row)
    book.save(tmp_path / "需求.xlsx")
    clean = tm.read_demands(tmp_path / "需求.xlsx")
    assert list(clean.columns) == [
        "demand_id", "title", "text", "enterprise_id", "enterprise", "headcount", "start_date"
    ]  # fmt: skip
    assert clean.drop(columns="start_date").to_numpy().tolist() == [
        ["7", "焊工", "会焊接", "甲公司", "甲公司", 2],
        ["8", "质检", "懂质检", "乙公司", "乙公司", 1],
    ]
    assert clean["start_date"].dt.month.tolist() == [5, 6]


def test_a_column_without_a_heading_is_kept(tmp_path: Path) -> None:
    """The nameless first column that pandas writes with its index is no obstacle."""
    pd.DataFrame(ROWS).to_csv(tmp_path / "t.csv")
    clean = tm.read_candidates(tmp_path / "t.csv")
    assert list(clean.columns) == [*HEADINGS[:-1], "(column 1)", "trade"]


def test_blank_lines_and_short_rows(tmp_path: Path) -> None:
    """Empty lines are skipped, rows of separators at the end dropped, short rows filled up."""
    path = saved(b"\n\nid,text,capacity\nR1,CNC,2\n\nR2,welding\n,,\n,,\n", tmp_path / "t.csv")
    assert tm.read_candidates(path)["capacity"].tolist() == [2, 1]
    lines = b'\n{"id": 1, "text": "a"}\n \n{"id": 2, "text": "b", "n": 1}\n'
    path = saved(lines, tmp_path / "t.jsonl")
    assert tm.read_candidates(path)["candidate_id"].tolist() == ["1", "2"]


def flaws_of(source: object, **columns: str) -> tuple[str, list[Flaw]]:
    """Return the table named by the error, and its flaws."""
    with pytest.raises(tm.InputError) as caught:
        tm.read_candidates(source, columns=columns)
    return caught.value.table, list(caught.value.flaws)


UTF8 = "Save the file as UTF-8 (in Excel: CSV UTF-8) and try again"
EMPTY = "It needs a heading and at least one row"
LATIN = "id,text\nR1,na\xefve caf\xe9\n".encode("latin-1")
BROKEN_FILES = [
    ("t.csv", LATIN, None, "wrong encoding: byte 13 (line 2) is not utf-8", UTF8),
    ("t.csv", "id,text\nR1,Müller löst\n".encode("cp1252"), None,
     "wrong encoding: byte 12 (line 2) is not utf-8", UTF8),
    ("t.csv", b"\xff\xfe\x00\xd8\x41", None, "wrong encoding: byte 2 (line 1) is not utf-16", UTF8),
    ("t.csv", "id,text\nR1,CNC\n".encode("utf-16-le"), None,
     "wrong encoding: a null character in line 1", UTF8),
    ("t.csv", b"", None, "the file is empty", EMPTY),
    ("t.csv", b"\n \n", None, "the file is empty", EMPTY),
    ("t.csv", b"id,text\nR1,a,b\nR2,c\nR3,d,e,f\n", 1, "3 cells under 2 headings",
     "Put a cell that holds ',' in quotation marks"),
    ("t.csv", b'id,text\nR1,"a\nR2,b\n', None,
     "not a well-formed table: Error tokenizing data. C error: EOF inside string starting at row 1",
     "Look for a quotation mark that is not closed"),
    ("t.csv.gz", b"id,text\n", None, None, "Copy it again"),
    ("t.csv.gz", gzip.compress(b"id,text\nR1,a\n" * 99)[:-9], None,
     "not a sound gzip file: Compressed file ended before the end-of-stream marker was reached",
     "Copy it again"),
    ("t.csv.gz", gzip.compress(b""), None, "the file is empty", EMPTY),
    ("t.xlsx", b"id,text\n", None, "not a sound .xlsx workbook: File is not a zip file",
     "Save it again as .xlsx"),
    ("t.parquet", b"id,text\n", None, None, "Write it again"),
    ("t.parquet", b"PAR1aaaaaaaaPAR1", None, None, "Write it again"),
    ("t.jsonl", b'{"id": 1}\n{"id"\n[1]\n', 2,
     "line 2 is not JSON: Expecting ':' delimiter: line 1 column 6 (char 5)",
     "Write one {heading: cell} object to a line"),
    ("t.jsonl", b"[" * 100_000, 1, None, "Write one {heading: cell} object to a line"),
    ("t.jsonl", b'{"id": 1, "text": "a"}\n7\n', 2, "int, not a mapping of headings to cells",
     "Write every row as {heading: cell}"),
    ("t.jsonl", b'{"id": 1, "\\ud800": "a"}\n', None,
     "wrong encoding, half a character is lost in a heading: '\\ud800'",
     "Export the table again as UTF-8"),
    ("t.xls", b"x", None, "unknown kind of file: '.xls'", "Save it as .xlsx"),
    ("t.docx", b"x", None, "unknown kind of file: '.docx'",
     "Known are .csv, .csv.gz, .tsv, .tsv.gz, .xlsx, .parquet, .jsonl, .jsonl.gz"),
    ("table", b"x", None, "unknown kind of file: ''",
     "Known are .csv, .csv.gz, .tsv, .tsv.gz, .xlsx, .parquet, .jsonl, .jsonl.gz"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "row", "rule", "hint"),
    BROKEN_FILES,
    ids=lambda value: value if isinstance(value, str) and len(value) < 12 else "",
)
def test_a_broken_file_is_one_clear_error(
    name: str, content: bytes, row: int | None, rule: str | None, hint: str, tmp_path: Path
) -> None:
    """A file that cannot be read is named, with what is wrong and what to do."""
    path = saved(content, tmp_path / name)
    table, (flaw, *_) = flaws_of(path)
    assert table == str(path)
    assert (flaw.row, flaw.column, flaw.hint) == (row, "", hint)
    assert (
        flaw.rule == rule if rule is not None else flaw.rule.startswith(("not a sound", "line 1"))
    )


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf", b",,\n,,\n", b"id,text\n", b"\xff\xfei\0d\0"])
def test_a_file_without_rows_is_empty(content: bytes, tmp_path: Path) -> None:
    """A mark alone, separators alone and a heading alone are empty tables."""
    _, flaws = flaws_of(saved(content, tmp_path / "t.csv"))
    assert flaws[0].rule in ("the table is empty", "the file is empty")
    assert flaws[0].row is None


def test_all_ragged_rows_are_named(tmp_path: Path) -> None:
    """Every row with too many cells is named, quoted line breaks counted rightly."""
    path = saved(b'id,text\nR1,"a\nb"\nR2,c,d\nR3,e\nR4,f,g,h\n', tmp_path / "t.csv")
    assert [(flaw.row, flaw.rule) for flaw in flaws_of(path)[1]] == [
        (2, "3 cells under 2 headings"),
        (4, "4 cells under 2 headings"),
    ]


def test_long_texts_are_read(tmp_path: Path) -> None:
    """A text beyond the limit of Python's own csv module is read; a ragged row is still refused."""
    rows = f"id,text\nR1,{'x' * 200_000}\n"
    path = saved(rows.encode(), tmp_path / "t.csv")
    assert len(tm.read_candidates(path)["text"][0]) == 200_000
    _, (flaw,) = flaws_of(saved(f"{rows}R2,a,b\n".encode(), tmp_path / "u.csv"))
    assert flaw.rule.endswith("Expected 2 fields in line 3, saw 3")


@pytest.mark.parametrize("name", ["absent.csv", "nul\0l.csv", "x" * 300 + ".csv"])
def test_a_path_that_is_no_file(name: str, tmp_path: Path) -> None:
    """A path to nothing, or that no file can have, is refused by name."""
    table, (flaw,) = flaws_of(tmp_path / name)
    assert table == str(tmp_path / name)
    assert flaw.rule.startswith("cannot be read: ")
    assert flaw.hint == "Check the path"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder is named as one, whatever its suffix."""
    (tmp_path / "folder.csv").mkdir()
    for folder in (tmp_path, tmp_path / "folder.csv"):
        flaw = Flaw(None, "", "", "a folder, not a file", "Name one file in it")
        assert flaws_of(folder) == (str(folder), [flaw])


@pytest.mark.parametrize("source", [None, 7, {"id": ["R1"]}, b"t.csv", pd.Series(["R1"])])
def test_what_is_no_table_is_a_type_error(source: object) -> None:
    """A source that is no path, frame or list of mappings is a mistake of the program."""
    with pytest.raises(TypeError, match="cannot read a table from"):
        tm.read_candidates(source)


def test_a_lazy_frame_that_fails_is_one_clear_error() -> None:
    """A lazy frame whose file is gone is refused when it is collected."""
    table, (flaw,) = flaws_of(pl.scan_csv("absent.csv"))
    assert table == "candidates"
    assert flaw.rule.startswith("the lazy frame cannot be collected: ")
    assert flaw.hint == "Collect it yourself to see where it fails"


def test_an_empty_list_is_an_empty_table() -> None:
    """No records at all are an empty table."""
    assert flaws_of([]) == ("candidates", [Flaw(None, "", "", "the table is empty", EMPTY)])


@pytest.mark.parametrize(
    ("module", "suffix", "message"),
    [
        ("openpyxl", ".xlsx", r'needs openpyxl: pip install "talentmatch\[excel\]"'),
        ("pyarrow.parquet", ".parquet", r'needs pyarrow: pip install "talentmatch\[arrow\]"'),
    ],
)
def test_a_missing_extra_is_one_line(
    module: str, suffix: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the package that a file needs the error names the install."""
    path = WRITERS[suffix[1:]](ROWS, tmp_path)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(tm.MissingExtraError, match=message):
        tm.read_candidates(path)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(),
        st.text().map(str.encode),
        st.text("id,text\n\"'R1;\t\r\0中").map("id,text\n{}".format).map(str.encode),
        st.text("id,text\n中文").map(lambda text: text.encode("gb18030")),
    ),
    suffix=st.sampled_from([".csv", ".tsv", ".jsonl", ".csv.gz", ".xlsx", ".parquet"]),
)
def test_any_bytes_are_read_or_refused(content: bytes, suffix: str, tmp_path: Path) -> None:
    """Whatever a file holds, it is a table or one of our own errors."""
    path = saved(content, tmp_path / f"t{suffix}")
    try:
        clean = tm.read_candidates(path)
    except tm.InputError as error:
        message = str(error)
        assert "problem" in message
    else:
        assert clean["candidate_id"].is_unique


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=4), st.text(), max_size=3), max_size=3))
def test_any_records_are_read_or_refused(records: list[dict[str, str]]) -> None:
    """Records under any headings are refused by our own error, as none of them is an id."""
    usual = [r for r in records if not {heading_key(h) for h in r} & meanings("candidates").keys()]
    with pytest.raises(tm.InputError):
        tm.read_candidates(usual)


def test_half_a_character_in_an_unknown_column_is_kept() -> None:
    """A broken cell that is not ours to read is neither refused nor changed."""
    clean = tm.read_candidates([{"id": "R1", "text": "CNC", "note": "\ud800"}])
    assert clean["note"].tolist() == ["\ud800"]


def test_sources_are_left_as_they_were() -> None:
    """Reading never changes the caller's frame or records."""
    for kind in ("pandas", "pandas objects", "polars", "pyarrow", "records"):
        rows = [dict(row) for row in ROWS]
        source = WRITERS[kind](rows, Path())
        before = repr(source)
        tm.read_candidates(source)
        tm.quarantine(source, "candidates")
        assert repr(source) == before
        assert rows == ROWS


def test_quarantine_sets_broken_rows_aside() -> None:
    """Sound rows come clean, each flaw of the others with the original cells, under their names."""
    raw = pd.DataFrame(
        {
            "编号": ["1", "2", "1", "4"],
            "cv": ["CNC", "", "x", "y"],
            "capacity": [1, -1, 1, 2],
            "rule": ["a", "b", "c", "d"],
        },
        index=[9, 8, 7, 6],
    )
    rows, rejected = tm.quarantine(raw, "candidates")
    assert rows.to_dict("records") == [
        {"candidate_id": "1", "text": "CNC", "capacity": 1, "rule": "a"},
        {"candidate_id": "4", "text": "y", "capacity": 2, "rule": "d"},
    ]
    assert rows.index.tolist() == [0, 1]
    fields = ["row", "id", "column", "rule", "hint"]
    assert list(rejected.columns) == [*fields, "编号", "cv", "capacity", "rule (original)"]
    assert rejected[["row", "id", "column", "rule"]].values.tolist() == [
        [2, "2", "capacity", "negative: -1"],
        [2, "2", "cv", "nothing to match on: cv is empty"],
        [3, "1", "编号", "repeated id '1', first in row 1"],
    ]
    assert rejected["hint"].str.len().gt(0).all()
    assert rejected["capacity"].tolist() == [-1, -1, 1]
    assert rejected["rule (original)"].tolist() == ["b", "b", "c"]


def test_quarantine_of_a_sound_table(tmp_path: Path) -> None:
    """Nothing is rejected from a sound table, and its rows are what reading it gives."""
    path = saved(csv_text(ROWS).encode(), tmp_path / "t.csv")
    rows, rejected = tm.quarantine(path, "candidates")
    assert_frame_equal(rows, tm.read_candidates(path))
    assert len(rejected) == 0
    assert list(rejected.columns)[:5] == ["row", "id", "column", "rule", "hint"]


def test_quarantine_refuses_a_table_that_is_broken_as_a_whole() -> None:
    """Flaws of the whole table are raised, without those of rows; a wrong table is named."""
    with pytest.raises(tm.InputError) as caught:
        tm.quarantine([{"id": "R1", "capcity": -1}], "candidates")
    assert [flaw.row for flaw in caught.value.flaws] == [None, None]
    with pytest.raises(ValueError, match="must be one of"):
        tm.quarantine(ROWS, "people")


def test_quarantine_may_reject_every_row() -> None:
    """Where no row is sound the clean table has its columns and no rows."""
    rows, rejected = tm.quarantine([{"id": "R1", "text": ""}], "candidates")
    assert (list(rows.columns), len(rows), len(rejected)) == (["candidate_id", "text"], 0, 1)


@needs_data
def test_the_real_case_is_sound() -> None:
    """The real resumes and demands are read whole, unknown columns kept."""
    candidates = tm.read_candidates(DATA / "case" / "candidates.csv.gz")
    demands = tm.read_demands(DATA / "case" / "demands.csv.gz")
    assert (len(candidates), len(demands)) == (2483, 1160)
    assert list(candidates.columns) == ["candidate_id", "text", "category"]
    assert demands["headcount"].dtype == "int64"
    assert demands["enterprise_id"].nunique() == 111
    with gzip.open(DATA / "case" / "candidates.csv.gz", "rt", encoding="utf-8", newline="") as file:
        plain = pd.read_csv(io.StringIO(file.read()), dtype=str, keep_default_na=False)
    assert candidates["text"].tolist() == plain["text"].tolist()


@needs_data
def test_the_real_skills_are_sound() -> None:
    """Real lists of skills are read as lists, requirements by a mapping."""
    people = tm.read_candidates(DATA / "skills" / "people.csv.gz")
    path = DATA / "skills" / "requirements.csv.gz"
    jobs = tm.read_demands(path, columns={"requirements": "skills"})
    assert (len(people), len(jobs)) == (3329, 1286)
    assert jobs["skills"][1] == ["Docker", "AWS", "GCP", "JavaScript", "Typescript"]
    assert people["skills"].map(len).min() >= 1
    with pytest.raises(tm.InputError, match="neither text nor skills"):
        tm.read_demands(path)


@needs_data
def test_the_real_chinese_posts_are_sound() -> None:
    """Real Chinese posts are read by a mapping; repeated titles are refused as ids, all at once."""
    path = DATA / "chinese" / "posts_51job.csv.gz"
    columns = {"jobName": "title", "tags": "skills", "companyName": "enterprise"}
    with pytest.raises(tm.InputError) as caught:
        tm.read_demands(path, columns=columns)
    assert len(caught.value.flaws) >= 4581 - 2950
    assert {flaw.column for flaw in caught.value.flaws} == {"jobName"}
    raw = pd.read_csv(path, dtype=str).assign(no=[f"P{n}" for n in range(4581)])
    posts = tm.read_demands(raw, columns=columns | {"no": "demand_id"})
    assert posts["skills"][2][:3] == ["3-4年", "本科", "python"]
    assert posts["enterprise_id"].tolist() == posts["enterprise"].tolist()
    assert {"salary", "area"} <= set(posts.columns)
