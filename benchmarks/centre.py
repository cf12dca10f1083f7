"""A talent centre's year: its seconds, its record under kill -9, and its season against others.

The season's truth is the built-in case's own (`talentmatch.datasets.Fates`): only the comparison
of policies on the same fates means something, not the number of contracts.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, Measure, timed

MOST_SECONDS = 30.0
SEASONS = 8
BATCH = 20_000  # events


def run() -> list[Measure]:
    """Measure the example of the year, the record, and the replay."""
    return [_year(), _killed(), _batch(), *_replayed()]


def _year() -> Measure:
    script = [sys.executable, "examples/a_centres_year.py"]
    seconds, done = timed(lambda: subprocess.run(script, cwd=ROOT, capture_output=True, text=True))
    done.check_returncode()
    return Measure(
        "the year on the built-in case, `python examples/a_centres_year.py`: screening, visits, "
        "docking under a budget and permits, the record, a second plan, money, coverage",
        f"{seconds:.1f} s",
        "",
        f"{seconds:.1f} s",
        f"at most {MOST_SECONDS:g} s",
        seconds <= MOST_SECONDS,
    )


def _killed() -> Measure:
    test = [
        "tests/test_record.py",
        "-k",
        "twenty_kills",
        "-q",
        "--no-cov",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *test], cwd=ROOT, capture_output=True, text=True
    )
    sound = done.returncode == 0 and "1 passed" in done.stdout
    return Measure(
        "kill -9 in mid-batch, 20 times, every batch sent again (`tests/test_record.py`)",
        "whole batches only, none confirmed and lost, none doubled"
        if sound
        else done.stdout[-200:],
        "",
        "0 lost, 0 doubled" if sound else "failed",
        "0 lost, 0 doubled",
        sound,
    )


def _batch() -> Measure:
    import talentmatch as tm

    events = [
        {"kind": "received", "candidate_id": f"R{k}", "date": "2021-01-04"} for k in range(BATCH)
    ]
    with (
        tempfile.TemporaryDirectory() as place,
        tm.centre.Record(Path(place) / "record.sqlite") as record,
    ):
        seconds, _ = timed(lambda: record.add(events))
        again, added = timed(lambda: record.add(events))
    return Measure(
        f"{BATCH:,} events into an empty record in one batch, and the same batch again",
        f"{seconds:.2f} s and {again:.2f} s, {added} added the second time",
        "",
        f"{BATCH / seconds:,.0f} events a second",
    )


def _replayed() -> list[Measure]:
    import talentmatch as tm

    def screened(case: Any) -> Any:
        return tm.centre.screen(case.candidates, case.layout, places=1000).pool["candidate_id"]

    seasons = tm.centre.beilun_seasons(SEASONS, pool=screened, seed=10)
    seconds, replayed = timed(lambda: tm.centre.replay(seasons))
    summary = replayed.summary.set_index("policy")
    ours = summary.loc["ours"]
    lines = [
        Measure(
            f"{SEASONS} seasons replayed, {ours['introductions']:.0f} introductions each, pools by "
            "our screening, chances learnt from the record of the season before only",
            f"{ours['expected']:.1f} contracts expected by the truth, {ours['contracts']:.1f} by "
            f"luck, {ours['enterprises']:.0f} enterprises",
            "",
            f"{seconds:.0f} s",
        )
    ]
    for name, row in summary.drop("ours").iterrows():
        lines.append(
            Measure(
                f"the same introductions picked by policy `{name}`",
                f"{row['gain']:+.1f} contracts more by the truth "
                f"({row['gain_low']:+.1f} to {row['gain_high']:+.1f}), {row['won']:+.1f} by luck "
                f"({row['won_low']:+.1f} to {row['won_high']:+.1f}), at 95 %",
                f"{row['expected']:.1f} expected, {row['contracts']:.1f} by luck",
                f"{ours['expected'] / row['expected']:.3f} x",
                "more than 1 x, the interval above 0",
                bool(row["gain_low"] > 0),
            )
        )
    return lines
