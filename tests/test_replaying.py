"""Seasons of the built-in case, plans picked pair by pair, and policies on equal terms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import talentmatch as tm
from talentmatch.centre.funnel import outcomes
from talentmatch.centre.picking import pick_at_random, pick_by_score
from talentmatch.centre.record import Record
from talentmatch.centre.rehearsing import beilun_seasons
from talentmatch.centre.replaying import POLICIES, Replay, Season, replay
from talentmatch.contracts import expected_signatures
from talentmatch.datasets import Beilun, make_beilun
from talentmatch.datasets.fates import Fates, keyed_uniforms
from talentmatch.datasets.seasons import make_season
from talentmatch.errors import InputError, ProblemError

light = settings(max_examples=60, deadline=None, derandomize=True)
PAIR = ["candidate_id", "demand_id"]


@pytest.fixture(scope="module")
def case() -> Beilun:
    """Give the built-in case, made once; no test writes to it."""
    return make_beilun(seed=0)


@pytest.fixture(scope="module")
def pairs(case: Beilun) -> pd.DataFrame:
    """Give 600 pairs of fitting candidates, of all grades, several for some demands."""
    rng = np.random.default_rng(0)
    people = case.truth.loc[case.truth["fits_layout"], "candidate_id"].to_numpy()
    found = pd.DataFrame({"candidate_id": rng.choice(people, 900)})
    found["demand_id"] = rng.choice(case.demands["demand_id"].to_numpy()[:150], 900)
    same = case.demand_truth.set_index("demand_id")["speciality"][found["demand_id"]].to_numpy()
    by_speciality = case.truth[case.truth["fits_layout"]].groupby("speciality")["candidate_id"]
    near = [by_speciality.get_group(name).iloc[k % 3] for k, name in enumerate(same)]
    found["candidate_id"] = np.where(rng.random(900) < 0.7, near, found["candidate_id"])
    return found.drop_duplicates(ignore_index=True)[:600]


# --- fates and seasons ---


def test_draws_depend_on_seed_and_ids_only() -> None:
    """In another order, alone, or with other pairs around: the same numbers; uniform ones."""
    a = pd.Series([f"R{k % 97}" for k in range(20_000)])
    b = pd.Series([f"X{k // 97}" for k in range(20_000)])
    drawn = keyed_uniforms(7, a, b, 3)
    np.testing.assert_array_equal(drawn[::-1], keyed_uniforms(7, a[::-1], b[::-1], 3))
    np.testing.assert_array_equal(drawn[5:6], keyed_uniforms(7, a[5:6], b[5:6], 3))
    assert (drawn != keyed_uniforms(8, a, b, 3)).all()
    assert ((drawn >= 0) & (drawn < 1)).all()
    for column in drawn.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-3
    correlation = np.corrcoef(np.column_stack((drawn, keyed_uniforms(8, a, b, 3))).T)
    assert np.abs(correlation - np.eye(6)).max() < 0.04
    with pytest.raises(ProblemError, match="seed must be"):
        keyed_uniforms(-1, a, b, 1)


def test_fates_sign_as_often_as_their_chances_say(case: Beilun, pairs: pd.DataFrame) -> None:
    """Over 300 seeds the signatures of 600 pairs match the chances, grade by grade."""
    fates, grades = Fates(case), case.relevance(pairs)
    chances = fates.chances(pairs)
    signed = np.mean([fates.signs(pairs, seed=seed) for seed in range(300)], axis=0)
    for grade in range(4):
        some = grades == grade
        assert some.any()
        error = np.sqrt((chances[some] * (1 - chances[some])).sum() / 300) / some.sum()
        assert signed[some].mean() == pytest.approx(chances[some].mean(), abs=5 * error)
    assert (np.diff([chances[grades == g].mean() for g in range(4)]) > 0).all()


def test_a_pair_has_the_same_fate_in_every_plan(case: Beilun, pairs: pd.DataFrame) -> None:
    """Its events are the same whatever else is introduced, where there is room for all."""
    alone = pairs.drop_duplicates("demand_id").drop_duplicates("candidate_id")
    few = make_season(case, alone[:20], seed=3, arrivals=False)
    many = make_season(case, alone[::-1], seed=3, arrivals=False)
    kept = many.merge(alone[:20], on=PAIR)
    order = [*PAIR, "date", "kind"]
    one, two = (f.sort_values(order, ignore_index=True)[few.columns] for f in (few, kept))
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_season_goes_into_the_record(case: Beilun, pairs: pd.DataFrame, seed: int) -> None:
    """No order is impossible; a demand signs at most its openings, a candidate their capacity."""
    events = make_season(case, pairs, seed=seed)
    with Record(":memory:") as record:
        assert record.add(events) == len(events)
        past = outcomes(record)
    assert len(past) == len(pairs)
    assert past["contracted"].notna().all()
    signed = past[past["contracted"] == 1]
    assert len(signed) > 20
    for side, limit in (("demand", "headcount"), ("candidate", "capacity")):
        table = getattr(case, f"{side}s").set_index(f"{side}_id")[limit]
        number = signed[f"{side}_id"].value_counts()
        assert (number <= table[number.index]).all()
    wished = Fates(case).signs(past, seed=seed)
    assert not (past["contracted"].to_numpy(dtype=bool) & ~wished).any()
    reasons = events.loc[events["kind"] == "declined", "reason"]
    crowded = reasons.isin(["the post is filled", "signed elsewhere"]).sum()
    assert wished.sum() - len(signed) <= crowded


def test_seasons_repeat_whatever_the_order_of_rows(case: Beilun, pairs: pd.DataFrame) -> None:
    """The same seed gives the same events; another one others."""
    one = make_season(case, pairs, seed=1)
    pd.testing.assert_frame_equal(one, make_season(case, pairs[::-1], seed=1))
    assert not one.equals(make_season(case, pairs, seed=2))


def test_introductions_are_wrong_in_one_error(case: Beilun) -> None:
    """Repeated pairs, candidates not in the pool and days too early are told together."""
    truth = case.truth.set_index("candidate_id")["fits_layout"]
    inside, outside = truth.index[truth][:2], truth.index[~truth][0]
    wrong = pd.DataFrame(
        [
            (inside[0], "X0001", "2021-12-01"), (inside[0], "X0001", "2021-12-01"),
            (outside, "X0001", "2021-12-01"), (inside[1], "X0001", "2020-04-14"),
        ],
        columns=[*PAIR, "introduced"],
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        make_season(case, wrong)
    told = {(flaw.row, flaw.rule.split()[0]) for flaw in caught.value.flaws}
    assert told == {(2, "the"), (3, "the"), (4, "introduced")}
    with pytest.raises(ProblemError, match="not of this case"):
        make_season(case, wrong[:1].assign(demand_id="Y1"))
    with pytest.raises(ProblemError, match="the pool names candidates not of this case"):
        make_season(case, wrong[:1], pool=["Q1"])
    with pytest.raises(InputError, match="introduced on no day"):
        make_season(case, wrong[:1].assign(introduced=None))


def test_given_days_of_introductions_are_kept(case: Beilun, pairs: pd.DataFrame) -> None:
    """A working day stays; a Sunday becomes the Monday after."""
    some = pairs[:2].assign(introduced=["2022-03-02", "2022-03-06"])
    events = make_season(case, some, arrivals=False)
    days = events[events["kind"] == "introduced"].set_index(PAIR)["date"]
    found = [days[tuple(pair)] for pair in some[PAIR].to_numpy().tolist()]
    assert found == ["2022-03-02", "2022-03-07"]


# --- plans picked pair by pair ---


def _naive(problem: tm.Problem, order: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Add pairs in order wherever the checker finds no violation."""
    plan: list[tuple[Any, Any]] = []
    for pair in order:
        if not tm.check(problem, pd.DataFrame([*plan, pair], columns=PAIR)):
            plan.append(pair)
    return plan


def _problem(seed: int) -> tm.Problem:
    rng = np.random.default_rng(seed)
    scores = rng.random((5, 4))
    scores[rng.random((5, 4)) < 0.2] = np.nan
    return tm.Problem(
        scores, capacity=rng.integers(0, 3, 5), headcount=rng.integers(0, 4, 4),
        constraints=[
            tm.TotalLimit(at_most=int(rng.integers(1, 9))),
            tm.GroupLimit(np.array([0, 1, 0, 1]), side="demand", at_most=int(rng.integers(1, 5))),
            tm.Budget(rng.integers(1, 9, 5), at_most=20, side="candidate"),
            tm.Forbid([(0, 0)]),
        ],
    )  # fmt: skip


@light
@given(seed=st.integers(0, 10_000))
def test_the_best_score_first_equals_the_naive_greedy(seed: int) -> None:
    """Pair by pair the checker says whether there is room: the same plan."""
    problem = _problem(seed)
    value = problem.block(np.arange(5))
    order = sorted(zip(*np.nonzero(~np.isnan(value)), strict=True), key=lambda at: -value[at])
    want = _naive(problem, [(int(i), int(j)) for i, j in order])
    found = pick_by_score(problem)
    assert list(found.itertuples(index=False, name=None)) == want


@light
@given(seed=st.integers(0, 10_000))
def test_a_random_plan_keeps_every_limit_and_has_no_room_for_more(seed: int) -> None:
    """It is sound, it repeats, and no eligible pair could be added."""
    problem = _problem(seed)
    found = pick_at_random(problem, seed=seed)
    plan = list(found.itertuples(index=False, name=None))
    assert tm.check(problem, found) == []
    every = [(i, j) for i in range(5) for j in range(4)]
    assert _naive(problem, plan + [pair for pair in every if pair not in plan]) == plan
    pd.testing.assert_frame_equal(found, pick_at_random(problem, seed=seed))


def test_random_plans_differ_by_seed_but_not_by_the_order_of_rows() -> None:
    """Ids decide, not places."""
    frame = pd.DataFrame(np.full((6, 6), 0.5), index=list("ABCDEF"), columns=list("UVWXYZ"))
    turned = tm.Problem(frame.iloc[::-1, ::-1])
    plans = [pick_at_random(tm.Problem(frame), seed=seed) for seed in range(5)]
    pd.testing.assert_frame_equal(plans[1], pick_at_random(turned, seed=1))
    assert len({tuple(plan["demand_id"]) for plan in plans}) > 1
    pd.testing.assert_frame_equal(pick_by_score(tm.Problem(frame)), pick_by_score(turned))


def test_locked_pairs_come_first() -> None:
    """A lock is kept although its score is low; one without room is an error."""
    problem = tm.Problem([[0.9, 0.1], [0.8, 0.2]], constraints=[tm.Lock([(0, 1)])])
    assert pick_by_score(problem).to_numpy().tolist() == [[0, 1], [1, 0]]
    with pytest.raises(ProblemError, match="locked pairs have no room"):
        pick_by_score(problem.replace(capacity=0))


@pytest.mark.parametrize(
    "change",
    [
        {"min_headcount": 1},
        {"load": 2, "capacity": 2},
        {"constraints": [tm.TotalLimit(at_most=1, at_least=1)]},
        {"constraints": [tm.TotalLimit(at_most=1, penalty=2.0)]},
        {"constraints": [tm.TotalLimit(at_most=1, unit="candidates")]},
    ],
)
def test_limits_that_one_by_one_cannot_keep_are_refused(change: dict[str, Any]) -> None:
    """Floors, loads, soft limits and counts of people are not for a greedy pick."""
    problem = tm.Problem([[0.9, 0.1], [0.8, 0.2]]).replace(**change)
    with pytest.raises(ProblemError, match="picked one by one"):
        pick_by_score(problem)


# --- the replay ---


class Given:
    """A truth in which a table tells the chances, and pairs of even seeds and rows sign."""

    def __init__(self, p: Any) -> None:
        self.p = np.asarray(p)

    def chances(self, pairs: pd.DataFrame) -> Any:
        """Give the table's chances."""
        return self.p[pairs["candidate_id"], pairs["demand_id"]]

    def signs(self, pairs: pd.DataFrame, *, seed: int = 0) -> Any:
        """Sign where candidate and seed add up to an even number."""
        return (pairs["candidate_id"].to_numpy() + seed) % 2 == 0


def _season(seed: int) -> tuple[Season, Given]:
    p = np.random.default_rng(seed).random((6, 4))
    posts = pd.DataFrame({"demand_id": range(4), "enterprise_id": ["A", "A", "B", "C"]})
    problem = tm.Problem(p, demands=posts, headcount=2, constraints=[tm.TotalLimit(at_most=5)])
    return Season(problem, np.ones(4, dtype=np.int64), None, seed), Given(p)


def test_plans_are_told_by_the_truth() -> None:
    """Expected contracts, contracts within the openings and enterprises, counted by hand."""
    found = replay([_season(seed) for seed in range(3)])
    assert list(found.seasons["policy"][:4]) == list(POLICIES)
    for row in found.seasons.itertuples():
        season, truth = _season(row.season - 1)
        plan = POLICIES[row.policy](season)
        cols = plan["demand_id"].to_numpy()
        want = expected_signatures(cols, truth.chances(plan), season.openings).sum()
        assert row.expected == pytest.approx(want)
        signed = plan["demand_id"][truth.signs(plan, seed=season.seed)]
        assert row.contracts == signed.nunique()
        assert row.enterprises == len({"AABC"[k] for k in cols})
        assert row.introductions == 5
    ours = found.seasons[found.seasons["policy"] == "ours"].set_index("season")["expected"]
    for _, other in found.seasons.groupby("policy"):
        assert (other.set_index("season")["expected"] <= ours + 1e-9).all()


def test_intervals_are_students_of_paired_differences() -> None:
    """Against scipy's paired t test; a single season has no interval."""
    found = replay([_season(seed) for seed in range(6)], level=0.9)
    wide = found.seasons.pivot(index="season", columns="policy", values=["expected", "contracts"])
    for row in found.summary.set_index("policy").drop("ours").itertuples():
        for column, low, high in (
            ("expected", row.gain_low, row.gain_high), ("contracts", row.won_low, row.won_high)
        ):  # fmt: skip
            paired = wide[column]["ours"].astype(float), wide[column][row.Index].astype(float)
            want = stats.ttest_rel(*paired).confidence_interval(0.9)
            assert (low, high) == pytest.approx((want.low, want.high))
    single = replay([_season(0)]).summary
    assert single[["gain_low", "gain_high"]].isna().all(axis=None)
    assert len(found.sentences) == 4
    assert "ours brings +" in found.sentences[-1]


def test_users_add_policies_of_their_own() -> None:
    """A policy is a callable; one that breaks a limit is refused by name."""
    best = POLICIES["ours"]
    policies = {"best": best, "lazy": lambda season: best(season)[:2]}
    found = replay([_season(0)], policies=policies, reference="best")
    assert found.summary["introductions"].tolist() == [5, 2]
    twice = {"ours": best, "mad": lambda _: pd.DataFrame({"candidate_id": [0, 0],
                                                          "demand_id": [0, 1]})}  # fmt: skip
    with pytest.raises(ProblemError, match="the plan of 'mad' breaks"):
        replay([_season(0)], policies=twice)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"reference": "them"}, "none of the policies"), ({"level": 0}, "level must be")],
)
def test_what_cannot_be_replayed_is_said(change: dict[str, Any], message: str) -> None:
    """Every mistake has its own message."""
    with pytest.raises(ProblemError, match=message):
        replay([_season(0)], **change)
    with pytest.raises(ProblemError, match="no season"):
        replay([])


@pytest.fixture(scope="module")
def rehearsed() -> Replay:
    """Give two seasons of the built-in case, replayed."""
    return replay(beilun_seasons(2, seed=0))


def test_our_season_brings_more_than_greedy_and_random(rehearsed: Replay) -> None:
    """With chances learnt from an earlier season only, at equal introductions, in each season."""
    wide = rehearsed.seasons.pivot(index="season", columns="policy", values="expected")
    assert (wide["ours"] > wide["greedy"] + 1).all()
    assert (wide["ours"] > 5 * wide["random"]).all()
    assert (rehearsed.seasons["introductions"] == 340).all()


def test_chances_are_learnt_from_the_season_before_only() -> None:
    """The first season to be planned knows the record of the case before, not its own."""
    season, fates = next(beilun_seasons(1, seed=3, by=None))
    assert fates.case.candidates.equals(make_beilun(4).candidates)
    assert season.chances is not None
    assert season.chances.left_out + season.chances.count == 340
    assert 40 <= season.chances.contracts <= 85
    # whoever decides before draws other pairs, hence other outcomes
    other, _ = next(beilun_seasons(1, seed=3, by=None, before=POLICIES["random"]))
    assert other.chances is not None
    assert other.chances.contracts < 20
    for one in (season, other):
        np.testing.assert_array_equal(one.openings, fates.case.demands["headcount"])
