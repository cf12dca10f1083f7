"""``talentmatch match`` and ``demo``: a plan, made and written."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import talentmatch as tm
from talentmatch.commands.arguments import (
    add_out,
    add_solving,
    add_tables,
    asked_of,
    read,
    solve,
    ticker_of,
)
from talentmatch.commands.telling import INTERRUPTED, NO_PLAN, OK, fail, tell
from talentmatch.errors import ProblemError

if TYPE_CHECKING:
    from talentmatch.reporting.summary import Summary
    from talentmatch.result import Result
    from talentmatch.terminal import Ticker

__all__ = ["add_demo", "add_match", "check_folder"]

_SHOWN = 10  # floors and locks that gave way, listed one by one

_EXAMPLES = """examples:
  talentmatch match people.xlsx posts.csv --out plan
      your own two tables; open plan/report.html
  talentmatch match people.csv posts.csv --out plan --demand-columns "requirements=skills"
      your heading = ours; `python -c "import talentmatch as tm; print(tm.vocabulary())"` lists ours
  talentmatch match people.csv posts.csv --out plan --min-score 0.03 --time-limit 60
"""


def add_match(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """The command for one's own tables."""
    command = commands.add_parser(
        "match", help="match your own two tables", epilog=_EXAMPLES, parents=parents,
        description="Read two tables, score every pair, solve, and write the plan.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add_tables(command)
    add_solving(command)
    _add_files(command)
    command.set_defaults(run=_match)


def add_demo(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """The command for the built-in case."""
    command = commands.add_parser(
        "demo", help="match the built-in case, all of it invented", parents=parents,
        description="Match 3,000 invented candidates and 1,160 invented demands.",
    )  # fmt: skip
    _add_files(command)
    command.add_argument("--seed", type=int, default=0, metavar="N", help="default 0")
    command.set_defaults(run=_demo)


def _add_files(command: argparse.ArgumentParser) -> None:
    add_out(command, "the plan")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="of the report")
    command.add_argument("--workbook", action="store_true", help="write plan.xlsx too")


def check_folder(folder: str) -> None:
    """Refuse before the work what cannot be written after it."""
    path = Path(folder).absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    if not path.is_dir():
        raise ProblemError(f"--out {folder}: {path} is a file, not a folder")
    if not os.access(path, os.W_OK | os.X_OK):
        raise ProblemError(f"--out {folder}: {path} may not be written to")


def _match(options: argparse.Namespace) -> int:
    began = time.perf_counter()
    check_folder(options.out)
    ticker = ticker_of(options)
    candidates, demands = read(ticker, options)
    result = solve(ticker, candidates, demands, options)
    inputs = {"candidates": options.candidates, "demands": options.demands}
    return _deliver(ticker, result, options, inputs, asked_of(options), began)


def _demo(options: argparse.Namespace) -> int:
    began = time.perf_counter()
    check_folder(options.out)
    ticker = ticker_of(options)
    with ticker.doing("Making the built-in case"):
        case = tm.datasets.make_beilun(options.seed)
    result = solve(ticker, case.candidates, case.demands)
    inputs = {"candidates": case.candidates, "demands": case.demands}
    asked = {"command": "demo", "seed": options.seed}
    return _deliver(ticker, result, options, inputs, asked, began)


def _deliver(
    ticker: Ticker,
    result: Result,
    options: argparse.Namespace,
    inputs: Mapping[str, object],
    asked: Mapping[str, object],
    began: float,
) -> int:
    from talentmatch.reporting.summary import Summary

    with ticker.doing("Writing the plan"):
        written = tm.write_plan(
            result, options.out, inputs=inputs, options=asked,
            workbook=options.workbook, lang=options.lang,
        )  # fmt: skip
    summary = Summary(result)
    lines = [*_lines(summary), ("Files", ", ".join(path.name for path in written))]
    lines += [("", f"in {options.out}; open {Path(options.out, 'report.html')}")]
    lines += [("Time", f"{time.perf_counter() - began:.1f} s")]
    tell(options, lines, _record(summary, written))
    if result.stopped.value == "interrupt":
        said = "stopped with Ctrl-C; the best plan so far was written"
        return INTERRUPTED if options.json else fail(said, INTERRUPTED)
    return OK if summary.has_plan else NO_PLAN


def _record(summary: Summary, written: list[Path]) -> dict[str, Any]:
    result = summary.result
    return {
        "status": result.status.value,
        "stopped": result.stopped.value,
        "headline": summary.headline,
        "sentence": summary.sentence,
        "aim": result.aim,
        "objective": result.objective if summary.has_plan else None,
        "bound": result.bound,
        "gap": result.gap if summary.has_plan else None,
        "proof": result.proof,
        "counts": summary.counts,
        "shortfall": result.shortfall.to_dict("records"),
        "seconds": result.seconds,
        "files": [str(path) for path in written],
    }


def _lines(summary: Summary) -> Iterator[tuple[str, str]]:
    """Yield the summary, line by line: a heading and a text."""
    from talentmatch.reporting.leftover import REASONS
    from talentmatch.reporting.summary import counted, decimals, shown

    count, result = summary.counts, summary.result
    openings = counted(count["openings"], "opening")
    yield (
        "Read",
        (
            f"{counted(count['candidates'], 'candidate')}, {counted(count['demands'], 'demand')} "
            f"with {openings}"
        ),
    )
    for k, rule in enumerate(summary.rules):
        bars = "not counted" if rule.barred is None else f"bars {counted(rule.barred, 'pair')}"
        facts = f", {counted(rule.missing, 'candidate')} without the fact" if rule.missing else ""
        yield "" if k else "Rules", f"{rule.name}: {bars}{facts}"
    if not summary.rules:
        yield "Rules", "none: every pair was allowed"
    yield ("Plan" if summary.has_plan else "No plan"), f"{summary.headline}."
    if not summary.has_plan:
        yield "", summary.sentence
        return
    yield (
        "Filled",
        f"{count['filled']:,} of {openings}, by {counted(count['placed'], 'person', 'people')}",
    )
    if summary.is_staged:
        values = zip(result.stages["aim"], result.stages["in_plan"], strict=True)
        for k, (aim, value) in enumerate(values):
            yield "" if k else "Aims", f"{aim} {shown(value)}"
        yield "", summary.gap_words
    else:
        yield summary.aim.capitalize(), f"{shown(result.objective)}, {summary.gap_words}"
    for k, line in enumerate(result.shortfall.head(_SHOWN).to_dict("records")):
        words = f"{line['constraint']} of {line['group']}: {line['got']:g} of {line['wanted']:g}"
        yield "" if k else "Missed", words
    if len(result.shortfall) > _SHOWN:
        yield "", f"and {counted(len(result.shortfall) - _SHOWN, 'more', 'more')}; see the report"
    pairs = summary.pairs
    if len(pairs):
        places = decimals(pairs["score"].to_numpy(dtype="float64"))
        for head, at in (("Best", pairs["score"].argmax()), ("Worst", pairs["score"].argmin())):
            candidate, demand, score = pairs.iloc[int(at)][["candidate_id", "demand_id", "score"]]
            yield head, f"{candidate} for {demand}, score {score:.{places}f}"
    if not count["missing"]:
        yield "Short", "nothing: every demand has all the people it asked for"
        return
    yield (
        "Short",
        f"{counted(count['missing'], 'opening')} in {counted(count['demands_short'], 'demand')}",
    )
    for code, number in result.unfilled["reason"].value_counts().items():
        yield "", f"{counted(number, 'demand')}: {REASONS.get(str(code), str(code))}"
