"""How many openings of every enterprise, sector or other group are filled, and how many are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from talentmatch.errors import ProblemError
from talentmatch.plots.drawing import (
    LEGEND,
    OPEN,
    SOLID,
    barred,
    check_most,
    counting,
    drawn_on,
    finished,
    shortened,
    titled,
)
from talentmatch.reporting.escaping import plain_text
from talentmatch.result import Result

if TYPE_CHECKING:
    from talentmatch.plots.drawing import Axes

__all__ = ["fill_counts", "fill_plot"]


def fill_plot(
    result: Result, ax: Axes | None = None, *, by: str | None = None, most: int = 25
) -> Axes:
    """Draw openings filled and open per group, the longest shortage first.

    Parameters
    ----------
    result : Result
        With a plan.
    ax : matplotlib.axes.Axes, optional
        Drawn into; a figure of its own by default, to be had as ``ax.figure``.
    by : str, optional
        A column of the demands' table, such as "enterprise_id" or "sector", or "demand_id". By
        default "enterprise_id" where the table has it, else "demand_id".
    most : int
        Groups with a bar of their own. What the others come to is written below.

    Returns
    -------
    matplotlib.axes.Axes
        One bar per group of `fill_counts`, in its order.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    NoPlanError
        The result holds no plan.
    ProblemError
        The demands have no such column, or several values in a cell of it; `most` is no whole
        number above 0.

    Examples
    --------
    >>> import pandas as pd, talentmatch as tm
    >>> demands = pd.DataFrame({"demand_id": ["X1", "X2"], "enterprise_id": ["E1", "E2"]})
    >>> demands["headcount"] = [2, 1]
    >>> ax = fill_plot(tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.1]], demands=demands)))
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['E2', 'E1']
    """
    check_most(most=most)
    by = by or _usual(result)
    frame = fill_counts(result, by=by)
    shown, rest = frame.head(most), frame.iloc[most:]
    rows = len(shown) + bool(len(rest))
    ax = drawn_on(ax, height=1.7 + 0.24 * max(rows, 3))
    places = np.arange(len(shown))
    filled, missing = shown["filled"].to_numpy(), shown["open"].to_numpy()
    ax.barh(places, filled, color=SOLID, height=0.72, label="filled")
    ax.barh(places, missing, left=filled, height=0.72, label="open", **OPEN)
    for place, (taken, wanted) in enumerate(zip(shown["filled"], shown["openings"], strict=True)):
        ax.text(wanted, place, f"  {_said(taken, wanted)}", va="center", fontsize="small")
    labels = [shortened(group) for group in shown["group"]]
    if len(rest):
        taken, wanted = int(rest["filled"].sum()), int(rest["openings"].sum())
        labels.append(f"{len(rest):,} others")
        ax.text(0, len(shown), f" {_said(taken, wanted)} (no bar)", va="center", style="italic",
                fontsize="small")  # fmt: skip
    barred(ax, labels)
    ax.set_xlim(0, 1.35 * max(int(shown["openings"].max()) if len(shown) else 0, 1))
    counting(ax)
    ax.set_xlabel("Openings")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), **LEGEND)
    titled(ax, _title(frame, by), pad=24)
    return finished(ax)


def fill_counts(result: Result, *, by: str | None = None) -> pd.DataFrame:
    """Count openings filled and open per group: what `fill_plot` draws.

    Parameters
    ----------
    result : Result
        With a plan.
    by : str, optional
        As for `fill_plot`.

    Returns
    -------
    pandas.DataFrame
        group (as text; empty where not stated), demands, openings, filled, open; most open first,
        of these the most openings, then by name.

    Examples
    --------
    >>> import talentmatch as tm
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.7]], headcount=[1, 2]))
    >>> fill_counts(result).to_dict("records")[0]
    {'group': '1', 'demands': 1, 'openings': 2, 'filled': 1, 'open': 1}
    """
    problem, by = result.problem, by or _usual(result)
    took = result.pairs["demand_id"].value_counts()
    openings = np.asarray(problem.headcount, dtype=np.int64)
    filled = took.reindex(problem.demand_ids, fill_value=0).to_numpy(dtype=np.int64)
    each = pd.DataFrame({"group": _groups(result, by), "demands": 1, "openings": openings})
    each["filled"] = filled
    each["open"] = each["openings"] - each["filled"]
    frame = each.groupby("group", as_index=False).sum()
    order = ["open", "openings", "group"]
    return frame.sort_values(order, ascending=[False, False, True], ignore_index=True)


def _usual(result: Result) -> str:
    table = result.problem.demands
    return "enterprise_id" if table is not None and "enterprise_id" in table else "demand_id"


def _groups(result: Result, by: str) -> list[str]:
    """The group of every demand, as text."""
    if by == "demand_id":
        return [plain_text(id) for id in result.problem.demand_ids.tolist()]
    table = result.problem.demands
    if table is None or by not in table.columns:
        names = [] if table is None else [str(name) for name in table.columns]
        hint = f"they have {', '.join(names)}" if names else "there is no table of demands"
        raise ProblemError(f"by={by!r} is no column of the demands; {hint}")
    values = table[by].tolist()
    if any(isinstance(value, list | tuple | set | dict | np.ndarray) for value in values):
        raise ProblemError(f"by={by!r}: a demand has several values there; groups need one")
    return [plain_text(value).strip() for value in values]


def _said(filled: int, openings: int) -> str:
    missing = openings - filled
    return f"{filled:,} of {openings:,}" + (f", {missing:,} open" if missing else "")


def _title(frame: pd.DataFrame, by: str) -> str:
    filled, openings = int(frame["filled"].sum()), int(frame["openings"].sum())
    share = f" ({100 * filled / openings:.1f} %)" if openings else ""
    short = int((frame["open"] > 0).sum())
    return (
        f"Openings filled, by {shortened(by)}: {filled:,} of {openings:,}{share}\n"
        f"{openings - filled:,} open, in {short:,} of {len(frame):,} groups"
    )
