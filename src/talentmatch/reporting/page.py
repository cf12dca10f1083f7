"""The page that holds a report: one file, its own style and script, and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from talentmatch.reporting.escaping import page_text, plain_text
from talentmatch.reporting.wording import Wording

__all__ = ["bar", "facts", "page", "sentence_html", "table"]

_TAGS = {"en": "en", "zh": "zh-Hans"}


def page(title: str, body: Iterable[str], lang: str = "en") -> str:
    """Return a whole page. Only the two inline blocks may run, and nothing may be loaded.

    Parameters
    ----------
    title : str
        Plain text.
    body : iterable of str
        HTML, with everything from data already escaped.
    lang : str
        The page's language.

    Examples
    --------
    >>> page("A & B", ["<h1>Plan</h1>"]).startswith("<!DOCTYPE html>")
    True
    """
    style, script = _asset("report.css"), _asset("report.js")
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    head = (
        f'<!DOCTYPE html>\n<html lang="{_TAGS[lang]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{page_text(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
    )
    return f"{head}{''.join(body)}<script>{script}</script>\n</body>\n</html>\n"


def table(heads: Sequence[tuple[str, str]], rows: Iterable[str], caption: str) -> str:
    """Return a table that becomes a stack of cards on a phone.

    Parameters
    ----------
    heads : sequence of (str, str)
        Heading and class of each column.
    rows : iterable of str
        The rows' HTML.
    caption : str
        Plain text, read out before the table.
    """
    cells = "".join(
        f'<th scope="col" class="{kind}">{page_text(name)}</th>' for name, kind in heads
    )
    return (
        f'<table class="stack"><caption>{page_text(caption)}</caption>'
        f"<thead><tr>{cells}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody></table>\n"
    )


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a list of names (plain text) and values (HTML)."""
    inner = "".join(f"<dt>{page_text(name)}</dt><dd>{value}</dd>\n" for name, value in pairs)
    return f'<dl class="facts">{inner}</dl>\n'


def bar(share: float) -> str:
    """Return a bar filled to a share in [0, 1]; drawn, so that it is printed too."""
    width = f"{100 * min(max(share, 0.0), 1.0):.3g}"
    return (
        '<svg class="bar" aria-hidden="true"><rect class="rail"/>'
        f'<rect class="fill" width="{width}%"/></svg>'
    )


def sentence_html(say: Wording, text: str) -> str:
    """Return a sentence of the library as HTML; marked as English where it stays English.

    Examples
    --------
    >>> sentence_html(Wording("zh"), "Something new.")
    '<span lang="en">Something new.</span>'
    """
    told, known = say.sentence(plain_text(text))
    return page_text(told) if known else f'<span lang="en">{page_text(told)}</span>'


@cache
def _asset(name: str) -> str:
    return files("talentmatch.reporting").joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
