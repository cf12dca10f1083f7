"""The command: two tables in, a proved plan out."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import talentmatch as tm
from talentmatch.aims import NAMES
from talentmatch.errors import InputError, MissingExtraError, ProblemError, TalentMatchError
from talentmatch.terminal import Ticker, printable

if TYPE_CHECKING:
    from talentmatch.reporting.summary import Summary
    from talentmatch.result import Progress, Result

__all__ = ["main"]

OK, FAULT, BAD_INPUT, NO_PLAN, INTERRUPTED = 0, 1, 2, 3, 130

_SHOWN = 10  # floors and locks that gave way, listed one by one

_EPILOG = """examples:
  talentmatch demo --out plan
      the built-in case: 3,000 invented candidates, 1,160 invented demands
  talentmatch match people.xlsx posts.csv --out plan
      your own two tables; open plan/report.html
  talentmatch match people.csv posts.csv --out plan --demand-columns "requirements=skills"
      your heading = ours; `python -c "import talentmatch as tm; print(tm.vocabulary())"` lists ours
  talentmatch match people.csv posts.csv --out plan --min-score 0.03 --time-limit 60

exit status:
  0 a plan was written, 1 an internal fault, 2 bad input, 3 no plan exists (or none was found),
  130 stopped with Ctrl-C
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, ``python -m talentmatch`` or ``talentmatch``.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; those of the process by default.

    Returns
    -------
    int
        0 when a plan was written; 2 for bad input; 3 when there is no plan; 130 after Ctrl-C;
        1 for an internal fault. Nothing is raised, and nothing is half-written.

    Examples
    --------
    >>> from talentmatch.cli import main
    >>> main(["--version"])
    talentmatch 0.1.0
    0
    """
    try:
        options = _parser().parse_args(argv)
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except SystemExit as stop:  # argparse: --help, --version or a wrong argument
        return stop.code if isinstance(stop.code, int) else BAD_INPUT
    except KeyboardInterrupt:
        return _fail("stopped with Ctrl-C", INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away (as `| head` does): say no more, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULT
    except (InputError, ProblemError, MissingExtraError) as error:
        return _fail(str(error), BAD_INPUT)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"{where}{error.strerror or error}", BAD_INPUT)
    except MemoryError:
        return _fail("not enough memory for tables of this size", FAULT)
    except TalentMatchError as error:
        return _fail(f"internal fault, please report it: {error}", FAULT)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="talentmatch",
        description="Match candidates to demands, and prove that the plan is good.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"talentmatch {tm.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    match = commands.add_parser(
        "match",
        help="match your own two tables",
        description="Read two tables, score every pair, solve, and write the plan.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    tables = ".csv, .csv.gz, .tsv, .xlsx, .parquet or .jsonl"
    match.add_argument("candidates", metavar="CANDIDATES", help=f"the candidates: {tables}")
    match.add_argument("demands", metavar="DEMANDS", help="the demands, likewise")
    for side in ("candidate", "demand"):
        match.add_argument(
            f"--{side}-columns", metavar='"THEIRS=OURS,..."', default=[], action="append",
            type=_columns, help=f"headings of the {side}s' table that mean a column of ours",
        )  # fmt: skip
    match.add_argument(
        "--min-score", type=float, metavar="X", help="no pair with a score below this"
    )
    match.add_argument(
        "--time-limit",
        type=float,
        metavar="S",
        help="stop after so many seconds with what there is",
    )
    match.add_argument(
        "--gap", type=float, default=0.0, metavar="G",
        help="stop when the plan is proved to be within this share of the best (0 = the best)",
    )  # fmt: skip
    match.add_argument(
        "--no-rules", action="store_true",
        help="do not keep the must-haves that both tables state (degree, dates, salary, kind)",
    )  # fmt: skip
    match.add_argument(
        "--aim", choices=tuple(NAMES), default="total",
        help="what the plan is best at (default total): total score; openings filled, by "
        "priority; most pairs, then the lowest score; the demand served worst; enterprises "
        "reached; expected contracts",
    )  # fmt: skip
    match.add_argument(
        "--allow-unmet", action="store_true",
        help="where no plan meets every floor, miss as little of them as possible",
    )  # fmt: skip
    match.set_defaults(run=_match)
    demo = commands.add_parser("demo", help="match the built-in case, all of it invented")
    demo.set_defaults(run=_demo)
    for command in (match, demo):
        command.add_argument("--out", required=True, metavar="DIR", help="folder for the plan")
        command.add_argument("--seed", type=int, default=0, metavar="N", help="default 0")
    return parser


def _columns(text: str) -> dict[str, str]:
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


def _match(options: argparse.Namespace) -> int:
    began = time.perf_counter()
    _check_folder(options.out)
    columns = [
        {theirs: ours for part in given for theirs, ours in part.items()}
        for given in (options.candidate_columns, options.demand_columns)
    ]
    ticker = Ticker(sys.stderr)
    with ticker.doing("Reading the tables"):
        candidates = tm.read_candidates(options.candidates, columns=columns[0] or None)
        demands = tm.read_demands(options.demands, columns=columns[1] or None)
    asked = {
        "command": "match",
        "candidate_columns": columns[0],
        "demand_columns": columns[1],
        "min_score": options.min_score,
        "time_limit": options.time_limit,
        "gap": options.gap,
        "seed": options.seed,
        "rules": not options.no_rules,
        "aim": options.aim,
        "allow_unmet": options.allow_unmet,
    }
    scorer = tm.FitScorer(rules=[]) if options.no_rules else None
    result = _solve(
        ticker, candidates, demands, scorer=scorer, min_score=options.min_score,
        time_limit=options.time_limit, gap=options.gap, seed=options.seed,
        aim=options.aim, allow_unmet=options.allow_unmet,
    )  # fmt: skip
    inputs = {"candidates": options.candidates, "demands": options.demands}
    return _deliver(ticker, result, options.out, inputs, asked, began)


def _demo(options: argparse.Namespace) -> int:
    began = time.perf_counter()
    _check_folder(options.out)
    ticker = Ticker(sys.stderr)
    with ticker.doing("Making the built-in case"):
        case = tm.datasets.make_beilun(options.seed)
    result = _solve(ticker, case.candidates, case.demands, seed=options.seed)
    inputs = {"candidates": case.candidates, "demands": case.demands}
    asked = {"command": "demo", "seed": options.seed}
    return _deliver(ticker, result, options.out, inputs, asked, began)


def _check_folder(folder: str) -> None:
    """Refuse before the work what cannot be written after it."""
    path = Path(folder).absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    if not path.is_dir():
        raise ProblemError(f"--out {folder}: {path} is a file, not a folder")
    if not os.access(path, os.W_OK | os.X_OK):
        raise ProblemError(f"--out {folder}: {path} may not be written to")


def _solve(ticker: Ticker, candidates: Any, demands: Any, **options: Any) -> Result:
    what = f"Scoring {len(candidates):,} candidates for {len(demands):,} demands"
    with ticker.doing(what):
        return tm.match(
            candidates, demands, progress=lambda state: ticker.detail(_state(state)), **options
        )


def _state(state: Progress) -> str:
    gap = f", within {state.gap:.1%} of the best" if state.gap < 1 else ""
    return f"Solving: {state.stage}, round {state.round}, {state.pairs:,} pairs{gap}"


def _deliver(
    ticker: Ticker,
    result: Result,
    folder: str,
    inputs: Mapping[str, object],
    asked: Mapping[str, object],
    began: float,
) -> int:
    from talentmatch.reporting.summary import Summary

    with ticker.doing("Writing the plan"):
        written = tm.write_plan(result, folder, inputs=inputs, options=asked)
    summary = Summary(result)
    lines = [*_lines(summary), ("Files", ", ".join(path.name for path in written))]
    report = Path(folder, "report.html")
    lines += [("", f"in {folder}; open {report}"), ("Time", f"{time.perf_counter() - began:.1f} s")]
    text = "\n".join(f"{head:<7} {line}" for head, line in lines)
    print(printable(text, sys.stdout))
    if result.stopped.value == "interrupt":
        return _fail("stopped with Ctrl-C; the best plan so far was written", INTERRUPTED)
    return OK if summary.has_plan else NO_PLAN


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


def _fail(message: str, code: int) -> int:
    print(printable(f"talentmatch: {message}", sys.stderr), file=sys.stderr)
    return code
