"""What a command says at its end: lines for people, or one JSON object for programs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from talentmatch.errors import InputError
from talentmatch.reporting.escaping import json_ready
from talentmatch.terminal import printable

__all__ = ["BAD_INPUT", "FAULT", "INTERRUPTED", "NO_PLAN", "OK", "fail", "tell"]

OK, FAULT, BAD_INPUT, NO_PLAN, INTERRUPTED = 0, 1, 2, 3, 130


def tell(
    options: argparse.Namespace, lines: Iterable[tuple[str, str]], record: Mapping[str, Any]
) -> None:
    """Print the lines, or with ``--json`` the record.

    Parameters
    ----------
    options : Namespace
        Of the command.
    lines : iterable of (heading, text)
        For people.
    record : mapping
        The same for programs; numbers that are not finite become null.
    """
    if options.json:
        said = {"command": options.command, **record}
        text = json.dumps(json_ready(said), ensure_ascii=False, indent=2, allow_nan=False)
    else:
        told = list(lines)
        width = max((len(head) + 1 for head, _ in told if head), default=0)
        text = "\n".join(f"{head:<{width}}{line}".rstrip() for head, line in told)
    print(printable(text, sys.stdout))


def fail(
    message: str,
    code: int,
    *,
    options: argparse.Namespace | None = None,
    error: Exception | None = None,
) -> int:
    """Say what went wrong, on standard error, or with ``--json`` as an object; return the code."""
    if options is None or not options.json:
        print(printable(f"talentmatch: {message}", sys.stderr), file=sys.stderr)
        return code
    flaws = error.flaws if isinstance(error, InputError) else ()
    names = ("row", "id", "column", "rule", "hint")
    record = {
        "command": options.command,
        "error": type(error).__name__ if error is not None else "error",
        "message": message.split("\n")[0] if flaws else message,
        "flaws": [{name: getattr(flaw, name) for name in names} for flaw in flaws],
        "exit": code,
    }
    print(printable(json.dumps(json_ready(record), ensure_ascii=False, indent=2), sys.stdout))
    return code
