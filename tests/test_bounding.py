"""The naive bound check: valid for any prices, tight for the published ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import allocations as oracle
import talentmatch as tm
from talentmatch.bounding import bound_from_prices


@pytest.mark.parametrize("seed", range(60))
def test_any_prices_bound_the_best_total(seed: int) -> None:
    """Random prices of candidates, demands and constraints never give less than the optimum."""
    rng = np.random.default_rng(seed)
    allocation = oracle.random_allocation(rng, *rng.integers(2, 7, 2))
    problem = allocation.problem()
    result = tm.solve(problem)
    if result.status == "infeasible":
        return
    u = pd.Series(rng.normal(0, 0.5, problem.shape[0]), index=problem.candidate_ids)
    v = pd.Series(rng.normal(0, 0.5, problem.shape[1]), index=problem.demand_ids)
    # Floors that do not exist have no price, as in a sound published table.
    u[problem.min_load == 0] = u.abs()[problem.min_load == 0]
    v[problem.min_headcount == 0] = v.abs()[problem.min_headcount == 0]
    limits = result.constraints
    size = np.abs(rng.normal(0, 0.5, len(limits)))
    sign = np.where(limits["slack"] == limits["limit"] - limits["used"], 1.0, -1.0)
    wild = limits.assign(price=np.where(limits["limit"] >= limits["used"], size * sign, 0.0))
    for table in (None, limits, wild):
        assert bound_from_prices(problem, u, v, table) >= result.objective - 1e-9


def test_published_prices_prove_the_total() -> None:
    """With budgets, group limits and loads the bound is the optimum where the prices prove it."""
    rng = np.random.default_rng(5)
    tight = 0
    for _ in range(40):
        scores = rng.random((6, 7)).round(3)
        team = rng.integers(0, 3, 7)
        problem = tm.Problem(
            scores, capacity=2, load=rng.integers(1, 3, 7) if rng.random() < 0.5 else None,
            constraints=[
                tm.GroupLimit(team, at_most=int(rng.integers(1, 3)), side="demand"),
                tm.Budget(rng.integers(1, 9, 6), at_most=15, side="candidate"),
                tm.TotalLimit(at_most=5),
            ],
        )  # fmt: skip
        result = tm.solve(problem)
        bound = bound_from_prices(
            problem, result.candidate_prices, result.demand_prices, result.constraints
        )
        assert bound >= result.objective - 1e-9
        if result.proof == "dual certificate":
            tight += 1
            assert bound == pytest.approx(result.objective, abs=1e-9)
    assert tight >= 5
