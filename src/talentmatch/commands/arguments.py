"""Arguments that several commands share, and what becomes of them."""

from __future__ import annotations

import argparse
import sys
from difflib import get_close_matches
from typing import Any

import pandas as pd

import talentmatch as tm
from talentmatch.aims import NAMES
from talentmatch.errors import ProblemError
from talentmatch.outcomes import Progress
from talentmatch.problem import Problem
from talentmatch.result import Result
from talentmatch.terminal import Ticker

__all__ = [
    "add_out",
    "add_solving",
    "add_tables",
    "asked_of",
    "columns_of",
    "known_id",
    "mappings_of",
    "problem_of",
    "read",
    "solve",
    "ticker_of",
]

_TABLES = ".csv, .csv.gz, .tsv, .xlsx, .parquet or .jsonl"


def add_tables(command: argparse.ArgumentParser) -> None:
    """The two tables, and what their headings mean."""
    command.add_argument("candidates", metavar="CANDIDATES", help=f"the candidates: {_TABLES}")
    command.add_argument("demands", metavar="DEMANDS", help="the demands, likewise")
    for side in ("candidate", "demand"):
        command.add_argument(
            f"--{side}-columns", metavar='"THEIRS=OURS,..."', default=[], action="append",
            type=columns_of, help=f"headings of the {side}s' table that mean a column of ours",
        )  # fmt: skip


def add_solving(command: argparse.ArgumentParser, *, allow_unmet: bool = True) -> None:
    """What a plan must keep, and what it is best at."""
    command.add_argument(
        "--min-score", type=float, metavar="X", help="no pair with a score below this"
    )
    command.add_argument(
        "--time-limit",
        type=float,
        metavar="S",
        help="stop after so many seconds with what there is",
    )
    command.add_argument(
        "--gap", type=float, default=0.0, metavar="G",
        help="stop when the plan is proved to be within this share of the best (0 = the best)",
    )  # fmt: skip
    command.add_argument(
        "--no-rules", action="store_true",
        help="do not keep the must-haves that both tables state (degree, dates, salary, kind)",
    )  # fmt: skip
    command.add_argument(
        "--aim", choices=tuple(NAMES), default="total",
        help="what the plan is best at (default total): total score; openings filled, by "
        "priority; most pairs, then the lowest score; the demand served worst; enterprises "
        "reached; expected contracts",
    )  # fmt: skip
    if allow_unmet:
        command.add_argument(
            "--allow-unmet", action="store_true",
            help="where no plan meets every floor, miss as little of them as possible",
        )  # fmt: skip
    command.add_argument("--seed", type=int, default=0, metavar="N", help="default 0")


def add_out(command: argparse.ArgumentParser, what: str) -> None:
    """Where files go."""
    command.add_argument("--out", required=True, metavar="DIR", help=f"folder for {what}")


def columns_of(text: str) -> dict[str, str]:
    """``"theirs=ours, ..."`` as a mapping."""
    found: dict[str, str] = {}
    for part in filter(str.strip, text.split(",")):
        theirs, sign, ours = (piece.strip() for piece in part.rpartition("="))
        if not (sign and theirs and ours):
            raise argparse.ArgumentTypeError(f'{part.strip()!r} is not of the form "theirs=ours"')
        if theirs in found:
            raise argparse.ArgumentTypeError(f"{theirs!r} is given twice")
        found[theirs] = ours
    return found


def ticker_of(options: argparse.Namespace) -> Ticker:
    """The line that says what is being done; none where a program reads."""
    return Ticker(sys.stderr, quiet=bool(options.json))


def asked_of(options: argparse.Namespace) -> dict[str, Any]:
    """What was asked for, to be recorded."""
    people, needs = mappings_of(options)
    return {
        "command": options.command,
        "candidate_columns": people,
        "demand_columns": needs,
        "min_score": options.min_score,
        "time_limit": options.time_limit,
        "gap": options.gap,
        "seed": options.seed,
        "rules": not options.no_rules,
        "aim": options.aim,
        "allow_unmet": getattr(options, "allow_unmet", False),
    }


def read(ticker: Ticker, options: argparse.Namespace) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables."""
    people, needs = mappings_of(options)
    with ticker.doing("Reading the tables"):
        candidates = tm.read_candidates(options.candidates, columns=people or None)
        return candidates, tm.read_demands(options.demands, columns=needs or None)


def solve(
    ticker: Ticker, candidates: Any, demands: Any, options: argparse.Namespace | None = None
) -> Result:
    """Score and solve; without options as `tm.match` does by itself."""
    what = f"Scoring {len(candidates):,} candidates for {len(demands):,} demands"
    given: dict[str, Any] = {}
    if options is not None:
        given = {
            "scorer": tm.FitScorer(rules=[]) if options.no_rules else None,
            "min_score": options.min_score,
            "time_limit": options.time_limit,
            "gap": options.gap,
            "aim": options.aim,
            "seed": options.seed,
            "allow_unmet": getattr(options, "allow_unmet", False),
        }
    with ticker.doing(what):
        return tm.match(
            candidates, demands, progress=lambda state: ticker.detail(_state(state)), **given
        )


def problem_of(
    ticker: Ticker, candidates: pd.DataFrame, demands: pd.DataFrame, options: argparse.Namespace
) -> Problem:
    """The problem that `solve` would solve."""
    from talentmatch.matching import usual_rules

    with ticker.doing(f"Scoring {len(candidates):,} candidates for {len(demands):,} demands"):
        rules = [] if options.no_rules else usual_rules(candidates, demands)
        scores = tm.FitScorer(rules=rules).fit(candidates, demands).score(candidates, demands)
        return tm.Problem(scores, candidates, demands, min_score=options.min_score)


def mappings_of(options: argparse.Namespace) -> tuple[dict[str, str], dict[str, str]]:
    """What the headings of either table mean."""
    people, needs = (
        {theirs: ours for part in given for theirs, ours in part.items()}
        for given in (options.candidate_columns, options.demand_columns)
    )
    return people, needs


def known_id(given: str, ids: pd.Index, what: str) -> Any:
    """The id meant by an argument.

    Raises
    ------
    ProblemError
        There is none; near ones are named.
    """
    names = {str(one): one for one in ids}
    if given in names:
        return names[given]
    near = get_close_matches(given, names, n=3) or list(names)[:3]
    raise ProblemError(
        f"no {what} is called {given!r}; the {len(names):,} {what}s have ids such as "
        f"{', '.join(near)}"
    )


def _state(state: Progress) -> str:
    gap = f", within {state.gap:.1%} of the best" if state.gap < 1 else ""
    return f"Solving: {state.stage}, round {state.round}, {state.pairs:,} pairs{gap}"
