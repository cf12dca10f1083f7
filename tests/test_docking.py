"""Docking: against all plans, within its limits, and with what the record knows."""

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
from talentmatch.centre.docking import dock, docking_problem
from talentmatch.centre.introductions import chances_of, introduced_events, introductions_of
from talentmatch.centre.record import Record
from talentmatch.errors import ProblemError
from talentmatch.learning import calibrate
from talentmatch.matching import usual_rules

light = settings(max_examples=40, deadline=None, derandomize=True)
Pair = tuple[str, str]


def _tables(p: Any, *, capacity: Any = 1, headcount: Any = 1, firms: int = 2) -> tuple[Any, ...]:
    """Scores, candidates, demands and enterprises of a small pool."""
    n, m = np.shape(p)
    people = pd.DataFrame({"candidate_id": [f"R{k}" for k in range(n)], "capacity": capacity})
    posts = pd.DataFrame({"demand_id": [f"X{k}" for k in range(m)], "headcount": headcount})
    posts["enterprise_id"] = [f"E{k % firms}" for k in range(m)]
    owners = pd.DataFrame({"enterprise_id": [f"E{k}" for k in range(firms)]})
    frame = pd.DataFrame(p, index=people["candidate_id"], columns=posts["demand_id"])
    return tm.Problem(frame).scores, people, posts, owners.assign(introduction_limit=100)


def _worth(p: Any, plan: list[tuple[int, int]], openings: Any) -> float:
    """Contracts expected of a plan, by listing who signs."""
    total = 0.0
    for signs in itertools.product([0, 1], repeat=len(plan)):
        chance, found = 1.0, np.zeros(np.shape(p)[1])
        for (i, j), yes in zip(plan, signs, strict=True):
            chance *= p[i, j] if yes else 1 - p[i, j]
            found[j] += yes
        total += chance * np.minimum(found, openings).sum()
    return total


def _best(p: Any, capacity: Any, openings: Any, per: int, limit: Any, most: int) -> float:
    """The best plan's worth, by listing all plans."""
    n, m = p.shape
    cells = list(itertools.product(range(n), range(m)))
    best = 0.0
    for size in range(most + 1):
        for plan in itertools.combinations(cells, size):
            x = np.zeros((n, m), dtype=int)
            for cell in plan:
                x[cell] = 1
            at_firms = [x[:, k::2].sum() for k in range(2)]
            if (
                (x.sum(axis=1) <= capacity).all()
                and (x.sum(axis=0) <= per * openings).all()
                and (np.array(at_firms) <= limit).all()
            ):
                best = max(best, _worth(p, list(plan), openings))
    return best


@light
@given(seed=st.integers(0, 10_000), per=st.integers(1, 2), most=st.integers(0, 4))
def test_small_pools_equal_brute_force(seed: int, per: int, most: int) -> None:
    """The plan is worth as much as the best of all plans within the limits."""
    rng = np.random.default_rng(seed)
    p = rng.random((3, 3)).round(3)
    capacity, openings = rng.integers(0, 3, 3), rng.integers(0, 3, 3)
    limit = rng.integers(0, 4, 2)
    scores, people, posts, firms = _tables(p, capacity=capacity, headcount=openings)
    firms["introduction_limit"] = limit
    result = dock(
        scores, people, posts, enterprises=firms, introductions=most, per_opening=per, gap=0.0
    )
    want = _best(p, capacity, openings, per, limit, most)
    assert result.objective == pytest.approx(want, abs=1e-9)


def test_the_second_introduction_counts_as_far_as_the_first_may_fail() -> None:
    """0.9 and 0.8 for one post are worth 0.98; a 0.2 elsewhere is better than the 0.8."""
    scores, people, posts, _ = _tables(np.array([[0.9, 0.0], [0.8, 0.2]]))
    plan = dock(scores, people, posts, introductions=2)
    assert plan.objective == pytest.approx(1.1)
    assert set(map(tuple, plan.pairs.iloc[:, :2].to_numpy())) == {("R0", "X0"), ("R1", "X1")}


def test_enterprises_without_a_limit_have_none_and_idle_ones_are_passed_over() -> None:
    """An empty limit is no limit; an enterprise without demands may stand in the table."""
    scores, people, posts, firms = _tables(np.full((4, 2), 0.1), firms=2)
    firms = pd.concat([firms, pd.DataFrame({"enterprise_id": ["E9"], "introduction_limit": [1]})])
    firms["introduction_limit"] = [1, np.nan, 1]
    plan = dock(scores, people, posts, enterprises=firms)
    assert introductions_of(plan)["enterprise_id"].value_counts().to_dict() == {"E0": 1, "E1": 3}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"introductions": -1}, "introductions must be a whole number from 0"),
        ({"per_opening": 0}, "per_opening must be a whole number from 1"),
        ({"openings": "posts"}, "no such column"),
        ({"p": 1.5}, "from 0 to 1|probabilit"),
        ({"enterprises": pd.DataFrame({"enterprise_id": ["E0"]})}, "no column introduction_limit"),
        (
            {"enterprises": pd.DataFrame({"enterprise_id": ["E0"], "introduction_limit": [1]})},
            r"not in their table: \['E1'\]",
        ),
        (
            {"enterprises": pd.DataFrame({"enterprise_id": ["E0", "E1", "E1"],
                                          "introduction_limit": 1})},
            r"repeats \['E1'\]",
        ),
        (
            {"enterprises": pd.DataFrame({"enterprise_id": ["E0", "E1"],
                                          "introduction_limit": [1, -2]})},
            "introduction_limit must be a whole number",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(change: dict[str, Any], message: str) -> None:
    """Every mistake has its own message."""
    scores, people, posts, _ = _tables(np.full((2, 2), 0.5))
    with pytest.raises(ProblemError, match=message):
        dock(scores, people, posts, **change)


def test_pairs_barred_by_permits_are_not_introduced() -> None:
    """A start before the permits bars the best pair, and the plan is that of the others."""
    scores, people, posts, _ = _tables(np.array([[0.9, 0.5], [0.6, 0.4]]))
    posts["start_date"] = ["2021-09-10", "2021-12-01"]
    people["needs_permit"] = ["yes", "no"]
    bars = tm.centre.barred_by_permits(
        people, posts, "2021-09-01", lead_times=tm.centre.PermitLeadTimes(10, (10, 15))
    )
    result = dock(scores, people, posts, eligible=bars.eligible)
    found = result.pairs[["candidate_id", "demand_id"]].itertuples(index=False, name=None)
    assert set(found) == {("R0", "X1"), ("R1", "X0")}
    assert result.objective == pytest.approx(1.1)


def test_demands_without_enterprises_have_no_enterprise_limits() -> None:
    """The table of enterprises needs the demands' column to be joined by."""
    scores, people, posts, firms = _tables(np.full((2, 2), 0.5))
    with pytest.raises(ProblemError, match="needs a column enterprise_id"):
        dock(scores, people, posts.drop(columns="enterprise_id"), enterprises=firms)


def test_chances_come_from_a_curve_an_array_or_a_number() -> None:
    """A calibration is read at the scores; other forms pass as they are."""
    rng = np.random.default_rng(0)
    p = rng.random((4, 3))
    scores, people, posts, _ = _tables(p)
    problem, _ = docking_problem(scores, people, posts)
    curve = calibrate(rng.random(60), rng.random(60) < 0.3, method="logistic")
    np.testing.assert_array_equal(chances_of(problem, curve), curve.probabilities(p))
    assert chances_of(problem, 0.25) == 0.25
    by_curve = dock(scores, people, posts, p=curve, gap=0.0)
    by_array = dock(scores, people, posts, p=curve.probabilities(p), gap=0.0)
    assert by_curve.objective == pytest.approx(by_array.objective)
    frame = pd.DataFrame(curve.probabilities(p), people["candidate_id"], posts["demand_id"])
    by_frame = dock(scores, people, posts, p=frame.iloc[::-1, ::-1], gap=0.0)
    pd.testing.assert_frame_equal(
        introductions_of(by_frame, p=frame[::-1]), introductions_of(by_curve, p=curve)
    )
    shown = introductions_of(by_curve, p=curve)
    np.testing.assert_allclose(shown["chance"], curve.probabilities(shown["score"]))


def test_rows_in_another_order_give_the_same_plan() -> None:
    """The plan depends on ids, not on places, and no frame is changed."""
    p = np.random.default_rng(3).random((8, 6))
    scores, people, posts, firms = _tables(p, headcount=[1, 2, 1, 1, 2, 1])
    firms["introduction_limit"] = [2, 3]
    before = [frame.copy() for frame in (people, posts, firms)]
    plan = dock(scores, people, posts, enterprises=firms, introductions=4, gap=0.0)
    other = dock(
        scores, people[::-1], posts[::-1], enterprises=firms[::-1], introductions=4, gap=0.0
    )
    pd.testing.assert_frame_equal(introductions_of(plan), introductions_of(other))
    for was, frame in zip(before, (people, posts, firms), strict=True):
        pd.testing.assert_frame_equal(was, frame)


def _record(pairs: dict[Pair, str], *, people: int = 4, posts: int = 3) -> Record:
    """A record in which pairs were introduced in March 2021, and how they ended in June."""
    rows: list[dict[str, Any]] = []
    for k in range(people):
        one = {"date": "2021-01-04", "candidate_id": f"R{k}"}
        rows += [{"kind": "received", **one}, {"kind": "screened", "outcome": "pool", **one}]
    for k in range(posts):
        rows.append({"kind": "demand_recorded", "date": "2021-02-01", "demand_id": f"X{k}",
                     "enterprise_id": f"E{k % 2}"})  # fmt: skip
    for (candidate, demand), end in pairs.items():
        one = {"candidate_id": candidate, "demand_id": demand}
        rows.append({"kind": "introduced", "date": "2021-03-01", **one})
        if end == "declined":
            rows.append({"kind": end, "date": "2021-06-01", "outcome": "candidate",
                         "reason": "the salary", **one})  # fmt: skip
        elif end != "open":
            rows.append({"kind": end, "date": "2021-06-01", **one})
    record = Record(":memory:")
    record.add(rows)
    return record


def test_the_record_fixes_bars_and_takes_away() -> None:
    """Open pairs stay, ended ones never come back, who signed and what is filled leave."""
    scores, people, posts, firms = _tables(np.full((4, 3), 0.5), capacity=1, headcount=[1, 1, 2])
    past: dict[Pair, str] = {
        ("R0", "X0"): "contracted", ("R1", "X1"): "open", ("R2", "X1"): "declined",
        ("R3", "X2"): "withdrawn",
    }  # fmt: skip
    with _record(past) as record:
        plan = dock(scores, people, posts, enterprises=firms, record=record, per_opening=2)
        listed = introductions_of(plan, record=record).set_index(["candidate_id", "demand_id"])
        problem = plan.problem
    assert tm.check(problem, plan.pairs) == []
    assert listed["is_new"].to_dict() == {
        ("R1", "X1"): False, ("R2", "X2"): True, ("R3", "X1"): True
    }  # fmt: skip
    assert problem.capacity.tolist() == [0, 1, 1, 1]
    assert problem.headcount.tolist() == [0, 2, 4]


def test_before_it_happened_the_record_knows_nothing() -> None:
    """As of May all pairs are open, as of January none is introduced."""
    scores, people, posts, _ = _tables(np.full((4, 3), 0.5))
    past: dict[Pair, str] = {("R0", "X0"): "contracted", ("R1", "X1"): "declined"}
    with _record(past) as record:
        may, _ = docking_problem(scores, people, posts, record=record, on="2021-05-01")
        january, _ = docking_problem(scores, people, posts, record=record, on="2021-02-01")
    assert len(may.locked[0]) == 2
    assert len(may.forbidden[0]) == len(january.locked[0]) == len(january.forbidden[0]) == 0


def test_a_contracted_pair_is_not_introduced_again() -> None:
    """Also where the demand has another opening and the candidate more capacity."""
    p = np.full((4, 3), 0.1)
    p[0, 0] = 0.9
    scores, people, posts, _ = _tables(p, capacity=2, headcount=2)
    with _record({("R0", "X0"): "contracted"}) as record:
        plan = dock(scores, people, posts, record=record)
        problem, left = docking_problem(scores, people, posts, record=record)
    assert ("R0", "X0") not in set(
        plan.pairs[["candidate_id", "demand_id"]].itertuples(index=False)
    )
    assert left.tolist() == [1, 2, 2]
    assert problem.capacity.tolist() == [1, 2, 2, 2]


def test_ended_introductions_count_against_the_limits_of_the_season() -> None:
    """Two ended ones at E0 leave two of four, and one of three to E0; not so in the next season."""
    p = np.tile([0.9, 0.1, 0.9], (4, 1))  # E0 has X0 and X2, and is wanted
    scores, people, posts, firms = _tables(p, capacity=3, headcount=3)
    firms["introduction_limit"] = [3, 9]
    past: dict[Pair, str] = {("R0", "X0"): "declined", ("R1", "X2"): "declined"}
    with _record(past) as record:
        limits = {"enterprises": firms, "introductions": 4, "record": record}
        now = introductions_of(dock(scores, people, posts, **limits))
        later = introductions_of(dock(scores, people, posts, since="2021-03-02", **limits))
    assert len(now) == 2
    assert (now["enterprise_id"] == "E0").sum() <= 1
    assert len(later) == 4


def test_limits_give_way_to_what_is_open_but_to_nothing_more() -> None:
    """Three open pairs stay although one introduction is allowed, to each enterprise and in all."""
    scores, people, posts, firms = _tables(np.full((4, 3), 0.5), capacity=1, headcount=1)
    firms["introduction_limit"] = 1
    past: dict[Pair, str] = {("R0", "X0"): "open", ("R0", "X1"): "open", ("R1", "X0"): "open"}
    with _record(past) as record:
        plan = dock(scores, people, posts, enterprises=firms, introductions=1, per_opening=1,
                    record=record)  # fmt: skip
    assert plan.status == "optimal"
    assert set(plan.pairs[["candidate_id", "demand_id"]].itertuples(index=False)) == set(past)


def test_open_pairs_without_room_leave_the_plan() -> None:
    """Once R0 has signed, R0's other open pair is neither kept nor offered to R0 again."""
    scores, people, posts, _ = _tables(np.full((4, 3), 0.5), capacity=1, headcount=1)
    past: dict[Pair, str] = {("R0", "X0"): "contracted", ("R0", "X1"): "open", ("R1", "X0"): "open"}
    with _record(past) as record:
        plan = dock(scores, people, posts, record=record)
    assert plan.status == "optimal"
    assert not {"R0"} & set(plan.pairs["candidate_id"])
    assert "X0" not in set(plan.pairs["demand_id"])


def test_ids_that_the_plan_does_not_know_still_use_up_limits() -> None:
    """A pair of a candidate who is no longer in the pool counts against the total."""
    scores, people, posts, _ = _tables(np.full((4, 3), 0.5), headcount=2)
    with _record({("R4", "X0"): "open"}, people=5) as record:
        plan = dock(scores, people, posts, introductions=3, record=record, since="2021-05-01")
    assert len(plan.pairs) == 2  # it is open, so it counts although it began before the season


def test_a_plan_goes_into_the_record_and_is_then_the_next_plan() -> None:
    """Once the new introductions are recorded, nothing is new, and the plan stays."""
    scores, people, posts, _ = _tables(np.random.default_rng(1).random((4, 3)), headcount=2)
    with _record({("R0", "X0"): "open"}) as record:
        plan = dock(scores, people, posts, introductions=3, record=record)
        events = introduced_events(plan, on="2021-04-01", record=record)
        assert len(events) == 2
        assert record.add(events) == 2
        again = dock(scores, people, posts, introductions=3, record=record)
        assert introduced_events(again, on="2021-04-02", record=record).empty
    pd.testing.assert_frame_equal(introductions_of(plan), introductions_of(again))


def test_events_need_their_day() -> None:
    """An introduction without a day is no event."""
    scores, people, posts, _ = _tables(np.full((1, 1), 0.5))
    plan = dock(scores, people, posts)
    with pytest.raises(ProblemError, match="on is missing"):
        introduced_events(plan, on=None)
    with pytest.raises(ValueError, match="on is"):
        introduced_events(plan, on="soon")


def test_the_case_is_docked_quickly_and_close_to_the_best() -> None:
    """1,000 people, 1,160 demands of both kinds: 340 introductions, proved to a thousandth."""
    case = tm.datasets.make_beilun(seed=0)
    people = case.candidates[case.truth["fits_layout"].to_numpy()]
    rules = usual_rules(people, case.demands)
    scores = tm.FitScorer(rules=rules).fit(people, case.demands).score(people, case.demands)
    plan = dock(scores, people, case.demands, enterprises=case.enterprises)
    listed = introductions_of(plan)
    assert len(listed) == 340
    assert plan.gap <= 0.001
    assert plan.seconds < 15
    limits = case.enterprises.set_index("enterprise_id")["introduction_limit"]
    number = listed["enterprise_id"].value_counts()
    assert (number <= limits[number.index]).all()
    openings = case.demands.set_index("demand_id")["headcount"]
    number = listed["demand_id"].value_counts()
    assert (number <= 3 * openings[number.index]).all()
    kinds = case.demands.set_index("demand_id")["kind"][listed["demand_id"]].to_numpy()
    accepts = people.set_index("candidate_id")["accepts"][listed["candidate_id"]].to_numpy()
    assert all(kind in some.split(";") for kind, some in zip(kinds, accepts, strict=True))
    assert set(kinds) == {"expert", "technical"}


def test_learnt_chances_by_kind_move_introductions_to_the_kind_that_signs() -> None:
    """Where technical demands have signed twice as often, they come first at equal scores."""
    scores, people, posts, _ = _tables(np.full((20, 10), 0.5))
    posts["kind"] = ["expert", "technical"] * 5
    past = pd.DataFrame(itertools.product(people["candidate_id"], posts["demand_id"]))
    past.columns = pd.Index(["candidate_id", "demand_id"])
    is_technical = past["demand_id"].isin(posts.loc[posts["kind"] == "technical", "demand_id"])
    rank = past.groupby(is_technical).cumcount()
    past["contracted"] = (rank % np.where(is_technical, 4, 8) == 0).astype(float)
    learnt = signing_chances(past, scores, by="kind", demands=posts, strength=1.0)
    plan = dock(scores, people, posts, p=learnt, introductions=5, per_opening=1)
    kinds = posts.set_index("demand_id")["kind"]
    assert set(kinds[plan.pairs["demand_id"]]) == {"technical"}
