"""The time a solve may take, and who is told where it stands."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from talentmatch.outcomes import Progress, relative_gap

__all__ = ["Clock"]


@dataclass(eq=False)
class Clock:
    """Started when made.

    Parameters
    ----------
    limit : float or None
        Seconds.
    progress : callable or None
        Called with a `Progress`.
    """

    limit: float | None = None
    progress: Callable[[Progress], None] | None = None
    began: float = field(default_factory=time.perf_counter)
    stage: str = ""

    def seconds(self) -> float:
        """Since the start."""
        return time.perf_counter() - self.began

    def left(self) -> float | None:
        """Seconds left, at least a little; None without a limit."""
        return None if self.limit is None else max(self.limit - self.seconds(), 0.05)

    def late(self) -> bool:
        """Whether the time is up."""
        return self.limit is not None and self.seconds() >= self.limit

    def report(self, what: str, rounds: int, pairs: int, value: float, bound: float) -> None:
        """Tell where the solve stands."""
        if self.progress is None:
            return
        known = math.isfinite(bound) and not math.isnan(value)
        gap = max(relative_gap(bound, value, abs(value)), 0.0) if known else math.inf
        words = f"{self.stage}: {what}" if self.stage else what
        self.progress(Progress(words, rounds, pairs, value, bound, gap, self.seconds()))
