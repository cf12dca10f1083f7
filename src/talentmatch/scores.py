"""Scores of candidates for demands: kept factored, read block by block, explained term by term."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from talentmatch.best_documents import BestDocuments
from talentmatch.best_pairs import best_pairs
from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError
from talentmatch.parallel import in_threads, jobs
from talentmatch.products import (
    DenseMatrix,
    Factors,
    ScoreSource,
    Side,
    StoredPairs,
    checked_factor,
    checked_matrix,
)
from talentmatch.rules import Gate

__all__ = ["Scores"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
TermNames = Callable[[Ints], list[tuple[str, str]]]

_CACHED = 2**25  # cells kept in memory once formed: 256 MiB
_BLOCK = 2**21  # cells formed at a time
_FEW = 5  # ids shown on a card
_HELD = {
    "Factors": "sparse factors, multiplied block by block",
    "DenseMatrix": "a full matrix",
    "StoredPairs": "the pairs listed; no others are eligible",
}


class Scores(Shown):
    """Scores of candidates (rows) for demands (columns), and which pairs are eligible.

    Made by `FitScorer.score`, by `Scores.from_factors` from your own embeddings, or by `Problem`
    from a matrix. The full matrix is formed block by block only, and kept only when it is small.

    Attributes
    ----------
    shape : tuple of int
        Candidates, demands.
    candidate_ids, demand_ids : pandas.Index
        The ids of rows and columns.
    gates : tuple of Gate
        The eligibility rules, bound to the two tables.

    Examples
    --------
    >>> import talentmatch as tm
    >>> tm.Scores.from_factors([[1.0], [0.5]], [[0.4]], ["R1", "R2"], ["X1"])
    <Scores: 2 candidates x 1 demands>
    """

    def __init__(
        self,
        source: ScoreSource,
        candidate_ids: Sequence[Any] | pd.Index | None = None,
        demand_ids: Sequence[Any] | pd.Index | None = None,
        *,
        gates: Sequence[Gate] = (),
        term_names: TermNames | None = None,
        missing_reason: str = "not eligible in the scores given",
    ) -> None:
        self._source = source
        self.candidate_ids = _ids(candidate_ids, source.shape[0], "candidate")
        self.demand_ids = _ids(demand_ids, source.shape[1], "demand")
        self.gates = tuple(gates)
        self.missing_reason = missing_reason
        self._term_names = term_names
        self._cache: Floats | None = None

    @classmethod
    def from_factors(
        cls,
        A: ArrayLike | sp.sparray | sp.spmatrix,
        B: ArrayLike | sp.sparray | sp.spmatrix,
        candidate_ids: Sequence[Any] | None = None,
        demand_ids: Sequence[Any] | None = None,
    ) -> Scores:
        """Scores from your own embeddings: ``score(i, j) = A[i] . B[j]``.

        Parameters
        ----------
        A, B : array or sparse matrix
            (n_candidates, n_features) and (n_demands, n_features), finite.
        candidate_ids, demand_ids : sequence, optional
            Ids of the rows of A and of B; positions by default.

        Raises
        ------
        ProblemError
            The widths differ, a value is not finite, or ids repeat.

        Examples
        --------
        >>> import talentmatch as tm
        >>> scores = tm.Scores.from_factors([[1, 0], [0.6, 0.8]], [[0, 1]], ["R1", "R2"], ["X1"])
        >>> scores.toarray().tolist()
        [[0.0], [0.8]]
        """
        left, right = checked_factor(A, "A"), checked_factor(B, "B")
        if left.shape[1] != right.shape[1]:
            raise ProblemError(f"A has {left.shape[1]} columns and B has {right.shape[1]}")
        if sp.issparse(left) != sp.issparse(right):
            left, right = sp.csr_array(left), sp.csr_array(right)
        return cls(Factors([(Side(left), Side(right))]), candidate_ids, demand_ids)

    @property
    def shape(self) -> tuple[int, int]:
        """Candidates, demands."""
        return self._source.shape

    @property
    def stored(self) -> sp.csr_array | None:
        """The sparse matrix behind the scores, where only stored pairs are eligible."""
        return self._source.values if isinstance(self._source, StoredPairs) else None

    @property
    def factors(self) -> tuple[sp.csr_array, sp.csr_array] | None:
        """Two sparse matrices whose product the scores are, before rules; None for other scores."""
        return self._source.joined() if isinstance(self._source, Factors) else None

    @property
    def has_terms(self) -> bool:
        """Whether a score is a sum of terms, so that `contributions` can tell them."""
        return isinstance(self._source, (Factors, BestDocuments))

    def block(self, rows: ArrayLike | slice | None = None) -> Floats:
        """Scores of some rows, by position, against all columns; nan where not eligible.

        Parameters
        ----------
        rows : int array or slice, optional
            Row positions; all rows by default.

        Returns
        -------
        ndarray
            (rows, demands), float64.
        """
        self._keep_if_small()
        everything = np.arange(self.shape[0])
        chosen = everything if rows is None else everything[rows]  # type: ignore[index]  # numpy takes any index here
        return self._cache[chosen] if self._cache is not None else self._gated(chosen)

    def blocks(self) -> Iterator[tuple[Ints, Floats]]:
        """All scores, a block of rows at a time: (row positions, block)."""
        self._keep_if_small()
        runs = self._runs()
        if self._cache is None:
            yield from zip(runs, in_threads(self._gated, runs), strict=True)
        else:
            for rows in runs:
                yield rows, self._cache[rows[0] : rows[-1] + 1]

    def _runs(self) -> list[Ints]:
        """Row positions of one block after another."""
        n, m = self.shape
        step = max(1, min(_BLOCK // max(m, 1), -(-n // jobs())))
        return [np.arange(start, min(start + step, n)) for start in range(0, n, step)]

    def _keep_if_small(self) -> None:
        """Form all scores once, where they take little memory."""
        runs = self._runs()
        if self._cache is not None or not runs:
            return
        self._gated(runs[0][:1])  # the source builds what it builds once, before the threads
        if self.shape[0] * self.shape[1] <= _CACHED:
            cache = np.empty(self.shape)
            for rows, part in zip(runs, in_threads(self._gated, runs), strict=True):
                cache[rows[0] : rows[-1] + 1] = part
            cache.flags.writeable = False
            self._cache = cache

    def _gated(self, rows: Ints) -> Floats:
        values = self._source.block(rows)
        cols = np.arange(self.shape[1])
        for gate in self.gates:
            values[~gate.passes(rows[:, None], cols[None, :])] = np.nan
        return values

    def at(self, rows: Ints, cols: Ints) -> Floats:
        """Scores of single pairs by position, elementwise; nan where not eligible."""
        if self._cache is not None:
            return np.asarray(self._cache[rows, cols], dtype=np.float64)
        values = self._source.at(rows, cols)
        for gate in self.gates:
            values[~gate.passes(rows, cols)] = np.nan
        return values

    def ungated(self, rows: Ints, cols: Ints) -> Floats:
        """Scores of single pairs by position, whatever the rules say; nan where none is given."""
        return self._source.at(rows, cols)

    def toarray(self) -> Floats:
        """All scores, (candidates, demands); nan where a pair is not eligible. For small cases."""
        return np.array(self.block())

    def top_k(self, k: int, *, by: Literal["candidate", "demand"] = "candidate") -> sp.csr_array:
        """Each candidate's (or demand's) k best eligible pairs with a positive score.

        Parameters
        ----------
        k : int
            Pairs kept per candidate or demand. Of equal scores the earlier positions are kept.
        by : {"candidate", "demand"}
            Whose best.

        Returns
        -------
        csr_array
            (candidates, demands), float64, rows sorted by column.

        Examples
        --------
        >>> import talentmatch as tm
        >>> scores = tm.Scores.from_factors([[1.0], [0.5]], [[0.4], [0.9]])
        >>> scores.top_k(1, by="candidate").toarray().tolist()
        [[0.0, 0.9], [0.0, 0.45]]
        """
        if by not in ("candidate", "demand"):
            raise ProblemError(f"by must be 'candidate' or 'demand', not {by!r}")
        if k < 1:
            raise ProblemError(f"k must be at least 1, not {k}")
        return best_pairs(self, k, by)

    def shortlist(self, k: int, *, by: Literal["candidate", "demand"] = "demand") -> pd.DataFrame:
        """The k best pairs of every demand (or candidate) as a table.

        Returns
        -------
        pandas.DataFrame
            candidate_id, demand_id, rank (1 = best), score; best first within each.

        Examples
        --------
        >>> import talentmatch as tm
        >>> scores = tm.Scores.from_factors([[1.0], [0.5]], [[0.4]], ["R1", "R2"], ["X1"])
        >>> scores.shortlist(1).to_dict("records")
        [{'candidate_id': 'R1', 'demand_id': 'X1', 'rank': 1, 'score': 0.4}]
        """
        best = self.top_k(k, by=by).tocoo()
        frame = pd.DataFrame({"row": best.row, "col": best.col, "score": best.data})
        first, second = ("row", "col") if by == "candidate" else ("col", "row")
        frame = frame.sort_values([first, "score", second], ascending=[True, False, True])
        return pd.DataFrame(
            {
                "candidate_id": self.candidate_ids.take(frame["row"].to_numpy()),
                "demand_id": self.demand_ids.take(frame["col"].to_numpy()),
                "rank": frame.groupby(first, sort=False).cumcount().to_numpy() + 1,
                "score": frame["score"].to_numpy(),
            }
        )

    def contributions(self, candidate: Any, demand: Any) -> pd.DataFrame:
        """The terms of one score: what each adds, largest first; they sum to the score exactly.

        Returns
        -------
        pandas.DataFrame
            block, term, contribution.

        Raises
        ------
        ProblemError
            An id is unknown, or the scores are not made of factors.
        """
        row, col = self.position(candidate, "candidate"), self.position(demand, "demand")
        frame = self.contributions_at(np.array([row]), np.array([col])).drop(columns="pair")
        return frame.sort_values(
            ["contribution", "block", "term"], ascending=[False, True, True], ignore_index=True
        )

    def contributions_at(self, rows: Ints, cols: Ints) -> pd.DataFrame:
        """List the terms of many scores at once, by position, in no set order.

        Parameters
        ----------
        rows, cols : int arrays
            Positions of the pairs. Memory grows with the terms they share.

        Returns
        -------
        pandas.DataFrame
            pair (place in `rows`), block, term, contribution.

        Raises
        ------
        ProblemError
            The scores are not made of factors.

        Examples
        --------
        >>> import talentmatch as tm, numpy as np
        >>> scores = tm.Scores.from_factors([[0.5, 0.5]], [[1.0, 0.0], [0.2, 0.4]])
        >>> scores.contributions_at(np.array([0, 0]), np.array([0, 1])).values.tolist()
        [[0, 'factor', '0', 0.5], [1, 'factor', '0', 0.1], [1, 'factor', '1', 0.2]]
        """
        if isinstance(self._source, BestDocuments):
            pair, document, share = self._source.documents_of(rows, cols)
            factors, rows, cols = self._source.factors, document, cols[pair]
        elif isinstance(self._source, Factors):
            factors, pair, share = self._source, np.arange(len(rows)), np.ones(len(rows))
        else:
            raise ProblemError("contributions need scores made of factors, not a plain matrix")
        pairs, columns, values, offset = [], [], [], 0
        for left, right in factors.parts:
            one, other = sp.csr_array(left.rows(rows)), sp.csr_array(right.rows(cols))
            both = one.multiply(other).tocoo()
            pairs.append(pair[both.coords[0]])
            columns.append(both.coords[1] + offset)
            values.append(both.data * share[both.coords[0]])
            offset += left.matrix.shape[1]
        terms, place = np.unique(np.concatenate(columns), return_inverse=True)
        if self._term_names:
            names = self._term_names(terms)
        else:
            names = [("factor", str(k)) for k in terms.tolist()]
        spelled = np.array(names, dtype=object).reshape(-1, 2)[place]
        frame = pd.DataFrame(spelled, columns=["block", "term"], dtype=object)
        frame.insert(0, "pair", np.concatenate(pairs).astype(np.intp))
        frame["contribution"] = np.concatenate(values)
        if isinstance(self._source, BestDocuments):  # several documents may say the same
            frame = frame.groupby(["pair", "block", "term"], as_index=False, sort=False).sum()
        return frame

    def position(self, id: Any, side: Literal["candidate", "demand"]) -> int:
        """Row (or column) position of an id; raises `ProblemError` where it is unknown."""
        index = self.candidate_ids if side == "candidate" else self.demand_ids
        place = index.get_indexer(pd.Index([id]))[0]
        if place < 0:
            raise ProblemError(f"no {side} has the id {id!r}; ids look like {index[:3].tolist()}")
        return int(place)

    def _details(self) -> Mapping[str, object]:
        kept = type(self._source).__name__
        return {
            "held as": _HELD.get(kept, kept),
            "terms": "known: scores can be explained" if self.has_terms else "not known",
            "rules": [f"{gate.name} ({gate.missing:,} without the fact)" for gate in self.gates],
            "candidate ids": self.candidate_ids.tolist()[:_FEW],
            "demand ids": self.demand_ids.tolist()[:_FEW],
        }

    def _line(self) -> str:
        n, m = self.shape
        rules = f", rules: {'; '.join(gate.name for gate in self.gates)}" if self.gates else ""
        return f"<Scores: {n:,} candidates x {m:,} demands{rules}>"


def _ids(ids: Sequence[Any] | pd.Index | None, n: int, side: str) -> pd.Index:
    index = pd.RangeIndex(n) if ids is None else pd.Index(ids)
    if isinstance(index, pd.MultiIndex):
        raise ProblemError(f"a {side} id must be one value, not {index[0]!r}")
    if len(index) != n:
        raise ProblemError(f"{len(index)} {side} ids for {n} {side}s")
    if index.hasnans:
        raise ProblemError(f"a {side} id is missing at position {int(index.isna().argmax())}")
    if not index.is_unique:
        twice = index[index.duplicated()].unique()[:5].tolist()
        raise ProblemError(f"{side} ids repeat: {twice}")
    return index.rename(f"{side}_id")


def from_matrix(values: Any) -> Scores:
    """Scores from a matrix: numpy (nan = not eligible), sparse (stored = eligible), DataFrame."""
    if isinstance(values, Scores):
        return values
    if isinstance(values, pd.DataFrame):
        dense = checked_matrix(values)
        return Scores(DenseMatrix(dense), values.index, values.columns)
    if sp.issparse(values):
        if values.ndim != 2:
            raise ProblemError(f"scores must have two dimensions, not {values.ndim}")
        matrix = sp.csr_array(values, dtype=np.float64, copy=True)
        if matrix.nnz and not np.isfinite(matrix.data).all():
            raise ProblemError("a stored score is not finite")
        matrix.sum_duplicates()
        return Scores(StoredPairs(matrix), missing_reason="not stored in the sparse scores given")
    return Scores(DenseMatrix(checked_matrix(values)))
