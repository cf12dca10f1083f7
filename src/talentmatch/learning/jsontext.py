"""What was learned, as readable JSON text that names its format."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from talentmatch.errors import ProblemError

__all__ = ["json_path", "parsed", "written"]


def written(format: str, fields: Mapping[str, Any]) -> str:
    """Write fields as indented JSON; floats keep all their bits, the format stands first."""
    document = {"format": format, **fields}
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def parsed(text: str, format: str) -> dict[str, Any]:
    """Read fields that `written` wrote.

    Raises
    ------
    ProblemError
        The text is no JSON, or of another format.
    """
    try:
        document = json.loads(text)
    except (TypeError, ValueError) as error:
        raise ProblemError(f"not a {format}: {error}") from None
    if not isinstance(document, dict) or document.pop("format", None) != format:
        raise ProblemError(f"not a {format}; the text must be what to_json or save wrote")
    return document


def json_path(path: str | os.PathLike[str]) -> Path:
    """Return the path, which must end in ``.json``; raises `ProblemError` where it does not."""
    target = Path(path)
    if target.suffix != ".json":
        raise ProblemError(f"it is saved as name.json, not {target.name!r}")
    return target
