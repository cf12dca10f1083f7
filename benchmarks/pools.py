"""Large pools out of the real texts: short lists of skills, and resumes and demands spliced anew.

Nothing is invented but the mixing: every term and every section is somebody's own. Both recipes
take a seed and give equal pools for equal seeds.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp

from benchmarks.measure import SHARED

_TERMS = 12  # words of a short text
_PARENTS = (2, 3)  # real texts that a spliced one is made of
_ROOM = 0.9  # of a real one's length: a mixture says more different words
_SECTION = 500  # characters from which on a section ends with the sentence

_HEADING = re.compile(
    r"\s(?=(?:(?:Professional|Career|Work|Core|Executive)\s)?"
    r"(?:Summary|Highlights|Accomplishments|Experience|Education|Skills|Profile|Overview|"
    r"Qualifications|Certifications|Affiliations|Training|Interests|Languages)\s+[A-Z0-9])"
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9])|(?<=[,;])\s+")
_WORD = re.compile(r"(?u)\b\w\w+\b")  # as scikit-learn cuts them


def short_pools(n: int, m: int, seed: int) -> tuple[sp.csr_array, sp.csr_array]:
    """TF-IDF factors of `short_texts`, (n, terms) and (m, terms)."""
    return factors(*short_texts(n, m, seed))


def long_pools(n: int, m: int, seed: int) -> tuple[sp.csr_array, sp.csr_array]:
    """TF-IDF factors of `long_texts`, (n, terms) and (m, terms)."""
    return factors(*long_texts(n, m, seed))


def short_texts(n: int, m: int, seed: int) -> tuple[list[str], list[str]]:
    """Skills of n people and requirements of m jobs, about twelve words each.

    Two skills of one real list and one of another, filled up from the first.
    """
    draw = random.Random(seed)
    return _lists(n, "people", "skills", draw), _lists(m, "requirements", "requirements", draw)


def _lists(count: int, table: str, column: str, draw: random.Random) -> list[str]:
    cells = pd.read_csv(SHARED / "data" / "skills" / f"{table}.csv.gz")[column].astype(str)
    lists = [[part.split() for part in cell.split(";") if part.strip()] for cell in cells]
    texts = []
    for _ in range(count):
        first, second = draw.choice(lists), draw.choice(lists)
        words = [*draw.choice(first), *draw.choice(first), *draw.choice(second)]
        for k in draw.sample(range(len(first)), len(first)):
            if len(words) >= _TERMS:
                break
            words += first[k]
        texts.append(" ".join(words[:_TERMS]))
    return texts


def long_texts(n: int, m: int, seed: int) -> tuple[list[str], list[str]]:
    """Resumes (n) and demands (m) spliced of sections of real ones, as long as real ones.

    A new text takes sections of two or three real ones of the same group (a resume's category; a
    demand's kind, and for lists of requirements its industry), in their order, until it is nine
    tenths as long as one of them. Real demands are lists of requirements for the most part, cut at
    their semicolons.
    """
    draw = random.Random(seed)
    people = pd.read_csv(SHARED / "data" / "case" / "candidates.csv.gz")
    needs = pd.read_csv(SHARED / "data" / "case" / "demands.csv.gz")
    listed = needs["kind"] == "expert"
    groups = needs["kind"] + needs["industry"].astype(str).where(listed, "")
    few = groups.map(groups.value_counts()) < 2 * _PARENTS[1]
    return (
        _spliced(n, _grouped(people["text"], people["category"], [False] * len(people)), draw),
        _spliced(m, _grouped(needs["text"], groups.where(~few, needs["kind"]), listed), draw),
    )


Sections = list[str]


def _grouped(
    texts: Iterable[str], groups: Iterable[str], listed: Iterable[bool]
) -> list[list[Sections]]:
    """Real texts by group, each as its sections; the group of each text, in the texts' order."""
    by_group: dict[str, list[Sections]] = defaultdict(list)
    members = []
    for text, group, is_list in zip(texts, groups, listed, strict=True):
        parts = [f"{part.strip()};" for part in text.split(";")] if is_list else sections(text)
        by_group[group].append(parts)
        members.append(by_group[group])
    return members


def sections(text: str) -> Sections:
    """A text cut at its headings, and long pieces after sentences or, failing these, at commas."""
    found = []
    for piece in _HEADING.split(text):
        section = ""
        for sentence in _SENTENCE.split(piece):
            section = f"{section} {sentence}" if section else sentence
            if len(section) >= _SECTION:
                found.append(section)
                section = ""
        if section:
            found.append(section)
    return found


def _spliced(count: int, members: list[list[Sections]], draw: random.Random) -> list[str]:
    texts = []
    for _ in range(count):
        group = draw.choice(members)  # by its number of texts
        parents = draw.sample(group, min(draw.choice(_PARENTS), len(group)))
        room = _ROOM * sum(map(len, parents[0]))
        parts = [part for parent in parents for part in parent]
        taken: list[int] = []
        length = 0
        for k in draw.sample(range(len(parts)), len(parts)):
            if taken and length + len(parts[k]) / 2 > room:
                break
            taken.append(k)
            length += len(parts[k])
        texts.append(" ".join(parts[k] for k in sorted(taken)))
    return texts


def factors(left: Sequence[str], right: Sequence[str]) -> tuple[sp.csr_array, sp.csr_array]:
    """Rows of one sublinear TF-IDF over both sides, by scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    rows = sp.csr_array(TfidfVectorizer(sublinear_tf=True).fit_transform([*left, *right]))
    return rows[: len(left)], rows[len(left) :]


def distinct_words(texts: Iterable[str]) -> float:
    """Mean number of different words of a text."""
    return float(np.mean([len(set(_WORD.findall(text.lower()))) for text in texts]))


def stored(folder: Path, pools: tuple[sp.csr_array, sp.csr_array]) -> Path:
    """Write the factors where another process reads them with `read`."""
    for name, matrix in zip(("A", "B"), pools, strict=True):
        for part in ("data", "indices", "indptr"):
            np.save(folder / f"{name}.{part}.npy", getattr(matrix, part))
        np.save(folder / f"{name}.shape.npy", matrix.shape)
    return folder


def read(folder: Path) -> tuple[sp.csr_array, sp.csr_array]:
    """Factors that `stored` wrote."""
    left, right = (
        sp.csr_array(
            tuple(np.load(folder / f"{name}.{part}.npy") for part in ("data", "indices", "indptr")),
            shape=tuple(np.load(folder / f"{name}.shape.npy")),
        )
        for name in ("A", "B")
    )
    return left, right
