"""How objects show themselves: one line of text, and a card in a notebook that says the same.

A card is a fragment of HTML that stands in somebody else's page, so it brings no style sheet, no
script and no colours of its own: text and lines take the page's colour, dark or light. (The report
is a whole page with a style sheet, and builds its tables in `talentmatch.reporting.page`.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

__all__ = ["Markup", "Shown", "bar", "card", "clipped", "few_rows", "said"]

_LINE = 240  # characters of a line
_CELL = 40  # characters of a cell
_ROWS = 5  # rows of a frame
_ITEMS = 12  # items of a list
_SHORT_WORD = 32  # characters of an item that stands beside others in a line
_SHORT = 6  # items of a tuple or groups of a mapping that still stand in a line
_COLUMNS = 7  # columns of a frame

_GREY = "rgba(128,128,128,.4)"  # halfway, so it is seen on white and on black
_CARD = (
    f"border:1px solid {_GREY};border-radius:6px;padding:.6em .9em;max-width:64em;"
    "color:inherit;overflow-x:auto"
)
_HEAD = "font-weight:600;overflow-wrap:anywhere"
_PLAIN = "border:0;background:transparent"
_TABLE = f"border-collapse:collapse;margin:.2em 0;color:inherit;font-size:inherit;{_PLAIN}"
_TD = f"text-align:left;vertical-align:top;padding:.15em .9em .15em 0;{_PLAIN}"
_WORDS = f"{_TD};overflow-wrap:break-word"
_NUMBER = f"{_TD};white-space:nowrap;text-align:right;font-variant-numeric:tabular-nums"
_TH = f"{_TD};white-space:nowrap;font-weight:600;border-bottom:1px solid {_GREY}"
_NOTE = "opacity:.75"
_NAME = f"{_TD};white-space:nowrap;font-weight:400;{_NOTE}"


class Markup(str):
    """HTML that is ready to stand in a card; everything else is escaped.

    Examples
    --------
    >>> "<b>" in card("Here", {"it": Markup("<b>bold</b>")})
    True
    """

    __slots__ = ()


class Shown:
    """Shows itself in one line and, in a notebook, as a card with the same line on top.

    A class says its line in `_line` and names in `_shown` the attributes that its card lists;
    without them a dataclass is shown as the call that makes it, and its card says what it is.
    What is named must be at hand: a display computes nothing that takes long.

    Examples
    --------
    >>> class Pool(Shown):
    ...     size = 3
    ...     _shown = ("size",)
    ...     def _line(self) -> str:
    ...         return f"<Pool of {self.size}>"
    >>> Pool(), "size" in Pool()._repr_html_()
    (<Pool of 3>, True)
    """

    __slots__ = ()
    _shown: tuple[str, ...] = ()

    def _line(self) -> str:
        return _call(self) if type(self).__repr__ is Shown.__repr__ else repr(self)

    def _details(self) -> Mapping[str, object]:
        """What the card lists below its first line."""
        if self._shown:
            found = {name: getattr(self, name) for name in self._shown}
            return {k: v for k, v in found.items() if v is not None and not _is_empty(v)}
        means = (type(self).__doc__ or "").partition("\n")[0].partition(":math:")[0]
        about: dict[str, object] = {"means": means.replace("`", "").rstrip(" :")}
        if is_dataclass(self) and type(self).__repr__ is Shown.__repr__:
            about |= {f.name: getattr(self, f.name) for f in fields(self) if f.name[0] != "_"}
        return about

    def __repr__(self) -> str:
        return clipped(self._line(), _LINE)

    def _repr_html_(self) -> str:
        return card(self._line(), self._details())


def clipped(text: str, most: int) -> str:
    r"""Return a text as one line of visible characters, cut where it is too long.

    Examples
    --------
    >>> clipped("one\ntwo", 20), clipped("<Pool: many words>", 12)
    ('one two', '<Pool: man…>')
    """
    from talentmatch.reporting.escaping import plain_text  # brings pandas; errors must stay light

    text = plain_text(text)
    if len(text) <= most:
        return text
    end = ">" if text.startswith("<") else ""
    return f"{text[: most - 1 - len(end)]}…{end}"


def said(value: Any) -> str:
    """Return a value as it is written in code; arrays by their shape, long lists by their length.

    Examples
    --------
    >>> import numpy as np
    >>> said(("a", np.ones(3)))
    "('a', <ndarray 3>)"
    >>> said(tuple(range(40)))
    '<40 items>'
    """
    if isinstance(value, tuple | Mapping) and len(value) > _SHORT:
        return f"<{len(value):,} {'groups' if isinstance(value, Mapping) else 'items'}>"
    if isinstance(value, tuple):
        return f"({', '.join(map(said, value))}{',' * (len(value) == 1)})"
    if getattr(value, "shape", ()) and not isinstance(value, Shown):
        return f"<{type(value).__name__} {' x '.join(map(str, value.shape))}>"
    return repr(value)


def card(line: str, details: Mapping[str, object]) -> str:
    """Return a card: a line on top, names and values below. Everything but `Markup` is escaped.

    Parameters
    ----------
    line : str
        The object's line, its angle brackets are left out.
    details : mapping of str to object
        Frames are shown by their first rows, lists by their first items.

    Examples
    --------
    >>> "&lt;b&gt;" in card("<Pool of <b>>", {})
    True
    """
    head = line[1:-1] if line.startswith("<") and line.endswith(">") else line
    rows = "".join(
        f'<tr style="background:transparent"><th scope="row" style="{_NAME}">'
        f'{_text(name)}</th><td style="{_WORDS}">{_value(value)}</td></tr>'
        for name, value in details.items()
    )
    table = f'<table style="{_TABLE}"><tbody>{rows}</tbody></table>' if rows else ""
    return f'<div style="{_CARD}"><div style="{_HEAD}">{_text(head)}</div>{table}</div>'


def bar(share: float) -> Markup:
    """Return a bar filled to a share in [0, 1], in the colour of the text.

    Examples
    --------
    >>> "width:25%" in bar(0.25)
    True
    """
    width = f"{100 * min(max(share, 0.0), 1.0):.3g}"
    return Markup(
        f'<span aria-hidden="true" style="display:inline-block;width:8em;border:1px solid {_GREY};'
        'border-radius:3px;vertical-align:middle"><span style="display:block;height:.5em;'
        f'background:currentColor;opacity:.6;width:{width}%"></span></span>'
    )


def few_rows(frame: Any, *, rows: int = _ROWS) -> Markup:
    """Return the first rows of a frame as a table, with a note on what is left out.

    Parameters
    ----------
    frame : pandas.DataFrame or Series
        A Series is shown with its index.
    rows : int
        How many.

    Examples
    --------
    >>> import pandas as pd
    >>> few_rows(pd.DataFrame({"n": range(9)})).endswith("and 4 more rows of 9</span>")
    True
    """
    if not hasattr(frame, "columns"):
        frame = (
            frame.rename(frame.name or "value").rename_axis(frame.index.name or "").reset_index()
        )
    names = list(frame.columns[:_COLUMNS])
    cells = frame.iloc[:rows, :_COLUMNS].to_numpy(dtype=object).tolist()
    left = [f"{len(frame) - rows:,} more rows of {len(frame):,}"] if len(frame) > rows else []
    if len(frame.columns) > _COLUMNS:
        left.append(f"{len(frame.columns) - _COLUMNS} more columns")
    return _table(names, cells, " and ".join(left))


def _table(
    names: Sequence[object], cells: Iterable[Sequence[Any]], left: str, most: int = _CELL
) -> Markup:
    cells = list(cells)
    if not cells:
        return Markup(f'<span style="{_NOTE}">none</span>')
    is_number = [
        all(isinstance(row[k], int | float) or hasattr(row[k], "dtype") for row in cells)
        for k in range(len(names))
    ]
    styles = [_NUMBER if number else _WORDS for number in is_number]
    head = "".join(
        f'<th scope="col" style="{_TH};{"text-align:right" if number else ""}">{_text(name)}</th>'
        for name, number in zip(names, is_number, strict=True)
    )
    body = "".join(
        '<tr style="background:transparent">'
        + "".join(
            f'<td style="{style}">{_text(_cell(cell, most))}</td>'
            for cell, style in zip(row, styles, strict=True)
        )
        + "</tr>"
        for row in cells
    )
    note = f'<span style="{_NOTE}">and {_text(left)}</span>' if left else ""
    return Markup(
        f'<table style="{_TABLE}"><thead><tr style="background:transparent">{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>{note}"
    )


def _call(value: Any) -> str:
    """The call that makes a dataclass, without what is as it is by default."""
    parts: list[str] = []
    for field in fields(value):
        held = getattr(value, field.name)
        if not field.init or (not hasattr(held, "shape") and held == field.default):
            continue
        is_first = not parts and not field.kw_only and field.name == _first(value)
        parts.append(said(held) if is_first else f"{field.name}={said(held)}")
    return f"{type(value).__name__}({', '.join(parts)})"


def _first(value: Any) -> str:
    return next((field.name for field in fields(value) if not field.kw_only), "")


def _value(value: object) -> str:
    if isinstance(value, Markup):
        return value
    if hasattr(value, "iloc"):
        return few_rows(value)
    if isinstance(value, list | tuple) and value:
        return _list(value)
    if isinstance(value, Shown):
        return _text(clipped(value._line(), _LINE))
    if isinstance(value, str):
        return _text(value) or '""'
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _text(clipped(said(value), _LINE))
    return _text(_cell(value))


def _list(items: Sequence[Any]) -> str:
    kinds = {type(item) for item in items}
    few, left = items[:_ITEMS], len(items) - _ITEMS
    more = f"{left:,} more of {len(items):,}" if left > 0 else ""
    is_plain = not any(issubclass(kind, Shown) for kind in kinds)
    if len(kinds) == 1 and is_plain and is_dataclass(items[0]):
        names = [field.name for field in fields(items[0])]
        return _table(names, [[getattr(item, name) for name in names] for item in few], more, _LINE)
    parts = [item if isinstance(item, str) else clipped(said(item), _LINE) for item in few]
    if all(len(part) <= _SHORT_WORD for part in parts):
        return _text(", ".join(parts)) + (f" and {_text(more)}" if more else "")
    parts += [f"and {more}"] if more else []
    return "".join(f"<div>{_text(part)}</div>" for part in parts)


def _is_empty(value: object) -> bool:
    return isinstance(value, str | list | tuple) and not value


def _cell(cell: object, most: int = _CELL) -> str:
    if isinstance(cell, float) and cell == cell:
        return f"{cell:,.4g}" if abs(cell) < 1e4 else f"{cell:,.0f}"
    if isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}"
    from talentmatch.reporting.escaping import plain_text  # see clipped

    return clipped(plain_text(cell), most)


def _text(value: object) -> str:
    from talentmatch.reporting.escaping import page_text  # see clipped

    return page_text(value)
