"""What `import talentmatch` costs, against `import pandas`, each in a fresh process."""

from __future__ import annotations

import subprocess
import sys
from statistics import median

from benchmarks.measure import Measure

MOST = 0.6
_PROGRAM = "import time; t = time.perf_counter(); import {0}; print(time.perf_counter() - t)"


def _seconds(package: str) -> float:
    command = [sys.executable, "-c", _PROGRAM.format(package)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def run(rounds: int = 7) -> list[Measure]:
    """Import both in turn, in fresh processes."""
    pairs = [(_seconds("talentmatch"), _seconds("pandas")) for _ in range(rounds)]
    ratio = median(a / b for a, b in pairs)
    return [
        Measure(
            "import talentmatch",
            f"{1000 * median(a for a, _ in pairs):.0f} ms",
            f"{1000 * median(b for _, b in pairs):.0f} ms (import pandas)",
            f"{ratio:.3f} of it",
            f"at most {MOST:g}",
            ratio <= MOST,
        )
    ]
