"""What every picture needs: axes, colours that all eyes tell apart, labels that can be read."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from talentmatch.errors import MissingExtraError, ProblemError
from talentmatch.reporting.escaping import plain_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes  # for the modules beside: one room knows matplotlib

__all__ = [
    "LEGEND",
    "OPEN",
    "QUIET",
    "SOLID",
    "WARNING",
    "barred",
    "check_most",
    "counting",
    "drawn_on",
    "finished",
    "in_percent",
    "shortened",
    "titled",
]

# Told apart by lightness too: in print, and by eyes that see no red or no green.
SOLID, WARNING, QUIET = "#0b6e99", "#d1495b", "#8a8f98"
OPEN: dict[str, Any] = {"facecolor": "none", "edgecolor": WARNING, "hatch": "////", "linewidth": 1}
LEGEND: dict[str, Any] = {
    "ncols": 2,
    "frameon": False,
    "fontsize": "small",
    "borderpad": 0.3,
    "borderaxespad": 0,
    "columnspacing": 1.2,
    "handletextpad": 0.4,
}
_FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC",
    "Microsoft YaHei", "Hiragino Sans GB", "Heiti SC", "STHeiti", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "SimHei", "DengXian", "Noto Sans CJK JP", "Noto Serif CJK SC",
    "Noto Serif CJK JP", "Droid Sans Fallback", "Arial Unicode MS", "SimSun", "Songti SC",
)  # fmt: skip


def drawn_on(ax: Axes | None, *, width: float = 6.4, height: float = 4.8) -> Axes:
    """Return the axes to draw into: those given, or those of a new figure outside pyplot.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
        As given by the caller.
    width, height : float
        Of a new figure, in inches.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.

    Examples
    --------
    >>> drawn_on(None).figure.get_size_inches().tolist()
    [6.4, 4.8]
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("drawing", "matplotlib", "plot") from error
    if ax is not None:
        return ax
    return Figure(figsize=(width, height), layout="constrained").add_subplot()


def shortened(value: object, *, most: int = 30) -> str:
    """Return a value as a label of one line, shortened in the middle, where ids differ least.

    Parameters
    ----------
    value : object
        An id or a name; "not stated" where it is missing.
    most : int
        The widest label, in Latin characters; a Chinese one takes two.

    Examples
    --------
    >>> shortened("expert-2021-000000000000000000000000017"), shortened(None), shortened(7)
    ('expert-2021-000…00000000000017', 'not stated', '7')
    """
    text = plain_text(value).strip()
    if _width(text) <= most:
        return text or "not stated"
    room = most - 1
    head, tail = _fitting(text, room - room // 2), _fitting(text[::-1], room // 2)[::-1]
    return f"{head}…{tail}"


def check_most(**numbers: int) -> None:
    """Raise `ProblemError` unless these are whole numbers >= 1.

    Examples
    --------
    >>> check_most(top=20)
    """
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise ProblemError(f"{name} must be a whole number >= 1, not {number!r}")


def titled(ax: Axes, title: str, *, pad: float = 6) -> None:
    """Set a title of two lines, flush left: what it is, and what it comes to.

    Parameters
    ----------
    ax : Axes
        Any.
    title : str
        Never taken for mathematics.
    pad : float
        Points between it and the axes: 24 above one line of legend.

    Examples
    --------
    >>> ax = drawn_on(None)
    >>> titled(ax, "Scores")
    >>> ax.get_title(loc="left")
    'Scores'
    """
    ax.set_title(title, loc="left", fontsize="medium", pad=pad, parse_math=False)


def counting(ax: Axes) -> None:
    """Put ticks of the horizontal axis at whole numbers only.

    Examples
    --------
    >>> counting(drawn_on(None))
    """
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def in_percent(ax: Axes, *, few: bool) -> None:
    """Show shares on a log scale of the vertical axis, with ticks in percent.

    Parameters
    ----------
    ax : Axes
        Of shares.
    few : bool
        Whether ticks stand at powers of ten only; otherwise at twice and five times these too.

    Examples
    --------
    >>> ax = drawn_on(None)
    >>> in_percent(ax, few=True)
    >>> ax.get_yscale()
    'log'
    """
    from matplotlib.ticker import LogLocator, NullLocator

    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0,) if few else (1.0, 2.0, 5.0), numticks=5))
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.3g} %")
    ax.yaxis.set_minor_locator(NullLocator())


def barred(ax: Axes, labels: Sequence[str]) -> None:
    """Label rows of horizontal bars, the first on top, and take away what says nothing.

    Parameters
    ----------
    ax : Axes
        With bars at 0, 1, 2 and so on.
    labels : sequence of str
        One per row.

    Examples
    --------
    >>> ax = drawn_on(None)
    >>> barred(ax, ["R1", "R2"])
    >>> [float(end) for end in ax.get_ylim()], [label.get_text() for label in ax.get_yticklabels()]
    ([1.6, -0.6], ['R1', 'R2'])
    """
    from matplotlib.patches import Rectangle

    ax.set_yticks(range(len(labels)), labels=list(labels), fontsize="small", parse_math=False)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    for bar in ax.patches:
        if isinstance(bar, Rectangle) and not bar.get_width():
            bar.set_visible(False)  # the edge of an empty bar is a line that misleads
    ax.grid(axis="x", alpha=0.25)
    ax.set_axisbelow(True)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)


def finished(ax: Axes) -> Axes:
    """Make every text of the axes readable: its font, its colour.

    Chinese gets a font that has it, after the user's own. Where none is installed it is said once
    per process, as a `UserWarning`, and boxes are drawn. The colour is that of the axes' labels,
    also where the axes were made in another style.

    Parameters
    ----------
    ax : Axes
        With all its texts; those of its child axes belong to it.

    Examples
    --------
    >>> finished(drawn_on(None)).get_title()
    ''
    """
    from matplotlib.text import Text

    ink = ax.xaxis.label.get_color()
    on_axis = {*ax.xaxis.findobj(Text), *ax.yaxis.findobj(Text)}  # these have the colours of ticks
    for text in ax.findobj(Text):
        if not isinstance(text, Text):
            continue
        if text not in on_axis:
            text.set_color(ink)
        family = _family(text.get_text(), tuple(text.get_fontfamily()))
        if family:
            text.set_fontfamily(family)
    return ax


def _family(text: str, now: tuple[str, ...]) -> list[str] | None:
    """The families that have the characters of a text, where those of now have not."""
    wide = "".join(sorted({c for c in text if ord(c) >= 0x2E80}))
    if not wide or _covers(now, wide):
        return None
    for name in _installed():
        if _covers((name,), wide):
            return [*now, name]
    _tell()
    return None


@cache
def _tell() -> None:
    """Say once what is missing."""
    warnings.warn(
        "no installed font has all of the Chinese characters in the labels; install one, such as "
        "Noto Sans CJK SC",
        stacklevel=5,
    )


@cache
def _installed() -> tuple[str, ...]:
    """The families known to have Chinese that are on this machine, the fittest first."""
    from matplotlib.font_manager import fontManager

    names = {font.name for font in fontManager.ttflist}
    marks = ("CJK", "Han Sans", "Han Serif", "Hei", "Song", "Kai", "Ming", "Fang")
    others = sorted(name for name in names if any(mark in name for mark in marks))
    return tuple(dict.fromkeys([*(name for name in _FAMILIES if name in names), *others]))


@lru_cache(maxsize=4096)
def _covers(families: tuple[str, ...], characters: str) -> bool:
    """Whether one of the families in turn has each of the characters."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    left = set(characters)
    for family in families:
        try:
            path = findfont(FontProperties(family=family), fallback_to_default=False)
        except ValueError:  # not installed
            continue
        font = get_font(path)
        left = {c for c in left if not font.get_char_index(ord(c))}
    return not left


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _fitting(text: str, room: int) -> str:
    """The longest beginning of a text that fits."""
    end, width = 0, 0
    for c in text:
        width += _width(c)
        if width > room:
            break
        end += 1
    return text[:end]
