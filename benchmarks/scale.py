"""Hundreds of millions of pairs and more: proved, against a dense solve and against a bare join.

Short texts are lists of skills, long ones spliced resumes and demands (`benchmarks.pools`); every
side runs in a process of its own (`benchmarks.apart`), the compiled loops warm.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.apart import apart
from benchmarks.measure import Measure
from benchmarks.pools import distinct_words, factors, long_texts, short_pools, stored

LEAST_RATIO = 8.0
MOST_MEMORY = 0.1  # of the dense peer's
MOST_JOINS = 3.0
MOST_MEGABYTES = 3000.0
CLOSED = 1e-6
DENSE, JOINED, LONG = (10_000, 11_600), (100_000, 116_000), (20_000, 23_000)


def run(rounds: int = 3) -> list[Measure]:
    """Measure the three sizes, each over factors made once and read by every process.

    Parameters
    ----------
    rounds : int, default 3
        Runs of both sides in turn at the smallest size; the others run once.
    """
    return [*_against_dense(rounds), *_against_join(), *_on_long_texts()]


def _against_dense(rounds: int) -> list[Measure]:
    with tempfile.TemporaryDirectory() as place:
        folder = stored(Path(place), short_pools(*DENSE, seed=0))
        first = apart("ours", folder, fresh=True)
        pairs = [(apart("ours", folder), apart("dense", folder)) for _ in range(rounds)]
    ours, peer = pairs[-1]
    ratio = median(b["seconds"] / a["seconds"] for a, b in pairs)
    share = median(added(a) / added(b) for a, b in pairs)
    same = abs(ours["objective"] - peer["objective"]) <= CLOSED * peer["objective"]
    return [
        Measure(
            f"short texts, {sized(DENSE)}: solve from factors",
            f"{median(a['seconds'] for a, _ in pairs):.2f} s ({steps(ours)})",
            f"{median(b['seconds'] for _, b in pairs):.2f} s (dense float64 product, scipy)",
            f"{ratio:.1f} x faster",
            f"at least {LEAST_RATIO:g} x",
            ratio >= LEAST_RATIO,
        ),
        Measure(
            "the same: total",
            f"{ours['objective']:.9f}, {ours['status']}",
            f"{peer['objective']:.9f}",
            "equal" if same else "differs",
            f"equal to {CLOSED:g}",
            same and proved(ours),
        ),
        Measure(
            "the same: peak memory above libraries and factors",
            f"{median(added(a) for a, _ in pairs):,.0f} MB",
            f"{median(added(b) for _, b in pairs):,.0f} MB",
            f"{share:.3f} of it",
            f"at most {MOST_MEMORY:g}",
            share <= MOST_MEMORY,
        ),
        Measure(
            "the first solve of an installation, which compiles the loops",
            f"{first['warm']:.1f} s, {median(a['warm'] for a, _ in pairs):.1f} s ever after "
            "(6,000 x 6,000)",
            "",
            f"{first['warm'] - median(a['warm'] for a, _ in pairs):.1f} s to compile",
        ),
    ]


def _against_join() -> list[Measure]:
    with tempfile.TemporaryDirectory() as place:
        folder = stored(Path(place), short_pools(*JOINED, seed=0))
        peer, ours, again = (apart(side, folder) for side in ("join", "ours", "join"))
    join = (peer["seconds"] + again["seconds"]) / 2  # what else the machine does may change
    ratio = ours["seconds"] / join
    return [
        Measure(
            f"short texts, {sized(JOINED)}: solve from factors",
            f"{ours['seconds']:.1f} s ({steps(ours)}; {ours['cpu']:.0f} s of both cores)",
            f"{join:.1f} s (sparse_dot_topn, top 50 both ways, float32, no plan; "
            f"{peer['cpu']:.0f} s of both cores)",
            f"{ratio:.2f} joins",
            f"at most {MOST_JOINS:g}",
            ratio <= MOST_JOINS,
        ),
        _proof(ours),
        _memory(ours, MOST_MEGABYTES),
    ]


def _on_long_texts() -> list[Measure]:
    texts = long_texts(*LONG, seed=0)
    with tempfile.TemporaryDirectory() as place:
        folder = stored(Path(place), factors(*texts))
        ours = apart("ours", folder)
    words = " and ".join(f"{distinct_words(side):.0f}" for side in texts)
    return [
        Measure(
            f"spliced resumes and demands of {words} different words on average, {sized(LONG)}",
            f"{ours['seconds']:.1f} s ({steps(ours)})",
            "",
            f"{ours['seconds']:.1f} s",
        ),
        _proof(ours),
        _memory(ours),
    ]


def _proof(ours: dict[str, Any]) -> Measure:
    return Measure(
        "the same: proof",
        f"{ours['objective']:.6f}, {ours['status']}, {ours['rounds']} rounds, "
        f"{ours['pairs']:,} pairs formed",
        "",
        f"gap {ours['gap']:.1e}",
        f"at most {CLOSED:g}",
        proved(ours),
    )


def _memory(ours: dict[str, Any], most: float | None = None) -> Measure:
    return Measure(
        "the same: peak memory of the process",
        f"{ours['peak']:,.0f} MB, of which {ours['base']:,.0f} before the solve",
        "",
        f"{ours['peak']:,.0f} MB",
        "" if most is None else f"at most {most:,.0f} MB",
        most is None or ours["peak"] <= most,
    )


def proved(told: dict[str, Any], gap: float = CLOSED) -> bool:
    """Whether a solve came to a proof; a gap above the usual one asks for less."""
    return told["gap"] <= gap and (told["status"] == "optimal" or gap > CLOSED)


def added(told: dict[str, Any]) -> float:
    """Megabytes that a run needed above what the process held before."""
    return float(told["peak"] - told["base"])


def steps(told: dict[str, Any]) -> str:
    """What each step took, in words."""
    return ", ".join(f"{name} {seconds:.1f}" for name, seconds in told["steps"].items())


def sized(size: tuple[int, int]) -> str:
    """Two sizes, in words."""
    return f"{size[0]:,} x {size[1]:,}"
