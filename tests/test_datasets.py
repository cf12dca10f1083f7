from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import roc_auc_score

from talentmatch.datasets import Beilun, make_beilun
from talentmatch.datasets.dice import Dice
from talentmatch.datasets.industries import (
    LAYOUT,
    faraway,
    nearby,
    plain_roles,
    shared_terms,
    specialities,
)
from talentmatch.datasets.noise import chinese_typo, scrap, typo
from talentmatch.datasets.terms import Speciality, read_specialities, read_term
from talentmatch.datasets.wording import neighbours, post_notions, resume_notions
from talentmatch.errors import ProblemError

FRAMES = [field.name for field in dataclasses.fields(Beilun)]
CJK = "[\u4e00-\u9fff]"
ENGLISH = r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}"
ISO_DATE = r"20\d\d-[01]\d-[0-3]\d"


@pytest.fixture(scope="module")
def case() -> Beilun:
    """Give the built-in case, made once; no test writes to it."""
    return make_beilun(seed=0)


def test_counts_are_the_cases(case: Beilun) -> None:
    """The article's numbers hold: resumes, enterprises, visits, demands of both kinds."""
    assert len(case.candidates) == len(case.truth) == 3000
    assert len(case.enterprises) == 120
    assert len(case.visits) == 220
    assert len(case.demands) == len(case.demand_truth) == 1160
    assert case.demands["kind"].value_counts().to_dict() == {"expert": 960, "technical": 200}


@pytest.mark.parametrize("seed", [0, 1, 20211130])
def test_exactly_a_thousand_fit_whatever_the_seed(seed: int) -> None:
    """Every seed gives 1,000 fitting experts, 700 near misses and 1,300 others."""
    made = make_beilun(seed=seed)
    assert made.truth["fits_layout"].sum() == 1000
    counts = made.truth["closeness"].value_counts().to_dict()
    assert counts == {"far": 1300, "fit": 1000, "near": 700}
    assert len(made.visits) == 220
    assert made.visits["enterprise_id"].nunique() == 120


def test_ids_are_unique_and_foreign_keys_exist(case: Beilun) -> None:
    """Each table has its own key, and every reference points at a row."""
    assert case.candidates["candidate_id"].is_unique
    assert case.enterprises["enterprise_id"].is_unique
    assert case.visits["visit_id"].is_unique
    assert case.demands["demand_id"].is_unique
    assert case.visits["enterprise_id"].isin(case.enterprises["enterprise_id"]).all()
    assert case.truth["candidate_id"].equals(case.candidates["candidate_id"])
    assert case.demand_truth["demand_id"].equals(case.demands["demand_id"])
    assert case.enterprises["name"].is_unique
    assert case.candidates["text"].is_unique


def test_a_demand_belongs_to_the_enterprise_visited(case: Beilun) -> None:
    """The enterprise of a demand is the enterprise of its visit."""
    visited = case.visits.set_index("visit_id")["enterprise_id"]
    found = case.demands["visit_id"].map(visited)
    assert (found == case.demands["enterprise_id"]).all()


def test_the_same_seed_gives_the_same_frames(case: Beilun) -> None:
    """Two calls with one seed agree in every cell and dtype."""
    again = make_beilun(seed=0)
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(case, name), getattr(again, name), check_exact=True)


def test_another_seed_gives_other_frames(case: Beilun) -> None:
    """A different seed changes every table but the layout, which the district draws up."""
    other = make_beilun(seed=1)
    changed = [name for name in FRAMES if not getattr(case, name).equals(getattr(other, name))]
    assert changed == [name for name in FRAMES if name != "layout"]


def test_columns_are_talentmatchs(case: Beilun) -> None:
    """The columns carry the library's own names, in a fixed order."""
    assert list(case.candidates) == [
        "candidate_id", "name", "text", "skills", "degree", "languages", "location",
        "available_from", "salary_expected", "capacity", "accepts",
    ]  # fmt: skip
    assert list(case.demands) == [
        "demand_id", "kind", "enterprise_id", "visit_id", "title", "text", "skills", "headcount",
        "min_degree", "function", "start_date", "salary_max", "priority",
    ]  # fmt: skip
    assert list(case.enterprises) == [
        "enterprise_id", "name", "tier", "industry", "introduction_limit",
    ]  # fmt: skip
    assert list(case.visits) == ["visit_id", "enterprise_id", "date", "visitor"]


def test_values_stay_in_their_ranges(case: Beilun) -> None:
    """Codes come from their lists, numbers from their ranges."""
    people, demands = case.candidates, case.demands
    assert set(people["degree"]) == {"bachelor", "master", "doctor"}
    assert (people["degree"] == "doctor").mean() > 0.5
    assert set(people["accepts"]) == {"expert", "technical", "expert;technical"}
    assert set(people["capacity"]) == {1, 2, 3}
    assert people["salary_expected"].between(100_000, 2_000_000).all()
    assert set(demands["min_degree"].dropna()) == {"bachelor", "master", "doctor"}
    assert set(demands["function"]) == {"technology", "management", "marketing"}
    assert set(demands["headcount"]) == {1, 2, 3}
    assert set(demands["priority"]) == {1, 2, 3}
    assert set(case.enterprises["tier"]) == {"champion", "listed", "sme"}
    assert (case.enterprises["introduction_limit"] > 0).all()


def test_several_engagements_only_for_those_who_accept_technical_help(case: Beilun) -> None:
    """A capacity above one goes with technical assistance; most people have capacity one."""
    several = case.candidates["capacity"] > 1
    assert case.candidates.loc[several, "accepts"].str.contains("technical").all()
    assert 0.05 < several.mean() < 0.25


def test_some_facts_are_missing(case: Beilun) -> None:
    """Salaries, degrees and skill lists are left out by some, as in life; texts never."""
    expert = case.demands["kind"] == "expert"
    assert 0.15 < case.demands.loc[expert, "salary_max"].isna().mean() < 0.35
    assert case.demands.loc[~expert, "salary_max"].isna().all()
    assert 0.05 < case.demands["min_degree"].isna().mean() < 0.2
    assert 0.05 < case.demands["skills"].isna().mean() < 0.25
    assert 0.03 < case.candidates["skills"].isna().mean() < 0.15
    assert case.candidates["text"].notna().all()
    assert case.demands[["title", "text"]].notna().all(axis=None)


def test_money_is_whole(case: Beilun) -> None:
    """Salaries are whole tens of thousands of RMB, so that floats hold them exactly."""
    assert (case.candidates["salary_expected"] % 10_000 == 0).all()
    assert (case.demands["salary_max"].dropna() % 10_000 == 0).all()


def test_dates_are_real_and_in_the_period(case: Beilun) -> None:
    """Visits fall on working days from April 2020 to November 2021; nothing starts before."""
    visits = pd.to_datetime(case.visits["date"], format="%Y-%m-%d")
    assert visits.between("2020-04-01", "2021-11-30").all()
    assert visits.is_monotonic_increasing
    assert (visits.dt.day_of_week < 5).all()
    free = pd.to_datetime(case.candidates["available_from"], format="%Y-%m-%d")
    assert (free.dt.year == 2021).all()
    start = pd.to_datetime(case.demands["start_date"], format="%Y-%m-%d")
    visited = pd.to_datetime(
        case.demands["visit_id"].map(case.visits.set_index("visit_id")["date"])
    )
    assert (start > visited).all()
    assert case.demands["start_date"].str.fullmatch(ISO_DATE).all()


def test_a_quarter_of_the_resumes_is_bilingual(case: Beilun) -> None:
    """About 25 % carry Chinese beside English, and those list Chinese among their languages."""
    chinese = case.candidates["text"].str.contains(CJK)
    assert 0.2 < chinese.mean() < 0.3
    assert case.candidates.loc[chinese, "languages"].str.contains("zh").all()
    assert case.candidates["languages"].str.startswith("en").all()


def test_demands_are_mostly_chinese(case: Beilun) -> None:
    """Most demands are Chinese; about a sixth is English or in both languages."""
    english = case.demands["text"].str.contains(ENGLISH)
    chinese = case.demands["text"].str.contains(CJK)
    assert (english | chinese).all()
    assert 0.13 < english.mean() < 0.23
    assert (english & chinese).any()
    assert (~chinese).any()
    tier = case.demands["enterprise_id"].map(case.enterprises.set_index("enterprise_id")["tier"])
    assert english[tier == "listed"].mean() > 3 * english[tier != "listed"].mean()


def test_most_chinese_demands_carry_latin_terms(case: Beilun) -> None:
    """Standards, tools and materials stand in Latin letters within the Chinese text."""
    chinese = case.demands.loc[case.demands["text"].str.contains(CJK), "text"]
    assert chinese.str.contains(r"[A-Z][A-Za-z0-9]").mean() > 0.75


def test_lengths_are_as_designed(case: Beilun) -> None:
    """Resumes run from 80 to 250 words; technical demands are longer than expert ones."""
    words = case.candidates["text"].str.split().str.len()
    assert words.between(80, 250).all()
    assert words.std() > 20
    length = case.demands["text"].str.len().groupby(case.demands["kind"]).median()
    assert length["technical"] > 1.5 * length["expert"]


def test_no_template_is_left_open(case: Beilun) -> None:
    """No text shows a slot of a sentence template, or an address that is not masked."""
    everything = pd.concat([case.candidates["text"], case.demands["title"], case.demands["text"]])
    assert not everything.str.contains(r"\{\w*\}").any()
    assert not everything.str.contains(r"\w@\w").any()


def test_truth_is_consistent(case: Beilun) -> None:
    """Who fits has a speciality of the layout in its own industry; who does not has none."""
    home = {s.name: s.industry for s in specialities()}
    fit = case.truth["fits_layout"]
    assert (case.truth.loc[fit, "speciality"].map(home) == case.truth.loc[fit, "industry"]).all()
    assert not case.truth.loc[~fit, "speciality"].isin(list(home)).any()
    assert (case.truth.loc[~fit, "industry"] == "outside the layout").all()
    wanted = case.demand_truth
    assert (wanted["speciality"].map(home) == wanted["industry"]).all()
    assert (wanted["function"] == case.demands["function"]).all()
    assert set(wanted["speciality"]) == set(home)


def test_demands_mostly_lie_in_the_enterprises_trade(case: Beilun) -> None:
    """About one demand in twenty is outside its enterprise's industry."""
    trade = case.demands["enterprise_id"].map(
        case.enterprises.set_index("enterprise_id")["industry"]
    )
    assert 0.9 < (trade == case.demand_truth["industry"]).mean() < 1.0


def naive_grade(case: Beilun, candidate: str, demand: str) -> int:
    """Grade one pair straight from the definition."""
    have = case.truth.set_index("candidate_id").loc[candidate]
    want = case.demand_truth.set_index("demand_id").loc[demand]
    if not have["fits_layout"] or have["industry"] != want["industry"]:
        return 0
    mine = [s.name for s in specialities() if s.industry == want["industry"]]
    apart = abs(mine.index(have["speciality"]) - mine.index(want["speciality"]))
    return {0: 3, 1: 2}.get(apart, 1)


def test_relevance_equals_its_definition(case: Beilun) -> None:
    """Vectorised grades equal a naive loop on pairs that show every grade."""
    rng = np.random.default_rng(7)
    fits = case.truth.loc[case.truth["fits_layout"], "candidate_id"].to_numpy()
    every = case.truth["candidate_id"].to_numpy()
    chosen = np.r_[rng.choice(fits, 300), rng.choice(every, 100)]
    pairs = pd.DataFrame(
        {"candidate_id": chosen, "demand_id": rng.choice(case.demands["demand_id"], 400)}
    )
    grades = case.relevance(pairs)
    slow = [naive_grade(case, *pair) for pair in pairs.itertuples(index=False)]
    assert grades.tolist() == slow
    assert set(slow) == {0, 1, 2, 3}


def test_relevance_takes_any_frame_of_pairs(case: Beilun) -> None:
    """Further columns, another index and no rows at all are fine; the frame stays untouched."""
    pairs = pd.DataFrame(
        {"score": [0.5], "demand_id": ["T0007"], "candidate_id": ["R0042"]}, index=["x"]
    )
    before = pairs.copy()
    assert case.relevance(pairs).dtype == np.int64
    assert case.relevance(pairs.iloc[:0]).shape == (0,)
    pd.testing.assert_frame_equal(pairs, before)


@pytest.mark.parametrize("key", ["candidate_id", "demand_id"])
def test_relevance_names_an_unknown_id(case: Beilun, key: str) -> None:
    """An id of another case is an error that names it."""
    pairs = pd.DataFrame({"candidate_id": ["R0001"], "demand_id": ["X0001"]})
    pairs[key] = "Z9"
    with pytest.raises(ProblemError, match=f"{key} 'Z9'"):
        case.relevance(pairs)


def recovery(case: Beilun, demands: pd.DataFrame, pattern: str) -> float:
    """Measure how well TF-IDF cosines tell related pairs (grade 2 and above) from the rest."""
    vectorizer = TfidfVectorizer(token_pattern=pattern, sublinear_tf=True)
    left = vectorizer.fit_transform(case.candidates["text"])
    right = vectorizer.transform(demands["title"] + " " + demands["text"])
    pairs = pd.DataFrame(
        {
            "candidate_id": np.repeat(case.candidates["candidate_id"].to_numpy(), len(demands)),
            "demand_id": np.tile(demands["demand_id"].to_numpy(), len(case.candidates)),
        }
    )
    scores = (left @ right.T).toarray().ravel()
    return float(roc_auc_score(case.relevance(pairs) >= 2, scores))


def test_english_demands_recover_the_truth_but_not_all_of_it(case: Beilun) -> None:
    """Words of English demands find their people well (measured .87), never perfectly."""
    demands = case.demands[~case.demands["text"].str.contains(CJK)]
    assert 0.75 < recovery(case, demands, r"(?u)\b\w\w+\b") < 0.98


def test_latin_terms_alone_recover_some_of_the_truth(case: Beilun) -> None:
    """Latin terms in Chinese demands point the right way (measured .66), and leave much to do."""
    demands = case.demands[case.demands["text"].str.contains(CJK)].iloc[::4]
    assert 0.58 < recovery(case, demands, r"[A-Za-z][\w+&./-]+") < 0.9


def test_near_misses_look_closer_than_strangers(case: Beilun) -> None:
    """The hard negatives are harder: nearer to the demands in words than the far fields."""
    demands = case.demands[~case.demands["text"].str.contains(CJK)]
    vectorizer = TfidfVectorizer(sublinear_tf=True)
    left = vectorizer.fit_transform(case.candidates["text"])
    best = (left @ vectorizer.transform(demands["text"]).T).max(axis=1).toarray().ravel()
    mean = pd.Series(best).groupby(case.truth["closeness"]).mean()
    assert mean["far"] < mean["near"] < mean["fit"]


def test_the_layout_sums_to_the_case() -> None:
    """The industries' shares add up to 1,000 experts and 120 enterprises."""
    assert sum(industry.experts for industry in LAYOUT) == 1000
    assert sum(industry.enterprises for industry in LAYOUT) == 120


def test_every_speciality_is_complete() -> None:
    """Each of the 42 has roles, studies, tools, Latin terms, problems and enough words."""
    assert len({s.name for s in specialities()}) == 42
    for speciality in specialities():
        assert speciality.fits
        assert len(speciality.tools) >= 3
        assert len(speciality.latin) >= 5
        assert len(speciality.problems) >= 2
        words = [*speciality.terms, *shared_terms(speciality.function)]
        assert sum(len(term.english) for term in words) >= 14, speciality.name
        assert plain_roles(speciality.function)


def test_outside_fields_are_complete() -> None:
    """Fields outside the layout have words in both languages; near ones borrow from the layout."""
    layout = {s.name for s in specialities()}
    for field in (*nearby(), *faraway()):
        assert not field.fits
        assert len(field.terms) >= 3
        assert field.roles.english
        assert field.study.chinese
        assert plain_roles(field.function)
    assert {field.borrows for field in nearby()} <= layout
    assert not any(field.borrows for field in faraway())


def test_words_are_in_the_language_they_claim() -> None:
    """English terms have no Chinese characters; Chinese ones have some, but for pure acronyms."""
    for field in (*specialities(), *nearby(), *faraway()):
        for term in (field.roles, field.study, *field.terms, *field.problems):
            assert not any(re.search(CJK, word) for word in term.english), term
            assert all(re.search(CJK, word) for word in term.chinese), term


def test_specialities_share_words() -> None:
    """Some notions stand under several specialities: one word does not give the truth away."""
    english = pd.Series([word for s in specialities() for t in s.terms for word in t.english])
    assert english.duplicated().sum() >= 15


def test_neighbours_are_mutual_and_stay_in_the_industry() -> None:
    """Being side by side is symmetric and never crosses industries."""
    by_name = {s.name: s for s in specialities()}
    for name, speciality in by_name.items():
        beside = neighbours(name)
        assert 1 <= len(beside) <= 2
        for other in beside:
            assert other.industry == speciality.industry
            assert speciality in neighbours(other.name)


def test_notation_refuses_a_line_it_does_not_know() -> None:
    """A mistyped key in the word lists fails at once."""
    with pytest.raises(ValueError, match="tolls: AutoCAD"):
        read_specialities("[gears] technology\ntolls: AutoCAD")


def test_notation_needs_both_languages() -> None:
    """A term without its translation fails at once."""
    with pytest.raises(ValueError, match="unpack"):
        read_term("gear design")


@given(st.integers(0, 2**32 - 1))
def test_notions_are_distinct(seed: int) -> None:
    """No notion is chosen twice for one text, whatever the chance."""
    dice = Dice(np.random.default_rng(seed))
    field: Speciality = dice.pick((*specialities(), *nearby(), *faraway()))
    core, side = resume_notions(field, dice)
    assert len(core) >= 3
    assert len({*core}) == len(core)
    assert not {*core} & {*side}
    wanted, _ = post_notions(dice.pick(specialities()), dice)
    assert len({*wanted}) == len(wanted)


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(), max_size=8), st.integers(0, 10))
def test_dice_take_distinct_places(seed: int, items: list[int], k: int) -> None:
    """Taking k of a list gives k of its items, each place once; all of them when k is larger."""
    taken = Dice(np.random.default_rng(seed)).take(items, k)
    rest = list(items)
    for item in taken:
        rest.remove(item)
    assert len(taken) == min(k, len(items))


@given(st.integers(0, 2**32 - 1), st.integers(-5, 5), st.integers(0, 9))
def test_dice_stay_between_their_ends(seed: int, low: int, width: int) -> None:
    """Whole numbers stay within both ends."""
    dice = Dice(np.random.default_rng(seed))
    assert all(low <= dice.between(low, low + width) <= low + width for _ in range(20))


@given(st.integers(0, 2**32 - 1), st.text(alphabet="abc 锻\n-", max_size=40))
def test_noise_takes_any_text(seed: int, text: str) -> None:
    """Typing errors and PDF scraps never fail, and a typo changes at most two letters."""
    dice = Dice(np.random.default_rng(seed))
    assert len(text) - 1 <= len(typo(text, dice)) <= len(text)
    assert chinese_typo(text, dice) == text
    assert "\n" not in scrap(text, dice)
