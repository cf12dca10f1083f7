"""Published instances: every one at its optimum, with the seconds it takes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from benchmarks.measure import SHARED, Measure

FOLDER = SHARED / "instances"


def problems() -> Iterator[tuple[str, Any, float]]:
    """Name, problem, and the sign that turns a total into the published figure."""
    import talentmatch as tm

    folder = FOLDER / "linear_assignment"
    for n in (100, 200, 300, 400, 500, 600):
        numbers = _numbers(folder / f"assign{n}.txt")
        costs = numbers[1:].reshape(n, n)
        yield f"linear_assignment/assign{n}.txt", tm.Problem(-costs, min_headcount=1), -1
    for n in (800, 1500):
        triples = _numbers(folder / f"assignp{n}.txt")[1:].reshape(-1, 3)
        at = tuple(triples[:, :2].astype(int).T - 1)
        scores = sp.coo_array((-triples[:, 2], at), shape=(n, n))
        yield f"linear_assignment/assignp{n}.txt", tm.Problem(scores, min_headcount=1), -1
    costs = np.loadtxt(folder / "cost_eps.csv.gz", delimiter=",")
    yield "linear_assignment/cost_eps.csv.gz", tm.Problem(-costs, min_headcount=1), -1
    for name, load in (("preflib1", 6), ("preflib2", 7), ("preflib3", 6), ("aamas2016", 12)):
        numbers = _numbers(FOLDER / "reviewer_bids" / f"{name}.in")
        bids = numbers[2:].reshape(int(numbers[0]), int(numbers[1])).T
        problem = tm.Problem(bids, capacity=load, headcount=3, min_headcount=3)
        yield f"reviewer_bids/{name}.in", problem, 1
    scores, covers, loads = (
        np.load(FOLDER / "midl" / f"{name}.npy") for name in ("scores", "covs", "loads")
    )
    problem = tm.Problem(scores, capacity=loads, headcount=covers, min_headcount=covers)
    yield "midl/", problem, 1


def _numbers(path: Path) -> Any:
    return np.array(path.read_text().split(), dtype=float)


def optima() -> dict[str, float]:
    """The published optimum of each instance's plain problem (the first row of its name)."""
    with (FOLDER / "optima.csv").open(encoding="utf-8") as file:
        found: dict[str, float] = {}
        for row in csv.DictReader(file):
            if row["problem"].startswith(("min, perfect", "max; each")):
                found.setdefault(row["instance"], float(row["optimum"]))
    return found


def run() -> list[Measure]:
    """Solve each and compare."""
    import talentmatch as tm

    known, found = optima(), []
    for name, problem, sign in problems():
        result = tm.solve(problem)
        value, optimum = sign * result.objective, known[name]
        whole = float(optimum).is_integer()
        met = value == optimum if whole else abs(value - optimum) <= 1e-9 * abs(optimum)
        found.append(
            Measure(
                name,
                f"{value:.12g} in {result.seconds:.3f} s, {result.status}",
                f"{optimum:.12g} (published)",
                "equal" if met else "differs",
                "equal, optimal",
                bool(met and result.status == "optimal"),
            )
        )
    return found
