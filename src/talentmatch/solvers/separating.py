"""Cuts for expected contracts: found where a point breaks them, or at a plan."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from talentmatch.contracts import chances_of_room, expected_signatures, level_cut
from talentmatch.errors import SolverError
from talentmatch.solvers.master import Listed
from talentmatch.solvers.signing import Cut, Signing

__all__ = ["cuts_at", "cuts_off"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_LEVELS = 4  # of a cut
_WIDE = 97  # headcount from which a cut of two levels has too many multisets
_DEEP = 1e-6  # contracts by which a fractional point must break a cut
_SHALLOW = 1e-12  # the same of a plan


def cuts_off(stage: Signing, cuts: list[Cut], pairs: Listed, x: Floats) -> list[Cut]:
    """Cuts that hold for every plan and that a point breaks, one for each demand at most.

    Parameters
    ----------
    stage : Signing
        The aim.
    cuts : list of Cut
        Those that stand already.
    pairs : Listed
        The pairs of the point.
    x : float array (pairs,)
        The point, from 0 to 1.
    """
    found = []
    for j, rows, p, part, worth in _in_use(stage, cuts, pairs, x):
        if stage.most[j] >= _WIDE or stage.largest[j] - p.min() <= 1e-9:
            continue  # with one level it is the bound that stands already
        cut = _level_cut(stage, j, p, part)
        if cut.at(rows, p, part) < worth - _DEEP:
            found.append(cut)
    return found


def cuts_at(stage: Signing, cuts: list[Cut], pairs: Listed, x: Floats) -> list[Cut]:
    """Cuts that hold for every plan and are tight at one, where more was hoped for.

    Adding pair i to a set T of the demand gains p_i P(X_T < o), and less where more is added
    (Nemhauser, Wolsey and Fisher 1978): worth <= worth of T + the sum of these outside T.

    Parameters
    ----------
    stage, cuts, pairs
        As for `cuts_off`.
    x : float array (pairs,)
        The plan, of zeros and ones.
    """
    found = []
    for j, rows, p, part, hoped in _in_use(stage, cuts, pairs, x):
        one, opening = np.zeros(len(p), dtype=np.intp), stage.openings[[j]]
        worth = float(expected_signatures(one, p, opening)[0])
        if hoped <= worth + _SHALLOW:
            continue
        if stage.most[j] < _WIDE:
            cut = _level_cut(stage, j, p, part)
            if cut.at(rows, p, part) < hoped - _SHALLOW:
                found.append(cut)
            if cut.at(rows, p, part) <= worth + _SHALLOW:
                continue
        ends = np.array([0.0, 1.0])
        room = float(chances_of_room(one, p, opening)[0])
        found.append(Cut(j, worth, ends, ends * room, rows))
    return found


def _level_cut(stage: Signing, j: int, p: Floats, x: Floats) -> Cut:
    """The cut of one demand from its pairs in use; it goes straight from knot to knot."""
    knots = np.unique(np.append(p[p > 0], stage.largest[j]))
    here = np.array([x[p == knot].sum() for knot in knots])
    none, opening = np.empty(0, dtype=np.intp), int(stage.openings[j])
    try:
        constant, heights = level_cut(knots, here, opening, int(stage.most[j]), _LEVELS)
    except SolverError:  # the plan and its bound stand without the cut
        constant, heights = float(opening), 0.0 * knots
    return Cut(j, constant, np.append(0.0, knots), np.append(0.0, heights), none)


def _in_use(
    stage: Signing, cuts: list[Cut], pairs: Listed, x: Floats
) -> Iterator[tuple[int, Ints, Floats, Floats, float]]:
    """Of each demand with pairs in use: rows, probabilities, x, and the worth they may claim."""
    used = np.flatnonzero((x > 1e-9) & (stage.columns[pairs.cols] >= 0))
    used = used[np.argsort(pairs.cols[used], kind="stable")]
    rows, cols = pairs.rows[used], pairs.cols[used]
    p, both = stage.of_pairs(rows, cols), stage.segments()
    mine: dict[int, list[Cut]] = {}
    for cut in cuts:
        mine.setdefault(cut.demand, []).append(cut)
    for part in np.split(np.arange(len(used)), np.flatnonzero(np.diff(cols)) + 1):
        if not len(part):
            continue
        j = int(cols[part[0]])
        r, q, own = rows[part], p[part], x[used[part]]
        widths, slopes = (side[j] for side in both)
        filled = np.clip(q @ own - (np.cumsum(widths) - widths), 0, widths)
        worths = [float(slopes @ filled), *(cut.at(r, q, own) for cut in mine.get(j, []))]
        yield j, r, q, own, min(worths)
