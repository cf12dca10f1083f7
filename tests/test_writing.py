"""Files appear together or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from talentmatch.writing import write_together


def test_a_new_folder_appears_with_all_its_files(tmp_path: Path) -> None:
    """Content, names and nothing else; parents are made too."""
    written = write_together(tmp_path / "a" / "plan", {"x.csv": b"1", "y.json": b"{}"})
    assert [path.name for path in written] == ["x.csv", "y.json"]
    assert {p.name: p.read_bytes() for p in (tmp_path / "a" / "plan").iterdir()} == {
        "x.csv": b"1",
        "y.json": b"{}",
    }
    assert os.listdir(tmp_path / "a") == ["plan"]


def test_files_in_a_folder_that_is_there_are_replaced(tmp_path: Path) -> None:
    """Other files stay, and nothing temporary is left."""
    (tmp_path / "x.csv").write_bytes(b"old")
    (tmp_path / "notes.txt").write_bytes(b"mine")
    write_together(tmp_path, {"x.csv": b"new", "y.csv": b"more"})
    found = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert found == {"x.csv": b"new", "y.csv": b"more", "notes.txt": b"mine"}


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    """A plan holds names and resumes."""
    for path in write_together(tmp_path / "plan", {"x.csv": b"1"}):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("fails_at", [1, 2, 3, 4])
def test_a_failure_while_exchanging_puts_everything_back(
    fails_at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever rename fails, the folder is as it was."""
    for name in ("x.csv", "z.csv"):
        (tmp_path / name).write_bytes(b"old")
    real, calls = Path.rename, [0]

    def rename(self: Path, target: Path) -> Path:
        calls[0] += 1
        if calls[0] == fails_at:
            raise OSError(5, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(OSError, match="Input/output"):
        write_together(tmp_path, {"x.csv": b"new", "y.csv": b"new", "z.csv": b"new"})
    found = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert found == {"x.csv": b"old", "z.csv": b"old"}


def test_a_file_in_the_way_is_an_error_and_stays(tmp_path: Path) -> None:
    """The folder's name may be taken by a file."""
    (tmp_path / "plan").write_bytes(b"mine")
    with pytest.raises(OSError, match="plan"):
        write_together(tmp_path / "plan", {"x.csv": b"1"})
    assert (tmp_path / "plan").read_bytes() == b"mine"
    assert os.listdir(tmp_path) == ["plan"]


def test_a_folder_in_the_way_of_a_file_is_an_error_and_stays(tmp_path: Path) -> None:
    """Nothing of the caller's is lost, and nothing is written."""
    (tmp_path / "x.csv").mkdir()
    (tmp_path / "x.csv" / "mine.txt").write_bytes(b"mine")
    with pytest.raises(OSError, match="in the way"):
        write_together(tmp_path, {"w.csv": b"1", "x.csv": b"1"})
    assert (tmp_path / "x.csv" / "mine.txt").read_bytes() == b"mine"
    assert os.listdir(tmp_path) == ["x.csv"]
