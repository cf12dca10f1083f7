"""Coverage: sums against plain loops, worths against solving again with the newcomers."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import talentmatch as tm
from talentmatch.aims import ExpectedContracts
from talentmatch.centre.covering import coverage
from talentmatch.centre.naming import skills_named
from talentmatch.centre.reached import never_reached
from talentmatch.centre.sharing import shared_experts, sharing_loads
from talentmatch.centre.wishes import wish_list

light = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)

SKILLS = ["CAD", "PLC", "SAP", "welding"]


def random_plan(seed: int, limit: int | None = None) -> tm.Result:
    """A small plan with more openings than people, its tables random."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 5)), int(rng.integers(2, 8))
    scores = np.round(rng.random((n, m)), 3)
    needs = pd.DataFrame(
        {
            "demand_id": [f"X{k}" for k in range(m)],
            "enterprise_id": [f"E{k}" for k in rng.integers(0, 3, m)],
            "industry": [f"I{k}" for k in rng.integers(0, 2, m)],
            "headcount": rng.integers(1, 3, m),
            "skills": [list(rng.choice(SKILLS, int(rng.integers(0, 3)), False)) for _ in range(m)],
        }
    )
    people = pd.DataFrame(
        {
            "candidate_id": [f"R{k}" for k in range(n)],
            "skills": [list(rng.choice(SKILLS, 2, False)) for _ in range(n)],
        }
    )
    limits = [tm.TotalLimit(at_most=limit)] if limit else []
    return tm.solve(tm.Problem(scores, people, needs, constraints=limits))


def with_newcomers(result: tm.Result, fits: list[tuple[int, float]]) -> tm.Result:
    """The plan solved again with further people, each fitting one demand only."""
    problem = result.problem
    more = np.full((len(fits), problem.shape[1]), np.nan)
    for row, (col, score) in enumerate(fits):
        more[row, col] = score
    scores = np.vstack([problem.scores.toarray(), more])
    ids = [*problem.candidate_ids, *(f"N{k}" for k in range(len(fits)))]
    table = pd.DataFrame(scores, ids, problem.demand_ids)
    limits = problem.constraints
    return tm.solve(
        tm.Problem(table, demands=problem.demands, headcount=problem.headcount, constraints=limits)
    )


@light
@given(st.integers(0, 10**6), st.sampled_from([None, 2]))
def test_newcomers_gain_no_more_than_they_are_said_to_be_worth(
    seed: int, limit: int | None
) -> None:
    """One for any empty opening, and one for every empty opening at once, by solving again."""
    result = random_plan(seed, limit)
    found = coverage(result)
    short = (result.problem.headcount - _filled(result)).tolist()
    every: list[tuple[int, float]] = []
    worth = {}
    for col, key in enumerate(result.problem.demand_ids):
        price = max(float(result.demand_prices[key]), 0.0)
        rows = result.constraints
        total = rows.loc[(rows["constraint"] == "TotalLimit") & (rows["slack"] <= 0), "price"]
        worth[col] = max(found.usual - price - float(total.sum()), 0.0)
        if short[col]:
            gain = with_newcomers(result, [(col, found.usual)]).objective - result.objective
            assert gain <= worth[col] + 1e-9
            every += [(col, found.usual)] * short[col]
    promised = sum(worth[col] for col, _ in every)
    assert found.sectors["worth"].sum() == pytest.approx(promised, abs=1e-6)
    if every:
        gain = with_newcomers(result, every).objective - result.objective
        assert gain <= promised + 1e-9
        if limit is None:
            assert gain == pytest.approx(promised, abs=1e-9)


def _filled(result: tm.Result) -> np.ndarray:
    count = result.pairs["demand_id"].value_counts()
    return np.array([count.get(key, 0) for key in result.problem.demand_ids])


@light
@given(st.integers(0, 10**6))
def test_sums_agree_with_plain_loops(seed: int) -> None:
    """Openings, filled and missing of every skill, sector and enterprise."""
    result = random_plan(seed)
    found, needs = coverage(result), result.problem.demands
    filled = _filled(result)
    for frame, column in ((found.sectors, "industry"), (found.enterprises, "enterprise_id")):
        for row in frame.to_dict("records"):
            mine = (needs[column] == row[column]).to_numpy()
            assert row["demands"] == mine.sum()
            assert row["openings"] == needs["headcount"][mine].sum()
            assert row["missing"] == (needs["headcount"] - filled)[mine].sum()
    for row in found.skills.to_dict("records"):
        mine = np.array([row["skill"] in cell for cell in needs["skills"]])
        assert row["openings"] == needs["headcount"][mine].sum()
        assert row["filled"] == filled[mine].sum()
        people = result.problem.candidates["skills"]
        assert row["supply"] == sum(row["skill"] in cell for cell in people)
        middle = result.pairs["score"].median()
        fits = (result.problem.scores.toarray()[:, mine] >= middle).any(axis=1)
        assert row["suited"] == fits.sum()
    used = {skill for cell in needs["skills"] for skill in cell}
    assert set(found.skills["skill"]) == used
    for frame in (found.sectors, found.enterprises):
        assert frame["worth"].is_monotonic_decreasing


@light
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_the_wish_list_counts_every_opening_once(seed: int, top: int) -> None:
    """Its people and worths add up to those of the sectors, whatever its length."""
    result = random_plan(seed)
    found, wishes = coverage(result), wish_list(result, top=top)
    assert len(wishes) <= top + 1
    assert wishes["people"].sum() == found.sectors["missing"].sum()
    assert wishes["worth"].sum() == pytest.approx(found.sectors["worth"].sum(), abs=1e-6)
    named = [key for cell in wishes["demand_ids"] for key in cell]
    assert len(named) == len(set(named))
    needs = result.problem.demands.set_index("demand_id")
    for row in wishes.to_dict("records"):
        if row["skill"] in SKILLS:
            assert all(row["skill"] in needs.loc[key, "skills"] for key in row["demand_ids"])
            assert {needs.loc[key, "industry"] for key in row["demand_ids"]} == {row["industry"]}


def test_the_wish_list_asks_for_what_is_lacking_not_for_what_all_name() -> None:
    """Of two skills with as many empty openings the one that is never served comes first."""
    needs = pd.DataFrame(
        {
            "demand_id": [f"X{k}" for k in range(6)],
            "industry": "moulds",
            "enterprise_id": ["E1", "E1", "E2", "E2", "E3", "E3"],
            "skills": [["SAP"]] * 4 + [["SAP", "welding"]] * 2,
        }
    )
    scores = np.zeros((4, 6))
    scores[range(4), range(4)] = 0.5
    result = tm.solve(tm.Problem(scores, demands=needs))
    wishes = wish_list(result)
    assert wishes[["skill", "people", "worth"]].values.tolist() == [["welding", 2, 1.0]]
    assert coverage(result).skills["skill"].tolist() == ["welding", "SAP"]
    said = "moulds: 2 people who know welding, for 1 enterprise, worth at most 1 of total score."
    assert wishes["sentence"][0] == said


def test_contracts_are_the_unit_where_they_are_the_aim() -> None:
    """A newcomer of the middle chance gains an opening nobody is introduced to that chance."""
    needs = pd.DataFrame({"demand_id": ["X1", "X2"], "industry": ["moulds", "port"]})
    p = np.array([[0.5, 0.0], [0.5, 0.0]])
    problem = tm.Problem(p, demands=needs, headcount=2)
    result = tm.solve(problem, ExpectedContracts())
    found = coverage(result)
    assert found.unit == "expected contracts"
    assert found.sectors.set_index("industry")["missing"].to_dict() == {"port": 1, "moulds": 0}
    more = tm.solve(tm.Problem(np.vstack([p, [0.0, 0.5]]), headcount=2), ExpectedContracts())
    assert found.sectors["worth"].sum() == pytest.approx(more.objective - result.objective)


def test_a_total_limit_is_told_apart_from_a_poor_pool() -> None:
    """Where the limit is used up the sentences say so, and its price is taken off."""
    needs = pd.DataFrame({"demand_id": ["X1", "X2"], "industry": "moulds"})
    problem = tm.Problem([[0.8, 0.1], [0.2, 0.6]], demands=needs)
    held = coverage(tm.solve(problem.replace(constraints=[tm.TotalLimit(at_most=1)])))
    assert "total limit of 1 is used up" in held.sentences[1]
    assert held.sectors["worth"].sum() <= 0.8 - 0.6 + 1e-9
    assert coverage(tm.solve(problem)).limited == ""


def test_skills_are_one_in_both_languages() -> None:
    """The glossary joins spellings; what it does not know is compared as written, without case."""
    people = pd.DataFrame({"text": ["Expert in die casting", "knows vissim well", "pastry"]})
    needs = pd.DataFrame(
        {"text": ["需要压铸专家", "x", "y"], "skills": [["压铸"], ["die casting"], ["VISSIM"]]}
    )
    named = skills_named(people, needs)
    assert len(named.skills) == 2
    assert named.wanted.sum(axis=0).tolist() == [1, 2]
    assert named.offered is not None
    assert named.offered.toarray().tolist() == [[False, True], [True, False], [False, False]]
    free = skills_named(None, pd.DataFrame({"text": ["压铸", "nothing"]}))
    assert free.offered is None
    assert free.wanted.toarray().tolist()[0] == [True] * len(free.skills)


def test_enterprises_never_reached_and_why() -> None:
    """One served, one outbid, one without a demand, one that wants nobody, one barred."""
    needs = pd.DataFrame(
        {
            "demand_id": ["X1", "X2", "X3", "X4"],
            "enterprise_id": ["E1", "E2", "E4", "E5"],
            "headcount": [1, 1, 0, 1],
        }
    )
    firms = [{"enterprise_id": f"E{k}", "tier": "sme"} for k in range(1, 6)]
    result = tm.solve(tm.Problem([[0.9, 0.5, 0.4, np.nan]], demands=needs))
    got = never_reached(result, firms)
    assert got["enterprise_id"].tolist() == ["E2", "E5", "E3", "E4"]
    assert got["reason"].tolist() == [
        "worth_more_elsewhere", "no_eligible_candidate", "no_demand", "no_openings",
    ]  # fmt: skip
    assert got["tier"].tolist() == ["sme"] * 4
    assert "X2" in got["sentence"][0]


def test_the_service_list_gives_names_sectors_and_those_without_demands() -> None:
    """The industry of the enterprise stands in where demands have none."""
    needs = pd.DataFrame({"demand_id": ["X1", "X2"], "enterprise_id": ["E1", "E2"]})
    firms = [
        {"enterprise_id": "E1", "name": "Alpha", "industry": "moulds"},
        {"enterprise_id": "E2", "name": "Beta", "industry": "port"},
        {"enterprise_id": "E3", "name": "Gamma", "industry": "port"},
    ]
    found = coverage(tm.solve(tm.Problem([[0.1, 0.9]], demands=needs)), enterprises=firms)
    assert found.sectors["industry"].tolist() == ["moulds", "port"]
    assert found.enterprises["enterprise_id"].tolist() == ["E1", "E2", "E3"]
    assert found.enterprises["sentence"].tolist()[::2] == [
        "E1 Alpha: 1 of 1 openings stay empty (1 demand), worth at most 0.9 of total score.",
        "E3 Gamma: no demand.",
    ]
    assert "supply" in found.skills.columns or len(found.skills) == 0


def test_what_cannot_be_counted_is_refused() -> None:
    """No table of demands, no plan, arguments out of range."""
    plain = tm.solve(tm.Problem([[0.5]]))
    with pytest.raises(tm.ProblemError, match="no table of demands"):
        coverage(plain)
    needs = pd.DataFrame({"demand_id": ["X1"]})
    result = tm.solve(tm.Problem([[0.5]], demands=needs))
    for wrong in ({"top": 0}, {"usual": 0.0}, {"usual": float("nan")}):
        with pytest.raises(tm.ProblemError):
            coverage(result, **wrong)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(tm.ProblemError, match="enterprise_id"):
        never_reached(result, [{"enterprise_id": "E1"}])
    none = tm.solve(tm.Problem([[0.5]], demands=needs, constraints=[tm.TotalLimit(at_least=2)]))
    for ask in (coverage, wish_list, shared_experts):
        with pytest.raises(tm.NoPlanError):
            ask(none)


@light
@given(st.integers(0, 10**6))
def test_an_expert_is_shared_only_where_both_sides_allow_it(seed: int) -> None:
    """The best plan under the loads is the best of all plans that keep the rule, by trying all."""
    rng = np.random.default_rng(seed)
    n, m = 2, 4
    scores = np.round(rng.random((n, m)), 3)
    capacity, flags = rng.integers(1, 4, n), rng.random(m) < 0.5
    people = pd.DataFrame({"candidate_id": ["R0", "R1"], "text": "a", "capacity": capacity})
    needs = pd.DataFrame(
        {"demand_id": [f"X{k}" for k in range(m)], "text": "a", "shareable": flags}
    )
    loads = sharing_loads(people, needs)
    result = tm.solve(tm.Problem(scores, people, needs, load=loads))
    best = 0.0
    for code in range(3**m):
        holder = [code // 3**k % 3 - 1 for k in range(m)]
        sets = [[k for k in range(m) if holder[k] == i] for i in range(n)]
        if all(
            len(s) <= capacity[i] and (len(s) <= 1 or flags[s].all()) for i, s in enumerate(sets)
        ):
            best = max(best, sum(scores[i, k] for i, s in enumerate(sets) for k in s))
    assert result.objective == pytest.approx(best)


def test_shared_experts_are_listed_with_whom_they_serve() -> None:
    """Two demands of one enterprise are no sharing."""
    people = pd.DataFrame({"candidate_id": ["R1", "R2"], "capacity": [3, 2]})
    needs = pd.DataFrame(
        {"demand_id": [f"X{k}" for k in range(5)], "enterprise_id": ["E1", "E1", "E2", "E3", "E3"]}
    )
    scores = [[0.9, 0.9, 0.9, 0.1, 0.1], [0.1, 0.1, 0.1, 0.9, 0.9]]
    got = shared_experts(tm.solve(tm.Problem(scores, people, needs)))
    assert got.values.tolist() == [["R1", 2, 3, 3, 3, ["E1", "E2"], ["X0", "X1", "X2"]]]


def test_what_is_not_stated_is_not_shareable() -> None:
    """Missing flags, a missing column and a missing capacity."""
    people = [{"id": "R1", "text": "a", "capacity": 3}, {"id": "R2", "text": "a", "capacity": 0}]
    needs = [{"id": "X1", "text": "a", "shareable": "是"}, {"id": "X2", "text": "a"}]
    assert sharing_loads(people, needs).to_numpy().tolist() == [[1, 3], [1, 1]]
    bare = sharing_loads([{"id": "R1", "text": "a"}], [{"id": "X1", "text": "a"}])
    assert bare.to_numpy().tolist() == [[1]]


def test_coverage_of_the_case_is_quick_and_adds_up() -> None:
    """1,160 demands against the 1,000 who fit the layout."""
    case = tm.datasets.make_beilun(seed=0)
    people = tm.read_candidates(case.candidates[case.truth["fits_layout"].to_numpy()])
    needs = tm.read_demands(case.demands)
    result = tm.match(people, needs)
    began = time.perf_counter()
    found = coverage(result, enterprises=case.enterprises)
    assert time.perf_counter() - began < 10  # 0.2 s alone on this machine
    missing = int(result.unfilled["missing"].sum())
    assert found.sectors["missing"].sum() == found.enterprises["missing"].sum() == missing
    assert found.wishes["people"].sum() == missing
    assert len(found.enterprises) == 120
    reached = set(result.to_frame(["enterprise_id"])["enterprise_id"])
    never = never_reached(result, case.enterprises)
    assert set(never["enterprise_id"]) == set(case.enterprises["enterprise_id"]) - reached
    assert never["sentence"].str.len().min() > 0
