"""How many came to each stage of a centre's year, and which share went on, with its interval."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from talentmatch.errors import ProblemError
from talentmatch.plots.drawing import (
    LEGEND,
    OPEN,
    SOLID,
    WARNING,
    barred,
    counting,
    drawn_on,
    finished,
    shortened,
    titled,
)

if TYPE_CHECKING:
    from talentmatch.plots.drawing import Axes

__all__ = ["funnel_plot"]

_ROWS = 40
_STEP = ("from_stage", "to_stage", "entered", "went_on", "still_open")
_LEAVING = ("rejected", "declined", "withdrawn")
_SHARES = ("share", "low", "high"), ("share_decided", "low_decided", "high_decided")


def funnel_plot(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many came to each stage, or which share went on, by the table that is given.

    Of ``tm.centre.conversion`` each step's share with its 95 % interval: of all cases, in which
    those still open count as not gone on, and of decided cases only. The truth may lie between
    the two. Of ``tm.centre.stage_counts`` a bar per stage; the stages count different things
    (people, visits, pairs), so no share is drawn.

    Parameters
    ----------
    frame : pandas.DataFrame
        As one of the two returns it; rows are drawn in its order.
    ax : matplotlib.axes.Axes, optional
        Drawn into; a figure of its own by default, to be had as ``ax.figure``.

    Returns
    -------
    matplotlib.axes.Axes
        At most 40 rows; the title says how many were left out.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    ProblemError
        The frame is of neither kind.

    Examples
    --------
    >>> import talentmatch as tm
    >>> record = tm.centre.Record(":memory:")
    >>> added = record.add([{"kind": "received", "date": "2021-03-01", "candidate_id": "R1"}])
    >>> ax = funnel_plot(tm.centre.stage_counts(record))
    >>> float(ax.patches[0].get_width())
    1.0
    >>> ax = funnel_plot(tm.centre.conversion(record))
    >>> ax.get_yticklabels()[0].get_text()
    'received → pool'
    """
    if {"stage", "events"} <= set(frame.columns):
        return _counts(frame, ax)
    needed = {*_STEP, *_SHARES[0], *_SHARES[1]}
    missing = sorted(needed - set(frame.columns))
    if missing:
        raise ProblemError(
            "funnel_plot draws the frame of tm.centre.conversion or of tm.centre.stage_counts; "
            f"this one has no {', '.join(missing)}"
        )
    return _steps(frame, ax)


def _counts(frame: pd.DataFrame, ax: Axes | None) -> Axes:
    """A bar of events per stage, and beside it how many different people and places they are."""
    ax = drawn_on(ax, width=7.4, height=1.3 + 0.26 * max(len(frame), 3))
    events = frame["events"].to_numpy(dtype=np.float64)
    leaving = frame["stage"].isin(_LEAVING).to_numpy()
    places = np.arange(len(frame))
    ax.barh(places[~leaving], events[~leaving], height=0.72, color=SOLID, label="came this far")
    ax.barh(places[leaving], events[leaving], height=0.72, label="ended here", **OPEN)
    for place, row in enumerate(frame.to_dict("records")):
        sides = [
            f"{row[noun]:,} {noun if row[noun] != 1 else noun[:-1]}"
            for noun in ("candidates", "demands", "enterprises")
            if row.get(noun)
        ]
        said = f"  {row['events']:,}" + (f"  ({', '.join(sides)})" if sides else "")
        ax.text(row["events"], place, said, va="center", fontsize="small")
    barred(ax, [_words(stage) for stage in frame["stage"]])
    ax.set_xlim(0, 1.9 * max(events.max(initial=0.0), 1.0))
    counting(ax)
    ax.set_xlabel("Events")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), **LEGEND)
    titled(ax, "How many came to each stage", pad=24)
    return finished(ax)


def _steps(frame: pd.DataFrame, ax: Axes | None) -> Axes:
    """Two points with intervals per step, and how many cases stand behind them."""
    shown = frame.head(_ROWS)
    ax = drawn_on(ax, width=7.4, height=1.7 + 0.38 * max(len(shown), 3))
    for kind, shift, colour, marker, label in (
        (_SHARES[0], -0.14, SOLID, "o", "of all: open ones count as not gone on"),
        (_SHARES[1], 0.14, WARNING, "D", "of decided only"),
    ):
        share, low, high = (shown[name].to_numpy(dtype=np.float64) for name in kind)
        known = np.flatnonzero(~np.isnan(share))
        # Wilson's interval may end a rounding inside
        ends = np.maximum(0.0, np.vstack([share - low, high - share]))[:, known]
        ax.errorbar(share[known], known + shift, xerr=ends, fmt=marker, color=colour, capsize=3,
                    markersize=6, label=label)  # fmt: skip
    for place, row in enumerate(shown.to_dict("records")):
        ax.text(1.03, place, _behind(row), va="center", fontsize="small",
                transform=ax.get_yaxis_transform())  # fmt: skip
    barred(ax, [_step(row) for row in shown.to_dict("records")])
    ax.set_xlim(-0.02, 1.02)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], labels=["0 %", "25 %", "50 %", "75 %", "100 %"])
    ax.set_xlabel("Share that went on (95 % interval)")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), **LEGEND)
    left = len(frame) - len(shown)
    more = f"\nThe first {len(shown):,} of {len(frame):,} rows" if left else ""
    titled(ax, f"Who went on, of those who came to a stage{more}", pad=24)
    return finished(ax)


def _behind(row: dict[Hashable, Any]) -> str:
    """The cases behind a share."""
    if not row["entered"]:
        return "nobody yet"
    still = f", {row['still_open']:,.0f} open" if row["still_open"] else ""
    return f"{row['went_on']:,.0f} of {row['entered']:,.0f}{still}"


def _step(row: dict[Hashable, Any]) -> str:
    step = f"{_words(row['from_stage'])} → {_words(row['to_stage'])}"
    return f"{shortened(row['group'], most=24)}: {step}" if "group" in row else step


def _words(stage: object) -> str:
    return shortened(str(stage).replace("_", " "))
