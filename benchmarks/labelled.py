"""The published sets with expert judgements, as tables of candidates, demands and judgements.

The query is the demand and what is searched the candidates: titles for a title, skills for a
sentence, occupations for a vacancy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd

from benchmarks.measure import SHARED

FOLDER = SHARED / "data" / "labelled"
TAXONOMY = SHARED / "data" / "taxonomy"


@dataclass(frozen=True)
class Labelled:
    """A set: what is searched, the queries, which fit, and the metric it is known by."""

    name: str
    candidates: pd.DataFrame
    demands: pd.DataFrame
    judgements: pd.DataFrame
    metric: str


def titles(language: str) -> Labelled:
    """Job titles for a job title."""
    folder = FOLDER / "job_titles" / language
    read = partial(pd.read_csv, sep="\t", dtype=str, keep_default_na=False)
    names = {"c_id": "candidate_id", "q_id": "demand_id", "jobtitle": "text"}
    corpus, queries, judged = (
        read(folder / f"{name}.tsv").rename(columns=names)
        for name in ("corpus", "queries", "qrels")
    )
    return Labelled(f"job titles {language}", corpus, queries, judged, "map")


def sentences(field: str) -> Labelled:
    """ESCO skills for a sentence out of a job advertisement; both published parts together."""
    folder = FOLDER / "skill_extraction"
    rows = pd.concat(
        pd.read_csv(folder / f"{field}_{part}_annotations.csv") for part in ("validation", "test")
    )
    text = (TAXONOMY / "esco_skill_labels_en.txt").read_text(encoding="utf-8")
    labels = pd.Series([line.strip() for line in text.splitlines() if line.strip()])
    place = dict(zip(labels.str.lower()[::-1], labels.index[::-1].astype(str), strict=True))
    rows["candidate_id"] = rows["label"].str.strip().str.lower().map(place)
    rows = rows.dropna(subset=["candidate_id"])
    number, known = pd.factorize(rows["sentence"])
    rows["demand_id"] = number.astype(str)
    return Labelled(
        f"skill in sentence, {field}",
        pd.DataFrame({"candidate_id": labels.index.astype(str), "text": labels}),
        pd.DataFrame({"demand_id": [str(k) for k in range(len(known))], "text": known}),
        rows[["candidate_id", "demand_id"]].drop_duplicates(),
        "mrr",
    )


def vacancies() -> Labelled:
    """ESCO occupations, by their names alone, for a vacancy's title."""
    occupations = pd.read_csv(TAXONOMY / "esco_occupations_en.csv.gz")
    rows = pd.read_csv(FOLDER / "vacancy_titles" / "titles.csv", index_col=0, keep_default_na=False)
    rows = rows[rows["conceptUri"].isin(occupations["conceptUri"])]
    rows = rows[rows["vacancyTitle"].str.strip() != ""]
    return Labelled(
        "vacancy title to occupation",
        occupations.rename(columns={"conceptUri": "candidate_id", "preferredLabel": "text"})[
            ["candidate_id", "text"]
        ],
        pd.DataFrame({"demand_id": rows.index.astype(str), "text": rows["vacancyTitle"]}),
        pd.DataFrame({"candidate_id": rows["conceptUri"], "demand_id": rows.index.astype(str)}),
        "mrr",
    )


SETS: dict[str, Callable[[], Labelled]] = {
    **{f"titles {language}": partial(titles, language) for language in ("en", "es", "de", "zh")},
    **{f"sentences {field}": partial(sentences, field) for field in ("tech", "house")},
    "vacancies": vacancies,
}
