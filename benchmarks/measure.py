"""What a benchmark returns, and how things are timed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@dataclass(frozen=True)
class Measure:
    """One measured line.

    Parameters
    ----------
    name : str
        What was measured.
    ours, peer : str
        The two sides in words and numbers; `peer` is empty where there is none.
    value : str
        The figure that counts, as a ratio.
    target : str
        What it should be; empty where it is only recorded.
    met : bool
        Whether the target is met.
    """

    name: str
    ours: str
    peer: str
    value: str
    target: str = ""
    met: bool = True


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of one run, and its result."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def in_turn(
    ours: Callable[[], Any], peer: Callable[[], Any], rounds: int
) -> tuple[float, float, float]:
    """Run both sides in turn; return the two medians and the median of the pairwise ratios."""
    pairs = [(timed(ours)[0], timed(peer)[0]) for _ in range(rounds)]
    return (
        median(a for a, _ in pairs),
        median(b for _, b in pairs),
        median(b / a for a, b in pairs),
    )
