"""Plans that are picked pair by pair in some order, within the same limits as a solved plan."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentmatch.errors import ProblemError
from talentmatch.problem import Problem

__all__ = ["pick_at_random", "pick_by_score"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def pick_by_score(problem: Problem) -> pd.DataFrame:
    """Take the best score first, then the next for which every limit still has room.

    Parameters
    ----------
    problem : Problem
        With capacities, headcounts, locks, and ceilings on pairs and costs.

    Returns
    -------
    pandas.DataFrame
        candidate_id, demand_id, in the order picked, locked pairs first. Equal scores are taken
        by their ids.

    Raises
    ------
    ProblemError
        The problem has limits of another kind, or its locked pairs break one.

    Examples
    --------
    >>> import talentmatch as tm
    >>> pick_by_score(tm.Problem([[0.9, 0.8], [0.8, 0.1]])).values.tolist()
    [[0, 0], [1, 1]]
    """
    rows, cols, value = _eligible(problem)
    return _picked(problem, rows, cols, np.argsort(-value, kind="stable"))


def pick_at_random(problem: Problem, *, seed: int = 0) -> pd.DataFrame:
    """Take pairs in a random order, each for which every limit still has room.

    Parameters
    ----------
    problem : Problem
        As for `pick_by_score`; the scores play no part beyond who is eligible.
    seed : int
        The same seed gives the same plan.

    Returns
    -------
    pandas.DataFrame
        candidate_id, demand_id, in the order picked.

    Raises
    ------
    ProblemError
        As for `pick_by_score`.

    Examples
    --------
    >>> import talentmatch as tm
    >>> len(pick_at_random(tm.Problem([[0.9, 0.8], [0.8, 0.1]]), seed=1))
    2
    """
    rows, cols, _ = _eligible(problem)
    return _picked(problem, rows, cols, np.random.default_rng(seed).permutation(len(rows)))


def _eligible(problem: Problem) -> tuple[Ints, Ints, Floats]:
    """Eligible pairs with their scores, by ids, so that the order of rows has no say."""
    m = problem.shape[1]
    people = np.argsort(np.argsort(problem.candidate_ids.astype(str), kind="stable"))
    needs = np.argsort(np.argsort(problem.demand_ids.astype(str), kind="stable"))
    parts = []
    for rows, block in problem.blocks():
        at, cols = np.nonzero(~np.isnan(block))
        parts.append((rows[at], cols, block[at, cols]))
    found_rows, cols, value = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.argsort(people[found_rows] * m + needs[cols], kind="stable")
    return found_rows[order], cols[order], value[order]


def _picked(problem: Problem, rows: Ints, cols: Ints, order: Ints) -> pd.DataFrame:
    """Pairs in the order given, as far as there is room."""
    room = _Room(problem)
    held = list(zip(*(side.tolist() for side in problem.locked), strict=True))
    for pair in held:
        if not room.takes(*pair):
            raise ProblemError(f"the locked pairs have no room: {pair} by position")
    taken, chosen = set(held), held
    for a in range(0, len(order), 4096):
        if room.is_full:
            break
        some = order[a : a + 4096]
        free = room.is_open(rows[some], cols[some])
        for pair in zip(rows[some][free].tolist(), cols[some][free].tolist(), strict=True):
            if pair not in taken and room.takes(*pair):
                chosen.append(pair)
    at = np.array(chosen, dtype=np.intp).reshape(-1, 2)
    return pd.DataFrame(
        {
            "candidate_id": problem.candidate_ids[at[:, 0]],
            "demand_id": problem.demand_ids[at[:, 1]],
        }
    )


class _Room:
    """What every limit has left."""

    def __init__(self, problem: Problem) -> None:
        soft = [rows.name for rows in problem.rows if rows.penalty is not None]
        other = [rows.name for rows in problem.rows if rows.unit not in ("pairs", "cost")]
        floors = [rows.name for rows in problem.rows if (rows.least > 0).any()]
        floors += [name for name in ("min_load", "min_headcount") if getattr(problem, name).any()]
        strange = [*soft, *other, *floors, *(apart.name for apart in problem.apart)]
        if strange or problem.loads is not None:
            names = ", ".join(strange) or "loads"
            raise ProblemError(
                f"pairs are picked one by one within capacities, headcounts and ceilings on pairs "
                f"and costs only; the problem has {names}"
            )
        self._people = problem.capacity.astype(np.int64)
        self._needs = problem.headcount.astype(np.int64)
        self._rows = problem.rows
        self._left = [rows.most.copy() for rows in problem.rows]

    @property
    def is_full(self) -> bool:
        """Whether nothing more can be taken at all."""
        whole = [
            left[0] <= 0
            for rows, left in zip(self._rows, self._left, strict=True)
            if rows.unit == "pairs" and rows.name == "TotalLimit"
        ]
        return any(whole) or not self._people.any() or not self._needs.any()

    def is_open(self, rows: Ints, cols: Ints) -> NDArray[np.bool_]:
        """Whether both sides of each pair have room yet."""
        return np.asarray((self._people[rows] > 0) & (self._needs[cols] > 0))

    def takes(self, row: int, col: int) -> bool:
        """Take a pair if there is room for it; whether it was taken."""
        if self._people[row] <= 0 or self._needs[col] <= 0:
            return False
        at = np.array([row]), np.array([col])
        uses = []
        for k, limit in enumerate(self._rows):
            group = int(limit.group(*at)[0])
            if group < 0:
                continue
            use = 1.0 if limit.use is None else float(limit.use(*at)[0])
            if use > self._left[k][group]:
                return False
            uses.append((k, group, use))
        for k, group, use in uses:
            self._left[k][group] -= use
        self._people[row] -= 1
        self._needs[col] -= 1
        return True
