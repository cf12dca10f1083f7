"""Diagnoses against all plans of tiny problems, and their words."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import talentmatch as tm
from allocations import Allocation, _Plans, groups_of, limit_of, random_allocation
from talentmatch.checking import check
from talentmatch.constraints import Budget, Conflict, GroupLimit, TotalLimit
from talentmatch.diagnosing import Diagnosis, diagnose
from talentmatch.products import DenseMatrix
from talentmatch.scores import Scores

Key = tuple[str, Any, bool]  # name, group, whether it is a ceiling


class Oracle:
    """What every subset of the pairs breaks of every limit, by counting."""

    def __init__(self, case: Allocation, names: list[str]) -> None:
        k = len(case.pairs[0])
        chosen = (np.arange(2**k)[:, None] >> np.arange(k)) % 2 == 1
        self.plans, self.case = _Plans(case, chosen), case
        self.broken: dict[Key, np.ndarray] = {}
        self.cost: dict[Key, float] = {}
        self.sides()
        for rule, name in zip(case.groups, names, strict=True):
            if rule.penalty is None:
                self.rule(rule, name)
        people, needs = case.ids("candidate"), case.ids("demand")
        rows, cols = self.plans.rows, self.plans.cols
        for i, j in case.locks:
            has = chosen[:, (rows == i) & (cols == j)].any(axis=1)
            self.put("Lock", (people[i], needs[j]), True, 1.0 - has, 1.0)
        for clash in case.clashes:
            found: dict[frozenset[int], np.ndarray] = {}
            for _, held in groups_of(clash.by, case.scores.shape):
                inside = held[rows, cols]
                for pair in clash.pairs:
                    both = np.ones(len(chosen), dtype=bool)
                    for one in pair:
                        both &= chosen[:, inside & (rows == one)].any(axis=1)
                    key = frozenset(pair)
                    found[key] = found.get(key, np.zeros(len(chosen))) + both
            for pair, times in found.items():
                label = frozenset(people[i] for i in pair)
                self.put("Conflict", label, True, (times > 0).astype(float), 1.0)

    def put(self, name: str, label: Any, top: bool, amount: np.ndarray, cost: float) -> None:
        """Note what every plan breaks of one limit, and the cost of a unit."""
        self.broken[name, label, top] = np.maximum(amount, 0.0)
        self.cost[name, label, top] = cost

    def sides(self) -> None:
        """The limits of candidates and demands."""
        case, chosen = self.case, self.plans.chosen
        loads = np.ones(case.scores.shape) if case.loads is None else case.loads.astype(float)
        weight = loads[self.plans.rows, self.plans.cols]
        for k, id in enumerate(case.ids("candidate")):
            used = chosen @ np.where(self.plans.rows == k, weight, 0.0)
            self.put("capacity", id, True, used - case.capacity[k], 1.0)
            if case.min_load[k]:
                self.put("min_load", id, False, case.min_load[k] - used, 1.0)
        for k, id in enumerate(case.ids("demand")):
            used = chosen[:, self.plans.cols == k].sum(axis=1)
            self.put("headcount", id, True, used - case.headcount[k], 1.0)
            if case.min_headcount[k]:
                self.put("min_headcount", id, False, case.min_headcount[k] - used, 1.0)

    def rule(self, rule: Any, name: str) -> None:
        """The limits of one constraint's groups."""
        for label, held in groups_of(rule.by, self.case.scores.shape):
            label = "all pairs" if rule.by is None else label
            whole, scale = self.plans.used(rule, held)
            used = whole / scale
            for end, top in ((rule.at_most, True), (rule.at_least, False)):
                limit = limit_of(end, "all" if rule.by is None else label)
                if limit is None or (not top and not limit):
                    continue
                size = float(abs(limit)) if rule.unit in ("cost", "score") and limit else 1.0
                sign = 1.0 if top else -1.0
                self.put(name, label, top, sign * (used - float(limit)), 1.0 / size)

    def possible(self, keys: list[Key]) -> bool:
        """Whether a plan keeps all these limits."""
        sound = np.ones(len(self.plans.chosen), dtype=bool)
        for key in keys:
            sound &= self.broken[key] <= 1e-9
        return bool(sound.any())

    def cheapest(self, keys: list[Key]) -> float:
        """Least cost of what plans break, where all other limits hold."""
        return float(self.costs(keys).min())

    def costs(self, keys: list[Key]) -> np.ndarray:
        """What every plan breaks of these limits; inf where it breaks another."""
        cost = np.zeros(len(self.plans.chosen))
        for key, broken in self.broken.items():
            price = self.cost[key] if key in keys else math.inf
            cost[broken > 1e-9] += broken[broken > 1e-9] * price
        return cost


def _keys(frame: pd.DataFrame) -> list[Key]:
    found: list[Key] = []
    for record in frame.to_dict("records"):
        name, label = record["constraint"], record["group"]
        top = not name.startswith("min_") and "at least" not in record.get("words", "")
        if name.startswith("Conflict"):
            name, label = "Conflict", frozenset(label)
        found.append((name, label, top))
    return found


def _cases(count: int) -> list[tuple[int, Allocation]]:
    """Infeasible tiny problems, by seed."""
    found = []
    for seed in range(4000):
        rng = np.random.default_rng(seed)
        n, m = rng.integers(1, 5, 2)
        case = random_allocation(rng, int(n), int(m), most_pairs=9)
        if rng.random() < 0.5:  # without these most guided cases have a plan
            case.capacity = np.minimum(case.capacity, rng.integers(0, 3, n)).astype(float)
            case.min_load = np.minimum(case.min_load, case.capacity).astype(int)
            case.locks += [] if rng.random() < 0.7 else [(int(n) - 1, 0)]
            case.locks = list(dict.fromkeys(case.locks))
        if case.loads is None:
            case.capacity = np.floor(case.capacity).astype(int)
        problem = case.problem()
        names = [rows.name for rows in problem.rows]
        if len(set(names)) < len(names) or len(case.clashes) > 1:
            continue  # such limits have one name, and the test could not tell them apart
        oracle = Oracle(case, names)
        if not oracle.possible(list(oracle.broken)):
            found.append((seed, case))
            if len(found) == count:
                break
    assert len(found) == count
    return found


@pytest.mark.parametrize(
    ("seed", "case"), _cases(80), ids=lambda v: v if isinstance(v, int) else ""
)
def test_cores_are_irreducible_and_repairs_cheapest(seed: int, case: Allocation) -> None:
    """Every claim of a diagnosis holds over all plans of a tiny problem."""
    problem = case.problem()
    oracle = Oracle(case, [rows.name for rows in problem.rows])
    found = diagnose(problem)
    assert found.feasible is False
    core = _keys(found.core)
    assert len(set(core)) == len(core)
    assert not oracle.possible(core)
    for key in core:
        assert oracle.possible([other for other in core if other != key])
    assert found.is_minimal
    assert found.is_verified
    least = oracle.cheapest(list(oracle.broken))
    assert found.cost == pytest.approx(least, rel=1e-6, abs=1e-9)
    assert found.repaired is not None
    assert diagnose(found.repaired).feasible
    assert str(found)


@pytest.mark.parametrize(
    ("seed", "case"), _cases(25), ids=lambda v: v if isinstance(v, int) else ""
)
def test_partial_plans_miss_as_little_as_possible(seed: int, case: Allocation) -> None:
    """Where only floors and locks give way the shortfall costs what brute force finds."""
    problem = case.problem()
    oracle = Oracle(case, [rows.name for rows in problem.rows])
    gives = [key for key in oracle.broken if not key[2] or key[0] == "Lock"]
    result = tm.solve(problem, allow_unmet=True)
    missing = result.shortfall
    assert result.status == "optimal"
    cost = sum(
        oracle.cost[key] * float(amount)
        for key, amount in zip(_partial_keys(missing), missing["missing"], strict=True)
    )
    costs = oracle.costs(gives)
    assert cost == pytest.approx(costs.min(), rel=1e-6, abs=1e-9)
    totals = oracle.plans.score() - oracle.plans.penalties()
    best = totals[costs <= costs.min() + 1e-7].max()
    assert result.objective == pytest.approx(best, rel=1e-6, abs=1e-6)


def _partial_keys(frame: pd.DataFrame) -> list[Key]:
    return [(n, g, n == "Lock") for n, g in zip(frame["constraint"], frame["group"], strict=True)]


def _frame(scores: Any, people: int, needs: int) -> pd.DataFrame:
    """Scores with the ids R1, R2, ... and X1, X2, ..."""
    names = [f"R{k + 1}" for k in range(people)], [f"X{k + 1}" for k in range(needs)]
    return pd.DataFrame(np.broadcast_to(scores, (people, needs)), *names)


def test_floors_that_too_few_people_pass_name_demands_people_and_rules() -> None:
    """Too few people for some demands: the sentence says who passes, and what bars the rest."""
    people = pd.DataFrame(
        {"candidate_id": ["R1", "R2", "R3"], "degree": ["doctor", "none", "none"]}
    )
    posts = pd.DataFrame({"demand_id": ["X1", "X2"], "min_degree": ["doctor"] * 2})
    gate = tm.AtLeast("degree").bind(people, posts)
    rows, cols = np.arange(3)[:, None], np.arange(2)[None, :]
    sound = _frame(0.5, 3, 2).where(gate.passes(rows, cols))
    problem = tm.Problem(sound, people, posts, min_headcount=1)
    found = diagnose(problem)
    assert found.sentences[0] == (
        "Demands X1 and X2 need 2 people; only R1 passes, with room for 1."
    )
    assert found.core["constraint"].tolist() == ["capacity", "min_headcount", "min_headcount"]
    assert found.core["group"].tolist() == ["R1", "X1", "X2"]
    gated = Scores(_frame_source(3, 2), people["candidate_id"], posts["demand_id"], gates=[gate])
    found = diagnose(tm.Problem(gated, people, posts, min_headcount=1))
    assert f"barred by: {gate.name} (4)" in str(found)


def _frame_source(people: int, needs: int) -> Any:
    return DenseMatrix(np.full((people, needs), 0.5))


def test_nobody_passes() -> None:
    """A demand that no candidate may serve is the whole clash."""
    found = diagnose(tm.Problem(_frame(np.nan, 3, 1), min_headcount=1))
    assert found.sentences[0] == "Demand X1 needs 1 person; nobody passes."
    assert found.core["words"].tolist() == ["min_headcount of X1: at least 1 person"]
    assert found.repair.to_dict("records") == [
        {"constraint": "min_headcount", "group": "X1", "from": 1, "to": 0, "change": 1}
    ]


def test_people_who_must_be_placed_where_there_is_too_little_room() -> None:
    """The same for candidates' floors."""
    found = diagnose(tm.Problem(_frame(0.5, 3, 1), min_load=1))
    words = (
        r"Candidates R\d and R\d must have 2 demands; only X1 is open to them, with room for 1\."
    )
    assert re.fullmatch(words, found.sentences[0])
    assert found.cost == 2.0


def test_a_lock_against_a_rule_names_the_rule() -> None:
    """A locked pair that is not eligible must be released, and the rule is named."""
    rules = [tm.Lock([("R1", "X1")]), tm.Forbid([("R1", "X1")])]
    found = diagnose(tm.Problem(_frame(0.5, 1, 2), constraints=rules))
    assert found.sentences[0] == "Lock R1 - X1: the pair is not eligible: Forbid."
    assert found.repaired is not None
    assert not len(found.repaired.locked[0])


def test_locks_against_a_capacity() -> None:
    """Two locks on one candidate with room for one: three members."""
    rules = [tm.Lock([("R1", "X1"), ("R1", "X2")])]
    found = diagnose(tm.Problem(_frame(0.5, 1, 2), constraints=rules))
    assert set(found.core["words"]) == {
        "capacity of R1: at most 1 demand", "Lock R1 - X1", "Lock R1 - X2",
    }  # fmt: skip
    assert "raise capacity of R1 from 1 to 2" in str(found)
    held = diagnose(found.repaired.replace(capacity=1), costs={"capacity": math.inf})
    assert held.repair["constraint"].tolist() == ["Lock"]


def test_floors_against_a_group_limit_and_a_budget_in_the_users_numbers() -> None:
    """Groups by their values, money with its thousands; a changed dict keeps the others."""
    posts = pd.DataFrame({"demand_id": ["X1", "X2", "X3"], "enterprise_id": ["E1", "E1", "E2"]})
    scores = _frame(0.5, 3, 3)
    limit = GroupLimit("enterprise_id", at_most={"E1": 1, "E2": 3})
    found = diagnose(tm.Problem(scores, None, posts, min_headcount=1, constraints=[limit]))
    assert "GroupLimit enterprise_id E1: at most 1 pair" in str(found)
    assert found.cost == 1.0
    budget = Budget(pd.Series([50_000.25] * 3, scores.index, name="subsidy"), at_most=100_000)
    found = diagnose(
        tm.Problem(scores, min_headcount=1, constraints=[budget]),
        costs={"min_headcount": math.inf},
    )
    assert "Budget subsidy: at most 100,000 for all pairs" in str(found)
    assert found.repair[["from", "to"]].to_numpy().tolist() == [[100_000, 150_000.75]]
    assert found.cost == pytest.approx(0.5000075)


def test_a_clash_of_whole_pairs_only() -> None:
    """Loads that fit as fractions, and not as whole pairs."""
    problem = tm.Problem(_frame(0.5, 2, 3), load=[2, 2, 2], capacity=3, min_headcount=1)
    found = diagnose(problem)
    assert len(found.core) == 5
    assert found.repair["change"].tolist() == [1]
    assert found.is_minimal
    assert found.is_verified


def test_a_conflict_may_be_dropped_and_a_total_raised() -> None:
    """Candidates kept apart where a demand needs both."""
    rules = [Conflict([("R1", "R2")], by="demand_id"), TotalLimit(at_most=1)]
    problem = tm.Problem(_frame(0.5, 2, 1), headcount=2, min_headcount=2, constraints=rules)
    found = diagnose(problem, costs={"min_headcount": math.inf})
    assert set(found.repair["constraint"]) == {"Conflict demand_id", "TotalLimit"}
    assert found.repaired is not None
    assert not found.repaired.apart
    assert not check(found.repaired, tm.solve(found.repaired).pairs)


def test_a_problem_with_a_plan_has_nothing_to_diagnose() -> None:
    """Then everything else is empty, and the sentence says so."""
    found = diagnose(tm.Problem(_frame(0.5, 2, 2), min_headcount=1))
    assert found.feasible
    assert not len(found.core)
    assert not len(found.repair)
    assert str(found) == "The problem has a plan: no limit stands in the way."
    assert repr(found).startswith("<Diagnosis")


def test_what_must_not_change_may_leave_no_repair() -> None:
    """Everything in the clash forbidden to change: no repair, and that is proved."""
    names = ("capacity", "min_headcount", "headcount")
    problem = tm.Problem(_frame(0.5, 1, 2), min_headcount=1)
    found = diagnose(problem, costs=dict.fromkeys(names, math.inf))
    assert found.repaired is None
    assert math.isnan(found.cost)
    assert found.sentences[-1] == "No repair: what may be changed does not suffice."


@pytest.mark.parametrize("costs", [{"capacities": 1.0}, {"capacity": 0}, {"capacity": "much"}])
def test_costs_are_checked(costs: dict[str, Any]) -> None:
    """An unknown name or a cost that is none raises."""
    with pytest.raises(tm.ProblemError, match="costs"):
        diagnose(tm.Problem([[0.5]]), costs=costs)


def test_a_time_limit_claims_nothing_that_is_not_known() -> None:
    """When the time is up the diagnosis says what is missing."""
    rng = np.random.default_rng(0)
    problem = tm.Problem(rng.random((300, 250)), min_load=1)
    found = diagnose(problem, time_limit=0.5)
    assert isinstance(found, Diagnosis)
    if not found.is_minimal or not found.is_verified:
        assert found.feasible is None or "time was up" in str(found) or "tried at" in str(found)


def test_many_demands_that_few_people_may_serve_take_seconds() -> None:
    """At 1,000 x 1,160 with fifty floors that twenty people may meet."""
    rng = np.random.default_rng(0)
    n, m = 1000, 1160
    asked, able = rng.choice(m, 50, replace=False), rng.choice(n, 20, replace=False)
    eligible = np.ones((n, m), dtype=bool)
    eligible[:, asked] = False
    eligible[np.ix_(able, asked)] = True
    floors = np.zeros(m, dtype=int)
    floors[asked] = 1
    problem = tm.Problem(rng.random((n, m)), min_headcount=floors, eligible=eligible)
    found = diagnose(problem)
    assert found.is_verified
    assert found.cost == 30.0
    assert (found.core["constraint"] == "min_headcount").sum() == 21
    assert "50 people in all" in found.sentences[1]
    result = tm.solve(problem, allow_unmet=True)
    missing = result.shortfall
    assert result.status == "optimal"
    assert missing["missing"].sum() == 30


def test_partial_plans_release_locks_that_rules_bar() -> None:
    """A barred lock is unmet, and the rest of the plan stands."""
    problem = tm.Problem([[0.9, np.nan]], constraints=[tm.Lock([(0, 1)])])
    result = tm.solve(problem, allow_unmet=True)
    missing = result.shortfall
    assert result.objective == 0.9
    assert missing["constraint"].tolist() == ["Lock"]
    assert missing["missing"].tolist() == [1]
