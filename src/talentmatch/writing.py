"""Write files so that they appear complete or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from errno import EISDIR
from pathlib import Path

__all__ = ["write_together"]


def write_together(folder: str | os.PathLike[str], files: Mapping[str, bytes]) -> list[Path]:
    """Write files into a folder, all or none; nobody but their owner may read them.

    A new folder appears with all its files at once. In a folder that is there each file is
    replaced whole, after all are written, and the old ones are put back if one cannot be.

    Parameters
    ----------
    folder : path
        Made where it does not exist.
    files : mapping of str to bytes
        Content by file name.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OSError
        The folder cannot be made or written; nothing is left behind.
    """
    target = Path(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    place = target if target.is_dir() else target.parent
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=place) as temporary:
        new, old = Path(temporary, "new"), Path(temporary, "old")
        new.mkdir()
        old.mkdir()
        for name, content in files.items():
            with open(new / name, "wb", opener=_private) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        if place is target:
            _exchange(target, new, old, list(files))
        else:
            new.rename(target)
    return [target / name for name in files]


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _exchange(target: Path, new: Path, old: Path, names: list[str]) -> None:
    """Put new files in the place of old ones, or all the old ones back."""
    for name in names:
        if (target / name).is_dir():  # moved away with the old files it would be lost
            raise IsADirectoryError(EISDIR, "a folder is in the way of a file", str(target / name))
    try:
        for name in names:
            if (target / name).exists():
                (target / name).rename(old / name)
            (new / name).rename(target / name)
    except BaseException:
        for name in names:
            if (old / name).exists():
                (old / name).replace(target / name)
            elif not (new / name).exists():
                (target / name).unlink(missing_ok=True)
        raise
