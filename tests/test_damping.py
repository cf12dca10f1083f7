"""`Damping`: documents that say little, or the same again and again, weigh less."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import talentmatch as tm
from talentmatch.damping import Damping


def test_usual_documents_are_left_alone() -> None:
    """A document near the median in amount and variety keeps its weight."""
    held, words = np.array([80.0, 100.0, 120.0]), np.array([20.0, 25.0, 40.0])
    assert (Damping.learn(held, words).factors(held, words) == 1.0).all()


def test_less_said_weighs_less_and_never_more_than_one() -> None:
    """Factors lie in [0, 1] and fall with what a document holds, of the same words."""
    damping = Damping(amount=800, variety=5)
    factors = damping.factors(np.arange(0.0, 200.0), np.full(200, 30.0))
    assert factors.min() == 0.0
    assert factors.max() == 1.0
    assert (np.diff(factors) >= 0).all()


def test_nothing_to_learn_from_damps_nothing() -> None:
    """Empty documents only, or none, give factors of one."""
    assert Damping.learn(np.zeros(2), np.zeros(2)).factors(np.zeros(2), np.zeros(2)).tolist() == [
        1,
        1,
    ]
    assert Damping.learn(np.zeros(0), np.zeros(0)) == Damping()


@pytest.mark.parametrize(
    "post", ["welding", "welding engineer", "焊接工程师", "TIG welding of vessels"]
)
@pytest.mark.parametrize("stuffed", ["welding " * 50, "welding engineer " * 25, "焊接 " * 50])
def test_repeating_a_word_does_not_win(post: str, stuffed: str) -> None:
    """A resume that repeats the demand's word fifty times stays behind a genuine one."""
    texts = [
        stuffed,
        "Welding engineer: TIG and MIG welding of pressure vessels, ISO 9606, teams of twelve",
        "Pastry chef with ten years in hotels, bread, cakes and hygiene",
        "Accountant for audits, taxes and the yearly accounts of listed firms",
        "Nurse in intensive care, night shifts, English and German",
    ]
    people = pd.DataFrame({"candidate_id": list("SRABC"), "text": texts})
    needs = pd.DataFrame({"demand_id": ["X"], "text": [post]})
    best = tm.FitScorer().fit(people, needs).score(people, needs).shortlist(1)
    assert best["candidate_id"].tolist() == ["R"]
