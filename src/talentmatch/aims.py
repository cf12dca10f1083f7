r"""Aims as values: what a plan is best at, each with its formula.

An aim is pursued in stages. The best value of a stage is proved, then held as a constraint while
the next stage is pursued; no stage is traded for a later one, and no big weights are used. Every
aim but `Total` and `ExpectedContracts` ends with the total, so that of the plans that are best at
it the one with the best scores is taken. `T` below is that total,

.. math:: T(x) = \sum_{ij} s_{ij} x_{ij} - \sum_k p_k \, excess_k(x)

with the penalties of the soft limits, where there are any.

Examples
--------
>>> import talentmatch as tm
>>> problem = tm.Problem([[0.75, 0.5], [0.25, 0.125]], capacity=2)
>>> result = tm.solve(problem, tm.aims.Bottleneck())
>>> result.stages[["aim", "value"]].to_dict("list")
{'aim': ['pairs', 'lowest score', 'total'], 'value': [2.0, 0.5, 1.25]}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from talentmatch.displaying import Shown
from talentmatch.errors import ProblemError

__all__ = [
    "NAMES",
    "Aim",
    "Bottleneck",
    "Coverage",
    "ExpectedContracts",
    "Filled",
    "MaxMin",
    "Total",
    "in_order",
]


@dataclass(frozen=True, kw_only=True, repr=False)
class _Held(Shown):
    """What all aims share: how far a later aim may lower this one."""

    tolerance: float = 0.0

    def __post_init__(self) -> None:
        number = isinstance(self.tolerance, int | float | np.number)
        if not number or isinstance(self.tolerance, bool) or not 0 <= self.tolerance <= 1:
            raise ProblemError(
                f"{type(self).__name__}: tolerance must be from 0 to 1, the share of the best "
                f"value that later aims may give up, not {self.tolerance!r}"
            )


@dataclass(frozen=True)
class Total(_Held):
    r"""The total of the chosen scores, less the penalties: :math:`\max T(x)`.

    Parameters
    ----------
    tiers : str, optional
        A column of the demands, as ``"priority"``. Then the total of the pairs of tier 1 is
        maximised first, then that of tier 2, and so on; a missing tier comes last. A tier's total
        is never traded for a lower tier's.
    tolerance : float
        Share of the best value that later aims may give up: they keep
        ``value >= best - tolerance x abs(best)``.

    Examples
    --------
    >>> import talentmatch as tm
    >>> tm.aims.Total(tiers="priority")
    Total(tolerance=0.0, tiers='priority')
    """

    tiers: str | None = None


@dataclass(frozen=True)
class Filled(_Held):
    r"""Most openings filled, tier by tier, then the total.

    .. math:: \max \sum_{j \in tier\ 1} \sum_i x_{ij}, \text{ then tier 2, ..., then } T(x)

    Parameters
    ----------
    tiers : str
        A column of the demands; without it in the table there is one tier.
    tolerance : float
        As for `Total`.

    Examples
    --------
    >>> import talentmatch as tm
    >>> problem = tm.Problem([[0.75, 0.0], [0.5, -0.25]])
    >>> len(tm.solve(problem, "total").pairs), len(tm.solve(problem, "filled").pairs)
    (1, 2)
    """

    tiers: str = "priority"


@dataclass(frozen=True)
class Bottleneck(_Held):
    r"""Among the plans with most pairs, the lowest chosen score as high as possible.

    .. math:: \max \sum_{ij} x_{ij}, \text{ then } \max \min_{x_{ij} = 1} s_{ij},
        \text{ then } T(x)

    Where no pair can be chosen the lowest score is +inf.

    Parameters
    ----------
    tolerance : float
        As for `Total`, of the lowest score; the number of pairs is held exactly.

    Examples
    --------
    >>> import talentmatch as tm
    >>> problem = tm.Problem([[0.9, 0.6], [0.5, 0.1]])
    >>> tm.solve(problem, tm.aims.Bottleneck()).pairs["score"].tolist()
    [0.5, 0.6]
    """


@dataclass(frozen=True)
class MaxMin(_Held):
    r"""The lowest total of a demand as high as possible, then the total.

    .. math:: \max \min_{j \in J} \sum_i s_{ij} x_{ij}, \text{ then } T(x)

    J holds the demands with a headcount and at least one eligible candidate; the others are
    listed in ``result.unfilled``. Where J is empty the lowest total is 0. With headcounts above
    one the problem is NP-hard: exact by integer programming at some hundred demands, an honest
    bound beyond.

    Parameters
    ----------
    tolerance : float
        As for `Total`.

    Examples
    --------
    >>> import talentmatch as tm
    >>> problem = tm.Problem([[0.9, 0.6], [0.5, 0.1]])
    >>> tm.solve(problem, tm.aims.MaxMin()).stages["value"].tolist()
    [0.5, 1.1]
    """


@dataclass(frozen=True)
class Coverage(_Held):
    r"""Most distinct groups of demands reached, then the total.

    .. math:: \max \left|\{g : \sum_{j \in g} \sum_i x_{ij} \ge 1\}\right|, \text{ then } T(x)

    Parameters
    ----------
    by : str
        The demands' column that names the group; demands without one are in none.
    tolerance : float
        As for `Total`.

    Examples
    --------
    >>> import talentmatch as tm
    >>> import pandas as pd
    >>> posts = pd.DataFrame({"demand_id": ["X1", "X2"], "enterprise_id": ["E1", "E2"]})
    >>> problem = tm.Problem([[0.9, 0.1], [0.8, 0.0]], demands=posts, headcount=[2, 1])
    >>> tm.solve(problem, "coverage").stages["value"].tolist()
    [2.0, 0.9]
    """

    by: str = "enterprise_id"


@dataclass(frozen=True, eq=False, repr=False)
class ExpectedContracts(_Held):
    r"""The expected number of contracts, where introductions end in a signature by chance.

    .. math:: \max \sum_j E\left[\min(o_j, \textstyle\sum_i B_{ij} x_{ij})\right],
        \quad B_{ij} \sim Bernoulli(p_{ij}) \text{ independent}

    The headcount limits introductions, the openings o limit contracts. The bound comes from a
    concave function that no set of signatures exceeds (see `talentmatch.contracts`).

    Parameters
    ----------
    p : float, array (candidates, demands), or None
        Probability that an introduced pair signs; None takes the scores, which must then lie
        within [0, 1].
    openings : int, array (demands,), Series by demand id, or a column of the demands, optional
        Most contracts of a demand; 1 by default.
    tolerance : float
        Not used: this aim comes last.

    Examples
    --------
    >>> import talentmatch as tm
    >>> problem = tm.Problem([[0.5, 0.4], [0.5, 0.4]], headcount=2)
    >>> tm.solve(problem, tm.aims.ExpectedContracts(0.5)).objective
    1.0
    """

    p: Any = None
    openings: Any = 1


Aim: TypeAlias = Total | Filled | Bottleneck | MaxMin | Coverage | ExpectedContracts

NAMES: dict[str, Aim] = {
    "total": Total(),
    "filled": Filled(),
    "bottleneck": Bottleneck(),
    "max_min": MaxMin(),
    "coverage": Coverage(),
    "expected_contracts": ExpectedContracts(),
}
"""The aims that a word stands for."""


def in_order(aim: str | Aim | Sequence[str | Aim]) -> tuple[Aim, ...]:
    """Aims from a word, a value or a list of both.

    Raises
    ------
    ProblemError
        A word is not known, the list is empty, or `ExpectedContracts` is not the last.

    Examples
    --------
    >>> from talentmatch.aims import in_order
    >>> in_order(["filled", Total(tolerance=0.1)])
    (Filled(tolerance=0.0, tiers='priority'), Total(tolerance=0.1, tiers=None))
    """
    listed = [aim] if isinstance(aim, str | Aim) or not isinstance(aim, Sequence) else list(aim)
    if not listed:
        raise ProblemError("aim is an empty list")
    found: list[Aim] = []
    for one in listed:
        known = NAMES.get(one) if isinstance(one, str) else one
        if not isinstance(known, Aim):
            raise ProblemError(
                f"aim must be one of {tuple(NAMES)}, a value of talentmatch.aims, "
                f"or a list of these, not {one!r}"
            )
        found.append(known)
    if any(isinstance(one, ExpectedContracts) for one in found[:-1]):
        raise ProblemError("expected_contracts must be the last aim of a list")
    return tuple(found)
