"""The scores of all eligible pairs, and where among them the plan's pairs stand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from talentmatch.errors import ProblemError
from talentmatch.plots.drawing import (
    LEGEND,
    QUIET,
    SOLID,
    WARNING,
    check_most,
    drawn_on,
    finished,
    titled,
)
from talentmatch.problem import Problem
from talentmatch.result import Result
from talentmatch.rules import Gate

if TYPE_CHECKING:
    from talentmatch.plots.drawing import Axes

__all__ = ["ScoreCounts", "count_scores", "score_plot"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_FEWEST = 200  # candidates that are looked at, however many demands there are
_AT_ONCE = 2**21  # scores
_STEEP = 20  # so many times more eligible than chosen pairs in a bar: counts need a log scale
_LOWEST = 0.7  # where bars begin on a log scale, so that a single pair can be seen


@dataclass(frozen=True, eq=False)
class ScoreCounts:
    """How many pairs have which score.

    Parameters
    ----------
    edges : float array, shape (bins + 1,)
        Ends of the ranges; `min_score` is one of them where there is one.
    eligible : float array, shape (bins,)
        Pairs that the rules let pass, those below `min_score` included; an estimate where not all
        candidates were looked at.
    chosen : int array, shape (bins,)
        Pairs of the plan.
    looked_at, pairs : int
        How many pairs were looked at, of how many, eligible or not.
    """

    edges: Floats
    eligible: Floats
    chosen: Ints
    looked_at: int
    pairs: int

    @property
    def is_sampled(self) -> bool:
        """Whether the eligible pairs are an estimate."""
        return self.looked_at < self.pairs


def score_plot(
    result: Result, ax: Axes | None = None, *, bins: int = 40, most: int = 2**24, seed: int = 0
) -> Axes:
    """Draw how many pairs have which score, with the pairs chosen and the `min_score` line.

    The bars behind are all pairs that the rules let pass; the ones in front are those of the plan.
    Where a plan leaves good scores unused, capacities, headcounts or limits stand in the way.

    Parameters
    ----------
    result : Result
        With a plan.
    ax : matplotlib.axes.Axes, optional
        Drawn into; a figure of its own by default, to be had as ``ax.figure``.
    bins : int
        About how many ranges of scores.
    most : int
        Pairs that are looked at. Of larger problems a random sample is: of the candidates, at
        least 200 of them with all their pairs, or of the pairs where the scores are a sparse
        matrix. The picture says so.
    seed : int
        Of the sample.

    Returns
    -------
    matplotlib.axes.Axes
        Its counts are on a log scale where some bar has more than 20 times as many eligible pairs
        as the highest of the plan's; the axis says so.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    NoPlanError
        The result holds no plan.
    ProblemError
        `bins` or `most` is no whole number above 0.

    Examples
    --------
    >>> import talentmatch as tm
    >>> ax = score_plot(tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]], min_score=0.5)))
    >>> ax.get_title(loc="left").splitlines()[1]
    '2 of 3 eligible pairs chosen'
    """
    counts = count_scores(result, bins=bins, most=most, seed=seed)
    ax = drawn_on(ax)
    line = result.problem.min_score
    below = np.zeros(len(counts.chosen), dtype=bool) if line is None else counts.edges[1:] <= line
    highest = counts.eligible.max(initial=1.0)
    is_log = highest > _STEEP * counts.chosen.max(initial=1)
    _layers(ax, counts, below, _LOWEST if is_log else 0.0)
    if line is not None:
        ax.axvline(line, color=WARNING, linewidth=1.5, linestyle="--", label=f"min_score {line:g}")
    if is_log:
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else "")
        ax.set_ylim(_LOWEST, 2 * highest)
    ax.set_xlabel("Score")
    ax.set_ylabel("Pairs (log scale)" if is_log else "Pairs")
    ax.grid(axis="y", alpha=0.25)
    ax.set_axisbelow(True)
    wide = {"ncols": 2 if counts.is_sampled else 4}
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), **(LEGEND | wide))
    said = _title(result, counts, float(counts.eligible[~below].sum()))
    titled(ax, said, pad=42 if counts.is_sampled else 24)
    return finished(ax)


def count_scores(
    result: Result, *, bins: int = 40, most: int = 2**24, seed: int = 0
) -> ScoreCounts:
    """Count pairs by score: what `score_plot` draws.

    Parameters
    ----------
    result : Result
        With a plan.
    bins, most, seed : int
        As for `score_plot`.

    Examples
    --------
    >>> import talentmatch as tm
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]))
    >>> counts = count_scores(result, bins=2)
    >>> counts.eligible.tolist(), counts.chosen.tolist()
    ([1.0, 3.0], [0, 2])
    """
    check_most(bins=bins, most=most)
    chosen = result.pairs["score"].to_numpy(dtype=np.float64)
    problem, line = result.problem, result.problem.min_score
    look = _Look.of(problem, most, seed)
    low, high = np.inf, -np.inf
    for values in look.values():
        low = np.fmin.reduce(values, axis=None, initial=low)
        high = np.fmax.reduce(values, axis=None, initial=high)
    every = [*chosen.tolist(), *(end for end in (low, high) if math.isfinite(end))]
    if not every:
        raise ProblemError("no pair is eligible, so there are no scores to draw")
    edges = _edges(min(every), max(every), bins, line)
    found = np.zeros(len(edges) - 1, dtype=np.int64)
    for values in look.values():
        found += _counted(values[~np.isnan(values)], edges)
    scale = look.pairs / max(look.looked_at, 1)
    ours = _counted(chosen, edges)
    eligible: Floats = np.maximum(found * scale, ours)  # a sample may miss the few best
    return ScoreCounts(edges, eligible, ours, look.looked_at, look.pairs)


@dataclass(frozen=True, eq=False)
class _Look:
    """Which pairs are looked at: those of some candidates, or some of those stored."""

    problem: Problem
    places: Ints  # of candidates; of stored pairs where only these are eligible
    pairs: int
    looked_at: int
    gates: tuple[Gate, ...]

    @classmethod
    def of(cls, problem: Problem, most: int, seed: int) -> _Look:
        (n, m), stored = problem.shape, problem.scores.stored
        if stored is not None:
            places = _some(stored.nnz, most, seed)
            return cls(problem, places, stored.nnz, len(places), problem.gates)
        places = _some(n, max(most // max(m, 1), _FEWEST), seed)
        return cls(problem, places, n * m, len(places) * m, problem.gates)

    def values(self) -> Iterator[Floats]:
        """Their scores, some at a time; nan where not eligible."""
        scores, stored = self.problem.scores, self.problem.scores.stored
        cols = np.arange(scores.shape[1])
        if stored is None and self.looked_at == self.pairs:
            for rows, block in scores.blocks():
                yield self._passed(np.array(block), rows[:, None], cols[None, :])
            return
        step = _AT_ONCE if stored is not None else max(1, _AT_ONCE // max(len(cols), 1))
        for at in range(0, len(self.places), step):
            some = self.places[at : at + step]
            if stored is None:
                block = np.array(scores.block(some))
                yield self._passed(block, some[:, None], cols[None, :])
            else:
                rows = np.searchsorted(stored.indptr, some, side="right") - 1
                those = stored.indices[some].astype(np.intp)
                yield self._passed(np.array(scores.at(rows, those)), rows, those)

    def _passed(self, values: Floats, rows: Ints, cols: Ints) -> Floats:
        """What the problem's rules bar is nan; `min_score` is a line in the picture instead."""
        for gate in self.gates:
            values[~gate.passes(rows, cols)] = np.nan
        return values


def _some(n: int, most: int, seed: int) -> Ints:
    """All of n places, or a random sample of them in order."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, most, replace=False, shuffle=False))


def _edges(low: float, high: float, bins: int, line: float | None) -> Floats:
    """Ends of equal ranges over all scores; one of them is the line."""
    width = (high - low) / bins or max(abs(high), 1.0) / bins
    start = low if line is None else line
    first, last = math.floor((low - start) / width), math.ceil((high - start) / width)
    if line is None:
        first, last = 0, bins
    else:
        first, last = min(first, 0), max(last, 0)
    steps = np.arange(first, max(last, first + 1) + 1, dtype=np.float64)
    edges: Floats = start + width * steps
    if edges[0] < low < edges[1]:
        edges[0] = low  # no room is drawn where there can be no score
    if edges[-2] < high < edges[-1]:
        edges[-1] = high
    return edges


def _counted(values: Floats, edges: Floats) -> NDArray[np.int64]:
    """How many values lie in each range; lower ends belong to it, and the last upper one."""
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    return np.bincount(place, minlength=len(edges) - 1).astype(np.int64)


def _layers(ax: Axes, counts: ScoreCounts, below: NDArray[np.bool_], bottom: float) -> None:
    """The bars: eligible pairs behind, hollow below the line, and those of the plan in front."""
    about, edge = " (estimated)" if counts.is_sampled else "", ax.get_facecolor()
    _bars(ax, counts, counts.eligible, ~below, bottom, color=QUIET, alpha=0.55, edgecolor=edge,
          label=f"eligible pairs{about}")  # fmt: skip
    _bars(ax, counts, counts.eligible, below, bottom, facecolor="none", edgecolor=QUIET,
          label=f"below min_score{about}")  # fmt: skip
    _bars(ax, counts, counts.chosen, ~below, bottom, color=SOLID, edgecolor=edge,
          label="pairs of the plan")  # fmt: skip


def _bars(
    ax: Axes, counts: ScoreCounts, heights: Floats | Ints, which: NDArray[np.bool_],
    bottom: float, **style: Any,
) -> None:  # fmt: skip
    """Bars of some ranges, where there are any pairs."""
    shown = which & (heights > 0)
    if not shown.any():
        return
    left, widths = counts.edges[:-1][shown], np.diff(counts.edges)[shown]
    ax.bar(left, heights[shown] - bottom, widths, bottom=bottom, align="edge",
           linewidth=0.6, **style)  # fmt: skip


def _title(result: Result, counts: ScoreCounts, eligible: float) -> str:
    number = f"about {float(f'{eligible:.3g}'):,.0f}" if counts.is_sampled else f"{eligible:,.0f}"
    second = f"{len(result.pairs):,} of {number} eligible pairs chosen"
    if counts.is_sampled:
        second += f"\nestimated from {100 * counts.looked_at / counts.pairs:.2g} % of all pairs"
    return f"Scores of the plan, among all it could choose from\n{second}"
