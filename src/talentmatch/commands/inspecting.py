"""``talentmatch check``: what is wrong with two tables, or with a plan, before anything is done."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import pandas as pd

import talentmatch as tm
from talentmatch.commands.arguments import (
    add_solving,
    add_tables,
    mappings_of,
    problem_of,
    ticker_of,
)
from talentmatch.commands.telling import BAD_INPUT, NO_PLAN, OK, tell
from talentmatch.errors import InputError
from talentmatch.tables.files import read_file

__all__ = ["add_check"]

_EXAMPLES = """examples:
  talentmatch check people.xlsx posts.csv
      every flaw of both tables at once, by row; or what was understood
  talentmatch check people.csv posts.csv --pairs plan/pairs.csv
      does a plan (candidate_id, demand_id, made by anybody) keep the limits and rules?

exit status:
  0 sound, 2 flaws in a table, 3 a plan that breaks a limit
"""
_SHOWN = 20


def add_check(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """The command that only looks."""
    command = commands.add_parser(
        "check", help="list what is wrong with two tables, or with a plan", epilog=_EXAMPLES,
        description="Read both tables and say what was understood, or every flaw.",
        formatter_class=argparse.RawDescriptionHelpFormatter, parents=parents,
    )  # fmt: skip
    add_tables(command)
    command.add_argument("--pairs", metavar="PLAN", help="a table with candidate_id and demand_id")
    add_solving(command, allow_unmet=False)
    command.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    ticker = ticker_of(options)
    tables: dict[str, pd.DataFrame] = {}
    flaws: dict[str, InputError] = {}
    readers: tuple[tuple[str, Callable[..., pd.DataFrame], dict[str, str]], ...] = tuple(
        zip(
            ("candidates", "demands"), (tm.read_candidates, tm.read_demands), mappings_of(options),
            strict=True,
        )
    )  # fmt: skip
    with ticker.doing("Reading the tables"):
        for name, reader, columns in readers:
            try:
                tables[name] = reader(getattr(options, name), columns=columns or None)
            except InputError as error:
                flaws[name] = error
    if flaws:
        return _flawed(options, tables, flaws)
    lines = [line for name in tables for line in _understood(name, tables[name])]
    record: dict[str, Any] = {
        "sound": True,
        "tables": {name: _facts(name, table) for name, table in tables.items()},
    }
    if options.pairs is None:
        tell(options, [*lines, ("", "Both tables are sound.")], record)
        return OK
    with ticker.doing("Reading the plan"):
        pairs = read_file(options.pairs)
    problem = problem_of(ticker, tables["candidates"], tables["demands"], options)
    broken = tm.check(problem, _named(pairs))
    lines += [("Plan", f"{len(pairs):,} pairs, {len(broken):,} limits or rules broken")]
    lines += [("", str(violation)) for violation in broken[:_SHOWN]]
    if len(broken) > _SHOWN:
        lines.append(("", f"and {len(broken) - _SHOWN:,} more; --json lists all"))
    record["violations"] = [
        {"rule": found.rule, "ids": list(found.ids), "detail": found.detail} for found in broken
    ]
    record["sound"] = not broken
    tell(options, lines, record)
    return NO_PLAN if broken else OK


def _named(pairs: pd.DataFrame) -> pd.DataFrame:
    """The two columns of ids; scores and loads are those of the tables."""
    lacking = [name for name in ("candidate_id", "demand_id") if name not in pairs.columns]
    if lacking:
        known = ", ".join(map(str, pairs.columns))
        raise tm.ProblemError(f"the plan has no column {' and no '.join(lacking)}; it has {known}")
    return pairs[["candidate_id", "demand_id"]].astype(str)


def _flawed(
    options: argparse.Namespace, tables: dict[str, pd.DataFrame], flaws: dict[str, InputError]
) -> int:
    lines = [line for name, table in tables.items() for line in _understood(name, table)]
    for name, error in flaws.items():
        lines.append((name.capitalize(), f"{len(error.flaws)} to mend in {getattr(options, name)}"))
        lines += [("", str(flaw)) for flaw in error.flaws[:_SHOWN]]
        if len(error.flaws) > _SHOWN:
            lines.append(("", f"and {len(error.flaws) - _SHOWN:,} more; --json lists all"))
    names = ("row", "id", "column", "rule", "hint")
    record = {
        "sound": False,
        "tables": {name: _facts(name, table) for name, table in tables.items()},
        "flaws": {
            name: [{key: getattr(flaw, key) for key in names} for flaw in error.flaws]
            for name, error in flaws.items()
        },
    }
    tell(options, lines, record)
    return BAD_INPUT


def _facts(name: str, table: pd.DataFrame) -> dict[str, Any]:
    known = set(tm.vocabulary(name)["column"])
    return {
        "rows": len(table),
        "understood": [column for column in table.columns if column in known],
        "kept": [str(column) for column in table.columns if column not in known],
    }


def _understood(name: str, table: pd.DataFrame) -> list[tuple[str, str]]:
    facts = _facts(name, table)
    lines = [(name.capitalize(), f"{facts['rows']:,} rows")]
    lines.append(("", f"understood: {', '.join(facts['understood'])}"))
    if facts["kept"]:
        lines.append(("", f"kept, but without a meaning here: {', '.join(facts['kept'])}"))
    return lines
