"""The whole command on the real case: wall time and peak memory of one process."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import SHARED, Measure

MOST_SECONDS, MOST_MEGABYTES = 10.0, 1500.0


# The process tells its own peak when it is done: what the operating system tells its parent counts
# the parent's memory before the exec.
_PROGRAM = """
import runpy, sys
from pathlib import Path
try:
    runpy.run_module("talentmatch", run_name="__main__", alter_sys=True)
finally:
    lines = Path("/proc/self/status").read_text().splitlines()
    print(next(line for line in lines if line.startswith("VmHWM")).split()[1], file=sys.stderr)
"""


def measured(arguments: list[str]) -> tuple[float, float, int]:
    """Seconds, peak megabytes (Linux) and exit status of one run of the command."""
    start = time.perf_counter()
    command = [sys.executable, "-c", _PROGRAM, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    return seconds, int(done.stderr.split()[-1]) / 1024, done.returncode


def run() -> list[Measure]:
    """Run the command on the real case, on the skills tables and on the built-in case."""
    data = SHARED / "data"
    case = [str(data / "case" / f"{name}.csv.gz") for name in ("candidates", "demands")]
    skills = [str(data / "skills" / f"{name}.csv.gz") for name in ("people", "requirements")]
    commands = {
        "match, real case (2,483 x 1,160)": ["match", *case],
        "match, real skills (3,329 x 1,286)": [
            "match", *skills, "--demand-columns", "requirements=skills",
        ],
        "demo, built-in case (3,000 x 1,160)": ["demo"],
    }  # fmt: skip
    found = []
    for name, arguments in commands.items():
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "plan"
            seconds, megabytes, status = measured([*arguments, "--out", str(out)])
            files = sum(file.stat().st_size for file in out.iterdir()) / 1e6
        bounded = "real case" in name
        found.append(
            Measure(
                name,
                f"{seconds:.1f} s, peak {megabytes:,.0f} MB, writes {files:.1f} MB, exit {status}",
                "",
                f"{seconds:.1f} s, {megabytes:,.0f} MB",
                f"under {MOST_SECONDS:g} s and {MOST_MEGABYTES:,.0f} MB" if bounded else "",
                status == 0
                and (not bounded or (seconds < MOST_SECONDS and megabytes < MOST_MEGABYTES)),
            )
        )
    return found
