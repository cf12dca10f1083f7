"""Constraints as values in a list, each with its formula."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from talentmatch.errors import ProblemError

__all__ = ["Constraint", "Forbid", "Lock"]


@dataclass(frozen=True, init=False)
class _PairList:
    """What constraints on single pairs share: the pairs, each once, in order."""

    pairs: tuple[tuple[Any, Any], ...]

    def __init__(self, pairs: Iterable[tuple[Any, Any]] | pd.DataFrame) -> None:
        object.__setattr__(self, "pairs", _pairs(pairs, type(self).__name__))


class Lock(_PairList):
    """Pairs that must be in the plan: ``x[i, j] = 1`` for each.

    A lock never overrides a rule: a locked pair that is not eligible makes the problem
    infeasible.

    Parameters
    ----------
    pairs : iterable of (candidate_id, demand_id), or DataFrame with these columns
        The pairs.

    Examples
    --------
    >>> import talentmatch as tm
    >>> problem = tm.Problem([[0.9, 0.8]], constraints=[tm.Lock([(0, 1)])])
    >>> tm.solve(problem).objective
    0.8
    """


class Forbid(_PairList):
    """Pairs that must not be in the plan: ``x[i, j] = 0`` for each.

    Parameters
    ----------
    pairs : iterable of (candidate_id, demand_id), or DataFrame with these columns
        The pairs.

    Examples
    --------
    >>> import talentmatch as tm
    >>> problem = tm.Problem([[0.9, 0.8]], constraints=[tm.Forbid([(0, 0)])])
    >>> tm.solve(problem).objective
    0.8
    """


Constraint = Lock | Forbid


def _pairs(
    pairs: Iterable[tuple[Any, Any]] | pd.DataFrame, name: str
) -> tuple[tuple[Any, Any], ...]:
    if isinstance(pairs, pd.DataFrame):
        missing = {"candidate_id", "demand_id"} - set(pairs.columns)
        if missing:
            raise ProblemError(f"{name}: the table has no column {' nor '.join(sorted(missing))}")
        pairs = zip(pairs["candidate_id"], pairs["demand_id"], strict=True)
    listed = [tuple(p) if isinstance(p, Iterable) and not isinstance(p, str) else p for p in pairs]
    wrong = [pair for pair in listed if not isinstance(pair, tuple) or len(pair) != 2]
    if wrong:
        raise ProblemError(f"{name} takes (candidate_id, demand_id) pairs, not {wrong[0]!r}")
    return tuple(dict.fromkeys((a, b) for a, b in listed))
