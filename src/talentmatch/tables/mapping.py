"""A mapping of headings as callers give it: a mapping, or the file that one was saved to."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from talentmatch.tables.decoding import broken

__all__ = ["Columns", "mapping_of", "save_mapping"]

Columns = Mapping[str, str] | str | os.PathLike[str]
"""Their heading -> ours, or the path of a file with such a mapping."""

_KIND = "talentmatch columns"


def mapping_of(columns: Columns | None, table: str) -> tuple[Mapping[str, str], str | None]:
    """Return a mapping and, where it was saved with one, the sheet it is for.

    Parameters
    ----------
    columns : mapping, path or None
        As given by the caller.
    table : str
        The table that it is used for.

    Returns
    -------
    mapping of str to str, str or None
        Their heading -> ours; the sheet's name.

    Raises
    ------
    InputError
        The file cannot be read, is no saved mapping, or is one of another table.

    Examples
    --------
    >>> mapping_of({"任务": "text"}, "demands")
    ({'任务': 'text'}, None)
    """
    if columns is None or isinstance(columns, Mapping):
        return columns or {}, getattr(columns, "sheet", None)
    name = os.fspath(columns)
    hint = "Save one with talentmatch.guess_columns(source, table).save(path)"
    try:
        held = json.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise broken(name, f"no mapping of columns can be read from it: {error}", hint) from error
    if not isinstance(held, dict) or held.get("kind") != _KIND:
        raise broken(name, "it is no saved mapping of columns", hint)
    if held.get("table") != table:
        rule = f"it maps the columns of {held.get('table')!r}, not of {table!r}"
        raise broken(name, rule, hint)
    found, sheet = held.get("columns"), held.get("sheet")
    if not isinstance(found, dict) or not all(isinstance(ours, str) for ours in found.values()):
        raise broken(name, '"columns" must map headings to texts', hint)
    return found, sheet if isinstance(sheet, str) else None


def save_mapping(
    path: str | os.PathLike[str],
    table: str,
    *,
    sheet: str | None,
    columns: Mapping[str, str],
    unsure: Mapping[str, str],
) -> Path:
    """Write a mapping as JSON that people can edit; what is unsure stands aside, unused.

    Raises
    ------
    OSError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "columns.json")
    ...     saved = save_mapping(path, "demands", sheet=None, columns={"任务": "text"}, unsure={})
    ...     mapping_of(saved, "demands")
    ({'任务': 'text'}, None)
    """
    held = {
        "kind": _KIND,
        "table": table,
        "sheet": sheet,
        "columns": dict(columns),
        "unsure": dict(unsure),
    }
    text = json.dumps(held, ensure_ascii=False, indent=2)
    target = Path(path)
    target.write_text(f"{text}\n", encoding="utf-8")
    return target
