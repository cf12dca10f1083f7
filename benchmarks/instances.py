"""Every published row that a Problem covers: its problem, its aim, and what to read off a plan."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from benchmarks.measure import SHARED

FOLDER = SHARED / "instances"


@dataclass(frozen=True)
class Instance:
    """One row of ``optima.csv``.

    Parameters
    ----------
    name, task : str
        The instance and the problem, as there.
    problem : Problem
        What is solved.
    aim : str
        What is maximised.
    figures : tuple of float
        What is published, in the order it is written.
    reached : callable
        The same figures, read off the pairs of a plan.
    """

    name: str
    task: str
    problem: Any
    aim: str
    figures: tuple[float, ...]
    reached: Callable[[Any], tuple[float, ...]]


def instances(folders: tuple[str, ...]) -> Iterator[Instance]:
    """Read the rows of these folders, in the order of the list."""
    readers = {
        "generalized_assignment": generalised,
        "linear_assignment": linear,
        "reviewer_bids": reviewers,
        "midl": midl,
    }
    with (FOLDER / "optima.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            folder = row["instance"].partition("/")[0]
            if folder in folders:
                problem, aim, reached = readers[folder](row["instance"], row["problem"])
                figures = tuple(map(float, re.findall(r"[\d.]+", row["optimum"])))
                yield Instance(row["instance"], row["problem"], problem, aim, figures, reached)


def generalised(name: str, task: str) -> tuple[Any, str, Any]:
    """Every job by one agent, within the agents' resources; gains or costs."""
    import talentmatch as tm

    agents, jobs, *numbers = _numbers(FOLDER / name).astype(int).tolist()
    values, uses = (
        np.array(numbers[k * agents * jobs :][: agents * jobs]).reshape(agents, jobs)
        for k in range(2)
    )
    sign = 1 if task == "max" else -1
    problem = tm.Problem(
        sign * values, capacity=numbers[-agents:], headcount=1, min_headcount=1, load=uses
    )
    return problem, "total", lambda pairs: (sign * math.fsum(pairs["score"]),)


def linear(name: str, task: str) -> tuple[Any, str, Any]:
    """Perfect matchings of least cost; or of the least largest cost, then of least cost."""
    import talentmatch as tm

    path = FOLDER / name
    if name.endswith(".csv.gz"):
        scores: Any = -np.loadtxt(path, delimiter=",")
    elif "assignp" in name:
        n, *_ = numbers = _numbers(path)
        triples = numbers[1:].reshape(-1, 3)
        at = tuple(triples[:, :2].astype(int).T - 1)
        scores = sp.coo_array((-triples[:, 2], at), shape=(int(n), int(n)))
    else:
        n, *_ = numbers = _numbers(path)
        scores = -numbers[1:].reshape(int(n), int(n))
    problem = tm.Problem(scores, min_headcount=1)
    if task.startswith("bottleneck"):
        return (
            problem,
            "bottleneck",
            lambda pairs: (-pairs["score"].min(), -math.fsum(pairs["score"])),
        )
    return problem, "total", lambda pairs: (-math.fsum(pairs["score"]),)


def reviewers(name: str, task: str) -> tuple[Any, str, Any]:
    """Three reviewers for each paper: the best total; or the best worst paper, then total."""
    import talentmatch as tm

    loads = {"preflib1": 6, "preflib2": 7, "preflib3": 6, "aamas2016": 12}
    numbers = _numbers(FOLDER / name)
    bids = numbers[2:].reshape(int(numbers[0]), int(numbers[1])).T
    problem = tm.Problem(bids, capacity=loads[Path(name).stem], headcount=3, min_headcount=3)
    if task.startswith("max-min"):
        return problem, "max_min", lambda pairs: (_worst(pairs), math.fsum(pairs["score"]))
    return problem, "total", lambda pairs: (math.fsum(pairs["score"]),)


def midl(name: str, task: str) -> tuple[Any, str, Any]:
    """Real scores of both signs; a floor under each paper's total where the task has one."""
    import talentmatch as tm

    scores, covers, loads = (
        np.load(FOLDER / name / f"{part}.npy") for part in ("scores", "covs", "loads")
    )
    problem = tm.Problem(scores, capacity=loads, headcount=covers, min_headcount=covers)
    if "at least 0.9" not in task:
        return problem, "total", lambda pairs: (math.fsum(pairs["score"]),)
    floor = tm.GroupLimit("demand_id", at_least=0.9, unit="score")
    problem = problem.replace(constraints=[floor])
    return problem, "total", lambda pairs: (math.fsum(pairs["score"]), _worst(pairs))


def budgeted() -> tuple[Any, float]:
    """The matching with a budget for each column, and its linear program's published value."""
    import talentmatch as tm

    stored = np.load(FOLDER / "budgeted_matching" / "small.npz")
    at = stored["source"], stored["dest"]
    shape = int(at[0].max()) + 1, len(stored["b"])
    use, value = (sp.csr_array((stored[part], at), shape=shape) for part in ("a", "c"))
    budget = tm.Budget(use, dict(enumerate(stored["b"].tolist())), by="demand_id")
    problem = tm.Problem(value, headcount=shape[0], constraints=[budget])
    with (FOLDER / "optima.csv").open(encoding="utf-8") as file:
        known = {row["instance"]: row["optimum"] for row in csv.DictReader(file)}
    return problem, float(known["budgeted_matching/small.npz"])


def _worst(pairs: Any) -> float:
    return min(map(math.fsum, pairs.groupby("demand_id")["score"].agg(list)))


def _numbers(path: Path) -> Any:
    return np.array(path.read_text().split(), dtype=float)
