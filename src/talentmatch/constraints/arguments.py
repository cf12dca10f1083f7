"""What constraints are given: copied, checked, and compared by value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from talentmatch.decimals import PLACES, in_units
from talentmatch.displaying import Shown, said
from talentmatch.errors import ProblemError
from talentmatch.sides import few

__all__ = [
    "Valued",
    "checked_by",
    "checked_penalty",
    "checked_side",
    "checked_unit",
    "kept",
    "limit",
    "title",
]

Number = int | float | Decimal
_BITS = 900  # a longer whole number does not fit a float
_SIDES = ("candidate", "demand")
_UNITS = ("pairs", "load", "candidates", "demands", "score")


class Valued(Shown):
    """Equal where the values are equal, arrays included; shown without the arrays' contents."""

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(_same(a, getattr(other, name)) for name, a in vars(self).items())

    def __hash__(self) -> int:
        plain = (str, int, float, Decimal, type(None))
        return hash((type(self), *(v for v in vars(self).values() if isinstance(v, plain))))


def kept(value: Any) -> Any:
    """A copy that the caller cannot change."""
    if value is None or isinstance(value, str | int | float | Decimal):
        return value
    if isinstance(value, tuple):
        return tuple(kept(part) for part in value)
    if isinstance(value, pd.Series | pd.DataFrame):
        return value.copy()
    if sp.issparse(value):
        return sp.csr_array(value, copy=True)
    if isinstance(value, list) and not any(isinstance(v, list | tuple | np.ndarray) for v in value):
        array = np.empty(len(value), dtype=object)  # numpy would turn nan among texts into "nan"
        array[:] = value
    else:
        array = np.array(value)
    array.flags.writeable = False
    return array


def title(by: Any) -> str:
    """What values are called in a name: the column, the Series' own name, or the kind."""
    if isinstance(by, str):
        return by
    if isinstance(by, tuple):
        return " x ".join(map(title, by))
    if isinstance(by, pd.Series):
        return "Series" if by.name is None else str(by.name)
    return "matrix" if getattr(by, "ndim", 1) == 2 else "array"


def checked_side(name: str, side: Any) -> None:
    """Raise unless it names a side, or none."""
    if side is not None and not (isinstance(side, str) and side in _SIDES):
        raise ProblemError(f"{name}: side must be 'candidate' or 'demand', not {side!r}")


def checked_unit(name: str, unit: Any) -> None:
    """Raise unless it names a unit."""
    if not (isinstance(unit, str) and unit in _UNITS):
        units = ", ".join(map(repr, _UNITS))
        raise ProblemError(f"{name}: unit must be one of {units}, not {unit!r}")


def checked_by(name: str, by: Any, side: Any) -> None:
    """Raise unless groups can come of it: a column, values per row, or one of each side."""
    if isinstance(by, tuple):
        if len(by) != 2:
            raise ProblemError(
                f"{name}: a tuple is (the candidate's, the demand's), not {len(by)} values; "
                "give values by position as a list or an array"
            )
        if side is not None:
            raise ProblemError(f"{name}: a tuple by= stands for both sides; leave side= out")
        for part in by:
            checked_by(name, part if not isinstance(part, tuple) else None, None)
        return
    if isinstance(by, str | pd.Series):
        return
    if not isinstance(by, np.ndarray) or by.ndim != 1:
        raise ProblemError(
            f"{name}: by must be a column name, an array with one value per row, a Series by id "
            f"or a tuple (the candidate's, the demand's), not {said(by)}"
        )


def checked_penalty(name: str, penalty: Any) -> float | None:
    """Return a penalty per unit as a number > 0; None for a hard limit."""
    if penalty is None:
        return None
    if not _is_number(penalty) or not 0 < float(penalty) < math.inf:
        raise ProblemError(
            f"{name}: penalty must be a finite number > 0, not {penalty!r}; "
            "None makes the limit hard"
        )
    return float(penalty)


def limit(name: str, word: str, value: Any, unit: str) -> Any:
    """Return a limit as one number or a dict by group, checked; None stands for no limit."""
    rule, is_sound = _RULES.get(unit, _RULES["counts"])
    if value is None:
        return None
    if isinstance(value, pd.Series):
        if not value.index.is_unique:
            raise ProblemError(f"{name}: {word}: the Series repeats groups")
        value = dict(zip(value.index.tolist(), value.tolist(), strict=True))
    if not isinstance(value, Mapping):
        if not _is_number(value) or not is_sound(value):
            raise ProblemError(f"{name}: {word} must be {rule}, not {value!r}")
        return _plain(value)
    found = {group: _plain(number) for group, number in value.items()}
    wrong = [
        f"{group!r}: {number!r}"
        for group, number in found.items()
        if number is not None and not (_is_number(number) and is_sound(number))
    ]
    if wrong:
        raise ProblemError(f"{name}: {word} must be {rule}: {few(wrong, len(wrong))}")
    return found


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _is_number(value: Any) -> bool:
    if isinstance(value, bool | np.bool_) or not isinstance(
        value, int | float | Decimal | np.integer | np.floating
    ):
        return False
    if isinstance(value, int):
        return value.bit_length() < _BITS
    return value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)


def _is_whole(value: Number) -> bool:
    return 0 <= value < 2**53 and value == int(value)


def _is_decimal(value: Number) -> bool:
    held = np.array([value], dtype=object)
    return value >= 0 and bool(in_units(held, PLACES)[1][0])


def _is_money(value: Number) -> bool:
    return 0 <= value < 2**53 / 100


def _is_real(value: Number) -> bool:
    return abs(float(value)) <= 1e200


_RULES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "counts": ("a whole number >= 0", _is_whole),
    "load": (f"a number >= 0 of at most {PLACES} decimal places", _is_decimal),
    "cost": ("a number >= 0", _is_money),
    "score": ("a finite number", _is_real),
}


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    if type(a) is not type(b):
        return not any(map(_is_wide, (a, b))) and bool(a == b)
    if isinstance(a, pd.Series | pd.DataFrame):
        return bool(a.equals(b))
    if sp.issparse(a):
        return a.shape == b.shape and bool((a != b).nnz == 0)
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and bool(pd.Series(a.ravel()).equals(pd.Series(b.ravel())))
    return bool(a == b)


def _is_wide(value: Any) -> bool:
    return hasattr(value, "shape") and bool(value.shape)
