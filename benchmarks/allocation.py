"""Budgets, loads and group limits at the case's size, against HiGHS on the same pairs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import scipy.sparse as sp

from benchmarks.case import score, tables
from benchmarks.measure import SHARED, Measure, timed

CANDIDATES = 1000
BEST = 50  # pairs kept per candidate: 50,000 in all
PATIENCE = 300.0  # seconds HiGHS gets at most


@cache
def case() -> tuple[Any, Any, Any]:
    """The first thousand real resumes: all scores, the 50 best of each, the demands' table."""
    candidates, demands = tables()
    fit = np.array(score(candidates, demands))[:CANDIDATES]
    best = np.argpartition(-fit, BEST, axis=1)[:, :BEST]
    rows = np.repeat(np.arange(len(fit)), BEST)
    cols = best.ravel()
    kept = sp.csr_array((fit[rows, cols], (rows, cols)), shape=fit.shape)
    return fit, kept, demands.drop(columns="headcount")


def costs(budgets: int) -> list[Any]:
    """Invented subsidies: per candidate, per demand, per candidate ..., 20,000 to 60,000 RMB."""
    fit, _, _ = case()
    rng = np.random.default_rng(1)
    return [rng.integers(20_000, 60_000, fit.shape[k % 2]) for k in range(budgets)]


def problem_with(limits: list[int]) -> Any:
    """At most five people per enterprise, and a budget for every limit given."""
    import talentmatch as tm

    _, kept, demands = case()
    constraints: list[Any] = [tm.GroupLimit("enterprise_id", at_most=5)]
    for k, (each, limit) in enumerate(zip(costs(len(limits)), limits, strict=True)):
        side = ("candidate", "demand")[k % 2]
        constraints.append(tm.Budget(each, limit, side=side))
    return tm.Problem(kept, None, demands, constraints=constraints)


def highs(limits: list[int], gap: float) -> tuple[float, float]:
    """Total and bound by HiGHS on the same pairs, rows and budgets, to a relative gap."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    _, kept, demands = case()
    pairs = kept.tocoo()
    rows, cols = pairs.coords
    at, ones = np.arange(pairs.nnz), np.ones(pairs.nnz)
    names, of_demand = np.unique(demands["enterprise_id"].astype(str), return_inverse=True)
    parts = [
        sp.csr_array((ones, (rows, at)), shape=(kept.shape[0], pairs.nnz)),
        sp.csr_array((ones, (cols, at)), shape=(kept.shape[1], pairs.nnz)),
        sp.csr_array((ones, (of_demand[cols], at)), shape=(len(names), pairs.nnz)),
    ]
    most = [np.ones(sum(kept.shape)), np.full(len(names), 5.0)]
    for k, (each, limit) in enumerate(zip(costs(len(limits)), limits, strict=True)):
        parts.append(sp.csr_array(each[(rows, cols)[k % 2]][None, :].astype(float)))
        most.append(np.array([float(limit)]))
    found = milp(
        -pairs.data,
        constraints=LinearConstraint(sp.vstack(parts).tocsr(), -np.inf, np.concatenate(most)),
        integrality=ones,
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": gap, "time_limit": PATIENCE},
    )
    value = -found.fun if found.x is not None else -np.inf
    return value, -found.mip_dual_bound


def against_highs(name: str, limits: list[int], gap: float, least: float) -> Measure:
    """Both to the same proved gap, once each: HiGHS takes half a minute and more."""
    import talentmatch as tm

    problem = problem_with(limits)
    seconds, result = timed(lambda: tm.solve(problem, gap=gap if gap > 1e-6 else 0.0))
    peer, (value, bound) = timed(lambda: highs(limits, gap))
    sound = result.gap <= gap and value <= result.bound * (1 + 1e-9)
    ratio = peer / seconds
    return Measure(
        name,
        f"{result.objective:.6f}, bound {result.bound:.6f}, gap {result.gap:.1e}, {seconds:.2f} s",
        f"HiGHS {value:.6f}, bound {bound:.6f}, gap {(bound - value) / abs(value):.1e}, "
        f"{peer:.1f} s",
        f"{ratio:.1f} x faster",
        f"at least {least:g} x, gap at most {gap:g}",
        bool(ratio >= least and sound),
    )


def within(name: str, problem: Any, gap: float, seconds: float, note: str = "") -> Measure:
    """A proved gap within a time."""
    import talentmatch as tm

    spent, result = timed(lambda: tm.solve(problem, gap=gap, time_limit=seconds))
    met = result.gap <= gap and spent <= seconds + 2
    return Measure(
        name,
        f"{result.objective:.6f}, bound {result.bound:.6f}, {spent:.1f} s",
        note,
        f"gap {result.gap:.1e}",
        f"at most {gap:g} within {seconds:g} s",
        bool(met),
    )


def two_loads() -> Any:
    """Posts take 5 units of a person, technical assistance 1; everybody has 5."""
    import talentmatch as tm

    fit, _, demands = case()
    load = np.where(demands["kind"] == "expert", 5, 1)
    return tm.Problem(fit, None, demands, capacity=5, load=load)


def budgeted() -> Any:
    """20,000 x 200 with a real-valued budget per column: ten times the published instance.

    Every copy of a source meets each of its columns in one of four copies, its uses and values
    changed by some 30 per cent.
    """
    import talentmatch as tm

    small = np.load(SHARED / "instances" / "budgeted_matching" / "small.npz")
    rng = np.random.default_rng(0)
    source, dest, use, value = [], [], [], []
    columns = len(small["b"])
    for copy in range(10):
        size = len(small["source"])
        source.append(small["source"] + 2000 * copy)
        dest.append(small["dest"] + columns * rng.integers(0, 4, size))
        use.append(small["a"] * np.exp(rng.normal(0, 0.3, size)))
        value.append(small["c"] * np.exp(rng.normal(0, 0.3, size)))
    rows, cols, a, c = map(np.concatenate, (source, dest, use, value))
    shape = (20_000, 4 * columns)
    limits = dict(enumerate(np.tile(small["b"], 4) * 2.5))
    budget = tm.Budget(sp.csr_array((a, (rows, cols)), shape=shape), limits, by="demand_id")
    scores = sp.csr_array((c, (rows, cols)), shape=shape)
    return tm.Problem(scores, headcount=shape[0], constraints=[budget])


def run() -> list[Measure]:
    """All of the issue's figures for constraints."""
    limits = [5_440_000, 5_984_000, 6_528_000]
    loose = [10_880_000, 11_968_000, 13_056_000]
    lines: list[Callable[[], Measure]] = [
        lambda: against_highs(
            "a subsidy budget and at most 5 per enterprise, 1,000 x 1,160, 50,000 pairs",
            limits[:1], 1e-6, 12.0,
        ),
        lambda: against_highs("three budgets on the same pairs", loose, 1e-4, 10.0),
        lambda: within("the same three budgets, closer", problem_with(loose), 1e-5, 60.0),
        lambda: within("loads 5 and 1, capacity 5, 1,000 x 1,160, all pairs",
                       two_loads(), 5e-4, 30.0),
        lambda: within("a real-valued budget per column, 20,000 x 200, 100,850 pairs",
                       budgeted(), 4e-4, 30.0),
    ]  # fmt: skip
    return [line() for line in lines]
