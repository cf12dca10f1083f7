"""Excerpts of both texts of a pair, with the words marked that its reasons name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from talentmatch.blocks.material import Material
from talentmatch.problem import Problem
from talentmatch.reporting.escaping import page_text, plain_text
from talentmatch.reporting.gathering import says_nothing
from talentmatch.reporting.phrasing import KIN, OTHER, SHOWN, TOPIC, Phrase
from talentmatch.reporting.wording import Wording
from talentmatch.taxonomies.taxonomy import Taxonomy
from talentmatch.text import is_han, normalise, tokenize

__all__ = ["Excerpts", "Span", "excerpt", "spans_of"]

Ints = NDArray[np.intp]

_WIDE = 110  # characters of a window; a Chinese one counts two
_WINDOWS = 2  # of one text
_MOST = 200  # places looked at in one text
_LEVELS = 3  # generations below a topic whose words are words of the topic


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a text that holds a phrase.

    Parameters
    ----------
    start, end : int
        Characters.
    phrase : int
        Which phrase.
    """

    start: int
    end: int
    phrase: int


class Excerpts:
    """The texts of some pairs and what to mark in them.

    Parameters
    ----------
    problem : Problem
        Its tables hold the texts (title, text, skills); without them there are no excerpts.
    reasons : sequence of phrases
        Of each pair.
    rows, cols : int arrays
        The pairs, by position.

    Examples
    --------
    >>> import numpy as np, pandas as pd, talentmatch as tm
    >>> people = pd.DataFrame({"candidate_id": [1], "text": ["Laid cables"]})
    >>> needs = pd.DataFrame({"demand_id": [1], "text": ["Cables <HV>"]})
    >>> problem = tm.Problem([[0.5]], people, needs)
    >>> texts = Excerpts(problem, [[Phrase("cables", 1.0)]], np.array([0]), np.array([0]))
    >>> "<mark>Cables</mark> &lt;HV&gt;" in texts.of(0, Wording("en"))
    True
    """

    def __init__(
        self, problem: Problem, reasons: Sequence[Sequence[Phrase]], rows: Ints, cols: Ints
    ) -> None:
        self._reasons, self._rows, self._cols = reasons, rows, cols
        self._people = _texts(problem.candidates, problem.shape[0], rows)
        self._needs = _texts(problem.demands, problem.shape[1], cols)

    def of(self, pair: int, say: Wording) -> str:
        """Return both excerpts as HTML; empty where there are no texts or no terms.

        Parameters
        ----------
        pair : int
            Position.
        say : Wording
            The language of the names beside them.
        """
        row, col = int(self._rows[pair]), int(self._cols[pair])
        named = [p for p in self._reasons[pair] if p.share >= SHOWN and p.text not in (KIN, OTHER)]
        if not self._reasons[pair]:
            return ""
        weights = [phrase.share for phrase in named]
        parts = []
        for name, texts, place in (
            (say("Demand"), self._needs, col), (say("Candidate"), self._people, row)
        ):  # fmt: skip
            text = texts.get(place, "")
            if text:
                folded = _folded(text)
                spans = [
                    span
                    for k, phrase in enumerate(named)
                    for words in self._words(phrase.text, name == say("Demand"), place, folded)
                    for span in spans_of(folded, words, k)
                ]
                inner = excerpt(text, spans, weights)
                parts.append(f'<dt>{name}</dt><dd dir="auto">{inner}</dd>')
        return f'<dl class="texts">{"".join(parts)}</dl>' if parts else ""

    def _words(self, phrase: str, of_demand: bool, place: int, folded: str) -> list[str]:
        """What stands for a phrase in a text: itself, or the names of a topic's concepts."""
        if not phrase.startswith(TOPIC):
            return [phrase]
        topic = phrase.removeprefix(TOPIC)
        found = self._topics.get((of_demand, place), {}).get(topic, ())
        return [topic, *(word for word in found if word in folded)]

    @cached_property
    def _topics(self) -> dict[tuple[bool, int], dict[str, list[str]]]:
        """Of each text the topics of the glossary that it touches, with the words of each."""
        texts = [(True, place, text) for place, text in self._needs.items()]
        texts += [(False, place, text) for place, text in self._people.items()]
        taxonomy = Taxonomy.glossary()
        named = taxonomy.find(tokenize(normalise(text) for *_, text in texts))
        above, words = _above(taxonomy), _words_of(taxonomy)
        topics: dict[tuple[bool, int], dict[str, list[str]]] = {}
        for k, (side, place, _) in enumerate(texts):
            mine = topics.setdefault((side, place), {})
            for concept in named.indices[named.indptr[k] : named.indptr[k + 1]].tolist():
                for topic in above(concept):
                    mine.setdefault(taxonomy.labels[topic], []).extend(words[concept])
        return topics


def _texts(frame: pd.DataFrame | None, size: int, places: Ints) -> dict[int, str]:
    """The texts of some rows, each on one line."""
    if frame is None or not size:
        return {}
    wanted = np.unique(places)
    some = frame.iloc[wanted]
    material = Material.of(some, some.iloc[:0])
    texts: dict[int, str] = {}
    for text, owner in zip(material.documents, material.owners.tolist(), strict=True):
        place = int(wanted[owner])
        line = " ".join(plain_text(text).split())
        texts[place] = f"{texts[place]} {line}" if place in texts else line
    return {place: text for place, text in texts.items() if text}


class _Above:
    """The topics that a concept is part of, itself included."""

    def __init__(self, broader: sp.csr_array) -> None:
        self._links = sp.csr_array(broader)
        self._known: dict[int, set[int]] = {}

    def __call__(self, concept: int) -> set[int]:
        if concept not in self._known:
            found, edge = {concept}, {concept}
            for _ in range(_LEVELS):
                ends = [self._links.indptr[c : c + 2] for c in edge]
                edge = {int(k) for a, b in ends for k in self._links.indices[a:b]} - found
                found |= edge
            self._known[concept] = found
        return self._known[concept]


def _above(taxonomy: Taxonomy) -> _Above:
    return _Above(taxonomy.broader)


def _words_of(taxonomy: Taxonomy) -> dict[int, list[str]]:
    words: dict[int, list[str]] = {}
    for term, concept in zip(taxonomy.terms, taxonomy.concept_of.tolist(), strict=True):
        words.setdefault(concept, []).append(_folded(term))
    return words


def _folded(text: str) -> str:
    """The text in lower case and plain width, character by character, so that places stay."""
    return text.lower() if text.isascii() else "".join(map(_fold, text))


@lru_cache(maxsize=2**16)
def _fold(sign: str) -> str:
    plain = unicodedata.normalize("NFKC", sign).lower()
    return plain if len(plain) == 1 else sign


def spans_of(folded: str, phrase: str, number: int = 0) -> Iterator[Span]:
    """Yield the places of a phrase; where the whole is nowhere, those of its words.

    Parameters
    ----------
    folded : str
        A text in lower case.
    phrase : str
        Words with a space between, or Chinese characters.
    number : int
        What to call the phrase.

    Examples
    --------
    >>> [(s.start, s.end) for s in spans_of("cables, and cabling of a cable", "cable")]
    [(0, 6), (25, 30)]
    >>> [(s.start, s.end) for s in spans_of("design of cables", "cable design")]
    [(10, 16), (0, 6)]
    """
    found = list(_places(folded, phrase))
    if not found:
        parts = [part for part in phrase.split() if not says_nothing(part)]
        if len(parts) == 1 and len(phrase) > 2 and is_han([phrase])[0]:
            parts = [phrase[k : k + 2] for k in range(len(phrase) - 1)]
        found = [place for part in parts for place in _places(folded, part)]
    for start, end in found[:_MOST]:
        yield Span(start, end, number)


def _places(folded: str, words: str) -> Iterator[tuple[int, int]]:
    at = folded.find(words) if words else -1
    while at >= 0:
        end = at + len(words)
        for plural in ("", "s", "es"):
            last = end + len(plural)
            if folded.startswith(plural, end) and not _is_within(folded, at, last):
                yield at, last
                break
        at = folded.find(words, end)


def _is_within(text: str, start: int, end: int) -> bool:
    """Whether a word goes on at either end; Chinese characters stand for themselves."""
    for before, after in ((start - 1, start), (end - 1, end)):
        if before >= 0 and after < len(text):
            pair = text[before], text[after]
            if all(sign.isalnum() and not is_han([sign])[0] for sign in pair):
                return True
    return False


def excerpt(text: str, spans: Sequence[Span], weights: Sequence[float]) -> str:
    """Return the parts of a text that hold most of what is to be marked, as HTML.

    Parameters
    ----------
    text : str
        One line.
    spans : sequence of Span
        What to mark.
    weights : sequence of float
        What each phrase is worth.

    Returns
    -------
    str
        At most two windows, or how the text begins where nothing is to be marked.

    Examples
    --------
    >>> excerpt("We lay <big> cables.", [Span(13, 19, 0)], [1.0])
    'We lay &lt;big&gt; <mark>cables</mark>.'
    """
    ordered = sorted(spans)[:_MOST]
    wide = _WIDE // 2 if len(text) > 8 and np.mean(is_han(list(text[:200]))) > 0.4 else _WIDE
    windows: list[tuple[int, int]] = []
    seen: set[int] = set()
    for _ in range(_WINDOWS):
        best, worth, found = None, 0.0, set[int]()
        for k, first in enumerate(ordered):
            inside = {first.phrase} - seen
            last = first.end
            for span in ordered[k + 1 :]:
                if span.end > first.start + wide:
                    break
                inside |= {span.phrase} - seen
                last = max(last, span.end)
            value = sum(weights[phrase] for phrase in inside)
            if value > worth:
                best, worth, found = (first.start, last), value, inside
        if best is None:
            break
        windows.append(best)
        seen |= found
    return _joined(text, ordered, _widened(text, windows, wide))


def _widened(text: str, windows: list[tuple[int, int]], wide: int) -> list[tuple[int, int]]:
    """Windows of full width, from word to word, in the order of the text; touching ones joined."""
    grown: list[tuple[int, int]] = []
    for start, end in sorted(windows or [(0, 0)]):
        room = max(wide - (end - start), 0)
        first = max(min(start - room // 2, len(text) - wide), 0)
        last = min(max(first + wide, end), len(text))
        if first and " " in text[first:start]:
            first = text.index(" ", first) + 1
        if last < len(text) and " " in text[end:last]:
            last = text.rindex(" ", end, last)
        if grown and first <= grown[-1][1] + 3:
            grown[-1] = grown[-1][0], max(last, grown[-1][1])
        else:
            grown.append((first, last))
    return grown


def _joined(text: str, spans: list[Span], windows: list[tuple[int, int]]) -> str:
    parts = []
    for first, last in windows:
        at, inner = first, ""
        for span in spans:
            if span.start >= at and span.end <= last:
                marked = page_text(text[span.start : span.end])
                inner += f"{page_text(text[at : span.start])}<mark>{marked}</mark>"
                at = span.end
        parts.append(inner + page_text(text[at:last]))
    head = "… " if windows[0][0] else ""
    tail = " …" if windows[-1][1] < len(text) else ""
    return f"{head}{' … '.join(parts)}{tail}"
