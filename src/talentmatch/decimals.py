"""Exact decimals: numbers as whole multiples of a tenth, a hundredth or a millionth.

Money and hours are written in decimals that no binary float holds. Counted in whole units they
add up exactly, and ``0.1 + 0.1 + 0.1 <= 0.3`` is true.
"""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talentmatch.tables.cells import plain

__all__ = ["PLACES", "coarsest", "in_units", "reals", "spoken"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PLACES = 6  # most decimal places of a load or a capacity
_NEAR = 1e-6  # a float may miss its decimal by so much of a unit
_ROUNDING = 2.0**-50  # or by what float64 itself may miss it
_DIGITS = 300  # beyond so many a number is none of ours, and float64 has no room for it
_LARGEST = 2.0**53  # from here on float64 does not hold every whole number


def in_units(values: NDArray[Any], places: int) -> tuple[Floats, Bools]:
    """Numbers in units of ``10**-places``, and which of them are whole multiples of it.

    Parameters
    ----------
    values : array of any type
        Whole numbers, floats, Decimals or texts of numbers.
    places : int
        Decimal places of the unit.

    Returns
    -------
    (float64 array, bool array)
        The numbers, rounded where they are multiples to a millionth of a unit; nan where there is
        no number.

    Examples
    --------
    >>> units, whole = in_units(np.array([0.1 + 0.2, 1 / 3]), 2)
    >>> units[0].item(), whole.tolist()
    (30.0, [True, False])
    """
    kind = values.dtype.kind
    if kind in "iuf":
        with np.errstate(invalid="ignore", over="ignore"):
            units = values.astype(np.float64) * 10.0**places
            rounded = np.rint(units)
            size = np.abs(units)
            near = np.abs(units - rounded) <= np.maximum(_NEAR, size * _ROUNDING)
        whole: Bools = near & (size < _LARGEST)
        return np.where(whole, rounded, units), whole
    pairs = [_one(cell, places) for cell in values.ravel().tolist()]
    units = np.array([unit for unit, _ in pairs], dtype=np.float64).reshape(values.shape)
    return units, np.array([flag for _, flag in pairs], dtype=bool).reshape(values.shape)


def reals(values: NDArray[Any]) -> Floats:
    """Numbers as they are, of any kind; nan where there is none.

    Examples
    --------
    >>> reals(np.array([1, "2.5", None], dtype=object)).tolist()
    [1.0, 2.5, nan]
    """
    if values.dtype.kind in "iuf":
        return values.astype(np.float64)
    found = [_real(cell) for cell in values.ravel().tolist()]
    return np.array(found, dtype=np.float64).reshape(values.shape)


def coarsest(places: int, *units: Floats) -> int:
    """Fewest decimal places that hold all these numbers of ``10**-places``.

    Examples
    --------
    >>> coarsest(6, np.array([500000.0, 2000000.0]))
    1
    """
    needed = 0
    while needed < places:
        step = 10.0 ** (places - needed)
        if all((part[np.isfinite(part)] % step == 0).all() for part in units):
            break
        needed += 1
    return needed


def spoken(units: float, scale: int) -> str:
    """Return a number of units as people write it.

    Examples
    --------
    >>> spoken(120050.0, 100), spoken(3.0, 1)
    ('1200.5', '3')
    """
    if not float(units).is_integer():
        return f"{units / scale:.12g}"
    value = Decimal(int(units)) / scale
    return format(value.normalize() if value % 1 else value.quantize(Decimal(1)), "f")


def _one(cell: object, places: int) -> tuple[float, bool]:
    """One number in units, and whether it is whole."""
    number = _number(cell)
    if isinstance(number, float):
        units, whole = in_units(np.array([number]), places)
        return float(units[0]), bool(whole[0])
    exact = number * 10**places
    return float(exact), exact.denominator == 1 and abs(exact) < _LARGEST


def _real(cell: object) -> float:
    return float(_number(cell))


def _number(cell: object) -> float | Fraction:
    """A float as it is, other numbers exactly; nan for what is no number."""
    cell = plain(cell)
    if isinstance(cell, str):
        try:
            cell = Decimal(cell.strip())
        except InvalidOperation:
            return math.nan
    if isinstance(cell, Decimal) and not (cell.is_finite() and abs(cell.adjusted()) < _DIGITS):
        return float(cell)
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return math.nan
    if isinstance(cell, int) and cell.bit_length() > _DIGITS:
        return math.inf if cell > 0 else -math.inf
    return cell if isinstance(cell, float) else Fraction(cell)
