"""The command: exit statuses, messages, and nothing half-written."""

import gzip
import io
import json
import subprocess
import sys
import time

import pytest

import talentmatch as tm
from talentmatch.cli import main
from talentmatch.commands.arguments import columns_of
from talentmatch.errors import SolverError
from talentmatch.terminal import Ticker, printable

FILES = ["pairs.csv", "report.html", "result.json", "unassigned.csv", "unfilled.csv"]


@pytest.fixture
def tables(tmp_path):
    """Return the paths of two small tables with headings of their own."""
    people, posts = tmp_path / "people.csv", tmp_path / "posts.csv"
    people.write_text(
        "编号,姓名,about,degree\n007,张伟,submarine cable design,bachelor\n"
        "008,李娜,pastry and bread,master\n", "utf-8",
    )  # fmt: skip
    posts.write_text(
        "demand_id,title,requirements,min_degree\nX1,Designer,cable design,master\n"
        "X2,Baker,bread; pastry,\n", "utf-8",
    )  # fmt: skip
    return str(people), str(posts)


@pytest.fixture
def columns():
    """Return the options that name the headings of `tables`."""
    return ["--candidate-columns", "about=text", "--demand-columns", "requirements=skills"]


def run(capsys, *arguments):
    """Run the command; return its exit status, what it printed, and what it complained of."""
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    return code, said.out, said.err


def test_match_writes_a_plan_and_sums_it_up(capsys, tables, columns, tmp_path):
    """Two tables give five files, exit status 0 and a summary that names what matters."""
    code, out, _ = run(capsys, "match", *tables, "--out", tmp_path / "plan", *columns)
    assert code == 0
    assert sorted(path.name for path in (tmp_path / "plan").iterdir()) == FILES
    assert "2 candidates, 2 demands with 2 openings" in out
    assert "Proved best" in out
    assert "1 of 2 openings" in out
    assert "degree at least min_degree: bars 1 pair" in out
    assert "008 for X2" in out
    assert "report.html" in out


def test_no_rules_lets_every_pair_pass(capsys, tables, columns, tmp_path):
    """Without the rules the bachelor takes the post that asks for a master."""
    code, out, _ = run(capsys, "match", *tables, "--out", tmp_path / "plan", *columns, "--no-rules")
    assert code == 0
    assert "none: every pair was allowed" in out
    assert "2 of 2 openings" in out


def test_options_are_recorded(capsys, tables, columns, tmp_path):
    """What was asked for is in result.json, with the inputs and their hashes."""
    run(capsys, "match", *tables, "--out", tmp_path / "plan", *columns, "--min-score", "0.01",
        "--seed", "3", "--gap", "0.001", "--time-limit", "60")  # fmt: skip
    record = json.loads((tmp_path / "plan" / "result.json").read_text("utf-8"))
    assert record["options"] == {
        "command": "match",
        "candidate_columns": {"about": "text"},
        "demand_columns": {"requirements": "skills"},
        "min_score": 0.01,
        "time_limit": 60.0,
        "gap": 0.001,
        "seed": 3,
        "rules": True,
        "aim": "total",
        "allow_unmet": False,
    }
    assert record["seed"] == 3
    assert record["inputs"]["candidates"]["name"] == "people.csv"
    assert len(record["inputs"]["demands"]["sha256"]) == 64


def test_columns_may_be_given_several_times(capsys, tables, tmp_path):
    """Each --demand-columns adds its headings."""
    code, _, _ = run(
        capsys, "match", *tables, "--out", tmp_path / "plan", "--candidate-columns", "about=text",
        "--demand-columns", "requirements=skills", "--demand-columns", "title=title",
    )  # fmt: skip
    assert code == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=text", {"a": "text"}),
        (" a = text , b=skills, ", {"a": "text", "b": "skills"}),
        ("x=y=text", {"x=y": "text"}),
        ("要求=skills", {"要求": "skills"}),
    ],
)
def test_column_options_are_read(text, expected):
    """Headings are split at commas and at the last equals sign."""
    assert columns_of(text) == expected


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["wrong"],
        ["match"],
        ["match", "a.csv", "b.csv"],
        ["match", "a.csv", "b.csv", "--out", "x", "--min-score", "much"],
        ["match", "a.csv", "b.csv", "--out", "x", "--candidate-columns", "text"],
        ["match", "a.csv", "b.csv", "--out", "x", "--candidate-columns", "a=text,a=skills"],
        ["match", "a.csv", "b.csv", "--out", "x", "--nonsense"],
        ["demo", "--out", "x", "--seed", "one"],
    ],
)
def test_wrong_arguments_exit_with_2(capsys, arguments):
    """A wrong argument is told on stderr, with exit status 2 and nothing on stdout."""
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert "usage:" in err


@pytest.mark.parametrize("arguments", [["--help"], ["match", "--help"], ["demo", "--help"]])
def test_help_exits_with_0(capsys, arguments):
    """Help is no failure."""
    code, out, _ = run(capsys, *arguments)
    assert code == 0
    assert "--out" in out


def test_version_is_told(capsys):
    """--version tells the package's version."""
    assert run(capsys, "--version") == (0, f"talentmatch {tm.__version__}\n", "")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"candidate_id,text\n", "people.csv"),
        (b"candidate_id,text\nR1,\n", "R1"),
        (b"candidate_id,text\nR1,a\nR1,b\n", "R1"),
        (b"text\ncable\n", "id"),
        (b"candidate_id,text,capacity\nR1,cable,-1\nR2,cable,half\n", "capacity"),
        (b"\xff\xfe\x00\x01\x02", "people.csv"),
    ],
)
def test_bad_tables_exit_with_2_and_write_nothing(capsys, tables, tmp_path, content, words):
    """Whatever is wrong with a table is told in one message, and no folder is made."""
    people = tmp_path / "people.csv"
    people.write_bytes(content)
    code, out, err = run(capsys, "match", people, tables[1], "--out", tmp_path / "plan")
    assert (code, out) == (2, "")
    assert words.lower() in err.lower() or "candidates" in err
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize("name", ["none.csv", ".", "people.docx", "broken.csv.gz", "broken.xlsx"])
def test_unreadable_files_exit_with_2(capsys, tables, tmp_path, name):
    """A file that is missing, a folder, broken or of an unknown kind is one clear message."""
    (tmp_path / "people.docx").write_text("text")
    (tmp_path / "broken.xlsx").write_text("text")
    (tmp_path / "broken.csv.gz").write_bytes(gzip.compress(b"candidate_id,text\n" * 99)[:20])
    code, out, err = run(capsys, "match", tmp_path / name, tables[1], "--out", tmp_path / "plan")
    assert (code, out) == (2, "")
    assert err.startswith("talentmatch: ")
    assert not (tmp_path / "plan").exists()


def test_an_unknown_heading_exits_with_2(capsys, tables, tmp_path):
    """A heading that the table does not have is told."""
    code, _, err = run(
        capsys, "match", *tables, "--out", tmp_path / "plan", "--candidate-columns", "abuot=text"
    )
    assert code == 2
    assert "abuot" in err


@pytest.mark.parametrize("option", [["--gap", "-1"], ["--time-limit", "0"], ["--min-score", "nan"]])
def test_options_out_of_range_exit_with_2(capsys, tables, columns, tmp_path, option):
    """A number that makes no sense is bad input, not a fault."""
    code, _, err = run(capsys, "match", *tables, "--out", tmp_path / "plan", *columns, *option)
    assert code == 2
    assert option[0][2:].replace("-", "_") in err
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_made_is_refused_before_the_work(
    capsys, tables, tmp_path, monkeypatch, place
):
    """Where the plan cannot be written the tables are not even read."""
    (tmp_path / "file").write_text("mine")
    monkeypatch.setattr(tm, "read_candidates", None)
    code, _, err = run(capsys, "match", *tables, "--out", tmp_path / place)
    assert code == 2
    assert "not a folder" in err
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_without_permission_is_refused(capsys, tables, tmp_path, monkeypatch):
    """A folder that may not be written to is told at once."""
    monkeypatch.setattr("os.access", lambda *_: False)
    code, _, err = run(capsys, "match", *tables, "--out", tmp_path / "plan")
    assert code == 2
    assert "may not be written" in err


def test_a_full_disk_leaves_nothing(capsys, tables, columns, tmp_path, monkeypatch):
    """When writing fails no file of the plan is left, and the status is 2."""

    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    code, out, err = run(capsys, "match", *tables, "--out", tmp_path / "plan", *columns)
    assert (code, out) == (2, "")
    assert "No space left" in err
    assert not (tmp_path / "plan").exists()


def test_no_plan_exits_with_3(capsys, tmp_path):
    """Where a floor cannot be met the status is 3, and record and report tell why."""
    people, posts = tmp_path / "people.csv", tmp_path / "posts.csv"
    people.write_text("candidate_id,text\nR1,cable\n")
    posts.write_text("demand_id,text,headcount,min_headcount\nX1,cable,3,3\n")
    code, out, _ = run(capsys, "match", people, posts, "--out", tmp_path / "plan")
    assert code == 3
    assert "No plan" in out
    assert sorted(path.name for path in (tmp_path / "plan").iterdir()) == [
        "report.html", "result.json",
    ]  # fmt: skip


def test_ctrl_c_exits_with_130(capsys, tables, tmp_path, monkeypatch):
    """Ctrl-C before there is a plan writes nothing."""

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(tm, "match", interrupt)
    columns = ["--candidate-columns", "about=text", "--demand-columns", "requirements=skills"]
    code, out, err = run(capsys, "match", *tables, "--out", tmp_path / "plan", *columns)
    assert (code, out) == (130, "")
    assert "stopped with Ctrl-C" in err
    assert not (tmp_path / "plan").exists()


def test_ctrl_c_during_the_solve_keeps_the_best_plan(
    capsys, tables, columns, tmp_path, monkeypatch
):
    """A solve that hands over what it has is written, and the status is still 130."""
    from dataclasses import replace

    from talentmatch.outcomes import Stopped

    real = tm.match
    monkeypatch.setattr(
        tm, "match", lambda *a, **k: replace(real(*a, **k), stopped=Stopped.INTERRUPT)
    )
    code, _, err = run(capsys, "match", *tables, "--out", tmp_path / "plan", *columns)
    assert code == 130
    assert "best plan so far was written" in err
    assert sorted(path.name for path in (tmp_path / "plan").iterdir()) == FILES


@pytest.mark.parametrize("error", [SolverError("the solver lied"), MemoryError()])
def test_internal_faults_exit_with_1(capsys, tables, columns, tmp_path, monkeypatch, error):
    """A fault that is not the user's has a status of its own, and no traceback."""

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(tm, "match", fail)
    code, _, err = run(capsys, "match", *tables, "--out", tmp_path / "plan", *columns)
    assert code == 1
    assert err.startswith("talentmatch: ")


def test_demo_runs_the_built_in_case(capsys, tmp_path, monkeypatch):
    """The demo writes a plan of the built-in case; here of its first rows, for speed."""
    real = tm.datasets.make_beilun(1)

    class Small:
        candidates, demands = real.candidates.head(60), real.demands.head(40)

    monkeypatch.setattr(tm.datasets, "make_beilun", lambda seed: Small)
    code, out, _ = run(capsys, "demo", "--out", tmp_path / "plan", "--seed", "1")
    assert code == 0
    assert "60 candidates, 40 demands" in out
    record = json.loads((tmp_path / "plan" / "result.json").read_text("utf-8"))
    assert record["options"] == {"command": "demo", "seed": 1}


def test_data_cannot_write_to_the_terminal(capsys, tmp_path):
    """Escape sequences in ids come neither to stdout nor to stderr."""
    people, posts = tmp_path / "people.jsonl", tmp_path / "posts.jsonl"
    people.write_text(json.dumps({"candidate_id": "R\u001b[31m1", "text": "cable"}))
    posts.write_text(json.dumps({"demand_id": "X\u202e1", "text": "cable"}))
    code, out, err = run(capsys, "match", people, posts, "--out", tmp_path / "plan")
    assert code in (0, 2)
    assert not set(out + err) & set("\x1b\u202e")


def test_the_true_command_runs(tables, columns, tmp_path):
    """`python -m talentmatch` in a process of its own, on a terminal that knows no Chinese."""
    command = [sys.executable, "-W", "error", "-m", "talentmatch", "match", *tables]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "计划"), *columns],
        capture_output=True, check=False, env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert b"Proved best" in done.stdout
    assert sorted(path.name for path in (tmp_path / "计划").iterdir()) == FILES
    failed = subprocess.run(
        [*command, "--out", str(tmp_path / "other"), "--demand-columns", "nothing=skills"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert failed.returncode == 2
    assert b"Traceback" not in failed.stderr


def test_a_reader_that_leaves_is_no_traceback(tables, columns, tmp_path):
    """Output into a closed pipe ends quietly, and the plan is there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "talentmatch", "match", *tables, "--out", str(tmp_path / "plan"),
         *columns], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 1
    assert b"Traceback" not in complaint
    assert b"Error" not in complaint
    assert sorted(path.name for path in (tmp_path / "plan").iterdir()) == FILES


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        """Say so."""
        return True


@pytest.fixture
def soon(monkeypatch):
    """Let the ticker speak after hundredths of a second."""
    monkeypatch.setattr("talentmatch.terminal._WAIT", 0.02)
    monkeypatch.setattr("talentmatch.terminal._TTY_EVERY", 0.02)
    monkeypatch.setattr("talentmatch.terminal._LOG_EVERY", 0.02)


def wait_for(stream, text):
    """Wait until a stream has said something."""
    end = time.monotonic() + 10
    while text not in stream.getvalue():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_progress_on_a_terminal_is_one_line_that_vanishes(soon):
    """A terminal sees one line kept up to date, and wiped in the end."""
    stream = Terminal()
    ticker = Ticker(stream)
    with ticker.doing("Scoring"):
        wait_for(stream, "Scoring")
        ticker.detail("Solving")
        wait_for(stream, "Solving")
    assert "\n" not in stream.getvalue()
    assert stream.getvalue().endswith(" \r")


def test_progress_in_a_log_is_plain_lines(soon):
    """A log sees whole lines and no carriage returns."""
    stream = io.StringIO()
    with Ticker(stream).doing("Scoring"):
        wait_for(stream, "s\n")
    assert set(stream.getvalue().splitlines()) <= {"Scoring ... 0 s", "Scoring ... 1 s"}


def test_quick_steps_say_nothing():
    """What takes less than a second is not told; a quiet ticker never speaks."""
    stream = Terminal()
    with Ticker(stream).doing("Reading"), Ticker(stream, quiet=True).doing("Scoring"):
        pass
    assert stream.getvalue() == ""


def test_a_closed_stream_does_not_stop_the_work(soon):
    """When nobody listens any more the work goes on."""
    stream = Terminal()
    with Ticker(stream).doing("Scoring"):
        stream.close()
        time.sleep(0.1)


def test_text_fits_the_stream():
    """What a stream cannot encode is replaced, and controls are removed."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    assert printable("  专家 R\x1b1\n\tx", stream) == "  ?? R1\n x"
