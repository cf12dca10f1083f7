"""What is scarce: the prices of candidates, openings and limits, side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from talentmatch.comparing import last_aim
from talentmatch.errors import ProblemError
from talentmatch.outcomes import Status
from talentmatch.plots.drawing import (
    LEGEND,
    QUIET,
    SOLID,
    WARNING,
    barred,
    check_most,
    drawn_on,
    finished,
    shortened,
    titled,
)
from talentmatch.reporting.escaping import plain_text
from talentmatch.result import Result
from talentmatch.worth import scarcity

if TYPE_CHECKING:
    from talentmatch.plots.drawing import Axes

__all__ = ["scarcity_plot"]

_NEEDED = ("kind", "id", "price")
_STYLES: dict[str, dict[str, Any]] = {
    "candidate": {"color": SOLID, "label": "candidates: one more unit of capacity"},
    "demand": {
        "facecolor": "none", "edgecolor": WARNING, "hatch": "////",
        "label": "demands: one more opening",
    },
}  # fmt: skip
_LIMIT: dict[str, Any] = {
    "facecolor": QUIET, "edgecolor": QUIET, "hatch": "..", "alpha": 0.8,
    "label": "limits: one more of their own unit",
}  # fmt: skip


def scarcity_plot(scarce: Result | pd.DataFrame, ax: Axes | None = None, *, top: int = 20) -> Axes:
    """Draw what one more unit of each scarce thing is worth by its price, the dearest first.

    A bar is the gain of the (last) aim from one more unit: about that or at most that, as prices
    are; `marginal_value` tells the exact gain. Units differ between the kinds: an opening, a unit
    of capacity, one of money.

    Parameters
    ----------
    scarce : Result or DataFrame
        A solved problem, or the table of `scarcity`, all of it or a part.
    ax : matplotlib.axes.Axes, optional
        Drawn into; a figure of its own by default, to be had as ``ax.figure``.
    top : int
        Most bars.

    Returns
    -------
    matplotlib.axes.Axes
        One bar per row of the table, in its order.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    NoPlanError
        The result holds no plan.
    ProblemError
        The table lacks columns of `scarcity`; `top` is no whole number above 0.

    Examples
    --------
    >>> import talentmatch as tm
    >>> result = tm.solve(tm.Problem([[0.9, 0.2], [0.8, 0.6]], capacity=[1, 2]))
    >>> ax = scarcity_plot(result)
    >>> [label.get_text() for label in ax.get_yticklabels()], len(ax.patches)
    (['0', '1', '0'], 3)
    """
    check_most(top=top)
    frame = scarcity(scarce, top) if isinstance(scarce, Result) else scarce
    lacking = [name for name in _NEEDED if name not in frame.columns]
    if lacking:
        raise ProblemError(f"the table has no column {lacking[0]!r}; give that of tm.scarcity")
    frame = frame.head(top)
    ax = drawn_on(ax, height=1.8 + 0.26 * max(len(frame), 3))
    named: set[str] = set()
    digits = _digits(float(frame["price"].max())) if len(frame) else 0
    for place, (kind, price) in enumerate(zip(frame["kind"], frame["price"], strict=True)):
        style = dict(_STYLES.get(str(kind), _LIMIT))
        if style["label"] in named:
            del style["label"]
        named.add(style.get("label", ""))
        ax.barh(place, price, height=0.72, **style)
        ax.text(price, place, f"  {price:,.{digits}f}", va="center", fontsize="small")
    barred(ax, [_label(kind, id) for kind, id in zip(frame["kind"], frame["id"], strict=True)])
    ax.set_xlim(0, 1.15 * float(frame["price"].max()) if len(frame) else 1)
    ax.set_xlabel("Gain from one more unit")
    if len(frame):
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), **(LEGEND | {"ncols": 1}))
    else:
        ax.set_xticks([])
        ax.text(0.5, 0.5, "Nothing is scarce: no price is above zero", ha="center",
                transform=ax.transAxes)  # fmt: skip
    said = (
        f"What is scarce, the dearest first\nOne more unit gains {_word(scarce)} this, by its price"
    )
    titled(ax, said if len(frame) else "What is scarce", pad=8 + 15 * len(named - {""}))
    return finished(ax)


def _label(kind: object, id: object) -> str:
    """The id alone where the colour says the rest; a limit's name, and its group if it has any."""
    if kind in _STYLES:
        return shortened(id)
    group = plain_text(id).strip()
    return shortened(f"{kind}: {group}" if group else kind)


def _digits(largest: float) -> int:
    """Decimals with which the largest price has three figures."""
    return max(0, 2 - math.floor(math.log10(largest))) if largest > 0 else 0


def _word(scarce: Result | pd.DataFrame) -> str:
    """How prices are to be read: as `marginal_value` says, with ``exact=False``."""
    if not isinstance(scarce, Result):
        return "about or at most"
    is_sure = scarce.status is Status.OPTIMAL and scarce.price_kind == "dual"
    return "at most" if is_sure and last_aim(scarce).startswith("total") else "about"
