"""Blocks of facts, against the formulas of their docstrings, one pair at a time."""

from __future__ import annotations

import dataclasses
import io
import json
import unicodedata
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from talentmatch.blocks.facts import Same, Wanted
from talentmatch.blocks.levels import SENIORITY, Level
from talentmatch.blocks.material import Block, Fitted, Material
from talentmatch.errors import InputError, ProblemError
from talentmatch.must_have import MustHave
from talentmatch.products import Factors, Side
from talentmatch.rules import DEGREES
from talentmatch.skill_phrases import phrases_in, skill_holders

quick = settings(max_examples=60, deadline=None, derandomize=True)
share = st.sampled_from([0.0, 0.3, 0.5, 1.0])


def column(name: str, cells: list[Any]) -> pd.DataFrame:
    """A table of one column whose cells stay the objects they are."""
    return pd.DataFrame({name: pd.Series(cells, dtype=object)})


def material(
    people: pd.DataFrame, needs: pd.DataFrame, counts: list[int] | None = None
) -> Material:
    """Tables with one document per row, or with so many per candidate."""
    own = np.repeat(np.arange(len(people)), counts if counts else [1] * len(people))
    owners = np.concatenate([own, len(people) + np.arange(len(needs))])
    return Material(people, needs, [""] * len(owners), owners)


def scored(block: Any, people: pd.DataFrame, needs: pd.DataFrame) -> np.ndarray:
    """All scores of a block, after its fitted state was written and read, checked for range."""
    given = material(people, needs)
    fitted = block.fit(given)
    left, right = fitted.rows(given)
    for side, n in ((left, len(people)), (right, len(needs))):
        assert isinstance(side, sp.csr_array)
        assert side.dtype == np.float64
        assert side.shape[0] == n
        assert (side.data > 0).all()
    scores = (left @ right.T).toarray()
    assert scores.min(initial=0) >= 0
    assert scores.max(initial=0) <= 1 + 1e-12
    lengths = np.sqrt(right.power(2).sum(axis=1))
    assert (lengths <= np.sqrt(1 + block.missing**2) + 1e-12).all()
    for part, other in zip(again(block, fitted).rows(given), (left, right), strict=True):
        assert (part != other).nnz == 0
    return scores


def again(block: Any, fitted: Any) -> Fitted:
    """What is left of a fitted block after its settings and arrays were in files."""
    record = {f.name: getattr(block, f.name) for f in dataclasses.fields(block)}
    settings = json.loads(json.dumps(record))
    restored = type(block)(**settings)
    assert restored == block
    buffer = io.BytesIO()
    np.savez(buffer, **fitted.to_arrays())
    buffer.seek(0)
    with np.load(buffer, allow_pickle=False) as stored:
        return restored.restore(dict(stored))


def naive_levels(cell: Any) -> list[list[str]]:
    """The distinct values of a cell as lists of levels."""
    values = cell if isinstance(cell, list) else [cell] if cell else []
    paths = [
        [unicodedata.normalize("NFKC", level).casefold().strip() for level in value.split("/")]
        for value in values
    ]
    return [path for k, path in enumerate(paths) if path not in paths[:k]]


def agreeing(path: list[str], own: list[str]) -> int:
    """How many levels agree from the left."""
    count = 0
    for one, other in zip(path, own, strict=False):
        if one != other:
            break
        count += 1
    return count


places = ["CN", "CN/Zhejiang", "cn/zhejiang/Ningbo", "CN/Zhejiang/Hangzhou", "CN/Jiangsu"]
value = st.sampled_from(["machinery", "Machinery ", "ＭＡＣＨＩＮＥＲＹ", "Zhejiang", *places])
cell = st.one_of(st.none(), value, st.lists(value, max_size=4))


@quick
@given(have=st.lists(cell, min_size=1), ask=st.lists(cell, min_size=1), missing=share)
def test_same_is_the_share_of_the_demands_values(
    have: list[Any], ask: list[Any], missing: float
) -> None:
    """Values in common, paths by the levels that agree from the left, a constant where unknown."""
    block = Same("sector", demand="industry", missing=missing)
    scores = scored(block, column("sector", have), column("industry", ask))
    for i, mine in enumerate(have):
        for j, theirs in enumerate(ask):
            held, wanted = naive_levels(mine), naive_levels(theirs)
            if not held or not wanted:
                assert scores[i, j] == missing
                continue
            want = [max(agreeing(path, own) for own in held) / len(path) for path in wanted]
            assert scores[i, j] == pytest.approx(np.mean(want), abs=1e-12)


level = st.one_of(st.none(), st.sampled_from([word for words in DEGREES for word in words]))
number = st.one_of(st.none(), st.integers(0, 9), st.just("3"), st.just(2.5))
kinds = st.sampled_from(["at_least", "near"])


def naive_level(c: int, d: int, n: int, kind: str) -> float:
    """The formula of the docstring."""
    if kind == "near":
        return 1 - abs(c - d) / (n - 1) if n > 1 else 1.0
    return min(c, d) / d if d else 1.0


@quick
@given(have=st.lists(level, min_size=1), ask=st.lists(level, min_size=1), missing=share, kind=kinds)
def test_levels_of_words(have: list[Any], ask: list[Any], missing: float, kind: Any) -> None:
    """Degrees score by the docstring's formula, a constant where unknown."""
    block = Level("degree", demand="min_degree", missing=missing, kind=kind)
    scores = scored(block, column("degree", have), column("min_degree", ask))
    rank = {word: k for k, words in enumerate(DEGREES) for word in words}
    for i, mine in enumerate(have):
        for j, theirs in enumerate(ask):
            if mine is None or theirs is None:
                assert scores[i, j] == missing
            else:
                want = naive_level(rank[mine], rank[theirs], len(DEGREES), kind)
                assert scores[i, j] == pytest.approx(want, abs=1e-12)


@quick
@given(
    have=st.lists(number, min_size=1), ask=st.lists(number, min_size=1), missing=share, kind=kinds
)
def test_levels_of_numbers(have: list[Any], ask: list[Any], missing: float, kind: Any) -> None:
    """Numbers are ranked among the values that `fit` saw."""
    block = Level("years", demand="years", missing=missing, kind=kind)
    scores = scored(block, column("years", have), column("years", ask))
    known = sorted({float(cell) for cell in have + ask if cell is not None})
    for i, mine in enumerate(have):
        for j, theirs in enumerate(ask):
            if mine is None or theirs is None:
                assert scores[i, j] == missing
            else:
                c, d = known.index(float(mine)), known.index(float(theirs))
                want = naive_level(c, d, len(known), kind)
                assert scores[i, j] == pytest.approx(want, abs=1e-12)


def test_many_numbers_share_64_levels_and_others_are_clipped() -> None:
    """At most 64 levels, from the least value to the greatest; numbers outside count as those."""
    people = column("years", list(range(1000)))
    fitted = Level("years").fit(material(people, column("min_years", [5])))
    levels = fitted.to_arrays()["levels"]
    assert len(levels) == 64
    assert (levels[0], levels[-1]) == (0, 999)
    other = material(column("years", [-7, 0, 999, 5000]), column("min_years", [-3, 10_000]))
    left, right = fitted.rows(other)
    np.testing.assert_allclose((left @ right.T).toarray(), [[1, 0], [1, 0], [1, 1], [1, 1]])


def test_no_number_at_all_is_nothing_known() -> None:
    """Without a value in `fit` there is no ladder, and every pair scores the constant."""
    fitted = Level("years").fit(material(column("years", [None]), column("min_years", [""])))
    left, right = fitted.rows(material(column("years", [3, None]), column("min_years", [2])))
    assert (left @ right.T).toarray().tolist() == [[0.5], [0.5]]


def test_the_order_of_seniority_is_known() -> None:
    """A column named seniority has an order, Chinese words and other cases included."""
    people = column("seniority", ["实习", "Mid-Level", "总监"])
    needs = column("min_seniority", ["高级", "executive"])
    scores = scored(Level("seniority"), people, needs)
    np.testing.assert_allclose(scores, [[0, 0], [2 / 3, 2 / 7], [1, 6 / 7]])
    words = [word for words in SENIORITY for word in words]
    assert len(set(words)) == len(words)


def test_an_order_may_be_given() -> None:
    """Single words and spellings of one level, from low to high."""
    block = Level("tier", order=["bronze", ("silver", "银"), "gold"])
    scores = scored(block, column("tier", ["银", "BRONZE"]), column("min_tier", ["gold", "bronze"]))
    np.testing.assert_allclose(scores, [[0.5, 1], [0, 1]])
    assert block == Level("tier", order=[["bronze"], ["silver", "银"], ["gold"]])  # type: ignore[list-item]  # as JSON gives it back


def test_a_word_outside_the_order_is_reported_by_row() -> None:
    """All rows that are not understood come in one error."""
    people = pd.DataFrame({"candidate_id": ["R1", "R2"], "degree": ["wizard", "sorcerer"]})
    with pytest.raises(InputError, match="'wizard' is not in the order") as error:
        Level("degree").fit(material(people, column("min_degree", ["master"])))
    assert [(flaw.row, flaw.id) for flaw in error.value.flaws] == [(1, "R1"), (2, "R2")]


@quick
@given(
    ask=st.lists(
        st.lists(st.sampled_from(["PLC", "plc ", "welding", "数控"]), max_size=3), min_size=1
    ),
    missing=share,
)
def test_wanted_is_the_share_of_the_skills_listed(ask: list[Any], missing: float) -> None:
    """Skills named in the list or found in the text; else the constant."""
    people = pd.DataFrame({
        "skills": [["plc"], [], ["Welding"], []],
        "text": ["", ["Years of welding", "knows PLCs and 数控机床"], "数 控", ""],
    })  # fmt: skip
    has = [{"plc"}, {"plc", "welding", "数控"}, {"welding"}, set()]
    scores = scored(Wanted(missing=missing), people, column("nice_to_have", ask))
    for j, theirs in enumerate(ask):
        wanted = {skill.strip().lower() for skill in theirs}
        for i, mine in enumerate(has):
            if not wanted or i == 3:
                assert scores[i, j] == missing
            else:
                assert scores[i, j] == pytest.approx(len(mine & wanted) / len(wanted), abs=1e-12)


def blocks() -> list[Any]:
    """One block of each kind, for the tables of `tables`."""
    return [Same("sector"), Level("degree"), Level("years", kind="near"), Wanted()]


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Three candidates and two demands with all facts."""
    people = pd.DataFrame({
        "sector": ["food", None, "machinery/CNC"], "degree": ["master", "本科", ""],
        "years": [3, 5, None], "skills": [["PLC"], [], []], "text": ["", "AutoCAD", ""],
    })  # fmt: skip
    needs = pd.DataFrame({
        "sector": ["food; machinery", ""], "min_degree": ["bachelor", "phd"],
        "years": [4, 3], "nice_to_have": ["AutoCAD; PLC", None],
    })  # fmt: skip
    return people, needs


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block.name)
def test_every_document_has_its_candidates_row(block: Any) -> None:
    """Facts belong to the candidate, however many documents it has."""
    people, needs = tables()
    left, right = block.fit(material(people, needs)).rows(material(people, needs))
    several = material(people, needs, [2, 1, 3])
    many, other = block.fit(several).rows(several)
    assert (many != left[[0, 0, 1, 2, 2, 2]]).nnz == 0
    assert (other != right).nnz == 0


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block.name)
def test_the_order_of_rows_does_not_count(block: Any) -> None:
    """Fitted on rows in another order, a block gives the same features."""
    people, needs = tables()
    given = material(people, needs)
    other = block.fit(material(people[::-1], needs[::-1]))
    for part, same in zip(other.rows(given), block.fit(given).rows(given), strict=True):
        assert (part != same).nnz == 0


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block.name)
def test_blocks_keep_to_the_protocol(block: Any) -> None:
    """What is made here is a Block, and fits to a Fitted; the weight is its first field."""
    assert isinstance(block, Block)
    assert isinstance(block.fit(material(*tables())), Fitted)
    assert dataclasses.fields(block)[0].name == "weight"
    assert dataclasses.replace(block, weight=0.7).weight == 0.7


def test_features_are_spelled_for_people() -> None:
    """Names say what a pair has in common, in the order of the columns."""
    given = material(*tables())
    names = [
        fitted.names(np.arange(fitted.rows(given)[0].shape[1]))
        for fitted in (block.fit(given) for block in blocks())
    ]
    lead = ["not stated", "not asked"]
    assert names[0] == [f"sector {x}" for x in [*lead, "food", "machinery", "machinery/CNC"]]
    degrees = ["none", "associate", "bachelor", "master", "doctor"]
    assert names[1] == [f"degree {x}" for x in [*lead, *(f"at least {x}" for x in degrees)]]
    steps = ["at least 4", "at least 5", "below 4", "below 5"]
    assert names[2] == [f"years {x}" for x in [*lead, *steps]]
    assert names[3] == [f"nice to have {x}" for x in [*lead, "AutoCAD", "PLC"]]


def test_values_that_fit_did_not_see_count_and_are_shown_as_new() -> None:
    """New tables may hold new values; they match, behind the columns of the known ones."""
    fitted = Same("sector").fit(material(column("sector", ["food"]), column("sector", ["wood"])))
    other = material(column("sector", ["space", "food"]), column("sector", ["Space", "food"]))
    left, right = fitted.rows(other)
    assert (left @ right.T).toarray().tolist() == [[1, 0], [0, 1]]
    assert fitted.names(np.arange(left.shape[1]))[2:] == [
        "sector food", "sector wood", "sector (new since the fit)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Same("a", weight=0), "weight must be above 0"),
        (lambda: Same("a", weight=float("nan")), "weight"),
        (lambda: Same("a", weight="1"), "weight"),  # type: ignore[arg-type]  # the mistake tested
        (lambda: Level("a", missing=1.1), "between 0 and 1"),
        (lambda: Wanted(missing=-0.1), "between 0 and 1"),
        (lambda: Same(""), "name of a column"),
        (lambda: Wanted(candidate=3), "name of a column"),  # type: ignore[arg-type]  # the same
        (lambda: Level("a", kind="far"), "kind must be"),  # type: ignore[arg-type]  # the same
        (lambda: Level("a", order=[]), "from low to high"),
        (lambda: Level("a", order="abc"), "from low to high"),
        (lambda: Level("a", order=["x", ("y", "X")]), "'x' stands there twice"),
        (lambda: Level("a", order=["x", ()]), "no word"),
        (lambda: MustHave(missing="maybe"), "'pass' or 'bar'"),  # type: ignore[arg-type]  # the same
    ],
)
def test_settings_are_checked_at_construction(make: Any, says: str) -> None:
    """What makes no sense is refused before any table is read."""
    with pytest.raises(ProblemError, match=says):
        make()


@pytest.mark.parametrize(
    ("block", "says"),
    [
        (
            Same("place"),
            "a block needs the column 'place' of candidates; there are: sector, degree",
        ),
        (Same("sector", demand="place"), "a block needs the column 'place' of demands"),
        (Level("degree", demand="rank"), "a block needs the column 'rank' of demands"),
        (Wanted("nicest"), "a block needs the column 'nicest' of demands"),
        (Wanted(candidate="talents"), "a block needs the column 'talents' of candidates"),
    ],
)
def test_missing_columns_are_named(block: Any, says: str) -> None:
    """A block whose column is not there says so when it is fitted."""
    with pytest.raises(ProblemError, match=says):
        block.fit(material(*tables()))


def test_must_have_bars_who_lacks_one_skill() -> None:
    """Every skill that is listed is needed; nothing listed bars nobody."""
    people, _ = tables()
    gate = MustHave().bind(
        people, column("must_have", ["plc", ["AutoCAD", "PLC"], None, "plc;PLC"])
    )
    rows, cols = np.arange(3), np.arange(4)
    want = [[True, False, True, True], [False, False, True, False], [True] * 4]
    assert gate.passes(rows[:, None], cols[None, :]).tolist() == want
    pairs = np.indices((3, 4)).reshape(2, -1)
    assert gate.passes(*pairs).tolist() == np.ravel(want).tolist()
    assert (gate.name, gate.missing) == ("skills and text hold all of must_have", 1)


def test_must_have_may_bar_who_says_nothing() -> None:
    """A candidate with neither skills nor a text passes or is barred, and is counted either way."""
    people, _ = tables()
    gate = MustHave("needed", missing="bar").bind(people, column("needed", ["AutoCAD", ""]))
    assert gate.passes(np.array([2, 1, 2]), np.array([0, 0, 1])).tolist() == [False, True, True]
    assert gate.missing == 1


@quick
@given(
    has=st.lists(st.sets(st.integers(0, 150)), min_size=1, max_size=6),
    ask=st.lists(st.sets(st.integers(0, 150), max_size=4), min_size=1, max_size=6),
)
def test_must_have_over_many_skills(has: list[set[int]], ask: list[set[int]]) -> None:
    """More skills than fit into one word of bits are answered like sets."""
    people = column("skills", [[f"skill {k}" for k in mine] for mine in has])
    needs = column("must_have", [[f"Skill {k}" for k in theirs] for theirs in ask])
    gate = MustHave(missing="bar").bind(people, needs)
    rows, cols = np.arange(len(has)), np.arange(len(ask))
    want = [[theirs <= mine for theirs in ask] for mine in has]
    assert gate.passes(rows[:, None], cols[None, :]).tolist() == want


def test_must_have_names_missing_columns() -> None:
    """The rule's errors read like those of the other rules."""
    people, needs = tables()
    with pytest.raises(ProblemError, match="a rule needs the column 'must_have' of demands"):
        MustHave().bind(people, needs)
    with pytest.raises(ProblemError, match="a rule needs the column 'skills' of candidates"):
        MustHave("nice_to_have").bind(people[["sector"]], needs)


def found(text: str, *phrases: str) -> set[str]:
    """Which phrases a text holds."""
    rows, cols = phrases_in([text], phrases)
    assert (rows == 0).all()
    return {phrases[k] for k in cols.tolist()}


@pytest.mark.parametrize(
    ("text", "has", "lacks"),
    [
        ("JavaScript, MySQL, C++ and C#", ["javascript", "c++", "C#"], ["Java", "SQL", "C"]),
        ("five years of machine\nlearning", ["Machine Learning"], ["learning five"]),
        ("发电、机械制造", ["发电", "机械", "机械制造"], ["电机", "电机械"]),
        ("发电 机械，熟悉PLC编程", ["plc", "PLC编程", "编程"], ["电机"]),
        ("IELTS 6 and HSK 4", ["IELTS 6", "hsk 4"], ["IELTS 7", "HSK 6", "6 HSK"]),
        (
            "we use PLCs, batteries and gearboxes",
            ["PLC", "battery", "gearbox"],
            ["use PLC battery"],
        ),
        ("design of a window", ["window"], ["Windows"]),
        ("a relational database", ["relational databases"], ["databases"]),
        ("He knows excel. Word is new to him", ["excel", "word"], ["excel word"]),
        ("R&amp;D in Ｃ＋＋", ["R&D", "C++"], ["D"]),
        ("a Ph.D. in physics", ["Ph.D."], ["Ph.M."]),
        ("John R. Smith takes vitamin-C", ["vitamin-C"], ["R", "C", "vitamin D"]),
        ("", [], ["a", "", ";"]),
    ],
)
def test_phrases_are_found_as_whole_tokens(text: str, has: list[str], lacks: list[str]) -> None:
    """Whole words and runs of Chinese characters, never across marks; plurals as in the text."""
    assert found(text, *has, *lacks) == set(has)


word = st.sampled_from(["a1", "b2", "c3", "数", "控"])
words = st.lists(word, max_size=8).map(" ".join)


@quick
@given(texts=st.lists(words, max_size=5), phrases=st.lists(words, max_size=5))
def test_phrases_against_a_search_in_lists(texts: list[str], phrases: list[str]) -> None:
    """Every place where a run of tokens stands is found once."""
    rows, cols = phrases_in(texts, phrases)
    got = sorted(zip(rows.tolist(), cols.tolist(), strict=True))
    want = []
    for i, text in enumerate(texts):
        for k, phrase in enumerate(phrases):
            run, tokens = phrase.split(), text.split()
            is_split = any(a in "数控" and b in "数控" for a, b in pairwise(run))
            for at in range(len(tokens) - len(run) + 1 if run and not is_split else 0):
                want += [(i, k)] * (tokens[at : at + len(run)] == run)
    assert got == sorted(want)


def test_a_skill_that_is_named_needs_no_letters() -> None:
    """Equal spellings count even where there is no token to look for."""
    people = column("skills", [["++"], ["+"]])
    held, known = skill_holders(people, ["++", "x"], by="a block")
    assert held.toarray().tolist() == [[True, False], [False, False]]
    assert known.all()


def test_weighted_blocks_add_up_exactly() -> None:
    """On the grid of factors a score has the same bits alone and in a block, and stays below 1."""
    given = material(*tables())
    parts = []
    for block in blocks():
        left, right = block.fit(given).rows(given)
        scale = np.sqrt(1 / len(blocks()))
        sides = [Side(side, np.full(side.shape[0], scale)) for side in (left, right)]
        parts.append((sides[0], sides[1]))
    factors = Factors(parts)
    whole = factors.block(np.arange(3))
    rows, cols = np.indices((3, 2)).reshape(2, -1)
    np.testing.assert_array_equal(factors.at(rows, cols), whole.ravel())
    want = sum(scored(block, *tables()) for block in blocks()) / len(blocks())
    np.testing.assert_allclose(whole, want, atol=1e-6)
    assert whole.max() <= 1
