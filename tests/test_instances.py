"""Published instances and real texts: every one at its known optimum, proved."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.optimize as so
import scipy.sparse as sp

import talentmatch as tm

Read = Callable[[str], np.ndarray]


def assert_proved(result: tm.Result, optimum: float, *, exact: bool) -> None:
    """Optimal, sound, with an honest bound, at the published value."""
    assert result.status == "optimal"
    assert tm.check(result.problem, result.pairs) == []
    total = math.fsum(result.pairs["score"])
    if exact:
        assert total == result.objective == result.bound == optimum
    else:
        assert total == pytest.approx(optimum, rel=1e-9)
        assert result.bound == pytest.approx(optimum, rel=1e-9)


LINEAR = [*(f"assign{n}.txt" for n in range(100, 700, 100)), "assignp800.txt", "assignp1500.txt"]


@pytest.mark.parametrize("name", [*LINEAR, "cost_eps.csv.gz"])
def test_linear_assignment(
    assignment: Callable[[str], np.ndarray | sp.csr_array],
    optima: dict[tuple[str, str], str],
    name: str,
) -> None:
    """Costs with their sign turned, everybody placed: the published least cost."""
    optimum = float(optima[f"linear_assignment/{name}", "min, perfect matching"])
    result = tm.solve(tm.Problem(-assignment(name), min_load=1, min_headcount=1))
    assert len(result.pairs) == result.problem.shape[0]
    assert_proved(result, -optimum, exact=name != "cost_eps.csv.gz")


def test_linear_assignment_as_gains(
    assignment: Callable[[str], np.ndarray], optima: dict[tuple[str, str], str]
) -> None:
    """Costs taken from 101 are gains, and unit prices without floors prove the same optimum."""
    optimum = float(optima["linear_assignment/assign600.txt", "min, perfect matching"])
    scores = 101 - assignment("assign600.txt")
    result = tm.solve(tm.Problem(scores))
    assert_proved(result, 101 * 600 - optimum, exact=True)
    u, v = result.candidate_prices.to_numpy(), result.demand_prices.to_numpy()
    assert min(u.min(), v.min()) >= 0
    assert (u[:, None] + v >= scores).all()
    assert math.fsum((*u, *v)) == result.bound


@pytest.mark.parametrize(
    ("name", "loads"), [("preflib1", 6), ("preflib2", 7), ("preflib3", 6), ("aamas2016", 12)]
)
def test_reviewer_bids(
    bids: Read, optima: dict[tuple[str, str], str], name: str, loads: int
) -> None:
    """Each paper exactly three, each reviewer at most so many; conflicts can be chosen at zero."""
    problem = f"max; each paper exactly 3, each reviewer at most {loads}"
    optimum = float(optima[f"reviewer_bids/{name}.in", problem])
    scores = bids(f"{name}.in").T
    result = tm.solve(tm.Problem(scores, capacity=loads, headcount=3, min_headcount=3))
    assert_proved(result, optimum, exact=True)
    assert (result.pairs.groupby("demand_id").size() == 3).all()


@pytest.fixture(scope="module")
def midl(shared: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """MIDL's scores, what every paper needs, and the most a reviewer takes."""
    folder = shared / "instances" / "midl"
    scores, covs, loads = (np.load(folder / f"{part}.npy") for part in ("scores", "covs", "loads"))
    return scores, covs, loads


def test_midl(
    midl: tuple[np.ndarray, np.ndarray, np.ndarray], optima: dict[tuple[str, str], str]
) -> None:
    """Real scores of both signs, needs met exactly, upper loads: the measured optimum."""
    optimum = float(optima["midl/", "max; each paper exactly covs, each reviewer at most loads"])
    scores, covs, loads = midl
    result = tm.solve(tm.Problem(scores, capacity=loads, headcount=covs, min_headcount=covs))
    assert_proved(result, optimum, exact=False)
    assert result.pairs.groupby("demand_id").size().tolist() == covs.astype(int).tolist()


# ---------------------------------------------------------------- loads, budgets and other aims

Jobs = Callable[[str], tuple[np.ndarray, np.ndarray, np.ndarray]]
QUICK_JOBS = ["gap1-0", "gap3-2", "gap6-3", "gap8-1", "gap10-4", "gap11-2"]


@pytest.mark.parametrize(
    ("name", "sense"),
    [
        *((name, sense) for name in QUICK_JOBS for sense in ("max", "min")),
        *((name, "min") for name in ("a05100", "a10100", "a20200")),
    ],
)
def test_generalised_assignment(
    jobs: Jobs, optima: dict[tuple[str, str], str], name: str, sense: str
) -> None:
    """Every job by one agent within the agents' resources: the most gain, or the least cost."""
    optimum = int(optima[f"generalized_assignment/{name}", sense])
    values, uses, capacity = jobs(name)
    sign = 1 if sense == "max" else -1
    result = tm.solve(
        tm.Problem(sign * values, capacity=capacity, headcount=1, min_headcount=1, load=uses)
    )
    assert_proved(result, sign * optimum, exact=True)
    agents, done = (result.pairs[key].to_numpy() for key in ("candidate_id", "demand_id"))
    assert sorted(done) == list(range(values.shape[1]))
    assert values[agents, done].sum() == optimum
    assert (np.bincount(agents, uses[agents, done], len(capacity)) <= capacity).all()


@pytest.mark.parametrize("n", [200, 300, 400, 500, 600])
def test_bottleneck_assignment(
    assignment: Callable[[str], np.ndarray], optima: dict[tuple[str, str], str], n: int
) -> None:
    """Everybody placed, the largest cost as small as can be, then the least total."""
    task = "bottleneck (min of the largest cost), then min total"
    largest, total = map(int, optima[f"linear_assignment/assign{n}.txt", task].split(" / "))
    costs = assignment(f"assign{n}.txt")
    result = tm.solve(tm.Problem(-costs, min_headcount=1), "bottleneck")
    assert_proved(result, -total, exact=True)
    assert result.stages["value"].tolist() == [n, -largest, -total]
    assert result.stages["bound"].tolist() == [n, -largest, -total]
    assert costs[result.pairs["candidate_id"], result.pairs["demand_id"]].max() == largest


@pytest.mark.parametrize(
    ("name", "loads"), [("preflib1", 6), ("preflib2", 7), ("preflib3", 6), ("aamas2016", 12)]
)
def test_max_min_of_reviewer_bids(
    bids: Read, optima: dict[tuple[str, str], str], name: str, loads: int
) -> None:
    """The paper with the lowest total gets the most it can, then all papers together."""
    task = "max-min of the papers' totals, then max total (same needs and loads)"
    least, total = map(float, optima[f"reviewer_bids/{name}.in", task].split(" / "))
    scores = bids(f"{name}.in").T
    problem = tm.Problem(scores, capacity=loads, headcount=3, min_headcount=3)
    result = tm.solve(problem, "max_min")
    assert result.status == "optimal"
    assert tm.check(problem, result.pairs) == []
    assert math.fsum(result.pairs["score"]) == result.objective == total
    assert result.bound == pytest.approx(total, rel=1e-9)
    assert result.stages["value"].tolist() == [least, total]
    papers = result.pairs.groupby("demand_id")["score"]
    assert papers.sum().min() == least
    assert papers.size().tolist() == [3] * scores.shape[1]


def test_midl_with_a_floor_for_every_paper(
    midl: tuple[np.ndarray, np.ndarray, np.ndarray], optima: dict[tuple[str, str], str]
) -> None:
    """Every paper's total at least .9: the published total, and the published worst paper."""
    written = re.findall(r"[\d.]+", optima["midl/", "the same, every paper total at least 0.9"])
    total, worst = map(float, written)
    scores, covs, loads = midl
    floor = tm.GroupLimit("demand_id", at_least=0.9, unit="score")
    problem = tm.Problem(
        scores, capacity=loads, headcount=covs, min_headcount=covs, constraints=[floor]
    )
    result = tm.solve(problem)
    assert_proved(result, total, exact=False)
    assert result.pairs.groupby("demand_id").size().tolist() == covs.astype(int).tolist()
    assert result.pairs.groupby("demand_id")["score"].sum().min() == pytest.approx(worst, rel=1e-9)
    table = result.constraints.set_index("constraint").loc["GroupLimit demand_id"]
    assert table["used"].min() == pytest.approx(worst, rel=1e-9)


@pytest.mark.slow
def test_a_budget_for_every_column(shared: Path, optima: dict[tuple[str, str], str]) -> None:
    """A whole plan stays below the linear program's published value, and its bound does too."""
    most = float(optima["budgeted_matching/small.npz", "LP bound of the max"])
    stored = np.load(shared / "instances" / "budgeted_matching" / "small.npz")
    source, dest, budgets = stored["source"], stored["dest"], stored["b"]
    value, use = (sp.csr_array((stored[part], (source, dest))) for part in ("c", "a"))
    limit = tm.Budget(use, dict(enumerate(budgets.tolist())), by="demand_id")
    problem = tm.Problem(value, headcount=value.shape[0], constraints=[limit])
    result = tm.solve(problem, gap=0.01)
    assert tm.check(problem, result.pairs) == []
    assert result.gap <= 0.01
    assert 0.99 * most <= result.objective <= result.bound <= most * (1 + 1e-9)
    at = result.pairs["candidate_id"].to_numpy(), result.pairs["demand_id"].to_numpy()
    assert len(set(at[0])) == len(at[0])
    assert value[at].sum() == pytest.approx(result.objective, rel=1e-12)
    assert (np.bincount(at[1], use[at], len(budgets)) <= budgets + 1e-9).all()


# ---------------------------------------------------------------- real texts


def scipy_total(scores: np.ndarray, headcount: np.ndarray) -> float:
    """The dense optimum, a column for each slot."""
    columns = np.repeat(np.arange(len(headcount)), headcount)
    rows, slots = so.linear_sum_assignment(scores[:, columns], maximize=True)
    return math.fsum(scores[rows, columns[slots]])


@pytest.fixture(scope="module")
def case(shared: Path) -> tm.Result:
    """The real case, matched once."""
    folder = shared / "data" / "case"
    return tm.match(folder / "candidates.csv.gz", folder / "demands.csv.gz")


@pytest.fixture(scope="module")
def skills(shared: Path) -> tm.Result:
    """People's skill lists for jobs' requirements, matched once."""
    folder = shared / "data" / "skills"
    return tm.match(
        folder / "people.csv.gz", folder / "requirements.csv.gz",
        demand_columns={"requirements": "skills"},
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", ["case", "skills"])
def test_real_texts_reach_the_dense_optimum(name: str, request: pytest.FixtureRequest) -> None:
    """Scored sparsely and solved on few pairs: equal to scipy's answer on all of them."""
    result: tm.Result = request.getfixturevalue(name)
    scores, problem = result.scores.toarray(), result.problem
    assert scores.min() >= 0.0
    assert scores.max() <= 1.0
    assert set(problem.capacity) == {1}
    assert_proved(result, scipy_total(scores, problem.headcount), exact=False)
    assert result.pairs_formed < 0.1 * scores.size
    u, v = result.candidate_prices.to_numpy(), result.demand_prices.to_numpy()
    assert min(u.min(), v.min()) >= 0
    assert (u[:, None] + v - scores).min() >= -1e-12
    total = math.fsum((*u, *(v * problem.headcount)))
    assert total == pytest.approx(result.bound, rel=1e-12)


@pytest.mark.slow
def test_long_and_short_demands_are_on_one_scale(case: tm.Result, shared: Path) -> None:
    """The mean best score of the longer half of real demands is within 10 % of the shorter's."""
    best = case.scores.toarray().max(axis=0)
    table = pd.read_csv(shared / "data" / "case" / "demands.csv.gz")
    assert table["demand_id"].astype(str).tolist() == case.problem.demand_ids.tolist()
    lengths = table["text"].str.len().to_numpy()
    long = lengths > np.median(lengths)
    assert best[long].mean() / best[~long].mean() == pytest.approx(1.0, abs=0.1)


@pytest.mark.slow
def test_real_scores_are_the_sum_of_their_terms(case: tm.Result) -> None:
    """A hundred chosen pairs: the terms add up to the score, bit for bit."""
    some = case.pairs.iloc[:: max(1, len(case.pairs) // 100)]
    for pair in some.itertuples():
        terms = case.scores.contributions(pair.candidate_id, pair.demand_id)
        assert terms["contribution"].sum() == pair.score
