"""The bound of a master program from its prices alone, over every eligible pair, in float64."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from talentmatch.solvers.master import Master

__all__ = ["certified_bound"]


def certified_bound(master: Master, prices: NDArray[np.float64]) -> float:
    r"""Upper bound on every plan's objective by weak duality, forming every pair again.

    .. math::
        \sum_k (b_k \pi_k^+ - a_k \pi_k^-) + \sum_{ij} \max(0, r_{ij})
        + \sum_{locked} \min(0, r_{ij}) + \sum_h \max(l_h d_h, u_h d_h),
        \quad r_{ij} = g_{ij} - \sum_k \pi_k a_{k,ij}

    Parameters
    ----------
    master : Master
        Rows with floors a and ceilings b, gains g, further columns h between l and u.
    prices : float array (rows,)
        One per row; any numbers of the right signs give a valid bound.
    """
    terms: list[float] = []
    reduced = np.array(master.further_gains)
    for family, part in zip(master.families, master.split(prices), strict=True):
        for price, low, high in zip(part.tolist(), family.least, family.most, strict=True):
            if price:
                terms.append(price * float(high if price > 0 else low))
        at, column, use = family.extra
        np.subtract.at(reduced, column, part[at] * use)
    for left, low, high in zip(
        reduced.tolist(), master.further.lower, master.further.upper, strict=True
    ):
        end = high if left > 0 else low
        if left and (math.isfinite(end) or abs(left) > 1e-12):
            terms.append(left * end)
    for _, _, left in master.reduced_blocks(prices):
        terms.append(math.fsum(left[left > 0]))
    locked = master.listed(np.empty(0, dtype=np.intp))
    terms += master.reduced(locked, prices).tolist()
    return math.fsum(terms)
