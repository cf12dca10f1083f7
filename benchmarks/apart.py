"""One side of a large measurement in a process of its own: seconds by step, and peak memory.

``python -m benchmarks.apart SIDE FOLDER [GAP]`` reads the factors in FOLDER, warms up on their
first rows, and prints what one run came to as JSON. Memory is the peak of the run above what the
process held before it, factors, libraries and compiled loops included (Linux only).
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from benchmarks.measure import ROOT
from benchmarks.pools import read

_WARM = 6000  # rows and columns: fewer pairs would be looked at another way
_WARM_PEER = 500  # nothing to compile there
_TOP = 50  # pairs kept by the bare join
_QUIET = 10.0  # seconds between two printed lines of the same stage

# What a solve spends its time on: module, class, method, name. A step within a step counts for
# itself only.
STEPS = (
    ("talentmatch.solvers.listed", "ListedPairs", "list_first", "first pairs"),
    ("talentmatch.solvers.listed", "ListedPairs", "solve", "plan on the pairs listed"),
    ("talentmatch.solvers.listed", "ListedPairs", "priced", "pricing all pairs"),
    ("talentmatch.solvers.listed", "ListedPairs", "add", "listing pairs"),
    ("talentmatch.solvers.network", "_Run", "finish", "levelling"),
    ("talentmatch.solving", "", "verified", "second look"),
)


def apart(side: str, folder: Path, *options: str, fresh: bool = False) -> dict[str, Any]:
    """Run one side in a process of its own.

    Parameters
    ----------
    side : str
        ``"ours"``, ``"dense"`` or ``"join"``.
    folder : Path
        Where `pools.stored` put the factors.
    *options : str
        ``"ours"`` takes the gap.
    fresh : bool
        Compile everything anew, in a folder that is thrown away.

    Returns
    -------
    dict
        ``seconds``, ``cpu`` (seconds of all threads), ``warm`` (seconds of the small run before),
        ``base`` and ``peak`` (megabytes), ``load`` of the machine at the end, ``objective`` and
        what else the side tells.
    """
    command = [sys.executable, "-m", "benchmarks.apart", side, str(folder), *options]
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | ({"NUMBA_CACHE_DIR": cache} if fresh else {})
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, env=environment
        )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    told["load"] = os.getloadavg()[0]
    return told


def ours(left: sp.csr_array, right: sp.csr_array, gap: str = "0") -> dict[str, Any]:
    """The whole solve, with what every step of it took."""
    import talentmatch as tm

    clock = _Steps()
    result = tm.solve(
        tm.Problem(tm.Scores.from_factors(left, right)), gap=float(gap), progress=_Teller()
    )
    return {
        "objective": result.objective, "status": result.status.value, "gap": result.gap,
        "rounds": result.rounds, "pairs": result.pairs_formed, "steps": clock.told(),
    }  # fmt: skip


def dense(left: sp.csr_array, right: sp.csr_array) -> dict[str, Any]:
    """All scores in one float64 array, and scipy's assignment on it."""
    from scipy.optimize import linear_sum_assignment

    scores = (left @ right.T).toarray()
    rows, cols = linear_sum_assignment(scores, maximize=True)
    return {"objective": float(scores[rows, cols].sum())}


def join(left: sp.csr_array, right: sp.csr_array) -> dict[str, Any]:
    """The best fifty pairs of every row and of every column, and no more, in float32."""
    from sparse_dot_topn import sp_matmul_topn

    A, B = sp.csr_matrix(left, dtype=np.float32), sp.csr_matrix(right, dtype=np.float32)
    threads = os.cpu_count()
    by_row = sp_matmul_topn(A, B.T.tocsr(), _TOP, n_threads=threads)
    by_column = sp_matmul_topn(B, A.T.tocsr(), _TOP, n_threads=threads)
    return {"objective": float("nan"), "pairs": by_row.nnz + by_column.nnz}


SIDES: dict[str, Callable[..., dict[str, Any]]] = {"ours": ours, "dense": dense, "join": join}


class _Steps:
    """Seconds of each step, by wrapping the methods that take them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.inner = [0.0]  # seconds of steps within the step under way
        self.began = time.perf_counter()
        for module, owner, method, name in STEPS:
            place = importlib.import_module(module)
            place = getattr(place, owner) if owner else place
            setattr(place, method, self._timed(getattr(place, method), name))

    def _timed(self, work: Callable[..., Any], name: str) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            self.inner.append(0.0)
            start = time.perf_counter()
            try:
                return work(*given, **named)
            finally:
                taken = time.perf_counter() - start
                self.seconds[name] += taken - self.inner.pop()
                self.inner[-1] += taken

        return timed

    def told(self) -> dict[str, float]:
        """Seconds by step, those outside every step last."""
        rest = time.perf_counter() - self.began - self.inner[0]
        return dict(self.seconds) | {"other": rest}


class _Teller:
    """Prints where a solve stands: when its stage or round changes, and every ten seconds."""

    def __init__(self) -> None:
        self.last, self.when = ("", 0), 0.0

    def __call__(self, state: Any) -> None:
        now = (state.stage, state.round)
        if now != self.last or state.seconds >= self.when + _QUIET:
            print(
                f"  {state.seconds:8.1f} s  round {state.round:2d}  {state.stage:<20} "
                f"{state.pairs:12,} pairs  gap {state.gap:.1e}  {state.rows:,} rows",
                file=sys.stderr, flush=True,
            )  # fmt: skip
            self.last, self.when = now, state.seconds


def megabytes(field: str) -> float:
    """Read /proc/self/status: getrusage would count the parent's memory before exec as ours."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1]) / 2**10


def main(side: str, folder: str, *options: str) -> None:
    """Measure one side, after a small run of the same."""
    left, right = read(Path(folder))
    work = SIDES[side]
    few = _WARM if side == "ours" else _WARM_PEER
    small = left[:few], right[:few]
    begun = time.perf_counter()
    work(*small)
    warm = time.perf_counter() - begun
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    base, cpu, begun = megabytes("VmRSS"), time.process_time(), time.perf_counter()
    told = work(left, right, *options)
    told["seconds"], told["cpu"] = time.perf_counter() - begun, time.process_time() - cpu
    print(json.dumps(told | {"warm": warm, "base": base, "peak": megabytes("VmHWM")}))


if __name__ == "__main__":
    main(*sys.argv[1:])
