"""A taxonomy in the making: terms, labels and links as they are read, then laid out in arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from talentmatch.errors import Flaw

__all__ = ["Draft", "cycle_flaws"]


@dataclass(slots=True)
class Draft:
    """What was read so far; repeated entries are kept once.

    Parameters
    ----------
    rows : dict of (term, concept, language)
        The terms, in their order.
    labels : dict of str to str
        Concepts, those without terms too, and their labels where they were given one.
    links : dict of (concept, broader concept)
        Direct broader links.
    """

    rows: dict[tuple[str, str, str], None] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    links: dict[tuple[str, str], None] = field(default_factory=dict)

    def add(self, concept: str, label: str = "", term: str = "", language: str = "") -> None:
        """Take in a concept, with a label and a term of it where they are not empty."""
        self.labels[concept] = self.labels.get(concept) or label
        if term:
            self.rows.setdefault((term, concept, language))

    def link(self, concept: str, broader: str) -> None:
        """Take in a broader link, and both its concepts."""
        self.add(concept)
        self.add(broader)
        self.links.setdefault((concept, broader))

    def concepts(self) -> dict[str, int]:
        """Return the position of every concept: by first term, then by id those without terms."""
        order = dict.fromkeys(concept for _, concept, _ in self.rows)
        order |= dict.fromkeys(sorted(self.labels.keys() - order.keys()))
        return {concept: position for position, concept in enumerate(order)}

    def named(self) -> list[str]:
        """Return the concepts' labels: the one given, else the first term, else the id."""
        first: dict[str, str] = {}
        for term, concept, _ in self.rows:
            first.setdefault(concept, term)
        return [self.labels.get(c) or first.get(c) or c for c in self.concepts()]

    def broader(self) -> sp.csr_array:
        """Return the links as a matrix of booleans, (n_concepts, n_concepts)."""
        place = self.concepts()
        rows = np.array([place[concept] for concept, _ in self.links], dtype=np.int64)
        cols = np.array([place[above] for _, above in self.links], dtype=np.int64)
        matrix = sp.csr_array(
            (np.ones(len(rows), dtype=bool), (rows, cols)), shape=(len(place), len(place))
        )
        matrix.sort_indices()
        return matrix


def cycle_flaws(concepts: list[str], broader: sp.csr_array) -> list[Flaw]:
    """Return a flaw for every group of concepts that are broader than themselves.

    Examples
    --------
    >>> links = sp.csr_array([[False, True], [True, False]])
    >>> print(cycle_flaws(["A", "B"], links)[0].rule)
    broader leads back to its start: A -> B -> A
    """
    _, group = connected_components(broader, connection="strong")
    sizes = np.bincount(group, minlength=1)
    within = np.flatnonzero((sizes[group] > 1) | (broader.diagonal() > 0))
    flaws = []
    for first in {int(group[at]): int(at) for at in within[::-1]}.values():
        names = [concepts[at] for at in _round_trip(first, group, broader)]
        rule = f"broader leads back to its start: {' -> '.join(names)}"
        flaws.append(Flaw(None, names[0], "broader", rule, "Take one of these links out"))
    return sorted(flaws, key=lambda flaw: concepts.index(flaw.id))


def _round_trip(start: int, group: NDArray[np.int32], broader: sp.csr_array) -> list[int]:
    """Follow links inside the group of a concept until one comes again; the way from it to it."""
    way = [start]
    while way.index(way[-1]) == len(way) - 1:
        above = broader.indices[broader.indptr[way[-1]] : broader.indptr[way[-1] + 1]]
        way.append(next(int(a) for a in above if group[a] == group[start]))
    return way[way.index(way[-1]) :]
