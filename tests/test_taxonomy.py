"""`Taxonomy`: phrases against a plain longest match, real ESCO and O*NET files, every flaw."""

from __future__ import annotations

import dataclasses
import gzip
import itertools
import pickle
from collections import Counter
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp

from talentmatch.errors import InputError, ProblemError
from talentmatch.taxonomies import phrases as room
from talentmatch.taxonomies.drafts import cycle_flaws
from talentmatch.taxonomies.esco import genders
from talentmatch.taxonomies.inflection import base_form
from talentmatch.taxonomies.taxonomy import Taxonomy
from talentmatch.text import Corpus, normalise, tokenize


def corpus_of(*texts: str) -> Corpus:
    """Texts as callers hand them over."""
    return tokenize(map(normalise, texts))


def flat(*terms: str) -> Taxonomy:
    """A taxonomy in which every term is a concept of its own."""
    return Taxonomy.from_table([{"term": term, "concept": term} for term in terms])


def found(taxonomy: Taxonomy, text: str) -> dict[str, int]:
    """The labels found in one text, and how many times."""
    row = taxonomy.find(corpus_of(text))
    return {taxonomy.labels[at]: int(n) for at, n in zip(row.indices, row.data, strict=True)}


def naive(tokens: list[str], terms: dict[tuple[str, ...], set[str]]) -> Counter[str]:
    """The obvious slow way: at each token the longest term, else one token on."""
    counts: Counter[str] = Counter()
    at = 0
    longest = max(map(len, terms), default=0)
    while at < len(tokens):
        for size in range(min(longest, len(tokens) - at), 0, -1):
            concepts = terms.get(tuple(tokens[at : at + size]))
            if concepts:
                counts.update(concepts)
                at += size
                break
        else:
            at += 1
    return counts


def same(left: Taxonomy, right: Taxonomy) -> bool:
    """Whether two taxonomies are equal in everything."""
    return (
        (left.terms, left.concepts, left.labels, left.languages)
        == (right.terms, right.concepts, right.labels, right.languages)
        and np.array_equal(left.concept_of, right.concept_of)
        and np.array_equal(left.broader.toarray(), right.broader.toarray())
    )


# --- finding, against the obvious way ---------------------------------------------------------

WORDS = ["ab", "bc", "cd", "c++", "熟", "焊", "接"]  # no two of them run together into one token
WEAK = ["a", "x", "7", "42"]  # tokens inside a phrase that are no phrase by themselves


def written(draw: np.random.Generator, tokens: list[str]) -> str:
    """A text of these tokens: Chinese mostly without spaces, Latin with spaces or hyphens."""
    text = ""
    for before, token in itertools.pairwise(["", *tokens]):
        touching = token in "熟焊接" or before in "熟焊接"
        if token == ",":
            text += str(draw.choice([", ", ";", ",", "!"])) if before not in WEAK else ", "
        elif touching and draw.random() < 0.7:
            text += token
        else:
            plain = before.isalpha() and token.isalpha() and not touching and len(before) > 1
            text += ("-" if plain and len(token) > 1 and draw.random() < 0.3 else " ") + token
    return text


@pytest.mark.parametrize("seed", range(300))
def test_finds_what_the_obvious_way_finds(seed: int) -> None:
    """Random terms in random texts: the counts are those of a plain longest match."""
    draw = np.random.default_rng(seed)
    alphabet = WORDS[: draw.integers(2, 8)] + WEAK[: draw.integers(0, 5)] + [","] * (seed % 2)

    def sequence(most: int) -> list[str]:
        return [str(draw.choice(alphabet)) for _ in range(draw.integers(1, most))]

    rows, terms = [], {}
    for number in range(draw.integers(1, 25)):
        tokens = sequence(5)
        concept = f"C{draw.integers(0, 1 + number)}"
        rows.append({"term": written(draw, tokens), "concept": concept})
        while tokens and tokens[0] == ",":
            del tokens[0]
        while tokens and tokens[-1] == ",":
            del tokens[-1]
        if tokens and not (len(tokens) == 1 and tokens[0] in WEAK):
            terms.setdefault(tuple(tokens), set()).add(concept)
    rows = [row | {"label": row["concept"]} for row in rows if row["term"].strip()]
    taxonomy = Taxonomy.from_table(rows)
    texts = [sequence(30) for _ in range(draw.integers(1, 6))]
    counts = taxonomy.find(corpus_of(*(written(draw, tokens) for tokens in texts)))
    assert counts.shape == (len(texts), len(taxonomy))
    assert counts.dtype == np.int32
    for row, tokens in zip(counts.toarray(), texts, strict=True):
        expected = naive(tokens, terms)
        assert {c: n for c, n in zip(taxonomy.concepts, row, strict=True) if n} == dict(expected)


@pytest.mark.parametrize("seed", range(50))
def test_spans_spell_the_terms_they_name(seed: int) -> None:
    """The words between first and last are the term; spans rise and never overlap."""
    draw = np.random.default_rng(seed)
    words = ["ab", "bc", "cd", "de"]
    terms = {" ".join(draw.choice(words, draw.integers(1, 5))) for _ in range(8)}
    taxonomy = flat(*sorted(terms))
    corpus = corpus_of(*(" ".join(draw.choice(words, 20)) for _ in range(4)))
    spans = taxonomy.phrases(corpus)
    for text, first, last, term in zip(*spans, strict=True):
        spelled = " ".join(corpus.words[k] for k in corpus.ids[first : last + 1])
        assert spelled == taxonomy.terms[term]
        assert corpus.indptr[text] <= first <= last < corpus.indptr[text + 1]
    assert (spans.first[1:] > spans.last[:-1]).all()
    counts = sp.csr_array(
        (np.ones(len(spans.text)), (spans.text, spans.term)), shape=(4, len(terms))
    )
    assert np.array_equal(counts.toarray(), taxonomy.find(corpus).toarray())


def test_the_longest_of_those_that_begin_first_counts() -> None:
    """A token belongs to one phrase, and an earlier phrase outranks a longer one."""
    taxonomy = flat("arc", "arc welding", "welding robot cell", "robot", "cell")
    assert found(taxonomy, "arc welding robot cell") == {"arc welding": 1, "robot": 1, "cell": 1}
    assert found(taxonomy, "arc arc") == {"arc": 2}
    assert found(taxonomy, "welding robot cells") == {"welding robot cell": 1}
    assert found(taxonomy, "welding robot") == {"robot": 1}


def test_a_term_of_several_concepts_counts_for_each() -> None:
    """The same spelling, or another form of it, may name several things."""
    rows = [("crane", "machine"), ("Cranes", "bird"), ("crane", "machine"), ("bird", "bird")]
    taxonomy = Taxonomy.from_table(pd.DataFrame(rows, columns=["term", "concept"]))
    assert taxonomy.find(corpus_of("two cranes, a bird")).toarray().tolist() == [[1, 2]]
    assert taxonomy.phrases(corpus_of("a crane")).term.tolist() == [0]


def test_phrases_do_not_run_over_the_end_of_a_text() -> None:
    """The last word of a text and the first of the next are no phrase."""
    taxonomy = flat("arc welding")
    assert taxonomy.find(corpus_of("arc", "welding", "", "arc welding")).toarray().tolist() == [
        [0],
        [0],
        [0],
        [1],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "sales, management",
        "sales; management",
        "in sales. Management of",
        "sales: management",
        "sales | management",
        "sales,management",
        "sales！management",
        "sales、management",
    ],
)
def test_phrases_do_not_run_over_what_separates(text: str) -> None:
    """The items of a list, and the sentences of a text, are not one phrase."""
    taxonomy = flat("sales management", "sales")
    assert found(taxonomy, text) == {"sales": 1}
    assert found(taxonomy, "(sales) management") == {"sales management": 1}


def test_a_comma_of_the_term_itself_is_looked_for() -> None:
    """Labels such as ESCO's hold commas; abbreviations keep their points."""
    taxonomy = flat("Leiter für Bühne, Film und Fernsehen", "Sr. Engineer", "Yahoo!", "Ph.D.")
    assert len(found(taxonomy, "leiter für bühne, film und fernsehen.")) == 1
    assert found(taxonomy, "a Sr. engineer at Yahoo, Ph.D") == dict.fromkeys(taxonomy.labels[1:], 1)


@pytest.mark.parametrize(
    ("term", "hits", "misses"),
    [
        ("3d printing", ["3D printing,", "3d-printing"], ["printing", "2d printing"]),
        ("ISO 9001", ["ISO 9001:2015", "iso9001? ISO-9001!"], ["ISO 14001", "ISO"]),
        ("5G", ["5G/4G", "a 5g network"], ["4g", "5 g"]),
        ("kV", ["10 kV", "(kv)"], ["kva", "10kv"]),
        ("Office 365", ["MS Office 365"], ["office", "office 36"]),
        ("Windows 10", ["on Windows 10."], ["Windows", "windows 11", "windows 100"]),
        ("Industry 4.0", ["industry 4.0!", "Industry-4.0"], ["industry", "industry 4", "4.0"]),
        ("SAP R/3", ["SAP R/3"], ["SAP", "sap r"]),
        ("A/B testing", ["A/B testing", "a-b testing"], ["testing", "b testing"]),
        ("X-ray", ["x-rays", "X ray"], ["ray"]),
        ("Objective-C", ["objective-c", "Objective C"], ["objective", "C"]),
        ("C", ["C, C++", "C/C++"], ["objective-c", "vitamin-C", "c++", "C#"]),
        ("R", ["Python and R"], ["R&D", "R."]),
        ("C++", ["C++ or C"], ["C", "C#"]),
        ("R&D", ["R&amp;D manager", "r&d"], ["r d"]),
        (".NET", [".net core"], ["net", "asp.net"]),
        ("bachelor's degree", ["Bachelor’s degree", "bachelors degree", "bachelor degree"], []),
        ("CAD/CAM", ["CAD/CAM", "cad cam", "cad-cam"], ["cad", "cam"]),
    ],
)
def test_terms_with_numbers_and_signs(term: str, hits: list[str], misses: list[str]) -> None:
    """Short numbers and letters count inside a phrase; what they belong to is not found alone."""
    taxonomy = flat(term)
    assert [found(taxonomy, text) for text in hits] == [{term: 1}] * len(hits)
    assert [found(taxonomy, text) for text in misses] == [{}] * len(misses)


def test_chinese_terms_are_found_inside_longer_runs() -> None:
    """No spaces are needed, the longest term wins, and Latin letters may touch."""
    taxonomy = flat("焊接", "焊接机器人", "PLC编程", "PLC", "编程", "ＸＬＰＥ电缆", "绝缘")
    assert found(taxonomy, "熟悉PLC编程及PLC、编程") == {"PLC编程": 1, "PLC": 1, "编程": 1}
    assert found(taxonomy, "会操作焊接机器人和焊接") == {"焊接机器人": 1, "焊接": 1}
    assert found(taxonomy, "xlpe电缆绝缘层") == {"ＸＬＰＥ电缆": 1, "绝缘": 1}
    assert found(taxonomy, "焊、接") == {}
    assert found(taxonomy, "plcs") == {"PLC": 1}
    assert found(taxonomy, "aplc编程") == {"编程": 1}


def test_terms_that_cannot_be_found_are_kept_and_told() -> None:
    """A sign, a single letter, a short number: they stay in the table."""
    taxonomy = flat("?", "D", "42", "welding", "C", "...", "焊")
    assert taxonomy.unfindable == ["?", "D", "42", "..."]
    assert found(taxonomy, "? D 42 ... c") == {"C": 1}
    assert len(taxonomy.to_frame()) == 7


def test_nothing_to_find_and_nothing_to_look_in() -> None:
    """Empty taxonomies and corpora give empty results of the right shape."""
    none = Taxonomy([], np.zeros(0, np.int64), [], [], sp.csr_array((0, 0), dtype=bool), [])
    assert repr(none) == "<Taxonomy: 0 concepts, 0 terms>"
    assert none.find(corpus_of("a b")).shape == (1, 0)
    assert [len(column) for column in none.phrases(corpus_of("a b"))] == [0, 0, 0, 0]
    assert flat("?").find(corpus_of("?")).toarray().tolist() == [[0]]
    assert flat("welding").find(corpus_of()).shape == (0, 1)
    assert flat("welding").find(corpus_of("", "?")).nnz == 0


def test_a_taken_corpus_is_searched_by_its_own_rows() -> None:
    """Rows taken from a corpus share its list of words."""
    corpus = corpus_of("welding", "none", "welding welding").take([2, 1, 0, 0])
    assert flat("welding").find(corpus).toarray().ravel().tolist() == [2, 0, 1, 1]


# --- inflection --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forms",
    [
        ("technology", "technologies"),
        ("process", "processes"),
        ("switch", "switches"),
        ("coach", "coaches"),
        ("cache", "caches"),
        ("box", "boxes"),
        ("database", "databases"),
        ("employee", "employees"),
        ("die", "dies"),
        ("movie", "movies"),
        ("analysis", "analyses"),
        ("matrix", "matrices"),
        ("tradesman", "tradesmen"),
        ("labour", "labor", "labours"),
        ("organisation", "organization", "organisations", "organizations"),
        ("optimise", "optimize", "optimises"),
        ("analyse", "analyze"),
        ("modelling", "modeling"),
        ("behavioural", "behavioral"),
        ("centre", "center", "centres", "centers"),
        ("programme", "program", "programmes", "programs"),
        ("licence", "license", "licences"),
        ("mould", "mold", "moulds"),
        ("técnico", "técnicos"),
    ],
)
def test_the_forms_of_a_word_share_a_key(forms: tuple[str, ...]) -> None:
    """Plurals and both spellings of English."""
    assert len({base_form(form) for form in forms}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("engineer", "engineering"),
        ("build", "building"),
        ("test", "tested"),
        ("news", "new"),
        ("goods", "good"),
        ("canvas", "canva"),
        ("windows", "window"),
        ("customs", "custom"),
        ("flour", "floor"),
        ("hour", "hor"),
        ("programmer", "program"),
        ("rise", "rize"),
        ("adviser", "advise"),
    ],
)
def test_other_words_keep_other_keys(one: str, other: str) -> None:
    """What is only spelled alike is not one."""
    assert base_form(one) != base_form(other)


@pytest.mark.parametrize(
    "token", ["", "s", "ios", "aws", "c++", "802", "3ds", "node.js", "焊", "i5s"]
)
def test_short_and_mixed_tokens_stay(token: str) -> None:
    """Names, numbers and signs are not inflected."""
    assert base_form(token) == token


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("skies", "sky"),
        ("aids", "aid"),
        ("shoes", "shoe"),
        ("trees", "tree"),
        ("virus", "virus"),
        ("class", "class"),
        ("uses", "use"),
        ("tables", "table"),
    ],
)
def test_harmans_rules(word: str, stem: str) -> None:
    """The rules of the S-stemmer, each with the endings it spares."""
    assert base_form(word) == stem


# --- tables ------------------------------------------------------------------------------------

ROWS = [
    {"term": "CNC machining", "concept": "cnc", "broader": "machining", "language": "en"},
    {"term": "数控加工", "concept": "cnc", "broader": "machining; skill", "language": "ZH"},
    {"term": "machining", "concept": "machining", "broader": "skill|trade", "language": "en"},
    {"term": "CNC machining", "concept": "cnc", "broader": "", "language": "en"},
]


def links(taxonomy: Taxonomy) -> set[tuple[str, str]]:
    """The broader links by the concepts' ids."""
    names = taxonomy.concepts
    return {(names[a], names[b]) for a, b in zip(*taxonomy.broader.nonzero(), strict=True)}


def test_a_table_of_terms() -> None:
    """Labels are first terms, repeated rows count once, broader concepts are made where needed."""
    taxonomy = Taxonomy.from_table(ROWS)
    assert repr(taxonomy) == "<Taxonomy: 4 concepts, 3 terms, en, zh>"
    assert taxonomy.terms == ["CNC machining", "数控加工", "machining"]
    assert taxonomy.concept_of.tolist() == [0, 0, 1]
    assert taxonomy.concepts == ["cnc", "machining", "skill", "trade"]
    assert taxonomy.labels == ["CNC machining", "machining", "skill", "trade"]
    assert taxonomy.languages == ["en", "zh", "en"]
    assert len(taxonomy) == 4
    assert links(taxonomy) == {
        ("cnc", "machining"),
        ("cnc", "skill"),
        ("machining", "skill"),
        ("machining", "trade"),
    }
    assert taxonomy.broader.dtype == bool


def test_a_label_column_names_the_concepts() -> None:
    """The first label that is not empty; a row without a term only describes its concept."""
    rows = [
        {"term": "weld", "concept": "W", "label": "", "broader": "T"},
        {"term": "焊接", "concept": "W", "label": "Welding", "broader": None},
        {"term": "", "concept": "T", "label": "Trades", "broader": "all"},
    ]
    taxonomy = Taxonomy.from_table(rows)
    assert taxonomy.labels == ["Welding", "Trades", "all"]
    assert links(taxonomy) == {("W", "T"), ("T", "all")}
    assert same(Taxonomy.from_table(taxonomy.to_frame()), taxonomy)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "lazy"])
def test_frames_of_all_libraries(kind: str) -> None:
    """The same cells give the same taxonomy, and the source stays as it was."""
    frame = pd.DataFrame(ROWS)
    before = frame.copy()
    arrow = pa.Table.from_pylist(ROWS)
    sources = {
        "pandas": frame,
        "polars": pl.DataFrame(ROWS),
        "pyarrow": arrow,
        "lazy": pl.LazyFrame(ROWS),
    }
    assert same(Taxonomy.from_table(sources[kind]), Taxonomy.from_table(ROWS))
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    "suffix", [".csv", ".csv.gz", ".tsv", ".txt", ".xlsx", ".parquet", ".jsonl"]
)
def test_files_of_all_kinds(tmp_path: Path, suffix: str) -> None:
    """The suffix says how a file is read."""
    path = tmp_path / f"terms{suffix}"
    frame = pd.DataFrame(ROWS)
    match suffix:
        case ".csv" | ".csv.gz":
            frame.to_csv(path, index=False)
        case ".tsv" | ".txt":
            frame.to_csv(path, index=False, sep="\t")
        case ".xlsx":
            frame.to_excel(path, index=False)
        case ".parquet":
            frame.to_parquet(path)
        case ".jsonl":
            frame.to_json(path, orient="records", lines=True, force_ascii=False)
    assert same(Taxonomy.from_table(path), Taxonomy.from_table(ROWS))
    assert same(Taxonomy.from_table(str(path)), Taxonomy.from_table(ROWS))


def test_other_headings_are_mapped() -> None:
    """Their heading -> ours; case and spaces of ours do not count; other columns are left alone."""
    frame = pd.DataFrame({"Skill": ["weld"], "TERM": ["no"], "Concept ": ["W"], "note": [1]})
    assert Taxonomy.from_table(frame, columns={"Skill": "term"}).terms == ["weld"]
    assert Taxonomy.from_table(frame).terms == ["no"]


def test_broader_may_be_a_list_and_ids_may_be_numbers() -> None:
    """As .jsonl and .parquet files hold them."""
    rows = [{"term": "weld", "concept": 7.0, "broader": [8, "T"]}]
    taxonomy = Taxonomy.from_table(rows)
    assert taxonomy.concepts == ["7", "8", "T"]
    assert links(taxonomy) == {("7", "8"), ("7", "T")}


def test_every_flaw_of_the_cells_is_told_at_once() -> None:
    """Row, id, column, rule and hint of each, and the cycles of the sound rows."""
    rows = [
        {"term": "", "concept": "A", "broader": None, "label": ""},
        {"term": "weld", "concept": None, "broader": "A", "label": ""},
        {"term": b"weld", "concept": "a;b", "broader": float("inf"), "label": ""},
        {"term": "x", "concept": "X", "broader": "Y", "label": ""},
        {"term": "y", "concept": "Y", "broader": "Z", "label": ""},
        {"term": "z", "concept": "Z", "broader": "Y;Q", "label": ""},
        {"term": "q", "concept": "Q", "broader": "Q", "label": ""},
    ]
    with pytest.raises(InputError) as caught:
        Taxonomy.from_table(rows)
    flaws = [(flaw.row, flaw.id, flaw.column) for flaw in caught.value.flaws]
    assert flaws == [
        (1, "A", "term"),
        (2, "", "concept"),
        (3, "", "term"),
        (3, "", "concept"),
        (3, "", "broader"),
        (None, "Y", "broader"),
        (None, "Q", "broader"),
    ]
    assert "Y -> Z -> Y" in str(caught.value)
    assert "Q -> Q" in str(caught.value)
    assert all(flaw.hint for flaw in caught.value.flaws)


@pytest.mark.parametrize(
    ("frame", "columns", "words"),
    [
        ({"word": ["x"]}, {}, ["no column term", "no column concept", "'word'"]),
        ({"term": ["x"], "concept": ["y"]}, {"skill": "term"}, ["does not have: 'skill'"]),
        ({"a": ["x"], "b": ["y"]}, {"a": "term", "b": "id"}, ["not a column", "no column concept"]),
        ({"term": ["x"], "Term": ["x"], "concept": ["y"]}, {}, ["2 headings mean term"]),
        ({"term": [], "concept": []}, {}, ["the table is empty"]),
        ({}, {}, ["no headings", "the table is empty"]),
    ],
)
def test_flaws_of_the_headings(
    frame: dict[str, list[str]], columns: dict[str, str], words: list[str]
) -> None:
    """What is missing, what is there twice, what cannot be mapped."""
    with pytest.raises(InputError) as caught:
        Taxonomy.from_table(pd.DataFrame(frame), columns=columns)
    for word in words:
        assert word in str(caught.value)


def test_sources_that_are_no_table(tmp_path: Path) -> None:
    """A missing file, an empty one, a ragged one, a number."""
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "ragged.txt").write_text("term\tconcept\na\tb\tc\n")
    for name, rule in (("no.csv", "cannot be read"), ("no.txt", "cannot be read")):
        with pytest.raises(InputError, match=rule):
            Taxonomy.from_table(tmp_path / name)
    with pytest.raises(InputError, match="empty"):
        Taxonomy.from_table(tmp_path / "empty.txt")
    with pytest.raises(InputError, match="row 1: 3 cells under 2 headings"):
        Taxonomy.from_table(tmp_path / "ragged.txt")
    with pytest.raises(TypeError, match="int"):
        Taxonomy.from_table(3)
    with pytest.raises(InputError, match="not a mapping"):
        Taxonomy.from_table(["weld"])


@pytest.mark.parametrize("seed", range(100))
def test_cycles_are_found_and_nothing_else(seed: int) -> None:
    """A flaw exactly where links lead back, and the way it names is one of links."""
    draw = np.random.default_rng(seed)
    n = int(draw.integers(1, 9))
    matrix = draw.random((n, n)) < draw.choice([0.05, 0.15, 0.3])
    reach = matrix.copy()
    for _ in range(n):
        reach = reach | (reach.astype(int) @ matrix.astype(int) > 0)
    names = [f"N{k}" for k in range(n)]
    flaws = cycle_flaws(names, sp.csr_array(matrix))
    assert bool(flaws) == bool(np.diag(reach).any())
    on_cycle = {frozenset(np.flatnonzero(reach[k] & reach[:, k])) for k in range(n) if reach[k, k]}
    assert len(flaws) == len(on_cycle)
    for flaw in flaws:
        way = [names.index(name) for name in flaw.rule.split(": ")[1].split(" -> ")]
        assert way[0] == way[-1]
        assert all(matrix[a, b] for a, b in itertools.pairwise(way))


# --- values ------------------------------------------------------------------------------------


def drawn(seed: int) -> Taxonomy:
    """A random taxonomy without cycles."""
    draw = np.random.default_rng(seed)
    rows = []
    for number in range(draw.integers(1, 30)):
        at = int(draw.integers(0, 8))
        above = [f"C{k}" for k in range(at + 1, 12) if draw.random() < 0.1]
        rows.append(
            {
                "term": f"t{draw.integers(0, 20)} x",
                "concept": f"C{at}",
                "broader": "; ".join(above),
                "language": str(draw.choice(["", "en", "zh"])),
                "label": f"L{at}" if draw.random() < 0.2 else "",
                "number": number,
            }
        )
    return Taxonomy.from_table(rows)


@pytest.mark.parametrize("seed", range(50))
def test_round_trips(seed: int, tmp_path: Path) -> None:
    """Through a frame, a file and a pickle, and added to itself, a taxonomy is the same."""
    taxonomy = drawn(seed)
    frame = taxonomy.to_frame()
    assert list(frame.columns) == ["term", "concept", "label", "broader", "language"]
    assert same(Taxonomy.from_table(frame), taxonomy)
    frame.to_csv(tmp_path / "t.csv", index=False)
    assert same(Taxonomy.from_table(tmp_path / "t.csv"), taxonomy)
    assert same(pickle.loads(pickle.dumps(taxonomy)), taxonomy)
    assert same(taxonomy + taxonomy, taxonomy)


@pytest.mark.parametrize("seed", range(50))
def test_a_sum_finds_what_its_parts_name(seed: int) -> None:
    """Terms and links of both, by the concepts' ids."""
    left, right = drawn(seed), drawn(1000 + seed)
    both = left + right
    assert links(both) == links(left) | links(right)
    named = [
        {
            (t, one.concepts[c], lang)
            for t, c, lang in zip(one.terms, one.concept_of, one.languages, strict=True)
        }
        for one in (left, right, both)
    ]
    assert named[2] == named[0] | named[1]
    assert set(both.concepts) == set(left.concepts) | set(right.concepts)
    label = dict(zip(both.concepts, both.labels, strict=True))
    has_terms = {left.concepts[at] for at in left.concept_of}
    for concept, name in zip(left.concepts, left.labels, strict=True):
        if concept in has_terms:
            assert label[concept] == name


def test_a_sum_extends_a_concept_by_its_id() -> None:
    """One's own term for a known concept; a bare broader concept gets its name from the other."""
    ours = Taxonomy.from_table([{"term": "welding", "concept": "W", "broader": "T"}])
    mine = Taxonomy.from_table(
        [{"term": "烧焊", "concept": "W"}, {"term": "trade", "concept": "T"}]
    )
    both = ours + mine
    assert both.labels == ["welding", "trade"]
    assert found(both, "烧焊 or welding") == {"welding": 2}
    assert repr(ours) == "<Taxonomy: 2 concepts, 1 terms>"


def test_a_sum_that_leads_in_a_circle_is_an_error() -> None:
    """Each part is sound, the whole is not."""
    up = Taxonomy.from_table([{"term": "a", "concept": "A", "broader": "B"}])
    down = Taxonomy.from_table([{"term": "b", "concept": "B", "broader": "A"}])
    with pytest.raises(InputError, match="A -> B -> A"):
        up + down
    with pytest.raises(TypeError):
        up + 1  # type: ignore[operator]  # what the test is about


def test_taxonomies_are_values() -> None:
    """Fields cannot be set, finding leaves no trace in a pickle, and malformed ones are refused."""
    taxonomy = Taxonomy.from_table(ROWS)
    with pytest.raises(dataclasses.FrozenInstanceError):
        taxonomy.terms = []  # type: ignore[misc]  # what the test is about
    before = pickle.dumps(taxonomy)
    taxonomy.find(corpus_of("cnc machining"))
    assert pickle.dumps(taxonomy) == before
    parts = {f.name: getattr(taxonomy, f.name) for f in dataclasses.fields(taxonomy)}
    for wrong in (
        {"languages": []},
        {"labels": ["one"]},
        {"concepts": ["same"] * 4},
        {"concept_of": np.array([0, 0, 4])},
        {"broader": sp.csr_array((2, 2), dtype=bool)},
    ):
        with pytest.raises(ProblemError):
            Taxonomy(**(parts | wrong))
    loop = sp.csr_array(np.eye(4, dtype=bool))
    with pytest.raises(InputError, match="leads back"):
        Taxonomy(**(parts | {"broader": loop}))


# --- ESCO and O*NET ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "forms"),
    [
        ("director técnico/directora técnica", ["director técnico", "directora técnica"]),
        ("tornero/ tornera", ["tornero", "tornera"]),
        ("directora de minas/", ["directora de minas"]),
        ("actor/actress", ["actor", "actress"]),
        ("Koch/Köchin", ["Koch", "Köchin"]),
        (
            "Import-/Exportmanager/Import-/Exportmanagerin",
            ["Import-/Exportmanager", "Import-/Exportmanagerin"],
        ),
        ("CAD/CAM", ["CAD/CAM"]),
        ("CA Datacom/DB", ["CA Datacom/DB"]),
        ("stage/production manager", ["stage/production manager"]),
        (
            "Lehrkraft für Erdkunde/Geografie Sekundarstufe",
            ["Lehrkraft für Erdkunde/Geografie Sekundarstufe"],
        ),
        ("Schichtleiter/in Bergbau", ["Schichtleiter/in Bergbau"]),
        ("/", ["/"]),
    ],
)
def test_labels_with_both_genders(label: str, forms: list[str]) -> None:
    """Two forms of one occupation are told from two things in one label."""
    assert genders(label) == forms


@pytest.fixture
def esco(tmp_path: Path) -> Path:
    """A small folder like the official download."""
    base = "http://data.europa.eu/esco"
    files = {
        "occupations_en.csv": "conceptType,conceptUri,iscoGroup,preferredLabel,altLabels\n"
        f'Occupation,{base}/occupation/1,2654,technical director,"head of technical\nTD"\n',
        "occupations_de.csv": "conceptUri,iscoGroup,preferredLabel,altLabels\n"
        f"{base}/occupation/1,2654,Technischer Leiter/Technische Leiterin,\n",
        "skills_en.csv": "conceptUri,preferredLabel,altLabels\n"
        f"{base}/skill/9,Haskell,Haskell techniques | Haskell language\n",
        "ISCOGroups_en.csv": "conceptUri,code,preferredLabel\n"
        f"{base}/isco/C2654,2654,Film and stage directors\n",
        "broaderRelationsSkillPillar_en.csv": "conceptUri,broaderUri\n"
        f"{base}/skill/9,{base}/skill/S5\n{base}/skill/S5,{base}/skill/S\n"
        f"{base}/skill/77,{base}/skill/S\n",
        "dictionary_en.csv": "filename,data header\na,b\n",
        "notes.md": "no table",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def test_esco_from_the_folder_of_its_download(esco: Path) -> None:
    """Languages, ISCO groups, links of concepts that are there; other files are passed over."""
    taxonomy = Taxonomy.from_esco(esco)
    base = "http://data.europa.eu/esco"
    label = dict(zip(taxonomy.concepts, taxonomy.labels, strict=True))
    assert label[f"{base}/occupation/1"] == "Technischer Leiter/Technische Leiterin"
    assert label["ISCO 2654"] == "Film and stage directors"
    assert label["ISCO 26"] == "ISCO 26"
    assert f"{base}/skill/77" not in label
    assert links(taxonomy) == {
        (f"{base}/occupation/1", "ISCO 2654"),
        ("ISCO 2654", "ISCO 265"),
        ("ISCO 265", "ISCO 26"),
        ("ISCO 26", "ISCO 2"),
        (f"{base}/skill/9", f"{base}/skill/S5"),
        (f"{base}/skill/S5", f"{base}/skill/S"),
    }
    spoken = dict(zip(taxonomy.terms, taxonomy.languages, strict=True))
    assert spoken["Technische Leiterin"] == "de"
    assert spoken["head of technical"] == spoken["Haskell language"] == "en"
    assert same(Taxonomy.from_table(taxonomy.to_frame()), taxonomy)


def test_esco_from_files(esco: Path) -> None:
    """One file, several, and a language given by the caller."""
    one = Taxonomy.from_esco(str(esco / "occupations_en.csv"))
    assert one.terms == ["technical director", "head of technical", "TD"]
    both = Taxonomy.from_esco([esco / "occupations_en.csv", esco / "occupations_de.csv"])
    assert both.labels[0] == "technical director"
    assert len(both) == len(one) == 5
    assert set(Taxonomy.from_esco(esco / "skills_en.csv", language="EN-GB").languages) == {"en-gb"}
    (esco / "plain.csv").write_text((esco / "skills_en.csv").read_text())
    assert set(Taxonomy.from_esco(esco / "plain.csv").languages) == {""}


def test_esco_files_that_are_none(esco: Path) -> None:
    """Other tables, empty folders, empty cells."""
    with pytest.raises(InputError, match="its headings are 'filename'"):
        Taxonomy.from_esco(esco / "dictionary_en.csv")
    with pytest.raises(InputError, match="no table with the columns conceptUri"):
        Taxonomy.from_esco(esco / "broaderRelationsSkillPillar_en.csv")
    (esco / "void").mkdir()
    with pytest.raises(InputError, match="no table with the columns"):
        Taxonomy.from_esco(esco / "void")
    with pytest.raises(InputError, match="none of O"):
        Taxonomy.from_onet(esco)
    broken = esco / "broken_en.csv"
    broken.write_text("conceptUri,preferredLabel\n,x\nU,\n")
    with pytest.raises(InputError) as caught:
        Taxonomy.from_esco(broken)
    assert [(f.row, f.column) for f in caught.value.flaws] == [
        (1, "conceptUri"),
        (2, "preferredLabel"),
    ]
    records = pd.DataFrame({"conceptUri": ["U"], "preferredLabel": [b"x"]})
    records.to_parquet(esco / "bytes.parquet")
    with pytest.raises(InputError, match="bytes, not text"):
        Taxonomy.from_esco(esco / "bytes.parquet")


def test_onet_as_published(tmp_path: Path) -> None:
    """Tools under commodities, titles under major groups, from tab-separated texts of a folder."""
    files = {
        "Alternate Titles.txt": "O*NET-SOC Code\tTitle\tAlternate Title\tShort Title\n"
        "51-4121.00\tWelders\tArc Welder\tn/a\n",
        "Occupation Data.txt": "O*NET-SOC Code\tTitle\tDescription\n"
        '51-4121.00\tWelders\tUse "hand" welding.\n99-0000.00\tOthers\tNone.\n',
        "Technology Skills.txt": "O*NET-SOC Code\tExample\tCommodity Code\tCommodity Title\n"
        "51-4121.00\tTool; one\t4321\tCAD software\n51-4122.00\tTool; one\t4321\tCAD software\n"
        "51-4122.00\tTool; one\t9999\tOther software\n",
        "Read Me.txt": "nothing\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    taxonomy = Taxonomy.from_onet(tmp_path)
    label = dict(zip(taxonomy.concepts, taxonomy.labels, strict=True))
    assert label == {
        "4321/Tool, one": "Tool; one",
        "4321": "CAD software",
        "9999/Tool, one": "Tool; one",
        "9999": "Other software",
        "51-4121.00": "Welders",
        "99-0000.00": "Others",
        "SOC 51": "Production Occupations",
        "SOC 99": "SOC 99",
    }
    assert found(taxonomy, "an arc welder, a welder") == {"Welders": 2}
    assert ("4321/Tool, one", "4321") in links(taxonomy)
    assert ("51-4121.00", "SOC 51") in links(taxonomy)
    assert same(Taxonomy.from_table(taxonomy.to_frame()), taxonomy)
    with pytest.raises(InputError, match="none of O"):
        Taxonomy.from_onet(tmp_path / "Read Me.txt")
    assert len(Taxonomy.from_onet([tmp_path / "Alternate Titles.txt"])) == 2


def test_real_esco(shared: Path) -> None:
    """ESCO's occupations in three languages and its digital skills, at their full size."""
    folder = shared / "data" / "taxonomy"
    english = Taxonomy.from_esco(folder / "esco_occupations_en.csv.gz")
    assert repr(english) == "<Taxonomy: 3,635 concepts, 33,314 terms, en>"
    assert sum(not name.startswith("ISCO ") for name in english.concepts) == 3039
    assert english.unfindable == []
    assert same(Taxonomy.from_table(english.to_frame()), english)
    every = Taxonomy.from_esco(folder)
    assert sorted(set(every.languages)) == ["de", "en", "es"]
    assert {"director técnico", "directora técnica"} <= set(every.terms)
    director = every.terms.index("director técnico")
    row = every.find(corpus_of("Head of technical department", "die Technische Direktorin?"))
    assert row.shape == (2, len(every))
    assert row[0, every.concept_of[director]] == 1
    assert links(english) <= links(every)


def test_real_onet(shared: Path) -> None:
    """O*NET's occupations and technology skills, found by what job posts call them."""
    taxonomy = Taxonomy.from_onet(shared / "data" / "taxonomy")
    assert taxonomy.unfindable == ["J"]  # a programming language of one letter
    assert same(Taxonomy.from_table(taxonomy.to_frame()), taxonomy)
    text = "An accountant who knows Adobe Acrobat, R, C# and object-oriented programming"
    assert {"Adobe Acrobat", "R", "C#"} <= set(found(taxonomy, text))
    codes = {name for name in taxonomy.concepts if name.startswith("SOC ")}
    assert len(codes) == 23
    assert all(taxonomy.labels[taxonomy.concepts.index(c)].endswith("Occupations") for c in codes)


def test_real_texts_hold_what_the_obvious_way_finds(shared: Path) -> None:
    """The search over all of ESCO's and O*NET's terms, against a plain one on the same tokens."""
    folder = shared / "data" / "taxonomy"
    taxonomy = Taxonomy.from_esco(folder) + Taxonomy.from_onet(folder)
    with gzip.open(shared / "data" / "case" / "candidates.csv.gz", "rt", encoding="utf-8") as file:
        texts = pd.read_csv(file)["text"].tolist()[::50]
    with gzip.open(shared / "data" / "chinese" / "posts_51job.csv.gz", "rt", encoding="utf-8") as f:
        texts += pd.read_csv(f, dtype=str)["jobName"].tolist()[:50]

    def tokens(given: list[str]) -> list[list[str]]:
        corpus = room._tokens_of(corpus_of(*given))
        parts = np.split(corpus.ids, corpus.indptr[1:-1])
        return [[corpus.words[k] for k in part] for part in parts]

    terms: dict[tuple[str, ...], set[str]] = {}
    for parts, at in zip(tokens(taxonomy.terms), taxonomy.concept_of, strict=True):
        key = tuple(map(room._key, " ".join(parts).strip(" ,").split()))
        if not (len(parts) == 1 and parts[0].startswith(room._WEAK)):
            terms.setdefault(key, set()).add(taxonomy.concepts[at])
    single = {key for key in terms if len(key) == 1}
    counts = taxonomy.find(corpus_of(*texts))
    compared = 0
    for row, parts in enumerate(tokens(texts)):
        # A weak token stands for itself inside a phrase only.
        plain = [room._key(part) for part in parts]
        weak_alone = [
            p.startswith(room._WEAK) and (k,) in single for p, k in zip(parts, plain, strict=True)
        ]
        if any(weak_alone):
            continue
        compared += 1
        part = counts[[row]]
        got = {taxonomy.concepts[c]: int(n) for c, n in zip(part.indices, part.data, strict=True)}
        assert got == dict(naive(plain, terms))
    assert counts.nnz > 500
    assert compared > 60


def test_the_glossary_is_read_once() -> None:
    """The package's own terms, in English and Chinese, all of them findable."""
    if not (resources.files("talentmatch") / "glossary.csv").is_file():
        pytest.skip("glossary.csv is not written yet")
    glossary = Taxonomy.glossary()
    assert glossary is Taxonomy.glossary()
    assert set(glossary.languages) == {"en", "zh"}
    assert glossary.unfindable == []
    assert len(found(glossary, "welding")) == 1
    mine = Taxonomy.from_table([{"term": "my own word", "concept": glossary.concepts[0]}])
    assert len(glossary + mine) == len(glossary)
    assert found(glossary + mine, "my own words") == {glossary.labels[0]: 1}


def test_a_missing_glossary_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A broken installation is an error of ours."""
    from talentmatch.taxonomies import taxonomy as module

    monkeypatch.setattr(module.resources, "files", lambda name: tmp_path)
    module._glossary.cache_clear()
    try:
        with pytest.raises(InputError, match="not in this installation"):
            Taxonomy.glossary()
    finally:
        module._glossary.cache_clear()
