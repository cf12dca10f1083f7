"""How a solve closed in on its answer: the best plan and the bound against time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from talentmatch.errors import ProblemError
from talentmatch.outcomes import OPTIMAL_GAP, Progress, Status, is_closed, relative_gap
from talentmatch.plots.drawing import (
    LEGEND,
    QUIET,
    SOLID,
    WARNING,
    drawn_on,
    finished,
    in_percent,
    titled,
)
from talentmatch.result import Result

if TYPE_CHECKING:
    from talentmatch.plots.drawing import Axes

__all__ = ["convergence", "convergence_plot"]

_NEAR = 1.5  # a bound farther off than this many times the best plan runs out of the picture


def convergence_plot(
    states: Iterable[Progress], ax: Axes | None = None, *, result: Result | None = None
) -> Axes:
    """Draw the bound and the best plan of a solve against its seconds; between them is the gap.

    Parameters
    ----------
    states : iterable of Progress
        What ``solve(progress=states.append)`` gathered in a list. Where several aims were pursued
        those of the last one are drawn: totals of different aims do not compare.
    ax : matplotlib.axes.Axes, optional
        Drawn into; a figure of its own by default, to be had as ``ax.figure``.
    result : Result, optional
        What the solve returned; the picture then ends there.

    Returns
    -------
    matplotlib.axes.Axes
        The two steps of `convergence`. Its child axes below show the relative gap on a log scale;
        less than rounding is drawn as rounding.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    ProblemError
        `states` are none, or no states.

    Examples
    --------
    >>> import talentmatch as tm
    >>> states = []
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]]), progress=states.append)
    >>> ax = convergence_plot(states, result=result)
    >>> ax.get_title(loc="left").splitlines()[1]
    'Closed: the best plan reaches the bound, 1.6'
    """
    frame = convergence(states, result=result)
    own = ax is None
    ax = drawn_on(ax, height=5.8)
    known = frame[frame["objective"].notna()]
    bounded = frame[frame["bound"].notna()]
    _step(ax, bounded, "bound", WARNING, "--", "D", "bound: no plan can be better")
    _step(ax, known, "objective", SOLID, "-", "o", "best plan so far")
    both = frame.dropna()
    if len(both) > 1:
        ax.fill_between(both["seconds"], both["objective"], both["bound"], step="post",
                        color=QUIET, alpha=0.25, linewidth=0, label="gap")  # fmt: skip
    _limits(ax, known["objective"].to_numpy(), bounded["bound"].to_numpy())
    ax.set_xlim(0, max(1.03 * float(frame["seconds"].max()), 1e-3))
    _gaps(ax, both).set_xlabel("Seconds")
    ax.set_ylabel(f"Value of {frame.attrs['aim']}" if frame.attrs["aim"] else "Value")
    ax.grid(alpha=0.25)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), **(LEGEND | {"ncols": 3}))
    titled(ax, f"How the search closed in\n{_end(frame)}", pad=24)
    finished(ax)
    if own:
        # the layout needs two goes to make room for the strip
        ax.figure.draw_without_rendering()  # type: ignore[union-attr]  # it is no part of another
    return ax


def convergence(states: Iterable[Progress], *, result: Result | None = None) -> pd.DataFrame:
    """List the best plan and bound known at each moment: what `convergence_plot` draws.

    Parameters
    ----------
    states, result
        As for `convergence_plot`.

    Returns
    -------
    pandas.DataFrame
        seconds, objective (the best so far) and bound (the lowest so far); nan where not known.
        ``attrs["aim"]`` names the aim where the states do.

    Raises
    ------
    ProblemError
        `states` are none, or no states.

    Examples
    --------
    >>> from talentmatch.outcomes import Progress
    >>> first = Progress("pricing", 1, 9, 1.0, 3.0, 2.0, 0.1)
    >>> convergence([first, Progress("pricing", 2, 9, 2.0, 4.0, 1.0, 0.2)]).values.tolist()
    [[0.1, 1.0, 3.0], [0.2, 2.0, 3.0]]
    """
    found = _checked(states)
    aim = _aim(found[-1])
    # a solve that lowers floors begins a second time, with a clock and bounds of its own
    again = [k for k in range(1, len(found)) if found[k].seconds < found[k - 1].seconds]
    last = [state for state in found[again[-1] if again else 0 :] if _aim(state) == aim]
    rows = [(state.seconds, state.objective, state.bound) for state in last]
    if result is not None:
        has_plan = result.status in (Status.OPTIMAL, Status.FEASIBLE)
        rows.append((result.seconds, result.objective if has_plan else math.nan, result.bound))
    frame = pd.DataFrame(rows, columns=["seconds", "objective", "bound"], dtype=np.float64)
    frame = frame.replace([math.inf, -math.inf], math.nan).sort_values("seconds", kind="stable")
    frame["objective"] = frame["objective"].cummax().ffill()
    frame["bound"] = frame["bound"].cummin().ffill()
    frame.attrs["aim"] = aim
    return frame.reset_index(drop=True)


def _checked(states: Any) -> list[Progress]:
    hint = "gather them: states = []; tm.solve(problem, progress=states.append)"
    if isinstance(states, Result):
        raise ProblemError(f"a Result keeps no history; {hint}")
    found = list(states) if isinstance(states, Iterable) else [states]
    strange = [state for state in found if not isinstance(state, Progress)]
    if strange:
        raise ProblemError(f"not a Progress: {strange[0]!r}; {hint}")
    if not found:
        raise ProblemError(f"there are no states of a solve; {hint}")
    return found


def _aim(state: Progress) -> str:
    """The aim that was pursued; empty where the search names none."""
    return state.stage.rpartition(": ")[0]


def _step(
    ax: Axes, frame: pd.DataFrame, column: str, colour: str, line: str, marker: str, label: str
) -> None:
    """A line that stands until something better is known."""
    if not len(frame):
        return
    ax.step(frame["seconds"], frame[column], where="post", color=colour, linestyle=line,
            marker=marker, markersize=4, label=label, zorder=3)  # fmt: skip


def _gaps(ax: Axes, both: pd.DataFrame) -> Axes:
    """A strip below with the relative gap, which soon is too small to be seen above.

    Returns the axes at the bottom: those above where plan and bound were never both known.
    """
    if not len(both):
        return ax
    ax.tick_params(labelbottom=False)
    strip = ax.inset_axes((0.0, -0.33, 1.0, 0.27), sharex=ax)
    gaps = [relative_gap(bound, value, abs(value)) for _, value, bound in both.itertuples(False)]
    shown = np.maximum(gaps, OPTIMAL_GAP)  # less than this is rounding
    strip.step(both["seconds"], shown, where="post", color=QUIET, marker="o", markersize=4)
    in_percent(strip, few=shown.max() > 100 * shown.min())
    strip.set_ylabel("Gap (log scale)")
    strip.grid(alpha=0.25)
    return strip


def _limits(ax: Axes, values: Any, bounds: Any) -> None:
    """Keep the best plan large where the first bounds are far above it."""
    if not len(values) or not len(bounds):
        return
    far = values[-1] + _NEAR * max(abs(values[-1]), 1e-9)
    near = [*values, *(bound for bound in bounds if bound <= far)]
    room = 0.06 * (max(near) - min(near)) or 0.05 * max(abs(values[-1]), 1e-9)
    ax.set_ylim(min(near) - room, max(near) + room)


def _end(frame: pd.DataFrame) -> str:
    value, bound = frame["objective"].iloc[-1], frame["bound"].iloc[-1]
    if math.isnan(value):
        return "No plan was found yet"
    if math.isnan(bound):
        return f"Best plan {value:.6g}; no bound is known yet"
    gap = (bound - value) / max(abs(value), 1e-9)
    if is_closed(bound, value, abs(value)):
        return f"Closed: the best plan reaches the bound, {bound:.6g}"
    return f"Best plan {value:.6g}, bound {bound:.6g}: at most {100 * gap:.2g} % better is possible"
