"""What blocks read: two tables, the documents in them, and the words of the documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.errors import ProblemError
from talentmatch.text import HAN, SCRIPT_AWARE, Corpus, normalise, tokenize

__all__ = ["Block", "Fitted", "Material", "means"]

Ints = NDArray[np.intp]

_TITLE, _SENTENCE = 3, 32  # words
_ENOUGH = 200  # texts
_READ = ("title", "text", "skills")


@dataclass(frozen=True, eq=False)
class Material:
    """Two tables as read, and their documents, the candidates' first.

    Parameters
    ----------
    people, needs : pandas.DataFrame
        What `read_candidates` and `read_demands` gave.
    documents : list of str
        Title, text and skills of a row as one text; of a row with a list of texts, one for each.
    owners : int array (n_documents,)
        The row each belongs to: of `people`, or ``len(people) +`` that of `needs`.
    """

    people: pd.DataFrame
    needs: pd.DataFrame
    documents: list[str]
    owners: Ints

    @classmethod
    def of(
        cls,
        people: pd.DataFrame,
        needs: pd.DataFrame,
        columns: tuple[Sequence[str], Sequence[str]] = (_READ, _READ),
    ) -> Material:
        """Gather the documents of two tables from some of their columns.

        Parameters
        ----------
        people, needs : pandas.DataFrame
            As above.
        columns : pair of sequences of str
            The columns read, of candidates and of demands; those that a table lacks are empty.
        """
        documents: list[str] = []
        owners: list[int] = []
        for frame, names, offset in zip((people, needs), columns, (0, len(people)), strict=True):
            for row, texts in enumerate(_documents(frame, names), start=offset):
                documents += texts
                owners += [row] * len(texts)
        return cls(people, needs, documents, np.asarray(owners, dtype=np.intp))

    def reading(self, candidate: Sequence[str], demand: Sequence[str]) -> Material:
        """The same tables read from other columns; the usual ones where none are given.

        Every row gives as many documents as here, so that blocks can stand side by side.

        Raises
        ------
        ProblemError
            A table lacks a column.
        """
        if not candidate and not demand:
            return self
        for side, frame, names in (
            ("candidates", self.people, candidate),
            ("demands", self.needs, demand),
        ):
            for name in names:
                if name not in frame.columns:
                    known = ", ".join(map(str, frame.columns))
                    raise ProblemError(f"the {side} have no column {name!r}; they have {known}")
        other = Material.of(self.people, self.needs, (candidate or _READ, demand or _READ))
        if np.array_equal(other.owners, self.owners):
            return other
        _, first = np.unique(other.owners, return_index=True)
        texts = np.array(other.documents, dtype=object)
        ends = np.append(first[1:], len(texts))
        whole = ["\n".join(texts[a:b]) for a, b in zip(first, ends, strict=True)]
        same = [whole[owner] for owner in self.owners.tolist()]
        return Material(self.people, self.needs, same, self.owners)

    @cached_property
    def corpus(self) -> Corpus:
        """The documents as ids of words, lowered and normalised."""
        return tokenize(map(normalise, self.documents))

    @property
    def words(self) -> NDArray[np.float64]:
        """How many words each of the candidates' documents has."""
        return np.diff(self.corpus.indptr)[: self.n_left].astype(np.float64)

    @cached_property
    def sizes(self) -> Ints:
        """How many words each document has; each Chinese character is one."""
        find = re.compile(SCRIPT_AWARE).findall
        words = self.corpus.words
        each = np.fromiter((len(find(word)) for word in words), np.intp, len(words))
        ends = np.concatenate([[0], np.cumsum(each[self.corpus.ids])])[self.corpus.indptr]
        sizes: Ints = np.diff(ends)
        return sizes

    @cached_property
    def kind(self) -> str:
        """What the texts are, by their length: "titles", "sentences" or "texts".

        Titles have at most three words on average (mean over the two tables; two Chinese characters
        make a word), and there are enough of them to learn from each other. Sentences have at most
        32 words, by the median of either table.
        """
        spaced = np.diff(self.corpus.indptr)
        if len(spaced) and np.median(spaced[: self.n_left]) > 2 * _SENTENCE:  # cheap, and enough
            return "texts"
        sides = self.sizes[: self.n_left], self.sizes[self.n_left :]
        if not all(map(len, sides)) or max(map(np.median, sides)) > _SENTENCE:
            return "texts"
        of_han = np.bincount(self._rows_of_words, self._han[self.corpus.ids], len(self.documents))
        words = self.sizes - of_han / 2
        mean = (words[: self.n_left].mean() + words[self.n_left :].mean()) / 2
        return "titles" if mean <= _TITLE and len(words) >= _ENOUGH else "sentences"

    @property
    def _han(self) -> NDArray[np.float64]:
        """Chinese characters in each distinct word."""
        find = re.compile(HAN).findall
        words = self.corpus.words
        return np.fromiter((len(find(word)) for word in words), np.float64, len(words))

    @property
    def _rows_of_words(self) -> Ints:
        return np.repeat(np.arange(len(self.documents)), np.diff(self.corpus.indptr))

    @property
    def n_left(self) -> int:
        """Number of the candidates' documents."""
        return int(np.searchsorted(self.owners, len(self.people)))

    def same_as(self, other: Material) -> bool:
        """Whether both hold the same documents and the same facts."""
        return (
            self.documents == other.documents
            and self.people.equals(other.people)
            and self.needs.equals(other.needs)
        )

    def split(self, rows: Any) -> tuple[Any, Any]:
        """Rows of all documents to those of the candidates' documents and of the demands.

        Parameters
        ----------
        rows : csr_array or ndarray (n_documents, n_features)
            One row per document.

        Returns
        -------
        left : (n_left, n_features)
            The candidates' documents.
        right : (n_demands, n_features)
            The demands, each the mean of its documents.
        """
        own = self.owners[self.n_left :] - len(self.people)
        return rows[: self.n_left], means(rows[self.n_left :], own, len(self.needs))


def means(rows: Any, owners: Ints, n: int, weights: NDArray[np.float64] | None = None) -> Any:
    """Rows of documents to rows of their owners: the means, weighted where weights are given."""
    if len(owners) == n and weights is None:
        return rows
    given = np.ones(len(owners)) if weights is None else weights
    share = given / np.bincount(owners, given, n)[owners]
    mean = sp.csr_array((share, (owners, np.arange(len(owners)))), shape=(n, len(owners)))
    product = mean @ rows
    return sp.csr_array(product) if sp.issparse(rows) else np.asarray(product)


@runtime_checkable
class Fitted(Protocol):
    """A block that has seen the tables it was fitted on."""

    def rows(self, material: Material) -> tuple[Any, Any]:
        """Features of the candidates' documents and of the demands.

        Returns
        -------
        left : csr_array or ndarray (n_left, n_features)
            One row per document of a candidate, of length 1 at most.
        right : csr_array or ndarray (n_demands, n_features)
            One row per demand; of the same kind, of length 1 at most.
        """

    def names(self, columns: Ints) -> list[str]:
        """Spell the features of some columns, for people."""

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the fitted state as plain arrays, none of them of objects."""


@runtime_checkable
class Block(Protocol):
    """A part of a score: a value that knows how to make its features."""

    @property
    def name(self) -> str:
        """What the block is called in explanations."""

    @property
    def weight(self) -> float:
        """Share of the score; the weights of all blocks are scaled to sum to one."""

    def fit(self, material: Material) -> Fitted:
        """Learn the features from two tables."""

    def restore(self, arrays: dict[str, NDArray[Any]]) -> Fitted:
        """Rebuild what `fit` returned from its `to_arrays`."""


def _documents(frame: pd.DataFrame, names: Sequence[str]) -> list[list[str]]:
    """The documents of every row: one, or as many as its list of texts holds."""
    cells = [frame[name].tolist() if name in frame.columns else [""] * len(frame) for name in names]
    place = names.index("text") if "text" in names else -1
    found = []
    for row in zip(*cells, strict=True):
        several = row[place] if place >= 0 and isinstance(row[place], list) else []
        parts = [_spelled(cell) for cell in row]
        texts = []
        for text in several or [parts[place]]:
            if place >= 0:
                parts[place] = text
            texts.append("\n".join(part for part in parts if part))
        found.append(texts)
    return found


def _spelled(cell: Any) -> str:
    if isinstance(cell, list):
        return "; ".join(map(str, cell))
    return "" if cell is None or cell is pd.NA or cell != cell else str(cell)
