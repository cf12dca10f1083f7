"""Screening: the pool is the best there is, everybody else has a true reason, nobody is lost."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from sklearn.feature_extraction.text import TfidfVectorizer

import talentmatch as tm
from talentmatch.centre.duplicates import find_duplicates, left_out
from talentmatch.centre.likeness import fit_of_alike, likeness_of, texts_of
from talentmatch.centre.record import Record
from talentmatch.centre.screening import Screening, screen
from talentmatch.datasets.dice import Dice
from talentmatch.datasets.layouts import make_layout
from talentmatch.datasets.noise import scrap, typo
from talentmatch.text import SCRIPT_AWARE

light = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)

WORDS = ["mould", "die", "cable", "joint", "port", "crane", "pastry"]
TRADES = ("mould die steel", "cable joint sheath", "port crane berth")


def crowd(texts: list[str], **columns: Any) -> pd.DataFrame:
    """Candidates of these texts."""
    ids = [f"R{k:02d}" for k in range(len(texts))]
    return pd.DataFrame({"candidate_id": ids, "text": texts, **columns})


def trades(places: list[int], floors: list[int] | None = None, **columns: Any) -> pd.DataFrame:
    """A layout of the trades above."""
    frame = pd.DataFrame({"industry": [f"I{k}" for k in range(len(places))], "places": places})
    frame["text"] = TRADES[: len(places)]
    return frame.assign(min_places=floors if floors else 0, **columns)


def best_total(screening: Screening, layout: pd.DataFrame) -> float:
    """The best total within the places, floors apart, by scipy's assignment."""
    scores = screening.result.problem.scores.toarray()
    seats = layout.sort_values("industry")["places"].tolist()
    wide = np.repeat(np.nan_to_num(scores, nan=0.0), seats, axis=1)
    rows, cols = linear_sum_assignment(wide, maximize=True)
    return float(wide[rows, cols].sum())


texts = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), min_size=2, max_size=9
)


@light
@given(texts, st.lists(st.integers(0, 3), min_size=3, max_size=3), st.floats(0, 1))
def test_the_pool_is_the_best_and_nobody_is_lost(
    said: list[str], places: list[int], alike: float
) -> None:
    """The total is that of scipy's assignment; every candidate is in exactly one table."""
    people, layout = crowd(said), trades(places)
    screening = screen(people, layout, places=None, alike=alike, duplicates="keep")
    assert screening.pool["score"].sum() == pytest.approx(best_total(screening, layout))
    both = [*screening.pool["candidate_id"], *screening.rejected["candidate_id"]]
    assert sorted(both) == people["candidate_id"].tolist()
    assert (screening.rejected["reason"].str.len() > 0).all()


@light
@given(
    texts,
    st.lists(st.integers(1, 3), min_size=3, max_size=3),
    st.one_of(st.none(), st.integers(1, 6)),
)
def test_nobody_is_turned_away_above_the_line(
    said: list[str], places: list[int], most: int | None
) -> None:
    """Who is below the line is so in every industry, by at least short_by, and exactly in one."""
    screening = screen(crowd(said), trades(places), places=most, duplicates="keep")
    scores = screening.result.problem.scores.toarray()
    ids, names = screening.result.problem.candidate_ids, ["I0", "I1", "I2"]
    pool = screening.pool
    assert len(pool) <= min(most or 99, sum(places))
    for row in screening.rejected.to_dict("records"):
        if row["code"] != "below_the_line":
            continue
        gaps = []
        for k, name in enumerate(names):
            mine = scores[ids.get_loc(row["candidate_id"]), k]
            inside = pool.loc[pool["industry"] == name, "score"]
            if len(inside) < places[k]:
                inside = pool["score"]
            if len(inside) and not np.isnan(mine):
                gaps.append(inside.min() - mine)
        assert min(gaps) == pytest.approx(row["short_by"], abs=1e-9)
        assert row["short_by"] >= 0
        assert row["line"] - row["score"] == pytest.approx(row["short_by"], abs=1e-9)


@light
@given(texts, st.randoms(use_true_random=False))
def test_the_answer_does_not_depend_on_the_order_of_rows(said: list[str], chance: Any) -> None:
    """Shuffled candidates and industries give the same tables; the caller's are not touched."""
    people, layout = crowd(said), trades([1, 2, 1], [1, 0, 0])
    before = people.copy(), layout.copy()
    first = screen(people, layout, places=3)
    mixed = people.sample(frac=1, random_state=chance.randint(0, 999)).reset_index(drop=True)
    second = screen(mixed, layout.iloc[::-1].reset_index(drop=True), places=3)
    for name in ("pool", "rejected", "nearest", "duplicates"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))
    turned = second.industries.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(first.industries, turned)
    pd.testing.assert_frame_equal(people, before[0])
    pd.testing.assert_frame_equal(layout, before[1])


def test_every_code_is_given_where_it_is_true() -> None:
    """One candidate for each reason."""
    people = crowd(
        [
            "mould die steel",  # in
            "mould and much of pastry, bread and cakes",  # outranked
            "pastry",
            "cable joint sheath",  # no places
            "mould die",  # barred by the degree
            "mould die steel!",  # the same text as the first
        ],
        degree=["doctor", "doctor", "doctor", "doctor", "bachelor", "doctor"],
    )
    layout = trades([1, 0], min_degree=["master", "master"])
    screening = screen(people, layout, rules=[tm.AtLeast("degree")], alike=0)
    got = screening.rejected.set_index("candidate_id")
    # Of two that say the same the longer text is kept.
    assert screening.pool["candidate_id"].tolist() == ["R05"]
    assert got["code"].to_dict() == {
        "R00": "duplicate_of",
        "R01": "below_the_line",
        "R02": "nothing_in_common",
        "R03": "no_places",
        "R04": "rule:degree at least min_degree",
    }
    assert got.loc["R00", "same_as"] == "R05"
    assert "R05" in got.loc["R00", "reason"]
    assert "barred by degree at least min_degree" in screening.sentences[0]
    low = screen(people, layout, alike=0, min_score=0.99)
    assert low.pool["candidate_id"].tolist() == ["R05"]
    assert low.rejected.set_index("candidate_id").loc["R01", "code"] == "below_min_score"


def test_a_thin_industry_gets_its_share() -> None:
    """A floor takes a place from stronger candidates of another industry, and says its price."""
    people = crowd(["mould die steel"] * 3 + ["crane and a long list of other things, done well"])
    layout = trades([3, 0, 3])
    free = screen(people, layout, places=3, duplicates="keep", alike=0)
    held = screen(people, layout.assign(min_places=[0, 0, 1]), places=3, duplicates="keep", alike=0)
    assert set(free.pool["industry"]) == {"I0"}
    assert held.pool["industry"].value_counts().to_dict() == {"I0": 2, "I2": 1}
    port = held.industries.set_index("industry").loc["I2"]
    assert "R03" in held.pool["candidate_id"].to_numpy()
    cost = free.result.objective - held.result.objective
    assert cost > 0
    assert -port["price"] == pytest.approx(cost, abs=1e-9)
    assert "its floor of 1 costs" in port["sentence"]
    assert held.result.status == "optimal"


def test_floors_nobody_can_meet_give_way() -> None:
    """A floor above those who fit at all is lowered, also where two floors want one person."""
    lone = screen(crowd(["crane", "pastry"]), trades([2, 2, 2], [0, 0, 2]), alike=0)
    assert lone.pool[["candidate_id", "industry"]].values.tolist() == [["R00", "I2"]]
    torn = screen(crowd(["crane mould", "pastry"]), trades([2, 2, 2], [1, 0, 1]), alike=0)
    assert len(torn.pool) == 1
    assert len(torn.result.shortfall)


def test_prices_are_what_one_more_place_gains() -> None:
    """The price of a full industry is the gain of solving again with one more place."""
    people = crowd(["mould die steel", "mould die pastry", "cable joint", "cable pastry", "mould"])
    layout = trades([1, 1])
    one = screen(people, layout, alike=0, duplicates="keep")
    for k in range(2):
        more = layout.assign(places=layout["places"] + (layout.index == k))
        two = screen(people, more, alike=0, duplicates="keep")
        gain = two.result.objective - one.result.objective
        assert one.industries.loc[k, "price"] == pytest.approx(gain)


def test_the_nearest_stand_on_both_sides() -> None:
    """The last in has margin 0; outside margins are negative; the least distance comes first."""
    people = crowd([f"mould {'die ' * (k % 3)}{'pastry ' * k}" for k in range(8)])
    near = screen(people, trades([4]), duplicates="keep", nearest=2).nearest
    assert near["side"].value_counts().to_dict() == {"in": 2, "out": 2}
    assert near["margin"].abs().is_monotonic_increasing
    assert near.loc[near["side"] == "in", "margin"].min() == 0
    assert (near.loc[near["side"] == "out", "margin"] < 0).all()
    assert np.allclose(near["score"] - near["line"], near["margin"])


def test_a_scorer_of_ones_own_is_used_and_left_alone() -> None:
    """One that is not fitted stays so; one that is fitted scores as it stands."""
    people, layout = crowd(["mould die", "cable"]), trades([1, 1])
    plain = tm.FitScorer(blocks=[tm.Words()])
    screen(people, layout, scorer=plain)
    assert not plain.is_fitted
    needs = layout.assign(demand_id=layout["industry"])
    fitted = tm.FitScorer(blocks=[tm.Words()]).fit(people, needs)
    got = screen(people, layout, scorer=fitted, alike=0).pool.set_index("candidate_id")
    scores = fitted.score(people, needs)
    assert got.loc["R00", "score"] == scores.toarray()[0, 0]


def test_mistakes_are_named() -> None:
    """Floors above ceilings all at once; arguments out of range."""
    people = crowd(["mould"])
    with pytest.raises(tm.InputError) as error:
        screen(people, trades([1, 1], [2, 3]))
    assert [flaw.id for flaw in error.value.flaws] == ["I0", "I1"]
    with pytest.raises(tm.InputError, match="min_places come to 5, above the pool's 4 places"):
        screen(people, trades([3, 3], [2, 3]), places=4)
    for wrong in (
        {"alike": 2}, {"places": -1}, {"places": 1.5}, {"nearest": -1}, {"duplicates": "drop"},
        {"duplicates": pd.DataFrame({"first_id": ["R00"]})},
        {"duplicates": pd.DataFrame({"first_id": ["R00"], "second_id": ["R77"]})},
    ):  # fmt: skip
        with pytest.raises(tm.ProblemError):
            screen(people, trades([1]), **wrong)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(tm.ProblemError, match="min_degree"):
        screen(people.assign(degree="doctor"), trades([1]), rules=[tm.AtLeast("degree")])


def test_pairs_gone_through_by_hand_take_the_place_of_the_search() -> None:
    """Only the pairs of the frame are left out, and the reason says so."""
    people = crowd(["mould die", "mould die", "cable joint of steel"])
    pairs = pd.DataFrame({"first_id": ["R00"], "second_id": ["R02"]})
    got = screen(people, trades([3, 3]), duplicates=pairs).rejected
    assert got[["candidate_id", "same_as"]].values.tolist() == [["R00", "R02"]]
    assert "as given" in got["reason"][0]


def test_a_screening_goes_into_the_record() -> None:
    """The events of a day are taken as they are, and the pool is counted."""
    people = crowd(["mould die", "cable joint", "pastry"])
    screening = screen(people, trades([1, 1]))
    events = screening.events("2021-03-01")
    assert len(events) == 3
    with Record(":memory:") as record:
        received = events[["date", "candidate_id"]].assign(kind="received")
        record.add(received)
        record.add(events)
        kept = record.events()
    pool = kept[(kept["kind"] == "screened") & (kept["outcome"] == "pool")]
    assert sorted(pool["candidate_id"]) == sorted(screening.pool["candidate_id"])


@light
@given(texts, st.integers(1, 4))
def test_the_fit_of_those_alike_is_their_weighted_mean(said: list[str], most: int) -> None:
    """Against plain loops, the earlier of equally near ones first."""
    near = likeness_of(crowd(said))
    fit = np.random.default_rng(0).random((len(said), 2))
    got = fit_of_alike(near, fit, most=most)
    likeness = (near @ near.T).toarray()
    for i in range(len(said)):
        others = [k for k in range(len(said)) if k != i and likeness[i, k] > 0]
        others.sort(key=lambda k: (-likeness[i, k], k))
        others = others[:most]
        weights = likeness[i, others]
        expected = fit[i]
        if others:
            mean = (weights[:, None] * fit[others]).sum(axis=0) / weights.sum()
            share = len(others) / most
            expected = share * mean + (1 - share) * fit[i]
        # Rounding may tell twins apart that are equal here; then their mean may differ.
        cut = sorted(likeness[i, [k for k in range(len(said)) if k != i]])[::-1][
            most - 1 : most + 1
        ]
        if len(cut) < 2 or abs(cut[0] - cut[1]) > 1e-9:
            np.testing.assert_allclose(got[i], expected, atol=1e-12)


@light
@given(texts, st.sampled_from([0.5, 0.8, 1.0]))
def test_near_equal_texts_are_those_of_a_plain_comparison(said: list[str], near: float) -> None:
    """Against scikit-learn's own TF-IDF, pair by pair."""
    people = crowd(said)
    words = TfidfVectorizer(token_pattern=SCRIPT_AWARE, ngram_range=(1, 2), sublinear_tf=True)
    rows = words.fit_transform(texts_of(people)).toarray()
    alike = rows @ rows.T
    ids = people["candidate_id"]
    clear = {
        (ids[i], ids[k])
        for i in range(len(ids)) for k in range(i + 1, len(ids)) if alike[i, k] >= near - 1e-9
    }  # fmt: skip
    got = find_duplicates(people, near=near)
    assert set(zip(got["first_id"], got["second_id"], strict=True)) == clear
    assert (got["first_id"] < got["second_id"]).all()


def test_one_person_twice_is_found_and_two_of_one_name_are_not() -> None:
    """By name and text, by name and e-mail whatever the texts; never by the name alone."""
    people = crowd(
        [
            "Ten years of mould design and die casting at a car maker",
            "Ten years of mould design and casting of dies at a car maker",
            "Sea freight, customs and a container terminal",
            "十年模具设计经验",
        ],
        name=["Ana Gil", "GIL, Ana", "Ana  Gil", "ana gil"],
        email=["a@x.org", None, "", " A@X.ORG"],
    )
    got = find_duplicates(people).set_index(["first_id", "second_id"])
    assert set(got.index) == {("R00", "R01"), ("R00", "R03")}
    assert got["why"].unique().tolist() == ["same person"]
    assert got.loc[("R00", "R03"), "agree"] == "name; email"
    assert len(find_duplicates(people, by=["name"])) == 1
    assert find_duplicates(people, by=[])["why"].tolist() in ([], ["near-equal texts"])


def test_everyone_left_out_is_like_somebody_kept() -> None:
    """In a chain A - B - C the middle one does not drag both ends out."""
    people = crowd(["a long text of many words", "a text of words", "a text"])
    chain = pd.DataFrame({"first_id": ["R00", "R01"], "second_id": ["R01", "R02"]})
    assert {k: v[0] for k, v in left_out(people, chain).items()} == {"R01": "R00"}


def test_wrong_levels_and_columns_are_refused() -> None:
    """Of find_duplicates."""
    people = crowd(["mould"])
    for wrong in ({"near": 0}, {"same": 1.1}, {"by": ["mail"]}, {"by": "name"}, {"of": "firms"}):
        with pytest.raises(tm.ProblemError):
            find_duplicates(people, **wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_texts_without_a_term_have_no_duplicates() -> None:
    """Signs alone are nothing to compare."""
    assert len(find_duplicates(crowd(["!!", "!!", "??"]))) == 0


@pytest.fixture(scope="module")
def case() -> Any:
    """The built-in case."""
    return tm.datasets.make_beilun(seed=0)


def test_duplicates_of_the_case_are_those_put_there(case: Any) -> None:
    """Resumes with typing errors and another name are found, all of them and no others, in time."""
    dice = Dice(np.random.default_rng(0))
    twins = case.candidates.head(100).copy()
    noisy = []
    for text, name in zip(twins["text"], twins["name"], strict=True):
        for _ in range(3):
            text = typo(text, dice)
        noisy.append(scrap(text.replace(name, "Some Body"), dice))
    twins = twins.assign(
        text=noisy, name="Some Body", candidate_id="S" + twins["candidate_id"].str[1:]
    )
    both = pd.concat([case.candidates, twins], ignore_index=True)
    began = time.perf_counter()
    got = find_duplicates(both)
    assert time.perf_counter() - began < 10  # 0.7 s alone on this machine
    found = set(zip(got["first_id"], got["second_id"], strict=True))
    assert found == {(f"R{key[1:]}", key) for key in twins["candidate_id"]}


def test_the_real_resume_that_is_there_twice_is_found(shared: Path) -> None:
    """Real resumes: one text under two ids, found with likeness 1."""
    path = shared / "data" / "case" / "candidates.csv.gz"
    if not path.is_file():
        pytest.skip(f"no real resumes at {path}")
    people = tm.read_candidates(path)
    repeated = people[people["text"].duplicated(keep=False)]
    some = pd.concat([repeated, people.head(300)]).drop_duplicates("candidate_id")
    got = find_duplicates(some)
    exact = {
        tuple(sorted(part["candidate_id"]))
        for _, part in repeated.groupby("text")
        if len(part) == 2
    }
    assert exact
    found = got[got["similarity"] == 1.0]
    assert exact <= set(zip(found["first_id"], found["second_id"], strict=True))


def test_the_layout_is_the_cases_own(case: Any) -> None:
    """Its industries and places are those of the truth, floors within them."""
    layout = make_layout()
    truth = case.truth[case.truth["fits_layout"]]["industry"].value_counts()
    assert layout.set_index("industry")["places"].to_dict() == truth.to_dict()
    assert (layout["min_places"] < layout["places"]).all()
    assert make_layout().equals(layout)


def test_the_pool_of_the_case_truly_fits(case: Any) -> None:
    """Over 99 % of the 1,000 fit by the latent truth, proved optimal, with all 3,000 accounted."""
    truth = case.truth.set_index("candidate_id")
    screening = screen(case.candidates, make_layout())
    pool = screening.pool
    assert (len(pool), len(screening.rejected)) == (1000, 2000)
    assert screening.result.status == "optimal"
    fits = truth.loc[pool["candidate_id"]]
    assert fits["fits_layout"].mean() > 0.99
    assert (fits["industry"].to_numpy() == pool["industry"].to_numpy()).mean() > 0.99
    assert (screening.industries["filled"] == screening.industries["places"]).all()
    alone = screen(case.candidates, make_layout(), alike=0, duplicates="keep").pool
    share = truth.loc[alone["candidate_id"], "fits_layout"].mean()
    assert 0.9 < share < fits["fits_layout"].mean()
