"""What calibrated scores were worth: predicted against observed shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from talentmatch.errors import ProblemError
from talentmatch.plots.drawing import LEGEND, QUIET, SOLID, WARNING, drawn_on

if TYPE_CHECKING:
    from talentmatch.learning.calibration import Calibration
    from talentmatch.learning.reliability import Bin
    from talentmatch.plots.drawing import Axes

__all__ = ["reliability_plot"]

_FIRM = 30  # pairs from which an interval may widen the picture


def reliability_plot(calibration: Calibration, ax: Axes | None = None) -> Axes:
    """Draw predicted against observed shares, out of fold, and how many pairs stand behind each.

    A point on the diagonal means what it says. One whose 95 % interval misses the diagonal is off
    by more than chance: below it the probabilities promise too much, above it too little. Of
    sound points one in twenty looks like that too.

    Parameters
    ----------
    calibration : Calibration
        Of `calibrate`.
    ax : matplotlib.axes.Axes, optional
        Drawn into; a figure of its own by default, to be had as ``ax.figure``.

    Returns
    -------
    matplotlib.axes.Axes
        The counts are its child axes below.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    ProblemError
        The calibration has no reliability table.

    Examples
    --------
    >>> from talentmatch.learning.calibration import calibrate
    >>> found = calibrate([0.1, 0.2, 0.3, 0.4] * 5, [0, 0, 1, 1] * 5)
    >>> ax = reliability_plot(found)
    >>> ax.get_title(loc="left").splitlines()[0]
    'What a probability was worth (isotonic, out of fold)'
    """
    if not calibration.bins:
        raise ProblemError("the calibration has no reliability table; make it with calibrate")
    ax = drawn_on(ax, width=6.0, height=6.8)
    top = _edge(calibration.bins)
    ax.plot([0, top], [0, top], color=QUIET, linewidth=1, linestyle="--", zorder=1)
    sound = [one for one in calibration.bins if _meets(one)]
    off = [one for one in calibration.bins if not _meets(one)]
    _points(ax, sound, SOLID, "o", "as predicted, within chance")
    _points(ax, off, WARNING, "D", "off by more than chance")
    ax.set_xlim(0, top)
    ax.set_ylim(0, top)
    ax.set_ylabel("Observed share of good outcomes (95 % interval)")
    ax.tick_params(labelbottom=False)
    ax.grid(alpha=0.25)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), **LEGEND)
    ax.set_title(
        f"What a probability was worth ({calibration.method}, out of fold)\n"
        f"Brier {calibration.brier_before:.4f} (base rate) → {calibration.brier:.4f}, "
        f"n = {calibration.count:,}, {calibration.positives:,} good",
        loc="left",
        fontsize="medium",
        pad=24,
    )
    _counts(ax, calibration.bins)
    return ax


def _edge(bins: tuple[Bin, ...]) -> float:
    """Where the picture ends; intervals of a handful of pairs may run out of it."""
    firm = (one.observed_high for one in bins if one.count >= _FIRM)
    return min(1.0, 1.05 * max(*firm, *(max(one.high, one.observed) for one in bins), 0.0))


def _meets(one: Bin) -> bool:
    """Whether the interval of a bin holds its mean prediction."""
    return one.observed_low <= one.predicted <= one.observed_high


def _points(ax: Axes, bins: list[Bin], colour: str, marker: str, label: str) -> None:
    """Observed shares with their intervals; nothing, not even in the legend, without bins."""
    if not bins:
        return
    x, y = np.array([(one.predicted, one.observed) for one in bins]).T
    ends = np.array([(one.observed_low, one.observed_high) for one in bins]).T
    bars = np.maximum(0.0, np.abs(ends - y))  # Wilson's interval may end a rounding inside
    ax.errorbar(
        x, y, yerr=bars, fmt=marker, color=colour, capsize=3, markersize=6, label=label, zorder=3
    )


def _short(n: float) -> str:
    """A count that fits on its bar."""
    return f"{n:,.0f}" if n < 10_000 else f"{n / 1000:,.0f}k"


def _counts(ax: Axes, bins: tuple[Bin, ...]) -> None:
    """A strip of bars below the axes: how many pairs each range holds."""
    strip = ax.inset_axes((0.0, -0.24, 1.0, 0.2), sharex=ax)
    low, width, count = np.array([(one.low, one.high - one.low, one.count) for one in bins]).T
    bars = strip.bar(low, count, width, align="edge", color=QUIET, edgecolor=ax.get_facecolor())
    strip.bar_label(bars, [_short(n) for n in count.tolist()], fontsize="x-small", padding=1)
    strip.set_ylim(0, 1.3 * count.max())
    strip.set_yticks([])
    strip.set_ylabel("Pairs")
    strip.set_xlabel("Predicted probability")
    for side in ("top", "right", "left"):
        strip.spines[side].set_visible(False)
