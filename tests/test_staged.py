"""The general engine under stops, gaps, progress, engines that lie, and pairs listed one by one."""

from __future__ import annotations

import dataclasses
import itertools
import math
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import allocations as oracle
import talentmatch as tm
from allocations import AIMS, Allocation, Goal, random_allocation
from talentmatch import aims
from talentmatch.constraints import Budget, Conflict, Forbid, GroupLimit, Lock, TotalLimit
from talentmatch.outcomes import Outcome, Progress, StageOutcome, Status, Stopped
from talentmatch.solvers import clock, introducing, mixed, priced, sifting
from talentmatch.solvers import staged as staged_engine
from test_allocations import LINEAR, assert_solved, plan_of

SURE = ("optimal", "feasible")
STAGED: dict[str, Any] = {
    "total": "total",
    "filled": "filled",
    "bottleneck": "bottleneck",
    "max_min": "max_min",
    "coverage": aims.Coverage(by="firm"),
    "contracts": aims.ExpectedContracts(0.3),
    "two": ["filled", "max_min"],
}


def bound_by_all_kinds(n: int, m: int) -> tm.Problem:
    """Loads, a crossing, a budget, limits on candidates and conflicts, all of which bind."""
    rng = np.random.default_rng(1)
    ids = [[f"{side}{k}" for k in range(size)] for side, size in (("C", n), ("D", m))]
    people = pd.DataFrame({"candidate_id": ids[0], "team": rng.choice(["a", "b", "c", "d"], n)})
    people["wage"] = rng.integers(100, 999, n)
    needs = pd.DataFrame({"demand_id": ids[1], "firm": rng.choice(["x", "y", "z"], m)})
    scores = pd.DataFrame(rng.integers(1, 100, (n, m)) / 100, index=ids[0], columns=ids[1])
    couples = [(f"C{k}", f"C{k + 1}") for k in range(0, n - 1, 2)]
    rules: list[Any] = [
        GroupLimit(("team", "firm"), at_most=n // 8),
        Budget("wage", at_most=int(people["wage"].sum() * 0.8)),
        GroupLimit("team", at_most=n // 6, unit="candidates"),
        Conflict(couples, by="firm"),
    ]
    load = rng.integers(1, 4, (n, m))
    return tm.Problem(scores, people, needs, capacity=4, headcount=3, load=load, constraints=rules)


@pytest.fixture(scope="module")
def small() -> tm.Problem:
    """A problem whose every stage takes a few reports."""
    return bound_by_all_kinds(12, 9)


@pytest.fixture(scope="module")
def best(small: tm.Problem) -> Callable[[str], tm.Result]:
    """The small problem solved to the end, once per aim."""
    known: dict[str, tm.Result] = {}

    def solved(aim: str) -> tm.Result:
        if aim not in known:
            known[aim] = tm.solve(small, STAGED[aim])
            assert known[aim].status == "optimal"
        return known[aim]

    return solved


@pytest.fixture(scope="module")
def large() -> tm.Problem:
    """A problem on which HiGHS works for a second or more."""
    return bound_by_all_kinds(30, 20)


@pytest.fixture(scope="module")
def optimum(large: tm.Problem) -> float:
    """The best total of the large problem."""
    result = tm.solve(large)
    assert result.status == "optimal"
    return result.objective


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small problems as if they were large: one pair per row and column, one more in a round."""
    for name, value in (("_FIRST", 1), ("_MORE", 1), ("_ALL", -1)):
        monkeypatch.setattr(sifting, name, value)
    monkeypatch.setattr(introducing, "_FIRST", 1)


def drawn(base: int, seed: int, least: int, most: int, pairs: int | None) -> Allocation:
    """A random case."""
    rng = np.random.default_rng([seed, base])
    n, m = rng.integers(least, most, 2)
    return random_allocation(rng, n, m, pairs)


def lines(result: tm.Result) -> Any:
    """What every stage came to."""
    return list(result.stages.itertuples())


def assert_valid(result: tm.Result, full: tm.Result) -> None:
    """A plan that keeps every limit, and bounds that the true optimum of no stage exceeds."""
    if result.status not in SURE:
        assert result.status == "no_solution"
        assert result.bound >= full.stages["value"][0] - 1e-9
        return
    assert tm.check(result.problem, result.pairs) == []
    assert result.bound >= result.objective
    for got, want in zip(lines(result), lines(full), strict=True):
        assert got.bound >= want.value - 1e-9
        assert got.in_plan <= want.value + 1e-9
        if got.in_plan < want.value - 1e-9:
            break  # later stages then hold less, and may come to more


# ---------------------------------------------------------------- time


@pytest.mark.parametrize("limit", [0.02, 0.3])
def test_a_tiny_time_limit_is_kept(large: tm.Problem, optimum: float, limit: float) -> None:
    """Up before or within an integer program: control is back, and the bound holds."""
    began = time.perf_counter()
    result = tm.solve(large, time_limit=limit)
    assert time.perf_counter() - began < 10
    assert (result.stopped == "time") == (result.status in ("feasible", "no_solution"))
    assert limit > 0.1 or result.stopped == "time"
    assert optimum - 1e-9 <= result.bound < math.inf
    if result.status != "no_solution":
        assert tm.check(large, result.pairs) == []
        assert result.objective <= optimum + 1e-9


@pytest.mark.parametrize("aim", STAGED)
def test_time_may_be_up_at_any_point(
    monkeypatch: pytest.MonkeyPatch, small: tm.Problem, best: Any, aim: str
) -> None:
    """By a clock that moves at every look, from no plan over a plan to the proved optimum."""
    full, seen = best(aim), []
    for limit in [*np.arange(0.5, 9), 12.5, 30.5, 60.5]:
        now, looks = time.perf_counter(), itertools.count(1)
        ticking = SimpleNamespace(perf_counter=lambda now=now, looks=looks: now + next(looks))
        with monkeypatch.context() as patch:
            patch.setattr(clock, "time", ticking)
            result = tm.solve(small, STAGED[aim], time_limit=limit)
        seen.append((result.status.value, result.stopped.value))
        assert_valid(result, full)
        if result.status == "optimal":
            break
    assert seen[-1] == ("optimal", "proved")
    assert result.objective == pytest.approx(full.objective, rel=1e-9)
    assert {stopped for _, stopped in seen[:-1]} == {"time"}
    # introductions: the first plan is the best
    assert aim == "contracts" or "feasible" in {status for status, _ in seen}


# ---------------------------------------------------------------- interrupts


def interrupt_at(what: str, nth: int = 1) -> Callable[[Progress], None]:
    """A callback that breaks off, once, at the nth report whose words begin so."""
    left = itertools.count(nth, -1)

    def progress(seen: Progress) -> None:
        if seen.stage.startswith(what) and next(left) == 1:
            raise KeyboardInterrupt

    return progress


@pytest.mark.parametrize(
    ("aim", "what", "status"),
    [
        ("total", "total: pricing", "no_solution"),
        ("total", "total: finishing", ""),
        ("filled", "pairs: pricing", "no_solution"),
        ("filled", "pairs: finishing", ""),
        ("filled", "total: pricing", "feasible"),
        ("filled", "total: finishing", "optimal"),
        ("bottleneck", "pairs: pricing", "no_solution"),
        ("bottleneck", "lowest score: pricing", "feasible"),
        ("bottleneck", "lowest score: finishing", "feasible"),
        ("coverage", "coverage of firm: pricing", "no_solution"),
        ("max_min", "total: finishing", "optimal"),
        ("max_min", "total: pricing", "feasible"),
        ("contracts", "expected contracts: cutting", ""),
    ],
)
def test_ctrl_c_gives_the_best_plan_so_far(
    small: tm.Problem, best: Any, aim: str, what: str, status: str
) -> None:
    """In every stage it ends the solve at once, with a sound plan or none, and a valid bound."""
    result = tm.solve(small, STAGED[aim], progress=interrupt_at(what))
    assert_valid(result, best(aim))
    assert result.stopped == "interrupt"
    assert result.status == (status or result.status)


@pytest.mark.parametrize("aim", STAGED)
def test_nothing_runs_on_after_ctrl_c(small: tm.Problem, best: Any, aim: str) -> None:
    """Broken off at every report: it is the last one, and every bound and value still holds."""
    for at in range(1, 12):
        seen: list[Progress] = []

        def progress(one: Progress, seen: list[Progress] = seen, at: int = at) -> None:
            seen.append(one)
            if len(seen) == at:
                raise KeyboardInterrupt

        result = tm.solve(small, STAGED[aim], progress=progress)
        assert len(seen) <= at
        assert_valid(result, best(aim))
        assert (result.stopped == "interrupt") == (len(seen) == at)
        if len(seen) < at:
            break


def served_by_one(shift: float) -> tm.Problem:
    """Every total is one score, so thresholds are searched; the best may be to leave one out."""
    scores = np.round(np.random.default_rng(3).uniform(-0.5, 1, (6, 5)), 2)
    scores[:, 2] = -np.abs(scores[:, 2]) - 0.1
    return tm.Problem(scores + shift, capacity=2, load=np.full((6, 5), 1))


@pytest.mark.parametrize("aims_in_order", [["max_min"], ["total", "max_min"], ["max_min", "total"]])
@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_ctrl_c_in_a_search_over_thresholds(aims_in_order: list[str], shift: float) -> None:
    """A bound of a search broken off is of the aim, not of the search for any plan."""
    problem = served_by_one(shift)
    full = tm.solve(problem, aims_in_order)
    assert full.status == "optimal"
    for at in range(1, 15):
        result = tm.solve(problem, aims_in_order, progress=interrupt_at("", at))
        assert_valid(result, full)
        assert result.stopped in ("interrupt", "proved")


def test_ctrl_c_between_two_programs(monkeypatch: pytest.MonkeyPatch, small: tm.Problem) -> None:
    """Where nothing but Python runs, it is the same: what was found before stands."""
    true = staged_engine.Pursuit.levels

    def broken(*given: Any) -> Any:
        true(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(staged_engine.Pursuit, "levels", broken)
    result = tm.solve(small, "bottleneck")
    assert (result.status, result.stopped) == ("feasible", "interrupt")
    one = tm.Problem(np.random.default_rng(0).random((3, 3)))
    result = tm.solve(one, "max_min")
    assert (result.status, result.stopped, result.bound) == ("no_solution", "interrupt", math.inf)


def test_ctrl_c_in_the_first_plan_of_introductions(one_by_one: None) -> None:
    """Broken off with a plan in hand, no further program is asked."""
    problem = bound_by_all_kinds(12, 9)
    seen: list[str] = []

    def progress(one: Progress) -> None:
        seen.append(one.stage)
        if not math.isnan(one.objective):
            raise KeyboardInterrupt

    result = tm.solve(problem, STAGED["contracts"], progress=progress)
    assert (result.status, result.stopped) == ("feasible", "interrupt")
    assert seen[-1].endswith("finishing")
    assert tm.check(problem, result.pairs) == []


def test_ctrl_c_while_highs_works(
    monkeypatch: pytest.MonkeyPatch, large: tm.Problem, optimum: float
) -> None:
    """From within an integer program: what was found before stands, and the next solve works."""
    monkeypatch.setattr(mixed, "_OFTEN", 0.02)
    result = tm.solve(large, progress=interrupt_at("total: finishing"))
    assert result.stopped == "interrupt"
    assert result.status in ("feasible", "no_solution")
    assert optimum - 1e-9 <= result.bound < math.inf
    assert tm.solve(large, gap=0.2).status in SURE


# ---------------------------------------------------------------- progress and gap


@pytest.mark.parametrize("aim", ["total", "filled", "coverage", "contracts"])
def test_progress_closes_in_on_the_result(small: tm.Problem, aim: str) -> None:
    """Within a stage the plan only betters, the bound only falls; the last report is the result."""
    seen: list[Progress] = []
    result = tm.solve(small, STAGED[aim], progress=seen.append)
    stages = [list(part) for _, part in itertools.groupby(seen, lambda p: p.stage.split(":")[0])]
    assert [part[0].stage.split(":")[0] for part in stages] == result.stages["aim"].tolist()
    for part, stage in zip(stages, lines(result), strict=True):
        for before, after in itertools.pairwise(part):
            assert after.bound <= before.bound
            assert math.isnan(before.objective) or after.objective >= before.objective
            assert (after.round, after.seconds) >= (before.round, before.seconds)
        for one in part:
            assert one.bound >= stage.value - 1e-9
            assert math.isnan(one.objective) or one.objective <= stage.value + 1e-9
            assert (one.gap == math.inf) == math.isnan(one.objective)
            assert 0 < one.pairs <= 12 * 9
    last = seen[-1]
    assert last.objective == pytest.approx(result.objective, rel=1e-9)
    assert last.bound == pytest.approx(result.bound, rel=1e-9)
    assert last.seconds <= result.seconds


def test_a_relaxation_that_is_whole_tells_its_plan() -> None:
    """Where pricing alone proves the plan, its last report is the result, too."""
    seen: list[Progress] = []
    scores = np.random.default_rng(0).random((8, 8))
    problem = tm.Problem(scores, constraints=[TotalLimit(at_most=5)])
    result = tm.solve(problem, progress=seen.append)
    assert (result.status, seen[-1].stage) == ("optimal", "total: pricing")
    assert seen[-1].objective == result.objective
    assert seen[-1].bound == pytest.approx(result.bound, rel=1e-12)
    assert 0 <= seen[-1].gap < 1e-12


@pytest.mark.parametrize("gap", [0.05, 0.3])
def test_a_gap_that_is_good_enough_is_kept(large: tm.Problem, optimum: float, gap: float) -> None:
    """The plan is within the gap of its bound, and the bound is one."""
    result = tm.solve(large, gap=gap)
    assert result.stopped in ("gap", "proved")
    assert (result.stopped == "proved") == (result.status == "optimal")
    assert result.gap <= gap
    assert result.objective <= optimum + 1e-9
    assert optimum - 1e-9 <= result.bound <= (1 + gap) * result.objective + 1e-9
    assert tm.check(large, result.pairs) == []


def test_every_stage_keeps_the_gap(one_by_one: None) -> None:
    """Against trying everything: each stage's value is within the gap of a bound that holds."""
    stopped = set()
    for seed in range(40):
        allocation, name = drawn(5, seed, 2, 6, 12), ("total", "filled", "coverage")[seed % 3]
        want = oracle.brute_force(allocation, name)
        result = tm.solve(allocation.problem(), name, gap=0.2, time_limit=20)
        assert (result.status == "infeasible") == (want is None)
        if want is None:
            continue
        stopped.add(result.stopped.value)
        assert result.gap <= 0.2
        first = result.stages.iloc[0]
        assert first["value"] <= want[0] + 1e-9 <= first["bound"] + 2e-9
        assert first["bound"] - first["value"] <= 0.2 * abs(first["value"]) + 1e-9
        assert oracle.is_sound(allocation, plan_of(result, allocation))
    assert stopped == {"gap", "proved"}


# ---------------------------------------------------------------- engines of the user's own


@dataclasses.dataclass
class Told:
    """An engine that says what it was told to; by itself it tells the truth."""

    changes: dict[str, Any]

    def solve(self, problem: tm.Problem) -> Outcome:
        """Return the best plan of `plain`, with the changes."""
        outcome = Outcome(
            Status.OPTIMAL, Stopped.PROVED, np.array([0, 1]), np.array([1, 0]),
            np.array([0.2, 0.0]), np.array([0.7, 0.6]), 1.5,
        )  # fmt: skip
        return dataclasses.replace(outcome, **self.changes)


def plain() -> tm.Problem:
    """Two by two; the best total is 1.5, and pair (1, 1) is barred."""
    return tm.Problem([[0.9, 0.8], [0.7, np.nan]])


def staged(value: float, bound: float) -> dict[str, Any]:
    """The same without prices, with a total and a bound that are only claimed."""
    return {
        "candidate_prices": None, "demand_prices": None, "bound": bound,
        "stages": (StageOutcome("total", value, bound),),
    }  # fmt: skip


def test_an_engine_of_ones_own_is_used_and_named() -> None:
    """One method is all it takes; its name is recorded, and whether prices bear it out."""
    result = tm.solve(plain(), engine=Told({}))
    assert (result.status, result.stopped, result.solver) == ("optimal", "proved", "Told")
    assert result.objective == 1.5
    assert result.bound == pytest.approx(1.5, rel=1e-12)
    assert result.proof == "dual certificate"
    claimed = tm.solve(plain(), engine=Told(staged(1.5, 1.5)))
    assert (claimed.status, claimed.proof) == ("optimal", "solver's claim")
    assert result.pairs[["candidate_id", "demand_id"]].to_numpy().tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cols": np.array([1, 1])}, "not eligible: 1 - 1"),
        ({"rows": np.array([0, 0])}, "capacity: 0"),
        ({"rows": np.array([0, 0]), "cols": np.array([0, 0])}, "repeated pair"),
        ({"rows": np.array([0]), "cols": np.array([0])}, "claimed optimal"),
        ({"candidate_prices": np.zeros(2)}, "claimed optimal"),
        ({"candidate_prices": np.ones(2)}, "claimed optimal"),
        ({"candidate_prices": None, "demand_prices": None}, "claimed optimal"),
        (staged(1.5, 1.4), "exceeds its bound"),
        (staged(1.5, 1.6), "claimed optimal"),
        (staged(1.6, 1.6), "claimed optimal"),
        (staged(1.6, 1.5), "gives up total"),
        (staged(1.5, math.inf), "claimed optimal"),
        (staged(1.5, 1.4) | {"status": Status.FEASIBLE}, "exceeds its bound"),
        (staged(1e9, 2.0) | {"status": Status.FEASIBLE}, "gives up total"),
        (staged(1.2, 2.0) | {"status": Status.FEASIBLE}, "a total of 1.2, but its plan has 1.5"),
        (staged(-5.0, 1.5), "a total of -5.0, but its plan has 1.5"),
        (staged(1.5, 1.5) | {"certify": lambda: 0.5}, "exceeds its certificate"),
        (staged(1.5, 1.5) | {"certify": lambda: 1 / 0}, "certificate failed: ZeroDivision"),
        (staged(1.5, 1.5) | {"certify": lambda: None}, "a certificate of None"),
    ],
)
def test_an_engine_that_lies_is_caught(changes: dict[str, Any], words: str) -> None:
    """Plans that break limits, totals that are not theirs, bounds that are none: all raise."""
    with pytest.raises(tm.SolverError, match=words):
        tm.solve(plain(), engine=Told(changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (staged(1.5, math.nan) | {"status": Status.FEASIBLE}, "bound = nan, which is no number"),
        (staged(math.nan, 1.5) | {"bound": 1.5}, "the value of total = nan"),
        ({"bound": None}, "bound = None"),
        ({"scale": math.inf}, "scale = inf"),
        ({"status": "optimal"}, "status = 'optimal', which is no Status"),
        ({"stopped": "proved"}, "stopped = 'proved', which is no Stopped"),
        ({"status": Status.NO_SOLUTION}, "status 'no_solution' with 2 chosen pairs"),
        ({"candidate_prices": np.full(2, np.nan)}, "candidate_prices with nan or inf"),
        ({"candidate_prices": np.zeros(1)}, "candidate_prices that are not 2 numbers"),
        ({"demand_prices": [0.1, 0.2]}, "demand_prices that are not 2 numbers"),
        ({"row_prices": (np.zeros(1),)}, "1 row_prices for 0 constraints"),
        ({"row_prices": None}, "row_prices = None, which is no tuple"),
        ({"rows": np.array([0, 5])}, r"rows with \[5\], of 2 candidates from 0"),
        ({"cols": np.array([1, -1])}, r"cols with \[-1\], of 2 demands from 0"),
        ({"rows": np.array([0.0, 1.0])}, "rows that are not a 1-D array of whole numbers: float64"),
        ({"rows": [0, 1]}, "rows that are not a 1-D array of whole numbers"),
        ({"rows": np.array([0])}, "1 rows and 2 cols"),
        (staged(1.5, 1.5) | {"stages": (1.5,)}, "stages with 1.5, not a StageOutcome"),
        (staged(1.5, 1.5) | {"stages": (StageOutcome("total", 1.5, 1.5),) * 2}, "2 stages where"),
    ],
)
def test_an_outcome_that_makes_no_sense_is_caught(changes: dict[str, Any], words: str) -> None:
    """Nan, positions that do not exist, lengths that differ, other types: a sentence says which."""
    with pytest.raises(tm.SolverError, match=f"the engine answered {words}"):
        tm.solve(plain(), engine=Told(changes))


def two_stages(first: tuple[float, float], **changes: Any) -> dict[str, Any]:
    """What is claimed of pairs and total, in that order."""
    told = (StageOutcome("pairs", *first), StageOutcome("total", 1.5, 1.5))
    return staged(1.5, 1.5) | {"stages": told} | changes


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (two_stages((3.0, 3.0)), "gives up pairs"),
        (two_stages((3.0, 3.0), status=Status.FEASIBLE), "gives up pairs"),
        (two_stages((1.0, 1.0)), "no plan has a pairs above 1.0"),
        (two_stages((1.0, 1.0), status=Status.FEASIBLE), "no plan has a pairs above 1.0"),
        (two_stages((1.0, 2.0)), "pairs of 1.0, but its plan has 2.0"),
        (two_stages((2.0, 4.0)), "claimed optimal, but pairs"),
        (two_stages((2.0, 2.0), stages=()), "0 stages where the aims have 2: pairs, total"),
        (staged(1.5, 1.5), "1 stages where the aims have 2"),
    ],
)
def test_lies_of_an_earlier_stage_are_caught(changes: dict[str, Any], words: str) -> None:
    """More than the plan has, less than it has of a proved optimum, or a bound that is none."""
    with pytest.raises(tm.SolverError, match=words):
        tm.solve(plain(), "filled", engine=Told(changes))


def test_what_may_be_claimed_of_an_earlier_stage() -> None:
    """The optimum; where nothing is proved also less than the plan has come to in the end."""
    assert tm.solve(plain(), "filled", engine=Told(two_stages((2.0, 2.0)))).status == "optimal"
    less = two_stages((1.0, 2.0), status=Status.FEASIBLE, stopped=Stopped.GAP)
    result = tm.solve(plain(), "filled", engine=Told(less))
    assert (result.status, result.stages["in_plan"].tolist()) == ("feasible", [2.0, 1.5])


def test_an_engine_without_an_answer_is_caught() -> None:
    """None where an Outcome is due."""
    with pytest.raises(tm.SolverError, match="the engine answered None, not an Outcome"):
        tm.solve(plain(), engine=SimpleNamespace(solve=lambda problem: None))


@pytest.mark.parametrize("engine", [object(), SimpleNamespace(solve=lambda problem: 1 / 0)])
def test_an_engine_that_fails_is_one_kind_of_error(engine: Any) -> None:
    """No method, or one that throws."""
    with pytest.raises(tm.SolverError, match="the engine failed"):
        tm.solve(plain(), engine=engine)


def test_own_lies_are_caught(monkeypatch: pytest.MonkeyPatch, small: tm.Problem) -> None:
    """A stage that counts a plan for more than it is worth raises; it reaches nobody."""
    true = priced._Run.take

    def boasts(run: Any, *given: Any) -> bool:
        if better := true(run, *given):
            run.best = run.best[0] * 1.5, run.best[1]
            run.bound = run.best[0]
        return better

    monkeypatch.setattr(priced._Run, "take", boasts)
    with pytest.raises(tm.SolverError):
        tm.solve(small)


# ---------------------------------------------------------------- pairs listed one by one


@pytest.mark.parametrize("chunk", range(10))
def test_pricing_over_unlisted_pairs_equals_brute_force(one_by_one: None, chunk: int) -> None:
    """Stages, status, bound and plan are right though one pair is formed at a time."""
    rounds, spared = 0, 0
    for seed in range(15 * chunk, 15 * chunk + 15):
        allocation, name = drawn(99, seed, 2, 6, 13), AIMS[seed % len(AIMS)]
        aim: Any = Goal(name, p=0.3) if name == "expected_contracts" else name
        result = tm.solve(allocation.problem(), oracle.given(aim), time_limit=20)
        assert_solved(allocation, aim, result, oracle.brute_force(allocation, aim))
        rounds = max(rounds, result.rounds)
        spared += result.pairs_formed < len(allocation.pairs[0])
    assert rounds > 4
    assert spared > 0


@pytest.mark.parametrize("chunk", range(4))
def test_pricing_over_unlisted_pairs_equals_highs(one_by_one: None, chunk: int) -> None:
    """The same at up to 9 x 9, where most pairs are never formed at first."""
    for seed in range(7 * chunk, 7 * chunk + 7):
        allocation, name = drawn(70, seed, 5, 10, None), LINEAR[seed % len(LINEAR)]
        want = oracle.by_highs(allocation, name)
        result = tm.solve(allocation.problem(), name, time_limit=20)
        assert (result.status == "infeasible") == (want is None)
        if want is not None:
            assert result.status == "optimal"
            assert result.stages["value"].tolist() == pytest.approx(want, rel=1e-6, abs=1e-6)
            assert oracle.is_sound(allocation, plan_of(result, allocation))


def assert_few_programs(monkeypatch: pytest.MonkeyPatch, scores: Any) -> None:
    """A floor of 3 in loads of 2: infeasible by a few programs, the last of which has all pairs."""
    asked, true = [0], mixed.whole_plan

    def counted(program: Any, **more: Any) -> Any:
        asked.append(program.shape[1])
        assert len(asked) <= 15, "it goes on asking"
        return true(program, **more)

    monkeypatch.setattr(priced, "whole_plan", counted)
    floors, load = [3] + [0] * (len(scores) - 1), np.full(scores.shape, 2)
    problem = tm.Problem(scores, capacity=3, min_load=floors, load=load)
    assert tm.solve(problem).status == "infeasible"
    assert asked[-1] == (~np.isnan(scores)).sum()


def test_an_end_is_found_where_only_fractions_meet_the_limits(
    monkeypatch: pytest.MonkeyPatch, one_by_one: None
) -> None:
    """Pairs that are not eligible are no part of the proof, all others are."""
    scores = np.random.default_rng(0).random((6, 6)).round(2)
    scores[2, 1:4] = np.nan
    assert_few_programs(monkeypatch, scores)


def test_the_same_end_among_many_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """More cells than are ever listed at once, without a time limit."""
    assert_few_programs(monkeypatch, np.random.default_rng(0).random((300, 300)).round(2))


def test_narrower_rows_prove_nothing_of_the_rows_as_they_are(
    monkeypatch: pytest.MonkeyPatch, small: tm.Problem
) -> None:
    """A plan refused for broken rows, then none within rows made tighter: not infeasible."""
    true, answers = mixed.whole_plan, itertools.count()

    def refused(program: Any, **more: Any) -> Any:
        if next(answers) % 2:
            return dataclasses.replace(
                true(program, **more), status="infeasible", values=None, bound=-math.inf
            )
        values = np.where(program.whole, 1.0, 0.0)  # every pair at once breaks the rows
        return dataclasses.replace(true(program, **more), values=values)

    monkeypatch.setattr(priced, "whole_plan", refused)
    with pytest.raises(tm.SolverError, match="break the rows"):
        tm.solve(small)


# ---------------------------------------------------------------- what once went wrong, or nearly

IDS: dict[str, Any] = {"index": list("abc"), "columns": list("xyz")}
SCORES = pd.DataFrame([[0.9, 0.2, 0.5], [0.8, 0.7, 0.1], [0.3, 0.6, 0.4]], **IDS)
PEOPLE = pd.DataFrame({"candidate_id": list("abc"), "team": list("NSN"), "wage": [0.1, 0.2, 0.3]})
NEEDS = pd.DataFrame({"demand_id": list("xyz"), "firm": ["F", "G", "F"]})


def test_the_lowest_of_two_locked_scores_is_the_bottleneck() -> None:
    """Locks of 0.6 and 0.2 leave 0.2 as the lowest, not 0.6 and not nothing."""
    rules: list[Any] = [Lock([("c", "y"), ("a", "z")]), Forbid([("a", "x")])]
    scores = SCORES.copy()
    scores.loc["a", "z"] = 0.2
    result = tm.solve(tm.Problem(scores, constraints=rules), "bottleneck")
    assert result.status == "optimal"
    assert result.stages["value"].tolist() == pytest.approx([3, 0.2, 1.6])


def test_one_crossing_may_be_closed() -> None:
    """Nobody of team N at firm F: the other crossings stay open."""
    rule = GroupLimit(("team", "firm"), at_most={("N", "F"): 0})
    result = tm.solve(tm.Problem(SCORES, PEOPLE, NEEDS, constraints=[rule]))
    assert result.status == "optimal"
    assert result.objective == pytest.approx(0.8 + 0.6)
    assert result.pairs["demand_id"].tolist() == ["x", "y"]


@pytest.mark.parametrize("scores", [[1.0, -1.0], [0.1, 0.2, -0.3], [0.0, 0.0], [1e6, 0.25, -1e6]])
def test_totals_of_zero_have_a_gap(scores: list[float]) -> None:
    """Scores that cancel are proved best although every relative gap divides by their total."""
    rule = TotalLimit(at_least=len(scores))
    problem = tm.Problem([scores], capacity=len(scores), constraints=[rule])
    result = tm.solve(problem, gap=0.05)
    assert (result.status, result.objective) == ("optimal", math.fsum(scores))
    assert result.bound == pytest.approx(result.objective, abs=1e-12)


@pytest.mark.parametrize(
    ("at_most", "total"), [(0.3, 1.6), (0.1 + 0.2, 1.6), (0.29, 0.9), (0.19, 0.9), (0.0, 0.0)]
)
def test_a_budget_is_kept_to_the_cent(at_most: float, total: float) -> None:
    """Wages of 0.1 and 0.2 are 0.3, whatever their floats add up to; a cent less is too little."""
    rules: list[Any] = [Budget("wage", at_most=at_most), Forbid([("c", one) for one in "xyz"])]
    result = tm.solve(tm.Problem(SCORES, PEOPLE, NEEDS, constraints=rules))
    assert result.status == "optimal"
    assert result.objective == pytest.approx(total)


@pytest.mark.parametrize("aim", STAGED)
def test_where_nothing_is_allowed_the_empty_plan_is_best(aim: str) -> None:
    """A limit of no pairs at all: an optimum of 0, not infeasible and not an error."""
    nothing: list[Any] = [TotalLimit(at_most=0), GroupLimit(("team", "firm"), at_most=0)]
    for rule in nothing:
        result = tm.solve(tm.Problem(SCORES, PEOPLE, NEEDS, constraints=[rule]), STAGED[aim])
        assert (result.status, result.stopped) == ("optimal", "proved")
        assert (len(result.pairs), result.objective, result.bound) == (0, 0.0, 0.0)
