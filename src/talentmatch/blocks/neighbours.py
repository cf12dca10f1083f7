"""Neighbours: texts are alike that resemble the same texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.preprocessing import normalize

from talentmatch.blocks.material import Material
from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError
from talentmatch.products import Factors, Side

__all__ = ["FittedNeighbours", "Neighbours"]

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]
Parts = Sequence[Any]

_HEAD = 40  # characters of a text that name it


@dataclass(frozen=True)
class Neighbours(Shown):
    r"""Second-order similarity: texts are alike that resemble the same texts.

    Every text is described by how much it resembles the texts of both tables (the anchors) in all
    the other blocks together: its ``most`` largest similarities, each to the power ``sharpness``,
    brought to length 1. The cosine of two such rows finds posts and people that say the same in
    other words, because the texts between them use both. The idea is explicit semantic analysis
    (Gabrilovich & Markovitch 2007) with the collection itself in the place of an encyclopedia.

    Parameters
    ----------
    weight : float
        Share of the score; the weights of all blocks are scaled to sum to one.
    most : int
        Similarities kept of a text; equal ones are kept together.
    sharpness : float
        Their power: above 1, near neighbours count more than many far ones.
    texts : int
        Where both tables hold more texts than that, none has neighbours, as every text is compared
        with every other; the other blocks then make the whole score.

    Examples
    --------
    >>> import talentmatch as tm
    >>> tm.FitScorer(blocks=[tm.Words(weight=1), tm.blocks.Neighbours(weight=1)])
    <FitScorer of words 50 %, neighbours 50 %, not fitted>
    """

    weight: float = 6.0
    most: int = 100
    sharpness: float = 2.0
    texts: int = 25_000

    name = "neighbours"

    def __post_init__(self) -> None:
        for name in ("weight", "most", "sharpness", "texts"):
            if not getattr(self, name) > 0:
                raise ProblemError(f"neighbours: {name} must be above 0")

    def fit_beside(self, material: Material, sides: Sequence[tuple[Any, Any]]) -> FittedNeighbours:
        """Choose the anchors.

        Parameters
        ----------
        material : Material
            The tables.
        sides : sequence of (left, right)
            The rows of the other blocks, their weights folded in.
        """
        left, needs = material.n_left, len(material.needs)
        if left + needs > self.texts:
            return FittedNeighbours(self, [row[:0] for row, _ in sides], [])
        _, first = np.unique(material.owners, return_index=True)
        texts = [*material.documents[:left], *(material.documents[k] for k in first[-needs:])]
        # Sums over anchors must not depend on the order of rows.
        ids = [*material.people["candidate_id"].to_numpy()[material.owners[:left]]]
        ids += [*material.needs["demand_id"].to_numpy()]
        order = sorted(range(len(texts)), key=lambda k: (texts[k], k >= left, str(ids[k])))
        texts = [texts[k] for k in order]
        anchors: list[Any] = [
            np.vstack(rows)[order]
            if isinstance(rows[0], np.ndarray)
            else sp.vstack(rows, "csr")[order]
            for rows in sides
        ]
        return FittedNeighbours(self, anchors, [f"like {_head(text)}" for text in texts])

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> FittedNeighbours:
        """Rebuild what `fit_beside` returned from its arrays."""
        anchors = []
        for k in range(int(arrays["n_blocks"])):
            if f"dense{k}" in arrays:
                anchors.append(arrays[f"dense{k}"])
                continue
            parts = (arrays[f"data{k}"], arrays[f"indices{k}"], arrays[f"indptr{k}"])
            anchors.append(sp.csr_array(parts, shape=tuple(arrays[f"shape{k}"].tolist())))
        return FittedNeighbours(self, anchors, arrays["names"].tolist())


class FittedNeighbours:
    """Anchors, and how texts are described by them."""

    def __init__(self, block: Neighbours, anchors: list[Any], names: list[str]) -> None:
        self.block, self._anchors, self._names = block, anchors, names

    def beside(self, parts: Parts) -> sp.csr_array:
        """Describe texts by their neighbours.

        Parameters
        ----------
        parts : sequence of csr_array or ndarray (n_texts, n_features)
            Rows of the other blocks, one block after another, their weights folded in.

        Returns
        -------
        csr_array (n_texts, n_anchors)
            Rows of length 1, or empty.
        """
        factors = Factors(
            [
                (_side(part), _side(anchor))
                for part, anchor in zip(parts, self._anchors, strict=True)
            ]
        )
        n, m = factors.shape
        if not n or not m:
            return sp.csr_array((n, m))
        return sp.csr_array(normalize(factors.kept(self._nearest), copy=False))

    def _nearest(self, block: Floats) -> sp.csr_array:
        """Keep each row's largest values, and those equal to the least of them."""
        most = self.block.most
        if block.shape[1] > most:
            least = np.partition(block, -most, axis=1)[:, [-most]]
            block[block < least] = 0.0
        np.maximum(block, 0.0, out=block)
        rows = sp.csr_array(block)
        rows.data **= self.block.sharpness
        return rows

    def names(self, columns: Ints) -> list[str]:
        """Name the anchors of some columns by how their texts begin."""
        return [self._names[k] for k in columns.tolist()]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the anchors as plain arrays."""
        arrays: dict[str, NDArray[Any]] = {
            "names": np.array(self._names, dtype=np.str_),
            "n_blocks": np.array(len(self._anchors)),
        }
        for k, anchor in enumerate(self._anchors):
            if isinstance(anchor, np.ndarray):
                arrays[f"dense{k}"] = anchor
                continue
            arrays |= {f"data{k}": anchor.data, f"indices{k}": anchor.indices}
            arrays |= {f"indptr{k}": anchor.indptr, f"shape{k}": np.array(anchor.shape)}
        return arrays


def _head(text: str) -> str:
    """The first words of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _HEAD else line[: _HEAD - 1].rstrip() + "…"


def _side(part: Any) -> Side:
    return Side(part) if isinstance(part, np.ndarray) else Side(part, np.ones(part.shape[0]))
