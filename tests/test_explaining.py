"""Explanations: true numbers, by solving again with another program."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

import talentmatch as tm


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
