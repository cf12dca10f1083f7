"""Which texts name which skills, whatever the language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from talentmatch.centre.likeness import texts_of
from talentmatch.taxonomies.taxonomy import Taxonomy
from talentmatch.text import normalise, tokenize

__all__ = ["Named", "skills_named"]


@dataclass(frozen=True, eq=False)
class Named:
    """Who names what.

    Parameters
    ----------
    skills : list of str
        One spelling of each skill, sorted.
    wanted : bool csr_array (demands, skills)
        Which demand names it.
    offered : bool csr_array (candidates, skills), or None
        Which candidate does; None where there is no table of them.
    """

    skills: list[str]
    wanted: sp.csr_array
    offered: sp.csr_array | None


def skills_named(candidates: pd.DataFrame | None, demands: pd.DataFrame) -> Named:
    """Find the skills that demands list, in the demands and in the candidates' texts and skills.

    Skills are one where talentmatch's glossary of technical terms, English and Chinese, says so.
    Where no demand lists skills, those of the glossary are looked for.

    Parameters
    ----------
    candidates, demands : DataFrame
        As `read_candidates` and `read_demands` return them; None for candidates not known.

    Returns
    -------
    Named

    Examples
    --------
    >>> people = pd.DataFrame({"text": ["ten years of die casting"]})
    >>> needs = pd.DataFrame({"text": ["压铸"], "skills": [["压铸", "SAP"]]})
    >>> named = skills_named(people, needs)
    >>> named.skills, named.offered.toarray().tolist()
    (['SAP', '压铸'], [[False, True]])
    """
    glossary = Taxonomy.glossary().to_frame()
    spelled = dict(zip(glossary["term"].map(_key), glossary["concept"], strict=True))
    listed = [skill for cell in demands.get("skills", []) for skill in _cells(cell)]
    if listed:
        keys = pd.Series([_key(skill) for skill in listed], dtype=object)
        concepts = [spelled.get(key, f"own: {key}") for key in keys]
        labels = _labels(concepts, listed)
        terms = glossary[glossary["concept"].isin(labels)][["term", "concept"]]
        own = pd.DataFrame({"term": listed, "concept": concepts}).drop_duplicates()
        taxonomy = Taxonomy.from_table(pd.concat([terms, own], ignore_index=True))
    else:
        taxonomy = Taxonomy.glossary()
        labels = dict(zip(taxonomy.concepts, taxonomy.labels, strict=True))
    wanted = _found(taxonomy, demands)
    offered = None if candidates is None else _found(taxonomy, candidates)
    is_listed = np.asarray(wanted.sum(axis=0)).ravel() > 0
    names = np.array([labels.get(concept, "") for concept in taxonomy.concepts], dtype=object)
    kept = np.flatnonzero(is_listed & (names != ""))
    kept = kept[np.argsort(names[kept], kind="stable")]
    have = None if offered is None else offered[:, kept]
    return Named(names[kept].tolist(), wanted[:, kept], have)


def _cells(cell: object) -> list[str]:
    if isinstance(cell, str):
        return [part.strip() for part in cell.split(";") if part.strip()]
    return [str(part) for part in cell] if isinstance(cell, Iterable) else []


def _key(skill: str) -> str:
    return " ".join(normalise(skill).casefold().split())


def _labels(concepts: list[str], listed: list[str]) -> dict[str, str]:
    """The most frequent spelling of each concept, of equally frequent ones the first by letter."""
    counts = pd.DataFrame({"concept": concepts, "skill": listed}).value_counts().reset_index()
    counts = counts.sort_values(["concept", "count", "skill"], ascending=[True, False, True])
    first = counts.drop_duplicates("concept")
    return dict(zip(first["concept"], first["skill"], strict=True))


def _found(taxonomy: Taxonomy, rows: pd.DataFrame) -> sp.csr_array:
    return sp.csr_array(taxonomy.find(tokenize(texts_of(rows))) > 0)
