"""What a plan uses of every limit: counted again from its pairs, with slacks and prices."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

import talentmatch as tm
from talentmatch.constraints import Budget, Conflict, Forbid, GroupLimit, Lock, TotalLimit

COLUMNS = ["constraint", "group", "limit", "used", "slack", "price"]
PEOPLE, NEEDS = 9, 7
UNITS = ("pairs", "load", "candidates", "demands", "score")


def tables(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Scores with gaps, candidates and demands with groups and money, and loads of every pair."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(1, 1000, (PEOPLE, NEEDS)) / 1000
    scores[rng.random(scores.shape) < 0.15] = np.nan
    candidates = pd.DataFrame(
        {
            "candidate_id": [f"R{k}" for k in rng.permutation(PEOPLE)],
            "team": rng.permutation(np.arange(PEOPLE) % 3 + 10),
            "region": rng.permutation(["north", "south", None] * 3),
            "fee": rng.integers(1, 400, PEOPLE) / 100,
        }
    )
    demands = pd.DataFrame(
        {
            "demand_id": [f"X{k}" for k in rng.permutation(NEEDS)],
            "enterprise_id": rng.permutation(["甲公司", "E2"] * 4)[:NEEDS],
            "region": rng.permutation(["north", "west", " "] * 3)[:NEEDS],
            "subsidy": [Decimal(int(cents)) / 100 for cents in rng.integers(1, 10_000, NEEDS)],
        }
    )
    frame = pd.DataFrame(scores, index=candidates["candidate_id"], columns=demands["demand_id"])
    return frame, candidates, demands, rng.integers(1, 4, scores.shape)


def solved(seed: int, *constraints: Any, aim: str = "total", **more: Any) -> tm.Result:
    """A plan for the tables of a seed."""
    scores, candidates, demands, loads = tables(seed)
    given = {"capacity": 5, "headcount": 3, "load": loads} | more
    problem = tm.Problem(scores, candidates, demands, constraints=constraints, **given)
    return tm.solve(problem, aim)


def joined(result: tm.Result, seed: int) -> pd.DataFrame:
    """The pairs with every column of both tables; scores and loads read off the tables again."""
    scores, people, needs, loads = tables(seed)
    pairs = result.pairs[["candidate_id", "demand_id"]].merge(people, on="candidate_id")
    pairs = pairs.merge(needs, on="demand_id", suffixes=("_candidate", "_demand"))
    at = (scores.index.get_indexer(pairs["candidate_id"]),
          scores.columns.get_indexer(pairs["demand_id"]))  # fmt: skip
    return pairs.assign(score=scores.to_numpy()[at], load=loads[at])


def counted(pairs: pd.DataFrame, keys: list[str], unit: str) -> dict[Any, float]:
    """Use of every group that has a chosen pair, by pandas; blank groups left out."""
    for key in keys:
        pairs = pairs[pairs[key].notna() & (pairs[key] != " ")]
    groups = pairs.groupby(keys if len(keys) > 1 else keys[0])
    if unit in ("candidates", "demands"):
        return groups[f"{unit[:-1]}_id"].nunique().to_dict()
    if unit == "pairs":
        return groups.size().to_dict()
    return groups[unit].agg(lambda part: math.fsum(part)).to_dict()


def part_of(result: tm.Result, name: str) -> pd.DataFrame:
    """The lines of one constraint, by group."""
    table = result.constraints
    assert table.columns.tolist() == COLUMNS
    return table[table["constraint"] == name].set_index("group")


# by, side, the joined columns that hold the group, and the name of the constraint
GROUPS: list[tuple[Any, str | None, list[str], str]] = [
    ("team", None, ["team"], "GroupLimit team"),
    ("enterprise_id", None, ["enterprise_id"], "GroupLimit enterprise_id"),
    ("region", "candidate", ["region_candidate"], "GroupLimit region"),
    ("region", "demand", ["region_demand"], "GroupLimit region"),
    ("demand_id", None, ["demand_id"], "GroupLimit demand_id"),
    (("team", "enterprise_id"), None, ["team", "enterprise_id"], "GroupLimit team x enterprise_id"),
    (("region", "region"), None, ["region_candidate", "region_demand"],
     "GroupLimit region x region"),
]  # fmt: skip


def labels_of(seed: int, keys: list[str]) -> list[Any]:
    """Every group there is, in the user's own values."""
    _, candidates, demands, _ = tables(seed)
    found = []
    for key in keys:
        table = candidates if key in candidates or key.endswith("_candidate") else demands
        values = table[key.removesuffix("_candidate").removesuffix("_demand")]
        found.append({v for v in values.tolist() if v is not None and v == v and v != " "})
    return list(itertools.product(*found)) if len(found) > 1 else list(found[0])


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(("by", "side", "keys", "name"), GROUPS)
def test_ceilings_of_groups_are_counted_as_pandas_counts(
    by: Any, side: Any, keys: list[str], name: str, unit: Any
) -> None:
    """Labels, limits, uses and slacks of every group, on any side and crossed, in every unit."""
    seed = GROUPS.index((by, side, keys, name))
    labels = labels_of(seed, keys)
    ceilings = {label: 1 + k % 3 for k, label in enumerate(sorted(labels))}
    del ceilings[max(labels)]  # what no dict names has no limit and no line
    result = solved(seed, GroupLimit(by, ceilings, side=side, unit=unit))
    table, uses = part_of(result, name), counted(joined(result, seed), keys, unit)
    assert table["limit"].to_dict() == ceilings
    assert table["used"].to_dict() == pytest.approx({g: uses.get(g, 0) for g in ceilings})
    assert table["slack"].tolist() == (table["limit"] - table["used"]).tolist()
    assert table["slack"].min() >= -1e-9
    assert table["price"].min() >= 0
    assert table["used"].max() > 0


@pytest.mark.parametrize("unit", UNITS)
def test_floors_of_groups_have_slack_above_and_prices_below_zero(unit: Any) -> None:
    """Floors are lines of their own beside the ceilings of the same constraint."""
    rule = GroupLimit("enterprise_id", {"E2": 5}, 3, unit=unit)
    result = solved(1, rule, min_load=1)
    table = result.constraints[result.constraints["constraint"] == "GroupLimit enterprise_id"]
    assert table["group"].tolist()[0] == "E2"
    assert sorted(table["group"][1:]) == sorted(["E2", "甲公司"])
    assert table["limit"].tolist() == [5, 3, 3]
    uses = counted(joined(result, 1), ["enterprise_id"], unit)
    assert table["used"].tolist() == pytest.approx([uses[g] for g in table["group"]])
    slack = [5 - uses["E2"], *(uses[g] - 3 for g in table["group"][1:])]
    assert table["slack"].tolist() == pytest.approx(slack)
    assert (table["price"].iloc[1:] <= 0).all()


@pytest.mark.parametrize("aim", ["filled", "bottleneck", "max_min", "coverage"])
def test_capacities_and_headcounts_are_counted_for_every_aim(aim: str) -> None:
    """Loads of every candidate and people of every demand, ids in the problem's order."""
    result = solved(2, TotalLimit(12), aim=aim, min_load=1)
    pairs = joined(result, 2)
    loads, people = (counted(pairs, [f"{s}_id"], u) for s, u in
                     (("candidate", "load"), ("demand", "pairs")))  # fmt: skip
    for name, limit, uses, sign in (("capacity", 5, loads, 1), ("min_load", 1, loads, -1),
                                    ("headcount", 3, people, 1)):  # fmt: skip
        table = part_of(result, name)
        ids = result.problem.demand_ids if name == "headcount" else result.problem.candidate_ids
        assert table.index.tolist() == ids.tolist()
        assert table["limit"].tolist() == [limit] * len(ids)
        assert table["used"].tolist() == [uses.get(id, 0) for id in ids]
        assert table["slack"].tolist() == [sign * (limit - uses.get(id, 0)) for id in ids]
        assert (sign * table["price"] >= 0).all()
    total = part_of(result, "TotalLimit").loc["all pairs"]
    assert (total["limit"], total["used"], total["slack"]) == (12, len(pairs), 12 - len(pairs))
    assert "min_headcount" not in set(result.constraints["constraint"])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("column", ["fee", "subsidy"])
@pytest.mark.parametrize("by", [None, "team", "enterprise_id", ("team", "enterprise_id")])
def test_budgets_are_counted_to_the_cent(column: str, by: Any, seed: int) -> None:
    """What is used of a budget is the decimal sum of the costs of its pairs."""
    keys = [] if by is None else [by] if isinstance(by, str) else list(by)
    most = {"fee": 8.75, "subsidy": Decimal("160.05")}[column]
    most = most if by is None else dict.fromkeys(sorted(labels_of(seed, keys))[1:], most)
    rule = Budget(column, most, by=by)
    result = solved(seed, rule, load=None, capacity=2)
    assert tm.check(result.problem, result.pairs) == []
    pairs = result.to_frame([column, *keys])
    pairs[column] = [Decimal(str(cost)) for cost in pairs[column]]
    sums = pairs.groupby(keys)[column].sum() if keys else {"all pairs": pairs[column].sum()}
    table = part_of(result, rule.name)
    limits = most if isinstance(most, dict) else {"all pairs": most}
    assert table["limit"].to_dict() == {group: float(limit) for group, limit in limits.items()}
    for group, line in table.iterrows():
        spent = Decimal(sums.get(group, 0))
        assert Decimal(str(line["used"])) == spent
        assert line["slack"] == pytest.approx(float(Decimal(str(line["limit"])) - spent), abs=1e-12)
        assert line["slack"] >= 0
        assert line["price"] >= 0


@pytest.mark.parametrize("seed", range(5))
def test_a_matrix_of_real_costs_is_added_up(seed: int) -> None:
    """Costs that are no cents are summed as the floats they are."""
    costs = np.random.default_rng(seed).random((PEOPLE, NEEDS))
    result = solved(seed, Budget(costs, {"E2": 1.2, "甲公司": 2.3}, by="enterprise_id"))
    pairs, problem = result.to_frame(["enterprise_id"]), result.problem
    rows = problem.candidate_ids.get_indexer(pairs["candidate_id"])
    cols = problem.demand_ids.get_indexer(pairs["demand_id"])
    spent = pd.Series(costs[rows, cols]).groupby(pairs["enterprise_id"]).sum()
    table = part_of(result, "Budget matrix by enterprise_id")
    assert table["used"].to_dict() == pytest.approx(spent.to_dict(), rel=1e-12)
    assert table["slack"].min() >= -1e-9


@pytest.mark.parametrize("kind", ["ceiling", "floor", "budget"])
def test_broken_soft_limits_cost_the_total_what_they_lack(kind: str) -> None:
    """The objective is the scores less penalty x negative slack, and no price is above it."""
    rule, name = {
        "ceiling": (GroupLimit("team", 3, penalty=0.25), "GroupLimit team"),
        "floor": (GroupLimit("region", at_least=9, side="candidate", penalty=0.25),
                  "GroupLimit region"),
        "budget": (Budget("fee", 5.5, by="enterprise_id", penalty=0.25),
                   "Budget fee by enterprise_id"),
    }[kind]  # fmt: skip
    broken = 0
    for seed in range(6):
        result = solved(seed, rule, **({} if seed % 2 else {"load": None, "capacity": 2}))
        table = part_of(result, name)
        lost = 0.25 * (-table["slack"]).clip(lower=0).sum()
        assert result.objective == pytest.approx(math.fsum(result.pairs["score"]) - lost)
        assert (table["price"].abs() <= 0.25 + 1e-9).all()
        assert (table["price"] * (-1 if kind == "floor" else 1) >= 0).all()
        if result.price_kind == "dual":  # a broken limit costs its whole penalty per unit
            beyond = table["price"].abs()[table["slack"] < -1e-9]
            assert beyond.tolist() == pytest.approx([0.25] * len(beyond))
            broken += len(beyond)
    assert broken > 0


def test_dual_prices_are_complementary_and_bound_what_one_unit_gains() -> None:
    """Where the price is dual only what is used up has one; a unit more gains at most that."""
    seen = 0
    for seed in range(8):
        rules = [GroupLimit("team", {10: 3, 11: 4, 12: 4}), TotalLimit(10), Budget("subsidy", 350)]
        result = solved(seed, *rules, load=None, capacity=2)
        table = result.constraints
        if result.price_kind != "dual":
            continue
        assert (table["price"] * table["slack"]).abs().max() <= 1e-8
        assert (table["price"] >= 0).all()
        assert (table["price"][table["slack"] > 1e-6] <= 1e-8).all()
        team, total = part_of(result, "GroupLimit team"), part_of(result, "TotalLimit")
        for step in (1, -1):
            others = [(TotalLimit(10 + step), total.loc["all pairs", "price"])]
            for label in team.index:
                most = {**team["limit"].astype(int), label: int(team.loc[label, "limit"]) + step}
                others.append((GroupLimit("team", most), team.loc[label, "price"]))
            for rule, price in others:
                kept = [r for r in rules if type(r) is not type(rule)]
                gained = solved(seed, *kept, rule, load=None, capacity=2).objective
                assert gained <= result.objective + step * price + 1e-8
                seen += price > 1e-6
    assert seen > 10


def test_lists_of_pairs_have_a_line_each_and_no_price() -> None:
    """Locks, bars and conflicts tell how many pairs they hold; two limits of a name stay apart."""
    scores, *_ = tables(3)
    first, second, third = scores.index[:3]
    eligible = scores.columns[scores.loc[first].notna()]
    result = solved(
        3, Lock([(first, eligible[0])]), Forbid([(second, "X1"), (third, "X2")]),
        Conflict([(first, third)]), TotalLimit(9), TotalLimit(8), TotalLimit(20, unit="load"),
    )  # fmt: skip
    table = result.constraints.set_index("constraint")
    lines = table[table["price"].isna()]
    assert lines.index.tolist() == ["Lock", "Forbid", "Conflict enterprise_id"]
    assert lines["group"].tolist() == ["1 pairs", "2 pairs", "1 pairs"]
    assert lines["used"].tolist() == [1, 0, 1]
    assert lines["slack"].tolist() == [0, 0, 0]
    totals, n = table.loc["TotalLimit"], len(result.pairs)
    assert totals["limit"].tolist() == [9, 8, 20]
    assert totals["used"].tolist() == [n, n, joined(result, 3)["load"].sum()]


def test_an_empty_plan_uses_nothing() -> None:
    """A limit of zero pairs leaves every other limit untouched, and floors of none unlisted."""
    rules = [TotalLimit(0), Budget("fee", 3.5), GroupLimit("team", 2, unit="score")]
    result = solved(4, *rules)
    table = result.constraints
    assert result.pairs.empty
    assert table["used"].tolist() == [0] * len(table)
    assert table["slack"].tolist() == table["limit"].tolist()
    assert len(table) == PEOPLE + NEEDS + 1 + 1 + len(labels_of(4, ["team"]))


def test_without_a_plan_there_is_nothing_to_account_for() -> None:
    """Where limits cannot be met the frame is refused, with the reason."""
    result = solved(5, GroupLimit("team", 1), TotalLimit(at_least=9))
    assert result.status == "infeasible"
    with pytest.raises(tm.NoPlanError, match="the result is infeasible: "):
        _ = result.constraints


def test_loads_in_tenths_fill_a_capacity_exactly() -> None:
    """Three loads of a tenth use three tenths: a hard limit has no negative slack."""
    problem = tm.Problem(np.ones((1, 3)), capacity=0.3, min_load=0.3, load=np.full((1, 3), 0.1))
    table = tm.solve(problem).constraints.set_index("constraint").loc[["capacity", "min_load"]]
    assert table["used"].tolist() == [0.3, 0.3]
    assert table["slack"].tolist() == [0, 0]
