"""Concepts: what texts are about, in the terms of a taxonomy, whatever the language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.preprocessing import normalize

from talentmatch.blocks.labels import Labels
from talentmatch.blocks.material import Material
from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError
from talentmatch.taxonomies.taxonomy import Taxonomy

__all__ = ["Concepts", "FittedConcepts"]

Ints = NDArray[np.intp]
_LEVELS = 3  # generations of broader concepts that a concept is part of


@dataclass(frozen=True)
class Concepts(Shown):
    r"""The concepts of a taxonomy that texts name, or that short texts resemble.

    A concept counts for ``1 + ln(times named)`` in a text where one of its terms is found. In a
    text of at most ``short`` words it counts for the similarity of its closest term, to the power
    ``sharpness``, or for ``named`` times the above, whichever is more. Each count is times the
    inverse document frequency to the power ``rarity``. Broader concepts count for ``broader`` of
    it, theirs for ``broader`` squared, and so on: synonyms and translations share a feature, kin
    concepts a part. Describing a text by its similarity to labels is explicit semantic analysis
    (Gabrilovich & Markovitch 2007).

    Parameters
    ----------
    taxonomy : Taxonomy, optional
        ``Taxonomy.glossary()`` by default.
    weight : float
        Share of the score; the weights of all blocks are scaled to sum to one.
    broader : float
        What a step to the broader concept leaves, in [0, 1].
    short : int
        Texts of at most so many words are compared with all terms; 0 = only named terms count.
    named : float
        What naming a concept is worth in a short text, beside a similarity of 1.
    sharpness : float
        Power of the similarity to a term: above 1, near terms count more than many far ones.
    rarity : float
        Power of the inverse document frequency; 0 = all concepts count alike.

    Examples
    --------
    >>> import talentmatch as tm
    >>> tm.FitScorer(blocks=[tm.Words(weight=0.8), tm.blocks.Concepts(weight=0.2)])
    <FitScorer of words 80 %, concepts 20 %, not fitted>
    """

    taxonomy: Taxonomy | None = field(default=None, metadata={"kept": False})
    weight: float = 0.15
    broader: float = 0.5
    short: int = 0
    named: float = 0.05
    sharpness: float = 3.0
    rarity: float = 1.0

    name = "concepts"

    def __post_init__(self) -> None:
        if self.taxonomy is not None and not isinstance(self.taxonomy, Taxonomy):
            raise ProblemError(f"concepts: not a Taxonomy: {self.taxonomy!r}")
        if not self.weight > 0:
            raise ProblemError(f"concepts: weight must be above 0, not {self.weight!r}")
        for name in ("broader", "named"):
            if not 0 <= getattr(self, name) <= 1:
                raise ProblemError(f"concepts: {name} must be in [0, 1]")

    def fit(self, material: Material) -> FittedConcepts:
        """Learn how rare each concept is."""
        taxonomy = self.taxonomy or Taxonomy.glossary()
        labels = None
        if self.short > 0:
            labels = Labels.fit(taxonomy, material, self.short, self.sharpness)
        fitted = FittedConcepts(self, taxonomy, labels, np.ones(len(taxonomy)))
        fitted.learn(material)
        return fitted

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> FittedConcepts:
        """Rebuild what `fit` returned from its arrays."""
        taxonomy = _from_arrays(arrays)
        block = replace(self, taxonomy=taxonomy)
        labels = (
            Labels.restore(taxonomy, self.short, self.sharpness, arrays) if self.short > 0 else None
        )
        return FittedConcepts(block, taxonomy, labels, np.asarray(arrays["idf"]))


class FittedConcepts:
    """A taxonomy with the weights of its concepts."""

    def __init__(
        self, block: Concepts, taxonomy: Taxonomy, labels: Labels | None, idf: NDArray[np.float64]
    ) -> None:
        self.block, self._taxonomy, self._labels, self._idf = block, taxonomy, labels, idf
        self._made: tuple[Material, sp.csr_array] | None = None

    def learn(self, material: Material) -> None:
        """Weigh concepts by how few texts hold them."""
        raw = self._raw(material)
        df = np.bincount(raw.indices, minlength=raw.shape[1])
        self._idf = np.log((1 + raw.shape[0]) / (1.0 + df)) + 1.0
        self._made = material, raw

    def rows(self, material: Material) -> tuple[Any, Any]:
        """Rows of the candidates' documents and of the demands."""
        made, self._made = self._made, None
        raw = made[1] if made is not None and made[0] is material else self._raw(material)
        rows = raw.copy()
        rows.data *= self._idf[rows.indices] ** self.block.rarity
        rows = step = sp.csr_array(normalize(rows, copy=False))
        for _ in range(_LEVELS if self.block.broader else 0):
            step = sp.csr_array(step @ self._taxonomy.broader) * self.block.broader
            rows = rows + step
        rows = sp.csr_array(rows)
        rows.sort_indices()
        return material.split(sp.csr_array(normalize(rows, copy=False)))

    def _raw(self, material: Material) -> sp.csr_array:
        found = sp.csr_array(self._taxonomy.find(material.corpus), dtype=np.float64)
        found.data = 1.0 + np.log(found.data)
        if self._labels is None:
            return found
        alike, short = self._labels.alike(material)
        scale = np.where(short, self.block.named, 1.0)
        found.data *= np.repeat(scale, np.diff(found.indptr))
        return sp.csr_array(found.maximum(alike))

    def names(self, columns: Ints) -> list[str]:
        """Spell the concepts of some columns."""
        labels = self._taxonomy.labels
        return [labels[k] for k in columns.tolist()]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the taxonomy and the weights as plain arrays."""
        arrays = {**_to_arrays(self._taxonomy), "idf": self._idf}
        return arrays if self._labels is None else {**arrays, **self._labels.to_arrays()}


def _to_arrays(taxonomy: Taxonomy) -> dict[str, NDArray[Any]]:
    links = taxonomy.broader.tocoo()
    return {
        "terms": _spelled(taxonomy.terms),
        "concept_of": taxonomy.concept_of,
        "concepts": _spelled(taxonomy.concepts),
        "concept_labels": _spelled(taxonomy.labels),
        "languages": _spelled(taxonomy.languages),
        "broader": np.stack([np.asarray(at, np.int64) for at in links.coords]),
    }


def _from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Taxonomy:
    concepts = _listed(arrays["concepts"])
    below, above = arrays["broader"]
    links = sp.csr_array(
        (np.ones(len(below), bool), (below, above)), shape=(len(concepts), len(concepts))
    )
    return Taxonomy(
        _listed(arrays["terms"]), arrays["concept_of"], concepts,
        _listed(arrays["concept_labels"]), links, _listed(arrays["languages"]),
    )  # fmt: skip


def _spelled(names: list[str]) -> NDArray[np.uint8]:
    """Strings as bytes: an array of str would be as wide as the longest of them, for each."""
    return np.frombuffer(json.dumps(names).encode(), np.uint8)


def _listed(spelled: NDArray[np.uint8]) -> list[str]:
    names: list[str] = json.loads(spelled.tobytes())
    return names
