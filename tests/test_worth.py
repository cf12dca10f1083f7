"""What more of something is worth: against brute force of the larger problem, and by prices."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import allocations as oracle
import talentmatch as tm
from allocations import Allocation, Labels, allocations, goals, random_allocation
from talentmatch.enlarging import raised, with_copies
from talentmatch.worth import marginal_value, scarcity

light = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def solved(allocation: Allocation, aim: Any = "total") -> tm.Result:
    """The library's answer."""
    return tm.solve(allocation.problem(), aim=oracle.given(aim))


def copied(a: Allocation, i: int) -> Allocation:
    """The allocation with a copy of one candidate, by plain lists, without floors and locks."""
    n = len(a.scores)
    rows = [*range(n), i]
    new = "C9"

    def by(one: Any) -> Any:
        if isinstance(one, tuple):
            return tuple(map(by, one))
        if one is None or one.side == "demand":
            return one
        last = new if one.name == "candidate_id" else one.values[i]
        return dataclasses.replace(one, values=(*one.values, last))

    def cost(one: Any) -> Any:
        if one is None or one.side == "demand":
            return one
        if one.side == "pair":
            return dataclasses.replace(one, values=one.values[rows])
        return dataclasses.replace(one, values=(*one.values, one.values[i]))

    def limits(value: Any, rule: Any, *, floor: bool) -> Any:
        mine = rule.by[0] if isinstance(rule.by, tuple) else rule.by
        if not (isinstance(mine, Labels) and mine.name == "candidate_id"):
            return value
        wide = isinstance(rule.by, tuple)
        if isinstance(value, pd.Series):
            value = dict(value.items())
        if isinstance(value, dict):
            out = dict(value)
            if not floor:
                for key, number in value.items():
                    if wide and key[0] == mine.values[i]:
                        out[(new, key[1])] = number
                    elif not wide and key == mine.values[i]:
                        out[new] = number
            return out
        if floor and value:
            return {((k, None) if wide else k): value for k in mine.values}
        return value

    return dataclasses.replace(
        a,
        scores=a.scores[rows],
        capacity=a.capacity[rows],
        min_load=np.append(a.min_load, 0),
        loads=None if a.loads is None else a.loads[rows],
        groups=[
            dataclasses.replace(
                rule, by=by(rule.by), cost=cost(rule.cost),
                at_most=limits(rule.at_most, rule, floor=False),
                at_least=limits(rule.at_least, rule, floor=True),
            )
            for rule in a.groups
        ],
        clashes=[
            dataclasses.replace(
                one,
                pairs=one.pairs + tuple(
                    (n, p[1] if p[0] == i else p[0]) for p in one.pairs if i in p
                ),
            )
            for one in a.clashes
        ],
        forbids=a.forbids + [(n, j) for k, j in a.forbids if k == i],
        candidates={
            h: [*v, new if h == "candidate_id" else v[i]] for h, v in a.candidates.items()
        },
    )  # fmt: skip


def check_gain(
    allocation: Allocation, larger: Allocation, aim: Any, result: tm.Result, **what: Any
) -> None:
    """The exact gain is that of brute force; a price that is called a ceiling is one."""
    best, more = oracle.brute_force(allocation, aim), oracle.brute_force(larger, aim)
    assert best is not None
    assert more is not None
    told = marginal_value(result, **what)
    size = max(abs(best[-1]), abs(more[-1]), 1e-3 * allocation.size)
    assert told.kind == "exact"
    assert told.is_promise
    assert told.value == pytest.approx(more[-1] - best[-1], abs=2e-9 * size)
    changed = [a for a, b in zip(best[:-1], more[:-1], strict=True) if a != pytest.approx(b)]
    assert ("not comparable" in told.sentence) == bool(changed)
    try:
        price = marginal_value(result, **what, exact=False)
    except tm.NoPlanError:
        return
    assert not price.is_promise
    assert price.kind == result.price_kind
    if "at most" in price.sentence:
        assert price.value >= told.value - 1e-7 * size


def draw_aim(data: st.DataObject, allocation: Allocation) -> Any:
    """The total mostly, sometimes another aim."""
    name = data.draw(st.sampled_from(("total", "total", "filled", "max_min", "coverage")))
    return "total" if name == "total" else data.draw(goals(allocation, name))


@light
@given(data=st.data())
def test_a_slot_gains_what_brute_force_says(data: st.DataObject) -> None:
    """One more slot of a demand, and one more unit of a candidate's capacity."""
    allocation = data.draw(allocations())
    aim = draw_aim(data, allocation)
    result = solved(allocation, aim)
    if result.status != "optimal":
        return
    j = data.draw(st.integers(0, allocation.scores.shape[1] - 1))
    headcount = allocation.headcount.copy()
    headcount[j] += 1
    larger = dataclasses.replace(allocation, headcount=headcount)
    check_gain(allocation, larger, aim, result, demand=allocation.ids("demand")[j])
    i = data.draw(st.integers(0, len(allocation.scores) - 1))
    capacity = allocation.capacity.copy()
    capacity[i] += 1
    larger = dataclasses.replace(allocation, capacity=capacity)
    check_gain(allocation, larger, aim, result, capacity=allocation.ids("candidate")[i])


@light
@given(data=st.data())
def test_a_further_candidate_gains_what_brute_force_says(data: st.DataObject) -> None:
    """A copy of a candidate under every kind of limit, given in every form."""
    allocation = data.draw(allocations(most=3, most_pairs=9))
    aim = draw_aim(data, allocation)
    result = solved(allocation, aim)
    if result.status != "optimal":
        return
    i = data.draw(st.integers(0, len(allocation.scores) - 1))
    who = allocation.ids("candidate")[i]
    check_gain(allocation, copied(allocation, i), aim, result, candidate=who)


@light
@given(data=st.data())
def test_a_higher_limit_gains_what_brute_force_says(data: st.DataObject) -> None:
    """Every ceiling of a group limit, a budget or a total limit, raised by one or by a half."""
    allocation = data.draw(allocations())
    aim = draw_aim(data, allocation)
    result = solved(allocation, aim)
    if result.status != "optimal" or not allocation.groups:
        return
    k = data.draw(st.integers(0, len(allocation.groups) - 1))
    rule, rows = allocation.groups[k], result.problem.rows[k]
    limited = np.flatnonzero(np.isfinite(rows.most)).tolist()
    if not limited:
        return
    label = rows.labels.tolist()[data.draw(st.sampled_from(limited))]
    amount = data.draw(st.sampled_from((1, Decimal("0.5")))) if rule.unit == "load" else 1
    labels = [name for name, _ in oracle.groups_of(rule.by, allocation.scores.shape)]
    if rule.by is None:
        most: Any = oracle.exact(rule.at_most) + Fraction(amount)
    else:
        most = {name: oracle.limit_of(rule.at_most, name) for name in labels}
        most = {name: value for name, value in most.items() if value is not None}
        most[label] += Fraction(amount)
    groups = list(allocation.groups)
    groups[k] = dataclasses.replace(rule, at_most=most)
    larger = dataclasses.replace(allocation, groups=groups)
    constraint = [c for c in result.problem.constraints if hasattr(c, "at_most")][k]
    same = [c for c in result.problem.constraints if c == constraint]
    if len(same) > 1:
        return
    group = None if rule.by is None else label
    check_gain(
        allocation, larger, aim, result, constraint=constraint, group=group, amount=amount
    )  # fmt: skip


def test_scarce_things_are_listed_by_price() -> None:
    """Candidates, demands and limits with a price, the highest first, as in the constraints."""
    rng = np.random.default_rng(3)
    seen: set[str] = set()
    for _ in range(60):
        result = solved(random_allocation(rng, 4, 4))
        if result.status != "optimal":
            continue
        found = scarcity(result, top=100)
        priced = result.constraints[result.constraints["price"] > 0]
        assert len(found) == len(priced)
        assert found["price"].is_monotonic_decreasing
        assert (found["price"] > 0).all()
        assert (found["price_kind"] == result.price_kind).all()
        assert len(scarcity(result, top=2)) == min(2, len(found))
        for row in found[found["kind"] == "demand"].itertuples():
            assert row.price == result.demand_prices[row.id]
        seen |= set(found["kind"].str.split().str[0])
    assert seen >= {"candidate", "demand", "GroupLimit", "Budget", "TotalLimit"}


def budget() -> tm.Result:
    """Two candidates who cost 30,000 each, a budget for one of them, with ids in words."""
    scores = pd.DataFrame([[0.9, 0.2], [0.8, 0.7]], index=["R1", "R2"], columns=["X1", "X2"])
    rule = tm.Budget(pd.Series([30_000, 30_000], index=["R1", "R2"], name="wage"), 40_000)
    return tm.solve(tm.Problem(scores, constraints=[rule]))


def test_sentences_name_what_there_is_more_of() -> None:
    """A slot, copies, capacity and money, with thousands apart."""
    result = budget()
    said = {
        "One more slot of X1 gains the total 0.000.": {"demand": "X1"},
        "2 more candidates like R1 gain the total 0.000.": {"candidate": "R1", "amount": 2},
        "One more unit of capacity of R1 gains the total 0.000.": {"capacity": "R1"},
        "20,000 more in Budget wage gains the total 0.700.":
            {"constraint": "Budget wage", "amount": 20_000},
        "19,999.5 more in Budget wage gains the total 0.000.":
            {"constraint": "Budget wage", "amount": 19_999.5},
    }  # fmt: skip
    for sentence, what in said.items():
        told = marginal_value(result, **what)
        assert told.sentence == sentence
        assert (told.kind, told.is_promise) == ("exact", True)


def test_a_price_is_no_promise() -> None:
    """Of a plan that the relaxation does not prove the price is an estimate, and says so."""
    told = marginal_value(budget(), constraint="Budget wage", amount=10_000, exact=False)
    assert not told.is_promise
    assert told.kind == "LP"
    assert told.sentence.startswith("10,000 more in Budget wage gains the total about ")
    plain = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]))
    told = marginal_value(plain, demand=0, exact=False)
    assert told.sentence == "One more slot of 0 gains the total at most 0.100 (dual price)."


def test_what_is_not_proved_is_promised_only_as_far_as_it_is() -> None:
    """The gain over the bound of a plan that stopped early is sure, and never below zero."""
    result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]))
    loose = dataclasses.replace(result, status=tm.Status.FEASIBLE, bound=1.65)
    told = marginal_value(loose, demand=0)
    assert told.is_promise
    assert told.value == pytest.approx(0.05)
    assert "at least 0.050; not proved" in told.sentence
    assert marginal_value(dataclasses.replace(loose, bound=9.0), demand=0).value == 0.0
    assert "about" in marginal_value(loose, demand=0, exact=False).sentence


def test_copies_keep_what_the_scores_and_masks_say() -> None:
    """Stored pairs, rules, masks and forbids bar a copy as they bar the candidate."""
    stored = sp.csr_array(np.array([[0.9, 0.2], [0.0, 0.7]]))
    mask = np.array([[True, False], [True, True]])
    for scores in (stored, stored.toarray()):
        for eligible in (mask, sp.csr_array(mask), None):
            problem = tm.Problem(
                scores, eligible=eligible, load=[[1, 2], [3, 4]], capacity=[3, 4],
                constraints=[tm.Forbid([(0, 0)])], min_load=[0, 3], candidates=pd.DataFrame(
                    {"team": ["a", "b"]}),
            )  # fmt: skip
            larger, origin = with_copies(problem, 0, 2)
            assert origin.tolist() == [0, 1, 0, 0]
            every = np.arange(4)
            np.testing.assert_array_equal(larger.block(every), problem.block(origin))
            np.testing.assert_array_equal(
                larger.at(every, np.ones(4, int)), problem.at(origin, np.ones(4, int))
            )
            assert larger.capacity.tolist() == [3, 4, 3, 3]
            assert larger.min_load.tolist() == [0, 3, 0, 0]
            assert larger.candidates is not None
            assert larger.candidates["team"].tolist() == ["a", "b", "a", "a"]
            assert larger.loads is not None
            assert larger.loads.at(every, np.ones(4, int)).tolist() == [2, 4, 2, 2]


def test_ids_of_copies_are_new() -> None:
    """Numbers go on, words get a number that nobody has."""
    for ids, new in ((["R1", "R1 (2)"], "R1 (3)"), ([5, 9], 10)):
        problem = tm.Problem(pd.DataFrame([[0.9], [0.8]], index=pd.Index(ids)))
        assert with_copies(problem, ids[0], 1)[0].candidate_ids.tolist()[-1] == new


def test_costs_of_one_side_in_groups_of_the_other() -> None:
    """A budget whose costs and groups stand on two sides of the same size keeps its meaning."""
    people = pd.DataFrame({"candidate_id": ["A", "B"], "wage": [1, 2]})
    needs = pd.DataFrame({"demand_id": ["X", "Y"], "firm": ["E1", "E2"]})
    scores = pd.DataFrame([[0.9, 0.2], [0.8, 0.7]], index=["A", "B"], columns=["X", "Y"])
    wages = pd.Series([1, 2], index=["A", "B"])
    firms = pd.Series(["E1", "E2"], index=["X", "Y"])
    for cost, by in (("wage", "firm"), (wages, firms), ("wage", firms), (wages, "firm")):
        rule = tm.Budget(cost, 2, by=by)
        larger, _ = with_copies(tm.Problem(scores, people, needs, constraints=[rule]), "B", 1)
        rows = larger.rows[0]
        assert rows.use is not None
        at = np.arange(3)[:, None], np.arange(2)[None, :]
        assert rows.use(*at).tolist() == [[1, 1], [2, 2], [2, 2]]
        assert rows.group(*at).tolist() == [[0, 1]] * 3


def test_what_cannot_be_asked_is_refused() -> None:
    """Each mistake with its own words."""
    result = budget()
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "needs one of candidate="),
        ({"demand": "X1", "candidate": "R1"}, "needs one of"),
        ({"demand": "X9"}, "no demand has the id 'X9'"),
        ({"demand": "X1", "group": "E1"}, "goes with constraint="),
        ({"demand": "X1", "amount": 0}, "amount must be a number > 0"),
        ({"demand": "X1", "amount": True}, "amount must be a number > 0"),
        ({"demand": "X1", "amount": 0.5}, "whole number here"),
        ({"capacity": "R1", "amount": 0.5}, "capacity must be a whole number"),
        ({"constraint": "Budget"}, "the limits are \\['Budget wage'\\]"),
        ({"constraint": tm.TotalLimit(1)}, "no limit with a ceiling"),
        ({"constraint": "Budget wage", "group": "E"}, "no group 'E'"),
        ({"constraint": "Budget wage", "amount": 0.001}, "whole cents"),
    ]
    for what, message in wrong:
        with pytest.raises(tm.ProblemError, match=message):
            marginal_value(result, **what)
    with pytest.raises(tm.ProblemError, match="top must be"):
        scarcity(result, top=0)
    none = tm.solve(tm.Problem([[1.0]], min_headcount=1, eligible=[[False]]))
    with pytest.raises(tm.NoPlanError):
        marginal_value(none, demand=0)
    rules = [
        tm.GroupLimit("demand_id", at_least=0, at_most={0: 1}),
        tm.GroupLimit(("candidate_id", "demand_id"), at_least={(None, 0): 1}),
    ]
    result = tm.solve(tm.Problem([[0.9, 0.2]], capacity=2, constraints=rules))
    with pytest.raises(tm.ProblemError, match="give group="):
        raised(result.problem, 0, None, Decimal(1))
    with pytest.raises(tm.ProblemError, match="no ceiling for 1"):
        raised(result.problem, 0, 1, Decimal(1))
    with pytest.raises(tm.ProblemError, match="cannot be extended to a copy"):
        marginal_value(result, candidate=0)


def test_chances_of_a_copy_are_those_of_the_candidate() -> None:
    """Expected contracts with probabilities by pair, which a further candidate shares."""
    p = np.array([[0.5, 0.2], [0.4, 0.1]])
    problem = tm.Problem(p, headcount=2)
    result = tm.solve(problem, tm.aims.ExpectedContracts(p))
    more = tm.solve(tm.Problem(p[[0, 1, 0]], headcount=2), tm.aims.ExpectedContracts(p[[0, 1, 0]]))
    told = marginal_value(result, candidate=0)
    assert told.value == pytest.approx(more.objective - result.objective, abs=1e-9)
    assert "gains the expected contracts" in told.sentence


def test_earlier_aims_that_change_are_named() -> None:
    """With a slot more another opening is filled, and the totals are not comparable."""
    problem = tm.Problem([[0.9, 0.1], [0.8, -0.5]], headcount=[1, 0])
    result = tm.solve(problem, ["filled"])
    told = marginal_value(result, demand=1)
    assert told.sentence == (
        "One more slot of 1: pairs 1 -> 2; total +0.000, which is not comparable."
    )
