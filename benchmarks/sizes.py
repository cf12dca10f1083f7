"""Size against seconds and megabytes: generated resumes and demands, the whole main job."""

from __future__ import annotations

import json
import subprocess
import sys

from benchmarks.measure import Measure

_PROGRAM = """
import json, sys, time
from pathlib import Path
import pandas as pd
import talentmatch as tm
people, needs = int(sys.argv[1]), int(sys.argv[2])
cases = [tm.datasets.make_beilun(seed) for seed in range(max(1, -(-people // 3000)))]
def joined(frames, key, n):
    frames = [f.assign(**{key: f"{k}-" + f[key].astype(str)}) for k, f in enumerate(frames)]
    return pd.concat(frames, ignore_index=True).head(n)
candidates = joined([c.candidates for c in cases], "candidate_id", people)
demands = joined([c.demands for c in cases], "demand_id", needs)
start = time.perf_counter()
result = tm.match(candidates, demands)
lines = Path("/proc/self/status").read_text().splitlines()
print(json.dumps({
    "seconds": time.perf_counter() - start, "solve": result.seconds, "status": result.status,
    "pairs": len(result.pairs), "formed": result.pairs_formed,
    "megabytes": int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024,
}))
"""

SIZES = ((300, 116), (1000, 1160), (3000, 1160), (9000, 3480), (18000, 6960))


def run() -> list[Measure]:
    """Run each size in a process of its own."""
    found = []
    for people, needs in SIZES:
        command = [sys.executable, "-c", _PROGRAM, str(people), str(needs)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        told = json.loads(done.stdout)
        found.append(
            Measure(
                f"{people:,} candidates x {needs:,} demands",
                f"{told['seconds']:.1f} s, of which solve {told['solve']:.1f} s; "
                f"{told['pairs']:,} pairs, {told['status']}, {told['formed']:,} formed",
                "",
                f"{told['seconds']:.1f} s, {told['megabytes']:,.0f} MB",
                "optimal",
                told["status"] == "optimal",
            )
        )
    return found
