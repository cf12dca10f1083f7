"""Run the benchmarks and print ratios against peers measured in the same run.

Protocol
--------
* One process, this machine, nothing else running; sizes and peers as each line says.
* Where there is a peer, both sides run in turn and the median of the pairwise ratios counts, since
  machines are noisy and a ratio within one run is not. Seconds are printed to be read, not compared
  across runs.
* Answers are checked before times are printed: equal optima, equal numbers.
* A target that is missed is printed as MISSED and the exit status is 1.

Usage: ``python -m benchmarks [name ...] [--write] [--plot FILE]``. ``growth`` takes hours and runs
only when it is named; ``--plot`` is where it saves its figure. Real texts and published instances
are read from ``../shared``; a benchmark that needs them is left out, and says so, where they are
absent.
``--write`` puts the tables into ``benchmarks/RESULTS.md`` between the markers of each benchmark.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import re
import sys
from pathlib import Path

from benchmarks.measure import SHARED, Measure

NEEDS_SHARED = {
    "vectorizing", "fit", "case", "command", "published", "allocation", "contracts",
    "scale", "growth",
}  # fmt: skip
NAMES = (
    "importing", "vectorizing", "fit", "case", "command", "published", "allocation", "contracts",
    "recovery", "sizes", "scale", "centre",
)  # fmt: skip
ONCE = ("growth",)  # hours: only when asked for by name
RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> int:
    """Run, print, and write when asked to."""
    known = (*NAMES, *ONCE)
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__.split("\n")[0]
    )
    parser.add_argument("names", nargs="*", metavar="name", help=f"of: {', '.join(known)}")
    parser.add_argument("--write", action="store_true", help="put the tables into RESULTS.md")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="save the figure of growth")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(known))
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(known)}")
    sound = True
    for name in options.names or NAMES:
        if name in NEEDS_SHARED and not SHARED.exists():
            print(f"{name}: left out, {SHARED} is absent")
            continue
        run = importlib.import_module(f"benchmarks.{name}").run
        found = run(options.plot) if name == "growth" else run()
        table = as_markdown(found)
        print(f"\n{name}\n{table}", flush=True)
        sound &= all(measure.met for measure in found)
        if options.write:
            write(name, table)
    return 0 if sound else 1


def as_markdown(found: list[Measure]) -> str:
    """A table of measures."""
    head = ["| what | ours | peer | figure | target | |", "|---|---|---|---|---|---|"]
    rows = [
        f"| {m.name} | {m.ours} | {m.peer} | {m.value} | {m.target} | "
        f"{('met' if m.met else 'MISSED') if m.target else ''} |"
        for m in found
    ]
    return "\n".join(head + rows)


def write(name: str, table: str) -> None:
    """Replace the table between a benchmark's markers in RESULTS.md."""
    text = RESULTS.read_text(encoding="utf-8")
    first, last = f"<!-- {name} -->", f"<!-- /{name} -->"
    command = (
        f"`python -m benchmarks {name}`, Python {platform.python_version()}, {os.cpu_count()} cores"
    )
    filled = f"{first}\n{command}\n\n{table}\n{last}"
    pattern = re.compile(re.escape(first) + ".*?" + re.escape(last), re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"{RESULTS} has no markers for {name}: {first} {last}")
    RESULTS.write_text(pattern.sub(lambda _: filled, text), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
