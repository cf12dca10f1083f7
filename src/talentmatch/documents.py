"""Several documents of one candidate: how they make one score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.best_documents import BestDocuments
from talentmatch.blocks.material import Material, means
from talentmatch.displaying import Shown
from talentmatch.errors import Flaw, InputError, ProblemError
from talentmatch.products import Factors, ScoreSource

__all__ = ["Documents"]

Floats = NDArray[np.float64]
Sides = Sequence[tuple[Any, Any]]

_YEAR = 365.25


@dataclass(frozen=True)
class Documents(Shown):
    """How the documents of a candidate (a list in ``text``) make one score.

    Parameters
    ----------
    best : int, optional
        Mean of a demand's so many best documents of the candidate; of all by default.
    half_life : float, optional
        Years after which a document counts half: weighted mean with ``2 ** (-age / half_life)``,
        the age counted from the newest date in the table; a document without a date counts as one
        of the oldest.
    dates : str
        The candidates' column with a list of dates, one per document, for `half_life`.

    Raises
    ------
    ProblemError
        A number is not positive, or both `best` and `half_life` are given.

    Examples
    --------
    >>> import talentmatch as tm
    >>> people = [{"candidate_id": "R1", "text": ["cables", "bread"]}]
    >>> posts = [{"demand_id": "X1", "text": "cables"}]
    >>> words = [tm.Words(ngram_range=(1, 1))]
    >>> scorer = tm.FitScorer(blocks=words, documents=tm.Documents(best=1))
    >>> scorer.fit(people, posts).score(people, posts).toarray().round(6).tolist()
    [[1.0]]
    """

    best: int | None = None
    half_life: float | None = None
    dates: str = "text_dates"

    def __post_init__(self) -> None:
        if self.best is not None and self.half_life is not None:
            raise ProblemError("documents: give best or half_life, not both")
        if self.best is not None and not self.best >= 1:
            raise ProblemError(f"documents: best must be at least 1, not {self.best!r}")
        if self.half_life is not None and not self.half_life > 0:
            raise ProblemError(f"documents: half_life must be above 0, not {self.half_life!r}")

    def source(
        self, sides: Sides, material: Material, join: Callable[[Any], Factors]
    ) -> ScoreSource:
        """Where scores of candidates come from, given the rows of their documents.

        Parameters
        ----------
        sides : sequence of (left, right)
            By block, rows of the candidates' documents and of the demands.
        material : Material
            The tables.
        join : callable
            Makes factors of such a sequence.
        """
        own = material.owners[: material.n_left]
        if self.best is None or len(own) == len(material.people):
            return join([(self.gathered(left, material), right) for left, right in sides])
        return BestDocuments(join(sides), own, len(material.people), self.best)

    def gathered(self, left: Any, material: Material) -> Any:
        """Rows of the candidates from rows of their documents: means."""
        own = material.owners[: material.n_left]
        weights = None if self.half_life is None else self._weights(material, own)
        return means(left, own, len(material.people), weights)

    def _weights(self, material: Material, own: NDArray[np.intp]) -> Floats | None:
        """Weight of each document by its age."""
        people = material.people
        if self.dates not in people.columns:
            raise ProblemError(
                f"the candidates have no column {self.dates!r}: a list of dates, one per document"
            )
        days = np.full(len(own), np.nan)
        starts = np.searchsorted(own, np.arange(len(people) + 1))
        flaws = []
        for row, cell in enumerate(people[self.dates].tolist()):
            dates = cell if isinstance(cell, (list, tuple, np.ndarray)) else [cell]
            dates = [date for date in dates if len(dates) > 1 or not _is_missing(date)]
            room = slice(starts[row], starts[row + 1])
            read = pd.to_datetime(pd.Series(list(dates), dtype=object), errors="coerce", utc=True)
            given = np.array([not _is_missing(date) for date in dates], bool)
            rule, hint = "", ""
            if dates and len(dates) != starts[row + 1] - starts[row]:
                rule = f"{len(dates)} dates for {starts[row + 1] - starts[row]} documents"
                hint = "Give one date per document, None where it is not known"
            elif bool((read.isna().to_numpy() & given).any()):
                rule, hint = f"{cell!r} is not a list of dates", "Write dates as 2026-03-01"
            if rule:
                name = str(people["candidate_id"].iloc[row])
                flaws.append(Flaw(row, name, self.dates, rule, hint))
            elif dates:
                days[room] = (read - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1)
        if flaws:
            raise InputError("candidates", flaws)
        if np.isnan(days).all():
            return None
        ages = np.nanmax(days) - days
        ages[np.isnan(ages)] = np.nanmax(ages)
        weights: Floats = 2.0 ** -np.minimum(ages / (_YEAR * float(self.half_life or 1)), 900)
        return weights


def _is_missing(date: Any) -> bool:
    return date is None or date is pd.NaT or date is pd.NA or date in ("",) or date != date
