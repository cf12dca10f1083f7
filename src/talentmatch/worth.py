"""What is scarce and what it is worth: one more candidate, slot or unit of a limit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd

from talentmatch.comparing import again, aims_of, difference, is_plain, last_aim
from talentmatch.constraints import Constraint
from talentmatch.displaying import Shown
from talentmatch.enlarging import raised, with_copies, with_copies_in_aims, with_room
from talentmatch.errors import NoPlanError, ProblemError
from talentmatch.outcomes import Status
from talentmatch.problem import Problem
from talentmatch.result import Result

__all__ = ["MarginalValue", "marginal_value", "scarcity"]

COLUMNS = ["kind", "id", "limit", "used", "price", "price_kind"]


@dataclass(frozen=True, repr=False)
class MarginalValue(Shown):
    """What more of something would gain.

    Attributes
    ----------
    value : float
        The gain of the last aim's objective, in its unit: that of the scores for the total.
    kind : {"exact", "dual", "LP"}
        ``"exact"``: found by solving again. ``"dual"``, ``"LP"``: price times amount.
    is_promise : bool
        Whether the gain is sure to be at least `value`.
    sentence : str
        The same in words.

    Examples
    --------
    >>> import talentmatch as tm
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]))
    >>> print(tm.marginal_value(result, demand=0).sentence)
    One more slot of 0 gains the total 0.100.
    """

    value: float
    kind: Literal["exact", "dual", "LP"]
    is_promise: bool
    sentence: str

    _shown = ("value", "kind", "is_promise")

    def _line(self) -> str:
        return f"<MarginalValue: {self.sentence}>"


def marginal_value(
    result: Result,
    *,
    candidate: Any = None,
    capacity: Any = None,
    demand: Any = None,
    constraint: Constraint | str | None = None,
    group: Any = None,
    amount: float | Decimal = 1,
    exact: bool = True,
    time_limit: float | None = None,
) -> MarginalValue:
    """Tell what more of one thing would gain: exactly, by solving again, or by its price.

    Parameters
    ----------
    result : Result
        A solved problem.
    candidate : id
        One more candidate like this one, with the same scores, capacity, groups, costs and
        conflicts, but no floor and no lock.
    capacity : id
        One more unit of this candidate's capacity.
    demand : id
        One more slot of this demand.
    constraint : GroupLimit, TotalLimit, Budget, or a name as in ``result.constraints``
        A higher ceiling of this limit.
    group : label
        The group of the limit, where it has several.
    amount : number
        How much more, in the user's unit, > 0.
    exact : bool
        Whether to solve again, for the same aims. Otherwise the price times the amount: of the
        total with dual prices no less than the gain, in any other case an estimate, and never a
        promise. Prices are of one unit, and fall the more there is.
    time_limit : float, optional
        Seconds for solving again. When they are up a promise is what is proved of the gain.

    Returns
    -------
    MarginalValue
        The gain of the last aim's objective, of which kind it is, and a sentence. Where an
        earlier aim's stage changes too the sentence says so, and the last is not comparable.

    Raises
    ------
    ProblemError
        Not just one thing is named; a name is unknown; the amount does not fit; a constraint
        cannot be extended to a further candidate.
    NoPlanError
        The result holds no plan or no prices, or solving again found none in time.

    Examples
    --------
    >>> import talentmatch as tm
    >>> limit = tm.TotalLimit(at_most=1)
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]], constraints=[limit]))
    >>> round(tm.marginal_value(result, constraint="TotalLimit").value, 9)
    0.7
    """
    kinds = {"candidate": candidate, "capacity": capacity, "demand": demand}
    ask = _asked(result, kinds | {"constraint": constraint}, group, amount)
    return ask.exactly(time_limit) if exact else ask.by_price()


def scarcity(result: Result, top: int = 20) -> pd.DataFrame:
    """List what is scarce: what one more unit of everything is worth by its price.

    Parameters
    ----------
    result : Result
        A solved problem.
    top : int
        Most rows.

    Returns
    -------
    pandas.DataFrame
        kind ("candidate", "demand" or the name of a constraint), id (of the candidate or demand,
        or the group), limit, used, price (what one more unit of it gains the last aim, about or
        at most), price_kind ("dual" or "LP"); highest price first. Units differ between kinds:
        a slot, a unit of capacity, one of money. What has no price is left out.

    Raises
    ------
    ProblemError
        `top` is below 1.
    NoPlanError
        The result holds no plan.

    Examples
    --------
    >>> import talentmatch as tm
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.6]], capacity=[1, 2]))
    >>> tm.scarcity(result)[["kind", "id", "price"]].round(9).to_dict("records")
    [{'kind': 'demand', 'id': 0, 'price': 0.8}, {'kind': 'demand', 'id': 1, 'price': 0.1}, \
{'kind': 'candidate', 'id': 0, 'price': 0.1}]
    """
    if top < 1:
        raise ProblemError(f"top must be at least 1, not {top!r}")
    frame = result.constraints
    frame = frame[frame["price"] > 0]
    names = {"capacity": "candidate", "headcount": "demand"}
    found = pd.DataFrame(
        {
            "kind": frame["constraint"].replace(names),
            "id": frame["group"],
            "limit": frame["limit"],
            "used": frame["used"],
            "price": frame["price"],
            "price_kind": result.price_kind,
        },
        columns=COLUMNS,
    )
    return found.sort_values("price", ascending=False, kind="stable", ignore_index=True).head(top)


@dataclass(frozen=True, eq=False)
class _Asked:
    """One thing to have more of."""

    result: Result
    kind: str
    id: Any
    group: Any
    amount: Decimal

    def exactly(self, time_limit: float | None) -> MarginalValue:
        """Solve again with more of it."""
        result = self.result
        problem, aims = self._enlarged()
        other = again(result, problem=problem, aims=aims, time_limit=time_limit)
        found = difference(result, other)
        if found is None:
            raise NoPlanError(f"with {self._words()}: {other.reason or 'no plan was found'}")
        gain = 0.0 - found.loss
        if found.earlier:
            said = f"{found.words}; {found.last} {_three(gain, '+')}, which is not comparable"
            return MarginalValue(gain, "exact", found.proved, f"{self._words(True)}: {said}.")
        if found.proved:
            sentence = f"{self._words(True)} {self._gains} the {found.last} {_three(gain)}."
            return MarginalValue(gain, "exact", True, sentence)
        sure = other.objective - result.bound
        if len(result.stages) == 1:
            sure = max(sure, 0.0)  # a higher ceiling takes nothing away
        promised = len(result.stages) == 1
        word = "at least" if promised else "perhaps"
        said = f"the {found.last} {word} {_three(sure)}; not proved."
        sentence = f"{self._words(True)} {self._gains} {said}"
        return MarginalValue(sure, "exact", promised, sentence)

    def by_price(self) -> MarginalValue:
        """The price times the amount."""
        result, aim = self.result, last_aim(self.result)
        if not _are_known(result):
            raise NoPlanError("this result has no prices; use exact=True")
        value = float(self.amount) * self._price()
        kind: Literal["dual", "LP"] = "dual" if result.price_kind == "dual" else "LP"
        proved = result.status is Status.OPTIMAL and kind == "dual" and aim.startswith("total")
        sure = proved and (self.kind != "candidate" or is_plain(result))
        word = "at most" if sure else "about"
        said = f"the {aim} {word} {_three(value)} ({kind} price)."
        sentence = f"{self._words(True)} {self._gains} {said}"
        return MarginalValue(value, kind, False, sentence)

    def _enlarged(self) -> tuple[Problem, list[Any]]:
        problem, aims = self.result.problem, list(aims_of(self.result))
        if self.kind == "candidate":
            larger, origin = with_copies(problem, self.id, int(self.amount))
            return larger, with_copies_in_aims(aims, origin, problem.shape)
        if self.kind == "constraint":
            return raised(problem, self._place(), self.group, self.amount), aims
        side = "demand" if self.kind == "demand" else "candidate"
        return with_room(problem, side, self.id, self.amount), aims

    def _price(self) -> float:
        """The price of one unit; never below 0, as more room need not be used."""
        result, problem = self.result, self.result.problem
        if self.kind == "demand":
            col = problem.scores.position(self.id, "demand")
            return max(float(result.demand_prices.iloc[col]), 0.0)
        if self.kind == "constraint":
            place = self._place()
            raised(problem, place, self.group, self.amount)  # the group is there, with a ceiling
            labels = problem.rows[place].labels.tolist()
            at = 0 if self.group is None else labels.index(self.group)
            return max(float(result._row_prices[place][at]), 0.0)
        row = problem.scores.position(self.id, "candidate")
        price = max(float(result.candidate_prices.iloc[row]), 0.0)
        if self.kind == "capacity":
            return price
        worth = price * float(problem.capacity[row])
        if is_plain(result):  # what single pairs are worth above both prices
            scores = problem.block(np.array([row]))[0]
            above = scores - price - result.demand_prices.to_numpy()
            worth += math.fsum(above[above > 0])
        return worth

    def _place(self) -> int:
        """Which limit is meant."""
        problem = self.result.problem
        names = [limit.name for limit in problem.rows]
        if isinstance(self.id, str):
            at = [k for k, name in enumerate(names) if name == self.id]
        else:
            rules = [rule for rule in problem.constraints if hasattr(rule, "at_most")]
            at = [k for k, rule in enumerate(rules) if rule == self.id]
        if len(at) != 1:
            what = "several limits are" if at else "no limit with a ceiling is"
            raise ProblemError(f"{what} {self.id!r}; the limits are {names}")
        return at[0]

    @property
    def _gains(self) -> str:
        return "gains" if self.amount == 1 or self.kind == "constraint" else "gain"

    def _words(self, first: bool = False) -> str:
        """What there is more of."""
        number = f"{self.amount:,f}"
        if "." in number:
            number = number.rstrip("0").rstrip(".")
        one = self.amount == 1
        if self.kind == "constraint":
            name = self.result.problem.rows[self._place()].name
            where = "" if self.group is None else f" of {self.group!r}"
            return f"{number} more in {name}{where}"
        number = "One" if one and first else "one" if one else number
        noun = {
            "candidate": "candidate" if one else "candidates",
            "demand": "slot" if one else "slots",
            "capacity": "unit of capacity" if one else "units of capacity",
        }[self.kind]
        return f"{number} more {noun} {'like' if self.kind == 'candidate' else 'of'} {self.id}"


def _asked(result: Result, kinds: dict[str, Any], group: Any, amount: Any) -> _Asked:
    """The one thing that is named, checked."""
    given = [(kind, id) for kind, id in kinds.items() if id is not None]
    if len(given) != 1:
        raise ProblemError(f"marginal_value needs one of {', '.join(f'{k}=' for k in kinds)}")
    kind, id = given[0]
    if group is not None and kind != "constraint":
        raise ProblemError("group= goes with constraint=")
    result.pairs  # noqa: B018  # raises where there is no plan
    whole = kind in ("candidate", "demand")
    return _Asked(result, kind, id, group, _checked(amount, whole=whole))


def _three(value: float, sign: str = "") -> str:
    """Three decimals, without a minus before zero."""
    return f"{round(value, 3) + 0.0:{sign}.3f}"


def _checked(amount: Any, *, whole: bool) -> Decimal:
    known = isinstance(amount, int | float | Decimal | np.integer | np.floating)
    if not known or isinstance(amount, bool) or not 0 < float(amount) < math.inf:
        raise ProblemError(f"amount must be a number > 0, not {amount!r}")
    number = Decimal(str(amount))
    if whole and number != int(number):
        raise ProblemError(f"amount must be a whole number here, not {amount!r}")
    return number


def _are_known(result: Result) -> bool:
    """Whether prices are known: where all are zero, whether every pair that gains is chosen."""
    prices = [result.candidate_prices, result.demand_prices, *result._row_prices]
    if any(np.any(np.asarray(part) != 0) for part in prices):
        return True
    gaining = sum(int((block > 0).sum()) for _, block in result.problem.blocks())
    return gaining <= int((result.pairs["score"] > 0).sum())
