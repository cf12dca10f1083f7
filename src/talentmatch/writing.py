"""Write files so that they appear complete or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["write_together"]


def write_together(folder: str | os.PathLike[str], files: Mapping[str, bytes]) -> list[Path]:
    """Write files into a folder; each appears complete, and none before all are written.

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
    target.mkdir(parents=True, exist_ok=True)
    waiting: list[tuple[str, Path]] = []
    try:
        for name, content in files.items():
            handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=target)
            waiting.append((temporary, target / name))
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o666 & ~_umask())
        for temporary, final in waiting:
            os.replace(temporary, final)
    except BaseException:
        for temporary, _ in waiting:
            Path(temporary).unlink(missing_ok=True)
        raise
    return [final for _, final in waiting]


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
