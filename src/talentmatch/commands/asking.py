"""``talentmatch explain`` and ``diagnose``: why, why not, and what must give way."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

import talentmatch as tm
from talentmatch.commands.arguments import (
    add_solving,
    add_tables,
    known_id,
    problem_of,
    read,
    solve,
    ticker_of,
)
from talentmatch.commands.telling import BAD_INPUT, NO_PLAN, OK, fail, tell

__all__ = ["add_diagnose", "add_explain"]

_EXPLAIN = """examples:
  talentmatch explain people.csv posts.csv --demand X0012
      who got it and why, who came next, and what the whole plan would lose by each
  talentmatch explain people.csv posts.csv --candidate R17 --demand X0012
      why this pair, or why not: forced in, or forbidden, by solving again
"""
_DIAGNOSE = """examples:
  talentmatch diagnose people.csv posts.csv
      the tables' floors (columns min_load, min_headcount) cannot all be met: which, and what is
      the least that must give way
"""


def add_explain(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """The command that answers why."""
    command = commands.add_parser(
        "explain", help="say why a candidate or a demand got what it got", epilog=_EXPLAIN,
        description="Make the plan again, and explain one candidate, one demand, or the pair.",
        formatter_class=argparse.RawDescriptionHelpFormatter, parents=parents,
    )  # fmt: skip
    add_tables(command)
    command.add_argument("--candidate", metavar="ID", help="whom to explain")
    command.add_argument("--demand", metavar="ID", help="what to explain")
    command.add_argument(
        "--alternatives", type=int, default=5, metavar="N", help="runners-up shown (default 5)"
    )
    command.add_argument(
        "--exact", action="store_true",
        help="solve again for every runner-up, so that its regret is no bound but exact",
    )  # fmt: skip
    add_solving(command)
    command.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> int:
    if options.candidate is None and options.demand is None:
        return fail("explain needs --candidate, --demand, or both", BAD_INPUT, options=options)
    ticker = ticker_of(options)
    candidates, demands = read(ticker, options)
    sides = (("candidate", candidates["candidate_id"]), ("demand", demands["demand_id"]))
    about = {
        side: known_id(getattr(options, side), pd.Index(ids), side)
        for side, ids in sides
        if getattr(options, side) is not None
    }
    result = solve(ticker, candidates, demands, options)
    if result.status not in (tm.Status.OPTIMAL, tm.Status.FEASIBLE):
        return fail(f"there is no plan to explain: {result.reason}", NO_PLAN, options=options)
    with ticker.doing("Solving again for what else could be"):
        found = tm.explain(result, alternatives=options.alternatives, exact=options.exact, **about)
    others = found.runners_up
    lines = [("", sentence) for sentence in found.sentences]
    if others is not None and len(others):
        lines += [("", ""), ("", "Runners-up:")]
        lines += [("", line) for line in others.round(4).to_string(index=False).split("\n")]
    rows = [] if others is None else others.to_dict("records")
    record = {"about": about, "status": result.status.value, "sentences": list(found.sentences)}
    tell(options, lines, record | {"regret": found.regret, "runners_up": rows})
    return OK


def add_diagnose(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """The command that names a clash."""
    command = commands.add_parser(
        "diagnose", help="name the limits that clash, and the cheapest repair", epilog=_DIAGNOSE,
        description="Say whether all floors of the tables can be met, and if not, why not.",
        formatter_class=argparse.RawDescriptionHelpFormatter, parents=parents,
    )  # fmt: skip
    add_tables(command)
    add_solving(command, allow_unmet=False)
    command.set_defaults(run=_diagnose)


def _diagnose(options: argparse.Namespace) -> int:
    ticker = ticker_of(options)
    candidates, demands = read(ticker, options)
    problem = problem_of(ticker, candidates, demands, options)
    with ticker.doing("Looking for limits that clash"):
        found = tm.diagnose(problem, time_limit=options.time_limit)
    record = {
        "feasible": found.feasible,
        "sentences": list(found.sentences),
        "core": found.core.to_dict("records"),
        "repair": found.repair.to_dict("records"),
        "cost": found.cost,
        "is_minimal": found.is_minimal,
        "is_verified": found.is_verified,
    }
    tell(options, [("", sentence) for sentence in found.sentences], record)
    return OK if found.feasible else NO_PLAN
