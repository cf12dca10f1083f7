"""Limits on groups of pairs, and on the whole plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from talentmatch.amounts import Amounts
from talentmatch.constraints.arguments import (
    Valued,
    checked_by,
    checked_penalty,
    checked_side,
    checked_unit,
    kept,
    limit,
    title,
)
from talentmatch.constraints.bound import Ones, Rows
from talentmatch.constraints.grouping import Grouping, grouping, ordered, spread
from talentmatch.decimals import PLACES, coarsest, in_units
from talentmatch.errors import ProblemError
from talentmatch.sides import SideName, Sides

__all__ = ["GroupLimit", "TotalLimit", "Unit"]

Unit = Literal["pairs", "load", "candidates", "demands", "score"]


@dataclass(frozen=True, eq=False, repr=False)
class GroupLimit(Valued):
    r"""Least and most of every group of pairs.

    .. math::
        l_g \le U_g(x) \le h_g \quad \text{for every group } g

    where U is, over the pairs of the group, ``sum x`` (pairs), ``sum a x`` (load), the number of
    distinct candidates or demands with at least one chosen pair, or ``sum s x`` (score).

    Parameters
    ----------
    by : column name, array, Series by id, or tuple of two of these
        What tells the group of a pair: a value of its candidate or of its demand; a tuple
        (candidate's, demand's) makes a group of every two values. ``"candidate_id"`` and
        ``"demand_id"`` need no table. A row without a value is in no group.
    at_most, at_least : number, or dict or Series by group, optional
        One number for every group, or those of some groups: others have no limit. In the dict of
        a tuple a key is a tuple and None in it stands for any value; the key with fewer None goes
        first. None is no ceiling, zero no floor.
    side : {"candidate", "demand"}, optional
        Whose values they are, where both tables have the column, or for an array.
    unit : {"pairs", "load", "candidates", "demands", "score"}, default "pairs"
        What is counted.
    penalty : float, optional
        None is a hard limit. A number > 0 makes it soft: the total loses so much for each unit
        above the ceiling or below the floor.

    Raises
    ------
    ProblemError
        A value is malformed; when a Problem is built, that groups are unknown, or that a floor
        stands above its ceiling.

    Examples
    --------
    >>> import talentmatch as tm
    >>> from talentmatch.constraints import GroupLimit
    >>> teams = GroupLimit(["A", "A"], at_most=1, side="candidate", unit="candidates")
    >>> problem = tm.Problem([[0.9, 0.2], [0.8, 0.7]], constraints=[teams])
    >>> rows = problem.rows[0]
    >>> rows.labels.tolist(), rows.most.tolist()
    (['A'], [1.0])
    """

    by: Any
    at_most: Any = None
    at_least: Any = 0
    side: SideName | None = field(default=None, kw_only=True)
    unit: Unit = field(default="pairs", kw_only=True)
    penalty: float | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "by", kept(self.by))
        checked_side("GroupLimit", self.side)
        checked_by("GroupLimit", self.by, self.side)
        if isinstance(self.by, np.ndarray) and self.side is None:
            raise ProblemError("GroupLimit: an array has no ids; say whose rows they are by side=")
        _limits(self, self.name)

    @property
    def name(self) -> str:
        """The constraint and what it goes by."""
        return f"GroupLimit {title(self.by)}"

    def bound(self, sides: Sides, loads: Amounts | None) -> Rows:
        """The limit on a problem's own rows."""
        groups = grouping(self.name, self.by, sides, self.side)
        return _rows(self, self.name, groups, loads)


@dataclass(frozen=True, eq=False, repr=False)
class TotalLimit(Valued):
    r"""Least and most of the whole plan: ``l <= U(x) <= h`` over all pairs.

    Parameters
    ----------
    at_most, at_least : number, optional
        The limits. None is no ceiling, zero no floor.
    unit : {"pairs", "load", "candidates", "demands", "score"}, default "pairs"
        What is counted, as in `GroupLimit`.
    penalty : float, optional
        None is a hard limit. A number > 0 makes it soft: the total loses so much for each unit
        above the ceiling or below the floor.

    Raises
    ------
    ProblemError
        A value is malformed, or the floor stands above the ceiling.

    Examples
    --------
    >>> import talentmatch as tm
    >>> from talentmatch.constraints import TotalLimit
    >>> problem = tm.Problem([[0.9, 0.2], [0.8, 0.7]], constraints=[TotalLimit(at_most=1)])
    >>> problem.rows[0].most.tolist()
    [1.0]
    """

    at_most: Any = None
    at_least: Any = 0
    unit: Unit = field(default="pairs", kw_only=True)
    penalty: float | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        for word in ("at_most", "at_least"):
            if np.ndim(getattr(self, word)) or isinstance(getattr(self, word), dict):
                raise ProblemError(f"TotalLimit: {word} must be one number; GroupLimit has groups")
        _limits(self, "TotalLimit")

    name = "TotalLimit"

    def bound(self, sides: Sides, loads: Amounts | None) -> Rows:
        """The limit on a problem's own rows."""
        return _rows(self, self.name, grouping(self.name, None, sides, None), loads)


def _limits(rule: GroupLimit | TotalLimit, name: str) -> None:
    """Check unit, limits and penalty, and keep them as plain values."""
    put = object.__setattr__
    checked_unit(name, rule.unit)
    put(rule, "at_most", limit(name, "at_most", rule.at_most, rule.unit))
    put(rule, "at_least", limit(name, "at_least", rule.at_least, rule.unit) or 0)
    put(rule, "penalty", checked_penalty(name, rule.penalty))
    if rule.at_most is None and isinstance(rule.at_least, int | float) and not rule.at_least:
        raise ProblemError(f"{name} limits nothing; give at_most= or at_least=")
    single = rule.at_most is not None and not any(
        isinstance(value, dict) for value in (rule.at_most, rule.at_least)
    )
    if single and rule.at_least != 0 and rule.at_least > rule.at_most:
        raise ProblemError(
            f"{name}: a floor stands above its ceiling: at_least {rule.at_least} > "
            f"at_most {rule.at_most}"
        )


def _rows(
    rule: GroupLimit | TotalLimit, name: str, groups: Grouping, loads: Amounts | None
) -> Rows:
    groups = groups.narrowed(rule.at_most, rule.at_least)
    finest = PLACES if rule.unit == "load" else 0

    def units(number: Any) -> float:
        if rule.unit == "score":
            return float(number)
        return float(in_units(np.array([number], dtype=object), finest)[0][0])

    most = spread(name, "at_most", rule.at_most, groups, np.inf, units)
    least = spread(name, "at_least", rule.at_least, groups, -np.inf, units)
    least[least == 0] = -np.inf
    use: Any = Ones()
    scale = 1
    if rule.unit == "load":
        scale = max(10 ** coarsest(PLACES, most, least), loads.scale if loads else 1)
        most, least = (part / (10**PLACES // scale) for part in (most, least))
        use = loads.rescaled(scale) if loads else Amounts(np.array(float(scale)), scale=scale)
    elif rule.unit == "score":
        use = None
    ordered(name, groups, least, most, scale)
    exact = rule.unit != "score"
    return Rows(
        name, groups.labels, least, most, rule.unit, scale, exact, rule.penalty, groups.group, use
    )
