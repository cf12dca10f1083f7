"""The allocation problem: scores, limits and constraints, checked once and then frozen."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from talentmatch.amounts import Amounts
from talentmatch.constraints import (
    Budget,
    Conflict,
    Constraint,
    Forbid,
    GroupLimit,
    Lock,
    TotalLimit,
)
from talentmatch.constraints.bound import Apart, Rows
from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError
from talentmatch.exporting import write_mps
from talentmatch.limits import limits_of, table_by_id
from talentmatch.loads import capacities, loads_of
from talentmatch.products import StoredPairs
from talentmatch.rules import Gate
from talentmatch.scores import Scores, from_matrix
from talentmatch.sides import Sides

__all__ = ["Problem"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Limit = int | ArrayLike | pd.Series | str | None
Load = float | ArrayLike | pd.Series | pd.DataFrame | Amounts | str | None
_LIMITS = ("capacity", "headcount", "min_load", "min_headcount", "load")


class Problem(Shown):
    r"""Choose pairs of the highest total score within limits on both sides.

    .. math::
        \max \sum_{ij} s_{ij} x_{ij}, \quad
        l_i \le \sum_j a_{ij} x_{ij} \le c_i, \quad
        g_j \le \sum_i x_{ij} \le h_j, \quad x_{ij} \in \{0, 1\},
        \quad x_{ij} = 0 \text{ where } (i, j) \text{ is not eligible}

    A pair is chosen at most once. A pair with a negative score, or with zero, is chosen only
    where a floor or a lock needs it. A `Problem` is frozen and copies its arrays.

    Parameters
    ----------
    scores : Scores, array, sparse matrix or DataFrame
        (candidates, demands). In an array nan means not eligible; in a sparse matrix every stored
        pair is eligible, stored zeros too, and no other; a DataFrame brings ids on its axes.
    candidates, demands : DataFrame, optional
        Tables with the columns named below, joined by id. Where plain arrays come without ids and
        a table of the same length has an id column, its ids are used in order.
    capacity, headcount : int, array, Series by id, or column name, optional
        Most demands, or most load, per candidate (c); most people per demand (h). The column of
        that name where the table has one, else 1.
    min_load, min_headcount : likewise
        Hard floors (l, g). The column of that name where the table has one, else 0.
    eligible : bool array, sparse matrix or DataFrame, optional
        (candidates, demands); pairs that are False or not stored are not eligible.
    min_score : float, optional
        Pairs below it are not eligible.
    constraints : sequence of Lock, Forbid, GroupLimit, TotalLimit, Budget, Conflict
        See there.
    load : number, array, Series by id, column name, sparse matrix or DataFrame, optional
        What a pair takes of its candidate's capacity (a), > 0: one number for all, one per demand
        (a column is one of the demands), or (candidates, demands). With it `capacity` and
        `min_load` count load and may be decimals too, such as 0.5 days; up to six decimal places
        are exact. A blank cell and a pair that a sparse matrix does not store are 1. Without it
        every pair counts 1.

    Attributes
    ----------
    rows : tuple of Rows
        The group limits, budgets and total limits in the order given, bound to positions.
    apart : tuple of Apart
        The conflicts, likewise.
    loads : Amounts or None
        Load of every pair; None where every load is 1.
    capacity_units, min_load_units : int64 arrays
        `capacity` and `min_load` in the units of the loads.

    Raises
    ------
    ProblemError
        Shapes, ids or values do not fit; a floor stands above its ceiling.

    Examples
    --------
    >>> import talentmatch as tm
    >>> problem = tm.Problem([[0.9, 0.2], [0.8, 0.7]], capacity=[2, 0])
    >>> tm.solve(problem).objective
    1.1
    """

    scores: Scores
    capacity: NDArray[Any]
    headcount: NDArray[np.int64]
    min_load: NDArray[Any]
    capacity_units: NDArray[np.int64]
    min_load_units: NDArray[np.int64]
    loads: Amounts | None
    rows: tuple[Rows, ...]
    apart: tuple[Apart, ...]
    min_headcount: NDArray[np.int64]
    min_score: float | None
    constraints: tuple[Constraint, ...]
    candidates: pd.DataFrame | None
    demands: pd.DataFrame | None

    def __init__(
        self,
        scores: Scores | ArrayLike | sp.sparray | sp.spmatrix | pd.DataFrame,
        candidates: pd.DataFrame | None = None,
        demands: pd.DataFrame | None = None,
        *,
        capacity: Limit = None,
        headcount: Limit = None,
        min_load: Limit = None,
        min_headcount: Limit = None,
        eligible: ArrayLike | sp.sparray | sp.spmatrix | pd.DataFrame | None = None,
        min_score: float | None = None,
        constraints: Sequence[Constraint] = (),
        load: Load | sp.sparray | sp.spmatrix = None,
    ) -> None:
        put = self.__dict__.__setitem__
        ours = from_matrix(scores)
        people, table_c = table_by_id(candidates, ours.candidate_ids, "candidate")
        needs, table_d = table_by_id(demands, ours.demand_ids, "demand")
        if people is not ours.candidate_ids or needs is not ours.demand_ids:
            ours = Scores(
                ours._source,
                people,
                needs,
                gates=ours.gates,
                term_names=ours._term_names,
                missing_reason=ours.missing_reason,
            )
        given = {
            "scores": ours, "candidates": candidates, "demands": demands, "capacity": capacity,
            "headcount": headcount, "min_load": min_load, "min_headcount": min_headcount,
            "eligible": eligible, "min_score": min_score, "constraints": constraints,
            "load": load,
        }  # fmt: skip
        put("scores", ours)
        put("candidates", table_c)
        put("demands", table_d)
        sides = Sides(ours.candidate_ids, ours.demand_ids, table_c, table_d)
        loads, most, least = capacities(sides, loads_of(load, sides), capacity, min_load)
        put("loads", loads)
        put("capacity_units", most)
        put("min_load_units", least)
        put("capacity", _spoken(most, loads))
        put("min_load", _spoken(least, loads))
        most, least = limits_of(
            ours.demand_ids, table_d, ("headcount", headcount), ("min_headcount", min_headcount)
        )
        put("headcount", most)
        put("min_headcount", least)
        put("min_score", _threshold(min_score))
        put("_mask", None if eligible is None else _mask(eligible, ours))
        put("constraints", _known(constraints))
        own = {name: getattr(self, name) for name in given if name not in ("eligible", "load")}
        kept = {
            n: v for n, v in given.items() if n in _LIMITS and (v is None or isinstance(v, str))
        }
        put("_given", {**own, "load": loads, **kept, "eligible": self._mask})
        put("locked", self._positions(Lock, sides))
        put("forbidden", self._positions(Forbid, sides))
        put("rows", tuple(_rows(self.constraints, sides, loads)))
        put("apart", tuple(c.bound(sides) for c in self.constraints if isinstance(c, Conflict)))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a Problem is frozen; use problem.replace({name}=...)")

    def replace(self, **changes: Any) -> Problem:
        """A copy with some arguments changed; the names are those of `Problem`.

        Examples
        --------
        >>> import talentmatch as tm
        >>> problem = tm.Problem([[0.9, 0.2], [0.8, 0.7]])
        >>> tm.solve(problem.replace(constraints=[tm.Forbid([(0, 0)])])).objective
        1.0
        """
        unknown = sorted(set(changes) - set(self._given))
        if unknown:
            raise TypeError(f"replace() got {unknown}; a Problem has {sorted(self._given)}")
        return Problem(**{**self._given, **changes})

    _given: dict[str, Any]
    _mask: NDArray[np.bool_] | sp.csr_array | None
    locked: tuple[Ints, Ints]
    forbidden: tuple[Ints, Ints]

    @property
    def shape(self) -> tuple[int, int]:
        """Candidates, demands."""
        return self.scores.shape

    @property
    def candidate_ids(self) -> pd.Index:
        """Ids of the candidates, in the order of the scores' rows."""
        return self.scores.candidate_ids

    @property
    def demand_ids(self) -> pd.Index:
        """Ids of the demands, in the order of the scores' columns."""
        return self.scores.demand_ids

    @property
    def has_floors_or_locks(self) -> bool:
        """Whether anything must be in the plan, whatever its score."""
        return bool(self.min_load.any() or self.min_headcount.any() or len(self.locked[0]))

    def blocks(self) -> Iterator[tuple[Ints, Floats]]:
        """All scores, a block of rows at a time; nan where a pair is not eligible."""
        for rows, block in self.scores.blocks():
            yield rows, self._barred(rows, block)

    def block(self, rows: Ints) -> Floats:
        """Scores of some rows against all demands; nan where a pair is not eligible."""
        return self._barred(rows, self.scores.block(rows))

    def at(self, rows: Ints, cols: Ints) -> Floats:
        """Scores of single pairs by position; nan where a pair is not eligible."""
        values = np.array(self.scores.at(rows, cols))
        for gate in self.gates:
            values[~gate.passes(rows, cols)] = np.nan
        if self.min_score is not None:
            values[values < self.min_score] = np.nan
        return values

    @property
    def gates(self) -> tuple[Gate, ...]:
        """What bars pairs beside the scores' own rules and `min_score`."""
        gates = []
        mask = self._mask
        if mask is not None:
            if sp.issparse(mask):
                gates.append(Gate("the eligible mask", _stored_mask(mask)))
            else:
                gates.append(Gate("the eligible mask", lambda rows, cols: mask[rows, cols]))
        if len(self.forbidden[0]):
            keys = np.sort(self.forbidden[0] * self.shape[1] + self.forbidden[1])
            width = self.shape[1]
            gates.append(Gate("Forbid", lambda r, c: ~np.isin(r * width + c, keys)))
        return tuple(gates)

    def write(self, path: str | os.PathLike[str]) -> pd.DataFrame:
        """Write the problem as an MPS file, which other solvers read; folders are made.

        The objective is minus the total, penalties included, to be minimised. Columns are named
        ``x_<candidate>_<demand>``, rows after the limits: ``capacity_R1``, ``limit1_most_A``. Ids
        that are not ASCII letters, digits, dots, underscores and spaces are numbered; comment
        lines at the head of the file say which is which, and in which units a limit is.

        Parameters
        ----------
        path : path
            Ends in ``.mps`` or ``.mps.gz``. A million pairs take some 300 MB before compression.

        Returns
        -------
        pandas.DataFrame
            column, candidate_id, demand_id, score of every eligible pair: those whose columns
            another solver sets to one are a plan for `check`.

        Raises
        ------
        ProblemError
            The path ends otherwise.
        OSError
            The file cannot be written; nothing is left behind.

        Examples
        --------
        >>> import tempfile, talentmatch as tm
        >>> problem = tm.Problem([[0.9, 0.2], [0.8, 0.7]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     columns = problem.write(f"{folder}/problem.mps")
        >>> columns["column"].tolist()
        ['x_0_0', 'x_0_1', 'x_1_0', 'x_1_1']
        """
        return write_mps(self, path)

    def _barred(self, rows: Ints, block: Floats) -> Floats:
        if self.min_score is None and not self.gates:
            return block
        block = np.array(block)
        cols = np.arange(self.shape[1])
        for gate in self.gates:
            block[~gate.passes(rows[:, None], cols[None, :])] = np.nan
        if self.min_score is not None:
            block[block < self.min_score] = np.nan
        return block

    def _positions(self, kind: type[Lock] | type[Forbid], sides: Sides) -> tuple[Ints, Ints]:
        """Row and column positions of the pairs of all constraints of one kind, each once."""
        pairs = dict.fromkeys(
            pair for rule in self.constraints if isinstance(rule, kind) for pair in rule.pairs
        )
        name = kind.__name__
        return (
            sides.places([pair[0] for pair in pairs], "candidate", name),
            sides.places([pair[1] for pair in pairs], "demand", name),
        )

    _shown = ("scores", "min_score", "constraints", "candidates", "demands")

    def _line(self) -> str:
        n, m = self.shape
        rules = f", {len(self.constraints)} constraints" if self.constraints else ""
        return (
            f"<Problem: {n:,} candidates (capacity {self.capacity.sum():,}), "
            f"{m:,} demands (headcount {int(self.headcount.sum()):,}){rules}>"
        )


def _threshold(value: float | None) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise ProblemError(f"min_score must be a number, not {value!r}")
    if not np.isfinite(value):
        raise ProblemError(f"min_score must be a finite number, not {value!r}")
    return float(value)


def _spoken(units: NDArray[np.int64], loads: Amounts | None) -> NDArray[Any]:
    """Units of load as people count: whole numbers where all are."""
    if loads is None or loads.scale == 1:
        return units
    out: NDArray[Any] = units // loads.scale
    if (units % loads.scale).any():
        out = units / loads.scale
    out.flags.writeable = False
    return out


def _rows(rules: tuple[Constraint, ...], sides: Sides, loads: Amounts | None) -> Iterator[Rows]:
    for rule in rules:
        if isinstance(rule, GroupLimit | TotalLimit):
            yield rule.bound(sides, loads)
        elif isinstance(rule, Budget):
            yield rule.bound(sides)


def _known(constraints: Sequence[Constraint]) -> tuple[Constraint, ...]:
    if isinstance(constraints, Constraint):
        constraints = (constraints,)
    strange = [c for c in constraints if not isinstance(c, Constraint)]
    if strange:
        kinds = "Lock, Forbid, GroupLimit, TotalLimit, Budget and Conflict"
        raise ProblemError(f"not a constraint: {strange[0]!r}; constraints are {kinds}")
    return tuple(constraints)


def _mask(eligible: Any, scores: Scores) -> NDArray[np.bool_] | sp.csr_array:
    if isinstance(eligible, pd.DataFrame):
        if not (eligible.index.is_unique and eligible.columns.is_unique):
            raise ProblemError("eligible repeats ids")
        eligible = eligible.reindex(index=scores.candidate_ids, columns=scores.demand_ids)
        if eligible.isna().to_numpy().any():
            raise ProblemError("eligible does not say of every candidate and demand id")
        eligible = eligible.to_numpy()
    if sp.issparse(eligible):
        mask = sp.csr_array(eligible, dtype=bool, copy=True)
        mask.sum_duplicates()
    else:
        mask = np.array(eligible)
    if mask.shape != scores.shape:
        raise ProblemError(f"eligible has the shape {mask.shape}, the scores {scores.shape}")
    if mask.dtype != np.bool_ and not np.isin(mask, (0, 1)).all():
        raise ProblemError("eligible must hold True and False")
    if sp.issparse(mask):
        return mask
    dense: NDArray[np.bool_] = mask.astype(bool)
    return dense


def _stored_mask(mask: sp.csr_array) -> Any:
    pairs = StoredPairs(sp.csr_array(mask, dtype=np.float64))

    def passes(rows: Ints, cols: Ints) -> NDArray[np.bool_]:
        if rows.ndim == 2:
            return np.asarray(mask[rows[:, 0]].toarray()[:, cols[0]], dtype=bool)
        return np.asarray(pairs.at(rows, cols) == 1.0)

    return passes
