"""Encoded: vectors from any encoder as one more block of a score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.preprocessing import normalize

from talentmatch.blocks.material import Material
from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError

__all__ = ["Encoded", "FittedEncoder"]


@dataclass(frozen=True)
class Encoded(Shown):
    """Cosines of vectors that an encoder of your own makes of the documents.

    Parameters
    ----------
    encoder : scikit-learn transformer, or callable
        A transformer (a pipeline, say, that begins with `SkillVectorizer`) is cloned and fitted on
        the documents of both tables; a callable takes a list of texts and returns one vector each,
        as the ``encode`` of a sentence-transformers model does. Vectors are brought to length 1,
        so a score is a cosine; a negative one takes away from the sum.
    weight : float
        Share of the score; the weights of all blocks are scaled to sum to one.
    label : str
        The block's name in explanations.
    candidate, demand : tuple of str
        The columns read on either side; title, text and skills by default.

    Examples
    --------
    >>> import talentmatch as tm
    >>> def lengths(texts):
    ...     return [[len(text), 1.0] for text in texts]
    >>> block = tm.blocks.Encoded(lengths, weight=1, label="length")
    >>> tm.FitScorer(blocks=[tm.Words(weight=1), block])
    <FitScorer of words 50 %, length 50 %, not fitted>
    """

    encoder: Any
    weight: float = 0.25
    label: str = "encoder"
    candidate: tuple[str, ...] = ()
    demand: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.weight > 0:
            raise ProblemError(f"{self.label}: weight must be above 0, not {self.weight!r}")
        if not (callable(self.encoder) or hasattr(self.encoder, "fit_transform")):
            raise ProblemError(
                f"{self.label}: an encoder is a transformer or a callable that takes a list of "
                f"texts, not {self.encoder!r}"
            )

    @property
    def name(self) -> str:
        """The block's name in explanations."""
        return self.label

    def fit(self, material: Material) -> FittedEncoder:
        """Fit a clone of the transformer; a callable is taken as it is."""
        chosen = material.reading(self.candidate, self.demand)
        if not hasattr(self.encoder, "fit_transform"):
            return FittedEncoder(self, self.encoder)
        encoder = clone(self.encoder)
        try:
            made = encoder.fit_transform(chosen.documents)
        except ValueError as error:
            raise ProblemError(f"{self.label}: the encoder could not be fitted: {error}") from error
        return FittedEncoder(self, encoder.transform, (material, made))

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> FittedEncoder:
        """An encoder cannot be rebuilt from arrays."""
        raise ProblemError(f"{self.label}: an encoder of yours is not kept in files")


class FittedEncoder:
    """An encoder that is ready to use."""

    def __init__(
        self,
        block: Encoded,
        encode: Callable[[list[str]], Any],
        made: tuple[Material, Any] | None = None,
    ) -> None:
        self.block, self._encode, self._made = block, encode, made

    def rows(self, material: Material) -> tuple[Any, Any]:
        """Vectors of the candidates' documents and of the demands, of length 1 at most."""
        made, self._made = self._made, None
        chosen = material.reading(self.block.candidate, self.block.demand)
        raw = made[1] if made is not None and made[0] is material else self._of(chosen.documents)
        return chosen.split(self._checked(raw, len(chosen.documents)))

    def _of(self, documents: list[str]) -> Any:
        return self._encode(list(documents))

    def _checked(self, raw: Any, n: int) -> Any:
        label = self.block.label
        try:
            rows = sp.csr_array(raw, dtype=np.float64) if sp.issparse(raw) else np.array(raw, float)
        except (TypeError, ValueError) as error:
            raise ProblemError(f"{label}: the encoder gave no numbers: {error}") from None
        if rows.ndim != 2 or rows.shape[0] != n:
            raise ProblemError(
                f"{label}: the encoder gave {rows.shape} for {n} texts, not one row each"
            )
        if not np.isfinite(rows.data if sp.issparse(rows) else rows).all():
            raise ProblemError(f"{label}: the encoder gave values that are not finite")
        rows = normalize(rows, copy=False)
        return sp.csr_array(rows) if sp.issparse(rows) else rows

    def names(self, columns: NDArray[np.intp]) -> list[str]:
        """Name dimensions by their number: what they mean, only the encoder knows."""
        return [f"dimension {k}" for k in columns.tolist()]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """An encoder cannot be kept as arrays."""
        raise ProblemError(f"{self.block.label}: an encoder of yours is not kept in files")
