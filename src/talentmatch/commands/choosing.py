"""``talentmatch screen``: a pool out of all who applied, industry by industry."""

from __future__ import annotations

import argparse
import time
from typing import Any

import talentmatch as tm
from talentmatch.commands.arguments import add_out, columns_of, ticker_of
from talentmatch.commands.planning import check_folder
from talentmatch.commands.telling import NO_PLAN, OK, tell
from talentmatch.outputs import write_tables

__all__ = ["add_screen"]

_EXAMPLES = """examples:
  talentmatch screen people.xlsx layout.csv --places 1000 --out pool
      layout.csv: a line per industry with its text, skills, places and min_places; who is in
      the pool, who is not and why, and who came nearest, are written as tables
"""
_FRAMES = ("pool", "rejected", "nearest", "industries", "duplicates")


def add_screen(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """The command that screens."""
    command = commands.add_parser(
        "screen", help="choose a pool of candidates by the district's industries",
        description="Share out the places of a pool by industry; every rejection has a reason.",
        epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter, parents=parents,
    )  # fmt: skip
    command.add_argument("candidates", metavar="CANDIDATES", help="the candidates")
    command.add_argument("layout", metavar="LAYOUT", help="the industries and their places")
    for side in ("candidate", "layout"):
        command.add_argument(
            f"--{side}-columns", metavar='"THEIRS=OURS,..."', default=[], action="append",
            type=columns_of, help="headings of that table that mean a column of ours",
        )  # fmt: skip
    command.add_argument(
        "--places", type=int, default=1000, metavar="N", help="places in all (default 1000)"
    )
    command.add_argument(
        "--min-score", type=float, metavar="X", help="nobody with a fit below this"
    )
    command.add_argument("--time-limit", type=float, metavar="S", help="stop after so many seconds")
    command.add_argument("--seed", type=int, default=0, metavar="N", help="default 0")
    add_out(command, "the tables")
    command.set_defaults(run=_screen)


def _screen(options: argparse.Namespace) -> int:
    from talentmatch.reading import read_table

    began = time.perf_counter()
    check_folder(options.out)
    ticker = ticker_of(options)
    people, industries = (
        {theirs: ours for part in given for theirs, ours in part.items()}
        for given in (options.candidate_columns, options.layout_columns)
    )
    with ticker.doing("Reading the tables"):
        candidates = tm.read_candidates(options.candidates, columns=people or None)
        layout = read_table(options.layout, "layout", columns=industries or None)
    with ticker.doing(f"Screening {len(candidates):,} candidates"):
        found = tm.centre.screen(
            candidates, layout, places=options.places, min_score=options.min_score,
            seed=options.seed, time_limit=options.time_limit,
        )  # fmt: skip
    with ticker.doing("Writing the tables"):
        frames = {f"{name}.csv": getattr(found, name) for name in _FRAMES}
        written = write_tables(frames, options.out)
    lines = [("", sentence) for sentence in found.sentences]
    lines += [("Files", ", ".join(path.name for path in written)), ("", f"in {options.out}")]
    lines.append(("Time", f"{time.perf_counter() - began:.1f} s"))
    record = {
        "status": found.result.status.value,
        "sentences": list(found.sentences),
        "pool": len(found.pool),
        "rejected": found.rejected["code"].value_counts().to_dict(),
        "files": [str(path) for path in written],
    }
    tell(options, lines, record)
    return OK if found.result.status.value in ("optimal", "feasible") else NO_PLAN
