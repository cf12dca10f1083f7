"""Chances learnt from a record, and forecasts: exact means, and intervals that hold."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import talentmatch as tm
from talentmatch.centre.chances import signing_chances
from talentmatch.centre.forecasting import forecast
from talentmatch.centre.lessons import settled_share, shift_to
from talentmatch.errors import ProblemError
from talentmatch.learning import calibrate
from talentmatch.learning.reliability import wilson

light = settings(max_examples=40, deadline=None, derandomize=True)


def _plan(seed: int, n: int = 7, m: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairs with a column p, and their demands with a column headcount."""
    rng = np.random.default_rng(seed)
    pairs = pd.DataFrame({"candidate_id": [f"R{k}" for k in range(n)]})
    pairs["demand_id"] = [f"X{k}" for k in rng.integers(0, m, n)]
    pairs["p"] = rng.random(n).round(3)
    posts = pd.DataFrame({"demand_id": [f"X{k}" for k in range(m)]})
    posts["headcount"] = rng.integers(0, 3, m)
    posts["enterprise_id"] = ["E0", "E1", "E0"][:m]
    return pairs, posts


def _law(pairs: pd.DataFrame, posts: pd.DataFrame) -> dict[int, float]:
    """Chance of every number of contracts, by listing who signs."""
    room = posts.set_index("demand_id")["headcount"]
    law: dict[int, float] = {}
    for signs in itertools.product([0, 1], repeat=len(pairs)):
        p = pairs["p"].to_numpy()
        chance = float(np.where(signs, p, 1 - p).prod())
        number = pd.Series(signs).groupby(pairs["demand_id"].to_numpy()).sum()
        total = int(np.minimum(number, room[number.index]).sum())
        law[total] = law.get(total, 0.0) + chance
    return law


@light
@given(seed=st.integers(0, 10_000))
def test_the_mean_equals_brute_force(seed: int) -> None:
    """Expected contracts are exact, and so are those of every enterprise."""
    pairs, posts = _plan(seed)
    found = forecast(pairs, posts, p="p", simulations=10)
    law = _law(pairs, posts)
    assert found.expected == pytest.approx(sum(k * q for k, q in law.items()), abs=1e-12)
    firms = found.enterprises.set_index("enterprise_id")
    owners = posts.set_index("demand_id")["enterprise_id"][pairs["demand_id"]].to_numpy()
    for name, some in pairs.groupby(owners):
        want = sum(k * q for k, q in _law(some, posts).items())
        assert firms.loc[name, "expected"] == pytest.approx(want, abs=1e-12)
        assert firms.loc[name, "introductions"] == len(some)


def test_simulations_follow_the_exact_law() -> None:
    """Every number of contracts comes up as often as it should, within five standard errors."""
    pairs, posts = _plan(4)
    posts["headcount"] = [1, 2, 1]
    n = 40_000
    found = forecast(pairs, posts, p="p", simulations=n, seed=5)
    law = _law(pairs, posts)
    shown = found.distribution.set_index("contracts")["share"]
    for number, chance in law.items():
        error = 5 * np.sqrt(chance * (1 - chance) / n)
        assert shown.get(number, 0.0) == pytest.approx(chance, abs=error)
    for number, share in found.distribution.set_index("contracts")["at_least"].items():
        assert found.chance_of(int(number)) == pytest.approx(share)
    any_at_e1 = 1 - (1 - pairs.loc[pairs["demand_id"] == "X1", "p"]).prod()
    firms = found.enterprises.set_index("enterprise_id")
    assert firms.loc["E1", "any"] == pytest.approx(any_at_e1, abs=0.015)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_the_interval_holds_its_share_and_is_no_wider_than_needed(level: float) -> None:
    """At most half of what is left lies beyond each end, and one step inwards would leave more."""
    pairs, posts = _plan(2, n=30)
    posts["headcount"] = 10
    found = forecast(pairs, posts, p="p", level=level)
    tail = (1 - level) / 2 + 1e-12
    assert (found.totals < found.low).mean() <= tail < (found.totals <= found.low).mean()
    assert (found.totals > found.high).mean() <= tail
    assert (found.totals >= found.high).mean() >= tail


def test_intervals_cover_seasons_when_chances_are_learnt_from_few_outcomes() -> None:
    """Over 150 seasons, each with chances learnt anew from 120 outcomes, coverage is near nominal.

    With the chances taken as known it falls short: luck is not all there is to it.
    """
    rng = np.random.default_rng(0)
    value = np.linspace(0.2, 0.6, 120)
    truth = 0.05 + 0.5 * value
    ids = [f"R{k:03}" for k in range(120)]
    grid = tm.Problem(pd.DataFrame({"X": value}, index=pd.Index(ids, name="candidate_id"))).scores
    pairs = pd.DataFrame({"candidate_id": ids, "demand_id": "X", "score": value})
    posts = pd.DataFrame({"demand_id": ["X"], "headcount": [120]})
    held: dict[tuple[float, bool], list[bool]] = {}
    for seed in range(150):
        past = pairs.assign(contracted=(rng.random(120) < truth).astype(float))
        learnt = signing_chances(past, grid, draws=25, seed=seed)
        signed = int((rng.random(120) < truth).sum())
        for p, level in itertools.product((learnt, learnt.probabilities(value)), (0.8, 0.9)):
            found = forecast(pairs, posts, p=p, simulations=300, level=level, seed=seed)
            held.setdefault((level, found.is_known), []).append(found.low <= signed <= found.high)
    for level in (0.8, 0.9):
        assert np.mean(held[level, False]) == pytest.approx(level, abs=0.06)
        assert np.mean(held[level, True]) < level - 0.06


def test_what_is_decided_is_certain() -> None:
    """A signed pair counts fully, a declined one not at all, an open one as before."""
    pairs, posts = _plan(1, n=3, m=3)
    pairs["demand_id"], posts["headcount"] = ["X0", "X1", "X2"], 1
    past = pairs.assign(contracted=[1.0, 0.0, np.nan])
    found = forecast(pairs, posts, p="p", outcomes=past)
    assert found.expected == pytest.approx(1 + pairs["p"][2])
    assert set(np.unique(found.totals)) <= {1, 2}
    done = forecast(pairs, posts, p="p", outcomes=past.fillna({"contracted": 1.0}))
    assert (done.expected, done.low, done.high) == (2.0, 2, 2)


def test_draws_of_the_chances_widen_the_interval() -> None:
    """Chances that could all be lower or higher make the total less sure; the mean stays."""
    pairs, posts = _plan(3, n=60)
    posts["headcount"], pairs["p"] = 60, 0.5
    known = forecast(pairs, posts, p="p")
    unsure = forecast(pairs, posts, p="p", p_draws=[[0.3] * 60, [0.7] * 60])
    assert unsure.expected == known.expected == 30
    assert unsure.high - unsure.low > 1.8 * (known.high - known.low)
    assert unsure.mean == pytest.approx(30, abs=1)
    assert "not known" in unsure.sentence
    assert "luck only" in known.sentence


def test_order_and_seed() -> None:
    """The order of rows does not matter; another seed gives other simulations."""
    pairs, posts = _plan(6, n=20)
    posts["headcount"] = 9
    draws = np.random.default_rng(0).random((5, 20))
    one = forecast(pairs, posts, p="p", p_draws=draws, seed=1)
    two = forecast(pairs[::-1], posts[::-1], p="p", p_draws=draws[:, ::-1], seed=1)
    np.testing.assert_array_equal(one.totals, two.totals)
    pd.testing.assert_frame_equal(one.enterprises, two.enterprises)
    assert (one.totals != forecast(pairs, posts, p="p", p_draws=draws, seed=2).totals).any()


def test_a_result_is_forecast_as_it_was_planned() -> None:
    """The expected contracts of a plan are its objective."""
    p = np.random.default_rng(0).random((8, 4))
    posts = pd.DataFrame({"demand_id": range(4), "headcount": 1})
    problem = tm.Problem(p, headcount=3)
    plan = tm.solve(problem, "expected_contracts")
    found = forecast(plan.pairs, posts)
    assert found.expected == pytest.approx(plan.objective)
    assert found.enterprises["demand_id"].is_unique


def test_no_introductions_bring_no_contracts() -> None:
    """An empty plan has an empty forecast."""
    pairs, posts = _plan(0)
    found = forecast(pairs[:0], posts, p="p")
    assert (found.introductions, found.expected, found.low, found.high) == (0, 0.0, 0, 0)
    assert found.enterprises.empty


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"p": None}, "no column 'score'"),
        ({"p": "q"}, "no column 'q'"),
        ({"p": [0.5]}, r"p has the shape \(1,\); there are 7 pairs"),
        ({"p": [1.5] * 7}, "p must lie from 0 to 1"),
        ({"p": [np.nan] * 7}, "p must lie from 0 to 1"),
        ({"p_draws": [0.5] * 7}, "p_draws has the shape"),
        ({"p_draws": np.empty((0, 7))}, "p_draws has the shape"),
        ({"p_draws": [[-0.1] * 7]}, "p_draws must lie"),
        ({"level": 1}, "level must be"),
        ({"simulations": 0}, "simulations must be"),
        ({"seed": -1}, "seed must be"),
        ({"openings": "posts"}, "no such column"),
        ({"outcomes": pd.DataFrame({"candidate_id": []})}, "outcomes have no column contracted"),
    ],
)
def test_what_cannot_be_forecast_is_said(change: dict[str, Any], message: str) -> None:
    """Every mistake has its own message."""
    pairs, posts = _plan(0)
    with pytest.raises(ProblemError, match=message):
        forecast(pairs, posts, **{"p": "p", **change})


def test_tables_that_do_not_fit_are_named() -> None:
    """Missing columns, strange demands, repeated pairs and repeated demands."""
    pairs, posts = _plan(0)
    for one, two, message in (
        (pairs.drop(columns="demand_id"), posts, "pairs has no column demand_id"),
        (pairs, posts.drop(columns="demand_id"), "demands has no column demand_id"),
        (pairs, posts[:1], "name demands not in their table"),
        (pd.concat([pairs, pairs[:1]]), posts, r"stands twice: rows \[8\]"),
        (pairs, pd.concat([posts, posts]), "repeats a demand_id"),
    ):
        with pytest.raises(ProblemError, match=message):
            forecast(one, two, p="p")


def _past(
    seed: int, n: int = 60, share: float = 0.4
) -> tuple[pd.DataFrame, tm.Scores, pd.DataFrame]:
    """Outcomes of n pairs, the scores that know them, and their demands of two kinds."""
    rng = np.random.default_rng(seed)
    ids = [f"R{k:03}" for k in range(n)]
    frame = pd.DataFrame(rng.random((n, 4)), index=ids, columns=[f"X{k}" for k in range(4)])
    past = pd.DataFrame({"candidate_id": ids, "demand_id": [f"X{k % 4}" for k in range(n)]})
    past["contracted"] = (rng.random(n) < share).astype(float)
    posts = pd.DataFrame({"demand_id": frame.columns, "kind": ["a", "b", "a", None]})
    return past, tm.Problem(frame).scores, posts


def _values(past: pd.DataFrame, scores: tm.Scores) -> Any:
    rows = scores.candidate_ids.get_indexer(past["candidate_id"])
    return scores.at(rows, scores.demand_ids.get_indexer(past["demand_id"]))


def test_chances_are_the_calibration_of_the_decided_pairs() -> None:
    """Open pairs and strangers are left out; the rest is what `calibrate` finds."""
    past, scores, _ = _past(0)
    more = pd.DataFrame({"candidate_id": ["R000", "Q1"], "demand_id": ["X1", "X0"],
                         "contracted": [np.nan, 1.0]})  # fmt: skip
    found = signing_chances(pd.concat([past, more]), scores, draws=2)
    value = _values(past, scores)
    want = calibrate(value, past["contracted"], method="logistic").probabilities(value)
    np.testing.assert_allclose(found.probabilities(value), want, rtol=1e-6)
    assert (found.count, found.left_out, found.still_open) == (60, 1, 1)
    assert found.share == past["contracted"].mean()
    assert (found.low, found.high) == wilson(past["contracted"].sum(), 60)


@pytest.mark.parametrize("method", ["logistic", "isotonic"])
@pytest.mark.parametrize("seed", range(3))
def test_a_higher_score_never_has_a_lower_chance(seed: int, method: Any) -> None:
    """Also below the lowest score of the record, where the chance falls to none at score 0."""
    past, scores, _ = _past(seed)
    found = signing_chances(past, scores, method=method, draws=3)
    grid = np.linspace(0, 1, 101)
    for curve in (found.probabilities(grid), *found.drawn(grid)):
        assert (np.diff(curve) >= -1e-12).all()
        assert curve[0] == 0
        assert ((curve >= 0) & (curve <= 1)).all()
    assert np.isnan(found.probabilities([np.nan])).all()


def test_with_few_of_a_kind_one_share_stands_for_all() -> None:
    """Four contracts do not tell scores apart; the draws know how little is known."""
    past, scores, _ = _past(0)
    past["contracted"] = [1.0] * 4 + [0.0] * 56
    found = signing_chances(past, scores, draws=400)
    assert found.is_flat
    assert "Too few of a kind" in found.sentence
    np.testing.assert_allclose(found.probabilities([found.lowest, 0.9]), 4 / 60)
    drawn = found.drawn([0.9])[:, 0]
    low, high = wilson(4, 60)
    assert np.quantile(drawn, 0.025) == pytest.approx(low, abs=0.015)
    assert np.quantile(drawn, 0.975) == pytest.approx(high, abs=0.03)


def test_groups_shrink_towards_the_curve() -> None:
    """The factor is (contracts + k) / (expected + k); unknown groups are average."""
    past, scores, posts = _past(1)
    found = signing_chances(past, scores, by="kind", demands=posts, strength=5.0, draws=2)
    value = _values(past, scores)
    curve = found.calibration.probabilities(value)
    for row in found.groups.itertuples():
        ids = posts.loc[posts["kind"] == row.group, "demand_id"]
        inside = past["demand_id"].isin(ids).to_numpy()
        signed, expected = past["contracted"][inside].sum(), curve[inside].sum()
        assert row.contracts == signed
        assert row.introductions == inside.sum()
        assert row.factor == pytest.approx((signed + 5) / (expected + 5))
    assert set(found.groups["group"]) == {"a", "b"}
    table = found.table(scores, posts)
    plain = found.probabilities(scores.toarray())
    np.testing.assert_allclose(table[:, 3], plain[:, 3])
    factor = found.groups.set_index("group")["factor"]
    np.testing.assert_allclose(table[:, 1], np.minimum(plain[:, 1] * factor["b"], 1))


def test_no_chance_is_above_one() -> None:
    """Also where a group signs more often than the curve says."""
    past, scores, posts = _past(4, share=0.8)
    past.loc[past["demand_id"] == "X1", "contracted"] = 1.0
    past.loc[past["demand_id"] != "X1", "contracted"] *= np.resize([1.0, 0.0], 45)
    found = signing_chances(past, scores, by="kind", demands=posts, strength=0.0, draws=2)
    assert found.groups["factor"].max() > 1.2
    assert np.nanmax(found.table(scores, posts)) == 1.0


def test_order_of_outcomes_does_not_matter() -> None:
    """The same outcomes in another order teach the same, bootstrap draws included."""
    past, scores, posts = _past(2)
    one, two = (
        signing_chances(rows, scores, by="kind", demands=posts, draws=5, seed=3)
        for rows in (past, past[::-1])
    )
    np.testing.assert_array_equal(one.table(scores, posts), two.table(scores, posts))
    groups = one.groups_of(scores.demand_ids, posts)
    np.testing.assert_array_equal(one.drawn([0.3] * 4, groups), two.drawn([0.3] * 4, groups))


def test_pairs_for_which_there_was_no_room_teach_nothing() -> None:
    """Once X0's one opening was filled on 1 June, the refusals of that day and later are luck."""
    past, scores, posts = _past(3)
    past["introduced"] = pd.Timestamp("2021-03-01")
    past["decided"] = pd.Timestamp("2021-05-01")
    past["contracted"] = [0.0, 1.0] * 30
    at_x0 = past["demand_id"] == "X0"
    past.loc[at_x0, "contracted"] = [1.0] + [0.0] * 14
    past.loc[at_x0, "decided"] = pd.to_datetime(["2021-06-01"] * 3 + ["2021-05-31"] * 12)
    posts["headcount"] = [1, 99, 99, 99]
    found = signing_chances(past, scores, demands=posts, draws=2)
    assert (found.count, found.left_out, found.contracts) == (58, 2, 31)
    assert signing_chances(past, scores, draws=2).count == 60


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "tree"}, "method must be"),
        ({"strength": -1}, "strength must be"),
        ({"draws": 0}, "draws must be"),
        ({"by": "kind"}, "by='kind' needs demands="),
    ],
)
def test_what_cannot_be_learnt_from_is_said(change: dict[str, Any], message: str) -> None:
    """Every mistake has its own message."""
    past, scores, _ = _past(0)
    with pytest.raises(ProblemError, match=message):
        signing_chances(past, scores, **change)


def test_outcomes_that_do_not_fit_are_named() -> None:
    """Missing columns, values that are none, repeated pairs, nothing decided."""
    past, scores, _ = _past(0)
    day = pd.Timestamp("2021-03-01")
    for wrong, message in (
        (past.drop(columns="contracted"), "no column contracted"),
        (past.assign(contracted=0.5), "not in rows"),
        (pd.concat([past, past[3:4]]), r"a pair twice: rows \[61\]"),
        (past.assign(contracted=np.nan), "0 are decided"),
        (past.assign(candidate_id="Q" + past["candidate_id"]), "0 of these are known"),
        (
            past.assign(introduced=day, decided=day - pd.Timedelta(days=1)),
            "before the introduction",
        ),
    ):
        with pytest.raises(ProblemError, match=message):
            signing_chances(wrong, scores)


def _slow_share(days: Any, state: Any) -> float:
    """Aalen and Johansen's estimate day by day, in words of the definition."""
    still, ended = 1.0, [0.0, 0.0]
    for day in range(int(max(days)) + 1):
        at_risk = sum(1 for d in days if d >= day)
        now = [sum(1 for d, s in zip(days, state, strict=True) if d == day and s == k)
               for k in (0, 1)]  # fmt: skip
        for k in (0, 1):
            ended[k] += still * now[k] / at_risk if at_risk else 0.0
        still *= 1 - sum(now) / at_risk if at_risk else 1.0
    return ended[1] / sum(ended)


@light
@given(seed=st.integers(0, 10_000))
def test_the_settled_share_equals_the_definition(seed: int) -> None:
    """Against the estimate by plain loops; with nothing open it is the plain share."""
    rng = np.random.default_rng(seed)
    days = rng.integers(0, 12, 25).astype(float)
    state = rng.choice([0.0, 1.0, np.nan], 25, p=[0.5, 0.2, 0.3])
    state[0] = 0.0
    assert settled_share(days, state)[0] == pytest.approx(_slow_share(days, state))
    full = np.where(np.isnan(state), 1.0, state)
    share, beyond = settled_share(days, full)
    assert share == pytest.approx(full.mean())
    assert beyond == pytest.approx(0, abs=1e-12)


def test_slow_contracts_are_not_taken_for_few() -> None:
    """Refusals after 30 days, contracts after 150: amid the season the plain share is far off."""
    rng = np.random.default_rng(0)
    n = 4000
    signs = rng.random(n) < 0.3
    start = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 300, n), "D")
    end = start + pd.to_timedelta(np.where(signs, 150, 30), "D")
    on = pd.Timestamp("2021-10-28")
    ids = [f"R{k:04}" for k in range(n)]
    value = rng.random((n, 1))
    frame = pd.DataFrame(value, index=pd.Index(ids, name="candidate_id"), columns=["X"])
    past = pd.DataFrame({"candidate_id": ids, "demand_id": "X", "introduced": start})
    past["decided"] = pd.Series(end).where(end <= on)
    past["contracted"] = np.where(end <= on, signs.astype(float), np.nan)
    for method in ("logistic", "isotonic"):
        found = signing_chances(past, tm.Problem(frame).scores, on=on, method=method, draws=2)
        assert found.contracts / found.count < 0.22
        assert found.share == pytest.approx(0.3, abs=0.025)
        assert found.probabilities(value).mean() == pytest.approx(found.share, abs=1e-3)
        assert found.drawn(value[:, 0]).mean() == pytest.approx(found.share, abs=0.03)
    assert found.still_open > 300
    assert "are not decided" in found.sentence


def test_a_shift_of_log_odds_reaches_the_share() -> None:
    """The mean after the shift is the share asked for."""
    chances = np.random.default_rng(0).random(50)
    moved = 1 / (1 + (1 - chances) / chances * np.exp(-shift_to(chances, 0.2)))
    assert moved.mean() == pytest.approx(0.2, abs=1e-9)
