"""The aim of expected contracts: against all plans, with its bound, cuts, limits and errors."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import allocations as oracle
import talentmatch as tm
from allocations import Allocation, Goal, Rule, allocations, goals, random_allocation
from talentmatch.aims import ExpectedContracts
from talentmatch.constraints import Budget, GroupLimit, Lock, TotalLimit
from talentmatch.errors import SolverError
from talentmatch.solvers import introducing, separating
from talentmatch.solvers.certifying import certified_bound
from talentmatch.solvers.clock import Clock
from talentmatch.solvers.signing import Cut, Cuts, Signing
from talentmatch.solvers.staged import Pursuit

light = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _case(seed: int, n: int = 12, m: int = 6) -> tuple[Any, Any, Any, Any]:
    """Probabilities, capacities, headcounts, openings."""
    rng = np.random.default_rng(seed)
    p = rng.random((n, m)) ** 2 * rng.choice([0.5, 1.0])
    return p, rng.integers(0, 3, n), rng.integers(0, 5, m), rng.integers(1, 4, m)


def _problem(seed: int, constraints: Any = (), **more: Any) -> tuple[tm.Problem, Any]:
    p, capacity, headcount, openings = _case(seed)
    limits = {"capacity": capacity, "headcount": headcount, **more}
    return tm.Problem(p, constraints=constraints, **limits), openings


def _stage(problem: tm.Problem, p: Any = None, openings: Any = 1) -> Signing:
    return Signing(problem, ExpectedContracts(p, openings))


@light
@given(data=st.data())
def test_small_cases_under_all_limits_equal_brute_force(data: st.DataObject) -> None:
    """Under locks, floors, loads, groups, budgets and conflicts the best plan is found and proved.

    A problem whose limits no whole plan meets may be proved so only by the integer program.
    """
    allocation = data.draw(allocations())
    goal = data.draw(goals(allocation, "expected_contracts"))
    want = oracle.brute_force(allocation, goal)
    result = tm.solve(allocation.problem(), oracle.given(goal))
    if want is None:
        assert result.status == "infeasible"
        return
    assert result.status == "optimal"
    assert result.objective == pytest.approx(want[0], rel=1e-9, abs=1e-12)
    assert result.bound >= want[0] - 1e-12
    assert tm.check(result.problem, result.pairs) == []


@pytest.mark.parametrize("seed", range(12))
def test_plain_limits_equal_brute_force(seed: int) -> None:
    """Capacities, headcounts and a total: the exchange path, proved on sixteen pairs."""
    rng = np.random.default_rng(seed)
    p = rng.random((4, 4))
    capacity, headcount = rng.integers(1, 4, 4), rng.integers(0, 4, 4)
    openings, most = rng.integers(0, 3, 4), int(rng.integers(1, 8))
    allocation = Allocation(
        p, capacity, headcount, 0 * capacity, 0 * headcount,
        groups=[Rule("TotalLimit", at_most=most)],
        candidates={"candidate_id": list("ABCD")}, demands={"demand_id": list("WXYZ")},
    )  # fmt: skip
    goal = Goal("expected_contracts", p=p, openings=openings)
    result = tm.solve(allocation.problem(), oracle.given(goal))
    assert result.status == "optimal"
    best = oracle.brute_force(allocation, goal)
    assert best is not None
    assert result.objective == pytest.approx(best[0], rel=1e-9)
    assert result.bound >= best[0] - 1e-12


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("p", [0.3, 1.0, 0.0])
def test_one_probability_for_all_is_proved_by_prices(seed: int, p: float) -> None:
    """The concave bound is exact and the program a network: no integer program is needed."""
    problem, openings = _problem(seed, [TotalLimit(at_most=9)])
    result = tm.solve(problem, ExpectedContracts(p, openings))
    assert result.status == "optimal"
    assert result.proof == "dual certificate"
    assert result.rounds == 1


RULES: list[Any] = [
    ([], {}),
    ([TotalLimit(at_most=7)], {}),
    ([GroupLimit(np.arange(12) % 3, side="candidate", at_most=3, at_least=1)], {}),
    ([GroupLimit(np.arange(6) % 2, side="demand", at_most=4, unit="candidates")], {}),
    ([Budget(np.arange(12) + 1, at_most=40, side="candidate")], {}),
    ([Lock([(0, 0), (1, 1)])], {"capacity": 2, "headcount": 3}),
    ([], {"capacity": 2, "headcount": 3, "min_headcount": 2}),
    ([GroupLimit(np.arange(6) % 2, side="demand", at_most=1, penalty=2.0)], {}),
]


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("seed", range(3))
def test_under_limits_the_bound_is_proved_and_reproduced(seed: int, rules: Any) -> None:
    """The plan keeps the rules, its value is exact, and the prices alone give the dual bound."""
    constraints, more = rules
    problem, openings = _problem(seed, constraints, **more)
    result = tm.solve(problem, ExpectedContracts(None, openings))
    if result.status == "infeasible":
        assert constraints
        return
    assert result.status == "optimal"
    assert tm.check(problem, result.pairs) == []
    stage, pursuit = _stage(problem, None, openings), Pursuit(problem, Clock())
    found, master = pursuit.best(stage)
    assert found.value == pytest.approx(result.objective, rel=1e-9)
    assert found.prices is not None
    assert certified_bound(master, found.prices) == pytest.approx(found.dual_bound, rel=1e-12)
    assert found.dual_bound >= result.objective - 1e-9


def test_soft_limits_cost_no_contracts() -> None:
    """Penalties belong to the total, which this aim does not count."""
    soft = GroupLimit(np.zeros(6, dtype=int), side="demand", at_most=0, penalty=9.0)
    (free, openings), (loose, _) = _problem(1), _problem(1, [soft])
    aim = ExpectedContracts(None, openings)
    assert tm.solve(loose, aim).objective == pytest.approx(tm.solve(free, aim).objective)


def test_no_plan_is_told_with_its_reason() -> None:
    """Floors that nobody can meet are proved infeasible."""
    problem = tm.Problem(np.full((2, 2), 0.5), headcount=3, min_headcount=3)
    result = tm.solve(problem, "expected_contracts")
    assert result.status == "infeasible"
    assert "limits" in result.reason


def test_the_order_of_rows_does_not_matter() -> None:
    """Shuffled candidates and demands give the same value, probabilities and openings by id."""
    p, capacity, headcount, openings = _case(3)
    ids = [f"R{k}" for k in range(12)], [f"X{k}" for k in range(6)]
    frame = pd.DataFrame(p, *ids)
    limits = pd.Series(capacity, ids[0]), pd.Series(headcount, ids[1])
    aim = ExpectedContracts(frame, pd.Series(openings, ids[1]))
    found = []
    for scores in (frame, frame.iloc[::-1, ::-1]):
        problem = tm.Problem(scores, capacity=limits[0], headcount=limits[1])
        found.append(tm.solve(problem, aim))
    assert found[0].objective == pytest.approx(found[1].objective, rel=1e-12)
    pairs = [set(zip(r.pairs["candidate_id"], r.pairs["demand_id"], strict=True)) for r in found]
    assert pairs[0] == pairs[1]


def test_probabilities_in_every_form_are_the_same() -> None:
    """The scores, an array, a frame in another order, openings as a column or numbers."""
    p, capacity, headcount, _ = _case(4)
    table = pd.DataFrame({"demand_id": range(6), "places": 2})
    problem = tm.Problem(p, demands=table, capacity=capacity, headcount=headcount)
    frame = pd.DataFrame(p).iloc[::-1, ::-1]
    values = [
        tm.solve(problem, ExpectedContracts(*given)).objective
        for given in ((None, 2), (p, [2] * 6), (frame, "places"), (p.tolist(), np.full(6, 2.0)))
    ]
    assert values == pytest.approx([values[0]] * 4, rel=1e-12)


def test_what_is_not_eligible_needs_no_probability() -> None:
    """Not a number, and numbers above one, are fine where the pair is barred."""
    scores = np.array([[0.5, np.nan], [0.4, 0.3]])
    p = np.array([[0.5, np.inf], [0.4, 0.3]])
    for chances in (p, np.where(np.isinf(p), np.nan, p)):
        result = tm.solve(tm.Problem(scores), ExpectedContracts(chances))
        assert (result.status, result.objective) == ("optimal", pytest.approx(0.8))


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (1.5, r"p must be probabilities from 0 to 1: \(0, 0\): 1.5; .* and 1 more"),
        (np.array([[0.1, 0.2], [np.nan, -1.0], [0, 0]]), r"\(1, 0\): nan; \(1, 1\): -1.0$"),
        (None, r"the scores must be .*: \(2, 1\): 2.0; talentmatch.learning"),
        (np.ones((2, 2)), "shape"),
        (np.ones(3), "not ndarray"),
        ("likely", "not str"),
        (True, "not bool"),
        (sp.csr_array(np.ones((3, 2))), "not csr_array"),
        (pd.DataFrame([[0.5]]), "nothing for candidate_id"),
        ([["a", "b"]] * 3, "no number"),
    ],
)
def test_what_is_no_probability_is_named(p: Any, words: str) -> None:
    """The first five wrong pairs with their ids, or what is wrong with the form."""
    problem = tm.Problem([[0.1, 0.2], [0.3, 0.4], [0.5, 2.0]])
    with pytest.raises(tm.ProblemError, match=words):
        tm.solve(problem, ExpectedContracts(p))


@pytest.mark.parametrize("openings", [-1, 0.5, [1, -2], "places", [1, 2, 3], True])
def test_what_are_no_openings_is_named(openings: Any) -> None:
    """Openings are whole numbers from 0, one for all or one per demand."""
    with pytest.raises(tm.ProblemError, match="openings"):
        tm.solve(tm.Problem([[0.1, 0.2]]), ExpectedContracts(0.5, openings))


def test_wrong_openings_are_all_named() -> None:
    """Up to five demands with their values."""
    with pytest.raises(tm.ProblemError, match=r"demand_id 0: -1; .* 4: -5; and 1 more"):
        tm.solve(tm.Problem([[0.1] * 6]), ExpectedContracts(0.5, [-1, -2, -3, -4, -5, -6]))


def test_coverage_first_is_held() -> None:
    """A list of aims: most enterprises reached, and of those plans the most contracts."""
    posts = pd.DataFrame({"demand_id": [0, 1, 2], "enterprise_id": ["A", "A", "B"]})
    p = np.array([[0.9, 0.8, 0.1], [0.8, 0.7, 0.1]])
    problem = tm.Problem(p, demands=posts)
    alone = tm.solve(problem, ExpectedContracts())
    both = tm.solve(problem, ["coverage", ExpectedContracts()])
    assert alone.objective == pytest.approx(1.6)
    assert both.stages["value"].tolist() == pytest.approx([2.0, 1.0])
    assert both.status == "optimal"


def _large() -> tm.Problem:
    rng = np.random.default_rng(0)
    p = rng.random((500, 200)) ** 3 * (0.3 + 0.5 * rng.random((500, 1)))
    return tm.Problem(p, headcount=4, capacity=2, constraints=[TotalLimit(at_most=300)])


def test_pairs_never_formed_are_priced() -> None:
    """Beyond 65,536 pairs few are formed; the bound holds over all and is reproduced."""
    problem = _large()
    p = problem.scores.toarray()
    # Probabilities rank pairs another way than the scores that the first pairs are chosen by.
    stage, pursuit = _stage(problem, p[::-1], 2), Pursuit(problem, Clock())
    found, master = pursuit.best(stage)
    assert found.prices is not None
    assert len(found.listed) < p.size / 4
    assert certified_bound(master, found.prices) == pytest.approx(found.dual_bound, rel=1e-12)
    assert found.value <= found.bound <= found.value * 1.01
    assert any(isinstance(family, Cuts) for family in master.families)


def test_time_limit_keeps_a_plan_and_a_bound() -> None:
    """A tenth of a second: a sound plan and a true bound, and it says why it stopped."""
    problem = _large()
    result = tm.solve(problem, "expected_contracts", time_limit=0.05)
    assert result.status == "feasible"
    assert result.stopped == "time"
    assert tm.check(problem, result.pairs) == []
    whole = tm.solve(problem, "expected_contracts", gap=0.01)
    assert result.bound >= whole.objective
    assert whole.gap <= 0.01
    assert math.isfinite(result.bound)


def test_without_plan_in_time_says_so() -> None:
    """Under other limits a plan needs an integer program; without the time there is none."""
    rules = [GroupLimit(np.arange(500) % 9, side="candidate", at_least=20, at_most=50)]
    problem = _large().replace(constraints=rules)
    result = tm.solve(problem, "expected_contracts", time_limit=1e-6)
    assert result.status == "no_solution"
    assert result.stopped == "time"


def test_interrupt_returns_the_best_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C during the last programs keeps the plan, before any plan it says so."""

    def interrupt(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    problem, openings = _problem(2, [Budget(np.arange(12) + 1, at_most=20, side="candidate")])
    aim = ExpectedContracts(None, openings)
    with monkeypatch.context() as patch:
        patch.setattr(introducing, "relaxation", interrupt)
        result = tm.solve(problem, aim)
        assert (result.status, result.stopped) == ("no_solution", "interrupt")
    monkeypatch.setattr(introducing, "whole_plan", interrupt)
    result = tm.solve(problem, aim)
    assert result.stopped in ("interrupt", "proved")
    assert result.objective > 0


def test_progress_is_told() -> None:
    """Rounds of cuts with value, bound and gap."""
    told: list[tm.Progress] = []
    tm.solve(_large(), "expected_contracts", gap=0.01, progress=told.append)
    assert any(one.stage == "expected contracts: cutting" for one in told)


def test_cuts_answer_alike_for_listed_pairs_and_for_blocks() -> None:
    """Entries times prices are the charge, pair by pair and as a block; p pickles."""
    p, capacity, headcount, openings = _case(5)
    problem = tm.Problem(p, capacity=capacity, headcount=headcount + 1)
    stage, pursuit = _stage(problem, p, openings), Pursuit(problem, Clock())
    stage.put(pursuit.master())
    none, knots = np.empty(0, dtype=np.intp), np.array([0.0, 0.2, 1.0])
    cuts = [
        Cut(1, 0.5, knots, np.array([0.0, 0.15, 0.3]), none),
        Cut(3, 0.7, knots, np.array([0.0, 0.2, 0.4]), np.array([2, 5])),
        Cut(1, 0.4, knots, np.array([0.0, 0.1, 0.9]), np.array([0])),
    ]
    family, prices = Cuts(cuts, stage), np.array([0.5, 0.25, 0.125])
    rows, cols = (side.ravel() for side in np.indices(p.shape))
    at, pair, value = family.entries(rows, cols, p.ravel())
    summed = np.bincount(pair, value * prices[at], p.size)
    np.testing.assert_allclose(family.charge(prices, rows, cols, p.ravel()), summed, atol=1e-15)
    block = family.charge(prices, np.arange(12)[:, None], np.arange(6)[None, :], p)
    np.testing.assert_allclose(block.ravel(), summed, atol=1e-15)
    assert block[2, 3] == block[5, 3] == 0
    again = pickle.loads(pickle.dumps(stage.chance))
    assert (again(rows, cols, p.ravel()) == p.ravel()).all()


def test_a_cut_whose_program_fails_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan and bound stand without it."""

    def fails(*_: Any, **__: Any) -> Any:
        raise SolverError("no cut")

    problem, openings = _problem(7)
    aim = ExpectedContracts(None, openings)
    want = tm.solve(problem, aim).objective
    monkeypatch.setattr(separating, "level_cut", fails)
    result = tm.solve(problem, aim)
    assert result.objective == pytest.approx(want, rel=1e-9)
    assert result.status == "optimal"


def test_too_many_pairs_are_left_to_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an integer program would be too large the plan keeps its gap, and says so."""
    problem, openings = _problem(7)
    monkeypatch.setattr(introducing, "_MANY", 0)
    monkeypatch.setattr(introducing, "_ROUNDS", 0)
    result = tm.solve(problem, ExpectedContracts(None, openings))
    assert (result.status, result.stopped) == ("feasible", "gap")
    assert result.objective < result.bound <= result.objective * 1.1


def test_openings_for_all_and_for_none() -> None:
    """With openings for every introduction the worth is the sum of p; with none it is nothing."""
    p, capacity, headcount, _ = _case(6)
    problem = tm.Problem(p, capacity=capacity, headcount=headcount)
    total = tm.solve(problem).objective
    many = tm.solve(problem, ExpectedContracts(None, 10**6))
    assert (many.status, many.objective) == ("optimal", pytest.approx(total))
    none = tm.solve(problem, ExpectedContracts(None, 0))
    assert (none.status, none.objective, none.bound) == ("optimal", 0.0, 0.0)


@pytest.mark.parametrize("seed", range(4))
def test_medium_cases_are_proved(seed: int) -> None:
    """Some twenty candidates and demands under mixed limits: closed by cuts and programs."""
    rng = np.random.default_rng([seed, 8])
    allocation = random_allocation(rng, *rng.integers(8, 20, 2))
    p = rng.random(allocation.scores.shape) * 0.6
    goal = Goal("expected_contracts", p=p, openings=rng.integers(1, 3, p.shape[1]))
    result = tm.solve(allocation.problem(), oracle.given(goal))
    assert result.status in ("optimal", "infeasible")
