"""Explanations: true numbers, by solving again with another program."""

from __future__ import annotations

import dataclasses
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

import allocations as oracle
import talentmatch as tm
from allocations import allocations, goals, random_allocation
from talentmatch.explaining import alternatives
from talentmatch.reduced_costs import costs_at_least


def _total(scores: np.ndarray) -> float:
    return float(scores[linear_sum_assignment(scores, maximize=True)].sum())


def _random(seed: int) -> tuple[np.ndarray, tm.Result]:
    scores = np.random.default_rng(seed).random((6, 5)) + 0.1
    return scores, tm.solve(tm.Problem(scores))


@pytest.mark.parametrize("seed", range(4))
def test_regret_is_what_the_whole_plan_loses(seed: int) -> None:
    """Forced pairs against scipy on the rest; forbidden ones against scipy without them."""
    scores, result = _random(seed)
    chosen = set(zip(result.pairs["candidate_id"], result.pairs["demand_id"], strict=True))
    for i, j in np.ndindex(scores.shape):
        told = tm.explain(result, candidate=i, demand=j)
        if (i, j) in chosen:
            without = scores.copy()
            without[i, j] = 0.0
            loss = _total(scores) - _total(without)
        else:
            rest = np.delete(np.delete(scores, i, axis=0), j, axis=1)
            loss = _total(scores) - _total(rest) - scores[i, j]
        assert told.regret == pytest.approx(loss, abs=1e-12)
        came = told.changes.loc[told.changes["change"] == "in", "score"].sum()
        went = told.changes.loc[told.changes["change"] == "out", "score"].sum()
        own = -scores[i, j] if (i, j) in chosen else scores[i, j]
        assert went - came - own == pytest.approx(loss, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_a_runner_up_never_costs_less_than_promised(seed: int) -> None:
    """`costs_at_least` is a lower bound of the exact regret."""
    _, result = _random(seed)
    for j in range(5):
        for row in tm.explain(result, demand=j).runners_up.itertuples():
            exact = tm.explain(result, candidate=row.candidate_id, demand=j).regret
            assert row.costs_at_least <= exact + 1e-12


def test_prices_are_gain_and_loss() -> None:
    """One more slot of a demand, and the loss of a candidate, by solving again."""
    scores, result = _random(9)
    wider = np.hstack([scores, scores[:, [2]]])
    assert tm.explain(result, demand=2).price == pytest.approx(
        _total(wider) - _total(scores), abs=1e-12
    )
    fewer = np.delete(scores, 3, axis=0)
    assert tm.explain(result, candidate=3).price == pytest.approx(
        _total(scores) - _total(fewer), abs=1e-12
    )


def test_a_barred_pair_names_every_bar() -> None:
    """Rule, mask, forbid, min_score and missing scores, each in words."""
    people = pd.DataFrame(
        {"candidate_id": ["R1", "R2"], "text": ["cable", "bread"], "degree": ["master", "doctor"]}
    )
    needs = pd.DataFrame({"demand_id": ["X1"], "text": ["cable maker"], "min_degree": ["doctor"]})
    result = tm.match(people, needs)
    told = tm.explain(result, candidate="R1", demand="X1")
    assert told.barred_by == ("degree at least min_degree",)
    assert told.regret is None
    assert told.sentences[0].endswith("is not eligible: degree at least min_degree.")
    problem = tm.Problem(
        [[0.9, 0.2], [np.nan, 0.7]],
        min_score=0.3,
        eligible=[[False, True], [True, True]],
        constraints=[tm.Forbid([(1, 1)])],
    )
    result = tm.solve(problem)
    bars = {
        (i, j): tm.explain(result, candidate=i, demand=j).barred_by for i, j in np.ndindex(2, 2)
    }
    assert bars == {
        (0, 0): ("the eligible mask",),
        (0, 1): ("score 0.2 is below min_score 0.3",),
        (1, 0): ("not eligible in the scores given",),
        (1, 1): ("Forbid",),
    }


def test_forcing_what_no_plan_can_hold_says_so() -> None:
    """A pair may be eligible and still impossible beside the locks."""
    problem = tm.Problem([[0.9, 0.2], [0.8, 0.7]], constraints=[tm.Lock([(0, 0)])])
    told = tm.explain(tm.solve(problem), candidate=1, demand=0)
    assert told.regret is None
    assert "leaves no plan: locks exceed the headcount of 0 by 1" in told.sentences[1]


def test_terms_are_those_of_the_scores() -> None:
    """The largest contributions, for the pair asked about or the chosen ones."""
    people = [{"candidate_id": "R1", "text": "submarine cable design"}]
    needs = [{"demand_id": "X1", "text": "cable design"}, {"demand_id": "X2", "text": "design"}]
    result = tm.match(people, needs)
    for told in (
        tm.explain(result, candidate="R1", demand="X1"),
        tm.explain(result, demand="X1"),
        tm.explain(result, candidate="R1"),
    ):
        top = result.scores.contributions("R1", "X1").head(len(told.terms))
        assert told.terms["term"].tolist() == top["term"].tolist()
        assert told.terms["contribution"].tolist() == top["contribution"].tolist()
        assert "cable design" in str(told)
    assert tm.explain(result, demand="X2").terms.empty
    assert tm.explain(result, demand="X2").sentences[0] == "Demand X2 has nobody for 1 opening."


def test_explain_needs_an_id_that_is_there() -> None:
    """No id, an unknown id, no plan: each its own error."""
    _, result = _random(0)
    with pytest.raises(tm.ProblemError, match="demand=, candidate= or both"):
        tm.explain(result)
    with pytest.raises(tm.ProblemError, match="no demand has the id 'X9'"):
        tm.explain(result, demand="X9")
    none = tm.solve(tm.Problem([[1.0]], min_headcount=1, eligible=[[False]]))
    with pytest.raises(tm.NoPlanError, match="infeasible"):
        tm.explain(none, demand=0)
    assert repr(tm.explain(result, demand=1)).startswith("<Explanation of demand 1: Demand 1 has")


def test_a_price_is_called_a_loss_only_where_it_is_one() -> None:
    """Capacities above one, of zero, floors and locks each have a sentence of their own."""
    wide = tm.solve(tm.Problem([[0.9, 0.8, 0.1], [0.2, 0.3, 0.4]], capacity=[2, 0]))
    assert tm.explain(wide, candidate=0).sentences[-1].startswith("One demand less for 0 would")
    assert not any("lose" in words for words in tm.explain(wide, candidate=1).sentences)
    floored = tm.solve(tm.Problem([[0.2, 0.9], [0.1, 0.7]], min_headcount=[1, 0], capacity=[1, 0]))
    assert tm.explain(floored, demand=0).sentences[-2:] == (
        "One more slot would gain the plan 0.000.",
        "Its floor costs the plan 0.700 a head.",
    )
    assert "floors and locks held" in tm.explain(floored, candidate=0).sentences[-1]


def test_a_result_can_be_kept_and_sent() -> None:
    """Pickled for a cache or another process, with its lazy parts."""
    _, result = _random(3)
    again = pickle.loads(pickle.dumps(result))
    pd.testing.assert_frame_equal(again.pairs, result.pairs)
    pd.testing.assert_frame_equal(again.price_range, result.price_range)
    pd.testing.assert_frame_equal(again.unassigned, result.unassigned)


light = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("name", ["total", "filled", "max_min", "coverage", "bottleneck"])
@light
@given(data=st.data())
def test_regret_under_every_limit_and_aim_equals_brute_force(
    name: str, data: st.DataObject
) -> None:
    """A pair forced or forbidden, stage by stage; reduced costs never promise more."""
    allocation = data.draw(allocations(most_pairs=9))
    goal = data.draw(goals(allocation, name))
    result = tm.solve(allocation.problem(), oracle.given(goal))
    if result.status != "optimal":
        return
    pair = data.draw(st.sampled_from(list(zip(*allocation.pairs, strict=True))))
    i, j = (int(place) for place in pair)
    who, what = allocation.ids("candidate")[i], allocation.ids("demand")[j]
    is_in = ((result.pairs["candidate_id"] == who) & (result.pairs["demand_id"] == what)).any()
    ruled = {"forbids": [*allocation.forbids, (i, j)]} if is_in else {
        "locks": [*allocation.locks, (i, j)]}  # fmt: skip
    best = oracle.brute_force(allocation, goal)
    other = oracle.brute_force(dataclasses.replace(allocation, **ruled), goal)
    told = tm.explain(result, candidate=who, demand=what)
    if other is None:
        assert told.regret is None
        assert "leaves no plan" in told.sentences[1]
        return
    assert best is not None
    size = max(abs(best[-1]), abs(other[-1]), 1e-3 * allocation.size)
    assert told.regret == pytest.approx(best[-1] - other[-1], abs=3e-9 * size)
    changed = [a for a, b in zip(best[:-1], other[:-1], strict=True) if a != pytest.approx(b)]
    assert ("not comparable" in " ".join(told.sentences)) == bool(changed)
    assert sum(" from " in words for words in told.sentences) == len(changed)
    if not is_in:
        least = costs_at_least(result, np.array([i]), np.array([j]))[0]
        assert np.isnan(least) or least <= told.regret + 1e-7 * size


def test_exact_regrets_are_those_of_pairs_asked_for_one_by_one() -> None:
    """Of a demand and of a candidate, with every kind of limit, and nan where no plan has it."""
    rng = np.random.default_rng(5)
    seen = 0
    for _ in range(8):
        result = tm.solve(random_allocation(rng, 4, 4).problem())
        if result.status != "optimal":
            continue
        for what in ({"demand": result.problem.demand_ids[0]},
                     {"candidate": result.problem.candidate_ids[0]}):  # fmt: skip
            frame = tm.explain(result, **what, exact=True).runners_up
            for row in frame.itertuples():
                told = tm.explain(result, candidate=row.candidate_id, demand=row.demand_id).regret
                if told is None:
                    assert np.isnan(row.regret)
                else:
                    seen += 1
                    assert row.regret == pytest.approx(told, abs=1e-12)
                    assert row.gives_up == ""
                    assert row.costs_at_least <= row.regret + 1e-9
    assert seen > 10


@pytest.mark.parametrize("seed", range(3))
def test_alternatives_cost_what_the_rest_of_the_plan_loses(seed: int) -> None:
    """Against scipy: the other on the demand, the chosen one off it, all else free."""
    scores, result = _random(seed)
    chosen = result.pairs.iloc[0]
    i, j = int(chosen["candidate_id"]), int(chosen["demand_id"])
    frame = alternatives(result, i, j, k=3)
    others = [k for k in np.argsort(-scores[:, j], kind="stable").tolist() if k != i][:3]
    assert sorted(frame["candidate_id"]) == sorted(others)
    assert frame["regret"].is_monotonic_increasing
    for row in frame.itertuples():
        rest = np.delete(np.delete(scores, row.candidate_id, axis=0), j, axis=1)
        want = _total(scores) - _total(rest) - scores[row.candidate_id, j]
        assert row.regret == pytest.approx(want, abs=1e-12)


def test_alternatives_need_a_pair_of_the_plan() -> None:
    """Unknown ids, a pair not chosen, no k; a locked pair has no alternative."""
    problem = tm.Problem([[0.9, 0.2], [0.8, 0.7]], constraints=[tm.Lock([(0, 0)])])
    result = tm.solve(problem)
    with pytest.raises(tm.ProblemError, match="1 on 0 is not in the plan; chosen: \\[0\\]"):
        alternatives(result, 1, 0)
    with pytest.raises(tm.ProblemError, match="no candidate has the id 9"):
        alternatives(result, 9, 0)
    with pytest.raises(tm.ProblemError, match="k must be"):
        alternatives(result, 0, 0, k=0)
    assert np.isnan(alternatives(result, 0, 0)["regret"]).all()


def test_prices_beyond_the_plain_case_say_what_they_are() -> None:
    """A dual price is a ceiling of the gain; a price of the relaxation is an estimate."""
    dual = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]], constraints=[tm.TotalLimit(9)]))
    assert dual.price_kind == "dual"
    price = dual.demand_prices[0]
    assert tm.explain(dual, demand=0).sentences[-1] == (
        f"One more slot would gain the total at most {price:.3f} (dual price)."
    )
    assert tm.explain(dual, candidate=1).sentences[-1].endswith(" (dual price).")
    costs = pd.Series([3, 2], index=[0, 1])
    rule = tm.Budget(costs, 4, side="candidate")
    loose = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]], constraints=[rule]))
    assert loose.price_kind == "LP"
    for what in ({"demand": 0}, {"candidate": 0}):
        assert "is worth about" in tm.explain(loose, **what).sentences[-1]
        assert tm.explain(loose, **what).sentences[-1].endswith(" of the total (LP price).")


def test_a_change_of_an_unproved_plan_is_told_as_such() -> None:
    """What is not proved may gain by a change, and the prices promise less."""
    result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]))
    worse = result.pairs.assign(demand_id=[1, 0])
    loose = dataclasses.replace(
        result, status=tm.Status.FEASIBLE, _pairs=worse, _objective=1.0, bound=1.6
    )
    told = tm.explain(loose, candidate=0, demand=0)
    assert told.sentences[-1].endswith("and gains the plan 0.600: the plan was not proved.")
    assert (tm.explain(loose, demand=0).runners_up["costs_at_least"] <= 0).all()
    known = costs_at_least(
        dataclasses.replace(loose, proof="solver's claim"), *np.array([[0], [0]])
    )
    assert np.isnan(known).all()
