"""Make text from data harmless: in a spreadsheet, in a page, in JSON, on a terminal."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["json_ready", "page_text", "plain_text", "sheet_text"]

_BREAKS = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
# Controls, lone surrogates (UTF-8 cannot hold them), non-characters, and the marks that turn the
# direction of writing round, by which "gnp.exe" reads "exe.png". The joiners U+200C and U+200D
# stay: Persian and emoji are spelled with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ufdd0-\ufdef\ufeff\ufffe\uffff\ud800-\udfff]"
)
_LEADING = " \t\r\n\"'`\u2018\u2019\u201c\u201d\u3000\xa0\uff02\uff07"
_STARTS = "=+-@\u2212"  # U+2212: the minus sign, which NFKC leaves alone


def plain_text(value: object) -> str:
    r"""Return a cell as one line of visible text; empty where it is missing.

    Parameters
    ----------
    value : object
        Any cell. Lists are joined by ``; ``; dates are written as YYYY-MM-DD.

    Returns
    -------
    str
        Without control characters, lone surrogates and marks of writing direction; line breaks
        and tabs are spaces.

    Examples
    --------
    >>> plain_text("two\nlines\x00"), plain_text(["en", "zh"]), plain_text(float("nan"))
    ('two lines', 'en; zh', '')
    """
    if isinstance(value, str):
        return _UNSEEN.sub("", _BREAKS.sub(" ", value))
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        return "; ".join(plain_text(item) for item in value)
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, float | np.floating):
        return "" if math.isnan(value) else f"{value:.15g}"
    if isinstance(value, pd.Timestamp | np.datetime64):
        stamp = pd.Timestamp(value)
        return stamp.isoformat()[:10] if stamp == stamp.normalize() else stamp.isoformat(" ")
    return plain_text(str(value))


def sheet_text(value: object) -> object:
    """Return a cell that no spreadsheet runs as a formula; numbers are left alone.

    A text that starts with ``=``, ``+``, ``-``, ``@`` (full width too, also behind spaces and
    quotes), a tab or a line break gets a leading apostrophe.

    Examples
    --------
    >>> sheet_text("=1+1"), sheet_text(" ＝1+1"), sheet_text("C++"), sheet_text(-1.5)
    ("'=1+1", "' ＝1+1", 'C++', -1.5)
    """
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return value
    text = plain_text(value)
    first = unicodedata.normalize("NFKC", text.lstrip(_LEADING)[:1])
    hidden = isinstance(value, str) and value[:1] in "\t\r\n"
    return f"'{text}" if text and (first[:1] in tuple(_STARTS) or hidden) else text


def page_text(value: object) -> str:
    """Return a cell as HTML text, fit for element content and quoted attributes.

    Examples
    --------
    >>> page_text('<b title="x">')
    '&lt;b title=&quot;x&quot;&gt;'
    """
    return html.escape(plain_text(value))


def json_ready(value: Any) -> Any:
    """Return a value of JSON's own types; what is not finite becomes None.

    Examples
    --------
    >>> json_ready({"gap": float("inf"), "seed": np.int64(3), "rules": ("a",)})
    {'gap': None, 'seed': 3, 'rules': ['a']}
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, np.generic):
        return json_ready(value.item())
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {json_ready(str(key)): json_ready(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray | pd.Index | pd.Series):
        return [json_ready(item) for item in value]
    return str(value).encode("utf-8", "replace").decode("utf-8")
