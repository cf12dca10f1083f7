"""Limits on what pairs cost, in exact money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from talentmatch.amounts import Amounts, written
from talentmatch.constraints.arguments import (
    Valued,
    checked_by,
    checked_penalty,
    checked_side,
    kept,
    limit,
    title,
)
from talentmatch.constraints.bound import Rows
from talentmatch.constraints.grouping import grouping, spread
from talentmatch.decimals import in_units, reals
from talentmatch.errors import ProblemError
from talentmatch.sides import SideName, Sides, few

__all__ = ["Budget"]

_CENTS = 2  # decimal places of money


@dataclass(frozen=True, eq=False, repr=False)
class Budget(Valued):
    r"""Most that the plan may cost, or the pairs of every group.

    .. math::
        \sum_{(i, j) \in g} c_{ij} x_{ij} \le b_g \quad \text{for every group } g

    Money is counted in whole cents, so that a budget that is met to the cent is met. Costs that
    come as a plain array and are no cents are real numbers, compared to 1e-9 of the limit.

    Parameters
    ----------
    cost : column name, array, Series by id, sparse matrix, or DataFrame by ids
        What a pair costs, >= 0: one number per candidate, per demand, or per pair. A pair that a
        sparse matrix does not store costs nothing.
    at_most : number, or dict or Series by group
        The budget b; in a dict groups that are not named have none.
    side : {"candidate", "demand"}, optional
        Whose costs they are, where both tables have the column, or for an array where there are
        as many candidates as demands.
    by : column name, array, Series by id, or tuple of two of these, optional
        What tells the group of a pair, as in `GroupLimit`; None is one budget for the plan.
    penalty : float, optional
        None is a hard limit. A number > 0 makes it soft: the total loses so much for each unit of
        money above it.

    Raises
    ------
    ProblemError
        A value is malformed; when a Problem is built, that a cost is missing, negative or, in a
        column or a Series, no whole number of cents.

    Examples
    --------
    >>> import talentmatch as tm
    >>> from talentmatch.constraints import Budget
    >>> budget = Budget([0.1, 0.2, 0.3], at_most=0.3)
    >>> problem = tm.Problem([[0.9, 0.8, 0.7]], capacity=2, constraints=[budget])
    >>> rows = problem.rows[0]
    >>> rows.most.tolist(), rows.scale, rows.exact
    ([30.0], 100, True)
    """

    cost: Any
    at_most: Any = None
    side: SideName | None = field(default=None, kw_only=True)
    by: Any = field(default=None, kw_only=True)
    penalty: float | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "cost", kept(self.cost))
        put(self, "by", kept(self.by))
        name = self.name
        checked_side(name, self.side)
        if self.by is not None:
            checked_by(name, self.by, None)
        put(self, "at_most", limit(name, "at_most", self.at_most, "cost"))
        put(self, "penalty", checked_penalty(name, self.penalty))
        if self.at_most is None:
            raise ProblemError(f"{name} limits nothing; give at_most=")
        if self.by is None and isinstance(self.at_most, Mapping):
            raise ProblemError(f"{name}: at_most is given by group; say by= what the groups are")

    @property
    def name(self) -> str:
        """The constraint and what it goes by."""
        head = f"Budget {title(self.cost)}"
        return head if self.by is None else f"{head} by {title(self.by)}"

    def bound(self, sides: Sides) -> Rows:
        """The budget on a problem's own rows."""
        name = self.name
        groups = grouping(name, self.by, sides, self.side, strict=False)
        groups = groups.narrowed(self.at_most)
        use = self._use(sides)
        places = _CENTS if use.exact and use.scale > 1 else 0

        def units(number: Any) -> float:
            held = np.array([number], dtype=object)
            return float(in_units(held, places)[0][0] if use.exact else reals(held)[0])

        most = spread(name, "at_most", self.at_most, groups, np.inf, units)
        least = np.full(len(groups), -np.inf)
        return Rows(
            name, groups.labels, least, most, "cost", use.scale, use.exact, self.penalty,
            groups.group, use,
        )  # fmt: skip

    def _use(self, sides: Sides) -> Amounts:
        """Costs in cents where they and the limits are that; else as they are."""
        name = self.name
        what = f"{name}: cost"
        given = written(self.cost, sides, self.side, what)
        costs = given.reals()
        given.refuse(~(costs >= 0) | (costs == np.inf), f"{what} must be a finite number >= 0")
        cents, whole = given.units(_CENTS)
        limits, round_limits = in_units(np.array(self._limits(), dtype=object), _CENTS)
        if given.named:
            given.refuse(~whole, f"{what} must be whole cents")
            if not round_limits.all():
                raise ProblemError(
                    f"{name}: at_most must be whole cents: {self._odd(round_limits)}"
                )
        elif not (whole.all() and round_limits.all()):
            return given.amounts(costs, scale=1, exact=False)
        scale = 10**_CENTS
        if not (cents % scale).any() and not (limits % scale).any():
            return given.amounts(cents / scale, scale=1, exact=True)
        return given.amounts(cents, scale=scale, exact=True)

    def _limits(self) -> list[Any]:
        limits = self.at_most.values() if isinstance(self.at_most, Mapping) else [self.at_most]
        return [number for number in limits if number is not None]

    def _odd(self, sound: np.ndarray[Any, np.dtype[np.bool_]]) -> str:
        wrong = [repr(v) for v, ok in zip(self._limits(), sound.tolist(), strict=True) if not ok]
        return few(wrong, len(wrong))
