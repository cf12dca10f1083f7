"""ESCO: the European classification of skills and occupations, as its portal hands it out."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from talentmatch.errors import Flaw, InputError
from talentmatch.tables.decoding import broken
from talentmatch.taxonomies.drafts import Draft
from talentmatch.taxonomies.tables import files_of, frame_of, texts_of

__all__ = ["genders", "read_esco"]

_LANGUAGE = re.compile(r"_([a-z]{2})\.[^/]*$")
_ALTERNATIVES = re.compile(r"\s*[\r\n|]\s*")
_GROUP = re.compile(r".*/isco/C(\d{1,4})$")
_SLASH = re.compile(r"(?<!-)\s*/\s*")  # Import-/Exportmanager stays whole


def read_esco(
    path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], language: str | None = None
) -> Draft:
    """Read ESCO's own tables; see `Taxonomy.from_esco`."""
    draft = Draft()
    links: list[tuple[str, str]] = []
    read = 0
    for file, was_named in files_of(path):
        frame = frame_of(file, file)
        headings = set(map(str, frame.columns))
        if {"conceptUri", "preferredLabel"} <= headings:
            read += 1
            found = _LANGUAGE.search(Path(file).name.lower())
            spoken = language if language is not None else found[1] if found else ""
            columns = ("conceptUri", "preferredLabel", "altLabels", "iscoGroup")
            _read_concepts(draft, file, [texts_of(frame, c, file) for c in columns], spoken.lower())
        elif {"conceptUri", "broaderUri"} <= headings:
            ends = [texts_of(frame, column, file) for column in ("conceptUri", "broaderUri")]
            links += [(_id(a), _id(b)) for a, b in zip(*ends, strict=True) if a and b]
        elif was_named:
            shown = ", ".join(map(repr, list(frame.columns)[:8]))
            rule = f"no columns conceptUri and preferredLabel; its headings are {shown}"
            raise broken(file, rule, "Take occupations_en.csv or skills_en.csv of the download")
    if not read:
        rule = "no table with the columns conceptUri and preferredLabel"
        raise broken(str(path), rule, "Name a folder with occupations_en.csv or skills_en.csv")
    _link_known(draft, links)
    return draft


def genders(label: str) -> list[str]:
    """Return both forms of a label that names a man's and a woman's occupation.

    Examples
    --------
    >>> genders("director técnico/directora técnica"), genders("CAD/CAM")
    (['director técnico', 'directora técnica'], ['CAD/CAM'])
    """
    forms = [form for form in _SLASH.split(label.strip(" /")) if form]
    words = [len(form.split()) for form in forms]
    starts = {form[:3].casefold() for form in forms}
    paired = len(set(words)) == 1 or len(starts) == 1
    return forms if paired and min(map(len, forms), default=0) > 3 else [label]


def _read_concepts(draft: Draft, file: str, columns: Sequence[list[str]], language: str) -> None:
    flaws = []
    for row, (uri, label, others, group) in enumerate(zip(*columns, strict=True), start=1):
        terms = genders(label) if label else []
        terms += [other for other in _ALTERNATIVES.split(others) if other]
        if not uri or not terms:
            column = "preferredLabel" if uri else "conceptUri"
            flaws.append(Flaw(row, uri, column, "empty cell", "Download the file again"))
            continue
        concept = _id(uri)
        for term in terms:
            draft.add(concept, label, term, language)
        codes = [f"ISCO {group[:digits]}" for digits in range(len(group), 0, -1)]
        for below, above in zip([concept, *codes], codes, strict=False):
            draft.link(below, above)
    if flaws:
        raise InputError(file, flaws)


def _link_known(draft: Draft, links: Sequence[tuple[str, str]]) -> None:
    """Take in the links that start at a known concept, and at those they make known."""
    above: dict[str, list[str]] = {}
    for concept, broader in links:
        above.setdefault(concept, []).append(broader)
    waiting = list(draft.labels)
    while waiting:
        concept = waiting.pop()
        for broader in above.pop(concept, ()):
            draft.link(concept, broader)
            waiting.append(broader)


def _id(uri: str) -> str:
    """Return a concept's id; the ISCO groups are called the same in all files."""
    group = _GROUP.fullmatch(uri)
    return f"ISCO {group[1]}" if group else uri
