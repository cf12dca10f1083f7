"""`Taxonomy`: terms, the concepts they name, and which concepts are broader than which."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from itertools import pairwise

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.displaying import Shown
from talentmatch.errors import InputError, ProblemError
from talentmatch.tables.decoding import broken
from talentmatch.taxonomies.drafts import Draft, cycle_flaws
from talentmatch.taxonomies.esco import read_esco
from talentmatch.taxonomies.onet import read_onet
from talentmatch.taxonomies.phrases import PhraseFinder, Spans
from talentmatch.taxonomies.tables import COLUMNS, read_terms
from talentmatch.text import Corpus

__all__ = ["Taxonomy"]

File = str | os.PathLike[str]


@dataclass(frozen=True, eq=False, repr=False)
class Taxonomy(Shown):
    """Terms and the concepts they name; made by `from_table`, `from_esco`, `from_onet`, `glossary`.

    Parameters
    ----------
    terms : list of str
        The terms, as they were written.
    concept_of : int array (n_terms,)
        The concept of each term, as a position in `concepts`. A term may stand several times.
    concepts : list of str
        The concepts' ids, each once.
    labels : list of str
        The concepts' names for people.
    broader : csr_array of bool (n_concepts, n_concepts)
        Direct broader links: row concept -> broader column concept. No concept is broader than
        itself, by however many links.
    languages : list of str
        The language of each term, ``""`` where it is not known.

    Raises
    ------
    ProblemError
        When the sizes do not agree, a position is out of range or an id stands twice.
    InputError
        When the broader links lead in a circle.

    Examples
    --------
    >>> from talentmatch.taxonomies.taxonomy import Taxonomy
    >>> rows = [
    ...     {"term": "CNC machining", "concept": "cnc", "broader": "machining"},
    ...     {"term": "数控加工", "concept": "cnc", "broader": "machining"},
    ... ]
    >>> trades = Taxonomy.from_table(rows)
    >>> trades
    <Taxonomy: 2 concepts, 2 terms>
    >>> from talentmatch.text import tokenize
    >>> trades.find(tokenize(["熟悉数控加工", "milling, cnc-machining"])).toarray().tolist()
    [[1, 0], [1, 0]]
    """

    terms: list[str]
    concept_of: NDArray[np.int64]
    concepts: list[str]
    labels: list[str]
    broader: sp.csr_array
    languages: list[str]
    _shown = ("terms", "labels")

    def __post_init__(self) -> None:
        n = len(self.concepts)
        if not len(self.terms) == len(self.concept_of) == len(self.languages):
            raise ProblemError(
                f"{len(self.terms)} terms, {len(self.concept_of)} positions of concepts and "
                f"{len(self.languages)} languages: there must be one of each for every term"
            )
        if len(self.labels) != n or self.broader.shape != (n, n) or len(set(self.concepts)) != n:
            raise ProblemError(
                f"{n} concepts, {len(self.labels)} labels and broader links of shape "
                f"{self.broader.shape}: every concept needs one label, one row and column, and an "
                "id of its own"
            )
        if len(self.terms) and not (0 <= self.concept_of.min() <= self.concept_of.max() < n):
            raise ProblemError(f"concept_of must hold positions from 0 to {n - 1}")
        flaws = cycle_flaws(self.concepts, self.broader)
        if flaws:
            raise InputError("taxonomy", flaws)

    @classmethod
    def from_table(cls, source: object, *, columns: Mapping[str, str] | None = None) -> Taxonomy:
        """Read a table with one row for each term, and report all that is wrong with it at once.

        Parameters
        ----------
        source : str, os.PathLike, frame, or list of mappings
            A .csv, .tsv or .jsonl file (also with .gz), an .xlsx workbook (its first sheet), a
            .txt file (separated by tabs) or a .parquet file; a pandas, polars or pyarrow frame; or
            one mapping for each row. Columns: ``term``, ``concept`` (an id), and where there are
            any ``label`` (of the concept; else its first term), ``broader`` (ids of concepts,
            separated by ; or |) and ``language``. Other columns are left alone. A broader concept
            without rows of its own gets its id as label. A row without a term but with a label
            describes a concept that is not looked for.
        columns : mapping of str to str, optional
            Their heading -> ours.

        Returns
        -------
        Taxonomy
            Terms in the order of the rows, repeated rows once.

        Raises
        ------
        InputError
            With every flaw: missing columns, empty cells, broader links that lead in a circle.
        MissingExtraError
            When an optional package is needed to read the file.
        TypeError
            When the source is no table.

        Examples
        --------
        >>> rows = [{"skill": "welding", "id": "W"}, {"skill": "焊接", "id": "W"}]
        >>> Taxonomy.from_table(rows, columns={"skill": "term", "id": "concept"}).labels
        ['welding']
        """
        return cls._of(read_terms(source, columns))

    @classmethod
    def from_esco(cls, path: File | Sequence[File], *, language: str | None = None) -> Taxonomy:
        r"""Read ESCO's occupations and skills, as its portal hands them out.

        Parameters
        ----------
        path : str, os.PathLike or list of them
            Files such as ``occupations_en.csv`` and ``skills_de.csv``, or their folder: tables with
            the columns conceptUri, preferredLabel and, where there are any, altLabels and
            iscoGroup; and tables of links with conceptUri and broaderUri. Other tables in a folder
            are passed over. Files in several languages make one taxonomy.
        language : str, optional
            Language of all files; by default each says it at the end of its name.

        Returns
        -------
        Taxonomy
            One concept for each URI, one for each ISCO-08 group (``"ISCO 2654"``, broader
            ``"ISCO 265"`` ...). A preferred label with a man's and a woman's form gives two terms.

        Raises
        ------
        InputError
            When a file cannot be read or is not one of ESCO's.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = pathlib.Path(folder, "occupations_es.csv")
        ...     _ = file.write_text("conceptUri,preferredLabel\nC1,enfermero/enfermera\n")
        ...     esco = Taxonomy.from_esco(file)
        >>> esco.terms, esco.labels, esco.languages
        (['enfermero', 'enfermera'], ['enfermero/enfermera'], ['es', 'es'])
        """
        return cls._of(read_esco(path, language))

    @classmethod
    def from_onet(cls, path: File | Sequence[File]) -> Taxonomy:
        r"""Read O*NET's occupations and technology skills, as O*NET publishes them.

        Parameters
        ----------
        path : str, os.PathLike or list of them
            The tables Technology Skills, Occupation Data, Alternate Titles and Sample of Reported
            Titles (.csv, .xlsx, or .txt separated by tabs), or their folder, in which other tables
            are passed over.

        Returns
        -------
        Taxonomy
            A concept for each tool (``"43232202/Adobe Acrobat"``), the commodity it belongs to
            (``"43232202"``), each occupation (``"11-1011.00"``) and each major group of the
            Standard Occupational Classification (``"SOC 11"``).

        Raises
        ------
        InputError
            When a file cannot be read or is not one of O*NET's.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = pathlib.Path(folder, "Alternate Titles.txt")
        ...     _ = file.write_text("O*NET-SOC Code\tAlternate Title\n51-4121.00\tArc Welder\n")
        ...     onet = Taxonomy.from_onet(file)
        >>> onet.terms, onet.labels
        (['Arc Welder'], ['Arc Welder', 'Production Occupations'])
        """
        return cls._of(read_onet(path))

    @classmethod
    def glossary(cls) -> Taxonomy:
        """Return talentmatch's own glossary of technical terms, English and Chinese.

        Returns
        -------
        Taxonomy
            Read once, then the same object.

        Examples
        --------
        >>> mine = Taxonomy.from_table([{"term": "Beilun port", "concept": "our port"}])
        >>> len(Taxonomy.glossary() + mine) - len(Taxonomy.glossary())
        1
        """
        return _glossary()

    def __len__(self) -> int:
        """Return the number of concepts."""
        return len(self.concepts)

    def _line(self) -> str:
        spoken = "".join(f", {language}" for language in sorted(set(self.languages) - {""}))
        return f"<Taxonomy: {len(self):,} concepts, {len(self.terms):,} terms{spoken}>"

    def __add__(self, other: Taxonomy) -> Taxonomy:
        """Return the terms and links of both; concepts with equal ids are one.

        The left one's label of a concept stays. Raises `InputError` when the broader links of both
        together lead in a circle.

        Examples
        --------
        >>> ours = Taxonomy.from_table([{"term": "welding", "concept": "W"}])
        >>> theirs = Taxonomy.from_table([{"term": "焊接", "concept": "W"}])
        >>> ours + theirs, (ours + theirs).labels
        (<Taxonomy: 1 concepts, 2 terms>, ['welding'])
        """
        if not isinstance(other, Taxonomy):
            return NotImplemented
        draft = Draft()
        self._enter(draft)
        other._enter(draft)
        return Taxonomy._of(draft)

    def __reduce__(self) -> tuple[type[Taxonomy], tuple[object, ...]]:
        parts = (self.terms, self.concept_of, self.concepts, self.labels)
        return type(self), (*parts, self.broader, self.languages)

    def to_frame(self) -> pd.DataFrame:
        """Return a table that `from_table` reads back as the same taxonomy.

        Returns
        -------
        pandas.DataFrame
            One row for each term: term, concept, label, broader (ids, separated by "; "), language;
            then one for each concept that has no terms.

        Examples
        --------
        >>> rows = [{"term": "welding", "concept": "W", "broader": "trades"}]
        >>> Taxonomy.from_table(rows).to_frame().values.tolist()
        [['welding', 'W', 'welding', 'trades', ''], ['', 'trades', 'trades', '', '']]
        """
        above = [
            "; ".join(self.concepts[at] for at in self.broader.indices[low:high])
            for low, high in pairwise(self.broader.indptr.tolist())
        ]
        without = np.setdiff1d(np.arange(len(self)), self.concept_of)
        of = [*self.concept_of.tolist(), *without.tolist()]
        blank = [""] * len(without)
        cells = (
            [*self.terms, *blank],
            [self.concepts[at] for at in of],
            [self.labels[at] for at in of],
            [above[at] for at in of],
            [*self.languages, *blank],
        )
        return pd.DataFrame(dict(zip(COLUMNS, cells, strict=True)), dtype=pd.Series([""]).dtype)

    @property
    def unfindable(self) -> list[str]:
        """Terms that no text can be searched for: signs only, or one letter that is no C or R."""
        missing = np.flatnonzero(self._finder.phrase_of < 0)
        return [self.terms[at] for at in missing.tolist()]

    def find(self, corpus: Corpus) -> sp.csr_array:
        """Count the concepts whose terms occur in texts.

        A term is found as whole words, wherever in a run of Chinese characters, and in any of its
        inflected forms; it does not span a comma or the end of a sentence that it does not have
        itself. Of terms that overlap, the one that begins first counts, and of those that begin
        together the longest. A term that several concepts share counts for each.

        Parameters
        ----------
        corpus : Corpus
            ``tokenize(map(normalise, texts))``.

        Returns
        -------
        csr_array of int32 (n_texts, n_concepts)
            How many times each concept was named; broader concepts are not counted along.

        Examples
        --------
        >>> from talentmatch.text import tokenize
        >>> rows = [{"term": term, "concept": term} for term in ("weld", "arc welding", "编程")]
        >>> found = Taxonomy.from_table(rows).find(tokenize(["arc welding, two welds", "PLC编程"]))
        >>> found.toarray().tolist()
        [[1, 1, 0], [0, 0, 1]]
        """
        text, phrase = self._finder.find(corpus)
        meant = self._meant
        counts = sp.csr_array(
            (np.ones(len(text), np.int32), (text, phrase)), shape=(len(corpus), meant.shape[0])
        )
        found = sp.csr_array(counts @ meant)
        found.sort_indices()
        return found

    def phrases(self, corpus: Corpus) -> Spans:
        """Find where in the texts the terms occur, by the rules of `find`.

        Parameters
        ----------
        corpus : Corpus
            ``tokenize(map(normalise, texts))``.

        Returns
        -------
        Spans
            text, first, last, term: int arrays (n_found,), text by text and from left to right;
            first and last word are positions in ``corpus.ids``, term one in `terms` (the first of
            those that are spelled alike).

        Examples
        --------
        >>> from talentmatch.text import tokenize
        >>> taxonomy = Taxonomy.from_table([{"term": "arc welding", "concept": "A"}])
        >>> [column.tolist() for column in taxonomy.phrases(tokenize(["Good at arc-welding"]))]
        [[0], [2], [2], [0]]
        """
        return self._finder.spans(corpus)

    @cached_property
    def _finder(self) -> PhraseFinder:
        return PhraseFinder.of(self.terms)

    @cached_property
    def _meant(self) -> sp.csr_array:
        """Which concepts each phrase means: (n_phrases, n_concepts), ones."""
        of = self._finder.phrase_of
        at = np.flatnonzero(of >= 0)
        pairs = np.unique(np.stack([of[at], self.concept_of[at]]), axis=1)
        shape = (int(of.max(initial=-1)) + 1, len(self))
        return sp.csr_array((np.ones(pairs.shape[1], np.int32), tuple(pairs)), shape=shape)

    @classmethod
    def _of(cls, draft: Draft) -> Taxonomy:
        place = draft.concepts()
        return cls(
            [term for term, _, _ in draft.rows],
            np.array([place[concept] for _, concept, _ in draft.rows], dtype=np.int64),
            list(place),
            draft.named(),
            draft.broader(),
            [language for _, _, language in draft.rows],
        )

    def _enter(self, draft: Draft) -> None:
        """Add everything to a draft."""
        has_terms = np.bincount(self.concept_of, minlength=len(self)) > 0
        for concept, label, has in zip(self.concepts, self.labels, has_terms.tolist(), strict=True):
            draft.add(concept, label if has or label != concept else "")
        places = self.concept_of.tolist()
        for term, at, language in zip(self.terms, places, self.languages, strict=True):
            draft.add(self.concepts[at], "", term, language)
        for below, above in zip(*self.broader.nonzero(), strict=True):
            draft.link(self.concepts[below], self.concepts[above])


@cache
def _glossary() -> Taxonomy:
    file = resources.files("talentmatch") / "glossary.csv"
    if not file.is_file():
        raise broken("glossary.csv", "not in this installation", "Install talentmatch again")
    with resources.as_file(file) as path:
        return Taxonomy.from_table(path)
