"""Constraints on single pairs, and on candidates who do not go together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from talentmatch.constraints.arguments import Valued, checked_by, kept, title
from talentmatch.constraints.bound import Apart
from talentmatch.constraints.grouping import coded
from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError
from talentmatch.sides import Sides, few

__all__ = ["Conflict", "Forbid", "Lock"]


@dataclass(frozen=True, init=False, repr=False)
class _PairList(Shown):
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


@dataclass(frozen=True, eq=False, repr=False, init=False)
class Conflict(Valued):
    """Two candidates who never both serve the same group of demands.

    For every pair (a, b) and every group g of demands: not both ``x[a, j] = 1`` and
    ``x[b, k] = 1`` for any j and k in g.

    Parameters
    ----------
    pairs : iterable of (candidate_id, candidate_id), or DataFrame with columns first and second
        Who does not go with whom; the order within a pair does not matter.
    by : column name, array or Series by id, default "enterprise_id"
        What tells the group of a demand; ``"demand_id"`` is the demand itself. A demand without a
        value is in no group.

    Raises
    ------
    ProblemError
        Pairs are malformed; when a Problem is built, that ids are unknown or `by` does not fit.

    Examples
    --------
    >>> import talentmatch as tm
    >>> from talentmatch.constraints import Conflict
    >>> rule = Conflict([(0, 1)], by="demand_id")
    >>> problem = tm.Problem([[0.9], [0.8]], headcount=2, constraints=[rule])
    >>> problem.apart[0].first.tolist(), problem.apart[0].second.tolist()
    ([0], [1])
    """

    pairs: tuple[tuple[Any, Any], ...]
    by: Any = "enterprise_id"

    def __init__(
        self, pairs: Iterable[tuple[Any, Any]] | pd.DataFrame, by: Any = "enterprise_id"
    ) -> None:
        found: dict[frozenset[Any], tuple[Any, Any]] = {}
        alone = []
        for pair in _pairs(pairs, "Conflict", ("first", "second"), ("candidate_id",) * 2):
            if pair[0] == pair[1]:
                alone.append(repr(pair[0]))
            found.setdefault(frozenset(pair), pair)
        if alone:
            raise ProblemError(
                f"Conflict: a candidate cannot be in conflict with itself: {few(alone, len(alone))}"
            )
        object.__setattr__(self, "pairs", tuple(found.values()))
        object.__setattr__(self, "by", kept(by))
        if isinstance(by, tuple):
            raise ProblemError("Conflict: by tells the group of a demand, so it is no tuple")
        checked_by("Conflict", self.by, "demand")

    @property
    def name(self) -> str:
        """The constraint and what it goes by."""
        return f"Conflict {title(self.by)}"

    def bound(self, sides: Sides) -> Apart:
        """The conflict on a problem's own rows."""
        what = f"{self.name}: by={self.by!r}" if isinstance(self.by, str) else f"{self.name}: by"
        _, values = sides.values(self.by, "demand", what)
        codes, labels = coded(values, what)
        place = sides.places([id for pair in self.pairs for id in pair], "candidate", "Conflict")
        return Apart(self.name, place[::2], place[1::2], labels, codes)


def _pairs(
    pairs: Iterable[tuple[Any, Any]] | pd.DataFrame,
    name: str,
    columns: tuple[str, str] = ("candidate_id", "demand_id"),
    members: tuple[str, ...] = ("candidate_id", "demand_id"),
) -> tuple[tuple[Any, Any], ...]:
    if isinstance(pairs, pd.DataFrame):
        missing = set(columns) - set(pairs.columns)
        if missing:
            raise ProblemError(f"{name}: the table has no column {' nor '.join(sorted(missing))}")
        pairs = zip(pairs[columns[0]], pairs[columns[1]], strict=True)
    listed = [tuple(p) if isinstance(p, Iterable) and not isinstance(p, str) else p for p in pairs]
    wrong = [pair for pair in listed if not isinstance(pair, tuple) or len(pair) != 2]
    if wrong:
        raise ProblemError(f"{name} takes ({', '.join(members)}) pairs, not {wrong[0]!r}")
    return tuple(dict.fromkeys((a, b) for a, b in listed))
